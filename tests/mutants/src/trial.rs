//! Each mutant before the tests that come by it.
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use crate::Failure;
use crate::answers::{Answer, Shared};
use crate::list::Mutant;
use crate::reach::{End, Program, Suite, Test, run};

/// Tests that take longer are run by themselves, when all others have been asked about every mutant.
const LONG: Duration = Duration::from_millis(700);

/// What mutants are given to.
#[derive(Clone, Copy, Debug)]
pub struct Bench<'a> {
    /// The programs.
    pub programs: &'a [Program],
    /// Their tests.
    pub suites: &'a [Suite],
    /// Where they run.
    pub folder: &'a Path,
    /// How long tests may take beyond eight times what they take without a mutant.
    pub patience: Duration,
}

/// Tests that are run in one process.
#[derive(Clone)]
struct Batch<'a> {
    program: &'a Program,
    tests: Vec<&'a str>,
    /// How long they take, each in a process of its own.
    time: Duration,
    /// How long the slowest takes; what tests of a program make once is in it.
    slowest: Duration,
}

/// The tests that come by a switch, in their programs, the quickest first.
fn batches<'a>(id: u32, bench: &Bench<'a>, long: bool) -> Vec<Batch<'a>> {
    let mut batches = Vec::new();
    for (program, suite) in bench.programs.iter().zip(bench.suites) {
        let tests = suite.tests.iter();
        let tests = tests.filter(|test| test.switches.contains(&id) && (test.time >= LONG) == long);
        let one = |test: &'a Test| Batch {
            program,
            tests: vec![&test.name],
            time: test.time,
            slowest: test.time,
        };
        let all = tests.map(one);
        if long {
            batches.extend(all);
        } else {
            batches.extend(all.reduce(|mut all, one| {
                all.tests.extend(one.tests);
                all.time += one.time;
                all.slowest = all.slowest.max(one.slowest);
                all
            }));
        }
    }
    batches.sort_by_key(|batch| batch.slowest);
    batches
}

/// The tests that caught something lately, the last one first: what stands side by side is often
/// caught by the same.
type Lately<'a> = Mutex<VecDeque<(&'a str, String)>>;

/// Puts those first.
fn likely_first<'a>(batches: &mut Vec<Batch<'a>>, lately: &Lately<'_>) -> Result<(), Failure> {
    let mut first = Vec::new();
    for (name, test) in lately.lock().map_err(|_| "poisoned")?.iter() {
        let found = batches.iter().find(|batch| batch.program.name == *name);
        let found = found.and_then(|batch| {
            let test = *batch.tests.iter().find(|one| **one == test.as_str())?;
            let mut one = batch.clone();
            one.tests = vec![test];
            Some(one)
        });
        first.extend(found);
    }
    batches.splice(0..0, first);
    Ok(())
}

/// What comes of one mutant before the quick tests, or before the long ones.
fn judge<'a>(
    id: u32,
    bench: &Bench<'a>,
    long: bool,
    lately: &Lately<'a>,
) -> Result<Option<Answer>, Failure> {
    let mut batches = batches(id, bench, long);
    likely_first(&mut batches, lately)?;
    for batch in batches {
        // Others use the machine too.
        let limit = batch.time * 8 + bench.patience;
        let on = id.to_string();
        let program = batch.program;
        let name = program.name.as_str();
        match run(program, bench.folder, &batch.tests, (&on, None), limit)? {
            End::Passed => {}
            End::Failed(test) => {
                let mut lately = lately.lock().map_err(|_| "poisoned")?;
                lately.retain(|(program, old)| *program != name || *old != test);
                lately.push_front((name, test.clone()));
                lately.truncate(4);
                return Ok(Some(Answer::Caught(format!("{name} {test}"))));
            }
            End::Late => return Ok(Some(Answer::Late(name.to_owned()))),
        }
    }
    Ok(None)
}

/// Judges every mutant that has no answer yet, by the quick tests first, and all that survive these by
/// the long ones.
///
/// # Errors
/// If a program can't be run or an answer not be written.
pub fn all(
    mutants: &[&Mutant],
    bench: &Bench<'_>,
    answers: &Shared,
    workers: usize,
) -> Result<(), Failure> {
    let lately = Lately::default();
    for long in [false, true] {
        each(mutants, workers, |mutant, left| {
            let known = answers
                .lock()
                .map_err(|_| "poisoned")?
                .get(&mutant.key)
                .cloned();
            match known {
                Some(Answer::Open) if long => {}
                Some(_) => return Ok(()),
                None => {}
            }
            let asked = || {
                let tests = bench.suites.iter().flat_map(|suite| &suite.tests);
                tests
                    .filter(|test| test.switches.contains(&mutant.id))
                    .count()
            };
            let answer = match judge(mutant.id, bench, long, &lately)? {
                Some(answer) => answer,
                None if long => Answer::Survived(format!("{} tests", asked())),
                None => Answer::Open,
            };
            if long || left % 100 == 0 || answer == Answer::Open {
                eprintln!("{left} to go; {}: {answer:?}", mutant.name);
            }
            answers
                .lock()
                .map_err(|_| "poisoned")?
                .add(&mutant.key, answer)
        })?;
    }
    Ok(())
}

/// Does something with each mutant in some threads, and says how many are left.
fn each<'a>(
    mutants: &[&'a Mutant],
    workers: usize,
    act: impl Fn(&'a Mutant, usize) -> Result<(), Failure> + Sync,
) -> Result<(), Failure> {
    let queue = Mutex::new(mutants.iter().rev().copied().collect::<Vec<_>>());
    let work = || -> Result<(), Failure> {
        loop {
            let (mutant, left) = {
                let mut queue = queue.lock().map_err(|_| "poisoned")?;
                let Some(mutant) = queue.pop() else {
                    return Ok(());
                };
                (mutant, queue.len())
            };
            act(mutant, left)?;
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|one| one.join().map_err(|_| "a worker died")?)
    })
}
