//! The clock of the machine.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::Timestamp;
use crate::port::Clock;

/// The system's clock: the only place of the library that reads one.
///
/// ```
/// use cert_lifecycle::adapter::SystemClock;
/// use cert_lifecycle::port::Clock;
/// assert!(SystemClock::new().now().to_string().as_str() > "2026");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl SystemClock {
    /// The system's clock.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "this adapter is where the clock is read"
        )]
        seconds(SystemTime::now())
    }
}

/// Whole seconds, rounded down, held at the ends of the range.
fn seconds(time: SystemTime) -> Timestamp {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs())
            .ok()
            .and_then(|seconds| Timestamp::from_unix_seconds(seconds).ok())
            .unwrap_or(Timestamp::MAX),
        Err(before) => {
            let before = before.duration();
            i64::try_from(before.as_secs())
                .ok()
                .and_then(|seconds| {
                    let begun = i64::from(before.subsec_nanos() > 0);
                    Timestamp::from_unix_seconds(seconds.checked_add(begun)?.checked_neg()?).ok()
                })
                .unwrap_or(Timestamp::MIN)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn parts_of_a_second_round_down_on_both_sides_of_the_epoch() {
        let at = |time| seconds(time).unix_seconds();
        assert_eq!(at(UNIX_EPOCH + Duration::from_millis(1_999)), 1);
        assert_eq!(at(UNIX_EPOCH - Duration::from_millis(1)), -1);
        assert_eq!(at(UNIX_EPOCH - Duration::from_secs(1)), -1);
        assert_eq!(
            seconds(UNIX_EPOCH + Duration::from_secs(1 << 60)),
            Timestamp::MAX
        );
    }
}
