//! Opening a file: its pragmas, its mark, its migrations.

use core::time::Duration;
use std::path::{Path, PathBuf};

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::schema::{APPLICATION, MIGRATIONS};
use super::{BUSY, SqliteStore};
use crate::adapter::sql::{LoadSql, number};

/// Where the file is and how it is used.
///
/// ```
/// use cert_lifecycle::adapter::sqlite::SqliteOptions;
/// let options = SqliteOptions::file("life.db").with_readers(8);
/// ```
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    path: Option<PathBuf>,
    readers: u32,
    wait: Duration,
}

impl SqliteOptions {
    /// A file, made if it is not there.
    #[must_use]
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self {
            path: Some(path.as_ref().to_path_buf()),
            readers: 4,
            wait: Duration::from_secs(10),
        }
    }

    /// A database in memory: gone when the store is closed. For tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            path: None,
            ..Self::file("")
        }
    }

    /// At most so many connections that read, 4 unless said otherwise.
    #[must_use]
    pub const fn with_readers(mut self, readers: u32) -> Self {
        self.readers = readers;
        self
    }

    /// How long a call waits for a connection before it fails, 10 seconds unless said otherwise.
    #[must_use]
    pub const fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }
}

/// Why a file was not opened. It was not changed, but for migrations that were committed before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// SQLite can't open it, or it is no database.
    #[error("the database can't be opened: {0}")]
    Database(#[from] sqlx::Error),
    /// Another program's database.
    #[error("the file is another program's database (application id {0:#x})")]
    Foreign(i64),
    /// A later release wrote it.
    #[error("the file has schema {found}, this release knows up to {known}: use a later release")]
    Newer {
        /// Its schema.
        found: i64,
        /// The newest one that is known.
        known: i64,
    },
    /// SQLite did not take a setting that durability hangs on.
    #[error("SQLite did not take {pragma}: it says {found}")]
    Pragma {
        /// Which.
        pragma: &'static str,
        /// What it says instead.
        found: String,
    },
}

async fn pragma(connection: &mut SqliteConnection, name: &'static str) -> Result<i64, sqlx::Error> {
    let text = format!("PRAGMA {name}");
    sqlx::query_scalar(AssertSqlSafe(text))
        .fetch_one(connection)
        .await
}

/// What every connection must have taken; read back, since SQLite ignores what it does not know.
async fn check(connection: &mut SqliteConnection, on_disk: bool) -> Result<(), sqlx::Error> {
    let refused = |text: String| sqlx::Error::Configuration(text.into());
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut *connection)
        .await?;
    if on_disk && journal != "wal" {
        return Err(refused(format!("journal_mode is {journal}, not wal")));
    }
    // 2 is FULL.
    for (name, wanted) in [("synchronous", 2), ("foreign_keys", 1)] {
        let found = pragma(connection, name).await?;
        if found != wanted {
            return Err(refused(format!("{name} is {found}, not {wanted}")));
        }
    }
    Ok(())
}

/// Whether a connection that was used may be used again.
///
/// Where writing failed (no room, a failing disk), SQLite may have rolled the transaction back by
/// itself. The driver's own rollback fails then, and it takes the connection for one in a transaction
/// for good: such a one is replaced.
async fn is_usable(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A rollback that is under way is done before this is answered.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Brings a file to the newest schema, each step in a transaction of its own.
async fn migrate(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let known = number(MIGRATIONS.len());
    // Two processes may open a new file at once: the second one waits here and finds it done.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let application = pragma(&mut transaction, "application_id").await?;
    let found = pragma(&mut transaction, "user_version").await?;
    let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema")
        .fetch_one(&mut *transaction)
        .await?;
    let is_new = application == 0 && found == 0 && tables == 0;
    if !is_new && application != APPLICATION {
        return Err(OpenError::Foreign(application));
    }
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    let done = usize::try_from(found).unwrap_or_default();
    for text in MIGRATIONS.iter().skip(done) {
        transaction.execute(*text).await?;
    }
    if found < known {
        let mark = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {known}");
        transaction.execute(AssertSqlSafe(mark)).await?;
    }
    transaction.commit().await?;
    Ok(())
}

impl SqliteStore {
    /// Opens a store, and makes or migrates its tables.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(options: SqliteOptions) -> Result<Self, OpenError> {
        let on_disk = options.path.is_some();
        let connect = match &options.path {
            Some(path) => SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal),
            None => SqliteConnectOptions::new().in_memory(true),
        };
        let connect = connect
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let pool = |most: u32| {
            let pool = SqlitePoolOptions::new()
                .max_connections(most.max(1))
                .acquire_timeout(options.wait)
                .idle_timeout(None)
                .max_lifetime(None)
                .after_connect(move |connection, _| Box::pin(check(connection, on_disk)));
            if on_disk {
                pool.after_release(|connection, _| Box::pin(is_usable(connection)))
            } else {
                // To replace its connection is to lose a database in memory.
                pool
            }
        };
        let writer = pool(1).connect_with(connect.clone()).await?;
        migrate(&mut *writer.acquire().await?).await?;
        let readers: SqlitePool = if on_disk {
            pool(options.readers).connect_lazy_with(connect)
        } else {
            // A database in memory is its connection's alone.
            writer.clone()
        };
        Ok(Self {
            writer,
            readers,
            load: Arc::new(LoadSql::new()),
        })
    }
}
