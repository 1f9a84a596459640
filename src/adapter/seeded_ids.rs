//! Identifiers that come out the same in every run.

use core::sync::atomic::{AtomicU64, Ordering};
use std::format;

use crate::model::{ChainId, InstanceId, OrderId, PlanId, PurchaseId};
use crate::port::{Ids, RequestId};

/// How many order ids a seed has to itself.
const ORDERS_PER_SEED: u64 = 1_000_000_000;
/// How many seeds have order ids of their own.
const SEEDS: u64 = 800_000;
/// The first order id of all: the smallest number of 15 digits.
const FIRST_ORDER: u64 = 100_000_000_000_000;
/// The first large order id of all: of the size of the documented samples, far beyond 2^53.
const FIRST_LARGE_ORDER: u64 = 98_000_000_000_000_001;

/// Identifiers from a seed and a counter, for tests and examples: the same seed gives the same
/// ids, and two seeds less than 800,000 apart never share one (for the first 10^9 orders of each).
///
/// Nothing repeats while the value lives; a new value with an old seed begins anew, so it is not
/// for a service that is started twice on one store; `RandomIds` (feature `pki`) is.
///
/// ```
/// use cert_lifecycle::adapter::SeededIds;
/// use cert_lifecycle::port::Ids;
/// let ids = SeededIds::new(7);
/// assert_eq!(ids.order_id().to_string(), "100007000000000");
/// assert_eq!(ids.instance_id().as_str(), "i-7-1");
/// assert!(SeededIds::new(7).with_large_order_ids().order_id().get() > 1 << 53);
/// ```
#[derive(Debug)]
pub struct SeededIds {
    seed: u64,
    first_order: u64,
    next: AtomicU64,
}

impl SeededIds {
    /// Ids of a seed; order ids have 15 digits, which a double holds exactly.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            first_order: FIRST_ORDER,
            next: AtomicU64::new(0),
        }
    }

    /// Makes order ids of 17 digits, as the documents print them: clients that pass them through
    /// a double get a wrong one.
    #[must_use]
    pub const fn with_large_order_ids(mut self) -> Self {
        self.first_order = FIRST_LARGE_ORDER;
        self
    }

    fn count(&self) -> u64 {
        // Only the number itself matters, not what other memory is seen along with it.
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Asks for another candidate until one fits its type. The first one always does, up to
    /// numbers that no counter reaches; the loop is what spares a panic here.
    fn first_that_fits<T, E>(&self, candidate: impl Fn(u64) -> Result<T, E>) -> T {
        loop {
            if let Ok(id) = candidate(self.count()) {
                return id;
            }
        }
    }
}

impl Ids for SeededIds {
    fn order_id(&self) -> OrderId {
        let range = self
            .seed
            .checked_rem(SEEDS)
            .unwrap_or_default()
            .saturating_mul(ORDERS_PER_SEED);
        let first = self.first_order.saturating_add(range);
        self.first_that_fits(|n| OrderId::new(first.saturating_add(n)))
    }

    fn instance_id(&self) -> InstanceId {
        self.first_that_fits(|n| InstanceId::new(&format!("i-{:x}-{n}", self.seed)))
    }

    fn plan_id(&self) -> PlanId {
        self.first_that_fits(|n| PlanId::new(&format!("p-{:x}-{n}", self.seed)))
    }

    fn purchase_id(&self) -> PurchaseId {
        self.first_that_fits(|n| PurchaseId::new(&format!("b-{:x}-{n}", self.seed)))
    }

    fn chain_id(&self) -> ChainId {
        self.first_that_fits(|n| ChainId::new(&format!("c-{:x}-{n}", self.seed)))
    }

    fn request_id(&self) -> RequestId {
        self.first_that_fits(|n| RequestId::new(&format!("request-{:x}-{n}", self.seed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::string::ToString;

    #[test]
    fn order_ids_keep_their_width_and_never_meet() {
        let mut seen = BTreeSet::new();
        for seed in [0, 1, 799_999] {
            let (small, large) = (
                SeededIds::new(seed),
                SeededIds::new(seed).with_large_order_ids(),
            );
            for _ in 0..100 {
                let (small, large) = (small.order_id(), large.order_id());
                assert_eq!(small.to_string().len(), 15);
                assert!(large.get() > 1 << 53);
                assert!(seen.insert(small) && seen.insert(large));
            }
        }
    }

    #[test]
    fn the_longest_texts_fit() {
        let ids = SeededIds::new(u64::MAX);
        ids.next.store(u64::MAX - 3, Ordering::Relaxed);
        assert_eq!(
            ids.instance_id().as_str(),
            "i-ffffffffffffffff-18446744073709551612"
        );
        assert_eq!(
            ids.request_id().as_str(),
            "request-ffffffffffffffff-18446744073709551613"
        );
        assert_eq!(
            ids.plan_id().as_str(),
            "p-ffffffffffffffff-18446744073709551614"
        );
    }
}
