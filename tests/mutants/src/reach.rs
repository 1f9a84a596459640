//! Which test comes by which switch, and how long it takes.
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::Failure;
use crate::build::{Place, messages};

/// How the names of tests end that are ignored elsewhere, being too long, and asked here.
const FOR_MUTANTS: &str = "_as_before";

/// A program of tests.
#[derive(Clone, Debug)]
pub struct Program {
    /// The suite, or the library.
    pub name: String,
    /// Whether it is a suite.
    pub is_suite: bool,
    /// The file.
    pub path: PathBuf,
}

/// One test that passes.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its name in the program.
    pub name: String,
    /// How long it takes with its process.
    pub time: Duration,
    /// The switches it comes by.
    pub switches: BTreeSet<u32>,
}

/// What a program's tests are.
#[derive(Debug, Default)]
pub struct Suite {
    /// Those that pass.
    pub tests: Vec<Test>,
    /// Those that fail although nothing is switched on, and so can't be asked.
    pub failing: Vec<String>,
}

/// Builds tests: those of the library and all suites, or what is named (`--test`, a suite).
///
/// # Errors
/// If they don't compile.
pub fn programs(place: &Place, folder: &Path, which: &[&str]) -> Result<Vec<Program>, Failure> {
    let words = [&["test", "--no-run"], which].concat();
    let (done, lines) = messages(&mut place.cargo(folder, &words))?;
    if !done {
        let errors = lines
            .iter()
            .filter_map(|line| line["message"]["rendered"].as_str());
        return Err(errors.collect::<String>().into());
    }
    let programs = lines.iter().filter_map(|line| {
        let path = line["executable"].as_str()?.into();
        let name = line["target"]["name"].as_str()?.to_owned();
        let is_suite = line["target"]["kind"][0] == "test";
        Some(Program {
            name,
            is_suite,
            path,
        })
    });
    Ok(programs.collect())
}

/// How a program ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// All tests passed.
    Passed,
    /// One did not; it is named unless the process died of it.
    Failed(String),
    /// It took too long.
    Late,
}

/// Runs tests of a program one after the other, up to the first that fails.
///
/// # Errors
/// If it can't be started.
pub fn run(
    program: &Program,
    folder: &Path,
    tests: &[&str],
    on: (&str, Option<&Path>),
    limit: Duration,
) -> Result<End, Failure> {
    // A mutant that fills the memory must not take the machine with it.
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"ulimit -v 8388608; ulimit -c 0; exec "$0" "$@""#]);
    shell.arg(&program.path).args(tests).args([
        "--exact",
        "--include-ignored",
        "--test-threads",
        "1",
    ]);
    shell
        .current_dir(folder)
        .env("PLANTED", on.0)
        .env("RUST_BACKTRACE", "0");
    if let Some(path) = on.1 {
        shell.env("PLANTED_REACH", path);
    }
    shell
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = shell.spawn()?;
    let out = child.stdout.take().ok_or("no output")?;
    let (send, failed) = channel();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if let Some(test) = line
                .strip_prefix("test ")
                .and_then(|line| line.strip_suffix(" ... FAILED"))
            {
                // Nobody listens any more if it was late.
                let _ = send.send(test.trim_end_matches(" - should panic").to_owned());
                return;
            }
        }
    });
    // In steps, so that time in which this program stands still, and the other with it, does not count.
    let mut steps = 0..=limit.as_secs();
    let answer = loop {
        let answer = failed.recv_timeout(Duration::from_secs(1));
        if answer != Err(RecvTimeoutError::Timeout) || steps.next().is_none() {
            break answer;
        }
    };
    let end = match answer {
        Ok(test) => {
            child.kill()?;
            End::Failed(test)
        }
        Err(RecvTimeoutError::Timeout) => {
            child.kill()?;
            End::Late
        }
        // The output is closed. What died without a word is reported by its status.
        Err(RecvTimeoutError::Disconnected) => End::Passed,
    };
    let status = child.wait()?;
    let _ = reader.join();
    if end == End::Passed && !status.success() {
        return Ok(End::Failed(
            tests
                .first()
                .map_or_else(String::new, |&test| test.to_owned()),
        ));
    }
    Ok(end)
}

/// Runs every test of every program by itself and takes down what it comes by. What a program's
/// tests said is kept in `cache` and asked again when the program changed.
///
/// # Errors
/// If a program can't be run or the cache not be written.
pub fn reach(
    programs: &[Program],
    folder: &Path,
    cache: &Path,
    skipped: &[&str],
    workers: usize,
) -> Result<Vec<Suite>, Failure> {
    fs::create_dir_all(cache)?;
    let mut suites = Vec::new();
    for program in programs {
        let file = cache.join(format!("{}.json", program.name));
        let data = fs::metadata(&program.path)?;
        let age = data.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
        let stamp = format!("{} {age} {}", program.path.display(), data.len());
        let kept = fs::read_to_string(&file).ok();
        let kept = kept.and_then(|text| serde_json::from_str::<Value>(&text).ok());
        if let Some(kept) = kept.filter(|kept| kept["stamp"] == stamp.as_str()) {
            suites.push(suite(&kept));
            continue;
        }
        let suite = ask(program, folder, cache, skipped, workers)?;
        let tests = suite.tests.iter().map(|test| {
            json!({"name": test.name, "micros": u64::try_from(test.time.as_micros()).unwrap_or(u64::MAX), "switches": test.switches})
        });
        let tests: Vec<Value> = tests.collect();
        let text = json!({"stamp": stamp, "tests": tests, "failing": suite.failing}).to_string();
        fs::write(file, text)?;
        eprintln!(
            "{}: {} tests, failing: {:?}",
            program.name,
            suite.tests.len(),
            suite.failing
        );
        suites.push(suite);
    }
    Ok(suites)
}

fn suite(kept: &Value) -> Suite {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tests = list(&kept["tests"]);
    let tests = tests.iter().map(|test| Test {
        name: word(&test["name"]),
        time: Duration::from_micros(test["micros"].as_u64().unwrap_or(u64::MAX)),
        switches: list(&test["switches"])
            .iter()
            .filter_map(|id| u32::try_from(id.as_u64()?).ok())
            .collect(),
    });
    Suite {
        tests: tests.collect(),
        failing: list(&kept["failing"]).iter().map(word).collect(),
    }
}

fn ask(
    program: &Program,
    folder: &Path,
    cache: &Path,
    skipped: &[&str],
    workers: usize,
) -> Result<Suite, Failure> {
    let list = |words: &[&str]| -> Result<BTreeSet<String>, Failure> {
        let output = Command::new(&program.path)
            .current_dir(folder)
            .args(words)
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
        Ok(names.map(str::to_owned).collect())
    };
    let ignored = list(&["--list", "--format", "terse", "--ignored"])?;
    let all = list(&["--list", "--format", "terse"])?;
    let wanted = all.iter().filter(|name| {
        let asked = !ignored.contains(*name) || name.ends_with(FOR_MUTANTS);
        asked && !skipped.iter().any(|part| name.contains(part))
    });
    let queue = Mutex::new(wanted.cloned().collect::<Vec<_>>());
    let suite = Mutex::new(Suite::default());
    #[allow(
        clippy::disallowed_methods,
        reason = "how long a test takes is what is asked for"
    )]
    let now = Instant::now;
    let work = |worker: usize| -> Result<(), Failure> {
        loop {
            let Some(name) = queue.lock().map_err(|_| "poisoned")?.pop() else {
                return Ok(());
            };
            let path = cache.join(format!("worker-{worker}"));
            let _ = fs::remove_file(&path);
            let began = now();
            let on = ("reach", Some(path.as_path()));
            let end = run(program, folder, &[&name], on, Duration::from_secs(300))?;
            let time = began.elapsed();
            let seen = fs::read_to_string(&path).unwrap_or_default();
            let mut suite = suite.lock().map_err(|_| "poisoned")?;
            if end == End::Passed {
                let switches = seen.lines().filter_map(|line| line.parse().ok()).collect();
                suite.tests.push(Test {
                    name,
                    time,
                    switches,
                });
            } else {
                suite.failing.push(name);
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|worker| scope.spawn(move || work(worker)))
            .collect();
        workers
            .into_iter()
            .try_for_each(|one| one.join().map_err(|_| "a worker died")?)
    })?;
    let mut suite = suite.into_inner()?;
    suite.tests.sort_by(|one, other| one.name.cmp(&other.name));
    suite.failing.sort();
    Ok(suite)
}
