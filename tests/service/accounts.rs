//! What belongs to another account is not there (L12).

use cert_lifecycle::lifecycle::{Availability, Command, Event, RefusalKind};
use cert_lifecycle::model::{OrderId, Payment, RevocationReason};
use cert_lifecycle::port::{
    CertificateAuthority, Clock, Loaded, ReadSet, Store, StreamId, Version,
};
use cert_lifecycle::rulebook::RuleId;
use cert_lifecycle::service::Service;

use super::world::{
    API_2021, DV, P256, REVOKE, World, account, at, note, product, refused, request, wait,
};

fn not_found() -> (String, RefusalKind) {
    ("R-21".to_owned(), RefusalKind::OrderNotFound)
}

#[test]
fn another_account_finds_nothing_whatever_it_asks() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let plan = world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    let stranger = account("9876543210");
    let service: &Service = &world.service;
    let certificate = world.certificate(order);
    let unknown = OrderId::new(7).unwrap();
    let before = (world.load(order), world.plan(plan));
    let asked = world.ca.asked();
    let polls = world.ca.polls();

    // The answer is the same as for an order that is nowhere.
    for order in [order, unknown] {
        let refusals = [
            refused(wait(service.describe(stranger, order))),
            refused(wait(service.refresh(stranger, order))),
            refused(wait(service.preview(stranger, order, &REVOKE))),
            refused(wait(service.export_key(stranger, order))),
        ];
        for refusal in refusals {
            assert_eq!(refusal, not_found());
        }
        let never = Availability::Never { rule: RuleId::R21 };
        let asked = wait(service.availability(stranger, order, &REVOKE));
        assert_eq!(asked.unwrap(), never);
        for offer in wait(service.allowed(stranger, order)).unwrap() {
            assert_eq!(offer.availability, never);
            let refusal = offer.refusal.unwrap();
            assert_eq!(refusal.kind(), RefusalKind::OrderNotFound);
        }
        let wakeup = wait(service.next_wakeup(stranger, order));
        assert_eq!(wakeup.unwrap(), None);
        let reason = RevocationReason::PrivilegeWithdrawn;
        for command in [
            Command::Withdraw,
            Command::Delete,
            Command::CancelOrder,
            Command::Collect,
            Command::Wake,
            Command::ConfirmDomain,
            Command::ConfirmRevocation,
            Command::CompleteRevocation {
                at: world.clock.now(),
            },
            Command::RefuseRevocation { reason: note("no") },
            Command::RecordCaRevocation {
                reason,
                at: world.clock.now(),
            },
            Command::Reject { reason: note("no") },
            Command::Approve {
                certificate: certificate.clone(),
            },
            REVOKE,
        ] {
            let answer = wait(service.execute(stranger, order, &command));
            assert_eq!(refused(answer), not_found(), "{command:?}");
        }
    }

    // No plan, no journal, and no unit of somebody else's plan.
    assert_eq!(wait(service.plan(stranger, plan)).unwrap(), None);
    let instance = world.instance(order).id();
    for stream in [StreamId::Instance(instance), StreamId::Plan(plan)] {
        assert!(!world.events(stream).is_empty());
        let foreign = wait(world.store.journal(stranger, stream, Version(0), 99)).unwrap();
        assert_eq!(foreign, Vec::<Event>::new());
    }
    for read_set in [
        ReadSet::Order(order),
        ReadSet::Plan(plan),
        ReadSet::Product(product(DV).code),
    ] {
        let found = wait(world.store.load(stranger, read_set.into())).unwrap();
        let nothing = Loaded {
            product: found.product,
            ..Loaded::default()
        };
        assert_eq!(found, nothing);
    }
    let no_plan = wait(service.submit(stranger, product(DV).code, request(P256)));
    assert_eq!(
        refused(no_plan),
        ("R-20".to_owned(), RefusalKind::PlanNotFound)
    );

    assert_eq!((world.load(order), world.plan(plan)), before);
    assert_eq!((world.ca.asked(), world.ca.polls()), (asked, polls));
}

#[test]
fn a_strangers_look_does_not_lead_an_order_on() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.work();
    let now = at("2021-03-01T09:00:00+08:00");
    let answer = wait(world.local.poll(order, now)).unwrap();
    world.zone.publish(&answer.challenge.clone().unwrap());
    for _ in 0..3 {
        let foreign = wait(world.service.refresh(account("9876543210"), order));
        assert_eq!(refused(foreign), not_found());
    }
    assert_eq!(world.local.serial(order), None);
}

#[test]
fn each_account_draws_from_its_own_plan() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let plan = world.buy(DV, 1);
    let other = account("9876543210");
    let one = std::num::NonZeroU32::MIN;
    let (theirs, _) = wait(
        world
            .service
            .buy_plan(other, product(DV), one, Payment::NONE),
    )
    .unwrap();
    let code = product(DV).code;
    let (order, _) = wait(world.service.submit(other, code, request(P256))).unwrap();
    assert_eq!(world.ledger(plan), (1, 0, 0, 0, 0));
    let drawn = wait(world.service.plan(other, theirs)).unwrap().unwrap();
    assert_eq!(drawn.remaining(), 0);
    assert!(wait(world.service.describe(other, order)).is_ok());
    assert_eq!(
        refused(wait(world.service.describe(world.account, order))),
        not_found()
    );
}
