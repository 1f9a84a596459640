//! One value of a rulebook: the first byte chooses its kind, the rest is what stands behind `value =`.
//!
//! It stands in the published rulebook, so what is accepted decides something.
#![no_main]

use cert_lifecycle::codec::rulebook;
use cert_lifecycle::rulebook::Field;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((kind, value)) = data.split_first() else {
        return;
    };
    let Ok(value) = core::str::from_utf8(value) else {
        return;
    };
    let field = Field::ALL[usize::from(*kind) % Field::ALL.len()];
    let word = field.word();
    let text = format!(
        "extends = \"published\"\nreplace = [\"{word}\"]\n\
         [[{word}]]\nfrom = \"2018-06-07\"\nsources = [\"S0\"]\nvalue = {value}\n"
    );
    let Ok(book) = rulebook::read("fuzz.toml", &text) else {
        return;
    };
    let written = rulebook::write(&book);
    let again = rulebook::read("again.toml", &written).expect("what was written is read");
    assert_eq!(again.parts(), book.parts());
    // The value has a sentence, and one form only.
    for clause in book.parts().clauses(field) {
        assert!(!clause.text.is_empty());
    }
    for point in book.points() {
        let edition = book
            .edition(point.key.as_str())
            .expect("a point has its edition");
        let same = again
            .edition(point.key.as_str())
            .expect("and so has the other");
        assert_eq!(edition.digest(), same.digest());
    }
});
