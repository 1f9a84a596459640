//! Commands: what holders, the CA and the clock ask of a case.

use alloc::sync::Arc;
use core::fmt;
use core::num::NonZeroU32;

use crate::model::{
    Challenge, InstanceId, IssuedCertificate, Note, OrderId, PlanId, Product, RevocationReason,
    SpkiDigest, Submission, Timestamp,
};

/// Something that is asked of a case.
///
/// Holders ask for the first group. The second brings answers of the CA: it may come late, twice or
/// out of order, and is judged like any other. `Wake` comes from the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Buy a resource plan.
    BuyPlan {
        /// Its id, never used before.
        plan: PlanId,
        /// What it is for.
        product: Product,
        /// How many units.
        count: NonZeroU32,
    },
    /// Apply for a certificate with a unit of the case's plan (T-04).
    Submit {
        /// The instance's id, never used before.
        instance: InstanceId,
        /// The order's id, never used before.
        order: OrderId,
        /// What is handed in.
        submission: Arc<Submission>,
    },
    /// Withdraw the application: `CancelOrderRequest` (T-11, T-12).
    Withdraw,
    /// Delete the order: `DeleteCertificateRequest` (T-10, T-13).
    Delete,
    /// Cancel a pending order in one step: `CancelCertificateForPackageRequest` (T-14).
    CancelOrder,
    /// Ask for the certificate's revocation: `CancelCertificateForPackageRequest` (T-19, T-23).
    RequestRevocation {
        /// Why.
        reason: RevocationReason,
    },
    /// Read the certificate, and the key if the service made it. It changes nothing.
    Collect,
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

/// The kind of a command, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CommandKind {
    /// [`Command::BuyPlan`].
    BuyPlan,
    /// [`Command::Submit`].
    Submit,
    /// [`Command::Withdraw`].
    Withdraw,
    /// [`Command::Delete`].
    Delete,
    /// [`Command::CancelOrder`].
    CancelOrder,
    /// [`Command::RequestRevocation`].
    RequestRevocation,
    /// [`Command::Collect`].
    Collect,
    /// [`Command::ReceiveChallenge`].
    ReceiveChallenge,
    /// [`Command::ConfirmDomain`].
    ConfirmDomain,
    /// [`Command::Approve`].
    Approve,
    /// [`Command::Reject`].
    Reject,
    /// [`Command::ConfirmRevocation`].
    ConfirmRevocation,
    /// [`Command::CompleteRevocation`].
    CompleteRevocation,
    /// [`Command::RefuseRevocation`].
    RefuseRevocation,
    /// [`Command::RecordCaRevocation`].
    RecordCaRevocation,
    /// [`Command::Wake`].
    Wake,
}

impl Command {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::BuyPlan { .. } => CommandKind::BuyPlan,
            Self::Submit { .. } => CommandKind::Submit,
            Self::Withdraw => CommandKind::Withdraw,
            Self::Delete => CommandKind::Delete,
            Self::CancelOrder => CommandKind::CancelOrder,
            Self::RequestRevocation { .. } => CommandKind::RequestRevocation,
            Self::Collect => CommandKind::Collect,
            Self::ReceiveChallenge { .. } => CommandKind::ReceiveChallenge,
            Self::ConfirmDomain => CommandKind::ConfirmDomain,
            Self::Approve { .. } => CommandKind::Approve,
            Self::Reject { .. } => CommandKind::Reject,
            Self::ConfirmRevocation => CommandKind::ConfirmRevocation,
            Self::CompleteRevocation { .. } => CommandKind::CompleteRevocation,
            Self::RefuseRevocation { .. } => CommandKind::RefuseRevocation,
            Self::RecordCaRevocation { .. } => CommandKind::RecordCaRevocation,
            Self::Wake => CommandKind::Wake,
        }
    }
}

impl CommandKind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::BuyPlan,
        Self::Submit,
        Self::Withdraw,
        Self::Delete,
        Self::CancelOrder,
        Self::RequestRevocation,
        Self::Collect,
        Self::ReceiveChallenge,
        Self::ConfirmDomain,
        Self::Approve,
        Self::Reject,
        Self::ConfirmRevocation,
        Self::CompleteRevocation,
        Self::RefuseRevocation,
        Self::RecordCaRevocation,
        Self::Wake,
    ];

    /// Its name, as in the table and the diagram.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::BuyPlan => "BuyPlan",
            Self::Submit => "Submit",
            Self::Withdraw => "Withdraw",
            Self::Delete => "Delete",
            Self::CancelOrder => "CancelOrder",
            Self::RequestRevocation => "RequestRevocation",
            Self::Collect => "Collect",
            Self::ReceiveChallenge => "ReceiveChallenge",
            Self::ConfirmDomain => "ConfirmDomain",
            Self::Approve => "Approve",
            Self::Reject => "Reject",
            Self::ConfirmRevocation => "ConfirmRevocation",
            Self::CompleteRevocation => "CompleteRevocation",
            Self::RefuseRevocation => "RefuseRevocation",
            Self::RecordCaRevocation => "RecordCaRevocation",
            Self::Wake => "Wake",
        }
    }

    /// The same in words, as a refusal says it.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::BuyPlan => "buy a plan",
            Self::Submit => "submit the application",
            Self::Withdraw => "withdraw the application",
            Self::Delete => "delete the order",
            Self::CancelOrder => "cancel the pending order",
            Self::RequestRevocation => "request the revocation",
            Self::Collect => "collect the certificate",
            Self::ReceiveChallenge => "receive a challenge",
            Self::ConfirmDomain => "confirm the domain",
            Self::Approve => "accept the CA's approval",
            Self::Reject => "accept the CA's rejection",
            Self::ConfirmRevocation => "confirm the revocation",
            Self::CompleteRevocation => "complete the revocation",
            Self::RefuseRevocation => "refuse the revocation",
            Self::RecordCaRevocation => "record the CA's revocation",
            Self::Wake => "look at the order",
        }
    }
}

impl fmt::Display for CommandKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
