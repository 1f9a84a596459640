//! Fewer steps, and instants at boundaries.

use std::vec::Vec;

use crate::model::Timestamp;

use super::super::timeline::{Step, Timeline};

/// A timeline that was made as small as could be, and how.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The timeline.
    pub timeline: Timeline,
    /// How many timelines were tried.
    pub tried: usize,
    /// Whether no single step can be left out any more. False where the tries ran out before.
    pub minimal: bool,
}

/// So many timelines are tried at most.
const MOST_TRIES: usize = 20_000;

/// The smallest timeline that still fails, found by delta debugging: halves are left out, then
/// quarters, in the end single steps, until each step that is left is needed. Then the instants are
/// drawn together: each step moves to that of the step before it, or as close to it as still fails.
///
/// `still_fails` is asked about 20,000 timelines at most. What does not fail at all comes back as it is.
///
/// ```
/// use std::sync::Arc;
/// use cert_lifecycle::lifecycle::Command;
/// use cert_lifecycle::model::AccountId;
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::{Laws, Step, Timeline, minimal};
/// let book = Rulebook::published();
/// let laws = Arc::new(Laws::new(vec![book.edition("2021-02-api")?], book.ceilings().clone()));
/// let account = AccountId::new("tom")?;
/// let step = |at: &str, command| -> Result<Step, Box<dyn std::error::Error>> {
///     Ok(Step::new(at.parse()?, account, command))
/// };
/// let steps = vec![
///     step("2021-03-01T00:00:00Z", Command::Collect)?,
///     step("2021-03-02T00:00:00Z", Command::Withdraw)?,
///     step("2021-03-03T00:00:00Z", Command::Delete)?,
/// ];
/// let deletes = |tried: &Timeline| tried.steps.iter().any(|one| one.command == Command::Delete);
/// let shrunk = minimal(&Timeline { laws, steps }, deletes);
/// assert_eq!(shrunk.timeline.steps.len(), 1);
/// assert!(shrunk.minimal);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn minimal(timeline: &Timeline, still_fails: impl FnMut(&Timeline) -> bool) -> Shrunk {
    let mut search = Search {
        best: timeline.clone(),
        tried: 0,
        still_fails,
    };
    let minimal = search.takes(timeline.steps.clone()) == Some(true) && search.fewer() && {
        search.closer();
        // Instants that moved may have made a step needless.
        search.fewer()
    };
    Shrunk {
        timeline: search.best,
        tried: search.tried,
        minimal,
    }
}

/// No further timeline is tried.
#[derive(Clone, Copy, Debug)]
pub(in crate::testing) struct TriedEnough;

/// Leaves steps out of a timeline that fails, in blocks that get smaller. Whether each step that is
/// left is needed.
///
/// `tried` gives what is kept of a timeline that fails, too: all of it, or less.
pub(in crate::testing) fn fewer(
    best: &mut Timeline,
    mut tried: impl FnMut(Timeline) -> Result<Option<Timeline>, TriedEnough>,
) -> bool {
    let mut block = best.steps.len().div_ceil(2).max(1);
    loop {
        let mut from = 0;
        let mut left_out = false;
        while from < best.steps.len() {
            let until = from.saturating_add(block);
            let kept = best.steps.iter().enumerate();
            let kept = kept.filter(|(place, _)| *place < from || *place >= until);
            let candidate = Timeline {
                laws: best.laws.clone(),
                steps: kept.map(|(_, step)| step.clone()).collect(),
            };
            match tried(candidate) {
                // What followed stands here now.
                Ok(Some(shorter)) => {
                    *best = shorter;
                    left_out = true;
                }
                Ok(None) => from = until,
                Err(TriedEnough) => return false,
            }
        }
        block = match (block, left_out) {
            (1, false) => return true,
            (1, true) => 1,
            (_, _) => block.div_ceil(2),
        };
    }
}

struct Search<F> {
    best: Timeline,
    tried: usize,
    still_fails: F,
}

impl<F: FnMut(&Timeline) -> bool> Search<F> {
    /// A timeline, if it fails.
    fn failing(&mut self, candidate: Timeline) -> Result<Option<Timeline>, TriedEnough> {
        if self.tried >= MOST_TRIES {
            return Err(TriedEnough);
        }
        self.tried = self.tried.saturating_add(1);
        Ok((self.still_fails)(&candidate).then_some(candidate))
    }

    /// Takes other steps if the timeline fails with them, too. None if the tries ran out.
    fn takes(&mut self, steps: Vec<Step>) -> Option<bool> {
        let laws = self.best.laws.clone();
        let failing = self.failing(Timeline { laws, steps }).ok()?;
        let fails = failing.is_some();
        if let Some(failing) = failing {
            self.best = failing;
        }
        Some(fails)
    }

    /// Leaves steps out. Whether each step that is left is needed.
    fn fewer(&mut self) -> bool {
        let mut best = self.best.clone();
        let minimal = fewer(&mut best, |candidate| self.failing(candidate));
        self.best = best;
        minimal
    }

    /// Moves each step as close to the one before it as still fails.
    fn closer(&mut self) {
        for place in 1..self.best.steps.len() {
            let instant = |at: usize| self.best.steps.get(at).map(|step| step.at.unix_seconds());
            let (Some(before), Some(at)) = (instant(place.saturating_sub(1)), instant(place))
            else {
                return;
            };
            let Some(gap) = at.checked_sub(before).filter(|gap| *gap > 0) else {
                continue;
            };
            // How far it can move: all of the way, or by bisection up to the boundary.
            let (mut good, mut bad) = (0, gap);
            match self.moved(place, gap) {
                Some(true) => continue,
                Some(false) => {}
                None => return,
            }
            while bad.saturating_sub(good) > 1 {
                let half = good.midpoint(bad);
                match self.moved(place, half.saturating_sub(good)) {
                    Some(true) => good = half,
                    Some(false) => bad = half,
                    None => return,
                }
            }
        }
    }

    /// Has a step so many seconds earlier; what follows stays where it is.
    fn moved(&mut self, place: usize, by: i64) -> Option<bool> {
        let mut steps = self.best.steps.clone();
        if let Some(step) = steps.get_mut(place) {
            step.at = step
                .at
                .saturating_add(by.saturating_neg())
                .max(Timestamp::MIN);
        }
        self.takes(steps)
    }
}
