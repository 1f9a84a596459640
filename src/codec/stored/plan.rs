//! A plan as a row of counters, for stores that don't fold a long ledger at every look.

use crate::lifecycle::{PlanEvent, ReturnCause, evolve_plan};
use crate::model::{PlanId, RefundState, ResourcePlan, Timestamp};

use super::error::{StoredError, StoredProblem};

/// What a plan's ledger came to: everything about the plan that the event it began with does not say.
///
/// A store keeps the text of [`PlanEvent::Bought`] and these numbers in one row, and gets the plan
/// back with [`restore_plan`], without its ledger.
///
/// ```
/// use cert_lifecycle::codec::stored::{PlanCounters, restore_plan};
/// use cert_lifecycle::lifecycle::{Bought, PlanEvent, evolve_plan};
/// use cert_lifecycle::model::{
///     AccountId, Catalog, Digest, EditionKey, OrderId, Payment, Pin, PlanId,
/// };
/// let (id, at) = (PlanId::new("p-1")?, "2021-03-01T00:00:00Z".parse()?);
/// let bought = PlanEvent::Bought(Box::new(Bought {
///     account: AccountId::new("tom")?,
///     product: Catalog::published().get("symantec-dv-1-starter").ok_or("a published product")?,
///     count: 3,
///     payment: Payment::NONE,
///     pin: Pin { edition: EditionKey::new("2021-02-api")?, digest: Digest::of(b"its values") },
///     at,
/// }));
/// let reserved = PlanEvent::Reserved { order: OrderId::new(7)?, at };
///
/// let mut plan = None;
/// evolve_plan(&mut plan, id, &bought);
/// let row = PlanCounters::of(plan.as_ref().ok_or("it was bought")?);
/// evolve_plan(&mut plan, id, &reserved);
///
/// let row = row.apply(&reserved)?;
/// assert_eq!((row.total, row.reserved, row.settled), (3, 1, 0));
/// assert_eq!(Some(restore_plan(id, &bought, &row)?), plan);
///
/// // A damaged row is no plan.
/// let damaged = PlanCounters { settled: 3, ..row };
/// assert!(restore_plan(id, &bought, &damaged).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanCounters {
    /// Units in all. As many as were bought, until the plan is paid back: then, those in use.
    pub total: u32,
    /// Units set aside and not yet final.
    pub reserved: u32,
    /// Units consumed.
    pub settled: u32,
    /// Certificates ever issued with it.
    pub issued: u64,
    /// Revocations charged against the allowance.
    pub revocations: u32,
    /// Units ever taken, whether or not they returned.
    pub taken: u64,
    /// Units that came back by a revocation.
    pub revoked: u64,
    /// What came back of the money. A plan's refund is never under review.
    pub refund: RefundState,
}

impl PlanCounters {
    /// The counters of a plan.
    #[must_use]
    pub const fn of(plan: &ResourcePlan) -> Self {
        Self {
            total: plan.total(),
            reserved: plan.reserved(),
            settled: plan.settled(),
            issued: plan.issued(),
            revocations: plan.revocations(),
            taken: plan.taken(),
            revoked: plan.revoked,
            refund: plan.bill().refund,
        }
    }

    /// Units still free: what [`Expect::Remaining`](crate::lifecycle::Expect::Remaining) compares;
    /// 0 if the counters don't balance.
    #[must_use]
    pub const fn remaining(&self) -> u32 {
        self.total
            .saturating_sub(self.reserved)
            .saturating_sub(self.settled)
    }

    /// The counters after a move.
    ///
    /// The result is that of [`evolve_plan`]. Where that leaves a move out, because there is no unit
    /// to move, this refuses it: no decision that was committed as it expected leads there, so the
    /// row or the ledger is damaged. A [`PlanEvent::Bought`] changes nothing, since a stream begins
    /// once.
    ///
    /// # Errors
    /// [`StoredProblem::Unbalanced`] at the counter that would leave its range, and for money that
    /// went back before.
    pub fn apply(&self, event: &PlanEvent) -> Result<Self, StoredError> {
        let delta = PlanDelta::of(event);
        let less = "there is none to take away";
        let moved = Self {
            total: self.total,
            reserved: add(self.reserved, delta.reserved, "reserved", less)?,
            settled: add(self.settled, delta.settled, "settled", less)?,
            issued: self.issued.saturating_add(u64::from(delta.issued)),
            revocations: add(self.revocations, delta.revocations, "revocations", less)?,
            taken: self.taken.saturating_add(u64::from(delta.taken)),
            revoked: self.revoked.saturating_add(u64::from(delta.revoked)),
            refund: self.refund,
        };
        let moved = match (delta.refunded, self.refund) {
            (None, _) => moved,
            (Some(_), RefundState::Refunded { .. }) => {
                return Err(unbalanced("refund", "the money went back before"));
            }
            (Some((at, cash)), RefundState::None | RefundState::Review { .. }) => Self {
                total: moved.reserved.saturating_add(moved.settled),
                refund: RefundState::Refunded { at, cash },
                ..moved
            },
        };
        moved.check()?;
        Ok(moved)
    }

    /// What holds for every ledger, whatever was bought (L5).
    fn check(&self) -> Result<(), StoredError> {
        let used = u64::from(self.reserved).saturating_add(u64::from(self.settled));
        if used > u64::from(self.total) {
            return Err(unbalanced("total", "more units are in use than there are"));
        }
        if used > self.taken {
            return Err(unbalanced(
                "taken",
                "more units are in use than were ever taken",
            ));
        }
        Ok(())
    }
}

/// A counter with a move.
fn add(counter: u32, by: i8, field: &'static str, less: &'static str) -> Result<u32, StoredError> {
    counter
        .checked_add_signed(i32::from(by))
        .ok_or_else(|| unbalanced(field, if by < 0 { less } else { "it is full" }))
}

fn unbalanced(field: &str, cause: &'static str) -> StoredError {
    StoredError::at(field, StoredProblem::Unbalanced(cause))
}

/// What a move adds to each counter: for stores that add in place instead of reading first, so that
/// many submissions on one plan don't wait for each other.
///
/// ```sql
/// UPDATE plan SET reserved = reserved + :reserved, settled = settled + :settled,
///     issued = issued + :issued, revocations = revocations + :revocations, taken = taken + :taken,
///     revoked = revoked + :revoked
/// WHERE id = :id AND total - reserved - settled >= :remaining
/// ```
///
/// A refund sets `total = reserved + settled` besides, once. Checks on the columns (`reserved >= 0`,
/// `settled >= 0`, `revocations >= 0`, `reserved + settled <= total`) refuse what
/// [`PlanCounters::apply`] refuses.
///
/// ```
/// use cert_lifecycle::codec::stored::PlanDelta;
/// use cert_lifecycle::lifecycle::PlanEvent;
/// use cert_lifecycle::model::{OrderId, Timestamp};
/// let order = OrderId::new(7)?;
/// let settled = PlanEvent::Settled { order, was_reserved: true, at: Timestamp::MIN };
/// let delta = PlanDelta::of(&settled);
/// assert_eq!((delta.reserved, delta.settled, delta.taken), (-1, 1, 0));
/// # Ok::<(), cert_lifecycle::model::id::OrderIdError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanDelta {
    /// Added to the units set aside.
    pub reserved: i8,
    /// Added to the units consumed.
    pub settled: i8,
    /// Added to the certificates issued.
    pub issued: u8,
    /// Added to the revocations charged.
    pub revocations: i8,
    /// Added to the units ever taken.
    pub taken: u8,
    /// Added to the units that came back by a revocation.
    pub revoked: u8,
    /// When the money went back, and how much cash in minor units.
    pub refunded: Option<(Timestamp, u64)>,
}

impl PlanDelta {
    /// What a move adds.
    #[must_use]
    pub fn of(event: &PlanEvent) -> Self {
        let none = Self::default();
        match event {
            PlanEvent::Bought(_) => none,
            PlanEvent::Reserved { .. } => Self {
                reserved: 1,
                taken: 1,
                ..none
            },
            PlanEvent::Settled {
                was_reserved: true, ..
            } => Self {
                reserved: -1,
                settled: 1,
                ..none
            },
            PlanEvent::Settled {
                was_reserved: false,
                ..
            } => Self {
                settled: 1,
                taken: 1,
                ..none
            },
            PlanEvent::Returned {
                was_settled, cause, ..
            } => {
                let revoked = match cause {
                    ReturnCause::RevokedInWindow => 1,
                    ReturnCause::OrderEnded => 0,
                };
                let (reserved, settled) = if *was_settled { (0, -1) } else { (-1, 0) };
                Self {
                    reserved,
                    settled,
                    revoked,
                    ..none
                }
            }
            PlanEvent::CertificateIssued { .. } => Self { issued: 1, ..none },
            PlanEvent::RevocationCharged { .. } => Self {
                revocations: 1,
                ..none
            },
            PlanEvent::RevocationGivenBack { .. } => Self {
                revocations: -1,
                ..none
            },
            PlanEvent::Refunded { cash, at } => Self {
                refunded: Some((*at, *cash)),
                ..none
            },
        }
    }
}

/// The plan that began with an event and came to these counters: the same as the fold of its ledger.
///
/// # Errors
/// [`StoredProblem::NoBeginning`] if the event is not [`PlanEvent::Bought`];
/// [`StoredProblem::Unbalanced`] for counters that no ledger comes to (L5): more units in use than
/// there are or were taken, a total that changed without a refund, more cash back than came in.
///
/// [`PlanCounters`] has an example.
pub fn restore_plan(
    id: PlanId,
    beginning: &PlanEvent,
    counters: &PlanCounters,
) -> Result<ResourcePlan, StoredError> {
    let mut state = None;
    evolve_plan(&mut state, id, beginning);
    let Some(mut plan) = state else {
        return Err(StoredError::whole(StoredProblem::NoBeginning));
    };
    counters.check()?;
    let PlanCounters {
        total,
        reserved,
        settled,
        issued,
        revocations,
        taken,
        revoked,
        refund,
    } = *counters;
    match refund {
        RefundState::None if total != plan.total => {
            return Err(unbalanced("total", "it changes only with a refund"));
        }
        RefundState::Refunded { .. } if total > plan.total => {
            return Err(unbalanced("total", "more units than were bought"));
        }
        RefundState::Refunded { cash, .. } if cash > plan.bill.payment.cash => {
            return Err(unbalanced("refund", "more cash went back than came in"));
        }
        RefundState::Review { .. } => {
            return Err(unbalanced("refund", "a plan's refund is never reviewed"));
        }
        RefundState::None | RefundState::Refunded { .. } => {}
    }
    plan.bill.refund = refund;
    plan.total = total;
    plan.reserved = reserved;
    plan.settled = settled;
    plan.issued = issued;
    plan.revocations = revocations;
    plan.taken = taken;
    plan.revoked = revoked;
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_that_is_full_is_told_from_one_that_is_empty() {
        let told = |counter, by| add(counter, by, "issued", "nothing was issued");
        assert_eq!(told(1, -1).ok(), Some(0));
        assert_eq!(told(0, -1), Err(unbalanced("issued", "nothing was issued")));
        assert_eq!(told(u32::MAX, 1), Err(unbalanced("issued", "it is full")));
    }
}
