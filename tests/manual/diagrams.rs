//! The page of the diagrams.

use std::fmt::Write as _;

use cert_lifecycle::lifecycle::diagram::{mermaid, svg};
use cert_lifecycle::lifecycle::{Law, Table, table};
use cert_lifecycle::model::ValidationClass;
use cert_lifecycle::rulebook::Rulebook;

/// One of the API, the one with most on the console, and the last one.
const EDITIONS: [&str; 3] = ["2021-02-api", "2022-hosting", "2026-03"];

pub fn page() -> String {
    let book = Rulebook::published();
    let mut page = format!(
        "The statuses, and what leads from one to another: all three classes in one picture. \
         `cert-lifecycle diagram --edition KEY` draws any other edition.\n\n{}\n",
        super::WHOSE
    );
    for key in EDITIONS {
        let edition = book.edition(key).unwrap();
        let law = Law::single(&edition, book.ceilings());
        let tables = ValidationClass::ALL.map(|class| table(class, &law));
        let tables: Vec<&Table> = tables.iter().collect();
        let title = format!("Certificate life cycle, edition {key}");
        let (picture, text) = (svg(&tables, &title), mermaid(&tables));
        assert!(
            !picture.contains("\n\n"),
            "an empty line ends it in Markdown"
        );
        writeln!(page, "\n# {key}\n\n<div>\n{picture}</div>\n").unwrap();
        writeln!(page, "For Mermaid:\n\n```mermaid\n{text}```").unwrap();
    }
    page
}
