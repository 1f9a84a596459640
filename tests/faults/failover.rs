//! A primary that goes while clients are at work, and its standby that takes over.

use std::fmt;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::audit::Problems;
use super::crashes::{Life, Moment, Said, Tally, Writer};
use super::place::{Place, Random};
use super::run;
use super::standby::{End, Pair};

/// How many takeovers a store lives through, before the next store.
const TAKEOVERS_A_STORE: usize = 4;
/// After so many acknowledgements at the latest a primary goes.
const ENOUGH: u64 = 40;
const DAY: i64 = 86_400;

/// What the rounds came to.
#[derive(Default)]
struct Result {
    killed: usize,
    immediate: usize,
    fast: usize,
    held: usize,
    /// What clients and workers were failed by while there was no primary.
    failed: usize,
    tally: Tally,
}

impl fmt::Display for Result {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "primary killed: {}", self.killed)?;
        writeln!(f, "primary stopped at once: {}", self.immediate)?;
        writeln!(f, "primary shut down: {}", self.fast)?;
        writeln!(f, "of them while commits waited: {}", self.held)?;
        writeln!(f, "calls that failed meanwhile: {}", self.failed)?;
        self.tally.fmt(f)
    }
}

/// A store of its own on a pair.
async fn schema(pair: &Pair, name: &str) -> Place {
    let main = pair.url("postgres");
    pair.tell(&[&format!("CREATE SCHEMA {name}")]).await;
    Place::Database(format!("{main}&options[search_path]={name}"))
}

fn writer(life: &Life) -> Writer {
    let own = Command::new(std::env::current_exe().unwrap());
    let outside = life.outside.clone();
    Writer::start_by(own, &life.place, life.now, outside, Moment::Acknowledged(0))
}

/// Takes primaries away, round after round. The process that writes goes on over the same store.
pub(crate) fn on_a_pair(count: usize, seed: u64) -> String {
    let mut random = Random(seed);
    let mut result = Result::default();
    let mut pair = Pair::start().unwrap();
    let mut life: Option<Life> = None;
    for round in 0..count {
        let mut own = life
            .take()
            .unwrap_or_else(|| Life::new(run(schema(&pair, &format!("takeover_{round}")))));
        run(pair.synchronous(true));
        // A server that is shut down waits itself until its standby has everything.
        let (how, is_held) = match round % 4 {
            0 => (End::Killed, true),
            1 => (End::Immediate, true),
            2 => (End::Fast, false),
            _ => (End::Killed, false),
        };
        let (enough, pause) = (1 + random.below(ENOUGH), random.below(6_000));
        let mut problems = Problems::default();
        let writer = writer(&own);
        problems
            .0
            .extend(writer.wait_for(Said::Acknowledged, enough).err());
        // Not for anything to happen: the instant is drawn by lot.
        thread::sleep(Duration::from_micros(pause));
        // With commits that wait, and that the standby never gets: they must not have been answered.
        let held = is_held.then(|| run(pair.hold_receiver()));
        pair.end_primary(how);
        drop(held);
        run(pair.promote());
        // The same process goes on with the new primary.
        writer.listen_anew();
        problems
            .0
            .extend(writer.wait_for(Said::Acknowledged, 5).err());
        let lines = writer.kill();
        result.failed += lines.iter().filter(|line| line.starts_with("E\t")).count();
        own.take(&lines, true, &mut result.tally, &mut problems);
        own.now = own.now.saturating_add(3 * DAY);
        let last = (round + 1) % TAKEOVERS_A_STORE == 0 || round + 1 == count;
        run(own.look(last, &mut result.tally, &mut problems));
        assert!(
            problems.0.is_empty(),
            "seed {seed}, round {round}, {how:?} after {enough} and {pause} microseconds: {:#?}",
            problems.0
        );
        let counter = match how {
            End::Killed => &mut result.killed,
            End::Immediate => &mut result.immediate,
            End::Fast => &mut result.fast,
        };
        *counter += 1;
        result.held += usize::from(is_held);
        result.tally.rounds += 1;
        if last {
            let received = own.outside.received();
            result.tally.received += received.requests.len();
            result.tally.received_again += received.repeats;
        } else {
            life = Some(own);
        }
        if round + 1 < count {
            pair.follow();
        }
    }
    result.to_string()
}

/// The other way round: a primary that waits for no standby acknowledges what the standby never got,
/// and the audit says so. Else it would not say so either if a primary did not wait as it was told.
pub(crate) fn without_waiting_acknowledged_commands_are_lost() {
    let mut pair = Pair::start().unwrap();
    let mut life = Life::new(run(schema(&pair, "lost")));
    let opened = run(life.place.open()).unwrap();
    run(opened.close());
    run(pair.synchronous(false));
    run(pair.stop_standby());
    let writer = writer(&life);
    writer.wait_for(Said::Acknowledged, 20).unwrap();
    let lines = writer.kill();
    pair.end_primary(End::Killed);
    pair.start_standby();
    run(pair.promote());
    let (mut tally, mut problems) = (Tally::default(), Problems::default());
    life.take(&lines, false, &mut tally, &mut problems);
    assert_eq!(problems.0, [""; 0]);
    run(life.look(false, &mut tally, &mut problems));
    let lost = |one: &&String| one.starts_with("acknowledged 1 times, found 0 times");
    let found = problems.0.iter().filter(lost).count();
    assert!(found >= 20, "{found} were lost: {:#?}", problems.0);
}
