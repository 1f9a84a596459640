//! The worker: hands what waits in the outbox to the ports.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Service, ServiceError};
use crate::lifecycle::{Command, Effect, term_end};
use crate::model::{
    AccountId, Application, CertificateInstance, KeySource, Note, OrderId, Phase, RevocationReason,
    Serial,
};
use crate::port::{
    CaError, IssuanceRequest, OutboxRow, Position, ReadSet, RequestId, RevocationOrder,
};

/// How many rows are read at a time.
const PAGE: usize = 64;

/// What the worker did with the rows that it was handed.
#[derive(Debug, Default)]
pub struct WorkReport {
    /// Rows that were carried out.
    pub done: usize,
    /// Rows that a port refused for good; they are finished and will not be tried again.
    ///
    /// A revocation that the CA refuses is recorded with the order, and its holder is told. A
    /// **submission** that it refuses ([`Effect::RequestIssuance`]) is not: an order is
    /// rejected only after its domain is proved, so it stays in Domain Verification, and the
    /// CA will never say anything about it. Tell its holder, or act for them:
    /// [`Command::Withdraw`] and then [`Command::Delete`] bring the unit back, and they can apply
    /// anew with what was wrong put right. The rest ([`Effect::CancelAtCa`],
    /// [`Effect::RevokeOrphan`], [`Effect::DestroyKey`]) is for the operator to clear up with the
    /// CA or the vault.
    pub refused: Vec<(OutboxRow, ServiceError)>,
    /// Rows that failed and stay in the outbox.
    pub failed: Vec<(OutboxRow, ServiceError)>,
    /// Notices to holders that lay on the way. Telling them is up to the embedder: they stay in the
    /// outbox and come again at every call until they are [acknowledged](Service::acknowledge).
    pub notices: Vec<OutboxRow>,
    /// Where the next call goes on; none if this one came to the end of the outbox, or looked at
    /// nothing because it was told to.
    pub next: Option<Position>,
}

impl Service {
    /// Carries out at most `limit` rows of the outbox that are work for a port, the oldest first.
    ///
    /// Notices on the way are collected; they don't count. A row is looked at once in a call. It may
    /// be carried out twice in its life, after a crash in between; the id that goes with it makes
    /// the second time harmless (L11).
    ///
    /// # Errors
    /// [`ServiceError::Store`] if the outbox cannot be read. If that happens after something was done,
    /// the report says what, and [`WorkReport::next`] where it stopped. What a single row met with
    /// stands in the report, too.
    pub async fn work(&self, limit: usize) -> Result<WorkReport, ServiceError> {
        self.work_after(None, limit).await
    }

    /// Like [`Service::work`], but only with rows behind a place in the outbox.
    ///
    /// Rows that fail count towards `limit`, so that a call ends even while a CA is away. Who gives
    /// each call [`WorkReport::next`] of the one before goes round the whole outbox again and again,
    /// and however many rows fail, those behind them get their turn.
    ///
    /// # Errors
    /// As [`Service::work`].
    pub async fn work_after(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> Result<WorkReport, ServiceError> {
        let mut report = WorkReport {
            next: after,
            ..WorkReport::default()
        };
        let mut left = limit;
        while left > 0 {
            let rows = match self.ports.store.outbox(report.next, PAGE).await {
                Ok(rows) => rows,
                // What was done before is still told.
                Err(error) if left == limit && report.notices.is_empty() => {
                    return Err(error.into());
                }
                Err(_) => return Ok(report),
            };
            let is_last = rows.len() < PAGE;
            for row in rows {
                if left == 0 {
                    return Ok(report);
                }
                report.next = Some(row.position);
                if matches!(row.effect, Effect::Notify { .. }) {
                    report.notices.push(row);
                } else {
                    left = left.saturating_sub(1);
                    self.attempt(row, &mut report).await;
                }
            }
            if is_last {
                report.next = None;
                break;
            }
        }
        Ok(report)
    }

    /// Says that a notice reached its holder, or need not: it does not come again.
    ///
    /// It takes the id of a row of [`WorkReport::notices`], once the notice is delivered, or kept
    /// where it will be. Any other row would be forgotten without being carried out.
    ///
    /// # Errors
    /// [`ServiceError::Store`]: the notice comes again.
    pub async fn acknowledge(&self, row: RequestId) -> Result<(), ServiceError> {
        Ok(self.ports.store.finish(row).await?)
    }

    async fn attempt(&self, row: OutboxRow, report: &mut WorkReport) {
        let outcome = match self.carry_out(&row).await {
            Err(error) if !error.refused_by_port() => {
                report.failed.push((row, error));
                return;
            }
            outcome => outcome,
        };
        // A row that cannot be marked comes again.
        if let Err(error) = self.ports.store.finish(row.id).await {
            report.failed.push((row, error.into()));
            return;
        }
        match outcome {
            Ok(()) => report.done = report.done.saturating_add(1),
            Err(error) => report.refused.push((row, error)),
        }
    }

    async fn carry_out(&self, row: &OutboxRow) -> Result<(), ServiceError> {
        match row.effect {
            Effect::RequestIssuance { order } => self.request_issuance(row, order).await?,
            Effect::CancelAtCa { order } => match self.ports.ca.cancel(row.id, order).await {
                // It was withdrawn before the CA ever heard of it.
                Ok(()) | Err(CaError::UnknownOrder(_)) => {}
                Err(error) => return Err(error.into()),
            },
            Effect::RevokeAtCa {
                order,
                serial,
                reason,
            } => self.request_revocation(row, order, serial, reason).await?,
            Effect::RevokeOrphan { order, serial, .. } => {
                let reason = RevocationReason::CessationOfOperation;
                self.revoke(row, order, serial, reason).await?;
            }
            Effect::DestroyKey { order } => self.ports.vault.destroy(order).await?,
            // The embedder's.
            Effect::Notify { .. }
            | Effect::Deploy { .. }
            | Effect::Undeploy { .. }
            | Effect::PayBack { .. }
            | Effect::PayPlanBack { .. } => {}
        }
        Ok(())
    }

    /// Asks the CA to revoke; what it refuses for good is given back to the holder (T-22).
    async fn request_revocation(
        &self,
        row: &OutboxRow,
        order: OrderId,
        serial: Serial,
        reason: RevocationReason,
    ) -> Result<(), ServiceError> {
        let error = match self.revoke(row, order, serial, reason).await {
            Err(ServiceError::Ca(error)) if !error.retry_helps() => error,
            answer => return answer,
        };
        // A repeat of an older request says nothing about a newer one.
        let open = self.stored(row, order).await?;
        let asked_at = open
            .as_ref()
            .and_then(|instance| instance.live()?.revocation())
            .map(|request| request.requested_at);
        if asked_at != Some(row.at) {
            return Err(error.into());
        }
        let reason = match &error {
            CaError::Refused(Some(reason)) => reason.clone(),
            CaError::Refused(None)
            | CaError::Unavailable(_)
            | CaError::UnknownOrder(_)
            | CaError::RequestReused(_) => {
                Note::new(&error.to_string()).map_err(|_| ServiceError::Ca(error.clone()))?
            }
        };
        let refused = Command::RefuseRevocation { reason };
        match self.execute(row.account, order, &refused).await {
            // Recorded, or decided meanwhile by another way.
            Ok(_) | Err(ServiceError::Refused(_)) => Err(error.into()),
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
    async fn request_issuance(&self, row: &OutboxRow, order: OrderId) -> Result<(), ServiceError> {
        let read_set = ReadSet::Order(order);
        let loaded = self.ports.store.load(row.account, read_set).await?;
        let Some(instance) = loaded.instance.as_ref().map(|found| &found.state) else {
            return Ok(());
        };
        // Withdrawn or deleted meanwhile: the CA need not hear of it.
        let (Phase::Verifying(application) | Phase::Validating(application)) = instance.phase()
        else {
            return Ok(());
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
            // Whoever signs no earlier than this and no longer than asked stays within the ceiling of
            // its day, unless the ceiling falls in between (K-08).
            not_after: term_end(instance, row.at, &law),
        };
        let made_here = application.submission().csr().is_none();
        match self.ports.ca.submit(request).await {
            // The vault signs its request anew for each attempt. Nobody else uses this row's id, so
            // the CA has the order from a former attempt, with the same key.
            Err(CaError::RequestReused(id)) if made_here && id == row.id => {}
            answer => answer?,
        }
        // Withdrawn while the CA was being told: then its cancellation may have come before it.
        let ended = self.stored(row, order).await?.is_some_and(|now| {
            matches!(now.phase(), Phase::Pending { .. } | Phase::Deleted { .. })
        });
        if ended {
            let request = self.ports.ids.request_id();
            self.ports.ca.cancel(request, order).await?;
        }
        Ok(())
    }

    /// The instance of a row's order, as it is stored now.
    async fn stored(
        &self,
        row: &OutboxRow,
        order: OrderId,
    ) -> Result<Option<CertificateInstance>, ServiceError> {
        let read_set = ReadSet::Order(order);
        let loaded = self.ports.store.load(row.account, read_set).await?;
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
