//! What is sold and what is paid for it.

use std::format;
use std::vec::Vec;

use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::model::{Catalog, Currency, NameKind, Payment, Product, ProductCode, ValidationClass};

/// Products: the published ones, and one of every class, kind of names and price.
///
/// ```
/// use cert_lifecycle::testing::strategy::products;
/// use proptest::prelude::*;
/// proptest!(|(product in products())| prop_assert!(!product.code.as_str().is_empty()));
/// ```
pub fn products() -> impl Strategy<Value = Product> {
    let mut all: Vec<Product> = Catalog::published().iter().collect();
    for class in ValidationClass::ALL {
        for names in [NameKind::Single, NameKind::Wildcard] {
            for free in [false, true] {
                let kind = match names {
                    NameKind::Single => "1",
                    NameKind::Wildcard => "w",
                };
                let price = if free { "free" } else { "paid" };
                let code = ProductCode::new(&format!("any-{}-{kind}-{price}", class.word()));
                all.extend(code.ok().map(|code| Product {
                    code,
                    class,
                    names,
                    free,
                }));
            }
        }
    }
    select(all)
}

/// Payments: nothing, the smallest and the largest amount, in cash, with vouchers and with both.
///
/// ```
/// use cert_lifecycle::testing::strategy::payments;
/// use proptest::prelude::*;
/// proptest!(|(payment in payments())| prop_assert!(payment.total() >= payment.cash));
/// ```
pub fn payments() -> impl Strategy<Value = Payment> {
    let amounts =
        || prop_oneof![3 => select(Vec::from([0, 1, 10_000, u64::MAX])), 1 => any::<u64>()];
    let currencies = ["CNY", "USD", "EUR"];
    let currencies: Vec<Currency> = currencies
        .into_iter()
        .filter_map(|code| Currency::new(code).ok())
        .collect();
    (amounts(), amounts(), select(currencies), any::<bool>()).prop_map(
        |(cash, voucher, currency, add_on)| Payment {
            cash,
            voucher,
            currency,
            add_on,
        },
    )
}
