//! Effects: the work that an event hands to the shell.
//!
//! An effect runs only after its event is committed, may run twice, and counts once (L11).

use arrayvec::ArrayVec;

use crate::model::{Fingerprint, InstanceId, OrderId, RevocationReason, Serial};

use super::event::{Event, InstanceEvent};
use crate::model::CertificateInstance;

/// A piece of work for a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Hand the order to the CA; if the service makes the key, make it first.
    RequestIssuance {
        /// Which order.
        order: OrderId,
    },
    /// Tell the CA that the order was withdrawn.
    CancelAtCa {
        /// Which order.
        order: OrderId,
    },
    /// Ask the CA to revoke the certificate.
    RevokeAtCa {
        /// Of which order.
        order: OrderId,
        /// Which certificate.
        serial: Serial,
        /// Why.
        reason: RevocationReason,
    },
    /// Have the CA revoke a certificate that it issued too late (T-49).
    RevokeOrphan {
        /// For which order it was issued.
        order: OrderId,
        /// Which certificate.
        serial: Serial,
        /// Its fingerprint.
        fingerprint: Fingerprint,
    },
    /// Destroy the key that the service made for the order.
    DestroyKey {
        /// Of which order.
        order: OrderId,
    },
    /// Tell the holder something.
    Notify {
        /// About which instance.
        instance: InstanceId,
        /// What.
        notice: Notice,
    },
}

/// What a holder is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    /// The CA refused the application.
    ValidationFailed,
    /// The certificate was issued.
    Issued,
    /// The certificate is about to expire.
    PendingExpiration,
    /// The certificate was revoked.
    Revoked,
    /// The CA refused the revocation.
    RevocationRefused,
}

/// The work that an event hands to the shell, given the instance as it is after the event.
#[must_use]
pub fn effects(event: &Event, instance: Option<&CertificateInstance>) -> ArrayVec<Effect, 2> {
    let mut work = ArrayVec::new();
    let (Event::Instance { id, event }, Some(instance)) = (event, instance) else {
        return work;
    };
    let order = instance.order();
    let mut push = |effect| {
        let _ = work.try_push(effect);
    };
    let notify = |notice| Effect::Notify {
        instance: *id,
        notice,
    };
    match event {
        InstanceEvent::Submitted(_) => push(Effect::RequestIssuance { order }),
        InstanceEvent::Withdrawn { .. } => push(Effect::CancelAtCa { order }),
        InstanceEvent::Rejected { .. } => push(notify(Notice::ValidationFailed)),
        InstanceEvent::Issued { .. } => push(notify(Notice::Issued)),
        InstanceEvent::Deleted { .. } | InstanceEvent::Cancelled { .. } => {
            push(Effect::DestroyKey { order });
        }
        InstanceEvent::RevocationRequested { reason, .. } => {
            if let Some(live) = instance.live() {
                push(Effect::RevokeAtCa {
                    order,
                    serial: live.certificate.serial(),
                    reason: *reason,
                });
            }
        }
        InstanceEvent::Revoked { .. } => push(notify(Notice::Revoked)),
        InstanceEvent::RevocationRefused { .. } => push(notify(Notice::RevocationRefused)),
        InstanceEvent::ExpiryAnnounced { .. } => push(notify(Notice::PendingExpiration)),
        InstanceEvent::OrphanIssued {
            order,
            fingerprint,
            serial,
            ..
        } => push(Effect::RevokeOrphan {
            order: *order,
            serial: *serial,
            fingerprint: *fingerprint,
        }),
        InstanceEvent::ChallengeReceived { .. }
        | InstanceEvent::DomainConfirmed { .. }
        | InstanceEvent::RevocationConfirmed { .. } => {}
    }
    work
}
