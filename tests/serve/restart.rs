//! What a start takes up, what it refuses, and what it says of its flags.

use std::net::TcpListener;
use std::path::Path;

use cert_lifecycle::server::{Config, Database, Server, StartError};
use serde_json::json;
use tempfile::TempDir;

use crate::client::{KEY, PRODUCT, advance, call, counts, create, done, post, state};
use crate::inside::{Inside, config};

fn kept(folder: &Path) -> impl Fn(&mut Config) {
    let file = folder.join("life.db");
    move |config| config.database = Database::Sqlite(file.clone())
}

/// Why a server does not start.
fn refused(change: impl FnOnce(&mut Config)) -> StartError {
    let mut config = config();
    change(&mut config);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let started = runtime.block_on(Server::start_with_log(config, std::io::sink()));
    started.map(|_| ()).unwrap_err()
}

#[test]
fn it_answers_before_it_has_asked_about_all_orders_that_wait() {
    let folder = TempDir::new().unwrap();
    let many = |config: &mut Config| {
        kept(folder.path())(config);
        config.stock = vec![format!("{PRODUCT}=200").parse().unwrap()];
    };
    let server = Inside::start(many);
    let csr = include_str!("../../src/testing/ca/first.csr");
    let application = [
        ("ProductCode", PRODUCT),
        ("Csr", csr),
        ("ValidateType", "DNS"),
        ("Username", "Tom"),
        ("Phone", "13900000000"),
        ("Email", "username@example.com"),
    ];
    let mut last = String::new();
    for _ in 0..100 {
        let begun = done(
            server.address,
            "CreateCertificateWithCsrRequest",
            &application,
        );
        last = begun["OrderId"].to_string();
    }
    server.stop();

    let server = Inside::start(many);
    assert_eq!(counts(server.address), [200, 100, 0]);
    assert_eq!(state(server.address, &last), "domain_verify");
    // The clock waits for what belongs to the time before.
    advance(server.address, 1);
    let log = server.stop();
    let first = log.find("operation=DescribePackageState").unwrap();
    let resumed = log.find("what=resume orders=100").unwrap();
    assert!(first < resumed, "{log}");
}

#[test]
fn what_was_planned_happens_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let auto = |config: &mut Config| {
        kept(folder.path())(config);
        config.verification = "auto".parse().unwrap();
        config.review = "auto:600".parse().unwrap();
    };
    let server = Inside::start(auto);
    let at = server.address;
    let approved = create(at, "a.example.com");
    assert_eq!(state(at, &approved), "domain_verify");
    assert_eq!(state(at, &approved), "process");
    let cancelled = create(at, "b.example.com");
    let late = json!({"faults": [{"kind": "late-cancel", "seconds": 600}]});
    assert_eq!(post(at, "faults", &late).status, 200);
    let cancel = [("OrderId", cancelled.as_str())];
    assert_eq!(call(at, "CancelOrderRequest", &cancel).status, 200);
    server.stop();

    let server = Inside::start(auto);
    let at = server.address;
    advance(at, 599);
    assert_eq!(state(at, &approved), "process");
    assert_eq!(state(at, &cancelled), "domain_verify");
    advance(at, 1);
    assert_eq!(state(at, &approved), "certificate");
    assert_eq!(state(at, &cancelled), "payed");
    server.stop();

    // What happened is not planned any more.
    let log = Inside::start(auto).stop();
    assert!(!log.contains("what=step"), "{log}");
}

#[test]
fn an_approval_that_was_planned_is_left_out_where_people_review_now() {
    let folder = TempDir::new().unwrap();
    let auto = |config: &mut Config| {
        kept(folder.path())(config);
        config.review = "auto:600".parse().unwrap();
    };
    let server = Inside::start(auto);
    let order = create(server.address, "a.example.com");
    crate::client::act(server.address, &format!("orders/{order}/satisfy-challenge"));
    assert_eq!(state(server.address, &order), "process");
    server.stop();
    let server = Inside::start(kept(folder.path()));
    advance(server.address, 600);
    assert_eq!(state(server.address, &order), "process");
    server.stop();
}

#[test]
fn a_file_that_another_server_works_on_is_refused() {
    let folder = TempDir::new().unwrap();
    let server = Inside::start(kept(folder.path()));
    let error = refused(kept(folder.path()));
    assert!(matches!(error, StartError::InUse(_)), "{error}");
    let said = error.to_string();
    assert!(
        said.ends_with("life.db: another server works on it"),
        "{said}"
    );
    assert_eq!(counts(server.address), [10, 0, 0]);
    server.stop();
    Inside::start(kept(folder.path())).stop();
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let said = refused(|config| config.listen = address).to_string();
    assert!(said.starts_with(&format!("{address}: ")), "{said}");
}

#[test]
fn flags_that_do_not_count_are_told() {
    let folder = TempDir::new().unwrap();
    let log = Inside::start(kept(folder.path())).stop();
    assert!(!log.contains("what=start"), "{log}");
    let log = Inside::start(|config| {
        kept(folder.path())(config);
        config.clock = "manual:2026-03-21T00:00:00Z".parse().unwrap();
        config
            .access_keys
            .push(format!("{KEY}:other").parse().unwrap());
        config.stock.push(format!("{PRODUCT}=20").parse().unwrap());
    })
    .stop();
    for told in [
        "level=warn what=start flag=--access-key number=1 why=doubled",
        "level=warn what=start flag=--plan plan=1234567890/geotrust-dv-1-starter why=doubled",
        "level=warn what=start flag=--clock why=kept now=2026-03-20T01:00:00Z",
    ] {
        assert!(log.contains(told), "{told}: {log}");
    }
    assert!(!log.contains("other"), "{log}");
}
