//! The answer in words.

use std::fmt::Write as _;

use cert_lifecycle::codec::command::command_type;
use cert_lifecycle::codec::stored::{encode_effect, encode_event};
use cert_lifecycle::lifecycle::{
    Availability, Basis, Clause, Command, Event, Law, Preview, decide, effects, evolve_instance,
    preview,
};
use cert_lifecycle::model::{HoldState, Status};
use cert_lifecycle::rulebook::{Edition, Field, FieldLine, RuleId};

use super::{View, otherwise};

impl View<'_> {
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

    pub(super) fn text(&self) -> String {
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
