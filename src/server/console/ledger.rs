//! What an account has paid for: its purchases and its resource plans.

use core::fmt;
use std::format;
use std::string::ToString;

use http::StatusCode;
use maud::{Markup, html};

use crate::model::{Bill, Product, Purchase, PurchaseKind, RefundState, ResourcePlan};
use crate::port::Position;
use crate::view::layout::Tab;

use super::asked::address;
use super::frame::{Place, done, empty, page};
use super::reply::Reply;
use super::tabs::{Section, head, pages};
use super::text::Text;
use super::trouble::Trouble;
use super::visit::{Visit, money, sum};

/// How many are shown on a page.
const PAGE: usize = 50;

fn before(visit: &Visit<'_>) -> Option<Position> {
    let text = visit.asked.query("before")?;
    text.parse().ok().map(Position)
}

/// A column: its heading, and whether numbers stand in it.
type Column = (Text, bool);

/// A table whose first cells head their rows; on a phone's width each row is a block, where the cells
/// carry their headings.
fn table<const N: usize>(
    visit: &Visit<'_>,
    name: &str,
    columns: [Column; N],
    rows: impl Iterator<Item = [Markup; N]>,
) -> Markup {
    html! {
        div.scroll role="region" aria-label=(name) tabindex="0" {
            table.stack {
                caption.hidden { (name) }
                thead {
                    tr {
                        @for (heading, number) in columns {
                            th scope="col" class=[number.then_some("number")] { (visit.say(heading)) }
                        }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            @for (place, (cell, (heading, number))) in row.iter().zip(columns).enumerate() {
                                @if place == 0 {
                                    th scope="row" { (cell) }
                                } @else {
                                    td class=(if number { "number" } else { "fix" })
                                        data-label=(visit.say(heading)) { (cell) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What is led to, by its product, with its id beneath.
fn entry(path: &str, product: Product, id: &dyn fmt::Display) -> Markup {
    html! {
        a href=(address(&format!("{path}/{id}"), &[])) {
            (product.code) " " span.id { (id) }
        }
    }
}

/// How far a refund is.
pub(super) fn refund(visit: &Visit<'_>, bill: &Bill) -> Markup {
    html! {
        @match bill.refund {
            RefundState::None => "–",
            RefundState::Review { .. } => (visit.say(Text::RefundInReview)),
            RefundState::Refunded { cash, .. } => {
                (visit.words.fill(Text::RefundPaidBack, &[&money(cash)])) " " (bill.payment.currency)
            }
        }
    }
}

/// The purchases of certificates: the tab of orders.
pub(super) async fn orders(visit: &Visit<'_>) -> Result<Reply, Trouble> {
    let section = Section::Tab(Tab::Orders);
    let store = visit.service();
    let found = store
        .purchases(visit.account(), before(visit), PAGE.saturating_add(1))
        .await?;
    let (shown, older) = split(&found, |own| own.position);
    let row = |purchase: &Purchase| {
        let bill = purchase.bill();
        [
            entry("orders", purchase.product(), &purchase.id()),
            html! { (kind(visit, purchase.kind())) },
            html! { (purchase.count()) },
            sum(bill.payment.cash, bill.payment.currency),
            sum(bill.payment.voucher, bill.payment.currency),
            html! { (visit.time(bill.paid_at)) },
            refund(visit, bill),
        ]
    };
    let columns = [
        (Text::PurchaseLabel, false),
        (Text::KindLabel, false),
        (Text::CountLabel, true),
        (Text::CashLabel, true),
        (Text::VoucherLabel, true),
        (Text::PaidAtLabel, false),
        (Text::RefundLabel, false),
    ];
    let rows = shown.iter().map(|own| row(&own.purchase.state));
    let main = html! {
        (head(visit, section))
        @if shown.is_empty() {
            (empty(visit.say(Text::NoOrders), visit.say(Text::NoOrdersHint), &to_buy(visit)))
        } @else {
            (table(visit, section.name(visit), columns, rows))
        }
        (pages(visit, before(visit).is_none(), older.map(|at| at.0.to_string()).as_deref()))
    };
    let page = page(visit, Place::Certificates, section.name(visit), &main);
    Ok(Reply::page(StatusCode::OK, page))
}

/// The resource plans.
pub(super) async fn plans(visit: &Visit<'_>) -> Result<Reply, Trouble> {
    let store = &visit.service().ports().store;
    let found = store
        .plans(visit.account(), None, before(visit), PAGE.saturating_add(1))
        .await?;
    let (shown, older) = split(&found, |own| own.position);
    let row = |plan: &ResourcePlan| {
        let bill = plan.bill();
        [
            entry("plans", plan.product(), &plan.id()),
            html! { (plan.total()) },
            html! { (plan.remaining()) },
            html! { (plan.reserved()) },
            html! { (plan.settled()) },
            html! { (plan.issued()) },
            sum(bill.payment.cash, bill.payment.currency),
            sum(bill.payment.voucher, bill.payment.currency),
            html! { (visit.time(plan.bought_at())) },
            refund(visit, bill),
        ]
    };
    let columns = [
        (Text::PlanLabel, false),
        (Text::TotalLabel, true),
        (Text::RemainingLabel, true),
        (Text::ReservedLabel, true),
        (Text::SettledLabel, true),
        (Text::IssuedLabel, true),
        (Text::CashLabel, true),
        (Text::VoucherLabel, true),
        (Text::PaidAtLabel, false),
        (Text::RefundLabel, false),
    ];
    let rows = shown.iter().map(|own| row(&own.plan.state));
    let main = html! {
        (head(visit, Section::Plans))
        @if visit.asked.query("done") == Some("bought") { (done(visit.say(Text::BoughtDone))) }
        @if shown.is_empty() {
            (empty(visit.say(Text::NoPlans), visit.say(Text::NoPlansHint), &to_buy(visit)))
        } @else {
            (table(visit, Section::Plans.name(visit), columns, rows))
        }
        (pages(visit, before(visit).is_none(), older.map(|at| at.0.to_string()).as_deref()))
    };
    let page = page(
        visit,
        Place::Certificates,
        Section::Plans.name(visit),
        &main,
    );
    Ok(Reply::page(StatusCode::OK, page))
}

fn to_buy(visit: &Visit<'_>) -> Markup {
    html! { a.button href=(address("buy", &[])) { (visit.say(Text::PurchaseCertificate)) } }
}

/// The rows of a page, and where the next one goes on if there is one.
fn split<T>(found: &[T], position: impl Fn(&T) -> Position) -> (&[T], Option<Position>) {
    match found.get(..PAGE) {
        Some(shown) if found.len() > PAGE => (shown, shown.last().map(position)),
        _ => (found, None),
    }
}

/// What a purchase was for.
pub(super) fn kind(visit: &Visit<'_>, kind: PurchaseKind) -> &'static str {
    visit.say(match kind {
        PurchaseKind::New => Text::KindSlots,
        PurchaseKind::Renewal => Text::KindRenewal,
        PurchaseKind::Hosting => Text::KindExtension,
    })
}
