//! The program over a private PostgreSQL server. Where no server's binaries are installed the test is
//! listed as ignored, and with `CI=true` that is a failure.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails"
)]

#[cfg(unix)]
#[path = "serve"]
mod serve {
    #[allow(dead_code, reason = "tests of the other stores use the rest")]
    pub(crate) mod client;
    #[path = "../durable/cluster.rs"]
    #[allow(dead_code, reason = "tests of the store use the rest")]
    pub(crate) mod cluster;
    pub(crate) mod on_postgres;
    #[allow(dead_code, reason = "tests of the other stores use the rest")]
    pub(crate) mod program;
}

// What these modules call each other by.
#[cfg(unix)]
use serve::{client, program};

fn main() -> std::process::ExitCode {
    #[cfg(unix)]
    return serve::on_postgres::main();
    #[cfg(not(unix))]
    std::process::ExitCode::SUCCESS
}
