//! Commands and questions as lines of JSON: at most one reader takes a line; what it reads is written
//! again as one line, which gives the same, and an error shows no value.
#![no_main]

use cert_lifecycle::codec::command::{
    command_type, decode_question, decode_step, encode_question, encode_step,
};
use cert_lifecycle::codec::stored::StoredError;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = core::str::from_utf8(data) else {
        return;
    };
    let step = again(text, decode_step, encode_step, |step| {
        command_type(&step.command)
    });
    let question = again(text, decode_question, encode_question, |_| "question");
    assert!(!(step && question));
    // The command of a question is a line by itself.
    if let Ok(question) = decode_question(text) {
        let line = encode_step(&question.step);
        assert_eq!(decode_step(&line), Ok(question.step));
    }
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
    assert!(!written.contains('\n'), "{written}");
    assert!(written.starts_with(&format!(r#"{{"v":1,"type":"{}""#, tag(&value))));
    // Reading is as strict as writing: what was read was this text, but for white space, order, and
    // how characters are escaped.
    assert!(
        written.len() <= text.len() || text.contains('\\'),
        "{written}"
    );
    true
}
