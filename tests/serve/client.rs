//! A client of HTTP/1.1 that signs as the vendor's clients of today do.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cert_lifecycle::adapter::SystemClock;
use cert_lifecycle::port::Clock;
use cert_lifecycle::wire::{Scheme, Secret, Signer};
use serde_json::{Value, json};

pub const KEY: &str = "testid";
pub const SECRET: &str = "testsecret";
pub const PRODUCT: &str = "geotrust-dv-1-starter";

static NONCES: AtomicU64 = AtomicU64::new(0);

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

/// Sends bytes on a connection of their own and reads until it is closed.
pub fn raw(address: SocketAddr, request: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    // A server that has read enough may close while this still writes.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The status and the body of an answer.
pub fn read(answer: &str) -> Answer {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answer {
        status: status.unwrap_or_else(|| panic!("no answer: {answer:?}")),
        body: serde_json::from_str(body).unwrap_or_default(),
    }
}

/// A request for an operation, signed with a secret.
pub fn signed(
    address: SocketAddr,
    operation: &str,
    parameters: &[(&str, &str)],
    secret: &str,
) -> Vec<u8> {
    let nonce = NONCES.fetch_add(1, Ordering::Relaxed);
    let signer = Signer::new(KEY, Secret::new(secret.to_owned()));
    let request = signer.call(
        Scheme::Acs3HmacSha256,
        &address.to_string(),
        operation,
        parameters,
        SystemClock::new().now(),
        &format!("{}-{nonce}", std::process::id()),
    );
    let request = request.unwrap();
    let mut head = String::from("POST / HTTP/1.1\r\n");
    for (name, value) in request.headers() {
        write!(head, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    let length = request.body().len();
    write!(
        head,
        "connection: close\r\ncontent-length: {length}\r\n\r\n"
    )
    .unwrap();
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(request.body());
    bytes
}

/// Calls an operation of a server that may be killed meanwhile; none without a whole answer.
pub fn try_call(
    address: SocketAddr,
    operation: &str,
    parameters: &[(&str, &str)],
) -> Option<Answer> {
    let answer = raw(address, &signed(address, operation, parameters, SECRET)).ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    serde_json::from_str::<Value>(body).ok()?;
    Some(read(&answer))
}

/// Calls an operation.
pub fn call(address: SocketAddr, operation: &str, parameters: &[(&str, &str)]) -> Answer {
    let request = signed(address, operation, parameters, SECRET);
    read(&raw(address, &request).unwrap())
}

/// Calls one that must succeed.
pub fn done(address: SocketAddr, operation: &str, parameters: &[(&str, &str)]) -> Value {
    let answer = call(address, operation, parameters);
    assert_eq!(answer.status, 200, "{operation}: {}", answer.body);
    answer.body
}

/// Calls one that must be refused.
pub fn refused(address: SocketAddr, operation: &str, parameters: &[(&str, &str)]) -> (u16, String) {
    let answer = call(address, operation, parameters);
    let code = answer.body["Code"].as_str().unwrap_or_default().to_owned();
    (answer.status, code)
}

/// Applies for a certificate; the order.
pub fn create(address: SocketAddr, name: &str) -> String {
    let created = call_create(address, name);
    assert_eq!(created.status, 200, "{}", created.body);
    created.body["OrderId"].to_string()
}

pub fn call_create(address: SocketAddr, name: &str) -> Answer {
    call(
        address,
        "CreateCertificateRequest",
        &[
            ("ProductCode", PRODUCT),
            ("Domain", name),
            ("ValidateType", "DNS"),
            ("Username", "Tom"),
            ("Phone", "13900000000"),
            ("Email", "username@example.com"),
        ],
    )
}

/// The state that an order is shown in.
pub fn state(address: SocketAddr, order: &str) -> String {
    let found = done(address, "DescribeCertificateState", &[("OrderId", order)]);
    found["Type"].as_str().unwrap_or_default().to_owned()
}

/// What `DescribePackageState` counts: all, used, issued.
pub fn counts(address: SocketAddr) -> [u64; 3] {
    let found = done(address, "DescribePackageState", &[("ProductCode", PRODUCT)]);
    ["TotalCount", "UsedCount", "IssuedCount"].map(|name| found[name].as_u64().unwrap())
}

/// Asks the control plane.
pub fn get(address: SocketAddr, route: &str) -> Answer {
    let request =
        format!("GET /_control/{route} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    read(&raw(address, request.as_bytes()).unwrap())
}

/// Tells the control plane.
pub fn post(address: SocketAddr, route: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let request = format!(
        "POST /_control/{route} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    read(&raw(address, request.as_bytes()).unwrap())
}

/// Tells the control plane what it must do.
pub fn act(address: SocketAddr, route: &str) -> Value {
    let answer = post(address, route, &json!({}));
    assert_eq!(answer.status, 200, "{route}: {}", answer.body);
    answer.body
}

/// Moves the clock.
pub fn advance(address: SocketAddr, seconds: i64) {
    let answer = post(address, "clock", &json!({"advance_seconds": seconds}));
    assert_eq!(answer.status, 200, "{}", answer.body);
}
