//! A CA that will not take an order, or lets go of it.

use cert_lifecycle::lifecycle::{Command, Notice};
use cert_lifecycle::model::{OrderId, Phase, Status};
use cert_lifecycle::port::{CaError, CertificateAuthority, Clock, OutboxPart, Store, StoreError};
use cert_lifecycle::service::{ServiceError, Settings};

use super::parts::Fault;
use super::world::{API_2021, DV, OV, P256, World, for_company, note, request, wait};

fn waiting(world: &World) -> usize {
    let rows = wait(world.store.inner.outbox(OutboxPart::Waiting, None, 9));
    rows.unwrap().len()
}

fn told(world: &World, order: OrderId, notice: Notice) {
    let told = world.notices();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].notice, notice);
    assert_eq!(told[0].instance, world.instance(order).id());
}

/// On the console the company's order is under review from the start (T-03): what the CA refuses there
/// has failed, and its holder hears of it.
#[test]
fn r08_a_submission_that_is_refused_under_review_fails_the_order() {
    let world = World::new("2019-08-intl", "2019-09-01T09:00:00+08:00");
    world.buy(OV, 1);
    let order = world.order(OV, for_company());
    assert_eq!(world.status(order), Status::Validating);
    let refused = CaError::refused("the company is not known");
    world.ca.submit.add(Fault::Before(refused.clone()));
    let report = wait(world.service.work(9)).unwrap();
    assert_eq!((report.done, report.refused.len()), (0, 1), "{report:?}");
    assert_eq!(report.refused[0].1.to_string(), refused.to_string());
    assert_eq!(world.status(order), Status::ValidationFailed);
    let instance = world.instance(order);
    let Phase::Failed { reason, .. } = instance.phase() else {
        panic!("{instance:?}")
    };
    assert_eq!(reason.as_str(), "the company is not known");
    assert!(wait(world.service.parked(None, 9)).unwrap().is_empty());
    told(&world, order, Notice::ValidationFailed);
    assert_eq!(waiting(&world), 0);
}

/// Nothing is lost where the rejection can't be recorded at once.
#[test]
fn a_rejection_that_is_not_recorded_is_asked_about_again() {
    let world = World::new("2019-08-intl", "2019-09-01T09:00:00+08:00");
    world.buy(OV, 1);
    let order = world.order(OV, for_company());
    for _ in 0..2 {
        world.ca.submit.add(Fault::Before(CaError::refused("no")));
    }
    let away = StoreError::Unavailable(None);
    world.store.commit.add(Fault::Before(away.into()));
    let report = wait(world.service.work(9)).unwrap();
    assert_eq!(report.failed.len(), 1, "{report:?}");
    assert_eq!(world.status(order), Status::Validating);
    let report = wait(world.service.work(9)).unwrap();
    assert_eq!(report.refused.len(), 1, "{report:?}");
    assert_eq!(world.status(order), Status::ValidationFailed);
}

/// While the domain is to be proved, no order is rejected: the row waits for a person, who gets
/// the unit back for its holder.
#[test]
fn r06_a_submission_that_is_refused_before_the_proof_is_laid_aside() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let plan = world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.ca.submit.add(Fault::Before(CaError::refused("no")));
    let report = wait(world.service.work(9)).unwrap();
    assert_eq!(report.refused.len(), 1, "{report:?}");
    assert_eq!(wait(world.service.parked(None, 9)).unwrap().len(), 1);
    assert_eq!(world.status(order), Status::DomainVerification);
    world.execute(order, &Command::Withdraw).unwrap();
    world.execute(order, &Command::Delete).unwrap();
    assert_eq!(world.ledger(plan).0, 1);
}

/// Sweeps every half minute for so long; how often the CA was asked, and what was told last.
fn sweeps(world: &World, seconds: i64) -> (usize, Option<ServiceError>) {
    let service = world.service.clone().with_settings(Settings::default());
    let (before, mut last) = (world.ca.polls(), None);
    for _ in 0..seconds / 30 {
        world.clock.advance(30);
        let report = wait(service.sweep(9)).unwrap();
        last = report
            .failed
            .into_iter()
            .next()
            .map(|(_, error)| error)
            .or(last);
    }
    (world.ca.polls() - before, last)
}

/// The rules let no order be rejected before its domain is proved, and know no cancellation by
/// the CA: that it was closed is told at each look, and its holder gets the unit back by hand.
#[test]
fn what_the_ca_closes_before_the_proof_is_told_and_asked_about_less_and_less() {
    for rejected in [true, false] {
        let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
        let plan = world.buy(DV, 1);
        let order = world.order(DV, request(P256));
        world.work();
        world.refresh(order).unwrap();
        if rejected {
            // It found the proof and decided, all between two looks.
            let instance = world.instance(order);
            let challenge = instance.application().unwrap().challenge().unwrap();
            world.zone.publish(challenge);
            wait(world.local.poll(order, world.clock.now())).unwrap();
            world.local.reject(order, note("a forbidden name")).unwrap();
        } else {
            let id = world.service.ports().ids.request_id();
            wait(world.local.cancel(id, order)).unwrap();
        }
        let before = world.load(order);
        let closed = world.refresh(order).unwrap_err();
        let told = format!("the CA has closed order {order}, which waits for it");
        let why = if rejected { ": a forbidden name" } else { "" };
        assert_eq!(closed.to_string(), format!("{told}{why}"));
        assert!(!closed.retry_helps());
        assert_eq!(world.load(order), before);

        // Every half minute at first, every hour after a day.
        let (polls, last) = sweeps(&world, 600);
        assert_eq!(polls, 20);
        assert!(matches!(last, Some(ServiceError::ClosedByCa { order: of, .. }) if of == order));
        let (polls, _) = sweeps(&world, 85_800);
        assert!((80..140).contains(&polls), "{polls}");
        let (polls, last) = sweeps(&world, 36_000);
        assert_eq!((polls, last.is_some()), (10, true));

        // What the error says to do.
        world.execute(order, &Command::Withdraw).unwrap();
        world.execute(order, &Command::Delete).unwrap();
        world.work();
        assert_eq!(world.ledger(plan).0, 1);
        let (polls, last) = sweeps(&world, 7_200);
        assert!(polls == 0 && last.is_none(), "{polls} {last:?}");
    }
}

/// One under review that the CA cancels by itself fails by hand.
#[test]
fn what_the_ca_cancels_under_review_is_told_and_rejected_by_hand() {
    let world = World::with(
        super::world::config().with_review(cert_lifecycle::adapter::local_ca::ReviewPolicy::Manual),
        super::world::fixed(API_2021),
        "2021-03-01T09:00:00+08:00",
    );
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.prove(order);
    let id = world.service.ports().ids.request_id();
    wait(world.local.cancel(id, order)).unwrap();
    let closed = world.refresh(order).unwrap_err();
    assert!(
        matches!(closed, ServiceError::ClosedByCa { reason: None, .. }),
        "{closed:?}"
    );
    let reason = note("the CA cancelled it");
    world.execute(order, &Command::Reject { reason }).unwrap();
    assert_eq!(world.status(order), Status::ValidationFailed);
    assert!(world.refresh(order).unwrap().is_empty());
}
