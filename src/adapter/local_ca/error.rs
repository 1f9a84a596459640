//! What can go wrong when a local CA is founded or operated.

use crate::model::{KeyKind, OrderId, Timestamp};

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
