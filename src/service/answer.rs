//! The CA's answers, brought back as commands.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::watch::Watch;
use super::{Receipt, Service, ServiceError};
use crate::lifecycle::Command;
use crate::model::{
    AccountId, CertificateInstance, OrderId, Phase, RevocationCause, RevocationStage,
};
use crate::pki::{Limits, chain_pem, issued_certificate};
use crate::port::{CaAnswer, CaError, CaRevocation, CaState, Loaded, ReadSet, Timer};

impl Service {
    /// Asks the CA how an order stands, and gives the commands that follow from its answer.
    ///
    /// Every answer is judged like any command: one that is late, doubled, out of order or does not
    /// fit the order is refused and changes nothing.
    ///
    /// **When.** The CA hears of an order, a withdrawal or a revocation only when
    /// [`Service::work`] has handed it on; call this afterwards, and again from time to time for as
    /// long as the CA owes an answer. Called too early it does no harm: an order under way
    /// that the CA does not know yet gives no receipts. It gives none either for one
    /// whose submission the CA refused for good ([`WorkReport::refused`](super::WorkReport::refused)).
    /// Of an order that was withdrawn and applied for anew under another number, a certificate that comes
    /// too late is recorded (T-49); whatever else the CA says of it says nothing of the new one.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] for the first command that is refused; those before it stand.
    /// [`ServiceError::Ca`] if the CA is disturbed, or does not know an order that it should.
    /// [`ServiceError::ClosedByCa`] if it rejected the order before the domain was proved, or cancelled
    /// what nobody withdrew: the error says what to do.
    pub async fn refresh(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<Vec<Receipt>, ServiceError> {
        // It is large, and futures that hold this one would be.
        let before = Box::new(self.looked_at(account, order).await?);
        self.refresh_from(account, order, &before).await
    }

    /// The same for who has just looked at the order.
    pub(crate) async fn refresh_from(
        &self,
        account: AccountId,
        order: OrderId,
        before: &Loaded,
    ) -> Result<Vec<Receipt>, ServiceError> {
        // Another account's order is not there: its CA is not asked, and its answer not shown (L12).
        let Some(instance) = &before.instance else {
            let looked = self.execute(account, order, &Command::Wake).await?;
            return Ok(Vec::from([looked]));
        };
        let now = self.ports.clock.now();
        match self.ports.ca.poll(order, now).await {
            // It waits in the outbox, or the CA would not take it.
            Err(CaError::UnknownOrder(_)) => {
                let instance = self.instance(account, order).await?;
                let waits =
                    instance.is_some_and(|own| own.order() != order || may_be_unknown(own.phase()));
                if waits {
                    return Ok(Vec::new());
                }
                Err(CaError::UnknownOrder(order).into())
            }
            answer => {
                let answer = answer?;
                // Most answers are of this kind, for clients ask far more often than anything happens.
                if instance.state.order() == order && is_known(instance.state.phase(), &answer) {
                    // Commands would be judged by the rules that the order is bound to: that these are
                    // missing is told all the same.
                    self.rules.editions(before, now)?;
                    return Ok(Vec::new());
                }
                self.receive(account, order, answer).await
            }
        }
    }

    /// The same, and waits for the answer no longer than
    /// [`Settings::answer_limit`](super::Settings::answer_limit): for callers that have no other limit.
    ///
    /// # Errors
    /// As [`refresh`](Self::refresh), and [`ServiceError::NoAnswer`] beyond the limit.
    pub async fn refresh_within(
        &self,
        timer: &dyn Timer,
        account: AccountId,
        order: OrderId,
    ) -> Result<Vec<Receipt>, ServiceError> {
        self.within(timer, self.refresh(account, order)).await
    }

    /// Both: for who has just looked at the order, and waits no longer than the limit.
    #[cfg(feature = "wire")]
    pub(crate) async fn refresh_from_within(
        &self,
        timer: &dyn Timer,
        account: AccountId,
        order: OrderId,
        before: &Loaded,
    ) -> Result<Vec<Receipt>, ServiceError> {
        let asked = self.refresh_from(account, order, before);
        self.within(timer, asked).await
    }

    async fn within(
        &self,
        timer: &dyn Timer,
        asked: impl Future<Output = Result<Vec<Receipt>, ServiceError>> + Send,
    ) -> Result<Vec<Receipt>, ServiceError> {
        let watch = Watch {
            timer: Some(timer),
            handle: None,
        };
        watch.within(self.settings.answer_limit, asked).await
    }

    /// Gives the commands that follow from an answer of the CA that came by another way than
    /// [`refresh`](Self::refresh), such as a call that the embedder authenticated.
    ///
    /// # Errors
    /// As [`refresh`](Self::refresh).
    pub async fn receive(
        &self,
        account: AccountId,
        order: OrderId,
        answer: CaAnswer,
    ) -> Result<Vec<Receipt>, ServiceError> {
        let mut receipts = Vec::new();
        let Some(instance) = self.instance(account, order).await? else {
            return Ok(receipts);
        };
        if instance.order() != order {
            // It is large and seldom, and futures that hold this one would be.
            return Box::pin(self.receive_late(account, order, answer)).await;
        }
        // Where the proof is part of the review, the challenge comes while the order is Validating.
        let asked = match instance.phase() {
            Phase::Verifying(application) => Some(application),
            Phase::Validating(application) if application.challenge().is_none() => {
                Some(application)
            }
            Phase::Validating(_)
            | Phase::NotActivated { .. }
            | Phase::Bought { .. }
            | Phase::Failed { .. }
            | Phase::Pending { .. }
            | Phase::Live(_)
            | Phase::Revoked { .. }
            | Phase::Uploaded(_)
            | Phase::Ended { .. }
            | Phase::Deleted { .. } => None,
        };
        if let (Some(application), Some(challenge)) = (asked, answer.challenge) {
            let received = Command::ReceiveChallenge {
                key: self.key_of(application).await?,
                challenge: Arc::new(challenge),
            };
            receipts.push(self.execute(account, order, &received).await?);
        }
        let proved = match &answer.state {
            CaState::UnderReview | CaState::Issued { .. } => true,
            CaState::AwaitingProof | CaState::Rejected { .. } | CaState::Cancelled => false,
        };
        if proved && matches!(instance.phase(), Phase::Verifying(_)) {
            receipts.push(
                self.execute(account, order, &Command::ConfirmDomain)
                    .await?,
            );
        }
        match answer.state {
            CaState::Issued { pem_chain } => {
                receipts.push(self.approve(account, order, &pem_chain).await?);
            }
            CaState::Rejected { reason } if matches!(instance.phase(), Phase::Verifying(_)) => {
                let reason = Some(reason);
                return Err(ServiceError::ClosedByCa { order, reason });
            }
            // It was withdrawn here before the CA could say so; otherwise nobody asked for it.
            CaState::Cancelled if instance.under_way().is_some() => {
                return Err(ServiceError::ClosedByCa {
                    order,
                    reason: None,
                });
            }
            CaState::Rejected { reason } => {
                let reject = Command::Reject { reason };
                receipts.push(self.execute(account, order, &reject).await?);
            }
            CaState::AwaitingProof | CaState::UnderReview | CaState::Cancelled => {}
        }
        if let Some(revocation) = answer.revocation {
            let instance = self.instance(account, order).await?;
            for command in revocation_commands(instance.as_ref(), revocation) {
                receipts.push(self.execute(account, order, &command).await?);
            }
        }
        receipts.retain(|receipt| !receipt.events.is_empty());
        Ok(receipts)
    }

    /// What the CA says of an order that is no longer the instance's own.
    async fn receive_late(
        &self,
        account: AccountId,
        order: OrderId,
        answer: CaAnswer,
    ) -> Result<Vec<Receipt>, ServiceError> {
        let mut receipts = Vec::new();
        match answer.state {
            CaState::Issued { pem_chain } => {
                receipts.push(self.approve(account, order, &pem_chain).await?);
            }
            CaState::AwaitingProof
            | CaState::UnderReview
            | CaState::Rejected { .. }
            | CaState::Cancelled => {}
        }
        receipts.retain(|receipt| !receipt.events.is_empty());
        Ok(receipts)
    }

    /// Records a certificate that the CA issued.
    async fn approve(
        &self,
        account: AccountId,
        order: OrderId,
        pem_chain: &str,
    ) -> Result<Receipt, ServiceError> {
        let certificate = issued_certificate(pem_chain.as_bytes(), &Limits::default())
            .map_err(|error| ServiceError::Certificate { order, error })?;
        let certificate = Arc::new(certificate);
        let approve = Command::Approve { certificate };
        self.execute(account, order, &approve).await
    }

    async fn instance(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<Option<CertificateInstance>, ServiceError> {
        let loaded = self.looked_at(account, order).await?;
        Ok(loaded.instance.map(|found| found.state))
    }

    async fn looked_at(&self, account: AccountId, order: OrderId) -> Result<Loaded, ServiceError> {
        let read = ReadSet::Order(order).into();
        Ok(self.ports.store.load(account, read).await?)
    }
}

/// Whether an answer says what is recorded already, so that nothing follows from it, however the
/// instance went on meanwhile. To find that out command by command takes two more looks into the store,
/// and the certificate read and verified once more.
fn is_known(phase: &Phase, answer: &CaAnswer) -> bool {
    if answer.revocation.is_some() {
        return false;
    }
    match phase {
        Phase::Verifying(own) => {
            let same = own.challenge().is_some() && own.challenge() == answer.challenge.as_ref();
            same && answer.state == CaState::AwaitingProof
        }
        Phase::Validating(own) => own.challenge().is_some() && answer.state == CaState::UnderReview,
        Phase::Live(live) | Phase::Revoked { live, .. } => match &answer.state {
            CaState::Issued { pem_chain } => chain_pem(live.certificate()) == **pem_chain,
            CaState::AwaitingProof
            | CaState::UnderReview
            | CaState::Rejected { .. }
            | CaState::Cancelled => false,
        },
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => false,
    }
}

/// Whether the CA need not have heard of an application yet.
fn may_be_unknown(phase: &Phase) -> bool {
    match phase {
        Phase::Verifying(_) => true,
        Phase::Validating(application) => application.challenge().is_none(),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => false,
    }
}

/// What an answer about a revocation asks of an instance.
fn revocation_commands(
    instance: Option<&CertificateInstance>,
    revocation: CaRevocation,
) -> Vec<Command> {
    let Some(Phase::Live(live)) = instance.map(CertificateInstance::phase) else {
        // Nothing is live: an orphan's revocation, or one that is recorded already.
        return Vec::new();
    };
    let to_confirm = live
        .revocation()
        .map(|own| matches!(own.stage, RevocationStage::ToConfirm));
    match (revocation, to_confirm) {
        (CaRevocation::Pending, Some(true)) => Vec::from([Command::ConfirmRevocation]),
        (
            CaRevocation::Revoked {
                cause: RevocationCause::ByHolder,
                at,
                ..
            },
            Some(to_confirm),
        ) => {
            let confirmed = to_confirm.then_some(Command::ConfirmRevocation);
            let completed = Command::CompleteRevocation { at };
            confirmed.into_iter().chain([completed]).collect()
        }
        // An old refusal stays readable at the CA: it concerns the request that it names alone.
        (CaRevocation::Refused { reason, asked_at }, Some(_))
            if live.revocation().map(|own| own.requested_at) == Some(asked_at) =>
        {
            Vec::from([Command::RefuseRevocation { reason }])
        }
        // A holder's revocation that nobody here waits for, since its request was taken for refused,
        // is a fact all the same.
        (
            CaRevocation::Revoked {
                cause: RevocationCause::ByCa,
                reason,
                at,
            },
            _,
        )
        | (CaRevocation::Revoked { reason, at, .. }, None) => {
            Vec::from([Command::RecordCaRevocation { reason, at }])
        }
        (CaRevocation::ToConfirm | CaRevocation::Pending | CaRevocation::Refused { .. }, _) => {
            Vec::new()
        }
    }
}
