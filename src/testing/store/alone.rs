//! Calls that are dropped before they answered.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::format;
use std::vec::Vec;

use super::super::kit::{
    Done, at, confirmed, instance, order, plan, plan_charged, purchase, request, reserved,
};
use super::super::report::Clause;
use super::super::wait::wait;
use super::Check;
use super::bench::{ALL, Bench, note, record};
use super::due::lease;
use crate::lifecycle::Effect;
use crate::port::{Batch, BoxFuture, CommitError, OutboxPart};

pub(super) const CHECKS: &[Check] = &[
    ("a call that is never polled does nothing", never_polled),
    (
        "a commit that is dropped is there whole or not at all",
        dropped,
    ),
];

/// A shelf, something due and something to be done.
fn busy(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let kit = bench.kit.clone();
    let id = instance("due")?;
    let opened = kit.opened(kit.owner, id, order(90)?, purchase("due")?, None, false);
    let mut batch = bench.batch(kit.owner, 5, Vec::from([opened]));
    for entry in &mut batch.index {
        entry.due_at = Some(at(5));
    }
    let effect = Effect::DestroyKey { order: order(90)? };
    for name in ["one", "two"] {
        batch.outbox.push((request(name)?, effect));
    }
    bench.accepts(&batch)
}

fn never_polled(bench: &mut Bench<'_>) -> Done {
    busy(bench)?;
    let (account, one, two) = (bench.kit.owner, request("one")?, request("two")?);
    // One row is laid aside, and one is free.
    let mut leased = bench.lease(lease(10, 10, 900, 1))?;
    for row in &leased {
        bench.wait(bench.store.park(row.id, row.claim, note("no")?))??;
    }
    leased.extend(bench.lease(lease(10, 10, 900, 1))?);
    let claimed = bench.due(lease(90, 90, 900, ALL))?;
    let rows = |bench: &Bench<'_>| -> Result<_, super::Stop> {
        let waiting = bench.outbox(OutboxPart::Waiting, None, ALL)?;
        Ok((waiting, bench.outbox(OutboxPart::Parked, None, ALL)?))
    };
    let before = rows(bench)?;
    let (ledger, id) = (plan("a")?, instance("due")?);
    let batch = bench.batch(
        account,
        10,
        Vec::from([reserved(ledger, order(91)?, at(10))]),
    );
    let store = bench.store.clone();
    drop(store.commit(batch));
    drop(store.forget_records(at(1_000), ALL));
    drop(store.due(lease(100, 500, 900, ALL)));
    for row in &claimed {
        drop(store.reschedule(account, row.instance, row.claim, None));
    }
    drop(store.lease(lease(100, 500, 900, ALL)));
    drop(store.finish(two));
    for row in leased.iter().filter(|row| row.id == two) {
        drop(store.postpone(two, row.claim, at(700)));
        drop(store.park(two, row.claim, note("no")?));
    }
    drop(store.retry(one, at(100)));
    let after = rows(bench)?;
    bench.same(Clause::Alone, "the outbox", &before, &after);
    let due: Vec<_> = bench.due(lease(100, 500, 900, ALL))?;
    let due: Vec<_> = due.into_iter().map(|row| row.instance).collect();
    bench.same(Clause::Alone, "what is due", &Vec::from([id]), &due);
    // The row that was laid aside is not compared with the model, which knows of no such thing.
    bench.model.outbox.retain(|work| work.id != one);
    bench.everything(Clause::Alone)
}

/// Polls a call so many times, and drops it then.
struct Partly<'a, T> {
    call: Option<BoxFuture<'a, T>>,
    left: u32,
}

impl<T> Future for Partly<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(call) = &mut self.call else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(answer) = call.as_mut().poll(context) {
            return Poll::Ready(Some(answer));
        }
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            self.call = None;
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}

fn dropped(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let kit = bench.kit.clone();
    let (own, ledger) = (instance("a")?, plan("a-beside")?);
    for polls in 1..=24 {
        let number = u64::from(polls).saturating_add(100);
        let id = instance(number)?;
        let events = Vec::from([
            kit.opened(
                kit.owner,
                id,
                order(number)?,
                purchase(number)?,
                None,
                false,
            ),
            confirmed(own, at(10)),
            plan_charged(ledger, order(number)?, at(10)),
        ]);
        let mut batch = bench.batch(kit.owner, 10, events);
        let effect = Effect::RequestIssuance {
            order: order(number)?,
        };
        batch.outbox.push((request(number)?, effect));
        batch.record = Some(record(&format!("{number}"), at(10), &batch.events)?);
        let store = bench.store.clone();
        let partly = Partly {
            call: Some(store.commit(batch.clone())),
            left: polls,
        };
        let answer = wait(bench.block_on, partly)?;
        // Whether it was carried out or not: it is once, and wholly, when it is sent again.
        let again = settle(bench, &batch)?;
        let seen = match (answer, again) {
            (Some(Ok(())), true) => "answered, and carried out again",
            (Some(Err(_)) | None, _) | (Some(Ok(())), false) => "once",
        };
        bench.same(Clause::Alone, "a commit that was sent again", "once", seen);
        bench.model.write(&batch);
        bench.everything(Clause::Alone)?;
    }
    Ok(())
}

/// Sends a batch again until it is answered; whether it was carried out by that.
fn settle(bench: &mut Bench<'_>, batch: &Batch) -> Result<bool, super::Stop> {
    match bench.wait(bench.store.commit(batch.clone()))? {
        Ok(()) => Ok(true),
        Err(CommitError::Conflict(seen)) => {
            // With itself: its ids are taken.
            let own = batch.expectations.contains(&seen);
            let what = "a conflict with itself, or none";
            bench.holds(Clause::Alone, what, own, &seen);
            Ok(false)
        }
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}
