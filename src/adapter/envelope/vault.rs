//! A key vault over rows of sealed keys.

use core::fmt;
use std::boxed::Box;
use std::string::ToString;
use std::sync::Arc;

use super::{Envelope, SealedKey};
use crate::adapter::kept_key;
use crate::adapter::signing::{KeyError, SigningKey};
use crate::model::{DomainName, KeyKind, OrderId};
use crate::port::{
    BoxFuture, ExportedKey, KeyFacts, KeyRow, KeyRows, KeyRowsError, KeyVault, KeyVaultError,
};

/// One key for each order, sealed in an [`Envelope`] and kept in the rows of a database: RSA of
/// 2048, 3072 and 4096 bits, P-256, P-384 and P-521.
///
/// It keeps nothing itself. A key is in memory while it is made or used; an RSA key takes up to a
/// few seconds to make, on the thread that polls. Of two calls at once that make the key of one
/// order, the rows decide which one counts.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::{Arc, Mutex};
///
/// use cert_lifecycle::adapter::envelope::{Envelope, KekId, KeyEncryptionKey, SealedKeyVault};
/// use cert_lifecycle::model::{Curve, KeyKind, OrderId};
/// use cert_lifecycle::port::{BoxFuture, KeyRow, KeyRows, KeyRowsError, KeyVault};
///
/// /// In your service this is a table.
/// #[derive(Default)]
/// struct Table(Mutex<BTreeMap<OrderId, KeyRow>>);
///
/// impl KeyRows for Table {
///     fn get(&self, order: OrderId) -> BoxFuture<'_, Result<Option<KeyRow>, KeyRowsError>> {
///         Box::pin(async move { Ok(self.0.lock().unwrap().get(&order).cloned()) })
///     }
///     fn put_new(&self, order: OrderId, sealed: Vec<u8>) -> BoxFuture<'_, Result<KeyRow, KeyRowsError>> {
///         Box::pin(async move {
///             let mut rows = self.0.lock().unwrap();
///             Ok(rows.entry(order).or_insert(KeyRow::Sealed(sealed)).clone())
///         })
///     }
///     fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyRowsError>> {
///         Box::pin(async move {
///             self.0.lock().unwrap().insert(order, KeyRow::Destroyed);
///             Ok(())
///         })
///     }
/// }
/// # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// # fn wait<T>(future: impl Future<Output = T>) -> T {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(value) => value,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
/// # let from_your_secret_store = [7; 32];
///
/// let kek = KeyEncryptionKey::from_slice(&from_your_secret_store)?;
/// let envelope = Envelope::new(KekId::new("2026-07")?, kek);
/// let table = Arc::new(Table::default());
/// let vault = SealedKeyVault::new(envelope.clone(), Arc::clone(&table));
/// let order = OrderId::new(1)?;
/// let made = wait(vault.make(order, KeyKind::Ec(Curve::P256)))?;
/// // After a restart:
/// let vault = SealedKeyVault::new(envelope, table);
/// assert_eq!(wait(vault.make(order, made.kind))?, made);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SealedKeyVault<R> {
    envelope: Envelope,
    rows: R,
}

impl<R: KeyRows> SealedKeyVault<R> {
    /// A vault over rows, which may be there already.
    #[must_use]
    pub const fn new(envelope: Envelope, rows: R) -> Self {
        Self { envelope, rows }
    }

    /// Its rows.
    #[must_use]
    pub const fn rows(&self) -> &R {
        &self.rows
    }

    /// Seals a key.
    fn sealed(&self, order: OrderId, key: &SigningKey) -> Result<SealedKey, KeyVaultError> {
        match key.with_pkcs8(|der| self.envelope.seal(order, der)) {
            Ok(sealed) => sealed.map_err(|error| error.at_port(order)),
            Err(KeyError::Failed | KeyError::Unsupported) => Err(kept_key::failed()),
        }
    }

    fn opened(&self, order: OrderId, row: &[u8]) -> Result<SigningKey, KeyVaultError> {
        let sealed = SealedKey::from_bytes(row)
            .map_err(|error| KeyVaultError::unusable(order, &error.to_string()))?;
        let secret = self
            .envelope
            .open(order, &sealed)
            .map_err(|error| error.at_port(order))?;
        let stranger = "its row holds no private key of this vault";
        SigningKey::from_pkcs8(secret.expose())
            .ok_or_else(|| KeyVaultError::unusable(order, stranger))
    }

    async fn key(&self, order: OrderId) -> Result<SigningKey, KeyVaultError> {
        match self.rows.get(order).await.map_err(at_port)? {
            Some(KeyRow::Sealed(row)) => self.opened(order, &row),
            Some(KeyRow::Destroyed) | None => Err(KeyVaultError::NotFound(order)),
        }
    }
}

fn at_port(error: KeyRowsError) -> KeyVaultError {
    KeyVaultError::Unavailable(error.into_reason())
}

impl<R: KeyRows> KeyVault for SealedKeyVault<R> {
    fn make(
        &self,
        order: OrderId,
        kind: KeyKind,
    ) -> BoxFuture<'_, Result<KeyFacts, KeyVaultError>> {
        Box::pin(async move {
            let row = if let Some(row) = self.rows.get(order).await.map_err(at_port)? {
                row
            } else {
                let sealed = self.sealed(order, &kept_key::make(kind)?)?.to_bytes();
                self.rows.put_new(order, sealed).await.map_err(at_port)?
            };
            // Also one's own row is read again: what the table gives back is what will be signed with.
            match row {
                KeyRow::Sealed(row) => kept_key::agree(order, &self.opened(order, &row)?, kind),
                KeyRow::Destroyed => Err(KeyVaultError::Destroyed(order)),
            }
        })
    }

    fn csr<'a>(
        &'a self,
        order: OrderId,
        names: &'a [DomainName],
    ) -> BoxFuture<'a, Result<Arc<[u8]>, KeyVaultError>> {
        Box::pin(async move { kept_key::request(&self.key(order).await?, names) })
    }

    fn export(&self, order: OrderId) -> BoxFuture<'_, Result<ExportedKey, KeyVaultError>> {
        Box::pin(async move { kept_key::export(&self.key(order).await?) })
    }

    fn takes(&self, kind: KeyKind) -> bool {
        SigningKey::knows(kind)
    }

    fn put<'a>(
        &'a self,
        order: OrderId,
        der: &'a [u8],
    ) -> BoxFuture<'a, Result<KeyFacts, KeyVaultError>> {
        Box::pin(async move {
            let key = kept_key::read(der)?;
            let row = if let Some(row) = self.rows.get(order).await.map_err(at_port)? {
                row
            } else {
                let sealed = self.sealed(order, &key)?.to_bytes();
                self.rows.put_new(order, sealed).await.map_err(at_port)?
            };
            match row {
                KeyRow::Sealed(row) => kept_key::same(order, &self.opened(order, &row)?, &key),
                KeyRow::Destroyed => Err(KeyVaultError::Destroyed(order)),
            }
        })
    }

    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyVaultError>> {
        Box::pin(async move { self.rows.destroy(order).await.map_err(at_port) })
    }
}

impl<R> fmt::Debug for SealedKeyVault<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedKeyVault")
            .field("envelope", &self.envelope)
            .finish_non_exhaustive()
    }
}
