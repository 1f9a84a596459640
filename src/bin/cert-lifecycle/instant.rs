//! Instants of the input, which people write in the offset of their documents.

use std::borrow::Cow;
use std::ops::Range;

use cert_lifecycle::model::Timestamp;

/// The fields of commands and events that hold instants.
const FIELDS: [&str; 5] = [
    "at",
    "completed_at",
    "not_after",
    "not_before",
    "revoked_at",
];

/// The same JSON with every instant in UTC, the form in which the codec writes and reads it. What is no
/// instant stays, for the codec to refuse.
pub(crate) fn in_utc(text: &str) -> Cow<'_, str> {
    let mut written = String::new();
    let mut from = 0;
    while let Some((place, at)) = next(text, from) {
        written.push_str(text.get(from..place.start).unwrap_or_default());
        written.push_str(&at.to_string());
        from = place.end;
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    written.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(written)
}

/// The next instant that is written with an offset, and where it stands.
fn next(text: &str, from: usize) -> Option<(Range<usize>, Timestamp)> {
    let mut from = from;
    loop {
        let colon = text.get(from..)?.find(':')?.checked_add(from)?;
        from = colon.checked_add(1)?;
        let Some(place) = value(text, colon) else {
            continue;
        };
        let written = text.get(place.clone())?;
        // In a text, or what is right already.
        let offset = written
            .get(19..)
            .is_some_and(|end| !end.ends_with(['Z', 'z']));
        if let (true, Ok(at)) = (offset, written.parse::<Timestamp>()) {
            return Some((place, at));
        }
    }
}

/// The text behind the colon of one of the fields, without its quotes. A quote within a text stands
/// behind a backslash, so what looks like such a field is one.
fn value(text: &str, colon: usize) -> Option<Range<usize>> {
    let key = text.get(..colon)?.trim_end().strip_suffix('"')?;
    // With the quote in front: `completed_at` ends as `at` does.
    let before = FIELDS
        .into_iter()
        .find_map(|field| key.strip_suffix(field)?.strip_suffix('"'))?;
    if before.ends_with('\\') {
        return None;
    }
    let rest = text.get(colon.checked_add(1)?..)?;
    let value = rest.trim_start().strip_prefix('"')?;
    let start = text.len().checked_sub(value.len())?;
    let end = value.find('"')?.checked_add(start)?;
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc() {
        let line = r#"{"at": "2021-04-01T00:00:00+08:00","note":"\\"at\\":\\"2021-04-01T00:00:00+08:00","not_after" : "2021-01-01T00:00:00-01:30"}"#;
        let utc = r#"{"at": "2021-03-31T16:00:00Z","note":"\\"at\\":\\"2021-04-01T00:00:00+08:00","not_after" : "2021-01-01T01:30:00Z"}"#;
        assert_eq!(in_utc(line), utc);
        for same in [utc, "", "at:", r#""at":"#, r#"{"at":"soon+08:00","at":5,"#] {
            assert!(matches!(in_utc(same), Cow::Borrowed(_)), "{same}");
        }
    }
}
