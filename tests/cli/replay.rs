//! Replays: whole lives, pins, streams that end badly, and lines of every bad kind.

use std::io::{BufRead, BufReader, Read, Write};

use cert_lifecycle::codec::command::{SCHEMA, encode_step};
use cert_lifecycle::lifecycle::Command;
use serde_json::Value;

use crate::run::{command, run, run_with};
use crate::story::{Story, instance};
use crate::support::scene::{at, certificate, name};

#[test]
fn a_life_is_replayed() {
    let answers = Story::of_a_certificate().answers();
    let words: Vec<(&str, Option<&str>)> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer["edition"], "2021-02-api");
            (
                answer["answer"].as_str().unwrap(),
                answer["status"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        words,
        [
            ("permitted", None),
            ("permitted", Some("domain-verification")),
            ("permitted", Some("domain-verification")),
            ("permitted", Some("validating")),
            ("permitted", Some("issued")),
            ("permitted", Some("validating-revocation")),
            ("permitted", Some("revoked")),
        ]
    );
    let units: Vec<[u64; 3]> = answers
        .iter()
        .map(|answer| {
            ["remaining", "reserved", "settled"]
                .map(|key| answer["ledger"]["plan"][key].as_u64().unwrap())
        })
        .collect();
    assert_eq!(
        units,
        [
            [3, 0, 0],
            [2, 1, 0],
            [2, 1, 0],
            [2, 1, 0],
            [2, 0, 1],
            [2, 0, 1],
            [3, 0, 0]
        ]
    );
    // The notice of its end is the next thing that happens by itself.
    assert_eq!(answers[4]["next"], "2022-01-29T16:00:00Z");
    assert_eq!(answers[4]["line"], 5);
}

#[test]
fn pins_are_honoured_whatever_is_in_force() {
    // Applied for under the rules of 2021, revoked under those of 2024: the unit returns within 30
    // days to the end of the day, as it was when it was applied for, and not within 28.
    let mut story = Story::of_a_certificate();
    let later = |text: &str| at(text);
    for (step, when) in [
        (4, "2023-10-10T02:00:00Z"),
        (5, "2023-11-09T14:00:00Z"),
        (6, "2023-11-09T15:59:59Z"),
    ] {
        story.steps[step].at = later(when);
    }
    let Command::ReceiveChallenge { key, .. } = story.steps[2].command else {
        panic!("no challenge");
    };
    story.steps[4].command = Command::Approve {
        certificate: certificate(
            key,
            &[name("www.example.com")],
            at("2023-10-10T02:00:00Z"),
            at("2024-10-01T00:00:00Z"),
        ),
    };
    story.steps[6].command = Command::CompleteRevocation {
        at: at("2023-11-09T15:59:59Z"),
    };
    let answers = story.answers();
    assert_ne!(answers[6]["edition"], "2021-02-api");
    assert_eq!(
        answers[6]["ledger"]["plan"]["remaining"], 3,
        "{}",
        answers[6]
    );
    // Under one edition throughout, the days of 2023 are over.
    let input = story.lines().join("\n");
    let ran = run_with(&["replay", "--edition", "2023-api"], input.as_bytes());
    let last: Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["ledger"]["plan"]["remaining"], 2, "{last}");
}

/// A line names all that it looks at; where it names no plan, none is found, and the answer says why.
#[test]
fn a_line_that_names_no_plan_is_told_so() {
    let mut story = Story::of_a_certificate();
    story.steps.truncate(2);
    let answers = story.answers();
    assert_eq!(answers[1]["answer"], "permitted");
    assert!(answers[1]["note"].is_null(), "{}", answers[1]);
    story.steps[1].on.plan = None;
    let answers = story.answers();
    assert_eq!(answers[1]["refusal"]["kind"], "plan-not-found");
    let note = answers[1]["note"].as_str().unwrap();
    assert!(note.starts_with("no plan is named"), "{note}");
}

#[test]
fn a_refusal_says_why_and_until_when() {
    let mut story = Story::of_a_certificate();
    let mut late = story.steps[4].clone();
    late.at = at("2021-03-05T00:00:00Z");
    late.command = Command::Withdraw;
    late.on = instance();
    story.steps.truncate(5);
    story.steps.push(late.clone());
    let answers = story.answers();
    let refusal = &answers[5]["refusal"];
    assert_eq!(answers[5]["answer"], "refused");
    assert_eq!(refusal["rule"], "R-11");
    assert_eq!(refusal["kind"], "state");
    assert!(
        refusal["text"]
            .as_str()
            .unwrap()
            .starts_with("Cannot withdraw")
    );
    assert!(refusal["way_out"].is_string());
    assert_eq!(answers[5]["status"], "issued");
    // What was refused changed nothing, and is a finding only where it is asked for.
    let lines = story.lines().join("\n");
    let rules = ["replay", "--edition", "2021-02-api"];
    assert_eq!(run_with(&rules, lines.as_bytes()).code, 0);
    let strict = [&rules[..], &["--deny-refusals"]].concat();
    assert_eq!(run_with(&strict, lines.as_bytes()).code, 1);
    // An account that has nothing finds nothing.
    late.account = cert_lifecycle::model::AccountId::new("eve").unwrap();
    let ran = run_with(
        &rules,
        format!("{lines}\n{}", encode_step(&late)).as_bytes(),
    );
    let last: Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["refusal"]["kind"], "order-not-found");
    assert_eq!(last["status"], Value::Null);
}

#[test]
fn bad_lines_are_reported_by_number_and_the_others_answered() {
    let story = Story::of_a_certificate();
    let good = story.lines();
    let mut input = Vec::new();
    let mut bad: Vec<(usize, &str)> = Vec::new();
    let mut add = |line: &[u8], cause: Option<&'static str>| {
        input.extend_from_slice(line);
        input.push(b'\n');
        let number = input.split(|byte| *byte == b'\n').count() - 1;
        bad.extend(cause.map(|cause| (number, cause)));
    };
    let secret = "王小明 139-0000";
    add(good[0].as_bytes(), None);
    add(b"not UTF-8: \xff\xfe", Some("not UTF-8, at byte 12"));
    add(
        &vec![b' '; 10_000_000],
        Some("10000000 bytes, at most 1048576"),
    );
    add(b"", None);
    add(b"   \r", None);
    add(good[1].as_bytes(), None);
    add(
        &good[2].as_bytes()[..good[2].len() / 2],
        Some("the text ends too soon"),
    );
    add(
        good[2].replace("receive-challenge", "explode").as_bytes(),
        Some("type: no such type in this version: `command.explode`"),
    );
    add(
        "[".repeat(1_000_000).as_bytes(),
        Some("nested deeper than 16 levels"),
    );
    add(
        "{\"a\":".repeat(100_000).as_bytes(),
        Some("nested deeper than 16 levels"),
    );
    add(b"null", Some("expected an object, found null"));
    add(b"\0\0\0", Some("not JSON"));
    add(
        good[2].replace("tom", secret).as_bytes(),
        Some("account: the character at byte 0 is not allowed here"),
    );
    add(
        good[2].replace("\"v\":1", "\"v\":99").as_bytes(),
        Some("v: written in version 99"),
    );
    add(
        good[2].replace("2021-03-01T", "1999-03-01T").as_bytes(),
        Some("is in force on 1999-03-01"),
    );
    add(good[2].as_bytes(), None);
    // The last line has no end.
    input.extend_from_slice(good[3].as_bytes());
    let ran = run_with(&["replay", "--site", "cn"], &input);
    assert_eq!(ran.code, 2);
    assert!(!ran.err.contains(secret) && !ran.out.contains(secret));
    let answers: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), bad.len() + 4);
    for (number, cause) in &bad {
        let said = format!("standard input:{number}: ");
        let line = ran.err.lines().find(|line| line.starts_with(&said));
        let line = line.unwrap_or_else(|| panic!("{said} in {}", ran.err));
        assert!(line.contains(cause), "{line}: {cause}");
        let answer = answers.iter().find(|answer| answer["line"] == *number);
        assert_eq!(answer.unwrap()["answer"], "unreadable");
    }
    let permitted = answers
        .iter()
        .filter(|answer| answer["answer"] == "permitted");
    let permitted: Vec<u64> = permitted
        .map(|answer| answer["line"].as_u64().unwrap())
        .collect();
    assert_eq!(permitted, [1, 6, 16, 17]);
    assert!(ran.err.ends_with(&format!(
        "error: {} of 17 lines of standard input can't be answered\n",
        bad.len()
    )));
}

#[test]
fn no_bytes_make_it_panic() {
    let lines = Story::of_a_certificate().lines().join("\n").into_bytes();
    // Every byte of every line is damaged once, in one run.
    let mut input = Vec::new();
    for (place, byte) in lines.iter().enumerate() {
        if *byte == b'\n' {
            continue;
        }
        let begin = lines[..place].iter().rposition(|byte| *byte == b'\n');
        let begin = begin.map_or(0, |newline| newline + 1);
        let end = lines[place..].iter().position(|byte| *byte == b'\n');
        let end = end.map_or(lines.len(), |length| place + length);
        let mut line = lines[begin..end].to_vec();
        line[place - begin] = byte.wrapping_mul(31).wrapping_add(7);
        if line[place - begin] == b'\n' {
            line[place - begin] = 0;
        }
        input.extend_from_slice(&line);
        input.push(b'\n');
    }
    let ran = run_with(&["replay"], &input);
    assert!(matches!(ran.code, 0 | 2), "{}", ran.code);
    let answers = ran.out.lines().count();
    assert_eq!(answers, input.split(|byte| *byte == b'\n').count() - 1);
}

#[test]
fn an_answer_comes_before_the_next_line() {
    let mut child = command(&["replay", "--site", "cn"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for (number, line) in (1..).zip(Story::of_a_certificate().lines()) {
        writeln!(stdin, "{line}").unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert!(
            answer.starts_with(&format!("{{\"line\":{number},")),
            "{answer}"
        );
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_broken_pipe_ends_it_quietly() {
    let mut child = command(&["replay", "--site", "cn"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let line = Story::of_a_certificate().lines().remove(0);
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    writeln!(stdin, "{line}").unwrap();
    answers.read_line(&mut String::new()).unwrap();
    drop(answers);
    // It writes until it notices.
    while writeln!(stdin, "{line}").is_ok() {}
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
    // So for answers that are written at once.
    let mut child = command(&["table", "--edition", "2021-02-api"])
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
}

#[test]
fn files_and_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("life.jsonl");
    std::fs::write(&file, Story::of_a_certificate().lines().join("\n")).unwrap();
    let ran = run(&["replay", file.to_str().unwrap(), "--site", "cn"]);
    assert_eq!((ran.code, ran.out.lines().count()), (0, 7));
    assert_eq!(run(&["replay", "no/such.jsonl"]).code, 2);
    // A folder opens, and can't be read.
    let folder = run(&["replay", folder.path().to_str().unwrap()]);
    assert_eq!(folder.code, 2);
    assert!(folder.err.starts_with("error: "), "{}", folder.err);
    assert_eq!(run(&["replay", "--schema"]).out, SCHEMA);
    let none = run_with(&["replay"], b"");
    assert_eq!((none.code, none.out.as_str()), (0, ""));
}
