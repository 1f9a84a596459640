//! The ids under which requests are answered and logged.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use hmac_sha256::HMAC;
use zeroize::Zeroizing;

/// A source of numbers for the ids of requests.
pub trait RequestIds: Send + Sync {
    /// 128 bits; no two answers are ever the same.
    fn draw(&self) -> u128;
}

/// The id of a number, in the form of a UUID of version 4, in capitals.
pub(super) fn shown(drawn: u128) -> String {
    /// The bits that say version 4 and variant 1.
    const FIXED: u128 = 0x4000_8000_0000_0000_0000;
    const FREE: u128 = !0xf000_c000_0000_0000_0000;
    let bits = (drawn & FREE) | FIXED;
    let part = |shift: u32, mask: u128| bits.checked_shr(shift).unwrap_or_default() & mask;
    format!(
        "{:08X}-{:04X}-{:04X}-{:04X}-{:012X}",
        part(96, 0xffff_ffff),
        part(80, 0xffff),
        part(64, 0xffff),
        part(48, 0xffff),
        part(0, 0xffff_ffff_ffff),
    )
}

/// Ids that nobody can guess: from the random source of the system, with a key and a count beside it,
/// so that they differ even if that source fails later.
pub struct RandomRequestIds {
    key: Zeroizing<[u8; 32]>,
    count: AtomicU64,
}

/// The system gives no random numbers: a service must not begin without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random numbers")]
pub struct NoRandomness;

impl RandomRequestIds {
    /// A source with a key of its own.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn new() -> Result<Self, NoRandomness> {
        Ok(Self {
            key: Zeroizing::new(fresh().ok_or(NoRandomness)?),
            count: AtomicU64::new(0),
        })
    }
}

fn fresh() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(bytes)
}

impl RequestIds for RandomRequestIds {
    fn draw(&self) -> u128 {
        // Only the number itself matters, not what other memory is seen along with it.
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        number(&self.key[..], count, &fresh().unwrap_or_default())
    }
}

fn number(key: &[u8], count: u64, fresh: &[u8]) -> u128 {
    let mut mac = HMAC::new(key);
    mac.update(count.to_le_bytes());
    mac.update(fresh);
    let mac = mac.finalize();
    let bytes = mac.iter().take(16);
    bytes.fold(0, |sum, byte| (sum << 8_u32) | u128::from(*byte))
}

impl fmt::Debug for RandomRequestIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RandomRequestIds").finish_non_exhaustive()
    }
}

/// Ids that come out the same in every run, for tests and examples.
#[derive(Debug)]
pub struct SeededRequestIds {
    seed: u64,
    count: AtomicU64,
}

impl SeededRequestIds {
    /// Ids of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            count: AtomicU64::new(0),
        }
    }
}

impl RequestIds for SeededRequestIds {
    fn draw(&self) -> u128 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        number(&self.seed.to_le_bytes(), count, &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_id_is_a_uuid_of_version_4() {
        assert_eq!(shown(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(shown(u128::MAX), "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF");
    }

    #[test]
    fn ids_never_meet() {
        let random = [
            RandomRequestIds::new().unwrap(),
            RandomRequestIds::new().unwrap(),
        ];
        let seeded = [SeededRequestIds::new(1), SeededRequestIds::new(2)];
        let mut seen = BTreeSet::new();
        for _ in 0..1_000 {
            assert!(random.iter().all(|ids| seen.insert(shown(ids.draw()))));
            assert!(seeded.iter().all(|ids| seen.insert(shown(ids.draw()))));
        }
        let again = SeededRequestIds::new(1);
        assert!(seen.contains(&shown(again.draw())));
    }
}
