//! A small world: one account with what it bought.
//!
//! It decides and folds in one step. For services there are ports; this is for trying rules out, for
//! tables and for tests.

use alloc::collections::BTreeMap;

use crate::model::{
    AccountId, CertificateInstance, ChainId, HostingChain, InstanceId, Note, Phase, PlanId,
    Product, Purchase, PurchaseId, RefundState, ResourcePlan, Status, Timestamp,
};

use super::case::{Beside, Case, Expect, Law, expectations};
use super::clause::{WayOut, Why};
use super::command::Command;
use super::condition::never;
use super::decide::decide;
use super::event::{Event, Events};
use super::evolve::{evolve_chain, evolve_instance, evolve_plan, evolve_purchase};
use super::refusal::Refusal;
use super::status::status;
use crate::rulebook::RuleId;

/// One account with its instances, plans, purchases and chains.
///
/// Commands go to the instance in focus: the one that was begun last, or the one that was chosen with
/// [`focus`](Self::focus). Applications draw from the plan in focus, renewals from the oldest plan of
/// the product that has a unit left.
///
/// ```
/// use std::num::NonZeroU32;
/// use cert_lifecycle::lifecycle::{Command, Law, World};
/// use cert_lifecycle::model::{AccountId, Catalog, Payment, PlanId};
/// use cert_lifecycle::rulebook::Rulebook;
/// let book = Rulebook::published();
/// let edition = book.edition("2023-api")?;
/// let law = Law::single(&edition, book.ceilings());
/// let mut world = World::new(AccountId::new("tom")?);
/// let product = Catalog::published().get("digicert-free-1-free").expect("a published product");
/// let (plan, count) = (PlanId::new("p")?, NonZeroU32::MIN);
/// let buy = Command::BuyPlan { plan, product, count, payment: Payment::NONE };
/// world.apply(&buy, "2024-01-01T00:00:00Z".parse()?, &law)?;
/// assert_eq!(world.plan().map(|plan| plan.total()), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    account: AccountId,
    instances: BTreeMap<InstanceId, CertificateInstance>,
    plans: BTreeMap<PlanId, ResourcePlan>,
    chains: BTreeMap<ChainId, HostingChain>,
    purchases: BTreeMap<PurchaseId, Purchase>,
    instance: Option<InstanceId>,
    other: Option<InstanceId>,
    plan: Option<PlanId>,
}

impl World {
    /// A world with an account and nothing else.
    #[must_use]
    pub const fn new(account: AccountId) -> Self {
        Self {
            account,
            instances: BTreeMap::new(),
            plans: BTreeMap::new(),
            chains: BTreeMap::new(),
            purchases: BTreeMap::new(),
            instance: None,
            other: None,
            plan: None,
        }
    }

    /// A world of these streams, with nothing in focus.
    #[cfg(feature = "testing")]
    pub(crate) fn of(
        account: AccountId,
        instances: impl IntoIterator<Item = CertificateInstance>,
        plans: impl IntoIterator<Item = ResourcePlan>,
        chains: impl IntoIterator<Item = HostingChain>,
        purchases: impl IntoIterator<Item = Purchase>,
    ) -> Self {
        let mut world = Self::new(account);
        world.instances = instances.into_iter().map(|own| (own.id, own)).collect();
        world.plans = plans.into_iter().map(|own| (own.id, own)).collect();
        world.chains = chains.into_iter().map(|own| (own.id, own)).collect();
        world.purchases = purchases.into_iter().map(|own| (own.id, own)).collect();
        world
    }

    /// Puts an instance into focus; nothing happens if there is no such instance.
    pub fn focus(&mut self, instance: InstanceId) {
        if self.instances.contains_key(&instance) {
            self.instance = Some(instance);
        }
    }

    /// Puts an instance into focus, or none: one that is not here is not found.
    pub fn look_at(&mut self, instance: Option<InstanceId>) {
        self.instance = instance.filter(|id| self.instances.contains_key(id));
    }

    /// Chooses the plan that is drawn from where an instance holds no unit yet; the one bought last,
    /// unless this says otherwise. One that is not here is not found.
    pub fn choose_plan(&mut self, plan: Option<PlanId>) {
        self.plan = plan.filter(|id| self.plans.contains_key(id));
    }

    /// Sets the second instance that a command looks at, as [`Command::Merge`] does. Without it, the
    /// one before the instance in focus in its chain is taken.
    pub const fn set_other(&mut self, other: Option<InstanceId>) {
        self.other = other;
    }

    /// The read set of the instance in focus.
    #[must_use]
    pub fn case(&self) -> Case<'_> {
        self.read(self.instance.and_then(|id| self.instances.get(&id)))
    }

    fn read<'a>(&'a self, instance: Option<&'a CertificateInstance>) -> Case<'a> {
        let mut case = Case::new(self.account);
        case.instance = instance;
        let held = instance
            .and_then(CertificateInstance::hold)
            .map(|hold| hold.plan);
        case.plan = held.or(self.plan).and_then(|id| self.plans.get(&id));
        case.draw_from = instance.and_then(|own| self.with_a_unit(own.product));
        case.purchase = instance
            .and_then(CertificateInstance::purchase)
            .and_then(|id| self.purchases.get(&id));
        case.chain = instance
            .and_then(CertificateInstance::chain)
            .and_then(|id| self.chains.get(&id));
        let before = case.chain.and_then(HostingChain::current);
        case.other = self
            .other
            .or(before)
            .filter(|id| Some(*id) != self.instance)
            .and_then(|id| self.instances.get(&id));
        case.other_purchase = case
            .other
            .and_then(CertificateInstance::purchase)
            .and_then(|id| self.purchases.get(&id));
        let product = instance
            .map(CertificateInstance::product)
            .or_else(|| case.plan.map(ResourcePlan::product));
        case.beside = self.beside(product, case.plan, case.purchase);
        case
    }

    /// The read set of a command: what begins an instance reads what has its ids already.
    #[must_use]
    pub fn case_for(&self, command: &Command, now: Timestamp, law: &Law<'_>) -> Case<'_> {
        self.case_by(|| self.case(), command, now, law)
    }

    /// The same where the read set of the instance in focus is had from elsewhere.
    pub(crate) fn case_by<'a>(
        &'a self,
        focused: impl FnOnce() -> Case<'a>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Case<'a> {
        let begun = |id: &InstanceId| self.read(self.instances.get(id));
        let mut case = match command {
            Command::BuyPlan { plan, .. } => {
                let mut case = focused();
                case.plan = self.plans.get(plan);
                case
            }
            Command::Submit { instance, .. } => begun(instance),
            Command::Draw(slot) => begun(&slot.instance),
            Command::Buy(bought) => {
                let taken = bought
                    .slots
                    .iter()
                    .find_map(|slot| self.instances.get(&slot.instance));
                let mut case = self.read(taken);
                case.purchase = self.purchases.get(&bought.paid.purchase);
                case
            }
            Command::Upload(upload) => {
                let mut case = begun(&upload.slot.instance);
                case.other = self.named(&upload.name);
                case
            }
            Command::Apply { .. }
            | Command::Withdraw
            | Command::Delete
            | Command::CancelOrder
            | Command::Close
            | Command::Merge
            | Command::RequestRevocation { .. }
            | Command::ConfirmRevocation
            | Command::Collect
            | Command::DeleteCertificate
            | Command::Deploy { .. }
            | Command::Undeploy { .. }
            | Command::Renew { .. }
            | Command::EnableHosting(_)
            | Command::ClaimRefund
            | Command::CancelRefund
            | Command::ReceiveChallenge { .. }
            | Command::ConfirmDomain
            | Command::Approve { .. }
            | Command::Reject { .. }
            | Command::CompleteRevocation { .. }
            | Command::RefuseRevocation { .. }
            | Command::RecordCaRevocation { .. }
            | Command::GrantRefund
            | Command::RefuseRefund { .. }
            | Command::Activate { .. }
            | Command::Wake => focused(),
        };
        let year = law.conduct.calendar().value.year_of(now);
        case.beside = case
            .beside
            .with_free(year, self.plans.values(), self.purchases.values());
        case.year = Some(year);
        case
    }

    /// Whether something has the id that is expected to be new.
    pub(crate) fn is_taken(&self, expected: &Expect) -> bool {
        match expected {
            Expect::NewInstance(id) => self.instances.contains_key(id),
            Expect::NewOrder(order) => self.instances.values().any(|one| {
                let mut earlier = one.earlier().iter();
                one.order() == *order || earlier.any(|before| before.order == *order)
            }),
            Expect::NewPlan(id) => self.plans.contains_key(id),
            Expect::NewPurchase(id) => self.purchases.contains_key(id),
            Expect::NewChain(id) => self.chains.contains_key(id),
            // Nobody else changes this world.
            Expect::SameInstance(_)
            | Expect::Remaining(..)
            | Expect::SamePlan(_)
            | Expect::SamePurchase(_)
            | Expect::SameChain(_)
            | Expect::FreeName(_)
            | Expect::SameBeside => false,
        }
    }

    /// The plan of a product that was bought first, of those with a unit left.
    fn with_a_unit(&self, product: Product) -> Option<&ResourcePlan> {
        self.plans
            .values()
            .filter(|plan| plan.product == product && plan.remaining() > 0)
            .filter(|plan| !matches!(plan.bill.refund, RefundState::Refunded { .. }))
            .min_by_key(|plan| plan.bill.paid_at)
    }

    fn named(&self, name: &Note) -> Option<&CertificateInstance> {
        self.instances
            .values()
            .find(|one| matches!(&one.phase, Phase::Uploaded(uploaded) if uploaded.name == *name))
    }

    fn beside(
        &self,
        product: Option<Product>,
        plan: Option<&ResourcePlan>,
        purchase: Option<&Purchase>,
    ) -> Beside {
        let plans = self.plans.values();
        let purchases = self.purchases.values();
        Beside::of(
            product.map(|own| own.code),
            plans.filter(|one| plan.is_none_or(|own| own.id != one.id)),
            purchases.filter(|one| purchase.is_none_or(|own| own.id != one.id)),
        )
    }

    /// The instance in focus.
    #[must_use]
    pub fn instance(&self) -> Option<&CertificateInstance> {
        self.instance.and_then(|id| self.instances.get(&id))
    }

    /// Every instance.
    pub fn instances(&self) -> impl Iterator<Item = &CertificateInstance> {
        self.instances.values()
    }

    /// The plan in focus: the one that the instance holds a unit of, or else the one bought last.
    #[must_use]
    pub fn plan(&self) -> Option<&ResourcePlan> {
        self.case().plan
    }

    /// Every plan.
    pub fn plans(&self) -> impl Iterator<Item = &ResourcePlan> {
        self.plans.values()
    }

    /// The purchase behind the instance in focus.
    #[must_use]
    pub fn purchase(&self) -> Option<&Purchase> {
        self.case().purchase
    }

    /// Every purchase.
    pub fn purchases(&self) -> impl Iterator<Item = &Purchase> {
        self.purchases.values()
    }

    /// The chain of the instance in focus.
    #[must_use]
    pub fn chain(&self) -> Option<&HostingChain> {
        self.case().chain
    }

    /// Every chain.
    pub fn chains(&self) -> impl Iterator<Item = &HostingChain> {
        self.chains.values()
    }

    /// What the owner sees of the instance in focus.
    #[must_use]
    pub fn status(&self, now: Timestamp, law: &Law<'_>) -> Option<Status> {
        status(&self.case(), now, law.conduct)
    }

    /// Decides a command and folds its events. As a store does, it refuses ids that are taken: those of
    /// orders, purchases and chains too, which no single case shows (R-40).
    ///
    /// # Errors
    /// The refusal; nothing has changed then.
    #[expect(
        clippy::result_large_err,
        reason = "a refusal holds no heap memory, so that refusing is cheap and cannot fail"
    )]
    pub fn apply(
        &mut self,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        self.apply_by(command, now, law, decide, Self::fold)
    }

    /// The same, by another hand that decides and folds.
    #[expect(
        clippy::result_large_err,
        reason = "a refusal holds no heap memory, so that refusing is cheap and cannot fail"
    )]
    pub(crate) fn apply_by(
        &mut self,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
        decide: impl FnOnce(&Case<'_>, &Command, Timestamp, &Law<'_>) -> Result<Events, Refusal>,
        fold: impl Fn(&mut Self, &Event),
    ) -> Result<Events, Refusal> {
        let case = self.case_for(command, now, law);
        let events = decide(&case, command, now, law)?;
        if expectations(&case, &events, law)
            .iter()
            .any(|one| self.is_taken(one))
        {
            let taken = never(RuleId::R40, Why::IdTaken, WayOut::NewId);
            return Err(Refusal::new(&taken, command.kind(), &case, now, law));
        }
        for event in &events {
            fold(self, event);
        }
        match command {
            Command::BuyPlan { plan, .. } => self.plan = Some(*plan),
            Command::Submit { instance, .. } => self.instance = Some(*instance),
            Command::Draw(slot) => self.instance = Some(slot.instance),
            Command::Buy(bought) => {
                self.instance = bought.slots.first().map(|slot| slot.instance);
            }
            Command::Upload(upload) => self.instance = Some(upload.slot.instance),
            Command::Apply { .. }
            | Command::Withdraw
            | Command::Delete
            | Command::CancelOrder
            | Command::Close
            | Command::Merge
            | Command::RequestRevocation { .. }
            | Command::ConfirmRevocation
            | Command::Collect
            | Command::DeleteCertificate
            | Command::Deploy { .. }
            | Command::Undeploy { .. }
            | Command::Renew { .. }
            | Command::EnableHosting(_)
            | Command::ClaimRefund
            | Command::CancelRefund
            | Command::ReceiveChallenge { .. }
            | Command::ConfirmDomain
            | Command::Approve { .. }
            | Command::Reject { .. }
            | Command::CompleteRevocation { .. }
            | Command::RefuseRevocation { .. }
            | Command::RecordCaRevocation { .. }
            | Command::GrantRefund
            | Command::RefuseRefund { .. }
            | Command::Activate { .. }
            | Command::Wake => {}
        }
        Ok(events)
    }

    /// Folds one event into its stream, as a journal is read back (L3).
    pub fn fold(&mut self, event: &Event) {
        match event {
            Event::Instance { id, event } => {
                let mut state = self.instances.remove(id);
                evolve_instance(&mut state, *id, event);
                self.instances.extend(state.map(|state| (*id, state)));
            }
            Event::Plan { id, event } => {
                let mut state = self.plans.remove(id);
                evolve_plan(&mut state, *id, event);
                self.plans.extend(state.map(|state| (*id, state)));
            }
            Event::Chain { id, event } => {
                let mut state = self.chains.remove(id);
                evolve_chain(&mut state, *id, event);
                self.chains.extend(state.map(|state| (*id, state)));
            }
            Event::Purchase { id, event } => {
                let mut state = self.purchases.remove(id);
                evolve_purchase(&mut state, *id, event);
                self.purchases.extend(state.map(|state| (*id, state)));
            }
        }
    }

    /// Takes the instance in focus out of the world, so that a further one can be begun under its id.
    pub fn take_instance(&mut self) -> Option<CertificateInstance> {
        self.instance
            .take()
            .and_then(|id| self.instances.remove(&id))
    }
}
