//! What a rule can say: the types of the values in clauses.
//!
//! Each prints in a canonical form; that text is what an edition's digest is taken over.

mod advice;
mod custody;
mod hosting;
mod names;
mod refund;
mod weak_key;
pub(crate) mod words;

use core::fmt;

pub use advice::{
    MessageRule, Module, ModuleSet, RefundMargin, ReviewTimes, ShownDays, WorkingDays,
};
pub use custody::{CarryOver, FreeLimit, TargetSet, UploadName};
pub use hosting::{HostingYears, LateHosting, Trigger};
pub use names::BarredNames;
pub use refund::{
    AddOn, Anchor, PlanRefundRule, RefundAct, RefundCase, RefundClause, RefundLimit, RefundRule,
    Review,
};
pub use weak_key::{ExponentRule, SmallestFactor, WeakKeyRule};
pub use words::{Permission, RefundTrigger, RenewalResult, ReturnAnchor, Unused};

use crate::model::{Curve, KeyKind, Operation, SignatureHash, ValidationClass};

/// How "within N days" is counted (C2, X-34).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// To the end of the N-th day after the anchor's day.
    EndOfDay,
    /// N times 86,400 seconds, the last instant included.
    Rolling,
}

/// Which act must fall into the window of a revocation (X-04, C5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DecisiveAct {
    /// The holder's request.
    RevocationRequested,
    /// The CA's completion.
    RevocationCompleted,
}

/// When a certificate counts as about to expire (X-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NoticeRule {
    /// Pending Expiration begins when at most so many days remain.
    pub within_days: u16,
}

impl fmt::Display for NoticeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "pending expiration when {} days or fewer remain",
            self.within_days
        )
    }
}

/// When an operation consumes a unit for good; it is set aside at submission in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsumeAt {
    /// When the application is submitted.
    Submission,
    /// When the certificate is issued; until then the unit is reserved.
    Issuance,
}

impl fmt::Display for ConsumeAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Submission => "on submission",
            Self::Issuance => "on issuance",
        })
    }
}

/// When each operation consumes its unit (X-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Consumption {
    /// `CreateCertificateForPackageRequest`.
    pub for_package: ConsumeAt,
    /// `CreateCertificateRequest`.
    pub request: ConsumeAt,
    /// `CreateCertificateWithCsrRequest`.
    pub with_csr: ConsumeAt,
}

impl Consumption {
    /// When an operation consumes its unit.
    #[must_use]
    pub const fn of(&self, operation: Operation) -> ConsumeAt {
        match operation {
            Operation::ForPackage => self.for_package,
            Operation::Request => self.request,
            Operation::WithCsr => self.with_csr,
        }
    }
}

impl fmt::Display for Consumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Operation::ALL
            .into_iter()
            .enumerate()
            .try_for_each(|(place, operation)| {
                let comma = if place == 0 { "" } else { ", " };
                write!(f, "{comma}{} {}", operation.word(), self.of(operation))
            })
    }
}

/// Within how many days of their anchor the decisive act of a revocation must fall, so that the unit
/// comes back (X-09).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReturnDays(pub u16);

impl fmt::Display for ReturnDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "within {} days", self.0)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndOfDay => "to the end of the last day",
            Self::Rolling => "to the second",
        })
    }
}

impl fmt::Display for DecisiveAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RevocationRequested => "the holder's request",
            Self::RevocationCompleted => "the CA's completion",
        })
    }
}

/// When the unit of a revoked certificate comes back, its three parts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReturnRule {
    /// Within so many days of the anchor.
    pub days: u16,
    /// Counted so.
    pub method: Method,
    /// This act must fall inside.
    pub act: DecisiveAct,
    /// Counted from here.
    pub anchor: ReturnAnchor,
}

/// How many revocations a holder has (X-22).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationLimit {
    /// As many as wanted.
    Unlimited,
    /// One for each certificate that the account bought, whether or not it was paid back.
    PerAccount,
    /// One for each certificate of the same product that the account bought and that was not paid back.
    PerProduct,
}

impl fmt::Display for RevocationLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unlimited => "unlimited",
            Self::PerAccount => "one for each certificate that the account bought",
            Self::PerProduct => "one for each certificate of the product that the account bought",
        })
    }
}

/// A set of validation classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClassSet {
    /// DV.
    pub dv: bool,
    /// OV.
    pub ov: bool,
    /// EV.
    pub ev: bool,
}

impl ClassSet {
    /// No class.
    pub const NONE: Self = Self {
        dv: false,
        ov: false,
        ev: false,
    };
    /// Every class.
    pub const ALL: Self = Self {
        dv: true,
        ov: true,
        ev: true,
    };
    /// Domain validated alone.
    pub const DV: Self = Self {
        dv: true,
        ov: false,
        ev: false,
    };
    /// The classes that check an organization.
    pub const OV_AND_EV: Self = Self {
        dv: false,
        ov: true,
        ev: true,
    };

    /// Whether it holds a class.
    #[must_use]
    pub const fn contains(self, class: ValidationClass) -> bool {
        match class {
            ValidationClass::Dv => self.dv,
            ValidationClass::Ov => self.ov,
            ValidationClass::Ev => self.ev,
        }
    }
}

impl fmt::Display for ClassSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = ValidationClass::ALL
            .into_iter()
            .filter(|&class| self.contains(class))
            .map(ValidationClass::word);
        write_list(f, words)
    }
}

/// A set of operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OperationSet {
    /// `CreateCertificateForPackageRequest`.
    pub for_package: bool,
    /// `CreateCertificateRequest`.
    pub request: bool,
    /// `CreateCertificateWithCsrRequest`.
    pub with_csr: bool,
}

impl OperationSet {
    /// Whether it holds an operation.
    #[must_use]
    pub const fn contains(self, operation: Operation) -> bool {
        match operation {
            Operation::ForPackage => self.for_package,
            Operation::Request => self.request,
            Operation::WithCsr => self.with_csr,
        }
    }
}

impl fmt::Display for OperationSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Operation::ALL
            .into_iter()
            .filter(|&operation| self.contains(operation))
            .map(Operation::word);
        write_list(f, words)
    }
}

fn write_list<'w>(f: &mut fmt::Formatter<'_>, words: impl Iterator<Item = &'w str>) -> fmt::Result {
    let mut any = false;
    for word in words {
        if any {
            f.write_str(", ")?;
        }
        any = true;
        f.write_str(word)?;
    }
    if any { Ok(()) } else { f.write_str("none") }
}

/// The most domains of one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NameLimit(pub u16);

impl fmt::Display for NameLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {} domains", self.0)
    }
}

/// Whether a file on a web server proves a wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileForWildcard {
    /// It does.
    Proves,
    /// It does not.
    ProvesNot,
}

impl fmt::Display for FileForWildcard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proves => "a file proves a wildcard",
            Self::ProvesNot => "a file does not prove a wildcard",
        })
    }
}

/// Whether the CN of a signing request must be among its subject alternative names, if it has any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommonNameRule {
    /// It must.
    AmongAltNames,
    /// It need not.
    Free,
}

impl fmt::Display for CommonNameRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AmongAltNames => "the CN is among the alternative names, if there are any",
            Self::Free => "the CN need not be among the alternative names",
        })
    }
}

/// Which keys and requests are acceptable.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each kind of key is allowed or not by itself; a rulebook file reads the same way"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CsrRule {
    /// The fewest bits of an RSA modulus.
    pub rsa_min_bits: u32,
    /// The most, if there is a bound.
    pub rsa_max_bits: Option<u32>,
    /// RSA moduli have a multiple of so many bits.
    pub rsa_step_bits: u32,
    /// Whether P-256 is allowed.
    pub p256: bool,
    /// Whether P-384 is allowed.
    pub p384: bool,
    /// Whether P-521 is allowed.
    pub p521: bool,
    /// Whether Ed25519 is allowed.
    pub ed25519: bool,
    /// The fewest bits of the hash in a request's signature.
    pub hash_min_bits: u16,
}

impl CsrRule {
    /// Whether a key is strong enough and of an allowed kind.
    #[must_use]
    pub const fn permits_key(&self, key: KeyKind) -> bool {
        match key {
            KeyKind::Rsa { bits } => {
                let fits = match self.rsa_max_bits {
                    Some(most) => bits <= most,
                    None => true,
                };
                fits && bits >= self.rsa_min_bits
                    && matches!(bits.checked_rem(self.rsa_step_bits), Some(0))
            }
            KeyKind::Ec(Curve::P256) => self.p256,
            KeyKind::Ec(Curve::P384) => self.p384,
            KeyKind::Ec(Curve::P521) => self.p521,
            KeyKind::Ed25519 => self.ed25519,
            KeyKind::Ec(Curve::Other) | KeyKind::Other => false,
        }
    }

    /// A kind of key that it takes: the first allowed curve, else an RSA key of a usual length or else the
    /// shortest; none if it takes no key at all.
    ///
    /// ```
    /// use cert_lifecycle::model::{Curve, KeyKind};
    /// use cert_lifecycle::rulebook::{CsrRule, Rulebook};
    /// let edition = Rulebook::published().edition("2023-api")?;
    /// let rule = edition.csr().value;
    /// assert_eq!(rule.any_key(), Some(KeyKind::Ec(Curve::P256)));
    /// let long = CsrRule { p256: false, p384: false, p521: false, rsa_min_bits: 3_000, ..rule };
    /// assert_eq!(long.any_key(), Some(KeyKind::Rsa { bits: 3_072 }));
    /// # Ok::<(), cert_lifecycle::rulebook::ResolveError>(())
    /// ```
    #[must_use]
    pub fn any_key(&self) -> Option<KeyKind> {
        let bits = self
            .rsa_min_bits
            .checked_next_multiple_of(self.rsa_step_bits);
        let curves = [Curve::P256, Curve::P384, Curve::P521].map(KeyKind::Ec);
        let rsa = [2_048, 3_072, 4_096].into_iter().chain(bits);
        let rsa = rsa.map(|bits| KeyKind::Rsa { bits });
        let mut all = curves.into_iter().chain([KeyKind::Ed25519]).chain(rsa);
        all.find(|key| self.permits_key(*key))
    }

    /// Whether a request may be signed with a hash.
    #[must_use]
    pub const fn permits_hash(&self, hash: SignatureHash) -> bool {
        let bits = match hash {
            SignatureHash::Md5 => 128,
            SignatureHash::Sha1 => 160,
            SignatureHash::Sha256 => 256,
            SignatureHash::Sha384 => 384,
            // Ed25519 hashes with SHA-512 inside.
            SignatureHash::Sha512 | SignatureHash::Intrinsic => 512,
            SignatureHash::Other => return false,
        };
        bits >= self.hash_min_bits
    }
}

impl fmt::Display for CsrRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RSA from {} ", self.rsa_min_bits)?;
        if let Some(most) = self.rsa_max_bits {
            write!(f, "to {most} ")?;
        }
        write!(f, "bits in steps of {}, curves ", self.rsa_step_bits)?;
        let curves = [
            (self.p256, "P-256"),
            (self.p384, "P-384"),
            (self.p521, "P-521"),
            (self.ed25519, "Ed25519"),
        ];
        write_list(f, curves.into_iter().filter(|c| c.0).map(|c| c.1))?;
        write!(f, "; a hash from {} bits", self.hash_min_bits)
    }
}

/// How long a certificate is sold for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TermRule {
    /// Days of validity that the service asks the CA for; the ceilings cut it.
    pub days: u16,
}

impl fmt::Display for TermRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} days", self.days)
    }
}
