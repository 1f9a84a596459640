//! The one path of a command: load, decide, commit; again if somebody else was faster.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::observe::CommandCourse;
use super::{Caller, Editions, Service, ServiceError, TakenId};
use crate::lifecycle::{
    Case, Command, Event, Events, Expect, Law, Receipt, decide, effects, evolve_chain,
    evolve_instance, evolve_plan, evolve_purchase, expectations, next_wakeup, status,
};
use crate::model::{
    AccountId, CertificateInstance, HostingChain, InstanceId, Phase, Purchase, ResourcePlan,
    Timestamp,
};
use crate::port::{
    Batch, BoxFuture, CommitError, Expectation, IndexEntry, Loaded, Read, ReadSet, Record,
    RequestDigest, SameBeside, StreamId,
};
use crate::rulebook::{Edition, Window};

/// What was read for a decision.
pub(super) struct Found {
    pub(super) now: Timestamp,
    pub(super) loaded: Loaded,
    pub(super) editions: Editions,
    year: Option<Window>,
}

impl Found {
    /// What was found, as a case of this account.
    pub(super) fn case(&self, account: AccountId) -> Case<'_> {
        let mut case = self.loaded.case(account);
        case.year = self.year;
        case
    }
}

/// How a command came to its answer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Way {
    /// How often it was read and decided.
    pub(super) tries: u32,
    /// How often its commit came too late.
    pub(super) conflicts: u32,
    /// Whether its key remembered the answer.
    pub(super) repeated: bool,
}

/// The states as a decision leaves them.
struct After {
    instances: Vec<(InstanceId, Option<CertificateInstance>)>,
    plan: Option<ResourcePlan>,
    chain: Option<HostingChain>,
    purchase: Option<Purchase>,
}

/// The events of a plan, a chain or a purchase fold into the one at hand, or into none.
fn is_at_hand<T, I: PartialEq>(state: Option<&T>, id: impl FnOnce(&T) -> I, own: &I) -> bool {
    state.is_none_or(|state| id(state) == *own)
}

impl After {
    fn of(loaded: &Loaded) -> Self {
        let known = [loaded.instance.as_ref(), loaded.other.as_ref()];
        let known = known.into_iter().flatten().map(|found| &found.state);
        Self {
            instances: known.map(|own| (own.id(), Some(own.clone()))).collect(),
            plan: loaded.plan.as_ref().map(|found| found.state.clone()),
            chain: loaded.chain.as_ref().map(|found| found.state.clone()),
            purchase: loaded.purchase.as_ref().map(|found| found.state.clone()),
        }
    }

    fn instance(&self, id: InstanceId) -> Option<&CertificateInstance> {
        let mut known = self.instances.iter();
        known.find(|(own, _)| *own == id)?.1.as_ref()
    }

    /// Folds an event; the instance that it changed, if it is one's.
    fn fold(&mut self, event: &Event) -> Option<InstanceId> {
        match event {
            Event::Instance { id, event } => {
                if self.instances.iter().all(|(own, _)| own != id) {
                    self.instances.push((*id, None));
                }
                let mut known = self.instances.iter_mut();
                if let Some((_, state)) = known.find(|(own, _)| own == id) {
                    evolve_instance(state, *id, event);
                }
                Some(*id)
            }
            Event::Plan { id, event } => {
                if is_at_hand(self.plan.as_ref(), ResourcePlan::id, id) {
                    evolve_plan(&mut self.plan, *id, event);
                }
                None
            }
            Event::Chain { id, event } => {
                if is_at_hand(self.chain.as_ref(), HostingChain::id, id) {
                    evolve_chain(&mut self.chain, *id, event);
                }
                None
            }
            Event::Purchase { id, event } => {
                if is_at_hand(self.purchase.as_ref(), Purchase::id, id) {
                    evolve_purchase(&mut self.purchase, *id, event);
                }
                None
            }
        }
    }

    fn case(&self, account: AccountId, instance: Option<InstanceId>) -> Case<'_> {
        let mut case = Case::new(account);
        case.instance = instance.and_then(|id| self.instance(id));
        case.plan = self.plan.as_ref();
        case.chain = self.chain.as_ref();
        case.purchase = self.purchase.as_ref();
        case
    }
}

impl Service {
    /// What a decision needs: the instant, the case as it is stored, and the editions that judge it.
    pub(super) async fn read(
        &self,
        caller: Caller,
        set: ReadSet,
        command: &Command,
    ) -> Result<Box<Found>, ServiceError> {
        let now = self.ports.clock.now();
        let conduct = self.rules.in_force(now)?;
        let year = Some(conduct.calendar().value.year_of(now));
        let read = Read {
            set,
            year,
            key: caller.key(),
        };
        let loaded = self.ports.store.load(caller.account(), read).await?;
        let editions = self.rules.editions_under(conduct, &loaded, command)?;
        Ok(Box::new(Found {
            now,
            loaded,
            editions,
            year,
        }))
    }

    /// Carries a command out, once under its key. In heap memory: what was read is large, and callers
    /// hold several of these futures at once.
    pub(super) fn run<'a>(
        &'a self,
        caller: Caller,
        set: ReadSet,
        digest: RequestDigest,
        command: &'a Command,
    ) -> BoxFuture<'a, Result<Receipt, ServiceError>> {
        Box::pin(async move {
            let course = CommandCourse::begin(caller.account(), &set, command);
            let mut way = Way::default();
            let carried = self.carry_through(caller, set, digest, command, &mut way);
            let answer = course.around(carried).await;
            course.ended(&answer, way);
            answer
        })
    }

    /// Carries a command out that has ids of the service's own making. One that is taken is nobody's
    /// fault, least of all the caller's: another one is drawn, a few times.
    pub(super) async fn run_with_ids<T: Send>(
        &self,
        caller: Caller,
        set: ReadSet,
        digest: RequestDigest,
        draw: impl Fn() -> (T, Command) + Send + Sync,
    ) -> Result<(T, Receipt), ServiceError> {
        let mut left = self.settings.attempts;
        loop {
            let (drawn, command) = draw();
            left = left.saturating_sub(1);
            match self.run(caller, set.clone(), digest, &command).await {
                Err(ServiceError::IdTaken(_)) if left > 0 => {}
                answer => return answer.map(|receipt| (drawn, receipt)),
            }
        }
    }

    async fn carry_through(
        &self,
        caller: Caller,
        set: ReadSet,
        digest: RequestDigest,
        command: &Command,
        way: &mut Way,
    ) -> Result<Receipt, ServiceError> {
        let mut turn = None;
        let mut left = self.settings.attempts.max(1);
        while left > 0 {
            left = left.saturating_sub(1);
            way.tries = way.tries.saturating_add(1);
            let found = self.read(caller, set.clone(), command).await?;
            if let Some(record) = found.loaded.record {
                if record.digest != digest {
                    return Err(ServiceError::KeyReused(record.key));
                }
                way.repeated = true;
                return Ok(record.receipt);
            }
            let law = found.editions.law(self.rules.book());
            let case = found.case(caller.account());
            let events = decide(&case, command, found.now, &law)?;
            let (mut batch, receipt) = self.batch(&case, &found, events, &law);
            batch.record = caller.key().map(|key| Record {
                key,
                digest,
                at: found.now,
                receipt: receipt.clone(),
            });
            if batch.events.is_empty() && batch.record.is_none() {
                return Ok(receipt);
            }
            if turn.is_none() && self.lines.is_before(&batch) {
                // Those who stand there came first; what was read will have changed.
                turn = self.lines.turn(caller.account()).await;
                left = left.saturating_add(1);
                continue;
            }
            match self.ports.store.commit(batch).await {
                Ok(()) => return Ok(receipt),
                // An id that is taken stays taken.
                Err(CommitError::Conflict(Expectation::New(stream))) => {
                    return Err(ServiceError::IdTaken(TakenId::Stream(stream)));
                }
                Err(CommitError::Conflict(Expectation::NewOrder(order))) => {
                    return Err(ServiceError::IdTaken(TakenId::Order(order)));
                }
                Err(CommitError::Conflict(_)) => {
                    way.conflicts = way.conflicts.saturating_add(1);
                    if turn.is_none() {
                        turn = self.lines.turn(caller.account()).await;
                    }
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(ServiceError::Contended)
    }

    /// What is to be committed, and what who gave the command is told.
    fn batch(
        &self,
        case: &Case<'_>,
        found: &Found,
        events: Events,
        law: &Law<'_>,
    ) -> (Batch, Receipt) {
        let (account, now, loaded) = (case.account, found.now, &found.loaded);
        let mut batch = Batch::new(account, now);
        batch.expectations = expectations(case, &events, law)
            .into_iter()
            .filter_map(|expect| expectation(expect, case, found))
            .collect();
        let rules = events.rules().to_vec();
        batch.events = events.into_iter().collect();

        let mut after = After::of(loaded);
        let mut changed = Vec::new();
        for event in &batch.events {
            let own = after.fold(event);
            if let Some(id) = own.filter(|id| !changed.contains(id)) {
                changed.push(id);
            }
            let work = effects(event, own.and_then(|id| after.instance(id)));
            let numbered = work.into_iter();
            batch
                .outbox
                .extend(numbered.map(|effect| (self.ports.ids.request_id(), effect)));
        }
        batch.index = (changed.iter())
            .filter_map(|id| {
                let due_at = self.look_again(&after.case(account, Some(*id)), now, law);
                Some(IndexEntry::of(after.instance(*id)?, due_at))
            })
            .collect();
        // What happens to one member of a chain, the next one waits for.
        let next = after.chain.as_ref().and_then(HostingChain::next);
        let of_chain = |id: &InstanceId| {
            let chain = after.instance(*id).and_then(CertificateInstance::chain);
            chain.is_some() && chain == after.chain.as_ref().map(HostingChain::id)
        };
        if changed.iter().any(of_chain) {
            batch.stir.extend(next.filter(|id| !changed.contains(id)));
        }

        let shown = (case.instance.map(CertificateInstance::id)).or(changed.first().copied());
        let receipt = Receipt {
            events: batch.events.clone(),
            rules,
            at: now,
            edition: law.conduct.key(),
            status: status(&after.case(account, shown), now, law.conduct),
        };
        (batch, receipt)
    }

    /// When somebody has to look at an instance again, as far as is known with what is at hand.
    pub(super) fn look_again(
        &self,
        case: &Case<'_>,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Option<Timestamp> {
        let instance = case.instance?;
        if matches!(instance.phase(), Phase::NotActivated { .. }) && case.other.is_none() {
            // Its turn depends on the one before it, which a look finds.
            let turn = case
                .chain
                .is_some_and(|chain| chain.next() == Some(instance.id()));
            return turn.then_some(now);
        }
        let poll = waits_for_ca(instance)
            .map(|since| now.saturating_add(self.settings.pause_of_poll(since, now)));
        // A clause that is known already may have the expiry told earlier than today's edition does.
        let told = (self.rules.go_by_the_day())
            .then(|| next_notice_rule(instance, now, law.conduct))
            .flatten();
        let wakeup = next_wakeup(case, now, law).into_iter();
        wakeup.chain(poll).chain(told).min()
    }
}

/// When the next clause about notices comes in force, for a certificate whose expiry is still to be
/// told: then somebody has to look under the edition of that day.
fn next_notice_rule(
    instance: &CertificateInstance,
    now: Timestamp,
    conduct: &Edition,
) -> Option<Timestamp> {
    let certificate = match instance.phase() {
        Phase::Live(live) if live.noticed_at().is_none() => live.certificate(),
        Phase::Uploaded(own) if own.noticed_at().is_none() => own.certificate(),
        Phase::Live(_)
        | Phase::Uploaded(_)
        | Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Revoked { .. }
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => return None,
    };
    let until = [
        conduct.notice().cite.until,
        conduct.messages().cite.until,
        conduct.calendar().cite.until,
    ];
    let offset = conduct.calendar().value.offset;
    let changes = until.into_iter().flatten().map(|day| day.midnight(offset));
    let not_after = certificate.validity().not_after();
    changes.filter(|at| now < *at && *at <= not_after).min()
}

/// Since when the CA has owed an answer about an instance, if it does.
pub(super) fn waits_for_ca(instance: &CertificateInstance) -> Option<Timestamp> {
    match instance.phase() {
        Phase::Verifying(application) | Phase::Validating(application) => {
            Some(application.submitted_at())
        }
        Phase::Live(live) => live.revocation().map(|request| request.requested_at),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => None,
    }
}

/// What the core expects, with the versions that were read.
fn expectation(expect: Expect, case: &Case<'_>, found: &Found) -> Option<Expectation> {
    let loaded = &found.loaded;
    Some(match expect {
        Expect::NewInstance(id) => Expectation::New(StreamId::Instance(id)),
        Expect::NewPlan(id) => Expectation::New(StreamId::Plan(id)),
        Expect::SameInstance(id) => {
            let read = [loaded.instance.as_ref(), loaded.other.as_ref()];
            let mut read = read.into_iter().flatten();
            let version = read.find(|found| found.state.id() == id)?.version;
            Expectation::Version(StreamId::Instance(id), version)
        }
        Expect::SamePlan(id) => {
            let version = loaded.plan.as_ref()?.version;
            Expectation::Version(StreamId::Plan(id), version)
        }
        Expect::Remaining(id, units) => Expectation::Remaining(id, units),
        Expect::NewOrder(order) => Expectation::NewOrder(order),
        Expect::NewPurchase(id) => Expectation::New(StreamId::Purchase(id)),
        Expect::NewChain(id) => Expectation::New(StreamId::Chain(id)),
        Expect::SamePurchase(id) => {
            let read = [loaded.purchase.as_ref(), loaded.other_purchase.as_ref()];
            let mut read = read.into_iter().flatten();
            let version = read.find(|found| found.state.id() == id)?.version;
            Expectation::Version(StreamId::Purchase(id), version)
        }
        Expect::SameChain(id) => {
            let version = loaded.chain.as_ref()?.version;
            Expectation::Version(StreamId::Chain(id), version)
        }
        Expect::FreeName(name) => Expectation::FreeName(name),
        Expect::SameBeside => Expectation::Beside(Box::new(SameBeside {
            product: loaded.product,
            plan: case.plan.map(ResourcePlan::id),
            purchase: case.purchase.map(Purchase::id),
            year: found.year,
            beside: loaded.beside,
        })),
    })
}
