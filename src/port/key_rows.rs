//! Where rows with encrypted keys are kept, such as a table of somebody's database.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::{Because, BoxFuture};
use crate::model::{Note, OrderId};

/// Rows of sealed keys, one for each order: the small part of a key vault that a database plays.
///
/// A row holds bytes that are encrypted before they come here; nothing is to be kept from whoever
/// reads the table. In SQL it is a table with the order as its primary key and a column of bytes
/// that is empty (`NULL`) once the key was destroyed.
///
/// A row that stands is never written over with another key, and one that was destroyed never comes
/// back: both are the primary key's to hold, so two processes at once agree.
///
/// Implemented for `Arc<R>` too, so that rows can be shared.
pub trait KeyRows: Send + Sync {
    /// The row of an order, or nothing.
    ///
    /// # Errors
    /// [`KeyRowsError`].
    fn get(&self, order: OrderId) -> BoxFuture<'_, Result<Option<KeyRow>, KeyRowsError>>;

    /// Puts a row in if the order has none, and gives the row that stands then: this one, or the
    /// one that was there, destroyed or not. `INSERT ... ON CONFLICT DO NOTHING`, then `SELECT`.
    ///
    /// `Ok` only once the row is durable, also where another call put it in: a key whose request
    /// went to a CA must not be lost.
    ///
    /// # Errors
    /// [`KeyRowsError`]: the row may have been put in or not.
    fn put_new(
        &self,
        order: OrderId,
        sealed: Vec<u8>,
    ) -> BoxFuture<'_, Result<KeyRow, KeyRowsError>>;

    /// Overwrites the row of an order with [`KeyRow::Destroyed`], or puts that in where there is
    /// none. `Ok` only once it is durable.
    ///
    /// # Errors
    /// [`KeyRowsError`]: the row may still be there.
    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyRowsError>>;
}

/// What a row holds.
///
/// `Debug` tells how long the bytes are.
#[derive(Clone, PartialEq, Eq)]
pub enum KeyRow {
    /// The bytes of a sealed key, as they were put in.
    Sealed(Vec<u8>),
    /// There was a key, or there was to be one; none is put in again.
    Destroyed,
}

impl fmt::Debug for KeyRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sealed(bytes) => write!(f, "Sealed({} bytes)", bytes.len()),
            Self::Destroyed => f.write_str("Destroyed"),
        }
    }
}

/// The rows cannot be reached. The same call may be made again.
///
/// ```
/// use cert_lifecycle::port::KeyRowsError;
/// let error = KeyRowsError::new("the connection was closed");
/// assert_eq!(error.to_string(), "the rows of keys are unavailable: the connection was closed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rows of keys are unavailable{}", Because(.0.as_ref()))]
pub struct KeyRowsError(Option<Note>);

impl KeyRowsError {
    /// With a word about the disturbance; words that are no [`Note`] are left out.
    #[must_use]
    pub fn new(reason: &str) -> Self {
        Self(Note::new(reason).ok())
    }

    /// The word about the disturbance.
    #[must_use]
    pub const fn reason(&self) -> Option<&Note> {
        self.0.as_ref()
    }

    /// The word about the disturbance, for another error to carry.
    #[must_use]
    pub fn into_reason(self) -> Option<Note> {
        self.0
    }

    /// Whether the same call may succeed later: always.
    #[must_use]
    pub const fn retry_helps(&self) -> bool {
        true
    }
}

impl<R: KeyRows + ?Sized> KeyRows for Arc<R> {
    fn get(&self, order: OrderId) -> BoxFuture<'_, Result<Option<KeyRow>, KeyRowsError>> {
        (**self).get(order)
    }

    fn put_new(
        &self,
        order: OrderId,
        sealed: Vec<u8>,
    ) -> BoxFuture<'_, Result<KeyRow, KeyRowsError>> {
        (**self).put_new(order, sealed)
    }

    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyRowsError>> {
        (**self).destroy(order)
    }
}
