//! A small package whose mutants are all planted, built and tried.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use cert_lifecycle_mutants::answers::{Answer, Answers};
use cert_lifecycle_mutants::build::{Place, mirror, sow};
use cert_lifecycle_mutants::list::{Mutant, read};
use cert_lifecycle_mutants::plant::Without;
use cert_lifecycle_mutants::reach::{programs, reach};
use cert_lifecycle_mutants::record::record;
use cert_lifecycle_mutants::{alone, example, trial};

fn list() -> Vec<Mutant> {
    read(include_str!("sample.json"), 1).unwrap()
}

#[test]
fn every_mutant_of_the_sample_has_its_answer() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample");
    let work = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sample");
    let place = Place {
        plain: work.join("plain"),
        copy: work.join("copy"),
        target: work.join("target"),
        features: "plain".to_owned(),
    };
    mirror(&here, &place.plain, |path| path.starts_with("target")).unwrap();
    let mutants = list();
    let file = work.join("sown");
    let _ = fs::remove_file(&file);
    let sown = sow(&place, &mutants, &file).unwrap();
    // What was found is known the next time.
    let again = sow(&place, &mutants, &file).unwrap();
    assert_eq!(
        (&sown.without, &sown.constant),
        (&again.without, &again.constant)
    );
    let of = |why| {
        let of = mutants
            .iter()
            .filter(|one| sown.without.get(&one.id) == Some(&why));
        of.map(|one| one.key.trim_start_matches("src/kinds.rs: "))
            .collect::<Vec<_>>()
    };
    // What the compiler takes in no form: no default, no `||` beside a `let`.
    assert_eq!(
        of(Without::Unviable),
        [
            "replace Span::starting -> Self with Default::default()",
            "replace && with || in first (1)",
            "replace && with || in first (2)",
        ]
    );
    // A constant needs this function, and this type has no name.
    assert_eq!(
        of(Without::Left),
        [
            "replace seconds -> i64 with 0",
            "replace seconds -> i64 with 1",
            "replace seconds -> i64 with -1",
            "replace * with + in seconds",
            "replace * with / in seconds",
            "replace Span::days -> impl Iterator<Item = i64> with ::std::iter::once(0)",
            "replace Span::days -> impl Iterator<Item = i64> with ::std::iter::once(1)",
            "replace Span::days -> impl Iterator<Item = i64> with ::std::iter::once(-1)",
        ]
    );

    let programs = programs(&place, &place.copy, &["--lib", "--tests"]).unwrap();
    let suites = reach(&programs, &place.copy, &work.join("reach"), &[], 2).unwrap();
    let file = work.join("answers");
    let _ = fs::remove_file(&file);
    let answers = Mutex::new(Answers::open(&file, |_| false).unwrap());
    let (planted, left): (Vec<_>, Vec<_>) = mutants
        .iter()
        .partition(|one| !sown.without.contains_key(&one.id));
    let bench = trial::Bench {
        programs: &programs,
        suites: &suites,
        folder: &place.copy,
        patience: Duration::from_secs(2),
    };
    trial::all(&planted, &bench, &answers, 2).unwrap();
    let mut answers = answers.into_inner().unwrap();
    let asked = alone::Asked {
        programs: &programs,
        suites: &suites,
        planted: &planted,
    };
    // Each costs a build: one of each outcome.
    let few = ["seconds -> i64 with 1", "once(0)", "Default::default()"];
    let few = left
        .iter()
        .copied()
        .filter(|one| few.iter().any(|end| one.key.ends_with(end)));
    alone::all(
        &few.collect::<Vec<_>>(),
        &place,
        &work.join("alone"),
        &asked,
        &mut answers,
    )
    .unwrap();

    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for mutant in &mutants {
        let Some(answer) = answers.get(&mutant.key) else {
            assert!(sown.without.contains_key(&mutant.id), "{}", mutant.name);
            continue;
        };
        let word = match answer {
            Answer::Unviable => {
                assert_eq!(sown.without[&mutant.id], Without::Unviable);
                continue;
            }
            Answer::Caught(by) => {
                assert!(by.starts_with("kinds "), "{by}");
                continue;
            }
            Answer::Open => "open",
            Answer::Late(_) => "late",
            Answer::Survived(_) => "survived",
        };
        found
            .entry(word)
            .or_default()
            .push(mutant.key.trim_start_matches("src/kinds.rs: "));
    }
    assert_eq!(found.get("open"), None);
    // No test asks for the length.
    assert_eq!(found["survived"], SURVIVORS);
    // Memory may be full before time is up, and that a test fails.
    let late = found.get("late").map_or(&[][..], Vec::as_slice);
    assert!(late.iter().all(|one| LATE.contains(one)), "{late:?}");

    // A broken-off line counts for nothing, and the rest is known.
    fs::write(
        &file,
        fs::read_to_string(&file).unwrap() + "src/kinds.rs: replace",
    )
    .unwrap();
    let again = Answers::open(&file, |answer| matches!(answer, Answer::Survived(_))).unwrap();
    let known = mutants.iter().filter(|one| again.get(&one.key).is_some());
    assert_eq!(known.count(), mutants.len() - SURVIVORS.len() - 8);

    let old = format!("src/kinds.rs: {} | nobody asks\n", SURVIVORS[0]);
    let text = record("# head\n", &old, &mutants, &answers);
    assert!(text.starts_with("# head\ntogether: 48 mutants, "), "{text}");
    assert!(text.contains(&old), "{text}");
    assert_eq!(
        text.matches("| no reason yet\n").count(),
        SURVIVORS.len() - 1,
        "{text}"
    );
    let text = record("", "", &mutants, &again);
    assert!(
        text.contains(&format!(", {} not tried\n", SURVIVORS.len() + 8)),
        "{text}"
    );
}

const SURVIVORS: &[&str] = &[
    "replace Span::length -> i64 with 0",
    "replace Span::length -> i64 with 1",
    "replace Span::length -> i64 with -1",
    "replace - with + in Span::length",
    "replace - with / in Span::length",
];

const LATE: &[&str] = &[
    "replace / with * in Span::days (2)",
    "replace -= with += in amount",
    "replace -= with /= in amount",
];

#[test]
fn every_nth_is_a_sample() {
    let all = list();
    let some = read(include_str!("sample.json"), 5).unwrap();
    let names = |list: &[Mutant]| list.iter().map(|one| one.key.clone()).collect::<Vec<_>>();
    let fifth: Vec<_> = names(&all).into_iter().step_by(5).collect();
    assert_eq!(names(&some), fifth);
    assert!(read("[{}]", 1).is_err() && read("", 1).is_err());
}

#[test]
fn examples_become_tests() {
    let source = "/// Text.\n/// ```\n/// # use a::b;\n/// assert!(b());\n/// ```\nfn b() {}\n\
        //! ```text\n//! no code\n//! ```\n/// ```rust\n/// f()?;\n/// # Ok::<(), E>(())\n/// ```\n";
    let mut suite = String::new();
    example::add(&mut suite, "a/b.rs", source);
    assert_eq!(
        suite,
        "\n#[test]\nfn a_b_rs_2() {\nuse a::b;\nassert!(b());\n}\n\
         \n#[test]\nfn a_b_rs_10() {\nfn inner() -> Result<(), impl std::fmt::Debug> {\nf()?;\n\
         Ok::<(), E>(())\n}\ninner().unwrap();\n}\n"
    );
}
