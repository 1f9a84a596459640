//! The journals of a store, folded, and what must hold between them.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use cert_lifecycle::codec::stored::{PlanCounters, encode_event};
use cert_lifecycle::lifecycle::{
    Effect, Event, PlanEvent, effects, evolve_chain, evolve_instance, evolve_plan, evolve_purchase,
};
use cert_lifecycle::model::{
    AccountId, CertificateInstance, ChainId, HoldState, HostingChain, InstanceId, OrderId, Phase,
    PlanId, Purchase, PurchaseId, ResourcePlan, RevocationReason,
};
use cert_lifecycle::port::{StreamId, Version, Versioned};

/// What does not hold.
#[derive(Debug, Default)]
pub(crate) struct Problems(pub(crate) Vec<String>);

impl Problems {
    pub(crate) fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }

    pub(crate) fn same<T: PartialEq + Debug>(
        &mut self,
        found: &T,
        wanted: &T,
        what: impl FnOnce() -> String,
    ) {
        self.check(found == wanted, || {
            format!("{}: {found:?} is not {wanted:?}", what())
        });
    }
}

pub(crate) type Of<K, T> = BTreeMap<(AccountId, K), Versioned<T>>;

/// The journals, folded.
#[derive(Default)]
pub(crate) struct Folded {
    pub(crate) instances: Of<InstanceId, CertificateInstance>,
    pub(crate) plans: Of<PlanId, ResourcePlan>,
    pub(crate) chains: Of<ChainId, HostingChain>,
    pub(crate) purchases: Of<PurchaseId, Purchase>,
    /// What stands in the journals, counted.
    pub(crate) events: HashMap<(AccountId, String), usize>,
    /// The work that follows from them.
    pub(crate) effects: HashMap<(AccountId, Effect), usize>,
    pub(crate) orders: BTreeMap<OrderId, (AccountId, InstanceId)>,
    /// What became of the unit of an instance, by the word of its plan.
    pub(crate) units: BTreeMap<InstanceId, (PlanId, Vec<PlanEvent>)>,
}

/// The work of a kind that its receiver can't tell from another is counted as that.
pub(crate) fn as_received(effect: Effect) -> Effect {
    match effect {
        Effect::RevokeOrphan { order, serial, .. } => Effect::RevokeAtCa {
            order,
            serial,
            reason: RevocationReason::CessationOfOperation,
        },
        other => other,
    }
}

/// Keeps a state, which every journal must come to.
fn keep<K: Ord + Debug, T>(
    all: &mut Of<K, T>,
    key: (AccountId, K),
    state: Option<T>,
    version: Version,
    problems: &mut Problems,
) {
    match state {
        Some(state) => {
            all.insert(key, Versioned { state, version });
        }
        None => problems.check(false, || format!("{key:?} has no beginning")),
    }
}

impl Folded {
    fn note(&mut self, of: AccountId, event: &Event, instance: Option<&CertificateInstance>) {
        *self.events.entry((of, encode_event(event))).or_default() += 1;
        for effect in effects(event, instance) {
            *self.effects.entry((of, as_received(effect))).or_default() += 1;
        }
    }

    /// Folds a journal, and looks at every state on the way.
    pub(crate) fn fold(
        &mut self,
        of: AccountId,
        stream: StreamId,
        events: &[Event],
        problems: &mut Problems,
    ) {
        let version = Version(events.len() as u64);
        let own = events.iter().all(|event| StreamId::of(event) == stream);
        problems.check(own, || format!("{stream} has another one's event"));
        match stream {
            StreamId::Instance(id) => {
                let mut state = None;
                for event in events {
                    let Event::Instance { event: change, .. } = event else {
                        continue;
                    };
                    evolve_instance(&mut state, id, change);
                    if let Some(order) = change.begun_order() {
                        let before = self.orders.insert(order, (of, id));
                        problems.check(before.is_none(), || format!("{order} was begun twice"));
                    }
                    self.note(of, event, state.as_ref());
                }
                keep(&mut self.instances, (of, id), state, version, problems);
            }
            StreamId::Plan(id) => {
                let mut state: Option<ResourcePlan> = None;
                for event in events {
                    let Event::Plan { event: change, .. } = event else {
                        continue;
                    };
                    let before = state.clone();
                    evolve_plan(&mut state, id, change);
                    self.note(of, event, None);
                    if let (Some(before), Some(after)) = (&before, &state) {
                        // A row of counters refuses what the fold leaves out.
                        let counted = PlanCounters::of(before).apply(change);
                        problems.check(counted == Ok(PlanCounters::of(after)), || {
                            format!("{stream}: {change:?} does not fit {before:?}")
                        });
                        let risen = after.issued() >= before.issued();
                        problems.check(risen, || format!("{stream}: issued fell"));
                    }
                    let balances = state.as_ref().is_some_and(ResourcePlan::balances);
                    problems.check(balances, || format!("{stream} does not add up: {state:?}"));
                }
                keep(&mut self.plans, (of, id), state, version, problems);
            }
            StreamId::Chain(id) => {
                let mut state = None;
                for event in events {
                    if let Event::Chain { event: change, .. } = event {
                        evolve_chain(&mut state, id, change);
                        self.note(of, event, None);
                    }
                }
                keep(&mut self.chains, (of, id), state, version, problems);
            }
            StreamId::Purchase(id) => {
                let mut state = None;
                for event in events {
                    if let Event::Purchase { event: change, .. } = event {
                        evolve_purchase(&mut state, id, change);
                        self.note(of, event, None);
                    }
                }
                keep(&mut self.purchases, (of, id), state, version, problems);
            }
        }
    }

    /// Sorts what plans say of units by the instance that holds them.
    pub(crate) fn unit(&mut self, plan: PlanId, event: &PlanEvent, problems: &mut Problems) {
        let (PlanEvent::Reserved { order, .. }
        | PlanEvent::Settled { order, .. }
        | PlanEvent::Returned { order, .. }
        | PlanEvent::CertificateIssued { order, .. }) = event
        else {
            return;
        };
        match self.orders.get(order) {
            Some((_, instance)) => {
                let unit = self.units.entry(*instance);
                let (from, moves) = unit.or_insert_with(|| (plan, Vec::new()));
                moves.push(event.clone());
                let same = *from == plan;
                problems.check(same, || format!("{instance} has units of two plans"));
            }
            None => problems.check(false, || {
                format!("plan {plan} knows order {order}, which nobody carries")
            }),
        }
    }

    /// L5, from both sides: what the plan says of an instance's unit and what the instance says.
    pub(crate) fn units_agree(&self, problems: &mut Problems) {
        for ((_, id), found) in &self.instances {
            let (mut stands, mut returned, mut issued) = (None, 0, 0);
            let moves = self.units.get(id);
            for event in moves.iter().flat_map(|(_, moves)| moves) {
                match event {
                    PlanEvent::Reserved { .. } => stands = Some(HoldState::Reserved),
                    PlanEvent::Settled { .. } => stands = Some(HoldState::Settled),
                    PlanEvent::Returned { .. } => {
                        stands = Some(HoldState::Returned);
                        returned += 1;
                    }
                    PlanEvent::CertificateIssued { .. } => issued += 1,
                    _ => {}
                }
            }
            let hold = found.state.hold();
            let said = moves.and_then(|(plan, _)| Some((*plan, stands?)));
            let own = hold.map(|hold| (hold.plan, hold.state));
            problems.same(&own, &said, || format!("the unit of {id}"));
            problems.check(returned <= 1, || format!("a unit of {id} returned twice"));
            let lives = i32::from(hold.is_some() && found.state.certificate().is_some());
            problems.check(issued >= lives, || format!("{id} is live, and not counted"));
        }
        for ((of, id), found) in &self.plans {
            let count = |wanted: HoldState| {
                let all = self.instances.range((*of, first())..);
                let own = all.take_while(|((own, _), _)| own == of);
                own.filter_map(|(_, own)| own.state.hold())
                    .filter(|hold| hold.plan == *id && hold.state == wanted)
                    .count()
            };
            let plan = &found.state;
            let all = (
                count(HoldState::Reserved),
                count(HoldState::Settled),
                count(HoldState::Returned),
            );
            let said = (plan.reserved() as usize, plan.settled() as usize);
            problems.same(&(all.0, all.1), &said, || format!("the holds of plan {id}"));
            let taken = u64::try_from(all.0 + all.1 + all.2).unwrap();
            problems.same(&taken, &plan.taken(), || format!("what plan {id} gave"));
        }
        for ((of, id), chain) in &self.chains {
            for member in chain.state.members() {
                let found = self.instances.get(&(*of, member.instance));
                let there = found.is_some_and(|own| own.state.chain() == Some(*id));
                problems.check(there, || format!("{member:?} is not in chain {id}"));
            }
            let bought = self.purchases.contains_key(&(*of, chain.state.purchase()));
            problems.check(bought, || format!("chain {id} was not bought"));
        }
    }
}

/// The smallest id that there is.
fn first() -> InstanceId {
    InstanceId::new("-").unwrap()
}

/// Whether the CA owes an answer about an instance.
pub(crate) fn waits(instance: &CertificateInstance) -> bool {
    match instance.phase() {
        Phase::Verifying(_) | Phase::Validating(_) => true,
        Phase::Live(live) => live.revocation().is_some(),
        _ => false,
    }
}

/// Whether an order is under way, or was issued: then the CA must have it. One that was withdrawn
/// before the CA heard of it need not be told.
pub(crate) fn is_applied_for(folded: &Folded, order: OrderId) -> bool {
    let instance = folded.orders.get(&order);
    let instance = instance.and_then(|found| folded.instances.get(found));
    instance.is_some_and(|own| match own.state.phase() {
        Phase::Verifying(application) | Phase::Validating(application) => {
            application.order() == order
        }
        Phase::Live(live) | Phase::Revoked { live, .. } => live.application().order() == order,
        _ => false,
    })
}
