//! Most batches, as one statement: what changes one instance, and with it one plan at most.
//!
//! The functions of the schema commit every batch, but at a price: what PL/pgSQL makes ready for each
//! of its expressions, anew in each transaction, takes longer than what they do. So what a service
//! does most is one plain statement instead, which the connection prepared, and whose parameters have
//! types. It knows neither sums of accounts nor chains and purchases; a batch with those is not quick.
//!
//! Such a statement has one snapshot, taken before it waited for anybody, so nothing in it may rest
//! on what it does not see:
//! - What is expected to be new is put in, and the keys of the tables decide.
//! - A version, and how many units are left, are conditions of the `UPDATE` itself, which looks again
//!   at a row that it had to wait for.
//! - Where an event may change the names, they are filed anew against what the snapshot shows, so the
//!   instance must not have been filed or claimed since: its claims are counted, and must be as the
//!   snapshot shows them. Otherwise that they are the same is a condition of the `UPDATE` as well.
//!
//! A row that was not changed has no version to return, and without one for the events of its stream
//! `cl_moved` fails, and with it the whole statement, which leaves nothing. It does not say which
//! expectation it was, nor quote a row in the server's log. Whoever runs it has the functions judge the
//! batch then.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use sqlx::postgres::PgArguments;
use sqlx::{AssertSqlSafe, Postgres, query::Query};

use crate::adapter::sql::{
    InstanceFacts, PlanSums, Tally, backwards, hex, money, order_number, seconds, streams,
};
use crate::codec::stored::{encode_effect, encode_event, encode_receipt};
use crate::lifecycle::Event;
use crate::model::{DomainName, InstanceId, OrderId, PlanId};
use crate::port::{Batch, Expectation, IndexEntry, StreamId, Version};

// Parameters: $1 account, $2 instant; $3 instance, $4 its events, $5 the version expected, $6 to $11
// what its events say of it, $12 to $16 its entry, $17 its orders, $18 its names backwards; $19 plan,
// $20 its events, $21 the version and $22 the units expected, $23 to $27 what is added to it; $28 and
// $29 the outbox; $30 to $33 the record.
const SEEN: &str = "seen AS MATERIALIZED (\
    SELECT names, claims FROM cl_instance WHERE id = $3 AND (account = $1) IS TRUE), ";
const KNOWN: &str = "own AS (UPDATE cl_instance SET version = version + cardinality($4), \
    product = $6, plan = COALESCE($7, plan), purchase = COALESCE($8, purchase), \
    chain = COALESCE($9, chain), name = CASE WHEN $11 THEN NULL ELSE COALESCE($10, name) END, \
    order_id = $12, stage = $13, names = $14, expires_at = $15, due_at = $16, \
    claimed_until = NULL, claims = claims + 1 \
    WHERE id = $3 AND (account = $1) IS TRUE AND version = $5";
const AS_NAMED: &str = " AND names = $14 RETURNING version)";
const NAMED_ANEW: &str = " AND claims = (SELECT claims FROM seen) RETURNING version), \
    left_out AS (DELETE FROM cl_name WHERE account = $1 AND instance = $3 \
    AND backwards <> ALL ($18) AND (SELECT names FROM seen) IS DISTINCT FROM $14)";
const ADDED: [&str; 3] = [
    "",
    ", named AS (INSERT INTO cl_name SELECT $1, $18[1], $3 \
    WHERE (SELECT names FROM seen) IS DISTINCT FROM $14 ON CONFLICT DO NOTHING)",
    ", named AS (INSERT INTO cl_name SELECT $1, b, $3 FROM unnest($18) b \
    WHERE (SELECT names FROM seen) IS DISTINCT FROM $14 ON CONFLICT DO NOTHING)",
];
const NEW: &str = "own AS (INSERT INTO cl_instance (account, id, version, product, plan, \
    purchase, chain, name, order_id, stage, names, expires_at, due_at) \
    VALUES ($1, $3, cardinality($4), $6, $7, $8, $9, CASE WHEN $11 THEN NULL ELSE $10 END, \
    $12, $13, $14, $15, $16) RETURNING version)";
const NAMES: [&str; 3] = [
    "",
    ", named AS (INSERT INTO cl_name VALUES ($1, $18[1], $3))",
    ", named AS (INSERT INTO cl_name SELECT $1, b, $3 FROM unnest($18) b ON CONFLICT DO NOTHING)",
];
const ORDERS: [&str; 3] = [
    "",
    ", taken AS (INSERT INTO cl_order VALUES ($17[1], $1, $3))",
    ", taken AS (INSERT INTO cl_order SELECT o, $1, $3 FROM unnest($17) o)",
];
const PLAN: &str = ", plan AS (UPDATE cl_plan SET version = version + cardinality($20), \
    reserved = reserved + $23, settled = settled + $24, issued = issued + $25, \
    taken = taken + $26, revoked = revoked + $27 WHERE id = $19 AND (account = $1) IS TRUE \
    AND ($21 IS NULL OR version = $21) \
    AND ($22 IS NULL OR total - reserved - settled >= $22) RETURNING version)";
const OUTBOX: [&str; 3] = [
    "",
    ", work AS (INSERT INTO cl_outbox (id, account, at, effect, not_before) \
    VALUES ($28[1], $1, $2, $29[1], $2))",
    ", work AS (INSERT INTO cl_outbox (id, account, at, effect, not_before) \
    SELECT w.id, $1, $2, w.effect, $2 \
    FROM unnest($28, $29) WITH ORDINALITY w (id, effect, place) ORDER BY w.place)",
];
const RECORD: &str = ", kept AS (INSERT INTO cl_record (account, key, digest, at, receipt) \
    VALUES ($1, $30, $31, $32, $33))";
const INTO: &str = " INSERT INTO cl_event (account, kind, id, version, body) ";
const EVENTS: [&str; 3] = [
    "",
    "SELECT $1, 0, $3, COALESCE((SELECT version FROM own), cl_moved()), $4[1]",
    "SELECT $1, 0, $3, COALESCE((SELECT version FROM own), cl_moved()) - cardinality($4) + e.place, e.body \
    FROM unnest($4) WITH ORDINALITY e (body, place)",
];
const EVENTS_OF_PLAN: [&str; 3] = [
    "",
    " UNION ALL SELECT $1, 1, $19, COALESCE((SELECT version FROM plan), cl_moved()), $20[1]",
    " UNION ALL \
    SELECT $1, 1, $19, COALESCE((SELECT version FROM plan), cl_moved()) - cardinality($20) + e.place, e.body \
    FROM unnest($20) WITH ORDINALITY e (body, place)",
];

/// A text for nothing, for one and for more: one row needs no function that gives it.
fn for_so_many<'t>(texts: &[&'t str; 3], count: usize) -> &'t str {
    let [none, one, more] = texts;
    match count {
        0 => none,
        1 => one,
        _ => more,
    }
}

/// The statement for a batch, if it is one for most of them.
pub(super) fn quick(batch: &Batch) -> Option<Query<'static, Postgres, PgArguments>> {
    let parts = Parts::of(batch)?;
    let own = InstanceFacts::of_all(&parts.events);
    let sums = PlanSums::of(&parts.plan_events);
    let expected = parts.expected(batch, own.orders.as_slice())?;
    let mut text = String::from("WITH ");
    let (names, orders) = (parts.entry.names.len(), own.orders.len());
    let (events, plan_events) = (parts.events.len(), parts.plan_events.len());
    if expected.version.is_none() {
        text.push_str(NEW);
        text.push_str(for_so_many(&NAMES, names));
    } else if own.may_rename {
        text.extend([SEEN, KNOWN, NAMED_ANEW, for_so_many(&ADDED, names)]);
    } else {
        text.extend([KNOWN, AS_NAMED]);
    }
    text.extend([
        for_so_many(&ORDERS, orders),
        if parts.plan.is_some() { PLAN } else { "" },
        for_so_many(&OUTBOX, batch.outbox.len()),
        if batch.record.is_some() { RECORD } else { "" },
        INTO,
        for_so_many(&EVENTS, events),
        for_so_many(&EVENTS_OF_PLAN, plan_events),
    ]);
    let (facts, entry) = (own.facts, parts.entry);
    let names: Vec<&str> = entry.names.iter().map(DomainName::as_str).collect();
    let orders: Vec<i64> = own.orders.iter().map(|own| order_number(*own)).collect();
    let ids: Vec<String> = batch.outbox.iter().map(|(id, _)| id.to_string()).collect();
    let effects: Vec<String> = (batch.outbox.iter())
        .map(|(_, effect)| encode_effect(effect))
        .collect();
    let record = batch.record.as_ref();
    let query = sqlx::query(AssertSqlSafe(text))
        .bind(batch.account.to_string())
        .bind(seconds(batch.at))
        .bind(parts.instance.to_string())
        .bind(bodies(&parts.events))
        .bind(expected.version)
        .bind(entry.product.to_string())
        .bind(facts.plan.map(|id| id.to_string()))
        .bind(facts.purchase.map(|id| id.to_string()))
        .bind(facts.chain.map(|id| id.to_string()))
        .bind(facts.name.map(|name| name.to_string()))
        .bind(facts.frees_name)
        .bind(order_number(entry.order))
        .bind(entry.stage.word())
        .bind(names.join(" "))
        .bind(entry.expires_at.map(seconds))
        .bind(entry.due_at.map(seconds))
        .bind(orders)
        .bind(entry.names.iter().map(backwards).collect::<Vec<_>>())
        .bind(parts.plan.map(|id| id.to_string()))
        .bind(bodies(&parts.plan_events))
        .bind(expected.plan_version)
        .bind(expected.units)
        .bind(sums.reserved)
        .bind(sums.settled)
        .bind(sums.issued)
        .bind(sums.taken)
        .bind(sums.revoked)
        .bind(ids)
        .bind(effects)
        .bind(record.map(|record| record.key.to_string()))
        .bind(record.map(|record| hex(&record.digest)))
        .bind(record.map(|record| seconds(record.at)))
        .bind(record.map(|record| encode_receipt(&record.receipt)));
    Some(query)
}

fn bodies(events: &[&Event]) -> Vec<String> {
    events.iter().map(|event| encode_event(event)).collect()
}

/// What a quick batch is made of.
struct Parts<'b> {
    instance: InstanceId,
    events: Vec<&'b Event>,
    entry: &'b IndexEntry,
    plan: Option<PlanId>,
    plan_events: Vec<&'b Event>,
}

/// What a quick batch expects of its rows; what it expects to be new needs no parameter.
#[derive(Default)]
struct Expected {
    /// Of the instance; a new one has none.
    version: Option<i64>,
    plan_version: Option<i64>,
    units: Option<i64>,
}

impl<'b> Parts<'b> {
    fn of(batch: &'b Batch) -> Option<Self> {
        let moves_money = (batch.events.iter()).any(|event| money(event) != Tally::default());
        let [entry] = batch.index.as_slice() else {
            return None;
        };
        if moves_money || !batch.stir.is_empty() {
            return None;
        }
        let (mut own, mut plan) = (None, None);
        for (stream, events) in streams(&batch.events) {
            match stream {
                StreamId::Instance(id) if id == entry.instance => own = Some(events),
                StreamId::Plan(id) if plan.is_none() => plan = Some((id, events)),
                StreamId::Instance(_)
                | StreamId::Plan(_)
                | StreamId::Chain(_)
                | StreamId::Purchase(_) => return None,
            }
        }
        let (plan, plan_events) =
            plan.map_or((None, Vec::new()), |(id, events)| (Some(id), events));
        Some(Self {
            instance: entry.instance,
            events: own?,
            entry,
            plan,
            plan_events,
        })
    }

    /// What is expected, if there is a condition or a key for each of it, and something is of the
    /// instance: whether it is new.
    fn expected(&self, batch: &Batch, orders: &[OrderId]) -> Option<Expected> {
        let mut expected = Expected::default();
        let mut is_new = false;
        let number_of = |version: &Version| i64::try_from(version.0).unwrap_or(i64::MAX);
        for one in &batch.expectations {
            // Said twice, only the last of it would be looked at.
            let before = match one {
                Expectation::New(StreamId::Instance(id)) if *id == self.instance => {
                    is_new = true;
                    None
                }
                Expectation::NewOrder(order) if orders.contains(order) => None,
                Expectation::Version(StreamId::Instance(id), version) if *id == self.instance => {
                    expected.version.replace(number_of(version))
                }
                Expectation::Version(StreamId::Plan(id), version) if Some(*id) == self.plan => {
                    expected.plan_version.replace(number_of(version))
                }
                Expectation::Remaining(id, units) if Some(*id) == self.plan => {
                    expected.units.replace(i64::from(*units))
                }
                Expectation::New(_)
                | Expectation::NewOrder(_)
                | Expectation::Version(..)
                | Expectation::Remaining(..)
                | Expectation::FreeName(_)
                | Expectation::Beside(_)
                | Expectation::NewKey(_) => return None,
            };
            if before.is_some() {
                return None;
            }
        }
        (is_new != expected.version.is_some()).then_some(expected)
    }
}
