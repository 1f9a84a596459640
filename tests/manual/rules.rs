//! The page of the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cert_lifecycle::lifecycle::Outcome;
use cert_lifecycle::model::Status;
use cert_lifecycle::rulebook::number::{NUMBERS, TRANSITIONS};
use cert_lifecycle::rulebook::rule::{RULES, RuleRecord, V2_RULES};
use cert_lifecycle::rulebook::{RuleId, Rulebook};

use super::{TABLES, sources};

/// The cells that a rule decides: by command and by what it does there, the statuses.
type Cells = BTreeMap<(bool, String), BTreeSet<String>>;

fn cells() -> BTreeMap<RuleId, Cells> {
    let mut all: BTreeMap<RuleId, Cells> = BTreeMap::new();
    for (_, _, table) in &*TABLES {
        for (status, cell) in table.cells() {
            let (rule, granted) = match &cell.outcome {
                Outcome::Leads { rule, .. } | Outcome::Recorded { rule } => (*rule, true),
                Outcome::Refused { rule } => (*rule, false),
                Outcome::Nothing | Outcome::Unreachable => continue,
            };
            let status = status.map_or("(no order)", Status::word);
            let statuses = all.entry(rule).or_default();
            let statuses = statuses.entry((granted, cell.command.to_string()));
            statuses.or_default().insert(status.to_owned());
        }
    }
    all
}

pub fn page() -> String {
    let book = Rulebook::published();
    let (code, tests, cells) = (sources::code(), sources::tests(), cells());
    let mut page = String::from(
        "The rules by number: what each says, the documents that it comes from, the code and the \
         tests that carry it, and the cells of the table that it decides.\n\n\
         The documents number nothing; the numbers are ours. A cell counts where some named edition \
         and class answers a well-formed case by the rule; a rule that judges what is handed in \
         decides no cell. Behind them stands the [table](#transitions) of T-01 to T-49 with the rules \
         that decide about each.\n",
    );
    let named = sources::naming_tests();
    let add = |page: &mut String, record: &RuleRecord| {
        let rule = record.id;
        writeln!(
            page,
            "\n# {rule}\n\n{}{}.\n",
            record.text[..1].to_uppercase(),
            &record.text[1..]
        )
        .unwrap();
        writeln!(page, "- Comes from {}.", documents(&book, record.sources)).unwrap();
        let places = code.get(&rule).into_iter().flatten();
        let places: Vec<String> = places
            .map(|(file, functions)| {
                let functions: Vec<String> =
                    functions.iter().map(|name| format!("`{name}`")).collect();
                if functions.is_empty() {
                    file.clone()
                } else {
                    format!("{file} ({})", functions.join(", "))
                }
            })
            .collect();
        writeln!(page, "- Code: {}.", or_none(&places, "; ")).unwrap();
        let carriers: Vec<String> = tests.get(&rule).into_iter().flatten().cloned().collect();
        if carriers.is_empty() {
            let naming: Vec<String> = named.get(&rule).into_iter().flatten().cloned().collect();
            writeln!(
                page,
                "- Tests that name it: {}.",
                if naming.is_empty() {
                    observed(rule)
                } else {
                    naming.join("; ")
                }
            )
            .unwrap();
        } else {
            writeln!(page, "- Tests by its number: {}.", or_none(&carriers, "; ")).unwrap();
        }
        for ((granted, command), statuses) in cells.get(&rule).into_iter().flatten() {
            let word = if *granted { "Grants" } else { "Refuses" };
            let statuses: Vec<String> = statuses.iter().cloned().collect();
            writeln!(page, "- {word} `{command}` in {}.", statuses.join(", ")).unwrap();
        }
    };
    // In the order of the numbers, whatever list a number is of.
    let series = |id: RuleId| "RTKV".find(&id.to_string()[..1]);
    let mut ids: Vec<RuleId> = RULES.iter().chain(V2_RULES).map(|one| one.id).collect();
    ids.extend(NUMBERS.iter().map(|one| one.id));
    ids.sort_by_key(|id| (series(*id), *id));
    for id in ids {
        if let Some(record) = id.record() {
            add(&mut page, record);
        }
        if let Some(one) = NUMBERS.iter().find(|one| one.id == id) {
            let text = format!("{}{}", one.text[..1].to_uppercase(), &one.text[1..]);
            writeln!(page, "\n# {id}\n\n{text}.\n").unwrap();
            writeln!(
                page,
                "- No rule of the core decides by it. Carried by: {}.",
                one.carried
            )
            .unwrap();
            let carriers: Vec<String> = tests.get(&id).into_iter().flatten().cloned().collect();
            if !carriers.is_empty() {
                writeln!(page, "- Tests by its number: {}.", carriers.join("; ")).unwrap();
            }
        }
    }
    transitions(&mut page);
    page
}

/// The rows of the transition table, each with the rules that decide about it.
fn transitions(page: &mut String) {
    page.push_str("\n# Transitions\n\n| Row | What happens | Rules |\n|---|---|---|\n");
    for row in TRANSITIONS {
        let rules: Vec<String> = row.rules.iter().map(ToString::to_string).collect();
        let rules = if rules.is_empty() {
            "none: nothing is decided".to_owned()
        } else {
            rules.join(", ")
        };
        writeln!(page, "| {} | {} | {rules} |", row.id, row.text).unwrap();
    }
}

/// What a rule without any such test decided in the recorded scenarios, or in the table of 2026.
fn observed(rule: RuleId) -> String {
    let recorded = include_str!("../data/rules_observed.txt");
    let begins = format!("{rule}  ");
    let lines = recorded
        .lines()
        .skip_while(|line| !line.starts_with(&begins));
    let said: Vec<&str> = lines
        .skip(1)
        .take_while(|line| line.starts_with(' '))
        .map(str::trim)
        .collect();
    let cell = rule.to_string().replace('-', "");
    let mut cells = include_str!("../data/v2_transitions.txt").split_whitespace();
    if !said.is_empty() {
        format!("tests/rules.rs, which recorded: {}", said.join("; "))
    } else if cells.any(|one| one == cell) {
        "tests/v2.rs, by the cells of tests/data/v2_transitions.txt".to_owned()
    } else {
        "none".to_owned()
    }
}

fn or_none(all: &[String], between: &str) -> String {
    if all.is_empty() {
        "none".to_owned()
    } else {
        all.join(between)
    }
}

/// The documents of a rule, with title and date.
fn documents(book: &Rulebook, keys: &str) -> String {
    let all = keys.split_whitespace().map(|key| {
        if key == "C" {
            return "a choice of ours".to_owned();
        }
        let source = book
            .parts()
            .sources
            .iter()
            .find(|source| source.key.as_str() == key);
        source.map_or_else(
            || key.to_owned(),
            |source| format!("{key} (`{}`, {})", source.title, source.date),
        )
    });
    all.collect::<Vec<String>>().join("; ")
}
