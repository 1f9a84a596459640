//! Stories: a counterexample as a person reads it, draws it, and keeps it.

mod code;
#[cfg(feature = "stored")]
mod lines;
mod minimal;
mod play;

use core::fmt;
use core::fmt::Write as _;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, write, writeln};

use crate::lifecycle::probe::{doing, happened};
use crate::lifecycle::{CommandKind, World};
use crate::model::{EditionKey, Offset, RefundState, Timestamp};

use super::laws::LawId;
use super::machine::Machine;
use super::timeline::{Step, Timeline};
use super::transition::Broken;
pub use code::TestOf;
pub use minimal::{Shrunk, minimal};
pub(super) use minimal::{TriedEnough, fewer};
use play::Play;
pub use play::first_breach;

/// A counterexample: a timeline, the law that it breaks, and what is wrong.
///
/// It prints as a dated timeline in plain words: for each step who asks what, the answer, and beside
/// it the ledger as it stands then; of a timeline that knows several editions, also which one is in
/// force from there on. [`mermaid`](Self::mermaid) draws it, and [`test`](Self::test)
/// makes a regression test of it.
///
/// ```
/// use std::num::NonZeroU32;
/// use std::sync::Arc;
/// use cert_lifecycle::lifecycle::Command;
/// use cert_lifecycle::model::{AccountId, Catalog, Payment, PlanId};
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::{Core, Laws, Step, Story, Timeline};
/// let book = Rulebook::published();
/// let laws = Arc::new(Laws::new(vec![book.edition("2023-api")?], book.ceilings().clone()));
/// let product = Catalog::published().get("digicert-free-1-free").ok_or("no such product")?;
/// let command = Command::BuyPlan {
///     plan: PlanId::new("p")?, product, count: NonZeroU32::MIN, payment: Payment::NONE,
/// };
/// let account = AccountId::new("tom")?;
/// let at = "2024-01-01T00:00:00Z".parse()?;
/// let step = Step::new(at, account, command);
/// let story = Story::tell("L5", "an example", &Timeline { laws, steps: vec![step] }, &Core);
/// assert_eq!(story.to_string(), "\
/// L5 does not hold: an example
///
/// 2024-01-01T08:00:00+08:00  buy a plan: 1 x free DV, for nothing  | p: 1 of 1 left
///   happens: a plan of 1 is bought (R-24)                          |
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Story {
    law: String,
    wrong: String,
    timeline: Timeline,
    told: Vec<Line>,
    offset: Offset,
    /// The law that its test holds; invariants without it.
    holds: Option<LawId>,
}

/// What is told of a step.
#[derive(Clone, Debug)]
struct Line {
    /// The edition in force, where a timeline that knows several comes to another one.
    comes_into_force: Option<EditionKey>,
    at: Timestamp,
    kind: CommandKind,
    asked: String,
    answer: String,
    granted: bool,
    ledger: Vec<String>,
}

impl Story {
    /// Tells a timeline as a machine lives it.
    #[must_use]
    pub fn tell(law: &str, wrong: &str, timeline: &Timeline, machine: &dyn Machine) -> Self {
        let first = timeline.laws.editions().first();
        let offset = first.map_or(Offset::UTC, |edition| edition.calendar().value.offset);
        let mut play = Play::new(machine, timeline, &[]);
        let several = timeline
            .steps
            .windows(2)
            .any(|pair| matches!(pair, [one, other] if one.account != other.account));
        let mut before = None;
        let told = timeline
            .steps
            .iter()
            .map(|step| {
                let now = in_force(timeline, step, before.replace(step.conduct));
                line(&mut play, step, now, several, offset)
            })
            .collect();
        Self {
            law: law.to_string(),
            wrong: wrong.to_string(),
            timeline: timeline.clone(),
            told,
            offset,
            holds: None,
        }
    }

    /// The same story, whose test holds a law.
    pub(super) fn holding(self, law: LawId) -> Self {
        Self {
            holds: Some(law),
            ..self
        }
    }

    /// Tells how a law does not hold.
    #[must_use]
    pub fn of(breach: &Broken, timeline: &Timeline, machine: &dyn Machine) -> Self {
        Self::tell(breach.law, &breach.wrong, timeline, machine)
    }

    /// The law that does not hold.
    #[must_use]
    pub fn law(&self) -> &str {
        &self.law
    }

    /// What is wrong, in a sentence.
    #[must_use]
    pub fn wrong(&self) -> &str {
        &self.wrong
    }

    /// The timeline.
    #[must_use]
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The story as a Mermaid sequence diagram: who asks whom, what comes back, and the ledger
    /// wherever it changes.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut picture = String::from("sequenceDiagram\n");
        let mut seen: Vec<&str> = Vec::new();
        for who in self.told.iter().map(|line| asker(line.kind)) {
            if !seen.contains(&who) {
                seen.push(who);
            }
        }
        // Writing into a string cannot fail.
        for who in seen.iter().chain(&["Service", "Ledger"]) {
            let _ = writeln!(picture, "    participant {who}");
        }
        let mut ledger: &[String] = &[];
        for line in &self.told {
            if let Some(key) = &line.comes_into_force {
                let _ = writeln!(picture, "    Note over Service: {key} is in force");
            }
            let (who, at) = (asker(line.kind), line.at.in_offset(self.offset));
            let _ = writeln!(picture, "    {who}->>Service: {at} {}", drawn(&line.asked));
            let arrow = if line.granted { "-->>" } else { "--x" };
            let _ = writeln!(picture, "    Service{arrow}{who}: {}", drawn(&line.answer));
            if line.ledger != ledger && !line.ledger.is_empty() {
                let _ = writeln!(
                    picture,
                    "    Note over Ledger: {}",
                    drawn(&line.ledger.join(", "))
                );
            }
            ledger = &line.ledger;
        }
        let _ = writeln!(
            picture,
            "    Note over Service: {} does not hold: {}",
            self.law,
            drawn(&self.wrong)
        );
        picture
    }

    /// The story as a Rust regression test, ready to paste: it plays the timeline and looks whether
    /// an invariant is broken, or a law of [`laws`](super::laws) if it was found by one. It fails as
    /// long as the fault is there.
    ///
    /// `of` says which machine, rulebook and invariants are meant, as expressions that the test can
    /// see. [`TestOf::CORE`] means this crate's: under it, what a rulebook or a machine of your own
    /// brought about is not found again. A test that is not given the invariant of its story fails.
    ///
    /// ```
    /// use cert_lifecycle::rulebook::Rulebook;
    /// use cert_lifecycle::testing::laws::{self, Config};
    /// use cert_lifecycle::testing::{Invariant, TestOf};
    ///
    /// let promise = Invariant {
    ///     law: "our promise",
    ///     check: |step| step.after.instance().map(|_| "something was begun".to_owned()),
    /// };
    /// let found = laws::first_story(&Rulebook::published(), &Config::default(), &[promise]);
    /// let of = TestOf {
    ///     rulebook: "crate::rules::own()?",
    ///     invariants: "[crate::rules::promise()]",
    ///     ..TestOf::CORE
    /// };
    /// let test = found.ok_or("nothing begins")?.test(&of);
    /// assert!(test.contains("let book = crate::rules::own()?;"));
    /// assert!(test.contains("let invariants = [crate::rules::promise()];"));
    /// assert!(test.contains("first_breach(&testing::Core, &timeline, &invariants)"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn test(&self, of: &TestOf<'_>) -> String {
        code::test(self, of)
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} does not hold: {}", self.law, self.wrong)?;
        writeln!(f)?;
        write!(f, "{}", Told(self, ""))
    }
}

/// What a story tells of each step, behind some margin.
pub(in crate::testing) struct Told<'a>(
    pub(in crate::testing) &'a Story,
    pub(in crate::testing) &'a str,
);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(story, margin) = self;
        let rows: Vec<(String, &str)> = story
            .told
            .iter()
            .flat_map(|line| story.rows(line))
            .collect();
        let width = rows
            .iter()
            .map(|(text, _)| text.chars().count())
            // What is very long pushes its own ledger aside, not everybody's.
            .filter(|width| *width <= WIDEST)
            .max()
            .unwrap_or_default();
        for (text, ledger) in &rows {
            let gap = if ledger.is_empty() { "" } else { " " };
            writeln!(f, "{margin}{text:width$}  |{gap}{ledger}")?;
        }
        Ok(())
    }
}

/// The widest left column.
const WIDEST: usize = 100;

impl Story {
    /// What stands left and right: the question with its answer, and the ledger.
    fn rows<'a>(&self, line: &'a Line) -> Vec<(String, &'a str)> {
        let in_force = line.comes_into_force.as_ref();
        let in_force = in_force.map(|key| (format!("{key} is in force"), ""));
        let asked = format!("{}  {}", line.at.in_offset(self.offset), line.asked);
        let word = if line.granted { "happens" } else { "refused" };
        let answer = format!("  {word}: {}", line.answer);
        let mut left = [asked, answer].into_iter();
        let mut right = line.ledger.iter().map(String::as_str);
        let mut rows: Vec<(String, &str)> = in_force.into_iter().collect();
        loop {
            match (left.next(), right.next()) {
                (None, None) => return rows,
                (text, ledger) => rows.push((text.unwrap_or_default(), ledger.unwrap_or_default())),
            }
        }
    }
}

/// The edition that is in force at a step, unless there is but one or it was in force at the one before.
fn in_force(timeline: &Timeline, step: &Step, before: Option<usize>) -> Option<EditionKey> {
    let editions = timeline.laws.editions();
    let edition = editions.get(step.conduct)?;
    (editions.len() > 1 && before != Some(step.conduct)).then(|| edition.key())
}

fn line(
    play: &mut Play<'_>,
    step: &Step,
    comes_into_force: Option<EditionKey>,
    several: bool,
    offset: Offset,
) -> Line {
    let taken = play.take(step);
    let about = step
        .about
        .map_or_else(String::new, |about| format!(" [{about}]"));
    let by = if several {
        format!("{}: ", step.account)
    } else {
        String::new()
    };
    let asked = format!("{by}{}{about}", doing(&step.command, offset));
    let (granted, answer) = match (&taken.answer, &taken.breach) {
        (Some(Ok(events)), _) => {
            let what = match events.len() {
                0 => "nothing is left to do".to_string(),
                _ => join(events.iter().map(|event| happened(event, offset)), "; "),
            };
            let rules = join(events.rules().iter().map(ToString::to_string), ", ");
            (true, format!("{what} ({rules})"))
        }
        (Some(Err(refusal)), _) => {
            let what = format!("{} ({})", refusal.why(), refusal.rule());
            (false, what)
        }
        (None, Some(breach)) => (false, breach.wrong.clone()),
        (None, None) => (false, "there is no such edition".to_string()),
    };
    Line {
        comes_into_force,
        at: step.at,
        kind: step.command.kind(),
        asked,
        answer,
        granted,
        ledger: play.world(step.account).map(ledger).unwrap_or_default(),
    }
}

fn join(texts: impl Iterator<Item = String>, between: &str) -> String {
    let all: Vec<String> = texts.collect();
    all.join(between)
}

/// The ledgers of a world: of plans the units, of purchases what came back.
fn ledger(world: &World) -> Vec<String> {
    let plans = world.plans().map(|plan| {
        let mut text = format!(
            "{}: {} of {} left",
            plan.id(),
            plan.remaining(),
            plan.total()
        );
        for (count, word) in [(plan.reserved(), "reserved"), (plan.settled(), "settled")] {
            if count > 0 {
                let _ = write!(text, ", {count} {word}");
            }
        }
        text.push_str(&refund(plan.bill().refund));
        text
    });
    let purchases = world.purchases().filter_map(|own| {
        let back = refund(own.bill().refund);
        (!back.is_empty()).then(|| format!("{}{back}", own.id()))
    });
    plans.chain(purchases).collect()
}

fn refund(state: RefundState) -> String {
    match state {
        RefundState::None => String::new(),
        RefundState::Review { .. } => ", a claim in review".to_string(),
        RefundState::Refunded { cash, .. } => format!(", {cash} minor units paid back"),
    }
}

/// Who gives a command of a kind.
const fn asker(kind: CommandKind) -> &'static str {
    match kind {
        CommandKind::BuyPlan
        | CommandKind::Buy
        | CommandKind::Draw
        | CommandKind::Submit
        | CommandKind::Apply
        | CommandKind::Withdraw
        | CommandKind::Delete
        | CommandKind::CancelOrder
        | CommandKind::Close
        | CommandKind::Merge
        | CommandKind::RequestRevocation
        | CommandKind::ConfirmRevocation
        | CommandKind::Collect
        | CommandKind::DeleteCertificate
        | CommandKind::Deploy
        | CommandKind::Undeploy
        | CommandKind::Renew
        | CommandKind::EnableHosting
        | CommandKind::Upload
        | CommandKind::ClaimRefund
        | CommandKind::CancelRefund => "Holder",
        CommandKind::GrantRefund | CommandKind::RefuseRefund => "Vendor",
        CommandKind::ReceiveChallenge
        | CommandKind::ConfirmDomain
        | CommandKind::Approve
        | CommandKind::Reject
        | CommandKind::CompleteRevocation
        | CommandKind::RefuseRevocation
        | CommandKind::RecordCaRevocation => "CA",
        CommandKind::Activate | CommandKind::Wake => "Clock",
    }
}

/// A text as a message of a diagram: `;` and `#` mean something there.
fn drawn(text: &str) -> String {
    text.replace(';', ",").replace('#', "no. ")
}
