//! Signatures: what the vendor's clients send is taken, and every deviation from it is refused.
#![allow(
    missing_docs,
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails; not every test uses the whole kit"
)]

#[path = "support/wire.rs"]
mod kit;

use std::sync::Arc;

use cert_lifecycle::model::Timestamp;
use cert_lifecycle::port::BoxFuture;
use cert_lifecycle::wire::{
    AccessKey, AccessKeys, FixedKeys, KeysUnavailable, MemoryNonces, Nonce, Nonces, Noted, Scheme,
    Secret, SeededRequestIds, Signer, USUAL_SKEW, Wire,
};
use http::{HeaderValue, Method, Request, Uri};
use kit::{
    LASTING, NOW, Plain, Recorded, TEMPORARY, TOKEN, account, answer, at, builder, keys, message,
    recorded, wire, wire_with,
};

const STATE: &str = "DescribePackageState";

fn code(wire: &Wire, request: &Request<Vec<u8>>) -> Option<&'static str> {
    let answered = answer(wire, request);
    if answered.record.account.is_some() {
        return None;
    }
    assert!(answered.response.status().is_client_error());
    answered.record.code
}

/// Refused, with this code; the same request unchanged is taken by the same wire.
fn refused(recorded: &Recorded, changed: &Request<Vec<u8>>, expected: &str) {
    let wire = recorded.wire();
    let found = code(&wire, changed);
    assert_eq!(found, Some(expected), "{}", recorded.name);
    assert_eq!(code(&wire, &recorded.request), None, "{}", recorded.name);
}

fn with_uri(request: &Request<Vec<u8>>, change: impl Fn(&str) -> String) -> Request<Vec<u8>> {
    let mut changed = request.clone();
    *changed.uri_mut() = change(&request.uri().to_string()).parse::<Uri>().unwrap();
    changed
}

fn with_body(request: &Request<Vec<u8>>, change: impl Fn(&str) -> String) -> Request<Vec<u8>> {
    let mut changed = request.clone();
    let body = change(std::str::from_utf8(request.body()).unwrap());
    *changed.body_mut() = body.into_bytes();
    changed
}

/// Changes the text wherever the parameters are.
fn with_text(request: &Request<Vec<u8>>, change: impl Fn(&str) -> String) -> Request<Vec<u8>> {
    with_body(&with_uri(request, &change), &change)
}

fn with_header(request: &Request<Vec<u8>>, name: &str, value: &str) -> Request<Vec<u8>> {
    let mut changed = request.clone();
    let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
    let value = HeaderValue::from_str(value).unwrap();
    changed.headers_mut().insert(name, value);
    changed
}

fn authorization(request: &Request<Vec<u8>>) -> &str {
    request.headers()["authorization"].to_str().unwrap()
}

#[test]
fn every_recorded_request_is_taken() {
    let all = recorded();
    assert_eq!(all.len(), 32);
    for recorded in &all {
        let answered = answer(&recorded.wire(), &recorded.request);
        let (name, code) = (&recorded.name, answered.record.code);
        assert_eq!(
            answered.record.account,
            Some(recorded.account()),
            "{name}: {code:?}"
        );
        if name.ends_with("-state") {
            // The old client of Node says its name in small letters in a header that nobody signs.
            assert_eq!(answered.record.action, Some(STATE), "{name}: {code:?}");
        }
    }
}

#[test]
fn requests_signed_by_hand_are_taken() {
    let plain = Plain::new(
        STATE,
        &[("ProductCode", "x"), ("B", ""), ("A~", " +*%&=/ä证")],
    );
    let mut form = plain.clone();
    form.form = vec![("In.1".to_owned(), "body & soul".to_owned())];
    for plain in [plain, form] {
        assert_eq!(code(&wire(at(NOW)), &plain.by_header(&[])), None);
        assert_eq!(code(&wire(at(NOW)), &plain.by_parameters(&[])), None);
    }
}

/// What the library signs is what is signed by hand, byte for byte, and what the wire takes.
#[test]
fn what_a_signer_signs_is_taken() {
    let parameters = [("ProductCode", "x"), ("B", ""), ("A~", " +*%&=/ä证")];
    let lasting = Signer::new(LASTING.0, Secret::new(LASTING.1.to_owned()));
    let temporary = Signer::new(TEMPORARY.0, Secret::new(TEMPORARY.1.to_owned()))
        .with_token(Secret::new(TOKEN.to_owned()));
    for scheme in [Scheme::Acs3HmacSha256, Scheme::HmacSha1] {
        for signer in [&lasting, &temporary] {
            let host = "cas.example.com";
            let called = signer.call(scheme, host, STATE, &parameters, at(NOW), "nonce");
            let request = called.unwrap();
            let answered = answer(&wire(at(NOW)), &request);
            assert_eq!(answered.record.action, Some(STATE), "{scheme}");
            let wire = wire(at(NOW));
            let changed = with_body(&request, |text| text.replace("=x", "=y"));
            assert!(code(&wire, &changed).is_some(), "{scheme}");
        }
    }
    // A request of one's own, with everything in the query and the host in the address.
    let by_hand = Plain::new(STATE, &parameters).by_header(&[]);
    let mut request = by_hand.clone();
    request.headers_mut().remove("authorization");
    request.headers_mut().remove("host");
    let query = request.uri().query().unwrap().to_owned();
    let uri = format!("http://cas.example.com/?{query}");
    *request.uri_mut() = uri.parse().unwrap();
    let signed = lasting.sign(Scheme::Acs3HmacSha256, request, at(NOW), "nonce");
    assert_eq!(authorization(&signed.unwrap()), authorization(&by_hand));
    let by_hand = Plain::new(STATE, &parameters).by_parameters(&[]);
    let twice = lasting.sign(Scheme::HmacSha1, by_hand, at(NOW), "nonce");
    assert_eq!(twice.unwrap_err().code(), "InvalidParameter");
    let nowhere = Request::get("/a?Action=x").body(Vec::new()).unwrap();
    let signed = lasting.sign(Scheme::HmacSha1, nowhere, at(NOW), "nonce");
    assert_eq!(signed.unwrap_err().code(), "InvalidPath");
    assert!(!format!("{temporary:?}").contains(TOKEN));
}

#[test]
fn a_changed_parameter_is_refused() {
    for recorded in recorded() {
        let mismatch = |change: &dyn Fn(&str) -> String| {
            let changed = with_text(&recorded.request, change);
            refused(&recorded, &changed, "SignatureDoesNotMatch");
        };
        if recorded.request.uri().query().is_some() {
            mismatch(&|text| text.replacen("/?", "/?More=1&", 1));
        }
        if recorded.name.ends_with("-state") {
            let changed = with_text(&recorded.request, |text| text.replace("free-1", "free-2"));
            refused(&recorded, &changed, "SignatureDoesNotMatch");
        } else {
            // Names are signed as well as values, and case counts.
            for (from, to) in [("bung", "BUNG"), ("Name=", "NamE="), ("Phone=", "PhonE=")] {
                let changed = with_text(&recorded.request, |text| text.replace(from, to));
                if changed.uri() != recorded.request.uri()
                    || changed.body() != recorded.request.body()
                {
                    refused(&recorded, &changed, "SignatureDoesNotMatch");
                }
            }
        }
    }
}

#[test]
fn a_changed_header_is_refused_if_it_is_signed() {
    for recorded in recorded().iter().filter(|recorded| recorded.of_header()) {
        let text = authorization(&recorded.request);
        let list = text.split("SignedHeaders=").nth(1).unwrap();
        let list = list.split(',').next().unwrap();
        for name in list.split(';') {
            let (other, expected) = match name {
                "x-acs-content-sha256" => ("00", "InvalidContentSha256"),
                "x-acs-accesskey-id" => ("other", "IncompleteSignature"),
                "x-acs-date" => {
                    let later = recorded.sent.saturating_add(1).to_string();
                    let changed = with_header(&recorded.request, name, &later);
                    refused(recorded, &changed, "SignatureDoesNotMatch");
                    ("yesterday", "InvalidTimeStamp.Format")
                }
                _ => ("other", "SignatureDoesNotMatch"),
            };
            let changed = with_header(&recorded.request, name, other);
            refused(recorded, &changed, expected);
            let mut missing = recorded.request.clone();
            missing.headers_mut().remove(name);
            refused(recorded, &missing, "IncompleteSignature");
            let mut doubled = recorded.request.clone();
            let twice = HeaderValue::from_static("again");
            let key = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            doubled.headers_mut().append(key, twice);
            assert!(code(&recorded.wire(), &doubled).is_some(), "{name}");
        }
        // Nobody signs these.
        let changed = with_header(&recorded.request, "connection", "close");
        assert_eq!(code(&recorded.wire(), &changed), None);
        // What the vendor's clients always sign can't be slipped in.
        let changed = with_header(&recorded.request, "x-acs-more", "1");
        refused(recorded, &changed, "IncompleteSignature");
    }
}

#[test]
fn what_must_be_signed_is_signed() {
    let plain = Plain::new(STATE, &[]);
    let unsigned = [
        "host",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-content-sha256",
    ];
    for name in unsigned
        .into_iter()
        .chain(["x-acs-action", "x-acs-version"])
    {
        let request = plain.by_header(&[name]);
        assert_eq!(
            code(&wire(at(NOW)), &request),
            Some("IncompleteSignature"),
            "{name}"
        );
    }
    for name in ["host", "x-acs-date", "x-acs-signature-nonce"] {
        let request = plain.clone().without(name).by_header(&[]);
        assert_eq!(
            code(&wire(at(NOW)), &request),
            Some("IncompleteSignature"),
            "{name}"
        );
    }
    for name in [
        "Timestamp",
        "SignatureNonce",
        "SignatureMethod",
        "SignatureVersion",
        "AccessKeyId",
    ] {
        let request = plain.by_parameters(&[(name, "")]);
        assert_eq!(
            code(&wire(at(NOW)), &request),
            Some("MissingParameter"),
            "{name}"
        );
    }
}

#[test]
fn another_body_method_or_place_is_refused() {
    for recorded in recorded() {
        let mut body = with_body(&recorded.request, |body| format!("{body}&More=1"));
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        body.headers_mut().insert("content-type", form);
        let expected = if recorded.of_header() {
            "InvalidContentSha256"
        } else {
            "SignatureDoesNotMatch"
        };
        refused(&recorded, &body, expected);
        let mut method = recorded.request.clone();
        *method.method_mut() = if method.method() == Method::GET {
            Method::POST
        } else {
            Method::GET
        };
        refused(&recorded, &method, "SignatureDoesNotMatch");
    }
}

#[test]
fn another_secret_and_another_key_are_refused() {
    for recorded in recorded() {
        let key = |secret: &str| AccessKey::new(Secret::new(secret.to_owned()), account("thief"));
        let token = Secret::new(TOKEN.to_owned());
        let others = FixedKeys::new()
            .with(LASTING.0, key("testsecreT"))
            .with(TEMPORARY.0, key("").with_token(token));
        let wire = wire_with(others, recorded.sent);
        let found = code(&wire, &recorded.request);
        assert_eq!(found, Some("SignatureDoesNotMatch"));
        let empty = wire_with(FixedKeys::new(), recorded.sent);
        let answered = answer(&empty, &recorded.request);
        assert_eq!(answered.response.status(), 404);
        assert_eq!(answered.record.code, Some("InvalidAccessKeyId.NotFound"));
        // The name of another key that exists.
        let id = if recorded.name.contains("-token") {
            TEMPORARY.0
        } else {
            LASTING.0
        };
        let renamed = with_text(&recorded.request, |text| {
            text.replace(&format!("AccessKeyId={id}"), "AccessKeyId=other")
        });
        if recorded.of_header() {
            let text = authorization(&recorded.request);
            let text = text.replace(&format!("Credential={id}"), "Credential=other");
            let changed = with_header(&recorded.request, "authorization", &text);
            assert!(code(&recorded.wire(), &changed).is_some());
        } else {
            refused(&recorded, &renamed, "SignatureDoesNotMatch");
        }
    }
}

#[test]
fn the_window_has_both_its_ends() {
    for recorded in recorded() {
        let skew = i64::from(USUAL_SKEW);
        for (seconds, expected) in [
            (-skew - 1, Some("InvalidTimeStamp.Expired")),
            (-skew, None),
            (skew, None),
            (skew + 1, Some("InvalidTimeStamp.Expired")),
        ] {
            let wire = wire(recorded.sent.saturating_add(seconds));
            assert_eq!(code(&wire, &recorded.request), expected, "{seconds}");
        }
        let narrow = builder(keys(), recorded.sent.saturating_add(2))
            .with_skew(1)
            .build();
        let found = code(&narrow, &recorded.request);
        assert_eq!(found, Some("InvalidTimeStamp.Expired"));
    }
}

#[test]
fn a_date_has_one_form() {
    for date in [
        "",
        "2026-11-22T18:00:00+08:00",
        "2026-11-22 10:00:00Z",
        "-026-11-22T10:00:00Z",
        "Sun, 22 Nov 2026 10:00:00 GMT",
        "2026-11-31T10:00:00Z",
    ] {
        let plain = Plain::new(STATE, &[]).header("x-acs-date", date);
        let by_header = code(&wire(at(NOW)), &plain.by_header(&[]));
        let by_parameters = code(&wire(at(NOW)), &plain.by_parameters(&[]));
        let expected = if date.is_empty() {
            ("IncompleteSignature", "MissingParameter")
        } else {
            ("InvalidTimeStamp.Format", "InvalidTimeStamp.Format")
        };
        assert_eq!(
            (by_header, by_parameters),
            (Some(expected.0), Some(expected.1)),
            "{date}"
        );
    }
}

#[test]
fn a_request_is_taken_once() {
    for recorded in recorded() {
        let wire = recorded.wire();
        assert_eq!(code(&wire, &recorded.request), None);
        assert_eq!(code(&wire, &recorded.request), Some("SignatureNonceUsed"));
    }
    // A nonce that was used under a wrong signature is still free, and each key has its own.
    let plain = Plain::new(STATE, &[]);
    let mut wrong = plain.clone();
    wrong.key.1 = "wrong".to_owned();
    let mut other = plain.clone();
    other.key = ("other".to_owned(), "othersecret".to_owned());
    let wire = wire(at(NOW));
    assert_eq!(
        code(&wire, &wrong.by_header(&[])),
        Some("SignatureDoesNotMatch")
    );
    assert_eq!(code(&wire, &plain.by_header(&[])), None);
    assert_eq!(code(&wire, &other.by_header(&[])), None);
    assert_eq!(
        code(&wire, &plain.by_parameters(&[])),
        Some("SignatureNonceUsed")
    );
}

#[test]
fn when_nonces_have_no_room_the_request_waits() {
    let wire = builder(keys(), at(NOW))
        .with_nonces(Arc::new(MemoryNonces::new(1)))
        .build();
    let plain = Plain::new(STATE, &[]);
    assert_eq!(code(&wire, &plain.by_header(&[])), None);
    let next = plain.header("x-acs-signature-nonce", "next").by_header(&[]);
    let answered = answer(&wire, &next);
    assert_eq!(answered.response.status(), 429);
    assert_eq!(answered.record.code, Some("Throttling.User"));
    assert_eq!(answered.response.headers()["x-acs-retry-after"], "60000");
    assert_eq!(answered.record.account, None);
}

struct Away;

impl Nonces for Away {
    fn note<'a>(&'a self, _: Nonce<'a>) -> BoxFuture<'a, Noted> {
        Box::pin(core::future::ready(Noted::Unknown))
    }
}

impl AccessKeys for Away {
    fn find<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<AccessKey>, KeysUnavailable>> {
        Box::pin(core::future::ready(Err(KeysUnavailable)))
    }
}

#[test]
fn what_cant_be_looked_up_is_refused() {
    let request = Plain::new(STATE, &[]).by_header(&[]);
    let nonces_away = builder(keys(), at(NOW)).with_nonces(Arc::new(Away)).build();
    let clock = cert_lifecycle::adapter::ManualClock::new(at(NOW));
    let ids = Arc::new(SeededRequestIds::new(1));
    let keys_away = Wire::new(kit::desk(), Arc::new(Away), Arc::new(clock), ids);
    for wire in [nonces_away, keys_away] {
        let answered = answer(&wire, &request);
        assert_eq!(answered.response.status(), 500);
        assert_eq!(
            (answered.record.code, answered.record.account),
            (Some("Error"), None)
        );
    }
}

#[test]
fn a_signature_is_of_one_case_and_length() {
    for recorded in recorded() {
        let wire = recorded.wire();
        if recorded.of_header() {
            let text = authorization(&recorded.request).to_owned();
            let (rest, signature) = text.split_once("Signature=").unwrap();
            let shorter = signature.get(1..).unwrap();
            for wrong in [
                signature.to_uppercase(),
                shorter.to_owned(),
                format!("{signature}0"),
                format!("{signature} 0"),
                "0".repeat(64),
            ] {
                let changed = format!("{rest}Signature={wrong}");
                let changed = with_header(&recorded.request, "authorization", &changed);
                assert_eq!(
                    code(&wire, &changed),
                    Some("SignatureDoesNotMatch"),
                    "{wrong}"
                );
            }
        } else {
            for (from, to) in [("%3D", ""), ("%3D", "%3D%3D"), ("%3D", "%3D+"), ("", "A")] {
                let changed = with_text(&recorded.request, |text| {
                    let Some((rest, signature)) = text.split_once("&Signature=") else {
                        return text.to_owned();
                    };
                    let signature = signature.replacen(from, to, 1);
                    format!("{rest}&Signature={signature}")
                });
                assert_eq!(code(&wire, &changed), Some("SignatureDoesNotMatch"), "{to}");
            }
        }
        assert_eq!(code(&wire, &recorded.request), None);
    }
}

#[test]
fn a_header_that_is_no_signature_is_refused() {
    let request = Plain::new(STATE, &[]).by_header(&[]);
    let good = authorization(&request).to_owned();
    let (_, rest) = good.split_once(' ').unwrap();
    let wrong = [
        (String::new(), "IncompleteSignature"),
        ("ACS3-HMAC-SHA256".to_owned(), "IncompleteSignature"),
        ("Basic dGVzdA==".to_owned(), "UnsupportedSignatureMethod"),
        (
            format!("ACS3-HMAC-SM3 {rest}"),
            "UnsupportedSignatureMethod",
        ),
        (
            format!("acs3-hmac-sha256 {rest}"),
            "UnsupportedSignatureMethod",
        ),
        (format!("{good},Signature=0"), "IncompleteSignature"),
        (format!("{good},More=0"), "IncompleteSignature"),
        (format!("{good},"), "IncompleteSignature"),
        (
            good.replace("Credential=testid,", ""),
            "IncompleteSignature",
        ),
        (good.replace("testid", ""), "IncompleteSignature"),
        (good.replace("host;", "Host;"), "IncompleteSignature"),
        (good.replace("host;", "host;host;"), "IncompleteSignature"),
        (good.replace("host;", "host;;"), "IncompleteSignature"),
        (good.replace("host;", "host;absent;"), "IncompleteSignature"),
        (
            good.replace("host;", &"a;".repeat(65)),
            "IncompleteSignature",
        ),
    ];
    for (header, expected) in wrong {
        let changed = with_header(&request, "authorization", &header);
        assert_eq!(code(&wire(at(NOW)), &changed), Some(expected), "{header}");
    }
    // What is wrong is told: an empty name is no header that is missing.
    let listed = good.replace("host;", "host;;");
    let listed = with_header(&request, "authorization", &listed);
    let listed = message(&answer(&wire(at(NOW)), &listed));
    assert!(
        listed.contains("the list of signed headers can't be read"),
        "{listed}"
    );
    let mut doubled = request.clone();
    let again = HeaderValue::from_str(&good).unwrap();
    doubled.headers_mut().append("authorization", again);
    assert_eq!(code(&wire(at(NOW)), &doubled), Some("InvalidHeader"));
    // One way, not two, and not none.
    let both = with_uri(&request, |_| "/?Signature=AAAA".to_owned());
    assert_eq!(code(&wire(at(NOW)), &both), Some("IncompleteSignature"));
    let mut none = request;
    none.headers_mut().remove("authorization");
    assert_eq!(code(&wire(at(NOW)), &none), Some("IncompleteSignature"));
}

#[test]
fn other_kinds_of_signatures_are_refused_by_name() {
    for (name, value) in [
        ("SignatureMethod", "HMAC-SHA256"),
        ("SignatureMethod", "SHA256withRSA"),
        ("SignatureType", "BEARERTOKEN"),
        ("SignatureType", "PRIVATEKEY"),
    ] {
        let request = Plain::new(STATE, &[]).by_parameters(&[(name, value)]);
        let answered = answer(&wire(at(NOW)), &request);
        assert_eq!(answered.record.code, Some("UnsupportedSignatureMethod"));
        assert!(message(&answered).contains(value));
    }
    let request = Plain::new(STATE, &[]).by_parameters(&[("SignatureVersion", "2.0")]);
    assert_eq!(code(&wire(at(NOW)), &request), Some("IncompleteSignature"));
}

#[test]
fn a_token_belongs_to_its_key() {
    let missing = Some("MissingSecurityToken");
    let mismatch = Some("InvalidSecurityToken.MismatchWithAccessKey");
    for (key, token, expected) in [
        (LASTING, None, None),
        (LASTING, Some(TOKEN), mismatch),
        (TEMPORARY, Some(TOKEN), None),
        (TEMPORARY, Some("token/+="), mismatch),
        (TEMPORARY, None, missing),
    ] {
        let mut plain = Plain::new(STATE, &[]);
        plain.key = (key.0.to_owned(), key.1.to_owned());
        let parameters: Vec<_> = token
            .map(|token| ("SecurityToken", token))
            .into_iter()
            .collect();
        let by_parameters = plain.by_parameters(&parameters);
        if let Some(token) = token {
            plain = plain.header("x-acs-security-token", token);
        }
        for request in [plain.by_header(&[]), by_parameters] {
            assert_eq!(
                code(&wire(at(NOW)), &request),
                expected,
                "{key:?} {token:?}"
            );
        }
    }
}

/// The old client of Python splits the message at its colon, and compares.
#[test]
fn who_signs_with_another_secret_is_told_what_to_sign() {
    let mut plain = Plain::new(STATE, &[("ProductCode", "x:y")]);
    plain.key.1 = "other".to_owned();
    let answered = answer(&wire(at(NOW)), &plain.by_parameters(&[]));
    assert_eq!(answered.response.status(), 400);
    let message = message(&answered);
    let parts: Vec<&str> = message.split(':').collect();
    assert_eq!(
        parts[1..],
        [concat!(
            "POST&%2F&AccessKeyId%3Dtestid%26Action%3DDescribePackageState%26ProductCode%3Dx%253Ay",
            "%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3Dnonce%26SignatureVersion%3D1.0",
            "%26Timestamp%3D2026-11-22T10%253A00%253A00Z%26Version%3D2020-04-07"
        )]
    );
    let answered = answer(&wire(at(NOW)), &plain.by_header(&[]));
    let message = kit::message(&answered);
    let parts: Vec<&str> = message.split(':').collect();
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[1].len(), "ACS3-HMAC-SHA256\n".len() + 64);
}

/// What is told holds no key and no token.
#[test]
fn no_secret_is_told() {
    let secret = "MADE-UP";
    for name in [
        "Key",
        "PrivateKey",
        "SignPrivateKey",
        "EncryptPrivateKey",
        "SecurityToken",
    ] {
        let mut plain = Plain::new(STATE, &[("Cert", "public")]).with(name, secret);
        plain.key.1 = "other".to_owned();
        let answered = answer(&wire(at(NOW)), &plain.by_parameters(&[]));
        assert_eq!(answered.record.code, Some("SignatureDoesNotMatch"));
        let message = message(&answered);
        assert!(!message.contains(secret), "{message}");
        assert!(
            message.contains(&format!("{name}%3D%252A%252A%252A")),
            "{message}"
        );
        assert!(message.contains("public"));
    }
    for recorded in recorded() {
        let wrong = AccessKey::new(Secret::new("wrong".to_owned()), account("thief"));
        let keys = FixedKeys::new()
            .with(LASTING.0, wrong.clone())
            .with(TEMPORARY.0, wrong);
        let answered = answer(&wire_with(keys, recorded.sent), &recorded.request);
        let shown = format!("{answered:?} {}", message(&answered));
        for secret in ["TUFERS1VUA", "token", "wrong", "testsecret", "stssecret"] {
            assert!(!shown.contains(secret), "{}: {secret}", recorded.name);
        }
    }
}

#[test]
fn the_clock_of_signatures_is_not_that_of_the_service() {
    let years_later: Timestamp = at("2031-01-01T00:00:00Z");
    let plain = Plain::new(STATE, &[]).header("x-acs-date", "2031-01-01T00:00:00Z");
    assert_eq!(code(&wire(years_later), &plain.by_header(&[])), None);
}

/// HTTP/2 has no header `Host`.
#[test]
fn the_host_may_stand_in_the_address() {
    let mut request = Plain::new(STATE, &[]).by_header(&[]);
    request.headers_mut().remove("host");
    let absolute = |host: &str| with_uri(&request, |path| format!("http://{host}{path}"));
    assert_eq!(code(&wire(at(NOW)), &absolute("cas.example.com")), None);
    let other = absolute("cas.example.net");
    assert_eq!(code(&wire(at(NOW)), &other), Some("SignatureDoesNotMatch"));
}
