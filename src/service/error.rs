//! What can go wrong in a service: a refusal is an answer, the rest are failures.

use alloc::boxed::Box;
use core::fmt;

use crate::lifecycle::Refusal;
use crate::model::{Note, OrderId};
use crate::pki::ChainError;
use crate::port::{
    Because, CaError, DeliveryError, IdempotencyKey, KeyVaultError, StoreError, StreamId,
};
use crate::rulebook::ResolveError;

/// Why a service did not do as asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The rules do not permit it. Nothing was changed.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The CA failed or refused.
    #[error(transparent)]
    Ca(#[from] CaError),
    /// The key vault failed or refused.
    #[error(transparent)]
    Vault(#[from] KeyVaultError),
    /// A payout, a notice or a deployment did not go out.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// The rulebook has no edition for the case.
    #[error(transparent)]
    Rules(#[from] ResolveError),
    /// What the CA issued for an order is no certificate.
    #[error("what the CA issued for order {order} can't be read")]
    Certificate {
        /// The order.
        order: OrderId,
        /// Why; it is the [source](core::error::Error::source) as well.
        #[source]
        error: ChainError,
    },
    /// The CA is through with an order whose domain is not known to be proved, or cancelled one under review that
    /// nobody here withdrew. The rules know no such step (R-06), so the order stays as it is, and the CA
    /// will say nothing else about it. [`Command::Withdraw`](crate::lifecycle::Command::Withdraw) and
    /// then [`Command::Delete`](crate::lifecycle::Command::Delete) bring its unit back. If the CA did
    /// see the proof, [`Command::ConfirmDomain`](crate::lifecycle::Command::ConfirmDomain) and then
    /// [`Command::Reject`](crate::lifecycle::Command::Reject) say so; the latter alone ends what was
    /// cancelled under review.
    #[error("the CA has closed order {order}, which waits for it{}", Because(.reason.as_ref()))]
    ClosedByCa {
        /// The order.
        order: OrderId,
        /// Why the CA refused it; none if it cancelled it.
        reason: Option<Note>,
    },
    /// An id that was to be new is taken. Where the service draws ids itself, it drew again and again:
    /// then the source of ids breaks its contract.
    #[error("a new id was expected, but {0} exists")]
    IdTaken(TakenId),
    /// The key was used for another request. Nothing was changed.
    #[error("the idempotency key {0} was used before for another request")]
    KeyReused(IdempotencyKey),
    /// A port gave no answer in time ([`Settings::answer_limit`](super::Settings::answer_limit)).
    /// Whether it did what it was asked is unknown; it is asked again under the same id.
    #[error("no answer within {seconds} s")]
    NoAnswer {
        /// How long it was waited for.
        seconds: u32,
    },
    /// A piece of work was taken again and again, and the last attempt never ended: whoever had it
    /// died, or was too slow each time. It was not tried once more.
    #[error("it was taken {taken} times, and the last attempt never ended")]
    NeverEnded {
        /// How often, before it was laid aside.
        taken: u32,
    },
    /// Others were faster every time. Nothing was changed; try again.
    #[error("others changed the same case again and again; try once more")]
    Contended,
}

/// An id that was to be new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TakenId {
    /// Of a stream.
    Stream(StreamId),
    /// Of an order.
    Order(OrderId),
}

impl fmt::Display for TakenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(stream) => write!(f, "{stream}"),
            Self::Order(order) => write!(f, "order {order}"),
        }
    }
}

impl From<Refusal> for ServiceError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl ServiceError {
    /// What went wrong in one word, for logs and counts: it tells neither whose case it was nor what
    /// was in it.
    ///
    /// ```
    /// use cert_lifecycle::service::ServiceError;
    /// assert_eq!(ServiceError::Contended.word(), "contended");
    /// ```
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Store(_) => "store",
            Self::Ca(_) => "ca",
            Self::Vault(_) => "vault",
            Self::Delivery(_) => "delivery",
            Self::Rules(_) => "rules",
            Self::Certificate { .. } => "certificate",
            Self::ClosedByCa { .. } => "closed_by_ca",
            Self::IdTaken(_) => "id_taken",
            Self::KeyReused(_) => "key_reused",
            Self::NoAnswer { .. } => "no_answer",
            Self::NeverEnded { .. } => "never_ended",
            Self::Contended => "contended",
        }
    }

    /// Whether the same call may succeed later, with the case as it is.
    #[must_use]
    pub const fn retry_helps(&self) -> bool {
        match self {
            Self::Store(error) => error.retry_helps(),
            Self::Ca(error) => error.retry_helps(),
            Self::Vault(error) => error.retry_helps(),
            Self::Delivery(error) => error.retry_helps(),
            Self::Contended | Self::NoAnswer { .. } => true,
            Self::Refused(_)
            | Self::Rules(_)
            | Self::Certificate { .. }
            | Self::ClosedByCa { .. }
            | Self::IdTaken(_)
            | Self::KeyReused(_)
            | Self::NeverEnded { .. } => false,
        }
    }

    /// Whether the store is away or not set up: then each further call would wait for its own time-out,
    /// or meet with the same.
    pub(super) const fn store_is_away(&self) -> bool {
        match self {
            Self::Store(error) => error.is_of_the_store(),
            Self::Refused(_)
            | Self::Ca(_)
            | Self::Vault(_)
            | Self::Delivery(_)
            | Self::Rules(_)
            | Self::Certificate { .. }
            | Self::ClosedByCa { .. }
            | Self::IdTaken(_)
            | Self::KeyReused(_)
            | Self::NoAnswer { .. }
            | Self::NeverEnded { .. }
            | Self::Contended => false,
        }
    }

    /// Whether a port refused for good; a rulebook or a store can be put right, and then it works.
    pub(super) const fn refused_by_port(&self) -> bool {
        match self {
            Self::Ca(error) => !error.retry_helps(),
            // So can a key that was damaged, or its encryption: the work on it must not be forgotten.
            Self::Vault(KeyVaultError::Unusable { .. })
            | Self::Refused(_)
            | Self::Store(_)
            | Self::Rules(_)
            | Self::Certificate { .. }
            | Self::ClosedByCa { .. }
            | Self::IdTaken(_)
            | Self::KeyReused(_)
            | Self::NeverEnded { .. }
            | Self::NoAnswer { .. }
            | Self::Contended => false,
            Self::Vault(error) => !error.retry_helps(),
            Self::Delivery(error) => !error.retry_helps(),
        }
    }
}
