//! What reaches the loops of a runner from outside: a stop, and nudges.

use alloc::collections::BTreeMap;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Poll, Waker};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a loop does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Task {
    /// Rows of the outbox.
    Work,
    /// Instances that are due.
    Sweep,
}

/// What somebody waits for, beside the stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// Nothing else.
    Stopped,
    /// A nudge beyond those that were counted.
    Nudged(Task, u64),
    /// A round of each worker that began after so many nudges and found nothing.
    Settled(u64),
}

#[derive(Debug, Default)]
struct State {
    stopped: bool,
    work_nudges: u64,
    sweep_nudges: u64,
    next_number: u64,
    // Of each loop that works: after how many nudges its last round began that found nothing.
    workers: BTreeMap<u64, Option<u64>>,
    // How many wait for the workers to find nothing.
    settling: usize,
    // By the number of the waiter, so that one that looks again takes the place of its old waker.
    waiting: BTreeMap<u64, Waker>,
}

impl State {
    const fn draw(&mut self) -> u64 {
        self.next_number = self.next_number.wrapping_add(1);
        self.next_number
    }

    /// Whether every worker, of which there is one, found nothing in a round that began after so many
    /// nudges.
    fn is_settled(&self, nudges: u64) -> bool {
        let found_nothing = |last: &Option<u64>| last.is_some_and(|last| last >= nudges);
        !self.workers.is_empty() && self.workers.values().all(found_nothing)
    }

    const fn nudges(&mut self, task: Task) -> &mut u64 {
        match task {
            Task::Work => &mut self.work_nudges,
            Task::Sweep => &mut self.sweep_nudges,
        }
    }
}

/// A stop stays; a nudge counts, so that one that falls between a look and a wait is not lost.
#[derive(Debug, Default)]
pub(super) struct Signal {
    state: Mutex<State>,
}

/// Takes a waiter's waker away when it no longer waits, whether it was woken or dropped.
struct Waiter<'a> {
    signal: &'a Signal,
    number: u64,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.signal.state().waiting.remove(&self.number);
    }
}

/// A loop that works, for as long as it runs.
pub(super) struct Worker<'a> {
    signal: &'a Signal,
    number: u64,
}

impl Worker<'_> {
    /// A round that began after so many nudges found nothing.
    pub(super) fn found_nothing(&self, nudges: u64) {
        self.signal.tell(|state| {
            state.workers.insert(self.number, Some(nudges));
        });
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        self.signal.tell(|state| {
            state.workers.remove(&self.number);
        });
    }
}

/// Somebody who waits for the workers to find nothing.
struct Settling<'a>(&'a Signal);

impl Drop for Settling<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.settling = state.settling.saturating_sub(1);
    }
}

impl Signal {
    /// A loop that works begins.
    pub(super) fn worker(&self) -> Worker<'_> {
        let mut state = self.state();
        let number = state.draw();
        state.workers.insert(number, None);
        Worker {
            signal: self,
            number,
        }
    }

    /// Whether somebody waits for the workers to find nothing: then they look again at once.
    pub(super) fn is_waited_for(&self) -> bool {
        self.state().settling > 0
    }

    /// Has the workers look, and waits until each of them found nothing.
    pub(super) async fn settled(&self) {
        let nudges = {
            let mut state = self.state();
            state.settling = state.settling.saturating_add(1);
            state.work_nudges.wrapping_add(1)
        };
        let _settling = Settling(self);
        self.nudge(Task::Work);
        self.wait(Until::Settled(nudges), core::future::pending())
            .await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is a single step, so another thread's panic left nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.state().stopped
    }

    pub(super) fn nudges(&self, task: Task) -> u64 {
        *self.state().nudges(task)
    }

    pub(super) fn stop(&self) {
        self.tell(|state| state.stopped = true);
    }

    pub(super) fn nudge(&self, task: Task) {
        self.tell(|state| {
            let nudges = state.nudges(task);
            *nudges = nudges.wrapping_add(1);
        });
    }

    fn tell(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        let waiting = core::mem::take(&mut state.waiting);
        // A waker may poll at once, and then asks for the state.
        drop(state);
        waiting.into_values().for_each(Waker::wake);
    }

    /// Waits for what was asked for, for the stop, or for the other future: for the earliest.
    pub(super) async fn wait(&self, until: Until, mut or: impl Future<Output = ()> + Unpin) {
        let waiter = {
            let mut state = self.state();
            Waiter {
                signal: self,
                number: state.draw(),
            }
        };
        poll_fn(|context| {
            let mut state = self.state();
            let came = match until {
                Until::Stopped => false,
                Until::Nudged(task, counted) => *state.nudges(task) != counted,
                Until::Settled(nudges) => state.is_settled(nudges),
            };
            if came || state.stopped {
                return Poll::Ready(());
            }
            // Under the same lock as the look, so that nothing falls in between.
            let waker = context.waker().clone();
            state.waiting.insert(waiter.number, waker);
            drop(state);
            Pin::new(&mut or).poll(context)
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::future::pending;
    use core::pin::pin;
    use core::task::Context;

    fn poll(future: Pin<&mut impl Future<Output = ()>>) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        future.poll(&mut context).is_ready()
    }

    #[test]
    fn who_no_longer_waits_leaves_no_waker() {
        let signal = Signal::default();
        {
            let mut one = pin!(signal.wait(Until::Stopped, pending()));
            let mut other = pin!(signal.wait(Until::Nudged(Task::Work, 0), pending()));
            for _ in 0..2 {
                assert!(!poll(one.as_mut()) && !poll(other.as_mut()));
            }
            assert_eq!(signal.state().waiting.len(), 2);
            signal.nudge(Task::Work);
            assert!(!poll(one.as_mut()) && poll(other.as_mut()));
            assert_eq!(signal.state().waiting.len(), 1);
        }
        assert_eq!(signal.state().waiting.len(), 0);
    }

    #[test]
    fn each_kind_of_loop_has_its_own_nudges_and_all_have_one_stop() {
        let signal = Signal::default();
        signal.nudge(Task::Sweep);
        let mut work = pin!(signal.wait(Until::Nudged(Task::Work, 0), pending()));
        let mut sweep = pin!(signal.wait(Until::Nudged(Task::Sweep, 0), pending()));
        let mut again = pin!(signal.wait(Until::Nudged(Task::Sweep, 1), pending()));
        assert!(!poll(work.as_mut()) && poll(sweep.as_mut()) && !poll(again.as_mut()));
        signal.stop();
        assert!(poll(work.as_mut()) && poll(again.as_mut()));
        assert!(poll(pin!(signal.wait(Until::Stopped, pending()))));
    }
}
