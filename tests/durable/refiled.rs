//! An instance is filed with other names while a commit of its waits for the row.

use std::num::NonZeroU32;
use std::time::Duration;

use cert_lifecycle::adapter::postgres::PostgresStore;
use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::Payment;
use sqlx::{Executor, PgPool};

use super::life::{Around, account, product, submission};

/// The names that an account's instances are found by, backwards.
async fn found_by(pool: &PgPool) -> Vec<String> {
    let text = "SELECT backwards FROM cl_name ORDER BY backwards";
    sqlx::query_scalar(text).fetch_all(pool).await.unwrap()
}

/// Lets a commit begin while another transaction has the row and files it with another name.
async fn meanwhile(pool: &PgPool, commit: impl Future<Output = ()> + Send + 'static) {
    let mut other = pool.begin().await.unwrap();
    other
        .execute("SELECT 1 FROM cl_instance FOR UPDATE")
        .await
        .unwrap();
    let commit = tokio::spawn(commit);
    let waits = "SELECT count(*) FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut waiting: i64 = 0;
    while waiting == 0 {
        assert!(!commit.is_finished(), "it did not wait for the row");
        tokio::time::sleep(Duration::from_millis(2)).await;
        waiting = sqlx::query_scalar(waits).fetch_one(pool).await.unwrap();
    }
    for text in [
        "DELETE FROM cl_name",
        "INSERT INTO cl_name SELECT account, 'net.example.other.', id FROM cl_instance",
        "UPDATE cl_instance SET names = 'other.example.net', claims = claims + 1",
    ] {
        other.execute(text).await.unwrap();
    }
    other.commit().await.unwrap();
    commit.await.unwrap();
}

/// Behind each commit the instance is found by the names that this commit files it with, and by none of
/// those that came in between.
pub(crate) async fn names_are_those_of_the_last_commit(store: &PostgresStore, pool: &PgPool) {
    let around = Around::new();
    let service = around.service(store, 1);
    let units = NonZeroU32::new(1).unwrap();
    let bought = service.buy_plan(account(), product(), units, Payment::NONE);
    bought.await.unwrap();
    let submitted = service.submit(account(), product().code, submission());
    let order = submitted.await.unwrap().0;
    assert_eq!(found_by(pool).await, ["com.example.www."]);
    // The one keeps the names that it had, the other has none any more.
    for (command, names) in [
        (Command::Withdraw, &["com.example.www."][..]),
        (Command::Delete, &[]),
    ] {
        let service = service.clone();
        let commit = async move {
            service.execute(account(), order, &command).await.unwrap();
        };
        meanwhile(pool, commit).await;
        assert_eq!(found_by(pool).await, names);
    }
}
