//! An order that was withdrawn, and its instance applied for anew under another number: what the CA says of
//! the former one says nothing of the new one.

use cert_lifecycle::adapter::local_ca::ReviewPolicy;
use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::{OrderId, Status};
use cert_lifecycle::port::{CaAnswer, CaError, CaState, CertificateAuthority, Clock};

use super::world::{API_2021, DV, P256, World, config, fixed, note, request, wait};

fn world() -> World {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    world.buy(DV, 1);
    world
}

/// Withdraws it, and applies with its slot once more.
fn anew(world: &World, former: OrderId) -> OrderId {
    world.execute(former, &Command::Withdraw).unwrap();
    let applied = world.service.apply(world.account, former, request(P256));
    let (order, _) = wait(applied).unwrap();
    assert_ne!(order, former);
    assert_eq!(world.instance(former).id(), world.instance(order).id());
    order
}

/// The CA's word on an order, and nothing beside it.
fn word(state: CaState) -> CaAnswer {
    CaAnswer {
        state,
        challenge: None,
        revocation: None,
    }
}

/// Gives an answer for the former order, after which the new one is as before.
fn nothing_follows(world: &World, (former, order): (OrderId, OrderId), answer: CaAnswer) {
    let before = world.load(order);
    let received = world.service.receive(world.account, former, answer);
    assert!(wait(received).unwrap().is_empty());
    assert_eq!(world.load(order), before);
}

#[test]
fn r12_what_the_ca_cancelled_is_not_the_order_that_came_after_it() {
    let world = world();
    let former = world.order(DV, request(P256));
    world.work();
    world.refresh(former).unwrap();
    let order = anew(&world, former);
    world.work();
    let now = world.clock.now();
    let closed = wait(world.local.poll(former, now)).unwrap();
    assert_eq!(closed.state, CaState::Cancelled);
    let before = world.load(order);
    assert!(world.refresh(former).unwrap().is_empty());
    assert_eq!(world.load(order), before);
    // Its own answer counts.
    assert!(!world.refresh(order).unwrap().is_empty());
}

#[test]
fn r08_a_former_order_that_is_rejected_rejects_no_other() {
    let by_hand = config().with_review(ReviewPolicy::Manual);
    let world = World::with(by_hand, fixed(API_2021), "2021-03-01T09:00:00+08:00");
    world.buy(DV, 1);
    let former = world.order(DV, request(P256));
    let order = anew(&world, former);
    let reason = || CaState::Rejected {
        reason: note("no longer wanted"),
    };
    nothing_follows(&world, (former, order), word(reason()));
    world.prove(order);
    assert_eq!(world.status(order), Status::Validating);
    nothing_follows(&world, (former, order), word(reason()));
    nothing_follows(&world, (former, order), word(CaState::Cancelled));
}

#[test]
fn r06_a_former_order_that_is_proved_proves_no_other() {
    let world = world();
    let former = world.order(DV, request(P256));
    let order = anew(&world, former);
    nothing_follows(&world, (former, order), word(CaState::UnderReview));
    assert_eq!(world.status(order), Status::DomainVerification);
}

/// The challenge of the former order is not that of the new one.
#[test]
fn r15_a_former_challenge_is_not_received() {
    let world = world();
    let former = world.order(DV, request(P256));
    world.work();
    let answer = wait(world.local.poll(former, world.clock.now())).unwrap();
    assert!(answer.challenge.is_some());
    let order = anew(&world, former);
    nothing_follows(&world, (former, order), answer);
}

/// What the CA issues for the former order all the same is recorded, and the new one goes on.
#[test]
fn t49_a_certificate_of_a_former_order_is_recorded() {
    let world = world();
    let former = world.order(DV, request(P256));
    world.prove(former);
    let order = anew(&world, former);
    world.work();
    world.local.issue_anyway(former).unwrap();
    let receipts = world.refresh(former).unwrap();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].rules[0].to_string(), "T-49");
    assert_eq!(world.orphans(order), 1);
    assert_eq!(world.status(order), Status::DomainVerification);
    assert!(world.refresh(former).unwrap().is_empty());
    world.issue(order);
}

/// An order that was withdrawn before the CA heard of it is not handed on with what came after it.
#[test]
fn r12_the_ca_never_hears_of_what_was_withdrawn_before() {
    let world = world();
    let former = world.order(DV, request(P256));
    let order = anew(&world, former);
    world.work();
    let now = world.clock.now();
    let unknown = wait(world.local.poll(former, now)).unwrap_err();
    assert_eq!(unknown, CaError::UnknownOrder(former));
    assert!(world.refresh(former).unwrap().is_empty());
    assert!(wait(world.local.poll(order, now)).is_ok());
}

/// While one worker is about to hand the order in, its holder withdraws it and applies anew, and another
/// worker finishes all: the cancellation came before the submission, and is sent after it.
#[test]
fn r12_a_cancellation_that_overtakes_the_submission_of_a_former_order_is_sent_after_it() {
    let world = world();
    let former = world.order(DV, request(P256));
    let (rival, account) = (world.rival(), world.account);
    world.store.between_once(move || {
        wait(rival.execute(account, former, &Command::Withdraw)).unwrap();
        wait(rival.apply(account, former, request(P256))).unwrap();
        let report = wait(rival.work(64)).unwrap();
        assert_eq!((report.refused.len(), report.failed.len()), (0, 0));
    });
    wait(world.service.work(64)).unwrap();
    world.store.undisturbed();
    assert_eq!(world.status(former), Status::DomainVerification);
    let answer = wait(world.local.poll(former, world.clock.now())).unwrap();
    assert_eq!(answer.state, CaState::Cancelled);
}
