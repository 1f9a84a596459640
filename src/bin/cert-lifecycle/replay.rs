//! `replay`: commands from an empty world, a line each, and an answer a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use cert_lifecycle::codec::command::{MAX_STEP_BYTES, SCHEMA, decode_step};
use cert_lifecycle::codec::stored::StoredProblem;
use clap::Args;

use super::answer::{Worlds, json, json_of_error};
use super::instant::in_utc;
use super::law::RulesArgs;
use super::output::{End, Failure, Output, Progress, say};

/// Replay commands from an empty world: a line of JSON in, a line of JSON out
///
/// Each line of the input is a command as the JSON Schema says that --schema prints: who asks what,
/// when, and of what; instants may also have an offset, such as +08:00. Each answer has the line's
/// number, the events or the refusal with its rule, source and dates, the status, the ledger of the
/// plan and the purchase, and when something happens by itself. Blank lines are passed over. A line
/// that can't be read is reported by its number, on standard error and in the output; the others are
/// answered all the same, and the exit code is 2. Where time goes back for an account, a note on standard
/// error says so.
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Replay {
    /// The commands; `-` for standard input
    #[arg(default_value = "-", value_name = "FILE.jsonl")]
    file: String,
    #[command(flatten)]
    rules: RulesArgs,
    /// Exit with 1 if a command was refused
    #[arg(long)]
    deny_refusals: bool,
    /// Show progress on standard error even if it is no terminal
    #[arg(long)]
    progress: bool,
    /// Print the JSON Schema of the commands, and do nothing else
    #[arg(long)]
    schema: bool,
}

/// How many there were.
#[derive(Debug, Default)]
struct Count {
    lines: u64,
    refused: u64,
    bad: u64,
    /// Those before which time went back for their account.
    back: u64,
    /// The first of them.
    first_back: Option<u64>,
}

/// The largest line, white space included.
const LIMIT: usize = MAX_STEP_BYTES;

impl Replay {
    pub(crate) fn run(&self, out: &mut Output) -> Result<End, Failure> {
        if self.schema {
            out.put(SCHEMA)?;
            return Ok(End::Fine);
        }
        let mut worlds = Worlds::new(self.rules.rules()?);
        let name = if self.file == "-" {
            "standard input"
        } else {
            &self.file
        };
        let mut input = BufReader::with_capacity(65_536, open(&self.file)?);
        let mut progress = Progress::new(self.progress);
        let mut count = Count::default();
        let mut line = Vec::new();
        loop {
            let found = next_line(&mut input, &mut line);
            match found.map_err(|error| Failure::Input(format!("{name}: {error}")))? {
                Found::End => break,
                found @ (Found::Line | Found::TooLong(_)) => {
                    count.lines = count.lines.saturating_add(1);
                    answer(&mut worlds, (name, &found, &line), &mut count, out)?;
                }
            }
            // Whoever waits for the answer before the next command gets it.
            if input.buffer().is_empty() {
                out.flush()?;
            }
            progress.at(|| format!("{} lines, {} refused", count.lines, count.refused));
        }
        if let Some(first) = count.first_back {
            let back = count.back;
            let lines = if back == 1 { "line goes" } else { "lines go" };
            say(format_args!(
                "note: {back} {lines} back in time for the account that asks, line {first} of {name} first; \
                 each was answered as of its own instant"
            ));
        }
        if count.bad > 0 {
            let (bad, lines) = (count.bad, count.lines);
            say(format_args!(
                "error: {bad} of {lines} lines of {name} can't be answered"
            ));
            return Ok(End::BadInput);
        }
        Ok(if self.deny_refusals && count.refused > 0 {
            End::Findings
        } else {
            End::Fine
        })
    }
}

/// Opens a file or standard input.
pub(crate) fn open(file: &str) -> Result<Box<dyn Read>, Failure> {
    if file == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    match File::open(file) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(Failure::Input(format!("{file}: {error}"))),
    }
}

/// What was read.
#[derive(Debug)]
enum Found {
    /// Nothing is left.
    End,
    /// A line.
    Line,
    /// A line of so many bytes, which were passed over.
    TooLong(u64),
}

/// Reads a line, and keeps at most [`LIMIT`] bytes of it.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Found> {
    line.clear();
    let mut length = 0_u64;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            if length == 0 {
                return Ok(Found::End);
            }
            break;
        }
        let mut parts = available.splitn(2, |byte| *byte == b'\n');
        let part = parts.next().unwrap_or_default();
        let ended = parts.next().is_some();
        let room = LIMIT.saturating_sub(line.len());
        line.extend_from_slice(part.get(..room).unwrap_or(part));
        let consumed = part.len().saturating_add(usize::from(ended));
        let bytes = u64::try_from(part.len()).unwrap_or(u64::MAX);
        length = length.saturating_add(bytes);
        input.consume(consumed);
        if ended {
            break;
        }
    }
    Ok(
        if u64::try_from(line.len()).is_ok_and(|kept| kept < length) {
            Found::TooLong(length)
        } else {
            Found::Line
        },
    )
}

/// Answers a line, or reports it.
fn answer(
    worlds: &mut Worlds,
    (name, found, line): (&str, &Found, &[u8]),
    count: &mut Count,
    out: &mut Output,
) -> Result<(), Failure> {
    let number = count.lines;
    let mut report = |field: &str, cause: &str| {
        count.bad = count.bad.saturating_add(1);
        let colon = if field.is_empty() { "" } else { ": " };
        say(format_args!("{name}:{number}: {field}{colon}{cause}"));
        out.line(json_of_error(number, field, cause))
    };
    if let Found::TooLong(length) = found {
        return report("", &format!("{length} bytes, at most {LIMIT} are read"));
    }
    let text = match str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to().saturating_add(1);
            return report("", &format!("not UTF-8, at byte {at}"));
        }
    };
    if text.trim_ascii().is_empty() {
        return Ok(());
    }
    let step = match decode_step(&in_utc(text)) {
        Ok(step) => step,
        Err(error) => {
            let cause = match decode_step(text).map_err(|raw| raw.problem) {
                // The number of the line is said already; the column is one of the line as it came.
                Err(StoredProblem::Syntax { column, .. }) => {
                    format!("not JSON, at column {column}")
                }
                Ok(_) | Err(_) => error.problem.to_string(),
            };
            return report(&error.field, &cause);
        }
    };
    let asked = match worlds.ask(&step) {
        Ok(asked) => asked,
        Err(error) => return report("", &error.to_string()),
    };
    if asked.goes_back {
        count.back = count.back.saturating_add(1);
        count.first_back.get_or_insert(number);
    }
    if asked.answer.is_err() {
        count.refused = count.refused.saturating_add(1);
    }
    out.line(json(Some(number), &step, &asked))
}
