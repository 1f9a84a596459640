//! A JSON text as a tree: `serde_json` reads it, nothing is judged yet.
//!
//! A tree instead of derived readers, because their messages quote values, and because it tells
//! repeated keys and leads to the field of an error.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;

use serde_core::Deserializer;
use serde_core::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use super::MAX_DEPTH;
use super::error::{StoredError, StoredProblem};

/// A value of a text, borrowed from it where nothing is escaped.
pub(in crate::codec) enum Node<'t> {
    Null,
    Flag(bool),
    Whole(i128),
    /// With a point, an exponent, or beyond 64 bits: nothing that is stored.
    Fraction,
    Text(Cow<'t, str>),
    List(Vec<Self>),
    /// With every key as often as it stands there.
    Object(Vec<(Cow<'t, str>, Self)>),
}

impl Node<'_> {
    /// What it is, for an error.
    pub(in crate::codec) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(_) => "true or false",
            Self::Whole(_) => "a whole number",
            Self::Fraction => "another number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

/// Reads a text of at most so many bytes.
pub(in crate::codec) fn parse(text: &str, limit: usize) -> Result<Node<'_>, StoredError> {
    let refused = |problem| Err(StoredError::whole(problem));
    if text.len() > limit {
        return refused(StoredProblem::TooLong {
            found: text.len(),
            limit,
        });
    }
    let passed = Cell::new(false);
    let levels = Levels {
        left: MAX_DEPTH,
        passed: &passed,
    };
    let mut source = serde_json::Deserializer::from_str(text);
    let node = levels.deserialize(&mut source);
    match node.and_then(|node| source.end().map(|()| node)) {
        Ok(node) => Ok(node),
        Err(_) if passed.get() => refused(StoredProblem::TooDeep { limit: MAX_DEPTH }),
        Err(error) if error.is_eof() => refused(StoredProblem::Truncated),
        // Its message may quote the text.
        Err(error) => refused(StoredProblem::Syntax {
            line: error.line(),
            column: error.column(),
        }),
    }
}

/// The key under which `serde_json` hands a number on as a text, if another part of the program
/// switches on its feature `arbitrary_precision`. A text that spells this out is read as that number.
const NUMBER: &str = "$serde_json::private::Number";

/// How many levels of lists and objects are still read.
#[derive(Clone, Copy)]
struct Levels<'c> {
    left: usize,
    /// Whether there were more.
    passed: &'c Cell<bool>,
}

impl Levels<'_> {
    fn below<E: Error>(self) -> Result<Self, E> {
        let Some(left) = self.left.checked_sub(1) else {
            self.passed.set(true);
            return Err(E::custom("too deep"));
        };
        Ok(Self { left, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Levels<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Node<'de>, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Levels<'_> {
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
        let below = self.below()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(below)? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        let mut entries = Vec::new();
        // A key is always a text.
        while let Some(Node::Text(key)) = map.next_key_seed(self)? {
            if entries.is_empty() && key == NUMBER {
                let written: String = map.next_value()?;
                return Ok(written.parse().map_or(Node::Fraction, Node::Whole));
            }
            let value = map.next_value_seed(self.below()?)?;
            entries.push((key, value));
        }
        self.below()?;
        Ok(Node::Object(entries))
    }
}
