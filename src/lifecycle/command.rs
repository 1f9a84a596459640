//! Commands: what holders, the CA and the clock ask of a case.

use alloc::sync::Arc;
use core::fmt;
use core::num::NonZeroU32;

use crate::model::{
    ChainId, Challenge, DomainName, InstanceId, IssuedCertificate, Note, OrderId, Payment, PlanId,
    Product, PurchaseId, RevocationReason, SpkiDigest, Submission, Target, Timestamp,
};

/// The ids of an instance that a purchase brings about, never used before.
///
/// A slot has an order from the purchase on, by which it is shown and found while nothing was applied
/// for. Each application brings an order of its own ([`Command::Apply`]), as each attempt of the API
/// does: what the CA still answers to an earlier one stays apart from it (T-49).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// The instance.
    pub instance: InstanceId,
    /// The order that it carries until it is applied for.
    pub order: OrderId,
}

/// A purchase to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Paid {
    /// Its id, never used before.
    pub purchase: PurchaseId,
    /// What is paid.
    pub payment: Payment,
}

/// A purchase of certificates: one slot a year.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NewPurchase {
    /// What is paid.
    pub paid: Paid,
    /// The specification.
    pub product: Product,
    /// The slots, one for each year, in the order in which they serve.
    pub slots: Arc<[Slot]>,
    /// The chain that links them, never used before; needed from the second year on.
    pub chain: Option<ChainId>,
}

/// Further years for a certificate that is there already.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Extension {
    /// What is paid.
    pub paid: Paid,
    /// The chain, never used before.
    pub chain: ChainId,
    /// The specification of the further members; that of the certificate unless it was uploaded.
    pub product: Product,
    /// The slots, one for each further year.
    pub slots: Arc<[Slot]>,
    /// What they are applied for with, where the certificate was uploaded.
    pub submission: Option<Arc<Submission>>,
}

/// A certificate from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Upload {
    /// Its ids.
    pub slot: Slot,
    /// The specification that it is listed under.
    pub product: Product,
    /// Its name, unique in the account.
    pub name: Note,
    /// The certificate.
    pub certificate: Arc<IssuedCertificate>,
    /// The key that was uploaded with it.
    pub key: SpkiDigest,
}

/// Something that is asked of a case.
///
/// Holders ask for the first group. The second brings answers of the CA: it may come late, twice or
/// out of order, and is judged like any other. `Wake` comes from the clock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Buy a resource plan.
    BuyPlan {
        /// Its id, never used before.
        plan: PlanId,
        /// What it is for.
        product: Product,
        /// How many units.
        count: NonZeroU32,
        /// What is paid.
        payment: Payment,
    },
    /// Buy certificates: one slot a year, linked where there are several (T-01, T-02).
    Buy(Arc<NewPurchase>),
    /// Take a unit of the case's plan as a slot that is applied for later, as the console does.
    Draw(Slot),
    /// Apply for a certificate with a unit of the case's plan (T-04).
    Submit {
        /// The instance's id, never used before.
        instance: InstanceId,
        /// The order's id, never used before.
        order: OrderId,
        /// What is handed in.
        submission: Arc<Submission>,
    },
    /// Apply with the slot at hand, for the first time or again (T-03, T-09).
    Apply {
        /// The order's id, never used before.
        order: OrderId,
        /// What is handed in.
        submission: Arc<Submission>,
    },
    /// Withdraw the application: `CancelOrderRequest` (T-11, T-12).
    Withdraw,
    /// Delete the order: `DeleteCertificateRequest` (T-10, T-13).
    Delete,
    /// Cancel what is pending in one step: `CancelCertificateForPackageRequest` or the console's
    /// cancel (T-14, T-15), and a chain's member before its turn (T-25).
    CancelOrder,
    /// Have a bought slot shut down (T-43).
    Close,
    /// Merge the slot into the other one of the case (T-42).
    Merge,
    /// Ask for the certificate's revocation: `CancelCertificateForPackageRequest` (T-19, T-23).
    RequestRevocation {
        /// Why.
        reason: RevocationReason,
    },
    /// Read or download the certificate, and the key if the service made it. It changes nothing
    /// (T-40).
    Collect,
    /// Delete the certificate itself (T-37).
    DeleteCertificate,
    /// Deploy the certificate to a cloud product (T-39).
    Deploy {
        /// Which.
        target: Target,
        /// The domain that it serves there.
        domain: Option<DomainName>,
    },
    /// Take the certificate off a cloud product.
    Undeploy {
        /// Which.
        target: Target,
    },
    /// Renew the certificate: a further slot, the old one untouched (T-31).
    Renew {
        /// The ids of the further slot.
        slot: Slot,
        /// What is paid; without it, the slot takes a unit of the case's plan.
        paid: Option<Paid>,
    },
    /// Buy hosting for a certificate that is there already (T-41).
    EnableHosting(Arc<Extension>),
    /// Put a certificate from elsewhere under management (T-38).
    Upload(Arc<Upload>),
    /// Claim the money back: of the case's purchase, or without one of its plan (T-33, T-36).
    ClaimRefund,
    /// Take the claim back (T-34).
    CancelRefund,
    /// The vendor granted the claim (T-35).
    GrantRefund,
    /// The vendor refused the claim (T-35).
    RefuseRefund {
        /// Why, in its words.
        reason: Note,
    },
    /// The service activates the chain's next member and applies for it (T-26).
    Activate {
        /// The order's id, never used before.
        order: OrderId,
    },
    /// The CA says how to prove the domain, and for which key.
    ReceiveChallenge {
        /// What to put where.
        challenge: Arc<Challenge>,
        /// The key that the CA was given.
        key: SpkiDigest,
    },
    /// The CA found the domain proved (T-05).
    ConfirmDomain,
    /// The CA issued the certificate (T-06; T-49 if it comes too late).
    Approve {
        /// What it issued.
        certificate: Arc<IssuedCertificate>,
    },
    /// The CA refused the application (T-07).
    Reject {
        /// Why, in its words.
        reason: Note,
    },
    /// The holder answered the CA's mail about the revocation (T-20).
    ConfirmRevocation,
    /// The CA completed the revocation (T-21).
    CompleteRevocation {
        /// When, by the CA's word: an answer that comes late must not cost the holder a unit. An
        /// instant after the decision counts as the decision's, and one before the request as the
        /// request's.
        at: Timestamp,
    },
    /// The CA refused the revocation (T-22).
    RefuseRevocation {
        /// Why, in its words.
        reason: Note,
    },
    /// The CA revoked on its own account (T-48).
    RecordCaRevocation {
        /// Why.
        reason: RevocationReason,
        /// When, by the CA's word. An instant after the decision counts as the decision's, and one
        /// before issuance as the issuance's.
        at: Timestamp,
    },
    /// Time has passed: do what is due (T-17).
    Wake,
}

/// Declares the kinds of command once, with what a person would call each.
macro_rules! kinds {
    ($($kind:ident = $phrase:literal,)*) => {
        /// Which command, without what it carries.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum CommandKind {
            $(#[doc = concat!("[`Command::", stringify!($kind), "`]: ", $phrase, ".")] $kind,)*
        }

        impl CommandKind {
            /// Every kind: the holder's, then the CA's and the vendor's, then the clock's.
            pub const ALL: [Self; [$(stringify!($kind),)*].len()] = [$(Self::$kind,)*];

            /// Its name.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)*
                }
            }

            /// What it asks for, as the end of "cannot ...".
            #[must_use]
            pub const fn phrase(self) -> &'static str {
                match self {
                    $(Self::$kind => $phrase,)*
                }
            }
        }
    };
}

kinds! {
    BuyPlan = "buy a plan",
    Buy = "buy certificates",
    Draw = "take a slot from the plan",
    Submit = "submit the application",
    Apply = "apply with the slot",
    Withdraw = "withdraw the application",
    Delete = "delete the order",
    CancelOrder = "cancel the pending order",
    Close = "close the slot",
    Merge = "merge the slot",
    RequestRevocation = "request the revocation",
    ConfirmRevocation = "confirm the revocation",
    Collect = "collect the certificate",
    DeleteCertificate = "delete the certificate",
    Deploy = "deploy the certificate",
    Undeploy = "take the certificate off the product",
    Renew = "renew the certificate",
    EnableHosting = "enable hosting",
    Upload = "upload the certificate",
    ClaimRefund = "claim the refund",
    CancelRefund = "take the refund claim back",
    ReceiveChallenge = "receive a challenge",
    ConfirmDomain = "confirm the domain",
    Approve = "accept the CA's approval",
    Reject = "accept the CA's rejection",
    CompleteRevocation = "complete the revocation",
    RefuseRevocation = "refuse the revocation",
    RecordCaRevocation = "record the CA's revocation",
    GrantRefund = "grant the refund",
    RefuseRefund = "refuse the refund",
    Activate = "activate the next certificate",
    Wake = "look at the order",
}

impl Command {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::BuyPlan { .. } => CommandKind::BuyPlan,
            Self::Buy(_) => CommandKind::Buy,
            Self::Draw(_) => CommandKind::Draw,
            Self::Submit { .. } => CommandKind::Submit,
            Self::Apply { .. } => CommandKind::Apply,
            Self::Withdraw => CommandKind::Withdraw,
            Self::Delete => CommandKind::Delete,
            Self::CancelOrder => CommandKind::CancelOrder,
            Self::Close => CommandKind::Close,
            Self::Merge => CommandKind::Merge,
            Self::RequestRevocation { .. } => CommandKind::RequestRevocation,
            Self::ConfirmRevocation => CommandKind::ConfirmRevocation,
            Self::Collect => CommandKind::Collect,
            Self::DeleteCertificate => CommandKind::DeleteCertificate,
            Self::Deploy { .. } => CommandKind::Deploy,
            Self::Undeploy { .. } => CommandKind::Undeploy,
            Self::Renew { .. } => CommandKind::Renew,
            Self::EnableHosting(_) => CommandKind::EnableHosting,
            Self::Upload(_) => CommandKind::Upload,
            Self::ClaimRefund => CommandKind::ClaimRefund,
            Self::CancelRefund => CommandKind::CancelRefund,
            Self::ReceiveChallenge { .. } => CommandKind::ReceiveChallenge,
            Self::ConfirmDomain => CommandKind::ConfirmDomain,
            Self::Approve { .. } => CommandKind::Approve,
            Self::Reject { .. } => CommandKind::Reject,
            Self::CompleteRevocation { .. } => CommandKind::CompleteRevocation,
            Self::RefuseRevocation { .. } => CommandKind::RefuseRevocation,
            Self::RecordCaRevocation { .. } => CommandKind::RecordCaRevocation,
            Self::GrantRefund => CommandKind::GrantRefund,
            Self::RefuseRefund { .. } => CommandKind::RefuseRefund,
            Self::Activate { .. } => CommandKind::Activate,
            Self::Wake => CommandKind::Wake,
        }
    }
}

impl fmt::Display for CommandKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
