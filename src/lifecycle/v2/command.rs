//! Commands of the instance model: what holders, the service's task, the CA and the clock ask.

use alloc::sync::Arc;
use core::fmt;
use core::num::NonZeroU32;

use crate::lifecycle::refusal::Phrased;
use crate::model::{
    Challenge, Fingerprint, InstanceId, IssuedCertificate, Note, Payment, Product,
    RevocationReason, SpkiDigest, Timestamp,
};

use super::data::ApplicationData;

/// Declares the kinds of commands: name and phrase.
macro_rules! kinds {
    ($($name:ident = $phrase:literal;)*) => {
        /// The kind of a command, without its content.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum CommandKind {
            $(#[doc = concat!("[`Command::", stringify!($name), "`].")] $name,)*
        }

        impl CommandKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, as in the table.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }
        }

        impl Phrased for CommandKind {
            fn phrase(self) -> &'static str {
                match self {
                    $(Self::$name => $phrase,)*
                }
            }
        }
    };
}

kinds! {
    Buy = "buy the instance";
    Upload = "upload the certificate";
    BuyHosting = "buy hosting units";
    Update = "store the data";
    Apply = "apply for a certificate";
    Cancel = "cancel the application";
    RequestRevocation = "request the revocation";
    Refund = "pay the instance back";
    Delete = "delete the instance";
    SetHosting = "switch automatic reissue";
    Close = "close the instance";
    CompleteTask = "complete the application's task";
    FailTask = "fail the application's task";
    Issue = "accept the CA's certificate";
    Reject = "accept the CA's rejection";
    CompleteRevocation = "complete the revocation";
    RefuseRevocation = "refuse the revocation";
    RecordCaRevocation = "record the CA's revocation";
    Wake = "look at the instance";
}

impl fmt::Display for CommandKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Something that is asked of an instance.
///
/// Holders ask for the first group, up to `Close`. The rest brings answers, which may come late,
/// twice or out of order, and are judged like any other; `Wake` comes from the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Buy an instance (V-01).
    Buy {
        /// Its id, never used before.
        instance: InstanceId,
        /// What for.
        product: Product,
        /// `OrderEndTime`: from now until then is how long the instance lasts from its first
        /// certificate on.
        until: Timestamp,
        /// What was paid.
        payment: Payment,
    },
    /// Bring a certificate from elsewhere (V-10).
    Upload {
        /// The instance's id, never used before.
        instance: InstanceId,
        /// The certificate.
        certificate: Arc<IssuedCertificate>,
    },
    /// Buy hosting units for the account (V-12).
    BuyHosting {
        /// How many.
        count: NonZeroU32,
    },
    /// Store what is applied with: `UpdateInstance` (V-02).
    Update {
        /// All of it.
        data: Arc<ApplicationData>,
    },
    /// Apply with what is stored: `ApplyCertificate` (T-44).
    Apply,
    /// Cancel what is not issued: `CancelPendingCertificate` (T-45).
    Cancel,
    /// Ask for a revocation: `RevokeCertificate` (T-46).
    RequestRevocation {
        /// Of which certificate; of the newest one if none is named.
        certificate: Option<Fingerprint>,
        /// Why.
        reason: RevocationReason,
    },
    /// Claim the money: `RefundInstance` (T-47).
    Refund,
    /// Delete: `DeleteInstance` (V-08).
    Delete,
    /// Switch `AutoReissue` (V-05).
    SetHosting {
        /// On or off.
        enabled: bool,
    },
    /// Close (V-09).
    Close,
    /// The application's task succeeded: the CA has it (V-03).
    CompleteTask {
        /// The key that the CA was given.
        key: SpkiDigest,
        /// `DomainValidationList`: how to prove the domains.
        challenges: Arc<[Challenge]>,
    },
    /// The application's task failed (V-03).
    FailTask {
        /// Why.
        reason: Note,
    },
    /// The CA issued (T-44; T-49 if it comes too late).
    Issue {
        /// What it issued.
        certificate: Arc<IssuedCertificate>,
    },
    /// The CA rejected the application.
    Reject {
        /// Why, in its words.
        reason: Note,
    },
    /// The CA completed the revocation (T-46).
    CompleteRevocation {
        /// Of which certificate; of the newest one if none is named.
        certificate: Option<Fingerprint>,
        /// When, by the CA's word. An instant after the decision counts as the decision's, and one
        /// before the request as the request's.
        at: Timestamp,
    },
    /// The CA refused the revocation.
    RefuseRevocation {
        /// Of which certificate; of the newest one if none is named.
        certificate: Option<Fingerprint>,
    },
    /// The CA revoked on its own account (T-48).
    RecordCaRevocation {
        /// Which certificate; the newest one if none is named.
        certificate: Option<Fingerprint>,
        /// Why.
        reason: RevocationReason,
        /// When, by the CA's word, bounded by issuance and decision.
        at: Timestamp,
    },
    /// Time has passed: do what is due (R-42, V-06).
    Wake,
}

impl Command {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::Buy { .. } => CommandKind::Buy,
            Self::Upload { .. } => CommandKind::Upload,
            Self::BuyHosting { .. } => CommandKind::BuyHosting,
            Self::Update { .. } => CommandKind::Update,
            Self::Apply => CommandKind::Apply,
            Self::Cancel => CommandKind::Cancel,
            Self::RequestRevocation { .. } => CommandKind::RequestRevocation,
            Self::Refund => CommandKind::Refund,
            Self::Delete => CommandKind::Delete,
            Self::SetHosting { .. } => CommandKind::SetHosting,
            Self::Close => CommandKind::Close,
            Self::CompleteTask { .. } => CommandKind::CompleteTask,
            Self::FailTask { .. } => CommandKind::FailTask,
            Self::Issue { .. } => CommandKind::Issue,
            Self::Reject { .. } => CommandKind::Reject,
            Self::CompleteRevocation { .. } => CommandKind::CompleteRevocation,
            Self::RefuseRevocation { .. } => CommandKind::RefuseRevocation,
            Self::RecordCaRevocation { .. } => CommandKind::RecordCaRevocation,
            Self::Wake => CommandKind::Wake,
        }
    }
}
