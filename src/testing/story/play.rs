//! A timeline that is lived, step by step.

use std::collections::BTreeMap;

use crate::lifecycle::World;
use crate::model::AccountId;

use super::super::machine::Machine;
use super::super::timeline::{Step, Timeline};
use super::super::transition::{Broken, Invariant, Taken, take};

/// The worlds of a timeline's accounts.
pub(super) struct Play<'a> {
    machine: &'a dyn Machine,
    timeline: &'a Timeline,
    invariants: &'a [Invariant],
    worlds: BTreeMap<AccountId, World>,
}

impl<'a> Play<'a> {
    pub(super) const fn new(
        machine: &'a dyn Machine,
        timeline: &'a Timeline,
        invariants: &'a [Invariant],
    ) -> Self {
        Self {
            machine,
            timeline,
            invariants,
            worlds: BTreeMap::new(),
        }
    }

    /// Takes a step.
    pub(super) fn take(&mut self, step: &Step) -> Taken {
        let world = self
            .worlds
            .entry(step.account)
            .or_insert_with(|| World::new(step.account));
        let taken = take(
            self.machine,
            world,
            step,
            &self.timeline.laws,
            self.invariants,
        );
        if let Some(after) = &taken.after {
            world.clone_from(after);
        }
        taken
    }

    /// The world of an account, as far as it is lived.
    pub(super) fn world(&self, account: AccountId) -> Option<&World> {
        self.worlds.get(&account)
    }
}

/// The first step of a timeline at which one of the invariants does not hold, counted from 0, and
/// what is wrong there.
///
/// ```
/// use std::sync::Arc;
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::{Core, INVARIANTS, Laws, Timeline, first_breach};
/// let book = Rulebook::published();
/// let laws = Arc::new(Laws::new(vec![book.edition("2021-02-api")?], book.ceilings().clone()));
/// let nothing = Timeline { laws, steps: Vec::new() };
/// assert_eq!(first_breach(&Core, &nothing, &INVARIANTS), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn first_breach(
    machine: &dyn Machine,
    timeline: &Timeline,
    invariants: &[Invariant],
) -> Option<(usize, Broken)> {
    let mut play = Play::new(machine, timeline, invariants);
    let mut steps = timeline.steps.iter().enumerate();
    steps.find_map(|(place, step)| Some((place, play.take(step).breach?)))
}
