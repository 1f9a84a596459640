//! The program itself: its first line, its flags, its end, and its life after it was killed.

use std::io::Read;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;
use tempfile::TempDir;

use crate::client::{act, advance, counts, create, done, get, post, state, try_call};
use crate::program::{Process, program};

#[test]
fn it_ends_in_an_orderly_way() {
    let folder = TempDir::new().unwrap();
    for signal in ["-TERM", "-INT"] {
        let mut process = Process::start(folder.path(), &[]);
        assert_eq!(counts(process.1), [10, 0, 0]);
        assert_eq!(process.signal(signal), Some(0));
    }
    // Whether its log is left beside the file depends on which connection was closed last; the next
    // one goes on in either case.
    assert!(folder.path().join("cert-lifecycle.db").exists());
    let next = Process::start(folder.path(), &[]);
    assert_eq!(counts(next.1), [10, 0, 0]);
}

#[test]
fn a_killed_one_goes_on_where_it_was() {
    let folder = TempDir::new().unwrap();
    let file = ["--database", "sqlite://life.db"];
    let mut process = Process::start(folder.path(), &file);
    let proved = create(process.1, "a.example.com");
    act(process.1, &format!("orders/{proved}/satisfy-challenge"));
    let applied = create(process.1, "b.example.com");
    let issued = create(process.1, "c.example.com");
    act(process.1, &format!("orders/{issued}/satisfy-challenge"));
    act(process.1, &format!("orders/{issued}/approve"));
    advance(process.1, 3_600);
    let now = get(process.1, "clock").body;
    let before = get(process.1, &format!("orders/{issued}")).body["certificate"].clone();
    assert_eq!(process.signal("-KILL"), None);

    let mut process = Process::start(folder.path(), &file);
    let at = process.1;
    assert_eq!(get(at, "clock").body, now);
    assert_eq!(counts(at), [10, 3, 1]);
    assert_eq!(
        get(at, &format!("orders/{issued}")).body["certificate"],
        before
    );
    assert_eq!(
        act(at, &format!("orders/{proved}/approve"))["Type"],
        "certificate"
    );
    assert_eq!(state(at, &applied), "domain_verify");
    act(at, &format!("orders/{applied}/satisfy-challenge"));
    assert_eq!(
        act(at, &format!("orders/{applied}/approve"))["Type"],
        "certificate"
    );
    assert_eq!(counts(at), [10, 3, 3]);
    assert_eq!(process.signal("-TERM"), Some(0));
}

#[test]
fn what_an_account_bought_is_found_after_a_kill() {
    let folder = TempDir::new().unwrap();
    let flags = ["--database", "sqlite:life.db", "--edition", "2024-10-intl"];
    let mut process = Process::start(folder.path(), &flags);
    let wanted = json!({"account": "extra", "product": "geotrust-dv-1-starter", "years": 1});
    let bought = post(process.1, "purchases", &wanted);
    assert_eq!(bought.status, 200, "{}", bought.body);
    let order = bought.body["orders"][0].as_str().unwrap();
    assert_eq!(process.signal("-KILL"), None);

    let mut process = Process::start(folder.path(), &flags);
    assert_eq!(
        get(process.1, &format!("orders/{order}")).body["status"],
        "Pending Application"
    );
    assert_eq!(process.signal("-TERM"), Some(0));
}

#[test]
fn a_name_of_this_machine_is_listened_on() {
    let folder = TempDir::new().unwrap();
    let mut process = Process::start(folder.path(), &["--listen", "localhost:0"]);
    assert!(process.1.ip().is_loopback());
    assert_eq!(counts(process.1), [10, 0, 0]);
    assert_eq!(process.signal("-TERM"), Some(0));
}

#[test]
fn seeds_of_several_starts_do_not_meet() {
    let folder = TempDir::new().unwrap();
    let mut orders = Vec::new();
    for seed in ["7", "6", "7"] {
        let flags = ["--database", "sqlite:life.db", "--seed", seed];
        let mut process = Process::start(folder.path(), &flags);
        orders.extend((0..2).map(|_| create(process.1, "www.example.com")));
        assert_eq!(process.signal("-TERM"), Some(0));
    }
    orders.sort();
    orders.dedup();
    assert_eq!(orders.len(), 6);
}

#[test]
fn wrong_flags_are_told() {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("faults.toml"),
        "[[fault]]\nkind = \"flood\"",
    )
    .unwrap();
    for (arguments, told) in [
        (&["--access-key", "testsecret"][..], "ID:SECRET"),
        (&["--access-key", "id:testsecret:two words"], "the account"),
        (
            &["--database", "postgres:testsecret"],
            "memory, sqlite:FILE",
        ),
        (&["--plan", "nothing=1"], "there is no product nothing"),
        (&["--database", "mysql://x"], "memory, sqlite:FILE"),
        (&["--edition", "2021-02"], "2021-02"),
        (&["--edition", "2026-v2", "--database", "memory"], "2026-v2"),
        (&["--clock", "yesterday"], "manual:RFC3339"),
        (&["--review", "auto:soon"], "auto:SECONDS"),
        (&["--control", "--listen", "0.0.0.0:0"], "loopback"),
        (&["--listen", "8080"], "--listen 8080: "),
        (&["--faults", "faults.toml"], "it is of no known kind"),
        (&["--throttle", "maybe"], "maybe"),
    ] {
        let mut child = program(folder.path())
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(
            child.wait().unwrap().code(),
            Some(2),
            "{arguments:?}: {said}"
        );
        assert!(said.contains(told), "{arguments:?}: {said}");
        assert!(!said.contains("testsecret"), "{said}");
    }
}

/// Applies and looks, over and over, until it is told to stop; the orders that were acknowledged, each
/// with the last state that was shown of it.
fn go_on(at: SocketAddr, over: &AtomicBool) -> Vec<(String, String)> {
    let csr = include_str!("../../src/testing/ca/first.csr");
    let application = [
        ("ProductCode", crate::client::PRODUCT),
        ("Csr", csr),
        ("ValidateType", "DNS"),
        ("Username", "Tom"),
        ("Phone", "13900000000"),
        ("Email", "username@example.com"),
    ];
    let mut orders = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let applied = try_call(at, "CreateCertificateWithCsrRequest", &application);
        let Some(applied) = applied.filter(|answer| answer.status == 200) else {
            // It is being started again.
            thread::yield_now();
            continue;
        };
        let order = applied.body["OrderId"].to_string();
        let mut shown = String::from("domain_verify");
        for _ in 0..4 {
            let looked = try_call(at, "DescribeCertificateState", &[("OrderId", &order)]);
            let Some(looked) = looked.filter(|answer| answer.status == 200) else {
                continue;
            };
            looked.body["Type"].as_str().unwrap().clone_into(&mut shown);
        }
        orders.push((order, shown));
    }
    orders
}

#[test]
fn killed_in_the_middle_of_a_load_it_loses_nothing_that_it_acknowledged() {
    let folder = TempDir::new().unwrap();
    let auto = [
        "--verification",
        "auto",
        "--review",
        "auto",
        "--database",
        "sqlite:life.db",
    ];
    let plan = "geotrust-dv-1-starter=1000000";
    let mut process = Process::start_with(folder.path(), plan, &auto);
    let at = process.1;
    let over = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let over = Arc::clone(&over);
            thread::spawn(move || go_on(at, &over))
        })
        .collect();
    let listen = at.to_string();
    let arguments: Vec<&str> = auto
        .into_iter()
        .chain(["--listen", listen.as_str()])
        .collect();
    let mut seen = 0;
    for _ in 0..3 {
        // Some more were issued, and others are under way.
        while counts(at)[2] < seen + 5 {}
        seen = counts(at)[2];
        process.signal("-KILL");
        process = Process::start_with(folder.path(), plan, &arguments);
    }
    over.store(true, Ordering::Relaxed);
    let orders: Vec<_> = clients
        .into_iter()
        .flat_map(|one| one.join().unwrap())
        .collect();
    assert!(orders.len() >= 15, "{}", orders.len());

    let rank = |shown: &str| {
        ["domain_verify", "process", "certificate"]
            .iter()
            .position(|word| *word == shown)
            .unwrap()
    };
    for (order, shown) in &orders {
        assert!(rank(&state(at, order)) >= rank(shown), "{order}: {shown}");
        // What was under way goes on.
        for _ in 0..3 {
            state(at, order);
        }
        assert_eq!(state(at, order), "certificate", "{order}");
    }
    // What was committed and never acknowledged is there too, and nothing is counted twice.
    let [_, used, issued] = counts(at);
    let rows = done(at, "ListUserCertificateOrder", &[("OrderType", "CPACK")]);
    assert_eq!(rows["TotalCount"], used);
    assert!(usize::try_from(used).unwrap() >= orders.len() && issued <= used);
    assert_eq!(process.signal("-TERM"), Some(0));
}
