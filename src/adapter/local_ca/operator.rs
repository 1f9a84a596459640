//! What the people at the CA do: review, revoke, and make the mistakes that tests need.

use super::error::LocalCaError;
use super::order::{Issued, Record, Revoked, Revoking, Stage};
use super::{Book, LocalCa};
use crate::model::{Note, OrderId, RevocationCause, RevocationReason, Serial, Timestamp};

impl LocalCa {
    /// Approves an application under review; it is issued at the next poll, even if it is
    /// withdrawn before.
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn approve(&self, order: OrderId) -> Result<(), LocalCaError> {
        self.decide(order, Stage::UnderReview { approved: true })
    }

    /// Rejects an application under review.
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn reject(&self, order: OrderId, reason: Note) -> Result<(), LocalCaError> {
        self.decide(order, Stage::Rejected(reason))
    }

    /// Issues a withdrawn application all the same, at the next poll: the case in which an
    /// approval and a withdrawal crossed on the way (T-49).
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn issue_anyway(&self, order: OrderId) -> Result<(), LocalCaError> {
        let mut book = self.book();
        match &mut find(&mut book, order)?.stage {
            Stage::Cancelled { issue_anyway } => {
                *issue_anyway = true;
                Ok(())
            }
            Stage::AwaitingProof
            | Stage::UnderReview { .. }
            | Stage::Rejected(_)
            | Stage::Issued(_) => Err(LocalCaError::Stage {
                order,
                expected: "cancelled",
            }),
        }
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
        self.on_certificate(order, "waiting for a confirmation", |issued| {
            let Some(Revoking::ToConfirm(asked)) = issued.revoking else {
                return None;
            };
            Some(self.reviewed(asked, at))
        })
    }

    /// Grants a revocation that is under review.
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn complete_revocation(&self, order: OrderId, at: Timestamp) -> Result<(), LocalCaError> {
        self.on_certificate(order, "waiting to be revoked", |issued| {
            let Some(Revoking::Pending(asked)) = issued.revoking else {
                return None;
            };
            Some(Revoking::Revoked(Revoked {
                at,
                reason: asked.reason,
                cause: RevocationCause::ByHolder,
            }))
        })
    }

    /// Refuses a revocation that is under review or not confirmed; the certificate stays valid.
    ///
    /// # Errors
    /// [`LocalCaError::UnknownOrder`], [`LocalCaError::Stage`].
    pub fn refuse_revocation(&self, order: OrderId, reason: Note) -> Result<(), LocalCaError> {
        self.on_certificate(order, "waiting to be revoked", |issued| {
            match issued.revoking {
                Some(Revoking::ToConfirm(asked) | Revoking::Pending(asked)) => {
                    Some(Revoking::Refused(reason, asked))
                }
                Some(Revoking::Revoked(_) | Revoking::Refused(..)) | None => None,
            }
        })
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
        self.on_certificate(order, "issued and not revoked", |issued| {
            issued
                .revoked()
                .is_none()
                .then_some(Revoking::Revoked(Revoked {
                    at,
                    reason,
                    cause: RevocationCause::ByCa,
                }))
        })
    }

    /// Decides on an application that is under review and not approved yet.
    fn decide(&self, order: OrderId, decision: Stage) -> Result<(), LocalCaError> {
        let mut book = self.book();
        let record = find(&mut book, order)?;
        match record.stage {
            Stage::UnderReview { approved: false } => {
                record.stage = decision;
                Ok(())
            }
            Stage::UnderReview { approved: true }
            | Stage::AwaitingProof
            | Stage::Rejected(_)
            | Stage::Cancelled { .. }
            | Stage::Issued(_) => Err(LocalCaError::Stage {
                order,
                expected: "under review",
            }),
        }
    }

    /// Takes a certificate's revocation one step further, if `step` says how.
    fn on_certificate(
        &self,
        order: OrderId,
        expected: &'static str,
        step: impl FnOnce(&Issued) -> Option<Revoking>,
    ) -> Result<(), LocalCaError> {
        let mut book = self.book();
        let wrong = LocalCaError::Stage { order, expected };
        let issued = find(&mut book, order)?.issued_mut().ok_or(wrong)?;
        issued.revoking = Some(step(issued).ok_or(wrong)?);
        Ok(())
    }
}

fn find(book: &mut Book, order: OrderId) -> Result<&mut Record, LocalCaError> {
    book.orders
        .get_mut(&order)
        .ok_or(LocalCaError::UnknownOrder(order))
}
