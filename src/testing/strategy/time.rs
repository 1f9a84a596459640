//! Days and lengths of time that calendars stumble over.

use std::vec;
use std::vec::Vec;

use proptest::prelude::{Strategy, prop_oneof};
use proptest::sample::select;

use super::script::starts;
use crate::model::time::SECONDS_PER_DAY;
use crate::model::{Day, Offset, Timestamp};

const DAY: i64 = SECONDS_PER_DAY;

/// The years that days are drawn from: those of the documents, and some that come.
const YEARS: core::ops::RangeInclusive<i32> = 2018..=2032;

/// The last days of months and the first of the next ones, in years of every kind.
///
/// ```
/// use cert_lifecycle::testing::strategy::month_ends;
/// use proptest::prelude::*;
/// proptest!(|(day in month_ends())| {
///     let next = day.plus_days(1).to_string();
///     prop_assert!(day.to_string().ends_with("-01") || next.ends_with("-01"));
/// });
/// ```
pub fn month_ends() -> impl Strategy<Value = Day> {
    let all = YEARS.flat_map(|year| (1..=12).map(move |month| (year, month)));
    let all = all.filter_map(|(year, month)| Day::new(year, month, 1).ok());
    let all: Vec<Day> = all.flat_map(|first| [first.plus_days(-1), first]).collect();
    select(all)
}

/// Leap days, the days beside them, and the days around them in years without one.
///
/// ```
/// use cert_lifecycle::testing::strategy::leap_days;
/// use proptest::prelude::*;
/// proptest!(|(day in leap_days())| {
///     let near = [-1, 0, 1].map(|by| day.plus_days(by).to_string());
///     prop_assert!(near.iter().any(|day| day.ends_with("02-28") || day.ends_with("03-01")));
/// });
/// ```
pub fn leap_days() -> impl Strategy<Value = Day> {
    let days = |year| [(2, 29), (2, 28), (3, 1)].map(|(month, day)| Day::new(year, month, day));
    // No century is a leap year but every fourth; these are the next of each kind.
    let years = YEARS.chain([2000, 2096, 2100]);
    let all: Vec<Day> = years.flat_map(days).filter_map(Result::ok).collect();
    select(all)
}

/// Days: any of some years, most of them where calendars stumble.
///
/// ```
/// use cert_lifecycle::model::Offset;
/// use cert_lifecycle::testing::strategy::days;
/// use proptest::prelude::*;
/// proptest!(|(day in days())| {
///     prop_assert_eq!(day.midnight(Offset::UTC).day_in(Offset::UTC), day);
/// });
/// ```
pub fn days() -> impl Strategy<Value = Day> {
    let beginning = Timestamp::MIN.day_in(Offset::UTC);
    let first = Day::new(*YEARS.start(), 1, 1).unwrap_or(beginning);
    let last = Day::new(*YEARS.end(), 12, 31).unwrap_or(first);
    let span = last.days_after(first);
    prop_oneof![
        3 => starts(),
        2 => month_ends(),
        2 => leap_days(),
        1 => (0..=span).prop_map(move |days| first.plus_days(days)),
    ]
}

/// Lengths of time in seconds: nothing, a second, hours, days, months, years, and a second beside
/// each; now and then anything up to some years. For those of a rulebook's windows see
/// [`Samples::durations`](super::Samples::durations).
///
/// ```
/// use cert_lifecycle::testing::strategy::durations;
/// use proptest::prelude::*;
/// proptest!(|(seconds in durations())| prop_assert!(seconds >= 0));
/// ```
pub fn durations() -> impl Strategy<Value = i64> {
    let whole = [1, 60, 3_600]
        .into_iter()
        .chain([1, 2, 7, 28, 29, 30, 31, 90, 365, 366].map(|days: i64| days.saturating_mul(DAY)));
    let beside = whole.flat_map(|seconds| [-1, 0, 1].map(|by| seconds.saturating_add(by)));
    let mut all = vec![0];
    all.extend(beside);
    all.sort_unstable();
    all.dedup();
    prop_oneof![4 => select(all), 1 => 0..=1_200 * DAY]
}

/// Offsets from UTC: none, that of the documents, both ends, and ones with odd minutes.
///
/// ```
/// use cert_lifecycle::testing::strategy::offsets;
/// use proptest::prelude::*;
/// proptest!(|(offset in offsets())| prop_assert!(offset.minutes().abs() < 24 * 60));
/// ```
pub fn offsets() -> impl Strategy<Value = Offset> {
    let minutes = [0, 480, -480, 330, 345, 1, -1, 840, -720, 1_439, -1_439];
    let all: Vec<Offset> = minutes
        .into_iter()
        .filter_map(|minutes| Offset::from_minutes(minutes).ok())
        .collect();
    select(all)
}
