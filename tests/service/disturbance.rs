//! Disturbed ports: what failed stays, and comes right later.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cert_lifecycle::adapter::SeededIds;
use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{Challenge, Note, OrderId, Payment, SpkiDigest, Status, Timestamp};
use cert_lifecycle::port::{
    CaError, Clock, CommitError, Expectation, Filter, IdempotencyKey, KeyVault, KeyVaultError,
    Lease, OutboxPart, OutboxRow, RequestId, Store, StoreError, StreamId,
};
use cert_lifecycle::service::{Caller, Ports, Service, ServiceError, Settings, TakenId};

use super::parts::{Asked, Fault, RepeatingIds};
use super::world::{API_2021, DV, P256, World, account, product, refused, request, wait, with_csr};

fn world() -> World {
    World::new(API_2021, "2021-03-01T09:00:00+08:00")
}

fn ca_down() -> CaError {
    CaError::unavailable("maintenance")
}

fn vault_down() -> KeyVaultError {
    KeyVaultError::unavailable("maintenance")
}

const STORE_DOWN: StoreError = StoreError::Unavailable(None);

/// What waits for a worker.
fn waiting(world: &World) -> Vec<OutboxRow> {
    wait(world.store.inner.outbox(OutboxPart::Waiting, None, 9)).unwrap()
}

/// The ids under which an order was submitted to the CA.
fn submissions(world: &World) -> Vec<Asked> {
    let mut asked = world.ca.asked();
    asked.retain(|one| matches!(one, Asked::Submit(..)));
    asked
}

#[test]
fn a_row_waits_until_its_port_is_back() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    let rows = waiting(&world);
    assert_eq!(rows.len(), 1);

    world.vault.make.add(Fault::Before(vault_down()));
    world.vault.csr.add(Fault::Before(vault_down()));
    world.ca.submit.add(Fault::Before(ca_down()));
    for port in ["vault", "vault", "CA"] {
        let report = wait(world.service.work(64)).unwrap();
        assert_eq!((report.done, report.refused.len()), (0, 0));
        let (row, error) = &report.failed[0];
        assert_eq!((row.id, &row.effect), (rows[0].id, &rows[0].effect));
        assert!(error.retry_helps());
        assert!(error.to_string().contains(port), "{error}");
        assert_eq!(waiting(&world)[0].position, rows[0].position);
    }
    world.issue(order);
    assert_eq!(submissions(&world).len(), 2);
}

#[test]
fn work_on_a_key_that_cannot_be_used_is_not_forgotten() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    let rows = waiting(&world);
    // Its file is open to others, or the service was started without the key that decrypts it.
    let unusable = KeyVaultError::unusable(order, "the key-encryption key is not known");
    world.vault.make.add(Fault::Before(unusable));
    let report = wait(world.service.work(64)).unwrap();
    assert_eq!((report.done, report.refused.len()), (0, 0));
    assert!(!report.failed[0].1.retry_helps());
    assert_eq!(waiting(&world)[0].id, rows[0].id);
    // Somebody has put it right.
    world.issue(order);
}

#[test]
fn a_failed_row_does_not_stop_those_behind_it() {
    let world = world();
    world.buy(DV, 2);
    let first = world.order(DV, request(P256));
    let second = world.order(DV, request(P256));
    world.ca.submit.add(Fault::Before(ca_down()));
    let report = wait(world.service.work(64)).unwrap();
    assert_eq!((report.done, report.failed.len()), (1, 1));
    world.refresh(second).unwrap();
    // The CA has not heard of it yet.
    assert!(world.refresh(first).unwrap().is_empty());
    assert_eq!(world.work().done, 1);
    world.refresh(first).unwrap();
}

#[test]
fn a_row_that_the_ca_refuses_is_reported_and_not_tried_again() {
    let world = world();
    let plan = world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world
        .ca
        .submit
        .add(Fault::Before(CaError::refused("a high-risk domain")));
    let report = wait(world.service.work(64)).unwrap();
    assert_eq!((report.done, report.failed.len()), (0, 0));
    assert_eq!(report.refused.len(), 1);
    // The order stays where it is, until its holder gives it up; the unit returns then.
    assert!(world.refresh(order).unwrap().is_empty());
    assert_eq!(world.status(order), Status::DomainVerification);
    assert_eq!(world.ledger(plan), (0, 1, 0, 0, 0));
    assert!(
        report.refused[0]
            .1
            .to_string()
            .contains("a high-risk domain")
    );
    assert!(waiting(&world).is_empty());
    world.execute(order, &Command::Withdraw).unwrap();
    world.execute(order, &Command::Delete).unwrap();
    assert_eq!(world.work().done, 2);
    assert_eq!(world.ledger(plan), (1, 0, 0, 0, 0));
}

/// Only while the CA need not know it: afterwards it is a failure of the CA.
#[test]
fn a_look_before_the_worker_finds_nothing_and_does_no_harm() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    let before = world.load(order);
    assert!(world.refresh(order).unwrap().is_empty());
    assert_eq!(world.load(order), before);
    world.prove(order);
    let forgotten = CaError::UnknownOrder(order);
    world.ca.poll.add(Fault::Before(forgotten.clone()));
    let error = world.refresh(order).unwrap_err();
    assert!(matches!(error, ServiceError::Ca(error) if error == forgotten));
    world.ca.poll.add(Fault::Before(ca_down()));
    assert!(world.refresh(order).unwrap_err().retry_helps());
    world.refresh(order).unwrap();
    assert_eq!(world.status(order), Status::Issued);
}

#[test]
fn after_a_crash_between_call_and_finish_the_same_request_is_harmless() {
    let world = world();
    let plan = world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    // The port has it, but the row is not marked: the process died in between.
    world.store.finish.add(Fault::Before(STORE_DOWN));
    let report = wait(world.service.work(64)).unwrap();
    assert!(
        matches!(&report.failed[..], [(_, ServiceError::Store(error))] if error.retry_helps()),
        "{report:?}"
    );
    assert_eq!(report.done, 0);
    world.issue(order);
    let sent = submissions(&world);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], sent[1]);
    assert_eq!(world.ledger(plan), (0, 0, 1, 1, 0));
    world.replays(order);
}

/// As many rows as a call may try fail each time: those behind them get their turn, since what failed
/// waits, longer each time, and is laid aside in the end.
#[test]
fn rows_that_fail_again_and_again_do_not_stop_those_behind_them() {
    let world = world();
    world.buy(DV, 3);
    let orders = [(); 3].map(|()| world.order(DV, request(P256)));
    let mut settings = Settings::default();
    (settings.first_delay, settings.longest_delay) = (100, 300);
    settings.attempts_of_work = 4;
    let service = world.service.clone().with_settings(settings);
    let work = |limit| wait(service.work(limit)).unwrap();
    for _ in 0..8 {
        world.ca.submit.add(Fault::Before(ca_down()));
    }
    let first = work(2);
    assert_eq!((first.done, first.failed.len()), (0, 2));
    // The third fails as well, and then there is nothing to do until the first delay is over.
    assert_eq!(work(2).failed.len(), 1);
    assert_eq!(work(9).seen(), 0);
    // Half the delay may be taken off by chance, and no more.
    world.clock.advance(49);
    assert_eq!(work(9).seen(), 0);
    world.clock.advance(51);
    assert_eq!(work(2).failed.len(), 2);
    assert_eq!(work(2).failed.len(), 1);
    world.clock.advance(99);
    assert_eq!(work(9).seen(), 0);
    world.clock.advance(101);
    // The first of them finds the CA still away, once more; the last gets through.
    let third = work(9);
    assert_eq!((third.done, third.failed.len()), (1, 2));
    world.refresh(orders[2]).unwrap();

    // The delay stops growing, and after the fourth attempt a row is laid aside.
    for _ in 0..2 {
        world.ca.submit.add(Fault::Before(ca_down()));
    }
    world.clock.advance(300);
    let last = work(9);
    assert_eq!((last.done, last.given_up.len()), (0, 2));
    world.clock.advance(100_000);
    assert_eq!(work(9).seen(), 0);
    let parked = wait(service.parked(None, 9)).unwrap();
    assert_eq!(parked.len(), 2);
    let why = parked[0].parked.as_ref().unwrap();
    assert_eq!(why.as_str(), "the CA is unavailable: maintenance");
    // A person brings them back, and they begin anew.
    for row in &parked {
        assert!(wait(service.retry(row.id)).unwrap());
        assert!(!wait(service.retry(row.id)).unwrap());
    }
    assert_eq!(work(9).done, 2);
    assert!(wait(service.parked(None, 9)).unwrap().is_empty());
}

/// A worker that died has the row until its lease ends, and no clock that ran ahead for longer.
#[test]
fn a_lease_ends() {
    let world = world();
    world.buy(DV, 1);
    world.order(DV, request(P256));
    let service = world.service.clone().with_settings(Settings::default());
    let now = world.clock.now();
    let lease = |now: Timestamp, horizon| Lease {
        now,
        until: now.saturating_add(60),
        horizon: now.saturating_add(horizon),
        limit: 9,
    };
    let take = |lease| wait(world.store.inner.lease(lease)).unwrap();
    assert_eq!(take(lease(now, 3_600)).len(), 1);
    assert_eq!(wait(service.work(9)).unwrap().seen(), 0);
    // A year ahead and back again.
    assert_eq!(take(lease(now.saturating_add(31_536_000), 3_600)).len(), 1);
    let rows = take(lease(now, 3_600));
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].attempts, 3);
    world.clock.advance(59);
    assert_eq!(wait(service.work(9)).unwrap().seen(), 0);
    world.clock.advance(1);
    assert_eq!(wait(service.work(9)).unwrap().done, 1);
    // Who was too slow changes nothing any more.
    let store = &world.store.inner;
    wait(store.postpone(rows[0].id, rows[0].claim, now)).unwrap();
    assert!(waiting(&world).is_empty());
}

#[test]
fn a_notice_is_told_until_that_is_stored_and_counts_once() {
    let world = world();
    world.buy(DV, 1);
    world.issued(DV, request(P256));
    world.store.finish.add(Fault::Before(STORE_DOWN));
    let report = wait(world.service.work(64)).unwrap();
    assert_eq!((report.done, report.failed.len()), (0, 1));
    assert_eq!(world.notices().len(), 1);
    assert_eq!(world.notices(), []);
    assert!(waiting(&world).is_empty());
}

/// The signing request of a key made here is signed anew for each attempt, and an ECDSA signature
/// is never the same twice: the CA must still see the same request.
#[test]
fn a_lost_answer_to_a_submission_is_harmless_for_every_key() {
    for submission in [request(P256), with_csr("p256.csr")] {
        let world = world();
        world.buy(DV, 1);
        let order = world.order(DV, submission);
        world.ca.submit.add(Fault::After(ca_down()));
        let report = wait(world.service.work(64)).unwrap();
        assert_eq!(report.failed.len(), 1);
        world.issue(order);
        assert_eq!(submissions(&world).len(), 2);
    }
}

#[test]
fn a_destruction_that_fails_is_tried_again() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.prove(order);
    world.execute(order, &Command::Withdraw).unwrap();
    world.execute(order, &Command::Delete).unwrap();
    world.vault.destroy.add(Fault::Before(vault_down()));
    world.ca.cancel.add(Fault::After(ca_down()));
    let report = wait(world.service.work(64)).unwrap();
    assert_eq!((report.done, report.failed.len()), (0, 2));
    assert!(wait(world.vault.inner.export(order)).is_ok());
    assert_eq!(world.work().done, 2);
    assert!(wait(world.vault.inner.export(order)).is_err());
    assert!(world.vault.destroy.is_empty() && world.ca.cancel.is_empty());
}

#[test]
fn a_disturbed_export_may_be_asked_again() {
    let world = world();
    world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    world.vault.export.add(Fault::Before(vault_down()));
    let failed = wait(world.service.export_key(world.account, order)).unwrap_err();
    assert!(failed.retry_helps());
    assert!(wait(world.service.export_key(world.account, order)).is_ok());
}

#[test]
fn a_disturbed_look_changes_nothing() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    world.work();
    world.ca.poll.add(Fault::After(ca_down()));
    let before = world.load(order);
    let failed = world.refresh(order).unwrap_err();
    assert!(matches!(failed, ServiceError::Ca(CaError::Unavailable(_))));
    assert_eq!(world.load(order), before);
    world.issue(order);
}

#[test]
fn a_disturbed_store_is_said_to_be_so() {
    let world = world();
    let plan = world.buy(DV, 1);
    world.store.load.add(Fault::Before(STORE_DOWN));
    assert!(world.submit(DV, request(P256)).unwrap_err().retry_helps());
    let corrupt = StoreError::Corrupt(None);
    world.store.load.add(Fault::Before(corrupt));
    assert!(!world.submit(DV, request(P256)).unwrap_err().retry_helps());
    world.store.commit.add(Fault::Before(STORE_DOWN.into()));
    assert!(world.submit(DV, request(P256)).unwrap_err().retry_helps());
    world.store.outbox.add(Fault::Before(STORE_DOWN));
    assert!(wait(world.service.work(64)).unwrap_err().retry_helps());
    assert_eq!(world.ledger(plan), (1, 0, 0, 0, 0));
    assert!(waiting(&world).is_empty());
}

/// The others are shown, and the one that can't be read with its reason.
#[test]
fn an_instance_that_cannot_be_read_is_listed_beside_the_others() {
    let world = world();
    world.buy(DV, 3);
    let orders = [(); 3].map(|()| world.order(DV, request(P256)));
    let list = || {
        wait(
            world
                .service
                .list(world.account, Filter::default(), None, 9),
        )
    };
    world
        .store
        .load
        .add(Fault::Before(StoreError::Corrupt(None)));
    let rows = list().unwrap();
    let seen: Vec<_> = rows.iter().map(|row| row.listed.entry.order).collect();
    assert_eq!(seen, [orders[2], orders[1], orders[0]]);
    assert!(matches!(
        (&rows[0].unreadable, rows[0].status),
        (Some(ServiceError::Store(StoreError::Corrupt(None))), None)
    ));
    for row in &rows[1..] {
        assert!(row.unreadable.is_none());
        assert_eq!(row.status, Some(Status::DomainVerification));
    }
    // Where the store is away, each row would wait for it.
    world.store.load.add(Fault::Before(STORE_DOWN));
    let loads = world.store.loads();
    assert!(list().unwrap_err().retry_helps());
    assert_eq!(world.store.loads() - loads, 1);
    // Where it is not set up for this, each row would say so.
    let wrong = StoreError::Misconfigured(None);
    world.store.load.add(Fault::Before(wrong.clone()));
    let loads = world.store.loads();
    assert!(matches!(list(), Err(ServiceError::Store(error)) if error == wrong));
    assert_eq!(world.store.loads() - loads, 1);
}

#[test]
fn work_over_a_store_that_is_set_up_wrongly_is_not_forgotten() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    let rows = waiting(&world);
    let wrong = || StoreError::Misconfigured(Some(Note::new("read-only").unwrap()));
    for fault in [&world.store.load, &world.store.finish] {
        fault.add(Fault::Before(wrong()));
        let report = wait(world.service.work(64)).unwrap();
        assert_eq!((report.done, report.refused.len()), (0, 0));
        let (_, error) = &report.failed[0];
        assert!(!error.retry_helps());
        assert!(error.to_string().ends_with("set up for this: read-only"));
        assert_eq!(waiting(&world)[0].id, rows[0].id);
    }
    // Somebody has put it right.
    world.issue(order);
}

#[test]
fn a_commit_whose_answer_is_lost_can_be_looked_up() {
    let world = world();
    let plan = world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    world.store.commit.add(Fault::After(STORE_DOWN.into()));
    let unknown = world.execute(order, &super::world::REVOKE).unwrap_err();
    assert!(unknown.retry_helps());
    // It was committed: asking again says so instead of doing it twice.
    assert_eq!(
        refused(world.execute(order, &super::world::REVOKE)).0,
        "R-35"
    );
    assert_eq!(world.ledger(plan).4, 1);
}

/// A rival changes the order between reading and committing: a new challenge, as often as asked.
fn rivalry(world: &World, order: cert_lifecycle::model::OrderId, times: usize) -> Arc<AtomicUsize> {
    let (rival, account) = (world.rival(), world.account);
    let done = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&done);
    world.store.between(move || {
        let round = count.load(Ordering::SeqCst);
        if round == times {
            return;
        }
        let value = format!("token-{round}");
        let challenge = Challenge::dns("_dnsauth.www.example.com", RecordType::Txt, &value);
        let receive = Command::ReceiveChallenge {
            challenge: Arc::new(challenge.unwrap()),
            key: SpkiDigest::of(b"a key"),
        };
        // A digest is fixed by the first challenge for a key made here; it stays the same.
        let received = wait(rival.execute(account, order, &receive)).unwrap();
        assert_eq!(received.events.len(), 1);
        count.store(round + 1, Ordering::SeqCst);
    });
    done
}

#[test]
fn who_was_slower_decides_again() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    let done = rivalry(&world, order, 5);
    let before = world.store.loads();
    world.execute(order, &Command::Withdraw).unwrap();
    assert_eq!(done.load(Ordering::SeqCst), 5);
    assert_eq!(world.store.loads() - before, 6);
    assert_eq!(world.status(order), Status::PendingApplication);
    world.replays(order);
}

#[test]
fn who_is_always_slower_is_told_so() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    rivalry(&world, order, usize::MAX);
    let before = world.store.loads();
    let error = world.execute(order, &Command::Withdraw).unwrap_err();
    assert!(matches!(error, ServiceError::Contended), "{error:?}");
    assert!(error.retry_helps());
    let attempts = world.store.loads() - before;
    assert!((2..=64).contains(&attempts), "{attempts} attempts");
    world.store.undisturbed();
    assert_eq!(world.status(order), Status::DomainVerification);
    world.execute(order, &Command::Withdraw).unwrap();
}

#[test]
fn what_a_rival_made_impossible_is_refused_by_what_is_there_now() {
    let world = world();
    world.buy(DV, 1);
    let order = world.order(DV, request(P256));
    let (rival, account) = (world.rival(), world.account);
    world.store.between_once(move || {
        wait(rival.execute(account, order, &Command::Withdraw)).unwrap();
    });
    let late = super::world::refusal(world.execute(order, &Command::Withdraw));
    assert_eq!(late.rule().to_string(), "R-12");
    assert_eq!(late.status(), Some(Status::PendingApplication));
}

#[test]
fn a_conflict_of_any_kind_is_decided_again() {
    let world = world();
    let plan = world.buy(DV, 1);
    world.store.commit.add(Fault::Before(CommitError::Conflict(
        Expectation::Remaining(plan, 1),
    )));
    let order = world.order(DV, request(P256));
    assert!(world.store.commit.is_empty());
    world.replays(order);
}

fn with_ids(world: &World, ids: RepeatingIds) -> Service {
    let ports = Ports {
        ids: Arc::new(ids),
        ..world.service.ports().clone()
    };
    Service::new(ports, world.service.rules().clone())
}

#[test]
fn an_id_that_comes_again_is_told_and_harms_nobody() {
    let world = world();
    let plan = world.buy(DV, 3);
    let order = world.order(DV, request(P256));
    let instance = world.instance(order).id();
    let repeating = |order, instance, plan| RepeatingIds {
        inner: SeededIds::new(9),
        times: AtomicUsize::new(usize::MAX),
        order,
        instance,
        plan,
    };
    let before = (world.load(order), world.plan(plan));
    for (ids, id) in [
        (repeating(Some(order), None, None), TakenId::Order(order)),
        (
            repeating(None, Some(instance), None),
            TakenId::Stream(StreamId::Instance(instance)),
        ),
    ] {
        let service = with_ids(&world, ids);
        let code = product(DV).code;
        let taken = wait(service.submit(world.account, code, request(P256))).unwrap_err();
        assert!(
            matches!(taken, ServiceError::IdTaken(taken) if taken == id),
            "{taken:?}"
        );
        assert!(taken.to_string().contains(&id.to_string()), "{taken}");
        assert!(!taken.retry_helps());
    }
    assert_eq!((world.load(order), world.plan(plan)), before);

    // A plan's id, for whomever.
    let service = with_ids(&world, repeating(None, None, Some(plan)));
    let one = std::num::NonZeroU32::MIN;
    for account in [world.account, account("another")] {
        let taken = wait(service.buy_plan(account, product(DV), one, Payment::NONE)).unwrap_err();
        assert!(
            matches!(
                taken,
                ServiceError::IdTaken(TakenId::Stream(StreamId::Plan(taken))) if taken == plan
            ),
            "{taken:?}"
        );
    }
    assert_eq!((world.load(order), world.plan(plan)), before);
    assert_eq!(waiting(&world).len(), 1);
}

/// One in millions of short random numbers is taken: then the service draws another, and nobody
/// hears of it. What was drawn for nothing leaves nothing behind.
#[test]
fn an_id_that_is_taken_is_drawn_anew() {
    let world = world();
    let plan = world.buy(DV, 3);
    let first = world.order(DV, request(P256));
    let instance = world.instance(first).id();
    let attempts = world.service.settings().attempts as usize;
    let with = |ids| wait_for(&with_ids(&world, ids), &world);
    let repeating = |times, order, instance| RepeatingIds {
        inner: SeededIds::new(9),
        times: AtomicUsize::new(times),
        order,
        instance,
        plan: None,
    };
    let taken = with(repeating(attempts - 1, Some(first), None)).unwrap();
    assert_ne!(taken, first);
    assert_eq!(world.ledger(plan), (1, 2, 0, 0, 0));
    // As often as it draws, and no more.
    let taken = with(repeating(attempts, None, Some(instance))).unwrap_err();
    assert!(matches!(taken, ServiceError::IdTaken(_)), "{taken:?}");
    assert_eq!(world.ledger(plan), (1, 2, 0, 0, 0));
    // Under a key, too: the record is of the order that there is.
    let service = with_ids(&world, repeating(1, Some(first), None));
    let caller = Caller::once(world.account, IdempotencyKey::new("a-key").unwrap());
    let submit = || wait(service.submit(caller, product(DV).code, request(P256))).unwrap();
    let (order, receipt) = submit();
    assert_eq!(submit(), (order, receipt));
    assert_eq!(world.ledger(plan), (0, 3, 0, 0, 0));
    for order in [first, order] {
        world.replays(order);
    }
    assert_eq!(waiting(&world).len(), 3);
}

fn wait_for(service: &Service, world: &World) -> Result<OrderId, ServiceError> {
    let code = product(DV).code;
    wait(service.submit(world.account, code, request(P256))).map(|(order, _)| order)
}

/// The vault signs anew for each attempt, so the CA may know this row's request with other bytes. Another
/// request, or one with a key from elsewhere, is not taken for handed on.
#[test]
fn a_request_that_the_ca_knows_already_is_this_row_s_alone() {
    for (submission, own, taken) in [
        (request(P256), true, true),
        (request(P256), false, false),
        (with_csr("p256.csr"), true, false),
    ] {
        let world = world();
        world.buy(DV, 1);
        world.order(DV, submission);
        let row = waiting(&world)[0].id;
        let id = if own {
            row
        } else {
            RequestId::new("another").unwrap()
        };
        let reused = CaError::RequestReused(id);
        world.ca.submit.add(Fault::Before(reused));
        let report = wait(world.service.work(64)).unwrap();
        assert_eq!(report.done == 1, taken, "{report:?}");
    }
}
