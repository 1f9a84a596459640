//! The nouns: checked values that can only be built valid.
//!
//! Nothing here knows a rule of a certificate service. A value is either well formed, or its
//! constructor says in a typed error why not; what a service *permits* is decided by
//! [`lifecycle`](crate::lifecycle) under a [`rulebook`](crate::rulebook).
//!
//! | Noun | Module |
//! |---|---|
//! | instants, days, offsets | [`time`] |
//! | accounts, instances, orders, plans | [`id`] |
//! | domain names | [`name`] |
//! | product specifications | [`product`] |
//! | people and companies that apply | [`applicant`] |
//! | proofs of a domain | [`challenge`] |
//! | keys and digests | [`key`] |
//! | what an RSA key shows of its making | [`weakness`] |
//! | certificate signing requests | [`csr`] |
//! | certificates | [`certificate`] |
//! | resource plans and their ledger | [`plan`] |
//! | purchases, payments and refunds | [`purchase`] |
//! | hosting chains | [`chain`] |
//! | instances and their applications | [`instance`] |
//! | submissions | [`submission`] |
//! | status words | [`status`] |
//! | edition keys and pins | [`pin`] |
//!
//! With the feature `chrono`, `model::chrono` converts instants, days and offsets; with the feature
//! `idna`, `model::unicode` reads and shows domain names in Unicode. Import nouns by name: a glob also
//! brings the modules `time` and `chrono` into scope, beside the crates of these names.

pub mod applicant;
pub mod certificate;
pub mod chain;
pub mod challenge;
#[cfg(feature = "chrono")]
pub mod chrono;
pub mod csr;
pub mod id;
pub mod instance;
pub mod key;
pub mod name;
pub mod pin;
pub mod plan;
pub mod product;
pub mod purchase;
pub mod status;
pub mod submission;
pub mod text;
pub mod time;
#[cfg(feature = "idna")]
pub mod unicode;
pub mod weakness;

pub use applicant::{Applicant, Company};
pub use certificate::{CertificateFacts, IssuedCertificate, Serial, Validity};
pub use chain::{HostingChain, Member, MemberState};
pub use challenge::{Challenge, ValidationMethod};
pub use csr::{CsrFacts, Possession, SubjectAltName};
pub use id::{AccountId, ChainId, InstanceId, OrderId, PlanId, PurchaseId, Target, TopLevel};
pub use instance::{
    Application, CertificateInstance, Deployment, EarlierOrder, End, Live, Origin, Phase, Renewed,
    Revocation, RevocationCause, RevocationReason, RevocationStage, Uploaded,
};
pub use key::{Curve, Fingerprint, KeyKind, SignatureHash, SpkiDigest};
pub use name::DomainName;
pub use pin::{Digest, EditionKey, Pin};
pub use plan::{Hold, HoldState, ResourcePlan};
pub use product::{Catalog, NameKind, Product, ProductCode, ValidationClass};
pub use purchase::{Bill, Currency, Payment, Purchase, PurchaseKind, RefundState};
pub use status::{Status, StatusSet};
pub use submission::{KeySource, Operation, Submission};
pub use text::{Note, TextError};
pub use time::{Day, Offset, Timestamp};
pub use weakness::{FactorSearch, FermatSearch, RsaExponent, RsaFacts, RsaFactsError};

/// Which of the vendor's two sites a customer belongs to; each has documents of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Site {
    /// The site for mainland China, documented in Chinese.
    Cn,
    /// The international site.
    Intl,
}

impl Site {
    /// Every site.
    pub const ALL: [Self; 2] = [Self::Cn, Self::Intl];

    /// The short word used in edition keys: `cn` or `intl`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cn => "cn",
            Self::Intl => "intl",
        }
    }
}

/// Through which door a customer acts; the documents of the two disagree in places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// The web console (documents S0, S1, S2).
    Console,
    /// The programming interface of 2020-04-07 (documents S3, S4).
    Api,
    /// The instance operations of 2026, which the vendor calls V2; what is made through one of the
    /// two interfaces is not reached through the other.
    ApiV2,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Console, Self::Api, Self::ApiV2];

    /// The short word used in edition keys: `console`, `api` or `api-v2`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Api => "api",
            Self::ApiV2 => "api-v2",
        }
    }
}
