//! What a command would cost.

use cert_lifecycle::lifecycle::sample::sample;
use cert_lifecycle::lifecycle::{
    Case, Command, CommandKind, Law, Preview, Streams, World, decide, evolve, preview,
    return_window,
};
use cert_lifecycle::model::{
    AccountId, HoldState, Payment, PlanId, Product, ResourcePlan, RevocationReason, Status,
    ValidationClass,
};
use cert_lifecycle::rulebook::{ReturnAnchor, Rulebook};

use crate::stage::{Life, PRICE, always, at, book, console_of_2021, product};

const NOW: &str = "2021-03-01T09:00:00+08:00";
const REVOKE: Command = Command::RequestRevocation {
    reason: RevocationReason::Unspecified,
};

fn priced(life: &Life<'_>, command: &Command) -> Preview {
    let case = life.world.case_for(command, at(NOW), &life.law);
    preview(&case, command, at(NOW), &life.law).unwrap_or_else(|refusal| panic!("{refusal}"))
}

#[test]
fn r31_a_claim_brings_the_cash() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.buy(1, at(NOW));
    assert_eq!(priced(&life, &Command::ClaimRefund).refund, PRICE.cash);
    let apply = life.typical(CommandKind::Apply);
    assert_eq!(priced(&life, &apply).refund, 0);
}

/// A purchase that was made for several years: chain and purchase are the case's after the command, too.
#[test]
fn r38_a_revocation_of_a_purchase_is_counted_on_it() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.certify(3, at(NOW));
    let held = priced(&life, &Command::Collect);
    assert_eq!(held.status, Some(Status::Hosted));
    assert_eq!(held.revocations, (0, 0));
    assert_eq!(held.returns, None, "it revokes nothing");
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.certify(1, at(NOW));
    let revoked = priced(&life, &REVOKE);
    assert_eq!(revoked.revocations, (0, 1));
    assert_eq!(revoked.returns, None, "no unit of a plan is held");
    life.tell(&REVOKE, at(NOW));
    let complete = Command::CompleteRevocation { at: at(NOW) };
    assert_eq!(priced(&life, &complete).revocations, (1, 1));
}

/// Hosting makes a chain, and with it the status that it is shown with.
#[test]
fn t41_the_status_is_that_of_the_new_chain() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.certify(1, at(NOW));
    let Command::EnableHosting(extension) = life.typical(CommandKind::EnableHosting) else {
        panic!("another command");
    };
    let mut extension = (*extension).clone();
    extension.product = life.product;
    let enable = Command::EnableHosting(std::sync::Arc::new(extension));
    assert_eq!(priced(&life, &enable).status, Some(Status::Hosted));
    assert_eq!(
        priced(&life, &Command::Collect).status,
        Some(Status::Issued)
    );
}

fn of_plan<T>(ask: impl FnOnce(&World, &Law<'_>, cert_lifecycle::model::Timestamp) -> T) -> T {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let law = Law::single(&edition, book.ceilings());
    let issued = sample(Some(Status::Issued), ValidationClass::Dv, &law).unwrap();
    ask(&issued.world, &law, issued.now)
}

#[test]
fn r27_a_revocation_of_a_unit_says_until_when_it_returns() {
    of_plan(|world, law, now| {
        let case = world.case();
        let plan = case.plan.unwrap();
        let asked = preview(&case, &REVOKE, now, law).unwrap();
        let window = return_window(&case, law).unwrap();
        assert_eq!(
            asked.returns,
            Some((law.application.return_act().value, window))
        );
        assert_eq!(asked.unit.before, Some(HoldState::Settled));
        assert_eq!(
            (asked.unit.remaining_before, asked.unit.remaining_after),
            (plan.remaining(), plan.remaining())
        );
        assert_eq!(asked.revocations, (0, 1));
        let collected = preview(&case, &Command::Collect, now, law).unwrap();
        assert_eq!((collected.returns, collected.revocations), (None, (0, 0)));
    });
}

/// A plan of the sample's product for an account.
fn plan(id: &str, account: AccountId, product: Product, law: &Law<'_>) -> ResourcePlan {
    let buy = Command::BuyPlan {
        plan: PlanId::new(id).unwrap(),
        product,
        count: std::num::NonZeroU32::new(9).unwrap(),
        payment: Payment::NONE,
    };
    let mut streams = Streams::default();
    let case = Case::new(account);
    for event in &decide(&case, &buy, at("2020-10-01T09:00:00+08:00"), law).unwrap() {
        evolve(&mut streams, event);
    }
    streams.plan.unwrap()
}

/// L12: what another account has prices nothing here.
#[test]
fn l12_a_price_is_reckoned_with_what_is_ones_own() {
    of_plan(|world, law, now| {
        let case = world.case();
        let other = AccountId::new("another").unwrap();
        let mut theirs = Life::new(law.conduct, law.ceilings, product(ValidationClass::Dv));
        theirs.world = World::new(other);
        theirs.buy(2, at(NOW));
        let foreign = theirs.world.case();
        let mixed = Case {
            purchase: foreign.purchase,
            chain: foreign.chain,
            ..case
        };
        assert!(mixed.purchase.is_some() && mixed.chain.is_some());
        let own = preview(&case, &REVOKE, now, law).unwrap();
        assert_eq!(preview(&mixed, &REVOKE, now, law), Ok(own));
    });
}

/// Where the days run from the purchase of the plan, they run from the one whose unit is held.
#[test]
fn r27_another_plan_says_nothing_of_the_return() {
    let book = book(|parts| {
        parts.return_anchor = always(ReturnAnchor::Purchase);
    });
    let edition = book.edition("2021-02-api").unwrap();
    let law = Law::single(&edition, book.ceilings());
    let issued = sample(Some(Status::Issued), ValidationClass::Dv, &law).unwrap();
    let case = issued.world.case();
    let own = case.plan.unwrap();
    let window = return_window(&case, &law).unwrap();
    assert!(!window.is_never());
    let product = own.product();
    let strange = AccountId::new("another").unwrap();
    for other in [
        plan("another", case.account, product, &law),
        plan(own.id().as_str(), strange, product, &law),
    ] {
        let case = Case {
            plan: Some(&other),
            ..case
        };
        assert!(return_window(&case, &law).unwrap().is_never());
    }
}
