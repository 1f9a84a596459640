//! Compact JSON, key by key, in the order in which it is written.

use std::fmt::{Display, Write};

/// An object that is being written.
#[derive(Debug)]
pub(crate) struct Object {
    text: String,
}

impl Object {
    pub(crate) fn new() -> Self {
        let text = String::from("{");
        Self { text }
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, key: &str, json: impl Display) -> &mut Self {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        quote(key, &mut self.text);
        // Writing into a text can't fail.
        let _ = write!(self.text, ":{json}");
        self
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &str, value: impl Display) -> &mut Self {
        let json = quoted(value);
        self.raw(key, json)
    }

    /// A text, if there is one.
    pub(crate) fn maybe(&mut self, key: &str, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.text(key, value),
            None => self,
        }
    }

    pub(crate) fn finish(self) -> String {
        let mut text = self.text;
        text.push('}');
        text
    }
}

/// A list of what is JSON already.
pub(crate) fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    let mut text = String::from("[");
    for item in items {
        if text.len() > 1 {
            text.push(',');
        }
        let _ = write!(text, "{item}");
    }
    text.push(']');
    text
}

/// A text as JSON.
pub(crate) fn quoted(value: impl Display) -> String {
    let mut text = String::new();
    quote(&value.to_string(), &mut text);
    text
}

fn quote(value: &str, text: &mut String) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            _ => text.push(c),
        }
    }
    text.push('"');
}

/// Words as a key: `Pending Application` is `pending-application`.
pub(crate) fn slug(words: &str) -> String {
    words.to_ascii_lowercase().replace(' ', "-")
}
