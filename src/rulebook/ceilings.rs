//! The CA/Browser Forum's ceilings on validity, by issuance date.
//!
//! They bind the CA whatever a vendor's page says, and they go by the date of issuance, not by the
//! edition of a case. Validity counts both ends, a day is 86,400 seconds, and any fraction counts
//! as a further day (Baseline Requirements §6.3.2; C8).

use alloc::vec::Vec;

use crate::model::time::SECONDS_PER_DAY;
use crate::model::{Timestamp, Validity};

use super::source::Sourced;

/// The ceiling for certificates issued from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ceiling {
    /// The first instant of issuance to which it applies (00:00:00 UTC of a day, BR §1.6.4).
    pub from: Timestamp,
    /// The most days a certificate may be valid.
    pub max_days: u16,
    /// The days the requirements advise not to exceed.
    pub advised_days: u16,
}

impl Ceiling {
    /// Whether a certificate that this ceiling applies to stays within it (C8).
    #[must_use]
    pub const fn permits(self, validity: Validity) -> bool {
        validity.inclusive_seconds() <= max_seconds(self.max_days)
    }
}

/// The ceilings in the order of their dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceilings {
    entries: Vec<Sourced<Ceiling>>,
}

/// Why a table of ceilings was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CeilingsError {
    /// No ceiling, or none for the earliest certificates.
    #[error("the first ceiling must begin with the first instant")]
    Gap,
    /// Two ceilings out of order.
    #[error("the ceiling from {0} does not come after the one before it")]
    Order(Timestamp),
    /// A ceiling of no days, or advice above it.
    #[error("the ceiling from {0} has no days or advises more than it allows")]
    Days(Timestamp),
    /// A ceiling without a source.
    #[error("the ceiling from {0} names no source")]
    NoSource(Timestamp),
}

impl Ceilings {
    /// Checks a table.
    ///
    /// # Errors
    /// [`CeilingsError`] names the entry.
    pub fn new(entries: Vec<Sourced<Ceiling>>) -> Result<Self, CeilingsError> {
        let mut previous: Option<Timestamp> = None;
        for entry in &entries {
            let Ceiling {
                from,
                max_days,
                advised_days,
            } = entry.value;
            match previous {
                None if from != Timestamp::MIN => return Err(CeilingsError::Gap),
                Some(before) if from <= before => return Err(CeilingsError::Order(from)),
                None | Some(_) => {}
            }
            if max_days == 0 || advised_days > max_days {
                return Err(CeilingsError::Days(from));
            }
            if entry.sources.as_slice().is_empty() {
                return Err(CeilingsError::NoSource(from));
            }
            previous = Some(from);
        }
        if previous.is_none() {
            return Err(CeilingsError::Gap);
        }
        Ok(Self { entries })
    }

    /// A table that permits nothing.
    pub(super) const fn closed() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// All entries.
    #[must_use]
    pub fn entries(&self) -> &[Sourced<Ceiling>] {
        &self.entries
    }

    /// The ceiling for a certificate issued at an instant, and when the next one begins.
    ///
    /// None only if the table were empty, which its constructor refuses.
    #[must_use]
    pub fn at(&self, issued: Timestamp) -> Option<(&Sourced<Ceiling>, Option<Timestamp>)> {
        let after = self
            .entries
            .partition_point(|entry| entry.value.from <= issued);
        let current = self.entries.get(after.checked_sub(1)?)?;
        let next = self.entries.get(after).map(|entry| entry.value.from);
        Some((current, next))
    }

    /// The most days that a certificate issued at an instant may be valid.
    #[must_use]
    pub fn max_days(&self, issued: Timestamp) -> u16 {
        self.at(issued).map_or(0, |(entry, _)| entry.value.max_days)
    }

    /// The last second that a certificate beginning at an instant may be valid.
    ///
    /// ```
    /// use cert_lifecycle::rulebook::Rulebook;
    /// let book = Rulebook::published();
    /// let last = book.ceilings().last_second("2026-05-25T00:00:00Z".parse()?);
    /// assert_eq!(last.to_string(), "2026-12-10T23:59:59Z");
    /// # Ok::<(), cert_lifecycle::model::time::TimeError>(())
    /// ```
    #[must_use]
    pub fn last_second(&self, not_before: Timestamp) -> Timestamp {
        let days = self.max_days(not_before);
        not_before.saturating_add(max_seconds(days).saturating_sub(1))
    }

    /// Whether a certificate stays within the ceiling of its issuance, taken as its first second.
    #[must_use]
    pub fn permits(&self, validity: Validity) -> bool {
        self.at(validity.not_before())
            .is_some_and(|(entry, _)| entry.value.permits(validity))
    }
}

const fn max_seconds(days: u16) -> i64 {
    (days as i64).saturating_mul(SECONDS_PER_DAY)
}
