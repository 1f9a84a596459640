//! What the documents say of refunds (3.3, 3.4).

use super::account::{Bought, Goods, Life, Money, Plan, Slot, Turn};
use super::days::within;
use super::judge::Says::{No, Yes};
use super::judge::{Question, Says, given, only};
use crate::rulebook::{
    Anchor, Edition, RefundAct, RefundCase, RefundClause, RefundLimit, Review, Unused,
};

impl<'a> Question<'a> {
    /// What a claim comes to: whether it is accepted, and if so whether it is reviewed.
    pub(super) fn claim(&self) -> (Says, Option<Review>) {
        let own = self.own();
        match own.and_then(|own| self.bought(own)) {
            Some(bought) => {
                let says = self.may_claim(own, bought);
                let clause = own
                    .filter(|_| says == Yes)
                    .and_then(|own| self.paying(bought, own, Self::condition(own)?));
                match clause {
                    Some(clause) => (Yes, Some(clause.review)),
                    None if says == Yes => (No("the window of the refund is closed"), None),
                    None => (says, None),
                }
            }
            None => (self.may_claim_plan(self.plan(own)), Some(Review::Instant)),
        }
    }

    pub(super) fn may_claim_plan(&self, plan: Option<&Plan>) -> Says {
        let plan = given!(plan, "nothing was paid for");
        only!(
            plan.money == Money::Kept && plan.payment.cash > 0 && !plan.product.free,
            "vouchers and free certificates are never refunded, and nothing twice"
        );
        let money = self.edition(plan.edition);
        let rule = money.plan_refund().value;
        only!(
            rule.days.is_none_or(|days| within(
                &money.calendar().value,
                plan.paid_at,
                self.now(),
                days,
                rule.method
            )),
            "the plan's deadline is over"
        );
        only!(
            match rule.unused {
                Unused::NeverApplied => plan.ever_taken == 0,
                Unused::LedgerFull => plan.left == plan.total,
            },
            "the plan is used"
        );
        Yes
    }

    /// Of which condition of the refund rules a slot is.
    pub(super) const fn condition(own: &Slot) -> Option<RefundCase> {
        match own.life {
            Life::Waiting | Life::Fresh | Life::Withdrawn | Life::Failed => {
                Some(RefundCase::Unissued)
            }
            Life::Revoked { .. } => Some(RefundCase::Revoked),
            Life::Proving
            | Life::Reviewing
            | Life::Issued
            | Life::Uploaded
            | Life::Closed
            | Life::Cancelled
            | Life::Merged
            | Life::Deleted => None,
        }
    }

    pub(super) fn may_claim(&self, own: Option<&Slot>, bought: &Bought) -> Says {
        let own = given!(own, "NotFoundOrder");
        only!(
            self.step.about == Some(bought.first),
            "the price came with the first certificate"
        );
        only!(self.refundable(own, bought), "never refunded");
        only!(Self::condition(own).is_some(), "not in this state");
        Yes
    }

    /// What is said of a purchase whatever its dates: paid in cash, kept, not free, not of late
    /// hosting where that is not refunded, not merged, the chain not moved on.
    pub(super) fn refundable(&self, own: &Slot, bought: &Bought) -> bool {
        let money = self.edition(bought.edition);
        let chain = bought.chain.and_then(|id| self.account.chains.get(&id));
        let moved_on = chain.is_some_and(|chain| {
            let behind = chain
                .members
                .iter()
                .skip_while(|(id, _)| *id != bought.first);
            behind.skip(1).any(|(_, turn)| *turn == Turn::Came)
        });
        bought.money == Money::Kept
            && !bought.product.free
            && bought.payment.cash > 0
            && (bought.goods != Goods::Hosting || money.late_hosting_refund().value.allows())
            && !own.absorbed
            && !moved_on
    }

    /// The first clause of the refund rules whose every bound is met now.
    pub(super) fn paying(
        &self,
        bought: &Bought,
        own: &Slot,
        condition: RefundCase,
    ) -> Option<&'a RefundClause> {
        let money = self.edition(bought.edition);
        let clauses = money.refund().value.clauses.iter();
        let mut spoken =
            clauses.filter(|one| one.case == condition && one.add_on.covers(bought.payment.add_on));
        spoken.find(|one| {
            one.limits
                .iter()
                .all(|limit| self.meets(*limit, bought, own, money))
        })
    }

    pub(super) fn meets(
        &self,
        limit: RefundLimit,
        bought: &Bought,
        own: &Slot,
        money: &Edition,
    ) -> bool {
        let anchor = match limit.anchor {
            Anchor::Payment => Some(bought.paid_at),
            Anchor::Issuance => own.issued_at,
        };
        let completed = if let Life::Revoked { at, .. } = own.life {
            Some(at)
        } else {
            None
        };
        let asked = own.asked.map(|asked| asked.at);
        let act = match limit.act {
            RefundAct::Claim => Some(self.now()),
            RefundAct::RevocationCompleted => completed,
            RefundAct::RevocationRequested => completed.into_iter().chain(asked).min(),
        };
        anchor.zip(act).is_some_and(|(from, at)| {
            within(&money.calendar().value, from, at, limit.days, limit.method)
        })
    }
}
