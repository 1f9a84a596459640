//! Mutants that can't stand behind a switch, each with a build of its own.
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::Failure;
use crate::answers::{Answer, Answers};
use crate::build::{Place, messages, mirror};
use crate::list::Mutant;
use crate::reach::{End, Suite, programs, run};
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

/// Tries them in the folder, with every test that passed in the copy with the switches.
///
/// # Errors
/// If something can't be built, run or written.
pub fn all(
    mutants: &[&Mutant],
    place: &Place,
    folder: &Path,
    suites: &[(String, Suite)],
    answers: &mut Answers,
) -> Result<(), Failure> {
    for (mutant, left) in mutants.iter().zip((0..mutants.len()).rev()) {
        if answers.get(&mutant.key).is_some() {
            continue;
        }
        mirror(&place.plain, folder, |_| false)?;
        let source = fs::read_to_string(place.plain.join(&mutant.file))?;
        fs::write(folder.join(&mutant.file), changed(&source, mutant))?;
        let answer = one(place, folder, suites)?;
        eprintln!("{left} to go alone; {}: {answer:?}", mutant.name);
        answers.add(&mutant.key, answer)?;
    }
    Ok(())
}

fn one(place: &Place, folder: &Path, suites: &[(String, Suite)]) -> Result<Answer, Failure> {
    if !messages(&mut place.cargo(folder, &["check", "--lib"]))?.0 {
        return Ok(Answer::Unviable);
    }
    // What does not compile with the mutant fails a test, too.
    let Ok(mut programs) = programs(place, folder) else {
        return Ok(Answer::Caught("the tests don't compile".to_owned()));
    };
    let of = |name: &str| {
        suites
            .iter()
            .find(|(suite, _)| suite == name)
            .map(|(_, suite)| suite)
    };
    let time = |name: &str| -> Duration {
        of(name).map_or(Duration::ZERO, |suite| {
            suite.tests.iter().map(|test| test.time).sum()
        })
    };
    programs.sort_by_key(|program| time(&program.name));
    let mut asked = 0;
    for program in &programs {
        let Some(suite) = of(&program.name).filter(|suite| !suite.tests.is_empty()) else {
            continue;
        };
        let tests: Vec<&str> = suite.tests.iter().map(|test| test.name.as_str()).collect();
        let limit = time(&program.name) * 8 + Duration::from_secs(10);
        match run(program, folder, &tests, ("0", None), limit)? {
            End::Passed => asked += tests.len(),
            End::Failed(test) => return Ok(Answer::Caught(format!("{} {test}", program.name))),
            End::Late => return Ok(Answer::Late(program.name.clone())),
        }
    }
    Ok(Answer::Survived(format!("{asked} tests")))
}
