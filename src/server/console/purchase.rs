//! The page of one purchase: what was paid, its certificates, and its refund (S2, T-33 to T-35).

use std::vec::Vec;

use http::StatusCode;
use maud::{Markup, html};

use crate::lifecycle::CommandKind;
use crate::model::{CertificateInstance, Purchase, PurchaseId};
use crate::port::ReadSet;

use super::acts::{Act, below, one};
use super::asked::address;
use super::certificate::title;
use super::frame::{Place, page};
use super::ledger;
use super::life;
use super::reply::Reply;
use super::status::badge;
use super::tabs::Section;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::{Visit, money};
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
    let members = life::members_of(visit, &purchase).await?;
    let mut certificates = Vec::new();
    for own in &members {
        let found = super::certificate::found(visit, &std::format!("{}", own.order())).await;
        certificates.extend(found.ok());
    }
    let offers = match certificates.first() {
        Some(first) => {
            let order = first.instance.order();
            visit.service().allowed(visit.account(), order).await?
        }
        None => Vec::new(),
    };
    let main = html! {
        div.head { h1 { (visit.say(Text::PurchaseLabel)) } }
        p.lead { (purchase.id()) }
        (facts(visit, &purchase))
        @if let Some(first) = members.first() {
            section.panel aria-labelledby="refund" {
                h2 #refund { (visit.say(Text::RefundLabel)) }
                ul.offers {
                    @for act in ACTS {
                        @for offer in offers.iter().filter(|offer| is_for(offer.command, act)) {
                            li { (one(visit, first.order(), (act.path(), act.text(), "button"), offer)) }
                        }
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

fn is_for(command: CommandKind, act: Act) -> bool {
    matches!(
        (command, act),
        (CommandKind::ClaimRefund, Act::ClaimRefund)
            | (CommandKind::CancelRefund, Act::CancelRefund)
    )
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
                dt { (visit.say(Text::CashLabel)) } dd { (money(payment.cash)) " " (payment.currency) }
                dt { (visit.say(Text::VoucherLabel)) } dd { (money(payment.voucher)) " " (payment.currency) }
                dt { (visit.say(Text::RefundLabel)) } dd { (ledger::refund(visit, bill)) }
            }
        }
    }
}
