//! Deploying a certificate to the cloud products of the edition, and taking it off again (S1).

use std::format;

use http::StatusCode;
use maud::{Markup, html};

use crate::lifecycle::{Command, CommandKind};
use crate::model::{CertificateInstance, Deployment, DomainName, OrderId, Target};

use super::acts::{below, possible};
use super::certificate::{found, title};
use super::form::ending;
use super::frame::{Place, page};
use super::reply::Reply;
use super::status::badge;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::{Visit, fresh_key};

/// Its place in the address.
pub(super) const PATH: &str = "deploy";
/// The place of taking it off.
pub(super) const OFF: &str = "undeploy";

pub(super) async fn ask(visit: &Visit<'_>, order: &str) -> Result<Reply, Trouble> {
    let found = found(visit, order).await?;
    let own = &found.instance;
    if own.deployments().is_empty() {
        possible(visit, own.order(), CommandKind::Deploy).await?;
    }
    let edition = visit.service().rules().in_force(visit.now)?;
    let targets = edition.targets();
    let names = own.certificate().map(|own| own.facts().names.as_slice());
    let name = visit.say(Text::DoDeploy);
    let deployments = table(visit, own).await?;
    let main = html! {
        div.head { h1 { (name) } (badge(visit.words, found.status)) }
        p.lead { (title(visit, own)) " · " (own.order()) }
        (deployments)
        form.form method="post" action=(below(own.order(), PATH)) {
            (visit.form()?)
            div.panel {
                div.field {
                    label for="target" { (visit.say(Text::CloudProduct)) }
                    select #target name="target" aria-describedby="target-hint" {
                        @for target in targets.value.as_slice() {
                            option value=(target) { (target) }
                        }
                    }
                    p.hint #target-hint {
                        (visit.words.fill(Text::TargetsOf, &[&edition.key()])) " "
                        @for source in targets.cite.sources.as_slice() { span.mark { (source) } " " }
                    }
                }
                div.field {
                    label for="domain" { (visit.say(Text::ServedDomain)) }
                    select #domain name="domain" {
                        option value="" { (visit.say(Text::AllDomains)) }
                        @for name in names.unwrap_or_default() { option value=(name) { (name) } }
                    }
                }
            }
            (ending(visit, name, &below(own.order(), "")))
        }
    };
    let page = page(visit, Place::Certificates, name, &main);
    Ok(Reply::page(StatusCode::OK, page))
}

/// Where the certificate is deployed, with the state of each job and the way to take it off.
pub(super) async fn table(visit: &Visit<'_>, own: &CertificateInstance) -> Result<Markup, Trouble> {
    if own.deployments().is_empty() {
        return Ok(html! {});
    }
    let products = &visit.conductor.world.products;
    // Which of them serve the certificate, and since when.
    let serving = products.serving(own.order()).await?;
    let state = |one: &Deployment| {
        let since = serving.iter().find(|(target, _)| *target == one.target);
        html! {
            @match since {
                Some((_, since)) => {
                    span.badge.good { (visit.say(Text::Serving)) } " " (visit.time(*since))
                }
                None => span.badge.wait { (visit.say(Text::OnItsWay)) },
            }
        }
    };
    let form = visit.csrf();
    let heading = visit.say(Text::Deployments);
    Ok(html! {
        div.panel {
            h2 #deployments { (heading) }
            div.scroll role="region" aria-labelledby="deployments" tabindex="0" {
                table.stack {
                    caption.hidden { (heading) }
                    thead {
                        tr {
                            @for text in [Text::CloudProduct, Text::ServedDomain, Text::OrderedAt, Text::JobState] {
                                th scope="col" { (visit.say(text)) }
                            }
                            th scope="col" { span.hidden { (visit.say(Text::Operations)) } }
                        }
                    }
                    tbody {
                        @for one in own.deployments() {
                            tr {
                                th scope="row" { (one.target) }
                                td data-label=(visit.say(Text::ServedDomain)) {
                                    @match &one.domain {
                                        Some(domain) => (domain),
                                        None => (visit.say(Text::AllDomains)),
                                    }
                                }
                                td.fix data-label=(visit.say(Text::OrderedAt)) { (visit.time(one.at)) }
                                td data-label=(visit.say(Text::JobState)) { (state(one)) }
                                td {
                                    form method="post" action=(below(own.order(), OFF)) {
                                        (form) (fresh_key()?)
                                        input type="hidden" name="target" value=(one.target);
                                        button type="submit" {
                                            (visit.say(Text::DoUndeploy))
                                            span.hidden { ": " (one.target) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    })
}

/// Carries either form out.
pub(super) async fn send(visit: &Visit<'_>, order: &str, path: &str) -> Result<Reply, Trouble> {
    let caller = visit.caller()?;
    let order: OrderId = order.parse().map_err(|_| Trouble::NotFound)?;
    let target = Target::new(visit.asked.field("target")).map_err(|_| Trouble::FormOver)?;
    let domain = match visit.asked.field("domain") {
        "" => None,
        text => Some(DomainName::new(text).map_err(|_| Trouble::FormOver)?),
    };
    let command = if path == OFF {
        Command::Undeploy { target }
    } else {
        Command::Deploy { target, domain }
    };
    let service = visit.service();
    service.execute(caller, order, &command).await?;
    visit.conductor.settle(visit.account(), order, false).await;
    let done = format!("{}?done={path}", below(order, ""));
    Ok(Reply::see(done))
}
