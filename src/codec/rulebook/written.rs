//! A rulebook as a text.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use crate::rulebook::{ClauseVisitor, Dated, Field, RulebookParts, Sourced, Sources};

use super::by_date::{ByDate, Start};
use super::node::Node;
use super::value::FileValue;
use super::{FORMAT, POINT, SHORT_LIVED, SOURCE};

const HEAD: &str =
    "# A complete rulebook of cert-lifecycle: it takes nothing from the published one.\n";

/// The whole file.
pub(super) fn file(parts: &RulebookParts) -> String {
    let mut writer = Writer(HEAD.to_string());
    writer.line(FORMAT, &Node::Number(1));
    // A table that has nothing is said to have nothing; such a key stands before all tables.
    let mut empty = Empty(Vec::new());
    parts.visit(&mut empty);
    for (is_empty, table) in [
        (parts.points.is_empty(), POINT),
        (parts.duties.short_lived().is_empty(), SHORT_LIVED),
        (parts.sources.is_empty(), SOURCE),
    ] {
        empty.0.extend(is_empty.then_some(table));
    }
    for table in empty.0 {
        writer.line(table, &Node::List(Vec::new()));
    }
    parts.visit(&mut writer);
    for point in &parts.points {
        let rows = [
            ("key", point.key.write()),
            ("day", point.day.write()),
            ("site", point.site.write()),
            ("channel", point.channel.write()),
        ];
        writer.table(POINT, &rows);
    }
    writer.by_date(parts.ceilings.entries());
    writer.by_date(parts.duties.reuse());
    writer.by_date(parts.duties.revocation());
    writer.by_date(parts.duties.short_lived());
    for source in &parts.sources {
        let rows = [
            ("key", source.key.write()),
            ("date", source.date.write()),
            ("title", source.title.write()),
        ];
        writer.table(SOURCE, &rows);
    }
    writer.0
}

struct Writer(String);

impl Writer {
    fn line(&mut self, key: &str, value: &Node) {
        if *value != Node::Absent {
            // Writing to a text can't fail.
            let _ = writeln!(self.0, "{key} = {value}");
        }
    }

    fn by_date<T: ByDate>(&mut self, entries: &[Sourced<T>]) {
        for Sourced {
            value,
            sources,
            standing,
        } in entries
        {
            let keys_and_values = T::KEYS.iter().copied().zip(value.write());
            let rows: Vec<(&str, Node)> = core::iter::once(("from", Start::written(value.from())))
                .chain(keys_and_values)
                .chain([("sources", keys(sources)), ("standing", standing.write())])
                .collect();
            self.table(T::TABLE, &rows);
        }
    }

    fn table(&mut self, name: &str, rows: &[(&str, Node)]) {
        let _ = writeln!(self.0, "\n[[{name}]]");
        for (key, value) in rows {
            self.line(key, value);
        }
    }
}

impl<T: FileValue> ClauseVisitor<T> for Writer {
    fn clauses(&mut self, field: Field, clauses: &[Dated<T>]) {
        for Dated { from, scope, value } in clauses {
            let Sourced {
                value,
                sources,
                standing,
            } = value;
            let rows = [
                ("from", from.write()),
                ("site", scope.site.write()),
                ("channel", scope.channel.write()),
                ("value", value.write()),
                ("sources", keys(sources)),
                ("standing", standing.write()),
            ];
            self.table(field.word(), &rows);
        }
    }
}

/// The fields without a clause.
struct Empty(Vec<&'static str>);

impl<T> ClauseVisitor<T> for Empty {
    fn clauses(&mut self, field: Field, clauses: &[Dated<T>]) {
        self.0.extend(clauses.is_empty().then_some(field.word()));
    }
}

fn keys(sources: &Sources) -> Node {
    let keys = sources.as_slice().iter().map(FileValue::write);
    Node::List(keys.collect::<Vec<_>>())
}
