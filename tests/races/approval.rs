//! A withdrawal against the CA's approval: the certificate is its holder's, or nobody's and revoked.

use std::cell::RefCell;

use cert_lifecycle::adapter::local_ca::ReviewPolicy;
use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::Phase;

use super::laws;
use super::pace::{Choices, Gates, task};
use super::place::Place;
use super::stage::{Stage, refused};
use super::tests::Race;

pub(crate) fn races() -> Vec<Race> {
    vec![
        Race {
            name: "withdrawal_and_approval",
            gates: Gates::Before,
            clock: false,
            switches: None,
            outcomes: &["issued", "withdrawn", "withdrawn, orphan revoked"],
            once: |place, choices| Box::pin(withdrawal(place, choices, false)),
        },
        // The CA approved already when the cancellation reaches it.
        Race {
            name: "withdrawal_and_decided_approval",
            gates: Gates::Before,
            clock: false,
            switches: None,
            outcomes: &["issued", "withdrawn, orphan revoked"],
            once: |place, choices| Box::pin(withdrawal(place, choices, true)),
        },
        Race {
            name: "deletion_and_approval",
            gates: Gates::Before,
            clock: false,
            switches: Some(2),
            outcomes: GONE,
            once: |place, choices| {
                let start = "2021-03-01T09:00:00+08:00";
                Box::pin(ending(
                    place,
                    choices,
                    "2021-02-api",
                    start,
                    &Command::Delete,
                ))
            },
        },
        Race {
            name: "cancellation_and_approval",
            gates: Gates::Before,
            clock: false,
            switches: Some(2),
            outcomes: GONE,
            once: |place, choices| {
                let start = "2026-01-05T09:00:00+08:00";
                let cancel = &Command::CancelOrder;
                Box::pin(ending(place, choices, "2025-12-api", start, cancel))
            },
        },
    ]
}

const GONE: &[&str] = &["issued", "gone", "gone, orphan revoked"];

/// The holder withdraws and ends the order for good, which brings the unit back, while somebody asks
/// the CA how it stands.
async fn ending(
    place: &Place,
    choices: &mut Choices,
    edition: &str,
    start: &str,
    end: &Command,
) -> &'static str {
    let stage = Stage::new(place, edition, start, ReviewPolicy::Auto).await;
    let plan = stage.plan(1).await;
    let order = stage.submit().await;
    stage.prove(order).await;
    let (withdrawn, ended) = (RefCell::new(None), RefCell::new(None));
    let refreshed = RefCell::new(None);
    let tasks = vec![
        task(async {
            let answer = stage.execute(order, &Command::Withdraw).await;
            *withdrawn.borrow_mut() = Some(answer);
            *ended.borrow_mut() = Some(stage.execute(order, end).await);
            stage.work().await;
        }),
        task(async {
            *refreshed.borrow_mut() = Some(stage.refresh(order).await);
        }),
    ];
    stage.race(choices, tasks).await;
    refreshed.take().unwrap().unwrap();
    let withdrawn = refused(&withdrawn.take().unwrap());
    let ended = refused(&ended.take().unwrap());
    stage.settle().await;
    // A certificate that the CA has and nobody asked about is found by the next look.
    stage.refresh(order).await.unwrap();
    stage.settle().await;
    let folded = laws::hold(&stage).await;
    assert_eq!(
        withdrawn.is_some(),
        ended.is_some(),
        "{withdrawn:?} {ended:?}"
    );
    let instance = stage.instance(order).await;
    let plan = &folded.plans[&(stage.account, plan)].state;
    let counted = (plan.remaining(), plan.settled(), plan.issued());
    if instance.live().is_some() {
        assert_eq!(withdrawn.as_deref(), Some("R-11"));
        assert_eq!(counted, (0, 1, 1));
        return "issued";
    }
    assert_eq!((withdrawn, counted), (None, (1, 0, 0)));
    match instance.orphans().len() {
        0 => "gone",
        1 => "gone, orphan revoked",
        more => panic!("{more} orphans"),
    }
}

/// The holder withdraws and the worker tells the CA, while somebody asks the CA how it stands.
async fn withdrawal(place: &Place, choices: &mut Choices, decided: bool) -> &'static str {
    let stage = Stage::new(
        place,
        "2021-02-api",
        "2021-03-01T09:00:00+08:00",
        ReviewPolicy::Auto,
    )
    .await;
    let plan = stage.plan(1).await;
    let order = stage.submit().await;
    stage.prove(order).await;
    if decided {
        stage.ca.approve(order).unwrap();
    }
    let (withdrawn, refreshed) = (RefCell::new(None), RefCell::new(None));
    let tasks = vec![
        task(async {
            let answer = stage.execute(order, &Command::Withdraw).await;
            *withdrawn.borrow_mut() = Some(answer);
            stage.work().await;
        }),
        task(async {
            *refreshed.borrow_mut() = Some(stage.refresh(order).await);
        }),
    ];
    stage.race(choices, tasks).await;
    let withdrawn = withdrawn.take().unwrap();
    // The CA's word is never refused: it counts, or what it speaks of is an orphan.
    refreshed.take().unwrap().unwrap();
    stage.settle().await;
    // A certificate that the CA has and nobody asked about is found by the next look.
    stage.refresh(order).await.unwrap();
    stage.settle().await;
    let folded = laws::hold(&stage).await;

    let instance = stage.instance(order).await;
    let plan = &folded.plans[&(stage.account, plan)].state;
    let counted = (plan.reserved(), plan.settled(), plan.issued());
    let orphans = instance.orphans().len();
    match instance.phase() {
        Phase::Live(_) => {
            assert_eq!(refused(&withdrawn).as_deref(), Some("R-11"));
            assert_eq!((counted, orphans), ((0, 1, 1), 0));
            "issued"
        }
        Phase::Pending { .. } => {
            let events = withdrawn.unwrap().events;
            assert!(!events.is_empty());
            assert_eq!(counted, (1, 0, 0));
            match orphans {
                0 => "withdrawn",
                1 => "withdrawn, orphan revoked",
                more => panic!("{more} orphans"),
            }
        }
        other => panic!("{other:?}"),
    }
}
