//! What is due, and who has claimed it.

use std::format;
use std::vec::Vec;

use super::super::kit::{Done, Stop, at, confirmed, instance, order, purchase};
use super::super::report::Clause;
use super::Check;
use super::bench::{ALL, Bench};
use crate::model::InstanceId;
use crate::port::{Batch, DueRow, Lease};

pub(super) const CHECKS: &[Check] = &[
    (
        "what is due comes from its instant on, the longest due first",
        due_order,
    ),
    ("what is claimed comes again when the claim ends", claims),
    ("a claim of a clock that ran ahead does not count", horizon),
    ("an instance that is changed is no longer claimed", changed),
    (
        "an instance is rescheduled by who saw it as it is",
        rescheduled,
    ),
    ("an instance that is stirred is due", stirred),
    ("a batch that is a conflict makes nothing due", refused),
];

/// A claim in seconds.
pub(super) fn lease(now: i64, until: i64, horizon: i64, limit: usize) -> Lease {
    Lease {
        now: at(now),
        until: at(until),
        horizon: at(horizon),
        limit,
    }
}

/// Instances, each due at its second; one of another account among them.
fn slots(bench: &mut Bench<'_>, due: &[Option<i64>]) -> Result<Vec<DueRow>, Stop> {
    let kit = bench.kit.clone();
    let mut rows = Vec::new();
    for (number, due) in (1_u64..).zip(due) {
        let account = if number == 2 { kit.other } else { kit.owner };
        let (id, order) = (instance(number)?, order(number)?);
        let opened = kit.opened(account, id, order, purchase(number)?, None, false);
        let mut batch = bench.batch(account, 0, Vec::from([opened]));
        for entry in &mut batch.index {
            entry.due_at = due.map(at);
        }
        bench.accepts(&batch)?;
        rows.extend(due.map(|due_at| DueRow {
            account,
            instance: id,
            order,
            due_at: at(due_at),
        }));
    }
    rows.sort_by_key(|row| row.due_at);
    Ok(rows)
}

fn ids(rows: &[DueRow]) -> Vec<InstanceId> {
    rows.iter().map(|row| row.instance).collect()
}

fn due_order(bench: &mut Bench<'_>) -> Done {
    let due = [Some(70), Some(30), None, Some(50), Some(10), Some(60)];
    let rows = slots(bench, &due)?;
    // Each lease ends in its own instant: nothing is held.
    for now in [0, 9, 10, 29, 30, 31, 60, 69, 70, 1_000] {
        for limit in [0, 1, 2, ALL] {
            let lease = lease(now, now, now, limit);
            let seen = bench.due(lease)?;
            let come = rows.iter().filter(|row| row.due_at <= at(now));
            let expected: Vec<DueRow> = come.take(limit).copied().collect();
            let what = format!("due at {now} s, at most {limit}");
            bench.same(Clause::Due, what, &expected, &seen);
        }
    }
    Ok(())
}

fn claims(bench: &mut Bench<'_>) -> Done {
    let rows = ids(&slots(bench, &[Some(10), Some(20), Some(30)])?);
    let (first, rest): (Vec<_>, Vec<_>) = rows.iter().enumerate().partition(|(at, _)| *at == 0);
    let first: Vec<_> = first.into_iter().map(|(_, id)| *id).collect();
    let rest: Vec<_> = rest.into_iter().map(|(_, id)| *id).collect();
    let seen = ids(&bench.due(lease(100, 200, 900, 1))?);
    bench.same(Clause::Due, "the longest due", &first, &seen);
    // Another handle sees the claim as well.
    let another = bench.another_handle()?;
    let seen = bench.wait(another.due(lease(100, 300, 900, ALL)))??;
    bench.same(Clause::Claims, "what is not claimed", &rest, &ids(&seen));
    for (now, expected) in [
        (101, Vec::new()),
        (199, Vec::new()),
        (200, first),
        (299, Vec::new()),
    ] {
        let seen = ids(&bench.due(lease(now, 300, 900, ALL))?);
        let what = format!("whose claim has ended at {now} s");
        bench.same(Clause::Claims, what, &expected, &seen);
    }
    let seen = ids(&bench.due(lease(300, 400, 900, ALL))?);
    bench.same(Clause::Claims, "all claims ended", &rows, &seen);
    Ok(())
}

fn horizon(bench: &mut Bench<'_>) -> Done {
    let rows = ids(&slots(bench, &[Some(10)])?);
    let seen = ids(&bench.due(lease(100, 5_000, 9_000, ALL))?);
    bench.same(Clause::Due, "what is due", &rows, &seen);
    // The claim ends at the horizon of who asks: it counts. One second behind it, it does not.
    let seen = ids(&bench.due(lease(110, 170, 5_000, ALL))?);
    bench.same(
        Clause::Claims,
        "a claim up to the horizon",
        &Vec::new(),
        &seen,
    );
    let seen = ids(&bench.due(lease(110, 170, 4_999, ALL))?);
    bench.same(Clause::Claims, "a claim behind the horizon", &rows, &seen);
    let seen = ids(&bench.due(lease(111, 170, 4_999, ALL))?);
    bench.same(
        Clause::Claims,
        "the claim that replaced it",
        &Vec::new(),
        &seen,
    );
    Ok(())
}

fn changed(bench: &mut Bench<'_>) -> Done {
    slots(bench, &[Some(10), Some(20)])?;
    let (id, account) = (instance(1)?, bench.kit.owner);
    bench.due(lease(100, 500, 900, ALL))?;
    // Due later: not yet.
    for (when, due, expected) in [(101, 150, Vec::new()), (102, 90, Vec::from([id]))] {
        let mut batch = bench.batch(account, when, Vec::from([confirmed(id, at(when))]));
        for entry in &mut batch.index {
            entry.due_at = Some(at(due));
        }
        bench.accepts(&batch)?;
        let seen = ids(&bench.due(lease(when, 160, 900, ALL))?);
        let what = format!("changed at {when} s, due at {due} s");
        bench.same(Clause::Claims, what, &expected, &seen);
    }
    // Its entry says that nobody has to look again.
    let batch = bench.batch(account, 103, Vec::from([confirmed(id, at(103))]));
    bench.accepts(&batch)?;
    let seen = ids(&bench.due(lease(1_000, 1_100, 2_000, ALL))?);
    bench.same(
        Clause::Due,
        "not due any more",
        &Vec::from([instance(2)?]),
        &seen,
    );
    Ok(())
}

fn rescheduled(bench: &mut Bench<'_>) -> Done {
    slots(bench, &[Some(10), Some(20)])?;
    let kit = bench.kit.clone();
    let (id, theirs) = (instance(1)?, instance(2)?);
    let both = Vec::from([id, theirs]);
    let seen = ids(&bench.due(lease(100, 500, 900, ALL))?);
    bench.same(Clause::Due, "both are due", &both, &seen);
    // Another version, another account, another instance: nothing happens.
    for (account, instance, version) in [
        (kit.owner, id, 0),
        (kit.owner, id, 2),
        (kit.other, id, 1),
        (kit.owner, theirs, 1),
        (kit.owner, instance("nowhere")?, 0),
    ] {
        bench.reschedule(account, instance, version, Some(at(50)))?;
        let seen = ids(&bench.due(lease(110, 500, 900, ALL))?);
        let what = format!("{account} reschedules {instance} at version {version}");
        bench.same(Clause::Rescheduling, what, &Vec::new(), &seen);
    }
    // As it is: the claim ends, and the new instant counts.
    bench.reschedule(kit.owner, id, 1, Some(at(150)))?;
    for (now, expected) in [(149, Vec::new()), (150, Vec::from([id])), (151, Vec::new())] {
        let seen = ids(&bench.due(lease(now, 400, 900, ALL))?);
        let what = format!("rescheduled to 150 s, at {now} s");
        bench.same(Clause::Rescheduling, what, &expected, &seen);
    }
    bench.reschedule(kit.owner, id, 1, None)?;
    let seen = ids(&bench.due(lease(1_000, 1_001, 2_000, ALL))?);
    bench.same(
        Clause::Rescheduling,
        "never again",
        &Vec::from([theirs]),
        &seen,
    );
    bench.reschedule(kit.owner, id, 1, Some(at(5)))?;
    let seen = ids(&bench.due(lease(1_001, 1_002, 2_000, ALL))?);
    bench.same(Clause::Rescheduling, "again after all", &both, &seen);
    // A change in between has said so already.
    bench.writes(kit.owner, 200, Vec::from([confirmed(id, at(200))]))?;
    bench.reschedule(kit.owner, id, 1, Some(at(6)))?;
    let seen = ids(&bench.due(lease(1_002, 1_003, 2_000, ALL))?);
    let what = "what somebody changed meanwhile is as it said";
    bench.same(Clause::Rescheduling, what, &Vec::from([theirs]), &seen);
    Ok(())
}

fn stirred(bench: &mut Bench<'_>) -> Done {
    slots(bench, &[None, Some(700), Some(500)])?;
    let kit = bench.kit.clone();
    let (id, theirs, changed) = (instance(1)?, instance(2)?, instance(3)?);
    let mut batch = bench.batch(kit.owner, 100, Vec::from([confirmed(changed, at(100))]));
    batch.stir = Vec::from([id, theirs]);
    bench.accepts(&batch)?;
    let seen = ids(&bench.due(lease(99, 99, 900, ALL))?);
    bench.same(Clause::Due, "not before the batch", &Vec::new(), &seen);
    let seen = bench.due(lease(100, 100, 900, ALL))?;
    let expected = Vec::from([DueRow {
        account: kit.owner,
        instance: id,
        order: order(1)?,
        due_at: at(100),
    }]);
    bench.same(Clause::Due, "stirred, and its own alone", &expected, &seen);
    // Nothing else of it is changed.
    let version = bench
        .model
        .version(kit.owner, crate::port::StreamId::Instance(id));
    let listed = bench.list(kit.owner, crate::port::Filter::default(), None, ALL)?;
    let found = listed.iter().find(|one| one.entry.instance == id);
    bench.same(
        Clause::Due,
        "its version",
        &version,
        &found.map(|one| one.version),
    );
    bench.everything(Clause::Reads)
}

fn refused(bench: &mut Bench<'_>) -> Done {
    slots(bench, &[Some(500), Some(500)])?;
    let account = bench.kit.owner;
    let mut batch = bench.batch(account, 10, Vec::from([confirmed(instance(1)?, at(10))]));
    for entry in &mut batch.index {
        entry.due_at = Some(at(10));
    }
    batch.stir = Vec::from([instance(1)?]);
    let wrong = crate::port::Expectation::NewOrder(order(1)?);
    batch.expectations.push(wrong);
    let batch: Batch = batch;
    bench.refuses(&batch)?;
    let seen = bench.due(lease(400, 401, 900, ALL))?;
    bench.holds(
        Clause::AllOrNothing,
        "nothing is due",
        seen.is_empty(),
        &seen,
    );
    Ok(())
}
