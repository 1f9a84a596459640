//! Stored forms: golden texts, round trips of whatever happens, and damaged texts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    clippy::too_many_lines,
    unreachable_pub,
    reason = "tests stop on the first surprise"
)]

mod support;

#[path = "stored_forms/counters.rs"]
mod counters;
#[path = "stored_forms/damaged.rs"]
mod damaged;
#[path = "stored_forms/samples.rs"]
mod samples;
#[path = "stored_forms/walks.rs"]
mod walks;

use std::collections::BTreeSet;
use std::fmt::Debug;

use cert_lifecycle::codec::stored::{
    MAX_EVENT_BYTES, StoredError, decode_effect, decode_event, decode_receipt, effect_type,
    encode_effect, encode_event, encode_receipt, event_type,
};
use cert_lifecycle::model::CertificateFacts;
use cert_lifecycle::pki::Limits;
use support::golden;

/// Holds the texts of values against a golden file, and reads the file back.
///
/// A line of version 1 is frozen once it was released: `UPDATE=1` is for lines that are new.
fn frozen<T: Debug + PartialEq>(
    name: &str,
    values: &[T],
    encode: impl Fn(&T) -> String,
    decode: impl Fn(&str) -> Result<T, StoredError>,
) {
    let name = format!("stored/v1/{name}.jsonl");
    let made: String = values.iter().map(|value| encode(value) + "\n").collect();
    golden::compare(&name, &made);
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let file = std::fs::read_to_string(path).unwrap();
    assert_eq!(file.lines().count(), values.len());
    for (line, value) in file.lines().zip(values) {
        assert_eq!(decode(line).as_ref(), Ok(value), "{line}");
    }
}

#[test]
fn the_texts_of_version_1_are_frozen() {
    for stream in ["instance", "plan", "chain", "purchase"] {
        let mut events = samples::events();
        events.retain(|event| event_type(event).starts_with(&format!("{stream}.")));
        frozen(stream, &events, encode_event, decode_event);
    }
    frozen("effect", &samples::effects(), encode_effect, decode_effect);
    frozen(
        "receipt",
        &samples::receipts(),
        encode_receipt,
        decode_receipt,
    );
}

#[test]
fn every_type_has_a_sample() {
    let events = samples::events();
    for event in &events {
        assert_eq!(event_type(event), samples::event_tag(event));
    }
    let sampled: BTreeSet<&str> = events.iter().map(samples::event_tag).collect();
    assert_eq!(sampled, BTreeSet::from(samples::EVENT_TAGS));

    let effects = samples::effects();
    for effect in &effects {
        assert_eq!(effect_type(effect), samples::effect_tag(effect));
    }
    let sampled: BTreeSet<&str> = effects.iter().map(samples::effect_tag).collect();
    assert_eq!(sampled, BTreeSet::from(samples::EFFECT_TAGS));
}

/// Every path of keys of a text, without places in lists.
fn keys(value: &serde_json::Value, path: &str, all: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                let path = format!("{path}.{key}");
                keys(value, &path, all);
                all.insert(path);
            }
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| keys(value, path, all)),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

#[test]
fn every_optional_field_is_sampled_present_and_absent() {
    let mut texts: Vec<(String, BTreeSet<String>)> = Vec::new();
    let mut add = |tag: &str, text: &str| {
        let mut all = BTreeSet::new();
        keys(&serde_json::from_str(text).unwrap(), "", &mut all);
        texts.push((tag.to_owned(), all));
    };
    for event in samples::events() {
        add(event_type(&event), &encode_event(&event));
    }
    for receipt in samples::receipts() {
        add("receipt", &encode_receipt(&receipt));
    }
    for (tag, field) in samples::OPTIONAL {
        let (above, _) = field.rsplit_once('.').unwrap();
        let of_tag = |one: &str| tag.is_none_or(|tag| tag == one);
        // Absent where the object that it belongs to is there.
        let (with, without): (Vec<_>, Vec<_>) = texts
            .iter()
            .filter(|(one, keys)| {
                of_tag(one) && (above.is_empty() || keys.iter().any(|key| key.ends_with(above)))
            })
            .partition(|(_, keys)| match tag {
                Some(_) => keys.contains(field),
                None => keys.iter().any(|key| key.ends_with(field)),
            });
        assert!(!with.is_empty(), "{tag:?} {field} is never there");
        assert!(!without.is_empty(), "{tag:?} {field} is never absent");
    }
}

#[test]
fn the_largest_certificate_that_is_read_is_stored() {
    let limits = Limits::default();
    let der: std::sync::Arc<[u8]> = vec![0xff; limits.der_bytes].into();
    let name = |number: usize| format!("{}{number:03}.example", "a".repeat(60));
    let mut facts: CertificateFacts = samples::issued().facts().clone();
    facts.names = (0..limits.names)
        .map(|number| {
            let long = format!("{0}.{0}.{1}", "a".repeat(62), name(number));
            support::scene::name(&long)
        })
        .collect();
    facts.chain = vec![der.clone(); limits.chain_certificates - 1];
    // The worst that an issuer of that length can be: every character is escaped.
    facts.issuer = "\u{1}".repeat(limits.der_bytes).into();
    facts.der = der;
    let event = samples::issuance(facts);
    let text = encode_event(&event);
    assert!(text.len() < MAX_EVENT_BYTES * 3 / 4, "{}", text.len());
    assert_eq!(decode_event(&text), Ok(event));
}
