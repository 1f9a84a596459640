//! The subscription instance: what was bought for a term, and the certificates that it carries in
//! turn. Facts only; both statuses are derived.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::model::{
    AccountId, Challenge, DomainName, Fingerprint, InstanceId, IssuedCertificate, Note, Payment,
    Pin, Product, RevocationCause, RevocationReason, SpkiDigest, Timestamp,
};

use super::data::ApplicationData;

/// A span of time, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// Its first instant.
    pub start: Timestamp,
    /// Its last instant.
    pub end: Timestamp,
}

impl Term {
    /// As long a span from another instant on.
    #[must_use]
    pub const fn moved_to(self, start: Timestamp) -> Self {
        let length = self
            .end
            .unix_seconds()
            .saturating_sub(self.start.unix_seconds());
        Self {
            start,
            end: start.saturating_add(length),
        }
    }
}

/// What was bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// What for.
    pub product: Product,
    /// What was paid.
    pub payment: Payment,
    /// `OrderStartTime` and `OrderEndTime`: from the payment on, as long as was bought.
    pub order: Term,
    /// The edition that judges refund and automatic reissue (L9).
    pub pin: Pin,
}

/// Where an instance comes from: the vendor's ids tell, `cas-cn-…` and `cas-upload-…`; here it is a
/// fact of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was bought.
    Bought(Subscription),
    /// Its certificate was uploaded.
    Uploaded,
}

/// How far the task of an application came: `GetTaskAttribute`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskStatus {
    /// It runs.
    Processing,
    /// The application is at the CA.
    Success,
    /// It never got there.
    Failed,
}

impl TaskStatus {
    /// The word of the interface.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Success => "success",
            Self::Failed => "failed",
        }
    }
}

/// An application under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingApplication {
    /// What was applied with.
    pub data: Arc<ApplicationData>,
    /// The names that the certificate will carry.
    pub names: Arc<[DomainName]>,
    /// The key that it must carry, once it is known.
    pub key: Option<SpkiDigest>,
    /// How to prove the domains, once the task succeeded.
    pub challenges: Arc<[Challenge]>,
    /// Whether it is at the CA; its task runs otherwise.
    pub at_ca: bool,
    /// Whether the service applied by itself, with a hosting unit.
    pub automatic: bool,
    /// The last instant of validity that the CA is asked for.
    pub until: Timestamp,
    /// When it was made.
    pub applied_at: Timestamp,
}

/// The last answer to an application: `PendingResult`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingResult {
    /// Its task failed.
    TaskFailed(Note),
    /// The CA rejected it.
    Rejected(Note),
    /// The CA issued.
    Issued,
}

/// A revocation that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevocationRequest {
    /// Why.
    pub reason: RevocationReason,
    /// When.
    pub at: Timestamp,
}

/// A revocation that took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// By whom.
    pub cause: RevocationCause,
    /// Why.
    pub reason: RevocationReason,
    /// When the CA completed it.
    pub at: Timestamp,
}

/// A certificate of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCertificate {
    pub(super) certificate: Arc<IssuedCertificate>,
    pub(super) issued_at: Timestamp,
    pub(super) requested: Option<RevocationRequest>,
    pub(super) revoked: Option<Revoked>,
    pub(super) noticed_at: Option<Timestamp>,
}

impl HeldCertificate {
    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &IssuedCertificate {
        &self.certificate
    }

    /// When it was issued or uploaded.
    #[must_use]
    pub const fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// The revocation that was asked for, completed or not.
    #[must_use]
    pub const fn revocation_request(&self) -> Option<RevocationRequest> {
        self.requested
    }

    /// Its revocation, if it is revoked.
    #[must_use]
    pub const fn revoked(&self) -> Option<Revoked> {
        self.revoked
    }

    /// When the holder was told that it is about to expire.
    #[must_use]
    pub const fn noticed_at(&self) -> Option<Timestamp> {
        self.noticed_at
    }
}

/// Why automatic reissue stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Halt {
    /// The account has no hosting unit left; it goes on once there is one.
    NoUnit,
    /// The stored data is not acceptable any more; it goes on once it is.
    NotAcceptable,
    /// An automatic application ended without a certificate; it goes on once the holder acts (V-07).
    ApplicationEnded,
}

/// Automatic reissue: `AutoReissue`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hosting {
    /// Whether it is switched on.
    pub enabled: bool,
    /// Why it stands still, if it does.
    pub halted: Option<Halt>,
}

/// How an instance ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was paid back.
    Refunded {
        /// What came back, in minor units; never more than was paid in cash (L5).
        cash: u64,
        /// When.
        at: Timestamp,
    },
    /// It was closed.
    Closed {
        /// When.
        at: Timestamp,
    },
}

/// A subscription instance: bought for a term, it carries certificates in turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionInstance {
    pub(super) id: InstanceId,
    pub(super) account: AccountId,
    pub(super) origin: Origin,
    pub(super) term: Option<Term>,
    pub(super) data: Option<Arc<ApplicationData>>,
    pub(super) pending: Option<PendingApplication>,
    pub(super) last_result: Option<PendingResult>,
    /// Whether the last application ended without a certificate.
    pub(super) reopened: bool,
    pub(super) certificates: Vec<HeldCertificate>,
    pub(super) hosting: Hosting,
    /// The keys of applications that ended without a certificate, to know a late one by (T-49).
    pub(super) abandoned: Vec<SpkiDigest>,
    pub(super) orphans: Vec<Fingerprint>,
    pub(super) ending: Option<Ending>,
    pub(super) deleted_at: Option<Timestamp>,
}

impl SubscriptionInstance {
    /// Which instance.
    #[must_use]
    pub const fn id(&self) -> InstanceId {
        self.id
    }

    /// Whose it is.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Where it comes from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What was bought; none if it was uploaded.
    #[must_use]
    pub const fn subscription(&self) -> Option<&Subscription> {
        match &self.origin {
            Origin::Bought(subscription) => Some(subscription),
            Origin::Uploaded => None,
        }
    }

    /// `InstanceStartTime` and `InstanceEndTime`: none until the first issuance (V-04). Of an
    /// uploaded certificate, its validity.
    #[must_use]
    pub const fn term(&self) -> Option<Term> {
        self.term
    }

    /// What is stored to apply with.
    #[must_use]
    pub fn data(&self) -> Option<&ApplicationData> {
        self.data.as_deref()
    }

    /// The application under way.
    #[must_use]
    pub const fn pending(&self) -> Option<&PendingApplication> {
        self.pending.as_ref()
    }

    /// The last answer to an application.
    #[must_use]
    pub const fn pending_result(&self) -> Option<&PendingResult> {
        self.last_result.as_ref()
    }

    /// How far the task of the last application came; none before the first.
    #[must_use]
    pub const fn task(&self) -> Option<TaskStatus> {
        match (&self.pending, &self.last_result) {
            (Some(pending), _) if pending.at_ca => Some(TaskStatus::Success),
            (Some(_), _) => Some(TaskStatus::Processing),
            (None, Some(PendingResult::TaskFailed(_))) => Some(TaskStatus::Failed),
            (None, Some(PendingResult::Rejected(_) | PendingResult::Issued)) => {
                Some(TaskStatus::Success)
            }
            (None, None) => None,
        }
    }

    /// Every certificate, the oldest first.
    #[must_use]
    pub fn certificates(&self) -> &[HeldCertificate] {
        &self.certificates
    }

    /// The newest certificate: the one that `CertificateStatus` speaks of.
    #[must_use]
    pub fn current(&self) -> Option<&HeldCertificate> {
        self.certificates.last()
    }

    /// Automatic reissue.
    #[must_use]
    pub const fn hosting(&self) -> Hosting {
        self.hosting
    }

    /// Fingerprints of certificates that came too late and are being revoked (T-49).
    #[must_use]
    pub fn orphans(&self) -> &[Fingerprint] {
        &self.orphans
    }

    /// How it ended, if it did.
    #[must_use]
    pub const fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// When it was deleted. Its id is never used again.
    #[must_use]
    pub const fn deleted_at(&self) -> Option<Timestamp> {
        self.deleted_at
    }

    /// The certificate of a fingerprint, or the newest one.
    pub(super) fn held(&self, which: Option<Fingerprint>) -> Option<&HeldCertificate> {
        match which {
            None => self.current(),
            Some(which) => self
                .certificates
                .iter()
                .find(|held| held.certificate.fingerprint() == which),
        }
    }
}

/// The hosting units of an account: bought by number, they never lapse (V-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostingUnits {
    pub(super) account: AccountId,
    pub(super) total: u64,
    pub(super) used: u64,
}

impl HostingUnits {
    /// Whose they are.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// How many were bought.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// How many are with applications under way, or behind certificates.
    #[must_use]
    pub const fn used(&self) -> u64 {
        self.used
    }

    /// How many are left.
    #[must_use]
    pub const fn remaining(&self) -> u64 {
        self.total.saturating_sub(self.used)
    }
}
