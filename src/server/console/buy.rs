//! The page on which certificates and resource plans are bought (S2, S3).

use core::num::NonZeroU32;
use std::format;
use std::string::String;

use http::StatusCode;
use maud::{Markup, html};

use crate::model::{Catalog, NameKind, Payment, Product};

use super::asked::address;
use super::form::{Line, Mistakes};
use super::frame::{Place, page};
use super::reply::Reply;
use super::tabs::Section;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::Visit;
use crate::view::layout::Tab;

/// The durations that the page of S2 offers; which of them are sold, the rules say.
const YEARS: [NonZeroU32; 3] = [
    NonZeroU32::MIN,
    NonZeroU32::MIN.saturating_add(1),
    NonZeroU32::MIN.saturating_add(2),
];

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
    let (cash, voucher) = (amount(asked.field("cash")), amount(asked.field("voucher")));
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
    for (name, amount) in [("cash", cash), ("voucher", voucher)] {
        if amount.is_none() {
            mistakes.add(name, visit.say(Text::NotMoney));
        }
    }
    let (Some(product), Some(cash), Some(voucher), Some(what)) = (product, cash, voucher, what)
    else {
        return form(visit, &mistakes);
    };
    let payment = Payment {
        cash,
        voucher,
        ..Payment::NONE
    };
    let service = visit.service();
    let section = match what {
        What::Years(years) => {
            service.buy(caller, product, years, payment).await?;
            if product.free {
                Section::Tab(Tab::Free)
            } else {
                Section::Tab(Tab::Paid)
            }
        }
        What::Plan(count) => {
            service.buy_plan(caller, product, count, payment).await?;
            Section::Plans
        }
    };
    visit.conductor.follow_purchase().await;
    Ok(Reply::see(address(section.path(), &[("done", "bought")])))
}

/// An amount in major units as minor ones; nothing is zero.
fn amount(text: &str) -> Option<u64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(rest) || rest.len() > 2 || (whole.is_empty() && !text.is_empty()) {
        return None;
    }
    let read = |text: &str| {
        if text.is_empty() {
            Some(0)
        } else {
            text.parse::<u64>().ok()
        }
    };
    let tens = if rest.len() == 1 { 10 } else { 1 };
    let rest = read(rest)?.checked_mul(tens)?;
    read(whole)?.checked_mul(100)?.checked_add(rest)
}

fn form(visit: &Visit<'_>, mistakes: &Mistakes) -> Result<Reply, Trouble> {
    let asked = visit.asked;
    let sent = |name: &str, before: &'static str| {
        if asked.post {
            String::from(asked.field(name))
        } else {
            before.into()
        }
    };
    let what = sent("what", "1");
    let price = visit
        .words
        .fill(Text::PriceLabel, &[&Payment::NONE.currency]);
    let main = html! {
        div.head { h1 { (visit.say(Text::PurchaseCertificate)) } }
        p.lead { (visit.say(Text::BuyIntro)) }
        form.form method="post" action=(address("buy", &[])) {
            (mistakes.summary(visit))
            (visit.form()?)
            div.panel {
                (products(visit, &sent("product", ""), mistakes))
                fieldset.field {
                    legend { (visit.say(Text::BuyWhat)) }
                    @for years in YEARS {
                        @let id = format!("what-{years}");
                        div.choice {
                            input id=(id) type="radio" name="what" value=(years)
                                checked[what == format!("{years}")];
                            label for=(id) { (visit.words.fill(Text::BuyYears, &[&years])) }
                        }
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
            fieldset.panel {
                legend { (price) }
                div.pair {
                    (Line::text("cash", Text::CashPart, &sent("cash", "100.00"))
                        .with_hint(Text::MoneyHint)
                        .show(visit, mistakes))
                    (Line::text("voucher", Text::VoucherPart, &sent("voucher", "0.00"))
                        .with_hint(Text::VoucherHint)
                        .show(visit, mistakes))
                }
            }
            div.acts {
                button.main type="submit" { (visit.say(Text::BuyNow)) }
                a.button href=(address("", &[])) { (visit.say(Text::Cancel)) }
            }
        }
    };
    let status = if mistakes.any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let title = visit.say(Text::PurchaseCertificate);
    let page = page(visit, Place::Certificates, title, &main);
    Ok(Reply::page(status, page))
}

fn products(visit: &Visit<'_>, sent: &str, mistakes: &Mistakes) -> Markup {
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

#[cfg(test)]
mod tests {
    use super::super::visit::money;
    use super::*;

    #[test]
    fn amounts_are_read_in_major_units() {
        for (text, minor) in [
            ("", 0),
            ("0", 0),
            ("99.5", 9_950),
            ("100", 10_000),
            ("1.05", 105),
        ] {
            assert_eq!(amount(text), Some(minor), "{text}");
        }
        for text in [
            "-1",
            "1.234",
            ".5",
            "1,5",
            "1e3",
            "x",
            "99999999999999999999",
            "1.-1",
        ] {
            assert_eq!(amount(text), None, "{text}");
        }
        assert_eq!(money(105), "1.05");
    }
}
