//! The certificate instance: one slot that carries one certificate at a time.
//!
//! What exists only in a phase lives in that phase's variant. Pending Expiration and Expired are
//! not here: they follow from the clock (L6).

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::certificate::IssuedCertificate;
use super::challenge::Challenge;
use super::id::{AccountId, InstanceId, OrderId};
use super::key::{Fingerprint, SpkiDigest};
use super::name::DomainName;
use super::pin::Pin;
use super::plan::Hold;
use super::product::Product;
use super::submission::Submission;
use super::text::Note;
use super::time::Timestamp;

/// An application under way or behind a certificate: what was handed in, and how far it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    pub(crate) order: OrderId,
    pub(crate) submission: Arc<Submission>,
    pub(crate) names: Arc<[DomainName]>,
    pub(crate) submitted_at: Timestamp,
    pub(crate) pin: Pin,
    pub(crate) key: Option<SpkiDigest>,
    pub(crate) challenge: Option<Arc<Challenge>>,
}

impl Application {
    /// Its order.
    #[must_use]
    pub const fn order(&self) -> OrderId {
        self.order
    }

    /// What was handed in.
    #[must_use]
    pub fn submission(&self) -> &Submission {
        &self.submission
    }

    /// The names that the certificate will carry.
    #[must_use]
    pub fn names(&self) -> &[DomainName] {
        &self.names
    }

    /// When it was submitted: the instant that pins the application's rules (L9).
    #[must_use]
    pub const fn submitted_at(&self) -> Timestamp {
        self.submitted_at
    }

    /// The edition that judges application, quota and its return.
    #[must_use]
    pub const fn pin(&self) -> Pin {
        self.pin
    }

    /// The digest of the key that the certificate must carry, once it is known.
    #[must_use]
    pub const fn key(&self) -> Option<SpkiDigest> {
        self.key
    }

    /// How to prove the domain, once the CA has said so.
    #[must_use]
    pub fn challenge(&self) -> Option<&Challenge> {
        self.challenge.as_deref()
    }
}

/// Why a certificate is revoked, in the CRL reasons that the Baseline Requirements allow (§7.2.2).
///
/// The default is no reason at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RevocationReason {
    /// No reason given (code 0, left out of the CRL).
    #[default]
    Unspecified,
    /// The key is known to somebody else (1).
    KeyCompromise,
    /// The owner's affiliation changed (3).
    AffiliationChanged,
    /// Another certificate replaces it (4).
    Superseded,
    /// It is no longer needed (5).
    CessationOfOperation,
    /// A privilege was withdrawn; only a CA says so (9).
    PrivilegeWithdrawn,
}

impl RevocationReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// The code of RFC 5280 §5.3.1.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::PrivilegeWithdrawn => 9,
        }
    }

    /// The name of RFC 5280 §5.3.1.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
        }
    }
}

/// How far a requested revocation came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationStage {
    /// The owner must still answer the CA's mail (OV and EV).
    ToConfirm,
    /// The CA is at work.
    InReview,
}

/// A revocation that was asked for and is not yet decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// How far it came.
    pub stage: RevocationStage,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Why.
    pub reason: RevocationReason,
}

/// Who had a certificate revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationCause {
    /// Its holder asked for it.
    ByHolder,
    /// The CA did so on its own account (T-48).
    ByCa,
}

/// A certificate that was issued and not revoked; it may have expired meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    pub(crate) application: Application,
    pub(crate) certificate: Arc<IssuedCertificate>,
    pub(crate) issued_at: Timestamp,
    pub(crate) revocation: Option<Revocation>,
    pub(crate) noticed_at: Option<Timestamp>,
}

impl Live {
    /// The application behind it.
    #[must_use]
    pub const fn application(&self) -> &Application {
        &self.application
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &IssuedCertificate {
        &self.certificate
    }

    /// When the CA's approval arrived: the anchor of windows that run from issuance.
    #[must_use]
    pub const fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// The revocation that is under way, if any.
    #[must_use]
    pub const fn revocation(&self) -> Option<Revocation> {
        self.revocation
    }

    /// When the owner was told that it is about to expire.
    #[must_use]
    pub const fn noticed_at(&self) -> Option<Timestamp> {
        self.noticed_at
    }
}

/// What an instance is doing; facts only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// An order waits for the owner to prove the domain.
    Verifying(Application),
    /// The CA reviews it.
    Validating(Application),
    /// The CA refused it.
    Failed {
        /// What was refused.
        application: Application,
        /// When.
        at: Timestamp,
        /// Why, in the CA's words.
        reason: Note,
    },
    /// The application was withdrawn; the instance could be applied with again.
    Pending {
        /// What was withdrawn.
        withdrawn: Application,
        /// When.
        at: Timestamp,
    },
    /// A certificate was issued.
    Live(Live),
    /// The certificate was revoked.
    Revoked {
        /// What was revoked, with the request if the holder made one.
        live: Live,
        /// When the revocation was completed.
        at: Timestamp,
        /// By whom.
        cause: RevocationCause,
        /// Why.
        reason: RevocationReason,
    },
    /// Gone; the id is never used again.
    Deleted {
        /// The order that was deleted with it.
        order: OrderId,
        /// The key that its certificate would have carried, to know a late one by (T-49); none if the
        /// CA never said which one it was given.
        key: Option<SpkiDigest>,
        /// The names that it would have carried, kept where no key is known.
        names: Option<Arc<[DomainName]>>,
        /// When.
        at: Timestamp,
    },
}

/// One slot that carries one certificate at a time. It owns the state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateInstance {
    pub(crate) id: InstanceId,
    pub(crate) account: AccountId,
    pub(crate) product: Product,
    pub(crate) hold: Hold,
    pub(crate) phase: Phase,
    pub(crate) orphans: Vec<Fingerprint>,
}

impl CertificateInstance {
    /// Which instance.
    #[must_use]
    pub const fn id(&self) -> InstanceId {
        self.id
    }

    /// Whose instance.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// What it was bought for.
    #[must_use]
    pub const fn product(&self) -> Product {
        self.product
    }

    /// The unit that it holds.
    #[must_use]
    pub const fn hold(&self) -> Hold {
        self.hold
    }

    /// What it is doing.
    #[must_use]
    pub const fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Fingerprints of certificates that a CA issued after the application was withdrawn or
    /// deleted, and that are being revoked (T-49).
    #[must_use]
    pub fn orphans(&self) -> &[Fingerprint] {
        &self.orphans
    }

    /// The order it carries.
    #[must_use]
    pub const fn order(&self) -> OrderId {
        match &self.phase {
            Phase::Verifying(application)
            | Phase::Validating(application)
            | Phase::Failed { application, .. }
            | Phase::Pending {
                withdrawn: application,
                ..
            } => application.order,
            Phase::Live(live) | Phase::Revoked { live, .. } => live.application.order,
            Phase::Deleted { order, .. } => *order,
        }
    }

    /// The application under way or behind its certificate; none once deleted.
    #[must_use]
    pub const fn application(&self) -> Option<&Application> {
        match &self.phase {
            Phase::Verifying(application)
            | Phase::Validating(application)
            | Phase::Failed { application, .. }
            | Phase::Pending {
                withdrawn: application,
                ..
            } => Some(application),
            Phase::Live(live) | Phase::Revoked { live, .. } => Some(&live.application),
            Phase::Deleted { .. } => None,
        }
    }

    /// Its certificate, revoked or not.
    #[must_use]
    pub const fn live(&self) -> Option<&Live> {
        match &self.phase {
            Phase::Live(live) | Phase::Revoked { live, .. } => Some(live),
            Phase::Verifying(_)
            | Phase::Validating(_)
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Deleted { .. } => None,
        }
    }
}
