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
    feature = "envelope"
))]

#[path = "durable/life.rs"]
mod life;

use cert_lifecycle::adapter::sqlite::{OpenError, SqliteOptions, SqliteStore};
use sqlx::{Connection, Executor};
use tempfile::TempDir;

use life::{Around, first_half, second_half};

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let mut runtime = runtime;
    let runtime = runtime.worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(future)
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

#[test]
fn files_of_others_and_of_later_releases_are_refused() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| SqliteOptions::file(folder.path().join(name));
    run(async {
        let pragma = async |name: &str, text: &'static str| {
            let connect = sqlx::sqlite::SqliteConnectOptions::new()
                .filename(folder.path().join(name))
                .create_if_missing(true);
            let mut connection = sqlx::SqliteConnection::connect_with(&connect)
                .await
                .unwrap();
            connection.execute(text).await.unwrap();
            connection.close().await.unwrap();
        };
        let store = SqliteStore::open(at("later.db")).await.unwrap();
        store.close().await;
        pragma("later.db", "PRAGMA user_version = 99").await;
        let refused = SqliteStore::open(at("later.db")).await.unwrap_err();
        assert!(
            matches!(refused, OpenError::Newer { found: 99, .. }),
            "{refused}"
        );
        pragma("foreign.db", "CREATE TABLE notes (text TEXT)").await;
        let refused = SqliteStore::open(at("foreign.db")).await.unwrap_err();
        assert!(matches!(refused, OpenError::Foreign(0)), "{refused}");
        std::fs::write(
            folder.path().join("text.db"),
            "no database at all, but a text",
        )
        .unwrap();
        assert!(SqliteStore::open(at("text.db")).await.is_err());
    });
}
