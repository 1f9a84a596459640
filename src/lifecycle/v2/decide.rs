//! The total transition function of the instance model.

use crate::lifecycle::clause::Clause;
use crate::lifecycle::decide::{Clauses, collecting, up_to_failing};
use crate::lifecycle::refusal;
use crate::model::Timestamp;

use super::case::{Case, Law};
use super::command::{Command, CommandKind};
use super::condition::{owned, unlisted, visit};
use super::event::Events;
use super::outcome::produce;
use super::status::{Status, status};

/// Why a command was refused: the [`Refusal`](crate::lifecycle::Refusal) of orders, speaking of
/// instances.
pub type Refusal = refusal::Refusal<CommandKind, Status>;

/// All conditions of a command, with the windows in which they hold; without heap memory.
#[must_use]
pub fn clauses<'a>(case: &Case<'a>, command: &'a Command, law: &Law<'a>) -> Clauses<'a> {
    let mut all = Clauses::new();
    let _ = visit(case, command, law, &mut collecting(&mut all));
    all
}

/// Decides a command: what happens, or why nothing does.
///
/// It has an answer for every case, command, instant and law (L1). That an id was never used before
/// is seen only in the case at hand; the store checks it where batches are committed.
///
/// # Errors
/// A [`Refusal`] that explains itself; nothing is changed (L4).
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
    let mut failed = None;
    let _ = visit(case, command, law, &mut up_to_failing(now, &mut failed));
    if failed.is_none() {
        let mut events = Events::default();
        if let Some(()) = produce(case, command, now, law, &mut events) {
            return Ok(events);
        }
    }
    let clause = failed.unwrap_or_else(|| unlisted(case));
    Err(refused(&clause, command.kind(), case, now, law))
}

fn refused(
    clause: &Clause<'_>,
    command: CommandKind,
    case: &Case<'_>,
    now: Timestamp,
    law: &Law<'_>,
) -> Refusal {
    // A new instance has nothing to do with what stands in the case.
    let seen = match command {
        CommandKind::Buy | CommandKind::Upload | CommandKind::BuyHosting => None,
        CommandKind::Update
        | CommandKind::Apply
        | CommandKind::Cancel
        | CommandKind::RequestRevocation
        | CommandKind::Refund
        | CommandKind::Delete
        | CommandKind::SetHosting
        | CommandKind::Close
        | CommandKind::CompleteTask
        | CommandKind::FailTask
        | CommandKind::Issue
        | CommandKind::Reject
        | CommandKind::CompleteRevocation
        | CommandKind::RefuseRevocation
        | CommandKind::RecordCaRevocation
        | CommandKind::Wake => owned(case),
    };
    let status = seen.and_then(|instance| status(instance, now, law.conduct));
    Refusal::of(clause, (command, status), now, (law.conduct, law.conduct))
}
