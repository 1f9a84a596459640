//! What the documents say of hosting and renewal (3.2, 3.7).

use std::collections::BTreeSet;

use super::account::{Life, Money, Payer, Plan, Slot};
use super::days::{over, remain};
use super::judge::Says::{No, Yes};
use super::judge::{Question, Says, given, only};
use crate::lifecycle::{Extension, Paid, Slot as Ids};
use crate::model::{OrderId, PlanId, Timestamp};
use crate::rulebook::{Edition, LateHosting, RenewalResult};

impl<'a> Question<'a> {
    /// T-26: "activated only when an associated certificate comes due".
    pub(super) fn activation(&self, own: &Slot, order: OrderId) -> Says {
        only!(self.in_good_standing(own), "its refund is under way");
        only!(own.life == Life::Waiting, "it is not waiting");
        let chain = own.chain.and_then(|id| self.account.chains.get(&id));
        let chain = given!(chain, "it has no chain");
        only!(
            chain.next() == self.step.about,
            "members are taken in order"
        );
        let before = chain.current().and_then(|id| self.account.slots.get(&id));
        let before = given!(before, "there is none before it");
        only!(before.serves(), "the one before it does not serve");
        only!(
            before.application.is_some() || chain.submission.is_some(),
            "there is nothing to apply with"
        );
        let money = self.edition(chain.edition);
        let trigger = money.hosting_trigger().value;
        let due = before.not_after().is_some_and(|last| {
            let calendar = &money.calendar().value;
            remain(calendar, self.now(), last, trigger.days, trigger.strict)
        });
        only!(due, "it is not due");
        only!(self.new_order(order), "an id is used once");
        Yes
    }

    /// T-41: further years for what is there.
    pub(super) fn hosting(&self, own: &Slot, more: &Extension) -> Says {
        let conduct = self.conduct;
        only!(self.in_good_standing(own), "its refund is under way");
        only!(own.serves() && own.chain.is_none(), "not in this state");
        let uploaded = own.life == Life::Uploaded;
        only!(
            !more.product.free && (uploaded || !own.product.free),
            "free certificates are not renewed"
        );
        if uploaded {
            only!(
                conduct.hosting_of_uploaded().value.allows() && more.submission.is_some(),
                "uploaded ones, where the edition has it, with an application"
            );
        }
        let calendar = &conduct.calendar().value;
        let not_after = own.not_after().unwrap_or(Timestamp::MAX);
        only!(!over(calendar, self.now(), not_after), "it is expired");
        let last = |days| remain(calendar, self.now(), not_after, days, false);
        only!(
            match conduct.late_hosting().value {
                LateHosting::Never => false,
                LateHosting::Unexpired => true,
                LateHosting::LastDays(days) => last(days),
                LateHosting::MoreThan(days) => !last(days),
            },
            "it is too early or too late for that"
        );
        only!(
            uploaded || more.product == own.product,
            "the same specification"
        );
        only!(
            !more.slots.is_empty()
                && self.new_slots(&more.slots)
                && !self.account.chains.contains_key(&more.chain)
                && !self.account.purchases.contains_key(&more.paid.purchase),
            "an id is used once"
        );
        only!(
            self.sold(more.product.class, more.slots.len().saturating_add(1)),
            "a duration outside the edition's set"
        );
        Yes
    }

    /// The edition that a slot's money is bound to.
    pub(super) fn money_of(&self, own: &Slot) -> &'a Edition {
        let place = match own.payer {
            Payer::Purchase(_) => self.bought(own).map(|own| own.edition),
            Payer::Plan(_) | Payer::Nobody => self.plan(Some(own)).map(|own| own.edition),
        };
        place.map_or(self.conduct, |place| self.edition(place))
    }

    /// The plan that a renewal without a payment draws from.
    pub(super) fn renewed_from(&self, own: &Slot) -> Option<(PlanId, &'a Plan)> {
        let fits = self.account.plans.iter().filter(|(_, plan)| {
            plan.product == own.product
                && plan.left > 0
                && !matches!(plan.money, Money::PaidBack(_))
        });
        let fitting = fits.min_by_key(|(_, plan)| plan.paid_at);
        let held = match own.payer {
            Payer::Plan(id) => Some(id),
            Payer::Purchase(_) | Payer::Nobody => self.step.plan,
        };
        fitting
            .map(|(id, plan)| (*id, plan))
            .or_else(|| held.and_then(|id| Some((id, self.account.plans.get(&id)?))))
    }

    /// T-31, T-32.
    pub(super) fn renewal(&self, own: &Slot, slot: &Ids, paid: Option<&Paid>) -> Says {
        only!(self.in_good_standing(own), "its refund is under way");
        let (money, conduct) = (self.money_of(own), self.conduct);
        let uploaded = own.life == Life::Uploaded;
        only!(
            match own.life {
                Life::Issued => {
                    own.asked.is_none() && self.is_in(money.renewal().value, own)
                }
                Life::Uploaded => self.is_in(conduct.renewal_of_uploaded().value, own),
                Life::Revoked { by_ca, .. } => by_ca,
                Life::Waiting
                | Life::Fresh
                | Life::Withdrawn
                | Life::Proving
                | Life::Reviewing
                | Life::Failed
                | Life::Closed
                | Life::Cancelled
                | Life::Merged
                | Life::Deleted => false,
            },
            "only near expiry, as the edition says"
        );
        only!(!own.product.free, "free certificates are not renewed");
        let several = own.certificate.as_ref().is_some_and(|own| {
            let names: BTreeSet<_> = own.facts().names.iter().collect();
            names.len() > 1
        });
        let permitted = if uploaded {
            conduct.renewal_of_several()
        } else {
            money.renewal_of_several()
        };
        only!(
            !several || permitted.value.allows(),
            "certificates for several domains are not renewed"
        );
        if paid.is_none() {
            let from = self.renewed_from(own).map(|(_, plan)| plan);
            only!(Self::unit_left(from), "NotRemainCount");
            only!(
                uploaded || from.is_some_and(|plan| plan.product == own.product),
                "the plan is for another product"
            );
        }
        only!(
            self.new_slot(slot)
                && paid.is_none_or(|own| !self.account.purchases.contains_key(&own.purchase)),
            "an id is used once"
        );
        match &own.application {
            Some(applied) if money.renewal_result().value == RenewalResult::Submitted => {
                self.content(own.product, &applied.submission)
            }
            Some(_) | None => Yes,
        }
    }
}
