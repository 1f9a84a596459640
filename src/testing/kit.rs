//! The values that the suites hand in: accounts, ids, and events that fit together.

use alloc::sync::Arc;
use core::error::Error;
use core::fmt::Display;
use std::boxed::Box;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use crate::lifecycle::{
    Applied, Bought, ChainEvent, Event, InstanceEvent, Linked, Opened, PaidFor, PlanEvent,
    PurchaseEvent, ReturnCause, Submitted, UploadedHere,
};
use crate::model::{
    AccountId, Applicant, Catalog, CertificateFacts, ChainId, Curve, Digest, DomainName,
    EditionKey, Hold, HoldState, InstanceId, IssuedCertificate, KeyKind, Note, OrderId, Origin,
    Payment, Pin, PlanId, Product, PurchaseId, PurchaseKind, Serial, SpkiDigest, Submission,
    Timestamp, ValidationMethod, Validity,
};
use crate::port::RequestId;

/// Why a check ends before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// What it found is noted, and what follows would only repeat it.
    Noted,
    /// A call failed that should not.
    Failed(String),
    /// What it is about, or a part of it, could not be brought about, and why.
    Skipped(&'static str),
}

/// What a check comes to.
pub(super) type Done = Result<(), Stop>;

impl<E: Error> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Seconds after the instant at which the suites begin.
pub(super) fn at(seconds: i64) -> Timestamp {
    // 2024-03-01T01:00:00Z.
    let start = Timestamp::from_unix_seconds(1_709_254_800).unwrap_or(Timestamp::MIN);
    start.saturating_add(seconds)
}

pub(super) fn order(number: u64) -> Result<OrderId, Stop> {
    // Beyond what a double can hold.
    Ok(OrderId::new(number.saturating_add(98_000_000_000_000_000))?)
}

pub(super) fn instance(name: impl Display) -> Result<InstanceId, Stop> {
    Ok(InstanceId::new(&format!("instance-{name}"))?)
}

pub(super) fn plan(name: impl Display) -> Result<PlanId, Stop> {
    Ok(PlanId::new(&format!("plan-{name}"))?)
}

pub(super) fn chain(name: impl Display) -> Result<ChainId, Stop> {
    Ok(ChainId::new(&format!("chain-{name}"))?)
}

pub(super) fn purchase(name: impl Display) -> Result<PurchaseId, Stop> {
    Ok(PurchaseId::new(&format!("purchase-{name}"))?)
}

pub(super) fn request(name: impl Display) -> Result<RequestId, Stop> {
    Ok(RequestId::new(&format!("request-{name}"))?)
}

pub(super) fn names(texts: &[&str]) -> Result<Arc<[DomainName]>, Stop> {
    let names: Result<Vec<DomainName>, _> = texts.iter().map(|text| text.parse()).collect();
    Ok(Arc::from(names?))
}

/// What the suites' accounts have in common.
#[derive(Clone, Debug)]
pub(super) struct Kit {
    /// The account that most of a check is about.
    pub(super) owner: AccountId,
    /// Another one.
    pub(super) other: AccountId,
    /// One that has nothing.
    pub(super) stranger: AccountId,
    pub(super) dv: Product,
    pub(super) ov: Product,
    pub(super) free: Product,
    pin: Pin,
    submission: Arc<Submission>,
}

impl Kit {
    pub(super) fn new() -> Result<Self, Stop> {
        let catalog = Catalog::published();
        let product = |code| {
            let found = catalog.get(code);
            found.ok_or_else(|| Stop::Failed("a published product is missing".into()))
        };
        let applicant = Applicant::new("Tom", "13900000000", "username@example.com")?;
        Ok(Self {
            owner: AccountId::new("1000000001")?,
            other: AccountId::new("2000000002")?,
            stranger: AccountId::new("3000000003")?,
            dv: product("geotrust-dv-1-starter")?,
            ov: product("geotrust-ov-1-personal")?,
            free: product("digicert-free-1-free")?,
            pin: Pin {
                edition: EditionKey::new("2021-02-api")?,
                digest: Digest::of(b"an edition"),
            },
            submission: Arc::new(Submission::request(
                "www.example.com".parse()?,
                applicant,
                ValidationMethod::Dns,
                KeyKind::Ec(Curve::P256),
            )),
        })
    }

    pub(super) fn bought(
        &self,
        account: AccountId,
        id: PlanId,
        product: Product,
        count: u32,
        when: Timestamp,
    ) -> Event {
        let event = PlanEvent::Bought(Box::new(Bought {
            account,
            product,
            count,
            payment: Payment::NONE,
            pin: self.pin,
            at: when,
        }));
        Event::Plan { id, event }
    }

    pub(super) fn submitted(
        &self,
        account: AccountId,
        id: InstanceId,
        order: OrderId,
        plan: PlanId,
        names: Arc<[DomainName]>,
    ) -> Event {
        let event = InstanceEvent::Submitted(Box::new(Submitted {
            account,
            product: self.dv,
            origin: Origin::Plan(Hold {
                plan,
                state: HoldState::Reserved,
            }),
            renewed: None,
            order,
            submission: Arc::clone(&self.submission),
            names,
            key: None,
            pin: self.pin,
            verify: true,
            at: at(0),
        }));
        Event::Instance { id, event }
    }

    pub(super) fn opened(
        &self,
        account: AccountId,
        id: InstanceId,
        order: OrderId,
        of: PurchaseId,
        chain: Option<ChainId>,
        waits: bool,
    ) -> Event {
        let event = InstanceEvent::Opened(Box::new(Opened {
            account,
            product: self.ov,
            origin: Origin::Purchase(of),
            order,
            chain,
            waits,
            renewed: None,
            at: at(0),
        }));
        Event::Instance { id, event }
    }

    pub(super) fn applied(&self, id: InstanceId, order: OrderId) -> Event {
        let event = InstanceEvent::Applied(Box::new(Applied {
            order,
            submission: Arc::clone(&self.submission),
            names: Arc::from(self.submission.names()),
            key: None,
            pin: self.pin,
            verify: true,
            settles: false,
            automatic: false,
            unacceptable: false,
            at: at(0),
        }));
        Event::Instance { id, event }
    }

    pub(super) fn uploaded(
        &self,
        account: AccountId,
        id: InstanceId,
        order: OrderId,
        name: &Note,
    ) -> Result<Event, Stop> {
        let event = InstanceEvent::Uploaded(Box::new(UploadedHere {
            account,
            product: self.ov,
            order,
            name: name.clone(),
            certificate: certificate(&["uploaded.example.com"], at(1_000))?,
            at: at(0),
        }));
        Ok(Event::Instance { id, event })
    }

    /// Paid at 11 s.
    pub(super) fn paid(
        &self,
        account: AccountId,
        id: PurchaseId,
        product: Product,
        first: InstanceId,
        chain: Option<ChainId>,
        count: u32,
    ) -> Event {
        let event = PurchaseEvent::Paid(Box::new(PaidFor {
            account,
            product,
            kind: PurchaseKind::New,
            payment: Payment::NONE,
            pin: self.pin,
            first,
            chain,
            count,
            at: at(11),
        }));
        Event::Purchase { id, event }
    }

    pub(super) fn linked(
        &self,
        account: AccountId,
        id: ChainId,
        purchase: PurchaseId,
        first: InstanceId,
        waiting: &[InstanceId],
    ) -> Event {
        let event = ChainEvent::Linked(Box::new(Linked {
            account,
            product: self.ov,
            purchase,
            pin: self.pin,
            first,
            waiting: Arc::from(waiting),
            submission: None,
            at: at(0),
        }));
        Event::Chain { id, event }
    }
}

pub(super) fn certificate(
    names: &[&str],
    not_after: Timestamp,
) -> Result<Arc<IssuedCertificate>, Stop> {
    Ok(Arc::new(IssuedCertificate::new(CertificateFacts {
        der: Arc::from([0x30, 0x03, 0x02, 0x01, 0x07].as_slice()),
        chain: Vec::new(),
        names: self::names(names)?.to_vec(),
        key: KeyKind::Ec(Curve::P256),
        spki: SpkiDigest::of(b"a key"),
        validity: Validity::new(at(0), not_after)?,
        serial: Serial::new(&[0x0a, 0xbc])?,
        issuer: Arc::from("CN=Issuing"),
    })?))
}

pub(super) const fn reserved(id: PlanId, order: OrderId, at: Timestamp) -> Event {
    let event = PlanEvent::Reserved { order, at };
    Event::Plan { id, event }
}

pub(super) const fn returned(id: PlanId, order: OrderId, at: Timestamp) -> Event {
    let event = PlanEvent::Returned {
        order,
        was_settled: false,
        cause: ReturnCause::OrderEnded,
        at,
    };
    Event::Plan { id, event }
}

pub(super) const fn plan_charged(id: PlanId, order: OrderId, at: Timestamp) -> Event {
    let event = PlanEvent::RevocationCharged { order, at };
    Event::Plan { id, event }
}

pub(super) const fn charged(id: PurchaseId, order: OrderId, at: Timestamp) -> Event {
    let event = PurchaseEvent::RevocationCharged { order, at };
    Event::Purchase { id, event }
}

pub(super) const fn refunded(id: PurchaseId, at: Timestamp) -> Event {
    let event = PurchaseEvent::Refunded { cash: 0, at };
    Event::Purchase { id, event }
}

pub(super) const fn begun(id: ChainId, instance: InstanceId, at: Timestamp) -> Event {
    let event = ChainEvent::MemberBegun { instance, at };
    Event::Chain { id, event }
}

pub(super) const fn confirmed(id: InstanceId, at: Timestamp) -> Event {
    let event = InstanceEvent::DomainConfirmed { at };
    Event::Instance { id, event }
}

pub(super) const fn issued(
    id: InstanceId,
    certificate: Arc<IssuedCertificate>,
    at: Timestamp,
) -> Event {
    let event = InstanceEvent::Issued { certificate, at };
    Event::Instance { id, event }
}

pub(super) const fn withdrawn(id: InstanceId, at: Timestamp) -> Event {
    let event = InstanceEvent::Withdrawn { at };
    Event::Instance { id, event }
}

pub(super) const fn deleted(id: InstanceId, at: Timestamp) -> Event {
    let event = InstanceEvent::Deleted { at };
    Event::Instance { id, event }
}
