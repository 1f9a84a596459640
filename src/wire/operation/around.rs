//! What surrounds a desk: the runner behind it, and how it asks the CA.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;

use super::Desk;
use crate::model::{AccountId, OrderId};
use crate::port::{Loaded, Timer};
use crate::service::{RunnerHandle, ServiceError};

/// Is told why a look at the CA came to nothing.
type Observer = Arc<dyn Fn(AccountId, OrderId, &ServiceError) + Send + Sync>;

/// What surrounds a desk.
#[derive(Clone)]
pub(super) struct Around {
    asks_ca: bool,
    timer: Option<Arc<dyn Timer>>,
    observer: Option<Observer>,
    runner: Option<RunnerHandle>,
    waits: bool,
}

impl Around {
    /// Nothing; the CA is asked.
    pub(super) const fn nothing() -> Self {
        Self {
            asks_ca: true,
            timer: None,
            observer: None,
            runner: None,
            waits: false,
        }
    }
}

impl fmt::Debug for Around {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Around")
            .field("asks_ca", &self.asks_ca)
            .field("runner", &self.runner)
            .field("waits", &self.waits)
            .finish_non_exhaustive()
    }
}

impl Desk {
    /// With a runner that is woken after every call that changed something: the CA hears of it at once
    /// instead of after the runner's pause. The answer does not wait for that.
    #[must_use]
    pub fn with_runner(mut self, runner: RunnerHandle) -> Self {
        self.around.runner = Some(runner);
        self.around.waits = false;
        self
    }

    /// With a runner that each call that changed something waits for ([`RunnerHandle::settled`]), so
    /// that the next call finds what came of it, as behind the reference service. The caller then waits
    /// for the CA as well: for tests more than for work.
    #[must_use]
    pub fn waiting_for(mut self, runner: RunnerHandle) -> Self {
        self.around.runner = Some(runner);
        self.around.waits = true;
        self
    }

    /// With a timer: a look at an order waits no longer for the CA than
    /// [`Settings::answer_limit`](crate::service::Settings::answer_limit), and then tells the order as
    /// it is stored. Without one it waits for as long as the CA takes.
    #[must_use]
    pub fn with_timer(mut self, timer: Arc<dyn Timer>) -> Self {
        self.around.timer = Some(timer);
        self
    }

    /// Without asking the CA at each look: what is told is what the runner's sweeps brought
    /// ([`Settings::poll_every`](crate::service::Settings::poll_every)). For CAs whose calls are dear,
    /// as clients ask in loops.
    #[must_use]
    pub const fn without_asking_ca(mut self) -> Self {
        self.around.asks_ca = false;
        self
    }

    /// Tells somebody why a look at the CA came to nothing: it was away or late, or it closed the order,
    /// of which [`ServiceError::ClosedByCa`] says what a person has to do. The answer to the caller
    /// shows nothing of it.
    #[must_use]
    pub fn observed(
        mut self,
        observer: impl Fn(AccountId, OrderId, &ServiceError) + Send + Sync + 'static,
    ) -> Self {
        self.around.observer = Some(Arc::new(observer));
        self
    }

    /// Asks the CA about an order that was just looked at; whatever keeps its answer away, the order
    /// stands as it stands. Whether something may have followed from it, in part or as a whole.
    pub(super) async fn ask_ca(&self, account: AccountId, order: OrderId, before: &Loaded) -> bool {
        if !self.around.asks_ca {
            return false;
        }
        let service = &self.service;
        let asked = match &self.around.timer {
            Some(timer) => {
                let asked = service.refresh_from_within(&**timer, account, order, before);
                Box::pin(asked).await
            }
            None => Box::pin(service.refresh_from(account, order, before)).await,
        };
        match asked {
            Ok(receipts) => !receipts.is_empty(),
            Err(error) => {
                if let Some(observer) = &self.around.observer {
                    observer(account, order, &error);
                }
                true
            }
        }
    }

    /// Lets what was posted be done.
    pub(super) async fn post(&self) {
        match &self.around.runner {
            Some(runner) if self.around.waits => runner.settled().await,
            Some(runner) => runner.wake(),
            None => {}
        }
    }
}
