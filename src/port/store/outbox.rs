//! The work that waits for ports.

use crate::lifecycle::Effect;
use crate::model::{AccountId, Note, Timestamp};
use crate::port::RequestId;

/// A place in the outbox or in a list: greater than those before it, never used again.
///
/// The store gives it, for example from the counter that numbers its rows; it means nothing
/// elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position(pub u64);

/// A piece of work that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its place, the same at every attempt.
    pub position: Position,
    /// Its id, the same at every attempt.
    pub id: RequestId,
    /// Whose work.
    pub account: AccountId,
    /// When it was decided.
    pub at: Timestamp,
    /// What is to be done, or why that can't be read: a later release stored it, or it is damaged.
    pub effect: Result<Effect, Note>,
    /// How often it was leased, since it was posted or retried.
    pub attempts: u32,
    /// The claim that [`Store::lease`](super::Store::lease) made on it;
    /// [`Store::postpone`](super::Store::postpone) and [`Store::park`](super::Store::park) name it, so
    /// that a worker that was too slow changes nothing.
    pub claim: Claim,
    /// Before this instant nobody takes it: at first that of its batch, and later it is leased or waits
    /// after a failure.
    pub not_before: Timestamp,
    /// Why it was laid aside, if it was: no worker takes it until a person retries it.
    pub parked: Option<Note>,
}

/// Which rows of the outbox are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutboxPart {
    /// Those that wait for a worker, leased ones among them.
    Waiting,
    /// Those that were laid aside.
    Parked,
}

/// Which claim it is: a number that is greater than those of all claims on the same instance or row
/// before, and void from the moment on at which somebody else has a say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Claim(pub u64);

/// A worker's claim: nobody else is handed the same until it ends.
///
/// A claim whose end lies behind [`Lease::horizon`] was made by a clock that ran ahead, and does not
/// count: so a clock that was a year ahead for a moment holds nothing up for a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The present instant.
    pub now: Timestamp,
    /// When the claim ends.
    pub until: Timestamp,
    /// The latest instant that a claim or a delay made now could reach, by any process over the store.
    ///
    /// It counts for [`OutboxRow::not_before`] of every row, also of one that was never leased: one
    /// whose batch was committed by a clock that ran ahead is handed out at once.
    /// [`IndexEntry::due_at`](super::IndexEntry::due_at) is no claim: before that instant nothing is
    /// due, however far ahead it lies.
    pub horizon: Timestamp,
    /// At most so many.
    pub limit: usize,
}
