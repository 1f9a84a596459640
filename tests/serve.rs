//! The reference service over HTTP: in this process, and as a process that is killed.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails"
)]

#[path = "serve/client.rs"]
mod client;
#[path = "serve/control.rs"]
mod control;
#[path = "serve/faults.rs"]
mod faults;
#[path = "serve/hostile.rs"]
mod hostile;
#[path = "serve/inside.rs"]
mod inside;
#[path = "serve/process.rs"]
mod process;
#[path = "serve/program.rs"]
mod program;
#[path = "serve/restart.rs"]
mod restart;
