//! The scheduler: which of several tasks takes the next step, tried out in every way.
//!
//! A task is a future over a service whose ports stop at gates. A step leads it from one gate to the
//! next, so nothing but the schedule decides what comes before what, whichever store is behind it.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

/// One of those that race.
pub(crate) type Task<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

pub(crate) fn task<'a>(steps: impl Future<Output = ()> + 'a) -> Task<'a> {
    Box::pin(steps)
}

/// Where tasks stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gates {
    /// Before each call of a port. What a task computes between two calls touches nothing of others',
    /// so it makes no difference when it is done.
    Before,
    /// Behind each call too: where the clock moves, it does make one, for commands read the clock.
    Around,
}

#[derive(Default)]
struct State {
    gates: Option<Gates>,
    /// Who is polled.
    task: Option<usize>,
    /// Whether that one came to a gate.
    arrived: bool,
}

/// What the gates and the scheduler share. Tasks are polled by one thread.
#[derive(Default)]
pub(crate) struct Pace(Mutex<State>);

impl Pace {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is at work; nobody outside a race.
    pub(crate) fn task(&self) -> Option<usize> {
        self.state().task
    }

    /// Stops once, unless nobody races.
    async fn gate(&self) {
        let mut passed = false;
        poll_fn(|_| {
            let mut state = self.state();
            if passed || state.task.is_none() {
                return Poll::Ready(());
            }
            passed = true;
            state.arrived = true;
            Poll::Pending
        })
        .await;
    }

    /// A call of a port between its gates.
    pub(crate) async fn around<T>(&self, call: impl Future<Output = T>) -> T {
        self.gate().await;
        let answer = call.await;
        if self.state().gates == Some(Gates::Around) {
            self.gate().await;
        }
        answer
    }

    /// Leads a task to its next gate; whether it is through.
    fn poll(&self, which: usize, task: &mut Task<'_>, cx: &mut Context<'_>) -> Poll<bool> {
        {
            let mut state = self.state();
            (state.task, state.arrived) = (Some(which), false);
        }
        let polled = task.as_mut().poll(cx);
        let mut state = self.state();
        state.task = None;
        match polled {
            Poll::Ready(()) => Poll::Ready(true),
            Poll::Pending if state.arrived => Poll::Ready(false),
            // A store is at work, and will call.
            Poll::Pending => Poll::Pending,
        }
    }

    /// Lets these tasks take a step at once; who of them is through.
    async fn step(&self, tasks: &mut [Option<Task<'_>>], who: &[usize]) {
        let mut left = who.to_vec();
        poll_fn(|cx| {
            left.retain(|which| {
                let Some(task) = &mut tasks[*which] else {
                    return false;
                };
                match self.poll(*which, task, cx) {
                    Poll::Ready(through) => {
                        if through {
                            tasks[*which] = None;
                        }
                        false
                    }
                    Poll::Pending => true,
                }
            });
            if left.is_empty() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Runs all tasks to their ends, as it is chosen.
    pub(crate) async fn race(&self, choices: &mut Choices, tasks: Vec<Task<'_>>) {
        self.state().gates = choices.gates;
        let mut tasks: Vec<_> = tasks.into_iter().map(Some).collect();
        let (mut last, mut switches) = (None, 0);
        loop {
            let ready: Vec<_> = (0..tasks.len()).filter(|at| tasks[*at].is_some()).collect();
            if ready.is_empty() {
                break;
            }
            let goes_on = last.filter(|last| ready.contains(last));
            let bound = choices.switches.is_some_and(|most| switches >= most);
            let alone = match goes_on {
                Some(last) if bound => vec![last],
                _ => ready.clone(),
            };
            let together = usize::from(choices.together && ready.len() > 1);
            let chosen = choices.pick(alone.len() + together);
            let Some(which) = alone.get(chosen).copied() else {
                // From here on at the same time, call by call.
                while tasks.iter().any(Option::is_some) {
                    self.step(&mut tasks, &ready).await;
                }
                break;
            };
            if goes_on.is_some_and(|last| last != which) {
                switches += 1;
            }
            last = Some(which);
            self.step(&mut tasks, &[which]).await;
        }
        *self.state() = State::default();
    }
}

/// The choices of one run, and those that are still to be tried: a search in depth, which begins
/// every run anew.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    gates: Option<Gates>,
    /// What was chosen, of how many.
    path: Vec<(usize, usize)>,
    at: usize,
    /// How often at most a task is left before it is through; as often as one likes without it.
    switches: Option<usize>,
    /// Whether tasks go on at the same time from some step on, too.
    together: bool,
}

impl Choices {
    /// Every interleaving.
    pub(crate) fn all(gates: Gates) -> Self {
        let mut all = Self::default();
        all.gates = Some(gates);
        all
    }

    /// Every interleaving in which a task is left so often at most before it is through.
    pub(crate) fn few(gates: Gates, switches: usize) -> Self {
        let mut few = Self::all(gates);
        few.switches = Some(switches);
        few
    }

    /// And from every step of these on, all that are left at the same time.
    pub(crate) fn by_force(mut self) -> Self {
        self.together = true;
        self
    }

    pub(crate) fn pick(&mut self, options: usize) -> usize {
        if self.at == self.path.len() {
            self.path.push((0, options));
        }
        let (chosen, of) = self.path[self.at];
        assert_eq!(of, options, "the same choices lead to another place");
        self.at += 1;
        chosen
    }

    /// Goes on to the next run; whether there is one.
    pub(crate) fn next(&mut self) -> bool {
        assert_eq!(self.at, self.path.len(), "a run ended early");
        self.at = 0;
        while let Some((chosen, of)) = self.path.pop() {
            if chosen + 1 < of {
                self.path.push((chosen + 1, of));
                return true;
            }
        }
        false
    }
}

impl Drop for Choices {
    /// Says which run failed.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let chosen: Vec<_> = self.path.iter().map(|(chosen, _)| *chosen).collect();
            println!("chosen were {chosen:?}");
        }
    }
}
