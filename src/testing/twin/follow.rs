//! What happens when a command is carried out, told once more without the crate's own events.

use std::sync::Arc;
use std::vec::Vec;

use super::account::{
    Account, Asked, Bought, Chain, Goods, Life, Money, Payer, Plan, Remains, Slot, Turn, Unit,
};
use super::content::{applied, names_of};
use super::days::within;
use super::judge::{Question, Says};
use crate::lifecycle::{self, Command, Extension, Paid};
use crate::model::{
    ChainId, InstanceId, IssuedCertificate, OrderId, PlanId, Product, Status, Submission, Timestamp,
};
use crate::rulebook::{
    ConsumeAt, DecisiveAct, Edition, RefundCase, RefundTrigger, RenewalResult, ReturnAnchor, Review,
};
use crate::testing::timeline::{Laws, Step};

/// A step that is carried out.
pub(super) struct Deed<'a> {
    pub(super) laws: &'a Laws,
    pub(super) conduct: &'a Edition,
    /// Which of the editions that is.
    pub(super) edition: usize,
    pub(super) step: &'a Step,
    /// What the machine shows of the slot afterwards, for what the twin cannot know.
    pub(super) shown: Option<Status>,
}

/// 3.5: "carry as two numbers, reserved and settled".
fn take(account: &mut Account, id: PlanId, unit: Unit) {
    if let Some(plan) = account.plans.get_mut(&id) {
        plan.left = plan.left.saturating_sub(1);
        plan.ever_taken = plan.ever_taken.saturating_add(1);
        let counter = match unit {
            Unit::Settled => &mut plan.settled,
            Unit::Reserved | Unit::Returned => &mut plan.reserved,
        };
        *counter = counter.saturating_add(1);
    }
}

fn settle(account: &mut Account, id: PlanId) {
    if let Some(plan) = account.plans.get_mut(&id) {
        plan.reserved = plan.reserved.saturating_sub(1);
        plan.settled = plan.settled.saturating_add(1);
    }
}

/// One unit goes back to its plan, unless it did before.
fn give_back(account: &mut Account, about: InstanceId) {
    let Some(slot) = account.slots.get_mut(&about) else {
        return;
    };
    let (Payer::Plan(id), Some(unit)) = (slot.payer, slot.unit) else {
        return;
    };
    slot.unit = Some(Unit::Returned);
    if let Some(plan) = account.plans.get_mut(&id) {
        let counter = match unit {
            Unit::Reserved => &mut plan.reserved,
            Unit::Settled => &mut plan.settled,
            Unit::Returned => return,
        };
        *counter = counter.saturating_sub(1);
        plan.left = plan.left.saturating_add(1);
    }
}

/// Counts a revocation on whoever paid, or gives it back.
fn charge(account: &mut Account, payer: Payer, by: i64) {
    let counter = match payer {
        Payer::Plan(id) => account.plans.get_mut(&id).map(|own| &mut own.revocations),
        Payer::Purchase(id) => account
            .purchases
            .get_mut(&id)
            .map(|own| &mut own.revocations),
        Payer::Nobody => None,
    };
    if let Some(counter) = counter {
        let sum = i64::from(*counter).saturating_add(by);
        *counter = u32::try_from(sum).unwrap_or(0);
    }
}

impl Deed<'_> {
    const fn now(&self) -> Timestamp {
        self.step.at
    }

    fn about(&self) -> Option<InstanceId> {
        self.step.about
    }

    fn question<'q>(&'q self, account: &'q Account) -> Question<'q> {
        Question {
            account,
            laws: self.laws,
            conduct: self.conduct,
            step: self.step,
        }
    }

    /// T-03, T-04: "DV: Domain Verification, then Validating; OV/EV: Validating", by the edition.
    fn begun(&self, product: Product) -> Life {
        if self.conduct.verified_first().value.contains(product.class) {
            Life::Proving
        } else {
            Life::Reviewing
        }
    }

    fn unit(&self, submission: &Submission) -> Unit {
        match self.conduct.consumption().value.of(submission.operation()) {
            ConsumeAt::Submission => Unit::Settled,
            ConsumeAt::Issuance => Unit::Reserved,
        }
    }

    fn pay(
        &self,
        account: &mut Account,
        paid: &Paid,
        (goods, product): (Goods, Product),
        (first, chain, count): (InstanceId, Option<ChainId>, usize),
    ) {
        let bought = Bought {
            goods,
            product,
            payment: paid.payment,
            paid_at: self.now(),
            edition: self.edition,
            first,
            chain,
            count: u32::try_from(count).unwrap_or(u32::MAX),
            revocations: 0,
            money: Money::Kept,
        };
        account.purchases.insert(paid.purchase, bought);
    }

    /// A member of a chain that waits.
    fn waits(
        account: &mut Account,
        slot: &lifecycle::Slot,
        product: Product,
        paid: &Paid,
        chain: Option<ChainId>,
    ) {
        let mut own = Slot::new(Life::Waiting, product, Payer::Purchase(paid.purchase));
        own.chain = chain;
        account.slots.insert(slot.instance, own);
        account.orders.insert(slot.order);
    }

    /// An application that begins a slot with a unit of a plan.
    fn begin(
        &self,
        account: &mut Account,
        (slot, plan, product): (&lifecycle::Slot, PlanId, Product),
        submission: &Arc<Submission>,
    ) {
        let unit = self.unit(submission);
        let mut own = Slot::new(self.begun(product), product, Payer::Plan(plan));
        own.unit = Some(unit);
        own.application = Some(applied(submission, self.edition));
        account.slots.insert(slot.instance, own);
        account.orders.insert(slot.order);
        take(account, plan, unit);
    }

    /// A slot that holds a unit until it is applied for.
    fn open(account: &mut Account, slot: &lifecycle::Slot, plan: PlanId, product: Product) {
        let mut own = Slot::new(Life::Fresh, product, Payer::Plan(plan));
        own.unit = Some(Unit::Reserved);
        account.slots.insert(slot.instance, own);
        account.orders.insert(slot.order);
        take(account, plan, Unit::Reserved);
    }

    /// Carries a command out.
    pub(super) fn carry_out(&self, account: &mut Account) {
        match &self.step.command {
            Command::BuyPlan {
                plan,
                product,
                count,
                payment,
            } => {
                let new = Plan {
                    product: *product,
                    payment: *payment,
                    paid_at: self.now(),
                    edition: self.edition,
                    total: count.get(),
                    left: count.get(),
                    reserved: 0,
                    settled: 0,
                    issued: 0,
                    ever_taken: 0,
                    revocations: 0,
                    money: Money::Kept,
                };
                account.plans.insert(*plan, new);
            }
            Command::Buy(new) => self.buy(account, new),
            Command::Draw(slot) => {
                let plan = self.step.plan;
                if let Some((id, plan)) = plan.and_then(|id| Some((id, account.plans.get(&id)?))) {
                    let product = plan.product;
                    Self::open(account, slot, id, product);
                }
            }
            Command::Submit {
                instance,
                order,
                submission,
            } => {
                let slot = lifecycle::Slot {
                    instance: *instance,
                    order: *order,
                };
                let plan = self.step.plan;
                if let Some((id, plan)) = plan.and_then(|id| Some((id, account.plans.get(&id)?))) {
                    let product = plan.product;
                    self.begin(account, (&slot, id, product), submission);
                }
            }
            Command::Upload(new) => {
                let mut own = Slot::new(Life::Uploaded, new.product, Payer::Nobody);
                own.certificate = Some(new.certificate.clone());
                own.name = Some(new.name.clone());
                account.slots.insert(new.slot.instance, own);
                account.orders.insert(new.slot.order);
            }
            Command::Renew { slot, paid } => self.renew(account, slot, paid.as_ref()),
            Command::EnableHosting(more) => self.extend(account, more),
            Command::ClaimRefund
            | Command::CancelRefund
            | Command::GrantRefund
            | Command::RefuseRefund { .. } => self.money(account),
            Command::Merge => {
                let own = self.about().and_then(|id| account.slots.get_mut(&id));
                if let Some(own) = own {
                    own.life = Life::Merged;
                }
                let other = self.step.other.and_then(|id| account.slots.get_mut(&id));
                if let Some(other) = other {
                    other.absorbed = true;
                }
            }
            Command::Activate { order } => self.activate(account, *order),
            Command::Apply { .. }
            | Command::Withdraw
            | Command::Delete
            | Command::CancelOrder
            | Command::Close
            | Command::RequestRevocation { .. }
            | Command::ConfirmRevocation
            | Command::Collect
            | Command::DeleteCertificate
            | Command::Deploy { .. }
            | Command::Undeploy { .. }
            | Command::ReceiveChallenge { .. }
            | Command::ConfirmDomain
            | Command::Approve { .. }
            | Command::Reject { .. }
            | Command::CompleteRevocation { .. }
            | Command::RefuseRevocation { .. }
            | Command::RecordCaRevocation { .. }
            | Command::Wake => {
                if let Some(about) = self.about() {
                    self.of_slot(account, about);
                }
            }
        }
    }

    /// T-01, T-02: the first to apply with, the others waiting, linked in order.
    fn buy(&self, account: &mut Account, new: &lifecycle::NewPurchase) {
        let Some((first, others)) = new.slots.split_first() else {
            return;
        };
        let goods = (Goods::New, new.product);
        let what = (first.instance, new.chain, new.slots.len());
        self.pay(account, &new.paid, goods, what);
        let payer = Payer::Purchase(new.paid.purchase);
        let mut own = Slot::new(Life::Fresh, new.product, payer);
        own.chain = new.chain;
        account.slots.insert(first.instance, own);
        account.orders.insert(first.order);
        for slot in others {
            Self::waits(account, slot, new.product, &new.paid, new.chain);
        }
        if let Some(chain) = new.chain {
            let waiting = others.iter().map(|slot| (slot.instance, Turn::ToCome));
            let members = core::iter::once((first.instance, Turn::Came)).chain(waiting);
            let linked = Chain {
                edition: self.edition,
                members: members.collect(),
                submission: None,
            };
            account.chains.insert(chain, linked);
        }
    }

    /// T-41.
    fn extend(&self, account: &mut Account, more: &Extension) {
        let (Some(about), Some(first)) = (self.about(), more.slots.first()) else {
            return;
        };
        let goods = (Goods::Hosting, more.product);
        let what = (first.instance, Some(more.chain), more.slots.len());
        self.pay(account, &more.paid, goods, what);
        let waiting = more.slots.iter().map(|slot| (slot.instance, Turn::ToCome));
        let members: Vec<_> = core::iter::once((about, Turn::Came))
            .chain(waiting)
            .collect();
        let linked = Chain {
            edition: self.edition,
            members,
            submission: more.submission.clone(),
        };
        account.chains.insert(more.chain, linked);
        for slot in more.slots.iter() {
            Self::waits(account, slot, more.product, &more.paid, Some(more.chain));
        }
        if let Some(own) = account.slots.get_mut(&about) {
            own.chain = Some(more.chain);
        }
    }

    /// T-31: a new slot, the old one unchanged.
    fn renew(&self, account: &mut Account, slot: &lifecycle::Slot, paid: Option<&Paid>) {
        let Some(own) = self.about().and_then(|id| account.slots.get(&id)).cloned() else {
            return;
        };
        let question = self.question(account);
        let submitted = question.money_of(&own).renewal_result().value == RenewalResult::Submitted;
        let again = own.application.as_ref().filter(|_| submitted);
        let again = again.map(|own| own.submission.clone());
        let from = question
            .renewed_from(&own)
            .map(|(id, plan)| (id, plan.product));
        match (paid, from) {
            (Some(paid), _) => {
                let goods = (Goods::Renewal, own.product);
                self.pay(account, paid, goods, (slot.instance, None, 1));
                let life = if again.is_some() {
                    self.begun(own.product)
                } else {
                    Life::Fresh
                };
                let mut new = Slot::new(life, own.product, Payer::Purchase(paid.purchase));
                new.application = again.map(|submission| applied(&submission, self.edition));
                account.slots.insert(slot.instance, new);
                account.orders.insert(slot.order);
            }
            (None, Some((id, product))) => match again {
                Some(submission) => self.begin(account, (slot, id, product), &submission),
                None => Self::open(account, slot, id, product),
            },
            (None, None) => {}
        }
    }

    /// T-33 to T-36.
    fn money(&self, account: &mut Account) {
        let question = self.question(account);
        let own = question.own();
        let claims = matches!(self.step.command, Command::ClaimRefund);
        if own.is_some_and(|own| matches!(own.payer, Payer::Purchase(_))) {
            let review = question.claim().1;
            let payer = own.map_or(Payer::Nobody, |own| own.payer);
            let Payer::Purchase(id) = payer else { return };
            let Some(bought) = account.purchases.get_mut(&id) else {
                return;
            };
            let granted = matches!(self.step.command, Command::GrantRefund);
            let at_once = claims && matches!(review, Some(Review::Instant));
            bought.money = if granted || at_once {
                Money::PaidBack(bought.payment.cash)
            } else if claims {
                Money::Claimed
            } else {
                Money::Kept
            };
        } else if claims {
            let held = own.and_then(|own| match own.payer {
                Payer::Plan(id) => Some(id),
                Payer::Purchase(_) | Payer::Nobody => None,
            });
            let id = held.or(self.step.plan);
            if let Some(plan) = id.and_then(|id| account.plans.get_mut(&id)) {
                plan.money = Money::PaidBack(plan.payment.cash);
                (plan.total, plan.left) = (0, 0);
            }
        }
    }

    /// T-26: "activated and submitted with the first one's data"; what the rules of the day no longer
    /// accept fails at once (T-27).
    fn activate(&self, account: &mut Account, order: OrderId) {
        let Some(about) = self.about() else { return };
        let Some(own) = account.slots.get(&about) else {
            return;
        };
        let product = own.product;
        let Some(chain) = own.chain.and_then(|id| account.chains.get(&id)) else {
            return;
        };
        let before = chain.current().and_then(|id| account.slots.get(&id));
        let data = before
            .and_then(|one| one.application.as_ref())
            .map(|one| one.submission.clone())
            .or_else(|| chain.submission.clone());
        let Some(data) = data else { return };
        let fails = match self.question(account).content(product, &data) {
            Says::Yes => false,
            Says::No(_) => true,
            Says::Unknown => self.shown == Some(Status::ValidationFailed),
        };
        let life = if fails { Life::Failed } else { Life::Reviewing };
        let chain = account.slots.get(&about).and_then(|own| own.chain);
        if let Some(chain) = chain.and_then(|id| account.chains.get_mut(&id)) {
            chain.turn(about, Turn::Came);
        }
        if let Some(own) = account.slots.get_mut(&about) {
            own.life = life;
            own.application = Some(applied(&data, self.edition));
        }
        account.orders.insert(order);
    }

    fn of_slot(&self, account: &mut Account, about: InstanceId) {
        let now = self.now();
        let Some(own) = account.slots.get(&about) else {
            return;
        };
        let (asked, issued_at) = (own.asked, own.issued_at);
        match &self.step.command {
            Command::Apply { order, submission } => self.apply(account, about, *order, submission),
            Command::Delete | Command::CancelOrder => Self::end(account, about),
            Command::CompleteRevocation { at } => {
                if let Some(asked) = asked {
                    let completed = now.min(*at).max(asked.at);
                    self.revoke(account, about, completed, false);
                }
            }
            Command::RecordCaRevocation { at, .. } => {
                if let Some(issued_at) = issued_at {
                    let completed = now.min(*at).max(issued_at);
                    self.revoke(account, about, completed, true);
                }
            }
            Command::Approve { certificate } => self.issue(account, about, certificate),
            Command::RequestRevocation { .. } => {
                let mail = self.conduct.revocation_mail().value;
                let payer = own.payer;
                if let Some(own) = account.slots.get_mut(&about) {
                    own.asked = Some(Asked {
                        at: now,
                        by_mail: mail.contains(own.product.class),
                        confirmed: false,
                    });
                }
                charge(account, payer, 1);
            }
            Command::RefuseRevocation { .. } => {
                let payer = own.payer;
                if let Some(own) = account.slots.get_mut(&about) {
                    own.asked = None;
                }
                charge(account, payer, -1);
            }
            Command::Withdraw
            | Command::Close
            | Command::ConfirmRevocation
            | Command::DeleteCertificate
            | Command::Deploy { .. }
            | Command::Undeploy { .. }
            | Command::ReceiveChallenge { .. }
            | Command::ConfirmDomain
            | Command::Reject { .. } => {
                if let Some(own) = account.slots.get_mut(&about) {
                    self.alone(own);
                }
            }
            // Of the first two nothing changes; the others are told elsewhere.
            Command::Collect
            | Command::Wake
            | Command::BuyPlan { .. }
            | Command::Buy(_)
            | Command::Draw(_)
            | Command::Submit { .. }
            | Command::Upload(_)
            | Command::Merge
            | Command::Renew { .. }
            | Command::EnableHosting(_)
            | Command::ClaimRefund
            | Command::CancelRefund
            | Command::GrantRefund
            | Command::RefuseRefund { .. }
            | Command::Activate { .. } => {}
        }
    }

    /// What happens to a slot alone.
    fn alone(&self, own: &mut Slot) {
        if let Command::Withdraw = &self.step.command {
            own.life = Life::Withdrawn;
        } else if let Command::Close = &self.step.command {
            let key = own.application.take().map(|one| one.key);
            own.earlier.extend(key);
            own.life = Life::Closed;
        } else if let Command::ConfirmRevocation = &self.step.command {
            if let Some(asked) = &mut own.asked {
                asked.confirmed = true;
            }
        } else if let Command::DeleteCertificate = &self.step.command {
            let key = own.application.take().and_then(|one| one.key);
            own.deleted = Some(Remains {
                key,
                names: Vec::new(),
                certificate: own.certificate.take().map(|one| one.fingerprint()),
            });
            own.life = Life::Deleted;
        } else if let Command::Deploy { target, domain } = &self.step.command {
            let deployment = (*target, domain.clone());
            if !own.deployed.contains(&deployment) {
                own.deployed.push(deployment);
            }
        } else if let Command::Undeploy { target } = &self.step.command {
            own.deployed.retain(|(there, _)| there != target);
        } else if let Command::ReceiveChallenge { challenge, key } = &self.step.command {
            if let Some(application) = &mut own.application {
                application.challenge = Some(challenge.clone());
                application.key = Some(*key);
            }
        } else if let Command::ConfirmDomain = &self.step.command {
            own.life = Life::Reviewing;
        } else if let Command::Reject { .. } = &self.step.command {
            own.life = Life::Failed;
        }
    }

    /// T-03, T-09: with the slot at hand.
    fn apply(
        &self,
        account: &mut Account,
        about: InstanceId,
        order: OrderId,
        submission: &Arc<Submission>,
    ) {
        let settles = self.unit(submission) == Unit::Settled;
        let Some(own) = account.slots.get_mut(&about) else {
            return;
        };
        let earlier = own.application.take().map(|one| one.key);
        own.earlier.extend(earlier);
        own.life = self.begun(own.product);
        own.application = Some(applied(submission, self.edition));
        account.orders.insert(order);
        if let (Payer::Plan(id), Some(Unit::Reserved), true) = (own.payer, own.unit, settles) {
            own.unit = Some(Unit::Settled);
            settle(account, id);
        }
    }

    /// T-10, T-13 to T-15, T-25.
    fn end(account: &mut Account, about: InstanceId) {
        let Some(own) = account.slots.get_mut(&about) else {
            return;
        };
        if own.life == Life::Waiting {
            own.life = Life::Cancelled;
            let chain = own.chain;
            if let Some(chain) = chain.and_then(|id| account.chains.get_mut(&id)) {
                chain.turn(about, Turn::Never);
            }
        } else {
            own.life = Life::Deleted;
            own.deleted = Some(match own.application.take() {
                Some(one) => Remains {
                    key: one.key,
                    names: if one.key.is_none() {
                        names_of(&one.submission)
                    } else {
                        Vec::new()
                    },
                    certificate: None,
                },
                None => Remains::default(),
            });
        }
        give_back(account, about);
    }

    /// T-06: the certificate, and the unit is settled. What comes late changes nothing (T-49).
    fn issue(
        &self,
        account: &mut Account,
        about: InstanceId,
        certificate: &Arc<IssuedCertificate>,
    ) {
        let Some(own) = account.slots.get_mut(&about) else {
            return;
        };
        let key = own.application.as_ref().and_then(|one| one.key);
        if own.life != Life::Reviewing || key != Some(certificate.spki()) {
            return;
        }
        own.life = Life::Issued;
        own.certificate = Some(certificate.clone());
        own.issued_at = Some(self.now());
        let (payer, unit) = (own.payer, own.unit);
        if unit.is_some() {
            own.unit = Some(Unit::Settled);
        }
        if let Payer::Plan(id) = payer {
            if unit == Some(Unit::Reserved) {
                settle(account, id);
            }
            if let Some(plan) = account.plans.get_mut(&id) {
                plan.issued = plan.issued.saturating_add(1);
            }
        }
    }

    /// T-21, T-48: the unit and the money come back inside their windows.
    fn revoke(&self, account: &mut Account, about: InstanceId, completed: Timestamp, by_ca: bool) {
        let Some(own) = account.slots.get_mut(&about) else {
            return;
        };
        if own.life != Life::Issued {
            return;
        }
        own.life = Life::Revoked {
            at: completed,
            by_ca,
        };
        let own = own.clone();
        if self.unit_comes_back(account, &own, completed) {
            give_back(account, about);
        }
        let Payer::Purchase(id) = own.payer else {
            return;
        };
        let question = self.question(account);
        let pays = question.bought(&own).is_some_and(|bought| {
            let money = question.edition(bought.edition);
            // "We will refund": on revocation, where the edition says so.
            money.refund_trigger().value == RefundTrigger::OnRevocation
                && bought.first == about
                && question.refundable(&own, bought)
                && question.paying(bought, &own, RefundCase::Revoked).is_some()
        });
        if let Some(bought) = account.purchases.get_mut(&id).filter(|_| pays) {
            bought.money = Money::PaidBack(bought.payment.cash);
        }
    }

    /// R-27, by the edition that it was submitted under.
    fn unit_comes_back(&self, account: &Account, own: &Slot, completed: Timestamp) -> bool {
        let (Payer::Plan(id), Some(Unit::Settled), Some(application)) =
            (own.payer, own.unit, &own.application)
        else {
            return false;
        };
        let pinned = self.laws.editions().get(application.edition);
        let Some(pinned) = pinned else { return false };
        let anchor = match pinned.return_anchor().value {
            ReturnAnchor::Issuance => own.issued_at,
            ReturnAnchor::Purchase => account.plans.get(&id).map(|plan| plan.paid_at),
        };
        let act = match pinned.return_act().value {
            DecisiveAct::RevocationCompleted => completed,
            DecisiveAct::RevocationRequested => {
                own.asked.map_or(completed, |asked| asked.at.min(completed))
            }
        };
        anchor.is_some_and(|from| {
            within(
                &pinned.calendar().value,
                from,
                act,
                pinned.return_days().value.0,
                pinned.return_method().value,
            )
        })
    }
}
