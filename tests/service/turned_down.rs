//! A CA that will not take an order, or lets go of it.

use cert_lifecycle::lifecycle::{Command, Notice};
use cert_lifecycle::model::{OrderId, Phase, Status};
use cert_lifecycle::port::{CaError, OutboxPart, Store};

use super::parts::Fault;
use super::world::{API_2021, DV, OV, P256, World, for_company, request, wait};

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
    use cert_lifecycle::port::StoreError;
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
