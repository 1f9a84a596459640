//! What a check finds, in words that show the difference.

use core::fmt::{Debug, Display};
use std::format;
use std::string::String;
use std::vec::Vec;

use super::kit::{Done, Stop};
use super::report::{Clause, Skipped, SuiteReport, Violation};

/// So many findings of one check are enough.
const MOST_FOUND: usize = 4;
/// So much of a value is shown around what differs.
const SHOWN_BEFORE: usize = 80;
const SHOWN: usize = 320;

/// The findings of one check.
#[derive(Debug)]
pub(super) struct Findings {
    check: &'static str,
    found: Vec<Violation>,
}

/// The part of a text from a place on.
fn excerpt(text: &str, from: usize) -> String {
    let begin = if from == 0 { "" } else { "…" };
    let shown: String = text.chars().skip(from).take(SHOWN).collect();
    let end = if text.chars().count() > from.saturating_add(SHOWN) {
        "…"
    } else {
        ""
    };
    format!("{begin}{shown}{end}")
}

/// Two texts around the first place where they differ.
fn around_difference(one: &str, other: &str) -> (String, String) {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    let from = same.count().saturating_sub(SHOWN_BEFORE);
    (excerpt(one, from), excerpt(other, from))
}

impl Findings {
    pub(super) const fn new(check: &'static str) -> Self {
        Self {
            check,
            found: Vec::new(),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Adds all of it to a report, and why the check ended before its end.
    pub(super) fn report(mut self, ended: Done, report: &mut SuiteReport) {
        match ended {
            Ok(()) | Err(Stop::Noted) => {}
            Err(Stop::Failed(seen)) => self.found.push(Violation {
                check: self.check,
                clause: Clause::Answers,
                expected: "an answer".into(),
                seen,
            }),
            Err(Stop::Skipped(reason)) => report.skipped.push(Skipped {
                check: self.check,
                reason,
            }),
        }
        report.violations.extend(self.found);
    }

    pub(super) fn note(&mut self, clause: Clause, expected: String, seen: String) {
        // Few findings show what it is about, and no clause is left out.
        if self.found.len() < MOST_FOUND || self.found.iter().all(|one| one.clause != clause) {
            self.found.push(Violation {
                check: self.check,
                clause,
                expected,
                seen,
            });
        }
    }

    /// Notes a breach if two values are not the same.
    pub(super) fn same<T: PartialEq + Debug + ?Sized>(
        &mut self,
        clause: Clause,
        what: impl Display,
        expected: &T,
        seen: &T,
    ) {
        if expected != seen {
            let (expected, seen) = (format!("{expected:?}"), format!("{seen:?}"));
            let (expected, seen) = around_difference(&expected, &seen);
            self.note(clause, format!("{what}: {expected}"), seen);
        }
    }

    /// Notes a breach if something does not hold.
    pub(super) fn holds(
        &mut self,
        clause: Clause,
        expected: impl Display,
        holds: bool,
        seen: &impl Debug,
    ) {
        if !holds {
            let seen = excerpt(&format!("{seen:?}"), 0);
            self.note(clause, format!("{expected}"), seen);
        }
    }
}
