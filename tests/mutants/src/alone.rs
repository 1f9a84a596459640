//! Mutants that can't stand behind a switch, each with a build of its own.
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::Failure;
use crate::answers::{Answer, Answers};
use crate::build::{Place, messages, mirror};
use crate::list::Mutant;
use crate::reach::{self, End, Program, Suite, run};
use crate::sites::Offsets;

/// The source with one mutant in it, as cargo-mutants would write it.
pub fn changed(source: &str, mutant: &Mutant) -> String {
    let offsets = Offsets::new(source);
    let (start, end) = (offsets.at(mutant.start), offsets.at(mutant.end));
    format!(
        "{}{}{}",
        &source[..start],
        mutant.replacement,
        &source[end..]
    )
}

/// Whom to ask.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The programs of the copy with the switches.
    pub programs: &'a [Program],
    /// Their tests, in the same order.
    pub suites: &'a [Suite],
    /// The mutants behind switches.
    pub planted: &'a [&'a Mutant],
}

/// A program that takes longer is asked after those that don't.
const LONG: Duration = Duration::from_secs(5);

impl<'a> Asked<'a> {
    /// The quick programs first, and of these the ones that come by most switches of the same file.
    fn likely_first(&self, mutant: &Mutant) -> Vec<(&'a Program, &'a Suite)> {
        let near = |id: &&u32| {
            let planted = self.planted.binary_search_by_key(*id, |one| one.id);
            planted.is_ok_and(|place| self.planted[place].file == mutant.file)
        };
        let seen = |suite: &Suite| {
            let switches = suite.tests.iter().flat_map(|test| &test.switches);
            switches.filter(near).collect::<BTreeSet<_>>().len()
        };
        let programs = self.programs.iter().zip(self.suites);
        let mut programs: Vec<_> = programs
            .filter(|(_, suite)| !suite.tests.is_empty())
            .collect();
        programs.sort_by_cached_key(|(_, suite)| {
            let time = time(suite);
            (time >= LONG, Reverse(seen(suite)), time)
        });
        programs
    }
}

fn time(suite: &Suite) -> Duration {
    suite.tests.iter().map(|test| test.time).sum()
}

/// Tries them in the folder, with every test that passed in the copy with the switches.
///
/// # Errors
/// If something can't be built, run or written.
pub fn all(
    mutants: &[&Mutant],
    place: &Place,
    folder: &Path,
    asked: &Asked<'_>,
    answers: &mut Answers,
) -> Result<(), Failure> {
    for (mutant, left) in mutants.iter().zip((0..mutants.len()).rev()) {
        if answers.get(&mutant.key).is_some() {
            continue;
        }
        mirror(&place.plain, folder, |_| false)?;
        let source = fs::read_to_string(place.plain.join(&mutant.file))?;
        fs::write(folder.join(&mutant.file), changed(&source, mutant))?;
        let answer = one(place, folder, &asked.likely_first(mutant))?;
        eprintln!("{left} to go alone; {}: {answer:?}", mutant.name);
        answers.add(&mutant.key, answer)?;
    }
    Ok(())
}

/// Builds a program after the other, up to the first that has a test which fails.
fn one(place: &Place, folder: &Path, programs: &[(&Program, &Suite)]) -> Result<Answer, Failure> {
    if !messages(&mut place.cargo(folder, &["build", "--lib"]))?.0 {
        return Ok(Answer::Unviable);
    }
    let mut asked = 0;
    for (program, suite) in programs {
        let which: &[&str] = if program.is_suite {
            &["--test", &program.name]
        } else {
            &["--lib"]
        };
        // What does not compile with the mutant fails a test, too.
        let Ok(built) = reach::programs(place, folder, which) else {
            let why = format!("{} does not compile", program.name);
            return Ok(Answer::Caught(why));
        };
        let tests: Vec<&str> = suite.tests.iter().map(|test| test.name.as_str()).collect();
        let limit = time(suite) * 8 + Duration::from_secs(10);
        for program in &built {
            match run(program, folder, &tests, ("0", None), limit)? {
                End::Passed => asked += tests.len(),
                End::Failed(test) => return Ok(Answer::Caught(format!("{} {test}", program.name))),
                End::Late => return Ok(Answer::Late(program.name.clone())),
            }
        }
    }
    Ok(Answer::Survived(format!("{asked} tests")))
}
