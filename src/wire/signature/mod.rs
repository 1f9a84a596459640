//! Who sent a request: its signature, its date, its nonce.
//!
//! There are two schemes. Today's clients sign method, query, headers and body with ACS3-HMAC-SHA256 in
//! the header `Authorization`; older ones sign their parameters with HMAC-SHA1 in the parameter
//! `Signature`. Both are written as each client writes them, so what is signed is made anew from what
//! was decoded, never from what was sent.

mod encode;
mod of_headers;
mod of_parameters;
mod sign;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;

pub use sign::Signer;

use super::call::Call;
use super::{AccessKey, AccessKeys, Fault, Nonce, Nonces, Noted, Secret};
use crate::model::{AccountId, Timestamp};
use crate::rulebook::value::words::words;

/// What a request says about its signature.
pub(super) struct Signed<'a> {
    key: &'a str,
    signature: &'a str,
    nonce: &'a str,
    date: &'a str,
    token: Option<&'a str>,
    /// The digest of the canonical request, where the header is signed.
    canonical: Option<[u8; 32]>,
}

/// What a request is judged with.
pub(super) struct Judge<'a> {
    pub(super) keys: &'a dyn AccessKeys,
    pub(super) nonces: &'a dyn Nonces,
    pub(super) now: Timestamp,
    /// By how many seconds a date may differ from now, to both sides.
    pub(super) skew: u32,
}

/// After so many milliseconds some nonces are likely to have gone.
const NONCES_GO: u32 = 60_000;

impl<'a> Signed<'a> {
    /// The id of the access key.
    pub(super) const fn key(&self) -> &'a str {
        self.key
    }

    /// Whether action and version count as they stand in the headers.
    pub(super) const fn in_headers(&self) -> bool {
        self.canonical.is_some()
    }
}

words! {
    /// A way to sign requests.
    #[non_exhaustive]
    Scheme {
        /// In the header `Authorization`, as the vendor's clients of today do.
        Acs3HmacSha256 = "ACS3-HMAC-SHA256",
        /// In the parameter `Signature`, as its older clients do; the key's id travels in the address.
        HmacSha1 = "HMAC-SHA1",
    }
}

/// Which scheme, and what it says.
pub(super) fn read<'a>(call: &'a Call<'_>, schemes: &[Scheme]) -> Result<Signed<'a>, Fault> {
    let header = call.header("authorization")?;
    let parameter = call.parameters.text("Signature");
    match (header, parameter) {
        (Some(_), Some(_)) => Err(incomplete("a request is signed in one way")),
        (None, Some(signature)) if schemes.contains(&Scheme::HmacSha1) => {
            of_parameters::read(call, signature, schemes)
        }
        (None, Some(_)) => Err(unsupported(Scheme::HmacSha1.word(), schemes)),
        (Some(header), None) => {
            let (method, rest) = header.split_once(' ').unwrap_or((header, ""));
            if method == of_headers::METHOD && schemes.contains(&Scheme::Acs3HmacSha256) {
                of_headers::read(call, rest)
            } else {
                Err(unsupported(method, schemes))
            }
        }
        (None, None) => Err(incomplete(
            "neither the header Authorization nor the parameter Signature was sent",
        )),
    }
}

/// The account that a request is made for.
pub(super) async fn verify(
    call: &Call<'_>,
    signed: &Signed<'_>,
    judge: Judge<'_>,
) -> Result<AccountId, Fault> {
    let until = in_time(signed.date, judge.now, judge.skew)?;
    let found = judge.keys.find(signed.key).await;
    let found = found.map_err(|_| Fault::internal("Access keys can't be read now. Try again."))?;
    let Some(AccessKey {
        secret,
        account,
        token,
    }) = found
    else {
        let why = "There is no such access key.";
        return Err(Fault::new(
            404,
            "InvalidAccessKeyId.NotFound",
            why.to_owned(),
        ));
    };
    let verified = match &signed.canonical {
        Some(canonical) => of_headers::verify(canonical, signed.signature, &secret),
        None => of_parameters::verify(call, signed.signature, &secret),
    };
    verified.map_err(|text| {
        // Old clients split the message at its only colon and compare what follows with their own text.
        let message = format!(
            "Specified signature is not matched with our calculation. \
             Server string to sign is:{text}"
        );
        Fault::new(400, "SignatureDoesNotMatch", message)
    })?;
    token_fits(token.as_ref(), signed.token)?;
    let nonce = Nonce {
        key: signed.key,
        nonce: signed.nonce,
        now: judge.now,
        until,
    };
    match judge.nonces.note(nonce).await {
        Noted::New => Ok(account),
        Noted::Used => {
            let why = "The request was sent before: its nonce was used.";
            Err(Fault::new(400, "SignatureNonceUsed", why.to_owned()))
        }
        Noted::Full => Err(Fault::throttled(
            "The access key made more requests than are remembered.",
            NONCES_GO,
        )),
        Noted::Unknown => Err(Fault::internal(
            "Whether the request was sent before can't be told now. Try again.",
        )),
    }
}

/// The last instant at which the date is not too old.
fn in_time(date: &str, now: Timestamp, skew: u32) -> Result<Timestamp, Fault> {
    // The form that every client uses; an instant has more of them.
    let dated = (date.len() == "2026-11-22T10:00:00Z".len() && date.ends_with('Z'))
        .then(|| date.parse::<Timestamp>().ok())
        .flatten();
    let Some(dated) = dated else {
        let why = "The date of a request has the form YYYY-MM-DDThh:mm:ssZ in UTC.";
        return Err(Fault::new(400, "InvalidTimeStamp.Format", why.to_owned()));
    };
    let distance = now.unix_seconds().abs_diff(dated.unix_seconds());
    if distance > u64::from(skew) {
        let why = format!("The date of the request differs from now by more than {skew} seconds.");
        return Err(Fault::new(400, "InvalidTimeStamp.Expired", why));
    }
    Ok(dated.saturating_add(i64::from(skew)))
}

fn token_fits(token: Option<&Secret>, sent: Option<&str>) -> Result<(), Fault> {
    let (code, why) = match (token, sent) {
        (None, None) => return Ok(()),
        (Some(token), Some(sent)) if matches(token.bytes(), sent.as_bytes()) => return Ok(()),
        (Some(_), None) => (
            "MissingSecurityToken",
            "A temporary access key comes with a security token.",
        ),
        (Some(_) | None, Some(_)) => (
            "InvalidSecurityToken.MismatchWithAccessKey",
            "The security token does not belong to the access key.",
        ),
    };
    Err(Fault::new(400, code, why.to_owned()))
}

/// Whether two texts are equal, in a time that does not tell where they differ.
fn matches(expected: &[u8], sent: &[u8]) -> bool {
    verify_slices_are_equal(expected, sent).is_ok()
}

fn incomplete(why: &str) -> Fault {
    Fault::new(
        400,
        "IncompleteSignature",
        format!("The signature is not complete: {why}."),
    )
}

/// Ways to sign that the vendor knows and this service does not offer.
const OTHERS: [&str; 9] = [
    "ACS3-HMAC-SHA256",
    "ACS3-HMAC-SM3",
    "ACS3-RSA-SHA256",
    "BEARERTOKEN",
    "HMAC-SHA1",
    "HMAC-SHA256",
    "HMAC-SM3",
    "PRIVATEKEY",
    "SHA256withRSA",
];

fn unsupported(method: &str, schemes: &[Scheme]) -> Fault {
    let known = OTHERS.into_iter().find(|known| *known == method);
    let known = known.unwrap_or("that was sent");
    let offered = match schemes {
        [] => String::from("None is."),
        [one] => format!("{one} is."),
        [one, other, ..] => format!("{one} and {other} are."),
    };
    let message = format!("Signatures of the kind {known} are not offered here. {offered}");
    Fault::new(400, "UnsupportedSignatureMethod", message)
}
