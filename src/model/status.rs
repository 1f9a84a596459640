//! The documented states, as an owner sees them.
//!
//! A status is an answer, never stored: it follows from the facts of an instance, the instant and
//! the rules in force (L6). See [`lifecycle::status`](crate::lifecycle::status()).

use core::fmt;

/// What an owner sees. The words are those of the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// A later member of a hosting chain, which only the service activates (未激活).
    NotActivated,
    /// The order waits for the domain to be proved (待验证).
    DomainVerification,
    /// The CA reviews the application (审核中).
    Validating,
    /// The CA refused it (审核失败).
    ValidationFailed,
    /// Nothing is applied for; after a withdrawal, the order waits to be deleted (待申请).
    PendingApplication,
    /// A certificate was issued (已签发).
    Issued,
    /// A certificate was issued, and a later member of its hosting chain waits (已托管).
    Hosted,
    /// It is about to expire (即将过期).
    PendingExpiration,
    /// It expired (已过期).
    Expired,
    /// The owner must confirm the revocation by mail (吊销待验证).
    RevocationToConfirm,
    /// The CA reviews the revocation (吊销审核中).
    ValidatingRevocation,
    /// The certificate is revoked (已吊销).
    Revoked,
    /// A refund was claimed and is under review; the console shows the words of a CA's review
    /// (申请审核中).
    RefundReview,
    /// It was paid back (已退款).
    Refunded,
    /// The slot was shut down (已关闭).
    Closed,
    /// The later member of a chain was cancelled.
    Cancelled,
    /// The slot was merged into another one.
    Merged,
    /// The row is gone (删除).
    Deleted,
}

impl Status {
    /// Every status, in the order of a certificate's life.
    pub const ALL: [Self; 18] = [
        Self::NotActivated,
        Self::DomainVerification,
        Self::Validating,
        Self::ValidationFailed,
        Self::PendingApplication,
        Self::Issued,
        Self::Hosted,
        Self::PendingExpiration,
        Self::Expired,
        Self::RevocationToConfirm,
        Self::ValidatingRevocation,
        Self::Revoked,
        Self::RefundReview,
        Self::Refunded,
        Self::Closed,
        Self::Cancelled,
        Self::Merged,
        Self::Deleted,
    ];

    /// The canonical name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotActivated => "Not Activated",
            Self::DomainVerification => "Domain Verification",
            Self::Validating => "Validating",
            Self::ValidationFailed => "Validation Failed",
            Self::PendingApplication => "Pending Application",
            Self::Issued => "Issued",
            Self::Hosted => "Hosted",
            Self::PendingExpiration => "Pending Expiration",
            Self::Expired => "Expired",
            Self::RevocationToConfirm => "Revocation To Confirm",
            Self::ValidatingRevocation => "Validating Revocation",
            Self::Revoked => "Revoked",
            Self::RefundReview => "Refund Review",
            Self::Refunded => "Refunded",
            Self::Closed => "Closed",
            Self::Cancelled => "Cancelled",
            Self::Merged => "Merged",
            Self::Deleted => "Deleted",
        }
    }

    const fn bit(self) -> u32 {
        1_u32.wrapping_shl(self as u32)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A set of statuses.
///
/// ```
/// use cert_lifecycle::model::{Status, StatusSet};
/// let set = StatusSet::of(&[Status::Validating, Status::DomainVerification]);
/// assert!(set.contains(Status::Validating) && !set.contains(Status::Issued));
/// assert_eq!(set.to_string(), "Domain Verification, Validating");
/// assert_eq!(StatusSet::EMPTY.to_string(), "none");
/// let live: StatusSet = [Status::Issued, Status::Validating].into_iter().collect();
/// assert_eq!(set.and(live), StatusSet::of(&[Status::Validating]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct StatusSet(u32);

impl StatusSet {
    /// No status.
    pub const EMPTY: Self = Self(0);

    /// The set of the given statuses.
    #[must_use]
    pub const fn of(statuses: &[Status]) -> Self {
        let mut set = 0;
        let mut rest = statuses;
        while let [first, more @ ..] = rest {
            set |= first.bit();
            rest = more;
        }
        Self(set)
    }

    /// Whether it holds a status.
    #[must_use]
    pub const fn contains(self, status: Status) -> bool {
        self.0 & status.bit() != 0
    }

    /// What both sets hold.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Its members, in the order of a certificate's life.
    pub fn iter(self) -> impl Iterator<Item = Status> {
        Status::ALL
            .into_iter()
            .filter(move |&status| self.contains(status))
    }
}

impl FromIterator<Status> for StatusSet {
    fn from_iter<I: IntoIterator<Item = Status>>(statuses: I) -> Self {
        let bits = statuses.into_iter().map(Status::bit);
        Self(bits.fold(0, |set, bit| set | bit))
    }
}

impl fmt::Display for StatusSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("none");
        }
        self.iter().enumerate().try_for_each(|(place, status)| {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{status}")
        })
    }
}
