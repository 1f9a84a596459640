//! Looks at connections that may be dead before they are used again.
//!
//! A server that was restarted leaves a dead connection for each that a pool keeps, and each would fail
//! somebody's call. To look at every one before each use is a round trip more, so it is done only for
//! those that were idle for long, and for those that were idle when a call failed.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};

use alloc::sync::Arc;

use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tokio::time::{Instant, timeout};

/// A connection that was idle for so long is looked at.
const LONG: Duration = Duration::from_secs(5);

/// How long a look takes at most.
const LOOK: Duration = Duration::from_secs(1);

/// When a call failed last.
#[derive(Clone, Debug, Default)]
pub(super) struct Looks(Arc<Mutex<Option<Instant>>>);

impl Looks {
    /// A call failed, so connections may be dead that were idle then.
    pub(super) fn failed(&self) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Instant::now());
    }

    fn is_due(&self, idle: Duration) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle >= LONG || last.is_some_and(|at| at.elapsed() <= idle)
    }

    /// Whether a connection that was idle may be used; an error if it is dead.
    pub(super) async fn passes(
        &self,
        connection: &mut PgConnection,
        idle: Duration,
    ) -> Result<bool, sqlx::Error> {
        if self.is_due(idle) {
            // Without an answer the server stands still, perhaps. Its connections are kept and count,
            // lest it be sent more and more of them; the call waits as long as any.
            if let Ok(answer) = timeout(LOOK, connection.ping()).await {
                answer?;
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_long_rest_or_a_failure_asks_for_a_look() {
        let looks = Looks::default();
        assert!(!looks.is_due(Duration::ZERO));
        assert!(!looks.is_due(LONG.saturating_sub(Duration::from_nanos(1))));
        assert!(looks.is_due(LONG));
        // It was taken back after the call had failed, or before.
        looks.failed();
        assert!(!looks.is_due(Duration::ZERO));
        assert!(looks.is_due(LONG.saturating_sub(Duration::from_nanos(1))));
    }
}
