//! An order inside the CA: where it stands and which steps lead on.

use std::sync::Arc;

use super::request::Requested;
use crate::model::{Challenge, Note, RevocationCause, RevocationReason, Serial, Timestamp};
use crate::port::{CaAnswer, CaRevocation, CaState, IssuanceRequest};

/// An order with everything that the CA knows of it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) request: IssuanceRequest,
    pub(super) requested: Requested,
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
