//! Conversions to and from chrono: round trips, and the ends of both ranges.
#![cfg(feature = "chrono")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

use cert_lifecycle::model::chrono::ChronoError;
use cert_lifecycle::model::{Day, Offset, Timestamp};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use proptest::prelude::*;

fn chrono_utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::try_from(at).unwrap()
}

fn seconds() -> impl Strategy<Value = i64> {
    let (first, last) = (Timestamp::MIN.unix_seconds(), Timestamp::MAX.unix_seconds());
    prop_oneof![
        first..=last,
        first..=first + 100_000,
        last - 100_000..=last,
        -100_000_i64..=100_000,
    ]
}

fn chrono_dates() -> impl Strategy<Value = NaiveDate> {
    let (first, last) = (
        NaiveDate::MIN.to_epoch_days(),
        NaiveDate::MAX.to_epoch_days(),
    );
    prop_oneof![
        first..=last,
        first..=first + 400,
        last - 400..=last,
        -800_i32..=800
    ]
    .prop_map(|days| NaiveDate::from_epoch_days(days).unwrap())
}

#[test]
fn the_ends_of_an_instants_range() {
    for end in [Timestamp::MIN, Timestamp::MAX] {
        let utc = chrono_utc(end);
        assert_eq!(utc.timestamp(), end.unix_seconds());
        assert_eq!(Timestamp::try_from(utc), Ok(end));
        // Seen in the farthest offsets, too.
        for minutes in [-1_439, 1_439] {
            let offset = Offset::from_minutes(minutes).unwrap();
            let local = DateTime::<FixedOffset>::try_from(end.in_offset(offset)).unwrap();
            assert_eq!(Timestamp::try_from(local), Ok(end));
        }
    }
    let second = |at: Timestamp, by: i64| DateTime::from_timestamp(at.unix_seconds() + by, 0);
    for beyond in [
        second(Timestamp::MIN, -1).unwrap(),
        second(Timestamp::MAX, 1).unwrap(),
    ] {
        assert_eq!(Timestamp::try_from(beyond), Err(ChronoError::Range));
        assert_eq!(
            Timestamp::from_chrono_floor(&beyond),
            Err(ChronoError::Range)
        );
    }
    let first = DateTime::<Utc>::MIN_UTC;
    assert_eq!(Timestamp::try_from(first), Err(ChronoError::Range));
    // Its last instant has a fraction, which is told first; cut off, it is still out of range.
    let last = DateTime::<Utc>::MAX_UTC;
    assert_eq!(
        Timestamp::try_from(last),
        Err(ChronoError::SubSecond(999_999_999))
    );
    assert_eq!(Timestamp::from_chrono_floor(&last), Err(ChronoError::Range));
}

#[test]
fn the_ends_of_a_days_range() {
    for end in [NaiveDate::MIN, NaiveDate::MAX] {
        assert_eq!(NaiveDate::try_from(Day::from(end)), Ok(end));
    }
    for beyond in [
        Day::from(NaiveDate::MIN).plus_days(-1),
        Day::from(NaiveDate::MAX).plus_days(1),
        Day::from(NaiveDate::MAX).plus_days(i64::MAX),
        Day::from(NaiveDate::MIN).plus_days(i64::MIN),
    ] {
        assert_eq!(NaiveDate::try_from(beyond), Err(ChronoError::Range));
    }
    let leap = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    assert_eq!(Day::from(leap), Day::new(2024, 2, 29).unwrap());
}

#[test]
fn a_leap_second_is_refused_and_cut_to_the_second_before() {
    let day = NaiveDate::from_ymd_opt(2016, 12, 31).unwrap();
    let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_000_000_000).unwrap();
    let leap = day.and_time(leap).and_utc();
    assert_eq!(
        Timestamp::try_from(leap),
        Err(ChronoError::SubSecond(1_000_000_000))
    );
    assert_eq!(
        Timestamp::from_chrono_floor(&leap),
        Ok("2016-12-31T23:59:59Z".parse().unwrap())
    );
}

#[test]
fn an_offset_of_seconds_is_refused() {
    for seconds in [1, -1, 59, 28_801, 86_399, -86_399] {
        let offset = FixedOffset::east_opt(seconds).unwrap();
        assert_eq!(
            Offset::try_from(offset),
            Err(ChronoError::OffsetSeconds(seconds))
        );
    }
    assert_eq!(
        FixedOffset::from(Offset::hours(8)),
        FixedOffset::east_opt(28_800).unwrap()
    );
}

proptest! {
    #[test]
    fn an_instant_comes_back(seconds in seconds(), minutes in -1_439_i16..=1_439) {
        let at = Timestamp::from_unix_seconds(seconds).unwrap();
        let offset = Offset::from_minutes(minutes).unwrap();
        let utc = chrono_utc(at);
        prop_assert_eq!(utc.timestamp(), seconds);
        prop_assert_eq!(Timestamp::try_from(utc), Ok(at));
        let local = DateTime::<FixedOffset>::try_from(at.in_offset(offset)).unwrap();
        prop_assert_eq!(local, utc);
        prop_assert_eq!(Offset::try_from(*local.offset()), Ok(offset));
        prop_assert_eq!(Timestamp::try_from(local), Ok(at));
    }

    #[test]
    fn the_order_is_kept(one in seconds(), other in seconds()) {
        let at = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
        prop_assert_eq!(
            chrono_utc(at(one)).cmp(&chrono_utc(at(other))),
            at(one).cmp(&at(other))
        );
    }

    /// Cutting goes to the second before, on both sides of 1970.
    #[test]
    fn parts_of_a_second(seconds in seconds(), nanoseconds in 1_u32..1_000_000_000) {
        let at = Timestamp::from_unix_seconds(seconds).unwrap();
        let between = DateTime::from_timestamp(seconds, nanoseconds).unwrap();
        prop_assert_eq!(Timestamp::try_from(between), Err(ChronoError::SubSecond(nanoseconds)));
        prop_assert_eq!(Timestamp::from_chrono_floor(&between), Ok(at));
    }

    #[test]
    fn a_day_comes_back(date in chrono_dates()) {
        prop_assert_eq!(NaiveDate::try_from(Day::from(date)), Ok(date));
    }

    /// Both calendars call a day by the same name, and see an instant on the same day.
    #[test]
    fn the_calendars_agree(seconds in seconds(), minutes in -1_439_i16..=1_439) {
        let at = Timestamp::from_unix_seconds(seconds).unwrap();
        let offset = Offset::from_minutes(minutes).unwrap();
        let local = DateTime::<FixedOffset>::try_from(at.in_offset(offset)).unwrap();
        let day = at.day_in(offset);
        prop_assert_eq!(NaiveDate::try_from(day), Ok(local.date_naive()));
        // Chrono writes a sign before years that are not of 0 to 9999.
        if (1970..9999).contains(&chrono::Datelike::year(&local)) {
            prop_assert_eq!(day.to_string(), local.date_naive().to_string());
        }
    }

    #[test]
    fn an_offset_comes_back(minutes in -1_439_i16..=1_439) {
        let offset = Offset::from_minutes(minutes).unwrap();
        let fixed = FixedOffset::from(offset);
        prop_assert_eq!(fixed.local_minus_utc(), i32::from(minutes) * 60);
        prop_assert_eq!(Offset::try_from(fixed), Ok(offset));
    }
}
