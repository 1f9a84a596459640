//! The laws as anybody calls them: `laws::check` over this crate's machine and over broken ones.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::result_large_err,
    reason = "tests stop on the first surprise; a refusal holds no heap memory"
)]

mod support;

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cert_lifecycle::lifecycle::{
    Case, Command, CommandKind, Event, Events, InstanceEvent, Law, PlanEvent, Refusal, World,
};
use cert_lifecycle::model::{CertificateInstance, Timestamp};
use cert_lifecycle::rulebook::{Rulebook, RulebookParts};
use cert_lifecycle::testing::laws::{self, Config, LawId};
use cert_lifecycle::testing::{Core, Machine, refuse_unlisted};
use support::cases::cases;

/// The core under every published edition: no law is broken, and each sees every timeline.
#[test]
fn the_core_keeps_the_laws() {
    let all = cases(24);
    let report = laws::check(&Rulebook::published(), &Config::default().cases(all));

    report.assert_ok();
    assert_eq!((report.cases, report.out_of_time), (all, false));
    assert_eq!(report.laws.len(), LawId::ALL.len());
    assert!(report.laws.iter().all(|one| one.cases == all));
    let steps = report.laws.first().unwrap().steps;
    assert!(steps >= u64::from(all) * 20 && report.decisions > 100 * steps);
}

/// The record that the manual shows is of these laws, of what they ask and what is drawn.
#[test]
fn the_record_of_check_is_of_these_laws() {
    let report = laws::check(&Rulebook::published(), &Config::default().cases(2));
    let record = include_str!("data/check.txt");
    let line = record.lines().find(|line| line.contains("two timelines"));
    let words = line.unwrap().split(' ');
    let digits = words.filter_map(|word| word.replace(',', "").parse().ok());
    assert_eq!(
        digits.collect::<Vec<u64>>(),
        [report.decisions],
        "tests/check.sh writes it anew"
    );
}

/// Those that ask little are tried on more.
#[test]
fn the_core_keeps_the_cheap_laws_for_long() {
    let cheap = [
        LawId::Purity,
        LawId::Replay,
        LawId::Conservation,
        LawId::DerivedStatus,
        LawId::Hosting,
        LawId::Finality,
        LawId::Idempotence,
    ];
    let config = Config::default().only(&cheap).cases(cases(300)).seed(11);
    let report = laws::check(&Rulebook::published(), &config);

    report.assert_ok();
}

/// A rulebook without a single point is nothing to live under, and no reason to be content.
#[test]
fn nothing_is_not_enough() {
    let mut parts: RulebookParts = Rulebook::published().parts().clone();
    parts.points.clear();
    let book = Rulebook::new(parts).unwrap();
    let report = laws::check(&book, &Config::default());
    assert!(!report.is_ok());
    assert!(report.to_string().contains("nothing was lived"), "{report}");
}

/// Timelines without a step break nothing, and keep nothing either.
#[test]
fn timelines_without_steps_are_nothing_lived() {
    let book = Rulebook::published();
    for length in [0, 4] {
        let report = laws::check(&book, &Config::default().cases(3).length(length));
        assert_eq!((report.cases, report.is_ok()), (3, length > 0), "{report}");
        let told = report
            .to_string()
            .contains("nothing was lived: no timeline has a step");
        assert_eq!(told, length == 0, "{report}");
    }
}

/// An edition of the other machine is not lived under because it was asked for by name.
#[test]
fn editions_of_the_other_machine_are_told_and_not_lived_under() {
    let book = Rulebook::published();
    let edition = |key: &str| book.edition(key).unwrap();
    let lived = |keys: &[&str]| {
        let editions = keys.iter().map(|key| edition(key)).collect();
        laws::check(&book, &Config::default().editions(editions).cases(2))
    };

    let alone = lived(&["2026-v2"]);
    assert_eq!((alone.cases, alone.is_ok()), (0, false), "{alone}");
    assert_eq!(alone.other, [edition("2026-v2").key()]);
    assert!(alone.to_string().contains("nothing was lived"), "{alone}");

    let beside = lived(&["2026-v2", "2023-api"]);
    assert_eq!((beside.cases, beside.is_ok()), (2, true), "{beside}");
    assert_eq!(beside.other, [edition("2026-v2").key()]);
    assert_eq!(beside.editions, [edition("2023-api").key()]);
}

type Decide = fn(&Case<'_>, &Command, Timestamp, &Law<'_>) -> Result<Events, Refusal>;
type Fold = fn(&mut World, &Event);

/// The core with a fault.
struct Faulty {
    decide: Decide,
    fold: Fold,
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
        (self.fold)(world, event);
    }
}

const SOUND: Faulty = Faulty {
    decide: |case, command, now, law| Core.decide(case, command, now, law),
    fold: World::fold,
};

fn found(machine: &Faulty, law: LawId) {
    let book = Rulebook::published();
    let config = Config::default()
        .machine(machine)
        .cases(60)
        .only(&[law])
        .seed(3);
    let report = laws::check(&book, &config);
    assert!(report.breaks(law), "{law}: {report}");
    for violation in &report.violations {
        let timeline = &violation.timeline;
        let again = violation.breach.law.hold(timeline, machine);
        assert_eq!(again.as_ref().err(), Some(&violation.breach));
        assert!(timeline.steps.len() <= 8, "{violation}");
        // No step can be left out.
        for place in 0..timeline.steps.len() {
            let mut less = timeline.clone();
            less.steps.remove(place);
            let held = violation.breach.law.hold(&less, machine);
            assert!(held.is_ok(), "step {place} is not needed: {violation}");
        }
    }
    // The same seed finds the same, in however many threads.
    let alone = laws::check(&book, &config.threads(NonZeroUsize::MIN));
    let told = |report: &laws::Report| -> Vec<String> {
        report.violations.iter().map(ToString::to_string).collect()
    };
    assert_eq!(told(&alone), told(&report));
}

/// Whoever sees nothing but the failing test sees what happened: contents, answers and ledgers, in
/// the offset of the rules.
#[test]
fn a_failing_test_tells_the_story() {
    let book = Rulebook::published();
    let machine = &Faulty {
        // A unit that is bought is lost.
        decide: |case, command, now, law| {
            let events = Core.decide(case, command, now, law)?;
            Ok(if command.kind() == CommandKind::BuyPlan {
                Events::default()
            } else {
                events
            })
        },
        ..SOUND
    };
    let editions = ["2023-api", "2021-02-api"].map(|key| book.edition(key).unwrap());
    let config = Config::default()
        .machine(machine)
        .editions(editions.to_vec())
        .cases(20);
    let report = laws::check(&book, &config);
    let panic = catch_unwind(AssertUnwindSafe(|| report.assert_ok())).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(!report.violations.is_empty());
    for violation in &report.violations {
        let story = violation.story(machine).to_string();
        // Behind the law and an empty line.
        for line in story.lines().skip(2) {
            assert!(text.contains(line), "{line:?} is missing in {text}");
        }
        let first = violation.timeline.laws.editions().first().unwrap().key();
        assert!(
            text.contains(&format!("steps are needed, under {first}")),
            "{text}"
        );
    }
    assert!(
        text.contains("+08:00  buy a plan: ") && text.contains("  happens: "),
        "{text}"
    );
    assert!(text.contains("Violation::story(&machine)"), "{text}");
}

#[test]
fn a_machine_without_a_reason_breaks_totality() {
    let machine = Faulty {
        decide: |case, command, now, law| {
            Core.decide(case, command, now, law)
                .map(|_| Events::default())
        },
        ..SOUND
    };
    found(&machine, LawId::Totality);
}

#[test]
fn a_panic_breaks_totality() {
    let machine = Faulty {
        decide: |case, command, now, law| {
            assert!(command.kind() != CommandKind::Close, "nobody closes here");
            Core.decide(case, command, now, law)
        },
        ..SOUND
    };
    found(&machine, LawId::Totality);
    let config = Config::default().machine(&machine).cases(20);
    let report = laws::check(&Rulebook::published(), &config);
    let words = report.violations.first().unwrap().breach.words.clone();
    assert!(words.contains("nobody closes here"), "{words}");
}

#[test]
fn what_is_folded_by_half_breaks_replay() {
    let machine = Faulty {
        fold: |world, event| {
            let confirmed = matches!(
                event,
                Event::Instance {
                    event: InstanceEvent::DomainConfirmed { .. },
                    ..
                }
            );
            if !confirmed {
                world.fold(event);
            }
        },
        ..SOUND
    };
    found(&machine, LawId::Replay);
}

#[test]
fn a_unit_that_is_taken_in_secret_breaks_conservation() {
    let machine = Faulty {
        fold: |world, event| {
            let reserved = matches!(
                event,
                Event::Plan {
                    event: PlanEvent::Reserved { .. },
                    ..
                }
            );
            if !reserved {
                world.fold(event);
            }
        },
        ..SOUND
    };
    found(&machine, LawId::Conservation);
}

#[test]
fn a_second_too_late_breaks_windows() {
    let machine = Faulty {
        decide: |case, command, now, law| Core.decide(case, command, now.saturating_add(-1), law),
        ..SOUND
    };
    found(&machine, LawId::Windows);
}

#[test]
fn the_edition_in_force_for_everything_breaks_pinning() {
    let machine = Faulty {
        decide: |case, command, now, law| {
            Core.decide(case, command, now, &Law::single(law.conduct, law.ceilings))
        },
        ..SOUND
    };
    found(&machine, LawId::Pinning);
}

#[test]
fn whoever_asks_as_the_owner_breaks_isolation() {
    let machine = Faulty {
        decide: |case, command, now, law| {
            let mut case = *case;
            case.account = case
                .instance
                .map_or(case.account, CertificateInstance::account);
            Core.decide(&case, command, now, law)
        },
        ..SOUND
    };
    found(&machine, LawId::Isolation);
}

#[test]
fn a_world_that_forgets_its_end_breaks_finality() {
    let machine = Faulty {
        fold: |world, event| {
            let deleted = matches!(
                event,
                Event::Instance {
                    event: InstanceEvent::Deleted { .. },
                    ..
                }
            );
            world.fold(event);
            if deleted {
                let id = world.instance().map(CertificateInstance::id);
                world.look_at(id);
                let _ = world.take_instance();
            }
        },
        ..SOUND
    };
    found(&machine, LawId::Finality);
}

/// A machine from outside of the crate decides for itself: it refuses more, and lets other things
/// happen.
#[test]
fn a_machine_of_ones_own_refuses_more_and_lets_other_things_happen() {
    let book = Rulebook::published();
    let by = |machine: &Faulty, laws: &[LawId]| {
        let config = Config::default().machine(machine).only(laws).cases(24);
        laws::check(&book, &config)
    };
    let prudent = Faulty {
        decide: |case, command, now, law| {
            if let Command::BuyPlan { count, .. } = command
                && count.get() > 1
            {
                return Err(refuse_unlisted(case, command, now, law));
            }
            Core.decide(case, command, now, law)
        },
        ..SOUND
    };
    // Those two go by the rules as they are, and it does not.
    let strict = [LawId::Windows, LawId::Twin];
    let others: Vec<LawId> = LawId::ALL
        .iter()
        .filter(|law| !strict.contains(law))
        .copied()
        .collect();
    by(&prudent, &others).assert_ok();
    let broken = by(&prudent, &strict);
    assert!(strict.iter().all(|law| broken.breaks(*law)), "{broken}");
    // The refusal is the machine's own, and is told as one.
    let text = broken.to_string();
    assert!(
        text.contains("  refused: ") && text.contains("(R-21)"),
        "{text}"
    );

    let twice = Faulty {
        decide: |case, command, now, law| {
            let events = Core.decide(case, command, now, law)?;
            let again = events.with_events(events.iter().chain(events.iter()).cloned());
            assert_eq!(again.rules(), events.rules());
            assert_eq!(again.len(), 2 * events.len());
            Ok(again)
        },
        ..SOUND
    };
    let broken = by(&twice, &[LawId::Conservation]);
    assert!(broken.breaks(LawId::Conservation), "{broken}");
}
