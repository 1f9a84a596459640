//! The outcome of every permitted command: the events that it brings about.

mod hosting;
mod purchase;
mod refund;

use alloc::boxed::Box;
use alloc::sync::Arc;

use crate::model::{
    CertificateInstance, CsrFacts, Hold, HoldState, IssuedCertificate, Live, OrderId, Origin,
    Phase, Renewed, ResourcePlan, RevocationCause, RevocationReason, RevocationStage, Submission,
    Timestamp,
};
use crate::rulebook::{ConsumeAt, DecisiveAct, ReturnAnchor, RuleId, Window};

use super::case::{Case, Law};
use super::command::{Command, Slot};
use super::condition::{names_to_keep, requested};
use super::event::{
    Bought, ChainEvent, Events, InstanceEvent, PlanEvent, PurchaseEvent, ReturnCause, Submitted,
};
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
    match command {
        Command::BuyPlan {
            plan,
            product,
            count,
            payment,
        } => {
            events.follow(RuleId::R24);
            let bought = Bought {
                account: case.account,
                product: *product,
                count: count.get(),
                payment: *payment,
                pin: law.money.pin(),
                at: now,
            };
            events.plan(*plan, PlanEvent::Bought(Box::new(bought)));
            return Some(());
        }
        Command::Submit {
            instance,
            order,
            submission,
        } => {
            let plan = case.plan?;
            let unit = unit_of(submission, law);
            let slot = Slot {
                instance: *instance,
                order: *order,
            };
            return submitted(case, plan, slot, (submission, unit, None), now, law, events);
        }
        Command::Buy(bought) => return purchase::bought(case, bought, now, law, events),
        Command::Draw(slot) => return purchase::drawn(case, *slot, now, events),
        Command::Upload(upload) => {
            purchase::uploaded(case, upload, now, events);
            return Some(());
        }
        Command::ClaimRefund => return refund::claimed(case, now, law, events),
        Command::CancelRefund | Command::GrantRefund | Command::RefuseRefund { .. } => {
            return refund::answered(case, command, now, events);
        }
        Command::Apply { .. }
        | Command::Withdraw
        | Command::Delete
        | Command::CancelOrder
        | Command::Close
        | Command::Merge
        | Command::RequestRevocation { .. }
        | Command::ConfirmRevocation
        | Command::Collect
        | Command::DeleteCertificate
        | Command::Deploy { .. }
        | Command::Undeploy { .. }
        | Command::Renew { .. }
        | Command::EnableHosting(_)
        | Command::ReceiveChallenge { .. }
        | Command::ConfirmDomain
        | Command::Approve { .. }
        | Command::Reject { .. }
        | Command::CompleteRevocation { .. }
        | Command::RefuseRevocation { .. }
        | Command::RecordCaRevocation { .. }
        | Command::Activate { .. }
        | Command::Wake => {}
    }
    // The clauses made sure that it is the account's own.
    let instance = case.instance?;
    match command {
        // Answered above.
        Command::BuyPlan { .. }
        | Command::Buy(_)
        | Command::Draw(_)
        | Command::Submit { .. }
        | Command::Upload(_)
        | Command::ClaimRefund
        | Command::CancelRefund
        | Command::GrantRefund
        | Command::RefuseRefund { .. } => return None,
        Command::Apply { order, submission } => {
            return hosting::applied(instance, (*order, submission), now, law, events);
        }
        Command::Activate { order } => {
            return hosting::activated(case, instance, *order, now, law, events);
        }
        Command::EnableHosting(extension) => {
            purchase::extended(case, instance, extension, now, law, events);
        }
        Command::Renew { slot, paid } => {
            return purchase::renewed(case, instance, (*slot, *paid), now, law, events);
        }
        Command::Close => {
            events.follow(RuleId::T43);
            events.instance(instance.id, InstanceEvent::Closed { at: now });
        }
        Command::Merge => {
            let into = case.other?.id;
            events.follow(RuleId::T42);
            events.instance(instance.id, InstanceEvent::Merged { into, at: now });
            let absorbed = InstanceEvent::Absorbed {
                instance: instance.id,
                at: now,
            };
            events.instance(into, absorbed);
        }
        Command::DeleteCertificate => {
            events.follow(RuleId::R41);
            events.instance(instance.id, InstanceEvent::Deleted { at: now });
        }
        Command::Deploy { target, domain } => {
            events.follow(RuleId::R52);
            let known = instance
                .deployments()
                .iter()
                .any(|one| one.target == *target && one.domain == *domain);
            if !known {
                let deployed = InstanceEvent::Deployed {
                    target: *target,
                    domain: domain.clone(),
                    at: now,
                };
                events.instance(instance.id, deployed);
            }
        }
        Command::Undeploy { target } => {
            events.follow(RuleId::R52);
            let undeployed = InstanceEvent::Undeployed {
                target: *target,
                at: now,
            };
            events.instance(instance.id, undeployed);
        }
        Command::Withdraw => {
            events.follow(RuleId::R12);
            events.instance(instance.id, InstanceEvent::Withdrawn { at: now });
        }
        Command::Delete => {
            let failed = matches!(instance.phase, Phase::Failed { .. });
            events.follow(if failed { RuleId::R10 } else { RuleId::R13 });
            events.instance(instance.id, InstanceEvent::Deleted { at: now });
            give_back(instance, ReturnCause::OrderEnded, now, events);
        }
        Command::CancelOrder => {
            let waits = matches!(instance.phase, Phase::NotActivated { .. });
            events.follow(if waits { RuleId::T25 } else { RuleId::T14 });
            events.instance(instance.id, InstanceEvent::Cancelled { at: now });
            if let Some(chain) = instance.chain().filter(|_| waits) {
                let cancelled = ChainEvent::MemberCancelled {
                    instance: instance.id,
                    at: now,
                };
                events.chain(chain, cancelled);
            }
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
            match instance.origin {
                Origin::Plan(hold) => {
                    events.plan(hold.plan, PlanEvent::RevocationCharged { order, at: now });
                }
                Origin::Purchase(id) => {
                    events.purchase(id, PurchaseEvent::RevocationCharged { order, at: now });
                }
                Origin::Uploaded => {}
            }
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
                    let completed = now.min(*at).max(request.requested_at);
                    revoked((case, instance, live), act, completed, now, law, events);
                }
                Phase::Revoked { .. } => {}
                Phase::NotActivated { .. }
                | Phase::Bought { .. }
                | Phase::Verifying(_)
                | Phase::Validating(_)
                | Phase::Failed { .. }
                | Phase::Pending { .. }
                | Phase::Uploaded(_)
                | Phase::Ended { .. }
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
            match instance.origin {
                Origin::Plan(hold) => {
                    events.plan(hold.plan, PlanEvent::RevocationGivenBack { order, at: now });
                }
                Origin::Purchase(id) => {
                    events.purchase(id, PurchaseEvent::RevocationGivenBack { order, at: now });
                }
                Origin::Uploaded => {}
            }
        }
        Command::RecordCaRevocation { reason, at } => {
            events.follow(RuleId::T48);
            match &instance.phase {
                Phase::Live(live) => {
                    let act = (RevocationCause::ByCa, *reason);
                    let completed = now.min(*at).max(live.issued_at);
                    revoked((case, instance, live), act, completed, now, law, events);
                }
                Phase::Revoked { .. } => {}
                Phase::NotActivated { .. }
                | Phase::Bought { .. }
                | Phase::Verifying(_)
                | Phase::Validating(_)
                | Phase::Failed { .. }
                | Phase::Pending { .. }
                | Phase::Uploaded(_)
                | Phase::Ended { .. }
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

/// Where the unit of an application stands once it is made.
fn unit_of(submission: &Submission, law: &Law<'_>) -> HoldState {
    match law
        .application
        .consumption()
        .value
        .of(submission.operation())
    {
        ConsumeAt::Submission => HoldState::Settled,
        ConsumeAt::Issuance => HoldState::Reserved,
    }
}

/// An application with a unit of a plan begins an instance.
fn submitted(
    case: &Case<'_>,
    plan: &ResourcePlan,
    slot: Slot,
    (submission, unit, renewed): (&Arc<Submission>, HoldState, Option<Renewed>),
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) -> Option<()> {
    let names = names_to_keep(submission)?;
    let order = slot.order;
    let movement = match unit {
        HoldState::Settled => PlanEvent::Settled {
            order,
            was_reserved: false,
            at: now,
        },
        HoldState::Reserved | HoldState::Returned => PlanEvent::Reserved { order, at: now },
    };
    let begun = Submitted {
        account: case.account,
        product: plan.product,
        origin: Origin::Plan(Hold {
            plan: plan.id,
            state: unit,
        }),
        renewed,
        order,
        submission: submission.clone(),
        names,
        key: submission.csr().map(CsrFacts::spki),
        pin: law.application.pin(),
        verify: law
            .application
            .verified_first()
            .value
            .contains(plan.product.class),
        at: now,
    };
    events.follow(RuleId::R15);
    events.follow(RuleId::R23);
    if submission.csr().is_some() {
        events.follow(RuleId::R18);
    }
    events.instance(slot.instance, InstanceEvent::Submitted(Box::new(begun)));
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
    let Some(hold) = instance.hold() else {
        return;
    };
    let was_settled = match hold.state {
        HoldState::Settled => true,
        HoldState::Reserved => false,
        HoldState::Returned => return,
    };
    events.plan(
        hold.plan,
        PlanEvent::Returned {
            order: instance.order(),
            was_settled,
            cause,
            at: now,
        },
    );
}

/// An approval: the certificate is issued, or it came too late (T-49).
fn approved(
    instance: &CertificateInstance,
    certificate: &Arc<IssuedCertificate>,
    now: Timestamp,
    events: &mut Events,
) {
    let order = instance.order();
    let spki = certificate.spki();
    let mut orphan = |of: OrderId| {
        events.follow(RuleId::T49);
        if !instance.orphans().contains(&certificate.fingerprint()) {
            let orphan = InstanceEvent::OrphanIssued {
                order: of,
                fingerprint: certificate.fingerprint(),
                serial: certificate.serial(),
                at: now,
            };
            events.instance(instance.id, orphan);
        }
    };
    if instance
        .application()
        .is_none_or(|own| own.key != Some(spki))
        && let Some(earlier) = instance.earlier().iter().find(|one| one.key == Some(spki))
    {
        orphan(earlier.order);
        return;
    }
    match &instance.phase {
        Phase::Validating(_) => {
            events.follow(RuleId::R07);
            let issued = InstanceEvent::Issued {
                certificate: certificate.clone(),
                at: now,
            };
            events.instance(instance.id, issued);
            let Some(hold) = instance.hold() else {
                return;
            };
            if matches!(hold.state, HoldState::Reserved) {
                events.follow(RuleId::R23);
                events.plan(
                    hold.plan,
                    PlanEvent::Settled {
                        order,
                        was_reserved: true,
                        at: now,
                    },
                );
            }
            events.plan(hold.plan, PlanEvent::CertificateIssued { order, at: now });
        }
        // Deleted with this very certificate: the approval came twice.
        Phase::Deleted {
            certificate: Some(known),
            ..
        } if *known == certificate.fingerprint() => events.follow(RuleId::R07),
        Phase::Pending { .. } | Phase::Deleted { .. } => orphan(order),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Failed { .. }
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. } => events.follow(RuleId::R07),
    }
}

/// Revocation, and the unit's return if the decisive act fell into the window.
fn revoked(
    (case, instance, live): (&Case<'_>, &CertificateInstance, &Live),
    (by_whom, reason): (RevocationCause, RevocationReason),
    completed: Timestamp,
    now: Timestamp,
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
    let settled = |hold: Hold| matches!(hold.state, HoldState::Settled);
    let unit_returned = instance.hold().is_some_and(settled)
        && return_window_of(case, live, law).contains(decisive);
    let event = InstanceEvent::Revoked {
        cause: by_whom,
        reason,
        unit_returned,
        at: completed,
    };
    events.follow(RuleId::R27);
    events.instance(instance.id, event);
    if unit_returned {
        give_back(instance, ReturnCause::RevokedInWindow, completed, events);
    }
    refund::of_revocation(case, instance, (live, completed), now, law, events);
}

/// The window into which the decisive act of a revocation must fall for the unit to return.
pub(super) fn return_window_of(case: &Case<'_>, live: &Live, law: &Law<'_>) -> Window {
    let rule = law.application.return_rule();
    let anchor = match rule.anchor {
        ReturnAnchor::Issuance => Some(live.issued_at),
        ReturnAnchor::Purchase => case
            .plan
            .filter(|plan| {
                let held = case.instance.and_then(CertificateInstance::hold);
                plan.account == case.account && held.is_some_and(|hold| hold.plan == plan.id)
            })
            .map(|plan| plan.bill.paid_at),
    };
    let calendar = law.application.calendar().value;
    anchor.map_or(Window::NEVER, |anchor| {
        calendar.within_days_of(anchor, rule.days, rule.method)
    })
}

/// While the notice of a coming expiry is due: in the notice window, until it went out.
pub(super) fn notice_window(instance: &CertificateInstance, law: &Law<'_>) -> Option<Window> {
    match &instance.phase {
        Phase::Live(live) if live.noticed_at.is_none() && live.revocation.is_none() => {
            Some(announced(&live.certificate, law.conduct))
        }
        // Some editions send no messages for what was uploaded.
        Phase::Uploaded(uploaded)
            if uploaded.noticed_at.is_none() && law.conduct.messages().value.uploaded =>
        {
            Some(announced(&uploaded.certificate, law.conduct))
        }
        Phase::Live(_)
        | Phase::Uploaded(_)
        | Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Revoked { .. }
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => None,
    }
}
