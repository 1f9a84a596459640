//! The compact life cycle: the nouns and guards that every contender shares.
//!
//! It is the first life of a certificate of one edition (`2021-02-api`, a DV product with a key that
//! the service makes), written as a team would write it for itself: integers for ids, plain records.
//! The contenders differ in how they get from a state and a command to an outcome.

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};

/// Unix seconds.
pub(crate) type At = i64;

const DAY: i64 = 86_400;
const OFFSET: i64 = 8 * 3_600;
const RETURN_DAYS: i64 = 30;
const NOTICE_DAYS: i64 = 30;

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Certificate {
    pub(crate) id: u64,
    pub(crate) key: u64,
    pub(crate) not_after: At,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Command {
    Submit {
        order: u64,
        /// Whose names and key it will be; only contenders with real names look at it.
        subject: u32,
    },
    ReceiveChallenge {
        key: u64,
    },
    ConfirmDomain,
    Approve {
        certificate: Certificate,
    },
    Reject,
    Withdraw,
    Delete,
    RequestRevocation,
    CompleteRevocation {
        at: At,
    },
    RefuseRevocation,
    Wake,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Submit,
    ReceiveChallenge,
    ConfirmDomain,
    Approve,
    Reject,
    Withdraw,
    Delete,
    RequestRevocation,
    CompleteRevocation,
    RefuseRevocation,
    Wake,
}

impl Kind {
    pub(crate) const ALL: [Self; 11] = [
        Self::Submit,
        Self::ReceiveChallenge,
        Self::ConfirmDomain,
        Self::Approve,
        Self::Reject,
        Self::Withdraw,
        Self::Delete,
        Self::RequestRevocation,
        Self::CompleteRevocation,
        Self::RefuseRevocation,
        Self::Wake,
    ];
}

impl Command {
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Submit { .. } => Kind::Submit,
            Self::ReceiveChallenge { .. } => Kind::ReceiveChallenge,
            Self::ConfirmDomain => Kind::ConfirmDomain,
            Self::Approve { .. } => Kind::Approve,
            Self::Reject => Kind::Reject,
            Self::Withdraw => Kind::Withdraw,
            Self::Delete => Kind::Delete,
            Self::RequestRevocation => Kind::RequestRevocation,
            Self::CompleteRevocation { .. } => Kind::CompleteRevocation,
            Self::RefuseRevocation => Kind::RefuseRevocation,
            Self::Wake => Kind::Wake,
        }
    }
}

/// What a stored order is doing. There is no order in a slot that was never used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub(crate) enum State {
    #[default]
    Verifying,
    Validating,
    Failed,
    Pending,
    Live,
    InReview,
    Revoked,
    Deleted,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Unit {
    #[default]
    Reserved,
    Settled,
    Returned,
}

/// The documented error codes, and one for a caller's mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    NotFoundPackage,
    NotRemainCount,
    NotFoundOrder,
    OrderStateError,
    CaAnswer,
    Misuse,
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Code {}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) account: u32,
    pub(crate) plan: u32,
    pub(crate) state: State,
    pub(crate) unit: Unit,
    pub(crate) noticed: bool,
    pub(crate) key: Option<u64>,
    pub(crate) submitted_at: At,
    pub(crate) changed_at: At,
    pub(crate) issued_at: At,
    pub(crate) requested_at: At,
    pub(crate) certificate: Certificate,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) id: u32,
    pub(crate) account: u32,
    pub(crate) total: u32,
    pub(crate) reserved: u32,
    pub(crate) settled: u32,
    pub(crate) revocations: u32,
    pub(crate) issued: u64,
}

impl Plan {
    pub(crate) const fn remaining(&self) -> u32 {
        self.total - self.reserved - self.settled
    }
}

/// What happened, for those who say so.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, disintegrate::Event)]
pub(crate) enum Event {
    Submitted {
        order: u64,
        account: u32,
        plan: u32,
        at: At,
    },
    ChallengeReceived {
        key: u64,
        at: At,
    },
    DomainConfirmed {
        at: At,
    },
    Issued {
        certificate: Certificate,
        at: At,
    },
    Rejected {
        at: At,
    },
    Withdrawn {
        at: At,
    },
    Deleted {
        at: At,
    },
    RevocationRequested {
        at: At,
    },
    Revoked {
        unit_returned: bool,
        at: At,
    },
    RevocationRefused {
        at: At,
    },
    ExpiryAnnounced {
        at: At,
    },
    UnitReserved {
        order: u64,
        at: At,
    },
    UnitSettled {
        order: u64,
        at: At,
    },
    UnitReturned {
        order: u64,
        was_settled: bool,
        at: At,
    },
    CertificateIssued {
        order: u64,
        at: At,
    },
    RevocationCharged {
        order: u64,
        at: At,
    },
    RevocationGivenBack {
        order: u64,
        at: At,
    },
}

/// As many as the longest decision yields, inline.
pub(crate) type Events = ArrayVec<Event, 3>;

/// Folds an event into the order or the plan that it belongs to.
#[inline]
pub(crate) fn evolve(slot: &mut Option<Order>, plan: &mut Plan, event: &Event) {
    match *event {
        Event::Submitted {
            order,
            account,
            plan,
            at,
        } => {
            *slot = Some(Order {
                id: order,
                account,
                plan,
                submitted_at: at,
                ..Order::default()
            });
        }
        Event::UnitReserved { .. } => plan.reserved += 1,
        Event::UnitSettled { .. } => {
            plan.reserved -= 1;
            plan.settled += 1;
        }
        Event::UnitReturned {
            was_settled: true, ..
        } => plan.settled -= 1,
        Event::UnitReturned {
            was_settled: false, ..
        } => plan.reserved -= 1,
        Event::CertificateIssued { .. } => plan.issued += 1,
        Event::RevocationCharged { .. } => plan.revocations += 1,
        Event::RevocationGivenBack { .. } => plan.revocations -= 1,
        Event::ChallengeReceived { .. }
        | Event::DomainConfirmed { .. }
        | Event::Issued { .. }
        | Event::Rejected { .. }
        | Event::Withdrawn { .. }
        | Event::Deleted { .. }
        | Event::RevocationRequested { .. }
        | Event::Revoked { .. }
        | Event::RevocationRefused { .. }
        | Event::ExpiryAnnounced { .. } => {
            if let Some(order) = slot {
                order.fold(event);
            }
        }
    }
}

impl Order {
    #[inline]
    fn fold(&mut self, event: &Event) {
        match *event {
            Event::ChallengeReceived { key, .. } => self.key = Some(key),
            Event::DomainConfirmed { .. } => self.state = State::Validating,
            Event::Issued { certificate, at } => {
                self.state = State::Live;
                self.unit = Unit::Settled;
                self.issued_at = at;
                self.certificate = certificate;
            }
            Event::Rejected { at } => {
                self.state = State::Failed;
                self.changed_at = at;
            }
            Event::Withdrawn { at } => {
                self.state = State::Pending;
                self.changed_at = at;
            }
            Event::Deleted { at } => {
                self.state = State::Deleted;
                self.unit = Unit::Returned;
                self.changed_at = at;
            }
            Event::RevocationRequested { at } => {
                self.state = State::InReview;
                self.requested_at = at;
            }
            Event::Revoked { unit_returned, at } => {
                self.state = State::Revoked;
                self.changed_at = at;
                if unit_returned {
                    self.unit = Unit::Returned;
                }
            }
            Event::RevocationRefused { .. } => self.state = State::Live,
            Event::ExpiryAnnounced { .. } => self.noticed = true,
            Event::Submitted { .. }
            | Event::UnitReserved { .. }
            | Event::UnitSettled { .. }
            | Event::UnitReturned { .. }
            | Event::CertificateIssued { .. }
            | Event::RevocationCharged { .. }
            | Event::RevocationGivenBack { .. } => {}
        }
    }
}

/// The day on which an instant falls at +08:00.
const fn day(at: At) -> i64 {
    (at + OFFSET).div_euclid(DAY)
}

/// The instant at which a day begins at +08:00.
const fn midnight(day: i64) -> At {
    day * DAY - OFFSET
}

/// Whether the decisive instant falls into the window in which a unit returns.
pub(crate) const fn returns(issued_at: At, completed: At) -> bool {
    completed < midnight(day(issued_at) + RETURN_DAYS + 1)
}

/// When a revocation counts as completed.
pub(crate) fn completed(now: At, at: At, requested_at: At) -> At {
    now.min(at.max(requested_at))
}

/// Whether the certificate is about to expire.
pub(crate) const fn notice_is_due(not_after: At, now: At) -> bool {
    now <= not_after && now >= midnight(day(not_after) - NOTICE_DAYS)
}

/// The plan at hand is the one whose unit the order holds.
pub(crate) const fn holds(order: &Order, plan: &Plan, account: u32) -> bool {
    plan.id == order.plan && plan.account == account
}
