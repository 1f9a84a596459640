//! What holding the laws costs: commands decided in a second under all of them, over random
//! timelines, with the share of the time in which the timelines are drawn, and a bare `decide` of the
//! same commands in the same cases.
//!
//! ```text
//! cargo bench --bench laws
//! ```
//!
//! A law asks beside the steps of a timeline: every command again, a second before and behind each
//! window, in the world of a stranger. All of that are decisions. The bare `decide` gets each of them
//! while its case is there, a few times in a row, so its values are in the cache: the ratio is how much
//! longer a decision takes under the laws, with the drawing, the folding and the comparing around it.
//!
//! Both take turns, a round each, on one thread, so that a busy machine slows both. Figures are
//! medians of the rounds; nothing asserts them. A number of rounds may follow `--`.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::result_large_err,
    reason = "a benchmark measures time, and shows what it measured; a refusal holds no heap memory"
)]

use std::error::Error;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cert_lifecycle::lifecycle::{Case, Command, Events, Law, Refusal, decide};
use cert_lifecycle::model::Timestamp;
use cert_lifecycle::rulebook::{Edition, Rulebook};
use cert_lifecycle::testing::Machine;
use cert_lifecycle::testing::laws::{self, Config, Report};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Odd, so that the median was measured.
const ROUNDS: usize = 9;
/// Timelines in a round.
const CASES: u32 = 6;
/// So often a bare `decide` gets each command.
const TIMES: u32 = 8;

/// An edition of the interface, one of the console with hosting, and the last of the console.
const CHOSEN: [&str; 3] = ["2021-02-api", "2022-hosting", "2026-03"];

/// The core, with a clock around its bare `decide`.
#[derive(Default)]
struct Timed {
    nanoseconds: AtomicU64,
    commands: AtomicU64,
}

impl Machine for Timed {
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        let answer = decide(case, command, now, law);
        let begun = Instant::now();
        for _ in 0..TIMES {
            drop(black_box(decide(
                black_box(case),
                black_box(command),
                now,
                law,
            )));
        }
        let took = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(took, Ordering::Relaxed);
        self.commands.fetch_add(u64::from(TIMES), Ordering::Relaxed);
        answer
    }
}

impl Timed {
    /// Nanoseconds for one command.
    fn each(&self) -> f64 {
        ratio(
            self.nanoseconds.load(Ordering::Relaxed),
            self.commands.load(Ordering::Relaxed),
        )
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and nanoseconds of minutes are far below 2^53"
)]
fn ratio(all: u64, of: u64) -> f64 {
    all as f64 / of.max(1) as f64
}

/// What one round came to.
struct Round {
    /// Decisions in a second under the laws.
    laws: f64,
    /// Commands in a second by the bare `decide`.
    bare: f64,
    /// How much longer a decision takes under the laws.
    times: f64,
    /// The share of drawing timelines.
    drawing: f64,
    /// The share of playing them, without the laws.
    playing: f64,
    /// Decisions for each step.
    asked: f64,
}

fn main() -> Outcome<()> {
    let mut rounds = ROUNDS;
    for word in std::env::args().skip(1) {
        rounds = word.parse().unwrap_or(rounds);
    }
    let book = Rulebook::published();
    println!(
        "{} laws, {CASES} timelines a round, median (least to most) of {rounds} rounds, one thread\n",
        laws::LawId::ALL.len()
    );
    println!(
        "{:13} {:>30} {:>30} {:>23} {:>9} {:>9} {:>10}",
        "edition",
        "decisions a second",
        "bare `decide`, a second",
        "times as long",
        "drawing",
        "playing",
        "for a step"
    );
    let mut points: Vec<(&str, Vec<Edition>)> = Vec::new();
    for key in CHOSEN {
        points.push((key, vec![book.edition(key)?]));
    }
    let mut all = Vec::new();
    for point in book.points() {
        all.push(book.edition(point.key.as_str())?);
    }
    points.push(("all, in turn", all));
    let mut last = None;
    for (name, editions) in &points {
        let mut measured = Vec::new();
        for seed in (1..).take(rounds) {
            let (round, report) = measure(&book, editions, seed)?;
            measured.push(round);
            last = Some(report);
        }
        println!(
            "{name:13} {:>30} {:>30} {:>23} {:>9} {:>9} {:>10}",
            spread(&measured, |one| one.laws, 0),
            spread(&measured, |one| one.bare, 0),
            spread(&measured, |one| one.times, 2),
            percent(&measured, |one| one.drawing),
            percent(&measured, |one| one.playing),
            format!("{:.0}", middle(&measured, |one| one.asked)),
        );
    }
    // What the laws take of the last round, each by itself.
    println!("\nthe last round, law by law:\n{}", last.ok_or("no round")?);
    Ok(())
}

/// Lives the same timelines twice: under the laws alone, and with the clock around each `decide`.
fn measure(book: &Rulebook, editions: &[Edition], seed: u64) -> Outcome<(Round, Report)> {
    let config = || {
        Config::default()
            .editions(editions.to_vec())
            .cases(CASES)
            .seed(seed)
            .threads(NonZeroUsize::MIN)
    };
    let plain = laws::check(book, &config());
    let timed = Timed::default();
    let again = laws::check(book, &config().machine(&timed));
    for report in [&plain, &again] {
        if !report.is_ok() {
            return Err(format!("a law does not hold: {report}").into());
        }
    }
    if plain.decisions != again.decisions {
        return Err("the same timelines asked for other decisions".into());
    }
    let steps = plain.laws.iter().map(|one| one.steps).max().unwrap_or(0);
    let each = plain.elapsed.as_secs_f64() * 1e9 / ratio(plain.decisions, 1);
    let bare = timed.each();
    let spent: Duration = plain.laws.iter().map(|one| one.time).sum();
    let spent = spent
        .saturating_add(plain.generating)
        .saturating_add(plain.playing);
    let share = |part: Duration| part.as_secs_f64() / spent.as_secs_f64();
    let round = Round {
        laws: 1e9 / each,
        bare: 1e9 / bare,
        times: each / bare,
        drawing: share(plain.generating),
        playing: share(plain.playing),
        asked: ratio(plain.decisions, steps),
    };
    Ok((round, plain))
}

/// The values of all rounds, in order.
fn in_order(rounds: &[Round], of: impl Fn(&Round) -> f64) -> Vec<f64> {
    let mut all: Vec<f64> = rounds.iter().map(of).collect();
    all.sort_by(f64::total_cmp);
    all
}

fn middle(rounds: &[Round], of: impl Fn(&Round) -> f64) -> f64 {
    let all = in_order(rounds, of);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

fn percent(rounds: &[Round], of: impl Fn(&Round) -> f64) -> String {
    format!("{:.2} %", 100.0 * middle(rounds, of))
}

/// Median (least to most).
fn spread(rounds: &[Round], of: impl Fn(&Round) -> f64, digits: usize) -> String {
    let all = in_order(rounds, of);
    let (Some(least), Some(most)) = (all.first(), all.last()) else {
        return String::new();
    };
    let middle = all.get(all.len() / 2).copied().unwrap_or(f64::NAN);
    format!("{middle:.digits$} ({least:.digits$} to {most:.digits$})")
}
