//! A store in a SQLite file (feature `sqlite`): the default of a service on one machine.

mod batch;
mod file;
mod keys;
mod open;
mod rows;
mod schema;

use core::time::Duration;

use alloc::string::ToString;
use alloc::sync::Arc;

use sqlx::sqlite::SqlitePool;

use super::sql::{LoadSql, sql_store};
use crate::model::Note;
use crate::port::StoreError;

pub use open::{OpenError, SqliteOptions};

/// A store in a SQLite file.
///
/// One process writes at a time, and a commit is on the disk when it is acknowledged (WAL,
/// `synchronous=FULL`); several processes on one machine may share the file. Reading goes on while
/// somebody writes. It needs a tokio runtime. Clones share the connections.
///
/// # Files, copies and other programs
///
/// What was committed last stands in `-wal` beside the file, with `-shm`, until it is brought into the
/// file; that is done from time to time, and by the last connection that is closed
/// ([`close`](Self::close)). A copy of the file alone is incomplete until then, and one of all three is
/// not of one moment. To back up, close every store on the file and copy it, or let SQLite write a copy
/// while the stores go on: `VACUUM INTO 'copy.db'`, or `.backup` of the `sqlite3` command.
///
/// Other programs need SQLite 3.47 or later to read the file: the schema's triggers make up the text of
/// `RAISE`, and earlier ones call that a malformed schema (`near "||": syntax error`). To commit to it is
/// the store's alone; its triggers take SQLite 3.51, which the store brings along.
///
/// The folder must be writable, on a disk of this machine: the locks of network file systems do not do.
///
/// ```
/// use cert_lifecycle::adapter::sqlite::{SqliteOptions, SqliteStore};
/// use cert_lifecycle::model::AccountId;
/// use cert_lifecycle::port::{Filter, Store};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let store = SqliteStore::open(SqliteOptions::in_memory()).await?;
/// let account = AccountId::new("1234567890")?;
/// assert!(store.list(account, Filter::default(), None, 10).await?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SqliteStore {
    /// One connection: SQLite has one writer.
    writer: SqlitePool,
    readers: SqlitePool,
    load: Arc<LoadSql>,
}

/// The extended code of an error that SQLite says.
fn code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    code.parse().ok()
}

/// Whether a file can be read, but not written: `SQLITE_READONLY`, for whatever reason.
fn is_read_only(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code & 0xff == 8)
}

/// What SQLite says, as an error of the port.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what errors are mapped with"
)]
fn failure(error: sqlx::Error) -> StoreError {
    // SQLITE_CORRUPT and SQLITE_NOTADB, with their extended codes; a check on the counters, or what
    // the schema's trigger says of a damaged ledger.
    let damaged = code(&error)
        .is_some_and(|code| matches!(code & 0xff, 11 | 26) || matches!(code, 275 | 1_299 | 1_811));
    let note = Note::lossy(&error.to_string());
    if damaged {
        StoreError::Corrupt(Some(note))
    } else if is_read_only(&error) {
        StoreError::Misconfigured(Some(note))
    } else {
        StoreError::Unavailable(Some(note))
    }
}

impl SqliteStore {
    /// Closes the connections, once what is under way is done. Other clones can't be used any more:
    /// their calls fail, as [`StoreError::Unavailable`].
    ///
    /// The last store on the file that is closed brings `-wal` into it and deletes both files beside it.
    /// Without it nothing is lost either: what was committed is in `-wal`, and the next one that opens
    /// the file finds it there.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A file answers by itself: its lock and its connections have limits of their own.
    async fn within<T>(
        &self,
        call: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        call.await.map_err(failure)
    }

    /// What can be read was committed.
    #[expect(
        clippy::unused_async,
        reason = "it has the form that the statements ask for"
    )]
    async fn confirm(&self) -> Result<(), StoreError> {
        Ok(())
    }

    const fn reading(&self) -> &SqlitePool {
        &self.readers
    }

    const fn writing(&self) -> &SqlitePool {
        &self.writer
    }
}

// There is one writer, so nothing that others have locked has to be skipped.
sql_store!(SqliteStore, Sqlite, "");

/// How long a connection waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);
