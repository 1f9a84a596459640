//! Waiting for answers, with an executor that is not ours.

use std::boxed::Box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError, RwLock};
use std::thread;
use std::vec::Vec;

use super::kit::Stop;
use crate::port::BoxFuture;

/// A way to wait for a future: it comes back once the future is done. It is called from several
/// threads at once, none of which belongs to a runtime.
pub type BlockOn<'a> = dyn Fn(BoxFuture<'_, ()>) + Sync + 'a;

/// Waits for an answer. A panic on the way is not ours, and ends the check alone.
pub(super) fn wait<T: Send>(
    block_on: &BlockOn<'_>,
    future: impl Future<Output = T> + Send,
) -> Result<T, Stop> {
    let slot = Mutex::new(None);
    let step = async {
        let answer = future.await;
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    };
    let ran = catch_unwind(AssertUnwindSafe(|| block_on(Box::pin(step))));
    if ran.is_err() {
        return Err(Stop::Failed("the call panicked".into()));
    }
    let answer = slot.into_inner().unwrap_or_else(PoisonError::into_inner);
    answer.ok_or_else(|| Stop::Failed("the executor came back without an answer".into()))
}

/// The same step in several threads, all of which begin together; what each came to.
pub(super) fn at_once<T: Send>(count: usize, step: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let gate = RwLock::new(());
    thread::scope(|scope| {
        let closed = gate.write();
        let threads: Vec<_> = (0..count)
            .filter_map(|number| {
                let (gate, step) = (&gate, &step);
                let begin = move || {
                    drop(gate.read());
                    step(number)
                };
                thread::Builder::new().spawn_scoped(scope, begin).ok()
            })
            .collect();
        drop(closed);
        let ended = threads.into_iter().filter_map(|one| one.join().ok());
        ended.collect()
    })
}
