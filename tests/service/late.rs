//! Answers of the CA that come late, twice, or for an order that is over.

use cert_lifecycle::lifecycle::{Command, Effect};
use cert_lifecycle::model::{OrderId, Status};
use cert_lifecycle::port::{CaError, CaState, CertificateAuthority, OutboxPart, Store};
use cert_lifecycle::service::ServiceError;

use super::parts::Asked;
use super::world::{API_2021, DV, P256, World, refused, request, wait};

fn world() -> World {
    World::new(API_2021, "2021-03-01T09:00:00+08:00")
}

/// An order under review that its holder withdrew, and the CA issues all the same.
fn crossed(world: &World) -> OrderId {
    let order = world.order(DV, request(P256));
    world.prove(order);
    world.execute(order, &Command::Withdraw).unwrap();
    world.work();
    world.local.issue_anyway(order).unwrap();
    order
}

/// The certificate is recorded as an orphan, revoked at the CA, and changes nothing else.
fn becomes_an_orphan(world: &World, order: OrderId) {
    let receipts = world.refresh(order).unwrap();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].rules[0].to_string(), "T-49");
    let serial = world.local.serial(order).unwrap();
    assert_eq!(world.orphans(order), 1);
    assert!(world.crl().is_empty());

    // Before the worker comes and after it: the doubled answer is nothing new.
    assert!(world.refresh(order).unwrap().is_empty());
    let rows = wait(world.store.inner.outbox(OutboxPart::Waiting, None, 9)).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(
        matches!(rows[0].effect, Ok(Effect::RevokeOrphan { order: of, serial: number, .. })
            if of == order && number == serial)
    );
    world.work();
    assert_eq!(world.crl(), [serial]);
    assert!(world.refresh(order).unwrap().is_empty());
    assert_eq!(world.orphans(order), 1);
    assert_eq!(world.work().done, 0);
    world.replays(order);
}

#[test]
fn an_approval_after_the_withdrawal_is_revoked() {
    let world = world();
    let plan = world.buy(DV, 1);
    let order = crossed(&world);
    let before = world.plan(plan);
    becomes_an_orphan(&world, order);
    assert_eq!(world.plan(plan), before);
    assert_eq!(world.status(order), Status::PendingApplication);
    // The order goes its way, and the unit comes back once.
    world.execute(order, &Command::Delete).unwrap();
    assert_eq!(world.ledger(plan), (1, 0, 0, 0, 0));
    assert!(world.refresh(order).unwrap().is_empty());
}

#[test]
fn an_approval_after_the_deletion_is_revoked() {
    let world = world();
    let plan = world.buy(DV, 1);
    let order = crossed(&world);
    world.execute(order, &Command::Delete).unwrap();
    world.work();
    let before = world.plan(plan);
    assert_eq!(before.remaining(), 1);
    becomes_an_orphan(&world, order);
    assert_eq!(world.plan(plan), before);
    let gone = wait(world.service.describe(world.account, order));
    assert_eq!(refused(gone).0, "R-21");
}

#[test]
fn an_approval_before_the_withdrawal_reached_the_ca_is_revoked_too() {
    use cert_lifecycle::adapter::local_ca::ReviewPolicy;
    let world = World::with(
        super::world::config().with_review(ReviewPolicy::Manual),
        super::world::fixed(API_2021),
        "2021-03-01T09:00:00+08:00",
    );
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.prove(order);
    // The CA decides, the holder withdraws, and the two messages cross.
    world.local.approve(order).unwrap();
    world.execute(order, &Command::Withdraw).unwrap();
    world.work();
    becomes_an_orphan(&world, order);
    assert!(matches!(
        world.ca.asked().last(),
        Some(Asked::Revoke(revocation)) if revocation.order == order
    ));
}

#[test]
fn a_doubled_look_changes_nothing() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.work();
    let version = |world: &World| world.load(order).instance.unwrap().version;
    assert_eq!(world.refresh(order).unwrap().len(), 1);
    let challenged = version(&world);
    assert!(world.refresh(order).unwrap().is_empty());
    assert_eq!(version(&world), challenged);

    let instance = world.instance(order);
    let challenge = instance.application().unwrap().challenge().unwrap();
    world.zone.publish(challenge);
    assert_eq!(world.refresh(order).unwrap().len(), 1);
    assert_eq!(world.refresh(order).unwrap().len(), 1);
    assert_eq!(world.status(order), Status::Issued);
    let issued = version(&world);
    for _ in 0..3 {
        assert!(world.refresh(order).unwrap().is_empty());
    }
    assert_eq!(version(&world), issued);
}

#[test]
fn one_look_may_bring_everything_at_once() {
    use cert_lifecycle::port::{CertificateAuthority, Clock};
    let world = world();
    let plan = world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.work();
    // The holder publishes the proof without asking the service, and the CA goes all the way.
    let now = world.clock.now();
    let answer = wait(world.local.poll(order, now)).unwrap();
    world.zone.publish(&answer.challenge.unwrap());
    for _ in 0..2 {
        wait(world.local.poll(order, now)).unwrap();
    }
    let receipts = world.refresh(order).unwrap();
    let rules: Vec<String> = receipts
        .iter()
        .map(|one| one.rules[0].to_string())
        .collect();
    assert_eq!(rules, ["R-19", "R-06", "R-07"]);
    assert_eq!(world.ledger(plan), (0, 0, 1, 1, 0));
    world.replays(order);
}

#[test]
fn of_what_was_withdrawn_before_the_ca_heard_of_it_the_ca_knows_nothing() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.execute(order, &Command::Withdraw).unwrap();
    world.work();
    let before = world.load(order);
    let unknown = world.refresh(order).unwrap_err();
    assert!(
        matches!(unknown, ServiceError::Ca(CaError::UnknownOrder(of)) if of == order),
        "{unknown:?}"
    );
    assert_eq!(world.load(order), before);
}

#[test]
fn a_cancellation_that_overtakes_the_submission_is_sent_after_it() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    // While one worker is about to hand the order in, its holder withdraws, and another worker
    // finishes both rows: the CA has not heard of the order, so there is nothing to cancel.
    let (rival, account) = (world.rival(), world.account);
    world.store.between_once(move || {
        wait(rival.execute(account, order, &Command::Withdraw)).unwrap();
        let report = wait(rival.work(64)).unwrap();
        assert_eq!((report.refused.len(), report.failed.len()), (0, 0));
    });
    wait(world.service.work(64)).unwrap();
    world.store.undisturbed();
    assert_eq!(world.status(order), Status::PendingApplication);
    let now = cert_lifecycle::port::Clock::now(&*world.clock);
    let answer = wait(world.local.poll(order, now)).unwrap();
    assert_eq!(answer.state, CaState::Cancelled);
}

#[test]
fn t49_a_late_certificate_is_known_by_its_names_where_no_key_was_ever_told() {
    for deleted in [false, true] {
        let world = world();
        let plan = world.buy(DV, 1);
        let order = world.order(DV, request(P256));
        world.work();
        // The CA goes all the way before anybody reads its challenge.
        let now = cert_lifecycle::port::Clock::now(&*world.clock);
        let answer = wait(world.local.poll(order, now)).unwrap();
        world.zone.publish(&answer.challenge.unwrap());
        for _ in 0..2 {
            wait(world.local.poll(order, now)).unwrap();
        }
        world.execute(order, &Command::Withdraw).unwrap();
        if deleted {
            world.execute(order, &Command::Delete).unwrap();
        }
        world.work();
        becomes_an_orphan(&world, order);
        let back = u32::from(deleted);
        assert_eq!(world.ledger(plan), (back, 1 - back, 0, 0, 0));
    }
}
