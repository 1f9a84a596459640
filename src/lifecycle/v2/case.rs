//! What a decision of the instance model looks at.

use crate::model::AccountId;
use crate::rulebook::{Ceilings, Edition};

use super::instance::{HostingUnits, SubscriptionInstance};

/// The read set of one decision: who asks, and what was found.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Who asks. What belongs to another account is not found (L12).
    pub account: AccountId,
    /// The instance, if there is one.
    pub instance: Option<&'a SubscriptionInstance>,
    /// The account's hosting units, if it ever bought any.
    pub hosting: Option<&'a HostingUnits>,
}

/// The rules that judge a case (L9).
#[derive(Clone, Copy, Debug)]
pub struct Law<'a> {
    /// Judges refund and automatic reissue: the edition pinned at the purchase, or for a purchase
    /// the one in force.
    pub purchase: &'a Edition,
    /// Judges everything else: the edition in force.
    pub conduct: &'a Edition,
    /// Limits validity by issuance date.
    pub ceilings: &'a Ceilings,
}

impl<'a> Law<'a> {
    /// One edition for everything.
    #[must_use]
    pub const fn single(edition: &'a Edition, ceilings: &'a Ceilings) -> Self {
        Self {
            purchase: edition,
            conduct: edition,
            ceilings,
        }
    }
}
