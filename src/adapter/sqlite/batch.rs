//! Committing a batch: one statement, which the schema's trigger carries out whole or not at all.

use alloc::string::String;

use super::{SqliteStore, failure};
use crate::adapter::sql::{Written, taken_order};
use crate::port::{Batch, CommitError};

impl SqliteStore {
    pub(super) async fn commit_batch(&self, batch: Batch) -> Result<(), CommitError> {
        let written = Written::new(&batch);
        let query = sqlx::query("INSERT INTO cl_batch (body) VALUES (jsonb($1))");
        let done = query
            .bind(written.text.as_str())
            .execute(&self.writer)
            .await;
        done.map(|_| ()).map_err(|error| judged(&written, error))
    }
}

/// What the trigger's answer means.
fn judged(written: &Written, error: sqlx::Error) -> CommitError {
    let message = (error.as_database_error()).map_or_else(String::new, |own| own.message().into());
    let mut words = message.strip_prefix("cl ").unwrap_or_default().split(' ');
    let conflict = match (words.next(), words.next()) {
        (Some("expectation"), Some(place)) => place.parse().ok().map(|n| written.conflict(n)),
        (Some("stream"), Some(place)) => {
            let place = place.parse().ok().and_then(i64::checked_neg);
            place.map(|n| written.conflict(n))
        }
        (Some("order"), Some(order)) => taken_order(order),
        _ => None,
    };
    conflict.unwrap_or_else(|| failure(error).into())
}
