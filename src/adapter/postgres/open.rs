//! Opening a database: its limits of time, its migrations.

use core::str::FromStr;
use core::time::Duration;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, Executor};
use tokio::time::timeout;

use super::PostgresStore;
use crate::adapter::sql::{LoadSql, number};

/// The migrations, one after the other; `cl_schema` counts those that a database has had. They are
/// frozen: a change is a further one.
const MIGRATIONS: &[&str] = &[include_str!("schema_1.sql"), include_str!("schema_2.sql")];

/// The lock that a migration takes: two processes may open a new database at once.
const MIGRATION_LOCK: i64 = 0x636c_6966_6501;

/// Where the database is and how it is used.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    connect: PgConnectOptions,
    connections: u32,
    wait: Duration,
    statement: Duration,
    answer: Duration,
}

impl PostgresOptions {
    /// A database by its URL, `postgres://user:password@host:port/database`.
    ///
    /// # Errors
    /// [`OpenError::Database`] if it is no such URL.
    pub fn url(url: &str) -> Result<Self, OpenError> {
        Ok(Self {
            connect: PgConnectOptions::from_str(url)?,
            connections: 10,
            wait: Duration::from_secs(10),
            statement: Duration::from_secs(10),
            answer: Duration::from_secs(25),
        })
    }

    /// At most so many connections, 10 unless said otherwise.
    #[must_use]
    pub const fn with_connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// How long a call waits for a connection before it fails, 10 seconds unless said otherwise.
    #[must_use]
    pub const fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// How long the server may work on a statement, waiting for locks included, before it fails: 10
    /// seconds unless said otherwise.
    #[must_use]
    pub const fn with_statement_limit(mut self, limit: Duration) -> Self {
        self.statement = limit;
        self
    }

    /// How long the store waits for an answer before a call fails, 25 seconds unless said otherwise:
    /// longer than the other two limits together, so that their errors come first.
    ///
    /// The server's limit ends where a commit begins, and one that waits for a standby which is gone
    /// would wait for ever. It is not known then whether the call was carried out. Its connection is
    /// taken up again when the server has answered, and counts among those that are open until then.
    #[must_use]
    pub const fn with_answer_limit(mut self, limit: Duration) -> Self {
        self.answer = limit;
        self
    }
}

/// Why a database was not opened. It was not changed, but for migrations that were committed before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It can't be reached, or does not take the settings.
    #[error("the database can't be opened: {0}")]
    Database(#[from] sqlx::Error),
    /// A later release wrote it.
    #[error(
        "the database has schema {found}, this release knows up to {known}: use a later release"
    )]
    Newer {
        /// Its schema.
        found: i64,
        /// The newest one that is known.
        known: i64,
    },
}

/// What every connection must have taken; read back, since a server or a pooler may override it.
async fn check(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let text = "SELECT current_setting('synchronous_commit')";
    let found: String = sqlx::query_scalar(text).fetch_one(connection).await?;
    if matches!(found.as_str(), "on" | "remote_apply") {
        return Ok(());
    }
    let text = format!("synchronous_commit is {found}: a commit would be acknowledged too early");
    Err(sqlx::Error::Configuration(text.into()))
}

/// Brings a database to the newest schema, in one transaction.
async fn migrate(connection: &mut PgConnection, limit: Duration) -> Result<(), OpenError> {
    let known = number(MIGRATIONS.len());
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(MIGRATION_LOCK)
        .execute(&mut *transaction)
        .await?;
    let there: bool = sqlx::query_scalar("SELECT to_regclass('cl_schema') IS NOT NULL")
        .fetch_one(&mut *transaction)
        .await?;
    if !there {
        let text = "CREATE TABLE cl_schema (version bigint NOT NULL);
                    INSERT INTO cl_schema VALUES (0)";
        transaction.execute(text).await?;
    }
    let found: i64 = sqlx::query_scalar("SELECT version FROM cl_schema")
        .fetch_one(&mut *transaction)
        .await?;
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    let done = usize::try_from(found).unwrap_or_default();
    for text in MIGRATIONS.iter().skip(done) {
        transaction.execute(*text).await?;
    }
    if found < known {
        let mark = format!("UPDATE cl_schema SET version = {known}");
        transaction.execute(AssertSqlSafe(mark)).await?;
    }
    // The server's limit of a statement is none for a commit that waits for a standby.
    let committed = timeout(limit, transaction.commit()).await;
    committed.map_err(|late| sqlx::Error::Io(late.into()))??;
    Ok(())
}

impl PostgresStore {
    /// Opens a store, and makes or migrates its tables in the first schema of the search path.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(options: PostgresOptions) -> Result<Self, OpenError> {
        let limit = options.statement.as_millis().to_string();
        let connect = options.connect.options([
            ("synchronous_commit", "on"),
            ("statement_timeout", limit.as_str()),
            ("idle_in_transaction_session_timeout", limit.as_str()),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(options.connections.max(1))
            .acquire_timeout(options.wait)
            // A look at the connection before each use would be a round trip more.
            .test_before_acquire(false)
            .after_connect(|connection, _| Box::pin(check(connection)))
            .connect_with(connect)
            .await?;
        migrate(&mut *pool.acquire().await?, options.answer).await?;
        Ok(Self {
            pool,
            load: Arc::new(LoadSql::new()),
            answer: options.answer,
        })
    }
}
