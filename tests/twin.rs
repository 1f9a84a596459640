//! The second model beside the machine: it agrees with the core, and with nothing that differs from
//! the core.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::result_large_err,
    reason = "tests stop on the first surprise; a refusal holds no heap memory"
)]

mod support;

use std::collections::BTreeSet;

use cert_lifecycle::lifecycle::{
    Case, Command, CommandKind, Event, Events, InstanceEvent, Law, PlanEvent, PurchaseEvent,
    Refusal, World,
};
use cert_lifecycle::model::Timestamp;
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::testing::laws::{self, Config, LawId};
use cert_lifecycle::testing::twin::Twin;
use cert_lifecycle::testing::{Core, Machine};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use support::cases::cases;
use support::streams::timelines;

/// Under the published editions.
#[test]
fn the_twin_agrees_with_the_core() {
    let config = Config::default().only(&[LawId::Twin]).cases(cases(1_000));
    laws::check(&Rulebook::published(), &config).assert_ok();
}

/// Under editions of every kind; it has something to say about nearly every step, and says yes and no
/// to every kind of command.
#[test]
fn the_twin_agrees_under_made_up_editions() {
    let mut runner = TestRunner::deterministic();
    let strategy = timelines(40);
    let (mut judged, mut silent) = (0, 0);
    let (mut granted, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..cases(1_000) {
        let script = strategy.new_tree(&mut runner).unwrap().current();
        let mut twin = Twin::new();
        script.play(&Core, |moment| {
            if !moment.proper {
                return;
            }
            if let Err(words) = twin.see(moment) {
                panic!("{words}\n{script:?}");
            }
            let kinds = if moment.committed {
                &mut granted
            } else {
                &mut refused
            };
            kinds.insert(moment.command().kind());
        });
        let (said, unsaid) = twin.judged();
        (judged, silent) = (judged + said, silent + unsaid);
    }
    assert!(silent * 50 < judged, "{judged} judged, {silent} not");
    assert_eq!(granted.len(), CommandKind::ALL.len());
    // Waking is always permitted, where something is there.
    assert_eq!(refused.len(), CommandKind::ALL.len());
}

type Decide = fn(&Case<'_>, &Command, Timestamp, &Law<'_>) -> Result<Events, Refusal>;

/// The core with a fault in what it decides, and one in what it forgets.
struct Faulty {
    decide: Decide,
    forgets: fn(&Event) -> bool,
}

impl Machine for Faulty {
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        (self.decide)(case, command, now, law)
    }

    fn fold(&self, world: &mut World, event: &Event) {
        if !(self.forgets)(event) {
            world.fold(event);
        }
    }
}

const SOUND: Faulty = Faulty {
    decide: |case, command, now, law| Core.decide(case, command, now, law),
    forgets: |_| false,
};

fn found(name: &str, machine: &Faulty) {
    let config = Config::default()
        .machine(machine)
        .only(&[LawId::Twin])
        .cases(1_500)
        .seed(1);
    let report = laws::check(&Rulebook::published(), &config);
    let violation = report.violations.first();
    let violation = violation.unwrap_or_else(|| panic!("{name} was not found"));
    let steps = violation.timeline.steps.len();
    assert!(steps <= 9, "{name}: {violation}");
    let again = LawId::Twin.hold(&violation.timeline, machine);
    assert_eq!(again.err().as_ref(), Some(&violation.breach), "{name}");
}

/// A machine that refuses what the documents allow, for each kind of command.
#[test]
fn the_twin_misses_what_is_refused() {
    macro_rules! refusing {
        ($($kind:ident)*) => {
            $(found(concat!("refusing ", stringify!($kind)), &Faulty {
                decide: |case, command, now, law| {
                    let mut case = *case;
                    if command.kind() == CommandKind::$kind {
                        // As if there were nothing.
                        case = Case::new(case.account);
                    }
                    Core.decide(&case, command, now, law)
                },
                ..SOUND
            });)*
        };
    }
    refusing!(
        Submit Draw Apply Withdraw Delete Close RequestRevocation ConfirmDomain Approve Reject
        CompleteRevocation RecordCaRevocation Collect DeleteCertificate ClaimRefund ReceiveChallenge
        RefuseRevocation Wake
    );
}

/// A machine that judges by a clock that is a second, or a day, fast or slow.
#[test]
fn the_twin_knows_the_second() {
    let slow = Faulty {
        decide: |case, command, now, law| Core.decide(case, command, now.saturating_add(-1), law),
        ..SOUND
    };
    found("a second slow", &slow);
    let fast = Faulty {
        decide: |case, command, now, law| Core.decide(case, command, now.saturating_add(1), law),
        ..SOUND
    };
    found("a second fast", &fast);
}

/// A machine that judges everything by the edition in force.
#[test]
fn the_twin_keeps_what_is_pinned() {
    let single = Faulty {
        decide: |case, command, now, law| {
            Core.decide(case, command, now, &Law::single(law.conduct, law.ceilings))
        },
        ..SOUND
    };
    found("nothing pinned", &single);
}

/// A machine that forgets to write something down.
#[test]
fn the_twin_keeps_ledgers_of_its_own() {
    macro_rules! forgetting {
        ($($stream:ident $inner:ident $event:ident;)*) => {
            $(found(concat!("forgetting ", stringify!($inner), " ", stringify!($event)), &Faulty {
                forgets: |event| matches!(
                    event,
                    Event::$stream { event: $inner::$event { .. }, .. }
                ),
                ..SOUND
            });)*
        };
    }
    forgetting! {
        Instance InstanceEvent Withdrawn;
        Instance InstanceEvent Rejected;
        Instance InstanceEvent RevocationRequested;
        Instance InstanceEvent Revoked;
        Plan PlanEvent Reserved;
        Plan PlanEvent Settled;
        Plan PlanEvent Returned;
        Plan PlanEvent CertificateIssued;
        Plan PlanEvent RevocationCharged;
        Plan PlanEvent Refunded;
        Purchase PurchaseEvent RevocationCharged;
        Purchase PurchaseEvent Refunded;
    }
}
