//! How long to wait after a failure.

use core::hash::Hash;

use super::digest::digest;

/// A wait after so many failures: twice as long each time up to the longest, with up to half of it
/// taken off by lot, so that what failed together does not come again together.
pub(super) fn spread(first: u64, longest: u64, failures: u32, lot: impl Hash) -> u64 {
    let doublings = failures.saturating_sub(1).min(32);
    let full = first
        .saturating_mul(1_u64.checked_shl(doublings).unwrap_or(u64::MAX))
        .min(longest);
    let half = full.checked_div(2).unwrap_or_default();
    let random = digest(lot).0.iter().take(8).fold(0_u64, |sum, byte| {
        sum.wrapping_mul(256).wrapping_add(u64::from(*byte))
    });
    let off = random
        .checked_rem(half.saturating_add(1))
        .unwrap_or_default();
    full.saturating_sub(off)
}
