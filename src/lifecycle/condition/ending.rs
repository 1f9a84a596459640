//! Ending an application before issuance: withdrawing, deleting, cancelling in one step.

use super::revocation::revocation_left;
use super::{Flow, From, Sink, holding_plan, never, not_found, ruled};
use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{WayOut, Why};
use crate::lifecycle::status::stage;
use crate::model::{CertificateInstance, Phase, Status, StatusSet};
use crate::rulebook::{RuleId, Ruling};

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
        Phase::Failed { .. } | Phase::Pending { .. } => sink(never(
            RuleId::R12,
            Why::Status(at),
            instead_of_ending(case, instance, law),
        )),
        Phase::Live(_) | Phase::Revoked { .. } => sink(never(
            RuleId::R11,
            Why::AlreadyIssued,
            instead_of_ending(case, instance, law),
        )),
        Phase::Deleted { .. } => not_found(sink),
    }
}

/// What to do instead of ending an order that is in no state for it. What is advised is possible.
pub(super) fn instead_of_ending(
    case: &Case<'_>,
    instance: &CertificateInstance,
    law: &Law<'_>,
) -> WayOut {
    let deletable = |at| law.conduct.order_deletion().value.contains(at);
    match &instance.phase {
        Phase::Verifying(_) | Phase::Validating(_) => {
            let withdrawable = law.application.withdrawal().value.contains(stage(instance));
            if !withdrawable {
                WayOut::AwaitCa
            } else if deletable(Status::PendingApplication) {
                WayOut::WithdrawThenDelete
            } else {
                WayOut::Withdraw
            }
        }
        Phase::Failed { .. } if deletable(Status::ValidationFailed) => WayOut::DeleteAndCreate,
        Phase::Pending { .. } if deletable(Status::PendingApplication) => WayOut::Delete,
        Phase::Live(live) if live.revocation.is_none() && revocation_left(case, law) => {
            WayOut::Revoke
        }
        Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Deleted { .. } => WayOut::None,
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
    let (at, way_out) = (stage(instance), instead_of_ending(case, instance, law));
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
