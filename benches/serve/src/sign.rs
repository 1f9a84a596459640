//! The vendor's signature of headers (ACS3-HMAC-SHA256): made by the load generator, checked by the
//! bare handler. Both hash with `aws-lc-rs`.

use std::fmt::Write as _;

use aws_lc_rs::{digest, hmac};
use cert_lifecycle::adapter::SystemClock;
use cert_lifecycle::port::Clock;

pub const KEY: &str = "testid";
pub const SECRET: &str = "testsecret";
pub const METHOD: &str = "ACS3-HMAC-SHA256";
pub const VERSION: &str = "2020-04-07";

/// SHA-256 of nothing: these requests have no body.
pub const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const SIGNED: &str = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;\
                      x-acs-version";

pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// The signature of what is signed.
pub fn signature(key: &hmac::Key, canonical: &str) -> String {
    let text = format!("{METHOD}\n{}", sha256(canonical.as_bytes()));
    hex(hmac::sign(key, text.as_bytes()).as_ref())
}

pub fn encoded(text: &str) -> String {
    let mut coded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            coded.push(char::from(byte));
        } else {
            write!(coded, "%{byte:02X}").unwrap();
        }
    }
    coded
}

/// Signs requests, each with a nonce of its own.
pub struct Signer {
    host: String,
    key: hmac::Key,
    nonces: String,
    count: u64,
}

impl Signer {
    pub fn new(host: &str, name: usize) -> Self {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        Self {
            host: host.into(),
            key: hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()),
            nonces: format!("{}-{name}-{}", std::process::id(), since.as_nanos()),
            count: 0,
        }
    }

    /// A request whose query is encoded and in order.
    pub fn request(&mut self, operation: &str, query: &str) -> Vec<u8> {
        self.count += 1;
        let (host, date) = (&self.host, SystemClock::new().now());
        let nonce = format!("{}-{}", self.nonces, self.count);
        let canonical = format!(
            "POST\n/\n{query}\nhost:{host}\nx-acs-action:{operation}\nx-acs-content-sha256:{EMPTY}\n\
             x-acs-date:{date}\nx-acs-signature-nonce:{nonce}\nx-acs-version:{VERSION}\n\n{SIGNED}\n\
             {EMPTY}"
        );
        let signature = signature(&self.key, &canonical);
        format!(
            "POST /?{query} HTTP/1.1\r\nhost: {host}\r\nx-acs-action: {operation}\r\n\
             x-acs-content-sha256: {EMPTY}\r\nx-acs-date: {date}\r\n\
             x-acs-signature-nonce: {nonce}\r\nx-acs-version: {VERSION}\r\n\
             authorization: {METHOD} Credential={KEY},SignedHeaders={SIGNED},\
             Signature={signature}\r\ncontent-length: 0\r\n\r\n"
        )
        .into_bytes()
    }
}
