//! Paying an instance back (T-47): what stands in the way, and until when.

use crate::lifecycle::clause::{Basis, Clause, WayOut, Why};
use crate::lifecycle::condition::{Flow, Sink, clause};
use crate::model::Timestamp;
use crate::rulebook::{
    Anchor, RefundAct, RefundCase, RefundClause, RefundLimit, RefundRule, RuleId, Window,
};

use super::case::Law;
use super::condition::{bought, idle, in_force, pinned, stays};
use super::instance::{HeldCertificate, Subscription, SubscriptionInstance};
use super::status::unexpired;

/// Paying back (T-47): what was bought for cash, once, with nothing under way and all that was issued
/// revoked, within the window of the purchase's edition.
pub(super) fn refund<'a>(
    instance: &SubscriptionInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let Some(subscription) = bought(instance, RuleId::V10, sink) else {
        return Flow::Break(());
    };
    stays(instance, RuleId::T47, sink)?;
    idle(instance, sink)?;
    pinned(subscription, law, sink)?;
    for (why, holds) in [
        (Why::Free, !subscription.product.free),
        (Why::NothingPaid, subscription.payment.cash > 0),
    ] {
        sink(clause(RuleId::R31, why, Window::when(holds), WayOut::None))?;
    }
    let ruling = law.purchase.refund();
    let window = |rule: &RefundRule| refund_window(instance, subscription, &rule.clauses, law);
    let holds = window(&ruling.value).and(still_revocable(instance, law));
    let differs = ruling
        .next
        .as_ref()
        .is_some_and(|next| !window(next).is_never());
    let late = if holds.is_never() {
        spoken(instance, subscription, &ruling.value.clauses)
            .filter_map(|one| revoked_late(instance, subscription, one, law))
            .max_by_key(|(_, until)| *until)
    } else {
        None
    };
    let why = late.map_or(Why::NotRefundable, |(act, until)| {
        Why::RevokedTooLate(act, until)
    });
    // Before anybody is told to revoke: that costs a certificate, and may pay nothing any more.
    sink(Clause {
        basis: Basis::Pinned(law.purchase, &ruling.cite),
        ..in_force(
            RuleId::T47,
            why,
            law.purchase,
            ruling,
            holds,
            differs,
            WayOut::None,
        )
    })?;
    let mut unrevoked = instance.certificates.iter().filter(|c| c.revoked.is_none());
    let way_out = if unrevoked.clone().all(|held| held.requested.is_some()) {
        WayOut::AwaitRevocation
    } else {
        WayOut::RevokeFirst
    };
    sink(clause(
        RuleId::T47,
        Why::Unrevoked,
        Window::when(unrevoked.next().is_none()),
        way_out,
    ))
}

/// While what is not revoked yet can still be: only what is unexpired.
fn still_revocable(instance: &SubscriptionInstance, law: &Law<'_>) -> Window {
    instance
        .certificates
        .iter()
        .filter(|held| held.revoked.is_none() && held.requested.is_none())
        .map(|held| unexpired(held.certificate.validity().not_after(), law.conduct))
        .fold(Window::ALWAYS, Window::and)
}

/// The clauses that speak of the case.
fn spoken<'r>(
    instance: &SubscriptionInstance,
    subscription: &Subscription,
    clauses: &'r [RefundClause],
) -> impl Iterator<Item = &'r RefundClause> {
    let case = if instance.certificates.is_empty() {
        RefundCase::Unissued
    } else {
        RefundCase::Revoked
    };
    let add_on = subscription.payment.add_on;
    clauses
        .iter()
        .filter(move |clause| clause.case == case && clause.add_on.covers(add_on))
}

/// When a claim is paid: in the window of the last clause that speaks of the case. It is the widest, for
/// no rulebook has a later clause that is no wider than an earlier one for the same purchases.
fn refund_window(
    instance: &SubscriptionInstance,
    subscription: &Subscription,
    clauses: &[RefundClause],
    law: &Law<'_>,
) -> Window {
    spoken(instance, subscription, clauses)
        .last()
        .map_or(Window::NEVER, |clause| {
            claimable(instance, subscription, clause, law)
        })
}

/// The window of one bound for one certificate.
fn bound(
    subscription: &Subscription,
    held: &HeldCertificate,
    limit: RefundLimit,
    law: &Law<'_>,
) -> Window {
    let anchor = match limit.anchor {
        Anchor::Payment => subscription.order.start,
        Anchor::Issuance => held.issued_at,
    };
    let calendar = law.purchase.calendar().value;
    calendar.within_days_of(anchor, limit.days, limit.method)
}

/// When the act that a bound looks at happened.
fn act(held: &HeldCertificate, of: RefundAct) -> Option<Timestamp> {
    let completed = held.revoked.map(|revoked| revoked.at);
    let requested = held.requested.map(|request| request.at);
    match of {
        // What the CA did before the holder asked counts from then.
        RefundAct::RevocationRequested => completed.into_iter().chain(requested).min(),
        RefundAct::RevocationCompleted | RefundAct::Claim => completed,
    }
}

/// When a claim under one clause is paid: for its every bound, the acts of all revocations fell in.
/// What is not revoked yet counts as revoked at the instant of the claim; another clause asks for it.
fn claimable(
    instance: &SubscriptionInstance,
    subscription: &Subscription,
    clause: &RefundClause,
    law: &Law<'_>,
) -> Window {
    let mut joint = Window::ALWAYS;
    for limit in &clause.limits {
        if let (RefundAct::Claim, Anchor::Payment) = (limit.act, limit.anchor) {
            let calendar = law.purchase.calendar().value;
            let paid = subscription.order.start;
            joint = joint.and(calendar.within_days_of(paid, limit.days, limit.method));
            continue;
        }
        for held in &instance.certificates {
            let inside = bound(subscription, held, *limit, law);
            joint = joint.and(match (limit.act, act(held, limit.act)) {
                (RefundAct::Claim, _) | (_, None) => inside,
                (RefundAct::RevocationRequested | RefundAct::RevocationCompleted, Some(at)) => {
                    Window::when(inside.contains(at))
                }
            });
        }
    }
    joint
}

/// The revocation that came too late for a clause, and before when it had to happen.
fn revoked_late(
    instance: &SubscriptionInstance,
    subscription: &Subscription,
    clause: &RefundClause,
    law: &Law<'_>,
) -> Option<(RefundAct, Timestamp)> {
    let bounds = clause.limits.iter().flat_map(|limit| {
        let held = instance.certificates.iter();
        held.map(move |held| (limit, held))
    });
    bounds
        .filter(|(limit, _)| !matches!(limit.act, RefundAct::Claim))
        .filter_map(|(limit, held)| {
            let inside = bound(subscription, held, *limit, law);
            let at = act(held, limit.act)?;
            inside
                .until()
                .filter(|_| !inside.contains(at))
                .map(|until| (limit.act, until))
        })
        .min_by_key(|(_, until)| *until)
}
