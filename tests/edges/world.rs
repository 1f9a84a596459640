//! What a case holds beside what it is about.

use std::num::NonZeroU32;

use cert_lifecycle::lifecycle::{Beside, Case, Command, World, status};
use cert_lifecycle::model::{Payment, PlanId, Status, ValidationClass};

use crate::stage::{Life, at, book, console_of_2021, product};

const NOW: &str = "2021-03-01T09:00:00+08:00";

/// A plan is not counted beside itself; the others are.
#[test]
fn a_case_counts_what_is_beside_its_plan() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    for (id, count) in [("plan-2", 2), ("plan-5", 5)] {
        let buy = Command::BuyPlan {
            plan: PlanId::new(id).unwrap(),
            product: life.product,
            count: NonZeroU32::new(count).unwrap(),
            payment: Payment::NONE,
        };
        life.tell(&buy, at(NOW));
    }
    for (id, others) in [("plan-2", 5), ("plan-5", 2)] {
        life.world.choose_plan(Some(PlanId::new(id).unwrap()));
        let case = life.world.case();
        assert_eq!(case.plan.unwrap().id().as_str(), id);
        assert_eq!(case.beside.of_account.bought, others);
        let all: Vec<_> = life.world.plans().cloned().collect();
        let other = all.iter().filter(|plan| plan.id().as_str() != id);
        let beside = Beside::of(Some(life.product.code), other, std::iter::empty());
        assert_eq!(case.beside, beside);
    }
}

/// Another purchase that was paid back says nothing of the instance.
#[test]
fn another_purchase_does_not_end_an_instance() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let law_of = |id: &str, pays_back| {
        let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
        let Command::Buy(purchase) = life.purchase(1, crate::stage::PRICE) else {
            panic!("another command");
        };
        let mut purchase = (*purchase).clone();
        purchase.paid.purchase = cert_lifecycle::model::PurchaseId::new(id).unwrap();
        life.tell(&Command::Buy(std::sync::Arc::new(purchase)), at(NOW));
        if pays_back {
            life.tell(&Command::ClaimRefund, at(NOW));
        }
        life
    };
    let (own, other) = (law_of("own", false), law_of("other", true));
    let refunded = |world: &World| world.status(at(NOW), &own.law);
    assert_eq!(refunded(&own.world), Some(Status::PendingApplication));
    assert_eq!(refunded(&other.world), Some(Status::Refunded));
    let mixed = Case {
        purchase: other.world.case().purchase,
        ..own.world.case()
    };
    assert_eq!(
        status(&mixed, at(NOW), own.law.conduct),
        Some(Status::PendingApplication)
    );
}
