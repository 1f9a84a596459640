//! What the service tells about itself: spans and events (feature `tracing`), counts (feature
//! `metrics`), and without either of them nothing: then [`silent`] stands in, which is empty.
//!
//! Ids, words, numbers, and nothing else. No value is printed whole: submissions hold names, phones
//! and mails, errors hold idempotency keys and what others wrote.

#[cfg(any(feature = "metrics", feature = "tracing"))]
mod course;
#[cfg(not(any(feature = "metrics", feature = "tracing")))]
mod silent;
#[cfg(feature = "tracing")]
mod spans;

#[cfg(any(feature = "metrics", feature = "tracing"))]
pub(super) use course::{CommandCourse, RowCourse, SweepCourse, not_read};
#[cfg(not(any(feature = "metrics", feature = "tracing")))]
pub(super) use silent::{CommandCourse, RowCourse, SweepCourse, not_read};

/// What became of a row of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowEnd {
    Done,
    /// The port refused, and the refusal stands with the order.
    Refused,
    /// It comes again.
    Failed,
    /// It waits for a person.
    LaidAside,
}

/// The word for what is to be done.
#[cfg(any(feature = "metrics", feature = "tracing"))]
fn effect_word(row: &crate::port::OutboxRow) -> &'static str {
    match &row.effect {
        Ok(effect) => effect.word(),
        Err(_) => "unreadable",
    }
}
