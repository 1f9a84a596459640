//! Rows of the outbox that this release can't read hold no others up.

use std::num::NonZeroU32;
use std::path::Path;

use cert_lifecycle::adapter::sqlite::{SqliteOptions, SqliteStore};
use cert_lifecycle::lifecycle::Effect;
use cert_lifecycle::model::Payment;
use cert_lifecycle::port::{Position, StoreError};
use cert_lifecycle::service::ServiceError;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::life::{Around, account, product, submission};

/// Another process writes to the outbox.
async fn write(path: &Path, text: &'static str, value: &str, position: u64) {
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let query = sqlx::query(text).bind(value);
    let query = query.bind(i64::try_from(position).unwrap());
    let done = query.execute(&mut connection).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
    connection.close().await.unwrap();
}

pub(crate) async fn others_go_on(path: &Path) {
    const EFFECT: &str = "UPDATE cl_outbox SET effect = $1 WHERE position = $2";
    const ACCOUNT: &str = "UPDATE cl_outbox SET account = $1 WHERE position = $2";
    let store = SqliteStore::open(SqliteOptions::file(path)).await.unwrap();
    let around = Around::new();
    let service = around.service(&store, 1);
    let count = NonZeroU32::new(4).unwrap();
    let bought = service.buy_plan(account(), product(), count, Payment::NONE);
    bought.await.unwrap();
    let mut orders = Vec::new();
    for _ in 0..4 {
        let submitted = service.submit(account(), product().code, submission());
        orders.push(submitted.await.unwrap().0);
    }
    let later = r#"{"v":99,"type":"Something","order":1}"#;
    write(path, EFFECT, later, 1).await;
    write(path, ACCOUNT, "not an account", 3).await;

    // One is laid aside by the worker, one by the store itself, and the others are done.
    let report = service.work(9).await.unwrap();
    assert_eq!((report.done, report.seen()), (2, 3), "{report:?}");
    let [(row, error)] = &report.given_up[..] else {
        panic!("{report:?}");
    };
    assert!(
        matches!(error, ServiceError::Store(StoreError::Corrupt(Some(_)))),
        "{error:?}"
    );
    around.advance(86_400);
    assert_eq!(service.work(9).await.unwrap().seen(), 0);

    // A person sees both: one as a row, the other by its place, behind which reading goes on.
    let first = service.parked(None, 1).await.unwrap();
    assert_eq!((first.len(), first[0].id), (1, row.id));
    let why = first[0].parked.as_ref().unwrap().as_str();
    assert!(first[0].effect.is_err() && why.contains("version"), "{why}");
    let damaged = service.parked(None, 9).await.unwrap_err().to_string();
    assert!(damaged.contains("outbox row 3"), "{damaged}");
    let behind = service.parked(Some(Position(3)), 9).await.unwrap();
    assert!(behind.is_empty());

    // With a release that can read it, it is retried and done.
    let effect = Effect::RequestIssuance { order: orders[0] };
    let readable = cert_lifecycle::codec::stored::encode_effect(&effect);
    write(path, EFFECT, &readable, 1).await;
    assert!(service.retry(row.id).await.unwrap());
    assert_eq!(service.work(9).await.unwrap().done, 1);
    store.close().await;
}
