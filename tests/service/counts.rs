//! What the service counts, over a life that is known to the last command.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::PlanId;
use cert_lifecycle::port::{CaError, CommitError, Expectation, IdempotencyKey, StoreError};
use cert_lifecycle::service::{Caller, Settings, metrics as names};
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

use super::parts::Fault;
use super::world::{API_2021, DV, P256, World, product, refused, request, wait};

/// Sums by name and labels; of a histogram, how often each value came.
#[derive(Clone, Default)]
struct Sums {
    counted: Arc<Mutex<BTreeMap<String, u64>>>,
    described: Arc<Mutex<BTreeSet<String>>>,
}

struct Sum {
    of: String,
    sums: Sums,
}

impl Sum {
    fn of(sums: &Sums, key: &Key) -> Arc<Self> {
        let labels: Vec<_> = (key.labels())
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        Arc::new(Self {
            of: format!("{} {}", key.name(), labels.join(" "))
                .trim()
                .to_owned(),
            sums: sums.clone(),
        })
    }

    fn add(&self, of: String, count: u64) {
        *self.sums.counted.lock().unwrap().entry(of).or_default() += count;
    }
}

impl CounterFn for Sum {
    fn increment(&self, value: u64) {
        self.add(self.of.clone(), value);
    }

    fn absolute(&self, value: u64) {
        panic!("{} was set to {value}", self.of);
    }
}

impl HistogramFn for Sum {
    fn record(&self, value: f64) {
        self.add(format!("{} : {value}", self.of), 1);
    }
}

impl Recorder for Sums {
    fn describe_counter(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        let _ = self
            .described
            .lock()
            .unwrap()
            .insert(key.as_str().to_owned());
    }

    fn describe_gauge(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        panic!("a gauge: {key:?}");
    }

    fn describe_histogram(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        let _ = self
            .described
            .lock()
            .unwrap()
            .insert(key.as_str().to_owned());
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Sum::of(self, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        panic!("a gauge: {key:?}");
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Sum::of(self, key))
    }
}

/// Two orders: one is issued, the other withdrawn and deleted, with all that can go wrong once.
fn life(world: &World) {
    let away = || StoreError::Unavailable(None);
    let ca_away = || CaError::unavailable("maintenance");
    world.buy(DV, 2);
    let caller = Caller::once(world.account, IdempotencyKey::new("a-key").unwrap());
    let submit = || {
        wait(
            world
                .service
                .submit(caller, product(DV).code, request(P256)),
        )
    };
    let (order, _) = submit().unwrap();
    submit().unwrap();
    let other = world.order(DV, request(P256));
    assert_eq!(refused(world.submit(DV, request(P256))).0, "R-20");
    world.store.load.add(Fault::Before(away()));
    world.submit(DV, request(P256)).unwrap_err();

    // Two conflicts, then it goes through.
    for _ in 0..2 {
        let conflict = Expectation::Remaining(PlanId::new("p").unwrap(), 1);
        (world.store.commit).add(Fault::Before(CommitError::Conflict(conflict)));
    }
    world.execute(other, &Command::Withdraw).unwrap();
    world.execute(other, &Command::Delete).unwrap();

    // The submission of the first fails once; the second is cancelled, which is laid aside.
    world.ca.submit.add(Fault::Before(ca_away()));
    world.ca.cancel.add(Fault::Before(CaError::Refused(None)));
    wait(world.service.work(9)).unwrap();
    world.store.outbox.add(Fault::Before(away()));
    wait(world.service.work(9)).unwrap_err();
    wait(world.service.work(9)).unwrap();

    // It is issued by sweeps alone; one finds the CA away.
    let mut settings = Settings::default();
    settings.key_lifetime = 30;
    let sweeper = world.service.clone().with_settings(settings);
    let sweep = || {
        world.clock.advance(600);
        let report = wait(sweeper.sweep(9)).unwrap();
        if let Some(challenge) =
            (world.instance(order).application()).and_then(|own| own.challenge())
        {
            world.zone.publish(challenge);
        }
        (
            report.seen,
            report.changed,
            report.failed.len(),
            report.forgotten,
        )
    };
    world.ca.poll.add(Fault::Before(ca_away()));
    assert_eq!(sweep(), (1, 0, 1, 1));
    assert_eq!(sweep(), (1, 1, 0, 0));
    assert_eq!(sweep(), (1, 1, 0, 0));
    assert_eq!(sweep(), (1, 1, 0, 0));
    wait(world.service.export_key(world.account, order)).unwrap();
    wait(world.service.work(9)).unwrap();
}

#[test]
fn a_life_is_counted_to_the_last_command() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let sums = Sums::default();
    metrics::with_local_recorder(&sums, || {
        names::describe();
        life(&world);
    });
    let counted = sums.counted.lock().unwrap();
    let lines: Vec<_> = (counted.iter())
        .map(|(of, count)| {
            let short = of.strip_prefix("cert_lifecycle_").unwrap_or(of);
            format!("{short} {count}")
        })
        .collect();
    let expected = [
        "command_tries command=Approve : 1 1",
        "command_tries command=BuyPlan : 1 1",
        "command_tries command=Collect : 1 1",
        "command_tries command=ConfirmDomain : 1 1",
        "command_tries command=Delete : 1 1",
        "command_tries command=ReceiveChallenge : 1 2",
        "command_tries command=Submit : 1 5",
        "command_tries command=Withdraw : 3 1",
        "commands_total command=Approve outcome=committed 1",
        "commands_total command=BuyPlan outcome=committed 1",
        "commands_total command=Collect outcome=unchanged 1",
        "commands_total command=ConfirmDomain outcome=committed 1",
        "commands_total command=Delete outcome=committed 1",
        "commands_total command=ReceiveChallenge outcome=committed 1",
        "commands_total command=ReceiveChallenge outcome=unchanged 1",
        "commands_total command=Submit outcome=committed 2",
        "commands_total command=Submit outcome=refused 1",
        "commands_total command=Submit outcome=repeated 1",
        "commands_total command=Submit outcome=store 1",
        "commands_total command=Withdraw outcome=committed 1",
        "commit_conflicts_total command=Withdraw 2",
        "forgotten_records_total 1",
        "not_read_total task=work 1",
        "outbox_rows_total effect=CancelAtCa outcome=laid_aside 1",
        "outbox_rows_total effect=DestroyKey outcome=done 1",
        "outbox_rows_total effect=Notify outcome=done 1",
        "outbox_rows_total effect=RequestIssuance outcome=done 2",
        "outbox_rows_total effect=RequestIssuance outcome=failed 1",
        "sweep_changes_total 3",
        "swept_total outcome=done 3",
        "swept_total outcome=failed 1",
    ];
    assert_eq!(lines, expected, "{lines:#?}");

    // Every name is described, and no label is an id: ids have digits, words have none.
    let described = sums.described.lock().unwrap();
    let used: BTreeSet<String> = (counted.keys())
        .map(|of| of.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(*described, used);
    for of in counted.keys() {
        for label in of.split(' ').skip(1).take_while(|part| *part != ":") {
            let words = label
                .chars()
                .all(|c| c.is_ascii_alphabetic() || "=_".contains(c));
            assert!(words, "{of}");
        }
    }
}
