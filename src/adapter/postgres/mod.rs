//! A store in a PostgreSQL database (feature `postgres`): for a service on many machines.

mod batch;
mod keys;
mod looks;
mod open;
mod quick;
mod rows;

use core::time::Duration;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

use sqlx::postgres::PgPool;
use tokio::time::{Instant, timeout};

use super::sql::{LoadSql, sql_store};
use crate::model::Note;
use crate::port::{CommitError, StoreError};
use looks::Looks;

pub use open::{OpenError, PostgresOptions};

/// A store in a PostgreSQL database.
///
/// Any number of processes share the database. A command costs two round trips, one that reads and
/// one that commits; the expectations are checked where the rows are, by the statement that commits or
/// by a function of the schema. One that meets a conflict may cost another, and leaves an error in the
/// server's log. A commit is acknowledged when the server says that it is on its disk, and on that of its synchronous
/// standbys, if it has some. It needs a tokio runtime. Clones share the connections.
///
/// # Restarts
///
/// A call whose connection is cut fails, for it is not known then whether it was carried out. Connections
/// that were idle meanwhile are looked at before they are used again, so that of the calls that come
/// later, one fails at most. What was idle for some seconds is looked at anyhow.
///
/// # Standbys
///
/// With `synchronous_standby_names` set, nothing that was acknowledged is lost when the primary is and
/// a synchronous standby takes over; the URL has to lead to it, for it names one host. While no standby
/// answers, PostgreSQL lets commits wait without an end. They fail here after
/// [`PostgresOptions::with_answer_limit`], and it is not known then whether they were carried out: the
/// primary has them, and shows them to everybody once it was restarted. So a receipt that is found
/// under an idempotency key is answered only when all before it has arrived at the standby; what is
/// merely read may still be lost with the primary.
///
/// Don't cancel what waits for a standby (`pg_cancel_backend`), end its session
/// (`pg_terminate_backend`): PostgreSQL answers a cancelled wait as if the standby had it, with a
/// warning that the driver keeps to its log. The store confirms answers that took a second or longer
/// by another write, so that a cancelled wait is noticed after that time only.
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
    answer: Duration,
    looks: Looks,
}

/// An answer that took so long may be that of a commit whose wait for a standby was cancelled. Others
/// are not confirmed, for that is a round trip more.
const LATE: Duration = Duration::from_secs(1);

/// What is wrong, in words: the server's own with its code. Never the password.
fn words(error: &sqlx::Error) -> String {
    if let Some(own) = error.as_database_error() {
        let code = own.code().unwrap_or_default();
        return format!("{} ({code})", own.message());
    }
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return "in time, no connection came free and none could be made".into();
    }
    error.to_string()
}

/// The server's code of an error, if it is the server's.
fn code(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error()?.code()
}

/// What the server says, as an error of the port.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what errors are mapped with"
)]
fn failure(error: sqlx::Error) -> StoreError {
    let code = code(&error);
    let note = Note::lossy(&words(&error));
    match code.as_deref() {
        // A check on the counters, our own word for a damaged ledger, and damaged pages or indexes.
        Some("23514" | "CL002" | "XX001" | "XX002") => StoreError::Corrupt(Some(note)),
        // The user, its password or its rights; the database, the schema, a table, a column or a
        // function that isn't there. A server that only reads may be a standby which is promoted.
        Some("28000" | "28P01" | "42501" | "3D000" | "3F000" | "42P01" | "42703" | "42883") => {
            StoreError::Misconfigured(Some(note))
        }
        Some(_) | None => StoreError::Unavailable(Some(note)),
    }
}

/// An error of a call.
trait Failure: From<StoreError> {
    /// Whether its connection may be dead, and others with it.
    fn is_disturbance(&self) -> bool;
}

impl Failure for StoreError {
    fn is_disturbance(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl Failure for CommitError {
    fn is_disturbance(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_disturbance())
    }
}

impl PostgresStore {
    /// Closes the connections, once what is under way is done or took too long. Other clones can't be
    /// used any more.
    pub async fn close(&self) {
        // What still waits for the server is dropped with its connection.
        let _ = timeout(self.answer, self.pool.close()).await;
    }

    /// Waits for an answer of the server, which may have gone or let a commit wait for a standby.
    async fn within<T>(
        &self,
        call: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        self.limited(async { call.await.map_err(failure) }).await
    }

    async fn limited<T, E: Failure>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let begun = Instant::now();
        let confirmed = async {
            let done = call.await?;
            if begun.elapsed() >= LATE {
                self.write().await.map_err(failure)?;
            }
            Ok(done)
        };
        let answer = timeout(self.answer, confirmed).await.unwrap_or_else(|_| {
            let limit = self.answer;
            let text = format!("no answer within {limit:?}; a write may have been carried out");
            Err(StoreError::Unavailable(Some(Note::lossy(&text))).into())
        });
        if answer.as_ref().is_err_and(E::is_disturbance) {
            self.looks.failed();
        }
        answer
    }

    /// A write of nothing. Like a commit, it is done when the standby has it and all before it.
    async fn write(&self) -> Result<(), sqlx::Error> {
        let text = "SELECT pg_logical_emit_message(true, 'cert-lifecycle', '')";
        sqlx::query(text).execute(&self.pool).await.map(|_| ())
    }

    /// What was read may be answered as done: a restarted server shows what no standby has yet.
    async fn confirm(&self) -> Result<(), StoreError> {
        self.within(self.write()).await
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
