//! The stream of the first life, decided by the library and by its peers, each in its own idiom.
//!
//! Every contender's outcome is compared on every command before anything is timed: accepted or
//! refused, next state, where the unit stands, the ledger, and for those who say so the number of
//! events and the error code. Then they take turns, slice by slice, so that a machine that slows
//! down slows all of them. Ratios are of the same round; nothing asserts them.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml [-- --rounds N --instances N]`;
//! `benches/instructions.sh` counts instructions instead.

mod allocations;
mod by_match;
mod by_table;
mod contender;
mod instructions;
mod life;
mod nouns;
mod ours;
mod peer_cqrs_es;
mod peer_disintegrate;
mod peer_fmodel;
mod peer_rust_fsm;
mod peer_smlang;
mod peer_statig;
mod report;
mod stream;

use std::time::{Duration, Instant};

use contender::{Answer, Contender, Seen};
use stream::Stream;

/// One contender with its stream and its state, whatever it is made of.
trait Runner {
    fn name(&self) -> &'static str;
    fn tells(&self) -> &'static str;
    fn note(&self) -> &'static str;
    fn reset(&mut self, stream: &Stream);
    fn one(&mut self, place: usize) -> Answer;
    fn look(&self, slot: usize, plan: usize) -> Seen;
    fn slice(&mut self, from: usize, until: usize);
}

struct Running<C: Contender> {
    steps: Vec<C::Step>,
    state: C,
}

/// What is timed and counted: a contender decides and folds its commands.
#[inline(never)]
fn run<C: Contender>(state: &mut C, steps: &[C::Step]) {
    for step in steps {
        state.apply(step);
    }
}

impl<C: Contender> Runner for Running<C> {
    fn name(&self) -> &'static str {
        C::NAME
    }
    fn tells(&self) -> &'static str {
        C::TELLS
    }
    fn note(&self) -> &'static str {
        C::NOTE
    }
    fn reset(&mut self, stream: &Stream) {
        self.state = C::new(stream);
    }
    fn one(&mut self, place: usize) -> Answer {
        self.state.apply(&self.steps[place])
    }
    fn look(&self, slot: usize, plan: usize) -> Seen {
        self.state.look(slot, plan)
    }
    fn slice(&mut self, from: usize, until: usize) {
        run(&mut self.state, &self.steps[from..until]);
    }
}

fn runner<C: Contender + 'static>(stream: &Stream) -> Box<dyn Runner> {
    Box::new(Running::<C> {
        steps: C::steps(stream),
        state: C::new(stream),
    })
}

/// The first one is what the others are compared with; it and the second are what they are measured
/// by.
fn contenders(stream: &Stream) -> Vec<Box<dyn Runner>> {
    vec![
        runner::<by_match::ByMatch>(stream),
        runner::<by_table::ByTable>(stream),
        runner::<nouns::MatchOverNouns>(stream),
        runner::<ours::Ours>(stream),
        runner::<ours::OursInto>(stream),
        runner::<peer_statig::Statig>(stream),
        runner::<peer_rust_fsm::RustFsm>(stream),
        runner::<peer_smlang::Smlang>(stream),
        runner::<peer_fmodel::Fmodel>(stream),
        runner::<peer_disintegrate::Disintegrate>(stream),
        runner::<peer_cqrs_es::CqrsEs>(stream),
        runner::<nouns::DisintegrateOverNouns>(stream),
    ]
}

/// Compares everybody on every command; gives how many were accepted, and allocations per accepted
/// and per refused command of everybody.
fn compare(stream: &Stream, all: &mut [Box<dyn Runner>]) -> (usize, Vec<(f64, f64)>) {
    let mut accepted = 0_usize;
    let mut allocations = vec![(0_u64, 0_u64); all.len()];
    for (place, step) in stream.steps.iter().enumerate() {
        let mut first: Option<(Answer, Seen)> = None;
        for (runner, count) in all.iter_mut().zip(&mut allocations) {
            let before = allocations::so_far();
            let answer = runner.one(place);
            let made = allocations::so_far() - before;
            let seen = runner.look(step.slot as usize, usize::from(step.plan));
            let (full, expected) = *first.get_or_insert((answer, seen));
            assert!(
                answer.agrees(full) && seen == expected,
                "command {place} {:?}: {} says {answer:?} {seen:?}, expected {full:?} {expected:?}",
                step.command,
                runner.name(),
            );
            match answer {
                Answer::Accepted(_) => count.0 += made,
                Answer::Refused(_) => count.1 += made,
            }
        }
        accepted += usize::from(matches!(first, Some((Answer::Accepted(_), _))));
    }
    let refused = stream.steps.len() - accepted;
    let each = |(on_accepted, on_refused): (u64, u64)| {
        (
            on_accepted as f64 / accepted as f64,
            on_refused as f64 / refused as f64,
        )
    };
    (accepted, allocations.into_iter().map(each).collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The number after a flag.
fn flag(name: &str, default: usize) -> usize {
    let words: Vec<String> = std::env::args().collect();
    let place = words.iter().position(|word| word == name);
    place
        .and_then(|place| words.get(place + 1)?.parse().ok())
        .unwrap_or(default)
        .max(1)
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let given = |name: &str| words.iter().any(|word| word == name);
    let counting = given("--count");
    let instances = flag("--instances", 1_000);
    let commands = flag("--commands", if counting { 50_000 } else { 200_000 });
    let stream = stream::generate(commands, instances);
    let mut all = contenders(&stream);
    if given("--names") {
        all.iter().for_each(|runner| println!("{}", runner.name()));
        return;
    }
    if counting {
        count(&stream, &mut all, &words);
        return;
    }
    let (accepted, allocations) = compare(&stream, &mut all);
    println!("commands  {commands} over {instances} instances, {accepted} accepted");
    println!("outcomes  equal on every command: accepted or not, next state, unit, ledger; and");
    println!("          where it is told, the number of events and the error code");
    let times = time(&stream, &mut all, flag("--rounds", 15));
    let (rounds, least): (Vec<_>, Vec<_>) =
        times.iter().map(|own| per_command(own, commands)).unzip();
    println!(
        "times     in ns per command: the middle round, and the sum of every slice's least disturbed run;"
    );
    println!("          ratios of the same round (middle), and of the least disturbed runs");
    println!(
        "\n{:28} {:21} {:>7} {:>7} {:>9} {:>7} {:>9} {:>7} {:>19}",
        "contender",
        "tells",
        "middle",
        "least",
        "to match",
        "least",
        "to table",
        "least",
        "allocations ok/no"
    );
    for (place, runner) in all.iter().enumerate() {
        let to = |base: usize| {
            let ratios = rounds[place].iter().zip(&rounds[base]);
            median(ratios.map(|(own, base)| own / base).collect())
        };
        let (ok, no) = allocations[place];
        println!(
            "{:28} {:21} {:7.1} {:7.1} {:8.2}x {:6.2}x {:8.2}x {:6.2}x {ok:14.2}/{no:.2}",
            runner.name(),
            runner.tells(),
            median(rounds[place].clone()),
            least[place],
            to(0),
            least[place] / least[0],
            to(1),
            least[place] / least[1],
        );
    }
    println!();
    for runner in all.iter().filter(|runner| !runner.note().is_empty()) {
        println!("{}: {}", runner.name(), runner.note());
    }
    report::sizes();
    let mut ours = ours::OursInto::new(&stream);
    run(&mut ours, &ours::OursInto::steps(&stream));
    report::lookups(&ours);
}

/// For an instruction counter or a profiler: one contender with `--only NAME`, or all; and with
/// `--kinds` the library command by command.
fn count(stream: &Stream, all: &mut [Box<dyn Runner>], words: &[String]) {
    if words.iter().any(|word| word == "--kinds") {
        instructions::by_command(stream);
        return;
    }
    let only = words.iter().position(|word| word == "--only");
    let only = only.and_then(|place| words.get(place + 1));
    for _ in 0..flag("--rounds", 1) {
        for runner in all.iter_mut() {
            if only.is_none_or(|name| name == runner.name()) {
                runner.reset(stream);
                runner.slice(0, stream.steps.len());
            }
        }
    }
}

/// What every slice of every round took everybody.
#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn time(stream: &Stream, all: &mut [Box<dyn Runner>], rounds: usize) -> Vec<Vec<Vec<Duration>>> {
    let commands = stream.steps.len();
    let slice = (commands / 20).max(1);
    let mut times = vec![Vec::new(); all.len()];
    for round in 0..rounds {
        times.iter_mut().for_each(|own| own.push(Vec::new()));
        for runner in all.iter_mut() {
            runner.reset(stream);
        }
        for (number, from) in (0..commands).step_by(slice).enumerate() {
            for turn in 0..all.len() {
                // Nobody always follows the same one.
                let place = (turn + number + round) % all.len();
                let begun = Instant::now();
                all[place].slice(from, (from + slice).min(commands));
                let took = begun.elapsed();
                if let Some(slices) = times[place].last_mut() {
                    slices.push(took);
                }
            }
        }
    }
    times
}

/// Nanoseconds per command in every round, and with the least that each slice ever took.
fn per_command(rounds: &[Vec<Duration>], commands: usize) -> (Vec<f64>, f64) {
    let each = |time: Duration| time.as_secs_f64() * 1e9 / commands as f64;
    let of_rounds = rounds
        .iter()
        .map(|slices| each(slices.iter().sum()))
        .collect();
    let least = (0..rounds[0].len()).map(|slice| rounds.iter().map(|slices| slices[slice]).min());
    (of_rounds, each(least.flatten().sum()))
}
