//! A local CA with one fault.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cert_lifecycle::adapter::local_ca::Zone;
use cert_lifecycle::adapter::{LocalCa, MemoryKeyVault};
use cert_lifecycle::lifecycle::Term;
use cert_lifecycle::model::{
    Curve, KeyKind, Note, OrderId, RevocationCause, RevocationReason, Timestamp,
};
use cert_lifecycle::port::{
    BoxFuture, CaAnswer, CaError, CaRevocation, CaState, CertificateAuthority, IssuanceRequest,
    KeyVault, RequestId, RevocationOrder,
};

/// What is wrong with a CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    WrongKey,
    WrongNames,
    LastNameIsCommon,
    NeedsNoProof,
    TooLong,
    SecondCertificate,
    RootInChain,
    LeafLast,
    LosesChallenge,
    AnswersOnce,
    GoesBack,
    ForgetsRequests,
    RefusesRepeats,
    TakesAnyId,
    TakesAnyApplication,
    TakesRefusedAgain,
    SecondRequestReused,
    OrderBeforeId,
    InventsOrders,
    CancelsIssued,
    CancelsNothing,
    RevivesCancelled,
    RevokesAnySerial,
    RevokesWithoutCertificate,
    RevokesNothing,
    LosesReason,
    RevokedIsCancelled,
    RevokedBefore,
    RevokedAhead,
    RefusalOfNow,
    RefusedForGood,
    OwnAccountIsHolder,
    Panics,
}

/// A CA that does as the local one does, but for its fault.
pub(crate) struct BrokenCa {
    inner: Arc<LocalCa>,
    zone: Zone,
    fault: Fault,
    // Which order of the local CA stands for an order.
    orders: Mutex<BTreeMap<OrderId, OrderId>>,
    requests: Mutex<BTreeMap<OrderId, IssuanceRequest>>,
    told: Mutex<BTreeMap<OrderId, usize>>,
    serials: Mutex<u64>,
}

impl BrokenCa {
    pub(crate) fn new(fault: Fault, inner: Arc<LocalCa>, zone: Zone) -> Self {
        Self {
            inner,
            zone,
            fault,
            orders: Mutex::default(),
            requests: Mutex::default(),
            told: Mutex::default(),
            serials: Mutex::new(0),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn fresh(&self) -> u64 {
        let mut serials = self.serials.lock().unwrap();
        *serials += 1;
        *serials
    }

    fn own(&self, order: OrderId) -> OrderId {
        *self.orders.lock().unwrap().get(&order).unwrap_or(&order)
    }

    /// How often an order was asked about since something was true.
    fn count(&self, order: OrderId) -> usize {
        let mut told = self.told.lock().unwrap();
        let count = told.entry(order).or_default();
        *count += 1;
        *count
    }

    async fn is_known(&self, order: OrderId) -> bool {
        self.inner.poll(order, Timestamp::MIN).await.is_ok()
    }

    async fn refused_to_revoke(&self, order: OrderId) -> bool {
        let asked = self.inner.poll(order, Timestamp::MIN).await;
        asked.is_ok_and(|told| matches!(told.revocation, Some(CaRevocation::Refused { .. })))
    }

    /// Another certificate for the same order, from another order of the local CA.
    async fn another(&self, order: OrderId, now: Timestamp) -> Result<CaState, CaError> {
        let known = self.orders.lock().unwrap().get(&order).copied();
        let twin = if let Some(twin) = known {
            twin
        } else {
            let number = self.fresh();
            let twin = OrderId::new(number).unwrap();
            let request = self.requests.lock().unwrap()[&order].clone();
            let request = IssuanceRequest {
                request: RequestId::new(&format!("twin-{number}")).unwrap(),
                order: twin,
                ..request
            };
            self.inner.submit(request).await?;
            let told = self.inner.poll(twin, now).await?;
            self.zone.publish(&told.challenge.unwrap());
            self.inner.poll(twin, now).await?;
            self.orders.lock().unwrap().insert(order, twin);
            twin
        };
        Ok(self.inner.poll(twin, now).await?.state)
    }

    async fn submit_now(&self, mut request: IssuanceRequest) -> Result<(), CaError> {
        self.requests
            .lock()
            .unwrap()
            .insert(request.order, request.clone());
        match self.fault {
            Fault::WrongKey => {
                let vault = MemoryKeyVault::new();
                let kind = KeyKind::Ec(Curve::P256);
                vault.make(request.order, kind).await.unwrap();
                request.csr_der = vault.csr(request.order, &request.names).await.unwrap();
                match self.inner.submit(request).await {
                    Err(CaError::RequestReused(_)) => Ok(()),
                    answer => answer,
                }
            }
            Fault::WrongNames => {
                request.names.push("elsewhere.example.net".parse().unwrap());
                self.inner.submit(request).await
            }
            Fault::LastNameIsCommon => {
                request.names.reverse();
                self.inner.submit(request).await
            }
            Fault::TakesRefusedAgain => {
                let (order, answer) = (request.order, self.inner.submit(request).await);
                match answer {
                    Err(CaError::Refused(_)) if self.count(order) > 1 => Ok(()),
                    answer => answer,
                }
            }
            Fault::SecondRequestReused => {
                let (id, answer) = (request.request, self.inner.submit(request.clone()).await);
                match answer {
                    Err(CaError::Refused(_)) if self.is_known(request.order).await => {
                        Err(CaError::RequestReused(id))
                    }
                    answer => answer,
                }
            }
            Fault::TooLong => {
                request.term = Term::days(request.term.in_days() + 1);
                self.inner.submit(request).await
            }
            Fault::ForgetsRequests => {
                // It is taken for a new application each time, and begins anew.
                let number = self.fresh();
                let order = request.order;
                request.order = OrderId::new(number).unwrap();
                request.request = RequestId::new(&format!("anew-{number}")).unwrap();
                self.inner.submit(request.clone()).await?;
                self.orders.lock().unwrap().insert(order, request.order);
                Ok(())
            }
            Fault::RefusesRepeats => {
                if self.count(request.order) > 1 {
                    return Err(CaError::refused("this was asked for before"));
                }
                self.inner.submit(request).await
            }
            Fault::TakesAnyId => match self.inner.submit(request).await {
                Err(CaError::RequestReused(_)) => Ok(()),
                answer => answer,
            },
            Fault::TakesAnyApplication => {
                let _ = self.inner.submit(request).await;
                Ok(())
            }
            Fault::Panics => {
                assert!(request.names.len() < 2, "a CA that panics");
                self.inner.submit(request).await
            }
            _ => self.inner.submit(request).await,
        }
    }

    async fn poll_now(&self, order: OrderId, now: Timestamp) -> Result<CaAnswer, CaError> {
        let own = if self.is(Fault::ForgetsRequests) {
            self.own(order)
        } else {
            order
        };
        let asked = self.inner.poll(own, now).await;
        let mut answer = match asked {
            Err(CaError::UnknownOrder(_)) if self.is(Fault::InventsOrders) => CaAnswer {
                challenge: None,
                state: CaState::Cancelled,
                revocation: None,
            },
            answer => answer?,
        };
        let issued = matches!(answer.state, CaState::Issued { .. });
        match (self.fault, &mut answer.state) {
            // Every answer to an issued order comes from the one order or from its double.
            (Fault::SecondCertificate, state @ CaState::Issued { .. })
                if self.count(order).is_multiple_of(2) =>
            {
                *state = self.another(order, now).await?;
            }
            (Fault::RootInChain, CaState::Issued { pem_chain }) => {
                *pem_chain = Arc::from(format!("{pem_chain}{}", self.inner.root_pem()));
            }
            (Fault::LeafLast, CaState::Issued { pem_chain }) => {
                let end = "-----END CERTIFICATE-----\n";
                let mut parts: Vec<&str> = pem_chain.split_inclusive(end).collect();
                parts.reverse();
                *pem_chain = Arc::from(parts.concat());
            }
            (Fault::AnswersOnce, state @ CaState::Issued { .. }) if self.count(order) > 1 => {
                *state = CaState::UnderReview;
            }
            (Fault::GoesBack, state @ CaState::UnderReview) => *state = CaState::AwaitingProof,
            (Fault::RevivesCancelled, state @ CaState::Cancelled) if self.count(order) > 2 => {
                *state = CaState::UnderReview;
            }
            (Fault::CancelsNothing, state @ CaState::Cancelled) => *state = CaState::UnderReview,
            (Fault::RevokedIsCancelled, state) if issued && answer.revocation.is_some() => {
                *state = CaState::Cancelled;
            }
            _ => {}
        }
        if self.is(Fault::LosesChallenge) && !matches!(answer.state, CaState::AwaitingProof) {
            answer.challenge = None;
        }
        if self.is(Fault::GoesBack) && self.count(order) == 1 {
            answer.state = CaState::UnderReview;
        }
        if let (Fault::NeedsNoProof, Some(challenge)) = (self.fault, &answer.challenge) {
            // What it asks for is there at once, whoever has put it there.
            self.zone.publish(challenge);
        }
        match (self.fault, &mut answer.revocation) {
            (Fault::RevokedBefore, Some(CaRevocation::Revoked { at, .. })) => {
                *at = at.saturating_add(-86_400);
            }
            (Fault::RevokedAhead, Some(CaRevocation::Revoked { at, .. })) => {
                *at = at.saturating_add(86_400);
            }
            (Fault::RefusalOfNow, Some(CaRevocation::Refused { asked_at, .. })) => {
                *asked_at = now.saturating_add(1);
            }
            (Fault::OwnAccountIsHolder, Some(CaRevocation::Revoked { cause, .. })) => {
                *cause = RevocationCause::ByHolder;
            }
            _ => {}
        }
        if self.is(Fault::RevokesNothing) {
            answer.revocation = None;
        }
        if let (true, Some(CaRevocation::Revoked { reason, .. })) =
            (self.is(Fault::LosesReason), &mut answer.revocation)
        {
            *reason = RevocationReason::Unspecified;
        }
        if self.is(Fault::CancelsIssued) && self.told.lock().unwrap().contains_key(&order) {
            answer.state = CaState::Cancelled;
        }
        Ok(answer)
    }

    async fn revoke_now(&self, mut request: RevocationOrder) -> Result<(), CaError> {
        if self.is(Fault::ForgetsRequests) {
            request.order = self.own(request.order);
        }
        if self.is(Fault::RefusedForGood) && self.refused_to_revoke(request.order).await {
            return Ok(());
        }
        if self.is(Fault::OrderBeforeId) && !self.is_known(request.order).await {
            return Err(CaError::UnknownOrder(request.order));
        }
        match (self.fault, self.inner.serial(request.order)) {
            (Fault::RevokesAnySerial, Some(own)) => request.serial = own,
            (Fault::RevokesWithoutCertificate, None) => {
                return match self.inner.revoke(request).await {
                    Err(CaError::Refused(_)) => Ok(()),
                    answer => answer,
                };
            }
            _ => {}
        }
        self.inner.revoke(request).await
    }
}

impl CertificateAuthority for BrokenCa {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(self.submit_now(request))
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        Box::pin(self.poll_now(order, now))
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move {
            let own = if self.is(Fault::ForgetsRequests) {
                self.own(order)
            } else {
                order
            };
            let answer = self.inner.cancel(request, own).await;
            if self.is(Fault::CancelsIssued) && answer.is_ok() {
                self.count(order);
            }
            match answer {
                Err(CaError::UnknownOrder(_)) if self.is(Fault::InventsOrders) => Ok(()),
                answer => answer,
            }
        })
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(self.revoke_now(request))
    }
}

/// A CA that is away for ever.
pub(crate) struct Away;

impl CertificateAuthority for Away {
    fn submit(&self, _: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async { Err(CaError::Unavailable(None)) })
    }

    fn poll(&self, _: OrderId, _: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        Box::pin(async { Err(CaError::Unavailable(Note::new("closed").ok())) })
    }

    fn cancel(&self, _: RequestId, _: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async { Err(CaError::Unavailable(None)) })
    }

    fn revoke(&self, _: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async { Err(CaError::Unavailable(None)) })
    }
}
