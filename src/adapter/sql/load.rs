//! Reading what a decision looks at: one statement, so one moment.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;

use sqlx::{ColumnIndex, Decode, Row, Type};

use super::{RawRow, corrupt, order_number};
use crate::codec::stored::{PlanCounters, decode_event, decode_receipt, restore_plan};
use crate::lifecycle::{
    Allowance, Beside, Event, PlanEvent, evolve_chain, evolve_instance, evolve_purchase,
};
use crate::model::{
    CertificateInstance, HostingChain, PlanId, ProductCode, Purchase, RefundState, ResourcePlan,
};
use crate::port::{
    IdempotencyKey, ListedPlan, ListedPurchase, Loaded, Position, Read, ReadSet, Record,
    RequestDigest, StoreError, Version, Versioned,
};

/// The columns of each part: its number, the version, an id, a body, and nine numbers. A stream is one
/// row, its bodies in the order of their versions with a line's end between them, which stands in no
/// body: rows are handed over one by one, and for each of them two threads wait for each other.
const EVENTS: &str = "MAX(e.version), CAST(NULL AS text), string_agg(e.body, '\n' ORDER BY e.version), \
                      COUNT(*), CAST(NULL AS bigint), CAST(NULL AS bigint), CAST(NULL AS bigint), \
                      CAST(NULL AS bigint), CAST(NULL AS bigint), CAST(NULL AS bigint), \
                      CAST(NULL AS bigint), CAST(NULL AS bigint)";

/// A statement, without and with the record of a key.
type Texts = [Arc<str>; 2];

/// The statements, one for each read set. Parameters: `$1` account, `$2` what is asked for, `$3` and
/// `$4` the year, `$5` the key, `$6` the second order of a pair.
#[derive(Debug)]
pub(in crate::adapter) struct LoadSql {
    order: Texts,
    renewal: Texts,
    pair: Texts,
    product: Texts,
    plan: Texts,
    purchase: Texts,
    new: Texts,
    name: Texts,
}

/// What is asked for, as a parameter.
pub(in crate::adapter) enum Subject {
    Order(i64),
    Pair(i64, i64),
    Text(String),
}

pub(in crate::adapter) fn subject(set: &ReadSet) -> Subject {
    match set {
        ReadSet::Order(order) | ReadSet::Renewal(order) => Subject::Order(order_number(*order)),
        ReadSet::Pair(order, second) => Subject::Pair(order_number(*order), order_number(*second)),
        ReadSet::Product(code) | ReadSet::New(code) => Subject::Text(code.to_string()),
        ReadSet::Plan(id) => Subject::Text(id.to_string()),
        ReadSet::Purchase(id) => Subject::Text(id.to_string()),
        ReadSet::Name(name) => Subject::Text(name.to_string()),
    }
}

fn part(number: u8, columns: &str, from: &str) -> String {
    format!("SELECT CAST({number} AS bigint) AS part, {columns} FROM {from}")
}

/// The events of a stream by its id, which a CTE of one row at most has. A query for a value and no
/// join: what PostgreSQL knows of a new table is nothing, and a join may then read all of an account.
fn events_of(number: u8, kind: u8, column: &str, cte: &str) -> String {
    let from = format!(
        "cl_event e WHERE e.account = $1 AND e.kind = {kind} AND e.id = (SELECT {column} FROM {cte}) \
         HAVING COUNT(*) > 0"
    );
    part(number, EVENTS, &from)
}

/// A statement of CTEs and parts, without and with the record; the sums are in each.
fn statement(ctes: &[(&str, String)], parts: &[String]) -> Texts {
    let ctes: Vec<String> = (ctes.iter())
        .map(|(name, query)| format!("{name} AS ({query})"))
        .collect();
    let mut all = parts.to_vec();
    let (no, no_text) = ("CAST(NULL AS bigint)", "CAST(NULL AS text)");
    let no_more = [no; 6].join(", ");
    all.push(part(
        7,
        &format!("{no}, t.product, {no_text}, t.bought, t.kept, t.revoked, {no_more}"),
        "cl_tally t WHERE t.account = $1",
    ));
    all.push(part(
        8,
        &format!(
            "{no}, {no_text}, {no_text}, CAST(COALESCE(SUM(f.count), 0) AS bigint), {no}, {no}, {no_more}"
        ),
        "cl_free f WHERE f.account = $1 AND f.at >= $3 AND f.at < $4",
    ));
    let with = if ctes.is_empty() {
        String::new()
    } else {
        format!("WITH {} ", ctes.join(", "))
    };
    let text = |parts: &[String]| Arc::from(format!("{with}{}", parts.join(" UNION ALL ")));
    let without = text(&all);
    all.push(part(
        9,
        &format!("{no}, r.digest, r.receipt, r.at, {no}, {no}, {no_more}"),
        "cl_record r WHERE r.account = $1 AND r.key = $5",
    ));
    [without, text(&all)]
}

const PLAN: &str = "p.version, p.id, e.body, p.total, p.reserved, p.settled, p.issued, \
                    p.revocations, p.taken, p.revoked, p.refunded_at, p.refunded_cash";

fn plan_of(number: u8, cte: &str) -> String {
    let id = format!("(SELECT plan FROM {cte})");
    let from = format!(
        "cl_plan p JOIN cl_event e ON e.account = $1 AND e.kind = 1 AND e.id = {id} \
         AND e.version = 1 WHERE p.id = {id} AND p.account = $1"
    );
    part(number, PLAN, &from)
}

impl LoadSql {
    pub(in crate::adapter) fn new() -> Self {
        // The account is in no shape that an index knows, so that the row is found by its id.
        let of_order = |parameter: &str| {
            format!(
                "SELECT i.id, i.plan, i.purchase, i.chain, i.product FROM cl_instance i \
                 WHERE i.id = (SELECT o.instance FROM cl_order o WHERE o.id = {parameter} \
                 AND o.account = $1) AND (i.account = $1) IS TRUE"
            )
        };
        let own = ("own", of_order("$2"));
        let chain = (
            "chain",
            "SELECT c.id, c.current FROM cl_chain c \
             WHERE c.id = (SELECT own.chain FROM own) AND c.account = $1"
                .to_string(),
        );
        let common = [
            events_of(1, 0, "id", "own"),
            events_of(2, 2, "id", "chain"),
            events_of(3, 3, "purchase", "own"),
            events_of(4, 0, "id", "other"),
            plan_of(6, "own"),
        ];
        let other = (
            "other",
            "SELECT chain.current AS id FROM chain CROSS JOIN own WHERE chain.current <> own.id"
                .to_string(),
        );
        let second = ("other", of_order("$6"));
        let mut of_pair = common.to_vec();
        of_pair.push(events_of(5, 3, "purchase", "other"));
        let drawn = (
            "drawn",
            "SELECT p.id AS plan FROM cl_plan p WHERE p.account = $1 AND \
             p.product = (SELECT own.product FROM own) AND \
             p.total - p.reserved - p.settled > 0 AND p.refunded_at IS NULL \
             ORDER BY p.number LIMIT 1"
                .to_string(),
        );
        let mut of_renewal = common.to_vec();
        of_renewal.push(plan_of(10, "drawn"));
        let to_draw_from = "SELECT p.id AS plan FROM cl_plan p WHERE p.account = $1 AND \
                            p.product = $2 ORDER BY CASE WHEN p.total - p.reserved - p.settled > 0 \
                            THEN 0 ELSE 1 END, p.number LIMIT 1";
        let given = |column: &str| format!("SELECT CAST($2 AS text) AS {column}");
        let named = "SELECT i.id FROM cl_instance i WHERE i.account = $1 AND i.name = $2";
        Self {
            order: statement(&[own.clone(), chain.clone(), other.clone()], &common),
            renewal: statement(&[own.clone(), chain.clone(), other, drawn], &of_renewal),
            pair: statement(&[own, chain, second], &of_pair),
            product: statement(
                &[("chosen", to_draw_from.to_string())],
                &[plan_of(6, "chosen")],
            ),
            plan: statement(&[("chosen", given("plan"))], &[plan_of(6, "chosen")]),
            purchase: statement(
                &[("chosen", given("id"))],
                &[events_of(3, 3, "id", "chosen")],
            ),
            new: statement(&[("chosen", given("code"))], &[]),
            name: statement(
                &[("chosen", named.to_string())],
                &[events_of(4, 0, "id", "chosen")],
            ),
        }
    }

    pub(in crate::adapter) fn of(&self, read: &Read) -> Arc<str> {
        let [without, with] = match &read.set {
            ReadSet::Order(_) => &self.order,
            ReadSet::Renewal(_) => &self.renewal,
            ReadSet::Pair(..) => &self.pair,
            ReadSet::Product(_) => &self.product,
            ReadSet::Plan(_) => &self.plan,
            ReadSet::Purchase(_) => &self.purchase,
            ReadSet::New(_) => &self.new,
            ReadSet::Name(_) => &self.name,
        };
        Arc::clone(if read.key.is_some() { with } else { without })
    }
}

/// A stream on its way to its state.
struct Folded<T> {
    state: Option<T>,
    version: u64,
}

impl<T> Folded<T> {
    const NOTHING: Self = Self {
        state: None,
        version: 0,
    };

    fn versioned(self) -> Option<Versioned<T>> {
        Some(Versioned {
            state: self.state?,
            version: Version(self.version),
        })
    }

    /// Takes all events of a journal, from a row of [`EVENTS`].
    fn take_all<R>(
        &mut self,
        row: &RawRow<'_, R>,
        fold: impl Fn(&mut Option<T>, Event) -> bool,
    ) -> Result<(), StoreError>
    where
        R: Row,
        usize: ColumnIndex<R>,
        for<'d> Option<i64>: Decode<'d, R::Database> + Type<R::Database>,
        for<'d> Option<String>: Decode<'d, R::Database> + Type<R::Database>,
    {
        let (last, count): (u64, u64) = (row.count(1)?, row.count(4)?);
        for body in row.text(3)?.split('\n') {
            self.version = self.version.saturating_add(1);
            self.fold(body, &fold)?;
        }
        // Versions begin with 1, and none is there twice.
        if last == count && self.version == count {
            Ok(())
        } else {
            Err(corrupt("an event is missing in a journal"))
        }
    }

    /// Takes the next event; the versions must follow each other.
    fn take<R>(
        &mut self,
        row: &RawRow<'_, R>,
        fold: impl FnOnce(&mut Option<T>, Event) -> bool,
    ) -> Result<(), StoreError>
    where
        R: Row,
        usize: ColumnIndex<R>,
        for<'d> Option<i64>: Decode<'d, R::Database> + Type<R::Database>,
        for<'d> Option<String>: Decode<'d, R::Database> + Type<R::Database>,
    {
        let version: u64 = row.count(1)?;
        if version != self.version.saturating_add(1) {
            return Err(corrupt("an event is missing in a journal"));
        }
        self.version = version;
        self.fold(&row.text(3)?, fold)
    }

    fn fold(
        &mut self,
        body: &str,
        fold: impl FnOnce(&mut Option<T>, Event) -> bool,
    ) -> Result<(), StoreError> {
        if fold(&mut self.state, decode_event(body)?) {
            Ok(())
        } else {
            Err(corrupt("an event stands in the journal of another stream"))
        }
    }
}

fn fold_instance(state: &mut Option<CertificateInstance>, event: Event) -> bool {
    let Event::Instance { id, event } = event else {
        return false;
    };
    evolve_instance(state, id, &event);
    true
}

fn fold_chain(state: &mut Option<HostingChain>, event: Event) -> bool {
    let Event::Chain { id, event } = event else {
        return false;
    };
    evolve_chain(state, id, &event);
    true
}

fn fold_purchase(state: &mut Option<Purchase>, event: Event) -> bool {
    let Event::Purchase { id, event } = event else {
        return false;
    };
    evolve_purchase(state, id, &event);
    true
}

/// The counters of a plan's row, from a column on.
pub(in crate::adapter) fn counters<R>(
    row: &RawRow<'_, R>,
    first: usize,
) -> Result<PlanCounters, StoreError>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'d> Option<i64>: Decode<'d, R::Database> + Type<R::Database>,
    for<'d> Option<String>: Decode<'d, R::Database> + Type<R::Database>,
{
    let column = |n: usize| first.saturating_add(n);
    let refund = match row.maybe_time(column(7))? {
        Some(at) => RefundState::Refunded {
            at,
            cash: row.count(column(8))?,
        },
        None => RefundState::None,
    };
    Ok(PlanCounters {
        total: row.count(column(0))?,
        reserved: row.count(column(1))?,
        settled: row.count(column(2))?,
        issued: row.count(column(3))?,
        revocations: row.count(column(4))?,
        taken: row.count(column(5))?,
        revoked: row.count(column(6))?,
        refund,
    })
}

/// Plans of an account, each with its place in front. A value and no join for how it begins, as with
/// [`events_of`].
pub(in crate::adapter) const LISTED_PLANS: &str = "SELECT p.number, p.version, p.id, \
    (SELECT e.body FROM cl_event e WHERE e.account = p.account AND e.kind = 1 AND e.id = p.id \
    AND e.version = 1), p.total, p.reserved, p.settled, p.issued, p.revocations, p.taken, \
    p.revoked, p.refunded_at, p.refunded_cash FROM cl_plan p WHERE p.account = ";

/// Columns: as in [`LISTED_PLANS`].
pub(in crate::adapter) fn listed_plan<R>(row: &RawRow<'_, R>) -> Result<ListedPlan, StoreError>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'d> Option<i64>: Decode<'d, R::Database> + Type<R::Database>,
    for<'d> Option<String>: Decode<'d, R::Database> + Type<R::Database>,
{
    Ok(ListedPlan {
        position: Position(row.count(0)?),
        plan: plan_of_row(row)?,
    })
}

/// The events of a page of purchases, each with the purchase's place in front; `$1` is the account, `$2`
/// the place before which they stand, `$3` how many purchases they are of.
pub(in crate::adapter) const LISTED_PURCHASES: &str = "SELECT b.number, e.version, e.id, e.body \
    FROM (SELECT number, account, purchase FROM cl_paid WHERE account = $1 AND number < $2 \
    ORDER BY number DESC LIMIT $3) b \
    JOIN cl_event e ON e.account = b.account AND e.kind = 3 AND e.id = b.purchase";

/// The newest first.
pub(in crate::adapter) fn listed_purchases<R>(rows: &[R]) -> Result<Vec<ListedPurchase>, StoreError>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'d> Option<i64>: Decode<'d, R::Database> + Type<R::Database>,
    for<'d> Option<String>: Decode<'d, R::Database> + Type<R::Database>,
{
    let mut sorted = Vec::with_capacity(rows.len());
    for row in rows {
        let row = RawRow(row);
        sorted.push((Reverse(row.count::<u64>(0)?), row.count::<u64>(1)?, row));
    }
    sorted.sort_by_key(|(place, version, _)| (*place, *version));
    let mut listed = Vec::new();
    for one in sorted.chunk_by(|(place, ..), (next, ..)| place == next) {
        let mut folded = Folded::NOTHING;
        for (_, _, row) in one {
            folded.take(row, fold_purchase)?;
        }
        let place = one.first().map(|(Reverse(place), ..)| Position(*place));
        let found = place.zip(folded.versioned());
        let found = found.map(|(position, purchase)| ListedPurchase { position, purchase });
        listed.push(found.ok_or_else(|| corrupt("a purchase without a beginning"))?);
    }
    Ok(listed)
}

/// Columns: one that is not looked at, version, id, how it begins, counters.
fn plan_of_row<R>(row: &RawRow<'_, R>) -> Result<Versioned<ResourcePlan>, StoreError>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'d> Option<i64>: Decode<'d, R::Database> + Type<R::Database>,
    for<'d> Option<String>: Decode<'d, R::Database> + Type<R::Database>,
{
    let id = PlanId::new(&row.text(2)?).map_err(corrupt)?;
    let beginning: PlanEvent = match decode_event(&row.text(3)?)? {
        Event::Plan { event, .. } => event,
        Event::Instance { .. } | Event::Chain { .. } | Event::Purchase { .. } => {
            return Err(corrupt("a plan begins with another stream's event"));
        }
    };
    Ok(Versioned {
        state: restore_plan(id, &beginning, &counters(row, 4)?)?,
        version: Version(row.count(1)?),
    })
}

fn digest(hex: &str) -> Result<RequestDigest, StoreError> {
    let mut bytes = [0_u8; 32];
    let mut pairs = hex.as_bytes().chunks_exact(2);
    for byte in &mut bytes {
        let pair = pairs
            .next()
            .and_then(|pair| core::str::from_utf8(pair).ok());
        let value = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        *byte = value.ok_or_else(|| corrupt("a digest is damaged"))?;
    }
    Ok(RequestDigest(bytes))
}

/// What the rows of a read say.
pub(in crate::adapter) fn loaded<R>(read: &Read, rows: &[R]) -> Result<Loaded, StoreError>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'d> Option<i64>: Decode<'d, R::Database> + Type<R::Database>,
    for<'d> Option<String>: Decode<'d, R::Database> + Type<R::Database>,
{
    let mut found = Loaded::default();
    let (mut instance, mut other) = (Folded::NOTHING, Folded::NOTHING);
    let (mut purchase, mut other_purchase) = (Folded::NOTHING, Folded::NOTHING);
    let mut chain = Folded::NOTHING;
    let mut tallies: Vec<(String, Allowance)> = Vec::new();
    let (mut free, mut drawn) = (0_u32, None);
    for row in rows {
        let row = RawRow(row);
        match row.number(0)? {
            1 => instance.take_all(&row, fold_instance)?,
            2 => chain.take_all(&row, fold_chain)?,
            3 => purchase.take_all(&row, fold_purchase)?,
            4 => other.take_all(&row, fold_instance)?,
            5 => other_purchase.take_all(&row, fold_purchase)?,
            6 => found.plan = Some(plan_of_row(&row)?),
            7 => {
                let mut sums = Allowance::NOTHING;
                (sums.bought, sums.kept) = (row.count(4)?, row.count(5)?);
                sums.revoked = row.count(6)?;
                tallies.push((row.text(2)?, sums));
            }
            8 => free = row.count(4)?,
            9 => {
                let key: Option<IdempotencyKey> = read.key;
                let key = key.ok_or_else(|| corrupt("a record that nobody asked for"))?;
                found.record = Some(Record {
                    key,
                    digest: digest(&row.text(2)?)?,
                    at: row.time(4)?,
                    receipt: decode_receipt(&row.text(3)?)?,
                });
            }
            10 => drawn = Some(plan_of_row(&row)?),
            _ => return Err(corrupt("an unknown part of an answer")),
        }
    }
    let held = found.plan.as_ref().map(|plan| plan.state.id());
    found.draw_from = drawn.filter(|plan| Some(plan.state.id()) != held);
    found.instance = instance.versioned();
    found.other = other.versioned();
    found.chain = chain.versioned();
    found.purchase = purchase.versioned();
    found.other_purchase = other_purchase.versioned();
    let asked = match &read.set {
        ReadSet::Product(code) | ReadSet::New(code) => Some(*code),
        ReadSet::Order(_)
        | ReadSet::Renewal(_)
        | ReadSet::Pair(..)
        | ReadSet::Plan(_)
        | ReadSet::Purchase(_)
        | ReadSet::Name(_) => None,
    };
    let product = (found.instance.as_ref())
        .map(|found| found.state.product().code)
        .or_else(|| Some(found.plan.as_ref()?.state.product().code))
        .or(asked);
    found.product = product;
    found.beside = beside(&found, product, &tallies, free);
    Ok(found)
}

/// The account's sums without the plan and the purchase at hand.
fn beside(
    found: &Loaded,
    product: Option<ProductCode>,
    tallies: &[(String, Allowance)],
    free: u32,
) -> Beside {
    let plan = found.plan.as_ref().map(|found| &found.state);
    let purchase = found.purchase.as_ref().map(|found| &found.state);
    let own = Beside::of(product, plan.into_iter(), purchase.into_iter());
    let mut all = Beside {
        free_this_year: free,
        ..Beside::NOTHING
    };
    for (code, sums) in tallies {
        let of_product = product.is_some_and(|product| product.as_str() == code);
        let of = [
            Some(&mut all.of_account),
            of_product.then_some(&mut all.of_product),
        ];
        for sum in of.into_iter().flatten() {
            sum.bought = sum.bought.saturating_add(sums.bought);
            sum.kept = sum.kept.saturating_add(sums.kept);
            sum.revoked = sum.revoked.saturating_add(sums.revoked);
        }
    }
    for (sum, own) in [
        (&mut all.of_account, own.of_account),
        (&mut all.of_product, own.of_product),
    ] {
        sum.bought = sum.bought.saturating_sub(own.bought);
        sum.kept = sum.kept.saturating_sub(own.kept);
        sum.revoked = sum.revoked.saturating_sub(own.revoked);
    }
    all
}
