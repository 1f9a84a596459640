//! `explain`: a case and a command, and the answer with all its reasons.

use std::fmt::Write as _;
use std::io::Read;

use cert_lifecycle::codec::command::{
    MAX_QUESTION_BYTES, Question, command_type, decode_question, decode_step,
};
use cert_lifecycle::codec::stored::{encode_effect, encode_event};
use cert_lifecycle::lifecycle::{
    Availability, Basis, Case, Clause, Command, Event, Law, Preview, Why, availability, clauses,
    decide, effects, evolve_instance, preview, status,
};
use cert_lifecycle::model::{HoldState, Offset, Status, Timestamp};
use cert_lifecycle::rulebook::{Edition, Field, FieldLine, ResolveError, RuleId};
use clap::{Args, ValueEnum};

use super::answer::{Worlds, editions, json, possible, unit_of, window};
use super::instant::in_utc;
use super::json::{Object, list, quoted};
use super::law::{RulesArgs, read_book};
use super::output::{End, Failure, Output};
use super::replay::open;

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
/// `replay` reads it. `cert-lifecycle replay --schema` prints the form ($defs/question).
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

    /// When a clause holds, in words.
    fn window(&self, clause: &Clause<'_>) -> String {
        let holds = clause.holds;
        if holds.is_never() {
            return "never".to_owned();
        }
        match (holds.from(), holds.until()) {
            (None, None) => "at any time".to_owned(),
            (Some(from), None) => format!("from {} on", self.shown(from)),
            (None, Some(until)) => format!("until just before {}", self.shown(until)),
            (Some(from), Some(until)) => {
                format!(
                    "from {} until just before {}",
                    self.shown(from),
                    self.shown(until)
                )
            }
        }
    }

    fn text(&self) -> String {
        let step = &self.question.step;
        let mut text = String::new();
        // Writing into a text can't fail.
        let _ = writeln!(
            text,
            "{} asks at {}: {} ({})",
            step.account,
            self.shown(step.at),
            step.command.kind().phrase(),
            command_type(&step.command)
        );
        let (conduct, application) = (self.law.conduct.key(), self.law.application.key());
        let money = self.law.money.key();
        let _ = writeln!(
            text,
            "Editions: {conduct} in force, {application} for the application, {money} for the money"
        );
        let status = self.status().map_or("no order", Status::word);
        let _ = writeln!(text, "Status: {status}\n");
        let asked = if self.clauses.is_empty() {
            "None of its rules asks anything of it."
        } else {
            "Clauses, in the order in which they are asked:"
        };
        let _ = writeln!(text, "{asked}");
        let mut refusal = decide(self.case, &step.command, step.at, self.law).err();
        for clause in self.clauses {
            let holds = clause.holds.contains(step.at);
            let mark = if holds { "holds" } else { "FAILS" };
            let _ = writeln!(
                text,
                "  {mark}  {}  {}{}",
                clause.rule,
                clause.rule.record().map_or("", |record| record.text),
                basis(clause)
            );
            if let Some(line) = value_of(clause) {
                let _ = writeln!(text, "         {}: {}", line.field.word(), line.text);
            }
            let _ = writeln!(text, "         it holds {}", self.window(clause));
            // Several clauses may be of one rule: what each is about.
            let case = if holds { "else" } else { "here" };
            if let Some(why) = otherwise(clause, holds) {
                let _ = writeln!(text, "         {case}: {why}");
            }
            if !holds {
                if let Some(day) = clause.changes {
                    let _ = writeln!(
                        text,
                        "         the rulebook says something else from {day} on"
                    );
                }
                // The answer's own way out looks at the instant; the clause's does not.
                let told = refusal.take().map_or(clause.way_out, |own| own.way_out());
                if let Some(advice) = told.phrase() {
                    let from = told
                        .from()
                        .map(|from| format!(", from {} on", self.shown(from)));
                    let from = from.unwrap_or_default();
                    let _ = writeln!(text, "         instead: {advice}{from}");
                }
            }
        }
        let _ = writeln!(text, "\n{}", self.possible());
        if let Ok(preview) = preview(self.case, &step.command, step.at, self.law) {
            self.granted(&preview, &mut text);
        }
        text
    }

    /// When it is possible, in words.
    fn possible(&self) -> String {
        match self.availability {
            Availability::Now { until: None, .. } => "Possible now, without an end.".to_owned(),
            Availability::Now {
                until: Some(until),
                rule,
            } => format!(
                "Possible now, until just before {} ({}).",
                self.shown(until),
                rule.map(|rule| rule.to_string()).unwrap_or_default()
            ),
            Availability::From { at, until, rule } => {
                let end = until.map(|until| format!(" until just before {}", self.shown(until)));
                let end = end.unwrap_or_default();
                format!("Possible from {} on{end} ({rule}).", self.shown(at))
            }
            Availability::Over { since, rule } => {
                format!("No longer possible since {} ({rule}).", self.shown(since))
            }
            Availability::Never { rule } => {
                format!("Not possible while things are as they are ({rule}).")
            }
        }
    }

    fn granted(&self, preview: &Preview, text: &mut String) {
        if preview.events.is_empty() {
            let reads = matches!(self.question.step.command, Command::Collect);
            let nothing = if reads {
                "Permitted: it is read, and nothing changes."
            } else {
                "Permitted; there is nothing left to do."
            };
            let _ = writeln!(text, "{nothing}");
            return;
        }
        let rules: Vec<String> = preview
            .events
            .rules()
            .iter()
            .map(ToString::to_string)
            .collect();
        let _ = writeln!(text, "Permitted ({}). Events:", rules.join(", "));
        for event in &preview.events {
            let _ = writeln!(text, "  {}", encode_event(event));
        }
        let status = preview.status.map_or("no order", Status::word);
        let _ = writeln!(text, "Status after it: {status}");
        let unit = preview.unit;
        if unit.before.is_some() || unit.after.is_some() {
            let state = |state: Option<HoldState>| match state {
                None => "none",
                Some(HoldState::Reserved) => "reserved",
                Some(HoldState::Settled) => "settled",
                Some(HoldState::Returned) => "returned",
            };
            let _ = writeln!(
                text,
                "Unit: {} -> {}; {} -> {} left on the plan",
                state(unit.before),
                state(unit.after),
                unit.remaining_before,
                unit.remaining_after
            );
        }
        if preview.refund > 0 {
            let _ = writeln!(text, "Paid back: {} (in minor units)", preview.refund);
        }
        if let Some((act, window)) = preview.returns
            && let Some(until) = window.until()
        {
            let until = self.shown(until);
            let _ = match (unit.after, preview.status) {
                (Some(HoldState::Returned), _) => {
                    writeln!(text, "The unit returns: {act} fell before {until}")
                }
                (_, Some(Status::Revoked)) => {
                    writeln!(
                        text,
                        "The unit does not return: {act} had to fall before {until}"
                    )
                }
                (_, _) => writeln!(text, "The unit returns if {act} falls before {until}"),
            };
        }
        self.follows(preview, text);
    }

    /// What follows from it: the rules behind the events, each with the values that it goes by, and the
    /// work that is left to do.
    fn follows(&self, preview: &Preview, text: &mut String) {
        let _ = writeln!(text, "What follows:");
        for rule in preview.events.rules() {
            let Some(record) = rule.record() else {
                continue;
            };
            let sources = of_record(record.sources);
            let _ = writeln!(text, "  {rule}  {} [{sources}]", record.text);
            if let Some((edition, fields)) = values_of(*rule, self.law) {
                let lines = edition.lines();
                for line in lines.iter().filter(|line| fields.contains(&line.field)) {
                    let _ = writeln!(
                        text,
                        "         {}: {} [{}; {}; edition {}]",
                        line.field.word(),
                        line.text,
                        line.cite.sources,
                        line.cite.standing.word(),
                        edition.key()
                    );
                }
            }
        }
        // The work is made from the instance as each event leaves it.
        let mut after = self.case.instance.cloned();
        for event in &preview.events {
            if let Event::Instance { id, event } = event {
                let own = after.as_ref().is_none_or(|own| own.id() == *id);
                if own {
                    evolve_instance(&mut after, *id, event);
                }
            }
            for effect in effects(event, after.as_ref()) {
                let _ = writeln!(text, "  to do: {}", encode_effect(&effect));
            }
        }
    }

    fn json(&self) -> Object {
        let step = &self.question.step;
        let clauses = self.clauses.iter().map(|clause| {
            let mut object = Object::new();
            object
                .text("rule", clause.rule)
                .maybe("says", clause.rule.record().map(|record| record.text))
                .raw("holds", clause.holds.contains(step.at))
                .raw("window", window(clause.holds))
                .maybe(
                    "otherwise",
                    otherwise(clause, clause.holds.contains(step.at)),
                );
            match clause.basis {
                Basis::Rule => {
                    let record = clause.rule.record();
                    let sources = record
                        .map_or("", |record| record.sources)
                        .split_whitespace();
                    object.raw("sources", list(sources.map(quoted)));
                }
                Basis::Pinned(edition, cite) | Basis::InForce(edition, cite) => {
                    object
                        .raw("sources", list(cite.sources.as_slice().iter().map(quoted)))
                        .text("standing", cite.standing.word())
                        .text("edition", edition.key())
                        .raw("pinned", matches!(clause.basis, Basis::Pinned(..)));
                }
                Basis::Ceiling(entry) => {
                    object
                        .raw("sources", list(entry.sources.as_slice().iter().map(quoted)))
                        .text("standing", entry.standing.word());
                }
            }
            object
                .maybe("changes_on", clause.changes)
                .maybe("way_out", clause.way_out.phrase());
            object.finish()
        });
        let mut editions = Object::new();
        editions
            .text("conduct", self.law.conduct.key())
            .text("application", self.law.application.key())
            .text("money", self.law.money.key());
        let mut object = Object::new();
        object
            .raw("editions", editions.finish())
            .maybe(
                "status",
                self.status().map(|status| super::json::slug(status.word())),
            )
            .text("unit", unit_of(self.case.instance))
            .raw("clauses", list(clauses))
            .raw("possible", possible(self.availability));
        object
    }
}

/// Why a command is refused where a clause does not hold; of one that asks for a status and has it, the
/// reason would be another status.
fn otherwise(clause: &Clause<'_>, holds: bool) -> Option<Why> {
    let has_it = holds && matches!(clause.why, Why::Status(_));
    (!has_it).then_some(clause.why)
}

/// The value that decided a clause, where a dated one did.
fn value_of<'a>(clause: &Clause<'a>) -> Option<FieldLine<'a>> {
    let (edition, cite) = match clause.basis {
        Basis::Rule | Basis::Ceiling(_) => return None,
        Basis::Pinned(edition, cite) | Basis::InForce(edition, cite) => (edition, cite),
    };
    let lines = edition.lines().into_iter();
    lines.into_iter().find(|line| std::ptr::eq(line.cite, cite))
}

/// The values that a rule goes by where it leads on instead of guarding a command, and the edition that
/// has them.
fn values_of<'a>(rule: RuleId, law: &Law<'a>) -> Option<(&'a Edition, &'static [Field])> {
    let (edition, fields): (_, &'static [Field]) = match rule {
        RuleId::R23 => (law.application, &[Field::Consumption]),
        RuleId::R27 => (
            law.application,
            &[
                Field::ReturnDays,
                Field::ReturnMethod,
                Field::ReturnAct,
                Field::ReturnAnchor,
            ],
        ),
        RuleId::R29 => (law.money, &[Field::Refund]),
        RuleId::R42 => (law.conduct, &[Field::Notice]),
        RuleId::R44 => (law.conduct, &[Field::Calendar]),
        RuleId::R46 => (law.money, &[Field::HostingTrigger]),
        _ => return None,
    };
    Some((edition, fields))
}

/// The documents of a rule.
fn of_record(sources: &str) -> String {
    let sources = sources.split_whitespace();
    let keys = sources.map(|key| if key == "C" { "our choice" } else { key });
    keys.collect::<Vec<_>>().join(", ")
}

/// What a clause rests on, in brackets.
fn basis(clause: &Clause<'_>) -> String {
    match clause.basis {
        Basis::Rule => clause.rule.record().map_or_else(String::new, |record| {
            format!(" [{}]", of_record(record.sources))
        }),
        Basis::Pinned(edition, cite) => {
            let (key, sources, standing) = (edition.key(), &cite.sources, cite.standing.word());
            format!(" [{sources}; {standing}; edition {key}, to which the case is bound]")
        }
        Basis::InForce(edition, cite) => {
            let (key, sources, standing) = (edition.key(), &cite.sources, cite.standing.word());
            format!(" [{sources}; {standing}; edition {key}]")
        }
        Basis::Ceiling(entry) => format!(" [{}; {}]", entry.sources, entry.standing.word()),
    }
}
