//! The suites on the adapters of this crate: what is promised to embedders holds here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stop on the first surprise"
)]

use std::sync::atomic::{AtomicUsize, Ordering};

use cert_lifecycle::adapter::MemoryStore;
use cert_lifecycle::adapter::local_ca::{LocalCaConfig, ReviewPolicy};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{Curve, KeyKind};
use cert_lifecycle::testing::{
    OneHandle, SuiteOptions, SuiteReport, ca_suite, rows_suite, store_suite, store_suite_with,
};

#[path = "testing/lab.rs"]
mod lab;

use lab::Lab;

#[test]
fn the_memory_store_keeps_the_contract() {
    let report = store_suite(&|future| pollster::block_on(future), || {
        Box::pin(async { Ok(OneHandle::new(MemoryStore::new())) })
    });
    report.assert_ok();
    let skipped: Vec<_> = report.skipped.iter().map(|one| one.check).collect();
    // It is gone with its last handle: nothing of it is durable.
    let durable = [
        "a commit is there for every handle",
        "what was done to rows and claims is there for every handle",
    ];
    assert_eq!(skipped, durable, "{report}");
    // A suite that lost its checks would find nothing.
    assert_eq!(report.checks.len(), 73, "{:#?}", report.checks);
}

#[test]
fn the_rows_of_the_memory_store_keep_the_contract() {
    let report = rows_suite(&|future| pollster::block_on(future), || {
        Box::pin(async { Ok(OneHandle::new(MemoryStore::new())) })
    });
    report.assert_ok();
    assert_eq!(report.skipped.len(), 1, "{report}");
    assert_eq!(report.checks.len(), 9, "{:#?}", report.checks);
}

/// What is asked for, as often as is asked for: each round has a store of its own.
#[test]
fn checks_are_picked_by_their_names_and_repeated() {
    let made = AtomicUsize::new(0);
    let name = "a row that is postponed waits";
    let options = SuiteOptions::default().only(name).with_rounds(5);
    let report = store_suite_with(&options, &|future| pollster::block_on(future), || {
        made.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(OneHandle::new(MemoryStore::new())) })
    });
    report.assert_ok();
    assert_eq!(report.checks, [name]);
    assert_eq!(made.load(Ordering::SeqCst), 5);
}

fn examine(config: &LocalCaConfig) -> SuiteReport {
    ca_suite(&|future| pollster::block_on(future), || {
        Box::pin(async { Ok(Lab::new(config.clone(), |local, _| local)) })
    })
}

#[test]
fn the_local_ca_keeps_the_contract() {
    let report = examine(&LocalCaConfig::new(|_| 200));
    report.assert_ok();
    assert_eq!(report.skipped, [], "{report}");
    assert_eq!(report.checks.len(), 22, "{:#?}", report.checks);
}

/// People decide, proofs are aliases, certificates begin earlier and end by another ceiling.
#[test]
fn a_local_ca_with_other_settings_keeps_it_too() {
    let config = LocalCaConfig::new(|_| 15)
        .with_hierarchy(KeyKind::Ec(Curve::P384))
        .with_review(ReviewPolicy::Manual)
        .with_revocation(ReviewPolicy::Manual)
        .with_record_type(RecordType::Cname)
        .with_backdate(3_600);
    for config in [config.clone(), config.without_confirmation_mail()] {
        let report = examine(&config);
        report.assert_ok();
        assert_eq!(report.skipped, [], "{report}");
    }
}

/// A CA that revokes at once leaves nobody the time to refuse: the report says what was not seen.
#[test]
fn what_could_not_be_examined_is_named() {
    let report = examine(&LocalCaConfig::new(|_| 200).without_confirmation_mail());
    report.assert_ok();
    let skipped: Vec<_> = report.skipped.iter().map(|one| one.check).collect();
    let refused = "a revocation that is refused leaves the certificate as it is";
    assert_eq!(skipped, [refused], "{report}");
    let shown = report.to_string();
    assert!(shown.contains("0 violations, 1 skipped"), "{shown}");
    assert!(shown.contains(refused), "{shown}");
}
