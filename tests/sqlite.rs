//! The store in a SQLite file.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it fails"
)]
#![cfg(all(
    feature = "sqlite",
    feature = "service",
    feature = "local-ca",
    feature = "envelope",
    feature = "testing"
))]

#[path = "durable/files.rs"]
mod files;
#[path = "durable/life.rs"]
mod life;
#[path = "durable/names.rs"]
mod names;
#[path = "durable/old.rs"]
mod old;
#[path = "durable/unreadable.rs"]
mod unreadable;

use std::sync::Arc;

use cert_lifecycle::adapter::sqlite::{SqliteOptions, SqliteStore};
use cert_lifecycle::model::Note;
use cert_lifecycle::port::{BoxFuture, Rows, RowsError, Store, StoreError};
use cert_lifecycle::testing::{RowsUnderTest, StoreUnderTest, rows_suite, store_suite};
use tempfile::TempDir;

use life::{Around, first_half, second_half};

fn runtime() -> tokio::runtime::Runtime {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_time().build().unwrap()
}

fn run<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

#[test]
fn a_life_goes_on_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let options = SqliteOptions::file(folder.path().join("life.db"));
    let around = Around::new();
    run(async {
        let store = SqliteStore::open(options.clone()).await.unwrap();
        let (plan, order) = first_half(&around, &around.service(&store, 1)).await;
        store.close().await;
        let store = SqliteStore::open(options).await.unwrap();
        second_half(&around, &around.service(&store, 2), plan, order).await;
    });
}

fn unavailable(error: &dyn std::error::Error) -> StoreError {
    StoreError::Unavailable(Some(Note::lossy(&error.to_string())))
}

/// A store and a second process on its file.
struct OnFile {
    folder: TempDir,
    store: Arc<SqliteStore>,
}

impl OnFile {
    async fn new() -> Result<Self, StoreError> {
        let folder = TempDir::new().map_err(|error| unavailable(&error))?;
        let store = Self::open(&folder).await?;
        Ok(Self { folder, store })
    }

    async fn open(folder: &TempDir) -> Result<Arc<SqliteStore>, StoreError> {
        let options = SqliteOptions::file(folder.path().join("suite.db"));
        let store = SqliteStore::open(options).await;
        store.map(Arc::new).map_err(|error| unavailable(&error))
    }
}

impl StoreUnderTest for OnFile {
    fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Store>, StoreError>> {
        Box::pin(async { Ok(Self::open(&self.folder).await? as Arc<dyn Store>) })
    }
}

impl RowsUnderTest for OnFile {
    fn rows(&self) -> Arc<dyn Rows> {
        self.store.clone()
    }

    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Rows>, RowsError>> {
        Box::pin(async {
            let store = Self::open(&self.folder).await;
            Ok(store.map_err(|error| RowsError::new(&error.to_string()))? as Arc<dyn Rows>)
        })
    }
}

#[test]
fn its_rows_keep_the_contract() {
    let runtime = runtime();
    let report = rows_suite(&|future| runtime.block_on(future), || {
        Box::pin(async {
            let made = OnFile::new().await;
            made.map_err(|error| RowsError::new(&error.to_string()))
        })
    });
    report.assert_ok();
    assert_eq!(report.skipped, [], "{report}");
}

#[test]
fn it_keeps_the_contract() {
    let runtime = runtime();
    let report = store_suite(&|future| runtime.block_on(future), || {
        Box::pin(OnFile::new())
    });
    report.assert_ok();
    assert_eq!(report.skipped, [], "{report}");
    assert_eq!(report.checks.len(), 73, "{:#?}", report.checks);
}

#[test]
fn names_are_found_among_few_and_among_many() {
    let folder = TempDir::new().unwrap();
    run(async {
        let options = SqliteOptions::file(folder.path().join("names.db"));
        let store = SqliteStore::open(options).await.unwrap();
        names::each_is_found_once(&store).await;
        store.close().await;
    });
}

#[test]
fn what_cannot_be_read_in_the_outbox_holds_no_others_up() {
    let folder = TempDir::new().unwrap();
    run(unreadable::others_go_on(&folder.path().join("rows.db")));
}

/// The files of earlier schemas are migrated when they are opened; nothing that is read changes.
#[test]
fn an_old_file_keeps_what_it_holds() {
    for number in old::schemas(".sqlite") {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("old.db");
        std::fs::copy(old::kept(&format!("{number}.sqlite")), &path).unwrap();
        let was = std::fs::read_to_string(old::kept(&format!("{number}.sqlite.txt"))).unwrap();
        run(async {
            let store = SqliteStore::open(SqliteOptions::file(&path)).await.unwrap();
            old::same(&was, &old::shown(&store).await);
            old::go_on(&store).await;
            store.close().await;
            // Once migrated, it is a file like any other.
            let store = SqliteStore::open(SqliteOptions::file(&path)).await.unwrap();
            store.close().await;
        });
    }
}

/// Makes the file that later releases are tried with, when a schema is new.
#[test]
#[ignore = "it makes a file that is kept"]
fn make_the_old_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("old.db");
    run(async {
        let store = SqliteStore::open(SqliteOptions::file(&path)).await.unwrap();
        old::leave(&store).await;
        store.close().await;
        std::fs::copy(&path, old::kept("new.sqlite")).unwrap();
        let store = SqliteStore::open(SqliteOptions::file(&path)).await.unwrap();
        std::fs::write(old::kept("new.sqlite.txt"), old::shown(&store).await).unwrap();
        store.close().await;
    });
}
