//! What a former process left is taken up while requests are answered.

use tokio::task::JoinSet;

use crate::model::{AccountId, OrderId};
use crate::port::{Filter, Stage, StoreError};
use crate::server::conduct::{Conductor, Inside};
use crate::service::ServiceError;

/// How many orders the CA is asked about at the same time when a server starts.
const ASKED_AT_ONCE: usize = 8;

/// The stages in which the CA may owe an answer.
const MAY_WAIT: [Stage; 3] = [Stage::Verifying, Stage::Validating, Stage::Live];

impl Conductor {
    /// Takes up what a former process left: work that waits, and orders that the CA is to be asked about.
    /// Requests are answered meanwhile; one about an order takes that order up first.
    pub(crate) async fn resume(&self) {
        self.pump.drain().await;
        match self.ask_about_orders_that_wait().await {
            Ok(orders) => {
                self.log
                    .line(format_args!("level=info what=resume orders={orders}"));
            }
            Err(error) => {
                let error = ServiceError::from(error);
                self.log.line(format_args!(
                    "level=warn what=resume error={}",
                    error.word()
                ));
            }
        }
        self.pump.drain().await;
        self.resumed.send_replace(true);
    }

    /// Asks the CA about every order that somebody looks at within the hour, which those that wait for
    /// it are; how many there were. Nothing is claimed for that, so that nothing is held up by it.
    async fn ask_about_orders_that_wait(&self) -> Result<usize, StoreError> {
        const AHEAD: i64 = 3_600;
        const PAGE: usize = 100;
        let store = &self.service().ports().store;
        let soon = self.now().saturating_add(AHEAD);
        let (mut asked, mut orders) = (JoinSet::new(), 0_usize);
        for account in self.world.accounts().await {
            let mut before = None;
            loop {
                let filter = Filter {
                    stages: MAY_WAIT.into(),
                    ..Filter::default()
                };
                let rows = store.list(account, filter, before, PAGE).await?;
                let Some(last) = rows.last() else { break };
                before = Some(last.position);
                for row in rows {
                    if row.entry.due_at.is_none_or(|at| at > soon) {
                        continue;
                    }
                    if asked.len() >= ASKED_AT_ONCE {
                        let _ = asked.join_next().await;
                    }
                    let (own, order) = (self.clone(), row.entry.order);
                    asked.spawn(async move { own.refresh_quietly(account, order).await });
                    orders = orders.saturating_add(1);
                }
            }
        }
        while asked.join_next().await.is_some() {}
        Ok(orders)
    }
}

impl Inside {
    /// Whether what a former process left is still being taken up.
    pub(crate) fn is_resuming(&self) -> bool {
        !*self.resumed.borrow()
    }

    /// Returns when all that a former process left was taken up.
    pub(crate) async fn resumed(&self) {
        let _ = self.resumed.subscribe().wait_for(|over| *over).await;
    }

    /// Takes up what a former process left of an order, before anything is done with it.
    pub(crate) async fn catch_up(&self, account: AccountId, order: OrderId) {
        if self.is_resuming() {
            self.pump.drain().await;
            self.refresh_quietly(account, order).await;
            self.pump.drain().await;
        }
    }

    /// Most of those that are asked about wait for nothing.
    async fn refresh_quietly(&self, account: AccountId, order: OrderId) {
        let _ = self.service().refresh(account, order).await;
    }
}
