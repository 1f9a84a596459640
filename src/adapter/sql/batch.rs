//! A batch as the schemas read it: one text, which each of them commits with statements of its own.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::{
    InstanceFacts, PlanSums, PurchaseSums, Tally, backwards, current, hex, key, kind, money,
    order_number, seconds, year_bounds,
};
use crate::codec::stored::{encode_effect, encode_event, encode_receipt};
use crate::lifecycle::Event;
use crate::model::{DomainName, InstanceId};
use crate::port::{Batch, CommitError, Expectation, IndexEntry, Record, StoreError, StreamId};

/// A batch on its way to a database, and what the answer's numbers stand for.
pub(in crate::adapter) struct Written {
    pub(in crate::adapter) text: String,
    expected: Vec<Expectation>,
    streams: Vec<StreamId>,
}

impl Written {
    pub(in crate::adapter) fn new(batch: &Batch) -> Self {
        let streams = streams(&batch.events);
        let mut expected: Vec<Expectation> = batch.expectations.clone();
        expected.extend((batch.record.as_ref()).map(|record| Expectation::NewKey(record.key)));
        Self {
            text: text(batch, &expected, &streams),
            expected,
            streams: streams.into_iter().map(|(stream, _)| stream).collect(),
        }
    }

    /// The conflict that an answer stands for: the `n`th expectation does not hold, or for `-n` the
    /// `n`th stream is another account's.
    pub(in crate::adapter) fn conflict(&self, answer: i64) -> CommitError {
        let place = usize::try_from(answer.unsigned_abs()).unwrap_or(usize::MAX);
        let place = place.saturating_sub(1);
        let conflict = if answer > 0 {
            self.expected.get(place).cloned()
        } else {
            self.streams.get(place).copied().map(Expectation::New)
        };
        conflict.map_or(
            CommitError::Store(StoreError::Corrupt(None)),
            CommitError::Conflict,
        )
    }
}

/// The conflict over an order that another instance has taken.
pub(in crate::adapter) fn taken_order(order: &str) -> Option<CommitError> {
    let order = order.parse().ok()?;
    Some(CommitError::Conflict(Expectation::NewOrder(order)))
}

/// The events by stream, in the order in which streams come first.
pub(in crate::adapter) fn streams(events: &[Event]) -> Vec<(StreamId, Vec<&Event>)> {
    let mut streams: Vec<(StreamId, Vec<&Event>)> = Vec::new();
    for event in events {
        let stream = StreamId::of(event);
        match streams.iter_mut().find(|(own, _)| *own == stream) {
            Some((_, events)) => events.push(event),
            None => streams.push((stream, Vec::from([event]))),
        }
    }
    streams
}

fn text(batch: &Batch, expected: &[Expectation], streams: &[(StreamId, Vec<&Event>)]) -> String {
    let expect: Vec<Value> = expected.iter().map(expectation).collect();
    let sums = (expected.iter()).any(|one| matches!(one, Expectation::Beside(_)))
        || (batch.events.iter()).any(|event| money(event) != Tally::default());
    let outbox: Vec<Value> = (batch.outbox.iter())
        .map(|(id, effect)| json!({"id": id.as_str(), "effect": encode_effect(effect)}))
        .collect();
    let stir: Vec<&str> = batch.stir.iter().map(InstanceId::as_str).collect();
    let mut appended: Vec<Value> = (streams.iter())
        .map(|(stream, events)| {
            let mut part = append(stream, events, &batch.index);
            let new = expected.contains(&Expectation::New(*stream));
            let fields = part.as_object_mut();
            fields.map(|fields| fields.insert("new".to_string(), new.into()));
            part
        })
        .collect();
    // Entries of instances that have no event in the batch.
    let known = |id| (streams.iter()).any(|(stream, _)| *stream == StreamId::Instance(id));
    let beside = batch.index.iter().filter(|entry| !known(entry.instance));
    appended.extend(beside.map(|entry| {
        let stream = StreamId::Instance(entry.instance);
        append(&stream, &[], &batch.index)
    }));
    json!({
        "account": batch.account.as_str(),
        "at": seconds(batch.at),
        "sums": sums,
        "expect": expect,
        "streams": appended,
        "stir": stir,
        "outbox": outbox,
        "record": batch.record.as_ref().map(record),
    })
    .to_string()
}

fn expectation(expected: &Expectation) -> Value {
    match expected {
        Expectation::New(stream) => {
            json!({"is": "new", "kind": kind(stream), "id": key(stream)})
        }
        Expectation::NewOrder(order) => json!({"is": "order", "id": order_number(*order)}),
        Expectation::Version(stream, version) => json!({
            "is": "version",
            "kind": kind(stream),
            "id": key(stream),
            "version": i64::try_from(version.0).unwrap_or(i64::MAX),
        }),
        Expectation::Remaining(plan, units) => {
            json!({"is": "remaining", "id": plan.as_str(), "units": units})
        }
        Expectation::FreeName(name) => json!({"is": "name", "name": name.as_str()}),
        Expectation::Beside(is) => {
            let (from, until) = year_bounds(is.year);
            json!({
                "is": "beside",
                "product": is.product.map(|code| code.to_string()),
                "plan": is.plan.map(|id| id.to_string()),
                "purchase": is.purchase.map(|id| id.to_string()),
                "from": from,
                "until": until,
                "all_bought": is.beside.of_account.bought,
                "all_kept": is.beside.of_account.kept,
                "all_revoked": is.beside.of_account.revoked,
                "bought": is.beside.of_product.bought,
                "kept": is.beside.of_product.kept,
                "revoked": is.beside.of_product.revoked,
                "free": is.beside.free_this_year,
            })
        }
        Expectation::NewKey(key) => json!({"is": "key", "key": key.as_str()}),
    }
}

/// One stream's part; for an instance also how it is found from now on.
fn append(stream: &StreamId, events: &[&Event], index: &[IndexEntry]) -> Value {
    let bodies: Vec<String> = events.iter().map(|event| encode_event(event)).collect();
    let (kind, id) = (kind(stream), key(stream));
    match stream {
        StreamId::Instance(instance) => {
            let all = InstanceFacts::of_all(events);
            let orders: Vec<i64> = all.orders.iter().map(|own| order_number(*own)).collect();
            // The last entry counts, as it would if they were written one after the other.
            let file = index.iter().rfind(|entry| entry.instance == *instance);
            json!({
                "kind": kind,
                "id": id,
                "bodies": bodies,
                "orders": orders,
                "product": all.facts.product.map(|code| code.to_string()),
                "plan": all.facts.plan.map(|id| id.to_string()),
                "purchase": all.facts.purchase.map(|id| id.to_string()),
                "chain": all.facts.chain.map(|id| id.to_string()),
                "name": all.facts.name.as_ref().map(ToString::to_string),
                "frees": all.facts.frees_name,
                "file": file.map(entry),
            })
        }
        StreamId::Plan(_) => {
            let sums = PlanSums::of(events);
            json!({
                "kind": kind,
                "id": id,
                "bodies": bodies,
                "product": sums.product,
                "begins": sums.begins,
                "free_at": sums.free_at.map(seconds),
                "reserved": sums.reserved,
                "settled": sums.settled,
                "issued": sums.issued,
                "revocations": sums.revocations,
                "taken": sums.taken,
                "revoked": sums.revoked,
                "refunded_at": sums.refunded.map(|(at, _)| seconds(at)),
                "refunded_cash": sums.refunded.map(|(_, cash)| cash),
            })
        }
        StreamId::Chain(_) => {
            let begun = events.iter().rev().find_map(|event| match event {
                Event::Chain { event, .. } => current(event),
                Event::Instance { .. } | Event::Plan { .. } | Event::Purchase { .. } => None,
            });
            let begun = begun.map(|id| id.to_string());
            json!({"kind": kind, "id": id, "bodies": bodies, "current": begun})
        }
        StreamId::Purchase(_) => {
            let sums = PurchaseSums::of(events);
            json!({
                "kind": kind,
                "id": id,
                "bodies": bodies,
                "product": sums.product,
                "begins": sums.begins,
                "free_at": sums.free_at.map(seconds),
                "refunded": sums.refunded,
                "revocations": sums.revocations,
            })
        }
    }
}

fn entry(entry: &IndexEntry) -> Value {
    let names: Vec<&str> = entry.names.iter().map(DomainName::as_str).collect();
    let backwards: Vec<String> = entry.names.iter().map(backwards).collect();
    json!({
        "order": order_number(entry.order),
        "product": entry.product.as_str(),
        "stage": entry.stage.word(),
        "names": names.join(" "),
        "backwards": backwards,
        "expires": entry.expires_at.map(seconds),
        "due": entry.due_at.map(seconds),
    })
}

fn record(record: &Record) -> Value {
    json!({
        "key": record.key.as_str(),
        "digest": hex(&record.digest),
        "at": seconds(record.at),
        "receipt": encode_receipt(&record.receipt),
    })
}
