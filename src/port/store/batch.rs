//! What is committed: events, what must hold, and what goes with them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::lifecycle::{Beside, Effect, Event};
use crate::model::{
    AccountId, ChainId, InstanceId, Note, OrderId, PlanId, ProductCode, PurchaseId, Timestamp,
};
use crate::port::RequestId;
use crate::rulebook::Window;

use super::index::IndexEntry;
use super::record::{IdempotencyKey, Record};

/// The number of events in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub u64);

impl Version {
    /// Before the first event.
    pub const NONE: Self = Self(0);
}

/// A stream of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StreamId {
    /// Of an instance and its order.
    Instance(InstanceId),
    /// Of a plan's ledger.
    Plan(PlanId),
    /// A hosting chain.
    Chain(ChainId),
    /// A purchase.
    Purchase(PurchaseId),
}

impl StreamId {
    /// The stream that an event belongs to.
    #[must_use]
    pub const fn of(event: &Event) -> Self {
        match event {
            Event::Instance { id, .. } => Self::Instance(*id),
            Event::Plan { id, .. } => Self::Plan(*id),
            Event::Chain { id, .. } => Self::Chain(*id),
            Event::Purchase { id, .. } => Self::Purchase(*id),
        }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(id) => write!(f, "instance {id}"),
            Self::Plan(id) => write!(f, "plan {id}"),
            Self::Chain(id) => write!(f, "chain {id}"),
            Self::Purchase(id) => write!(f, "purchase {id}"),
        }
    }
}

/// What must hold at the moment of commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// No stream has this id, whoever owns it.
    New(StreamId),
    /// No instance carries or ever carried this order, whoever owns it.
    NewOrder(OrderId),
    /// The stream has this version. A stream that the account of the batch does not have has no
    /// version, not even 0.
    Version(StreamId, Version),
    /// The plan has at least so many units left, whatever happened to it since it was read. A plan
    /// that the account of the batch does not have has not even 0.
    Remaining(PlanId, u32),
    /// No uploaded certificate of the account has this name, to the letter: `Shop` is free beside
    /// `shop`.
    FreeName(Note),
    /// What the account has beside a plan and a purchase is still as it was read.
    Beside(Box<SameBeside>),
    /// The account has no record under this key. It is implied by [`Batch::record`] and named in a
    /// conflict; nobody has to ask for it.
    NewKey(IdempotencyKey),
}

/// What an account had beside a plan and a purchase when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameBeside {
    /// The product that it is summed up for.
    pub product: Option<ProductCode>,
    /// The plan that is not counted.
    pub plan: Option<PlanId>,
    /// The purchase that is not counted.
    pub purchase: Option<PurchaseId>,
    /// The year that free certificates are counted in.
    pub year: Option<Window>,
    /// What was read.
    pub beside: Beside,
}

/// Events to append, what must hold, and the work that follows.
///
/// A service puts an [`Expectation`] beside every event that needs one; to check them is all that a
/// store has to know about the rules. The only thing that it checks by itself is whose the streams
/// are: an event for a stream of another account is a conflict, and nothing of the batch is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Whose batch.
    pub account: AccountId,
    /// When it was decided.
    pub at: Timestamp,
    /// The events, in order; they may belong to several streams.
    pub events: Vec<Event>,
    /// What must hold.
    pub expectations: Vec<Expectation>,
    /// The work for ports, each with the id under which it is handed on; its places are in this order.
    pub outbox: Vec<(RequestId, Effect)>,
    /// How the instances that it changed are found from now on: one entry for each of them.
    pub index: Vec<IndexEntry>,
    /// Instances of the account that are not changed, but have to be looked at soon: they become due
    /// at the instant of the batch.
    pub stir: Vec<InstanceId>,
    /// What a repeat of the command under the same key will be answered.
    pub record: Option<Record>,
}

impl Batch {
    /// Nothing yet.
    #[must_use]
    pub const fn new(account: AccountId, at: Timestamp) -> Self {
        Self {
            account,
            at,
            events: Vec::new(),
            expectations: Vec::new(),
            outbox: Vec::new(),
            index: Vec::new(),
            stir: Vec::new(),
            record: None,
        }
    }
}
