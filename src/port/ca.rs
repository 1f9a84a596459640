//! The certificate authority: the party that proves domains, reviews applicants, signs and revokes.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Because, BoxFuture};
use crate::lifecycle::Term;
use crate::model::text::{Inline, inline_text};
use crate::model::{
    Challenge, DomainName, Note, OrderId, RevocationCause, RevocationReason, Serial, Timestamp,
    ValidationClass, ValidationMethod,
};

/// The id of one request to a CA: the same request sent again carries the same id.
///
/// 1 to 64 bytes of printable ASCII without spaces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(Inline<64>);
inline_text!(RequestId);

/// A certificate authority, as seen by a service that applies for its customers.
///
/// **At least once.** A service stores a request before it sends it and sends it again after a
/// crash or a lost answer. So every verb that changes something takes a [`RequestId`], a repeat
/// changes nothing, and [`CertificateAuthority::poll`] can be read as often as one likes.
///
/// **Word before deed.** `submit`, `cancel` and `revoke` only say that the CA took note. What came
/// of it is learned from `poll`: a cancelled order may still be issued, if the approval came first.
///
/// **Which error.** An id that was accepted for something else is [`CaError::RequestReused`], before
/// anything else is looked at: also with an order that the CA does not have. Next comes
/// [`CaError::UnknownOrder`], and then [`CaError::Refused`]. Whether an id is taken by a request
/// that failed is the CA's to say; a service sends nothing else under it.
pub trait CertificateAuthority: Send + Sync {
    /// Hands in an application for a certificate.
    ///
    /// `Ok` means that the CA has the order, from now on or from a former call with the same
    /// request id. The whole request counts: the same id with other content is refused.
    ///
    /// # Errors
    /// [`CaError::Refused`] if the application is not acceptable as it stands (its key, its
    /// signature, its names), and every time that it is sent again; or if the order was submitted
    /// by another request, for there is one for each. An order of which every request was refused
    /// is unknown. [`CaError::RequestReused`], [`CaError::Unavailable`].
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>>;

    /// How far an order came, and what its owner has to publish.
    ///
    /// `now` is the instant of asking; a CA without a clock of its own works up to then: it looks
    /// for the proof, decides, signs. Every answer is complete in itself, and reading it changes
    /// nothing that a second reading would miss: an order once [`CaState::Issued`] stays so, with
    /// the same certificate, whatever becomes of it later. A state may be skipped between two
    /// polls (`AwaitingProof`, then `Issued`); the way is still as in [`CaState`].
    ///
    /// # Errors
    /// [`CaError::UnknownOrder`], [`CaError::Unavailable`].
    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>>;

    /// Withdraws an application.
    ///
    /// `Ok` means that the CA took note, not that no certificate comes. An order that is already
    /// cancelled, rejected or issued is left as it is.
    ///
    /// # Errors
    /// [`CaError::UnknownOrder`], [`CaError::RequestReused`], [`CaError::Unavailable`].
    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>>;

    /// Asks the CA to revoke the certificate of an order.
    ///
    /// `Ok` means that the CA took note; [`CaAnswer::revocation`] says how it goes on. A repeat
    /// of a request is harmless even after that request was refused; to ask once more takes a new
    /// request id. For a certificate that is already revoked nothing changes.
    ///
    /// # Errors
    /// [`CaError::Refused`] if the order has no certificate, or one with another serial number;
    /// [`CaError::UnknownOrder`], [`CaError::RequestReused`], [`CaError::Unavailable`].
    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>>;
}

/// An application for a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuanceRequest {
    /// The id of this request.
    pub request: RequestId,
    /// The order; one request for each.
    pub order: OrderId,
    /// The names that the certificate will carry, exactly these; the first is the common name, where
    /// the certificate has one.
    pub names: Vec<DomainName>,
    /// The certificate signing request in DER. Its key is certified; the names in it are not read.
    pub csr_der: Arc<[u8]>,
    /// How much of the applicant is checked.
    pub class: ValidationClass,
    /// How the domain will be proved.
    pub method: ValidationMethod,
    /// When it was handed in.
    pub at: Timestamp,
    /// How long the certificate shall be valid, from whenever it is signed: until
    /// [`Term::last_second`] of its first second. The CA may make it shorter, and has to where the
    /// CA/Browser Forum allows less on the day of issuance (K-08), for the service takes no
    /// certificate beyond that: [`Term::last_second_within`] is the end for a CA that knows no
    /// ceiling of its own.
    pub term: Term,
}

/// A request to revoke the certificate of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevocationOrder {
    /// The id of this request.
    pub request: RequestId,
    /// The order that the certificate came from.
    pub order: OrderId,
    /// The certificate's serial number: a guard against revoking another one.
    pub serial: Serial,
    /// Why.
    pub reason: RevocationReason,
    /// When it was asked for.
    pub at: Timestamp,
}

/// How far an order came, all of it: nothing has to be remembered from former answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaAnswer {
    /// What the owner publishes to prove the domain, once the CA has said so. Until he did, nothing
    /// is reviewed or issued; a CA that needs no proof, since it has one of before, asks for none.
    pub challenge: Option<Challenge>,
    /// How far the application came.
    pub state: CaState,
    /// How far the latest revocation of the certificate came; only ever with
    /// [`CaState::Issued`].
    pub revocation: Option<CaRevocation>,
}

/// How far an application came: `AwaitingProof`, `UnderReview`, then `Issued` or `Rejected`;
/// `Cancelled` or `Rejected` from any state before `Issued`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaState {
    /// The CA has not seen the proof of the domain yet.
    AwaitingProof,
    /// The domain is proven; the CA reviews the application.
    UnderReview,
    /// The certificate was issued.
    Issued {
        /// It and its issuers in PEM, the leaf first, without the root.
        pem_chain: Arc<str>,
    },
    /// The CA refused the application for good.
    Rejected {
        /// Why, in the CA's words.
        reason: Note,
    },
    /// The application was withdrawn in time.
    Cancelled,
}

/// How far a revocation came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaRevocation {
    /// The owner has to answer the CA's mail first (OV and EV).
    ToConfirm,
    /// The CA is at work.
    Pending,
    /// The certificate is revoked, for good.
    Revoked {
        /// Since when: after a request of the holder not before its [`RevocationOrder::at`], and
        /// never after the instant at which it was learned.
        at: Timestamp,
        /// Why.
        reason: RevocationReason,
        /// By whom; without a former request by [`RevocationCause::ByCa`].
        cause: RevocationCause,
    },
    /// The CA refused; the certificate stays valid, and another request may be made.
    Refused {
        /// Why, in the CA's words.
        reason: Note,
        /// [`RevocationOrder::at`] of the request that it refused: an older refusal says nothing
        /// about a newer request that is still on its way.
        asked_at: Timestamp,
    },
}

/// Why a CA did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaError {
    /// The CA cannot be reached or is disturbed. The same request may be sent again.
    #[error("the CA is unavailable{}", Because(.0.as_ref()))]
    Unavailable(Option<Note>),
    /// The CA refuses this request. Sending it again does not help.
    #[error("the CA refused the request{}", Because(.0.as_ref()))]
    Refused(Option<Note>),
    /// The CA knows no such order. Sending it again does not help.
    #[error("the CA knows no order {0}")]
    UnknownOrder(OrderId),
    /// The request id was used before for something else. Sending it again does not help.
    #[error("the request id {0} was used before for another request")]
    RequestReused(RequestId),
}

impl CaError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn retry_helps(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Refused(_) | Self::UnknownOrder(_) | Self::RequestReused(_) => false,
        }
    }

    /// A refusal with the CA's words; words that are no [`Note`] are left out.
    ///
    /// ```
    /// use cert_lifecycle::port::CaError;
    /// let error = CaError::refused("the key is too short");
    /// assert_eq!(error.to_string(), "the CA refused the request: the key is too short");
    /// assert!(!error.retry_helps());
    /// ```
    #[must_use]
    pub fn refused(reason: &str) -> Self {
        Self::Refused(Note::new(reason).ok())
    }

    /// A disturbance with a word about it; words that are no [`Note`] are left out.
    #[must_use]
    pub fn unavailable(reason: &str) -> Self {
        Self::Unavailable(Note::new(reason).ok())
    }
}
