//! Contracts towards the outside: what a service needs and an adapter gives.
//!
//! Every port is a dyn-compatible trait that is `Send + Sync` and knows no runtime: a slow answer
//! is a [`BoxFuture`], which any executor can poll. A method says what a correct adapter owes its
//! caller; each error says by `retry_helps` whether the same call may be made again.
//!
//! | Port | What it stands for |
//! |---|---|
//! | [`Store`] | where streams are kept and batches committed |
//! | [`CertificateAuthority`] | the CA that proves, reviews, signs and revokes |
//! | `KeyVault` (feature `pki`) | where keys that the service makes are kept |
//! | [`Payments`] | who pays refunds out |
//! | [`Notifier`] | who tells holders what happened |
//! | [`Deployer`] | who puts certificates on cloud products |
//! | [`KeyRows`] | rows of encrypted keys, for a vault over a database |
//! | [`Rows`] | rows of an adapter's own, for what it has to remember |
//! | [`Clock`] | what time it is |
//! | [`Ids`] | identifiers that were never used before |
//! | [`Timer`] | letting time pass |

pub mod ca;
pub mod clock;
pub mod ids;
pub mod key_rows;
#[cfg(feature = "pki")]
pub mod key_vault;
pub mod outward;
pub mod rows;
pub mod store;
pub mod timer;

use alloc::boxed::Box;
use core::fmt;
use core::pin::Pin;

use crate::model::Note;

pub use ca::{
    CaAnswer, CaError, CaRevocation, CaState, CertificateAuthority, IssuanceRequest, RequestId,
    RevocationOrder,
};
pub use clock::Clock;
pub use ids::Ids;
pub use key_rows::{KeyRow, KeyRows, KeyRowsError};
#[cfg(feature = "pki")]
pub use key_vault::{ExportedKey, KeyFacts, KeyVault, KeyVaultError};
pub use outward::{
    DeliveryError, Deployer, DeploymentOrder, Message, Notifier, PaidObject, Payments, Payout,
    Removal,
};
pub use rows::{RowKey, RowTooLong, RowValue, Rows, RowsError};
pub use store::{
    Batch, Claim, CommitError, DueRow, Expectation, Filter, IdempotencyKey, IndexEntry, Lease,
    Listed, ListedPlan, ListedPurchase, Loaded, OutboxPart, OutboxRow, Position, Read, ReadSet,
    Record, RequestDigest, SameBeside, Stage, Store, StoreError, StreamId, Version, Versioned,
};
pub use timer::Timer;

/// An answer that may take a while; it borrows what it was asked with and can change threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Shows a reason after a colon, if there is one.
pub(crate) struct Because<'a>(pub(crate) Option<&'a Note>);

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |note| write!(f, ": {note}"))
    }
}
