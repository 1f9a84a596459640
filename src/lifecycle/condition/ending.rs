//! Ending an application before issuance: withdrawing, deleting, cancelling in one step.

use super::{Flow, From, Sink, holding_plan, never, not_found, ruled, stage};
use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{WayOut, Why};
use crate::model::{CertificateInstance, Phase, StatusSet};
use crate::rulebook::{RuleId, Ruling};

/// Withdrawing: before issuance only, from the states that the edition names.
pub(super) fn withdraw<'a>(
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
        Phase::Failed { .. } => sink(never(RuleId::R12, Why::Status(at), WayOut::DeleteAndCreate)),
        Phase::Pending { .. } => sink(never(RuleId::R12, Why::Status(at), WayOut::Delete)),
        Phase::Live(_) | Phase::Revoked { .. } => sink(never(
            RuleId::R11,
            Why::AlreadyIssued,
            instead_of_ending(instance, law),
        )),
        Phase::Deleted { .. } => not_found(sink),
    }
}

/// What to do instead of ending an order that is in no state for it.
pub(super) const fn instead_of_ending(instance: &CertificateInstance, law: &Law<'_>) -> WayOut {
    match &instance.phase {
        Phase::Verifying(_) | Phase::Validating(_) => {
            if law.application.withdrawal().value.contains(stage(instance)) {
                WayOut::WithdrawThenDelete
            } else {
                WayOut::AwaitCa
            }
        }
        Phase::Failed { .. } | Phase::Pending { .. } => WayOut::Delete,
        Phase::Live(live) => match live.revocation {
            None => WayOut::Revoke,
            Some(_) => WayOut::AwaitRevocation,
        },
        Phase::Revoked { .. } | Phase::Deleted { .. } => WayOut::None,
    }
}

/// Ending an order by deletion or by cancellation in one step (T-14): in the
/// states that the edition in force names, but never once a certificate was issued, whatever a
/// rulebook says. What was issued is revoked.
pub(super) fn end<'a>(
    rule: RuleId,
    case: &Case<'a>,
    instance: &CertificateInstance,
    law: &Law<'a>,
    states: &'a Ruling<StatusSet>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let (at, way_out) = (stage(instance), instead_of_ending(instance, law));
    match &instance.phase {
        Phase::Verifying(_)
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
        Phase::Live(_) | Phase::Revoked { .. } => sink(never(rule, Why::AlreadyIssued, way_out))?,
        Phase::Deleted { .. } => not_found(sink)?,
    }
    holding_plan(case, instance, sink)
}
