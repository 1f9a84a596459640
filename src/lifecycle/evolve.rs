//! Folding events into state. It cannot refuse (L3): an event that does not fit the state it meets
//! changes nothing, and the ledger never runs below zero. Two equal moves of a ledger are two moves:
//! it is the instance, and the version of its stream, that keep a unit from moving twice.

use alloc::vec::Vec;

use crate::model::{
    Application, CertificateInstance, Hold, HoldState, InstanceId, Live, Phase, PlanId,
    ResourcePlan, Revocation, RevocationStage, Timestamp,
};

use super::event::{Event, InstanceEvent, PlanEvent};

/// Folds one event into whichever of the two streams it belongs to.
///
/// Events of other instances and plans change nothing.
pub fn evolve(
    instance: &mut Option<CertificateInstance>,
    plan: &mut Option<ResourcePlan>,
    event: &Event,
) {
    match event {
        Event::Instance { id, event } => {
            if instance.as_ref().is_none_or(|own| own.id == *id) {
                evolve_instance(instance, *id, event);
            }
        }
        Event::Plan { id, event } => {
            if plan.as_ref().is_none_or(|own| own.id == *id) {
                evolve_plan(plan, *id, event);
            }
        }
    }
}

/// Folds an event of an instance's stream.
pub fn evolve_instance(
    state: &mut Option<CertificateInstance>,
    id: InstanceId,
    event: &InstanceEvent,
) {
    match (state.as_mut(), event) {
        (None, InstanceEvent::Submitted(submitted)) => {
            *state = Some(CertificateInstance {
                id,
                account: submitted.account,
                product: submitted.product,
                hold: Hold {
                    plan: submitted.plan,
                    state: submitted.unit,
                },
                phase: Phase::Verifying(Application {
                    order: submitted.order,
                    submission: submitted.submission.clone(),
                    names: submitted.names.clone(),
                    submitted_at: submitted.at,
                    pin: submitted.pin,
                    key: submitted.key,
                    challenge: None,
                }),
                orphans: Vec::new(),
            });
        }
        (Some(instance), event) => step(instance, event),
        (None, _) => {}
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm an event: a new one must be thought of here"
)]
fn step(instance: &mut CertificateInstance, event: &InstanceEvent) {
    match event {
        // A stream begins once.
        InstanceEvent::Submitted(_) => {}
        InstanceEvent::ChallengeReceived { challenge, key, .. } => {
            if let Phase::Verifying(application) = &mut instance.phase {
                application.challenge = Some(challenge.clone());
                application.key = Some(*key);
            }
        }
        InstanceEvent::DomainConfirmed { .. } => {
            replace(instance, |phase| match phase {
                Phase::Verifying(application) => Phase::Validating(application),
                other @ (Phase::Validating(_)
                | Phase::Failed { .. }
                | Phase::Pending { .. }
                | Phase::Live(_)
                | Phase::Revoked { .. }
                | Phase::Deleted { .. }) => other,
            });
        }
        InstanceEvent::Issued { certificate, at } => {
            if matches!(instance.phase, Phase::Validating(_)) {
                instance.hold.state = HoldState::Settled;
            }
            replace(instance, |phase| match phase {
                Phase::Validating(application) => Phase::Live(Live {
                    application,
                    certificate: certificate.clone(),
                    issued_at: *at,
                    revocation: None,
                    noticed_at: None,
                }),
                other @ (Phase::Verifying(_)
                | Phase::Failed { .. }
                | Phase::Pending { .. }
                | Phase::Live(_)
                | Phase::Revoked { .. }
                | Phase::Deleted { .. }) => other,
            });
        }
        InstanceEvent::Rejected { reason, at } => {
            replace(instance, |phase| match phase {
                Phase::Validating(application) => Phase::Failed {
                    application,
                    at: *at,
                    reason: reason.clone(),
                },
                other @ (Phase::Verifying(_)
                | Phase::Failed { .. }
                | Phase::Pending { .. }
                | Phase::Live(_)
                | Phase::Revoked { .. }
                | Phase::Deleted { .. }) => other,
            });
        }
        InstanceEvent::Withdrawn { at } => {
            replace(instance, |phase| match phase {
                Phase::Verifying(withdrawn) | Phase::Validating(withdrawn) => {
                    Phase::Pending { withdrawn, at: *at }
                }
                other @ (Phase::Failed { .. }
                | Phase::Pending { .. }
                | Phase::Live(_)
                | Phase::Revoked { .. }
                | Phase::Deleted { .. }) => other,
            });
        }
        InstanceEvent::Deleted { at } | InstanceEvent::Cancelled { at } => {
            let mut ended = false;
            replace(instance, |phase| match phase {
                Phase::Verifying(application)
                | Phase::Validating(application)
                | Phase::Failed { application, .. }
                | Phase::Pending {
                    withdrawn: application,
                    ..
                } => {
                    ended = true;
                    Phase::Deleted {
                        order: application.order,
                        key: application.key,
                        names: application.key.is_none().then_some(application.names),
                        at: *at,
                    }
                }
                other @ (Phase::Live(_) | Phase::Revoked { .. } | Phase::Deleted { .. }) => other,
            });
            if ended {
                instance.hold.state = HoldState::Returned;
            }
        }
        InstanceEvent::RevocationRequested {
            reason,
            confirm,
            at,
        } => {
            if let Phase::Live(live) = &mut instance.phase
                && live.revocation.is_none()
            {
                let stage = if *confirm {
                    RevocationStage::ToConfirm
                } else {
                    RevocationStage::InReview
                };
                live.revocation = Some(Revocation {
                    stage,
                    requested_at: *at,
                    reason: *reason,
                });
            }
        }
        InstanceEvent::RevocationConfirmed { .. } => {
            if let Phase::Live(live) = &mut instance.phase
                && let Some(revocation) = &mut live.revocation
            {
                revocation.stage = RevocationStage::InReview;
            }
        }
        InstanceEvent::Revoked {
            cause,
            reason,
            unit_returned,
            at,
        } => {
            if *unit_returned && matches!(instance.phase, Phase::Live(_)) {
                instance.hold.state = HoldState::Returned;
            }
            replace(instance, |phase| match phase {
                Phase::Live(live) => Phase::Revoked {
                    live,
                    at: *at,
                    cause: *cause,
                    reason: *reason,
                },
                other @ (Phase::Verifying(_)
                | Phase::Validating(_)
                | Phase::Failed { .. }
                | Phase::Pending { .. }
                | Phase::Revoked { .. }
                | Phase::Deleted { .. }) => other,
            });
        }
        InstanceEvent::RevocationRefused { .. } => {
            if let Phase::Live(live) = &mut instance.phase {
                live.revocation = None;
            }
        }
        InstanceEvent::ExpiryAnnounced { at } => {
            if let Phase::Live(live) = &mut instance.phase
                && live.noticed_at.is_none()
            {
                live.noticed_at = Some(*at);
            }
        }
        InstanceEvent::OrphanIssued { fingerprint, .. } => {
            let ended = matches!(
                instance.phase,
                Phase::Pending { .. } | Phase::Deleted { .. }
            );
            if ended && !instance.orphans.contains(fingerprint) {
                instance.orphans.push(*fingerprint);
            }
        }
    }
}

/// Moves the phase out, and puts back what it became.
fn replace(instance: &mut CertificateInstance, become_next: impl FnOnce(Phase) -> Phase) {
    let moved_out = Phase::Deleted {
        order: instance.order(),
        key: None,
        names: None,
        at: Timestamp::MIN,
    };
    let phase = core::mem::replace(&mut instance.phase, moved_out);
    instance.phase = become_next(phase);
}

/// Folds a move of a plan's ledger.
pub fn evolve_plan(state: &mut Option<ResourcePlan>, id: PlanId, event: &PlanEvent) {
    let Some(plan) = state else {
        if let PlanEvent::Bought(bought) = event {
            *state = Some(ResourcePlan {
                id,
                account: bought.account,
                product: bought.product,
                bought_at: bought.at,
                total: bought.count,
                reserved: 0,
                settled: 0,
                issued: 0,
                revocations: 0,
            });
        }
        return;
    };
    match event {
        // A stream begins once.
        PlanEvent::Bought(_) => {}
        PlanEvent::Reserved { .. } => {
            if plan.remaining() > 0 {
                plan.reserved = plan.reserved.saturating_add(1);
            }
        }
        PlanEvent::Settled { was_reserved, .. } => {
            let free = if *was_reserved {
                take(&mut plan.reserved)
            } else {
                plan.remaining() > 0
            };
            if free {
                plan.settled = plan.settled.saturating_add(1);
            }
        }
        PlanEvent::Returned { was_settled, .. } => {
            let counter = if *was_settled {
                &mut plan.settled
            } else {
                &mut plan.reserved
            };
            take(counter);
        }
        PlanEvent::CertificateIssued { .. } => plan.issued = plan.issued.saturating_add(1),
        PlanEvent::RevocationCharged { .. } => {
            plan.revocations = plan.revocations.saturating_add(1);
        }
        PlanEvent::RevocationGivenBack { .. } => {
            take(&mut plan.revocations);
        }
    }
}

/// Takes one from a counter, if there is one.
const fn take(counter: &mut u32) -> bool {
    match counter.checked_sub(1) {
        Some(less) => {
            *counter = less;
            true
        }
        None => false,
    }
}
