//! The API over a service that holds nothing, recorded requests, and requests signed by hand.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use aws_lc_rs::{digest, hmac};
use base64ct::{Base64, Encoding};
use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
use cert_lifecycle::adapter::{ManualClock, MemoryKeyVault, MemoryStore, Recorder, SeededIds};
use cert_lifecycle::model::{AccountId, Channel, Site, Timestamp};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::service::{EditionPolicy, Ports, Rules, Service};
use cert_lifecycle::wire::{
    AccessKey, Answered, Builder, Desk, FixedKeys, Secret, SeededRequestIds, VERSION, Wire,
};
use http::{Request, Uri};

pub const NOW: &str = "2026-11-22T10:00:00Z";
pub const LASTING: (&str, &str) = ("testid", "testsecret");
pub const TEMPORARY: (&str, &str) = ("STS.testid", "stssecret");
pub const TOKEN: &str = "token/+=&";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

/// One for all: it holds nothing, and its CA takes a while to begin.
static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let start = at(NOW);
    let recorder = Arc::new(Recorder::new());
    let ports = Ports {
        store: Arc::new(MemoryStore::new()),
        ca: Arc::new(LocalCa::new(LocalCaConfig::new(|_| 90), Zone::new(), start).unwrap()),
        vault: Arc::new(MemoryKeyVault::new()),
        payments: recorder.clone(),
        notifier: recorder.clone(),
        deployer: recorder,
        clock: Arc::new(ManualClock::new(start)),
        ids: Arc::new(SeededIds::new(1)),
    };
    let policy = EditionPolicy::AsOf {
        site: Site::Cn,
        channel: Channel::Api,
    };
    Desk::new(Service::new(
        ports,
        Rules::new(Rulebook::published(), policy),
    ))
});

pub fn desk() -> Desk {
    DESK.clone()
}

pub fn keys() -> FixedKeys {
    let key = |secret: &str, id: &str, token: Option<&str>| {
        let key = AccessKey::new(Secret::new(secret.to_owned()), account(id));
        match token {
            Some(token) => key.with_token(Secret::new(token.to_owned())),
            None => key,
        }
    };
    FixedKeys::new()
        .with(LASTING.0, key(LASTING.1, "lasting", None))
        .with(TEMPORARY.0, key(TEMPORARY.1, "temporary", Some(TOKEN)))
        .with("other", key("othersecret", "other", None))
}

pub fn builder(keys: FixedKeys, now: Timestamp) -> Builder {
    Wire::builder(
        desk(),
        Arc::new(keys),
        Arc::new(ManualClock::new(now)),
        Arc::new(SeededRequestIds::new(1)),
    )
}

pub fn wire_with(keys: FixedKeys, now: Timestamp) -> Wire {
    builder(keys, now).build()
}

pub fn wire(now: Timestamp) -> Wire {
    wire_with(keys(), now)
}

pub fn answer(wire: &Wire, request: &Request<Vec<u8>>) -> Answered {
    pollster::block_on(wire.answer(request.clone()))
}

/// The message of a fault.
pub fn message(answered: &Answered) -> String {
    let value: serde_json::Value = serde_json::from_slice(answered.response.body()).unwrap();
    value["Message"].as_str().unwrap().to_owned()
}

/// A recorded request.
pub struct Recorded {
    pub name: String,
    pub request: Request<Vec<u8>>,
    pub sent: Timestamp,
}

impl Recorded {
    pub fn of_header(&self) -> bool {
        self.request.headers().contains_key("authorization")
    }

    pub fn account(&self) -> AccountId {
        account(if self.name.contains("-token") {
            "temporary"
        } else {
            "lasting"
        })
    }

    pub fn wire(&self) -> Wire {
        wire(self.sent)
    }
}

/// Every recorded request, in the order of the names.
pub fn recorded() -> Vec<Recorded> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/wire");
    let mut all: Vec<Recorded> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "http"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let raw = std::fs::read_to_string(&path).unwrap();
            let request = parsed(&raw);
            let date = |text: &str| {
                text.split(['&', '?'])
                    .find_map(|pair| pair.strip_prefix("Timestamp="))
                    .map(|date| date.replace("%3A", ":"))
            };
            let sent = request
                .headers()
                .get("x-acs-date")
                .map(|date| date.to_str().unwrap().to_owned())
                .or_else(|| date(&request.uri().to_string()))
                .or_else(|| date(std::str::from_utf8(request.body()).unwrap()))
                .unwrap();
            let sent = at(sent.split(' ').next().unwrap());
            Recorded {
                name,
                request,
                sent,
            }
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn parsed(raw: &str) -> Request<Vec<u8>> {
    let (head, body) = raw.split_once("\r\n\r\n").unwrap();
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let mut request = Request::builder()
        .method(first.next().unwrap())
        .uri(first.next().unwrap());
    for line in lines {
        let (name, value) = line.split_once(':').unwrap();
        request = request.header(name, value.trim());
    }
    request.body(body.as_bytes().to_vec()).unwrap()
}

/// A request to be signed: what is in it, and where.
#[derive(Clone)]
pub struct Plain {
    pub method: &'static str,
    pub query: Vec<(String, String)>,
    pub form: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub key: (String, String),
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap();
        }
    }
    out
}

fn pairs(of: &[(String, String)]) -> String {
    let pairs: Vec<String> = of
        .iter()
        .map(|(name, value)| format!("{}={}", percent(name), percent(value)))
        .collect();
    pairs.join("&")
}

fn hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.concat()
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

impl Plain {
    /// A call with these business parameters.
    pub fn new(action: &str, query: &[(&str, &str)]) -> Self {
        let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        let headers = [
            ("host", "cas.example.com"),
            ("x-acs-action", action),
            ("x-acs-version", VERSION),
            ("x-acs-date", NOW),
            ("x-acs-signature-nonce", "nonce"),
        ];
        Self {
            method: "POST",
            query: query.iter().map(own).collect(),
            form: Vec::new(),
            headers: headers.iter().map(own).collect(),
            key: own(&LASTING),
        }
    }

    /// With another value of a header, or one more.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    fn body(&self) -> Vec<u8> {
        pairs(&self.form).into_bytes()
    }

    fn built(&self, query: &str) -> http::request::Builder {
        let uri: Uri = format!("/?{query}").parse().unwrap();
        let mut request = Request::builder().method(self.method).uri(uri);
        if !self.form.is_empty() {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        request
    }

    /// Signed in the header, with every header but those named.
    pub fn by_header(&self, unsigned: &[&str]) -> Request<Vec<u8>> {
        let mut headers = self.headers.clone();
        let body = self.body();
        if !headers
            .iter()
            .any(|(name, _)| name == "x-acs-content-sha256")
        {
            headers.push(("x-acs-content-sha256".to_owned(), sha256(&body)));
        }
        let digest = &headers
            .iter()
            .find(|(name, _)| name == "x-acs-content-sha256")
            .unwrap()
            .1
            .clone();
        let mut signed: Vec<(String, String)> = headers
            .iter()
            .filter(|(name, _)| !unsigned.contains(&name.as_str()))
            .cloned()
            .collect();
        signed.sort();
        let lines: Vec<String> = signed.iter().map(|(a, b)| format!("{a}:{b}\n")).collect();
        let block = lines.concat();
        let names: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let mut sorted = self.query.clone();
        sorted.sort();
        let canonical = format!(
            "{}\n/\n{}\n{block}\n{names}\n{digest}",
            self.method,
            pairs(&sorted)
        );
        let text = format!("ACS3-HMAC-SHA256\n{}", sha256(canonical.as_bytes()));
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.key.1.as_bytes());
        let signature = hex(hmac::sign(&key, text.as_bytes()).as_ref());
        let mut request = self.built(&pairs(&self.query));
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let authorization = format!(
            "ACS3-HMAC-SHA256 Credential={},SignedHeaders={names},Signature={signature}",
            self.key.0
        );
        request
            .header("authorization", authorization)
            .body(body)
            .unwrap()
    }

    /// Signed in the parameters; `more` come besides or instead of the usual ones.
    pub fn by_parameters(&self, more: &[(&str, &str)]) -> Request<Vec<u8>> {
        let header = |name: &str| {
            let found = self.headers.iter().find(|(other, _)| other == name);
            found.map_or_else(String::new, |(_, value)| value.clone())
        };
        let mut system = vec![
            ("Action", header("x-acs-action")),
            ("Version", header("x-acs-version")),
            ("Timestamp", header("x-acs-date")),
            ("SignatureNonce", header("x-acs-signature-nonce")),
            ("SignatureMethod", "HMAC-SHA1".to_owned()),
            ("SignatureVersion", "1.0".to_owned()),
            ("AccessKeyId", self.key.0.clone()),
        ];
        for (name, value) in more {
            system.retain(|(other, _)| other != name);
            system.push((name, (*value).to_owned()));
        }
        let mut query = self.query.clone();
        query.extend(
            system
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
        let mut all: Vec<(String, String)> = query.iter().chain(&self.form).cloned().collect();
        all.sort();
        let text = format!("{}&%2F&{}", self.method, percent(&pairs(&all)));
        let secret = format!("{}&", self.key.1);
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
        let signature = Base64::encode_string(hmac::sign(&key, text.as_bytes()).as_ref());
        query.push(("Signature".to_owned(), signature));
        self.built(&pairs(&query)).body(self.body()).unwrap()
    }
}
