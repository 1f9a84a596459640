//! What can go wrong when a local CA is founded or operated.

use std::string::ToString;

use crate::model::{KeyKind, OrderId, Timestamp};
use crate::port::{CaError, RowTooLong, RowsError};

/// Why the founder or operator of a local CA did not get what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocalCaError {
    /// A hierarchy cannot be made of such keys. Asking again does not help.
    #[error("a local CA does not sign with {0} keys")]
    UnsupportedKey(KeyKind),
    /// X.509 cannot write this instant (years 1970 to 9999). Asking again does not help.
    #[error("{0} cannot be written into a certificate")]
    Time(Timestamp),
    /// The CA knows no such order. Asking again does not help.
    #[error("there is no order {0}")]
    UnknownOrder(OrderId),
    /// The order is not where this step begins. Asking again helps once it is.
    #[error("order {order} is not {expected}")]
    Stage {
        /// The order.
        order: OrderId,
        /// Where it would have to be.
        expected: &'static str,
    },
    /// The crypto library failed or a structure could not be encoded. Asking again may help.
    #[error("the cryptography failed")]
    Cryptography,
}

impl From<x509_cert::der::Error> for LocalCaError {
    fn from(_: x509_cert::der::Error) -> Self {
        Self::Cryptography
    }
}

impl From<x509_cert::builder::Error> for LocalCaError {
    fn from(_: x509_cert::builder::Error) -> Self {
        Self::Cryptography
    }
}

/// Why a CA that is kept in rows was not opened, or did not do what its operator asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeptCaError {
    /// The CA did not do it.
    #[error(transparent)]
    Ca(#[from] LocalCaError),
    /// The rows failed: whether it was done is not known. Asking again helps.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// What it kept can't be read: it is damaged, or a later release wrote it.
    #[error("{0} of the CA can't be read")]
    Damaged(&'static str),
    /// It does not fit into a row. Asking again does not help.
    #[error(transparent)]
    TooLong(RowTooLong),
}

/// For who applies. What can't be read is a disturbance that somebody has to put right.
impl From<KeptCaError> for CaError {
    fn from(error: KeptCaError) -> Self {
        match error {
            KeptCaError::Rows(error) => Self::Unavailable(error.into_reason()),
            KeptCaError::TooLong(error) => Self::refused(&error.to_string()),
            KeptCaError::Ca(_) | KeptCaError::Damaged(_) => Self::unavailable(&error.to_string()),
        }
    }
}
