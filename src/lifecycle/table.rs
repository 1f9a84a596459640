//! The phase × command table, obtained by asking [`decide`](super::decide()).
//!
//! Nothing here knows a transition: documentation, diagram and tests are made from what `decide`
//! answers to a well-formed case of every status. Its hand-checked twin is a file in `tests`.

use alloc::vec::Vec;
use core::fmt;

use crate::model::{CertificateInstance, OrderId, Status, ValidationClass};
use crate::rulebook::RuleId;

use super::case::Law;
use super::command::{Command, CommandKind};
use super::decide::{clauses, decide};
use super::sample::{sample, sample_command};

/// What a command does in a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It leads to another status.
    Leads {
        /// Which.
        to: Status,
        /// The granting rule.
        rule: RuleId,
    },
    /// It is recorded, and the status stays.
    Recorded {
        /// The granting rule.
        rule: RuleId,
    },
    /// It is permitted, and changes nothing: something is read, or there is nothing left to do.
    Nothing,
    /// It is refused.
    Refused {
        /// The rule.
        rule: RuleId,
    },
    /// The law has no way into this status.
    Unreachable,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leads { to, rule } => write!(f, "-> {to} ({rule})"),
            Self::Recorded { rule } => write!(f, "recorded ({rule})"),
            Self::Nothing => f.write_str("permitted, nothing changes"),
            Self::Refused { rule } => write!(f, "refused ({rule})"),
            Self::Unreachable => f.write_str("unreachable"),
        }
    }
}

/// One cell: a command in a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The command.
    pub command: CommandKind,
    /// What it does, where everything is well formed.
    pub outcome: Outcome,
    /// The rules that guard it, in the order in which they are checked, each once.
    pub guards: Vec<RuleId>,
}

/// One row: all commands in a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The status; none before the application.
    pub status: Option<Status>,
    /// One cell for each kind of command, in their order.
    pub cells: Vec<Cell>,
}

/// The whole table under a law, for a validation class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The rows, in the order of a certificate's life.
    pub rows: Vec<Row>,
}

/// Asks [`decide`](super::decide()) for every pair of status and command.
///
/// ```
/// use cert_lifecycle::lifecycle::{Law, table};
/// use cert_lifecycle::model::ValidationClass;
/// use cert_lifecycle::rulebook::Rulebook;
/// let book = Rulebook::published();
/// let edition = book.edition("2021-02-api")?;
/// let table = table(ValidationClass::Dv, &Law::single(&edition, book.ceilings()));
/// assert_eq!(table.cells().count(), 19 * 32);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn table(class: ValidationClass, law: &Law<'_>) -> Table {
    let statuses = core::iter::once(None).chain(Status::ALL.into_iter().map(Some));
    let row = |status| Row {
        status,
        cells: CommandKind::ALL
            .into_iter()
            .map(|command| probe(status, command, class, law))
            .collect(),
    };
    Table {
        rows: statuses.map(row).collect(),
    }
}

fn probe(status: Option<Status>, kind: CommandKind, class: ValidationClass, law: &Law<'_>) -> Cell {
    let found = sample(status, class, law).zip(sample_command(kind, class, law));
    let Some((mut found, mut command)) = found else {
        return Cell {
            command: kind,
            outcome: Outcome::Unreachable,
            guards: Vec::new(),
        };
    };
    // The sample may have been applied for under that order already.
    if let (Command::Apply { order, .. }, Ok(fresh)) =
        (&mut command, OrderId::new(u64::from(u32::MAX)))
    {
        *order = fresh;
    }
    let mut guards = Vec::new();
    for clause in clauses(
        &found.world.case_for(&command, found.now, law),
        &command,
        law,
    ) {
        if !guards.contains(&clause.rule) {
            guards.push(clause.rule);
        }
    }
    let outcome = match decide(
        &found.world.case_for(&command, found.now, law),
        &command,
        found.now,
        law,
    ) {
        Err(refusal) => Outcome::Refused {
            rule: refusal.rule(),
        },
        Ok(events) if events.is_empty() => Outcome::Nothing,
        Ok(events) => {
            let rule = events.rules().first().copied().unwrap_or(RuleId::R26);
            // Decided just now, so it applies.
            let own = found.world.instance().map(CertificateInstance::id);
            let applied = found.world.apply(&command, found.now, law);
            // What begins beside it is not what it becomes.
            if let Some(own) = own {
                found.world.focus(own);
            }
            match (applied, found.world.status(found.now, law)) {
                (Ok(_), Some(to)) if Some(to) != status => Outcome::Leads { to, rule },
                (Ok(_) | Err(_), _) => Outcome::Recorded { rule },
            }
        }
    };
    Cell {
        command: kind,
        outcome,
        guards,
    }
}

impl Table {
    /// Every cell with its status.
    pub fn cells(&self) -> impl Iterator<Item = (Option<Status>, &Cell)> {
        self.rows
            .iter()
            .flat_map(|row| row.cells.iter().map(move |cell| (row.status, cell)))
    }

    /// The cells whose outcome differs in another table, each with both outcomes.
    #[must_use]
    pub fn differences<'a>(
        &'a self,
        other: &'a Self,
    ) -> Vec<(Option<Status>, CommandKind, &'a Outcome, &'a Outcome)> {
        self.cells()
            .zip(other.cells())
            .filter(|((_, ours), (_, theirs))| ours.outcome != theirs.outcome)
            .map(|((status, ours), (_, theirs))| {
                (status, ours.command, &ours.outcome, &theirs.outcome)
            })
            .collect()
    }
}

impl fmt::Display for Table {
    /// A block for each status, a line for each command.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            let status = row.status.map_or("(no order)", Status::word);
            writeln!(f, "{status}")?;
            for cell in &row.cells {
                writeln!(f, "  {:18} {}", cell.command, cell.outcome)?;
            }
        }
        Ok(())
    }
}
