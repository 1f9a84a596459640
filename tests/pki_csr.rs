//! Requests: the facts of what OpenSSL writes, and the errors for everything else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

use cert_lifecycle::model::csr::CommonName;
use cert_lifecycle::model::{
    CsrFacts, Curve, DomainName, KeyKind, Possession, SignatureHash, SubjectAltName,
};
use cert_lifecycle::pki::{CsrError, InputError, Item, Label, Limits, parse_csr, to_pem};

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/pki/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn parse(input: &[u8]) -> Result<CsrFacts, CsrError> {
    parse_csr(input, &Limits::default())
}

fn facts(name: &str) -> CsrFacts {
    parse(&file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn refused(name: &str) -> CsrError {
    parse(&file(name)).expect_err(name)
}

fn dns(name: &str) -> SubjectAltName {
    SubjectAltName::Dns(DomainName::new(name).unwrap())
}

fn common_names(facts: &CsrFacts) -> Vec<&str> {
    facts.common_names().iter().map(CommonName::text).collect()
}

fn extensions(facts: &CsrFacts) -> Vec<&str> {
    facts.extensions().iter().map(|oid| &**oid).collect()
}

const ORDINARY: [&str; 3] = ["2.5.29.14", "2.5.29.17", "1.3.6.1.5.5.7.1.24"];

#[test]
fn keys_signatures_and_possession_are_told() {
    use Possession::{Proved, Unchecked};
    use SignatureHash::{Intrinsic, Md5, Other, Sha1, Sha256, Sha384, Sha512};
    let rsa = |bits| KeyKind::Rsa { bits };
    for (name, key, hash, possession) in [
        ("rsa2048.csr", rsa(2048), Sha256, Proved),
        ("rsa3072.csr", rsa(3072), Sha384, Proved),
        ("rsa1024.csr", rsa(1024), Sha256, Proved),
        ("rsa2048-sha512.csr", rsa(2048), Sha512, Proved),
        ("rsa2048-sha1.csr", rsa(2048), Sha1, Proved),
        ("rsa2048-md5.csr", rsa(2048), Md5, Unchecked),
        ("rsa-pss.csr", rsa(2048), Sha256, Proved),
        ("rsa-pss-long-salt.csr", rsa(2048), Sha512, Proved),
        ("rsa-pss-mixed.csr", rsa(2048), Sha256, Unchecked),
        ("rsa-pss-key.csr", KeyKind::Other, Sha256, Unchecked),
        ("p256.csr", KeyKind::Ec(Curve::P256), Sha256, Proved),
        ("p256-sha512.csr", KeyKind::Ec(Curve::P256), Sha512, Proved),
        ("p384.csr", KeyKind::Ec(Curve::P384), Sha384, Proved),
        ("p384-sha512.csr", KeyKind::Ec(Curve::P384), Sha512, Proved),
        ("p521.csr", KeyKind::Ec(Curve::P521), Sha512, Proved),
        ("p521-sha256.csr", KeyKind::Ec(Curve::P521), Sha256, Proved),
        (
            "secp256k1.csr",
            KeyKind::Ec(Curve::Other),
            Sha256,
            Unchecked,
        ),
        ("ed25519.csr", KeyKind::Ed25519, Intrinsic, Proved),
        ("ed448.csr", KeyKind::Other, Other, Unchecked),
    ] {
        let facts = facts(name);
        assert_eq!(facts.key(), key, "{name}");
        assert_eq!(facts.hash(), hash, "{name}");
        assert_eq!(facts.possession(), possession, "{name}");
        assert_eq!(common_names(&facts), ["www.example.com"], "{name}");
        assert_eq!(
            facts.alt_names(),
            [dns("www.example.com"), dns("example.com")],
            "{name}"
        );
        assert_eq!(extensions(&facts), ORDINARY, "{name}");
        assert!(facts.must_staple(), "{name}");
    }
}

#[test]
fn the_digest_of_the_key_is_the_one_openssl_computes() {
    let expected = String::from_utf8(file("spki-sha256.txt")).unwrap();
    let mut seen = 0;
    for (name, digest) in expected
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .filter(|(name, _)| name.contains(".csr"))
    {
        assert_eq!(facts(name).spki().to_string(), digest, "{name}");
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn names_and_extensions_are_facts_not_judgements() {
    let none = facts("no-cn.csr");
    assert!(none.common_names().is_empty());
    assert!(none.extensions().is_empty() && none.alt_names().is_empty() && !none.must_staple());
    assert_eq!(none.possession(), Possession::Proved);

    let two = facts("two-cns.csr");
    assert_eq!(common_names(&two), ["www.example.com", "shop.example.com"]);
    assert!(two.common_name().is_none());

    let other = facts("cn-not-in-sans.csr");
    assert_eq!(common_names(&other), ["www.example.com"]);
    assert_eq!(other.alt_names(), [dns("other.example.com")]);

    let wildcard = facts("wildcard.csr");
    let domain = wildcard.common_name().unwrap().domain().unwrap();
    assert!(domain.is_wildcard());
    assert_eq!(wildcard.alt_names(), [dns("*.example.com")]);

    assert_eq!(
        common_names(&facts("no-extensions.csr")),
        ["www.example.com"]
    );

    let mut kinds = vec![
        dns("www.example.com"),
        SubjectAltName::InvalidDns("under_score.example.com".into()),
    ];
    kinds.resize(7, SubjectAltName::Other);
    assert_eq!(facts("san-kinds.csr").alt_names(), kinds);
}

#[test]
fn the_shipped_request_names_one_host() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/data/www.example.com.csr"
    );
    let facts = parse(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(facts.key(), KeyKind::Ec(Curve::P256));
    assert_eq!(facts.hash(), SignatureHash::Sha256);
    assert_eq!(facts.possession(), Possession::Proved);
    assert_eq!(common_names(&facts), ["www.example.com"]);
    assert_eq!(facts.alt_names(), [dns("www.example.com")]);
    assert_eq!(extensions(&facts), ORDINARY);
    assert!(facts.must_staple());
}

#[test]
fn every_way_of_writing_it_down_says_the_same() {
    let der = file("p256.der");
    let expected = parse(&der).unwrap();
    assert_eq!(expected.der(), der);
    for name in [
        "p256.csr",
        "crlf.csr",
        "leading-text.csr",
        "old-label.csr",
        "bom.csr",
        "pasted.csr",
    ] {
        assert_eq!(facts(name), expected, "{name}");
    }
    let written = to_pem(Label::CertificateRequest, &der);
    assert_eq!(written.as_bytes(), file("p256.csr"));
    // In one line, and with other things around it.
    let one_line = written.replace('\n', "").replace("-----M", "-----\nM");
    let one_line = one_line.replace("-----END", "\n-----END");
    assert_eq!(parse(one_line.as_bytes()), Ok(expected.clone()));
    for beside in ["root.pem", "p256-public.pem", "root.p7b"] {
        let mut around = file(beside);
        around.extend_from_slice(written.as_bytes());
        around.extend_from_slice(&file(beside));
        assert_eq!(parse(&around), Ok(expected.clone()), "{beside}");
    }
    // Text that begins with the digit 0, the byte that DER begins with.
    assert_eq!(
        parse(format!("0 hello\n{written}").as_bytes()),
        Ok(expected.clone())
    );
    assert_eq!(parse(format!("0é\n{written}").as_bytes()), Ok(expected));
}

#[test]
fn a_wrong_signature_is_a_fact() {
    let facts = facts("broken-signature.der");
    assert_eq!(facts.possession(), Possession::Failed);
    assert_eq!(common_names(&facts), ["wwx.example.com"]);
}

#[test]
fn what_is_no_request_is_named() {
    for (name, item) in [
        ("root.pem", Item::Certificate),
        ("leaf.der", Item::Certificate),
        ("version-1.der", Item::Certificate),
        ("crl-v1.der", Item::RevocationList),
        ("crl-v2.der", Item::RevocationList),
        ("rsa2048-public-pkcs1.der", Item::RsaPublicKey),
        ("p256-public.pem", Item::PublicKey),
        ("p256-public.der", Item::PublicKey),
        ("root.p7b", Item::Cms),
        ("public-test-key-rsa2048-pkcs1.pem", Item::RsaPrivateKey),
        ("public-test-key-p256-sec1.pem", Item::EcPrivateKey),
        (
            "public-test-key-p256-with-parameters.pem",
            Item::EcPrivateKey,
        ),
        ("public-test-key-p256-pkcs8.pem", Item::PrivateKey),
        ("public-test-key-p256-pkcs8.der", Item::PrivateKey),
        ("public-test-key-p256-sec1.der", Item::EcPrivateKey),
        (
            "public-test-key-p256-encrypted.pem",
            Item::EncryptedPrivateKey,
        ),
        (
            "public-test-key-p256-encrypted.der",
            Item::EncryptedPrivateKey,
        ),
        (
            "public-test-key-p256-traditional-encrypted.pem",
            Item::TraditionalEncryptedPrivateKey,
        ),
    ] {
        assert_eq!(refused(name), CsrError::Instead(item), "{name}");
    }
    // The parameters of a key are the least of what a text may hold.
    let parameters = "-----BEGIN EC PARAMETERS-----\nMAA=\n-----END EC PARAMETERS-----\n";
    let beside = [parameters.as_bytes(), &file("root.pem")].concat();
    assert_eq!(parse(&beside), Err(CsrError::Instead(Item::Certificate)));
    assert_eq!(
        parse(parameters.as_bytes()),
        Err(CsrError::Instead(Item::Parameters))
    );
    // The structure is looked at, not only the label.
    for (content, item) in [
        ("leaf.der", Item::Certificate),
        ("public-test-key-p256-pkcs8.der", Item::PrivateKey),
    ] {
        let mislabelled = to_pem(Label::CertificateRequest, &file(content));
        assert_eq!(parse(mislabelled.as_bytes()), Err(CsrError::Instead(item)));
    }
    // Headers behind an empty line are still headers; a request's are passed over.
    let encrypted =
        String::from_utf8(file("public-test-key-p256-traditional-encrypted.pem")).unwrap();
    assert_eq!(
        parse(encrypted.replacen("-----\n", "-----\n\n", 1).as_bytes()),
        Err(CsrError::Instead(Item::TraditionalEncryptedPrivateKey))
    );
    let header = "-----\r\nComment: a\r\n b\r\nProc-Type: 4,ENCRYPTED\r\n\r\n";
    let request = String::from_utf8(file("p256.csr")).unwrap();
    assert_eq!(
        parse(request.replacen("-----\n", header, 1).as_bytes()),
        Ok(facts("p256.csr"))
    );
    assert_eq!(
        refused("public-test-key-p256-traditional-encrypted.pem").to_string(),
        "expected a certificate signing request, found an encrypted private key (traditional, \
         Proc-Type 4)"
    );
}

#[test]
fn a_private_key_beside_the_request_stops_it() {
    for (name, item) in [
        ("request-with-key.csr", Item::EcPrivateKey),
        ("request-with-encrypted-key.csr", Item::EncryptedPrivateKey),
    ] {
        assert_eq!(refused(name), CsrError::PrivateKeyBeside(item), "{name}");
    }
    for label in ["OPENSSH PRIVATE KEY", "SM2 PRIVATE KEY", "DSA PRIVATE KEY"] {
        let mut text = file("p256.csr");
        text.extend_from_slice(
            format!("-----BEGIN {label}-----\nMAA=\n-----END {label}-----\n").as_bytes(),
        );
        assert!(
            matches!(parse(&text), Err(CsrError::PrivateKeyBeside(_))),
            "{label}"
        );
    }
    assert_eq!(refused("two-requests.csr"), CsrError::SeveralRequests(2));
}

#[test]
fn broken_text_has_typed_errors() {
    let pem = String::from_utf8(file("p256.csr")).unwrap();
    let request = Item::CertificateRequest;
    let input = |bytes: &[u8]| match parse(bytes) {
        Err(CsrError::Input(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(input(b""), InputError::Empty);
    assert_eq!(input(b" \r\n\t"), InputError::Empty);
    assert_eq!(input("\u{feff}".as_bytes()), InputError::Empty);
    assert_eq!(input(b"hello"), InputError::NoBlock);
    assert_eq!(input(b"-----BEGIN"), InputError::NoBlock);
    assert_eq!(input(b"abc\xff"), InputError::NotText(3));
    assert_eq!(input(b"a\0b"), InputError::Nul(1));
    // UTF-16, with and without its mark.
    let wide: Vec<u8> = pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(input(&wide), InputError::Nul(1));
    assert_eq!(
        input(&[&[0xff, 0xfe], &wide[..]].concat()),
        InputError::NotText(0)
    );
    let (head, tail) = pem.split_at(pem.find("-----END").unwrap());
    assert_eq!(input(head.as_bytes()), InputError::Unterminated(request));
    assert_eq!(
        input(format!("{head}{pem}").as_bytes()),
        InputError::Unterminated(request)
    );
    assert_eq!(
        input(
            pem.replace("END CERTIFICATE REQUEST", "END CERTIFICATE")
                .as_bytes()
        ),
        InputError::LabelMismatch {
            begin: request,
            end: Item::Certificate
        }
    );
    for broken in [
        pem.replacen("MII", "M!I", 1),
        pem.replacen("MII", "MI", 1),
        pem.replacen("MII", "", 1),
        pem.replacen("MII", "MéI", 1),
        format!("{head}====\n{tail}"),
        "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n".into(),
    ] {
        assert!(
            matches!(
                input(broken.as_bytes()),
                InputError::Base64(Item::CertificateRequest)
                    | InputError::NotSequence
                    | InputError::Truncated { .. }
            ),
            "{broken}"
        );
    }
    assert_eq!(
        input(pem.replacen("MII", "M!I", 1).as_bytes()),
        InputError::Base64(request)
    );
}

#[test]
fn der_is_exactly_one_request() {
    let der = file("p256.der");
    let length = u64::try_from(der.len()).unwrap();
    let mut longer = der.clone();
    longer.extend_from_slice(b"tail");
    assert_eq!(parse(&longer), Err(InputError::TrailingBytes(4).into()));
    let armoured = to_pem(Label::CertificateRequest, &longer);
    assert_eq!(
        parse(armoured.as_bytes()),
        Err(InputError::TrailingBytes(4).into())
    );
    for cut in 4..der.len() {
        assert_eq!(
            parse(&der[..cut]),
            Err(InputError::Truncated {
                expected: length,
                actual: u64::try_from(cut).unwrap()
            }
            .into())
        );
    }
    for cut in 1..4 {
        assert_eq!(
            parse(&der[..cut]),
            Err(InputError::NotSequence.into()),
            "{cut}"
        );
    }
    // Indefinite and oversized lengths, and a length that is longer than it need be.
    assert_eq!(
        parse(&[0x30, 0x80, 0, 0]),
        Err(InputError::NotSequence.into())
    );
    assert_eq!(
        parse(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
        Err(InputError::Truncated {
            expected: 0x1_0000_0005,
            actual: 6
        }
        .into())
    );
    assert_eq!(
        parse(&[0x30, 0x88, 1, 1, 1, 1, 1, 1, 1, 1]),
        Err(InputError::NotSequence.into())
    );
    assert_eq!(
        parse(&[0x30, 0x81, 1, 0]),
        Err(InputError::NotSequence.into())
    );
    assert_eq!(parse(&[0x30, 0]), Err(CsrError::Malformed("request")));
}

#[test]
fn limits_hold_to_the_byte() {
    let pem = file("p256.csr");
    let der = file("p256.der");
    let limits = Limits::default();
    let exact = limits.with_pem_bytes(pem.len()).with_der_bytes(der.len());
    assert!(parse_csr(&pem, &exact).is_ok());
    assert_eq!(
        parse_csr(&pem, &exact.with_pem_bytes(pem.len() - 1)),
        Err(InputError::TextTooLong {
            bytes: pem.len(),
            limit: pem.len() - 1
        }
        .into())
    );
    for input in [&pem, &der] {
        assert_eq!(
            parse_csr(input, &exact.with_der_bytes(der.len() - 1)),
            Err(InputError::DerTooLong {
                bytes: der.len(),
                limit: der.len() - 1
            }
            .into())
        );
    }
    // One common name and two alternative names; three extensions.
    assert!(parse_csr(&der, &limits.with_names(3).with_extensions(3)).is_ok());
    assert_eq!(
        parse_csr(&der, &limits.with_names(2)),
        Err(CsrError::TooManyNames(2))
    );
    assert_eq!(
        parse_csr(&der, &limits.with_names(0)),
        Err(CsrError::TooManyNames(0))
    );
    assert_eq!(
        parse_csr(&der, &limits.with_extensions(2)),
        Err(CsrError::TooManyExtensions(2))
    );
    // Two common names and nothing else.
    let two = file("two-cns.csr");
    assert!(parse_csr(&two, &limits.with_names(2)).is_ok());
    assert_eq!(
        parse_csr(&two, &limits.with_names(1)),
        Err(CsrError::TooManyNames(1))
    );
    let two = file("two-requests.csr");
    assert_eq!(
        parse_csr(&two, &limits.with_pem_blocks(1)),
        Err(InputError::TooManyBlocks(1).into())
    );
    assert_eq!(
        parse_csr(&two, &limits.with_pem_blocks(2)),
        Err(CsrError::SeveralRequests(2))
    );
}

/// Requests that OpenSSL does not write, put together by hand around the key of `p256.csr`.
///
/// Their signature is nobody's, which is a fact and not an error.
mod by_hand {
    use super::*;

    fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        let mut out = vec![tag];
        match body.len() {
            0..=127 => out.push(length[1]),
            128..=255 => out.extend([0x81, length[1]]),
            _ => out.extend([0x82, length[0], length[1]]),
        }
        out.extend(body);
        out
    }

    const CN: &[u8] = &[0x06, 3, 0x55, 4, 3];
    const EXTENSION_REQUEST: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 14];
    const MICROSOFT: &[u8] = &[0x06, 10, 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 1, 14];
    const SAN: &[u8] = &[0x06, 3, 0x55, 0x1d, 17];
    const TLS_FEATURE: &[u8] = &[0x06, 8, 0x2b, 6, 1, 5, 5, 7, 1, 24];
    const KEY_USAGE: &[u8] = &[0x06, 3, 0x55, 0x1d, 15];

    fn rdn(value_tag: u8, value: &[u8]) -> Vec<u8> {
        tlv(0x31, &[&tlv(0x30, &[CN, &tlv(value_tag, &[value])])])
    }

    fn subject(value_tag: u8, value: &[u8]) -> Vec<u8> {
        tlv(0x30, &[&rdn(value_tag, value)])
    }

    fn www() -> Vec<u8> {
        subject(0x0c, b"www.example.com")
    }

    fn signed(version: u8, subject: &[u8], rest: &[u8]) -> Vec<u8> {
        let info = tlv(
            0x30,
            &[&[2, 1, version], subject, &file("p256-public.der"), rest],
        );
        let ecdsa = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
        tlv(0x30, &[&info, &ecdsa, &tlv(3, &[&[0, 0x30, 0]])])
    }

    fn attributes(list: &[&[u8]]) -> Vec<u8> {
        signed(0, &www(), &tlv(0xa0, list))
    }

    fn extension(oid: &[u8], value: &[u8]) -> Vec<u8> {
        tlv(0x30, &[oid, &tlv(4, &[value])])
    }

    fn wanted(oid: &[u8], extensions: &[&[u8]]) -> Vec<u8> {
        tlv(0x30, &[oid, &tlv(0x31, &[&tlv(0x30, extensions)])])
    }

    fn san(name: &[u8]) -> Vec<u8> {
        extension(SAN, &tlv(0x30, &[&tlv(0x82, &[name])]))
    }

    #[test]
    fn common_names_in_every_encoding_that_is_met() {
        let wide: Vec<u8> = "bücher.example"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        for (tag, bytes, text) in [
            (0x0c, "bücher.example".as_bytes(), "bücher.example"),
            (0x13, b"www.example.com", "www.example.com"),
            (0x13, b"*.example.com", "*.example.com"),
            (0x16, b"a_b@example.com", "a_b@example.com"),
            (0x14, b"b\xfccher.example", "bücher.example"),
            (0x1e, &wide, "bücher.example"),
            (0x0c, b"", ""),
        ] {
            let facts = parse(&signed(0, &subject(tag, bytes), &[0xa0, 0])).unwrap();
            assert_eq!(common_names(&facts), [text], "{tag:#x}");
            assert_eq!(facts.possession(), Possession::Failed);
        }
    }

    #[test]
    fn common_names_that_cannot_be_read_are_refused() {
        for (tag, bytes) in [
            (0x0c, &b"\xff"[..]),
            (0x13, b"caf\xc3\xa9"),
            (0x16, b"\xe9"),
            (0x1e, b"\0a\0"),
            (0x1e, b"\xd8\0\0a"),
            (0x04, b"www.example.com"),
        ] {
            assert_eq!(
                parse(&signed(0, &subject(tag, bytes), &[0xa0, 0])),
                Err(CsrError::CommonNameEncoding),
                "{tag:#x}"
            );
        }
        for (tag, bytes, at) in [
            (0x0c, &b"www.example.com\0.evil.example"[..], 15),
            (0x13, b"\nwww.example.com", 0),
            (0x16, b"www\x7f", 3),
            (0x0c, b"a\xc2\x85", 1),
            (0x14, b"ab\x9b", 2),
            (0x1e, b"\0w\0\0", 1),
        ] {
            assert_eq!(
                parse(&signed(0, &subject(tag, bytes), &[0xa0, 0])),
                Err(CsrError::CommonNameControl(at)),
                "{tag:#x}"
            );
        }
    }

    #[test]
    fn common_names_are_found_in_multi_valued_parts() {
        let attribute = |text: &[u8]| tlv(0x30, &[CN, &tlv(0x0c, &[text])]);
        let both = tlv(
            0x31,
            &[&attribute(b"b.example.com"), &attribute(b"a.example.com")],
        );
        let subject = tlv(0x30, &[&both, &rdn(0x0c, b"c.example.com")]);
        let facts = parse(&signed(0, &subject, &[0xa0, 0])).unwrap();
        assert_eq!(
            common_names(&facts),
            ["b.example.com", "a.example.com", "c.example.com"]
        );
    }

    #[test]
    fn attributes_may_be_missing_and_may_be_microsofts() {
        assert!(parse(&signed(0, &www(), &[])).is_ok());
        let both = attributes(&[
            &wanted(MICROSOFT, &[&san(b"a.example.com")]),
            &wanted(EXTENSION_REQUEST, &[&san(b"b.example.com")]),
        ]);
        let facts = parse(&both).unwrap();
        assert_eq!(
            facts.alt_names(),
            [dns("a.example.com"), dns("b.example.com")]
        );
        assert_eq!(extensions(&facts), ["2.5.29.17", "2.5.29.17"]);
        // The limits are for both together.
        let limits = Limits::default();
        assert!(parse_csr(&both, &limits.with_names(3).with_extensions(2)).is_ok());
        assert_eq!(
            parse_csr(&both, &limits.with_names(2)),
            Err(CsrError::TooManyNames(2))
        );
        assert_eq!(
            parse_csr(&both, &limits.with_extensions(1)),
            Err(CsrError::TooManyExtensions(1))
        );
        // Other attributes are passed over, whatever they hold.
        let password = [
            0x30, 16, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 7, 0x31, 3, 4, 1, 0,
        ];
        assert!(parse(&attributes(&[&password])).is_ok());
    }

    #[test]
    fn repeated_requests_for_extensions_are_refused() {
        let one = wanted(EXTENSION_REQUEST, &[&san(b"a.example.com")]);
        assert_eq!(
            parse(&attributes(&[&one, &one])),
            Err(CsrError::RepeatedAttribute)
        );
        let list = tlv(0x30, &[&san(b"a.example.com")]);
        let two_values = tlv(0x30, &[EXTENSION_REQUEST, &tlv(0x31, &[&list, &list])]);
        assert_eq!(
            parse(&attributes(&[&two_values])),
            Err(CsrError::RepeatedAttribute)
        );
        let twice = wanted(
            EXTENSION_REQUEST,
            &[&san(b"a.example.com"), &san(b"b.example.com")],
        );
        assert_eq!(
            parse(&attributes(&[&twice])),
            Err(CsrError::RepeatedExtension("2.5.29.17".into()))
        );
    }

    #[test]
    fn alternative_names_are_kept_as_they_stand() {
        for (bytes, text) in [
            (
                &b"www.example.com\0.evil.example"[..],
                "www.example.com\0.evil.example",
            ),
            (b"", ""),
            (b"b\xfccher.example", "b\u{fffd}cher.example"),
        ] {
            let facts = parse(&attributes(&[&wanted(EXTENSION_REQUEST, &[&san(bytes)])])).unwrap();
            assert_eq!(facts.alt_names(), [SubjectAltName::InvalidDns(text.into())]);
        }
        let no_name = extension(SAN, &tlv(0x30, &[&tlv(0x0c, &[b"www.example.com"])]));
        assert_eq!(
            parse(&attributes(&[&wanted(EXTENSION_REQUEST, &[&no_name])])),
            Err(CsrError::Malformed("subject alternative name extension"))
        );
    }

    #[test]
    fn must_staple_is_feature_five() {
        for (value, stapled) in [
            (&[0x30, 3, 2, 1, 5][..], true),
            (&[0x30, 6, 2, 1, 17, 2, 1, 5], true),
            (&[0x30, 3, 2, 1, 17], false),
            (&[0x30, 0], false),
        ] {
            let feature = extension(TLS_FEATURE, value);
            let facts = parse(&attributes(&[&wanted(EXTENSION_REQUEST, &[&feature])])).unwrap();
            assert_eq!(facts.must_staple(), stapled, "{value:?}");
            assert_eq!(extensions(&facts), ["1.3.6.1.5.5.7.1.24"]);
        }
        // The same bytes under another identifier mean something else.
        let usage = extension(KEY_USAGE, &[0x30, 3, 2, 1, 5]);
        let facts = parse(&attributes(&[&wanted(EXTENSION_REQUEST, &[&usage])])).unwrap();
        assert!(!facts.must_staple());
        let broken = extension(TLS_FEATURE, &[0x05, 0]);
        assert_eq!(
            parse(&attributes(&[&wanted(EXTENSION_REQUEST, &[&broken])])),
            Err(CsrError::Malformed("TLS feature extension"))
        );
    }

    #[test]
    fn a_critical_extension_is_read_like_any_other() {
        let critical = tlv(
            0x30,
            &[
                SAN,
                &[1, 1, 0xff],
                &tlv(4, &[&tlv(0x30, &[&tlv(0x82, &[b"a.example.com"])])]),
            ],
        );
        let facts = parse(&attributes(&[&wanted(EXTENSION_REQUEST, &[&critical])])).unwrap();
        assert_eq!(facts.alt_names(), [dns("a.example.com")]);
    }

    #[test]
    fn each_part_has_its_error() {
        assert_eq!(
            parse(&signed(1, &www(), &[0xa0, 0])),
            Err(CsrError::Version)
        );
        for (request, part) in [
            (signed(0, &tlv(0x30, &[&[2, 1, 0]]), &[0xa0, 0]), "subject"),
            (signed(0, &www(), &[0xa1, 0]), "request's information"),
            (signed(0, &www(), &[0xa0, 0, 5, 0]), "request's information"),
            (
                signed(0, &www(), &tlv(0xa0, &[&[5, 0]])),
                "list of attributes",
            ),
            (
                attributes(&[&wanted(EXTENSION_REQUEST, &[&[5, 0]])]),
                "list of extensions",
            ),
        ] {
            assert_eq!(parse(&request), Err(CsrError::Malformed(part)));
        }
        let mut unused_bits = signed(0, &www(), &[0xa0, 0]);
        let at = unused_bits.len() - 3;
        unused_bits[at] = 4;
        assert_eq!(parse(&unused_bits), Err(CsrError::Malformed("request")));
    }

    #[test]
    fn a_key_cannot_prove_with_an_algorithm_of_another_kind() {
        // The request's key is P-256, its signature claims RSA.
        let rsa = [
            0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0,
        ];
        let info = tlv(
            0x30,
            &[&[2, 1, 0], &www(), &file("p256-public.der"), &[0xa0, 0]],
        );
        let request = tlv(0x30, &[&info, &rsa, &tlv(3, &[&[0, 1]])]);
        assert_eq!(parse(&request).unwrap().possession(), Possession::Failed);
    }
}
