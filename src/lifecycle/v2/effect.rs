//! Effects of the instance model: the work that an event hands to the shell.

use crate::model::{Fingerprint, InstanceId, RevocationReason, Serial, Timestamp};

use super::event::{Event, InstanceEvent};
use super::instance::{Halt, SubscriptionInstance};

/// A piece of work for a port. It runs after its event is committed, may run twice, and counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Run the application's task: make the key where the service makes it, and hand it to the CA.
    RunTask {
        /// Of which instance.
        instance: InstanceId,
        /// The last instant of validity to ask for.
        until: Timestamp,
    },
    /// Tell the CA that the application was cancelled.
    CancelAtCa {
        /// Of which instance.
        instance: InstanceId,
    },
    /// Ask the CA to revoke a certificate.
    RevokeAtCa {
        /// Which certificate.
        serial: Serial,
        /// Why.
        reason: RevocationReason,
    },
    /// Have the CA revoke a certificate that it issued too late (T-49).
    RevokeOrphan {
        /// Which certificate.
        serial: Serial,
        /// Its fingerprint.
        fingerprint: Fingerprint,
    },
    /// Pay money back, in minor units.
    PayBack {
        /// For which instance.
        instance: InstanceId,
        /// How much.
        cash: u64,
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
    /// An application ended without a certificate; the last result says why.
    ApplicationFailed,
    /// A certificate was issued.
    Issued,
    /// The newest certificate is about to expire.
    WillExpire,
    /// A certificate was revoked.
    Revoked,
    /// A revocation was refused.
    RevocationRefused,
    /// Automatic reissue is due and stands still.
    HostingHalted(Halt),
}

/// The work that an event hands to the shell, given the instance as it is after the event.
#[must_use]
pub fn effects(event: &Event, instance: Option<&SubscriptionInstance>) -> Option<Effect> {
    let (Event::Instance { id, event }, Some(instance)) = (event, instance) else {
        return None;
    };
    let id = *id;
    let notify = |notice| {
        Some(Effect::Notify {
            instance: id,
            notice,
        })
    };
    match event {
        InstanceEvent::Applied(pending) => Some(Effect::RunTask {
            instance: id,
            until: pending.until,
        }),
        InstanceEvent::Cancelled { .. } => Some(Effect::CancelAtCa { instance: id }),
        InstanceEvent::RevocationRequested {
            certificate,
            reason,
            ..
        } => instance
            .held(Some(*certificate))
            .map(|held| Effect::RevokeAtCa {
                serial: held.certificate.serial(),
                reason: *reason,
            }),
        InstanceEvent::OrphanIssued {
            fingerprint,
            serial,
            ..
        } => Some(Effect::RevokeOrphan {
            serial: *serial,
            fingerprint: *fingerprint,
        }),
        InstanceEvent::Refunded { cash, .. } => Some(Effect::PayBack {
            instance: id,
            cash: *cash,
        }),
        InstanceEvent::TaskFailed { .. } | InstanceEvent::Rejected { .. } => {
            notify(Notice::ApplicationFailed)
        }
        InstanceEvent::Issued { .. } => notify(Notice::Issued),
        InstanceEvent::Revoked { .. } => notify(Notice::Revoked),
        InstanceEvent::RevocationRefused { .. } => notify(Notice::RevocationRefused),
        InstanceEvent::HostingHalted { halt, .. } => notify(Notice::HostingHalted(*halt)),
        InstanceEvent::ExpiryAnnounced { .. } => notify(Notice::WillExpire),
        InstanceEvent::Bought { .. }
        | InstanceEvent::Uploaded { .. }
        | InstanceEvent::Updated { .. }
        | InstanceEvent::TaskCompleted { .. }
        | InstanceEvent::Closed { .. }
        | InstanceEvent::Deleted { .. }
        | InstanceEvent::HostingSet { .. } => None,
    }
}
