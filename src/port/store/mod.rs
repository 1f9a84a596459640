//! The store: where streams are kept, and batches are committed whole or not at all.

mod batch;
mod index;
mod outbox;
mod read;
mod record;

use alloc::vec::Vec;

use super::{Because, BoxFuture, RequestId};
use crate::lifecycle::Event;
use crate::model::{AccountId, InstanceId, Note, ProductCode, Timestamp};

pub use batch::{Batch, Expectation, SameBeside, StreamId, Version};
pub use index::{DueRow, Filter, IndexEntry, Listed, Stage};
pub use outbox::{Claim, Lease, OutboxPart, OutboxRow, Position};
pub use read::{ListedPlan, ListedPurchase, Loaded, Read, ReadSet, Versioned};
pub use record::{IdempotencyKey, Record, RequestDigest};

/// A place that keeps streams, how they are found, the work that waits for ports, and what commands
/// under a key were answered.
///
/// **Streams.** Instances, plans, chains and purchases are each the fold of their own events
/// ([`evolve_instance`](crate::lifecycle::evolve_instance),
/// [`evolve_plan`](crate::lifecycle::evolve_plan), [`evolve_chain`](crate::lifecycle::evolve_chain),
/// [`evolve_purchase`](crate::lifecycle::evolve_purchase)). The version of a stream is the number of
/// its events. The events are what is kept; `codec::stored` (feature `stored`) has a form for them. A
/// folded state beside them is a cache, which gives the same answer (L3).
///
/// **Durable.** A method that changes something answers `Ok` only once the change is as durable as
/// the store promises. After an error other than a conflict it is unknown whether it was made.
///
/// **Isolation.** Every method but those of the workers takes the account that asks. What belongs
/// to another account is not there (L12).
///
/// **Alone.** A call does nothing before it is polled. One that is dropped before it answered may
/// have been carried out or not, but never by half.
pub trait Store: Send + Sync {
    /// Reads what a decision looks at, as it was at one moment: no commit falls in between.
    ///
    /// # Errors
    /// [`StoreError`].
    fn load(&self, account: AccountId, read: Read) -> BoxFuture<'_, Result<Loaded, StoreError>>;

    /// Appends the events of a batch, its outbox rows, its index entries and its record, all or
    /// nothing.
    ///
    /// Every expectation is checked in the same atomic step as the events are appended. Ids of
    /// instances, orders, plans, chains and purchases are taken for good, also by what was deleted,
    /// and across accounts. An index entry replaces the one before it. An entry, and the stirring of
    /// an instance, make the claims on it void; of one that the account does not have, nothing
    /// changes.
    ///
    /// A store does not look into the events. That one which begins a stream is not for a stream that
    /// is there, and another one not for a stream that is not, is for the caller to expect
    /// ([`Expectation::New`], [`Expectation::Version`]); what a store does with such an event where
    /// nobody did is left open.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] names the first expectation that did not hold: load again and
    /// decide again. Expectations are checked in their order, then [`Expectation::NewKey`] for the
    /// record, then whose the streams are: for an event that belongs to a stream of another account
    /// the conflict names [`Expectation::New`] of that stream, and for one that begins an order that
    /// another instance took, [`Expectation::NewOrder`]. [`CommitError::Store`] if the store
    /// failed; whether the batch was committed is then unknown unless the error says otherwise.
    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<(), CommitError>>;

    /// The events of a stream behind a version, in order, at most `limit`; empty if the account has
    /// no such stream.
    ///
    /// # Errors
    /// [`StoreError`].
    fn journal(
        &self,
        account: AccountId,
        stream: StreamId,
        after: Version,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Event>, StoreError>>;

    /// Forgets records from before an instant, the oldest first, at most `limit`; says how many.
    ///
    /// # Errors
    /// [`StoreError`].
    fn forget_records(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'_, Result<usize, StoreError>>;

    /// Instances of an account, the newest first: those older than `before`, or from the newest on
    /// without it; at most `limit`.
    ///
    /// `before` is [`Listed::position`] of the last one of the page before. An instance has one place
    /// for its life, in the order of the commits that began them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list(
        &self,
        account: AccountId,
        filter: Filter,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Listed>, StoreError>>;

    /// How many instances [`list`](Self::list) would give from the newest on, without a limit.
    ///
    /// # Errors
    /// [`StoreError`].
    fn count(&self, account: AccountId, filter: Filter) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// Plans of an account, of one product or of all, the newest first: those older than `before`, or
    /// from the newest on without it; at most `limit`. What was used up or paid back is among them.
    ///
    /// `before` is [`ListedPlan::position`] of the last one of the page before. A plan has one place
    /// for its life, in the order of the commits that began them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn plans(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPlan>, StoreError>>;

    /// Purchases of an account, the newest first: those older than `before`, or from the newest on
    /// without it; at most `limit`. What was paid back is among them. Plans are no purchases here.
    ///
    /// `before` is [`ListedPurchase::position`] of the last one of the page before. A purchase has one
    /// place for its life, in the order of the commits that began them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn purchases(
        &self,
        account: AccountId,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPurchase>, StoreError>>;

    /// Claims instances whose [`IndexEntry::due_at`] has come, the longest due first.
    ///
    /// What is claimed is not handed out again until the claim ends ([`Lease`]), or until the instance
    /// is changed, stirred or rescheduled. Its cost goes by how many are due, not by how many there are.
    ///
    /// # Errors
    /// [`StoreError`].
    fn due(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<DueRow>, StoreError>>;

    /// Says when somebody has to look at an instance again, and ends the claim; once for each claim.
    /// It does nothing if the claim is void: who changed the instance since or stirred it has said so
    /// already, and who claimed it since will.
    ///
    /// # Errors
    /// [`StoreError`].
    fn reschedule(
        &self,
        account: AccountId,
        instance: InstanceId,
        claim: Claim,
        due_at: Option<Timestamp>,
    ) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Claims rows of the outbox whose time has come ([`OutboxRow::not_before`]), the longest due
    /// first and then in the order of their places; counts the attempt.
    ///
    /// A row that is not finished is handed out again when its claim ends: effects run at least once.
    /// One row that can't be read holds no other up: it is handed out with the reason in place of its
    /// effect ([`OutboxRow::effect`]), so that the worker lays it aside. Where not even its id can be
    /// read, the store lays it aside itself and hands the others out.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lease(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>>;

    /// Takes a row out of the outbox for good. Finishing it again, or a row that is not there,
    /// changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    fn finish(&self, row: RequestId) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Hands a row back that failed: it waits until `until`. It does nothing if the claim is void,
    /// since somebody leased or retried the row, nor if the row was laid aside.
    ///
    /// The claim stays: until the row is leased again, who has it may postpone it anew or lay it
    /// aside.
    ///
    /// # Errors
    /// [`StoreError`].
    fn postpone(
        &self,
        row: RequestId,
        claim: Claim,
        until: Timestamp,
    ) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Lays a row aside until a person retries it: the dead letters. It does nothing if the claim is
    /// void, nor if the row was laid aside before: the first reason stays.
    ///
    /// # Errors
    /// [`StoreError`].
    fn park(
        &self,
        row: RequestId,
        claim: Claim,
        reason: Note,
    ) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Brings a row that was laid aside back, to be taken from an instant on, with no attempt counted
    /// and the claims on it void. Whether there was such a row.
    ///
    /// # Errors
    /// [`StoreError`].
    fn retry(&self, row: RequestId, at: Timestamp) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Rows of the outbox behind a place, or from the front without it, in the order of their places;
    /// at most `limit`. It claims nothing: it is for a person to look at.
    ///
    /// A row that shows up late behind a place already passed (its transaction took longer) is found
    /// by the next reading from the front. One whose effect can't be read is shown with the reason.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Corrupt`] names the place of a row of which not even the id can be
    /// read, so that who reads goes on behind it.
    fn outbox(
        &self,
        part: OutboxPart,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>>;
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
    /// It does not let itself be used as it is set up: it can't be written, a right or a table is
    /// missing. Nothing was carried out, and calling again does not help before somebody puts it right.
    #[error("the store is not set up for this{}", Because(.0.as_ref()))]
    Misconfigured(Option<Note>),
}

impl StoreError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn retry_helps(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Corrupt(_) | Self::Misconfigured(_) => false,
        }
    }

    /// Whether other calls would fail like this one, for as long as nothing about the store changes:
    /// it is not about what this call asked for.
    #[must_use]
    pub const fn is_of_the_store(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Misconfigured(_) => true,
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
