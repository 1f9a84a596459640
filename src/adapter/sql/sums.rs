//! The sums that a row keeps beside the journal.

use alloc::string::{String, ToString};

use super::{money, seconds};
use crate::lifecycle::Event;
use crate::model::Timestamp;
use crate::rulebook::Window;

/// The first second of a year and the first one behind it; without a year, none lies between.
pub(in crate::adapter) fn year_bounds(year: Option<Window>) -> (i64, i64) {
    year.map_or((1, 0), |year| {
        let from = year.from().map_or(i64::MIN, seconds);
        (from, year.until().map_or(i64::MAX, seconds))
    })
}

/// What a purchase counts in the sums of its account.
#[derive(Default)]
pub(in crate::adapter) struct PurchaseSums {
    pub(in crate::adapter) product: String,
    pub(in crate::adapter) bought: i64,
    pub(in crate::adapter) kept: i64,
    pub(in crate::adapter) revoked: i64,
    pub(in crate::adapter) free: Option<(Timestamp, i64)>,
    /// How many were bought, if the events begin the purchase.
    #[cfg(feature = "postgres")]
    pub(in crate::adapter) bought_first: Option<i64>,
    #[cfg(feature = "postgres")]
    pub(in crate::adapter) refunded: bool,
}

impl PurchaseSums {
    #[cfg(feature = "sqlite")]
    pub(in crate::adapter) const fn stored(
        product: String,
        [bought, kept, revoked]: [i64; 3],
    ) -> Self {
        Self {
            product,
            bought,
            kept,
            revoked,
            free: None,
            #[cfg(feature = "postgres")]
            bought_first: None,
            #[cfg(feature = "postgres")]
            refunded: false,
        }
    }

    pub(in crate::adapter) fn take(&mut self, events: &[&Event]) {
        for event in events {
            let tally = money(event);
            if let Some((code, count, is_free, at)) = tally.begins {
                self.product = code.to_string();
                self.bought = i64::from(count);
                self.kept = self.bought;
                #[cfg(feature = "postgres")]
                {
                    self.bought_first = Some(self.bought);
                }
                self.free = is_free.then_some((at, i64::from(count)));
            }
            if tally.refunded {
                #[cfg(feature = "postgres")]
                {
                    self.refunded = true;
                }
                self.kept = 0;
            }
            self.revoked = self.revoked.saturating_add(tally.revocations);
        }
    }
}
