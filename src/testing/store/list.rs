//! How the instances of an account are found.

use alloc::sync::Arc;
use std::format;
use std::vec::Vec;

use super::super::kit::{
    Done, Kit, Stop, at, confirmed, deleted, instance, names, order, plan, purchase,
};
use super::super::report::Clause;
use super::Check;
use super::bench::{ALL, Bench};
use crate::lifecycle::Event;
use crate::model::{AccountId, DomainName, InstanceId, ProductCode};
use crate::port::{Batch, Filter, IndexEntry, Listed, Position, Stage};

pub(super) const CHECKS: &[Check] = &[
    ("a list has the newest first", order_of_list),
    ("a list is read page by page", pages),
    ("a list has what its filter asks for", filters),
    ("as many are counted as are listed", counts),
    ("an instance is listed by its last entry", last_entry),
    ("an entry is the account's own", own_entries),
];

/// Slots whose ids stand in another order than they begin, among those of another account.
fn slots(bench: &mut Bench<'_>, count: u64) -> Result<Vec<InstanceId>, Stop> {
    let kit = bench.kit.clone();
    let mut ids = Vec::new();
    for number in 1..=count {
        // 7 has no common factor with 10 or 100: every number once, mixed.
        let mixed = number
            .saturating_mul(7)
            .checked_rem(100)
            .unwrap_or_default();
        let id = instance(format!("slot-{mixed:02}"))?;
        let bill = purchase(format!("slot-{mixed:02}"))?;
        let opened = kit.opened(kit.owner, id, order(number)?, bill, None, false);
        bench.writes(kit.owner, 0, Vec::from([opened]))?;
        ids.push(id);
        // Some places are next to each other, and between others is one of another account.
        if number.checked_rem(3) != Some(0) {
            continue;
        }
        let theirs = number.saturating_add(1_000);
        let foreign = instance(format!("foreign-{mixed:02}"))?;
        let opened = kit.opened(kit.other, foreign, order(theirs)?, bill, None, false);
        bench.writes(kit.other, 0, Vec::from([opened]))?;
    }
    ids.reverse();
    Ok(ids)
}

fn all(bench: &Bench<'_>, account: AccountId) -> Result<Vec<Listed>, Stop> {
    let filter = Filter {
        stages: Stage::ALL.to_vec(),
        ..Filter::default()
    };
    bench.list(account, filter, None, ALL)
}

fn ids(listed: &[Listed]) -> Vec<InstanceId> {
    listed.iter().map(|one| one.entry.instance).collect()
}

fn order_of_list(bench: &mut Bench<'_>) -> Done {
    let newest_first = slots(bench, 9)?;
    let account = bench.kit.owner;
    let listed = all(bench, account)?;
    bench.same(
        Clause::ListOrder,
        "the newest first",
        &newest_first,
        &ids(&listed),
    );
    let falls = listed.is_sorted_by(|one, next| one.position > next.position);
    bench.holds(Clause::ListOrder, "places that fall", falls, &listed);
    // What happens to an instance does not move it.
    let places: Vec<Position> = listed.iter().map(|one| one.position).collect();
    for id in newest_first.iter().skip(2).step_by(3) {
        let events = Vec::from([confirmed(*id, at(10)), deleted(*id, at(11))]);
        bench.writes(account, 10, events)?;
    }
    let listed = all(bench, account)?;
    bench.same(
        Clause::ListOrder,
        "the same order",
        &newest_first,
        &ids(&listed),
    );
    let seen: Vec<Position> = listed.iter().map(|one| one.position).collect();
    bench.same(Clause::ListOrder, "the same places", &places, &seen);
    bench.everything(Clause::Reads)
}

fn pages(bench: &mut Bench<'_>) -> Done {
    let newest_first = slots(bench, 11)?;
    let account = bench.kit.owner;
    for id in newest_first.iter().skip(1).step_by(4) {
        bench.writes(account, 10, Vec::from([deleted(*id, at(10))]))?;
    }
    let whole = all(bench, account)?;
    for limit in [1, 2, 3, 4, 11, 12] {
        for filter in [
            Filter {
                stages: Stage::ALL.to_vec(),
                ..Filter::default()
            },
            Filter::default(),
        ] {
            let asked =
                |one: &&Listed| !filter.stages.is_empty() || one.entry.stage != Stage::Deleted;
            let expected: Vec<_> = whole.iter().filter(asked).cloned().collect();
            let (mut read, mut before) = (Vec::new(), None);
            // A store that hands out the same page for ever is stopped.
            for _ in 0..=whole.len() {
                let page = bench.list(account, filter.clone(), before, limit)?;
                let few = page.len() <= limit;
                let what = format!("at most {limit} rows");
                bench.holds(Clause::Paging, what, few, &page.len());
                let Some(last) = page.last() else { break };
                before = Some(last.position);
                read.extend(page);
            }
            let what = format!("the pages of {limit} together");
            bench.same(Clause::Paging, what, &ids(&expected), &ids(&read));
        }
    }
    let none = bench.list(account, Filter::default(), None, 0)?;
    bench.holds(Clause::Paging, "no row", none.is_empty(), &none);
    Ok(())
}

/// An entry as a batch may carry it: how an instance is found is for who commits to say.
fn file(
    bench: &mut Bench<'_>,
    number: u64,
    stage: Stage,
    texts: &[&str],
    expires: Option<i64>,
) -> Result<IndexEntry, Stop> {
    let kit = bench.kit.clone();
    let id = instance(number)?;
    let opened = kit.opened(
        kit.owner,
        id,
        order(number)?,
        purchase(number)?,
        None,
        false,
    );
    let mut batch = bench.batch(kit.owner, 0, Vec::from([opened]));
    let product = if stage == Stage::Uploaded {
        kit.dv
    } else {
        kit.ov
    };
    let entry = IndexEntry {
        instance: id,
        order: order(number)?,
        product: product.code,
        stage,
        names: names(texts)?,
        expires_at: expires.map(at),
        due_at: None,
    };
    batch.index = Vec::from([entry.clone()]);
    bench.accepts(&batch)?;
    Ok(entry)
}

/// Whether an entry is what a filter asks for.
fn fits(entry: &IndexEntry, filter: &Filter) -> bool {
    let below = |name: &DomainName, suffix: &DomainName| {
        let dotted = format!(".{}", suffix.as_str());
        name == suffix || name.as_str().ends_with(&dotted)
    };
    let stage = if filter.stages.is_empty() {
        entry.stage != Stage::Deleted
    } else {
        filter.stages.contains(&entry.stage)
    };
    let expires =
        (filter.expires_before).is_none_or(|end| entry.expires_at.is_some_and(|at| at < end));
    let product = filter.product.is_none_or(|code| code == entry.product);
    let name = (filter.name_suffix.as_ref())
        .is_none_or(|suffix| entry.names.iter().any(|name| below(name, suffix)));
    stage && expires && product && name
}

fn suffix(text: &str) -> Result<Filter, Stop> {
    Ok(Filter {
        name_suffix: Some(text.parse()?),
        ..Filter::default()
    })
}

fn stages(stages: &[Stage]) -> Filter {
    Filter {
        stages: stages.to_vec(),
        ..Filter::default()
    }
}

fn expires(before: i64) -> Filter {
    Filter {
        expires_before: Some(at(before)),
        ..Filter::default()
    }
}

fn of_product(code: ProductCode) -> Filter {
    Filter {
        product: Some(code),
        ..Filter::default()
    }
}

/// Entries of every stage, in the order in which they were filed.
fn filed(bench: &mut Bench<'_>) -> Result<Vec<IndexEntry>, Stop> {
    let mut entries = Vec::new();
    for (number, (stage, texts, expires)) in (1_u64..).zip([
        (Stage::NotActivated, &[][..], None),
        (Stage::Bought, &[], None),
        (Stage::Verifying, &["www.example.com"], None),
        (Stage::Validating, &["badexample.com"], None),
        (Stage::Failed, &["example.com.evil.net"], None),
        (Stage::Pending, &["a.b.example.com"], None),
        (Stage::Live, &["example.com", "www.other.net"], Some(100)),
        (Stage::Live, &["*.example.com"], Some(101)),
        (
            Stage::Revoked,
            &["www.other.net", "deep.www.example.com"],
            None,
        ),
        (Stage::Uploaded, &["other.net"], Some(99)),
        (Stage::Ended, &[], None),
        (Stage::Deleted, &["www.example.com"], Some(50)),
        // A `_` or a `%` would be a pattern in SQL, and a dash is one nowhere.
        (Stage::Live, &["x-example.com"], Some(500)),
    ]) {
        entries.push(file(bench, number, stage, texts, expires)?);
    }
    Ok(entries)
}

/// What is asked for.
fn asked(kit: &Kit) -> Result<Vec<Filter>, Stop> {
    let mut asked = Vec::from([
        Filter::default(),
        stages(Stage::ALL),
        stages(&[Stage::Live, Stage::Deleted]),
        expires(99),
        expires(100),
        expires(101),
        expires(102),
        of_product(kit.dv.code),
        of_product(kit.ov.code),
        of_product(kit.free.code),
        suffix("example.com")?,
        suffix("www.example.com")?,
        suffix("other.net")?,
        suffix("b.example.com")?,
        suffix("ample.com")?,
        suffix("*.example.com")?,
        suffix("nowhere.org")?,
        Filter {
            stages: Vec::from([Stage::Live]),
            expires_before: Some(at(101)),
            product: Some(kit.ov.code),
            name_suffix: Some("example.com".parse()?),
        },
    ]);
    asked.extend(Stage::ALL.iter().map(|stage| stages(&[*stage])));
    Ok(asked)
}

fn filters(bench: &mut Bench<'_>) -> Done {
    let kit = bench.kit.clone();
    let mut entries = filed(bench)?;
    entries.reverse();
    for filter in asked(&kit)? {
        let ours = entries.iter().filter(|entry| fits(entry, &filter));
        let expected: Vec<IndexEntry> = ours.cloned().collect();
        let listed = bench.list(kit.owner, filter.clone(), None, ALL)?;
        let seen: Vec<IndexEntry> = listed.into_iter().map(|one| one.entry).collect();
        bench.same(Clause::ListFilter, format!("{filter:?}"), &expected, &seen);
        let theirs = bench.list(kit.other, filter.clone(), None, ALL)?;
        bench.holds(Clause::Isolation, "nothing", theirs.is_empty(), &theirs);
        // A page is full of rows that fit.
        let page = bench.list(kit.owner, filter.clone(), None, 2)?;
        let seen: Vec<IndexEntry> = page.into_iter().map(|one| one.entry).collect();
        let expected: Vec<IndexEntry> = expected.into_iter().take(2).collect();
        bench.same(
            Clause::Paging,
            format!("a page of {filter:?}"),
            &expected,
            &seen,
        );
    }
    Ok(())
}

fn counts(bench: &mut Bench<'_>) -> Done {
    let kit = bench.kit.clone();
    let entries = filed(bench)?;
    for filter in asked(&kit)? {
        let ours = entries.iter().filter(|entry| fits(entry, &filter));
        let expected = u64::try_from(ours.count())?;
        let seen = bench.count(kit.owner, filter.clone())?;
        bench.same(Clause::Counts, format!("{filter:?}"), &expected, &seen);
        let theirs = bench.count(kit.other, filter)?;
        bench.same(Clause::Isolation, "those of another", &0, &theirs);
    }
    Ok(())
}

/// The last entry that was handed in counts.
fn last_entry(bench: &mut Bench<'_>) -> Done {
    let kit = bench.kit.clone();
    filed(bench)?;
    let id = instance(3)?;
    let mut batch = bench.batch(kit.owner, 20, Vec::from([confirmed(id, at(20))]));
    for entry in &mut batch.index {
        entry.stage = Stage::Live;
        entry.names = names(&["new.example.org"])?;
        entry.expires_at = Some(at(700));
    }
    bench.accepts(&batch)?;
    let verifying = bench.list(kit.owner, stages(&[Stage::Verifying]), None, ALL)?;
    bench.holds(
        Clause::ListFilter,
        "no longer verifying",
        verifying.is_empty(),
        &verifying,
    );
    let before = bench.list(kit.owner, suffix("www.example.com")?, None, ALL)?;
    let gone = before.iter().all(|one| one.entry.instance != id);
    bench.holds(Clause::ListFilter, "not by its names before", gone, &before);
    let named = bench.list(kit.owner, suffix("example.org")?, None, ALL)?;
    bench.same(
        Clause::ListFilter,
        "by its new name",
        &Vec::from([id]),
        &ids(&named),
    );
    Ok(())
}

/// An entry for what the account does not have changes nothing, and neither does one to stir.
fn own_entries(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let kit = bench.kit.clone();
    let own = bench.model.instance(kit.owner, instance("a")?);
    let Some(own) = own.map(|found| found.state) else {
        return Err(Stop::Failed("the suite's own instance is missing".into()));
    };
    let mut entry = IndexEntry::of(&own, Some(at(1)));
    entry.stage = Stage::Ended;
    entry.names = Arc::from([]);
    let unknown = IndexEntry {
        instance: instance("nowhere")?,
        ..entry.clone()
    };
    let bought = |id| -> Event { kit.bought(kit.other, id, kit.dv, 1, at(1)) };
    let batch = Batch {
        events: Vec::from([bought(plan("stir")?)]),
        index: Vec::from([entry, unknown]),
        stir: Vec::from([instance("a")?, instance("nowhere")?]),
        ..Batch::new(kit.other, at(1))
    };
    bench.accepts(&batch)?;
    bench.everything(Clause::Isolation)?;
    let due = super::due::lease(1_000, 2_000, 9_000, ALL);
    let due = bench.due(due)?;
    bench.holds(Clause::Isolation, "nothing is due", due.is_empty(), &due);
    Ok(())
}
