//! From tables to the parts of a rulebook, and which table every part came from.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use crate::model::{Day, EditionKey, Timestamp};
use crate::rulebook::ceilings::CeilingsError;
use crate::rulebook::{
    CaDuties, CaDutiesError, Ceilings, ClauseEditor, Dated, EditionPoint, Field, GroundSet,
    Rulebook, RulebookParts, Scope, SourceKey, SourceRecord, Sourced, Sources, Standing,
};

use super::by_date::{ByDate, Start, alike};
use super::error::RulebookFileProblem;
use super::node::Node;
use super::place::{Place, Problems, TableAt};
use super::value::FileValue;
use super::{
    EXTENDS, FORMAT, MAX_CLAUSES, MAX_POINTS, MAX_SOURCES, POINT, PUBLISHED, REPLACE, SOURCE,
    all_tables,
};

/// What a part of the file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A clause.
    Clause(Field, Day, Scope),
    /// A named point.
    Point(EditionKey),
    /// A row of a table of the CA/Browser Forum: its table, first instant, and grounds.
    ByDate(&'static str, Timestamp, Option<GroundSet>),
    /// A source.
    Source(SourceKey),
    /// A word of `replace`: this table of the published rulebook is not taken.
    Replace(&'static str),
}

/// A part of the file that could be read.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) subject: Subject,
    pub(super) at: Range<usize>,
    pub(super) key: String,
    /// The sources that it names, and where.
    pub(super) sources: Vec<(SourceKey, Range<usize>)>,
}

impl Entry {
    /// Where it names a source.
    pub(super) fn place_of(&self, source: SourceKey) -> Option<Range<usize>> {
        let named = self.sources.iter().find(|(key, _)| *key == source);
        named.map(|(_, at)| at.clone())
    }
}

/// The parts that a file makes, without those of its entries that were left out.
pub(super) struct Draft {
    pub(super) parts: RulebookParts,
    pub(super) ceilings: Result<(), CeilingsError>,
    pub(super) duties: Result<(), CaDutiesError>,
    /// In the order of the tables; the same in every draft of a file.
    pub(super) entries: Vec<Entry>,
    /// Tables of which something could not be read.
    pub(super) damaged: BTreeSet<&'static str>,
}

/// A file as it was parsed, checked at its top level.
pub(super) struct Document<'a> {
    top: TableAt<'a>,
    extends: bool,
}

impl<'a> Document<'a> {
    /// Checks the top level.
    pub(super) fn new(top: Place<'a>) -> Option<Self> {
        let known: Vec<&'static str> = [EXTENDS, REPLACE, FORMAT]
            .into_iter()
            .chain(all_tables())
            .collect();
        let top = top.table(&known)?;
        let base = top.with(EXTENDS, |place| place.word(&[(PUBLISHED, ())]));
        top.with(FORMAT, known_format);
        Some(Self {
            top,
            // An unknown base is an error of its own; nothing more is made of it.
            extends: base.is_some(),
        })
    }

    /// Reads the file, without the entries whose numbers are given.
    pub(super) fn draft(&self, left_out: &BTreeSet<usize>) -> Draft {
        let mut reader = Reader {
            top: &self.top,
            left_out,
            entries: Vec::new(),
            damaged: BTreeSet::new(),
            replaced: Vec::new(),
            clauses: 0,
        };
        let mut parts = if self.extends {
            Rulebook::published().parts().clone()
        } else {
            RulebookParts::empty()
        };
        reader.read_replaced(self.extends);
        reader.sources(&mut parts.sources);
        parts.edit(&mut reader);
        reader.points(&mut parts.points);
        let ceilings = Ceilings::new(reader.by_date(parts.ceilings.entries()));
        let duties = CaDuties::new(
            reader.by_date(parts.duties.reuse()),
            reader.by_date(parts.duties.revocation()),
            reader.by_date(parts.duties.short_lived()),
        );
        let ceilings = ceilings.map(|ceilings| parts.ceilings = ceilings);
        let duties = duties.map(|duties| parts.duties = duties);
        Draft {
            parts,
            ceilings,
            duties,
            entries: reader.entries,
            damaged: reader.damaged,
        }
    }

    /// The tables that a file must have and has not.
    pub(super) fn missing_tables(&self) -> Vec<&'static str> {
        if self.extends {
            return Vec::new();
        }
        let absent = |table: &&'static str| self.top.with(table, |_| ()).is_none();
        all_tables().filter(absent).collect()
    }

    pub(super) const fn place(&self) -> Place<'a> {
        self.top.place()
    }
}

struct Reader<'a> {
    top: &'a TableAt<'a>,
    left_out: &'a BTreeSet<usize>,
    entries: Vec<Entry>,
    damaged: BTreeSet<&'static str>,
    replaced: Vec<&'static str>,
    clauses: usize,
}

impl<'a> Reader<'a> {
    const fn problems(&self) -> &'a Problems<'a> {
        self.top.place().problems()
    }

    /// Registers what could be read. True if it is to be used: it is not left out, and nothing of
    /// the same kind stands in the file before it.
    fn enter(
        &mut self,
        subject: Subject,
        place: Place<'_>,
        sources: Vec<(SourceKey, Range<usize>)>,
    ) -> bool {
        let earlier = self.entries.iter().find(|entry| entry.subject == subject);
        let earlier = earlier.map(|entry| self.problems().line(entry.at.start));
        let number = self.entries.len();
        self.entries.push(Entry {
            subject,
            at: place.at(),
            key: place.key(),
            sources,
        });
        if let Some(line) = earlier {
            place.report(RulebookFileProblem::Twice { line }, None);
            return false;
        }
        !self.left_out.contains(&number)
    }

    /// The rows of a table, each read by `read`; a row that can't be read damages the table.
    fn rows(
        &mut self,
        table: &'static str,
        limit: usize,
        mut read: impl FnMut(&mut Self, Place<'_>) -> Option<()>,
    ) {
        let top = self.top;
        let done = top.with(table, |place| {
            if place.is_table() {
                place.one_table(table);
                return None;
            }
            place.each(limit, |row| read(self, row))
        });
        if done.is_some_and(|done| done.is_none()) {
            self.damaged.insert(table);
        }
    }

    fn read_replaced(&mut self, extends: bool) {
        let words: Vec<_> = all_tables().map(|table| (table, table)).collect();
        let top = self.top;
        top.with(REPLACE, |place| {
            if !extends {
                place.needs_base();
                return;
            }
            place.each(words.len(), |place| {
                let table = place.word(&words)?;
                if self.enter(Subject::Replace(table), place, Vec::new()) {
                    self.replaced.push(table);
                }
                Some(())
            });
        });
    }

    fn is_replaced(&self, table: &'static str) -> bool {
        self.replaced.contains(&table)
    }

    fn points(&mut self, points: &mut Vec<EditionPoint>) {
        if self.is_replaced(POINT) {
            points.clear();
        }
        self.rows(POINT, MAX_POINTS, |reader, row| {
            let table = row.table(&["key", "day", "site", "channel"])?;
            let (key, day) = (table.need("key"), table.need("day"));
            let (site, channel) = (table.need("site"), table.need("channel"));
            let point = EditionPoint {
                key: key?,
                day: day?,
                site: site?,
                channel: channel?,
            };
            if reader.enter(Subject::Point(point.key), row, Vec::new()) {
                put(points, point, |a, b| a.key == b.key);
            }
            Some(())
        });
    }

    /// The rows of a table of the CA/Browser Forum, in the order of their beginnings.
    fn by_date<T: ByDate>(&mut self, base: &[Sourced<T>]) -> Vec<Sourced<T>> {
        let mut entries = if self.is_replaced(T::TABLE) {
            Vec::new()
        } else {
            base.to_vec()
        };
        let mut known = Vec::from(["from", "sources", "standing"]);
        known.extend(T::KEYS);
        self.rows(T::TABLE, MAX_CLAUSES, |reader, row| {
            let table = row.table(&known)?;
            let from = table.need::<Option<Start>>("from");
            let first = from.as_ref().and_then(Option::as_ref);
            let value = T::read(&table, first.map_or(Timestamp::MIN, |start| start.0));
            let cited = Cited::read(&table);
            from?;
            let value = value?;
            let (sources, entry) = cited?.around(value);
            let subject = Subject::ByDate(T::TABLE, value.from(), value.grounds());
            if reader.enter(subject, row, sources) {
                put(&mut entries, entry, alike);
            }
            Some(())
        });
        entries.sort_by_key(|entry| entry.value.from());
        entries
    }

    fn sources(&mut self, sources: &mut Vec<SourceRecord>) {
        if self.is_replaced(SOURCE) {
            sources.clear();
        }
        self.rows(SOURCE, MAX_SOURCES, |reader, row| {
            let table = row.table(&["key", "date", "title"])?;
            let key = table.need::<SourceKey>("key");
            let (date, title) = (table.need::<SourceDate>("date"), table.need("title"));
            let record = SourceRecord {
                key: key?,
                title: title?,
                date: date?.0,
            };
            if reader.enter(Subject::Source(record.key), row, Vec::new()) {
                put(sources, record, |a, b| a.key == b.key);
            }
            Some(())
        });
    }
}

impl<T: FileValue> ClauseEditor<T> for Reader<'_> {
    /// Puts the clauses of the file into the list: each takes the place of one of the same day and
    /// scope, or comes last.
    fn clauses(&mut self, field: Field, clauses: &mut Vec<Dated<T>>) {
        if self.is_replaced(field.word()) {
            clauses.clear();
        }
        self.rows(field.word(), MAX_CLAUSES, |reader, row| {
            reader.clauses = reader.clauses.saturating_add(1);
            if reader.clauses > MAX_CLAUSES {
                if reader.clauses == MAX_CLAUSES.saturating_add(1) {
                    row.too_many_clauses();
                }
                return None;
            }
            let known = &["from", "site", "channel", "value", "sources", "standing"];
            let table = row.table(known)?;
            let from = table.need::<Day>("from");
            let (site, channel) = (table.need("site"), table.need("channel"));
            let value = table.need("value");
            let cited = Cited::read(&table);
            let scope = Scope {
                site: site?,
                channel: channel?,
            };
            let from = from?;
            let (sources, value) = cited?.around(value?);
            if reader.enter(Subject::Clause(field, from, scope), row, sources) {
                let clause = Dated { from, scope, value };
                put(clauses, clause, |a, b| {
                    a.from == b.from && a.scope == b.scope
                });
            }
            Some(())
        });
    }
}

/// Puts an item in the place of the one like it, or last.
fn put<T>(all: &mut Vec<T>, item: T, same: impl Fn(&T, &T) -> bool) {
    match all.iter_mut().find(|other| same(other, &item)) {
        Some(other) => *other = item,
        None => all.push(item),
    }
}

/// What a value rests on.
struct Cited {
    sources: Vec<(SourceKey, Range<usize>)>,
    standing: Standing,
}

impl Cited {
    fn read(table: &TableAt<'_>) -> Option<Self> {
        let sources = table.with("sources", |place| {
            place.each(MAX_CITED, |place| {
                SourceKey::read(place).map(|key| (key, place.at()))
            })
        });
        if sources.is_none() {
            table.missing("sources");
        }
        let standing = table.need::<Option<Standing>>("standing");
        Some(Self {
            sources: sources.flatten()?,
            // What a file says without saying how it knows is its author's choice.
            standing: standing?.unwrap_or(Standing::Declared),
        })
    }

    fn around<T>(self, value: T) -> (Vec<(SourceKey, Range<usize>)>, Sourced<T>) {
        let keys: Vec<String> = self
            .sources
            .iter()
            .map(|(key, _)| key.to_string())
            .collect();
        let sourced = Sourced {
            value,
            sources: Sources::of(&keys.join(" ")),
            standing: self.standing,
        };
        (self.sources, sourced)
    }
}

/// As many sources as a value holds.
const MAX_CITED: usize = 6;

/// The date of a source: a text, or a bare date.
struct SourceDate(String);

impl FileValue for SourceDate {
    fn write(&self) -> Node {
        self.0.write()
    }

    fn read(place: Place<'_>) -> Option<Self> {
        if place.is_date() {
            place.day_text().map(Self)
        } else {
            String::read(place).map(Self)
        }
    }
}

fn known_format(place: Place<'_>) {
    let format = place.number(i64::MIN, i64::MAX);
    if format.is_some_and(|format| format != 1) {
        place.report(RulebookFileProblem::UnknownFormat, None);
    }
}

impl Place<'_> {
    fn one_table(self, table: &str) {
        let help = format!("write [[{table}]], once for each");
        self.wrong_type("an array of tables", Some(help));
    }

    fn needs_base(self) {
        let help = format!("without `{EXTENDS} = \"{PUBLISHED}\"` there is nothing to replace");
        self.report(RulebookFileProblem::UnknownKey, Some(help));
    }

    fn too_many_clauses(self) {
        let problem = RulebookFileProblem::TooMany {
            what: "clauses or more".to_string(),
            found: MAX_CLAUSES.saturating_add(1),
            limit: MAX_CLAUSES,
        };
        self.report(problem, None);
    }
}
