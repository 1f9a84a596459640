//! The page of the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cert_lifecycle::lifecycle::Outcome;
use cert_lifecycle::model::Status;
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
         tests that carry it, and the cells of the [table](crate::manual::table) that it decides.\n\n\
         The documents number nothing; the numbers are ours. A cell counts where some named edition \
         and class answers a well-formed case by the rule; a rule that judges what is handed in \
         decides no cell.\n",
    );
    let mut add = |record: &RuleRecord| {
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
        writeln!(page, "- Tests by its number: {}.", or_none(&carriers, "; ")).unwrap();
        for ((granted, command), statuses) in cells.get(&rule).into_iter().flatten() {
            let word = if *granted { "Grants" } else { "Refuses" };
            let statuses: Vec<String> = statuses.iter().cloned().collect();
            writeln!(page, "- {word} `{command}` in {}.", statuses.join(", ")).unwrap();
        }
    };
    for record in RULES {
        add(record);
    }
    for record in V2_RULES {
        add(record);
    }
    page
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
