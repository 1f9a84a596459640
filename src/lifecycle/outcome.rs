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
use super::condition::{bound_names, owned, requested};
use super::event::{Events, InstanceEvent, PlanEvent, ReturnCause, Submitted};
use super::status::announced;

/// What a permitted command brings about; none for a combination that the clauses refuse.
#[expect(
    clippy::too_many_lines,
    reason = "one arm a command: a new one must be thought of here"
)]
pub(super) fn produce(
    case: &Case<'_>,
    command: &Command,
    now: Timestamp,
    law: &Law<'_>,
) -> Option<Events> {
    if let Command::BuyPlan {
        plan,
        product,
        count,
    } = command
    {
        let mut events = Events::following(RuleId::R24);
        let bought = PlanEvent::Bought {
            account: case.account,
            product: *product,
            count: count.get(),
            at: now,
        };
        events.plan(*plan, bought);
        return Some(events);
    }
    if let Command::Submit {
        instance,
        order,
        submission,
    } = command
    {
        let plan = case.plan?;
        return submitted(case, plan, *instance, *order, submission, now, law);
    }
    let instance = owned(case)?;
    match command {
        Command::BuyPlan { .. } | Command::Submit { .. } => None,
        Command::Withdraw => Some(only(
            RuleId::R12,
            instance,
            InstanceEvent::Withdrawn { at: now },
        )),
        Command::Delete => {
            let rule = match &instance.phase {
                Phase::Failed { .. } => RuleId::R10,
                Phase::Verifying(_)
                | Phase::Validating(_)
                | Phase::Pending { .. }
                | Phase::Live(_)
                | Phase::Revoked { .. }
                | Phase::Deleted { .. } => RuleId::R13,
            };
            Some(ended(
                rule,
                instance,
                InstanceEvent::Deleted { at: now },
                now,
            ))
        }
        Command::CancelOrder => Some(ended(
            RuleId::T14,
            instance,
            InstanceEvent::Cancelled { at: now },
            now,
        )),
        Command::RequestRevocation { reason } => {
            let confirm = law
                .conduct
                .revocation()
                .value
                .confirm
                .contains(instance.product.class);
            let requested = InstanceEvent::RevocationRequested {
                reason: *reason,
                confirm,
                at: now,
            };
            let mut events = only(RuleId::R35, instance, requested);
            if confirm {
                events.follow(RuleId::T20);
            }
            events.plan(
                instance.hold.plan,
                PlanEvent::RevocationCharged {
                    order: instance.order(),
                    at: now,
                },
            );
            Some(events)
        }
        Command::ReceiveChallenge { challenge, key } => {
            let application = instance.application()?;
            let known =
                application.challenge.as_ref() == Some(challenge) && application.key == Some(*key);
            if known {
                return Some(Events::following(RuleId::R19));
            }
            let received = InstanceEvent::ChallengeReceived {
                challenge: challenge.clone(),
                key: *key,
                at: now,
            };
            Some(only(RuleId::R19, instance, received))
        }
        Command::ConfirmDomain => Some(match &instance.phase {
            Phase::Verifying(_) => only(
                RuleId::R06,
                instance,
                InstanceEvent::DomainConfirmed { at: now },
            ),
            Phase::Validating(_)
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Live(_)
            | Phase::Revoked { .. }
            | Phase::Deleted { .. } => Events::following(RuleId::R06),
        }),
        Command::Approve { certificate } => Some(approved(instance, certificate, now)),
        Command::Reject { reason } => Some(match &instance.phase {
            Phase::Validating(_) => only(
                RuleId::R08,
                instance,
                InstanceEvent::Rejected {
                    reason: reason.clone(),
                    at: now,
                },
            ),
            Phase::Verifying(_)
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Live(_)
            | Phase::Revoked { .. }
            | Phase::Deleted { .. } => Events::following(RuleId::R08),
        }),
        Command::ConfirmRevocation => match requested(instance) {
            Ok(RevocationStage::ToConfirm) => Some(only(
                RuleId::T20,
                instance,
                InstanceEvent::RevocationConfirmed { at: now },
            )),
            // Already confirmed.
            Ok(RevocationStage::InReview) => Some(Events::following(RuleId::T20)),
            Err(_) => None,
        },
        Command::CompleteRevocation { at } => match &instance.phase {
            Phase::Live(live) => {
                let reason = live.revocation?.reason;
                Some(revoked(
                    RuleId::R35,
                    instance,
                    live,
                    (RevocationCause::ByHolder, reason),
                    now.min(*at),
                    law,
                ))
            }
            Phase::Revoked { .. } => Some(Events::following(RuleId::R35)),
            Phase::Verifying(_)
            | Phase::Validating(_)
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Deleted { .. } => None,
        },
        Command::RefuseRevocation { reason } => {
            let refused = InstanceEvent::RevocationRefused {
                reason: reason.clone(),
                at: now,
            };
            let mut events = only(RuleId::R39, instance, refused);
            events.plan(
                instance.hold.plan,
                PlanEvent::RevocationGivenBack {
                    order: instance.order(),
                    at: now,
                },
            );
            Some(events)
        }
        Command::RecordCaRevocation { reason, at } => match &instance.phase {
            Phase::Live(live) => Some(revoked(
                RuleId::T48,
                instance,
                live,
                (RevocationCause::ByCa, *reason),
                now.min(*at),
                law,
            )),
            Phase::Revoked { .. } => Some(Events::following(RuleId::T48)),
            Phase::Verifying(_)
            | Phase::Validating(_)
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Deleted { .. } => None,
        },
        Command::Collect => Some(Events::following(RuleId::R25)),
        Command::Wake => Some(woken(instance, now, law)),
    }
}

fn only(rule: RuleId, instance: &CertificateInstance, event: InstanceEvent) -> Events {
    let mut events = Events::following(rule);
    events.instance(instance.id, event);
    events
}

/// The new order, and the unit it takes: consumed now or set aside, as its operation has it.
fn submitted(
    case: &Case<'_>,
    plan: &ResourcePlan,
    instance: InstanceId,
    order: OrderId,
    submission: &Arc<Submission>,
    now: Timestamp,
    law: &Law<'_>,
) -> Option<Events> {
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
    let mut events = Events::following(RuleId::R15);
    events.follow(RuleId::R23);
    if submission.csr().is_some() {
        events.follow(RuleId::R18);
    }
    events.instance(instance, InstanceEvent::Submitted(Box::new(begun)));
    events.plan(plan.id, movement);
    Some(events)
}

/// The end of an order before issuance: its unit comes back.
fn ended(
    rule: RuleId,
    instance: &CertificateInstance,
    event: InstanceEvent,
    now: Timestamp,
) -> Events {
    let mut events = only(rule, instance, event);
    give_back(&mut events, instance, ReturnCause::OrderEnded, now);
    events
}

/// Moves the unit back, once.
fn give_back(
    events: &mut Events,
    instance: &CertificateInstance,
    cause: ReturnCause,
    now: Timestamp,
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
) -> Events {
    let order = instance.order();
    match &instance.phase {
        Phase::Validating(_) => {
            let issued = InstanceEvent::Issued {
                certificate: certificate.clone(),
                at: now,
            };
            let mut events = only(RuleId::R07, instance, issued);
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
            events.plan(
                instance.hold.plan,
                PlanEvent::CertificateIssued { order, at: now },
            );
            events
        }
        Phase::Pending { .. } | Phase::Deleted { .. } => {
            if instance.orphans.contains(&certificate.fingerprint()) {
                return Events::following(RuleId::T49);
            }
            let orphan = InstanceEvent::OrphanIssued {
                order,
                fingerprint: certificate.fingerprint(),
                serial: certificate.serial(),
                at: now,
            };
            only(RuleId::T49, instance, orphan)
        }
        Phase::Verifying(_) | Phase::Failed { .. } | Phase::Live(_) | Phase::Revoked { .. } => {
            Events::following(RuleId::R07)
        }
    }
}

/// Revocation, and the unit's return if the decisive act fell into the window.
fn revoked(
    rule: RuleId,
    instance: &CertificateInstance,
    live: &Live,
    (cause, reason): (RevocationCause, RevocationReason),
    completed: Timestamp,
    law: &Law<'_>,
) -> Events {
    let decisive = match law.application.quota_return().value.act {
        DecisiveAct::RevocationCompleted => completed,
        DecisiveAct::RevocationRequested => live
            .revocation
            .map_or(completed, |revocation| revocation.requested_at),
    };
    let unit_returned = return_window_of(live, law).contains(decisive)
        && matches!(instance.hold.state, HoldState::Settled);
    let event = InstanceEvent::Revoked {
        cause,
        reason,
        unit_returned,
        at: completed,
    };
    let mut events = only(rule, instance, event);
    events.follow(RuleId::R27);
    if unit_returned {
        give_back(
            &mut events,
            instance,
            ReturnCause::RevokedInWindow,
            completed,
        );
    }
    events
}

/// The window into which the decisive act of a revocation must fall for the unit to return.
pub(super) fn return_window_of(live: &Live, law: &Law<'_>) -> Window {
    let rule = law.application.quota_return().value;
    law.application
        .calendar()
        .value
        .within_days_of(live.issued_at, rule.days, rule.method)
}

/// The notice, once, if it is due.
fn woken(instance: &CertificateInstance, now: Timestamp, law: &Law<'_>) -> Events {
    match notice_window(instance, law) {
        Some(window) if window.contains(now) => only(
            RuleId::R42,
            instance,
            InstanceEvent::ExpiryAnnounced { at: now },
        ),
        Some(_) | None => Events::following(RuleId::R42),
    }
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
