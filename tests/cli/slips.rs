//! Lines with a slip: what is said of it leads to the right line.

use serde_json::Value;

use super::json;
use super::run::{Ran, run_with};

const BUY: &str = r#"{"v":1,"type":"command.buy-plan","at":"2021-03-01T01:00:00Z","account":"tom","plan":"p-1","product":{"code":"digicert-free-1-free","class":"dv","names":"single","free":true},"count":1,"payment":{"cash":0,"voucher":0,"currency":"CNY","add_on":false}}"#;
const SUBMIT: &str = r#"{"v":1,"type":"command.submit","at":"2021-03-01T01:01:00Z","account":"tom","on":{"plan":"p-1"},"instance":"i-1","order":"1","submission":{"operation":"for-package","names":["www.example.com"],"applicant":{"name":"Tom","phone":"13900000000","email":"username@example.com"},"method":"dns","key":{"service_made":"p-256"}}}"#;
const REVOKE: &str = r#"{"v":1,"type":"command.request-revocation","at":"2021-03-01T01:02:00Z","account":"tom","on":{"instance":"i-1"},"reason":"superseded"}"#;

fn replay(lines: &str) -> (Ran, Vec<Value>) {
    let ran = run_with(&["replay", "--edition", "2021-02-api"], lines.as_bytes());
    let answers = ran.out.lines().map(json).collect();
    (ran, answers)
}

/// A word is named with what may stand in its place, and with what was probably meant.
#[test]
fn a_word_that_is_not_known_is_named_with_the_choices() {
    for (line, from, to, field, said) in [
        (
            BUY,
            r#""class":"dv""#,
            r#""class":"dvv""#,
            "product.class",
            "`dvv` is none of `dv`, `ov`, `ev`; did you mean `dv`?",
        ),
        // Not in our form: what was meant is said, and what stands there is not.
        (
            BUY,
            r#""class":"dv""#,
            r#""class":"DV""#,
            "product.class",
            "what stands here is none of `dv`, `ov`, `ev`; did you mean `dv`?",
        ),
        (
            SUBMIT,
            r#""p-256""#,
            r#""rsa-2048""#,
            "submission.key.service_made",
            "`rsa-2048` is none of `p-256`, `p-384`, `p-521`, `other-curve`, `ed25519`, `other`, an object with `rsa`, the bits",
        ),
        (
            REVOKE,
            "superseded",
            "key_compromise",
            "reason",
            "; did you mean `key-compromise`?",
        ),
        (
            SUBMIT,
            "www.example.com",
            "WWW.example.com",
            "submission.names[0]",
            "written in lower case only",
        ),
        // A phone number is shown nowhere.
        (
            SUBMIT,
            r#""method":"dns""#,
            r#""method":"13900000000""#,
            "submission.method",
            "what stands here is none of `dns`, `file`",
        ),
    ] {
        assert!(line.contains(from), "{from}");
        let (ran, answers) = replay(&line.replace(from, to));
        assert_eq!(ran.code, 2);
        assert_eq!(answers[0]["field"], field, "{}", ran.out);
        let error = answers[0]["error"].as_str().unwrap();
        assert!(error.ends_with(said), "{error}");
        assert!(!ran.err.contains("139"), "{}", ran.err);
    }
}

/// One number is the line's, and the column is that of the line as it came.
#[test]
fn a_line_that_is_no_json_has_one_number_and_its_column() {
    let broken = BUY.replace("01:00:00Z", "09:00:00+08:00") + "}";
    let column = broken.len();
    let (ran, answers) = replay(&format!("{BUY}\n{broken}\nx\n"));
    assert_eq!(ran.code, 2);
    let expected = [
        format!("standard input:2: not JSON, at column {column}"),
        "standard input:3: not JSON, at column 1".to_owned(),
    ];
    let said: Vec<&str> = ran.err.lines().take(2).collect();
    assert_eq!(said, expected);
    assert_eq!(answers[2]["error"], "not JSON, at column 1");
}

/// An edition of another machine is refused at once, as one that is not known is.
#[test]
fn an_edition_of_another_machine_is_refused_before_the_first_line() {
    for command in ["replay", "explain"] {
        for edition in ["2026-v2", "cn-api-v2@2026-07-20"] {
            let ran = run_with(&[command, "--edition", edition], b"x\nx\n");
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{command}");
            assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
            assert!(ran.err.contains("a machine of its own"), "{}", ran.err);
        }
    }
}

/// What a line does not name is missed, and what it names is looked for: the answer says which it was.
#[test]
fn what_a_line_does_not_name_or_find_is_said() {
    let on = r#""on":{"instance":"i-1"},"#;
    let command = |word: &str, on: &str| {
        format!(
            r#"{{"v":1,"type":"command.{word}",{on}"at":"2021-03-01T01:02:00Z","account":"tom"}}"#
        )
    };
    let again = SUBMIT
        .replace("i-1", "i-2")
        .replace(r#""order":"1""#, r#""order":"2""#);
    for (line, kind, note) in [
        (
            command("claim-refund", ""),
            "order-not-found",
            Some("neither an instance nor a plan is named; "),
        ),
        (
            command("claim-refund", r#""on":{"plan":"nope"},"#),
            "order-not-found",
            Some("no plan `nope`: "),
        ),
        (
            command("wake", ""),
            "order-not-found",
            Some("no instance is named; `\"on\":{\"instance\":ID}` says which one is meant"),
        ),
        (
            command("withdraw", &on.replace("i-1", "i-9")),
            "order-not-found",
            Some("no instance `i-9`: "),
        ),
        (
            again.replace(r#""on":{"plan":"p-1"}"#, r#""on":{"plan":"nope"}"#),
            "plan-not-found",
            Some("no plan `nope`: "),
        ),
        // What stands in the way of something that is there needs no note.
        (again.clone(), "quota-exhausted", None),
    ] {
        let (ran, answers) = replay(&format!("{BUY}\n{SUBMIT}\n{line}\n"));
        assert_eq!(ran.code, 0, "{line}: {}", ran.err);
        let answer = &answers[2];
        assert_eq!(answer["refusal"]["kind"], kind, "{answer}");
        let said = answer["note"].as_str();
        match note {
            Some(note) => assert!(said.unwrap_or_default().starts_with(note), "{answer}"),
            None => assert_eq!(said, None, "{answer}"),
        }
    }
    // In words, too.
    let question = format!(
        r#"{{"v":1,"type":"question","events":[],"command":{}}}"#,
        command("wake", "")
    );
    let ran = run_with(
        &["explain", "--edition", "2021-02-api"],
        question.as_bytes(),
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("\nNote: no instance is named; "),
        "{}",
        ran.out
    );
}

/// Time that goes back is no error, and is told once at the end.
#[test]
fn a_line_earlier_than_the_one_before_it_is_told() {
    let late = BUY.replace("01:00:00Z", "01:01:30Z");
    let (ran, answers) = replay(&format!("{late}\n{SUBMIT}\n{REVOKE}\n"));
    assert_eq!((ran.code, answers.len()), (0, 3), "{}", ran.err);
    assert_eq!(
        ran.err.trim_end(),
        "note: 1 line goes back in time for the account that asks, line 2 of standard input first; \
         each was answered as of its own instant"
    );
    // Each account has a time of its own.
    let other = BUY.replace("tom", "ann").replace("01:00:00Z", "00:00:00Z");
    let (ran, answers) = replay(&format!("{BUY}\n{SUBMIT}\n{other}\n"));
    assert_eq!((ran.code, answers.len()), (0, 3));
    assert_eq!(ran.err, "");
    // One for which nothing happened has none, and takes no memory.
    let earlier = REVOKE.replace("01:02:00Z", "01:01:00Z");
    let (ran, answers) = replay(&format!("{REVOKE}\n{earlier}\n"));
    assert_eq!((ran.code, answers.len()), (0, 2));
    assert_eq!(ran.err, "");
}

/// What fits nothing that happened before is passed over, and `explain` says so.
#[test]
fn an_event_that_changes_nothing_is_told() {
    let (_, answers) = replay(&format!("{BUY}\n{SUBMIT}\n"));
    let events: Vec<Value> = answers
        .iter()
        .flat_map(|answer| answer["events"].as_array().unwrap().clone())
        .collect();
    let explain = |events: &[Value]| {
        let command: Value = serde_json::from_str(REVOKE).unwrap();
        let question = serde_json::json!({
            "v": 1, "type": "question", "events": events, "command": command,
        });
        run_with(
            &["explain", "--edition", "2021-02-api"],
            question.to_string().as_bytes(),
        )
    };
    let ran = explain(&events);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let withdrawn = |id: &str| {
        let at = "2021-03-01T01:01:30Z";
        serde_json::json!({ "v": 1, "type": "instance.withdrawn", "id": id, "at": at })
    };
    let mut slips = events.clone();
    slips.extend(["i-1", "i-1", "i-9", "i-1", "i-1", "i-1"].map(withdrawn));
    slips.push(events[0].clone());
    let ran = explain(&slips);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let first = events.len();
    let state = "is not in a state for it by then";
    let told = [
        format!(
            "note: events[{}], instance.withdrawn, changes nothing: instance `i-1` {state}",
            first + 1
        ),
        format!(
            "note: events[{}], instance.withdrawn, changes nothing: no instance `i-9` has begun by then",
            first + 2
        ),
        format!(
            "note: events[{}], instance.withdrawn, changes nothing: instance `i-1` {state}",
            first + 3
        ),
        "note: 3 more events change nothing".to_owned(),
    ];
    let said: Vec<&str> = ran.err.lines().collect();
    assert_eq!(said, told);
}
