//! The lifecycle: total, pure decisions over the documented states.
//!
//! - [`decide()`] takes a [`Case`], a [`Command`], the instant and the [`Law`], and answers with
//!   [`Events`] or a [`Refusal`] that explains itself. It has an answer for every combination.
//! - [`evolve()`] folds events into state; it cannot refuse.
//! - [`effects`] names the work that an event hands to the shell.
//! - [`status()`], [`availability`], [`preview`], [`allowed`], [`agenda()`] and [`next_wakeup`] answer questions
//!   from the same clauses that `decide` reads, so they can't disagree with it.
//! - [`coverage()`] says from when to when a site is covered by a chain, and why not in between;
//!   [`term_end`] how long a certificate is asked for.
//! - [`revocation_deadline`] and [`domain_proof_window`] say what the CA/Browser Forum gives a CA time
//!   for.
//! - [`diff()`] says what changes for whom between two editions, each difference with an example that
//!   [`probes()`](probes) made.
//! - [`table()`] probes `decide` for the whole phase × command table.
//!
//! [`v2`] is the instance model of 2026, a machine of its own.
//!
//! None of them reads a clock, draws a random number or does I/O.

mod agenda;
mod case;
mod clause;
mod command;
mod condition;
mod coverage;
mod deadline;
mod decide;
pub mod diagram;
pub mod difference;
mod effect;
mod event;
mod evolve;
mod outcome;
pub mod probe;
mod question;
mod receipt;
mod refusal;
pub mod sample;
mod status;
mod table;
mod term;
pub mod v2;
mod world;

pub use agenda::{Cited, Due, DueKind, Weight, agenda, last_safe_day, next_wakeup};
pub use case::{Allowance, Beside, Case, Expect, Law, expectations};
pub use clause::{Basis, Clause, WayOut, Why};
pub use command::{Command, CommandKind, Extension, NewPurchase, Paid, Slot, Upload};
pub use coverage::{Coverage, Gap, GapCause, Outlook, Span, coverage};
pub use deadline::{
    Deadline, ProofLimit, domain_proof_valid_until, domain_proof_window, revocation_deadline,
};
#[cfg(feature = "testing")]
pub(crate) use decide::decide_altered;
#[cfg(feature = "testing")]
pub use decide::refuse_unlisted;
pub use decide::{Clauses, clauses, decide, decide_into};
pub use difference::{Difference, diff};
pub use effect::{Effect, Notice, effects};
pub use event::{
    Applied, Bought, ChainEvent, Event, Events, InstanceEvent, IntoEvents, Linked, Opened, PaidFor,
    PlanEvent, PurchaseEvent, ReturnCause, Submitted, UploadedHere,
};
pub use evolve::{Streams, evolve, evolve_chain, evolve_instance, evolve_plan, evolve_purchase};
pub use probe::{Example, Probe, probes};
pub use question::{
    Availability, Offer, Preview, UnitChange, allowed, availability, deciding_clause, preview,
    return_window,
};
pub use receipt::Receipt;
pub use refusal::{Phrased, Refusal, RefusalKind};
pub use status::status;
pub use table::{Cell, Outcome, Row, Table, table};
pub use term::{Carried, Term, term_end};
pub use world::World;
