//! The timer of tokio.

use alloc::boxed::Box;
use core::time::Duration;

use crate::port::{BoxFuture, Timer};

/// Waits with tokio: what it is asked for must be polled in a runtime with its timer enabled.
///
/// ```
/// use std::time::Duration;
/// use cert_lifecycle::adapter::TokioTimer;
/// use cert_lifecycle::port::Timer;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// TokioTimer::new().sleep(Duration::from_millis(1)).await;
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioTimer;

impl TokioTimer {
    /// The timer of the runtime that polls it.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Timer for TokioTimer {
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        // Made when it is polled: only then a runtime is there for certain.
        Box::pin(async move { tokio::time::sleep(pause).await })
    }
}
