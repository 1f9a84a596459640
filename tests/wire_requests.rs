//! Requests read within limits, and answers written: whatever comes in, an answer goes out.
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

use cert_lifecycle::adapter::ManualClock;
use cert_lifecycle::wire::{
    Answered, Body, Format, Limits, Operation, Rates, Secret, SeededRequestIds, Tree, Wire,
};
use http::{HeaderValue, Request};
use kit::{NOW, Plain, answer, at, message, recorded, wire};
use proptest::prelude::*;
use serde_json::{Value, json};
use tower_service::Service as _;

const STATE: &str = "DescribePackageState";
const FORM: &str = "application/x-www-form-urlencoded";

fn request(method: &str, uri: &str, kind: Option<&str>, body: &str) -> Request<Vec<u8>> {
    let mut request = Request::builder().method(method).uri(uri);
    if let Some(kind) = kind {
        request = request.header("content-type", kind);
    }
    request.body(body.as_bytes().to_vec()).unwrap()
}

fn told(answered: &Answered) -> (u16, &'static str) {
    (
        answered.response.status().as_u16(),
        answered.record.code.unwrap(),
    )
}

fn fault(request: &Request<Vec<u8>>) -> (u16, &'static str) {
    told(&answer(&wire(at(NOW)), request))
}

const UNSIGNED: (u16, &str) = (400, "IncompleteSignature");
const INVALID: (u16, &str) = (400, "InvalidParameter");
const LARGE: (u16, &str) = (413, "RequestTooLarge");

#[test]
fn there_is_one_path_and_two_methods() {
    for uri in [
        "/api",
        "//",
        "/?/",
        "/a?Action=x",
        "http://cas.example.com/a",
    ] {
        let expected = if uri == "/?/" {
            UNSIGNED
        } else {
            (404, "InvalidPath")
        };
        assert_eq!(fault(&request("GET", uri, None, "")), expected, "{uri}");
    }
    for method in ["PUT", "DELETE", "HEAD", "OPTIONS", "get", "PATCH"] {
        let answered = answer(&wire(at(NOW)), &request(method, "/", None, ""));
        assert_eq!(told(&answered), (405, "UnsupportedHTTPMethod"));
        assert_eq!(answered.response.headers()["allow"], "GET, POST");
    }
}

#[test]
fn a_body_is_a_form() {
    for kind in [
        None,
        Some("application/json"),
        Some("multipart/form-data"),
        Some("application/x-www-form-urlencoded; charset=gbk"),
    ] {
        let found = fault(&request("POST", "/", kind, "A=1"));
        assert_eq!(found, (415, "UnsupportedContentType"));
        assert_eq!(fault(&request("POST", "/", kind, "")), UNSIGNED);
    }
    for kind in [FORM, "Application/X-WWW-Form-Urlencoded;charset=UTF-8"] {
        assert_eq!(fault(&request("POST", "/", Some(kind), "A=1")), UNSIGNED);
    }
}

#[test]
fn a_parameter_stands_once_wherever_it_stands() {
    assert_eq!(fault(&request("GET", "/?A=1&A=1", None, "")), INVALID);
    assert_eq!(fault(&request("GET", "/?A=1&%41=2", None, "")), INVALID);
    assert_eq!(fault(&request("POST", "/?A=1", Some(FORM), "A=1")), INVALID);
    assert_eq!(
        fault(&request("POST", "/?A=1&&", Some(FORM), "&a=1&")),
        UNSIGNED
    );
}

#[test]
fn what_cant_be_decoded_is_refused() {
    for broken in [
        "A=%", "A=%4", "A=%zz", "A=%ff", "%ff=1", "=1", "a%20b=1", "%C3%A4=1", "A%00=1",
    ] {
        assert_eq!(
            fault(&request("GET", &format!("/?{broken}"), None, "")),
            INVALID,
            "{broken}"
        );
        assert_eq!(
            fault(&request("POST", "/", Some(FORM), broken)),
            INVALID,
            "{broken}"
        );
    }
    let mut raw = request("POST", "/", Some(FORM), "");
    *raw.body_mut() = b"A=\xff".to_vec();
    assert_eq!(fault(&raw), INVALID);
    // What was sent is not told again.
    let secret = request("GET", "/?Key=MADE-UP%00", None, "");
    let answered = answer(&wire(at(NOW)), &secret);
    assert!(!message(&answered).contains("MADE"));
}

#[test]
fn control_characters_stand_nowhere_but_ends_of_lines_in_pem() {
    for name in [
        "Name",
        "Username",
        "Domain",
        "Tags.1.Key",
        "Unknown",
        "Cert",
        "Csr",
        "Key",
    ] {
        let pem = matches!(name, "Cert" | "Csr" | "Key");
        for (code, end) in [
            ("00", false),
            ("09", false),
            ("0A", true),
            ("0D", true),
            ("1B", false),
        ] {
            let uri = format!("/?{name}=a%{code}b");
            let expected = if pem && end { UNSIGNED } else { INVALID };
            assert_eq!(fault(&request("GET", &uri, None, "")), expected, "{uri}");
        }
        for code in ["7F", "C2%85", "C2%9B"] {
            let uri = format!("/?{name}=%{code}");
            assert_eq!(fault(&request("GET", &uri, None, "")), INVALID, "{uri}");
        }
    }
}

#[test]
fn each_limit_holds_at_its_edge() {
    let mut limits = Limits::USUAL;
    limits.parameters = 3;
    limits.name = 4;
    limits.value = 5;
    limits.query = 40;
    limits.body = 40;
    let wire = kit::builder(kit::keys(), at(NOW))
        .with_limits(limits)
        .build();
    assert_eq!(wire.limits(), limits);
    let found =
        |uri: &str, body: &str| told(&answer(&wire, &request("POST", uri, Some(FORM), body)));
    assert_eq!(found("/?A=1&B=2", "C=3"), UNSIGNED);
    assert_eq!(found("/?A=1&B=2", "C=3&D=4"), LARGE);
    assert_eq!(found("/?Name=12345", ""), UNSIGNED);
    assert_eq!(found("/?Names=12345", ""), LARGE);
    assert_eq!(found("/?Name=123456", ""), LARGE);
    assert_eq!(found("/?Name=%31%32%33%34%35", ""), UNSIGNED);
    assert_eq!(found(&format!("/?{}", "&".repeat(40)), ""), UNSIGNED);
    assert_eq!(found(&format!("/?{}", "&".repeat(41)), ""), LARGE);
    assert_eq!(found("/", &"&".repeat(40)), UNSIGNED);
    assert_eq!(found("/", &"&".repeat(41)), LARGE);
}

/// Five certificates of 4096 bits with their key, all of it in the query.
#[test]
fn a_long_chain_and_its_key_are_within_the_usual_limits() {
    let line = format!("{}\n", "Ab+/".repeat(16));
    let pem = |kind: &str, lines: usize| {
        format!(
            "-----BEGIN {kind}-----\n{}-----END {kind}-----\n",
            line.repeat(lines)
        )
    };
    let chain = pem("CERTIFICATE", 40).repeat(5);
    let key = pem("PRIVATE KEY", 52);
    let mut plain = Plain::new(STATE, &[("Cert", &chain), ("Key", &key)]);
    assert!(
        answer(&wire(at(NOW)), &plain.by_header(&[]))
            .record
            .account
            .is_some()
    );
    assert!(
        answer(&wire(at(NOW)), &plain.by_parameters(&[]))
            .record
            .account
            .is_some()
    );
    std::mem::swap(&mut plain.query, &mut plain.form);
    assert!(
        answer(&wire(at(NOW)), &plain.by_parameters(&[]))
            .record
            .account
            .is_some()
    );
}

fn called(action: &str, version: &str, more: &[(&str, &str)]) -> [Answered; 2] {
    let plain = Plain::new(action, more).header("x-acs-version", version);
    [plain.by_header(&[]), plain.by_parameters(&[])].map(|request| answer(&wire(at(NOW)), &request))
}

#[test]
fn actions_and_versions_are_told_apart() {
    let version = "2020-04-07";
    for (action, version, expected) in [
        ("NoSuchOperation", version, (404, "InvalidAction.NotFound")),
        (
            "describePackageState",
            version,
            (404, "InvalidAction.NotFound"),
        ),
        ("RefundInstance", version, (400, "UnsupportedOperation")),
        (STATE, "2018-07-13", (400, "InvalidVersion")),
        (STATE, "", (400, "MissingParameter")),
        ("", version, (400, "MissingParameter")),
    ] {
        for answered in called(action, version, &[]) {
            assert_eq!(told(&answered), expected, "{action} {version}");
            assert!(answered.record.account.is_some());
            assert_eq!(answered.record.operation, None);
        }
    }
    // Parameters may say what headers say, but nothing else.
    let plain = Plain::new(STATE, &[("Action", STATE)]);
    assert_eq!(
        answer(&wire(at(NOW)), &plain.by_header(&[]))
            .record
            .operation,
        Some(Operation::DescribePackageState)
    );
    let plain = Plain::new(STATE, &[("Action", "RefundInstance")]);
    assert_eq!(fault(&plain.by_header(&[])), INVALID);
    let plain = plain.without("x-acs-action").without("x-acs-version");
    let plain = plain.with("Version", version);
    assert_eq!(fault(&plain.by_header(&[])), (400, "UnsupportedOperation"));
    // Headers that nobody signed say nothing.
    let mut request = Plain::new(STATE, &[]).by_parameters(&[]);
    let other = HeaderValue::from_static("RefundInstance");
    request.headers_mut().insert("x-acs-action", other);
    assert_eq!(
        answer(&wire(at(NOW)), &request).record.operation,
        Some(Operation::DescribePackageState)
    );
}

#[test]
fn a_fault_is_told_in_four_fields() {
    let [answered, _] = called("NoSuchOperation", "2020-04-07", &[]);
    let id = answered.record.request_id.clone();
    assert_eq!(id.len(), 36);
    let headers = answered.response.headers();
    assert_eq!(headers["x-acs-request-id"], id.as_str());
    assert_eq!(headers["content-type"], "application/json;charset=utf-8");
    let body: Value = serde_json::from_slice(answered.response.body()).unwrap();
    assert_eq!(
        body,
        json!({
            "Code": "InvalidAction.NotFound",
            "Message": "The API has no such operation. Names have capitals where words begin.",
            "RequestId": id,
            "HostId": "cas.example.com",
        })
    );
    let [answered, _] = called("NoSuchOperation", "2020-04-07", &[("Format", "xml")]);
    let headers = answered.response.headers();
    assert_eq!(headers["content-type"], "text/xml;charset=utf-8");
    let body = String::from_utf8(answered.response.body().clone()).unwrap();
    assert_eq!(
        body,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>InvalidAction.NotFound</Code>\
             <Message>The API has no such operation. Names have capitals where words begin.\
             </Message><RequestId>{}</RequestId><HostId>cas.example.com</HostId></Error>",
            answered.record.request_id
        )
    );
    assert_eq!(fault(&request("GET", "/?Format=yaml", None, "")), INVALID);
    // A host that is none is not repeated.
    let mut odd = request("GET", "/", None, "");
    let host = HeaderValue::from_static("<script>");
    odd.headers_mut().insert("host", host);
    let answered = answer(&wire(at(NOW)), &odd);
    let body: Value = serde_json::from_slice(answered.response.body()).unwrap();
    assert_eq!(body["HostId"], "");
}

#[test]
fn rates_hold_per_account_and_second() {
    let clock = ManualClock::new(at(NOW));
    let built = || {
        let clock = Arc::new(clock.clone());
        let ids = Arc::new(SeededRequestIds::new(1));
        Wire::builder(kit::desk(), Arc::new(kit::keys()), clock, ids)
    };
    let free = built().build();
    let wire = built().with_rates(Rates::documented()).build();
    let mut count = 0;
    let mut call = |wire: &Wire, key: (&str, &str)| {
        count += 1;
        let mut plain = Plain::new(STATE, &[]);
        plain.key = (key.0.to_owned(), key.1.to_owned());
        let nonce = format!("{count}");
        answer(
            wire,
            &plain.header("x-acs-signature-nonce", &nonce).by_header(&[]),
        )
    };
    let throttled = |answered: &Answered| answered.record.code == Some("Throttling.User");
    let (one, two) = (kit::LASTING, ("other", "othersecret"));
    assert!((0..10).all(|_| !throttled(&call(&wire, one))));
    let answered = call(&wire, one);
    assert_eq!(told(&answered), (429, "Throttling.User"));
    assert_eq!(answered.response.headers()["x-acs-retry-after"], "1000");
    assert_eq!(
        answered.record.operation,
        Some(Operation::DescribePackageState)
    );
    assert!(!throttled(&call(&wire, two)));
    assert!(!throttled(&call(&free, one)));
    clock.advance(1);
    assert!(!throttled(&call(&wire, one)));
}

#[test]
fn every_operation_has_a_rate() {
    for operation in Operation::ALL {
        assert!([10, 100].contains(&Rates::documented().of(*operation)));
    }
}

#[test]
fn it_is_a_tower_service_on_any_thread() {
    fn on_any_thread<T: Send>(value: T) -> T {
        value
    }
    let wire = wire(at(NOW));
    let request = Plain::new("NoSuchOperation", &[]).by_header(&[]);
    let of_body = request.clone().map(Body::from);
    let future = on_any_thread(wire.clone().call(of_body));
    let Ok(response) = pollster::block_on(future);
    assert_eq!(response.status(), 404);
    drop(on_any_thread(wire.answer(request)));
}

/// A document of XML, read by hand: the texts between its tags, unescaped, each with its path.
fn read_xml(document: &str) -> Vec<(String, String)> {
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let mut rest = document.strip_prefix(declaration).unwrap();
    let (mut open, mut texts, mut leaf) = (Vec::<String>::new(), Vec::new(), false);
    loop {
        let (text, after) = rest.split_once('<').unwrap();
        assert!(!text.contains('>') && text.chars().all(|c| {
            matches!(c, '\t' | '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        }));
        let (tag, after) = after.split_once('>').unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            if leaf {
                texts.push((open.join("/"), unescaped(text)));
            } else {
                assert_eq!(text, "");
            }
            assert_eq!(open.pop().as_deref(), Some(name));
            leaf = false;
        } else {
            assert_eq!(text, "");
            assert!(tag.chars().all(char::is_alphanumeric) && !tag.is_empty());
            open.push(tag.to_owned());
            leaf = true;
        }
        rest = after;
        if open.is_empty() {
            assert_eq!(rest, "");
            return texts;
        }
    }
}

fn unescaped(text: &str) -> String {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (entity, rest) = part.split_once(';').unwrap();
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#13" => '\r',
            other => panic!("{other}"),
        });
        out.push_str(rest);
    }
    out
}

/// What a tree says, as JSON.
fn as_json(tree: &Tree) -> Value {
    match tree {
        Tree::Text(text) => json!(text),
        Tree::Secret(text) => json!(text.expose()),
        Tree::Number(number) => json!(number),
        Tree::Flag(flag) => json!(flag),
        Tree::List(_, values) => values.iter().map(as_json).collect(),
        Tree::Fields(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), as_json(value)))
                .collect(),
        ),
        other => panic!("{other:?}"),
    }
}

/// What a tree says, as the texts of XML.
fn as_texts(path: &str, tree: &Tree, out: &mut Vec<(String, String)>) {
    let carried = |text: &str| {
        text.chars()
            .map(|c| match c {
                '\t' | '\n' | '\r' => c,
                c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => '\u{fffd}',
                c => c,
            })
            .collect::<String>()
    };
    let mut leaf = |text: String| out.push((path.to_owned(), text));
    match tree {
        Tree::Text(text) => leaf(carried(text)),
        Tree::Secret(text) => leaf(carried(text.expose())),
        Tree::Number(number) => leaf(number.to_string()),
        Tree::Flag(flag) => leaf(flag.to_string()),
        Tree::List(_, values) if values.is_empty() => leaf(String::new()),
        Tree::List(name, values) => {
            for value in values {
                as_texts(&format!("{path}/{name}"), value, out);
            }
        }
        Tree::Fields(fields) if fields.is_empty() => leaf(String::new()),
        Tree::Fields(fields) => {
            for (name, value) in fields {
                as_texts(&format!("{path}/{name}"), value, out);
            }
        }
        other => panic!("{other:?}"),
    }
}

const NAMES: [&str; 4] = ["Alpha", "Beta", "Gamma", "Delta"];

fn trees() -> impl Strategy<Value = Tree> {
    let text = prop_oneof![".*", "[\\x00-\\x7f&<>\"']{0,9}", "\\PC*"];
    let leaf = prop_oneof![
        text.clone().prop_map(Tree::Text),
        text.prop_map(|text| Tree::Secret(Secret::new(text))),
        any::<i64>().prop_map(Tree::Number),
        any::<bool>().prop_map(Tree::Flag),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let values = prop::collection::vec(inner, 0..5);
        prop_oneof![
            (0..4_usize, values.clone()).prop_map(|(name, values)| Tree::List(NAMES[name], values)),
            values.prop_map(|values| Tree::Fields(NAMES.into_iter().zip(values).collect())),
        ]
    })
}

/// Parts of requests, so that many get far.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[!-~]{0,40}",
        "([A-Za-z.%0-9]{1,8}=[!-~]{0,20}&){0,5}",
        Just("Action=DescribePackageState&Version=2020-04-07&Format=XML".to_owned()),
        Just(format!(
            "AccessKeyId=testid&Signature=A&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0\
             &SignatureNonce=1&Timestamp={NOW}"
        )),
    ]
}

fn headers() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let name = prop::sample::select(vec![
        "host",
        "authorization",
        "content-type",
        "x-acs-action",
        "x-acs-version",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-content-sha256",
        "x-acs-security-token",
        "x-other",
    ]);
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        Just(FORM.as_bytes().to_vec()),
        Just(NOW.as_bytes().to_vec()),
        Just(
            b"ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host;x-acs-date;x-acs-content-sha256;\
              x-acs-signature-nonce,Signature=00"
                .to_vec()
        ),
        Just(b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_vec()),
    ];
    (name, value)
}

proptest! {
    #[test]
    fn json_says_what_the_tree_says(tree in trees()) {
        let fields = [("Root", tree)];
        let written = Format::Json.write("Answer", &fields);
        let read: Value = serde_json::from_slice(&written).unwrap();
        prop_assert_eq!(&read["Root"], &as_json(&fields[0].1));
    }

    #[test]
    fn xml_says_what_the_tree_says(tree in trees()) {
        let fields = [("Root", tree)];
        let written = String::from_utf8(Format::Xml.write("Answer", &fields)).unwrap();
        let mut expected = Vec::new();
        as_texts("Answer/Root", &fields[0].1, &mut expected);
        prop_assert_eq!(read_xml(&written), expected);
    }

    #[test]
    fn whatever_comes_in_an_answer_goes_out(
        method in "(GET|POST|PUT|[A-Z]{1,5})",
        query in texts(),
        more in texts(),
        headers in prop::collection::vec(headers(), 0..9),
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..60),
            texts().prop_map(String::into_bytes),
        ],
    ) {
        let uri = format!("/?{query}&{more}");
        let Ok(uri) = uri.parse::<http::Uri>() else { return Ok(()) };
        let mut request = Request::new(body);
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = uri;
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request.headers_mut().append(name, value);
            }
        }
        let answered = answer(&wire(at(NOW)), &request);
        prop_assert!(answered.record.code.is_some());
        let body = answered.response.body();
        if answered.response.headers()["content-type"].as_bytes().starts_with(b"text/xml") {
            let texts = read_xml(std::str::from_utf8(body).unwrap());
            prop_assert_eq!(texts.len(), 4);
        } else {
            let read: Value = serde_json::from_slice(body).unwrap();
            prop_assert_eq!(read["RequestId"].as_str(), Some(answered.record.request_id.as_str()));
        }
    }

    /// A recorded request with one byte changed is refused or read as the same.
    #[test]
    fn a_changed_byte_is_never_taken_for_something_else(
        which in 0..32_usize,
        place in any::<prop::sample::Index>(),
        byte in b'!'..=b'~',
    ) {
        let recorded = recorded().swap_remove(which);
        let mut request = recorded.request.clone();
        if request.body().is_empty() {
            let mut uri = request.uri().to_string().into_bytes();
            let place = place.index(uri.len());
            uri[place] = byte;
            let Ok(uri) = String::from_utf8(uri).unwrap().parse::<http::Uri>() else { return Ok(()) };
            *request.uri_mut() = uri;
        } else {
            let place = place.index(request.body().len());
            request.body_mut()[place] = byte;
        }
        let answered = answer(&recorded.wire(), &request);
        if answered.record.account.is_some() {
            let decoded = |request: &Request<Vec<u8>>| {
                let both = format!(
                    "{}&{}",
                    request.uri().query().unwrap_or_default(),
                    std::str::from_utf8(request.body()).unwrap()
                );
                let both = both.replace('+', "%20");
                let both = percent_encoding::percent_decode_str(&both).decode_utf8().unwrap();
                let mut all: Vec<String> = both.split('&').map(str::to_owned).collect();
                all.retain(|pair| !pair.is_empty());
                all
            };
            prop_assert_eq!(decoded(&request), decoded(&recorded.request));
        }
    }
}
