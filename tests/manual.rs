//! The pages of the manual, made from the code and compared with those that are committed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    unreachable_pub,
    reason = "tests stop on the first surprise"
)]

#[path = "manual/command_line.rs"]
mod command_line;
#[path = "manual/contradictions.rs"]
mod contradictions;
#[path = "manual/diagrams.rs"]
mod diagrams;
#[path = "manual/documents.rs"]
mod documents;
#[path = "manual/editions.rs"]
mod editions;
#[path = "support/golden.rs"]
mod golden;
#[path = "manual/operations.rs"]
mod operations;
#[path = "manual/rules.rs"]
mod rules;
#[path = "manual/sources.rs"]
mod sources;
#[path = "manual/table.rs"]
mod table;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use cert_lifecycle::lifecycle::{Law, Table, table as table_of};
use cert_lifecycle::model::{Channel, EditionKey, Timestamp, ValidationClass};
use cert_lifecycle::rulebook::Rulebook;

/// Compares a page with the committed one.
fn page(name: &str, made: &str) {
    assert!(made.ends_with('\n') && !made.contains('\t'), "{name}");
    golden::compare(&format!("../../src/manual/{name}.md"), made);
}

/// What is looked at, which a table and a diagram show side by side.
const WHOSE: &str = "By API an order of a plan is looked at, and Pending Application is one that was \
    withdrawn; on the console it is a bought slot, which is not cancelled (T-14), while a slot that was \
    drawn from a plan is. Not Activated, Hosted, Refund Review, Refunded, Closed, Cancelled and Merged are \
    bought in both. A refund is claimed on the first day, when some editions pay at once and others review \
    the claim.";

/// From when something of the CA/Browser Forum is.
fn begins(from: Timestamp) -> String {
    if from == Timestamp::MIN {
        "the beginning".to_owned()
    } else {
        from.to_string()
    }
}

/// A table, and whose it is.
type Named = (EditionKey, ValidationClass, Table);

/// The table of every named edition of orders, for each class.
static TABLES: LazyLock<Vec<Named>> = LazyLock::new(|| {
    let book = Rulebook::published();
    let mut all = Vec::new();
    for point in book.points() {
        if point.channel == Channel::ApiV2 {
            continue;
        }
        let edition = book.edition(point.key.as_str()).unwrap();
        let law = Law::single(&edition, book.ceilings());
        for class in ValidationClass::ALL {
            all.push((point.key, class, table_of(class, &law)));
        }
    }
    all
});

#[test]
fn the_page_of_rules_is_what_the_code_says() {
    page("rules", &rules::page());
}

#[test]
fn the_page_of_the_table_is_what_the_code_says() {
    page("table", &table::page());
}

#[test]
fn the_page_of_diagrams_is_what_the_code_says() {
    page("diagrams", &diagrams::page());
}

#[test]
fn the_page_of_editions_is_what_the_code_says() {
    page("editions", &editions::page());
}

#[test]
fn the_page_of_contradictions_is_what_the_code_says() {
    page("contradictions", &contradictions::page());
}

#[test]
fn the_page_of_the_command_line_is_what_the_program_says() {
    page("command_line", &command_line::page());
}

#[test]
fn the_page_of_the_operations_is_what_the_wire_says() {
    page("operations", &operations::page());
}

#[test]
fn the_page_of_the_sources_is_what_the_rulebook_says() {
    page("sources", &documents::page());
}

#[test]
fn every_page_is_compiled_and_made() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manual");
    let module = fs::read_to_string(folder.join("mod.rs")).unwrap();
    let this = include_str!("manual.rs");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(page) = name.strip_suffix(".md") {
            assert!(
                module.contains(&format!("include_str!(\"{name}\")")),
                "{name}"
            );
            assert!(this.contains(&format!("page(\"{page}\"")), "{name}");
        }
    }
}
