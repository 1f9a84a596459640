//! Stored forms, apart from the domain types: what is written down and read back.
//!
//! | Module | What it holds | Feature |
//! |---|---|---|
//! | `rulebook` | a rulebook as a TOML file | `toml` |
//! | `stored` | events, effects and receipts as JSON, and a plan as counters, for stores | `stored` |
//! | `command` | commands as JSON lines, with a JSON Schema that ships as a file | `stored` |

#[cfg(feature = "stored")]
pub mod command;
#[cfg(feature = "toml")]
pub mod rulebook;
#[cfg(feature = "stored")]
pub mod stored;
#[cfg(any(feature = "stored", feature = "toml"))]
mod suggest;
