//! Strings of distinguished names, in the encodings that are met.

use alloc::string::String;

use x509_cert::der::Tag;

use super::der::Tlv;

/// Reads a string; none if its bytes do not fit its type, or it is not a string that is read.
///
/// More lenient than X.680 in one point: a `PrintableString` may hold any ASCII character, because
/// requests with a star, an underscore or an at sign in one are common.
pub(super) fn read(value: Tlv<'_>) -> Option<String> {
    if value.tag == Tag::Utf8String {
        core::str::from_utf8(value.value).ok().map(String::from)
    } else if value.tag == Tag::PrintableString || value.tag == Tag::Ia5String {
        ascii(value.value).map(String::from)
    } else if value.tag == Tag::TeletexString {
        // T.61 by name, Latin-1 by use.
        Some(value.value.iter().copied().map(char::from).collect())
    } else if value.tag == Tag::BmpString {
        let (units, rest) = value.value.as_chunks::<2>();
        if !rest.is_empty() {
            return None;
        }
        char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit)))
            .collect::<Result<String, _>>()
            .ok()
    } else {
        None
    }
}

/// Bytes as ASCII text.
pub(super) fn ascii(bytes: &[u8]) -> Option<&str> {
    if bytes.is_ascii() {
        core::str::from_utf8(bytes).ok()
    } else {
        None
    }
}

/// Where a character stands that no name has: NUL, a line break, any control character.
pub(super) fn control_at(text: &str) -> Option<usize> {
    text.find(char::is_control)
}
