//! Where keys are kept that the service makes for its customers.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use zeroize::Zeroizing;

use super::{Because, BoxFuture};
use crate::model::{DomainName, KeyKind, Note, OrderId, SpkiDigest};

/// A place that makes, uses, exports and destroys private keys, one for each order.
///
/// A vault never shows a key but through [`KeyVault::export`]: not in `Debug`, not in an error,
/// not in a log. What it keeps, it keeps zeroized when dropped, encrypted, or in files that only
/// their owner reads.
pub trait KeyVault: Send + Sync {
    /// Makes the key of an order, or says which one was made before.
    ///
    /// Idempotent: a repeat with the same kind gives the same facts and makes nothing new.
    ///
    /// # Errors
    /// [`KeyVaultError::UnsupportedKind`] for a kind that the vault does not make,
    /// [`KeyVaultError::KindMismatch`] if the order has a key of another kind,
    /// [`KeyVaultError::Destroyed`] if its key was destroyed: a late repeat must not bring a key
    /// back that nobody will destroy again. [`KeyVaultError::Unusable`] if there is a key that must
    /// not be used: no other is made in its place.
    fn make(&self, order: OrderId, kind: KeyKind)
    -> BoxFuture<'_, Result<KeyFacts, KeyVaultError>>;

    /// A certificate signing request (PKCS #10, DER) signed with the order's key.
    ///
    /// Its subject alternative names are `names`, in their order; its common name is the first of
    /// them, or none if that is longer than the 64 characters that a common name holds. Two calls
    /// may give different bytes, since ECDSA signatures are randomized.
    ///
    /// # Errors
    /// [`KeyVaultError::NotFound`] without a key, [`KeyVaultError::NoNames`] without a name,
    /// [`KeyVaultError::Unusable`] as in [`make`](KeyVault::make).
    fn csr<'a>(
        &'a self,
        order: OrderId,
        names: &'a [DomainName],
    ) -> BoxFuture<'a, Result<Arc<[u8]>, KeyVaultError>>;

    /// The private key of an order, to be handed to its owner.
    ///
    /// Whether the owner may have it is decided before; the vault does not ask.
    ///
    /// # Errors
    /// [`KeyVaultError::NotFound`] without a key, or after it was destroyed;
    /// [`KeyVaultError::Unusable`] as in [`make`](KeyVault::make).
    fn export(&self, order: OrderId) -> BoxFuture<'_, Result<ExportedKey, KeyVaultError>>;

    /// Whether the vault takes keys of a kind that were made elsewhere: [`put`](KeyVault::put) does not
    /// refuse them for their kind. A vault that says nothing else takes none.
    fn takes(&self, _kind: KeyKind) -> bool {
        false
    }

    /// Keeps a key that was made elsewhere, such as one that came with an uploaded certificate, as the
    /// key of an order. `der` is the private key in PKCS #8, PKCS #1 or SEC 1.
    ///
    /// Idempotent: a repeat with the same key gives the same facts and changes nothing. `Ok` only once
    /// it is kept as well as one that was [made](KeyVault::make).
    ///
    /// # Errors
    /// [`KeyVaultError::NotTaken`] for what is no key, or none that the vault takes: as it stands here
    /// that is every key. [`KeyVaultError::OtherKey`] if the order has another key,
    /// [`KeyVaultError::Destroyed`] and [`KeyVaultError::Unusable`] as in [`make`](KeyVault::make).
    fn put<'a>(
        &'a self,
        _order: OrderId,
        _der: &'a [u8],
    ) -> BoxFuture<'a, Result<KeyFacts, KeyVaultError>> {
        Box::pin(async { Err(KeyVaultError::NotTaken) })
    }

    /// Destroys the key of an order for good; afterwards none can be made for it.
    ///
    /// Idempotent: destroying what is gone, or never was, succeeds; so does destroying what cannot
    /// be used any more.
    ///
    /// # Errors
    /// [`KeyVaultError::Unavailable`]: the key may still be there, so ask again.
    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyVaultError>>;
}

/// What may be said about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyFacts {
    /// Its kind and size.
    pub kind: KeyKind,
    /// The digest of its public half.
    pub spki: SpkiDigest,
}

/// A private key in PKCS #8 PEM (`-----BEGIN PRIVATE KEY-----`), on its way to its owner.
///
/// Its memory is overwritten when it is dropped, and `Debug` does not show it.
///
/// ```
/// use cert_lifecycle::port::ExportedKey;
/// let key = ExportedKey::from_pem(String::from("-----BEGIN PRIVATE KEY-----\n..."));
/// assert_eq!(format!("{key:?}"), "ExportedKey(..)");
/// assert!(key.expose().starts_with("-----BEGIN PRIVATE KEY-----"));
/// ```
pub struct ExportedKey(Zeroizing<String>);

impl ExportedKey {
    /// Takes a key in PKCS #8 PEM; the text is not looked into.
    #[must_use]
    pub fn from_pem(pem: String) -> Self {
        Self(Zeroizing::new(pem))
    }

    /// The PEM text. The caller answers for every copy made of it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ExportedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExportedKey(..)")
    }
}

/// Why a vault did not do as asked. None of them carries anything of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyVaultError {
    /// The order has no key. Asking again does not help.
    #[error("there is no key for order {0}")]
    NotFound(OrderId),
    /// The order's key was destroyed, and none is made again. Asking again does not help.
    #[error("the key of order {0} was destroyed")]
    Destroyed(OrderId),
    /// The vault does not make such keys. Asking again does not help.
    #[error("the vault does not make {0} keys")]
    UnsupportedKind(KeyKind),
    /// The order has a key of another kind. Asking again does not help.
    #[error("order {order} already has a key of the kind {existing}")]
    KindMismatch {
        /// The order.
        order: OrderId,
        /// The kind of its key.
        existing: KeyKind,
    },
    /// It is no private key, or of a kind that the vault does not take from elsewhere. Asking again
    /// does not help.
    #[error("the vault does not take such a key from elsewhere")]
    NotTaken,
    /// The order has another key already, which stays. Asking again does not help.
    #[error("order {0} has another key already")]
    OtherKey(OrderId),
    /// A signing request needs at least one name. Asking again does not help.
    #[error("a signing request needs at least one name")]
    NoNames,
    /// What is kept for the order must not or cannot be used as its key: it is damaged, exchanged,
    /// open to others, or encrypted with a key that the vault does not have. Asking again does not
    /// help until somebody has put it right.
    #[error("the key of order {order} can't be used{}", Because(.reason.as_ref()))]
    Unusable {
        /// The order.
        order: OrderId,
        /// What is wrong with it.
        reason: Option<Note>,
    },
    /// The vault cannot be reached, or its cryptography failed. Asking again may help.
    #[error("the key vault is unavailable{}", Because(.0.as_ref()))]
    Unavailable(Option<Note>),
}

impl KeyVaultError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn retry_helps(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::NotFound(_)
            | Self::Destroyed(_)
            | Self::UnsupportedKind(_)
            | Self::KindMismatch { .. }
            | Self::NotTaken
            | Self::OtherKey(_)
            | Self::NoNames
            | Self::Unusable { .. } => false,
        }
    }

    /// A disturbance with a word about it; words that are no [`Note`] are left out.
    #[must_use]
    pub fn unavailable(reason: &str) -> Self {
        Self::Unavailable(Note::new(reason).ok())
    }

    /// A key that can't be used, with a word about it; words that are no [`Note`] are left out.
    #[must_use]
    pub fn unusable(order: OrderId, reason: &str) -> Self {
        let reason = Note::new(reason).ok();
        Self::Unusable { order, reason }
    }
}
