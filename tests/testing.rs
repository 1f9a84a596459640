//! Adapters that are broken on purpose: the suites have to find each of them, and to say what it
//! breaks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "tests stop on the first surprise, and a fault is wrong in one place alone"
)]

#[path = "testing/broken_ca.rs"]
mod broken_ca;
#[path = "testing/broken_rows.rs"]
mod broken_rows;
#[path = "testing/broken_store.rs"]
mod broken_store;
#[path = "testing/ca.rs"]
mod ca;
#[path = "testing/lab.rs"]
mod lab;
#[path = "testing/panics.rs"]
mod panics;
#[path = "testing/rows.rs"]
mod rows;
#[path = "testing/store.rs"]
mod store;

/// A clause that no broken adapter breaks might be checked nowhere.
#[test]
fn every_clause_is_broken_by_somebody() {
    let mut unbroken = cert_lifecycle::testing::Clause::ALL.to_vec();
    let named = [store::NAMED, rows::NAMED, ca::NAMED].concat();
    unbroken.retain(|clause| !named.contains(clause));
    assert!(unbroken.is_empty(), "{unbroken:?}");
}
