//! What can be wrong with events: another turn of an instance, and moves that go astray.

use core::fmt;
use std::vec::Vec;

use crate::lifecycle::{Case, ChainEvent, Event, Events, InstanceEvent, PlanEvent, PurchaseEvent};
use crate::model::{Note, Timestamp};

use super::Misplaced;

/// What happens to an instance in place of what should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Turn {
    /// Nothing.
    Nothing,
    /// Its domain is proved.
    Proved,
    /// Its application fails.
    Failed,
    /// Its application is withdrawn.
    Withdrawn,
    /// Its order is deleted.
    Deleted,
    /// Its order is cancelled.
    Cancelled,
    /// It is closed.
    Closed,
}

impl Turn {
    /// Every turn.
    pub const ALL: [Self; 7] = [
        Self::Nothing,
        Self::Proved,
        Self::Failed,
        Self::Withdrawn,
        Self::Deleted,
        Self::Cancelled,
        Self::Closed,
    ];

    /// The turn that an event is. A failed application is none: the reason that is planted is no CA's.
    pub(super) const fn of(event: &InstanceEvent) -> Option<Self> {
        if matches!(event, InstanceEvent::DomainConfirmed { .. }) {
            Some(Self::Proved)
        } else if matches!(event, InstanceEvent::Withdrawn { .. }) {
            Some(Self::Withdrawn)
        } else if matches!(event, InstanceEvent::Deleted { .. }) {
            Some(Self::Deleted)
        } else if matches!(event, InstanceEvent::Cancelled { .. }) {
            Some(Self::Cancelled)
        } else if matches!(event, InstanceEvent::Closed { .. }) {
            Some(Self::Closed)
        } else {
            None
        }
    }

    fn event(self, at: Timestamp) -> Option<InstanceEvent> {
        match self {
            Self::Nothing => None,
            Self::Proved => Some(InstanceEvent::DomainConfirmed { at }),
            Self::Failed => Some(InstanceEvent::Rejected {
                reason: Note::new("planted").ok()?,
                at,
            }),
            Self::Withdrawn => Some(InstanceEvent::Withdrawn { at }),
            Self::Deleted => Some(InstanceEvent::Deleted { at }),
            Self::Cancelled => Some(InstanceEvent::Cancelled { at }),
            Self::Closed => Some(InstanceEvent::Closed { at }),
        }
    }

    /// The events with this turn in place of what happens to the instance of the case.
    pub(super) fn instead(self, events: &Events, case: &Case<'_>, at: Timestamp) -> Events {
        let own = case.instance.map(crate::model::CertificateInstance::id);
        let turned = events.iter().filter_map(|event| match event {
            Event::Instance { id, .. } if Some(*id) == own => {
                let event = self.event(at)?;
                Some(Event::Instance { id: *id, event })
            }
            Event::Instance { .. }
            | Event::Plan { .. }
            | Event::Chain { .. }
            | Event::Purchase { .. } => Some(event.clone()),
        });
        events.with_events(turned)
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "nothing",
            Self::Proved => "a proved domain",
            Self::Failed => "a failed application",
            Self::Withdrawn => "a withdrawal",
            Self::Deleted => "a deleted order",
            Self::Cancelled => "a cancelled order",
            Self::Closed => "a closed slot",
        })
    }
}

/// Declares what moves, with the events that it is.
macro_rules! moves {
    ($($name:ident = $words:literal: $pattern:pat,)*) => {
        /// What is moved in a ledger: a unit, a revocation, money or a turn.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Moved {
            $(#[doc = concat!("In words: ", $words, ".")] $name,)*
        }

        impl Moved {
            /// What an event moves; nothing, if it begins a stream or happens to an instance.
            #[must_use]
            pub const fn of(event: &Event) -> Option<Self> {
                match event {
                    $($pattern => Some(Self::$name),)*
                    Event::Instance { .. }
                    | Event::Plan { event: PlanEvent::Bought(_), .. }
                    | Event::Chain { event: ChainEvent::Linked(_), .. }
                    | Event::Purchase { event: PurchaseEvent::Paid(_), .. } => None,
                }
            }
        }

        impl fmt::Display for Moved {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$name => $words,)*
                })
            }
        }
    };
}

moves! {
    Reserved = "a unit that is set aside": Event::Plan { event: PlanEvent::Reserved { .. }, .. },
    Settled = "a unit that is consumed": Event::Plan { event: PlanEvent::Settled { .. }, .. },
    Returned = "a unit that comes back": Event::Plan { event: PlanEvent::Returned { .. }, .. },
    Counted = "a certificate that is counted":
        Event::Plan { event: PlanEvent::CertificateIssued { .. }, .. },
    PlanCharged = "a revocation charged to a plan":
        Event::Plan { event: PlanEvent::RevocationCharged { .. }, .. },
    PlanGivenBack = "a revocation given back to a plan":
        Event::Plan { event: PlanEvent::RevocationGivenBack { .. }, .. },
    PlanRefunded = "money back for a plan": Event::Plan { event: PlanEvent::Refunded { .. }, .. },
    Begun = "a member whose turn comes": Event::Chain { event: ChainEvent::MemberBegun { .. }, .. },
    MemberCancelled = "a member that is cancelled":
        Event::Chain { event: ChainEvent::MemberCancelled { .. }, .. },
    Charged = "a revocation charged to a purchase":
        Event::Purchase { event: PurchaseEvent::RevocationCharged { .. }, .. },
    GivenBack = "a revocation given back to a purchase":
        Event::Purchase { event: PurchaseEvent::RevocationGivenBack { .. }, .. },
    Claimed = "a claim": Event::Purchase { event: PurchaseEvent::RefundClaimed { .. }, .. },
    ClaimTakenBack = "a claim taken back":
        Event::Purchase { event: PurchaseEvent::RefundCancelled { .. }, .. },
    ClaimRefused = "a refused claim":
        Event::Purchase { event: PurchaseEvent::RefundRefused { .. }, .. },
    Refunded = "money back for a purchase":
        Event::Purchase { event: PurchaseEvent::Refunded { .. }, .. },
}

/// A move that goes wrong.
pub(super) fn misplaced(event: &Event, case: &Case<'_>, how: Misplaced) -> Vec<Event> {
    match how {
        Misplaced::Dropped => Vec::new(),
        Misplaced::Doubled => doubled(event),
        Misplaced::Misdirected => Vec::from([misdirected(event, case)]),
    }
}

/// Money comes twice in one sum: a second payment to the same purchase is one that the fold ignores.
fn doubled(event: &Event) -> Vec<Event> {
    let mut twice = event.clone();
    match &mut twice {
        Event::Plan {
            event: PlanEvent::Refunded { cash, .. },
            ..
        }
        | Event::Purchase {
            event: PurchaseEvent::Refunded { cash, .. },
            ..
        } => *cash = cash.saturating_add(*cash).saturating_add(1),
        Event::Instance { .. }
        | Event::Plan { .. }
        | Event::Chain { .. }
        | Event::Purchase { .. } => {
            return Vec::from([event.clone(), event.clone()]);
        }
    }
    Vec::from([twice])
}

/// To another stream of the case if there is one; else to the other side of the ledger, or to a stream
/// that does not exist.
fn misdirected(event: &Event, case: &Case<'_>) -> Event {
    let mut event = event.clone();
    match &mut event {
        Event::Instance { .. } => {}
        Event::Plan { id, event } => {
            let other = (case.draw_from.iter().chain(case.plan.iter()))
                .map(|plan| plan.id())
                .find(|own| own != id);
            match (other, event) {
                (_, PlanEvent::Settled { was_reserved, .. }) => *was_reserved = !*was_reserved,
                (_, PlanEvent::Returned { was_settled, .. }) => *was_settled = !*was_settled,
                (
                    other,
                    PlanEvent::Bought(_)
                    | PlanEvent::Reserved { .. }
                    | PlanEvent::CertificateIssued { .. }
                    | PlanEvent::RevocationCharged { .. }
                    | PlanEvent::RevocationGivenBack { .. }
                    | PlanEvent::Refunded { .. },
                ) => {
                    if let Some(other) =
                        other.or_else(|| crate::model::PlanId::new("nobody's").ok())
                    {
                        *id = other;
                    }
                }
            }
        }
        Event::Chain { event, .. } => {
            let other = case.instance.map(crate::model::CertificateInstance::id);
            let before = case.other.map(crate::model::CertificateInstance::id);
            match event {
                ChainEvent::MemberBegun { instance, .. }
                | ChainEvent::MemberCancelled { instance, .. } => {
                    let else_ = [other, before]
                        .into_iter()
                        .flatten()
                        .find(|id| id != instance);
                    if let Some(else_) = else_ {
                        *instance = else_;
                    }
                }
                ChainEvent::Linked(_) => {}
            }
        }
        Event::Purchase { id, .. } => {
            let other = case.other_purchase.map(crate::model::Purchase::id);
            if let Some(other) = other
                .filter(|own| own != id)
                .or_else(|| crate::model::PurchaseId::new("nobody's").ok())
            {
                *id = other;
            }
        }
    }
    event
}
