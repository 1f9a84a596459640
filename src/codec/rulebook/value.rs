//! How a value of a clause is written and read: one trait, and a line of a macro for most types.
//!
//! | The type | The line |
//! |---|---|
//! | a struct | `record! { NoticeRule { within_days } }` |
//! | a struct whose fields don't say their unit | `record! { RefundMargin { natural = "natural_days" } }` |
//! | a number with its unit | `quantity! { ReturnDays { days } }` |
//! | a number that may be missing | `quantity_or! { FreeLimit { per_year } or "unlimited" }` |
//! | an enum of words | `words! { Method { EndOfDay = "end-of-day", Rolling = "rolling" } }` |
//! | an enum with its own `ALL` and `word()` | `own_words! { Status }` |
//! | a struct of flags, as a set of words | `word_set! { ClassSet { dv = "DV", ov = "OV" } }` |
//! | a set with `of(&[...])` and `iter()` | `member_set! { StatusSet of Status }` |
//! | an enum of words, of values and of structs | `choice! { ... }` |
//! | a text with its own `FromStr` | `parsed! { Offset: "an offset such as ..." }` |
//!
//! Numbers, flags, texts, days, `Option` (an absent key), `Vec` and
//! `ArrayVec` are done here. Every macro takes
//! the type apart completely, so a new field or variant that is not named breaks the build.
//!
//! A type that fits none of these implements [`FileValue`] by hand. What it refuses, it reports with
//! [`Place::report`], and returns nothing: so the other errors of the file are found as well.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use arrayvec::ArrayVec;

use crate::model::time::TimeError;
use crate::model::{Day, Offset, Timestamp};

use super::error::RulebookFileProblem;
use super::node::Node;
use super::place::{DAY, Place};
use super::{MAX_LIST, MAX_TEXT};

/// A value that a rulebook file can hold.
pub(crate) trait FileValue: Sized {
    /// As it is written.
    fn write(&self) -> Node;

    /// Reads it, or says what is wrong with it at its place.
    fn read(place: Place<'_>) -> Option<Self>;

    /// What it means if its key is absent; none if the key must be there.
    fn absent() -> Option<Self> {
        None
    }
}

impl FileValue for bool {
    fn write(&self) -> Node {
        Node::Flag(*self)
    }

    fn read(place: Place<'_>) -> Option<Self> {
        place.flag()
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl FileValue for $type {
            fn write(&self) -> Node {
                Node::Number(i64::from(*self))
            }

            fn read(place: Place<'_>) -> Option<Self> {
                let number = place.number(i64::from(Self::MIN), i64::from(Self::MAX))?;
                Self::try_from(number).ok()
            }
        }
    )*};
}
numbers!(u8, u16, u32, i16, i32, i64);

impl FileValue for String {
    fn write(&self) -> Node {
        Node::text(self)
    }

    fn read(place: Place<'_>) -> Option<Self> {
        let text = place.text("a text")?;
        if text.len() > MAX_TEXT {
            let problem = RulebookFileProblem::TooMany {
                what: "bytes of text".to_string(),
                found: text.len(),
                limit: MAX_TEXT,
            };
            place.report(problem, None);
            return None;
        }
        Some(text.to_string())
    }
}

impl FileValue for Day {
    fn write(&self) -> Node {
        Node::text(self)
    }

    fn read(place: Place<'_>) -> Option<Self> {
        let text = place.day_text()?;
        // A day is the day of its midnight; anything longer than a day is not one.
        let midnight = if text.len() <= 11 && !text.contains(['T', 't']) {
            format!("{text}T00:00:00Z").parse::<Timestamp>()
        } else {
            Err(TimeError::Form)
        };
        match midnight {
            Ok(midnight) => Some(midnight.day_in(Offset::UTC)),
            Err(why) => {
                let why = (why == TimeError::NoSuchDay).then(|| why.to_string());
                place.wrong_form(&text, DAY, why);
                None
            }
        }
    }
}

impl<T: FileValue> FileValue for Option<T> {
    fn write(&self) -> Node {
        self.as_ref().map_or(Node::Absent, T::write)
    }

    fn read(place: Place<'_>) -> Option<Self> {
        T::read(place).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: FileValue> FileValue for Vec<T> {
    fn write(&self) -> Node {
        Node::List(self.iter().map(T::write).collect())
    }

    fn read(place: Place<'_>) -> Option<Self> {
        place.each(MAX_LIST, T::read)
    }
}

impl<T: FileValue, const N: usize> FileValue for ArrayVec<T, N> {
    fn write(&self) -> Node {
        Node::List(self.iter().map(T::write).collect())
    }

    fn read(place: Place<'_>) -> Option<Self> {
        // It is not longer than the limit, so nothing is cut off.
        let all = place.each(N, T::read)?;
        Some(all.into_iter().take(N).collect())
    }
}

/// The key of a field: its own name, or the one given.
macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}
pub(crate) use key;

/// A struct as a table: its fields are the keys, unless a key is given.
macro_rules! record {
    ($($type:ident { $($field:ident $(= $key:literal)?),+ $(,)? })+) => {$(
        impl FileValue for $type {
            fn write(&self) -> Node {
                let Self { $($field),+ } = self;
                Node::Table(Vec::from([
                    $((key!($field $($key)?), FileValue::write($field))),+
                ]))
            }

            fn read(place: Place<'_>) -> Option<Self> {
                let table = place.table(&[$(key!($field $($key)?)),+])?;
                $(let $field = table.need(key!($field $($key)?));)+
                Some(Self { $($field: $field?),+ })
            }
        }
    )+};
}
pub(crate) use record;

/// A number with its unit: `struct ReturnDays(pub u16)` as `{ days = 30 }`.
macro_rules! quantity {
    ($($type:ident { $unit:ident })+) => {$(
        impl FileValue for $type {
            fn write(&self) -> Node {
                let Self($unit) = self;
                Node::only(stringify!($unit), FileValue::write($unit))
            }

            fn read(place: Place<'_>) -> Option<Self> {
                let table = place.table(&[stringify!($unit)])?;
                table.need(stringify!($unit)).map(Self)
            }
        }
    )+};
}
pub(crate) use quantity;

/// A number that may be missing: `struct FreeLimit(pub Option<u16>)` as `{ per_year = 20 }`, or as a
/// word.
macro_rules! quantity_or {
    ($($type:ident { $unit:ident } or $word:literal)+) => {$(
        impl FileValue for $type {
            fn write(&self) -> Node {
                let Self($unit) = self;
                $unit.as_ref().map_or_else(
                    || Node::text($word),
                    |number| Node::only(stringify!($unit), FileValue::write(number)),
                )
            }

            fn read(place: Place<'_>) -> Option<Self> {
                if place.is_table() {
                    let table = place.table(&[stringify!($unit)])?;
                    table.need(stringify!($unit)).map(|number| Self(Some(number)))
                } else {
                    place.word(&[($word, Self(None))])
                }
            }
        }
    )+};
}
pub(crate) use quantity_or;

/// An enum as one word.
macro_rules! words {
    ($($type:ident { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        impl FileValue for $type {
            fn write(&self) -> Node {
                Node::text(match self {
                    $(Self::$variant => $word,)+
                })
            }

            fn read(place: Place<'_>) -> Option<Self> {
                place.word(&[$(($word, Self::$variant)),+])
            }
        }
    )+};
}
pub(crate) use words;

/// An enum that has its own words, and a list of all its variants.
macro_rules! own_words {
    ($($type:ident),+ $(,)?) => {$(
        impl FileValue for $type {
            fn write(&self) -> Node {
                Node::text(self.word())
            }

            fn read(place: Place<'_>) -> Option<Self> {
                let words: Vec<_> = Self::ALL.iter().map(|one| (one.word(), *one)).collect();
                place.word(&words)
            }
        }
    )+};
}
pub(crate) use own_words;

/// A struct of flags as the list of those that are set.
macro_rules! word_set {
    ($($type:ident { $($field:ident = $word:literal),+ $(,)? })+) => {$(
        impl FileValue for $type {
            fn write(&self) -> Node {
                let Self { $($field),+ } = self;
                let all = [$((*$field, $word)),+];
                let set = all.into_iter().filter(|(set, _)| *set);
                Node::List(set.map(|(_, word)| Node::text(word)).collect())
            }

            fn read(place: Place<'_>) -> Option<Self> {
                let words = [$(($word, $word)),+];
                let set = place.set(MAX_LIST, |place| place.word(&words))?;
                Some(Self { $($field: set.contains(&$word)),+ })
            }
        }
    )+};
}
pub(crate) use word_set;

/// A set that lists its members, as the list of their words.
macro_rules! member_set {
    ($($type:ident of $member:ident),+ $(,)?) => {$(
        impl FileValue for $type {
            fn write(&self) -> Node {
                Node::List(self.iter().map(|member| member.write()).collect())
            }

            fn read(place: Place<'_>) -> Option<Self> {
                place.set(MAX_LIST, $member::read).map(|all| Self::of(&all))
            }
        }
    )+};
}
pub(crate) use member_set;

/// An enum of plain variants (a word), variants with one value (a table with one key), and variants
/// with fields (a table in a table).
///
/// ```text
/// choice! { Allowance {
///     words { Unlimited = "unlimited" }
///     values { PerYear = "per_year" }            // { per_year = 20 }
///     records { Shared { count, days } = "shared" }  // { shared = { count = 3, days = 30 } }
/// } }
/// ```
macro_rules! choice {
    ($type:ident {
        words { $($variant:ident = $word:literal),* $(,)? }
        values { $($one:ident = $one_word:literal),* $(,)? }
        records { $($many:ident { $($field:ident),+ $(,)? } = $many_word:literal),* $(,)? }
    }) => {
        impl FileValue for $type {
            fn write(&self) -> Node {
                match self {
                    $(Self::$variant => Node::text($word),)*
                    $(Self::$one(value) => Node::only($one_word, FileValue::write(value)),)*
                    $(Self::$many { $($field),+ } => Node::only(
                        $many_word,
                        Node::Table(Vec::from([
                            $((stringify!($field), FileValue::write($field))),+
                        ])),
                    ),)*
                }
            }

            fn read(place: Place<'_>) -> Option<Self> {
                let words: &[(&'static str, Self)] = &[$(($word, Self::$variant)),*];
                if !place.is_table() && !words.is_empty() {
                    return place.word(words);
                }
                let table = place.table(&[$($one_word,)* $($many_word,)*])?;
                match table.only_key() {
                    $(Some($one_word) => table.need($one_word).map(Self::$one),)*
                    $(Some($many_word) => table
                        .with($many_word, |place| {
                            let table = place.table(&[$(stringify!($field)),+])?;
                            $(let $field = table.need(stringify!($field));)+
                            Some(Self::$many { $($field: $field?),+ })
                        })
                        .flatten(),)*
                    Some(_) => None,
                    None => {
                        table.one_of(&[$($one_word,)* $($many_word,)*]);
                        None
                    }
                }
            }
        }
    };
}
pub(crate) use choice;

/// A text that the type reads and prints itself.
macro_rules! parsed {
    ($($type:ident: $expected:literal),+ $(,)?) => {$(
        impl FileValue for $type {
            fn write(&self) -> Node {
                Node::text(self)
            }

            fn read(place: Place<'_>) -> Option<Self> {
                place.parsed($expected)
            }
        }
    )+};
}
pub(crate) use parsed;

#[cfg(test)]
mod tests {
    use toml::Spanned;
    use toml::de::DeValue;

    use super::super::place::Problems;
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    enum Allowance {
        Unlimited,
        PerYear(u16),
        Shared { count: u16, days: Option<u16> },
    }
    choice! { Allowance {
        words { Unlimited = "unlimited" }
        values { PerYear = "per_year" }
        records { Shared { count, days } = "shared" }
    } }

    /// The value of a text, and what is wrong with it.
    fn read<T: FileValue>(text: &str) -> (Option<T>, Vec<String>) {
        let parsed: Spanned<DeValue<'_>> = DeValue::parse(text).unwrap();
        let problems = Problems::new(text);
        let value = T::read(Place::top(&parsed, &problems));
        let (errors, _) = problems.into_sorted();
        (value, errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_choice_is_read_back() {
        for (value, text) in [
            (Allowance::Unlimited, "\"unlimited\""),
            (Allowance::PerYear(20), "{ per_year = 20 }"),
            (
                Allowance::Shared {
                    count: 3,
                    days: None,
                },
                "{ shared = { count = 3 } }",
            ),
            (
                Allowance::Shared {
                    count: 3,
                    days: Some(30),
                },
                "{ shared = { count = 3, days = 30 } }",
            ),
        ] {
            assert_eq!(value.write().to_string(), text);
            assert_eq!(read(text), (Some(value), Vec::new()));
        }
    }

    #[test]
    fn a_choice_that_is_none() {
        let wrong = |text| {
            let (value, errors) = read::<Allowance>(text);
            assert_eq!(value, None, "{text}");
            errors.join("\n")
        };
        assert_eq!(
            wrong("\"unlimitd\""),
            "1:1: \"unlimitd\" is none of \"unlimited\"; did you mean \"unlimited\"?"
        );
        assert_eq!(
            wrong("{}"),
            "1:1: expected a table with one key, found a table; one of `per_year`, `shared`"
        );
        assert_eq!(wrong("{ per_year = 1, shared = {} }"), wrong("{}"));
        assert_eq!(
            wrong("{ per_yaer = 1 }"),
            "1:3: per_yaer: no such key here; did you mean `per_year`?"
        );
        assert_eq!(
            wrong("{ shared = { count = -1 } }"),
            "1:22: shared.count: -1 is not between 0 and 65535"
        );
        assert_eq!(
            wrong("7"),
            "1:1: expected one of \"unlimited\", found a whole number"
        );
    }

    #[test]
    fn numbers_are_read_to_their_ends() {
        assert_eq!(read::<u8>("255").0, Some(255));
        assert_eq!(read::<u8>("256").0, None);
        assert_eq!(read::<u32>("0xffff_ffff").0, Some(u32::MAX));
        assert_eq!(read::<i64>("-9223372036854775808").0, Some(i64::MIN));
        assert_eq!(read::<i64>("9223372036854775808").0, None);
    }

    #[test]
    fn lists_have_a_limit() {
        let list = |length: usize| format!("[{}]", "1, ".repeat(length));
        assert_eq!(
            read::<Vec<u8>>(&list(MAX_LIST)).0,
            Some(Vec::from([1; MAX_LIST]))
        );
        let (value, errors) = read::<Vec<u8>>(&list(MAX_LIST + 1));
        assert_eq!(value, None);
        assert_eq!(errors, ["1:1: 101 values, at most 100 are read"]);
    }
}
