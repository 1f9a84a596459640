//! The store: where streams are kept, and batches are committed whole or not at all.

use alloc::vec::Vec;
use core::fmt;

use super::{Because, BoxFuture, RequestId};
use crate::lifecycle::{Beside, Effect, Event};
use crate::model::{
    AccountId, CertificateInstance, ChainId, HostingChain, InstanceId, Note, OrderId, PlanId,
    ProductCode, Purchase, PurchaseId, ResourcePlan, Timestamp,
};

/// A place that keeps the streams of instances and plans, and the work that waits for ports.
///
/// **Streams.** Instances, plans, chains and purchases are each the fold of their own events
/// ([`evolve_instance`](crate::lifecycle::evolve_instance),
/// [`evolve_plan`](crate::lifecycle::evolve_plan), [`evolve_chain`](crate::lifecycle::evolve_chain),
/// [`evolve_purchase`](crate::lifecycle::evolve_purchase)). The version of a stream is the number of
/// its events. The events are what is kept; in which form is up to the store, for the crate has none
/// yet: the fields of events are public, and what they hold has constructors. The folded state can't
/// be built but by folding: a store may hold it in memory, as a cache that the events can always
/// rebuild, and both give the same answer.
///
/// **Isolation.** Every method but the outbox's takes the account that asks. What belongs to
/// another account is not there (L12).
pub trait Store: Send + Sync {
    /// Reads what a decision looks at, as it was at one moment: no commit falls in between.
    ///
    /// # Errors
    /// [`StoreError`].
    fn load(
        &self,
        account: AccountId,
        read_set: ReadSet,
    ) -> BoxFuture<'_, Result<Loaded, StoreError>>;

    /// Appends the events of a batch and its outbox rows, all or nothing.
    ///
    /// `Ok` only once they are as durable as the store promises. Every expectation is checked in
    /// the same atomic step as the events are appended. Ids of instances, orders and plans are
    /// taken for good, also by what was deleted, and across accounts.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] names the first expectation that did not hold: load again and
    /// decide again. For an event that belongs to a stream of another account it names
    /// [`Expectation::New`] of that stream, if all expectations hold. [`CommitError::Store`] if the
    /// store failed; whether the batch was committed is then unknown unless the error says otherwise.
    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<(), CommitError>>;

    /// The events of a stream, in order; empty if the account has no such stream.
    ///
    /// # Errors
    /// [`StoreError`].
    fn journal(
        &self,
        account: AccountId,
        stream: StreamId,
    ) -> BoxFuture<'_, Result<Vec<Event>, StoreError>>;

    /// The rows of the outbox that are not finished, in the order of their commits and within a
    /// batch in its order: those behind `after`, or from the front without it; at most `limit`.
    ///
    /// A row may be handed out again and again until it is finished: effects run at least once.
    /// Nothing is reserved for who reads it, so two readers may see the same row.
    ///
    /// `after` is [`OutboxRow::position`] of a row that was handed out before. That row may be
    /// finished by now; its place counts all the same. Reading page by page must come to an end
    /// and show every row that waits from the first page to the last, once: fewer rows than
    /// `limit` mean that there are no more. A row that shows up late behind a place already passed
    /// (its transaction took longer) is found by the next reading from the front.
    ///
    /// # Errors
    /// [`StoreError`].
    fn outbox(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>>;

    /// Marks a row of the outbox as finished: it is not handed out again, and the others keep their
    /// places. Finishing it again, or a row that is not there, changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    fn finish(&self, row: RequestId) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// What a decision looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadSet {
    /// The instance that carries an order, and what belongs to it: the plan whose unit it holds or
    /// the purchase that bought it, its chain, and in a chain the last member whose turn came.
    ///
    /// A deleted instance too: a certificate that comes too late for it has still to be revoked.
    Order(OrderId),
    /// The plan of a product to draw a unit from: the oldest with a unit left, or else the oldest.
    ///
    /// Age goes by the order of the commits that bought the plans, within a batch by its order.
    Product(ProductCode),
    /// One plan.
    Plan(PlanId),
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The instance.
    pub instance: Option<Versioned<CertificateInstance>>,
    /// The plan.
    pub plan: Option<Versioned<ResourcePlan>>,
    /// The chain.
    pub chain: Option<Versioned<HostingChain>>,
    /// The purchase.
    pub purchase: Option<Versioned<Purchase>>,
    /// The second instance.
    pub other: Option<Versioned<CertificateInstance>>,
    /// What the account has beside the plan and the purchase.
    pub beside: Beside,
}

/// A state and the version of its stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The state.
    pub state: T,
    /// The number of events behind it.
    pub version: Version,
}

/// The number of events in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub u64);

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

/// What must hold of a stream at the moment of commit.
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
    /// No uploaded certificate of the account has this name.
    FreeName(Note),
    /// What the account has beside this plan and this purchase is still this.
    Beside {
        /// The plan that is not counted.
        plan: Option<PlanId>,
        /// The purchase that is not counted.
        purchase: Option<PurchaseId>,
        /// What was read.
        beside: Beside,
    },
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
    /// The work for ports, each with the id under which it is handed on.
    pub outbox: Vec<(RequestId, Effect)>,
}

/// The place of a row in the outbox: greater than those of all rows before it, never used again.
///
/// The store gives it, for example from the counter that numbers its rows; it means nothing
/// elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position(pub u64);

/// A piece of work that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its place, the same at every attempt.
    pub position: Position,
    /// Its id, the same at every attempt.
    pub id: RequestId,
    /// Whose work.
    pub account: AccountId,
    /// When it was decided.
    pub at: Timestamp,
    /// What is to be done.
    pub effect: Effect,
}

/// The store failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot be reached or is disturbed. The same call may be made again.
    #[error("the store is unavailable{}", Because(.0.as_ref()))]
    Unavailable(Option<Note>),
    /// What it holds cannot be read. Calling again does not help.
    #[error("the store holds something that can't be read{}", Because(.0.as_ref()))]
    Corrupt(Option<Note>),
}

impl StoreError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn retry_helps(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Corrupt(_) => false,
        }
    }
}

/// A batch was not committed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// An expectation did not hold; nothing was written. Load and decide again.
    #[error("the batch does not fit what is stored: {0:?} does not hold")]
    Conflict(Expectation),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
