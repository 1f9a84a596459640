//! Windows: the half-open span of instants in which something holds.

use core::fmt;

use crate::model::Timestamp;

/// A half-open span of instants, `[from, until)`, possibly without an end on either side.
///
/// Rules that depend on time are computed as windows. A decision asks whether `now` is inside;
/// availability, wake-ups and the dates in a refusal read the same window, so they can't disagree.
///
/// ```
/// use cert_lifecycle::model::Timestamp;
/// use cert_lifecycle::rulebook::Window;
/// let end: Timestamp = "2021-04-01T00:00:00+08:00".parse()?;
/// let window = Window::before(end);
/// assert!(window.contains(end.saturating_add(-1)) && !window.contains(end));
/// # Ok::<(), cert_lifecycle::model::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    // Plain seconds: a bound may lie outside the range of `Timestamp`. The extremes mean "no bound".
    from: i64,
    until: i64,
}

impl Window {
    /// Every instant.
    pub const ALWAYS: Self = Self {
        from: i64::MIN,
        until: i64::MAX,
    };
    /// No instant.
    pub const NEVER: Self = Self { from: 0, until: 0 };

    /// Every instant before `end`.
    #[must_use]
    pub const fn before(end: Timestamp) -> Self {
        Self::from_seconds(i64::MIN, end.unix_seconds())
    }

    /// Every instant from `start` on.
    #[must_use]
    pub const fn starting(start: Timestamp) -> Self {
        Self::from_seconds(start.unix_seconds(), i64::MAX)
    }

    /// From `start` until just before `end`.
    #[must_use]
    pub const fn between(start: Timestamp, end: Timestamp) -> Self {
        Self::from_seconds(start.unix_seconds(), end.unix_seconds())
    }

    /// [`Window::ALWAYS`] or [`Window::NEVER`].
    #[must_use]
    pub const fn when(holds: bool) -> Self {
        if holds { Self::ALWAYS } else { Self::NEVER }
    }

    pub(crate) const fn from_seconds(from: i64, until: i64) -> Self {
        if from >= until {
            return Self::NEVER;
        }
        Self { from, until }
    }

    /// Whether an instant is inside.
    #[must_use]
    pub const fn contains(self, at: Timestamp) -> bool {
        let at = at.unix_seconds();
        self.from <= at && at < self.until
    }

    /// Whether it holds at no instant that a [`Timestamp`] can express.
    #[must_use]
    pub const fn is_never(self) -> bool {
        self.from >= self.until
            || self.from > Timestamp::MAX.unix_seconds()
            || self.until <= Timestamp::MIN.unix_seconds()
    }

    /// Its first instant; none if it has no beginning or holds never.
    #[must_use]
    pub const fn from(self) -> Option<Timestamp> {
        if self.is_never() || self.from <= Timestamp::MIN.unix_seconds() {
            return None;
        }
        Some(Timestamp::MIN.saturating_add(self.from.saturating_sub(Timestamp::MIN.unix_seconds())))
    }

    /// The first instant after it; none if it has no end or holds never.
    #[must_use]
    pub const fn until(self) -> Option<Timestamp> {
        if self.is_never() || self.until > Timestamp::MAX.unix_seconds() {
            return None;
        }
        Some(
            Timestamp::MIN.saturating_add(self.until.saturating_sub(Timestamp::MIN.unix_seconds())),
        )
    }

    /// The instants that lie in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        let from = if self.from > other.from {
            self.from
        } else {
            other.from
        };
        let until = if self.until < other.until {
            self.until
        } else {
            other.until
        };
        Self::from_seconds(from, until)
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_never() {
            return f.write_str("Window(never)");
        }
        match (self.from(), self.until()) {
            (None, None) => f.write_str("Window(always)"),
            (Some(from), None) => write!(f, "Window([{from}, ..))"),
            (None, Some(until)) => write!(f, "Window((.., {until}))"),
            (Some(from), Some(until)) => write!(f, "Window([{from}, {until}))"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_survive_the_ends_of_the_range() {
        for (from, until) in [
            (i64::MIN, i64::MAX),
            (Timestamp::MIN.unix_seconds(), i64::MAX),
        ] {
            let window = Window::from_seconds(from, until);
            assert!(window.contains(Timestamp::MIN) && window.contains(Timestamp::MAX));
            assert_eq!((window.from(), window.until()), (None, None));
        }
        let beyond = Window::from_seconds(i64::MAX - 1, i64::MAX);
        assert!(beyond.is_never() && !beyond.contains(Timestamp::MAX));
        let last = Window::starting(Timestamp::MAX);
        assert!(last.contains(Timestamp::MAX) && !last.is_never());
        assert_eq!(Window::before(Timestamp::MIN).until(), None);
        let end = Window::before(Timestamp::MAX).until();
        assert_eq!(end, Some(Timestamp::MAX));
    }

    #[test]
    fn bounds_are_shown() {
        let t = |s| Timestamp::from_unix_seconds(s).unwrap();
        for (window, shown) in [
            (Window::NEVER, "Window(never)"),
            (Window::ALWAYS, "Window(always)"),
            (Window::starting(t(0)), "Window([1970-01-01T00:00:00Z, ..))"),
            (Window::before(t(60)), "Window((.., 1970-01-01T00:01:00Z))"),
            (
                Window::between(t(0), t(60)),
                "Window([1970-01-01T00:00:00Z, 1970-01-01T00:01:00Z))",
            ),
        ] {
            assert_eq!(alloc::format!("{window:?}"), shown);
        }
    }

    #[test]
    fn intersection() {
        let t = |s| Timestamp::from_unix_seconds(s).unwrap();
        let both = Window::before(t(10)).and(Window::starting(t(5)));
        assert_eq!(both, Window::between(t(5), t(10)));
        assert!(Window::before(t(5)).and(Window::starting(t(5))).is_never());
        assert!(Window::NEVER.and(Window::ALWAYS).is_never());
    }
}
