//! A small world of an edition, explored state by state.

use std::sync::Arc;
use std::time::Duration;

use cert_lifecycle::lifecycle::{CommandKind, Law, Outcome, table};
use cert_lifecycle::model::{Status, ValidationClass};
use cert_lifecycle::rulebook::{Ceilings, Edition};
use cert_lifecycle::testing::explore::{Ending, Explorer, Report, Size, SmallWorld};
use cert_lifecycle::testing::laws::LawId;
use cert_lifecycle::testing::{INVARIANTS, Invariant, Laws};
use clap::ValueEnum;

use super::watched::Watched;

/// How large a world is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Extent {
    /// None
    Off,
    /// Some thousand states, a second an edition
    Tiny,
    /// Some ten thousand, with most cells of the table: seconds an edition
    Small,
    /// Some hundred thousand, with every cell that an edition has a way into: a minute or two
    Full,
}

impl Extent {
    const fn size(self) -> Option<Size> {
        match self {
            Self::Off => None,
            Self::Tiny => Some(TINY),
            Self::Small => Some(SMALL),
            Self::Full => Some(FULL),
        }
    }
}

/// A plan of a unit, a slot, a chain of two and an upload, with two orders and one wait.
const TINY: Size = Size {
    plans: 1,
    units: 1,
    slots: 1,
    chains: 1,
    years: 2,
    uploads: 1,
    orders: 2,
    turns: 1,
    ..Size::NOTHING
};

/// The same with three orders.
const SMALL: Size = Size { orders: 3, ..TINY };

/// The same with more slots and chains.
const FULL: Size = Size {
    slots: 3,
    chains: 2,
    ..SMALL
};

/// The class of its one product.
const CLASS: ValidationClass = ValidationClass::Dv;

/// So many states a world has to have before it is said how large it is likely to be.
const ESTIMATED_AFTER: u32 = 5_000;

/// How much an exploration may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) extent: Extent,
    /// In bytes.
    pub(super) memory: u64,
    pub(super) time: Option<Duration>,
}

/// A cell of the table.
pub(super) type Place = (Option<Status>, CommandKind);

/// What an exploration came to.
#[derive(Debug)]
pub(super) struct Explored {
    pub(super) size: Size,
    pub(super) class: ValidationClass,
    pub(super) report: Report,
    /// The cells that the edition has a way into.
    pub(super) cells: usize,
    /// Those of them in which something is granted.
    pub(super) grants: usize,
    /// Those of them in which nothing was asked.
    pub(super) unasked: Vec<Place>,
    /// Those in which something is granted, and was not.
    pub(super) ungranted: Vec<Place>,
}

/// Explores a small world of an edition. None if none is wanted, or none of these laws is seen in a
/// single step; no laws are all of them.
pub(super) fn explore(
    edition: &Edition,
    ceilings: &Ceilings,
    laws: &[LawId],
    bounds: Bounds,
    machine: &Watched<'_>,
) -> Option<Explored> {
    let size = bounds.extent.size()?;
    let wanted = |number: &str| laws.is_empty() || laws.iter().any(|law| law.number() == number);
    let held = INVARIANTS.into_iter().filter(|one| wanted(one.law));
    let invariants: Vec<Invariant> = held.collect();
    // These two are seen wherever a step is taken.
    if invariants.is_empty() && !wanted("L1") && !wanted("L2") {
        return None;
    }
    let held = Laws::new(vec![edition.clone()], ceilings.clone());
    let small = SmallWorld::new(Arc::new(held), CLASS, size)?;
    let mut explorer = Explorer::new(&small)
        .of(machine)
        .against(&invariants)
        .within(bounds.memory)
        .estimated_after(ESTIMATED_AFTER);
    if let Some(time) = bounds.time {
        explorer = explorer.budget(time);
    }
    let report = explorer.run_with(|news| machine.explored(news));
    Some(Explored::of(edition, ceilings, size, report))
}

impl Explored {
    fn of(edition: &Edition, ceilings: &Ceilings, size: Size, report: Report) -> Self {
        let (reached, granted) = (report.cells.reached(), report.cells.granted());
        let mut explored = Self {
            size,
            class: CLASS,
            report,
            cells: 0,
            grants: 0,
            unasked: Vec::new(),
            ungranted: Vec::new(),
        };
        let table = table(CLASS, &Law::single(edition, ceilings));
        for (status, cell) in table.cells() {
            let place = (status, cell.command);
            let grants = match cell.outcome {
                Outcome::Unreachable => continue,
                Outcome::Refused { .. } => false,
                Outcome::Leads { .. } | Outcome::Recorded { .. } | Outcome::Nothing => true,
            };
            explored.cells = explored.cells.saturating_add(1);
            if !reached.contains(&place) {
                explored.unasked.push(place);
            }
            if grants {
                explored.grants = explored.grants.saturating_add(1);
                if !granted.contains(&place) {
                    explored.ungranted.push(place);
                }
            }
        }
        explored
    }

    /// Whether it ended by what there was to look at, and not by its bounds.
    pub(super) const fn is_finished(&self) -> bool {
        match &self.report.ending {
            Ending::Exhausted | Ending::Broken(_) => true,
            Ending::TooLarge(_) | Ending::OutOfMemory | Ending::OutOfTime => false,
        }
    }

    pub(super) const fn asked(&self) -> usize {
        self.cells.saturating_sub(self.unasked.len())
    }

    pub(super) const fn granted(&self) -> usize {
        self.grants.saturating_sub(self.ungranted.len())
    }
}
