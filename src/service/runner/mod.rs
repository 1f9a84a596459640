//! The runner: works and sweeps until it is told to stop.

mod signal;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::future::{pending, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use super::backoff::spread;
use super::watch::Watch;
use super::{Service, ServiceError, SweepReport, WorkReport};
use crate::port::{BoxFuture, Timer};

use signal::{Signal, Task, Until};

/// How much a [`Runner`] does at once, and how long it waits.
///
/// ```
/// use std::time::Duration;
/// use cert_lifecycle::service::Pace;
/// let mut pace = Pace::default();
/// pace.workers = 4;
/// assert_eq!(pace.idle, Duration::from_secs(1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// Loops that carry out rows of the outbox, at the same time: a slow answer of the CA holds up the
    /// rows behind it in the same batch, and no others. Without one, nothing is carried out.
    pub workers: usize,
    /// Loops that look at what is due, at the same time. Without one, nobody does.
    pub sweepers: usize,
    /// How many rows or instances a loop takes at once, at least one. They share one lease
    /// ([`Settings::lease`](super::Settings::lease)), so all of them should be done before it ends:
    /// where ports are slow, more [`workers`](Self::workers) help, and larger batches do not.
    pub batch: usize,
    /// How long a loop waits after it took fewer than it may, unless it is woken.
    pub idle: Duration,
    /// How long a loop waits after the store failed once; twice as long after each further time, with
    /// up to half of it taken off by [`Settings::seed`](super::Settings::seed).
    pub first_pause: Duration,
    /// The longest such wait.
    pub longest_pause: Duration,
    /// How long the runner goes on with what is under way after it was told to stop. Then it is given
    /// up, and comes again when its lease ends. Longer than
    /// [`Settings::answer_limit`](super::Settings::answer_limit), and shorter than what the process has
    /// until it is killed.
    pub grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            workers: 1,
            sweepers: 1,
            batch: 5,
            idle: Duration::from_secs(1),
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_mins(1),
            grace: Duration::from_secs(20),
        }
    }
}

/// What a loop of a [`Runner`] did in one round.
#[derive(Debug)]
#[non_exhaustive]
pub enum Round<'a> {
    /// It worked; the report may be empty.
    Worked(&'a WorkReport),
    /// It swept; the report may be empty.
    Swept(&'a SweepReport),
    /// It could not read what there is to do, and tries again after a pause.
    Failed {
        /// Why.
        error: &'a ServiceError,
        /// After how long.
        pause: Duration,
    },
}

/// Drives [`Service::work`] and [`Service::sweep`] until it is told to stop.
///
/// [`run`](Self::run) is one future for any executor; the pauses come from a [`Timer`]. Clones have
/// the same handle, so that one stop ends all of them. Several runners, in as many threads and
/// processes as you like, share one store: what one has taken no other is handed.
///
/// - **More to do** is done at once: after a full batch a loop takes the next. After a smaller one it
///   waits for [`Pace::idle`], or until [`RunnerHandle::wake`]; a sweep that changed something wakes
///   the workers by itself.
/// - **A stop** ends each loop as soon as it is through with the row or instance under way; the others
///   that it took are handed back, and nothing more is taken. A loop that waits ends at once. What is
///   still under way after [`Pace::grace`] is given up.
/// - **A store that fails** is asked again after longer and longer pauses ([`Pace::longest_pause`] at
///   most), which no wake shortens, and a stop does. This goes on for as long as it takes, also if
///   the store says that a repeat does not help: somebody may put it right.
///   A batch ends where the store fails first.
/// - **A port that fails** costs its row or instance a delay, as [`Service::work`] says; one that does
///   not answer ([`Settings::answer_limit`](super::Settings::answer_limit)) fails.
/// - **A port that panics** takes the runner with it: the panic goes through to whoever polls, and
///   there what else was under way is dropped. Nothing is lost; what was taken comes again when its
///   lease ends, to another runner or to the next run. Those taken along with it get their turn, since
///   they come in another order each time, and the row itself is laid aside after
///   [`Settings::attempts_of_work`](super::Settings::attempts_of_work). The same is true of a process
///   that dies and of a future that is dropped in the middle.
///
/// ```
/// use cert_lifecycle::port::Timer;
/// use cert_lifecycle::service::{Round, Runner, Service};
/// use std::sync::Arc;
///
/// async fn serve(service: Service, timer: Arc<dyn Timer>) {
///     let runner = Runner::new(service, timer).observed(|round| match round {
///         Round::Worked(report) => report.given_up.iter().for_each(|(row, error)| {
///             eprintln!("{} was laid aside: {error}", row.id);
///         }),
///         _ => {}
///     });
///     let handle = runner.handle();
///     // In the background, with the executor's `spawn`; here beside it.
///     let run = runner.run();
///     // After a command: what follows from it is done without waiting.
///     handle.wake();
///     // At the end of the process.
///     handle.stop();
///     run.await;
/// }
/// # let _ = serve;
/// ```
#[derive(Clone)]
pub struct Runner {
    service: Service,
    timer: Arc<dyn Timer>,
    pace: Pace,
    observer: Option<Observer>,
    signal: Arc<Signal>,
}

type Observer = Arc<dyn Fn(Round<'_>) + Send + Sync>;

/// Reaches the loops of a [`Runner`], from any thread.
#[derive(Clone, Debug)]
pub struct RunnerHandle {
    signal: Arc<Signal>,
}

impl RunnerHandle {
    /// Ends the runner and its clones, those that are begun later too: what is under way is finished
    /// within [`Pace::grace`], and nothing more taken.
    pub fn stop(&self) {
        self.signal.stop();
    }

    /// Whether it was told to stop. The end of [`Runner::run`] says that it has.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.signal.is_stopped()
    }

    /// Waits until it is told to stop, so that a server can end along with it.
    pub async fn stopped(&self) {
        self.signal.wait(Until::Stopped, pending()).await;
    }

    /// Has the workers look, and waits until each of them found nothing to do that may be done now: what
    /// was posted before has been carried out, or has failed and waits for another attempt. So effects
    /// are there that come of themselves; what the CA's answer leads to comes when it is asked.
    ///
    /// It waits as long as workers do for ports and store, until one runs where none does, and no
    /// longer than until the runner is told to stop. What another process has taken it does not see.
    ///
    /// ```
    /// use cert_lifecycle::service::{RunnerHandle, Service, ServiceError};
    /// # use cert_lifecycle::model::{AccountId, OrderId, ProductCode, Submission};
    /// # async fn apply(service: &Service, runner: &RunnerHandle, account: AccountId,
    /// #     product: ProductCode, submission: Submission) -> Result<OrderId, ServiceError> {
    /// let (order, _) = service.submit(account, product, submission).await?;
    /// runner.settled().await;
    /// // The CA has it now, and is asked for the proof that it wants.
    /// service.refresh(account, order).await?;
    /// # Ok(order)
    /// # }
    /// # let _ = apply;
    /// ```
    pub async fn settled(&self) {
        self.signal.settled().await;
    }

    /// Has the loops look at once instead of after their pause. Never needed, and never lost: a loop
    /// that is in the middle of a round looks once more after it.
    pub fn wake(&self) {
        self.signal.nudge(Task::Work);
        self.signal.nudge(Task::Sweep);
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner")
            .field("service", &self.service)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

impl Runner {
    /// A runner of a service.
    #[must_use]
    pub fn new(service: Service, timer: Arc<dyn Timer>) -> Self {
        Self {
            service,
            timer,
            pace: Pace::default(),
            observer: None,
            signal: Arc::default(),
        }
    }

    /// The same runner at another pace.
    #[must_use]
    pub fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Tells somebody about every round, before the next one begins: the place to count, and to act on
    /// what a port refused ([`WorkReport::refused`]).
    #[must_use]
    pub fn observed(mut self, observer: impl Fn(Round<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// What stops and wakes it.
    #[must_use]
    pub fn handle(&self) -> RunnerHandle {
        RunnerHandle {
            signal: Arc::clone(&self.signal),
        }
    }

    /// Works and sweeps until it is told to stop.
    pub async fn run(self) {
        let tasks = core::iter::repeat_n(Task::Work, self.pace.workers)
            .chain(core::iter::repeat_n(Task::Sweep, self.pace.sweepers));
        let mut loops: Vec<BoxFuture<'_, ()>> = Vec::new();
        for (number, task) in tasks.enumerate() {
            loops.push(Box::pin(self.repeat(task, number)));
        }
        let mut grace_is_over = pin!(async {
            self.signal.wait(Until::Stopped, pending()).await;
            self.timer.sleep(self.pace.grace).await;
        });
        poll_fn(|context| {
            loops.retain_mut(|one| one.as_mut().poll(context).is_pending());
            if loops.is_empty() {
                Poll::Ready(())
            } else {
                grace_is_over.as_mut().poll(context)
            }
        })
        .await;
    }

    /// One loop.
    async fn repeat(&self, task: Task, number: usize) {
        let mut failures = 0_u32;
        let worker = (task == Task::Work).then(|| self.signal.worker());
        while !self.signal.is_stopped() {
            // Counted before the look, so that what it misses ends the wait.
            let nudges = self.signal.nudges(task);
            match self.round(task).await {
                Ok(seen) => {
                    failures = 0;
                    if let Some(worker) = worker.as_ref().filter(|_| seen == 0) {
                        worker.found_nothing(nudges);
                    }
                    let again = seen > 0 && worker.is_some() && self.signal.is_waited_for();
                    if seen < self.pace.batch.max(1) && !again {
                        let sleep = self.timer.sleep(self.pace.idle);
                        let until = Until::Nudged(task, nudges);
                        self.signal.wait(until, sleep).await;
                    }
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    let pause = self.pause(number, failures);
                    self.tell(Round::Failed {
                        error: &error,
                        pause,
                    });
                    let sleep = self.timer.sleep(pause);
                    self.signal.wait(Until::Stopped, sleep).await;
                }
            }
            self.others_first().await;
        }
    }

    /// Takes and does one batch; how many it had.
    async fn round(&self, task: Task) -> Result<usize, ServiceError> {
        let batch = self.pace.batch.max(1);
        let handle = self.handle();
        let watch = Watch {
            timer: Some(&*self.timer),
            handle: Some(&handle),
        };
        match task {
            Task::Work => {
                let report = self.service.work_under(batch, watch).await?;
                self.tell(Round::Worked(&report));
                Ok(report.seen())
            }
            Task::Sweep => {
                let report = self.service.sweep_under(batch, watch).await?;
                self.tell(Round::Swept(&report));
                if report.changed > 0 {
                    self.signal.nudge(Task::Work);
                }
                Ok(report.seen)
            }
        }
    }

    fn tell(&self, round: Round<'_>) {
        if let Some(observer) = &self.observer {
            observer(round);
        }
    }

    /// How long a loop waits after so many failures in a row.
    fn pause(&self, number: usize, failures: u32) -> Duration {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let (first, longest) = (self.pace.first_pause, self.pace.longest_pause);
        let seed = self.service.settings.seed;
        Duration::from_millis(spread(
            millis(first),
            millis(longest),
            failures,
            (seed, number, failures),
        ))
    }

    /// Lets the other loops and the executor's other tasks have a turn: ports in memory answer at
    /// once, a timer may block instead of waiting, and then one loop would keep all others from theirs.
    async fn others_first(&self) {
        let mut begun = false;
        let turn = pin!(poll_fn(|context| {
            if begun {
                return Poll::Ready(());
            }
            begun = true;
            context.waker().wake_by_ref();
            Poll::Pending
        }));
        turn.await;
    }
}
