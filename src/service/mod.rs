//! The service: load, decide, commit, and hand the work that follows to the ports.
//!
//! ```text
//! command ─► load ─► clauses ─► decide ─► commit (events, expectations, outbox)
//!                                             │
//!        commands ◄─ answers ◄─ ports ◄─ worker ◄─ outbox
//! ```
//!
//! It runs on any executor: it spawns nothing and sleeps nowhere. [`Service::work`] runs what waits
//! in the outbox, [`Service::sweep`] looks at what is due, [`Service::refresh`] asks the CA how one
//! order stands; [`Service`] says in which order to call them. A [`Runner`] calls them for you.
//!
//! # Watching it
//! With the feature `metrics` it counts what it does: the module `metrics` lists the names. With the
//! feature `tracing` it tells subscribers, under the target `cert_lifecycle::service`:
//!
//! | Span (`INFO`) | Fields |
//! |---|---|
//! | `command` | `command`, `account`, `order` or `plan` if it is about one or began one, `outcome`, `tries` |
//! | `row` of the outbox | `row`, `effect`, `account`, `order`, `attempts`, `outcome` |
//! | `sweep` | `seen`, `changed`, `failed` |
//!
//! At the end of each an event says the same again, so that a filter that drops spans loses no id;
//! that of a command has the number of `events` or the `rule` of a refusal, too. What a row or a sweep
//! brings about is told within its span. Outcomes are the words of the counts.
//!
//! | Level | Event |
//! |---|---|
//! | `ERROR` | a row was laid aside; a failure that does not help itself |
//! | `WARN` | a row or a command failed and may be tried again |
//! | `INFO` | a refusal, by the rules or by the CA for good; a key that was used for another request |
//! | `DEBUG` | what was done |
//! | `TRACE` | a sweep that found nothing due |
//!
//! Fields are ids, words of this crate and numbers. Nothing that somebody wrote is told: no names,
//! phones or mails, no domains, keys or idempotency keys, and no error as a text, since it may quote
//! the CA. What a person needs to act stands in [`WorkReport`], [`SweepReport`] and
//! [`Service::parked`]. The service measures no time; spans last as long as what they are around.

mod answer;
mod backoff;
mod caller;
mod digest;
mod error;
mod kept;
mod line;
#[cfg(feature = "metrics")]
pub mod metrics;
mod observe;
mod orders;
mod rules;
mod run;
mod runner;
mod settings;
mod side_by_side;
mod sweeper;
mod watch;
mod worker;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::lifecycle::{
    Availability, Command, CommandKind, Due, Offer, Preview, agenda, allowed, availability, decide,
    next_wakeup, preview, status,
};
use crate::model::{
    AccountId, CertificateInstance, OrderId, PlanId, ProductCode, ResourcePlan, Status, Timestamp,
};
use crate::port::{
    CertificateAuthority, Clock, Deployer, Filter, Ids, KeyVault, Listed, ListedPlan,
    ListedPurchase, Loaded, Notifier, Payments, Position, ReadSet, Store,
};

use digest::digest;
use line::Lines;
use run::Found;
use side_by_side::side_by_side;

pub use crate::lifecycle::Receipt;
pub use caller::Caller;
pub use error::{ServiceError, TakenId};
pub use orders::Bought;
#[cfg(feature = "server")]
pub(crate) use orders::MOST_YEARS;
pub use rules::{EditionPolicy, Editions, Rules};
pub use runner::{Pace, Round, Runner, RunnerHandle};
pub use settings::Settings;
pub use sweeper::SweepReport;
pub use worker::WorkReport;

/// The ports that a service works through.
#[derive(Clone)]
pub struct Ports {
    /// Where streams are kept.
    pub store: Arc<dyn Store>,
    /// Who signs.
    pub ca: Arc<dyn CertificateAuthority>,
    /// Where service-made keys are kept.
    pub vault: Arc<dyn KeyVault>,
    /// Who pays refunds out.
    pub payments: Arc<dyn Payments>,
    /// Who tells holders what happened.
    pub notifier: Arc<dyn Notifier>,
    /// Who puts certificates on cloud products.
    pub deployer: Arc<dyn Deployer>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn Ids>,
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ports").finish_non_exhaustive()
    }
}

/// A certificate service over ports of your choice.
///
/// # The order of calls
/// 1. A command is decided and committed: [`buy_plan`](Self::buy_plan), [`submit`](Self::submit),
///    [`execute`](Self::execute) and the like. No port but the store has heard of it yet. Under a key
///    ([`Caller::once`]) it may be sent again and counts once.
/// 2. [`work`](Self::work) hands what follows from it to the other ports.
/// 3. [`sweep`](Self::sweep) looks at what is due: it asks the CA about the orders that wait for it,
///    brings its answers back as commands, and gives the commands of the clock.
///    [`refresh`](Self::refresh) asks about one order at once, and [`receive`](Self::receive) takes an
///    answer that came by itself.
///
/// All of them can be called at any time, from several threads and processes and in any order: too
/// early a call finds nothing to do, and none does harm. `Service` waits for nothing itself: a
/// [`Runner`] calls `work` and `sweep` in loops, until it is told to stop.
///
/// # Commands that get in each other's way
/// A command is decided on what was read and committed if it is still so; who comes too late reads
/// again. Within one service and its clones, commands of one account that came too late once wait for
/// each other in a line, so that many at once end all the same; over several processes it is
/// [`Settings::attempts`] that ends it. So a call that was begun is polled to its end or dropped: one
/// that is kept and never polled again may hold up others of its account.
///
/// # Example
/// From the plan to the certificate and its key, with a CA that really signs and a clock that is
/// moved by hand. `examples/walkthrough.rs` goes on from there to revocations and what they cost.
///
/// ```
/// use std::num::NonZeroU32;
/// use std::sync::Arc;
///
/// use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
/// use cert_lifecycle::adapter::{
///     ManualClock, MemoryKeyVault, MemoryStore, Recorder, SeededIds, Sent,
/// };
/// use cert_lifecycle::model::{
///     AccountId, Applicant, Catalog, Channel, Curve, KeyKind, Payment, Site, Status, Submission,
///     ValidationMethod,
/// };
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::service::{EditionPolicy, Ports, Rules, Service};
/// # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// # // These adapters answer at once; a program would use the executor that it has.
/// # fn wait<T>(future: impl Future<Output = T>) -> T {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(value) => value,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
///
/// let start = "2026-03-20T09:00:00+08:00".parse()?;
/// let (clock, zone, book) = (ManualClock::new(start), Zone::new(), Rulebook::published());
/// let ceilings = book.ceilings().clone();
/// let config = LocalCaConfig::new(move |issued| ceilings.max_days(issued).into());
/// let recorder = Arc::new(Recorder::new());
/// let ports = Ports {
///     store: Arc::new(MemoryStore::new()),
///     ca: Arc::new(LocalCa::new(config, zone.clone(), start)?),
///     vault: Arc::new(MemoryKeyVault::new()),
///     payments: recorder.clone(),
///     notifier: recorder.clone(),
///     deployer: recorder.clone(),
///     clock: Arc::new(clock.clone()),
///     ids: Arc::new(SeededIds::new(1)),
/// };
/// let policy = EditionPolicy::AsOf { site: Site::Cn, channel: Channel::Api };
/// let service = Service::new(ports, Rules::new(book, policy));
///
/// let account = AccountId::new("1234567890")?;
/// let product = Catalog::published().get("geotrust-dv-1-starter").ok_or("no such product")?;
/// let (plan, _) = wait(service.buy_plan(account, product, NonZeroU32::MIN, Payment::NONE))?;
/// let applicant = Applicant::new("Tom", "13900000000", "username@example.com")?;
/// let submission = Submission::request(
///     "www.example.com".parse()?,
///     applicant,
///     ValidationMethod::Dns,
///     KeyKind::Ec(Curve::P256),
/// );
/// let (order, receipt) = wait(service.submit(account, product.code, submission))?;
/// assert_eq!(receipt.status, Some(Status::DomainVerification));
///
/// // The worker makes the key and hands the order to the CA, which says what to publish.
/// assert_eq!(wait(service.work(10))?.done, 1);
/// wait(service.refresh(account, order))?;
/// let described = wait(service.describe(account, order))?;
/// let application = described.instance.application().ok_or("no application")?;
/// zone.publish(application.challenge().ok_or("no challenge")?);
///
/// // The CA finds the proof, and after its review it issues.
/// wait(service.refresh(account, order))?;
/// clock.advance(3_600);
/// wait(service.refresh(account, order))?;
/// let described = wait(service.describe(account, order))?;
/// assert_eq!(described.status, Status::Issued);
/// let key = wait(service.export_key(account, order))?;
/// assert!(key.expose().starts_with("-----BEGIN PRIVATE KEY-----"));
///
/// // The holder is told, and the unit is used.
/// assert_eq!(wait(service.work(10))?.done, 1);
/// assert!(matches!(recorder.sent()[..], [Sent::Message(_)]));
/// let plan = wait(service.plan(account, plan))?.ok_or("no plan")?;
/// assert_eq!((plan.remaining(), plan.issued()), (0, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Service {
    ports: Ports,
    rules: Rules,
    settings: Settings,
    lines: Arc<Lines>,
}

/// An instance in a list.
#[derive(Debug)]
pub struct Summary {
    /// Its status now; none if it was gone when it was looked at, or could not be read.
    pub status: Option<Status>,
    /// Why it could not be read: what is stored of it is damaged or of a later release, or its edition
    /// is not in the rulebook.
    pub unreadable: Option<ServiceError>,
    /// How it is found.
    pub listed: Listed,
    /// What the status was read from: the instance, its chain and what else belongs to it; none if it
    /// could not be read.
    pub read: Option<Box<Loaded>>,
}

/// How an order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its status.
    pub status: Status,
    /// When that was so.
    pub at: Timestamp,
    /// The instance that carries it.
    pub instance: CertificateInstance,
    /// The plan whose unit it holds.
    pub plan: Option<ResourcePlan>,
}

impl Service {
    /// A service over these ports, under these rules.
    #[must_use]
    pub fn new(ports: Ports, rules: Rules) -> Self {
        Self {
            ports,
            rules,
            settings: Settings::default(),
            lines: Arc::default(),
        }
    }

    /// The same service with other settings.
    #[must_use]
    pub fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// The ports.
    #[must_use]
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The rules.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Gives a command about an order.
    ///
    /// **Trust.** The service decides whether a command is possible, not who may give it: the
    /// embedder authenticates the account, and picks the commands that it takes from outside.
    ///
    /// - From **holders** take only [`Command::Withdraw`], [`Command::Delete`],
    ///   [`Command::CancelOrder`], [`Command::RequestRevocation`] and [`Command::Collect`].
    /// - The **CA's answers** are taken at their word: who could give them for a holder could forge
    ///   a rejection to get a unit back. [`Service::refresh`] gives them from what the CA says; give
    ///   one here only if it came from the CA by another way, such as a call that it authenticated.
    ///   [`Command::ConfirmRevocation`] is one of them: the CA knows whether its mail was answered.
    /// - [`Command::Wake`] is the clock's and does no harm from anybody.
    /// - [`Command::BuyPlan`] and [`Command::Submit`] concern no order that is there, and bring ids
    ///   that must be new: they have methods of their own, [`Service::buy_plan`] and
    ///   [`Service::submit`].
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason; nothing is changed.
    pub async fn execute(
        &self,
        caller: impl Into<Caller>,
        order: OrderId,
        command: &Command,
    ) -> Result<Receipt, ServiceError> {
        let asked = digest(("execute", order, command));
        let set = set_of(order, command);
        self.run(caller.into(), set, asked, command).await
    }

    async fn look(
        &self,
        account: AccountId,
        order: OrderId,
        command: &Command,
    ) -> Result<Box<Found>, ServiceError> {
        let set = set_of(order, command);
        self.read(account.into(), set, command).await
    }

    /// Decides a command about an order and prices the decision, without carrying it out.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason.
    pub async fn preview(
        &self,
        account: AccountId,
        order: OrderId,
        command: &Command,
    ) -> Result<Preview, ServiceError> {
        let found = self.look(account, order, command).await?;
        let (now, law) = (found.now, found.editions.law(self.rules.book()));
        Ok(preview(&found.case(account), command, now, &law)?)
    }

    /// When a command about an order is possible, as things stand.
    ///
    /// For an order that the account does not have it is never possible.
    ///
    /// # Errors
    /// [`ServiceError`] if the store fails or the rulebook has no edition; no refusal.
    pub async fn availability(
        &self,
        account: AccountId,
        order: OrderId,
        command: &Command,
    ) -> Result<Availability, ServiceError> {
        let found = self.look(account, order, command).await?;
        let law = found.editions.law(self.rules.book());
        let case = found.case(account);
        Ok(availability(&case, command, found.now, &law))
    }

    /// Every command that the holder of an order can give without handing anything in, and for
    /// those that are not possible now, why: the buttons of a console.
    ///
    /// For an order that the account does not have none of them is possible.
    ///
    /// # Errors
    /// [`ServiceError`] if the store fails or the rulebook has no edition; no refusal.
    pub async fn allowed(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<Vec<Offer>, ServiceError> {
        let found = self.look(account, order, &Command::Wake).await?;
        let law = found.editions.law(self.rules.book());
        Ok(allowed(&found.loaded.case(account), found.now, &law))
    }

    /// When something is due by itself on an order: [`Command::Wake`] is to be
    /// [executed](Service::execute) then, or for a chain's member that waits [`Command::Activate`]. Now,
    /// if it was missed.
    ///
    /// None if nothing will be due, as things stand, or if the account has no such order.
    ///
    /// # Errors
    /// [`ServiceError`] if the store fails or the rulebook has no edition; no refusal.
    pub async fn next_wakeup(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<Option<Timestamp>, ServiceError> {
        let found = self.look(account, order, &Command::Wake).await?;
        let law = found.editions.law(self.rules.book());
        Ok(next_wakeup(&found.loaded.case(account), found.now, &law))
    }

    /// How an order stands.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] if the account has no such order.
    pub async fn describe(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<Description, ServiceError> {
        let found = self.look(account, order, &Command::Wake).await?;
        let (now, law) = (found.now, found.editions.law(self.rules.book()));
        // Looking is permitted wherever doing what is due would be; the refusal says why not.
        decide(&found.loaded.case(account), &Command::Wake, now, &law)?;
        let seen = status(&found.loaded.case(account), now, law.conduct);
        match found.loaded.instance.zip(seen) {
            Some((instance, seen)) => Ok(Description {
                status: seen,
                at: now,
                instance: instance.state,
                plan: found.loaded.plan.map(|plan| plan.state),
            }),
            None => Err(ServiceError::Contended),
        }
    }

    /// A plan of the account.
    ///
    /// # Errors
    /// [`ServiceError`] if the store fails.
    pub async fn plan(
        &self,
        account: AccountId,
        plan: PlanId,
    ) -> Result<Option<ResourcePlan>, ServiceError> {
        let loaded = (self.ports.store)
            .load(account, ReadSet::Plan(plan).into())
            .await?;
        Ok(loaded.plan.map(|found| found.state))
    }

    /// What will happen to an order by itself, and what its holder can still reach by when.
    ///
    /// Empty for an order that the account does not have.
    ///
    /// # Errors
    /// [`ServiceError`] if the store fails or the rulebook has no edition; no refusal.
    pub async fn agenda(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<Vec<Due>, ServiceError> {
        let found = self.look(account, order, &Command::Wake).await?;
        let law = found.editions.law(self.rules.book());
        Ok(agenda(&found.loaded.case(account), found.now, &law))
    }

    /// Instances of an account, the newest first, each with its status now: those older than `before`
    /// ([`Listed::position`] of the last one of the page before), at most `limit`. One that can't be
    /// read is listed with the reason, and costs the others nothing.
    ///
    /// # Errors
    /// [`ServiceError`] if the store is away, or what it keeps to find instances can't be read.
    pub async fn list(
        &self,
        account: AccountId,
        filter: Filter,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Summary>, ServiceError> {
        let listed = self
            .ports
            .store
            .list(account, filter, before, limit)
            .await?;
        let rows = listed.into_iter().map(|one| async move {
            let looked = self.look(account, one.entry.order, &Command::Wake).await;
            let mut row = Summary {
                status: None,
                unreadable: None,
                listed: one,
                read: None,
            };
            match looked {
                Ok(found) => {
                    let law = found.editions.law(self.rules.book());
                    let case = found.loaded.case(account);
                    row.status = status(&case, found.now, law.conduct);
                    row.read = Some(Box::new(found.loaded));
                }
                Err(error) if error.store_is_away() => return Err(error),
                Err(error) => row.unreadable = Some(error),
            }
            Ok(row)
        });
        side_by_side(ROWS_AT_ONCE, rows).await
    }

    /// Purchases of an account, the newest first: those older than `before`
    /// ([`ListedPurchase::position`] of the last one of the page before), at most `limit`.
    ///
    /// # Errors
    /// [`ServiceError`] if the store fails.
    pub async fn purchases(
        &self,
        account: AccountId,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<ListedPurchase>, ServiceError> {
        Ok(self.ports.store.purchases(account, before, limit).await?)
    }

    /// How many instances [`list`](Self::list) gives in all its pages.
    ///
    /// # Errors
    /// [`ServiceError`] if the store fails.
    pub async fn count(&self, account: AccountId, filter: Filter) -> Result<u64, ServiceError> {
        Ok(self.ports.store.count(account, filter).await?)
    }

    /// All plans of an account, of one product or of all, the newest first; what was used up or paid
    /// back is among them. [`Store::plans`] gives them page by page.
    ///
    /// # Errors
    /// [`ServiceError`] if the store fails.
    pub async fn plans(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
    ) -> Result<Vec<ListedPlan>, ServiceError> {
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let page = (self.ports.store).plans(account, product, before, PLANS_AT_ONCE);
            let page = page.await?;
            before = page.last().map(|own| own.position);
            let is_full = page.len() >= PLANS_AT_ONCE;
            all.extend(page);
            if !is_full {
                return Ok(all);
            }
        }
    }
}

/// So many rows of a list are read at the same time: a store over a pool has some connections, and
/// others want theirs.
const ROWS_AT_ONCE: usize = 4;

/// So many plans are read from the store at once.
const PLANS_AT_ONCE: usize = 200;

/// What a command about an order looks at.
fn set_of(order: OrderId, command: &Command) -> ReadSet {
    if command.kind() == CommandKind::Renew {
        ReadSet::Renewal(order)
    } else {
        ReadSet::Order(order)
    }
}
