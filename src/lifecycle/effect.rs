//! Effects: the work that an event hands to the shell.
//!
//! An effect runs only after its event is committed, may run twice, and counts once (L11).

use arrayvec::ArrayVec;

use crate::model::{
    CertificateInstance, Fingerprint, InstanceId, OrderId, PlanId, PurchaseId, RevocationReason,
    Serial, Target,
};

use super::event::{Event, InstanceEvent, PlanEvent, PurchaseEvent};

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
    /// Put the certificate on a cloud product; the domain stands in the instance's deployments.
    Deploy {
        /// Which order's certificate.
        order: OrderId,
        /// The product.
        target: Target,
    },
    /// Take the certificate off a cloud product.
    Undeploy {
        /// Which order's certificate.
        order: OrderId,
        /// The product.
        target: Target,
    },
    /// Pay the cash part of a purchase back.
    PayBack {
        /// Which purchase.
        purchase: PurchaseId,
        /// How much, in minor units.
        cash: u64,
    },
    /// Pay the cash part of a plan back.
    PayPlanBack {
        /// Which plan.
        plan: PlanId,
        /// How much, in minor units.
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

impl Effect {
    /// Its name.
    ///
    /// ```
    /// use cert_lifecycle::lifecycle::Effect;
    /// use cert_lifecycle::model::OrderId;
    /// let effect = Effect::CancelAtCa { order: OrderId::new(1)? };
    /// assert_eq!(effect.word(), "CancelAtCa");
    /// # Ok::<(), cert_lifecycle::model::id::OrderIdError>(())
    /// ```
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::RequestIssuance { .. } => "RequestIssuance",
            Self::CancelAtCa { .. } => "CancelAtCa",
            Self::RevokeAtCa { .. } => "RevokeAtCa",
            Self::RevokeOrphan { .. } => "RevokeOrphan",
            Self::DestroyKey { .. } => "DestroyKey",
            Self::Deploy { .. } => "Deploy",
            Self::Undeploy { .. } => "Undeploy",
            Self::PayBack { .. } => "PayBack",
            Self::PayPlanBack { .. } => "PayPlanBack",
            Self::Notify { .. } => "Notify",
        }
    }

    /// The order that it is about, if it is about one.
    #[must_use]
    pub const fn order(&self) -> Option<OrderId> {
        match self {
            Self::RequestIssuance { order }
            | Self::CancelAtCa { order }
            | Self::RevokeAtCa { order, .. }
            | Self::RevokeOrphan { order, .. }
            | Self::DestroyKey { order }
            | Self::Deploy { order, .. }
            | Self::Undeploy { order, .. } => Some(*order),
            Self::PayBack { .. } | Self::PayPlanBack { .. } | Self::Notify { .. } => None,
        }
    }
}

/// What a holder is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    /// The CA refused the application.
    ValidationFailed,
    /// The certificate was issued.
    Issued,
    /// The certificate is about to expire (R-42).
    PendingExpiration,
    /// The service's own application for the next certificate of a chain failed: somebody talks to
    /// the owner (R-48, T-27).
    SupportNeeded,
    /// The certificate was revoked.
    Revoked,
    /// The CA refused the revocation.
    RevocationRefused,
}

/// The work that an event hands to the shell, given the instance as it is after the event.
#[must_use]
pub fn effects(event: &Event, instance: Option<&CertificateInstance>) -> ArrayVec<Effect, 2> {
    let mut work = ArrayVec::new();
    let mut push = |effect| {
        let _ = work.try_push(effect);
    };
    match event {
        Event::Instance { id, event } => {
            if let Some(instance) = instance {
                of_instance(*id, event, instance, &mut push);
            }
        }
        Event::Plan {
            id,
            event: PlanEvent::Refunded { cash, .. },
        } => push(Effect::PayPlanBack {
            plan: *id,
            cash: *cash,
        }),
        Event::Purchase {
            id,
            event: PurchaseEvent::Refunded { cash, .. },
        } => push(Effect::PayBack {
            purchase: *id,
            cash: *cash,
        }),
        Event::Plan { .. } | Event::Purchase { .. } | Event::Chain { .. } => {}
    }
    work
}

fn of_instance(
    id: InstanceId,
    event: &InstanceEvent,
    instance: &CertificateInstance,
    push: &mut impl FnMut(Effect),
) {
    let order = instance.order();
    let notify = |notice| Effect::Notify {
        instance: id,
        notice,
    };
    match event {
        // What is refused at once never reaches the CA.
        InstanceEvent::Applied(applied) if applied.unacceptable => {}
        InstanceEvent::Submitted(_) | InstanceEvent::Applied(_) => {
            push(Effect::RequestIssuance { order });
        }
        InstanceEvent::Withdrawn { .. } => push(Effect::CancelAtCa { order }),
        InstanceEvent::Rejected { .. } => {
            push(notify(Notice::ValidationFailed));
            if instance.application().is_some_and(|own| own.automatic) {
                push(notify(Notice::SupportNeeded));
            }
        }
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
        InstanceEvent::Deployed { target, .. } => push(Effect::Deploy {
            order,
            target: *target,
        }),
        InstanceEvent::Undeployed { target, .. } => push(Effect::Undeploy {
            order,
            target: *target,
        }),
        InstanceEvent::Opened(_)
        | InstanceEvent::Uploaded(_)
        | InstanceEvent::Closed { .. }
        | InstanceEvent::Merged { .. }
        | InstanceEvent::Absorbed { .. }
        | InstanceEvent::ChainJoined { .. }
        | InstanceEvent::ChallengeReceived { .. }
        | InstanceEvent::DomainConfirmed { .. }
        | InstanceEvent::RevocationConfirmed { .. } => {}
    }
}
