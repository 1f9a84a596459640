//! Stored texts of events, effects and receipts: at most one reader takes a text; what it reads is
//! written again as one text, which gives the same, and an error shows no value.
#![no_main]

use cert_lifecycle::codec::stored::{
    StoredError, decode_effect, decode_event, decode_receipt, effect_type, encode_effect,
    encode_event, encode_receipt, event_type,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = core::str::from_utf8(data) else {
        return;
    };
    let taken = [
        again(text, decode_event, encode_event, |event| event_type(event)),
        again(text, decode_effect, encode_effect, |effect| {
            effect_type(effect)
        }),
        again(text, decode_receipt, encode_receipt, |_| "receipt"),
    ];
    assert!(taken.iter().filter(|taken| **taken).count() <= 1);
});

/// Whether a reader takes the text, once all that follows from it was looked at.
fn again<T: PartialEq + core::fmt::Debug>(
    text: &str,
    decode: fn(&str) -> Result<T, StoredError>,
    encode: fn(&T) -> String,
    tag: fn(&T) -> &'static str,
) -> bool {
    let value = match decode(text) {
        Ok(value) => value,
        Err(error) => {
            // A path of known fields, a short cause, and no more than a word of the text.
            let shown = error.to_string();
            assert!(shown.len() < 400 && !shown.contains('\n'), "{shown}");
            return false;
        }
    };
    let written = encode(&value);
    assert_eq!(decode(&written).as_ref(), Ok(&value));
    assert_eq!(encode(&decode(&written).expect("read before")), written);
    assert!(written.starts_with(&format!(r#"{{"v":1,"type":"{}""#, tag(&value))));
    // Reading is as strict as writing: what was read was this text, but for white space, order, and
    // how characters are escaped.
    assert!(
        written.len() <= text.len() || text.contains('\\'),
        "{written}"
    );
    true
}
