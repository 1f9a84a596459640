//! Waiting for answers, with an executor that is not ours.

use std::boxed::Box;
use std::format;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError, RwLock};
use std::thread;
use std::vec::Vec;

use super::kit::Stop;
use super::panic::caught;
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
    if let Err(said) = caught(|| block_on(Box::pin(step))) {
        return Err(Stop::Failed(format!("the call panicked: {said}")));
    }
    let answer = slot.into_inner().unwrap_or_else(PoisonError::into_inner);
    answer.ok_or_else(|| Stop::Failed("the executor came back without an answer".into()))
}

/// The same step in several threads, all of which begin together; what each came to. What panics in
/// one of them panics here, once all have ended.
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
        let ended: Vec<_> = threads
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        let answers = ended
            .into_iter()
            .map(|answer| answer.unwrap_or_else(|panic| resume_unwind(panic)));
        answers.collect()
    })
}
