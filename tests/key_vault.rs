//! The key vault in memory against its contract, judged by the OpenSSL command line.
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
use std::task::{Context, Poll, Waker};

use cert_lifecycle::adapter::MemoryKeyVault;
use cert_lifecycle::model::{Curve, DomainName, KeyKind, OrderId, SpkiDigest};
use cert_lifecycle::port::{KeyVault, KeyVaultError};

const P256: KeyKind = KeyKind::Ec(Curve::P256);

const KINDS: [KeyKind; 6] = [
    KeyKind::Rsa { bits: 2_048 },
    KeyKind::Rsa { bits: 3_072 },
    KeyKind::Rsa { bits: 4_096 },
    P256,
    KeyKind::Ec(Curve::P384),
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

/// A directory of the test's own.
fn directory(test: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("key_vault_{test}"));
    fs::create_dir_all(&path).unwrap();
    path
}

fn openssl(arguments: &[&str]) -> Output {
    Command::new("openssl")
        .args(arguments)
        .output()
        .expect("the openssl command line is installed")
}

#[test]
fn exported_keys_are_the_ones_that_were_made() {
    let directory = directory("export");
    let vault = MemoryKeyVault::new();
    for (id, kind) in (1..).zip(KINDS) {
        let made = wait(vault.make(order(id), kind)).unwrap();
        assert_eq!(made.kind, kind);

        let key = wait(vault.export(order(id))).unwrap();
        let file = directory.join(format!("{id}.pem"));
        fs::write(&file, key.expose()).unwrap();
        let file = file.to_str().unwrap();
        let check = openssl(&["pkey", "-in", file, "-check", "-noout"]);
        assert!(check.status.success(), "{kind}: {check:?}");
        let public = openssl(&["pkey", "-in", file, "-pubout", "-outform", "DER"]);
        assert!(public.status.success(), "{kind}: {public:?}");
        assert_eq!(SpkiDigest::of(&public.stdout), made.spki, "{kind}");

        let text = openssl(&["pkey", "-in", file, "-text_pub", "-noout"]);
        let text = String::from_utf8(text.stdout).unwrap();
        let expected = match kind {
            KeyKind::Rsa { bits } => format!("({bits} bit"),
            KeyKind::Ec(Curve::P256) => "NIST CURVE: P-256".into(),
            KeyKind::Ec(Curve::P384) => "NIST CURVE: P-384".into(),
            KeyKind::Ec(_) => "NIST CURVE: P-521".into(),
            KeyKind::Ed25519 | KeyKind::Other => panic!("not among the kinds"),
        };
        assert!(text.contains(&expected), "{kind}: {text}");
    }
}

#[test]
fn requests_carry_the_names_and_prove_possession() {
    let directory = directory("csr");
    let vault = MemoryKeyVault::new();
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
        assert!(shown.status.success(), "{kind}: {text}");
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
        assert!(text.contains(hash), "{kind}: {text}");

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
    let directory = directory("long_name");
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
fn making_again_makes_nothing_new() {
    let vault = MemoryKeyVault::new();
    let first = wait(vault.make(order(1), P256)).unwrap();
    assert_eq!(wait(vault.make(order(1), P256)).unwrap(), first);
    let other = wait(vault.make(order(2), P256)).unwrap();
    assert_ne!(other.spki, first.spki, "each order has a key of its own");
    assert_eq!(
        wait(vault.make(order(1), KeyKind::Ec(Curve::P384))),
        Err(KeyVaultError::KindMismatch {
            order: order(1),
            existing: P256
        })
    );
    assert_eq!(wait(vault.make(order(1), P256)).unwrap(), first);
}

#[test]
fn only_strong_known_kinds_are_made() {
    let vault = MemoryKeyVault::new();
    for kind in [
        KeyKind::Rsa { bits: 1_024 },
        KeyKind::Rsa { bits: 2_047 },
        KeyKind::Rsa { bits: 0 },
        KeyKind::Rsa { bits: u32::MAX },
        KeyKind::Ec(Curve::Other),
        KeyKind::Ed25519,
        KeyKind::Other,
    ] {
        let refused = KeyVaultError::UnsupportedKind(kind);
        assert!(!refused.retry_helps());
        assert_eq!(wait(vault.make(order(1), kind)), Err(refused));
    }
    // A refusal leaves no trace.
    assert!(wait(vault.make(order(1), P256)).is_ok());
}

#[test]
fn what_is_destroyed_stays_so() {
    let vault = MemoryKeyVault::new();
    wait(vault.make(order(1), P256)).unwrap();
    wait(vault.make(order(2), P256)).unwrap();
    wait(vault.destroy(order(1))).unwrap();
    wait(vault.destroy(order(1))).unwrap();
    let gone = Some(KeyVaultError::NotFound(order(1)));
    assert_eq!(wait(vault.export(order(1))).err(), gone);
    assert_eq!(
        wait(vault.csr(order(1), &names(&["a.example"]))).err(),
        gone
    );
    assert_eq!(
        wait(vault.make(order(1), P256)),
        Err(KeyVaultError::Destroyed(order(1))),
        "a late repeat brings nothing back"
    );
    assert!(wait(vault.export(order(2))).is_ok());
    // Also where the destruction overtook the making.
    wait(vault.destroy(order(3))).unwrap();
    assert!(wait(vault.make(order(3), P256)).is_err());
}

#[test]
fn without_key_or_name_there_is_no_request() {
    let vault = MemoryKeyVault::new();
    let missing = Some(KeyVaultError::NotFound(order(1)));
    assert_eq!(wait(vault.export(order(1))).err(), missing);
    assert_eq!(
        wait(vault.csr(order(1), &names(&["a.example"]))).err(),
        missing
    );
    wait(vault.make(order(1), P256)).unwrap();
    assert_eq!(wait(vault.csr(order(1), &[])), Err(KeyVaultError::NoNames));
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

#[test]
fn many_threads_make_one_key() {
    let vault = MemoryKeyVault::new();
    let made: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| wait(vault.make(order(1), P256)).unwrap()))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(made.windows(2).all(|pair| pair[0] == pair[1]));
}
