//! Key vaults against the contract of their port, judged by the OpenSSL command line as well.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

#[path = "support/cases.rs"]
#[allow(unreachable_pub, reason = "it is shared with other tests")]
mod cases;
#[path = "key_vault/contract.rs"]
mod contract;
#[path = "key_vault/envelope.rs"]
mod envelope;
#[cfg(unix)]
#[path = "key_vault/file.rs"]
mod file;
#[path = "key_vault/rows.rs"]
mod rows;
#[path = "key_vault/scratch.rs"]
mod scratch;
#[path = "key_vault/sealed.rs"]
mod sealed;

use std::fs;
use std::pin::pin;
use std::process::{Command, Output};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

#[cfg(unix)]
use cert_lifecycle::adapter::FileKeyVault;
use cert_lifecycle::adapter::MemoryKeyVault;
use cert_lifecycle::model::{Curve, DomainName, KeyKind, OrderId, SpkiDigest};
use cert_lifecycle::port::{KeyVault, KeyVaultError};
use pollster::block_on;
use scratch::Scratch;

const P256: KeyKind = KeyKind::Ec(Curve::P256);
const P384: KeyKind = KeyKind::Ec(Curve::P384);

const KINDS: [KeyKind; 6] = [
    KeyKind::Rsa { bits: 2_048 },
    KeyKind::Rsa { bits: 3_072 },
    KeyKind::Rsa { bits: 4_096 },
    P256,
    P384,
    KeyKind::Ec(Curve::P521),
];

/// Adapters in memory answer at the first poll.
fn wait<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("an adapter in memory has nothing to wait for"),
    }
}

fn order(id: u64) -> OrderId {
    OrderId::new(id).unwrap()
}

fn names(texts: &[&str]) -> Vec<DomainName> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn openssl(arguments: &[&str]) -> Output {
    Command::new("openssl")
        .args(arguments)
        .output()
        .expect("the openssl command line is installed")
}

/// Asserts that a key is there but can't be used, that asking again does not help, and that the
/// reason is told.
fn unusable(vault: &dyn KeyVault, order: OrderId, why: &str) {
    for error in [
        block_on(vault.make(order, P256)).err(),
        block_on(vault.csr(order, &names(&["a.example"]))).err(),
        block_on(vault.export(order)).err(),
    ] {
        let error = error.expect(why);
        assert!(!error.retry_helps(), "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert!(matches!(error, KeyVaultError::Unusable { order: of, .. } if of == order));
    }
}

/// Tries every vault, empty, under its name.
fn for_each_vault(check: impl Fn(&str, &dyn KeyVault)) {
    check("memory", &MemoryKeyVault::new());
    #[cfg(unix)]
    {
        let scratch = Scratch::new();
        check("file", &FileKeyVault::open(scratch.join("keys")).unwrap());
    }
    check("sealed", &rows::sealed_vault(&Arc::default()));
}

#[test]
fn every_vault_keeps_the_contract() {
    for_each_vault(|_, vault| contract::holds(vault));
}

#[test]
fn vaults_of_this_crate_answer_at_the_first_poll() {
    for_each_vault(|_, vault| {
        wait(vault.make(order(1), P256)).unwrap();
        wait(vault.csr(order(1), &names(&["a.example"]))).unwrap();
        wait(vault.export(order(1))).unwrap();
        wait(vault.destroy(order(1))).unwrap();
    });
}

#[test]
fn exported_keys_are_the_ones_that_were_made() {
    for_each_vault(exported_with_openssl);
}

fn exported_with_openssl(vault_name: &str, vault: &dyn KeyVault) {
    let directory = Scratch::new();
    for (id, kind) in (1..).zip(KINDS) {
        let made = wait(vault.make(order(id), kind)).unwrap();
        assert_eq!(made.kind, kind);

        let key = wait(vault.export(order(id))).unwrap();
        let file = directory.join(format!("{id}.pem"));
        fs::write(&file, key.expose()).unwrap();
        let file = file.to_str().unwrap();
        let check = openssl(&["pkey", "-in", file, "-check", "-noout"]);
        assert!(check.status.success(), "{vault_name} {kind}: {check:?}");
        let public = openssl(&["pkey", "-in", file, "-pubout", "-outform", "DER"]);
        assert!(public.status.success(), "{vault_name} {kind}: {public:?}");
        assert_eq!(
            SpkiDigest::of(&public.stdout),
            made.spki,
            "{vault_name} {kind}"
        );

        let text = openssl(&["pkey", "-in", file, "-text_pub", "-noout"]);
        let text = String::from_utf8(text.stdout).unwrap();
        let expected = match kind {
            KeyKind::Rsa { bits } => format!("({bits} bit"),
            KeyKind::Ec(Curve::P256) => "NIST CURVE: P-256".into(),
            KeyKind::Ec(Curve::P384) => "NIST CURVE: P-384".into(),
            KeyKind::Ec(_) => "NIST CURVE: P-521".into(),
            KeyKind::Ed25519 | KeyKind::Other => panic!("not among the kinds"),
        };
        assert!(text.contains(&expected), "{vault_name} {kind}: {text}");
    }
}

#[test]
fn requests_carry_the_names_and_prove_possession() {
    for_each_vault(requests_with_openssl);
}

fn requests_with_openssl(vault_name: &str, vault: &dyn KeyVault) {
    let directory = Scratch::new();
    let names = names(&["www.example.com", "*.example.com", "xn--bcher-kva.example"]);
    for (id, kind) in (1..).zip(KINDS) {
        let made = wait(vault.make(order(id), kind)).unwrap();
        let der = wait(vault.csr(order(id), &names)).unwrap();
        let file = directory.join(format!("{id}.der"));
        fs::write(&file, &der).unwrap();
        let file = file.to_str().unwrap();
        let shown = openssl(&[
            "req", "-inform", "DER", "-in", file, "-verify", "-noout", "-subject", "-text",
        ]);
        let text = String::from_utf8(shown.stdout).unwrap();
        assert!(shown.status.success(), "{vault_name} {kind}: {text}");
        assert!(text.contains("subject=CN = www.example.com\n"), "{text}");
        assert!(
            text.contains("DNS:www.example.com, DNS:*.example.com, DNS:xn--bcher-kva.example\n"),
            "{text}"
        );
        let hash = match kind {
            KeyKind::Ec(Curve::P384) => "ecdsa-with-SHA384",
            KeyKind::Ec(Curve::P521) => "ecdsa-with-SHA512",
            KeyKind::Ec(_) => "ecdsa-with-SHA256",
            KeyKind::Rsa { .. } | KeyKind::Ed25519 | KeyKind::Other => "sha256WithRSAEncryption",
        };
        assert!(text.contains(hash), "{vault_name} {kind}: {text}");

        // The exit status of `req -verify` tells nothing before OpenSSL 3.0.9; break one byte.
        let mut broken = der.to_vec();
        *broken.last_mut().unwrap() ^= 1;
        let broken_file = directory.join(format!("{id}-broken.der"));
        fs::write(&broken_file, &broken).unwrap();
        let broken_file = broken_file.to_str().unwrap();
        let good = openssl(&["req", "-inform", "DER", "-in", file, "-verify", "-noout"]);
        let bad = openssl(&[
            "req",
            "-inform",
            "DER",
            "-in",
            broken_file,
            "-verify",
            "-noout",
        ]);
        assert!(String::from_utf8_lossy(&good.stderr).contains("verify OK"));
        assert!(!String::from_utf8_lossy(&bad.stderr).contains("verify OK"));

        let public = openssl(&["req", "-inform", "DER", "-in", file, "-noout", "-pubkey"]);
        let pem = directory.join(format!("{id}-public.pem"));
        fs::write(&pem, public.stdout).unwrap();
        let pem = pem.to_str().unwrap();
        let spki = openssl(&["pkey", "-pubin", "-in", pem, "-outform", "DER"]);
        assert_eq!(SpkiDigest::of(&spki.stdout), made.spki);
    }
}

#[test]
fn a_common_name_that_is_too_long_is_left_out() {
    let vault = MemoryKeyVault::new();
    wait(vault.make(order(1), P256)).unwrap();
    let directory = Scratch::new();
    for (length, subject) in [(64, true), (65, false)] {
        let label = "a".repeat(length - ".example.com".len());
        let name = format!("{label}.example.com");
        let der = wait(vault.csr(order(1), &names(&[&name]))).unwrap();
        let file = directory.join(format!("{length}.der"));
        fs::write(&file, &der).unwrap();
        let file = file.to_str().unwrap();
        let shown = openssl(&[
            "req", "-inform", "DER", "-in", file, "-noout", "-subject", "-text",
        ]);
        let text = String::from_utf8(shown.stdout).unwrap();
        assert_eq!(text.contains(&format!("CN = {name}\n")), subject, "{text}");
        assert!(text.contains(&format!("DNS:{name}\n")), "{text}");
    }
}

#[test]
fn nothing_shows_a_key() {
    let vault = MemoryKeyVault::new();
    wait(vault.make(order(1), P256)).unwrap();
    let key = wait(vault.export(order(1))).unwrap();
    let body: String = key.expose().lines().skip(1).take(1).collect();
    assert!(body.len() > 40);
    assert_eq!(
        format!("{vault:?} {vault:#?}"),
        "MemoryKeyVault(..) MemoryKeyVault(..)"
    );
    assert_eq!(
        format!("{key:?} {key:#?}"),
        "ExportedKey(..) ExportedKey(..)"
    );
}
