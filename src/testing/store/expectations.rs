//! What must hold at the moment of commit, and what is written if it does not.

use std::boxed::Box;
use std::format;
use std::vec::Vec;

use super::super::kit::{
    Done, at, begun, chain, charged, confirmed, deleted, instance, names, order, plan,
    plan_charged, purchase, refunded, request, reserved, withdrawn,
};
use super::super::report::Clause;
use super::Check;
use super::bench::{Bench, key, note, record, year};
use crate::lifecycle::{Beside, Effect, Event};
use crate::model::AccountId;
use crate::port::{Batch, Expectation, SameBeside, StreamId, Version};

pub(super) const CHECKS: &[Check] = &[
    ("a batch over several streams is committed", several_streams),
    ("a version that is not expected is a conflict", versions),
    ("an id that is taken is a conflict for everybody", taken_ids),
    ("an id stays taken by what was deleted", taken_for_good),
    (
        "an order that another instance took is a conflict, expected or not",
        taken_unexpected,
    ),
    (
        "an order that a slot carried before stays taken",
        carried_before,
    ),
    (
        "a unit that is left is enough, and one that is not is a conflict",
        units,
    ),
    ("a name that is not free is a conflict", free_names),
    ("what changed beside is a conflict", changed_beside),
    (
        "each number of what is beside is compared by itself",
        each_number_beside,
    ),
    (
        "an event of another account's stream is a conflict",
        foreign_streams,
    ),
    (
        "the first expectation that does not hold is named",
        first_named,
    ),
    (
        "of many expectations each one is checked",
        many_expectations,
    ),
    (
        "expectations, then the key, then the streams are checked",
        order_of_checks,
    ),
    (
        "expectations speak of the store before the batch",
        before_the_batch,
    ),
];

/// A batch of every part over an instance that is new, one that is there, a plan and a purchase.
struct Attempt {
    account: AccountId,
    batch: Batch,
}

fn attempt(bench: &Bench<'_>, account: AccountId) -> Result<Attempt, super::Stop> {
    let (fresh, ledger) = (instance("new")?, plan("a")?);
    let names = names(&["www.example.com"])?;
    let events = Vec::from([
        bench
            .kit
            .submitted(account, fresh, order(61)?, ledger, names),
        reserved(ledger, order(61)?, at(60)),
        deleted(instance("a")?, at(60)),
        charged(purchase("a")?, order(12)?, at(60)),
        begun(chain("a")?, instance("a-2")?, at(60)),
    ]);
    let mut batch = bench.batch(account, 60, events);
    let effect = Effect::RequestIssuance { order: order(61)? };
    batch.outbox.push((request("of-the-batch")?, effect));
    batch.record = Some(record("of-the-batch", at(60), &batch.events)?);
    batch.stir.push(instance("a-1")?);
    batch.expectations.extend([
        Expectation::Remaining(ledger, 1),
        Expectation::Version(StreamId::Plan(ledger), Version(2)),
        Expectation::Version(StreamId::Instance(instance("a")?), Version(1)),
        Expectation::Version(StreamId::Purchase(purchase("a")?), Version(1)),
        Expectation::Version(StreamId::Chain(chain("a")?), Version(1)),
        Expectation::FreeName(note("mail")?),
        Expectation::NewKey(key("of-the-batch")?),
    ]);
    Ok(Attempt { account, batch })
}

impl Attempt {
    /// An expectation that does not hold is found alone, first and last of several, and nothing is
    /// written.
    fn fails_with(&self, bench: &mut Bench<'_>, wrong: &Expectation) -> Done {
        let right = &self.batch.expectations;
        let right: &[_] = if self.account == bench.kit.owner {
            right
        } else {
            &[]
        };
        let alone = Vec::from([wrong.clone()]);
        let first: Vec<_> = alone.iter().chain(right).cloned().collect();
        let last: Vec<_> = right.iter().chain(&alone).cloned().collect();
        let with = |expectations| Batch {
            expectations,
            ..self.batch.clone()
        };
        bench.tries(&with(alone))?;
        bench.tries(&with(first))?;
        bench.refuses(&with(last))
    }
}

fn several_streams(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let batch = attempt(bench, bench.kit.owner)?.batch;
    bench.accepts(&batch)?;
    bench.everything(Clause::AllOrNothing)
}

fn versions(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let (owner, other) = (bench.kit.owner, bench.kit.other);
    let ours = attempt(bench, owner)?;
    let (ledger, own) = (
        StreamId::Plan(plan("a")?),
        StreamId::Instance(instance("a")?),
    );
    let (bill, link) = (
        StreamId::Purchase(purchase("a")?),
        StreamId::Chain(chain("a")?),
    );
    let mut wrong = Vec::new();
    for (stream, is) in [(ledger, 2_u64), (own, 1), (bill, 1), (link, 1)] {
        for version in [0, is.saturating_sub(1), is.saturating_add(1), 99] {
            wrong.push(Expectation::Version(stream, Version(version)));
        }
    }
    // What is not there has no version, not even 0.
    for stream in [
        StreamId::Plan(plan("nowhere")?),
        StreamId::Instance(instance("new")?),
        StreamId::Chain(chain("nowhere")?),
        StreamId::Purchase(purchase("nowhere")?),
    ] {
        wrong.push(Expectation::Version(stream, Version::NONE));
    }
    for wrong in &wrong {
        ours.fails_with(bench, wrong)?;
    }
    // Nor has what is another account's.
    let theirs = attempt(bench, other)?;
    for (stream, is) in [(ledger, 2), (own, 1), (bill, 1), (link, 1)] {
        for version in [Version(is), Version::NONE] {
            theirs.fails_with(bench, &Expectation::Version(stream, version))?;
        }
    }
    bench.accepts(&ours.batch)
}

/// Every id that a shelf takes.
fn taken() -> Result<[Expectation; 8], super::Stop> {
    Ok([
        Expectation::New(StreamId::Plan(plan("a")?)),
        Expectation::New(StreamId::Instance(instance("a")?)),
        Expectation::New(StreamId::Instance(instance("a-up")?)),
        Expectation::New(StreamId::Chain(chain("a")?)),
        Expectation::New(StreamId::Purchase(purchase("a")?)),
        Expectation::NewOrder(order(11)?),
        Expectation::NewOrder(order(13)?),
        Expectation::NewOrder(order(14)?),
    ])
}

fn taken_ids(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    for account in [bench.kit.owner, bench.kit.other, bench.kit.stranger] {
        let attempt = attempt(bench, account)?;
        for wrong in &taken()? {
            attempt.fails_with(bench, wrong)?;
        }
    }
    Ok(())
}

fn taken_for_good(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let owner = bench.kit.owner;
    let (own, uploaded) = (instance("a")?, instance("a-up")?);
    bench.writes(
        owner,
        10,
        Vec::from([deleted(own, at(10)), deleted(uploaded, at(10))]),
    )?;
    for account in [owner, bench.kit.other] {
        let names = names(&["www.example.com"])?;
        let fresh = instance("new")?;
        let again = bench
            .kit
            .submitted(account, fresh, order(11)?, plan("a")?, names);
        let mut batch = Batch::new(account, at(20));
        batch.events = Vec::from([again]);
        batch.expectations = Vec::from([Expectation::New(StreamId::Instance(fresh))]);
        let attempt = Attempt { account, batch };
        for wrong in &taken()? {
            attempt.fails_with(bench, wrong)?;
        }
    }
    bench.everything(Clause::IdsForGood)
}

fn taken_unexpected(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let owner = bench.kit.owner;
    bench.writes(owner, 10, Vec::from([withdrawn(instance("a")?, at(10))]))?;
    bench.writes(owner, 11, Vec::from([deleted(instance("a-up")?, at(11))]))?;
    for account in [owner, bench.kit.other, bench.kit.stranger] {
        // Carried now, or by what is deleted; and with an order that is free before it.
        for taken in [11, 14, 21] {
            let (fresh, bill) = (instance("new")?, purchase("new")?);
            let beside = instance("beside")?;
            let opened = |id, number| {
                let order = order(number)?;
                Ok::<_, super::Stop>(bench.kit.opened(account, id, order, bill, None, false))
            };
            let mut batch = Batch::new(account, at(20));
            batch.events = Vec::from([opened(beside, 61)?, opened(fresh, taken)?]);
            batch.expectations = Vec::from([
                Expectation::New(StreamId::Instance(beside)),
                Expectation::New(StreamId::Instance(fresh)),
            ]);
            bench.refuses(&batch)?;
        }
    }
    // The slot's own order may come again, if nobody expects otherwise.
    let mut again = Batch::new(owner, at(21));
    again.events = Vec::from([bench.kit.applied(instance("a")?, order(11)?)]);
    bench.accepts(&again)?;
    bench.writes(owner, 22, Vec::from([withdrawn(instance("a")?, at(22))]))?;
    bench.everything(Clause::IdsForGood)
}

fn carried_before(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let (owner, own) = (bench.kit.owner, instance("a")?);
    for number in [41, 42] {
        bench.writes(owner, 10, Vec::from([withdrawn(own, at(10))]))?;
        let applied = bench.kit.applied(own, order(number)?);
        bench.writes(owner, 10, Vec::from([applied]))?;
    }
    for account in [owner, bench.kit.other, bench.kit.stranger] {
        for taken in [11, 41, 42] {
            let (fresh, bill) = (instance("new")?, purchase("new")?);
            let asked = Expectation::NewOrder(order(taken)?);
            let alone = Batch {
                expectations: Vec::from([asked]),
                ..Batch::new(account, at(20))
            };
            bench.tries(&alone)?;
            // Nor is it taken if nobody expects that it is new.
            let opened = (bench.kit).opened(account, fresh, order(taken)?, bill, None, false);
            let unasked = Batch {
                events: Vec::from([opened]),
                expectations: Vec::from([Expectation::New(StreamId::Instance(fresh))]),
                ..Batch::new(account, at(20))
            };
            bench.refuses(&unasked)?;
        }
    }
    bench.everything(Clause::IdsForGood)
}

fn units(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let (owner, other, ledger) = (bench.kit.owner, bench.kit.other, plan("a")?);
    let ours = attempt(bench, owner)?;
    for wrong in [
        Expectation::Remaining(ledger, 2),
        Expectation::Remaining(ledger, u32::MAX),
        Expectation::Remaining(plan("nowhere")?, 0),
        Expectation::Remaining(plan("z")?, 0),
    ] {
        ours.fails_with(bench, &wrong)?;
    }
    let theirs = attempt(bench, other)?;
    for units in [0, 1] {
        theirs.fails_with(bench, &Expectation::Remaining(ledger, units))?;
    }
    // Whatever else happened to the plan: its version moved, the unit is there.
    let moved = plan_charged(ledger, order(11)?, at(30));
    bench.writes(owner, 30, Vec::from([moved]))?;
    let take = |bench: &Bench<'_>, number: u64, units: u32| -> Result<Batch, super::Stop> {
        let events = Vec::from([reserved(ledger, order(number)?, at(31))]);
        let mut batch = bench.batch(owner, 31, events);
        batch
            .expectations
            .push(Expectation::Remaining(ledger, units));
        Ok(batch)
    };
    let last = take(bench, 71, 1)?;
    bench.accepts(&last)?;
    let beyond = take(bench, 72, 1)?;
    bench.refuses(&beyond)?;
    // Nothing is left, and nothing is asked for.
    let nothing = Batch {
        events: Vec::from([plan_charged(ledger, order(11)?, at(32))]),
        expectations: Vec::from([Expectation::Remaining(ledger, 0)]),
        ..Batch::new(owner, at(32))
    };
    bench.accepts(&nothing)?;
    bench.everything(Clause::LastUnits)
}

fn free_names(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let (owner, shop) = (bench.kit.owner, note("shop")?);
    let attempt = attempt(bench, owner)?;
    attempt.fails_with(bench, &Expectation::FreeName(shop.clone()))?;
    let upload = |bench: &Bench<'_>, account, mark: u64| -> Result<Batch, super::Stop> {
        let id = instance(format!("up-{mark}"))?;
        let event = bench.kit.uploaded(account, id, order(mark)?, &shop)?;
        let mut batch = bench.batch(account, 40, Vec::from([event]));
        batch.expectations.push(Expectation::FreeName(shop.clone()));
        Ok(batch)
    };
    // Another account's names are its own.
    let stranger = bench.kit.stranger;
    let theirs = upload(bench, stranger, 81)?;
    bench.accepts(&theirs)?;
    // A name is free again once what had it is deleted.
    let second = upload(bench, owner, 82)?;
    bench.refuses(&second)?;
    bench.writes(owner, 41, Vec::from([deleted(instance("a-up")?, at(41))]))?;
    bench.accepts(&second)?;
    let third = upload(bench, owner, 83)?;
    bench.refuses(&third)?;
    // Names are told apart to the letter: it is free beside the other one, and found by itself.
    bench.everything(Clause::FreeNames)?;
    let large = note("Shop")?;
    let event = (bench.kit).uploaded(owner, instance("up-84")?, order(84)?, &large)?;
    let mut fourth = bench.batch(owner, 42, Vec::from([event]));
    fourth.expectations.push(Expectation::FreeName(large));
    bench.accepts(&fourth)?;
    bench.everything(Clause::FreeNames)
}

fn changed_beside(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let kit = bench.kit.clone();
    let product = Some(kit.free.code);
    let same = |bench: &Bench<'_>, plan, purchase, year| {
        let beside = bench.model.beside(kit.owner, product, plan, purchase, year);
        Expectation::Beside(Box::new(SameBeside {
            product,
            plan,
            purchase,
            year,
            beside,
        }))
    };
    let (own, bill) = (Some(plan("a")?), Some(purchase("a")?));
    let mut read = Vec::new();
    for plan in [None, own] {
        for purchase in [None, bill] {
            for year in [None, Some(year())] {
                read.push(same(bench, plan, purchase, year));
            }
        }
    }
    let own_instance = instance("a")?;
    let with = |bench: &Bench<'_>, expectation: &Expectation| {
        let mut batch = bench.batch(kit.owner, 50, Vec::from([confirmed(own_instance, at(50))]));
        batch.expectations.push(expectation.clone());
        batch
    };
    for expectation in &read {
        let batch = with(bench, expectation);
        bench.accepts(&batch)?;
    }
    let foreign = kit.bought(kit.other, plan("foreign")?, kit.free, 5, at(50));
    bench.writes(kit.other, 50, Vec::from([foreign]))?;
    for expectation in &read {
        let batch = with(bench, expectation);
        bench.accepts(&batch)?;
    }
    // A free plan of this year changes all of them.
    let bought = kit.bought(kit.owner, plan("free")?, kit.free, 1, at(51));
    bench.writes(kit.owner, 51, Vec::from([bought]))?;
    for expectation in &read {
        let batch = with(bench, expectation);
        bench.refuses(&batch)?;
    }
    // A revocation on the plan at hand changes nothing beside it, and without it something.
    let without_plan = same(bench, own, bill, Some(year()));
    let with_plan = same(bench, None, bill, Some(year()));
    let moved = plan_charged(plan("a")?, order(11)?, at(52));
    bench.writes(kit.owner, 52, Vec::from([moved]))?;
    let batch = with(bench, &without_plan);
    bench.accepts(&batch)?;
    let batch = with(bench, &with_plan);
    bench.refuses(&batch)
}

/// The seven numbers of what an account has beside.
const NUMBERS: [(&str, NumberOf); 7] = [
    ("bought of the product", |is| &mut is.of_product.bought),
    ("kept of the product", |is| &mut is.of_product.kept),
    ("revoked of the product", |is| &mut is.of_product.revoked),
    ("bought by the account", |is| &mut is.of_account.bought),
    ("kept by the account", |is| &mut is.of_account.kept),
    ("revoked by the account", |is| &mut is.of_account.revoked),
    ("free this year", |is| &mut is.free_this_year),
];

type NumberOf = fn(&mut Beside) -> &mut u32;

fn each_number_beside(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let (kit, own) = (bench.kit.clone(), instance("a")?);
    let ledger = plan("a")?;
    // No number of the seven is zero, and none is another one of its kind.
    let (bill, slot) = (purchase("paid-back")?, instance("paid-back")?);
    bench.writes(
        kit.owner,
        40,
        Vec::from([
            kit.bought(kit.owner, plan("free")?, kit.free, 3, at(40)),
            kit.paid(kit.owner, bill, kit.ov, slot, None, 4),
            charged(bill, order(12)?, at(41)),
            plan_charged(ledger, order(11)?, at(42)),
            refunded(bill, at(43)),
        ]),
    )?;
    let ask = |plan| {
        Box::new(SameBeside {
            product: Some(kit.ov.code),
            plan,
            purchase: None,
            year: Some(year()),
            beside: Beside::NOTHING,
        })
    };
    let read = |bench: &Bench<'_>, mut asked: Box<SameBeside>| {
        let (product, plan, year) = (asked.product, asked.plan, asked.year);
        let model = &bench.model;
        asked.beside = model.beside(kit.owner, product, plan, asked.purchase, year);
        asked
    };
    let with = |bench: &Bench<'_>, asked: &SameBeside| {
        let mut batch = bench.batch(kit.owner, 50, Vec::from([confirmed(own, at(50))]));
        let expected = Expectation::Beside(Box::new(asked.clone()));
        batch.expectations.push(expected);
        batch
    };
    let is = read(bench, ask(None));
    let batch = with(bench, &is);
    bench.accepts(&batch)?;
    for (_, number) in NUMBERS {
        for more in [true, false] {
            let mut wrong = is.clone();
            let number = number(&mut wrong.beside);
            *number = if more {
                number.saturating_add(1)
            } else {
                number.saturating_sub(1)
            };
            let batch = with(bench, &wrong);
            bench.tries(&batch)?;
        }
    }
    // What moves some of them alone: `kept`; what the account has; what it revoked; and what is free
    // in the plan at hand, which is not beside.
    let fresh = plan("at-hand")?;
    for (plan, event) in [
        (None, refunded(purchase("a")?, at(60))),
        (None, kit.bought(kit.owner, plan("dv")?, kit.dv, 1, at(61))),
        (None, plan_charged(ledger, order(11)?, at(62))),
        (
            Some(fresh),
            kit.bought(kit.owner, fresh, kit.free, 1, at(63)),
        ),
    ] {
        let before = read(bench, ask(plan));
        bench.writes(kit.owner, 60, Vec::from([event]))?;
        let batch = with(bench, &before);
        bench.tries(&batch)?;
        let batch = with(bench, &read(bench, ask(plan)));
        bench.accepts(&batch)?;
    }
    bench.everything(Clause::SameBeside)
}

/// Even if nothing is expected: a batch cannot write into another account's stream.
fn foreign_streams(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let kit = bench.kit.clone();
    let beside = kit.bought(kit.other, plan("new")?, kit.dv, 1, at(60));
    for event in [
        reserved(plan("a")?, order(61)?, at(60)),
        deleted(instance("a")?, at(60)),
        charged(purchase("a")?, order(12)?, at(60)),
        begun(chain("a")?, instance("a-2")?, at(60)),
    ] {
        let events: [Vec<Event>; 3] = [
            Vec::from([event.clone()]),
            Vec::from([beside.clone(), event.clone()]),
            Vec::from([event, beside.clone()]),
        ];
        for events in events {
            let mut batch = bench.batch(kit.other, 60, events);
            let effect = Effect::DestroyKey { order: order(61)? };
            batch.outbox.push((request("foreign")?, effect));
            batch.record = Some(record("foreign", at(60), &[])?);
            bench.refuses(&batch)?;
        }
    }
    Ok(())
}

fn first_named(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let owner = bench.kit.owner;
    let attempt = attempt(bench, owner)?;
    let wrong = [
        Expectation::Version(StreamId::Plan(plan("a")?), Version(9)),
        Expectation::Remaining(plan("a")?, 9),
        Expectation::New(StreamId::Instance(instance("a")?)),
        Expectation::NewOrder(order(11)?),
        Expectation::FreeName(note("shop")?),
        Expectation::NewKey(key("a")?),
    ];
    for (place, first) in wrong.iter().enumerate() {
        for second in wrong.iter().skip(place.saturating_add(1)) {
            for pair in [[first, second], [second, first]] {
                let right = attempt.batch.expectations.iter().take(2);
                let batch = Batch {
                    expectations: right.chain(pair).cloned().collect(),
                    ..attempt.batch.clone()
                };
                // The answer alone: that nothing is written is looked at elsewhere.
                bench.commit(&batch)?;
            }
        }
    }
    bench.everything(Clause::AllOrNothing)
}

fn many_expectations(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let (owner, own) = (bench.kit.owner, instance("a")?);
    for count in [7_u32, 23, 99] {
        let mut batch = bench.batch(owner, 60, Vec::from([confirmed(own, at(60))]));
        for number in 0..count {
            let free = StreamId::Plan(plan(format!("nowhere-{number}"))?);
            batch.expectations.push(Expectation::New(free));
        }
        bench.accepts(&batch)?;
        let taken = Expectation::New(StreamId::Plan(plan("a")?));
        batch.expectations.push(taken);
        bench.refuses(&batch)?;
    }
    Ok(())
}

fn order_of_checks(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let kit = bench.kit.clone();
    // Three things are wrong at once, then two, then one.
    let mut batch = bench.batch(kit.other, 60, Vec::from([deleted(instance("a")?, at(60))]));
    batch.record = Some(record("z", at(60), &[])?);
    batch.expectations = Vec::from([Expectation::Remaining(plan("nowhere")?, 1)]);
    bench.refuses(&batch)?;
    batch.expectations.clear();
    bench.refuses(&batch)?;
    batch.record = None;
    bench.refuses(&batch)
}

fn before_the_batch(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let (owner, ledger) = (bench.kit.owner, plan("a")?);
    // It takes the unit whose being there it expects, and expects the version that it ends.
    let mut batch = bench.batch(owner, 60, Vec::from([reserved(ledger, order(61)?, at(60))]));
    batch.expectations.extend([
        Expectation::Remaining(ledger, 1),
        Expectation::Version(StreamId::Plan(ledger), Version(2)),
    ]);
    bench.accepts(&batch)?;
    // Nor does a purchase in the batch give the unit that it expects.
    let fresh = plan("new")?;
    let bought = bench.kit.bought(owner, fresh, bench.kit.dv, 1, at(61));
    let mut batch = bench.batch(
        owner,
        61,
        Vec::from([bought, reserved(fresh, order(62)?, at(61))]),
    );
    batch.expectations.push(Expectation::Remaining(fresh, 1));
    bench.refuses(&batch)?;
    batch.expectations.pop();
    bench.accepts(&batch)?;
    bench.everything(Clause::AllOrNothing)
}
