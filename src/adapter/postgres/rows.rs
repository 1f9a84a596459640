//! Rows of other adapters in the same database.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::PostgresStore;
use crate::adapter::sql::number;
use crate::adapter::sql::rows::{GET, SCAN, bounds, damaged, last, pair, value};
use crate::port::{BoxFuture, RowKey, RowValue, Rows, RowsError};

/// One statement, so one transaction. What is taken and what is put are different rows; they are locked
/// in the order of their keys.
const WRITE: &str = "WITH gone AS (DELETE FROM cl_row WHERE key IN \
    (SELECT key FROM cl_row WHERE key = ANY ($1) ORDER BY key FOR UPDATE)) \
    INSERT INTO cl_row (key, value) SELECT k, v FROM unnest($2::text[], $3::bytea[]) r (k, v) \
    ON CONFLICT (key) DO UPDATE SET value = excluded.value";

impl Rows for PostgresStore {
    fn get(&self, key: RowKey) -> BoxFuture<'_, Result<Option<RowValue>, RowsError>> {
        Box::pin(async move {
            let query = sqlx::query(GET).bind(key.to_string());
            let found = self.within(query.fetch_optional(&self.pool)).await;
            let found = found.map_err(damaged)?;
            found.as_ref().map(|row| value(row, 0)).transpose()
        })
    }

    fn write(
        &self,
        changes: Vec<(RowKey, Option<RowValue>)>,
    ) -> BoxFuture<'_, Result<(), RowsError>> {
        Box::pin(async move {
            let (mut gone, mut keys): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
            let mut values: Vec<Vec<u8>> = Vec::new();
            for (key, value) in last(changes) {
                if let Some(value) = value {
                    keys.push(key.to_string());
                    values.push(value.into_bytes());
                } else {
                    gone.push(key.to_string());
                }
            }
            let query = sqlx::query(WRITE).bind(gone).bind(keys).bind(values);
            let done = self.within(query.execute(&self.pool)).await;
            done.map(|_| ()).map_err(damaged)
        })
    }

    fn scan(
        &self,
        prefix: RowKey,
        after: Option<RowKey>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(RowKey, RowValue)>, RowsError>> {
        Box::pin(async move {
            let (first, end) = bounds(prefix);
            let query = sqlx::query(SCAN).bind(first).bind(end);
            let query = query
                .bind(after.map_or_else(String::new, |key| key.to_string()))
                .bind(number(limit));
            let rows = self.within(query.fetch_all(&self.pool)).await;
            rows.map_err(damaged)?.iter().map(pair).collect()
        })
    }
}
