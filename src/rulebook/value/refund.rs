//! Money back: which window, from which instant, for which act.

use core::fmt;

use arrayvec::ArrayVec;

use super::words::words;
use super::{Method, Unused};

words! {
    /// From which instant the days of a refund are counted.
    Anchor {
        /// The payment.
        Payment = "payment",
        /// The certificate's issuance.
        Issuance = "issuance",
    }
}

words! {
    /// Which act must fall into the window of a refund.
    RefundAct {
        /// The holder's claim.
        Claim = "claim",
        /// The holder's request to revoke.
        RevocationRequested = "revocation-requested",
        /// The CA's completion of the revocation.
        RevocationCompleted = "revocation-completed",
    }
}

words! {
    /// In which condition a certificate must be to be paid back.
    RefundCase {
        /// Nothing was issued and nothing is under review.
        Unissued = "unissued",
        /// It was issued and revoked.
        Revoked = "revoked",
    }
}

words! {
    /// For which purchases a clause speaks: a value-added service may have been bought with them.
    AddOn {
        /// With or without one.
        Any = "any",
        /// Without one.
        Without = "without",
        /// With one.
        With = "with",
    }
}

impl AddOn {
    /// Whether it speaks of a purchase with or without such a service.
    #[must_use]
    pub const fn covers(self, bought: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Without => !bought,
            Self::With => bought,
        }
    }
}

/// One bound of a refund: this act within so many days of that instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RefundLimit {
    /// The instant that the days are counted from.
    pub anchor: Anchor,
    /// The act that must fall into them.
    pub act: RefundAct,
    /// How many days.
    pub days: u16,
    /// How they are counted.
    pub method: Method,
}

impl fmt::Display for RefundLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            anchor,
            act,
            days,
            method,
        } = self;
        write!(f, "{act} within {days} days of {anchor}, {method}")
    }
}

/// How a claim is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Review {
    /// It is paid at once.
    Instant,
    /// Somebody looks at it first, for at most so many working days: advice, never a guard.
    WorkingDays(u16),
}

impl fmt::Display for Review {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant => f.write_str("paid at once"),
            Self::WorkingDays(days) => write!(f, "reviewed for up to {days} working days"),
        }
    }
}

/// One way to get money back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RefundClause {
    /// The condition of the certificate.
    pub case: RefundCase,
    /// The purchases that it speaks of.
    pub add_on: AddOn,
    /// Every one of these must hold; without any, there is no deadline.
    pub limits: ArrayVec<RefundLimit, 2>,
    /// How the claim is handled.
    pub review: Review,
}

impl fmt::Display for RefundClause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.case)?;
        match self.add_on {
            AddOn::Any => {}
            AddOn::Without => f.write_str(" without add-on")?,
            AddOn::With => f.write_str(" with add-on")?,
        }
        f.write_str(": ")?;
        for limit in &self.limits {
            write!(f, "{limit}, ")?;
        }
        write!(f, "{}", self.review)
    }
}

/// Which purchases of certificates are paid back.
///
/// The clauses are tried in order; the first whose bounds hold decides. Clauses for the same
/// condition and purchases widen from one to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RefundRule {
    /// The ways, in order.
    pub clauses: ArrayVec<RefundClause, 6>,
}

impl fmt::Display for RefundRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clauses.is_empty() {
            return f.write_str("none");
        }
        self.clauses
            .iter()
            .enumerate()
            .try_for_each(|(place, one)| {
                let stop = if place == 0 { "" } else { "; " };
                write!(f, "{stop}{one}")
            })
    }
}

/// Whether a resource plan is paid back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlanRefundRule {
    /// Within how many days of the payment; without a number, at any time.
    pub days: Option<u16>,
    /// How they are counted.
    pub method: Method,
    /// What "unused" means.
    pub unused: Unused,
}

impl fmt::Display for PlanRefundRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.days {
            None => write!(f, "at any time")?,
            Some(days) => write!(f, "within {days} days of payment, {}", self.method)?,
        }
        write!(f, ", while {}", self.unused)
    }
}
