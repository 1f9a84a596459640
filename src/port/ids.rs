//! Identifiers that were never used before.

use crate::model::{ChainId, InstanceId, OrderId, PlanId, PurchaseId};

use super::ca::RequestId;

/// A source of identifiers.
///
/// **It never repeats itself.** No method gives the same value twice, whichever thread asks, and
/// neither after a restart: an adapter that counts keeps its count where its store is, one that
/// draws lots draws at least 64 bits. Ids are never used again, even after what they stood for is
/// deleted (L8), and they say nothing about order or time.
///
/// Order ids are numbers, and may be too short for that. They and the ids of streams may be drawn
/// from fewer bits, if they are drawn anew each time: the store refuses one that is taken, and the
/// service then asks for another. Requests have no such net.
///
/// An adapter that cannot keep this promise across restarts, such as `SeededIds`, is for tests and
/// examples; `RandomIds` (feature `pki`) is for services.
pub trait Ids: Send + Sync {
    /// A new application order.
    ///
    /// Clients in JavaScript round integers beyond 2^53, so ids of at most 15 decimal
    /// digits are the safe choice.
    fn order_id(&self) -> OrderId;

    /// A new certificate instance.
    fn instance_id(&self) -> InstanceId;

    /// A new resource plan.
    fn plan_id(&self) -> PlanId;

    /// A new purchase.
    fn purchase_id(&self) -> PurchaseId;

    /// A new hosting chain.
    fn chain_id(&self) -> ChainId;

    /// A new request to a port. A service stores it before it sends the request, so that a repeat
    /// after a crash carries the same id and is harmless.
    fn request_id(&self) -> RequestId;
}
