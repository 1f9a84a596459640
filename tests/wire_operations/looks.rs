//! How a desk asks the CA, and how it tells the runner.

use std::future::{pending, ready};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use cert_lifecycle::model::{OrderId, Timestamp};
use cert_lifecycle::port::{
    BoxFuture, CaAnswer, CaError, CertificateAuthority, IssuanceRequest, RequestId,
    RevocationOrder, Timer,
};

use cert_lifecycle::service::{Ports, Runner, Service, ServiceError};
use cert_lifecycle::wire::{Desk, Operation, Parameters};

use super::world::{API_2021, DV, World, names, wait};

/// A CA that takes what it is given and never says how it stands.
struct Mute(Arc<dyn CertificateAuthority>);

impl CertificateAuthority for Mute {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        self.0.submit(request)
    }

    fn poll(&self, _: OrderId, _: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        Box::pin(pending())
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        self.0.cancel(request, order)
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        self.0.revoke(request)
    }
}

/// Every pause is over at once.
struct AtOnce;

impl Timer for AtOnce {
    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
}

fn asked(order: OrderId) -> Parameters {
    let mut sent = Parameters::default();
    sent.add("OrderId".to_owned(), order.to_string()).unwrap();
    sent
}

#[test]
fn a_look_waits_for_the_ca_no_longer_than_its_limit() {
    let world = World::new(API_2021);
    world.buy(DV, 1);
    let order = world.create(DV);
    let ports = Ports {
        ca: Arc::new(Mute(world.ca.clone())),
        ..world.service().ports().clone()
    };
    let service = Service::new(ports, world.service().rules().clone());
    let sent = asked(order);
    let look = Operation::DescribeCertificateState;
    let mut context = Context::from_waker(Waker::noop());
    let desk = Desk::new(service.clone());
    let unbounded = pin!(desk.perform(world.account, look, &sent));
    assert!(unbounded.poll(&mut context).is_pending());

    let told = Arc::new(Mutex::new(Vec::new()));
    let tells = Arc::clone(&told);
    let bounded = (desk.clone().with_timer(Arc::new(AtOnce))).observed(move |_, order, error| {
        let late = matches!(error, ServiceError::NoAnswer { .. });
        tells.lock().unwrap().push((order, late));
    });
    let done = wait(bounded.perform(world.account, look, &sent)).unwrap();
    assert_eq!(names(&done), ["Type", "ValidateType"]);
    assert_eq!(*told.lock().unwrap(), [(order, true)]);

    let silent = desk.clone().without_asking_ca();
    let done = wait(silent.perform(world.account, look, &sent)).unwrap();
    assert_eq!(names(&done), ["Type", "ValidateType"]);
}

#[test]
fn a_desk_that_waits_for_its_runner_shows_what_came_of_a_call() {
    let world = World::new(API_2021);
    world.buy(DV, 2);
    let runner = Runner::new(world.service().clone(), Arc::new(Never));
    let desk = world.desk.clone().waiting_for(runner.handle());
    let mut context = Context::from_waker(Waker::noop());
    let mut run = pin!(runner.run());
    let mut sent = Parameters::default();
    for (name, value) in [
        ("ProductCode", DV),
        ("Domain", "www.example.com"),
        ("ValidateType", "DNS"),
        ("Username", "Tom"),
        ("Phone", "13900000000"),
        ("Email", "username@example.com"),
    ] {
        sent.add(name.to_owned(), value.to_owned()).unwrap();
    }
    let create = Operation::CreateCertificateRequest;
    let mut created = pin!(desk.perform(world.account, create, &sent));
    assert!(created.as_mut().poll(&mut context).is_pending());
    let mut done = None;
    for _ in 0..20 {
        assert!(run.as_mut().poll(&mut context).is_pending());
        if let std::task::Poll::Ready(answer) = created.as_mut().poll(&mut context) {
            done = Some(answer.unwrap());
            break;
        }
    }
    let order = done.unwrap().order.unwrap();
    // The CA has it: the first look shows the proof.
    assert!(names(&world.state(order)).contains(&"RecordValue"));
}

/// No pause is ever over.
struct Never;

impl Timer for Never {
    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(pending())
    }
}
