//! Letting time pass.

use core::time::Duration;

use super::BoxFuture;

/// A way to wait, which the executor of the embedder has and this library has not.
///
/// What waits is dropped when something else came first. Nothing is measured with it: a timer that is
/// early gives answers up which are asked for again, one that is late waits for them longer, so a
/// service becomes busier or slower, and no more. One that blocks its thread instead of waiting fits
/// ports that do the same; others it keeps from answering.
///
/// ```
/// use std::time::Duration;
/// use cert_lifecycle::port::{BoxFuture, Timer};
///
/// /// For an executor that has a thread to spare for each future.
/// struct Blocking;
/// impl Timer for Blocking {
///     fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
///         Box::pin(async move { std::thread::sleep(pause) })
///     }
/// }
/// # let _ = Blocking.sleep(Duration::ZERO);
/// ```
pub trait Timer: Send + Sync {
    /// Waits so long, from the first poll on or from this call on.
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()>;
}
