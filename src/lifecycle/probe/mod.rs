//! Probes: small stories that are lived under two laws at once, until the answers differ.
//!
//! A story sets a case up with typical commands and asks questions at instants taken from the windows
//! of both laws: their first and last seconds, inside and outside. Whatever [`decide`](super::decide()),
//! [`status`](super::status()) or [`next_wakeup`](super::next_wakeup) answers is compared. What else
//! can be observed follows from these without a law: effects from events, availability from the same
//! clauses, the ledger from events.
//!
//! There is no channel in a story's way: what a law forbids is refused, and the story goes on with what
//! is left of it.

mod application;
mod custody;
mod hosting;
mod kit;
mod money;
mod scene;
mod words;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::ControlFlow;

use crate::model::{Offset, Status, Timestamp};
use crate::rulebook::{Field, RuleId};

use super::case::Law;
use super::clause::Why;
use super::command::Command;
use super::event::Event;
use scene::{Scene, Told};
#[cfg(feature = "testing")]
pub(crate) use words::{doing, happened};

/// A small story with questions in it.
#[derive(Clone, Copy)]
pub struct Probe {
    name: &'static str,
    about: &'static [Field],
    story: fn(&mut Scene<'_>) -> Told,
}

impl Probe {
    /// What the story tells.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The kinds of value that it was written for; it may show others, too.
    #[must_use]
    pub const fn about(&self) -> &'static [Field] {
        self.about
    }

    /// The first question to which two laws give different answers; none if the story ends first.
    ///
    /// It begins on the day after the first law's point, and is told in the offset of that law.
    ///
    /// ```
    /// use cert_lifecycle::lifecycle::{Law, probes};
    /// use cert_lifecycle::rulebook::Rulebook;
    /// let book = Rulebook::published();
    /// let (old, new) = (book.edition("2021-02-api")?, book.edition("2023-api")?);
    /// let laws = [&old, &new].map(|edition| Law::single(edition, book.ceilings()));
    /// let [old, new] = &laws;
    /// assert!(probes().any(|probe| probe.compare(old, new).is_some()));
    /// assert!(probes().all(|probe| probe.compare(old, old).is_none()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn compare(&self, ours: &Law<'_>, theirs: &Law<'_>) -> Option<Box<Example>> {
        let mut scene = Scene::new(self.name, [ours, theirs])?;
        match (self.story)(&mut scene) {
            ControlFlow::Break(example) => Some(example),
            ControlFlow::Continue(()) => scene.into_refused(),
        }
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe")
            .field("name", &self.name)
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

/// Every probe.
pub fn probes() -> impl Iterator<Item = &'static Probe> {
    [
        application::PROBES,
        custody::PROBES,
        hosting::PROBES,
        money::PROBES,
    ]
    .into_iter()
    .flatten()
}

/// A step of a story: a command that was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// What.
    pub command: Arc<Command>,
}

/// What a story asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// A command is given.
    Gives(Arc<Command>),
    /// What would come of a command.
    Asks(Arc<Command>),
    /// What the owner sees.
    Looks,
    /// When something is due by itself.
    AsksWhen,
}

/// What it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The command is granted.
    Happens {
        /// What it brings about.
        events: Vec<Event>,
        /// The rules that were followed.
        rules: Vec<RuleId>,
    },
    /// The command is refused.
    Refused {
        /// By which rule.
        rule: RuleId,
        /// Why.
        why: Why,
    },
    /// What the owner sees.
    Shows {
        /// The status.
        status: Option<Status>,
        /// Units left on the plan, if there is one.
        units_left: Option<u32>,
        /// Cash that came back for purchases, in minor units.
        paid_back: u64,
    },
    /// When something is due.
    Due(Option<Timestamp>),
}

impl Answer {
    /// The rule behind it: the refusing one, or the last that was followed. Time alone changes what is
    /// seen (R-44, and R-42 for what is about to expire) and when something is due (R-42).
    #[must_use]
    pub fn rule(&self) -> Option<RuleId> {
        match self {
            Self::Happens { rules, .. } => rules.last().copied(),
            Self::Refused { rule, .. } => Some(*rule),
            Self::Due(_)
            | Self::Shows {
                status: Some(Status::PendingExpiration),
                ..
            } => Some(RuleId::R42),
            Self::Shows { .. } => Some(RuleId::R44),
        }
    }
}

/// A case to which two laws give different answers, with the story that leads there.
///
/// It prints as a few lines: a line for each step, then the question and both answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The name of the probe.
    pub probe: &'static str,
    /// What happened before, under both laws alike.
    pub story: Vec<Step>,
    /// When the question is asked.
    pub at: Timestamp,
    /// The question.
    pub question: Question,
    /// The answer of the first law and that of the second.
    pub answers: [Answer; 2],
    /// The offset in which it is told.
    pub offset: Offset,
}

impl Example {
    /// Whether something comes of it: not both answers are refusals, for one reason or another.
    #[must_use]
    pub fn decides(&self) -> bool {
        self.answers.iter().any(|answer| match answer {
            Answer::Refused { .. } => false,
            Answer::Happens { .. } | Answer::Shows { .. } | Answer::Due(_) => true,
        })
    }

    /// The rule that makes the difference: that of a refusal if there is one.
    #[must_use]
    pub fn rule(&self) -> Option<RuleId> {
        let refusal = |answer: &&Answer| match answer {
            Answer::Refused { .. } => true,
            Answer::Happens { .. } | Answer::Shows { .. } | Answer::Due(_) => false,
        };
        let [ours, theirs] = &self.answers;
        self.answers
            .iter()
            .find(refusal)
            .and_then(Answer::rule)
            .or_else(|| {
                // The rule that only one of them followed says more than one that both did.
                match (ours, theirs) {
                    (
                        Answer::Happens { rules: ours, .. },
                        Answer::Happens { rules: theirs, .. },
                    ) => ours
                        .iter()
                        .find(|rule| !theirs.contains(rule))
                        .or_else(|| theirs.iter().find(|rule| !ours.contains(rule)))
                        .or(ours.last())
                        .copied(),
                    (
                        Answer::Happens { .. }
                        | Answer::Refused { .. }
                        | Answer::Shows { .. }
                        | Answer::Due(_),
                        _,
                    ) => ours.rule(),
                }
            })
    }
}
