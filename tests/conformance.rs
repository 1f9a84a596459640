//! The suites on the adapters of this crate: what is promised to embedders holds here.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop on the first surprise"
)]

use cert_lifecycle::adapter::MemoryStore;
use cert_lifecycle::testing::{OneHandle, store_suite};

#[test]
fn the_memory_store_keeps_the_contract() {
    let report = store_suite(&|future| pollster::block_on(future), || {
        Box::pin(async { Ok(OneHandle::new(MemoryStore::new())) })
    });
    report.assert_ok();
    // A suite that lost its checks would find nothing.
    assert_eq!(report.checks.len(), 58, "{:#?}", report.checks);
}
