//! Folding events of the instance model into state. It cannot refuse.

use alloc::vec::Vec;

use crate::model::{AccountId, Fingerprint, InstanceId, Timestamp};

use super::event::{Event, HostingEvent, InstanceEvent};
use super::instance::{
    Ending, Halt, HeldCertificate, Hosting, HostingUnits, Origin, PendingResult, RevocationRequest,
    SubscriptionInstance, Term,
};

/// Folds an event into the stream that it names, of the two at hand.
pub fn evolve(
    instance: &mut Option<SubscriptionInstance>,
    hosting: &mut Option<HostingUnits>,
    event: &Event,
) {
    match event {
        Event::Instance { id, event } => evolve_instance(instance, *id, event),
        Event::Hosting { account, event } => evolve_hosting(hosting, *account, *event),
    }
}

/// Folds an event of an instance. What does not fit changes nothing.
pub fn evolve_instance(
    state: &mut Option<SubscriptionInstance>,
    id: InstanceId,
    event: &InstanceEvent,
) {
    match state {
        None => *state = begun(id, event),
        Some(instance) => proceed(instance, event),
    }
}

fn begun(id: InstanceId, event: &InstanceEvent) -> Option<SubscriptionInstance> {
    let bare = |account, origin| SubscriptionInstance {
        id,
        account,
        origin,
        term: None,
        data: None,
        pending: None,
        last_result: None,
        reopened: false,
        certificates: Vec::new(),
        hosting: Hosting::default(),
        abandoned: Vec::new(),
        orphans: Vec::new(),
        ending: None,
        deleted_at: None,
    };
    match event {
        InstanceEvent::Bought {
            account,
            subscription,
        } => Some(bare(*account, Origin::Bought(**subscription))),
        InstanceEvent::Uploaded {
            account,
            certificate,
            at,
        } => {
            let validity = certificate.validity();
            let mut instance = bare(*account, Origin::Uploaded);
            instance.term = Some(Term {
                start: validity.not_before(),
                end: validity.not_after(),
            });
            instance.certificates.push(HeldCertificate {
                certificate: certificate.clone(),
                issued_at: *at,
                requested: None,
                revoked: None,
                noticed_at: None,
            });
            Some(instance)
        }
        InstanceEvent::Updated { .. }
        | InstanceEvent::Applied(_)
        | InstanceEvent::TaskCompleted { .. }
        | InstanceEvent::TaskFailed { .. }
        | InstanceEvent::Issued { .. }
        | InstanceEvent::Rejected { .. }
        | InstanceEvent::Cancelled { .. }
        | InstanceEvent::OrphanIssued { .. }
        | InstanceEvent::RevocationRequested { .. }
        | InstanceEvent::RevocationRefused { .. }
        | InstanceEvent::Revoked { .. }
        | InstanceEvent::Refunded { .. }
        | InstanceEvent::Closed { .. }
        | InstanceEvent::Deleted { .. }
        | InstanceEvent::HostingSet { .. }
        | InstanceEvent::HostingHalted { .. }
        | InstanceEvent::ExpiryAnnounced { .. } => None,
    }
}

fn proceed(instance: &mut SubscriptionInstance, event: &InstanceEvent) {
    match event {
        // A stream begins once.
        InstanceEvent::Bought { .. } | InstanceEvent::Uploaded { .. } => {}
        InstanceEvent::Updated { data, .. } => {
            instance.data = Some(data.clone());
            instance.hosting.halted = None;
        }
        InstanceEvent::Applied(pending) => {
            if instance.pending.is_none() {
                instance.pending = Some((**pending).clone());
                instance.last_result = None;
                instance.reopened = false;
                instance.hosting.halted = None;
            }
        }
        InstanceEvent::TaskCompleted {
            key, challenges, ..
        } => {
            if let Some(pending) = &mut instance.pending {
                pending.at_ca = true;
                pending.key = Some(*key);
                pending.challenges = challenges.clone();
            }
        }
        InstanceEvent::TaskFailed { reason, .. } => {
            ended(instance, Some(PendingResult::TaskFailed(reason.clone())));
        }
        InstanceEvent::Rejected { reason, .. } => {
            ended(instance, Some(PendingResult::Rejected(reason.clone())));
        }
        InstanceEvent::Cancelled { .. } => ended(instance, None),
        InstanceEvent::Issued { certificate, at } => {
            if instance.pending.take().is_some() {
                issued(instance, certificate, *at);
            }
        }
        InstanceEvent::OrphanIssued { fingerprint, .. } => {
            if !instance.orphans.contains(fingerprint) {
                instance.orphans.push(*fingerprint);
            }
        }
        InstanceEvent::RevocationRequested {
            certificate,
            reason,
            at,
        } => {
            if let Some(held) = held(instance, *certificate) {
                held.requested = Some(RevocationRequest {
                    reason: *reason,
                    at: *at,
                });
            }
        }
        InstanceEvent::RevocationRefused { certificate, .. } => {
            if let Some(held) = held(instance, *certificate) {
                held.requested = None;
            }
        }
        InstanceEvent::Revoked {
            certificate,
            revoked,
        } => {
            if let Some(held) = held(instance, *certificate) {
                held.revoked = Some(*revoked);
            }
        }
        InstanceEvent::Refunded { cash, at } => {
            if instance.ending.is_none() {
                instance.ending = Some(Ending::Refunded {
                    cash: *cash,
                    at: *at,
                });
            }
        }
        InstanceEvent::Closed { at } => {
            if instance.ending.is_none() {
                instance.ending = Some(Ending::Closed { at: *at });
            }
        }
        InstanceEvent::Deleted { at } => {
            if instance.deleted_at.is_none() {
                instance.deleted_at = Some(*at);
            }
        }
        InstanceEvent::HostingSet { enabled, .. } => {
            instance.hosting = Hosting {
                enabled: *enabled,
                halted: None,
            };
        }
        InstanceEvent::HostingHalted { halt, .. } => instance.hosting.halted = Some(*halt),
        InstanceEvent::ExpiryAnnounced { at } => {
            if let Some(held) = instance.certificates.last_mut() {
                held.noticed_at = Some(*at);
            }
        }
    }
}

/// The first certificate begins the instance's own term (V-04).
fn issued(
    instance: &mut SubscriptionInstance,
    certificate: &alloc::sync::Arc<crate::model::IssuedCertificate>,
    at: Timestamp,
) {
    if let (None, Origin::Bought(subscription)) = (instance.term, &instance.origin) {
        instance.term = Some(subscription.order.moved_to(at));
    }
    instance.last_result = Some(PendingResult::Issued);
    instance.reopened = false;
    instance.hosting.halted = None;
    instance.certificates.push(HeldCertificate {
        certificate: certificate.clone(),
        issued_at: at,
        requested: None,
        revoked: None,
        noticed_at: None,
    });
}

/// An application ends without a certificate.
fn ended(instance: &mut SubscriptionInstance, result: Option<PendingResult>) {
    let Some(pending) = instance.pending.take() else {
        return;
    };
    if let Some(key) = pending.key.filter(|key| !instance.abandoned.contains(key)) {
        instance.abandoned.push(key);
    }
    instance.last_result = result;
    instance.reopened = true;
    if pending.automatic {
        instance.hosting.halted = Some(Halt::ApplicationEnded);
    }
}

fn held(
    instance: &mut SubscriptionInstance,
    certificate: Fingerprint,
) -> Option<&mut HeldCertificate> {
    instance
        .certificates
        .iter_mut()
        .find(|held| held.certificate.fingerprint() == certificate)
}

/// Folds a move of an account's hosting units.
pub fn evolve_hosting(state: &mut Option<HostingUnits>, account: AccountId, event: HostingEvent) {
    let units = state.get_or_insert(HostingUnits {
        account,
        total: 0,
        used: 0,
    });
    match event {
        HostingEvent::Bought { count, .. } => {
            units.total = units.total.saturating_add(u64::from(count));
        }
        HostingEvent::Used { .. } => {
            if units.remaining() > 0 {
                units.used = units.used.saturating_add(1);
            }
        }
        HostingEvent::Returned { .. } => units.used = units.used.saturating_sub(1),
    }
}
