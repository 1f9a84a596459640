//! Envelope encryption of keys that lie in somebody's database, and a key vault over its rows.
//!
//! Each key is encrypted with a data key of its own (AES-256-GCM), and that with a key-encryption
//! key, which never comes near the database. What is authenticated binds the form, the
//! key-encryption key's id and the order: a row that was changed, or moved to another order, is not
//! opened.
//!
//! **Rotation.** Give every process the new key-encryption key [for reading](Envelope::with_known),
//! then make it the current one, then [`rewrap`](Envelope::rewrap) the rows that others still
//! encrypt; after that the old one can go. The keys themselves stay as they are.

mod error;
mod gcm;
mod kek;
mod sealed;
mod vault;

use core::fmt;
use std::collections::BTreeMap;
use std::vec::Vec;

use zeroize::Zeroizing;

pub use error::{EnvelopeError, SealedKeyError};
pub use kek::{KekId, KeyEncryptionKey};
pub use sealed::SealedKey;
pub use vault::SealedKeyVault;

use crate::model::OrderId;

/// Begins what is authenticated, so that it is taken for nothing else that the keys may be used for.
const CONTEXT: &[u8] = b"cert-lifecycle sealed key";

/// Key-encryption keys: one that new keys are sealed with, and any number that are known for
/// reading.
///
/// Nonces are random, so one key-encryption key should seal no more than 2^32 keys. `Debug` shows
/// ids alone.
///
/// ```
/// use cert_lifecycle::adapter::envelope::{Envelope, KekId, KeyEncryptionKey, SealedKey};
/// use cert_lifecycle::model::OrderId;
/// # let (this_years_key, next_years_key) = ([7; 32], [8; 32]);
/// let (old, new) = (KekId::new("2026")?, KekId::new("2027")?);
/// let old_key = KeyEncryptionKey::from_slice(&this_years_key)?;
/// let new_key = KeyEncryptionKey::from_slice(&next_years_key)?;
/// let order = OrderId::new(1)?;
///
/// let row = Envelope::new(old, old_key.clone()).seal(order, b"a key in PKCS #8")?.to_bytes();
///
/// // The next year, each row once; store it where the row is still the old one.
/// let envelope = Envelope::new(new, new_key).with_known(old, old_key)?;
/// let sealed = SealedKey::from_bytes(&row)?;
/// assert_eq!(sealed.kek(), old);
/// let row = envelope.rewrap(&sealed)?.to_bytes();
/// let sealed = SealedKey::from_bytes(&row)?;
/// assert_eq!(sealed.kek(), new);
/// assert_eq!(envelope.open(order, &sealed)?.expose(), b"a key in PKCS #8");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Envelope {
    current: KekId,
    current_key: KeyEncryptionKey,
    known: BTreeMap<KekId, KeyEncryptionKey>,
}

impl Envelope {
    /// With the key-encryption key that new keys are sealed with.
    #[must_use]
    pub const fn new(current: KekId, key: KeyEncryptionKey) -> Self {
        Self {
            current,
            current_key: key,
            known: BTreeMap::new(),
        }
    }

    /// Adds a key-encryption key for reading: a former one, or the next.
    ///
    /// # Errors
    /// [`EnvelopeError::KekTwice`] if the id is taken.
    pub fn with_known(mut self, id: KekId, key: KeyEncryptionKey) -> Result<Self, EnvelopeError> {
        if self.kek(id).is_ok() {
            return Err(EnvelopeError::KekTwice(id));
        }
        self.known.insert(id, key);
        Ok(self)
    }

    /// The key-encryption key that new keys are sealed with.
    #[must_use]
    pub const fn current(&self) -> KekId {
        self.current
    }

    /// Encrypts the secret key of an order, PKCS #8 in DER or whatever it is, for this order alone.
    ///
    /// # Errors
    /// [`EnvelopeError::SecretLength`] outside 1 to [`SealedKey::SECRET_LIMIT`] bytes,
    /// [`EnvelopeError::Cryptography`].
    pub fn seal(&self, order: OrderId, secret: &[u8]) -> Result<SealedKey, EnvelopeError> {
        if secret.is_empty() || secret.len() > SealedKey::SECRET_LIMIT {
            return Err(EnvelopeError::SecretLength(secret.len()));
        }
        let mut data_key = Zeroizing::new([0; gcm::KEY]);
        aws_lc_rs::rand::fill(data_key.as_mut_slice()).map_err(|_| EnvelopeError::Cryptography)?;
        let secret = gcm::lock(&data_key, &secret_context(order), secret)?;
        self.wrap(order, &data_key, secret)
    }

    /// Decrypts the secret key of an order.
    ///
    /// # Errors
    /// [`EnvelopeError::WrongOrder`] if it is sealed for another one,
    /// [`EnvelopeError::UnknownKek`], [`EnvelopeError::Inauthentic`] for anything else that was not
    /// sealed so.
    pub fn open(&self, order: OrderId, sealed: &SealedKey) -> Result<Secret, EnvelopeError> {
        if sealed.order != order {
            let found = sealed.order;
            return Err(EnvelopeError::WrongOrder {
                asked: order,
                found,
            });
        }
        let data_key = self.data_key(sealed)?;
        gcm::unlock(&data_key, &secret_context(order), &sealed.secret).map(Secret)
    }

    /// Encrypts the data key anew with the current key-encryption key. The secret stays encrypted
    /// as it is, and is not looked at: damage to it shows when it is opened.
    ///
    /// # Errors
    /// [`EnvelopeError::UnknownKek`], [`EnvelopeError::Inauthentic`],
    /// [`EnvelopeError::Cryptography`].
    pub fn rewrap(&self, sealed: &SealedKey) -> Result<SealedKey, EnvelopeError> {
        let data_key = self.data_key(sealed)?;
        self.wrap(sealed.order, &data_key, sealed.secret.clone())
    }

    fn wrap(
        &self,
        order: OrderId,
        data_key: &[u8; gcm::KEY],
        secret: gcm::Locked,
    ) -> Result<SealedKey, EnvelopeError> {
        let kek = self.current;
        let context = data_key_context(order, kek);
        Ok(SealedKey {
            order,
            kek,
            data_key: gcm::lock(self.current_key.bytes(), &context, data_key)?,
            secret,
        })
    }

    fn data_key(&self, sealed: &SealedKey) -> Result<Zeroizing<[u8; gcm::KEY]>, EnvelopeError> {
        let context = data_key_context(sealed.order, sealed.kek);
        let bytes = gcm::unlock(self.kek(sealed.kek)?.bytes(), &context, &sealed.data_key)?;
        let mut data_key = Zeroizing::new([0; gcm::KEY]);
        let bytes: &[u8; gcm::KEY] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| EnvelopeError::Inauthentic)?;
        data_key.copy_from_slice(bytes);
        Ok(data_key)
    }

    fn kek(&self, id: KekId) -> Result<&KeyEncryptionKey, EnvelopeError> {
        if id == self.current {
            Ok(&self.current_key)
        } else {
            self.known.get(&id).ok_or(EnvelopeError::UnknownKek(id))
        }
    }
}

/// What an encrypted data key is bound to.
fn data_key_context(order: OrderId, kek: KekId) -> Vec<u8> {
    let mut context = context(b'k', order);
    context.extend(sealed::counted_id(kek));
    context
}

/// What an encrypted secret is bound to. Its data key stands for the key-encryption key, so that
/// this one can change.
fn secret_context(order: OrderId) -> Vec<u8> {
    context(b's', order)
}

fn context(part: u8, order: OrderId) -> Vec<u8> {
    let mut context = CONTEXT.to_vec();
    context.extend([SealedKey::VERSION, part]);
    context.extend(order.get().to_be_bytes());
    context
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("current", &self.current)
            .field("known", &self.known)
            .finish_non_exhaustive()
    }
}

/// A secret that was opened. Its memory is overwritten when it is dropped, and `Debug` does not
/// show it.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// The bytes that were sealed. The caller answers for every copy made of them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
