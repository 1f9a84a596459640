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
}

#[derive(Debug, Default)]
struct State {
    stopped: bool,
    work_nudges: u64,
    sweep_nudges: u64,
    next_waiter: u64,
    // By the number of the waiter, so that one that looks again takes the place of its old waker.
    waiting: BTreeMap<u64, Waker>,
}

impl State {
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

impl Signal {
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
            state.next_waiter = state.next_waiter.wrapping_add(1);
            Waiter {
                signal: self,
                number: state.next_waiter,
            }
        };
        poll_fn(|context| {
            let mut state = self.state();
            let came = match until {
                Until::Stopped => false,
                Until::Nudged(task, counted) => *state.nudges(task) != counted,
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
