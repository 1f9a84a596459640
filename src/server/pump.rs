//! What follows from commands, done at once: one task works and sweeps for all requests.
//!
//! A request that changed something waits until the outbox is empty, so that its effects are visible
//! to the next request. What waits together is done in one go. Nobody else works or sweeps, so
//! nothing is leased that a request waits for.

use core::future::Future;
use core::time::Duration;
use std::sync::Arc;
use std::vec::Vec;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use crate::port::OutboxPart;
use crate::server::log::Log;
use crate::service::{Service, ServiceError, SweepReport, WorkReport};

/// Work that goes on at the same time.
const WORKERS: usize = 4;
/// Rows that are taken at once.
const ROWS: usize = 8;
/// Instances that are looked at in one go.
const INSTANCES: usize = 32;
/// How often what is due by itself is looked for.
const TICK: Duration = Duration::from_secs(1);

/// What is asked of it.
enum Asked {
    /// To empty the outbox.
    Drain,
    /// To do what is due, and then empty the outbox.
    Sweep,
    /// To end.
    Stop,
}

type Ticket = (Asked, oneshot::Sender<()>);

/// Reaches the task.
#[derive(Clone, Debug)]
pub(crate) struct Pump {
    tickets: mpsc::UnboundedSender<Ticket>,
}

impl Pump {
    /// Begins the task.
    pub(crate) fn start(service: Service, log: Log) -> (Self, JoinHandle<()>) {
        let (tickets, asked) = mpsc::unbounded_channel();
        let task = Task { service, log };
        (Self { tickets }, tokio::spawn(task.run(asked)))
    }

    async fn ask(&self, what: Asked) {
        let (done, wait) = oneshot::channel();
        // Once it has stopped, what is left waits in the store.
        if self.tickets.send((what, done)).is_ok() {
            let _ = wait.await;
        }
    }

    /// Returns when everything that was posted before is done, or waits for another attempt.
    pub(crate) async fn drain(&self) {
        self.ask(Asked::Drain).await;
    }

    /// Returns when everything that is due by now is done.
    pub(crate) async fn sweep(&self) {
        self.ask(Asked::Sweep).await;
    }

    /// Ends it when what is under way is done.
    pub(crate) async fn stop(&self) {
        self.ask(Asked::Stop).await;
    }
}

struct Task {
    service: Service,
    log: Log,
}

impl Task {
    async fn run(self, mut asked: mpsc::UnboundedReceiver<Ticket>) {
        let task = Arc::new(self);
        let mut tick = interval(TICK);
        tick.reset();
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut sweeps, mut is_due, mut stopped) = (Vec::new(), false, false);
        while !stopped {
            let mut drains = Vec::new();
            let mut sort = |(what, done): Ticket, is_due: &mut bool| match what {
                Asked::Drain => drains.push(done),
                Asked::Sweep => {
                    sweeps.push(done);
                    *is_due = true;
                }
                Asked::Stop => {
                    drains.push(done);
                    stopped = true;
                }
            };
            if !is_due {
                tokio::select! {
                    ticket = asked.recv() => match ticket {
                        Some(ticket) => sort(ticket, &mut is_due),
                        None => return,
                    },
                    _ = tick.tick() => is_due = true,
                }
            }
            while let Ok(ticket) = asked.try_recv() {
                sort(ticket, &mut is_due);
            }
            Self::drain(&task).await;
            for done in drains {
                let _ = done.send(());
            }
            // A batch at a time, so that those who wait for the outbox need not wait for a long sweep.
            if is_due
                && !stopped
                && !Self::apart(&task, |task| async move { task.sweep().await }).await
            {
                Self::drain(&task).await;
                is_due = false;
                for done in sweeps.drain(..) {
                    let _ = done.send(());
                }
            }
        }
    }

    /// What `what` answers, in a task of its own, so that a panic ends no more than that.
    async fn apart<T, F>(task: &Arc<Self>, what: impl FnOnce(Arc<Self>) -> F) -> T
    where
        T: Default + Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        match tokio::spawn(what(Arc::clone(task))).await {
            Ok(answer) => answer,
            Err(error) => {
                task.tell_end(&error);
                T::default()
            }
        }
    }

    fn tell_end(&self, error: &JoinError) {
        let panicked = error.is_panic();
        self.log
            .line(format_args!("level=error what=work panicked={panicked}"));
    }

    /// Works until nothing is left that may be done now.
    async fn drain(task: &Arc<Self>) {
        loop {
            if !task.has_work().await {
                return;
            }
            match Self::apart(task, |task| async move { task.work().await }).await {
                0 => return,
                ROWS.. => break,
                1..ROWS => {}
            }
        }
        // There is more than one takes at once.
        let mut workers = JoinSet::new();
        for _ in 0..WORKERS {
            let task = Arc::clone(task);
            workers.spawn(async move { while task.work().await > 0 {} });
        }
        while let Some(ended) = workers.join_next().await {
            if let Err(error) = ended {
                task.tell_end(&error);
            }
        }
    }

    /// Whether anything waits: to look costs less than to take, which is written down.
    async fn has_work(&self) -> bool {
        let store = &self.service.ports().store;
        let waiting = store.outbox(OutboxPart::Waiting, None, 1).await;
        // One that can't be read is laid aside by who takes it, and a store that is away is told of there.
        waiting.map_or(true, |rows| !rows.is_empty())
    }

    /// How many rows were carried out or failed; none if the store is away.
    async fn work(&self) -> usize {
        match self.service.work(ROWS).await {
            Ok(report) => {
                self.tell(&report);
                let away = report.failed.iter().any(|(_, error)| is_of_store(error));
                if away { 0 } else { report.seen() }
            }
            Err(error) => {
                self.log
                    .line(format_args!("level=warn what=work error={}", error.word()));
                0
            }
        }
    }

    /// Whether there may be more.
    async fn sweep(&self) -> bool {
        match self.service.sweep(INSTANCES).await {
            Ok(report) => {
                self.tell_sweep(&report);
                let away = report.failed.iter().any(|(_, error)| is_of_store(error));
                report.seen >= INSTANCES && !away
            }
            Err(error) => {
                self.log
                    .line(format_args!("level=warn what=sweep error={}", error.word()));
                false
            }
        }
    }

    fn tell(&self, report: &WorkReport) {
        let rows = [
            ("refused", &report.refused),
            ("failed", &report.failed),
            ("given_up", &report.given_up),
        ];
        for (end, rows) in rows {
            for (row, error) in rows {
                self.log.line(format_args!(
                    "level=warn what=work row={} account={} end={end} error={}",
                    row.id,
                    row.account,
                    error.word()
                ));
            }
        }
    }

    fn tell_sweep(&self, report: &SweepReport) {
        for (row, error) in &report.failed {
            self.log.line(format_args!(
                "level=warn what=sweep account={} order={} error={}",
                row.account,
                row.order,
                error.word()
            ));
        }
    }
}

/// Whether further calls would meet with the same.
fn is_of_store(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Store(own) if own.is_of_the_store())
}
