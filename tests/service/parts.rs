//! Real parts in wrappers that can be disturbed on purpose and remember what they were asked.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::task::Poll;

use cert_lifecycle::adapter::{LocalCa, MemoryKeyVault, MemoryStore, SeededIds};
use cert_lifecycle::lifecycle::{Event, Term};
use cert_lifecycle::model::{
    AccountId, ChainId, DomainName, InstanceId, KeyKind, Note, OrderId, PlanId, ProductCode,
    PurchaseId, Timestamp,
};
use cert_lifecycle::port::{
    Batch, BoxFuture, CaAnswer, CaError, CaState, CertificateAuthority, Claim, CommitError, DueRow,
    ExportedKey, Filter, Ids, IssuanceRequest, KeyFacts, KeyVault, KeyVaultError, Lease, Listed,
    ListedPlan, ListedPurchase, Loaded, OutboxPart, OutboxRow, Position, Read, RequestId,
    RevocationOrder, Store, StoreError, StreamId, Version,
};

/// Where a call fails.
#[derive(Clone, Debug)]
pub(crate) enum Fault<E> {
    /// Nothing was done.
    Before(E),
    /// Everything was done, and the answer was lost.
    After(E),
}

/// The failures that wait for the next calls of a method, one a call.
pub(crate) struct Faults<E>(Mutex<VecDeque<Option<Fault<E>>>>);

impl<E> Faults<E> {
    fn new() -> Self {
        Self(Mutex::default())
    }

    pub(crate) fn add(&self, fault: Fault<E>) {
        self.0.lock().unwrap().push_back(Some(fault));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }

    async fn around<T>(&self, call: BoxFuture<'_, Result<T, E>>) -> Result<T, E> {
        let fault = self.0.lock().unwrap().pop_front().flatten();
        match fault {
            None => call.await,
            Some(Fault::Before(error)) => Err(error),
            Some(Fault::After(error)) => {
                let _ = call.await;
                Err(error)
            }
        }
    }
}

/// Lets the first loads wait for each other, so that all of them see the same.
struct Gate {
    left: AtomicUsize,
    barrier: Barrier,
}

type Hook = Arc<dyn Fn() + Send + Sync>;

/// A memory store.
pub(crate) struct TestStore {
    pub(crate) inner: Arc<MemoryStore>,
    pub(crate) load: Faults<StoreError>,
    pub(crate) commit: Faults<CommitError>,
    pub(crate) outbox: Faults<StoreError>,
    pub(crate) finish: Faults<StoreError>,
    loads: AtomicUsize,
    gate: Mutex<Option<Arc<Gate>>>,
    between: Mutex<Option<Hook>>,
    others_first: AtomicBool,
}

impl TestStore {
    pub(crate) fn new() -> Self {
        Self {
            inner: Arc::default(),
            load: Faults::new(),
            commit: Faults::new(),
            outbox: Faults::new(),
            finish: Faults::new(),
            loads: AtomicUsize::new(0),
            gate: Mutex::default(),
            between: Mutex::default(),
            others_first: AtomicBool::new(false),
        }
    }

    /// From now on whoever has loaded lets all others on its thread come so far before it goes on.
    pub(crate) fn let_others_load(&self) {
        self.others_first.store(true, Ordering::SeqCst);
    }

    /// The next `count` loads wait for each other before they are answered.
    pub(crate) fn meet(&self, count: usize) {
        *self.gate.lock().unwrap() = Some(Arc::new(Gate {
            left: AtomicUsize::new(count),
            barrier: Barrier::new(count),
        }));
    }

    /// After every load, and before what follows from it, something else happens.
    pub(crate) fn between(&self, hook: impl Fn() + Send + Sync + 'static) {
        *self.between.lock().unwrap() = Some(Arc::new(hook));
    }

    /// The same, after the next load only.
    pub(crate) fn between_once(&self, hook: impl Fn() + Send + Sync + 'static) {
        let left = AtomicUsize::new(1);
        self.between(move || {
            if left.swap(0, Ordering::SeqCst) == 1 {
                hook();
            }
        });
    }

    pub(crate) fn undisturbed(&self) {
        *self.between.lock().unwrap() = None;
    }

    pub(crate) fn loads(&self) -> usize {
        self.loads.load(Ordering::SeqCst)
    }
}

impl Store for TestStore {
    fn load(&self, account: AccountId, read: Read) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        Box::pin(async move {
            self.loads.fetch_add(1, Ordering::SeqCst);
            let found = self.load.around(self.inner.load(account, read)).await;
            let gate = self.gate.lock().unwrap().clone();
            if let Some(gate) = gate {
                let waits = gate
                    .left
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                        left.checked_sub(1)
                    });
                if waits.is_ok() {
                    gate.barrier.wait();
                }
            }
            if self.others_first.load(Ordering::SeqCst) {
                let mut waited = false;
                poll_fn(|context| {
                    context.waker().wake_by_ref();
                    if core::mem::replace(&mut waited, true) {
                        Poll::Ready(())
                    } else {
                        Poll::Pending
                    }
                })
                .await;
            }
            let hook = self.between.lock().unwrap().clone();
            if let Some(hook) = hook {
                hook();
            }
            found
        })
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<(), CommitError>> {
        Box::pin(async move { self.commit.around(self.inner.commit(batch)).await })
    }

    fn journal(
        &self,
        account: AccountId,
        stream: StreamId,
        after: Version,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Event>, StoreError>> {
        self.inner.journal(account, stream, after, limit)
    }

    fn forget_records(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'_, Result<usize, StoreError>> {
        self.inner.forget_records(before, limit)
    }

    fn list(
        &self,
        account: AccountId,
        filter: Filter,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Listed>, StoreError>> {
        self.inner.list(account, filter, before, limit)
    }

    fn count(&self, account: AccountId, filter: Filter) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.inner.count(account, filter)
    }

    fn plans(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPlan>, StoreError>> {
        self.inner.plans(account, product, before, limit)
    }

    fn purchases(
        &self,
        account: AccountId,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPurchase>, StoreError>> {
        self.inner.purchases(account, before, limit)
    }

    fn due(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<DueRow>, StoreError>> {
        self.inner.due(lease)
    }

    fn reschedule(
        &self,
        account: AccountId,
        instance: InstanceId,
        claim: Claim,
        due_at: Option<Timestamp>,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.reschedule(account, instance, claim, due_at)
    }

    fn lease(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        Box::pin(async move { self.outbox.around(self.inner.lease(lease)).await })
    }

    fn finish(&self, row: RequestId) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move { self.finish.around(self.inner.finish(row)).await })
    }

    fn postpone(
        &self,
        row: RequestId,
        claim: Claim,
        until: Timestamp,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.postpone(row, claim, until)
    }

    fn park(
        &self,
        row: RequestId,
        claim: Claim,
        reason: Note,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.park(row, claim, reason)
    }

    fn retry(&self, row: RequestId, at: Timestamp) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.inner.retry(row, at)
    }

    fn outbox(
        &self,
        part: OutboxPart,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        self.inner.outbox(part, after, limit)
    }
}

/// What a CA was asked to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Submit(RequestId, OrderId),
    Cancel(RequestId, OrderId),
    Revoke(RevocationOrder),
}

/// A local CA.
pub(crate) struct TestCa {
    pub(crate) inner: Arc<LocalCa>,
    pub(crate) submit: Faults<CaError>,
    pub(crate) poll: Faults<CaError>,
    pub(crate) cancel: Faults<CaError>,
    pub(crate) revoke: Faults<CaError>,
    asked: Mutex<Vec<Asked>>,
    polls: AtomicUsize,
    /// Names that it takes instead of those applied for.
    names: Mutex<Option<Vec<DomainName>>>,
    /// The term that it takes instead of the one asked for.
    term: Mutex<Option<Term>>,
    /// What it hands out instead of a chain.
    chain: Mutex<Option<Arc<str>>>,
}

impl TestCa {
    pub(crate) fn new(inner: Arc<LocalCa>) -> Self {
        Self {
            inner,
            submit: Faults::new(),
            poll: Faults::new(),
            cancel: Faults::new(),
            revoke: Faults::new(),
            asked: Mutex::default(),
            polls: AtomicUsize::new(0),
            names: Mutex::default(),
            term: Mutex::default(),
            chain: Mutex::default(),
        }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn polls(&self) -> usize {
        self.polls.load(Ordering::SeqCst)
    }

    pub(crate) fn certifies(&self, names: &[&str]) {
        let names = names.iter().map(|name| name.parse().unwrap()).collect();
        *self.names.lock().unwrap() = Some(names);
    }

    pub(crate) fn certifies_for(&self, term: Term) {
        *self.term.lock().unwrap() = Some(term);
    }

    pub(crate) fn hands_out(&self, chain: Option<Arc<str>>) {
        *self.chain.lock().unwrap() = chain;
    }

    fn note(&self, asked: Asked) {
        self.asked.lock().unwrap().push(asked);
    }
}

impl CertificateAuthority for TestCa {
    fn submit(&self, mut request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        self.note(Asked::Submit(request.request, request.order));
        if let Some(names) = &*self.names.lock().unwrap() {
            request.names.clone_from(names);
        }
        if let Some(term) = *self.term.lock().unwrap() {
            request.term = term;
        }
        Box::pin(async move { self.submit.around(self.inner.submit(request)).await })
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        self.polls.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            let mut answer = self.poll.around(self.inner.poll(order, now)).await?;
            if let CaState::Issued { pem_chain } = &mut answer.state
                && let Some(other) = &*self.chain.lock().unwrap()
            {
                *pem_chain = Arc::clone(other);
            }
            Ok(answer)
        })
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        self.note(Asked::Cancel(request, order));
        Box::pin(async move { self.cancel.around(self.inner.cancel(request, order)).await })
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        self.note(Asked::Revoke(request));
        Box::pin(async move { self.revoke.around(self.inner.revoke(request)).await })
    }
}

/// A memory vault.
pub(crate) struct TestVault {
    pub(crate) inner: MemoryKeyVault,
    pub(crate) make: Faults<KeyVaultError>,
    pub(crate) csr: Faults<KeyVaultError>,
    pub(crate) export: Faults<KeyVaultError>,
    pub(crate) put: Faults<KeyVaultError>,
    pub(crate) destroy: Faults<KeyVaultError>,
}

impl TestVault {
    pub(crate) fn new() -> Self {
        Self {
            inner: MemoryKeyVault::new(),
            make: Faults::new(),
            csr: Faults::new(),
            export: Faults::new(),
            put: Faults::new(),
            destroy: Faults::new(),
        }
    }
}

impl KeyVault for TestVault {
    fn make(
        &self,
        order: OrderId,
        kind: KeyKind,
    ) -> BoxFuture<'_, Result<KeyFacts, KeyVaultError>> {
        Box::pin(async move { self.make.around(self.inner.make(order, kind)).await })
    }

    fn csr<'a>(
        &'a self,
        order: OrderId,
        names: &'a [DomainName],
    ) -> BoxFuture<'a, Result<Arc<[u8]>, KeyVaultError>> {
        Box::pin(async move { self.csr.around(self.inner.csr(order, names)).await })
    }

    fn export(&self, order: OrderId) -> BoxFuture<'_, Result<ExportedKey, KeyVaultError>> {
        Box::pin(async move { self.export.around(self.inner.export(order)).await })
    }

    fn takes(&self, kind: KeyKind) -> bool {
        self.inner.takes(kind)
    }

    fn put<'a>(
        &'a self,
        order: OrderId,
        der: &'a [u8],
    ) -> BoxFuture<'a, Result<KeyFacts, KeyVaultError>> {
        Box::pin(async move { self.put.around(self.inner.put(order, der)).await })
    }

    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyVaultError>> {
        Box::pin(async move { self.destroy.around(self.inner.destroy(order)).await })
    }
}

/// A source of ids that breaks its word: what is set here comes again, so many times.
pub(crate) struct RepeatingIds {
    pub(crate) inner: SeededIds,
    pub(crate) times: AtomicUsize,
    pub(crate) order: Option<OrderId>,
    pub(crate) instance: Option<InstanceId>,
    pub(crate) plan: Option<PlanId>,
}

impl RepeatingIds {
    /// What is set, if there is anything and its times are not over.
    fn again<T>(&self, set: Option<T>) -> Option<T> {
        let set = set?;
        let left = (self.times).fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        });
        left.is_ok().then_some(set)
    }
}

impl Ids for RepeatingIds {
    fn order_id(&self) -> OrderId {
        (self.again(self.order)).unwrap_or_else(|| self.inner.order_id())
    }

    fn instance_id(&self) -> InstanceId {
        (self.again(self.instance)).unwrap_or_else(|| self.inner.instance_id())
    }

    fn plan_id(&self) -> PlanId {
        (self.again(self.plan)).unwrap_or_else(|| self.inner.plan_id())
    }

    fn purchase_id(&self) -> PurchaseId {
        self.inner.purchase_id()
    }

    fn chain_id(&self) -> ChainId {
        self.inner.chain_id()
    }

    fn request_id(&self) -> RequestId {
        self.inner.request_id()
    }
}
