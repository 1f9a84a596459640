//! What the control plane says, as JSON.

use std::string::{String, ToString};
use std::vec::Vec;

use serde_json::{Map, Value, json};

use crate::lifecycle::{Availability, Due, Offer, Refusal};
use crate::model::{CertificateInstance, Purchase, ResourcePlan, Status};
use crate::port::Stage;
use crate::service::Description;
use crate::view::wire::{Seen, WireField};

/// The `Type` of `DescribeCertificateState`.
pub(super) fn word(status: Status) -> &'static str {
    let cell = WireField::StateType.write(Seen::of(status));
    cell.value
        .or(WireField::StateType.unknown_word())
        .unwrap_or_default()
}

pub(super) fn refusal(refusal: &Refusal) -> Value {
    json!({
        "error": refusal.to_string(),
        "refusal": {
            "command": refusal.command().word(),
            "rule": refusal.rule().to_string(),
            "edition": refusal.edition().to_string(),
            "why": refusal.why().to_string(),
            "status": refusal.status().map(Status::word),
            "possible_from": refusal.permitted_from().map(|at| at.to_string()),
            "possible_until": refusal.permitted_until().map(|at| at.to_string()),
            "way_out": refusal.way_out().phrase(),
        },
    })
}

fn availability(availability: Availability) -> Value {
    let text = |at: Option<_>| at.map(|at: crate::model::Timestamp| at.to_string());
    match availability {
        Availability::Now { until, rule } => json!({
            "when": "now", "until": text(until), "rule": rule.map(|rule| rule.to_string()),
        }),
        Availability::From { at, until, rule } => json!({
            "when": "later", "from": at.to_string(), "until": text(until), "rule": rule.to_string(),
        }),
        Availability::Over { since, rule } => json!({
            "when": "over", "since": since.to_string(), "rule": rule.to_string(),
        }),
        Availability::Never { rule } => json!({"when": "never", "rule": rule.to_string()}),
    }
}

pub(super) fn offers(offers: &[Offer]) -> Value {
    let mut object = Map::new();
    for offer in offers {
        let mut said = availability(offer.availability);
        if let (Some(fields), Some(why)) = (said.as_object_mut(), &offer.refusal) {
            fields.insert("why".into(), why.to_string().into());
        }
        object.insert(offer.command.word().into(), said);
    }
    Value::Object(object)
}

pub(super) fn agenda(agenda: &[Due]) -> Value {
    let due = agenda.iter().map(|due| {
        json!({
            "at": due.at.to_string(),
            "what": due.kind.to_string(),
            "rule": due.rule.to_string(),
        })
    });
    Value::Array(due.collect())
}

pub(super) fn plan(plan: &ResourcePlan) -> Value {
    json!({
        "plan": plan.id().to_string(),
        "product": plan.product().code.to_string(),
        "bought_at": plan.bought_at().to_string(),
        "total": plan.total(),
        "remaining": plan.remaining(),
        "reserved": plan.reserved(),
        "settled": plan.settled(),
        "used": plan.used(),
        "issued": plan.issued(),
        "revocations": plan.revocations(),
    })
}

pub(super) fn purchase(purchase: &Purchase) -> Value {
    let bill = purchase.bill();
    json!({
        "purchase": purchase.id().to_string(),
        "product": purchase.product().code.to_string(),
        "paid_at": bill.paid_at.to_string(),
        "cash": bill.payment.cash,
        "voucher": bill.payment.voucher,
        "count": purchase.count(),
        "revocations": purchase.revocations(),
    })
}

/// The case of an order.
pub(super) fn case(found: &Description) -> Map<String, Value> {
    let own = &found.instance;
    let names = |names: &[crate::model::DomainName]| -> Vec<Value> {
        names.iter().map(|name| name.to_string().into()).collect()
    };
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| object.insert(name.into(), value);
    put("order", own.order().to_string().into());
    put("Type", word(found.status).into());
    put("status", found.status.word().into());
    put("at", found.at.to_string().into());
    put("account", own.account().to_string().into());
    put("instance", own.id().to_string().into());
    put("product", own.product().code.to_string().into());
    put("stage", Stage::of(own.phase()).word().into());
    put("unit", unit(own).into());
    put("plan", found.plan.as_ref().map_or(Value::Null, plan));
    let application = own.application().map(|application| {
        json!({
            "names": names(application.names()),
            "submitted_at": application.submitted_at().to_string(),
            "edition": application.pin().edition.to_string(),
        })
    });
    put("application", application.into());
    let certificate = own.certificate().map(|certificate| {
        let facts = certificate.facts();
        json!({
            "names": names(&facts.names),
            "serial": facts.serial.to_string(),
            "not_before": facts.validity.not_before().to_string(),
            "not_after": facts.validity.not_after().to_string(),
            "issued_at": own.live().map(|live| live.issued_at().to_string()),
        })
    });
    put("certificate", certificate.into());
    object
}

/// How a unit of a plan is held.
fn unit(instance: &CertificateInstance) -> Option<&'static str> {
    instance.hold().map(|hold| hold.state.word())
}
