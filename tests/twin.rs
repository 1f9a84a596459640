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
    Refusal, Why, World,
};
use cert_lifecycle::model::{Offset, Timestamp};
use cert_lifecycle::rulebook::{Calendar, Rulebook};
use cert_lifecycle::testing::laws::{self, Config, LawId};
use cert_lifecycle::testing::strategy::Content;
use cert_lifecycle::testing::twin::Twin;
use cert_lifecycle::testing::{Core, Machine};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use support::cases::cases;
use support::streams::{owner, timelines};

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

/// What the twin found: in the first days of time, a certificate whose whole life lies in its last
/// thirty days is not hosted where more than thirty have to remain.
#[test]
fn late_hosting_at_the_beginning_of_time() {
    let book = Rulebook::published();
    let edition = book.edition("2026-03").unwrap();
    let law = Law::single(&edition, book.ceilings());
    let mut world = World::new(owner());
    let now = Timestamp::MIN;
    for (number, kind) in [(1, CommandKind::Upload), (2, CommandKind::EnableHosting)] {
        let content = Content {
            // Twenty days long, and nothing else of note.
            salt: [0, 0, 9],
            ..Content::plain(number)
        };
        let command = content.command(kind, &world, now, &law).unwrap();
        let answer = world.apply(&command, now, &law);
        let why = answer.err().map(|refusal| refusal.why());
        let expected = (kind == CommandKind::EnableHosting).then_some(Why::HostingWindow);
        assert_eq!(why, expected, "{kind}");
    }
}

/// What the twin found: the first and the last year of the calendar end where other years begin, with
/// any offset.
#[test]
fn years_at_the_ends_of_time() {
    let between = "2024-06-30T00:00:00Z".parse().unwrap();
    for hours in [-12, -5, 0, 8, 14] {
        let calendar = Calendar {
            offset: Offset::hours(hours),
            ..Calendar::default()
        };
        for end in [Timestamp::MIN, Timestamp::MAX] {
            let year = calendar.year_of(end);
            assert!(year.contains(end) && !year.contains(between), "{hours}");
            let other = if end == Timestamp::MIN { 1 } else { -1 };
            let beside = end.saturating_add(other * 2 * 366 * 86_400);
            assert!(!year.contains(beside), "{hours}");
            assert!(calendar.year_of(beside).contains(beside));
            assert!(!calendar.year_of(beside).contains(end), "{hours}");
        }
    }
}
