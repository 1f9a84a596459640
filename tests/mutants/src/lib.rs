//! All mutants of a list in one build of the library, each behind a switch.
//!
//! `cargo mutants --list --json` says what to change where. Here every change becomes a branch that a
//! number in the environment takes, so that the library and its tests are compiled once and not
//! once for each of some thousand mutants. What the compiler refuses is taken out and counted as
//! unviable; what can't stand behind a switch (in a constant, say) is left to be built alone.
pub mod alone;
pub mod answers;
pub mod build;
pub mod example;
pub mod list;
pub mod plant;
pub mod reach;
pub mod record;
pub mod sites;
pub mod trial;

/// What ends a run.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
