//! What the documents say of each command: yes, no, or nothing that the twin could know.

use std::collections::BTreeSet;

use super::account::{Account, Bought, Life, Money, Payer, Plan, Slot};
use super::days::{over, remain, year};
use crate::lifecycle::{self, Command};
use crate::model::{InstanceId, OrderId, Product, Status, StatusSet, Timestamp, ValidationClass};
use crate::rulebook::Edition;
use crate::testing::timeline::{Laws, Step};

/// What the documents say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Yes,
    /// No, in the words of the documents or of this crate's choice where they are silent.
    No(&'static str),
    /// It hangs on the content of a request, which the twin does not judge.
    Unknown,
}

use Says::{No, Unknown, Yes};

/// Goes on if something holds, and else says no.
macro_rules! only {
    ($holds:expr, $sentence:literal) => {
        if !$holds {
            return No($sentence);
        }
    };
}

/// What is there, or no.
macro_rules! given {
    ($found:expr, $sentence:literal) => {
        match $found {
            Some(found) => found,
            None => return No($sentence),
        }
    };
}

pub(super) use {given, only};

/// One question: a step, the account as it is, and the editions.
pub(super) struct Question<'a> {
    pub(super) account: &'a Account,
    pub(super) laws: &'a Laws,
    pub(super) conduct: &'a Edition,
    pub(super) step: &'a Step,
}

/// The status that a set is asked for, of a slot without its money.
fn stage(slot: &Slot, hosted: bool, now: Timestamp, conduct: &Edition) -> Status {
    match slot.life {
        Life::Waiting => Status::NotActivated,
        Life::Fresh | Life::Withdrawn => Status::PendingApplication,
        Life::Proving => Status::DomainVerification,
        Life::Reviewing => Status::Validating,
        Life::Failed => Status::ValidationFailed,
        Life::Revoked { .. } => Status::Revoked,
        Life::Closed => Status::Closed,
        Life::Cancelled => Status::Cancelled,
        Life::Merged => Status::Merged,
        Life::Deleted => Status::Deleted,
        Life::Issued | Life::Uploaded => match slot.asked {
            Some(asked) if asked.by_mail && !asked.confirmed => Status::RevocationToConfirm,
            Some(_) => Status::ValidatingRevocation,
            None => with_time(slot, hosted, now, conduct),
        },
    }
}

fn with_time(slot: &Slot, hosted: bool, now: Timestamp, conduct: &Edition) -> Status {
    let calendar = &conduct.calendar().value;
    let days = conduct.notice().value.within_days;
    let not_after = slot.not_after().unwrap_or(Timestamp::MAX);
    if over(calendar, now, not_after) {
        Status::Expired
    } else if remain(calendar, now, not_after, days, false) {
        Status::PendingExpiration
    } else if hosted {
        Status::Hosted
    } else {
        Status::Issued
    }
}

impl<'a> Question<'a> {
    pub(super) fn edition(&self, place: usize) -> &'a Edition {
        self.laws.editions().get(place).unwrap_or(self.conduct)
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.step.at
    }

    pub(super) fn own(&self) -> Option<&'a Slot> {
        self.account.slots.get(&self.step.about?)
    }

    pub(super) fn bought(&self, slot: &Slot) -> Option<&'a Bought> {
        match slot.payer {
            Payer::Purchase(id) => self.account.purchases.get(&id),
            Payer::Plan(_) | Payer::Nobody => None,
        }
    }

    /// The plan whose unit the slot holds, or the one chosen.
    pub(super) fn plan(&self, slot: Option<&Slot>) -> Option<&'a Plan> {
        let held = slot.and_then(|slot| match slot.payer {
            Payer::Plan(id) => Some(id),
            Payer::Purchase(_) | Payer::Nobody => None,
        });
        self.account.plans.get(&held.or(self.step.plan)?)
    }

    /// "First issuance in a chain shows Hosted", while a member behind it waits (R-45, T-28).
    pub(super) fn hosted(&self, id: InstanceId, slot: &Slot) -> bool {
        let chain = slot.chain.and_then(|chain| self.account.chains.get(&chain));
        chain.is_some_and(|chain| chain.current() == Some(id) && chain.next().is_some())
    }

    /// What the owner sees, by the list of priorities.
    pub(super) fn shown(&self, id: InstanceId, slot: &Slot) -> Status {
        let stage = stage(slot, self.hosted(id, slot), self.now(), self.conduct);
        let money = self.bought(slot).map_or(Money::Kept, |own| own.money);
        let ended = [
            Status::Deleted,
            Status::Closed,
            Status::Cancelled,
            Status::Merged,
        ];
        match money {
            Money::PaidBack(_) if stage != Status::Deleted => Status::Refunded,
            Money::Claimed if !ended.contains(&stage) => Status::RefundReview,
            Money::PaidBack(_) | Money::Claimed | Money::Kept => stage,
        }
    }

    /// Whether a slot is in one of some states. A set that has what comes before and after Pending
    /// Expiration is read with it.
    pub(super) fn is_in(&self, set: StatusSet, slot: &Slot) -> bool {
        let hosted = self.step.about.is_some_and(|id| self.hosted(id, slot));
        let at = stage(slot, hosted, self.now(), self.conduct);
        let calm = if hosted {
            Status::Hosted
        } else {
            Status::Issued
        };
        let spans =
            at == Status::PendingExpiration && set.contains(calm) && set.contains(Status::Expired);
        set.contains(at) || spans
    }

    /// nothing happens to a slot while its refund is under review, or once it was paid.
    pub(super) fn in_good_standing(&self, slot: &Slot) -> bool {
        self.bought(slot).is_none_or(|own| own.money == Money::Kept)
    }

    pub(super) fn new_order(&self, order: OrderId) -> bool {
        !self.account.orders.contains(&order)
    }

    pub(super) fn new_slot(&self, slot: &lifecycle::Slot) -> bool {
        !self.account.slots.contains_key(&slot.instance) && self.new_order(slot.order)
    }

    pub(super) fn new_slots(&self, slots: &[lifecycle::Slot]) -> bool {
        let instances: BTreeSet<_> = slots.iter().map(|slot| slot.instance).collect();
        let orders: BTreeSet<_> = slots.iter().map(|slot| slot.order).collect();
        instances.len() == slots.len()
            && orders.len() == slots.len()
            && slots.iter().all(|slot| self.new_slot(slot))
    }

    /// 3.16: so many free certificates a natural year.
    pub(super) fn free_left(&self, product: Product, count: u32) -> bool {
        let Some(most) = self.conduct.free_limit().value.0.filter(|_| product.free) else {
            return true;
        };
        let calendar = &self.conduct.calendar().value;
        let this_year = |at: Timestamp| year(calendar, at) == year(calendar, self.now());
        let plans = self.account.plans.values();
        let plans = plans.filter(|own| own.product.free && this_year(own.paid_at));
        let bought = self.account.purchases.values();
        let bought = bought.filter(|own| own.product.free && this_year(own.paid_at));
        let taken = plans
            .map(|own| own.total)
            .chain(bought.map(|own| own.count))
            .fold(count, u32::saturating_add);
        taken <= u32::from(most)
    }

    /// one year always, more where hosting is sold for so many.
    pub(super) fn sold(&self, class: ValidationClass, years: usize) -> bool {
        let most = self.conduct.hosting_years().value;
        let most = match class {
            ValidationClass::Dv => most.dv,
            ValidationClass::Ov => most.ov,
            ValidationClass::Ev => most.ev,
        };
        years == 1 || years <= usize::from(most)
    }

    /// What the documents say of the step.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a command: a new one must be thought of here"
    )]
    pub(super) fn says(&self) -> Says {
        match &self.step.command {
            Command::BuyPlan {
                plan,
                product,
                count,
                ..
            } => {
                only!(!self.account.plans.contains_key(plan), "an id is used once");
                only!(
                    self.free_left(*product, count.get()),
                    "so many free certificates a year"
                );
                Yes
            }
            Command::Buy(new) => {
                let years = new.slots.len();
                only!(
                    years > 0 && (years > 1) == new.chain.is_some(),
                    "Y years are Y slots, linked"
                );
                only!(
                    self.new_slots(&new.slots)
                        && !self.account.purchases.contains_key(&new.paid.purchase)
                        && new
                            .chain
                            .is_none_or(|id| !self.account.chains.contains_key(&id)),
                    "an id is used once"
                );
                only!(
                    years == 1 || !new.product.free,
                    "free certificates are not renewed"
                );
                only!(
                    self.sold(new.product.class, years),
                    "a duration outside the edition's set"
                );
                let count = u32::try_from(years).unwrap_or(u32::MAX);
                only!(
                    self.free_left(new.product, count),
                    "so many free certificates a year"
                );
                Yes
            }
            Command::Draw(slot) => {
                only!(Self::unit_left(self.plan(None)), "NotRemainCount");
                only!(self.new_slot(slot), "an id is used once");
                Yes
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
                only!(Self::unit_left(self.plan(None)), "NotRemainCount");
                only!(self.new_slot(&slot), "an id is used once");
                let product = self.plan(None).map(|plan| plan.product);
                product.map_or(Unknown, |product| self.content(product, submission))
            }
            Command::Upload(new) => {
                only!(self.new_slot(&new.slot), "an id is used once");
                let (rule, name) = (self.conduct.upload_name().value, new.name.as_str());
                let plain = name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
                only!(
                    !name.is_empty() && name.chars().count() <= usize::from(rule.most_characters),
                    "the name is too long"
                );
                only!(
                    plain || rule.any_script,
                    "letters, digits, underscores and hyphens"
                );
                only!(
                    self.account
                        .slots
                        .values()
                        .all(|slot| slot.life != Life::Uploaded
                            || slot.name.as_ref() != Some(&new.name)),
                    "the name is unique in the account"
                );
                only!(
                    new.key == new.certificate.spki(),
                    "the key belongs to the certificate"
                );
                Yes
            }
            Command::ClaimRefund => self.claim().0,
            Command::CancelRefund | Command::GrantRefund | Command::RefuseRefund { .. } => {
                let money = self.own().and_then(|own| self.bought(own));
                only!(
                    money.is_some_and(|own| own.money == Money::Claimed),
                    "only from refund review"
                );
                Yes
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
            | Command::ReceiveChallenge { .. }
            | Command::ConfirmDomain
            | Command::Approve { .. }
            | Command::Reject { .. }
            | Command::CompleteRevocation { .. }
            | Command::RefuseRevocation { .. }
            | Command::RecordCaRevocation { .. }
            | Command::Activate { .. }
            | Command::Wake => {
                let own = given!(self.own(), "NotFoundOrder");
                if let Command::Approve { certificate } = &self.step.command {
                    return self.approval(own, certificate);
                }
                only!(own.life != Life::Deleted, "nothing leads out of Deleted");
                self.of_slot(own)
            }
        }
    }

    /// a plan that was not paid back, with a unit left.
    pub(super) fn unit_left(plan: Option<&Plan>) -> bool {
        plan.is_some_and(|plan| plan.left > 0 && !matches!(plan.money, Money::PaidBack(_)))
    }
}
