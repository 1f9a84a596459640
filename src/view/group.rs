//! The groups of the overview pages (R-56). They are a view: no transition depends on them.

use core::fmt;

use crate::model::Status;
use crate::rulebook::Standing;
use crate::rulebook::value::words::words;

words! {
    /// A group of the overview S1.
    Group {
        /// Bought and without a usable certificate (未签发): a revoked one is here too.
        Ordered = "Ordered",
        /// Issued (已签发), expired ones included.
        Issued = "Issued",
    }
}

/// The group of a state, and how firmly it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grouped {
    /// The group.
    pub group: Group,
    /// Whether the page lists the state there, or it follows, or is our choice.
    pub standing: Standing,
}

impl Group {
    /// The group of a state: exactly one for each (R-56).
    ///
    /// S1 lists five states. Others follow from whether a certificate is in the owner's hands, which
    /// is what the Chinese name of the first group says; a certificate whose revocation is not
    /// completed is still issued. What was closed or paid back counts as ordered, by our choice, as
    /// does what is deleted and has no row.
    ///
    /// ```
    /// use cert_lifecycle::model::Status;
    /// use cert_lifecycle::view::group::Group;
    /// assert_eq!(Group::of(Status::Revoked).group, Group::Ordered);
    /// assert_eq!(Group::of(Status::Expired).group, Group::Issued);
    /// ```
    #[must_use]
    pub const fn of(status: Status) -> Grouped {
        let (group, standing) = match status {
            Status::PendingApplication | Status::DomainVerification | Status::Revoked => {
                (Self::Ordered, Standing::Stated)
            }
            // Listed there by the Chinese page up to 2019-03-07.
            Status::Closed => (Self::Ordered, Standing::Stated),
            Status::Issued | Status::Expired => (Self::Issued, Standing::Stated),
            Status::NotActivated | Status::Validating | Status::ValidationFailed => {
                (Self::Ordered, Standing::Inferred)
            }
            Status::Hosted
            | Status::PendingExpiration
            | Status::RevocationToConfirm
            | Status::ValidatingRevocation => (Self::Issued, Standing::Inferred),
            Status::RefundReview
            | Status::Refunded
            | Status::Cancelled
            | Status::Merged
            | Status::Deleted => (Self::Ordered, Standing::Declared),
        };
        Grouped { group, standing }
    }

    /// The name in the Chinese page.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Ordered => "未签发",
            Self::Issued => "已签发",
        }
    }
}

words! {
    /// An overview page, and so a list of the states that a console shows.
    Overview {
        /// The Chinese ancestor of S1, 2018-11-29 to 2019-03-07: with closed slots.
        Before2019 = "S1 before 2019-03-07",
        /// S1: two groups.
        Grouped = "S1",
        /// S0: eight states in a flat list.
        Flat = "S0",
        /// S0's list and the two states that S2 adds to it.
        Hosting = "S2",
    }
}

impl Overview {
    /// The states that the page lists, in its order.
    ///
    /// ```
    /// use cert_lifecycle::model::Status;
    /// use cert_lifecycle::view::group::Overview;
    /// assert_eq!(Overview::Flat.states().len(), 8);
    /// assert!(Overview::Hosting.states().contains(&Status::NotActivated));
    /// ```
    #[must_use]
    pub const fn states(self) -> &'static [Status] {
        match self {
            Self::Before2019 => &[
                Status::PendingApplication,
                Status::DomainVerification,
                Status::Revoked,
                Status::Closed,
                Status::Issued,
                Status::Expired,
            ],
            Self::Grouped => &[
                Status::PendingApplication,
                Status::DomainVerification,
                Status::Revoked,
                Status::Issued,
                Status::Expired,
            ],
            Self::Flat => &[
                Status::Issued,
                Status::PendingApplication,
                Status::Validating,
                Status::PendingExpiration,
                Status::ValidationFailed,
                Status::Expired,
                Status::Revoked,
                Status::ValidatingRevocation,
            ],
            Self::Hosting => &[
                Status::Issued,
                Status::PendingApplication,
                Status::Validating,
                Status::PendingExpiration,
                Status::ValidationFailed,
                Status::Expired,
                Status::Revoked,
                Status::ValidatingRevocation,
                Status::Hosted,
                Status::NotActivated,
            ],
        }
    }

    /// Whether the page sorts its states into the two groups.
    #[must_use]
    pub const fn is_grouped(self) -> bool {
        match self {
            Self::Before2019 | Self::Grouped => true,
            Self::Flat | Self::Hosting => false,
        }
    }
}
