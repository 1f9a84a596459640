//! Rows of other adapters in the same file.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::SqliteStore;
use crate::adapter::sql::number;
use crate::adapter::sql::rows::{GET, SCAN, bounds, damaged, last, pair, value};
use crate::port::{BoxFuture, RowKey, RowValue, Rows, RowsError};

const PUT: &str = "INSERT INTO cl_row (key, value) VALUES ($1, $2) \
    ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const TAKE: &str = "DELETE FROM cl_row WHERE key = $1";

impl SqliteStore {
    async fn write_rows(
        &self,
        changes: Vec<(RowKey, Option<RowValue>)>,
    ) -> Result<(), sqlx::Error> {
        // What is dropped before its end is rolled back.
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        for (key, value) in last(changes) {
            let query = match value {
                Some(value) => sqlx::query(PUT)
                    .bind(key.to_string())
                    .bind(value.into_bytes()),
                None => sqlx::query(TAKE).bind(key.to_string()),
            };
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }
}

impl Rows for SqliteStore {
    fn get(&self, key: RowKey) -> BoxFuture<'_, Result<Option<RowValue>, RowsError>> {
        Box::pin(async move {
            let query = sqlx::query(GET).bind(key.to_string());
            let found = query.fetch_optional(&self.readers).await.map_err(damaged)?;
            found.as_ref().map(|row| value(row, 0)).transpose()
        })
    }

    fn write(
        &self,
        changes: Vec<(RowKey, Option<RowValue>)>,
    ) -> BoxFuture<'_, Result<(), RowsError>> {
        Box::pin(async move { self.write_rows(changes).await.map_err(damaged) })
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
                .bind(after.map_or_else(Default::default, |key| key.to_string()))
                .bind(number(limit));
            let rows = query.fetch_all(&self.readers).await.map_err(damaged)?;
            rows.iter().map(pair).collect()
        })
    }
}
