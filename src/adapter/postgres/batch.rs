//! Committing a batch: a statement of its own for most, a call of a function of the schema for all.

use core::time::Duration;

use super::quick::quick;
use super::{PostgresStore, code, failure};
use crate::adapter::sql::{Written, taken_order};
use crate::port::{Batch, CommitError};

/// How often a commit is tried again that the server broke off for another one's sake.
const ATTEMPTS: u32 = 8;

/// The codes of a server that broke a transaction off although nothing is wrong with it: it could not
/// be put in order with others, it was in a deadlock, or another one took an id first, which the next
/// attempt sees.
fn is_rivalry(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("40001" | "40P01" | "23505"))
}

/// The codes of a statement of its own that did not do it, for one reason or another: a row was not as
/// expected, a key or a condition of a table stood against it, or a rivalry.
fn is_refusal(error: &sqlx::Error) -> bool {
    let refuses = |code: &str| code == "CL004" || code.starts_with("23") || code.starts_with("40");
    code(error).as_deref().is_some_and(refuses)
}

impl PostgresStore {
    pub(super) async fn commit_batch(&self, batch: Batch) -> Result<(), CommitError> {
        self.limited(self.try_to_commit(batch)).await
    }

    async fn try_to_commit(&self, batch: Batch) -> Result<(), CommitError> {
        if let Some(quick) = quick(&batch) {
            match quick.execute(&self.pool).await {
                Ok(_) => return Ok(()),
                // The function tells why, or does it, if there is no reason any more.
                Err(error) if is_refusal(&error) => {}
                Err(error) => return Err(failure(error).into()),
            }
        }
        let written = Written::new(&batch);
        let mut pause = Duration::from_millis(2);
        for _ in 1..ATTEMPTS {
            match self.call(&written.text).await {
                Err(error) if is_rivalry(&error) => {
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2);
                }
                answer => return judged(answer, &written),
            }
        }
        judged(self.call(&written.text).await, &written)
    }

    async fn call(&self, text: &str) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT cl_commit($1::jsonb)")
            .bind(text)
            .fetch_one(&self.pool)
            .await
    }
}

/// What the function's answer means.
fn judged(answer: Result<i64, sqlx::Error>, written: &Written) -> Result<(), CommitError> {
    match answer {
        Ok(0) => Ok(()),
        Ok(answer) => Err(written.conflict(answer)),
        Err(error) => {
            let own = error.as_database_error();
            let taken = own.filter(|own| own.code().as_deref() == Some("CL003"));
            let conflict = taken.and_then(|own| taken_order(own.message()));
            Err(conflict.unwrap_or_else(|| failure(error).into()))
        }
    }
}
