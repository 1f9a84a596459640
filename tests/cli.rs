//! The command line, driven as people and CI do: answers, exit codes, and input of every bad kind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    unreachable_pub,
    reason = "tests stop on the first surprise"
)]

mod support;

#[path = "cli/check.rs"]
mod check;
#[path = "cli/diff.rs"]
mod diff;
#[path = "cli/replay.rs"]
mod replay;
#[path = "cli/run.rs"]
mod run;
#[path = "cli/slips.rs"]
mod slips;
#[path = "cli/story.rs"]
mod story;
#[path = "cli/walks.rs"]
mod walks;

use cert_lifecycle::codec::command::{Question, encode_question};
use cert_lifecycle::codec::rulebook;
use cert_lifecycle::lifecycle::{Law, diagram, diff, table};
use cert_lifecycle::model::{AccountId, ValidationClass};
use cert_lifecycle::rulebook::Rulebook;
use run::{run, run_with};
use serde_json::Value;
use story::Story;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_help_says_what_there_is_and_the_exit_codes() {
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    for part in [
        "check",
        "diff",
        "table",
        "diagram",
        "explain",
        "replay",
        "editions",
        "Exit codes",
        "0  fine",
        "1  findings",
        "2  wrong usage",
        "3  nothing was found, but a check did not finish",
    ] {
        assert!(help.out.contains(part), "{part}: {}", help.out);
    }
    assert_eq!(run(&["help", "replay"]).code, 0);
    let version = run(&["--version"]);
    assert_eq!(version.out.trim(), "cert-lifecycle 0.1.0");
}

#[test]
fn wrong_usage_is_2_with_a_hint() {
    assert_eq!(run(&[]).code, 2);
    let typo = run(&["tabel"]);
    assert_eq!(typo.code, 2);
    assert!(typo.err.contains("'table'"), "{}", typo.err);
    assert_eq!(typo.out, "");
    let option = run(&["table", "--editon", "2021-02-api"]);
    assert_eq!(option.code, 2);
    assert!(option.err.contains("--edition"), "{}", option.err);
    let key = run(&["table", "--edition", "2021-02-apii"]);
    assert_eq!(key.code, 2);
    assert_eq!(
        key.err,
        "error: the rulebook has no edition 2021-02-apii; did you mean 2021-02-api?\n"
    );
    let file = run(&[
        "table",
        "--edition",
        "2021-02-api",
        "--rulebook",
        "no/such.toml",
    ]);
    assert_eq!(file.code, 2);
    assert!(
        file.err.starts_with("error: no/such.toml: "),
        "{}",
        file.err
    );
    for key in ["own.toml", "own.toml:2021-02-api"] {
        let file = run(&["table", "--edition", key]);
        assert_eq!(file.code, 2);
        let flag = "name the file by `--rulebook own.toml`\n";
        assert!(file.err.ends_with(flag), "{}", file.err);
    }
    let other = run(&["table", "--edition", "2026-v2"]);
    assert_eq!(other.code, 2);
    assert!(other.err.contains("a machine of its own"), "{}", other.err);
}

#[test]
fn editions_are_listed_and_printed() {
    let book = Rulebook::published();
    let list = run(&["editions"]);
    assert_eq!((list.code, list.out.lines().count()), (0, 17));
    let all = json(&run(&["editions", "--format", "json"]).out);
    for (point, one) in book.points().iter().zip(all.as_array().unwrap()) {
        let edition = book.edition(point.key.as_str()).unwrap();
        assert_eq!(one["key"], point.key.as_str());
        assert_eq!(one["digest"], edition.digest().to_string());
        assert!(list.out.contains(point.key.as_str()));
    }
    let edition = book.edition("2021-02-api").unwrap();
    let printed = run(&["editions", "2021-02-api"]);
    assert_eq!(printed.out, format!("{edition}\n"));
    let values = json(&run(&["editions", "2021-02-api", "--format", "json"]).out);
    assert_eq!(
        values["values"].as_array().unwrap().len(),
        edition.lines().len()
    );
    let file = run(&["editions", "--format", "toml"]);
    assert_eq!(file.out, rulebook::write(&book));
    let one = run(&["editions", "2021-02-api", "--format", "toml"]);
    assert_eq!((one.code, one.out.as_str()), (2, ""));
}

#[test]
fn the_table_is_what_the_library_says() {
    let book = Rulebook::published();
    for key in ["2021-02-api", "2022-hosting"] {
        let edition = book.edition(key).unwrap();
        let law = Law::single(&edition, book.ceilings());
        for (word, class) in [("dv", ValidationClass::Dv), ("ev", ValidationClass::Ev)] {
            let made = table(class, &law);
            let arguments = ["table", "--edition", key, "--class", word, "--format"];
            let with = |format| run(&[&arguments[..], &[format]].concat());
            let (md, csv, cells) = (with("md"), with("csv"), json(&with("json").out));
            assert_eq!((md.code, csv.code), (0, 0));
            let rows: Vec<&str> = csv.out.lines().skip(1).collect();
            let cells = cells["cells"].as_array().unwrap();
            assert_eq!(rows.len(), made.cells().count());
            assert_eq!(cells.len(), rows.len());
            for (((status, cell), row), object) in made.cells().zip(rows).zip(cells) {
                let fields: Vec<&str> = row.split(',').collect();
                assert_eq!(fields.len(), 6, "{row}");
                let status = status.map_or("(no order)", |status| status.word());
                assert_eq!((fields[0], fields[1]), (status, cell.command.word()));
                assert_eq!(object["command"], cell.command.word());
                assert_eq!(object["outcome"], fields[2]);
                let guards: Vec<String> = cell.guards.iter().map(ToString::to_string).collect();
                assert_eq!(fields[5], guards.join(" "));
                if fields[2] != "unreachable" {
                    let line = format!("| {} | {} | {} |", cell.command, cell.outcome, fields[5]);
                    assert!(md.out.contains(&line), "{line}");
                }
            }
        }
    }
}

#[test]
fn the_diagram_is_drawn_in_three_forms() {
    let book = Rulebook::published();
    let edition = book.edition("2022-hosting").unwrap();
    let law = Law::single(&edition, book.ceilings());
    let tables = ValidationClass::ALL.map(|class| table(class, &law));
    let tables: Vec<_> = tables.iter().collect();
    let with = |more: &[&str]| {
        let ran = run(&[&["diagram", "--edition", "2022-hosting"], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out
    };
    let mermaid = with(&[]);
    assert_eq!(mermaid, diagram::mermaid(&tables));
    assert_ne!(with(&["--class", "dv"]), mermaid);
    let dot = with(&["--format", "dot"]);
    let svg = with(&["--format", "svg"]);
    assert_eq!(svg, with(&["--format", "svg"]), "it is the same each time");
    let arrows = mermaid.lines().filter(|line| line.contains("-->")).count();
    // One more leads to the end in Mermaid.
    assert_eq!(dot.matches(" -> ").count(), arrows - 1);
    assert_eq!(svg.matches("<path d=\"M").count(), arrows - 1);
    for part in [
        "role=\"img\"",
        "aria-labelledby=\"title-Certificatelifecycleedition2022hosting ",
        ">Certificate life cycle, edition 2022-hosting</title>",
        "<desc id=\"description-Certificatelifecycleedition2022hosting\">",
        "prefers-color-scheme: dark",
    ] {
        assert!(svg.contains(part), "{part}");
    }
    well_formed(&svg);
}

/// Every tag is closed, in order.
fn well_formed(xml: &str) {
    let mut open = Vec::new();
    for tag in xml.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        let name = tag.split([' ', '/']).next().unwrap();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{tag}");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_difference_is_a_finding() {
    let book = Rulebook::published();
    let (old, new) = ("2021-02-api", "2023-api");
    let all = diff(
        &book.edition(old).unwrap(),
        &book.edition(new).unwrap(),
        book.ceilings(),
    );
    let ran = run(&["diff", old, new]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    assert!(
        ran.out
            .starts_with(&format!("{old} -> {new}: {} differences\n", all.len()))
    );
    for one in &all {
        assert!(ran.out.contains(&one.to_string()), "{one}");
    }
    let lines = run(&["diff", old, new, "--format", "json"]);
    assert_eq!(lines.code, 1);
    assert_eq!(lines.out.lines().count(), all.len());
    for (line, one) in lines.out.lines().zip(&all) {
        let line = json(line);
        assert_eq!(line["field"], one.field.word());
        assert_eq!(line["sentence"], one.sentence.as_str());
        assert_eq!(line["example"].is_string(), one.shown.example().is_some());
    }
    let same = run(&["diff", old, old]);
    assert_eq!(same.code, 0);
    assert_eq!(same.out, format!("{old} -> {old}: no difference\n"));
    assert_eq!(run(&["diff", old, "2023"]).code, 2);
}

#[test]
fn rulebooks_of_ones_own_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (own, plain, wrong) = (path("own.toml"), path("plain.toml"), path("wrong.toml"));
    let notice = "extends = \"published\"\n\n[[notice]]\nfrom = \"2021-02-26\"\n\
                  value = { within_days = 45 }\nsources = [\"S3\"]\n";
    std::fs::write(&own, notice).unwrap();
    std::fs::write(&plain, "extends = \"published\"\n").unwrap();
    std::fs::write(&wrong, notice.replace("within_days", "within_hours")).unwrap();
    // The key of the other side.
    let ran = run(&["diff", "2021-02-api", &own]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("45 days or fewer"), "{}", ran.out);
    let keyed = run(&[
        "diff",
        &format!("{plain}:2021-02-api"),
        &format!("{own}:2021-02-api"),
    ]);
    assert_eq!(keyed.code, 1);
    // Every edition that both name.
    let all = run(&["diff", &plain, &own]);
    assert_eq!(all.code, 1);
    assert_eq!(all.out.matches(" -> ").count(), 16, "{}", all.out);
    assert_eq!(run(&["diff", &plain, &plain]).code, 0);
    // So it is with the published rulebook, by its name.
    let published = run(&["diff", "published", &own]);
    assert_eq!(published.code, 1, "{}", published.err);
    assert_eq!(published.out.matches(" -> ").count(), 16);
    assert_eq!(
        published.out.replace("(published)", "(plain)"),
        all.out.replace(&format!("({plain})"), "(plain)")
    );
    // What is the same for every edition is said once.
    let ceilings = "\n[[ceiling]]\nfrom = \"2020-09-01\"\nmax_days = 300\nadvised_days = 300\nsources = [\"BR\"]\n";
    let capped = path("capped.toml");
    std::fs::write(&capped, format!("extends = \"published\"\n{ceilings}")).unwrap();
    for (format, begins) in [
        ("text", "\nThe ceilings of"),
        ("json", r#","field":"ceilings","#),
    ] {
        let ran = run(&["diff", "2021-02-api", &capped, "--format", format]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        assert!(ran.out.contains(begins), "{}", ran.out);
    }
    let bad = run(&["diff", "2021-02-api", &wrong]);
    assert_eq!(bad.code, 2);
    assert!(
        bad.err.contains("did you mean `within_days`?"),
        "{}",
        bad.err
    );
    std::fs::write(&wrong, b"\xff\xfe").unwrap();
    let bad = run(&["diff", "2021-02-api", &wrong]);
    assert_eq!(bad.code, 2);
    assert!(bad.err.contains("utf-8"), "{}", bad.err);
    // The table of a rulebook of one's own.
    let ran = run(&["table", "--edition", "2021-02-api", "--rulebook", &own]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

fn question(story: &Story, step: usize) -> String {
    encode_question(&Question {
        events: story.events_before(step),
        step: story.steps[step].clone(),
    })
}

#[test]
fn an_answer_is_explained() {
    let story = Story::of_a_certificate();
    let last = story.steps.len() - 1;
    let rules = ["--site", "cn", "--channel", "api"];
    let explain = |input: &str, more: &[&str]| {
        run_with(&[&["explain"], &rules[..], more].concat(), input.as_bytes())
    };
    // Granted: the unit comes back, and the price is shown.
    let granted = explain(&question(&story, last), &["--deny-refusals"]);
    assert_eq!((granted.code, granted.err.as_str()), (0, ""));
    for part in [
        "tom asks at 2021-03-31T10:00:00+08:00: complete the revocation",
        "Editions: 2021-02-api in force",
        "Status: Validating Revocation",
        "holds  R-24  the total of a plan",
        "Permitted (R-35, R-27). Events:",
        "Status after it: Revoked",
        "Unit: settled -> returned; 2 -> 3 left on the plan",
        "The unit returns: ",
        // What the events follow from, with the value that they go by.
        "What follows:",
        "R-27  the unit of a certificate revoked inside the window",
        "return_days: within 30 days",
    ] {
        assert!(granted.out.contains(part), "{part}:\n{}", granted.out);
    }
    // That it has a status that is asked for is no reason to refuse it.
    assert!(
        !granted.out.contains("else: the order's status"),
        "{}",
        granted.out
    );
    // Refused: with what fails, and the way out.
    let mut early = story.steps[last].clone();
    early.command = cert_lifecycle::lifecycle::Command::Delete;
    let input = encode_question(&Question {
        events: story.events_before(last),
        step: early,
    });
    let refused = explain(&input, &[]);
    assert_eq!((refused.code, refused.err.as_str()), (0, ""));
    assert!(refused.out.contains("FAILS"), "{}", refused.out);
    assert!(
        refused.out.contains("Refused. Cannot delete the order"),
        "{}",
        refused.out
    );
    assert_eq!(explain(&input, &["--deny-refusals"]).code, 1);
    let shown = json(&explain(&input, &["--format", "json"]).out);
    assert_eq!(shown["answer"]["answer"], "refused");
    let failing = shown["clauses"].as_array().unwrap().iter();
    let failing: Vec<&Value> = failing.filter(|one| one["holds"] == false).collect();
    assert_eq!(failing[0]["rule"], shown["answer"]["refusal"]["rule"]);
    assert_eq!(shown["editions"]["application"], "2021-02-api");
}

#[test]
fn what_follows_from_an_answer_is_explained() {
    let story = Story::of_a_certificate();
    let explain = |step: usize| {
        let rules = ["explain", "--site", "cn", "--channel", "api"];
        let shown = run_with(&rules, question(&story, step).as_bytes());
        assert_eq!((shown.code, shown.err.as_str()), (0, ""));
        shown.out
    };
    let all: String = (0..story.steps.len()).map(explain).collect();
    for part in [
        "consumption: ",
        "to do: {",
        "else: the resource plan has no unit left",
        "return_anchor: ",
    ] {
        assert!(all.contains(part), "{part}:\n{all}");
    }
}

/// Instants are written as the documents write them.
#[test]
fn instants_have_any_offset() {
    let line =
        r#"{"v":1,"type":"command.collect","at":"AT","account":"tom","on":{"instance":"i"}}"#;
    let said = |at: &str| run_with(&["replay"], line.replace("AT", at).as_bytes());
    let (utc, here) = (
        said("2021-03-01T16:00:00Z"),
        said("2021-03-02T00:00:00+08:00"),
    );
    assert_eq!((here.code, here.out.as_str()), (0, utc.out.as_str()));
    assert!(
        json(&here.out)["at"] == "2021-03-01T16:00:00Z",
        "{}",
        here.out
    );
    assert_eq!(said("2021-03-02T00:00:00+25:00").code, 2);
    // What a rule refuses names what the rule rests on.
    let refusal = &json(&here.out)["refusal"];
    assert_eq!(refusal["rule"], "R-21");
    assert_eq!(refusal["sources"][0], "S4");
    let text = refusal["text"].as_str().unwrap();
    assert!(text.contains("[the rule rests on S4; edition "), "{text}");
}

/// Any day of a site and channel names the edition that is in force on it.
#[test]
fn a_day_names_its_edition() {
    let shown = |key: &str| run(&["editions", key, "--format", "json"]);
    let (first, within) = (
        shown("cn-console@2020-12-23"),
        shown("cn-console@2020-12-24"),
    );
    assert_eq!((within.code, within.out.as_str()), (0, first.out.as_str()));
    assert_eq!(json(&within.out)["key"], "cn-console@2020-12-23");
    let before = shown("cn-console@2018-01-01");
    assert_eq!((before.code, before.out.as_str()), (2, ""));
    assert!(before.err.contains("2018-01-01"), "{}", before.err);
}

#[test]
fn a_case_keeps_the_rules_that_it_is_bound_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (own, newer) = (path("own.toml"), path("newer.toml"));
    let days = |days: u32| {
        format!(
            "extends = \"published\"\n\n[[return_days]]\nfrom = \"2021-02-26\"\nchannel = \"api\"\n\
             value = {{ days = {days} }}\nsources = [\"S3\"]\n"
        )
    };
    std::fs::write(&own, days(14)).unwrap();
    std::fs::write(&newer, days(21)).unwrap();
    let story = Story::of_a_certificate();
    let last = story.steps.len() - 1;
    let asked = question(&story, last);
    let rules = ["--site", "cn", "--channel", "api"];
    let explain = |input: &str, more: &[&str]| {
        run_with(&[&["explain"], &rules[..], more].concat(), input.as_bytes())
    };
    // It began under the published rules: the unit comes back on day 30, whatever is in force now.
    let kept = explain(&asked, &["--rulebook", &own]);
    assert_eq!((kept.code, kept.err.as_str()), (0, ""));
    let unit = "Unit: settled -> returned";
    assert!(kept.out.contains(unit), "{}", kept.out);
    // One that began under rules of one's own needs those of that time.
    let pin = |book: &Rulebook| book.edition("2021-02-api").unwrap().digest().to_string();
    let text = days(14);
    let own_book = rulebook::read("own.toml", &text).unwrap();
    let asked = asked.replace(&pin(&Rulebook::published()), &pin(&own_book));
    let unbound = explain(&asked, &["--rulebook", &newer]);
    assert_eq!(unbound.code, 2);
    assert!(
        unbound.err.ends_with("`--former FILE.toml`\n"),
        "{}",
        unbound.err
    );
    let found = explain(&asked, &["--rulebook", &newer, "--former", &own]);
    assert_eq!((found.code, found.err.as_str()), (0, ""));
    assert!(!found.out.contains(unit), "{}", found.out);
}

#[test]
fn what_belongs_to_another_account_is_not_found() {
    let story = Story::of_a_certificate();
    let last = story.steps.len() - 1;
    let mut step = story.steps[last].clone();
    step.account = AccountId::new("eve").unwrap();
    let input = encode_question(&Question {
        events: story.events_before(last),
        step,
    });
    for format in ["text", "json"] {
        let ran = run_with(&["explain", "--format", format], input.as_bytes());
        assert_eq!(ran.code, 0, "{}", ran.err);
        for private in [
            "Validating Revocation",
            "validating-revocation",
            "\"settled\"",
        ] {
            assert!(!ran.out.contains(private), "{}", ran.out);
        }
        assert!(ran.out.contains("no such order"), "{}", ran.out);
    }
}

#[test]
fn a_question_that_cannot_be_read_is_2() {
    let bomb = "[".repeat(1_000_000);
    let long = " ".repeat(9_000_000);
    for (input, part) in [
        (&b""[..], "the text ends too soon"),
        (b"\xff", "not UTF-8, at byte 1"),
        (b"{\"v\":1,\"type\":\"question\"", "the text ends too soon"),
        (b"{\"v\":1,\"type\":\"instance.withdrawn\"}", "no such type"),
        (
            b"{\"v\":1,\"type\":\"command.wake\",\"at\":\"2021-03-01T01:10:00Z\",\"account\":\"tom\"}\n{}",
            "commands, as `replay` reads them; a question is one object",
        ),
        (b"{\"v\":2,\"type\":\"question\"}", "written in version 2"),
        (bomb.as_bytes(), "nested deeper than 16 levels"),
        (long.as_bytes(), "at most 8388608 are read"),
    ] {
        let ran = run_with(&["explain"], input);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
        assert!(
            ran.err.starts_with("error: standard input: ") && ran.err.contains(part),
            "{part}: {}",
            ran.err
        );
    }
}
