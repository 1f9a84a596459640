//! The contract of a store, clause by clause.

mod alone;
mod bench;
mod due;
mod durable;
mod expectations;
mod journal;
mod keys;
mod list;
mod model;
mod outbox;
mod plans;
mod race;
mod reads;
mod walk;

use alloc::sync::Arc;
use core::num::NonZeroU32;
use std::boxed::Box;
use std::string::String;
use std::vec::Vec;

use super::kit::{Done, Stop};
use super::report::SuiteReport;
use super::suite::examine;
use super::wait::{BlockOn, wait};
use crate::port::{BoxFuture, Store, StoreError};
use bench::Bench;

/// A check, and its name.
type Check = (&'static str, fn(&mut Bench<'_>) -> Done);

/// The checks, in order.
const CHECKS: [&[Check]; 12] = [
    reads::CHECKS,
    expectations::CHECKS,
    keys::CHECKS,
    journal::CHECKS,
    list::CHECKS,
    plans::CHECKS,
    due::CHECKS,
    outbox::CHECKS,
    alone::CHECKS,
    durable::CHECKS,
    race::CHECKS,
    walk::CHECKS,
];

/// Which checks of a suite are made, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteOptions {
    only: Option<String>,
    rounds: NonZeroU32,
}

impl Default for SuiteOptions {
    /// Every check once.
    fn default() -> Self {
        Self {
            only: None,
            rounds: NonZeroU32::MIN,
        }
    }
}

impl SuiteOptions {
    /// Only checks with this text in their names ([`SuiteReport::checks`]).
    ///
    /// If there is none, nothing is examined, and the report is not ok: it tells the names that there
    /// are.
    ///
    /// ```
    /// use cert_lifecycle::adapter::MemoryStore;
    /// use cert_lifecycle::testing::{OneHandle, SuiteOptions, store_suite_with};
    ///
    /// let options = SuiteOptions::default().only("a slip of the pen");
    /// let report = store_suite_with(&options, &|future| pollster::block_on(future), || {
    ///     Box::pin(async { Ok(OneHandle::new(MemoryStore::new())) })
    /// });
    /// assert!(!report.is_ok() && report.checks.is_empty());
    /// assert!(report.to_string().contains("nothing was examined"));
    /// ```
    #[must_use]
    pub fn only(mut self, text: &str) -> Self {
        self.only = Some(text.into());
        self
    }

    /// Each check so many times, each time on a store of its own, until it finds something or has to
    /// be skipped. 0 counts as 1.
    #[must_use]
    pub const fn with_rounds(mut self, rounds: u32) -> Self {
        self.rounds = match NonZeroU32::new(rounds) {
            Some(rounds) => rounds,
            None => NonZeroU32::MIN,
        };
        self
    }

    fn takes(&self, name: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|text| name.contains(text.as_str()))
    }
}

/// A store that a suite may do with as it likes.
pub trait StoreUnderTest: Send + Sync {
    /// The store.
    fn store(&self) -> Arc<dyn Store>;

    /// Another handle onto the same data, as far apart from the first as it gets: a connection pool
    /// of its own, a file opened anew. What was answered through one has to be there for the other.
    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Store>, StoreError>>;
}

/// A store that has one handle alone, such as one in memory.
///
/// A store whose data outlive it should not be examined so: what it answers too early is not found,
/// and [`SuiteReport::skipped`] says so.
#[derive(Debug)]
pub struct OneHandle<S>(Arc<S>);

impl<S> OneHandle<S> {
    /// Shares a store.
    #[must_use]
    pub fn new(store: S) -> Self {
        Self(Arc::new(store))
    }

    pub(super) fn shared(&self) -> Arc<S> {
        Arc::clone(&self.0)
    }
}

impl<S: Store + 'static> StoreUnderTest for OneHandle<S> {
    fn store(&self) -> Arc<dyn Store> {
        self.0.clone()
    }

    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Store>, StoreError>> {
        Box::pin(async move { Ok(self.store()) })
    }
}

/// Examines a store: every clause of the contract of [`Store`](crate::port::Store), each on a store
/// of its own.
///
/// `block_on` waits for a future, from several threads at once; the suite is called outside of any
/// runtime. `fresh` makes an empty store: a new file, a new schema. It is called some seventy times.
///
/// A suite can't find everything: nothing here pulls the plug, and a race may be won by luck.
///
/// # Example
/// ```
/// use cert_lifecycle::adapter::MemoryStore;
/// use cert_lifecycle::testing::{OneHandle, store_suite};
///
/// let report = store_suite(&|future| pollster::block_on(future), || {
///     Box::pin(async { Ok(OneHandle::new(MemoryStore::new())) })
/// });
/// report.assert_ok();
/// assert!(report.checks.len() > 40);
/// ```
///
/// A store over `sqlx` brings its runtime along, in a plain `#[test]`:
///
/// ```text
/// let runtime = tokio::runtime::Runtime::new()?;
/// let report = store_suite(&|future| runtime.block_on(future), || {
///     Box::pin(async { MyStoreUnderTest::in_a_new_file().await })
/// });
/// report.assert_ok();
/// ```
pub fn store_suite<'f, S: StoreUnderTest + 'static>(
    block_on: &BlockOn<'_>,
    fresh: impl Fn() -> BoxFuture<'f, Result<S, StoreError>>,
) -> SuiteReport {
    store_suite_with(&SuiteOptions::default(), block_on, fresh)
}

/// Examines a store as [`store_suite`] does, with some of the checks, or each of them several times:
/// while one of them is mended, or to give a race that is seldom lost more chances.
///
/// # Example
/// ```
/// use cert_lifecycle::adapter::MemoryStore;
/// use cert_lifecycle::testing::{OneHandle, SuiteOptions, store_suite_with};
///
/// let options = SuiteOptions::default().only("threads").with_rounds(3);
/// let report = store_suite_with(&options, &|future| pollster::block_on(future), || {
///     Box::pin(async { Ok(OneHandle::new(MemoryStore::new())) })
/// });
/// report.assert_ok();
/// assert!(report.checks.iter().all(|check| check.contains("threads")));
/// ```
pub fn store_suite_with<'f, S: StoreUnderTest + 'static>(
    options: &SuiteOptions,
    block_on: &BlockOn<'_>,
    fresh: impl Fn() -> BoxFuture<'f, Result<S, StoreError>>,
) -> SuiteReport {
    let mut report = SuiteReport {
        subject: "Store",
        checks: Vec::new(),
        left_out: Vec::new(),
        violations: Vec::new(),
        skipped: Vec::new(),
    };
    for (name, check) in CHECKS.into_iter().flatten() {
        if !options.takes(name) {
            report.left_out.push(name);
            continue;
        }
        report.checks.push(name);
        let before = (report.violations.len(), report.skipped.len());
        for _ in 0..options.rounds.get() {
            let made = || Bench::new(block_on, Arc::new(wait(block_on, fresh())??), name);
            examine(name, &mut report, made, check);
            // More rounds would only say the same again.
            if before != (report.violations.len(), report.skipped.len()) {
                break;
            }
        }
    }
    report
}
