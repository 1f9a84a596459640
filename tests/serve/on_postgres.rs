//! A whole life over PostgreSQL, through kills of the program and of the database.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::cluster::Server;
use crate::client::{
    PRODUCT, act, advance, call, counts, create, done, get, post, refused, state, try_call,
};
use crate::program::Process;

const DAY: i64 = 86_400;

fn described(at: SocketAddr, order: &str) -> Value {
    let mut found = done(at, "DescribeCertificateState", &[("OrderId", order)]);
    found.as_object_mut().unwrap().remove("RequestId");
    found
}

fn issue(at: SocketAddr, order: &str) -> Value {
    let proved = act(at, &format!("orders/{order}/satisfy-challenge"));
    assert_eq!(proved["Type"], "process");
    let issued = act(at, &format!("orders/{order}/approve"));
    assert_eq!(issued["Type"], "certificate");
    described(at, order)
}

fn with_csr(at: SocketAddr) -> String {
    let csr = include_str!("../../src/testing/ca/first.csr");
    let made = done(
        at,
        "CreateCertificateWithCsrRequest",
        &[
            ("ProductCode", PRODUCT),
            ("Csr", csr),
            ("ValidateType", "DNS"),
            ("Username", "Tom"),
            ("Phone", "13900000000"),
            ("Email", "username@example.com"),
        ],
    );
    made["OrderId"].to_string()
}

fn a_life_goes_on_over_kills_of_the_program_and_of_the_server(server: &mut Server) {
    let folder = TempDir::new().unwrap();
    let url = server.url("postgres");
    let database = ["--database", url.as_str()];
    let mut process = Process::start(folder.path(), &database);
    let at = process.1;

    // Both kinds of keys are issued for, one order is given up, and two are under way.
    let kept = create(at, "a.example.com");
    let with_key = issue(at, &kept);
    assert!(with_key["PrivateKey"].is_string(), "{with_key}");
    let own = with_csr(at);
    let with_own = issue(at, &own);
    assert!(with_own.get("PrivateKey").is_none(), "{with_own}");
    let given_up = create(at, "c.example.com");
    done(at, "CancelOrderRequest", &[("OrderId", &given_up)]);
    done(at, "DeleteCertificateRequest", &[("OrderId", &given_up)]);
    let applied = create(at, "d.example.com");
    let proved = create(at, "e.example.com");
    act(at, &format!("orders/{proved}/satisfy-challenge"));
    advance(at, DAY);
    assert_eq!(counts(at), [10, 4, 2]);
    let (now, challenge) = (get(at, "clock").body, described(at, &applied));
    let ledger = get(at, "accounts/1234567890/ledger").body;
    process.signal("-KILL");

    let mut process = Process::start(folder.path(), &database);
    let at = process.1;
    assert_eq!(get(at, "clock").body, now);
    assert_eq!(get(at, "accounts/1234567890/ledger").body, ledger);
    assert_eq!(counts(at), [10, 4, 2]);
    assert_eq!(described(at, &kept), with_key);
    assert_eq!(described(at, &own), with_own);
    assert_eq!(described(at, &applied), challenge);
    let gone = refused(at, "DescribeCertificateState", &[("OrderId", &given_up)]);
    assert_eq!(gone, (404, "NotFoundOrder".into()));
    assert_eq!(
        act(at, &format!("orders/{proved}/approve"))["Type"],
        "certificate"
    );

    // The database goes away in the middle, as in a crash.
    let asked = [("OrderId", kept.as_str())];
    server.own().unwrap().stop("immediate");
    let away = call(at, "DescribeCertificateState", &asked);
    assert!(away.status >= 500, "{}", away.body);
    server.own().unwrap().start_again().unwrap();
    let back = (0..1_000)
        .filter_map(|_| try_call(at, "DescribeCertificateState", &asked))
        .find(|answer| answer.status == 200);
    assert_eq!(back.unwrap().body["Type"], "certificate");

    // The same life goes on to its ends: revoked inside the window and outside, and over.
    done(
        at,
        "CancelCertificateForPackageRequest",
        &[("OrderId", &proved)],
    );
    let revoked = get(at, &format!("orders/{proved}")).body;
    assert_eq!(revoked["status"], "Revoked");
    assert_eq!(counts(at)[1], 3);
    assert_eq!(described(at, &own), with_own);
    issue(at, &applied);
    advance(at, 60 * DAY);
    done(
        at,
        "CancelCertificateForPackageRequest",
        &[("OrderId", &applied)],
    );
    assert_eq!(counts(at)[1], 3);
    advance(at, 400 * DAY);
    let over = [("OrderType", "CPACK"), ("Status", "EXPIRED")];
    let listed = done(at, "ListUserCertificateOrder", &over);
    assert_eq!(listed["TotalCount"], 2, "{listed}");
    let late = refused(at, "CancelCertificateForPackageRequest", &asked);
    assert_eq!(late, (403, "OrderStateError".into()));
    let back = post(at, "clock", &json!({"advance_seconds": -1}));
    assert_eq!(back.status, 409);
    let order = create(at, "f.example.com");
    assert_eq!(state(at, &order), "domain_verify");
    assert_eq!(process.signal("-TERM"), Some(0));
}

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let server = match Server::private() {
        Ok(server) => Some(Arc::new(Mutex::new(server))),
        Err(why) => {
            println!("NOT RUN, for there is no PostgreSQL server: {why}");
            if std::env::var("CI").is_ok_and(|ci| ci == "true") {
                return ExitCode::FAILURE;
            }
            None
        }
    };
    let ignored = server.is_none();
    let of_test = server.clone();
    let trial = Trial::test(
        "a_life_goes_on_over_kills_of_the_program_and_of_the_server",
        move || match &of_test {
            Some(server) => {
                a_life_goes_on_over_kills_of_the_program_and_of_the_server(
                    &mut server.lock().unwrap(),
                );
                Ok(())
            }
            None => Err(Failed::from("there is no server")),
        },
    );
    let conclusion = libtest_mimic::run(&arguments, vec![trial.with_ignored_flag(ignored)]);
    // The server stops when its last owner is gone.
    drop(server);
    conclusion.exit_code()
}
