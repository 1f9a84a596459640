//! The two statuses of the instance model, derived from facts, the instant and the edition (L6).

use core::fmt;

use crate::model;
use crate::model::Timestamp;
use crate::rulebook::{Edition, Window};

use super::instance::{Ending, HeldCertificate, SubscriptionInstance, Term};

/// The status of an instance: `Status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Bought, and nothing is applied for.
    Inactive,
    /// An application is under way.
    Pending,
    /// It carries certificates.
    Normal,
    /// Its own term is about to end.
    WillExpire,
    /// Its own term is over.
    Expired,
    /// It was paid back.
    Refund,
    /// It was closed.
    Closed,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Inactive,
        Self::Pending,
        Self::Normal,
        Self::WillExpire,
        Self::Expired,
        Self::Refund,
        Self::Closed,
    ];

    /// The word of the interface.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::Pending => "pending",
            Self::Normal => "normal",
            Self::WillExpire => "willExpire",
            Self::Expired => "expired",
            Self::Refund => "refund",
            Self::Closed => "closed",
        }
    }

    /// The status of the documents that an edition's sets of states speak of.
    #[must_use]
    pub const fn canonical(self) -> model::Status {
        match self {
            Self::Inactive => model::Status::PendingApplication,
            Self::Pending => model::Status::Validating,
            Self::Normal => model::Status::Issued,
            Self::WillExpire => model::Status::PendingExpiration,
            Self::Expired => model::Status::Expired,
            Self::Refund => model::Status::Refunded,
            Self::Closed => model::Status::Closed,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The status of a certificate: `CertificateStatus`, empty before the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CertificateStatus {
    /// It is valid.
    Issued,
    /// It is about to expire.
    WillExpire,
    /// It expired.
    Expired,
    /// It is revoked.
    Revoked,
}

impl CertificateStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Issued, Self::WillExpire, Self::Expired, Self::Revoked];

    /// The word of the interface.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::WillExpire => "willExpire",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for CertificateStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The status of an instance at an instant; none once it is deleted.
///
/// An application under way is shown before the term's end, as a revocation is in
/// [`lifecycle::status`](crate::lifecycle::status()).
#[must_use]
pub fn status(
    instance: &SubscriptionInstance,
    now: Timestamp,
    conduct: &Edition,
) -> Option<Status> {
    if instance.deleted_at.is_some() {
        return None;
    }
    Some(match (instance.ending, &instance.pending, instance.term) {
        (Some(Ending::Refunded { .. }), _, _) => Status::Refund,
        (Some(Ending::Closed { .. }), _, _) => Status::Closed,
        (None, Some(_), _) => Status::Pending,
        (None, None, None) => Status::Inactive,
        (None, None, Some(term)) if !lasting(term, conduct).contains(now) => Status::Expired,
        (None, None, Some(term)) if ending_soon(term.end, conduct).contains(now) => {
            Status::WillExpire
        }
        (None, None, Some(_)) => Status::Normal,
    })
}

/// The status of a certificate at an instant.
#[must_use]
pub fn certificate_status(
    held: &HeldCertificate,
    now: Timestamp,
    conduct: &Edition,
) -> CertificateStatus {
    let not_after = held.certificate.validity().not_after();
    if held.revoked.is_some() {
        CertificateStatus::Revoked
    } else if !unexpired(not_after, conduct).contains(now) {
        CertificateStatus::Expired
    } else if ending_soon(not_after, conduct).contains(now) {
        CertificateStatus::WillExpire
    } else {
        CertificateStatus::Issued
    }
}

/// While a term lasts (V-04, C4).
pub(super) fn lasting(term: Term, conduct: &Edition) -> Window {
    unexpired(term.end, conduct)
}

/// While a certificate is not expired (R-43, C4).
pub(super) fn unexpired(not_after: Timestamp, conduct: &Edition) -> Window {
    conduct.calendar().value.unexpired(not_after)
}

/// When something is about to end, and until it ends.
pub(super) fn ending_soon(end: Timestamp, conduct: &Edition) -> Window {
    let days = conduct.notice().value.within_days;
    conduct
        .calendar()
        .value
        .last_days_before(end, days, false)
        .and(unexpired(end, conduct))
}
