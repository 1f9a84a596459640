//! The statements of the port, the same for both stores but for what a claim skips.

/// Implements [`Store`](crate::port::Store) for a store with these of its own: `reading()` and
/// `writing()`, pools of connections; `within`, which waits for an answer and gives errors of the port;
/// `confirm`, which says when what was read may be answered as done; `load`, its
/// [`LoadSql`](super::LoadSql); and `commit_batch`.
///
/// `$skip` stands behind the rows that a claim picks: how to pass those that others have locked.
macro_rules! sql_store {
    ($store:ident, $db:ident, $skip:literal) => {
        mod statements {
            use alloc::boxed::Box;
            use alloc::format;
            use alloc::string::{String, ToString};
            use alloc::vec::Vec;

            use sqlx::{$db, AssertSqlSafe, Executor, QueryBuilder};

            use super::$store;
            use crate::adapter::sql::{
                LISTED_PLANS, LISTED_PURCHASES, RawRow, Subject, corrupt, due_row, key, kind, listed, listed_plan, listed_purchases, loaded,
                number, outbox_row, seconds, subject, suffix_range, year_bounds,
            };
            use crate::codec::stored::decode_event;
            use crate::lifecycle::Event;
            use crate::model::{AccountId, InstanceId, Note, ProductCode, Timestamp};
            use crate::port::{
                Batch, BoxFuture, Claim, CommitError, DueRow, Filter, Lease, Listed, ListedPlan, ListedPurchase, Loaded,
                OutboxPart, OutboxRow, Position, Read, RequestId, Store, StoreError, StreamId, Version,
            };

            const LOOK_DUE: &str = "SELECT 1 FROM cl_instance WHERE due_at <= $1 AND \
                (claimed_until IS NULL OR claimed_until <= $1 OR claimed_until > $2) LIMIT 1";
            const CLAIM_DUE: &str = concat!(
                "UPDATE cl_instance SET claimed_until = $3, claims = claims + 1 WHERE id IN \
                 (SELECT id FROM cl_instance WHERE due_at <= $1 AND \
                 (claimed_until IS NULL OR claimed_until <= $1 OR claimed_until > $2) \
                 ORDER BY due_at, id LIMIT $4",
                $skip,
                ") RETURNING account, id, order_id, due_at, claims"
            );
            const LOOK_OUTBOX: &str = "SELECT 1 FROM cl_outbox WHERE parked IS NULL AND \
                (not_before <= $1 OR not_before > $2) LIMIT 1";
            /// So many names and more are many.
            const FEW: usize = 1_000;
            // The old instant is kept, for RETURNING has no order of its own.
            const LEASE_OUTBOX: &str = concat!(
                "UPDATE cl_outbox SET attempts = attempts + 1, claims = claims + 1, \
                 since = not_before, not_before = $3 WHERE position IN (SELECT position FROM cl_outbox WHERE parked IS NULL AND \
                 (not_before <= $1 OR not_before > $2) ORDER BY not_before, position LIMIT $4",
                $skip,
                ") RETURNING position, id, account, at, effect, attempts, claims, not_before, parked, \
                 since"
            );

            impl $store {
    async fn loaded(&self, account: AccountId, read: Read) -> Result<Loaded, StoreError> {
        let sql = self.load.of(&read);
        let (from, until) = year_bounds(read.year);
        let query = sqlx::query(AssertSqlSafe(sql)).bind(account.to_string());
        let (query, second) = match subject(&read.set) {
            Subject::Order(order) => (query.bind(order), None),
            Subject::Pair(order, second) => (query.bind(order), Some(second)),
            Subject::Text(text) => (query.bind(text), None),
        };
        let query = query.bind(from).bind(until);
        let query = query.bind(read.key.map(|key| key.to_string()));
        let query = match second {
            Some(second) => query.bind(second),
            None => query,
        };
        let rows: Vec<<$db as sqlx::Database>::Row> = self.within(query.fetch_all(self.reading())).await?;
        let found = loaded(&read, &rows)?;
        if found.record.is_some() {
            self.confirm().await?;
        }
        Ok(found)
    }

    /// Whether an account has few names in a range. Then its instances are found by them, and
    /// otherwise they are gone through until a page is full.
    async fn has_few(
        &self,
        account: AccountId,
        (first, end): &(String, String),
    ) -> Result<bool, StoreError> {
        let text = "SELECT COUNT(*) FROM (SELECT 1 FROM cl_name WHERE account = $1 AND \
                    backwards >= $2 AND backwards < $3 LIMIT $4) named";
        let query = sqlx::query(text).bind(account.to_string()).bind(first.as_str());
        let query = query.bind(end.as_str()).bind(number(FEW));
        let row = self.within(query.fetch_one(self.reading())).await?;
        Ok(RawRow(&row).number(0)? < number(FEW))
    }

    /// The instances that a filter finds, up to where an order would stand.
    async fn found(
        &self,
        columns: &str,
        account: AccountId,
        filter: Filter,
        before: Option<Position>,
    ) -> Result<QueryBuilder<$db>, StoreError> {
        let names = filter.name_suffix.as_ref().map(suffix_range);
        let few = match &names {
            Some(names) => self.has_few(account, names).await?,
            None => false,
        };
        let mut query = QueryBuilder::<$db>::new(format!("SELECT {columns} FROM "));
        if let Some((first, end)) = names.clone().filter(|_| few) {
            // From the names to their instances: a join that no planner may turn round.
            query.push("(SELECT DISTINCT instance FROM cl_name WHERE account = ");
            query.push_bind(account.to_string()).push(" AND backwards >= ");
            query.push_bind(first).push(" AND backwards < ").push_bind(end);
            query.push(") n CROSS JOIN cl_instance i WHERE i.id = n.instance");
        } else {
            query.push("cl_instance i WHERE true");
        }
        query.push(" AND stage IS NOT NULL AND account = ");
        query.push_bind(account.to_string());
        if let Some(before) = before {
            let end = i64::try_from(before.0).unwrap_or(i64::MAX);
            query.push(" AND number < ").push_bind(end);
        }
        if filter.stages.is_empty() {
            query.push(" AND stage <> 'deleted'");
        } else {
            query.push(" AND stage IN (");
            let mut list = query.separated(", ");
            for stage in &filter.stages {
                list.push_bind(stage.word());
            }
            query.push(")");
        }
        if let Some(end) = filter.expires_before {
            query.push(" AND expires_at < ").push_bind(seconds(end));
        }
        if let Some(code) = filter.product {
            query.push(" AND product = ").push_bind(code.to_string());
        }
        if let Some((first, end)) = names.filter(|_| !few) {
            query.push(
                " AND EXISTS (SELECT 1 FROM cl_name n WHERE n.account = i.account AND \
                 n.instance = i.id AND n.backwards >= ",
            );
            query.push_bind(first).push(" AND n.backwards < ");
            query.push_bind(end).push(")");
        }
        Ok(query)
    }

    /// Lays a row aside of which no more than its place can be read.
    async fn lay_aside(&self, place: i64, why: &StoreError) -> Result<u64, StoreError> {
        let text = "UPDATE cl_outbox SET parked = $2 WHERE position = $1 AND parked IS NULL";
        let why = Note::lossy(&why.to_string());
        let query = sqlx::query(text).bind(place).bind(why.to_string());
        self.change(query).await
    }

    /// Changes rows; how many.
    async fn change(
        &self,
        query: sqlx::query::Query<'_, $db, <$db as sqlx::Database>::Arguments>,
    ) -> Result<u64, StoreError> {
        let done = self.within(self.writing().execute(query)).await?;
        Ok(done.rows_affected())
    }

    async fn rows(
        &self,
        pool: &sqlx::Pool<$db>,
        mut query: QueryBuilder<$db>,
    ) -> Result<Vec<<$db as sqlx::Database>::Row>, StoreError> {
        self.within(query.build().fetch_all(pool)).await
    }
}

impl Store for $store {
    fn load(&self, account: AccountId, read: Read) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        Box::pin(self.loaded(account, read))
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<(), CommitError>> {
        Box::pin(self.commit_batch(batch))
    }

    fn journal(
        &self,
        account: AccountId,
        stream: StreamId,
        after: Version,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Event>, StoreError>> {
        Box::pin(async move {
            let text = "SELECT body FROM cl_event WHERE account = $1 AND kind = $2 AND id = $3 \
                        AND version > $4 ORDER BY version LIMIT $5";
            let query = sqlx::query(text)
                .bind(account.to_string())
                .bind(kind(&stream))
                .bind(key(&stream))
                .bind(i64::try_from(after.0).unwrap_or(i64::MAX))
                .bind(number(limit));
            let rows = self.within(query.fetch_all(self.reading())).await?;
            let events = rows.iter().map(|row| {
                let body = RawRow(row).text(0)?;
                Ok(decode_event(&body)?)
            });
            events.collect()
        })
    }

    fn forget_records(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'_, Result<usize, StoreError>> {
        Box::pin(async move {
            // A look first: without old records no lock is taken.
            let old = sqlx::query("SELECT 1 FROM cl_record WHERE at < $1 LIMIT 1")
                .bind(seconds(before))
                .fetch_optional(self.reading());
            if self.within(old).await?.is_none() {
                return Ok(0);
            }
            let text = "DELETE FROM cl_record WHERE (account, key) IN (SELECT account, key FROM \
                        cl_record WHERE at < $1 ORDER BY at, account, key LIMIT $2)";
            let query = sqlx::query(text).bind(seconds(before)).bind(number(limit));
            let gone = self.change(query).await?;
            Ok(usize::try_from(gone).unwrap_or(usize::MAX))
        })
    }

    fn list(
        &self,
        account: AccountId,
        filter: Filter,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Listed>, StoreError>> {
        Box::pin(async move {
            let columns = "number, version, id, order_id, product, stage, names, expires_at, due_at";
            let mut query = self.found(columns, account, filter, before).await?;
            query.push(" ORDER BY number DESC LIMIT ");
            query.push_bind(number(limit));
            let rows = self.rows(self.reading(), query).await?;
            rows.iter().map(|row| listed(&RawRow(row))).collect()
        })
    }

    fn count(
        &self,
        account: AccountId,
        filter: Filter,
    ) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            let query = self.found("COUNT(*)", account, filter, None).await?;
            let rows = self.rows(self.reading(), query).await?;
            rows.first().map_or(Ok(0), |row| RawRow(row).count(0))
        })
    }

    fn plans(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPlan>, StoreError>> {
        Box::pin(async move {
            let mut query = QueryBuilder::<$db>::new(LISTED_PLANS);
            query.push_bind(account.to_string());
            if let Some(code) = product {
                query.push(" AND p.product = ").push_bind(code.to_string());
            }
            if let Some(before) = before {
                let end = i64::try_from(before.0).unwrap_or(i64::MAX);
                query.push(" AND p.number < ").push_bind(end);
            }
            query.push(" ORDER BY p.number DESC LIMIT ");
            query.push_bind(number(limit));
            let rows = self.rows(self.reading(), query).await?;
            rows.iter().map(|row| listed_plan(&RawRow(row))).collect()
        })
    }

    fn purchases(
        &self,
        account: AccountId,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPurchase>, StoreError>> {
        Box::pin(async move {
            let end = before.map_or(i64::MAX, |end| i64::try_from(end.0).unwrap_or(i64::MAX));
            let query = sqlx::query(LISTED_PURCHASES).bind(account.to_string());
            let query = query.bind(end).bind(number(limit));
            let rows = self.within(query.fetch_all(self.reading())).await?;
            listed_purchases(&rows)
        })
    }

    fn due(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<DueRow>, StoreError>> {
        Box::pin(async move {
            // A look first: while nothing is due, no lock is taken.
            let look = sqlx::query(LOOK_DUE)
                .bind(seconds(lease.now))
                .bind(seconds(lease.horizon));
            let seen = self.within(look.fetch_optional(self.reading())).await?;
            if seen.is_none() {
                return Ok(Vec::new());
            }
            let claim = sqlx::query(CLAIM_DUE)
                .bind(seconds(lease.now))
                .bind(seconds(lease.horizon))
                .bind(seconds(lease.until))
                .bind(number(lease.limit));
            let rows = self.within(claim.fetch_all(self.writing())).await?;
            let rows: Result<Vec<DueRow>, _> =
                rows.iter().map(|row| due_row(&RawRow(row))).collect();
            let mut rows = rows?;
            // RETURNING has no order of its own.
            rows.sort_by_key(|row| (row.due_at, row.instance));
            Ok(rows)
        })
    }

    fn reschedule(
        &self,
        account: AccountId,
        instance: InstanceId,
        claim: Claim,
        due_at: Option<Timestamp>,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            // An account that no index knows in this shape: the row is found by its id.
            let text = "UPDATE cl_instance SET due_at = $4, claimed_until = NULL, \
                        claims = claims + 1 WHERE id = $2 AND (account = $1) IS TRUE AND claims = $3";
            let query = sqlx::query(text)
                .bind(account.to_string())
                .bind(instance.to_string())
                .bind(i64::try_from(claim.0).unwrap_or(i64::MAX))
                .bind(due_at.map(seconds));
            self.change(query).await.map(|_| ())
        })
    }

    fn lease(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        Box::pin(async move {
            let look = sqlx::query(LOOK_OUTBOX)
                .bind(seconds(lease.now))
                .bind(seconds(lease.horizon));
            let seen = self.within(look.fetch_optional(self.reading())).await?;
            if seen.is_none() {
                return Ok(Vec::new());
            }
            let claim = sqlx::query(LEASE_OUTBOX)
                .bind(seconds(lease.now))
                .bind(seconds(lease.horizon))
                .bind(seconds(lease.until))
                .bind(number(lease.limit));
            let rows = self.within(claim.fetch_all(self.writing())).await?;
            let mut leased = Vec::new();
            for row in &rows {
                let row = RawRow(row);
                let found = row.number(9).and_then(|since| Ok((since, outbox_row(&row)?)));
                match found {
                    Ok(found) => leased.push(found),
                    // The others go on. What can't be laid aside comes again with its lease's end.
                    Err(error) => {
                        let _ = self.lay_aside(row.number(0)?, &error).await;
                    }
                }
            }
            leased.sort_by_key(|(since, row)| (*since, row.position));
            Ok(leased.into_iter().map(|(_, row)| row).collect())
        })
    }

    fn finish(&self, row: RequestId) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let query = sqlx::query("DELETE FROM cl_outbox WHERE id = $1").bind(row.to_string());
            self.change(query).await.map(|_| ())
        })
    }

    fn postpone(
        &self,
        row: RequestId,
        claim: Claim,
        until: Timestamp,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let text = "UPDATE cl_outbox SET not_before = $3 \
                        WHERE id = $1 AND claims = $2 AND parked IS NULL";
            let query = sqlx::query(text).bind(row.to_string());
            let query = query.bind(i64::try_from(claim.0).unwrap_or(i64::MAX)).bind(seconds(until));
            self.change(query).await.map(|_| ())
        })
    }

    fn park(
        &self,
        row: RequestId,
        claim: Claim,
        reason: Note,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let text = "UPDATE cl_outbox SET parked = $3 \
                        WHERE id = $1 AND claims = $2 AND parked IS NULL";
            let query = sqlx::query(text).bind(row.to_string());
            let query = query.bind(i64::try_from(claim.0).unwrap_or(i64::MAX)).bind(reason.to_string());
            self.change(query).await.map(|_| ())
        })
    }

    fn retry(&self, row: RequestId, at: Timestamp) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(async move {
            let text = "UPDATE cl_outbox SET parked = NULL, attempts = 0, not_before = $2, \
                        claims = claims + 1 \
                        WHERE id = $1 AND parked IS NOT NULL";
            let query = sqlx::query(text).bind(row.to_string()).bind(seconds(at));
            Ok(self.change(query).await? > 0)
        })
    }

    fn outbox(
        &self,
        part: OutboxPart,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        Box::pin(async move {
            let mut query = QueryBuilder::<$db>::new(
                "SELECT position, id, account, at, effect, attempts, claims, not_before, parked \
                 FROM cl_outbox WHERE ",
            );
            query.push(match part {
                OutboxPart::Waiting => "parked IS NULL",
                OutboxPart::Parked => "parked IS NOT NULL",
            });
            let after = after.map_or(0, |after| i64::try_from(after.0).unwrap_or(i64::MAX));
            query.push(" AND position > ").push_bind(after);
            query.push(" ORDER BY position LIMIT ");
            query.push_bind(number(limit));
            let rows = self.rows(self.reading(), query).await?;
            let rows = rows.iter().map(|row| {
                let row = RawRow(row);
                let place = row.number(0)?;
                outbox_row(&row).map_err(|error| corrupt(format!("outbox row {place}: {error}")))
            });
            rows.collect()
        })
    }
}
        }
    };
}
pub(in crate::adapter) use sql_store;
