//! Idempotency: a key counts once, and what was answered under it is read back (L11).

use std::format;
use std::vec::Vec;

use super::super::kit::{Done, Stop, at, order, plan, plan_charged};
use super::super::report::Clause;
use super::Check;
use super::bench::{Bench, key, record};
use crate::model::AccountId;
use crate::port::{Batch, Expectation, Read, ReadSet, Record};

pub(super) const CHECKS: &[Check] = &[
    ("a record is read back, by its account alone", read_back),
    ("a key that was used is a conflict", used_key),
    ("records are forgotten, the oldest first", forgotten),
];

fn with_record(account: AccountId, when: i64, record: Record) -> Batch {
    Batch {
        record: Some(record),
        ..Batch::new(account, at(when))
    }
}

fn recorded(bench: &Bench<'_>, account: AccountId, name: &str) -> Result<Option<Record>, Stop> {
    let read = Read {
        set: ReadSet::New(bench.kit.dv.code),
        year: None,
        key: Some(key(name)?),
    };
    Ok(bench.load(account, read)?.record)
}

fn read_back(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let kit = bench.kit.clone();
    let seen = recorded(bench, kit.owner, "once")?;
    bench.same(Clause::Keys, "a key that was never used", &None, &seen);
    let moved = plan_charged(plan("a")?, order(11)?, at(10));
    let mut batch = bench.batch(kit.owner, 10, Vec::from([moved]));
    batch.record = Some(record("once", at(10), &batch.events)?);
    bench.accepts(&batch)?;
    // With every read set: it is read in the same step.
    for set in [
        ReadSet::New(kit.dv.code),
        ReadSet::Order(order(11)?),
        ReadSet::Order(order(99)?),
        ReadSet::Product(kit.dv.code),
        ReadSet::Plan(plan("nowhere")?),
    ] {
        let read = Read {
            set: set.clone(),
            year: None,
            key: Some(key("once")?),
        };
        let seen = bench.load(kit.owner, read.clone())?.record;
        bench.same(
            Clause::Keys,
            format!("the record with {set:?}"),
            &batch.record,
            &seen,
        );
        let foreign = bench.load(kit.other, read)?.record;
        bench.same(
            Clause::Isolation,
            "another account's record",
            &None,
            &foreign,
        );
    }
    let unasked = bench.load(kit.owner, ReadSet::New(kit.dv.code).into())?;
    bench.same(Clause::Keys, "without a key", &None, &unasked.record);
    let close = recorded(bench, kit.owner, "Once")?;
    bench.same(Clause::Keys, "a key in other letters", &None, &close);
    Ok(())
}

fn used_key(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let kit = bench.kit.clone();
    // The same key again is a conflict, with whatever it comes.
    let moved = plan_charged(plan("a")?, order(11)?, at(10));
    let mut batch = bench.batch(kit.owner, 10, Vec::from([moved]));
    batch.record = Some(record("a", at(10), &[])?);
    bench.refuses(&batch)?;
    bench.refuses(&with_record(kit.owner, 11, record("a", at(11), &[])?))?;
    let asked = Batch {
        expectations: Vec::from([Expectation::NewKey(key("a")?)]),
        ..Batch::new(kit.owner, at(12))
    };
    bench.refuses(&asked)?;
    // Keys of different accounts don't know each other.
    bench.accepts(&with_record(kit.other, 13, record("a", at(13), &[])?))?;
    bench.accepts(&with_record(kit.owner, 14, record("z", at(14), &[])?))?;
    bench.everything(Clause::Keys)
}

fn forgotten(bench: &mut Bench<'_>) -> Done {
    let kit = bench.kit.clone();
    // Neither in the order of time nor in that of their names.
    let all = [
        (kit.owner, "d", 30),
        (kit.other, "c", 10),
        (kit.owner, "b", 40),
        (kit.owner, "a", 20),
        (kit.other, "d", 50),
    ];
    for (account, name, when) in all {
        bench.accepts(&with_record(account, when, record(name, at(when), &[])?))?;
    }
    let mut left = Vec::from(all);
    // Before what instant, at most how many, and how many go.
    for (before, limit, gone) in [
        (10, 9, 0),
        (45, 0, 0),
        (45, 1, 1),
        (30, 9, 1),
        (31, 9, 1),
        (41, 9, 1),
        (41, 9, 0),
    ] {
        let forgotten = bench.store.forget_records(at(before), limit);
        let seen = bench.wait(forgotten)??;
        let what = format!("records from before {before} s, at most {limit}");
        bench.same(Clause::Forgetting, what, &gone, &seen);
        for _ in 0..gone {
            let oldest = left.iter().map(|(_, _, when)| *when).min();
            left.retain(|(_, _, when)| Some(*when) != oldest);
        }
        for (account, name, when) in all {
            let seen = recorded(bench, account, name)?.is_some();
            let what = format!("the record of {when} s is there");
            let expected = left.iter().any(|(_, _, own)| *own == when);
            bench.same(Clause::Forgetting, what, &expected, &seen);
        }
    }
    // A key that was forgotten is as good as new.
    let again = with_record(kit.owner, 60, record("a", at(60), &[])?);
    let answer = bench.wait(bench.store.commit(again))?;
    bench.same(
        Clause::Forgetting,
        "a key that was forgotten",
        &Ok(()),
        &answer,
    );
    Ok(())
}
