//! Ready-made ends for the ports, each behind a feature of its own.
//!
//! | Adapter | Port | Feature |
//! |---|---|---|
//! | `SystemClock` | `Clock` | `std` |
//! | `ManualClock` | `Clock` | `std` |
//! | `KeptClock`, over `Rows` | `Clock` | `std` |
//! | `TokioTimer` | `Timer` | `tokio` |
//! | `SeededIds` | `Ids` | `std` |
//! | `RandomIds` | `Ids` | `pki` |
//! | `Recorder` | `Payments`, `Notifier`, `Deployer` | `std` |
//! | `MemoryStore` | `Store`, `Rows` | `memory` |
//! | `sqlite::SqliteStore`, a file | `Store`, `KeyRows`, `Rows` | `sqlite` |
//! | `postgres::PostgresStore`, a database of any number of processes | `Store`, `KeyRows`, `Rows` | `postgres` |
//! | `MemoryKeyVault` | `KeyVault` | `memory` |
//! | `FileKeyVault` (on Unix) | `KeyVault` | `file-vault` |
//! | `envelope::SealedKeyVault`, over rows of a `KeyRows` | `KeyVault` | `envelope` |
//! | `local_ca::LocalCa` | `CertificateAuthority` | `local-ca` |
//! | `local_ca::KeptCa`, over `Rows` | `CertificateAuthority` | `local-ca` |

#[cfg(feature = "envelope")]
pub mod envelope;
#[cfg(all(feature = "file-vault", unix))]
pub mod file_vault;
#[cfg(feature = "std")]
mod kept_clock;
#[cfg(any(
    feature = "memory",
    feature = "envelope",
    all(feature = "file-vault", unix)
))]
mod kept_key;
#[cfg(feature = "local-ca")]
pub mod local_ca;
#[cfg(feature = "std")]
mod manual_clock;
#[cfg(feature = "memory")]
mod memory_store;
#[cfg(feature = "memory")]
mod memory_vault;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "pki")]
mod random_ids;
#[cfg(feature = "std")]
mod recorder;
#[cfg(feature = "std")]
mod seeded_ids;
#[cfg(any(
    feature = "memory",
    feature = "local-ca",
    feature = "envelope",
    all(feature = "file-vault", unix)
))]
mod signing;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(feature = "std")]
mod system_clock;
#[cfg(feature = "tokio")]
mod tokio_timer;
#[cfg(feature = "std")]
mod turns;

#[cfg(feature = "envelope")]
pub use envelope::{Envelope, SealedKeyVault};
#[cfg(all(feature = "file-vault", unix))]
pub use file_vault::FileKeyVault;
#[cfg(feature = "std")]
pub use kept_clock::{KeptClock, KeptClockError};
#[cfg(feature = "local-ca")]
pub use local_ca::LocalCa;
#[cfg(feature = "std")]
pub use manual_clock::ManualClock;
#[cfg(feature = "memory")]
pub use memory_store::MemoryStore;
#[cfg(feature = "memory")]
pub use memory_vault::MemoryKeyVault;
#[cfg(feature = "pki")]
pub use random_ids::{RandomIds, RandomIdsError};
#[cfg(feature = "std")]
pub use recorder::{Recorder, Sent};
#[cfg(feature = "std")]
pub use seeded_ids::SeededIds;
#[cfg(feature = "std")]
pub use system_clock::SystemClock;
#[cfg(feature = "tokio")]
pub use tokio_timer::TokioTimer;
