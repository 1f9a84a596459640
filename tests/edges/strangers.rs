//! What a case holds beside the instance, of another account or of another thing: it decides nothing.

use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Case, Command, CommandKind, Extension, NewPurchase, Paid, Slot, WayOut, Why, World, decide,
};
use cert_lifecycle::model::{
    AccountId, InstanceId, OrderId, Payment, PlanId, PurchaseId, ValidationClass,
};
use cert_lifecycle::rulebook::{ClassSet, Edition, Permission, RevocationLimit, RuleId, Rulebook};

use crate::edition_of;
use crate::stage::{Life, PRICE, always, at, instance_id, product};

const NOW: &str = "2021-05-10T12:00:00+08:00";

fn begun(
    book: &Rulebook,
    edition: &Edition,
    account: &str,
    ask: impl FnOnce(&mut Life<'_>),
) -> World {
    let mut life = Life::new(edition, book.ceilings(), product(ValidationClass::Dv));
    life.world = World::new(AccountId::new(account).unwrap());
    ask(&mut life);
    life.world
}

/// Buys one year by itself.
fn buy_single(life: &mut Life<'_>, number: u64) {
    let command = Command::Buy(Arc::new(NewPurchase {
        paid: Paid {
            purchase: PurchaseId::new(&format!("purchase-{number}")).unwrap(),
            payment: PRICE,
        },
        product: life.product,
        slots: Arc::from([slot(number)]),
        chain: None,
    }));
    life.tell(&command, at(NOW));
}

fn slot(number: u64) -> Slot {
    Slot {
        instance: instance_id(number),
        order: OrderId::new(number).unwrap(),
    }
}

/// Which rule refuses, and why.
fn refused(case: &Case<'_>, command: &Command, life: &Life<'_>) -> (RuleId, Why, WayOut) {
    let refusal = decide(case, command, at(NOW), &life.law).unwrap_err();
    (refusal.rule(), refusal.why(), refusal.way_out())
}

/// Neither another account's instance is merged into, nor the instance itself; and what the other one
/// cost is said by its own purchase alone.
#[test]
fn t42_merging_takes_another_one_of_the_account_and_its_purchase() {
    let (book, edition) = edition_of(|parts| parts.merging = always(ClassSet::OV_AND_EV));
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Ov));
    buy_single(&mut life, 1);
    buy_single(&mut life, 2);
    life.world.focus(instance_id(1));
    life.world.set_other(Some(instance_id(2)));
    let case = life.world.case_for(&Command::Merge, at(NOW), &life.law);
    let own = decide(&case, &Command::Merge, at(NOW), &life.law);
    assert!(own.is_ok(), "{own:?}");

    let foreign = begun(&book, &edition, "ann", |life| {
        life.product = product(ValidationClass::Ov);
        buy_single(life, 2);
    });
    let others = Case {
        other: foreign.instance(),
        ..case
    };
    let itself = Case {
        other: case.instance,
        ..case
    };
    for wrong in [others, itself] {
        assert_eq!(
            refused(&wrong, &Command::Merge, &life),
            (RuleId::T42, Why::OtherInstance, WayOut::LoadAll)
        );
    }
    let paid_by_others = Case {
        other_purchase: foreign.purchase(),
        ..case
    };
    let paid_for_another = Case {
        other_purchase: case.purchase,
        ..case
    };
    assert!(foreign.purchase().is_some() && case.purchase.is_some());
    for wrong in [paid_by_others, paid_for_another] {
        assert_eq!(
            refused(&wrong, &Command::Merge, &life),
            (RuleId::T42, Why::OtherPurchase, WayOut::LoadAll)
        );
    }
}

/// What was bought by itself and hosted later is behind nothing: it is the chain of the hosting that moved
/// on, and not that of the purchase.
#[test]
fn r62_a_chain_that_was_bought_later_says_nothing_of_a_claim() {
    let (book, edition) = edition_of(|_| {});
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.buy(1, at(NOW));
    life.apply(11, at(NOW));
    life.issue_until(at(NOW), at("2021-06-12T12:00:00+08:00"));
    life.tell(&life.typical(CommandKind::EnableHosting), at(NOW));
    let (first, due) = (instance_id(1), at("2021-05-15T12:00:00+08:00"));
    let next = life.world.chain().unwrap().members()[1].instance;
    life.world.focus(next);
    let order = OrderId::new(12).unwrap();
    life.tell(&Command::Activate { order }, due);
    life.world.focus(first);
    let refusal = decide(&life.world.case(), &Command::ClaimRefund, due, &life.law).unwrap_err();
    assert_ne!(refusal.why(), Why::ChainMovedOn, "{refusal}");
}

/// A plan whose unit another certificate used is not told to revoke the one at hand.
#[test]
fn r32_the_certificate_of_another_plan_is_not_revoked_for_it() {
    let (book, edition) = edition_of(|_| {});
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    for number in [1, 2] {
        let plan = PlanId::new(&format!("plan-{number}")).unwrap();
        let buy = Command::BuyPlan {
            plan,
            product: life.product,
            count: NonZeroU32::MIN,
            payment: PRICE,
        };
        life.tell(&buy, at(NOW));
        life.world.look_at(None);
        life.world.choose_plan(Some(plan));
        life.tell(&Command::Draw(slot(number)), at(NOW));
        life.apply(10 + number, at(NOW));
        life.issue(at(NOW));
    }
    let case = life.world.case();
    let (other, own) = (PlanId::new("plan-1").unwrap(), case.plan.unwrap());
    let other = life.world.plans().find(|plan| plan.id() == other);
    assert_ne!(own.id(), other.unwrap().id());
    assert_eq!(
        refused(&case, &Command::ClaimRefund, &life),
        (RuleId::R32, Why::PlanUsed, WayOut::RevokeUnits)
    );
    let mixed = Case {
        plan: other,
        ..case
    };
    let answer = refused(&mixed, &Command::ClaimRefund, &life);
    assert_ne!(answer.2, WayOut::RevokeUnits, "{answer:?}");
}

/// Nobody is told to revoke what may not be revoked, though the allowance would have room.
#[test]
fn r37_a_revocation_that_is_refused_is_no_way_out() {
    let advice = |permission| {
        let (book, edition) = edition_of(|parts| {
            parts.free_revocation = always(permission);
            parts.revocation_limit = always(RevocationLimit::Unlimited);
        });
        let mut free = product(ValidationClass::Dv);
        free.free = true;
        let mut life = Life::new(&edition, book.ceilings(), free);
        let bought = life.purchase(1, Payment::NONE);
        life.tell(&bought, at(NOW));
        life.apply(11, at(NOW));
        life.issue(at(NOW));
        let answer = refused(&life.world.case(), &Command::Withdraw, &life);
        answer.2
    };
    assert_eq!(advice(Permission::Allowed), WayOut::RevokeOnly);
    assert_eq!(advice(Permission::Refused), WayOut::None);
}

/// Where nobody is at hand who paid, there is no allowance to be used up: that is said by its own rule.
#[test]
fn r38_without_the_payer_no_allowance_is_used_up() {
    let (book, edition) =
        edition_of(|parts| parts.revocation_limit = always(RevocationLimit::PerAccount));
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.certify(1, at(NOW));
    let case = life.world.case();
    let with = refused(&case, &Command::Withdraw, &life);
    let without = Case {
        purchase: None,
        ..case
    };
    assert_eq!(with.2, WayOut::RevokeOnly);
    assert_eq!(refused(&without, &Command::Withdraw, &life), with);
}

/// A chain's new slots have ids of their own: neither those of the instance nor one of them twice.
#[test]
fn r02_hosting_has_slots_of_its_own() {
    let (book, edition) = edition_of(|_| {});
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.certify(1, at(NOW));
    let Command::EnableHosting(typical) = life.typical(CommandKind::EnableHosting) else {
        panic!("another command");
    };
    let with = |slots: &[Slot]| {
        Command::EnableHosting(Arc::new(Extension {
            slots: Arc::from(slots),
            ..(*typical).clone()
        }))
    };
    let case = life.world.case();
    let (own, new): (InstanceId, Slot) = (instance_id(1), slot(7));
    let taken = Slot {
        instance: own,
        ..new
    };
    assert!(decide(&case, &with(&[new]), at(NOW), &life.law).is_ok());
    for wrong in [&[] as &[Slot], &[new, new], &[taken], &[taken, taken]] {
        let answer = refused(&case, &with(wrong), &life);
        assert_eq!((answer.0, answer.1), (RuleId::R02, Why::Slots), "{wrong:?}");
    }
}

/// The same challenge with another key is not the answer that came before.
#[test]
fn r19_a_challenge_comes_again_with_its_key_alone() {
    let (book, edition) = edition_of(|_| {});
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.buy(1, at(NOW));
    life.apply(11, at(NOW));
    let first = life.typical(CommandKind::ReceiveChallenge);
    life.tell(&first, at(NOW));
    life.tell(&Command::ConfirmDomain, at(NOW));
    let again = life.tell(&first, at(NOW));
    assert_eq!(again.len(), 0);
    let Command::ReceiveChallenge { challenge, key } = first else {
        panic!("another command");
    };
    let other_key = Command::ReceiveChallenge {
        challenge: challenge.clone(),
        key: cert_lifecycle::model::SpkiDigest::of(b"another key"),
    };
    let other_record = cert_lifecycle::model::challenge::RecordType::Txt;
    let other =
        cert_lifecycle::model::Challenge::dns("_dnsauth.example.com", other_record, "other");
    let other_challenge = Command::ReceiveChallenge {
        challenge: Arc::new(other.unwrap()),
        key,
    };
    for wrong in [other_key, other_challenge] {
        let answer = refused(&life.world.case(), &wrong, &life);
        assert_eq!((answer.0, answer.1), (RuleId::R19, Why::ChallengeThere));
    }
}
