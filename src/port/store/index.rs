//! How instances are found: by account, and by when they are due.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::model::{
    AccountId, CertificateInstance, DomainName, InstanceId, OrderId, Phase, ProductCode, Timestamp,
};
use crate::rulebook::value::words::words;

use super::batch::Version;
use super::outbox::{Claim, Position};

words! {
    /// What is stored of an instance's life. What follows from the clock is not here: a certificate
    /// that expired is still [`Stage::Live`] (L6).
    Stage {
        /// A member of a hosting chain that waits for its turn.
        NotActivated = "not_activated",
        /// Bought or drawn from a plan, and not applied for.
        Bought = "bought",
        /// The owner has to prove the domain.
        Verifying = "verifying",
        /// The CA reviews the application.
        Validating = "validating",
        /// The CA refused the application.
        Failed = "failed",
        /// The application was withdrawn.
        Pending = "pending",
        /// A certificate was issued and not revoked.
        Live = "live",
        /// The certificate was revoked.
        Revoked = "revoked",
        /// A certificate from elsewhere.
        Uploaded = "uploaded",
        /// Closed, cancelled or merged.
        Ended = "ended",
        /// Deleted.
        Deleted = "deleted",
    }
}

impl Stage {
    /// The stage of a phase.
    #[must_use]
    pub const fn of(phase: &Phase) -> Self {
        match phase {
            Phase::NotActivated { .. } => Self::NotActivated,
            Phase::Bought { .. } => Self::Bought,
            Phase::Verifying(_) => Self::Verifying,
            Phase::Validating(_) => Self::Validating,
            Phase::Failed { .. } => Self::Failed,
            Phase::Pending { .. } => Self::Pending,
            Phase::Live(_) => Self::Live,
            Phase::Revoked { .. } => Self::Revoked,
            Phase::Uploaded(_) => Self::Uploaded,
            Phase::Ended { .. } => Self::Ended,
            Phase::Deleted { .. } => Self::Deleted,
        }
    }

    /// Whether a certificate is in the owner's hands: what the overview S1 calls Issued, where it
    /// calls everything else Ordered. What was paid back is listed as its stage says.
    #[must_use]
    pub const fn has_certificate(self) -> bool {
        match self {
            Self::Live | Self::Uploaded => true,
            Self::NotActivated
            | Self::Bought
            | Self::Verifying
            | Self::Validating
            | Self::Failed
            | Self::Pending
            | Self::Revoked
            | Self::Ended
            | Self::Deleted => false,
        }
    }
}

/// How an instance is found: facts of its state, and when somebody has to look at it again.
///
/// A store keeps the last one it was handed for each instance, in the batch that changed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// The instance.
    pub instance: InstanceId,
    /// The order that it carries.
    pub order: OrderId,
    /// Its product.
    pub product: ProductCode,
    /// How far it is.
    pub stage: Stage,
    /// The names of its certificate or application; none before.
    pub names: Arc<[DomainName]>,
    /// The last second in which its certificate is valid, while it has one.
    pub expires_at: Option<Timestamp>,
    /// When somebody has to look at it again.
    pub due_at: Option<Timestamp>,
}

impl IndexEntry {
    /// The entry of an instance.
    #[must_use]
    pub fn of(instance: &CertificateInstance, due_at: Option<Timestamp>) -> Self {
        let certificate = instance.certificate();
        let names = match (certificate, instance.application()) {
            (Some(certificate), _) => certificate.facts().names.as_slice(),
            (None, Some(application)) => application.names(),
            (None, None) => &[],
        };
        let stage = Stage::of(instance.phase());
        Self {
            instance: instance.id(),
            order: instance.order(),
            product: instance.product().code,
            stage,
            names: Arc::from(names),
            expires_at: certificate
                .filter(|_| stage.has_certificate())
                .map(|own| own.facts().validity.not_after()),
            due_at,
        }
    }
}

/// Which instances are listed.
///
/// Every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only these stages; none given means all but [`Stage::Deleted`].
    pub stages: Vec<Stage>,
    /// Only those whose certificate is valid for the last time before this instant, expired ones
    /// among them.
    pub expires_before: Option<Timestamp>,
    /// Only of this product.
    pub product: Option<ProductCode>,
    /// Only those with a name that is this one or below it: `example.com` finds `example.com`,
    /// `www.example.com` and `*.example.com`, and not `badexample.com`.
    pub name_suffix: Option<DomainName>,
}

/// An instance in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its place: where the next page goes on.
    pub position: Position,
    /// The version of the instance, which the entry belongs to: whoever changes an instance files it
    /// anew in the same batch.
    pub version: Version,
    /// How it is found: its last entry, but for [`IndexEntry::due_at`], which is the instant that was
    /// said last, by its entry or by whoever stirred or rescheduled it since.
    pub entry: IndexEntry,
}

/// An instance that somebody has to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueRow {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub instance: InstanceId,
    /// The order that it carries.
    pub order: OrderId,
    /// Since when.
    pub due_at: Timestamp,
    /// The claim that [`Store::due`](super::Store::due) made on it, for
    /// [`Store::reschedule`](super::Store::reschedule).
    pub claim: Claim,
}
