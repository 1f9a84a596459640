//! Conversions to and from the types of the `chrono` crate (feature `chrono`).
//!
//! | From | To | Fails |
//! |---|---|---|
//! | [`Timestamp`] | `DateTime<Utc>` | never within the years -9999 to 9999 |
//! | [`InOffset`] | `DateTime<FixedOffset>` | as above |
//! | `DateTime<any zone>` | [`Timestamp`] | with parts of a second, or outside the range |
//! | [`Day`] | `NaiveDate` | outside chrono's range |
//! | `NaiveDate` | [`Day`] | never |
//! | [`Offset`] | `FixedOffset` | never |
//! | `FixedOffset` | [`Offset`] | with seconds |
//!
//! Nothing is rounded on the way: an instant with parts of a second is refused, since a window that
//! ends "at this second" must not depend on which way somebody rounds. Who wants the second that an
//! instant falls into asks for it: [`Timestamp::from_chrono_floor`].
//!
//! ```
//! use cert_lifecycle::model::chrono::ChronoError;
//! use cert_lifecycle::model::{Offset, Timestamp};
//! use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
//!
//! let at: Timestamp = "2021-03-31T23:59:59+08:00".parse()?;
//! let utc = DateTime::<Utc>::try_from(at)?;
//! assert_eq!(utc, DateTime::<Utc>::from_timestamp(1_617_206_399, 0).unwrap());
//! assert_eq!(Timestamp::try_from(utc), Ok(at));
//!
//! // Seen in an offset, the offset comes along.
//! let local = DateTime::<FixedOffset>::try_from(at.in_offset(Offset::hours(8)))?;
//! assert_eq!(local.offset(), &FixedOffset::from(Offset::hours(8)));
//! assert_eq!(Timestamp::try_from(local), Ok(at));
//!
//! let half = utc + TimeDelta::milliseconds(500);
//! assert_eq!(Timestamp::try_from(half), Err(ChronoError::SubSecond(500_000_000)));
//! assert_eq!(Timestamp::from_chrono_floor(&half), Ok(at));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use ::chrono::offset::Offset as _;
use ::chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};

use super::time::{Day, InOffset, Offset, Timestamp};

/// Why a value has no counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChronoError {
    /// Parts of a second, in nanoseconds; from 1,000,000,000 on it is a leap second.
    #[error(
        "the instant has {0} nanoseconds beside its whole second, and here are whole seconds only"
    )]
    SubSecond(u32),
    /// Outside the range of the type asked for.
    #[error("the value lies outside the range of years")]
    Range,
    /// An offset from UTC with seconds; its seconds east of UTC.
    #[error("the offset of {0} seconds is not one of whole minutes")]
    OffsetSeconds(i32),
}

impl Timestamp {
    /// The whole second into which an instant falls; a leap second falls into the second before it.
    ///
    /// # Errors
    /// [`ChronoError::Range`] outside [`Timestamp::MIN`] to [`Timestamp::MAX`].
    pub fn from_chrono_floor<Z: TimeZone>(at: &DateTime<Z>) -> Result<Self, ChronoError> {
        Self::from_unix_seconds(at.timestamp()).map_err(|_| ChronoError::Range)
    }
}

/// From an instant in any time zone. The zone is not kept.
///
/// # Errors
/// [`ChronoError::SubSecond`] before [`ChronoError::Range`].
impl<Z: TimeZone> TryFrom<DateTime<Z>> for Timestamp {
    type Error = ChronoError;

    fn try_from(at: DateTime<Z>) -> Result<Self, ChronoError> {
        match at.timestamp_subsec_nanos() {
            0 => Self::from_chrono_floor(&at),
            nanoseconds => Err(ChronoError::SubSecond(nanoseconds)),
        }
    }
}

/// # Errors
/// [`ChronoError::Range`] only where the feature `large-dates` of the `time` crate widens the range
/// of [`Timestamp`] beyond chrono's.
impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = ChronoError;

    fn try_from(at: Timestamp) -> Result<Self, ChronoError> {
        Self::from_timestamp(at.unix_seconds(), 0).ok_or(ChronoError::Range)
    }
}

/// # Errors
/// As for `DateTime<Utc>`.
impl TryFrom<InOffset> for DateTime<FixedOffset> {
    type Error = ChronoError;

    fn try_from(shown: InOffset) -> Result<Self, ChronoError> {
        let utc = DateTime::<Utc>::try_from(shown.at)?;
        Ok(utc.with_timezone(&shown.offset.into()))
    }
}

/// # Errors
/// [`ChronoError::Range`] for a day outside chrono's range.
impl TryFrom<Day> for NaiveDate {
    type Error = ChronoError;

    fn try_from(day: Day) -> Result<Self, ChronoError> {
        let days = i32::try_from(day.days_since_epoch()).map_err(|_| ChronoError::Range)?;
        Self::from_epoch_days(days).ok_or(ChronoError::Range)
    }
}

/// Every date is a day, also those that the `time` crate can't express ([`Day::to_date`]).
impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self(i64::from(date.to_epoch_days()))
    }
}

impl From<Offset> for FixedOffset {
    fn from(offset: Offset) -> Self {
        let seconds = i32::from(offset.minutes()).saturating_mul(60);
        // An `Offset` is less than a day, and so always has its counterpart.
        Self::east_opt(seconds).unwrap_or_else(|| Utc.fix())
    }
}

/// # Errors
/// [`ChronoError::OffsetSeconds`] unless it is one of whole minutes.
impl TryFrom<FixedOffset> for Offset {
    type Error = ChronoError;

    fn try_from(offset: FixedOffset) -> Result<Self, ChronoError> {
        let seconds = offset.local_minus_utc();
        let refused = ChronoError::OffsetSeconds(seconds);
        if seconds % 60 != 0 {
            return Err(refused);
        }
        let minutes = i16::try_from(seconds / 60).map_err(|_| refused)?;
        Self::from_minutes(minutes).map_err(|_| refused)
    }
}
