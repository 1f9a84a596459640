//! What a decision looks at: the read set, the law, and what must still hold at commit.

use arrayvec::ArrayVec;

use crate::model::{AccountId, CertificateInstance, InstanceId, PlanId, ResourcePlan};
use crate::rulebook::{Ceilings, Edition, RevocationLimit};

use super::event::{Event, Events, InstanceEvent, PlanEvent};

/// The read set of one decision: who asks, and what was found.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Who asks. What belongs to another account is not found (L12).
    pub account: AccountId,
    /// The instance, if there is one.
    pub instance: Option<&'a CertificateInstance>,
    /// The plan: the one to draw from, or the one whose unit the instance holds.
    pub plan: Option<&'a ResourcePlan>,
}

/// The rules that judge a case (L9).
#[derive(Clone, Copy, Debug)]
pub struct Law<'a> {
    /// Judges application, quota and its return: the pinned edition, or for a new application the
    /// one in force.
    pub application: &'a Edition,
    /// Judges notice, deletion and permission to revoke: the edition in force.
    pub conduct: &'a Edition,
    /// Limits validity by issuance date.
    pub ceilings: &'a Ceilings,
}

impl<'a> Law<'a> {
    /// One edition for everything.
    #[must_use]
    pub const fn single(edition: &'a Edition, ceilings: &'a Ceilings) -> Self {
        Self {
            application: edition,
            conduct: edition,
            ceilings,
        }
    }
}

/// What a stream must still satisfy when the events of a decision are committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The instance has no stream yet.
    NewInstance(InstanceId),
    /// The instance is as it was read.
    SameInstance(InstanceId),
    /// The plan has no stream yet.
    NewPlan(PlanId),
    /// The plan has at least so many units left, whatever else happened to it.
    Remaining(PlanId, u32),
    /// The plan is as it was read.
    SamePlan(PlanId),
}

/// What must still hold when these events are committed.
///
/// Submissions ask only that a unit is left, so many of them on one plan don't fight over a
/// version. A unit belongs to one instance, so whatever settles or returns it is guarded by that
/// instance; only a counted revocation needs the plan unchanged.
#[must_use]
pub fn expectations(events: &Events, law: &Law<'_>) -> ArrayVec<Expect, 4> {
    let mut all = ArrayVec::new();
    for event in events {
        let expect = match event {
            Event::Instance { id, event } => Some(match event {
                InstanceEvent::Submitted(_) => Expect::NewInstance(*id),
                InstanceEvent::ChallengeReceived { .. }
                | InstanceEvent::DomainConfirmed { .. }
                | InstanceEvent::Issued { .. }
                | InstanceEvent::Rejected { .. }
                | InstanceEvent::Withdrawn { .. }
                | InstanceEvent::Deleted { .. }
                | InstanceEvent::Cancelled { .. }
                | InstanceEvent::RevocationRequested { .. }
                | InstanceEvent::RevocationConfirmed { .. }
                | InstanceEvent::Revoked { .. }
                | InstanceEvent::RevocationRefused { .. }
                | InstanceEvent::ExpiryAnnounced { .. }
                | InstanceEvent::OrphanIssued { .. } => Expect::SameInstance(*id),
            }),
            Event::Plan { id, event } => match event {
                PlanEvent::Bought(_) => Some(Expect::NewPlan(*id)),
                PlanEvent::Reserved { .. }
                | PlanEvent::Settled {
                    was_reserved: false,
                    ..
                } => Some(Expect::Remaining(*id, 1)),
                PlanEvent::RevocationCharged { .. } => match law.conduct.revocation_limit().value {
                    RevocationLimit::PerAccount | RevocationLimit::PerProduct => {
                        Some(Expect::SamePlan(*id))
                    }
                    RevocationLimit::Unlimited => None,
                },
                PlanEvent::Settled {
                    was_reserved: true, ..
                }
                | PlanEvent::Returned { .. }
                | PlanEvent::CertificateIssued { .. }
                | PlanEvent::RevocationGivenBack { .. } => None,
            },
        };
        if let Some(expect) = expect {
            let _ = all.try_push(expect);
        }
    }
    all
}
