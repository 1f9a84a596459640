//! Bytes as text: base64 for what is long, as in the body of a PEM block.
//!
//! Each has one form only: what is read back was written so.

use alloc::string::String;
use alloc::vec::Vec;

/// The alphabet of RFC 4648, section 4.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Adds bytes in base64, padded.
pub(super) fn write_base64(bytes: &[u8], text: &mut String) {
    for chunk in bytes.chunks(3) {
        let mut three = [0; 3];
        for (to, from) in three.iter_mut().zip(chunk) {
            *to = *from;
        }
        let [a, b, c] = three;
        let digits = [
            a >> 2,
            (a & 0b11) << 4 | b >> 4,
            (b & 0b1111) << 2 | c >> 6,
            c & 0b11_1111,
        ];
        for (place, digit) in digits.into_iter().enumerate() {
            let digit = DIGITS.get(usize::from(digit)).copied();
            // So many bytes take one digit more.
            let digit = digit.filter(|_| place <= chunk.len());
            text.push(char::from(digit.unwrap_or(b'=')));
        }
    }
}

/// The value of a digit of base64.
const fn sextet(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => digit.checked_sub(b'A'),
        b'a'..=b'z' => digit.wrapping_sub(b'a').checked_add(26),
        b'0'..=b'9' => digit.wrapping_sub(b'0').checked_add(52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Reads base64 as [`write_base64`] writes it; none for any other form.
pub(super) fn read_base64(text: &str) -> Option<Vec<u8>> {
    let (chunks, rest) = text.as_bytes().as_chunks::<4>();
    if !rest.is_empty() {
        return None;
    }
    let mut bytes = Vec::with_capacity(chunks.len().checked_mul(3)?);
    let (last, whole) = match chunks.split_last() {
        Some((last, whole)) => (Some(last), whole),
        None => (None, chunks),
    };
    for [a, b, c, d] in whole {
        let (a, b, c, d) = (sextet(*a)?, sextet(*b)?, sextet(*c)?, sextet(*d)?);
        bytes.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
    }
    match last {
        None => {}
        // The bits that are left over are zero.
        Some([a, b, b'=', b'=']) => {
            let (a, b) = (sextet(*a)?, sextet(*b)?);
            (b << 4 == 0).then_some(())?;
            bytes.push(a << 2 | b >> 4);
        }
        Some([a, b, c, b'=']) => {
            let (a, b, c) = (sextet(*a)?, sextet(*b)?, sextet(*c)?);
            (c << 6 == 0).then_some(())?;
            bytes.extend([a << 2 | b >> 4, b << 4 | c >> 2]);
        }
        Some([a, b, c, d]) => {
            let (a, b, c, d) = (sextet(*a)?, sextet(*b)?, sextet(*c)?, sextet(*d)?);
            bytes.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        }
    }
    Some(bytes)
}

/// Reads hexadecimal digits in lower case, two a byte.
pub(super) fn read_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        b'a'..=b'f' => digit.wrapping_sub(b'a').checked_add(10),
        _ => None,
    };
    let byte = |[high, low]: &[u8; 2]| Some(nibble(*high)? << 4 | nibble(*low)?);
    pairs.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base64(bytes: &[u8]) -> String {
        let mut text = String::new();
        write_base64(bytes, &mut text);
        text
    }

    #[test]
    fn base64_as_in_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
            assert_eq!(read_base64(text).as_deref(), Some(bytes.as_bytes()));
        }
        let all: Vec<u8> = (0..=255).collect();
        for length in 0..all.len() {
            let bytes = &all[length..];
            assert_eq!(read_base64(&base64(bytes)).as_deref(), Some(bytes));
        }
    }

    #[test]
    fn base64_has_one_form() {
        for text in [
            "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "====", "Z===", "Zg==Zg==", " Zg==", "Zm9v\n",
            "Zm-_", "Zm9é",
        ] {
            assert_eq!(read_base64(text), None, "{text}");
        }
    }

    #[test]
    fn hexadecimal_digits() {
        assert_eq!(read_hex("00ff1a"), Some([0, 255, 26].to_vec()));
        assert_eq!(read_hex(""), Some(Vec::new()));
        for text in ["0", "FF", "0g", "0x", " 00", "+1", "é"] {
            assert_eq!(read_hex(text), None, "{text}");
        }
    }
}
