//! Requests that mean no good: a documented error, no change, and the server goes on.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::client::{SECRET, counts, create, get, raw, read, signed};
use crate::inside::Inside;

const MIB: usize = 1 << 20;

fn head(rest: &str) -> String {
    format!("POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{rest}")
}

#[test]
fn what_is_too_large_is_refused() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let mut body = head(&format!("content-length: {}\r\n\r\n", 10 * MIB)).into_bytes();
    body.resize(body.len() + 10 * MIB, b'a');
    assert_eq!(read(&raw(at, &body).unwrap()).status, 413);
    let mut chunked = head("transfer-encoding: chunked\r\n\r\n").into_bytes();
    for _ in 0..10 {
        write!(chunked, "{MIB:x}\r\n").unwrap();
        chunked.resize(chunked.len() + MIB, b'a');
        chunked.extend_from_slice(b"\r\n");
    }
    assert_eq!(read(&raw(at, &chunked).unwrap()).status, 413);
    let query = format!(
        "GET /?a={} HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "a".repeat(10 * MIB)
    );
    let answer = raw(at, query.as_bytes()).unwrap();
    let refused = ["HTTP/1.1 414", "HTTP/1.1 431"];
    assert!(
        refused.iter().any(|line| answer.starts_with(line)),
        "{answer}"
    );
    let flood = (0..10_000).fold(String::new(), |mut flood, number| {
        write!(flood, "x-{number}: a\r\n").unwrap();
        flood
    });
    let answer = raw(at, head(&format!("{flood}\r\n")).as_bytes()).unwrap();
    assert_eq!(read(&answer).status, 431);
    let bomb: Vec<String> = (0..5_000).map(|number| format!("p{number}=1")).collect();
    let bomb = format!(
        "GET /?{} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        bomb.join("&")
    );
    let answer = read(&raw(at, bomb.as_bytes()).unwrap());
    assert_eq!(
        (answer.status, &answer.body["Code"]),
        (413, &"RequestTooLarge".into())
    );
    assert_eq!(counts(at), [10, 0, 0]);
    let log = server.stop();
    // What never became a request has a line all the same.
    let told = log.matches("what=connection end=head-too-large").count();
    assert_eq!(told, 2, "{log}");
}

#[test]
fn a_request_line_of_sixty_kibibytes_is_read() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let long = "a".repeat(30_000);
    let parameters = [("ProductCode", long.as_str()), ("Other", long.as_str())];
    let answer = read(&raw(at, &signed(at, "DescribePackageState", &parameters, SECRET)).unwrap());
    assert!(
        (400..500).contains(&answer.status) && answer.body["Code"].is_string(),
        "{answer:?}"
    );
    server.stop();
}

#[test]
fn who_is_slow_is_not_waited_for() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let slow = head("content-length: 10\r\n\r\nabc");
    assert_eq!(read(&raw(at, slow.as_bytes()).unwrap()).status, 408);
    // Half a request line, and then silence: the connection ends.
    assert!(raw(at, b"POST / HT").is_ok());
    // Many of them at once keep nobody from being answered.
    let held: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(at).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\n").unwrap();
            stream
        })
        .collect();
    assert_eq!(counts(at), [10, 0, 0]);
    drop(held);
    server.stop();
}

#[test]
fn what_can_not_be_read_is_named() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let get = |query: &str| {
        let request = format!("GET /?{query} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let answer = read(&raw(at, request.as_bytes()).unwrap());
        (
            answer.status,
            answer.body["Code"].as_str().unwrap_or_default().to_owned(),
        )
    };
    for query in ["a=%FF", "%FF=a", "a=%0", "a=%00", "a=1&a=2", "=1"] {
        assert_eq!(get(query), (400, "InvalidParameter".into()), "{query}");
    }
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let answer = raw(at, bytes).unwrap();
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer}"
        );
    }
    assert_eq!(counts(at), [10, 0, 0]);
    let log = server.stop();
    assert!(log.contains("what=connection end=unreadable"), "{log}");
}

#[test]
fn the_limit_of_bodies_is_the_one_that_was_set() {
    let server = Inside::start(|config| config.limits.body = 300_000);
    let at = server.address;
    let sent = |length: usize| {
        let body = "&".repeat(length);
        let request = format!(
            "POST /?Format=XML HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        raw(at, request.as_bytes()).unwrap()
    };
    assert!(sent(300_000).contains("<Code>IncompleteSignature</Code>"));
    let refused = sent(300_001);
    assert!(refused.starts_with("HTTP/1.1 413"), "{refused}");
    assert!(
        refused.contains(&format!("<HostId>{at}</HostId>")),
        "{refused}"
    );
    server.stop();
}

#[test]
fn what_was_sent_before_is_not_done_again_and_strangers_find_nothing() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let order = create(at, "www.example.com");
    let cancel = signed(at, "CancelOrderRequest", &[("OrderId", &order)], SECRET);
    assert_eq!(read(&raw(at, &cancel).unwrap()).status, 200);
    let again = read(&raw(at, &cancel).unwrap());
    assert_eq!(again.status, 400, "{}", again.body);
    let delete = signed(
        at,
        "DeleteCertificateRequest",
        &[("OrderId", &order)],
        "guessed",
    );
    assert_eq!(read(&raw(at, &delete).unwrap()).status, 400);
    let browser = format!(
        "POST /_control/orders/{order}/approve HTTP/1.1\r\nhost: {at}\r\norigin: http://evil\r\n\
         connection: close\r\ncontent-length: 0\r\n\r\n"
    );
    assert_eq!(read(&raw(at, browser.as_bytes()).unwrap()).status, 400);
    assert_eq!(get(at, &format!("orders/{order}")).body["Type"], "payed");
    server.stop();
}

#[test]
fn the_log_tells_no_secret() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let order = create(at, "hidden.example.com");
    for what in ["satisfy-challenge", "approve"] {
        crate::client::act(at, &format!("orders/{order}/{what}"));
    }
    let found = crate::client::done(at, "DescribeCertificateState", &[("OrderId", &order)]);
    let (certificate, key) = (&found["Certificate"], &found["PrivateKey"]);
    crate::client::done(
        at,
        "UploadUserCertificate",
        &[
            ("Name", "hidden name"),
            ("Cert", certificate.as_str().unwrap()),
            ("Key", key.as_str().unwrap()),
        ],
    );
    assert_eq!(
        read(&raw(at, &signed(at, "DescribePackageState", &[], "guessed")).unwrap()).status,
        400
    );
    let _ = raw(
        at,
        b"GET /_control/orders/hidden%0apath HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    );
    let log = server.stop();
    assert!(
        log.contains("operation=CreateCertificateRequest account=1234567890 order="),
        "{log}"
    );
    for secret in [
        SECRET,
        "guessed",
        "ignature=",
        "PRIVATE",
        "BEGIN",
        "hidden",
        "Tom",
        "139000",
    ] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn many_at_once_are_answered() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let asked: Vec<_> = (0..64)
        .map(|_| {
            thread::spawn(move || {
                let mut stream = TcpStream::connect(at).unwrap();
                stream
                    .set_read_timeout(Some(Duration::from_mins(1)))
                    .unwrap();
                let parameters = [("ProductCode", crate::client::PRODUCT)];
                let request = signed(at, "DescribePackageState", &parameters, SECRET);
                stream.write_all(&request).unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                read(&answer).status
            })
        })
        .collect();
    for asked in asked {
        assert_eq!(asked.join().unwrap(), 200);
    }
    server.stop();
}
