//! Rules that check themselves, and conformance suites for adapters of your own: one call each, and a
//! report in words.
//!
//! | For | What it examines |
//! |---|---|
//! | rulebooks and machines | [`laws::check`]: the laws L1 to L12, and the second model, on random [timelines](Timeline), with the shortest that breaks one |
//! | rules of your own | [`laws::first_story`]: the same timelines, held against your [`Invariant`]s, with the [`Story`] of the first that breaks one |
//! | small worlds, wholly | [`explore`]: every state that can be reached with so many plans, orders and turns of the clock |
//! | property tests of your own | [`strategy`]: timelines, every noun, case and command, and the instants at which answers change |
//! | a counterexample | [`Story`]: in words, as a picture, as a test; [`minimal`] makes it small |
//! | the checks themselves | [`Fault`] and [`Faulty`]: a machine with a fault that has to be found; [`twin`]: a second model of the documents |
//!
//! # In a crate of yours
//! ```toml
//! [dev-dependencies]
//! # `toml` reads rulebooks from files; the feature `memory` would add a store to begin with.
//! cert-lifecycle = { version = "0.1", features = ["testing", "toml"] }
//! pollster = "1"   # for suites of adapters that need no runtime
//! proptest = "1"   # for properties of your own over `strategy`
//! ```
//!
//! # Suites
//! | Suite | What it examines |
//! |---|---|
//! | [`store_suite`] | a [`Store`](crate::port::Store): every clause of its contract, with threads that race |
//! | [`rows_suite`] | [`Rows`](crate::port::Rows): keys, values, scans, and writes that are whole |
//! | [`ca_suite`] | a [`CertificateAuthority`](crate::port::CertificateAuthority): requests and their ids, states, certificates, revocations |
//!
//! A suite calls an adapter as the service does, and in the ways that go wrong: expectations that do
//! not hold, calls that are dropped, threads that want the same. What it hands in is made up, and
//! what comes back is compared with a plain model of the contract. It panics nowhere: what a broken
//! adapter does stands in the [`SuiteReport`], with the [`Clause`] that it breaks. An adapter that
//! panics itself, in a call or before there is a future, breaks [`Clause::Answers`]; what it said is
//! told, and the checks that follow are made.
//!
//! # Executors
//! Some adapters need a runtime, and a race needs threads. So a suite is called from ordinary code,
//! outside of any runtime, and is handed a way to wait for a future, which it uses from several
//! threads at once ([`BlockOn`]):
//!
//! - `&|future| pollster::block_on(future)` for adapters that need no runtime;
//! - `&|future| runtime.block_on(future)` with a multi-threaded `tokio::runtime::Runtime` that lives
//!   until the suite is done.

mod ca;
pub mod explore;
mod fault;
mod findings;
mod idle;
mod invariant;
mod kit;
pub mod laws;
mod machine;
mod panic;
mod play;
mod report;
mod rows;
mod store;
mod story;
pub mod strategy;
mod suite;
mod timeline;
mod transition;
pub mod twin;
mod wait;

pub use ca::{CaUnderTest, ca_suite};
pub use fault::{Fault, Faulty, Misplaced, Moved, Observed, Observer, Turn};
pub use invariant::INVARIANTS;
pub use machine::{Core, Machine};
pub use play::{Ending, Lived, Moment, met};
pub use report::{Clause, Skipped, SuiteReport, Violation};
pub use rows::{RowsUnderTest, rows_suite};
pub use store::{OneHandle, StoreUnderTest, SuiteOptions, store_suite, store_suite_with};
pub use story::{Shrunk, Story, TestOf, first_breach, minimal};
pub use timeline::{Laws, Step, Timeline};
pub use transition::{Broken, Invariant, Transition};
pub use wait::BlockOn;

pub use crate::lifecycle::refuse_unlisted;
