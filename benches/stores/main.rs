//! What a command costs on a store that lasts: the service against a program written by hand for the
//! same three commands, on the same driver, with the same durability, in one run.
//!
//! The commands are `submit`, `withdraw` and `delete`, in this order, over and over, from 1, 8 and 64
//! clients. Both sides append the same events, move the same ledger, leave the same work in the outbox
//! and file the same names. They take turns every few hundred milliseconds, so that a machine that
//! slows down slows both. The figures that count are ratios; nothing asserts them.
//!
//! Run it with `cargo bench --bench stores`. `-- sqlite` or `-- postgres` runs one store, `-- scale` a
//! million instances, and a number is that of the rounds. PostgreSQL is the server of `DATABASE_URL`,
//! or a private one.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a measurement stops at the first thing that is wrong, and reads the clock"
)]

#[path = "../../tests/durable/cluster.rs"]
#[expect(dead_code, reason = "a bench does not restart its server")]
mod cluster;
mod hand;
mod hand_postgres;
mod hand_sqlite;
mod ours;
mod scale;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cert_lifecycle::adapter::postgres::{PostgresOptions, PostgresStore};
use cert_lifecycle::adapter::sqlite::{SqliteOptions, SqliteStore};
use cert_lifecycle::port::{BoxFuture, Store};
use sqlx::Executor;
use tempfile::TempDir;

use cluster::Server;
use hand_postgres::HandPostgres;
use hand_sqlite::HandSqlite;
use ours::Ours;

/// How long one side runs before it is the other's turn.
const SLICE: Duration = Duration::from_millis(400);
/// Units of a plan: more than can be spent in a run.
const UNITS: u32 = 1_000_000;
/// Connections to PostgreSQL on each side.
const CONNECTIONS: u32 = 16;
const CLIENTS: [usize; 3] = [1, 8, 64];

/// What both sides do.
trait Side: Send + Sync {
    /// Buys a plan for an account.
    fn buy(&self, account: usize) -> BoxFuture<'_, ()>;
    /// The three commands, each acknowledged before the next.
    fn cycle(&self, account: usize) -> BoxFuture<'_, ()>;
}

/// The processor time of this process so far, in seconds; 0 where the system doesn't say.
fn processor_time() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = text.rsplit(')').next().unwrap_or_default();
    let fields = behind_name.split_whitespace().skip(11).take(2);
    let ticks: f64 = fields.filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Commands per second of so many clients during a slice, and the processor time of each in
/// microseconds; each client has an account of its own, or all have one.
async fn run(side: &Arc<dyn Side>, clients: usize, one_plan: bool) -> (f64, f64) {
    let done = Arc::new(AtomicU64::new(0));
    let before = processor_time();
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for client in 0..clients {
        let (side, done) = (side.clone(), done.clone());
        let account = if one_plan { 0 } else { client };
        tasks.push(tokio::spawn(async move {
            while begun.elapsed() < SLICE {
                side.cycle(account).await;
                done.fetch_add(3, Ordering::Relaxed);
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let done = done.load(Ordering::Relaxed) as f64;
    let time = (processor_time() - before) * 1e6 / done;
    (done / begun.elapsed().as_secs_f64(), time)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Both sides in turns; what each reaches, and the median of the rounds' ratios.
async fn compare(name: &str, ours: Arc<dyn Side>, theirs: Arc<dyn Side>, rounds: usize) {
    for account in 0..CLIENTS[2] {
        ours.buy(account).await;
        theirs.buy(account).await;
    }
    for clients in CLIENTS {
        let [own, other] =
            turns(rounds, [(&ours, clients, false), (&theirs, clients, false)]).await;
        let what = format!("{name}, {clients} clients");
        tell(&what, ["the service", "by hand"], &own, &other);
    }
    for (whose, side) in [("the service", &ours), ("by hand", &theirs)] {
        let [one, many] = turns(rounds, [(side, 64, true), (side, 64, false)]).await;
        let what = format!("{name}, 64 clients, {whose}");
        tell(&what, ["one plan", "64 plans"], &one, &many);
    }
}

/// Two runs in turns.
async fn turns(rounds: usize, two: [(&Arc<dyn Side>, usize, bool); 2]) -> [Vec<(f64, f64)>; 2] {
    let mut seen = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for ((side, clients, one_plan), seen) in two.iter().zip(&mut seen) {
            seen.push(run(side, *clients, *one_plan).await);
        }
    }
    seen
}

fn tell(what: &str, names: [&str; 2], own: &[(f64, f64)], other: &[(f64, f64)]) {
    let ratios = own.iter().zip(other).map(|(own, other)| own.0 / other.0);
    let ratio = median(ratios.collect());
    let side = |name: &str, seen: &[(f64, f64)]| {
        let rate = median(seen.iter().map(|one| one.0).collect());
        let time = median(seen.iter().map(|one| one.1).collect());
        format!("{name} {rate:.0}/s ({time:.0} us of processor time)")
    };
    let (one, two) = (side(names[0], own), side(names[1], other));
    println!("{what}: {one}, {two}, ratio {ratio:.2}");
}

async fn sqlite(rounds: usize) {
    let folder = TempDir::new().unwrap();
    let options = SqliteOptions::file(folder.path().join("ours.db"));
    let store = SqliteStore::open(options).await.unwrap();
    let theirs = HandSqlite::open(&folder.path().join("theirs.db")).await;
    let ours = Ours::new(Arc::new(store) as Arc<dyn Store>);
    compare("SQLite", Arc::new(ours), Arc::new(theirs), rounds).await;
}

async fn postgres(rounds: usize) {
    let server = match Server::find() {
        Ok(server) => server,
        Err(why) => {
            println!("PostgreSQL NOT RUN, for there is no server: {why}");
            return;
        }
    };
    let pool = sqlx::PgPool::connect(&server.url("postgres"))
        .await
        .unwrap();
    for name in ["ours", "theirs"] {
        let text = format!("DROP DATABASE IF EXISTS bench_{name}");
        pool.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
        let text = format!("CREATE DATABASE bench_{name}");
        pool.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
    }
    let options = PostgresOptions::url(&server.url("bench_ours")).unwrap();
    let store = PostgresStore::open(options.with_connections(CONNECTIONS)).await;
    let theirs = HandPostgres::open(&server.url("bench_theirs"), CONNECTIONS).await;
    let ours = Ours::new(Arc::new(store.unwrap()) as Arc<dyn Store>);
    compare("PostgreSQL", Arc::new(ours), Arc::new(theirs), rounds).await;
}

/// A million instances in a file, and in PostgreSQL if there is a server.
async fn scaled() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("scale.db");
    let store = SqliteStore::open(SqliteOptions::file(&path)).await;
    let size = async || {
        // What lies in the log is brought in by who opens the file next.
        let url = format!("sqlite:{}", path.display());
        let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
        pool.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            .await
            .unwrap();
        pool.close().await;
        std::fs::metadata(&path).unwrap().len()
    };
    scale::scale("SQLite", Arc::new(store.unwrap()), size).await;

    let Ok(server) = Server::find() else {
        println!("PostgreSQL NOT RUN, for there is no server");
        return;
    };
    let pool = sqlx::PgPool::connect(&server.url("postgres"))
        .await
        .unwrap();
    for text in [
        "DROP DATABASE IF EXISTS bench_scale",
        "CREATE DATABASE bench_scale",
    ] {
        pool.execute(text).await.unwrap();
    }
    let options = PostgresOptions::url(&server.url("bench_scale")).unwrap();
    let store = PostgresStore::open(options).await;
    let size = async || {
        let text = "SELECT pg_database_size('bench_scale')";
        let bytes: i64 = sqlx::query_scalar(text).fetch_one(&pool).await.unwrap();
        u64::try_from(bytes).unwrap()
    };
    scale::scale("PostgreSQL", Arc::new(store.unwrap()), size).await;
}

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let rounds = words.iter().find_map(|word| word.parse().ok()).unwrap_or(9);
    let asked = |name: &str| words.iter().any(|word| word == name);
    let all = !(asked("sqlite") || asked("postgres") || asked("scale"));
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().build().unwrap();
    runtime.block_on(async {
        if all || asked("sqlite") {
            sqlite(rounds).await;
        }
        if all || asked("postgres") {
            postgres(rounds).await;
        }
        if all || asked("scale") {
            scaled().await;
        }
    });
}
