//! The service over real parts: a CA that signs, a vault that makes keys, a store that checks.
//! Only what these cannot show by themselves, such as a lost answer, comes from a wrapper.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

#[path = "service/accounts.rs"]
mod accounts;
#[path = "service/batch.rs"]
mod batch;
#[path = "service/counts.rs"]
mod counts;
#[path = "service/custody.rs"]
mod custody;
#[path = "service/disturbance.rs"]
mod disturbance;
#[path = "service/former.rs"]
mod former;
#[path = "service/late.rs"]
mod late;
#[path = "service/lives.rs"]
mod lives;
#[path = "service/misfit.rs"]
mod misfit;
#[path = "service/notices.rs"]
mod notices;
#[path = "service/parts.rs"]
mod parts;
#[path = "service/pins.rs"]
mod pins;
#[path = "service/poison.rs"]
mod poison;
#[path = "service/race.rs"]
mod race;
#[path = "service/revocation.rs"]
mod revocation;
#[path = "service/runner.rs"]
mod runner;
#[path = "service/traces.rs"]
mod traces;
#[path = "service/turned_down.rs"]
mod turned_down;
#[path = "service/world.rs"]
mod world;
