//! Several laws at once over one timeline: each sees every step, until it is broken.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::boxed::Box;
use std::format;
use std::string::String;
use std::sync::Mutex;
use std::time::Instant;
use std::vec::Vec;

use super::LawId;
use super::judge::{Breach, Check, Held};
use crate::lifecycle::{Case, Command, Event, Events, Law, Refusal, World};
use crate::model::Timestamp;
use crate::testing::machine::Machine;
use crate::testing::panic::{self, caught};
use crate::testing::play::{Ending, Moment};
use crate::testing::strategy::Script;
use crate::testing::timeline::Timeline;

/// What an hour-glass shows: for figures and budgets alone, nothing that is decided depends on it.
#[expect(
    clippy::disallowed_methods,
    reason = "a check says how long it took, and ends when its budget is spent"
)]
pub(super) fn instant() -> Instant {
    Instant::now()
}

/// A machine that does not panic, and that is counted.
struct Caught<'a> {
    machine: &'a dyn Machine,
    decisions: AtomicU64,
    panicked: AtomicBool,
    words: Mutex<String>,
}

impl Caught<'_> {
    fn note(&self, what: &str, said: &str) {
        if !self.panicked.swap(true, Ordering::Relaxed)
            && let Ok(mut words) = self.words.lock()
        {
            *words = format!("{what} panicked: {said}");
        }
    }

    /// What panicked first, if something did.
    fn panic(&self) -> Option<String> {
        let panicked = self.panicked.load(Ordering::Relaxed);
        panicked
            .then(|| self.words.lock().map(|words| words.clone()).ok())
            .flatten()
    }
}

impl Machine for Caught<'_> {
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        self.decisions.fetch_add(1, Ordering::Relaxed);
        caught(|| self.machine.decide(case, command, now, law)).unwrap_or_else(|said| {
            self.note(command.kind().phrase(), &said);
            Ok(Events::default())
        })
    }

    fn fold(&self, world: &mut World, event: &Event) {
        if let Err(said) = caught(|| self.machine.fold(world, event)) {
            self.note("folding an event", &said);
        }
    }
}

/// A law while it is examined.
struct Running<'a> {
    law: LawId,
    checks: Vec<Box<dyn Check + 'a>>,
    breach: Option<(usize, String)>,
    tally: Tally,
}

/// What examining a law took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) steps: u64,
    pub(super) decisions: u64,
    pub(super) time: Duration,
}

/// Laws, and the machine that they are held against.
pub(super) struct Bench<'a> {
    machine: &'a dyn Machine,
    laws: Vec<LawId>,
    /// Nothing is held against the steps before this one.
    pub(super) from: usize,
    pub(super) breaches: Vec<Breach>,
    /// The steps that were played when each breach was seen.
    pub(super) seen_after: Vec<usize>,
    pub(super) tallies: Vec<(LawId, Tally)>,
    pub(super) decisions: u64,
}

/// Holds something of a law, and keeps how it was broken.
fn held(
    running: &mut Running<'_>,
    caught: &Caught<'_>,
    played: usize,
    see: impl Fn(&mut dyn Check) -> Held,
) {
    if running.breach.is_some() {
        return;
    }
    let (begun, before) = (instant(), caught.decisions.load(Ordering::Relaxed));
    for check in &mut running.checks {
        let held = panic::caught(|| see(&mut **check));
        let held = held.unwrap_or_else(|said| {
            caught.note("a question", &said);
            Ok(())
        });
        // What panicked has its own words.
        if let Err(words) = held
            && caught.panic().is_none()
        {
            running.breach = Some((played, words));
            break;
        }
    }
    let decisions = caught.decisions.load(Ordering::Relaxed);
    let tally = &mut running.tally;
    tally.decisions = tally
        .decisions
        .saturating_add(decisions.saturating_sub(before));
    tally.time = tally.time.saturating_add(begun.elapsed());
}

impl<'a> Bench<'a> {
    pub(super) fn new(machine: &'a dyn Machine, laws: &[LawId]) -> Self {
        Self {
            machine,
            laws: laws.to_vec(),
            from: 0,
            breaches: Vec::new(),
            seen_after: Vec::new(),
            tallies: Vec::new(),
            decisions: 0,
        }
    }

    /// How a law was broken, if one was.
    pub(super) fn first(&self) -> Option<Breach> {
        self.breaches.first().cloned()
    }

    pub(super) fn play_timeline(&mut self, timeline: &Timeline) {
        self.over(|machine, visit| timeline.play(machine, visit));
    }

    /// Returns the timeline that the script became.
    pub(super) fn play_script(&mut self, script: &Script) -> Timeline {
        let mut played = Timeline {
            laws: script.laws.clone(),
            steps: Vec::new(),
        };
        self.over(|machine, visit| {
            let (timeline, ending) = script.play(machine, visit);
            played = timeline;
            ending
        });
        played
    }

    fn over(&mut self, play: impl FnOnce(&dyn Machine, &mut dyn FnMut(&Moment<'_>)) -> Ending) {
        let caught = Caught {
            machine: self.machine,
            decisions: AtomicU64::new(0),
            panicked: AtomicBool::new(false),
            words: Mutex::new(String::new()),
        };
        let mut all: Vec<Running<'_>> = self
            .laws
            .iter()
            .map(|law| Running {
                law: *law,
                checks: law.checks(&caught),
                breach: None,
                tally: Tally::default(),
            })
            .collect();
        let mut played = 0_usize;
        let mut panicked_after = None;
        let ending = play(&caught, &mut |moment| {
            if !moment.proper || panicked_after.is_some() {
                return;
            }
            played = played.saturating_add(1);
            if caught.panic().is_none() && played <= self.from {
                return;
            }
            for running in &mut all {
                running.tally.steps = running.tally.steps.saturating_add(1);
                held(running, &caught, played, |check| check.see(moment));
            }
            panicked_after = caught.panic().map(|_| played);
        });
        for running in &mut all {
            held(running, &caught, played, |check| check.end(&ending));
        }
        // Whoever panics has no answer.
        if let Some(words) = caught.panic() {
            for running in &mut all {
                let after = panicked_after.unwrap_or(played);
                let words = || (after, words.clone());
                running.breach = (running.law == LawId::Totality).then(words);
            }
        }
        for running in all {
            self.tallies.push((running.law, running.tally));
            let law = running.law;
            if let Some((after, words)) = running.breach {
                self.breaches.push(Breach { law, words });
                self.seen_after.push(after);
            }
        }
        self.decisions = caught.decisions.load(Ordering::Relaxed);
    }
}
