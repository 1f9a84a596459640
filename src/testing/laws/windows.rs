//! L10: rights exist inside their windows.

use super::judge::{Check, Held, hold};
use super::kit::{incomplete, phrase};
use super::totality::mixed;
use super::words::{Answered, possible};
use crate::lifecycle::{Availability, Case, Command, Law, World, allowed, availability, preview};
use crate::model::Timestamp;
use crate::testing::play::Moment;
use crate::testing::strategy::{edges, every_command};

/// L10: inside its window a right exists at every instant, outside at none; what is said about a
/// command and what is decided agree, at every edge.
#[derive(Default)]
pub(super) struct Windows {
    last: Option<World>,
}

/// What the questions say is what is decided.
fn agree(
    moment: &Moment<'_>,
    (case, command): (&Case<'_>, &Command),
    at: Timestamp,
    law: &Law<'_>,
) -> Held {
    let answer = moment.machine.decide(case, command, at, law);
    let told = availability(case, command, at, law);
    hold!(
        told.is_now() == answer.is_ok(),
        "{} at {at} is said to be possible {}, and is {}",
        phrase(command),
        possible(told),
        Answered(&answer)
    );
    let priced = preview(case, command, at, law).is_ok();
    hold!(
        priced == answer.is_ok(),
        "{} at {at}: the preview is granted: {priced}, the decision {}",
        phrase(command),
        Answered(&answer)
    );
    Ok(())
}

fn of_command(moment: &Moment<'_>, command: &Command) -> Held {
    let case = moment.before.case_for(command, moment.now(), &moment.law);
    let law = moment.law_of(&case, Some(command.kind()));
    let what = phrase(command);
    let may = |at| moment.machine.decide(&case, command, at, &law).is_ok();
    let before = |at: Timestamp| at.saturating_add(-1);
    let mut instants = edges(&case, command, &law);
    instants.extend([Timestamp::MIN, moment.now(), Timestamp::MAX]);
    instants.extend(instants.clone().iter().map(|at| before(*at)));
    for at in instants {
        agree(moment, (&case, command), at, &law)?;
        let told = availability(&case, command, at, &law);
        let holds = match told {
            Availability::Now { until, rule } => {
                until.is_some() == rule.is_some()
                    && until.is_none_or(|until| at < until && !may(until) && may(before(until)))
                    && (until.is_some() || may(Timestamp::MAX))
            }
            Availability::From {
                at: from, until, ..
            } => {
                from > at
                    && may(from)
                    && !may(before(from))
                    && until.is_none_or(|until| !may(until) && may(before(until)))
            }
            Availability::Over { since, .. } => {
                since <= at && !may(since) && may(before(since)) && !may(Timestamp::MAX)
            }
            Availability::Never { .. } => !may(Timestamp::MIN) && !may(Timestamp::MAX),
        };
        hold!(
            holds,
            "{what} at {at} is said to be possible {}, which is not so",
            possible(told)
        );
        let answer = moment.machine.decide(&case, command, at, &law);
        if let (Err(refusal), Availability::Over { since, .. }) = (&answer, told) {
            hold!(
                refusal.permitted_until() == Some(since),
                "{what} at {at} is over since {since}: {refusal}"
            );
        }
    }
    Ok(())
}

impl Check for Windows {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        let now = moment.now();
        agree(moment, (&moment.case(), moment.command()), now, &moment.law)?;
        for command in every_command(moment.before, now, &moment.law) {
            of_command(moment, &command)?;
            let case = moment.before.case_for(&command, now, &moment.law);
            for less in incomplete(&case) {
                agree(moment, (&less, &command), now, &moment.law)?;
            }
            if let Some(last) = &self.last {
                agree(moment, (&mixed(&case, last), &command), now, &moment.law)?;
            }
        }
        for offer in allowed(&moment.before.case(), now, &moment.law) {
            hold!(
                offer.availability.is_now() == offer.refusal.is_none(),
                "the button for {} is on, and the command refused, or the other way round",
                offer.command.phrase()
            );
        }
        if self.last.is_none() || moment.journal.len().is_multiple_of(4) {
            self.last = Some(moment.before.clone());
        }
        Ok(())
    }
}
