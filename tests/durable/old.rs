//! Databases as earlier schemas left them: something in every table, and what is read of it.
//!
//! `tests/data/schema` has one of each number and each kind, and beside it what was read of it when it
//! was new. They are never made again: a release that adds a schema adds its own, with the tests
//! `make_*` of that release.

use core::fmt::Write as _;
use std::num::NonZeroU32;
use std::path::PathBuf;

use cert_lifecycle::codec::stored::{encode_effect, encode_event, encode_receipt};
use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::{
    AccountId, Applicant, Channel, Currency, KeyKind, Note, OrderId, Payment, RevocationReason,
    Status, Submission, Timestamp, ValidationMethod,
};
use cert_lifecycle::port::{
    Filter, IdempotencyKey, KeyRow, KeyRows, Lease, OutboxPart, Read, ReadSet, Stage, Store,
    StreamId, Version,
};

use super::life::{Around, account, first_half, product, submission};

/// Where the databases of earlier releases are.
pub(crate) fn kept(name: &str) -> PathBuf {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/schema");
    PathBuf::from(data).join(name)
}

/// The numbers of the schemas whose databases are kept with this ending; none is passed over.
pub(crate) fn schemas(ending: &str) -> Vec<u32> {
    let files = std::fs::read_dir(kept("")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut numbers: Vec<u32> = names
        .filter_map(|name| name.strip_suffix(ending)?.parse().ok())
        .collect();
    numbers.sort_unstable();
    assert!(!numbers.is_empty(), "there is none with {ending}");
    numbers
}

fn console() -> AccountId {
    AccountId::new("2000000001").unwrap()
}

fn lease(now: Timestamp, limit: usize) -> Lease {
    Lease {
        now,
        until: now.saturating_add(60),
        horizon: now.saturating_add(86_400),
        limit,
    }
}

/// Leaves something in every table: certificates issued, revoked and waited for, a chain, an upload, a
/// plan paid back, keys, an answer under a key, work that waits, is leased, is postponed and is laid
/// aside, and instances that are due and claimed.
pub(crate) async fn leave<S: Store + KeyRows + Clone + 'static>(store: &S) {
    let around = Around::new();
    let service = around.service(store, 1);
    let (plan, issued) = first_half(&around, &service).await;
    let (withdrawn, _) = service
        .submit(account(), product().code, submission())
        .await
        .unwrap();
    let cancel = Command::Withdraw;
    service
        .execute(account(), withdrawn, &cancel)
        .await
        .unwrap();
    let delete = Command::Delete;
    service
        .execute(account(), withdrawn, &delete)
        .await
        .unwrap();
    service.work(100).await.unwrap();

    let shop = around.service_for(store, 2, Channel::Console);
    let years = NonZeroU32::new(3).unwrap();
    let cash = Payment::cash(30_000, Currency::CNY);
    let bought = shop.buy(console(), product(), years, cash).await.unwrap();
    let applicant = Applicant::new("Tom", "13900000000", "username@example.com").unwrap();
    let names = "shop.example.com".parse().unwrap();
    let made = KeyKind::Rsa { bits: 2_048 };
    let wanted = Submission::request(names, applicant, ValidationMethod::Dns, made);
    shop.apply(console(), bought.orders[0], wanted)
        .await
        .unwrap();
    let other = Payment::cash(20_000, Currency::CNY);
    let (unused, _) = service
        .buy_plan(account(), product(), years, other)
        .await
        .unwrap();
    let back = Command::ClaimRefund;
    service
        .execute_on_plan(account(), unused, &back)
        .await
        .unwrap();

    let revoke = Command::RequestRevocation {
        reason: RevocationReason::Superseded,
    };
    service.execute(account(), issued, &revoke).await.unwrap();
    let (_, _) = service
        .submit(account(), product().code, submission())
        .await
        .unwrap();
    assert!(
        service
            .plan(account(), plan)
            .await
            .unwrap()
            .unwrap()
            .balances()
    );

    // Four pieces of work: laid aside, postponed, leased, and waiting.
    let now = around.now();
    let leased = store.lease(lease(now, 3)).await.unwrap();
    assert_eq!(leased.len(), 3);
    let reason = Note::new("the desk is closed").unwrap();
    store
        .park(leased[0].id, leased[0].claim, reason)
        .await
        .unwrap();
    let later = now.saturating_add(600);
    store
        .postpone(leased[1].id, leased[1].claim, later)
        .await
        .unwrap();
    let due = now.saturating_add(86_400);
    assert_eq!(store.due(lease(due, 1)).await.unwrap().len(), 1);
}

async fn journal(store: &dyn Store, text: &mut String, account: AccountId, stream: StreamId) {
    writeln!(text, "journal of {stream} of {account}").unwrap();
    let events = store.journal(account, stream, Version(0), 1_000).await;
    for event in events.unwrap() {
        writeln!(text, "  {}", encode_event(&event)).unwrap();
    }
}

/// What a store answers: lists, folded states, journals, records, keys, work, and last what is due.
pub(crate) async fn shown<S: Store + KeyRows>(store: &S) -> String {
    let mut text = String::new();
    let filter = Filter {
        stages: Stage::ALL.to_vec(),
        ..Filter::default()
    };
    let named = Filter {
        name_suffix: Some("example.com".parse().unwrap()),
        ..Filter::default()
    };
    let mut keys: Vec<OrderId> = Vec::new();
    for account in [account(), console()] {
        let listed = store.list(account, filter.clone(), None, 100).await;
        let found = store.list(account, named.clone(), None, 100).await.unwrap();
        writeln!(text, "{} below example.com", found.len()).unwrap();
        let mut beside: Vec<StreamId> = Vec::new();
        for row in listed.unwrap() {
            writeln!(text, "listed {account} {row:?}").unwrap();
            let entry = &row.entry;
            keys.push(entry.order);
            journal(
                store,
                &mut text,
                account,
                StreamId::Instance(entry.instance),
            )
            .await;
            let read = Read {
                key: Some(IdempotencyKey::new("first").unwrap()),
                ..ReadSet::Order(entry.order).into()
            };
            let loaded = store.load(account, read).await.unwrap();
            let instance = loaded.instance.unwrap();
            assert_eq!(instance.version, row.version);
            let (all, own) = (loaded.beside.of_account, loaded.beside.of_product);
            let sums = [all, own].map(|sums| (sums.bought, sums.kept, sums.revoked));
            let free = loaded.beside.free_this_year;
            writeln!(text, "  beside {:?} {sums:?} {free}", loaded.product).unwrap();
            if let Some(record) = loaded.record {
                let receipt = encode_receipt(&record.receipt);
                writeln!(text, "  {:?} {:?} {receipt}", record.key, record.digest).unwrap();
            }
            if let Some(plan) = loaded.plan {
                beside.push(StreamId::Plan(plan.state.id()));
            }
            if let Some(chain) = loaded.chain {
                beside.push(StreamId::Chain(chain.state.id()));
            }
            if let Some(purchase) = loaded.purchase {
                beside.push(StreamId::Purchase(purchase.state.id()));
            }
        }
        beside.sort();
        beside.dedup();
        for stream in beside {
            journal(store, &mut text, account, stream).await;
        }
    }
    keys.sort();
    for order in keys {
        let row = store.get(order).await.unwrap();
        let row = row.map(|row| match row {
            KeyRow::Sealed(bytes) => bytes,
            KeyRow::Destroyed => Vec::new(),
        });
        writeln!(text, "key of {order}: {row:?}").unwrap();
    }
    for part in [OutboxPart::Waiting, OutboxPart::Parked] {
        for row in store.outbox(part, None, 100).await.unwrap() {
            let effect = encode_effect(&row.effect.unwrap());
            let (place, id, attempts) = (row.position.0, row.id, row.attempts);
            let (at, from, why) = (row.at, row.not_before, row.parked);
            writeln!(
                text,
                "{part:?} {place} {id} {} {at} {effect} {attempts} {from} {why:?}",
                row.account
            )
            .unwrap();
        }
    }
    // Free again once the claim has ended, and before that those that nobody has claimed.
    let until = Timestamp::from_unix_seconds(4_000_000_000).unwrap();
    let claimed: Timestamp = "2026-03-22T00:00:00+08:00".parse().unwrap();
    for now in [claimed, until] {
        for row in store.due(lease(now, 100)).await.unwrap() {
            let (instance, order, at) = (row.instance, row.order, row.due_at);
            writeln!(text, "due {} {instance} {order} {at}", row.account).unwrap();
        }
    }
    text
}

/// What was read, line by line, for a difference of long texts is no help.
pub(crate) fn same(was: &str, is: &str) {
    for (was, is) in was.lines().zip(is.lines()) {
        assert_eq!(was, is);
    }
    assert_eq!(was.lines().count(), is.lines().count());
}

/// What lay in an old database is worked on: rows are leased, retried and finished, instances are
/// rescheduled, and the account buys and applies again.
pub(crate) async fn go_on<S: Store + KeyRows + Clone + 'static>(store: &S) {
    // What later schemas list is listed of what was there before, too.
    let plans = store.plans(account(), None, None, 9).await.unwrap();
    assert_eq!(plans.len(), 2, "one is used, one was paid back");
    let paid = store.purchases(console(), None, 9).await.unwrap();
    assert_eq!(paid.len(), 1);
    assert_eq!(store.purchases(account(), None, 9).await.unwrap(), []);

    let around = Around::new();
    around.advance(86_400);
    let now = around.now();
    for row in store.outbox(OutboxPart::Parked, None, 9).await.unwrap() {
        assert!(store.retry(row.id, now).await.unwrap());
    }
    let leased = store.lease(lease(now, 100)).await.unwrap();
    assert_eq!(leased.len(), 4);
    for row in leased {
        store.postpone(row.id, row.claim, now).await.unwrap();
    }
    let leased = store.lease(lease(now, 100)).await.unwrap();
    assert_eq!(leased.len(), 4, "each was handed back");
    for row in leased {
        store.finish(row.id).await.unwrap();
    }
    // The claims of who read it have ended by then.
    let far = Timestamp::from_unix_seconds(4_100_000_000).unwrap();
    let due = store.due(lease(far, 100)).await.unwrap();
    assert_eq!(due.len(), 4);
    for row in due {
        let again = store.reschedule(row.account, row.instance, row.claim, None);
        again.await.unwrap();
    }
    assert!(store.due(lease(far, 100)).await.unwrap().is_empty());

    let service = around.service(store, 3);
    let (order, _) = service
        .submit(account(), product().code, submission())
        .await
        .unwrap();
    let described = service.describe(account(), order).await.unwrap();
    assert_eq!(described.status, Status::DomainVerification);

    // The service says the same as the store below it.
    let all = Filter {
        stages: Stage::ALL.to_vec(),
        ..Filter::default()
    };
    let listed = service.list(account(), all.clone(), None, 100).await;
    let counted = service.count(account(), all).await.unwrap();
    assert_eq!(usize::try_from(counted).unwrap(), listed.unwrap().len());
    let plans = service.plans(account(), Some(product().code)).await;
    let kept = store.plans(account(), Some(product().code), None, 9).await;
    assert_eq!(plans.unwrap(), kept.unwrap());
    let bought = service.purchases(console(), None, 9).await.unwrap();
    assert_eq!(bought, paid);
}
