//! What a store should answer: the contract over a list of events, as plainly as it can be written.

use std::vec::Vec;

use crate::lifecycle::{
    Beside, Effect, Event, evolve_chain, evolve_instance, evolve_plan, evolve_purchase,
};
use crate::model::{
    AccountId, CertificateInstance, ChainId, HostingChain, InstanceId, Note, OrderId, Phase,
    PlanId, ProductCode, Purchase, PurchaseId, RefundState, ResourcePlan, Timestamp,
};
use crate::port::{
    Batch, Expectation, IdempotencyKey, IndexEntry, Loaded, Read, ReadSet, Record, RequestId,
    StreamId, Version, Versioned,
};
use crate::rulebook::Window;

#[derive(Clone, Debug)]
struct Stream {
    id: StreamId,
    account: AccountId,
    events: Vec<Event>,
}

/// A row of the outbox, as far as the batch says what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) id: RequestId,
    pub(super) account: AccountId,
    pub(super) at: Timestamp,
    pub(super) effect: Effect,
}

/// Everything that was committed.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    // In the order in which they began.
    streams: Vec<Stream>,
    records: Vec<(AccountId, Record)>,
    // In the order in which they were first filed.
    entries: Vec<(AccountId, IndexEntry)>,
    pub(super) outbox: Vec<Work>,
}

fn version(events: &[Event]) -> Version {
    Version(u64::try_from(events.len()).unwrap_or(u64::MAX))
}

impl Model {
    pub(super) fn streams(&self) -> impl Iterator<Item = (StreamId, AccountId)> + '_ {
        self.streams.iter().map(|own| (own.id, own.account))
    }

    pub(super) fn orders(&self) -> Vec<(OrderId, AccountId)> {
        let events = self.streams.iter().flat_map(|own| {
            let begun = own.events.iter().filter_map(|event| match event {
                Event::Instance { event, .. } => event.begun_order(),
                Event::Plan { .. } | Event::Chain { .. } | Event::Purchase { .. } => None,
            });
            begun.map(move |order| (order, own.account))
        });
        events.collect()
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &(AccountId, Record)> {
        self.records.iter()
    }

    fn owner(&self, id: StreamId) -> Option<AccountId> {
        let found = self.streams.iter().find(|own| own.id == id);
        found.map(|own| own.account)
    }

    pub(super) fn journal(&self, account: AccountId, id: StreamId) -> &[Event] {
        let mut streams = self.streams.iter();
        let found = streams.find(|own| own.id == id && own.account == account);
        found.map_or(&[], |own| own.events.as_slice())
    }

    pub(super) fn version(&self, account: AccountId, id: StreamId) -> Option<Version> {
        let events = self.journal(account, id);
        (!events.is_empty()).then(|| version(events))
    }

    pub(super) fn instance(
        &self,
        account: AccountId,
        id: InstanceId,
    ) -> Option<Versioned<CertificateInstance>> {
        let events = self.journal(account, StreamId::Instance(id));
        let mut state = None;
        for event in events {
            if let Event::Instance { id, event } = event {
                evolve_instance(&mut state, *id, event);
            }
        }
        let version = version(events);
        state.map(|state| Versioned { state, version })
    }

    pub(super) fn plan(&self, account: AccountId, id: PlanId) -> Option<Versioned<ResourcePlan>> {
        let events = self.journal(account, StreamId::Plan(id));
        let mut state = None;
        for event in events {
            if let Event::Plan { id, event } = event {
                evolve_plan(&mut state, *id, event);
            }
        }
        let version = version(events);
        state.map(|state| Versioned { state, version })
    }

    pub(super) fn chain(&self, account: AccountId, id: ChainId) -> Option<Versioned<HostingChain>> {
        let events = self.journal(account, StreamId::Chain(id));
        let mut state = None;
        for event in events {
            if let Event::Chain { id, event } = event {
                evolve_chain(&mut state, *id, event);
            }
        }
        let version = version(events);
        state.map(|state| Versioned { state, version })
    }

    pub(super) fn purchase(
        &self,
        account: AccountId,
        id: PurchaseId,
    ) -> Option<Versioned<Purchase>> {
        let events = self.journal(account, StreamId::Purchase(id));
        let mut state = None;
        for event in events {
            if let Event::Purchase { id, event } = event {
                evolve_purchase(&mut state, *id, event);
            }
        }
        let version = version(events);
        state.map(|state| Versioned { state, version })
    }

    fn of_order(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Option<Versioned<CertificateInstance>> {
        match self.carrier(order)? {
            StreamId::Instance(id) => self.instance(account, id),
            StreamId::Plan(_) | StreamId::Chain(_) | StreamId::Purchase(_) => None,
        }
    }

    /// The plans of an account, the oldest first.
    pub(super) fn plans(&self, account: AccountId) -> Vec<Versioned<ResourcePlan>> {
        let plans = self.streams.iter().filter_map(|own| match own.id {
            StreamId::Plan(id) => self.plan(account, id),
            StreamId::Instance(_) | StreamId::Chain(_) | StreamId::Purchase(_) => None,
        });
        plans.collect()
    }

    /// The purchases of an account, the oldest first.
    pub(super) fn purchases(&self, account: AccountId) -> Vec<Versioned<Purchase>> {
        let purchases = self.streams.iter().filter_map(|own| match own.id {
            StreamId::Purchase(id) => self.purchase(account, id),
            StreamId::Instance(_) | StreamId::Chain(_) | StreamId::Plan(_) => None,
        });
        purchases.collect()
    }

    fn named(&self, account: AccountId, name: &Note) -> Option<Versioned<CertificateInstance>> {
        let mut instances = self.streams.iter().filter_map(|own| match own.id {
            StreamId::Instance(id) => self.instance(account, id),
            StreamId::Plan(_) | StreamId::Chain(_) | StreamId::Purchase(_) => None,
        });
        instances
            .find(|one| matches!(one.state.phase(), Phase::Uploaded(there) if there.name() == name))
    }

    pub(super) fn beside(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
        plan: Option<PlanId>,
        purchase: Option<PurchaseId>,
        year: Option<Window>,
    ) -> Beside {
        let (plans, purchases) = (self.plans(account), self.purchases(account));
        let plans = || plans.iter().map(|found| &found.state);
        let purchases = || purchases.iter().map(|found| &found.state);
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

    pub(super) fn record(&self, account: AccountId, key: IdempotencyKey) -> Option<&Record> {
        let mut records = self.records.iter();
        let found = records.find(|(own, record)| *own == account && record.key == key);
        found.map(|(_, record)| record)
    }

    /// What a read should find.
    pub(super) fn load(&self, account: AccountId, read: &Read) -> Loaded {
        let mut loaded = Loaded::default();
        let mut product = None;
        match &read.set {
            ReadSet::Order(order) => self.load_order(account, *order, &mut loaded),
            ReadSet::Renewal(order) => {
                self.load_order(account, *order, &mut loaded);
                let own = loaded.instance.as_ref();
                let code = own.map(|own| own.state.product().code);
                let mut left = self.plans(account);
                left.retain(|plan| {
                    let (plan, refund) = (&plan.state, plan.state.bill().refund);
                    Some(plan.product().code) == code
                        && plan.remaining() > 0
                        && !matches!(refund, RefundState::Refunded { .. })
                });
                let held = loaded.plan.as_ref().map(|plan| plan.state.id());
                let oldest = left.into_iter().next();
                loaded.draw_from = oldest.filter(|plan| Some(plan.state.id()) != held);
            }
            ReadSet::Pair(order, second) => {
                self.load_order(account, *order, &mut loaded);
                loaded.other = self.of_order(account, *second);
                let bought = loaded.other.as_ref().and_then(|own| own.state.purchase());
                loaded.other_purchase = bought.and_then(|id| self.purchase(account, id));
            }
            ReadSet::Product(code) => {
                product = Some(*code);
                let mut ours = self.plans(account);
                ours.retain(|own| own.state.product().code == *code);
                let with_units = ours.iter().find(|own| own.state.remaining() > 0);
                loaded.plan = with_units.or_else(|| ours.first()).cloned();
            }
            ReadSet::Plan(id) => loaded.plan = self.plan(account, *id),
            ReadSet::Purchase(id) => loaded.purchase = self.purchase(account, *id),
            ReadSet::New(code) => product = Some(*code),
            ReadSet::Name(name) => loaded.other = self.named(account, name),
        }
        let plan = loaded.plan.as_ref().map(|own| &own.state);
        loaded.product = (loaded.instance.as_ref())
            .map(|own| own.state.product().code)
            .or_else(|| plan.map(|own| own.product().code))
            .or(product);
        loaded.beside = self.beside(
            account,
            loaded.product,
            plan.map(ResourcePlan::id),
            loaded.purchase.as_ref().map(|own| own.state.id()),
            read.year,
        );
        let record = read.key.and_then(|key| self.record(account, key));
        loaded.record = record.cloned();
        loaded
    }

    fn load_order(&self, account: AccountId, order: OrderId, loaded: &mut Loaded) {
        loaded.instance = self.of_order(account, order);
        let Some(own) = loaded.instance.as_ref().map(|found| &found.state) else {
            return;
        };
        loaded.plan = own.hold().and_then(|hold| self.plan(account, hold.plan));
        loaded.purchase = own.purchase().and_then(|id| self.purchase(account, id));
        loaded.chain = own.chain().and_then(|id| self.chain(account, id));
        let current = loaded.chain.as_ref().and_then(|own| own.state.current());
        loaded.other = current
            .filter(|id| *id != own.id())
            .and_then(|id| self.instance(account, id));
    }

    /// Whether a batch is in order, or which conflict it is.
    pub(super) fn judge(&self, batch: &Batch) -> Result<(), Expectation> {
        let mut expected = batch.expectations.iter();
        if let Some(wrong) = expected.find(|one| !self.holds(one, batch.account)) {
            return Err(wrong.clone());
        }
        let key = batch.record.as_ref().map(|record| record.key);
        if let Some(key) = key.filter(|key| self.record(batch.account, *key).is_some()) {
            return Err(Expectation::NewKey(key));
        }
        let mut streams = batch.events.iter().map(StreamId::of);
        let foreign = streams.find(|id| self.owner(*id).is_some_and(|own| own != batch.account));
        if let Some(id) = foreign {
            return Err(Expectation::New(id));
        }
        // Expected or not: an order is carried by one instance alone.
        let mut begun = batch.events.iter().filter_map(|event| match event {
            Event::Instance { id, event } => Some((*id, event.begun_order()?)),
            Event::Plan { .. } | Event::Chain { .. } | Event::Purchase { .. } => None,
        });
        let taken = begun.find(|(id, order)| {
            let owner = self.carrier(*order);
            owner.is_some_and(|owner| owner != StreamId::Instance(*id))
        });
        taken.map_or(Ok(()), |(_, order)| Err(Expectation::NewOrder(order)))
    }

    /// The stream that carries or carried an order.
    fn carrier(&self, order: OrderId) -> Option<StreamId> {
        let carries = |event: &Event| match event {
            Event::Instance { event, .. } => event.begun_order() == Some(order),
            Event::Plan { .. } | Event::Chain { .. } | Event::Purchase { .. } => false,
        };
        let mut streams = self.streams.iter();
        let found = streams.find(|own| own.events.iter().any(carries));
        found.map(|own| own.id)
    }

    fn holds(&self, expectation: &Expectation, account: AccountId) -> bool {
        match expectation {
            Expectation::New(id) => self.owner(*id).is_none(),
            Expectation::NewOrder(order) => self.orders().iter().all(|(own, _)| own != order),
            Expectation::Version(id, version) => self.version(account, *id) == Some(*version),
            Expectation::Remaining(id, units) => self
                .plan(account, *id)
                .is_some_and(|own| own.state.remaining() >= *units),
            Expectation::FreeName(name) => self.named(account, name).is_none(),
            Expectation::Beside(is) => {
                self.beside(account, is.product, is.plan, is.purchase, is.year) == is.beside
            }
            Expectation::NewKey(key) => self.record(account, *key).is_none(),
        }
    }

    /// Writes a batch that is in order.
    pub(super) fn write(&mut self, batch: &Batch) {
        for event in &batch.events {
            let id = StreamId::of(event);
            if let Some(own) = self.streams.iter_mut().find(|own| own.id == id) {
                own.events.push(event.clone());
            } else {
                self.streams.push(Stream {
                    id,
                    account: batch.account,
                    events: Vec::from([event.clone()]),
                });
            }
        }
        for entry in &batch.index {
            let id = StreamId::Instance(entry.instance);
            if self.version(batch.account, id).is_none() {
                continue;
            }
            let mut known = self.entries.iter_mut();
            match known.find(|(_, own)| own.instance == entry.instance) {
                Some((_, own)) => *own = entry.clone(),
                None => self.entries.push((batch.account, entry.clone())),
            }
        }
        let work = batch.outbox.iter().map(|(id, effect)| Work {
            id: *id,
            account: batch.account,
            at: batch.at,
            effect: *effect,
        });
        self.outbox.extend(work);
        let record = batch.record.iter();
        self.records
            .extend(record.map(|record| (batch.account, record.clone())));
    }

    /// The index entries of an account, the newest first.
    pub(super) fn entries(&self, account: AccountId) -> Vec<&IndexEntry> {
        let ours = self.entries.iter().rev();
        let ours = ours.filter(|(own, _)| *own == account);
        ours.map(|(_, entry)| entry).collect()
    }
}
