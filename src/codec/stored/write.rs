//! Writing compact JSON, key by key, in the order in which it is asked for.

use alloc::string::String;
use core::fmt::{Display, Write};

use super::bytes::write_base64;
use super::form::Form;

/// The text so far.
pub(in crate::codec) struct Out {
    text: String,
}

impl Out {
    pub(in crate::codec) fn new() -> Self {
        // Most events are shorter.
        let text = String::with_capacity(512);
        Self { text }
    }

    pub(in crate::codec) fn finish(self) -> String {
        self.text
    }

    /// What needs no quotes: a number, or `true` and `false`.
    pub(in crate::codec) fn bare(&mut self, value: impl Display) {
        // Writing into a text can't fail.
        let _ = write!(self.text, "{value}");
    }

    /// A text of characters that need no escape: a word, digits, an instant.
    pub(in crate::codec) fn plain(&mut self, value: impl Display) {
        let _ = write!(self.text, "\"{value}\"");
    }

    /// Any text.
    pub(in crate::codec) fn text(&mut self, value: &str) {
        self.text.push('"');
        for c in value.chars() {
            match c {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\u{0}'..='\u{1f}' => {
                    let _ = write!(self.text, "\\u{:04x}", u32::from(c));
                }
                _ => self.text.push(c),
            }
        }
        self.text.push('"');
    }

    /// A text from outside that nobody checked. With a NUL it is written in base64: `jsonb` columns
    /// of `PostgreSQL` can't hold that character, however it is escaped.
    pub(in crate::codec) fn wild(&mut self, value: &str) {
        if value.contains('\0') {
            self.object(|fields| {
                fields.with("base64", |out| out.bytes(value.as_bytes()));
            });
        } else {
            self.text(value);
        }
    }

    /// Bytes in base64.
    pub(in crate::codec) fn bytes(&mut self, bytes: &[u8]) {
        self.text.push('"');
        write_base64(bytes, &mut self.text);
        self.text.push('"');
    }

    pub(in crate::codec) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.text.push('[');
        for (place, item) in items.into_iter().enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            write(self, item);
        }
        self.text.push(']');
    }

    pub(in crate::codec) fn object(&mut self, fill: impl FnOnce(&mut Fields<'_>)) {
        self.text.push('{');
        let mut fields = Fields {
            out: self,
            first: true,
        };
        fill(&mut fields);
        self.text.push('}');
    }
}

/// The fields of an object that is being written.
pub(in crate::codec) struct Fields<'o> {
    out: &'o mut Out,
    first: bool,
}

impl Fields<'_> {
    /// A field, unless its value is absent.
    pub(in crate::codec) fn put<T: Form>(&mut self, key: &'static str, value: &T) {
        if !value.is_absent() {
            self.with(key, |out| value.write(out));
        }
    }

    /// A field that is written by hand.
    pub(in crate::codec) fn with(&mut self, key: &'static str, write: impl FnOnce(&mut Out)) {
        if !self.first {
            self.out.text.push(',');
        }
        self.first = false;
        self.out.plain(key);
        self.out.text.push(':');
        write(self.out);
    }
}
