//! A certificate authority in one process that really signs: for tests, examples, laboratories.
//!
//! It has a root and an intermediate, proves domains in a [`Zone`] of its own, reviews (or lets
//! somebody review) applications, issues certificates in the subscriber profile of the Baseline
//! Requirements, revokes them and signs CRLs. What it signs holds before OpenSSL and webpki.
//!
//! It is no public CA: its keys live as long as the value, one name of an order is proved for all,
//! the subject is the common name alone whatever the class, and there is no OCSP, no CRL of the
//! root, no CAA and no transparency log.
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

mod config;
mod crl;
mod error;
mod hierarchy;
mod leaf;
mod operator;
mod order;
mod request;
mod zone;

use core::fmt::{self, Write};
use std::boxed::Box;
use std::collections::BTreeMap;
use std::format;
use std::string::String;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use x509_cert::crl::CertificateList;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{Encode, EncodePem};

pub use config::{LocalCaConfig, ReviewPolicy};
pub use error::LocalCaError;
pub use zone::Zone;

use crate::lifecycle::Term;
use crate::model::challenge::RecordType;
use crate::model::{
    Challenge, Note, OrderId, RevocationCause, Timestamp, ValidationClass, ValidationMethod,
    Validity,
};
use crate::port::{
    BoxFuture, CaAnswer, CaError, CertificateAuthority, IssuanceRequest, RequestId, RevocationOrder,
};
use crl::Entry;
use hierarchy::{Hierarchy, last_second};
use order::{Asked, Issued, Record, Revoked, Revoking, Stage};

/// A certificate authority in one process. See the [module](self) for what it does.
///
/// Each [`poll`](CertificateAuthority::poll) leads an order on by at most one step, so whoever
/// polls sees every state.
pub struct LocalCa {
    config: LocalCaConfig,
    zone: Zone,
    hierarchy: Hierarchy,
    /// What makes challenges unforeseeable.
    secret: [u8; 32],
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
        let secret = if let Some(seed) = config.challenge_seed {
            seed
        } else {
            let mut random = [0; 32];
            aws_lc_rs::rand::fill(&mut random).map_err(|_| LocalCaError::Cryptography)?;
            random
        };
        Ok(Self {
            hierarchy: Hierarchy::found(&config, now)?,
            config,
            zone,
            secret,
            book: Mutex::default(),
        })
    }

    /// The root's certificate in PEM: the trust anchor.
    #[must_use]
    pub fn root_pem(&self) -> Arc<str> {
        self.hierarchy.root_pem()
    }

    /// The intermediate's certificate in PEM: the issuer of every leaf.
    #[must_use]
    pub fn intermediate_pem(&self) -> Arc<str> {
        self.hierarchy.intermediate_pem()
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
        let entries: std::vec::Vec<Entry> = book
            .orders
            .values()
            .filter_map(Record::issued)
            .filter_map(|issued| Some((issued.serial, issued.revoked()?)))
            .filter(|(_, revoked)| revoked.at <= now)
            .map(|(serial, revoked)| Entry {
                serial,
                // Nothing was revoked before there was a CA, whatever the request says; and X.509
                // could not write every earlier instant.
                at: revoked.at.max(self.hierarchy.not_before),
                reason: revoked.reason,
            })
            .collect();
        let list = crl::sign(&self.hierarchy, number, now, self.config.crl_days, &entries)?;
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
            return Err(CaError::refused(
                "the order was submitted before with another request id",
            ));
        }
        if request.term.last_second(request.at) < request.at {
            return Err(CaError::refused(
                "the requested validity ends before it begins",
            ));
        }
        let requested = request::read(&request.csr_der).map_err(CaError::refused)?;
        let challenge = self.challenge(&request)?;
        book.orders.insert(
            order,
            Record {
                request,
                requested,
                challenge,
                stage: Stage::AwaitingProof,
            },
        );
        book.seen.insert(id, seen);
        Ok(())
    }

    /// The proof that an order asks for: at its first name, without the wildcard.
    fn challenge(&self, request: &IssuanceRequest) -> Result<Challenge, CaError> {
        let first = request
            .names
            .first()
            .ok_or_else(|| CaError::refused("the application names no domain"))?;
        let base = first.base();
        let token = hmac_sha256::HMAC::mac(format!("{} {base}", request.order), self.secret);
        let token = hex(&token);
        let challenge = match request.method {
            ValidationMethod::Dns => {
                let record = format!("_dnsauth.{base}");
                match self.config.record_type {
                    RecordType::Txt => Challenge::dns(&record, RecordType::Txt, &token),
                    RecordType::Cname => {
                        // Half of the digest: a label holds 63 characters.
                        let label: String = token.chars().take(32).collect();
                        let target = format!("{label}.local-ca.test");
                        Challenge::dns(&record, RecordType::Cname, &target)
                    }
                }
            }
            ValidationMethod::File => {
                Challenge::file(base, "/.well-known/pki-validation/fileauth.txt", &token)
            }
        };
        challenge.map_err(|_| CaError::refused("the domain is too long to be proved"))
    }

    fn poll_now(&self, order: OrderId, now: Timestamp) -> Result<CaAnswer, CaError> {
        let mut book = self.book();
        let record = book.order(order)?;
        match &record.stage {
            Stage::AwaitingProof => {
                if self.zone.holds(&record.challenge) {
                    record.stage = Stage::UnderReview { approved: false };
                }
            }
            Stage::UnderReview { approved } => {
                if *approved || self.config.review == ReviewPolicy::Auto {
                    record.stage = self.issue(record, now)?;
                }
            }
            Stage::Cancelled { issue_anyway } => {
                if *issue_anyway {
                    record.stage = self.issue(record, now)?;
                }
            }
            Stage::Rejected(_) | Stage::Issued(_) => {}
        }
        Ok(record.answer())
    }

    /// Signs the certificate of an order, or rejects the order if none can be valid.
    fn issue(&self, record: &Record, now: Timestamp) -> Result<Stage, CaError> {
        let request = &record.request;
        let validity = match self.validity(request.term, now) {
            Ok(validity) => validity,
            Err(reason) => {
                let reason = Note::new(reason).map_err(|_| CaError::Unavailable(None))?;
                return Ok(Stage::Rejected(reason));
            }
        };
        let (pem_chain, serial) = leaf::issue(
            &self.hierarchy,
            &record.requested,
            &request.names,
            request.class,
            validity,
        )
        .map_err(|error| CaError::unavailable(&format!("{error}")))?;
        Ok(Stage::Issued(Issued {
            pem_chain,
            serial,
            revoking: None,
        }))
    }

    /// From when to when a certificate issued now is valid: as long as asked for, at most as long
    /// as the ceiling of this instant allows, never outside the intermediate.
    fn validity(&self, term: Term, now: Timestamp) -> Result<Validity, &'static str> {
        if now < self.hierarchy.not_before || now > self.hierarchy.not_after {
            return Err("the issuing certificate is not valid at this time");
        }
        let backdate = i64::from(self.config.backdate);
        let not_before = now
            .saturating_add(backdate.saturating_neg())
            .max(self.hierarchy.not_before);
        let ceiling = last_second(not_before, (self.config.ceiling)(now));
        let not_after = term
            .last_second(not_before)
            .min(ceiling)
            .min(self.hierarchy.not_after);
        if not_after < now {
            return Err("the certificate would have expired before it was issued");
        }
        Validity::new(not_before, not_after)
            .map_err(|_| "the certificate would have expired before it was issued")
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
        let to_confirm = self.config.confirmation_mail
            && match record.request.class {
                ValidationClass::Dv => false,
                ValidationClass::Ov | ValidationClass::Ev => true,
            };
        let issued = record
            .issued_mut()
            .ok_or_else(|| CaError::refused("the order has no certificate"))?;
        if issued.serial != request.serial {
            return Err(CaError::refused(
                "the order's certificate has another serial number",
            ));
        }
        match issued.revoking {
            // What is under way or done is not begun again.
            Some(Revoking::ToConfirm(_) | Revoking::Pending(_) | Revoking::Revoked(_)) => {}
            Some(Revoking::Refused(..)) | None => {
                let asked = Asked {
                    at: request.at,
                    reason: request.reason,
                };
                issued.revoking = Some(if to_confirm {
                    Revoking::ToConfirm(asked)
                } else {
                    self.reviewed(asked, asked.at)
                });
            }
        }
        book.seen.insert(request.request, seen);
        Ok(())
    }

    /// A revocation that its holder has asked for and, where needed, confirmed.
    fn reviewed(&self, asked: Asked, at: Timestamp) -> Revoking {
        match self.config.revocation {
            ReviewPolicy::Auto => Revoking::Revoked(Revoked {
                at,
                reason: asked.reason,
                cause: RevocationCause::ByHolder,
            }),
            ReviewPolicy::Manual => Revoking::Pending(asked),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
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
            .field("config", &self.config)
            .field("orders", &self.book().orders.len())
            .finish_non_exhaustive()
    }
}
