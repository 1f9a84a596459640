//! Days and windows, counted out from the choices C1 to C8 and nothing else.

use crate::model::Timestamp;
use crate::rulebook::{Calendar, DayCount, ExpiryInstant, Method};

const DAY: i128 = 86_400;
/// The days of four centuries.
const CENTURIES: i128 = 146_097;

fn seconds(at: Timestamp) -> i128 {
    i128::from(at.unix_seconds())
}

/// The number of the day that an instant falls on, in the rulebook's offset (C1).
fn day(calendar: &Calendar, at: Timestamp) -> i128 {
    let offset = i128::from(calendar.offset.minutes()).saturating_mul(60);
    seconds(at).saturating_add(offset).div_euclid(DAY)
}

/// "Within N days of": open through the end of day N, or for N times 86,400 seconds (C2, X-34).
pub(super) fn within(
    calendar: &Calendar,
    from: Timestamp,
    at: Timestamp,
    days: u16,
    method: Method,
) -> bool {
    match method {
        Method::EndOfDay => {
            day(calendar, at) <= day(calendar, from).saturating_add(i128::from(days))
        }
        Method::Rolling => {
            let most = i128::from(days).saturating_mul(DAY);
            seconds(at).saturating_sub(seconds(from)) <= most
        }
    }
}

/// "N days before": at most so many days remain, or fewer than that (C3).
pub(super) fn remain(
    calendar: &Calendar,
    at: Timestamp,
    not_after: Timestamp,
    days: u16,
    fewer: bool,
) -> bool {
    let days = i128::from(days).saturating_sub(i128::from(fewer));
    match calendar.remaining {
        DayCount::Dates => day(calendar, not_after).saturating_sub(day(calendar, at)) <= days,
        DayCount::Seconds => {
            seconds(not_after).saturating_sub(seconds(at)) <= days.saturating_mul(DAY)
        }
    }
}

/// Whether a certificate is over (C4).
pub(super) fn over(calendar: &Calendar, at: Timestamp, not_after: Timestamp) -> bool {
    match calendar.expiry {
        ExpiryInstant::AfterLastSecond => at > not_after,
        ExpiryInstant::AtLastSecond => at >= not_after,
    }
}

/// The calendar year of an instant: years are counted off, four centuries at a time.
pub(super) fn year(calendar: &Calendar, at: Timestamp) -> i128 {
    let leap = |year: i128| {
        year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
    };
    let days = day(calendar, at);
    let mut rest = days.rem_euclid(CENTURIES);
    let past = days.div_euclid(CENTURIES).saturating_mul(400);
    // Day 0 is the first of 1970.
    let mut year = 1970_i128.saturating_add(past);
    loop {
        let long = if leap(year) { 366 } else { 365 };
        if rest < long {
            return year;
        }
        rest = rest.saturating_sub(long);
        year = year.saturating_add(1);
    }
}
