//! What an answer says, before it is written as JSON or XML.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Secret;

/// A value of an answer.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tree {
    /// A text.
    Text(String),
    /// A text that is overwritten when it is dropped and that `Debug` does not show: a private key.
    Secret(Secret),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Values in a row, and the name that each has in XML.
    List(&'static str, Vec<Self>),
    /// Named values, in their order.
    Fields(Vec<(&'static str, Self)>),
}

impl Tree {
    /// As JSON, for the texts of answers that hold JSON themselves.
    pub(super) fn to_json(&self) -> String {
        let mut out = String::with_capacity(room(self));
        json(&mut out, self);
        out
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.debug_tuple("Text").field(text).finish(),
            Self::Secret(_) => f.write_str("Secret(..)"),
            Self::Number(number) => f.debug_tuple("Number").field(number).finish(),
            Self::Flag(flag) => f.debug_tuple("Flag").field(flag).finish(),
            Self::List(name, values) => f.debug_tuple("List").field(name).field(values).finish(),
            Self::Fields(fields) => f.debug_tuple("Fields").field(fields).finish(),
        }
    }
}

/// How an answer is written.
///
/// ```
/// use cert_lifecycle::wire::{Format, Tree};
/// let fields = [
///     ("Name", Tree::Text("a<b".into())),
///     ("OrderId", Tree::Number(123)),
///     ("Domains", Tree::List("Domain", vec![Tree::Text("example.com".into())])),
/// ];
/// let write = |format: Format| String::from_utf8(format.write("Answer", &fields));
/// assert_eq!(
///     write(Format::Json)?,
///     r#"{"Name":"a<b","OrderId":123,"Domains":["example.com"]}"#
/// );
/// assert_eq!(
///     write(Format::Xml)?,
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Answer><Name>a&lt;b</Name><OrderId>123</OrderId>\
///      <Domains><Domain>example.com</Domain></Domains></Answer>"
/// );
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// JSON, unless somebody asks for something else.
    #[default]
    Json,
    /// XML 1.0. What it can't carry, which is most control characters, becomes U+FFFD.
    Xml,
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

impl Format {
    /// The format of a name, in whatever case; none if there is no such.
    #[must_use]
    pub const fn of(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("json") {
            Some(Self::Json)
        } else if name.eq_ignore_ascii_case("xml") {
            Some(Self::Xml)
        } else {
            None
        }
    }

    /// What stands in `Content-Type`.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json;charset=utf-8",
            Self::Xml => "text/xml;charset=utf-8",
        }
    }

    /// Named values as one document; `root` is the name of its element in XML.
    ///
    /// It is written in one piece, so that no part of a secret stays behind in memory that was grown
    /// out of.
    #[must_use]
    pub fn write(self, root: &str, fields: &[(&'static str, Tree)]) -> Vec<u8> {
        let around = DECLARATION.len().saturating_add(of_name(root));
        let mut out = String::with_capacity(room_of_fields(fields).saturating_add(around));
        match self {
            Self::Json => json_fields(&mut out, fields),
            Self::Xml => {
                out.push_str(DECLARATION);
                element(&mut out, root, |out| xml_fields(out, fields));
            }
        }
        out.into_bytes()
    }
}

/// The most bytes that a character of a text becomes: `\u001f`, `&quot;`.
const WIDEST: usize = 6;

/// Room for a name, once in JSON or twice in XML, with what stands around it.
const fn of_name(name: &str) -> usize {
    name.len().saturating_mul(2).saturating_add(8)
}

/// Room for all that is between two braces.
fn room_of_fields(fields: &[(&'static str, Tree)]) -> usize {
    fields.iter().fold(2, |sum, (name, value)| {
        sum.saturating_add(of_name(name))
            .saturating_add(room(value))
    })
}

fn room(tree: &Tree) -> usize {
    let text = |text: &str| text.len().saturating_mul(WIDEST).saturating_add(2);
    match tree {
        Tree::Text(value) => text(value),
        Tree::Secret(value) => text(value.expose()),
        Tree::Number(_) => 20,
        Tree::Flag(_) => 5,
        Tree::List(name, values) => values.iter().fold(2, |sum, value| {
            sum.saturating_add(of_name(name))
                .saturating_add(room(value))
        }),
        Tree::Fields(fields) => room_of_fields(fields),
    }
}

fn json(out: &mut String, tree: &Tree) {
    match tree {
        Tree::Text(text) => json_text(out, text),
        Tree::Secret(text) => json_text(out, text.expose()),
        Tree::Number(number) => plain(out, number),
        Tree::Flag(flag) => plain(out, flag),
        Tree::List(_, values) => {
            out.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                json(out, value);
            }
            out.push(']');
        }
        Tree::Fields(fields) => json_fields(out, fields),
    }
}

fn json_fields(out: &mut String, fields: &[(&'static str, Tree)]) {
    out.push('{');
    for (place, (name, value)) in fields.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        json_text(out, name);
        out.push(':');
        json(out, value);
    }
    out.push('}');
}

fn json_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => plain(out, format_args!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn xml(out: &mut String, tree: &Tree) {
    match tree {
        Tree::Text(text) => xml_text(out, text),
        Tree::Secret(text) => xml_text(out, text.expose()),
        Tree::Number(number) => plain(out, number),
        Tree::Flag(flag) => plain(out, flag),
        Tree::List(name, values) => {
            for value in values {
                element(out, name, |out| xml(out, value));
            }
        }
        Tree::Fields(fields) => xml_fields(out, fields),
    }
}

fn xml_fields(out: &mut String, fields: &[(&'static str, Tree)]) {
    for (name, value) in fields {
        element(out, name, |out| xml(out, value));
    }
}

fn element(out: &mut String, name: &str, inside: impl FnOnce(&mut String)) {
    plain(out, format_args!("<{name}>"));
    inside(out);
    plain(out, format_args!("</{name}>"));
}

fn xml_text(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // As it is, a reader would take it for the end of a line.
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' => out.push(c),
            // XML 1.0 has no way to write these.
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

fn plain(out: &mut String, value: impl fmt::Display) {
    // Writing to a text does not fail.
    let _ = fmt::Write::write_fmt(out, format_args!("{value}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec;

    #[test]
    fn what_is_written_fits_into_the_room_made_for_it() {
        let nasty = "\u{1}\u{1f}\"\"\\&<>\r\n\u{10ffff}\u{ffff}".to_string();
        let fields = [
            ("A", Tree::Text(nasty.clone())),
            ("Key", Tree::Secret(Secret::new(nasty.clone()))),
            ("N", Tree::Number(i64::MIN)),
            ("F", Tree::Flag(false)),
            ("L", Tree::List("One", vec![Tree::Flag(true); 20])),
            ("Empty", Tree::List("One", vec![])),
            ("Inner", Tree::Fields(vec![("B", Tree::Text(nasty)); 9])),
        ];
        for format in [Format::Json, Format::Xml] {
            let written = format.write("Root", &fields);
            let around = DECLARATION.len() + of_name("Root");
            let room = room_of_fields(&fields) + around;
            assert!(
                written.len() <= room,
                "{format:?}: {} > {room}",
                written.len()
            );
            assert_eq!(written.capacity(), String::with_capacity(room).capacity());
        }
    }

    #[test]
    fn what_is_written_as_it_stands_is_not_escaped() {
        let text = Tree::Text(" !\u{1f}\u{7f}ü".to_string());
        let written = Format::Json.write("Root", &[("A", text)]);
        let written = String::from_utf8(written);
        assert_eq!(written.as_deref(), Ok("{\"A\":\" !\\u001f\u{7f}ü\"}"));
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert!(Secret::new("a".to_string()) == Secret::new("a".to_string()));
        assert!(Secret::new("a".to_string()) != Secret::new("b".to_string()));
        let key = Tree::Secret(Secret::new("BEGIN".to_string()));
        assert_eq!(std::format!("{key:?}"), "Secret(..)");
        assert_eq!(Format::Json.write("R", &[("K", key)]), b"{\"K\":\"BEGIN\"}");
    }
}
