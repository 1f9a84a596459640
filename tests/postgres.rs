//! The store in a PostgreSQL database: on the server of `DATABASE_URL`, or on a private one that is
//! started from the installed binaries. Without a server each test is listed as ignored, and with
//! `CI=true` that is a failure.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it fails"
)]

#[cfg(all(
    unix,
    feature = "postgres",
    feature = "service",
    feature = "local-ca",
    feature = "envelope",
    feature = "testing"
))]
#[path = "durable"]
mod durable {
    pub(crate) mod cluster;
    pub(crate) mod life;
    pub(crate) mod names;
    pub(crate) mod old;
    pub(crate) mod on_postgres;
    pub(crate) mod refiled;
}

fn main() -> std::process::ExitCode {
    #[cfg(all(
        unix,
        feature = "postgres",
        feature = "service",
        feature = "local-ca",
        feature = "envelope",
        feature = "testing"
    ))]
    return durable::on_postgres::main();
    #[cfg(not(all(
        unix,
        feature = "postgres",
        feature = "service",
        feature = "local-ca",
        feature = "envelope",
        feature = "testing"
    )))]
    std::process::ExitCode::SUCCESS
}
