//! Faults that are planted in the core, one at a time: a cell of the table flipped, its target
//! exchanged, a condition not asked or a second late, a move of a ledger dropped, doubled or
//! misdirected. Each must break a law, in a story that a person can read.
//!
//! They are generated from what the core does in the timelines of the laws. What the tests try is a
//! sample; `tests/core_faults.sh` tries all of them, and writes `tests/data/core_faults.txt`.
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

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cert_lifecycle::lifecycle::{Case, Command, Events, Law, Refusal};
use cert_lifecycle::model::Timestamp;
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::testing::laws::{self, Config, LawId};
use cert_lifecycle::testing::{Core, Fault, Faulty, Machine, Observer};

/// The timelines that faults are made of, and those that each of them is tried on.
const OBSERVED: u32 = 256;
const TRIED: u32 = 64;
/// What was not found in those is looked for in so many more.
const TRIED_AT_MOST: u32 = 2_000;
const SEED: u64 = 20_200_407;

fn faults(book: &Rulebook) -> Vec<Fault> {
    let observer = Observer::default();
    let config = Config::default().machine(&observer).only(&[LawId::Purity]);
    laws::check(book, &config.cases(OBSERVED).seed(SEED)).assert_ok();
    observer.observed().faults()
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

enum Came {
    /// By a law, in a story of so many steps.
    Found(LawId, usize, Duration),
    /// It never answered otherwise than the core.
    Equal,
    /// It answered otherwise so many times, and no law was broken.
    Lost(usize),
}

fn try_one(book: &Rulebook, fault: Fault, threads: usize) -> Came {
    let machine = Compared {
        faulty: Faulty(fault),
        differed: AtomicUsize::new(0),
    };
    let mut spent = Duration::ZERO;
    for (cases, seed) in [(TRIED, SEED), (TRIED_AT_MOST, SEED + 1)] {
        let config = Config::default()
            .machine(&machine)
            .threads(NonZeroUsize::new(threads).unwrap())
            .budget(Duration::from_secs(8));
        let report = laws::check(book, &config.cases(cases).seed(seed));
        spent += report.elapsed;
        let shortest = report
            .violations
            .iter()
            .min_by_key(|one| one.timeline.steps.len());
        if let Some(one) = shortest {
            return Came::Found(one.breach.law, one.timeline.steps.len(), spent);
        }
    }
    match machine.differed.into_inner() {
        0 => Came::Equal,
        times => Came::Lost(times),
    }
}

#[test]
fn a_sample_of_the_faults_is_found() {
    let book = Rulebook::published();
    let all = faults(&book);
    assert!(all.len() > 1_000, "{}", all.len());
    let sample: Vec<Fault> = all.iter().copied().skip(20).step_by(160).collect();
    let found = sample.iter().filter(|fault| {
        let faulty = Faulty(**fault);
        let config = Config::default().machine(&faulty).cases(8).seed(SEED);
        !laws::check(&book, &config).is_ok()
    });
    let found = found.count();
    assert!(2 * found > sample.len(), "{found} of {}", sample.len());
}

#[test]
#[ignore = "tries all of them, and writes the list"]
fn every_fault_is_tried() {
    let book = Rulebook::published();
    let all = faults(&book);
    let (next, lines) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(fault) = all.get(place) else { break };
                    if place % 50 == 0 {
                        eprintln!("{place} of {} faults", all.len());
                    }
                    let came = try_one(&book, *fault, 1);
                    lines.lock().unwrap().insert(place, came);
                }
            });
        }
    });
    let lines = lines.into_inner().unwrap();
    let mut text = String::new();
    let (mut steps, mut longest, mut equal, mut lost) = (Vec::new(), Duration::ZERO, 0, 0);
    for came in lines.values() {
        match came {
            Came::Found(_, count, time) => {
                steps.push(*count);
                longest = longest.max(*time);
            }
            Came::Equal => equal += 1,
            Came::Lost(_) => lost += 1,
        }
    }
    steps.sort_unstable();
    let median = steps.get(steps.len() / 2).copied().unwrap_or(0);
    let most = steps.last().copied().unwrap_or(0);
    writeln!(text, "Faults planted in the core: {}", all.len()).unwrap();
    writeln!(text, "  found by a law: {}", steps.len()).unwrap();
    writeln!(text, "  never told from the core: {equal}").unwrap();
    writeln!(text, "  told from the core, and no law is broken: {lost}").unwrap();
    writeln!(text, "Steps of a story: median {median}, most {most}").unwrap();
    writeln!(
        text,
        "The longest was found in {:.1} s\n",
        longest.as_secs_f64()
    )
    .unwrap();
    for (place, came) in &lines {
        let fault = all[*place];
        match came {
            Came::Found(law, count, time) => {
                writeln!(
                    text,
                    "{fault}: {}, {count} steps, {:.1} s",
                    law.number(),
                    time.as_secs_f64()
                )
            }
            Came::Equal => writeln!(text, "{fault}: equal"),
            Came::Lost(times) => writeln!(text, "{fault}: lost, {times} other answers"),
        }
        .unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/core_faults.txt");
    std::fs::write(path, text).unwrap();
}
