//! One after the other for the same thing, at the same time for different ones, on any executor.

use core::future::poll_fn;
use core::task::{Poll, Waker};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

/// Whose turn it is, thing by thing; only those that somebody has now are remembered.
#[derive(Debug)]
pub(super) struct Turns<K>(Mutex<BTreeMap<K, Vec<Waker>>>);

/// A turn, until it is dropped.
#[derive(Debug)]
#[must_use = "the turn ends when it is dropped"]
pub(super) struct Turn<'t, K: Ord> {
    turns: &'t Turns<K>,
    key: K,
}

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K> Turns<K> {
    fn held(&self) -> MutexGuard<'_, BTreeMap<K, Vec<Waker>>> {
        // Each change is one insertion or removal, so nothing is ever half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord + Copy> Turns<K> {
    /// Waits until nobody else has the turn. Who waits longest does not come first.
    pub(super) async fn take(&self, key: K) -> Turn<'_, K> {
        poll_fn(|context| match self.held().entry(key) {
            Entry::Vacant(free) => {
                free.insert(Vec::new());
                Poll::Ready(())
            }
            Entry::Occupied(mut taken) => {
                let waiting = taken.get_mut();
                if !waiting.iter().any(|own| own.will_wake(context.waker())) {
                    waiting.push(context.waker().clone());
                }
                Poll::Pending
            }
        })
        .await;
        Turn { turns: self, key }
    }
}

impl<K: Ord> Drop for Turn<'_, K> {
    fn drop(&mut self) {
        // Some of them may have stopped waiting, so all are told.
        let waiting = self.turns.held().remove(&self.key);
        waiting.into_iter().flatten().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::pin::pin;
    use core::sync::atomic::{AtomicUsize, Ordering};
    use core::task::Context;
    use std::sync::Arc;
    use std::task::Wake;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn one_thing_is_one_persons_at_a_time() {
        let turns: Turns<u8> = Turns::default();
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let Poll::Ready(first) = pin!(turns.take(1)).poll(&mut context) else {
            panic!("nobody has it");
        };
        let mut second = pin!(turns.take(1));
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert!(second.as_mut().poll(&mut context).is_pending());
        // Another thing is free.
        assert!(pin!(turns.take(2)).poll(&mut context).is_ready());
        {
            let mut third = pin!(turns.take(1));
            assert!(third.as_mut().poll(&mut context).is_pending());
        }
        drop(first);
        assert_eq!(woken.0.load(Ordering::SeqCst), 1, "once for one waker");
        assert!(second.as_mut().poll(&mut context).is_ready());
        assert!(turns.held().is_empty(), "nothing is remembered");
    }
}
