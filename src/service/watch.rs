//! What ends a batch early: a stop, and a port that gives no answer.

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use super::{RunnerHandle, ServiceError};
use crate::port::{BoxFuture, Timer};

/// Who looks after a batch; nobody where it is worked on without a runner.
#[derive(Clone, Copy, Default)]
pub(super) struct Watch<'a> {
    pub(super) timer: Option<&'a dyn Timer>,
    pub(super) handle: Option<&'a RunnerHandle>,
}

impl Watch<'_> {
    pub(super) fn is_stopped(&self) -> bool {
        self.handle.is_some_and(RunnerHandle::is_stopped)
    }

    /// An answer, or after so many seconds the error that there was none; 0 is no limit.
    pub(super) async fn within<T>(
        &self,
        seconds: u32,
        call: impl Future<Output = Result<T, ServiceError>> + Send,
    ) -> Result<T, ServiceError> {
        let Some(timer) = self.timer.filter(|_| seconds > 0) else {
            return call.await;
        };
        let mut call = pin!(call);
        // Most answers need no pause to be begun for them.
        let mut pause: Option<BoxFuture<'_, ()>> = None;
        poll_fn(|context| {
            if let Poll::Ready(answer) = call.as_mut().poll(context) {
                return Poll::Ready(answer);
            }
            let limit = Duration::from_secs(seconds.into());
            let pause = pause.get_or_insert_with(|| timer.sleep(limit));
            if pause.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            // A timer may block instead of waiting: the answer may have come meanwhile.
            match call.as_mut().poll(context) {
                Poll::Ready(answer) => Poll::Ready(answer),
                Poll::Pending => Poll::Ready(Err(ServiceError::NoAnswer { seconds })),
            }
        })
        .await
    }
}
