//! Rows of sealed keys in the same database.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use sqlx::Row;
use sqlx::postgres::PgRow;

use super::PostgresStore;
use crate::adapter::sql::order_number;
use crate::model::OrderId;
use crate::port::{BoxFuture, KeyRow, KeyRows, KeyRowsError, StoreError};

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what errors are mapped with"
)]
fn unavailable(error: StoreError) -> KeyRowsError {
    KeyRowsError::new(&error.to_string())
}

fn row(row: &PgRow) -> Result<KeyRow, KeyRowsError> {
    let sealed: Result<Option<Vec<u8>>, sqlx::Error> = row.try_get(0);
    let sealed = sealed.map_err(|error| KeyRowsError::new(&error.to_string()))?;
    Ok(sealed.map_or(KeyRow::Destroyed, KeyRow::Sealed))
}

impl KeyRows for PostgresStore {
    fn get(&self, order: OrderId) -> BoxFuture<'_, Result<Option<KeyRow>, KeyRowsError>> {
        Box::pin(async move {
            let query = sqlx::query("SELECT sealed FROM cl_key WHERE id = $1");
            let found = query.bind(order_number(order)).fetch_optional(&self.pool);
            let found = self.within(found).await.map_err(unavailable)?;
            found.as_ref().map(row).transpose()
        })
    }

    fn put_new(
        &self,
        order: OrderId,
        sealed: Vec<u8>,
    ) -> BoxFuture<'_, Result<KeyRow, KeyRowsError>> {
        Box::pin(async move {
            // The row that stands is read as part of the same write, so it is as durable.
            let text = "INSERT INTO cl_key (id, sealed) VALUES ($1, $2) \
                        ON CONFLICT (id) DO UPDATE SET sealed = cl_key.sealed RETURNING sealed";
            let query = sqlx::query(text).bind(order_number(order)).bind(sealed);
            let stands = self.within(query.fetch_one(&self.pool)).await;
            row(&stands.map_err(unavailable)?)
        })
    }

    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyRowsError>> {
        Box::pin(async move {
            let text = "INSERT INTO cl_key (id, sealed) VALUES ($1, NULL) \
                        ON CONFLICT (id) DO UPDATE SET sealed = NULL";
            let query = sqlx::query(text).bind(order_number(order));
            let done = self.within(query.execute(&self.pool)).await;
            done.map(|_| ()).map_err(unavailable)
        })
    }
}
