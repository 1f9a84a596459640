//! Identifiers that nobody can guess.

use core::fmt;
use core::ops::RangeInclusive;
use core::sync::atomic::{AtomicU64, Ordering};
use std::format;

use zeroize::Zeroizing;

use crate::model::{ChainId, InstanceId, OrderId, PlanId, PurchaseId};
use crate::port::{Ids, RequestId};

/// Order ids of 15 digits, which a double holds exactly (X-33).
const EXACT_ORDERS: RangeInclusive<u64> = 100_000_000_000_000..=999_999_999_999_999;
/// Order ids as far as they go: 63 bits, without those that the others could be taken for.
const LARGE_ORDERS: RangeInclusive<u64> = 1_000_000_000_000_000..=9_223_372_036_854_775_807;

/// Random identifiers for services that are started more than once, and by more than one process.
///
/// Nothing is kept and nothing need be agreed upon: texts carry 128 random bits, so that no two are
/// ever the same. **Order ids** are numbers of 15 digits, about 50 bits, which every client reads
/// right; among so many a service of millions of orders now and then draws one that is taken. The
/// store refuses that and the service draws again, so it is no fault. They are no secret either: what
/// belongs to another account is not found (L12). [`with_large_order_ids`](Self::with_large_order_ids)
/// draws from 63 bits.
///
/// **The random source** of the system (the one of `aws-lc-rs`) is asked for a key at the beginning,
/// and for each id again. Without a key there are no ids. If it fails later, key and a count still
/// make ids that differ and can't be guessed; the fresh part is what keeps a copy of the process (a
/// fork, a machine restored from an image) from making the same ones.
///
/// ```
/// use cert_lifecycle::adapter::RandomIds;
/// use cert_lifecycle::port::Ids;
/// let ids = RandomIds::new()?;
/// assert_eq!(ids.order_id().to_string().len(), 15);
/// assert_ne!(ids.instance_id(), ids.instance_id());
/// # Ok::<(), cert_lifecycle::adapter::RandomIdsError>(())
/// ```
pub struct RandomIds {
    key: Zeroizing<[u8; 32]>,
    count: AtomicU64,
    orders: RangeInclusive<u64>,
}

/// The system gives no random numbers: a service must not begin without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random numbers")]
pub struct RandomIdsError;

impl fmt::Debug for RandomIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RandomIds").finish_non_exhaustive()
    }
}

impl RandomIds {
    /// A source with a key of its own.
    ///
    /// # Errors
    /// [`RandomIdsError`] if the system gives no random numbers.
    pub fn new() -> Result<Self, RandomIdsError> {
        let key = fresh().ok_or(RandomIdsError)?;
        Ok(Self::under(key))
    }

    fn under(key: [u8; 32]) -> Self {
        Self {
            key: Zeroizing::new(key),
            count: AtomicU64::new(0),
            orders: EXACT_ORDERS,
        }
    }

    /// Draws order ids from all that there are beyond 15 digits: clients that pass them through a
    /// double get a wrong one (X-33).
    #[must_use]
    pub fn with_large_order_ids(mut self) -> Self {
        self.orders = LARGE_ORDERS;
        self
    }

    fn draw(&self) -> u128 {
        self.mixed(fresh())
    }

    /// A number of key, count and what was drawn just now, if anything was.
    fn mixed(&self, fresh: Option<[u8; 32]>) -> u128 {
        // Only the number itself matters, not what other memory is seen along with it.
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut mac = hmac_sha256::HMAC::new(*self.key);
        mac.update(count.to_le_bytes());
        mac.update(fresh.unwrap_or_default());
        let mac = mac.finalize();
        let bytes = mac.iter().take(16);
        bytes.fold(0, |sum, byte| (sum << 8_u32) | u128::from(*byte))
    }

    fn order(&self, drawn: u128) -> u64 {
        let (first, last) = (*self.orders.start(), *self.orders.end());
        let count = u128::from(last.saturating_sub(first)).saturating_add(1);
        // 128 bits over at most 63 of them: no number is likelier than another by 2^-64.
        let offset = drawn.checked_rem(count).unwrap_or_default();
        first.saturating_add(u64::try_from(offset).unwrap_or_default())
    }

    /// Draws until a candidate fits its type. The first one always does; the loop is what spares a
    /// panic here.
    fn first_that_fits<T, E>(&self, candidate: impl Fn(u128) -> Result<T, E>) -> T {
        loop {
            if let Ok(id) = candidate(self.draw()) {
                return id;
            }
        }
    }
}

/// What the system's random source gives now.
fn fresh() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(bytes)
}

impl Ids for RandomIds {
    fn order_id(&self) -> OrderId {
        self.first_that_fits(|drawn| OrderId::new(self.order(drawn)))
    }

    fn instance_id(&self) -> InstanceId {
        self.first_that_fits(|drawn| InstanceId::new(&format!("i-{drawn:032x}")))
    }

    fn plan_id(&self) -> PlanId {
        self.first_that_fits(|drawn| PlanId::new(&format!("p-{drawn:032x}")))
    }

    fn purchase_id(&self) -> PurchaseId {
        self.first_that_fits(|drawn| PurchaseId::new(&format!("b-{drawn:032x}")))
    }

    fn chain_id(&self) -> ChainId {
        self.first_that_fits(|drawn| ChainId::new(&format!("c-{drawn:032x}")))
    }

    fn request_id(&self) -> RequestId {
        self.first_that_fits(|drawn| RequestId::new(&format!("request-{drawn:032x}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::string::ToString;

    #[test]
    fn ids_have_their_shape_and_never_meet() {
        let sources = [RandomIds::new().unwrap(), RandomIds::new().unwrap()];
        let mut seen = BTreeSet::new();
        for _ in 0..1_000 {
            for ids in &sources {
                let order = ids.order_id().get();
                assert!(EXACT_ORDERS.contains(&order), "{order}");
                let texts = [
                    ids.instance_id().to_string(),
                    ids.plan_id().to_string(),
                    ids.purchase_id().to_string(),
                    ids.chain_id().to_string(),
                    ids.request_id().to_string(),
                ];
                for (text, prefix) in texts.iter().zip(["i-", "p-", "b-", "c-", "request-"]) {
                    let drawn = text.strip_prefix(prefix).unwrap();
                    assert_eq!(drawn.len(), 32);
                    assert!(drawn.bytes().all(|byte| byte.is_ascii_hexdigit()));
                    assert!(seen.insert(drawn.to_string()));
                }
            }
        }
        let large = RandomIds::new().unwrap().with_large_order_ids();
        let orders: BTreeSet<u64> = (0..1_000).map(|_| large.order_id().get()).collect();
        assert_eq!(orders.len(), 1_000);
        assert!(orders.iter().all(|order| LARGE_ORDERS.contains(order)));
    }

    #[test]
    fn both_ends_of_the_range_are_order_ids() {
        for ids in [
            RandomIds::under([1; 32]),
            RandomIds::under([1; 32]).with_large_order_ids(),
        ] {
            let (first, last) = (*ids.orders.start(), *ids.orders.end());
            let count = u128::from(last - first) + 1;
            for (drawn, order) in [(0, first), (count - 1, last), (count, first)] {
                assert_eq!(ids.order(drawn), order);
                assert!(OrderId::new(order).is_ok());
            }
        }
    }

    /// A random source that fails for good costs neither difference nor secrecy.
    #[test]
    fn without_fresh_numbers_ids_still_differ_and_depend_on_the_key() {
        let (ids, other) = (RandomIds::under([1; 32]), RandomIds::under([2; 32]));
        let drawn: BTreeSet<u128> = (0..1_000)
            .flat_map(|_| [ids.mixed(None), other.mixed(None)])
            .collect();
        assert_eq!(drawn.len(), 2_000);
    }

    /// A copy of a process has its key and its count.
    #[test]
    fn a_copy_of_the_source_draws_others() {
        let (ids, copy) = (RandomIds::under([1; 32]), RandomIds::under([1; 32]));
        assert_eq!(ids.mixed(None), copy.mixed(None));
        for _ in 0..100 {
            assert_ne!(ids.draw(), copy.draw());
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(
            std::format!("{:?}", RandomIds::under([7; 32])),
            "RandomIds { .. }"
        );
    }
}
