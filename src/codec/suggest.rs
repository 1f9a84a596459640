//! What was probably meant: the nearest of the words that are known.

use alloc::vec::Vec;
#[cfg(feature = "toml")]
use alloc::{format, string::String};

/// Longer words are not compared: nothing known is as long.
const LONGEST: usize = 64;

/// Words that end a key and say in what it is counted.
const UNITS: [&str; 8] = [
    "seconds", "minutes", "hours", "days", "weeks", "months", "years", "bits",
];

/// A word that is known, and why it was probably meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::codec) enum Nearest<'a> {
    /// It is spelt alike.
    Alike(&'a str),
    /// It says the same in another unit: the key, and its unit.
    OtherUnit(&'a str, &'static str),
}

impl<'a> Nearest<'a> {
    /// The known word.
    pub(in crate::codec) const fn word(self) -> &'a str {
        match self {
            Self::Alike(word) | Self::OtherUnit(word, _) => word,
        }
    }

    /// The question to ask.
    #[cfg(feature = "toml")]
    pub(in crate::codec) fn question(self, quote: char) -> String {
        match self {
            Self::Alike(word) => format!("did you mean {quote}{word}{quote}?"),
            Self::OtherUnit(word, unit) => {
                format!("the unit here is {unit}: did you mean {quote}{word}{quote}?")
            }
        }
    }
}

/// The known word that is nearest to one that is not known, if any is near.
pub(in crate::codec) fn nearest<'a>(
    found: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<Nearest<'a>> {
    let found: Vec<char> = folded(found).take(LONGEST.saturating_add(1)).collect();
    if found.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &'a str)> = None;
    for word in known {
        let folded: Vec<char> = folded(word).collect();
        if let (Some((stem, _)), Some((own, unit))) = (unit_of(&found), unit_of(&folded))
            && stem == own
            && found != folded
        {
            return Some(Nearest::OtherUnit(word, unit));
        }
        let far = distance(&found, &folded);
        let near = far <= found.len().max(folded.len()) / 3;
        if near && best.is_none_or(|(least, _)| far < least) {
            best = Some((far, word));
        }
    }
    best.map(|(_, word)| Nearest::Alike(word))
}

/// Small letters, without what separates words.
fn folded(word: &str) -> impl Iterator<Item = char> {
    let letters = word.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    letters.map(|c| c.to_ascii_lowercase())
}

/// A key without its unit, and the unit.
fn unit_of(folded: &[char]) -> Option<(&[char], &'static str)> {
    UNITS.into_iter().find_map(|unit| {
        let at = folded.len().checked_sub(unit.len())?;
        let (stem, end) = folded.split_at_checked(at)?;
        end.iter().copied().eq(unit.chars()).then_some((stem, unit))
    })
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    // Rows of the usual table: two back, one back, and the one in hand.
    let mut older: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut before: Option<char> = None;
    for (i, &x) in a.iter().enumerate() {
        let mut next = Vec::from([i.saturating_add(1)]);
        let mut left: Option<char> = None;
        for (j, &y) in b.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX);
            let right = j.saturating_add(1);
            let change = at(&row, j).saturating_add(usize::from(x != y));
            let put = at(&next, j).saturating_add(1);
            let take = at(&row, right).saturating_add(1);
            let mut least = change.min(put).min(take);
            if before == Some(y) && left == Some(x) {
                let swap = at(&older, j.saturating_sub(1)).saturating_add(1);
                least = least.min(swap);
            }
            next.push(least);
            left = Some(y);
        }
        older = core::mem::replace(&mut row, next);
        before = Some(x);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let far = |a: &str, b: &str| {
            let of = |text: &str| text.chars().collect::<Vec<_>>();
            distance(&of(a), &of(b))
        };
        assert_eq!(far("", ""), 0);
        assert_eq!(far("", "abc"), 3);
        assert_eq!(far("abc", ""), 3);
        assert_eq!(far("kitten", "sitting"), 3);
        assert_eq!(far("stnading", "standing"), 1);
    }

    #[test]
    fn the_nearest_word() {
        let known = ["within_days", "standing", "sources"];
        let near = |found| nearest(found, known);
        assert_eq!(near("stnading"), Some(Nearest::Alike("standing")));
        assert_eq!(near("Within-Days"), Some(Nearest::Alike("within_days")));
        assert_eq!(
            near("within_hours"),
            Some(Nearest::OtherUnit("within_days", "days"))
        );
        assert_eq!(near("colour"), None);
        assert_eq!(near(&"s".repeat(1_000)), None);
    }
}
