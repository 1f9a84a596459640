//! Events: what was decided. Each carries the values decided with, so folding needs no rulebook.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Deref;

use arrayvec::ArrayVec;

use crate::model::{
    AccountId, ChainId, Challenge, DomainName, Fingerprint, InstanceId, IssuedCertificate, Note,
    OrderId, Origin, Payment, Pin, PlanId, Product, PurchaseId, PurchaseKind, Renewed,
    RevocationCause, RevocationReason, Serial, SpkiDigest, Submission, Target, Timestamp,
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
    /// To a hosting chain.
    Chain {
        /// Which.
        id: ChainId,
        /// What.
        event: ChainEvent,
    },
    /// To a purchase.
    Purchase {
        /// Which.
        id: PurchaseId,
        /// What.
        event: PurchaseEvent,
    },
}

/// What begins an instance's stream when it is applied for at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Whose it is.
    pub account: AccountId,
    /// Its product.
    pub product: Product,
    /// What pays for it.
    pub origin: Origin,
    /// Which certificate it renews, if it does.
    pub renewed: Option<Renewed>,
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
    /// Whether the domain is proved before the CA reviews it (R-05).
    pub verify: bool,
    /// When.
    pub at: Timestamp,
}

/// What begins an instance's stream when it is applied for later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Whose it is.
    pub account: AccountId,
    /// Its product.
    pub product: Product,
    /// What pays for it.
    pub origin: Origin,
    /// The order that it carries.
    pub order: OrderId,
    /// The chain that it is a member of.
    pub chain: Option<ChainId>,
    /// Whether it waits for its turn in the chain: Not Activated.
    pub waits: bool,
    /// Which certificate it renews, if it does.
    pub renewed: Option<Renewed>,
    /// When.
    pub at: Timestamp,
}

/// An application made with a slot that is there.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and folding reads it by its name"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
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
    /// Whether the domain is proved before the CA reviews it (R-05).
    pub verify: bool,
    /// Whether the unit was settled by it; else it stays as it was.
    pub settles: bool,
    /// Whether the service made it, as hosting does (R-46).
    pub automatic: bool,
    /// Whether the data are not accepted any more: nothing is handed to the CA, and a rejection
    /// follows at once (R-48).
    pub unacceptable: bool,
    /// When.
    pub at: Timestamp,
}

/// What begins the stream of an uploaded certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedHere {
    /// Whose it is.
    pub account: AccountId,
    /// The specification that it is listed under.
    pub product: Product,
    /// The number that it is known by.
    pub order: OrderId,
    /// Its name.
    pub name: Note,
    /// The certificate.
    pub certificate: Arc<IssuedCertificate>,
    /// When.
    pub at: Timestamp,
}

/// Something that happened to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceEvent {
    /// An application was submitted.
    Submitted(Box<Submitted>),
    /// The slot was bought or drawn from a plan, or made by a renewal; applied for later.
    Opened(Box<Opened>),
    /// It was applied for with the slot at hand.
    Applied(Box<Applied>),
    /// A certificate from elsewhere was put under management.
    Uploaded(Box<UploadedHere>),
    /// It was closed.
    Closed {
        /// When.
        at: Timestamp,
    },
    /// It was merged into another slot.
    Merged {
        /// Which.
        into: InstanceId,
        /// When.
        at: Timestamp,
    },
    /// Another slot was merged into it.
    Absorbed {
        /// Which.
        instance: InstanceId,
        /// When.
        at: Timestamp,
    },
    /// It became the first of a chain.
    ChainJoined {
        /// Which.
        chain: ChainId,
        /// When.
        at: Timestamp,
    },
    /// Its certificate was deployed.
    Deployed {
        /// Where.
        target: Target,
        /// For which domain there.
        domain: Option<DomainName>,
        /// When.
        at: Timestamp,
    },
    /// Its certificate was taken off a product.
    Undeployed {
        /// Which.
        target: Target,
        /// When.
        at: Timestamp,
    },
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

impl InstanceEvent {
    /// The order that begins with it, if one does: its id is taken from then on.
    #[must_use]
    pub const fn begun_order(&self) -> Option<OrderId> {
        match self {
            Self::Submitted(submitted) => Some(submitted.order),
            Self::Opened(opened) => Some(opened.order),
            Self::Applied(applied) => Some(applied.order),
            Self::Uploaded(uploaded) => Some(uploaded.order),
            Self::Closed { .. }
            | Self::Merged { .. }
            | Self::Absorbed { .. }
            | Self::ChainJoined { .. }
            | Self::Deployed { .. }
            | Self::Undeployed { .. }
            | Self::ChallengeReceived { .. }
            | Self::DomainConfirmed { .. }
            | Self::Issued { .. }
            | Self::Rejected { .. }
            | Self::Withdrawn { .. }
            | Self::Deleted { .. }
            | Self::Cancelled { .. }
            | Self::RevocationRequested { .. }
            | Self::RevocationConfirmed { .. }
            | Self::Revoked { .. }
            | Self::RevocationRefused { .. }
            | Self::ExpiryAnnounced { .. }
            | Self::OrphanIssued { .. } => None,
        }
    }

    /// Whether it begins the stream of its instance.
    #[must_use]
    pub const fn begins_instance(&self) -> bool {
        match self {
            Self::Submitted(_) | Self::Opened(_) | Self::Uploaded(_) => true,
            Self::Applied(_)
            | Self::Closed { .. }
            | Self::Merged { .. }
            | Self::Absorbed { .. }
            | Self::ChainJoined { .. }
            | Self::Deployed { .. }
            | Self::Undeployed { .. }
            | Self::ChallengeReceived { .. }
            | Self::DomainConfirmed { .. }
            | Self::Issued { .. }
            | Self::Rejected { .. }
            | Self::Withdrawn { .. }
            | Self::Deleted { .. }
            | Self::Cancelled { .. }
            | Self::RevocationRequested { .. }
            | Self::RevocationConfirmed { .. }
            | Self::Revoked { .. }
            | Self::RevocationRefused { .. }
            | Self::ExpiryAnnounced { .. }
            | Self::OrphanIssued { .. } => false,
        }
    }
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
    /// What was paid.
    pub payment: Payment,
    /// The edition that its money is bound to.
    pub pin: Pin,
    /// When.
    pub at: Timestamp,
}

/// What begins a chain's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// Whose it is.
    pub account: AccountId,
    /// The specification of its members.
    pub product: Product,
    /// The purchase that made it.
    pub purchase: PurchaseId,
    /// The edition that it is bound to.
    pub pin: Pin,
    /// The first member, whose turn has come.
    pub first: InstanceId,
    /// The members that wait, in order.
    pub waiting: Arc<[InstanceId]>,
    /// What they are applied for with, where the first one is uploaded.
    pub submission: Option<Arc<Submission>>,
    /// When.
    pub at: Timestamp,
}

/// Something that happened to a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainEvent {
    /// Its members were linked.
    Linked(Box<Linked>),
    /// A member's turn came.
    MemberBegun {
        /// Which.
        instance: InstanceId,
        /// When.
        at: Timestamp,
    },
    /// A member was cancelled before its turn.
    MemberCancelled {
        /// Which.
        instance: InstanceId,
        /// When.
        at: Timestamp,
    },
}

/// What begins a purchase's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidFor {
    /// By whom.
    pub account: AccountId,
    /// The specification.
    pub product: Product,
    /// What for.
    pub kind: PurchaseKind,
    /// What was paid.
    pub payment: Payment,
    /// The edition that its money is bound to.
    pub pin: Pin,
    /// The first instance that it bought.
    pub first: InstanceId,
    /// The chain that links its instances, if there is one.
    pub chain: Option<ChainId>,
    /// How many instances.
    pub count: u32,
    /// When.
    pub at: Timestamp,
}

/// Something that happened to a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PurchaseEvent {
    /// It was paid.
    Paid(Box<PaidFor>),
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
    /// A refund was claimed and waits for its review.
    RefundClaimed {
        /// When.
        at: Timestamp,
    },
    /// The claim was taken back.
    RefundCancelled {
        /// When.
        at: Timestamp,
    },
    /// The claim was refused.
    RefundRefused {
        /// Why.
        reason: Note,
        /// When.
        at: Timestamp,
    },
    /// The cash part was paid back.
    Refunded {
        /// How much, in minor units.
        cash: u64,
        /// When.
        at: Timestamp,
    },
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
    /// The cash part was paid back; nothing is drawn from it any more.
    Refunded {
        /// How much, in minor units.
        cash: u64,
        /// When.
        at: Timestamp,
    },
}

/// How many events nearly every decision yields at most.
const FEW: usize = 3;

/// The events of a decision: few in place, many in heap memory.
///
/// Only what touches several instances needs many: a purchase of several years, hosting, a renewal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "few events are the rule, and they need no heap memory"
)]
enum List {
    Few(ArrayVec<Event, FEW>),
    Many(Vec<Event>),
}

/// What a decision yields: the events, in order, and the rules that it followed.
///
/// No events means that there was nothing left to do: the state is already the one asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Events {
    list: List,
    // As long as the longest decision needs, and no longer: it is moved with every decision. A test
    // over the whole table would see a further rule dropped.
    rules: ArrayVec<RuleId, 4>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            list: List::Few(ArrayVec::new()),
            rules: ArrayVec::new(),
        }
    }
}

impl Events {
    #[inline]
    pub(super) fn clear(&mut self) {
        match &mut self.list {
            List::Few(few) => few.clear(),
            List::Many(many) => many.clear(),
        }
        self.rules.clear();
    }

    #[inline]
    pub(super) fn follow(&mut self, rule: RuleId) {
        let _ = self.rules.try_push(rule);
    }

    #[inline]
    pub(super) fn instance(&mut self, id: InstanceId, event: InstanceEvent) {
        self.push(Event::Instance { id, event });
    }

    #[inline]
    pub(super) fn plan(&mut self, id: PlanId, event: PlanEvent) {
        self.push(Event::Plan { id, event });
    }

    pub(super) fn chain(&mut self, id: ChainId, event: ChainEvent) {
        self.push(Event::Chain { id, event });
    }

    pub(super) fn purchase(&mut self, id: PurchaseId, event: PurchaseEvent) {
        self.push(Event::Purchase { id, event });
    }

    // In the caller, where the event is made: so it is written once.
    #[inline]
    fn push(&mut self, event: Event) {
        match &mut self.list {
            List::Few(few) if !few.is_full() => {
                let _ = few.try_push(event);
            }
            List::Few(_) | List::Many(_) => self.spill(event),
        }
    }

    #[cold]
    fn spill(&mut self, event: Event) {
        match &mut self.list {
            List::Few(few) => {
                let mut many: Vec<Event> = few.drain(..).collect();
                many.push(event);
                self.list = List::Many(many);
            }
            List::Many(many) => many.push(event),
        }
    }

    /// The same decision with other events, by the same rules: for a machine of your own
    /// ([`testing::Machine`](crate::testing::Machine), feature `testing`), which lets something else
    /// happen than [`decide()`](crate::lifecycle::decide()), or has a fault that has to be found. Of
    /// [`Events::default`], it is a decision that follows no rule.
    ///
    /// Whether these events can happen in a case is not looked at: that is what the laws are for.
    ///
    /// ```
    /// use cert_lifecycle::lifecycle::{Case, Command, Event, Events, Law, PlanEvent, Refusal};
    /// use cert_lifecycle::model::Timestamp;
    /// use cert_lifecycle::rulebook::Rulebook;
    /// use cert_lifecycle::testing::laws::{self, Config, LawId};
    /// use cert_lifecycle::testing::{Core, Machine};
    ///
    /// /// Gives units of a plan out and never sets one aside.
    /// struct Generous;
    ///
    /// impl Machine for Generous {
    ///     fn decide(&self, case: &Case<'_>, command: &Command, now: Timestamp, law: &Law<'_>) -> Result<Events, Refusal> {
    ///         let events = Core.decide(case, command, now, law)?;
    ///         let kept = events.iter().filter(|event| {
    ///             !matches!(event, Event::Plan { event: PlanEvent::Reserved { .. }, .. })
    ///         });
    ///         Ok(events.with_events(kept.cloned()))
    ///     }
    /// }
    ///
    /// let book = Rulebook::published();
    /// let config = Config::default().machine(&Generous).only(&[LawId::Conservation]);
    /// assert!(laws::check(&book, &config).breaks(LawId::Conservation));
    /// ```
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn with_events(&self, events: impl IntoIterator<Item = Event>) -> Self {
        let mut all = Self {
            rules: self.rules.clone(),
            ..Self::default()
        };
        for event in events {
            all.push(event);
        }
        all
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
        match &self.list {
            List::Few(few) => few,
            List::Many(many) => many,
        }
    }
}

impl IntoIterator for Events {
    type Item = Event;
    type IntoIter = IntoEvents;
    fn into_iter(self) -> IntoEvents {
        let (few, many) = match self.list {
            List::Few(few) => (few, Vec::new()),
            List::Many(many) => (ArrayVec::new(), many),
        };
        IntoEvents {
            few: few.into_iter(),
            many: many.into_iter(),
        }
    }
}

/// The events of a decision, one after the other.
#[derive(Debug)]
pub struct IntoEvents {
    few: arrayvec::IntoIter<Event, FEW>,
    many: alloc::vec::IntoIter<Event>,
}

impl Iterator for IntoEvents {
    type Item = Event;
    fn next(&mut self) -> Option<Event> {
        self.few.next().or_else(|| self.many.next())
    }
}

impl<'a> IntoIterator for &'a Events {
    type Item = &'a Event;
    type IntoIter = core::slice::Iter<'a, Event>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: u64) -> Event {
        let id = InstanceId::new("instance").unwrap();
        let at = Timestamp::from_unix_seconds(i64::try_from(number).unwrap()).unwrap();
        Event::Instance {
            id,
            event: InstanceEvent::Closed { at },
        }
    }

    /// Nearly every decision needs no heap memory.
    #[test]
    fn few_events_are_in_place_and_many_in_their_order() {
        let mut events = Events::default();
        for number in 0..6 {
            events.push(event(number));
            let few = number < u64::try_from(FEW).unwrap();
            assert_eq!(matches!(events.list, List::Few(_)), few, "{number}");
        }
        assert_eq!(*events, (0..6).map(event).collect::<Vec<_>>());
    }

    #[cfg(feature = "testing")]
    #[test]
    fn other_events_follow_the_same_rules() {
        let mut events = Events::default();
        events.follow(RuleId::R27);
        events.push(event(1));
        let other = events.with_events([event(2), event(3)]);
        assert_eq!(other.rules(), [RuleId::R27]);
        assert_eq!(*other, [event(2), event(3)]);
    }
}
