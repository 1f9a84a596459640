//! What is read before an answer: one order with all that belongs to it, or the plans of a product.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Desk;
use super::orders::not_found;
use crate::lifecycle::status;
use crate::model::{
    AccountId, CertificateInstance, OrderId, Phase, ProductCode, RefundState, ResourcePlan, Status,
    Timestamp,
};
use crate::port::{Loaded, ReadSet};
use crate::rulebook::Edition;
use crate::service::ServiceError;
use crate::view::wire::{Seen, Term};
use crate::wire::Fault;

/// An order as its owner sees it.
pub(super) struct Sight {
    pub(super) now: Timestamp,
    pub(super) instance: CertificateInstance,
    pub(super) loaded: Loaded,
    pub(super) status: Status,
    pub(super) conduct: Arc<Edition>,
}

impl Sight {
    /// What the words of the wire need.
    pub(super) fn seen(&self) -> Seen {
        let chain = self.loaded.chain.as_ref();
        Seen {
            status: self.status,
            uploaded: matches!(self.instance.phase(), Phase::Uploaded(_)),
            hosted: chain.is_some_and(|chain| chain.state.hosts(self.instance.id())),
            // The status says so itself; what a revocation hides, no word of these operations tells.
            term: Term::Running,
        }
    }

    /// Whether a certificate with this last second is over (C4).
    pub(super) fn is_over(&self, not_after: Timestamp) -> bool {
        let calendar = self.conduct.calendar().value;
        !calendar.unexpired(not_after).contains(self.now)
    }

    /// The day of an instant, in the offset of the rules in force.
    pub(super) fn day(&self, at: Timestamp) -> crate::model::Day {
        at.day_in(self.conduct.calendar().value.offset)
    }
}

impl Desk {
    /// An order; none if the account does not have it.
    pub(super) async fn look(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<Option<Sight>, ServiceError> {
        let ports = self.service.ports();
        let now = ports.clock.now();
        let conduct = self.service.rules().in_force(now)?;
        let loaded = (ports.store.load(account, ReadSet::Order(order).into())).await?;
        let seen = status(&loaded.case(account), now, &conduct);
        let found = loaded.instance.as_ref().map(|found| found.state.clone());
        Ok(found.zip(seen).map(|(instance, status)| Sight {
            now,
            instance,
            loaded,
            status,
            conduct,
        }))
    }

    /// An order that must be there, and not deleted.
    pub(super) async fn found(&self, account: AccountId, order: OrderId) -> Result<Sight, Fault> {
        let sight = self.look(account, order).await;
        let sight = sight.map_err(|error| Fault::of(&error))?;
        let there = sight.filter(|sight| sight.status != Status::Deleted);
        there.ok_or_else(not_found)
    }

    /// The account's plans of a product whose money did not go back, or of all products.
    pub(super) async fn plans(
        &self,
        account: AccountId,
        product: Option<ProductCode>,
    ) -> Result<Vec<ResourcePlan>, Fault> {
        let plans = self.service.plans(account, product).await;
        let plans = plans.map_err(|error| Fault::of(&error))?;
        let plans = plans.into_iter().map(|listed| listed.plan.state);
        let kept =
            |plan: &ResourcePlan| !matches!(plan.bill().refund, RefundState::Refunded { .. });
        Ok(plans.filter(kept).collect())
    }
}
