//! What is paid, by its parts: cash, and vouchers that never come back (S2).

use std::string::String;

use maud::{Markup, html};

use crate::model::Payment;

use super::form::{Line, Mistakes};
use super::text::Text;
use super::visit::Visit;

const CASH: &str = "cash";
const VOUCHER: &str = "voucher";

/// The two fields.
pub(super) fn fields(visit: &Visit<'_>, mistakes: &Mistakes) -> Markup {
    let price = visit
        .words
        .fill(Text::PriceLabel, &[&Payment::NONE.currency]);
    let (cash, voucher): (String, String) = (
        visit.asked.or(CASH, "100.00"),
        visit.asked.or(VOUCHER, "0.00"),
    );
    html! {
        fieldset.panel {
            legend { (price) }
            div.pair {
                (Line::text(CASH, Text::CashPart, &cash)
                    .with_hint(Text::MoneyHint)
                    .show(visit, mistakes))
                (Line::text(VOUCHER, Text::VoucherPart, &voucher)
                    .with_hint(Text::VoucherHint)
                    .show(visit, mistakes))
            }
        }
    }
}

/// What was entered.
pub(super) fn read(visit: &Visit<'_>, mistakes: &mut Mistakes) -> Option<Payment> {
    let mut part = |name| {
        let amount = amount(visit.asked.field(name));
        if amount.is_none() {
            mistakes.add(name, visit.say(Text::NotMoney));
        }
        amount
    };
    let (cash, voucher) = (part(CASH), part(VOUCHER));
    Some(Payment {
        cash: cash?,
        voucher: voucher?,
        ..Payment::NONE
    })
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
