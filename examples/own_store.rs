//! A store of your own, verified: first with a fault, which is found, and then mended.
//!
//! ```text
//! cargo run --example own_store
//! ```
//!
//! The store (`own_store/cached.rs`) keeps its data in memory and has at hand what was read before.
//! As long as it has its fault, it goes on answering with a plan or a purchase of yesterday.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

#[path = "own_store/cached.rs"]
mod cached;

use std::process::ExitCode;

use cached::{Cached, Forgets};
use cert_lifecycle::testing::{OneHandle, SuiteReport, store_suite};

fn verify(forgets: Forgets) -> SuiteReport {
    // A store over sqlx is waited for by its runtime; this one needs none.
    store_suite(&|future| pollster::block_on(future), || {
        Box::pin(async move { Ok(OneHandle::new(Cached::new(forgets))) })
    })
}

fn main() -> ExitCode {
    println!("What was read is forgotten with a commit that files an instance:");
    let faulty = verify(Forgets::WithInstances);
    if let Some(first) = faulty.violations.first() {
        println!("{first}");
    }
    let (found, checks) = (faulty.violations.len(), faulty.checks.len());
    println!("{found} breaches in {checks} checks");

    println!("\nIt is forgotten with every commit:");
    let mended = verify(Forgets::WithEveryCommit);
    println!("{mended}");
    // A test says `mended.assert_ok()`.
    if mended.is_ok() && !faulty.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
