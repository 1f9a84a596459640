//! What refunds yield.

use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::command::Command;
use crate::lifecycle::condition::{deciding, forfeited, heard};
use crate::lifecycle::event::{Events, PlanEvent, PurchaseEvent};
use crate::model::{CertificateInstance, Live, Phase, Purchase, RevocationCause, Timestamp};
use crate::rulebook::{RefundCase, RefundTrigger, Review, RuleId};

/// paid at once, or under review first, as the deciding clause says. A plan is paid at
/// once: no document speaks of a review.
pub(super) fn claimed(
    case: &Case<'_>,
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) -> Option<()> {
    let own = case.purchase.filter(|own| own.account == case.account);
    let Some(purchase) = own else {
        let plan = case.plan?;
        events.follow(RuleId::R32);
        let refunded = PlanEvent::Refunded {
            cash: plan.bill.payment.cash,
            at: now,
        };
        events.plan(plan.id, refunded);
        return Some(());
    };
    let instance = case.instance?;
    let condition = if matches!(instance.phase, Phase::Revoked { .. }) {
        RefundCase::Revoked
    } else {
        RefundCase::Unissued
    };
    events.follow(RuleId::R29);
    match deciding(purchase, instance, condition, now, law)?.review {
        Review::Instant => pay_back(purchase, now, events),
        Review::WorkingDays(_) => {
            events.purchase(purchase.id, PurchaseEvent::RefundClaimed { at: now });
        }
    }
    Some(())
}

/// the cash part, and nothing else.
fn pay_back(purchase: &Purchase, now: Timestamp, events: &mut Events) {
    let cash = purchase.bill.payment.cash;
    events.purchase(purchase.id, PurchaseEvent::Refunded { cash, at: now });
}

/// the end of a claim under review, by its owner (T-34) or by the vendor (T-35).
pub(super) fn answered(
    case: &Case<'_>,
    command: &Command,
    now: Timestamp,
    events: &mut Events,
) -> Option<()> {
    let purchase = case.purchase?;
    events.follow(RuleId::R34);
    if let Command::RefuseRefund { reason } = command {
        let refused = PurchaseEvent::RefundRefused {
            reason: reason.clone(),
            at: now,
        };
        events.purchase(purchase.id, refused);
    } else if matches!(command, Command::GrantRefund) {
        pay_back(purchase, now, events);
    } else {
        events.purchase(purchase.id, PurchaseEvent::RefundCancelled { at: now });
    }
    Some(())
}

/// R-29 where the service pays back by itself: the revocation that was just decided is judged as it
/// will stand.
pub(super) fn of_revocation(
    case: &Case<'_>,
    instance: &CertificateInstance,
    (live, completed): (&Live, Timestamp),
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) {
    if instance.purchase().is_none()
        || !matches!(
            law.money.refund_trigger().value,
            RefundTrigger::OnRevocation
        )
    {
        return;
    }
    let standing = heard(case, law).filter(|(own, _)| forfeited(case, own, instance).is_none());
    let Some((purchase, _)) = standing else {
        return;
    };
    let mut revoked = instance.clone();
    revoked.phase = Phase::Revoked {
        live: live.clone(),
        at: completed,
        cause: RevocationCause::ByHolder,
        reason: live
            .revocation
            .map(|asked| asked.reason)
            .unwrap_or_default(),
    };
    if deciding(purchase, &revoked, RefundCase::Revoked, now, law).is_some() {
        events.follow(RuleId::R29);
        pay_back(purchase, now, events);
    }
}
