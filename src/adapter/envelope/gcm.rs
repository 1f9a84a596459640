//! AES-256-GCM with a random nonce for each message.

use std::vec::Vec;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use super::EnvelopeError;

/// Bytes of a key.
pub(super) const KEY: usize = 32;
/// Bytes of a nonce.
pub(super) const NONCE: usize = 12;
/// Bytes by which a message grows.
pub(super) const TAG: usize = 16;

/// An encrypted message: its nonce, and the bytes with their tag.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Locked {
    pub(super) nonce: [u8; NONCE],
    pub(super) bytes: Vec<u8>,
}

/// Encrypts; `context` must be the same when it is decrypted.
pub(super) fn lock(key: &[u8; KEY], context: &[u8], plain: &[u8]) -> Result<Locked, EnvelopeError> {
    let key = cipher(key)?;
    let mut buffer = Zeroizing::new(plain.to_vec());
    let (nonce, tag) = key
        .seal_in_place_separate_tag(Aad::from(context), &mut buffer)
        .map_err(|_| EnvelopeError::Cryptography)?;
    // Encrypted by now: growing leaves no copy of a secret.
    let mut bytes = core::mem::take(&mut *buffer);
    bytes.extend_from_slice(tag.as_ref());
    let nonce = *nonce.as_ref();
    Ok(Locked { nonce, bytes })
}

/// Decrypts what was encrypted with the same key and context, and nothing else.
pub(super) fn unlock(
    key: &[u8; KEY],
    context: &[u8],
    locked: &Locked,
) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    let key = cipher(key)?;
    let mut buffer = Zeroizing::new(locked.bytes.clone());
    let nonce = Nonce::assume_unique_for_key(locked.nonce);
    let length = key
        .open_in_place(nonce, Aad::from(context), &mut buffer)
        .map_err(|_| EnvelopeError::Inauthentic)?
        .len();
    buffer.truncate(length);
    Ok(buffer)
}

fn cipher(key: &[u8; KEY]) -> Result<RandomizedNonceKey, EnvelopeError> {
    RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| EnvelopeError::Cryptography)
}
