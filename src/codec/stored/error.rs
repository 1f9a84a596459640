//! What is wrong with a stored text, without the text: it may hold personal data.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::codec::suggest::{Nearest, nearest};

/// The most bytes of a name or a word of the text that are shown.
const MOST_SHOWN: usize = 40;

/// Why a stored text was refused, and where.
///
/// Neither `Display` nor `Debug` shows a value of the text, only names of fields and a short cause:
/// an applicant's phone number has no place in a log. A word that is not known is shown where it looks
/// like one of ours: small letters, digits, `-`, `_` and `.`, a letter first, 40 bytes at most.
///
/// ```
/// use cert_lifecycle::codec::stored::{StoredProblem, decode_event};
/// let text = r#"{"v":1,"type":"plan.reserved","id":"p-1","at":"yesterday","order":"7"}"#;
/// let error = decode_event(text).unwrap_err();
/// assert_eq!(error.field, "at");
/// assert!(matches!(error.problem, StoredProblem::Value(_)));
/// assert!(!format!("{error} {error:?}").contains("yesterday"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredError {
    /// The field, such as `submission.applicant` or `events[2].at`; empty if the whole is meant.
    pub field: String,
    /// What is wrong with it.
    pub problem: StoredProblem,
}

impl StoredError {
    /// About the text as a whole.
    pub(in crate::codec) const fn whole(problem: StoredProblem) -> Self {
        let field = String::new();
        Self { field, problem }
    }

    /// About a field.
    pub(in crate::codec) fn at(field: &str, problem: StoredProblem) -> Self {
        let field = field.to_string();
        Self { field, problem }
    }
}

impl fmt::Display for StoredError {
    /// `field: what is wrong`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        self.problem.fmt(f)
    }
}

impl core::error::Error for StoredError {}

/// What can be wrong with a stored text, or with a plan's counters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoredProblem {
    /// More bytes than are read.
    #[error("{found} bytes, at most {limit} are read")]
    TooLong {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Lists and objects in each other, beyond any stored form.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// Levels allowed.
        limit: usize,
    },
    /// The text ends in the middle of a value.
    #[error("the text ends too soon")]
    Truncated,
    /// Not JSON.
    #[error("not JSON, at line {line}, column {column}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1.
        column: usize,
    },
    /// A version that a later release writes.
    #[error("written in version {found}, this release reads up to {newest}")]
    UnknownVersion {
        /// The version of the text.
        found: u64,
        /// The newest one that is read.
        newest: u64,
    },
    /// A type that this version does not have.
    #[error("no such type in this version: {0}")]
    UnknownType(String),
    /// A field that must be there.
    #[error("the field is missing")]
    Missing,
    /// A field that this type does not have.
    #[error("no such field here: {0}")]
    UnknownField(String),
    /// A field that stands twice.
    #[error("the field stands here twice")]
    Twice,
    /// Another kind of value.
    #[error("expected {expected}, found {found}")]
    WrongKind {
        /// What belongs here.
        expected: &'static str,
        /// What stands here.
        found: &'static str,
    },
    /// A word that means nothing here.
    #[error("{found} is none of {known}{}", question(*.meant))]
    UnknownWord {
        /// The word in backticks, or that it is not shown.
        found: String,
        /// What may stand here: the words in backticks, and what else there is.
        known: String,
        /// The word that was probably meant.
        meant: Option<&'static str>,
    },
    /// A value that is not well formed, and why.
    #[error("{0}")]
    Value(String),
    /// Counters that no ledger comes to (L5), and why.
    #[error("the counters don't balance: {0}")]
    Unbalanced(&'static str),
    /// What should begin a plan's stream does not.
    #[error("only plan.bought begins a plan")]
    NoBeginning,
}

/// What was probably meant, as a question.
fn question(meant: Option<&'static str>) -> String {
    meant.map_or_else(String::new, |word| format!("; did you mean `{word}`?"))
}

impl StoredProblem {
    /// A word that is none of these, nor what else may stand here.
    pub(in crate::codec) fn unknown_word(
        found: &str,
        words: impl Iterator<Item = &'static str> + Clone,
        other: Option<&'static str>,
    ) -> Self {
        let listed = words.clone().map(|word| format!("`{word}`"));
        let known: Vec<String> = listed.chain(other.map(ToString::to_string)).collect();
        let ours = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'-')
        };
        let shown = found.len() <= MOST_SHOWN
            && found.starts_with(|first: char| first.is_ascii_lowercase())
            && found.bytes().all(ours);
        Self::UnknownWord {
            found: if shown {
                format!("`{found}`")
            } else {
                "what stands here".to_string()
            },
            known: known.join(", "),
            meant: nearest(found, words).map(Nearest::word),
        }
    }

    /// A name that was found in the text. Only what looks like one of ours is shown: in a damaged
    /// text, a value may stand where a name belongs.
    pub(in crate::codec) fn shown(name: &str) -> String {
        let ours = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.' | b'-');
        if name.len() <= MOST_SHOWN && name.bytes().all(ours) {
            format!("`{name}`")
        } else {
            "its name is not shown".to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_shown_where_it_looks_like_one_of_ours() {
        let told = |found| StoredProblem::unknown_word(found, ["p-256"].into_iter(), None);
        for found in ["p-257", "rsa_2048", "a.b"] {
            let told = told(found).to_string();
            assert!(told.contains(&format!("`{found}`")), "{told}");
        }
        let long = "a".repeat(MOST_SHOWN + 1);
        for found in ["", "-p", "2p", "P-256", "p 256", &long] {
            let told = told(found).to_string();
            assert!(told.starts_with("what stands here"), "{told}");
        }
    }
}
