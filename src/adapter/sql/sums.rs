//! What events add to the sums that rows keep beside the journal.

use alloc::string::{String, ToString};

use super::{money, seconds};
use crate::codec::stored::PlanDelta;
use crate::lifecycle::Event;
use crate::model::Timestamp;
use crate::rulebook::Window;

/// The first second of a year and the first one behind it; without a year, none lies between.
pub(in crate::adapter) fn year_bounds(year: Option<Window>) -> (i64, i64) {
    year.map_or((1, 0), |year| {
        let from = year.from().map_or(i64::MIN, seconds);
        (from, year.until().map_or(i64::MAX, seconds))
    })
}

/// What a plan's events add to its row.
#[derive(Default)]
pub(in crate::adapter) struct PlanSums {
    pub(in crate::adapter) product: Option<String>,
    pub(in crate::adapter) begins: Option<i64>,
    pub(in crate::adapter) free_at: Option<Timestamp>,
    pub(in crate::adapter) reserved: i64,
    pub(in crate::adapter) settled: i64,
    pub(in crate::adapter) issued: i64,
    pub(in crate::adapter) revocations: i64,
    pub(in crate::adapter) taken: i64,
    pub(in crate::adapter) revoked: i64,
    pub(in crate::adapter) refunded: Option<(Timestamp, u64)>,
}

impl PlanSums {
    pub(in crate::adapter) fn of(events: &[&Event]) -> Self {
        let mut sums = Self::default();
        for event in events {
            let Event::Plan { event: change, .. } = event else {
                continue;
            };
            if let Some((code, count, is_free, at)) = money(event).begins
                && sums.begins.is_none()
            {
                sums.product = Some(code.to_string());
                sums.begins = Some(i64::from(count));
                sums.free_at = is_free.then_some(at);
            }
            let delta = PlanDelta::of(change);
            sums.reserved = sums.reserved.saturating_add(delta.reserved.into());
            sums.settled = sums.settled.saturating_add(delta.settled.into());
            sums.issued = sums.issued.saturating_add(delta.issued.into());
            sums.revocations = sums.revocations.saturating_add(delta.revocations.into());
            sums.taken = sums.taken.saturating_add(delta.taken.into());
            sums.revoked = sums.revoked.saturating_add(delta.revoked.into());
            sums.refunded = sums.refunded.or(delta.refunded);
        }
        sums
    }
}

/// What a purchase's events add to its row.
#[derive(Default)]
pub(super) struct PurchaseSums {
    pub(super) product: Option<String>,
    pub(super) begins: Option<i64>,
    pub(super) free_at: Option<Timestamp>,
    pub(super) revocations: i64,
    pub(super) refunded: bool,
}

impl PurchaseSums {
    pub(super) fn of(events: &[&Event]) -> Self {
        let mut sums = Self::default();
        for event in events {
            let tally = money(event);
            if let Some((code, count, is_free, at)) = tally.begins
                && sums.begins.is_none()
            {
                sums.product = Some(code.to_string());
                sums.begins = Some(i64::from(count));
                sums.free_at = is_free.then_some(at);
            }
            sums.refunded |= tally.refunded;
            sums.revocations = sums.revocations.saturating_add(tally.revocations);
        }
        sums
    }
}
