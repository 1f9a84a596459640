//! What was answered through one handle is there for another.

use std::format;
use std::vec::Vec;

use super::super::kit::{Done, Stop, at, instance, order, plan, plan_charged, purchase, request};
use super::super::report::Clause;
use super::Check;
use super::bench::{ALL, Bench, key, note, record};
use super::due::lease;
use crate::lifecycle::Effect;
use crate::model::InstanceId;
use crate::port::{Batch, Claim, OutboxPart, OutboxRow, Read, ReadSet};

pub(super) const CHECKS: &[Check] = &[
    ("a commit is there for every handle", commits),
    (
        "what was done to rows and claims is there for every handle",
        the_rest,
    ),
];

fn commits(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let first = bench.store.clone();
    for number in 0..4 {
        // Written through the one, read through a new one, and through the first again.
        bench.store = bench.another_handle()?;
        bench.everything(Clause::Durable)?;
        let when = i64::try_from(number)?;
        let moved = plan_charged(plan("a")?, order(number)?, at(when));
        let mut batch = bench.batch(bench.kit.owner, when, Vec::from([moved]));
        let effect = Effect::DestroyKey { order: order(1)? };
        batch.outbox.push((request(number)?, effect));
        batch.record = Some(record(&format!("{number}"), at(when), &batch.events)?);
        bench.accepts(&batch)?;
        bench.store = first.clone();
        bench.everything(Clause::Durable)?;
        if number == 1 {
            // Without anything that came after it.
            let moved = plan_charged(plan("a")?, order(number)?, at(when));
            bench.writes(bench.kit.owner, when, Vec::from([moved]))?;
        }
    }
    bench.looked_through_another()
}

type Seen = (Vec<OutboxRow>, Vec<OutboxRow>, Vec<InstanceId>, bool);

/// What a new handle sees, which changes nothing.
fn seen(bench: &Bench<'_>) -> Result<Seen, Stop> {
    let store = bench.another_handle()?;
    let waiting = bench.wait(store.outbox(OutboxPart::Waiting, None, ALL))??;
    let parked = bench.wait(store.outbox(OutboxPart::Parked, None, ALL))??;
    // Claims end at once.
    let due = bench.wait(store.due(lease(100, 100, 900, ALL)))??;
    let due = due.into_iter().map(|row| row.instance).collect();
    let read = Read {
        set: ReadSet::New(bench.kit.dv.code),
        year: None,
        key: Some(key("kept")?),
    };
    let found = bench.wait(store.load(bench.kit.owner, read))??;
    Ok((waiting, parked, due, found.record.is_some()))
}

fn the_rest(bench: &mut Bench<'_>) -> Done {
    let kit = bench.kit.clone();
    let id = instance("due")?;
    let opened = kit.opened(kit.owner, id, order(90)?, purchase("due")?, None, false);
    let mut batch: Batch = bench.batch(kit.owner, 5, Vec::from([opened]));
    for entry in &mut batch.index {
        entry.due_at = Some(at(5));
    }
    let effect = Effect::DestroyKey { order: order(90)? };
    let row = request("row")?;
    batch.outbox.push((row, effect));
    batch.record = Some(record("kept", at(5), &[])?);
    bench.accepts(&batch)?;
    let store = bench.store.clone();
    let mut is = seen(bench)?;
    let expected = (1, 0, Vec::from([id]), true);
    let there = (is.0.len(), is.1.len(), is.2.clone(), is.3);
    bench.same(Clause::Durable, "the commit", &expected, &there);

    let claimed = bench.due(lease(100, 200, 900, ALL))?;
    is.2.clear();
    let now = seen(bench)?;
    bench.same(Clause::Durable, "the claim", &is, &now);
    for row in &claimed {
        bench.reschedule(kit.owner, id, row.claim, Some(at(50)))?;
    }
    is.2.push(id);
    let now = seen(bench)?;
    bench.same(Clause::Durable, "the rescheduling", &is, &now);

    let leased = bench.lease(lease(20, 200, 900, ALL))?;
    let claim = leased.first().map_or(Claim(0), |row| row.claim);
    is.0 = leased;
    let now = seen(bench)?;
    bench.same(Clause::Durable, "the lease", &is, &now);
    bench.wait(store.postpone(row, claim, at(30)))??;
    for one in &mut is.0 {
        one.not_before = at(30);
    }
    let now = seen(bench)?;
    bench.same(Clause::Durable, "the delay", &is, &now);
    bench.wait(store.park(row, claim, note("no")?))??;
    let aside = bench.outbox(OutboxPart::Parked, None, ALL)?.len();
    let what = "laid aside by who postponed it, with the same claim";
    bench.same(Clause::Attempts, what, &1, &aside);
    if aside == 0 {
        return Ok(());
    }
    let now = seen(bench)?;
    let places = (now.0.len(), now.1.len());
    bench.same(Clause::Durable, "what was laid aside", &(0, 1), &places);
    bench.wait(store.retry(row, at(60)))??;
    let now = seen(bench)?;
    for (one, now) in is.0.iter_mut().zip(&now.0) {
        (one.attempts, one.not_before) = (0, at(60));
        bench.holds(
            Clause::Attempts,
            "a later claim",
            now.claim > one.claim,
            &now.claim,
        );
        one.claim = now.claim;
    }
    bench.same(Clause::Durable, "the retry", &is, &now);
    bench.wait(store.finish(row))??;
    is.0.clear();
    let now = seen(bench)?;
    bench.same(Clause::Durable, "the end of a row", &is, &now);
    bench.wait(store.forget_records(at(6), ALL))??;
    is.3 = false;
    let now = seen(bench)?;
    bench.same(Clause::Durable, "the forgetting", &is, &now);
    bench.looked_through_another()
}
