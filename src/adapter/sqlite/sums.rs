//! The account's sums and a plan's row, computed beside the file.

use alloc::string::{String, ToString};

use sqlx::sqlite::SqliteRow;

use crate::adapter::sql::{RawRow, corrupt, money};
use crate::codec::stored::PlanCounters;
use crate::lifecycle::{Allowance, Beside, Event};
use crate::model::{ProductCode, RefundState, Timestamp};
use crate::port::StoreError;

/// What an account has of each product, without one plan and one purchase, and in a row without a
/// product what it took for free in a year. Parameters: `$1` account, `$2` plan, `$3` purchase, `$4`
/// and `$5` the year.
pub(super) const BESIDE: &str = "\
    SELECT product, bought, kept, revoked FROM cl_tally WHERE account = $1 \
    UNION ALL SELECT product, -total, CASE WHEN refunded_at IS NULL THEN -total ELSE 0 END, \
    -revocations \
    FROM cl_plan WHERE account = $1 AND id = $2 \
    UNION ALL SELECT product, -bought, -kept, -revoked FROM cl_purchase WHERE account = $1 AND id = $3 \
    UNION ALL SELECT CAST(NULL AS text), CAST(COALESCE(SUM(count), 0) AS bigint), \
    CAST(0 AS bigint), CAST(0 AS bigint) FROM cl_free WHERE account = $1 AND at >= $4 AND at < $5";

/// What the rows of [`BESIDE`] come to.
pub(super) fn sums(rows: &[SqliteRow], product: Option<ProductCode>) -> Result<Beside, StoreError> {
    let (mut all, mut own, mut free) = ([0_i64; 3], [0_i64; 3], 0_i64);
    for row in rows {
        let row = RawRow(row);
        let more = [row.number(1)?, row.number(2)?, row.number(3)?];
        let Some(code) = row.maybe_text(0)? else {
            free = free.saturating_add(row.number(1)?);
            continue;
        };
        let of_product = product.is_some_and(|product| product.as_str() == code);
        let of = [Some(&mut all), of_product.then_some(&mut own)];
        for sums in of.into_iter().flatten() {
            for (sum, more) in sums.iter_mut().zip(more) {
                *sum = sum.saturating_add(more);
            }
        }
    }
    let count = |sum: i64| u32::try_from(sum).map_err(|_| corrupt("a sum is out of its range"));
    let allowance = |[bought, kept, revoked]: [i64; 3]| {
        let mut sums = Allowance::NOTHING;
        (sums.bought, sums.kept, sums.revoked) = (count(bought)?, count(kept)?, count(revoked)?);
        Ok::<_, StoreError>(sums)
    };
    let mut beside = Beside::NOTHING;
    (beside.of_account, beside.of_product) = (allowance(all)?, allowance(own)?);
    beside.free_this_year = count(free)?;
    Ok(beside)
}

/// A plan's row after events, and what they change in the account's sums.
pub(super) struct Moved {
    pub(super) counters: PlanCounters,
    pub(super) product: String,
    pub(super) bought: i64,
    pub(super) kept: i64,
    pub(super) revoked: i64,
    pub(super) free: Option<(Timestamp, i64)>,
}

/// A plan's row after events; `old` is the row before, with its product.
pub(super) fn moved(
    old: Option<(PlanCounters, String)>,
    events: &[&Event],
) -> Result<Moved, StoreError> {
    // Units that were not paid back.
    let kept = |counters: &PlanCounters| match counters.refund {
        RefundState::None | RefundState::Review { .. } => i64::from(counters.total),
        RefundState::Refunded { .. } => 0,
    };
    let before = old.as_ref().map_or((0, 0, 0), |(counters, _)| {
        let (total, revoked) = (i64::from(counters.total), i64::from(counters.revocations));
        (total, kept(counters), revoked)
    });
    let (mut row, mut free) = (old, None);
    for event in events {
        let Event::Plan { event: change, .. } = event else {
            continue;
        };
        row = Some(match (row, money(event).begins) {
            (Some((counters, product)), _) => (counters.apply(change)?, product),
            (None, Some((code, total, is_free, at))) => {
                free = is_free.then_some((at, i64::from(total)));
                (begun(total), code.to_string())
            }
            (None, None) => return Err(corrupt("a plan begins without being bought")),
        });
    }
    let (counters, product) = row.ok_or_else(|| corrupt("a plan without an event"))?;
    Ok(Moved {
        bought: i64::from(counters.total).saturating_sub(before.0),
        kept: kept(&counters).saturating_sub(before.1),
        revoked: i64::from(counters.revocations).saturating_sub(before.2),
        counters,
        product,
        free,
    })
}

/// A plan that was just bought.
const fn begun(total: u32) -> PlanCounters {
    PlanCounters {
        total,
        reserved: 0,
        settled: 0,
        issued: 0,
        revocations: 0,
        taken: 0,
        revoked: 0,
        refund: RefundState::None,
    }
}
