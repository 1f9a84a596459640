//! What the server keeps beside the service: the manual clock's time, the vault's key, its starts, and
//! what it has planned.

use core::fmt;
use std::string::{String, ToString};
use std::sync::Arc;
use std::vec::Vec;

use crate::model::Note;
use crate::port::{RowKey, RowValue, Rows, RowsError, StoreError};

/// Values by name, in the store's rows.
#[derive(Clone)]
pub(crate) struct Kept(Arc<dyn Rows>);

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl Kept {
    pub(crate) fn new(rows: Arc<dyn Rows>) -> Self {
        Self(rows)
    }

    pub(crate) async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.0.get(key(name)?).await.map_err(away)?;
        Ok(found.map(RowValue::into_bytes))
    }

    /// The rows whose names begin so.
    pub(crate) async fn all(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        const PAGE: usize = 100;
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = self.0.scan(key(prefix)?, after, PAGE).await.map_err(away)?;
            after = page.last().map(|(name, _)| *name);
            if after.is_none() {
                return Ok(all);
            }
            let rows = page.into_iter();
            all.extend(rows.map(|(name, value)| (name.to_string(), value.into_bytes())));
        }
    }

    pub(crate) async fn remove(&self, name: &str) -> Result<(), StoreError> {
        let gone = Vec::from([(key(name)?, None)]);
        self.0.write(gone).await.map_err(away)
    }

    pub(crate) async fn put(&self, name: &str, value: Vec<u8>) -> Result<(), StoreError> {
        let value = RowValue::new(value).map_err(|error| misfit(&error))?;
        self.0
            .write(Vec::from([(key(name)?, Some(value))]))
            .await
            .map_err(away)
    }
}

fn key(name: &str) -> Result<RowKey, StoreError> {
    RowKey::new(name).map_err(|error| misfit(&error))
}

fn misfit(error: &impl ToString) -> StoreError {
    StoreError::Misconfigured(Some(Note::lossy(&error.to_string())))
}

fn away(error: RowsError) -> StoreError {
    StoreError::Unavailable(error.into_reason())
}
