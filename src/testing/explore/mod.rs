//! The explorer: every state of a small world, level by level.
//!
//! Where [`laws::check`](super::laws::check) lives random timelines, an [`Explorer`] leaves nothing to
//! chance: a [`SmallWorld`] says what may be begun at most ([`Size`]) and under which editions
//! ([`Laws`](super::Laws)), and all that can come of it is looked at. The [`Report`] has the shortest
//! way to what breaks a law, as a [`Story`](super::Story), and says what was not covered. A promise
//! of your own is an [`Invariant`] like the laws': [`Explorer::against`].

mod cache;
mod estimate;
mod fingerprint;
mod kit;
mod read;
mod report;
mod search;
mod small;
mod state;
mod visited;
mod write;

use core::time::Duration;
use std::thread;

use super::invariant::INVARIANTS;
use super::machine::{Core, Machine};
use super::transition::Invariant;
pub use report::{Cells, Counterexample, Ending, Estimate, Progress, Report};
pub use small::{Move, Size, SmallWorld};
pub use state::State;

/// Looks at every state of a small world, and holds each transition against the laws.
///
/// The search is breadth first, so the way to what it finds is as short as can be. Its result is the
/// same on any number of threads. Of a state it keeps 128 bits and the move that led there; the states
/// of two levels are in memory at a time, written in few bytes.
///
/// # Symmetry
/// States that differ in the names of instances, orders, purchases and chains alone have the same
/// future, and so do states that differ in instants which no decision, status or agenda reads: when
/// something was submitted, rejected, withdrawn, deployed or deleted. One of each class is looked at.
/// Plans keep their order, because it decides which of several is drawn from; and instants are not
/// moved against the calendar, because ceilings, years and editions go by dates.
///
/// # What it can't say
/// A world is small: [`Report::not_covered`] names what it left out. Two states share 128 bits by
/// chance once in about 10^26 worlds of a million states.
///
/// ```
/// use std::sync::Arc;
/// use cert_lifecycle::model::ValidationClass;
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::Laws;
/// use cert_lifecycle::testing::explore::{Ending, Explorer, Size, SmallWorld};
/// let book = Rulebook::published();
/// let laws = Arc::new(Laws::new(vec![book.edition("2021-02-api")?], book.ceilings().clone()));
/// let size = Size { plans: 1, units: 1, slots: 1, orders: 1, turns: 1, ..Size::NOTHING };
/// let world = SmallWorld::new(laws, ValidationClass::Dv, size).ok_or("no edition")?;
/// let report = Explorer::new(&world).run();
/// assert!(matches!(report.ending, Ending::Exhausted), "{report}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Explorer<'a> {
    world: &'a SmallWorld,
    machine: &'a dyn Machine,
    invariants: &'a [Invariant],
    symmetry: bool,
    threads: usize,
    memory: u64,
    budget: Option<Duration>,
    anyway: bool,
    estimated_after: u32,
}

impl core::fmt::Debug for Explorer<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Explorer")
            .field("size", &self.world.size())
            .field("symmetry", &self.symmetry)
            .field("threads", &self.threads)
            .field("memory", &self.memory)
            .finish_non_exhaustive()
    }
}

/// A gibibyte.
const MEMORY: u64 = 1 << 30;

impl<'a> Explorer<'a> {
    /// Of the core, held against [`INVARIANTS`], with symmetry, on all cores, in 1 GiB.
    #[must_use]
    pub fn new(world: &'a SmallWorld) -> Self {
        Self {
            world,
            machine: &Core,
            invariants: &INVARIANTS,
            symmetry: true,
            threads: thread::available_parallelism().map_or(1, core::num::NonZero::get),
            memory: MEMORY,
            budget: None,
            anyway: false,
            estimated_after: 20_000,
        }
    }

    /// Of another machine.
    #[must_use]
    pub const fn of(mut self, machine: &'a dyn Machine) -> Self {
        self.machine = machine;
        self
    }

    /// Held against other invariants.
    #[must_use]
    pub const fn against(mut self, invariants: &'a [Invariant]) -> Self {
        self.invariants = invariants;
        self
    }

    /// Without symmetry: every state by its own name.
    #[must_use]
    pub const fn without_symmetry(mut self) -> Self {
        self.symmetry = false;
        self
    }

    /// On so many threads; on one, if 0.
    #[must_use]
    pub const fn on(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// In so many bytes at most. What each thread has in hand for the state that it looks at, and the
    /// instants that it remembers, are not counted.
    #[must_use]
    pub const fn within(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// No further once so much time is spent. How far it comes then depends on the processor.
    #[must_use]
    pub const fn budget(mut self, budget: Duration) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Also if the world is too large by the estimate, until the memory is used up.
    #[must_use]
    pub const fn anyway(mut self) -> Self {
        self.anyway = true;
        self
    }

    /// With an estimate of its size after so many states; 20,000 unless this says otherwise.
    #[must_use]
    pub const fn estimated_after(mut self, states: u32) -> Self {
        self.estimated_after = states;
        self
    }

    /// Explores.
    #[must_use]
    pub fn run(&self) -> Report {
        self.run_with(|_| {})
    }

    /// The same, with news.
    #[must_use]
    pub fn run_with(&self, mut news: impl FnMut(&Progress)) -> Report {
        search::explore(self, &mut news)
    }
}
