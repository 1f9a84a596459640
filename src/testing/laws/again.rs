//! L11: a command counts once.
//!
//! That a key has its answer again, and that an effect runs twice and counts once, is the store's and
//! the ports' (`store_suite`, `ca_suite`).

use std::vec::Vec;

use super::judge::{Check, Held, hold};
use super::kit::{paid_back, phrase};
use super::words::told;
use crate::lifecycle::{Event, PlanEvent, expectations};
use crate::testing::play::{Moment, met};

/// L11: a command that is given again at once, unchanged, takes no second unit, gives none back, pays
/// nothing back and begins nothing.
pub(super) struct Idempotence;

/// Whether an event moves a unit.
const fn moves_a_unit(event: &Event) -> bool {
    matches!(
        event,
        Event::Plan {
            event: PlanEvent::Reserved { .. }
                | PlanEvent::Settled { .. }
                | PlanEvent::Returned { .. }
                | PlanEvent::CertificateIssued { .. },
            ..
        }
    )
}

impl Check for Idempotence {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        if !moment.committed {
            return Ok(());
        }
        let command = moment.command();
        let mut world = moment.after.clone();
        world.look_at(moment.step.about);
        world.set_other(moment.step.other);
        let read = moment.law_of(&world.case(), None);
        let case = world.case_for(command, moment.now(), &read);
        let law = moment.law_of(&case, Some(command.kind()));
        let Ok(events) = moment.machine.decide(&case, command, moment.now(), &law) else {
            return Ok(());
        };
        let expected = expectations(&case, &events, &law);
        if !expected.iter().all(|expect| met(&world, expect)) {
            return Ok(());
        }
        let twice: Vec<&Event> = events.iter().filter(|event| moves_a_unit(event)).collect();
        hold!(
            twice.is_empty() && paid_back(&events) == 0,
            "{} counts twice when it is given twice: {}",
            phrase(command),
            told(twice)
        );
        Ok(())
    }
}
