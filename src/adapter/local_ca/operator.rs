//! What the people at the CA do: review, revoke, and make the mistakes that tests need.

use super::LocalCa;
use super::error::LocalCaError;
use super::order::{Record, Stage};
use crate::model::{Note, OrderId, RevocationReason, Serial, Timestamp};

impl LocalCa {
    /// Approves an application under review; it is issued at the next poll, even if it is
    /// withdrawn before.
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn approve(&self, order: OrderId) -> Result<(), LocalCaError> {
        self.on(order, |record| {
            record.decide(Stage::UnderReview { approved: true })
        })
    }

    /// Rejects an application under review.
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn reject(&self, order: OrderId, reason: Note) -> Result<(), LocalCaError> {
        self.on(order, |record| record.decide(Stage::Rejected(reason)))
    }

    /// Issues a withdrawn application all the same, at the next poll: the case in which an
    /// approval and a withdrawal crossed on the way (T-49).
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn issue_anyway(&self, order: OrderId) -> Result<(), LocalCaError> {
        self.on(order, Record::issue_anyway)
    }

    /// The serial number of an order's certificate, if there is one.
    #[must_use]
    pub fn serial(&self, order: OrderId) -> Option<Serial> {
        let book = self.book();
        Some(book.orders.get(&order)?.issued()?.serial)
    }

    /// Answers the confirmation mail of a revocation, as the certificate's owner does (OV and EV).
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn confirm_revocation(&self, order: OrderId, at: Timestamp) -> Result<(), LocalCaError> {
        let step = |record: &mut Record| self.authority.confirm_revocation(record, at);
        self.on(order, step)
    }

    /// Grants a revocation that is under review.
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn complete_revocation(&self, order: OrderId, at: Timestamp) -> Result<(), LocalCaError> {
        self.on(order, |record| record.complete_revocation(at))
    }

    /// Refuses a revocation that is under review or not confirmed; the certificate stays valid.
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn refuse_revocation(&self, order: OrderId, reason: Note) -> Result<(), LocalCaError> {
        self.on(order, |record| record.refuse_revocation(reason))
    }

    /// Revokes a certificate without being asked (T-48).
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn revoke_on_own_account(
        &self,
        order: OrderId,
        reason: RevocationReason,
        at: Timestamp,
    ) -> Result<(), LocalCaError> {
        self.on(order, |record| record.revoke_by_ca(reason, at))
    }

    fn on(
        &self,
        order: OrderId,
        step: impl FnOnce(&mut Record) -> Result<(), LocalCaError>,
    ) -> Result<(), LocalCaError> {
        let mut book = self.book();
        let found = book.orders.get_mut(&order);
        step(found.ok_or(LocalCaError::UnknownOrder(order))?)
    }
}
