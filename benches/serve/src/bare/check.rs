//! Who asks, and what: the same canonical form, digests and HMAC, freshness and nonces.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::BuildHasher;
use std::sync::Mutex;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use cert_lifecycle::adapter::SystemClock;
use cert_lifecycle::model::Timestamp;
use cert_lifecycle::port::Clock;

use super::{Failure, Parameters};
use crate::sign::{KEY, METHOD, SECRET, VERSION, encoded, sha256, signature};

pub(super) struct Check {
    key: hmac::Key,
    hash: RandomState,
    nonces: Mutex<HashSet<u64>>,
}

fn decoded(text: &str) -> Result<String, Failure> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut left = text.bytes();
    while let Some(byte) = left.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let both = digit(left.next()).zip(digit(left.next()));
                let (high, low) = both.ok_or("a character is not encoded")?;
                u8::try_from(16 * high + low)?
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    Ok(String::from_utf8(bytes)?)
}

impl Check {
    pub(super) fn new() -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()),
            hash: RandomState::new(),
            nonces: Mutex::default(),
        }
    }

    pub(super) fn request(
        &self,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(String, Parameters), Failure> {
        let header = |name: &str| -> Result<&str, Failure> {
            Ok(headers.get(name).ok_or("a header is missing")?.to_str()?)
        };
        let mut parameters = Parameters::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.push((decoded(name)?, decoded(value)?));
        }
        parameters.sort();
        let (method, rest) = header("authorization")?
            .split_once(' ')
            .ok_or("no method")?;
        let mut parts = rest.split(',').filter_map(|part| part.split_once('='));
        let (Some((_, key)), Some((_, list)), Some((_, sent))) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err("the authorization lacks a part".into());
        };
        if method != METHOD || key != KEY || header("x-acs-version")? != VERSION {
            return Err("an unknown key or method".into());
        }
        let digest = sha256(body);
        if header("x-acs-content-sha256")? != digest {
            return Err("another body".into());
        }
        let mut canonical = String::from("POST\n/\n");
        for (place, (name, value)) in parameters.iter().enumerate() {
            let and = if place == 0 { "" } else { "&" };
            write!(canonical, "{and}{}={}", encoded(name), encoded(value))?;
        }
        canonical.push('\n');
        for name in list.split(';') {
            writeln!(canonical, "{name}:{}", header(name)?.trim())?;
        }
        write!(canonical, "\n{list}\n{digest}")?;
        let expected = signature(&self.key, &canonical);
        verify_slices_are_equal(expected.as_bytes(), sent.as_bytes())
            .map_err(|_| "the signature does not match")?;
        let date: Timestamp = header("x-acs-date")?.parse()?;
        let away = SystemClock::new()
            .now()
            .unix_seconds()
            .abs_diff(date.unix_seconds());
        let nonce = self.hash.hash_one(header("x-acs-signature-nonce")?);
        if away > 900 || !self.nonces.lock().unwrap().insert(nonce) {
            return Err("it is too old or was sent before".into());
        }
        Ok((header("x-acs-action")?.to_owned(), parameters))
    }
}
