//! What is due, and who has claimed it.

use std::format;
use std::vec::Vec;

use super::super::kit::{Done, Stop, at, confirmed, instance, order, purchase};
use super::super::report::Clause;
use super::Check;
use super::bench::{ALL, Bench};
use crate::lifecycle::Event;
use crate::model::{AccountId, InstanceId, OrderId, Timestamp};
use crate::port::{Batch, Claim, DueRow, Expectation, Filter, Lease, StreamId, Version};

pub(super) const CHECKS: &[Check] = &[
    (
        "what is due comes from its instant on, the longest due first",
        due_order,
    ),
    ("what is claimed comes again when the claim ends", claims),
    ("a claim of a clock that ran ahead does not count", horizon),
    ("an instance that is changed is no longer claimed", changed),
    (
        "an instance is rescheduled by who claimed it last",
        rescheduled,
    ),
    (
        "an instance that was changed since is not rescheduled",
        changed_since,
    ),
    (
        "an instance that was stirred since is not rescheduled",
        stirred_since,
    ),
    (
        "nor are instances that one batch changed and stirred since",
        changed_and_stirred_since,
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

/// What is known of a due row before it is claimed.
type Due = (AccountId, InstanceId, OrderId, Timestamp);

fn dues(rows: &[DueRow]) -> Vec<Due> {
    let rows = rows.iter();
    rows.map(|row| (row.account, row.instance, row.order, row.due_at))
        .collect()
}

/// Instances, each due at its second; one of another account among them.
fn slots(bench: &mut Bench<'_>, due: &[Option<i64>]) -> Result<Vec<Due>, Stop> {
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
        rows.extend(due.map(|due_at| (account, id, order, at(due_at))));
    }
    rows.sort_by_key(|(_, _, _, due_at)| *due_at);
    Ok(rows)
}

fn instances(rows: &[Due]) -> Vec<InstanceId> {
    rows.iter().map(|(_, instance, _, _)| *instance).collect()
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
            let seen = dues(&bench.due(lease)?);
            let come = rows.iter().filter(|(_, _, _, due_at)| *due_at <= at(now));
            let expected: Vec<Due> = come.take(limit).copied().collect();
            let what = format!("due at {now} s, at most {limit}");
            bench.same(Clause::Due, what, &expected, &seen);
        }
    }
    Ok(())
}

fn claims(bench: &mut Bench<'_>) -> Done {
    let rows = instances(&slots(bench, &[Some(10), Some(20), Some(30)])?);
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
    let rows = instances(&slots(bench, &[Some(10)])?);
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

/// When an instance is due, as a list shows it.
fn listed_due(bench: &Bench<'_>, id: InstanceId) -> Result<Option<Timestamp>, Stop> {
    let listed = bench.list(bench.kit.owner, Filter::default(), None, ALL)?;
    let found = listed.iter().find(|one| one.entry.instance == id);
    Ok(found.and_then(|one| one.entry.due_at))
}

/// The claims that come with due rows, each with its instance.
fn claims_of(rows: &[DueRow], id: InstanceId) -> Option<Claim> {
    let row = rows.iter().find(|row| row.instance == id)?;
    Some(row.claim)
}

fn rescheduled(bench: &mut Bench<'_>) -> Done {
    slots(bench, &[Some(10), Some(20)])?;
    let kit = bench.kit.clone();
    let (id, theirs) = (instance(1)?, instance(2)?);
    let both = Vec::from([id, theirs]);
    let claim = |rows: &[DueRow], id| claims_of(rows, id).ok_or(Stop::Noted);
    let first = bench.due(lease(80, 90, 900, ALL))?;
    bench.same(Clause::Due, "both are due", &both, &ids(&first));
    if first.len() < both.len() {
        return Ok(());
    }
    let rows = bench.due(lease(100, 500, 900, ALL))?;
    bench.same(Clause::Claims, "both are due again", &both, &ids(&rows));
    let (old, own) = (claim(&first, id)?, claim(&rows, id)?);
    let later = own > old;
    bench.holds(Clause::Claims, "a claim has a later number", later, &own);
    let none = Claim(own.0.saturating_add(1));
    // An older claim, none that was made, another account, another instance: nothing happens.
    for (account, instance, claim) in [
        (kit.owner, id, old),
        (kit.owner, id, none),
        (kit.other, id, own),
        (kit.owner, theirs, claim(&rows, theirs)?),
        (kit.owner, instance("nowhere")?, own),
    ] {
        bench.reschedule(account, instance, claim, Some(at(50)))?;
        let seen = ids(&bench.due(lease(110, 500, 900, ALL))?);
        let what = format!("{account} reschedules {instance} with claim {}", claim.0);
        bench.same(Clause::Rescheduling, what, &Vec::new(), &seen);
    }
    // Who has it: the claim ends, and the new instant counts.
    bench.reschedule(kit.owner, id, own, Some(at(150)))?;
    // Once for each claim.
    bench.reschedule(kit.owner, id, own, Some(at(60)))?;
    let what = "when to look again, in a list";
    let shown = listed_due(bench, id)?;
    bench.same(Clause::Rescheduling, what, &Some(at(150)), &shown);
    let mut own = own;
    for (now, expected) in [(149, Vec::new()), (150, Vec::from([id])), (151, Vec::new())] {
        let rows = bench.due(lease(now, 400, 900, ALL))?;
        own = claims_of(&rows, id).unwrap_or(own);
        let what = format!("rescheduled to 150 s, at {now} s");
        bench.same(Clause::Rescheduling, what, &expected, &ids(&rows));
    }
    bench.reschedule(kit.owner, id, own, None)?;
    let seen = ids(&bench.due(lease(1_000, 1_001, 2_000, ALL))?);
    let never = Vec::from([theirs]);
    bench.same(Clause::Rescheduling, "never again", &never, &seen);
    Ok(())
}

/// A sweeper that has looked before somebody else had a say: what it says then comes too late.
fn overtaken(bench: &mut Bench<'_>, ids_there: &[InstanceId], batches: &[Batch]) -> Done {
    let account = bench.kit.owner;
    let rows = bench.due(lease(100, 900, 5_000, ALL))?;
    bench.same(Clause::Due, "all are due", ids_there, &ids(&rows)[..]);
    for batch in batches {
        bench.accepts(batch)?;
    }
    for due_at in [Some(at(4_000)), None] {
        for row in &rows {
            bench.reschedule(account, row.instance, row.claim, due_at)?;
        }
    }
    let seen = bench.due(lease(300, 310, 5_000, ALL))?;
    let what = "who changed it or stirred it meanwhile has said so";
    bench.same(Clause::Rescheduling, what, ids_there, &ids(&seen)[..]);
    // Nor does the number of a void claim come back.
    for row in &seen {
        let before = claims_of(&rows, row.instance);
        let later = before.is_none_or(|before| before < row.claim);
        bench.holds(Clause::Claims, "a claim has a later number", later, row);
    }
    Ok(())
}

/// Changes an instance, which is due from then on.
fn change(bench: &Bench<'_>, events: Vec<Event>) -> Batch {
    let mut batch = bench.batch(bench.kit.owner, 200, events);
    for entry in &mut batch.index {
        entry.due_at = Some(at(200));
    }
    batch
}

/// By entries alone: without an expectation, with the version that was read, and with names that
/// were not there before. A store may have a way of its own for each of them.
fn changed_since(bench: &mut Bench<'_>) -> Done {
    slots(bench, &[Some(10), None, Some(10), Some(10)])?;
    let all = [instance(1)?, instance(3)?, instance(4)?];
    let [plain, versioned, named] = all;
    let mut batches = Vec::new();
    for (id, event) in [
        (plain, confirmed(plain, at(200))),
        (versioned, confirmed(versioned, at(200))),
        (named, bench.kit.applied(named, order(41)?)),
    ] {
        let mut batch = change(bench, Vec::from([event]));
        if id != plain {
            let read = Expectation::Version(StreamId::Instance(id), Version(1));
            batch.expectations.push(read);
        }
        batches.push(batch);
    }
    overtaken(bench, &all, &batches)
}

fn stirred_since(bench: &mut Bench<'_>) -> Done {
    slots(bench, &[Some(10), None, Some(10)])?;
    let all = [instance(1)?, instance(3)?];
    let batch = Batch {
        stir: all.to_vec(),
        ..Batch::new(bench.kit.owner, at(200))
    };
    overtaken(bench, &all, &[batch])
}

fn changed_and_stirred_since(bench: &mut Bench<'_>) -> Done {
    slots(bench, &[Some(10), None, Some(10)])?;
    let all = [instance(1)?, instance(3)?];
    let [changed, stirred] = all;
    let mut batch = change(bench, Vec::from([confirmed(changed, at(200))]));
    batch.stir = Vec::from([stirred]);
    overtaken(bench, &all, &[batch])
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
    let seen = dues(&bench.due(lease(100, 100, 900, ALL))?);
    let expected = Vec::from([(kit.owner, id, order(1)?, at(100))]);
    bench.same(Clause::Due, "stirred, and its own alone", &expected, &seen);
    // Nothing else of it is changed.
    let version = bench.model.version(kit.owner, StreamId::Instance(id));
    bench.same(
        Clause::Due,
        "when to look again, in a list",
        &Some(at(100)),
        &listed_due(bench, id)?,
    );
    let listed = bench.list(kit.owner, Filter::default(), None, ALL)?;
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
    let wrong = Expectation::NewOrder(order(1)?);
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
