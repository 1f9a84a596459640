//! Revocation: requested, confirmed, completed, refused, or the CA's own.

use super::ending::instead_of_ending;
use super::{Flow, From, Sink, barred, clause, linked, never, not_found, payer, refund, ruled};
use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{WayOut, Why};
use crate::lifecycle::status::{hosted, stage, unexpired};
use crate::model::{CertificateInstance, Phase, Product, RevocationReason, RevocationStage};
use crate::rulebook::{RevocationLimit, RuleId, Window};

/// Requesting a revocation: of an issued, unexpired certificate while the allowance
/// lasts, for a reason that is the subscriber's (K-09).
pub(super) fn request_revocation<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    reason: RevocationReason,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let live = match &instance.phase {
        Phase::Live(live) => live,
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. } => {
            return sink(never(
                RuleId::R37,
                Why::NotIssued,
                instead_of_ending(case, instance, law),
            ));
        }
        Phase::Ended { .. } => {
            return sink(never(
                RuleId::R37,
                Why::Ended(stage(instance)),
                WayOut::None,
            ));
        }
        Phase::Uploaded(_) => {
            return sink(never(RuleId::R37, Why::Uploaded, WayOut::DeleteCertificate));
        }
        Phase::Revoked { .. } => {
            return sink(never(RuleId::R35, Why::AlreadyRevoked, WayOut::None));
        }
        Phase::Deleted { .. } => return not_found(sink),
    };
    sink(clause(
        RuleId::R35,
        Why::RevocationUnderWay,
        Window::when(live.revocation.is_none()),
        awaited(instance),
    ))?;
    sink(clause(
        RuleId::R37,
        Why::Expired,
        unexpired(&live.certificate, law.conduct),
        WayOut::ApplyAnew,
    ))?;
    // Before hosting, whose way out leads back here and must not end at this clause.
    if instance.product.free {
        sink(ruled(
            RuleId::R37,
            Why::Free,
            (From::Day, law),
            law.conduct.free_revocation(),
            |rule| rule.allows(),
            WayOut::None,
        ))?;
    }
    if instance.chain().is_some() {
        linked(case, instance, sink)?;
        let hosted = hosted(case, instance);
        sink(ruled(
            RuleId::R37,
            Why::Hosted,
            (From::Day, law),
            law.conduct.hosted_revocation(),
            |rule| !hosted || rule.allows(),
            WayOut::CancelMembers,
        ))?;
    }
    payer(case, instance, sink)?;
    refund::unrefunded(case, instance, sink)?;
    sink(ruled(
        RuleId::R38,
        Why::NoRevocationLeft,
        (From::Day, law),
        law.conduct.revocation_limit(),
        |limit| within_limit(*limit, case),
        WayOut::None,
    ))?;
    let ours = match reason {
        RevocationReason::Unspecified
        | RevocationReason::KeyCompromise
        | RevocationReason::AffiliationChanged
        | RevocationReason::Superseded
        | RevocationReason::CessationOfOperation => true,
        RevocationReason::PrivilegeWithdrawn => false,
    };
    sink(clause(
        RuleId::K09,
        Why::ReasonOfCa,
        Window::when(ours),
        WayOut::OtherReason,
    ))
}

/// What leads to the revocation of a live certificate: asking for it (as the caller words it), or first
/// cancelling the members of its chain (T-24); nothing, where the edition does not have it or the
/// allowance is used.
pub(super) fn instead_revoke(
    case: &Case<'_>,
    instance: &CertificateInstance,
    law: &Law<'_>,
    ask: WayOut,
) -> WayOut {
    let conduct = law.conduct;
    let permitted = !instance.product.free || conduct.free_revocation().value.allows();
    if !permitted || !within_limit(conduct.revocation_limit().value, case) {
        WayOut::None
    } else if hosted(case, instance) && !conduct.hosted_revocation().value.allows() {
        WayOut::CancelMembers
    } else {
        ask
    }
}

/// revocations against certificates bought, or where the edition says so against those that were
/// not paid back: those at hand, of what paid for the instance or not,
/// and those beside the case.
fn within_limit(limit: RevocationLimit, case: &Case<'_>) -> bool {
    let mut all = match limit {
        RevocationLimit::Unlimited => return true,
        RevocationLimit::PerAccount => case.beside.of_account,
        RevocationLimit::PerProduct => case.beside.of_product,
    };
    let counts = |product: Product| match limit {
        RevocationLimit::Unlimited | RevocationLimit::PerAccount => true,
        RevocationLimit::PerProduct => case
            .instance
            .is_some_and(|own| own.product.code == product.code),
    };
    let plan = case.plan.filter(|own| own.account == case.account);
    let purchase = case.purchase.filter(|own| own.account == case.account);
    let bought = case.instance.is_some_and(|own| own.purchase().is_some());
    if (bought && purchase.is_none()) || (!bought && plan.is_none()) {
        // Nobody to count for: the clause on the payer says so.
        return true;
    }
    if let Some(plan) = plan.filter(|own| counts(own.product)) {
        all.add(plan.bill.refund, plan.total, plan.revocations);
    }
    if let Some(own) = purchase.filter(|own| counts(own.product)) {
        all.add(own.bill.refund, own.count, own.revocations);
    }
    let given = match limit {
        RevocationLimit::Unlimited | RevocationLimit::PerAccount => all.bought,
        RevocationLimit::PerProduct => all.kept,
    };
    all.revoked < given
}

/// The holder's answer to the CA's mail (T-20), where there was one: to the same again nothing is
/// added.
pub(super) fn confirm_revocation<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match requested(instance) {
        Ok(_) if asked_to_confirm(instance) => Flow::Continue(()),
        // Whether a mail went out was decided when the revocation was asked for.
        Ok(_) => sink(barred(
            RuleId::T20,
            Why::NothingToConfirm,
            (From::Day, law),
            law.conduct.revocation_mail(),
            WayOut::AwaitRevocation,
        )),
        Err((why @ Why::NoRevocation, _)) => sink(never(
            RuleId::T20,
            why,
            instead_of_ending(case, instance, law),
        )),
        Err((why, way_out)) => sink(never(RuleId::T20, why, way_out)),
    }
}

/// Whether the CA asked the owner to confirm the revocation under way.
fn asked_to_confirm(instance: &CertificateInstance) -> bool {
    let under_way = instance.live().and_then(|live| live.revocation);
    under_way.is_some_and(|own| match own.stage {
        RevocationStage::ToConfirm => true,
        RevocationStage::InReview => own.confirmed_at.is_some(),
    })
}

/// The CA's completion of a revocation that was requested and, where needed, confirmed.
pub(super) fn complete_revocation<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match (&instance.phase, requested(instance)) {
        // Already there.
        (Phase::Revoked { .. }, _) => Flow::Continue(()),
        (_, Ok(RevocationStage::InReview)) => judged(case, instance, law, sink),
        (_, Ok(RevocationStage::ToConfirm)) => sink(never(
            RuleId::T20,
            Why::RevocationUnconfirmed,
            WayOut::ConfirmByMail,
        )),
        // The CA did what nobody asked for: no command of the holder mends that.
        (_, Err((why, _))) => sink(never(RuleId::R35, why, WayOut::None)),
    }
}

/// A revocation moves a unit or pays a purchase back: what it is judged by is at hand.
fn judged<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    payer(case, instance, sink)?;
    let bought = case.purchase.filter(|_| instance.purchase().is_some());
    let Some(purchase) = bought else {
        return Flow::Continue(());
    };
    linked(case, instance, sink)?;
    refund::money_pinned(&purchase.bill.pin, law, sink)
}

/// The CA's refusal of a revocation.
pub(super) fn refuse_revocation<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match requested(instance) {
        Ok(_) => payer(case, instance, sink),
        Err((why, _)) => sink(never(RuleId::R39, why, WayOut::None)),
    }
}

/// The CA's own revocation: of any live certificate, whatever the allowance (T-48).
pub(super) fn record_ca_revocation<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match &instance.phase {
        Phase::Live(_) => judged(case, instance, law, sink),
        Phase::Revoked { .. } => Flow::Continue(()),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => sink(never(RuleId::T48, Why::NotIssued, WayOut::None)),
    }
}

/// What is waited for once a revocation was asked for: the holder's answer to the CA's mail (T-20), or
/// the CA's decision.
pub(super) const fn awaited(instance: &CertificateInstance) -> WayOut {
    match requested(instance) {
        Ok(RevocationStage::ToConfirm) => WayOut::ConfirmByMail,
        Ok(RevocationStage::InReview) | Err(_) => WayOut::AwaitRevocation,
    }
}

/// The stage of a revocation under way, or why there is none.
pub(in crate::lifecycle) const fn requested(
    instance: &CertificateInstance,
) -> Result<RevocationStage, (Why, WayOut)> {
    match &instance.phase {
        Phase::Live(live) => match &live.revocation {
            Some(revocation) => Ok(revocation.stage),
            None => Err((Why::NoRevocation, WayOut::Revoke)),
        },
        Phase::Revoked { .. } => Err((Why::AlreadyRevoked, WayOut::None)),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => Err((Why::NotIssued, WayOut::None)),
    }
}
