//! What every key vault owes its caller, whatever it keeps keys in.

use std::thread;

use cert_lifecycle::model::{Curve, KeyKind, OrderId, Possession};
use cert_lifecycle::pki::{KeyEncoding, Limits, parse_csr, parse_private_key};
use cert_lifecycle::port::{KeyVault, KeyVaultError};
use pollster::block_on;

use super::{P256, P384, names, order};

/// Holds an empty vault to the contract of the port. Orders 1 to 99 are the contract's.
pub(crate) fn holds(vault: &dyn KeyVault) {
    a_key_is_made_once(vault, order(1), order(2));
    only_strong_known_kinds_are_made(vault, order(3));
    a_request_is_signed_with_the_key(vault, order(4));
    the_exported_key_is_the_one_that_was_made(vault, order(5));
    without_key_or_name_there_is_no_request(vault, order(6));
    what_is_destroyed_stays_so(vault, order(7), order(8));
    destruction_may_come_first(vault, order(9));
    the_first_thing_that_is_wrong_is_told(vault, order(10), order(11));
    many_threads_make_one_key(vault, order(12));
    no_thread_brings_a_key_back(vault, 20..60);
    a_key_from_elsewhere_is_kept_like_its_own(vault, 61);
}

/// Each structure that [`KeyVault::put`] names, and which public test key it holds.
const FROM_ELSEWHERE: [(&str, &[u8]); 5] = [
    (
        "rsa in PKCS #1",
        include_bytes!("../data/pki/public-test-key-rsa2048-pkcs1.pem"),
    ),
    (
        "rsa in PKCS #8",
        include_bytes!("../data/pki/public-test-key-rsa2048-pkcs8.pem"),
    ),
    (
        "P-256 in SEC 1",
        include_bytes!("../data/pki/public-test-key-p256-sec1.pem"),
    ),
    (
        "P-384 in PKCS #8",
        include_bytes!("../data/pki/public-test-key-p384-pkcs8.pem"),
    ),
    (
        "P-521 in PKCS #8",
        include_bytes!("../data/pki/public-test-key-p521-pkcs8.pem"),
    ),
];

fn a_key_from_elsewhere_is_kept_like_its_own(vault: &dyn KeyVault, first: u64) {
    let key = |pem: &[u8]| parse_private_key(pem, &Limits::default()).unwrap();
    for ((what, pem), id) in FROM_ELSEWHERE.into_iter().zip(first..) {
        let (own, order) = (key(pem), order(id));
        assert!(vault.takes(own.kind()), "{what}");
        let put = block_on(vault.put(order, own.secret_der())).unwrap();
        assert_eq!((put.kind, put.spki), (own.kind(), own.spki()), "{what}");
        let again = block_on(vault.put(order, own.secret_der()));
        assert_eq!(again, Ok(put), "{what}: a repeat changes nothing");
        assert_eq!(block_on(vault.make(order, own.kind())), Ok(put), "{what}");
        let exported = block_on(vault.export(order)).unwrap();
        let exported = key(exported.expose().as_bytes());
        assert_eq!(exported.encoding(), KeyEncoding::Pkcs8, "{what}");
        assert_eq!(exported.spki(), own.spki(), "{what}");
    }
    let (held, strange) = (order(first), key(FROM_ELSEWHERE[2].1));
    let other = block_on(vault.put(held, strange.secret_der()));
    assert_eq!(other, Err(KeyVaultError::OtherKey(held)));
    block_on(vault.destroy(held)).unwrap();
    let late = block_on(vault.put(held, strange.secret_der()));
    assert_eq!(late, Err(KeyVaultError::Destroyed(held)));

    let ed25519 = key(include_bytes!(
        "../data/pki/public-test-key-ed25519-pkcs8.pem"
    ));
    assert!(!vault.takes(ed25519.kind()));
    for strange in [ed25519.secret_der(), b"no key", b""] {
        let refused = block_on(vault.put(order(first + 10), strange));
        assert_eq!(refused, Err(KeyVaultError::NotTaken));
    }
    is_gone(vault, order(first + 10));
}

fn a_key_is_made_once(vault: &dyn KeyVault, one: OrderId, two: OrderId) {
    let first = block_on(vault.make(one, P256)).unwrap();
    assert_eq!(first.kind, P256);
    assert_eq!(block_on(vault.make(one, P256)).unwrap(), first);
    let other = block_on(vault.make(two, P256)).unwrap();
    assert_ne!(other.spki, first.spki, "each order has a key of its own");
    let mismatch = KeyVaultError::KindMismatch {
        order: one,
        existing: P256,
    };
    assert_eq!(block_on(vault.make(one, P384)), Err(mismatch));
    assert_eq!(block_on(vault.make(one, P256)).unwrap(), first);
}

fn only_strong_known_kinds_are_made(vault: &dyn KeyVault, order: OrderId) {
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
        assert_eq!(block_on(vault.make(order, kind)), Err(refused));
    }
    // A refusal leaves no trace.
    assert!(block_on(vault.make(order, P256)).is_ok());
}

fn a_request_is_signed_with_the_key(vault: &dyn KeyVault, order: OrderId) {
    let made = block_on(vault.make(order, P384)).unwrap();
    let asked = names(&["www.example.com", "*.example.com", "xn--bcher-kva.example"]);
    let der = block_on(vault.csr(order, &asked)).unwrap();
    let csr = parse_csr(&der, &Limits::default()).unwrap();
    assert_eq!(csr.possession(), Possession::Proved);
    assert_eq!((csr.key(), csr.spki()), (made.kind, made.spki));
    let common_name = csr.common_name().map(|name| name.text().to_owned());
    assert_eq!(common_name.as_deref(), Some("www.example.com"));

    let long = format!("{}.example.com", "a".repeat(63));
    let der = block_on(vault.csr(order, &names(&[&long]))).unwrap();
    let csr = parse_csr(&der, &Limits::default()).unwrap();
    assert!(csr.common_name().is_none(), "a common name is not so long");
}

fn the_exported_key_is_the_one_that_was_made(vault: &dyn KeyVault, order: OrderId) {
    let made = block_on(vault.make(order, P384)).unwrap();
    let key = block_on(vault.export(order)).unwrap();
    assert!(key.expose().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    let read = parse_private_key(key.expose().as_bytes(), &Limits::default()).unwrap();
    assert_eq!(read.encoding(), KeyEncoding::Pkcs8);
    assert_eq!((read.kind(), read.spki()), (made.kind, made.spki));
    let again = block_on(vault.export(order)).unwrap();
    assert_eq!(again.expose(), key.expose());
}

fn without_key_or_name_there_is_no_request(vault: &dyn KeyVault, order: OrderId) {
    let missing = Some(KeyVaultError::NotFound(order));
    let name = names(&["a.example"]);
    assert_eq!(block_on(vault.export(order)).err(), missing);
    assert_eq!(block_on(vault.csr(order, &name)).err(), missing);
    block_on(vault.make(order, P256)).unwrap();
    let nameless = block_on(vault.csr(order, &[]));
    assert_eq!(nameless, Err(KeyVaultError::NoNames));
}

fn what_is_destroyed_stays_so(vault: &dyn KeyVault, one: OrderId, two: OrderId) {
    block_on(vault.make(one, P256)).unwrap();
    block_on(vault.make(two, P256)).unwrap();
    block_on(vault.destroy(one)).unwrap();
    block_on(vault.destroy(one)).unwrap();
    is_gone(vault, one);
    let late = block_on(vault.make(one, P256));
    let gone = Err(KeyVaultError::Destroyed(one));
    assert_eq!(late, gone, "a late repeat brings nothing back");
    is_gone(vault, one);
    assert!(block_on(vault.export(two)).is_ok());
}

fn is_gone(vault: &dyn KeyVault, order: OrderId) {
    let gone = Some(KeyVaultError::NotFound(order));
    let name = names(&["a.example"]);
    assert_eq!(block_on(vault.export(order)).err(), gone);
    assert_eq!(block_on(vault.csr(order, &name)).err(), gone);
}

fn destruction_may_come_first(vault: &dyn KeyVault, order: OrderId) {
    block_on(vault.destroy(order)).unwrap();
    let overtaken = block_on(vault.make(order, P256));
    assert_eq!(overtaken, Err(KeyVaultError::Destroyed(order)));
    is_gone(vault, order);
}

fn the_first_thing_that_is_wrong_is_told(vault: &dyn KeyVault, held: OrderId, none: OrderId) {
    block_on(vault.make(held, P256)).unwrap();
    let mismatch = KeyVaultError::KindMismatch {
        order: held,
        existing: P256,
    };
    let other = block_on(vault.make(held, KeyKind::Ed25519));
    assert_eq!(other, Err(mismatch));
    let nameless = block_on(vault.csr(none, &[]));
    assert_eq!(nameless, Err(KeyVaultError::NotFound(none)));
    block_on(vault.destroy(none)).unwrap();
    let destroyed = block_on(vault.make(none, KeyKind::Ed25519));
    assert_eq!(destroyed, Err(KeyVaultError::Destroyed(none)));
}

fn many_threads_make_one_key(vault: &dyn KeyVault, order: OrderId) {
    let made: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| block_on(vault.make(order, P256)).unwrap()))
            .collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| thread.join().unwrap();
        threads.into_iter().map(join).collect()
    });
    assert!(made.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(block_on(vault.make(order, P256)).unwrap(), made[0]);
}

fn no_thread_brings_a_key_back(vault: &dyn KeyVault, orders: core::ops::Range<u64>) {
    for order in orders.map(order) {
        thread::scope(|scope| {
            let make = || match block_on(vault.make(order, P256)) {
                Ok(_) => {}
                Err(error) => assert_eq!(error, KeyVaultError::Destroyed(order)),
            };
            scope.spawn(make);
            scope.spawn(make);
            scope.spawn(|| block_on(vault.destroy(order)).unwrap());
            scope.spawn(|| block_on(vault.destroy(order)).unwrap());
        });
        is_gone(vault, order);
        let late = block_on(vault.make(order, P256));
        assert_eq!(late, Err(KeyVaultError::Destroyed(order)));
    }
}
