//! Sources: where a value comes from, and how firmly.

use alloc::string::String;
use core::fmt;

use arrayvec::ArrayVec;

use crate::model::Day;
use crate::model::text::{Inline, inline_text};

/// The key of a source: a document (`S3`, `RV23`), the Baseline Requirements (`BR`), or one of our
/// own declared choices where the documents are silent (`C2`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceKey(Inline<7>);
inline_text!(SourceKey);

/// How firmly a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// A source says it outright.
    Stated,
    /// We read it out of what the sources say.
    Inferred,
    /// The sources are silent; it is our choice, and a rulebook of your own can change it.
    Declared,
}

impl Standing {
    /// A word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Inferred => "inferred",
            Self::Declared => "declared",
        }
    }
}

/// Up to six sources, held inline, the first one leading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources(ArrayVec<SourceKey, 6>);

impl Sources {
    /// From keys written apart by spaces, such as `"S3 A21"`. A key that is none, and any beyond
    /// the sixth, is left out; a rulebook with a value that has no source is refused.
    #[must_use]
    pub fn of(keys: &str) -> Self {
        let keys = keys.split_whitespace();
        Self(
            keys.filter_map(|key| SourceKey::new(key).ok())
                .take(6)
                .collect(),
        )
    }

    /// The sources.
    #[must_use]
    pub fn as_slice(&self) -> &[SourceKey] {
        &self.0
    }
}

impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(place, key)| {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{key}")
        })
    }
}

/// A value with its sources and standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub sources: Sources,
    /// How firmly.
    pub standing: Standing,
}

impl<T> Sourced<T> {
    /// A value that the named sources say outright.
    pub fn stated(value: T, sources: &str) -> Self {
        Self {
            value,
            sources: Sources::of(sources),
            standing: Standing::Stated,
        }
    }

    /// A value that we read out of the named sources.
    pub fn inferred(value: T, sources: &str) -> Self {
        Self {
            standing: Standing::Inferred,
            ..Self::stated(value, sources)
        }
    }

    /// A value that is our choice.
    pub fn declared(value: T, sources: &str) -> Self {
        Self {
            standing: Standing::Declared,
            ..Self::stated(value, sources)
        }
    }
}

/// What a resolved value rests on: its sources, its standing, and the days between which it is the
/// latest word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cite {
    /// Where it comes from.
    pub sources: Sources,
    /// How firmly.
    pub standing: Standing,
    /// The first day of its clause, in the rulebook's offset.
    pub since: Day,
    /// Whether no earlier clause is known: it may be older than its first day here.
    pub first: bool,
    /// The first day of the next clause that says something else, if one is known. Until then, later
    /// documents may repeat it.
    pub until: Option<Day>,
}

/// A source, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRecord {
    /// Its key.
    pub key: SourceKey,
    /// What it is, and where it is found: of the published ones the path in the vendor's documentation
    /// repository with the commit, or the title of the help page, as far as it is known.
    pub title: String,
    /// Its date, as far as it is known.
    pub date: String,
}
