//! Whole lives: from the plan to the revocation, with every kind of key.

use cert_lifecycle::lifecycle::{Case, Command, RefusalKind, Slot};
use cert_lifecycle::model::{
    HoldState, InstanceId, KeySource, OrderId, RevocationReason, Status, Submission,
};
use cert_lifecycle::pki::{Limits, matches_csr, matches_key, parse_private_key};
use cert_lifecycle::port::{Clock, KeyVault, KeyVaultError, Loaded, Version, Versioned};
use cert_lifecycle::service::ServiceError;

use super::world::{
    API_2021, DAY, DV, P256, REVOKE, RSA, World, at, csr, for_package, note, refused, request, tom,
    wait, with_csr,
};

fn world() -> World {
    World::new(API_2021, "2021-03-01T09:00:00+08:00")
}

fn exported(world: &World, order: OrderId) -> Result<String, ServiceError> {
    let key = wait(world.service.export_key(world.account, order))?;
    Ok(key.expose().to_owned())
}

#[test]
fn orders_live_with_the_holders_key() {
    let world = world();
    let by_package = Submission::for_package(
        Vec::new(),
        tom(),
        cert_lifecycle::model::ValidationMethod::Dns,
        KeySource::Own(csr("p384.csr").into()),
    );
    for (submission, file) in [
        (with_csr("p256.csr"), "p256.csr"),
        (with_csr("rsa2048.csr"), "rsa2048.csr"),
        (by_package.unwrap(), "p384.csr"),
    ] {
        let plan = world.buy(DV, 1);
        let (order, receipt) = world.submit(DV, submission).unwrap();
        assert_eq!(receipt.status, Some(Status::DomainVerification));
        assert_eq!(world.ledger(plan), (0, 1, 0, 0, 0));
        let certificate = world.issue(order);
        assert_eq!(world.ledger(plan), (0, 0, 1, 1, 0));
        matches_csr(&certificate, &csr(file)).unwrap();
        // The request's other name was not applied for.
        let names = &certificate.facts().names;
        assert_eq!(names.len(), 1);
        assert!(certificate.names_exactly(&"www.example.com".parse().unwrap()));

        // There is no key to export: the holder has it.
        let none = wait(world.service.export_key(world.account, order)).unwrap_err();
        assert!(
            matches!(none, ServiceError::Vault(KeyVaultError::NotFound(of)) if of == order),
            "{none:?}"
        );
        assert!(!none.retry_helps());

        world.execute(order, &REVOKE).unwrap();
        assert_eq!(world.status(order), Status::ValidatingRevocation);
        assert!(world.crl().is_empty() || !world.crl().contains(&certificate.serial()));
        world.work();
        world.refresh(order).unwrap();
        assert_eq!(world.status(order), Status::Revoked);
        assert_eq!(world.ledger(plan), (1, 0, 0, 1, 1));
        assert!(world.crl().contains(&certificate.serial()));
        world.replays(order);
        // The unit that came back is used, so that the next plan is drawn from.
        let used = world.order(DV, request(P256));
        world.replays(used);
        world.clock.advance(60);
    }
}

#[test]
fn orders_live_with_a_key_made_here() {
    let world = world();
    for (kind, submission) in [
        (P256, request(P256)),
        (RSA, request(RSA)),
        (P256, for_package(tom(), KeySource::ServiceMade(P256))),
        (RSA, for_package(tom(), KeySource::ServiceMade(RSA))),
    ] {
        let plan = world.buy(DV, 1);
        let order = world.order(DV, submission);
        let early = ("R-25".to_owned(), RefusalKind::State);
        assert_eq!(refused(exported(&world, order)), early);
        world.prove(order);
        // The vault has the key by now, but the order is not issued.
        assert!(wait(world.vault.inner.export(order)).is_ok());
        assert_eq!(refused(exported(&world, order)), early);
        world.refresh(order).unwrap();
        let certificate = world.certificate(order);
        assert_eq!(certificate.facts().key, kind);

        let pem = exported(&world, order).unwrap();
        let key = parse_private_key(pem.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(key.kind(), kind);
        matches_key(&certificate, &key).unwrap();
        // As often as one likes.
        assert_eq!(exported(&world, order).unwrap(), pem);

        let late = ("R-36".to_owned(), RefusalKind::State);
        world.execute(order, &REVOKE).unwrap();
        assert_eq!(refused(exported(&world, order)), late);
        world.work();
        world.refresh(order).unwrap();
        assert_eq!(world.status(order), Status::Revoked);
        assert_eq!(refused(exported(&world, order)), late);
        assert_eq!(world.ledger(plan), (1, 0, 0, 1, 1));
        world.replays(order);
        world.order(DV, request(P256));
    }
}

#[test]
fn an_expired_certificate_and_its_key_can_still_be_collected() {
    let world = world();
    world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    let not_after = world.certificate(order).validity().not_after();
    world.clock.set(not_after.saturating_add(40 * DAY));
    assert_eq!(world.status(order), Status::Expired);
    assert!(exported(&world, order).is_ok());
}

#[test]
fn the_key_of_a_deleted_order_is_destroyed() {
    let world = world();
    let plan = world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.prove(order);
    assert!(wait(world.vault.inner.export(order)).is_ok());
    world.execute(order, &Command::Withdraw).unwrap();
    assert_eq!(world.ledger(plan), (0, 1, 0, 0, 0));
    world.work();
    assert!(wait(world.vault.inner.export(order)).is_ok());
    world.execute(order, &Command::Delete).unwrap();
    assert_eq!(world.ledger(plan), (1, 0, 0, 0, 0));
    assert_eq!(
        world.instance(order).hold().unwrap().state,
        HoldState::Returned
    );
    world.work();
    assert!(matches!(
        wait(world.vault.inner.export(order)),
        Err(KeyVaultError::NotFound(_))
    ));
    assert!(matches!(
        wait(world.vault.inner.make(order, P256)),
        Err(KeyVaultError::Destroyed(_))
    ));
    assert_eq!(
        refused(exported(&world, order)),
        ("R-21".to_owned(), RefusalKind::OrderNotFound)
    );
    world.replays(order);
}

#[test]
fn an_order_that_is_withdrawn_before_the_worker_comes_is_not_handed_in() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.execute(order, &Command::Withdraw).unwrap();
    let report = world.work();
    assert_eq!(report.done, 2, "submission and cancellation");
    let asked = world.ca.asked();
    assert!(
        matches!(asked[..], [super::parts::Asked::Cancel(_, of)] if of == order),
        "{asked:?}"
    );
}

#[test]
fn the_term_is_a_year_with_both_ends_counted() {
    let world = world();
    world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    // Nothing took time, so the certificate has the whole term.
    let validity = world.certificate(order).validity();
    assert_eq!(validity.inclusive_seconds(), 365 * DAY);
    assert_eq!(validity.not_before(), world.clock.now());
}

#[test]
fn an_order_that_is_deleted_before_the_worker_comes_makes_no_key_and_reaches_no_ca() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.execute(order, &Command::Withdraw).unwrap();
    world.execute(order, &Command::Delete).unwrap();
    let report = world.work();
    assert_eq!(report.done, 3, "submission, cancellation, destruction");
    assert!(matches!(
        wait(world.vault.inner.export(order)),
        Err(KeyVaultError::NotFound(_))
    ));
    assert_eq!(world.local.serial(order), None);
    assert!(wait(world.service.work(64)).unwrap().done == 0);
}

#[test]
fn a_rejection_fails_the_order_and_its_deletion_returns_the_unit() {
    use cert_lifecycle::adapter::local_ca::ReviewPolicy;
    let world = World::with(
        super::world::config().with_review(ReviewPolicy::Manual),
        super::world::fixed(API_2021),
        "2021-03-01T09:00:00+08:00",
    );
    let plan = world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.prove(order);
    world
        .local
        .reject(order, note("the name is on a list"))
        .unwrap();
    world.refresh(order).unwrap();
    assert_eq!(world.status(order), Status::ValidationFailed);
    // The same answer again changes nothing.
    assert!(world.refresh(order).unwrap().is_empty());
    assert_eq!(world.notices().len(), 1);
    assert_eq!(world.ledger(plan), (0, 1, 0, 0, 0));
    world.execute(order, &Command::Delete).unwrap();
    assert_eq!(world.ledger(plan), (1, 0, 0, 0, 0));
    world.replays(order);
}

#[test]
fn the_worker_takes_the_oldest_rows_first() {
    let world = world();
    world.buy(DV, 3);
    let orders = [(); 3].map(|()| world.order(DV, request(P256)));
    let report = wait(world.service.work(2)).unwrap();
    assert_eq!(report.done, 2);
    let submitted = |order| {
        world
            .ca
            .asked()
            .iter()
            .any(|asked| matches!(asked, super::parts::Asked::Submit(_, of) if *of == order))
    };
    assert_eq!(orders.map(submitted), [true, true, false]);
    world.issue(orders[2]);
    // Its notice is told once.
    assert_eq!(world.notices().len(), 1);
    assert_eq!(world.notices(), []);
    assert_eq!(world.work().done, 0);
}

#[test]
fn questions_about_an_order_are_answered_like_the_commands() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    let ask = |command| wait(world.service.availability(world.account, order, command)).unwrap();
    let wakeup = || wait(world.service.next_wakeup(world.account, order)).unwrap();
    assert!(ask(&Command::Withdraw).is_now());
    assert!(!ask(&REVOKE).is_now());
    assert_eq!(wakeup(), None);
    world.issue(order);
    assert!(!ask(&Command::Withdraw).is_now());
    assert!(ask(&REVOKE).is_now());
    let offers = wait(world.service.allowed(world.account, order)).unwrap();
    for offer in &offers {
        assert_eq!(offer.availability.is_now(), offer.refusal.is_none());
    }
    let revocation = offers
        .iter()
        .find(|offer| offer.command == REVOKE.kind())
        .unwrap();
    assert_eq!(revocation.availability, ask(&REVOKE));

    // Nothing is due before the instant that is named, and something is due at it.
    let due = wakeup().unwrap();
    world.clock.set(due.saturating_add(-1));
    assert!(
        world
            .execute(order, &Command::Wake)
            .unwrap()
            .events
            .is_empty()
    );
    world.clock.set(due);
    assert_eq!(
        world.execute(order, &Command::Wake).unwrap().events.len(),
        1
    );
    assert_ne!(wakeup(), Some(due));
}

#[test]
fn the_editions_of_a_case_give_the_law_that_the_service_goes_by() {
    let world = world();
    world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    let (instance, now) = (world.instance(order), world.clock.now());
    let rules = world.service.rules();
    let loaded = Loaded {
        instance: Some(Versioned {
            state: instance.clone(),
            version: Version(1),
        }),
        ..Loaded::default()
    };
    let editions = rules.editions(&loaded, now).unwrap();
    let pin = instance.application().unwrap().pin();
    assert_eq!(editions.application().pin(), pin);
    assert_eq!(editions.conduct().key(), rules.in_force(now).unwrap().key());
    let law = editions.law(rules.book());
    let seen = cert_lifecycle::lifecycle::status(&Case::of(&instance), now, law.conduct);
    assert_eq!(seen, Some(world.status(order)));
}

#[test]
fn r55_a_renewal_is_asked_for_with_the_time_that_it_carries_over() {
    let world = World::new(API_2021, "2022-03-01T09:00:00Z");
    world.buy(DV, 2);
    let order = world.issued(DV, request(P256));
    let old = world.certificate(order).validity().not_after();
    assert_eq!(old, at("2023-03-01T08:59:59Z"));
    world.clock.set(at("2023-02-20T00:00:00Z"));
    let slot = Slot {
        instance: InstanceId::new("renewal").unwrap(),
        order: OrderId::new(77).unwrap(),
    };
    let renew = Command::Renew { slot, paid: None };
    world.execute(order, &renew).unwrap();
    let renewed = world.issue(slot.order).validity();
    // A year after the old one, by date, whatever the day of issuance.
    assert_eq!(renewed.not_after(), at("2024-03-01T08:59:59Z"));
}

#[test]
fn an_answer_that_is_known_already_costs_one_look_into_the_store() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.work();
    assert_eq!(world.refresh(order).unwrap().len(), 1);
    let looks = || {
        let before = world.store.loads();
        assert!(world.refresh(order).unwrap().is_empty());
        world.store.loads() - before
    };
    assert_eq!(looks(), 1);
    world.issue(order);
    assert_eq!(looks(), 1);
    // What the CA revoked by itself is none of that.
    let reason = RevocationReason::KeyCompromise;
    world
        .local
        .revoke_on_own_account(order, reason, world.clock.now())
        .unwrap();
    assert_eq!(world.refresh(order).unwrap().len(), 1);
    assert_eq!(world.status(order), Status::Revoked);
}
