//! The three commands by hand, the same on both databases but for how a transaction begins and how a
//! row is locked.

/// Implements the commands for a program with `pool`, connections, and `last`, the last order given.
macro_rules! by_hand {
    ($program:ident, $begin:literal, $lock:literal) => {
        impl $program {
    fn next(&self) -> i64 {
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    async fn submit(&self, account: &str) -> i64 {
        let order = self.next();
        let mut tx = self.pool.begin_with($begin).await.unwrap();
        let text = concat!("SELECT id, total, settled, version FROM plan WHERE account = $1", $lock);
        let plan = sqlx::query(text)
            .bind(account)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        let (id, total, settled): (i64, i64, i64) = (plan.get(0), plan.get(1), plan.get(2));
        let version: i64 = plan.get(3);
        assert!(settled < total, "the plan is used up");
        let (names, applicant) = (
            "www.example.com",
            json!({"name": "Tom", "phone": "13900000000", "email": "username@example.com"}),
        );
        let text = "INSERT INTO instance (account, order_id, plan, state, names, applicant, version, \
                    due_at) VALUES ($1, $2, $3, 'verifying', $4, $5, 1, $6)";
        let query = sqlx::query(text)
            .bind(account)
            .bind(order)
            .bind(id)
            .bind(names);
        let query = query.bind(applicant.to_string()).bind(NOW + 30);
        query.execute(&mut *tx).await.unwrap();
        let text = "INSERT INTO name VALUES ($1, $2, $3)";
        let query = sqlx::query(text)
            .bind(account)
            .bind("com.example.www.")
            .bind(order);
        query.execute(&mut *tx).await.unwrap();
        let text = "INSERT INTO event VALUES ($1, 1, $2), ($3, $4, $5)";
        let submitted = json!({"type": "submitted", "order": order, "account": account, "plan": id,
            "names": [names], "applicant": applicant, "method": "dns", "key": "p-256", "at": NOW});
        let moved = json!({"type": "settled", "plan": id, "order": order, "at": NOW});
        let query = sqlx::query(text)
            .bind(format!("order {order}"))
            .bind(submitted.to_string());
        let query = query
            .bind(format!("plan {id}"))
            .bind(version + 1)
            .bind(moved.to_string());
        query.execute(&mut *tx).await.unwrap();
        let text = "UPDATE plan SET settled = settled + 1, version = version + 1 WHERE id = $1";
        sqlx::query(text).bind(id).execute(&mut *tx).await.unwrap();
        let effect = json!({"type": "request-issuance", "order": order}).to_string();
        let text = "INSERT INTO outbox (id, account, effect, not_before) VALUES ($1, $2, $3, $4)";
        let query = sqlx::query(text)
            .bind(format!("request-{order}-1"))
            .bind(account);
        query
            .bind(effect)
            .bind(NOW)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        order
    }

    async fn withdraw(&self, account: &str, order: i64) {
        let mut tx = self.pool.begin_with($begin).await.unwrap();
        let text = concat!("SELECT state, version FROM instance WHERE account = $1 AND order_id = $2", $lock);
        let query = sqlx::query(text).bind(account).bind(order);
        let row = query.fetch_one(&mut *tx).await.unwrap();
        let (state, version): (String, i64) = (row.get(0), row.get(1));
        assert_eq!(state, "verifying");
        let text = "UPDATE instance SET state = 'pending', version = version + 1, due_at = NULL \
                    WHERE order_id = $1";
        sqlx::query(text)
            .bind(order)
            .execute(&mut *tx)
            .await
            .unwrap();
        let body = json!({"type": "withdrawn", "order": order, "at": NOW}).to_string();
        let query = sqlx::query("INSERT INTO event VALUES ($1, $2, $3)");
        let query = query
            .bind(format!("order {order}"))
            .bind(version + 1)
            .bind(body);
        query.execute(&mut *tx).await.unwrap();
        let effect = json!({"type": "cancel-at-ca", "order": order}).to_string();
        let text = "INSERT INTO outbox (id, account, effect, not_before) VALUES ($1, $2, $3, $4)";
        let query = sqlx::query(text)
            .bind(format!("request-{order}-2"))
            .bind(account);
        query
            .bind(effect)
            .bind(NOW)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn delete(&self, account: &str, order: i64) {
        let mut tx = self.pool.begin_with($begin).await.unwrap();
        let text = concat!("SELECT i.state, i.version, p.id, p.version FROM instance i JOIN plan p ON p.id = i.plan WHERE i.account = $1 AND i.order_id = $2", $lock);
        let query = sqlx::query(text).bind(account).bind(order);
        let row = query.fetch_one(&mut *tx).await.unwrap();
        let (state, version): (String, i64) = (row.get(0), row.get(1));
        let (plan, moves): (i64, i64) = (row.get(2), row.get(3));
        assert_eq!(state, "pending");
        let text =
            "UPDATE instance SET state = 'deleted', version = version + 1 WHERE order_id = $1";
        sqlx::query(text)
            .bind(order)
            .execute(&mut *tx)
            .await
            .unwrap();
        let text = "UPDATE plan SET settled = settled - 1, version = version + 1 WHERE id = $1";
        sqlx::query(text)
            .bind(plan)
            .execute(&mut *tx)
            .await
            .unwrap();
        let text = "INSERT INTO event VALUES ($1, $2, $3), ($4, $5, $6)";
        let deleted = json!({"type": "deleted", "order": order, "at": NOW}).to_string();
        let back = json!({"type": "returned", "plan": plan, "order": order, "at": NOW}).to_string();
        let query = sqlx::query(text)
            .bind(format!("order {order}"))
            .bind(version + 1);
        let query = query
            .bind(deleted)
            .bind(format!("plan {plan}"))
            .bind(moves + 1)
            .bind(back);
        query.execute(&mut *tx).await.unwrap();
        let effect = json!({"type": "destroy-key", "order": order}).to_string();
        let text = "INSERT INTO outbox (id, account, effect, not_before) VALUES ($1, $2, $3, $4)";
        let query = sqlx::query(text)
            .bind(format!("request-{order}-3"))
            .bind(account);
        query
            .bind(effect)
            .bind(NOW)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
        }

        impl Side for $program {
    fn buy(&self, number: usize) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let text = "INSERT INTO plan (account, total, settled, version) VALUES ($1, $2, 0, 1)";
            let query = sqlx::query(text).bind(format!("{}", 1_000_000_000 + number));
            query
                .bind(i64::from(UNITS))
                .execute(&self.pool)
                .await
                .unwrap();
        })
    }

    fn cycle(&self, number: usize) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let account = format!("{}", 1_000_000_000 + number);
            let order = self.submit(&account).await;
            self.withdraw(&account, order).await;
            self.delete(&account, order).await;
        })
    }
}
    };
}
pub(crate) use by_hand;
