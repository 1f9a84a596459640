//! A store at work: what is asked of it is compared with the model.

use alloc::sync::Arc;
use core::fmt::{Debug, Display};
use std::format;
use std::vec::Vec;

use super::super::findings::Findings;
use super::super::kit::{Done, Kit, Stop, at};
use super::super::report::Clause;
use super::super::suite::Workbench;
use super::super::wait::{BlockOn, wait};
use super::StoreUnderTest;
use super::model::{Model, Work};
use crate::lifecycle::{Event, Receipt};
use crate::model::{
    AccountId, InstanceId, Note, ProductCode, Purchase, ResourcePlan, Status, Timestamp,
};
use crate::port::{
    Batch, BoxFuture, Claim, CommitError, DueRow, Expectation, Filter, IdempotencyKey, IndexEntry,
    Lease, Listed, ListedPlan, ListedPurchase, Loaded, OutboxPart, OutboxRow, Position, Read,
    ReadSet, Record, RequestDigest, Stage, Store, StreamId, Version, Versioned,
};
use crate::rulebook::Window;

/// More rows than any check makes.
pub(super) const ALL: usize = 10_000;

pub(super) struct Bench<'a> {
    pub(super) block_on: &'a BlockOn<'a>,
    pub(super) under: Arc<dyn StoreUnderTest>,
    pub(super) store: Arc<dyn Store>,
    pub(super) kit: Kit,
    pub(super) model: Model,
    findings: Findings,
}

/// The year that the suites live in.
pub(super) fn year() -> Window {
    Window::between(at(-5_000_000), at(26_000_000))
}

/// The names that uploaded certificates have.
pub(super) fn note(text: &str) -> Result<Note, Stop> {
    Ok(Note::new(text)?)
}

pub(super) fn key(text: &str) -> Result<IdempotencyKey, Stop> {
    Ok(IdempotencyKey::new(text)?)
}

/// A record under a key; its receipt carries events too.
pub(super) fn record(name: &str, when: Timestamp, events: &[Event]) -> Result<Record, Stop> {
    Ok(Record {
        key: key(name)?,
        digest: RequestDigest([7; 32]),
        at: when,
        receipt: Receipt {
            events: events.to_vec(),
            rules: Vec::new(),
            at: when,
            edition: crate::model::EditionKey::new("2021-02-api")?,
            status: Some(Status::DomainVerification),
        },
    })
}

/// The clause that an expectation stands for.
const fn clause_of(expectation: &Expectation) -> Clause {
    match expectation {
        Expectation::New(_) | Expectation::NewOrder(_) => Clause::IdsForGood,
        Expectation::Version(..) => Clause::Versions,
        Expectation::Remaining(..) => Clause::LastUnits,
        Expectation::FreeName(_) => Clause::FreeNames,
        Expectation::Beside(_) => Clause::SameBeside,
        Expectation::NewKey(_) => Clause::Keys,
    }
}

impl Workbench for Bench<'_> {
    fn findings(&mut self) -> &mut Findings {
        &mut self.findings
    }
}

impl<'a> Bench<'a> {
    pub(super) fn new(
        block_on: &'a BlockOn<'a>,
        under: Arc<dyn StoreUnderTest>,
        check: &'static str,
    ) -> Result<Self, Stop> {
        Ok(Self {
            block_on,
            store: under.store(),
            under,
            kit: Kit::new()?,
            model: Model::default(),
            findings: Findings::new(check),
        })
    }

    pub(super) const fn is_ok(&self) -> bool {
        self.findings.is_empty()
    }

    /// As [`Findings::same`].
    pub(super) fn same<T: PartialEq + Debug + ?Sized>(
        &mut self,
        clause: Clause,
        what: impl Display,
        expected: &T,
        seen: &T,
    ) {
        self.findings.same(clause, what, expected, seen);
    }

    /// As [`Findings::holds`].
    pub(super) fn holds(
        &mut self,
        clause: Clause,
        expected: impl Display,
        holds: bool,
        seen: &impl Debug,
    ) {
        self.findings.holds(clause, expected, holds, seen);
    }

    pub(super) fn wait<T: Send>(&self, future: BoxFuture<'_, T>) -> Result<T, Stop> {
        wait(self.block_on, future)
    }

    pub(super) fn another_handle(&self) -> Result<Arc<dyn Store>, Stop> {
        Ok(self.wait(self.under.another_handle())??)
    }

    /// For the end of a check that looks through another handle: whether there is one at all.
    pub(super) fn looked_through_another(&self) -> Done {
        let another = self.another_handle()?;
        if core::ptr::addr_eq(Arc::as_ptr(&self.store), Arc::as_ptr(&another)) {
            return Err(Stop::Skipped("the store has one handle alone"));
        }
        Ok(())
    }

    pub(super) fn load(&self, account: AccountId, read: Read) -> Result<Loaded, Stop> {
        Ok(self.wait(self.store.load(account, read))??)
    }

    pub(super) fn journal(
        &self,
        account: AccountId,
        stream: StreamId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Event>, Stop> {
        let journal = (self.store).journal(account, stream, Version(after), limit);
        Ok(self.wait(journal)??)
    }

    pub(super) fn list(
        &self,
        account: AccountId,
        filter: Filter,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Listed>, Stop> {
        Ok(self.wait(self.store.list(account, filter, before, limit))??)
    }

    pub(super) fn count(&self, account: AccountId, filter: Filter) -> Result<u64, Stop> {
        Ok(self.wait(self.store.count(account, filter))??)
    }

    pub(super) fn plans(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<ListedPlan>, Stop> {
        Ok(self.wait(self.store.plans(account, product, before, limit))??)
    }

    pub(super) fn purchases(
        &self,
        account: AccountId,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<ListedPurchase>, Stop> {
        Ok(self.wait(self.store.purchases(account, before, limit))??)
    }

    pub(super) fn due(&self, lease: Lease) -> Result<Vec<DueRow>, Stop> {
        Ok(self.wait(self.store.due(lease))??)
    }

    pub(super) fn lease(&self, lease: Lease) -> Result<Vec<OutboxRow>, Stop> {
        Ok(self.wait(self.store.lease(lease))??)
    }

    pub(super) fn outbox(
        &self,
        part: OutboxPart,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, Stop> {
        Ok(self.wait(self.store.outbox(part, after, limit))??)
    }

    pub(super) fn reschedule(
        &self,
        account: AccountId,
        instance: InstanceId,
        claim: Claim,
        due_at: Option<Timestamp>,
    ) -> Done {
        Ok(self.wait(self.store.reschedule(account, instance, claim, due_at))??)
    }

    /// A batch with what its events need: that what begins is new, and how instances are found.
    pub(super) fn batch(&self, account: AccountId, when: i64, events: Vec<Event>) -> Batch {
        let mut batch = Batch::new(account, at(when));
        for event in &events {
            let stream = StreamId::of(event);
            let known = self.model.streams().any(|(id, _)| id == stream);
            let new = Expectation::New(stream);
            if !known && !batch.expectations.contains(&new) {
                batch.expectations.push(new);
            }
            if let Event::Instance { event, .. } = event {
                let begun = event.begun_order();
                batch.expectations.extend(begun.map(Expectation::NewOrder));
            }
        }
        batch.events = events;
        let mut after = self.model.clone();
        after.write(&batch);
        let mut index: Vec<IndexEntry> = Vec::new();
        for event in &batch.events {
            if let Event::Instance { id, .. } = event
                && index.iter().all(|entry| entry.instance != *id)
                && let Some(found) = after.instance(account, *id)
            {
                index.push(IndexEntry::of(&found.state, None));
            }
        }
        batch.index = index;
        batch
    }

    /// Commits a batch; whether the model says that it is in order. Where the store says otherwise
    /// the check ends: the model and the store are no longer about the same.
    pub(super) fn commit(&mut self, batch: &Batch) -> Result<bool, Stop> {
        let judged = self.model.judge(batch);
        let answer = self.wait(self.store.commit(batch.clone()))?;
        match (judged, answer) {
            (Ok(()), Ok(())) => {
                self.model.write(batch);
                Ok(true)
            }
            (Err(expected), Err(CommitError::Conflict(seen))) => {
                let own = batch.expectations.contains(&expected);
                let clause = if own {
                    Clause::FirstNamed
                } else {
                    Self::clause(batch, &expected)
                };
                self.same(clause, "the conflict names", &expected, &seen);
                Ok(false)
            }
            (Err(expected), Ok(())) => {
                let clause = Self::clause(batch, &expected);
                let expected = format!("a conflict, since this does not hold: {expected:?}");
                self.findings
                    .note(clause, expected, "the batch was committed".into());
                Err(Stop::Noted)
            }
            (Ok(()), Err(CommitError::Conflict(seen))) => {
                let clause = Self::clause(batch, &seen);
                let seen = format!("a conflict: {seen:?}");
                self.findings.note(
                    clause,
                    "everything holds: the batch is committed".into(),
                    seen,
                );
                Err(Stop::Noted)
            }
            (_, Err(CommitError::Store(error))) => Err(error.into()),
        }
    }

    /// The clause that a conflict of a batch stands for.
    fn clause(batch: &Batch, expectation: &Expectation) -> Clause {
        let foreign = matches!(expectation, Expectation::New(_));
        if foreign && !batch.expectations.contains(expectation) {
            Clause::ForeignStreams
        } else {
            clause_of(expectation)
        }
    }

    /// Commits a batch that is in order.
    pub(super) fn accepts(&mut self, batch: &Batch) -> Done {
        if self.commit(batch)? {
            return Ok(());
        }
        Err(Stop::Failed(
            "the suite's own model refuses its batch".into(),
        ))
    }

    /// The same for events alone.
    pub(super) fn writes(&mut self, account: AccountId, when: i64, events: Vec<Event>) -> Done {
        self.accepts(&self.batch(account, when, events))
    }

    /// Tries a batch that is a conflict.
    pub(super) fn tries(&mut self, batch: &Batch) -> Done {
        if self.commit(batch)? {
            return Err(Stop::Failed(
                "the suite's own model accepts its batch".into(),
            ));
        }
        Ok(())
    }

    /// The same, and nothing of it is there afterwards.
    pub(super) fn refuses(&mut self, batch: &Batch) -> Done {
        self.tries(batch)?;
        let accounts = [self.kit.owner, self.kit.other];
        self.compare(Clause::AllOrNothing, &accounts, batch.record.as_ref())
    }

    /// Everything that any account can see is as the model says.
    pub(super) fn everything(&mut self, clause: Clause) -> Done {
        let accounts = [self.kit.owner, self.kit.other, self.kit.stranger];
        self.compare(clause, &accounts, None)
    }

    fn compare(&mut self, clause: Clause, accounts: &[AccountId], tried: Option<&Record>) -> Done {
        for account in accounts {
            self.compare_loads(clause, *account)?;
            self.compare_journals(clause, *account)?;
            self.compare_list(clause, *account)?;
            self.compare_plans(clause, *account)?;
            self.compare_purchases(clause, *account)?;
            self.compare_records(clause, *account, tried)?;
        }
        self.compare_outbox()
    }

    /// A breach of what belongs to another account is one of isolation.
    fn whose(clause: Clause, account: AccountId, owner: AccountId) -> Clause {
        if account == owner {
            clause
        } else {
            Clause::Isolation
        }
    }

    fn compare_loads(&mut self, clause: Clause, account: AccountId) -> Done {
        let mut sets: Vec<(ReadSet, AccountId)> = Vec::new();
        let orders = self.model.orders();
        for (order, owner) in &orders {
            sets.push((ReadSet::Order(*order), *owner));
            sets.push((ReadSet::Renewal(*order), *owner));
        }
        let next = orders.iter().skip(1);
        for ((one, owner), (other, second)) in orders.iter().zip(next) {
            let foreign = if *owner == account { *second } else { *owner };
            sets.push((ReadSet::Pair(*one, *other), foreign));
            sets.push((ReadSet::Pair(*other, *one), foreign));
        }
        for (stream, owner) in self.model.streams() {
            match stream {
                StreamId::Plan(id) => sets.push((ReadSet::Plan(id), owner)),
                StreamId::Purchase(id) => sets.push((ReadSet::Purchase(id), owner)),
                StreamId::Instance(_) | StreamId::Chain(_) => {}
            }
        }
        for product in [self.kit.dv, self.kit.ov, self.kit.free] {
            let code: ProductCode = product.code;
            sets.push((ReadSet::Product(code), account));
            sets.push((ReadSet::New(code), account));
        }
        for name in ["shop", "mail", "Shop"] {
            sets.push((ReadSet::Name(note(name)?), account));
        }
        for (set, owner) in sets {
            let read = Read {
                set,
                year: Some(year()),
                key: None,
            };
            let seen = self.load(account, read.clone())?;
            let expected = self.model.load(account, &read);
            // Sums that are wrong alone show nothing of another account.
            let streams = Loaded {
                beside: expected.beside,
                ..seen.clone()
            };
            let clause = if streams == expected {
                clause
            } else {
                Self::whose(clause, account, owner)
            };
            let what = format!("{:?} read by {account}", read.set);
            self.same(clause, what, &expected, &seen);
        }
        Ok(())
    }

    fn compare_journals(&mut self, clause: Clause, account: AccountId) -> Done {
        let clause = if clause == Clause::Reads {
            Clause::Replay
        } else {
            clause
        };
        let streams: Vec<_> = self.model.streams().collect();
        for (stream, owner) in streams {
            let seen = self.journal(account, stream, 0, ALL)?;
            let expected = self.model.journal(account, stream).to_vec();
            let clause = Self::whose(clause, account, owner);
            let what = format!("the journal of {stream} read by {account}");
            self.same(clause, what, &expected, &seen);
        }
        Ok(())
    }

    /// Entries and versions; their order has checks of its own, and so has when they are due.
    fn compare_list(&mut self, clause: Clause, account: AccountId) -> Done {
        let filter = Filter {
            stages: Stage::ALL.to_vec(),
            ..Filter::default()
        };
        let found = self.list(account, filter, None, ALL)?;
        let mut seen: Vec<_> = (found.into_iter())
            .map(|listed| (listed.entry, listed.version))
            .collect();
        let model = &self.model;
        let ours = model.entries(account).into_iter();
        let mut expected: Vec<_> = ours
            .filter_map(|entry| {
                let version = model.version(account, StreamId::Instance(entry.instance))?;
                Some((entry.clone(), version))
            })
            .collect();
        for (entry, _) in seen.iter_mut().chain(&mut expected) {
            entry.due_at = None;
        }
        seen.sort_by_key(|(entry, _)| entry.instance);
        expected.sort_by_key(|(entry, _)| entry.instance);
        let foreign = |(entry, _): &(IndexEntry, Version)| {
            let stream = StreamId::Instance(entry.instance);
            let mut streams = self.model.streams();
            streams.any(|(id, owner)| id == stream && owner != account)
        };
        let clause = if seen.iter().any(foreign) {
            Clause::Isolation
        } else {
            clause
        };
        let what = format!("the list of {account}");
        self.same(clause, what, &expected, &seen);
        Ok(())
    }

    /// States and versions; their order has checks of its own.
    fn compare_plans(&mut self, clause: Clause, account: AccountId) -> Done {
        let found = self.plans(account, None, None, ALL)?;
        let mut seen: Vec<_> = found.into_iter().map(|one| one.plan).collect();
        let mut expected = self.model.plans(account);
        for plans in [&mut seen, &mut expected] {
            plans.sort_by_key(|own| own.state.id());
        }
        let foreign = |plan: &Versioned<ResourcePlan>| {
            let mut streams = self.model.streams();
            let id = StreamId::Plan(plan.state.id());
            streams.any(|(own, owner)| own == id && owner != account)
        };
        let clause = if seen.iter().any(foreign) {
            Clause::Isolation
        } else {
            clause
        };
        let what = format!("the plans of {account}");
        self.same(clause, what, &expected, &seen);
        Ok(())
    }

    /// As [`Self::compare_plans`].
    fn compare_purchases(&mut self, clause: Clause, account: AccountId) -> Done {
        let found = self.purchases(account, None, ALL)?;
        let mut seen: Vec<_> = found.into_iter().map(|one| one.purchase).collect();
        let mut expected = self.model.purchases(account);
        for purchases in [&mut seen, &mut expected] {
            purchases.sort_by_key(|own| own.state.id());
        }
        let foreign = |purchase: &Versioned<Purchase>| {
            let mut streams = self.model.streams();
            let id = StreamId::Purchase(purchase.state.id());
            streams.any(|(own, owner)| own == id && owner != account)
        };
        let clause = if seen.iter().any(foreign) {
            Clause::Isolation
        } else {
            clause
        };
        let what = format!("the purchases of {account}");
        self.same(clause, what, &expected, &seen);
        Ok(())
    }

    fn compare_records(
        &mut self,
        clause: Clause,
        account: AccountId,
        tried: Option<&Record>,
    ) -> Done {
        let clause = if clause == Clause::Reads {
            Clause::Keys
        } else {
            clause
        };
        let known = self.model.records();
        let mut keys: Vec<_> = known.map(|(owner, record)| (record.key, *owner)).collect();
        keys.extend(tried.map(|record| (record.key, account)));
        for (key, owner) in keys {
            let read = Read {
                set: ReadSet::New(self.kit.dv.code),
                year: None,
                key: Some(key),
            };
            let seen = self.load(account, read)?.record;
            let expected = self.model.record(account, key).cloned();
            let clause = Self::whose(clause, account, owner);
            let what = format!("the record under {key} read by {account}");
            self.same(clause, what, &expected, &seen);
        }
        Ok(())
    }

    fn compare_outbox(&mut self) -> Done {
        let rows = self.outbox(OutboxPart::Waiting, None, ALL)?;
        let seen: Vec<Work> = (rows.into_iter())
            .filter_map(|row| {
                // One that can't be read is missing: nothing of the kind was committed.
                Some(Work {
                    id: row.id,
                    account: row.account,
                    at: row.at,
                    effect: row.effect.ok()?,
                })
            })
            .collect();
        let expected = self.model.outbox.clone();
        self.same(Clause::Outbox, "the rows of the outbox", &expected, &seen);
        Ok(())
    }

    /// An owner with every kind of stream, and another account with much the same.
    pub(super) fn shelf(&mut self) -> Done {
        use super::super::kit::{chain, instance, names, order, plan, purchase, reserved};
        let kit = self.kit.clone();
        for (account, mark, first) in [(kit.owner, "a", 10), (kit.other, "z", 20)] {
            let number = |more: u64| order(more.saturating_add(first));
            let (own, beside) = (plan(mark)?, plan(format!("{mark}-beside"))?);
            let applied = instance(mark)?;
            let names = names(&["www.example.com", "example.com"])?;
            self.writes(
                account,
                0,
                Vec::from([
                    kit.bought(account, own, kit.dv, 2, at(0)),
                    kit.bought(account, beside, kit.ov, 1, at(0)),
                    kit.submitted(account, applied, number(1)?, own, names),
                    reserved(own, number(1)?, at(0)),
                ]),
            )?;
            let bill = purchase(mark)?;
            let link = chain(mark)?;
            let members = [
                instance(format!("{mark}-1"))?,
                instance(format!("{mark}-2"))?,
            ];
            let [one, two] = members;
            let mut paid = self.batch(
                account,
                1,
                Vec::from([
                    kit.opened(account, one, number(2)?, bill, Some(link), false),
                    kit.opened(account, two, number(3)?, bill, Some(link), true),
                    kit.linked(account, link, bill, one, &[two]),
                    kit.paid(account, bill, kit.ov, one, Some(link), 2),
                ]),
            );
            paid.record = Some(record(mark, at(1), &paid.events)?);
            self.accepts(&paid)?;
            let uploaded = kit.uploaded(
                account,
                instance(format!("{mark}-up"))?,
                number(4)?,
                &note("shop")?,
            )?;
            self.writes(account, 2, Vec::from([uploaded]))?;
        }
        Ok(())
    }
}
