//! The record: counts for each file, and the survivors with their reasons.
use std::collections::{BTreeMap, BTreeSet};

use crate::answers::{Answer, Answers};
use crate::list::Mutant;

/// What a survivor has until somebody looked at it.
pub const NO_REASON: &str = "no reason yet";

#[derive(Clone, Copy, Default)]
struct Counts {
    mutants: usize,
    unviable: usize,
    caught: usize,
    late: usize,
    survived: usize,
    open: usize,
    waiting: usize,
}

impl Counts {
    fn add(&mut self, answer: Option<&Answer>) {
        self.mutants += 1;
        match answer {
            Some(Answer::Unviable) => self.unviable += 1,
            Some(Answer::Caught(_)) => self.caught += 1,
            Some(Answer::Late(_)) => self.late += 1,
            Some(Answer::Survived(_)) => self.survived += 1,
            Some(Answer::Open) => self.open += 1,
            None => self.waiting += 1,
        }
    }

    fn line(self, name: &str) -> String {
        let Self {
            mutants,
            unviable,
            caught,
            late,
            survived,
            open,
            waiting,
        } = self;
        format!(
            "{name}: {mutants} mutants, {unviable} unviable, {caught} caught, {late} never ended, \
             {survived} survived, {open} passed the quick tests, {waiting} not tried\n"
        )
    }
}

/// The text of the record. Reasons are taken over from the old one.
pub fn record(head: &str, old: &str, mutants: &[Mutant], answers: &Answers) -> String {
    let reasons: BTreeMap<&str, &str> = old
        .lines()
        .filter(|line| line.starts_with("src/"))
        .filter_map(|line| line.rsplit_once(" | "))
        .collect();
    let mut files: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut all = Counts::default();
    let mut survivors = BTreeMap::new();
    let mut open = BTreeSet::new();
    for mutant in mutants {
        let answer = answers.get(&mutant.key);
        files.entry(&mutant.file).or_default().add(answer);
        all.add(answer);
        match answer {
            Some(Answer::Survived(_)) => {
                let reason = reasons
                    .get(mutant.key.as_str())
                    .copied()
                    .unwrap_or(NO_REASON);
                survivors.insert(mutant.key.as_str(), reason);
            }
            Some(Answer::Open) => {
                open.insert(mutant.key.as_str());
            }
            _ => {}
        }
    }
    let mut text = head.to_owned();
    text.push_str(&all.line("together"));
    text.push('\n');
    for (file, counts) in files {
        text.push_str(&counts.line(file));
    }
    text.push_str("\n# Survivors, each with the reason why it may.\n");
    for (key, reason) in survivors {
        text.push_str(&format!("{key} | {reason}\n"));
    }
    if !open.is_empty() {
        text.push_str(
            "\n# Passed the quick tests that come by; the long ones were not asked yet.\n",
        );
        for key in open {
            text.push_str(&format!("{key}\n"));
        }
    }
    text
}
