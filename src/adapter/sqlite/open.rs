//! Opening a file: its mark, its pragmas, its migrations.

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
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};

use super::file::{made, misfit};
use super::schema::{APPLICATION, MIGRATIONS};
use super::{BUSY, SqliteStore, code, is_read_only};
use crate::adapter::sql::{LoadSql, number};

/// How often the journal mode is set.
const ATTEMPTS: u32 = 8;

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
    /// A file by its path, made if it is not there, as is not its folder. A path alone: not a URL, nor
    /// one of SQLite's names for a database in memory.
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

/// Why a file was not opened. What it holds was not changed, but for migrations that were committed
/// before; what an interrupted writer left beside it, SQLite may have brought in. A database in memory
/// has the path `:memory:` here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It is no path of a file.
    #[error("{path:?} is no path of a database: {why}")]
    Path {
        /// What was given.
        path: PathBuf,
        /// What it must be.
        why: &'static str,
    },
    /// SQLite can't open it, or it is no database. The file must be readable, and files beside it too.
    #[error("the database {} can't be opened: {source}", .path.display())]
    Database {
        /// Where it is.
        path: PathBuf,
        /// Why.
        source: Box<dyn core::error::Error + Send + Sync>,
    },
    /// It can be read, but not written, or its mode lets nobody write.
    #[error("the database {} can't be written, or its folder can't", .path.display())]
    ReadOnly {
        /// Where it is.
        path: PathBuf,
    },
    /// Another program's database.
    #[error(
        "{} is another program's database (application id {application:#x})", .path.display()
    )]
    Foreign {
        /// Where it is.
        path: PathBuf,
        /// What it says whose it is.
        application: i64,
    },
    /// A later release wrote it.
    #[error(
        "{} has schema {found}, this release knows up to {known}: use a later release",
        .path.display()
    )]
    Newer {
        /// Where it is.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest one that is known.
        known: i64,
    },
    /// SQLite did not take a setting that durability hangs on.
    #[error(
        "SQLite did not take {pragma} = {wanted} for {}: it says {found}", .path.display()
    )]
    Pragma {
        /// Where the database is.
        path: PathBuf,
        /// Which.
        pragma: &'static str,
        /// What it must be.
        wanted: &'static str,
        /// What SQLite says instead.
        found: String,
    },
}

impl OpenError {
    fn of(path: &Path, error: sqlx::Error) -> Self {
        let path = path.to_path_buf();
        if is_read_only(&error) {
            Self::ReadOnly { path }
        } else {
            let source = error.into();
            Self::Database { path, source }
        }
    }
}

async fn pragma(connection: &mut SqliteConnection, name: &'static str) -> Result<i64, sqlx::Error> {
    let text = format!("PRAGMA {name}");
    sqlx::query_scalar(AssertSqlSafe(text))
        .fetch_one(connection)
        .await
}

/// A setting that was not taken.
struct Untaken {
    pragma: &'static str,
    wanted: &'static str,
    found: String,
}

/// What every connection must have taken; read back, since SQLite ignores what it does not know.
async fn untaken(
    connection: &mut SqliteConnection,
    on_disk: bool,
) -> Result<Option<Untaken>, sqlx::Error> {
    for (pragma, wanted) in [
        ("journal_mode", if on_disk { "wal" } else { "memory" }),
        // FULL.
        ("synchronous", "2"),
        ("foreign_keys", "1"),
    ] {
        let text = AssertSqlSafe(format!("PRAGMA {pragma}"));
        let row = sqlx::query(text).fetch_one(&mut *connection).await?;
        // A number is read as text, too.
        let found: String = row.try_get_unchecked(0)?;
        if found != wanted {
            return Ok(Some(Untaken {
                pragma,
                wanted,
                found,
            }));
        }
    }
    Ok(None)
}

/// The same for the pool, which knows no errors but those of the driver.
async fn check(connection: &mut SqliteConnection, on_disk: bool) -> Result<(), sqlx::Error> {
    match untaken(connection, on_disk).await? {
        None => Ok(()),
        Some(Untaken { pragma, found, .. }) => {
            let text = format!("SQLite did not take {pragma}: it says {found}");
            Err(sqlx::Error::Configuration(text.into()))
        }
    }
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

/// What a file says whose it is.
struct Mark {
    application: i64,
    schema: i64,
    is_empty: bool,
}

impl Mark {
    /// The connection is in a transaction, for another process may be making the tables.
    async fn read(connection: &mut SqliteConnection) -> Result<Self, sqlx::Error> {
        let application = pragma(connection, "application_id").await?;
        let schema = pragma(connection, "user_version").await?;
        let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema")
            .fetch_one(connection)
            .await?;
        Ok(Self {
            application,
            schema,
            is_empty: tables == 0,
        })
    }

    /// Looks at a file with settings that leave it as it is.
    ///
    /// Not by a connection that only reads: that one leaves files beside it.
    async fn look(path: &Path) -> Result<Self, sqlx::Error> {
        let connect = SqliteConnectOptions::new().filename(path);
        let mut connection = connect.busy_timeout(BUSY).connect().await?;
        let mut transaction = connection.begin().await?;
        let mark = Self::read(&mut transaction).await;
        transaction.rollback().await?;
        connection.close().await?;
        mark
    }

    /// Which migrations it has had, if it is new or one of ours.
    fn migrated(&self, path: &Path) -> Result<i64, OpenError> {
        let known = number(MIGRATIONS.len());
        let (application, found) = (self.application, self.schema);
        let is_new = application == 0 && found == 0 && self.is_empty;
        let path = path.to_path_buf();
        if !is_new && application != APPLICATION {
            Err(OpenError::Foreign { path, application })
        } else if found > known {
            Err(OpenError::Newer { path, found, known })
        } else {
            Ok(found)
        }
    }
}

/// Brings a file to the newest schema, in one transaction.
async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    let failed = |error| OpenError::of(path, error);
    let known = number(MIGRATIONS.len());
    // Two processes may open a new file at once: the second one waits here and finds it done.
    let begun = connection.begin_with("BEGIN IMMEDIATE").await;
    let mut transaction = begun.map_err(failed)?;
    let mark = Mark::read(&mut transaction).await.map_err(failed)?;
    let found = mark.migrated(path)?;
    let done = usize::try_from(found).unwrap_or_default();
    for text in MIGRATIONS.iter().skip(done) {
        transaction.execute(*text).await.map_err(failed)?;
    }
    let text = if found < known {
        format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {known}")
    } else {
        // SQLite opens what it may not write, and says so at the first write only: this one writes
        // nothing.
        String::from("DELETE FROM cl_key WHERE false")
    };
    let done = transaction.execute(AssertSqlSafe(text)).await;
    done.map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

impl SqliteStore {
    /// Opens a store, and makes or migrates its tables.
    ///
    /// A file that is made may be read and written by its owner alone (on Unix), and so may those that
    /// SQLite keeps beside it; one that is there keeps its mode.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(options: SqliteOptions) -> Result<Self, OpenError> {
        let (on_disk, path) = match options.path {
            Some(path) => (true, path),
            None => (false, PathBuf::from(":memory:")),
        };
        let failed = |error| OpenError::of(&path, error);
        let connect = if on_disk {
            SqliteConnectOptions::new()
                .filename(&path)
                .journal_mode(SqliteJournalMode::Wal)
        } else {
            SqliteConnectOptions::new().in_memory(true)
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
                // Nothing comes between a connection and its file that asking it would show, and to ask
                // costs as much as a short statement: two changes of the thread.
                .test_before_acquire(false)
                .after_connect(move |connection, _| Box::pin(check(connection, on_disk)));
            if on_disk {
                pool.after_release(|connection, _| Box::pin(is_usable(connection)))
            } else {
                // To replace its connection is to lose a database in memory.
                pool
            }
        };
        // A pool waits and says only that it waited; what is wrong is told by a connection alone.
        let first = if on_disk {
            Some(prepared(&path, &connect).await?)
        } else {
            None
        };
        let writer = pool(1).connect_with(connect.clone()).await;
        let writer = writer.map_err(failed)?;
        let readers: SqlitePool = if let Some(first) = first {
            first.close().await.map_err(failed)?;
            pool(options.readers).connect_lazy_with(connect)
        } else {
            // A database in memory is its connection's alone.
            let mut connection = writer.acquire().await.map_err(failed)?;
            migrate(&mut connection, &path).await?;
            writer.clone()
        };
        Ok(Self {
            writer,
            readers,
            load: Arc::new(LoadSql::new()),
        })
    }
}

/// A connection whose journal mode is set.
///
/// Of two that set it at once, one is told that the file is locked, whatever it would have waited. When
/// the other one is done there is nothing left to set.
async fn with_journal(
    path: &Path,
    connect: &SqliteConnectOptions,
) -> Result<SqliteConnection, sqlx::Error> {
    let is_busy = |error: &sqlx::Error| code(error).is_some_and(|code| code & 0xff == 5);
    for _ in 1..ATTEMPTS {
        match connect.connect().await {
            Err(error) if is_busy(&error) => {
                let plain = SqliteConnectOptions::new().filename(path);
                let mut connection = plain.busy_timeout(BUSY).connect().await?;
                let waited = connection.begin_with("BEGIN IMMEDIATE").await?;
                waited.rollback().await?;
                connection.close().await?;
            }
            answer => return answer,
        }
    }
    connect.connect().await
}

/// A connection to a file that is there, is ours, takes the settings and has all its tables.
async fn prepared(
    path: &Path,
    connect: &SqliteConnectOptions,
) -> Result<SqliteConnection, OpenError> {
    let failed = |error| OpenError::of(path, error);
    if let Some(why) = misfit(path) {
        let path = path.to_path_buf();
        return Err(OpenError::Path { path, why });
    }
    let permissions = made(path).map_err(|error| failed(sqlx::Error::Io(error)))?;
    if permissions.readonly() {
        // SQLite would leave files beside it that can't be written either.
        let path = path.to_path_buf();
        return Err(OpenError::ReadOnly { path });
    }
    // Setting the journal mode writes to the file, so the look comes first.
    Mark::look(path).await.map_err(failed)?.migrated(path)?;
    let mut connection = with_journal(path, connect).await.map_err(failed)?;
    let untaken = untaken(&mut connection, true).await.map_err(failed)?;
    if let Some(untaken) = untaken {
        return Err(OpenError::Pragma {
            path: path.to_path_buf(),
            pragma: untaken.pragma,
            wanted: untaken.wanted,
            found: untaken.found,
        });
    }
    migrate(&mut connection, path).await?;
    Ok(connection)
}
