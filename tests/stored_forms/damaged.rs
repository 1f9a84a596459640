//! Damaged texts: an error that names no value, or the meaning that the text still has.

use std::fmt::Debug;

use cert_lifecycle::codec::stored::{
    MAX_DEPTH, MAX_EFFECT_BYTES, MAX_EVENT_BYTES, MAX_RECEIPT_BYTES, StoredError, StoredProblem,
    decode_effect, decode_event, decode_receipt, encode_effect, encode_event, encode_receipt,
};
use serde_json::Value;

use super::samples;

/// A stored text, and how it is read and written again.
struct Stored {
    text: String,
    again: fn(&str) -> Result<String, StoredError>,
}

impl Stored {
    fn event(text: &str) -> Result<String, StoredError> {
        decode_event(text).map(|event| encode_event(&event))
    }

    fn effect(text: &str) -> Result<String, StoredError> {
        decode_effect(text).map(|effect| encode_effect(&effect))
    }

    fn receipt(text: &str) -> Result<String, StoredError> {
        decode_receipt(text).map(|receipt| encode_receipt(&receipt))
    }

    fn all() -> Vec<Self> {
        fn of<T>(
            values: &[T],
            encode: fn(&T) -> String,
            again: fn(&str) -> Result<String, StoredError>,
        ) -> Vec<Stored> {
            let texts = values.iter().map(|value| Stored {
                text: encode(value),
                again,
            });
            texts.collect()
        }
        let mut all = of(&samples::events(), encode_event, Self::event);
        all.extend(of(&samples::effects(), encode_effect, Self::effect));
        all.extend(of(&samples::receipts(), encode_receipt, Self::receipt));
        all
    }

    /// Reads another text, which is an error without a value in it, or means exactly what it says:
    /// what was read is written with the same fields and values. Says whether it was read.
    fn try_read(&self, text: &str) -> bool {
        match (self.again)(text) {
            Ok(again) => {
                let (said, meant): (Value, Value) = (parse(text), parse(&again));
                assert_eq!(said, meant, "read from {text}");
                true
            }
            Err(error) => {
                silent(&error);
                false
            }
        }
    }

    fn refuse(&self, text: &str) -> StoredError {
        let error = (self.again)(text).map_or_else(
            |error| error,
            |again| panic!("{text}\nwas read as\n{again}"),
        );
        silent(&error);
        error
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// An error shows nothing of a person.
fn silent(error: &(impl Debug + ToString)) {
    for shown in [error.to_string(), format!("{error:?}")] {
        for personal in samples::PERSONAL {
            assert!(!shown.contains(personal), "{shown}");
        }
        // The longest list of words that may stand somewhere, of statuses, has some 300 bytes.
        assert!(shown.len() < 600, "{shown}");
    }
}

/// Calls back with the path to every value inside, as a JSON pointer.
fn each_place(value: &Value, path: &str, visit: &mut impl FnMut(&str)) {
    visit(path);
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                each_place(value, &format!("{path}/{key}"), visit);
            }
        }
        Value::Array(list) => {
            for (place, value) in list.iter().enumerate() {
                each_place(value, &format!("{path}/{place}"), visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn places(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    each_place(&parse(text), "", &mut |path| all.push(path.to_owned()));
    all
}

/// The type and the field that a path leads to, without places in lists; an event inside a receipt
/// counts by itself.
fn field_of(value: &Value, path: &str) -> (String, String) {
    let inner = path.strip_prefix("/events/").and_then(|rest| {
        let (place, rest) = rest.split_once('/')?;
        Some((format!("/events/{place}/type"), rest))
    });
    let (tag, path) = inner.unwrap_or(("/type".to_owned(), path.trim_start_matches('/')));
    let keys = path.split('/').filter(|key| key.parse::<u8>().is_err());
    let field = keys.fold(String::new(), |field, key| field + "." + key);
    (
        value.pointer(&tag).unwrap().as_str().unwrap().to_owned(),
        field,
    )
}

#[test]
fn the_order_of_fields_and_white_space_mean_nothing() {
    for stored in Stored::all() {
        // A map of `serde_json` is sorted.
        let sorted = serde_json::to_string_pretty(&parse(&stored.text)).unwrap();
        assert_ne!(sorted, stored.text);
        assert_eq!((stored.again)(&sorted), Ok(stored.text));
    }
}

#[test]
fn a_field_that_is_missing_is_missed() {
    for stored in Stored::all() {
        for path in places(&stored.text) {
            let Some((above, key)) = path.rsplit_once('/') else {
                continue;
            };
            let mut damaged = parse(&stored.text);
            let Some(map) = damaged.pointer_mut(above).unwrap().as_object_mut() else {
                continue;
            };
            map.remove(key);
            let read = stored.try_read(&damaged.to_string());
            let (tag, field) = field_of(&parse(&stored.text), &path);
            assert_eq!(
                read,
                samples::optional(&tag, &field),
                "{path}: {}",
                stored.text
            );
        }
    }
}

#[test]
fn a_field_that_is_unknown_or_stands_twice_is_refused() {
    for stored in Stored::all() {
        for path in places(&stored.text) {
            let mut damaged = parse(&stored.text);
            let Some(map) = damaged.pointer_mut(&path).unwrap().as_object_mut() else {
                continue;
            };
            map.insert("later".into(), Value::Null);
            let error = stored.refuse(&damaged.to_string());
            let named = StoredProblem::UnknownField("`later`".into());
            // A choice has one field, whatever the other is called.
            assert!(
                error.problem == named || matches!(error.problem, StoredProblem::Value(_)),
                "{error}"
            );
        }
        // Each field once more, at its place.
        for (at, _) in stored.text.match_indices("\":") {
            let begin = stored.text[..at].rfind('"').unwrap();
            let key = &stored.text[begin..=at];
            let twice = format!("{}{key}:0,{}", &stored.text[..begin], &stored.text[begin..]);
            if serde_json::from_str::<Value>(&twice).is_ok() {
                stored.refuse(&twice);
            }
        }
    }
}

#[test]
fn another_kind_of_value_is_refused_or_meant() {
    let others = [
        Value::Null,
        Value::Bool(true),
        Value::from(0),
        Value::from(-1),
        Value::from(u64::MAX),
        Value::from(1.5),
        Value::from(""),
        Value::from(" "),
        Value::from("a\u{1}b"),
        Value::from("x".repeat(2_000)),
        Value::from("FF"),
        Value::from("2021-03-31T23:59:59+08:00"),
        Value::Array(vec![Value::Null]),
        Value::Array(Vec::new()),
        Value::Object(serde_json::Map::new()),
    ];
    for stored in Stored::all() {
        for path in places(&stored.text) {
            for other in &others {
                let mut damaged = parse(&stored.text);
                *damaged.pointer_mut(&path).unwrap() = other.clone();
                stored.try_read(&damaged.to_string());
            }
        }
    }
}

#[test]
fn a_text_that_ends_too_soon_is_refused() {
    for stored in Stored::all() {
        for (end, _) in stored.text.char_indices() {
            let error = stored.refuse(&stored.text[..end]);
            assert_eq!(error.problem, StoredProblem::Truncated, "{end}");
        }
        for rest in ["}", "x", &stored.text] {
            let error = stored.refuse(&format!("{}{rest}", stored.text));
            assert!(matches!(error.problem, StoredProblem::Syntax { .. }));
        }
    }
}

#[test]
fn a_flipped_byte_is_an_error_or_meant() {
    let (mut read, mut refused) = (0_u32, 0_u32);
    for stored in Stored::all() {
        for place in 0..stored.text.len() {
            for flip in [1, 2, 4, 8, 16, 32, 64, 128, 0xff] {
                let mut bytes = stored.text.clone().into_bytes();
                bytes[place] ^= flip;
                let Ok(damaged) = String::from_utf8(bytes) else {
                    continue;
                };
                if stored.try_read(&damaged) {
                    read += 1;
                } else {
                    refused += 1;
                }
            }
        }
    }
    // Most values are texts of people, ids and digests: another letter is another such text.
    assert!(read > 1_000 && refused > read, "{read} {refused}");
}

#[test]
fn each_value_has_one_form() {
    let event = |rest: &str| {
        let text = format!(r#"{{"v":1,"type":"instance.orphan-issued","id":"i",{rest}}}"#);
        decode_event(&text)
    };
    let digest = "00".repeat(32);
    let fields = |order: &str, fingerprint: &str, serial: &str, at: &str| {
        let rest =
            format!(r#""order":{order},"fingerprint":{fingerprint},"serial":{serial},"at":{at}"#);
        event(&rest).map_err(|error| error.field)
    };
    let digest = format!("\"{digest}\"");
    let at = "\"2021-03-31T15:59:59Z\"";
    assert!(fields("\"7\"", &digest, "\"0a\"", at).is_ok());
    for order in ["7", "\"07\"", "\"0\"", "\"+7\"", "\"9223372036854775808\""] {
        assert_eq!(
            fields(order, &digest, "\"0a\"", at),
            Err("order".into()),
            "{order}"
        );
    }
    let upper = digest.replace("00\"", "FF\"");
    for fingerprint in ["\"00\"", "\"\"", "0", upper.as_str()] {
        let found = fields("\"7\"", fingerprint, "\"0a\"", at);
        assert_eq!(found, Err("fingerprint".into()), "{fingerprint}");
    }
    for serial in ["\"a\"", "\"0A\"", "\"000a\"", "\"00\"", "\"\"", "10"] {
        assert_eq!(
            fields("\"7\"", &digest, serial, at),
            Err("serial".into()),
            "{serial}"
        );
    }
    for at in [
        "\"2021-03-31T15:59:59z\"",
        "\"2021-03-31t15:59:59Z\"",
        "\"2021-03-31T23:59:59+08:00\"",
        "\"2021-03-31T15:59:59.0Z\"",
        "\"-0001-12-31T23:59:59Z\"",
        // In the years that have a text.
        "1617206399",
        "-62167219200",
        "253402300799",
        // Beyond any instant.
        "9223372036854775807",
        "18446744073709551615",
        "-62167219201.0",
        "-6.2e11",
    ] {
        assert_eq!(
            fields("\"7\"", &digest, "\"0a\"", at),
            Err("at".into()),
            "{at}"
        );
    }
    assert!(fields("\"7\"", &digest, "\"0a\"", "-62167219201").is_ok());
}

#[test]
fn a_version_or_a_type_that_is_unknown_is_named() {
    let text = r#"{"v":1,"type":"instance.closed","id":"i","at":"2021-03-31T15:59:59Z"}"#;
    assert!(decode_event(text).is_ok());
    let problem = |from: &str, to: &str| {
        let error = decode_event(&text.replace(from, to)).unwrap_err();
        (error.field, error.problem)
    };
    let newer = |found| {
        let problem = StoredProblem::UnknownVersion { found, newest: 1 };
        ("v".to_owned(), problem)
    };
    assert_eq!(problem("\"v\":1", "\"v\":2"), newer(2));
    // A newer text may have what this release doesn't know.
    assert_eq!(problem("\"v\":1", "\"v\":7,\"later\":{}"), newer(7));
    assert_eq!(
        problem("\"v\":1", "\"v\":18446744073709551615"),
        newer(u64::MAX)
    );
    for version in ["0", "-1", "\"1\"", "1.0", "null", "18446744073709551616"] {
        let (field, problem) = problem("\"v\":1", &format!("\"v\":{version}"));
        assert_eq!(field, "v");
        assert!(
            !matches!(problem, StoredProblem::UnknownVersion { .. }),
            "{version}"
        );
    }
    let missing = ("v".to_owned(), StoredProblem::Missing);
    assert_eq!(problem("\"v\":1,", ""), missing);
    let unknown = StoredProblem::UnknownType("`instance.opened-again`".to_owned());
    let named = ("type".to_owned(), unknown);
    assert_eq!(problem("instance.closed", "instance.opened-again"), named);
    // What does not look like a type is not shown.
    let unknown = StoredProblem::UnknownType("its name is not shown".to_owned());
    let hidden = ("type".to_owned(), unknown);
    assert_eq!(problem("instance.closed", "Ming.Wang@Example.Cn"), hidden);

    // The kinds are not taken for each other, and each event of a receipt has its own version.
    assert!(decode_effect(text).is_err() && decode_receipt(text).is_err());
    let receipt = encode_receipt(samples::receipts().last().unwrap());
    let receipt = receipt.replacen(",{\"v\":1", ",{\"v\":3", 1);
    let error = decode_receipt(&receipt).unwrap_err();
    assert_eq!(
        error.to_string(),
        "events[1].v: written in version 3, this release reads up to 1"
    );
}

#[test]
fn what_is_too_long_or_too_deep_is_refused() {
    let text = r#"{"v":1,"type":"instance.closed","id":"i","at":"2021-03-31T15:59:59Z"}"#;
    let padded = |to: usize| format!("{text}{}", " ".repeat(to - text.len()));
    assert!(decode_event(&padded(MAX_EVENT_BYTES)).is_ok());
    let limits = [
        (MAX_EVENT_BYTES, Stored::event as fn(&str) -> _),
        (MAX_EFFECT_BYTES, Stored::effect),
        (MAX_RECEIPT_BYTES, Stored::receipt),
    ];
    for (limit, again) in limits {
        let found = limit + 1;
        let error: StoredError = again(&padded(found)).unwrap_err();
        assert_eq!(error.problem, StoredProblem::TooLong { found, limit });
        assert!(again(&" ".repeat(limit)).is_err());
    }
    // The last level that is read, the first that is not, and as many as make a stack overflow;
    // inside a field and instead of everything.
    let too_deep = StoredProblem::TooDeep { limit: MAX_DEPTH };
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for levels in [MAX_DEPTH, MAX_DEPTH + 1, 100_000] {
            let deep = |levels: usize| open.repeat(levels) + "0" + &close.repeat(levels);
            let inside = text.replace("\"2021-03-31T15:59:59Z\"", &deep(levels - 1));
            for text in [inside, deep(levels)] {
                let error = decode_event(&text).unwrap_err();
                assert_eq!(error.problem == too_deep, levels > MAX_DEPTH, "{error}");
            }
        }
        let open_ended = decode_event(&open.repeat(100_000)).unwrap_err();
        assert_eq!(open_ended.problem, too_deep);
    }
}

#[test]
fn a_person_is_never_shown() {
    let events = samples::events();
    let text = encode_event(&events[0]);
    for personal in samples::PERSONAL {
        assert!(text.contains(personal), "the sample holds {personal}");
    }
    // The value itself is wrong, and the path leads to it.
    let error = decode_event(&text.replace("Ming.Wang@", "Ming.Wang")).unwrap_err();
    assert_eq!(error.field, "submission.applicant");
    silent(&error);
    let error = decode_event(&text.replace("+86", "\\u0001+86")).unwrap_err();
    assert_eq!(error.field, "submission.applicant");
    silent(&error);
    // A quote is lost, and a value stands where a field belongs.
    for lost in ["\"phone\":", "\"email\":", "\"name\":\""] {
        silent(&decode_event(&text.replace(lost, "")).unwrap_err());
    }
}
