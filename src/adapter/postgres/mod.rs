//! A store in a PostgreSQL database (feature `postgres`): for a service on many machines.

mod batch;
mod keys;
mod open;

use alloc::string::ToString;
use alloc::sync::Arc;

use sqlx::postgres::PgPool;

use super::sql::{LoadSql, sql_store};
use crate::model::Note;
use crate::port::StoreError;

pub use open::{OpenError, PostgresOptions};

/// A store in a PostgreSQL database.
///
/// Any number of processes share the database. A command costs two round trips, one that reads and
/// one that commits; the expectations are checked where the rows are, by a function of the schema. A
/// commit is acknowledged when the server says that it is on its disk, and on that of its synchronous
/// standbys, if it has some. It needs a tokio runtime. Clones share the connections.
///
/// ```no_run
/// use cert_lifecycle::adapter::postgres::{PostgresOptions, PostgresStore};
/// # async fn open() -> Result<(), Box<dyn std::error::Error>> {
/// let options = PostgresOptions::url("postgres://user@localhost/certificates")?;
/// let store = PostgresStore::open(options).await?;
/// # let _ = store; Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PostgresStore {
    pool: PgPool,
    load: Arc<LoadSql>,
}

/// What the server says, as an error of the port.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what errors are mapped with"
)]
fn failure(error: sqlx::Error) -> StoreError {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    let note = Note::lossy(&error.to_string());
    // A check on the counters, our own word for a damaged ledger, and damaged pages or indexes.
    match code.as_deref() {
        Some("23514" | "CL002" | "XX001" | "XX002") => StoreError::Corrupt(Some(note)),
        Some(_) | None => StoreError::Unavailable(Some(note)),
    }
}

impl PostgresStore {
    /// Closes the connections, once what is under way is done. Other clones can't be used any more.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    const fn reading(&self) -> &PgPool {
        &self.pool
    }

    const fn writing(&self) -> &PgPool {
        &self.pool
    }
}

// Rows that another worker has locked are being claimed: the next ones will do.
sql_store!(PostgresStore, Postgres, " FOR UPDATE SKIP LOCKED");
