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
use super::super::suite::guarded;
use super::super::wait::{at_once, wait};
use super::Check;
use super::bench::{ALL, Bench, key, record, year};
use crate::lifecycle::Event;
use crate::port::{Batch, Expectation, Loaded, Read, ReadSet, StreamId, Version, Versioned};
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

/// Every stream of the owner that a step of the writer moves by one event.
fn moved(step: u64) -> Result<Vec<Event>, Stop> {
    let when = at(i64::try_from(step)?);
    Ok(Vec::from([
        confirmed(instance("a")?, when),
        confirmed(instance("a-1")?, when),
        plan_charged(plan("a")?, order(11)?, when),
        plan_charged(plan("a-beside")?, order(12)?, when),
        charged(purchase("a")?, order(12)?, when),
        begun(chain("a")?, instance("a-2")?, when),
    ]))
}

/// What one thread writes step by step while another reads it.
fn steps(bench: &Bench<'_>, count: u64) -> Result<Vec<Batch>, Stop> {
    let (account, kit) = (bench.kit.owner, &bench.kit);
    let (mut model, mut batches) = (bench.model.clone(), Vec::new());
    for step in 0..count {
        let mut batch = Batch::new(account, at(10));
        batch.events = moved(step)?;
        for event in &batch.events {
            let stream = StreamId::of(event);
            let version = model.version(account, stream).unwrap_or(Version::NONE);
            let expected = Expectation::Version(stream, version);
            batch.expectations.push(expected);
        }
        let free = kit.bought(account, plan(format!("free-{step}"))?, kit.free, 1, at(10));
        batch.events.push(free);
        batch.record = Some(record(&format!("step-{step}"), at(10), &[])?);
        model.write(&batch);
        batches.push(batch);
    }
    Ok(batches)
}

/// How many steps each part of what was read has seen since the beginning.
///
/// A step charges two revocations that are not of the plan or purchase at hand, and buys one
/// certificate.
fn seen_steps(first: &Loaded, read: &Loaded) -> Vec<(&'static str, u64)> {
    fn of<T>(first: Option<&Versioned<T>>, now: Option<&Versioned<T>>) -> Option<u64> {
        let before = first?.version.0;
        Some(now.map_or(0, |now| now.version.0.saturating_sub(before)))
    }
    let versions = [
        (
            "instance",
            of(first.instance.as_ref(), read.instance.as_ref()),
        ),
        (
            "second instance",
            of(first.other.as_ref(), read.other.as_ref()),
        ),
        ("plan", of(first.plan.as_ref(), read.plan.as_ref())),
        (
            "plan to draw from",
            of(first.draw_from.as_ref(), read.draw_from.as_ref()),
        ),
        ("chain", of(first.chain.as_ref(), read.chain.as_ref())),
        (
            "purchase",
            of(first.purchase.as_ref(), read.purchase.as_ref()),
        ),
        (
            "second purchase",
            of(first.other_purchase.as_ref(), read.other_purchase.as_ref()),
        ),
    ];
    let more = |before: u32, now: u32| u64::from(now.saturating_sub(before));
    let (before, now) = (&first.beside, &read.beside);
    let revoked = more(before.of_account.revoked, now.of_account.revoked);
    let sums = [
        (
            "bought beside",
            more(before.of_account.bought, now.of_account.bought),
        ),
        (
            "kept beside",
            more(before.of_account.kept, now.of_account.kept),
        ),
        ("one half of what is revoked beside", revoked.div_euclid(2)),
        ("the other half", revoked.div_ceil(2)),
        (
            "free this year",
            more(before.free_this_year, now.free_this_year),
        ),
    ];
    let versions = versions.into_iter();
    let mut parts: Vec<_> = (versions.filter_map(|(part, steps)| Some((part, steps?)))).collect();
    parts.extend(sums);
    parts
}

/// One thread commits to several streams together, with a record, and another reads them: what it
/// reads has seen the same steps, all of it.
fn one_moment(bench: &mut Bench<'_>) -> Done {
    const STEPS: u64 = 120;
    bench.shelf()?;
    let account = bench.kit.owner;
    let mut firsts = Vec::new();
    for set in [
        ReadSet::Order(order(11)?),
        ReadSet::Renewal(order(12)?),
        ReadSet::Pair(order(11)?, order(12)?),
    ] {
        let mut read = Read::from(set);
        read.year = Some(year());
        firsts.push((bench.model.load(account, &read), read));
    }
    let batches = steps(bench, STEPS)?;
    let (block_on, done, reads) = (bench.block_on, AtomicBool::new(false), AtomicU64::new(0));
    let (writer, reader) = (bench.store.clone(), bench.another_handle()?);
    let write = || -> Done {
        let mut left = PATIENCE;
        for (step, batch) in (0_u64..).zip(&batches) {
            while left > 0 && step > reads.load(Ordering::SeqCst).saturating_add(AHEAD) {
                left = left.saturating_sub(1);
                thread::yield_now();
            }
            wait(block_on, writer.commit(batch.clone()))??;
        }
        Ok(())
    };
    let look = || -> Result<Vec<Vec<(&'static str, u64)>>, Stop> {
        let (mut seen, mut next) = (Vec::new(), 0_u64);
        for (first, read) in firsts.iter().cycle() {
            if done.load(Ordering::SeqCst) {
                break;
            }
            // The record of the next step is there from the moment on at which its events are.
            let mut read = read.clone();
            read.key = Some(key(&format!("step-{next}"))?);
            let found = wait(block_on, reader.load(account, read));
            // Counted before it is looked at, so that an error does not hold the writer up.
            reads.fetch_add(1, Ordering::SeqCst);
            let found = found??;
            let mut parts = seen_steps(first, &found);
            let steps = parts.first().map_or(0, |(_, steps)| *steps);
            let recorded = found.record.is_some();
            if recorded != (steps > next) {
                parts.push(("record", next.saturating_add(u64::from(recorded))));
            }
            next = steps;
            seen.push(parts);
        }
        Ok(seen)
    };
    let ended = at_once(2, |number| {
        if number == 0 {
            // Each tells the other of its end, however it ends.
            let written = guarded(write);
            done.store(true, Ordering::SeqCst);
            written.map(|()| Vec::new())
        } else {
            let seen = guarded(look);
            reads.store(STEPS, Ordering::SeqCst);
            seen
        }
    });
    for seen in ended {
        for parts in seen? {
            let mut steps = parts.iter().map(|(_, steps)| steps);
            let first = steps.next();
            let same = steps.all(|steps| Some(steps) == first);
            let what = "what is read together has seen the same commits";
            bench.holds(Clause::OneMoment, what, same, &parts);
        }
    }
    for batch in &batches {
        bench.model.write(batch);
    }
    for event in moved(0)? {
        let stream = StreamId::of(&event);
        let seen = bench.journal(account, stream, 0, ALL)?;
        let expected = bench.model.journal(account, stream).to_vec();
        let what = format!("the journal of {stream}");
        bench.same(Clause::AllOrNothing, what, &expected, &seen);
    }
    Ok(())
}
