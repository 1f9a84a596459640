//! What a decision reads.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::format;
use std::thread;
use std::vec::Vec;

use super::super::kit::{
    Done, Stop, at, begun, certificate, chain, charged, confirmed, deleted, instance, issued,
    names, order, plan, plan_charged, purchase, refunded, reserved, returned, withdrawn,
};
use super::super::report::Clause;
use super::super::wait::{at_once, wait};
use super::Check;
use super::bench::{ALL, Bench, year};
use crate::lifecycle::Event;
use crate::port::{Batch, Expectation, Read, ReadSet, StreamId, Version};
use crate::rulebook::Window;

pub(super) const CHECKS: &[Check] = &[
    ("an empty store has nothing", empty),
    ("every read set finds what was committed", every_read_set),
    (
        "a slot is found by every order that it ever carried",
        earlier_orders,
    ),
    (
        "a product's plan is the oldest with a unit left",
        oldest_plan,
    ),
    (
        "a renewal draws from the oldest other plan with a unit left",
        renewal,
    ),
    ("what an account has beside is summed up", beside),
    ("what is another account's is not there", isolation),
    ("a read sees one moment", one_moment),
];

fn empty(bench: &mut Bench<'_>) -> Done {
    bench.everything(Clause::Reads)?;
    let kit = bench.kit.clone();
    for set in [
        ReadSet::Order(order(1)?),
        ReadSet::Renewal(order(1)?),
        ReadSet::Pair(order(1)?, order(2)?),
        ReadSet::Plan(plan("a")?),
        ReadSet::Purchase(purchase("a")?),
    ] {
        let read = Read::from(set);
        let seen = bench.load(kit.owner, read.clone())?;
        let expected = bench.model.load(kit.owner, &read);
        bench.same(Clause::Reads, format!("{:?}", read.set), &expected, &seen);
    }
    Ok(())
}

/// A life of every stream, and after each step everything is as the model says.
fn every_read_set(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    bench.everything(Clause::Reads)?;
    let account = bench.kit.owner;
    let (own, own_plan, bill) = (instance("a")?, plan("a")?, purchase("a")?);
    let issued = issued(
        own,
        certificate(&["www.example.com", "example.com"], at(9_000))?,
        at(20),
    );
    let steps = [
        Vec::from([confirmed(own, at(10))]),
        Vec::from([issued]),
        Vec::from([plan_charged(own_plan, order(11)?, at(30))]),
        Vec::from([begun(chain("a")?, instance("a-2")?, at(40))]),
        Vec::from([
            charged(bill, order(12)?, at(50)),
            charged(bill, order(12)?, at(51)),
        ]),
        Vec::from([refunded(bill, at(60))]),
        Vec::from([deleted(own, at(70)), returned(own_plan, order(11)?, at(70))]),
        Vec::from([deleted(instance("a-up")?, at(80))]),
    ];
    for (step, events) in steps.into_iter().enumerate() {
        let when = i64::try_from(step)?.saturating_add(10);
        bench.writes(account, when, events)?;
        bench.everything(Clause::Reads)?;
    }
    Ok(())
}

fn earlier_orders(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let account = bench.kit.owner;
    let own = instance("a")?;
    bench.writes(account, 10, Vec::from([withdrawn(own, at(10))]))?;
    for again in [41, 42] {
        let applied = bench.kit.applied(own, order(again)?);
        let when = i64::try_from(again)?;
        bench.writes(
            account,
            when,
            Vec::from([applied, withdrawn(own, at(when))]),
        )?;
    }
    for number in [11, 41, 42] {
        let seen = bench.load(account, ReadSet::Order(order(number)?).into())?;
        let found = seen
            .instance
            .map(|found| (found.state.id(), found.state.order()));
        let what = format!("the slot by its order {}", order(number)?);
        bench.same(Clause::Reads, what, &Some((own, order(42)?)), &found);
    }
    bench.everything(Clause::Reads)
}

/// Ids that stand in another order than the purchases do.
fn oldest_plan(bench: &mut Bench<'_>) -> Done {
    let kit = bench.kit.clone();
    let (first, second) = (plan("z")?, plan("y")?);
    let (third, fourth) = (plan("b")?, plan("a")?);
    let dv = |id, count| kit.bought(kit.owner, id, kit.dv, count, at(0));
    let foreign = kit.bought(kit.other, plan("foreign")?, kit.dv, 9, at(0));
    bench.writes(kit.other, 0, Vec::from([foreign]))?;
    let ov = kit.bought(kit.owner, plan("ov")?, kit.ov, 9, at(0));
    bench.writes(kit.owner, 0, Vec::from([ov]))?;
    // The instants go the other way round: age is the order of the commits.
    bench.writes(kit.owner, 9, Vec::from([dv(first, 1)]))?;
    bench.writes(kit.owner, 8, Vec::from([dv(second, 1)]))?;
    bench.writes(kit.owner, 7, Vec::from([dv(third, 1), dv(fourth, 1)]))?;
    let (one, two) = (order(1)?, order(2)?);
    let (three, four) = (order(3)?, order(4)?);
    for (event, expected) in [
        (None, first),
        (Some(reserved(first, one, at(10))), second),
        (Some(reserved(second, two, at(11))), third),
        (Some(reserved(third, three, at(12))), fourth),
        (Some(reserved(fourth, four, at(13))), first),
        (Some(returned(third, three, at(14))), third),
        (Some(returned(first, one, at(15))), first),
    ] {
        if let Some(event) = event {
            bench.writes(kit.owner, 20, Vec::from([event]))?;
        }
        let seen = bench.load(kit.owner, ReadSet::Product(kit.dv.code).into())?;
        let found = seen.plan.map(|found| found.state.id());
        bench.same(
            Clause::Reads,
            "the plan to draw from",
            &Some(expected),
            &found,
        );
    }
    bench.everything(Clause::Reads)
}

/// The slot holds a unit of the plan in the middle.
fn renewal(bench: &mut Bench<'_>) -> Done {
    let kit = bench.kit.clone();
    let (first, own, last) = (plan("z")?, plan("y")?, plan("a")?);
    let (slot, number) = (instance("slot")?, order(1)?);
    for (account, id, product, count) in [
        (kit.other, plan("foreign")?, kit.dv, 9),
        (kit.owner, plan("ov")?, kit.ov, 9),
        (kit.owner, first, kit.dv, 1),
        (kit.owner, own, kit.dv, 2),
        (kit.owner, last, kit.dv, 1),
    ] {
        let bought = kit.bought(account, id, product, count, at(0));
        bench.writes(account, 0, Vec::from([bought]))?;
    }
    let names = names(&["www.example.com"])?;
    let submitted = kit.submitted(kit.owner, slot, number, own, names);
    let taken = reserved(own, number, at(1));
    bench.writes(kit.owner, 1, Vec::from([submitted, taken]))?;
    for (event, expected) in [
        (None, Some(first)),
        // Its own plan is the oldest with a unit then, and after it the last one.
        (Some(reserved(first, order(2)?, at(2))), None),
        (Some(reserved(own, order(3)?, at(3))), Some(last)),
        (Some(reserved(last, order(4)?, at(4))), None),
        (Some(returned(first, order(2)?, at(5))), Some(first)),
    ] {
        if let Some(event) = event {
            bench.writes(kit.owner, 9, Vec::from([event]))?;
        }
        let seen = bench.load(kit.owner, ReadSet::Renewal(number).into())?;
        let found = seen.draw_from.map(|found| found.state.id());
        bench.same(Clause::Reads, "the plan to renew from", &expected, &found);
        let seen = bench.load(kit.owner, ReadSet::Order(number).into())?;
        let what = "without a renewal";
        bench.same(Clause::Reads, what, &None, &seen.draw_from);
    }
    bench.everything(Clause::Reads)
}

fn beside(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let kit = bench.kit.clone();
    let free_plan = plan("free")?;
    let (bill, slot) = (purchase("free")?, instance("free")?);
    let opened = kit.opened(kit.owner, slot, order(51)?, bill, None, false);
    let last_year = kit.bought(kit.owner, plan("old")?, kit.free, 7, at(-6_000_000));
    bench.writes(
        kit.owner,
        10,
        Vec::from([
            last_year,
            kit.bought(kit.owner, free_plan, kit.free, 3, at(10)),
            opened,
            kit.paid(kit.owner, bill, kit.free, slot, None, 2),
            plan_charged(free_plan, order(51)?, at(12)),
            charged(bill, order(51)?, at(13)),
        ]),
    )?;
    let next_year = Window::between(at(26_000_000), at(57_000_000));
    // A window has its first second, and not its last.
    let to_the_second = Window::between(at(10), at(11));
    for set in [
        ReadSet::New(kit.free.code),
        ReadSet::New(kit.dv.code),
        ReadSet::Product(kit.free.code),
        ReadSet::Plan(free_plan),
        ReadSet::Purchase(bill),
        ReadSet::Order(order(51)?),
        ReadSet::Order(order(11)?),
    ] {
        for year in [None, Some(year()), Some(next_year), Some(to_the_second)] {
            let read = Read {
                set: set.clone(),
                year,
                key: None,
            };
            let seen = bench.load(kit.owner, read.clone())?;
            let expected = bench.model.load(kit.owner, &read);
            let what = format!("beside {set:?} in {year:?}");
            bench.same(Clause::Reads, what, &expected.beside, &seen.beside);
        }
    }
    Ok(())
}

fn isolation(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let kit = bench.kit.clone();
    bench.everything(Clause::Reads)?;
    // The stranger has nothing at all.
    let listed = bench.list(kit.stranger, crate::port::Filter::default(), None, ALL)?;
    bench.holds(
        Clause::Isolation,
        "an empty list",
        listed.is_empty(),
        &listed,
    );
    for set in [
        ReadSet::Product(kit.dv.code),
        ReadSet::New(kit.ov.code),
        ReadSet::Name(super::bench::note("shop")?),
    ] {
        let read = Read {
            set,
            year: Some(year()),
            key: None,
        };
        let seen = bench.load(kit.stranger, read.clone())?;
        let expected = bench.model.load(kit.stranger, &read);
        let what = format!("{:?} read by a stranger", read.set);
        bench.same(Clause::Isolation, what, &expected, &seen);
    }
    Ok(())
}

/// How many commits the writer is ahead of the reader at most, so that neither is done before the
/// other has begun.
const AHEAD: u64 = 3;
/// How long the writer waits for a reader that does not come.
const PATIENCE: u32 = 1_000_000;

/// One thread commits to an instance and its plan together, and another reads both: they always
/// have the same number of events more than at the beginning.
fn one_moment(bench: &mut Bench<'_>) -> Done {
    const STEPS: u64 = 120;
    bench.shelf()?;
    let (account, own, ledger) = (bench.kit.owner, instance("a")?, plan("a")?);
    let (number, read) = (order(11)?, Read::from(ReadSet::Order(order(11)?)));
    let behind = |version: Option<Version>| version.map_or(0, |version| version.0);
    let first = behind(bench.model.version(account, StreamId::Instance(own)));
    let ledger_first = behind(bench.model.version(account, StreamId::Plan(ledger)));
    let (block_on, done, reads) = (bench.block_on, AtomicBool::new(false), AtomicU64::new(0));
    let (writer, reader) = (bench.store.clone(), bench.another_handle()?);
    let write = || -> Done {
        let mut left = PATIENCE;
        for step in 0..STEPS {
            while left > 0 && step > reads.load(Ordering::SeqCst).saturating_add(AHEAD) {
                left = left.saturating_sub(1);
                thread::yield_now();
            }
            let mut batch = Batch::new(account, at(10));
            batch.events =
                Vec::from([confirmed(own, at(10)), plan_charged(ledger, number, at(10))]);
            let version = Version(first.saturating_add(step));
            let stream = StreamId::Instance(own);
            batch.expectations = Vec::from([Expectation::Version(stream, version)]);
            wait(block_on, writer.commit(batch))??;
        }
        Ok(())
    };
    let look = || -> Result<Vec<(u64, u64)>, Stop> {
        let mut seen = Vec::new();
        while !done.load(Ordering::SeqCst) {
            let found = wait(block_on, reader.load(account, read.clone()));
            // Counted before it is looked at, so that an error does not hold the writer up.
            reads.fetch_add(1, Ordering::SeqCst);
            let found = found??;
            let version = found.instance.map(|own| own.version);
            let ledger = found.plan.map(|own| own.version);
            seen.push((
                behind(version).saturating_sub(first),
                behind(ledger).saturating_sub(ledger_first),
            ));
        }
        Ok(seen)
    };
    let ended = at_once(2, |number| {
        if number == 0 {
            let written = write();
            done.store(true, Ordering::SeqCst);
            written.map(|()| Vec::new())
        } else {
            let seen = look();
            reads.store(STEPS, Ordering::SeqCst);
            seen
        }
    });
    for seen in ended {
        for (one, other) in seen? {
            let what = "instance and plan read together have as many new events";
            bench.holds(Clause::OneMoment, what, one == other, &(one, other));
        }
    }
    let seen: Vec<Event> = bench.journal(account, StreamId::Plan(ledger), ledger_first, ALL)?;
    let expected = usize::try_from(STEPS)?;
    bench.same(
        Clause::AllOrNothing,
        "events written",
        &expected,
        &seen.len(),
    );
    Ok(())
}
