//! The examples as their readers run them: they end well, and say what they are there to show.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stop on the first surprise"
)]

use std::process::Command;

/// What an example prints.
fn run(example: &str, arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["run", "--quiet", "--example", example, "--"])
        .args(arguments)
        .output()
        .unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{example}: {error}\n{told}");
    told
}

/// All of these, in this order.
fn in_order(told: &str, lines: &[&str]) {
    let mut rest = told;
    for line in lines {
        let found = rest.split_once(line);
        let (_, behind) = found.unwrap_or_else(|| panic!("not there: {line}\nin\n{told}"));
        rest = behind;
    }
}

#[test]
fn three_year_chain_shows_members_notices_and_gaps() {
    let told = run("three_year_chain", &[]);
    in_order(
        &told,
        &[
            "Edition 2022-hosting",
            "certificate-1 Pending Application | certificate-2 Not Activated | certificate-3 Not Activated",
            "If the owner applies today, the site is covered for 544 days",
            "covered by certificate-3, expected",
            "gap: certificates are cut to the CA's ceiling",
            "certificate-1 Hosted | certificate-2 Not Activated | certificate-3 Not Activated",
            "2026-09-21T00:00:00+08:00  the service activates certificate-2 and applies for it",
            "certificate-1 Pending Expiration | certificate-2 Hosted | certificate-3 Not Activated",
            "certificate-1 Expired | certificate-2 Pending Expiration | certificate-3 Issued",
            "As it came, the site is covered for 544 days",
            "2027-10-01T00:00:00+08:00 to 2029-02-07T00:00:00+08:00  gap: certificates are cut",
            "2029-02-07T00:00:00+08:00 to 2029-12-31T00:00:00+08:00  gap: no certificate of the chain is left",
            "under a ceiling of 398 days: 874 of 1095 days",
            "under a ceiling of 200 days: 544 of 1095 days",
            "under a ceiling of 100 days: 244 of 1095 days",
            "under a ceiling of 47 days: 85 of 1095 days",
        ],
    );
    assert!(!told.contains("support calls the owner"));
}

#[test]
fn r48_three_year_chain_calls_support_when_the_service_fails() {
    let told = run("three_year_chain", &["--fail"]);
    in_order(
        &told,
        &[
            "the service activates certificate-2",
            "notice about certificate-2: support calls the owner about the application",
            "certificate-2 Validation Failed | certificate-3 Not Activated",
            "As it came, the site is covered for 200 days",
            "2026-10-21T09:00:00+08:00 to 2029-12-31T00:00:00+08:00  gap: the service's own application failed (R-48)",
        ],
    );
}

#[test]
fn refund_preview_says_what_comes_back_by_which_clause_until_when() {
    let told = run("refund_preview", &[]);
    in_order(
        &told,
        &[
            "== edition 2020-12",
            "the purchase, not applied for",
            "claim now: 1500.00 CNY of cash comes back at once; 50.00 CNY of vouchers never does",
            "by the clause: unissued: claim within 5 days of payment",
            "2020-12-16T00:00:00+08:00  no refund any more of what is unissued, paid at once",
            "the purchase, issued",
            "Instead: first have the certificate revoked while the window for that is open, then claim the refund.",
            "2021-01-05T00:00:00+08:00  a revocation asked for now may come too late (advice)",
            "2021-01-10T00:00:00+08:00  no refund any more of what is revoked",
            "the purchase, revoked on day 4",
            "claim now: 1500.00 CNY of cash comes back after a review",
            "reviewed for up to 15 working days",
            "the purchase, revoked on day 60",
            "no claim now",
            "the plan, unused",
            "possible until 2021-01-10T00:00:00+08:00 (R-33)",
            "== edition 2021-07-cn",
            "the purchase, under review",
            "Instead: first withdraw the application, then claim the refund.",
            "2021-07-28T00:00:00+08:00  no refund any more of what is unissued",
            "one can: withdraw the application",
            "== edition 2024-10-intl",
            "the purchase, revoked on day 4",
            "possible until 2024-11-09T00:00:00+08:00 (R-29)",
        ],
    );
}

#[test]
fn embed_axum_serves_works_and_stops() {
    let told = run("embed_axum", &[]);
    in_order(
        &told,
        &[
            "POST /orders under a-key: {\"order\":",
            "POST /orders under a-key: {\"order\":",
            "POST /orders under another-key: Cannot submit the application",
            "DescribeCertificateState by testid: 200 OK",
            "the vendor's client is told domain_verify",
            "is Issued",
            "the vendor's client is told certificate",
            "served and stopped",
        ],
    );
    assert!(told.contains("the CA is asked for order"));
}

#[test]
fn rust_automation_moves_time_and_asserts() {
    let told = run("rust_automation", &[]);
    in_order(
        &told,
        &[
            "issued on 2026-03-20",
            "\"certificate\"",
            "due on 2026-09-16",
        ],
    );
}

/// The fault is found and named; the mended store keeps the contract.
#[test]
fn own_store_is_found_out_and_mended() {
    let told = run("own_store", &[]);
    in_order(
        &told,
        &[
            "What was read is forgotten with a commit that files an instance:",
            "  expected: ",
            "  seen:     ",
            "breaches in 73 checks",
            "It is forgotten with every commit:",
            "Store: 73 checks, 0 violations, 2 skipped",
        ],
    );
}
