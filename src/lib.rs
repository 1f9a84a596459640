//! The certificate life cycle of cloud certificate services, as pure, dated and cited rules.
//!
//! Someone buys a prepaid plan, applies for a certificate, proves the domain, waits for the CA, gets
//! the certificate, is told that it expires, revokes it, and perhaps gets the unit back. Who may do
//! what when stands in prose that contradicts itself from page to page and from year to year. Here
//! it is code: a **total transition function** over the documented states, under a **rulebook** of
//! dated clauses that each name their source, with refusals that explain themselves.
//!
//! # Example
//! The same application, under review, is withdrawn under two editions of the rules.
//!
//! ```
//! use cert_lifecycle::lifecycle::sample::sample;
//! use cert_lifecycle::lifecycle::{Command, Law, decide};
//! use cert_lifecycle::model::{Status, ValidationClass};
//! use cert_lifecycle::rulebook::Rulebook;
//!
//! let book = Rulebook::published();
//! let answer = |key| -> Result<String, Box<dyn std::error::Error>> {
//!     let edition = book.edition(key)?;
//!     let law = Law::single(&edition, book.ceilings());
//!     let found = sample(Some(Status::Validating), ValidationClass::Dv, &law).ok_or("no sample")?;
//!     Ok(match decide(&found.world.case(), &Command::Withdraw, found.now, &law) {
//!         Ok(events) => format!("withdrawn, {} event", events.len()),
//!         Err(refusal) => refusal.to_string(),
//!     })
//! };
//! assert_eq!(answer("2021-02-api")?, "withdrawn, 1 event");
//! assert_eq!(
//!     answer("2019-08-intl")?,
//!     "Cannot withdraw the application: the order's status is Validating. Rule R-12: a withdrawal \
//!      takes an order back to Pending Application, from the states its edition names [WD19, \
//!      inferred; edition 2019-08-intl]. In force from the beginning of the rulebook; the answer \
//!      differs for what is bought or applied for from 2021-01-22T00:00:00+08:00 on. Instead: wait \
//!      for the CA's answer."
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to begin
//! - **You embed it**: [`lifecycle::decide()`] over your own storage, where [`lifecycle::Case`] says
//!   what to read for which command and [`lifecycle::expectations`] how to commit, or the service
//!   (feature `service`) over the [`port`]s. `examples/walkthrough.rs` lives two whole lives with it.
//!   What your store writes down is best left to `codec::stored` (feature `stored`).
//! - **Clients of the vendor's talk to your service**: `wire::Wire` (feature `wire`) is the API as a
//!   tower service; `examples/embed_axum.rs` mounts it beside routes of its own.
//! - **You test automation**: `server::Server` (feature `server`) starts the reference service inside a
//!   test, `cert-lifecycle serve` beside it; `examples/rust_automation.rs`, `examples/python` and
//!   `examples/node` move time and assert.
//! - **You have rules of your own**: say what differs in a TOML file and read it with
//!   `codec::rulebook::read` (feature `toml`). `examples/own_rulebook.rs` shows what it changes.
//! - **You check rules**: [`rulebook::Rulebook::parts`] to change a clause, [`lifecycle::World`] to
//!   try it, [`lifecycle::table()`] to see every state and command at once, `testing::laws` (feature
//!   `testing`) to hold laws and promises of your own against it, `cert-lifecycle check` (feature
//!   `cli`) to do so without a program.
//! - **You have subscription instances of 2026**: [`lifecycle::v2`], a machine of its own.
//! - **You ask what changed**: [`lifecycle::diff()`] between two editions, with an example for each
//!   difference.
//! - **You read the documents**: [`rulebook::rule::RULES`] is every rule with its number and
//!   sources, [`rulebook::Edition`] prints what was in force, and every refusal cites both.
//!
//! # Modules
//! Imports point left only: `model <- rulebook <- lifecycle <- port <- service`, and
//! `lifecycle <- view`; `codec` uses the first three, `pki` uses `model`, `adapter` what is up to
//! `port`, `wire` what is up to `service`; `testing` and `server` use them. `model`, `rulebook`, `lifecycle` and `view` are
//! the pure core: no clock, no randomness, no I/O, no panic, `no_std` with `alloc`.
//!
//! | Module | What it holds | Feature |
//! |---|---|---|
//! | [`model`] | the nouns: checked values | |
//! | [`rulebook`] | dated clauses, editions, calendar, ceilings and duties of CAs, sources | |
//! | [`lifecycle`] | commands, decisions, events, refusals, status, questions | |
//! | [`view`] | status words of the wire, labels, groups, modules: what interfaces show | |
//! | [`port`] | contracts: store, rows, CA, key vault and its rows, payments, notices, clock, timer, ids | |
//! | `codec` | stored forms: events and what belongs to them, commands, a rulebook as a file | `stored`, `toml` |
//! | `pki` | PEM and DER to facts: requests, certificates, keys | `pki` |
//! | `service` | load, decide, commit, and the worker behind it | `service` |
//! | [`adapter`] | ready-made ends of the ports | one each |
//! | `wire` | the vendor's API 2020-04-07 over the service: signatures, operations, answers | `wire` |
//! | `server` | the reference service over HTTP, with a world around it, a control plane and a console | `server`, `console` |
//! | `testing` | laws, timelines, stories and faults; conformance suites for adapters of your own | `testing` |
//! | [`manual`] | pages made from the code: rules, table, diagrams, editions, contradictions, operations, command line | |
//!
//! # Features
//! | Feature | What it adds |
//! |---|---|
//! | `std` (default) | clocks and seeded ids; without it the crate needs only `alloc` |
//! | `chrono` | instants, days and offsets to chrono's types and back; needs no `std` |
//! | `idna` | domain names in Unicode, to A-labels and back; needs no `std` |
//! | `pki` | reading X.509, with signatures verified; random ids |
//! | `service` | the service over the ports |
//! | `memory` | a store and a key vault in memory |
//! | `file-vault` | a key vault in files that only their owner reads; on Unix, nothing elsewhere |
//! | `envelope` | keys under envelope encryption, and a key vault over the rows of your database |
//! | `local-ca` | a CA that really signs, for tests and laboratories |
//! | `sqlite` | a store, and rows of sealed keys, in a SQLite file; needs a tokio runtime |
//! | `postgres` | the same in a PostgreSQL database |
//! | `postgres-tls` | TLS to that database |
//! | `tracing` | spans and events of the service, with ids only |
//! | `metrics` | counts of the service, without ids |
//! | `tokio` | a timer for the service's runner |
//! | `testing` | laws, timelines, stories and faults for rules of your own; conformance suites for stores and CAs of your own |
//! | `wire` | the vendor's API 2020-04-07 over the service, without a transport, and as a tower service |
//! | `stored` | events, effects, receipts and commands as JSON with a version; needs only `alloc` |
//! | `toml` | rulebooks of your own, read from TOML and written to it; needs only `alloc` |
//! | `server` | the reference service: the API over HTTP with stores, keys, a laboratory CA and a control plane; needs a tokio runtime |
//! | `console` | pages over the reference service, for people: certificates and their lives, purchases, rules, and why something is refused |
//! | `cli` | the program `cert-lifecycle`: rulebooks verified, editions compared, tables, diagrams, explanations, replays, the reference service |
//!
//! # Numbers
//! `R-nn`, `T-nn`, `K-nn` and `V-nn` are rules ([`rulebook::rule::RULES`],
//! [`rulebook::rule::V2_RULES`]), `C1` to `C8` our choices where the
//! documents are silent ([`rulebook::Calendar`]), `X-nn` contradictions between documents
//! ([`rulebook::CONTRADICTIONS`]), `L1` to `L12` the laws that the code keeps (in `ARCHITECTURE.md`), and
//! `S0` to `S4`, `A21`, `BR` and the like are sources ([`rulebook::Rulebook::source`]).
//!
//! # What it is not
//! It is no CA for the public, judges no trust, and its service is as durable as the store behind it.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod adapter;
#[cfg(any(feature = "stored", feature = "toml"))]
pub mod codec;
pub mod lifecycle;
pub mod manual;
pub mod model;
#[cfg(feature = "pki")]
pub mod pki;
pub mod port;
pub mod rulebook;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "service")]
pub mod service;
#[cfg(feature = "testing")]
pub mod testing;
pub mod view;
#[cfg(feature = "wire")]
pub mod wire;

/// The README's example, run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
