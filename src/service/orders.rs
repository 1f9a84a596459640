//! The commands that bring something new about, with ids from the port.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use super::digest::digest;
use super::{Caller, Receipt, Service, ServiceError};
use crate::lifecycle::{
    Command, Event, Extension, NewPurchase, Paid, PlanEvent, PurchaseEvent, Slot, Upload,
};
use crate::model::{
    IssuedCertificate, Note, OrderId, Payment, PlanId, Product, ProductCode, PurchaseId,
    SpkiDigest, Submission,
};
use crate::pki::PrivateKey;
use crate::port::{KeyVaultError, ReadSet};

/// The most years that are bought at once: a limit of size, not a rule. How many an edition sells is
/// the rulebook's.
pub(crate) const MOST_YEARS: u32 = 16;

/// The order that a receipt begins.
pub(super) fn begun_order(receipt: &Receipt) -> Option<OrderId> {
    receipt.events.iter().find_map(|event| match event {
        Event::Instance { event, .. } => event.begun_order(),
        Event::Plan { .. } | Event::Chain { .. } | Event::Purchase { .. } => None,
    })
}

/// The orders that a receipt begins, in their order.
fn begun_orders(receipt: &Receipt) -> Vec<OrderId> {
    let begun = receipt.events.iter().filter_map(|event| match event {
        Event::Instance { event, .. } => event.begun_order(),
        Event::Plan { .. } | Event::Chain { .. } | Event::Purchase { .. } => None,
    });
    begun.collect()
}

pub(super) fn bought_plan(receipt: &Receipt) -> Option<PlanId> {
    receipt.events.iter().find_map(|event| match event {
        Event::Plan {
            id,
            event: PlanEvent::Bought(_),
        } => Some(*id),
        Event::Plan { .. }
        | Event::Instance { .. }
        | Event::Chain { .. }
        | Event::Purchase { .. } => None,
    })
}

fn paid_purchase(receipt: &Receipt) -> Option<PurchaseId> {
    receipt.events.iter().find_map(|event| match event {
        Event::Purchase {
            id,
            event: PurchaseEvent::Paid(_),
        } => Some(*id),
        Event::Purchase { .. }
        | Event::Plan { .. }
        | Event::Instance { .. }
        | Event::Chain { .. } => None,
    })
}

/// What was bought on the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    /// The purchase.
    pub purchase: PurchaseId,
    /// The orders of its slots, one for each year.
    pub orders: Vec<OrderId>,
    /// What was committed.
    pub receipt: Receipt,
}

impl Service {
    fn slot(&self) -> Slot {
        Slot {
            instance: self.ports.ids.instance_id(),
            order: self.ports.ids.order_id(),
        }
    }

    fn slots(&self, years: NonZeroU32) -> Arc<[Slot]> {
        (0..years.get().min(MOST_YEARS))
            .map(|_| self.slot())
            .collect()
    }

    fn paid(&self, payment: Payment) -> Paid {
        Paid {
            purchase: self.ports.ids.purchase_id(),
            payment,
        }
    }

    /// Buys a resource plan.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn buy_plan(
        &self,
        caller: impl Into<Caller>,
        product: Product,
        count: NonZeroU32,
        payment: Payment,
    ) -> Result<(PlanId, Receipt), ServiceError> {
        let asked = digest(("buy_plan", product, count, payment));
        let set = ReadSet::New(product.code);
        let buy = || {
            let plan = self.ports.ids.plan_id();
            let buy = Command::BuyPlan {
                plan,
                product,
                count,
                payment,
            };
            (plan, buy)
        };
        let (plan, receipt) = self.run_with_ids(caller.into(), set, asked, buy).await?;
        Ok((bought_plan(&receipt).unwrap_or(plan), receipt))
    }

    /// Applies for a certificate with a unit of the account's plan of a product (T-04).
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason; the ledger is untouched.
    pub async fn submit(
        &self,
        caller: impl Into<Caller>,
        product: ProductCode,
        submission: Submission,
    ) -> Result<(OrderId, Receipt), ServiceError> {
        let asked = digest(("submit", product, &submission));
        let submission = Arc::new(submission);
        let submit = || {
            let Slot { instance, order } = self.slot();
            let submit = Command::Submit {
                instance,
                order,
                submission: Arc::clone(&submission),
            };
            (order, submit)
        };
        let set = ReadSet::Product(product);
        let (order, receipt) = (self.run_with_ids(caller.into(), set, asked, submit)).await?;
        Ok((begun_order(&receipt).unwrap_or(order), receipt))
    }

    /// Takes a unit of the account's plan of a product as a slot that is applied for later, as the
    /// console does.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason; the ledger is untouched.
    pub async fn draw(
        &self,
        caller: impl Into<Caller>,
        product: ProductCode,
    ) -> Result<(OrderId, Receipt), ServiceError> {
        let set = ReadSet::Product(product);
        let asked = digest(("draw", product));
        let draw = || {
            let slot = self.slot();
            (slot.order, Command::Draw(slot))
        };
        let (order, receipt) = (self.run_with_ids(caller.into(), set, asked, draw)).await?;
        Ok((begun_order(&receipt).unwrap_or(order), receipt))
    }

    /// Buys certificates on the console: one slot a year, linked into a hosting chain where there are
    /// several (T-01, T-02). More than 16 years at once are cut to 16.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason.
    pub async fn buy(
        &self,
        caller: impl Into<Caller>,
        product: Product,
        years: NonZeroU32,
        payment: Payment,
    ) -> Result<Bought, ServiceError> {
        let buy = || {
            let slots = self.slots(years);
            let paid = self.paid(payment);
            let buy = Command::Buy(Arc::new(NewPurchase {
                paid,
                product,
                chain: (slots.len() > 1).then(|| self.ports.ids.chain_id()),
                slots,
            }));
            (paid.purchase, buy)
        };
        let asked = digest(("buy", product, years, payment));
        let set = ReadSet::New(product.code);
        let (purchase, receipt) = (self.run_with_ids(caller.into(), set, asked, buy)).await?;
        Ok(Bought {
            purchase: paid_purchase(&receipt).unwrap_or(purchase),
            orders: begun_orders(&receipt),
            receipt,
        })
    }

    /// Applies with the slot of an order, for the first time or again; the application has an order
    /// of its own (T-03, T-09).
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason.
    pub async fn apply(
        &self,
        caller: impl Into<Caller>,
        slot: OrderId,
        submission: Submission,
    ) -> Result<(OrderId, Receipt), ServiceError> {
        let asked = digest(("apply", slot, &submission));
        let submission = Arc::new(submission);
        let apply = || {
            let order = self.ports.ids.order_id();
            let apply = Command::Apply {
                order,
                submission: Arc::clone(&submission),
            };
            (order, apply)
        };
        let set = ReadSet::Order(slot);
        let (order, receipt) = (self.run_with_ids(caller.into(), set, asked, apply)).await?;
        Ok((begun_order(&receipt).unwrap_or(order), receipt))
    }

    /// Renews a certificate with a further slot (T-31): paid for, or without a payment drawn from the
    /// oldest plan of its product with a unit left.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason.
    pub async fn renew(
        &self,
        caller: impl Into<Caller>,
        order: OrderId,
        payment: Option<Payment>,
    ) -> Result<(OrderId, Receipt), ServiceError> {
        let renew = || {
            let slot = self.slot();
            let paid = payment.map(|payment| self.paid(payment));
            (slot.order, Command::Renew { slot, paid })
        };
        let asked = digest(("renew", order, payment));
        let set = ReadSet::Renewal(order);
        let (order, receipt) = (self.run_with_ids(caller.into(), set, asked, renew)).await?;
        Ok((begun_order(&receipt).unwrap_or(order), receipt))
    }

    /// Buys further years for a certificate that is there already (T-41). `product` is the
    /// certificate's own, unless that was uploaded; so is the submission needed for an uploaded one
    /// alone. More than 16 years at once are cut to 16.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason.
    pub async fn enable_hosting(
        &self,
        caller: impl Into<Caller>,
        order: OrderId,
        product: Product,
        years: NonZeroU32,
        payment: Payment,
        submission: Option<Submission>,
    ) -> Result<Bought, ServiceError> {
        let asked = digest((
            "enable_hosting",
            order,
            product,
            years,
            payment,
            &submission,
        ));
        let submission = submission.map(Arc::new);
        let enable = || {
            let paid = self.paid(payment);
            let enable = Command::EnableHosting(Arc::new(Extension {
                paid,
                chain: self.ports.ids.chain_id(),
                product,
                slots: self.slots(years),
                submission: submission.clone(),
            }));
            (paid.purchase, enable)
        };
        let set = ReadSet::Order(order);
        let (purchase, receipt) = (self.run_with_ids(caller.into(), set, asked, enable)).await?;
        Ok(Bought {
            purchase: paid_purchase(&receipt).unwrap_or(purchase),
            orders: begun_orders(&receipt),
            receipt,
        })
    }

    /// Puts a certificate from elsewhere under management (T-38). `key` is the digest of the key that
    /// came with it; the key itself is the embedder's to keep, unless it is handed over with
    /// [`upload_with_key`](Self::upload_with_key).
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason.
    pub async fn upload(
        &self,
        caller: impl Into<Caller>,
        product: Product,
        name: Note,
        certificate: Arc<IssuedCertificate>,
        key: SpkiDigest,
    ) -> Result<(OrderId, Receipt), ServiceError> {
        let asked = digest(("upload", product, &name, &certificate, key));
        let set = ReadSet::Name(name.clone());
        let upload = || {
            let slot = self.slot();
            let upload = Command::Upload(Arc::new(Upload {
                slot,
                product,
                name: name.clone(),
                certificate: Arc::clone(&certificate),
                key,
            }));
            (slot.order, upload)
        };
        let (order, receipt) = (self.run_with_ids(caller.into(), set, asked, upload)).await?;
        Ok((begun_order(&receipt).unwrap_or(order), receipt))
    }

    /// Puts a certificate from elsewhere under management (T-38), and its key into the vault, as the key
    /// of its order: it is deployed and destroyed like one that was made here.
    ///
    /// The certificate comes first: before its order is there, no key may lie under its number. If the
    /// vault does not keep the key then, the certificate stays under a [key](Caller::once) of the call,
    /// and the same call again puts its key in; until then reading it says that there is none. Without
    /// one it is deleted again, where the rules permit that.
    ///
    /// # Errors
    /// [`ServiceError::Vault`] for a key that the vault does not take, before anything is written, or if
    /// it failed. [`ServiceError::Refused`] with the reason.
    pub async fn upload_with_key(
        &self,
        caller: impl Into<Caller>,
        product: Product,
        name: Note,
        certificate: Arc<IssuedCertificate>,
        key: &PrivateKey,
    ) -> Result<(OrderId, Receipt), ServiceError> {
        let (caller, vault) = (caller.into(), &self.ports.vault);
        if !vault.takes(key.kind()) {
            return Err(KeyVaultError::NotTaken.into());
        }
        let uploaded = self.upload(caller, product, name, certificate, key.spki());
        let (order, receipt) = uploaded.await?;
        let kept = vault.put(order, key.secret_der()).await;
        if kept.is_err() && caller.key().is_none() {
            // What the vault met with is told, whatever becomes of this.
            let delete = Command::DeleteCertificate;
            let _ = self.execute(caller.account(), order, &delete).await;
        }
        kept?;
        Ok((order, receipt))
    }

    /// Merges the slot of an order into that of another one (T-42).
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason.
    pub async fn merge(
        &self,
        caller: impl Into<Caller>,
        order: OrderId,
        into: OrderId,
    ) -> Result<Receipt, ServiceError> {
        let set = ReadSet::Pair(order, into);
        let asked = digest(("merge", order, into));
        self.run(caller.into(), set, asked, &Command::Merge).await
    }

    /// Gives a command about a plan without an order, such as [`Command::ClaimRefund`].
    ///
    /// # Errors
    /// [`ServiceError::Refused`] with the reason; nothing is changed.
    pub async fn execute_on_plan(
        &self,
        caller: impl Into<Caller>,
        plan: PlanId,
        command: &Command,
    ) -> Result<Receipt, ServiceError> {
        let asked = digest(("execute_on_plan", plan, command));
        self.run(caller.into(), ReadSet::Plan(plan), asked, command)
            .await
    }
}
