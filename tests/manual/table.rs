//! The page of the table: all editions and classes in one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cert_lifecycle::lifecycle::{CommandKind, Outcome};
use cert_lifecycle::model::{EditionKey, Status, ValidationClass};

use super::TABLES;

/// An edition and a class.
type Law = (EditionKey, ValidationClass);

pub fn page() -> String {
    let tables = &*TABLES;
    let mut page = format!(
        "What every command does in every status, where everything that it needs is well formed: \
         {} named editions and three classes in one table, as `decide` answers.\n\n\
         An outcome with nothing behind it is that of all editions and classes that are not listed in \
         the same cell. What is unreachable has no case: the edition has no way into the status, or \
         the kind of thing is not sold. What begins something is asked with the ids of what is there: \
         where that has begun already, R-40 refuses them as taken, and with new ids it would begin beside \
         it. The numbers lead to the rules.\n\n{}\n",
        tables.len() / 3,
        super::WHOSE
    );
    for (place, row) in tables[0].2.rows.iter().enumerate() {
        let name = row.status.map_or("No order", Status::word);
        writeln!(page, "\n# {name}\n\n| Command | Outcome |\n|---|---|").unwrap();
        for (column, command) in CommandKind::ALL.iter().enumerate() {
            let mut outcomes: BTreeMap<String, (usize, Vec<Law>)> = BTreeMap::new();
            for (order, (key, class, table)) in tables.iter().enumerate() {
                let cell = &table.rows[place].cells[column];
                assert_eq!(cell.command, *command);
                let shown = shown(&cell.outcome);
                let entry = outcomes.entry(shown).or_insert((order, Vec::new()));
                entry.1.push((*key, *class));
            }
            let mut outcomes: Vec<_> = outcomes.into_iter().collect();
            // The most frequent one first, without a list.
            outcomes.sort_by_key(|(_, (order, laws))| (usize::MAX - laws.len(), *order));
            let cells: Vec<String> = outcomes
                .iter()
                .enumerate()
                .map(|(rank, (outcome, (_, laws)))| {
                    if rank == 0 {
                        outcome.clone()
                    } else {
                        format!("{outcome} in {}", names(laws))
                    }
                })
                .collect();
            writeln!(page, "| `{command}` | {} |", cells.join("; ")).unwrap();
        }
    }
    writeln!(
        page,
        "\n# Instances of 2026\n\nThe edition `2026-v2` has a machine of its own (`lifecycle::v2`), and this \
         is its table. `willExpire` is the status of the instance: it may end soon while its certificate is \
         over already, and then a revocation is refused (R-37). Of the values that `editions 2026-v2` lists, \
         those on operations of 2020-04-07 (`consumption`, `dv_only`, `order_deletion`, \
         `order_cancellation`) decide nothing there.\n\n```text\n{}```",
        include_str!("../data/v2_transitions.txt")
    )
    .unwrap();
    page
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Leads { to, rule } => format!("**{to}** ({rule})"),
        Outcome::Recorded { rule } => format!("recorded ({rule})"),
        Outcome::Nothing => "permitted, nothing changes".to_owned(),
        Outcome::Refused { rule } => format!("refused ({rule})"),
        Outcome::Unreachable => "unreachable".to_owned(),
    }
}

/// Editions, with their classes where it is not all three.
fn names(laws: &[Law]) -> String {
    let mut all: Vec<(EditionKey, Vec<&str>)> = Vec::new();
    for (key, class) in laws {
        match all.iter_mut().find(|(one, _)| one == key) {
            Some((_, classes)) => classes.push(class.word()),
            None => all.push((*key, vec![class.word()])),
        }
    }
    let shown = all.iter().map(|(key, classes)| {
        if classes.len() == ValidationClass::ALL.len() {
            key.to_string()
        } else {
            format!("{key} ({})", classes.join(", "))
        }
    });
    shown.collect::<Vec<String>>().join(", ")
}
