//! What the SQL stores share: the same tables, the same texts, the same rows.
//!
//! | Table | Key | What it holds |
//! |---|---|---|
//! | `cl_instance` | account, id | version, what belongs to it, how it is found, until when it is claimed |
//! | `cl_order` | id | which instance took the order, for good |
//! | `cl_name` | account, name backwards, instance | the names of instances |
//! | `cl_plan` | account, id | version and counters: a ledger can be long, so it is not folded |
//! | `cl_chain`, `cl_purchase` | account, id | version, and what a read needs to find its way |
//! | `cl_paid` | number | the purchases in their order |
//! | `cl_event` | account, kind, stream, version | the journal |
//! | `cl_tally` | account, product | what was bought and revoked, summed up |
//! | `cl_free` | account, instant | what was taken for free, and when |
//! | `cl_outbox` | position | the work that waits |
//! | `cl_record` | account, key | what commands under a key were answered |
//! | `cl_key` | order | sealed keys |
//! | `cl_row` | key | what other adapters keep |

mod batch;
mod facts;
mod load;
mod row;
pub(super) mod rows;
mod store;
mod sums;

use alloc::string::{String, ToString};

use crate::codec::stored::StoredError;
use crate::model::{Note, OrderId, Timestamp};
use crate::port::{RequestDigest, StoreError, StreamId};

#[cfg(feature = "postgres")]
pub(super) use batch::streams;
pub(super) use batch::{Written, taken_order};
use facts::current;
pub(super) use facts::suffix_range;
pub(super) use facts::{InstanceFacts, Tally, backwards, money};
pub(super) use load::{
    LISTED_PLANS, LISTED_PURCHASES, LoadSql, Subject, listed_plan, listed_purchases, loaded,
    subject,
};
pub(super) use row::{RawRow, due_row, listed, outbox_row};
pub(super) use store::sql_store;
pub(super) use sums::PlanSums;
use sums::PurchaseSums;
pub(super) use sums::year_bounds;

/// The number that stands for a kind of stream.
pub(super) const fn kind(stream: &StreamId) -> i64 {
    match stream {
        StreamId::Instance(_) => 0,
        StreamId::Plan(_) => 1,
        StreamId::Chain(_) => 2,
        StreamId::Purchase(_) => 3,
    }
}

/// The id of a stream as text.
pub(super) fn key(stream: &StreamId) -> String {
    match stream {
        StreamId::Instance(id) => id.to_string(),
        StreamId::Plan(id) => id.to_string(),
        StreamId::Chain(id) => id.to_string(),
        StreamId::Purchase(id) => id.to_string(),
    }
}

/// An order id as SQL has it; it is never beyond 2^63 - 1.
pub(super) fn order_number(order: OrderId) -> i64 {
    i64::try_from(order.get()).unwrap_or(i64::MAX)
}

pub(super) const fn seconds(at: Timestamp) -> i64 {
    at.unix_seconds()
}

/// A count as SQL has it.
pub(super) fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What is stored and can't be read.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what errors are mapped with"
)]
pub(super) fn corrupt(error: impl ToString) -> StoreError {
    StoreError::Corrupt(Some(Note::lossy(&error.to_string())))
}

impl From<StoredError> for StoreError {
    fn from(error: StoredError) -> Self {
        corrupt(error)
    }
}

/// A digest as text.
pub(super) fn hex(digest: &RequestDigest) -> String {
    let mut text = String::with_capacity(64);
    for byte in digest.0 {
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0x0f));
    }
    text
}
