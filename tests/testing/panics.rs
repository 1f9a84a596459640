//! Adapters that panic wherever they are asked for something: the suites go on, and say what was said.

use std::panic::panic_any;
use std::sync::Arc;
use std::thread::panicking;

use cert_lifecycle::adapter::MemoryStore;
use cert_lifecycle::model::{Challenge, OrderId, Timestamp};
use cert_lifecycle::port::{
    BoxFuture, CaError, CertificateAuthority, RowKey, RowValue, Rows, RowsError, Store, StoreError,
};
use cert_lifecycle::testing::{
    CaUnderTest, Clause, OneHandle, RowsUnderTest, StoreUnderTest, SuiteOptions, SuiteReport,
    ca_suite, rows_suite, store_suite, store_suite_with,
};

use super::broken_store::{BrokenStore, Fault};

/// Where a store that is examined panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Store,
    AnotherHandle,
    Drop,
}

struct Panics(Place, OneHandle<MemoryStore>);

impl StoreUnderTest for Panics {
    fn store(&self) -> Arc<dyn Store> {
        assert!(self.0 != Place::Store, "no store");
        StoreUnderTest::store(&self.1)
    }

    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Store>, StoreError>> {
        assert!(self.0 != Place::AnotherHandle, "no other handle");
        StoreUnderTest::another_handle(&self.1)
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        assert!(self.0 != Place::Drop || panicking(), "no end");
    }
}

/// Every finding is of a panic, and says the words of it.
fn told(report: &SuiteReport, words: &str) {
    assert!(!report.is_ok());
    let wrong = report.violations.iter().find(|found| {
        found.clause != Clause::Answers
            || found.expected != "an answer"
            || !found.seen.ends_with(&format!(" panicked: {words}"))
    });
    assert!(wrong.is_none(), "{words}: {wrong:?}");
}

#[test]
fn a_store_that_panics_somewhere_is_examined_to_the_end() {
    let all = store_suite(&|future| pollster::block_on(future), || {
        Box::pin(async { Ok(OneHandle::new(MemoryStore::new())) })
    })
    .checks;
    for (place, words) in [
        (Place::Store, "no store"),
        (Place::AnotherHandle, "no other handle"),
        (Place::Drop, "no end"),
    ] {
        let report = store_suite(&|future| pollster::block_on(future), || {
            Box::pin(async move { Ok(Panics(place, OneHandle::new(MemoryStore::new()))) })
        });
        assert_eq!(report.checks, all);
        told(&report, words);
        if place != Place::AnotherHandle {
            assert_eq!(report.violations.len(), all.len(), "{report}");
        }
    }
}

/// One call is not written yet: what does without it is examined, and found sound.
#[test]
fn a_call_that_is_not_written_yet_is_named() {
    let report = store_suite(&|future| pollster::block_on(future), || {
        Box::pin(async { Ok(BrokenStore::new(Fault::PanicsBeforehand)) })
    });
    told(&report, "not yet implemented: purchases");
    let found = report.violations.len();
    assert!(found > 0 && found * 3 < report.checks.len() * 2, "{report}");
}

/// A panic in a thread of a race is as much of a finding as any.
#[test]
fn a_panic_in_another_thread_is_not_lost() {
    let report = store_suite(&|future| pollster::block_on(future), || {
        Box::pin(async { Ok(BrokenStore::new(Fault::PanicsInThreads)) })
    });
    told(&report, "not from here");
    let races = report.violations.iter().map(|found| found.check);
    let named = races.filter(|check| check.contains("threads"));
    assert!(named.count() >= 5, "{report}");
}

#[test]
fn what_cannot_be_made_is_told() {
    let report = store_suite(
        &|future| pollster::block_on(future),
        || -> BoxFuture<'_, Result<OneHandle<MemoryStore>, StoreError>> { panic_any(7) },
    );
    told(&report, "a panic without words");
}

/// Rows that are not there yet.
struct Empty;

impl Rows for Empty {
    fn get(&self, _: RowKey) -> BoxFuture<'_, Result<Option<RowValue>, RowsError>> {
        panic!("no rows")
    }

    fn scan(
        &self,
        _: RowKey,
        _: Option<RowKey>,
        _: usize,
    ) -> BoxFuture<'_, Result<Vec<(RowKey, RowValue)>, RowsError>> {
        panic!("no rows")
    }

    fn write(&self, _: Vec<(RowKey, Option<RowValue>)>) -> BoxFuture<'_, Result<(), RowsError>> {
        panic!("no rows")
    }
}

impl RowsUnderTest for Empty {
    fn rows(&self) -> Arc<dyn Rows> {
        Arc::new(Self)
    }

    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Rows>, RowsError>> {
        panic!("no rows")
    }
}

impl CaUnderTest for Empty {
    fn ca(&self) -> Arc<dyn CertificateAuthority> {
        panic!("no CA")
    }

    fn now(&self) -> Timestamp {
        panic!("no clock")
    }

    fn publish<'a>(&'a self, _: &'a Challenge) -> BoxFuture<'a, Result<(), CaError>> {
        panic!("no internet")
    }

    fn go_on(&self, _: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        panic!("no time")
    }
}

#[test]
fn rows_and_a_ca_that_panic_are_examined_to_the_end() {
    let rows = rows_suite(&|future| pollster::block_on(future), || {
        Box::pin(async { Ok(Empty) })
    });
    told(&rows, "no rows");
    assert_eq!(rows.violations.len(), rows.checks.len(), "{rows}");

    let ca = ca_suite(&|future| pollster::block_on(future), || {
        Box::pin(async { Ok(Empty) })
    });
    told(&ca, "no CA");
    assert_eq!(ca.violations.len(), ca.checks.len(), "{ca}");
}

/// A name with a slip of the pen is no reason to be content.
#[test]
fn nothing_examined_is_not_enough() {
    let examine = |name: &str| {
        let options = SuiteOptions::default().only(name);
        store_suite_with(&options, &|future| pollster::block_on(future), || {
            Box::pin(async { Ok(OneHandle::new(MemoryStore::new())) })
        })
    };
    let nothing = examine("nonsense");
    assert!(!nothing.is_ok() && nothing.checks.is_empty());
    assert!(nothing.left_out.len() > 40);
    let shown = nothing.to_string();
    assert!(
        nothing.left_out.iter().all(|name| shown.contains(name)),
        "{shown}"
    );

    let some = examine("threads");
    some.assert_ok();
    assert_eq!(
        some.checks.len() + some.left_out.len(),
        nothing.left_out.len()
    );
    assert!(!some.to_string().contains("nothing was examined"));
}
