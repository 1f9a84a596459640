//! Counterexamples as people read them, draw them and keep them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "tests stop on the first surprise"
)]

#[path = "stories/machines.rs"]
mod machines;
#[path = "stories/small.rs"]
mod small;
#[path = "stories/told.rs"]
mod told;
