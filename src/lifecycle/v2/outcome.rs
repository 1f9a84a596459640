//! The outcome of every permitted command of the instance model.

use alloc::boxed::Box;
use alloc::sync::Arc;

use crate::lifecycle::condition::submission::bound;
use crate::model::time::SECONDS_PER_DAY;
use crate::model::{Fingerprint, RevocationCause, RevocationReason, Timestamp};
use crate::rulebook::{RuleId, Window};

use super::case::{Case, Law};
use super::command::Command;
use super::condition::{Arrival, arrival, holds, owned};
use super::event::{Events, HostingEvent, InstanceEvent};
use super::instance::{
    Halt, HeldCertificate, Origin, PendingApplication, Revoked, Subscription, SubscriptionInstance,
    Term,
};
use super::status::{ending_soon, lasting};

/// Writes down what a permitted command brings about; none for a combination that the clauses refuse.
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
    let account = case.account;
    match command {
        Command::Buy {
            instance,
            product,
            until,
            payment,
        } => {
            let subscription = Subscription {
                product: *product,
                payment: *payment,
                order: Term {
                    start: now,
                    end: *until,
                },
                pin: law.purchase.pin(),
            };
            let subscription = Box::new(subscription);
            events.follow(RuleId::V01);
            events.instance(
                *instance,
                InstanceEvent::Bought {
                    account,
                    subscription,
                },
            );
            return Some(());
        }
        Command::Upload {
            instance,
            certificate,
        } => {
            let certificate = certificate.clone();
            events.follow(RuleId::V10);
            events.instance(
                *instance,
                InstanceEvent::Uploaded {
                    account,
                    certificate,
                    at: now,
                },
            );
            return Some(());
        }
        Command::BuyHosting { count } => {
            let count = count.get();
            events.follow(RuleId::V12);
            events.hosting(account, HostingEvent::Bought { count, at: now });
            return Some(());
        }
        Command::Update { .. }
        | Command::Apply
        | Command::Cancel
        | Command::RequestRevocation { .. }
        | Command::Refund
        | Command::Delete
        | Command::SetHosting { .. }
        | Command::Close
        | Command::CompleteTask { .. }
        | Command::FailTask { .. }
        | Command::Issue { .. }
        | Command::Reject { .. }
        | Command::CompleteRevocation { .. }
        | Command::RefuseRevocation { .. }
        | Command::RecordCaRevocation { .. }
        | Command::Wake => {}
    }
    // The clauses made sure that it is the account's own.
    let instance = owned(case)?;
    let id = instance.id;
    match command {
        Command::Buy { .. } | Command::Upload { .. } | Command::BuyHosting { .. } => return None,
        Command::Update { data } => {
            events.follow(RuleId::V02);
            let data = data.clone();
            events.instance(id, InstanceEvent::Updated { data, at: now });
        }
        Command::Apply => {
            let pending = application(instance, now, law, false)?;
            events.follow(RuleId::T44);
            events.instance(id, InstanceEvent::Applied(Box::new(pending)));
        }
        Command::Cancel => {
            events.follow(RuleId::T45);
            events.instance(id, InstanceEvent::Cancelled { at: now });
            give_back(instance, now, events);
        }
        Command::RequestRevocation {
            certificate,
            reason,
        } => {
            let certificate = instance.held(*certificate)?.certificate.fingerprint();
            events.follow(RuleId::T46);
            let requested = InstanceEvent::RevocationRequested {
                certificate,
                reason: *reason,
                at: now,
            };
            events.instance(id, requested);
        }
        Command::Refund => {
            let payment = instance.subscription()?.payment;
            events.follow(RuleId::T47);
            let refunded = InstanceEvent::Refunded {
                cash: payment.cash,
                at: now,
            };
            events.instance(id, refunded);
        }
        Command::Delete => {
            events.follow(RuleId::V08);
            events.instance(id, InstanceEvent::Deleted { at: now });
        }
        Command::SetHosting { enabled } => {
            events.follow(RuleId::V05);
            let hosting = instance.hosting;
            if hosting.enabled != *enabled || (*enabled && hosting.halted.is_some()) {
                let enabled = *enabled;
                events.instance(id, InstanceEvent::HostingSet { enabled, at: now });
            }
        }
        Command::Close => {
            events.follow(RuleId::V09);
            events.instance(id, InstanceEvent::Closed { at: now });
        }
        Command::CompleteTask { key, challenges } => {
            events.follow(RuleId::V03);
            // What is there already has this key, or it would have been refused.
            let known = instance
                .pending
                .as_ref()
                .is_some_and(|pending| pending.at_ca && pending.challenges == *challenges);
            if !known {
                let completed = InstanceEvent::TaskCompleted {
                    key: *key,
                    challenges: challenges.clone(),
                    at: now,
                };
                events.instance(id, completed);
            }
        }
        Command::FailTask { reason } => {
            events.follow(RuleId::V03);
            if instance.pending.is_some() {
                let reason = reason.clone();
                events.instance(id, InstanceEvent::TaskFailed { reason, at: now });
                give_back(instance, now, events);
            }
        }
        Command::Issue { certificate } => match arrival(instance, certificate) {
            Arrival::Known => events.follow(RuleId::R07),
            Arrival::Expected(_) => {
                events.follow(RuleId::R07);
                if instance.term.is_none() {
                    events.follow(RuleId::V04);
                }
                let certificate = certificate.clone();
                events.instance(
                    id,
                    InstanceEvent::Issued {
                        certificate,
                        at: now,
                    },
                );
            }
            Arrival::Late => {
                events.follow(RuleId::T49);
                let orphan = InstanceEvent::OrphanIssued {
                    fingerprint: certificate.fingerprint(),
                    serial: certificate.serial(),
                    at: now,
                };
                events.instance(id, orphan);
            }
            Arrival::Early | Arrival::Foreign => return None,
        },
        Command::Reject { reason } => {
            events.follow(RuleId::R08);
            if instance.pending.is_some() {
                let reason = reason.clone();
                events.instance(id, InstanceEvent::Rejected { reason, at: now });
                give_back(instance, now, events);
            }
        }
        Command::CompleteRevocation { certificate, at } => {
            let held = instance.held(*certificate)?;
            events.follow(RuleId::R35);
            if held.revoked.is_none() {
                let request = held.requested?;
                let at = now.min(*at).max(request.at);
                revoked(
                    instance,
                    held,
                    (RevocationCause::ByHolder, request.reason, at),
                    events,
                );
            }
        }
        Command::RefuseRevocation { certificate } => {
            let certificate = instance.held(*certificate)?.certificate.fingerprint();
            events.follow(RuleId::R39);
            let refused = InstanceEvent::RevocationRefused {
                certificate,
                at: now,
            };
            events.instance(id, refused);
        }
        Command::RecordCaRevocation {
            certificate,
            reason,
            at,
        } => {
            let held = instance.held(*certificate)?;
            events.follow(RuleId::T48);
            if held.revoked.is_none() {
                let at = now.min(*at).max(held.issued_at);
                revoked(instance, held, (RevocationCause::ByCa, *reason, at), events);
            }
        }
        Command::Wake => wake(case, instance, now, law, events),
    }
    Some(())
}

fn revoked(
    instance: &SubscriptionInstance,
    held: &HeldCertificate,
    (cause, reason, at): (RevocationCause, RevocationReason, Timestamp),
    events: &mut Events,
) {
    let certificate: Fingerprint = held.certificate.fingerprint();
    let revoked = Revoked { cause, reason, at };
    events.instance(
        instance.id,
        InstanceEvent::Revoked {
            certificate,
            revoked,
        },
    );
}

/// The unit of an automatic application that ends without a certificate comes back, once (V-07).
fn give_back(instance: &SubscriptionInstance, now: Timestamp, events: &mut Events) {
    if instance.pending.as_ref().is_some_and(|p| p.automatic) {
        let returned = HostingEvent::Returned {
            instance: instance.id,
            at: now,
        };
        events.follow(RuleId::V07);
        events.hosting(instance.account, returned);
    }
}

/// An application with the stored data.
fn application(
    instance: &SubscriptionInstance,
    now: Timestamp,
    law: &Law<'_>,
    automatic: bool,
) -> Option<PendingApplication> {
    let data = instance.data.as_ref()?;
    let names = bound(data.csr(), data.names())?;
    Some(PendingApplication {
        names: Arc::from(names.as_slice()),
        key: data.csr().map(crate::model::CsrFacts::spki),
        data: data.clone(),
        challenges: Arc::from([]),
        at_ca: false,
        automatic,
        until: requested_until(instance, now, law)?,
        applied_at: now,
    })
}

/// The last instant of validity that the CA is asked for at an instant: as long as a certificate is
/// sold for, within the ceiling of that day and the instance's own term (K-08, V-04). None for an
/// uploaded certificate.
#[must_use]
pub fn requested_until(
    instance: &SubscriptionInstance,
    now: Timestamp,
    law: &Law<'_>,
) -> Option<Timestamp> {
    let Origin::Bought(subscription) = &instance.origin else {
        return None;
    };
    let days = i64::from(law.conduct.term().value.days);
    let seconds = days.saturating_mul(SECONDS_PER_DAY).saturating_sub(1);
    let sold = now.saturating_add(seconds);
    let term = instance
        .term
        .unwrap_or_else(|| subscription.order.moved_to(now));
    Some(sold.min(law.ceilings.last_second(now)).min(term.end))
}

/// What is due: the notice, then the automatic application (V-06).
fn wake(
    case: &Case<'_>,
    instance: &SubscriptionInstance,
    now: Timestamp,
    law: &Law<'_>,
    events: &mut Events,
) {
    if notice_window(instance, law).is_some_and(|due| due.contains(now)) {
        events.follow(RuleId::R42);
        events.instance(instance.id, InstanceEvent::ExpiryAnnounced { at: now });
    }
    events.follow(RuleId::V06);
    if !reissue_window(instance, law).is_some_and(|due| due.contains(now)) {
        return;
    }
    let Some(current) = instance.current() else {
        return;
    };
    let Some(pending) = application(instance, now, law, true)
        .filter(|pending| pending.until > current.certificate.validity().not_after())
    else {
        return;
    };
    let halt = if !holds(case, &Command::Apply, law, now) {
        Some(Halt::NotAcceptable)
    } else if has_unit(case) {
        None
    } else {
        Some(Halt::NoUnit)
    };
    match halt {
        None => {
            let used = HostingEvent::Used {
                instance: instance.id,
                at: now,
            };
            events.instance(instance.id, InstanceEvent::Applied(Box::new(pending)));
            events.hosting(instance.account, used);
        }
        // It is said once.
        Some(halt) if instance.hosting.halted == Some(halt) => {}
        Some(halt) => {
            events.instance(instance.id, InstanceEvent::HostingHalted { halt, at: now });
        }
    }
}

/// Whether the account has a hosting unit left.
pub(super) fn has_unit(case: &Case<'_>) -> bool {
    case.hosting
        .filter(|units| units.account == case.account)
        .is_some_and(|units| units.remaining() > 0)
}

/// When the notice of expiry is due; none if it was given or there is nothing to announce.
/// Uploaded certificates are announced only where the edition sends messages about them.
pub(super) fn notice_window(instance: &SubscriptionInstance, law: &Law<'_>) -> Option<Window> {
    let told = match &instance.origin {
        Origin::Bought(_) => true,
        Origin::Uploaded => law.conduct.messages().value.uploaded,
    };
    instance
        .current()
        .filter(|_| told && instance.ending.is_none() && instance.deleted_at.is_none())
        .filter(|held| held.noticed_at.is_none() && held.revoked.is_none())
        .filter(|held| held.requested.is_none())
        .map(|held| ending_soon(held.certificate.validity().not_after(), law.conduct))
}

/// When the automatic application is due: in the trigger window of the purchase's edition before the
/// newest certificate ends, and afterwards, as long as the instance lasts (V-06). None if automatic
/// reissue is off or waits for its holder, if an application is under way, if the certificate is
/// revoked or about to be, or if it covers the term already.
pub(super) fn reissue_window(instance: &SubscriptionInstance, law: &Law<'_>) -> Option<Window> {
    let hosting = instance.hosting;
    let waits = matches!(hosting.halted, Some(Halt::ApplicationEnded));
    let free = instance.pending.is_none()
        && instance.ending.is_none()
        && instance.deleted_at.is_none()
        && instance.subscription().is_some();
    if !hosting.enabled || waits || !free {
        return None;
    }
    let (current, term) = (instance.current()?, instance.term?);
    let not_after = current.certificate.validity().not_after();
    if current.revoked.is_some() || current.requested.is_some() || not_after >= term.end {
        return None;
    }
    let trigger = law.purchase.hosting_trigger().value;
    let due =
        law.purchase
            .calendar()
            .value
            .last_days_before(not_after, trigger.days, trigger.strict);
    Some(due.and(lasting(term, law.conduct)))
}
