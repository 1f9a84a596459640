//! How texts are written into what is signed.

use alloc::string::String;
use core::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// Everything but letters, digits, `-`, `_`, `.` and `~`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Hands a text over in percent-encoding, piece by piece, so that no copy of a secret is made.
pub(super) fn encoded(text: &str, sink: &mut impl FnMut(&str)) {
    for piece in percent_encode(text.as_bytes(), ENCODED) {
        sink(piece);
    }
}

/// Hands `name=value&name=value` over, both in percent-encoding.
pub(super) fn joined<'a>(
    parameters: impl Iterator<Item = (&'a str, &'a str)>,
    sink: &mut impl FnMut(&str),
) {
    for (place, (name, value)) in parameters.enumerate() {
        if place > 0 {
            sink("&");
        }
        encoded(name, sink);
        sink("=");
        encoded(value, sink);
    }
}

/// Bytes in small hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_unreserved_stays() {
        let mut text = String::new();
        let both = [("a b", "~*'()!"), ("ä", "-_.+/=&%")];
        joined(both.into_iter(), &mut |piece| text.push_str(piece));
        assert_eq!(text, "a%20b=~%2A%27%28%29%21&%C3%A4=-_.%2B%2F%3D%26%25");
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
