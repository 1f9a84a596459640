//! What is ordered to go wrong, goes wrong, and the log names it.

use std::io::Write;
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::client::{act, advance, call_create, counts, create, post, refused, state};
use crate::inside::Inside;

fn order(server: &Inside, fault: &Value) {
    let answer = post(server.address, "faults", &json!({"faults": [fault]}));
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn named(log: &str, kind: &str) -> usize {
    let end = format!(" fault={kind}");
    log.lines().filter(|line| line.ends_with(&end)).count()
}

#[test]
fn an_error_comes_before_or_after_the_commit() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let operation = "CreateCertificateRequest";
    order(
        &server,
        &json!({"kind": "error-before", "operation": operation, "times": 1}),
    );
    assert_eq!(call_create(at, "a.example.com").status, 500);
    assert_eq!(counts(at)[1], 0);
    order(
        &server,
        &json!({"kind": "error-after", "operation": operation, "status": 503, "times": 1}),
    );
    assert_eq!(call_create(at, "a.example.com").status, 503);
    assert_eq!(counts(at)[1], 1);
    let log = server.stop();
    assert_eq!(
        (named(&log, "error-before"), named(&log, "error-after")),
        (1, 1),
        "{log}"
    );
}

#[test]
fn a_withdrawal_settles_minutes_later() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let applied = create(at, "a.example.com");
    order(&server, &json!({"kind": "late-cancel", "seconds": 180}));
    let cancel = || crate::client::call(at, "CancelOrderRequest", &[("OrderId", &applied)]).status;
    assert_eq!(cancel(), 200);
    assert_eq!(state(at, &applied), "domain_verify");
    advance(at, 179);
    assert_eq!(state(at, &applied), "domain_verify");
    advance(at, 1);
    assert_eq!(state(at, &applied), "payed");
    assert_eq!(cancel(), 403);
    let log = server.stop();
    assert_eq!(named(&log, "late-cancel"), 1, "{log}");
}

#[test]
fn a_young_order_is_refused_and_an_ambiguous_refusal_says_nothing() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let applied = create(at, "a.example.com");
    let parameters = [("OrderId", applied.as_str())];
    order(
        &server,
        &json!({"kind": "too-early", "operation": "CancelOrderRequest", "seconds": 6}),
    );
    let ambiguous = (403, "OperationDenied.StatusNotSupport".to_owned());
    assert_eq!(refused(at, "CancelOrderRequest", &parameters), ambiguous);
    advance(at, 6);
    order(&server, &json!({"kind": "ambiguous-status", "times": 1}));
    assert_eq!(refused(at, "CancelOrderRequest", &parameters), ambiguous);
    assert_eq!(refused(at, "CancelOrderRequest", &parameters).0, 200);
    let log = server.stop();
    assert_eq!(
        (named(&log, "too-early"), named(&log, "ambiguous-status")),
        (1, 1),
        "{log}"
    );
}

#[test]
fn answers_are_slow_and_calls_too_many() {
    let server = Inside::start(|_| {});
    let at = server.address;
    order(&server, &json!({"kind": "throttle", "times": 3}));
    for _ in 0..3 {
        let parameters = [("ProductCode", crate::client::PRODUCT)];
        let throttled = (429, "Throttling.User".to_owned());
        assert_eq!(refused(at, "DescribePackageState", &parameters), throttled);
    }
    order(
        &server,
        &json!({"kind": "slow", "milliseconds": 20, "times": 1}),
    );
    assert_eq!(counts(at), [10, 0, 0]);
    let log = server.stop();
    assert_eq!(
        (named(&log, "throttle"), named(&log, "slow")),
        (3, 1),
        "{log}"
    );
}

#[test]
fn who_does_not_wait_for_a_slow_answer_is_served_all_the_same() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let applied = create(at, "a.example.com");
    let slow = json!({"kind": "slow", "operation": "CancelOrderRequest", "milliseconds": 100});
    order(&server, &slow);
    let parameters = [("OrderId", applied.as_str())];
    let request =
        crate::client::signed(at, "CancelOrderRequest", &parameters, crate::client::SECRET);
    let mut stream = TcpStream::connect(at).unwrap();
    stream.write_all(&request).unwrap();
    // It is read and answered slowly; then nobody is there any more.
    while named(&server.log(), "slow") == 0 {
        std::thread::yield_now();
    }
    drop(stream);
    while state(at, &applied) != "payed" {}
    server.stop();
}

#[test]
fn the_ca_answers_late() {
    let server = Inside::start(|_| {});
    let at = server.address;
    order(
        &server,
        &json!({"kind": "ca-late", "seconds": 300, "times": 1}),
    );
    let applied = create(at, "a.example.com");
    let prove = format!("orders/{applied}/satisfy-challenge");
    assert_eq!(post(at, &prove, &json!({})).status, 409);
    advance(at, 300);
    assert_eq!(act(at, &prove)["Type"], "process");
    let log = server.stop();
    assert!(named(&log, "ca-late") > 0, "{log}");
}

#[test]
fn the_ca_answers_twice_and_wrongly() {
    let server = Inside::start(|_| {});
    let at = server.address;
    order(&server, &json!({"kind": "ca-twice", "times": 1}));
    let twice = create(at, "a.example.com");
    act(at, &format!("orders/{twice}/satisfy-challenge"));
    act(at, &format!("orders/{twice}/approve"));
    assert_eq!(counts(at), [10, 1, 1]);
    order(&server, &json!({"kind": "ca-wrong", "times": 1}));
    let wrong = create(at, "b.example.com");
    act(at, &format!("orders/{wrong}/satisfy-challenge"));
    // The certificate of somebody else is not taken; the right one comes when it is asked for again.
    let approved = act(at, &format!("orders/{wrong}/approve"));
    assert_eq!(approved["Type"], "process");
    assert_eq!(counts(at), [10, 2, 1]);
    assert_eq!(state(at, &wrong), "certificate");
    assert_eq!(counts(at), [10, 2, 2]);
    let log = server.stop();
    assert!(
        named(&log, "ca-twice") > 0 && named(&log, "ca-wrong") > 0,
        "{log}"
    );
}
