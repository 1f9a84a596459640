//! The control plane, and what happens by itself where it is told to.

use serde_json::json;

use crate::client::{act, advance, call, counts, create, done, get, post, raw, refused, state};
use crate::inside::Inside;

#[test]
fn each_poll_shows_one_step_where_everything_happens_by_itself() {
    let server = Inside::start(|config| {
        config.verification = "auto".parse().unwrap();
        config.review = "auto".parse().unwrap();
    });
    let at = server.address;
    let order = create(at, "www.example.com");
    let seen: Vec<String> = (0..4).map(|_| state(at, &order)).collect();
    assert_eq!(
        seen,
        ["domain_verify", "process", "certificate", "certificate"]
    );
    assert_eq!(counts(at), [10, 1, 1]);
    done(
        at,
        "CancelCertificateForPackageRequest",
        &[("OrderId", &order)],
    );
    assert_eq!(
        get(at, &format!("orders/{order}")).body["status"],
        "Revoked"
    );
    assert_eq!(counts(at)[1], 0);
    server.stop();
}

#[test]
fn a_review_takes_its_seconds_of_the_services_clock_from_the_first_look_on() {
    let server = Inside::start(|config| {
        config.verification = "auto".parse().unwrap();
        config.review = "auto:600".parse().unwrap();
    });
    let at = server.address;
    let order = create(at, "www.example.com");
    assert_eq!(state(at, &order), "domain_verify");
    // Nobody has seen that it is under review: it stays so, however long.
    advance(at, 86_400);
    assert_eq!(state(at, &order), "process");
    advance(at, 599);
    assert_eq!(state(at, &order), "process");
    advance(at, 1);
    assert_eq!(state(at, &order), "certificate");
    let certificate = get(at, &format!("orders/{order}")).body["certificate"].clone();
    assert_eq!(certificate["issued_at"], "2026-03-21T01:10:00Z");
    server.stop();
}

#[test]
fn a_call_that_does_not_apply_is_a_conflict_and_no_second_effect() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let order = create(at, "www.example.com");
    let route = |what: &str| format!("orders/{order}/{what}");
    let conflict = |what: &str| {
        let answer = post(at, &route(what), &json!({}));
        assert_eq!(answer.status, 409, "{what}: {}", answer.body);
        assert!(answer.body["error"].is_string());
    };
    conflict("approve");
    conflict("reject");
    conflict("revocation/complete");
    assert_eq!(act(at, &route("satisfy-challenge"))["Type"], "process");
    conflict("satisfy-challenge");
    conflict("revocation/refuse");
    assert_eq!(act(at, &route("approve"))["Type"], "certificate");
    for what in [
        "satisfy-challenge",
        "approve",
        "reject",
        "revocation/complete",
    ] {
        conflict(what);
    }
    assert_eq!(counts(at), [10, 1, 1]);
    let journal = get(at, &route("journal")).body;
    let events = journal["events"].as_array().unwrap().len();
    assert!(events >= 4, "{journal}");
    let shown = get(at, &format!("orders/{order}")).body;
    assert_eq!(shown["plan"]["remaining"], 9);
    assert!(
        shown["availability"].is_object() && shown["agenda"].is_array(),
        "{shown}"
    );

    let rejected = create(at, "other.example.com");
    act(at, &format!("orders/{rejected}/satisfy-challenge"));
    let reason = json!({"reason": "the phone is not answered"});
    let answer = post(at, &format!("orders/{rejected}/reject"), &reason);
    assert_eq!(
        (answer.status, &answer.body["Type"]),
        (200, &json!("verify_fail"))
    );
    server.stop();
}

#[test]
fn a_revocation_by_hand_is_completed_or_refused_once() {
    let server = Inside::start(|config| config.revocation = "manual".parse().unwrap());
    let at = server.address;
    let order = create(at, "www.example.com");
    let route = |what: &str| format!("orders/{order}/{what}");
    act(at, &route("satisfy-challenge"));
    act(at, &route("approve"));
    let status = || get(at, &format!("orders/{order}")).body["status"].clone();
    done(
        at,
        "CancelCertificateForPackageRequest",
        &[("OrderId", &order)],
    );
    assert_eq!(status(), "Validating Revocation");
    act(at, &route("revocation/refuse"));
    assert_eq!(status(), "Issued");
    assert_eq!(
        post(at, &route("revocation/refuse"), &json!({})).status,
        409
    );
    advance(at, 3_600);
    done(
        at,
        "CancelCertificateForPackageRequest",
        &[("OrderId", &order)],
    );
    act(at, &route("revocation/complete"));
    assert_eq!(status(), "Revoked");
    assert_eq!(
        post(at, &route("revocation/complete"), &json!({})).status,
        409
    );
    assert_eq!(counts(at)[1], 0);
    server.stop();
}

#[test]
fn who_completes_a_revocation_answers_the_mail_for_the_owner() {
    let server = Inside::start(|config| {
        config.revocation = "manual".parse().unwrap();
        config.stock = vec!["geotrust-ov-1-personal=1".parse().unwrap()];
    });
    let at = server.address;
    let application = [
        ("ProductCode", "geotrust-ov-1-personal"),
        ("Domain", "www.example.com"),
        ("Username", "Tom"),
        ("Phone", "13900000000"),
        ("Email", "tom@example.com"),
        ("CompanyName", "Example"),
    ];
    let begun = done(at, "CreateCertificateForPackageRequest", &application);
    let order = begun["OrderId"].to_string();
    let route = |what: &str| format!("orders/{order}/{what}");
    act(at, &route("satisfy-challenge"));
    act(at, &route("approve"));
    let status = || get(at, &format!("orders/{order}")).body["status"].clone();
    done(
        at,
        "CancelCertificateForPackageRequest",
        &[("OrderId", &order)],
    );
    assert_eq!(status(), "Revocation To Confirm");
    act(at, &route("revocation/complete"));
    assert_eq!(status(), "Revoked");
    server.stop();
}

#[test]
fn what_nobody_has_and_what_can_not_be_read_are_told() {
    let server = Inside::start(|_| {});
    let at = server.address;
    for route in [
        "orders/1",
        "orders/x",
        "orders/999999999999999/journal",
        "nothing",
        "",
    ] {
        assert_eq!(get(at, route).status, 404, "{route}");
    }
    for (route, body, status) in [
        ("orders/999999999999999/approve", json!({}), 404),
        ("orders/1/dance", json!({}), 404),
        ("clock", json!({"advance_seconds": -1}), 409),
        ("clock", json!({"set": "2020-01-01T00:00:00Z"}), 409),
        ("clock", json!({"set": "yesterday"}), 400),
        ("clock", json!({}), 400),
        // From where no rules are it could not be brought back.
        (
            "clock",
            json!({"advance_seconds": 99_999_999_999_999_999_i64}),
            400,
        ),
        ("purchases", json!({"product": "nothing", "count": 1}), 400),
        (
            "purchases",
            json!({"product": "geotrust-dv-1-starter", "count": 0}),
            400,
        ),
        (
            "purchases",
            json!({"product": "geotrust-dv-1-starter", "number": 1}),
            400,
        ),
        // More would be cut.
        (
            "purchases",
            json!({"product": "geotrust-dv-1-starter", "years": 17}),
            400,
        ),
        ("faults", json!({"faults": [{"kind": "flood"}]}), 400),
        // What can never hit would let a test pass that tests nothing.
        (
            "faults",
            json!({"faults": [{"kind": "delete-fail", "operation": "Delete"}]}),
            400,
        ),
        (
            "faults",
            json!({"faults": [{"kind": "delete-fail", "times": 0}]}),
            400,
        ),
    ] {
        let answer = post(at, route, &body);
        assert_eq!(answer.status, status, "{route} {body}: {}", answer.body);
    }
    assert_eq!(get(at, "clock").body["now"], "2026-03-20T01:00:00Z");
    let set = post(at, "clock", &json!({"set": "2026-03-20T01:00:00Z"}));
    assert_eq!(set.status, 200);
    server.stop();
}

#[test]
fn purchases_stand_in_the_ledger() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let wanted = json!({"product": "geotrust-dv-w-starter", "count": 3, "cash": 100});
    let bought = post(at, "purchases", &wanted);
    assert_eq!(bought.status, 200, "{}", bought.body);
    let ledger = get(at, "accounts/1234567890/ledger").body;
    let plans = ledger["plans"].as_array().unwrap();
    assert_eq!(plans.len(), 2);
    assert_eq!(plans[1]["plan"], bought.body["plan"]);
    assert_eq!(
        (&plans[1]["total"], &plans[1]["remaining"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(ledger["purchases"], json!([]));
    let package = [("ProductCode", "geotrust-dv-w-starter")];
    assert_eq!(done(at, "DescribePackageState", &package)["TotalCount"], 3);
    server.stop();
}

#[test]
fn certificates_are_bought_by_the_year_where_the_edition_sells_them() {
    let server = Inside::start(|config| config.edition = Some("2024-10-intl".into()));
    let at = server.address;
    let wanted = json!({"product": "geotrust-dv-1-starter", "years": 2, "cash": 100});
    let bought = post(at, "purchases", &wanted);
    assert_eq!(bought.status, 200, "{}", bought.body);
    let orders = bought.body["orders"].as_array().unwrap();
    let states: Vec<_> = orders
        .iter()
        .map(|order| get(at, &format!("orders/{}", order.as_str().unwrap())).body["status"].clone())
        .collect();
    assert_eq!(states, ["Pending Application", "Not Activated"]);
    let ledger = get(at, "accounts/1234567890/ledger").body;
    assert_eq!(ledger["purchases"][0]["purchase"], bought.body["purchase"]);
    assert_eq!(ledger["purchases"][0]["cash"], 100);
    server.stop();
}

#[test]
fn without_the_flag_there_is_no_control_plane_and_the_systems_clock_is_nobodys_to_move() {
    let closed = Inside::start(|config| config.control = false);
    let answer = get(closed.address, "clock");
    assert_eq!(answer.status, 404);
    let why = answer.body["error"].as_str().unwrap_or_default();
    assert!(why.contains("start with --control"), "{answer:?}");
    closed.stop();
    let system = Inside::start(|config| config.clock = "system".parse().unwrap());
    let moved = post(system.address, "clock", &json!({"advance_seconds": 1}));
    assert_eq!(moved.status, 409);
    system.stop();
}

#[test]
fn signatures_are_judged_by_the_systems_clock() {
    let server = Inside::start(|config| {
        config.clock = "manual:2021-03-01T00:00:00Z".parse().unwrap();
        config.edition = Some("2021-02-api".into());
    });
    let at = server.address;
    assert_eq!(counts(at), [10, 0, 0]);
    advance(at, 86_400);
    assert_eq!(counts(at), [10, 0, 0]);
    assert_eq!(
        refused(at, "DescribeCertificateState", &[("OrderId", "1")]).1,
        "NotFoundOrder"
    );
    assert_eq!(call(at, "Nothing", &[]).status, 404);
    server.stop();
}

#[test]
fn what_was_bought_by_the_year_is_lived_on_to_issuance() {
    let server = Inside::start(|config| config.edition = Some("2024-10-intl".into()));
    let at = server.address;
    let wanted = json!({"product": "geotrust-dv-1-starter", "years": 1});
    let bought = post(at, "purchases", &wanted);
    let slot = bought.body["orders"][0].as_str().unwrap().to_owned();
    let route = format!("orders/{slot}/apply");
    for (body, status) in [
        (json!({}), 400),
        (json!({"domain": "not a name"}), 400),
        (json!({"csr": "nothing"}), 400),
        (
            json!({"domain": "a.example.com", "contact": {"age": 3}}),
            400,
        ),
        (json!({"domain": "a.example.com", "method": "MAIL"}), 400),
    ] {
        let answer = post(at, &route, &body);
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
    }
    assert_eq!(post(at, "orders/1/apply", &json!({})).status, 404);
    let applied = post(
        at,
        &route,
        &json!({"domain": "www.example.com", "method": "FILE"}),
    );
    assert_eq!(
        (applied.status, &applied.body["Type"]),
        (200, &json!("domain_verify")),
        "{}",
        applied.body
    );
    let order = applied.body["order"].as_str().unwrap();
    let shown = done(at, "DescribeCertificateState", &[("OrderId", order)]);
    assert_eq!(shown["ValidateType"], "FILE");
    let again = post(at, &route, &json!({"domain": "www.example.com"}));
    assert_eq!(again.status, 409, "{}", again.body);
    act(at, &format!("orders/{order}/satisfy-challenge"));
    act(at, &format!("orders/{order}/approve"));
    let found = done(at, "DescribeCertificateState", &[("OrderId", order)]);
    assert!(found["PrivateKey"].is_string() && found["Type"] == "certificate");
    server.stop();
}

#[test]
fn a_renewal_without_a_signing_request_is_applied_for_with_what_it_renews() {
    let server = Inside::start(|config| config.edition = Some("2025-12-api".into()));
    let at = server.address;
    let order = create(at, "www.example.com");
    act(at, &format!("orders/{order}/satisfy-challenge"));
    act(at, &format!("orders/{order}/approve"));
    advance(at, 180 * 86_400);
    let renewed = done(
        at,
        "RenewCertificateOrderForPackageRequest",
        &[("OrderId", &order)],
    );
    let slot = renewed["OrderId"].to_string();
    assert_eq!(state(at, &slot), "payed");
    let applied = act(at, &format!("orders/{slot}/apply"));
    let order = applied["order"].as_str().unwrap();
    act(at, &format!("orders/{order}/satisfy-challenge"));
    act(at, &format!("orders/{order}/approve"));
    let shown = get(at, &format!("orders/{order}")).body;
    assert_eq!(shown["certificate"]["names"], json!(["www.example.com"]));
    server.stop();
}

#[test]
fn a_signing_request_and_a_contact_of_ones_own_are_applied_with() {
    let server = Inside::start(|config| {
        config.edition = Some("2024-10-intl".into());
        config.stock = Vec::new();
    });
    let at = server.address;
    let wanted = json!({"product": "geotrust-ov-1-personal", "years": 1});
    let bought = post(at, "purchases", &wanted);
    let slot = bought.body["orders"][0].as_str().unwrap().to_owned();
    let body = json!({
        "csr": include_str!("../../src/testing/ca/first.csr"),
        "contact": {"name": "Ann", "email": "ann@example.com"},
    });
    let applied = post(at, &format!("orders/{slot}/apply"), &body);
    assert_eq!(applied.status, 200, "{}", applied.body);
    let order = applied.body["order"].as_str().unwrap();
    act(at, &format!("orders/{order}/approve"));
    let found = done(at, "DescribeCertificateState", &[("OrderId", order)]);
    assert!(found["PrivateKey"].is_null() && found["Type"] == "certificate");
    server.stop();
}

#[test]
fn an_order_that_another_one_followed_is_shown_as_that_one() {
    let server = Inside::start(|config| config.edition = Some("2024-10-intl".into()));
    let at = server.address;
    let former = create(at, "www.example.com");
    done(at, "CancelOrderRequest", &[("OrderId", &former)]);
    let applied = act(at, &format!("orders/{former}/apply"));
    let order = applied["order"].as_str().unwrap();
    assert_ne!(order, former);
    act(at, &format!("orders/{former}/satisfy-challenge"));
    let approved = act(at, &format!("orders/{former}/approve"));
    assert_eq!(
        (&approved["order"], &approved["Type"]),
        (&json!(order), &json!("certificate"))
    );
    let shown = |order: &str| done(at, "DescribeCertificateState", &[("OrderId", order)]);
    let (one, other) = (shown(order), shown(&former));
    for field in ["Type", "Certificate", "PrivateKey"] {
        assert!(one[field].is_string(), "{field}");
        assert_eq!(one[field], other[field], "{field}");
    }
    server.stop();
}

#[test]
fn what_happened_to_a_deleted_order_is_told() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let order = create(at, "www.example.com");
    done(at, "CancelOrderRequest", &[("OrderId", &order)]);
    done(at, "DeleteCertificateRequest", &[("OrderId", &order)]);
    assert_eq!(get(at, &format!("orders/{order}")).status, 404);
    let journal = get(at, &format!("orders/{order}/journal"));
    assert_eq!(
        (journal.status, &journal.body["order"]),
        (200, &json!(order))
    );
    let events = journal.body["events"].as_array().unwrap();
    assert!(events.len() >= 3, "{events:?}");
    server.stop();
}

#[test]
fn the_root_and_the_list_of_what_is_revoked_are_handed_out() {
    let server = Inside::start(|_| {});
    let at = server.address;
    let fetched = |what: &str| {
        let request =
            format!("GET /_control/ca/{what} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n");
        raw(at, request.as_bytes()).unwrap()
    };
    for (what, begin) in [
        ("root.pem", "\r\n\r\n-----BEGIN CERTIFICATE-----\n"),
        ("crl.pem", "\r\n\r\n-----BEGIN X509 CRL-----\n"),
    ] {
        let answer = fetched(what);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("application/x-pem-file"), "{answer}");
        assert!(answer.contains(begin), "{answer}");
    }
    assert!(fetched("key.pem").starts_with("HTTP/1.1 404"));
    server.stop();
}
