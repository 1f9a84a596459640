//! What the tests share.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::result_large_err,
    clippy::match_same_arms,
    clippy::too_many_lines,
    reason = "every test file uses its part of this, and tests stop on the first surprise"
)]

pub mod cases;
pub mod console;
pub mod golden;
pub mod scenarios;
pub mod scene;
pub mod slots;
pub mod strategies;
pub mod stream_events;
pub mod streams;
