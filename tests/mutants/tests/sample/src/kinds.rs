//! One of each kind of place.
use std::string::String;

/// No call of what is not constant may stand here.
pub const DAY: i64 = seconds(24);

/// Needed above.
const fn seconds(hours: i64) -> i64 {
    hours * 3_600
}

/// Constant for nobody.
#[must_use]
pub const fn inside(from: i64, until: i64, at: i64) -> bool {
    from <= at && at < until
}

/// A type without a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The beginning.
    pub from: i64,
    /// The end.
    pub until: i64,
}

impl Span {
    /// From a beginning to where another ends.
    #[must_use]
    pub fn starting(self, from: i64) -> Self {
        Self { from, ..self }
    }

    /// Nothing asks for it.
    #[must_use]
    pub fn length(self) -> i64 {
        self.until - self.from
    }

    /// Its days.
    pub fn days(self) -> impl Iterator<Item = i64> {
        (self.from / DAY..self.until / DAY).filter(|day| day % 7 != 6)
    }
}

/// The first digit, if it is not a zero.
#[must_use]
pub fn first(text: &str) -> Option<char> {
    if let Some(c) = text.chars().next()
        && c.is_ascii_digit()
        && c != '0'
    {
        return Some(c);
    }
    None
}

/// How many there are of something.
#[must_use]
pub fn amount(count: u32, short: bool) -> String {
    let mut left = count;
    let mut text = String::new();
    while left > 0 {
        left -= 1;
        text.push('.');
    }
    match count {
        0 => "none".into(),
        1 => "one".into(),
        n if short && !text.is_empty() => std::format!("{n}"),
        _ => text,
    }
}
