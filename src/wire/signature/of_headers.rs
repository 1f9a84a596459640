//! ACS3-HMAC-SHA256: what stands in the header `Authorization`.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use aws_lc_rs::hmac;
use hmac_sha256::Hash;
use http::{HeaderMap, HeaderName};

use super::encode::{hex, joined};
use super::{Scheme, Signed, incomplete, matches};
use crate::wire::call::Call;
use crate::wire::{Fault, Secret};

pub(super) const METHOD: &str = Scheme::Acs3HmacSha256.word();

pub(super) const ACTION: HeaderName = HeaderName::from_static("x-acs-action");
pub(super) const VERSION: HeaderName = HeaderName::from_static("x-acs-version");
pub(super) const DATE: HeaderName = HeaderName::from_static("x-acs-date");
pub(super) const NONCE: HeaderName = HeaderName::from_static("x-acs-signature-nonce");
pub(super) const DIGEST: HeaderName = HeaderName::from_static("x-acs-content-sha256");
pub(super) const TOKEN: HeaderName = HeaderName::from_static("x-acs-security-token");

/// Headers that are signed in every request, besides those that begin as below.
const ALWAYS: [&str; 4] = [
    "host",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
];
/// What begins so is signed if it is sent.
const VENDOR: &str = "x-acs-";
/// The most headers that can be signed.
const MOST: usize = 64;

/// What a request says about its signature. `rest` is the header behind the method's name.
pub(super) fn read<'a>(call: &'a Call<'_>, rest: &'a str) -> Result<Signed<'a>, Fault> {
    let (mut key, mut list, mut signature) = (None, None, None);
    for part in rest.split(',').map(str::trim) {
        let (name, value) = part
            .split_once('=')
            .ok_or_else(|| incomplete("the header Authorization can't be read"))?;
        let place = match name {
            "Credential" => &mut key,
            "SignedHeaders" => &mut list,
            "Signature" => &mut signature,
            _ => return Err(incomplete("the header Authorization has an unknown part")),
        };
        if value.is_empty() || place.replace(value).is_some() {
            return Err(incomplete(
                "a part of the header Authorization is empty or doubled",
            ));
        }
    }
    let (Some(key), Some(list), Some(signature)) = (key, list, signature) else {
        return Err(incomplete("the header Authorization lacks a part"));
    };
    let names = signed_names(call, list)?;
    let header = |name| {
        call.header(name)?
            .ok_or_else(|| incomplete(&format!("the header {name} was not sent")))
    };
    if call
        .header("x-acs-accesskey-id")?
        .is_some_and(|id| id != key)
    {
        return Err(incomplete("x-acs-accesskey-id names another access key"));
    }
    if header("x-acs-content-sha256")? != hex(&Hash::hash(call.body)) {
        let why = "The header x-acs-content-sha256 is not the digest of the body.";
        return Err(Fault::new(400, "InvalidContentSha256", why.to_owned()));
    }
    Ok(Signed {
        key,
        signature,
        nonce: header("x-acs-signature-nonce")?,
        date: header("x-acs-date")?,
        token: call.header("x-acs-security-token")?,
        canonical: Some(canonical(call, list, names)?),
    })
}

/// The names in the list, sorted. Nothing that must be signed is missing.
fn signed_names<'a>(call: &Call<'_>, list: &'a str) -> Result<Vec<&'a str>, Fault> {
    let mut names: Vec<&str> = list.split(';').take(MOST.saturating_add(1)).collect();
    if names.len() > MOST || names.iter().any(|name| name.is_empty()) {
        return Err(incomplete("the list of signed headers can't be read"));
    }
    if names
        .iter()
        .any(|name| name.bytes().any(|byte| byte.is_ascii_uppercase()))
    {
        return Err(incomplete("the list of signed headers is in small letters"));
    }
    names.sort_unstable();
    if names.windows(2).any(|two| two.first() == two.last()) {
        return Err(incomplete("a header is signed twice"));
    }
    let sent = call.headers.keys().map(HeaderName::as_str);
    let vendors = sent.filter(|name| name.starts_with(VENDOR));
    for needed in ALWAYS.into_iter().chain(vendors) {
        if names.binary_search(&needed).is_err() {
            return Err(incomplete(&format!("the header {needed} is not signed")));
        }
    }
    Ok(names)
}

/// The names of what is signed in a request, sorted.
pub(super) fn to_sign(headers: &HeaderMap) -> Vec<&str> {
    let mut names: Vec<&str> = headers
        .keys()
        .map(HeaderName::as_str)
        .filter(|name| matches!(*name, "content-type" | "host") || name.starts_with(VENDOR))
        .collect();
    names.sort_unstable();
    names
}

/// The digest of the request in its canonical form.
pub(super) fn canonical(call: &Call<'_>, list: &str, names: Vec<&str>) -> Result<[u8; 32], Fault> {
    let mut hash = Hash::new();
    hash.update(call.method);
    hash.update("\n/\n");
    joined(call.query(), &mut |piece| hash.update(piece));
    hash.update("\n");
    for name in names {
        let mut values: Vec<&[u8]> = call
            .headers
            .get_all(name)
            .iter()
            .map(|value| value.as_bytes().trim_ascii())
            .collect();
        // HTTP/2 has the host in the address.
        if values.is_empty()
            && name == "host"
            && let Some(authority) = call.uri.authority()
        {
            values.push(authority.as_str().as_bytes());
        }
        if values.is_empty() {
            return Err(incomplete("a signed header was not sent"));
        }
        values.sort_unstable();
        hash.update(name);
        for (place, value) in values.into_iter().enumerate() {
            hash.update(if place == 0 { ":" } else { "," });
            hash.update(value);
        }
        hash.update("\n");
    }
    hash.update("\n");
    hash.update(list);
    hash.update("\n");
    hash.update(hex(&Hash::hash(call.body)));
    Ok(hash.finalize())
}

/// What is signed, and its signature.
pub(super) fn signature(canonical: &[u8; 32], secret: &Secret) -> (String, String) {
    let text = format!("{METHOD}\n{}", hex(canonical));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
    let signature = hex(hmac::sign(&key, text.as_bytes()).as_ref());
    (text, signature)
}

/// Whether the signature is right; otherwise what it should be of.
pub(super) fn verify(canonical: &[u8; 32], sent: &str, secret: &Secret) -> Result<(), String> {
    let (text, expected) = signature(canonical, secret);
    if matches(expected.as_bytes(), sent.as_bytes()) {
        Ok(())
    } else {
        Err(text)
    }
}
