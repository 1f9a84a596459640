//! The other side on PostgreSQL: a schema and three functions for just these commands.

use std::sync::atomic::{AtomicI64, Ordering};

use cert_lifecycle::port::BoxFuture;
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor, PgPool, Row};

use super::hand::by_hand;
use super::{Side, UNITS};

const SCHEMA: &str = "
CREATE TABLE plan (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL UNIQUE, total bigint NOT NULL,
    settled bigint NOT NULL, version bigint NOT NULL);
CREATE TABLE instance (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL, order_id bigint NOT NULL UNIQUE,
    plan bigint NOT NULL, state text NOT NULL, names text NOT NULL, applicant text NOT NULL,
    version bigint NOT NULL, due_at bigint);
CREATE INDEX instance_list ON instance (account, number);
CREATE INDEX instance_due ON instance (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE name (account text NOT NULL, backwards text COLLATE \"C\" NOT NULL, order_id bigint NOT NULL,
    PRIMARY KEY (account, backwards, order_id));
CREATE TABLE event (stream text NOT NULL, version bigint NOT NULL, body text NOT NULL,
    PRIMARY KEY (stream, version));
CREATE TABLE outbox (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE, account text NOT NULL,
    effect text NOT NULL, not_before bigint NOT NULL);
CREATE INDEX outbox_due ON outbox (not_before, position);
";

/// The instant of everything.
const NOW: i64 = 1_774_000_000;

pub(crate) struct HandPostgres {
    pool: PgPool,
    last: AtomicI64,
}

impl HandPostgres {
    pub(crate) async fn open(url: &str, connections: u32) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .test_before_acquire(false);
        let pool = pool.connect(url).await.unwrap();
        pool.execute(SCHEMA).await.unwrap();
        Self {
            pool,
            last: AtomicI64::new(100_001_000_000_000),
        }
    }
}

by_hand!(HandPostgres, "BEGIN", " FOR UPDATE");
