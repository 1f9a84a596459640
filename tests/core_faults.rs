//! Faults that are planted in the core, one at a time: a cell of the table flipped, its target
//! exchanged, a condition not asked or a second late, a move of a ledger dropped, doubled or
//! misdirected. Each must break a law, in a story that a person can read, or change nothing for a
//! reason that is listed here.
//!
//! They are generated from what the core does in the timelines of the laws, and each is tried on those
//! first in which it tells. What the tests try is a sample; `tests/core_faults.sh` tries all of them,
//! and writes `tests/data/core_faults.txt`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    missing_docs,
    reason = "tests stop on the first surprise, and a long one shows how far it came"
)]

#[allow(unreachable_pub, reason = "every test file uses its part")]
#[path = "support/shared_out.rs"]
mod shared_out;
#[path = "core_faults/told.rs"]
mod told;

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cert_lifecycle::lifecycle::{Case, Command, Events, Law, Refusal};
use cert_lifecycle::model::Timestamp;
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::testing::laws::{self, Config, LawId, Report};
use cert_lifecycle::testing::{Core, Fault, Faulty, Machine, Observed, Observer};
use shared_out::shared_out;

/// The timelines that faults are made of.
const OBSERVED: u64 = 2_000;
/// Of those in which a fault tells, it is tried on so many.
const TELLING: usize = 12;
/// What is not found in those is looked for in so many more.
const MORE: u32 = 256;
const SEED: u64 = 20_200_407;

/// Faults that no rule forbids, by how their lines begin, each with its reason.
const EQUIVALENT: &[(&str, &str)] = &[
    (
        "Apply: R-04 Status(",
        "under every edition one applies with a slot that is pending",
    ),
    (
        "Collect: R-53 Status(",
        "under every edition a certificate is downloaded while it is there",
    ),
    (
        "ReceiveChallenge: R-26 Status(",
        "without an application there is nothing to happen, which is refused in the same words",
    ),
    (
        "Activate: R-46 NoSubmission is not asked",
        "who serves was applied for, and what was uploaded is not hosted without an application",
    ),
    ("Renew: K-03 Possession is not asked", RENEWED),
    ("Renew: K-05 NameKind is not asked", RENEWED),
    ("Renew: K-06 NoCompany is not asked", RENEWED),
    ("Renew: R-18 CommonNameNotNamed is not asked", RENEWED),
    ("Renew: R-18 NoCommonName is not asked", RENEWED),
];

/// Conditions of an application and its product alone, without an edition.
const RENEWED: &str = "the application was accepted for the same product, by the same condition, which no edition changes";

fn reason_of(fault: &Fault) -> Option<&'static str> {
    let words = fault.to_string();
    let known = EQUIVALENT.iter().find(|(own, _)| words.starts_with(own));
    known.map(|(_, reason)| *reason)
}

/// What was seen in timelines of their own, one a seed.
struct Bench {
    book: Rulebook,
    seen: Vec<Observed>,
}

impl Bench {
    fn new(count: u64) -> Self {
        let mut bench = Self {
            book: Rulebook::published(),
            seen: Vec::new(),
        };
        for place in 0..count {
            let observer = Observer::default();
            let config = Config::default().machine(&observer).only(&[LawId::Purity]);
            bench.check(config.cases(1), SEED + place).assert_ok();
            bench.seen.push(observer.observed());
        }
        bench
    }

    fn check(&self, config: Config<'_>, seed: u64) -> Report {
        let config = config.seed(seed).threads(NonZeroUsize::MIN);
        laws::check(&self.book, &config)
    }

    fn faults(&self) -> Vec<Fault> {
        let mut all = Observed::default();
        for seen in &self.seen {
            all.join(seen.clone());
        }
        all.faults()
    }

    /// The seeds of timelines in which the machine with a fault answers otherwise.
    fn telling(&self, fault: &Fault) -> Vec<u64> {
        let seeds = (SEED..).zip(&self.seen);
        let telling = seeds.filter(|(_, seen)| seen.tells(fault));
        telling.map(|(seed, _)| seed).take(TELLING).collect()
    }

    fn try_one(&self, fault: Fault, more: u32) -> Came {
        let machine = Compared {
            faulty: Faulty(fault),
            differed: AtomicUsize::new(0),
        };
        let begun = spent();
        let tries = self.telling(&fault).into_iter().map(|seed| (1, seed));
        let tries = tries.chain((more > 0).then_some((more, SEED + OBSERVED)));
        let mut timelines = 0;
        for (cases, seed) in tries {
            let config = Config::default()
                .machine(&machine)
                .budget(Duration::from_secs(30));
            let report = self.check(config.cases(cases), seed);
            let stories = report.violations.iter();
            if let Some(one) = stories.min_by_key(|one| one.timeline.steps.len()) {
                return Came::Found(Story {
                    law: one.breach.law,
                    words: one.breach.words.clone(),
                    steps: one.timeline.steps.len(),
                    timelines: timelines + if cases == 1 { 1 } else { one.case + 1 },
                    time: spent().saturating_sub(begun),
                });
            }
            timelines += report.cases;
        }
        if let Some(story) = told::story(&fault)
            && let Err(breach) = LawId::Refusals.hold(&story, &machine)
        {
            return Came::Found(Story {
                law: breach.law,
                words: breach.words,
                steps: story.steps.len(),
                timelines: timelines + 1,
                time: spent().saturating_sub(begun),
            });
        }
        match machine.differed.into_inner() {
            0 => Came::Equal,
            times => Came::Lost(times),
        }
    }
}

/// The time that this thread had a processor, where the system says so.
fn spent() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|own| own.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// A machine with a fault that notes whether it ever answered otherwise than the core.
struct Compared {
    faulty: Faulty,
    differed: AtomicUsize,
}

impl Machine for Compared {
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        let answer = self.faulty.decide(case, command, now, law);
        let differs = match (&answer, &Core.decide(case, command, now, law)) {
            (Ok(ours), Ok(theirs)) => !ours.iter().eq(theirs.iter()),
            (Err(ours), Err(theirs)) => (ours.rule(), ours.why()) != (theirs.rule(), theirs.why()),
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => true,
        };
        self.differed
            .fetch_add(usize::from(differs), Ordering::Relaxed);
        answer
    }
}

/// The shortest story of the first timeline in which a law was broken.
struct Story {
    law: LawId,
    words: String,
    steps: usize,
    timelines: u32,
    time: Duration,
}

enum Came {
    /// By a law.
    Found(Story),
    /// It never answered otherwise than the core.
    Equal,
    /// It answered otherwise so many times, and no law was broken.
    Lost(usize),
}

#[test]
fn a_sample_of_the_faults_is_found() {
    let bench = Bench::new(256);
    let all = bench.faults();
    assert!(all.len() > 1_000, "{}", all.len());
    let sample = all.iter().skip(20).step_by(160);
    let sample =
        sample.filter(|fault| reason_of(fault).is_none() && !bench.telling(fault).is_empty());
    for fault in sample {
        let Came::Found(story) = bench.try_one(*fault, 0) else {
            panic!("{fault}: lost");
        };
        // In plain words, not as Rust prints values.
        let rust = ["Some(", "Ok(", " { ", "::"];
        let plain = rust.iter().all(|part| !story.words.contains(part));
        assert!(plain, "{fault}: {}", story.words);
    }
}

/// But for conditions: in which timelines one looks at the second behind them, or another one refuses
/// in the same words, is not known.
#[test]
fn a_fault_tells_where_it_is_said_to() {
    let bench = Bench::new(64);
    let silent: Vec<String> = (bench.faults().into_iter())
        .filter(|fault| !matches!(fault, Fault::Late { .. } | Fault::Unguarded { .. }))
        .filter(|fault| {
            let Some(seed) = bench.telling(fault).first().copied() else {
                return false;
            };
            let machine = Compared {
                faulty: Faulty(*fault),
                differed: AtomicUsize::new(0),
            };
            let config = Config::default().machine(&machine).only(&[LawId::Purity]);
            let _ = bench.check(config.cases(1), seed);
            machine.differed.into_inner() == 0
        })
        .map(|fault| fault.to_string())
        .collect();
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn no_reason_is_stale() {
    let bench = Bench::new(64);
    for fault in bench.faults() {
        if reason_of(&fault).is_some() {
            let came = bench.try_one(fault, 4);
            assert!(!matches!(came, Came::Found(_)), "{fault}: found");
        }
    }
}

/// Those whose names contain what `FAULT` says; all, if it says nothing.
fn asked(all: Vec<Fault>) -> Vec<Fault> {
    let Ok(parts) = std::env::var("FAULT") else {
        return all;
    };
    let fits = |fault: &Fault| {
        parts
            .split(';')
            .any(|part| fault.to_string().contains(part))
    };
    all.into_iter().filter(fits).collect()
}

#[test]
#[ignore = "tries all of them, and writes the list"]
fn every_fault_is_found() {
    let bench = Bench::new(OBSERVED);
    let all = asked(bench.faults());
    let came = shared_out(
        (all.len(), "faults"),
        || (),
        |(), place| bench.try_one(all[place], MORE),
    );
    let (text, wrong) = record(&all, &came);
    if std::env::var_os("FAULT").is_some() {
        eprintln!("{text}");
    } else {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/core_faults.txt");
        std::fs::write(path, text).unwrap();
        let known: Vec<String> = all.iter().map(ToString::to_string).collect();
        for (words, _) in EQUIVALENT {
            let planted = known.iter().any(|own| own.starts_with(words));
            assert!(planted, "a reason for what is not planted: {words}");
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The list, and what stands in it that should not.
fn record(all: &[Fault], came: &[Came]) -> (String, Vec<String>) {
    let (mut lines, mut wrong) = (String::new(), Vec::new());
    let (mut steps, mut longest, mut widest) = (Vec::new(), Duration::ZERO, 0);
    let (mut equivalent, mut lost) = (0, 0);
    for (&fault, came) in all.iter().zip(came) {
        match (came, reason_of(&fault)) {
            (Came::Found(story), reason) => {
                let seconds = story.time.as_secs_f64();
                steps.push(story.steps);
                longest = longest.max(story.time);
                widest = widest.max(story.timelines);
                writeln!(
                    lines,
                    "{fault}: {}, {} steps, timeline {}, {seconds:.1} s",
                    story.law.number(),
                    story.steps,
                    story.timelines,
                )
                .unwrap();
                if reason.is_some() {
                    wrong.push(format!("{fault}: found, and has a reason"));
                }
                if story.time > Duration::from_secs(10) {
                    wrong.push(format!("{fault}: found after {seconds:.1} s"));
                }
            }
            (Came::Equal | Came::Lost(_), Some(reason)) => {
                equivalent += 1;
                writeln!(lines, "{fault}: equivalent, {reason}").unwrap();
            }
            (Came::Equal, None) => {
                lost += 1;
                writeln!(lines, "{fault}: never told from the core").unwrap();
                wrong.push(format!("{fault}: never told from the core"));
            }
            (Came::Lost(times), None) => {
                lost += 1;
                writeln!(lines, "{fault}: {times} other answers, no law broken").unwrap();
                wrong.push(format!("{fault}: {times} other answers, no law broken"));
            }
        }
    }
    steps.sort_unstable();
    let median = steps.get(steps.len() / 2).copied().unwrap_or(0);
    let most = steps.last().copied().unwrap_or(0);
    if median > 6 {
        wrong.push(format!("the median story has {median} steps"));
    }
    let text = format!(
        "Faults planted in the core: {}\n  found by a law: {}\n  equivalent, for a reason: {equivalent}\n  \
         lost: {lost}\nSteps of a story: median {median}, most {most}\nThe longest took {:.1} s of a processor, \
         shortening the story included; the widest {widest} timelines\n\n{lines}",
        all.len(),
        steps.len(),
        longest.as_secs_f64(),
    );
    (text, wrong)
}
