//! Events that change nothing. Folding forgives the slips of a history that is written by hand; in one
//! that was decided, each event changes something (L3).

use std::collections::BTreeMap;

use cert_lifecycle::codec::stored::event_type;
use cert_lifecycle::lifecycle::{
    Event, evolve_chain, evolve_instance, evolve_plan, evolve_purchase,
};
use cert_lifecycle::model::{
    CertificateInstance, ChainId, HostingChain, InstanceId, PlanId, Purchase, PurchaseId,
    ResourcePlan,
};

/// Most that are told one by one.
const TOLD: usize = 3;

/// What is to be said of events that change nothing, counted from 0 as the question has them.
pub(super) fn doubts(events: &[Event]) -> Vec<String> {
    let mut streams = Streams::default();
    let mut doubts = Vec::new();
    let mut others = 0_usize;
    for (place, event) in events.iter().enumerate() {
        let Some(why) = streams.unchanged(event) else {
            continue;
        };
        if doubts.len() < TOLD {
            let kind = event_type(event);
            doubts.push(format!("events[{place}], {kind}, changes nothing: {why}"));
        } else {
            others = others.saturating_add(1);
        }
    }
    match others {
        0 => {}
        1 => doubts.push("another event changes nothing".to_owned()),
        _ => doubts.push(format!("{others} more events change nothing")),
    }
    doubts
}

/// All streams so far.
#[derive(Debug, Default)]
struct Streams {
    instances: BTreeMap<InstanceId, CertificateInstance>,
    plans: BTreeMap<PlanId, ResourcePlan>,
    chains: BTreeMap<ChainId, HostingChain>,
    purchases: BTreeMap<PurchaseId, Purchase>,
}

impl Streams {
    /// Why an event changes nothing, unless it changes something.
    fn unchanged(&mut self, event: &Event) -> Option<String> {
        match event {
            Event::Instance { id, event } => {
                folded(&mut self.instances, "instance", *id, |state| {
                    evolve_instance(state, *id, event);
                })
            }
            Event::Plan { id, event } => folded(&mut self.plans, "plan", *id, |state| {
                evolve_plan(state, *id, event);
            }),
            Event::Chain { id, event } => folded(&mut self.chains, "chain", *id, |state| {
                evolve_chain(state, *id, event);
            }),
            Event::Purchase { id, event } => {
                folded(&mut self.purchases, "purchase", *id, |state| {
                    evolve_purchase(state, *id, event);
                })
            }
        }
    }
}

/// Folds an event into its stream.
fn folded<K: Copy + Ord + std::fmt::Display, S: Clone + PartialEq>(
    streams: &mut BTreeMap<K, S>,
    what: &str,
    id: K,
    fold: impl FnOnce(&mut Option<S>),
) -> Option<String> {
    let before = streams.get(&id).cloned();
    let mut after = before.clone();
    fold(&mut after);
    let why = (before == after).then(|| {
        if before.is_some() {
            format!("{what} `{id}` is not in a state for it by then")
        } else {
            format!("no {what} `{id}` has begun by then")
        }
    });
    streams.extend(after.map(|state| (id, state)));
    why
}
