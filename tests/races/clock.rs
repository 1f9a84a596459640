//! Lives in which the clock is set an hour back or a year forward between any two steps.

use std::collections::BTreeMap;

use cert_lifecycle::adapter::local_ca::ReviewPolicy;
use cert_lifecycle::lifecycle::{Command, Effect};
use cert_lifecycle::model::{OrderId, PlanId};
use cert_lifecycle::port::{IdempotencyKey, Lease, OutboxPart};
use cert_lifecycle::service::Caller;

use super::folded::waits;
use super::laws;
use super::place::Place;
use super::stage::{DAY, REVOKE, Stage, product, refused, submission};

const HOUR: i64 = 3_600;
const YEAR: i64 = 365 * DAY;

/// A step of a life. What is refused because the clock says something else is refused.
#[derive(Clone, Debug)]
enum Step {
    BuyPlan,
    Submit,
    /// The same under the same key.
    SubmitAgain,
    Buy(u32),
    Apply(usize),
    Publish,
    Work,
    Sweep,
    /// A worker takes everything and dies.
    WorkerDies,
    SweeperDies,
    /// Time passes as it should.
    Pass(i64),
    On(usize, Command),
    OnPlan(Command),
}

use Step::{
    Apply, Buy, BuyPlan, On, OnPlan, Pass, Publish, Submit, SubmitAgain, Sweep, SweeperDies, Work,
    WorkerDies,
};

struct Life {
    edition: &'static str,
    start: &'static str,
    steps: Vec<Step>,
}

/// With a plan: issued and revoked, and another one withdrawn and deleted.
fn of_a_plan() -> Life {
    Life {
        edition: "2021-02-api",
        start: "2021-03-01T09:00:00+08:00",
        steps: vec![
            BuyPlan,
            Submit,
            SubmitAgain,
            WorkerDies,
            Work,
            SweeperDies,
            Sweep,
            Publish,
            Sweep,
            Sweep,
            Work,
            Submit,
            Work,
            On(1, Command::Withdraw),
            Work,
            On(1, Command::Delete),
            On(0, REVOKE),
            WorkerDies,
            Work,
            Sweep,
            Work,
            OnPlan(Command::ClaimRefund),
            Work,
        ],
    }
}

/// Bought on the console, revoked, claimed and paid back.
fn of_a_purchase() -> Life {
    Life {
        edition: "2020-12",
        start: "2020-12-10T09:00:00+08:00",
        steps: vec![
            Buy(1),
            Apply(0),
            Work,
            Sweep,
            Publish,
            Sweep,
            Sweep,
            WorkerDies,
            Work,
            On(0, REVOKE),
            Work,
            SweeperDies,
            Sweep,
            On(0, Command::ClaimRefund),
            On(0, Command::GrantRefund),
            WorkerDies,
            Work,
            On(0, Command::DeleteCertificate),
        ],
    }
}

/// Two years, of which the second is activated in the last days of the first.
fn of_two_years() -> Life {
    Life {
        edition: "2022-hosting",
        start: "2022-03-01T09:00:00+08:00",
        steps: vec![
            Buy(2),
            Apply(0),
            Work,
            Sweep,
            Publish,
            Sweep,
            Sweep,
            Work,
            Pass(345 * DAY),
            SweeperDies,
            Sweep,
            Sweep,
            WorkerDies,
            Work,
            Sweep,
            Publish,
            Sweep,
            Sweep,
            Work,
        ],
    }
}

/// Who lives, and what it has.
struct Living {
    stage: Stage,
    plan: Option<PlanId>,
    orders: Vec<OrderId>,
    keys: usize,
}

impl Living {
    async fn new(over: &Place, life: &Life) -> Self {
        Self {
            stage: Stage::new(over, life.edition, life.start, ReviewPolicy::Auto).await,
            plan: None,
            orders: Vec::new(),
            keys: 0,
        }
    }

    fn lease(&self) -> Lease {
        let (now, settings) = (self.stage.now(), self.stage.service.settings());
        Lease {
            now,
            until: now.saturating_add(settings.lease.into()),
            horizon: now
                .saturating_add(settings.longest_delay.into())
                .saturating_add(settings.clock_slack.into()),
            limit: 64,
        }
    }

    async fn submit(&mut self, again: bool) {
        let (stage, code) = (&self.stage, product().code);
        if !again {
            self.keys += 1;
        }
        let key = IdempotencyKey::new(&format!("key-{}", self.keys)).unwrap();
        let caller = Caller::once(stage.account, key);
        let call = stage.service.submit(caller, code, submission());
        if again {
            // Nothing is done, whatever the clock says meanwhile.
            let (order, _) = call.await.unwrap();
            assert_eq!(self.orders.last(), Some(&order), "L11");
        } else if let Ok((order, _)) = stage.told(call, |(_, receipt)| receipt).await {
            self.orders.push(order);
        }
    }

    async fn step(&mut self, step: &Step) {
        let stage = &self.stage;
        match step {
            BuyPlan => self.plan = Some(stage.plan(2).await),
            Submit => self.submit(false).await,
            SubmitAgain => self.submit(true).await,
            Buy(years) => self.orders = stage.buy(*years).await,
            Apply(at) => {
                let slot = self.orders[*at];
                let call = stage.service.apply(stage.account, slot, submission());
                if let Ok((order, _)) = stage.told(call, |(_, receipt)| receipt).await {
                    self.orders[*at] = order;
                }
            }
            Publish => {
                for order in &self.orders {
                    stage.publish(*order).await;
                }
            }
            Work => {
                stage.work().await;
            }
            Sweep => self.sweep().await,
            WorkerDies => {
                stage.store.lease(self.lease()).await.unwrap();
            }
            SweeperDies => {
                stage.store.due(self.lease()).await.unwrap();
            }
            Pass(seconds) => stage.clock.advance(*seconds),
            On(at, command) => {
                if let Some(order) = self.orders.get(*at) {
                    let _ = refused(&stage.execute(*order, command).await);
                }
            }
            OnPlan(command) => {
                let plan = self.plan.unwrap();
                let call = stage.service.execute_on_plan(stage.account, plan, command);
                let _ = refused(&stage.told(call, |receipt| receipt).await);
            }
        }
    }

    async fn sweep(&self) {
        let report = self.stage.service.sweep(64).await.unwrap();
        assert!(report.failed.is_empty(), "{report:?}");
    }

    /// After the longest delay that the settings know, and what clocks may differ by, nothing is leased
    /// any more, whatever the clock said when it was.
    async fn end(&self) {
        let stage = &self.stage;
        let settings = stage.service.settings();
        let longest = settings.longest_delay.saturating_add(settings.clock_slack);
        stage.clock.advance(longest.into());
        stage.work().await;
        let waiting = stage.store.outbox(OutboxPart::Waiting, None, 9);
        let waiting = waiting.await.unwrap();
        assert!(waiting.is_empty(), "still leased: {waiting:?}");
        stage.settle().await;
        // When to look again may have been said by a clock that was ahead; then somebody has to ask.
        // What follows in a chain comes after that.
        for _ in 0..4 {
            self.ask().await;
            stage.settle().await;
        }
        for order in &self.orders {
            let instance = stage.instance(*order).await;
            assert!(!waits(&instance), "still waiting: {instance:?}");
        }
        laws::hold(stage).await;
    }

    /// Asks the CA about what waits for it, until it has nothing more to say.
    async fn ask(&self) {
        let stage = &self.stage;
        for order in self.orders.iter().flat_map(|order| [order; 3]) {
            let instance = stage.instance(*order).await;
            if waits(&instance) {
                stage.publish(*order).await;
                // The one of its application now.
                stage.refresh(instance.order()).await.unwrap();
            }
        }
    }

    /// What came of it, in words.
    async fn outcome(&self) -> String {
        let mut words = Vec::new();
        for order in &self.orders {
            let described = self.stage.service.describe(self.stage.account, *order);
            let status = described.await.map(|found| found.status);
            words.push(status.map_or_else(|_| "gone".into(), |status| format!("{status:?}")));
        }
        let received = self.stage.outside.received();
        let paid = received
            .requests
            .values()
            .filter(|effect| matches!(effect, Effect::PayBack { .. } | Effect::PayPlanBack { .. }));
        format!("{}, paid back {} times", words.join(" "), paid.count())
    }
}

/// A life in which the clock jumps before these steps.
async fn live(over: &Place, life: &Life, jumps: &[(usize, i64)]) -> String {
    let mut living = Living::new(over, life).await;
    for (at, step) in life.steps.iter().enumerate() {
        // Long enough that what the dead have leased is free again.
        living.stage.clock.advance(61);
        for (_, seconds) in jumps.iter().filter(|(before, _)| *before == at) {
            living.stage.clock.advance(*seconds);
        }
        living.step(step).await;
    }
    living.end().await;
    living.outcome().await
}

/// The jumps of a life with so many steps: one, or one and back again at once; and where lives are
/// cheap, two wherever they may be.
fn jumps(steps: usize, pairs: bool) -> Vec<Vec<(usize, i64)>> {
    let mut all = Vec::new();
    for first in 1..steps {
        all.extend([vec![(first, -HOUR)], vec![(first, YEAR)]]);
        let end = if pairs { steps } else { steps.min(first + 2) };
        for second in first + 1..end {
            all.push(vec![(first, YEAR), (second, -YEAR)]);
            if pairs {
                all.push(vec![(first, -HOUR), (second, YEAR)]);
                all.push(vec![(first, YEAR), (second, -HOUR)]);
            }
        }
    }
    all
}

/// Tells who hears of a failure where the clock jumped.
struct Telling<'a>(&'a [(usize, i64)]);

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the clock jumped {:?}", self.0);
        }
    }
}

/// All of these lives.
pub(crate) async fn lives(over: &Place, pairs: bool) {
    let all = [
        (of_a_plan(), "Revoked gone, paid back 1 times"),
        (of_a_purchase(), "gone, paid back 1 times"),
        (
            of_two_years(),
            "PendingExpiration Issued, paid back 0 times",
        ),
    ];
    for (life, undisturbed) in all {
        assert_eq!(live(over, &life, &[]).await, undisturbed);
        let (mut runs, mut seen) = (0, BTreeMap::<_, usize>::new());
        for jumps in jumps(life.steps.len(), pairs) {
            let _telling = Telling(&jumps);
            let outcome = live(over, &life, &jumps).await;
            *seen.entry(outcome).or_default() += 1;
            runs += 1;
        }
        println!("{}: {runs} lives: {seen:#?}", life.edition);
        assert!(seen.len() > 1, "the clock makes no difference");
    }
}
