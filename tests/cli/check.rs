//! Rulebooks verified: clean, with differences, with a planted fault, and not readable.

use super::json;
use super::run::run;

/// Few and short timelines: what is tried here is the program.
const SHORT: [&str; 4] = ["--cases", "3", "--length", "16"];

fn check(arguments: &[&str]) -> super::run::Ran {
    run(&[&["check", "--explore", "off"], arguments, &SHORT[..]].concat())
}

/// Hardly a timeline, and a world.
fn explore(world: &str, arguments: &[&str]) -> super::run::Ran {
    let only = ["check", "2021-02-api", "--cases", "1", "--length", "4"];
    run(&[&only[..], &["--explore", world], arguments].concat())
}

#[test]
fn a_published_edition_is_clean() {
    let ran = check(&["2021-02-api"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    for part in [
        "2021-02-api: read and validated",
        "tables: 1824 of 1824 cells as the machine answers",
        "laws: 13 of 13 kept in 3 timelines",
        "% of it to make the timelines, seed 0",
        "  L10 kept ",
        "not covered\n",
        "  every state of a small world (--explore)\n",
    ] {
        assert!(ran.out.contains(part), "{part}:\n{}", ran.out);
    }
    // No line speaks of what was not asked for.
    let two = check(&["2021-02-api", "--laws", "l5,L7", "--budget", "60"]);
    assert_eq!(two.code, 0);
    assert!(two.out.contains("laws: 2 of 2 kept"), "{}", two.out);
    assert!(!two.out.contains("  L10 "), "{}", two.out);
    assert!(!two.out.contains("small world:"), "{}", two.out);
}

/// What was reached in a small world is told, and what was not.
#[test]
fn a_small_world_is_explored() {
    let ran = explore("tiny", &["--laws", "L4,L5", "--progress"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    for part in [
        "moves deep, every one looked at in ",
        " cells: ",
        " with a way into them asked, ",
        "    not asked in ",
        "    not granted in ",
        "in small worlds, other classes than DV, and several editions in one",
        "in small worlds, what follows in ",
        "in small worlds, more than 1 plan of 1 unit, 1 slot, 1 chain of 2 years and 1 upload",
    ] {
        assert!(ran.out.contains(part), "{part}:\n{}", ran.out);
    }
    assert!(!ran.out.contains("(--explore)"), "{}", ran.out);
    // None of its steps shows these laws.
    let ran = explore("tiny", &["--laws", "L9,twin"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(!ran.out.contains("small world:"), "{}", ran.out);
}

/// The same in a form for machines: the counts of any run with this crate's version are these.
#[test]
fn a_small_world_has_its_fields() {
    let ran = explore("tiny", &["--laws", "L2", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let line = json(ran.out.lines().nth(1).unwrap());
    assert_eq!(line["clean"], true);
    let world = &line["small_world"];
    assert_eq!(world["ending"], "exhausted");
    assert_eq!(world["class"], "DV");
    assert_eq!(world["orders"], 2);
    for field in ["states", "transitions", "refusals", "depth", "bytes"] {
        assert!(world[field].as_u64().unwrap() > 10, "{field}: {world}");
    }
    let number = |field: &str| usize::try_from(world[field].as_u64().unwrap()).unwrap();
    let length = |field: &str| world[field].as_array().unwrap().len();
    assert_eq!(number("cells"), number("asked") + length("not_asked"));
    assert_eq!(number("grants"), number("granted") + length("not_granted"));
    assert!(length("not_covered") > 2, "{world}");
    assert!(world["not_asked"][0]["command"].is_string(), "{world}");
}

/// What breaks a law in it is told by the shortest way, also as a test, and the exit code says so.
#[test]
fn a_planted_fault_is_found_in_a_small_world() {
    let fault = ["--plant", "Draw: a unit that is set aside is Dropped"];
    let laws = ["--laws", "L5", "--rust-test"];
    let ran = explore("tiny", &[fault.as_slice(), &laws].concat());
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    for part in [
        " deep, where a law does not hold, in ",
        "\nin the small world, by the shortest way there:\nL5 does not hold: plan-1",
        "testing::first_breach(",
        "in small worlds, what lies behind the step that breaks a law",
    ] {
        assert!(ran.out.contains(part), "{part}:\n{}", ran.out);
    }
    // It did not come far enough to say what is never granted.
    assert!(!ran.out.contains("never granted"), "{}", ran.out);
    let ran = explore(
        "tiny",
        &[fault.as_slice(), &laws[..2], &["--json"]].concat(),
    );
    let line = json(ran.out.lines().nth(1).unwrap());
    assert_eq!((ran.code, &line["clean"]), (1, &false.into()));
    let broken = &line["small_world"]["broken"];
    assert_eq!(
        (&broken["law"], &broken["steps"]),
        (&"L5".into(), &2.into())
    );
}

/// A world that is too large is left after some thousand states, and what was left has an exit code of
/// its own.
#[test]
fn a_world_that_is_too_large_is_announced() {
    let ran = explore("full", &["--laws", "L2", "--memory", "1"]);
    assert_eq!((ran.code, ran.err.as_str()), (3, ""), "{}", ran.out);
    for part in [
        "moves deep, and no further after ",
        ": it is likely to have about ",
        " MiB, and 1 MiB are given (--memory)",
    ] {
        assert!(ran.out.contains(part), "{part}:\n{}", ran.out);
    }
    let ran = explore("full", &["--laws", "L2", "--memory", "0"]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(
        ran.out.contains("the memory is used up (--memory)"),
        "{}",
        ran.out
    );
    let ran = explore("full", &["--laws", "L2", "--budget", "1"]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(
        ran.out.contains("the time is over (--budget)"),
        "{}",
        ran.out
    );
    // What is found before the end is a finding all the same.
    let found = [
        "--memory",
        "0",
        "--plant",
        "Validation Failed: Delete is refused",
    ];
    let ran = explore("full", &[&["--laws", "L2"], &found[..]].concat());
    assert_eq!(ran.code, 1, "{}", ran.out);
}

/// Timelines that the time did not suffice for are not finished, and those without a step show nothing.
#[test]
fn what_was_not_lived_is_not_fine() {
    let with = |more: &[&str]| {
        let only = ["check", "2021-02-api", "--explore", "off", "--json"];
        let ran = run(&[&only[..], more].concat());
        let line = json(ran.out.lines().nth(1).unwrap());
        (
            ran.code,
            line["clean"].clone(),
            line["finished"].clone(),
            line["timelines"].as_u64().unwrap(),
        )
    };
    for none in [&["--cases", "0"][..], &["--cases", "3", "--length", "0"]] {
        let (code, clean, finished, _) = with(none);
        assert_eq!((code, clean, finished), (1, false.into(), true.into()));
    }
    // A second is far from the end of so many.
    let many = ["--cases", "1000000", "--laws", "L1", "--budget", "1"];
    let (code, clean, finished, lived) = with(&many);
    assert_eq!((code, clean, finished), (3, true.into(), false.into()));
    assert!((1..1_000_000).contains(&lived), "{lived}");
    let words = [
        "check",
        "2021-02-api",
        "--explore",
        "off",
        "--length",
        "0",
        "--cases",
        "3",
    ];
    let ran = run(&words);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("  nothing was lived\n"), "{}", ran.out);
}

/// Each published edition by itself, in a form for machines, and all of them together.
#[test]
fn every_published_edition_has_its_line() {
    let short = ["--cases", "1", "--length", "6", "--explore", "off"];
    let ran = run(&[&["check", "--json"], &short[..]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let lines: Vec<_> = ran.out.lines().map(json).collect();
    let (target, runs) = lines.split_first().unwrap();
    let keys = target["editions"].as_array().unwrap();
    assert_eq!(keys.len() + 1, runs.len());
    assert_eq!(target["not_lived"], json(r#"["2026-v2"]"#));
    for (key, run) in keys.iter().zip(runs) {
        assert_eq!(&run["run"], key);
        assert_eq!((&run["clean"], &run["cells"]), (&true.into(), &1824.into()));
        assert_eq!(run["laws"].as_array().unwrap().len(), 13);
    }
    let together = runs.last().unwrap();
    assert_eq!(together["editions"].as_array().unwrap().len(), keys.len());
}

#[test]
fn a_rulebook_of_ones_own_says_what_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    let own = "extends = \"published\"\n\n[[notice]]\nfrom = \"2021-02-26\"\n\
               value = { within_days = 45 }\nsources = [\"S3\"]\n";
    std::fs::write(&path, own).unwrap();
    let path = path.to_str().unwrap();
    let keyed = format!("{path}:2021-02-api");
    let ran = check(&[&keyed]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    for part in [
        "differs: A certificate counts as about to expire when 45 days remain instead of 30. [2021-02-api]",
        "    before: Issued",
        "    after:  Pending Expiration",
        "laws: 13 of 13 kept",
    ] {
        assert!(ran.out.contains(part), "{part}:\n{}", ran.out);
    }
    let lines = check(&[&keyed, "--json"]);
    let target = json(lines.out.lines().next().unwrap());
    assert_eq!(target["differences"][0]["field"], "notice");
    // What can't be read is said with its place and key.
    let slip = own.replace("within_days", "within_hours");
    std::fs::write(path, slip).unwrap();
    let ran = check(&[path]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(
        ran.err
            .contains("own.toml:5:11: notice[1].value.within_hours"),
        "{}",
        ran.err
    );
}

/// A fault in the machine is told, drawn and kept as a test, and the exit code says so.
#[test]
fn a_planted_fault_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let test = folder.path().join("found.rs");
    let ran = run(&[
        "check",
        "2021-02-api",
        "--laws",
        "L5",
        "--cases",
        "40",
        "--explore",
        "off",
        "--plant",
        "Draw: a unit that is set aside is Dropped",
        "--mermaid",
        &format!("--rust-test={}", test.display()),
    ]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    for part in [
        "planted in the machine: Draw: a unit that is set aside is Dropped",
        "laws: 0 of 1 kept",
        "   L5 broken",
        "2 of ",
        "L5 does not hold: plan-",
        " | plan-",
        "\nsequenceDiagram\n",
    ] {
        assert!(ran.out.contains(part), "{part}:\n{}", ran.out);
    }
    let test = std::fs::read_to_string(test).unwrap();
    // With the fault: without it, nothing would be found.
    let holds = "testing::laws::LawId::Conservation.hold(&timeline, &testing::Faulty(testing::Fault::Moves { \
                 command: lifecycle::CommandKind::Draw, moved: testing::Moved::Reserved, \
                 how: testing::Misplaced::Dropped }))";
    assert!(test.contains(holds), "{test}");
    // The tables are another eye.
    let ran = check(&[
        "2021-02-api",
        "--laws",
        "L2",
        "--plant",
        "Validation Failed: Delete is refused",
    ]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        ran.out.contains(
            "DV, Validation Failed, Delete: the table says -> Deleted (R-10), but it is refused"
        ),
        "{}",
        ran.out
    );
}

/// A grant that the table does not have is called one, though what it brings about can't be folded.
#[test]
fn a_cell_that_is_granted_wrongly_is_said_to_be_granted() {
    let ran = check(&[
        "2021-02-api",
        "--laws",
        "L2",
        "--plant",
        "Issued: Draw is granted",
    ]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let words = "DV, Issued, Draw: the table says refused (R-40), but it is granted, with what can't be \
                 applied: the id is taken";
    assert!(ran.out.contains(words), "{}", ran.out);
}

/// A fault that nothing came by is no proof of anything.
#[test]
fn a_planted_fault_that_is_not_found_is_told_of() {
    let fault = "Draw: a unit that is set aside is Dropped";
    let ran = check(&["2021-02-api", "--laws", "L2", "--plant", fault]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(
        ran.err,
        "the planted fault was not found: nothing that was asked comes by it\n"
    );
}

/// Editions of one rulebook are lived together, however they are named.
#[test]
fn editions_of_one_rulebook_are_lived_together() {
    let ran = check(&["2021-02-api", "2023-api", "2021-02-api", "--laws", "L9"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    for part in [
        "2021-02-api, 2023-api, 2021-02-api: read and validated\n",
        "\n2021-02-api\n",
        "\n2023-api\n",
        "\n2 editions together\n",
    ] {
        assert_eq!(ran.out.matches(part).count(), 1, "{part}:\n{}", ran.out);
    }
}

/// What was found is replayed: the same commands, under the edition that the note names.
#[test]
fn a_finding_is_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("found.jsonl");
    let fault = "Draw: a unit that is set aside is Dropped";
    let ran = run(&[
        "check",
        "2021-02-api",
        "--laws",
        "L5",
        "--cases",
        "40",
        "--explore",
        "off",
        "--plant",
        fault,
        &format!("--jsonl={}", file.display()),
    ]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert_eq!(
        ran.err,
        "the lines are lived under: --edition 2021-02-api\n"
    );
    let lines = std::fs::read_to_string(&file).unwrap();
    assert_eq!(lines.lines().count(), 2, "{lines}");
    let ran = run(&["replay", "--edition", "2021-02-api", file.to_str().unwrap()]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let last = json(ran.out.lines().last().unwrap());
    assert_eq!(last["answer"], "permitted", "{last}");
}

#[test]
fn what_cannot_be_checked_is_2() {
    for (arguments, part) in [
        (&["2021-02-apii"][..], "did you mean 2021-02-api?"),
        (&["no/such.toml"], "no/such.toml: "),
        (&["2026-v2"], "a machine of its own"),
        (&["2021-02-api", "--laws", "L13"], "there are L1, L2, "),
        (
            &["2021-02-api", "--plant", "xyz"],
            "no fault has \"xyz\" in its words",
        ),
    ] {
        let ran = check(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
}
