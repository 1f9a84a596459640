//! The walkthrough as its reader runs it: a process, its files before OpenSSL, its words.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use cert_lifecycle::model::{Channel, Timestamp};
use cert_lifecycle::rulebook::Rulebook;
use serde_json::Value;

/// Of the API: two lives, side by side.
const EDITIONS: [&str; 3] = ["2021-02-api", "2023-api", "2025-12-api"];
/// An instant at which a story begins that is told the same way every time.
const START: &str = "2021-03-01T09:00:00+08:00";
const ONE_LEFT: &str = "ledger: total 1 = remaining 1 + reserved 0 + settled 0";

fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo
}

/// The example's executable. Cargo builds it once and says where it is.
fn executable() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let build = cargo()
            .args(["build", "--quiet", "--example", "walkthrough"])
            .arg("--message-format=json")
            .output()
            .unwrap();
        assert!(build.status.success(), "{build:?}");
        let found = objects(&text(&build.stdout))
            .into_iter()
            .find_map(|message| {
                let ours = message["target"]["name"] == "walkthrough";
                let path = message["executable"].as_str().map(PathBuf::from);
                path.filter(|_| ours)
            });
        found.expect("an example has an executable")
    })
}

fn walkthrough(arguments: &[&str]) -> Output {
    Command::new(executable())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What it prints when all goes well.
fn told(arguments: &[&str]) -> String {
    let output = walkthrough(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    assert_eq!(text(&output.stderr), "", "{arguments:?}");
    text(&output.stdout)
}

fn pki(file: &str) -> String {
    format!("tests/data/pki/{file}")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A directory of one test.
struct Desk(PathBuf);

impl Desk {
    fn new(test: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("walkthrough_{test}"));
        // Files of a former run must not pass for those of this one.
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        Self(path)
    }

    fn out(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn openssl(&self, arguments: &[&str]) -> Output {
        Command::new("openssl")
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .expect("the openssl command line is installed")
    }

    fn openssl_says(&self, arguments: &[&str]) -> String {
        let output = self.openssl(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        text(&output.stdout)
    }

    /// First and last second of the leaf, as OpenSSL reads them.
    fn validity(&self) -> (Timestamp, Timestamp) {
        let dates = self.openssl_says(&[
            "x509", "-in", "leaf.pem", "-noout", "-dates", "-dateopt", "iso_8601",
        ]);
        let date = |key: &str| {
            let line = dates.lines().find_map(|line| line.strip_prefix(key));
            at(&line.unwrap().replace(' ', "T"))
        };
        (date("notBefore="), date("notAfter="))
    }

    fn days(&self) -> i64 {
        let (first, last) = self.validity();
        let seconds = last.unix_seconds() - first.unix_seconds() + 1;
        // Both ends count; a part of a day is a day more.
        (seconds + 86_399) / 86_400
    }
}

/// The ledger lines of a life, in order.
fn ledgers<'a>(story: &'a str, life: &str) -> Vec<&'a str> {
    let marker = format!("  {life}  ledger: ");
    story
        .lines()
        .filter(|line| line.contains(&marker))
        .map(|line| line.split_once("  ledger: ").unwrap().1)
        .collect()
}

/// The serial numbers of the certificates of a story, in hexadecimal.
fn serials(story: &str) -> Vec<String> {
    story
        .lines()
        .filter_map(|line| line.split_once(", serial "))
        .map(|(_, rest)| rest.split(',').next().unwrap().to_uppercase())
        .collect()
}

/// The unit is back for A and not for B, by the ledgers and in the end.
fn a_gets_its_unit_back_and_b_does_not(story: &str) {
    let (_, end) = story.split_once("\nThe two ledgers:\n").unwrap();
    let last = |life| *ledgers(story, life).last().unwrap();
    let ending = |life| ledgers(end, life)[0];
    assert_eq!(last("A"), ending("A"));
    assert_eq!(
        ending("A"),
        "total 1 = remaining 1 + reserved 0 + settled 0; issued 1, revocations 1"
    );
    assert_eq!(
        ending("B"),
        "total 1 = remaining 0 + reserved 0 + settled 1; issued 1, revocations 1"
    );
    let moves: Vec<&str> = end
        .lines()
        .filter(|line| line.contains("Bought 1"))
        .collect();
    let [a, b] = moves[..] else {
        panic!("two ledgers: {end}")
    };
    assert!(a.trim_start().starts_with("A ") && a.ends_with(", RevocationCharged, Returned"));
    assert!(b.trim_start().starts_with("B ") && b.ends_with(", RevocationCharged"));
}

#[test]
fn openssl_accepts_the_leaf_at_once_and_lists_both_serials() {
    let desk = Desk::new("now");
    let story = told(&["--out", desk.out()]);
    a_gets_its_unit_back_and_b_does_not(&story);
    // Without an instant of the story: as whoever tries it types it.
    let verified = desk.openssl_says(&[
        "verify",
        "-CAfile",
        "root.pem",
        "-untrusted",
        "intermediate.pem",
        "leaf.pem",
    ]);
    assert_eq!(verified, "leaf.pem: OK\n");

    for (file, certificates) in [
        ("root.pem", 1),
        ("intermediate.pem", 1),
        ("leaf.pem", 1),
        ("chain.pem", 2),
        ("crl.pem", 0),
    ] {
        let written = fs::read_to_string(desk.0.join(file)).unwrap();
        let begun = written.matches("-----BEGIN CERTIFICATE-----\n").count();
        assert_eq!(begun, certificates, "{file}");
        assert!(written.ends_with("-----\n"), "{file}");
    }

    let list = desk.openssl_says(&["crl", "-in", "crl.pem", "-noout", "-text"]);
    let serials = serials(&story);
    assert_eq!(serials.len(), 2);
    for serial in &serials {
        assert!(
            list.contains(&format!("Serial Number: {serial}\n")),
            "{list}"
        );
    }
    assert_eq!(list.matches("Serial Number: ").count(), 2);
    assert!(list.contains("Superseded") && list.contains("Cessation Of Operation"));
    let leaf = desk.openssl_says(&["x509", "-in", "leaf.pem", "-noout", "-serial"]);
    assert_eq!(leaf.trim_end(), format!("serial={}", serials[1]));

    // The list is the intermediate's, and stops the leaf.
    let signed = desk.openssl(&[
        "crl",
        "-in",
        "crl.pem",
        "-noout",
        "-CAfile",
        "intermediate.pem",
    ]);
    assert!(text(&signed.stderr).contains("verify OK"), "{signed:?}");
    let chain = desk.openssl_says(&["crl2pkcs7", "-nocrl", "-certfile", "chain.pem"]);
    assert!(chain.contains("PKCS7"));
}

#[test]
fn a_revoked_leaf_does_not_verify_with_the_list() {
    let desk = Desk::new("crl");
    let story = told(&["--start", START, "--out", desk.out()]);
    // The last line of the story tells when it ends.
    let end = story
        .lines()
        .rfind(|line| line.contains("  B  ledger: "))
        .and_then(|line| line.split_once("  "))
        .map(|(end, _)| at(end).unix_seconds().to_string())
        .unwrap();
    let verify = [
        "verify",
        "-attime",
        &end,
        "-CAfile",
        "root.pem",
        "-untrusted",
        "intermediate.pem",
    ];
    let unchecked = desk.openssl(&[&verify[..], &["leaf.pem"]].concat());
    assert!(unchecked.status.success(), "{unchecked:?}");
    let checked = [
        &verify[..],
        &["-crl_check", "-CRLfile", "crl.pem", "leaf.pem"],
    ]
    .concat();
    let checked = desk.openssl(&checked);
    assert!(!checked.status.success());
    assert!(
        text(&checked.stderr).contains("certificate revoked"),
        "{checked:?}"
    );
}

#[test]
fn requests_of_every_allowed_kind_become_certificates() {
    for file in [
        "rsa2048.csr",
        "rsa3072.csr",
        "p256.csr",
        "p384.csr",
        "p521.csr",
        "p256.der",
    ] {
        let desk = Desk::new(&file.replace('.', "_"));
        let story = told(&["--csr", &pki(file), "--start", START, "--out", desk.out()]);
        a_gets_its_unit_back_and_b_does_not(&story);
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(pki(file));
        let source = source.to_str().unwrap();
        let form = if file == "p256.der" { "DER" } else { "PEM" };
        let req = ["req", "-inform", form, "-in", source, "-noout"];
        let request = desk.openssl_says(&[&req[..], &["-text"]].concat());
        for wanted in [
            "Subject Key Identifier",
            "DNS:www.example.com",
            "status_request",
        ] {
            assert!(request.contains(wanted), "{file}: {request}");
        }
        // The certified key is the applicant's.
        let applied = desk.openssl_says(&[&req[..], &["-pubkey"]].concat());
        let certified = desk.openssl_says(&["x509", "-in", "leaf.pem", "-noout", "-pubkey"]);
        assert_eq!(applied, certified, "{file}");
        let leaf = desk.openssl_says(&["x509", "-in", "leaf.pem", "-noout", "-text"]);
        assert!(leaf.contains("DNS:www.example.com\n"), "{file}: {leaf}");
        assert!(leaf.contains("status_request"), "{file}: {leaf}");
    }
}

#[test]
fn a_wildcard_gets_a_product_for_wildcards() {
    let desk = Desk::new("wildcard");
    let story = told(&[
        "--csr",
        &pki("wildcard.csr"),
        "--start",
        START,
        "--out",
        desk.out(),
    ]);
    a_gets_its_unit_back_and_b_does_not(&story);
    let leaf = desk.openssl_says(&["x509", "-in", "leaf.pem", "-noout", "-text"]);
    assert!(leaf.contains("DNS:*.example.com\n"), "{leaf}");
}

#[test]
fn requests_that_do_not_stand_are_refused_with_the_rule() {
    for (file, rule, reason) in [
        ("rsa1024.csr", "K-01", "the key is RSA-1024"),
        ("rsa2048-sha1.csr", "K-02", "signed with SHA-1"),
        (
            "broken-signature.der",
            "K-03",
            "the signature of the signing request does not verify",
        ),
        (
            "no-cn.csr",
            "R-18",
            "the signing request has no common name",
        ),
        (
            "cn-not-in-sans.csr",
            "K-04",
            "not among its subject alternative names",
        ),
        (
            "public-test-key-p256-encrypted.pem",
            "K-03",
            "found an encrypted private key (PKCS #8)",
        ),
        (
            "request-with-encrypted-key.csr",
            "K-03",
            "an encrypted private key (PKCS #8) stands beside the signing request",
        ),
    ] {
        let output = walkthrough(&["--csr", &pki(file), "--start", START]);
        assert_eq!(output.status.code(), Some(1), "{file}: {output:?}");
        assert_eq!(text(&output.stderr), "", "{file}");
        let story = text(&output.stdout);
        // The explanation is wrapped: lines are joined before the search.
        let joined = story.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            joined.contains(&format!("Rule {rule}: ")),
            "{file}: {story}"
        );
        assert!(joined.contains(reason), "{file}: {story}");
        let last = story.lines().last().unwrap();
        assert!(last.contains(ONE_LEFT), "{file}: {story}");
        assert!(!story.contains("Issued"), "{file}");

        // As JSON too.
        let output = walkthrough(&["--csr", &pki(file), "--start", START, "--json"]);
        assert_eq!(output.status.code(), Some(1), "{file}: {output:?}");
        let lines = objects(&text(&output.stdout));
        let refusals: Vec<&Value> = lines
            .iter()
            .filter(|line| !line["refusal"].is_null())
            .collect();
        assert_eq!(refusals.len(), 1, "{file}");
        assert_eq!(refusals[0]["rules"][0], rule, "{file}");
        assert!(
            refusals[0]["refusal"].as_str().unwrap().contains(reason),
            "{file}"
        );
    }
}

#[test]
fn the_documented_command_runs_it() {
    executable();
    let output = cargo()
        .args([
            "run",
            "--quiet",
            "--example",
            "walkthrough",
            "--",
            "--start",
            START,
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stderr), "");
    a_gets_its_unit_back_and_b_does_not(&text(&output.stdout));
}

/// Beside the window stands the act that must fall into it, and after a revocation what became of
/// the unit.
fn the_act_and_the_unit_are_named(story: &str, edition: &str) {
    let act = "completed";
    let place = |words: &str| {
        let lines: Vec<usize> = (0..)
            .zip(story.lines())
            .filter(|(_, line)| line.contains(words))
            .map(|(number, _)| number)
            .collect();
        let [number] = lines[..] else {
            panic!("{words}, once: {story}")
        };
        (number, story.lines().nth(number).unwrap())
    };
    let window = format!("  A  its unit returns if the revocation is {act} before ");
    let over =
        format!("  B  its unit would have returned if the revocation had been {act} before ");
    let revoked = |life| place(&format!("  {life}  is revoked by the CA -> Revoked"));
    // A is revoked in the last second of the window, B when it is over.
    for (life, words) in [("A", window), ("B", over)] {
        let (_, line) = place(&words);
        let end = at(line.split_once(&words).unwrap().1);
        let (number, line) = revoked(life);
        let instant = at(line.split_once("  ").unwrap().0);
        if life == "A" {
            assert_eq!(instant, end.saturating_add(-1), "{edition}");
        } else {
            assert!(end <= instant, "{edition}");
        }
        let next = story.lines().nth(number + 1).unwrap();
        let became = if life == "A" {
            "  A  its unit returned"
        } else {
            "  B  its unit stays used"
        };
        assert!(next.ends_with(became), "{edition}: {next}");
    }
}

#[test]
fn every_edition_of_the_api_can_be_lived_through_twice() {
    for edition in EDITIONS {
        let story = told(&["--edition", edition, "--start", START]);
        let heading = format!("Two lives under the edition {edition}, from ");
        assert!(story.starts_with(&heading), "{story}");
        let first = story.lines().next().unwrap();
        assert!(first.ends_with(" on. The edition is fixed, whatever the date."));
        the_act_and_the_unit_are_named(&story, edition);
        a_gets_its_unit_back_and_b_does_not(&story);
        // From 2023 on an order with an own request consumes its unit at once.
        let consumed = edition.starts_with("2023") || edition.starts_with("2025");
        let submitted = ledgers(&story, "A")[1];
        let expected = if consumed {
            "reserved 0 + settled 1"
        } else {
            "reserved 1 + settled 0"
        };
        assert!(submitted.contains(expected), "{edition}: {submitted}");
        // The window: thirty days to the end of the day, or twenty-eight to the second.
        let line = |words: &str| story.lines().find(|line| line.contains(words)).unwrap();
        let instant = |words: &str| at(line(words).split_once("  ").unwrap().0).unix_seconds();
        let issued = instant("  A  gets the certificate -> Issued");
        let revoked = instant("  A  asks for revocation in the window's last second");
        if consumed {
            assert_eq!(revoked - issued, 28 * 86_400, "{edition}");
        } else {
            assert!(line("  A  asks for revocation in").contains("T23:59:59+08:00"));
            let midnight = issued + 8 * 3_600 - (issued + 8 * 3_600) % 86_400;
            assert_eq!(revoked + 8 * 3_600 - midnight, 31 * 86_400 - 1, "{edition}");
        }
    }
}

#[test]
fn help_is_the_documented_usage() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/walkthrough.rs");
    let source = fs::read_to_string(source).unwrap();
    let (_, rest) = source.split_once("//! ```text\n").unwrap();
    let (documented, _) = rest.split_once("//! ```\n").unwrap();
    let lines: Vec<&str> = documented
        .lines()
        .map(|line| line.strip_prefix("//! ").unwrap())
        .collect();
    let usage = lines.join("\n") + "\n";
    for flag in [
        "--csr",
        "--edition",
        "--list-editions",
        "--show",
        "--diff",
        "--start",
        "--json",
        "--out",
        "--help",
    ] {
        assert!(usage.contains(&format!("\n  {flag}")), "{usage}");
    }
    for edition in EDITIONS {
        assert!(usage.contains(edition), "{usage}");
    }
    for arguments in [&["--help"][..], &["-h"], &["--json", "-h"]] {
        assert_eq!(told(arguments), usage, "{arguments:?}");
    }
}

#[test]
fn wrong_arguments_are_named() {
    for (arguments, message) in [
        (
            &["--edition", "2022-api"][..],
            "the rulebook has no edition 2022-api: did you mean 2023-api? --list-editions names them all",
        ),
        (
            &["--edition", "bogus"],
            "the rulebook has no edition bogus; --list-editions names them all",
        ),
        (&["--show", "2021-7-cn"], "did you mean 2021-07-cn?"),
        (&["--diff", "2021-02-apy"], "did you mean 2021-02-api?"),
        (&["--bogus"], "invalid option '--bogus'"),
        (&["-x"], "invalid option '-x'"),
        (&["stray"], "unexpected argument \"stray\""),
        (&["--csr"], "missing argument for option '--csr'"),
        (
            &["--csr", "tests/data/pki/nowhere.csr"],
            "tests/data/pki/nowhere.csr: ",
        ),
        (&["--start", "yesterday"], "expected an instant such as"),
        (&["--json=yes"], "unexpected argument for option '--json'"),
    ] {
        let output = walkthrough(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        let error = text(&output.stderr);
        assert!(error.starts_with("walkthrough: "), "{error}");
        assert!(error.contains(message), "{error}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
}

fn objects(lines: &str) -> Vec<Value> {
    lines
        .lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line).unwrap();
            assert!(value.is_object(), "{line}");
            value
        })
        .collect()
}

#[test]
fn json_lines_tell_every_event_of_every_stream() {
    for edition in EDITIONS {
        let lines = objects(&told(&["--json", "--edition", edition, "--start", START]));
        let mut events: BTreeMap<String, u64> = BTreeMap::new();
        let mut versions: BTreeMap<String, u64> = BTreeMap::new();
        let mut last = at("2021-03-01T00:00:00Z");
        for line in &lines {
            let now = at(line["at"].as_str().unwrap());
            assert!(last <= now, "time does not turn back: {line}");
            last = now;
            assert!(matches!(line["life"].as_str(), Some("A" | "B")), "{line}");
            for event in line["events"].as_array().into_iter().flatten() {
                let id = event["id"].as_str().unwrap().to_owned();
                *events.entry(id).or_default() += 1;
            }
            for (id, version) in line["versions"].as_object().into_iter().flatten() {
                versions.insert(id.clone(), version.as_u64().unwrap());
            }
        }
        // What the story says of the window and of the unit, as values.
        let values = |key: &str| -> Vec<&Value> {
            lines
                .iter()
                .map(|line| &line[key])
                .filter(|value| !value.is_null())
                .collect()
        };
        let [a, b] = values("returns")[..] else {
            panic!("two windows: {lines:?}")
        };
        let act = "completed";
        assert_eq!((&a["act"], &b["act"]), (&act.into(), &act.into()));
        for line in lines.iter().filter(|line| !line["returns"].is_null()) {
            let before = at(line["returns"]["before"].as_str().unwrap());
            let note = line["note"].as_str().unwrap();
            let shown = at(note.rsplit(' ').next().unwrap());
            assert_eq!(before, shown, "{line}");
            assert!(note.contains(&format!(" {act} before ")), "{line}");
        }
        assert_eq!(values("unit"), ["returned", "settled"]);
        assert_eq!(versions.len(), 4, "two plans and two instances");
        assert_eq!(events, versions, "{edition}");
    }
}

/// The lines without what cryptography makes different in every run.
fn repeatable(story: &str) -> Vec<&str> {
    let random = ["must publish", "verified with webpki"];
    story
        .lines()
        .filter(|line| !random.iter().any(|words| line.contains(words)))
        .collect()
}

#[test]
fn the_same_start_tells_the_same_story() {
    let [one, two] = [(); 2].map(|()| told(&["--start", START]));
    assert_eq!(repeatable(&one), repeatable(&two));
    assert_ne!(one, two, "serial numbers are random");
    assert_eq!(one.lines().count() - repeatable(&one).len(), 4);
    // The same instant in another offset is the same story.
    let utc = told(&["--start", "2021-03-01T01:00:00Z"]);
    assert_eq!(repeatable(&utc), repeatable(&one));
    for line in one.lines() {
        assert!(
            line.chars().count() <= 200 && line.trim_end() == line,
            "{line:?}"
        );
    }
}

/// The instants of a text never go back.
fn time_goes_on(story: &str) -> Vec<Timestamp> {
    let (story, _) = story.split_once("\nThe two ledgers:").unwrap();
    let instants: Vec<Timestamp> = story
        .lines()
        .filter_map(|line| line.split_once("  ")?.0.parse().ok())
        .collect();
    assert!(instants.len() > 20, "{story}");
    assert!(instants.is_sorted(), "{story}");
    instants
}

#[test]
fn the_ceiling_of_the_date_applies() {
    for (start, days) in [
        // The term is a year, the order's hours are taken from it: a little less.
        ("2021-03-01T09:00:00+08:00", 365),
        ("2024-02-01T09:00:00Z", 365),
        ("2026-03-14T09:00:00Z", 365),
        ("2026-03-15T00:00:00Z", 200),
        ("2027-03-15T00:00:00Z", 100),
        ("2029-03-14T09:00:00Z", 100),
        ("2029-03-15T00:00:00Z", 47),
        ("2029-04-01T09:00:00Z", 47),
    ] {
        for edition in [EDITIONS[0], EDITIONS[1]] {
            let desk = Desk::new(&format!(
                "ceiling_{days}_{edition}_{}",
                at(start).unix_seconds()
            ));
            let out = ["--out", desk.out()];
            let story = told(&[&["--start", start, "--edition", edition], &out[..]].concat());
            assert_eq!(desk.days(), days, "{start}");
            a_gets_its_unit_back_and_b_does_not(&story);
            time_goes_on(&story);
        }
    }
}

#[test]
fn the_notice_of_a_short_certificate_comes_before_the_window_ends() {
    let desk = Desk::new("short");
    let story = told(&["--start", "2029-04-01T09:00:00Z", "--out", desk.out()]);
    let place = |words: &str| {
        story
            .find(words)
            .unwrap_or_else(|| panic!("{words}: {story}"))
    };
    let told_at = |words: &str| {
        let line = story.lines().find(|line| line.contains(words)).unwrap();
        at(line.split_once("  ").unwrap().0)
    };
    // Thirty of forty-seven days: it is announced on the day that is the thirtieth before the last.
    let notice = "B  is told that the certificate will expire -> Pending Expiration";
    let (_, last) = desk.validity();
    // The ceiling in full, from the signature on.
    assert_eq!(last, at("2029-05-18T19:21:59+08:00"));
    assert_eq!(told_at(notice), at("2029-04-18T00:00:00+08:00"));
    let inside = "A  asks for revocation in the window's last second";
    assert_eq!(told_at(inside), at("2029-05-01T23:59:59+08:00"));
    let outside = "B  asks for revocation -> Validating Revocation";
    assert_eq!(told_at(outside), at("2029-05-02T00:00:00+08:00"));
    assert!(place(notice) < place(inside) && place(inside) < place(outside));

    // A long one is announced when the window is long over.
    let story = told(&["--start", START]);
    let place = |words: &str| story.find(words).unwrap();
    assert!(place(inside) < place(notice) && place(notice) < place(outside));
}

#[test]
fn columns_stand_under_each_other() {
    let story = told(&["--start", START]);
    for line in story.lines().filter(|line| line.contains("+08:00  ")) {
        let (instant, rest) = line.split_at(25);
        at(instant);
        let life = rest.strip_prefix("  A  ").or(rest.strip_prefix("  B  "));
        assert!(life.is_some_and(|text| !text.starts_with(' ')), "{line:?}");
    }
    for line in story.lines().filter(|line| line.starts_with("     ")) {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        // The moves of a ledger under its account, an explanation a step further in.
        let moves = text.starts_with("A  ") || text.starts_with("B  ");
        assert_eq!(indent, if moves { 27 } else { 33 }, "{line:?}");
        assert!(line.len() <= 33 + 92, "{line:?}");
    }
}

#[test]
fn a_life_under_every_named_point_comes_to_its_end() {
    let book = Rulebook::published();
    for point in book.points() {
        let key = point.key.as_str();
        let arguments = ["--edition", key, "--start", START];
        let story = told(&arguments);
        let heading = story.lines().next().unwrap();
        let begins = match point.channel {
            Channel::Api => "Two lives under the edition ",
            Channel::Console => "A life on the console under the edition ",
            Channel::ApiV2 => "A life of an instance under the edition ",
        };
        assert!(heading.starts_with(&format!("{begins}{key}")), "{heading}");
        objects(&told(&[&arguments[..], &["--json"]].concat()));
    }
}

#[test]
fn a_life_of_an_instance_carries_certificates_in_turn() {
    let story = told(&[
        "--edition",
        "2026-v2",
        "--start",
        "2026-09-01T09:00:00+08:00",
    ]);
    assert_eq!(
        story.matches("  D  gets a certificate -> normal").count(),
        2
    );
    for words in [
        "nothing is stored to apply with",
        "  D  is looked at by the service -> pending, certificate willExpire",
        "  D  sees it completed -> willExpire, certificate revoked",
        "Rule T-47: an instance is paid back",
    ] {
        assert!(story.contains(words), "{words}: {story}");
    }
}

#[test]
fn a_life_on_the_console_shows_what_its_edition_refuses_and_goes_on() {
    let arguments = ["--edition", "2019-08-intl", "--start", START];
    let story = told(&arguments);
    for words in [
        "  C  gets the certificate -> ",
        "  C  deploys it -> ",
        "  C  is revoked by the CA -> ",
        "  C  was paid back without a claim\n",
        ": refused\n",
    ] {
        assert!(story.contains(words), "{words}: {story}");
    }
    // T-20: no mail goes out under this edition.
    assert!(!story.contains("confirms it"), "{story}");
    assert_eq!(told(&arguments), story, "nothing in it is random");
    let lines = objects(&told(&[&arguments[..], &["--json"]].concat()));
    let refused = lines.iter().filter(|line| line["refusal"].is_string());
    assert_eq!(refused.count(), story.matches(": refused\n").count());
    let paid = lines
        .iter()
        .flat_map(|line| line["events"].as_array().into_iter().flatten())
        .filter(|event| event["event"] == "Paid");
    assert!(paid.count() >= 3, "three certificates: {lines:?}");
    let output = walkthrough(&["--edition", "2019-08-intl", "--out", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("--csr, --database and --out are for editions of the API")
    );
}

#[test]
fn editions_are_listed_with_what_is_newest_in_them() {
    let book = Rulebook::published();
    let list = told(&["--list-editions"]);
    assert_eq!(list.lines().count(), book.points().len());
    for (line, point) in list.lines().zip(book.points()) {
        let day = point.day.to_string();
        assert!(line.starts_with(point.key.as_str()) && line.contains(&day));
    }
    let line = list.lines().find(|line| line.starts_with("2025-12-api"));
    assert!(
        line.unwrap().contains("newest value: 2025-12-23 ["),
        "{list}"
    );
    let lines = objects(&told(&["--list-editions", "--json"]));
    assert_eq!(lines.len(), book.points().len());
    assert!(lines.iter().all(|line| line["sources"].is_array()));
}

#[test]
fn an_edition_is_shown_whole() {
    let edition = Rulebook::published().edition("2021-07-cn").unwrap();
    assert_eq!(told(&["--show", "2021-07-cn"]), format!("{edition}\n"));
    let lines = objects(&told(&["--show", "2021-07-cn", "--json"]));
    assert_eq!(lines.len(), edition.lines().len());
    assert!(lines.iter().all(|line| line["sources"].is_array()));
}

#[test]
fn what_changes_to_another_edition_stands_at_the_end() {
    let arguments = ["--edition", "2021-02-api", "--start", START];
    let alone = told(&arguments);
    let story = told(&[&arguments[..], &["--diff", "2023-api"]].concat());
    let (life, report) = story
        .split_once(
            " values change from 2021-02-api to 2023-api, between two places: cn api and intl api.\n",
        )
        .unwrap();
    assert_eq!(life.lines().count(), alone.lines().count() + 2);
    assert!(report.contains("\nThe unit of a revoked certificate returns within 28 days"));
    assert!(report.contains("  For example:\n"));
    let output = walkthrough(&["--diff", "nowhere"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(text(&output.stdout), "", "nothing is told first");
    let lines = objects(&told(
        &[&arguments[..], &["--diff", "2023-api", "--json"]].concat(),
    ));
    let fields = lines.iter().filter(|line| line["field"].is_string());
    assert_eq!(fields.count(), report.matches(" Concerns ").count());
}

/// The second run finds what the first one left, and goes on beside it.
#[test]
fn a_database_is_continued() {
    let folder = tempfile::TempDir::new().unwrap();
    let database = format!("sqlite:{}", folder.path().join("life.db").display());
    let run = || {
        let output = walkthrough(&["--start", START, "--database", &database]);
        assert!(output.status.success(), "{output:?}");
        text(&output.stdout)
    };
    let (first, second) = (run(), run());
    assert!(!first.contains("from before"), "{first}");
    let before: Vec<&str> = second
        .lines()
        .filter(|line| line.starts_with("from before"))
        .collect();
    assert_eq!(
        before,
        [
            "from before: order 100001000000002 of account A was left as Revoked",
            "from before: order 100001000000006 of account B was left as Revoked",
        ]
    );
    // The second run's own lives have ids of their own.
    assert!(!first.contains("100002000000002"), "{first}");
    let other = walkthrough(&["--database", "notes.txt"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(text(&other.stderr).contains("--database takes memory, sqlite:FILE or postgres://"));
}
