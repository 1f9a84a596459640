//! A store in memory: for tests, examples and services that need not survive a restart.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Bound;

use crate::lifecycle::{
    Beside, Event, InstanceEvent, evolve_chain, evolve_instance, evolve_plan, evolve_purchase,
};
use crate::model::{
    AccountId, CertificateInstance, ChainId, HostingChain, InstanceId, OrderId, Phase, PlanId,
    Product, Purchase, PurchaseId, ResourcePlan,
};
use crate::port::{
    Batch, BoxFuture, CommitError, Expectation, Loaded, OutboxRow, Position, ReadSet, RequestId,
    Store, StoreError, StreamId, Version, Versioned,
};

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
    outbox: BTreeMap<Position, OutboxRow>,
    // The last place given; it is not given again when its row is finished.
    last: u64,
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
    fn load(
        &self,
        account: AccountId,
        read_set: ReadSet,
    ) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        self.alone(move |inner| Ok(inner.load(account, read_set)))
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<(), CommitError>> {
        self.alone(move |inner| inner.commit(batch))
    }

    fn journal(
        &self,
        account: AccountId,
        stream: StreamId,
    ) -> BoxFuture<'_, Result<Vec<Event>, StoreError>> {
        self.alone(move |inner| Ok(inner.journal(account, stream)))
    }

    fn outbox(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.alone(move |inner| {
            let rows = inner.outbox.range((begin, Bound::Unbounded));
            Ok(rows.take(limit).map(|(_, row)| *row).collect())
        })
    }

    fn finish(&self, row: RequestId) -> BoxFuture<'_, Result<(), StoreError>> {
        self.alone(move |inner| {
            inner.outbox.retain(|_, waiting| waiting.id != row);
            Ok(())
        })
    }
}

impl Inner {
    fn load(&self, account: AccountId, read_set: ReadSet) -> Loaded {
        let plan = |id: &PlanId| self.plans.get(id).and_then(|stream| stream.read(account));
        match read_set {
            ReadSet::Order(order) => {
                let instance = self
                    .orders
                    .get(&order)
                    .and_then(|id| self.instances.get(id))
                    .and_then(|stream| stream.read(account));
                let own = instance.as_ref().map(|found| &found.state);
                let plan = own
                    .and_then(CertificateInstance::hold)
                    .and_then(|hold| plan(&hold.plan));
                let purchase = own
                    .and_then(CertificateInstance::purchase)
                    .and_then(|id| self.purchases.get(&id)?.read(account));
                let chain = own
                    .and_then(CertificateInstance::chain)
                    .and_then(|id| self.chains.get(&id)?.read(account));
                let other = chain
                    .as_ref()
                    .and_then(|found| found.state.current())
                    .filter(|id| own.is_some_and(|own| own.id() != *id))
                    .and_then(|id| self.instances.get(&id)?.read(account));
                let beside = self.beside(
                    account,
                    own.map(CertificateInstance::product),
                    plan.as_ref().map(|found| found.state.id()),
                    purchase.as_ref().map(|found| found.state.id()),
                );
                Loaded {
                    instance,
                    plan,
                    chain,
                    purchase,
                    other,
                    beside,
                }
            }
            ReadSet::Product(code) => {
                let ours = || {
                    self.bought
                        .iter()
                        .filter_map(plan)
                        .filter(|found| found.state.product().code == code)
                };
                let with_units = ours().find(|found| found.state.remaining() > 0);
                Loaded {
                    plan: with_units.or_else(|| ours().next()),
                    ..Loaded::default()
                }
            }
            ReadSet::Plan(id) => Loaded {
                plan: plan(&id),
                ..Loaded::default()
            },
        }
    }

    fn journal(&self, account: AccountId, stream: StreamId) -> Vec<Event> {
        let (owner, events) = match stream {
            StreamId::Instance(id) => match self.instances.get(&id) {
                Some(stream) => (stream.account, &stream.events),
                None => return Vec::new(),
            },
            StreamId::Plan(id) => match self.plans.get(&id) {
                Some(stream) => (stream.account, &stream.events),
                None => return Vec::new(),
            },
            StreamId::Chain(id) => match self.chains.get(&id) {
                Some(stream) => (stream.account, &stream.events),
                None => return Vec::new(),
            },
            StreamId::Purchase(id) => match self.purchases.get(&id) {
                Some(stream) => (stream.account, &stream.events),
                None => return Vec::new(),
            },
        };
        if owner == account {
            events.clone()
        } else {
            Vec::new()
        }
    }

    fn commit(&mut self, batch: Batch) -> Result<(), CommitError> {
        for expectation in &batch.expectations {
            if !self.holds(expectation, batch.account) {
                return Err(CommitError::Conflict(expectation.clone()));
            }
        }
        for event in &batch.events {
            let stream = match event {
                Event::Instance { id, .. } => StreamId::Instance(*id),
                Event::Plan { id, .. } => StreamId::Plan(*id),
                Event::Chain { id, .. } => StreamId::Chain(*id),
                Event::Purchase { id, .. } => StreamId::Purchase(*id),
            };
            if self.is_foreign(stream, batch.account) {
                return Err(CommitError::Conflict(Expectation::New(stream)));
            }
        }
        for event in batch.events {
            self.append(batch.account, event);
        }
        for (id, effect) in batch.outbox {
            self.last = self.last.saturating_add(1);
            let position = Position(self.last);
            let row = OutboxRow {
                position,
                id,
                account: batch.account,
                at: batch.at,
                effect,
            };
            self.outbox.insert(position, row);
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
            Expectation::FreeName(name) => !self.instances.values().any(|stream| {
                let named = stream.state.as_ref().is_some_and(
                    |own| matches!(own.phase(), Phase::Uploaded(there) if there.name() == name),
                );
                stream.account == account && named
            }),
            Expectation::Beside {
                plan,
                purchase,
                beside,
            } => {
                let product = plan
                    .and_then(|id| self.plans.get(&id)?.state.as_ref())
                    .map(ResourcePlan::product)
                    .or_else(|| {
                        let purchase = purchase.and_then(|id| self.purchases.get(&id))?;
                        purchase.state.as_ref().map(Purchase::product)
                    });
                self.beside(account, product, *plan, *purchase) == *beside
            }
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
        product: Option<Product>,
        plan: Option<PlanId>,
        purchase: Option<PurchaseId>,
    ) -> Beside {
        let own = |stream: &Stream<ResourcePlan>| stream.account == account;
        let plans = self
            .plans
            .iter()
            .filter(|(id, stream)| Some(**id) != plan && own(stream))
            .filter_map(|(_, stream)| stream.state.as_ref());
        let own = |stream: &Stream<Purchase>| stream.account == account;
        let purchases = self
            .purchases
            .iter()
            .filter(|(id, stream)| Some(**id) != purchase && own(stream))
            .filter_map(|(_, stream)| stream.state.as_ref());
        Beside::of(product, plans, purchases)
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
        if let Some((order, instance)) = submitted_order(&event) {
            self.orders.insert(order, instance);
        }
        match &event {
            Event::Instance { id, event: change } => {
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
                let stream = self
                    .purchases
                    .entry(*id)
                    .or_insert_with(|| Stream::new(account));
                evolve_purchase(&mut stream.state, *id, change);
                stream.events.push(event);
            }
        }
    }
}

/// The order that an event takes, if it takes one.
const fn submitted_order(event: &Event) -> Option<(OrderId, InstanceId)> {
    let Event::Instance { id, event } = event else {
        return None;
    };
    match event {
        InstanceEvent::Submitted(submitted) => Some((submitted.order, *id)),
        InstanceEvent::Opened(opened) => Some((opened.order, *id)),
        InstanceEvent::Applied(applied) => Some((applied.order, *id)),
        InstanceEvent::Uploaded(uploaded) => Some((uploaded.order, *id)),
        InstanceEvent::Closed { .. }
        | InstanceEvent::Merged { .. }
        | InstanceEvent::Absorbed { .. }
        | InstanceEvent::ChainJoined { .. }
        | InstanceEvent::Deployed { .. }
        | InstanceEvent::Undeployed { .. }
        | InstanceEvent::ChallengeReceived { .. }
        | InstanceEvent::DomainConfirmed { .. }
        | InstanceEvent::Issued { .. }
        | InstanceEvent::Rejected { .. }
        | InstanceEvent::Withdrawn { .. }
        | InstanceEvent::Deleted { .. }
        | InstanceEvent::Cancelled { .. }
        | InstanceEvent::RevocationRequested { .. }
        | InstanceEvent::RevocationConfirmed { .. }
        | InstanceEvent::Revoked { .. }
        | InstanceEvent::RevocationRefused { .. }
        | InstanceEvent::ExpiryAnnounced { .. }
        | InstanceEvent::OrphanIssued { .. } => None,
    }
}
