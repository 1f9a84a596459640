//! A rulebook as a file: errors have places in it, and what is accepted is written and read again equal.
#![no_main]

use cert_lifecycle::codec::rulebook::{self, MAX_ERRORS};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = core::str::from_utf8(data) else {
        return;
    };
    match rulebook::read("fuzz.toml", text) {
        Ok(book) => {
            let written = rulebook::write(&book);
            let again = rulebook::read("again.toml", &written).expect("what was written is read");
            assert_eq!(again.parts(), book.parts());
            assert_eq!(rulebook::write(&again), written);
            for point in book.points() {
                let edition = book
                    .edition(point.key.as_str())
                    .expect("a point has its edition");
                assert_eq!(edition.key(), point.key);
            }
        }
        Err(errors) => {
            let lines = text.lines().count() + 1;
            assert!((1..=MAX_ERRORS).contains(&errors.errors().len()));
            for error in errors.errors() {
                assert!(
                    (1..=lines).contains(&error.line),
                    "{error} of {lines} lines"
                );
                assert!(
                    error.column >= 1 && error.column <= text.chars().count() + 1,
                    "{error}"
                );
            }
            assert!(errors.to_string().starts_with("fuzz.toml:"));
        }
    }
});
