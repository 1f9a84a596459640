//! The state diagram, drawn from the table.
//!
//! One set of arrows, three forms: Mermaid, Graphviz, and a picture that needs neither.

mod svg;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{Display, Write as _};

use crate::model::Status;

use super::command::CommandKind;
use super::table::{Outcome, Table};

pub use svg::svg;

/// The two steps that time takes alone (R-44).
const TIME: [(Status, Status); 2] = [
    (Status::Issued, Status::PendingExpiration),
    (Status::PendingExpiration, Status::Expired),
];

/// What leads from one status to another, in the order of the statuses; from none before the
/// application.
type Arrows = BTreeMap<(Option<Status>, Status), Vec<CommandKind>>;

/// An arrow for every command that leads to another status.
fn arrows(tables: &[&Table]) -> Arrows {
    let mut arrows = Arrows::new();
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
    arrows
}

/// The table as a Mermaid state diagram: an arrow for every command that leads to another status,
/// and the two steps that time takes alone (R-44).
///
/// Several tables are drawn into one picture: give one for each validation class.
#[must_use]
pub fn mermaid(tables: &[&Table]) -> String {
    let mut picture = String::from("stateDiagram-v2\n");
    for ((from, to), labels) in &arrows(tables) {
        let from = from.map_or_else(|| String::from("[*]"), node);
        // Writing into a string cannot fail.
        let _ = write!(picture, "    {from} --> {}: ", node(*to));
        listed(&mut picture, labels);
        picture.push('\n');
    }
    for (from, to) in TIME {
        let _ = writeln!(picture, "    {} --> {}: (time)", node(from), node(to));
    }
    let _ = writeln!(picture, "    {} --> [*]", node(Status::Deleted));
    picture
}

/// The table as a graph for Graphviz, with the same arrows.
///
/// ```
/// use cert_lifecycle::lifecycle::{Law, diagram, table};
/// use cert_lifecycle::model::ValidationClass;
/// use cert_lifecycle::rulebook::Rulebook;
/// let book = Rulebook::published();
/// let edition = book.edition("2021-02-api")?;
/// let table = table(ValidationClass::Dv, &Law::single(&edition, book.ceilings()));
/// let graph = diagram::dot(&[&table], "one edition");
/// assert!(graph.starts_with("digraph lifecycle {\n"));
/// assert!(graph.contains("  Validating -> Issued [label=\"Approve\"];\n"));
/// # Ok::<(), cert_lifecycle::rulebook::ResolveError>(())
/// ```
#[must_use]
pub fn dot(tables: &[&Table], title: &str) -> String {
    let arrows = arrows(tables);
    let mut graph = String::from("digraph lifecycle {\n");
    let mut label = String::new();
    for c in title.chars() {
        if matches!(c, '"' | '\\') {
            label.push('\\');
        }
        label.push(c);
    }
    let _ = writeln!(graph, "  label=\"{label}\";");
    graph.push_str("  rankdir=LR;\n  node [shape=box, style=rounded];\n");
    graph.push_str("  start [shape=circle, label=\"\", style=filled, fillcolor=black];\n");
    for status in drawn(&arrows) {
        let _ = writeln!(graph, "  {} [label=\"{status}\"];", node(status));
    }
    for ((from, to), labels) in &arrows {
        let from = from.map_or_else(|| String::from("start"), node);
        let _ = write!(graph, "  {from} -> {} [label=\"", node(*to));
        for (place, label) in labels.iter().enumerate() {
            let end = if place == 0 { "" } else { "\\n" };
            let _ = write!(graph, "{end}{label}");
        }
        graph.push_str("\"];\n");
    }
    for (from, to) in TIME {
        let (from, to) = (node(from), node(to));
        let _ = writeln!(graph, "  {from} -> {to} [label=\"(time)\", style=dashed];");
    }
    graph.push_str("}\n");
    graph
}

/// The statuses that some arrow touches, in their order.
fn drawn(arrows: &Arrows) -> Vec<Status> {
    let touched = |status: &Status| {
        let by_time = TIME.iter().any(|(_, to)| to == status);
        let mut ends = arrows.keys();
        by_time || ends.any(|(from, to)| from == &Some(*status) || to == status)
    };
    Status::ALL.into_iter().filter(touched).collect()
}

/// Names with commas between them.
fn listed(text: &mut String, names: &[impl Display]) {
    for (place, name) in names.iter().enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}{name}");
    }
}

/// A status as an identifier.
fn node(status: Status) -> String {
    status.word().split(' ').collect()
}
