//! A long walk of batches, right and wrong ones, each judged by the model.

use std::boxed::Box;
use std::format;
use std::vec::Vec;

use super::super::kit::{
    Done, Stop, at, deleted, instance, names, order, plan, plan_charged, request, reserved,
};
use super::super::report::Clause;
use super::Check;
use super::bench::{Bench, note, record, year};
use crate::lifecycle::{Effect, Event};
use crate::port::{Batch, Expectation, SameBeside, StreamId, Version};

pub(super) const CHECKS: &[Check] = &[("a walk goes as the model goes", walk)];

/// How many batches.
const STEPS: u64 = 240;

/// Numbers that come out the same in every run (xorshift64).
struct Dice(u64);

impl Dice {
    /// A number below an end.
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0.wrapping_shl(13);
        self.0 ^= self.0.wrapping_shr(7);
        self.0 ^= self.0.wrapping_shl(17);
        self.0.checked_rem(end).unwrap_or_default()
    }
}

fn walk(bench: &mut Bench<'_>) -> Done {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut read: Vec<Expectation> = Vec::new();
    let mut written = 0_usize;
    for step in 0..STEPS {
        let mut batch = random(bench, &mut dice, step)?;
        // What was read some steps ago may hold or not.
        if dice.below(4) == 0 {
            let old = dice.below(3);
            batch
                .expectations
                .extend(read.iter().rev().nth(usize::try_from(old)?).cloned());
        }
        if dice.below(3) == 0 {
            let product = Some(bench.kit.dv.code);
            let beside = bench
                .model
                .beside(batch.account, product, None, None, Some(year()));
            read.push(Expectation::Beside(Box::new(SameBeside {
                product,
                plan: None,
                purchase: None,
                year: Some(year()),
                beside,
            })));
        }
        let effect = Effect::DestroyKey { order: order(1)? };
        batch.outbox.push((request(step)?, effect));
        if bench.commit(&batch)? {
            written = written.saturating_add(1);
        }
        if step.checked_rem(20) == Some(0) {
            bench.everything(Clause::Reads)?;
        }
    }
    bench.everything(Clause::Reads)?;
    // A walk that only ever met with conflicts would show nothing.
    let part = usize::try_from(STEPS)?.checked_div(4).unwrap_or_default();
    if written < part {
        return Err(Stop::Failed(format!(
            "the suite's own walk wrote {written} batches alone"
        )));
    }
    Ok(())
}

fn random(bench: &Bench<'_>, dice: &mut Dice, step: u64) -> Result<Batch, Stop> {
    let kit = &bench.kit;
    let account = if dice.below(4) == 0 {
        kit.other
    } else {
        kit.owner
    };
    let when = at(i64::try_from(step)?);
    // Few ids early, so that they meet, and more of them later.
    let more = step.saturating_add(4);
    let (id, number) = (instance(dice.below(more))?, order(dice.below(more))?);
    let ledger = plan(dice.below(6))?;
    let version = |dice: &mut Dice, stream| {
        let is = bench
            .model
            .version(account, stream)
            .unwrap_or(Version::NONE);
        let off = dice.below(4).saturating_sub(2);
        Expectation::Version(stream, Version(is.0.saturating_add(off)))
    };
    let (events, expectations): (Vec<Event>, Vec<Expectation>) = match dice.below(6) {
        0 => {
            let product = if dice.below(3) == 0 { kit.free } else { kit.dv };
            let bought = kit.bought(account, ledger, product, 9, when);
            let new = Expectation::New(StreamId::Plan(ledger));
            (Vec::from([bought]), Vec::from([new]))
        }
        1 | 2 => (
            Vec::from([
                kit.submitted(account, id, number, ledger, names(&["www.example.com"])?),
                reserved(ledger, number, when),
            ]),
            Vec::from([
                Expectation::New(StreamId::Instance(id)),
                Expectation::NewOrder(number),
                Expectation::Remaining(ledger, 1),
            ]),
        ),
        3 => {
            let stream = StreamId::Plan(ledger);
            let expected = version(dice, stream);
            (
                Vec::from([plan_charged(ledger, number, when)]),
                Vec::from([expected]),
            )
        }
        4 => {
            let name = note(if dice.below(2) == 0 { "shop" } else { "mail" })?;
            (
                Vec::from([kit.uploaded(account, id, number, &name)?]),
                Vec::from([
                    Expectation::New(StreamId::Instance(id)),
                    Expectation::NewOrder(number),
                    Expectation::FreeName(name),
                ]),
            )
        }
        _ => {
            let begun = bench
                .model
                .streams()
                .filter_map(|(stream, _)| match stream {
                    StreamId::Instance(id) => Some(id),
                    StreamId::Plan(_) | StreamId::Chain(_) | StreamId::Purchase(_) => None,
                });
            let begun: Vec<_> = begun.collect();
            let place = dice.below(u64::try_from(begun.len())?.saturating_add(1));
            let id = begun.get(usize::try_from(place)?).copied().unwrap_or(id);
            let expected = version(dice, StreamId::Instance(id));
            (Vec::from([deleted(id, when)]), Vec::from([expected]))
        }
    };
    let mut batch = bench.batch(account, i64::try_from(step)?, events);
    batch.expectations = expectations;
    if dice.below(5) == 0 {
        let name = format!("key-{}", dice.below(12));
        batch.record = Some(record(&name, when, &[])?);
    }
    Ok(batch)
}
