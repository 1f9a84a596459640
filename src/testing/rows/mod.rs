//! The contract of rows, clause by clause.

mod checks;

use alloc::sync::Arc;
use core::fmt::Debug;
use std::format;
use std::string::String;
use std::vec::Vec;

use super::findings::Findings;
use super::kit::{Done, Stop};
use super::report::{Clause, SuiteReport};
use super::store::OneHandle;
use super::suite::{Workbench, examine};
use super::wait::{BlockOn, wait};
use crate::port::{BoxFuture, RowKey, RowValue, Rows, RowsError};

/// A check, and its name.
type Check = (&'static str, fn(&mut Bench<'_>) -> Done);

/// Rows that a suite may do with as it likes.
pub trait RowsUnderTest: Send + Sync {
    /// The rows.
    fn rows(&self) -> Arc<dyn Rows>;

    /// Another handle onto the same rows, as far apart from the first as it gets: a connection pool of
    /// its own, a file opened anew.
    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Rows>, RowsError>>;
}

impl<S: Rows + 'static> RowsUnderTest for OneHandle<S> {
    fn rows(&self) -> Arc<dyn Rows> {
        self.shared()
    }

    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Rows>, RowsError>> {
        alloc::boxed::Box::pin(async move { Ok(self.rows()) })
    }
}

/// Examines [`Rows`]: every clause of their contract, each on rows of its own.
///
/// `block_on` waits for a future, from several threads at once; the suite is called outside of any
/// runtime. `fresh` makes rows of which there are none yet.
///
/// # Example
/// ```
/// use cert_lifecycle::adapter::MemoryStore;
/// use cert_lifecycle::testing::{OneHandle, rows_suite};
///
/// let report = rows_suite(&|future| pollster::block_on(future), || {
///     Box::pin(async { Ok(OneHandle::new(MemoryStore::new())) })
/// });
/// report.assert_ok();
/// ```
pub fn rows_suite<'f, R: RowsUnderTest + 'static>(
    block_on: &BlockOn<'_>,
    fresh: impl Fn() -> BoxFuture<'f, Result<R, RowsError>>,
) -> SuiteReport {
    let mut report = SuiteReport {
        subject: "Rows",
        checks: Vec::new(),
        left_out: Vec::new(),
        violations: Vec::new(),
        skipped: Vec::new(),
    };
    for (name, check) in checks::CHECKS {
        report.checks.push(name);
        let made = || {
            let made = wait(block_on, fresh())??;
            Ok(Bench {
                block_on,
                rows: made.rows(),
                under: Arc::new(made),
                findings: Findings::new(name),
            })
        };
        examine(name, &mut report, made, check);
    }
    report
}

/// Rows as they are read: texts and bytes.
type Page = Vec<(String, Vec<u8>)>;

/// What a check changes.
type Changes<'c> = &'c [(&'c str, Option<&'c [u8]>)];

struct Bench<'a> {
    block_on: &'a BlockOn<'a>,
    under: Arc<dyn RowsUnderTest>,
    rows: Arc<dyn Rows>,
    findings: Findings,
}

fn key(text: &str) -> Result<RowKey, Stop> {
    Ok(RowKey::new(text)?)
}

fn changes(changes: Changes<'_>) -> Result<Vec<(RowKey, Option<RowValue>)>, Stop> {
    let made = changes.iter().map(|(name, value)| {
        let value = value.map(|bytes| RowValue::new(bytes.to_vec())).transpose();
        Ok((key(name)?, value?))
    });
    made.collect()
}

impl Workbench for Bench<'_> {
    fn findings(&mut self) -> &mut Findings {
        &mut self.findings
    }
}

impl Bench<'_> {
    fn wait<T: Send>(&self, future: BoxFuture<'_, T>) -> Result<T, Stop> {
        wait(self.block_on, future)
    }

    fn write(&self, all: Changes<'_>) -> Done {
        Ok(self.wait(self.rows.write(changes(all)?))??)
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Stop> {
        let found = self.wait(self.rows.get(key(name)?))??;
        Ok(found.map(RowValue::into_bytes))
    }

    fn scan(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Page, Stop> {
        let after = after.map(key).transpose()?;
        let found = self.wait(self.rows.scan(key(prefix)?, after, limit))??;
        let texts = found.into_iter();
        Ok(texts
            .map(|(key, value)| (format!("{key}"), value.into_bytes()))
            .collect())
    }

    fn same<T: PartialEq + Debug + ?Sized>(
        &mut self,
        clause: Clause,
        what: &str,
        expected: &T,
        seen: &T,
    ) {
        self.findings.same(clause, what, expected, seen);
    }
}
