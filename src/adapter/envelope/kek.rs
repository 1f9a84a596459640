//! Key-encryption keys.

use core::fmt;

use zeroize::Zeroizing;

use super::EnvelopeError;
use crate::model::text::{Inline, inline_text};

/// The id of a key-encryption key, such as `2026-07`: 1 to 32 bytes of printable ASCII without
/// spaces. It is stored beside what the key encrypts, and never means another key.
///
/// ```
/// use cert_lifecycle::adapter::envelope::KekId;
/// assert_eq!(KekId::new("2026-07")?.as_str(), "2026-07");
/// assert!(KekId::new("").is_err());
/// # Ok::<(), cert_lifecycle::model::TextError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KekId(Inline<32>);
inline_text!(KekId);

/// A key-encryption key: 256 bits from a good source of randomness, kept where the rows are not.
///
/// Its memory is overwritten when it is dropped, and `Debug` does not show it. The caller answers
/// for the bytes that it was made of.
///
/// ```
/// use cert_lifecycle::adapter::envelope::{EnvelopeError, KeyEncryptionKey};
/// # let from_your_secret_store = [7; 32];
/// let key = KeyEncryptionKey::from_slice(&from_your_secret_store)?;
/// assert_eq!(format!("{key:?}"), "KeyEncryptionKey(..)");
/// assert_eq!(KeyEncryptionKey::from_slice(b"password").err(), Some(EnvelopeError::KekLength(8)));
/// # Ok::<(), EnvelopeError>(())
/// ```
#[derive(Clone)]
pub struct KeyEncryptionKey(Zeroizing<[u8; Self::BYTES]>);

impl KeyEncryptionKey {
    /// The length of a key in bytes.
    pub const BYTES: usize = 32;

    /// Copies the bytes of a key.
    ///
    /// # Errors
    /// [`EnvelopeError::KekLength`] unless there are exactly 32.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() != Self::BYTES {
            return Err(EnvelopeError::KekLength(bytes.len()));
        }
        let mut key = Zeroizing::new([0; Self::BYTES]);
        key.copy_from_slice(bytes);
        Ok(Self(key))
    }

    pub(super) fn bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyEncryptionKey(..)")
    }
}
