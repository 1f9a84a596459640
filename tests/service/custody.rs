//! What the service does around an order: puts certificates on products, looks at the next one of a chain,
//! pays back.

use std::num::NonZeroU32;

use cert_lifecycle::adapter::Sent;
use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::{Currency, DomainName, KeySource, Payment, Target};
use cert_lifecycle::port::{Lease, PaidObject, Payout, Store as _};

use super::world::{DV, P256, World, for_package, name, product, request, tom, wait};

const HOSTING: &str = "2022-hosting";
const START: &str = "2022-03-01T09:00:00+08:00";

/// Each product is told of its own domain.
#[test]
fn r52_each_product_gets_the_certificate_with_its_own_domain() {
    let world = World::new(HOSTING, START);
    world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    let targets = [("CDN", Some(name("www.example.com"))), ("OSS", None)];
    for (target, domain) in &targets {
        let target = Target::new(target).unwrap();
        let domain = domain.clone();
        world
            .execute(order, &Command::Deploy { target, domain })
            .unwrap();
    }
    world.work();
    let mut deployed: Vec<(String, Option<DomainName>)> = (world.recorder.sent().into_iter())
        .filter_map(|sent| match sent {
            Sent::Deployment(own) => {
                assert_eq!((own.account, own.order), (world.account, order));
                assert_eq!(own.certificate, *world.certificate(order));
                Some((own.target.as_str().to_owned(), own.domain))
            }
            Sent::Message(_) | Sent::Payout(_) | Sent::Removal(_) => None,
        })
        .collect();
    deployed.sort_by(|one, other| one.0.cmp(&other.0));
    let wanted = targets.map(|(target, domain)| (target.to_owned(), domain));
    assert_eq!(deployed, wanted);
}

/// What happens to a certificate of a chain may concern the one after it, which is looked at.
#[test]
fn r46_the_next_of_a_chain_is_looked_at_once_its_predecessor_changes() {
    let world = World::new(HOSTING, START);
    let years = NonZeroU32::new(2).unwrap();
    let paid = Payment::cash(10_000, Currency::CNY);
    let bought = wait((world.service).buy(world.account, product(DV), years, paid));
    let slots = bought.unwrap().orders;
    let second = world.instance(slots[1]).id();
    let due = || {
        let now = world.service.ports().clock.now();
        let lease = Lease {
            now,
            until: now,
            horizon: now,
            limit: 64,
        };
        let rows = wait(world.store.inner.due(lease)).unwrap();
        rows.iter().any(|row| row.instance == second)
    };
    assert!(due());
    // The sweeper has seen it: it waits.
    wait(world.service.sweep(64)).unwrap();
    assert!(!due());
    let submission = for_package(tom(), KeySource::ServiceMade(P256));
    let applied = wait((world.service).apply(world.account, slots[0], submission));
    applied.unwrap();
    assert!(due());
}

/// What comes back is paid to whoever paid, as it was paid.
#[test]
fn r29_what_comes_back_is_paid_once() {
    let world = World::new(HOSTING, START);
    let paid = Payment::cash(10_000, Currency::CNY);
    let bought = wait((world.service).buy(world.account, product(DV), NonZeroU32::MIN, paid));
    let bought = bought.unwrap();
    let claim = world.execute(bought.orders[0], &Command::ClaimRefund);
    claim.unwrap();
    world.work();
    world.work();
    let payouts: Vec<Payout> = (world.recorder.sent().into_iter())
        .filter_map(|sent| match sent {
            Sent::Payout(own) => Some(own),
            Sent::Message(_) | Sent::Deployment(_) | Sent::Removal(_) => None,
        })
        .collect();
    let [payout] = payouts.as_slice() else {
        panic!("{payouts:?}");
    };
    assert_eq!(payout.account, world.account);
    assert_eq!(payout.object, PaidObject::Purchase(bought.purchase));
    assert_eq!((payout.cash, payout.currency), (10_000, Currency::CNY));
}
