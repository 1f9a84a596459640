//! Instants, days and fixed offsets.
//!
//! An instant is a whole number of UTC seconds. A day is a calendar day in some fixed offset; the
//! offset belongs to a rulebook, never to the machine.

use core::fmt;
use core::str::FromStr;

use time::{Date, Month, UtcDateTime};

/// Seconds of a day; leap seconds are not counted, as in RFC 5280.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// An instant in whole UTC seconds, anywhere in the range of the `time` crate
/// (years -9999 to 9999, more with its feature `large-dates`).
///
/// ```
/// use cert_lifecycle::model::Timestamp;
/// let t: Timestamp = "2021-03-31T23:59:59+08:00".parse()?;
/// assert_eq!(t.to_string(), "2021-03-31T15:59:59Z");
/// assert_eq!(t.unix_seconds(), 1_617_206_399);
/// # Ok::<(), cert_lifecycle::model::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// Why an instant, a day or an offset was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// Outside the range of the `time` crate.
    #[error("the instant lies outside the supported range of years")]
    Range,
    /// No such day in the calendar.
    #[error("there is no such day in the calendar")]
    NoSuchDay,
    /// No such time of day (a leap second is not one).
    #[error("there is no such time of day")]
    NoSuchTime,
    /// An offset of a day or more.
    #[error("an offset from UTC is less than 24 hours")]
    Offset,
    /// Not of the form `2021-03-31T23:59:59+08:00`.
    #[error("expected an instant such as 2021-03-31T23:59:59+08:00 or ...Z")]
    Form,
}

impl Timestamp {
    /// The first instant.
    pub const MIN: Self = Self(UtcDateTime::MIN.unix_timestamp());
    /// The last instant.
    pub const MAX: Self = Self(UtcDateTime::MAX.unix_timestamp());

    /// From seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`TimeError::Range`] outside [`Timestamp::MIN`] to [`Timestamp::MAX`].
    pub const fn from_unix_seconds(seconds: i64) -> Result<Self, TimeError> {
        if seconds < Self::MIN.0 || seconds > Self::MAX.0 {
            return Err(TimeError::Range);
        }
        Ok(Self(seconds))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// So many seconds later (earlier, if negative); none outside the range.
    #[must_use]
    pub const fn checked_add(self, seconds: i64) -> Option<Self> {
        match self.0.checked_add(seconds) {
            Some(sum) if sum >= Self::MIN.0 && sum <= Self::MAX.0 => Some(Self(sum)),
            Some(_) | None => None,
        }
    }

    /// So many seconds later (earlier, if negative), held at the ends of the range.
    #[must_use]
    pub const fn saturating_add(self, seconds: i64) -> Self {
        let sum = self.0.saturating_add(seconds);
        if sum < Self::MIN.0 {
            Self::MIN
        } else if sum > Self::MAX.0 {
            Self::MAX
        } else {
            Self(sum)
        }
    }

    /// The calendar day on which this instant falls, seen in an offset.
    #[must_use]
    pub const fn day_in(self, offset: Offset) -> Day {
        // The range of years keeps the sum far from overflowing.
        Day(self
            .0
            .saturating_add(offset.seconds())
            .div_euclid(SECONDS_PER_DAY))
    }

    /// Shows the instant as a clock in this offset would, with the offset.
    #[must_use]
    pub const fn in_offset(self, offset: Offset) -> InOffset {
        InOffset { at: self, offset }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_offset(Offset::UTC).fmt(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (date, clock) = text.split_once(['T', 't']).ok_or(TimeError::Form)?;
        let (year, month, day) = three(date, '-', [4, 2, 2])?;
        let year = if negative {
            year.saturating_neg()
        } else {
            year
        };
        let (clock, offset) = if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
            (clock, Offset::UTC)
        } else {
            let sign = clock.find(['+', '-']).ok_or(TimeError::Form)?;
            let (clock, offset) = clock.split_at_checked(sign).ok_or(TimeError::Form)?;
            (clock, offset.parse()?)
        };
        let (hour, minute, second) = three(clock, ':', [2, 2, 2])?;
        if hour > 23 || minute > 59 || second > 59 {
            return Err(TimeError::NoSuchTime);
        }
        let seconds = i64::from(hour)
            .saturating_mul(3_600)
            .saturating_add(i64::from(minute).saturating_mul(60))
            .saturating_add(i64::from(second));
        let midnight = Day::new(year, month, day)?.midnight_seconds(offset);
        Self::from_unix_seconds(midnight.saturating_add(seconds))
    }
}

/// Three decimal fields of fixed widths.
fn three(text: &str, separator: char, widths: [usize; 3]) -> Result<(i32, u8, u8), TimeError> {
    let mut fields = text.split(separator);
    let mut next = |width: usize| -> Result<u32, TimeError> {
        let field = fields.next().ok_or(TimeError::Form)?;
        if field.len() != width || !field.bytes().all(|b| b.is_ascii_digit()) {
            return Err(TimeError::Form);
        }
        field.parse().map_err(|_| TimeError::Form)
    };
    let [first, second, third] = widths;
    let values = (next(first)?, next(second)?, next(third)?);
    if fields.next().is_some() {
        return Err(TimeError::Form);
    }
    let narrow = |value: u32| u8::try_from(value).map_err(|_| TimeError::Form);
    let first = i32::try_from(values.0).map_err(|_| TimeError::Form)?;
    Ok((first, narrow(values.1)?, narrow(values.2)?))
}

/// An instant together with the offset in which to show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InOffset {
    pub(super) at: Timestamp,
    pub(super) offset: Offset,
}

impl fmt::Display for InOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.at.0.saturating_add(self.offset.seconds());
        let day = Day(local.div_euclid(SECONDS_PER_DAY));
        let second = local.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        write!(f, "{day}T{hour:02}:{minute:02}:{second:02}{}", self.offset)
    }
}

/// A calendar day, without an offset.
///
/// ```
/// use cert_lifecycle::model::Day;
/// let leap = Day::new(2024, 2, 29)?;
/// assert_eq!(leap.plus_days(1).to_string(), "2024-03-01");
/// assert!(Day::new(2023, 2, 29).is_err());
/// # Ok::<(), cert_lifecycle::model::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(pub(super) i64);

/// The Julian day number of 1970-01-01.
const EPOCH_JULIAN_DAY: i64 = 2_440_588;

impl Day {
    /// A day of the proleptic Gregorian calendar.
    ///
    /// # Errors
    /// [`TimeError::NoSuchDay`], as for 30 February or a year outside the supported range.
    pub fn new(year: i32, month: u8, day: u8) -> Result<Self, TimeError> {
        let month = Month::try_from(month).map_err(|_| TimeError::NoSuchDay)?;
        let date = Date::from_calendar_date(year, month, day).map_err(|_| TimeError::NoSuchDay)?;
        Ok(Self::from_date(date))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days_since_epoch(self) -> i64 {
        self.0
    }

    /// So many days later (earlier, if negative).
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Days from `earlier` to this day.
    #[must_use]
    pub const fn days_after(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The instant at which this day begins in an offset, held at the ends of the range.
    #[must_use]
    pub const fn midnight(self, offset: Offset) -> Timestamp {
        Timestamp(0).saturating_add(self.midnight_seconds(offset))
    }

    /// As [`Day::midnight`], without the hold at the ends: windows may reach past them.
    pub(crate) const fn midnight_seconds(self, offset: Offset) -> i64 {
        self.0
            .saturating_mul(SECONDS_PER_DAY)
            .saturating_sub(offset.seconds())
    }

    /// The calendar date, if the `time` crate can express it.
    #[must_use]
    pub fn to_date(self) -> Option<Date> {
        let julian = i32::try_from(self.0.saturating_add(EPOCH_JULIAN_DAY)).ok()?;
        Date::from_julian_day(julian).ok()
    }

    /// From a calendar date of the `time` crate.
    #[must_use]
    pub const fn from_date(date: Date) -> Self {
        Self((date.to_julian_day() as i64).saturating_sub(EPOCH_JULIAN_DAY))
    }

    /// Days since the last Monday: 0 for Monday, 6 for Sunday.
    #[must_use]
    pub const fn days_from_monday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a remainder by 7 is 0 to 6"
        )]
        let weekday = self.0.saturating_add(3).rem_euclid(7) as u8;
        weekday
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_date() {
            Some(date) => {
                let (year, month, day) = date.to_calendar_date();
                let sign = if year < 0 { "-" } else { "" };
                let (year, month) = (year.unsigned_abs(), u8::from(month));
                write!(f, "{sign}{year:04}-{month:02}-{day:02}")
            }
            None => write!(f, "day {} after 1970-01-01", self.0),
        }
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A fixed offset from UTC, in whole minutes; no daylight saving time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Offset {
    minutes: i16,
}

impl Offset {
    /// UTC itself.
    pub const UTC: Self = Self { minutes: 0 };

    /// Minutes east of UTC.
    ///
    /// # Errors
    /// [`TimeError::Offset`] for a day or more.
    pub const fn from_minutes(minutes: i16) -> Result<Self, TimeError> {
        if minutes <= -1_440 || minutes >= 1_440 {
            return Err(TimeError::Offset);
        }
        Ok(Self { minutes })
    }

    /// Whole hours east of UTC, held below a day: for constants.
    #[must_use]
    pub const fn hours(hours: i8) -> Self {
        let hours = if hours > 23 {
            23
        } else if hours < -23 {
            -23
        } else {
            hours
        };
        Self {
            minutes: (hours as i16).saturating_mul(60),
        }
    }

    /// Minutes east of UTC.
    #[must_use]
    pub const fn minutes(self) -> i16 {
        self.minutes
    }

    pub(crate) const fn seconds(self) -> i64 {
        (self.minutes as i64).saturating_mul(60)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.minutes == 0 {
            return f.write_str("Z");
        }
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl FromStr for Offset {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if text == "Z" {
            return Ok(Self::UTC);
        }
        let (west, digits) = match (text.strip_prefix('-'), text.strip_prefix('+')) {
            (Some(digits), _) => (true, digits),
            (None, Some(digits)) => (false, digits),
            (None, None) => return Err(TimeError::Form),
        };
        let (hours, minutes) = digits.split_once(':').ok_or(TimeError::Form)?;
        let two = |field: &str, limit: i16| -> Result<i16, TimeError> {
            if field.len() != 2 || !field.bytes().all(|b| b.is_ascii_digit()) {
                return Err(TimeError::Form);
            }
            match field.parse() {
                Ok(value) if value < limit => Ok(value),
                Ok(_) | Err(_) => Err(TimeError::Offset),
            }
        };
        let minutes = two(hours, 24)?
            .saturating_mul(60)
            .saturating_add(two(minutes, 60)?);
        Self::from_minutes(if west {
            minutes.saturating_neg()
        } else {
            minutes
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn the_ends_of_the_range_print_and_parse() {
        for end in [Timestamp::MIN, Timestamp::MAX] {
            assert_eq!(end.to_string().parse(), Ok(end));
        }
        assert_eq!(
            Timestamp::from_unix_seconds(i64::MAX),
            Err(TimeError::Range)
        );
        assert_eq!(Timestamp::MAX.checked_add(1), None);
        assert_eq!(Timestamp::MAX.checked_add(0), Some(Timestamp::MAX));
        assert_eq!(Timestamp::MIN.checked_add(-1), None);
        assert_eq!(Timestamp::MIN.saturating_add(-1), Timestamp::MIN);
        for (far, end) in [(i8::MAX, 23), (i8::MIN, -23), (-22, -22)] {
            assert_eq!(Offset::hours(far), Offset::hours(end));
        }
        assert_ne!(Offset::hours(-22), Offset::hours(-23));
        let printed = alloc::format!("{:?}", Timestamp::MIN);
        assert_eq!(printed, Timestamp::MIN.to_string());
        // Shown in an offset the last instant falls into the year after; that must not stop anything.
        let shown = Timestamp::MAX.in_offset(Offset::hours(8)).to_string();
        assert!(shown.ends_with("+08:00"), "{shown}");
    }

    #[test]
    fn forms_that_are_not_instants() {
        for text in [
            "",
            "T",
            "2021-03-31",
            "2021-3-31T00:00:00Z",
            "2021-03-31 00:00:00Z",
            "2021-03-31T00:00:00",
            "2021-03-31T00:00:00+8:00",
            "2021-03-31T00:00:00.5Z",
            "2021-02-29T00:00:00Z",
            "2021-03-31T24:00:00Z",
            "2021-03-31T23:59:60Z",
            "2021-03-31T00:00:00+24:00",
            "2021-03-31T00:00:00+08:60",
            "\u{661}021-03-31T00:00:00Z",
            "2021-13-01T00:00:00Z",
            "--2021-03-31T00:00:00Z",
            "2021-03-31-01T00:00:00Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_count_in_the_offset() {
        let t: Timestamp = "2021-03-01T16:30:00Z".parse().unwrap();
        assert_eq!(t.day_in(Offset::UTC), Day::new(2021, 3, 1).unwrap());
        assert_eq!(t.day_in(Offset::hours(8)), Day::new(2021, 3, 2).unwrap());
        assert_eq!(
            t.in_offset(Offset::hours(8)).to_string(),
            "2021-03-02T00:30:00+08:00"
        );
        // Before the epoch days still count downwards.
        let early: Timestamp = "1969-12-31T23:59:59Z".parse().unwrap();
        assert_eq!(early.day_in(Offset::UTC).days_since_epoch(), -1);
        assert_eq!(early.day_in(Offset::UTC).days_from_monday(), 2);
    }
}
