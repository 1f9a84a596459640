//! Money back: who gets it, until when, and what stands in the way.

use alloc::vec::Vec;

use super::revocation::{awaited, instead_revoke};
use super::{
    Flow, From, Sink, barred, clause, never, not_found, owned, payer, ruled, ruled_window,
};
use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{Clause, WayOut, Why};
use crate::lifecycle::outcome::return_window_of;
use crate::lifecycle::status::{refund_of, stage};
use crate::model::{
    CertificateInstance, End, Hold, HoldState, Live, MemberState, Phase, Purchase, PurchaseKind,
    RefundState, ResourcePlan, Timestamp,
};
use crate::rulebook::{
    Anchor, RefundAct, RefundCase, RefundClause, RefundLimit, RefundRule, RefundTrigger, RuleId,
    Unused, Window,
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
        (None, Some(plan)) => claim_plan(case, plan, law, sink),
        (None, None) => unpaid(case, Why::Uploaded, sink),
    }
}

/// The end of a claim under review: taken back (T-34), granted or refused (T-35).
pub(super) fn end_review<'a>(case: &Case<'a>, sink: &mut impl Sink<'a>) -> Flow {
    let paid_for = match paid_for(case, sink) {
        Ok(paid_for) => paid_for,
        Err(flow) => return flow,
    };
    match paid_for {
        (Some(purchase), _) => under_review(purchase.bill.refund, sink),
        (None, Some(plan)) => under_review(plan.bill.refund, sink),
        (None, None) => unpaid(case, Why::NoRefundClaimed, sink),
    }
}

/// What nobody paid for: an uploaded certificate, while it is there; else there is nothing.
fn unpaid<'a>(case: &Case<'a>, why: Why, sink: &mut impl Sink<'a>) -> Flow {
    match owned(case).map(|own| &own.phase) {
        Some(Phase::Deleted { .. }) => sink(never(RuleId::R21, Why::OrderDeleted, WayOut::None)),
        Some(Phase::Uploaded(_)) => sink(never(RuleId::R51, why, WayOut::None)),
        Some(
            Phase::NotActivated { .. }
            | Phase::Bought { .. }
            | Phase::Verifying(_)
            | Phase::Validating(_)
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Live(_)
            | Phase::Revoked { .. }
            | Phase::Ended { .. },
        )
        | None => not_found(sink),
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

/// a plan is paid back while it is unused, and inside the edition's deadline. The deadline
/// comes first: who is told to make it unused loses certificates by that.
fn claim_plan<'a>(
    case: &Case<'a>,
    plan: &'a ResourcePlan,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    payable(
        plan.bill.refund,
        plan.product.free,
        plan.bill.payment.cash,
        sink,
    )?;
    money_pinned(&plan.bill.pin, law, sink)?;
    let rule = law.money.plan_refund();
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
    ))?;
    let way_out = match rule.value.unused {
        Unused::NeverApplied => WayOut::None,
        Unused::LedgerFull => instead_of_using(case, plan, law),
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
    ))
}

/// What makes a plan unused again. What became of its certificates is known only of the one at hand:
/// of others nothing is advised, since a revocation that brings no unit back can't be undone.
fn instead_of_using(case: &Case<'_>, plan: &ResourcePlan, law: &Law<'_>) -> WayOut {
    let waiting = plan.without_certificate();
    let issued = u64::from(plan.used()).saturating_sub(waiting);
    if issued == 0 {
        return WayOut::ReturnUnits;
    }
    let Some((instance, live)) = unit_at_hand(case, plan).filter(|_| issued == 1) else {
        return WayOut::None;
    };
    if live.revocation.is_some() {
        return awaited(instance);
    }
    let ask = if waiting == 0 {
        WayOut::RevokeUnits
    } else {
        WayOut::ReturnAllUnits
    };
    let way_out = claimed_after(instead_revoke(case, instance, law, ask));
    // What costs no certificate comes first.
    if way_out == WayOut::CancelMembersFirst && waiting > 0 {
        WayOut::ReturnUnits
    } else {
        way_out
    }
}

/// The issued certificate of the case, if it holds a unit of the plan.
fn unit_at_hand<'a>(
    case: &Case<'a>,
    plan: &ResourcePlan,
) -> Option<(&'a CertificateInstance, &'a Live)> {
    let instance = owned(case)?;
    let settled = |hold: &Hold| hold.plan == plan.id && matches!(hold.state, HoldState::Settled);
    instance.hold().filter(settled)?;
    match &instance.phase {
        Phase::Live(live) => Some((instance, live)),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => None,
    }
}

/// Whether a revocation that is completed now would bring the unit at hand back.
pub(in crate::lifecycle) fn unit_returns(case: &Case<'_>, now: Timestamp, law: &Law<'_>) -> bool {
    let plan = case.plan.filter(|plan| plan.account == case.account);
    plan.and_then(|plan| unit_at_hand(case, plan))
        .is_some_and(|(_, live)| {
            law.application.has_pin(&live.application.pin)
                && return_window_of(case, live, law).contains(now)
        })
}

/// The steps to a revocation, with the claim that follows.
fn claimed_after(revoke: WayOut) -> WayOut {
    if revoke == WayOut::CancelMembers {
        WayOut::CancelMembersFirst
    } else {
        revoke
    }
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
        return Err(on_first(case, purchase, law, sink));
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

/// A claim on a member behind the first one: its price came with that one's. Nobody is sent
/// there for what is lost.
fn on_first<'a>(
    case: &Case<'a>,
    purchase: &'a Purchase,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    of_bill(case, purchase, law, sink)?;
    if moved_on(case, purchase) {
        return sink(never(RuleId::R62, Why::ChainMovedOn, WayOut::None));
    }
    sink(never(RuleId::R62, Why::NotFirst, WayOut::ClaimOnFirst))
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

/// T-42: whether the price of a purchase comes back. Whether anything would come back in
/// time is asked before what stands in the way, so that nobody revokes for nothing.
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
    let rule = law.money.refund();
    let bar = |why, way_out| barred(RuleId::R29, why, (From::Money, law), rule, way_out);
    let (condition, obstacle) = match standing(case, instance, law) {
        Standing::In(condition) => (condition, None),
        Standing::Before(condition, why, _, way_out) => (condition, Some((why, way_out))),
        Standing::Forfeited(rule, why) => return sink(never(rule, why, WayOut::None)),
        Standing::Out(why, way_out) => return sink(bar(why, way_out)),
    };
    sink(ruled(
        RuleId::R29,
        Why::NoRefundHere,
        (From::Money, law),
        rule,
        |rule| spoken(rule, condition, purchase).next().is_some(),
        WayOut::None,
    ))?;
    let late = revoked_late(&rule.value, condition, purchase, instance, law);
    sink(ruled_window(
        RuleId::R29,
        late.map_or(Why::RefundWindow, |(act, until)| {
            Why::RevokedTooLate(act, until)
        }),
        (From::Money, law),
        rule,
        |rule| refund_window(rule, condition, purchase, instance, law),
        WayOut::None,
    ))?;
    match obstacle {
        None => Flow::Continue(()),
        Some((why, way_out)) => sink(bar(why, way_out)),
    }
}

/// What takes the right to a refund away for good: merging (T-42), and that a member of the chain
/// behind the purchase's first one was applied for.
pub(in crate::lifecycle) fn forfeited(
    case: &Case<'_>,
    purchase: &Purchase,
    instance: &CertificateInstance,
) -> Option<(RuleId, Why)> {
    if !instance.absorbed().is_empty() {
        return Some((RuleId::T42, Why::WasMerged));
    }
    moved_on(case, purchase).then_some((RuleId::R62, Why::ChainMovedOn))
}

/// whether a member behind the purchase's first one was applied for.
fn moved_on(case: &Case<'_>, purchase: &Purchase) -> bool {
    let chain = case
        .chain
        .filter(|chain| purchase.chain == Some(chain.id) && chain.account == case.account);
    chain.is_some_and(|chain| {
        chain
            .members
            .iter()
            .skip_while(|member| member.instance != purchase.first)
            .skip(1)
            .any(|member| matches!(member.state, MemberState::Begun))
    })
}

/// How the first instance of a purchase stands, for a refund.
enum Standing {
    /// In a condition of which the clauses speak.
    In(RefundCase),
    /// In such a condition once what stands in the way is done.
    Before(RefundCase, Why, Step, WayOut),
    /// The right is lost, by this rule.
    Forfeited(RuleId, Why),
    /// In none.
    Out(Why, WayOut),
}

fn standing(case: &Case<'_>, instance: &CertificateInstance, law: &Law<'_>) -> Standing {
    if let Some((rule, why)) = case
        .purchase
        .and_then(|purchase| forfeited(case, purchase, instance))
    {
        return Standing::Forfeited(rule, why);
    }
    match &instance.phase {
        // The first further member of a chain that was made later.
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Failed { .. }
        | Phase::Pending { .. } => Standing::In(RefundCase::Unissued),
        Phase::Revoked { .. } => Standing::In(RefundCase::Revoked),
        Phase::Verifying(_) | Phase::Validating(_) => {
            if law.application.withdrawal().value.contains(stage(instance)) {
                let way_out = WayOut::WithdrawFirst;
                Standing::Before(
                    RefundCase::Unissued,
                    Why::UnderWay,
                    Step::Withdrawal,
                    way_out,
                )
            } else {
                Standing::Out(Why::UnderWay, WayOut::AwaitCa)
            }
        }
        Phase::Live(live) if live.revocation.is_some() => Standing::Before(
            RefundCase::Revoked,
            Why::RevocationUnderWay,
            Step::Answer,
            awaited(instance),
        ),
        Phase::Live(_) => {
            let ask = instead_revoke(case, instance, law, revoked_first(case, law));
            Standing::Before(
                RefundCase::Revoked,
                Why::NotRevoked,
                Step::Revocation,
                claimed_after(ask),
            )
        }
        Phase::Ended {
            how: End::Merged(_),
            ..
        } => Standing::Forfeited(RuleId::T42, Why::WasMerged),
        Phase::Ended { .. } => Standing::Out(Why::Ended(stage(instance)), WayOut::None),
        Phase::Uploaded(_) => Standing::Out(Why::Uploaded, WayOut::None),
        Phase::Deleted { .. } => Standing::Out(Why::OrderDeleted, WayOut::None),
    }
}

/// The revocation that a refund asks for, and what follows: nothing where it pays by itself, else
/// a claim, which not every clause sets a deadline.
fn revoked_first(case: &Case<'_>, law: &Law<'_>) -> WayOut {
    if matches!(
        law.money.refund_trigger().value,
        RefundTrigger::OnRevocation
    ) {
        return WayOut::RevokeForRefund;
    }
    let rule = &law.money.refund().value;
    let widest = case
        .purchase
        .and_then(|purchase| spoken(rule, RefundCase::Revoked, purchase).last());
    let by_deadline = widest.is_some_and(|one| {
        let mut acts = one.limits.iter().map(|limit| limit.act);
        acts.any(|act| matches!(act, RefundAct::Claim))
    });
    if by_deadline {
        WayOut::RevokeFirst
    } else {
        WayOut::RevokeInTime
    }
}

/// While a claim is accepted: that of the widest clause that speaks of the condition. An act that is
/// still to come counts as done at the instant of the claim.
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

/// The act of a revocation that came too late for the widest clause, and before when it had to happen.
fn revoked_late(
    rule: &RefundRule,
    condition: RefundCase,
    purchase: &Purchase,
    instance: &CertificateInstance,
    law: &Law<'_>,
) -> Option<(RefundAct, Timestamp)> {
    let widest = spoken(rule, condition, purchase).last()?;
    let late = |limit: &RefundLimit| {
        let inside = limit_window(*limit, purchase, instance, law)?;
        let at = settled_at(limit.act, instance)?;
        let until = inside.until()?;
        (!inside.contains(at)).then_some((limit.act, until))
    };
    widest
        .limits
        .iter()
        .filter_map(late)
        .min_by_key(|(_, until)| *until)
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

/// While a claim meets one clause. What the acts before it settle is settled already; an act that is
/// still to come counts as done at the instant of the claim.
fn window_of(
    one: &RefundClause,
    purchase: &Purchase,
    instance: &CertificateInstance,
    law: &Law<'_>,
) -> Window {
    one.limits.iter().fold(Window::ALWAYS, |joint, limit| {
        let Some(inside) = limit_window(*limit, purchase, instance, law) else {
            return Window::NEVER;
        };
        joint.and(
            match (settled_at(limit.act, instance), limit.act, one.case) {
                (Some(instant), _, _) => Window::when(inside.contains(instant)),
                (None, RefundAct::Claim, _) | (None, _, RefundCase::Revoked) => inside,
                // What was never issued is never revoked.
                (
                    None,
                    RefundAct::RevocationRequested | RefundAct::RevocationCompleted,
                    RefundCase::Unissued,
                ) => Window::NEVER,
            },
        )
    })
}

/// The window of one bound; none if what it is counted from never happened.
fn limit_window(
    limit: RefundLimit,
    purchase: &Purchase,
    instance: &CertificateInstance,
    law: &Law<'_>,
) -> Option<Window> {
    let anchor = match limit.anchor {
        Anchor::Payment => purchase.bill.paid_at,
        Anchor::Issuance => instance.live()?.issued_at,
    };
    let calendar = law.money.calendar().value;
    Some(calendar.within_days_of(anchor, limit.days, limit.method))
}

/// When the act of a bound happened, if it did; the claim is always still to come.
fn settled_at(act: RefundAct, instance: &CertificateInstance) -> Option<Timestamp> {
    match act {
        RefundAct::Claim => None,
        RefundAct::RevocationCompleted => completed_at(instance),
        RefundAct::RevocationRequested => requested_at(instance),
    }
}

/// A way to the price of a purchase.
pub(in crate::lifecycle) struct Prospect<'a> {
    /// The clause that would pay.
    pub(in crate::lifecycle) clause: &'a RefundClause,
    /// While a claim meets it, once what comes first is done.
    pub(in crate::lifecycle) window: Window,
    /// What comes first, if anything does.
    pub(in crate::lifecycle) first: Option<Step>,
}

/// What comes before a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lifecycle) enum Step {
    /// The application is withdrawn.
    Withdrawal,
    /// The certificate is revoked, after the members of its chain that wait are cancelled.
    Revocation,
    /// The revocation under way is decided.
    Answer,
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
/// certificate stands, or after the steps that bring it into a condition of which they speak.
pub(in crate::lifecycle) fn prospects<'a>(case: &Case<'a>, law: &Law<'a>) -> Vec<Prospect<'a>> {
    let Some((purchase, instance)) = heard(case, law) else {
        return Vec::new();
    };
    let (condition, first) = match standing(case, instance, law) {
        Standing::In(condition) => (condition, None),
        // Nothing leads there.
        Standing::Before(_, _, _, WayOut::None) | Standing::Forfeited(..) | Standing::Out(..) => {
            return Vec::new();
        }
        Standing::Before(condition, _, first, _) => (condition, Some(first)),
    };
    spoken(&law.money.refund().value, condition, purchase)
        .map(|clause| Prospect {
            clause,
            window: window_of(clause, purchase, instance, law),
            first,
        })
        .collect()
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
