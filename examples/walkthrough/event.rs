//! Events as JSON, for reading; the stored form is another matter.

use cert_lifecycle::lifecycle::{
    ChainEvent as C, Event, InstanceEvent as I, PlanEvent as P, PurchaseEvent as U,
};
use cert_lifecycle::model::{Origin, Pin};
use serde_json::{Value, json};

use super::{shown, strings};

type Named = (&'static str, Value);

/// An event as one JSON object.
pub(crate) fn event_json(event: &Event) -> Value {
    let (stream, id, (name, more)) = match event {
        Event::Instance { id, event } => ("instance", id.to_string(), of_instance(event)),
        Event::Plan { id, event } => ("plan", id.to_string(), of_plan(event)),
        Event::Chain { id, event } => ("chain", id.to_string(), of_chain(event)),
        Event::Purchase { id, event } => ("purchase", id.to_string(), of_purchase(event)),
    };
    let mut object = json!({ "stream": stream, "id": id, "event": name });
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}

fn pinned(pin: &Pin) -> Value {
    json!({ "edition": pin.edition.as_str(), "digest": pin.digest.to_string() })
}

fn unit(origin: Origin) -> &'static str {
    match origin {
        Origin::Plan(hold) => hold.state.word(),
        Origin::Purchase(_) | Origin::Uploaded => "none",
    }
}

fn of_instance(event: &I) -> Named {
    match event {
        I::Submitted(begun) => (
            "Submitted",
            json!({
                "order": begun.order.get(),
                "operation": begun.submission.operation().word(),
                "names": strings(&begun.names),
                "unit": unit(begun.origin),
                "pin": pinned(&begun.pin),
            }),
        ),
        I::Opened(opened) => (
            "Opened",
            json!({
                "order": opened.order.get(),
                "unit": unit(opened.origin),
                "waits": opened.waits,
                "renews": opened.renewed.map(|renewed| renewed.from.to_string()),
            }),
        ),
        I::Applied(applied) => (
            "Applied",
            json!({
                "order": applied.order.get(),
                "names": strings(&applied.names),
                "automatic": applied.automatic,
                "pin": pinned(&applied.pin),
            }),
        ),
        I::Uploaded(here) => ("Uploaded", json!({ "name": here.name.as_str() })),
        I::Closed { .. } => ("Closed", json!({})),
        I::Merged { into, .. } => ("Merged", json!({ "into": into.as_str() })),
        I::Absorbed { instance, .. } => ("Absorbed", json!({ "instance": instance.as_str() })),
        I::ChainJoined { chain, .. } => ("ChainJoined", json!({ "chain": chain.as_str() })),
        I::Deployed { target, .. } => ("Deployed", json!({ "target": target.as_str() })),
        I::Undeployed { target, .. } => ("Undeployed", json!({ "target": target.as_str() })),
        I::ChallengeReceived { challenge, .. } => (
            "ChallengeReceived",
            json!({ "challenge": shown(challenge) }),
        ),
        I::DomainConfirmed { .. } => ("DomainConfirmed", json!({})),
        I::Issued { certificate, .. } => (
            "Issued",
            json!({
                "serial": certificate.serial().to_string(),
                "fingerprint": certificate.fingerprint().to_string(),
                "not_before": certificate.validity().not_before().to_string(),
                "not_after": certificate.validity().not_after().to_string(),
            }),
        ),
        I::Rejected { reason, .. } => ("Rejected", json!({ "reason": reason.as_str() })),
        I::Withdrawn { .. } => ("Withdrawn", json!({})),
        I::Deleted { .. } => ("Deleted", json!({})),
        I::Cancelled { .. } => ("Cancelled", json!({})),
        I::RevocationRequested {
            reason, confirm, ..
        } => (
            "RevocationRequested",
            json!({ "reason": reason.word(), "confirm": confirm }),
        ),
        I::RevocationConfirmed { .. } => ("RevocationConfirmed", json!({})),
        I::Revoked {
            reason,
            unit_returned,
            ..
        } => (
            "Revoked",
            json!({ "reason": reason.word(), "unit_returned": unit_returned }),
        ),
        I::RevocationRefused { reason, .. } => {
            ("RevocationRefused", json!({ "reason": reason.as_str() }))
        }
        I::ExpiryAnnounced { .. } => ("ExpiryAnnounced", json!({})),
        I::OrphanIssued { serial, .. } => ("OrphanIssued", json!({ "serial": serial.to_string() })),
    }
}

fn of_plan(event: &P) -> Named {
    match event {
        P::Bought(bought) => (
            "Bought",
            json!({ "count": bought.count, "product": bought.product.code.as_str() }),
        ),
        P::Reserved { .. } => ("Reserved", json!({})),
        P::Settled { was_reserved, .. } => ("Settled", json!({ "was_reserved": was_reserved })),
        P::Returned { was_settled, .. } => ("Returned", json!({ "was_settled": was_settled })),
        P::CertificateIssued { .. } => ("CertificateIssued", json!({})),
        P::RevocationCharged { .. } => ("RevocationCharged", json!({})),
        P::RevocationGivenBack { .. } => ("RevocationGivenBack", json!({})),
        P::Refunded { cash, .. } => ("Refunded", json!({ "cash": cash })),
    }
}

fn of_chain(event: &C) -> Named {
    match event {
        C::Linked(linked) => (
            "Linked",
            json!({ "first": linked.first.as_str(), "waiting": strings(&linked.waiting) }),
        ),
        C::MemberBegun { instance, .. } => {
            ("MemberBegun", json!({ "instance": instance.as_str() }))
        }
        C::MemberCancelled { instance, .. } => {
            ("MemberCancelled", json!({ "instance": instance.as_str() }))
        }
    }
}

fn of_purchase(event: &U) -> Named {
    match event {
        U::Paid(paid) => (
            "Paid",
            json!({
                "count": paid.count,
                "product": paid.product.code.as_str(),
                "cash": paid.payment.cash,
                "pin": pinned(&paid.pin),
            }),
        ),
        U::RevocationCharged { .. } => ("RevocationCharged", json!({})),
        U::RevocationGivenBack { .. } => ("RevocationGivenBack", json!({})),
        U::RefundClaimed { .. } => ("RefundClaimed", json!({})),
        U::RefundCancelled { .. } => ("RefundCancelled", json!({})),
        U::RefundRefused { reason, .. } => ("RefundRefused", json!({ "reason": reason.as_str() })),
        U::Refunded { cash, .. } => ("Refunded", json!({ "cash": cash })),
    }
}
