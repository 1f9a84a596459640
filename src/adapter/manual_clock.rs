//! A clock that stands still until somebody moves it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::model::Timestamp;
use crate::port::Clock;

/// A clock for tests, examples and replays. Clones show the same time.
///
/// ```
/// use cert_lifecycle::adapter::ManualClock;
/// use cert_lifecycle::port::Clock;
/// let clock = ManualClock::new("2021-03-31T23:59:59Z".parse()?);
/// let same = clock.clone();
/// same.advance(1);
/// assert_eq!(clock.now().to_string(), "2021-04-01T00:00:00Z");
/// # Ok::<(), cert_lifecycle::model::time::TimeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// A clock that stands at an instant.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(at)))
    }

    /// Sets it, forwards or back.
    pub fn set(&self, at: Timestamp) {
        self.with(|now| *now = at);
    }

    /// Moves it by so many seconds (back, if negative), held at the ends of the range.
    pub fn advance(&self, seconds: i64) {
        self.with(|now| *now = now.saturating_add(seconds));
    }

    fn with<T>(&self, act: impl FnOnce(&mut Timestamp) -> T) -> T {
        // A Timestamp is whole at every moment, so another thread's panic left nothing half done.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.with(|now| *now)
    }
}
