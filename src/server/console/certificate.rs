//! The page of one certificate.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use http::StatusCode;
use maud::{Markup, html};

use crate::lifecycle::{CommandKind, Offer, Refusal};
use crate::model::{
    Application, CertificateInstance, DomainName, IssuedCertificate, OrderId, Origin, Phase,
};
use crate::port::Filter;
use crate::service::{Description, ServiceError};

use super::acts;
use super::apply;
use super::asked::address;
use super::clock;
use super::deploy;
use super::frame::{Place, page};
use super::life;
use super::reply::Reply;
use super::status::badge;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::Visit;

/// What is known of an order, if the account has it: a foreign one is not found, like one that was
/// never there.
pub(super) async fn found(visit: &Visit<'_>, order: &str) -> Result<Description, Trouble> {
    let order: OrderId = order.parse().map_err(|_| Trouble::NotFound)?;
    visit.conductor.take_up(visit.account(), order).await;
    match visit.service().describe(visit.account(), order).await {
        Ok(found) => Ok(found),
        Err(ServiceError::Refused(refusal)) if refusal.command() == CommandKind::Wake => {
            Err(Trouble::NotFound)
        }
        Err(error) => Err(error.into()),
    }
}

/// The names of its certificate, or those that are applied for.
pub(super) fn names(own: &CertificateInstance) -> &[DomainName] {
    let certified = own.certificate().map(|own| own.facts().names.as_slice());
    certified
        .or_else(|| own.application().map(Application::names))
        .unwrap_or_default()
}

/// What a certificate is called: its first name.
pub(super) fn title(visit: &Visit<'_>, own: &CertificateInstance) -> String {
    match names(own).first() {
        Some(name) => name.to_string(),
        None => visit.say(Text::NoNameYet).to_string(),
    }
}

/// What a certificate is sold as; of one from elsewhere, which is sold as nothing, who issued it.
pub(super) fn product(visit: &Visit<'_>, own: &CertificateInstance) -> Markup {
    html! {
        @match (own.origin(), own.certificate()) {
            (Origin::Uploaded, Some(certificate)) => {
                (visit.words.fill(Text::UploadedFrom, &[&certificate.facts().issuer]))
            }
            _ => (own.product().code),
        }
    }
}

pub(super) async fn show(visit: &Visit<'_>, order: &str) -> Result<Reply, Trouble> {
    let found = found(visit, order).await?;
    let own = &found.instance;
    let life = life::life(visit, own.order()).await?;
    let offers = visit
        .service()
        .allowed(visit.account(), own.order())
        .await?;
    let renewals = renewals(visit, own, &offers).await?;
    let title = title(visit, own);
    let deployments = deploy::table(visit, own).await?;
    let next = life.ahead.iter().find(|due| due.at > visit.now);
    let main = html! {
        div.head {
            h1 { (title) }
            a href="#life" { (badge(visit.words, found.status)) }
            @if let Some(next) = next {
                div.end { (clock::leap(visit, next.at, &super::names::due(visit.words, next.kind))) }
            }
        }
        (acts::done(visit))
        @if let Phase::Failed { reason, .. } = own.phase() {
            p.note.warn { (visit.words.fill(Text::WhyFailed, &[reason])) }
        }
        (apply::challenge(visit, own.under_way().filter(|_| !life.proved)))
        (acts::offers(visit, own.order(), &offers))
        (deployments)
        (life::show(visit, &life))
        (facts(visit, &found, &renewals))
    };
    visit
        .conductor
        .looked_at(visit.account(), own.order(), found.status)
        .await;
    Ok(Reply::page(
        StatusCode::OK,
        page(visit, Place::Certificates, &title, &main),
    ))
}

/// The certificates beside this one that the same site is renewed with.
struct Renewals {
    former: Option<OrderId>,
    next: Vec<OrderId>,
}

/// Among so many of the newest of its product a renewal is looked for: nothing tells the old certificate of it.
const NEWEST: usize = 100;

async fn renewals(
    visit: &Visit<'_>,
    own: &CertificateInstance,
    offers: &[Offer],
) -> Result<Renewals, Trouble> {
    let service = visit.service();
    let mut all = Renewals {
        former: None,
        next: Vec::new(),
    };
    if let Some(renewed) = own.renewed()
        && let Some(order) = life::first_order(visit, renewed.from).await?
    {
        // What was deleted has no page any more.
        let described = service.describe(visit.account(), order).await;
        all.former = described.ok().map(|former| former.instance.order());
    }
    let mut renewing = offers
        .iter()
        .filter(|offer| offer.command == CommandKind::Renew);
    let is_early = |refusal: &Refusal| refusal.permitted_from().is_some();
    let was_possible = renewing.any(|offer| !offer.refusal.as_ref().is_some_and(is_early));
    if own.certificate().is_some() && was_possible {
        let filter = Filter {
            product: Some(own.product().code),
            ..Filter::default()
        };
        let newest = service.list(visit.account(), filter, None, NEWEST).await?;
        let known = newest
            .iter()
            .filter_map(|row| row.read.as_ref()?.instance.as_ref());
        let next = known.map(|found| &found.state).filter(|one| {
            let renewed = one.renewed();
            renewed.is_some_and(|renewed| renewed.from == own.id())
        });
        all.next = next.map(CertificateInstance::order).collect();
    }
    Ok(all)
}

fn facts(visit: &Visit<'_>, found: &Description, renewals: &Renewals) -> Markup {
    let own = &found.instance;
    let certificate = own.certificate().map(IssuedCertificate::facts);
    html! {
        section.panel aria-labelledby="facts" {
            h2 #facts { (visit.say(Text::Facts)) }
            dl.facts {
                dt { (visit.say(Text::ProductLabel)) }
                dd {
                    (product(visit, own))
                    @if !matches!(own.origin(), Origin::Uploaded) {
                        " " span.mark { (own.product().class.word()) }
                    }
                }
                @if let Phase::Uploaded(uploaded) = own.phase() {
                    dt { (visit.say(Text::UploadName)) }
                    dd { (uploaded.name()) }
                }
                dt { (visit.say(Text::OrderLabel)) }
                dd { (own.order()) }
                dt { (visit.say(Text::InstanceLabel)) }
                dd { (own.id()) }
                @if let Some(application) = own.application() {
                    (applied(visit, application))
                }
                @if let Some(certificate) = certificate {
                    dt { (visit.say(Text::NamesLabel)) }
                    dd { @for name in &certificate.names { div { (name) } } }
                    @if let Some(live) = own.live() {
                        dt { (visit.say(Text::IssuedAtLabel)) }
                        dd { (visit.time(live.issued_at())) }
                    }
                    dt { (visit.say(Text::ValidFromLabel)) }
                    dd { (visit.time(certificate.validity.not_before())) }
                    dt { (visit.say(Text::ExpiresLabel)) }
                    dd { (visit.time(certificate.validity.not_after())) }
                    dt { (visit.say(Text::SerialLabel)) }
                    dd.code { (certificate.serial) }
                }
                @if let Some(former) = renewals.former {
                    dt { (visit.say(Text::RenewsLabel)) }
                    dd { a href=(acts::below(former, "")) { (former) } }
                }
                @if !renewals.next.is_empty() {
                    dt { (visit.say(Text::RenewedByLabel)) }
                    dd { @for &next in &renewals.next { div { a href=(acts::below(next, "")) { (next) } } } }
                }
                @if let Some(hold) = own.hold() {
                    dt { (visit.say(Text::UnitLabel)) }
                    dd {
                        a href=(address(&format!("plans/{}", hold.plan), &[])) { (hold.plan) }
                        ", " (hold.state.word())
                    }
                }
                @if let Some(purchase) = own.purchase() {
                    dt { (visit.say(Text::PurchaseLabel)) }
                    dd { a href=(address(&format!("orders/{purchase}"), &[])) { (purchase) } }
                }
            }
        }
    }
}

fn applied(visit: &Visit<'_>, application: &Application) -> Markup {
    let submission = application.submission();
    let applicant = submission.applicant();
    html! {
        dt { (visit.say(Text::DomainName)) }
        dd { @for name in application.names() { div { (name) } } }
        dt { (visit.say(Text::SubmittedAtLabel)) }
        dd { (visit.time(application.submitted_at())) }
        dt { (visit.say(Text::MethodLabel)) }
        dd { (submission.method().word()) }
        dt { (visit.say(Text::ApplicantLabel)) }
        dd {
            (applicant.name())
            @if let Some(company) = applicant.company() { ", " (company.name()) }
            ", " (applicant.email()) ", " (applicant.phone())
        }
    }
}
