//! The activation of a hosted certificate's successor against the end of the one before it.

use std::cell::RefCell;

use cert_lifecycle::adapter::local_ca::ReviewPolicy;
use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::{OrderId, Phase};

use super::laws;
use super::pace::{Choices, Gates, task};
use super::place::Place;
use super::stage::{Stage, refused};
use super::tests::Race;

pub(crate) fn races() -> Vec<Race> {
    vec![
        Race {
            name: "activation_expiry_and_deletion",
            gates: Gates::Before,
            clock: true,
            switches: None,
            outcomes: &[
                "deleted, and nobody follows",
                "followed in time",
                "followed in time, then deleted",
                "followed late",
                "followed late, then deleted",
            ],
            once: |place, choices| Box::pin(expiry(place, choices)),
        },
        Race {
            name: "activation_twice_and_expiry",
            gates: Gates::Around,
            clock: true,
            switches: Some(2),
            outcomes: &["both took it", "the first took it", "the second took it"],
            once: |place, choices| Box::pin(twice(place, choices)),
        },
    ]
}

/// The sweeper slept until the last second of the first of two certificates: the second one is due.
/// The stage, the first one's order, and both slots.
async fn due(place: &Place) -> (Stage, OrderId, Vec<OrderId>) {
    let start = "2022-03-01T09:00:00+08:00";
    let stage = Stage::new(place, "2022-hosting", start, ReviewPolicy::Auto).await;
    let slots = stage.buy(2).await;
    let first = stage.apply(slots[0]).await;
    stage.issue(first).await;
    let former = stage.instance(first).await;
    let certificate = former.live().unwrap().certificate();
    stage.clock.set(certificate.validity().not_after());
    // The announcement of its end is made: the sweeper has the second one alone to look at.
    stage.execute(first, &Command::Wake).await.unwrap();
    stage.work().await;
    (stage, first, slots)
}

/// The sweeper activates the second certificate, the first expires, and its holder deletes it.
async fn expiry(place: &Place, choices: &mut Choices) -> &'static str {
    let (stage, first, slots) = due(place).await;
    let last = stage.now();
    let (swept, deleted) = (RefCell::new(None), RefCell::new(None));
    let tasks = vec![
        task(async { *swept.borrow_mut() = Some(stage.service.sweep(1).await.unwrap()) }),
        task(async { stage.clock.set(last.saturating_add(1)) }),
        task(async {
            let delete = &Command::DeleteCertificate;
            *deleted.borrow_mut() = Some(stage.execute(first, delete).await);
        }),
    ];
    stage.race(choices, tasks).await;
    swept.take().unwrap();
    let deleted = deleted.take().unwrap();
    stage.settle().await;
    // The owner proves the domain once more, and the second one is issued.
    stage.publish(slots[1]).await;
    stage.settle().await;
    let folded = laws::hold(&stage).await;
    let (former, next) = (stage.instance(first).await, stage.instance(slots[1]).await);
    let gone = matches!(former.phase(), Phase::Deleted { .. });
    assert_eq!(gone, deleted.is_ok());
    if let Some(rule) = refused(&deleted) {
        assert_eq!(rule, "R-41", "it is still valid");
    }
    // L7: the orders of the two slots and of the first application, and one of the second at most.
    let activated = next.application();
    assert_eq!(folded.orders.len(), 3 + usize::from(activated.is_some()));
    let Some(application) = activated else {
        assert!(matches!(next.phase(), Phase::NotActivated { .. }));
        assert!(gone, "nobody follows what is there");
        return "deleted, and nobody follows";
    };
    assert!(next.live().is_some(), "{next:?}");
    match (application.submitted_at() <= last, gone) {
        (true, false) => "followed in time",
        (false, false) => "followed late",
        (true, true) => "followed in time, then deleted",
        (false, true) => "followed late, then deleted",
    }
}

/// A sweeper is so slow that its claim ends, and the certificate too; another one takes the same
/// member up.
async fn twice(place: &Place, choices: &mut Choices) -> &'static str {
    let (stage, first, slots) = due(place).await;
    let last = stage.now();
    let swept = [(); 2].map(|()| RefCell::new(None));
    let sweep = |at: usize| {
        let (stage, swept) = (&stage, &swept);
        task(async move { *swept[at].borrow_mut() = Some(stage.service.sweep(1).await.unwrap()) })
    };
    let lease = i64::from(stage.service.settings().lease);
    let tasks = vec![
        sweep(0),
        sweep(1),
        task(async { stage.clock.set(last.saturating_add(lease + 1)) }),
    ];
    stage.race(choices, tasks).await;
    let swept = swept.map(|one| one.take().unwrap());
    // Who took it; what a claim is as good as over for is not looked at, and comes again.
    let took = swept.each_ref().map(|report| report.seen + report.left);
    let looked = swept.iter().any(|report| report.seen > 0);
    let changed: usize = swept.iter().map(|report| report.changed).sum();
    stage.settle().await;
    let folded = laws::hold(&stage).await;
    assert_eq!(folded.orders.len(), 4, "one application of the second");
    assert!(stage.instance(first).await.live().is_some());
    assert!(stage.instance(slots[1]).await.application().is_some());
    assert_eq!(changed >= 1, looked, "{swept:?}");
    match took {
        [1, 1] => "both took it",
        [1, 0] => "the first took it",
        [0, 1] => "the second took it",
        other => panic!("{other:?}"),
    }
}
