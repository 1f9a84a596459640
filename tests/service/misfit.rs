//! A CA that issues what nobody ordered: refused, and nothing is changed.

use std::error::Error;
use std::sync::Arc;

use cert_lifecycle::adapter::local_ca::LocalCaConfig;
use cert_lifecycle::lifecycle::{RefusalKind, Term};
use cert_lifecycle::model::{OrderId, PlanId, Status};
use cert_lifecycle::pki::ChainError;
use cert_lifecycle::port::{CaState, CertificateAuthority, Clock};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::service::ServiceError;

use super::world::{API_2021, DAY, DV, P256, World, config, fixed, refused, request, wait};

/// The CA's answer is refused by a rule, as often as it comes; afterwards all is as it was.
fn is_refused(world: &World, order: OrderId, plan: PlanId, rule: &str) {
    let before = (world.load(order), world.plan(plan));
    for _ in 0..2 {
        let refused = refused(world.refresh(order));
        assert_eq!(refused, (rule.to_owned(), RefusalKind::CaAnswer));
    }
    assert_eq!((world.load(order), world.plan(plan)), before);
    assert_eq!(world.status(order), Status::Validating);
    world.replays(order);
}

fn chain_of(world: &World, order: OrderId) -> Arc<str> {
    let answer = wait(world.local.poll(order, world.clock.now())).unwrap();
    let CaState::Issued { pem_chain } = answer.state else {
        panic!("not issued: {answer:?}")
    };
    pem_chain
}

#[test]
fn the_chain_of_another_order_has_another_key() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let plan = world.buy(DV, 2);
    let first = world.issued(DV, request(P256));
    let second = world.order(DV, request(P256));
    world.prove(second);
    world.ca.hands_out(Some(chain_of(&world, first)));
    is_refused(&world, second, plan, "K-07");
    // The right one is still accepted.
    world.ca.hands_out(None);
    world.refresh(second).unwrap();
    assert_eq!(world.status(second), Status::Issued);
    // And once it is there, no other takes its place.
    world.ca.hands_out(Some(chain_of(&world, first)));
    let other = refused(world.refresh(second));
    assert_eq!(other, ("R-07".to_owned(), RefusalKind::CaAnswer));
    assert_eq!(world.ledger(plan), (0, 0, 2, 2, 0));
}

#[test]
fn other_names_do_not_fit() {
    for names in [
        &["www.example.org"][..],
        &["www.example.com", "example.com"],
        &["*.example.com"],
    ] {
        let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
        let plan = world.buy(DV, 1);
        let order = world.order(DV, request(P256));
        world.ca.certifies(names);
        world.prove(order);
        is_refused(&world, order, plan, "K-07");
    }
}

#[test]
fn a_validity_above_the_ceiling_of_its_date_does_not_fit() {
    // On the last day of the 398 days the full year fits, on the next it does not.
    for (start, fits) in [
        ("2026-03-14T10:00:00Z", true),
        ("2026-03-15T10:00:00Z", false),
    ] {
        let careless = LocalCaConfig::new(|_| 398);
        let world = World::with(careless, fixed(API_2021), start);
        let plan = world.buy(DV, 1);
        let order = world.order(DV, request(P256));
        // A full year from the day of the order, whatever was asked.
        world.ca.certifies_for(Term::days(365));
        world.prove(order);
        if fits {
            world.refresh(order).unwrap();
            assert_eq!(world.status(order), Status::Issued);
        } else {
            is_refused(&world, order, plan, "K-08");
        }
    }
}

/// issuance fixes when the validity begins and ends, however long the proof took; the ceiling is
/// that of the day of issuance (K-08).
#[test]
fn r07_a_slow_proof_costs_no_day_of_the_term() {
    for (start, waiting, days) in [
        ("2021-03-01T01:00:00Z", 0, 365),
        ("2021-03-01T01:00:00Z", 20, 365),
        ("2021-03-01T01:00:00Z", 364, 365),
        ("2021-03-01T01:00:00Z", 500, 365),
        // The ceiling of 2026-03-15 is shorter than the term, also for what was applied for before.
        ("2026-11-21T10:00:00Z", 20, 200),
        ("2026-03-10T10:00:00Z", 20, 200),
    ] {
        let ceilings = Rulebook::published().ceilings().clone();
        let lawful = LocalCaConfig::new(move |issued| ceilings.max_days(issued).into());
        let world = World::with(lawful, fixed(API_2021), start);
        world.buy(DV, 1);
        let order = world.order(DV, request(P256));
        world.clock.advance(waiting * DAY);
        let before = world.clock.now();
        let validity = world.issue(order).validity();
        assert!(validity.not_before() >= before, "{start} {waiting}");
        assert_eq!(
            validity.inclusive_seconds(),
            days * DAY,
            "{start} {waiting}"
        );
    }
}

#[test]
fn a_certificate_that_is_over_does_not_fit() {
    let world = World::with(
        config().with_hierarchy_days(20, 10),
        fixed(API_2021),
        "2021-03-01T09:00:00+08:00",
    );
    let plan = world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.prove(order);
    // The CA issues at once, but the service comes to look when it is too late.
    wait(world.local.poll(order, world.clock.now())).unwrap();
    world.clock.advance(11 * DAY);
    is_refused(&world, order, plan, "K-11");
}

#[test]
fn what_cannot_be_read_is_an_error_that_names_the_order() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let plan = world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.prove(order);
    let before = (world.load(order), world.plan(plan));
    for nonsense in [
        "",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    ] {
        world.ca.hands_out(Some(Arc::from(nonsense)));
        let error = world.refresh(order).unwrap_err();
        assert!(
            matches!(error, ServiceError::Certificate { order: of, .. } if of == order),
            "{error:?}"
        );
        assert!(error.to_string().contains(&order.to_string()));
        let cause = error.source().unwrap();
        assert!(cause.is::<ChainError>(), "{cause}");
        assert!(!error.retry_helps());
    }
    assert_eq!((world.load(order), world.plan(plan)), before);
}
