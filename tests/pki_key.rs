//! Private keys: recognised, matched, and never shown.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

use cert_lifecycle::model::{Curve, KeyKind};
use cert_lifecycle::pki::{
    InputError, Item, KeyEncoding, Label, Limits, PrivateKey, PrivateKeyError, parse_csr,
    parse_private_key, to_pem,
};

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/pki/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn parse(input: &[u8]) -> Result<PrivateKey, PrivateKeyError> {
    parse_private_key(input, &Limits::default())
}

fn refused(name: &str) -> PrivateKeyError {
    parse(&file(name)).expect_err(name)
}

#[test]
fn keys_in_every_structure_are_the_key_of_their_request() {
    use KeyEncoding::{Pkcs1, Pkcs8, Sec1};
    let p256 = KeyKind::Ec(Curve::P256);
    let rsa = KeyKind::Rsa { bits: 2048 };
    for (name, encoding, kind, request) in [
        ("public-test-key-p256-sec1.pem", Sec1, p256, "p256.csr"),
        ("public-test-key-p256-sec1.der", Sec1, p256, "p256.csr"),
        (
            "public-test-key-p256-with-parameters.pem",
            Sec1,
            p256,
            "p256.csr",
        ),
        ("public-test-key-p256-pkcs8.pem", Pkcs8, p256, "p256.csr"),
        ("public-test-key-p256-pkcs8.der", Pkcs8, p256, "p256.csr"),
        (
            "public-test-key-p384-pkcs8.pem",
            Pkcs8,
            KeyKind::Ec(Curve::P384),
            "p384.csr",
        ),
        (
            "public-test-key-p521-pkcs8.pem",
            Pkcs8,
            KeyKind::Ec(Curve::P521),
            "p521.csr",
        ),
        (
            "public-test-key-rsa2048-pkcs1.pem",
            Pkcs1,
            rsa,
            "rsa2048.csr",
        ),
        (
            "public-test-key-rsa2048-pkcs8.pem",
            Pkcs8,
            rsa,
            "rsa2048.csr",
        ),
        (
            "public-test-key-ed25519-pkcs8.pem",
            Pkcs8,
            KeyKind::Ed25519,
            "ed25519.csr",
        ),
    ] {
        let key = parse(&file(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(key.encoding(), encoding, "{name}");
        assert_eq!(key.kind(), kind, "{name}");
        let csr = parse_csr(&file(request), &Limits::default()).unwrap();
        assert_eq!(key.spki(), csr.spki(), "{name}");
    }
    let der = file("public-test-key-p256-pkcs8.der");
    assert_eq!(parse(&der).unwrap().secret_der(), der);
    assert_eq!(
        parse(to_pem(Label::PrivateKey, &der).as_bytes())
            .unwrap()
            .secret_der(),
        der
    );
}

#[test]
fn encrypted_keys_are_refused_by_name() {
    for (name, item) in [
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
        assert_eq!(refused(name), PrivateKeyError::Encrypted(item), "{name}");
    }
}

#[test]
fn what_is_no_key_that_is_read_has_its_error() {
    for (name, item) in [
        ("p256.csr", Item::CertificateRequest),
        ("leaf.pem", Item::Certificate),
        ("leaf.der", Item::Certificate),
        ("p256-public.pem", Item::PublicKey),
    ] {
        assert_eq!(refused(name), PrivateKeyError::Instead(item), "{name}");
    }
    assert_eq!(
        refused("public-test-key-rsa1024-pkcs8.pem"),
        PrivateKeyError::Unsupported
    );
    let two = [
        file("public-test-key-p256-sec1.pem"),
        file("public-test-key-p384-pkcs8.pem"),
    ]
    .concat();
    assert_eq!(parse(&two).unwrap_err(), PrivateKeyError::SeveralKeys(2));
    assert_eq!(parse(b"").unwrap_err(), InputError::Empty.into());
    let open_ssh = "-----BEGIN OPENSSH PRIVATE KEY-----\nMAA=\n-----END OPENSSH PRIVATE KEY-----\n";
    assert_eq!(
        parse(open_ssh.as_bytes()).unwrap_err(),
        PrivateKeyError::Unsupported
    );
    let mut broken = file("public-test-key-p256-pkcs8.der");
    let last = broken.len() - 1;
    broken[last] ^= 1;
    assert_eq!(parse(&broken).unwrap_err(), PrivateKeyError::Unsupported);
}

#[test]
fn debug_shows_no_secret() {
    let key = parse(&file("public-test-key-p256-sec1.pem")).unwrap();
    let shown = format!("{key:?}");
    assert!(shown.contains("redacted"), "{shown}");
    // A list of bytes, or hexadecimal digits, of the secret's beginning.
    let bytes = &key.secret_der()[7..11];
    let list = format!("{}, {}, {}, {}", bytes[0], bytes[1], bytes[2], bytes[3]);
    let hex = format!("{:08x}", u32::from_be_bytes(bytes.try_into().unwrap()));
    assert!(!shown.contains(&list) && !shown.contains(&hex), "{shown}");
}
