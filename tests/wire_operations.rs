//! The operations of the API 2020-04-07 over real parts: flows, codes, and every state with every
//! operation. Tests are named by the rule that they hold.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "tests stop on the first surprise"
)]

#[path = "wire_operations/flows.rs"]
mod flows;
#[path = "wire_operations/lists.rs"]
mod lists;
#[path = "wire_operations/looks.rs"]
mod looks;
#[path = "wire_operations/parameters.rs"]
mod parameters;
#[path = "wire_operations/states.rs"]
mod states;
#[path = "wire_operations/uploads.rs"]
mod uploads;
#[path = "wire_operations/world.rs"]
mod world;
