//! What a word means to a reader.

use crate::model::{Status, StatusSet};

/// What a word may mean. Many words stand for several states, so reading gives a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reading {
    /// A documented word, and the states it may stand for. The set is empty where two words
    /// contradict each other ([`Reading::and`]).
    States(StatusSet),
    /// No documented word, or the interface's own word for a state it does not tell (`unknow`).
    /// Every state is possible.
    Unknown,
}

impl Reading {
    /// A word that stands for no state is no documented one.
    pub(super) fn of(states: impl Iterator<Item = Status>) -> Self {
        let set: StatusSet = states.collect();
        if set == StatusSet::EMPTY {
            Self::Unknown
        } else {
            Self::States(set)
        }
    }

    /// Whether the word may stand for a state.
    #[must_use]
    pub const fn may_be(self, status: Status) -> bool {
        match self {
            Self::States(set) => set.contains(status),
            Self::Unknown => true,
        }
    }

    /// The one state that the word stands for, if it is one.
    #[must_use]
    pub fn only(self) -> Option<Status> {
        let Self::States(set) = self else {
            return None;
        };
        let mut members = set.iter();
        match (members.next(), members.next()) {
            (Some(only), None) => Some(only),
            (None | Some(_), _) => None,
        }
    }

    /// What two words about the same certificate mean together, such as `ISSUED` and `trustee`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, reading) | (reading, Self::Unknown) => reading,
            (Self::States(one), Self::States(two)) => Self::States(one.and(two)),
        }
    }
}

/// No documented word is longer, in bytes.
const LONGEST_WORD: usize = 128;

/// Spellings that the sources use for one and the same word, folded.
const SPELLINGS: [[&str; 2]; 3] = [
    ["payed", "paid"],
    ["checkedfail", "checkfail"],
    ["willexpired", "willexpire"],
];

/// Whether two words are one, apart from case, spaces, underscores and spelling.
pub(super) fn same(one: &str, two: &str) -> bool {
    if one == two {
        return true;
    }
    if one.len().max(two.len()) > LONGEST_WORD || one.is_empty() || two.is_empty() {
        return false;
    }
    folded(one).eq(folded(two))
        || SPELLINGS
            .iter()
            .any(|pair| [one, two].iter().all(|word| is_one_of(word, pair)))
}

fn is_one_of(word: &str, spellings: &[&str]) -> bool {
    spellings
        .iter()
        .any(|spelling| folded(word).eq(spelling.chars()))
}

fn folded(word: &str) -> impl Iterator<Item = char> {
    word.chars()
        .filter(|&c| c != '_' && !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x28_a_word_that_is_too_long_is_no_other_one() {
        let (low, high) = ("a".repeat(LONGEST_WORD), "A".repeat(LONGEST_WORD));
        assert!(same(&low, &high));
        let (low, high) = (low + "b", high + "b");
        assert!(!same(&low, &high) && same(&low, &low));
        assert!(!same("", "_") && same("", ""));
    }
}
