//! Resource plans: a prepaid count, kept as a ledger.

use super::id::{AccountId, PlanId};
use super::product::Product;
use super::purchase::Bill;
use super::time::Timestamp;

/// Where a unit drawn from a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldState {
    /// Set aside at submission, not yet final: nobody else can have it.
    Reserved,
    /// Consumed.
    Settled,
    /// Given back. It never leaves this state: a unit returns at most once (L5).
    Returned,
}

impl HoldState {
    /// A word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Settled => "settled",
            Self::Returned => "returned",
        }
    }
}

/// The unit of a plan that an instance holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The plan it was drawn from.
    pub plan: PlanId,
    /// Where it stands.
    pub state: HoldState,
}

/// A prepaid count of one product specification: the fold of its ledger's moves.
///
/// At every instant `total = remaining + reserved + settled`, and none is negative (R-24, L5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePlan {
    pub(crate) id: PlanId,
    pub(crate) account: AccountId,
    pub(crate) product: Product,
    pub(crate) bill: Bill,
    pub(crate) total: u32,
    pub(crate) reserved: u32,
    pub(crate) settled: u32,
    pub(crate) issued: u64,
    /// How many units came back by a revocation.
    pub(crate) revoked: u64,
    pub(crate) revocations: u32,
    /// How many units were ever taken.
    pub(crate) taken: u64,
}

impl ResourcePlan {
    /// Which plan.
    #[must_use]
    pub const fn id(&self) -> PlanId {
        self.id
    }

    /// Whose plan.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// What it was bought for.
    #[must_use]
    pub const fn product(&self) -> Product {
        self.product
    }

    /// When it was bought.
    #[must_use]
    pub const fn bought_at(&self) -> Timestamp {
        self.bill.paid_at
    }

    /// What was paid for it, and what came back.
    #[must_use]
    pub const fn bill(&self) -> &Bill {
        &self.bill
    }

    /// Units ever taken, whether or not they returned.
    #[must_use]
    pub const fn taken(&self) -> u64 {
        self.taken
    }

    /// Units bought: `TotalCount`.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.total
    }

    /// Units set aside and not yet final.
    #[must_use]
    pub const fn reserved(&self) -> u32 {
        self.reserved
    }

    /// Units consumed.
    #[must_use]
    pub const fn settled(&self) -> u32 {
        self.settled
    }

    /// Units still free.
    #[must_use]
    pub const fn remaining(&self) -> u32 {
        self.total
            .saturating_sub(self.reserved)
            .saturating_sub(self.settled)
    }

    /// Applications that count as submitted: `UsedCount`, reserved and settled together.
    #[must_use]
    pub const fn used(&self) -> u32 {
        self.reserved.saturating_add(self.settled)
    }

    /// Certificates ever issued with it: `IssuedCount`. It never falls.
    #[must_use]
    pub const fn issued(&self) -> u64 {
        self.issued
    }

    /// Units that are used and have no certificate: their orders wait, failed or were withdrawn.
    #[must_use]
    pub fn without_certificate(&self) -> u64 {
        let held = self.issued.saturating_sub(self.revoked);
        u64::from(self.used()).saturating_sub(held)
    }

    /// Revocations charged against the allowance; only a refused one is given back.
    #[must_use]
    pub const fn revocations(&self) -> u32 {
        self.revocations
    }

    /// Whether the ledger adds up (L5).
    #[must_use]
    pub fn balances(&self) -> bool {
        let sum = u64::from(self.remaining())
            .saturating_add(u64::from(self.reserved))
            .saturating_add(u64::from(self.settled));
        sum == u64::from(self.total)
    }
}
