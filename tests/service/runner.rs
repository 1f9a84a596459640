//! The runner, driven by hand: it is polled only when something woke it, and its pauses end when the
//! test says so.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use cert_lifecycle::adapter::SeededIds;
use cert_lifecycle::model::{OrderId, Status, Timestamp};
use cert_lifecycle::port::{
    BoxFuture, CaAnswer, CaError, CertificateAuthority, IssuanceRequest, OutboxPart, OutboxRow,
    RequestId, RevocationOrder, Store, StoreError, Timer,
};
use cert_lifecycle::service::{Pace, Ports, Round, Runner, RunnerHandle, Service, Settings};

use super::parts::{Asked, Fault};
use super::world::{API_2021, DV, P256, World, request, wait};

const STORE_DOWN: StoreError = StoreError::Unavailable(None);

/// Pauses that end when they are told to.
#[derive(Default)]
struct ManualTimer {
    asked: Mutex<Vec<Duration>>,
    waiting: Mutex<Vec<Arc<Sleep>>>,
}

#[derive(Default)]
struct Sleep {
    over: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

/// A pause as its owner holds it.
struct Sleeping(Arc<Sleep>);

impl Future for Sleeping {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        *self.0.waker.lock().unwrap() = Some(context.waker().clone());
        if self.0.over.load(Ordering::SeqCst) {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

impl Timer for ManualTimer {
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        let sleep = Arc::<Sleep>::default();
        self.asked.lock().unwrap().push(pause);
        self.waiting.lock().unwrap().push(Arc::clone(&sleep));
        Box::pin(Sleeping(sleep))
    }
}

impl ManualTimer {
    /// The pauses that began since it was asked last.
    fn asked(&self) -> Vec<Duration> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// Ends every pause.
    fn ring(&self) {
        for sleep in std::mem::take(&mut *self.waiting.lock().unwrap()) {
            sleep.over.store(true, Ordering::SeqCst);
            if let Some(waker) = sleep.waker.lock().unwrap().take() {
                waker.wake();
            }
        }
    }
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A future that is polled as an executor would: only after it was woken.
struct Driven {
    future: Pin<Box<dyn Future<Output = ()> + Send>>,
    woken: Arc<Flag>,
}

impl Driven {
    fn new(future: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            future: Box::pin(future),
            woken: Arc::new(Flag(AtomicBool::new(true))),
        }
    }

    /// Goes on until it waits; whether it is over.
    fn go(&mut self) -> bool {
        let waker = Waker::from(Arc::clone(&self.woken));
        while self.woken.0.swap(false, Ordering::SeqCst) {
            let mut context = Context::from_waker(&waker);
            if self.future.as_mut().poll(&mut context).is_ready() {
                return true;
            }
        }
        false
    }
}

/// A CA that takes its time: it has an order once the gate was opened for it.
struct SlowCa {
    inner: Arc<dyn CertificateAuthority>,
    open: AtomicUsize,
    at_the_gate: Mutex<Option<Waker>>,
    asked: AtomicUsize,
    polls_wait: AtomicBool,
}

impl SlowCa {
    /// From now on it takes its time when it is asked about an order, too.
    fn polls_wait(&self) {
        self.polls_wait.store(true, Ordering::SeqCst);
    }

    fn open(&self, orders: usize) {
        self.open.fetch_add(orders, Ordering::SeqCst);
        if let Some(waker) = self.at_the_gate.lock().unwrap().take() {
            waker.wake();
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn gate(&self) {
        std::future::poll_fn(|context| {
            *self.at_the_gate.lock().unwrap() = Some(context.waker().clone());
            let passed = (self.open).fetch_update(Ordering::SeqCst, Ordering::SeqCst, |open| {
                open.checked_sub(1)
            });
            if passed.is_ok() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

impl CertificateAuthority for SlowCa {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.gate().await;
            self.inner.submit(request).await
        })
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        Box::pin(async move {
            if self.polls_wait.load(Ordering::SeqCst) {
                self.gate().await;
            }
            self.inner.poll(order, now).await
        })
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        self.inner.cancel(request, order)
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        self.inner.revoke(request)
    }
}

/// A world with orders that wait for the worker.
fn world(orders: u32) -> World {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    world.buy(DV, orders.max(1) + 1);
    for _ in 0..orders {
        world.order(DV, request(P256));
    }
    world
}

/// The service of a world, as it is by default.
fn service(world: &World) -> Service {
    (world.service.clone()).with_settings(Settings::default())
}

fn slow(world: &World) -> (Service, Arc<SlowCa>) {
    let ca = Arc::new(SlowCa {
        inner: world.ca.clone(),
        open: AtomicUsize::new(0),
        at_the_gate: Mutex::default(),
        asked: AtomicUsize::new(0),
        polls_wait: AtomicBool::default(),
    });
    let ports = Ports {
        ca: ca.clone(),
        ..world.service.ports().clone()
    };
    let rules = world.service.rules().clone();
    (Service::new(ports, rules), ca)
}

fn pace(workers: usize, sweepers: usize, batch: usize) -> Pace {
    let mut pace = Pace::default();
    (pace.workers, pace.sweepers, pace.batch) = (workers, sweepers, batch);
    pace
}

fn waiting(world: &World) -> Vec<OutboxRow> {
    wait(world.store.inner.outbox(OutboxPart::Waiting, None, 99)).unwrap()
}

/// What a runner told, a word for each round.
type Told = Arc<Mutex<Vec<String>>>;

fn told(told: &Told) -> Vec<String> {
    std::mem::take(&mut told.lock().unwrap())
}

struct Stage {
    timer: Arc<ManualTimer>,
    rounds: Told,
    runner: Runner,
}

fn stage(service: Service, pace: Pace) -> Stage {
    let (timer, rounds) = (Arc::<ManualTimer>::default(), Told::default());
    let tells = Arc::clone(&rounds);
    let runner = Runner::new(service, timer.clone())
        .with_pace(pace)
        .observed(move |round| {
            let word = match round {
                Round::Worked(report) => format!("worked {}", report.seen()),
                Round::Swept(report) => format!("swept {}", report.seen),
                Round::Failed { error, .. } => format!("failed: {error}"),
                other => panic!("{other:?}"),
            };
            tells.lock().unwrap().push(word);
        });
    Stage {
        timer,
        rounds,
        runner,
    }
}

#[test]
fn a_stop_finishes_what_is_under_way_and_hands_the_rest_back() {
    for batch in [1, 2] {
        let world = world(3);
        let (service, ca) = slow(&world);
        let Stage { runner, timer, .. } = stage(service, pace(1, 0, batch));
        let handle = runner.handle();
        let mut run = Driven::new(runner.run());
        assert!(!run.go());
        assert_eq!(ca.asked(), 1);
        handle.stop();
        assert!(!run.go(), "a row is in flight");
        assert_eq!(waiting(&world).len(), 3);

        ca.open(9);
        assert!(run.go());
        assert_eq!(ca.asked(), 1);
        // Others need not wait for the end of a lease.
        assert_eq!(waiting(&world).len(), 2);
        assert_eq!(wait(world.service.work(9)).unwrap().done, 2);
        let limit = Duration::from_secs(Settings::default().answer_limit.into());
        assert_eq!(timer.asked()[..2], [limit, Pace::default().grace]);
    }
}

#[test]
fn a_stop_of_the_sweeper_hands_the_rest_back() {
    let world = world(3);
    world.work();
    world.clock.advance(3_600);
    let (service, ca) = slow(&world);
    let Stage { runner, rounds, .. } = stage(service, pace(0, 1, 3));
    let handle = runner.handle();
    ca.polls_wait();
    let mut run = Driven::new(runner.run());
    assert!(!run.go());
    handle.stop();
    ca.open(9);
    assert!(run.go());
    assert_eq!(told(&rounds), ["swept 1"]);
    assert_eq!(wait(world.service.sweep(9)).unwrap().seen, 2);
}

/// A CA that never answers costs its row a delay, and holds nothing else up.
#[test]
fn a_port_that_never_answers_is_given_up_and_asked_again() {
    let world = world(2);
    let (service, ca) = slow(&world);
    let limit = Duration::from_secs(service.settings().answer_limit.into());
    let Stage {
        runner,
        rounds,
        timer,
    } = stage(service, pace(1, 0, 4));
    let handle = runner.handle();
    let mut run = Driven::new(runner.run());
    for row in 1..=2 {
        assert!(!run.go());
        assert_eq!((ca.asked(), timer.asked()), (row, vec![limit]));
        timer.ring();
    }
    assert!(!run.go());
    assert_eq!(told(&rounds), ["worked 2"]);
    let rows = waiting(&world);
    assert!(rows.iter().all(|row| row.attempts == 1), "{rows:?}");
    ca.open(9);
    world.clock.advance(2);
    handle.wake();
    assert!(!run.go());
    assert_eq!(told(&rounds), ["worked 2"]);
    assert_eq!(waiting(&world), []);
}

/// The same for an order that it is asked about: what else is due of it is done.
#[test]
fn an_order_about_which_the_ca_says_nothing_is_looked_at_again() {
    let world = world(1);
    world.work();
    world.clock.advance(3_600);
    let (service, ca) = slow(&world);
    ca.polls_wait();
    let Stage {
        runner,
        rounds,
        timer,
    } = stage(service, pace(0, 1, 4));
    let mut run = Driven::new(runner.run());
    assert!(!run.go());
    timer.ring();
    assert!(!run.go());
    assert_eq!(told(&rounds), ["swept 1"]);
    // The claim is over: it is due after the pause of its kind, not after the lease.
    assert_eq!(wait(world.service.sweep(9)).unwrap().seen, 0);
    world.clock.advance(3_600);
    assert_eq!(wait(world.service.sweep(9)).unwrap().seen, 1);
}

/// Without a limit for answers, a stop has one.
#[test]
fn a_stop_gives_up_what_does_not_end() {
    let world = world(2);
    let (service, ca) = slow(&world);
    let mut settings = Settings::default();
    settings.answer_limit = 0;
    let Stage { runner, timer, .. } = stage(service.with_settings(settings), pace(1, 1, 2));
    let handle = runner.handle();
    let mut run = Driven::new(runner.run());
    assert!(!run.go());
    assert_eq!(ca.asked(), 1);
    timer.asked();
    handle.stop();
    assert!(!run.go());
    assert_eq!(timer.asked(), [Pace::default().grace]);
    timer.ring();
    assert!(run.go());
    // The lease brings it back.
    assert_eq!(waiting(&world).len(), 2);
    world.clock.advance(60);
    assert_eq!(wait(world.service.work(9)).unwrap().done, 2);
}

#[test]
fn a_stop_ends_every_wait_and_whatever_begins_later() {
    let world = world(0);
    let Stage {
        runner,
        rounds,
        timer,
    } = stage(service(&world), pace(2, 1, 4));
    let (handle, late) = (runner.handle(), runner.clone());
    let server = handle.clone();
    let mut server = Driven::new(async move { server.stopped().await });
    let mut run = Driven::new(runner.run());
    assert!(!run.go() && !server.go() && !handle.is_stopped());
    assert_eq!(timer.asked(), [Pace::default().idle; 3]);
    handle.stop();
    assert!(run.go() && server.go() && handle.is_stopped());
    told(&rounds);
    // Sticky: a runner that was not begun yet takes nothing.
    assert!(Driven::new(late.run()).go());
    assert_eq!(told(&rounds), [""; 0]);
}

#[test]
fn full_batches_follow_at_once_and_an_idle_runner_waits() {
    let world = world(5);
    let Stage {
        runner,
        rounds,
        timer,
    } = stage(service(&world), pace(1, 0, 2));
    let mut run = Driven::new(runner.run());
    assert!(!run.go());
    assert_eq!(told(&rounds), ["worked 2", "worked 2", "worked 1"]);
    assert_eq!(timer.asked(), [Pace::default().idle]);
    // Nothing happens until the pause is over, and then one look.
    assert!(!run.go());
    assert_eq!(told(&rounds), [""; 0]);
    timer.ring();
    assert!(!run.go());
    assert_eq!(told(&rounds), ["worked 0"]);
    assert_eq!(timer.asked(), [Pace::default().idle]);
}

/// Ports in memory answer at once; a long outbox must not keep the sweeper waiting.
#[test]
fn full_batches_leave_the_others_their_turn() {
    let world = world(3);
    let Stage { runner, rounds, .. } = stage(service(&world), pace(1, 1, 1));
    assert!(!Driven::new(runner.run()).go());
    let rounds = told(&rounds);
    assert_eq!(rounds[..2], ["worked 1", "swept 0"], "{rounds:?}");
}

#[test]
fn a_store_that_is_away_is_asked_again_after_bounded_pauses() {
    let world = world(1);
    let mut pace = pace(1, 0, 4);
    pace.longest_pause = Duration::from_secs(3);
    let Stage {
        runner,
        rounds,
        timer,
    } = stage(service(&world), pace);
    let handle = runner.handle();
    for _ in 0..40 {
        world.store.outbox.add(Fault::Before(STORE_DOWN));
    }
    let mut run = Driven::new(runner.run());
    for full in [500, 1_000, 2_000, 3_000].into_iter().chain([3_000; 36]) {
        assert!(!run.go());
        assert_eq!(told(&rounds), ["failed: the store is unavailable"]);
        let full = Duration::from_millis(full);
        let pauses = timer.asked();
        let fits = matches!(pauses[..], [pause] if pause >= full / 2 && pause <= full);
        assert!(fits, "{pauses:?} for {full:?}");
        // Commands go on and wake it: the pause stays.
        handle.wake();
        assert!(!run.go());
        assert_eq!(told(&rounds), [""; 0]);
        timer.ring();
    }
    assert!(!run.go());
    assert_eq!(told(&rounds), ["worked 1"]);
    assert_eq!(timer.asked(), [Pace::default().idle]);

    // Once it was there, the pauses begin anew; a stop ends them.
    world.store.outbox.add(Fault::Before(STORE_DOWN));
    timer.ring();
    assert!(!run.go());
    let pauses = timer.asked();
    assert!(matches!(pauses[..], [pause] if pause <= Duration::from_millis(500)));
    handle.stop();
    assert!(run.go());
}

#[test]
fn a_wake_ends_the_pause() {
    let world = world(0);
    let Stage {
        runner,
        rounds,
        timer,
    } = stage(service(&world), pace(1, 1, 4));
    let handle = runner.handle();
    let mut run = Driven::new(runner.run());
    assert!(!run.go());
    assert_eq!(told(&rounds), ["worked 0", "swept 0"]);
    world.order(DV, request(P256));
    assert!(!run.go());
    assert_eq!(told(&rounds), [""; 0]);
    handle.wake();
    assert!(!run.go());
    assert_eq!(told(&rounds), ["worked 1", "swept 0"]);
    assert_eq!(timer.asked().len(), 4);
}

#[test]
fn who_settles_waits_until_every_worker_found_nothing() {
    let world = world(1);
    let (service, ca) = slow(&world);
    let Stage { runner, timer, .. } = stage(service, pace(2, 1, 4));
    let handle = runner.handle();
    let settled = || {
        let handle = handle.clone();
        Driven::new(async move { handle.settled().await })
    };
    // Nobody works yet.
    let mut early = settled();
    assert!(!early.go());
    let mut run = Driven::new(runner.run());
    assert!(!run.go());
    assert!(!early.go());
    // One of the two is at the gate.
    assert_eq!(ca.asked(), 1);
    world.order(DV, request(P256));
    let mut late = settled();
    assert!(!late.go());
    assert!(!run.go());
    assert!(!early.go() && !late.go());
    // No pause is over, and none needs to be.
    ca.open(9);
    assert!(!run.go());
    assert!(!run.go());
    assert!(early.go() && late.go());
    assert_eq!(waiting(&world), []);
    drop(timer);
    let mut ended = settled();
    handle.stop();
    assert!(ended.go());
}

#[test]
fn a_wake_in_the_middle_of_a_round_is_not_lost() {
    let world = world(1);
    let (service, ca) = slow(&world);
    let Stage {
        runner,
        rounds,
        timer,
    } = stage(service, pace(1, 0, 4));
    let handle = runner.handle();
    let mut run = Driven::new(runner.run());
    assert!(!run.go());
    // The round that is under way has its rows already.
    world.order(DV, request(P256));
    handle.wake();
    assert!(!run.go());
    ca.open(9);
    assert!(!run.go());
    assert_eq!(told(&rounds), ["worked 1", "worked 1", "worked 0"][..2]);
    // Between the two rounds was a wait that ended at once, without the timer's help; the first pause
    // was for the CA's answer.
    assert_eq!(timer.asked().len(), 3);
}

#[test]
fn what_a_sweep_changed_the_worker_carries_on() {
    let world = world(1);
    world.work();
    let Stage { runner, rounds, .. } = stage(service(&world), pace(1, 1, 4));
    let handle = runner.handle();
    let mut run = Driven::new(runner.run());
    let order = waiting_order(&world);
    for _ in 0..2 {
        world.clock.advance(3_600);
        handle.wake();
        assert!(!run.go());
        if let Some(challenge) =
            (world.instance(order).application()).and_then(|own| own.challenge())
        {
            world.zone.publish(challenge);
        }
    }
    told(&rounds);
    world.clock.advance(3_600);
    handle.wake();
    assert!(!run.go());
    assert_eq!(world.status(order), Status::Issued);
    // The holder is told of it in the round that the sweep brought about.
    let rounds = told(&rounds);
    assert!(rounds.contains(&"worked 1".to_owned()), "{rounds:?}");
    assert_eq!(waiting(&world), []);
}

fn waiting_order(world: &World) -> OrderId {
    let listed = wait(world.service.list(
        world.account,
        cert_lifecycle::port::Filter::default(),
        None,
        9,
    ));
    listed.unwrap()[0].listed.entry.order
}

/// A slow CA holds up its own loop only.
#[test]
fn several_workers_are_in_flight_at_once() {
    let world = world(3);
    let (service, ca) = slow(&world);
    let Stage { runner, .. } = stage(service, pace(3, 0, 1));
    let handle = runner.handle();
    let mut run = Driven::new(runner.run());
    assert!(!run.go());
    assert_eq!(ca.asked(), 3);
    handle.stop();
    // The gate remembers one waker; all of them are the runner's.
    ca.open(3);
    assert!(run.go());
    assert_eq!(waiting(&world), []);
}

/// Pauses that let other threads go first; after very many of them something is wrong, and the runner
/// is stopped.
struct Yields {
    left: AtomicUsize,
    give_up: Mutex<Option<Box<dyn Fn() + Send + Sync>>>,
}

impl Timer for Yields {
    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {
            thread::yield_now();
            if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
                self.give_up.lock().unwrap().take().unwrap()();
            }
        })
    }
}

/// A CA at which two runners must meet before either goes on.
struct MeetingCa {
    inner: SlowCa,
    first: AtomicUsize,
    meeting: Barrier,
    asked: Mutex<Vec<RequestId>>,
}

impl CertificateAuthority for MeetingCa {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(request.request);
            if self.first.fetch_add(1, Ordering::SeqCst) < 2 {
                self.meeting.wait();
            }
            self.inner.inner.submit(request).await
        })
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        self.inner.poll(order, now)
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        self.inner.cancel(request, order)
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        self.inner.revoke(request)
    }
}

#[test]
fn two_runners_over_one_store_do_everything_once() {
    let orders = 40;
    let world = world(orders);
    let ca = Arc::new(MeetingCa {
        inner: SlowCa {
            inner: world.ca.clone(),
            open: AtomicUsize::new(0),
            at_the_gate: Mutex::default(),
            asked: AtomicUsize::new(0),
            polls_wait: AtomicBool::default(),
        },
        first: AtomicUsize::new(0),
        meeting: Barrier::new(2),
        asked: Mutex::default(),
    });
    let done = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let timer = Arc::new(Yields {
        left: AtomicUsize::new(1_000_000),
        give_up: Mutex::default(),
    });
    let mut handles = Vec::new();
    let runners = [0, 1].map(|number| {
        // Two processes: nothing in common but the store and what lies behind the ports.
        let ports = Ports {
            ca: ca.clone(),
            ids: Arc::new(SeededIds::new(10 + number as u64)),
            ..world.service.ports().clone()
        };
        let service = Service::new(ports, world.service.rules().clone());
        let counts = Arc::clone(&done);
        let runner = Runner::new(service, timer.clone())
            .with_pace(pace(1, 1, 1))
            .observed(move |round| {
                if let Round::Worked(report) = round {
                    assert!(report.failed.is_empty(), "{report:?}");
                    counts[number].fetch_add(report.done, Ordering::SeqCst);
                }
            });
        handles.push(runner.handle());
        runner
    });
    let all = handles.clone();
    *timer.give_up.lock().unwrap() =
        Some(Box::new(move || all.iter().for_each(RunnerHandle::stop)));
    thread::scope(|scope| {
        for runner in runners {
            scope.spawn(|| wait(runner.run()));
        }
        let sum = || {
            done.iter()
                .map(|one| one.load(Ordering::SeqCst))
                .sum::<usize>()
        };
        while sum() < orders as usize && !handles[0].is_stopped() {
            thread::yield_now();
        }
        for handle in &handles {
            handle.stop();
        }
    });
    let parts = [0, 1].map(|number| done[number].load(Ordering::SeqCst));
    assert_eq!(parts[0] + parts[1], orders as usize);
    assert!(parts.iter().all(|part| *part > 0), "{parts:?}");
    let asked = ca.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), orders as usize);
    assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len());
    let submitted = world.ca.asked();
    assert!(submitted.iter().all(|one| matches!(one, Asked::Submit(..))));
    assert_eq!(submitted.len(), orders as usize);
    assert_eq!(waiting(&world), []);
}

/// A CA whose client has a mistake in it.
struct PanickingCa(Arc<dyn CertificateAuthority>);

impl CertificateAuthority for PanickingCa {
    fn submit(&self, _: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async { panic!("a mistake") })
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        self.0.poll(order, now)
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        self.0.cancel(request, order)
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        self.0.revoke(request)
    }
}

#[test]
fn after_a_panic_of_a_port_the_row_comes_again() {
    let world = world(1);
    let ports = Ports {
        ca: Arc::new(PanickingCa(world.ca.clone())),
        ..world.service.ports().clone()
    };
    let broken = Service::new(ports, world.service.rules().clone());
    let Stage { runner, .. } = stage(broken, pace(1, 0, 4));
    let handle = runner.handle();
    let mut run = Driven::new(runner.run());
    assert!(catch_unwind(AssertUnwindSafe(|| run.go())).is_err());
    drop(run);
    assert_eq!(waiting(&world)[0].attempts, 1);

    // The handle and everything else goes on; the row is there when its lease is over.
    assert!(!handle.is_stopped());
    let Stage {
        runner,
        rounds,
        timer,
    } = stage(service(&world), pace(1, 0, 4));
    let mut run = Driven::new(runner.run());
    assert!(!run.go());
    assert_eq!(told(&rounds), ["worked 0"]);
    world.clock.advance(60);
    timer.ring();
    assert!(!run.go());
    assert_eq!(told(&rounds), ["worked 1"]);
    assert_eq!(waiting(&world), []);
}
