//! The outbox: rows that wait for workers, and those that were laid aside.

use std::format;
use std::vec::Vec;

use super::super::kit::{Done, Stop, at, order, request};
use super::super::report::Clause;
use super::Check;
use super::bench::{ALL, Bench, note};
use super::due::lease;
use crate::lifecycle::Effect;
use crate::model::{Note, Timestamp};
use crate::port::{Batch, Claim, OutboxPart, OutboxRow, Position, RequestId};

pub(super) const CHECKS: &[Check] = &[
    (
        "rows come in the order in which they were committed",
        order_of_rows,
    ),
    ("the outbox is read page by page", pages),
    (
        "rows are leased from their instant on, the longest due first",
        leases,
    ),
    (
        "a row that is leased comes again when the lease ends",
        lease_ends,
    ),
    ("a lease of a clock that ran ahead does not count", horizon),
    ("who was too slow changes nothing", too_slow),
    (
        "who was too slow changes nothing after a retry",
        too_slow_for_a_retry,
    ),
    ("a row that is postponed waits", postponed),
    (
        "a row that was laid aside waits until it is retried",
        dead_letters,
    ),
    (
        "a row that was laid aside is not postponed or laid aside again",
        laid_aside_once,
    ),
    ("a row that is finished is gone", finished),
];

/// Rows of both accounts, one batch each, posted at these seconds.
fn rows(bench: &mut Bench<'_>, posted: &[i64]) -> Result<Vec<RequestId>, Stop> {
    let mut ids = Vec::new();
    for (number, when) in (0_u64..).zip(posted) {
        let id = request(format!("row-{number}"))?;
        post(bench, number, *when, &[id])?;
        ids.push(id);
    }
    Ok(ids)
}

fn post(bench: &mut Bench<'_>, number: u64, when: i64, ids: &[RequestId]) -> Done {
    let kit = &bench.kit;
    let even = number.checked_rem(2) == Some(0);
    let account = if even { kit.owner } else { kit.other };
    let effect = Effect::DestroyKey {
        order: order(number.saturating_add(1))?,
    };
    let batch = Batch {
        outbox: ids.iter().map(|id| (*id, effect)).collect(),
        ..Batch::new(account, at(when))
    };
    bench.accepts(&batch)
}

fn ids(rows: &[OutboxRow]) -> Vec<RequestId> {
    rows.iter().map(|row| row.id).collect()
}

fn waiting(bench: &Bench<'_>) -> Result<Vec<OutboxRow>, Stop> {
    bench.outbox(OutboxPart::Waiting, None, ALL)
}

fn parked(bench: &Bench<'_>) -> Result<Vec<OutboxRow>, Stop> {
    bench.outbox(OutboxPart::Parked, None, ALL)
}

/// What can change of a row: attempts, from when on, and why it was laid aside.
fn state(rows: &[OutboxRow], id: RequestId) -> Option<(u32, Timestamp, Option<Note>)> {
    let row = rows.iter().find(|row| row.id == id)?;
    Some((row.attempts, row.not_before, row.parked.clone()))
}

/// The last claim on a row, and none on one that is not there.
fn claim(bench: &Bench<'_>, id: RequestId) -> Result<Claim, Stop> {
    let mut rows = waiting(bench)?;
    rows.extend(parked(bench)?);
    let row = rows.iter().find(|row| row.id == id);
    Ok(row.map_or(Claim(1), |row| row.claim))
}

/// The worker that has a row hands it back.
fn postpone(bench: &Bench<'_>, row: RequestId, until: i64) -> Done {
    let claim = claim(bench, row)?;
    Ok(bench.wait(bench.store.postpone(row, claim, at(until)))??)
}

/// The worker that has a row lays it aside.
fn park(bench: &Bench<'_>, row: RequestId, reason: &str) -> Done {
    let claim = claim(bench, row)?;
    Ok(bench.wait(bench.store.park(row, claim, note(reason)?))??)
}

fn retry(bench: &Bench<'_>, row: RequestId, when: i64) -> Result<bool, Stop> {
    Ok(bench.wait(bench.store.retry(row, at(when)))??)
}

fn finish(bench: &Bench<'_>, row: RequestId) -> Done {
    Ok(bench.wait(bench.store.finish(row))??)
}

fn order_of_rows(bench: &mut Bench<'_>) -> Done {
    let mut all = Vec::new();
    // Ids that stand in another order than they are committed.
    for (number, when) in [(0, 0), (1, 10), (2, 20)] {
        let pair = [
            request(format!("z-{}", 9_u64.saturating_sub(number)))?,
            request(format!("a-{number}"))?,
        ];
        post(bench, number, when, &pair)?;
        all.extend(pair);
    }
    bench.everything(Clause::Outbox)?;
    let seen = waiting(bench)?;
    bench.same(Clause::OutboxPlaces, "as committed", &all, &ids(&seen));
    let rise = seen.is_sorted_by(|one, next| one.position < next.position);
    bench.holds(Clause::OutboxPlaces, "places that rise", rise, &seen);
    for row in &seen {
        let as_posted = (0, row.at, None);
        let now = (row.attempts, row.not_before, row.parked.clone());
        bench.same(Clause::Outbox, "a row that nobody took", &as_posted, &now);
    }
    // No place is given twice, not even when all that had one are finished.
    let last = seen.last().map(|row| row.position);
    for id in &all {
        finish(bench, *id)?;
    }
    bench.model.outbox.clear();
    let next = rows(bench, &[30, 40])?;
    let seen = waiting(bench)?;
    bench.same(Clause::Finished, "what came after", &next, &ids(&seen));
    let beyond = seen.iter().all(|row| Some(row.position) > last);
    bench.holds(
        Clause::OutboxPlaces,
        "places never used before",
        beyond,
        &seen,
    );
    Ok(())
}

fn pages(bench: &mut Bench<'_>) -> Done {
    let all = rows(bench, &[0, 0, 1, 2, 3, 5, 8])?;
    let whole = waiting(bench)?;
    bench.same(Clause::Outbox, "the rows", &all, &ids(&whole));
    // Some are laid aside: the parts are read each by itself.
    bench.lease(lease(100, 200, 900, ALL))?;
    for id in all.iter().skip(1).step_by(3) {
        park(bench, *id, "no")?;
    }
    let aside: Vec<_> = all.iter().skip(1).step_by(3).copied().collect();
    let left: Vec<_> = all
        .iter()
        .filter(|id| !aside.contains(id))
        .copied()
        .collect();
    for (part, expected) in [(OutboxPart::Waiting, left), (OutboxPart::Parked, aside)] {
        for limit in [1, 2, 3, 7, 8] {
            let (mut read, mut after) = (Vec::new(), None);
            for _ in 0..=all.len() {
                let page = bench.outbox(part, after, limit)?;
                let what = format!("at most {limit} rows");
                bench.holds(Clause::Paging, what, page.len() <= limit, &page.len());
                let Some(last) = page.last() else { break };
                after = Some(last.position);
                read.extend(ids(&page));
            }
            let what = format!("the pages of {limit} of {part:?} together");
            bench.same(Clause::Paging, what, &expected, &read);
        }
        let none = bench.outbox(part, None, 0)?;
        bench.holds(Clause::Paging, "no row", none.is_empty(), &none);
        let far = bench.outbox(part, Some(Position(i64::MAX.unsigned_abs())), ALL)?;
        bench.holds(
            Clause::Paging,
            "nothing behind the last",
            far.is_empty(),
            &far,
        );
    }
    // The place of a row that is finished is still a place.
    if let (Some(first), Some(third)) = (whole.first(), whole.get(2)) {
        finish(bench, first.id)?;
        let behind = bench.outbox(OutboxPart::Waiting, Some(first.position), 1)?;
        bench.same(
            Clause::Paging,
            "behind it",
            &Vec::from([third.id]),
            &ids(&behind),
        );
    }
    Ok(())
}

fn leases(bench: &mut Bench<'_>) -> Done {
    let all = rows(bench, &[10, 20, 30, 40])?;
    // What is read claims nothing.
    for _ in 0..2 {
        let seen = waiting(bench)?;
        bench.same(Clause::Leases, "reading claims nothing", &all, &ids(&seen));
    }
    let none = bench.lease(lease(50, 60, 900, 0))?;
    bench.holds(Clause::Leases, "at most none", none.is_empty(), &none);
    let mut leased = Vec::new();
    for (now, limit, expected) in [
        (9, ALL, all.get(..0)),
        (20, 1, all.get(..1)),
        (20, ALL, all.get(1..2)),
        (39, ALL, all.get(2..3)),
        (100, ALL, all.get(3..)),
    ] {
        let seen = bench.lease(lease(now, 200, 900, limit))?;
        let what = format!("leased at {now} s, at most {limit}");
        bench.same(
            Clause::Leases,
            what,
            &expected.unwrap_or_default().to_vec(),
            &ids(&seen),
        );
        leased.extend(seen);
    }
    for row in &leased {
        let own = (row.attempts, row.not_before, row.parked.clone());
        bench.same(
            Clause::Attempts,
            "a row at its first lease",
            &(1, at(200), None),
            &own,
        );
    }
    // Those that are leased wait all the same, as they were handed out.
    let seen = waiting(bench)?;
    bench.same(Clause::Leases, "leased rows wait too", &leased, &seen);
    // Who was postponed longer comes later, whatever its place.
    for (id, until) in all.iter().zip([340, 330, 320, 330]) {
        postpone(bench, *id, until)?;
    }
    let seen = bench.lease(lease(400, 500, 900, ALL))?;
    let expected: Vec<_> = [2, 1, 3, 0]
        .iter()
        .filter_map(|at| all.get(*at))
        .copied()
        .collect();
    bench.same(
        Clause::Leases,
        "the longest due, then the first",
        &expected,
        &ids(&seen),
    );
    Ok(())
}

fn lease_ends(bench: &mut Bench<'_>) -> Done {
    let all = rows(bench, &[0, 0])?;
    for attempt in 1_u32..5 {
        let now = i64::from(attempt).saturating_mul(100);
        let end = now.saturating_add(100);
        let seen = bench.lease(lease(now, end, 9_000, ALL))?;
        let what = format!("whose lease has ended at {now} s");
        bench.same(Clause::Leases, what, &all, &ids(&seen));
        for row in &seen {
            bench.same(
                Clause::Attempts,
                "how often it was leased",
                &attempt,
                &row.attempts,
            );
        }
        // Another worker, on another handle, finds nothing until then.
        let another = bench.another_handle()?;
        for held in [now, now.saturating_add(1), end.saturating_sub(1)] {
            let seen = bench.wait(another.lease(lease(held, end, 9_000, ALL)))??;
            let what = format!("nothing is free at {held} s");
            bench.holds(Clause::Leases, what, seen.is_empty(), &seen);
        }
    }
    Ok(())
}

fn horizon(bench: &mut Bench<'_>) -> Done {
    let all = rows(bench, &[0])?;
    bench.lease(lease(10, 5_000, 9_000, ALL))?;
    let seen = bench.lease(lease(20, 80, 5_000, ALL))?;
    bench.holds(
        Clause::Leases,
        "a lease up to the horizon",
        seen.is_empty(),
        &seen,
    );
    let seen = bench.lease(lease(20, 80, 4_999, ALL))?;
    bench.same(
        Clause::Leases,
        "a lease behind the horizon",
        &all,
        &ids(&seen),
    );
    // So it is with a row that nobody leased yet.
    post(bench, 1, 8_000, &[request("ahead")?])?;
    let seen = bench.lease(lease(20, 80, 8_000, ALL))?;
    bench.holds(
        Clause::Leases,
        "a row posted up to the horizon",
        seen.is_empty(),
        &seen,
    );
    let seen = ids(&bench.lease(lease(20, 80, 7_999, ALL))?);
    let ahead = Vec::from([request("ahead")?]);
    bench.same(
        Clause::Leases,
        "a row posted behind the horizon",
        &ahead,
        &seen,
    );
    finish(bench, request("ahead")?)?;
    // And with a delay.
    if let Some(id) = all.first() {
        postpone(bench, *id, 7_000)?;
    }
    let seen = bench.lease(lease(90, 100, 7_000, ALL))?;
    bench.holds(
        Clause::Leases,
        "a delay up to the horizon",
        seen.is_empty(),
        &seen,
    );
    let seen = bench.lease(lease(90, 100, 6_999, ALL))?;
    bench.same(
        Clause::Leases,
        "a delay behind the horizon",
        &all,
        &ids(&seen),
    );
    Ok(())
}

fn too_slow(bench: &mut Bench<'_>) -> Done {
    let all = rows(bench, &[0])?;
    let Some(id) = all.first().copied() else {
        return Ok(());
    };
    // The first worker sleeps until the second has it.
    let first = bench.lease(lease(10, 20, 900, ALL))?;
    let second = bench.lease(lease(30, 300, 900, ALL))?;
    let own = claim(bench, id)?;
    for rows in [&first, &second] {
        bench.same(Clause::Leases, "the row", &all, &ids(rows));
    }
    let old = first.first().map_or(Claim(0), |row| row.claim);
    let later = old < own && second.iter().all(|row| row.claim == own);
    bench.holds(Clause::Leases, "a later claim", later, &(old, own));
    let unmade = Claim(own.0.saturating_add(1));
    for void in [old, unmade] {
        bench.wait(bench.store.postpone(id, void, at(40)))??;
        bench.wait(bench.store.park(id, void, note("too slow")?))??;
        let seen = state(&waiting(bench)?, id);
        let what = format!("after claim {} came back", void.0);
        bench.same(Clause::Attempts, what, &Some((2, at(300), None)), &seen);
    }
    let nowhere = request("nowhere")?;
    bench.wait(bench.store.postpone(nowhere, own, at(40)))??;
    bench.wait(bench.store.park(nowhere, own, note("nowhere")?))??;
    let seen = state(&waiting(bench)?, id);
    bench.same(
        Clause::Attempts,
        "another row",
        &Some((2, at(300), None)),
        &seen,
    );
    park(bench, id, "in time")?;
    let seen = state(&parked(bench)?, id).map(|(attempts, _, reason)| (attempts, reason));
    let expected = Some((2, Some(note("in time")?)));
    bench.same(
        Clause::DeadLetters,
        "its own worker lays it aside",
        &expected,
        &seen,
    );
    Ok(())
}

/// Attempts are counted anew after a retry, claims are not.
fn too_slow_for_a_retry(bench: &mut Bench<'_>) -> Done {
    let all = rows(bench, &[0])?;
    let Some(id) = all.first().copied() else {
        return Ok(());
    };
    let mut void = Vec::new();
    for now in [10, 20] {
        let leased = bench.lease(lease(now, now, 900, ALL))?;
        bench.same(Clause::Leases, "the row", &all, &ids(&leased));
        void.extend(leased.iter().map(|row| row.claim));
    }
    park(bench, id, "no")?;
    retry(bench, id, 30)?;
    // It waits, and then it is leased as often as it was when the first one had it.
    for (attempts, until) in [(0, 30), (1, 300)] {
        if attempts > 0 {
            bench.lease(lease(40, until, 900, ALL))?;
        }
        for claim in &void {
            bench.wait(bench.store.postpone(id, *claim, at(60)))??;
            bench.wait(bench.store.park(id, *claim, note("too slow")?))??;
        }
        let seen = state(&waiting(bench)?, id);
        let expected = Some((attempts, at(until), None));
        let what = "who had it before the retry changes nothing";
        bench.same(Clause::Attempts, what, &expected, &seen);
    }
    Ok(())
}

fn postponed(bench: &mut Bench<'_>) -> Done {
    let all = rows(bench, &[0])?;
    let Some(id) = all.first().copied() else {
        return Ok(());
    };
    bench.lease(lease(10, 500, 900, ALL))?;
    // Who handed it back has it still.
    let own = claim(bench, id)?;
    for until in [600, 400] {
        bench.wait(bench.store.postpone(id, own, at(until)))??;
        let seen = state(&waiting(bench)?, id);
        let expected = Some((1, at(until), None));
        let what = "postponed with the same claim";
        bench.same(Clause::Attempts, what, &expected, &seen);
        if seen != expected {
            return Err(Stop::Noted);
        }
    }
    // Shorter than its lease, and longer.
    for (attempt, now, until) in [(1, 20, 100), (2, 110, 800)] {
        postpone(bench, id, until)?;
        let seen = state(&waiting(bench)?, id);
        bench.same(
            Clause::Attempts,
            "it waits",
            &Some((attempt, at(until), None)),
            &seen,
        );
        for (at, expected) in [
            (now, Vec::new()),
            (until.saturating_sub(1), Vec::new()),
            (until, all.clone()),
        ] {
            let seen = bench.lease(lease(at, at.saturating_add(50), 2_000, ALL))?;
            let what = format!("postponed until {until} s, leased at {at} s");
            bench.same(Clause::Leases, what, &expected, &ids(&seen));
        }
    }
    Ok(())
}

fn dead_letters(bench: &mut Bench<'_>) -> Done {
    let all = rows(bench, &[0, 1, 2])?;
    let before = waiting(bench)?;
    let Some([first, second, third]) = all.first_chunk::<3>().copied() else {
        return Ok(());
    };
    bench.lease(lease(10, 100, 900, ALL))?;
    let none = retry(bench, first, 20)?;
    bench.same(
        Clause::DeadLetters,
        "a row that was not laid aside",
        &false,
        &none,
    );
    let none = retry(bench, request("nowhere")?, 20)?;
    bench.same(
        Clause::DeadLetters,
        "a row that is not there",
        &false,
        &none,
    );
    let seen = state(&waiting(bench)?, first);
    bench.same(
        Clause::DeadLetters,
        "nothing happened",
        &Some((1, at(100), None)),
        &seen,
    );

    park(bench, second, "refused: \"no\" 不")?;
    let seen = parked(bench)?;
    bench.same(
        Clause::DeadLetters,
        "laid aside",
        &Vec::from([second]),
        &ids(&seen),
    );
    let reason = state(&seen, second).and_then(|(_, _, reason)| reason);
    bench.same(
        Clause::DeadLetters,
        "why",
        &Some(note("refused: \"no\" 不")?),
        &reason,
    );
    let seen = ids(&waiting(bench)?);
    bench.same(
        Clause::DeadLetters,
        "the others wait",
        &Vec::from([first, third]),
        &seen,
    );
    for now in [100, 5_000] {
        let seen = bench.lease(lease(now, now, 9_000, ALL))?;
        let what = "no worker takes it";
        bench.same(
            Clause::DeadLetters,
            what,
            &Vec::from([first, third]),
            &ids(&seen),
        );
    }
    let there = retry(bench, second, 6_000)?;
    bench.same(Clause::DeadLetters, "it is retried", &true, &there);
    let again = retry(bench, second, 7_000)?;
    bench.same(Clause::DeadLetters, "once", &false, &again);
    let seen = waiting(bench)?;
    let expected = Some((0, at(6_000), None));
    bench.same(
        Clause::DeadLetters,
        "as good as new",
        &expected,
        &state(&seen, second),
    );
    let places =
        |rows: &[OutboxRow]| -> Vec<_> { rows.iter().map(|row| (row.id, row.position)).collect() };
    bench.same(
        Clause::OutboxPlaces,
        "at its place",
        &places(&before),
        &places(&seen),
    );
    finish(bench, first)?;
    finish(bench, third)?;
    for (now, expected) in [(5_999, Vec::new()), (6_000, Vec::from([second]))] {
        let seen = bench.lease(lease(now, 9_000, 9_000, ALL))?;
        let what = format!("retried from 6000 s on, leased at {now} s");
        bench.same(Clause::DeadLetters, what, &expected, &ids(&seen));
    }
    // One that was laid aside can be finished, too.
    park(bench, second, "again")?;
    finish(bench, second)?;
    let seen = parked(bench)?;
    bench.holds(Clause::Finished, "nothing is left", seen.is_empty(), &seen);
    Ok(())
}

/// A worker whose call to lay a row aside was answered too late for it makes up its mind again, with
/// a claim that is not void.
fn laid_aside_once(bench: &mut Bench<'_>) -> Done {
    let all = rows(bench, &[0])?;
    let Some(id) = all.first().copied() else {
        return Ok(());
    };
    bench.lease(lease(10, 100, 900, ALL))?;
    park(bench, id, "first")?;
    let before = parked(bench)?;
    bench.same(Clause::DeadLetters, "laid aside", &all, &ids(&before));
    park(bench, id, "second")?;
    let seen = parked(bench)?;
    let what = "laid aside again with the same claim";
    bench.same(Clause::DeadLetters, what, &before, &seen);
    postpone(bench, id, 50)?;
    let seen = parked(bench)?;
    let what = "postponed with the same claim";
    bench.same(Clause::DeadLetters, what, &before, &seen);
    let seen = waiting(bench)?;
    let none = seen.is_empty();
    bench.holds(Clause::DeadLetters, "it does not wait", none, &seen);
    let seen = bench.lease(lease(5_000, 5_001, 9_000, ALL))?;
    let none = seen.is_empty();
    bench.holds(Clause::DeadLetters, "no worker takes it", none, &seen);
    // It comes back as it would have.
    let there = retry(bench, id, 6_000)?;
    bench.same(Clause::DeadLetters, "it is retried", &true, &there);
    let seen = state(&waiting(bench)?, id);
    let expected = Some((0, at(6_000), None));
    bench.same(Clause::DeadLetters, "as good as new", &expected, &seen);
    Ok(())
}

fn finished(bench: &mut Bench<'_>) -> Done {
    let all = rows(bench, &[0, 1, 2])?;
    let Some([first, second, third]) = all.first_chunk::<3>().copied() else {
        return Ok(());
    };
    bench.lease(lease(10, 100, 900, 2))?;
    // Leased or not, twice as well as once, and what is not there.
    for id in [second, third, second, request("nowhere")?] {
        finish(bench, id)?;
    }
    let seen = ids(&waiting(bench)?);
    bench.same(Clause::Finished, "what is left", &Vec::from([first]), &seen);
    // Nothing brings it back.
    postpone(bench, second, 20)?;
    park(bench, second, "late")?;
    let there = retry(bench, second, 20)?;
    bench.same(
        Clause::Finished,
        "a finished row is not retried",
        &false,
        &there,
    );
    let seen = bench.lease(lease(5_000, 5_001, 9_000, ALL))?;
    bench.same(
        Clause::Finished,
        "leased again",
        &Vec::from([first]),
        &ids(&seen),
    );
    let seen = parked(bench)?;
    bench.holds(
        Clause::Finished,
        "nothing was laid aside",
        seen.is_empty(),
        &seen,
    );
    Ok(())
}
