//! The stored form of a sealed key.
//!
//! ```text
//! 1       version: 1
//! 8       order, big-endian
//! 1, n    length of the key-encryption key's id, and the id in ASCII
//! 12, 48  nonce and data key, encrypted with the key-encryption key
//! 12      nonce of the secret
//! 2, m    length of the secret with its tag, big-endian, and both, encrypted with the data key
//! ```
//!
//! A later form gets another version, and this one stays readable.

use core::fmt;
use std::string::String;
use std::vec::Vec;

use super::gcm::{self, Locked};
use super::{KekId, SealedKeyError};
use crate::model::OrderId;

/// Bytes of an encrypted data key.
const DATA_KEY: usize = gcm::KEY.saturating_add(gcm::TAG);

/// A secret that is encrypted for one order: with a data key of its own, which is encrypted with a
/// key-encryption key.
///
/// Nothing in it is to be kept from anybody. [`Envelope`](super::Envelope) makes and opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey {
    pub(super) order: OrderId,
    pub(super) kek: KekId,
    pub(super) data_key: Locked,
    pub(super) secret: Locked,
}

impl SealedKey {
    /// The version of the byte form that is written.
    pub const VERSION: u8 = 1;

    /// The longest secret in bytes: 16,384. An RSA key of 4096 bits has 2,400.
    pub const SECRET_LIMIT: usize = 16_384;

    /// The order that it says it was sealed for; opening it proves that.
    #[must_use]
    pub const fn order(&self) -> OrderId {
        self.order
    }

    /// The key-encryption key that it says it was sealed with; opening it proves that.
    #[must_use]
    pub const fn kek(&self) -> KekId {
        self.kek
    }

    /// The bytes to be stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::from([Self::VERSION]);
        bytes.extend(self.order.get().to_be_bytes());
        bytes.extend(counted_id(self.kek));
        bytes.extend(self.data_key.nonce);
        bytes.extend(&self.data_key.bytes);
        bytes.extend(self.secret.nonce);
        // It is at most the limit and a tag.
        let length = u16::try_from(self.secret.bytes.len()).unwrap_or(u16::MAX);
        bytes.extend(length.to_be_bytes());
        bytes.extend(&self.secret.bytes);
        bytes
    }

    /// Reads stored bytes. Nothing is decrypted.
    ///
    /// # Errors
    /// [`SealedKeyError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealedKeyError> {
        let mut rest = bytes;
        let [version] = array(&mut rest)?;
        if version != Self::VERSION {
            return Err(SealedKeyError::Version(version));
        }
        let order = OrderId::new(u64::from_be_bytes(array(&mut rest)?))
            .map_err(|_| SealedKeyError::Order)?;
        let [length] = array(&mut rest)?;
        // A byte that is no ASCII becomes a character that no id holds.
        let id: String = slice(&mut rest, usize::from(length))?
            .iter()
            .map(|&byte| char::from(byte))
            .collect();
        let kek = KekId::new(&id).map_err(SealedKeyError::Kek)?;
        let data_key = Locked {
            nonce: array(&mut rest)?,
            bytes: array::<DATA_KEY>(&mut rest)?.to_vec(),
        };
        let nonce = array(&mut rest)?;
        let length = usize::from(u16::from_be_bytes(array(&mut rest)?));
        if !(gcm::TAG.saturating_add(1)..=Self::SECRET_LIMIT.saturating_add(gcm::TAG))
            .contains(&length)
        {
            return Err(SealedKeyError::Length(length));
        }
        let bytes = slice(&mut rest, length)?.to_vec();
        let secret = Locked { nonce, bytes };
        match rest.len() {
            0 => Ok(Self {
                order,
                kek,
                data_key,
                secret,
            }),
            trailing => Err(SealedKeyError::Trailing(trailing)),
        }
    }
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedKey")
            .field("order", &self.order)
            .field("kek", &self.kek)
            .finish_non_exhaustive()
    }
}

/// An id with its length before it, so that no two ids look alike whatever follows them.
pub(super) fn counted_id(kek: KekId) -> Vec<u8> {
    let id = kek.as_str().as_bytes();
    // An id has 32 bytes at most.
    let mut bytes = Vec::from([u8::try_from(id.len()).unwrap_or(u8::MAX)]);
    bytes.extend(id);
    bytes
}

fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], SealedKeyError> {
    let (first, others) = rest.split_first_chunk().ok_or(SealedKeyError::Truncated)?;
    *rest = others;
    Ok(*first)
}

fn slice<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], SealedKeyError> {
    let (first, others) = rest
        .split_at_checked(length)
        .ok_or(SealedKeyError::Truncated)?;
    *rest = others;
    Ok(first)
}
