//! Certificates: facts, the order of a chain, and what does not belong together.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

use cert_lifecycle::model::certificate::{CertificateError, CertificateFacts};
use cert_lifecycle::model::{Curve, DomainName, IssuedCertificate, KeyKind, SubjectAltName};
use cert_lifecycle::pki::{
    CertificateParseError, ChainError, InputError, Item, Label, Limits, Mismatch, certificate_pem,
    chain_pem, covers, issued_certificate, matches_csr, matches_key, parse_certificates, parse_csr,
    parse_private_key, to_pem,
};

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/pki/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn bundle(names: &[&str]) -> Vec<u8> {
    names.iter().flat_map(|name| file(name)).collect()
}

fn issued(names: &[&str]) -> Result<IssuedCertificate, ChainError> {
    issued_certificate(&bundle(names), &Limits::default())
}

fn der(name: &str) -> Vec<u8> {
    parse_certificates(&file(name), &Limits::default()).unwrap()[0]
        .der()
        .to_vec()
}

fn spki(name: &str) -> String {
    let list = String::from_utf8(file("spki-sha256.txt")).unwrap();
    let (_, digest) = list
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(file, _)| *file == name)
        .unwrap();
    digest.to_owned()
}

fn domain(name: &str) -> DomainName {
    name.parse().unwrap()
}

fn with_parse(error: CertificateParseError) -> ChainError {
    ChainError::Parse(error)
}

#[test]
fn the_facts_of_a_leaf() {
    let leaf = issued(&["leaf.pem", "intermediate.pem", "root.pem"]).unwrap();
    let facts = leaf.facts();
    assert_eq!(&*facts.der, file("leaf.der"));
    assert_eq!(
        facts.names,
        [domain("www.example.com"), domain("example.com")]
    );
    assert_eq!(facts.key, KeyKind::Ec(Curve::P256));
    assert_eq!(facts.spki.to_string(), spki("leaf.pem"));
    assert_eq!(
        facts.validity.not_before().to_string(),
        "2026-05-25T00:00:00Z"
    );
    assert_eq!(
        facts.validity.not_after().to_string(),
        "2026-12-10T23:59:59Z"
    );
    assert_eq!(facts.validity.inclusive_seconds(), 200 * 86_400);
    assert_eq!(facts.serial.to_string(), "f0e1d2c3b4a5968778695a4b3c2d1e0f");
    assert_eq!(
        &*facts.issuer,
        r"CN=Example Intermediate,O=Example\, Inc.,C=CN"
    );
    let chain: Vec<&[u8]> = facts.chain.iter().map(|der| &**der).collect();
    assert_eq!(chain, [der("intermediate.pem"), der("root.pem")]);
}

/// A wildcard stands for one label, and for no wildcard.
#[test]
fn r52_a_certificate_serves_its_names_and_a_label_below_a_wildcard() {
    let leaf = issued(&["leaf.pem", "intermediate.pem", "root.pem"]).unwrap();
    let facts = CertificateFacts {
        names: vec![domain("example.org"), domain("*.example.com")],
        ..leaf.facts().clone()
    };
    let certificate = IssuedCertificate::new(facts).unwrap();
    for (name, covered) in [
        ("example.org", true),
        ("*.example.com", true),
        ("www.example.com", true),
        ("example.com", false),
        ("a.www.example.com", false),
        ("www.example.org", false),
        ("www.example.net", false),
        ("*.example.org", false),
        ("*.www.example.com", false),
    ] {
        assert_eq!(certificate.covers(&domain(name)), covered, "{name}");
    }
}

#[test]
fn an_end_beyond_2049_is_a_generalized_time() {
    let leaf = issued(&["leaf-p256.pem", "intermediate.pem"]).unwrap();
    assert_eq!(
        leaf.validity().not_after().to_string(),
        "2050-01-01T00:00:00Z"
    );
    assert_eq!(leaf.serial().to_string(), "2003");
}

#[test]
fn every_order_of_the_blocks_gives_the_same_chain() {
    let names = ["leaf.pem", "intermediate.pem", "root.pem"];
    let expected = issued(&names).unwrap();
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(
            issued(&order.map(|at| names[at])),
            Ok(expected.clone()),
            "{order:?}"
        );
    }
    assert_eq!(issued(&["chain-shuffled.pem"]), Ok(expected.clone()));
    // Repeated blocks are dropped, requests and public keys passed over.
    assert_eq!(
        issued(&[
            "chain-shuffled.pem",
            "root.pem",
            "leaf.pem",
            "p256.csr",
            "p256-public.pem"
        ]),
        Ok(expected)
    );
}

#[test]
fn a_chain_may_be_short() {
    let alone = issued(&["leaf.pem"]).unwrap();
    assert!(alone.facts().chain.is_empty());
    assert_eq!(issued(&["leaf.der"]), Ok(alone));
    assert_eq!(
        issued(&["leaf.pem", "intermediate.pem"])
            .unwrap()
            .facts()
            .chain
            .len(),
        1
    );
    let own = issued(&["self-signed.pem"]).unwrap();
    assert_eq!(own.facts().names, [domain("self.example.com")]);
    assert!(own.facts().chain.is_empty());
}

#[test]
fn other_algorithms_sign_too() {
    let leaf = issued(&["root.pem", "leaf-ed25519.pem", "intermediate-ed25519.pem"]).unwrap();
    assert_eq!(leaf.facts().chain.len(), 2);
    assert_eq!(&*leaf.facts().issuer, "CN=Example Edwards");
}

#[test]
fn an_issuer_may_be_named_without_its_key() {
    let leaf = issued(&["leaf-issuer-serial.pem", "intermediate.pem"]).unwrap();
    assert_eq!(leaf.facts().chain.len(), 1);
}

#[test]
fn version_1_has_no_extensions() {
    let old = &parse_certificates(&file("version-1.der"), &Limits::default()).unwrap()[0];
    assert_eq!(old.subject(), "CN=old.example.com");
    assert!(!old.is_ca() && old.alt_names().is_empty());
}

#[test]
fn strangers_are_refused() {
    let stranger = |subject: &str| Err(ChainError::Unrelated(subject.into()));
    assert_eq!(
        issued(&["chain-shuffled.pem", "foreign.pem"]),
        Err(ChainError::SeveralLeaves(2))
    );
    assert_eq!(
        issued(&["chain-shuffled.pem", "intermediate-ed25519.pem"]),
        stranger("CN=Example Edwards")
    );
    // A gap: the root belongs, but nothing leads to it.
    assert_eq!(
        issued(&["leaf.pem", "root.pem"]),
        stranger(r"CN=Example Root,O=Example\, Inc.,C=CN")
    );
    // The right name with another key, told by its identifier.
    let intermediate = r"CN=Example Intermediate,O=Example\, Inc.,C=CN";
    assert_eq!(
        issued(&["leaf.pem", "impostor.pem"]),
        stranger(intermediate)
    );
    assert_eq!(
        issued(&["chain-shuffled.pem", "impostor.pem"]),
        stranger(intermediate)
    );
    // Two authorities of which neither issued the other.
    assert_eq!(
        issued(&["intermediate.pem", "intermediate-ed25519.pem"]),
        Err(ChainError::SeveralLeaves(2))
    );
}

#[test]
fn signatures_are_verified() {
    let subject = |text: &str| text.into();
    assert_eq!(
        issued(&["leaf-broken-signature.pem", "intermediate.pem", "root.pem"]),
        Err(ChainError::Signature(subject("CN=wwx.example.com")))
    );
    // Nothing but the signature tells this issuer from the true one.
    assert_eq!(
        issued(&["leaf-no-identifiers.pem", "impostor.pem"]),
        Err(ChainError::Signature(subject("CN=www.example.com")))
    );
    // With both there, the true one is found, and the other is a stranger.
    assert!(issued(&["leaf-no-identifiers.pem", "intermediate.pem"]).is_ok());
    assert_eq!(
        issued(&[
            "leaf-no-identifiers.pem",
            "impostor.pem",
            "intermediate.pem"
        ]),
        Err(ChainError::Unrelated(subject(
            r"CN=Example Intermediate,O=Example\, Inc.,C=CN"
        )))
    );
    assert_eq!(
        issued(&["leaf-sha1.pem", "intermediate.pem"]),
        Err(ChainError::SignatureAlgorithm(subject(
            "CN=www.example.com"
        )))
    );
}

#[test]
fn only_authorities_issue() {
    for order in [
        ["leaf-by-leaf.pem", "leaf.pem"],
        ["leaf.pem", "leaf-by-leaf.pem"],
    ] {
        assert_eq!(
            issued(&order),
            Err(ChainError::NotAnAuthority("CN=www.example.com".into()))
        );
    }
}

#[test]
fn a_loop_comes_to_an_end() {
    let around = issued(&["loop-b.pem", "leaf-of-loop.pem", "loop-a.pem"]).unwrap();
    let chain: Vec<&[u8]> = around.facts().chain.iter().map(|der| &**der).collect();
    assert_eq!(chain, [der("loop-a.pem"), der("loop-b.pem")]);
    assert_eq!(
        issued(&["loop-a.pem", "loop-b.pem"]),
        Err(ChainError::NoLeaf)
    );
}

#[test]
fn a_leaf_names_domains() {
    assert_eq!(
        issued(&["leaf-address.pem"]),
        Err(ChainError::Certificate(CertificateError::NoNames))
    );
    assert_eq!(
        issued(&["leaf-underscore.pem"]),
        Err(ChainError::Name("under_score.example.com".into()))
    );
    assert_eq!(
        issued(&["root.pem"]),
        Err(ChainError::Certificate(CertificateError::NoNames))
    );
}

#[test]
fn certificates_are_listed_as_they_stand() {
    let list = parse_certificates(&file("chain-shuffled.pem"), &Limits::default()).unwrap();
    let told: Vec<_> = list
        .iter()
        .map(|one| {
            (
                one.subject(),
                one.key(),
                one.is_ca(),
                one.serial().to_string(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                r"CN=Example Intermediate,O=Example\, Inc.,C=CN",
                KeyKind::Rsa { bits: 2048 },
                true,
                "1000".to_owned()
            ),
            (
                r"CN=Example Root,O=Example\, Inc.,C=CN",
                KeyKind::Ec(Curve::P256),
                true,
                "01".to_owned()
            ),
            (
                "CN=www.example.com",
                KeyKind::Ec(Curve::P256),
                false,
                "f0e1d2c3b4a5968778695a4b3c2d1e0f".to_owned()
            ),
        ]
    );
    assert_eq!(list[1].issuer(), list[1].subject());
    assert_eq!(list[0].spki().to_string(), spki("intermediate.pem"));
    assert_eq!(list[1].spki().to_string(), spki("root.pem"));
    assert_eq!(
        list[1].validity().not_after().to_string(),
        "2060-01-01T00:00:00Z"
    );
    assert_eq!(
        parse_certificates(&file("leaf-underscore.pem"), &Limits::default()).unwrap()[0]
            .alt_names(),
        [SubjectAltName::InvalidDns("under_score.example.com".into())]
    );
}

#[test]
fn what_is_no_certificate_is_named() {
    for (name, item) in [
        ("p256.csr", Item::CertificateRequest),
        ("p256.der", Item::CertificateRequest),
        ("p256-public.pem", Item::PublicKey),
        ("root.p7b", Item::Cms),
        ("public-test-key-p256-sec1.pem", Item::EcPrivateKey),
        ("public-test-key-p256-sec1.der", Item::EcPrivateKey),
        (
            "public-test-key-p256-encrypted.pem",
            Item::EncryptedPrivateKey,
        ),
    ] {
        assert_eq!(
            issued(&[name]),
            Err(with_parse(CertificateParseError::Instead(item))),
            "{name}"
        );
    }
    for (key, item) in [
        ("public-test-key-p256-sec1.pem", Item::EcPrivateKey),
        (
            "public-test-key-p256-encrypted.pem",
            Item::EncryptedPrivateKey,
        ),
    ] {
        assert_eq!(
            issued(&["chain-shuffled.pem", key]),
            Err(with_parse(CertificateParseError::PrivateKeyBeside(item)))
        );
    }
    let mislabelled = to_pem(Label::Certificate, &file("p256.der"));
    assert_eq!(
        parse_certificates(mislabelled.as_bytes(), &Limits::default()),
        Err(CertificateParseError::Instead(Item::CertificateRequest))
    );
}

#[test]
fn limits_hold_for_bundles() {
    let chain = file("chain-shuffled.pem");
    let limits = Limits::default();
    assert!(issued_certificate(&chain, &limits.with_chain_certificates(3)).is_ok());
    assert_eq!(
        issued_certificate(&chain, &limits.with_chain_certificates(2)),
        Err(with_parse(CertificateParseError::TooManyCertificates {
            certificates: 3,
            limit: 2
        }))
    );
    assert_eq!(
        issued_certificate(&chain, &limits.with_names(1)),
        Err(with_parse(CertificateParseError::TooManyNames(1)))
    );
    assert_eq!(
        issued_certificate(&file("leaf.pem"), &limits.with_extensions(5)),
        Err(with_parse(CertificateParseError::TooManyExtensions(5)))
    );
    assert!(issued_certificate(&file("leaf.pem"), &limits.with_extensions(6)).is_ok());
    let leaf = file("leaf.der");
    assert_eq!(
        issued_certificate(&[&leaf[..], b"\0"].concat(), &limits),
        Err(with_parse(InputError::TrailingBytes(1).into()))
    );
}

/// The certificate with some of its bytes replaced; lengths stay as they are.
fn patched(find: &[u8], replace: &[u8]) -> Vec<u8> {
    let mut leaf = file("leaf.der");
    let at = leaf
        .windows(find.len())
        .position(|window| window == find)
        .unwrap();
    leaf[at..at + replace.len()].copy_from_slice(replace);
    leaf
}

#[test]
fn broken_certificates_have_typed_errors() {
    let parse = |der: &[u8]| parse_certificates(der, &Limits::default());
    let malformed = |part| Err(CertificateParseError::Malformed(part));
    // The same algorithm stands twice; this is the first, inside what is signed.
    let sha256_rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
    let sha384_rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12];
    assert_eq!(
        parse(&patched(&sha256_rsa, &sha384_rsa)),
        Err(CertificateParseError::TwoAlgorithms)
    );
    // An end before the beginning; a month that is none; a negative serial number.
    assert_eq!(
        parse(&patched(b"261210235959Z", b"251210235959Z")),
        malformed("validity")
    );
    assert_eq!(
        parse(&patched(b"261210235959Z", b"261310235959Z")),
        malformed("validity")
    );
    assert_eq!(
        parse(&patched(b"261210235959Z", b"2612102359+08")),
        malformed("validity")
    );
    assert_eq!(
        parse(&patched(&[2, 17, 0, 0xf0, 0xe1], &[2, 17, 0xf0])),
        malformed("serial number")
    );
    assert_eq!(
        parse(&patched(&[2, 17, 0, 0xf0, 0xe1], &[2, 17, 0x80])),
        malformed("serial number")
    );
    // A version that is no number.
    assert_eq!(
        parse(&patched(&[0xa0, 3, 2, 1, 2], &[0xa0, 3, 4, 1, 2])),
        malformed("certificate's information")
    );
    // The authority key identifier becomes a second subject key identifier.
    assert_eq!(
        parse(&patched(&[0x55, 0x1d, 35], &[0x55, 0x1d, 14])),
        Err(CertificateParseError::RepeatedExtension("2.5.29.14".into()))
    );
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let [high, low] = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&[0x30, 0x82, high, low], &body[..]].concat()
}

#[test]
fn what_follows_the_extensions_is_looked_at() {
    let leaf = file("leaf.der");
    // Both SEQUENCEs have lengths of two bytes.
    let signed = usize::from(leaf[6]) * 256 + usize::from(leaf[7]);
    let (inside, behind) = leaf[8..].split_at(signed);
    let with = |extra: &[u8]| {
        let der = sequence(&[&sequence(&[inside, extra]), behind]);
        parse_certificates(&der, &Limits::default())
    };
    assert!(with(&[]).is_ok());
    assert!(with(&[0x82, 2, 0, 1]).is_ok(), "a unique identifier");
    for extra in [&[0xa3, 2, 0x30, 0][..], &[5, 0], &[0xa4, 2, 5, 0], &[0x30]] {
        assert_eq!(
            with(extra),
            Err(CertificateParseError::Malformed(
                "certificate's information"
            )),
            "{extra:?}"
        );
    }
}

#[test]
fn a_chain_with_an_unreadable_name_is_refused() {
    // The end of a chain is nobody's subject: only its own bytes say that its issuer is no name.
    let mut root = der("root.pem");
    let country: &[u8] = &[0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06];
    let found = root.windows(country.len()).position(|part| part == country);
    root[found.unwrap()] = 0x30;
    let root = to_pem(Label::Certificate, &root);
    let mut bundle = bundle(&["leaf.pem", "intermediate.pem"]);
    bundle.extend_from_slice(root.as_bytes());
    let unreadable = CertificateParseError::Malformed("issuer");
    assert_eq!(
        parse_certificates(&bundle, &Limits::default()),
        Err(unreadable.clone())
    );
    assert_eq!(
        issued_certificate(&bundle, &Limits::default()),
        Err(with_parse(unreadable))
    );
}

#[test]
fn a_certificate_matches_its_request_its_key_and_its_names() {
    let limits = Limits::default();
    let leaf = issued(&["leaf-p256.pem", "intermediate.pem"]).unwrap();
    let other = issued(&["chain-shuffled.pem"]).unwrap();
    let csr = parse_csr(&file("p256.csr"), &limits).unwrap();
    let key = parse_private_key(&file("public-test-key-p256-sec1.pem"), &limits).unwrap();
    assert_eq!(matches_csr(&leaf, &csr), Ok(()));
    assert_eq!(matches_key(&leaf, &key), Ok(()));
    let mismatch = Err(Mismatch::Key {
        certificate: other.spki(),
        other: csr.spki(),
    });
    assert_eq!(matches_csr(&other, &csr), mismatch);
    assert_eq!(matches_key(&other, &key), mismatch);

    let names = [domain("example.com"), domain("www.example.com")];
    assert_eq!(covers(&leaf, &names), Ok(()));
    assert_eq!(covers(&leaf, &[]), Ok(()));
    for missing in ["shop.example.com", "*.example.com"] {
        assert_eq!(
            covers(&leaf, &[domain("example.com"), domain(missing)]),
            Err(Mismatch::Name(domain(missing)))
        );
    }
}

#[test]
fn what_is_written_is_what_was_read() {
    let issued = issued(&["chain-shuffled.pem"]).unwrap();
    assert_eq!(certificate_pem(&issued).as_bytes(), file("leaf.pem"));
    let expected = bundle(&["leaf.pem", "intermediate.pem", "root.pem"]);
    assert_eq!(chain_pem(&issued).as_bytes(), expected);
}
