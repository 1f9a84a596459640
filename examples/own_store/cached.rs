//! A store in memory that has what was read before at hand.

use std::sync::{Mutex, MutexGuard, PoisonError};

use cert_lifecycle::adapter::MemoryStore;
use cert_lifecycle::lifecycle::Event;
use cert_lifecycle::model::{AccountId, InstanceId, Note, ProductCode, Timestamp};
use cert_lifecycle::port::{
    Batch, BoxFuture, Claim, CommitError, DueRow, Filter, Lease, Listed, ListedPlan,
    ListedPurchase, Loaded, OutboxPart, OutboxRow, Position, Read, RequestId, Store, StoreError,
    StreamId, Version,
};

/// When what was read is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forgets {
    /// With a commit that files an instance. That is the fault: what is bought, paid back or counted
    /// changes a plan or a purchase alone.
    WithInstances,
    /// With every commit.
    WithEveryCommit,
}

/// What was read, and a number that changes whenever everything is forgotten.
#[derive(Debug, Default)]
struct Cache {
    known: Vec<(AccountId, Read, Loaded)>,
    generation: u64,
}

/// The store.
pub(crate) struct Cached {
    inner: MemoryStore,
    forgets: Forgets,
    cache: Mutex<Cache>,
}

impl Cached {
    pub(crate) fn new(forgets: Forgets) -> Self {
        Self {
            inner: MemoryStore::new(),
            forgets,
            cache: Mutex::default(),
        }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self) {
        let mut cache = self.cache();
        cache.known.clear();
        cache.generation = cache.generation.wrapping_add(1);
    }

    async fn read(&self, account: AccountId, read: Read) -> Result<Loaded, StoreError> {
        let generation = {
            let cache = self.cache();
            let mut known = cache.known.iter();
            let found = known.find(|(who, what, _)| *who == account && *what == read);
            if let Some((_, _, loaded)) = found {
                return Ok(loaded.clone());
            }
            cache.generation
        };
        let loaded = self.inner.load(account, read.clone()).await?;
        let mut cache = self.cache();
        // What was read while something was committed may be of before.
        if cache.generation == generation {
            cache.known.push((account, read, loaded.clone()));
        }
        Ok(loaded)
    }
}

/// Hands calls on as they are.
macro_rules! handed_on {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self, $($argument: $kind),*) -> BoxFuture<'_, Result<$answer, StoreError>> {
            self.inner.$name($($argument),*)
        })*
    };
}

impl Store for Cached {
    fn load(&self, account: AccountId, read: Read) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        Box::pin(self.read(account, read))
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<(), CommitError>> {
        Box::pin(async move {
            let forgets = self.forgets == Forgets::WithEveryCommit || !batch.index.is_empty();
            let done = self.inner.commit(batch).await;
            if forgets {
                self.forget();
            }
            done
        })
    }

    fn forget_records(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'_, Result<usize, StoreError>> {
        Box::pin(async move {
            let done = self.inner.forget_records(before, limit).await;
            self.forget();
            done
        })
    }

    handed_on! {
        journal(account: AccountId, stream: StreamId, after: Version, limit: usize) -> Vec<Event>;
        list(account: AccountId, filter: Filter, before: Option<Position>, limit: usize) -> Vec<Listed>;
        count(account: AccountId, filter: Filter) -> u64;
        plans(account: AccountId, product: Option<ProductCode>, before: Option<Position>, limit: usize) -> Vec<ListedPlan>;
        purchases(account: AccountId, before: Option<Position>, limit: usize) -> Vec<ListedPurchase>;
        due(lease: Lease) -> Vec<DueRow>;
        reschedule(account: AccountId, instance: InstanceId, claim: Claim, due_at: Option<Timestamp>) -> ();
        lease(lease: Lease) -> Vec<OutboxRow>;
        finish(row: RequestId) -> ();
        postpone(row: RequestId, claim: Claim, until: Timestamp) -> ();
        park(row: RequestId, claim: Claim, reason: Note) -> ();
        retry(row: RequestId, at: Timestamp) -> bool;
        outbox(part: OutboxPart, after: Option<Position>, limit: usize) -> Vec<OutboxRow>;
    }
}
