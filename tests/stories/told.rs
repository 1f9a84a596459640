//! Stories, their diagrams and their tests.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::panic::catch_unwind;
use std::sync::Arc;

use cert_lifecycle::lifecycle::{Case, Command, Event, Events, Law, Refusal, World};
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, Challenge, Currency, Curve, InstanceId, KeyKind, Note, OrderId,
    Payment, PlanId, SpkiDigest, Submission, Timestamp, ValidationMethod, challenge::RecordType,
};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::testing::{
    Core, INVARIANTS, Laws, Machine, Step, Story, TestOf, Timeline, first_breach,
};

use crate::machines::LosesReturns;

thread_local! {
    static FAULTY: Cell<bool> = const { Cell::new(false) };
}

/// The core, until somebody says that it is faulty.
struct Suspect;

impl Machine for Suspect {
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        Core.decide(case, command, now, law)
    }

    fn fold(&self, world: &mut World, event: &Event) {
        if FAULTY.get() {
            LosesReturns.fold(world, event);
        } else {
            Core.fold(world, event);
        }
    }
}

const SUSPECT: TestOf<'static> = TestOf {
    machine: "Suspect",
    ..TestOf::CORE
};

fn laws() -> Arc<Laws> {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    Arc::new(Laws::new(vec![edition], book.ceilings().clone()))
}

/// A plan with two units, two orders, one of them rejected, and deleted.
pub(crate) fn deleted() -> Timeline {
    let product = Catalog::published().get("geotrust-dv-1-starter").unwrap();
    let applicant = Applicant::new("Tom", "13900000000", "tom@example.com").unwrap();
    let submission = Arc::new(Submission::request(
        "www.example.com".parse().unwrap(),
        applicant,
        ValidationMethod::Dns,
        KeyKind::Ec(Curve::P256),
    ));
    let plan = PlanId::new("plan-1").unwrap();
    let instance = |n: u64| InstanceId::new(&format!("instance-{n}")).unwrap();
    let order = |n| OrderId::new(n).unwrap();
    let challenge = Challenge::dns("_dnsauth.www.example.com", RecordType::Txt, "token").unwrap();
    let commands = [
        (
            None,
            Command::BuyPlan {
                plan,
                product,
                count: NonZeroU32::new(2).unwrap(),
                payment: Payment::cash(20_000, Currency::CNY),
            },
        ),
        (
            None,
            Command::Submit {
                instance: instance(1),
                order: order(1),
                submission: submission.clone(),
            },
        ),
        (
            None,
            Command::Submit {
                instance: instance(2),
                order: order(2),
                submission,
            },
        ),
        (Some(2), Command::Collect),
        (
            Some(1),
            Command::ReceiveChallenge {
                challenge: Arc::new(challenge),
                key: SpkiDigest::of(b"the key"),
            },
        ),
        (Some(1), Command::ConfirmDomain),
        (
            Some(1),
            Command::Reject {
                reason: Note::new("CAA; see #4 of the list").unwrap(),
            },
        ),
        (Some(1), Command::Delete),
    ];
    let start: Timestamp = "2021-03-01T10:00:00+08:00".parse().unwrap();
    let steps = commands
        .into_iter()
        .zip(0..)
        .map(|((about, command), hour)| Step {
            at: start.saturating_add(hour * 3_600),
            account: AccountId::new("tom").unwrap(),
            about: about.map(instance),
            other: None,
            plan: Some(plan),
            conduct: 0,
            command,
        })
        .collect();
    Timeline {
        laws: laws(),
        steps,
    }
}

fn story() -> Story {
    let timeline = deleted();
    assert_eq!(first_breach(&Core, &timeline, &INVARIANTS), None);
    let (step, breach) = first_breach(&LosesReturns, &timeline, &INVARIANTS).unwrap();
    assert_eq!(step, 7);
    Story::of(&breach, &timeline, &LosesReturns)
}

fn golden(name: &str, text: &str) {
    let path = format!("{}/tests/stories/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, kept, "{name}: UPDATE=1 writes it anew");
}

#[test]
fn a_story_is_told_in_plain_words_with_the_ledger_beside_it() {
    golden("returned.txt", &story().to_string());
}

/// Where several editions are known, a story says which one is in force, once until another one is.
#[test]
fn a_story_of_several_editions_says_which_is_in_force() {
    let book = Rulebook::published();
    let editions = ["2021-02-api", "2023-api"].map(|key| book.edition(key).unwrap());
    let laws = Arc::new(Laws::new(editions.into(), book.ceilings().clone()));
    let mut timeline = Timeline { laws, ..deleted() };
    for step in timeline.steps.iter_mut().skip(6) {
        step.conduct = 1;
    }
    let several = Story::tell("L3", "an example", &timeline, &Core);
    for text in [several.to_string(), several.mermaid()] {
        let said: Vec<usize> = ["2021-02-api is in force", "2023-api is in force"]
            .map(|words| {
                assert_eq!(text.matches(words).count(), 1, "{text}");
                text.lines().position(|line| line.contains(words)).unwrap()
            })
            .into();
        let rejected = text
            .lines()
            .position(|line| line.contains("rejection"))
            .unwrap();
        assert!(said[0] < said[1] && said[1] < rejected, "{text}");
    }
    assert!(!story().to_string().contains("is in force"));
}

#[test]
fn a_story_is_drawn() {
    golden("returned.mmd", &story().mermaid());
}

#[test]
fn a_story_is_kept_as_a_test() {
    golden("returned.rs", &story().test(&SUSPECT));
}

/// A promise of one's own is none of this crate's invariants: a test that is not told of it asks for it.
#[test]
fn the_test_of_a_promise_fails_without_it() {
    let steps = Vec::new();
    let timeline = Timeline {
        steps,
        ..story().timeline().clone()
    };
    let promised = Story::tell("our promise", "it is broken", &timeline, &Core);
    let text = promised.test(&TestOf::CORE);
    let asks = "any(|one| one.law == \"our promise\");\n    assert!(told,";
    assert!(text.contains(asks), "{text}");
    assert!(INVARIANTS.iter().all(|one| one.law != "our promise"));
    // That there was an answer is seen without an invariant.
    let total = Story::tell("L1", "there is no answer", &timeline, &Core);
    assert!(!total.test(&TestOf::CORE).contains("assert!(told"));
}

// What `a_story_is_kept_as_a_test` wrote. It passes, as the core has no such fault.
include!("returned.rs");

#[test]
fn the_test_that_was_written_fails_while_the_fault_is_there() {
    let fails = catch_unwind(|| {
        FAULTY.set(true);
        l3_the_world_after_is_not_the_fold_of_the_events()
    });
    FAULTY.set(false);
    assert!(fails.is_err());
}
