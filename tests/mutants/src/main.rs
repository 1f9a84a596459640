//! `cert-lifecycle-mutants planted|alone|record WORK NAME LIST STEP FEATURES RECORD|-`; see tests/mutants.sh.
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use cert_lifecycle_mutants::answers::{Answer, Answers};
use cert_lifecycle_mutants::build::{Place, files, sow};
use cert_lifecycle_mutants::list::{Mutant, read};
use cert_lifecycle_mutants::plant::Without;
use cert_lifecycle_mutants::reach::{programs, reach};
use cert_lifecycle_mutants::record::record;
use cert_lifecycle_mutants::{Failure, alone, example, trial};

/// This one counts which suites name a rule, and some are not here.
const SKIPPED: &[&str] = &["every_rule_has_decided_something"];

/// Modules whose examples are asked.
const SHOWN: &[&str] = &[
    "lib.rs",
    "lifecycle/",
    "rulebook/",
    "model/",
    "view/",
    "codec/",
    "pki/",
    "port/",
    "service/",
    "wire/",
];

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [how, work, name, list, step, features, written] = words.as_slice() else {
        return Err("planted|alone|record WORK NAME LIST STEP FEATURES RECORD|-".into());
    };
    let work = PathBuf::from(work);
    let own = work.join(name);
    fs::create_dir_all(&own)?;
    let place = Place {
        plain: work.join("plain"),
        copy: own.join("copy"),
        target: work.join("target"),
        features: features.clone(),
    };
    let list = fs::read_to_string(list)?;
    let mutants = read(&list, step.parse()?)?;
    add_examples(&place.plain)?;

    // Other sources are other mutants; other tests may find what survived.
    let mut sources = DefaultHasher::new();
    (&list, step).hash(&mut sources);
    let sources = stamp(&place.plain, sources, is_built)?;
    let tests = stamp(&place.plain, DefaultHasher::new(), |path| {
        // Cargo writes the lock file anew.
        !is_built(path) && !path.starts_with("src/bin") && path != Path::new("Cargo.lock")
    })?;
    let is = |file: &str, stamp: u64| {
        fs::read_to_string(own.join(file)).is_ok_and(|old| old == stamp.to_string())
    };
    let (same_sources, same_tests) = (is("sources", sources), is("tests", tests));
    if !same_sources {
        let _ = fs::remove_file(own.join("sown"));
    }
    let again = |answer: &Answer| {
        !same_sources || (!same_tests && matches!(answer, Answer::Survived(_) | Answer::Open))
    };
    let answers = Answers::open(&own.join("answers"), again)?;
    fs::write(own.join("sources"), sources.to_string())?;
    fs::write(own.join("tests"), tests.to_string())?;

    let answers = match how.as_str() {
        "record" => answers,
        _ => tried(&place, &own, &mutants, answers, how == "alone")?,
    };
    let mut head =
        String::from("# What the core's tests notice of changes to it: tests/mutants.sh\n");
    head.push_str(&format!(
        "# {}, {}\n",
        version("cargo", &["mutants", "--version"])?,
        version("rustc", &["--version"])?
    ));
    let failing = fs::read_to_string(own.join("failing")).unwrap_or_default();
    if !failing.is_empty() {
        head.push_str(&format!(
            "# Not asked, for they need what is not here: {failing}\n"
        ));
    }
    let old = fs::read_to_string(written).unwrap_or_default();
    let text = record(&head, &old, &mutants, &answers);
    if written == "-" {
        print!("{text}");
    } else {
        fs::write(written, text)?;
    }
    Ok(())
}

/// Plants, builds and tries whatever has no answer yet.
fn tried(
    place: &Place,
    own: &Path,
    mutants: &[Mutant],
    mut answers: Answers,
    alone: bool,
) -> Result<Answers, Failure> {
    let sown = sow(place, mutants, &own.join("sown"))?;
    let why = |mutant: &&Mutant| sown.without.get(&mutant.id).copied();
    for mutant in mutants {
        if why(&mutant) == Some(Without::Unviable) && answers.get(&mutant.key).is_none() {
            answers.add(&mutant.key, Answer::Unviable)?;
        }
    }
    let planted: Vec<_> = mutants.iter().filter(|one| why(one).is_none()).collect();
    let left = mutants.iter().filter(|one| why(one) == Some(Without::Left));
    let left: Vec<_> = left.collect();
    eprintln!("{} planted, {} left", planted.len(), left.len());

    let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let programs = programs(place, &place.copy, &["--lib", "--tests"])?;
    let suites = reach(&programs, &place.copy, &own.join("reach"), SKIPPED, workers)?;
    let suites_of = programs.iter().zip(&suites);
    let failing = suites_of.flat_map(|(program, suite)| {
        let name = &program.name;
        suite
            .failing
            .iter()
            .map(move |test| format!("{name} {test}"))
    });
    fs::write(own.join("failing"), failing.collect::<Vec<_>>().join(", "))?;
    let bench = trial::Bench {
        programs: &programs,
        suites: &suites,
        folder: &place.copy,
        patience: Duration::from_secs(10),
    };
    let answers = Mutex::new(answers);
    trial::all(&planted, &bench, &answers, workers)?;
    let mut answers = answers.into_inner().map_err(|_| "poisoned")?;
    if alone {
        let asked = alone::Asked {
            programs: &programs,
            suites: &suites,
            planted: &planted,
        };
        // Cargo takes copies of one package for the same: they need a directory each.
        let place = &Place {
            plain: place.plain.clone(),
            copy: place.copy.clone(),
            target: own.join("target-alone"),
            features: place.features.clone(),
        };
        alone::all(&left, place, &own.join("alone"), &asked, &mut answers)?;
    }
    Ok(answers)
}

/// The first two words that a program says of itself.
fn version(program: &str, words: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program).args(words).output()?;
    let text = String::from_utf8(output.stdout)?;
    Ok(text
        .split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" "))
}

/// Whether a file is compiled into what is asked: neither the program nor the servers are.
fn is_built(path: &Path) -> bool {
    let elsewhere = ["src/bin", "src/server"];
    path.starts_with("src")
        && path.extension().is_some_and(|kind| kind == "rs")
        && !elsewhere.iter().any(|one| path.starts_with(one))
}

/// What the files are like.
fn stamp(
    folder: &Path,
    mut hasher: DefaultHasher,
    wanted: impl Fn(&Path) -> bool,
) -> Result<u64, Failure> {
    for path in files(folder)?.iter().filter(|path| wanted(path)) {
        path.hash(&mut hasher);
        fs::read(folder.join(path))?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// Writes the suite of examples beside the others.
fn add_examples(plain: &Path) -> Result<(), Failure> {
    let mut suite = String::from("//! The examples of the documentation.\n#![allow(warnings)]\n");
    let folder = plain.join("src");
    for path in files(&folder)? {
        let name = path.to_str().ok_or("a file without a name")?;
        if SHOWN.iter().any(|start| name.starts_with(start)) && name.ends_with(".rs") {
            example::add(&mut suite, name, &fs::read_to_string(folder.join(name))?);
        }
    }
    fs::write(plain.join("tests/examples_of_the_source.rs"), suite)?;
    Ok(())
}
