//! What the people at the CA do, and the owner who publishes a proof.

use super::KeptCa;
use crate::adapter::local_ca::error::{KeptCaError, LocalCaError};
use crate::adapter::local_ca::order::{Record, Stage};
use crate::model::{Note, OrderId, RevocationReason, Serial, Timestamp};

impl KeptCa {
    /// Approves an application under review; it is issued at the next poll, even if it is
    /// withdrawn before.
    ///
    /// # Errors
    /// [`KeptCaError`].
    pub async fn approve(&self, order: OrderId) -> Result<(), KeptCaError> {
        let approved = Stage::UnderReview { approved: true };
        self.on(order, |record| record.decide(approved)).await
    }

    /// Rejects an application under review.
    ///
    /// # Errors
    /// [`KeptCaError`].
    pub async fn reject(&self, order: OrderId, reason: Note) -> Result<(), KeptCaError> {
        let rejected = Stage::Rejected(reason);
        self.on(order, |record| record.decide(rejected)).await
    }

    /// Issues a withdrawn application all the same, at the next poll: the case in which an
    /// approval and a withdrawal crossed on the way (T-49).
    ///
    /// # Errors
    /// [`KeptCaError`].
    pub async fn issue_anyway(&self, order: OrderId) -> Result<(), KeptCaError> {
        self.on(order, Record::issue_anyway).await
    }

    /// Publishes the proof that an order asks for, as its owner would; the next poll finds it.
    ///
    /// # Errors
    /// [`KeptCaError`].
    pub async fn publish_proof(&self, order: OrderId) -> Result<(), KeptCaError> {
        let found = self.load(order).await?;
        let record = found.ok_or(LocalCaError::UnknownOrder(order))?;
        self.zone().publish(&record.challenge).await
    }

    /// The serial number of an order's certificate, if there is one.
    ///
    /// # Errors
    /// [`KeptCaError`]; an order that the CA does not have has no certificate.
    pub async fn serial(&self, order: OrderId) -> Result<Option<Serial>, KeptCaError> {
        let found = self.load(order).await?;
        Ok(found.and_then(|record| Some(record.issued()?.serial)))
    }

    /// Answers the confirmation mail of a revocation, as the certificate's owner does (OV and EV).
    ///
    /// # Errors
    /// [`KeptCaError`].
    pub async fn confirm_revocation(
        &self,
        order: OrderId,
        at: Timestamp,
    ) -> Result<(), KeptCaError> {
        let step = |record: &mut Record| self.authority.confirm_revocation(record, at);
        self.on(order, step).await
    }

    /// Grants a revocation that is under review.
    ///
    /// # Errors
    /// [`KeptCaError`].
    pub async fn complete_revocation(
        &self,
        order: OrderId,
        at: Timestamp,
    ) -> Result<(), KeptCaError> {
        let step = |record: &mut Record| record.complete_revocation(at);
        self.on(order, step).await
    }

    /// Refuses a revocation that is under review or not confirmed; the certificate stays valid.
    ///
    /// # Errors
    /// [`KeptCaError`].
    pub async fn refuse_revocation(&self, order: OrderId, reason: Note) -> Result<(), KeptCaError> {
        let step = |record: &mut Record| record.refuse_revocation(reason);
        self.on(order, step).await
    }

    /// Revokes a certificate without being asked (T-48).
    ///
    /// # Errors
    /// [`KeptCaError`].
    pub async fn revoke_on_own_account(
        &self,
        order: OrderId,
        reason: RevocationReason,
        at: Timestamp,
    ) -> Result<(), KeptCaError> {
        let step = |record: &mut Record| record.revoke_by_ca(reason, at);
        self.on(order, step).await
    }

    async fn on(
        &self,
        order: OrderId,
        step: impl FnOnce(&mut Record) -> Result<(), LocalCaError>,
    ) -> Result<(), KeptCaError> {
        let _turn = self.orders.take(order).await;
        let found = self.load(order).await?;
        let mut record = found.ok_or(LocalCaError::UnknownOrder(order))?;
        step(&mut record)?;
        self.keep(&record, None).await
    }
}
