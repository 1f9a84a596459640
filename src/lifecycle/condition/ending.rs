//! Conditions for ending an application or a slot: withdrawing, deleting, cancelling, closing,
//! merging.

use super::refund::{unrefunded, unreviewed};
use super::revocation::instead_revoke;
use super::{Flow, From, Sink, barred, clause, hosting, never, not_found, payer, ruled};
use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{WayOut, Why};
use crate::lifecycle::status::{refund_of, stage};
use crate::model::{CertificateInstance, Origin, Phase, RefundState, Status, StatusSet};
use crate::rulebook::{RuleId, Ruling, Window};

/// Withdrawing: before issuance only, from the states that the edition names.
pub(super) fn withdraw<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let at = stage(instance);
    match &instance.phase {
        Phase::Verifying(_) | Phase::Validating(_) => sink(ruled(
            RuleId::R12,
            Why::Status(at),
            (From::Pin, law),
            law.application.withdrawal(),
            |from| from.contains(at),
            WayOut::AwaitCa,
        )),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Failed { .. }
        | Phase::Pending { .. } => sink(never(
            RuleId::R12,
            Why::Status(at),
            instead_of_ending(case, instance, law),
        )),
        Phase::Live(_) | Phase::Revoked { .. } => sink(never(
            RuleId::R11,
            Why::AlreadyIssued,
            instead_of_ending(case, instance, law),
        )),
        Phase::Uploaded(_) => sink(never(RuleId::R51, Why::Uploaded, WayOut::DeleteCertificate)),
        Phase::Ended { .. } => sink(never(RuleId::R12, Why::Ended(at), WayOut::None)),
        Phase::Deleted { .. } => not_found(sink),
    }
}

/// What to do instead of ending something that is in no state for it. What is advised is possible.
pub(super) fn instead_of_ending(
    case: &Case<'_>,
    instance: &CertificateInstance,
    law: &Law<'_>,
) -> WayOut {
    let at = stage(instance);
    let deletable = |at| law.conduct.order_deletion().value.contains(at);
    let cancellable = |at| law.conduct.order_cancellation().value.contains(at);
    let applied_for = |at| law.conduct.applying().value.contains(at);
    // What was bought by itself holds no unit: ending it gives nothing back.
    let unit = instance.hold().is_some();
    let way_out = match &instance.phase {
        Phase::Verifying(_) | Phase::Validating(_) => {
            let withdrawable = law.application.withdrawal().value.contains(at);
            if !withdrawable {
                WayOut::AwaitCa
            } else if unit && deletable(Status::PendingApplication) {
                WayOut::WithdrawThenDelete
            } else {
                WayOut::Withdraw
            }
        }
        Phase::Failed { .. } if unit && deletable(Status::ValidationFailed) => {
            WayOut::DeleteAndCreate
        }
        Phase::Failed { .. } if applied_for(Status::ValidationFailed) => WayOut::Resubmit,
        Phase::Failed { .. } if unit && cancellable(Status::ValidationFailed) => WayOut::Cancel,
        Phase::Pending { .. } | Phase::Bought { .. }
            if unit && deletable(Status::PendingApplication) =>
        {
            WayOut::Delete
        }
        Phase::Pending { .. } | Phase::Bought { .. }
            if unit && cancellable(Status::PendingApplication) =>
        {
            WayOut::Cancel
        }
        Phase::Pending { .. } | Phase::Bought { .. } => WayOut::Apply,
        Phase::NotActivated { .. } if hosting::in_process(case) => WayOut::AwaitCa,
        Phase::NotActivated { .. } => WayOut::CancelMember,
        Phase::Live(live) if live.revocation.is_none() => {
            let ask = if unit {
                WayOut::Revoke
            } else {
                WayOut::RevokeOnly
            };
            instead_revoke(case, instance, law, ask)
        }
        Phase::Failed { .. }
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => WayOut::None,
    };
    unless_refunded(case, instance, way_out)
}

/// What to do instead, where no refund stands in its way.
pub(super) fn unless_refunded(
    case: &Case<'_>,
    instance: &CertificateInstance,
    way_out: WayOut,
) -> WayOut {
    match refund_of(case, instance) {
        RefundState::None => way_out,
        RefundState::Review { .. } => WayOut::CancelRefund,
        RefundState::Refunded { .. } => WayOut::None,
    }
}

/// Ending an order by deletion or by cancellation in one step (T-14, T-15): in
/// the states that the edition in force names, but never once a certificate was issued, whatever a
/// rulebook says. What was issued is revoked. A member of a chain is cancelled before its turn
/// (T-25).
pub(super) fn end<'a>(
    rule: RuleId,
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    law: &Law<'a>,
    states: &'a Ruling<StatusSet>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let (at, way_out) = (stage(instance), instead_of_ending(case, instance, law));
    // What the edition's page leaves out it bars.
    let bar = |why, way_out| barred(rule, why, (From::Day, law), states, way_out);
    match &instance.phase {
        Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. } => sink(ruled(
            rule,
            Why::Status(at),
            (From::Day, law),
            states,
            |states| states.contains(at),
            way_out,
        ))?,
        Phase::NotActivated { .. } if rule == RuleId::T14 => {
            payer(case, instance, sink)?;
            // What was paid back is still a member, and keeps the one before it hosted.
            unreviewed(case, instance, sink)?;
            return hosting::cancel_member(case, instance, sink);
        }
        Phase::NotActivated { .. } => {
            sink(bar(Why::NotActivated, way_out))?;
        }
        Phase::Live(_) | Phase::Revoked { .. } => sink(bar(Why::AlreadyIssued, way_out))?,
        Phase::Uploaded(_) => sink(bar(Why::Uploaded, WayOut::DeleteCertificate))?,
        Phase::Ended { .. } => sink(bar(Why::Ended(at), WayOut::None))?,
        Phase::Deleted { .. } => not_found(sink)?,
    }
    payer(case, instance, sink)?;
    unrefunded(case, instance, sink)?;
    // What is cancelled is an order of a plan, whose unit returns (T-15); a bought slot would be lost.
    let bought = rule == RuleId::T14 && matches!(instance.origin, Origin::Purchase(_));
    if bought {
        return sink(bar(Why::HoldsNoUnit, way_out));
    }
    Flow::Continue(())
}

/// T-43: a slot that was bought and carries no certificate is shut down.
pub(super) fn close<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let at = stage(instance);
    let open = matches!(instance.phase, Phase::Bought { .. } | Phase::Pending { .. });
    sink(clause(
        RuleId::T43,
        match &instance.phase {
            Phase::Ended { .. } => Why::Ended(at),
            Phase::NotActivated { .. }
            | Phase::Bought { .. }
            | Phase::Verifying(_)
            | Phase::Validating(_)
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Live(_)
            | Phase::Revoked { .. }
            | Phase::Uploaded(_)
            | Phase::Deleted { .. } => Why::Status(at),
        },
        Window::when(open),
        WayOut::None,
    ))?;
    sink(clause(
        RuleId::T43,
        Why::HoldsUnit,
        Window::when(matches!(instance.origin, Origin::Purchase(_))),
        instead_of_ending(case, instance, law),
    ))?;
    sink(ruled(
        RuleId::T43,
        Why::NoClosing,
        (From::Day, law),
        law.conduct.closing(),
        |closing| closing.allows(),
        WayOut::Apply,
    ))
}

/// T-42: two bought slots of one specification, neither applied for, become one.
pub(super) fn merge<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let unused = |slot: &CertificateInstance| matches!(slot.phase, Phase::Bought { .. });
    let single = |slot: &CertificateInstance| {
        matches!(slot.origin, Origin::Purchase(_)) && slot.chain().is_none()
    };
    sink(clause(
        RuleId::T42,
        Why::Status(stage(instance)),
        Window::when(unused(instance)),
        WayOut::None,
    ))?;
    let Some(into) = case
        .other
        .filter(|other| other.account == case.account && other.id != instance.id)
    else {
        return sink(never(RuleId::T42, Why::OtherInstance, WayOut::LoadAll));
    };
    sink(clause(
        RuleId::T42,
        Why::OtherStatus(stage(into)),
        Window::when(unused(into)),
        WayOut::None,
    ))?;
    sink(clause(
        RuleId::T42,
        Why::NotSingle,
        Window::when(single(instance) && single(into)),
        WayOut::Apply,
    ))?;
    let paid = case
        .other_purchase
        .filter(|own| own.account == case.account && into.purchase() == Some(own.id));
    match paid.map(|own| own.bill.refund) {
        None => return sink(never(RuleId::T42, Why::OtherPurchase, WayOut::LoadAll)),
        Some(RefundState::None) => {}
        Some(RefundState::Review { .. }) => {
            return sink(never(RuleId::R34, Why::RefundUnderWay, WayOut::Apply));
        }
        Some(RefundState::Refunded { .. }) => {
            return sink(never(RuleId::R34, Why::Refunded, WayOut::Apply));
        }
    }
    let same = into.product == instance.product;
    let class = instance.product.class;
    sink(ruled(
        RuleId::T42,
        Why::NotMergeable,
        (From::Day, law),
        law.conduct.merging(),
        |classes| same && classes.contains(class),
        WayOut::Apply,
    ))
}
