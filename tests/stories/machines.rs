//! A machine with a fault.

use cert_lifecycle::lifecycle::{Case, Command, Event, Events, Law, PlanEvent, Refusal, World};
use cert_lifecycle::model::Timestamp;
use cert_lifecycle::testing::{Core, Machine};

/// A unit that comes back is not written into the plan's ledger.
pub(crate) struct LosesReturns;

impl Machine for LosesReturns {
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        Core.decide(case, command, now, law)
    }

    fn fold(&self, world: &mut World, event: &Event) {
        let returns = matches!(
            event,
            Event::Plan {
                event: PlanEvent::Returned { .. },
                ..
            }
        );
        if !returns {
            Core.fold(world, event);
        }
    }
}
