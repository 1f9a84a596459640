//! What is written: a value of TOML, in the order in which it is to stand there.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// A value on its way into a file. It prints as TOML on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// Nothing: its key is not written.
    Absent,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text, quoted and escaped.
    Text(String),
    /// An array.
    List(Vec<Self>),
    /// An inline table.
    Table(Vec<(&'static str, Self)>),
}

impl Node {
    /// A text.
    pub(crate) fn text(text: impl fmt::Display) -> Self {
        Self::Text(text.to_string())
    }

    /// A table with one key.
    pub(crate) fn only(key: &'static str, value: Self) -> Self {
        Self::Table(Vec::from([(key, value)]))
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => Ok(()),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => quoted(f, text),
            Self::List(items) => {
                f.write_char('[')?;
                let mut comma = "";
                for item in items {
                    write!(f, "{comma}{item}")?;
                    comma = ", ";
                }
                f.write_char(']')
            }
            Self::Table(rows) => {
                f.write_char('{')?;
                let mut comma = " ";
                let rows = rows.iter().filter(|(_, value)| *value != Self::Absent);
                for (key, value) in rows {
                    write!(f, "{comma}{key} = {value}")?;
                    comma = ", ";
                }
                f.write_str(if comma == " " { "}" } else { " }" })
            }
        }
    }
}

/// A basic string of TOML: quotes, backslashes and control characters are escaped.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\0'..='\u{1f}' | '\u{7f}' => write!(f, "\\u{:04X}", u32::from(c))?,
            _ => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_toml() {
        let node = Node::Table(Vec::from([
            ("a", Node::Number(-3)),
            ("gone", Node::Absent),
            ("b", Node::List(Vec::from([Node::Flag(true)]))),
            ("c", Node::text("\"\\\u{7}é\n")),
        ]));
        assert_eq!(
            node.to_string(),
            r#"{ a = -3, b = [true], c = "\"\\\u0007é\n" }"#
        );
        assert_eq!(Node::Table(Vec::new()).to_string(), "{}");
    }
}
