//! What the world does around a page, as it does around a call of the API.

use crate::model::{AccountId, OrderId, Product, Status};
use crate::server::conduct::Inside;
use crate::view::wire::{Seen, WireField};

impl Inside {
    /// Does what is due, and takes up what a former process left of an order, before it is looked at.
    pub(super) async fn take_up(&self, account: AccountId, order: OrderId) {
        self.run_steps().await;
        self.catch_up(account, order).await;
    }

    /// A page has shown an order: where nobody has to, its domain is proved and its application
    /// approved, as after an answer of the API that shows the same.
    pub(super) async fn looked_at(&self, account: AccountId, order: OrderId, status: Status) {
        let shown = WireField::StateType.write(Seen::of(status)).value;
        self.follow_look(account, order, shown).await;
    }

    /// Under which product uploaded certificates are listed, here as in the API.
    pub(super) const fn uploads_as(&self) -> Option<Product> {
        self.desk.uploads_as()
    }

    /// Something was bought: its effects are handed on.
    pub(super) async fn follow_purchase(&self) {
        self.pump.drain().await;
    }
}
