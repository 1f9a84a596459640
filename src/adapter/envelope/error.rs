//! What can go wrong when keys are sealed and opened.

use std::string::ToString;

use super::{KekId, KeyEncryptionKey, SealedKey};
use crate::model::{OrderId, TextError};
use crate::port::KeyVaultError;

/// Why an envelope did not seal or open. Nothing of a key is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// A key-encryption key of the wrong length.
    #[error("a key-encryption key has {wanted} bytes, not {0}", wanted = KeyEncryptionKey::BYTES)]
    KekLength(usize),
    /// Two key-encryption keys with one id.
    #[error("there is a key-encryption key {0} already")]
    KekTwice(KekId),
    /// It was sealed with a key-encryption key that the envelope does not know: add it for reading.
    #[error("it is sealed with the key-encryption key {0}, which is not known here")]
    UnknownKek(KekId),
    /// A secret that is empty or longer than [`SealedKey::SECRET_LIMIT`].
    #[error(
        "a secret of 1 to {limit} bytes can be sealed, not of {0}",
        limit = SealedKey::SECRET_LIMIT
    )]
    SecretLength(usize),
    /// It was sealed for another order: rows were exchanged.
    #[error("it is sealed for order {found}, not for order {asked}")]
    WrongOrder {
        /// The order that it was to be opened for.
        asked: OrderId,
        /// The order that it says it was sealed for.
        found: OrderId,
    },
    /// It is not what was sealed: damaged, put together from several, or sealed with a
    /// key-encryption key of the same id but other bytes.
    #[error("it is damaged, exchanged, or sealed with another key-encryption key of that id")]
    Inauthentic,
    /// The crypto library failed, as it does without randomness. The same call may be made again.
    #[error("the cryptography failed")]
    Cryptography,
}

impl EnvelopeError {
    /// Whether the same call may succeed later, with nothing put right.
    #[must_use]
    pub const fn retry_helps(&self) -> bool {
        match self {
            Self::Cryptography => true,
            Self::KekLength(_)
            | Self::KekTwice(_)
            | Self::UnknownKek(_)
            | Self::SecretLength(_)
            | Self::WrongOrder { .. }
            | Self::Inauthentic => false,
        }
    }

    /// What the port says of it.
    pub(super) fn at_port(&self, order: OrderId) -> KeyVaultError {
        let reason = self.to_string();
        if self.retry_helps() {
            KeyVaultError::unavailable(&reason)
        } else {
            KeyVaultError::unusable(order, &reason)
        }
    }
}

/// Why bytes are not a [`SealedKey`]. Whether they are an authentic one shows when they are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedKeyError {
    /// They end too early, or there are none.
    #[error("the sealed key is cut off")]
    Truncated,
    /// They go on behind the end.
    #[error("{0} bytes follow the sealed key")]
    Trailing(usize),
    /// A form that this version of the crate does not know.
    #[error("the sealed key has the form {0}, known is {known}", known = SealedKey::VERSION)]
    Version(u8),
    /// No order id.
    #[error("the sealed key names no order")]
    Order,
    /// No id of a key-encryption key.
    #[error("the sealed key names no key-encryption key: {0}")]
    Kek(TextError),
    /// The encrypted part is shorter or longer than that of any secret that can be sealed.
    #[error("the encrypted part of the sealed key can't have {0} bytes")]
    Length(usize),
}
