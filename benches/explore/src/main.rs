//! The explorer beside `stateright`'s breadth-first checker: one world, one `decide`, one run.
//!
//! ```text
//! cargo run --release --manifest-path benches/explore/Cargo.toml [-- WORLD [THREADS]]
//! ```
//! `WORLD` is `small` (seconds; the default) or `full` (over a million states). Each contender runs in
//! a process of its own, so that the most memory it had is its own too. Seconds are those of processors,
//! of all threads together: on one thread they are what it takes on a machine that does nothing else.
//! The counts of states must be the same without symmetry, or the run fails.

mod memory;
mod model;
mod worlds;

use std::process::{Command, ExitCode};

use cert_lifecycle::lifecycle::{Law, Outcome, table};
use cert_lifecycle::testing::explore::{Ending, Explorer, Report};
use cert_lifecycle::testing::{Invariant, Transition};
use stateright::{Checker, Model};

use model::Checked;
use worlds::World;

/// What both hold every state against.
fn adds_up(taken: &Transition<'_>) -> Option<String> {
    let wrong = taken.after.plans().find(|plan| !plan.balances())?;
    Some(format!("the ledger of {} does not add up", wrong.id()))
}

const BALANCES: [Invariant; 1] = [Invariant {
    law: "L5",
    check: adds_up,
}];

const CONTENDERS: [&str; 3] = ["stateright", "explorer", "symmetry"];

/// What one contender came to.
struct Result {
    states: u64,
    seconds: f64,
    bytes: u64,
}

fn contend(name: &str, world: &World, threads: usize) {
    let small = world.build();
    let before = memory::most();
    let begun = memory::processor();
    let (states, report) = if name == "stateright" {
        let checker = Checked::of(small).checker().threads(threads);
        let checked = checker.spawn_bfs().join();
        checked.assert_properties();
        (checked.unique_state_count() as u64, None)
    } else {
        let explorer = Explorer::new(&small)
            .against(&BALANCES)
            .on(threads)
            .within(8 << 30)
            .anyway();
        let explorer = if name == "symmetry" {
            explorer
        } else {
            explorer.without_symmetry()
        };
        let report = explorer.run();
        assert!(matches!(report.ending, Ending::Exhausted), "{report}");
        (report.states, Some(report))
    };
    let seconds = memory::processor() - begun;
    println!("{states} {seconds} {}", memory::most() - before);
    // The table is no part of what is measured.
    if let Some(report) = report {
        eprintln!("{report}");
        eprintln!("{}", missed(world, &report));
    }
}

/// The cells that `decide` knows a way to, and that were not reached.
fn missed(world: &World, report: &Report) -> String {
    let small = world.build();
    let laws = small.laws();
    let law = Law::single(&laws.editions()[0], laws.ceilings());
    let table = table(world.class, &law);
    let reached = report.cells.reached();
    let granted = report.cells.granted();
    let mut lines = Vec::new();
    let (mut cells, mut grants) = (0, 0);
    for (status, cell) in table.cells() {
        let place = (status, cell.command);
        match cell.outcome {
            Outcome::Unreachable => continue,
            Outcome::Refused { .. } => {}
            _ => {
                grants += 1;
                if !granted.contains(&place) {
                    lines.push(format!("never granted: {place:?}"));
                }
            }
        }
        cells += 1;
        if !reached.contains(&place) {
            lines.push(format!("never asked: {place:?}"));
        }
    }
    lines.push(format!(
        "{cells} cells can be reached, in {grants} something is granted"
    ));
    lines.join("\n")
}

fn run(name: &str, world: &str, threads: usize) -> Option<Result> {
    let own = std::env::current_exe().ok()?;
    let output = Command::new(own)
        .args([world, &threads.to_string(), name])
        .stderr(std::process::Stdio::inherit())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.lines().last()?.split(' ');
    Some(Result {
        states: words.next()?.parse().ok()?,
        seconds: words.next()?.parse().ok()?,
        bytes: words.next()?.parse().ok()?,
    })
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "small".to_string());
    let threads = arguments.next().and_then(|text| text.parse().ok());
    let threads: usize = threads.unwrap_or(2);
    let Some(world) = World::named(&name) else {
        eprintln!("there is no world {name}");
        return ExitCode::FAILURE;
    };
    if let Some(contender) = arguments.next() {
        contend(&contender, &world, threads);
        return ExitCode::SUCCESS;
    }
    println!("world {name}, {threads} threads");
    println!(
        "| Contender | Unique states | Processor seconds | States per second | Most memory, bytes a state |"
    );
    println!("|---|---|---|---|---|");
    let mut all = Vec::new();
    for contender in CONTENDERS {
        let Some(result) = run(contender, &name, threads) else {
            eprintln!("{contender} failed");
            return ExitCode::FAILURE;
        };
        #[allow(clippy::cast_precision_loss)]
        let rate = result.states as f64 / result.seconds;
        println!(
            "| {contender} | {} | {:.2} | {rate:.0} | {} |",
            result.states,
            result.seconds,
            result.bytes / result.states.max(1)
        );
        all.push((result, rate));
    }
    let [(peer, peer_rate), (own, own_rate), (classes, _)] = all.as_slice() else {
        return ExitCode::FAILURE;
    };
    println!(
        "states per second {:.2} of stateright's, time to exhaust with symmetry {:.3}, bytes a state {:.3}",
        own_rate / peer_rate,
        classes.seconds / peer.seconds,
        own.bytes as f64 / peer.bytes as f64
    );
    if peer.states != own.states {
        eprintln!("they found different numbers of states");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
