//! A server that is restarted and sessions that are ended, at instants drawn by lot, while clients,
//! workers and sweepers of one process go on over the same store.

use std::fmt;
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use super::audit::Problems;
use super::cluster::Server;
use super::crashes::{Life, Moment, Said, Tally, Writer};
use super::place::Random;
use super::run;

/// How many interruptions a process lives through, before it is killed and everything looked at.
const INTERRUPTIONS_A_LIFE: usize = 4;
/// After so many acknowledgements at the latest comes the next one.
const ENOUGH: u64 = 30;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Fast,
    Immediate,
    /// All sessions of the clients are ended.
    All,
    /// About one in three.
    Some,
}

/// What the rounds came to.
#[derive(Default)]
struct Result {
    fast: usize,
    ended: usize,
    failed: usize,
    tally: Tally,
}

impl fmt::Display for Result {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "server shut down and restarted: {}", self.fast)?;
        writeln!(f, "sessions ended: {}", self.ended)?;
        writeln!(f, "calls that failed meanwhile: {}", self.failed)?;
        self.tally.fmt(f)
    }
}

impl Result {
    /// Does it, right now.
    fn interrupt(&mut self, what: What, life: &Life, server: &Mutex<Server>, random: &mut Random) {
        let how = match what {
            What::Fast => "fast",
            What::Immediate => "immediate",
            What::All | What::Some => {
                let every = if what == What::All { 1 } else { 3 };
                let text = format!(
                    "SELECT CAST(pg_terminate_backend(pid) AS text) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid() \
                     AND (pid + {}) % {every} = 0",
                    random.below(3)
                );
                self.ended += run(life.place.rows(&text)).unwrap().len();
                return;
            }
        };
        let mut server = server.lock().unwrap();
        server.own().unwrap().restart(how).unwrap();
        match what {
            What::Fast => self.fast += 1,
            _ => self.tally.restarts += 1,
        }
    }
}

/// Interrupts a process that writes, again and again, in each of these ways in turn.
pub(crate) fn rounds(server: &Mutex<Server>, count: usize, seed: u64, ways: &[What]) -> String {
    let mut random = Random(seed);
    let mut result = Result::default();
    let mut round = 0;
    while round < count {
        let name = format!("interrupted_{}_{round}", ways.len());
        let mut life = Life::new(run(super::schema(server, &name)));
        let own = Command::new(std::env::current_exe().unwrap());
        let outside = life.outside.clone();
        let moment = Moment::Acknowledged(0);
        let writer = Writer::start_by(own, &life.place, life.now, outside, moment);
        let mut told = Vec::new();
        for _ in 0..INTERRUPTIONS_A_LIFE.min(count - round) {
            let what = ways[round % ways.len()];
            let (enough, pause) = (1 + random.below(ENOUGH), random.below(6_000));
            told.push((what, enough, pause));
            writer.wait_for(Said::Acknowledged, enough).unwrap();
            // Not for anything to happen: the instant is drawn by lot.
            thread::sleep(Duration::from_micros(pause));
            result.interrupt(what, &life, server, &mut random);
            writer.listen_anew();
            round += 1;
        }
        let mut problems = Problems::default();
        problems
            .0
            .extend(writer.wait_for(Said::Acknowledged, 5).err());
        let lines = writer.kill();
        result.failed += lines.iter().filter(|line| line.starts_with("E\t")).count();
        life.take(&lines, true, &mut result.tally, &mut problems);
        life.now = life.now.saturating_add(3 * 86_400);
        run(life.look(true, &mut result.tally, &mut problems));
        assert!(
            problems.0.is_empty(),
            "seed {seed}, up to round {round}, {told:?}: {:#?}",
            problems.0
        );
        let received = life.outside.received();
        result.tally.received += received.requests.len();
        result.tally.received_again += received.repeats;
    }
    result.tally.rounds = round;
    assert!(result.failed > 0, "nobody noticed anything");
    result.to_string()
}
