//! The ports that reach the holder and the vendor's other departments: money, notices, deployments.
//!
//! **At least once.** As with the CA, a service stores what is to be done before it asks, and asks
//! again after a crash or a lost answer, with the same [`RequestId`]. A repeat must count once.

use super::{Because, BoxFuture, RequestId};
use crate::lifecycle::Notice;
use crate::model::{
    AccountId, Currency, DomainName, InstanceId, IssuedCertificate, Note, OrderId, PlanId,
    PurchaseId, Target, Timestamp,
};

/// Who pays refunds out.
pub trait Payments: Send + Sync {
    /// Pays the cash part of a purchase or plan back.
    ///
    /// `Ok` means that the money is paid or will be, from now on or from a former call with the same
    /// request id: a repeat pays nothing more.
    ///
    /// # Errors
    /// [`DeliveryError`].
    fn pay_back(&self, payout: Payout) -> BoxFuture<'_, Result<(), DeliveryError>>;
}

/// Who tells holders what happened.
pub trait Notifier: Send + Sync {
    /// Tells the holder of an account something.
    ///
    /// `Ok` means that the message is on its way or lies where the holder will find it. A repeat with
    /// the same request id is the same message.
    ///
    /// # Errors
    /// [`DeliveryError`].
    fn tell(&self, message: Message) -> BoxFuture<'_, Result<(), DeliveryError>>;
}

/// Who puts certificates on cloud products.
pub trait Deployer: Send + Sync {
    /// Puts a certificate on a product, in place of what it had for the domain before.
    ///
    /// # Errors
    /// [`DeliveryError`].
    fn deploy(&self, deployment: DeploymentOrder) -> BoxFuture<'_, Result<(), DeliveryError>>;

    /// Takes a certificate off a product; where it is not there, nothing is to be done.
    ///
    /// # Errors
    /// [`DeliveryError`].
    fn undeploy(&self, removal: Removal) -> BoxFuture<'_, Result<(), DeliveryError>>;
}

/// What a refund is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaidObject {
    /// A purchase of certificates.
    Purchase(PurchaseId),
    /// A resource plan.
    Plan(PlanId),
}

/// Money on its way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payout {
    /// The id of this request.
    pub request: RequestId,
    /// To whom.
    pub account: AccountId,
    /// For what.
    pub object: PaidObject,
    /// How much, in minor units of the currency. Vouchers never come back (L5).
    pub cash: u64,
    /// In which currency it was paid.
    pub currency: Currency,
    /// When it was decided.
    pub at: Timestamp,
}

/// Something that a holder is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// The id of this request.
    pub request: RequestId,
    /// Whom.
    pub account: AccountId,
    /// About which instance.
    pub instance: InstanceId,
    /// What.
    pub notice: Notice,
    /// When it was decided.
    pub at: Timestamp,
}

/// A certificate on its way to a cloud product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentOrder {
    /// The id of this request.
    pub request: RequestId,
    /// Whose.
    pub account: AccountId,
    /// The order that it came from; its key is in the vault, if the service made it.
    pub order: OrderId,
    /// The product.
    pub target: Target,
    /// The domain that it serves there.
    pub domain: Option<DomainName>,
    /// The certificate with its chain.
    pub certificate: IssuedCertificate,
}

/// A certificate to be taken off a cloud product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The id of this request.
    pub request: RequestId,
    /// Whose.
    pub account: AccountId,
    /// The order that the certificate came from.
    pub order: OrderId,
    /// The product.
    pub target: Target,
}

/// Why a payout, a notice or a deployment did not go out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// The other side cannot be reached or is disturbed. The same request may be sent again.
    #[error("it can't be delivered now{}", Because(.0.as_ref()))]
    Unavailable(Option<Note>),
    /// The other side refuses. Sending it again does not help.
    #[error("it was refused{}", Because(.0.as_ref()))]
    Refused(Option<Note>),
}

impl DeliveryError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn retry_helps(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Refused(_) => false,
        }
    }

    /// A disturbance with a word about it; words that are no [`Note`] are left out.
    #[must_use]
    pub fn unavailable(reason: &str) -> Self {
        Self::Unavailable(Note::new(reason).ok())
    }

    /// A refusal with a word about it; words that are no [`Note`] are left out.
    #[must_use]
    pub fn refused(reason: &str) -> Self {
        Self::Refused(Note::new(reason).ok())
    }
}
