//! Committing a batch: one call of a function of the schema.

use core::time::Duration;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::sums::PlanSums;
use super::{PostgresStore, failure};
use crate::adapter::sql::{
    InstanceFacts, PurchaseSums, Tally, backwards, current, hex, key, kind, money, order_number,
    seconds, year_bounds,
};
use crate::codec::stored::{encode_effect, encode_event, encode_receipt};
use crate::lifecycle::Event;
use crate::model::DomainName;
use crate::port::{Batch, CommitError, Expectation, IndexEntry, Record, StoreError, StreamId};

/// How often a commit is tried again that the server broke off for another one's sake.
const ATTEMPTS: u32 = 8;

/// The codes of a server that broke a transaction off although nothing is wrong with it: it could not
/// be put in order with others, it was in a deadlock, or another one took an id first, which the next
/// attempt sees.
fn is_rivalry(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("40001" | "40P01" | "23505"))
}

impl PostgresStore {
    pub(super) async fn commit_batch(&self, batch: Batch) -> Result<(), CommitError> {
        let streams = streams(&batch.events);
        let mut expected: Vec<Expectation> = batch.expectations.clone();
        expected.extend((batch.record.as_ref()).map(|record| Expectation::NewKey(record.key)));
        let text = text(&batch, &expected, &streams);
        let mut pause = Duration::from_millis(2);
        for _ in 1..ATTEMPTS {
            match self.call(&text).await {
                Err(error) if is_rivalry(&error) => {
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2);
                }
                answer => return judged(answer, &expected, &streams),
            }
        }
        judged(self.call(&text).await, &expected, &streams)
    }

    async fn call(&self, text: &str) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT cl_commit($1::jsonb)")
            .bind(text)
            .fetch_one(&self.pool)
            .await
    }
}

/// The order that another instance has taken, if that is what the server says.
fn taken_order(error: &sqlx::Error) -> Option<CommitError> {
    let error = error.as_database_error()?;
    let order = (error.code().as_deref() == Some("CL003")).then(|| error.message())?;
    let order = order.parse().ok()?;
    Some(CommitError::Conflict(Expectation::NewOrder(order)))
}

/// What the function's answer means.
fn judged(
    answer: Result<i64, sqlx::Error>,
    expected: &[Expectation],
    streams: &[(StreamId, Vec<&Event>)],
) -> Result<(), CommitError> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Err(taken_order(&error).unwrap_or_else(|| failure(error).into())),
    };
    if answer == 0 {
        return Ok(());
    }
    let place = usize::try_from(answer.unsigned_abs()).unwrap_or(usize::MAX);
    let place = place.saturating_sub(1);
    let conflict = if answer > 0 {
        expected.get(place).cloned()
    } else {
        let stream = streams.get(place);
        stream.map(|(stream, _)| Expectation::New(*stream))
    };
    match conflict {
        Some(conflict) => Err(CommitError::Conflict(conflict)),
        None => Err(StoreError::Corrupt(None).into()),
    }
}

/// The events by stream, in the order in which streams come first.
fn streams(events: &[Event]) -> Vec<(StreamId, Vec<&Event>)> {
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

/// The batch as the function reads it.
fn text(batch: &Batch, expected: &[Expectation], streams: &[(StreamId, Vec<&Event>)]) -> String {
    let expect: Vec<Value> = expected.iter().map(expectation).collect();
    let sums = expected
        .iter()
        .any(|one| matches!(one, Expectation::Beside(_)))
        || batch
            .events
            .iter()
            .any(|event| money(event) != Tally::default());
    let outbox: Vec<Value> = (batch.outbox.iter())
        .map(|(id, effect)| json!({"id": id.as_str(), "effect": encode_effect(effect)}))
        .collect();
    let stir: Vec<&str> = batch
        .stir
        .iter()
        .map(crate::model::id::InstanceId::as_str)
        .collect();
    let appended: Vec<Value> = (streams.iter())
        .map(|(stream, events)| append(stream, events))
        .collect();
    let index: Vec<Value> = batch.index.iter().map(entry).collect();
    json!({
        "account": batch.account.as_str(),
        "at": seconds(batch.at),
        "sums": sums,
        "expect": expect,
        "streams": appended,
        "index": index,
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

/// One stream's part.
fn append(stream: &StreamId, events: &[&Event]) -> Value {
    let bodies: Vec<String> = events.iter().map(|event| encode_event(event)).collect();
    let (kind, id) = (kind(stream), key(stream));
    match stream {
        StreamId::Instance(_) => {
            let all = InstanceFacts::of_all(events);
            let orders: Vec<String> = all.orders.iter().map(ToString::to_string).collect();
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
            let mut sums = PurchaseSums::default();
            sums.take(events);
            json!({
                "kind": kind,
                "id": id,
                "bodies": bodies,
                "product": sums.product,
                "begins": sums.bought_first,
                "free_at": sums.free.map(|(at, _)| seconds(at)),
                "refunded": sums.refunded,
                "revocations": sums.revoked,
            })
        }
    }
}

fn entry(entry: &IndexEntry) -> Value {
    let names: Vec<&str> = entry.names.iter().map(DomainName::as_str).collect();
    let backwards: Vec<String> = entry.names.iter().map(backwards).collect();
    json!({
        "id": entry.instance.as_str(),
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
