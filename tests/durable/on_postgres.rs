//! The tests of the store in a PostgreSQL database.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use cert_lifecycle::adapter::postgres::{OpenError, PostgresOptions, PostgresStore};
use libtest_mimic::{Arguments, Failed, Trial};
use sqlx::Executor;

use super::cluster::Server;
use super::life::{Around, first_half, second_half};

type Shared = Arc<Mutex<Server>>;

fn run<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(future)
}

/// A new database of this name.
async fn database(server: &Shared, name: &str) -> PostgresOptions {
    let (main, url) = {
        let server = server.lock().unwrap();
        (server.url("postgres"), server.url(name))
    };
    let pool = sqlx::PgPool::connect(&main).await.unwrap();
    let drop = format!("DROP DATABASE IF EXISTS {name}");
    pool.execute(sqlx::AssertSqlSafe(drop)).await.unwrap();
    let make = format!("CREATE DATABASE {name}");
    pool.execute(sqlx::AssertSqlSafe(make)).await.unwrap();
    pool.close().await;
    PostgresOptions::url(&url).unwrap()
}

fn a_life_goes_on_after_a_restart(server: &Shared) {
    let around = Around::new();
    run(async {
        let options = database(server, "life").await;
        let store = PostgresStore::open(options.clone()).await.unwrap();
        let (plan, order) = first_half(&around, &around.service(&store, 1)).await;
        if let Some(own) = server.lock().unwrap().own() {
            own.restart().unwrap();
        }
        // Connections that were cut are replaced: the old store works on.
        let _ = around
            .service(&store, 9)
            .plan(super::life::account(), plan)
            .await;
        store.close().await;
        let store = PostgresStore::open(options).await.unwrap();
        second_half(&around, &around.service(&store, 2), plan, order).await;
    });
}

fn a_later_schema_is_refused(server: &Shared) {
    run(async {
        let options = database(server, "later").await;
        let store = PostgresStore::open(options.clone()).await.unwrap();
        store.close().await;
        let url = server.lock().unwrap().url("later");
        let pool = sqlx::PgPool::connect(&url).await.unwrap();
        pool.execute("UPDATE cl_schema SET version = 99")
            .await
            .unwrap();
        pool.close().await;
        let refused = PostgresStore::open(options).await.unwrap_err();
        assert!(
            matches!(refused, OpenError::Newer { found: 99, .. }),
            "{refused}"
        );
    });
}

/// A test by name.
type Test = (&'static str, fn(&Shared));

const TESTS: [Test; 2] = [
    (
        "a_life_goes_on_after_a_restart",
        a_life_goes_on_after_a_restart,
    ),
    ("a_later_schema_is_refused", a_later_schema_is_refused),
];

pub(crate) fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A restart in one test would cut the connections of another.
    arguments.test_threads = Some(1);
    let server = match Server::find() {
        Ok(server) => Some(Arc::new(Mutex::new(server))),
        Err(why) => {
            println!("NOT RUN, for there is no PostgreSQL server: {why}");
            if std::env::var("CI").is_ok_and(|ci| ci == "true") {
                return ExitCode::FAILURE;
            }
            None
        }
    };
    let trials = TESTS.iter().map(|(name, test)| {
        let server = server.clone();
        let ignored = server.is_none();
        Trial::test(*name, move || match &server {
            Some(server) => {
                test(server);
                Ok(())
            }
            None => Err(Failed::from("there is no server")),
        })
        .with_ignored_flag(ignored)
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    // The server stops when its last owner is gone.
    drop(server);
    conclusion.exit_code()
}
