//! Keys are made aside: an RSA key takes longer than others may be kept waiting for a thread.

use core::fmt;
use std::boxed::Box;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::model::{DomainName, KeyKind, OrderId};
use crate::port::{BoxFuture, ExportedKey, KeyFacts, KeyVault, KeyVaultError};

/// A vault whose keys are made on threads for what takes long.
pub(crate) struct Aside(Arc<dyn KeyVault>);

impl fmt::Debug for Aside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aside").finish_non_exhaustive()
    }
}

impl Aside {
    pub(crate) fn new(vault: impl KeyVault + 'static) -> Self {
        Self(Arc::new(vault))
    }
}

impl KeyVault for Aside {
    fn make(
        &self,
        order: OrderId,
        kind: KeyKind,
    ) -> BoxFuture<'_, Result<KeyFacts, KeyVaultError>> {
        let vault = Arc::clone(&self.0);
        Box::pin(async move {
            let runtime = Handle::current();
            let made = spawn_blocking(move || runtime.block_on(vault.make(order, kind)));
            let ended = |_| Err(KeyVaultError::unavailable("the making of the key ended"));
            made.await.unwrap_or_else(ended)
        })
    }

    fn csr<'a>(
        &'a self,
        order: OrderId,
        names: &'a [DomainName],
    ) -> BoxFuture<'a, Result<Arc<[u8]>, KeyVaultError>> {
        self.0.csr(order, names)
    }

    fn export(&self, order: OrderId) -> BoxFuture<'_, Result<ExportedKey, KeyVaultError>> {
        self.0.export(order)
    }

    fn takes(&self, kind: KeyKind) -> bool {
        self.0.takes(kind)
    }

    fn put<'a>(
        &'a self,
        order: OrderId,
        der: &'a [u8],
    ) -> BoxFuture<'a, Result<KeyFacts, KeyVaultError>> {
        self.0.put(order, der)
    }

    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyVaultError>> {
        self.0.destroy(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::thread::{self, ThreadId};

    use crate::adapter::MemoryKeyVault;
    use crate::model::Curve;

    /// Notes which thread makes a key.
    #[derive(Default)]
    struct Watched(MemoryKeyVault, Arc<Mutex<Option<ThreadId>>>);

    impl KeyVault for Watched {
        fn make(
            &self,
            order: OrderId,
            kind: KeyKind,
        ) -> BoxFuture<'_, Result<KeyFacts, KeyVaultError>> {
            Box::pin(async move {
                *self.1.lock().unwrap() = Some(thread::current().id());
                self.0.make(order, kind).await
            })
        }

        fn csr<'a>(
            &'a self,
            order: OrderId,
            names: &'a [DomainName],
        ) -> BoxFuture<'a, Result<Arc<[u8]>, KeyVaultError>> {
            self.0.csr(order, names)
        }

        fn export(&self, order: OrderId) -> BoxFuture<'_, Result<ExportedKey, KeyVaultError>> {
            self.0.export(order)
        }

        fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyVaultError>> {
            self.0.destroy(order)
        }
    }

    #[tokio::test]
    async fn no_thread_of_the_runtime_makes_a_key() {
        let watched = Watched::default();
        let made_on = Arc::clone(&watched.1);
        let vault = Aside::new(watched);
        let (order, kind) = (OrderId::new(1).unwrap(), KeyKind::Ec(Curve::P256));
        let made = vault.make(order, kind).await.unwrap();
        let thread = made_on.lock().unwrap().take();
        assert!(thread.is_some_and(|thread| thread != thread::current().id()));
        // It is the one that is kept.
        assert_eq!(vault.make(order, kind).await, Ok(made));
        assert!(vault.export(order).await.is_ok());
    }
}
