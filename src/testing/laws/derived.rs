//! L6: what is shown is derived from facts, the instant and the rules in force.

use std::collections::BTreeSet;

use super::judge::{Check, Held, hold, there};
use super::kit::{focused, seen};
use super::words::{self, told};
use crate::lifecycle::{Command, Event, InstanceEvent, next_wakeup};
use crate::model::{Status, Timestamp};
use crate::testing::play::{Ending, Moment};
use crate::testing::strategy::all_edges;

/// L6: the status is what the facts, the instant and the rules in force say, in the order of the
/// priorities; waking now or never changes nothing of it.
pub(super) struct Derived;

/// time takes Issued or Hosted to Pending Expiration to Expired, and nothing back.
fn rank(status: Status) -> u8 {
    if [Status::Issued, Status::Hosted].contains(&status) {
        1
    } else if status == Status::PendingExpiration {
        2
    } else if status == Status::Expired {
        3
    } else {
        0
    }
}

const fn announces(event: &Event) -> bool {
    matches!(
        event,
        Event::Instance {
            event: InstanceEvent::ExpiryAnnounced { .. },
            ..
        }
    )
}

impl Check for Derived {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        let conduct = moment.law.conduct;
        let now = moment.now();
        for own in moment.after.instances() {
            let world = focused(moment.after, own.id());
            let shown = world.status(now, &moment.law);
            let right = seen(moment.after, own, now, conduct);
            hold!(
                shown == Some(right),
                "{} shows \"{}\" at {now} and is \"{right}\"",
                own.id(),
                words::shown(shown)
            );
        }
        let Some(own) = moment.before.instance() else {
            return Ok(());
        };
        let id = own.id();
        let law = moment.law_of(&moment.before.case(), None);
        let mut last: Option<Status> = None;
        let mut instants = all_edges(moment.before, &law);
        instants.extend([Timestamp::MIN, now, Timestamp::MAX]);
        instants.extend(instants.clone().iter().map(|at| at.saturating_add(-1)));
        instants.sort_unstable();
        for at in instants {
            let shown = seen(moment.before, own, at, conduct);
            let has = moment.before.status(at, &law);
            hold!(
                has == Some(shown),
                "{id} shows \"{}\" at {at} and is \"{shown}\"",
                words::shown(has)
            );
            let mut woken = moment.before.clone();
            if let Ok(events) = moment.machine.apply(&mut woken, &Command::Wake, at, &law) {
                let quiet = [
                    Status::PendingExpiration,
                    Status::RefundReview,
                    Status::Refunded,
                ];
                hold!(
                    events.len() <= 1
                        && events
                            .iter()
                            .all(|event| announces(event) && quiet.contains(&shown)),
                    "waking {id} at {at}, while it is \"{shown}\", brings about: {}",
                    told(&events)
                );
                let twice = moment.machine.apply(&mut woken, &Command::Wake, at, &law);
                hold!(
                    twice.is_ok_and(|events| events.is_empty()),
                    "{id} is told twice that it expires"
                );
            }
            for later in [Timestamp::MIN, at, now, Timestamp::MAX] {
                hold!(
                    woken.status(later, &law) == moment.before.status(later, &law),
                    "waking {id} at {at} changes what it shows at {later}"
                );
            }
            hold!(
                last.is_none_or(|last| rank(last) <= rank(shown))
                    && last.is_none_or(|last| rank(last) > 0 || last == shown),
                "time alone takes {id} from \"{}\" to \"{shown}\"",
                words::shown(last)
            );
            last = Some(shown);
        }
        woken_when_told(moment)
    }

    fn end(&mut self, ending: &Ending) -> Held {
        for lived in ending.values() {
            let mut told = BTreeSet::new();
            for event in lived.journal.iter().filter(|event| announces(event)) {
                if let Event::Instance { id, .. } = event {
                    hold!(told.insert(*id), "{id} was told twice that it expires");
                }
            }
        }
        Ok(())
    }
}

/// who wakes when told to never turns in a circle, and does not wake in vain.
fn woken_when_told(moment: &Moment<'_>) -> Held {
    let own = there!(moment.before.instance(), "nothing is there");
    let law = moment.law_of(&moment.before.case(), Some(Command::Wake.kind()));
    let mut world = moment.before.clone();
    world.set_other(None);
    for at in [Timestamp::MIN, moment.now(), Timestamp::MAX] {
        let case = world.case();
        let wake = |at| moment.machine.decide(&case, &Command::Wake, at, &law);
        if let Some(next) = next_wakeup(&case, at, &law) {
            hold!(next >= at, "{} is to be woken before {at}", own.id());
        } else if let Ok(events) = wake(at) {
            hold!(
                events.is_empty(),
                "{} need not be woken from {at} on, and that brings about: {}",
                own.id(),
                told(&events)
            );
        }
    }
    Ok(())
}
