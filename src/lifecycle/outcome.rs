//! The outcome of every permitted command: the events that it brings about.

use alloc::boxed::Box;
use alloc::sync::Arc;

use crate::model::{
    CertificateInstance, CsrFacts, HoldState, InstanceId, IssuedCertificate, Live, OrderId, Phase,
    ResourcePlan, RevocationCause, RevocationReason, RevocationStage, Submission, Timestamp,
};
use crate::rulebook::{ConsumeAt, DecisiveAct, RuleId, Window};

use super::case::{Case, Law};
use super::command::Command;
use super::condition::{bound_names, requested};
use super::event::{Bought, Events, InstanceEvent, PlanEvent, ReturnCause, Submitted};
use super::status::announced;

/// Writes down what a permitted command brings about; none for a combination that the clauses refuse.
///
/// The list is filled in its place: it is long, and moving it from function to function took longer
/// than deciding.
#[expect(
    clippy::too_many_lines,
    reason = "one arm a command: a new one must be thought of here"
)]
pub(super) fn produce(
    case: &Case<'_>,
    command: &Command,
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) -> Option<()> {
    if let Command::BuyPlan {
        plan,
        product,
        count,
    } = command
    {
        events.follow(RuleId::R24);
        let bought = Bought {
            account: case.account,
            product: *product,
            count: count.get(),
            at: now,
        };
        events.plan(*plan, PlanEvent::Bought(Box::new(bought)));
        return Some(());
    }
    if let Command::Submit {
        instance,
        order,
        submission,
    } = command
    {
        let plan = case.plan?;
        return submitted(
            case,
            plan,
            (*instance, *order),
            submission,
            now,
            law,
            events,
        );
    }
    // The clauses made sure that it is the account's own.
    let instance = case.instance?;
    match command {
        Command::BuyPlan { .. } | Command::Submit { .. } => return None,
        Command::Withdraw => {
            events.follow(RuleId::R12);
            events.instance(instance.id, InstanceEvent::Withdrawn { at: now });
        }
        Command::Delete => {
            events.follow(match &instance.phase {
                Phase::Failed { .. } => RuleId::R10,
                Phase::Verifying(_)
                | Phase::Validating(_)
                | Phase::Pending { .. }
                | Phase::Live(_)
                | Phase::Revoked { .. }
                | Phase::Deleted { .. } => RuleId::R13,
            });
            events.instance(instance.id, InstanceEvent::Deleted { at: now });
            give_back(instance, ReturnCause::OrderEnded, now, events);
        }
        Command::CancelOrder => {
            events.follow(RuleId::T14);
            events.instance(instance.id, InstanceEvent::Cancelled { at: now });
            give_back(instance, ReturnCause::OrderEnded, now, events);
        }
        Command::RequestRevocation { reason } => {
            let mail = law.conduct.revocation_mail().value;
            let confirm = mail.contains(instance.product.class);
            events.follow(RuleId::R35);
            if confirm {
                events.follow(RuleId::T20);
            }
            let requested = InstanceEvent::RevocationRequested {
                reason: *reason,
                confirm,
                at: now,
            };
            events.instance(instance.id, requested);
            let order = instance.order();
            let charged = PlanEvent::RevocationCharged { order, at: now };
            events.plan(instance.hold.plan, charged);
        }
        Command::ReceiveChallenge { challenge, key } => {
            let application = instance.application()?;
            events.follow(RuleId::R19);
            let known =
                application.challenge.as_ref() == Some(challenge) && application.key == Some(*key);
            if !known {
                let received = InstanceEvent::ChallengeReceived {
                    challenge: challenge.clone(),
                    key: *key,
                    at: now,
                };
                events.instance(instance.id, received);
            }
        }
        Command::ConfirmDomain => {
            events.follow(RuleId::R06);
            if matches!(instance.phase, Phase::Verifying(_)) {
                events.instance(instance.id, InstanceEvent::DomainConfirmed { at: now });
            }
        }
        Command::Approve { certificate } => approved(instance, certificate, now, events),
        Command::Reject { reason } => {
            events.follow(RuleId::R08);
            if matches!(instance.phase, Phase::Validating(_)) {
                let reason = reason.clone();
                events.instance(instance.id, InstanceEvent::Rejected { reason, at: now });
            }
        }
        Command::ConfirmRevocation => {
            let stage = requested(instance).ok()?;
            events.follow(RuleId::T20);
            match stage {
                RevocationStage::ToConfirm => {
                    events.instance(instance.id, InstanceEvent::RevocationConfirmed { at: now });
                }
                // Already confirmed.
                RevocationStage::InReview => {}
            }
        }
        Command::CompleteRevocation { at } => {
            events.follow(RuleId::R35);
            match &instance.phase {
                Phase::Live(live) => {
                    let request = live.revocation?;
                    let act = (RevocationCause::ByHolder, request.reason);
                    let completed = now.min((*at).max(request.requested_at));
                    revoked(instance, live, act, completed, law, events);
                }
                Phase::Revoked { .. } => {}
                Phase::Verifying(_)
                | Phase::Validating(_)
                | Phase::Failed { .. }
                | Phase::Pending { .. }
                | Phase::Deleted { .. } => return None,
            }
        }
        Command::RefuseRevocation { reason } => {
            events.follow(RuleId::R39);
            let refused = InstanceEvent::RevocationRefused {
                reason: reason.clone(),
                at: now,
            };
            events.instance(instance.id, refused);
            let order = instance.order();
            let given_back = PlanEvent::RevocationGivenBack { order, at: now };
            events.plan(instance.hold.plan, given_back);
        }
        Command::RecordCaRevocation { reason, at } => {
            events.follow(RuleId::T48);
            match &instance.phase {
                Phase::Live(live) => {
                    let act = (RevocationCause::ByCa, *reason);
                    let completed = now.min((*at).max(live.issued_at));
                    revoked(instance, live, act, completed, law, events);
                }
                Phase::Revoked { .. } => {}
                Phase::Verifying(_)
                | Phase::Validating(_)
                | Phase::Failed { .. }
                | Phase::Pending { .. }
                | Phase::Deleted { .. } => return None,
            }
        }
        Command::Collect => events.follow(RuleId::R25),
        Command::Wake => {
            // The notice, once, if it is due.
            events.follow(RuleId::R42);
            if notice_window(instance, law).is_some_and(|due| due.contains(now)) {
                events.instance(instance.id, InstanceEvent::ExpiryAnnounced { at: now });
            }
        }
    }
    Some(())
}

/// The new order, and the unit it takes: consumed now or set aside, as its operation has it.
fn submitted(
    case: &Case<'_>,
    plan: &ResourcePlan,
    (instance, order): (InstanceId, OrderId),
    submission: &Arc<Submission>,
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) -> Option<()> {
    let names = Arc::from(bound_names(submission)?.as_slice());
    let consume = law
        .application
        .consumption()
        .value
        .of(submission.operation());
    let (unit, movement) = match consume {
        ConsumeAt::Submission => (
            HoldState::Settled,
            PlanEvent::Settled {
                order,
                was_reserved: false,
                at: now,
            },
        ),
        ConsumeAt::Issuance => (HoldState::Reserved, PlanEvent::Reserved { order, at: now }),
    };
    let begun = Submitted {
        account: case.account,
        product: plan.product,
        plan: plan.id,
        unit,
        order,
        submission: submission.clone(),
        names,
        key: submission.csr().map(CsrFacts::spki),
        pin: law.application.pin(),
        at: now,
    };
    events.follow(RuleId::R15);
    events.follow(RuleId::R23);
    if submission.csr().is_some() {
        events.follow(RuleId::R18);
    }
    events.instance(instance, InstanceEvent::Submitted(Box::new(begun)));
    events.plan(plan.id, movement);
    Some(())
}

/// Moves the unit back, once.
fn give_back(
    instance: &CertificateInstance,
    cause: ReturnCause,
    now: Timestamp,
    events: &mut Events,
) {
    let was_settled = match instance.hold.state {
        HoldState::Settled => true,
        HoldState::Reserved => false,
        HoldState::Returned => return,
    };
    events.plan(
        instance.hold.plan,
        PlanEvent::Returned {
            order: instance.order(),
            was_settled,
            cause,
            at: now,
        },
    );
}

/// Issuance settles a reserved unit; an approval that came too late is recorded as an
/// orphan (T-49); one that came before is nothing new.
fn approved(
    instance: &CertificateInstance,
    certificate: &Arc<IssuedCertificate>,
    now: Timestamp,
    events: &mut Events,
) {
    let order = instance.order();
    match &instance.phase {
        Phase::Validating(_) => {
            events.follow(RuleId::R07);
            let issued = InstanceEvent::Issued {
                certificate: certificate.clone(),
                at: now,
            };
            events.instance(instance.id, issued);
            if matches!(instance.hold.state, HoldState::Reserved) {
                events.follow(RuleId::R23);
                events.plan(
                    instance.hold.plan,
                    PlanEvent::Settled {
                        order,
                        was_reserved: true,
                        at: now,
                    },
                );
            }
            let counted = PlanEvent::CertificateIssued { order, at: now };
            events.plan(instance.hold.plan, counted);
        }
        Phase::Pending { .. } | Phase::Deleted { .. } => {
            events.follow(RuleId::T49);
            if !instance.orphans.contains(&certificate.fingerprint()) {
                let orphan = InstanceEvent::OrphanIssued {
                    order,
                    fingerprint: certificate.fingerprint(),
                    serial: certificate.serial(),
                    at: now,
                };
                events.instance(instance.id, orphan);
            }
        }
        Phase::Verifying(_) | Phase::Failed { .. } | Phase::Live(_) | Phase::Revoked { .. } => {
            events.follow(RuleId::R07);
        }
    }
}

/// Revocation, and the unit's return if the decisive act fell into the window.
fn revoked(
    instance: &CertificateInstance,
    live: &Live,
    (cause, reason): (RevocationCause, RevocationReason),
    completed: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) {
    let decisive = match law.application.return_act().value {
        DecisiveAct::RevocationCompleted => completed,
        // What the CA did before the holder asked counts from then.
        DecisiveAct::RevocationRequested => live
            .revocation
            .map_or(completed, |request| request.requested_at.min(completed)),
    };
    let unit_returned = return_window_of(live, law).contains(decisive)
        && matches!(instance.hold.state, HoldState::Settled);
    let event = InstanceEvent::Revoked {
        cause,
        reason,
        unit_returned,
        at: completed,
    };
    events.follow(RuleId::R27);
    events.instance(instance.id, event);
    if unit_returned {
        give_back(instance, ReturnCause::RevokedInWindow, completed, events);
    }
}

/// The window into which the decisive act of a revocation must fall for the unit to return.
pub(super) fn return_window_of(live: &Live, law: &Law<'_>) -> Window {
    let rule = law.application.return_rule();
    law.application
        .calendar()
        .value
        .within_days_of(live.issued_at, rule.days, rule.method)
}

/// When the notice is due; none if it was given or there is nothing to announce.
pub(super) fn notice_window(instance: &CertificateInstance, law: &Law<'_>) -> Option<Window> {
    match &instance.phase {
        Phase::Live(live) if live.noticed_at.is_none() && live.revocation.is_none() => {
            Some(announced(live, law.conduct))
        }
        Phase::Live(_)
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Revoked { .. }
        | Phase::Deleted { .. } => None,
    }
}
