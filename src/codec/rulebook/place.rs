//! Reading with places: every value knows where it stands, and says there what is wrong with it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::ops::Range;
use core::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{RulebookFileError, RulebookFileProblem};
use super::value::FileValue;
use super::{EXTENDS, FORMAT, MAX_ERRORS, REPLACE};
use crate::codec::suggest::{Nearest, nearest};

/// The most characters of a text from the file that an error repeats.
const SHOWN: usize = 60;

/// What a day looks like.
pub(super) const DAY: &str = "a day such as \"2021-02-26\"";

/// What was found to be wrong so far, and the file for its line numbers.
pub(crate) struct Problems<'a> {
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    found: RefCell<Vec<(Range<usize>, RulebookFileError)>>,
    left_out: Cell<usize>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let newlines = text
            .bytes()
            .zip(1_usize..)
            .filter(|(byte, _)| *byte == b'\n');
        Self {
            text,
            lines: core::iter::once(0)
                .chain(newlines.map(|(_, next)| next))
                .collect(),
            found: RefCell::new(Vec::new()),
            left_out: Cell::new(0),
        }
    }

    /// Keeps an error, or counts it if there are too many.
    pub(super) fn report(
        &self,
        at: Range<usize>,
        key: String,
        problem: RulebookFileProblem,
        help: Option<String>,
    ) {
        let mut found = self.found.borrow_mut();
        if found.len() >= MAX_ERRORS {
            self.left_out.set(self.left_out.get().saturating_add(1));
            return;
        }
        let (line, column) = self.line_and_column(at.start);
        let error = RulebookFileError {
            line,
            column,
            key,
            problem,
            help,
        };
        found.push((at, error));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.found.borrow().len() >= MAX_ERRORS
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.line_and_column(at).0
    }

    /// The errors in the order of the lines, and how many were left out.
    pub(super) fn into_sorted(self) -> (Vec<RulebookFileError>, usize) {
        let mut found = self.found.into_inner();
        found.sort_by_key(|(at, _)| at.start);
        let errors = found.into_iter().map(|(_, error)| error).collect();
        (errors, self.left_out.get())
    }

    fn line_and_column(&self, at: usize) -> (usize, usize) {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at = at.saturating_sub(1);
        }
        let line = self.lines.partition_point(|&start| start <= at);
        let start = self.lines.get(line.saturating_sub(1)).copied();
        let before = self.text.get(start.unwrap_or_default()..at);
        let column = before.unwrap_or_default().chars().count();
        (line, column.saturating_add(1))
    }
}

/// The way from the top of the file to a value.
#[derive(Clone, Copy)]
enum Path<'a> {
    Top,
    Key(&'a Self, &'a str),
    Number(&'a Self, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top => Ok(()),
            Self::Key(Self::Top, key) => f.write_str(&shown(key)),
            Self::Key(outer, key) => write!(f, "{outer}.{}", shown(key)),
            Self::Number(outer, number) => write!(f, "{outer}[{number}]"),
        }
    }
}

/// The beginning of a text from the file, without control characters.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short.escape_debug().to_string()
}

/// A value of the file and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    item: &'a Spanned<DeValue<'a>>,
    path: Path<'a>,
    problems: &'a Problems<'a>,
}

impl<'a> Place<'a> {
    /// The whole file.
    pub(super) const fn top(item: &'a Spanned<DeValue<'a>>, problems: &'a Problems<'a>) -> Self {
        Self {
            item,
            path: Path::Top,
            problems,
        }
    }

    /// The bytes of the file in which it stands.
    pub(super) fn at(self) -> Range<usize> {
        self.item.span()
    }

    /// Its key, for errors.
    pub(super) fn key(self) -> String {
        self.path.to_string()
    }

    pub(super) const fn problems(self) -> &'a Problems<'a> {
        self.problems
    }

    /// Says what is wrong with it.
    pub(crate) fn report(self, problem: RulebookFileProblem, help: Option<String>) {
        self.problems
            .report(self.at(), self.path.to_string(), problem, help);
    }

    /// Says that it is of the wrong kind. A fitting help is added where the mistake is a usual one.
    pub(super) fn wrong_type(self, expected: impl Into<String>, help: Option<String>) {
        let problem = RulebookFileProblem::WrongType {
            expected: expected.into(),
            found: kind(self.item.get_ref()),
        };
        self.report(problem, help);
    }

    /// A text.
    pub(crate) fn text(self, expected: &str) -> Option<&'a str> {
        let text = self.item.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(expected, None);
        }
        text
    }

    /// `true` or `false`.
    pub(crate) fn flag(self) -> Option<bool> {
        let flag = self.item.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type("true or false", None);
        }
        flag
    }

    /// A whole number within bounds.
    pub(crate) fn number(self, least: i64, most: i64) -> Option<i64> {
        let Some(integer) = self.item.get_ref().as_integer() else {
            self.wrong_type("a whole number", self.whole_number_help());
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix());
        match number {
            Ok(number) if number >= least && number <= most => Some(number),
            Ok(_) | Err(_) => {
                let found = shown(&integer.to_string());
                self.report(RulebookFileProblem::OutOfRange { found, least, most }, None);
                None
            }
        }
    }

    fn whole_number_help(self) -> Option<String> {
        let value = self.item.get_ref();
        if let Some(text) = value.as_str() {
            let digits = text.find(|c: char| !c.is_ascii_digit());
            let number = text.get(..digits.unwrap_or(text.len()))?;
            let unit = "without quotes or unit, which stands in the key";
            return (!number.is_empty()).then(|| format!("write {} {unit}", shown(number)));
        }
        let float = value.as_float()?;
        let whole = float.as_str().strip_suffix(".0")?;
        Some(format!("write {}", shown(whole)))
    }

    /// A day: `2021-02-26`, with quotes or without.
    pub(super) fn day_text(self) -> Option<String> {
        let value = self.item.get_ref();
        if let Some(text) = value.as_str() {
            return Some(text.to_string());
        }
        let date = value
            .as_datetime()
            .filter(|at| at.time.is_none() && at.offset.is_none())
            .and_then(|at| at.date);
        if date.is_none() {
            self.wrong_type(DAY, None);
        }
        date.map(|date| date.to_string())
    }

    /// A text that is read by its own `FromStr`.
    pub(crate) fn parsed<T>(self, expected: &'static str) -> Option<T>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        let text = self.text(expected)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(why) => {
                // A reason that only says what was expected adds nothing.
                let why = Some(why.to_string()).filter(|why| !why.starts_with("expected"));
                self.wrong_form(text, expected, why);
                None
            }
        }
    }

    /// Says that a text is not of the form asked for.
    pub(super) fn wrong_form(self, text: &str, expected: &'static str, why: Option<String>) {
        let problem = RulebookFileProblem::WrongForm {
            found: shown(text),
            expected,
        };
        self.report(problem, why);
    }

    /// One word of a list.
    pub(crate) fn word<T: Clone>(self, words: &[(&'static str, T)]) -> Option<T> {
        let allowed = || {
            let words: Vec<String> = words
                .iter()
                .map(|(word, _)| format!("\"{word}\""))
                .collect();
            words.join(", ")
        };
        let Some(text) = self.item.get_ref().as_str() else {
            self.wrong_type(format!("one of {}", allowed()), None);
            return None;
        };
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let problem = RulebookFileProblem::UnknownWord {
                found: shown(text),
                allowed: allowed(),
            };
            let help = did_you_mean(text, words.iter().map(|(word, _)| *word), '"');
            self.report(problem, help);
        }
        found.map(|(_, value)| value.clone())
    }

    /// An array of at most so many values; nothing if one of them can't be read.
    pub(crate) fn each<T>(
        self,
        limit: usize,
        mut read: impl FnMut(Place<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(array) = self.item.get_ref().as_array() else {
            self.wrong_type("an array: [...]", None);
            return None;
        };
        if array.len() > limit {
            let problem = RulebookFileProblem::TooMany {
                what: "values".to_string(),
                found: array.len(),
                limit,
            };
            self.report(problem, None);
            return None;
        }
        // The good ones behind a bad one are read too, so that all errors are found.
        let all: Vec<Option<T>> = array
            .iter()
            .zip(1_usize..)
            .map(|(item, number)| {
                read(Place {
                    item,
                    path: Path::Number(&self.path, number),
                    problems: self.problems,
                })
            })
            .collect();
        all.into_iter().collect()
    }

    /// A set: an array in which nothing stands twice.
    pub(crate) fn set<T: PartialEq>(
        self,
        limit: usize,
        mut read: impl FnMut(Place<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut earlier: Vec<T> = Vec::new();
        let all = self.each(limit, |place| {
            let value = read(place)?;
            if earlier.contains(&value) {
                let text = place.item.get_ref().as_str().unwrap_or_default();
                place.report(RulebookFileProblem::Repeated(shown(text)), None);
                return None;
            }
            earlier.push(value);
            Some(())
        });
        all.map(|_| earlier)
    }

    /// A table that has only known keys.
    pub(crate) fn table(self, known: &[&'static str]) -> Option<TableAt<'a>> {
        let Some(table) = self.item.get_ref().as_table() else {
            let keys: Vec<String> = known.iter().map(|key| format!("{key} = ...")).collect();
            self.wrong_type(format!("a table: {{ {} }}", keys.join(", ")), None);
            return None;
        };
        let mut at = TableAt {
            table,
            place: self,
            meant: Vec::new(),
        };
        at.refuse_unknown(known);
        Some(at)
    }

    /// Whether it is a bare date of TOML.
    pub(super) fn is_date(self) -> bool {
        self.item.get_ref().is_datetime()
    }

    /// An instant, with quotes or without: nothing if it has no time of day, as a day has none.
    pub(super) fn instant_text(self) -> Option<String> {
        let value = self.item.get_ref();
        let time = value.as_datetime().filter(|at| at.time.is_some());
        let text = value.as_str().filter(|text| text.contains(['T', 't']));
        time.map(ToString::to_string)
            .or_else(|| text.map(ToString::to_string))
    }

    /// Whether it is a table.
    pub(crate) fn is_table(self) -> bool {
        self.item.get_ref().is_table()
    }
}

/// A table of the file and where it stands.
pub(crate) struct TableAt<'a> {
    table: &'a DeTable<'a>,
    place: Place<'a>,
    /// Keys that an unknown one was probably meant to be: they are not missing as well.
    meant: Vec<&'static str>,
}

impl<'a> TableAt<'a> {
    /// The table as a value.
    pub(super) const fn place(&self) -> Place<'a> {
        self.place
    }

    fn refuse_unknown(&mut self, known: &[&'static str]) {
        for key in self.table.keys() {
            let word: &str = key.get_ref();
            if known.contains(&word) {
                continue;
            }
            let near = nearest(word, known.iter().copied());
            let help = match word {
                EXTENDS | REPLACE | FORMAT => Some(format!(
                    "`{word}` stands at the top of the file, before the first table"
                )),
                _ => near.map(|near| near.question('`')),
            };
            self.meant.extend(near.map(Nearest::word));
            let path = Path::Key(&self.place.path, word);
            let problem = RulebookFileProblem::UnknownKey;
            let problems = self.place.problems;
            problems.report(key.span(), path.to_string(), problem, help);
        }
    }

    /// Reads what stands under a key; an absent key means [`FileValue::absent`], if it may.
    pub(crate) fn need<T: FileValue>(&self, key: &'static str) -> Option<T> {
        if let Some(read) = self.with(key, T::read) {
            return read;
        }
        let absent = T::absent();
        if absent.is_none() {
            self.missing(key);
        }
        absent
    }

    /// Says that a key is missing.
    pub(crate) fn missing(&self, key: &str) {
        if self.meant.contains(&key) {
            return;
        }
        let problem = RulebookFileProblem::MissingKey(key.to_string());
        self.place.report(problem, None);
    }

    /// Does something with what stands under a key, if there is something.
    pub(crate) fn with<T>(&self, key: &str, read: impl FnOnce(Place<'_>) -> T) -> Option<T> {
        let item = self.table.get(key)?;
        Some(read(Place {
            item,
            path: Path::Key(&self.place.path, key),
            problems: self.place.problems,
        }))
    }

    /// Says that a table has one of some keys, and only one.
    pub(crate) fn one_of(&self, keys: &[&str]) {
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let help = format!("one of {}", keys.join(", "));
        self.place.wrong_type("a table with one key", Some(help));
    }

    /// The only key of a table that has one.
    pub(crate) fn only_key(&self) -> Option<&'a str> {
        let mut keys = self.table.keys();
        let key = keys.next()?;
        keys.next().is_none().then(|| -> &'a str { key.get_ref() })
    }
}

/// The help for a word that is not known.
pub(super) fn did_you_mean<'a>(
    found: &str,
    known: impl IntoIterator<Item = &'a str>,
    quote: char,
) -> Option<String> {
    nearest(found, known).map(|near| near.question(quote))
}

const fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
