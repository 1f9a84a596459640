//! How many cases a property is tried with.

use proptest::test_runner::Config;

/// What proptest tries unless told.
const UNTOLD: u32 = 256;

/// As many cases as `usual`, or in proportion more or fewer where `PROPTEST_CASES` says so: one number
/// widens all properties alike, whatever one of their cases costs.
pub fn cases(usual: u32) -> u32 {
    let told = u64::from(Config::default().cases);
    let scaled = u64::from(usual) * told / u64::from(UNTOLD);
    u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
}
