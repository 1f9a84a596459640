//! Committing a batch: everything in one transaction that has the file to itself.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Sqlite};

use super::sums::{BESIDE, moved, sums};
use super::{SqliteStore, failure};
use crate::adapter::sql::{
    InstanceFacts, PurchaseSums, RawRow, backwards, counters, current, hex, key, kind, number,
    order_number, seconds, year_bounds,
};
use crate::codec::stored::{encode_effect, encode_event, encode_receipt};
use crate::lifecycle::Event;
use crate::model::{DomainName, InstanceId, RefundState, Timestamp};
use crate::port::{
    Batch, CommitError, Expectation, IndexEntry, Record, SameBeside, StoreError, StreamId,
};

type Query<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

/// A transaction, and whose it is.
struct Writing<'c> {
    connection: &'c mut SqliteConnection,
    account: String,
}

/// Owner and version of a stream, whosever it is.
const fn stream_sql(stream: &StreamId) -> &'static str {
    match stream {
        StreamId::Instance(_) => "SELECT account, version FROM cl_instance WHERE id = $1",
        StreamId::Plan(_) => "SELECT account, version FROM cl_plan WHERE id = $1",
        StreamId::Chain(_) => "SELECT account, version FROM cl_chain WHERE id = $1",
        StreamId::Purchase(_) => "SELECT account, version FROM cl_purchase WHERE id = $1",
    }
}

impl SqliteStore {
    pub(super) async fn commit_batch(&self, batch: Batch) -> Result<(), CommitError> {
        let begun = self.writer.begin_with("BEGIN IMMEDIATE").await;
        let mut transaction = begun.map_err(failure)?;
        let mut writing = Writing {
            connection: &mut transaction,
            account: batch.account.to_string(),
        };
        // A transaction that is dropped is rolled back.
        writing.write(&batch).await?;
        transaction.commit().await.map_err(failure)?;
        Ok(())
    }
}

impl Writing<'_> {
    async fn one(&mut self, query: Query<'_>) -> Result<Option<SqliteRow>, StoreError> {
        let row = query.fetch_optional(&mut *self.connection).await;
        row.map_err(failure)
    }

    async fn run(&mut self, query: Query<'_>) -> Result<u64, StoreError> {
        let done = query.execute(&mut *self.connection).await;
        Ok(done.map_err(failure)?.rows_affected())
    }

    async fn build(&mut self, mut query: QueryBuilder<Sqlite>) -> Result<(), StoreError> {
        self.run(query.build()).await.map(|_| ())
    }

    async fn write(&mut self, batch: &Batch) -> Result<(), CommitError> {
        for expectation in &batch.expectations {
            if !self.holds(expectation).await? {
                return Err(CommitError::Conflict(expectation.clone()));
            }
        }
        if let Some(record) = &batch.record {
            let expectation = Expectation::NewKey(record.key);
            if !self.holds(&expectation).await? {
                return Err(CommitError::Conflict(expectation));
            }
        }
        let mut streams: Vec<(StreamId, Vec<&Event>)> = Vec::new();
        for event in &batch.events {
            let stream = StreamId::of(event);
            match streams.iter_mut().find(|(own, _)| *own == stream) {
                Some((_, events)) => events.push(event),
                None => streams.push((stream, Vec::from([event]))),
            }
        }
        let mut versions = Vec::new();
        for (stream, _) in &streams {
            let found = self.stream(stream).await?;
            if found
                .as_ref()
                .is_some_and(|(owner, _)| *owner != self.account)
            {
                return Err(CommitError::Conflict(Expectation::New(*stream)));
            }
            versions.push(found.map(|(_, version)| version));
        }
        for ((stream, events), version) in streams.iter().zip(versions) {
            self.append(stream, events, version).await?;
        }
        for entry in &batch.index {
            self.file(entry).await?;
        }
        for instance in &batch.stir {
            self.stir(*instance, batch.at).await?;
        }
        if !batch.outbox.is_empty() {
            self.post(batch).await?;
        }
        if let Some(record) = &batch.record {
            self.keep(record).await?;
        }
        Ok(())
    }

    /// Owner and version of a stream, whosever it is.
    async fn stream(&mut self, stream: &StreamId) -> Result<Option<(String, i64)>, StoreError> {
        let query = sqlx::query(stream_sql(stream)).bind(key(stream));
        let Some(row) = self.one(query).await? else {
            return Ok(None);
        };
        let row = RawRow(&row);
        Ok(Some((row.text(0)?, row.number(1)?)))
    }

    async fn holds(&mut self, expectation: &Expectation) -> Result<bool, StoreError> {
        Ok(match expectation {
            Expectation::New(stream) => self.stream(stream).await?.is_none(),
            Expectation::NewOrder(order) => {
                let query = sqlx::query("SELECT 1 FROM cl_order WHERE id = $1");
                self.one(query.bind(order_number(*order))).await?.is_none()
            }
            Expectation::Version(stream, version) => {
                let found = self.stream(stream).await?;
                let wanted = i64::try_from(version.0).unwrap_or(i64::MAX);
                found.is_some_and(|(owner, found)| owner == self.account && found == wanted)
            }
            Expectation::Remaining(plan, units) => {
                let text = "SELECT total - reserved - settled FROM cl_plan \
                            WHERE account = $1 AND id = $2";
                let query = sqlx::query(text).bind(self.account.clone());
                match self.one(query.bind(plan.to_string())).await? {
                    Some(row) => RawRow(&row).number(0)? >= i64::from(*units),
                    None => false,
                }
            }
            Expectation::FreeName(name) => {
                let text = "SELECT 1 FROM cl_instance WHERE account = $1 AND name = $2";
                let query = sqlx::query(text).bind(self.account.clone());
                self.one(query.bind(name.to_string())).await?.is_none()
            }
            Expectation::Beside(is) => self.is_beside(is).await?,
            Expectation::NewKey(key) => {
                let text = "SELECT 1 FROM cl_record WHERE account = $1 AND key = $2";
                let query = sqlx::query(text).bind(self.account.clone());
                self.one(query.bind(key.to_string())).await?.is_none()
            }
        })
    }

    /// Whether the account's sums are still those that were read.
    async fn is_beside(&mut self, is: &SameBeside) -> Result<bool, StoreError> {
        let (from, until) = year_bounds(is.year);
        let query = sqlx::query(BESIDE)
            .bind(self.account.clone())
            .bind(is.plan.map(|id| id.to_string()))
            .bind(is.purchase.map(|id| id.to_string()))
            .bind(from)
            .bind(until);
        let rows = query.fetch_all(&mut *self.connection).await;
        let rows = rows.map_err(failure)?;
        Ok(sums(&rows, is.product)? == is.beside)
    }

    /// Appends events to a stream that has this version, or begins it.
    async fn append(
        &mut self,
        stream: &StreamId,
        events: &[&Event],
        version: Option<i64>,
    ) -> Result<(), CommitError> {
        let before = version.unwrap_or(0);
        let after = before.saturating_add(number(events.len()));
        match stream {
            StreamId::Instance(id) => self.append_instance(*id, events, version, after).await?,
            StreamId::Plan(_) => self.append_plan(stream, events, version, after).await?,
            StreamId::Chain(_) => self.append_chain(stream, events, version, after).await?,
            StreamId::Purchase(_) => self.append_purchase(stream, events, version, after).await?,
        }
        let (account, id) = (self.account.clone(), key(stream));
        let mut query =
            QueryBuilder::new("INSERT INTO cl_event (account, kind, id, version, body) ");
        let numbered = (before.saturating_add(1)..).zip(events);
        query.push_values(numbered, |mut row, (version, event)| {
            row.push_bind(account.clone());
            row.push_bind(kind(stream));
            row.push_bind(id.clone());
            row.push_bind(version);
            row.push_bind(encode_event(event));
        });
        Ok(self.build(query).await?)
    }

    async fn append_instance(
        &mut self,
        id: InstanceId,
        events: &[&Event],
        version: Option<i64>,
        after: i64,
    ) -> Result<(), CommitError> {
        let all = InstanceFacts::of_all(events);
        let text = if version.is_none() {
            "INSERT INTO cl_instance (version, product, plan, purchase, chain, name, account, id) \
             VALUES ($1, COALESCE($2, ''), $3, $4, $5, $6, $8, $9)"
        } else {
            "UPDATE cl_instance SET version = $1, plan = COALESCE($3, plan), \
             purchase = COALESCE($4, purchase), chain = COALESCE($5, chain), \
             name = CASE WHEN $7 THEN NULL ELSE COALESCE($6, name) END \
             WHERE account = $8 AND id = $9"
        };
        let query = sqlx::query(text)
            .bind(after)
            .bind(all.facts.product.map(|code| code.to_string()))
            .bind(all.facts.plan.map(|id| id.to_string()))
            .bind(all.facts.purchase.map(|id| id.to_string()))
            .bind(all.facts.chain.map(|id| id.to_string()))
            .bind(all.facts.name.map(|name| name.to_string()))
            .bind(all.facts.frees_name)
            .bind(self.account.clone())
            .bind(id.to_string());
        self.run(query).await?;
        for order in all.orders {
            let text = "INSERT INTO cl_order (id, account, instance) VALUES ($1, $2, $3) \
                        ON CONFLICT (id) DO UPDATE SET instance = excluded.instance \
                        WHERE cl_order.account = $2 AND cl_order.instance = $3";
            let query = sqlx::query(text).bind(order_number(order));
            let query = query.bind(self.account.clone()).bind(id.to_string());
            if self.run(query).await? == 0 {
                return Err(CommitError::Conflict(Expectation::NewOrder(order)));
            }
        }
        Ok(())
    }

    async fn append_plan(
        &mut self,
        stream: &StreamId,
        events: &[&Event],
        version: Option<i64>,
        after: i64,
    ) -> Result<(), StoreError> {
        let old = match version {
            Some(_) => {
                let text = "SELECT total, reserved, settled, issued, revocations, taken, \
                            revoked, refunded_at, refunded_cash, product FROM cl_plan \
                            WHERE account = $1 AND id = $2";
                let query = sqlx::query(text)
                    .bind(self.account.clone())
                    .bind(key(stream));
                self.one(query).await?
            }
            None => None,
        };
        let old = match &old {
            Some(row) => {
                let row = RawRow(row);
                Some((counters(&row, 0)?, row.text(9)?))
            }
            None => None,
        };
        let moved = moved(old, events)?;
        let (now, product) = (moved.counters, moved.product);
        let text = if version.is_none() {
            "INSERT INTO cl_plan (version, total, reserved, settled, issued, revocations, taken, \
             refunded_at, refunded_cash, account, id, product, revoked) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        } else {
            "UPDATE cl_plan SET version = $1, total = $2, reserved = $3, settled = $4, issued = $5, \
             revocations = $6, taken = $7, refunded_at = $8, refunded_cash = $9, \
             revoked = $13 WHERE account = $10 AND id = $11 AND product = $12"
        };
        let refund = match now.refund {
            RefundState::Refunded { at, cash } => Some((seconds(at), cash)),
            RefundState::None | RefundState::Review { .. } => None,
        };
        let cash = refund.map(|(_, cash)| i64::try_from(cash).unwrap_or(i64::MAX));
        let query = sqlx::query(text)
            .bind(after)
            .bind(i64::from(now.total))
            .bind(i64::from(now.reserved))
            .bind(i64::from(now.settled))
            .bind(i64::try_from(now.issued).unwrap_or(i64::MAX))
            .bind(i64::from(now.revocations))
            .bind(i64::try_from(now.taken).unwrap_or(i64::MAX))
            .bind(refund.map(|(at, _)| at))
            .bind(cash)
            .bind(self.account.clone())
            .bind(key(stream))
            .bind(product.clone())
            .bind(i64::try_from(now.revoked).unwrap_or(i64::MAX));
        self.run(query).await?;
        let more = [moved.bought, moved.kept, moved.revoked];
        self.tally(&product, more).await?;
        self.free(moved.free).await
    }

    async fn append_chain(
        &mut self,
        stream: &StreamId,
        events: &[&Event],
        version: Option<i64>,
        after: i64,
    ) -> Result<(), StoreError> {
        let begun = events.iter().rev().find_map(|event| match event {
            Event::Chain { event, .. } => current(event),
            Event::Instance { .. } | Event::Plan { .. } | Event::Purchase { .. } => None,
        });
        let text = if version.is_none() {
            "INSERT INTO cl_chain (version, current, account, id) VALUES ($1, $2, $3, $4)"
        } else {
            "UPDATE cl_chain SET version = $1, current = COALESCE($2, current) \
             WHERE account = $3 AND id = $4"
        };
        let query = sqlx::query(text)
            .bind(after)
            .bind(begun.map(|id| id.to_string()))
            .bind(self.account.clone())
            .bind(key(stream));
        self.run(query).await.map(|_| ())
    }

    async fn append_purchase(
        &mut self,
        stream: &StreamId,
        events: &[&Event],
        version: Option<i64>,
        after: i64,
    ) -> Result<(), StoreError> {
        let mut sums = PurchaseSums::default();
        if version.is_some() {
            let text = "SELECT product, bought, kept, revoked FROM cl_purchase \
                        WHERE account = $1 AND id = $2";
            let query = sqlx::query(text)
                .bind(self.account.clone())
                .bind(key(stream));
            if let Some(row) = self.one(query).await? {
                let row = RawRow(&row);
                let numbers = [row.number(1)?, row.number(2)?, row.number(3)?];
                sums = PurchaseSums::stored(row.text(0)?, numbers);
            }
        }
        let before = [sums.bought, sums.kept, sums.revoked];
        sums.take(events);
        let text = if version.is_none() {
            "INSERT INTO cl_purchase (version, bought, revoked, product, account, id, kept) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        } else {
            "UPDATE cl_purchase SET version = $1, bought = $2, revoked = $3, kept = $7 \
             WHERE product = $4 AND account = $5 AND id = $6"
        };
        let query = sqlx::query(text)
            .bind(after)
            .bind(sums.bought)
            .bind(sums.revoked)
            .bind(sums.product.clone())
            .bind(self.account.clone())
            .bind(key(stream))
            .bind(sums.kept);
        self.run(query).await?;
        let mut more = [sums.bought, sums.kept, sums.revoked];
        for (now, before) in more.iter_mut().zip(before) {
            *now = now.saturating_sub(before);
        }
        self.tally(&sums.product, more).await?;
        self.free(sums.free).await
    }

    /// Adds to the account's sums of a product.
    async fn tally(&mut self, product: &str, more: [i64; 3]) -> Result<(), StoreError> {
        let [bought, kept, revoked] = more;
        if more == [0; 3] {
            return Ok(());
        }
        let text = "INSERT INTO cl_tally (account, product, bought, kept, revoked) \
                    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, product) DO UPDATE SET \
                    bought = bought + excluded.bought, kept = kept + excluded.kept, \
                    revoked = revoked + excluded.revoked";
        let query = sqlx::query(text)
            .bind(self.account.clone())
            .bind(product.to_string())
            .bind(bought)
            .bind(kept)
            .bind(revoked);
        self.run(query).await.map(|_| ())
    }

    async fn free(&mut self, taken: Option<(Timestamp, i64)>) -> Result<(), StoreError> {
        let Some((at, count)) = taken else {
            return Ok(());
        };
        let query = sqlx::query("INSERT INTO cl_free (account, at, count) VALUES ($1, $2, $3)");
        let query = query
            .bind(self.account.clone())
            .bind(seconds(at))
            .bind(count);
        self.run(query).await.map(|_| ())
    }

    /// Files how an instance is found. Its names are written anew only where they changed.
    async fn file(&mut self, entry: &IndexEntry) -> Result<(), StoreError> {
        let account = self.account.clone();
        let names: Vec<&str> = entry.names.iter().map(DomainName::as_str).collect();
        let names = names.join(" ");
        let text = "SELECT names FROM cl_instance WHERE account = $1 AND id = $2";
        let query = sqlx::query(text)
            .bind(account.clone())
            .bind(entry.instance.to_string());
        let Some(row) = self.one(query).await? else {
            return Ok(());
        };
        let old = RawRow(&row).maybe_text(0)?;
        let text = "UPDATE cl_instance SET order_id = $3, product = $4, stage = $5, names = $6, \
                    expires_at = $7, due_at = $8, claimed_until = NULL, claims = claims + 1 \
                    WHERE account = $1 AND id = $2";
        let query = sqlx::query(text)
            .bind(account.clone())
            .bind(entry.instance.to_string())
            .bind(order_number(entry.order))
            .bind(entry.product.to_string())
            .bind(entry.stage.word())
            .bind(names.clone())
            .bind(entry.expires_at.map(seconds))
            .bind(entry.due_at.map(seconds));
        self.run(query).await?;
        if old.as_deref() == Some(names.as_str()) {
            return Ok(());
        }
        if old.is_some_and(|old| !old.is_empty()) {
            let text = "DELETE FROM cl_name WHERE account = $1 AND instance = $2";
            let query = sqlx::query(text).bind(account.clone());
            self.run(query.bind(entry.instance.to_string())).await?;
        }
        if entry.names.is_empty() {
            return Ok(());
        }
        let instance = entry.instance.to_string();
        let mut query = QueryBuilder::new("INSERT INTO cl_name (account, backwards, instance) ");
        query.push_values(entry.names.iter(), |mut row, name| {
            row.push_bind(account.clone());
            row.push_bind(backwards(name));
            row.push_bind(instance.clone());
        });
        query.push(" ON CONFLICT DO NOTHING");
        self.build(query).await
    }

    async fn stir(&mut self, instance: InstanceId, at: Timestamp) -> Result<(), StoreError> {
        let text = "UPDATE cl_instance SET due_at = $3, claimed_until = NULL, claims = claims + 1 \
                    WHERE account = $1 AND id = $2 AND stage IS NOT NULL";
        let query = sqlx::query(text).bind(self.account.clone());
        self.run(query.bind(instance.to_string()).bind(seconds(at)))
            .await
            .map(|_| ())
    }

    async fn post(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let account = self.account.clone();
        let at = seconds(batch.at);
        let mut query =
            QueryBuilder::new("INSERT INTO cl_outbox (id, account, at, effect, not_before) ");
        query.push_values(batch.outbox.iter(), |mut row, (id, effect)| {
            row.push_bind(id.to_string());
            row.push_bind(account.clone());
            row.push_bind(at);
            row.push_bind(encode_effect(effect));
            row.push_bind(at);
        });
        self.build(query).await
    }

    async fn keep(&mut self, record: &Record) -> Result<(), StoreError> {
        let text = "INSERT INTO cl_record (account, key, digest, at, receipt) \
                    VALUES ($1, $2, $3, $4, $5)";
        let query = sqlx::query(text)
            .bind(self.account.clone())
            .bind(record.key.to_string())
            .bind(hex(&record.digest))
            .bind(seconds(record.at))
            .bind(encode_receipt(&record.receipt));
        self.run(query).await.map(|_| ())
    }
}
