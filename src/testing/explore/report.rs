//! What an exploration found, and what it did not look at.

use core::fmt;
use core::time::Duration;
use std::boxed::Box;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, write, writeln};

use crate::lifecycle::CommandKind;
use crate::model::{Status, Timestamp};

use super::super::story::Story;
use super::super::timeline::Timeline;
use super::super::transition::Broken;
use super::small::Size;

/// How an exploration ended.
#[derive(Clone, Debug)]
pub enum Ending {
    /// Every state of the world was found.
    Exhausted,
    /// A law does not hold.
    Broken(Box<Counterexample>),
    /// The world is too large for the memory that was given, by the estimate. Nothing more was tried.
    TooLarge(Estimate),
    /// The memory that was given is used up.
    OutOfMemory,
    /// The time that was given is over.
    OutOfTime,
}

/// A law that does not hold, and the shortest way there.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The law, and what is wrong.
    pub breach: Broken,
    /// The shortest way there, made minimal.
    pub timeline: Timeline,
    /// The same, to read, to draw and to keep.
    pub story: Story,
}

/// How large a world is likely to be.
///
/// The levels of a search grow wider and then narrower again, like a bell; the curve of those that
/// were seen is drawn on. It tells a million from a billion, not one million from two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Estimate {
    /// States.
    pub states: u64,
    /// What they would take, in bytes.
    pub bytes: u64,
    /// The memory that was given, in bytes.
    pub memory: u64,
}

/// News of an exploration under way.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Progress {
    /// The world is likely to be larger than the memory that was given. It comes once, before most of
    /// the work is done.
    TooLarge(Estimate),
    /// A part of a level is through.
    Going {
        /// How many moves away from the beginning.
        depth: u32,
        /// States found so far.
        states: u64,
        /// States that are still to be looked at, as far as they are known.
        left: u64,
        /// Bytes in use.
        bytes: u64,
    },
}

/// How many rows the table has: no order, and each status.
pub(super) const ROWS: usize = Status::ALL.len() + 1;

/// Which cells of the table were reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    pub(super) asked: [u32; ROWS],
    pub(super) granted: [u32; ROWS],
}

/// The row of a status.
pub(super) fn row(status: Option<Status>) -> usize {
    let found = status.and_then(|status| Status::ALL.iter().position(|one| *one == status));
    found.map_or(0, |place| place.saturating_add(1))
}

/// The bit of a command.
pub(super) fn bit(command: CommandKind) -> u32 {
    let place = CommandKind::ALL.iter().position(|one| *one == command);
    let place = place.and_then(|place| u32::try_from(place).ok());
    1_u32
        .checked_shl(place.unwrap_or(u32::BITS))
        .unwrap_or_default()
}

impl Cells {
    pub(super) fn note(&mut self, row: usize, bit: u32, granted: bool) {
        if let Some(asked) = self.asked.get_mut(row) {
            *asked |= bit;
        }
        if granted && let Some(all) = self.granted.get_mut(row) {
            *all |= bit;
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        let pairs = self.asked.iter_mut().zip(&other.asked);
        for (all, more) in pairs.chain(self.granted.iter_mut().zip(&other.granted)) {
            *all |= more;
        }
    }

    fn list(bits: [u32; ROWS], set: bool) -> Vec<(Option<Status>, CommandKind)> {
        let statuses = core::iter::once(None).chain(Status::ALL.into_iter().map(Some));
        statuses
            .flat_map(|status| {
                let row = bits.get(row(status)).copied().unwrap_or_default();
                CommandKind::ALL
                    .into_iter()
                    .filter(move |command| (row & bit(*command) != 0) == set)
                    .map(move |command| (status, command))
            })
            .collect()
    }

    /// The cells in which a command was asked, granted or not.
    #[must_use]
    pub fn reached(&self) -> Vec<(Option<Status>, CommandKind)> {
        Self::list(self.asked, true)
    }

    /// The cells in which it was granted at least once.
    #[must_use]
    pub fn granted(&self) -> Vec<(Option<Status>, CommandKind)> {
        Self::list(self.granted, true)
    }

    /// The cells in which nothing was asked.
    #[must_use]
    pub fn unreached(&self) -> Vec<(Option<Status>, CommandKind)> {
        Self::list(self.asked, false)
    }
}

/// What an exploration found. It prints as some lines.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// States that differ, and with symmetry, classes of them.
    pub states: u64,
    /// Moves that were tried and lead on: waits, and commands that were granted.
    pub transitions: u64,
    /// Commands that were asked and refused.
    pub refusals: u64,
    /// The most moves away from the beginning.
    pub depth: u32,
    /// How many states are so many moves away.
    pub levels: Vec<u64>,
    /// The cells of the table.
    pub cells: Cells,
    /// The last instant that was looked at.
    pub until: Timestamp,
    /// How long it took.
    pub elapsed: Duration,
    /// The most bytes in use at a time.
    pub bytes: u64,
    /// What it did not look at.
    pub not_covered: Vec<String>,
}

impl Report {
    /// The counterexample, if one was found.
    #[must_use]
    pub const fn counterexample(&self) -> Option<&Counterexample> {
        match &self.ending {
            Ending::Broken(found) => Some(found),
            Ending::Exhausted | Ending::TooLarge(_) | Ending::OutOfMemory | Ending::OutOfTime => {
                None
            }
        }
    }

    /// The most bytes in use at a time, for each state that was found.
    #[must_use]
    pub fn bytes_per_state(&self) -> u64 {
        self.bytes.checked_div(self.states).unwrap_or_default()
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "about {} states, which take about {} MiB, with {} MiB given",
            self.states,
            self.bytes >> 20,
            self.memory >> 20
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ending {
            Ending::Exhausted => writeln!(f, "every state was looked at")?,
            Ending::Broken(found) => writeln!(f, "{}", found.story)?,
            Ending::TooLarge(estimate) => writeln!(f, "too large: {estimate}")?,
            Ending::OutOfMemory => writeln!(f, "the memory that was given is used up")?,
            Ending::OutOfTime => writeln!(f, "the time that was given is over")?,
        }
        let millis = self.elapsed.as_millis();
        writeln!(
            f,
            "{} states, {} transitions, {} refusals, {} moves deep, until {}",
            self.states, self.transitions, self.refusals, self.depth, self.until
        )?;
        writeln!(
            f,
            "{millis} ms, {} bytes at most, {} a state",
            self.bytes,
            self.bytes_per_state()
        )?;
        let (reached, granted) = (self.cells.reached().len(), self.cells.granted().len());
        let all = reached.saturating_add(self.cells.unreached().len());
        writeln!(
            f,
            "{reached} of {all} cells of the table asked, {granted} granted"
        )?;
        for line in &self.not_covered {
            writeln!(f, "not covered: {line}")?;
        }
        Ok(())
    }
}

/// `1 unit`, `2 units`.
fn counted(count: u8, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}

/// What a world of this size leaves out, and what was not reached in it.
pub(super) fn not_covered(size: Size, cells: &Cells, spent: [u64; 2]) -> Vec<String> {
    let mut lines = Vec::new();
    let [turns, orders] = spent;
    let mut spent = |count: u64, what: &str| {
        if count > 0 {
            lines.push(format!("what follows in {count} states, {what}"));
        }
    };
    let moved = counted(size.turns, "time");
    spent(turns, &format!("where time had moved on {moved} already"));
    let begun = counted(size.orders, "order");
    spent(orders, &format!("after {begun}"));
    let (plans, units) = (counted(size.plans, "plan"), counted(size.units, "unit"));
    let (slots, chains) = (counted(size.slots, "slot"), counted(size.chains, "chain"));
    let (years, uploads) = (counted(size.years, "year"), counted(size.uploads, "upload"));
    lines.push(format!(
        "more than {plans} of {units}, {slots}, {chains} of {years} and {uploads}, and what is more than {} days away",
        size.days
    ));
    lines.push(
        "other applications than one name by DNS with a key that the service makes, other accounts, products and prices, answers of the CA that speak of the past, and instants between boundaries".to_string(),
    );
    let statuses: Vec<&str> = Status::ALL
        .into_iter()
        .filter(|status| {
            cells
                .asked
                .get(row(Some(*status)))
                .is_none_or(|row| *row == 0)
        })
        .map(Status::word)
        .collect();
    if !statuses.is_empty() {
        lines.push(format!(
            "statuses that none showed: {}",
            statuses.join(", ")
        ));
    }
    let granted = cells.granted.iter().fold(0, |all, row| all | row);
    let never: Vec<&str> = CommandKind::ALL
        .into_iter()
        .filter(|command| granted & bit(*command) == 0)
        .map(CommandKind::word)
        .collect();
    if !never.is_empty() {
        lines.push(format!(
            "commands that were never granted: {}",
            never.join(", ")
        ));
    }
    lines
}
