//! A memory store with one fault.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread::{self, ThreadId};
use std::time::Duration;

use cert_lifecycle::adapter::MemoryStore;
use cert_lifecycle::lifecycle::{Beside, Event};
use cert_lifecycle::model::{AccountId, InstanceId, Note, OrderId, ProductCode, Timestamp};
use cert_lifecycle::port::{
    Batch, BoxFuture, Claim, CommitError, DueRow, Expectation, Filter, Lease, Listed, ListedPlan,
    ListedPurchase, Loaded, OutboxPart, OutboxRow, Position, Read, ReadSet, RequestId, Stage,
    Store, StoreError, StreamId, Version,
};
use cert_lifecycle::testing::StoreUnderTest;

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    // Expectations.
    NoExpectations,
    NoVersions,
    NoUnits,
    NoNames,
    NamesWithoutCase,
    NoBeside,
    // One of the seven numbers is not compared.
    BesideWithout(usize),
    NoOrders,
    OrdersIfExpected,
    OrdersCarriedNow,
    FewExpectations,
    LastExpectationNamed,
    NoKeys,
    WritesAbroad,
    // Checked before the atomic step (a `SELECT`, and then an `INSERT` without a lock).
    UnitsBeforehand,
    NamesBeforehand,
    BesideBeforehand,
    VersionsBeforehand,
    // Atomicity.
    HalfBatch,
    OutboxAlthoughConflict,
    OutboxLost,
    HalfWhenDropped,
    BeforePolled,
    AnsweredTooEarly,
    TornRead,
    TornPurchase,
    TornChain,
    TornSums,
    TornRecord,
    // Reading.
    LeaksLoads,
    LeaksJournals,
    LeaksLists,
    LacksTheChain,
    FindsNamesWithoutCase,
    WrongVersion,
    JournalSkips,
    ListSkips,
    CountsDeleted,
    CountsAllAccounts,
    LeaksPlans,
    PlansSkip,
    PlansOldestFirst,
    PlansOfAllProducts,
    PlansAsBought,
    PlansMove,
    LeaksPurchases,
    PurchasesSkip,
    PurchasesOldestFirst,
    OutboxSkips,
    OldestFirst,
    SuffixAnywhere,
    ShowsDeleted,
    ForgetsTooMany,
    // Claims and leases.
    ClaimsShared,
    ListedAsFiled,
    DueAnyOrder,
    ReschedulesAnyClaim,
    ReschedulesSameVersion,
    EntryKeepsClaims,
    StirKeepsClaims,
    AttemptsAreClaims,
    LeasesShared,
    NoHorizon,
    TooSlowCounts,
    PostponeEndsClaim,
    HorizonForLeasesAlone,
    ParkedIsLeased,
    ParkedAnew,
    ParkedIsPostponed,
    FinishedComesBack,
    PlacesUsedAgain,
    // No answers.
    Unavailable,
    Panics,
    // Before there is a future.
    PanicsBeforehand,
    // The same, where several threads want something.
    PanicsInThreads,
}

/// What all handles share.
struct Shared {
    store: MemoryStore,
    fault: Fault,
    made_in: ThreadId,
    accounts: Mutex<Vec<AccountId>>,
    calls: AtomicUsize,
    // The versions at which instances were claimed.
    claimed: Mutex<Vec<(InstanceId, usize)>>,
    // Instances that were changed or stirred since without making the claims on them void.
    kept: Mutex<Vec<InstanceId>>,
    // When instances are due, as their entries say.
    filed: Mutex<BTreeMap<InstanceId, Option<Timestamp>>>,
    // Claims on rows that were postponed with them.
    ended: Mutex<Vec<(RequestId, Claim)>>,
    // What rows that were laid aside are shown with instead.
    anew: Mutex<BTreeMap<RequestId, (Timestamp, Option<Note>)>>,
}

impl Shared {
    fn accounts(&self) -> Vec<AccountId> {
        self.accounts.lock().unwrap().clone()
    }

    fn claimed_anew(&self, rows: &[DueRow]) {
        let claimed = |id: &InstanceId| rows.iter().any(|row| row.instance == *id);
        self.kept.lock().unwrap().retain(|id| !claimed(id));
    }
}

/// A handle.
struct Broken {
    shared: Arc<Shared>,
    // What was answered and not carried out yet.
    late: Mutex<Option<Batch>>,
}

pub(crate) struct BrokenStore(Arc<Shared>);

impl BrokenStore {
    pub(crate) fn new(fault: Fault) -> Self {
        Self(Arc::new(Shared {
            store: MemoryStore::new(),
            fault,
            made_in: thread::current().id(),
            accounts: Mutex::default(),
            calls: AtomicUsize::new(0),
            claimed: Mutex::default(),
            kept: Mutex::default(),
            anew: Mutex::default(),
            filed: Mutex::default(),
            ended: Mutex::default(),
        }))
    }

    fn handle(&self) -> Arc<dyn Store> {
        Arc::new(Broken {
            shared: self.0.clone(),
            late: Mutex::default(),
        })
    }
}

impl StoreUnderTest for BrokenStore {
    fn store(&self) -> Arc<dyn Store> {
        self.handle()
    }

    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Store>, StoreError>> {
        Box::pin(async move { Ok(self.handle()) })
    }
}

/// Long enough for another thread to come in between.
fn pause() {
    thread::sleep(Duration::from_millis(1));
}

/// The same batch without some expectations.
fn without(mut batch: Batch, gone: impl Fn(&Expectation) -> bool) -> Batch {
    batch.expectations.retain(|one| !gone(one));
    batch
}

const fn is_units(one: &Expectation) -> bool {
    matches!(one, Expectation::Remaining(..))
}

const fn is_name(one: &Expectation) -> bool {
    matches!(one, Expectation::FreeName(_))
}

const fn is_beside(one: &Expectation) -> bool {
    matches!(one, Expectation::Beside(_))
}

const fn is_version(one: &Expectation) -> bool {
    matches!(one, Expectation::Version(..))
}

fn lower(name: &Note) -> Note {
    Note::new(&name.to_string().to_lowercase()).unwrap()
}

fn numbers(is: &mut Beside) -> [&mut u32; 7] {
    let (product, account) = (&mut is.of_product, &mut is.of_account);
    [
        &mut product.bought,
        &mut product.kept,
        &mut product.revoked,
        &mut account.bought,
        &mut account.kept,
        &mut account.revoked,
        &mut is.free_this_year,
    ]
}

impl Broken {
    fn is(&self, fault: Fault) -> bool {
        self.shared.fault == fault
    }

    fn store(&self) -> &MemoryStore {
        &self.shared.store
    }

    async fn version(&self, account: AccountId, id: InstanceId) -> Result<usize, StoreError> {
        let stream = StreamId::Instance(id);
        let events = self.store().journal(account, stream, Version(0), 99).await;
        events.map(|events| events.len())
    }

    fn has_ended(&self, id: RequestId, claim: Claim) -> bool {
        self.shared.ended.lock().unwrap().contains(&(id, claim))
    }

    /// Whether attempts are taken for claims, and a row has had so many.
    async fn has_attempt(&self, id: RequestId, claim: Claim) -> Result<bool, StoreError> {
        let rows = self.store().outbox(OutboxPart::Waiting, None, 99).await?;
        let row = rows.iter().find(|row| row.id == id);
        let same = row.is_some_and(|row| u64::from(row.attempts) == claim.0);
        Ok(same && self.is(Fault::AttemptsAreClaims))
    }

    /// Whether an instance carries an order now, whoever owns it.
    async fn is_carried(&self, order: OrderId) -> Result<bool, StoreError> {
        for account in self.shared.accounts() {
            let read = ReadSet::Order(order).into();
            let found = self.store().load(account, read).await?.instance;
            if found.is_some_and(|found| found.state.order() == order) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Shows a row otherwise from now on, if it was laid aside and the claim is the last one.
    async fn show_anew(
        &self,
        id: RequestId,
        claim: Claim,
        as_it_is: impl Fn(OutboxRow) -> (Timestamp, Option<Note>),
    ) -> Result<(), StoreError> {
        let rows = self.store().outbox(OutboxPart::Parked, None, 99).await?;
        let row = rows.into_iter().find(|row| row.id == id);
        if let Some(row) = row.filter(|row| row.claim == claim) {
            let mut anew = self.shared.anew.lock().unwrap();
            anew.insert(id, as_it_is(row));
        }
        Ok(())
    }

    /// Carries out what was answered before.
    async fn catch_up(&self) {
        let late = self.late.lock().unwrap().take();
        if let Some(batch) = late {
            let _ = self.store().commit(batch).await;
        }
    }

    async fn commit_now(&self, batch: Batch) -> Result<(), CommitError> {
        self.store().commit(batch).await
    }

    /// Asks for some expectations first, and writes without them afterwards.
    async fn beforehand(
        &self,
        batch: Batch,
        kind: fn(&Expectation) -> bool,
    ) -> Result<(), CommitError> {
        if batch.expectations.iter().any(kind) {
            let mut asked = Batch::new(batch.account, batch.at);
            asked.expectations.clone_from(&batch.expectations);
            self.commit_now(asked).await?;
            pause();
        }
        self.commit_now(without(batch, kind)).await
    }

    /// Tries what the number could be, until it is what it is.
    async fn without_number(&self, mut batch: Batch, number: usize) -> Result<(), CommitError> {
        let answer = self.commit_now(batch.clone()).await;
        let Err(CommitError::Conflict(named @ Expectation::Beside(_))) = answer else {
            return answer;
        };
        let place = batch.expectations.iter().position(|one| *one == named);
        for value in 0..40 {
            if let Some(Expectation::Beside(same)) = place.map(|at| &mut batch.expectations[at]) {
                *numbers(&mut same.beside)[number] = value;
            }
            if self.commit_now(batch.clone()).await.is_ok() {
                return Ok(());
            }
        }
        Err(CommitError::Conflict(named))
    }

    #[expect(clippy::too_many_lines, reason = "one arm a fault")]
    async fn commit_all(&self, batch: Batch) -> Result<(), CommitError> {
        match self.shared.fault {
            Fault::NoExpectations => self.commit_now(without(batch, |_| true)).await,
            Fault::NoVersions => self.commit_now(without(batch, is_version)).await,
            Fault::NoUnits => self.commit_now(without(batch, is_units)).await,
            Fault::NoNames => self.commit_now(without(batch, is_name)).await,
            Fault::NoBeside => self.commit_now(without(batch, is_beside)).await,
            Fault::BesideWithout(number) => self.without_number(batch, number).await,
            Fault::NoOrders => {
                let gone = |one: &Expectation| matches!(one, Expectation::NewOrder(_));
                self.commit_now(without(batch, gone)).await
            }
            Fault::LastExpectationNamed => {
                let mut batch = batch;
                batch.expectations.reverse();
                self.commit_now(batch).await
            }
            Fault::UnitsBeforehand => self.beforehand(batch, is_units).await,
            Fault::NamesBeforehand => self.beforehand(batch, is_name).await,
            Fault::BesideBeforehand => self.beforehand(batch, is_beside).await,
            Fault::VersionsBeforehand => self.beforehand(batch, is_version).await,
            Fault::NoKeys => match self.commit_now(batch.clone()).await {
                Err(CommitError::Conflict(Expectation::NewKey(_))) => {
                    let mut batch = without(batch, |_| true);
                    batch.record = None;
                    self.commit_now(batch).await
                }
                answer => answer,
            },
            Fault::OrdersIfExpected => match self.commit_now(batch.clone()).await {
                Err(CommitError::Conflict(named @ Expectation::NewOrder(_)))
                    if !batch.expectations.contains(&named) =>
                {
                    Ok(())
                }
                answer => answer,
            },
            Fault::NamesWithoutCase => {
                let mut asked = batch.clone();
                for one in &batch.expectations {
                    if let Expectation::FreeName(name) = one {
                        let small = Expectation::FreeName(lower(name));
                        asked.expectations.push(small);
                    }
                }
                match self.commit_now(asked).await {
                    Err(CommitError::Conflict(Expectation::FreeName(small))) => {
                        let same = |one: &&Expectation| matches!(one, Expectation::FreeName(name) if lower(name) == lower(&small));
                        let named = batch.expectations.iter().find(same).unwrap();
                        Err(CommitError::Conflict(named.clone()))
                    }
                    answer => answer,
                }
            }
            Fault::OrdersCarriedNow => match self.commit_now(batch.clone()).await {
                Err(CommitError::Conflict(Expectation::NewOrder(order)))
                    if !self.is_carried(order).await? =>
                {
                    Ok(())
                }
                answer => answer,
            },
            Fault::FewExpectations => {
                let mut batch = batch;
                batch.expectations.truncate(23);
                self.commit_now(batch).await
            }
            Fault::WritesAbroad => match self.commit_now(batch.clone()).await {
                Err(CommitError::Conflict(named)) if !batch.expectations.contains(&named) => {
                    for account in self.shared.accounts() {
                        let theirs = Batch {
                            account,
                            ..batch.clone()
                        };
                        if self.commit_now(theirs).await.is_ok() {
                            return Ok(());
                        }
                    }
                    Ok(())
                }
                answer => answer,
            },
            Fault::HalfBatch => {
                let answer = self.commit_now(batch.clone()).await;
                if answer.is_err() {
                    let first = batch.events.first().cloned();
                    let half = Batch {
                        events: first.into_iter().collect(),
                        ..Batch::new(batch.account, batch.at)
                    };
                    let _ = self.commit_now(half).await;
                }
                answer
            }
            Fault::OutboxAlthoughConflict => {
                let rows = Batch {
                    outbox: batch.outbox.clone(),
                    ..Batch::new(batch.account, batch.at)
                };
                let mut batch = batch;
                batch.outbox.clear();
                let answer = self.commit_now(batch).await;
                self.commit_now(rows).await?;
                answer
            }
            Fault::OutboxLost => {
                // A crash between the two transactions, every time that there are two.
                let mut batch = batch;
                if !batch.events.is_empty() {
                    batch.outbox.clear();
                }
                self.commit_now(batch).await
            }
            Fault::HalfWhenDropped => {
                let mut rest = Batch::new(batch.account, batch.at);
                let mut half = batch;
                rest.outbox = half.outbox.split_off(0);
                rest.record = half.record.take();
                self.commit_now(half).await?;
                yield_once().await;
                self.commit_now(rest).await
            }
            Fault::AnsweredTooEarly if batch.expectations.is_empty() => {
                *self.late.lock().unwrap() = Some(batch);
                Ok(())
            }
            Fault::ListedAsFiled => {
                let filed = batch.index.clone();
                self.commit_now(batch).await?;
                let dues = filed.iter().map(|entry| (entry.instance, entry.due_at));
                self.shared.filed.lock().unwrap().extend(dues);
                Ok(())
            }
            Fault::EntryKeepsClaims if batch.stir.is_empty() => {
                let filed = batch.index.iter().map(|entry| entry.instance);
                self.shared.kept.lock().unwrap().extend(filed);
                self.commit_now(batch).await
            }
            Fault::StirKeepsClaims if batch.index.is_empty() => {
                self.shared.kept.lock().unwrap().extend(&batch.stir);
                self.commit_now(batch).await
            }
            Fault::Panics => {
                assert!(batch.record.is_none(), "a store that panics");
                self.commit_now(batch).await
            }
            _ => self.commit_now(batch).await,
        }
    }

    /// What anybody has of a read set, if the account has nothing.
    async fn load_anywhere(&self, account: AccountId, read: Read) -> Result<Loaded, StoreError> {
        let own = self.store().load(account, read.clone()).await?;
        if !self.is(Fault::LeaksLoads) || own.instance.is_some() || own.plan.is_some() {
            return Ok(own);
        }
        for other in self.shared.accounts() {
            let theirs = self.store().load(other, read.clone()).await?;
            if theirs.instance.is_some() || theirs.plan.is_some() {
                return Ok(theirs);
            }
        }
        Ok(own)
    }
}

async fn yield_once() {
    let asked = AtomicBool::new(false);
    poll_fn(|context| {
        if asked.swap(true, Ordering::SeqCst) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Store for Broken {
    fn load(&self, account: AccountId, read: Read) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        Box::pin(async move {
            self.catch_up().await;
            let calls = self.shared.calls.fetch_add(1, Ordering::SeqCst);
            if self.is(Fault::Unavailable) && calls > 40 {
                return Err(StoreError::Unavailable(None));
            }
            let mut found = self.load_anywhere(account, read.clone()).await?;
            let later = async || {
                pause();
                self.store().load(account, read.clone()).await
            };
            match self.shared.fault {
                // Where it is not looked for, it would only take its time.
                _ if found.instance.is_none() || read.key.is_none() => {}
                Fault::TornPurchase => found.purchase = later().await?.purchase,
                Fault::TornChain => found.chain = later().await?.chain,
                Fault::TornSums => found.beside = later().await?.beside,
                Fault::TornRecord => found.record = later().await?.record,
                _ => {}
            }
            match self.shared.fault {
                Fault::TornRead => {
                    if let (Some(_), Some(plan)) = (&found.instance, &found.plan) {
                        pause();
                        let plan = ReadSet::Plan(plan.state.id());
                        found.plan = self.store().load(account, plan.into()).await?.plan;
                    }
                }
                Fault::FindsNamesWithoutCase => {
                    if let (None, ReadSet::Name(name)) = (&found.other, &read.set) {
                        let small = ReadSet::Name(lower(name));
                        found.other = self.store().load(account, small.into()).await?.other;
                    }
                }
                Fault::WrongVersion => {
                    if let Some(plan) = &mut found.plan {
                        plan.version = Version(plan.version.0 + 1);
                    }
                }
                Fault::LacksTheChain => found.chain = None,
                _ => {}
            }
            Ok(found)
        })
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<(), CommitError>> {
        let at_home = thread::current().id() == self.shared.made_in;
        assert!(at_home || !self.is(Fault::PanicsInThreads), "not from here");
        let account = batch.account;
        let mut known = self.shared.accounts.lock().unwrap();
        if !known.contains(&account) {
            known.push(account);
        }
        drop(known);
        if self.is(Fault::BeforePolled) {
            let answer = pollster::block_on(self.commit_now(batch));
            return Box::pin(async move { answer });
        }
        Box::pin(async move {
            self.catch_up().await;
            self.commit_all(batch).await
        })
    }

    fn journal(
        &self,
        account: AccountId,
        stream: StreamId,
        after: Version,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Event>, StoreError>> {
        Box::pin(async move {
            self.catch_up().await;
            let skips = self.is(Fault::JournalSkips) && after.0 > 0;
            let after = Version(after.0.saturating_add(u64::from(skips)));
            let own = self.store().journal(account, stream, after, limit).await?;
            if own.is_empty() && self.is(Fault::LeaksJournals) {
                for other in self.shared.accounts() {
                    let theirs = self.store().journal(other, stream, after, limit).await?;
                    if !theirs.is_empty() {
                        return Ok(theirs);
                    }
                }
            }
            Ok(own)
        })
    }

    fn forget_records(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'_, Result<usize, StoreError>> {
        let limit = if self.is(Fault::ForgetsTooMany) {
            99
        } else {
            limit
        };
        self.store().forget_records(before, limit)
    }

    fn list(
        &self,
        account: AccountId,
        mut filter: Filter,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Listed>, StoreError>> {
        Box::pin(async move {
            self.catch_up().await;
            let suffix = filter.name_suffix.clone();
            match self.shared.fault {
                Fault::ShowsDeleted if filter.stages.is_empty() => {
                    filter.stages = Stage::ALL.to_vec();
                }
                Fault::SuffixAnywhere => filter.name_suffix = None,
                _ => {}
            }
            let before = match before {
                Some(Position(place)) if self.is(Fault::ListSkips) => Some(Position(place - 1)),
                before => before,
            };
            let mut listed = self.store().list(account, filter, before, limit).await?;
            for one in &mut listed {
                let filed = self.shared.filed.lock().unwrap();
                if let Some(due_at) = filed.get(&one.entry.instance) {
                    one.entry.due_at = *due_at;
                }
            }
            if self.is(Fault::OldestFirst) {
                listed.reverse();
            }
            if let Some(suffix) = suffix.filter(|_| self.is(Fault::SuffixAnywhere)) {
                let has = |one: &Listed| {
                    let mut names = one.entry.names.iter();
                    names.any(|name| name.as_str().contains(suffix.as_str()))
                };
                listed.retain(has);
            }
            if self.is(Fault::LeaksLists) {
                for other in self.shared.accounts() {
                    if other != account {
                        let all = Filter::default();
                        listed.extend(self.store().list(other, all, None, limit).await?);
                    }
                }
            }
            Ok(listed)
        })
    }

    fn count(
        &self,
        account: AccountId,
        mut filter: Filter,
    ) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            self.catch_up().await;
            if self.is(Fault::CountsDeleted) && filter.stages.is_empty() {
                filter.stages = Stage::ALL.to_vec();
            }
            let mut all = self.store().count(account, filter.clone()).await?;
            if self.is(Fault::CountsAllAccounts) {
                for other in self.shared.accounts() {
                    if other != account {
                        all += self.store().count(other, filter.clone()).await?;
                    }
                }
            }
            Ok(all)
        })
    }

    fn plans(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPlan>, StoreError>> {
        Box::pin(async move {
            self.catch_up().await;
            let product = product.filter(|_| !self.is(Fault::PlansOfAllProducts));
            let before = match before {
                Some(Position(place)) if self.is(Fault::PlansSkip) => Some(Position(place - 1)),
                before => before,
            };
            let mut found = self.store().plans(account, product, before, limit).await?;
            match self.shared.fault {
                Fault::PlansOldestFirst => found.reverse(),
                Fault::PlansAsBought => {
                    for own in &mut found {
                        own.plan.version = Version(1);
                    }
                }
                Fault::PlansMove => {
                    for own in &mut found {
                        own.position.0 = own.position.0 * 100 + own.plan.version.0;
                    }
                }
                Fault::LeaksPlans => {
                    for other in self.shared.accounts() {
                        if other != account {
                            let theirs = self.store().plans(other, product, None, limit);
                            found.extend(theirs.await?);
                        }
                    }
                }
                _ => {}
            }
            Ok(found)
        })
    }

    fn purchases(
        &self,
        account: AccountId,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPurchase>, StoreError>> {
        assert!(
            !self.is(Fault::PanicsBeforehand),
            "not yet implemented: {}",
            "purchases"
        );
        Box::pin(async move {
            self.catch_up().await;
            let before = match before {
                Some(Position(place)) if self.is(Fault::PurchasesSkip) => Some(Position(place - 1)),
                before => before,
            };
            let mut found = self.store().purchases(account, before, limit).await?;
            if self.is(Fault::PurchasesOldestFirst) {
                found.reverse();
            }
            if self.is(Fault::LeaksPurchases) {
                for other in self.shared.accounts() {
                    if other != account {
                        found.extend(self.store().purchases(other, None, limit).await?);
                    }
                }
            }
            Ok(found)
        })
    }

    fn due(&self, mut lease: Lease) -> BoxFuture<'_, Result<Vec<DueRow>, StoreError>> {
        Box::pin(async move {
            self.catch_up().await;
            if self.is(Fault::ClaimsShared) {
                lease.until = lease.now;
            }
            if self.is(Fault::NoHorizon) {
                lease.horizon = Timestamp::MAX;
            }
            let mut rows = self.store().due(lease).await?;
            if self.is(Fault::DueAnyOrder) {
                rows.sort_by_key(|row| row.instance);
            }
            self.shared.claimed_anew(&rows);
            if self.is(Fault::ReschedulesSameVersion) {
                for row in &rows {
                    let version = self.version(row.account, row.instance).await?;
                    let mut claimed = self.shared.claimed.lock().unwrap();
                    claimed.push((row.instance, version));
                }
            }
            Ok(rows)
        })
    }

    fn reschedule(
        &self,
        account: AccountId,
        instance: InstanceId,
        claim: Claim,
        due_at: Option<Timestamp>,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            // The numbers of the store beneath are small.
            let same = self.is(Fault::ReschedulesSameVersion) && {
                let version = self.version(account, instance).await?;
                let claimed = self.shared.claimed.lock().unwrap();
                let last = claimed.iter().rfind(|(own, _)| *own == instance);
                last.is_some_and(|(_, then)| *then == version)
            };
            let kept = self.shared.kept.lock().unwrap().contains(&instance);
            let own = if same || kept || self.is(Fault::ReschedulesAnyClaim) {
                0..30
            } else {
                claim.0..claim.0 + 1
            };
            for claim in own.map(Claim) {
                let done = self.store().reschedule(account, instance, claim, due_at);
                done.await?;
            }
            Ok(())
        })
    }

    fn lease(&self, mut lease: Lease) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        if self.is(Fault::LeasesShared) {
            lease.until = lease.now;
        }
        if self.is(Fault::NoHorizon) {
            lease.horizon = Timestamp::MAX;
        }
        Box::pin(async move {
            let mut rows = self.store().lease(lease).await?;
            if self.is(Fault::HorizonForLeasesAlone) {
                rows.retain(|row| row.attempts > 1 || row.at <= lease.now);
            }
            if self.is(Fault::AttemptsAreClaims) {
                for row in &mut rows {
                    row.claim = Claim(row.attempts.into());
                }
            }
            Ok(rows)
        })
    }

    fn finish(&self, row: RequestId) -> BoxFuture<'_, Result<(), StoreError>> {
        if self.is(Fault::FinishedComesBack) {
            let far = "2024-03-01T02:00:00Z".parse().unwrap();
            return Box::pin(async move {
                for claim in (0..9).map(Claim) {
                    self.store().postpone(row, claim, far).await?;
                }
                Ok(())
            });
        }
        self.store().finish(row)
    }

    fn postpone(
        &self,
        row: RequestId,
        claim: Claim,
        until: Timestamp,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let own = if self.is(Fault::TooSlowCounts) || self.has_attempt(row, claim).await? {
                0..9
            } else {
                claim.0..claim.0 + 1
            };
            if self.has_ended(row, claim) {
                return Ok(());
            }
            if self.is(Fault::PostponeEndsClaim) {
                self.shared.ended.lock().unwrap().push((row, claim));
            }
            if self.is(Fault::ParkedIsPostponed) {
                self.show_anew(row, claim, |row| (until, row.parked))
                    .await?;
            }
            for claim in own.map(Claim) {
                self.store().postpone(row, claim, until).await?;
            }
            Ok(())
        })
    }

    fn park(
        &self,
        row: RequestId,
        claim: Claim,
        reason: Note,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        if self.is(Fault::ParkedIsLeased) {
            return Box::pin(async { Ok(()) });
        }
        Box::pin(async move {
            let own = if self.has_attempt(row, claim).await? {
                0..9
            } else {
                claim.0..claim.0 + 1
            };
            if self.has_ended(row, claim) {
                return Ok(());
            }
            if self.is(Fault::ParkedAnew) {
                let anew = |row: OutboxRow| (row.not_before, Some(reason.clone()));
                self.show_anew(row, claim, anew).await?;
            }
            for claim in own.map(Claim) {
                self.store().park(row, claim, reason.clone()).await?;
            }
            Ok(())
        })
    }

    fn retry(&self, row: RequestId, at: Timestamp) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.store().retry(row, at)
    }

    fn outbox(
        &self,
        part: OutboxPart,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        Box::pin(async move {
            self.catch_up().await;
            let after = match after {
                Some(Position(place)) if self.is(Fault::OutboxSkips) => Some(Position(place + 1)),
                after => after,
            };
            let mut rows = self.store().outbox(part, after, limit).await?;
            for row in rows.iter_mut().filter(|row| row.parked.is_some()) {
                let anew = self.shared.anew.lock().unwrap();
                if let Some((not_before, reason)) = anew.get(&row.id).cloned() {
                    (row.not_before, row.parked) = (not_before, reason);
                }
            }
            if self.is(Fault::PlacesUsedAgain) {
                for (place, row) in (1..).zip(&mut rows) {
                    row.position = Position(place);
                }
            }
            Ok(rows)
        })
    }
}
