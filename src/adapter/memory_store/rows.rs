//! Rows of other adapters in the same memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::MemoryStore;
use crate::port::{BoxFuture, RowKey, RowValue, Rows, RowsError};

#[derive(Debug, Default)]
pub(super) struct Table(Mutex<BTreeMap<RowKey, RowValue>>);

impl Table {
    fn rows(&self) -> MutexGuard<'_, BTreeMap<RowKey, RowValue>> {
        // Insertions and removals don't panic, so nothing is ever half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows for MemoryStore {
    fn get(&self, key: RowKey) -> BoxFuture<'_, Result<Option<RowValue>, RowsError>> {
        Box::pin(async move { Ok(self.rows.rows().get(&key).cloned()) })
    }

    fn write(
        &self,
        changes: Vec<(RowKey, Option<RowValue>)>,
    ) -> BoxFuture<'_, Result<(), RowsError>> {
        Box::pin(async move {
            let mut rows = self.rows.rows();
            for (key, value) in changes {
                match value {
                    Some(value) => rows.insert(key, value),
                    None => rows.remove(&key),
                };
            }
            Ok(())
        })
    }

    fn scan(
        &self,
        prefix: RowKey,
        after: Option<RowKey>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(RowKey, RowValue)>, RowsError>> {
        Box::pin(async move {
            let rows = self.rows.rows();
            let begins = |key: &RowKey| key.as_str().starts_with(prefix.as_str());
            let below = rows.range(prefix..).take_while(|(key, _)| begins(key));
            let behind = below.filter(|(key, _)| after.is_none_or(|after| **key > after));
            let page = behind.take(limit).map(|(key, value)| (*key, value.clone()));
            Ok(page.collect())
        })
    }
}
