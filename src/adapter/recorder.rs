//! A record of what went out: money, notices and deployments, for tests and services that have no more.

use std::sync::{Mutex, PoisonError};

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::port::{
    BoxFuture, DeliveryError, Deployer, DeploymentOrder, Message, Notifier, Payments, Payout,
    Removal, RequestId,
};

/// Something that went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Money.
    Payout(Payout),
    /// A message.
    Message(Message),
    /// A certificate to a product.
    Deployment(Box<DeploymentOrder>),
    /// A certificate off a product.
    Removal(Removal),
}

impl Sent {
    /// The id of the request.
    #[must_use]
    pub fn request(&self) -> RequestId {
        match self {
            Self::Payout(sent) => sent.request,
            Self::Message(sent) => sent.request,
            Self::Deployment(sent) => sent.request,
            Self::Removal(sent) => sent.request,
        }
    }
}

/// [`Payments`], [`Notifier`] and [`Deployer`] in one that only write down what they are asked, each
/// request once. It is gone with the process.
///
/// ```
/// use cert_lifecycle::adapter::Recorder;
/// let recorder = Recorder::new();
/// assert!(recorder.sent().is_empty());
/// ```
#[derive(Debug, Default)]
pub struct Recorder {
    sent: Mutex<Vec<Sent>>,
}

impl Recorder {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What went out, in the order in which it was first asked for.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn keep(&self, what: Sent) -> BoxFuture<'_, Result<(), DeliveryError>> {
        Box::pin(async move {
            let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
            if sent.iter().all(|one| one.request() != what.request()) {
                sent.push(what);
            }
            Ok(())
        })
    }
}

impl Payments for Recorder {
    fn pay_back(&self, payout: Payout) -> BoxFuture<'_, Result<(), DeliveryError>> {
        self.keep(Sent::Payout(payout))
    }
}

impl Notifier for Recorder {
    fn tell(&self, message: Message) -> BoxFuture<'_, Result<(), DeliveryError>> {
        self.keep(Sent::Message(message))
    }
}

impl Deployer for Recorder {
    fn deploy(&self, deployment: DeploymentOrder) -> BoxFuture<'_, Result<(), DeliveryError>> {
        self.keep(Sent::Deployment(Box::new(deployment)))
    }

    fn undeploy(&self, removal: Removal) -> BoxFuture<'_, Result<(), DeliveryError>> {
        self.keep(Sent::Removal(removal))
    }
}
