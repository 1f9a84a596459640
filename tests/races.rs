//! Two who want something of the same certificate, in every order of their steps: over the store in
//! memory every interleaving, on SQLite and PostgreSQL those with few switches and the steps at the
//! same time. One of the documented outcomes comes of each, and every law holds. And lives under a
//! clock that jumps.
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
    feature = "memory",
    feature = "sqlite",
    feature = "postgres",
    feature = "service",
    feature = "local-ca"
))]
#[path = "races"]
mod races {
    #[allow(dead_code, reason = "nobody restarts the server here")]
    #[path = "../durable/cluster.rs"]
    mod cluster;
    #[path = "../faults/folded.rs"]
    mod folded;

    mod approval;
    mod clock;
    mod hosting;
    mod laws;
    mod pace;
    mod place;
    mod ports;
    mod refund;
    mod revocation;
    mod stage;
    mod tests;

    pub(crate) use tests::main;
}

fn main() -> std::process::ExitCode {
    #[cfg(all(
        unix,
        feature = "memory",
        feature = "sqlite",
        feature = "postgres",
        feature = "service",
        feature = "local-ca"
    ))]
    return races::main();
    #[cfg(not(all(
        unix,
        feature = "memory",
        feature = "sqlite",
        feature = "postgres",
        feature = "service",
        feature = "local-ca"
    )))]
    std::process::ExitCode::SUCCESS
}
