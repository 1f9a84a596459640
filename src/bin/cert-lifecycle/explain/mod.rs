//! `explain`: a case and a command, and the answer with all its reasons.

mod fields;
mod history;
mod words;

use std::io::Read;

use cert_lifecycle::codec::command::{MAX_QUESTION_BYTES, Question, decode_question, decode_step};
use cert_lifecycle::lifecycle::{
    Availability, Case, Clause, Law, Why, availability, clauses, status,
};
use cert_lifecycle::model::{Offset, Status, Timestamp};
use cert_lifecycle::rulebook::ResolveError;
use clap::{Args, ValueEnum};

use super::answer::{Worlds, editions, json};
use super::instant::in_utc;
use super::law::{RulesArgs, read_book};
use super::output::{End, Failure, Output, say};
use super::replay::open;
use history::doubts;

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

/// Explain the answer to a command in a case: every clause with its rule, source and window
///
/// The input is one JSON object: {"v":1,"type":"question","events":[...],"command":{...}}, with the
/// events that led to the case as stores keep them and as `replay` prints them, and a command as
/// `replay` reads it. An event that fits nothing before it is passed over, with a note on standard
/// error. `cert-lifecycle replay --schema` prints the form ($defs/question).
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Explain {
    /// The question; `-` for standard input
    #[arg(default_value = "-", value_name = "FILE.json")]
    file: String,
    #[command(flatten)]
    rules: RulesArgs,
    /// A former rulebook, for a case that is bound to it still; the published one is always at hand
    #[arg(long, value_name = "FILE.toml")]
    former: Vec<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exit with 1 if the command is refused
    #[arg(long)]
    deny_refusals: bool,
}

impl Explain {
    pub(crate) fn run(&self, out: &mut Output) -> Result<End, Failure> {
        let mut rules = self.rules.rules()?;
        for file in &self.former {
            rules = rules.with_former(read_book(file)?);
        }
        let question = self.question()?;
        let step = &question.step;
        for doubt in doubts(&question.events) {
            say(format_args!("note: {doubt}"));
        }
        let mut worlds = Worlds::new(rules);
        worlds.fold(&question.events);
        let rules = worlds.rules().clone();
        let world = worlds.world(step.account);
        let editions = editions(&rules, world, step).map_err(unresolved)?;
        let law = editions.law(rules.book());
        let case = world.case_for(&step.command, step.at, &law);
        let all: Vec<Clause<'_>> = clauses(&case, &step.command, &law)
            .iter()
            .copied()
            .collect();
        let view = View {
            question: &question,
            case: &case,
            law: &law,
            clauses: &all,
            availability: availability(&case, &step.command, step.at, &law),
            offset: law.conduct.calendar().value.offset,
        };
        let (text, shown) = match self.format {
            Format::Text => (Some(view.text()), None),
            Format::Json => (None, Some(view.json())),
        };
        // Ids of orders, purchases and chains are compared with all of the world, not with one case.
        let asked = worlds.ask(step).map_err(Failure::input)?;
        if let Some(text) = text {
            out.put(text)?;
            if let Err(refusal) = &asked.answer {
                out.line(format_args!("Refused. {refusal}"))?;
                if let Some(note) = &asked.note {
                    out.line(format_args!("Note: {note}."))?;
                }
            }
        }
        if let Some(mut object) = shown {
            object.raw("answer", json(None, step, &asked));
            out.line(object.finish())?;
        }
        Ok(if self.deny_refusals && asked.answer.is_err() {
            End::Findings
        } else {
            End::Fine
        })
    }

    fn question(&self) -> Result<Question, Failure> {
        let name = if self.file == "-" {
            "standard input"
        } else {
            &self.file
        };
        let unread = |cause: &dyn std::fmt::Display| Failure::Input(format!("{name}: {cause}"));
        let limit = u64::try_from(MAX_QUESTION_BYTES).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        let mut input = open(&self.file)?.take(limit.saturating_add(1));
        input
            .read_to_end(&mut bytes)
            .map_err(|error| unread(&error))?;
        let text = str::from_utf8(&bytes).map_err(|error| {
            let at = error.valid_up_to().saturating_add(1);
            unread(&format_args!("not UTF-8, at byte {at}"))
        })?;
        decode_question(&in_utc(text)).map_err(|error| {
            if decode_step(text.lines().next().unwrap_or_default()).is_ok() {
                return unread(
                    &"commands, as `replay` reads them; a question is one object with the events that \
                     led to the case and one command (`cert-lifecycle explain --help`)",
                );
            }
            unread(&error)
        })
    }
}

/// Why there is no edition, and what to do about it here.
fn unresolved(error: ResolveError) -> Failure {
    if matches!(error, ResolveError::ChangedEdition(_)) {
        return Failure::Input(format!(
            "{error}; on the command line, with `--former FILE.toml`"
        ));
    }
    Failure::input(error)
}

/// What is shown of a decision.
#[derive(Debug)]
struct View<'a> {
    question: &'a Question,
    case: &'a Case<'a>,
    law: &'a Law<'a>,
    clauses: &'a [Clause<'a>],
    availability: Availability,
    offset: Offset,
}

impl View<'_> {
    fn shown(&self, at: Timestamp) -> String {
        at.in_offset(self.offset).to_string()
    }

    fn status(&self) -> Option<Status> {
        status(self.case, self.question.step.at, self.law.conduct)
    }
}

/// Why a command is refused where a clause does not hold; of one that asks for a status and has it, the
/// reason would be another status.
fn otherwise(clause: &Clause<'_>, holds: bool) -> Option<Why> {
    let has_it = holds && matches!(clause.why, Why::Status(_));
    (!has_it).then_some(clause.why)
}
