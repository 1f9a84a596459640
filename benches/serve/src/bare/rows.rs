//! The statements by hand, on the driver, the settings and the connections that our store has.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::json;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Executor, Row};

use super::Failure;

const SCHEMA: &str = "
CREATE TABLE plan (id INTEGER PRIMARY KEY, account TEXT NOT NULL, total INTEGER NOT NULL,
    settled INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
CREATE TABLE certificate_order (id INTEGER PRIMARY KEY, account TEXT NOT NULL, plan INTEGER NOT NULL,
    state TEXT NOT NULL, csr TEXT NOT NULL, challenge TEXT NOT NULL, certificate TEXT NOT NULL,
    applicant TEXT NOT NULL, version INTEGER NOT NULL) STRICT;
CREATE INDEX order_list ON certificate_order (account, id);
CREATE TABLE event (stream INTEGER NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (stream, version)) STRICT;
CREATE TABLE outbox (number INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, effect TEXT NOT NULL,
    attempts INTEGER NOT NULL, not_before INTEGER NOT NULL) STRICT;
CREATE INDEX outbox_order ON outbox (order_id);
CREATE INDEX outbox_due ON outbox (not_before, number);
CREATE TABLE ca_row (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO plan VALUES (1, '1234567890', 1000000, 0, 1);
";

const ACCOUNT: &str = "1234567890";
const LOAD: &str = "SELECT o.state, o.csr, o.challenge, o.certificate, o.version, p.total, p.settled \
    FROM certificate_order o JOIN plan p ON p.id = o.plan WHERE o.id = ? AND o.account = ?";
const INSERT: &str = "BEGIN IMMEDIATE; \
    INSERT INTO certificate_order VALUES (?, ?, 1, ?, ?, ?, ?, ?, 1); \
    INSERT INTO event SELECT ?, version, ? FROM certificate_order WHERE id = ?; \
    UPDATE plan SET settled = settled + 1, version = version + 1 WHERE id = 1 AND settled < total; \
    INSERT INTO outbox (order_id, effect, attempts, not_before) VALUES (?, ?, 0, 0); COMMIT";
const UPDATE: &str = "BEGIN IMMEDIATE; \
    UPDATE certificate_order SET state = ?, certificate = ?, version = version + 1 WHERE id = ?; \
    INSERT INTO event SELECT ?, version, ? FROM certificate_order WHERE id = ?; COMMIT";
const UPDATE_AND_POST: &str = "BEGIN IMMEDIATE; \
    UPDATE certificate_order SET state = ?, certificate = ?, version = version + 1 WHERE id = ?; \
    INSERT INTO event SELECT ?, version, ? FROM certificate_order WHERE id = ?; \
    INSERT INTO outbox (order_id, effect, attempts, not_before) VALUES (?, ?, 0, 0); COMMIT";
const PUT: &str = "INSERT INTO ca_row (key, value) VALUES (?, ?) \
    ON CONFLICT (key) DO UPDATE SET value = excluded.value";

#[derive(Clone)]
pub(super) struct Order {
    pub(super) state: String,
    pub(super) csr: String,
    pub(super) challenge: String,
    pub(super) certificate: String,
}

pub(super) struct Rows {
    writer: SqlitePool,
    readers: SqlitePool,
    last: AtomicI64,
}

impl Rows {
    pub(super) async fn open(file: &Path) -> Self {
        let connect = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        let pool = |most| {
            SqlitePoolOptions::new()
                .max_connections(most)
                .test_before_acquire(false)
        };
        let writer = pool(1).connect_with(connect.clone()).await.unwrap();
        let known = "SELECT count(*) FROM sqlite_schema WHERE name = 'plan'";
        let known: i64 = sqlx::query_scalar(known).fetch_one(&writer).await.unwrap();
        if known == 0 {
            writer.execute(SCHEMA).await.unwrap();
        }
        let last = "SELECT coalesce(max(id), 100001000000000) FROM certificate_order";
        let last: i64 = sqlx::query_scalar(last).fetch_one(&writer).await.unwrap();
        Self {
            writer,
            readers: pool(4).connect_with(connect).await.unwrap(),
            last: AtomicI64::new(last + 1),
        }
    }

    pub(super) fn next(&self) -> i64 {
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) async fn load(&self, order: i64) -> Result<Order, Failure> {
        let row = sqlx::query(LOAD).bind(order).bind(ACCOUNT);
        let row = row.fetch_one(&self.readers).await?;
        Ok(Order {
            state: row.get(0),
            csr: row.get(1),
            challenge: row.get(2),
            certificate: row.get(3),
        })
    }

    /// Makes the statements of a script: what is new is written by its first commit, how the order
    /// stands afterwards by the others.
    pub(super) async fn play(
        &self,
        script: &str,
        order: i64,
        mut new: Option<(&Order, &str)>,
        after: &Order,
    ) -> Result<(), Failure> {
        let said = json!({
            "type": after.state, "order": order, "account": ACCOUNT, "csr": after.csr,
            "challenge": after.challenge, "certificate": after.certificate,
        });
        let said = said.to_string();
        let row = format!("order/{order}");
        let letters: Vec<char> = script.chars().collect();
        let mut place = 0;
        while let Some(letter) = letters.get(place) {
            place += 1;
            match letter {
                // Before the application there is nothing but the plan.
                'L' if new.is_some() => {
                    let text = "SELECT o.state FROM certificate_order o WHERE o.id = ?";
                    let _ = sqlx::query(text)
                        .bind(order)
                        .fetch_optional(&self.readers)
                        .await?;
                }
                'L' => drop(self.load(order).await?),
                'R' => {
                    let text = "SELECT value FROM ca_row WHERE key = ?";
                    let found = sqlx::query(text)
                        .bind(&row)
                        .fetch_optional(&self.readers)
                        .await?;
                    let _: Option<Vec<u8>> = found.map(|found| found.get(0));
                }
                'O' => {
                    let text = "SELECT number, order_id, effect, attempts, not_before FROM outbox \
                                WHERE number > ? ORDER BY number LIMIT 1";
                    let _ = sqlx::query(text)
                        .bind(0)
                        .fetch_optional(&self.readers)
                        .await?;
                }
                'D' => {
                    let text = "SELECT 1 FROM outbox WHERE not_before <= ? LIMIT 1";
                    let _ = sqlx::query(text)
                        .bind(0)
                        .fetch_optional(&self.readers)
                        .await?;
                }
                'B' => {
                    let rest = &letters[place..];
                    let next = rest.iter().position(|letter| *letter == 'B');
                    let posts = rest[..next.unwrap_or(rest.len())].contains(&'U');
                    self.batch(order, new.take(), after, &said, posts).await?;
                }
                'C' => {
                    let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
                    sqlx::query(PUT)
                        .bind(&row)
                        .bind(said.as_bytes())
                        .execute(&mut *tx)
                        .await?;
                    while letters.get(place) == Some(&'C') {
                        place += 1;
                        let list = sqlx::query(PUT).bind(format!("list/{place}/{order}"));
                        list.bind(&b"1"[..]).execute(&mut *tx).await?;
                    }
                    tx.commit().await?;
                }
                'U' => {
                    let text = "UPDATE outbox SET attempts = attempts + 1 WHERE order_id = ? \
                                RETURNING number, effect";
                    sqlx::query(text)
                        .bind(order)
                        .fetch_all(&self.writer)
                        .await?;
                }
                'X' => {
                    let text = "DELETE FROM outbox WHERE order_id = ?";
                    sqlx::query(text).bind(order).execute(&self.writer).await?;
                }
                letter => return Err(format!("what is {letter}?").into()),
            }
        }
        Ok(())
    }

    async fn batch(
        &self,
        order: i64,
        new: Option<(&Order, &str)>,
        after: &Order,
        said: &str,
        posts: bool,
    ) -> Result<(), Failure> {
        let effect = format!("{{\"order\":{order},\"state\":\"{}\"}}", after.state);
        if let Some((new, applicant)) = new {
            let query = sqlx::query(INSERT)
                .bind(order)
                .bind(ACCOUNT)
                .bind(&new.state);
            let query = query
                .bind(&new.csr)
                .bind(&new.challenge)
                .bind(&new.certificate);
            let query = query.bind(applicant).bind(order).bind(said).bind(order);
            query.bind(order).bind(effect).execute(&self.writer).await?;
            return Ok(());
        }
        let text = if posts { UPDATE_AND_POST } else { UPDATE };
        let query = sqlx::query(text)
            .bind(&after.state)
            .bind(&after.certificate)
            .bind(order);
        let query = query.bind(order).bind(said).bind(order);
        let query = if posts {
            query.bind(order).bind(effect)
        } else {
            query
        };
        query.execute(&self.writer).await?;
        Ok(())
    }
}
