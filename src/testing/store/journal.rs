//! Journals, page by page, and what they fold into (L3).

use std::format;
use std::vec::Vec;

use super::super::kit::{Done, at, chain, instance, order, plan, plan_charged, purchase};
use super::super::report::Clause;
use super::Check;
use super::bench::{ALL, Bench};
use crate::port::StreamId;

pub(super) const CHECKS: &[Check] = &[
    ("a journal is read page by page", pages),
    (
        "a journal that the account does not have is empty",
        not_there,
    ),
];

fn pages(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let (owner, ledger) = (bench.kit.owner, plan("a")?);
    for number in 0..7 {
        // Events of two streams in one batch, mixed.
        let mut events = Vec::new();
        for id in [ledger, plan("a-beside")?, ledger] {
            events.push(plan_charged(id, order(number)?, at(i64::try_from(number)?)));
        }
        bench.writes(owner, 10, events)?;
    }
    for stream in [
        StreamId::Plan(ledger),
        StreamId::Plan(plan("a-beside")?),
        StreamId::Instance(instance("a")?),
    ] {
        let whole = bench.model.journal(owner, stream).to_vec();
        let end = whole.len().saturating_add(2);
        for after in 0..end {
            for limit in [0, 1, 2, 3, whole.len(), ALL] {
                let version = u64::try_from(after)?;
                let seen = bench.journal(owner, stream, version, limit)?;
                let behind = whole.iter().skip(after).take(limit);
                let expected: Vec<_> = behind.cloned().collect();
                let what = format!("{stream} behind {after}, at most {limit}");
                bench.same(Clause::Journal, what, &expected, &seen);
            }
        }
        // One page after the other.
        let (mut read, mut after) = (Vec::new(), 0_u64);
        while bench.is_ok() {
            let page = bench.journal(owner, stream, after, 2)?;
            if page.is_empty() {
                break;
            }
            after = after.saturating_add(u64::try_from(page.len())?);
            read.extend(page);
        }
        bench.same(
            Clause::Paging,
            format!("the pages of {stream}"),
            &whole,
            &read,
        );
        let far = bench.journal(owner, stream, u64::MAX, ALL)?;
        bench.holds(
            Clause::Journal,
            "nothing behind the end",
            far.is_empty(),
            &far,
        );
    }
    bench.everything(Clause::Replay)
}

fn not_there(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let kit = bench.kit.clone();
    for (account, clause, mark) in [
        (kit.owner, Clause::Journal, "nowhere"),
        (kit.other, Clause::Isolation, "a"),
        (kit.stranger, Clause::Isolation, "a"),
    ] {
        for stream in [
            StreamId::Instance(instance(mark)?),
            StreamId::Plan(plan(mark)?),
            StreamId::Chain(chain(mark)?),
            StreamId::Purchase(purchase(mark)?),
        ] {
            let seen = bench.journal(account, stream, 0, ALL)?;
            let what = format!("no journal of {stream} for {account}");
            bench.holds(clause, what, seen.is_empty(), &seen);
        }
    }
    Ok(())
}
