//! What time it is.

use crate::model::Timestamp;

/// A source of the present instant.
///
/// The answer is UTC, in whole seconds, rounded down. Two successive answers may be equal, and the
/// second may even be earlier (clocks of computers are set back), so whoever asks reads the clock
/// once for each decision and never measures a span with it.
pub trait Clock: Send + Sync {
    /// The present instant. It does not fail: a clock beyond the range of [`Timestamp`] answers
    /// with the nearer end of the range.
    fn now(&self) -> Timestamp;
}
