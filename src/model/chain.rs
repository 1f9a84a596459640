//! Hosting chains: the instances of a subscription of several years, in order.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::id::{AccountId, ChainId, InstanceId, PurchaseId};
use super::pin::Pin;
use super::product::Product;
use super::submission::Submission;

/// How far a member of a chain has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MemberState {
    /// Its turn came: applied for by hand, or activated by the service.
    Begun,
    /// It waits for its predecessor to come due.
    Waiting,
    /// Its owner cancelled it.
    Cancelled,
}

/// A member of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Which instance.
    pub instance: InstanceId,
    /// How far it has come.
    pub state: MemberState,
}

/// The instances of a subscription in the order in which they serve (L7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostingChain {
    pub(crate) id: ChainId,
    pub(crate) account: AccountId,
    pub(crate) product: Product,
    pub(crate) purchase: PurchaseId,
    pub(crate) pin: Pin,
    /// What its members are applied for with, where the first one is uploaded.
    pub(crate) submission: Option<Arc<Submission>>,
    pub(crate) members: Vec<Member>,
}

impl HostingChain {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> ChainId {
        self.id
    }

    /// Whose it is.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The specification of its members.
    #[must_use]
    pub const fn product(&self) -> Product {
        self.product
    }

    /// The purchase that made it.
    #[must_use]
    pub const fn purchase(&self) -> PurchaseId {
        self.purchase
    }

    /// The edition that its hosting is bound to (L9).
    #[must_use]
    pub const fn pin(&self) -> Pin {
        self.pin
    }

    /// What its members are applied for with, where the first one is uploaded and has no
    /// application of its own.
    #[must_use]
    pub fn submission(&self) -> Option<&Submission> {
        self.submission.as_deref()
    }

    /// Its members in order.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The member whose turn comes next, if one waits.
    #[must_use]
    pub fn next(&self) -> Option<InstanceId> {
        let waiting = |member: &&Member| matches!(member.state, MemberState::Waiting);
        self.members.iter().find(waiting).map(|m| m.instance)
    }

    /// The last member whose turn came.
    #[must_use]
    pub fn current(&self) -> Option<InstanceId> {
        let begun = |member: &&Member| matches!(member.state, MemberState::Begun);
        self.members.iter().rev().find(begun).map(|m| m.instance)
    }

    /// Whether an instance is the one that a waiting member follows: then it shows Hosted.
    #[must_use]
    pub fn hosts(&self, instance: InstanceId) -> bool {
        self.current() == Some(instance) && self.next().is_some()
    }
}
