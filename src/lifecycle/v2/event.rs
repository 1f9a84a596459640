//! Events of the instance model: each carries the values decided with, so folding needs no rulebook.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ops::Deref;

use arrayvec::ArrayVec;

use crate::model::{
    AccountId, Challenge, Fingerprint, InstanceId, IssuedCertificate, Note, RevocationReason,
    Serial, SpkiDigest, Timestamp,
};
use crate::rulebook::RuleId;

use super::data::ApplicationData;
use super::instance::{Halt, PendingApplication, Revoked, Subscription};

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
    /// To an account's hosting units.
    Hosting {
        /// Whose.
        account: AccountId,
        /// What.
        event: HostingEvent,
    },
}

/// Something that happened to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceEvent {
    /// It was bought.
    Bought {
        /// By whom.
        account: AccountId,
        /// What.
        subscription: Box<Subscription>,
    },
    /// A certificate was uploaded.
    Uploaded {
        /// By whom.
        account: AccountId,
        /// The certificate.
        certificate: Arc<IssuedCertificate>,
        /// When.
        at: Timestamp,
    },
    /// Data was stored.
    Updated {
        /// All of it.
        data: Arc<ApplicationData>,
        /// When.
        at: Timestamp,
    },
    /// An application was made.
    Applied(Box<PendingApplication>),
    /// Its task succeeded.
    TaskCompleted {
        /// The key that the CA was given.
        key: SpkiDigest,
        /// How to prove the domains.
        challenges: Arc<[Challenge]>,
        /// When.
        at: Timestamp,
    },
    /// Its task failed.
    TaskFailed {
        /// Why.
        reason: Note,
        /// When.
        at: Timestamp,
    },
    /// The CA issued.
    Issued {
        /// What.
        certificate: Arc<IssuedCertificate>,
        /// When.
        at: Timestamp,
    },
    /// The CA rejected the application.
    Rejected {
        /// Why.
        reason: Note,
        /// When.
        at: Timestamp,
    },
    /// The application was cancelled.
    Cancelled {
        /// When.
        at: Timestamp,
    },
    /// A certificate came too late and is to be revoked (T-49).
    OrphanIssued {
        /// Its fingerprint.
        fingerprint: Fingerprint,
        /// Its serial number.
        serial: Serial,
        /// When.
        at: Timestamp,
    },
    /// A revocation was asked for.
    RevocationRequested {
        /// Of which certificate.
        certificate: Fingerprint,
        /// Why.
        reason: RevocationReason,
        /// When.
        at: Timestamp,
    },
    /// A revocation was refused.
    RevocationRefused {
        /// Of which certificate.
        certificate: Fingerprint,
        /// When.
        at: Timestamp,
    },
    /// A certificate was revoked.
    Revoked {
        /// Which.
        certificate: Fingerprint,
        /// How.
        revoked: Revoked,
    },
    /// The instance was paid back.
    Refunded {
        /// What came back, in minor units.
        cash: u64,
        /// When.
        at: Timestamp,
    },
    /// It was closed.
    Closed {
        /// When.
        at: Timestamp,
    },
    /// It was deleted.
    Deleted {
        /// When.
        at: Timestamp,
    },
    /// Automatic reissue was switched.
    HostingSet {
        /// On or off.
        enabled: bool,
        /// When.
        at: Timestamp,
    },
    /// Automatic reissue is due and stands still.
    HostingHalted {
        /// Why.
        halt: Halt,
        /// When.
        at: Timestamp,
    },
    /// The holder was told that the newest certificate is about to expire.
    ExpiryAnnounced {
        /// When.
        at: Timestamp,
    },
}

/// A move in an account's hosting units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostingEvent {
    /// Units were bought.
    Bought {
        /// How many.
        count: u32,
        /// When.
        at: Timestamp,
    },
    /// An automatic application took a unit.
    Used {
        /// For which instance.
        instance: InstanceId,
        /// When.
        at: Timestamp,
    },
    /// The application ended without a certificate, and its unit came back.
    Returned {
        /// From which instance.
        instance: InstanceId,
        /// When.
        at: Timestamp,
    },
}

/// What a decision yields: the events, in order, and the rules that it followed.
///
/// No events means that there was nothing left to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    list: ArrayVec<Event, 3>,
    rules: ArrayVec<RuleId, 3>,
}

impl Events {
    pub(super) fn follow(&mut self, rule: RuleId) {
        let _ = self.rules.try_push(rule);
    }

    pub(super) fn instance(&mut self, id: InstanceId, event: InstanceEvent) {
        let _ = self.list.try_push(Event::Instance { id, event });
    }

    pub(super) fn hosting(&mut self, account: AccountId, event: HostingEvent) {
        let _ = self.list.try_push(Event::Hosting { account, event });
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
