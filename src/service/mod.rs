//! The service: load, decide, commit, and hand the work that follows to the ports.
//!
//! ```text
//! command ─► load ─► clauses ─► decide ─► commit (events, expectations, outbox)
//!                                             │
//!        commands ◄─ answers ◄─ ports ◄─ worker ◄─ outbox
//! ```
//!
//! It runs on any executor: it spawns nothing and sleeps nowhere. [`Service::work`] runs what waits
//! in the outbox, [`Service::refresh`] asks the CA how an order stands; [`Service`] says in which
//! order to call them, and the embedder when.

mod answer;
mod error;
mod rules;
mod worker;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use crate::lifecycle::{
    Availability, Case, Command, Event, Expect, Offer, Preview, Streams, allowed, availability,
    decide, effects, evolve, evolve_instance, expectations, next_wakeup, preview, status,
};
use crate::model::{
    AccountId, CertificateInstance, EditionKey, OrderId, Payment, PlanId, Product, ProductCode,
    ResourcePlan, Status, Submission, Timestamp,
};
use crate::port::{
    Batch, CertificateAuthority, Clock, CommitError, Expectation, Ids, KeyVault, Loaded, ReadSet,
    Store, StreamId, Versioned,
};

pub use crate::lifecycle::Receipt;
pub use error::{ServiceError, TakenId};
pub use rules::{EditionPolicy, Editions, Rules};
pub use worker::WorkReport;

/// How often a command is decided again when somebody else was faster.
const ATTEMPTS: u32 = 16;

/// The ports that a service works through.
#[derive(Clone)]
pub struct Ports {
    /// Where streams are kept.
    pub store: Arc<dyn Store>,
    /// Who signs.
    pub ca: Arc<dyn CertificateAuthority>,
    /// Where service-made keys are kept.
    pub vault: Arc<dyn KeyVault>,
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
///    [`execute`](Self::execute). No port but the store has heard of it yet.
/// 2. [`work`](Self::work) hands what follows from it to the CA and the vault, and gives the notices
///    for holders, each to be [acknowledged](Self::acknowledge) when it is delivered.
/// 3. [`refresh`](Self::refresh) asks the CA about an order and brings its answers back as commands;
///    they may be work again.
///
/// Both can be called at any time, from several threads and in any order: too early a call finds
/// nothing to do, and none does harm. An embedder calls `work` in a loop, `refresh` for every order
/// that waits for its CA, and `execute` with [`Command::Wake`] when
/// [`next_wakeup`](Self::next_wakeup) says so.
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
/// use cert_lifecycle::adapter::{ManualClock, MemoryKeyVault, MemoryStore, SeededIds};
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
/// let ports = Ports {
///     store: Arc::new(MemoryStore::new()),
///     ca: Arc::new(LocalCa::new(config, zone.clone(), start)?),
///     vault: Arc::new(MemoryKeyVault::new()),
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
/// for notice in wait(service.work(10))?.notices {
///     wait(service.acknowledge(notice.id))?;
/// }
/// let plan = wait(service.plan(account, plan))?.ok_or("no plan")?;
/// assert_eq!((plan.remaining(), plan.issued()), (0, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Service {
    ports: Ports,
    rules: Rules,
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
    pub const fn new(ports: Ports, rules: Rules) -> Self {
        Self { ports, rules }
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

    /// Buys a resource plan.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn buy_plan(
        &self,
        account: AccountId,
        product: Product,
        count: NonZeroU32,
        payment: Payment,
    ) -> Result<(PlanId, Receipt), ServiceError> {
        let plan = self.ports.ids.plan_id();
        let buy = Command::BuyPlan {
            plan,
            product,
            count,
            payment,
        };
        let receipt = self.run(account, ReadSet::Plan(plan), &buy).await?;
        Ok((plan, receipt))
    }

    /// Applies for a certificate with a unit of the account's plan of a product (T-04).
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason; the ledger is untouched.
    pub async fn submit(
        &self,
        account: AccountId,
        product: ProductCode,
        submission: Submission,
    ) -> Result<(OrderId, Receipt), ServiceError> {
        let order = self.ports.ids.order_id();
        let submit = Command::Submit {
            instance: self.ports.ids.instance_id(),
            order,
            submission: Arc::new(submission),
        };
        let receipt = self
            .run(account, ReadSet::Product(product), &submit)
            .await?;
        Ok((order, receipt))
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
        account: AccountId,
        order: OrderId,
        command: &Command,
    ) -> Result<Receipt, ServiceError> {
        self.run(account, ReadSet::Order(order), command).await
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
        let read = self.read(account, ReadSet::Order(order), command).await?;
        let (now, loaded, law) = (read.now, read.loaded, read.editions.law(self.rules.book()));
        Ok(preview(&case(account, &loaded), command, now, &law)?)
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
        let read = self.read(account, ReadSet::Order(order), command).await?;
        let law = read.editions.law(self.rules.book());
        let case = case(account, &read.loaded);
        Ok(availability(&case, command, read.now, &law))
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
        let read = self
            .read(account, ReadSet::Order(order), &Command::Wake)
            .await?;
        let law = read.editions.law(self.rules.book());
        Ok(allowed(&case(account, &read.loaded), read.now, &law))
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
        let read = self
            .read(account, ReadSet::Order(order), &Command::Wake)
            .await?;
        let law = read.editions.law(self.rules.book());
        Ok(next_wakeup(&case(account, &read.loaded), read.now, &law))
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
        let read = self
            .read(account, ReadSet::Order(order), &Command::Wake)
            .await?;
        let (now, loaded, law) = (read.now, read.loaded, read.editions.law(self.rules.book()));
        // Looking is permitted wherever doing what is due would be; the refusal says why not.
        decide(&case(account, &loaded), &Command::Wake, now, &law)?;
        let seen = status(&case(account, &loaded), now, law.conduct);
        match loaded.instance.zip(seen) {
            Some((found, seen)) => Ok(Description {
                status: seen,
                at: now,
                instance: found.state,
                plan: loaded.plan.map(|plan| plan.state),
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
        let loaded = self.ports.store.load(account, ReadSet::Plan(plan)).await?;
        Ok(loaded.plan.map(|found| found.state))
    }

    /// What a decision needs: the instant, the case as it is stored, and the editions that judge it.
    async fn read(
        &self,
        account: AccountId,
        read_set: ReadSet,
        command: &Command,
    ) -> Result<Read, ServiceError> {
        let now = self.ports.clock.now();
        let loaded = self.ports.store.load(account, read_set).await?;
        let editions = self.rules.editions_for(&loaded, command, now)?;
        Ok(Read {
            now,
            loaded,
            editions,
        })
    }

    /// The one path: load, decide, commit; again if somebody else was faster.
    async fn run(
        &self,
        account: AccountId,
        read_set: ReadSet,
        command: &Command,
    ) -> Result<Receipt, ServiceError> {
        for _ in 0..ATTEMPTS {
            let read = self.read(account, read_set, command).await?;
            let (now, loaded, law) = (read.now, read.loaded, read.editions.law(self.rules.book()));
            let events = decide(&case(account, &loaded), command, now, &law)?;
            let expected = expectations(&case(account, &loaded), &events, &law)
                .into_iter()
                .filter_map(|expect| expectation(expect, &loaded))
                .collect();
            let rules = events.rules().to_vec();
            let events: Vec<Event> = events.into_iter().collect();

            let mut after = Streams {
                instance: loaded.instance.map(|found| found.state),
                plan: loaded.plan.map(|found| found.state),
                chain: loaded.chain.map(|found| found.state),
                purchase: loaded.purchase.map(|found| found.state),
            };
            let mut outbox = Vec::new();
            for event in &events {
                evolve(&mut after, event);
                // A renewal that is submitted at once begins another instance than the one at hand.
                let begun = begun_beside(event, after.instance.as_ref());
                let work = effects(event, begun.as_ref().or(after.instance.as_ref()));
                outbox.extend(
                    work.into_iter()
                        .map(|effect| (self.ports.ids.request_id(), effect)),
                );
            }
            let receipt = Receipt {
                events: events.clone(),
                rules,
                at: now,
                edition: law.conduct.key(),
                status: status(
                    &Case {
                        instance: after.instance.as_ref(),
                        plan: after.plan.as_ref(),
                        chain: after.chain.as_ref(),
                        purchase: after.purchase.as_ref(),
                        ..Case::new(account)
                    },
                    now,
                    law.conduct,
                ),
            };
            if events.is_empty() {
                return Ok(receipt);
            }
            let batch = Batch {
                account,
                at: now,
                events,
                expectations: expected,
                outbox,
            };
            match self.ports.store.commit(batch).await {
                Ok(()) => return Ok(receipt),
                // An id that is taken stays taken.
                Err(CommitError::Conflict(Expectation::New(stream))) => {
                    return Err(ServiceError::IdTaken(TakenId::Stream(stream)));
                }
                Err(CommitError::Conflict(Expectation::NewOrder(order))) => {
                    return Err(ServiceError::IdTaken(TakenId::Order(order)));
                }
                Err(CommitError::Conflict(_)) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(ServiceError::Contended)
    }
}

/// What was read for a decision.
struct Read {
    now: Timestamp,
    loaded: Loaded,
    editions: Editions,
}

const fn state<T>(found: &Versioned<T>) -> &T {
    &found.state
}

fn case(account: AccountId, loaded: &Loaded) -> Case<'_> {
    Case {
        account,
        instance: loaded.instance.as_ref().map(state),
        plan: loaded.plan.as_ref().map(state),
        chain: loaded.chain.as_ref().map(state),
        purchase: loaded.purchase.as_ref().map(state),
        other: loaded.other.as_ref().map(state),
        // No read set of the service brings a second slot to merge with.
        other_purchase: None,
        beside: loaded.beside,
    }
}

/// The instance that an event begins, if another one is at hand.
fn begun_beside(
    event: &Event,
    at_hand: Option<&CertificateInstance>,
) -> Option<CertificateInstance> {
    let Event::Instance { id, event } = event else {
        return None;
    };
    let mut begun = None;
    if at_hand.is_some_and(|own| own.id() != *id) {
        evolve_instance(&mut begun, *id, event);
    }
    begun
}

/// What the core expects, with the versions that were read.
fn expectation(expect: Expect, loaded: &Loaded) -> Option<Expectation> {
    Some(match expect {
        Expect::NewInstance(id) => Expectation::New(StreamId::Instance(id)),
        Expect::NewPlan(id) => Expectation::New(StreamId::Plan(id)),
        Expect::SameInstance(id) => {
            let read = [loaded.instance.as_ref(), loaded.other.as_ref()];
            let mut read = read.into_iter().flatten();
            let version = read.find(|found| found.state.id() == id)?.version;
            Expectation::Version(StreamId::Instance(id), version)
        }
        Expect::SamePlan(id) => {
            let version = loaded.plan.as_ref()?.version;
            Expectation::Version(StreamId::Plan(id), version)
        }
        Expect::Remaining(id, units) => Expectation::Remaining(id, units),
        Expect::NewOrder(order) => Expectation::NewOrder(order),
        Expect::NewPurchase(id) => Expectation::New(StreamId::Purchase(id)),
        Expect::NewChain(id) => Expectation::New(StreamId::Chain(id)),
        Expect::SamePurchase(id) => {
            let version = loaded.purchase.as_ref()?.version;
            Expectation::Version(StreamId::Purchase(id), version)
        }
        Expect::SameChain(id) => {
            let version = loaded.chain.as_ref()?.version;
            Expectation::Version(StreamId::Chain(id), version)
        }
        Expect::FreeName(name) => Expectation::FreeName(name),
        Expect::SameBeside => Expectation::Beside {
            plan: loaded.plan.as_ref().map(|found| found.state.id()),
            purchase: loaded.purchase.as_ref().map(|found| found.state.id()),
            beside: loaded.beside,
        },
    })
}
