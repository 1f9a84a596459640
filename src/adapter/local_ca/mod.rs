//! A certificate authority in one process that really signs: for tests, examples, laboratories.
//!
//! It has a root and an intermediate, proves domains in a [`Zone`] of its own, reviews (or lets
//! somebody review) applications, issues certificates in the subscriber profile of the Baseline
//! Requirements, revokes them and signs CRLs. What it signs holds before OpenSSL and webpki.
//!
//! It is no public CA: its keys live as long as the value (those of a [`KeptCa`] as long as its
//! rows), one name of an order is proved for all, the subject is the common name alone whatever the
//! class, and there is no OCSP, no CRL of the root, no CAA and no transparency log.
//!
//! It reads no clock. Time comes in with each call, so a test can issue in 2020 or 2029.
//!
//! ```
//! use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
//! use cert_lifecycle::adapter::MemoryKeyVault;
//! use cert_lifecycle::lifecycle::Term;
//! use cert_lifecycle::model::{Curve, KeyKind, OrderId, ValidationClass, ValidationMethod};
//! use cert_lifecycle::port::{CaState, CertificateAuthority, IssuanceRequest, KeyVault, RequestId};
//! # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
//! # use std::sync::Arc;
//! # fn wait<T>(future: impl Future<Output = T>) -> T {
//! #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
//! #         Poll::Ready(value) => value,
//! #         Poll::Pending => unreachable!(),
//! #     }
//! # }
//! let now = "2026-03-20T00:00:00Z".parse()?;
//! let zone = Zone::new();
//! let ca = LocalCa::new(LocalCaConfig::new(|_| 200), zone.clone(), now)?;
//!
//! let (order, vault) = (OrderId::new(1)?, MemoryKeyVault::new());
//! let names = vec!["www.example.com".parse()?];
//! wait(vault.make(order, KeyKind::Ec(Curve::P256)))?;
//! wait(ca.submit(IssuanceRequest {
//!     request: RequestId::new("request-1")?,
//!     order,
//!     csr_der: wait(vault.csr(order, &names))?,
//!     names,
//!     class: ValidationClass::Dv,
//!     method: ValidationMethod::Dns,
//!     at: now,
//!     term: Term::days(90),
//! }))?;
//!
//! let first = wait(ca.poll(order, now))?;
//! assert_eq!(first.state, CaState::AwaitingProof);
//! zone.publish(&first.challenge.expect("the CA says at once what to publish"));
//! assert_eq!(wait(ca.poll(order, now))?.state, CaState::UnderReview);
//! assert!(matches!(wait(ca.poll(order, now))?.state, CaState::Issued { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod authority;
mod config;
mod crl;
mod error;
mod hierarchy;
mod kept;
mod leaf;
mod operator;
mod order;
mod request;
mod zone;

use core::fmt;
use std::boxed::Box;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use x509_cert::crl::CertificateList;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{Encode, EncodePem};

pub use config::{LocalCaConfig, ReviewPolicy};
pub use error::{KeptCaError, LocalCaError};
pub use kept::{KeptCa, KeptZone};
pub use zone::Zone;

use crate::model::{OrderId, Timestamp};
use crate::port::{
    BoxFuture, CaAnswer, CaError, CertificateAuthority, IssuanceRequest, RequestId, RevocationOrder,
};
use authority::Authority;
use crl::Entry;
use order::Record;

/// A certificate authority in one process. See the [module](self) for what it does.
///
/// Each [`poll`](CertificateAuthority::poll) leads an order on by at most one step, so whoever
/// polls sees every state.
pub struct LocalCa {
    authority: Authority,
    zone: Zone,
    book: Mutex<Book>,
}

/// What changes while the CA works.
#[derive(Debug, Default)]
struct Book {
    orders: BTreeMap<OrderId, Record>,
    seen: BTreeMap<RequestId, Seen>,
    crls: u64,
}

/// A request that was accepted, to know its repeats.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Submit(IssuanceRequest),
    Cancel(OrderId),
    Revoke(RevocationOrder),
}

impl Book {
    /// Whether a request is a repeat.
    fn repeats(&self, id: RequestId, request: &Seen) -> Result<bool, CaError> {
        match self.seen.get(&id) {
            None => Ok(false),
            Some(seen) if seen == request => Ok(true),
            Some(_) => Err(CaError::RequestReused(id)),
        }
    }

    fn order(&mut self, order: OrderId) -> Result<&mut Record, CaError> {
        self.orders
            .get_mut(&order)
            .ok_or(CaError::UnknownOrder(order))
    }
}

impl LocalCa {
    /// Founds a CA: makes the keys and the certificates of root and intermediate, valid from
    /// `now` on. It looks for proofs in `zone`.
    ///
    /// Making RSA keys takes up to a few seconds.
    ///
    /// # Errors
    /// [`LocalCaError::UnsupportedKey`], [`LocalCaError::Time`] before 1970 or beyond 9999,
    /// [`LocalCaError::Cryptography`].
    pub fn new(config: LocalCaConfig, zone: Zone, now: Timestamp) -> Result<Self, LocalCaError> {
        Ok(Self {
            authority: Authority::found(config, now)?,
            zone,
            book: Mutex::default(),
        })
    }

    /// The root's certificate in PEM: the trust anchor.
    #[must_use]
    pub fn root_pem(&self) -> Arc<str> {
        self.authority.hierarchy.root_pem()
    }

    /// The intermediate's certificate in PEM: the issuer of every leaf.
    #[must_use]
    pub fn intermediate_pem(&self) -> Arc<str> {
        self.authority.hierarchy.intermediate_pem()
    }

    /// The list of the leaves revoked up to `now`, in DER, signed by the intermediate. Every list
    /// has a higher number than the one before.
    ///
    /// # Errors
    /// [`LocalCaError::Time`] before 1970 or beyond 9999, [`LocalCaError::Cryptography`].
    pub fn crl_der(&self, now: Timestamp) -> Result<Arc<[u8]>, LocalCaError> {
        Ok(Arc::from(self.crl(now)?.to_der()?))
    }

    /// As [`LocalCa::crl_der`], in PEM.
    ///
    /// # Errors
    /// As [`LocalCa::crl_der`].
    pub fn crl_pem(&self, now: Timestamp) -> Result<Arc<str>, LocalCaError> {
        Ok(Arc::from(self.crl(now)?.to_pem(LineEnding::LF)?))
    }

    fn crl(&self, now: Timestamp) -> Result<CertificateList, LocalCaError> {
        let mut book = self.book();
        let number = book.crls.saturating_add(1);
        let hierarchy = &self.authority.hierarchy;
        let issued = book.orders.values().filter_map(Record::issued);
        let entries: Vec<Entry> = issued
            .filter_map(|issued| Entry::of(issued, hierarchy))
            .filter(|entry| entry.since <= now)
            .collect();
        let days = self.authority.config.crl_days;
        let list = crl::sign(hierarchy, number, now, days, &entries)?;
        book.crls = number;
        Ok(list)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Every change of an order is a single assignment, so nothing is ever half done.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn submit_now(&self, request: IssuanceRequest) -> Result<(), CaError> {
        let mut book = self.book();
        let (id, order) = (request.request, request.order);
        let seen = Seen::Submit(request.clone());
        if book.repeats(id, &seen)? {
            return Ok(());
        }
        if book.orders.contains_key(&order) {
            return Err(submitted_before());
        }
        book.orders.insert(order, self.authority.accept(request)?);
        book.seen.insert(id, seen);
        Ok(())
    }

    fn poll_now(&self, order: OrderId, now: Timestamp) -> Result<CaAnswer, CaError> {
        let mut book = self.book();
        let record = book.order(order)?;
        let is_proven = record.awaits_proof() && self.zone.holds(&record.challenge);
        self.authority.advance(record, is_proven, now)?;
        Ok(record.answer())
    }

    fn cancel_now(&self, id: RequestId, order: OrderId) -> Result<(), CaError> {
        let mut book = self.book();
        let seen = Seen::Cancel(order);
        if book.repeats(id, &seen)? {
            return Ok(());
        }
        book.order(order)?.cancel();
        book.seen.insert(id, seen);
        Ok(())
    }

    fn revoke_now(&self, request: RevocationOrder) -> Result<(), CaError> {
        let mut book = self.book();
        let seen = Seen::Revoke(request);
        if book.repeats(request.request, &seen)? {
            return Ok(());
        }
        let record = book.order(request.order)?;
        self.authority.ask_revocation(record, &request)?;
        book.seen.insert(request.request, seen);
        Ok(())
    }
}

fn submitted_before() -> CaError {
    CaError::refused("the order was submitted before with another request id")
}

impl CertificateAuthority for LocalCa {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move { self.submit_now(request) })
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        Box::pin(async move { self.poll_now(order, now) })
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move { self.cancel_now(request, order) })
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move { self.revoke_now(request) })
    }
}

impl fmt::Debug for LocalCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCa")
            .field("config", &self.authority.config)
            .field("orders", &self.book().orders.len())
            .finish_non_exhaustive()
    }
}
