//! The other side on SQLite: a schema and three functions for just these commands.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use cert_lifecycle::port::BoxFuture;
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Executor, Row, SqlitePool};

use super::hand::by_hand;
use super::{Side, UNITS};

const SCHEMA: &str = "
CREATE TABLE plan (id INTEGER PRIMARY KEY, account TEXT NOT NULL UNIQUE, total INTEGER NOT NULL,
    settled INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
CREATE TABLE instance (number INTEGER PRIMARY KEY, account TEXT NOT NULL, order_id INTEGER NOT NULL UNIQUE,
    plan INTEGER NOT NULL, state TEXT NOT NULL, names TEXT NOT NULL, applicant TEXT NOT NULL,
    version INTEGER NOT NULL, due_at INTEGER) STRICT;
CREATE INDEX instance_list ON instance (account, number);
CREATE INDEX instance_due ON instance (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE name (account TEXT NOT NULL, backwards TEXT NOT NULL, order_id INTEGER NOT NULL,
    PRIMARY KEY (account, backwards, order_id)) STRICT, WITHOUT ROWID;
CREATE TABLE event (stream TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (stream, version)) STRICT;
CREATE TABLE outbox (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
    effect TEXT NOT NULL, not_before INTEGER NOT NULL) STRICT;
CREATE INDEX outbox_due ON outbox (not_before, position);
";

/// The instant of everything.
const NOW: i64 = 1_774_000_000;

pub(crate) struct HandSqlite {
    pool: SqlitePool,
    last: AtomicI64,
}

impl HandSqlite {
    pub(crate) async fn open(path: &Path) -> Self {
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new().max_connections(1);
        let pool = pool.connect_with(connect).await.unwrap();
        pool.execute(SCHEMA).await.unwrap();
        Self {
            pool,
            last: AtomicI64::new(100_001_000_000_000),
        }
    }
}

by_hand!(HandSqlite, "BEGIN IMMEDIATE", "");
