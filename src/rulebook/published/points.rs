//! The sixteen named points.
//!
//! A point has the site and channel of the document that it is named after, and a day on which that
//! document's clauses are in force. The day is the document's own, except for these, which we chose:
//! `2021-01-intl` (S0 is undated; its only dated companion is `RN21a`), `2022-hosting` (S2 is undated,
//! of 2022 or 2023), `2026-03` (the last day of the month, so that all its pages are in) and
//! `2026-v2` (the last page about `RefundInstance`, so that those of March are in). That `2026-03`
//! and `2026-v2` stand for the China site is our choice too.

use alloc::vec::Vec;

use super::day;
use crate::model::Channel::{Api, ApiV2, Console};
use crate::model::EditionKey;
use crate::model::Site::{Cn, Intl};
use crate::rulebook::edition::EditionPoint;

pub(super) fn points() -> Vec<EditionPoint> {
    let rows = [
        // RF18
        ("2018-06", "2018-06-09", Cn, Console),
        // RF19a
        ("2019-03", "2019-03-07", Cn, Console),
        // S1
        ("2019-08-intl", "2019-08-15", Intl, Console),
        // RF20a, RV20a, HS20
        ("2020-09", "2020-09-15", Cn, Console),
        // RF20c
        ("2020-12", "2020-12-08", Cn, Console),
        // S0, RN21a
        ("2021-01-intl", "2021-01-22", Intl, Console),
        // S3, A21
        ("2021-02-api", "2021-02-26", Cn, Api),
        // RV21b, AP21b, DL21b; RF21a is three days older
        ("2021-04-cn", "2021-04-22", Cn, Console),
        // RF21i, RV21b, DL21b in English
        ("2021-05-intl", "2021-05-20", Intl, Console),
        // RF21c
        ("2021-07-cn", "2021-07-14", Cn, Console),
        // S2
        ("2022-hosting", "2022-01-01", Intl, Console),
        // S4, RV23
        ("2023-api", "2023-10-16", Intl, Api),
        // RF24
        ("2024-10-intl", "2024-10-25", Intl, Console),
        // A25
        ("2025-12-api", "2025-12-23", Intl, Api),
        // RF26, HS26, NT26, DP26
        ("2026-03", "2026-03-31", Cn, Console),
        // V2, SDK, RFAPI
        ("2026-v2", "2026-07-10", Cn, ApiV2),
    ];
    rows.into_iter()
        .filter_map(|(key, from, site, channel)| {
            Some(EditionPoint {
                key: EditionKey::new(key).ok()?,
                day: day(from),
                site,
                channel,
            })
        })
        .collect()
}
