//! Events of all four streams that nobody decided.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Applied, ChainEvent, Event, InstanceEvent, Linked, Opened, PaidFor, PlanEvent, PurchaseEvent,
    UploadedHere,
};
use cert_lifecycle::model::{
    AccountId, ChainId, Currency, DomainName, Hold, HoldState, InstanceId, NameKind, OrderId,
    Origin, Payment, PlanId, Product, PurchaseId, PurchaseKind, Renewed, Target,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::scene::{name, note};
use super::strategies::{
    Editions, certificates, hostile_submissions, instance_events, pins, plan_events, products,
    spki_digests, timestamps,
};
use super::streams;

fn accounts() -> impl Strategy<Value = AccountId> {
    prop_oneof![4 => Just(streams::owner()), 1 => Just(streams::stranger())]
}

fn instances() -> impl Strategy<Value = InstanceId> {
    (0..3).prop_map(|place| InstanceId::new(&format!("instance-{place}")).unwrap())
}

fn orders() -> impl Strategy<Value = OrderId> {
    (1_u64..4).prop_map(|order| OrderId::new(order).unwrap())
}

fn chain() -> ChainId {
    ChainId::new("chain").unwrap()
}

fn purchase() -> PurchaseId {
    PurchaseId::new("purchase").unwrap()
}

fn plan() -> PlanId {
    PlanId::new("plan").unwrap()
}

fn origins() -> impl Strategy<Value = Origin> {
    select(vec![
        Origin::Purchase(purchase()),
        Origin::Uploaded,
        Origin::Plan(Hold {
            plan: plan(),
            state: HoldState::Reserved,
        }),
        Origin::Plan(Hold {
            plan: plan(),
            state: HoldState::Settled,
        }),
    ])
}

fn payments() -> impl Strategy<Value = Payment> {
    let money = || prop_oneof![Just(0), 1_u64..1_000, Just(u64::MAX)];
    (money(), money(), any::<bool>()).prop_map(|(cash, voucher, add_on)| Payment {
        cash,
        voucher,
        currency: Currency::CNY,
        add_on,
    })
}

fn targets() -> impl Strategy<Value = Target> {
    select(vec!["CDN", "SLB", "NOWHERE"]).prop_map(|word| Target::new(word).unwrap())
}

/// The instance events that consoles know; those of the API stand in `strategies`.
fn of_instance(editions: &Editions) -> BoxedStrategy<InstanceEvent> {
    let at = timestamps;
    let wild = |product: Product| Product {
        names: NameKind::Single,
        ..product
    };
    let opened = (
        accounts(),
        products(),
        origins(),
        orders(),
        any::<[bool; 2]>(),
        option::of(instances()),
        at(),
    )
        .prop_map(
            move |(account, product, origin, order, [waits, linked], from, at)| {
                InstanceEvent::Opened(Box::new(Opened {
                    account,
                    product: wild(product),
                    origin,
                    order,
                    chain: linked.then(chain),
                    waits,
                    renewed: from.map(|from| Renewed {
                        from,
                        carries: Some(at),
                    }),
                    at,
                }))
            },
        );
    let applied = (
        orders(),
        hostile_submissions(),
        option::of(spki_digests()),
        pins(editions),
        any::<[bool; 3]>(),
        at(),
    )
        .prop_map(
            |(order, submission, key, pin, [verify, settles, automatic], at)| {
                let names: Arc<[DomainName]> = Arc::from(submission.names());
                InstanceEvent::Applied(Box::new(Applied {
                    order,
                    submission,
                    names,
                    key,
                    pin,
                    verify,
                    settles,
                    automatic,
                    unacceptable: settles != automatic,
                    at,
                }))
            },
        );
    let uploaded = (accounts(), products(), orders(), certificates(), at()).prop_map(
        |(account, product, order, certificate, at)| {
            InstanceEvent::Uploaded(Box::new(UploadedHere {
                account,
                product,
                order,
                name: note("mine"),
                certificate,
                at,
            }))
        },
    );
    prop_oneof![
        10 => instance_events(editions),
        3 => opened,
        3 => applied,
        1 => uploaded,
        1 => at().prop_map(|at| InstanceEvent::Closed { at }),
        1 => (instances(), at()).prop_map(|(into, at)| InstanceEvent::Merged { into, at }),
        1 => (instances(), at()).prop_map(|(instance, at)| InstanceEvent::Absorbed { instance, at }),
        1 => at().prop_map(|at| InstanceEvent::ChainJoined { chain: chain(), at }),
        1 => (targets(), any::<bool>(), at()).prop_map(|(target, named, at)| InstanceEvent::Deployed {
            target,
            domain: named.then(|| name("www.example.com")),
            at,
        }),
        1 => (targets(), at()).prop_map(|(target, at)| InstanceEvent::Undeployed { target, at }),
    ]
    .boxed()
}

fn of_chain(editions: &Editions) -> impl Strategy<Value = ChainEvent> + use<> {
    let linked = (
        accounts(),
        products(),
        pins(editions),
        instances(),
        vec(instances(), 0..4),
        option::of(hostile_submissions()),
        timestamps(),
    )
        .prop_map(|(account, product, pin, first, waiting, submission, at)| {
            ChainEvent::Linked(Box::new(Linked {
                account,
                product,
                purchase: purchase(),
                pin,
                first,
                waiting: waiting.into(),
                submission,
                at,
            }))
        });
    prop_oneof![
        linked,
        (instances(), timestamps())
            .prop_map(|(instance, at)| ChainEvent::MemberBegun { instance, at }),
        (instances(), timestamps())
            .prop_map(|(instance, at)| ChainEvent::MemberCancelled { instance, at }),
    ]
}

fn of_purchase(editions: &Editions) -> impl Strategy<Value = PurchaseEvent> + use<> {
    let at = timestamps;
    let kind = select(vec![
        PurchaseKind::New,
        PurchaseKind::Renewal,
        PurchaseKind::Hosting,
    ]);
    let paid = (
        accounts(),
        products(),
        kind,
        payments(),
        pins(editions),
        instances(),
        any::<bool>(),
        prop_oneof![0_u32..4, Just(u32::MAX)],
        at(),
    )
        .prop_map(
            |(account, product, kind, payment, pin, first, linked, count, at)| {
                PurchaseEvent::Paid(Box::new(PaidFor {
                    account,
                    product,
                    kind,
                    payment,
                    pin,
                    first,
                    chain: linked.then(chain),
                    count,
                    at,
                }))
            },
        );
    prop_oneof![
        2 => paid,
        1 => (orders(), at()).prop_map(|(order, at)| PurchaseEvent::RevocationCharged { order, at }),
        1 => (orders(), at()).prop_map(|(order, at)| PurchaseEvent::RevocationGivenBack { order, at }),
        1 => at().prop_map(|at| PurchaseEvent::RefundClaimed { at }),
        1 => at().prop_map(|at| PurchaseEvent::RefundCancelled { at }),
        1 => at().prop_map(|at| PurchaseEvent::RefundRefused { reason: note("no"), at }),
        1 => (prop_oneof![0_u64..2_000, Just(u64::MAX)], at())
            .prop_map(|(cash, at)| PurchaseEvent::Refunded { cash, at }),
    ]
}

/// Any event of any stream.
pub fn events(editions: &Editions) -> BoxedStrategy<Event> {
    let refunded = (prop_oneof![0_u64..2_000, Just(u64::MAX)], timestamps())
        .prop_map(|(cash, at)| PlanEvent::Refunded { cash, at });
    prop_oneof![
        8 => (instances(), of_instance(editions)).prop_map(|(id, event)| Event::Instance { id, event }),
        6 => prop_oneof![8 => plan_events(), 1 => refunded.boxed()]
            .prop_map(|event| Event::Plan { id: plan(), event }),
        2 => of_chain(editions).prop_map(|event| Event::Chain { id: chain(), event }),
        3 => of_purchase(editions).prop_map(|event| Event::Purchase { id: purchase(), event }),
    ]
    .boxed()
}
