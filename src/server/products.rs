//! The cloud products of the laboratory: they serve what is put on them, and say since when, unless a
//! fault is ordered of them.

use std::boxed::Box;
use std::format;
use std::string::String;
use std::sync::Arc;

use crate::model::{OrderId, Target};
use crate::port::{
    BoxFuture, Clock, DeliveryError, Deployer, DeploymentOrder, Removal, StoreError,
};

use super::faults::{Occasion, Ordered};
use super::kept::Kept;
use super::ordered::note;
use super::world::ServiceClock;

/// Where they are kept.
const PRODUCTS: &str = "server/product/";

/// All products, with what each serves.
#[derive(Clone, Debug)]
pub(crate) struct Products {
    kept: Kept,
    clock: ServiceClock,
    faults: Arc<Ordered>,
}

impl Products {
    pub(crate) const fn new(kept: Kept, clock: ServiceClock, faults: Arc<Ordered>) -> Self {
        Self {
            kept,
            clock,
            faults,
        }
    }

    /// An error if a fault hits this request.
    fn reached(&self) -> Result<(), DeliveryError> {
        let hits = self.faults.hits(&Occasion::Product);
        let Some(hit) = hits.first() else {
            return Ok(());
        };
        note(hit.kind);
        Err(DeliveryError::unavailable("a fault that was ordered"))
    }

    /// The products that serve an order's certificate, each since when.
    #[cfg(feature = "console")]
    pub(crate) async fn serving(
        &self,
        order: OrderId,
    ) -> Result<std::vec::Vec<(Target, crate::model::Timestamp)>, StoreError> {
        let prefix = format!("{PRODUCTS}{order}/");
        let rows = self.kept.all(&prefix).await?;
        let read = |(name, value): (String, std::vec::Vec<u8>)| {
            let target = Target::new(name.strip_prefix(&prefix)?).ok()?;
            let since = core::str::from_utf8(&value).ok()?.parse().ok()?;
            Some((target, since))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }
}

fn place(order: OrderId, target: Target) -> String {
    format!("{PRODUCTS}{order}/{target}")
}

fn away(error: &StoreError) -> DeliveryError {
    DeliveryError::unavailable(&format!("{error}"))
}

impl Deployer for Products {
    fn deploy(&self, deployment: DeploymentOrder) -> BoxFuture<'_, Result<(), DeliveryError>> {
        Box::pin(async move {
            self.reached()?;
            let place = place(deployment.order, deployment.target);
            // A repeat finds it there.
            if self
                .kept
                .get(&place)
                .await
                .map_err(|error| away(&error))?
                .is_some()
            {
                return Ok(());
            }
            let since = format!("{}", self.clock.now()).into_bytes();
            self.kept
                .put(&place, since)
                .await
                .map_err(|error| away(&error))
        })
    }

    fn undeploy(&self, removal: Removal) -> BoxFuture<'_, Result<(), DeliveryError>> {
        Box::pin(async move {
            self.reached()?;
            let place = place(removal.order, removal.target);
            self.kept.remove(&place).await.map_err(|error| away(&error))
        })
    }
}
