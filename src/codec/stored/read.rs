//! Reading values of a tree, with the path to each for the error.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{Display, Write};

use super::bytes::{read_base64, read_hex};
use super::error::{StoredError, StoredProblem};
use super::form::Form;
use super::tree::Node;

/// How a value is reached; it allocates nothing until there is an error.
#[derive(Clone, Copy)]
enum Path<'t> {
    Top,
    Key(&'t Self, &'static str),
    Item(&'t Self, usize),
}

impl Path<'_> {
    fn show(&self, text: &mut String) {
        match self {
            Self::Top => {}
            Self::Key(above, key) => {
                above.show(text);
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Self::Item(above, place) => {
                above.show(text);
                // Writing into a text can't fail.
                let _ = write!(text, "[{place}]");
            }
        }
    }
}

/// A value, and how it was reached.
pub(in crate::codec) struct Place<'t> {
    node: &'t Node<'t>,
    path: Path<'t>,
}

impl<'t> Place<'t> {
    pub(in crate::codec) const fn top(node: &'t Node<'t>) -> Self {
        let path = Path::Top;
        Self { node, path }
    }

    pub(in crate::codec) fn error(&self, problem: StoredProblem) -> StoredError {
        let mut field = String::new();
        self.path.show(&mut field);
        StoredError { field, problem }
    }

    /// The value is not well formed. The cause must not quote it.
    pub(in crate::codec) fn wrong(&self, cause: impl Display) -> StoredError {
        self.error(StoredProblem::Value(cause.to_string()))
    }

    fn other_kind(&self, expected: &'static str) -> StoredError {
        let found = self.node.kind();
        self.error(StoredProblem::WrongKind { expected, found })
    }

    pub(in crate::codec) const fn is_text(&self) -> bool {
        matches!(self.node, Node::Text(_))
    }

    pub(in crate::codec) const fn is_whole(&self) -> bool {
        matches!(self.node, Node::Whole(_))
    }

    pub(in crate::codec) fn text(&self) -> Result<&'t str, StoredError> {
        if let Node::Text(text) = self.node {
            Ok(text)
        } else {
            Err(self.other_kind("a text"))
        }
    }

    pub(in crate::codec) fn flag(&self) -> Result<bool, StoredError> {
        if let Node::Flag(flag) = self.node {
            Ok(*flag)
        } else {
            Err(self.other_kind("true or false"))
        }
    }

    pub(in crate::codec) fn whole(&self) -> Result<i128, StoredError> {
        if let Node::Whole(number) = self.node {
            Ok(*number)
        } else {
            Err(self.other_kind("a whole number"))
        }
    }

    /// One of some words.
    pub(in crate::codec) fn word<T: Copy>(
        &self,
        words: &[(&'static str, T)],
    ) -> Result<T, StoredError> {
        self.one_of(words, None)
    }

    /// One of some words, where something else than a text may stand as well.
    pub(in crate::codec) fn word_or<T: Copy>(
        &self,
        words: &[(&'static str, T)],
        other: &'static str,
    ) -> Result<T, StoredError> {
        self.one_of(words, Some(other))
    }

    fn one_of<T: Copy>(
        &self,
        words: &[(&'static str, T)],
        other: Option<&'static str>,
    ) -> Result<T, StoredError> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let known = words.iter().map(|(word, _)| *word);
            self.error(StoredProblem::unknown_word(text, known, other))
        })
    }

    /// A value that is checked as `read` does, and that is written in one way only.
    pub(in crate::codec) fn canonical<T: Display, E: Display>(
        &self,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoredError> {
        let text = self.text()?;
        let value = read(text).map_err(|error| self.wrong(error))?;
        let written = value.to_string();
        if written == text {
            Ok(value)
        } else if written == text.to_ascii_lowercase() {
            Err(self.wrong("written in lower case only"))
        } else {
            Err(self.wrong("not in the form in which it is written"))
        }
    }

    /// As [`Out::wild`](super::write::Out::wild) writes it.
    pub(in crate::codec) fn wild(&self) -> Result<Cow<'t, str>, StoredError> {
        if self.is_text() {
            let text = self.text()?;
            if text.contains('\0') {
                return Err(self.wrong("a text with a NUL is written in base64"));
            }
            return Ok(Cow::Borrowed(text));
        }
        let table = self.table(&[&["base64"]])?;
        let text = table.read("base64", |place| {
            String::from_utf8(place.bytes()?).map_err(|_| place.wrong("not UTF-8"))
        })?;
        if !text.contains('\0') {
            return Err(self.wrong("only a text with a NUL is written in base64"));
        }
        Ok(Cow::Owned(text))
    }

    /// Bytes in base64.
    pub(in crate::codec) fn bytes(&self) -> Result<Vec<u8>, StoredError> {
        read_base64(self.text()?).ok_or_else(|| self.wrong("not base64"))
    }

    /// Bytes in hexadecimal digits.
    pub(in crate::codec) fn hex(&self) -> Result<Vec<u8>, StoredError> {
        let bytes = read_hex(self.text()?);
        bytes.ok_or_else(|| self.wrong("not hexadecimal digits in lower case"))
    }

    /// A list, item by item.
    pub(in crate::codec) fn each<T>(
        &self,
        mut read: impl FnMut(&Place<'_>) -> Result<T, StoredError>,
    ) -> Result<Vec<T>, StoredError> {
        let Node::List(items) = self.node else {
            return Err(self.other_kind("a list"));
        };
        let items = items.iter().enumerate().map(|(place, node)| {
            let path = Path::Item(&self.path, place);
            read(&Place { node, path })
        });
        items.collect()
    }

    /// An object, whatever keys it has.
    pub(in crate::codec) fn open(&self) -> Result<Table<'_>, StoredError> {
        let Node::Object(entries) = self.node else {
            return Err(self.other_kind("an object"));
        };
        Ok(Table {
            place: self,
            entries,
        })
    }

    /// An object that has no other keys than these, and none twice.
    pub(in crate::codec) fn table(
        &self,
        keys: &[&[&'static str]],
    ) -> Result<Table<'_>, StoredError> {
        let table = self.open()?;
        let entries = table.entries;
        let known = || keys.iter().copied().flatten();
        for (key, _) in entries {
            if !known().any(|one| one == key) {
                let shown = StoredProblem::shown(key);
                return Err(self.error(StoredProblem::UnknownField(shown)));
            }
        }
        for one in known() {
            if entries.iter().filter(|(key, _)| key == one).count() > 1 {
                return Err(table.error(one, StoredProblem::Twice));
            }
        }
        Ok(table)
    }

    /// An object with one key out of several, which says what its value is.
    pub(in crate::codec) fn choice(
        &self,
        keys: &[&'static str],
    ) -> Result<(&'static str, Place<'_>), StoredError> {
        let table = self.table(&[keys])?;
        let [(found, node)] = table.entries else {
            return Err(self.wrong("expected exactly one field"));
        };
        // It is one of them, or the table would have been refused.
        let key = keys.iter().copied().find(|key| key == found);
        let key = key.ok_or_else(|| self.error(StoredProblem::Missing))?;
        let path = Path::Key(&self.path, key);
        Ok((key, Place { node, path }))
    }
}

/// An object whose keys are known.
pub(in crate::codec) struct Table<'t> {
    place: &'t Place<'t>,
    entries: &'t [(Cow<'t, str>, Node<'t>)],
}

impl<'t> Table<'t> {
    /// A field, or what its absence means.
    pub(in crate::codec) fn get<T: Form>(&self, key: &'static str) -> Result<T, StoredError> {
        let absent = self.entries.iter().all(|(one, _)| one != key);
        match T::absent() {
            Some(value) if absent => Ok(value),
            Some(_) | None => self.read(key, T::read),
        }
    }

    /// A field that must be there, read by hand.
    pub(in crate::codec) fn read<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Place<'t>) -> Result<T, StoredError>,
    ) -> Result<T, StoredError> {
        read(&self.place(key)?)
    }

    /// A text that must be there.
    pub(in crate::codec) fn text(&self, key: &'static str) -> Result<&'t str, StoredError> {
        self.place(key)?.text()
    }

    fn place(&self, key: &'static str) -> Result<Place<'t>, StoredError> {
        let path = Path::Key(&self.place.path, key);
        let found = self.entries.iter().find(|(one, _)| one == key);
        match found {
            Some((_, node)) => Ok(Place { node, path }),
            None => Err(self.error(key, StoredProblem::Missing)),
        }
    }

    /// About a field, whether or not it is there.
    pub(in crate::codec) fn error(&self, key: &'static str, problem: StoredProblem) -> StoredError {
        let node = self.place.node;
        let path = Path::Key(&self.place.path, key);
        Place { node, path }.error(problem)
    }
}
