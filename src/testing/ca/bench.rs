//! A desk at which orders are handed in and asked about.

use alloc::sync::Arc;
use core::fmt::{Debug, Display};
use std::collections::BTreeMap;
use std::format;
use std::vec::Vec;

use super::super::findings::Findings;
use super::super::kit::{Done, Stop};
use super::super::report::Clause;
use super::super::suite::Workbench;
use super::super::wait::{BlockOn, wait};
use super::CaUnderTest;
use crate::lifecycle::Term;
use crate::model::{
    CsrFacts, DomainName, IssuedCertificate, OrderId, RevocationReason, Serial, ValidationClass,
    ValidationMethod,
};
use crate::pki::{Limits, issued_certificate, parse_csr};
use crate::port::{
    BoxFuture, CaAnswer, CaError, CaRevocation, CaState, CertificateAuthority, IssuanceRequest,
    RequestId, RevocationOrder,
};

/// How often an order is asked about until it goes on.
const PATIENCE: usize = 50;

/// Signing requests whose private keys nobody has any more.
#[derive(Clone, Copy, Debug)]
pub(super) enum Key {
    First,
    Second,
    Rsa,
}

impl Key {
    pub(super) fn facts(self) -> Result<CsrFacts, Stop> {
        let pem = match self {
            Self::First => include_str!("first.csr"),
            Self::Second => include_str!("second.csr"),
            Self::Rsa => include_str!("rsa.csr"),
        };
        Ok(parse_csr(pem.as_bytes(), &Limits::default())?)
    }
}

pub(super) struct Desk<'a> {
    block_on: &'a BlockOn<'a>,
    pub(super) under: Arc<dyn CaUnderTest>,
    pub(super) ca: Arc<dyn CertificateAuthority>,
    findings: Findings,
    // The last answer about each order.
    told: BTreeMap<OrderId, CaAnswer>,
    // Tells the ids of this check from those of others.
    first: u64,
    next: u64,
}

/// How far a state is on its way; the last ones are ends.
const fn rank(state: &CaState) -> u8 {
    match state {
        CaState::AwaitingProof => 0,
        CaState::UnderReview => 1,
        CaState::Issued { .. } | CaState::Rejected { .. } | CaState::Cancelled => 2,
    }
}

/// A state without what it carries.
pub(super) const fn word(state: &CaState) -> &'static str {
    match state {
        CaState::AwaitingProof => "awaiting proof",
        CaState::UnderReview => "under review",
        CaState::Issued { .. } => "issued",
        CaState::Rejected { .. } => "rejected",
        CaState::Cancelled => "cancelled",
    }
}

impl Workbench for Desk<'_> {
    fn findings(&mut self) -> &mut Findings {
        &mut self.findings
    }
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        block_on: &'a BlockOn<'a>,
        under: Arc<dyn CaUnderTest>,
        check: &'static str,
        number: u64,
    ) -> Self {
        let run = u64::from(under.run()).saturating_mul(100_000);
        let first = run.saturating_add(number.saturating_mul(100));
        Self {
            block_on,
            ca: under.ca(),
            under,
            findings: Findings::new(check),
            told: BTreeMap::new(),
            first: first.saturating_add(77_000_000_000_000_001),
            next: 0,
        }
    }

    pub(super) fn same<T: PartialEq + Debug + ?Sized>(
        &mut self,
        clause: Clause,
        what: impl Display,
        expected: &T,
        seen: &T,
    ) {
        self.findings.same(clause, what, expected, seen);
    }

    pub(super) fn holds(
        &mut self,
        clause: Clause,
        expected: impl Display,
        holds: bool,
        seen: &impl Debug,
    ) {
        self.findings.holds(clause, expected, holds, seen);
    }

    pub(super) const fn block_on(&self) -> &'a BlockOn<'a> {
        self.block_on
    }

    /// A number of this run and check that was not used before.
    fn count(&mut self) -> u64 {
        self.next = self.next.saturating_add(1);
        self.first.saturating_add(self.next)
    }

    pub(super) fn order(&mut self) -> Result<OrderId, Stop> {
        Ok(OrderId::new(self.count())?)
    }

    pub(super) fn request_id(&mut self) -> Result<RequestId, Stop> {
        Ok(RequestId::new(&format!("request-{}", self.count()))?)
    }

    pub(super) fn names(&self, labels: &[&str]) -> Result<Vec<DomainName>, Stop> {
        let domain = self.under.domain();
        let names = labels
            .iter()
            .map(|label| format!("{label}{domain}").parse());
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// An application for a DV certificate of 30 days.
    pub(super) fn application(&mut self, key: Key) -> Result<IssuanceRequest, Stop> {
        let now = self.under.now();
        Ok(IssuanceRequest {
            request: self.request_id()?,
            order: self.order()?,
            names: self.names(&["www."])?,
            csr_der: Arc::from(key.facts()?.der()),
            class: ValidationClass::Dv,
            method: ValidationMethod::Dns,
            at: now,
            term: Term::days(30),
        })
    }

    /// An answer; a CA that is away for the moment is asked again.
    fn patiently<T: Send>(
        &self,
        ask: impl Fn() -> BoxFuture<'a, Result<T, CaError>>,
    ) -> Result<Result<T, CaError>, Stop> {
        for _ in 0..PATIENCE {
            match wait(self.block_on, ask())? {
                Err(error) if error.retry_helps() => {}
                answer => return Ok(answer),
            }
        }
        Err(Stop::Failed("the CA stays unavailable".into()))
    }

    pub(super) fn submit(&self, request: &IssuanceRequest) -> Result<Result<(), CaError>, Stop> {
        let ca = &self.ca;
        self.patiently(|| {
            let (ca, request) = (Arc::clone(ca), request.clone());
            alloc::boxed::Box::pin(async move { ca.submit(request).await })
        })
    }

    pub(super) fn ask(&self, order: OrderId) -> Result<Result<CaAnswer, CaError>, Stop> {
        let (ca, now) = (&self.ca, self.under.now());
        self.patiently(|| {
            let ca = Arc::clone(ca);
            alloc::boxed::Box::pin(async move { ca.poll(order, now).await })
        })
    }

    pub(super) fn cancel(
        &self,
        request: RequestId,
        order: OrderId,
    ) -> Result<Result<(), CaError>, Stop> {
        let ca = &self.ca;
        self.patiently(|| {
            let ca = Arc::clone(ca);
            alloc::boxed::Box::pin(async move { ca.cancel(request, order).await })
        })
    }

    pub(super) fn revoke(&self, request: RevocationOrder) -> Result<Result<(), CaError>, Stop> {
        let ca = &self.ca;
        self.patiently(|| {
            let ca = Arc::clone(ca);
            alloc::boxed::Box::pin(async move { ca.revoke(request).await })
        })
    }

    /// An answer about an order that the CA has; it follows from the one before.
    pub(super) fn poll(&mut self, order: OrderId) -> Result<CaAnswer, Stop> {
        match self.ask(order)? {
            Ok(answer) => {
                if let Some(before) = self.told.insert(order, answer.clone()) {
                    self.follows(&before, &answer);
                }
                Ok(answer)
            }
            Err(error) => {
                self.holds(
                    Clause::Polls,
                    "an answer about an order it has",
                    false,
                    &error,
                );
                Err(Stop::Noted)
            }
        }
    }

    /// Hands an application in that has to be accepted.
    pub(super) fn accepts(&mut self, request: &IssuanceRequest) -> Done {
        let answer = self.submit(request)?;
        self.same(
            Clause::Applications,
            "an application in order",
            &Ok(()),
            &answer,
        );
        if answer.is_ok() {
            Ok(())
        } else {
            Err(Stop::Noted)
        }
    }

    /// Asks again and again, until an answer is as it is waited for.
    pub(super) fn until(
        &mut self,
        order: OrderId,
        what: &str,
        there: impl Fn(&CaAnswer) -> bool,
    ) -> Result<CaAnswer, Stop> {
        let mut before = self.poll(order)?;
        for _ in 0..PATIENCE {
            if there(&before) {
                return Ok(before);
            }
            wait(self.block_on, self.under.go_on(order))??;
            before = self.poll(order)?;
        }
        let seen = (word(&before.state), &before.revocation);
        // What is waited for behind the certificate is a revocation.
        let clause = match before.state {
            CaState::Issued { .. } => Clause::Revocation,
            CaState::AwaitingProof
            | CaState::UnderReview
            | CaState::Rejected { .. }
            | CaState::Cancelled => Clause::States,
        };
        self.holds(clause, format!("in the end, {what}"), false, &seen);
        Err(Stop::Noted)
    }

    /// What one answer says of another that came before.
    fn follows(&mut self, before: &CaAnswer, now: &CaAnswer) {
        let (old, new) = (rank(&before.state), rank(&now.state));
        let (from, to) = (word(&before.state), word(&now.state));
        // What has ended stays as it is, to the letter.
        let stays = old < 2 || before.state == now.state;
        let both = matches!(
            (&before.state, &now.state),
            (CaState::Issued { .. }, CaState::Issued { .. })
        );
        if both {
            self.holds(
                Clause::OneCertificate,
                "the same certificate",
                stays,
                &"another one",
            );
        } else {
            let what = "no way back, and no way on from an end";
            self.holds(Clause::States, what, old <= new && stays, &(from, to));
        }
        if before.challenge.is_some() {
            let what = "the challenge, in every answer from then on";
            self.same(Clause::Polls, what, &before.challenge, &now.challenge);
        }
        let issued = matches!(now.state, CaState::Issued { .. });
        let what = "a revocation with a certificate alone";
        self.holds(
            Clause::Revocation,
            what,
            issued || now.revocation.is_none(),
            now,
        );
        if let Some(CaRevocation::Revoked { .. }) = before.revocation {
            let what = "what is revoked stays so, as it was";
            self.same(
                Clause::Revocation,
                what,
                &before.revocation,
                &now.revocation,
            );
        }
    }

    /// Publishes the proof, once the CA has said what to publish.
    pub(super) fn prove(&mut self, request: &IssuanceRequest) -> Done {
        let told = self.until(
            request.order,
            "a challenge, or a review without one",
            |answer| answer.challenge.is_some() || rank(&answer.state) > 0,
        )?;
        if let Some(challenge) = &told.challenge {
            let method = challenge.method();
            self.same(Clause::Polls, "how to prove it", &request.method, &method);
            wait(self.block_on, self.under.publish(challenge))??;
        }
        Ok(())
    }

    /// Leads an order to its certificate.
    pub(super) fn issue(&mut self, request: &IssuanceRequest) -> Result<Arc<str>, Stop> {
        self.accepts(request)?;
        self.prove(request)?;
        let answer = self.until(request.order, "the certificate", |answer| {
            matches!(
                answer.state,
                CaState::Issued { .. } | CaState::Rejected { .. }
            )
        })?;
        match answer.state {
            CaState::Issued { pem_chain } => Ok(pem_chain),
            other @ (CaState::AwaitingProof
            | CaState::UnderReview
            | CaState::Rejected { .. }
            | CaState::Cancelled) => {
                self.holds(Clause::States, "the certificate", false, &other);
                Err(Stop::Noted)
            }
        }
    }

    /// The certificate of a chain.
    pub(super) fn read(&mut self, pem_chain: &str) -> Result<IssuedCertificate, Stop> {
        match issued_certificate(pem_chain.as_bytes(), &Limits::default()) {
            Ok(certificate) => Ok(certificate),
            Err(error) => {
                self.holds(Clause::Chain, "a chain that can be read", false, &error);
                Err(Stop::Noted)
            }
        }
    }

    pub(super) fn revocation(
        &mut self,
        order: OrderId,
        serial: Serial,
    ) -> Result<RevocationOrder, Stop> {
        Ok(RevocationOrder {
            request: self.request_id()?,
            order,
            serial,
            reason: RevocationReason::Superseded,
            at: self.under.now(),
        })
    }

    /// Nothing that is asked changes what the CA says: as before, several times.
    pub(super) fn unchanged(&mut self, clause: Clause, order: OrderId, before: &CaAnswer) -> Done {
        for _ in 0..3 {
            let now = self.poll(order)?;
            self.same(clause, "everything as before", before, &now);
        }
        Ok(())
    }
}
