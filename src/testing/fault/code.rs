//! A fault as a Rust expression.

use std::format;
use std::string::String;

use super::Fault;
use crate::lifecycle::{CommandKind, Why};
use crate::model::Status;
use crate::rulebook::RuleId;

impl Fault {
    /// The machine with this fault as a Rust expression, for [`TestOf::machine`](crate::testing::TestOf).
    /// None where what a condition asks carries a value.
    ///
    /// ```
    /// use cert_lifecycle::lifecycle::CommandKind;
    /// use cert_lifecycle::testing::Fault;
    /// let granted = Fault::Grants { status: None, command: CommandKind::Withdraw };
    /// assert_eq!(
    ///     granted.machine().as_deref(),
    ///     Some("testing::Faulty(testing::Fault::Grants { status: None, command: lifecycle::CommandKind::Withdraw })")
    /// );
    /// ```
    #[must_use]
    pub fn machine(&self) -> Option<String> {
        let fields = match *self {
            Self::Refuses { status, command } => format!("Refuses {{ {}", cell(status, command)),
            Self::Grants { status, command } => format!("Grants {{ {}", cell(status, command)),
            Self::Leads {
                status,
                command,
                turn,
            } => format!(
                "Leads {{ {}, turn: testing::Turn::{turn:?}",
                cell(status, command)
            ),
            Self::Unguarded { command, rule, why } => {
                format!("Unguarded {{ {}", guard(command, rule, why)?)
            }
            Self::Late { command, rule, why } => {
                format!("Late {{ {}", guard(command, rule, why)?)
            }
            Self::Moves {
                command,
                moved,
                how,
            } => format!(
                "Moves {{ {}, moved: testing::Moved::{moved:?}, how: testing::Misplaced::{how:?}",
                of(command)
            ),
        };
        Some(format!("testing::Faulty(testing::Fault::{fields} }})"))
    }
}

fn of(command: CommandKind) -> String {
    format!("command: lifecycle::CommandKind::{command:?}")
}

fn cell(status: Option<Status>, command: CommandKind) -> String {
    let place = match status {
        Some(status) => format!("Some(model::Status::{status:?})"),
        None => String::from("None"),
    };
    format!("status: {place}, {}", of(command))
}

/// The names of reasons without a value are those in Rust.
fn guard(command: CommandKind, rule: RuleId, why: Why) -> Option<String> {
    let why = format!("{why:?}");
    let plain = why.chars().all(char::is_alphanumeric);
    let rule = format!("{rule}").replace('-', "");
    plain.then(|| {
        format!(
            "{}, rule: cert_lifecycle::rulebook::RuleId::{rule}, why: lifecycle::Why::{why}",
            of(command)
        )
    })
}
