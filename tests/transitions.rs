//! The transition table, written by hand in `tests/data/transitions.txt`, against the code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cert_lifecycle::lifecycle::{CommandKind, Law, Outcome, Table, table};
use cert_lifecycle::model::{Status, ValidationClass};
use cert_lifecycle::rulebook::{RuleId, Rulebook};

/// How many editions and classes the file speaks of.
const SECTIONS: usize = 12;

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

fn section(heading: &str) -> Vec<&'static str> {
    let mut all = sections().into_iter();
    let found = all.find(|(own, _)| own == heading);
    found.unwrap_or_else(|| panic!("no section [{heading}]")).1
}

/// The two tables that are written out.
const TABLES: [&str; 2] = ["2021-02-api DV", "2022-hosting DV"];

fn matrix(heading: &str) -> Cells {
    let lines = section(heading);
    let columns: Vec<&str> = lines[0].split_whitespace().collect();
    let statuses = [None].into_iter().chain(Status::ALL.map(Some));
    assert_eq!(
        columns.iter().copied().collect::<BTreeSet<_>>(),
        statuses.map(code).collect::<BTreeSet<_>>()
    );
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
    assert_eq!(cells.len(), columns.len() * CommandKind::ALL.len());
    cells
}

/// What a section says, with the one that it is like below it.
fn written(heading: &str) -> Cells {
    if TABLES.contains(&heading) {
        return matrix(heading);
    }
    let mut lines = section(heading).into_iter();
    let base = lines.next().and_then(|line| line.strip_prefix("= "));
    let mut cells = written(base.unwrap_or_else(|| panic!("what is [{heading}] like?")));
    for line in lines {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if let [column, "=", like] = fields[..] {
            for kind in CommandKind::ALL {
                let cell = |column: &str| (kind.word().to_owned(), column.to_owned());
                let value = cells.get(&cell(like)).cloned();
                let value = value.unwrap_or_else(|| like.to_owned());
                cells.insert(cell(column), value).unwrap();
            }
            continue;
        }
        let (command, rest) = fields.split_first().unwrap();
        let key = |status: &str| ((*command).to_owned(), status.to_owned());
        let count = rest
            .iter()
            .take_while(|field| cells.contains_key(&key(field)))
            .count();
        assert!(count > 0, "no such cell: {line}");
        for status in &rest[..count] {
            let old = cells.insert(key(status), rest[count].to_owned());
            assert_ne!(old.as_deref(), Some(rest[count]), "no difference: {line}");
        }
    }
    cells
}

fn made(edition: &str, class: ValidationClass) -> Table {
    let book = Rulebook::published();
    let edition = book.edition(edition).unwrap();
    table(class, &Law::single(&edition, book.ceilings()))
}

fn differences(heading: &str, written: &Cells, table: &Table) -> String {
    let made = cells(table);
    assert_eq!(made.len(), written.len());
    let mut wrong = String::new();
    for (key, cell) in written.iter().filter(|(key, cell)| made[*key] != **cell) {
        let ((command, status), code) = (key, &made[key]);
        writeln!(
            wrong,
            "[{heading}] {command} in {status}: written {cell}, the code says {code}"
        )
        .unwrap();
    }
    wrong
}

fn class_of(heading: &str) -> (&str, ValidationClass) {
    let (edition, class) = heading.split_once(' ').unwrap();
    let class = ValidationClass::ALL
        .into_iter()
        .find(|own| own.word() == class);
    (edition, class.unwrap())
}

#[test]
fn every_cell_is_the_written_one() {
    let headings = sections().into_iter().map(|(heading, _)| heading);
    let tables: Vec<String> = headings.filter(|own| !own.starts_with("granted")).collect();
    assert_eq!(tables.len(), SECTIONS, "sections");
    let mut wrong = String::new();
    for heading in tables {
        let (edition, class) = class_of(&heading);
        wrong += &differences(&heading, &written(&heading), &made(edition, class));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The granted cells of a section: from and command, to and the granting rule.
type Granted = BTreeMap<(String, String), (String, String)>;

fn granted_as_written(heading: &str) -> Granted {
    let mut written = BTreeMap::new();
    for line in section(heading) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [from, command, to, rule, row, ..] = fields[..] else {
            panic!("too short: {line}")
        };
        assert!(row.starts_with("T-"), "{line}");
        let key = (from.to_owned(), command.to_owned());
        let old = written.insert(key, (to.to_owned(), rule.to_owned()));
        assert_eq!(old, None, "{line}");
    }
    written
}

fn granted_by(table: &Table) -> Granted {
    let mut granted = BTreeMap::new();
    for (status, cell) in table.cells() {
        let (to, rule) = match &cell.outcome {
            Outcome::Leads { to, rule } => (Some(*to), *rule),
            Outcome::Recorded { rule } => (status, *rule),
            Outcome::Nothing | Outcome::Refused { .. } | Outcome::Unreachable => continue,
        };
        // It begins something else beside what is there.
        let beside = [CommandKind::BuyPlan, CommandKind::Upload].contains(&cell.command);
        if beside && status.is_some() {
            assert_eq!(to, status);
            continue;
        }
        let key = (code(status).to_owned(), cell.command.word().to_owned());
        granted.insert(key, (code(to).to_owned(), rule_code(rule)));
    }
    granted
}

#[test]
fn every_granted_cell_stands_in_the_documents() {
    let [first, second] = TABLES;
    let of = |heading: &str| granted_as_written(&format!("granted {heading}"));
    let table = |heading: &str| {
        let (edition, class) = class_of(heading);
        granted_by(&made(edition, class))
    };
    assert_eq!(table(first), of(first));
    let mut written = of(first);
    let further = of(second);
    let all = table(second);
    written.retain(|key, _| all.contains_key(key));
    written.extend(further);
    assert_eq!(all, written);
}

/// Every refusal is by a guard that the table names, and every guard of a granted cell holds.
#[test]
fn a_refusing_rule_is_among_the_guards() {
    for class in ValidationClass::ALL {
        for point in Rulebook::published().points() {
            for (status, cell) in made(point.key.as_str(), class).cells() {
                if let Outcome::Refused { rule } = &cell.outcome {
                    assert!(cell.guards.contains(rule), "{status:?} {}", cell.command);
                }
            }
        }
    }
}
