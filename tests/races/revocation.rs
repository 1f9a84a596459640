//! The completion of a revocation against the end of the days in which something comes back for it.

use std::cell::{Cell, RefCell};

use cert_lifecycle::adapter::local_ca::ReviewPolicy;
use cert_lifecycle::lifecycle::{Command, Why};
use cert_lifecycle::model::{OrderId, RefundState, Status, Timestamp};
use cert_lifecycle::port::CertificateAuthority;

use super::laws;
use super::pace::{Choices, Gates, task};
use super::place::Place;
use super::stage::{REVOKE, Stage, at, refusal, refused};
use super::tests::Race;

pub(crate) fn races() -> Vec<Race> {
    vec![
        Race {
            name: "completion_and_the_end_of_its_days",
            gates: Gates::Around,
            clock: true,
            switches: None,
            outcomes: &["the unit is back", "the unit is lost"],
            once: |place, choices| Box::pin(unit(place, choices)),
        },
        Race {
            name: "completion_told_twice",
            gates: Gates::Before,
            clock: false,
            switches: None,
            outcomes: &["asked for", "pushed"],
            once: |place, choices| Box::pin(twice(place, choices)),
        },
        Race {
            name: "completion_claim_and_the_end_of_its_days",
            gates: Gates::Before,
            clock: true,
            switches: None,
            outcomes: &["paid back", "not revoked yet", "too late"],
            once: |place, choices| Box::pin(claim(place, choices)),
        },
    ]
}

/// Issued on 2021-03-01: thirty days end with 2021-03-31 (+08:00).
fn end() -> Timestamp {
    at("2021-04-01T00:00:00+08:00")
}

/// A certificate whose revocation the CA has under review in the last second of its days.
async fn asked(stage: &Stage, order: OrderId) {
    stage.issue(order).await;
    stage.clock.set(end().saturating_add(-600));
    stage.execute(order, &REVOKE).await.unwrap();
    stage.work().await;
    stage.clock.set(end().saturating_add(-1));
}

async fn stage(place: &Place, edition: &str) -> Stage {
    let start = "2021-03-01T09:00:00+08:00";
    Stage::new(place, edition, start, ReviewPolicy::Manual).await
}

/// The CA revokes, the days end, and somebody looks. It counts when the CA was through (C5), whoever
/// hears of it when.
async fn unit(place: &Place, choices: &mut Choices) -> &'static str {
    let stage = stage(place, "2021-02-api").await;
    let plan = stage.plan(1).await;
    let order = stage.submit().await;
    asked(&stage, order).await;
    let (revoked_at, looked) = (Cell::new(end()), RefCell::new(None));
    let tasks = vec![
        task(async {
            revoked_at.set(stage.now());
            stage.ca.complete_revocation(order, stage.now()).unwrap();
        }),
        task(async { stage.clock.set(end()) }),
        task(async { *looked.borrow_mut() = Some(stage.refresh(order).await) }),
    ];
    stage.race(choices, tasks).await;
    looked.take().unwrap().unwrap();
    stage.settle().await;
    let folded = laws::hold(&stage).await;
    assert_eq!(stage.status(order).await, Status::Revoked);
    let plan = &folded.plans[&(stage.account, plan)].state;
    let in_time = revoked_at.get() < end();
    assert_eq!((plan.remaining(), plan.issued()), (u32::from(in_time), 1));
    assert_eq!(plan.revocations(), 1);
    if in_time {
        "the unit is back"
    } else {
        "the unit is lost"
    }
}

/// The CA's word comes by two ways at once, and counts once.
async fn twice(place: &Place, choices: &mut Choices) -> &'static str {
    let stage = stage(place, "2021-02-api").await;
    let plan = stage.plan(1).await;
    let order = stage.submit().await;
    asked(&stage, order).await;
    stage.ca.complete_revocation(order, stage.now()).unwrap();
    let pushed = stage.ca.poll(order, stage.now()).await.unwrap();
    let told = [(); 2].map(|()| RefCell::new(None));
    let tasks = vec![
        task(async { *told[0].borrow_mut() = Some(stage.refresh(order).await) }),
        task(async {
            let received = stage.service.receive(stage.account, order, pushed.clone());
            *told[1].borrow_mut() = Some(received.await);
        }),
    ];
    stage.race(choices, tasks).await;
    let told = told.map(|one| one.take().unwrap().unwrap().len());
    stage.settle().await;
    let folded = laws::hold(&stage).await;
    let plan = &folded.plans[&(stage.account, plan)].state;
    assert_eq!((plan.remaining(), plan.revocations()), (1, 1));
    match told {
        [1, 0] => "asked for",
        [0, 1] => "pushed",
        other => panic!("{other:?} receipts"),
    }
}

/// The CA's word of the revocation, the holder's claim that needs it, and the end of the days in
/// which it may be made.
async fn claim(place: &Place, choices: &mut Choices) -> &'static str {
    let stage = stage(place, "2021-01-intl").await;
    let slot = stage.buy(1).await[0];
    let order = stage.apply(slot).await;
    asked(&stage, order).await;
    stage.ca.complete_revocation(order, stage.now()).unwrap();
    let (claimed, looked) = (RefCell::new(None), RefCell::new(None));
    let tasks = vec![
        task(async {
            *claimed.borrow_mut() = Some(stage.execute(order, &Command::ClaimRefund).await);
        }),
        task(async { stage.clock.set(end()) }),
        task(async { *looked.borrow_mut() = Some(stage.refresh(order).await) }),
    ];
    stage.race(choices, tasks).await;
    looked.take().unwrap().unwrap();
    let claimed = claimed.take().unwrap();
    // It is too late for another claim; one that was made is granted.
    let again = stage.execute(order, &Command::ClaimRefund).await;
    let _ = stage.execute(order, &Command::GrantRefund).await;
    stage.settle().await;
    let folded = laws::hold(&stage).await;
    let bought = folded.purchases.values().next().unwrap();
    let paid_back = matches!(bought.state.bill().refund, RefundState::Refunded { .. });
    assert_eq!(paid_back, claimed.is_ok());
    let Some(refusal) = refusal(&claimed) else {
        assert_eq!(refused(&again).as_deref(), Some("R-34"));
        return "paid back";
    };
    assert_eq!(refused(&again).as_deref(), Some("R-29"));
    match refusal.why() {
        Why::RevocationUnderWay => "not revoked yet",
        Why::RefundWindow => "too late",
        other => panic!("{other:?}"),
    }
}
