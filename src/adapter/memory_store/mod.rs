//! A store in memory: for tests, examples and services that need not survive a restart.

mod desk;
mod rows;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::lifecycle::{
    Beside, Event, evolve_chain, evolve_instance, evolve_plan, evolve_purchase,
};
use crate::model::{
    AccountId, CertificateInstance, ChainId, HostingChain, InstanceId, Note, OrderId, Phase,
    PlanId, ProductCode, Purchase, PurchaseId, RefundState, ResourcePlan, Timestamp,
};
use crate::port::{
    Batch, BoxFuture, Claim, CommitError, DueRow, Expectation, Filter, Lease, Listed, ListedPlan,
    ListedPurchase, Loaded, OutboxPart, OutboxRow, Position, Read, ReadSet, RequestId, Store,
    StoreError, StreamId, Version, Versioned,
};
use crate::rulebook::Window;

use desk::Desk;
use rows::Table;

/// A store in memory. Clones of an `Arc` of it share it; it is gone with the last.
///
/// ```
/// use cert_lifecycle::adapter::MemoryStore;
/// use cert_lifecycle::port::Store;
/// let store: std::sync::Arc<dyn Store> = std::sync::Arc::new(MemoryStore::new());
/// # let _ = store;
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
    rows: Table,
}

/// A stream: its events, and their fold.
#[derive(Clone, Debug)]
struct Stream<T> {
    account: AccountId,
    events: Vec<Event>,
    state: Option<T>,
}

impl<T: Clone> Stream<T> {
    const fn new(account: AccountId) -> Self {
        Self {
            account,
            events: Vec::new(),
            state: None,
        }
    }

    fn version(&self) -> Version {
        Version(u64::try_from(self.events.len()).unwrap_or(u64::MAX))
    }

    fn read(&self, account: AccountId) -> Option<Versioned<T>> {
        if self.account != account {
            return None;
        }
        Some(Versioned {
            state: self.state.clone()?,
            version: self.version(),
        })
    }
}

#[derive(Debug, Default)]
struct Inner {
    instances: BTreeMap<InstanceId, Stream<CertificateInstance>>,
    plans: BTreeMap<PlanId, Stream<ResourcePlan>>,
    chains: BTreeMap<ChainId, Stream<HostingChain>>,
    purchases: BTreeMap<PurchaseId, Stream<Purchase>>,
    // An order id stays taken after its order is deleted.
    orders: BTreeMap<OrderId, InstanceId>,
    // In the order in which they were bought.
    bought: Vec<PlanId>,
    paid: Vec<PurchaseId>,
    desk: Desk,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs one step alone, once it is polled. A panic of another thread cannot leave half a batch
    /// behind: every step checks first and writes then, and writing does not panic.
    fn alone<T>(&self, step: impl FnOnce(&mut Inner) -> T + Send + 'static) -> BoxFuture<'_, T> {
        Box::pin(async move {
            let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            step(&mut inner)
        })
    }
}

impl Store for MemoryStore {
    fn load(&self, account: AccountId, read: Read) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        self.alone(move |inner| Ok(inner.load(account, &read)))
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<(), CommitError>> {
        self.alone(move |inner| inner.commit(batch))
    }

    fn journal(
        &self,
        account: AccountId,
        stream: StreamId,
        after: Version,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Event>, StoreError>> {
        self.alone(move |inner| {
            let behind = usize::try_from(after.0).unwrap_or(usize::MAX);
            let events = inner.journal(account, stream).iter();
            Ok(events.skip(behind).take(limit).cloned().collect())
        })
    }

    fn forget_records(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'_, Result<usize, StoreError>> {
        self.alone(move |inner| Ok(inner.desk.forget(before, limit)))
    }

    fn list(
        &self,
        account: AccountId,
        filter: Filter,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Listed>, StoreError>> {
        self.alone(move |inner| {
            let version = |id| inner.version(StreamId::Instance(id), account);
            let found = inner.desk.list(account, &filter, before);
            let listed = found.filter_map(|(position, entry)| {
                Some(Listed {
                    position,
                    version: version(entry.instance)?,
                    entry: entry.clone(),
                })
            });
            Ok(listed.take(limit).collect())
        })
    }

    fn count(&self, account: AccountId, filter: Filter) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.alone(move |inner| {
            let found = inner.desk.list(account, &filter, None).count();
            Ok(u64::try_from(found).unwrap_or(u64::MAX))
        })
    }

    fn plans(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPlan>, StoreError>> {
        self.alone(move |inner| {
            let places = (1_u64..).map(Position).zip(&inner.bought);
            let older = places.take_while(|(place, _)| before.is_none_or(|end| *place < end));
            let mut found: Vec<ListedPlan> = older
                .filter_map(|(position, id)| {
                    let plan = inner.plan(account, *id)?;
                    Some(ListedPlan { position, plan })
                })
                .filter(|own| product.is_none_or(|code| own.plan.state.product().code == code))
                .collect();
            found.reverse();
            found.truncate(limit);
            Ok(found)
        })
    }

    fn purchases(
        &self,
        account: AccountId,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPurchase>, StoreError>> {
        self.alone(move |inner| {
            let places = (1_u64..).map(Position).zip(&inner.paid);
            let older = places.take_while(|(place, _)| before.is_none_or(|end| *place < end));
            let mut found: Vec<ListedPurchase> = older
                .filter_map(|(position, id)| {
                    let purchase = inner.purchases.get(id)?.read(account)?;
                    Some(ListedPurchase { position, purchase })
                })
                .collect();
            found.reverse();
            found.truncate(limit);
            Ok(found)
        })
    }

    fn due(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<DueRow>, StoreError>> {
        self.alone(move |inner| Ok(inner.desk.due(lease)))
    }

    fn reschedule(
        &self,
        account: AccountId,
        instance: InstanceId,
        claim: Claim,
        due_at: Option<Timestamp>,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.alone(move |inner| {
            inner.desk.reschedule(account, instance, claim, due_at);
            Ok(())
        })
    }

    fn lease(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        self.alone(move |inner| Ok(inner.desk.lease(lease)))
    }

    fn finish(&self, row: RequestId) -> BoxFuture<'_, Result<(), StoreError>> {
        self.alone(move |inner| {
            inner.desk.finish(row);
            Ok(())
        })
    }

    fn postpone(
        &self,
        row: RequestId,
        claim: Claim,
        until: Timestamp,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.alone(move |inner| {
            if let Some(row) = inner.desk.leased(row, claim) {
                row.not_before = until;
            }
            Ok(())
        })
    }

    fn park(
        &self,
        row: RequestId,
        claim: Claim,
        reason: Note,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.alone(move |inner| {
            if let Some(row) = inner.desk.leased(row, claim) {
                row.parked = Some(reason);
            }
            Ok(())
        })
    }

    fn retry(&self, row: RequestId, at: Timestamp) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.alone(move |inner| Ok(inner.desk.retry(row, at)))
    }

    fn outbox(
        &self,
        part: OutboxPart,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        self.alone(move |inner| {
            let rows = inner.desk.outbox(part, after);
            Ok(rows.take(limit).cloned().collect())
        })
    }
}

impl Inner {
    fn instance(
        &self,
        account: AccountId,
        id: InstanceId,
    ) -> Option<Versioned<CertificateInstance>> {
        self.instances.get(&id)?.read(account)
    }

    fn of_order(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Option<Versioned<CertificateInstance>> {
        self.instance(account, *self.orders.get(&order)?)
    }

    fn purchase(
        &self,
        account: AccountId,
        of: Option<&CertificateInstance>,
    ) -> Option<Versioned<Purchase>> {
        self.purchases.get(&of?.purchase()?)?.read(account)
    }

    fn plan(&self, account: AccountId, id: PlanId) -> Option<Versioned<ResourcePlan>> {
        self.plans.get(&id)?.read(account)
    }

    fn load(&self, account: AccountId, read: &Read) -> Loaded {
        let mut loaded = Loaded::default();
        let mut product = None;
        match &read.set {
            ReadSet::Order(order) => self.load_order(account, *order, &mut loaded),
            ReadSet::Renewal(order) => {
                self.load_order(account, *order, &mut loaded);
                let own = loaded.instance.as_ref();
                let code = own.map(|found| found.state.product().code);
                let plans = self.bought.iter().filter_map(|id| self.plan(account, *id));
                let mut left = plans.filter(|found| {
                    let refund = found.state.bill().refund;
                    Some(found.state.product().code) == code
                        && found.state.remaining() > 0
                        && !matches!(refund, RefundState::Refunded { .. })
                });
                let held = loaded.plan.as_ref().map(|found| found.state.id());
                loaded.draw_from = left.next().filter(|found| Some(found.state.id()) != held);
            }
            ReadSet::Pair(order, second) => {
                self.load_order(account, *order, &mut loaded);
                loaded.other = self.of_order(account, *second);
                let other = loaded.other.as_ref().map(|found| &found.state);
                loaded.other_purchase = self.purchase(account, other);
            }
            ReadSet::Product(code) => {
                product = Some(*code);
                let ours = || {
                    let found = self.bought.iter().filter_map(|id| self.plan(account, *id));
                    found.filter(|found| found.state.product().code == *code)
                };
                let with_units = ours().find(|found| found.state.remaining() > 0);
                loaded.plan = with_units.or_else(|| ours().next());
            }
            ReadSet::Plan(id) => loaded.plan = self.plan(account, *id),
            ReadSet::Purchase(id) => {
                let found = self.purchases.get(id);
                loaded.purchase = found.and_then(|own| own.read(account));
            }
            ReadSet::New(code) => product = Some(*code),
            ReadSet::Name(name) => loaded.other = self.named(account, name),
        }
        let plan = loaded.plan.as_ref().map(|found| &found.state);
        let product = (loaded.instance.as_ref())
            .map(|found| found.state.product().code)
            .or_else(|| Some(plan?.product().code))
            .or(product);
        loaded.beside = self.beside(
            account,
            product,
            plan.map(ResourcePlan::id),
            loaded.purchase.as_ref().map(|found| found.state.id()),
            read.year,
        );
        loaded.product = product;
        loaded.record = read
            .key
            .and_then(|key| self.desk.record(account, key).cloned());
        loaded
    }

    /// The instance of an order and what belongs to it.
    fn load_order(&self, account: AccountId, order: OrderId, loaded: &mut Loaded) {
        loaded.instance = self.of_order(account, order);
        let Some(own) = loaded.instance.as_ref().map(|found| &found.state) else {
            return;
        };
        loaded.plan = (own.hold()).and_then(|hold| self.plan(account, hold.plan));
        loaded.purchase = self.purchase(account, Some(own));
        loaded.chain = (own.chain()).and_then(|id| self.chains.get(&id)?.read(account));
        loaded.other = (loaded.chain.as_ref())
            .and_then(|found| found.state.current())
            .filter(|id| own.id() != *id)
            .and_then(|id| self.instance(account, id));
    }

    fn named(&self, account: AccountId, name: &Note) -> Option<Versioned<CertificateInstance>> {
        let ours = self.instances.values().filter_map(|one| one.read(account));
        let mut named = ours.filter(
            |one| matches!(one.state.phase(), Phase::Uploaded(there) if there.name() == name),
        );
        named.next()
    }

    fn journal(&self, account: AccountId, stream: StreamId) -> &[Event] {
        let (owner, events) = match stream {
            StreamId::Instance(id) => match self.instances.get(&id) {
                Some(stream) => (stream.account, &stream.events),
                None => return &[],
            },
            StreamId::Plan(id) => match self.plans.get(&id) {
                Some(stream) => (stream.account, &stream.events),
                None => return &[],
            },
            StreamId::Chain(id) => match self.chains.get(&id) {
                Some(stream) => (stream.account, &stream.events),
                None => return &[],
            },
            StreamId::Purchase(id) => match self.purchases.get(&id) {
                Some(stream) => (stream.account, &stream.events),
                None => return &[],
            },
        };
        if owner == account { events } else { &[] }
    }

    fn commit(&mut self, batch: Batch) -> Result<(), CommitError> {
        for expectation in &batch.expectations {
            if !self.holds(expectation, batch.account) {
                return Err(CommitError::Conflict(expectation.clone()));
            }
        }
        let key = batch.record.as_ref().map(|record| record.key);
        if let Some(key) = key.filter(|key| self.desk.record(batch.account, *key).is_some()) {
            return Err(CommitError::Conflict(Expectation::NewKey(key)));
        }
        for event in &batch.events {
            let stream = StreamId::of(event);
            if self.is_foreign(stream, batch.account) {
                return Err(CommitError::Conflict(Expectation::New(stream)));
            }
        }
        for event in &batch.events {
            let Event::Instance { id, event } = event else {
                continue;
            };
            let order = event.begun_order();
            let owner = order.and_then(|order| self.orders.get(&order));
            if let Some(order) = order.filter(|_| owner.is_some_and(|owner| owner != id)) {
                return Err(CommitError::Conflict(Expectation::NewOrder(order)));
            }
        }
        for event in batch.events {
            self.append(batch.account, event);
        }
        for entry in batch.index {
            let stream = StreamId::Instance(entry.instance);
            if self.version(stream, batch.account).is_some() {
                self.desk.file(batch.account, entry);
            }
        }
        for instance in batch.stir {
            self.desk.stir(batch.account, instance, batch.at);
        }
        for (id, effect) in batch.outbox {
            self.desk.post(batch.account, batch.at, id, effect);
        }
        if let Some(record) = batch.record {
            self.desk.keep(batch.account, record);
        }
        Ok(())
    }

    fn holds(&self, expectation: &Expectation, account: AccountId) -> bool {
        match expectation {
            Expectation::New(StreamId::Instance(id)) => !self.instances.contains_key(id),
            Expectation::New(StreamId::Plan(id)) => !self.plans.contains_key(id),
            Expectation::New(StreamId::Chain(id)) => !self.chains.contains_key(id),
            Expectation::New(StreamId::Purchase(id)) => !self.purchases.contains_key(id),
            Expectation::NewOrder(order) => !self.orders.contains_key(order),
            Expectation::Version(stream, version) => {
                self.version(*stream, account) == Some(*version)
            }
            Expectation::Remaining(id, units) => {
                let plan = self.plans.get(id).and_then(|own| own.read(account));
                plan.is_some_and(|found| found.state.remaining() >= *units)
            }
            Expectation::FreeName(name) => self.named(account, name).is_none(),
            Expectation::Beside(is) => {
                self.beside(account, is.product, is.plan, is.purchase, is.year) == is.beside
            }
            Expectation::NewKey(key) => self.desk.record(account, *key).is_none(),
        }
    }

    fn version(&self, stream: StreamId, account: AccountId) -> Option<Version> {
        fn own<T: Clone>(stream: Option<&Stream<T>>, account: AccountId) -> Option<Version> {
            let stream = stream.filter(|own| own.account == account)?;
            Some(stream.version())
        }
        match stream {
            StreamId::Instance(id) => own(self.instances.get(&id), account),
            StreamId::Plan(id) => own(self.plans.get(&id), account),
            StreamId::Chain(id) => own(self.chains.get(&id), account),
            StreamId::Purchase(id) => own(self.purchases.get(&id), account),
        }
    }

    /// What an account has beside one plan and one purchase.
    fn beside(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
        plan: Option<PlanId>,
        purchase: Option<PurchaseId>,
        year: Option<Window>,
    ) -> Beside {
        let plans = || {
            let ours = self.plans.values().filter(|own| own.account == account);
            ours.filter_map(|own| own.state.as_ref())
        };
        let purchases = || {
            let ours = self.purchases.values().filter(|own| own.account == account);
            ours.filter_map(|own| own.state.as_ref())
        };
        let beside = Beside::of(
            product,
            plans().filter(|own| Some(own.id()) != plan),
            purchases().filter(|own| Some(own.id()) != purchase),
        );
        match year {
            Some(year) => beside.with_free(year, plans(), purchases()),
            None => beside,
        }
    }

    /// Whether a stream is another account's.
    fn is_foreign(&self, stream: StreamId, account: AccountId) -> bool {
        let owner = match stream {
            StreamId::Instance(id) => self.instances.get(&id).map(|own| own.account),
            StreamId::Plan(id) => self.plans.get(&id).map(|own| own.account),
            StreamId::Chain(id) => self.chains.get(&id).map(|own| own.account),
            StreamId::Purchase(id) => self.purchases.get(&id).map(|own| own.account),
        };
        owner.is_some_and(|owner| owner != account)
    }

    fn append(&mut self, account: AccountId, event: Event) {
        match &event {
            Event::Instance { id, event: change } => {
                if let Some(order) = change.begun_order() {
                    self.orders.insert(order, *id);
                }
                let stream = self
                    .instances
                    .entry(*id)
                    .or_insert_with(|| Stream::new(account));
                evolve_instance(&mut stream.state, *id, change);
                stream.events.push(event);
            }
            Event::Plan { id, event: change } => {
                let stream = self.plans.entry(*id).or_insert_with(|| {
                    self.bought.push(*id);
                    Stream::new(account)
                });
                evolve_plan(&mut stream.state, *id, change);
                stream.events.push(event);
            }
            Event::Chain { id, event: change } => {
                let stream = self
                    .chains
                    .entry(*id)
                    .or_insert_with(|| Stream::new(account));
                evolve_chain(&mut stream.state, *id, change);
                stream.events.push(event);
            }
            Event::Purchase { id, event: change } => {
                let stream = self.purchases.entry(*id).or_insert_with(|| {
                    self.paid.push(*id);
                    Stream::new(account)
                });
                evolve_purchase(&mut stream.state, *id, change);
                stream.events.push(event);
            }
        }
    }
}
