//! The machine, which shows now and then how far the work is.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use cert_lifecycle::lifecycle::{Case, Command, Event, Events, Law, Refusal, World};
use cert_lifecycle::model::Timestamp;
use cert_lifecycle::testing::{Machine, explore};

use super::super::output::Progress;

/// So many decisions lie between two looks at the clock.
const BETWEEN: u64 = 4_096;

/// A machine whose decisions are counted.
pub(super) struct Watched<'a> {
    machine: &'a dyn Machine,
    decisions: AtomicU64,
    shown: Mutex<(Progress, String)>,
}

impl<'a> Watched<'a> {
    pub(super) const fn new(machine: &'a dyn Machine, progress: Progress) -> Self {
        Self {
            machine,
            decisions: AtomicU64::new(0),
            shown: Mutex::new((progress, String::new())),
        }
    }

    /// What is being worked on.
    pub(super) fn now_at(&self, what: String) {
        if let Ok(mut shown) = self.shown.lock() {
            shown.1 = what;
        }
    }

    /// How far an explorer is.
    pub(super) fn explored(&self, news: &explore::Progress) {
        if let explore::Progress::Going {
            depth,
            states,
            left,
            ..
        } = news
            && let Ok(mut shown) = self.shown.try_lock()
        {
            let (progress, what) = &mut *shown;
            progress.at(|| {
                format!("{what}: {states} states of its small world, {left} of them to look at, {depth} moves deep")
            });
        }
    }
}

impl Machine for Watched<'_> {
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        let decisions = self.decisions.fetch_add(1, Ordering::Relaxed);
        // Whoever finds another thread at it goes on.
        if decisions.is_multiple_of(BETWEEN)
            && let Ok(mut shown) = self.shown.try_lock()
        {
            let (progress, what) = &mut *shown;
            progress.at(|| format!("{what}: {decisions} decisions in all"));
        }
        self.machine.decide(case, command, now, law)
    }

    fn fold(&self, world: &mut World, event: &Event) {
        self.machine.fold(world, event);
    }
}
