//! What follows from commands, done at once: one task works and sweeps for all requests.
//!
//! A request that changed something waits until the outbox is empty, so that its effects are visible
//! to the next request. What waits together is done in one go. Nobody else works or sweeps, so
//! nothing is leased that a request waits for.
//!
//! What fails waits for an instant of the service's clock. One that stands still never shows it, so
//! there the system's time counts: failed work is freed once so much of it has gone by as it would have
//! waited, within bounds.

use core::future::Future;
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::vec::Vec;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::port::{Lease, OutboxPart, RequestId, StoreError};
use crate::server::log::Log;
use crate::service::{Service, ServiceError, SweepReport, WorkReport};

/// Work that goes on at the same time.
const WORKERS: usize = 4;
/// Rows that are taken at once.
const ROWS: usize = 8;
/// Instances that are looked at in one go.
const INSTANCES: usize = 32;
/// Rows that are looked through at a time for what waits.
const PAGE: usize = 100;

/// What goes by the system's time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How often what is due by itself is looked for.
    pub(crate) tick: Duration,
    /// Whether the service's clock stands still, so that what waits for it is freed by the system's.
    pub(crate) frees: bool,
    /// How long failed work waits then at first; twice as long after each further failure.
    pub(crate) first: Duration,
    /// The longest such wait.
    pub(crate) longest: Duration,
}

impl Pace {
    /// For a clock of the service that stands still, or for one that goes by itself.
    pub(crate) const fn new(stands_still: bool) -> Self {
        Self {
            tick: Duration::from_secs(1),
            frees: stands_still,
            first: Duration::from_secs(1),
            longest: Duration::from_mins(1),
        }
    }

    fn wait(self, failures: u32) -> Duration {
        let factor = 1_u32.checked_shl(failures.saturating_sub(1));
        let wait = self.first.saturating_mul(factor.unwrap_or(u32::MAX));
        wait.min(self.longest)
    }
}

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
    /// Begins the task. It hands back first what a process had leased when it was killed. If that
    /// process still runs, such work is done twice, under the same id.
    pub(crate) fn start(service: Service, log: Log, pace: Pace) -> (Self, JoinHandle<()>) {
        let (tickets, asked) = mpsc::unbounded_channel();
        let task = Task { service, log, pace };
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
    pace: Pace,
}

/// What waits for the service's clock, and since when by the system's: for each row after how many
/// attempts, and the instances that could not be looked at.
#[derive(Default)]
struct Waits {
    rows: BTreeMap<RequestId, (u32, Instant)>,
    sweep: Option<(u32, Instant)>,
}

impl Waits {
    /// Takes note of a sweep: whether all that was claimed was done.
    fn swept(&mut self, all: bool) {
        let before = self.sweep.map_or(0, |(failures, _)| failures);
        self.sweep = (!all).then(|| (before.saturating_add(1), Instant::now()));
    }
}

impl Task {
    async fn run(self, mut asked: mpsc::UnboundedReceiver<Ticket>) {
        let task = Arc::new(self);
        let mut tick = interval(task.pace.tick);
        tick.reset();
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut waits, mut frees) = (Waits::default(), false);
        task.tell_freed(task.free(None).await);
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
                    _ = tick.tick() => {
                        is_due = true;
                        frees = task.pace.frees;
                    }
                }
            }
            while let Ok(ticket) = asked.try_recv() {
                sort(ticket, &mut is_due);
            }
            // Nothing is under way here: what is leased now was left by an attempt that failed or died.
            if core::mem::take(&mut frees) {
                task.tell_freed(task.free(Some(&mut waits)).await);
            }
            Self::drain(&task).await;
            for done in drains {
                let _ = done.send(());
            }
            // A batch at a time, so that those who wait for the outbox need not wait for a long sweep.
            if !is_due || stopped {
                continue;
            }
            let swept = Self::apart(&task, |task| async move { task.sweep().await }).await;
            waits.swept(swept.all);
            if !swept.more {
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

    /// Frees what is leased or waits for a later instant of the service's clock: what has waited long
    /// enough by the system's time, or without `waits` everything.
    async fn free(&self, mut waits: Option<&mut Waits>) -> Result<(), StoreError> {
        let store = &self.service.ports().store;
        let now = self.service.ports().clock.now();
        let (mut after, mut seen) = (None, BTreeMap::new());
        loop {
            let rows = match store.outbox(OutboxPart::Waiting, after, PAGE).await {
                // The worker lays it aside when it comes to it.
                Err(StoreError::Corrupt(_)) => break,
                rows => rows?,
            };
            let Some(last) = rows.last() else { break };
            after = Some(last.position);
            for row in rows.iter().filter(|row| row.not_before > now) {
                let since = waits.as_ref().and_then(|waits| waits.rows.get(&row.id));
                let since = since.filter(|(attempts, _)| *attempts == row.attempts);
                let since = since.map_or_else(Instant::now, |(_, since)| *since);
                let waited = since.elapsed() >= self.pace.wait(row.attempts);
                if waits.is_none() || waited {
                    store.postpone(row.id, row.claim, now).await?;
                } else {
                    seen.insert(row.id, (row.attempts, since));
                }
            }
        }
        let looked_at = match &mut waits {
            None => false,
            Some(waits) => {
                waits.rows = seen;
                let over =
                    |(failures, since): (u32, Instant)| since.elapsed() >= self.pace.wait(failures);
                !waits.sweep.is_some_and(over)
            }
        };
        if !looked_at {
            self.free_instances().await?;
        }
        Ok(())
    }

    /// Makes the claims on instances that are due void, by claims that end at once.
    async fn free_instances(&self) -> Result<(), StoreError> {
        let now = self.service.ports().clock.now();
        let claim = Lease {
            now,
            until: now,
            horizon: now,
            limit: PAGE,
        };
        self.service.ports().store.due(claim).await?;
        Ok(())
    }

    fn tell_freed(&self, freed: Result<(), StoreError>) {
        if let Err(error) = freed {
            let error = ServiceError::from(error);
            self.log
                .line(format_args!("level=warn what=free error={}", error.word()));
        }
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

    async fn sweep(&self) -> Swept {
        match self.service.sweep(INSTANCES).await {
            Ok(report) => {
                self.tell_sweep(&report);
                let away = report.failed.iter().any(|(_, error)| is_of_store(error));
                Swept {
                    more: report.seen >= INSTANCES && !away,
                    all: report.failed.is_empty() && report.left == 0,
                }
            }
            Err(error) => {
                self.log
                    .line(format_args!("level=warn what=sweep error={}", error.word()));
                Swept::default()
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

/// What came of a sweep.
#[derive(Clone, Copy, Default)]
struct Swept {
    /// Whether there may be more.
    more: bool,
    /// Whether all that was claimed was done.
    all: bool,
}

/// Whether further calls would meet with the same.
fn is_of_store(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Store(own) if own.is_of_the_store())
}

#[cfg(test)]
mod tests {
    use core::num::NonZeroU32;
    use core::sync::atomic::{AtomicU32, Ordering};
    use std::boxed::Box;
    use std::io;

    use super::*;
    use crate::adapter::{ManualClock, MemoryKeyVault, MemoryStore, Recorder, SeededIds};
    use crate::model::{
        AccountId, Applicant, Catalog, Channel, Curve, KeyKind, OrderId, Payment, Site, Submission,
        Timestamp, ValidationMethod,
    };
    use crate::port::{
        BoxFuture, CaAnswer, CaError, CertificateAuthority, IssuanceRequest, RevocationOrder,
    };
    use crate::rulebook::Rulebook;
    use crate::service::{EditionPolicy, Ports, Rules};

    /// It is away for the first so many submissions, and then tells of one.
    struct Moody {
        away: AtomicU32,
        submitted: mpsc::UnboundedSender<OrderId>,
    }

    impl CertificateAuthority for Moody {
        fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
            let left = self.away.load(Ordering::Relaxed);
            let answer = if left > 0 {
                self.away.store(left.saturating_sub(1), Ordering::Relaxed);
                Err(CaError::unavailable("away"))
            } else {
                self.submitted.send(request.order).unwrap();
                Ok(())
            };
            Box::pin(core::future::ready(answer))
        }

        fn poll(&self, order: OrderId, _: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
            Box::pin(core::future::ready(Err(CaError::UnknownOrder(order))))
        }

        fn cancel(&self, _: RequestId, _: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
            Box::pin(core::future::ready(Ok(())))
        }

        fn revoke(&self, _: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
            Box::pin(core::future::ready(Ok(())))
        }
    }

    const QUICK: Pace = Pace {
        tick: Duration::from_millis(1),
        frees: true,
        first: Duration::from_millis(1),
        longest: Duration::from_millis(4),
    };

    async fn applied(away: u32) -> (Service, OrderId, mpsc::UnboundedReceiver<OrderId>) {
        let (submitted, told) = mpsc::unbounded_channel();
        let recorder = Arc::new(Recorder::new());
        let ports = Ports {
            store: Arc::new(MemoryStore::new()),
            ca: Arc::new(Moody {
                away: AtomicU32::new(away),
                submitted,
            }),
            vault: Arc::new(MemoryKeyVault::new()),
            payments: recorder.clone(),
            notifier: recorder.clone(),
            deployer: recorder,
            clock: Arc::new(ManualClock::new("2026-03-20T01:00:00Z".parse().unwrap())),
            ids: Arc::new(SeededIds::new(1)),
        };
        let policy = EditionPolicy::AsOf {
            site: Site::Intl,
            channel: Channel::Api,
        };
        let service = Service::new(ports, Rules::new(Rulebook::published(), policy));
        let product = Catalog::published().get("geotrust-dv-1-starter").unwrap();
        let account = AccountId::new("tom").unwrap();
        let bought = service.buy_plan(account, product, NonZeroU32::MIN, Payment::NONE);
        bought.await.unwrap();
        let applicant = Applicant::new("Tom", "13900000000", "tom@example.com").unwrap();
        let submission = Submission::request(
            "www.example.com".parse().unwrap(),
            applicant,
            ValidationMethod::Dns,
            KeyKind::Ec(Curve::P256),
        );
        let submitted = service.submit(account, product.code, submission);
        let (order, _) = submitted.await.unwrap();
        (service, order, told)
    }

    #[tokio::test]
    async fn what_failed_is_tried_again_though_the_services_clock_stands_still() {
        let (service, order, mut told) = applied(3).await;
        let log = Log::to(io::sink()).unwrap();
        let (pump, ended) = Pump::start(service, log, QUICK);
        let submitted = tokio::time::timeout(Duration::from_mins(1), told.recv());
        assert_eq!(submitted.await, Ok(Some(order)));
        pump.stop().await;
        ended.await.unwrap();
    }

    #[tokio::test]
    async fn what_a_dead_process_had_leased_is_free_at_once() {
        let (service, order, mut told) = applied(0).await;
        let now = service.ports().clock.now();
        let lease = Lease {
            now,
            until: now.saturating_add(60),
            horizon: now.saturating_add(3_600),
            limit: 10,
        };
        let taken = service.ports().store.lease(lease).await.unwrap();
        assert!(!taken.is_empty());
        let log = Log::to(io::sink()).unwrap();
        let slow = Pace {
            frees: false,
            ..QUICK
        };
        let (pump, ended) = Pump::start(service, log, slow);
        pump.drain().await;
        assert_eq!(told.try_recv(), Ok(order));
        pump.stop().await;
        ended.await.unwrap();
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits: Vec<u64> = (1..9)
            .map(|failures| Pace::new(true).wait(failures).as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(Pace::new(true).wait(99).as_secs(), 60);
    }
}
