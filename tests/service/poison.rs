//! Rows that nobody can carry out: they hold up no others, and a person sees them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cert_lifecycle::model::{OrderId, Timestamp};
use cert_lifecycle::port::{
    BoxFuture, CaAnswer, CaError, CertificateAuthority, IssuanceRequest, OutboxPart, OutboxRow,
    RequestId, RevocationOrder, Store,
};
use cert_lifecycle::service::{Ports, Service, ServiceError, Settings};

use super::world::{API_2021, DV, P256, World, request, wait};

/// A CA whose client does not survive some orders.
struct DeadlyCa {
    inner: Arc<dyn CertificateAuthority>,
    deadly: Vec<OrderId>,
}

impl CertificateAuthority for DeadlyCa {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        assert!(!self.deadly.contains(&request.order), "a mistake");
        self.inner.submit(request)
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        self.inner.poll(order, now)
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        self.inner.cancel(request, order)
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        self.inner.revoke(request)
    }
}

fn waiting(world: &World) -> Vec<OutboxRow> {
    wait(world.store.inner.outbox(OutboxPart::Waiting, None, 99)).unwrap()
}

/// The worker dies in the row, again and again; it begins anew when the leases have ended.
#[test]
fn a_row_that_ends_its_worker_lets_the_others_through_and_is_laid_aside() {
    for deadly in [&[0][..], &[0, 1], &[7], &[0, 3, 4]] {
        let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
        world.buy(DV, 8);
        let orders = [(); 8].map(|()| world.order(DV, request(P256)));
        let deadly: Vec<OrderId> = deadly.iter().map(|at| orders[*at]).collect();
        let ports = Ports {
            ca: Arc::new(DeadlyCa {
                inner: world.ca.clone(),
                deadly: deadly.clone(),
            }),
            ..world.service.ports().clone()
        };
        let settings = Settings::default();
        let (lease, limit) = (settings.lease, settings.attempts_of_work);
        let service = Service::new(ports, world.service.rules().clone()).with_settings(settings);
        let mut left = Vec::new();
        let mut reasons = Vec::new();
        for _ in 0..2 * limit {
            let work = catch_unwind(AssertUnwindSafe(|| wait(service.work(16))));
            for report in work.into_iter().flatten() {
                reasons.extend(report.given_up.into_iter().map(|(_, error)| error));
            }
            left.push(waiting(&world).len());
            world.clock.advance(lease.into());
        }
        // Long before the limit the others are through.
        let others_through = left.iter().position(|left| *left == deadly.len()).unwrap();
        assert!(others_through < limit as usize / 2, "{deadly:?}: {left:?}");
        for order in &orders {
            let at_ca = world.refresh(*order).unwrap();
            assert_eq!(at_ca.is_empty(), deadly.contains(order), "{order}");
        }
        assert!(waiting(&world).is_empty());
        let parked = wait(service.parked(None, 9)).unwrap();
        assert_eq!(parked.len(), deadly.len());
        assert_eq!(reasons.len(), deadly.len());
        for (row, error) in parked.iter().zip(&reasons) {
            assert!(deadly.contains(&row.effect.as_ref().unwrap().order().unwrap()));
            assert!(
                matches!(error, ServiceError::NeverEnded { taken } if *taken == limit),
                "{error:?}"
            );
            let why = row.parked.as_ref().unwrap();
            assert_eq!(
                why.as_str(),
                "it was taken 20 times, and the last attempt never ended"
            );
        }
        // Where the mistake was put right, a person brings it back.
        for row in &parked {
            assert!(wait(service.retry(row.id)).unwrap());
        }
        assert_eq!(wait(world.service.work(9)).unwrap().done, deadly.len());
    }
}
