//! The page of the command line: what the program says of itself.

use std::fmt::Write as _;
use std::process::Command;

const SUBCOMMANDS: [&str; 7] = [
    "check", "diff", "table", "diagram", "explain", "replay", "editions",
];

/// The fields of an answer; a test of the command line sees each of them.
pub const ANSWER: [(&str, &str); 15] = [
    ("line", "the number of the line, from 1"),
    ("at", "when it was asked"),
    ("account", "who asked"),
    ("command", "the type of the command"),
    (
        "edition",
        "the edition in force; a case keeps those that it is bound to",
    ),
    (
        "answer",
        "`permitted`, `nothing` (there is nothing left to do), `refused`, or `unreadable`",
    ),
    (
        "rules",
        "the rules that granted it, or the one that refused it",
    ),
    (
        "events",
        "what happened, in the form that stores keep it in",
    ),
    (
        "refusal",
        "kind, rule, edition, sources and standing, status, the window in which the clause `holds` \
         (`false` if never), `possible_from`, `possible_until`, `changes_on`, the way out, and all of \
         it in words",
    ),
    (
        "possible",
        "when the command is possible as the facts stood: now, later, over, or never, with dates and \
         the rule",
    ),
    ("status", "the status of the instance afterwards"),
    ("next", "when the service itself has something to do next"),
    (
        "ledger",
        "the counters of the plan and of the purchase at hand, and what was paid back",
    ),
    ("field", "of a line that can't be read: where it is wrong"),
    (
        "error",
        "of a line that can't be read: what is wrong with it",
    ),
];

fn help(subcommand: Option<&str>) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cert-lifecycle"));
    command.args(subcommand).arg("--help");
    let output = command.output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}

pub fn page() -> String {
    let mut page = String::from(
        "The program `cert-lifecycle`, with the feature `cli`: in a clone, \
         `cargo install --path . --features cli`.\n\n\
         # A timeline replayed\n\n\
         Each line says who asks what, when, and of what; the form is \
         `codec::command`, and `cert-lifecycle replay --schema` prints its JSON Schema.\n",
    );
    let lines = [
        r#"{"v":1,"type":"command.buy-plan","at":"2021-03-01T01:00:00Z","account":"tom","plan":"p-1","product":{"code":"digicert-free-1-free","class":"dv","names":"single","free":true},"count":1,"payment":{"cash":0,"voucher":0,"currency":"CNY","add_on":false}}"#,
        r#"{"v":1,"type":"command.withdraw","at":"2021-03-01T01:10:00Z","account":"tom","on":{"instance":"i-1"}}"#,
    ];
    let input = lines.join("\n");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("life.jsonl");
    std::fs::write(&file, &input).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cert-lifecycle"));
    let output = command
        .args(["replay", "--edition", "2021-02-api"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    writeln!(
        page,
        "\n```text\n{input}\n```\n\nThe answers:\n\n```text\n{answers}```"
    )
    .unwrap();
    writeln!(page, "\n| Field of an answer | What it says |\n|---|---|").unwrap();
    for (field, meaning) in ANSWER {
        writeln!(page, "| `{field}` | {meaning} |").unwrap();
    }
    writeln!(
        page,
        "\n# Every published edition, verified\n\n\
         What `cert-lifecycle check` says of them, recorded by `tests/check.sh` on two cores that had \
         other work too. Seconds are by the clock; drawing is the share of the time that went into \
         making timelines.\n\n```text\n{}```",
        include_str!("../data/check.txt")
    )
    .unwrap();
    writeln!(page, "\n# All of it\n\n```text\n{}```", help(None)).unwrap();
    let listed = help(None);
    for one in SUBCOMMANDS {
        assert!(listed.contains(&format!("\n  {one} ")), "{one}");
        writeln!(page, "\n# {one}\n\n```text\n{}```", help(Some(one))).unwrap();
    }
    page
}
