//! What is due, how long a certificate is asked for, and from when to when a site is covered.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    unreachable_pub,
    reason = "tests stop on the first surprise"
)]

#[path = "questions/agenda.rs"]
mod agenda;
#[path = "support/cases.rs"]
mod cases;
#[path = "questions/coverage.rs"]
mod coverage;
#[path = "questions/expectations.rs"]
mod expectations;
#[path = "questions/stage.rs"]
mod stage;
#[path = "questions/term.rs"]
mod term;
