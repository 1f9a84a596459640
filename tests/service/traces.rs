//! What the service tells a subscriber that listens to everything: ids, words and numbers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, Once};

use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::{OrderId, PlanId, Status};
use cert_lifecycle::port::{CaError, CommitError, Expectation, IdempotencyKey, StoreError};
use cert_lifecycle::service::{Caller, ServiceError, Settings};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Subscriber};

use super::parts::Fault;
use super::world::{
    API_2021, DV, OV, P256, REVOKE, World, for_company, note, product, refused, request, wait,
};

/// A span or an event, as it was told.
#[derive(Clone, Debug, Default)]
struct Told {
    level: String,
    /// `span`, or what the event says.
    name: String,
    target: String,
    /// The spans around it, the outermost first.
    within: Vec<String>,
    fields: BTreeMap<String, String>,
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields
            .insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields
            .insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl Told {
    fn new(metadata: &Metadata<'_>, within: Vec<String>) -> Self {
        Self {
            level: metadata.level().to_string(),
            name: metadata.name().to_owned(),
            target: metadata.target().to_owned(),
            within,
            fields: BTreeMap::new(),
        }
    }

    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Level, what it is about, and what came of it.
    fn line(&self) -> String {
        let mut line = self.level.clone();
        for name in [
            "task", "command", "effect", "instance", "outcome", "error", "rule", "tries",
        ] {
            let value = self.field(name);
            if !value.is_empty() {
                write!(line, " {value}").unwrap();
            }
        }
        line
    }
}

#[derive(Default)]
struct Inner {
    spans: Vec<Told>,
    entered: Vec<usize>,
    events: Vec<Told>,
}

/// Who keeps all that is told in a thread, at every level.
#[derive(Clone, Default)]
struct Ears(Arc<Mutex<Inner>>);

thread_local! {
    static HERE: RefCell<Option<Ears>> = const { RefCell::new(None) };
}

/// Hands what is told in a thread to the ears in it, if there are any.
///
/// One for all threads, and in place before anything is told: where subscribers come and go while
/// other threads meet a place of the code for the first time, that place may stay silent for good.
struct Switchboard;

/// Every world does this first.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing::dispatcher::set_global_default(Dispatch::new(Switchboard)).unwrap());
}

impl Ears {
    fn listen<T>(&self, act: impl FnOnce() -> T) -> T {
        HERE.set(Some(self.clone()));
        let answer = act();
        HERE.set(None);
        answer
    }

    /// The events since it was asked last.
    fn lines(&self) -> Vec<String> {
        let events = std::mem::take(&mut self.0.lock().unwrap().events);
        events.iter().map(Told::line).collect()
    }
}

fn here() -> Option<Ears> {
    HERE.with_borrow(Clone::clone)
}

fn heard<T>(act: impl FnOnce(&mut Inner) -> T) -> T {
    act(&mut here()
        .expect("told where somebody listens")
        .0
        .lock()
        .unwrap())
}

fn index(span: &Id) -> usize {
    usize::try_from(span.into_u64()).unwrap() - 1
}

impl Subscriber for Switchboard {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        // Asked each time, since the answer goes by the thread.
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("cert_lifecycle") && here().is_some()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        heard(|inner| {
            let mut told = Told::new(span.metadata(), within(inner));
            span.record(&mut told);
            inner.spans.push(told);
            Id::from_u64(inner.spans.len() as u64)
        })
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        heard(|inner| values.record(&mut inner.spans[index(span)]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        heard(|inner| {
            let mut told = Told::new(event.metadata(), within(inner));
            event.record(&mut told);
            inner.events.push(told);
        });
    }

    fn enter(&self, span: &Id) {
        heard(|inner| inner.entered.push(index(span)));
    }

    fn exit(&self, span: &Id) {
        let left = heard(|inner| inner.entered.pop());
        assert_eq!(left, Some(index(span)));
    }
}

fn within(inner: &Inner) -> Vec<String> {
    let names = inner.entered.iter().map(|span| &inner.spans[*span].name);
    names.cloned().collect()
}

fn world() -> World {
    World::new(API_2021, "2021-03-01T09:00:00+08:00")
}

#[test]
fn every_course_has_its_level_and_its_outcome() {
    let (ears, world) = (Ears::default(), world());
    ears.listen(|| {
        world.buy(DV, 1);
        let key = |text| Caller::once(world.account, IdempotencyKey::new(text).unwrap());
        let submit = |key| wait(world.service.submit(key, product(DV).code, request(P256)));
        let (order, _) = submit(key("one")).unwrap();
        submit(key("one")).unwrap();
        assert_eq!(refused(submit(key("two"))).0, "R-20");
        let reused = wait(world.service.draw(key("one"), product(DV).code));
        assert!(matches!(reused, Err(ServiceError::KeyReused(_))));
        world.execute(order, &Command::Wake).unwrap();
        let expected = [
            "DEBUG BuyPlan committed 1",
            "DEBUG Submit committed 1",
            "DEBUG Submit repeated 1",
            "INFO Submit refused R-20 1",
            "INFO Draw key_reused 1",
            "DEBUG Wake unchanged 1",
        ];
        assert_eq!(ears.lines(), expected);

        let away = StoreError::Unavailable(None);
        let conflict = CommitError::Conflict(Expectation::Remaining(PlanId::new("p").unwrap(), 1));
        world.store.commit.add(Fault::Before(conflict));
        world.execute(order, &Command::Withdraw).unwrap();
        world.store.load.add(Fault::Before(away.clone()));
        world.execute(order, &Command::Delete).unwrap_err();
        world
            .store
            .load
            .add(Fault::Before(StoreError::Corrupt(None)));
        world.execute(order, &Command::Delete).unwrap_err();
        let expected = [
            "DEBUG Withdraw committed 2",
            "WARN Delete store 1",
            "ERROR Delete store 1",
        ];
        assert_eq!(ears.lines(), expected);

        // The submission is not needed any more; the CA is away for its cancellation.
        world
            .ca
            .cancel
            .add(Fault::Before(CaError::unavailable("maintenance")));
        wait(world.service.work(9)).unwrap();
        let mut settings = Settings::default();
        settings.attempts_of_work = 2;
        let service = world.service.clone().with_settings(settings);
        world
            .ca
            .cancel
            .add(Fault::Before(CaError::unavailable("maintenance")));
        wait(service.work(9)).unwrap();
        world.store.outbox.add(Fault::Before(away.clone()));
        wait(service.work(9)).unwrap_err();
        let expected = [
            "DEBUG RequestIssuance done",
            "WARN CancelAtCa failed ca",
            "ERROR CancelAtCa laid_aside ca",
            "WARN work store",
        ];
        assert_eq!(ears.lines(), expected);
    });
}

#[test]
fn what_a_row_and_a_sweep_bring_about_is_told_within_them() {
    let (ears, world) = (Ears::default(), world());
    let waits = ears.listen(|| {
        world.buy(DV, 1);
        let order = world.issued(DV, request(P256));
        world.execute(order, &REVOKE).unwrap();
        ears.lines();
        world
            .ca
            .revoke
            .add(Fault::Before(CaError::Refused(Some(note("no")))));
        wait(world.service.work(9)).unwrap();
        world.buy(DV, 1);
        let waits = world.order(DV, request(P256));
        wait(world.service.work(9)).unwrap();
        world.clock.advance(30);
        wait(world.service.sweep(9)).unwrap();
        wait(world.service.sweep(9)).unwrap();
        world.clock.advance(30);
        let away = CaError::unavailable("maintenance");
        world.ca.poll.add(Fault::Before(away));
        wait(world.service.sweep(9)).unwrap();
        // What a port tells while a command waits for it.
        (world.store).between_once(|| tracing::info!(target: "cert_lifecycle", task = "port"));
        world.execute(waits, &Command::Wake).unwrap();
        waits
    });
    let instance = world.instance(waits).id();
    let inner = ears.0.lock().unwrap();
    let within: Vec<_> = (inner.events.iter())
        .map(|event| (event.line(), event.within.join(" ")))
        .collect();
    let told = |line: &str, within_: &str| {
        let found = within
            .iter()
            .any(|(own, spans)| own == line && spans == within_);
        assert!(found, "{line}: {within:#?}");
    };
    told("DEBUG RefuseRevocation committed 1", "row command");
    told("INFO RevokeAtCa refused ca", "row");
    told("DEBUG ReceiveChallenge committed 1", "sweep command");
    told("TRACE", "sweep");
    told(&format!("WARN {instance} ca"), "sweep");
    told("INFO port", "command");
    let sweeps: Vec<_> = (inner.spans.iter().filter(|span| span.name == "sweep"))
        .map(|span| {
            (
                span.field("seen"),
                span.field("changed"),
                span.field("failed"),
            )
        })
        .collect();
    assert_eq!(sweeps, [("1", "1", "0"), ("0", "0", "0"), ("1", "0", "1")]);
}

/// A life with everything in it that is nobody's business: two applicants, a key that is exported, a
/// challenge, idempotency keys, and what a CA writes.
fn life(world: &World) -> (Vec<OrderId>, PlanId, Vec<String>) {
    let plan = world.buy(OV, 2);
    let service = &world.service;
    let caller = Caller::once(
        world.account,
        IdempotencyKey::new("key-of-a-request").unwrap(),
    );
    let code = product(OV).code;
    let (order, _) = wait(service.submit(caller, code, for_company())).unwrap();
    wait(service.submit(caller, code, for_company())).unwrap();
    wait(service.draw(caller, code)).unwrap_err();
    let chatty = || note("call Tom, 13900000000, about Example Ltd");
    world
        .ca
        .submit
        .add(Fault::Before(CaError::Unavailable(Some(chatty()))));
    wait(service.work(9)).unwrap();
    world.prove(order);
    let application = world.instance(order);
    let challenge = application
        .application()
        .unwrap()
        .challenge()
        .unwrap()
        .clone();
    world.refresh(order).unwrap();
    assert_eq!(world.status(order), Status::Issued);
    let exported = wait(service.export_key(world.account, order)).unwrap();
    world.execute(order, &REVOKE).unwrap();
    world.execute(order, &Command::Withdraw).unwrap_err();
    world
        .ca
        .revoke
        .add(Fault::Before(CaError::Refused(Some(chatty()))));
    wait(service.work(9)).unwrap();

    // One that the CA would not take, and one that fails at the store.
    let refused = world.order(OV, for_company());
    world
        .ca
        .submit
        .add(Fault::Before(CaError::Refused(Some(chatty()))));
    wait(service.work(9)).unwrap();
    world
        .store
        .load
        .add(Fault::Before(StoreError::Unavailable(Some(chatty()))));
    world.execute(refused, &Command::Withdraw).unwrap_err();
    world.execute(refused, &Command::Withdraw).unwrap();
    world.execute(refused, &Command::Delete).unwrap();
    world.clock.advance(60);
    world
        .ca
        .poll
        .add(Fault::Before(CaError::Unavailable(Some(chatty()))));
    wait(service.sweep(9)).unwrap();
    wait(service.work(9)).unwrap();

    let mut secrets: Vec<String> = exported.expose().lines().map(str::to_owned).collect();
    secrets.push(
        format!("{challenge:?}")
            .split('"')
            .nth(3)
            .unwrap()
            .to_owned(),
    );
    (vec![order, refused], plan, secrets)
}

#[test]
fn a_whole_life_tells_ids_and_nothing_else() {
    let (ears, world) = (Ears::default(), world());
    let (orders, plan, secrets) = ears.listen(|| life(&world));
    let inner = ears.0.lock().unwrap();
    let all: Vec<&Told> = inner.spans.iter().chain(&inner.events).collect();
    assert!(
        inner.spans.len() > 20 && inner.events.len() > 20,
        "{all:#?}"
    );

    let has = |field: &str, value: &str| all.iter().any(|told| told.field(field) == value);
    for order in &orders {
        assert!(has("order", &order.to_string()), "{all:#?}");
    }
    assert!(has("plan", plan.as_str()), "{all:#?}");
    assert!(has("rule", "R-11"), "{all:#?}");
    for told in &all {
        let commands_and_rows = told.name == "command" || told.name == "row";
        if commands_and_rows {
            assert_eq!(told.field("account"), world.account.as_str());
            assert!(!told.field("outcome").is_empty(), "{told:?}");
        }
        assert_eq!(told.target, "cert_lifecycle::service");
    }
    // An event says what its span says: a filter that drops spans drops no id.
    let said = |all: &[Told], of: &str| {
        let fields = |told: &Told| {
            [
                "command", "row", "account", "order", "plan", "outcome", "tries", "attempts",
            ]
            .map(|name| told.field(name).to_owned())
        };
        let about = all.iter().filter(|told| !told.field(of).is_empty());
        let mut said: Vec<_> = about.map(fields).collect();
        said.sort();
        said
    };
    for of in ["command", "row"] {
        assert_eq!(said(&inner.spans, of), said(&inner.events, of));
    }
    let submissions: Vec<_> = (inner.spans.iter())
        .filter(|span| span.field("effect") == "RequestIssuance")
        .map(|span| {
            (
                span.field("row"),
                span.field("attempts"),
                span.field("outcome"),
            )
        })
        .collect();
    assert_eq!(submissions.len(), 3);
    assert_eq!((submissions[0].1, submissions[0].2), ("1", "failed"));
    assert_eq!((submissions[1].1, submissions[1].2), ("2", "done"));
    assert_eq!(submissions[0].0, submissions[1].0);
    assert_eq!((submissions[2].1, submissions[2].2), ("1", "laid_aside"));

    let text = format!("{all:?}");
    assert!(
        secrets.len() > 3 && secrets.iter().all(|secret| secret.len() > 5),
        "{secrets:?}"
    );
    let known = [
        "Tom",
        "13900000000",
        "username",
        "@",
        "Example Ltd",
        "example.com",
        "PRIVATE",
        "BEGIN",
        "key-of-a-request",
        "call",
    ];
    let known = known.map(str::to_owned);
    for secret in known.iter().chain(&secrets) {
        assert!(!text.contains(secret.as_str()), "{secret} was told: {text}");
    }
}
