//! The checks, in order.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};
use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use super::super::kit::{Done, Stop};
use super::super::report::Clause;
use super::super::wait::{at_once, wait};
use super::{Bench, Check, Page, changes, key};
use crate::port::RowValue;

/// More rows than any check writes.
const ALL: usize = 10_000;

pub(super) const CHECKS: &[Check] = &[
    ("where nothing was written, nothing is", empty),
    ("a row is what was written last", last_value),
    ("a write changes many rows at once", many),
    ("a scan has the rows below a prefix, in order", below),
    ("a scan is read page by page", pages),
    ("a call does nothing before it is polled", polled),
    ("a write is whole for every reader", whole),
    ("threads write rows of their own", of_their_own),
    ("a write is there for every handle", durable),
];

fn empty(bench: &mut Bench<'_>) -> Done {
    let seen = bench.get("a")?;
    bench.same(Clause::RowsKept, "no row", &None, &seen);
    let seen = bench.scan("a", None, ALL)?;
    bench.same(Clause::RowsFound, "no rows", &Page::new(), &seen);
    // To write nothing, and to take away what isn't there, is no error.
    bench.write(&[])?;
    bench.write(&[("a", None)])?;
    let seen = bench.get("a")?;
    bench.same(Clause::RowsKept, "still no row", &None, &seen);
    Ok(())
}

fn last_value(bench: &mut Bench<'_>) -> Done {
    let bytes: Vec<u8> = (0..=u8::MAX).collect();
    let long = vec![0x5a; RowValue::LIMIT];
    let (short, longest) = ("!", "~".repeat(128));
    for name in [short, longest.as_str(), "a/b", "A/B"] {
        for value in [&b"first"[..], b"", &bytes, &long, b"last"] {
            bench.write(&[(name, Some(value))])?;
            let seen = bench.get(name)?;
            bench.same(Clause::RowsKept, name, &Some(value.to_vec()), &seen);
        }
    }
    bench.write(&[("a/b", None)])?;
    for (name, expected) in [
        ("a/b", None),
        // Keys are compared with their case.
        ("A/B", Some(b"last".to_vec())),
        ("a", None),
        ("a/b/c", None),
    ] {
        let seen = bench.get(name)?;
        bench.same(Clause::RowsKept, name, &expected, &seen);
    }
    Ok(())
}

fn many(bench: &mut Bench<'_>) -> Done {
    bench.write(&[("a", Some(b"1")), ("b", Some(b"2")), ("c", Some(b"3"))])?;
    bench.write(&[
        ("a", None),
        ("b", Some(b"20")),
        ("d", Some(b"4")),
        // Of several changes of one key the last counts.
        ("e", Some(b"5")),
        ("e", Some(b"50")),
        ("c", Some(b"30")),
        ("c", None),
        ("f", None),
        ("f", Some(b"60")),
    ])?;
    for (name, expected) in [
        ("a", None),
        ("b", Some(b"20".to_vec())),
        ("c", None),
        ("d", Some(b"4".to_vec())),
        ("e", Some(b"50".to_vec())),
        ("f", Some(b"60".to_vec())),
    ] {
        let seen = bench.get(name)?;
        bench.same(Clause::RowsKept, name, &expected, &seen);
    }
    Ok(())
}

/// Rows whose keys are near each other, as they should be found.
fn written(bench: &Bench<'_>) -> Result<BTreeMap<String, Vec<u8>>, Stop> {
    let mut rows = BTreeMap::new();
    for name in [
        "x/b", "x/a", "x/", "x", "x~", "x/~", "x/!", "x/a/1", "x/a/2", "x/a_", "x/ab", "x/a%",
        "X/a", "x_a", "y/a", "w/z", "x/A", "x/B", "x/a/10", "x/a-",
    ] {
        bench.write(&[(name, Some(name.as_bytes()))])?;
        rows.insert(name.to_string(), name.as_bytes().to_vec());
    }
    Ok(rows)
}

fn expected(rows: &BTreeMap<String, Vec<u8>>, prefix: &str) -> Page {
    let below = rows.iter().filter(|(key, _)| key.starts_with(prefix));
    below
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn below(bench: &mut Bench<'_>) -> Done {
    let rows = written(bench)?;
    for prefix in [
        "x", "x/", "x/a", "x/a/", "x/a_", "x/a%", "x/a/1", "X", "y/", "z", "x~",
    ] {
        let seen = bench.scan(prefix, None, ALL)?;
        bench.same(Clause::RowsFound, prefix, &expected(&rows, prefix), &seen);
    }
    bench.write(&[("x/a", None), ("x/a/3", Some(b""))])?;
    let mut rows = rows;
    rows.remove("x/a");
    rows.insert("x/a/3".into(), Vec::new());
    let seen = bench.scan("x/", None, ALL)?;
    let what = "after a change";
    bench.same(Clause::RowsFound, what, &expected(&rows, "x/"), &seen);
    Ok(())
}

fn pages(bench: &mut Bench<'_>) -> Done {
    let rows = written(bench)?;
    for limit in [1, 2, 3, 5, 100] {
        for prefix in ["x", "x/a", "y"] {
            let (mut read, mut after): (Page, Option<String>) = (Vec::new(), None);
            // Rows that are handed out for ever are stopped.
            for _ in 0..=rows.len() {
                let page = bench.scan(prefix, after.as_deref(), limit)?;
                let few = page.len() <= limit;
                let findings = &mut bench.findings;
                findings.holds(Clause::Paging, "at most so many", few, &page.len());
                let Some((last, _)) = page.last() else { break };
                after = Some(last.clone());
                read.extend(page);
            }
            let what = format!("the pages of {limit} below {prefix}");
            bench.same(Clause::Paging, &what, &expected(&rows, prefix), &read);
        }
    }
    // From a place in between, and from before and behind all of them.
    for after in ["a", "x/a", "x/a/15", "zzz"] {
        let mut behind = expected(&rows, "x/");
        behind.retain(|(key, _)| key.as_str() > after);
        let seen = bench.scan("x/", Some(after), ALL)?;
        let what = format!("those behind {after}");
        bench.same(Clause::Paging, &what, &behind, &seen);
    }
    let none = bench.scan("x", None, 0)?;
    bench.same(Clause::Paging, "no row", &Page::new(), &none);
    Ok(())
}

fn polled(bench: &mut Bench<'_>) -> Done {
    bench.write(&[("a", Some(b"1"))])?;
    drop(
        bench
            .rows
            .write(changes(&[("a", None), ("b", Some(b"2"))])?),
    );
    let seen = (bench.get("a")?, bench.get("b")?);
    let expected = (Some(b"1".to_vec()), None);
    bench.same(Clause::Alone, "as before", &expected, &seen);
    Ok(())
}

fn whole(bench: &mut Bench<'_>) -> Done {
    const NAMES: [&str; 6] = ["w/1", "w/2", "w/3", "w/4", "w/5", "w/6"];
    let all: Vec<_> = NAMES.map(|name| (name, Some(&b"0"[..]))).to_vec();
    bench.write(&all)?;
    let (block_on, rows) = (bench.block_on, Arc::clone(&bench.rows));
    let ended = AtomicBool::new(false);
    // One writes, and the others look until it is done.
    let seen = at_once(3, |thread| -> Result<Vec<Page>, Stop> {
        let mut torn = Vec::new();
        if thread == 0 {
            let done = (1..40).try_for_each(|round| {
                let value = format!("{round}");
                let gone = round % 4 == 0;
                let all = NAMES.map(|name| (name, (!gone).then_some(value.as_bytes())));
                Ok(wait(block_on, rows.write(changes(&all)?))??)
            });
            ended.store(true, Ordering::SeqCst);
            return done.map(|()| torn);
        }
        while !ended.load(Ordering::SeqCst) {
            let found = wait(block_on, rows.scan(key("w/")?, None, ALL))??;
            let page: Page = found
                .into_iter()
                .map(|(key, value)| (key.to_string(), value.into_bytes()))
                .collect();
            let same = page.windows(2).all(|two| match two {
                [(_, one), (_, other)] => one == other,
                _ => true,
            });
            if !(same && matches!(page.len(), 0 | 6)) {
                torn.push(page);
            }
        }
        Ok(torn)
    });
    for torn in seen {
        let torn = torn?;
        let findings = &mut bench.findings;
        findings.holds(
            Clause::AllOrNothing,
            "six alike or none",
            torn.is_empty(),
            &torn,
        );
    }
    Ok(())
}

fn of_their_own(bench: &mut Bench<'_>) -> Done {
    let (block_on, rows) = (bench.block_on, Arc::clone(&bench.rows));
    let done = at_once(4, |thread| -> Done {
        for round in 0..20 {
            let (own, value) = (
                format!("t/{thread}/{round:02}"),
                format!("{thread}-{round}"),
            );
            let all = changes(&[(&own, Some(value.as_bytes()))])?;
            wait(block_on, rows.write(all))??;
        }
        Ok(())
    });
    done.into_iter().collect::<Done>()?;
    let mut expected = Page::new();
    for thread in 0..4 {
        for round in 0..20 {
            let own = format!("t/{thread}/{round:02}");
            expected.push((own, format!("{thread}-{round}").into_bytes()));
        }
    }
    let seen = bench.scan("t/", None, ALL)?;
    bench.same(Clause::RowsKept, "what all of them wrote", &expected, &seen);
    Ok(())
}

fn durable(bench: &mut Bench<'_>) -> Done {
    let first = Arc::clone(&bench.rows);
    for round in 0..4 {
        let value = format!("{round}");
        bench.rows = Arc::clone(&first);
        bench.write(&[("d/1", Some(value.as_bytes())), ("d/2", None)])?;
        let another = bench.wait(bench.under.another_handle())??;
        bench.rows = another;
        let seen = bench.scan("d/", None, ALL)?;
        let expected = Vec::from([("d/1".to_string(), value.into_bytes())]);
        bench.same(Clause::Durable, "what was written", &expected, &seen);
        // And the other way round.
        bench.write(&[("d/2", Some(b"there"))])?;
        bench.rows = Arc::clone(&first);
        let seen = bench.get("d/2")?;
        let expected = Some(b"there".to_vec());
        bench.same(Clause::Durable, "what the other wrote", &expected, &seen);
    }
    let another = bench.wait(bench.under.another_handle())??;
    if core::ptr::addr_eq(Arc::as_ptr(&first), Arc::as_ptr(&another)) {
        return Err(Stop::Skipped("the rows have one handle alone"));
    }
    Ok(())
}
