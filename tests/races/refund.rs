//! Deletion against money back.

use std::cell::RefCell;

use cert_lifecycle::adapter::local_ca::ReviewPolicy;
use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::{Phase, RefundState};

use super::laws;
use super::pace::{Choices, Gates, task};
use super::place::Place;
use super::stage::{DAY, REVOKE, Stage, refused};
use super::tests::Race;

pub(crate) fn races() -> Vec<Race> {
    vec![
        Race {
            name: "deletion_and_the_refund_of_its_plan",
            gates: Gates::Before,
            clock: false,
            switches: None,
            outcomes: &["paid back", "a unit was in use"],
            once: |place, choices| Box::pin(of_a_plan(place, choices)),
        },
        Race {
            name: "deletion_claim_and_grant",
            gates: Gates::Before,
            clock: false,
            switches: None,
            outcomes: &[
                "deleted, nothing paid back",
                "paid back",
                "paid back, then deleted",
                "under review",
            ],
            once: |place, choices| Box::pin(of_a_purchase(place, choices)),
        },
        Race {
            name: "deletion_and_a_revocation_that_pays",
            gates: Gates::Before,
            clock: false,
            switches: None,
            outcomes: &[
                "deleted",
                "revoked and paid back",
                "revoked and paid back, then deleted",
            ],
            once: |place, choices| Box::pin(by_revocation(place, choices)),
        },
    ]
}

/// An order that was withdrawn is deleted, which brings its unit back, while its holder wants the
/// money of the plan, which must be unused.
async fn of_a_plan(place: &Place, choices: &mut Choices) -> &'static str {
    let start = "2021-03-01T09:00:00+08:00";
    let stage = Stage::new(place, "2021-02-api", start, ReviewPolicy::Auto).await;
    let plan = stage.plan(1).await;
    let order = stage.submit().await;
    stage.execute(order, &Command::Withdraw).await.unwrap();
    let (deleted, claimed) = (RefCell::new(None), RefCell::new(None));
    let tasks = vec![
        task(async {
            *deleted.borrow_mut() = Some(stage.execute(order, &Command::Delete).await);
        }),
        task(async {
            let claim = &Command::ClaimRefund;
            let call = stage.service.execute_on_plan(stage.account, plan, claim);
            *claimed.borrow_mut() = Some(stage.told(call, |receipt| receipt).await);
        }),
    ];
    stage.race(choices, tasks).await;
    deleted.take().unwrap().unwrap();
    let claimed = claimed.take().unwrap();
    stage.settle().await;
    let folded = laws::hold(&stage).await;
    let plan = &folded.plans[&(stage.account, plan)].state;
    // What is paid back can't be drawn from any more.
    let left = u32::from(claimed.is_err());
    assert_eq!((plan.remaining(), plan.used()), (left, 0));
    match refused(&claimed).as_deref() {
        None => "paid back",
        Some("R-32") => "a unit was in use",
        Some(other) => panic!("{other}"),
    }
}

/// A revoked certificate is deleted by its holder, who also wants its price, which is granted.
async fn of_a_purchase(place: &Place, choices: &mut Choices) -> &'static str {
    let start = "2020-12-10T09:00:00+08:00";
    let stage = Stage::new(place, "2020-12", start, ReviewPolicy::Auto).await;
    let slot = stage.buy(1).await[0];
    let order = stage.apply(slot).await;
    stage.issue(order).await;
    stage.clock.advance(DAY);
    stage.execute(order, &REVOKE).await.unwrap();
    stage.settle().await;
    let answers = [(); 3].map(|()| RefCell::new(None));
    let commands = [
        Command::DeleteCertificate,
        Command::ClaimRefund,
        Command::GrantRefund,
    ];
    let tasks = commands.iter().zip(&answers).map(|(command, answer)| {
        task(async { *answer.borrow_mut() = Some(stage.execute(order, command).await) })
    });
    stage.race(choices, tasks.collect()).await;
    let rules = answers.map(|one| refused(&one.take().unwrap()));
    stage.settle().await;
    let folded = laws::hold(&stage).await;
    let bought = &folded.purchases.values().next().unwrap().state;
    let instance = &folded.instances.values().next().unwrap().state;
    let deleted = matches!(instance.phase(), Phase::Deleted { .. });
    assert_eq!(deleted, rules[0].is_none());
    let refund = bought.bill().refund;
    match (deleted, refund) {
        (true, RefundState::None) => "deleted, nothing paid back",
        (true, RefundState::Refunded { .. }) => "paid back, then deleted",
        (true, RefundState::Review { .. }) => "deleted under review",
        (false, RefundState::None) => "nothing",
        (false, RefundState::Review { .. }) => "under review",
        (false, RefundState::Refunded { .. }) => "paid back",
    }
}

/// Where a revocation pays back by itself (S1), a certificate in use is revoked and deleted.
async fn by_revocation(place: &Place, choices: &mut Choices) -> &'static str {
    let start = "2019-09-01T09:00:00+08:00";
    let stage = Stage::new(place, "2019-08-intl", start, ReviewPolicy::Auto).await;
    let slot = stage.buy(1).await[0];
    let order = stage.apply(slot).await;
    stage.issue(order).await;
    stage.clock.advance(DAY);
    let (revoked, deleted) = (RefCell::new(None), RefCell::new(None));
    let tasks = vec![
        task(async {
            *revoked.borrow_mut() = Some(stage.execute(order, &REVOKE).await);
            stage.work().await;
            let _ = stage.refresh(order).await;
        }),
        task(async {
            let delete = &Command::DeleteCertificate;
            *deleted.borrow_mut() = Some(stage.execute(order, delete).await);
        }),
    ];
    stage.race(choices, tasks).await;
    let revoked = refused(&revoked.take().unwrap());
    let deleted = refused(&deleted.take().unwrap());
    stage.settle().await;
    let folded = laws::hold(&stage).await;
    let bought = &folded.purchases.values().next().unwrap().state;
    let refund = bought.bill().refund;
    let paid = matches!(refund, RefundState::Refunded { .. });
    assert_eq!(paid, revoked.is_none());
    match (paid, deleted.is_none()) {
        (true, true) => "revoked and paid back, then deleted",
        (true, false) => "revoked and paid back",
        (false, true) => "deleted",
        (false, false) => "nothing",
    }
}
