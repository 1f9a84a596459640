//! Sealing and opening: what was sealed comes back, and nothing else ever does.

use cert_lifecycle::adapter::envelope::{
    Envelope, EnvelopeError, KekId, KeyEncryptionKey, SealedKey, SealedKeyError,
};
use cert_lifecycle::model::{OrderId, TextError};
use proptest::prelude::*;

use super::order;
use super::rows::{envelope, kek, kek_id};

const SECRET: &[u8] = b"a key in PKCS #8";

/// `SECRET`, sealed for the order 98987582437920968 by another implementation of AES-GCM. The data
/// key is 0x40 to 0x5f, the key-encryption key `2026-07` 0x00 to 0x1f, the nonces 0x80 to 0x8b and
/// 0xa0 to 0xab.
const FROZEN: &str = "01015facae886310c807323032362d3037808182838485868788898a8b20e42c\
     580557a7d6d6c25f7b0a3ee46af70fe7ac5ee55b5d75a4da93eaa163ab4fae23\
     60a96637b762b1c08dcd950b85a0a1a2a3a4a5a6a7a8a9aaab0020b6af6d5a9b\
     cbf543593f0abdda9c13ceed91819b17a91fee442cc5c61d9db134";

/// Where the encrypted data key begins in rows of the key-encryption key `2026`, and its length
/// with the nonce.
const DATA_KEY: (usize, usize) = (1 + 8 + 1 + 4, 12 + 48);

fn opened(envelope: &Envelope, order: OrderId, bytes: &[u8]) -> Option<Vec<u8>> {
    let sealed = SealedKey::from_bytes(bytes).ok()?;
    let secret = envelope.open(order, &sealed).ok()?;
    Some(secret.expose().to_vec())
}

#[test]
fn what_is_sealed_can_be_opened() {
    let longest = vec![7; SealedKey::SECRET_LIMIT];
    for secret in [&b"x"[..], SECRET, &longest] {
        let sealed = envelope().seal(order(1), secret).unwrap();
        assert_eq!((sealed.order(), sealed.kek()), (order(1), kek_id("2026")));
        let bytes = sealed.to_bytes();
        assert_eq!(SealedKey::from_bytes(&bytes).as_ref(), Ok(&sealed));
        assert_eq!(
            opened(&envelope(), order(1), &bytes).as_deref(),
            Some(secret)
        );
    }
    for length in [0, SealedKey::SECRET_LIMIT + 1] {
        let refused = envelope().seal(order(1), &vec![7; length]);
        assert_eq!(refused.err(), Some(EnvelopeError::SecretLength(length)));
    }
}

#[test]
fn the_form_of_version_1_is_frozen() {
    let bytes: Vec<u8> = (0..FROZEN.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&FROZEN[at..at + 2], 16).unwrap())
        .collect();
    let key: Vec<u8> = (0..32).collect();
    let key = KeyEncryptionKey::from_slice(&key).unwrap();
    let envelope = Envelope::new(kek_id("2026-07"), key);
    let order = OrderId::new(98_987_582_437_920_968).unwrap();
    let sealed = SealedKey::from_bytes(&bytes).unwrap();
    assert_eq!(envelope.open(order, &sealed).unwrap().expose(), SECRET);
    assert_eq!(sealed.to_bytes(), bytes);
}

#[test]
fn nothing_is_used_twice() {
    let first = envelope().seal(order(1), SECRET).unwrap().to_bytes();
    let second = envelope().seal(order(1), SECRET).unwrap().to_bytes();
    let (begin, length) = DATA_KEY;
    let secret = begin + length;
    assert_eq!(first[..begin], second[..begin]);
    for (what, range) in [
        ("the nonce of the data key", begin..begin + 12),
        ("the data key", begin + 12..secret),
        ("the nonce of the secret", secret..secret + 12),
        ("the secret", secret + 14..first.len()),
    ] {
        assert_ne!(first[range.clone()], second[range], "{what}");
    }
    // Neither is a nonce left at zero.
    assert_ne!(first[begin..begin + 12], [0; 12]);
}

#[test]
fn a_secret_is_opened_for_its_own_order_alone() {
    let sealed = envelope().seal(order(1), SECRET).unwrap();
    let wrong = EnvelopeError::WrongOrder {
        asked: order(2),
        found: order(1),
    };
    assert_eq!(envelope().open(order(2), &sealed).err(), Some(wrong));
    // Saying so in the row does not help.
    let mut bytes = sealed.to_bytes();
    bytes[8] = 2;
    let forged = SealedKey::from_bytes(&bytes).unwrap();
    assert_eq!(forged.order(), order(2));
    let refused = envelope().open(order(2), &forged).err();
    assert_eq!(refused, Some(EnvelopeError::Inauthentic));
    let refused = envelope().rewrap(&forged).err();
    assert_eq!(refused, Some(EnvelopeError::Inauthentic));
}

#[test]
fn parts_of_two_rows_make_no_third() {
    let (begin, length) = DATA_KEY;
    let one = envelope().seal(order(1), SECRET).unwrap().to_bytes();
    for other in [1, 2] {
        let mut mixed = envelope().seal(order(other), SECRET).unwrap().to_bytes();
        mixed[begin..begin + length].copy_from_slice(&one[begin..begin + length]);
        let mixed = SealedKey::from_bytes(&mixed).unwrap();
        let refused = envelope().open(order(other), &mixed).err();
        assert_eq!(refused, Some(EnvelopeError::Inauthentic), "{other}");
    }
}

#[test]
fn the_key_encryption_key_must_be_the_right_one() {
    let sealed = envelope().seal(order(1), SECRET).unwrap();
    let stranger = Envelope::new(kek_id("2027"), kek(8));
    let unknown = Some(EnvelopeError::UnknownKek(kek_id("2026")));
    assert_eq!(stranger.open(order(1), &sealed).err(), unknown);
    assert_eq!(stranger.rewrap(&sealed).err(), unknown);
    let namesake = Envelope::new(kek_id("2026"), kek(8));
    let wrong = Some(EnvelopeError::Inauthentic);
    assert_eq!(namesake.open(order(1), &sealed).err(), wrong);
    assert_eq!(namesake.rewrap(&sealed).err(), wrong);
    // One key under two ids: the id is bound all the same.
    let mut bytes = sealed.to_bytes();
    bytes[13] = b'7';
    let renamed = SealedKey::from_bytes(&bytes).unwrap();
    assert_eq!(renamed.kek(), kek_id("2027"));
    let twins = envelope().with_known(kek_id("2027"), kek(0xA7)).unwrap();
    assert_eq!(twins.open(order(1), &renamed).err(), wrong);
    assert!(twins.open(order(1), &sealed).is_ok());
}

#[test]
fn rotation_wraps_anew_and_leaves_the_secret() {
    let sealed = envelope().seal(order(1), SECRET).unwrap();
    let both = Envelope::new(kek_id("2027"), kek(8))
        .with_known(kek_id("2026"), kek(0xA7))
        .unwrap();
    assert_eq!(both.current(), kek_id("2027"));
    let rewrapped = both.rewrap(&sealed).unwrap();
    let (old, new) = (sealed.to_bytes(), rewrapped.to_bytes());
    let (begin, length) = DATA_KEY;
    assert_eq!(old[begin + length..], new[begin + length..]);
    assert_ne!(old[begin..begin + length], new[begin..begin + length]);

    let only_new = Envelope::new(kek_id("2027"), kek(8));
    assert_eq!(opened(&only_new, order(1), &new).as_deref(), Some(SECRET));
    assert_eq!(opened(&only_new, order(1), &old), None);
    assert_eq!(opened(&envelope(), order(1), &new), None);
    for sealed in [&old, &new] {
        assert_eq!(opened(&both, order(1), sealed).as_deref(), Some(SECRET));
    }
    for id in ["2026", "2027"] {
        let twice = both.clone().with_known(kek_id(id), kek(9)).err();
        assert_eq!(twice, Some(EnvelopeError::KekTwice(kek_id(id))));
    }
}

#[test]
fn a_key_encryption_key_has_256_bits() {
    for length in [0, 16, 31, 33] {
        let refused = KeyEncryptionKey::from_slice(&vec![1; length]).err();
        assert_eq!(refused, Some(EnvelopeError::KekLength(length)));
    }
    assert!(KekId::new(&"a".repeat(32)).is_ok());
    assert!(KekId::new(&"a".repeat(33)).is_err());
}

#[test]
fn what_is_no_sealed_key_is_told() {
    let good = envelope().seal(order(1), SECRET).unwrap().to_bytes();
    let told = |bytes: &[u8]| SealedKey::from_bytes(bytes).err();
    for length in 0..good.len() {
        assert_eq!(
            told(&good[..length]),
            Some(SealedKeyError::Truncated),
            "{length}"
        );
    }
    let long = [&good[..], &[0, 0]].concat();
    assert_eq!(told(&long), Some(SealedKeyError::Trailing(2)));
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = good.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        told(&changed)
    };
    for version in [0, 2, 255] {
        assert_eq!(with(0, &[version]), Some(SealedKeyError::Version(version)));
    }
    assert_eq!(with(1, &[0; 8]), Some(SealedKeyError::Order));
    assert_eq!(with(1, &[255; 8]), Some(SealedKeyError::Order));
    let blank = TextError::Character { at: 1 };
    assert_eq!(with(11, b" "), Some(SealedKeyError::Kek(blank)));
    assert_eq!(with(11, &[0xFF]), Some(SealedKeyError::Kek(blank)));
    assert_eq!(with(9, &[0]), Some(SealedKeyError::Kek(TextError::Empty)));
    let (begin, length) = DATA_KEY;
    let at = begin + length + 12;
    assert_eq!(with(at, &[0, 16]), Some(SealedKeyError::Length(16)));
    let most = u16::try_from(SealedKey::SECRET_LIMIT + 16).unwrap();
    assert_eq!(
        with(at, &most.to_be_bytes()),
        Some(SealedKeyError::Truncated)
    );
    let more = most + 1;
    let refused = Some(SealedKeyError::Length(usize::from(more)));
    assert_eq!(with(at, &more.to_be_bytes()), refused);
}

#[test]
fn nothing_shows_a_key() {
    let envelope = envelope().with_known(kek_id("2025"), kek(6)).unwrap();
    assert_eq!(
        format!("{envelope:?}"),
        r#"Envelope { current: KekId("2026"), known: {KekId("2025"): KeyEncryptionKey(..)}, .. }"#
    );
    let sealed = envelope.seal(order(1), SECRET).unwrap();
    assert_eq!(
        format!("{sealed:?}"),
        r#"SealedKey { order: OrderId(1), kek: KekId("2026"), .. }"#
    );
    let secret = envelope.open(order(1), &sealed).unwrap();
    assert_eq!(format!("{secret:?} {secret:#?}"), "Secret(..) Secret(..)");
}

#[test]
fn only_failing_cryptography_may_come_right_by_itself() {
    assert!(EnvelopeError::Cryptography.retry_helps());
    for error in [
        EnvelopeError::KekLength(1),
        EnvelopeError::KekTwice(kek_id("a")),
        EnvelopeError::UnknownKek(kek_id("a")),
        EnvelopeError::SecretLength(0),
        EnvelopeError::Inauthentic,
    ] {
        assert!(!error.retry_helps(), "{error}");
    }
}

/// Every bit of a row counts.
#[test]
fn no_single_bit_can_be_changed() {
    let twins = envelope().with_known(kek_id("2027"), kek(0xA7)).unwrap();
    let good = twins.seal(order(1), SECRET).unwrap().to_bytes();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut changed = good.clone();
            changed[at] ^= 1 << bit;
            for id in [1, 2, 3] {
                assert_eq!(opened(&twins, order(id), &changed), None, "{at}.{bit}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::cases::cases(512)))]

    /// Whatever is cut, put in or changed: either the bytes are the same, or nothing is opened.
    #[test]
    fn nothing_but_what_was_sealed_is_opened(
        secret in prop::collection::vec(any::<u8>(), 1..200),
        id in 1_u64..4,
        cut in any::<prop::sample::Index>(),
        gone in 0_usize..20,
        put_in in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let sealed = envelope().seal(order(id), &secret).unwrap();
        let good = sealed.to_bytes();
        let at = cut.index(good.len());
        let end = (at + gone).min(good.len());
        let mut changed = good.clone();
        changed.splice(at..end, put_in);
        let wrapped_anew = SealedKey::from_bytes(&changed)
            .ok()
            .and_then(|sealed| envelope().rewrap(&sealed).ok())
            .map(|sealed| sealed.to_bytes());
        for other in 1..4 {
            let expected = (changed == good && other == id).then_some(&secret);
            let found = opened(&envelope(), order(other), &changed);
            prop_assert_eq!(found.as_ref(), expected);
            let found = wrapped_anew
                .as_ref()
                .and_then(|bytes| opened(&envelope(), order(other), bytes));
            prop_assert_eq!(found.as_ref(), expected);
        }
    }

    #[test]
    fn bytes_of_all_kinds_are_read_or_refused(
        mut bytes in prop::collection::vec(any::<u8>(), 0..300),
        plausible in any::<bool>(),
    ) {
        if plausible {
            let head = [1, 0, 0, 0, 0, 0, 0, 0, 1, 4, b'2', b'0', b'2', b'6'];
            for (byte, head) in bytes.iter_mut().zip(head) {
                *byte = head;
            }
        }
        if let Ok(sealed) = SealedKey::from_bytes(&bytes) {
            prop_assert_eq!(sealed.to_bytes(), bytes);
            prop_assert!(envelope().open(sealed.order(), &sealed).is_err());
        }
    }
}
