//! Machines with one fault each.

use cert_lifecycle::lifecycle::{
    Availability, Case, Command, Event, Events, InstanceEvent, Law, Opened, Refusal, World,
    availability, decide,
};
use cert_lifecycle::model::{CertificateInstance, InstanceId, Phase, Timestamp};
use cert_lifecycle::testing::{Core, Machine};

/// A certificate that comes too late opens a deleted instance again.
pub(crate) struct RevivesDeleted;

impl Machine for RevivesDeleted {
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
        match event {
            Event::Instance {
                id,
                event: InstanceEvent::OrphanIssued { at, .. },
            } if shows_deleted(world, *id) => {
                world.focus(*id);
                let own = world.take_instance().unwrap();
                let opened = InstanceEvent::Opened(Box::new(Opened {
                    account: own.account(),
                    product: own.product(),
                    origin: own.origin(),
                    chain: None,
                    renewed: None,
                    waits: false,
                    order: own.order(),
                    at: *at,
                }));
                let event = Event::Instance {
                    id: *id,
                    event: opened,
                };
                Core.fold(world, &event);
            }
            event => Core.fold(world, event),
        }
    }
}

fn shows_deleted(world: &World, id: InstanceId) -> bool {
    let mut all = world.instances();
    all.find(|one| one.id() == id)
        .map(CertificateInstance::phase)
        .is_some_and(|phase| matches!(phase, Phase::Deleted { .. }))
}

/// It refuses in the last second of each window.
pub(crate) struct ClosesEarly;

impl Machine for ClosesEarly {
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        let next = now.saturating_add(1);
        match availability(case, command, now, law) {
            Availability::Now {
                until: Some(until), ..
            } if until == next => decide(case, command, next, law),
            _ => Core.decide(case, command, now, law),
        }
    }
}
