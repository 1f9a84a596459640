//! A server that answers, and what a test does with it besides calling the API.

use core::fmt;
use core::net::SocketAddr;
use std::format;
use std::string::{String, ToString};
use std::sync::Arc;

use http::{Method, Request};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::model::{OrderId, Timestamp};
use crate::server::conduct::Conductor;
use crate::server::control;
use crate::server::faults::Faults;
use crate::service::Service;

/// A server that answers. Dropped without [`stop`](Self::stop), it takes no more connections, and what
/// was begun goes on until its runtime ends.
///
/// What people at the CA and the clock do, a test in the same process does here, without HTTP and
/// whether or not the control plane is open; each returns when its effects are visible to the next
/// request, and is refused as the [control plane](crate::server::control) refuses.
#[must_use]
#[derive(Debug)]
pub struct Running {
    pub(super) address: SocketAddr,
    pub(super) stop: watch::Sender<bool>,
    pub(super) serving: JoinHandle<()>,
    pub(super) ticking: JoinHandle<()>,
    pub(super) pumping: JoinHandle<()>,
    pub(super) resuming: JoinHandle<()>,
    pub(super) conductor: Conductor,
}

/// What was asked does not apply, or failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{said}")]
pub struct Declined {
    status: u16,
    said: String,
}

impl Declined {
    /// The status that the control plane answers with: 404 for an unknown order, 409 for a wrong state,
    /// 400 for what can't be, 500 where the service failed.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as an address of the web.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The service behind it, to look at whatever no operation tells. What is done with it directly is
    /// carried out by the server's worker within a second.
    #[must_use]
    pub fn service(&self) -> &Service {
        self.conductor.service()
    }

    /// The certificate of the CA's root, in PEM: what chains are verified with.
    #[must_use]
    pub fn root_pem(&self) -> Arc<str> {
        self.conductor.world.lab.ca().root_pem()
    }

    /// What time it is for the service.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.conductor.now()
    }

    /// Moves the manual clock on by so many seconds, and does what is due by then. What time it is.
    ///
    /// # Errors
    /// [`Declined`]: the clock is the system's, or does not go there.
    pub async fn advance(&self, seconds: i64) -> Result<Timestamp, Declined> {
        self.tell("clock", &json!({"advance_seconds": seconds}))
            .await?;
        Ok(self.now())
    }

    /// Moves the manual clock to an instant, and does what is due by then.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub async fn set_clock(&self, at: Timestamp) -> Result<(), Declined> {
        self.tell("clock", &json!({"set": at.to_string()})).await?;
        Ok(())
    }

    /// Publishes what an order's challenge asks for. The `Type` that the order then has.
    ///
    /// # Errors
    /// [`Declined`].
    pub async fn satisfy_challenge(&self, order: OrderId) -> Result<String, Declined> {
        self.act(order, "satisfy-challenge", &json!({})).await
    }

    /// Has the CA issue the certificate. The `Type` that the order then has.
    ///
    /// # Errors
    /// [`Declined`].
    pub async fn approve(&self, order: OrderId) -> Result<String, Declined> {
        self.act(order, "approve", &json!({})).await
    }

    /// Has the CA refuse the application. The `Type` that the order then has.
    ///
    /// # Errors
    /// [`Declined`].
    pub async fn reject(&self, order: OrderId, reason: &str) -> Result<String, Declined> {
        self.act(order, "reject", &json!({"reason": reason})).await
    }

    /// Has the CA revoke the certificate, where revocations wait for it. The `Type` that the order then
    /// has.
    ///
    /// # Errors
    /// [`Declined`].
    pub async fn complete_revocation(&self, order: OrderId) -> Result<String, Declined> {
        self.act(order, "revocation/complete", &json!({})).await
    }

    /// Has the CA refuse to. The `Type` that the order then has.
    ///
    /// # Errors
    /// [`Declined`].
    pub async fn refuse_revocation(
        &self,
        order: OrderId,
        reason: &str,
    ) -> Result<String, Declined> {
        let reason = json!({"reason": reason});
        self.act(order, "revocation/refuse", &reason).await
    }

    /// Orders faults, in place of those that were ordered before.
    pub fn order_faults(&self, faults: Faults) {
        self.conductor.world.faults.replace(faults);
    }

    async fn act(&self, order: OrderId, act: &str, body: &Value) -> Result<String, Declined> {
        let said = self.tell(&format!("orders/{order}/{act}"), body).await?;
        let word = said.get("Type").and_then(Value::as_str);
        Ok(word.unwrap_or_default().to_string())
    }

    async fn tell(&self, route: &str, body: &impl fmt::Display) -> Result<Value, Declined> {
        let mut request = Request::new(format!("{body}").into_bytes());
        *request.method_mut() = Method::POST;
        let answer = control::answer(&self.conductor, route, request).await;
        let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        if answer.status().is_success() {
            return Ok(said);
        }
        let why = said.get("error").and_then(Value::as_str);
        Err(Declined {
            status: answer.status().as_u16(),
            said: why.unwrap_or_default().to_string(),
        })
    }

    /// Takes no more connections, answers what is under way, finishes the work that was begun, and
    /// closes the store.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.serving.await;
        // Until they have let go of the store, it can't be closed for good.
        for task in [self.ticking, self.resuming] {
            task.abort();
            let _ = task.await;
        }
        self.conductor.pump.stop().await;
        let _ = self.pumping.await;
        self.conductor.world.close().await;
        let log = self.conductor.log.clone();
        let _ = tokio::task::spawn_blocking(move || log.flush()).await;
    }
}
