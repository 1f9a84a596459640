//! Rows in memory that can be disturbed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use cert_lifecycle::adapter::envelope::{Envelope, KekId, KeyEncryptionKey, SealedKeyVault};
use cert_lifecycle::model::OrderId;
use cert_lifecycle::port::{BoxFuture, KeyRow, KeyRows, KeyRowsError};

#[derive(Default)]
pub(crate) struct MemoryRows {
    rows: Mutex<BTreeMap<OrderId, KeyRow>>,
    /// Comes back instead of the next answer.
    fault: Mutex<Option<KeyRowsError>>,
    /// A row that another process puts in between the next `get` and what follows it.
    rival: Mutex<Option<KeyRow>>,
}

impl MemoryRows {
    pub(crate) fn rows(&self) -> MutexGuard<'_, BTreeMap<OrderId, KeyRow>> {
        self.rows.lock().unwrap()
    }

    pub(crate) fn fail_once(&self, error: KeyRowsError) {
        *self.fault.lock().unwrap() = Some(error);
    }

    pub(crate) fn race(&self, rival: KeyRow) {
        *self.rival.lock().unwrap() = Some(rival);
    }

    /// The bytes of a row that is sealed.
    pub(crate) fn sealed(&self, order: OrderId) -> Vec<u8> {
        match self.rows().get(&order) {
            Some(KeyRow::Sealed(bytes)) => bytes.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn answer<T>(&self, answer: impl FnOnce() -> T) -> Result<T, KeyRowsError> {
        match self.fault.lock().unwrap().take() {
            Some(error) => Err(error),
            None => Ok(answer()),
        }
    }
}

impl KeyRows for MemoryRows {
    fn get(&self, order: OrderId) -> BoxFuture<'_, Result<Option<KeyRow>, KeyRowsError>> {
        Box::pin(async move {
            let row = self.answer(|| self.rows().get(&order).cloned());
            if let Some(rival) = self.rival.lock().unwrap().take() {
                self.rows().insert(order, rival);
            }
            row
        })
    }

    fn put_new(
        &self,
        order: OrderId,
        sealed: Vec<u8>,
    ) -> BoxFuture<'_, Result<KeyRow, KeyRowsError>> {
        Box::pin(async move {
            self.answer(|| {
                let mut rows = self.rows();
                rows.entry(order).or_insert(KeyRow::Sealed(sealed)).clone()
            })
        })
    }

    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyRowsError>> {
        Box::pin(async move {
            self.answer(|| {
                self.rows().insert(order, KeyRow::Destroyed);
            })
        })
    }
}

pub(crate) fn kek_id(id: &str) -> KekId {
    KekId::new(id).unwrap()
}

/// A key-encryption key that is one byte over and over.
pub(crate) fn kek(byte: u8) -> KeyEncryptionKey {
    KeyEncryptionKey::from_slice(&[byte; 32]).unwrap()
}

/// With the key-encryption key `2026`.
pub(crate) fn envelope() -> Envelope {
    Envelope::new(kek_id("2026"), kek(0xA7))
}

pub(crate) fn sealed_vault(rows: &Arc<MemoryRows>) -> SealedKeyVault<Arc<MemoryRows>> {
    SealedKeyVault::new(envelope(), Arc::clone(rows))
}
