//! How days are counted: our declared choices C1 to C7, all of them fields that a rulebook can set.
//!
//! The documents fix numbers, units and anchors; they leave open the time zone, whether the first
//! day counts, midnight or 24-hour steps, and what a year does on 29 February.

use core::fmt;

use time::util::days_in_month;

use crate::model::time::{SECONDS_PER_DAY, TimeError};
use crate::model::{Day, Offset, Timestamp};

use super::value::Method;
use super::window::Window;

/// The calendar of a rulebook.
///
/// | Choice | Field |
/// |---|---|
/// | C1 days are taken in a fixed offset | [`Calendar::offset`] |
/// | C2 "within N days" runs to the end of day N, or N times 24 hours | [`Method`], carried by each clause |
/// | C3 remaining days are a difference of dates | [`Calendar::remaining`] |
/// | C4 a certificate is valid through its last second | [`Calendar::expiry`] |
/// | C5 a revocation counts when completed | carried by each clause as its decisive act |
/// | C6 working days are advice | [`Calendar::work_week`] |
/// | C7 a year after 29 February | [`Calendar::leap_day`] |
/// | C8 the CA's limits are in whole seconds, both ends counted | [`Ceilings`](super::Ceilings) |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Calendar {
    /// C1: the offset in which days are taken.
    pub offset: Offset,
    /// C3: how remaining days are counted.
    pub remaining: DayCount,
    /// C4: the first instant at which a certificate is expired.
    pub expiry: ExpiryInstant,
    /// C6: which weekdays are worked.
    pub work_week: WorkWeek,
    /// C7: what a year after 29 February is.
    pub leap_day: LeapDay,
}

/// How the days that remain before an instant are counted (C3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DayCount {
    /// As a difference of calendar dates.
    Dates,
    /// In steps of 86,400 seconds.
    Seconds,
}

/// When a certificate is expired (C4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpiryInstant {
    /// From the second after its last one: valid while `now <= not_after` (RFC 5280).
    AfterLastSecond,
    /// From its last second on.
    AtLastSecond,
}

/// What "one year after 29 February" is (C7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeapDay {
    /// 28 February.
    Back,
    /// 1 March.
    Forward,
}

/// The worked weekdays, Monday first (C6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WorkWeek(pub [bool; 7]);

impl WorkWeek {
    /// Monday to Friday.
    pub const MONDAY_TO_FRIDAY: Self = Self([true, true, true, true, true, false, false]);

    fn works(self, day: Day) -> bool {
        let weekday = usize::from(day.days_from_monday());
        self.0.get(weekday).copied().unwrap_or_default()
    }
}

impl Default for Calendar {
    /// The declared choices: +08:00, dates, the second after, Monday to Friday, 28 February.
    fn default() -> Self {
        Self {
            offset: Offset::hours(8),
            remaining: DayCount::Dates,
            expiry: ExpiryInstant::AfterLastSecond,
            work_week: WorkWeek::MONDAY_TO_FRIDAY,
            leap_day: LeapDay::Back,
        }
    }
}

impl Calendar {
    /// The calendar year of an instant, in the calendar's offset (R-61).
    ///
    /// ```
    /// use cert_lifecycle::rulebook::Calendar;
    /// let year = Calendar::default().year_of("2021-06-30T12:00:00+08:00".parse()?);
    /// assert!(year.contains("2021-12-31T23:59:59+08:00".parse()?));
    /// assert!(!year.contains("2022-01-01T00:00:00+08:00".parse()?));
    /// # Ok::<(), cert_lifecycle::model::time::TimeError>(())
    /// ```
    #[must_use]
    pub fn year_of(&self, at: Timestamp) -> Window {
        let seconds = |day: Day| day.midnight_seconds(self.offset);
        let day = |year, month, day| Day::new(year, month, day).ok();
        let first = |year: i32| day(year, 1, 1).map(seconds);
        // Behind the last year that is written with four digits, one day further on.
        let end = || day(9999, 12, 31).map(|last| seconds(last.plus_days(1)));
        let date = at.day_in(self.offset).to_date();
        let (from, until) = match date.map(time::Date::year) {
            Some(year) => (first(year), first(year.saturating_add(1)).or_else(end)),
            // An offset leads a few hours beyond the years that there are.
            None if at.unix_seconds() < 0 => (None, first(-9999)),
            None => (end(), None),
        };
        Window::from_seconds(from.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX))
    }

    /// The window "within `days` days of `anchor`" (C2).
    ///
    /// End of day: the day of the anchor is day 0, and the window stays open through the end of day
    /// `days`; so it never gives less than so many times 24 hours. Rolling: so many times 86,400
    /// seconds, the last instant included. The window has no beginning: a clock that was set back
    /// must not take a right away.
    ///
    /// ```
    /// use cert_lifecycle::rulebook::{Calendar, Method};
    /// let issued = "2021-03-01T09:00:00+08:00".parse()?;
    /// let calendar = Calendar::default();
    /// let by_day = calendar.within_days_of(issued, 30, Method::EndOfDay);
    /// assert!(by_day.contains("2021-03-31T23:59:59+08:00".parse()?));
    /// let rolling = calendar.within_days_of(issued, 30, Method::Rolling);
    /// assert!(!rolling.contains("2021-03-31T09:00:01+08:00".parse()?));
    /// # Ok::<(), cert_lifecycle::model::time::TimeError>(())
    /// ```
    #[must_use]
    pub const fn within_days_of(&self, anchor: Timestamp, days: u16, method: Method) -> Window {
        let end = match method {
            Method::EndOfDay => anchor
                .day_in(self.offset)
                .plus_days((days as i64).saturating_add(1))
                .midnight_seconds(self.offset),
            Method::Rolling => anchor
                .unix_seconds()
                .saturating_add((days as i64).saturating_mul(SECONDS_PER_DAY))
                .saturating_add(1),
        };
        Window::from_seconds(i64::MIN, end)
    }

    /// The window in which at most `days` days remain before `end` (fewer than `days`, if `strict`);
    /// it has no end of its own (C3).
    #[must_use]
    pub const fn last_days_before(&self, end: Timestamp, days: u16, strict: bool) -> Window {
        let days = if strict {
            (days as i64).saturating_sub(1)
        } else {
            days as i64
        };
        let from = match self.remaining {
            DayCount::Dates => end
                .day_in(self.offset)
                .plus_days(days.saturating_neg())
                .midnight_seconds(self.offset),
            DayCount::Seconds => end
                .unix_seconds()
                .saturating_sub(days.saturating_mul(SECONDS_PER_DAY)),
        };
        Window::from_seconds(from, i64::MAX)
    }

    /// The window in which something that ends with `not_after` is not yet expired (C4).
    #[must_use]
    pub const fn unexpired(&self, not_after: Timestamp) -> Window {
        let last = not_after.unix_seconds();
        let until = match self.expiry {
            ExpiryInstant::AfterLastSecond => last.saturating_add(1),
            ExpiryInstant::AtLastSecond => last,
        };
        Window::from_seconds(i64::MIN, until)
    }

    /// The same day so many years later (C7).
    ///
    /// # Errors
    /// [`TimeError::NoSuchDay`] beyond the last year of the range.
    pub fn plus_years(&self, day: Day, years: u16) -> Result<Day, TimeError> {
        let (year, month, number) = day
            .to_date()
            .ok_or(TimeError::NoSuchDay)?
            .to_calendar_date();
        let year = year
            .checked_add(i32::from(years))
            .ok_or(TimeError::NoSuchDay)?;
        let last = days_in_month(month, year);
        if number <= last {
            return Day::new(year, u8::from(month), number);
        }
        match self.leap_day {
            LeapDay::Back => Day::new(year, u8::from(month), last),
            LeapDay::Forward => Day::new(year, u8::from(month), last).map(|day| day.plus_days(1)),
        }
    }

    /// The day so many working days before another (C6). Advice, never a guard.
    ///
    /// A week without a worked day, or a list that makes every day a holiday, would search for
    /// ever; after ten years of search the answer is none.
    #[must_use]
    pub fn working_days_before(&self, day: Day, count: u16, holidays: &[Day]) -> Option<Day> {
        let mut left = count;
        let mut at = day;
        for _ in 0..3_660 {
            if left == 0 {
                return Some(at);
            }
            at = at.plus_days(-1);
            if self.work_week.works(at) && !holidays.contains(&at) {
                left = left.saturating_sub(1);
            }
        }
        None
    }
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let remaining = match self.remaining {
            DayCount::Dates => "by dates",
            DayCount::Seconds => "in steps of 86400 seconds",
        };
        let expiry = match self.expiry {
            ExpiryInstant::AfterLastSecond => "the second after not_after",
            ExpiryInstant::AtLastSecond => "not_after",
        };
        let leap_day = match self.leap_day {
            LeapDay::Back => "02-28",
            LeapDay::Forward => "03-01",
        };
        write!(
            f,
            "days at {}, remaining days {remaining}, expired from {expiry}, a year after 02-29 is {leap_day}, worked ",
            self.offset
        )?;
        let WorkWeek(days) = self.work_week;
        days.iter()
            .try_for_each(|&worked| f.write_str(if worked { "x" } else { "-" }))
    }
}
