//! The certificate instance: one slot that carries one certificate at a time.
//!
//! What exists only in a phase lives in that phase's variant. Pending Expiration and Expired are
//! not here: they follow from the clock (L6).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::certificate::IssuedCertificate;
use super::challenge::Challenge;
use super::id::{AccountId, ChainId, InstanceId, OrderId, PurchaseId, Target};
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
    pub(crate) automatic: bool,
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

    /// Whether the service made it, as hosting does, with the data of the first one.
    #[must_use]
    pub const fn automatic(&self) -> bool {
        self.automatic
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
    /// When its owner answered the CA's mail; none if that is still to come, or nothing was asked.
    pub confirmed_at: Option<Timestamp>,
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
    /// A later member of a hosting chain that waits for its turn.
    NotActivated {
        /// The order that it carries.
        order: OrderId,
    },
    /// Bought or drawn from a plan, and not applied for yet.
    Bought {
        /// The order that it carries.
        order: OrderId,
        /// Since when.
        at: Timestamp,
    },
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
    /// Put in from elsewhere: watched and deployed, outside the application machine.
    Uploaded(Uploaded),
    /// Ended without a certificate of its own.
    Ended {
        /// The order that it carried.
        order: OrderId,
        /// How.
        how: End,
        /// When.
        at: Timestamp,
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
        /// The certificate that was deleted with it: a repeated approval of it is no late one.
        certificate: Option<Fingerprint>,
        /// When.
        at: Timestamp,
    },
}

/// How a slot ended that never got a certificate of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// It was closed; only the vendor reopens it (T-43).
    Closed,
    /// Its owner cancelled it before its turn (T-25).
    Cancelled,
    /// It was merged into another slot (T-42).
    Merged(InstanceId),
}

/// What pays for an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A unit of a resource plan.
    Plan(Hold),
    /// A purchase of certificates.
    Purchase(PurchaseId),
    /// Nothing: it was uploaded.
    Uploaded,
}

/// A certificate from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    pub(crate) order: OrderId,
    pub(crate) name: Note,
    pub(crate) certificate: Arc<IssuedCertificate>,
    pub(crate) at: Timestamp,
    pub(crate) noticed_at: Option<Timestamp>,
}

impl Uploaded {
    /// The name that its owner gave it, unique in the account.
    #[must_use]
    pub const fn name(&self) -> &Note {
        &self.name
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &IssuedCertificate {
        &self.certificate
    }

    /// When it was uploaded.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// When its coming expiry was announced, if it was.
    #[must_use]
    pub const fn noticed_at(&self) -> Option<Timestamp> {
        self.noticed_at
    }
}

/// Which certificate an instance renews.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Renewed {
    /// The instance that carries the old certificate.
    pub from: InstanceId,
    /// The old certificate's last second, where its remaining time is carried over.
    pub carries: Option<Timestamp>,
}

/// A cloud product that a certificate was deployed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The product.
    pub target: Target,
    /// The domain that it serves there, if one was named.
    pub domain: Option<DomainName>,
    /// When.
    pub at: Timestamp,
}

/// An application that another one followed in the same slot: its certificate may still come (T-49).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierOrder {
    /// Its order.
    pub order: OrderId,
    /// The key that its certificate would carry, if the CA said which one it was given.
    pub key: Option<SpkiDigest>,
}

/// What few instances have, kept apart so that the many stay small.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Annex {
    pub(crate) chain: Option<ChainId>,
    pub(crate) renewed: Option<Renewed>,
    pub(crate) absorbed: Vec<InstanceId>,
    pub(crate) deployments: Vec<Deployment>,
    pub(crate) earlier: Vec<EarlierOrder>,
    pub(crate) orphans: Vec<Fingerprint>,
}

/// One slot that carries one certificate at a time. It owns the state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateInstance {
    pub(crate) id: InstanceId,
    pub(crate) account: AccountId,
    pub(crate) product: Product,
    pub(crate) origin: Origin,
    pub(crate) phase: Phase,
    pub(crate) annex: Option<Box<Annex>>,
}

impl CertificateInstance {
    /// How many deployments an instance keeps at most: a limit of size, not a rule.
    pub const DEPLOYMENT_LIMIT: usize = 256;

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

    /// What pays for it.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// The unit of a plan that it holds; none if it was bought or uploaded.
    #[must_use]
    pub const fn hold(&self) -> Option<Hold> {
        match self.origin {
            Origin::Plan(hold) => Some(hold),
            Origin::Purchase(_) | Origin::Uploaded => None,
        }
    }

    /// The purchase that bought it; none if it holds a unit of a plan or was uploaded.
    #[must_use]
    pub const fn purchase(&self) -> Option<PurchaseId> {
        match self.origin {
            Origin::Purchase(purchase) => Some(purchase),
            Origin::Plan(_) | Origin::Uploaded => None,
        }
    }

    /// What it is doing.
    #[must_use]
    pub const fn phase(&self) -> &Phase {
        &self.phase
    }

    /// The hosting chain that it is a member of.
    #[must_use]
    pub fn chain(&self) -> Option<ChainId> {
        self.annex.as_ref().and_then(|annex| annex.chain)
    }

    /// Which certificate it renews.
    #[must_use]
    pub fn renewed(&self) -> Option<Renewed> {
        self.annex.as_ref().and_then(|annex| annex.renewed)
    }

    /// The slots that were merged into it (T-42).
    #[must_use]
    pub fn absorbed(&self) -> &[InstanceId] {
        self.annex.as_ref().map_or(&[], |annex| &annex.absorbed)
    }

    /// Where its certificate is deployed.
    #[must_use]
    pub fn deployments(&self) -> &[Deployment] {
        self.annex.as_ref().map_or(&[], |annex| &annex.deployments)
    }

    /// The orders of the slot that another application followed, the latest 64.
    #[must_use]
    pub fn earlier(&self) -> &[EarlierOrder] {
        self.annex.as_ref().map_or(&[], |annex| &annex.earlier)
    }

    /// Fingerprints of certificates that a CA issued after the application was withdrawn or
    /// deleted, and that are being revoked (T-49).
    #[must_use]
    pub fn orphans(&self) -> &[Fingerprint] {
        self.annex.as_ref().map_or(&[], |annex| &annex.orphans)
    }

    pub(crate) fn annex_mut(&mut self) -> &mut Annex {
        self.annex.get_or_insert_default()
    }

    /// The order it carries; for an uploaded certificate, the number it is known by.
    #[must_use]
    pub const fn order(&self) -> OrderId {
        match &self.phase {
            Phase::NotActivated { order }
            | Phase::Bought { order, .. }
            | Phase::Ended { order, .. }
            | Phase::Deleted { order, .. } => *order,
            Phase::Verifying(application)
            | Phase::Validating(application)
            | Phase::Failed { application, .. }
            | Phase::Pending {
                withdrawn: application,
                ..
            } => application.order,
            Phase::Live(live) | Phase::Revoked { live, .. } => live.application.order,
            Phase::Uploaded(uploaded) => uploaded.order,
        }
    }

    /// The application under way or behind its certificate; none before the first, and none once
    /// it ended.
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
            Phase::NotActivated { .. }
            | Phase::Bought { .. }
            | Phase::Uploaded(_)
            | Phase::Ended { .. }
            | Phase::Deleted { .. } => None,
        }
    }

    /// The application that is under way: its domain is to be proved, or the CA reviews it.
    pub(crate) const fn under_way(&self) -> Option<&Application> {
        match &self.phase {
            Phase::Verifying(application) | Phase::Validating(application) => Some(application),
            Phase::NotActivated { .. }
            | Phase::Bought { .. }
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Live(_)
            | Phase::Revoked { .. }
            | Phase::Uploaded(_)
            | Phase::Ended { .. }
            | Phase::Deleted { .. } => None,
        }
    }

    /// Its certificate with what belongs to it, revoked or not; none if it was uploaded.
    #[must_use]
    pub const fn live(&self) -> Option<&Live> {
        match &self.phase {
            Phase::Live(live) | Phase::Revoked { live, .. } => Some(live),
            Phase::NotActivated { .. }
            | Phase::Bought { .. }
            | Phase::Verifying(_)
            | Phase::Validating(_)
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Uploaded(_)
            | Phase::Ended { .. }
            | Phase::Deleted { .. } => None,
        }
    }

    /// Its certificate, issued or uploaded.
    #[must_use]
    pub fn certificate(&self) -> Option<&IssuedCertificate> {
        match &self.phase {
            Phase::Live(live) | Phase::Revoked { live, .. } => Some(&live.certificate),
            Phase::Uploaded(uploaded) => Some(&uploaded.certificate),
            Phase::NotActivated { .. }
            | Phase::Bought { .. }
            | Phase::Verifying(_)
            | Phase::Validating(_)
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Ended { .. }
            | Phase::Deleted { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names and numbers of RFC 5280 §5.3.1.
    #[test]
    fn reasons_have_their_names_and_numbers() {
        for (reason, word, code) in [
            (RevocationReason::Unspecified, "unspecified", 0),
            (RevocationReason::KeyCompromise, "keyCompromise", 1),
            (
                RevocationReason::AffiliationChanged,
                "affiliationChanged",
                3,
            ),
            (RevocationReason::Superseded, "superseded", 4),
            (
                RevocationReason::CessationOfOperation,
                "cessationOfOperation",
                5,
            ),
            (
                RevocationReason::PrivilegeWithdrawn,
                "privilegeWithdrawn",
                9,
            ),
        ] {
            assert_eq!((reason.word(), reason.code()), (word, code));
        }
    }
}
