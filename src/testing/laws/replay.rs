//! L2 and L3: the same arguments, the same answer; what is there is the fold of what happened.

use super::judge::{Check, Held, hold};
use super::kit::phrase;
use super::words::{Answered, told};
use crate::lifecycle::{Event, World};
use crate::testing::machine::Machine;
use crate::testing::play::{Ending, Moment};
use crate::testing::transition::same;

/// L2: the same arguments, the same answer, wherever they are in memory.
pub(super) struct Purity;

impl Check for Purity {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        let (world, command, laws) = (
            moment.before.clone(),
            moment.command().clone(),
            moment.laws.clone(),
        );
        let conduct = laws
            .editions()
            .iter()
            .find(|own| *own == moment.law.conduct);
        let conduct = conduct.unwrap_or(moment.law.conduct);
        let (case, law) = laws.read(&world, &command, moment.now(), conduct);
        let again = moment.machine.decide(&case, &command, moment.now(), &law);
        hold!(
            again == *moment.answer,
            "{} twice: {}; then {}",
            phrase(&command),
            Answered(moment.answer),
            Answered(&again)
        );
        Ok(())
    }
}

/// L3: what is there is the fold of what happened, each stream for itself; what is written down
/// changes something.
pub(super) struct Replay<'a>(pub(super) &'a dyn Machine);

/// Whether an event is of one stream of four; the rest need nothing of it.
const fn stream(event: &Event) -> u8 {
    match event {
        Event::Plan { .. } => 0,
        Event::Purchase { .. } => 1,
        Event::Chain { .. } => 2,
        Event::Instance { .. } => 3,
    }
}

impl Check for Replay<'_> {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        if !moment.committed {
            return Ok(());
        }
        let mut world = moment.before.clone();
        for event in moment.answer.iter().flatten() {
            let last = world.clone();
            self.0.fold(&mut world, event);
            hold!(
                last != world,
                "{} writes down what nothing came of: {}",
                phrase(moment.command()),
                told([event])
            );
        }
        hold!(
            same(&world, moment.after),
            "{} led to another state than the fold of its events",
            phrase(moment.command())
        );
        Ok(())
    }

    fn end(&mut self, ending: &Ending) -> Held {
        for (account, lived) in ending {
            let mut world = World::new(*account);
            // No stream needs another.
            for turn in 0..4 {
                let events = lived.journal.iter().filter(|event| stream(event) == turn);
                events.for_each(|event| self.0.fold(&mut world, event));
            }
            hold!(
                same(&world, &lived.world),
                "the journal of {account} folds to another state than the one that is there"
            );
        }
        Ok(())
    }
}
