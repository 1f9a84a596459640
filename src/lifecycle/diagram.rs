//! The state diagram, drawn from the table.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::model::Status;

use super::command::CommandKind;
use super::table::{Outcome, Table};

/// The table as a Mermaid state diagram: an arrow for every command that leads to another status,
/// and the two steps that time takes alone.
///
/// Several tables are drawn into one picture: give one for each validation class.
#[must_use]
pub fn mermaid(tables: &[&Table]) -> String {
    let mut arrows: BTreeMap<(Option<Status>, Status), Vec<CommandKind>> = BTreeMap::new();
    for (status, cell) in tables.iter().flat_map(|table| table.cells()) {
        let to = match &cell.outcome {
            Outcome::Leads { to, .. } => *to,
            Outcome::Recorded { .. }
            | Outcome::Nothing
            | Outcome::Refused { .. }
            | Outcome::Unreachable => continue,
        };
        let labels = arrows.entry((status, to)).or_default();
        if !labels.contains(&cell.command) {
            labels.push(cell.command);
        }
    }
    let mut picture = String::from("stateDiagram-v2\n");
    for ((from, to), labels) in &arrows {
        let from = from.map_or_else(|| String::from("[*]"), node);
        // Writing into a string cannot fail.
        let _ = write!(picture, "    {from} --> {}: ", node(*to));
        for (place, label) in labels.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            let _ = write!(picture, "{comma}{label}");
        }
        picture.push('\n');
    }
    for (from, to) in [
        (Status::Issued, Status::PendingExpiration),
        (Status::PendingExpiration, Status::Expired),
    ] {
        let _ = writeln!(picture, "    {} --> {}: (time)", node(from), node(to));
    }
    let _ = writeln!(picture, "    {} --> [*]", node(Status::Deleted));
    picture
}

/// A status as an identifier.
fn node(status: Status) -> String {
    status.word().split(' ').collect()
}
