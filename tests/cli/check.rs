//! Rulebooks verified: clean, with differences, with a planted fault, and not readable.

use super::json;
use super::run::run;

/// Few and short timelines: what is tried here is the program.
const SHORT: [&str; 4] = ["--cases", "3", "--length", "16"];

fn check(arguments: &[&str]) -> super::run::Ran {
    run(&[&["check"], arguments, &SHORT[..]].concat())
}

#[test]
fn a_published_edition_is_clean() {
    let ran = check(&["2021-02-api"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    for part in [
        "2021-02-api: read and validated",
        "tables: 1824 of 1824 cells as the machine answers",
        "laws: 13 of 13 kept in 3 timelines",
        "% of it drawing, seed 0",
        "  L10 kept ",
        "not covered\n",
    ] {
        assert!(ran.out.contains(part), "{part}:\n{}", ran.out);
    }
    // No line speaks of what was not asked for.
    let two = check(&["2021-02-api", "--laws", "l5,L7", "--budget", "60"]);
    assert_eq!(two.code, 0);
    assert!(two.out.contains("laws: 2 of 2 kept"), "{}", two.out);
    assert!(!two.out.contains("  L10 "), "{}", two.out);
}

/// Each published edition by itself, in a form for machines, and all of them together.
#[test]
fn every_published_edition_has_its_line() {
    let ran = run(&["check", "--json", "--cases", "1", "--length", "6"]);
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
    let holds = "testing::laws::LawId::Conservation.hold(&timeline, &testing::Core)";
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
