//! The table as it is printed and compared.

use cert_lifecycle::lifecycle::{CommandKind, Law, table};
use cert_lifecycle::model::{Status, ValidationClass};
use cert_lifecycle::rulebook::Rulebook;

#[test]
fn a_table_is_printed_cell_by_cell() {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let law = Law::single(&edition, book.ceilings());
    let table = table(ValidationClass::Dv, &law);
    let text = table.to_string();
    let heads: Vec<_> = text.lines().filter(|line| !line.starts_with(' ')).collect();
    let statuses = Status::ALL.into_iter().map(Status::word);
    let expected: Vec<_> = std::iter::once("(no order)").chain(statuses).collect();
    assert_eq!(heads, expected);
    let cells = expected.len() * CommandKind::ALL.len();
    assert_eq!(text.lines().count(), heads.len() + cells);
    for (_, cell) in table.cells() {
        let line = format!("  {:18} {}", cell.command, cell.outcome);
        assert!(text.contains(&line), "{line}");
    }
}

#[test]
fn tables_differ_in_the_cells_that_differ() {
    let book = Rulebook::published();
    let [old, new] = ["2021-02-api", "2023-api"].map(|key| book.edition(key).unwrap());
    let [old, new] = [&old, &new]
        .map(|edition| table(ValidationClass::Dv, &Law::single(edition, book.ceilings())));
    assert_eq!(old.differences(&old), []);
    let differences = old.differences(&new);
    let expected = old.cells().zip(new.cells());
    let expected = expected.filter(|((_, old), (_, new))| old.outcome != new.outcome);
    assert_eq!(differences.len(), expected.count());
    assert!(!differences.is_empty());
    assert!(differences.iter().all(|(.., ours, theirs)| ours != theirs));
}
