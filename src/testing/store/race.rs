//! Real threads that want the same thing, half of them through another handle.

use alloc::sync::Arc;
use core::num::NonZeroU32;
use std::boxed::Box;
use std::format;
use std::vec::Vec;

use super::super::idle::Idle;
use super::super::kit::{
    Done, Stop, at, confirmed, instance, names, order, plan, plan_charged, purchase, request,
    reserved,
};
use super::super::report::Clause;
use super::super::wait::{BlockOn, at_once, wait};
use super::Check;
use super::bench::{ALL, Bench, key, note, record, year};
use super::due::lease;
use crate::lifecycle::{Effect, Event};
use crate::model::{
    Applicant, Curve, EditionKey, KeyKind, OrderId, Payment, PlanId, Submission, ValidationMethod,
};
use crate::port::{
    Batch, CommitError, Expectation, OutboxPart, ReadSet, RequestId, SameBeside, Store, StreamId,
    Version,
};
use crate::rulebook::Rulebook;
use crate::service::{EditionPolicy, Ports, Rules, Service, ServiceError};

pub(super) const CHECKS: &[Check] = &[
    (
        "threads that want the last units get as many as there are",
        last_units,
    ),
    (
        "of threads that saw the same version, one goes on",
        one_version,
    ),
    ("of threads with the same key, one is recorded", one_key),
    ("of threads with the same id, one begins", one_id),
    ("of threads with the same name, one has it", one_name),
    (
        "of threads that saw the same beside, one goes on",
        one_beside,
    ),
    (
        "threads that submit through a service get the last units",
        through_a_service,
    ),
    ("workers lease disjoint rows", workers),
    ("sweepers claim disjoint instances", sweepers),
];

const THREADS: usize = 8;
/// How often a call is made again that the store could not carry out for the moment.
const PATIENCE: usize = 100;

/// What a thread was told of its batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Committed,
    Conflict,
    /// A call in between failed: the conflict may be with itself.
    Unknown,
}

fn send(block_on: &BlockOn<'_>, store: &dyn Store, batch: &Batch) -> Result<Told, Stop> {
    let mut told = Told::Conflict;
    for _ in 0..PATIENCE {
        match wait(block_on, store.commit(batch.clone()))? {
            Ok(()) => return Ok(Told::Committed),
            Err(CommitError::Conflict(_)) => return Ok(told),
            Err(CommitError::Store(error)) if error.retry_helps() => told = Told::Unknown,
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(Stop::Failed(
        "the store stays unavailable when threads meet".into(),
    ))
}

/// Commits batches at once, each with a row of its own, which tells whether it is there in the end.
/// So many of them are, the others met with a conflict; says which are.
fn race(
    bench: &mut Bench<'_>,
    clause: Clause,
    mut batches: Vec<Batch>,
    winners: usize,
) -> Result<Vec<Batch>, Stop> {
    let effect = Effect::DestroyKey { order: order(1)? };
    let before = bench.outbox(OutboxPart::Waiting, None, ALL)?.len();
    let mut rows: Vec<RequestId> = Vec::new();
    for (number, batch) in batches.iter_mut().enumerate() {
        let row = request(format!("race-{before}-{number}"))?;
        batch.outbox = Vec::from([(row, effect)]);
        rows.push(row);
    }
    let (block_on, store, another) = (bench.block_on, &bench.store, bench.another_handle()?);
    let told = at_once(batches.len(), |number| {
        let even = number.checked_rem(2) == Some(0);
        let store = if even { store } else { &another };
        let batch = batches.get(number);
        let batch = batch.ok_or_else(|| Stop::Failed("no batch".into()))?;
        Ok((number, send(block_on, &**store, batch)?))
    });
    let there = bench.outbox(OutboxPart::Waiting, None, ALL)?;
    let there: Vec<RequestId> = there.into_iter().map(|row| row.id).collect();
    let told: Result<Vec<(usize, Told)>, Stop> = told.into_iter().collect();
    for (number, told) in told? {
        let is = rows.get(number).is_some_and(|row| there.contains(row));
        match told {
            Told::Committed => {
                bench.holds(Clause::Outbox, "the row of what was committed", is, &is);
            }
            Told::Conflict => {
                bench.holds(Clause::Outbox, "no row of what was a conflict", !is, &is);
            }
            Told::Unknown => {}
        }
    }
    let won: Vec<Batch> = (batches.into_iter().zip(&rows))
        .filter(|(_, row)| there.contains(row))
        .map(|(batch, _)| batch)
        .collect();
    let what = format!("how many of {} threads went on", rows.len());
    bench.same(clause, what, &winners, &won.len());
    Ok(won)
}

/// A submission as a service commits it.
fn submission(bench: &Bench<'_>, ledger: PlanId, number: u64) -> Result<Batch, Stop> {
    let (account, order) = (bench.kit.owner, order(number)?);
    let names = names(&["www.example.com"])?;
    let events = Vec::from([
        bench
            .kit
            .submitted(account, instance(number)?, order, ledger, names),
        reserved(ledger, order, at(10)),
    ]);
    let mut batch = bench.batch(account, 10, events);
    batch.expectations.push(Expectation::Remaining(ledger, 1));
    Ok(batch)
}

fn last_units(bench: &mut Bench<'_>) -> Done {
    for (round, units) in (0_u64..).zip([1_u32, 3, 5, 7]) {
        let (account, ledger) = (bench.kit.owner, plan(format!("race-{round}"))?);
        let bought = bench
            .kit
            .bought(account, ledger, bench.kit.dv, units, at(0));
        bench.writes(account, 0, Vec::from([bought]))?;
        let first = round.saturating_mul(100);
        let mut batches = Vec::new();
        for number in 0..THREADS {
            let number = first.saturating_add(u64::try_from(number)?);
            batches.push(submission(bench, ledger, number)?);
        }
        let won = race(
            bench,
            Clause::LastUnits,
            batches.clone(),
            usize::try_from(units)?,
        )?;
        // Each of those that went on is there whole, and of the others nothing is.
        let journal = bench.journal(account, StreamId::Plan(ledger), 0, ALL)?;
        let read = bench.load(account, ReadSet::Plan(ledger).into())?;
        let version = Version(u64::try_from(journal.len())?);
        let found = read
            .plan
            .map(|found| (found.state.remaining(), found.version));
        bench.same(
            Clause::LastUnits,
            "left, and version",
            &Some((0, version)),
            &found,
        );
        for batch in &batches {
            let whole = won.contains(batch) || won.iter().any(|one| one.events == batch.events);
            for event in &batch.events {
                let seen = match event {
                    Event::Plan { .. } => journal.contains(event),
                    Event::Instance { .. } | Event::Chain { .. } | Event::Purchase { .. } => {
                        let own = bench.journal(account, StreamId::of(event), 0, ALL)?;
                        own.contains(event)
                    }
                };
                let what = format!("{event:?} is there");
                bench.same(Clause::AllOrNothing, what, &whole, &seen);
            }
        }
        let expected = won.len().saturating_add(1);
        bench.same(
            Clause::Replay,
            "events of the plan",
            &expected,
            &journal.len(),
        );
    }
    Ok(())
}

fn one_version(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let (account, own) = (bench.kit.owner, instance("a")?);
    for round in 0..5 {
        let stream = StreamId::Instance(own);
        let version = bench
            .model
            .version(account, stream)
            .unwrap_or(Version::NONE);
        let mut batches = Vec::new();
        for _ in 0..THREADS {
            let mut batch = bench.batch(account, round, Vec::from([confirmed(own, at(round))]));
            batch
                .expectations
                .push(Expectation::Version(stream, version));
            batches.push(batch);
        }
        for batch in race(bench, Clause::Versions, batches, 1)? {
            bench.model.write(&batch);
        }
    }
    bench.everything(Clause::Versions)
}

fn one_key(bench: &mut Bench<'_>) -> Done {
    bench.shelf()?;
    let (account, ledger) = (bench.kit.owner, plan("a")?);
    for round in 0..5 {
        let name = format!("race-{round}");
        let mut batches = Vec::new();
        for number in 0..THREADS {
            // The same key for different things.
            let when = i64::try_from(number)?;
            let moved = plan_charged(ledger, order(1)?, at(when));
            let mut batch = bench.batch(account, when, Vec::from([moved]));
            batch.record = Some(record(&name, at(when), &batch.events)?);
            batches.push(batch);
        }
        for batch in race(bench, Clause::Keys, batches, 1)? {
            bench.model.write(&batch);
            let read = crate::port::Read {
                set: ReadSet::New(bench.kit.dv.code),
                year: None,
                key: Some(key(&name)?),
            };
            let seen = bench.load(account, read)?.record;
            bench.same(
                Clause::Keys,
                "the record of who went on",
                &batch.record,
                &seen,
            );
        }
    }
    bench.everything(Clause::Keys)
}

fn one_id(bench: &mut Bench<'_>) -> Done {
    let kit = bench.kit.clone();
    for round in 0..5_u64 {
        let mut batches = Vec::new();
        for number in 0..THREADS {
            let own = u64::try_from(number)?.saturating_add(round.saturating_mul(100));
            let even = number.checked_rem(2) == Some(0);
            let account = if even { kit.owner } else { kit.other };
            let fresh = own.saturating_add(10_000);
            // In turn the same plan, the same instance, the same order, the same purchase, and again the
            // same order without anybody who expects that it is new.
            let event = match round {
                0 => kit.bought(account, plan("same")?, kit.dv, 1, at(0)),
                1 => {
                    let (id, bill) = (instance("same")?, purchase(own)?);
                    kit.opened(account, id, order(fresh)?, bill, None, false)
                }
                2 | 4 => {
                    let (id, bill) = (instance(own)?, purchase(own)?);
                    let same = order(round.saturating_add(5))?;
                    kit.opened(account, id, same, bill, None, false)
                }
                _ => {
                    let (id, bill) = (instance(own)?, purchase("same")?);
                    kit.paid(account, bill, kit.ov, id, None, 1)
                }
            };
            let mut batch = bench.batch(account, 0, Vec::from([event]));
            if round == 4 {
                let orders = |one: &Expectation| matches!(one, Expectation::NewOrder(_));
                batch.expectations.retain(|one| !orders(one));
            }
            batches.push(batch);
        }
        for batch in race(bench, Clause::IdsForGood, batches, 1)? {
            bench.model.write(&batch);
        }
    }
    bench.everything(Clause::IdsForGood)
}

fn one_name(bench: &mut Bench<'_>) -> Done {
    let account = bench.kit.owner;
    for (round, name) in (0_u64..).zip(["shop", "mail", "Laden №1"]) {
        let name = note(name)?;
        let mut batches = Vec::new();
        for number in 0..THREADS {
            let own = u64::try_from(number)?.saturating_add(round.saturating_mul(100));
            let event = bench
                .kit
                .uploaded(account, instance(own)?, order(own)?, &name)?;
            let mut batch = bench.batch(account, 0, Vec::from([event]));
            batch.expectations.push(Expectation::FreeName(name.clone()));
            batches.push(batch);
        }
        for batch in race(bench, Clause::FreeNames, batches, 1)? {
            bench.model.write(&batch);
        }
    }
    bench.everything(Clause::FreeNames)
}

fn one_beside(bench: &mut Bench<'_>) -> Done {
    let kit = bench.kit.clone();
    for round in 0..5_u64 {
        let product = Some(kit.free.code);
        let year = Some(year());
        let beside = bench.model.beside(kit.owner, product, None, None, year);
        let same = Expectation::Beside(Box::new(SameBeside {
            product,
            plan: None,
            purchase: None,
            year,
            beside,
        }));
        let mut batches = Vec::new();
        for number in 0..THREADS {
            let own = plan(format!("{round}-{number}"))?;
            let event = kit.bought(kit.owner, own, kit.free, 1, at(0));
            let mut batch = bench.batch(kit.owner, 0, Vec::from([event]));
            batch.expectations.push(same.clone());
            batches.push(batch);
        }
        for batch in race(bench, Clause::SameBeside, batches, 1)? {
            bench.model.write(&batch);
        }
    }
    bench.everything(Clause::SameBeside)
}

/// Services over the two handles of a store; nothing but the store is there.
fn services(bench: &Bench<'_>) -> Result<[Service; 2], Stop> {
    let idle = Arc::new(Idle::default());
    let policy = EditionPolicy::Fixed(EditionKey::new("2021-02-api")?);
    let rules = Rules::new(Rulebook::published(), policy);
    let service = |store| {
        let ports = Ports {
            store,
            ca: idle.clone(),
            vault: idle.clone(),
            payments: idle.clone(),
            notifier: idle.clone(),
            deployer: idle.clone(),
            clock: idle.clone(),
            ids: idle.clone(),
        };
        Service::new(ports, rules.clone())
    };
    Ok([
        service(bench.store.clone()),
        service(bench.another_handle()?),
    ])
}

fn through_a_service(bench: &mut Bench<'_>) -> Done {
    const UNITS: u32 = 5;
    let [one, other] = services(bench)?;
    let (account, product) = (bench.kit.owner, bench.kit.dv);
    let (block_on, count) = (
        bench.block_on,
        NonZeroU32::new(UNITS).unwrap_or(NonZeroU32::MIN),
    );
    let bought = one.buy_plan(account, product, count, Payment::NONE);
    let (ledger, _) = wait(block_on, bought)??;
    let applicant = Applicant::new("Tom", "13900000000", "username@example.com")?;
    let handed_in = Submission::request(
        "www.example.com".parse()?,
        applicant,
        ValidationMethod::Dns,
        KeyKind::Ec(Curve::P256),
    );
    let submit = |service: &Service| -> Result<Option<OrderId>, Stop> {
        for _ in 0..PATIENCE {
            let asked = service.submit(account, product.code, handed_in.clone());
            match wait(block_on, asked)? {
                Ok((order, _)) => return Ok(Some(order)),
                Err(ServiceError::Refused(_)) => return Ok(None),
                Err(error) if error.retry_helps() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Stop::Failed(
            "a submission is never decided when threads meet".into(),
        ))
    };
    let answers = at_once(THREADS, |number| {
        let even = number.checked_rem(2) == Some(0);
        let service = if even { &one } else { &other };
        // Each wants two.
        Ok::<_, Stop>([submit(service)?, submit(service)?])
    });
    let mut orders: Vec<OrderId> = Vec::new();
    for answer in answers {
        orders.extend(answer?.into_iter().flatten());
    }
    orders.sort_unstable();
    orders.dedup();
    let units = usize::try_from(UNITS)?;
    bench.same(
        Clause::LastUnits,
        "orders that were accepted",
        &units,
        &orders.len(),
    );
    let read = bench.load(account, ReadSet::Plan(ledger).into())?;
    let found = read
        .plan
        .map(|found| (found.state.remaining(), found.state.reserved()));
    bench.same(
        Clause::LastUnits,
        "left and reserved",
        &Some((0, UNITS)),
        &found,
    );
    for order in &orders {
        let read = bench.load(account, ReadSet::Order(*order).into())?;
        let found = read.instance.map(|found| found.state.order());
        bench.same(
            Clause::Reads,
            "an order that was accepted",
            &Some(*order),
            &found,
        );
    }
    let rows = bench.outbox(OutboxPart::Waiting, None, ALL)?;
    bench.same(
        Clause::Outbox,
        "the work of the orders",
        &units,
        &rows.len(),
    );
    let rows = bench.list(account, crate::port::Filter::default(), None, ALL)?;
    bench.same(Clause::ListOrder, "the orders listed", &units, &rows.len());
    Ok(())
}

/// Takes few at a time from several threads until nothing is left; all that was taken, in one list.
fn taken<T: Send>(
    bench: &Bench<'_>,
    take: impl Fn(&dyn Store) -> Result<Vec<T>, Stop> + Sync,
) -> Result<Vec<T>, Stop> {
    let (store, another) = (&bench.store, bench.another_handle()?);
    let ended = at_once(THREADS, |number| {
        let even = number.checked_rem(2) == Some(0);
        let store = if even { store } else { &another };
        let mut own = Vec::new();
        for _ in 0..PATIENCE {
            let some = take(&**store)?;
            if some.is_empty() {
                break;
            }
            own.extend(some);
        }
        Ok::<_, Stop>(own)
    });
    let mut all = Vec::new();
    for own in ended {
        all.extend(own?);
    }
    Ok(all)
}

fn workers(bench: &mut Bench<'_>) -> Done {
    let (account, block_on) = (bench.kit.owner, bench.block_on);
    let effect = Effect::DestroyKey { order: order(1)? };
    let mut ids = Vec::new();
    for number in 0..10 {
        let mut batch = Batch::new(account, at(0));
        for part in 0..6 {
            let id = request(format!("{number}-{part}"))?;
            batch.outbox.push((id, effect));
            ids.push(id);
        }
        bench.accepts(&batch)?;
    }
    ids.sort_unstable();
    let rows = taken(bench, |store| {
        Ok(wait(block_on, store.lease(lease(10, 500, 900, 3)))??)
    })?;
    let mut seen: Vec<RequestId> = rows.iter().map(|row| row.id).collect();
    seen.sort_unstable();
    bench.same(Clause::Leases, "each row for one worker", &ids, &seen);
    let once = rows.iter().all(|row| row.attempts == 1);
    bench.holds(Clause::Attempts, "one attempt each", once, &rows);
    Ok(())
}

fn sweepers(bench: &mut Bench<'_>) -> Done {
    let (kit, block_on) = (bench.kit.clone(), bench.block_on);
    let mut ids = Vec::new();
    for number in 0..60_u64 {
        let id = instance(number)?;
        let bill = purchase(number)?;
        let order = order(number.saturating_add(1))?;
        let opened = kit.opened(kit.owner, id, order, bill, None, false);
        let mut batch = bench.batch(kit.owner, 0, Vec::from([opened]));
        for entry in &mut batch.index {
            entry.due_at = Some(at(0));
        }
        bench.accepts(&batch)?;
        ids.push(id);
    }
    ids.sort_unstable();
    let rows = taken(bench, |store| {
        Ok(wait(block_on, store.due(lease(10, 500, 900, 3)))??)
    })?;
    let mut seen: Vec<_> = rows.iter().map(|row| row.instance).collect();
    seen.sort_unstable();
    bench.same(Clause::Claims, "each instance for one sweeper", &ids, &seen);
    Ok(())
}
