//! What is answered instead of an answer: a code, its status of HTTP, and a message.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use crate::lifecycle::{CommandKind, Refusal, RefusalKind, Why};
use crate::service::ServiceError;

/// An error as the API tells it.
///
/// The message never quotes a value that somebody sent, and never a secret. There is one exception: a
/// signature that does not match is answered with the text that it should be of, secrets left out.
///
/// ```
/// use cert_lifecycle::service::ServiceError;
/// use cert_lifecycle::wire::Fault;
/// fn failed() -> Result<(), Fault> {
///     Err(ServiceError::Contended)?
/// }
/// assert!(failed().unwrap_err().to_string().starts_with("Error: The service failed"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    status: u16,
    code: &'static str,
    message: String,
    retry_after: Option<u32>,
    failure: Option<&'static str>,
}

impl From<ServiceError> for Fault {
    fn from(error: ServiceError) -> Self {
        Self::of(&error)
    }
}

impl Fault {
    /// With a status of HTTP, a code and a message.
    #[must_use]
    pub const fn new(status: u16, code: &'static str, message: String) -> Self {
        Self {
            status,
            code,
            message,
            retry_after: None,
            failure: None,
        }
    }

    /// Too many calls; another one may be made after so many milliseconds.
    #[must_use]
    pub fn throttled(why: &str, retry_after: u32) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(429, "Throttling.User", why.to_owned())
        }
    }

    /// A parameter that is needed was not sent.
    #[must_use]
    pub fn missing(name: &str) -> Self {
        Self::new(
            400,
            "MissingParameter",
            format!("The parameter {name} is needed and was not sent."),
        )
    }

    /// A parameter has a value that can't be read.
    #[must_use]
    pub fn invalid(name: &str, why: &str) -> Self {
        Self::new(
            400,
            "InvalidParameter",
            format!("The parameter {name} is not valid: {why}."),
        )
    }

    /// A parameter of the API that this service does not offer.
    #[must_use]
    pub fn unsupported(name: &str, why: &str) -> Self {
        Self::new(
            400,
            "UnsupportedParameter",
            format!("The parameter {name} is not offered here: {why}."),
        )
    }

    /// Something is beyond its limit.
    #[must_use]
    pub fn too_large(what: &str) -> Self {
        Self::new(
            413,
            "RequestTooLarge",
            format!("The request is too large: {what} is beyond its limit."),
        )
    }

    /// Something that is not the caller's fault. Whether anything was changed is not known.
    #[must_use]
    pub fn internal(why: &str) -> Self {
        Self::new(500, "Error", why.to_owned())
    }

    /// What the service did not do, in the seven codes that the API documents. The message of a
    /// refusal is its own paragraph; that of a failure names its kind and nothing of its inside.
    ///
    /// ```
    /// use cert_lifecycle::service::ServiceError;
    /// use cert_lifecycle::wire::Fault;
    /// let fault = Fault::of(&ServiceError::Contended);
    /// assert_eq!((fault.status(), fault.code()), (500, "Error"));
    /// ```
    #[must_use]
    pub fn of(error: &ServiceError) -> Self {
        match error {
            ServiceError::Refused(refusal) => {
                let (status, code) = documented(refusal);
                Self::new(status, code, refusal.to_string())
            }
            ServiceError::Store(_)
            | ServiceError::Ca(_)
            | ServiceError::Vault(_)
            | ServiceError::Delivery(_)
            | ServiceError::Rules(_)
            | ServiceError::Certificate { .. }
            | ServiceError::ClosedByCa { .. }
            | ServiceError::IdTaken(_)
            | ServiceError::KeyReused(_)
            | ServiceError::NoAnswer { .. }
            | ServiceError::NeverEnded { .. }
            | ServiceError::Contended => {
                let advice = if error.retry_helps() {
                    "It may have been carried out: look before calling again."
                } else {
                    "The same call would fail again."
                };
                let word = error.word();
                Self {
                    failure: Some(word),
                    ..Self::internal(&format!("The service failed: {word}. {advice}"))
                }
            }
        }
    }

    /// The status of HTTP.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// After how many milliseconds the call may be made again, where that is known.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }

    /// What failed at the service, for who mends it ([`ServiceError::word`]); none for what is the
    /// caller's to mend.
    #[must_use]
    pub const fn failure(&self) -> Option<&'static str> {
        self.failure
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The code of a refusal, with its status.
const fn documented(refusal: &Refusal) -> (u16, &'static str) {
    match refusal.kind() {
        RefusalKind::PlanNotFound => (404, "NotFoundPackage"),
        RefusalKind::QuotaExhausted => (404, "NotRemainCount"),
        RefusalKind::OrderNotFound => (404, "NotFoundOrder"),
        RefusalKind::State if deletion_is_held_up(refusal) => (403, "DeleteFail"),
        RefusalKind::State => (403, "OrderStateError"),
        RefusalKind::Application => (403, "CreateCertificateRequestFailed"),
        RefusalKind::CaAnswer | RefusalKind::Misuse => (500, "Error"),
    }
}

/// Whether the state permits the deletion, and something that hangs on the order does not.
const fn deletion_is_held_up(refusal: &Refusal) -> bool {
    matches!(
        (refusal.command(), refusal.why()),
        (
            CommandKind::Delete | CommandKind::DeleteCertificate,
            Why::Deployed | Why::Hosted | Why::RefundUnderWay | Why::Refunded
        )
    )
}
