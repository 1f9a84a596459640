//! The page of the command line: what the program says of itself.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

const SUBCOMMANDS: [&str; 8] = [
    "check", "diff", "table", "diagram", "explain", "replay", "editions", "serve",
];

/// The fields of an answer; a test of the command line sees each of them.
pub const ANSWER: [(&str, &str); 16] = [
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
        "`permitted` (what is only read has no events), `nothing` (there is nothing left to do), \
         `refused`, or `unreadable`",
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
        "kind, rule, edition, sources (of the value that decided, with its `standing`, or else of the \
         rule; `C` is a choice of ours), status, the window in which the clause `holds` (`false` if never), \
         `possible_from`, `possible_until`, `changes_on`, the way out, `way_out_from` if that is open \
         later, and all of it in words",
    ),
    (
        "note",
        "with a refusal for want of a plan or an instance: that the line names none, or that there is none \
         of that id",
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

/// The life that the page replays: the last command is refused.
const LIFE: [&str; 3] = [
    r#"{"v":1,"type":"command.buy-plan","at":"2021-03-01T01:00:00Z","account":"tom","plan":"p-1","product":{"code":"digicert-free-1-free","class":"dv","names":"single","free":true},"count":1,"payment":{"cash":0,"voucher":0,"currency":"CNY","add_on":false}}"#,
    r#"{"v":1,"type":"command.submit","at":"2021-03-01T01:01:00Z","account":"tom","on":{"plan":"p-1"},"instance":"i-1","order":"1","submission":{"operation":"for-package","names":["www.example.com"],"applicant":{"name":"Tom","phone":"13900000000","email":"username@example.com"},"method":"dns","key":{"service_made":"p-256"}}}"#,
    r#"{"v":1,"type":"command.delete","at":"2021-03-01T01:10:00Z","account":"tom","on":{"instance":"i-1"}}"#,
];
/// The edition that it is judged by.
const EDITION: &str = "2021-02-api";

/// What a subcommand says of a file.
fn answer_of(subcommand: &str, file: &Path, text: &str) -> String {
    std::fs::write(file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cert-lifecycle"));
    command.args([subcommand, "--edition", EDITION]).arg(file);
    let output = command.output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// The last command of the life, explained.
fn explained(page: &mut String, folder: &Path, answers: &str) {
    let mut events = Vec::new();
    for answer in answers.lines() {
        assert!(answer.contains("\"answer\":\"permitted\"") == answer.contains("\"events\":["));
        let Some((_, rest)) = answer.split_once("\"events\":[") else {
            continue;
        };
        events.push(rest.split_once("],\"possible\"").unwrap().0);
    }
    assert_eq!(events.len(), LIFE.len() - 1);
    let (events, asked) = (events.join(","), LIFE[LIFE.len() - 1]);
    let question = format!(r#"{{"v":1,"type":"question","events":[{events}],"command":{asked}}}"#);
    let answer = answer_of("explain", &folder.join("question.json"), &question);
    writeln!(
        page,
        "\n# An answer explained\n\n\
         `explain` reads one question: the events that led to the case, as `replay` prints them, and the \
         command. With `jq`, of the last line of a life:\n\n\
         ```text\n\
         sed '$d' life.jsonl | cert-lifecycle replay --edition {EDITION} |\n  \
         jq -cs --argjson asked \"$(tail -n 1 life.jsonl)\" \\\n    \
         '{{v: 1, type: \"question\", events: [.[].events[]?], command: $asked}}' > question.json\n\
         ```\n\n\
         That is, of the life above:\n\n\
         ```text\n{question}\n```\n\n\
         `cert-lifecycle explain --edition {EDITION} question.json` says:\n\n\
         ```text\n{answer}```"
    )
    .unwrap();
}

pub fn page() -> String {
    let mut page = String::from(
        "The program `cert-lifecycle`, with the feature `cli`: in a clone, \
         `cargo install --path . --features cli`.\n\n\
         # A timeline replayed\n\n\
         Each line of `life.jsonl` says who asks what, when, and of what (`on`: the plan that is drawn \
         from, the instance that is meant); the form is `codec::command`, and `cert-lifecycle replay \
         --schema` prints its JSON Schema. Instants may be written with any offset, such as \
         `2021-03-01T09:00:00+08:00`; answers have them in UTC.\n",
    );
    let folder = tempfile::tempdir().unwrap();
    let life = LIFE.join("\n");
    let answers = answer_of("replay", &folder.path().join("life.jsonl"), &life);
    writeln!(
        page,
        "\n```text\n{life}\n```\n\n`cert-lifecycle replay --edition {EDITION} life.jsonl` answers as \
         follows. Without `--edition`, each command is judged by the rules of its day, those of the \
         international API unless `--site` and `--channel` say otherwise.\n\n```text\n{answers}```"
    )
    .unwrap();
    writeln!(page, "\n| Field of an answer | What it says |\n|---|---|").unwrap();
    for (field, meaning) in ANSWER {
        writeln!(page, "| `{field}` | {meaning} |").unwrap();
    }
    writeln!(
        page,
        "\nLines stream through, and what stays in memory is what was bought and applied for. Each command \
         looks at all that its account bought, which takes about a millisecond where that is ten thousand \
         plans."
    )
    .unwrap();
    explained(&mut page, folder.path(), &answers);
    writeln!(
        page,
        "\n# Every published edition, verified\n\n\
         What `cert-lifecycle check` says of them, recorded by `tests/check.sh` on two cores that had \
         other work too. Seconds are by the clock; drawing is the share of the time that went into \
         making timelines. Of the small world (`--explore small`) there are the classes of states, the \
         steps between them, the cells of its table with a way into them that were asked and granted, \
         and the seconds that it took (explored); both are the seconds of all of it.\n\n```text\n{}```",
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
