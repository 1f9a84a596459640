//! Revocations: the confirmation by mail, refusals, the CA's own, and the window in between.

use cert_lifecycle::adapter::local_ca::ReviewPolicy;
use cert_lifecycle::lifecycle::{Command, Event, InstanceEvent};
use cert_lifecycle::model::{OrderId, Phase, RevocationCause, RevocationReason, Status};
use cert_lifecycle::port::{CaError, CaRevocation, CertificateAuthority, StoreError};

use super::parts::Fault;
use super::world::{
    API_2021, API_2023, DAY, DV, OV, P256, REVOKE, World, at, config, fixed, for_company, note,
    refused, request, wait,
};

fn manual(edition: &str) -> World {
    World::with(
        config().with_revocation(ReviewPolicy::Manual),
        fixed(edition),
        "2021-03-01T09:00:00+08:00",
    )
}

fn at_ca(world: &World, order: OrderId) -> Option<CaRevocation> {
    let answer = wait(world.local.poll(order, at("2021-03-01T00:00:00Z"))).unwrap();
    answer.revocation
}

#[test]
fn the_holder_of_an_ov_certificate_confirms_by_mail() {
    let world = manual(API_2021);
    let plan = world.buy(OV, 1);
    let order = world.issued(OV, for_company());
    world.execute(order, &REVOKE).unwrap();
    assert_eq!(world.status(order), Status::RevocationToConfirm);
    world.work();
    assert_eq!(at_ca(&world, order), Some(CaRevocation::ToConfirm));
    // The mail is not answered: nothing to bring back.
    assert!(world.refresh(order).unwrap().is_empty());
    assert_eq!(world.status(order), Status::RevocationToConfirm);

    world.clock.advance(3_600);
    let now = cert_lifecycle::port::Clock::now(&*world.clock);
    world.local.confirm_revocation(order, now).unwrap();
    assert_eq!(world.refresh(order).unwrap().len(), 1);
    assert_eq!(world.status(order), Status::ValidatingRevocation);
    assert!(world.refresh(order).unwrap().is_empty());

    world.local.complete_revocation(order, now).unwrap();
    world.refresh(order).unwrap();
    assert_eq!(world.status(order), Status::Revoked);
    assert_eq!(world.ledger(plan), (1, 0, 0, 1, 1));
    world.replays(order);
}

#[test]
fn a_confirmation_and_a_completion_between_two_looks_are_both_recorded() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    world.buy(OV, 1);
    let order = world.issued(OV, for_company());
    world.execute(order, &REVOKE).unwrap();
    world.work();
    world.clock.advance(60);
    let now = cert_lifecycle::port::Clock::now(&*world.clock);
    world.local.confirm_revocation(order, now).unwrap();
    assert!(matches!(
        at_ca(&world, order),
        Some(CaRevocation::Revoked { .. })
    ));
    let receipts = world.refresh(order).unwrap();
    assert_eq!(receipts.len(), 2);
    assert!(matches!(
        receipts[0].events[..],
        [Event::Instance {
            event: InstanceEvent::RevocationConfirmed { .. },
            ..
        }]
    ));
    assert_eq!(world.status(order), Status::Revoked);
    world.replays(order);
}

#[test]
fn a_refused_revocation_gives_the_attempt_back_and_may_be_asked_again() {
    let world = manual(API_2023);
    let plan = world.buy(OV, 1);
    let order = world.issued(OV, for_company());
    for round in 0..2 {
        world.execute(order, &REVOKE).unwrap();
        assert_eq!(world.ledger(plan), (0, 0, 1, 1, 1), "round {round}");
        assert_eq!(refused(world.execute(order, &REVOKE)).0, "R-35");
        world.work();
        world.clock.advance(60);
        world
            .local
            .refuse_revocation(order, note("the caller could not be reached"))
            .unwrap();
        world.refresh(order).unwrap();
        assert_eq!(world.status(order), Status::Issued);
        assert_eq!(world.ledger(plan), (0, 0, 1, 1, 0), "round {round}");
        // The refusal is read once more, and means nothing more.
        assert!(world.refresh(order).unwrap().is_empty());
        world.clock.advance(60);
    }
    // The allowance is one revocation, and it is still there.
    world.execute(order, &REVOKE).unwrap();
    world.work();
    let now = cert_lifecycle::port::Clock::now(&*world.clock);
    world.local.confirm_revocation(order, now).unwrap();
    world.local.complete_revocation(order, now).unwrap();
    world.refresh(order).unwrap();
    assert_eq!(world.status(order), Status::Revoked);
    world.replays(order);
}

#[test]
fn an_old_refusal_does_not_touch_a_newer_request() {
    let world = manual(API_2021);
    let plan = world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    world.execute(order, &REVOKE).unwrap();
    world.work();
    world.local.refuse_revocation(order, note("no")).unwrap();
    world.refresh(order).unwrap();
    world.clock.advance(1);
    // The new request is decided, but the worker has not run: the CA still tells the old refusal.
    world.execute(order, &REVOKE).unwrap();
    assert!(matches!(
        at_ca(&world, order),
        Some(CaRevocation::Refused { .. })
    ));
    assert!(world.refresh(order).unwrap().is_empty());
    assert_eq!(world.status(order), Status::ValidatingRevocation);
    assert_eq!(world.ledger(plan).4, 1);
    world.work();
    assert_eq!(at_ca(&world, order), Some(CaRevocation::Pending));
    let now = cert_lifecycle::port::Clock::now(&*world.clock);
    world.local.complete_revocation(order, now).unwrap();
    world.refresh(order).unwrap();
    assert_eq!(world.status(order), Status::Revoked);
}

/// Within one second the CA's word cannot tell two requests apart. The second one may be taken for
/// refused, but a revocation that the CA then carries out must not stay unseen.
#[test]
fn a_revocation_that_the_service_took_for_refused_is_recorded_when_it_is_done() {
    let world = manual(API_2021);
    let plan = world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    world.execute(order, &REVOKE).unwrap();
    world.work();
    world.local.refuse_revocation(order, note("no")).unwrap();
    world.refresh(order).unwrap();
    world.execute(order, &REVOKE).unwrap();
    world.refresh(order).unwrap();
    world.work();
    let now = cert_lifecycle::port::Clock::now(&*world.clock);
    world.local.complete_revocation(order, now).unwrap();
    world.refresh(order).unwrap();
    assert_eq!(world.status(order), Status::Revoked);
    assert!(world.crl().contains(&world.local.serial(order).unwrap()));
    assert_eq!(world.ledger(plan).0, 1);
    world.replays(order);
}

#[test]
fn the_ca_revokes_on_its_own_account() {
    let world = manual(API_2021);
    let plan = world.buy(DV, 2);
    for asked_before in [false, true] {
        let order = world.issued(DV, request(P256));
        if asked_before {
            world.execute(order, &REVOKE).unwrap();
            world.work();
        }
        world.clock.advance(60);
        let now = cert_lifecycle::port::Clock::now(&*world.clock);
        let reason = RevocationReason::PrivilegeWithdrawn;
        world
            .local
            .revoke_on_own_account(order, reason, now)
            .unwrap();
        let receipts = world.refresh(order).unwrap();
        assert_eq!(receipts.len(), 1);
        assert_eq!(receipts[0].rules[0].to_string(), "T-48");
        let instance = world.instance(order);
        assert!(
            matches!(
                instance.phase(),
                Phase::Revoked {
                    cause: RevocationCause::ByCa,
                    reason: RevocationReason::PrivilegeWithdrawn,
                    at,
                    ..
                } if *at == now
            ),
            "{instance:?}"
        );
        // Quota follows as if the holder had revoked.
        let charged = u32::from(asked_before);
        assert_eq!(world.plan(plan).remaining(), 2);
        assert_eq!(world.plan(plan).revocations(), charged);
        assert!(world.refresh(order).unwrap().is_empty());
        world.replays(order);
    }
}

#[test]
fn the_instant_of_completion_counts_not_that_of_the_look() {
    // Issued on 2021-03-01: thirty days end with 2021-03-31 (+08:00).
    let end = at("2021-04-01T00:00:00+08:00");
    for (completed, returned) in [(end.saturating_add(-1), true), (end, false)] {
        let world = manual(API_2021);
        let plan = world.buy(DV, 1);
        let order = world.issued(DV, request(P256));
        world.clock.set(end.saturating_add(-600));
        world.execute(order, &REVOKE).unwrap();
        world.work();
        world.local.complete_revocation(order, completed).unwrap();
        world.clock.set(end.saturating_add(5 * DAY));
        world.refresh(order).unwrap();
        assert_eq!(world.status(order), Status::Revoked);
        assert_eq!(world.plan(plan).remaining(), u32::from(returned));
        world.replays(order);
    }
}

#[test]
fn a_revocation_is_sent_once_more_after_a_lost_answer_and_counts_once() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let plan = world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    world.work();
    world.execute(order, &REVOKE).unwrap();
    let lost = Fault::After(CaError::unavailable("the line broke"));
    world.ca.revoke.add(lost);
    let report = wait(world.service.work(64)).unwrap();
    assert_eq!((report.done, report.failed.len()), (0, 1));
    // The CA has done it already.
    world.refresh(order).unwrap();
    assert_eq!(world.status(order), Status::Revoked);
    // The repeat carries the same id and is harmless.
    assert_eq!(world.work().done, 2);
    let revocations: Vec<_> = world
        .ca
        .asked()
        .into_iter()
        .filter(|asked| matches!(asked, super::parts::Asked::Revoke(_)))
        .collect();
    assert_eq!(revocations.len(), 2);
    assert_eq!(revocations[0], revocations[1]);
    assert_eq!(world.ledger(plan), (1, 0, 0, 1, 1));
    assert_eq!(world.crl().len(), 1);
}

#[test]
fn a_request_that_the_ca_refuses_at_once_restores_the_certificate_and_the_attempt() {
    let world = World::new(API_2023, "2024-03-01T09:00:00+08:00");
    let plan = world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    world.execute(order, &REVOKE).unwrap();
    assert_eq!(world.ledger(plan).4, 1, "one attempt is used");
    world
        .ca
        .revoke
        .add(Fault::Before(CaError::refused("under a court's hold")));
    let report = wait(world.service.work(64)).unwrap();
    assert_eq!((report.done, report.refused.len()), (1, 1), "{report:?}");
    assert_eq!(world.status(order), Status::Issued);
    assert_eq!(world.ledger(plan).4, 0, "and given back");
    // The holder may ask again, and the CA may be in another mind.
    world.execute(order, &REVOKE).unwrap();
    world.work();
    world.refresh(order).unwrap();
    assert_eq!(world.status(order), Status::Revoked);
    world.replays(order);
}

#[test]
fn a_repeated_refusal_of_an_old_request_leaves_a_newer_one_alone() {
    let world = manual(API_2023);
    let plan = world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    world.work();
    world.execute(order, &REVOKE).unwrap();
    // The CA refuses, which is recorded; but the row can't be finished and comes again.
    let no = || Fault::Before(CaError::refused("no"));
    world.ca.revoke.add(no());
    world
        .store
        .finish
        .add(Fault::Before(StoreError::Unavailable(None)));
    let report = wait(world.service.work(64)).unwrap();
    assert_eq!(report.failed.len(), 1, "{report:?}");
    assert_eq!(world.status(order), Status::Issued);
    world.clock.advance(60);
    world.execute(order, &REVOKE).unwrap();
    world.ca.revoke.add(no());
    let report = wait(world.service.work(1)).unwrap();
    assert_eq!((report.done, report.refused.len()), (0, 1), "{report:?}");
    // The notice of the first refusal, and the newer request.
    assert_eq!(world.work().done, 2);
    assert_eq!(world.status(order), Status::ValidatingRevocation);
    assert_eq!(world.ledger(plan).4, 1, "the newer request is charged");
    let now = cert_lifecycle::port::Clock::now(&*world.clock);
    world.local.complete_revocation(order, now).unwrap();
    world.refresh(order).unwrap();
    assert_eq!(world.status(order), Status::Revoked);
    assert_eq!(world.ledger(plan).4, 1);
}

#[test]
fn t48_a_late_request_takes_nothing_from_what_the_ca_did_before_it() {
    // Under S1 the holder's request decides, and this one comes after the window; but the CA had
    // revoked inside it.
    for late_request in [false, true] {
        let world = World::new("2019-08-intl", "2019-09-01T09:00:00+08:00");
        let plan = world.buy(DV, 1);
        let order = world.issued(DV, request(P256));
        world.clock.set(at("2019-10-05T09:00:00+08:00"));
        if late_request {
            world.execute(order, &REVOKE).unwrap();
        }
        let by_ca = Command::RecordCaRevocation {
            reason: RevocationReason::KeyCompromise,
            at: at("2019-09-10T09:00:00+08:00"),
        };
        world.execute(order, &by_ca).unwrap();
        let charged = u32::from(late_request);
        assert_eq!(world.ledger(plan), (1, 0, 0, 1, charged));
    }
}
