//! The process that is killed: clients, workers and sweepers on one store, and a line to the parent
//! after each acknowledgement.

use std::fmt;
use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cert_lifecycle::adapter::{ManualClock, SeededIds};
use cert_lifecycle::codec::stored::encode_receipt;
use cert_lifecycle::lifecycle::{Command, Event};
use cert_lifecycle::model::{
    AccountId, Channel, Currency, InstanceId, Note, OrderId, Payment, PlanId, ProductCode,
    RevocationReason, Timestamp,
};
use cert_lifecycle::port::{
    Batch, BoxFuture, Claim, CommitError, DueRow, Filter, IdempotencyKey, Ids, Lease, Listed,
    ListedPlan, ListedPurchase, Loaded, OutboxPart, OutboxRow, Position, Read, RequestId, Store,
    StoreError, StreamId, Version,
};
use cert_lifecycle::service::{Caller, Receipt, Service, ServiceError};

use super::outside::{Remote, tell_parent};
use super::place::{Opened, Place, Random, account, product, submission};

/// The accounts of the clients; the last one buys on the console.
pub(crate) const ACCOUNTS: [&str; 3] = ["1000000001", "1000000002", "2000000001"];
const CLIENTS: usize = 8;
pub(crate) const CASH: Payment = Payment::cash(10_000, Currency::CNY);

/// Who asks for what through which channel.
pub(crate) const fn channel(place: usize) -> Channel {
    if place == 2 {
        Channel::Console
    } else {
        Channel::Api
    }
}

/// A command that is sent under a key, and again after a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Keyed {
    Plan(u32),
    Submit(String),
    Buy(u32),
}

impl fmt::Display for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(count) => write!(f, "plan\t{count}"),
            Self::Submit(domain) => write!(f, "submit\t{domain}"),
            Self::Buy(years) => write!(f, "buy\t{years}"),
        }
    }
}

impl Keyed {
    pub(crate) fn parse(word: &str, rest: &str) -> Self {
        match word {
            "plan" => Self::Plan(rest.parse().unwrap()),
            "submit" => Self::Submit(rest.into()),
            _ => Self::Buy(rest.parse().unwrap()),
        }
    }

    pub(crate) async fn send(
        &self,
        service: &Service,
        caller: Caller,
    ) -> Result<Receipt, ServiceError> {
        match self {
            Self::Plan(count) => {
                let count = NonZeroU32::new(*count).unwrap();
                let bought = service.buy_plan(caller, product(), count, CASH).await;
                bought.map(|(_, receipt)| receipt)
            }
            Self::Submit(domain) => {
                let submitted = service.submit(caller, product().code, submission(domain));
                submitted.await.map(|(_, receipt)| receipt)
            }
            Self::Buy(years) => {
                let years = NonZeroU32::new(*years).unwrap();
                let bought = service.buy(caller, product(), years, CASH).await;
                bought.map(|bought| bought.receipt)
            }
        }
    }
}

/// The store, and a word to the parent before and after each commit.
struct Watched(Arc<dyn Store>);

impl Store for Watched {
    fn load(&self, account: AccountId, read: Read) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        self.0.load(account, read)
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<(), CommitError>> {
        Box::pin(async move {
            tell_parent("C");
            let answer = self.0.commit(batch).await;
            tell_parent("D");
            answer
        })
    }

    fn journal(
        &self,
        account: AccountId,
        stream: StreamId,
        after: Version,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Event>, StoreError>> {
        self.0.journal(account, stream, after, limit)
    }

    fn forget_records(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> BoxFuture<'_, Result<usize, StoreError>> {
        self.0.forget_records(before, limit)
    }

    fn list(
        &self,
        account: AccountId,
        filter: Filter,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Listed>, StoreError>> {
        self.0.list(account, filter, before, limit)
    }

    fn count(&self, account: AccountId, filter: Filter) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.0.count(account, filter)
    }

    fn plans(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPlan>, StoreError>> {
        self.0.plans(account, product, before, limit)
    }

    fn purchases(
        &self,
        account: AccountId,
        before: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ListedPurchase>, StoreError>> {
        self.0.purchases(account, before, limit)
    }

    fn due(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<DueRow>, StoreError>> {
        self.0.due(lease)
    }

    fn reschedule(
        &self,
        account: AccountId,
        instance: InstanceId,
        claim: Claim,
        due_at: Option<Timestamp>,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.0.reschedule(account, instance, claim, due_at)
    }

    fn lease(&self, lease: Lease) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        self.0.lease(lease)
    }

    fn finish(&self, row: RequestId) -> BoxFuture<'_, Result<(), StoreError>> {
        self.0.finish(row)
    }

    fn postpone(
        &self,
        row: RequestId,
        claim: Claim,
        until: Timestamp,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.0.postpone(row, claim, until)
    }

    fn park(
        &self,
        row: RequestId,
        claim: Claim,
        reason: Note,
    ) -> BoxFuture<'_, Result<(), StoreError>> {
        self.0.park(row, claim, reason)
    }

    fn retry(&self, row: RequestId, at: Timestamp) -> BoxFuture<'_, Result<bool, StoreError>> {
        self.0.retry(row, at)
    }

    fn outbox(
        &self,
        part: OutboxPart,
        after: Option<Position>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OutboxRow>, StoreError>> {
        self.0.outbox(part, after, limit)
    }
}

/// What the clients of an account know of it.
#[derive(Default)]
struct Known {
    orders: Vec<OrderId>,
    plans: Vec<PlanId>,
}

struct Client {
    service: Service,
    account: AccountId,
    console: bool,
    known: Arc<Mutex<Known>>,
    random: Random,
    /// What its keys and domains begin with.
    name: String,
    sent: u32,
}

/// An error that is no refusal: the parent judges whether it was to be expected.
fn surprise(error: &ServiceError) {
    if !matches!(error, ServiceError::Refused(_)) {
        tell_parent(&format!("E\t{error}"));
    }
}

impl Client {
    fn known<T>(&self, act: impl FnOnce(&mut Known) -> T) -> T {
        act(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An order that is known, rather one of the last.
    fn order(&mut self) -> Option<OrderId> {
        let orders = self.known(|known| {
            let skipped = known.orders.len().saturating_sub(20);
            known.orders[skipped..].to_vec()
        });
        self.random.pick(&orders)
    }

    /// Takes note of an answer, and has the parent write down what was acknowledged.
    fn acknowledge(&self, key: Option<IdempotencyKey>, answer: Result<Receipt, ServiceError>) {
        let receipt = match answer {
            Ok(receipt) => receipt,
            Err(error) => return surprise(&error),
        };
        self.known(|known| {
            for event in &receipt.events {
                match event {
                    Event::Instance { event, .. } => known.orders.extend(event.begun_order()),
                    Event::Plan { id, .. } if !known.plans.contains(id) => known.plans.push(*id),
                    Event::Plan { .. } | Event::Chain { .. } | Event::Purchase { .. } => {}
                }
            }
        });
        let key = key.map_or("-".into(), |key| key.to_string());
        let receipt = encode_receipt(&receipt);
        tell_parent(&format!("A\t{}\t{key}\t{receipt}", self.account));
    }

    /// Sends a command under a key until it is known what became of it, and sometimes once more.
    async fn once(&mut self, what: &Keyed) {
        let key = IdempotencyKey::new(&format!("{}-{}", self.name, self.sent)).unwrap();
        let caller = Caller::once(self.account, key);
        tell_parent(&format!("T\t{}\t{key}\t{what}", self.account));
        let first = loop {
            match what.send(&self.service, caller).await {
                Err(error @ ServiceError::Store(_)) if error.retry_helps() => {
                    surprise(&error);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                answer => break answer,
            }
        };
        if let (Ok(receipt), 0) = (&first, self.random.below(3)) {
            match what.send(&self.service, caller).await {
                Ok(again) if again == *receipt => {}
                Err(error) if error.retry_helps() => surprise(&error),
                other => tell_parent(&format!("V\tkey {key} was answered twice: {other:?}")),
            }
        }
        self.acknowledge(Some(key), first);
    }

    async fn new_thing(&mut self, what: Keyed) {
        if self.random.below(2) == 0 {
            return self.once(&what).await;
        }
        let answer = what.send(&self.service, self.account.into()).await;
        self.acknowledge(None, answer);
    }

    async fn order_command(&mut self, command: Command) {
        if let Some(order) = self.order() {
            let answer = self.service.execute(self.account, order, &command).await;
            self.acknowledge(None, answer);
        }
    }

    async fn apply(&mut self, domain: &str) {
        if let Some(order) = self.order() {
            let applied = self.service.apply(self.account, order, submission(domain));
            self.acknowledge(None, applied.await.map(|(_, receipt)| receipt));
        }
    }

    async fn plan_command(&mut self, command: Command) {
        let plans = self.known(|known| known.plans.clone());
        if let Some(plan) = self.random.pick(&plans) {
            let service = &self.service;
            let answer = service.execute_on_plan(self.account, plan, &command).await;
            self.acknowledge(None, answer);
        }
    }

    async fn step(&mut self) {
        self.sent += 1;
        let domain = format!("{}-{}.example.com", self.name, self.sent);
        let some = u32::try_from(self.random.below(4)).unwrap() + 1;
        let revoke = Command::RequestRevocation {
            reason: RevocationReason::Superseded,
        };
        match (self.random.below(100), self.console) {
            (0..=14, false) => self.new_thing(Keyed::Plan(some)).await,
            (0..=14, true) => self.new_thing(Keyed::Buy(some.min(3))).await,
            (15..=54, false) => self.new_thing(Keyed::Submit(domain)).await,
            (15..=54, true) => self.apply(&domain).await,
            (55..=66, _) => self.order_command(Command::Withdraw).await,
            (67..=76, _) => self.order_command(Command::Delete).await,
            (77..=82, _) => self.order_command(Command::CancelOrder).await,
            (83..=92, _) => self.order_command(revoke).await,
            (93..=95, true) => self.order_command(Command::GrantRefund).await,
            (_, true) => self.order_command(Command::ClaimRefund).await,
            (_, false) => self.plan_command(Command::ClaimRefund).await,
        }
    }
}

async fn work(service: Service, clock: ManualClock) {
    loop {
        clock.advance(20);
        let seen = match service.work(5).await {
            Ok(report) => {
                let bad = report.refused.iter().chain(&report.failed);
                for (row, error) in bad.chain(&report.given_up) {
                    tell_parent(&format!("E\t{:?}: {error}", row.effect));
                }
                report.seen()
            }
            Err(error) => {
                surprise(&error);
                0
            }
        };
        if seen == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

async fn sweep(service: Service) {
    loop {
        let seen = match service.sweep(5).await {
            Ok(report) => {
                for (_, error) in &report.failed {
                    surprise(error);
                }
                report.seen
            }
            Err(error) => {
                surprise(&error);
                0
            }
        };
        if seen == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// What an account has, so that what was begun before a crash goes on after it.
async fn known(opened: &Opened, place: usize) -> Result<Known, StoreError> {
    let of = account(ACCOUNTS[place]);
    let listed = opened.store.list(of, Filter::default(), None, 40);
    let mut orders: Vec<OrderId> = listed.await?.iter().map(|one| one.entry.order).collect();
    orders.reverse();
    Ok(Known {
        orders,
        plans: Vec::new(),
    })
}

/// `place seed start`: writes until it is killed.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    let place = Place::parse(&arguments[0]);
    let seed: u64 = arguments[1].parse().unwrap();
    let clock = ManualClock::new(arguments[2].parse().unwrap());
    let ids: Arc<dyn Ids> = Arc::new(SeededIds::new(seed));
    let world = Arc::new(Remote::default());
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut opened = place.open().await.unwrap();
        let mut accounts = Vec::new();
        for place in 0..ACCOUNTS.len() {
            let known = known(&opened, place).await.unwrap();
            accounts.push(Arc::new(Mutex::new(known)));
        }
        opened.store = Arc::new(Watched(opened.store.clone()));
        let service = |place| opened.service(channel(place), &world, &clock, &ids);
        let mut tasks = Vec::new();
        for number in 0..CLIENTS {
            let place = number % ACCOUNTS.len();
            let mut client = Client {
                service: service(place),
                account: account(ACCOUNTS[place]),
                console: place == 2,
                known: accounts[place].clone(),
                random: Random(seed.wrapping_mul(1_000).wrapping_add(number as u64)),
                name: format!("c{seed}-{number}"),
                sent: 0,
            };
            tasks.push(tokio::spawn(async move {
                loop {
                    client.step().await;
                }
            }));
        }
        for place in [0, 2] {
            tasks.push(tokio::spawn(work(service(place), clock.clone())));
            tasks.push(tokio::spawn(sweep(service(place))));
        }
        for task in tasks {
            // None of them ends by itself.
            let ended = task.await;
            tell_parent(&format!("V\ta task ended: {ended:?}"));
        }
    });
    ExitCode::FAILURE
}
