//! A JSON text as a tree: `serde_json` reads it, nothing is judged yet.
//!
//! A tree instead of derived readers, because their messages quote values, and because it tells
//! repeated keys and leads to the field of an error.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde_core::Deserializer;
use serde_core::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::MAX_DEPTH;
use super::error::{StoredError, StoredProblem};

/// A value of a text, borrowed from it where nothing is escaped.
pub(super) enum Node<'t> {
    Null,
    Flag(bool),
    Whole(i128),
    /// With a point, an exponent, or beyond 64 bits: nothing that is stored.
    Fraction,
    Text(Cow<'t, str>),
    List(Vec<Self>),
    /// With every key as often as it stands there.
    Object(Vec<(Cow<'t, str>, Self)>),
    /// A list or an object below the last level; what it holds was skipped.
    TooDeep,
}

impl Node<'_> {
    /// What it is, for an error.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(_) => "true or false",
            Self::Whole(_) => "a whole number",
            Self::Fraction => "another number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::TooDeep => "too many levels",
        }
    }
}

/// Reads a text of at most so many bytes.
pub(super) fn parse(text: &str, limit: usize) -> Result<Node<'_>, StoredError> {
    let refused = |problem| Err(StoredError::whole(problem));
    if text.len() > limit {
        return refused(StoredProblem::TooLong {
            found: text.len(),
            limit,
        });
    }
    let mut source = serde_json::Deserializer::from_str(text);
    let node = Levels(MAX_DEPTH).deserialize(&mut source);
    match node.and_then(|node| source.end().map(|()| node)) {
        Ok(node) => Ok(node),
        Err(error) if error.is_eof() => refused(StoredProblem::Truncated),
        // Its message may quote the text.
        Err(error) => refused(StoredProblem::Syntax {
            line: error.line(),
            column: error.column(),
        }),
    }
}

/// The key under which `serde_json` hands a number on as a text, if another part of the program
/// switches on its feature `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// How many levels of lists and objects are still read.
#[derive(Clone, Copy)]
struct Levels(usize);

impl<'de> DeserializeSeed<'de> for Levels {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Node<'de>, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Levels {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Node<'de>, E> {
        Ok(Node::Flag(flag))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node<'de>, E> {
        Ok(Node::Whole(i128::from(number)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node<'de>, E> {
        Ok(Node::Whole(i128::from(number)))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Node<'de>, E> {
        Ok(Node::Fraction)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(String::from(text))))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node<'de>, A::Error> {
        let Some(below) = self.0.checked_sub(1) else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Node::TooDeep);
        };
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Self(below))? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        let below = self.0.checked_sub(1);
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(Self(0))? {
            let Node::Text(key) = key else {
                return Err(A::Error::custom("a key is a text"));
            };
            if key == NUMBER {
                let written: String = map.next_value()?;
                let number = written.parse().map_or(Node::Fraction, Node::Whole);
                return Ok(number);
            }
            match below {
                Some(below) => entries.push((key, map.next_value_seed(Self(below))?)),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(below.map_or(Node::TooDeep, |_| Node::Object(entries)))
    }
}
