//! The worker: hands what waits in the outbox to the ports.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::backoff::spread;
use super::observe::{RowCourse, RowEnd, not_read};
use super::watch::Watch;
use super::{Service, ServiceError, Settings};
use crate::lifecycle::{Command, Effect, Term};
use crate::model::{
    AccountId, Application, CertificateInstance, KeySource, Note, OrderId, Payment, Phase,
    RevocationReason, Serial, Target, Timestamp,
};
use crate::port::{
    CaError, DeploymentOrder, IssuanceRequest, Lease, Message, OutboxPart, OutboxRow, PaidObject,
    Payout, Position, ReadSet, Removal, RequestId, RevocationOrder, StoreError,
};

/// What the worker did with the rows that it was handed.
#[derive(Debug, Default)]
pub struct WorkReport {
    /// Rows that were carried out.
    pub done: usize,
    /// Rows that a port refused for good. They are laid aside ([`Service::parked`]), but for what is
    /// recorded with the order: then its holder is told, and the row is finished. That is a revocation
    /// that the CA refused, and a **submission** ([`Effect::RequestIssuance`]) that it refused of an
    /// order under review, as those are whose proof is part of it and those of hosting: the order has
    /// failed.
    ///
    /// The submission of an order in **Domain Verification** is laid aside: an order is rejected only
    /// after its domain is proved, so it stays where it is, and the CA will never say anything
    /// about it. Tell its holder, or act for them: [`Command::Withdraw`] and then [`Command::Delete`]
    /// bring the unit back, and they can apply anew with what was wrong put right.
    pub refused: Vec<(OutboxRow, ServiceError)>,
    /// Rows that failed and wait for another attempt.
    pub failed: Vec<(OutboxRow, ServiceError)>,
    /// Rows that are laid aside: they failed once too often, were taken more often than
    /// [`Settings::attempts_of_work`] for an attempt that never ended ([`ServiceError::NeverEnded`]),
    /// or can't be read ([`StoreError::Corrupt`]), as when a later release stored them. After an
    /// upgrade [`Service::retry`] brings those back.
    pub given_up: Vec<(OutboxRow, ServiceError)>,
    /// How many more were taken and not begun: the store was away, their lease was as good as over, or
    /// the runner was told to stop. They come again.
    pub left: usize,
}

impl WorkReport {
    /// How many rows were looked at, without those that were left.
    #[must_use]
    pub fn seen(&self) -> usize {
        let failed = self.failed.len().saturating_add(self.given_up.len());
        self.done
            .saturating_add(self.refused.len())
            .saturating_add(failed)
    }
}

/// How long a row waits after so many attempts, in seconds: twice as long each time, with up to half
/// of it taken off by the seed.
fn delay(settings: &Settings, row: RequestId, attempts: u32) -> i64 {
    let (first, longest) = (
        u64::from(settings.first_delay),
        u64::from(settings.longest_delay),
    );
    let wait = spread(first, longest, attempts, (settings.seed, row, attempts));
    i64::try_from(wait).unwrap_or(i64::MAX)
}

/// A row may end whoever tries it, with a panic or worse. Then its batch comes again, and in the same
/// order those behind it would never be tried. So rows that were never taken come first, and behind
/// them the others turn: at each lease another one of them begins.
fn let_others_through(rows: &mut [OutboxRow]) {
    // Stable: among their like they stay as the store hands them out.
    rows.sort_by_key(|row| row.attempts > 1);
    let fresh = rows.partition_point(|row| row.attempts <= 1);
    let taken = rows.get_mut(fresh..).unwrap_or_default();
    let most = taken.iter().map(|row| row.attempts).max().unwrap_or(1);
    let turns = usize::try_from(most.saturating_sub(1)).unwrap_or_default();
    if let Some(turns) = turns.checked_rem(taken.len()) {
        taken.rotate_left(turns);
    }
}

impl Service {
    /// A claim from now on, for at most `limit`.
    pub(super) fn claim(&self, now: Timestamp, limit: usize) -> Lease {
        let lease = i64::from(self.settings.lease);
        let longest = lease.max(i64::from(self.settings.longest_delay));
        let longest = longest.saturating_add(i64::from(self.settings.clock_slack));
        Lease {
            now,
            until: now.saturating_add(lease),
            horizon: now.saturating_add(longest),
            limit,
        }
    }

    /// Carries out at most `limit` rows of the outbox whose time has come, the longest due first.
    /// Of a batch, those that were taken before are tried last, and in another order each time.
    ///
    /// Several workers may do so at once, in one process or in many: each row is leased by one of
    /// them. A row may be carried out twice in its life, after a crash in between; the id that goes
    /// with it makes the second time harmless (L11). What fails waits longer each time, and is laid
    /// aside in the end: [`Settings`] says how long and when.
    ///
    /// All rows share one lease: one that could outlast it is not begun. When the store fails, the
    /// batch ends there. It waits for a port as long as it takes; a [`Runner`](super::Runner) does not
    /// ([`Settings::answer_limit`]).
    ///
    /// # Errors
    /// [`ServiceError::Store`] if the outbox cannot be read. What a single row met with stands in the
    /// report.
    pub async fn work(&self, limit: usize) -> Result<WorkReport, ServiceError> {
        self.work_under(limit, Watch::default()).await
    }

    pub(super) async fn work_under(
        &self,
        limit: usize,
        watch: Watch<'_>,
    ) -> Result<WorkReport, ServiceError> {
        let lease = self.claim(self.ports.clock.now(), limit);
        let mut report = WorkReport::default();
        let rows = self.ports.store.lease(lease).await;
        let mut rows = rows.map_err(|error| {
            let error = ServiceError::from(error);
            not_read("work", &error);
            error
        })?;
        let_others_through(&mut rows);
        let mut rows = rows.into_iter();
        let mut store_is_away = false;
        while !store_is_away && self.may_begin(&lease, watch) {
            let Some(row) = rows.next() else { break };
            let course = RowCourse::begin(&row);
            let (end, error, stored) = course.around(self.attempt(&row, watch)).await;
            course.ended(end, error.as_ref());
            let failed = error.as_ref().is_some_and(ServiceError::store_is_away);
            store_is_away = failed || stored.is_err_and(|error| error.is_of_the_store());
            let list = match (end, &error) {
                (RowEnd::Done, _) => {
                    report.done = report.done.saturating_add(1);
                    continue;
                }
                (RowEnd::Failed, _) => &mut report.failed,
                (RowEnd::Refused, _) => &mut report.refused,
                (RowEnd::LaidAside, Some(error)) if error.refused_by_port() => &mut report.refused,
                (RowEnd::LaidAside, _) => &mut report.given_up,
            };
            list.extend(error.map(|error| (row, error)));
        }
        report.left = rows.len();
        if watch.is_stopped() && !store_is_away {
            self.give_back(rows).await;
        }
        Ok(report)
    }

    /// Whether what was taken may still be begun: its lease holds for an answer, and nobody said stop.
    pub(super) fn may_begin(&self, lease: &Lease, watch: Watch<'_>) -> bool {
        let longest = self.settings.answer_limit.min(self.settings.lease);
        let end = self.ports.clock.now().saturating_add(longest.into());
        end <= lease.until && !watch.is_stopped()
    }

    /// Hands rows back that were not begun, so that others need not wait for the end of their lease.
    async fn give_back(&self, rows: impl Iterator<Item = OutboxRow> + Send) {
        let now = self.ports.clock.now();
        for row in rows {
            let given = self.ports.store.postpone(row.id, row.claim, now).await;
            if given.is_err() {
                return;
            }
        }
    }

    /// The rows that were laid aside, behind a place or from the front without it: dead letters, for
    /// a person to look at.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub async fn parked(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, ServiceError> {
        let rows = self.ports.store.outbox(OutboxPart::Parked, after, limit);
        Ok(rows.await?)
    }

    /// Brings a row that was laid aside back to the workers. Whether there was such a row.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub async fn retry(&self, row: RequestId) -> Result<bool, ServiceError> {
        let now = self.ports.clock.now();
        Ok(self.ports.store.retry(row, now).await?)
    }

    /// What may be tried of a row. One that was taken more often than it may be did not end the last
    /// time, and whatever ended the worker then would end this one.
    fn effect_of(&self, row: &OutboxRow) -> Result<Effect, ServiceError> {
        let taken = row.attempts.saturating_sub(1);
        if taken >= self.settings.attempts_of_work {
            return Err(ServiceError::NeverEnded { taken });
        }
        let effect = row.effect.as_ref().copied();
        effect.map_err(|why| StoreError::Corrupt(Some(why.clone())).into())
    }

    /// Tries a row; what it met with, unless it was done, and whether that could be noted.
    async fn attempt(&self, row: &OutboxRow, watch: Watch<'_>) -> Tried {
        let store = &self.ports.store;
        let effect = match self.effect_of(row) {
            Ok(effect) => effect,
            Err(error) => return self.lay_aside(row, error).await,
        };
        let carried = self.carry_out(row, effect);
        let error = match watch.within(self.settings.answer_limit, carried).await {
            Ok(done) => {
                return match (store.finish(row.id).await, done) {
                    (Ok(()), Done::Yes) => (RowEnd::Done, None, Ok(())),
                    (Ok(()), Done::RefusalRecorded(error)) => {
                        (RowEnd::Refused, Some(error), Ok(()))
                    }
                    // A row that cannot be marked comes again when its lease ends.
                    (Err(error), _) => (RowEnd::Failed, Some(error.into()), Ok(())),
                };
            }
            Err(error) => error,
        };
        if error.store_is_away() {
            // So does one about which nothing can be noted.
            (RowEnd::Failed, Some(error), Ok(()))
        } else if error.refused_by_port() || row.attempts >= self.settings.attempts_of_work {
            self.lay_aside(row, error).await
        } else {
            let wait = delay(&self.settings, row.id, row.attempts);
            let until = self.ports.clock.now().saturating_add(wait);
            let noted = store.postpone(row.id, row.claim, until).await;
            (RowEnd::Failed, Some(error), noted)
        }
    }

    async fn lay_aside(&self, row: &OutboxRow, error: ServiceError) -> Tried {
        let reason = Note::lossy(&error.to_string());
        // What cannot be stored comes again when its lease ends.
        let noted = self.ports.store.park(row.id, row.claim, reason).await;
        (RowEnd::LaidAside, Some(error), noted)
    }

    async fn carry_out(&self, row: &OutboxRow, effect: Effect) -> Result<Done, ServiceError> {
        match effect {
            Effect::RequestIssuance { order } => return self.request_issuance(row, order).await,
            Effect::CancelAtCa { order } => match self.ports.ca.cancel(row.id, order).await {
                // It was withdrawn before the CA ever heard of it.
                Ok(()) | Err(CaError::UnknownOrder(_)) => {}
                Err(error) => return Err(error.into()),
            },
            Effect::RevokeAtCa {
                order,
                serial,
                reason,
            } => return self.request_revocation(row, order, serial, reason).await,
            Effect::RevokeOrphan { order, serial, .. } => {
                let reason = RevocationReason::CessationOfOperation;
                self.revoke(row, order, serial, reason).await?;
            }
            Effect::DestroyKey { order } => self.ports.vault.destroy(order).await?,
            Effect::Notify { instance, notice } => {
                let message = Message {
                    request: row.id,
                    account: row.account,
                    instance,
                    notice,
                    at: row.at,
                };
                self.ports.notifier.tell(message).await?;
            }
            Effect::Deploy { order, target } => self.deploy(row, order, target).await?,
            Effect::Undeploy { order, target } => {
                let removal = Removal {
                    request: row.id,
                    account: row.account,
                    order,
                    target,
                };
                self.ports.deployer.undeploy(removal).await?;
            }
            Effect::PayBack { purchase, cash } => {
                let read = ReadSet::Purchase(purchase).into();
                let loaded = self.ports.store.load(row.account, read).await?;
                let paid = loaded.purchase.map(|found| found.state.bill().payment);
                self.pay_back(row, PaidObject::Purchase(purchase), cash, paid)
                    .await?;
            }
            Effect::PayPlanBack { plan, cash } => {
                let read = ReadSet::Plan(plan).into();
                let loaded = self.ports.store.load(row.account, read).await?;
                let paid = loaded.plan.map(|found| found.state.bill().payment);
                self.pay_back(row, PaidObject::Plan(plan), cash, paid)
                    .await?;
            }
        }
        Ok(Done::Yes)
    }

    async fn pay_back(
        &self,
        row: &OutboxRow,
        object: PaidObject,
        cash: u64,
        paid: Option<Payment>,
    ) -> Result<(), ServiceError> {
        // Streams are never removed; without one there is nothing that could be paid back.
        let Some(paid) = paid else {
            return Ok(());
        };
        let payout = Payout {
            request: row.id,
            account: row.account,
            object,
            cash,
            currency: paid.currency,
            at: row.at,
        };
        Ok(self.ports.payments.pay_back(payout).await?)
    }

    /// Puts a certificate on a product, unless it was taken off again meanwhile.
    async fn deploy(
        &self,
        row: &OutboxRow,
        order: OrderId,
        target: Target,
    ) -> Result<(), ServiceError> {
        let Some(instance) = self.stored(row, order).await? else {
            return Ok(());
        };
        let mut deployments = instance.deployments().iter();
        let Some(deployment) = deployments.find(|one| one.target == target) else {
            return Ok(());
        };
        let Some(certificate) = instance.certificate() else {
            return Ok(());
        };
        let deployment = DeploymentOrder {
            request: row.id,
            account: row.account,
            order,
            target,
            domain: deployment.domain.clone(),
            certificate: certificate.clone(),
        };
        Ok(self.ports.deployer.deploy(deployment).await?)
    }

    /// Asks the CA to revoke; what it refuses for good is given back to the holder (T-22).
    async fn request_revocation(
        &self,
        row: &OutboxRow,
        order: OrderId,
        serial: Serial,
        reason: RevocationReason,
    ) -> Result<Done, ServiceError> {
        let error = match self.revoke(row, order, serial, reason).await {
            Err(ServiceError::Ca(error)) if !error.retry_helps() => error,
            answer => return answer.map(|()| Done::Yes),
        };
        // A repeat of an older request says nothing about a newer one.
        let open = self.stored(row, order).await?;
        let asked_at = open
            .as_ref()
            .and_then(|instance| instance.live()?.revocation())
            .map(|request| request.requested_at);
        if asked_at != Some(row.at) {
            return Ok(Done::RefusalRecorded(error.into()));
        }
        let reason = words_of(&error);
        let refused = Command::RefuseRevocation { reason };
        self.record_refusal(row, order, &refused, error).await
    }

    /// Records with an order that the CA refused something.
    async fn record_refusal(
        &self,
        row: &OutboxRow,
        order: OrderId,
        command: &Command,
        error: CaError,
    ) -> Result<Done, ServiceError> {
        match self.execute(row.account, order, command).await {
            // Recorded, or decided meanwhile by another way.
            Ok(_) | Err(ServiceError::Refused(_)) => Ok(Done::RefusalRecorded(error.into())),
            // Not recorded yet: the row stays.
            Err(failure) => Err(failure),
        }
    }

    async fn revoke(
        &self,
        row: &OutboxRow,
        order: OrderId,
        serial: Serial,
        reason: RevocationReason,
    ) -> Result<(), ServiceError> {
        let request = RevocationOrder {
            request: row.id,
            order,
            serial,
            reason,
            at: row.at,
        };
        Ok(self.ports.ca.revoke(request).await?)
    }

    /// Hands an order to the CA, with the holder's signing request or one for a key made here.
    async fn request_issuance(
        &self,
        row: &OutboxRow,
        order: OrderId,
    ) -> Result<Done, ServiceError> {
        let read_set = ReadSet::Order(order);
        let loaded = (self.ports.store)
            .load(row.account, read_set.into())
            .await?;
        let Some(instance) = loaded.instance.as_ref().map(|found| &found.state) else {
            return Ok(Done::Yes);
        };
        // Withdrawn or deleted meanwhile, and perhaps applied for anew under another number: the CA need
        // not hear of it.
        let own = |application: &&Application| application.order() == order;
        let Some(application) = instance.under_way().filter(own) else {
            return Ok(Done::Yes);
        };
        let csr_der: Arc<[u8]> = match application.submission().key() {
            KeySource::Own(csr) => Arc::from(csr.der()),
            KeySource::ServiceMade(kind) => {
                self.ports.vault.make(order, *kind).await?;
                self.ports.vault.csr(order, application.names()).await?
            }
        };
        // The editions of the instant at which it was submitted, by the pins of what pays for it.
        let editions = self.rules.editions(&loaded, row.at)?;
        let law = editions.law(self.rules.book());
        let request = IssuanceRequest {
            request: row.id,
            order,
            names: application.names().to_vec(),
            csr_der,
            class: instance.product().class,
            method: application.submission().method(),
            at: row.at,
            term: Term::of(instance, &law),
        };
        let made_here = application.submission().csr().is_none();
        match self.ports.ca.submit(request).await {
            // The vault signs its request anew for each attempt. Nobody else uses this row's id, so
            // the CA has the order from a former attempt, with the same key.
            Err(CaError::RequestReused(id)) if made_here && id == row.id => {}
            Err(error @ CaError::Refused(_)) => return self.reject(row, order, error).await,
            answer => answer?,
        }
        // Withdrawn while the CA was being told: then its cancellation may have come before it.
        let ended = self.stored(row, order).await?.is_some_and(|now| {
            let over = matches!(now.phase(), Phase::Pending { .. } | Phase::Deleted { .. });
            over || now.order() != order
        });
        if ended {
            let request = self.ports.ids.request_id();
            self.ports.ca.cancel(request, order).await?;
        }
        Ok(Done::Yes)
    }

    /// Records that the CA would not take an order, where the rules let it be rejected.
    async fn reject(
        &self,
        row: &OutboxRow,
        order: OrderId,
        error: CaError,
    ) -> Result<Done, ServiceError> {
        let reviewed = self.stored(row, order).await?.is_some_and(
            |own| matches!(own.phase(), Phase::Validating(own) if own.order() == order),
        );
        if !reviewed {
            return Err(error.into());
        }
        let reason = words_of(&error);
        let reject = Command::Reject { reason };
        self.record_refusal(row, order, &reject, error).await
    }

    /// The instance of a row's order, as it is stored now.
    async fn stored(
        &self,
        row: &OutboxRow,
        order: OrderId,
    ) -> Result<Option<CertificateInstance>, ServiceError> {
        let read_set = ReadSet::Order(order);
        let loaded = (self.ports.store)
            .load(row.account, read_set.into())
            .await?;
        Ok(loaded.instance.map(|found| found.state))
    }

    /// The digest of the key that the CA was given for an application.
    pub(super) async fn key_of(
        &self,
        application: &Application,
    ) -> Result<crate::model::SpkiDigest, ServiceError> {
        match application.submission().key() {
            KeySource::Own(csr) => Ok(csr.spki()),
            KeySource::ServiceMade(kind) => {
                // Making it again says which one was made.
                let facts = self.ports.vault.make(application.order(), *kind).await?;
                Ok(facts.spki)
            }
        }
    }

    /// The private key that the service made for an issued order, to be handed to its holder.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] before issuance, and from the request of a revocation on;
    /// [`ServiceError::Vault`] if the service made no key for it.
    pub async fn export_key(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<crate::port::ExportedKey, ServiceError> {
        self.execute(account, order, &Command::Collect).await?;
        Ok(self.ports.vault.export(order).await?)
    }
}

/// The words in which a CA refused.
fn words_of(error: &CaError) -> Note {
    match error {
        CaError::Refused(Some(reason)) => reason.clone(),
        CaError::Refused(None)
        | CaError::Unavailable(_)
        | CaError::UnknownOrder(_)
        | CaError::RequestReused(_) => Note::lossy(&error.to_string()),
    }
}

/// How an attempt ended, with what, and whether the store took note of it.
type Tried = (RowEnd, Option<ServiceError>, Result<(), StoreError>);

/// What came of a row that needs no further attempt.
enum Done {
    Yes,
    /// The port refused, and the refusal is recorded with the order.
    RefusalRecorded(ServiceError),
}
