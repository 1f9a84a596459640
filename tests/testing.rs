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

#[path = "testing/broken_store.rs"]
mod broken_store;
#[path = "testing/store.rs"]
mod store;
