//! What a local CA is told when it is founded.

use core::fmt;
use std::sync::Arc;

use crate::model::challenge::RecordType;
use crate::model::{Curve, KeyKind, Timestamp};

/// Who decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReviewPolicy {
    /// The CA agrees by itself.
    #[default]
    Auto,
    /// Somebody decides by calling a method of the CA.
    Manual,
}

/// The longest validity, in days, of a certificate issued at an instant.
pub(super) type Ceiling = Arc<dyn Fn(Timestamp) -> u32 + Send + Sync>;

/// The settings of a [`LocalCa`](super::LocalCa).
///
/// The validity ceiling has no default: it is a rule with dates, and a CA that had one built in
/// would be wrong on some day. It is asked with the instant of issuance and answers in days of
/// 86,400 seconds, both ends of the validity counted.
///
/// ```
/// use cert_lifecycle::adapter::local_ca::{LocalCaConfig, ReviewPolicy};
/// use cert_lifecycle::model::KeyKind;
/// let config = LocalCaConfig::new(|_| 90)
///     .with_hierarchy(KeyKind::Rsa { bits: 2_048 })
///     .with_review(ReviewPolicy::Manual);
/// assert!(format!("{config:?}").contains("Manual"));
/// ```
#[derive(Clone)]
pub struct LocalCaConfig {
    pub(super) ceiling: Ceiling,
    pub(super) hierarchy: KeyKind,
    pub(super) root_days: u32,
    pub(super) intermediate_days: u32,
    pub(super) crl_days: u32,
    pub(super) backdate: u32,
    pub(super) review: ReviewPolicy,
    pub(super) revocation: ReviewPolicy,
    pub(super) confirmation_mail: bool,
    pub(super) record_type: RecordType,
    pub(super) challenge_seed: Option<[u8; 32]>,
}

impl LocalCaConfig {
    /// P-256 for root and intermediate, which live 7,300 and 3,650 days; a CRL is due again after
    /// 7 days; no backdating; everything reviewed automatically; the confirmation mail for OV and
    /// EV is sent; DNS proofs are TXT records with unforeseeable values.
    #[must_use]
    pub fn new(ceiling: impl Fn(Timestamp) -> u32 + Send + Sync + 'static) -> Self {
        Self {
            ceiling: Arc::new(ceiling),
            hierarchy: KeyKind::Ec(Curve::P256),
            root_days: 7_300,
            intermediate_days: 3_650,
            crl_days: 7,
            backdate: 0,
            review: ReviewPolicy::Auto,
            revocation: ReviewPolicy::Auto,
            confirmation_mail: true,
            record_type: RecordType::Txt,
            challenge_seed: None,
        }
    }

    /// The keys of root and intermediate: RSA of 2048, 3072 or 4096 bits (PKCS #1, SHA-256), P-256
    /// (SHA-256), P-384 (SHA-384) or P-521 (SHA-512).
    #[must_use]
    pub fn with_hierarchy(mut self, kind: KeyKind) -> Self {
        self.hierarchy = kind;
        self
    }

    /// How many days root and intermediate live, both ends counted.
    #[must_use]
    pub fn with_hierarchy_days(mut self, root: u32, intermediate: u32) -> Self {
        (self.root_days, self.intermediate_days) = (root, intermediate);
        self
    }

    /// After how many days a CRL is to be replaced by a newer one.
    #[must_use]
    pub fn with_crl_days(mut self, days: u32) -> Self {
        self.crl_days = days;
        self
    }

    /// By how many seconds a certificate begins before it is issued, never before the
    /// intermediate. It is a courtesy to clocks that are slow; the Baseline Requirements allow
    /// 48 hours (§7.1.2.7).
    #[must_use]
    pub fn with_backdate(mut self, seconds: u32) -> Self {
        self.backdate = seconds;
        self
    }

    /// Who decides on applications whose domain is proven.
    #[must_use]
    pub fn with_review(mut self, policy: ReviewPolicy) -> Self {
        self.review = policy;
        self
    }

    /// Who decides on revocations that a holder asks for.
    #[must_use]
    pub fn with_revocation(mut self, policy: ReviewPolicy) -> Self {
        self.revocation = policy;
        self
    }

    /// Lets revocations of OV and EV certificates go on without the confirmation mail.
    #[must_use]
    pub fn without_confirmation_mail(mut self) -> Self {
        self.confirmation_mail = false;
        self
    }

    /// The kind of DNS record that proves a domain.
    #[must_use]
    pub fn with_record_type(mut self, record_type: RecordType) -> Self {
        self.record_type = record_type;
        self
    }

    /// Derives challenges from a seed, so that they come out the same in every run. Who knows the
    /// seed can publish a proof before the CA asks for it.
    #[must_use]
    pub fn with_challenge_seed(mut self, seed: [u8; 32]) -> Self {
        self.challenge_seed = Some(seed);
        self
    }
}

impl fmt::Debug for LocalCaConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCaConfig")
            .field("hierarchy", &self.hierarchy)
            .field("root_days", &self.root_days)
            .field("intermediate_days", &self.intermediate_days)
            .field("crl_days", &self.crl_days)
            .field("backdate", &self.backdate)
            .field("review", &self.review)
            .field("revocation", &self.revocation)
            .field("confirmation_mail", &self.confirmation_mail)
            .field("record_type", &self.record_type)
            .finish_non_exhaustive()
    }
}
