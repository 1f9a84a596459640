//! A key vault in memory.

use core::fmt;
use std::boxed::Box;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::kept_key;
use super::signing::SigningKey;
use crate::model::{DomainName, KeyKind, OrderId};
use crate::port::{BoxFuture, ExportedKey, KeyFacts, KeyVault, KeyVaultError};

/// Real keys, kept in memory for as long as the value lives: RSA of 2048, 3072 and 4096 bits,
/// P-256, P-384 and P-521.
///
/// For tests, examples and services that lose nothing when they stop. An RSA key takes up to a few
/// seconds to make, on the thread that polls.
///
/// ```
/// use cert_lifecycle::adapter::MemoryKeyVault;
/// use cert_lifecycle::model::{Curve, KeyKind, OrderId};
/// use cert_lifecycle::port::KeyVault;
/// # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// # fn wait<T>(future: impl Future<Output = T>) -> T {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(value) => value,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
/// let vault = MemoryKeyVault::new();
/// let order = OrderId::new(1)?;
/// let made = wait(vault.make(order, KeyKind::Ec(Curve::P256)))?;
/// assert_eq!(wait(vault.make(order, made.kind))?, made);
/// let request = wait(vault.csr(order, &["www.example.com".parse()?]))?;
/// assert!(wait(vault.export(order))?.expose().starts_with("-----BEGIN PRIVATE KEY-----"));
/// # assert!(!request.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct MemoryKeyVault {
    slots: Mutex<BTreeMap<OrderId, Slot>>,
}

enum Slot {
    Held(Arc<SigningKey>),
    Destroyed,
}

impl Slot {
    /// Whether it is a key of this kind.
    fn agree(&self, order: OrderId, kind: KeyKind) -> Result<KeyFacts, KeyVaultError> {
        match self {
            Self::Destroyed => Err(KeyVaultError::Destroyed(order)),
            Self::Held(key) => kept_key::agree(order, key, kind),
        }
    }
}

impl MemoryKeyVault {
    /// An empty vault.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<OrderId, Slot>> {
        // Every change is a single insertion, so another thread's panic left nothing half done.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make_now(&self, order: OrderId, kind: KeyKind) -> Result<KeyFacts, KeyVaultError> {
        if let Some(there) = self.made_before(order, kind) {
            return there;
        }
        // The lock is not held meanwhile: keys of other orders are to be had all the time.
        let key = kept_key::make(kind)?;
        let mut slots = self.slots();
        // Of two calls at once for one order, the first that is ready counts.
        if let Some(slot) = slots.get(&order) {
            return slot.agree(order, kind);
        }
        let made = kept_key::facts(&key);
        slots.insert(order, Slot::Held(Arc::new(key)));
        Ok(made)
    }

    fn made_before(
        &self,
        order: OrderId,
        kind: KeyKind,
    ) -> Option<Result<KeyFacts, KeyVaultError>> {
        let slots = self.slots();
        slots.get(&order).map(|slot| slot.agree(order, kind))
    }

    fn put_now(&self, order: OrderId, der: &[u8]) -> Result<KeyFacts, KeyVaultError> {
        let key = kept_key::read(der)?;
        let mut slots = self.slots();
        match slots.get(&order) {
            Some(Slot::Destroyed) => Err(KeyVaultError::Destroyed(order)),
            Some(Slot::Held(there)) => kept_key::same(order, there, &key),
            None => {
                let put = kept_key::facts(&key);
                slots.insert(order, Slot::Held(Arc::new(key)));
                Ok(put)
            }
        }
    }

    fn key(&self, order: OrderId) -> Result<Arc<SigningKey>, KeyVaultError> {
        match self.slots().get(&order) {
            Some(Slot::Held(key)) => Ok(Arc::clone(key)),
            Some(Slot::Destroyed) | None => Err(KeyVaultError::NotFound(order)),
        }
    }
}

impl KeyVault for MemoryKeyVault {
    fn make(
        &self,
        order: OrderId,
        kind: KeyKind,
    ) -> BoxFuture<'_, Result<KeyFacts, KeyVaultError>> {
        Box::pin(async move { self.make_now(order, kind) })
    }

    fn csr<'a>(
        &'a self,
        order: OrderId,
        names: &'a [DomainName],
    ) -> BoxFuture<'a, Result<Arc<[u8]>, KeyVaultError>> {
        Box::pin(async move { kept_key::request(&*self.key(order)?, names) })
    }

    fn export(&self, order: OrderId) -> BoxFuture<'_, Result<ExportedKey, KeyVaultError>> {
        Box::pin(async move { kept_key::export(&*self.key(order)?) })
    }

    fn takes(&self, kind: KeyKind) -> bool {
        SigningKey::knows(kind)
    }

    fn put<'a>(
        &'a self,
        order: OrderId,
        der: &'a [u8],
    ) -> BoxFuture<'a, Result<KeyFacts, KeyVaultError>> {
        Box::pin(async move { self.put_now(order, der) })
    }

    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyVaultError>> {
        Box::pin(async move {
            self.slots().insert(order, Slot::Destroyed);
            Ok(())
        })
    }
}

impl fmt::Debug for MemoryKeyVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryKeyVault(..)")
    }
}
