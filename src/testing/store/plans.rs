//! How the plans and purchases of an account are found.

use std::format;
use std::vec::Vec;

use super::super::kit::{
    Done, Stop, at, charged, instance, order, plan, plan_charged, purchase, refunded,
};
use super::super::report::Clause;
use super::Check;
use super::bench::{ALL, Bench};
use crate::model::{PlanId, ProductCode, PurchaseId};
use crate::port::{ListedPlan, ListedPurchase, Position};

pub(super) const CHECKS: &[Check] = &[
    ("plans are listed, the newest first", order_of_plans),
    ("plans are read page by page", pages),
    ("purchases are listed, the newest first", order_of_purchases),
    ("purchases are read page by page", pages_of_purchases),
];

/// Plans of two products whose ids stand in another order than they were bought, among those of
/// another account; the newest first.
fn bought(bench: &mut Bench<'_>, count: u32) -> Result<Vec<(PlanId, ProductCode)>, Stop> {
    let kit = bench.kit.clone();
    let mut ids = Vec::new();
    for number in 1..=count {
        // 7 has no common factor with 10 or 100: every number once, mixed.
        let mixed = number
            .saturating_mul(7)
            .checked_rem(100)
            .unwrap_or_default();
        let third = number.checked_rem(3) == Some(0);
        let id = plan(format!("{mixed:02}"))?;
        let product = if third { kit.ov } else { kit.dv };
        let own = kit.bought(kit.owner, id, product, 2, at(0));
        bench.writes(kit.owner, 0, Vec::from([own]))?;
        ids.push((id, product.code));
        if third {
            let foreign = plan(format!("foreign-{mixed:02}"))?;
            let theirs = kit.bought(kit.other, foreign, kit.dv, 2, at(0));
            bench.writes(kit.other, 0, Vec::from([theirs]))?;
        }
    }
    ids.reverse();
    Ok(ids)
}

fn ids(listed: &[ListedPlan]) -> Vec<PlanId> {
    listed.iter().map(|one| one.plan.state.id()).collect()
}

/// Those of one product or of all.
fn of(all: &[(PlanId, ProductCode)], product: Option<ProductCode>) -> Vec<PlanId> {
    let ours = all.iter();
    let ours = ours.filter(|(_, code)| product.is_none_or(|asked| *code == asked));
    ours.map(|(id, _)| *id).collect()
}

fn order_of_plans(bench: &mut Bench<'_>) -> Done {
    let newest_first = bought(bench, 9)?;
    let kit = bench.kit.clone();
    for product in [
        None,
        Some(kit.dv.code),
        Some(kit.ov.code),
        Some(kit.free.code),
    ] {
        let listed = bench.plans(kit.owner, product, None, ALL)?;
        let what = format!("plans of {product:?}, the newest first");
        let expected = of(&newest_first, product);
        bench.same(Clause::Plans, what, &expected, &ids(&listed));
        let falls = listed.is_sorted_by(|one, next| one.position > next.position);
        bench.holds(Clause::Plans, "places that fall", falls, &listed);
        let none = bench.plans(kit.stranger, product, None, ALL)?;
        bench.holds(Clause::Isolation, "nothing", none.is_empty(), &none);
    }
    // What happens to a plan does not move it.
    let before = bench.plans(kit.owner, None, None, ALL)?;
    let places: Vec<Position> = before.iter().map(|one| one.position).collect();
    for (number, (id, _)) in (1_u64..).zip(newest_first.iter().skip(2).step_by(3)) {
        let used = plan_charged(*id, order(number)?, at(10));
        bench.writes(kit.owner, 10, Vec::from([used]))?;
    }
    let listed = bench.plans(kit.owner, None, None, ALL)?;
    let expected = of(&newest_first, None);
    bench.same(Clause::Plans, "the same order", &expected, &ids(&listed));
    let seen: Vec<Position> = listed.iter().map(|one| one.position).collect();
    bench.same(Clause::Plans, "the same places", &places, &seen);
    bench.everything(Clause::Reads)
}

fn pages(bench: &mut Bench<'_>) -> Done {
    let newest_first = bought(bench, 11)?;
    let account = bench.kit.owner;
    for limit in [1, 2, 3, 4, 11, 12] {
        for product in [None, Some(bench.kit.dv.code)] {
            let (mut read, mut before) = (Vec::new(), None);
            // A store that hands out the same page for ever is stopped.
            for _ in 0..=newest_first.len() {
                let page = bench.plans(account, product, before, limit)?;
                let few = page.len() <= limit;
                let what = format!("at most {limit} plans");
                bench.holds(Clause::Paging, what, few, &page.len());
                let Some(last) = page.last() else { break };
                before = Some(last.position);
                read.extend(ids(&page));
            }
            let what = format!("the pages of {limit} plans together");
            bench.same(Clause::Paging, what, &of(&newest_first, product), &read);
        }
    }
    let none = bench.plans(account, None, None, 0)?;
    bench.holds(Clause::Paging, "no plan", none.is_empty(), &none);
    Ok(())
}

/// Purchases whose ids stand in another order than they were paid, among those of another account; the
/// newest first.
fn paid(bench: &mut Bench<'_>, count: u64) -> Result<Vec<PurchaseId>, Stop> {
    let kit = bench.kit.clone();
    let mut ids = Vec::new();
    for number in 1..=count {
        let mixed = number
            .saturating_mul(7)
            .checked_rem(100)
            .unwrap_or_default();
        let (id, own) = (purchase(format!("{mixed:02}"))?, instance(number)?);
        let events = Vec::from([
            kit.opened(kit.owner, own, order(number)?, id, None, false),
            kit.paid(kit.owner, id, kit.ov, own, None, 1),
        ]);
        bench.writes(kit.owner, 0, events)?;
        ids.push(id);
        if number.checked_rem(3) == Some(0) {
            let theirs = number.saturating_add(1_000);
            let (id, own) = (purchase(format!("foreign-{mixed:02}"))?, instance(theirs)?);
            let events = Vec::from([
                kit.opened(kit.other, own, order(theirs)?, id, None, false),
                kit.paid(kit.other, id, kit.ov, own, None, 1),
            ]);
            bench.writes(kit.other, 0, events)?;
        }
    }
    ids.reverse();
    Ok(ids)
}

fn ids_of(listed: &[ListedPurchase]) -> Vec<PurchaseId> {
    listed.iter().map(|one| one.purchase.state.id()).collect()
}

fn order_of_purchases(bench: &mut Bench<'_>) -> Done {
    let newest_first = paid(bench, 9)?;
    let kit = bench.kit.clone();
    let before = bench.purchases(kit.owner, None, ALL)?;
    let what = "the newest first";
    bench.same(Clause::Purchases, what, &newest_first, &ids_of(&before));
    let falls = before.is_sorted_by(|one, next| one.position > next.position);
    bench.holds(Clause::Purchases, "places that fall", falls, &before);
    let none = bench.purchases(kit.stranger, None, ALL)?;
    bench.holds(Clause::Isolation, "nothing", none.is_empty(), &none);
    // What happens to a purchase does not move it.
    let places: Vec<Position> = before.iter().map(|one| one.position).collect();
    for (number, id) in (1_u64..).zip(newest_first.iter().skip(2).step_by(3)) {
        let used = charged(*id, order(number)?, at(10));
        bench.writes(kit.owner, 10, Vec::from([used, refunded(*id, at(11))]))?;
    }
    let listed = bench.purchases(kit.owner, None, ALL)?;
    let what = "the same order";
    bench.same(Clause::Purchases, what, &newest_first, &ids_of(&listed));
    let seen: Vec<Position> = listed.iter().map(|one| one.position).collect();
    bench.same(Clause::Purchases, "the same places", &places, &seen);
    bench.everything(Clause::Reads)
}

fn pages_of_purchases(bench: &mut Bench<'_>) -> Done {
    let newest_first = paid(bench, 11)?;
    let account = bench.kit.owner;
    for limit in [1, 2, 3, 4, 11, 12] {
        let (mut read, mut before) = (Vec::new(), None);
        // A store that hands out the same page for ever is stopped.
        for _ in 0..=newest_first.len() {
            let page = bench.purchases(account, before, limit)?;
            let few = page.len() <= limit;
            let what = format!("at most {limit} purchases");
            bench.holds(Clause::Paging, what, few, &page.len());
            let Some(last) = page.last() else { break };
            before = Some(last.position);
            read.extend(ids_of(&page));
        }
        let what = format!("the pages of {limit} purchases together");
        bench.same(Clause::Paging, what, &newest_first, &read);
    }
    let none = bench.purchases(account, None, 0)?;
    bench.holds(Clause::Paging, "no purchase", none.is_empty(), &none);
    Ok(())
}
