//! The tests of the store in a PostgreSQL database.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cert_lifecycle::adapter::postgres::{OpenError, PostgresOptions, PostgresStore};
use cert_lifecycle::model::Note;
use cert_lifecycle::port::{BoxFuture, Filter, Rows, RowsError, Store, StoreError};
use cert_lifecycle::testing::{RowsUnderTest, StoreUnderTest, rows_suite, store_suite};
use libtest_mimic::{Arguments, Failed, Trial};
use sqlx::{Connection, Executor};

use super::cluster::{Cluster, Server};
use super::life::{Around, first_half, second_half};
use super::names;
use super::old;
use super::refiled;

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
            own.restart("immediate").unwrap();
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

/// A store in a schema of its own, and a second pool of connections to it.
struct InSchema {
    options: PostgresOptions,
    store: Arc<PostgresStore>,
}

fn unavailable(error: &dyn std::error::Error) -> StoreError {
    StoreError::Unavailable(Some(Note::lossy(&error.to_string())))
}

impl InSchema {
    async fn new(base: String, number: usize) -> Result<Self, StoreError> {
        let failed = |error: sqlx::Error| unavailable(&error);
        let pool = sqlx::PgPool::connect(&base).await.map_err(failed)?;
        let text = format!("CREATE SCHEMA suite_{number}");
        let made = pool.execute(sqlx::AssertSqlSafe(text)).await;
        made.map_err(failed)?;
        pool.close().await;
        let mark = if base.contains('?') { '&' } else { '?' };
        let url = format!("{base}{mark}options[search_path]=suite_{number}");
        let options = PostgresOptions::url(&url).map_err(|error| unavailable(&error))?;
        let options = options.with_connections(8);
        let store = Self::open(&options).await?;
        Ok(Self { options, store })
    }

    async fn open(options: &PostgresOptions) -> Result<Arc<PostgresStore>, StoreError> {
        let store = PostgresStore::open(options.clone()).await;
        store.map(Arc::new).map_err(|error| unavailable(&error))
    }
}

impl StoreUnderTest for InSchema {
    fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Store>, StoreError>> {
        Box::pin(async { Ok(Self::open(&self.options).await? as Arc<dyn Store>) })
    }
}

impl RowsUnderTest for InSchema {
    fn rows(&self) -> Arc<dyn Rows> {
        self.store.clone()
    }

    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Rows>, RowsError>> {
        Box::pin(async {
            let store = Self::open(&self.options).await;
            Ok(store.map_err(|error| RowsError::new(&error.to_string()))? as Arc<dyn Rows>)
        })
    }
}

fn its_rows_keep_the_contract(server: &Shared) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(database(server, "rows"));
    let url = server.lock().unwrap().url("rows");
    let count = AtomicUsize::new(0);
    let report = rows_suite(&|future| runtime.block_on(future), || {
        let (url, number) = (url.clone(), count.fetch_add(1, Ordering::SeqCst));
        Box::pin(async move {
            let made = InSchema::new(url, number).await;
            made.map_err(|error| RowsError::new(&error.to_string()))
        })
    });
    report.assert_ok();
    assert_eq!(report.skipped, [], "{report}");
}

fn it_keeps_the_contract(server: &Shared) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(database(server, "suite"));
    let url = server.lock().unwrap().url("suite");
    let count = AtomicUsize::new(0);
    let report = store_suite(&|future| runtime.block_on(future), || {
        let number = count.fetch_add(1, Ordering::SeqCst);
        Box::pin(InSchema::new(url.clone(), number))
    });
    report.assert_ok();
    assert_eq!(report.skipped, [], "{report}");
    assert_eq!(report.checks.len(), 73, "{:#?}", report.checks);
}

/// The walkthrough over a server, twice: the second run continues the first.
fn the_walkthrough_is_continued(server: &Shared) {
    run(database(server, "walkthrough"));
    let url = server.lock().unwrap().url("walkthrough");
    let walk = || {
        let output = Command::new(env!("CARGO"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args([
                "run",
                "--quiet",
                "--example",
                "walkthrough",
                "--",
                "--database",
                &url,
            ])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let (first, second) = (walk(), walk());
    assert!(!first.contains("from before"), "{first}");
    assert_eq!(second.matches("from before: order").count(), 2, "{second}");
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

/// What somebody has to put right is told apart from what helps itself, in the server's words.
fn what_is_set_up_wrongly_is_said(server: &Shared) {
    run(async {
        let options = database(server, "rights").await;
        let store = PostgresStore::open(options).await.unwrap();
        let url = server.lock().unwrap().url("rights");
        let pool = sqlx::PgPool::connect(&url).await.unwrap();
        pool.execute("ALTER TABLE cl_instance RENAME TO cl_elsewhere")
            .await
            .unwrap();
        let list = || store.list(super::life::account(), Filter::default(), None, 10);
        let error = list().await.unwrap_err();
        assert!(matches!(error, StoreError::Misconfigured(_)), "{error:?}");
        assert!(!error.retry_helps());
        assert_eq!(
            error.to_string(),
            "the store is not set up for this: relation \"cl_instance\" does not exist (42P01)"
        );
        pool.execute("ALTER TABLE cl_elsewhere RENAME TO cl_instance")
            .await
            .unwrap();
        pool.close().await;
        assert!(list().await.unwrap().is_empty());
        store.close().await;
    });
}

/// Ended sessions, as by a restart, fail one call and not one for each connection that is kept.
fn ended_sessions_fail_one_call(server: &Shared) {
    const KEPT: usize = 5;
    run(async {
        let options = database(server, "ended").await;
        let store = PostgresStore::open(options).await.unwrap();
        let main = server.lock().unwrap().url("ended");
        let mut outside = sqlx::PgConnection::connect(&main).await.unwrap();
        let list = async |store: &PostgresStore| {
            let account = super::life::account();
            store.list(account, Filter::default(), None, 10).await
        };
        // All wait for a lock at once, so each has a connection of its own.
        let mut lock = outside.begin().await.unwrap();
        lock.execute("LOCK TABLE cl_instance").await.unwrap();
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..KEPT {
            let store = store.clone();
            calls.spawn(async move { list(&store).await });
        }
        let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted \
                       AND relation = 'cl_instance'::regclass";
        while sqlx::query_scalar::<_, i64>(waiting)
            .fetch_one(&mut *lock)
            .await
            .unwrap()
            < i64::try_from(KEPT).unwrap()
        {
            tokio::task::yield_now().await;
        }
        lock.rollback().await.unwrap();
        while let Some(done) = calls.join_next().await {
            done.unwrap().unwrap();
        }
        let end = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let ended: i64 = sqlx::query_scalar(end)
            .fetch_one(&mut outside)
            .await
            .unwrap();
        assert_eq!(usize::try_from(ended), Ok(KEPT));
        let mut failed = Vec::new();
        for _ in 0..15 {
            failed.extend(list(&store).await.err());
        }
        assert!(
            failed.len() == 1 && failed.iter().all(StoreError::retry_helps),
            "{failed:?}"
        );
        outside.close().await.unwrap();
        store.close().await;
    });
}

/// What is between the store and the server changes a setting: each connection's first message, which
/// asks for it.
fn pooler(server: &str, folder: &Path) {
    let server = Path::new(server).join(".s.PGSQL.5432");
    let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut length = [0; 4];
            client.read_exact(&mut length).unwrap();
            let mut rest = vec![0; u32::from_be_bytes(length).saturating_sub(4) as usize];
            client.read_exact(&mut rest).unwrap();
            let asked = String::from_utf8(rest).unwrap();
            let (wanted, other) = ("synchronous_commit=on", "synchronous_commit=off");
            assert!(asked.contains(wanted), "{asked}");
            let asked = asked.replace(wanted, other);
            let mut behind = UnixStream::connect(&server).unwrap();
            let length = u32::try_from(asked.len().saturating_add(4)).unwrap();
            behind.write_all(&length.to_be_bytes()).unwrap();
            behind.write_all(asked.as_bytes()).unwrap();
            let pairs = [
                (client.try_clone().unwrap(), behind.try_clone().unwrap()),
                (behind, client),
            ];
            for (mut from, mut to) in pairs {
                thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(std::net::Shutdown::Both);
                });
            }
        }
    });
}

/// Why a database is not opened is said at once, however long a call would wait for a connection.
fn why_it_is_not_opened_is_said_at_once(server: &Shared) {
    const WAIT: Duration = Duration::from_hours(1);
    let refused = |url: &str| {
        let options = PostgresOptions::url(url).unwrap().with_wait(WAIT);
        run(PostgresStore::open(options)).map(|_| ()).unwrap_err()
    };
    let url = server.lock().unwrap().url("nope");
    let error = refused(&url);
    let said = error.to_string();
    assert!(
        matches!(error, OpenError::Database { .. })
            && said.starts_with("the database ")
            && said.contains("nope")
            && said.ends_with("can't be opened: database \"nope\" does not exist (3D000)"),
        "{said}"
    );
    // Nobody listens there any more.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let port = port.unwrap().port();
    let url = format!("postgres://user:top-secret@127.0.0.1:{port}/life");
    let error = refused(&url);
    let said = error.to_string();
    let place = format!("the database 127.0.0.1:{port}/life can't be opened: ");
    assert!(said.starts_with(&place), "{said}");
    assert!(said.contains("refused"), "{said}");
    assert!(!format!("{error:?}{said}").contains("secret"));

    let folder = tempfile::TempDir::new().unwrap();
    run(database(server, "pooled"));
    let url = server.lock().unwrap().url("pooled");
    // A server that is given may be elsewhere.
    let Some((_, socket)) = url
        .split_once("?host=")
        .filter(|(_, socket)| socket.starts_with('/'))
    else {
        return;
    };
    pooler(socket, folder.path());
    let url = url.replace(socket, folder.path().to_str().unwrap());
    let error = refused(&format!("{url}&sslmode=disable"));
    assert!(
        matches!(&error, OpenError::Setting { setting: "synchronous_commit", found, .. } if found == "off"),
        "{error:?}"
    );
}

/// A certificate for 127.0.0.1, its key, and the CA that signed it, made by the openssl command.
fn certificates(folder: &Path) {
    let openssl = |arguments: &[&str]| {
        let mut openssl = Command::new("openssl");
        let output = openssl.current_dir(folder).args(arguments).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    let new: Vec<&str> = new.split(' ').collect();
    let authority = ["-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem"];
    openssl(&[&new[..], &authority].concat());
    let own = "-subj /CN=database -CA ca.pem -CAkey ca.key -keyout own.key -out own.pem \
               -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=IP:127.0.0.1";
    let own: Vec<&str> = own.split_whitespace().collect();
    openssl(&[&new[..], &own].concat());
    let owner = std::fs::metadata(folder).unwrap();
    for name in ["own.key", "own.pem"] {
        chown(folder.join(name), Some(owner.uid()), Some(owner.gid())).unwrap();
    }
}

/// The server is known by its certificate, and one that is not signed by a known CA is refused.
fn tls_knows_whom_it_talks_to(_: &Shared) {
    let Ok(mut cluster) = Cluster::start() else {
        return;
    };
    cluster.stop("fast");
    let folder = cluster.home.folder().to_path_buf();
    certificates(&folder);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let port = port.unwrap().port();
    let file = |name: &str| folder.join(name).display().to_string();
    cluster.settings = vec![
        "listen_addresses=127.0.0.1".into(),
        format!("port={port}"),
        "ssl=on".into(),
        format!("ssl_cert_file={}", file("own.pem")),
        format!("ssl_key_file={}", file("own.key")),
    ];
    cluster.start_again().unwrap();
    let url = format!("postgres://tester@127.0.0.1:{port}/postgres?sslmode=verify-full");
    run(async {
        let options = PostgresOptions::url(&url).unwrap();
        let error = PostgresStore::open(options).await.unwrap_err().to_string();
        assert!(error.contains("UnknownIssuer"), "{error}");
        let options = format!("{url}&sslrootcert={}", file("ca.pem"));
        let store = PostgresStore::open(PostgresOptions::url(&options).unwrap()).await;
        let store = store.unwrap();
        let plain = url.replace("verify-full", "disable");
        let mut outside = sqlx::PgConnection::connect(&plain).await.unwrap();
        let text = "SELECT COUNT(*) FROM pg_stat_ssl WHERE ssl";
        let with: i64 = sqlx::query_scalar(text)
            .fetch_one(&mut outside)
            .await
            .unwrap();
        assert_eq!(with, 1);
        outside.close().await.unwrap();
        store.close().await;
    });
}

fn what_is_no_url_is_refused(_: &Shared) {
    for url in [
        "",
        "life",
        "/var/lib/life",
        "sqlite:life.db",
        "mysql://user:top-secret@localhost/life",
        "postgres://user:top-secret@localhost:port/life",
        "postgres://user:top-secret@localhost/life?sslmode=perhaps",
        "postgres:user:top-secret@localhost/life",
    ] {
        let error = PostgresOptions::url(url).unwrap_err();
        let said = error.to_string();
        assert!(matches!(error, OpenError::Url { .. }), "{said}");
        assert!(said.contains("postgres://user:password@host"), "{said}");
        assert!(!format!("{said}{error:?}").contains("secret"), "{said}");
    }
}

fn nothing_shows_the_password(_: &Shared) {
    for url in [
        "postgres://user:top-secret@127.0.0.1:5433/life",
        "postgres://user@127.0.0.1:5433/life?password=top-secret",
        "postgresql://user:top-secret@127.0.0.1:5433/life?sslmode=require",
    ] {
        let shown = format!("{:?}", PostgresOptions::url(url).unwrap());
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.contains("127.0.0.1:5433/life"), "{shown}");
    }
}

fn names_are_found_among_few_and_among_many(server: &Shared) {
    run(async {
        let options = database(server, "names").await;
        let store = PostgresStore::open(options).await.unwrap();
        names::each_is_found_once(&store).await;
        store.close().await;
    });
}

/// A commit that waits for its row sees what was filed meanwhile.
fn names_are_those_of_the_last_commit(server: &Shared) {
    run(async {
        let options = database(server, "refiled").await;
        let store = PostgresStore::open(options).await.unwrap();
        let url = server.lock().unwrap().url("refiled");
        let pool = sqlx::PgPool::connect(&url).await.unwrap();
        refiled::names_are_those_of_the_last_commit(&store, &pool).await;
        pool.close().await;
        store.close().await;
    });
}

/// The databases of earlier schemas are migrated when they are opened; nothing that is read changes.
fn an_old_database_keeps_what_it_holds(server: &Shared) {
    for number in old::schemas(".postgres.sql") {
        let kept = old::kept(&format!("{number}.postgres.sql"));
        let text = std::fs::read_to_string(kept).unwrap();
        let kept = old::kept(&format!("{number}.postgres.txt"));
        let was = std::fs::read_to_string(kept).unwrap();
        run(async {
            let options = database(server, "earlier").await;
            let url = server.lock().unwrap().url("earlier");
            let pool = sqlx::PgPool::connect(&url).await.unwrap();
            pool.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
            pool.close().await;
            let store = PostgresStore::open(options.clone()).await.unwrap();
            old::same(&was, &old::shown(&store).await);
            old::go_on(&store).await;
            store.close().await;
            // Once migrated, it is a database like any other.
            PostgresStore::open(options).await.unwrap().close().await;
        });
    }
}

/// Makes the database that later releases are tried with, when a schema is new.
fn make_the_old_database(server: &Shared) {
    run(async {
        let options = database(server, "old").await;
        let store = PostgresStore::open(options).await.unwrap();
        old::leave(&store).await;
        let url = server.lock().unwrap().url("old");
        let dumped = Command::new("pg_dump")
            .args(["--inserts", "--no-owner", "--no-privileges", &url])
            .output()
            .unwrap();
        assert!(dumped.status.success(), "{dumped:?}");
        let text = String::from_utf8(dumped.stdout).unwrap();
        // Words to the program that loads it, not to the server.
        let lines = text.lines().filter(|line| !line.starts_with('\\'));
        let text = lines.collect::<Vec<_>>().join("\n");
        std::fs::write(old::kept("new.postgres.sql"), text).unwrap();
        let shown = old::shown(&store).await;
        std::fs::write(old::kept("new.postgres.txt"), shown).unwrap();
        store.close().await;
    });
}

/// A test by name.
type Test = (&'static str, fn(&Shared));

/// Those that are only run when they are asked for.
const MAKERS: [Test; 1] = [("make_the_old_database", make_the_old_database)];

const TESTS: [Test; 14] = [
    ("its_rows_keep_the_contract", its_rows_keep_the_contract),
    (
        "names_are_those_of_the_last_commit",
        names_are_those_of_the_last_commit,
    ),
    ("ended_sessions_fail_one_call", ended_sessions_fail_one_call),
    (
        "why_it_is_not_opened_is_said_at_once",
        why_it_is_not_opened_is_said_at_once,
    ),
    ("tls_knows_whom_it_talks_to", tls_knows_whom_it_talks_to),
    ("what_is_no_url_is_refused", what_is_no_url_is_refused),
    ("nothing_shows_the_password", nothing_shows_the_password),
    (
        "what_is_set_up_wrongly_is_said",
        what_is_set_up_wrongly_is_said,
    ),
    (
        "names_are_found_among_few_and_among_many",
        names_are_found_among_few_and_among_many,
    ),
    (
        "an_old_database_keeps_what_it_holds",
        an_old_database_keeps_what_it_holds,
    ),
    ("the_walkthrough_is_continued", the_walkthrough_is_continued),
    ("it_keeps_the_contract", it_keeps_the_contract),
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
    let tests = TESTS.iter().map(|test| (test, false));
    let makers = MAKERS.iter().map(|test| (test, true));
    let trials = tests.chain(makers).map(|((name, test), by_wish)| {
        let server = server.clone();
        let ignored = server.is_none() || by_wish;
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
