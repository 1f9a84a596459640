//! HMAC-SHA1: what stands in the parameter `Signature`.

use alloc::string::String;

use aws_lc_rs::hmac;
use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::encode::{encoded, joined};
use super::{Scheme, Signed, incomplete, matches, unsupported};
use crate::wire::call::Call;
use crate::wire::{Fault, Secret};

const METHOD: &str = Scheme::HmacSha1.word();

/// Parameters whose values are not told to anybody, not even to who sent them.
const HIDDEN: [&str; 5] = [
    "EncryptPrivateKey",
    "Key",
    "PrivateKey",
    "SecurityToken",
    "SignPrivateKey",
];
const INSTEAD: &str = "***";

/// What a request says about its signature.
pub(super) fn read<'a>(
    call: &'a Call<'_>,
    signature: &'a str,
    schemes: &[Scheme],
) -> Result<Signed<'a>, Fault> {
    let parameters = &call.parameters;
    let method = parameters.required("SignatureMethod")?;
    if method != METHOD {
        return Err(unsupported(method, schemes));
    }
    if let Some(kind) = parameters.text("SignatureType") {
        return Err(unsupported(kind, schemes));
    }
    if parameters.required("SignatureVersion")? != "1.0" {
        return Err(incomplete("SignatureVersion is 1.0"));
    }
    Ok(Signed {
        key: parameters.required("AccessKeyId")?,
        signature,
        nonce: parameters.required("SignatureNonce")?,
        date: parameters.required("Timestamp")?,
        token: parameters.text("SecurityToken"),
        canonical: None,
    })
}

/// Hands over what is signed, piece by piece.
fn signed_text(call: &Call<'_>, shown: bool, sink: &mut impl FnMut(&str)) {
    sink(call.method);
    sink("&%2F&");
    let parameters = call
        .parameters
        .iter()
        .filter(|(name, _)| *name != "Signature")
        .map(|(name, value)| match value {
            _ if shown && HIDDEN.contains(&name) => (name, INSTEAD),
            value => (name, value),
        });
    joined(parameters, &mut |piece| encoded(piece, sink));
}

/// The signature.
pub(super) fn signature(call: &Call<'_>, secret: &Secret) -> String {
    let mut key = Zeroizing::new(alloc::vec::Vec::with_capacity(
        secret.bytes().len().saturating_add(1),
    ));
    key.extend_from_slice(secret.bytes());
    key.push(b'&');
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let mut mac = hmac::Context::with_key(&key);
    signed_text(call, false, &mut |piece| mac.update(piece.as_bytes()));
    Base64::encode_string(mac.sign().as_ref())
}

/// Whether the signature is right; otherwise what it should be of, without secrets.
pub(super) fn verify(call: &Call<'_>, sent: &str, secret: &Secret) -> Result<(), String> {
    if matches(signature(call, secret).as_bytes(), sent.as_bytes()) {
        return Ok(());
    }
    let mut text = String::new();
    signed_text(call, true, &mut |piece| text.push_str(piece));
    Err(text)
}
