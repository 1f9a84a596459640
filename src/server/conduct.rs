//! Around the desk: what the world does between calls, and the faults that are ordered.

use core::time::Duration;
use std::boxed::Box;
use std::collections::{BTreeMap, BTreeSet};
use std::format;
use std::string::String;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use tokio::sync::{Semaphore, watch};

use crate::lifecycle::Command;
use crate::model::{AccountId, Application, CertificateInstance, Note, OrderId, Phase, Timestamp};
use crate::port::{BoxFuture, CaError, Clock, ReadSet, StoreError};
use crate::server::config::{Conduct, Config, Review};
use crate::server::faults::{FaultKind, Hit, Occasion};
use crate::server::log::Log;
use crate::server::ordered::note;
use crate::server::pump::Pump;
use crate::server::world::{StartError, World};
use crate::service::{Service, ServiceError};
use crate::wire::{Asked, Desk, Done, Fault, Operation, Parameters, Perform};

/// Something that happens to an order at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// The CA approves it.
    Approve,
    /// A withdrawal that was acknowledged before happens.
    Withdraw,
    /// The CA speaks again.
    Refresh,
}

/// Where steps are kept.
const STEPS: &str = "server/step/";

impl Step {
    /// Under which word it is kept, if it is: what the CA leaves unsaid is forgotten with its faults.
    const fn kept_as(self) -> Option<&'static str> {
        match self {
            Self::Approve => Some("approve"),
            Self::Withdraw => Some("withdraw"),
            Self::Refresh => None,
        }
    }

    fn place(self, order: OrderId) -> Option<String> {
        let word = self.kept_as()?;
        Some(format!("{STEPS}{word}/{order}"))
    }

    /// A step as it was kept.
    fn read(place: &str, value: &[u8]) -> Option<(Planned, AccountId)> {
        let (word, order) = place.strip_prefix(STEPS)?.split_once('/')?;
        let step = [Self::Approve, Self::Withdraw]
            .into_iter()
            .find(|step| step.kept_as() == Some(word))?;
        let (at, account) = core::str::from_utf8(value).ok()?.split_once(' ')?;
        let planned = (at.parse().ok()?, order.parse().ok()?, step);
        Some((planned, AccountId::new(account).ok()?))
    }
}

/// What the CA's people say of an application.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// It is issued.
    Approve,
    /// It is not, for a reason.
    Reject(Note),
}

type Planned = (Timestamp, OrderId, Step);

/// What will happen, in order.
#[derive(Debug, Default)]
struct Plan {
    steps: BTreeMap<Planned, AccountId>,
    known: BTreeSet<(OrderId, Step)>,
    /// Those that are kept as well.
    kept: BTreeSet<(OrderId, Step)>,
}

impl Plan {
    /// Whether it was not planned before.
    fn insert(&mut self, planned: Planned, account: AccountId) -> bool {
        let is_new = self.known.insert((planned.1, planned.2));
        if is_new {
            self.steps.insert(planned, account);
        }
        is_new
    }
}

/// The service with everything around it, as calls and the control plane meet it.
#[derive(Clone, Debug)]
pub(crate) struct Conductor(Arc<Inside>);

#[derive(Debug)]
pub(crate) struct Inside {
    pub(crate) world: World,
    pub(crate) pump: Pump,
    pub(crate) log: Log,
    pub(super) desk: Desk,
    review: Review,
    verification: Conduct,
    plan: Mutex<Plan>,
    /// Steps are done one after the other, and the clock is not moved while one is under way.
    pub(crate) stepping: tokio::sync::Mutex<()>,
    /// Commands of the control plane, one at a time.
    pub(crate) control: tokio::sync::Mutex<()>,
    /// Whether all that a former process left was taken up.
    pub(super) resumed: watch::Sender<bool>,
    /// Lists may go through all that an account has: a few at a time.
    lists: Semaphore,
}

/// How many lists are made at the same time.
const LISTS: usize = 4;

impl core::ops::Deref for Conductor {
    type Target = Inside;

    fn deref(&self) -> &Inside {
        &self.0
    }
}

impl Conductor {
    pub(crate) fn new(config: &Config, world: World, pump: Pump, log: Log) -> Self {
        Self(Arc::new(Inside {
            desk: Desk::new(world.service.clone()),
            world,
            pump,
            log,
            review: config.review,
            verification: config.verification,
            plan: Mutex::default(),
            stepping: tokio::sync::Mutex::default(),
            control: tokio::sync::Mutex::default(),
            resumed: watch::Sender::new(false),
            lists: Semaphore::new(LISTS),
        }))
    }
}

impl Inside {
    pub(crate) const fn service(&self) -> &Service {
        &self.world.service
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        // What is only half planned is not done, or done once more; both are harmless.
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plans a step, once for each order. What was acknowledged and lies ahead is kept, so that it
    /// happens after a restart as well.
    async fn schedule(&self, at: Timestamp, account: AccountId, order: OrderId, step: Step) {
        if !self.plan().insert((at, order, step), account) || at <= self.now() {
            return;
        }
        let Some(place) = step.place(order) else {
            return;
        };
        self.plan().kept.insert((order, step));
        let value = format!("{at} {account}").into_bytes();
        self.tell_kept(self.world.kept.put(&place, value).await);
    }

    fn tell_kept(&self, kept: Result<(), StoreError>) {
        if let Err(error) = kept {
            let error = ServiceError::from(error);
            self.log
                .line(format_args!("level=warn what=keep error={}", error.word()));
        }
    }

    /// Plans again what a former process had planned. Approvals are left out where they are given by
    /// hand now.
    pub(crate) async fn plan_again(&self) -> Result<(), StartError> {
        for (place, value) in self.world.kept.all(STEPS).await? {
            let read = Step::read(&place, &value).ok_or(StartError::Kept(STEPS))?;
            let (planned, account) = read;
            if planned.2 == Step::Approve && self.review == Review::Manual {
                self.world.kept.remove(&place).await?;
            } else {
                let mut plan = self.plan();
                plan.insert(planned, account);
                plan.kept.insert((planned.1, planned.2));
            }
        }
        Ok(())
    }

    /// When the first step is planned.
    pub(crate) fn next_step(&self) -> Option<Timestamp> {
        self.plan().steps.keys().next().map(|(at, _, _)| *at)
    }

    /// Does what is planned up to now, and waits for what somebody else is doing of it.
    pub(crate) async fn run_steps(&self) {
        let _turn = self.stepping.lock().await;
        self.run_steps_in_turn().await;
    }

    /// The same for who has the turn.
    pub(crate) async fn run_steps_in_turn(&self) {
        loop {
            let now = self.now();
            let ((_, order, step), account) = {
                let mut plan = self.plan();
                let Some(first) = plan
                    .steps
                    .first_entry()
                    .filter(|first| first.key().0 <= now)
                else {
                    return;
                };
                let (planned, account) = first.remove_entry();
                plan.known.remove(&(planned.1, planned.2));
                (planned, account)
            };
            let done = match step {
                Step::Approve => self.approve_by_itself(account, order).await,
                Step::Withdraw => {
                    let withdrawn = self.service().execute(account, order, &Command::Withdraw);
                    let withdrawn = withdrawn.await.map(|_| ());
                    self.settle(account, order, false).await;
                    withdrawn
                }
                Step::Refresh => {
                    self.settle(account, order, true).await;
                    Ok(())
                }
            };
            if let Err(error) = done {
                self.tell(account, order, &error);
            }
            let was_kept = self.plan().kept.remove(&(order, step));
            if let Some(place) = step.place(order).filter(|_| was_kept) {
                self.tell_kept(self.world.kept.remove(&place).await);
            }
        }
    }

    fn tell(&self, account: AccountId, order: OrderId, error: &ServiceError) {
        self.log.line(format_args!(
            "level=info what=step account={account} order={order} error={}",
            error.word()
        ));
    }

    /// Lets what follows from a command be seen: the outbox is emptied, and where the CA owes an answer
    /// it is asked. Whether its answer changed anything.
    pub(crate) async fn settle(&self, account: AccountId, order: OrderId, asks_ca: bool) -> bool {
        self.pump.drain().await;
        if !asks_ca {
            return false;
        }
        let mut changed = self.refresh(account, order).await;
        if self.world.lab.answers_twice(order) {
            changed |= self.refresh(account, order).await;
        }
        if changed {
            self.pump.drain().await;
        }
        // An instant that has come is for the next who asks: a store that is away would be asked for ever.
        if let Some(at) = self.world.lab.silent_until(order)
            && at > self.now()
        {
            self.schedule(at, account, order, Step::Refresh).await;
        }
        changed
    }

    async fn refresh(&self, account: AccountId, order: OrderId) -> bool {
        match self.service().refresh(account, order).await {
            Ok(receipts) => !receipts.is_empty(),
            Err(error) => {
                self.tell(account, order, &error);
                false
            }
        }
    }

    /// The instance of an order, if the account has it.
    pub(crate) async fn instance(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<Option<CertificateInstance>, ServiceError> {
        let read = ReadSet::Order(order).into();
        let loaded = self.service().ports().store.load(account, read).await?;
        Ok(loaded.instance.map(|found| found.state))
    }

    /// Publishes what an order's challenge asks for, and lets the CA look. Whether there was something
    /// to publish that was not there yet.
    pub(crate) async fn prove(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<bool, ServiceError> {
        let instance = self.instance(account, order).await?;
        let application = instance.as_ref().and_then(CertificateInstance::under_way);
        let Some(challenge) = application.and_then(Application::challenge) else {
            return Ok(false);
        };
        let zone = self.world.lab.ca().zone();
        if zone.holds(challenge).await.map_err(CaError::from)? {
            return Ok(false);
        }
        zone.publish(challenge).await.map_err(CaError::from)?;
        self.settle(account, order, true).await;
        Ok(true)
    }

    /// Has the CA decide on an application under review, once its domain is proved. Whether that led
    /// it on.
    pub(crate) async fn review(
        &self,
        account: AccountId,
        order: OrderId,
        verdict: Verdict,
    ) -> Result<bool, ServiceError> {
        let instance = self.instance(account, order).await?;
        let Some(Phase::Validating(_)) = instance.as_ref().map(CertificateInstance::phase) else {
            return Ok(false);
        };
        let ca = self.world.lab.ca();
        // What was decided before is refused; the CA may have issued already, and is asked all the same.
        let decided = match verdict {
            Verdict::Approve => ca.approve(order).await,
            Verdict::Reject(reason) => ca.reject(order, reason).await,
        };
        let changed = self.settle(account, order, true).await;
        Ok(decided.is_ok() || changed)
    }

    /// The CA's approval where nobody has to give it. Where the proof is part of the review, it comes
    /// first.
    async fn approve_by_itself(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<(), ServiceError> {
        if self.verification == Conduct::Auto {
            self.prove(account, order).await?;
        }
        self.review(account, order, Verdict::Approve).await?;
        Ok(())
    }

    /// What the world does once an answer was given.
    async fn follow(&self, account: AccountId, operation: Operation, done: &Done) {
        let Some(order) = done.order else {
            return;
        };
        match operation {
            Operation::DescribeCertificateState => {
                self.follow_look(account, order, done.shown).await;
            }
            Operation::CreateCertificateForPackageRequest
            | Operation::CreateCertificateRequest
            | Operation::CreateCertificateWithCsrRequest
            | Operation::RenewCertificateOrderForPackageRequest
            | Operation::CancelCertificateForPackageRequest => {
                self.settle(account, order, true).await;
            }
            Operation::CancelOrderRequest
            | Operation::DeleteCertificateRequest
            | Operation::UploadUserCertificate
            | Operation::DeleteUserCertificate => {
                self.settle(account, order, false).await;
            }
            Operation::DescribePackageState
            | Operation::ListUserCertificateOrder
            | Operation::GetUserCertificateDetail
            | Operation::ListTrusteeOrder
            | Operation::GetCertificatePackageCount => {}
        }
    }

    /// What the world does once the state of an order was shown, by its word on the wire.
    pub(super) async fn follow_look(
        &self,
        account: AccountId,
        order: OrderId,
        shown: Option<&str>,
    ) {
        let auto = self.verification == Conduct::Auto;
        match (shown, self.review) {
            (Some("domain_verify"), _) if auto => {
                if let Err(error) = self.prove(account, order).await {
                    self.tell(account, order, &error);
                }
            }
            (Some("process"), Review::Auto(seconds)) => {
                let at = self.now().saturating_add(seconds.into());
                self.schedule(at, account, order, Step::Approve).await;
                self.run_steps().await;
            }
            _ => {}
        }
    }

    /// The fault that is answered before anything is done, if one was ordered.
    async fn before(
        &self,
        account: AccountId,
        operation: Operation,
        order: Option<OrderId>,
        hit: &Hit,
    ) -> Result<Option<Done>, Fault> {
        match hit.kind {
            FaultKind::ErrorBefore => {
                note(hit.kind);
                Err(failed(hit.status))
            }
            FaultKind::Slow => {
                note(hit.kind);
                tokio::time::sleep(Duration::from_millis(hit.milliseconds.into())).await;
                Ok(None)
            }
            FaultKind::Throttle => {
                note(hit.kind);
                let why = "Request was denied due to user flow control.";
                Err(Fault::throttled(why, 1_000))
            }
            FaultKind::AmbiguousStatus => {
                note(hit.kind);
                Err(not_supported())
            }
            FaultKind::TooEarly => {
                let Some(order) = order else { return Ok(None) };
                let instance = self.instance(account, order).await;
                let instance = instance.map_err(|error| Fault::of(&error))?;
                let application = instance.as_ref().and_then(CertificateInstance::application);
                let since = application.map(Application::submitted_at);
                let end = since.map(|at| at.saturating_add(hit.seconds.into()));
                if end.is_some_and(|end| self.now() < end) {
                    note(hit.kind);
                    return Err(not_supported());
                }
                Ok(None)
            }
            FaultKind::DeleteFail => {
                if !operation.word().starts_with("Delete") {
                    return Ok(None);
                }
                note(hit.kind);
                let message = "The deletion failed. Try again later.";
                Err(Fault::new(403, "DeleteFail", String::from(message)))
            }
            FaultKind::LateCancel => {
                let Some(order) = order.filter(|_| operation.word() == "CancelOrderRequest") else {
                    return Ok(None);
                };
                // What is refused is refused at once.
                let preview = self.service().preview(account, order, &Command::Withdraw);
                if preview.await.is_err() {
                    return Ok(None);
                }
                note(hit.kind);
                let at = self.now().saturating_add(hit.seconds.into());
                self.schedule(at, account, order, Step::Withdraw).await;
                Ok(Some(Done {
                    fields: Vec::new(),
                    order: Some(order),
                    shown: None,
                }))
            }
            FaultKind::ErrorAfter
            | FaultKind::CaLate
            | FaultKind::CaTwice
            | FaultKind::CaWrong
            | FaultKind::ProductAway => Ok(None),
        }
    }

    async fn perform_around(
        &self,
        account: AccountId,
        operation: Operation,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        self.run_steps().await;
        let hits = self.world.faults.hits(&Occasion::Call {
            operation: operation.word(),
            account,
        });
        let numbered = |name| parameters.text(name).and_then(|text| text.parse().ok());
        let order = numbered("OrderId");
        if let Some(order) = order.or_else(|| numbered("CertId")) {
            self.catch_up(account, order).await;
        }
        for hit in &hits {
            if let Some(done) = self.before(account, operation, order, hit).await? {
                return Ok(done);
            }
        }
        let goes_through_all = matches!(
            operation,
            Operation::ListUserCertificateOrder
                | Operation::ListTrusteeOrder
                | Operation::GetCertificatePackageCount
        );
        let place = if goes_through_all {
            self.lists.acquire().await.ok()
        } else {
            None
        };
        let done = self.desk.perform(account, operation, parameters).await?;
        drop(place);
        self.follow(account, operation, &done).await;
        let after = hits.iter().find(|hit| hit.kind == FaultKind::ErrorAfter);
        if let Some(hit) = after {
            note(hit.kind);
            return Err(failed(hit.status));
        }
        Ok(done)
    }
}

impl Perform for Conductor {
    fn perform<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Done, Fault>> {
        Box::pin(self.perform_around(asked.account, asked.operation, asked.parameters))
    }
}

fn failed(status: u16) -> Fault {
    let message = "The request could not be processed. Try again later.";
    Fault::new(status, "Error", String::from(message))
}

/// It says neither that there is nothing to do nor that it is too early.
fn not_supported() -> Fault {
    let message = "The status of the resource does not support this operation.";
    Fault::new(
        403,
        "OperationDenied.StatusNotSupport",
        String::from(message),
    )
}
