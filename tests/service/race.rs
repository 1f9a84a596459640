//! Real threads that want the same thing. A gate in the store lets all of them read the same state
//! before the first one commits, so every round is a race.

use core::future::{Future, poll_fn};
use core::task::Poll;
use std::sync::Arc;
use std::thread;

use cert_lifecycle::lifecycle::{Command, RefusalKind};
use cert_lifecycle::model::{IssuedCertificate, OrderId, Phase, Status};
use cert_lifecycle::pki::{Limits, issued_certificate};
use cert_lifecycle::port::{CaState, CertificateAuthority, Clock};
use cert_lifecycle::service::{Receipt, ServiceError};

use super::world::{API_2021, API_2023, DV, P256, REVOKE, World, refused, request, wait};

#[test]
fn sixteen_threads_want_the_last_three_units() {
    // Units are reserved under the one edition, and consumed at once under the other.
    for (edition, expected) in [(API_2021, (0, 5, 0, 0, 0)), (API_2023, (0, 0, 5, 0, 0))] {
        for _ in 0..5 {
            let world = World::new(edition, "2024-03-01T09:00:00+08:00");
            let plan = world.buy(DV, 5);
            let mut orders = vec![
                world.order(DV, request(P256)),
                world.order(DV, request(P256)),
            ];
            world.store.meet(16);
            let answers: Vec<_> = thread::scope(|scope| {
                let threads: Vec<_> = (0..16)
                    .map(|_| scope.spawn(|| world.submit(DV, request(P256))))
                    .collect();
                threads.into_iter().map(|one| one.join().unwrap()).collect()
            });
            let mut refusals = 0;
            for answer in answers {
                match answer {
                    Ok((order, _)) => orders.push(order),
                    refusal @ Err(_) => {
                        let none_left = ("R-20".to_owned(), RefusalKind::QuotaExhausted);
                        assert_eq!(refused(refusal), none_left);
                        refusals += 1;
                    }
                }
            }
            assert_eq!((orders.len(), refusals), (5, 13));
            assert_eq!(world.ledger(plan), expected);
            orders.sort_unstable();
            orders.dedup();
            assert_eq!(orders.len(), 5);
            for order in orders {
                assert_eq!(world.status(order), Status::DomainVerification);
                world.replays(order);
            }
            assert_eq!(world.work().done, 5);
        }
    }
}

#[test]
fn who_finds_a_plan_empty_draws_from_the_next() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let plans = [world.buy(DV, 3), world.buy(DV, 2)];
    world.store.meet(16);
    let granted = thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| world.submit(DV, request(P256)).is_ok()))
            .collect();
        let answers = threads.into_iter().map(|one| one.join().unwrap());
        answers.filter(|granted| *granted).count()
    });
    assert_eq!(granted, 5);
    assert_eq!(plans.map(|plan| world.ledger(plan).1), [3, 2]);
}

/// An order under review, and the certificate that the CA has for it.
fn approved(world: &World) -> (OrderId, Command) {
    let order = world.order(DV, request(P256));
    world.prove(order);
    let answer = wait(world.local.poll(order, world.clock.now())).unwrap();
    let CaState::Issued { pem_chain } = answer.state else {
        panic!("not issued: {answer:?}")
    };
    let certificate: IssuedCertificate =
        issued_certificate(pem_chain.as_bytes(), &Limits::default()).unwrap();
    let certificate = Arc::new(certificate);
    (order, Command::Approve { certificate })
}

#[test]
fn of_a_withdrawal_and_an_approval_one_wins() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    for _ in 0..12 {
        let plan = world.buy(DV, 1);
        let (order, approve) = approved(&world);
        world.store.meet(2);
        let (withdrawn, approved): (Result<Receipt, ServiceError>, _) = thread::scope(|scope| {
            let one = scope.spawn(|| world.execute(order, &Command::Withdraw));
            let other = scope.spawn(|| world.execute(order, &approve));
            (one.join().unwrap(), other.join().unwrap())
        });
        // The approval is never refused: it wins, or it is an orphan.
        let approved = approved.unwrap();
        let instance = world.instance(order);
        if matches!(instance.phase(), Phase::Live(_)) {
            assert_eq!(refused(withdrawn), ("R-11".to_owned(), RefusalKind::State));
            assert_eq!(approved.rules[0].to_string(), "R-07");
            assert_eq!(world.ledger(plan), (0, 0, 1, 1, 0));
            assert_eq!(world.orphans(order), 0);
        } else {
            assert!(matches!(instance.phase(), Phase::Pending { .. }));
            assert_eq!(withdrawn.unwrap().status, Some(Status::PendingApplication));
            assert_eq!(approved.rules[0].to_string(), "T-49");
            assert_eq!(world.ledger(plan), (0, 1, 0, 0, 0));
            assert_eq!(world.orphans(order), 1);
        }
        world.replays(order);
        world.work();
    }
}

/// The same two, in both orders, without luck.
#[test]
fn who_comes_second_sees_what_the_first_one_did() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let (rival, account) = (world.rival(), world.account);

    let plan = world.buy(DV, 1);
    let (order, approve) = approved(&world);
    let first = rival.clone();
    let approval = approve.clone();
    world.store.between_once(move || {
        wait(first.execute(account, order, &approval)).unwrap();
    });
    assert_eq!(refused(world.execute(order, &Command::Withdraw)).0, "R-11");
    assert_eq!(world.ledger(plan), (0, 0, 1, 1, 0));

    let plan = world.buy(DV, 1);
    let (order, approve) = approved(&world);
    world.store.between_once(move || {
        wait(rival.execute(account, order, &Command::Withdraw)).unwrap();
    });
    let late = world.execute(order, &approve).unwrap();
    assert_eq!(late.rules[0].to_string(), "T-49");
    assert_eq!(late.status, Some(Status::PendingApplication));
    assert_eq!(world.ledger(plan), (0, 1, 0, 0, 0));
}

#[test]
fn two_revocations_want_the_last_allowance() {
    for _ in 0..8 {
        let world = World::new(API_2023, "2024-03-01T09:00:00+08:00");
        let plan = world.buy(DV, 2);
        let first = world.issued(DV, request(P256));
        world.execute(first, &REVOKE).unwrap();
        world.work();
        world.refresh(first).unwrap();
        // One of two revocations is left, and the unit that came back lives again.
        assert_eq!(world.ledger(plan), (2, 0, 0, 1, 1));
        let orders = [(); 2].map(|()| world.issued(DV, request(P256)));
        assert_eq!(world.ledger(plan), (0, 0, 2, 3, 1));

        world.store.meet(2);
        let answers = thread::scope(|scope| {
            let world = &world;
            orders
                .map(|order| scope.spawn(move || world.execute(order, &REVOKE)))
                .map(|one| one.join().unwrap())
        });
        let granted = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(granted, 1);
        let refusal = answers.into_iter().find(Result::is_err).unwrap();
        assert_eq!(refused(refusal), ("R-38".to_owned(), RefusalKind::State));
        assert_eq!(world.ledger(plan), (0, 0, 2, 3, 2));
        for order in orders {
            world.replays(order);
        }
    }
}

#[test]
fn two_workers_at_once_do_no_harm() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let plan = world.buy(DV, 4);
    let orders = [(); 4].map(|()| world.order(DV, request(P256)));
    // Both workers read the same rows: the gate holds them at the first order that they load.
    world.store.meet(2);
    thread::scope(|scope| {
        for worker in [(); 2].map(|()| scope.spawn(|| world.work())) {
            worker.join().unwrap();
        }
    });
    for order in orders {
        world.issue(order);
    }
    assert_eq!(world.ledger(plan), (0, 0, 4, 4, 0));
}

#[test]
fn commands_on_the_sums_of_one_account_wait_in_line() {
    // Each revocation looks at the allowance of the account, so of those that are decided together one
    // can be committed. There are more of them than attempts of each.
    let world = World::new(API_2023, "2024-03-01T09:00:00+08:00");
    let most = 2 * world.service.settings().attempts + 8;
    let plan = world.buy(DV, 20 * most);
    let orders: Vec<_> = (0..most).map(|_| world.issued(DV, request(P256))).collect();
    world.store.let_others_load();
    let before = world.store.loads();
    let (service, account) = (&world.service, world.account);
    let mut running: Vec<_> = (orders.iter())
        .map(|order| Some(Box::pin(service.execute(account, *order, &REVOKE))))
        .collect();
    // Round by round, on one thread: all of them load, and then all of them commit.
    wait(poll_fn(|context| {
        context.waker().wake_by_ref();
        for slot in &mut running {
            let Some(one) = slot else { continue };
            if let Poll::Ready(answer) = one.as_mut().poll(context) {
                answer.unwrap();
                *slot = None;
            }
        }
        if running.iter().all(Option::is_none) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }));
    // Who came too late once is not too late again.
    let loads = world.store.loads() - before;
    assert!(loads <= 2 * orders.len(), "{loads} loads");
    assert_eq!(world.ledger(plan).4, most);
}
