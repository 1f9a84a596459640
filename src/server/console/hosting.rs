//! Hosting: further years are bought for a certificate that is there already (S2, T-41).

use core::num::NonZeroU32;
use std::format;
use std::sync::Arc;
use std::vec::Vec;

use maud::html;

use crate::lifecycle::{Command, CommandKind, Extension, Refusal};
use crate::model::{Catalog, OrderId, Origin, Payment, Product, Submission};
use crate::port::ReadSet;
use crate::service::Description;

use super::acts::{below, possible};
use super::buy::{self, Supposed};
use super::certificate::{found, product, title};
use super::form::{Mistakes, ending};
use super::payment;
use super::reply::Reply;
use super::status::badge;
use super::submission;
use super::text::Text;
use super::trouble::{Trouble, why_not};
use super::visit::Visit;

/// Its place in the address.
pub(super) const PATH: &str = "hosting";

pub(super) async fn ask(visit: &Visit<'_>, order: &str) -> Result<Reply, Trouble> {
    let found = found(visit, order).await?;
    possible(visit, found.instance.order(), CommandKind::EnableHosting).await?;
    form(visit, &found, &Mistakes::default()).await
}

/// What is bought.
struct Further {
    product: Product,
    years: NonZeroU32,
    payment: Payment,
    /// What the years are applied for with, where nothing was handed in for the certificate here.
    submission: Option<Submission>,
}

fn read(visit: &Visit<'_>, found: &Description, mistakes: &mut Mistakes) -> Option<Further> {
    let asked = visit.asked;
    let years = asked.field("years").parse().ok();
    let years = years.filter(|years| buy::YEARS.contains(years));
    if years.is_none() {
        mistakes.add("years", visit.say(Text::ChooseWhat));
    }
    let (product, submission) = if is_uploaded(found) {
        let chosen = Catalog::published().get(asked.field("product"));
        if chosen.is_none() {
            mistakes.add("product", visit.say(Text::ChooseProduct));
        }
        (chosen, submission::read(visit, mistakes).map(Some))
    } else {
        (Some(found.instance.product()), Some(None))
    };
    let payment = payment::read(visit, mistakes);
    Some(Further {
        product: product?,
        years: years?,
        payment: payment?,
        submission: submission?,
    })
}

fn is_uploaded(found: &Description) -> bool {
    match found.instance.origin() {
        Origin::Uploaded => true,
        Origin::Plan(_) | Origin::Purchase(_) => false,
    }
}

pub(super) async fn send(visit: &Visit<'_>, order: &str) -> Result<Reply, Trouble> {
    let caller = visit.caller()?;
    let found = found(visit, order).await?;
    let order: OrderId = found.instance.order();
    let mut mistakes = Mistakes::default();
    let Some(Further {
        product,
        years,
        payment,
        submission,
    }) = read(visit, &found, &mut mistakes)
    else {
        return form(visit, &found, &mistakes).await;
    };
    let service = visit.service();
    let enabled = service.enable_hosting(caller, order, product, years, payment, submission);
    if let Err(error) = enabled.await {
        return form(visit, &found, &Mistakes::refused(error)?).await;
    }
    visit.conductor.settle(visit.account(), order, false).await;
    Ok(Reply::see(format!("{}?done={PATH}", below(order, ""))))
}

/// The years that the page offers, each with why it is not sold, if it is so.
async fn offered(
    visit: &Visit<'_>,
    found: &Description,
) -> Result<Vec<(NonZeroU32, Option<Refusal>)>, Trouble> {
    let own = &found.instance;
    let store = &visit.service().ports().store;
    let read = ReadSet::Order(own.order()).into();
    let loaded = store.load(visit.account(), read).await?;
    let products = if is_uploaded(found) {
        Catalog::published().iter().collect()
    } else {
        std::vec![own.product()]
    };
    buy::offered(visit, &loaded, &products, |supposed: &Supposed, product| {
        Command::EnableHosting(Arc::new(Extension {
            paid: supposed.paid,
            chain: supposed.chain,
            product,
            slots: Arc::clone(&supposed.slots),
            submission: None,
        }))
    })
}

async fn form(
    visit: &Visit<'_>,
    found: &Description,
    mistakes: &Mistakes,
) -> Result<Reply, Trouble> {
    let own = &found.instance;
    let offered = offered(visit, found).await?;
    let name = visit.say(Text::DoEnableHosting);
    let years = visit.asked.or("years", "1");
    let main = html! {
        div.head { h1 { (name) } (badge(visit.words, found.status)) }
        p.lead { (title(visit, own)) " · " (product(visit, own)) }
        p.note {
            @let uploaded = is_uploaded(found);
            (visit.say(if uploaded { Text::HostingOfUploaded } else { Text::HostingLead }))
        }
        form.form method="post" action=(below(own.order(), PATH)) {
            (mistakes.summary(visit))
            (visit.form()?)
            div.panel {
                div.field.short {
                    label for="years" { (visit.say(Text::FurtherYears)) }
                    select #years name="years"
                        aria-invalid=[mistakes.invalid("years")]
                        aria-describedby=[mistakes.describe("years", false)] {
                        @for (number, refusal) in &offered {
                            option value=(number) selected[format!("{number}") == years]
                                disabled[refusal.is_some()] { (number) }
                        }
                    }
                    @for (number, refusal) in &offered {
                        @if let Some(refusal) = refusal {
                            (why_not(visit, &format!("why-{number}"), refusal))
                        }
                    }
                    (mistakes.below("years"))
                }
                @if is_uploaded(found) {
                    (buy::products(visit, &visit.asked.or("product", buy::FIRST), mistakes))
                }
            }
            @if is_uploaded(found) {
                (submission::fields(visit, own.product().class, own, mistakes))
            }
            (payment::fields(visit, mistakes))
            (ending(visit, name, &below(own.order(), "")))
        }
    };
    Ok(mistakes.page(visit, name, &main))
}
