//! The transition table, written by hand in `tests/data/transitions.txt`, against the code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

use std::collections::BTreeMap;

use cert_lifecycle::lifecycle::{CommandKind, Law, Outcome, Table, table};
use cert_lifecycle::model::{Status, ValidationClass};
use cert_lifecycle::rulebook::{RuleId, Rulebook};

const FILE: &str = include_str!("data/transitions.txt");

/// The code of a status in the file.
fn code(status: Option<Status>) -> &'static str {
    match status {
        None => "--",
        Some(Status::DomainVerification) => "VE",
        Some(Status::Validating) => "VA",
        Some(Status::ValidationFailed) => "VF",
        Some(Status::PendingApplication) => "PA",
        Some(Status::Issued) => "IS",
        Some(Status::PendingExpiration) => "PE",
        Some(Status::Expired) => "EX",
        Some(Status::RevocationToConfirm) => "RC",
        Some(Status::ValidatingRevocation) => "VR",
        Some(Status::Revoked) => "RV",
        Some(Status::NotActivated) => "NA",
        Some(Status::Hosted) => "HO",
        Some(Status::RefundReview) => "RR",
        Some(Status::Refunded) => "RF",
        Some(Status::Closed) => "CL",
        Some(Status::Cancelled) => "CA",
        Some(Status::Merged) => "ME",
        Some(Status::Deleted) => "DE",
    }
}

fn rule_code(rule: RuleId) -> String {
    rule.to_string().replace('-', "")
}

fn outcome_code(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Leads { to, .. } => format!(">{}", code(Some(*to))),
        Outcome::Recorded { .. } => "rec".to_owned(),
        Outcome::Nothing => ".".to_owned(),
        Outcome::Refused { rule } => rule_code(*rule),
        Outcome::Unreachable => "?".to_owned(),
    }
}

/// Cells by command and code of the status.
type Cells = BTreeMap<(String, String), String>;

fn cells(table: &Table) -> Cells {
    table
        .cells()
        .map(|(status, cell)| {
            let key = (cell.command.word().to_owned(), code(status).to_owned());
            (key, outcome_code(&cell.outcome))
        })
        .collect()
}

/// The lines of the file's sections, by their headings, in order.
fn sections() -> Vec<(String, Vec<&'static str>)> {
    let mut all: Vec<(String, Vec<&str>)> = Vec::new();
    for line in FILE.lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        match line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            Some(heading) => all.push((heading.to_owned(), Vec::new())),
            None => all.last_mut().unwrap().1.push(line),
        }
    }
    all
}

fn matrix() -> Cells {
    let (heading, lines) = sections().remove(0);
    assert_eq!(heading, "2021-02-api DV");
    let columns: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(columns.len(), 12);
    let mut cells = Cells::new();
    for line in &lines[1..] {
        let mut fields = line.split_whitespace();
        let command = fields.next().unwrap();
        let fields: Vec<&str> = fields.collect();
        assert_eq!(fields.len(), columns.len(), "{line}");
        for (column, field) in columns.iter().zip(fields) {
            let key = (command.to_owned(), (*column).to_owned());
            assert_eq!(cells.insert(key, field.to_owned()), None, "{line}");
        }
    }
    assert_eq!(cells.len(), 12 * CommandKind::ALL.len());
    cells
}

/// The matrix with the differences of a section laid over it.
fn with_differences(heading: &str) -> Cells {
    let all = sections();
    let (_, lines) = all.iter().find(|(own, _)| own == heading).unwrap();
    let mut cells = matrix();
    for line in lines {
        if let Some(base) = line.strip_prefix("= ") {
            cells = with_differences(base);
            continue;
        }
        let fields: Vec<&str> = line.split_whitespace().collect();
        let key = (fields[0].to_owned(), fields[1].to_owned());
        let old = cells.insert(key, fields[2].to_owned());
        assert!(old.is_some(), "no such cell: {line}");
        assert_ne!(old.as_deref(), Some(fields[2]), "not a difference: {line}");
    }
    cells
}

fn made(edition: &str, class: ValidationClass) -> Table {
    let book = Rulebook::published();
    let edition = book.edition(edition).unwrap();
    table(class, &Law::single(&edition, book.ceilings()))
}

fn compare(heading: &str, written: &Cells, table: &Table) {
    let made = cells(table);
    assert_eq!(made.len(), written.len());
    let wrong: Vec<String> = written
        .iter()
        .filter(|(key, cell)| made[*key] != **cell)
        .map(|((command, status), cell)| {
            let key = (command.clone(), status.clone());
            format!(
                "{command} in {status}: written {cell}, the code says {}",
                made[&key]
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{heading}:\n{}", wrong.join("\n"));
}

#[test]
fn the_table_of_2021_is_the_written_one() {
    compare(
        "2021-02-api DV",
        &matrix(),
        &made("2021-02-api", ValidationClass::Dv),
    );
}

#[test]
fn editions_and_classes_differ_as_written() {
    let headings: Vec<String> = sections()
        .into_iter()
        .map(|(heading, _)| heading)
        .filter(|heading| heading != "granted")
        .collect();
    assert_eq!(headings.len(), 8);
    for heading in headings.iter().skip(1) {
        let (edition, class) = heading.split_once(' ').unwrap();
        let class = ValidationClass::ALL
            .into_iter()
            .find(|own| own.word() == class)
            .unwrap();
        compare(heading, &with_differences(heading), &made(edition, class));
    }
}

#[test]
fn every_granted_cell_stands_in_the_documents() {
    let (_, lines) = sections()
        .into_iter()
        .find(|(heading, _)| heading == "granted")
        .unwrap();
    let mut written = BTreeMap::new();
    for line in lines {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [from, command, to, rule, row, ..] = fields[..] else {
            panic!("too short: {line}")
        };
        assert!(row.starts_with("T-"), "{line}");
        let (from, command) = (from.to_owned(), command.to_owned());
        let old = written.insert((from, command), (to.to_owned(), rule.to_owned()));
        assert_eq!(old, None, "{line}");
    }
    let table = made("2021-02-api", ValidationClass::Dv);
    let mut granted = BTreeMap::new();
    for (status, cell) in table.cells() {
        let (to, rule) = match &cell.outcome {
            Outcome::Leads { to, rule } => (Some(*to), *rule),
            Outcome::Recorded { rule } => (status, *rule),
            Outcome::Nothing | Outcome::Refused { .. } | Outcome::Unreachable => continue,
        };
        let key = (code(status).to_owned(), cell.command.word().to_owned());
        granted.insert(key, (code(to).to_owned(), rule_code(rule)));
    }
    assert_eq!(granted, written);
}

/// Every refusal is by a guard that the table names, and every guard of a granted cell holds.
#[test]
fn a_refusing_rule_is_among_the_guards() {
    for class in ValidationClass::ALL {
        for key in ["2019-08-intl", "2021-02-api", "2023-api", "2025-12-api"] {
            for (status, cell) in made(key, class).cells() {
                if let Outcome::Refused { rule } = &cell.outcome {
                    assert!(cell.guards.contains(rule), "{status:?} {}", cell.command);
                }
            }
        }
    }
}
