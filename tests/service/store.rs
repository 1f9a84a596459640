//! The contract of a store: all or nothing, and every expectation counts.

use cert_lifecycle::adapter::MemoryStore;
use cert_lifecycle::lifecycle::{Bought, Command, Effect, Event, InstanceEvent, PlanEvent};
use cert_lifecycle::model::{
    AccountId, Hold, HoldState, InstanceId, OrderId, Origin, Payment, PlanId, Timestamp,
};
use cert_lifecycle::port::{
    Batch, CommitError, Expectation, Loaded, OutboxPart, OutboxRow, ReadSet, RequestId, Store,
    StreamId, Version,
};
use cert_lifecycle::rulebook::Rulebook;

use super::world::{API_2021, DV, P256, World, account, at, product, request, wait};

fn plan_id(text: &str) -> PlanId {
    PlanId::new(text).unwrap()
}

fn instance_id(text: &str) -> InstanceId {
    InstanceId::new(text).unwrap()
}

fn order_id(id: u64) -> OrderId {
    OrderId::new(id).unwrap()
}

fn now() -> Timestamp {
    at("2021-03-01T09:00:00+08:00")
}

fn owner() -> AccountId {
    account("1234567890")
}

fn bought(id: PlanId, count: u32) -> Event {
    let event = PlanEvent::Bought(Box::new(Bought {
        account: owner(),
        product: product(DV),
        count,
        payment: Payment::NONE,
        pin: Rulebook::published().edition("2021-02-api").unwrap().pin(),
        at: now(),
    }));
    Event::Plan { id, event }
}

fn reserved(id: PlanId, order: OrderId) -> Event {
    let event = PlanEvent::Reserved { order, at: now() };
    Event::Plan { id, event }
}

/// A submission as the service commits it, with other ids.
fn submitted(id: InstanceId, order: OrderId, plan: PlanId) -> Event {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    world.buy(DV, 1);
    let (_, receipt) = world.submit(DV, request(P256)).unwrap();
    let Event::Instance {
        event: InstanceEvent::Submitted(mut begun),
        ..
    } = receipt.events[0].clone()
    else {
        panic!("{receipt:?}")
    };
    begun.order = order;
    begun.origin = Origin::Plan(Hold {
        plan,
        state: HoldState::Reserved,
    });
    Event::Instance {
        id,
        event: InstanceEvent::Submitted(begun),
    }
}

fn deleted(id: InstanceId) -> Event {
    let event = InstanceEvent::Deleted { at: now() };
    Event::Instance { id, event }
}

/// A batch that also hands work on, so that a failed one would show there too.
fn batch(account: AccountId, events: Vec<Event>, expectations: Vec<Expectation>) -> Batch {
    let work = RequestId::new("request-of-the-batch").unwrap();
    let effect = Effect::DestroyKey {
        order: order_id(99),
    };
    Batch {
        events,
        expectations,
        outbox: vec![(work, effect)],
        ..Batch::new(account, now())
    }
}

struct Shelf {
    store: MemoryStore,
}

/// Everything that the shelf's owner can see.
type Seen = (Vec<Loaded>, Vec<Vec<Event>>, Vec<OutboxRow>);

impl Shelf {
    /// A plan of two units with one order, and another plan beside it.
    fn new() -> Self {
        let shelf = Self {
            store: MemoryStore::new(),
        };
        let (plan, instance) = (plan_id("plan"), instance_id("instance"));
        let begin = Batch {
            outbox: Vec::new(),
            ..batch(
                owner(),
                vec![
                    bought(plan, 2),
                    bought(plan_id("beside"), 1),
                    submitted(instance, order_id(1), plan),
                    reserved(plan, order_id(1)),
                ],
                vec![
                    Expectation::New(StreamId::Plan(plan)),
                    Expectation::New(StreamId::Plan(plan_id("beside"))),
                    Expectation::New(StreamId::Instance(instance)),
                    Expectation::NewOrder(order_id(1)),
                ],
            )
        };
        wait(shelf.store.commit(begin)).unwrap();
        shelf
    }

    fn seen(&self) -> Seen {
        let sets = [
            ReadSet::Order(order_id(1)),
            ReadSet::Order(order_id(2)),
            ReadSet::Plan(plan_id("plan")),
            ReadSet::Plan(plan_id("beside")),
            ReadSet::Plan(plan_id("new")),
        ];
        let streams = [
            StreamId::Instance(instance_id("instance")),
            StreamId::Instance(instance_id("new")),
            StreamId::Plan(plan_id("plan")),
            StreamId::Plan(plan_id("beside")),
            StreamId::Plan(plan_id("new")),
        ];
        (
            sets.map(|set| wait(self.store.load(owner(), set.into())).unwrap())
                .to_vec(),
            streams
                .map(|stream| wait(self.store.journal(owner(), stream, Version(0), 999)).unwrap())
                .to_vec(),
            wait(self.store.outbox(OutboxPart::Waiting, None, 99)).unwrap(),
        )
    }

    /// The expectation fails alone, first and last of several, and nothing is written.
    fn refuses(
        &self,
        account: AccountId,
        events: &[Event],
        wrong: &Expectation,
        right: &[Expectation],
    ) {
        let before = self.seen();
        let alone = vec![wrong.clone()];
        let first: Vec<_> = alone.iter().chain(right).cloned().collect();
        let last: Vec<_> = right.iter().chain(&alone).cloned().collect();
        for expectations in [alone, first, last] {
            let answer = wait(
                self.store
                    .commit(batch(account, events.to_vec(), expectations)),
            );
            assert_eq!(answer, Err(CommitError::Conflict(wrong.clone())));
            assert_eq!(self.seen(), before);
        }
    }

    fn accepts(&self, events: &[Event], expectations: &[Expectation]) {
        let before = self.seen();
        let batch = batch(owner(), events.to_vec(), expectations.to_vec());
        wait(self.store.commit(batch)).unwrap();
        assert_ne!(self.seen(), before);
    }
}

const PLAN: &str = "plan";

fn plan_version(version: u64) -> Expectation {
    Expectation::Version(StreamId::Plan(plan_id(PLAN)), Version(version))
}

fn instance_version(version: u64) -> Expectation {
    let stream = StreamId::Instance(instance_id("instance"));
    Expectation::Version(stream, Version(version))
}

#[test]
fn every_expectation_fails_alone_and_writes_nothing() {
    let shelf = Shelf::new();
    let (plan, fresh) = (plan_id(PLAN), instance_id("new"));
    // A batch over three streams: an instance that is new, one that is there, and a plan.
    let events = [
        submitted(fresh, order_id(2), plan),
        reserved(plan, order_id(2)),
        deleted(instance_id("instance")),
    ];
    let right = [
        Expectation::New(StreamId::Instance(fresh)),
        Expectation::NewOrder(order_id(2)),
        Expectation::Remaining(plan, 1),
        plan_version(2),
        instance_version(1),
    ];
    let foreign = account("9876543210");
    for (account, wrong) in [
        (owner(), Expectation::New(StreamId::Plan(plan))),
        (
            owner(),
            Expectation::New(StreamId::Instance(instance_id("instance"))),
        ),
        (owner(), Expectation::NewOrder(order_id(1))),
        (owner(), plan_version(1)),
        (owner(), plan_version(3)),
        (owner(), instance_version(0)),
        (owner(), instance_version(2)),
        (
            owner(),
            Expectation::Version(StreamId::Plan(plan_id("nowhere")), Version(0)),
        ),
        (
            owner(),
            Expectation::Version(StreamId::Instance(fresh), Version(0)),
        ),
        (owner(), Expectation::Remaining(plan, 2)),
        (owner(), Expectation::Remaining(plan_id("nowhere"), 0)),
        // What is another account's has no version and no units, but its id is taken.
        (foreign, plan_version(2)),
        (foreign, instance_version(1)),
        (foreign, Expectation::Remaining(plan, 1)),
        (foreign, Expectation::New(StreamId::Plan(plan))),
        (foreign, Expectation::NewOrder(order_id(1))),
        (
            foreign,
            Expectation::New(StreamId::Instance(instance_id("instance"))),
        ),
    ] {
        let right: &[_] = if account == owner() { &right } else { &[] };
        shelf.refuses(account, &events, &wrong, right);
    }
    shelf.accepts(&events, &right);
}

#[test]
fn the_first_expectation_that_does_not_hold_is_named() {
    let shelf = Shelf::new();
    let wrong = [plan_version(9), instance_version(9)];
    for expectations in [wrong.clone(), [wrong[1].clone(), wrong[0].clone()]] {
        let answer = wait(shelf.store.commit(batch(
            owner(),
            vec![deleted(instance_id("instance"))],
            expectations.to_vec(),
        )));
        assert_eq!(answer, Err(CommitError::Conflict(expectations[0].clone())));
    }
}

#[test]
fn an_order_id_stays_taken_for_good_and_for_everybody() {
    let shelf = Shelf::new();
    let (plan, fresh) = (plan_id(PLAN), instance_id("new"));
    let again = [submitted(fresh, order_id(1), plan)];
    let taken = Expectation::NewOrder(order_id(1));
    let right = [
        Expectation::New(StreamId::Instance(fresh)),
        Expectation::NewOrder(order_id(2)),
    ];
    shelf.refuses(owner(), &again, &taken, &right);
    shelf.refuses(account("9876543210"), &again, &taken, &right);
    shelf.accepts(&[deleted(instance_id("instance"))], &[instance_version(1)]);
    shelf.refuses(owner(), &again, &taken, &right);
    shelf.refuses(account("9876543210"), &again, &taken, &right);
    // Its instance's id too.
    let other = [submitted(instance_id("instance"), order_id(2), plan)];
    let new = Expectation::New(StreamId::Instance(instance_id("instance")));
    shelf.refuses(owner(), &other, &new, &[]);
    // Neither the failed attempts nor the deletion took the order from its owner's view.
    let found = wait(
        shelf
            .store
            .load(owner(), ReadSet::Order(order_id(1)).into()),
    )
    .unwrap();
    assert_eq!(found.instance.unwrap().state.id(), instance_id("instance"));
}

/// Even if nothing is expected: a batch cannot write into another account's stream.
#[test]
fn an_event_of_another_accounts_stream_is_a_conflict() {
    let shelf = Shelf::new();
    let (plan, instance) = (plan_id(PLAN), instance_id("instance"));
    let beside = bought(plan_id("new"), 1);
    for (event, stream) in [
        (reserved(plan, order_id(2)), StreamId::Plan(plan)),
        (deleted(instance), StreamId::Instance(instance)),
    ] {
        for events in [
            vec![event.clone()],
            vec![beside.clone(), event.clone()],
            vec![event, beside.clone()],
        ] {
            let before = shelf.seen();
            let expected = vec![Expectation::New(StreamId::Plan(plan_id("new")))];
            let foreign = batch(account("9876543210"), events, expected);
            let conflict = CommitError::Conflict(Expectation::New(stream));
            assert_eq!(wait(shelf.store.commit(foreign)), Err(conflict));
            assert_eq!(shelf.seen(), before);
        }
    }
}

#[test]
fn a_unit_that_is_left_is_enough_whatever_else_happened() {
    let shelf = Shelf::new();
    let plan = plan_id(PLAN);
    // Somebody returned and took units in the meantime: the version moved, the unit is there.
    shelf.accepts(&[bought(plan, 9)], &[plan_version(2)]);
    shelf.accepts(
        &[reserved(plan, order_id(2))],
        &[Expectation::Remaining(plan, 1)],
    );
    shelf.refuses(
        owner(),
        &[reserved(plan, order_id(3))],
        &Expectation::Remaining(plan, 1),
        &[plan_version(4)],
    );
}

#[test]
fn the_oldest_plan_with_a_unit_is_drawn_from() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let code = ReadSet::Product(product(DV).code);
    let drawn = || {
        wait(world.store.load(world.account, code.clone().into()))
            .unwrap()
            .plan
    };
    assert_eq!(drawn(), None);
    let [first, second] = [(); 2].map(|()| world.buy(DV, 1));
    assert_eq!(drawn().unwrap().state.id(), first);
    let order = world.order(DV, request(P256));
    assert_eq!(drawn().unwrap().state.id(), second);
    world.order(DV, request(P256));
    // None has a unit left: the oldest is shown, so that the refusal speaks of units.
    assert_eq!(drawn().unwrap().state.id(), first);
    world.execute(order, &Command::Withdraw).unwrap();
    world.execute(order, &Command::Delete).unwrap();
    assert_eq!(drawn().unwrap().state.remaining(), 1);
}

#[test]
fn outbox_rows_come_oldest_first_until_they_are_finished() {
    let shelf = Shelf::new();
    let ids: Vec<RequestId> = (0..4)
        .map(|n| RequestId::new(&format!("row-{n}")).unwrap())
        .collect();
    for pair in ids.chunks(2) {
        let effect = Effect::DestroyKey { order: order_id(1) };
        let outbox = pair.iter().map(|id| (*id, effect)).collect();
        let batch = Batch {
            outbox,
            ..batch(owner(), Vec::new(), Vec::new())
        };
        wait(shelf.store.commit(batch)).unwrap();
    }
    let places: Vec<_> = wait(shelf.store.outbox(OutboxPart::Waiting, None, 99)).unwrap();
    let places: Vec<_> = places.iter().map(|row| row.position).collect();
    assert!(places.is_sorted_by(|first, second| first < second));
    let behind = |after, limit| -> Vec<RequestId> {
        let rows = wait(shelf.store.outbox(OutboxPart::Waiting, after, limit)).unwrap();
        assert!(
            rows.iter()
                .all(|row| row.account == owner() && row.at == now())
        );
        rows.iter().map(|row| row.id).collect()
    };
    let waiting = |limit| behind(None, limit);
    assert_eq!(waiting(99), ids);
    assert_eq!(waiting(3), ids[..3]);
    assert_eq!(waiting(0), []);
    for _ in 0..2 {
        wait(shelf.store.finish(ids[1])).unwrap();
        assert_eq!(waiting(99), [ids[0], ids[2], ids[3]]);
        // The place of a finished row is still a place.
        assert_eq!(behind(Some(places[0]), 1), [ids[2]]);
        assert_eq!(behind(Some(places[1]), 1), [ids[2]]);
        assert_eq!(behind(Some(places[2]), 9), [ids[3]]);
        assert_eq!(behind(Some(places[3]), 9), []);
    }
    wait(shelf.store.finish(RequestId::new("nowhere").unwrap())).unwrap();
    assert_eq!(waiting(99).len(), 3);
    // Nor is a place given twice, when all that had one is finished.
    for id in &ids {
        wait(shelf.store.finish(*id)).unwrap();
    }
    shelf.accepts(&[bought(plan_id("new"), 1)], &[]);
    let rows = wait(shelf.store.outbox(OutboxPart::Waiting, None, 9)).unwrap();
    assert!(rows.iter().all(|row| row.position > places[3]), "{rows:?}");
}

#[test]
fn a_call_that_is_never_polled_does_nothing() {
    let shelf = Shelf::new();
    let before = shelf.seen();
    let events = vec![bought(plan_id("new"), 1)];
    drop(shelf.store.commit(batch(owner(), events, Vec::new())));
    assert_eq!(shelf.seen(), before);
}
