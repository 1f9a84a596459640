//! The page of a resource plan, and its refund while it is untouched (S3).

use std::format;
use std::string::String;

use http::StatusCode;
use maud::{Markup, html};

use crate::lifecycle::{Command, Preview, Refusal, Slot, Why, availability, preview};
use crate::model::{InstanceId, OrderId, PlanId, ProductCode, ResourcePlan};
use crate::port::{IdempotencyKey, Loaded, Read, ReadSet};
use crate::service::ServiceError;

use super::acts::below;
use super::asked::address;
use super::frame::{Place, done, page};
use super::names;
use super::reply::Reply;
use super::text::Text;
use super::trouble::{Trouble, explained};
use super::visit::{Visit, fresh_key, money, sum};

/// A plan of the account, as one decision sees it.
async fn loaded(
    visit: &Visit<'_>,
    plan: PlanId,
    key: Option<IdempotencyKey>,
) -> Result<Loaded, Trouble> {
    let read = Read {
        set: ReadSet::Plan(plan),
        year: None,
        key,
    };
    let store = &visit.service().ports().store;
    Ok(store.load(visit.account(), read).await?)
}

/// The claim, decided and priced; or why it is refused.
fn priced(visit: &Visit<'_>, loaded: &Loaded) -> Result<Result<Preview, ServiceError>, Trouble> {
    Ok(visit.judged(loaded, |case, law| {
        let decided = preview(case, &Command::ClaimRefund, visit.now, law);
        decided.map_err(ServiceError::from)
    })?)
}

/// What was shown: a claim that would pay something else is not carried out.
fn seen(preview: &Preview) -> String {
    format!("{}-{}", preview.refund, preview.unit.remaining_before)
}

fn read(text: &str) -> Result<PlanId, Trouble> {
    PlanId::new(text).map_err(|_| Trouble::NotFound)
}

/// The place of taking a slot.
pub(super) const DRAW: &str = "draw";

/// Why no slot can be taken now, if it is so. The unit may be one of an older plan of the product.
async fn drawn(visit: &Visit<'_>, product: ProductCode) -> Result<Option<Refusal>, Trouble> {
    let store = &visit.service().ports().store;
    let loaded = store
        .load(visit.account(), ReadSet::Product(product).into())
        .await?;
    // The numbers are those of nothing: it is only asked whether it could be done.
    let (Ok(instance), Ok(order)) = (InstanceId::new("slot"), OrderId::new(1)) else {
        return Ok(None);
    };
    let command = Command::Draw(Slot { instance, order });
    Ok(visit.judged(&loaded, |case, law| {
        preview(case, &command, visit.now, law).err()
    })?)
}

pub(super) async fn draw(visit: &Visit<'_>, plan: &str) -> Result<Reply, Trouble> {
    let (id, caller) = (read(plan)?, visit.caller()?);
    let loaded = loaded(visit, id, None).await?;
    let product = loaded.plan.ok_or(Trouble::NotFound)?.state.product().code;
    let (order, _) = visit.service().draw(caller, product).await?;
    visit.conductor.settle(visit.account(), order, false).await;
    Ok(Reply::see(format!("{}?done={DRAW}", below(order, ""))))
}

/// The way to a slot of the plan's product.
fn slot(visit: &Visit<'_>, id: PlanId, refusal: Option<&Refusal>) -> Result<Markup, Trouble> {
    let name = visit.say(Text::DoDraw);
    let (csrf, key) = (visit.csrf(), fresh_key()?);
    Ok(html! {
        section.panel aria-labelledby="slot" {
            h2 #slot { (name) }
            @match refusal {
                None => {
                    p.hint #slot-hint { (visit.say(Text::DrawHint)) }
                    form method="post" action=(address(&format!("plans/{id}/{DRAW}"), &[])) {
                        (csrf) (key)
                        p { button.main type="submit" aria-describedby="slot-hint" { (name) } }
                    }
                }
                Some(refusal) => {
                    button type="button" disabled aria-describedby="why-slot" { (name) }
                    div #why-slot { (explained(visit, refusal)) }
                }
            }
        }
    })
}

pub(super) async fn show(visit: &Visit<'_>, plan: &str) -> Result<Reply, Trouble> {
    shown(visit, read(plan)?, false).await
}

async fn shown(visit: &Visit<'_>, id: PlanId, moved: bool) -> Result<Reply, Trouble> {
    let loaded = loaded(visit, id, None).await?;
    let plan = loaded.plan.as_ref().ok_or(Trouble::NotFound)?;
    let name = visit.say(Text::DoClaimRefund);
    let claimed = match priced(visit, &loaded)? {
        Ok(preview) => Ok(claim(visit, id, &loaded, &preview)?),
        Err(ServiceError::Refused(refusal)) => Err(refusal),
        Err(error) => return Err(error.into()),
    };
    let main = html! {
        div.head { h1 { (plan.state.product().code) } }
        @if visit.asked.query("done") == Some("refund") {
            (done(&visit.words.fill(Text::ActDone, &[&name])))
        }
        @if moved { p.note.warn role="alert" { (visit.say(Text::MovedOn)) } }
        (facts(visit, &plan.state))
        (slot(visit, id, drawn(visit, plan.state.product().code).await?.as_ref())?)
        section.panel aria-labelledby="refund" {
            h2 #refund { (name) }
            @match &claimed {
                Ok(form) => (form),
                Err(refusal) => {
                    button type="button" disabled aria-describedby="why" { (name) }
                    div #why {
                        @if let (Why::PlanUsed, Some(said)) = (refusal.why(), taken(&plan.state)) {
                            p { (visit.words.fill(said, &[&plan.state.reserved()])) }
                            p { a href=(address("", &[])) { (visit.say(Text::ToCertificates)) } }
                        }
                        (explained(visit, refusal))
                    }
                }
            }
        }
        p { a.button href=(address("plans", &[])) { (visit.say(Text::TabPlans)) } }
    };
    let status = if moved {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    let title = visit.say(Text::PlanLabel);
    Ok(Reply::page(
        status,
        page(visit, Place::Certificates, title, &main),
    ))
}

/// What the rules call used where nothing is used up: units that are reserved, or that were once.
fn taken(plan: &ResourcePlan) -> Option<Text> {
    match (plan.reserved(), plan.settled()) {
        (_, 1..) => None,
        (1.., 0) => Some(Text::OnlyReserved),
        (0, 0) => Some(Text::OnceTaken),
    }
}

fn claim(
    visit: &Visit<'_>,
    id: PlanId,
    loaded: &Loaded,
    preview: &Preview,
) -> Result<Markup, Trouble> {
    let open = visit.judged(loaded, |case, law| {
        availability(case, &Command::ClaimRefund, visit.now, law)
    })?;
    let currency = loaded
        .plan
        .as_ref()
        .map(|own| own.state.bill().payment.currency);
    let form = visit.form()?;
    Ok(html! {
        form method="post" action=(address(&format!("plans/{id}"), &[])) {
            (form)
            input type="hidden" name="seen" value=(seen(preview));
            dl.facts {
                dt { (visit.say(Text::MoneyBack)) }
                dd { (money(preview.refund)) @if let Some(currency) = currency { " " (currency) } }
                dt { (visit.say(Text::RemainingChange)) }
                dd { (preview.unit.remaining_before) " → " (preview.unit.remaining_after) }
                @if let crate::lifecycle::Availability::Now { until: Some(until), .. } = open {
                    dt { (visit.words.fill(Text::PossibleUntil, &[&""])) }
                    dd { (visit.time(until)) }
                }
            }
            p {
                button.danger type="submit" {
                    (visit.words.fill(Text::DoIt, &[&visit.say(names::command(crate::lifecycle::CommandKind::ClaimRefund))]))
                }
            }
        }
    })
}

fn facts(visit: &Visit<'_>, plan: &ResourcePlan) -> Markup {
    let payment = plan.bill().payment;
    html! {
        section.panel aria-labelledby="facts" {
            h2 #facts { (visit.say(Text::Facts)) }
            dl.facts {
                dt { (visit.say(Text::PlanLabel)) } dd { (plan.id()) }
                dt { (visit.say(Text::PaidAtLabel)) } dd { (visit.time(plan.bought_at())) }
                dt { (visit.say(Text::CashLabel)) } dd { (sum(payment.cash, payment.currency)) }
                dt { (visit.say(Text::VoucherLabel)) } dd { (sum(payment.voucher, payment.currency)) }
                dt { (visit.say(Text::TotalLabel)) } dd { (plan.total()) }
                dt { (visit.say(Text::RemainingLabel)) } dd { (plan.remaining()) }
                dt { (visit.say(Text::ReservedLabel)) } dd { (plan.reserved()) }
                dt { (visit.say(Text::SettledLabel)) } dd { (plan.settled()) }
                dt { (visit.say(Text::IssuedLabel)) } dd { (plan.issued()) }
            }
        }
    }
}

pub(super) async fn send(visit: &Visit<'_>, plan: &str) -> Result<Reply, Trouble> {
    let (id, caller) = (read(plan)?, visit.caller()?);
    let loaded = loaded(visit, id, caller.key()).await?;
    if loaded.plan.is_none() {
        return Err(Trouble::NotFound);
    }
    // What was carried out before has its first answer.
    if loaded.record.is_none() && seen(&priced(visit, &loaded)??) != visit.asked.field("seen") {
        return shown(visit, id, true).await;
    }
    let service = visit.service();
    service
        .execute_on_plan(caller, id, &Command::ClaimRefund)
        .await?;
    visit.conductor.follow_purchase().await;
    let path = format!("plans/{id}");
    Ok(Reply::see(address(&path, &[("done", "refund")])))
}
