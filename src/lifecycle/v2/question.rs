//! Questions to an instance, answered from the clauses that `decide` reads.

use crate::lifecycle::question::{Availability, of_clauses};
use crate::model::Timestamp;
use crate::rulebook::Window;

use super::case::{Case, Law};
use super::command::Command;
use super::condition::{holds, owned};
use super::decide::clauses;
use super::instance::{Halt, SubscriptionInstance};
use super::outcome::{has_unit, notice_window, reissue_window, requested_until};

/// When a command is possible. It reads the clauses that [`decide`](super::decide()) checks, so both
/// agree (L10).
#[must_use]
pub fn availability(
    case: &Case<'_>,
    command: &Command,
    now: Timestamp,
    law: &Law<'_>,
) -> Availability {
    of_clauses(&clauses(case, command, law), now)
}

/// The first instant from `now` on at which [`Command::Wake`] has something to record, as things
/// stand; none if there is nothing to come.
#[must_use]
pub fn next_wakeup(case: &Case<'_>, now: Timestamp, law: &Law<'_>) -> Option<Timestamp> {
    let instance = owned(case)?;
    let begins = |window: Window| {
        let at = window.from().map_or(now, |from| from.max(now));
        window.contains(at).then_some(at)
    };
    let notice = notice_window(instance, law).and_then(begins);
    let reissue = reissue_window(instance, law)
        .and_then(begins)
        .filter(|at| goes_on(case, instance, *at, law));
    match (notice, reissue) {
        (Some(notice), Some(reissue)) => Some(notice.min(reissue)),
        (one, other) => one.or(other),
    }
}

/// Whether automatic reissue has something to record at an instant of its window: an application that
/// gains time, or once that it stands still.
fn goes_on(case: &Case<'_>, instance: &SubscriptionInstance, at: Timestamp, law: &Law<'_>) -> bool {
    let gains = instance.current().is_some_and(|current| {
        requested_until(instance, at, law)
            .is_some_and(|until| until > current.certificate().validity().not_after())
    });
    gains
        && match instance.hosting().halted {
            None => true,
            Some(Halt::NoUnit) => has_unit(case),
            Some(Halt::NotAcceptable) => holds(case, &Command::Apply, law, at),
            Some(Halt::ApplicationEnded) => false,
        }
}
