//! The local CA against its contract. What it signs is judged by webpki and by the OpenSSL
//! command line, not by the library that signed it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

use std::fs;
use std::path::PathBuf;
use std::pin::pin;
use std::process::{Command, Output};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use cert_lifecycle::adapter::local_ca::{LocalCaConfig, LocalCaError, ReviewPolicy, Zone};
use cert_lifecycle::adapter::{LocalCa, MemoryKeyVault};
use cert_lifecycle::lifecycle::{Carried, Term};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{
    Challenge, Curve, DomainName, KeyKind, Note, OrderId, RevocationCause, RevocationReason,
    Timestamp, ValidationClass, ValidationMethod,
};
use cert_lifecycle::pki::{Label, Limits, parse_certificates, to_pem};
use cert_lifecycle::port::{
    CaAnswer, CaError, CaRevocation, CaState, CertificateAuthority, IssuanceRequest, KeyVault,
    RequestId, RevocationOrder,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use x509_cert::certificate::Rfc5280;
use x509_cert::crl::CertificateList;
use x509_cert::der::{Any, Decode};

const RSA: KeyKind = KeyKind::Rsa { bits: 2_048 };
const P256: KeyKind = KeyKind::Ec(Curve::P256);
const P384: KeyKind = KeyKind::Ec(Curve::P384);
const DAY: i64 = 86_400;

/// Adapters in memory answer at the first poll.
fn wait<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("an adapter in memory has nothing to wait for"),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn order(id: u64) -> OrderId {
    OrderId::new(id).unwrap()
}

fn request_id(text: &str) -> RequestId {
    RequestId::new(text).unwrap()
}

fn names(texts: &[&str]) -> Vec<DomainName> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn note(text: &str) -> Note {
    Note::new(text).unwrap()
}

/// A CA with what is around it.
struct Lab {
    ca: LocalCa,
    zone: Zone,
    vault: MemoryKeyVault,
}

/// When most stories here begin.
const FOUNDED: &str = "2026-03-01T00:00:00Z";
const NOW: &str = "2026-03-20T10:00:00Z";

/// A term that ends at an instant, whenever it begins.
fn until_then(until: Timestamp) -> Term {
    let old = Timestamp::MAX;
    Term::days(0).with_carried(Carried { old, until })
}

fn config() -> LocalCaConfig {
    LocalCaConfig::new(|_| 200)
}

fn lab(config: LocalCaConfig) -> Lab {
    lab_since(config, FOUNDED)
}

fn lab_since(config: LocalCaConfig, founded: &str) -> Lab {
    let zone = Zone::new();
    Lab {
        ca: LocalCa::new(config, zone.clone(), at(founded)).unwrap(),
        zone,
        vault: MemoryKeyVault::new(),
    }
}

impl Lab {
    /// An application for `www.example.com` and the wildcard beside it.
    fn application(&self, id: u64, kind: KeyKind, now: Timestamp) -> IssuanceRequest {
        let names = names(&["www.example.com", "*.example.com"]);
        wait(self.vault.make(order(id), kind)).unwrap();
        IssuanceRequest {
            request: request_id(&format!("submit-{id}")),
            order: order(id),
            csr_der: wait(self.vault.csr(order(id), &names)).unwrap(),
            names,
            class: ValidationClass::Dv,
            method: ValidationMethod::Dns,
            at: now,
            term: Term::days(90),
        }
    }

    fn submit(&self, request: &IssuanceRequest) -> Result<(), CaError> {
        wait(self.ca.submit(request.clone()))
    }

    fn poll(&self, id: u64, now: Timestamp) -> CaAnswer {
        wait(self.ca.poll(order(id), now)).unwrap()
    }

    /// Submits, proves the domain, and lets the CA see it.
    fn prove(&self, request: &IssuanceRequest, now: Timestamp) {
        self.submit(request).unwrap();
        let answer = wait(self.ca.poll(request.order, now)).unwrap();
        assert_eq!(answer.state, CaState::AwaitingProof);
        self.zone.publish(&answer.challenge.unwrap());
        let answer = wait(self.ca.poll(request.order, now)).unwrap();
        assert_eq!(answer.state, CaState::UnderReview);
    }

    /// Submits, proves, and takes the certificate that an automatic review gives.
    fn issue(&self, request: &IssuanceRequest, now: Timestamp) -> Arc<str> {
        self.prove(request, now);
        chain(&wait(self.ca.poll(request.order, now)).unwrap())
    }

    fn revocation(&self, request: &str, id: u64, reason: RevocationReason) -> RevocationOrder {
        RevocationOrder {
            request: request_id(request),
            order: order(id),
            serial: self.ca.serial(order(id)).unwrap(),
            reason,
            at: at("2026-04-01T12:00:00Z"),
        }
    }
}

fn chain(answer: &CaAnswer) -> Arc<str> {
    let CaState::Issued { pem_chain } = &answer.state else {
        panic!("not issued: {answer:?}")
    };
    Arc::clone(pem_chain)
}

fn ders(pem_chain: &str) -> Vec<CertificateDer<'static>> {
    parse_certificates(pem_chain.as_bytes(), &Limits::default())
        .unwrap()
        .iter()
        .map(|parsed| CertificateDer::from(parsed.der().to_vec()))
        .collect()
}

/// What webpki says of a chain at an instant, for a host.
fn webpki(
    root_pem: &str,
    pem_chain: &str,
    host: &str,
    now: Timestamp,
) -> Result<(), webpki::Error> {
    let (roots, chain) = (ders(root_pem), ders(pem_chain));
    let anchor = webpki::anchor_from_trusted_cert(&roots[0]).unwrap();
    let leaf = webpki::EndEntityCert::try_from(&chain[0])?;
    let seconds = u64::try_from(now.unix_seconds()).unwrap();
    leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &[anchor],
        &chain[1..],
        UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
        webpki::KeyUsage::server_auth(),
        None,
        None,
    )?;
    leaf.verify_is_valid_for_subject_name(&ServerName::try_from(host).unwrap())
}

/// Files of one test, and OpenSSL to look at them.
struct Desk(PathBuf);

impl Desk {
    fn new(test: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("local_ca_{test}"));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.0.join(name), content).unwrap();
    }

    /// Files that `verify` wants: the leaf and its issuer apart.
    fn put_chain(&self, pem_chain: &str) {
        let blocks = ders(pem_chain);
        assert_eq!(blocks.len(), 2, "the leaf and its issuer, without the root");
        self.put("leaf.pem", to_pem(Label::Certificate, &blocks[0]));
        self.put("intermediate.pem", to_pem(Label::Certificate, &blocks[1]));
    }

    fn openssl(&self, arguments: &[&str]) -> Output {
        Command::new("openssl")
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .expect("the openssl command line is installed")
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.openssl(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What `openssl verify` says of the leaf at an instant.
    fn verify(&self, now: Timestamp, more: &[&str]) -> Result<(), String> {
        let now = now.unix_seconds().to_string();
        let mut arguments = vec!["verify", "-x509_strict", "-purpose", "sslserver"];
        arguments.extend(["-attime", &now, "-CAfile", "root.pem"]);
        arguments.extend(["-untrusted", "intermediate.pem"]);
        arguments.extend(more);
        arguments.push("leaf.pem");
        let output = self.openssl(&arguments);
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// A certificate's first and last second, as OpenSSL reads them.
fn dates(desk: &Desk) -> (Timestamp, Timestamp) {
    let text = desk.text(&[
        "x509", "-in", "leaf.pem", "-noout", "-dates", "-dateopt", "iso_8601",
    ]);
    let date = |key: &str| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .unwrap();
        at(&line.replace(' ', "T"))
    };
    (date("notBefore="), date("notAfter="))
}

#[test]
fn chains_verify_for_every_hierarchy_and_key() {
    let desk = Desk::new("chains");
    for hierarchy in [RSA, P256, P384, KeyKind::Ec(Curve::P521)] {
        let lab = lab(config().with_hierarchy(hierarchy));
        let other = LocalCa::new(config().with_hierarchy(P256), Zone::new(), at(FOUNDED)).unwrap();
        desk.put("root.pem", &*lab.ca.root_pem());
        for (id, kind) in (1..).zip([RSA, P256, P384, KeyKind::Ec(Curve::P521)]) {
            let now = at(NOW);
            let pem_chain = lab.issue(&lab.application(id, kind, now), now);
            let root = lab.ca.root_pem();
            assert!(pem_chain.ends_with(&*lab.ca.intermediate_pem()));

            for host in ["www.example.com", "other.example.com"] {
                webpki(&root, &pem_chain, host, now).unwrap();
            }
            for host in ["example.com", "www.example.org", "a.b.example.com"] {
                assert!(webpki(&root, &pem_chain, host, now).is_err(), "{host}");
            }
            let last = now.saturating_add(90 * DAY - 1);
            let host = "www.example.com";
            webpki(&root, &pem_chain, host, last).unwrap();
            let after = webpki(&root, &pem_chain, host, last.saturating_add(1));
            assert!(
                matches!(after, Err(webpki::Error::CertExpired { .. })),
                "{after:?}"
            );
            let before = webpki(&root, &pem_chain, host, now.saturating_add(-1));
            assert!(
                matches!(before, Err(webpki::Error::CertNotValidYet { .. })),
                "{before:?}"
            );
            assert!(webpki(&other.root_pem(), &pem_chain, host, now).is_err());

            desk.put_chain(&pem_chain);
            desk.verify(now, &[]).unwrap();
            desk.verify(now, &["-verify_hostname", "www.example.com"])
                .unwrap();
            assert!(
                desk.verify(now, &["-verify_hostname", "example.com"])
                    .is_err()
            );
            assert!(
                desk.verify(last.saturating_add(2), &[])
                    .unwrap_err()
                    .contains("expired")
            );

            // The certified key is the one of the request.
            let certified = desk.text(&["x509", "-in", "leaf.pem", "-noout", "-pubkey"]);
            desk.put(
                "key.pem",
                wait(lab.vault.export(order(id))).unwrap().expose(),
            );
            assert_eq!(certified, desk.text(&["pkey", "-in", "key.pem", "-pubout"]));
        }
    }
}

#[test]
fn the_hierarchy_is_a_root_and_one_intermediate() {
    let desk = Desk::new("hierarchy");
    for (kind, algorithm) in [
        (RSA, "sha256WithRSAEncryption"),
        (P256, "ecdsa-with-SHA256"),
        (P384, "ecdsa-with-SHA384"),
        (KeyKind::Ec(Curve::P521), "ecdsa-with-SHA512"),
    ] {
        let lab = lab(config().with_hierarchy(kind).with_hierarchy_days(20, 10));
        desk.put("root.pem", &*lab.ca.root_pem());
        desk.put("intermediate.pem", &*lab.ca.intermediate_pem());
        let root = desk.text(&["x509", "-in", "root.pem", "-noout", "-text"]);
        assert!(root.contains(algorithm), "{root}");
        assert!(root.contains("CA:TRUE\n"), "{root}");
        assert!(root.contains("Certificate Sign, CRL Sign"), "{root}");
        assert!(
            root.contains("Not After : Mar 20 23:59:59 2026 GMT"),
            "{root}"
        );
        let middle = desk.text(&["x509", "-in", "intermediate.pem", "-noout", "-text"]);
        assert!(middle.contains(algorithm), "{middle}");
        assert!(middle.contains("CA:TRUE, pathlen:0\n"), "{middle}");
        assert!(middle.contains("TLS Web Server Authentication"), "{middle}");
        assert!(middle.contains("X509v3 Any Policy"), "{middle}");
        assert!(
            middle.contains("Not Before: Mar  1 00:00:00 2026 GMT"),
            "{middle}"
        );
        assert!(
            middle.contains("Not After : Mar 10 23:59:59 2026 GMT"),
            "{middle}"
        );
    }
    for kind in [
        KeyKind::Rsa { bits: 1_024 },
        KeyKind::Ed25519,
        KeyKind::Other,
    ] {
        let refused = LocalCa::new(config().with_hierarchy(kind), Zone::new(), at(FOUNDED));
        assert_eq!(refused.err(), Some(LocalCaError::UnsupportedKey(kind)));
    }
    // No link of the chain outlives the one above it.
    let short = lab(config().with_hierarchy_days(10, 20));
    desk.put("intermediate.pem", &*short.ca.intermediate_pem());
    let text = desk.text(&["x509", "-in", "intermediate.pem", "-noout", "-enddate"]);
    assert_eq!(text.trim(), "notAfter=Mar 10 23:59:59 2026 GMT");

    let early = LocalCa::new(config(), Zone::new(), at("1969-12-31T23:59:59Z"));
    assert!(matches!(early.err(), Some(LocalCaError::Time(_))));
    // At the end of time the saturated end is RFC 5280's "no well-defined expiration date".
    let late = LocalCa::new(config(), Zone::new(), at("9999-01-01T00:00:00Z")).unwrap();
    desk.put("root.pem", &*late.root_pem());
    let text = desk.text(&["x509", "-in", "root.pem", "-noout", "-enddate"]);
    assert_eq!(text.trim(), "notAfter=Dec 31 23:59:59 9999 GMT");
}

#[test]
fn leaves_have_the_subscriber_profile() {
    let desk = Desk::new("profile");
    let lab = lab(config());
    let mut serials = std::collections::BTreeSet::new();
    for (id, (class, kind, policy)) in (1..).zip([
        (ValidationClass::Dv, RSA, "2.23.140.1.2.1"),
        (ValidationClass::Ov, P256, "2.23.140.1.2.2"),
        (ValidationClass::Ev, P384, "2.23.140.1.1"),
    ]) {
        let request = IssuanceRequest {
            class,
            ..lab.application(id, kind, at(NOW))
        };
        desk.put_chain(&lab.issue(&request, at(NOW)));
        let text = desk.text(&["x509", "-in", "leaf.pem", "-noout", "-text"]);
        let line_after = |title: &str| {
            let mut lines = text.lines().skip_while(|line| !line.contains(title));
            let title = lines
                .next()
                .unwrap_or_else(|| panic!("{title}: {text}"))
                .trim();
            (title, lines.next().unwrap().trim())
        };
        assert!(text.contains("Version: 3 (0x2)"), "{text}");
        assert!(text.contains("Issuer: C = XX, O = Local CA, CN = Local CA Intermediate\n"));
        assert!(text.contains("Subject: CN = www.example.com\n"), "{text}");
        assert_eq!(
            line_after("Basic Constraints"),
            ("X509v3 Basic Constraints: critical", "CA:FALSE")
        );
        let usage = if kind == RSA {
            "Digital Signature, Key Encipherment"
        } else {
            "Digital Signature"
        };
        assert_eq!(
            line_after("X509v3 Key Usage"),
            ("X509v3 Key Usage: critical", usage)
        );
        assert_eq!(
            line_after("Extended Key Usage").1,
            "TLS Web Server Authentication"
        );
        assert_eq!(
            line_after("Certificate Policies").1,
            format!("Policy: {policy}")
        );
        assert_eq!(
            line_after("Subject Alternative Name"),
            (
                "X509v3 Subject Alternative Name:",
                "DNS:www.example.com, DNS:*.example.com"
            )
        );
        assert!(
            line_after("Full Name")
                .1
                .ends_with("local-ca.test/intermediate.crl")
        );
        assert!(
            line_after("Authority Information Access")
                .1
                .starts_with("CA Issuers - URI:")
        );
        assert!(!text.contains("TLS Feature"), "{text}");

        let extension = |file: &str, name: &str| {
            let text = desk.text(&["x509", "-in", file, "-noout", "-ext", name]);
            text.lines().nth(1).unwrap().trim().to_owned()
        };
        assert_eq!(
            extension("leaf.pem", "authorityKeyIdentifier"),
            extension("intermediate.pem", "subjectKeyIdentifier")
        );
        assert_eq!(extension("leaf.pem", "subjectKeyIdentifier").len(), 59);

        let serial = lab.ca.serial(order(id)).unwrap();
        let shown = desk.text(&["x509", "-in", "leaf.pem", "-noout", "-serial"]);
        let shown = shown.trim().strip_prefix("serial=").unwrap();
        assert_eq!(shown.to_lowercase(), serial.to_string());
        assert_eq!(serial.as_bytes().len(), 16);
        // Two fixed bits keep it positive and of one length; the others are random.
        assert_eq!(serial.as_bytes()[0] & 0xc0, 0x40);
        assert!(serials.insert(serial));
    }
}

#[test]
fn a_name_too_long_for_a_subject_stands_in_the_extension_alone() {
    let desk = Desk::new("long_name");
    let lab = lab(config());
    for (id, length) in [(1, 64), (2, 65)] {
        let name = format!("{}.example.com", "a".repeat(length - ".example.com".len()));
        // 63 characters is the longest label; these are 52 and 53.
        let request = IssuanceRequest {
            names: names(&[&name]),
            ..lab.application(id, P256, at(NOW))
        };
        let pem_chain = lab.issue(&request, at(NOW));
        webpki(&lab.ca.root_pem(), &pem_chain, &name, at(NOW)).unwrap();
        desk.put_chain(&pem_chain);
        let text = desk.text(&["x509", "-in", "leaf.pem", "-noout", "-text"]);
        let (subject, critical) = if length == 64 {
            (format!("Subject: CN = {name}\n"), "")
        } else {
            ("Subject: \n".to_owned(), "critical")
        };
        assert!(text.contains(&subject), "{text}");
        let title = format!("Subject Alternative Name: {critical}\n");
        assert!(text.contains(&title), "{text}");
    }
}

/// The ceilings of the Baseline Requirements by day of issuance, as a rulebook would give them.
fn published_ceiling(now: Timestamp) -> u32 {
    [
        ("2029-03-15T00:00:00Z", 47),
        ("2027-03-15T00:00:00Z", 100),
        ("2026-03-15T00:00:00Z", 200),
        ("2020-09-01T00:00:00Z", 398),
    ]
    .into_iter()
    .find(|(since, _)| now >= at(since))
    .map_or(825, |(_, days)| days)
}

#[test]
fn ceilings_hold_to_the_second() {
    let desk = Desk::new("ceilings");
    let config = LocalCaConfig::new(published_ceiling).with_hierarchy_days(7_300, 7_000);
    let lab = lab_since(config, "2020-01-01T00:00:00Z");
    for (id, (now, last)) in (1..).zip([
        ("2020-08-31T23:59:59Z", "2022-12-04T23:59:58Z"),
        ("2020-09-01T00:00:00Z", "2021-10-03T23:59:59Z"),
        ("2026-03-14T23:59:59Z", "2027-04-16T23:59:58Z"),
        ("2026-03-15T00:00:00Z", "2026-09-30T23:59:59Z"),
        ("2027-03-14T23:59:59Z", "2027-09-30T23:59:58Z"),
        ("2027-03-15T00:00:00Z", "2027-06-22T23:59:59Z"),
        ("2029-03-14T23:59:59Z", "2029-06-22T23:59:58Z"),
        ("2029-03-15T00:00:00Z", "2029-04-30T23:59:59Z"),
    ]) {
        let now = at(now);
        let asked = |id, until| IssuanceRequest {
            term: until_then(until),
            ..lab.application(id, P256, now)
        };
        // One second more than allowed is cut, exactly as much is given, one less too.
        for (id, more, given) in [(id, 1, 0), (id + 100, 0, 0), (id + 200, -1, -1)] {
            let asked = asked(id, at(last).saturating_add(more));
            desk.put_chain(&lab.issue(&asked, now));
            assert_eq!(dates(&desk), (now, at(last).saturating_add(given)), "{now}");
        }
    }
}

#[test]
fn the_instant_of_issuance_counts_not_that_of_application() {
    let desk = Desk::new("issuance");
    let config = LocalCaConfig::new(published_ceiling).with_review(ReviewPolicy::Manual);
    let lab = lab_since(config, "2026-01-01T00:00:00Z");
    let (applied, approved) = (at("2026-03-14T12:00:00Z"), at("2026-03-16T12:00:00Z"));
    let request = IssuanceRequest {
        term: until_then(at("2027-04-01T00:00:00Z")),
        ..lab.application(1, P256, applied)
    };
    lab.prove(&request, applied);
    lab.ca.approve(order(1)).unwrap();
    desk.put_chain(&chain(&lab.poll(1, approved)));
    assert_eq!(dates(&desk), (approved, at("2026-10-02T11:59:59Z")));
}

#[test]
fn backdating_moves_both_ends_and_stops_at_the_intermediate() {
    let desk = Desk::new("backdate");
    let lab = lab(config().with_backdate(3_600));
    for (id, (now, first)) in (1..).zip([
        ("2026-03-20T10:00:00Z", "2026-03-20T09:00:00Z"),
        ("2026-03-01T00:30:00Z", "2026-03-01T00:00:00Z"),
    ]) {
        let request = IssuanceRequest {
            term: until_then(at("2028-01-01T00:00:00Z")),
            ..lab.application(id, P256, at(now))
        };
        desk.put_chain(&lab.issue(&request, at(now)));
        let last = at(first).saturating_add(200 * DAY - 1);
        assert_eq!(dates(&desk), (at(first), last));
    }
}

#[test]
fn backdating_reaches_for_no_older_ceiling_and_no_expired_certificate() {
    let desk = Desk::new("backdate_ceiling");
    let config = LocalCaConfig::new(published_ceiling).with_backdate(3_600);
    let lab = lab_since(config, "2026-01-01T00:00:00Z");
    let now = at("2026-03-15T00:30:00Z");
    let asked = |id, until| IssuanceRequest {
        term: until_then(until),
        ..lab.application(id, P256, now)
    };
    desk.put_chain(&lab.issue(&asked(1, at("2028-01-01T00:00:00Z")), now));
    // 200 days from a first second that still lies in the days of 398.
    assert_eq!(
        dates(&desk),
        (at("2026-03-14T23:30:00Z"), at("2026-09-30T23:29:59Z"))
    );
    // Valid for some of the backdated hour, and over before anybody could use it.
    lab.prove(&asked(2, now), now);
    let state = lab.poll(2, now.saturating_add(1)).state;
    assert!(matches!(state, CaState::Rejected { .. }), "{state:?}");
}

#[test]
fn signature_algorithms_have_the_parameters_that_their_standards_want() {
    for (hierarchy, parameters) in [(RSA, Some(Any::null())), (P256, None)] {
        let lab = lab(config().with_hierarchy(hierarchy));
        let pem_chain = lab.issue(&lab.application(1, P256, at(NOW)), at(NOW));
        let leaf = x509_cert::Certificate::from_der(&ders(&pem_chain)[0]).unwrap();
        assert_eq!(leaf.signature_algorithm().parameters, parameters);
        assert_eq!(leaf.tbs_certificate().signature().parameters, parameters);
        let list = CertificateList::<Rfc5280>::from_der(&lab.ca.crl_der(at(NOW)).unwrap()).unwrap();
        assert_eq!(list.signature_algorithm.parameters, parameters);
    }
}

#[test]
fn no_leaf_outlives_the_intermediate() {
    let desk = Desk::new("outlive");
    let lab = lab(config().with_hierarchy_days(60, 30));
    let end = at("2026-03-30T23:59:59Z");
    desk.put_chain(&lab.issue(&lab.application(1, P256, at(NOW)), at(NOW)));
    assert_eq!(dates(&desk).1, end);
    desk.put_chain(&lab.issue(&lab.application(2, P256, end), end));
    assert_eq!(dates(&desk), (end, end), "one second is a validity");
    for (id, now) in [(3, end.saturating_add(1)), (4, at("2026-02-28T23:59:59Z"))] {
        lab.prove(&lab.application(id, P256, now), now);
        let CaState::Rejected { reason } = lab.poll(id, now).state else {
            panic!("{now}")
        };
        assert!(reason.as_str().contains("issuing certificate"), "{reason}");
    }
}

#[test]
fn what_cannot_be_valid_is_rejected_not_issued() {
    let lab = lab(config());
    let request = lab.application(1, P256, at(NOW));
    let end = at(NOW).saturating_add(90 * DAY);
    let request = IssuanceRequest {
        term: until_then(end),
        ..request
    };
    lab.prove(&request, at(NOW));
    let CaState::Rejected { reason } = lab.poll(1, end.saturating_add(1)).state else {
        panic!("issued after it expired")
    };
    assert!(reason.as_str().contains("expired"), "{reason}");

    let none = lab_since(LocalCaConfig::new(|_| 0), FOUNDED);
    none.prove(&none.application(1, P256, at(NOW)), at(NOW));
    assert!(matches!(
        none.poll(1, at(NOW)).state,
        CaState::Rejected { .. }
    ));

    let backwards = IssuanceRequest {
        term: until_then(at(NOW).saturating_add(-1)),
        ..lab.application(2, P256, at(NOW))
    };
    assert!(matches!(
        lab.submit(&backwards),
        Err(CaError::Refused(Some(_)))
    ));
    let nameless = IssuanceRequest {
        names: Vec::new(),
        ..lab.application(2, P256, at(NOW))
    };
    assert!(matches!(
        lab.submit(&nameless),
        Err(CaError::Refused(Some(_)))
    ));
    assert_eq!(
        wait(lab.ca.poll(order(2), at(NOW))),
        Err(CaError::UnknownOrder(order(2))),
        "a refusal leaves nothing behind"
    );
}

#[test]
fn a_request_must_prove_that_the_applicant_has_the_key() {
    let lab = lab(config());
    let good = lab.application(1, P256, at(NOW));
    let refused = |csr: &[u8]| {
        let request = IssuanceRequest {
            csr_der: Arc::from(csr),
            ..good.clone()
        };
        let error = lab.submit(&request).unwrap_err();
        assert!(!error.retry_helps());
        let CaError::Refused(Some(reason)) = &error else {
            panic!("{error:?}")
        };
        reason.as_str().to_owned()
    };
    let verify = "the signing request's signature does not verify with its key";
    for (id, kind) in [(1, P256), (2, P384), (3, RSA)] {
        let csr = lab.application(id, kind, at(NOW)).csr_der;
        let mut broken = csr.to_vec();
        *broken.last_mut().unwrap() ^= 1;
        assert_eq!(refused(&broken), verify, "{kind}");
    }
    // Another key of the same kind put in place of the one that signed.
    let other = lab.application(9, P256, at(NOW)).csr_der;
    let point = |csr: &[u8]| {
        // The uncompressed point follows the curve's object identifier and the bit string header.
        let marker = [0x03, 0x42, 0x00, 0x04];
        csr.windows(4).position(|window| window == marker).unwrap() + 4
    };
    let (to, from) = (point(&good.csr_der), point(&other));
    let mut swapped = good.csr_der.to_vec();
    swapped[to..to + 64].copy_from_slice(&other[from..from + 64]);
    assert_eq!(refused(&swapped), verify);

    let malformed = "the signing request is not well formed";
    assert_eq!(refused(&[]), malformed);
    assert_eq!(refused(b"-----BEGIN CERTIFICATE REQUEST-----"), malformed);
    assert_eq!(refused(&good.csr_der[..good.csr_der.len() - 1]), malformed);
    assert_eq!(
        refused(&vec![0x30; 70_000]),
        "the signing request is too long"
    );
    assert_eq!(
        wait(lab.ca.poll(order(1), at(NOW))),
        Err(CaError::UnknownOrder(order(1)))
    );
    lab.submit(&good).unwrap();
}

#[test]
fn weak_and_unknown_keys_are_refused_as_openssl_makes_them() {
    let desk = Desk::new("weak");
    let lab = lab(config());
    let request = |id: u64, arguments: &[&str]| {
        let mut all = vec![
            "req",
            "-new",
            "-nodes",
            "-keyout",
            "key.pem",
            "-subj",
            "/CN=a.example",
        ];
        all.extend(["-outform", "DER", "-out", "csr.der"]);
        all.extend(arguments);
        desk.text(&all);
        IssuanceRequest {
            csr_der: Arc::from(fs::read(desk.0.join("csr.der")).unwrap()),
            ..lab.application(id, P256, at(NOW))
        }
    };
    let curve = |name: &'static str| ["-newkey", "ec", "-pkeyopt", name];
    let refused: [&[&str]; 7] = [
        &["-newkey", "rsa:1024"],
        &["-newkey", "rsa:2052"],
        &["-newkey", "rsa:2048", "-sha1"],
        &["-newkey", "rsa:2048", "-sigopt", "rsa_padding_mode:pss"],
        &curve("ec_paramgen_curve:secp256k1"),
        &curve("ec_paramgen_curve:secp224r1"),
        &["-newkey", "ed25519"],
    ];
    for arguments in refused {
        let answer = lab.submit(&request(1, arguments));
        assert!(
            matches!(answer, Err(CaError::Refused(Some(_)))),
            "{arguments:?}: {answer:?}"
        );
    }
    let taken: [&[&str]; 6] = [
        &["-newkey", "rsa:2048"],
        &["-newkey", "rsa:3072", "-sha384"],
        &["-newkey", "rsa:2048", "-sha512"],
        &curve("ec_paramgen_curve:prime256v1"),
        &curve("ec_paramgen_curve:secp384r1"),
        &curve("ec_paramgen_curve:secp521r1"),
    ];
    for (id, arguments) in (2..).zip(taken) {
        let request = request(id, arguments);
        let pem_chain = lab.issue(&request, at(NOW));
        webpki(&lab.ca.root_pem(), &pem_chain, "www.example.com", at(NOW)).unwrap();
        // The names are those of the order, not those of the request.
        assert!(webpki(&lab.ca.root_pem(), &pem_chain, "a.example", at(NOW)).is_err());
    }
}

#[test]
fn must_staple_is_given_to_those_who_ask() {
    let desk = Desk::new("must_staple");
    let lab = lab(config());
    for (id, (feature, given)) in (1..).zip([
        ("tlsfeature=status_request", true),
        ("tlsfeature=status_request_v2", false),
        ("keyUsage=critical,keyCertSign", false),
    ]) {
        let mut arguments = vec!["req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt"];
        arguments.extend(["ec_paramgen_curve:prime256v1", "-keyout", "key.pem"]);
        arguments.extend([
            "-subj",
            "/CN=www.example.com",
            "-outform",
            "DER",
            "-out",
            "csr.der",
        ]);
        arguments.extend(["-addext", feature]);
        desk.text(&arguments);
        let request = IssuanceRequest {
            csr_der: Arc::from(fs::read(desk.0.join("csr.der")).unwrap()),
            ..lab.application(id, P256, at(NOW))
        };
        desk.put_chain(&lab.issue(&request, at(NOW)));
        let text = desk.text(&["x509", "-in", "leaf.pem", "-noout", "-text"]);
        assert_eq!(text.contains("TLS Feature"), given, "{text}");
        assert_eq!(text.contains("status_request\n"), given, "{text}");
        assert!(
            !text.contains("Certificate Sign"),
            "nothing else is copied: {text}"
        );
    }
}

#[test]
fn nothing_moves_before_the_domain_is_proven() {
    for (method, record) in [
        (ValidationMethod::Dns, RecordType::Txt),
        (ValidationMethod::Dns, RecordType::Cname),
        (ValidationMethod::File, RecordType::Txt),
    ] {
        let lab = lab(config().with_record_type(record));
        let application = |id, name: &str| IssuanceRequest {
            method,
            names: names(&[name]),
            ..lab.application(id, P256, at(NOW))
        };
        lab.submit(&application(1, "*.example.com")).unwrap();
        lab.submit(&application(2, "*.example.com")).unwrap();
        let (first, second) = (lab.poll(1, at(NOW)), lab.poll(2, at(NOW)));
        let (mine, other) = (first.challenge.clone().unwrap(), second.challenge.unwrap());
        assert_eq!(mine.method(), method);
        match &mine {
            Challenge::Dns {
                record_domain,
                record_type,
                ..
            } => {
                assert_eq!(&**record_domain, "_dnsauth.example.com");
                assert_eq!(*record_type, record);
            }
            Challenge::File { domain, uri, .. } => {
                assert_eq!(&**domain, "example.com");
                assert!(uri.starts_with("/.well-known/pki-validation/"));
            }
        }
        assert_ne!(mine, other, "each order has a proof of its own");
        // Another order's proof is none.
        lab.zone.publish(&other);
        for _ in 0..3 {
            assert_eq!(lab.poll(1, at(NOW)), first);
        }
        lab.zone.publish(&mine);
        let answer = lab.poll(1, at(NOW));
        assert_eq!(answer.state, CaState::UnderReview);
        assert_eq!(answer.challenge.as_ref(), Some(&mine));
        // Once seen, it may be taken away.
        lab.zone.withdraw(&mine);
        let pem_chain = chain(&lab.poll(1, at(NOW)));
        webpki(&lab.ca.root_pem(), &pem_chain, "a.example.com", at(NOW)).unwrap();
    }
}

#[test]
fn challenges_are_unforeseeable_unless_seeded() {
    let challenge = |config: LocalCaConfig, id| {
        let lab = lab(config);
        lab.submit(&lab.application(id, P256, at(NOW))).unwrap();
        lab.poll(id, at(NOW)).challenge.unwrap()
    };
    let seeded = |byte| config().with_challenge_seed([byte; 32]);
    assert_eq!(challenge(seeded(1), 1), challenge(seeded(1), 1));
    assert_ne!(challenge(seeded(1), 1), challenge(seeded(1), 2));
    assert_ne!(challenge(seeded(1), 1), challenge(seeded(2), 1));
    assert_ne!(challenge(config(), 1), challenge(config(), 1));
}

#[test]
fn a_manual_review_waits_for_somebody() {
    let lab = lab(config().with_review(ReviewPolicy::Manual));
    let stage = |expected, result: Result<(), LocalCaError>| {
        let order = order(1);
        assert_eq!(result, Err(LocalCaError::Stage { order, expected }));
    };
    assert_eq!(
        lab.ca.approve(order(1)),
        Err(LocalCaError::UnknownOrder(order(1)))
    );
    let request = lab.application(1, P256, at(NOW));
    lab.submit(&request).unwrap();
    stage("under review", lab.ca.approve(order(1)));
    stage("under review", lab.ca.reject(order(1), note("no")));
    lab.zone.publish(&lab.poll(1, at(NOW)).challenge.unwrap());
    for _ in 0..3 {
        assert_eq!(lab.poll(1, at(NOW)).state, CaState::UnderReview);
    }
    lab.ca.approve(order(1)).unwrap();
    stage("under review", lab.ca.reject(order(1), note("too late")));
    let issued = lab.poll(1, at(NOW));
    chain(&issued);
    stage("under review", lab.ca.approve(order(1)));
    assert_eq!(
        lab.poll(1, at("2026-05-01T00:00:00Z")),
        issued,
        "read again, as it was"
    );

    lab.prove(&lab.application(2, P256, at(NOW)), at(NOW));
    lab.ca
        .reject(order(2), note("organisation not found"))
        .unwrap();
    let rejected = CaState::Rejected {
        reason: note("organisation not found"),
    };
    assert_eq!(lab.poll(2, at(NOW)).state, rejected);
    assert_eq!(lab.poll(2, at(NOW)).state, rejected);
    assert_eq!(lab.ca.serial(order(2)), None);
}

#[test]
fn repeats_are_harmless_and_ids_are_not_used_twice() {
    let lab = lab(config());
    let request = lab.application(1, P256, at(NOW));
    let issued = lab.issue(&request, at(NOW));
    lab.submit(&request).unwrap();
    assert_eq!(
        chain(&lab.poll(1, at(NOW))),
        issued,
        "a repeat begins nothing anew"
    );

    let changed = IssuanceRequest {
        class: ValidationClass::Ov,
        ..request.clone()
    };
    let reused = Err(CaError::RequestReused(request.request));
    assert_eq!(lab.submit(&changed), reused);
    let second = IssuanceRequest {
        order: order(2),
        ..request.clone()
    };
    assert_eq!(lab.submit(&second), reused);
    assert_eq!(wait(lab.ca.cancel(request.request, order(1))), reused);
    let revocation = RevocationOrder {
        request: request.request,
        ..lab.revocation("unused", 1, RevocationReason::Superseded)
    };
    assert_eq!(wait(lab.ca.revoke(revocation)), reused);
    let again = IssuanceRequest {
        request: request_id("another"),
        ..request
    };
    assert!(matches!(lab.submit(&again), Err(CaError::Refused(Some(_)))));
    assert_eq!(lab.poll(1, at(NOW)).revocation, None);

    let unknown = CaError::UnknownOrder(order(7));
    assert!(!unknown.retry_helps());
    assert_eq!(wait(lab.ca.poll(order(7), at(NOW))), Err(unknown.clone()));
    assert_eq!(
        wait(lab.ca.cancel(request_id("c"), order(7))),
        Err(unknown.clone())
    );
    let revocation = RevocationOrder {
        order: order(7),
        ..lab.revocation("r", 1, RevocationReason::Superseded)
    };
    assert_eq!(wait(lab.ca.revoke(revocation)), Err(unknown));
}

#[test]
fn a_withdrawal_stops_what_is_not_decided() {
    let lab = lab(config().with_review(ReviewPolicy::Manual));
    let cancel = |id: u64| {
        wait(
            lab.ca
                .cancel(request_id(&format!("cancel-{id}")), order(id)),
        )
    };
    // Before the proof, with the proof published meanwhile.
    lab.submit(&lab.application(1, P256, at(NOW))).unwrap();
    lab.zone.publish(&lab.poll(1, at(NOW)).challenge.unwrap());
    cancel(1).unwrap();
    cancel(1).unwrap();
    assert_eq!(lab.poll(1, at(NOW)).state, CaState::Cancelled);
    assert_eq!(lab.poll(1, at(NOW)).state, CaState::Cancelled);
    // Under review.
    lab.prove(&lab.application(2, P256, at(NOW)), at(NOW));
    cancel(2).unwrap();
    assert_eq!(lab.poll(2, at(NOW)).state, CaState::Cancelled);
    assert!(lab.ca.approve(order(2)).is_err());
    // After the approval, before anybody has read it.
    lab.prove(&lab.application(3, P256, at(NOW)), at(NOW));
    lab.ca.approve(order(3)).unwrap();
    cancel(3).unwrap();
    let issued = chain(&lab.poll(3, at(NOW)));
    // After issuance.
    assert_eq!(wait(lab.ca.cancel(request_id("late"), order(3))), Ok(()));
    assert_eq!(chain(&lab.poll(3, at(NOW))), issued);
    // After a rejection.
    lab.prove(&lab.application(4, P256, at(NOW)), at(NOW));
    lab.ca.reject(order(4), note("no")).unwrap();
    cancel(4).unwrap();
    assert!(matches!(
        lab.poll(4, at(NOW)).state,
        CaState::Rejected { .. }
    ));
    // The mistake that orphans come from.
    assert!(lab.ca.issue_anyway(order(3)).is_err());
    lab.ca.issue_anyway(order(2)).unwrap();
    let orphan = chain(&lab.poll(2, at(NOW)));
    webpki(&lab.ca.root_pem(), &orphan, "www.example.com", at(NOW)).unwrap();
    let revocation = lab.revocation("orphan", 2, RevocationReason::CessationOfOperation);
    wait(lab.ca.revoke(revocation)).unwrap();
    assert!(matches!(
        lab.poll(2, at(NOW)).revocation,
        Some(CaRevocation::Revoked { .. })
    ));
}

#[test]
fn revocations_are_confirmed_and_reviewed_as_configured() {
    let reason = RevocationReason::Superseded;
    let asked = at("2026-04-01T12:00:00Z");
    let (confirmed, done) = (asked.saturating_add(60), asked.saturating_add(120));
    let revoked = |at| {
        Some(CaRevocation::Revoked {
            at,
            reason,
            cause: RevocationCause::ByHolder,
        })
    };
    for (class, policy, mail) in [
        (ValidationClass::Dv, ReviewPolicy::Auto, true),
        (ValidationClass::Dv, ReviewPolicy::Manual, true),
        (ValidationClass::Ov, ReviewPolicy::Auto, true),
        (ValidationClass::Ev, ReviewPolicy::Manual, true),
        (ValidationClass::Ov, ReviewPolicy::Auto, false),
        (ValidationClass::Ev, ReviewPolicy::Manual, false),
    ] {
        let config = config().with_revocation(policy);
        let lab = lab(if mail {
            config
        } else {
            config.without_confirmation_mail()
        });
        let request = IssuanceRequest {
            class,
            ..lab.application(1, P256, at(NOW))
        };
        let pem_chain = lab.issue(&request, at(NOW));
        let revocation = lab.revocation("revoke", 1, reason);
        wait(lab.ca.revoke(revocation)).unwrap();
        let mut since = asked;
        if mail && class != ValidationClass::Dv {
            for _ in 0..2 {
                assert_eq!(lab.poll(1, asked).revocation, Some(CaRevocation::ToConfirm));
            }
            assert!(lab.ca.complete_revocation(order(1), done).is_err());
            lab.ca.confirm_revocation(order(1), confirmed).unwrap();
            since = confirmed;
        }
        assert!(lab.ca.confirm_revocation(order(1), confirmed).is_err());
        if policy == ReviewPolicy::Manual {
            for _ in 0..2 {
                assert_eq!(lab.poll(1, asked).revocation, Some(CaRevocation::Pending));
            }
            lab.ca.complete_revocation(order(1), done).unwrap();
            since = done;
        }
        let answer = lab.poll(1, done);
        assert_eq!(
            answer.revocation,
            revoked(since),
            "{class:?} {policy:?} {mail}"
        );
        assert_eq!(
            chain(&answer),
            pem_chain,
            "the certificate can still be read"
        );
        // Neither a repeat nor a further request changes what is done.
        wait(lab.ca.revoke(revocation)).unwrap();
        let other = RevocationOrder {
            at: done.saturating_add(1),
            ..lab.revocation("again", 1, RevocationReason::KeyCompromise)
        };
        wait(lab.ca.revoke(other)).unwrap();
        assert_eq!(lab.poll(1, done).revocation, revoked(since));
        assert!(lab.ca.refuse_revocation(order(1), note("no")).is_err());
        assert!(lab.ca.complete_revocation(order(1), done).is_err());
        assert!(
            lab.ca
                .revoke_on_own_account(order(1), reason, done)
                .is_err()
        );
    }
}

#[test]
fn a_refused_revocation_can_be_asked_for_again() {
    let lab = lab(config().with_revocation(ReviewPolicy::Manual));
    let reason = RevocationReason::AffiliationChanged;
    lab.issue(&lab.application(1, P256, at(NOW)), at(NOW));
    assert!(
        lab.ca
            .refuse_revocation(order(1), note("nobody asked"))
            .is_err()
    );
    let first = lab.revocation("first", 1, reason);
    wait(lab.ca.revoke(first)).unwrap();
    lab.ca
        .refuse_revocation(order(1), note("not the owner"))
        .unwrap();
    let refused = Some(CaRevocation::Refused {
        reason: note("not the owner"),
        asked_at: first.at,
    });
    assert_eq!(lab.poll(1, at(NOW)).revocation, refused);
    wait(lab.ca.revoke(first)).unwrap();
    assert_eq!(
        lab.poll(1, at(NOW)).revocation,
        refused,
        "a repeat asks nothing new"
    );
    wait(lab.ca.revoke(lab.revocation("second", 1, reason))).unwrap();
    assert_eq!(lab.poll(1, at(NOW)).revocation, Some(CaRevocation::Pending));
}

#[test]
fn only_the_named_certificate_is_revoked() {
    let lab = lab(config());
    lab.issue(&lab.application(1, P256, at(NOW)), at(NOW));
    lab.issue(&lab.application(2, P256, at(NOW)), at(NOW));
    let wrong = RevocationOrder {
        serial: lab.ca.serial(order(2)).unwrap(),
        ..lab.revocation("wrong", 1, RevocationReason::Superseded)
    };
    assert!(matches!(
        wait(lab.ca.revoke(wrong)),
        Err(CaError::Refused(Some(_)))
    ));
    assert_eq!(lab.poll(1, at(NOW)).revocation, None);
    assert_eq!(lab.poll(2, at(NOW)).revocation, None);

    lab.submit(&lab.application(3, P256, at(NOW))).unwrap();
    let early = RevocationOrder {
        order: order(3),
        ..lab.revocation("early", 1, RevocationReason::Superseded)
    };
    assert!(matches!(
        wait(lab.ca.revoke(early)),
        Err(CaError::Refused(Some(_)))
    ));
    let now = at(NOW);
    assert!(
        lab.ca
            .revoke_on_own_account(order(3), RevocationReason::Superseded, now)
            .is_err()
    );

    lab.ca
        .revoke_on_own_account(order(2), RevocationReason::PrivilegeWithdrawn, now)
        .unwrap();
    assert_eq!(
        lab.poll(2, now).revocation,
        Some(CaRevocation::Revoked {
            at: now,
            reason: RevocationReason::PrivilegeWithdrawn,
            cause: RevocationCause::ByCa,
        })
    );
}

#[test]
fn lists_name_the_revoked_and_openssl_refuses_them() {
    let desk = Desk::new("crl");
    for hierarchy in [RSA, P256, P384] {
        let lab = lab(config().with_hierarchy(hierarchy));
        desk.put("root.pem", &*lab.ca.root_pem());
        let (asked, now) = (at("2026-04-01T12:00:00Z"), at("2026-04-02T00:00:00Z"));
        let mut leaves = Vec::new();
        for (id, reason) in (1..).zip(RevocationReason::ALL) {
            leaves.push(lab.issue(&lab.application(id, P256, at(NOW)), at(NOW)));
            if id == 6 {
                continue;
            }
            wait(
                lab.ca
                    .revoke(lab.revocation(&format!("revoke-{id}"), id, reason)),
            )
            .unwrap();
        }
        lab.ca
            .revoke_on_own_account(order(6), RevocationReason::PrivilegeWithdrawn, asked)
            .unwrap();
        leaves.push(lab.issue(&lab.application(7, P256, at(NOW)), at(NOW)));

        // Before the revocations the list is empty, and everything stands.
        let early = asked.saturating_add(-1);
        desk.put("crl.pem", &*lab.ca.crl_pem(early).unwrap());
        let text = desk.text(&["crl", "-in", "crl.pem", "-noout", "-text"]);
        assert!(text.contains("No Revoked Certificates"), "{text}");
        let list = CertificateList::<Rfc5280>::from_der(&lab.ca.crl_der(early).unwrap()).unwrap();
        assert_eq!(
            list.tbs_cert_list.revoked_certificates, None,
            "left out, not empty"
        );
        desk.put_chain(&leaves[0]);
        desk.verify(early, &["-crl_check", "-CRLfile", "crl.pem"])
            .unwrap();

        desk.put("crl.pem", &*lab.ca.crl_pem(now).unwrap());
        let text = desk.text(&["crl", "-in", "crl.pem", "-noout", "-text"]);
        assert!(text.contains("Version 2"), "{text}");
        assert!(
            text.contains("Last Update: Apr  2 00:00:00 2026 GMT"),
            "{text}"
        );
        assert!(
            text.contains("Next Update: Apr  9 00:00:00 2026 GMT"),
            "{text}"
        );
        assert!(
            text.contains("X509v3 CRL Number: \n                3\n"),
            "{text}"
        );
        let reasons = [
            None,
            Some("Key Compromise"),
            Some("Affiliation Changed"),
            Some("Superseded"),
            Some("Cessation Of Operation"),
            Some("Privilege Withdrawn"),
        ];
        for (id, reason) in (1..).zip(reasons) {
            let serial = lab.ca.serial(order(id)).unwrap().to_string().to_uppercase();
            let entry = text
                .split("Serial Number: ")
                .find(|part| part.starts_with(&serial));
            let entry = entry.unwrap_or_else(|| panic!("{serial}: {text}"));
            assert!(
                entry.contains("Revocation Date: Apr  1 12:00:00 2026 GMT"),
                "{entry}"
            );
            match reason {
                Some(reason) => assert!(entry.contains(reason), "{entry}"),
                None => assert!(!entry.contains("Reason Code"), "{entry}"),
            }
        }
        let spared = lab.ca.serial(order(7)).unwrap().to_string().to_uppercase();
        assert!(!text.contains(&spared), "{text}");

        for (at, leaf) in leaves.iter().enumerate() {
            desk.put_chain(leaf);
            desk.verify(now, &[]).unwrap();
            let checked = desk.verify(now, &["-crl_check", "-CRLfile", "crl.pem"]);
            if at < 6 {
                assert!(checked.unwrap_err().contains("certificate revoked"));
            } else {
                checked.unwrap();
            }
        }
    }
}

#[test]
fn lists_are_signed_numbered_and_due() {
    let desk = Desk::new("crl_frame");
    for hierarchy in [RSA, P256, P384] {
        let lab = lab(config().with_hierarchy(hierarchy));
        let now = at("2026-04-02T00:00:00Z");
        desk.put("root.pem", &*lab.ca.root_pem());
        desk.put_chain(&lab.issue(&lab.application(1, P256, at(NOW)), at(NOW)));
        let check = ["-crl_check", "-CRLfile", "crl.pem"];
        desk.put("crl.pem", &*lab.ca.crl_pem(now).unwrap());
        desk.verify(now, &check).unwrap();
        // A list that is overdue proves nothing.
        let overdue = now.saturating_add(7 * DAY + 1);
        let checked = desk.verify(overdue, &check);
        assert!(checked.unwrap_err().contains("CRL has expired"));

        // The list is the intermediate's, and DER and PEM are the same structure.
        let signed = [
            "crl",
            "-in",
            "crl.pem",
            "-noout",
            "-CAfile",
            "intermediate.pem",
        ];
        let output = desk.openssl(&signed);
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("verify OK"),
            "{output:?}"
        );
        desk.put("crl.der", lab.ca.crl_der(now).unwrap());
        let number = desk.text(&[
            "crl",
            "-inform",
            "DER",
            "-in",
            "crl.der",
            "-noout",
            "-crlnumber",
        ]);
        assert_eq!(number.trim(), "crlNumber=0x02");
    }
}

#[test]
fn webpki_reads_the_lists_too() {
    let lab = lab(config());
    let now = at("2026-04-02T00:00:00Z");
    let revoked = lab.issue(&lab.application(1, P256, at(NOW)), at(NOW));
    let good = lab.issue(&lab.application(2, P256, at(NOW)), at(NOW));
    wait(
        lab.ca
            .revoke(lab.revocation("r", 1, RevocationReason::KeyCompromise)),
    )
    .unwrap();
    let der = lab.ca.crl_der(now).unwrap();
    let list = webpki::OwnedCertRevocationList::from_der(&der)
        .unwrap()
        .into();
    let check = |pem_chain: &str| {
        let (roots, chain) = (ders(&lab.ca.root_pem()), ders(pem_chain));
        let anchor = webpki::anchor_from_trusted_cert(&roots[0]).unwrap();
        let lists = [&list];
        let options = webpki::RevocationOptionsBuilder::new(&lists)
            .unwrap()
            .with_depth(webpki::RevocationCheckDepth::EndEntity)
            .build();
        let seconds = u64::try_from(now.unix_seconds()).unwrap();
        webpki::EndEntityCert::try_from(&chain[0])
            .unwrap()
            .verify_for_usage(
                webpki::ALL_VERIFICATION_ALGS,
                &[anchor],
                &chain[1..],
                UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
                webpki::KeyUsage::server_auth(),
                Some(options),
                None,
            )
            .map(|_| ())
    };
    assert_eq!(check(&revoked), Err(webpki::Error::CertRevoked));
    assert_eq!(check(&good), Ok(()));
}

#[test]
fn absurd_instants_spoil_no_list() {
    let lab = lab(config());
    lab.issue(&lab.application(1, P256, at(NOW)), at(NOW));
    let long_ago = RevocationOrder {
        at: Timestamp::MIN,
        ..lab.revocation("r", 1, RevocationReason::Unspecified)
    };
    wait(lab.ca.revoke(long_ago)).unwrap();
    let desk = Desk::new("absurd");
    desk.put("crl.pem", &*lab.ca.crl_pem(at(NOW)).unwrap());
    let text = desk.text(&["crl", "-in", "crl.pem", "-noout", "-text"]);
    assert!(
        text.contains("Revocation Date: Mar  1 00:00:00 2026 GMT"),
        "{text}"
    );
    // The last instant that X.509 knows is the last one that there is here.
    lab.ca.crl_der(Timestamp::MAX).unwrap();
    assert!(lab.ca.crl_der(Timestamp::MIN).is_err());
    lab.submit(&lab.application(2, P256, at(NOW))).unwrap();
    lab.zone
        .publish(&lab.poll(2, Timestamp::MIN).challenge.unwrap());
    for now in [Timestamp::MIN, Timestamp::MAX] {
        wait(lab.ca.poll(order(2), now)).unwrap();
    }
    assert!(matches!(
        lab.poll(2, at(NOW)).state,
        CaState::Rejected { .. }
    ));
}

#[test]
fn nothing_shows_a_secret() {
    let seed = [0xab; 32];
    let lab = lab(config().with_challenge_seed(seed));
    let shown = format!("{:?} {:#?}", lab.ca, lab.ca);
    assert!(shown.contains("orders: 0"));
    for secret in ["171", "abab", "PRIVATE", "seed", "key"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}

#[test]
fn it_can_be_shared_behind_the_port() {
    let zone = Zone::new();
    let ca: Arc<dyn CertificateAuthority> =
        Arc::new(LocalCa::new(config(), zone.clone(), at(FOUNDED)).unwrap());
    let makers = lab(config());
    std::thread::scope(|scope| {
        for id in 1..=4 {
            let (ca, zone, makers) = (Arc::clone(&ca), zone.clone(), &makers);
            scope.spawn(move || {
                let request = makers.application(id, P256, at(NOW));
                wait(ca.submit(request)).unwrap();
                let answer = wait(ca.poll(order(id), at(NOW))).unwrap();
                zone.publish(&answer.challenge.unwrap());
                wait(ca.poll(order(id), at(NOW))).unwrap();
                chain(&wait(ca.poll(order(id), at(NOW))).unwrap());
            });
        }
    });
}
