//! What is taken together shares one lease and one store: where either fails, the rest is left.

use std::sync::Arc;

use cert_lifecycle::adapter::ManualClock;
use cert_lifecycle::model::{OrderId, Timestamp};
use cert_lifecycle::port::{
    BoxFuture, CaAnswer, CaError, CertificateAuthority, Clock, IssuanceRequest, Lease, OutboxPart,
    RequestId, RevocationOrder, Store, StoreError,
};
use cert_lifecycle::service::{Ports, Service, ServiceError, Settings};

use super::parts::Fault;
use super::world::{API_2021, DV, P256, World, request, wait};

const STORE_DOWN: StoreError = StoreError::Unavailable(None);

/// A CA that takes so many seconds for each answer.
struct SlowCa {
    inner: Arc<dyn CertificateAuthority>,
    clock: Arc<ManualClock>,
    seconds: i64,
}

impl CertificateAuthority for SlowCa {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        self.clock.advance(self.seconds);
        self.inner.submit(request)
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        self.clock.advance(self.seconds);
        self.inner.poll(order, now)
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        self.inner.cancel(request, order)
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        self.inner.revoke(request)
    }
}

/// A world with orders that wait for the worker, and its service with the settings by default.
fn world(orders: u32, seconds: i64) -> (World, Service) {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    world.buy(DV, orders);
    for _ in 0..orders {
        world.order(DV, request(P256));
    }
    let ports = Ports {
        ca: Arc::new(SlowCa {
            inner: world.ca.clone(),
            clock: world.clock.clone(),
            seconds,
        }),
        ..world.service.ports().clone()
    };
    let service = Service::new(ports, world.service.rules().clone());
    (world, service)
}

fn waiting(world: &World) -> usize {
    let rows = wait(world.store.inner.outbox(OutboxPart::Waiting, None, 99));
    rows.unwrap().len()
}

/// The lease is 60 s and an answer may take 10: what would be begun after 50 is left.
#[test]
fn a_row_that_could_outlast_its_lease_is_not_begun() {
    let (world, service) = world(5, 26);
    let first = wait(service.work(9)).unwrap();
    assert_eq!((first.done, first.left, first.seen()), (2, 3, 2));
    // Until the lease ends nobody has them, and then each is carried out once.
    assert_eq!(wait(service.work(9)).unwrap().seen(), 0);
    world.clock.advance(10);
    for left in [1, 0] {
        let next = wait(service.work(9)).unwrap();
        assert_eq!((next.left, next.failed.len()), (left, 0));
        world.clock.advance(60);
    }
    assert_eq!((waiting(&world), world.ca.asked().len()), (0, 5));
}

#[test]
fn an_instance_that_could_outlast_its_claim_is_not_looked_at() {
    let (world, service) = world(4, 26);
    world.work();
    world.clock.advance(3_600);
    let first = wait(service.sweep(9)).unwrap();
    assert_eq!((first.seen, first.left), (2, 2));
    assert_eq!(world.ca.polls(), 2);
}

#[test]
fn a_batch_ends_where_the_store_fails() {
    let (world, service) = world(4, 0);
    // At the first row's load, and at the mark of a row that was done.
    world.store.load.add(Fault::Before(STORE_DOWN));
    let loads = world.store.loads();
    let report = wait(service.work(9)).unwrap();
    assert!(
        matches!(&report.failed[..], [(_, ServiceError::Store(_))]),
        "{report:?}"
    );
    assert_eq!((report.seen(), report.left), (1, 3));
    assert_eq!(world.store.loads() - loads, 1);
    world.clock.advance(60);
    world.store.finish.add(Fault::After(STORE_DOWN));
    let report = wait(service.work(9)).unwrap();
    assert_eq!((report.failed.len(), report.left), (1, 3));
    world.clock.advance(60);
    assert_eq!(wait(service.work(9)).unwrap().done, 3);

    // So it is with what is due.
    world.clock.advance(3_600);
    world.store.load.add(Fault::Before(STORE_DOWN));
    let loads = world.store.loads();
    let report = wait(service.sweep(9)).unwrap();
    assert_eq!((report.seen, report.failed.len(), report.left), (1, 1, 3));
    assert_eq!(world.store.loads() - loads, 1);
    world.clock.advance(60);
    assert_eq!(wait(service.sweep(9)).unwrap().seen, 4);
}

/// A port that fails is not the store: the others go on.
#[test]
fn a_batch_goes_on_where_a_port_fails() {
    let (world, service) = world(3, 0);
    let away = CaError::unavailable("maintenance");
    world.ca.submit.add(Fault::Before(away));
    let report = wait(service.work(9)).unwrap();
    assert_eq!((report.done, report.failed.len(), report.left), (2, 1, 0));
    let defaults = Settings::default();
    assert!(defaults.answer_limit * 5 < defaults.lease);
}

/// Two processes over one store, while a release with other settings takes over from the last one.
#[test]
fn what_another_process_has_for_longer_is_left_to_it() {
    let (world, service) = world(2, 0);
    let now = world.clock.now();
    let mut other = Settings::default();
    (other.lease, other.longest_delay) = (5_400, 7_200);
    let claimed = |ahead: i64| Lease {
        now: now.saturating_add(ahead),
        until: now.saturating_add(ahead + i64::from(other.lease)),
        horizon: now.saturating_add(ahead + 14_400),
        limit: 1,
    };
    // One of them is claimed by a process with longer leases, whose clock is a second ahead; the other
    // one by a clock that was a year ahead.
    for ahead in [1, 31_536_000] {
        let rows = wait(world.store.inner.lease(claimed(ahead))).unwrap();
        assert_eq!(rows.len(), 1);
    }
    assert_eq!(wait(service.work(9)).unwrap().done, 1);
    world.clock.advance(5_400);
    assert_eq!(wait(service.work(9)).unwrap().seen(), 0);
    world.clock.advance(1);
    assert_eq!(wait(service.work(9)).unwrap().done, 1);
}
