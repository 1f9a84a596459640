//! The ports between gates, and the world outside: a CA that signs, who pays, tells and deploys.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cert_lifecycle::adapter::LocalCa;
use cert_lifecycle::lifecycle::{Effect, Event};
use cert_lifecycle::model::{AccountId, InstanceId, Note, OrderId, ProductCode, Timestamp};
use cert_lifecycle::port::{
    Batch, BoxFuture, CaAnswer, CaError, CertificateAuthority, Claim, CommitError, DeliveryError,
    Deployer, DeploymentOrder, DueRow, Filter, IssuanceRequest, Lease, Listed, ListedPlan,
    ListedPurchase, Loaded, Message, Notifier, OutboxPart, OutboxRow, PaidObject, Payments, Payout,
    Position, Read, Removal, RequestId, RevocationOrder, Store, StoreError, StreamId, Version,
};

use super::pace::Pace;

/// What one task committed; outside a race nobody's.
#[derive(Clone, Debug)]
pub(crate) struct Committed {
    pub(crate) by: Option<usize>,
    pub(crate) account: AccountId,
    pub(crate) events: Vec<Event>,
}

/// A store between gates, which notes what was committed.
pub(crate) struct Paced {
    inner: Arc<dyn Store>,
    pace: Arc<Pace>,
    committed: Mutex<Vec<Committed>>,
}

impl Paced {
    pub(crate) fn new(inner: Arc<dyn Store>, pace: Arc<Pace>) -> Self {
        Self {
            inner,
            pace,
            committed: Mutex::default(),
        }
    }

    pub(crate) fn committed(&self) -> MutexGuard<'_, Vec<Committed>> {
        let committed = self.committed.lock();
        committed.unwrap_or_else(PoisonError::into_inner)
    }

    fn around<'a, T: Send + 'a>(&'a self, call: BoxFuture<'a, T>) -> BoxFuture<'a, T> {
        Box::pin(self.pace.around(call))
    }
}

impl Store for Paced {
    fn load(&self, account: AccountId, read: Read) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        self.around(self.inner.load(account, read))
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<(), CommitError>> {
        self.around(Box::pin(async move {
            let (account, events) = (batch.account, batch.events.clone());
            self.inner.commit(batch).await?;
            let by = self.pace.task();
            self.committed().push(Committed {
                by,
                account,
                events,
            });
            Ok(())
        }))
    }

    fn journal(
        &self,
        account: AccountId,
        stream: StreamId,
        after: Version,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Event>, StoreError>> {
        self.around(self.inner.journal(account, stream, after, limit))
    }

    fn forget_records(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'_, Result<usize, StoreError>> {
        self.around(self.inner.forget_records(before, limit))
    }

    fn list(
        &self,
        account: AccountId,
        filter: Filter,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Listed>, StoreError>> {
        self.around(self.inner.list(account, filter, before, limit))
    }

    fn count(&self, account: AccountId, filter: Filter) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.around(self.inner.count(account, filter))
    }

    fn plans(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPlan>, StoreError>> {
        self.around(self.inner.plans(account, product, before, limit))
    }

    fn purchases(
        &self,
        account: AccountId,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPurchase>, StoreError>> {
        self.around(self.inner.purchases(account, before, limit))
    }

    fn due(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<DueRow>, StoreError>> {
        self.around(self.inner.due(lease))
    }

    fn reschedule(
        &self,
        account: AccountId,
        instance: InstanceId,
        claim: Claim,
        due_at: Option<Timestamp>,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.around(self.inner.reschedule(account, instance, claim, due_at))
    }

    fn lease(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        self.around(self.inner.lease(lease))
    }

    fn finish(&self, row: RequestId) -> BoxFuture<'_, Result<(), StoreError>> {
        self.around(self.inner.finish(row))
    }

    fn postpone(
        &self,
        row: RequestId,
        claim: Claim,
        until: Timestamp,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.around(self.inner.postpone(row, claim, until))
    }

    fn park(
        &self,
        row: RequestId,
        claim: Claim,
        reason: Note,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.around(self.inner.park(row, claim, reason))
    }

    fn retry(&self, row: RequestId, at: Timestamp) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.around(self.inner.retry(row, at))
    }

    fn outbox(
        &self,
        part: OutboxPart,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        self.around(self.inner.outbox(part, after, limit))
    }
}

/// What came from the outbox, by the id of the request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) requests: BTreeMap<RequestId, Effect>,
    /// Ids that came with something else.
    pub(crate) reused: BTreeSet<RequestId>,
}

/// The CA, and the receiver of everything else.
pub(crate) struct Outside {
    ca: Arc<LocalCa>,
    pace: Arc<Pace>,
    received: Mutex<Received>,
}

impl Outside {
    pub(crate) fn new(ca: Arc<LocalCa>, pace: Arc<Pace>) -> Self {
        Self {
            ca,
            pace,
            received: Mutex::default(),
        }
    }

    pub(crate) fn received(&self) -> MutexGuard<'_, Received> {
        let received = self.received.lock();
        received.unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, request: RequestId, what: Effect) {
        let mut received = self.received();
        if let Some(before) = received.requests.insert(request, what)
            && before != what
        {
            received.reused.insert(request);
        }
    }

    /// Something is done between gates, and noted as it is done.
    fn ask<'a, T: Send + 'a>(
        &'a self,
        request: RequestId,
        what: Effect,
        call: BoxFuture<'a, T>,
    ) -> BoxFuture<'a, T> {
        Box::pin(self.pace.around(async move {
            self.note(request, what);
            call.await
        }))
    }

    fn deliver(
        &self,
        request: RequestId,
        what: Effect,
    ) -> BoxFuture<'_, Result<(), DeliveryError>> {
        self.ask(request, what, Box::pin(async { Ok(()) }))
    }
}

impl CertificateAuthority for Outside {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        let (id, order) = (request.request, request.order);
        self.ask(
            id,
            Effect::RequestIssuance { order },
            self.ca.submit(request),
        )
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        Box::pin(self.pace.around(self.ca.poll(order, now)))
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        let call = self.ca.cancel(request, order);
        self.ask(request, Effect::CancelAtCa { order }, call)
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        let what = Effect::RevokeAtCa {
            order: request.order,
            serial: request.serial,
            reason: request.reason,
        };
        self.ask(request.request, what, self.ca.revoke(request))
    }
}

impl Payments for Outside {
    fn pay_back(&self, asked: Payout) -> BoxFuture<'_, Result<(), DeliveryError>> {
        let cash = asked.cash;
        let what = match asked.object {
            PaidObject::Plan(plan) => Effect::PayPlanBack { plan, cash },
            PaidObject::Purchase(purchase) => Effect::PayBack { purchase, cash },
        };
        self.deliver(asked.request, what)
    }
}

impl Notifier for Outside {
    fn tell(&self, message: Message) -> BoxFuture<'_, Result<(), DeliveryError>> {
        let (instance, notice) = (message.instance, message.notice);
        self.deliver(message.request, Effect::Notify { instance, notice })
    }
}

impl Deployer for Outside {
    fn deploy(&self, asked: DeploymentOrder) -> BoxFuture<'_, Result<(), DeliveryError>> {
        let (order, target) = (asked.order, asked.target);
        self.deliver(asked.request, Effect::Deploy { order, target })
    }

    fn undeploy(&self, asked: Removal) -> BoxFuture<'_, Result<(), DeliveryError>> {
        let (order, target) = (asked.order, asked.target);
        self.deliver(asked.request, Effect::Undeploy { order, target })
    }
}
