//! Rows of an adapter's own, such as a table of somebody's database.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::{Because, BoxFuture};
use crate::model::Note;
use crate::model::text::{Inline, inline_text};

/// Keys and values that last: the small part of a database that an adapter needs to keep a little state.
///
/// In SQL it is a table with a text as its primary key and a column of bytes.
///
/// There are no expectations: who reads a row, changes it and writes it back sees to it that nobody
/// else does so meanwhile.
///
/// **Alone.** A call does nothing before it is polled. One that is dropped before it answered may have
/// been carried out or not, but never by half.
///
/// Implemented for `Arc<R>` too, so that rows can be shared.
pub trait Rows: Send + Sync {
    /// What was last written under a key, unless that was nothing.
    ///
    /// # Errors
    /// [`RowsError`].
    fn get(&self, key: RowKey) -> BoxFuture<'_, Result<Option<RowValue>, RowsError>>;

    /// Writes values over what stands under their keys, and takes away the rows with nothing: all or
    /// nothing, for every reader. Of several changes of one key the last counts.
    ///
    /// `Ok` only once it is durable.
    ///
    /// # Errors
    /// [`RowsError`]: whether it was written is not known.
    fn write(
        &self,
        changes: Vec<(RowKey, Option<RowValue>)>,
    ) -> BoxFuture<'_, Result<(), RowsError>>;

    /// The rows whose keys begin with `prefix`, in the order of the bytes of their keys, as they are at
    /// one moment: those behind `after`, or from the first on without it; at most `limit`.
    ///
    /// `after` is the key of the last one of the page before.
    ///
    /// # Errors
    /// [`RowsError`].
    fn scan(
        &self,
        prefix: RowKey,
        after: Option<RowKey>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(RowKey, RowValue)>, RowsError>>;
}

/// The key of a row.
///
/// 1 to 128 bytes of printable ASCII without spaces. Adapters that share rows have keys that begin
/// differently.
///
/// ```
/// use cert_lifecycle::port::RowKey;
/// assert_eq!(RowKey::new("ca/order/4711")?.as_str(), "ca/order/4711");
/// assert!(RowKey::new("two words").is_err());
/// # Ok::<(), cert_lifecycle::model::TextError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey(Inline<128>);
inline_text!(RowKey);

/// What a row holds: any bytes, at most [`RowValue::LIMIT`].
///
/// `Debug` tells how many there are. With the feature `pki` they are overwritten when they are dropped.
///
/// ```
/// use cert_lifecycle::port::RowValue;
/// let value = RowValue::new(b"2026-03-20T00:00:00Z".to_vec())?;
/// assert_eq!(value.as_bytes(), b"2026-03-20T00:00:00Z");
/// assert_eq!(format!("{value:?}"), "RowValue(20 bytes)");
/// assert!(RowValue::new(vec![0; RowValue::LIMIT + 1]).is_err());
/// # Ok::<(), cert_lifecycle::port::RowTooLong>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RowValue(Vec<u8>);

/// Bytes that are too long for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a row has {found} bytes, at most {} are allowed", RowValue::LIMIT)]
pub struct RowTooLong {
    /// How many there are.
    pub found: usize,
}

impl RowValue {
    /// The most bytes of a value.
    pub const LIMIT: usize = 1 << 20;

    /// Checks the length.
    ///
    /// # Errors
    /// [`RowTooLong`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, RowTooLong> {
        let value = Self(bytes);
        let found = value.0.len();
        if found > Self::LIMIT {
            return Err(RowTooLong { found });
        }
        Ok(value)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, for others to keep.
    #[must_use]
    pub fn into_bytes(mut self) -> Vec<u8> {
        core::mem::take(&mut self.0)
    }
}

#[cfg(feature = "pki")]
impl Drop for RowValue {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl fmt::Debug for RowValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowValue({} bytes)", self.0.len())
    }
}

/// The rows cannot be reached. The same call may be made again.
///
/// ```
/// use cert_lifecycle::port::RowsError;
/// let error = RowsError::new("the connection was closed");
/// assert_eq!(error.to_string(), "the rows are unavailable: the connection was closed");
/// let reason = error.reason().cloned();
/// assert!(reason.is_some() && error.into_reason() == reason);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rows are unavailable{}", Because(.0.as_ref()))]
pub struct RowsError(Option<Note>);

impl RowsError {
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

impl<R: Rows + ?Sized> Rows for Arc<R> {
    fn get(&self, key: RowKey) -> BoxFuture<'_, Result<Option<RowValue>, RowsError>> {
        (**self).get(key)
    }

    fn write(
        &self,
        changes: Vec<(RowKey, Option<RowValue>)>,
    ) -> BoxFuture<'_, Result<(), RowsError>> {
        (**self).write(changes)
    }

    fn scan(
        &self,
        prefix: RowKey,
        after: Option<RowKey>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(RowKey, RowValue)>, RowsError>> {
        (**self).scan(prefix, after, limit)
    }
}
