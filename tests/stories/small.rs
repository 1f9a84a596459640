//! Timelines made small.

use cert_lifecycle::lifecycle::CommandKind;
use cert_lifecycle::testing::{Broken, INVARIANTS, Step, Timeline, first_breach, minimal};

use crate::machines::LosesReturns;
use crate::told::deleted;

fn breach(timeline: &Timeline) -> Option<Broken> {
    first_breach(&LosesReturns, timeline, &INVARIANTS).map(|(_, breach)| breach)
}

/// Neither the second order nor the CA's answer is needed to delete an order.
#[test]
fn only_needed_steps_stay_and_they_stand_close_together() {
    let timeline = deleted();
    let wanted = breach(&timeline);
    let shrunk = minimal(&timeline, |tried| breach(tried) == wanted);
    assert!(shrunk.minimal);
    let kinds: Vec<CommandKind> = shrunk
        .timeline
        .steps
        .iter()
        .map(|step| step.command.kind())
        .collect();
    assert_eq!(
        kinds,
        [
            CommandKind::BuyPlan,
            CommandKind::Submit,
            CommandKind::ReceiveChallenge,
            CommandKind::ConfirmDomain,
            CommandKind::Reject,
            CommandKind::Delete
        ]
    );
    let first = shrunk.timeline.steps[0].at;
    assert!(shrunk.timeline.steps.iter().all(|step| step.at == first));
}

#[test]
fn what_does_not_fail_stays_as_it_is() {
    let timeline = deleted();
    let shrunk = minimal(&timeline, |_| false);
    assert_eq!(shrunk.timeline.steps, timeline.steps);
    assert!(!shrunk.minimal);
    assert_eq!(shrunk.tried, 1);
}

/// A step that only fails behind a boundary is pulled up to it.
#[test]
fn instants_are_pulled_to_boundaries() {
    let timeline = deleted();
    let boundary = timeline.steps[3].at.saturating_add(17);
    let shrunk = minimal(&timeline, |tried| {
        let buys = |step: &Step| step.command.kind() == CommandKind::BuyPlan;
        tried.steps.len() > 1
            && tried.steps.first().is_some_and(buys)
            && tried.steps.last().is_some_and(|last| last.at >= boundary)
    });
    assert_eq!(shrunk.timeline.steps.len(), 2);
    assert_eq!(shrunk.timeline.steps[1].at, boundary);
}

/// A search that never ends by itself ends.
#[test]
fn the_tries_are_bounded() {
    let mut timeline = deleted();
    let step = timeline.steps[3].clone();
    timeline.steps = vec![step; 3_000];
    let mut turn = 0_u32;
    let shrunk = minimal(&timeline, |tried| {
        turn = turn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        tried.steps.len() == 3_000 || (tried.steps.len() > 40 && turn.is_multiple_of(5))
    });
    assert!(shrunk.tried <= 20_000);
}
