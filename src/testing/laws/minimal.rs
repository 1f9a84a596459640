//! The shortest timeline found that still breaks a law.

use std::sync::Arc;
use std::vec::Vec;

use super::LawId;
use super::examine::Bench;
use super::judge::Breach;
use crate::rulebook::Edition;
use crate::testing::machine::Machine;
use crate::testing::story::{TriedEnough, fewer};
use crate::testing::timeline::{Laws, Timeline};

/// So many timelines are tried, at most.
const MOST_TRIED: u32 = 2_000;

/// Tries timelines.
struct Trial<'a> {
    law: LawId,
    machine: &'a dyn Machine,
    /// Whether the law is held against the last step alone: most laws look at one step each, and the
    /// steps before the last one only lead there.
    last_alone: bool,
    left: u32,
}

impl Trial<'_> {
    /// How a timeline breaks the law, and after how many steps.
    fn breaks(&mut self, timeline: &Timeline) -> Option<(Breach, usize)> {
        self.left = self.left.checked_sub(1)?;
        let mut bench = Bench::new(self.machine, &[self.law]);
        if self.last_alone {
            bench.from = timeline.steps.len().saturating_sub(1);
        }
        bench.play_timeline(timeline);
        Some((bench.first()?, *bench.seen_after.first()?))
    }
}

/// A timeline as far as some step; behind the one that breaks the law, nothing matters.
fn until(timeline: Timeline, end: usize) -> Timeline {
    let mut timeline = timeline;
    timeline.steps.truncate(end);
    timeline
}

/// Leaves out whatever can be left out: steps, first many and then one at a time, and editions.
///
/// Returns the timeline with how it breaks the law, or nothing if it does not.
pub(super) fn minimal(
    law: LawId,
    timeline: &Timeline,
    machine: &dyn Machine,
) -> Option<(Timeline, Breach)> {
    let mut trial = Trial {
        law,
        machine,
        last_alone: false,
        left: MOST_TRIED,
    };
    let (_, after) = trial.breaks(timeline)?;
    let mut best = until(timeline.clone(), after);
    trial.last_alone = !law.remembers();
    trial.last_alone = trial.last_alone && trial.breaks(&best).is_some();
    // If the tries run out, what was found up to then is told.
    let _ = fewer(&mut best, |candidate| {
        if trial.left == 0 {
            return Err(TriedEnough);
        }
        let broken = trial.breaks(&candidate);
        Ok(broken.map(|(_, after)| until(candidate, after)))
    });
    let fewer = without_idle_editions(&best);
    if trial.breaks(&fewer).is_some() {
        best = fewer;
    }
    // What it says is of the whole timeline, as whoever plays it again will see it.
    let breach = law.hold(&best, machine).err()?;
    Some((best, breach))
}

/// The same steps under the editions that are in force in one of them, each once.
fn without_idle_editions(timeline: &Timeline) -> Timeline {
    let editions = timeline.laws.editions();
    let digest = |place: usize| editions.get(place).map(Edition::digest);
    let mut kept: Vec<usize> = Vec::new();
    let mut steps = timeline.steps.clone();
    for step in &mut steps {
        let same = kept
            .iter()
            .position(|place| digest(*place) == digest(step.conduct));
        step.conduct = same.unwrap_or_else(|| {
            kept.push(step.conduct);
            kept.len().saturating_sub(1)
        });
    }
    let editions = kept.iter().filter_map(|place| editions.get(*place));
    let laws = Laws::new(
        editions.cloned().collect(),
        timeline.laws.ceilings().clone(),
    );
    Timeline {
        laws: Arc::new(laws),
        steps,
    }
}
