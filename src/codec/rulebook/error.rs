//! What is wrong with a rulebook file, and where.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::rulebook::ceilings::CeilingsError;
use crate::rulebook::{CaDutiesError, RulebookError};

/// Everything that is wrong with a file, in the order of the lines.
///
/// It prints one line for each: `name:line:column: key: what is wrong; what to do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulebookFileErrors {
    pub(super) name: String,
    pub(super) errors: Vec<RulebookFileError>,
    pub(super) left_out: usize,
}

impl RulebookFileErrors {
    /// The name of the file, as the caller gave it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is wrong, at most [`MAX_ERRORS`](super::MAX_ERRORS); never empty.
    #[must_use]
    pub fn errors(&self) -> &[RulebookFileError] {
        &self.errors
    }

    /// How many more there are.
    #[must_use]
    pub const fn left_out(&self) -> usize {
        self.left_out
    }
}

impl fmt::Display for RulebookFileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut end = "";
        for error in &self.errors {
            write!(f, "{end}{}:{error}", self.name)?;
            end = "\n";
        }
        if self.left_out > 0 {
            write!(f, "{end}{}: and {} more", self.name, self.left_out)?;
        }
        Ok(())
    }
}

impl core::error::Error for RulebookFileErrors {}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulebookFileError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// Where it stands, such as `notice[2].value.within_days`: the key in the second `[[notice]]`.
    /// Empty if the whole file is meant.
    pub key: String,
    /// What is wrong.
    pub problem: RulebookFileProblem,
    /// What to do about it, if that can be told.
    pub help: Option<String>,
}

impl fmt::Display for RulebookFileError {
    /// `line:column: key: what is wrong; what to do`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}", self.problem)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

/// What can be wrong with a rulebook file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulebookFileProblem {
    /// A file beyond [`MAX_BYTES`](super::MAX_BYTES).
    #[error("the file has {found} bytes, at most {limit} are read")]
    TooLong {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Brackets in brackets, or dots in a key, beyond any value of a rulebook.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// Levels allowed.
        limit: usize,
    },
    /// Not TOML.
    #[error("not TOML: {0}")]
    Syntax(String),
    /// A form of the file that this version does not read.
    #[error("this format is not known; 1 is")]
    UnknownFormat,
    /// More items than allowed.
    #[error("{found} {what}, at most {limit} are read")]
    TooMany {
        /// Of what.
        what: String,
        /// Items found.
        found: usize,
        /// Items allowed.
        limit: usize,
    },
    /// A key or a table that means nothing here.
    #[error("no such key here")]
    UnknownKey,
    /// A key that must be there.
    #[error("`{0}` is missing")]
    MissingKey(String),
    /// Another kind of value.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// What belongs here.
        expected: String,
        /// What stands here.
        found: &'static str,
    },
    /// A number that is too small or too large.
    #[error("{found} is not between {least} and {most}")]
    OutOfRange {
        /// The number as written.
        found: String,
        /// The least that is allowed.
        least: i64,
        /// The most that is allowed.
        most: i64,
    },
    /// A word that means nothing here.
    #[error("\"{found}\" is none of {allowed}")]
    UnknownWord {
        /// The word.
        found: String,
        /// The words that are allowed.
        allowed: String,
    },
    /// A word that stands twice in a set.
    #[error("\"{0}\" stands here twice")]
    Repeated(String),
    /// A text that is not of the form asked for.
    #[error("\"{found}\" is not {expected}")]
    WrongForm {
        /// The text.
        found: String,
        /// What was asked for.
        expected: &'static str,
    },
    /// The same clause, point, ceiling or source stands twice in the file.
    #[error("the same stands in line {line} already")]
    Twice {
        /// The line of the first.
        line: usize,
    },
    /// A file without `extends` that leaves something out.
    #[error("the file says nothing about {0}")]
    Incomplete(String),
    /// Ceilings that don't make a table.
    #[error("{0}")]
    Ceilings(#[from] CeilingsError),
    /// Duties of a CA that don't make their tables.
    #[error("{0}")]
    Duties(#[from] CaDutiesError),
    /// Parts that don't make a rulebook.
    #[error("{0}")]
    Rulebook(#[from] RulebookError),
}
