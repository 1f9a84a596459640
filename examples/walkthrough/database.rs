//! Where a walkthrough keeps what happens: in a file, on a server, or in memory.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use cert_lifecycle::adapter::envelope::{Envelope, KekId, KeyEncryptionKey, SealedKeyVault};
use cert_lifecycle::adapter::postgres::{PostgresOptions, PostgresStore};
use cert_lifecycle::adapter::sqlite::{SqliteOptions, SqliteStore};
use cert_lifecycle::adapter::{MemoryKeyVault, MemoryStore};
use cert_lifecycle::model::AccountId;
use cert_lifecycle::port::{Filter, KeyRows, KeyVault, Store};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::Outcome;

/// What `--database` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// A new SQLite file that is gone at the end.
    Temporary,
    /// Nothing that lasts.
    Memory,
    /// A SQLite file, which a later run continues.
    Sqlite(PathBuf),
    /// A PostgreSQL database, by its URL.
    Postgres(String),
}

impl Database {
    pub(crate) fn named(text: &str) -> Outcome<Self> {
        if text == "memory" {
            return Ok(Self::Memory);
        }
        if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Ok(Self::Sqlite(path.into()));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err("--database takes memory, sqlite:FILE or postgres://…".into())
    }
}

/// A store, a vault beside it, and a folder that goes with them.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) vault: Arc<dyn KeyVault>,
    pub(crate) folder: Option<TempDir>,
}

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Starts the runtime that the SQL stores need; the service itself runs on any executor.
fn start() -> Outcome<()> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_all().build()?;
    // Who was first has started one already.
    let _ = RUNTIME.set(runtime);
    Ok(())
}

/// Waits for an answer.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    match RUNTIME.get() {
        Some(runtime) => runtime.block_on(future),
        None => pollster::block_on(future),
    }
}

/// Keys lie sealed in the same database. A service would take this key from where it keeps its
/// secrets; a fixed one is for a walkthrough alone.
fn vault(rows: impl KeyRows + 'static) -> Outcome<Arc<dyn KeyVault>> {
    let kek = KeyEncryptionKey::from_slice(b"of a walkthrough, and no secret!")?;
    let envelope = Envelope::new(KekId::new("walkthrough")?, kek);
    Ok(Arc::new(SealedKeyVault::new(envelope, rows)))
}

fn sqlite(options: SqliteOptions, folder: Option<TempDir>) -> Outcome<Opened> {
    let store = block_on(SqliteStore::open(options))?;
    Ok(Opened {
        vault: vault(store.clone())?,
        store: Arc::new(store),
        folder,
    })
}

pub(crate) fn open(database: &Database) -> Outcome<Opened> {
    if *database != Database::Memory {
        start()?;
    }
    match database {
        Database::Temporary => {
            let folder = TempDir::with_prefix("walkthrough-")?;
            let file = folder.path().join("life.db");
            sqlite(SqliteOptions::file(file), Some(folder))
        }
        Database::Memory => Ok(Opened {
            store: Arc::new(MemoryStore::new()),
            vault: Arc::new(MemoryKeyVault::new()),
            folder: None,
        }),
        Database::Sqlite(path) => sqlite(SqliteOptions::file(path), None),
        Database::Postgres(url) => {
            let store = block_on(PostgresStore::open(PostgresOptions::url(url)?))?;
            Ok(Opened {
                vault: vault(store.clone())?,
                store: Arc::new(store),
                folder: None,
            })
        }
    }
}

/// The account of a life in a run of the walkthrough; the first run's are A and B.
pub(crate) fn account(name: &str, run: u64) -> Outcome<AccountId> {
    let text = if run == 1 {
        name.to_owned()
    } else {
        format!("{name}-{run}")
    };
    Ok(AccountId::new(&text)?)
}

/// How many runs left something in a store.
pub(crate) fn runs(store: &dyn Store) -> Outcome<u64> {
    let mut runs = 0_u64;
    loop {
        let next = runs.saturating_add(1);
        let found = store.list(account("A", next)?, Filter::default(), None, 1);
        if block_on(found)?.is_empty() {
            return Ok(runs);
        }
        runs = next;
    }
}
