//! The agenda as a person reads it: every sample under every edition, compared with the committed text.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    unreachable_pub,
    reason = "tests stop on the first surprise"
)]

#[path = "support/golden.rs"]
mod golden;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cert_lifecycle::lifecycle::sample::sample;
use cert_lifecycle::lifecycle::{Due, Law, agenda};
use cert_lifecycle::model::{Status, ValidationClass};
use cert_lifecycle::rulebook::Rulebook;

/// One entry: when, what, by which rule, on which ground.
fn line(due: &Due) -> String {
    let mut line = format!("{} {}: {}", due.at, due.kind, due.rule);
    if let Some(cited) = &due.basis {
        let edition = cited
            .edition
            .map_or("no edition".to_owned(), |key| key.to_string());
        let _ = write!(line, ", {} {:?} [{edition}]", cited.sources, cited.standing);
    }
    let _ = write!(line, " ({:?})", due.weight);
    line
}

#[test]
fn the_agenda_reads_as_it_did() {
    let book = Rulebook::published();
    let mut made =
        String::from("What will be, of each sample under each edition: tests/agenda_words.rs\n");
    // What a list says under several editions stands once.
    let mut lists: BTreeMap<String, String> = BTreeMap::new();
    for point in book.points() {
        let edition = book.edition(point.key.as_str()).unwrap();
        let law = Law::single(&edition, book.ceilings());
        for class in [ValidationClass::Dv, ValidationClass::Ov] {
            for status in Status::ALL {
                let Some(found) = sample(Some(status), class, &law) else {
                    continue;
                };
                let title = format!("{} {class:?} {status:?}", point.key);
                let list: String = agenda(&found.world.case(), found.now, &law)
                    .iter()
                    .map(|due| line(due) + "\n")
                    .collect();
                let _ = writeln!(made, "\n## {title}, at {}", found.now);
                if list.is_empty() {
                    made.push_str("nothing\n");
                } else if let Some(same) = lists.get(&list) {
                    let _ = writeln!(made, "as under {same}");
                } else {
                    made.push_str(&list);
                    lists.insert(list, title);
                }
            }
        }
    }
    golden::compare("agenda.txt", &made);
}
