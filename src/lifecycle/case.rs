//! What a decision looks at: the read set, the law, and what must still hold at commit.

use arrayvec::ArrayVec;

use crate::model::{
    AccountId, CertificateInstance, ChainId, HostingChain, InstanceId, Note, OrderId, PlanId,
    ProductCode, Purchase, PurchaseId, RefundState, ResourcePlan,
};
use crate::rulebook::{Ceilings, Edition, RevocationLimit, Window};

use super::event::{ChainEvent, Event, Events, InstanceEvent, PlanEvent, PurchaseEvent};

/// The read set of one decision: who asks, and what was found.
///
/// A command about an instance takes the instance and all that belongs to it: its plan or purchase,
/// its chain, and in a chain the last member whose turn came ([`HostingChain::current`]) as
/// [`other`](Self::other), unless that is the instance itself. The rest:
///
/// | Command | What to read |
/// |---|---|
/// | [`BuyPlan`](super::Command::BuyPlan) | as `plan`, what has the new plan's id already |
/// | [`Buy`](super::Command::Buy) | as `instance` and `purchase`, what has one of the new ids already |
/// | [`Submit`](super::Command::Submit), [`Draw`](super::Command::Draw) | the plan to draw from; as `instance`, what has the new id already |
/// | [`Upload`](super::Command::Upload) | as `instance`, what has the new id already; as `other`, what has the name already |
/// | [`Merge`](super::Command::Merge) | as `other`, the instance to merge into |
/// | [`Renew`](super::Command::Renew) without a payment | as [`draw_from`](Self::draw_from), a plan of the instance's product with a unit left; nothing for the plan whose unit it holds |
/// | [`ClaimRefund`](super::Command::ClaimRefund) | as `instance`, the first of the purchase ([`Purchase::first`]), whichever member was shown; without a purchase, the plan |
///
/// [`World::case_for`](super::World::case_for) reads so, but for the last: it takes the instance in
/// focus.
///
/// ```
/// use cert_lifecycle::lifecycle::Case;
/// use cert_lifecycle::model::AccountId;
/// let nothing = Case::new(AccountId::new("tom")?);
/// assert!(nothing.instance.is_none() && nothing.plan.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Who asks. What belongs to another account is not found (L12).
    pub account: AccountId,
    /// The instance, if there is one.
    pub instance: Option<&'a CertificateInstance>,
    /// The plan: the one to draw from, or the one whose unit the instance holds.
    pub plan: Option<&'a ResourcePlan>,
    /// The plan that a renewal takes its unit from ([`Renew`](super::Command::Renew)), where that is
    /// another one than [`plan`](Self::plan).
    pub draw_from: Option<&'a ResourcePlan>,
    /// The chain that the instance is a member of.
    pub chain: Option<&'a HostingChain>,
    /// The purchase that bought the instance.
    pub purchase: Option<&'a Purchase>,
    /// A second instance that a few commands look at: the one before it in the chain
    /// ([`Activate`](super::Command::Activate), [`CancelOrder`](super::Command::CancelOrder) of a
    /// member before its turn), the one it is merged into ([`Merge`](super::Command::Merge)), the one
    /// that has the name already ([`Upload`](super::Command::Upload)).
    pub other: Option<&'a CertificateInstance>,
    /// The purchase that bought the second instance; only [`Merge`](super::Command::Merge) looks at
    /// it.
    pub other_purchase: Option<&'a Purchase>,
    /// What the account has beside the plan and the purchase at hand.
    pub beside: Beside,
    /// The calendar year of the command, in which [`Beside::free_this_year`] was counted: behind it
    /// they are given anew (R-61). Without it a refusal can't say when.
    pub year: Option<Window>,
}

impl<'a> Case<'a> {
    /// A case in which nothing was found.
    #[must_use]
    pub const fn new(account: AccountId) -> Self {
        Self {
            account,
            instance: None,
            plan: None,
            draw_from: None,
            chain: None,
            purchase: None,
            other: None,
            other_purchase: None,
            beside: Beside::NOTHING,
            year: None,
        }
    }

    /// The case of one instance of its own account, with nothing else at hand.
    #[must_use]
    pub const fn of(instance: &'a CertificateInstance) -> Self {
        let mut case = Self::new(instance.account());
        case.instance = Some(instance);
        case
    }

    /// The plan that a renewal takes its unit from.
    pub(super) const fn renewed_from(&self) -> Option<&'a ResourcePlan> {
        match self.draw_from {
            Some(plan) => Some(plan),
            None => self.plan,
        }
    }
}

/// Certificates bought and revocations used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Allowance {
    /// Certificates bought.
    pub bought: u32,
    /// Those of them that were not paid back.
    pub kept: u32,
    /// Revocations that were requested and not refused.
    pub revoked: u32,
}

/// What an account has beside the plan and the purchase of a case, summed up by whoever reads.
///
/// Only editions that limit revocations by account or product, or free certificates by year, look at
/// it; where none of that is limited it may stay empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Beside {
    /// Of the case's product.
    pub of_product: Allowance,
    /// Of all products, that one included.
    pub of_account: Allowance,
    /// Free certificates taken in the calendar year of the command (R-61).
    pub free_this_year: u32,
}

impl Beside {
    /// Nothing beside.
    pub const NOTHING: Self = Self {
        of_product: Allowance::NOTHING,
        of_account: Allowance::NOTHING,
        free_this_year: 0,
    };

    /// Sums up what an account has of a product and of all products, without the free certificates
    /// of the year. Plans and purchases are those beside the case: leave out the ones at hand.
    ///
    /// What was paid back is counted apart: whether it still gives a revocation is the edition's to
    /// say ([`RevocationLimit`]).
    #[must_use]
    pub fn of<'p>(
        product: Option<ProductCode>,
        plans: impl Iterator<Item = &'p ResourcePlan>,
        purchases: impl Iterator<Item = &'p Purchase>,
    ) -> Self {
        let plans = plans.map(|one| (one.product, one.bill.refund, one.total, one.revocations));
        let purchases =
            purchases.map(|one| (one.product, one.bill.refund, one.count, one.revocations));
        let mut beside = Self::NOTHING;
        for (of, refund, bought, revoked) in plans.chain(purchases) {
            beside.of_account.add(refund, bought, revoked);
            if Some(of.code) == product {
                beside.of_product.add(refund, bought, revoked);
            }
        }
        beside
    }

    /// Counts the free certificates that were taken in a year, the plan and the purchase at hand
    /// included (R-61).
    ///
    /// The year is the calendar year of the command in the offset of the rules in force:
    /// [`Calendar::year_of`](crate::rulebook::Calendar::year_of).
    #[must_use]
    pub fn with_free<'p>(
        mut self,
        year: Window,
        plans: impl Iterator<Item = &'p ResourcePlan>,
        purchases: impl Iterator<Item = &'p Purchase>,
    ) -> Self {
        let plans = plans.map(|one| (one.product, one.bill.paid_at, one.total));
        let purchases = purchases.map(|one| (one.product, one.bill.paid_at, one.count));
        self.free_this_year = plans
            .chain(purchases)
            .filter(|(product, paid_at, _)| product.free && year.contains(*paid_at))
            .fold(0, |taken, (_, _, count)| taken.saturating_add(count));
        self
    }
}

impl Allowance {
    /// Nothing bought and nothing revoked.
    pub const NOTHING: Self = Self {
        bought: 0,
        kept: 0,
        revoked: 0,
    };

    pub(super) const fn add(&mut self, refund: RefundState, bought: u32, revoked: u32) {
        let kept = match refund {
            RefundState::Refunded { .. } => 0,
            RefundState::None | RefundState::Review { .. } => bought,
        };
        self.bought = self.bought.saturating_add(bought);
        self.kept = self.kept.saturating_add(kept);
        self.revoked = self.revoked.saturating_add(revoked);
    }
}

/// The rules that judge a case (L9).
///
/// A pin leads to its edition with [`Rulebook::pinned`](crate::rulebook::Rulebook::pinned), a day to
/// the one in force with [`Rulebook::as_of`](crate::rulebook::Rulebook::as_of). [`decide()`] refuses
/// under an edition that the case is not pinned to (R-28); the questions about a case answer under
/// whichever law they are given. With the feature `service`, `service::Rules::editions` picks all
/// three.
///
/// [`decide()`]: super::decide()
#[derive(Clone, Copy, Debug)]
pub struct Law<'a> {
    /// Judges money, hosting and renewal: the edition that the purchase or plan is pinned to, or for
    /// a new one the edition in force. For a member of a chain that waits it is the edition that the
    /// chain is pinned to ([`HostingChain::pin`]).
    pub money: &'a Edition,
    /// Judges application, quota and its return: the pinned edition, or for a new application the
    /// one in force.
    pub application: &'a Edition,
    /// Judges notice, deletion, download, deployment and permission to revoke: the edition in force.
    pub conduct: &'a Edition,
    /// Limits validity by issuance date.
    pub ceilings: &'a Ceilings,
}

impl<'a> Law<'a> {
    /// One edition for everything.
    #[must_use]
    pub const fn single(edition: &'a Edition, ceilings: &'a Ceilings) -> Self {
        Self {
            money: edition,
            application: edition,
            conduct: edition,
            ceilings,
        }
    }
}

/// What a stream must still satisfy when the events of a decision are committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The instance has no stream yet.
    NewInstance(InstanceId),
    /// No instance carries or ever carried this order.
    NewOrder(OrderId),
    /// The instance is as it was read.
    SameInstance(InstanceId),
    /// The plan has no stream yet.
    NewPlan(PlanId),
    /// The plan has at least so many units left, whatever else happened to it.
    Remaining(PlanId, u32),
    /// The plan is as it was read.
    SamePlan(PlanId),
    /// The purchase has no stream yet.
    NewPurchase(PurchaseId),
    /// The purchase is as it was read.
    SamePurchase(PurchaseId),
    /// The chain has no stream yet.
    NewChain(ChainId),
    /// The chain is as it was read.
    SameChain(ChainId),
    /// No uploaded certificate of the account has this name.
    FreeName(Note),
    /// What the account has beside is as it was read.
    SameBeside,
}

/// What must still hold when these events are committed.
///
/// Submissions ask only that a unit is left, so many of them on one plan don't fight over a
/// version. A unit belongs to one instance, so whatever settles or returns it is guarded by that
/// instance; only a counted revocation needs the plan or purchase unchanged, and what the account
/// has beside. What happens to a bought slot and what happens to its purchase look at each other, so
/// each needs the other unchanged.
///
/// # Example
/// A store of streams: what is committed is checked first, and a state is the fold of its stream.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::Arc;
/// use cert_lifecycle::lifecycle::{
///     Case, Command, Event, Expect, Law, NewPurchase, Paid, Slot, decide, evolve_instance,
///     expectations, status,
/// };
/// use cert_lifecycle::model::{
///     AccountId, Catalog, ChainId, Currency, InstanceId, OrderId, Payment, PurchaseId, Status,
/// };
/// use cert_lifecycle::rulebook::Rulebook;
///
/// let book = Rulebook::published();
/// let edition = book.edition("2022-hosting")?;
/// let law = Law::single(&edition, book.ceilings());
/// let now = "2022-07-01T09:00:00+08:00".parse()?;
/// let slot = |id: &str, order| -> Result<Slot, Box<dyn std::error::Error>> {
///     Ok(Slot { instance: InstanceId::new(id)?, order: OrderId::new(order)? })
/// };
/// let buy = Command::Buy(Arc::new(NewPurchase {
///     paid: Paid { purchase: PurchaseId::new("bill")?, payment: Payment::cash(1, Currency::CNY) },
///     product: Catalog::published().get("geotrust-ov-1-personal").ok_or("no such product")?,
///     slots: Arc::from([slot("first", 1)?, slot("second", 2)?]),
///     chain: Some(ChainId::new("chain")?),
/// }));
/// let case = Case::new(AccountId::new("tom")?);
/// let events = decide(&case, &buy, now, &law)?;
///
/// // Purchases, chains and plans have streams of their own; here only instances are kept.
/// let mut streams: BTreeMap<InstanceId, Vec<Event>> = BTreeMap::new();
/// for expect in expectations(&case, &events, &law) {
///     match expect {
///         Expect::NewInstance(id) => assert!(!streams.contains_key(&id)),
///         Expect::NewPurchase(_) | Expect::NewChain(_) | Expect::NewOrder(_) => {}
///         other => return Err(format!("not checked here: {other:?}").into()),
///     }
/// }
/// for event in events {
///     if let Event::Instance { id, .. } = &event {
///         streams.entry(*id).or_default().push(event);
///     }
/// }
///
/// let mut second = None;
/// for event in &streams[&InstanceId::new("second")?] {
///     if let Event::Instance { id, event } = event {
///         evolve_instance(&mut second, *id, event);
///     }
/// }
/// let second = second.ok_or("no such instance")?;
/// assert_eq!(status(&Case::of(&second), now, &edition), Some(Status::NotActivated));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn expectations(case: &Case<'_>, events: &Events, law: &Law<'_>) -> ArrayVec<Expect, 24> {
    let mut all = ArrayVec::new();
    let mut push = |expect: Expect| {
        if !all.contains(&expect) {
            let _ = all.try_push(expect);
        }
    };
    let limited = match law.conduct.revocation_limit().value {
        RevocationLimit::Unlimited => false,
        RevocationLimit::PerAccount | RevocationLimit::PerProduct => true,
    };
    for event in events {
        match event {
            Event::Instance { id, event } => of_instance(*id, event, &mut push),
            Event::Plan { id, event } => match event {
                PlanEvent::Bought(bought) => {
                    push(Expect::NewPlan(*id));
                    if bought.product.free && law.money.free_limit().value.0.is_some() {
                        push(Expect::SameBeside);
                    }
                }
                PlanEvent::Reserved { .. }
                | PlanEvent::Settled {
                    was_reserved: false,
                    ..
                } => push(Expect::Remaining(*id, 1)),
                PlanEvent::RevocationCharged { .. } if limited => {
                    push(Expect::SamePlan(*id));
                    push(Expect::SameBeside);
                }
                PlanEvent::Refunded { .. } => push(Expect::SamePlan(*id)),
                PlanEvent::Settled {
                    was_reserved: true, ..
                }
                | PlanEvent::Returned { .. }
                | PlanEvent::CertificateIssued { .. }
                | PlanEvent::RevocationCharged { .. }
                | PlanEvent::RevocationGivenBack { .. } => {}
            },
            Event::Chain { id, event } => push(match event {
                ChainEvent::Linked(_) => Expect::NewChain(*id),
                ChainEvent::MemberBegun { .. } | ChainEvent::MemberCancelled { .. } => {
                    Expect::SameChain(*id)
                }
            }),
            Event::Purchase { id, event } => match event {
                PurchaseEvent::Paid(paid) => {
                    push(Expect::NewPurchase(*id));
                    if paid.product.free && law.money.free_limit().value.0.is_some() {
                        push(Expect::SameBeside);
                    }
                }
                PurchaseEvent::RevocationCharged { .. } if limited => {
                    push(Expect::SamePurchase(*id));
                    push(Expect::SameBeside);
                }
                PurchaseEvent::RefundClaimed { .. }
                | PurchaseEvent::RefundCancelled { .. }
                | PurchaseEvent::RefundRefused { .. }
                | PurchaseEvent::Refunded { .. } => push(Expect::SamePurchase(*id)),
                PurchaseEvent::RevocationCharged { .. }
                | PurchaseEvent::RevocationGivenBack { .. } => {}
            },
        }
    }
    let Some(instance) = case.instance else {
        return all;
    };
    let mut push = |expect: Expect| {
        if !all.contains(&expect) {
            let _ = all.try_push(expect);
        }
    };
    let of_slot = |event: &Event| matches!(event, Event::Instance { id, .. } if *id == instance.id);
    let of_money = |event: &Event| matches!(event, Event::Purchase { id, .. } if instance.purchase() == Some(*id));
    if let Some(id) = instance.purchase().filter(|_| events.iter().any(of_slot)) {
        push(Expect::SamePurchase(id));
    }
    if events.iter().any(of_money) {
        push(Expect::SameInstance(instance.id));
        if let Some(chain) = instance.chain() {
            push(Expect::SameChain(chain));
        }
    }
    all
}

/// What an instance's event expects of its stream, and of the order that it brings.
fn of_instance(id: InstanceId, event: &InstanceEvent, push: &mut impl FnMut(Expect)) {
    push(if event.begins_instance() {
        Expect::NewInstance(id)
    } else {
        Expect::SameInstance(id)
    });
    if let Some(order) = event.begun_order() {
        push(Expect::NewOrder(order));
    }
    if let InstanceEvent::Uploaded(uploaded) = event {
        push(Expect::FreeName(uploaded.name.clone()));
    }
}
