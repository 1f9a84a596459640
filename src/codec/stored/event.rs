//! Stored forms of events, effects and receipts: type tags and keys.

use alloc::string::{String, ToString};
use core::cmp::Ordering;

use crate::lifecycle::{
    Applied, Bought, ChainEvent, Effect, Event, InstanceEvent, Linked, Notice, Opened, PaidFor,
    PlanEvent, PurchaseEvent, Receipt, ReturnCause, Submitted, UploadedHere,
};

use super::error::{StoredError, StoredProblem};
use super::form::{Form, Record, Variants, fields, variants, words};
use super::read::{Place, Table};
use super::tree::{Node, parse};
use super::write::{Fields, Out};
use super::{MAX_EFFECT_BYTES, MAX_EVENT_BYTES, MAX_RECEIPT_BYTES, VERSION};

fields! {
    Applied {
        order: "order",
        submission: "submission",
        names: "names",
        key: "key",
        pin: "pin",
        verify: "verify",
        settles: "settles",
        automatic: "automatic",
        unacceptable: "unacceptable",
        at: "at",
    }
    Bought {
        account: "account",
        product: "product",
        count: "count",
        payment: "payment",
        pin: "pin",
        at: "at",
    }
    Linked {
        account: "account",
        product: "product",
        purchase: "purchase",
        pin: "pin",
        first: "first",
        waiting: "waiting",
        submission: "submission",
        at: "at",
    }
    Opened {
        account: "account",
        product: "product",
        origin: "origin",
        order: "order",
        chain: "chain",
        waits: "waits",
        renewed: "renewed",
        at: "at",
    }
    PaidFor {
        account: "account",
        product: "product",
        kind: "kind",
        payment: "payment",
        pin: "pin",
        first: "first",
        chain: "chain",
        count: "count",
        at: "at",
    }
    Submitted {
        account: "account",
        product: "product",
        origin: "origin",
        renewed: "renewed",
        order: "order",
        submission: "submission",
        names: "names",
        key: "key",
        pin: "pin",
        verify: "verify",
        at: "at",
    }
    UploadedHere {
        account: "account",
        product: "product",
        order: "order",
        name: "name",
        certificate: "certificate",
        at: "at",
    }
}

variants! { InstanceEvent
    {
        Submitted(Submitted) = "instance.submitted",
        Opened(Opened) = "instance.opened",
        Applied(Applied) = "instance.applied",
        Uploaded(UploadedHere) = "instance.uploaded",
    }
    {
        Closed { at: "at" } = "instance.closed",
        Merged { into: "into", at: "at" } = "instance.merged",
        Absorbed { instance: "instance", at: "at" } = "instance.absorbed",
        ChainJoined { chain: "chain", at: "at" } = "instance.chain-joined",
        Deployed { target: "target", domain: "domain", at: "at" } = "instance.deployed",
        Undeployed { target: "target", at: "at" } = "instance.undeployed",
        ChallengeReceived { challenge: "challenge", key: "key", at: "at" }
            = "instance.challenge-received",
        DomainConfirmed { at: "at" } = "instance.domain-confirmed",
        Issued { certificate: "certificate", at: "at" } = "instance.issued",
        Rejected { reason: "reason", at: "at" } = "instance.rejected",
        Withdrawn { at: "at" } = "instance.withdrawn",
        Deleted { at: "at" } = "instance.deleted",
        Cancelled { at: "at" } = "instance.cancelled",
        RevocationRequested { reason: "reason", confirm: "confirm", at: "at" }
            = "instance.revocation-requested",
        RevocationConfirmed { at: "at" } = "instance.revocation-confirmed",
        Revoked { cause: "cause", reason: "reason", unit_returned: "unit_returned", at: "at" }
            = "instance.revoked",
        RevocationRefused { reason: "reason", at: "at" } = "instance.revocation-refused",
        ExpiryAnnounced { at: "at" } = "instance.expiry-announced",
        OrphanIssued { order: "order", fingerprint: "fingerprint", serial: "serial", at: "at" }
            = "instance.orphan-issued",
    }
}

variants! { PlanEvent
    {
        Bought(Bought) = "plan.bought",
    }
    {
        Reserved { order: "order", at: "at" } = "plan.reserved",
        Settled { order: "order", was_reserved: "was_reserved", at: "at" } = "plan.settled",
        Returned { order: "order", was_settled: "was_settled", cause: "cause", at: "at" }
            = "plan.returned",
        CertificateIssued { order: "order", at: "at" } = "plan.certificate-issued",
        RevocationCharged { order: "order", at: "at" } = "plan.revocation-charged",
        RevocationGivenBack { order: "order", at: "at" } = "plan.revocation-given-back",
        Refunded { cash: "cash", at: "at" } = "plan.refunded",
    }
}

variants! { ChainEvent
    {
        Linked(Linked) = "chain.linked",
    }
    {
        MemberBegun { instance: "instance", at: "at" } = "chain.member-begun",
        MemberCancelled { instance: "instance", at: "at" } = "chain.member-cancelled",
    }
}

variants! { PurchaseEvent
    {
        Paid(PaidFor) = "purchase.paid",
    }
    {
        RevocationCharged { order: "order", at: "at" } = "purchase.revocation-charged",
        RevocationGivenBack { order: "order", at: "at" } = "purchase.revocation-given-back",
        RefundClaimed { at: "at" } = "purchase.refund-claimed",
        RefundCancelled { at: "at" } = "purchase.refund-cancelled",
        RefundRefused { reason: "reason", at: "at" } = "purchase.refund-refused",
        Refunded { cash: "cash", at: "at" } = "purchase.refunded",
    }
}

variants! { Effect
    {}
    {
        RequestIssuance { order: "order" } = "effect.request-issuance",
        CancelAtCa { order: "order" } = "effect.cancel-at-ca",
        RevokeAtCa { order: "order", serial: "serial", reason: "reason" }
            = "effect.revoke-at-ca",
        RevokeOrphan { order: "order", serial: "serial", fingerprint: "fingerprint" }
            = "effect.revoke-orphan",
        DestroyKey { order: "order" } = "effect.destroy-key",
        Deploy { order: "order", target: "target" } = "effect.deploy",
        Undeploy { order: "order", target: "target" } = "effect.undeploy",
        PayBack { purchase: "purchase", cash: "cash" } = "effect.pay-back",
        PayPlanBack { plan: "plan", cash: "cash" } = "effect.pay-plan-back",
        Notify { instance: "instance", notice: "notice" } = "effect.notify",
    }
}

words! {
    Notice {
        ValidationFailed = "validation-failed",
        Issued = "issued",
        PendingExpiration = "pending-expiration",
        SupportNeeded = "support-needed",
        Revoked = "revoked",
        RevocationRefused = "revocation-refused",
    }
    ReturnCause { OrderEnded = "order-ended", RevokedInWindow = "revoked-in-window" }
}

fields! {
    Receipt { at: "at", edition: "edition", status: "status", rules: "rules", events: "events" }
}

const RECEIPT: &str = "receipt";
/// What every text begins with.
pub(in crate::codec) const HEAD: [&str; 2] = ["v", "type"];
/// What every event begins with.
const EVENT_HEAD: [&str; 3] = ["v", "type", "id"];

/// Writes what every text begins with.
pub(in crate::codec) fn head(fields: &mut Fields<'_>, tag: &str) {
    fields.put("v", &VERSION);
    fields.with("type", |out| out.plain(tag));
}

/// The type tag of an object, once its version is one that is read here.
pub(in crate::codec) fn tag<'t>(object: &Table<'t>) -> Result<&'t str, StoredError> {
    let found: u64 = object.get("v")?;
    match found.cmp(&VERSION) {
        Ordering::Equal => object.text("type"),
        Ordering::Greater => {
            let newest = VERSION;
            Err(object.error("v", StoredProblem::UnknownVersion { found, newest }))
        }
        Ordering::Less => {
            let cause = "versions begin with 1".to_string();
            Err(object.error("v", StoredProblem::Value(cause)))
        }
    }
}

pub(in crate::codec) fn unknown_type(object: &Table<'_>, tag: &str) -> StoredError {
    let shown = StoredProblem::shown(tag);
    object.error("type", StoredProblem::UnknownType(shown))
}

impl Form for Event {
    fn write(&self, out: &mut Out) {
        out.object(|fields| {
            head(fields, event_type(self));
            match self {
                Self::Instance { id, event } => {
                    fields.put("id", id);
                    event.put(fields);
                }
                Self::Plan { id, event } => {
                    fields.put("id", id);
                    event.put(fields);
                }
                Self::Chain { id, event } => {
                    fields.put("id", id);
                    event.put(fields);
                }
                Self::Purchase { id, event } => {
                    fields.put("id", id);
                    event.put(fields);
                }
            }
        });
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        let object = place.open()?;
        let tag = tag(&object)?;
        if let Some(event) = Variants::take(tag, place, &EVENT_HEAD)? {
            let id = object.get("id")?;
            return Ok(Self::Instance { id, event });
        }
        if let Some(event) = Variants::take(tag, place, &EVENT_HEAD)? {
            let id = object.get("id")?;
            return Ok(Self::Plan { id, event });
        }
        if let Some(event) = Variants::take(tag, place, &EVENT_HEAD)? {
            let id = object.get("id")?;
            return Ok(Self::Chain { id, event });
        }
        if let Some(event) = Variants::take(tag, place, &EVENT_HEAD)? {
            let id = object.get("id")?;
            return Ok(Self::Purchase { id, event });
        }
        Err(unknown_type(&object, tag))
    }
}

pub(in crate::codec) fn write<T>(value: &T, write: impl FnOnce(&T, &mut Out)) -> String {
    let mut out = Out::new();
    write(value, &mut out);
    out.finish()
}

pub(in crate::codec) fn read<T>(
    text: &str,
    limit: usize,
    read: impl FnOnce(&Place<'_>) -> Result<T, StoredError>,
) -> Result<T, StoredError> {
    let node: Node<'_> = parse(text, limit)?;
    read(&Place::top(&node))
}

/// An event as a text.
///
/// Whatever is longer than [`MAX_EVENT_BYTES`] is not read back; nothing that the feature `pki` reads
/// within its default limits comes near. A store that takes certificates and requests from elsewhere
/// should look at the length before it commits.
///
/// ```
/// use cert_lifecycle::codec::stored::encode_event;
/// use cert_lifecycle::lifecycle::{Event, PlanEvent};
/// use cert_lifecycle::model::{OrderId, PlanId};
/// let event = Event::Plan {
///     id: PlanId::new("p-1")?,
///     event: PlanEvent::Reserved { order: OrderId::new(7)?, at: "2021-03-01T00:00:00Z".parse()? },
/// };
/// assert_eq!(
///     encode_event(&event),
///     r#"{"v":1,"type":"plan.reserved","id":"p-1","order":"7","at":"2021-03-01T00:00:00Z"}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn encode_event(event: &Event) -> String {
    write(event, Event::write)
}

/// The event of a text.
///
/// # Errors
/// [`StoredError`]: the first thing that is wrong, and where.
///
/// ```
/// use cert_lifecycle::codec::stored::{StoredProblem, decode_event, encode_event};
/// let text = r#"{"v":1,"type":"chain.member-begun","id":"c-1","instance":"i-2","at":"2022-03-01T00:00:00Z"}"#;
/// let event = decode_event(text)?;
/// assert_eq!(encode_event(&event), text);
///
/// // What a later release writes is not guessed at.
/// let error = decode_event(&text.replace("\"v\":1", "\"v\":2")).unwrap_err();
/// assert_eq!(error.problem, StoredProblem::UnknownVersion { found: 2, newest: 1 });
/// # Ok::<(), cert_lifecycle::codec::stored::StoredError>(())
/// ```
pub fn decode_event(text: &str) -> Result<Event, StoredError> {
    read(text, MAX_EVENT_BYTES, Event::read)
}

/// The type tag that an event is stored under, for a column of its own.
///
/// ```
/// use cert_lifecycle::codec::stored::event_type;
/// use cert_lifecycle::lifecycle::{Event, InstanceEvent};
/// use cert_lifecycle::model::{InstanceId, Timestamp};
/// let event = InstanceEvent::Withdrawn { at: Timestamp::MIN };
/// let event = Event::Instance { id: InstanceId::new("i-1")?, event };
/// assert_eq!(event_type(&event), "instance.withdrawn");
/// # Ok::<(), cert_lifecycle::model::TextError>(())
/// ```
#[must_use]
pub fn event_type(event: &Event) -> &'static str {
    match event {
        Event::Instance { event, .. } => event.tag(),
        Event::Plan { event, .. } => event.tag(),
        Event::Chain { event, .. } => event.tag(),
        Event::Purchase { event, .. } => event.tag(),
    }
}

/// An effect as a text.
///
/// ```
/// use cert_lifecycle::codec::stored::{decode_effect, encode_effect};
/// use cert_lifecycle::lifecycle::Effect;
/// use cert_lifecycle::model::OrderId;
/// let effect = Effect::CancelAtCa { order: OrderId::new(98_987_582_437_920_968)? };
/// let text = encode_effect(&effect);
/// assert_eq!(text, r#"{"v":1,"type":"effect.cancel-at-ca","order":"98987582437920968"}"#);
/// assert_eq!(decode_effect(&text), Ok(effect));
/// # Ok::<(), cert_lifecycle::model::id::OrderIdError>(())
/// ```
#[must_use]
pub fn encode_effect(effect: &Effect) -> String {
    write(effect, |effect, out| {
        out.object(|fields| {
            head(fields, effect.tag());
            effect.put(fields);
        });
    })
}

/// The effect of a text.
///
/// # Errors
/// [`StoredError`]: the first thing that is wrong, and where.
///
/// ```
/// use cert_lifecycle::codec::stored::{StoredProblem, decode_effect};
/// let error = decode_effect(r#"{"v":1,"type":"effect.deploy","order":"7"}"#).unwrap_err();
/// assert_eq!((error.field.as_str(), error.problem), ("target", StoredProblem::Missing));
/// ```
pub fn decode_effect(text: &str) -> Result<Effect, StoredError> {
    read(text, MAX_EFFECT_BYTES, |place| {
        let object = place.open()?;
        let tag = tag(&object)?;
        let effect = Variants::take(tag, place, &HEAD)?;
        effect.ok_or_else(|| unknown_type(&object, tag))
    })
}

/// The type tag that an effect is stored under, for a column of its own.
///
/// ```
/// use cert_lifecycle::codec::stored::effect_type;
/// use cert_lifecycle::lifecycle::Effect;
/// use cert_lifecycle::model::OrderId;
/// let effect = Effect::DestroyKey { order: OrderId::new(7)? };
/// assert_eq!(effect_type(&effect), "effect.destroy-key");
/// # Ok::<(), cert_lifecycle::model::id::OrderIdError>(())
/// ```
#[must_use]
pub fn effect_type(effect: &Effect) -> &'static str {
    effect.tag()
}

/// A receipt as a text. Its events stand in it as each is stored alone.
///
/// ```
/// use cert_lifecycle::codec::stored::{decode_receipt, encode_receipt};
/// use cert_lifecycle::lifecycle::Receipt;
/// use cert_lifecycle::model::{EditionKey, Status};
/// use cert_lifecycle::rulebook::RuleId;
/// let receipt = Receipt {
///     events: Vec::new(),
///     rules: vec![RuleId::R25],
///     at: "2021-03-01T00:00:00Z".parse()?,
///     edition: EditionKey::new("2021-02-api")?,
///     status: Some(Status::Issued),
/// };
/// let text = encode_receipt(&receipt);
/// assert_eq!(
///     text,
///     r#"{"v":1,"type":"receipt","at":"2021-03-01T00:00:00Z","edition":"2021-02-api","status":"issued","rules":["R-25"],"events":[]}"#
/// );
/// assert_eq!(decode_receipt(&text)?, receipt);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn encode_receipt(receipt: &Receipt) -> String {
    write(receipt, |receipt, out| {
        out.object(|fields| {
            head(fields, RECEIPT);
            receipt.put(fields);
        });
    })
}

/// The receipt of a text.
///
/// # Errors
/// [`StoredError`]: the first thing that is wrong, and where.
///
/// ```
/// use cert_lifecycle::codec::stored::decode_receipt;
/// let text = r#"{"v":1,"type":"receipt","at":"2021-03-01T00:00:00Z","edition":"2021-02-api","rules":["R-25",25],"events":[]}"#;
/// let error = decode_receipt(text).unwrap_err();
/// assert_eq!(error.to_string(), "rules[1]: expected a text, found a whole number");
/// ```
pub fn decode_receipt(text: &str) -> Result<Receipt, StoredError> {
    read(text, MAX_RECEIPT_BYTES, |place| {
        let object = place.open()?;
        let tag = tag(&object)?;
        if tag != RECEIPT {
            return Err(unknown_type(&object, tag));
        }
        Receipt::take(&place.table(&[&HEAD, Receipt::KEYS])?)
    })
}
