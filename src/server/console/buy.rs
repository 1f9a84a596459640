//! The page on which certificates and resource plans are bought (S2, S3).

use core::num::NonZeroU32;
use std::format;
use std::sync::Arc;
use std::vec::Vec;

use maud::{Markup, html};

use crate::lifecycle::{Command, NewPurchase, Paid, Refusal, Slot, Why, decide};
use crate::model::{Catalog, ChainId, InstanceId, NameKind, OrderId, Payment, Product, PurchaseId};
use crate::port::Loaded;

use super::asked::address;
use super::form::{Line, Mistakes, ending};
use super::payment;
use super::reply::Reply;
use super::tabs::Section;
use super::text::Text;
use super::trouble::{Trouble, why_not};
use super::visit::Visit;
use crate::view::layout::Tab;

/// The durations that the page of S2 offers; which of them are sold, the rules say.
pub(super) const YEARS: [NonZeroU32; 3] = [
    NonZeroU32::MIN,
    NonZeroU32::MIN.saturating_add(1),
    NonZeroU32::MIN.saturating_add(2),
];

/// What the list of products begins with: one that is paid for.
pub(super) const FIRST: &str = "geotrust-dv-1-starter";

/// What is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Years(NonZeroU32),
    Plan(NonZeroU32),
}

pub(super) fn show(visit: &Visit<'_>) -> Result<Reply, Trouble> {
    form(visit, &Mistakes::default())
}

pub(super) async fn send(visit: &Visit<'_>) -> Result<Reply, Trouble> {
    let caller = visit.caller()?;
    let asked = visit.asked;
    let product = Catalog::published().get(asked.field("product"));
    let mut mistakes = Mistakes::default();
    let what = match asked.field("what") {
        "plan" => {
            let count = asked.field("count").parse().ok().map(What::Plan);
            if count.is_none() {
                mistakes.add("count", visit.words.fill(Text::NotACount, &[&u32::MAX]));
            }
            count
        }
        years => {
            let years = years.parse().ok().filter(|years| YEARS.contains(years));
            if years.is_none() {
                mistakes.add("what-1", visit.say(Text::ChooseWhat));
            }
            years.map(What::Years)
        }
    };
    if product.is_none() {
        mistakes.add("product", visit.say(Text::ChooseProduct));
    }
    let payment = payment::read(visit, &mut mistakes);
    let (Some(product), Some(payment), Some(what)) = (product, payment, what) else {
        return form(visit, &mistakes);
    };
    let service = visit.service();
    let bought = match what {
        What::Years(years) => {
            let bought = service.buy(caller, product, years, payment);
            bought.await.map(|_| ())
        }
        What::Plan(count) => {
            let bought = service.buy_plan(caller, product, count, payment);
            bought.await.map(|_| ())
        }
    };
    if let Err(error) = bought {
        return form(visit, &Mistakes::refused(error)?);
    }
    let section = match what {
        What::Years(_) => {
            if product.free {
                Section::Tab(Tab::Free)
            } else {
                Section::Tab(Tab::Paid)
            }
        }
        What::Plan(_) => Section::Plans,
    };
    visit.conductor.follow_purchase().await;
    Ok(Reply::see(address(section.path(), &[("done", "bought")])))
}

/// What years would be bought with, if it were done: the ids are those of nothing.
#[derive(Debug)]
pub(super) struct Supposed {
    pub(super) paid: Paid,
    pub(super) chain: ChainId,
    pub(super) slots: Arc<[Slot]>,
}

impl Supposed {
    pub(super) fn of(years: NonZeroU32) -> Option<Self> {
        let slot = |number: u32| {
            let instance = InstanceId::new(&format!("slot-{number}")).ok()?;
            let order = OrderId::new(number.into()).ok()?;
            Some(Slot { instance, order })
        };
        Some(Self {
            paid: Paid {
                purchase: PurchaseId::new("purchase").ok()?,
                payment: Payment::NONE,
            },
            chain: ChainId::new("chain").ok()?,
            slots: (1..=years.get()).map(slot).collect::<Option<_>>()?,
        })
    }
}

/// The years that a page offers, each with why none of the products is sold for so many, if it is so.
pub(super) fn offered(
    visit: &Visit<'_>,
    loaded: &Loaded,
    products: &[Product],
    buy: impl Fn(&Supposed, Product) -> Command,
) -> Result<Vec<(NonZeroU32, Option<Refusal>)>, Trouble> {
    let offered = visit.judged(loaded, |case, law| {
        let unsold = |years| {
            let supposed = Supposed::of(years)?;
            let refused = |&product| {
                let refusal = decide(case, &buy(&supposed, product), visit.now, law).err();
                refusal.filter(|refusal| matches!(refusal.why(), Why::Years(_) | Why::Free))
            };
            let refusals = products.iter().map(refused).collect::<Option<Vec<_>>>()?;
            // A free product has a reason of its own, which is not that of the others.
            let years = |refusal: &Refusal| matches!(refusal.why(), Why::Years(_));
            refusals.into_iter().find(years)
        };
        YEARS.map(|years| (years, unsold(years))).into()
    })?;
    Ok(offered)
}

fn form(visit: &Visit<'_>, mistakes: &Mistakes) -> Result<Reply, Trouble> {
    let asked = visit.asked;
    let catalog: Vec<Product> = Catalog::published().iter().collect();
    let buy = |supposed: &Supposed, product| {
        Command::Buy(Arc::new(NewPurchase {
            paid: supposed.paid,
            product,
            chain: (supposed.slots.len() > 1).then_some(supposed.chain),
            slots: Arc::clone(&supposed.slots),
        }))
    };
    let offered = offered(visit, &Loaded::default(), &catalog, buy)?;
    let sent = |name, before| asked.or(name, before);
    let what = sent("what", "1");
    let main = html! {
        div.head { h1 { (visit.say(Text::PurchaseCertificate)) } }
        p.lead { (visit.say(Text::BuyIntro)) }
        form.form method="post" action=(address("buy", &[])) {
            (mistakes.summary(visit))
            (visit.form()?)
            div.panel {
                (products(visit, &sent("product", FIRST), mistakes))
                fieldset.field {
                    legend { (visit.say(Text::BuyWhat)) }
                    @for (years, refusal) in &offered {
                        @let id = format!("what-{years}");
                        @let why = format!("why-{id}");
                        div.choice {
                            input id=(id) type="radio" name="what" value=(years)
                                checked[what == format!("{years}")] disabled[refusal.is_some()]
                                aria-describedby=[refusal.as_ref().map(|_| &why)];
                            label for=(id) { (visit.words.fill(Text::BuyYears, &[years])) }
                        }
                        @if let Some(refusal) = refusal { (why_not(visit, &why, refusal)) }
                    }
                    div.choice {
                        input #what-plan type="radio" name="what" value="plan" checked[what == "plan"];
                        label for="what-plan" { (visit.say(Text::BuyPlan)) }
                    }
                    (mistakes.below("what-1"))
                }
                div.short {
                    (Line::text("count", Text::UnitsLabel, &sent("count", "10")).show(visit, mistakes))
                }
            }
            (payment::fields(visit, mistakes))
            (ending(visit, visit.say(Text::BuyNow), &address("", &[])))
        }
    };
    let title = visit.say(Text::PurchaseCertificate);
    Ok(mistakes.page(visit, title, &main))
}

/// The products of the catalog to choose from.
pub(super) fn products(visit: &Visit<'_>, sent: &str, mistakes: &Mistakes) -> Markup {
    html! {
        div.field {
            label for="product" { (visit.say(Text::ProductLabel)) }
            select #product name="product"
                aria-invalid=[mistakes.invalid("product")]
                aria-describedby=[mistakes.describe("product", false)] {
                @for product in Catalog::published().iter() {
                    option value=(product.code) selected[product.code.as_str() == sent] {
                        (described(visit, product))
                    }
                }
            }
            (mistakes.below("product"))
        }
    }
}

/// A product with what is to be known of it.
fn described(visit: &Visit<'_>, product: Product) -> Markup {
    html! {
        (product.code) " (" (product.class.word())
        @if product.names == NameKind::Wildcard { ", " (visit.say(Text::WildcardMark)) }
        @if product.free { ", " (visit.say(Text::FreeMark)) }
        ")"
    }
}
