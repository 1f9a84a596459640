//! The page of one purchase: what was paid, its certificates, and its refund (S2, T-33 to T-35).

use std::string::ToString;
use std::vec::Vec;

use http::StatusCode;
use maud::{Markup, html};

use crate::model::{CertificateInstance, HostingChain, InstanceId, Purchase, PurchaseId};
use crate::port::ReadSet;
use crate::service::Description;

use super::acts::{Act, below, one};
use super::asked::address;
use super::certificate::{found, title};
use super::frame::{Place, page};
use super::ledger;
use super::life::first_order;
use super::reply::Reply;
use super::status::badge;
use super::tabs::Section;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::{Visit, sum};
use crate::view::layout::Tab;

/// The claim and its way back, as a purchase offers them.
const ACTS: [Act; 2] = [Act::ClaimRefund, Act::CancelRefund];

pub(super) async fn show(visit: &Visit<'_>, id: &str) -> Result<Reply, Trouble> {
    let id = PurchaseId::new(id).map_err(|_| Trouble::NotFound)?;
    let store = &visit.service().ports().store;
    let loaded = store
        .load(visit.account(), ReadSet::Purchase(id).into())
        .await?;
    let purchase = loaded.purchase.ok_or(Trouble::NotFound)?.state;
    let certificates = certificates(visit, &purchase).await?;
    let offers = match certificates.first() {
        Some(first) => {
            let order = first.instance.order();
            visit.service().allowed(visit.account(), order).await?
        }
        None => Vec::new(),
    };
    let offered = |act: Act| offers.iter().find(|offer| offer.command == act.kind());
    let main = html! {
        div.head { h1 { (visit.say(Text::PurchaseLabel)) } }
        p.lead { (purchase.id()) }
        (facts(visit, &purchase))
        @if let Some(first) = certificates.first() {
            section.panel aria-labelledby="refund" {
                h2 #refund { (visit.say(Text::RefundLabel)) }
                ul.offers {
                    @for (act, offer) in ACTS.into_iter().filter_map(|act| Some((act, offered(act)?))) {
                        li { (one(visit, first.instance.order(), (act.path(), act.text(), "button"), offer)) }
                    }
                }
            }
        }
        section.panel aria-labelledby="certificates" {
            h2 #certificates { (visit.say(Text::CertificatesOfPurchase)) }
            ul.plain {
                @for found in &certificates {
                    li {
                        a href=(below(found.instance.order(), "")) { (name(visit, &found.instance)) }
                        " " (badge(visit.words, found.status))
                    }
                }
            }
        }
        p {
            a.button href=(address(Section::Tab(Tab::Orders).path(), &[])) {
                (Section::Tab(Tab::Orders).name(visit))
            }
        }
    };
    let title = visit.say(Text::PurchaseLabel);
    let page = page(visit, Place::Certificates, title, &main);
    Ok(Reply::page(StatusCode::OK, page))
}

/// The certificates that it paid for: one, or the members of its chain that it bought. What was deleted
/// has no page any more.
async fn certificates(visit: &Visit<'_>, purchase: &Purchase) -> Result<Vec<Description>, Trouble> {
    let Some(order) = first_order(visit, purchase.first()).await? else {
        return Ok(Vec::new());
    };
    let store = &visit.service().ports().store;
    let loaded = store
        .load(visit.account(), ReadSet::Order(order).into())
        .await?;
    let chain = loaded.chain.map(|chain| chain.state);
    let chain = chain.filter(|chain| purchase.chain() == Some(chain.id()));
    let members = chain.iter().flat_map(HostingChain::members);
    let mut ids: Vec<InstanceId> = members.map(|member| member.instance).collect();
    if ids.is_empty() {
        ids.push(purchase.first());
    }
    let mut all = Vec::new();
    for id in ids {
        let Some(order) = first_order(visit, id).await? else {
            continue;
        };
        match found(visit, &order.to_string()).await {
            Ok(own) if own.instance.purchase() == Some(purchase.id()) => all.push(own),
            Ok(_) | Err(Trouble::NotFound) => {}
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(all)
}

/// Its names, or its order while it has none.
fn name(visit: &Visit<'_>, own: &CertificateInstance) -> Markup {
    html! { (title(visit, own)) " · " (own.order()) }
}

fn facts(visit: &Visit<'_>, purchase: &Purchase) -> Markup {
    let bill = purchase.bill();
    let payment = bill.payment;
    html! {
        section.panel aria-labelledby="facts" {
            h2 #facts { (visit.say(Text::Facts)) }
            dl.facts {
                dt { (visit.say(Text::ProductLabel)) } dd { (purchase.product().code) }
                dt { (visit.say(Text::KindLabel)) } dd { (ledger::kind(visit, purchase.kind())) }
                dt { (visit.say(Text::CountLabel)) } dd { (purchase.count()) }
                dt { (visit.say(Text::PaidAtLabel)) } dd { (visit.time(bill.paid_at)) }
                dt { (visit.say(Text::CashLabel)) } dd { (sum(payment.cash, payment.currency)) }
                dt { (visit.say(Text::VoucherLabel)) } dd { (sum(payment.voucher, payment.currency)) }
                dt { (visit.say(Text::RefundLabel)) } dd { (ledger::refund(visit, bill)) }
            }
        }
    }
}
