//! Money back: who gets it, until when, and what stands in the way.

use alloc::vec::Vec;

use super::revocation::instead_revoke;
use super::{Flow, From, Sink, clause, never, not_found, owned, payer, ruled, ruled_window};
use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{Clause, WayOut, Why};
use crate::lifecycle::status::{refund_of, stage};
use crate::model::{
    CertificateInstance, End, MemberState, Phase, Purchase, PurchaseKind, RefundState,
    ResourcePlan, Timestamp,
};
use crate::rulebook::{
    Anchor, RefundAct, RefundCase, RefundClause, RefundRule, RuleId, Unused, Window,
};

/// while a claim is under review, and once it was paid, nothing else happens to the slot.
pub(super) fn unrefunded<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match refund_of(case, instance) {
        RefundState::None => Flow::Continue(()),
        RefundState::Review { .. } => sink(never(
            RuleId::R34,
            Why::RefundUnderWay,
            WayOut::CancelRefund,
        )),
        RefundState::Refunded { .. } => sink(never(RuleId::R34, Why::Refunded, WayOut::ApplyAnew)),
    }
}

/// nothing is deleted or cancelled while a claim is under review; what was paid back may go.
pub(super) fn unreviewed<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match refund_of(case, instance) {
        RefundState::Review { .. } => unrefunded(case, instance, sink),
        RefundState::None | RefundState::Refunded { .. } => Flow::Continue(()),
    }
}

/// A claim: for the case's purchase, or without one for its plan.
pub(super) fn claim_money<'a>(case: &Case<'a>, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    let paid_for = match paid_for(case, sink) {
        Ok(paid_for) => paid_for,
        Err(flow) => return flow,
    };
    match paid_for {
        (Some(purchase), _) => claim(case, purchase, law, sink),
        (None, Some(plan)) => claim_plan(plan, law, sink),
        (None, None) => not_found(sink),
    }
}

/// The end of a claim under review.
pub(super) fn end_review<'a>(case: &Case<'a>, sink: &mut impl Sink<'a>) -> Flow {
    let paid_for = match paid_for(case, sink) {
        Ok(paid_for) => paid_for,
        Err(flow) => return flow,
    };
    match paid_for {
        (Some(purchase), _) => under_review(purchase.bill.refund, sink),
        (None, Some(plan)) => under_review(plan.bill.refund, sink),
        (None, None) => not_found(sink),
    }
}

type PaidFor<'a> = (Option<&'a Purchase>, Option<&'a ResourcePlan>);

/// What was paid for, of the account that asks. A claim for what was bought by itself never falls
/// upon a plan that stands beside it.
fn paid_for<'a>(case: &Case<'a>, sink: &mut impl Sink<'a>) -> Result<PaidFor<'a>, Flow> {
    let purchase = case.purchase.filter(|own| own.account == case.account);
    if purchase.is_none()
        && let Some(instance) = owned(case).filter(|own| own.purchase().is_some())
    {
        return Err(payer(case, instance, sink));
    }
    let plan = case.plan.filter(|own| own.account == case.account);
    Ok((purchase, plan))
}

///
fn under_review<'a>(refund: RefundState, sink: &mut impl Sink<'a>) -> Flow {
    match refund {
        RefundState::Review { .. } => Flow::Continue(()),
        RefundState::None => sink(never(RuleId::R34, Why::NoRefundClaimed, WayOut::None)),
        RefundState::Refunded { .. } => sink(never(RuleId::R34, Why::Refunded, WayOut::None)),
    }
}

/// What a bill says against a refund before any window is looked at.
fn payable<'a>(refund: RefundState, free: bool, cash: u64, sink: &mut impl Sink<'a>) -> Flow {
    match refund {
        RefundState::None => {}
        RefundState::Review { .. } => {
            return sink(never(RuleId::R34, Why::RefundUnderWay, WayOut::AwaitRefund));
        }
        RefundState::Refunded { .. } => {
            return sink(never(RuleId::R34, Why::Refunded, WayOut::None));
        }
    }
    sink(clause(
        RuleId::R31,
        Why::Free,
        Window::when(!free),
        WayOut::None,
    ))?;
    sink(clause(
        RuleId::R31,
        Why::NothingPaid,
        Window::when(cash > 0),
        WayOut::None,
    ))
}

/// a plan is paid back while it is unused, and inside the edition's deadline.
fn claim_plan<'a>(plan: &'a ResourcePlan, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    payable(
        plan.bill.refund,
        plan.product.free,
        plan.bill.payment.cash,
        sink,
    )?;
    money_pinned(&plan.bill.pin, law, sink)?;
    let rule = law.money.plan_refund();
    let way_out = match rule.value.unused {
        Unused::NeverApplied => WayOut::None,
        Unused::LedgerFull => WayOut::ReturnUnits,
    };
    sink(ruled(
        RuleId::R32,
        Why::PlanUsed,
        (From::Money, law),
        rule,
        |rule| match rule.unused {
            Unused::NeverApplied => plan.taken == 0,
            Unused::LedgerFull => plan.used() == 0,
        },
        way_out,
    ))?;
    let calendar = law.money.calendar().value;
    sink(ruled_window(
        RuleId::R33,
        Why::RefundWindow,
        (From::Money, law),
        rule,
        |rule| {
            rule.days.map_or(Window::ALWAYS, |days| {
                calendar.within_days_of(plan.bill.paid_at, days, rule.method)
            })
        },
        WayOut::None,
    ))
}

/// money is judged by the edition of the purchase.
pub(super) fn money_pinned<'a>(
    pin: &crate::model::Pin,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    sink(clause(
        RuleId::R28,
        Why::OtherEdition,
        Window::when(law.money.has_pin(pin)),
        WayOut::LoadPinned,
    ))
}

/// What is asked of a claim in every condition of the certificate.
fn claimable<'a>(
    case: &Case<'a>,
    purchase: &'a Purchase,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Result<&'a CertificateInstance, Flow> {
    let of_purchase = |instance: &&CertificateInstance| {
        instance.account == case.account
            && instance.id == purchase.first
            && instance.purchase() == Some(purchase.id)
    };
    // Its other certificates have no price of their own.
    let behind = owned(case)
        .is_some_and(|own| own.purchase() == Some(purchase.id) && own.id != purchase.first);
    if behind {
        return Err(sink(never(
            RuleId::R29,
            Why::NotFirst,
            WayOut::ClaimOnFirst,
        )));
    }
    let Some(instance) = case.instance.filter(of_purchase) else {
        return Err(sink(never(
            RuleId::R24,
            Why::OtherInstance,
            WayOut::LoadAll,
        )));
    };
    match of_bill(case, purchase, law, sink) {
        Flow::Continue(()) => Ok(instance),
        stopped @ Flow::Break(()) => Err(stopped),
    }
}

/// What is asked of the purchase itself.
fn of_bill<'a>(
    case: &Case<'a>,
    purchase: &'a Purchase,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    if purchase.chain.is_some() {
        let fits = case
            .chain
            .is_some_and(|chain| Some(chain.id) == purchase.chain && chain.account == case.account);
        sink(clause(
            RuleId::R24,
            Why::OtherChain,
            Window::when(fits),
            WayOut::LoadAll,
        ))?;
    }
    payable(
        purchase.bill.refund,
        purchase.product.free,
        purchase.bill.payment.cash,
        sink,
    )?;
    money_pinned(&purchase.bill.pin, law, sink)?;
    if matches!(purchase.kind, PurchaseKind::Hosting) {
        sink(ruled(
            RuleId::R50,
            Why::LateHosting,
            (From::Money, law),
            law.money.late_hosting_refund(),
            |refund| refund.allows(),
            WayOut::None,
        ))?;
    }
    Flow::Continue(())
}

/// T-42: whether the price of a purchase comes back.
fn claim<'a>(
    case: &Case<'a>,
    purchase: &'a Purchase,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let instance = match claimable(case, purchase, law, sink) {
        Ok(instance) => instance,
        Err(flow) => return flow,
    };
    let condition = match condition(case, instance, law) {
        Ok(condition) => condition,
        Err((why, way_out)) => return sink(never(RuleId::R29, why, way_out)),
    };
    let rule = law.money.refund();
    sink(ruled(
        RuleId::R29,
        Why::NoRefundHere,
        (From::Money, law),
        rule,
        |rule| spoken(rule, condition, purchase).next().is_some(),
        WayOut::None,
    ))?;
    sink(ruled_window(
        RuleId::R29,
        Why::RefundWindow,
        (From::Money, law),
        rule,
        |rule| refund_window(rule, condition, purchase, instance, law),
        WayOut::None,
    ))
}

/// What takes the right to a refund away for good: merging (T-42), and that a member of the chain
/// behind the purchase's first one was applied for.
pub(in crate::lifecycle) fn forfeited(
    case: &Case<'_>,
    purchase: &Purchase,
    instance: &CertificateInstance,
) -> Option<Why> {
    if !instance.absorbed().is_empty() {
        return Some(Why::WasMerged);
    }
    let chain = case
        .chain
        .filter(|chain| purchase.chain == Some(chain.id))?;
    let moved_on = chain
        .members
        .iter()
        .skip_while(|member| member.instance != purchase.first)
        .skip(1)
        .any(|member| matches!(member.state, MemberState::Begun));
    moved_on.then_some(Why::ChainMovedOn)
}

/// In which condition the first instance of a purchase is, for a refund.
fn condition(
    case: &Case<'_>,
    instance: &CertificateInstance,
    law: &Law<'_>,
) -> Result<RefundCase, (Why, WayOut)> {
    if let Some(why) = case
        .purchase
        .and_then(|purchase| forfeited(case, purchase, instance))
    {
        return Err((why, WayOut::None));
    }
    match &instance.phase {
        // The first further member of a chain that was made later.
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Failed { .. }
        | Phase::Pending { .. } => Ok(RefundCase::Unissued),
        Phase::Revoked { .. } => Ok(RefundCase::Revoked),
        Phase::Verifying(_) | Phase::Validating(_) => {
            let withdrawable = law.application.withdrawal().value.contains(stage(instance));
            let way_out = if withdrawable {
                WayOut::WithdrawFirst
            } else {
                WayOut::AwaitCa
            };
            Err((Why::UnderWay, way_out))
        }
        Phase::Live(live) if live.revocation.is_some() => {
            Err((Why::RevocationUnderWay, WayOut::AwaitRevocation))
        }
        Phase::Live(_) => Err((
            Why::NotRevoked,
            instead_revoke(case, instance, law, WayOut::RevokeFirst),
        )),
        Phase::Ended {
            how: End::Merged(_),
            ..
        } => Err((Why::WasMerged, WayOut::None)),
        Phase::Ended { .. } => Err((Why::Ended(stage(instance)), WayOut::None)),
        Phase::Uploaded(_) => Err((Why::Uploaded, WayOut::None)),
        Phase::Deleted { .. } => Err((Why::OrderDeleted, WayOut::None)),
    }
}

/// While a claim is accepted: that of the widest clause that speaks of the condition.
fn refund_window(
    rule: &RefundRule,
    condition: RefundCase,
    purchase: &Purchase,
    instance: &CertificateInstance,
    law: &Law<'_>,
) -> Window {
    spoken(rule, condition, purchase)
        .map(|one| window_of(one, purchase, instance, law))
        .last()
        .unwrap_or(Window::NEVER)
}

fn spoken<'r>(
    rule: &'r RefundRule,
    condition: RefundCase,
    purchase: &Purchase,
) -> impl Iterator<Item = &'r RefundClause> {
    let add_on = purchase.bill.payment.add_on;
    rule.clauses
        .iter()
        .filter(move |one| one.case == condition && one.add_on.covers(add_on))
}

/// The clause that decides a claim made now: the first whose window is open.
pub(in crate::lifecycle) fn deciding<'a>(
    purchase: &Purchase,
    instance: &CertificateInstance,
    condition: RefundCase,
    now: Timestamp,
    law: &Law<'a>,
) -> Option<&'a RefundClause> {
    spoken(&law.money.refund().value, condition, purchase)
        .find(|one| window_of(one, purchase, instance, law).contains(now))
}

/// While a claim meets one clause: what the acts before it settle is settled already.
fn window_of(
    one: &RefundClause,
    purchase: &Purchase,
    instance: &CertificateInstance,
    law: &Law<'_>,
) -> Window {
    bounded(one, purchase, instance, law, |_| Window::NEVER)
}

/// The same, if an act that is still to come is done at the instant of the claim.
fn window_ahead(
    one: &RefundClause,
    purchase: &Purchase,
    instance: &CertificateInstance,
    law: &Law<'_>,
) -> Window {
    bounded(one, purchase, instance, law, |inside| inside)
}

fn bounded(
    one: &RefundClause,
    purchase: &Purchase,
    instance: &CertificateInstance,
    law: &Law<'_>,
    undone: impl Fn(Window) -> Window,
) -> Window {
    let calendar = law.money.calendar().value;
    one.limits.iter().fold(Window::ALWAYS, |joint, limit| {
        let anchor = match limit.anchor {
            Anchor::Payment => Some(purchase.bill.paid_at),
            Anchor::Issuance => instance.live().map(|live| live.issued_at),
        };
        let Some(anchor) = anchor else {
            return Window::NEVER;
        };
        let inside = calendar.within_days_of(anchor, limit.days, limit.method);
        let settled = |act: Option<Timestamp>| match act {
            Some(instant) => Window::when(inside.contains(instant)),
            None => undone(inside),
        };
        joint.and(match limit.act {
            RefundAct::Claim => inside,
            RefundAct::RevocationCompleted => settled(completed_at(instance)),
            RefundAct::RevocationRequested => settled(requested_at(instance)),
        })
    })
}

/// A way to the price of a purchase.
pub(in crate::lifecycle) struct Prospect<'a> {
    /// The clause that would pay.
    pub(in crate::lifecycle) clause: &'a RefundClause,
    /// While a claim meets it, once what comes first is done.
    pub(in crate::lifecycle) window: Window,
    /// What comes first: [`WayOut::WithdrawFirst`], [`WayOut::RevokeFirst`],
    /// [`WayOut::AwaitRevocation`], or nothing.
    pub(in crate::lifecycle) first: WayOut,
}

/// The purchase of the case and its first instance, if nothing that is asked of a claim in every
/// condition is against one.
pub(in crate::lifecycle) fn heard<'a>(
    case: &Case<'a>,
    law: &Law<'a>,
) -> Option<(&'a Purchase, &'a CertificateInstance)> {
    let purchase = case.purchase.filter(|own| own.account == case.account)?;
    let mut refused = false;
    let standing = claimable(case, purchase, law, &mut |clause: Clause<'a>| {
        refused |= clause.holds.is_never();
        Flow::Continue(())
    });
    let instance = standing.ok().filter(|_| !refused)?;
    Some((purchase, instance))
}

/// Every way to the price of the case's purchase, in the order in which the clauses are tried: as the
/// certificate stands, or after the one step that brings it into a condition of which they speak.
pub(in crate::lifecycle) fn prospects<'a>(case: &Case<'a>, law: &Law<'a>) -> Vec<Prospect<'a>> {
    let Some((purchase, instance)) = heard(case, law) else {
        return Vec::new();
    };
    let (condition, first) = match condition(case, instance, law) {
        Ok(condition) => (condition, WayOut::None),
        Err((_, WayOut::WithdrawFirst)) => (RefundCase::Unissued, WayOut::WithdrawFirst),
        Err((_, first @ (WayOut::RevokeFirst | WayOut::AwaitRevocation))) => {
            (RefundCase::Revoked, first)
        }
        Err(_) => return Vec::new(),
    };
    spoken(&law.money.refund().value, condition, purchase)
        .map(|clause| Prospect {
            clause,
            window: if first == WayOut::None {
                window_of(clause, purchase, instance, law)
            } else {
                window_ahead(clause, purchase, instance, law)
            },
            first,
        })
        .collect()
}

/// Whether a revocation asked for now would bring the price back: advice that costs a certificate is
/// given only then.
pub(in crate::lifecycle) fn still_pays(case: &Case<'_>, now: Timestamp, law: &Law<'_>) -> bool {
    let purchase = case.purchase.filter(|own| own.account == case.account);
    let (Some(purchase), Some(instance)) = (purchase, owned(case)) else {
        return false;
    };
    spoken(&law.money.refund().value, RefundCase::Revoked, purchase)
        .any(|one| window_ahead(one, purchase, instance, law).contains(now))
}

/// When its revocation was completed.
fn completed_at(instance: &CertificateInstance) -> Option<Timestamp> {
    match &instance.phase {
        Phase::Revoked { at, .. } => Some(*at),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Live(_)
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => None,
    }
}

/// When its revocation was asked for; what the CA did on its own account counts from then.
fn requested_at(instance: &CertificateInstance) -> Option<Timestamp> {
    let completed = completed_at(instance);
    let asked = instance.live().and_then(|live| live.revocation);
    let asked = asked.map(|asked| asked.requested_at);
    // Either alone, or the earlier one.
    completed.into_iter().chain(asked).min()
}
