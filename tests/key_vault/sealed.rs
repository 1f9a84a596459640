//! The vault over rows: restarts, races, rotation, and rows that are not what was put in.

use std::sync::Arc;

use cert_lifecycle::adapter::envelope::{Envelope, SealedKey, SealedKeyVault};
use cert_lifecycle::model::Note;
use cert_lifecycle::pki::{Limits, parse_private_key};
use cert_lifecycle::port::{KeyRow, KeyRows, KeyRowsError, KeyVault, KeyVaultError};
use pollster::block_on;

use super::rows::{MemoryRows, envelope, kek, kek_id, sealed_vault};
use super::{P256, P384, names, order, unusable};

#[test]
fn a_new_vault_over_the_same_rows_has_the_same_keys() {
    let rows = Arc::new(MemoryRows::default());
    let vault = sealed_vault(&rows);
    let made = block_on(vault.make(order(1), P256)).unwrap();
    let key = block_on(vault.export(order(1))).unwrap();
    block_on(vault.destroy(order(2))).unwrap();
    drop(vault);

    // Behind a trait object, as whoever chooses a database at run time has them.
    let rows: Arc<dyn KeyRows> = rows;
    let vault = SealedKeyVault::new(envelope(), rows);
    assert_eq!(block_on(vault.make(order(1), P256)), Ok(made));
    let again = block_on(vault.export(order(1))).unwrap();
    assert_eq!(again.expose(), key.expose());
    let destroyed = Err(KeyVaultError::Destroyed(order(2)));
    assert_eq!(block_on(vault.make(order(2), P256)), destroyed);
}

#[test]
fn rows_hold_nothing_of_a_key() {
    let rows = Arc::new(MemoryRows::default());
    let vault = sealed_vault(&rows);
    block_on(vault.make(order(1), P256)).unwrap();
    let pem = block_on(vault.export(order(1))).unwrap();
    let key = parse_private_key(pem.expose().as_bytes(), &Limits::default()).unwrap();
    let row = rows.sealed(order(1));
    for piece in key.secret_der().windows(8) {
        assert!(!row.windows(8).any(|bytes| bytes == piece));
    }
    block_on(vault.destroy(order(1))).unwrap();
    assert_eq!(rows.rows().get(&order(1)), Some(&KeyRow::Destroyed));
}

#[test]
fn whoever_puts_the_row_in_first_makes_the_key() {
    let theirs = Arc::new(MemoryRows::default());
    let made = block_on(sealed_vault(&theirs).make(order(1), P256)).unwrap();
    let rows = Arc::new(MemoryRows::default());
    let vault = sealed_vault(&rows);
    rows.race(KeyRow::Sealed(theirs.sealed(order(1))));
    assert_eq!(block_on(vault.make(order(1), P256)), Ok(made));

    rows.race(KeyRow::Sealed(theirs.sealed(order(1))));
    rows.rows().clear();
    let mismatch = KeyVaultError::KindMismatch {
        order: order(1),
        existing: P256,
    };
    assert_eq!(block_on(vault.make(order(1), P384)), Err(mismatch));

    rows.race(KeyRow::Destroyed);
    let destroyed = Err(KeyVaultError::Destroyed(order(2)));
    assert_eq!(block_on(vault.make(order(2), P256)), destroyed);
}

#[test]
fn rows_that_were_exchanged_are_not_used() {
    let rows = Arc::new(MemoryRows::default());
    let vault = sealed_vault(&rows);
    block_on(vault.make(order(1), P256)).unwrap();
    block_on(vault.make(order(2), P256)).unwrap();
    let stranger = rows.sealed(order(1));
    rows.rows()
        .insert(order(2), KeyRow::Sealed(stranger.clone()));
    unusable(
        &vault,
        order(2),
        "it is sealed for order 1, not for order 2",
    );
    assert_eq!(
        rows.sealed(order(2)),
        stranger,
        "nothing is put in its place"
    );
    // It can still be destroyed.
    block_on(vault.destroy(order(2))).unwrap();
    let destroyed = Err(KeyVaultError::Destroyed(order(2)));
    assert_eq!(block_on(vault.make(order(2), P256)), destroyed);
}

#[test]
fn damaged_rows_are_not_used() {
    let rows = Arc::new(MemoryRows::default());
    let vault = sealed_vault(&rows);
    block_on(vault.make(order(1), P256)).unwrap();
    let good = rows.sealed(order(1));
    let (last, body) = good.split_last().unwrap();
    let damaged = [
        (vec![], "the sealed key is cut off"),
        (body.to_vec(), "the sealed key is cut off"),
        ([&good[..], &[0]].concat(), "1 bytes follow the sealed key"),
        ([body, &[last ^ 1]].concat(), "it is damaged, exchanged"),
        (vec![9; 200], "the sealed key has the form 9, known is 1"),
    ];
    for (row, reason) in damaged {
        rows.rows().insert(order(1), KeyRow::Sealed(row));
        unusable(&vault, order(1), reason);
    }
    // Authentic, but not a key.
    for secret in [
        &b"a password"[..],
        include_bytes!("../data/pki/public-test-key-p256-sec1.der"),
        include_bytes!("../data/pki/public-test-key-ed25519-pkcs8.pem"),
    ] {
        let sealed = envelope().seal(order(1), secret).unwrap().to_bytes();
        rows.rows().insert(order(1), KeyRow::Sealed(sealed));
        unusable(&vault, order(1), "its row holds no private key");
    }
    rows.rows().insert(order(1), KeyRow::Sealed(good));
    assert!(block_on(vault.export(order(1))).is_ok());
}

#[test]
fn a_key_encryption_key_that_is_missing_or_wrong_is_told() {
    let rows = Arc::new(MemoryRows::default());
    let made = block_on(sealed_vault(&rows).make(order(1), P256)).unwrap();
    let row = rows.sealed(order(1));

    let stranger = Envelope::new(kek_id("2027"), kek(8));
    let vault = SealedKeyVault::new(stranger, Arc::clone(&rows));
    unusable(
        &vault,
        order(1),
        "the key-encryption key 2026, which is not known here",
    );
    let namesake = Envelope::new(kek_id("2026"), kek(8));
    let vault = SealedKeyVault::new(namesake, Arc::clone(&rows));
    unusable(&vault, order(1), "another key-encryption key of that id");

    assert_eq!(rows.sealed(order(1)), row);
    let vault = sealed_vault(&rows);
    assert_eq!(block_on(vault.make(order(1), P256)), Ok(made));
}

#[test]
fn rotation_leaves_the_keys_as_they_are() {
    let rows = Arc::new(MemoryRows::default());
    let vault = sealed_vault(&rows);
    let made = [1, 2].map(|id| block_on(vault.make(order(id), P256)).unwrap());

    // Both keys are known while the rows are gone through.
    let both = Envelope::new(kek_id("2027"), kek(8))
        .with_known(kek_id("2026"), kek(0xA7))
        .unwrap();
    let vault = SealedKeyVault::new(both.clone(), Arc::clone(&rows));
    let old = SealedKey::from_bytes(&rows.sealed(order(1))).unwrap();
    let new = both.rewrap(&old).unwrap();
    assert_eq!((old.kek(), new.kek()), (kek_id("2026"), kek_id("2027")));
    rows.rows().insert(order(1), KeyRow::Sealed(new.to_bytes()));
    for (id, made) in (1..).zip(made) {
        assert_eq!(block_on(vault.make(order(id), P256)), Ok(made));
    }
    block_on(vault.make(order(3), P256)).unwrap();

    // Without the old one, what was not rewrapped is told, and the rest works.
    let only_new = Envelope::new(kek_id("2027"), kek(8));
    let vault = SealedKeyVault::new(only_new, Arc::clone(&rows));
    assert_eq!(block_on(vault.make(order(1), P256)), Ok(made[0]));
    assert!(block_on(vault.csr(order(3), &names(&["a.example"]))).is_ok());
    unusable(&vault, order(2), "the key-encryption key 2026");
}

#[test]
fn rows_that_are_away_can_be_asked_again() {
    let rows = Arc::new(MemoryRows::default());
    let vault = sealed_vault(&rows);
    let down = || KeyRowsError::new("the connection was closed");
    let away = KeyVaultError::Unavailable(Note::new("the connection was closed").ok());
    assert!(away.retry_helps() && down().retry_helps());
    assert_eq!(
        down().reason(),
        Note::new("the connection was closed").ok().as_ref()
    );
    rows.fail_once(down());
    assert_eq!(block_on(vault.make(order(1), P256)), Err(away.clone()));
    block_on(vault.make(order(1), P256)).unwrap();
    rows.fail_once(down());
    let request = block_on(vault.csr(order(1), &names(&["a.example"])));
    assert_eq!(request, Err(away.clone()));
    rows.fail_once(down());
    assert_eq!(block_on(vault.export(order(1))).err(), Some(away.clone()));
    rows.fail_once(down());
    assert_eq!(block_on(vault.destroy(order(1))), Err(away));
    assert!(block_on(vault.export(order(1))).is_ok());
    block_on(vault.destroy(order(1))).unwrap();
    assert!(block_on(vault.export(order(1))).is_err());
}

#[test]
fn nothing_shows_a_key() {
    let rows = Arc::new(MemoryRows::default());
    let vault = sealed_vault(&rows);
    block_on(vault.make(order(1), P256)).unwrap();
    let shown = format!("{vault:?}");
    let envelope = r#"Envelope { current: KekId("2026"), known: {}, .. }"#;
    assert_eq!(
        shown,
        format!("SealedKeyVault {{ envelope: {envelope}, .. }}")
    );
    assert_eq!(vault.rows().rows().len(), 1);
    let row = rows.rows()[&order(1)].clone();
    let length = rows.sealed(order(1)).len();
    assert_eq!(format!("{row:?}"), format!("Sealed({length} bytes)"));
    assert_eq!(format!("{:?}", KeyRow::Destroyed), "Destroyed");
}
