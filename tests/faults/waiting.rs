//! A primary whose standby is gone: PostgreSQL lets commits wait for it, without an end. Nobody is told
//! that something is done which only the primary has.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use cert_lifecycle::adapter::postgres::{PostgresOptions, PostgresStore};
use cert_lifecycle::adapter::{ManualClock, SeededIds};
use cert_lifecycle::model::{AccountId, Channel, PlanId};
use cert_lifecycle::port::{IdempotencyKey, Ids};
use cert_lifecycle::service::{Caller, Receipt, Service, ServiceError};

use super::crashes::next_seed;
use super::outside::Remote;
use super::place::{Opened, account, product};
use super::run;
use super::standby::{End, Pair, WAITS};
use super::writer::CASH;

/// Longer than any limit by far, so that a busy machine is not taken for a hanging call.
const PATIENCE: Duration = Duration::from_mins(1);

fn one() -> AccountId {
    account("5000000001")
}

/// Another one's commits have no lock in common with the first one's.
fn other() -> AccountId {
    account("5000000002")
}

struct World {
    pair: Pair,
    opened: Opened,
    service: Service,
}

impl World {
    /// A store with short limits, and a standby that went away.
    async fn without_standby(answer: Duration) -> Self {
        let mut pair = Pair::start().unwrap();
        let options = PostgresOptions::url(&pair.url("postgres")).unwrap();
        let options = options
            .with_connections(6)
            .with_wait(Duration::from_secs(10))
            .with_statement_limit(Duration::from_millis(500))
            .with_answer_limit(answer);
        let store = PostgresStore::open(options).await.unwrap();
        let opened = Opened::of_postgres(store);
        let clock = ManualClock::new("2026-03-20T09:00:00+08:00".parse().unwrap());
        let ids: Arc<dyn Ids> = Arc::new(SeededIds::new(next_seed()));
        let remote = Arc::new(Remote::default());
        let service = opened.service(Channel::Api, &remote, &clock, &ids);
        pair.synchronous(true).await;
        pair.stop_standby().await;
        Self {
            pair,
            opened,
            service,
        }
    }

    async fn buy(&self, of: AccountId, key: &str) -> Result<(PlanId, Receipt), ServiceError> {
        let caller = Caller::once(of, IdempotencyKey::new(key).unwrap());
        let bought = self
            .service
            .buy_plan(caller, product(), NonZeroU32::MIN, CASH);
        // A call that has no end is a failure.
        tokio::time::timeout(PATIENCE, bought).await.unwrap()
    }

    /// Buys, and sees the commit wait for the standby.
    async fn buy_and_wait(
        &self,
        of: AccountId,
        key: &str,
    ) -> Result<(PlanId, Receipt), ServiceError> {
        tokio::join!(self.buy(of, key), self.pair.until(WAITS)).0
    }

    /// Whether somebody has the plan.
    async fn has(&self, of: AccountId, plan: PlanId) -> bool {
        self.service.plan(of, plan).await.unwrap().is_some()
    }

    async fn plans(&self) -> i64 {
        let url = self.pair.url("postgres");
        let pool = sqlx::PgPool::connect(&url).await.unwrap();
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM cl_plan");
        let count = count.fetch_one(&pool).await.unwrap();
        pool.close().await;
        count
    }
}

/// The call failed, and may be made again.
#[track_caller]
fn unheard<T>(answer: Result<T, ServiceError>) -> String {
    match answer {
        Err(ServiceError::Store(error)) if error.retry_helps() => error.to_string(),
        Err(other) => panic!("not unavailable: {other:?}"),
        Ok(_) => panic!("acknowledged what only the primary has"),
    }
}

/// A commit that waits fails after a time, and so does its repeat; reading goes on. When the standby
/// is back, the same store goes on, and the command was carried out once.
pub(crate) fn commits_fail_and_go_on_when_it_is_back() {
    run(async {
        let mut world = World::without_standby(Duration::from_secs(4)).await;
        let said = unheard(world.buy_and_wait(one(), "first").await);
        assert!(said.contains("no answer within 4s"), "{said}");
        // The statement's own limit does not count this time: it would end the wait as if the standby
        // had answered.
        world.pair.until(WAITS).await;
        unheard(world.buy(one(), "first").await);
        unheard(world.buy(other(), "other").await);
        let strange = PlanId::new("nobody-has-it").unwrap();
        assert!(!world.has(one(), strange).await);
        assert_eq!(world.plans().await, 0);

        world.pair.start_standby();
        world.pair.until(&format!("SELECT NOT ({WAITS})")).await;
        let (plan, receipt) = world.buy(one(), "first").await.unwrap();
        assert!(world.has(one(), plan).await);
        assert_eq!(world.buy(one(), "first").await.unwrap(), (plan, receipt));
        world.buy(other(), "other").await.unwrap();
        assert_eq!(world.plans().await, 2);
        world.opened.close().await;
    });
}

/// Ends the wait of a commit by a function of the server, once it has waited for so long.
async fn ended_by(function: &str, after: &str) {
    let world = World::without_standby(Duration::from_secs(4)).await;
    let waiting = format!(
        "FROM pg_stat_activity WHERE wait_event = 'SyncRep' \
         AND clock_timestamp() - query_start > '{after}'"
    );
    let found = format!("SELECT COUNT(*) > 0 {waiting}");
    let end = format!("SELECT {function}(pid) {waiting}");
    let (answer, ()) = tokio::join!(world.buy(one(), "first"), async {
        world.pair.until(&found).await;
        world.pair.tell(&[&end]).await;
    });
    unheard(answer);
    // It is there all the same, but for the standby.
    assert_eq!(world.plans().await, 1);
}

/// Somebody ends the session whose commit waits.
pub(crate) fn a_session_that_is_ended() {
    run(ended_by("pg_terminate_backend", "0s"));
}

/// Somebody cancels the commit that waits: PostgreSQL answers as if it were done.
pub(crate) fn a_commit_that_is_cancelled() {
    run(ended_by("pg_cancel_backend", "1.1s"));
}

/// After a restart, everybody sees what waited before, although the standby has not got it: its repeat
/// is not answered from it. The standby takes over without it, and the repeat is carried out, once.
pub(crate) fn a_repeat_after_a_restart() {
    run(async {
        let mut world = World::without_standby(Duration::from_secs(4)).await;
        unheard(world.buy_and_wait(one(), "first").await);
        world.pair.restart_primary();
        assert_eq!(world.plans().await, 1);
        // Connections that the restart cut fail at once. Then the answer is found, and held back.
        while !unheard(world.buy(one(), "first").await).contains("no answer within") {}
        world.pair.end_primary(End::Killed);
        world.pair.start_standby();
        world.pair.promote().await;
        assert_eq!(world.plans().await, 0);
        let mut bought = world.buy(one(), "first").await;
        while bought.is_err() {
            unheard(bought);
            bought = world.buy(one(), "first").await;
        }
        let (plan, _) = bought.unwrap();
        assert!(world.has(one(), plan).await);
        assert_eq!(world.plans().await, 1);
        world.opened.close().await;
    });
}
