//! Stored forms, apart from the domain types: what is written to a file and read back.
//!
//! | Module | What it holds | Feature |
//! |---|---|---|
//! | [`rulebook`] | a rulebook as a TOML file | `toml` |

pub mod rulebook;
