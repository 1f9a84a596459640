//! What makes no rulebook: every error of [`Rulebook::new`], at the place that brought it about.
//!
//! The constructor names the first error alone. So the entry of the file that is to blame for it is
//! left out, and the rest is checked again, until nothing more is wrong. What is only missing
//! because it was left out before is not reported.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::model::Timestamp;
use crate::rulebook::ceilings::CeilingsError;
use crate::rulebook::{
    CaDutiesError, DutyTable, ResolveError, Rulebook, RulebookError, SourceKey, SourceRecord,
};

use super::draft::{Document, Draft, Entry, Subject};
use super::error::RulebookFileProblem;
use super::place::{Problems, did_you_mean};
use super::{
    CEILING, EXTENDS, MAX_ERRORS, MAX_POINTS, PROOF_REUSE, PUBLISHED, REVOCATION_DUTY, SHORT_LIVED,
    SOURCE,
};

/// How many entries are read anew, all trials together, to find who is to blame for errors that name
/// none of them.
const SEARCHED: usize = 20_000;

/// How often something is left out: for every error that is reported, and some that are only
/// consequences.
const ROUNDS: usize = MAX_ERRORS.saturating_add(MAX_POINTS);

/// How many missing tables are named.
const NAMED: usize = 8;

/// An error of the parts as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    Ceilings(CeilingsError),
    Duties(CaDutiesError),
    Rulebook(RulebookError),
}

/// Makes the rulebook, or reports why it can't be made.
pub(super) fn rulebook(document: &Document<'_>, silent: &Document<'_>) -> Option<Rulebook> {
    let problems = document.place().problems();
    let missing = document.missing_tables();
    if !missing.is_empty() {
        let mut names: Vec<String> = missing
            .iter()
            .take(NAMED)
            .map(|table| alloc::format!("`{table}`"))
            .collect();
        let more = missing.len().saturating_sub(NAMED);
        if more > 0 {
            names.push(alloc::format!("{more} more"));
        }
        let help = alloc::format!(
            "write it, or put `{EXTENDS} = \"{PUBLISHED}\"` at the top to take it from the published rulebook"
        );
        let problem = RulebookFileProblem::Incomplete(names.join(", "));
        problems.report(0..0, String::new(), problem, Some(help));
    }
    let mut draft = document.draft(&BTreeSet::new());
    let mut blame = Blame {
        silent,
        left_out: BTreeSet::new(),
        supplied: Vec::new(),
        damaged: missing.into_iter().collect(),
        trials: SEARCHED.checked_div(draft.entries.len()).unwrap_or(0),
    };
    let mut reported: Vec<Fault> = Vec::new();
    for _ in 0..ROUNDS {
        blame.damaged.extend(draft.damaged.iter().copied());
        let fault = match blame.make(&draft) {
            Ok(book) => return problems.is_empty().then_some(book),
            Err(fault) => fault,
        };
        if let Some(key) = unlisted(&fault)
            && draft
                .entries
                .iter()
                .any(|entry| entry.place_of(key).is_some())
        {
            // The clause itself may be right or wrong: it is checked on as if the source were there.
            if !blame.is_consequence(&fault) {
                report_unlisted(problems, &draft, key);
            }
            blame.supplied.push(key);
            continue;
        }
        let culprit = blame.culprit(&draft, &fault);
        let entry = culprit.and_then(|number| draft.entries.get(number));
        let named = entry.is_some_and(|entry| names(&fault, entry.subject));
        // The same again, when the clause that it names was already left out, is not told twice.
        let again = !named && reported.contains(&fault);
        if !again && !blame.is_consequence(&fault) {
            report(problems, &draft, &fault, entry);
            reported.push(fault);
        }
        blame.leave_out(&draft, culprit?);
        if problems.is_full() {
            break;
        }
        draft = silent.draft(&blame.left_out);
    }
    None
}

struct Blame<'a> {
    /// The same file, with nobody listening to what is wrong with its tables.
    silent: &'a Document<'a>,
    left_out: BTreeSet<usize>,
    /// Sources that are not listed, and were reported.
    supplied: Vec<SourceKey>,
    damaged: BTreeSet<&'static str>,
    trials: usize,
}

impl Blame<'_> {
    fn make(&self, draft: &Draft) -> Result<Rulebook, Fault> {
        draft.ceilings.map_err(Fault::Ceilings)?;
        draft.duties.map_err(Fault::Duties)?;
        let mut parts = draft.parts.clone();
        parts
            .sources
            .extend(self.supplied.iter().map(|&key| SourceRecord {
                key,
                title: String::new(),
                date: String::new(),
            }));
        Rulebook::new(parts).map_err(Fault::Rulebook)
    }

    fn leave_out(&mut self, draft: &Draft, number: usize) {
        self.left_out.insert(number);
        if let Some(entry) = draft.entries.get(number) {
            self.damaged.insert(table_of(entry.subject));
        }
    }

    /// Whether an error only says that something is missing which was there but was wrong.
    fn is_consequence(&self, fault: &Fault) -> bool {
        let damaged = |table: &'static str| self.damaged.contains(table);
        match fault {
            Fault::Ceilings(CeilingsError::Gap) => damaged(CEILING),
            Fault::Duties(CaDutiesError::Gap(table)) => damaged(duty_table(*table)),
            Fault::Rulebook(
                RulebookError::UnknownSource { .. }
                | RulebookError::UnknownCeilingSource { .. }
                | RulebookError::UnknownDutySource { .. },
            ) => damaged(SOURCE),
            Fault::Rulebook(RulebookError::Unresolved {
                error: ResolveError::NoClause { field, .. },
                ..
            }) => damaged(field.word()),
            Fault::Ceilings(_) | Fault::Duties(_) | Fault::Rulebook(_) => false,
        }
    }

    /// The entry that is to blame: one that the error names, or else one without which it is gone.
    fn culprit(&mut self, draft: &Draft, fault: &Fault) -> Option<usize> {
        let here = |number: &usize| !self.left_out.contains(number);
        let numbers = || (0..draft.entries.len()).rev();
        let named: Vec<usize> = numbers()
            .filter(here)
            .filter(|&number| {
                let entry = draft.entries.get(number);
                entry.is_some_and(|entry| names(fault, entry.subject))
            })
            .collect();
        if let [only] = named.as_slice() {
            return Some(*only);
        }
        let all: Vec<usize> = numbers().filter(here).collect();
        let asked = if named.is_empty() { &all } else { &named };
        for &number in asked {
            if self.trials == 0 {
                break;
            }
            self.trials = self.trials.saturating_sub(1);
            let mut without = self.left_out.clone();
            without.insert(number);
            if self.make(&self.silent.draft(&without)).as_ref() != Err(fault) {
                return Some(number);
            }
        }
        named.first().copied()
    }
}

const fn table_of(subject: Subject) -> &'static str {
    match subject {
        Subject::Clause(field, ..) => field.word(),
        Subject::Point(_) => super::POINT,
        Subject::Source(_) => SOURCE,
        Subject::ByDate(table, ..) | Subject::Replace(table) => table,
    }
}

const fn duty_table(table: DutyTable) -> &'static str {
    match table {
        DutyTable::Reuse => PROOF_REUSE,
        DutyTable::Revocation => REVOCATION_DUTY,
        DutyTable::ShortLived => SHORT_LIVED,
    }
}

fn is_row(subject: Subject, table: &str, from: Timestamp) -> bool {
    matches!(subject, Subject::ByDate(own, at, _) if own == table && at == from)
}

/// Whether an error names what an entry is about.
fn names(fault: &Fault, subject: Subject) -> bool {
    let error = match fault {
        Fault::Ceilings(error) => {
            let at = match *error {
                CeilingsError::Gap => None,
                CeilingsError::Order(at)
                | CeilingsError::Days(at)
                | CeilingsError::NoSource(at) => Some(at),
            };
            return at.is_some_and(|at| is_row(subject, CEILING, at));
        }
        Fault::Duties(error) => {
            return match *error {
                CaDutiesError::Gap(_) => false,
                CaDutiesError::Order { table, from }
                | CaDutiesError::NoSource { table, from }
                | CaDutiesError::Length { table, from } => is_row(subject, duty_table(table), from),
                CaDutiesError::Longer(from) => is_row(subject, PROOF_REUSE, from),
                CaDutiesError::Grounds(from) => is_row(subject, REVOCATION_DUTY, from),
            };
        }
        Fault::Rulebook(error) => error,
    };
    match *error {
        RulebookError::Ambiguous { field, day }
        | RulebookError::NoSource { field, day }
        | RulebookError::UnknownSource { field, day, .. }
        | RulebookError::Value { field, day, .. } => {
            matches!(subject, Subject::Clause(own, from, _) if own == field && from == day)
        }
        RulebookError::UnknownCeilingSource { from, .. } => is_row(subject, CEILING, from),
        RulebookError::UnknownDutySource { from, .. } => {
            [PROOF_REUSE, REVOCATION_DUTY, SHORT_LIVED]
                .into_iter()
                .any(|table| is_row(subject, table, from))
        }
        RulebookError::DuplicateSource(key) => subject == Subject::Source(key),
        RulebookError::ReservedKey(key)
        | RulebookError::DuplicateKey(key)
        | RulebookError::Unresolved { key, .. } => subject == Subject::Point(key),
    }
}

/// Reports an error at the entry that is to blame.
fn report(problems: &Problems<'_>, draft: &Draft, fault: &Fault, entry: Option<&Entry>) {
    let (at, key) = match entry {
        Some(entry) => (entry.at.clone(), entry.key.clone()),
        None => (0..0, String::new()),
    };
    let mut help = None;
    let problem = match fault.clone() {
        Fault::Ceilings(error) => RulebookFileProblem::Ceilings(error),
        Fault::Duties(error) => RulebookFileProblem::Duties(error),
        Fault::Rulebook(error) => {
            match error {
                RulebookError::Ambiguous { .. } => {
                    help = entry.map(|entry| other_clause(problems, draft, entry));
                }
                RulebookError::NoSource { .. }
                | RulebookError::UnknownSource { .. }
                | RulebookError::UnknownCeilingSource { .. }
                | RulebookError::UnknownDutySource { .. }
                | RulebookError::ReservedKey(_)
                | RulebookError::DuplicateSource(_)
                | RulebookError::DuplicateKey(_)
                | RulebookError::Value { .. }
                | RulebookError::Unresolved { .. } => {}
            }
            RulebookFileProblem::Rulebook(error)
        }
    };
    if let (None, Some(entry)) = (&help, entry)
        && !names(fault, entry.subject)
    {
        help = Some("what stands here brings it about".to_string());
    }
    problems.report(at, key, problem, help);
}

/// The source that a value names and the rulebook does not list.
const fn unlisted(fault: &Fault) -> Option<SourceKey> {
    match fault {
        Fault::Rulebook(
            RulebookError::UnknownSource { source_key, .. }
            | RulebookError::UnknownCeilingSource { source_key, .. }
            | RulebookError::UnknownDutySource { source_key, .. },
        ) => Some(*source_key),
        Fault::Rulebook(_) | Fault::Ceilings(_) | Fault::Duties(_) => None,
    }
}

/// Reports a source that is not listed wherever the file names it.
fn report_unlisted(problems: &Problems<'_>, draft: &Draft, key: SourceKey) {
    let listed = draft.parts.sources.iter().map(|source| source.key.as_str());
    let help = did_you_mean(key.as_str(), listed, '"');
    let help = help.unwrap_or_else(|| "list it as a [[source]]".to_string());
    for entry in &draft.entries {
        let error = match entry.subject {
            Subject::Clause(field, day, _) => RulebookError::UnknownSource {
                field,
                day,
                source_key: key,
            },
            Subject::ByDate(CEILING, from, _) => RulebookError::UnknownCeilingSource {
                from,
                source_key: key,
            },
            Subject::ByDate(_, from, _) => RulebookError::UnknownDutySource {
                from,
                source_key: key,
            },
            Subject::Point(_) | Subject::Source(_) | Subject::Replace(_) => continue,
        };
        if let Some(at) = entry.place_of(key) {
            let problem = RulebookFileProblem::Rulebook(error);
            problems.report(at, entry.key.clone(), problem, Some(help.clone()));
        }
    }
}

/// Where the clause stands that an ambiguous one stands against.
fn other_clause(problems: &Problems<'_>, draft: &Draft, entry: &Entry) -> String {
    let Subject::Clause(field, from, scope) = entry.subject else {
        return String::new();
    };
    let other = draft.entries.iter().find(|other| {
        matches!(other.subject, Subject::Clause(own, day, others)
            if own == field && day == from && others != scope && others.overlaps(scope))
    });
    match other {
        Some(other) => alloc::format!("the other stands in line {}", problems.line(other.at.start)),
        None => alloc::format!(
            "the other is the {PUBLISHED} rulebook's: give the same `site` and `channel` as there to take its place, or leave it behind with `replace = [\"{}\"]`",
            field.word()
        ),
    }
}
