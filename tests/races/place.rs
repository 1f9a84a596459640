//! The stores that the races run over, emptied before each run: that is cheaper than a new one.

use std::path::Path;
use std::sync::{Arc, Mutex};

use cert_lifecycle::adapter::MemoryStore;
use cert_lifecycle::adapter::postgres::{PostgresOptions, PostgresStore};
use cert_lifecycle::adapter::sqlite::{SqliteOptions, SqliteStore};
use cert_lifecycle::port::Store;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

use super::cluster::Server;

pub(crate) enum Place {
    Memory,
    File {
        store: SqliteStore,
        own: tokio::sync::Mutex<SqliteConnection>,
        empty: String,
    },
    Database {
        store: PostgresStore,
        own: tokio::sync::Mutex<PgConnection>,
        empty: String,
    },
}

/// What empties tables. The store is not asked, so that one that forgets to remove shows nothing.
fn emptying(tables: &[String]) -> String {
    assert!(!tables.is_empty(), "a store without tables");
    let all = tables.iter().map(|table| format!("DELETE FROM {table};"));
    all.collect()
}

impl Place {
    pub(crate) async fn file(folder: &Path) -> Self {
        let path = folder.join("races.db");
        let store = SqliteStore::open(SqliteOptions::file(&path)).await.unwrap();
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
        let mut own = SqliteConnection::connect_with(&options).await.unwrap();
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'cl\\_%' ESCAPE '\\'",
        )
        .fetch_all(&mut own)
        .await
        .unwrap();
        Self::File {
            store,
            own: own.into(),
            empty: emptying(&tables),
        }
    }

    /// In a database of a server, which is made anew.
    pub(crate) async fn database(server: &Mutex<Server>, name: &str) -> Self {
        let (main, url) = {
            let server = server.lock().unwrap();
            (server.url("postgres"), server.url(name))
        };
        let mut own = PgConnection::connect(&main).await.unwrap();
        for text in [
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("CREATE DATABASE {name}"),
        ] {
            own.execute(AssertSqlSafe(text)).await.unwrap();
        }
        own.close().await.unwrap();
        let options = PostgresOptions::url(&url).unwrap();
        let store = PostgresStore::open(options).await.unwrap();
        let mut own = PgConnection::connect(&url).await.unwrap();
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT CAST(tablename AS text) FROM pg_tables \
             WHERE tablename LIKE 'cl\\_%' AND tablename <> 'cl_schema'",
        )
        .fetch_all(&mut own)
        .await
        .unwrap();
        Self::Database {
            store,
            own: own.into(),
            empty: emptying(&tables),
        }
    }

    /// An empty store.
    pub(crate) async fn fresh(&self) -> Arc<dyn Store> {
        match self {
            Self::Memory => Arc::new(MemoryStore::new()),
            Self::File { store, own, empty } => {
                let mut own = own.lock().await;
                own.execute(AssertSqlSafe(empty.clone())).await.unwrap();
                Arc::new(store.clone())
            }
            Self::Database { store, own, empty } => {
                let mut own = own.lock().await;
                own.execute(AssertSqlSafe(empty.clone())).await.unwrap();
                Arc::new(store.clone())
            }
        }
    }

    pub(crate) async fn close(self) {
        match self {
            Self::Memory => {}
            Self::File { store, own, .. } => {
                store.close().await;
                own.into_inner().close().await.unwrap();
            }
            Self::Database { store, own, .. } => {
                store.close().await;
                own.into_inner().close().await.unwrap();
            }
        }
    }
}
