//! Ports that do nothing, for a service of which only the store is examined.

use core::sync::atomic::{AtomicU64, Ordering};
use std::boxed::Box;
use std::format;

use alloc::sync::Arc;

use super::kit::at;
use crate::model::{
    ChainId, DomainName, InstanceId, KeyKind, OrderId, PlanId, PurchaseId, Timestamp,
};
use crate::port::{
    BoxFuture, CaAnswer, CaError, CertificateAuthority, Clock, DeliveryError, Deployer,
    DeploymentOrder, ExportedKey, Ids, IssuanceRequest, KeyFacts, KeyVault, KeyVaultError, Message,
    Notifier, Payments, Payout, Removal, RequestId, RevocationOrder,
};

/// Nobody answers here, and the clock stands still; only ids are new.
#[derive(Debug, Default)]
pub(super) struct Idle {
    next: AtomicU64,
}

fn away<T: Send + 'static, E: Send + 'static>(error: E) -> BoxFuture<'static, Result<T, E>> {
    Box::pin(async move { Err(error) })
}

impl CertificateAuthority for Idle {
    fn submit(&self, _: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        away(CaError::Unavailable(None))
    }

    fn poll(&self, _: OrderId, _: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        away(CaError::Unavailable(None))
    }

    fn cancel(&self, _: RequestId, _: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        away(CaError::Unavailable(None))
    }

    fn revoke(&self, _: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        away(CaError::Unavailable(None))
    }
}

impl KeyVault for Idle {
    fn make(&self, _: OrderId, _: KeyKind) -> BoxFuture<'_, Result<KeyFacts, KeyVaultError>> {
        away(KeyVaultError::unavailable("idle"))
    }

    fn csr<'a>(
        &'a self,
        _: OrderId,
        _: &'a [DomainName],
    ) -> BoxFuture<'a, Result<Arc<[u8]>, KeyVaultError>> {
        away(KeyVaultError::unavailable("idle"))
    }

    fn export(&self, _: OrderId) -> BoxFuture<'_, Result<ExportedKey, KeyVaultError>> {
        away(KeyVaultError::unavailable("idle"))
    }

    fn destroy(&self, _: OrderId) -> BoxFuture<'_, Result<(), KeyVaultError>> {
        away(KeyVaultError::unavailable("idle"))
    }
}

impl Payments for Idle {
    fn pay_back(&self, _: Payout) -> BoxFuture<'_, Result<(), DeliveryError>> {
        away(DeliveryError::unavailable("idle"))
    }
}

impl Notifier for Idle {
    fn tell(&self, _: Message) -> BoxFuture<'_, Result<(), DeliveryError>> {
        away(DeliveryError::unavailable("idle"))
    }
}

impl Deployer for Idle {
    fn deploy(&self, _: DeploymentOrder) -> BoxFuture<'_, Result<(), DeliveryError>> {
        away(DeliveryError::unavailable("idle"))
    }

    fn undeploy(&self, _: Removal) -> BoxFuture<'_, Result<(), DeliveryError>> {
        away(DeliveryError::unavailable("idle"))
    }
}

impl Clock for Idle {
    fn now(&self) -> Timestamp {
        at(0)
    }
}

impl Idle {
    fn text<T, E>(&self, kind: &str, new: impl Fn(&str) -> Result<T, E>) -> T {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if let Ok(id) = new(&format!("{kind}-{number}")) {
                return id;
            }
        }
    }
}

impl Ids for Idle {
    fn order_id(&self) -> OrderId {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if let Ok(id) = OrderId::new(number.saturating_add(98_000_000_000_000_000)) {
                return id;
            }
        }
    }

    fn instance_id(&self) -> InstanceId {
        self.text("i", InstanceId::new)
    }

    fn plan_id(&self) -> PlanId {
        self.text("p", PlanId::new)
    }

    fn purchase_id(&self) -> PurchaseId {
        self.text("b", PurchaseId::new)
    }

    fn chain_id(&self) -> ChainId {
        self.text("c", ChainId::new)
    }

    fn request_id(&self) -> RequestId {
        self.text("r", RequestId::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Curve;

    #[test]
    fn a_vault_that_says_nothing_takes_no_key() {
        assert!(!Idle::default().takes(KeyKind::Ec(Curve::P256)));
    }
}
