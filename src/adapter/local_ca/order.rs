//! An order inside the CA: where it stands and which steps lead on.

use std::sync::Arc;

use super::error::LocalCaError;
use crate::model::{Challenge, Note, RevocationCause, RevocationReason, Serial, Timestamp};
use crate::port::{CaAnswer, CaRevocation, CaState, IssuanceRequest};

/// An order with everything that the CA knows of it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) request: IssuanceRequest,
    pub(super) challenge: Challenge,
    pub(super) stage: Stage,
}

/// Where an order stands.
#[derive(Debug)]
pub(super) enum Stage {
    AwaitingProof,
    /// An order that is approved is issued at the next poll, even if it is withdrawn before.
    UnderReview {
        approved: bool,
    },
    Rejected(Note),
    /// `issue_anyway` plays the CA that signs what was withdrawn.
    Cancelled {
        issue_anyway: bool,
    },
    Issued(Issued),
}

/// A certificate that exists.
#[derive(Debug)]
pub(super) struct Issued {
    pub(super) pem_chain: Arc<str>,
    pub(super) serial: Serial,
    pub(super) revoking: Option<Revoking>,
}

/// How far its revocation came.
#[derive(Debug)]
pub(super) enum Revoking {
    ToConfirm(Asked),
    Pending(Asked),
    Revoked(Revoked),
    Refused(Note, Asked),
}

/// What the holder asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) at: Timestamp,
    pub(super) reason: RevocationReason,
}

/// A revocation that is done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Revoked {
    pub(super) at: Timestamp,
    pub(super) reason: RevocationReason,
    pub(super) cause: RevocationCause,
}

impl Record {
    /// Whether the domain has to be proven yet.
    pub(super) const fn awaits_proof(&self) -> bool {
        match self.stage {
            Stage::AwaitingProof => true,
            Stage::UnderReview { .. }
            | Stage::Rejected(_)
            | Stage::Cancelled { .. }
            | Stage::Issued(_) => false,
        }
    }

    /// The certificate, if there is one.
    pub(super) const fn issued(&self) -> Option<&Issued> {
        match &self.stage {
            Stage::Issued(issued) => Some(issued),
            Stage::AwaitingProof
            | Stage::UnderReview { .. }
            | Stage::Rejected(_)
            | Stage::Cancelled { .. } => None,
        }
    }

    /// The certificate, to change its revocation.
    pub(super) const fn issued_mut(&mut self) -> Option<&mut Issued> {
        match &mut self.stage {
            Stage::Issued(issued) => Some(issued),
            Stage::AwaitingProof
            | Stage::UnderReview { .. }
            | Stage::Rejected(_)
            | Stage::Cancelled { .. } => None,
        }
    }

    /// Withdraws the order, unless it is decided already.
    pub(super) fn cancel(&mut self) {
        match self.stage {
            Stage::AwaitingProof | Stage::UnderReview { approved: false } => {
                self.stage = Stage::Cancelled {
                    issue_anyway: false,
                };
            }
            Stage::UnderReview { approved: true }
            | Stage::Rejected(_)
            | Stage::Cancelled { .. }
            | Stage::Issued(_) => {}
        }
    }

    /// The order is not where a step begins.
    const fn wrong(&self, expected: &'static str) -> LocalCaError {
        LocalCaError::Stage {
            order: self.request.order,
            expected,
        }
    }

    /// Decides on an application that is under review and not approved yet.
    pub(super) fn decide(&mut self, decision: Stage) -> Result<(), LocalCaError> {
        match self.stage {
            Stage::UnderReview { approved: false } => {
                self.stage = decision;
                Ok(())
            }
            Stage::UnderReview { approved: true }
            | Stage::AwaitingProof
            | Stage::Rejected(_)
            | Stage::Cancelled { .. }
            | Stage::Issued(_) => Err(self.wrong("under review")),
        }
    }

    /// Has a withdrawn application issued all the same.
    pub(super) const fn issue_anyway(&mut self) -> Result<(), LocalCaError> {
        match &mut self.stage {
            Stage::Cancelled { issue_anyway } => {
                *issue_anyway = true;
                Ok(())
            }
            Stage::AwaitingProof
            | Stage::UnderReview { .. }
            | Stage::Rejected(_)
            | Stage::Issued(_) => Err(self.wrong("cancelled")),
        }
    }

    /// Grants a revocation that is under review.
    pub(super) fn complete_revocation(&mut self, at: Timestamp) -> Result<(), LocalCaError> {
        self.on_certificate("waiting to be revoked", |issued| {
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

    /// Refuses a revocation that is under review or not confirmed.
    pub(super) fn refuse_revocation(&mut self, reason: Note) -> Result<(), LocalCaError> {
        self.on_certificate("waiting to be revoked", |issued| match issued.revoking {
            Some(Revoking::ToConfirm(asked) | Revoking::Pending(asked)) => {
                Some(Revoking::Refused(reason, asked))
            }
            Some(Revoking::Revoked(_) | Revoking::Refused(..)) | None => None,
        })
    }

    /// Revokes a certificate without being asked.
    pub(super) fn revoke_by_ca(
        &mut self,
        reason: RevocationReason,
        at: Timestamp,
    ) -> Result<(), LocalCaError> {
        self.on_certificate("issued and not revoked", |issued| {
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

    /// Takes a certificate's revocation one step further, if `step` says how.
    pub(super) fn on_certificate(
        &mut self,
        expected: &'static str,
        step: impl FnOnce(&Issued) -> Option<Revoking>,
    ) -> Result<(), LocalCaError> {
        let wrong = self.wrong(expected);
        let issued = self.issued_mut().ok_or(wrong)?;
        issued.revoking = Some(step(issued).ok_or(wrong)?);
        Ok(())
    }

    /// What the CA says about it.
    pub(super) fn answer(&self) -> CaAnswer {
        let state = match &self.stage {
            Stage::AwaitingProof => CaState::AwaitingProof,
            Stage::UnderReview { .. } => CaState::UnderReview,
            Stage::Rejected(reason) => CaState::Rejected {
                reason: reason.clone(),
            },
            Stage::Cancelled { .. } => CaState::Cancelled,
            Stage::Issued(issued) => CaState::Issued {
                pem_chain: Arc::clone(&issued.pem_chain),
            },
        };
        let revoking = self.issued().and_then(|issued| issued.revoking.as_ref());
        CaAnswer {
            challenge: Some(self.challenge.clone()),
            state,
            revocation: revoking.map(Revoking::answer),
        }
    }
}

impl Issued {
    /// Since when and why it is revoked, if it is.
    pub(super) const fn revoked(&self) -> Option<Revoked> {
        match &self.revoking {
            Some(Revoking::Revoked(revoked)) => Some(*revoked),
            Some(Revoking::ToConfirm(_) | Revoking::Pending(_) | Revoking::Refused(..)) | None => {
                None
            }
        }
    }
}

impl Revoking {
    fn answer(&self) -> CaRevocation {
        match self {
            Self::ToConfirm(_) => CaRevocation::ToConfirm,
            Self::Pending(_) => CaRevocation::Pending,
            Self::Revoked(revoked) => CaRevocation::Revoked {
                at: revoked.at,
                reason: revoked.reason,
                cause: revoked.cause,
            },
            Self::Refused(reason, asked) => CaRevocation::Refused {
                reason: reason.clone(),
                asked_at: asked.at,
            },
        }
    }
}
