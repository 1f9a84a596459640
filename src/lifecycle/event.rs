//! Events: what was decided. Each carries the values decided with, so folding needs no rulebook.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ops::Deref;

use arrayvec::ArrayVec;

use crate::model::{
    AccountId, Challenge, DomainName, Fingerprint, HoldState, InstanceId, IssuedCertificate, Note,
    OrderId, Pin, PlanId, Product, RevocationCause, RevocationReason, Serial, SpkiDigest,
    Submission, Timestamp,
};
use crate::rulebook::RuleId;

/// Something that happened in one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// To an instance.
    Instance {
        /// Which.
        id: InstanceId,
        /// What.
        event: InstanceEvent,
    },
    /// To a plan's ledger.
    Plan {
        /// Which.
        id: PlanId,
        /// What.
        event: PlanEvent,
    },
}

/// What begins an instance's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Whose it is.
    pub account: AccountId,
    /// Its product.
    pub product: Product,
    /// The plan whose unit it holds.
    pub plan: PlanId,
    /// Where that unit stands.
    pub unit: HoldState,
    /// The order.
    pub order: OrderId,
    /// What was handed in.
    pub submission: Arc<Submission>,
    /// The names that the certificate will carry.
    pub names: Arc<[DomainName]>,
    /// The key that it must carry, if the holder made it.
    pub key: Option<SpkiDigest>,
    /// The edition that judges it from now on.
    pub pin: Pin,
    /// When.
    pub at: Timestamp,
}

/// Something that happened to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceEvent {
    /// An application was submitted.
    Submitted(Box<Submitted>),
    /// The CA said how to prove the domain.
    ChallengeReceived {
        /// What to put where.
        challenge: Arc<Challenge>,
        /// The key that the CA was given.
        key: SpkiDigest,
        /// When.
        at: Timestamp,
    },
    /// The domain was proved.
    DomainConfirmed {
        /// When.
        at: Timestamp,
    },
    /// The certificate was issued.
    Issued {
        /// What was issued.
        certificate: Arc<IssuedCertificate>,
        /// When.
        at: Timestamp,
    },
    /// The CA refused the application.
    Rejected {
        /// Why.
        reason: Note,
        /// When.
        at: Timestamp,
    },
    /// The application was withdrawn.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// The order was deleted.
    Deleted {
        /// When.
        at: Timestamp,
    },
    /// The pending order was cancelled in one step, and is gone.
    Cancelled {
        /// When.
        at: Timestamp,
    },
    /// A revocation was requested.
    RevocationRequested {
        /// Why.
        reason: RevocationReason,
        /// Whether the holder must confirm it by mail.
        confirm: bool,
        /// When.
        at: Timestamp,
    },
    /// The holder confirmed the revocation.
    RevocationConfirmed {
        /// When.
        at: Timestamp,
    },
    /// The certificate was revoked.
    Revoked {
        /// By whom.
        cause: RevocationCause,
        /// Why.
        reason: RevocationReason,
        /// Whether its unit comes back with it.
        unit_returned: bool,
        /// When the CA completed it.
        at: Timestamp,
    },
    /// The CA refused the revocation.
    RevocationRefused {
        /// Why.
        reason: Note,
        /// When.
        at: Timestamp,
    },
    /// The holder was told that the certificate is about to expire.
    ExpiryAnnounced {
        /// When.
        at: Timestamp,
    },
    /// An approval came too late; its certificate is to be revoked (T-49).
    OrphanIssued {
        /// The order it was issued for.
        order: OrderId,
        /// The certificate's fingerprint.
        fingerprint: Fingerprint,
        /// The certificate's serial number.
        serial: Serial,
        /// When the approval came.
        at: Timestamp,
    },
}

/// Why a unit came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReturnCause {
    /// Its order was deleted or cancelled before issuance.
    OrderEnded,
    /// Its certificate was revoked inside the window.
    RevokedInWindow,
}

/// What begins a plan's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    /// By whom.
    pub account: AccountId,
    /// What for.
    pub product: Product,
    /// How many units.
    pub count: u32,
    /// When.
    pub at: Timestamp,
}

/// A move in a plan's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanEvent {
    /// The plan was bought.
    Bought(Box<Bought>),
    /// A unit was set aside.
    Reserved {
        /// For which order.
        order: OrderId,
        /// When.
        at: Timestamp,
    },
    /// A unit was consumed.
    Settled {
        /// By which order.
        order: OrderId,
        /// Whether it had been reserved before.
        was_reserved: bool,
        /// When.
        at: Timestamp,
    },
    /// A unit came back.
    Returned {
        /// From which order.
        order: OrderId,
        /// Whether it had been settled; reserved otherwise.
        was_settled: bool,
        /// Why.
        cause: ReturnCause,
        /// When.
        at: Timestamp,
    },
    /// A certificate was issued with a unit.
    CertificateIssued {
        /// For which order.
        order: OrderId,
        /// When.
        at: Timestamp,
    },
    /// A revocation was charged against the allowance.
    RevocationCharged {
        /// Of which order's certificate.
        order: OrderId,
        /// When.
        at: Timestamp,
    },
    /// A refused revocation was given back.
    RevocationGivenBack {
        /// Of which order's certificate.
        order: OrderId,
        /// When.
        at: Timestamp,
    },
}

/// What a decision yields: the events, in order, and the rules that it followed.
///
/// No events means that there was nothing left to do: the state is already the one asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    list: ArrayVec<Event, 3>,
    rules: ArrayVec<RuleId, 3>,
}

impl Events {
    // Both lists are as long as the longest decision needs, and no longer: they are moved with every
    // decision. A test over the whole table would see a further element dropped.
    pub(super) fn follow(&mut self, rule: RuleId) {
        let _ = self.rules.try_push(rule);
    }

    pub(super) fn instance(&mut self, id: InstanceId, event: InstanceEvent) {
        let _ = self.list.try_push(Event::Instance { id, event });
    }

    pub(super) fn plan(&mut self, id: PlanId, event: PlanEvent) {
        let _ = self.list.try_push(Event::Plan { id, event });
    }

    /// The rules that the decision followed, the granting one first.
    #[must_use]
    pub fn rules(&self) -> &[RuleId] {
        &self.rules
    }
}

impl Deref for Events {
    type Target = [Event];
    fn deref(&self) -> &[Event] {
        &self.list
    }
}

impl IntoIterator for Events {
    type Item = Event;
    type IntoIter = arrayvec::IntoIter<Event, 3>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Events {
    type Item = &'a Event;
    type IntoIter = core::slice::Iter<'a, Event>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}
