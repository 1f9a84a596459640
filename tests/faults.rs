//! The stores when something breaks: the process that writes is killed, many want the last units,
//! files and connections fail.
//!
//! The binary runs itself again as the process that is killed. `--rounds N` says how many rounds are
//! played, `--seed N` with which dice, `--record` writes what came of them to `tests/data`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where it fails"
)]

#[cfg(all(
    unix,
    feature = "sqlite",
    feature = "postgres",
    feature = "service",
    feature = "local-ca",
    feature = "envelope"
))]
#[path = "faults"]
mod faults {
    #[path = "../durable/cluster.rs"]
    mod cluster;
    #[path = "../durable/standby.rs"]
    mod standby;

    mod audit;
    mod crashes;
    mod disturbed;
    mod failover;
    mod folded;
    mod interrupted;
    mod last_units;
    mod outside;
    mod place;
    mod tests;
    mod waiting;
    mod writer;

    pub(crate) use tests::main;
    use tests::{run, schema};
}

fn main() -> std::process::ExitCode {
    #[cfg(all(
        unix,
        feature = "sqlite",
        feature = "postgres",
        feature = "service",
        feature = "local-ca",
        feature = "envelope"
    ))]
    return faults::main();
    #[cfg(not(all(
        unix,
        feature = "sqlite",
        feature = "postgres",
        feature = "service",
        feature = "local-ca",
        feature = "envelope"
    )))]
    std::process::ExitCode::SUCCESS
}
