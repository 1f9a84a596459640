//! What a check of the laws found, and what it took.

use core::fmt;
use core::time::Duration;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::LawId;
use super::judge::Breach;
use crate::model::EditionKey;
use crate::rulebook::Edition;
use crate::testing::machine::Machine;
use crate::testing::story::{Story, Told};
use crate::testing::timeline::Timeline;

/// A law that was broken, and the shortest timeline found that breaks it.
///
/// It prints as the story of that timeline: what was asked under which edition, each answer of the
/// machine that was checked, and the ledger beside it.
#[derive(Clone, Debug)]
pub struct Violation {
    /// How, with the law and in words.
    pub breach: Breach,
    /// What broke it: the last step, unless the words speak of the end.
    pub timeline: Timeline,
    /// Which of the cases it was, from 0 on: with the same seed, the same case again.
    pub case: u32,
    /// The steps that the timeline had when it was found.
    pub found_with: usize,
    /// The story, as the machine lives it that was checked.
    pub(super) told: Story,
}

impl Violation {
    /// The story of it, as a machine lives it: the one that was checked, or another to compare with.
    /// [`Story::mermaid`] draws it, and its [`test`](Story::test) holds this law.
    ///
    /// ```
    /// use cert_lifecycle::rulebook::Rulebook;
    /// use cert_lifecycle::testing::laws::{self, Config};
    /// use cert_lifecycle::testing::Core;
    ///
    /// let report = laws::check(&Rulebook::published(), &Config::default().cases(1).length(10));
    /// for violation in &report.violations {
    ///     println!("{}", violation.story(&Core));
    /// }
    /// ```
    #[must_use]
    pub fn story(&self, machine: &dyn Machine) -> Story {
        self.breach.story(&self.timeline, machine)
    }
}

impl Breach {
    /// How a machine breaks a law on a timeline.
    pub(super) fn story(&self, timeline: &Timeline, machine: &dyn Machine) -> Story {
        let law = self.law;
        Story::tell(law.number(), &self.words, timeline, machine).holding(law)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n  case {}, {} of {} steps are needed",
            self.breach,
            self.case,
            self.timeline.steps.len(),
            self.found_with
        )?;
        let mut before = None;
        for (number, step) in (1_u32..).zip(&self.timeline.steps) {
            let edition = self.timeline.laws.editions().get(step.conduct);
            let edition = edition.map(Edition::key).filter(|key| before != Some(*key));
            if let Some(key) = edition {
                before = Some(key);
                match number {
                    1 => write!(f, ", under {key}")?,
                    _ => write!(f, ", from step {number} on under {key}")?,
                }
            }
        }
        let told = Told(&self.told, "  ").to_string();
        write!(f, ":\n{}", told.trim_end())
    }
}

/// What examining one law took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examined {
    /// The law.
    pub law: LawId,
    /// The timelines that it was held against; once it is broken, it is not examined any more.
    pub cases: u32,
    /// Their steps.
    pub steps: u64,
    /// The decisions that it asked for besides those of the steps themselves.
    pub decisions: u64,
    /// How long that took, over all threads.
    pub time: Duration,
}

/// What a check of the laws found.
#[derive(Clone, Debug)]
#[must_use = "a report that nobody reads finds nothing"]
pub struct Report {
    /// The editions that were lived under.
    pub editions: Vec<EditionKey>,
    /// Editions of the rulebook, or of those that were asked for, that no timeline was lived under:
    /// those of the instance model of 2026, which the laws of orders do not speak of.
    pub other: Vec<EditionKey>,
    /// Points of the rulebook that could not be resolved to an edition, and why.
    pub unresolved: Vec<(EditionKey, String)>,
    /// The seed.
    pub seed: u64,
    /// The timelines that were lived.
    pub cases: u32,
    /// Every decision that was asked for.
    pub decisions: u64,
    /// Each law with what it took.
    pub laws: Vec<Examined>,
    /// The laws that were broken, each once.
    pub violations: Vec<Violation>,
    /// How long timelines were drawn, over all threads.
    pub generating: Duration,
    /// How long they were played, without the laws, over all threads.
    pub playing: Duration,
    /// How long it took, by the clock.
    pub elapsed: Duration,
    /// Whether the time was over before all cases were lived.
    pub out_of_time: bool,
}

impl Report {
    /// Whether every edition could be had, something was lived, and no law was broken.
    ///
    /// Timelines without a step, in which nothing is decided, are nothing that was lived.
    ///
    /// ```
    /// use cert_lifecycle::rulebook::Rulebook;
    /// use cert_lifecycle::testing::laws::{self, Config};
    ///
    /// let report = laws::check(&Rulebook::published(), &Config::default().cases(2).length(0));
    /// assert_eq!((report.cases, report.decisions, report.is_ok()), (2, 0, false));
    /// ```
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        self.violations.is_empty() && self.unresolved.is_empty() && self.lived()
    }

    /// Whether anything was decided: without it, a report that finds nothing says nothing.
    #[must_use]
    pub const fn lived(&self) -> bool {
        self.cases > 0 && self.decisions > 0
    }

    /// Whether a law was broken.
    #[must_use]
    pub fn breaks(&self, law: LawId) -> bool {
        self.violations.iter().any(|found| found.breach.law == law)
    }

    /// The share of the time that was spent on drawing timelines, from 0 to 1; playing them is not in
    /// it.
    #[must_use]
    pub fn share_generating(&self) -> f64 {
        let laws: Duration = self.laws.iter().map(|one| one.time).sum();
        let all = self.generating.saturating_add(self.playing);
        let all = all.saturating_add(laws).as_secs_f64();
        if all > 0.0 {
            self.generating.as_secs_f64() / all
        } else {
            0.0
        }
    }

    /// Decisions for each second by the clock.
    #[must_use]
    pub fn decisions_per_second(&self) -> f64 {
        let decisions = u32::try_from(self.decisions).map_or(f64::from(u32::MAX), f64::from);
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 {
            decisions / seconds
        } else {
            0.0
        }
    }

    /// For tests: goes on if nothing was found, and else shows all of it, with the story of each law
    /// that was broken.
    ///
    /// # Panics
    /// If anything was found.
    #[track_caller]
    pub fn assert_ok(&self) {
        assert!(self.is_ok(), "{self}");
    }
}

/// `1 timeline`, `2 timelines`.
fn counted(number: usize, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {}, {}, {} decisions in {:.1} s ({:.0} a second, {:.1} % of it to make the \
             timelines), seed {}: {} broken",
            counted(self.laws.len(), "law"),
            counted(self.editions.len(), "edition"),
            counted(
                usize::try_from(self.cases).unwrap_or(usize::MAX),
                "timeline"
            ),
            self.decisions,
            self.elapsed.as_secs_f64(),
            self.decisions_per_second(),
            100.0 * self.share_generating(),
            self.seed,
            self.violations.len()
        )?;
        if self.out_of_time {
            f.write_str("; the time was over before the end")?;
        }
        for one in &self.laws {
            write!(
                f,
                "\n{:>5}  {:>16} {:>8} steps {:>10} decisions {:>8.2} s  {}",
                one.law.number(),
                counted(usize::try_from(one.cases).unwrap_or(usize::MAX), "timeline"),
                one.steps,
                one.decisions,
                one.time.as_secs_f64(),
                one.law.sentence()
            )?;
        }
        for (key, why) in &self.unresolved {
            write!(f, "\n{key} is no edition: {why}")?;
        }
        for key in &self.other {
            write!(
                f,
                "\n{key} is of another machine, and nothing was lived under it"
            )?;
        }
        if !self.lived() {
            f.write_str("\nnothing was lived: ")?;
            f.write_str(if self.cases == 0 {
                "there is no timeline"
            } else {
                "no timeline has a step in which anything is decided"
            })?;
        }
        for violation in &self.violations {
            write!(f, "\n{violation}")?;
        }
        if !self.violations.is_empty() {
            f.write_str(
                "\nViolation::story(&machine) draws one of these as a picture, and makes a \
                 regression test of it",
            )?;
        }
        Ok(())
    }
}
