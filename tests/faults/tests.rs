//! The tests by name, and the processes that they start.

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use sqlx::{Connection, Executor};
use tempfile::TempDir;

use super::cluster::Server;
use super::interrupted::What;
use super::place::Place;
use super::{crashes, disturbed, failover, interrupted, last_units, waiting, writer};

pub(crate) type Shared = Arc<Mutex<Server>>;

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(future)
}

/// The database of these tests, made anew once.
const DATABASE: &str = "faults";

async fn new_database(server: &Server) {
    let main = server.url("postgres");
    let pool = sqlx::PgPool::connect(&main).await.unwrap();
    let drop = format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)");
    pool.execute(sqlx::AssertSqlSafe(drop)).await.unwrap();
    let make = format!("CREATE DATABASE {DATABASE}");
    pool.execute(sqlx::AssertSqlSafe(make)).await.unwrap();
    pool.close().await;
}

/// A store of its own for whoever asks: a schema is made much faster than a database.
pub(crate) async fn schema(server: &Mutex<Server>, name: &str) -> Place {
    let base = server.lock().unwrap().url(DATABASE);
    let make = format!("CREATE SCHEMA {name}");
    let mut own = sqlx::PgConnection::connect(&base).await.unwrap();
    own.execute(sqlx::AssertSqlSafe(make)).await.unwrap();
    own.close().await.unwrap();
    let mark = if base.contains('?') { '&' } else { '?' };
    Place::Database(format!("{base}{mark}options[search_path]={name}"))
}

/// What the run was asked for beside what every test binary knows.
#[derive(Clone, Copy)]
struct Asked {
    rounds: Option<usize>,
    seed: u64,
    record: bool,
}

impl Asked {
    /// Takes its own flags out of the arguments.
    fn of(arguments: &mut Vec<String>) -> Self {
        let mut asked = Self {
            rounds: None,
            seed: 4711,
            record: false,
        };
        let mut left = Vec::new();
        let mut rest = std::mem::take(arguments).into_iter();
        while let Some(one) = rest.next() {
            match one.as_str() {
                "--rounds" => asked.rounds = rest.next().map(|text| text.parse().unwrap()),
                "--seed" => asked.seed = rest.next().unwrap().parse().unwrap(),
                "--record" => asked.record = true,
                _ => left.push(one),
            }
        }
        *arguments = left;
        asked
    }

    fn rounds(self, own: Rounds) -> usize {
        let usual = if self.record {
            own.recorded
        } else {
            own.tested
        };
        self.rounds.unwrap_or(usual)
    }
}

/// How many rounds `cargo test` plays, and how many are played for the record.
#[derive(Clone, Copy)]
struct Rounds {
    tested: usize,
    recorded: usize,
}

const KILLS: Rounds = Rounds {
    tested: 20,
    recorded: 200,
};
const UNITS: Rounds = Rounds {
    tested: 10,
    recorded: 100,
};
const INTERRUPTIONS: Rounds = Rounds {
    tested: 8,
    recorded: 80,
};
const TAKEOVERS: Rounds = Rounds {
    tested: 4,
    recorded: 40,
};

/// What the tests came to, by their names.
type Results = Arc<Mutex<Vec<(&'static str, String)>>>;

/// Writes what a whole run came to.
fn record(seed: u64, results: &Results) {
    let results = results.lock().unwrap();
    let all = ON_FILES.len() + ON_SERVER.len() + ON_OWN_SERVERS.len();
    assert_eq!(results.len(), all, "only a whole run is recorded");
    let head = format!(
        "The last run of tests/crashes.sh, with seed {seed}. The seed draws commands and instants of\n\
         kills; threads make the counts differ from run to run all the same. An audit that finds a\n\
         violation ends the run, and no record is written.\n"
    );
    let parts = results
        .iter()
        .map(|(name, said)| format!("\n{name}\n{said}"));
    let text: String = std::iter::once(head).chain(parts).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/crashes.txt");
    std::fs::write(path, text).unwrap();
}

/// What plays so many rounds with a seed, and says what came of them.
type OnFiles = fn(&TempDir, usize, u64) -> String;
type OnServer = fn(&Shared, usize, u64) -> String;

const ON_FILES: [(&str, Rounds, OnFiles); 2] = [
    (
        "sqlite_keeps_what_it_acknowledged_when_its_client_is_killed",
        KILLS,
        |folder, rounds, seed| crashes::on_files(folder.path(), rounds, seed).to_string(),
    ),
    (
        "sqlite_gives_the_last_units_once",
        UNITS,
        |folder, rounds, _| last_units::on_a_file(folder.path(), rounds).to_string(),
    ),
];

const ON_SERVER: [(&str, Rounds, OnServer); 3] = [
    (
        "postgres_keeps_what_it_acknowledged_when_its_client_or_it_is_killed",
        KILLS,
        |server, rounds, seed| crashes::on_databases(server, rounds, seed).to_string(),
    ),
    (
        "postgres_gives_the_last_units_once",
        UNITS,
        |server, rounds, _| last_units::on_a_database(server, rounds).to_string(),
    ),
    (
        "postgres_with_cut_connections",
        INTERRUPTIONS,
        |server, rounds, seed| {
            interrupted::rounds(server, rounds, seed, &[What::Some, What::All, What::Some])
        },
    ),
];

/// With servers that may be stopped, because nobody else uses them.
const ON_OWN_SERVERS: [(&str, Rounds, OnServer); 2] = [
    (
        "postgres_restarted_under_load",
        INTERRUPTIONS,
        |server, rounds, seed| {
            interrupted::rounds(server, rounds, seed, &[What::Fast, What::Immediate])
        },
    ),
    (
        "postgres_loses_nothing_when_a_standby_takes_over",
        TAKEOVERS,
        |_, rounds, seed| failover::on_a_pair(rounds, seed),
    ),
];

const ON_A_PAIR: [(&str, fn()); 5] = [
    (
        "postgres_that_waits_for_no_standby_loses_what_it_acknowledged",
        failover::without_waiting_acknowledged_commands_are_lost,
    ),
    (
        "postgres_without_its_standby_fails_and_goes_on_when_it_is_back",
        waiting::commits_fail_and_go_on_when_it_is_back,
    ),
    (
        "postgres_without_its_standby_and_a_session_that_is_ended",
        waiting::a_session_that_is_ended,
    ),
    (
        "postgres_without_its_standby_and_a_commit_that_is_cancelled",
        waiting::a_commit_that_is_cancelled,
    ),
    (
        "postgres_without_its_standby_and_a_repeat_after_a_restart",
        waiting::a_repeat_after_a_restart,
    ),
];

/// What is done once, and is no part of the record.
fn disturbances(owned: bool) -> Vec<Trial> {
    let on_file = |name: &str, test: fn(&Path)| {
        Trial::test(name, move || {
            test(TempDir::new()?.path());
            Ok(())
        })
    };
    if !disturbed::limits_can_be_lifted() {
        println!("NOT RUN, for prlimit is missing: sqlite_without_room");
    }
    let mut trials = vec![
        on_file("sqlite_locked_by_another_process", disturbed::a_locked_file),
        on_file("sqlite_read_only", disturbed::a_read_only_file),
        on_file("sqlite_with_a_damaged_page", disturbed::a_damaged_page),
        on_file("sqlite_without_room", disturbed::no_room)
            .with_ignored_flag(!disturbed::limits_can_be_lifted()),
    ];
    for (name, test) in ON_A_PAIR {
        let trial = Trial::test(name, move || {
            test();
            Ok(())
        });
        trials.push(trial.with_ignored_flag(!owned));
    }
    trials
}

/// Says what is not run, which is a failure where everything is to be run.
fn found(server: Result<Server, String>, what: &str) -> Result<Option<Shared>, ExitCode> {
    match server {
        Ok(server) => {
            run(new_database(&server));
            Ok(Some(Arc::new(Mutex::new(server))))
        }
        Err(why) => {
            println!("NOT RUN {what}: {why}");
            if std::env::var("CI").is_ok_and(|ci| ci == "true") {
                return Err(ExitCode::FAILURE);
            }
            Ok(None)
        }
    }
}

/// The server for all tests, and one that may be stopped; that may be the same.
fn servers() -> Result<(Option<Shared>, Option<Shared>), ExitCode> {
    let server = found(Server::find(), "on PostgreSQL, for there is no server")?;
    let is_own = server
        .as_ref()
        .is_none_or(|server| server.lock().unwrap().own().is_some());
    let own = if is_own {
        server.clone()
    } else {
        let what = "with a PostgreSQL server that is stopped, for the one given is not ours";
        found(Server::private(), what)?
    };
    Ok((server, own))
}

pub(crate) fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|word| word == "--writer") {
        return writer::main(&arguments[2..]);
    }
    if arguments.get(1).is_some_and(|word| word == "--rival") {
        return last_units::main(&arguments[2..]);
    }
    if arguments.get(1).is_some_and(|word| word == "--holder") {
        return disturbed::hold(&arguments[2..]);
    }
    let asked = Asked::of(&mut arguments);
    let mut arguments = Arguments::from_iter(arguments);
    // A server that is stopped in one test would be missing in another.
    arguments.test_threads = Some(1);
    let (server, own) = match servers() {
        Ok(servers) => servers,
        Err(code) => return code,
    };
    let results = Results::default();
    let say = {
        let results = results.clone();
        move |name: &'static str, said: String| {
            println!("{name}\nseed: {}\n{said}", asked.seed);
            results.lock().unwrap().push((name, said));
        }
    };
    let mut trials = Vec::new();
    for (name, rounds, test) in ON_FILES {
        let say = say.clone();
        trials.push(Trial::test(name, move || {
            let folder = TempDir::new()?;
            say(name, test(&folder, asked.rounds(rounds), asked.seed));
            Ok(())
        }));
    }
    let on_server = ON_SERVER.map(|test| (test, server.clone()));
    let on_own = ON_OWN_SERVERS.map(|test| (test, own.clone()));
    for ((name, rounds, test), server) in on_server.into_iter().chain(on_own) {
        let say = say.clone();
        let ignored = server.is_none();
        let trial = Trial::test(name, move || {
            let server = server.ok_or_else(|| Failed::from("there is no server"))?;
            say(name, test(&server, asked.rounds(rounds), asked.seed));
            Ok(())
        });
        trials.push(trial.with_ignored_flag(ignored));
    }
    trials.extend(disturbances(own.is_some()));
    let conclusion = libtest_mimic::run(&arguments, trials);
    if asked.record && !conclusion.has_failed() {
        record(asked.seed, &results);
    }
    // A server stops when its last owner is gone.
    drop((server, own));
    conclusion.exit_code()
}
