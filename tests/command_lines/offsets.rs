//! Instants with an offset, as people write them: the schema and the command line take the same ones.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use cert_lifecycle::codec::command::encode_step;
use cert_lifecycle::model::Timestamp;
use serde_json::Value;

use super::{root, samples, schema};

/// Writes every instant of a value with another offset; says how many there were.
fn with_offsets(value: &mut Value) -> usize {
    match value {
        Value::Object(map) => map.values_mut().map(with_offsets).sum(),
        Value::Array(list) => list.iter_mut().map(with_offsets).sum(),
        Value::String(text) => {
            // The first hours of the year 0 are in another year with it, and no instant of this form.
            let inside = !text.starts_with("0000");
            let utc = inside && text.parse::<Timestamp>().is_ok() && text.ends_with('Z');
            if utc {
                *text = text.replace('Z', "+08:00");
            }
            usize::from(utc)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Instants with an offset are read by the command line, as its manual says, and the schema that it
/// prints says no less.
#[test]
fn the_schema_has_the_offsets_that_the_command_line_reads() {
    let root = root();
    let (mut lines, mut asked_at, mut instants) = (String::new(), Vec::new(), 0);
    for one in samples() {
        let mut value: Value = serde_json::from_str(&encode_step(&one)).unwrap();
        instants += with_offsets(&mut value);
        assert_eq!(schema::refusal(&root, &root, &value), None, "{value}");
        writeln!(lines, "{value}").unwrap();
        // Outside the years 0 to 9999 it is a number.
        let at = value["at"]
            .as_str()
            .map(|at| at.parse::<Timestamp>().unwrap());
        asked_at.push(at.unwrap_or(one.at).to_string());
    }
    assert!(
        instants > asked_at.len(),
        "not the instants of asking alone"
    );
    let mut program = Command::new(env!("CARGO_BIN_EXE_cert-lifecycle"))
        .args(["replay", "--edition", "2022-hosting"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = program.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = program.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = answers
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let answered: Vec<&str> = answers
        .iter()
        .map(|one| one["at"].as_str().unwrap())
        .collect();
    assert_eq!(answered, asked_at);
    // What is no offset is none in the schema either.
    let instant = root.pointer("/$defs/instant").unwrap();
    for (text, fits) in [
        ("2021-03-01T09:00:00-01:30", true),
        ("2021-03-01T09:00:00+8", false),
        ("2021-03-01T09:00:00", false),
        ("2021-03-01T09:00:00Z+08:00", false),
    ] {
        let refused = schema::refusal(&root, instant, &Value::from(text));
        assert_eq!(refused.is_none(), fits, "{text}");
    }
}
