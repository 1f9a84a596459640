//! Faults that are planted in the machine, to see whether they are found.
//!
//! A law that was never broken may be one that can't be. So faults are generated, not chosen: an
//! [`Observer`] stands in the place of the machine while something is tried on it, and knows then
//! which cells were entered, which conditions were asked and what was moved. Of each of these,
//! [`Observed::faults`] makes what could be wrong with it, and [`Faulty`] is the core with that fault.
//!
//! ```
//! use cert_lifecycle::lifecycle::{Command, CommandKind, Law, World};
//! use cert_lifecycle::model::AccountId;
//! use cert_lifecycle::rulebook::Rulebook;
//! use cert_lifecycle::testing::{Fault, Faulty, Machine, Observer};
//! let book = Rulebook::published();
//! let edition = book.edition("2023-api")?;
//! let law = Law::single(&edition, book.ceilings());
//! let mut world = World::new(AccountId::new("tom")?);
//! let now = "2024-01-01T00:00:00Z".parse()?;
//!
//! let observer = Observer::default();
//! assert!(observer.apply(&mut world, &Command::Withdraw, now, &law).is_err());
//! let faults = observer.observed().faults();
//! let granted = Fault::Grants { status: None, command: CommandKind::Withdraw };
//! assert!(faults.contains(&granted));
//! assert!(Faulty(granted).apply(&mut world, &Command::Withdraw, now, &law).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod change;
mod code;
mod observer;

use core::fmt;
use core::mem::discriminant;
use std::vec::Vec;

use crate::lifecycle::{
    Case, Command, CommandKind, Event, Events, Law, Refusal, Why, decide, decide_altered,
    refuse_unlisted, status,
};
use crate::model::{Status, Timestamp};
use crate::rulebook::{RuleId, Window};

use super::machine::Machine;

pub use change::{Moved, Turn};
pub use observer::{Observed, Observer};

/// How a move goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Misplaced {
    /// It is left out.
    Dropped,
    /// It is written twice.
    Doubled,
    /// It goes to the account of something else, or takes the wrong side of its ledger.
    Misdirected,
}

/// What is wrong with a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// A command that is granted in a status is refused there.
    Refuses {
        /// The status; none where there is no instance.
        status: Option<Status>,
        /// The command.
        command: CommandKind,
    },
    /// A command that is refused in a status is granted there, whatever its conditions say. If it has
    /// no outcome there, it is granted and nothing happens.
    Grants {
        /// The status; none where there is no instance.
        status: Option<Status>,
        /// The command.
        command: CommandKind,
    },
    /// A command that is granted in a status leads elsewhere.
    Leads {
        /// The status; none where there is no instance.
        status: Option<Status>,
        /// The command.
        command: CommandKind,
        /// What happens to the instance in place of what should.
        turn: Turn,
    },
    /// A condition of a command is not asked.
    Unguarded {
        /// The command.
        command: CommandKind,
        /// The rule of the condition.
        rule: RuleId,
        /// What it asks, whatever that carries.
        why: Why,
    },
    /// A condition of a command is asked a second too early: its window opens and closes one late.
    Late {
        /// The command.
        command: CommandKind,
        /// The rule of the condition.
        rule: RuleId,
        /// What it asks, whatever that carries.
        why: Why,
    },
    /// What a command moves goes wrong.
    Moves {
        /// The command.
        command: CommandKind,
        /// What is moved.
        moved: Moved,
        /// How.
        how: Misplaced,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |status: &Option<Status>| status.map_or("no order", Status::word);
        match self {
            Self::Refuses { status, command } => {
                write!(f, "{}: {command} is refused", place(status))
            }
            Self::Grants { status, command } => {
                write!(f, "{}: {command} is granted", place(status))
            }
            Self::Leads {
                status,
                command,
                turn,
            } => write!(f, "{}: {command} ends with {turn}", place(status)),
            Self::Unguarded { command, rule, why } => {
                write!(f, "{command}: {rule} {why:?} is not asked")
            }
            Self::Late { command, rule, why } => {
                write!(f, "{command}: {rule} {why:?} is a second late")
            }
            Self::Moves {
                command,
                moved,
                how,
            } => write!(f, "{command}: {moved} is {how:?}"),
        }
    }
}

/// The core with one fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faulty(pub Fault);

/// Decides with every condition of a kind altered.
#[expect(
    clippy::result_large_err,
    reason = "a refusal holds no heap memory, so that refusing is cheap and cannot fail"
)]
fn with_window(
    case: &Case<'_>,
    command: &Command,
    now: Timestamp,
    law: &Law<'_>,
    window: impl Fn(RuleId, Why, Window) -> Window,
) -> Result<Events, Refusal> {
    decide_altered(case, command, now, law, |clause| {
        clause.holds = window(clause.rule, clause.why, clause.holds);
    })
}

/// Whether two are the same but for what they carry.
fn is_kind(one: Why, other: Why) -> bool {
    discriminant(&one) == discriminant(&other)
}

/// A second later, at both ends.
fn late(window: Window) -> Window {
    if window.is_never() {
        return window;
    }
    let later = |at: Timestamp| at.saturating_add(1);
    match (window.from().map(later), window.until().map(later)) {
        (None, None) => window,
        (Some(from), None) => Window::starting(from),
        (None, Some(until)) => Window::before(until),
        (Some(from), Some(until)) => Window::between(from, until),
    }
}

impl Machine for Faulty {
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        let kind = command.kind();
        let is_here = |place: Option<Status>, own: CommandKind| {
            own == kind && status(case, now, law.conduct) == place
        };
        match self.0 {
            Fault::Refuses {
                status,
                command: own,
            } if is_here(status, own) => {
                // Where no condition is asked, there is none to close.
                with_window(case, command, now, law, |_, _, _| Window::NEVER)?;
                Err(refuse_unlisted(case, command, now, law))
            }
            Fault::Grants {
                status,
                command: own,
            } if is_here(status, own) => {
                if let Ok(events) = decide(case, command, now, law) {
                    return Ok(events);
                }
                let open = with_window(case, command, now, law, |_, _, _| Window::ALWAYS);
                Ok(open.unwrap_or_default())
            }
            Fault::Leads {
                status,
                command: own,
                turn,
            } if is_here(status, own) => {
                let events = decide(case, command, now, law)?;
                Ok(turn.instead(&events, case, now))
            }
            Fault::Unguarded {
                command: own,
                rule,
                why,
            } if own == kind => with_window(case, command, now, law, |one, about, window| {
                if one == rule && is_kind(about, why) {
                    Window::ALWAYS
                } else {
                    window
                }
            }),
            Fault::Late {
                command: own,
                rule,
                why,
            } if own == kind => with_window(case, command, now, law, |one, about, window| {
                if one == rule && is_kind(about, why) {
                    late(window)
                } else {
                    window
                }
            }),
            Fault::Moves {
                command: own,
                moved,
                how,
            } if own == kind => {
                let events = decide(case, command, now, law)?;
                let misplaced: Vec<Event> = (events.iter())
                    .flat_map(|event| {
                        if Moved::of(event) == Some(moved) {
                            change::misplaced(event, case, how)
                        } else {
                            Vec::from([event.clone()])
                        }
                    })
                    .collect();
                Ok(events.with_events(misplaced))
            }
            Fault::Refuses { .. }
            | Fault::Grants { .. }
            | Fault::Leads { .. }
            | Fault::Unguarded { .. }
            | Fault::Late { .. }
            | Fault::Moves { .. } => decide(case, command, now, law),
        }
    }
}
