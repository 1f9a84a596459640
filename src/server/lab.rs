//! The laboratory CA, and the faults that are ordered of it.

use core::fmt;
use std::boxed::Box;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::adapter::local_ca::KeptCa;
use crate::model::{OrderId, Timestamp};
use crate::port::{
    BoxFuture, CaAnswer, CaError, CaState, CertificateAuthority, IssuanceRequest, RequestId,
    RevocationOrder,
};
use crate::server::faults::{FaultKind, Hit, Occasion, Ordered};
use crate::server::ordered::note;

/// What is wrong with the answers about one order.
#[derive(Clone, Copy, Debug, Default)]
struct Flaw {
    /// Nothing is answered before this instant.
    silent_until: Option<Timestamp>,
    twice: bool,
    /// The next certificate is another one.
    wrong: bool,
}

/// A laboratory CA whose answers may be late, doubled or wrong.
pub(crate) struct Lab {
    ca: KeptCa,
    faults: Arc<Ordered>,
    flaws: Mutex<BTreeMap<OrderId, Flaw>>,
}

impl fmt::Debug for Lab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lab").finish_non_exhaustive()
    }
}

impl Lab {
    pub(crate) fn new(ca: KeptCa, faults: Arc<Ordered>) -> Self {
        let flaws = Mutex::default();
        Self { ca, faults, flaws }
    }

    /// The CA itself, for what its people do.
    pub(crate) const fn ca(&self) -> &KeptCa {
        &self.ca
    }

    /// Until when nothing is answered about an order, if so.
    pub(crate) fn silent_until(&self, order: OrderId) -> Option<Timestamp> {
        self.flaws().get(&order)?.silent_until
    }

    /// Whether each answer about an order comes twice.
    pub(crate) fn answers_twice(&self, order: OrderId) -> bool {
        let twice = self.flaws().get(&order).is_some_and(|flaw| flaw.twice);
        if twice {
            note(FaultKind::CaTwice);
        }
        twice
    }

    fn flaws(&self) -> MutexGuard<'_, BTreeMap<OrderId, Flaw>> {
        // Every change is a single insertion or removal, so nothing is ever half done.
        self.flaws.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong with a request is drawn when it comes.
    fn draw(&self, order: OrderId, at: Timestamp) {
        let hits = self.faults.hits(&Occasion::Ca);
        if hits.is_empty() {
            return;
        }
        let mut flaw = Flaw::default();
        for Hit { kind, seconds, .. } in hits {
            note(kind);
            match kind {
                FaultKind::CaLate => flaw.silent_until = Some(at.saturating_add(seconds.into())),
                FaultKind::CaTwice => flaw.twice = true,
                FaultKind::CaWrong => flaw.wrong = true,
                FaultKind::ErrorBefore
                | FaultKind::ErrorAfter
                | FaultKind::Slow
                | FaultKind::Throttle
                | FaultKind::AmbiguousStatus
                | FaultKind::TooEarly
                | FaultKind::DeleteFail
                | FaultKind::LateCancel
                | FaultKind::ProductAway => {}
            }
        }
        self.flaws().insert(order, flaw);
    }

    /// Whether nothing is answered about an order yet.
    fn is_silent(&self, order: OrderId, now: Timestamp) -> bool {
        let mut flaws = self.flaws();
        let Some(flaw) = flaws.get_mut(&order) else {
            return false;
        };
        let silent = flaw.silent_until.is_some_and(|end| now < end);
        if silent {
            note(FaultKind::CaLate);
        } else {
            flaw.silent_until = None;
        }
        silent
    }

    /// An answer as it is sent: with another certificate the first time, if that was ordered.
    fn distorted(&self, order: OrderId, answer: CaAnswer) -> CaAnswer {
        let issued = matches!(answer.state, CaState::Issued { .. });
        let mut flaws = self.flaws();
        let flaw = flaws.get_mut(&order).filter(|_| issued);
        if !flaw.is_some_and(|flaw| core::mem::take(&mut flaw.wrong)) {
            return answer;
        }
        note(FaultKind::CaWrong);
        let pem_chain = self.ca.intermediate_pem();
        CaAnswer {
            state: CaState::Issued { pem_chain },
            ..answer
        }
    }
}

impl CertificateAuthority for Lab {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move {
            let (order, at) = (request.order, request.at);
            self.ca.submit(request).await?;
            self.draw(order, at);
            Ok(())
        })
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        Box::pin(async move {
            if self.is_silent(order, now) {
                return Err(CaError::unavailable("a late answer was ordered"));
            }
            let answer = self.ca.poll(order, now).await?;
            Ok(self.distorted(order, answer))
        })
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        self.ca.cancel(request, order)
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move {
            let (order, at) = (request.order, request.at);
            self.ca.revoke(request).await?;
            self.draw(order, at);
            Ok(())
        })
    }
}
