//! The total transition function.
//!
//! A command's conditions are clauses (`condition`), its outcome is a list of events (`outcome`).
//! The clauses are visited one by one and the visit stops at the first that does not hold, so a
//! decision allocates nothing before it grants.

use core::ops::ControlFlow;

use arrayvec::ArrayVec;

use crate::model::Timestamp;

use super::case::{Case, Law};
use super::clause::{Basis, Clause};
use super::command::Command;
use super::condition::{Sink, unlisted, visit};
use super::event::Events;
use super::outcome::produce;
use super::refusal::Refusal;

/// The conditions of a command in a case, in the order in which they are checked.
pub type Clauses<'a> = ArrayVec<Clause<'a>, 24>;

/// Takes every clause of a visit.
pub(super) fn collecting<'a, 's>(all: &'s mut Clauses<'a>) -> impl Sink<'a> + use<'a, 's> {
    |clause| {
        let _ = all.try_push(clause);
        ControlFlow::Continue(())
    }
}

/// Stops a visit at the first clause that does not hold at an instant, and keeps it.
pub(super) fn up_to_failing<'a, 's>(
    now: Timestamp,
    failed: &'s mut Option<Clause<'a>>,
) -> impl Sink<'a> + use<'a, 's> {
    move |clause: Clause<'a>| {
        if clause.holds.contains(now) {
            return ControlFlow::Continue(());
        }
        *failed = Some(clause);
        ControlFlow::Break(())
    }
}

/// Whether the later clause of the rulebook that is known lets the command through, as far as the other
/// conditions are known: none of them is closed for good then. What a case is pinned to changes for
/// others alone, of whom nothing is known.
fn lets_through<'a>(
    case: &Case<'a>,
    command: &'a Command,
    law: &Law<'a>,
    failed: &Clause<'a>,
) -> bool {
    let (Some(day), Basis::InForce(edition, _)) = (failed.changes, failed.basis) else {
        return true;
    };
    let begins = day.midnight(edition.calendar().value.offset);
    let mut open = true;
    let _ = visit(case, command, law, &mut |clause: Clause<'a>| {
        // The one that failed is among them.
        open &= if clause.holds.is_never() {
            clause.changes == Some(day)
        } else {
            clause.holds.until().is_none_or(|end| end > begins)
        };
        ControlFlow::Continue(())
    });
    open
}

/// The refusal behind a clause that does not hold. The clauses name every combination that `produce` has
/// no outcome for; should one be missing, it is refused like any unlisted pair.
fn refused<'a>(
    failed: Option<Clause<'a>>,
    case: &Case<'a>,
    command: &'a Command,
    now: Timestamp,
    law: &Law<'a>,
) -> Refusal {
    let mut clause = failed.unwrap_or_else(|| unlisted(case));
    if !lets_through(case, command, law, &clause) {
        clause.changes = None;
    }
    Refusal::new(&clause, command.kind(), case, now, law)
}

/// All conditions of a command, with the windows in which they hold; without heap memory.
///
/// The order is that of the documented errors: existence, state, acceptability.
#[must_use]
pub fn clauses<'a>(case: &Case<'a>, command: &'a Command, law: &Law<'a>) -> Clauses<'a> {
    let mut all = Clauses::new();
    let _ = visit(case, command, law, &mut collecting(&mut all));
    all
}

/// Decides a command: what happens, or why nothing does.
///
/// It has an answer for every case, command, instant and law (L1), and gives the same answer to the
/// same arguments (L2).
///
/// It sees only the case: that an id was never used before, in this instance's stream or another's,
/// is checked where batches are committed (R-40): [`expectations`](super::expectations) says so of
/// streams, and of orders what to keep.
///
/// # Errors
/// A [`Refusal`] that explains itself; nothing is changed (L4).
///
/// # Example
/// ```
/// use std::num::NonZeroU32;
/// use cert_lifecycle::lifecycle::{Case, Command, Law, Streams, decide, evolve};
/// use cert_lifecycle::model::{AccountId, Catalog, Payment, PlanId};
/// use cert_lifecycle::rulebook::Rulebook;
///
/// let book = Rulebook::published();
/// let edition = book.edition("2021-02-api")?;
/// let law = Law::single(&edition, book.ceilings());
/// let account = AccountId::new("1234567890")?;
/// let product = Catalog::published().get("symantec-free-1-free").expect("a published product");
/// let case = Case::new(account);
/// let buy = Command::BuyPlan { plan: PlanId::new("plan-1")?, product, count: NonZeroU32::MIN, payment: Payment::NONE };
///
/// let mut streams = Streams::default();
/// for event in &decide(&case, &buy, "2021-03-01T09:00:00+08:00".parse()?, &law)? {
///     evolve(&mut streams, event);
/// }
/// assert_eq!(streams.plan.map(|plan| plan.remaining()), Some(1));
///
/// // Nobody applied yet, so there is nothing to withdraw.
/// let refusal = decide(&case, &Command::Withdraw, "2021-03-01T09:00:00Z".parse()?, &law).unwrap_err();
/// assert_eq!(refusal.rule().to_string(), "R-21");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[expect(
    clippy::result_large_err,
    reason = "a refusal holds no heap memory, so that refusing is cheap and cannot fail"
)]
pub fn decide(
    case: &Case<'_>,
    command: &Command,
    now: Timestamp,
    law: &Law<'_>,
) -> Result<Events, Refusal> {
    let mut events = Events::default();
    decide_into(case, command, now, law, &mut events)?;
    Ok(events)
}

/// The same, with the events written into a list that the caller keeps.
///
/// What the list held is dropped first; after a refusal it is empty. A list of events is long, and
/// returning one moves it: whoever decides very often saves that.
///
/// # Errors
/// As [`decide`].
///
/// # Example
/// ```
/// use std::num::NonZeroU32;
/// use cert_lifecycle::lifecycle::{Case, Command, Events, Law, decide_into};
/// use cert_lifecycle::model::{AccountId, Catalog, Payment, PlanId};
/// use cert_lifecycle::rulebook::Rulebook;
///
/// let book = Rulebook::published();
/// let edition = book.edition("2021-02-api")?;
/// let law = Law::single(&edition, book.ceilings());
/// let case = Case::new(AccountId::new("1234567890")?);
/// let product = Catalog::published().get("symantec-free-1-free").expect("a published product");
/// let (plan, payment) = (PlanId::new("plan-1")?, Payment::NONE);
/// let buy = Command::BuyPlan { plan, product, count: NonZeroU32::MIN, payment };
/// let now = "2021-03-01T09:00:00+08:00".parse()?;
///
/// let mut events = Events::default();
/// decide_into(&case, &buy, now, &law, &mut events)?;
/// assert_eq!((events.len(), events.rules().len()), (1, 1));
/// decide_into(&case, &buy, now, &law, &mut events)?;
/// assert_eq!((events.len(), events.rules().len()), (1, 1));
/// assert!(decide_into(&case, &Command::Withdraw, now, &law, &mut events).is_err());
/// assert!(events.is_empty() && events.rules().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[expect(
    clippy::result_large_err,
    reason = "a refusal holds no heap memory, so that refusing is cheap and cannot fail"
)]
pub fn decide_into(
    case: &Case<'_>,
    command: &Command,
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) -> Result<(), Refusal> {
    events.clear();
    let mut failed = None;
    let _ = visit(case, command, law, &mut up_to_failing(now, &mut failed));
    if failed.is_none() {
        if let Some(()) = produce(case, command, now, law, events) {
            return Ok(());
        }
        events.clear();
    }
    Err(refused(failed, case, command, now, law))
}

/// Decides with conditions that another hand altered: what a machine with a fault does.
///
/// What a refusal says of a later clause is as in [`decide()`]: by the conditions as they are.
#[cfg(feature = "testing")]
#[expect(
    clippy::result_large_err,
    reason = "a refusal holds no heap memory, so that refusing is cheap and cannot fail"
)]
pub(crate) fn decide_altered<'a>(
    case: &Case<'a>,
    command: &'a Command,
    now: Timestamp,
    law: &Law<'a>,
    mut alter: impl FnMut(&mut Clause<'a>),
) -> Result<Events, Refusal> {
    let mut events = Events::default();
    let mut failed = None;
    let mut stop = up_to_failing(now, &mut failed);
    let _ = visit(case, command, law, &mut |mut clause: Clause<'a>| {
        alter(&mut clause);
        stop(clause)
    });
    drop(stop);
    if failed.is_none()
        && let Some(()) = produce(case, command, now, law, &mut events)
    {
        return Ok(events);
    }
    Err(refused(failed, case, command, now, law))
}

/// The refusal of a command that is not listed for the status that a case has (R-26), or for which
/// there is no order at all (R-21): for a machine of your own
/// ([`testing::Machine`](crate::testing::Machine), feature `testing`) that refuses more than
/// [`decide()`] does. It says that it holds in every edition, and knows no way out.
///
/// What is refused so within its window breaks L10, and the second model says otherwise: both go by
/// the rules as they are. The other laws hold of a machine that refuses more as of any.
///
/// ```
/// use cert_lifecycle::lifecycle::{Case, Command, Events, Law, Refusal};
/// use cert_lifecycle::model::Timestamp;
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::laws::{self, Config, LawId};
/// use cert_lifecycle::testing::{Core, Machine, refuse_unlisted};
///
/// /// Sells no plan of more than ten units.
/// struct Prudent;
///
/// impl Machine for Prudent {
///     fn decide(&self, case: &Case<'_>, command: &Command, now: Timestamp, law: &Law<'_>) -> Result<Events, Refusal> {
///         match command {
///             Command::BuyPlan { count, .. } if count.get() > 10 => {
///                 Err(refuse_unlisted(case, command, now, law))
///             }
///             _ => Core.decide(case, command, now, law),
///         }
///     }
/// }
///
/// let own = [LawId::Totality, LawId::Replay, LawId::Refusals, LawId::Conservation];
/// let config = Config::default().machine(&Prudent).only(&own).cases(4);
/// laws::check(&Rulebook::published(), &config).assert_ok();
/// ```
#[cfg(feature = "testing")]
#[must_use]
pub fn refuse_unlisted(
    case: &Case<'_>,
    command: &Command,
    now: Timestamp,
    law: &Law<'_>,
) -> Refusal {
    Refusal::new(&unlisted(case), command.kind(), case, now, law)
}
