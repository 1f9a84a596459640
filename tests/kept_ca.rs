//! The laboratory CA whose state is kept in rows: the contract of a CA, and that nothing is lost when
//! its process ends between any two steps.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stop on the first surprise"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::thread;

use cert_lifecycle::adapter::local_ca::{
    KeptCa, KeptCaError, LocalCaConfig, LocalCaError, ReviewPolicy,
};
use cert_lifecycle::adapter::sqlite::{SqliteOptions, SqliteStore};
use cert_lifecycle::adapter::{KeptClock, KeptClockError, MemoryKeyVault, MemoryStore};
use cert_lifecycle::lifecycle::{Carried, Term};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{
    Challenge, Curve, KeyKind, Note, OrderId, RevocationCause, RevocationReason, Timestamp,
    ValidationClass, ValidationMethod,
};
use cert_lifecycle::port::{
    BoxFuture, CaError, CaRevocation, CaState, CertificateAuthority, Clock, IssuanceRequest,
    KeyVault, RequestId, RevocationOrder, RowKey, RowValue, Rows, RowsError,
};
use cert_lifecycle::testing::{CaUnderTest, SuiteReport, ca_suite};
use pollster::block_on as wait;

fn start() -> Timestamp {
    "2026-03-20T10:00:00Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    start().saturating_add(seconds)
}

fn note(text: &str) -> Note {
    Note::new(text).unwrap()
}

fn order(number: u64) -> OrderId {
    OrderId::new(number).unwrap()
}

fn id(text: &str) -> RequestId {
    RequestId::new(text).unwrap()
}

/// Everything is decided by people, so that each step of a life is one.
fn by_hand() -> LocalCaConfig {
    LocalCaConfig::new(|_| 200)
        .with_review(ReviewPolicy::Manual)
        .with_revocation(ReviewPolicy::Manual)
}

/// A kept CA with the people and the little internet around it.
struct Lab {
    ca: Arc<KeptCa>,
    seconds: AtomicI64,
}

impl Lab {
    async fn new(config: LocalCaConfig, rows: Arc<dyn Rows>) -> Result<Self, CaError> {
        let ca = KeptCa::open(config, rows, start()).await?;
        Ok(Self {
            ca: Arc::new(ca),
            seconds: AtomicI64::new(0),
        })
    }
}

impl CaUnderTest for Lab {
    fn ca(&self) -> Arc<dyn CertificateAuthority> {
        self.ca.clone()
    }

    fn now(&self) -> Timestamp {
        later(self.seconds.load(Ordering::SeqCst))
    }

    fn publish<'a>(&'a self, challenge: &'a Challenge) -> BoxFuture<'a, Result<(), CaError>> {
        Box::pin(async { Ok(self.ca.zone().publish(challenge).await?) })
    }

    fn go_on(&self, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move {
            self.seconds.fetch_add(60, Ordering::SeqCst);
            // Whichever of it is due; the others say that it is not.
            let _ = self.ca.approve(order).await;
            let _ = self.ca.confirm_revocation(order, self.now()).await;
            let _ = self.ca.complete_revocation(order, self.now()).await;
            Ok(())
        })
    }

    fn reject(&self, order: OrderId) -> BoxFuture<'_, Result<bool, CaError>> {
        Box::pin(async move {
            let reason = note("organisation not found");
            Ok(self.ca.reject(order, reason).await.is_ok())
        })
    }

    fn refuse_revocation(&self, order: OrderId) -> BoxFuture<'_, Result<bool, CaError>> {
        Box::pin(async move {
            let reason = note("not by the owner");
            Ok(self.ca.refuse_revocation(order, reason).await.is_ok())
        })
    }

    fn revoke_by_ca(&self, order: OrderId) -> BoxFuture<'_, Result<bool, CaError>> {
        Box::pin(async move {
            let reason = RevocationReason::PrivilegeWithdrawn;
            let done = (self.ca).revoke_on_own_account(order, reason, self.now());
            Ok(done.await.is_ok())
        })
    }
}

fn holds(report: &SuiteReport) {
    report.assert_ok();
    assert_eq!(report.skipped, [], "{report}");
    assert_eq!(report.checks.len(), 22, "{:#?}", report.checks);
}

#[test]
fn it_keeps_the_contract_over_rows_in_memory() {
    for config in [
        by_hand(),
        by_hand().with_record_type(RecordType::Cname),
        LocalCaConfig::new(|_| 200).with_revocation(ReviewPolicy::Manual),
    ] {
        let report = ca_suite(&|future| wait(future), || {
            Box::pin(Lab::new(config.clone(), Arc::new(MemoryStore::new())))
        });
        report.assert_ok();
        assert_eq!(report.checks.len(), 22, "{:#?}", report.checks);
    }
}

#[test]
fn it_keeps_the_contract_over_a_file() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let files = AtomicUsize::new(0);
    let report = ca_suite(&|future| runtime.block_on(future), || {
        let number = files.fetch_add(1, Ordering::SeqCst);
        let path = folder.path().join(format!("{number}.db"));
        Box::pin(async move {
            let store = SqliteStore::open(SqliteOptions::file(path)).await;
            let store = store.map_err(|error| CaError::unavailable(&error.to_string()))?;
            Lab::new(by_hand(), Arc::new(store)).await
        })
    });
    holds(&report);
}

/// An application, and the id of its revocation.
fn application(number: u64, class: ValidationClass, method: ValidationMethod) -> IssuanceRequest {
    let vault = MemoryKeyVault::new();
    let names = ["www.example.com", "*.example.com"].map(|name| name.parse().unwrap());
    wait(vault.make(order(number), KeyKind::Ec(Curve::P256))).unwrap();
    IssuanceRequest {
        request: id(&format!("submit-{number}")),
        order: order(number),
        csr_der: wait(vault.csr(order(number), &names)).unwrap(),
        names: names.to_vec(),
        class,
        method,
        at: start(),
        term: Term::days(90).with_carried(Carried {
            old: later(-5),
            until: later(99_000_000),
        }),
    }
}

/// The number of a list, if it is a small one: `cRLNumber` (2.5.29.20), an integer of one byte.
fn list_number(der: &[u8]) -> u8 {
    let mark = [0x55, 0x1d, 0x14, 0x04, 0x03, 0x02, 0x01];
    let at = der.windows(mark.len()).position(|bytes| bytes == mark);
    let behind = at.unwrap().saturating_add(mark.len());
    *der.get(behind).unwrap()
}

/// A life: each step by a CA that was just opened, and looked at by one that was just opened.
#[expect(clippy::too_many_lines, reason = "a life has many steps")]
async fn live(rows: &Arc<dyn Rows>, class: ValidationClass, method: ValidationMethod) {
    let own = order(1);
    // When it is opened again means nothing.
    let open = async || {
        let ca = KeptCa::open(by_hand(), Arc::clone(rows), later(77)).await;
        ca.unwrap()
    };
    let first = KeptCa::open(by_hand(), Arc::clone(rows), start()).await;
    let first = first.unwrap();
    let (root, intermediate) = (first.root_pem(), first.intermediate_pem());
    drop(first);
    let request = application(1, class, method);
    let serial = async || open().await.serial(own).await.unwrap();

    open().await.submit(request.clone()).await.unwrap();
    // The request is known again, and another one under its id is not taken for it.
    open().await.submit(request.clone()).await.unwrap();
    let other = IssuanceRequest {
        at: later(1),
        ..request.clone()
    };
    let reused = open().await.submit(other).await;
    assert_eq!(reused, Err(CaError::RequestReused(request.request)));
    let again = IssuanceRequest {
        request: id("again"),
        ..request.clone()
    };
    assert!(matches!(
        open().await.submit(again).await,
        Err(CaError::Refused(_))
    ));

    let waits = open().await.poll(own, later(1)).await.unwrap();
    assert_eq!(waits.state, CaState::AwaitingProof);
    let challenge = waits.challenge.clone().unwrap();
    let still = open().await.poll(own, later(2)).await.unwrap();
    assert_eq!(still, waits, "the same challenge");
    open().await.zone().publish(&challenge).await.unwrap();
    assert!(open().await.zone().holds(&challenge).await.unwrap());
    let reviewed = open().await.poll(own, later(3)).await.unwrap();
    assert_eq!(reviewed.state, CaState::UnderReview);
    assert_eq!(reviewed.challenge, Some(challenge));
    let still = open().await.poll(own, later(4)).await.unwrap();
    assert_eq!(still.state, CaState::UnderReview, "nobody has approved it");
    open().await.approve(own).await.unwrap();
    let twice = open().await.approve(own).await;
    assert!(matches!(
        twice,
        Err(KeptCaError::Ca(LocalCaError::Stage { .. }))
    ));
    assert_eq!(serial().await, None);

    let issued = open().await.poll(own, later(5)).await.unwrap();
    assert!(matches!(issued.state, CaState::Issued { .. }), "{issued:?}");
    let number = serial().await.unwrap();
    assert_eq!(open().await.poll(own, later(6)).await.unwrap(), issued);
    let empty = open().await.crl_der(later(6)).await.unwrap();

    let revoke = RevocationOrder {
        request: id("revoke-1"),
        order: own,
        serial: number,
        reason: RevocationReason::Superseded,
        at: later(7),
    };
    open().await.revoke(revoke).await.unwrap();
    open().await.revoke(revoke).await.unwrap();
    let otherwise = RevocationOrder {
        reason: RevocationReason::KeyCompromise,
        ..revoke
    };
    assert_eq!(
        open().await.revoke(otherwise).await,
        Err(CaError::RequestReused(revoke.request))
    );
    let revocation = async || {
        let answer = open().await.poll(own, later(8)).await.unwrap();
        assert_eq!(answer.state, issued.state, "the same certificate");
        answer.revocation
    };
    if class != ValidationClass::Dv {
        assert_eq!(revocation().await, Some(CaRevocation::ToConfirm));
        let confirmed = open().await;
        confirmed.confirm_revocation(own, later(9)).await.unwrap();
    }
    assert_eq!(revocation().await, Some(CaRevocation::Pending));
    let reason = note("not by the owner");
    open()
        .await
        .refuse_revocation(own, reason.clone())
        .await
        .unwrap();
    let answered = CaRevocation::Refused {
        reason,
        asked_at: later(7),
    };
    assert_eq!(revocation().await, Some(answered));
    let anew = RevocationOrder {
        request: id("revoke-2"),
        at: later(10),
        ..revoke
    };
    open().await.revoke(anew).await.unwrap();
    if class != ValidationClass::Dv {
        let confirmed = open().await;
        confirmed.confirm_revocation(own, later(11)).await.unwrap();
    }
    open()
        .await
        .complete_revocation(own, later(12))
        .await
        .unwrap();
    let revoked = CaRevocation::Revoked {
        at: later(12),
        reason: RevocationReason::Superseded,
        cause: RevocationCause::ByHolder,
    };
    assert_eq!(revocation().await, Some(revoked));

    // The lists go on, and the certificate is on them from its instant on.
    let has = |der: &[u8]| {
        let digits = number.as_bytes();
        der.windows(digits.len()).any(|bytes| bytes == digits)
    };
    let before = open().await.crl_der(later(11)).await.unwrap();
    let full = open().await.crl_der(later(12)).await.unwrap();
    assert!(!has(&empty) && !has(&before) && has(&full));
    let numbers = [&empty, &before, &full].map(|der| list_number(der));
    assert_eq!(numbers, [1, 2, 3]);

    let last = open().await;
    assert_eq!(last.root_pem(), root);
    assert_eq!(last.intermediate_pem(), intermediate);
}

#[test]
fn nothing_is_lost_between_any_two_steps() {
    for (class, method) in [
        (ValidationClass::Dv, ValidationMethod::Dns),
        (ValidationClass::Ov, ValidationMethod::File),
    ] {
        let rows: Arc<dyn Rows> = Arc::new(MemoryStore::new());
        wait(live(&rows, class, method));
    }
}

/// The same with a process that is gone each time: its connections are, too.
#[test]
fn nothing_is_lost_in_a_file() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let reopened = Reopened(folder.path().join("ca.db"));
    let rows: Arc<dyn Rows> = Arc::new(reopened);
    runtime.block_on(live(&rows, ValidationClass::Ev, ValidationMethod::Dns));
}

/// A file that is opened for each call and closed behind it.
struct Reopened(std::path::PathBuf);

impl Reopened {
    async fn open(&self) -> SqliteStore {
        let options = SqliteOptions::file(&self.0);
        SqliteStore::open(options).await.unwrap()
    }
}

impl Rows for Reopened {
    fn get(&self, key: RowKey) -> BoxFuture<'_, Result<Option<RowValue>, RowsError>> {
        Box::pin(async move {
            let store = self.open().await;
            let found = store.get(key).await;
            store.close().await;
            found
        })
    }

    fn write(
        &self,
        changes: Vec<(RowKey, Option<RowValue>)>,
    ) -> BoxFuture<'_, Result<(), RowsError>> {
        Box::pin(async move {
            let store = self.open().await;
            let done = store.write(changes).await;
            store.close().await;
            done
        })
    }

    fn scan(
        &self,
        prefix: RowKey,
        after: Option<RowKey>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(RowKey, RowValue)>, RowsError>> {
        Box::pin(async move {
            let store = self.open().await;
            let found = store.scan(prefix, after, limit).await;
            store.close().await;
            found
        })
    }
}

/// A withdrawal, a rejection, an approval that crossed a withdrawal, and a revocation by the CA.
#[test]
fn other_ends_last_as_well() {
    let rows: Arc<dyn Rows> = Arc::new(MemoryStore::new());
    wait(async {
        let open = async || {
            let ca = KeptCa::open(by_hand(), Arc::clone(&rows), start()).await;
            ca.unwrap()
        };
        let state = async |number| {
            let answer = open().await.poll(order(number), later(9)).await;
            answer.unwrap().state
        };
        for number in 1..=3 {
            let request = application(number, ValidationClass::Dv, ValidationMethod::Dns);
            open().await.submit(request).await.unwrap();
            open().await.publish_proof(order(number)).await.unwrap();
            assert_eq!(state(number).await, CaState::UnderReview);
        }
        open().await.cancel(id("cancel"), order(1)).await.unwrap();
        open().await.cancel(id("cancel"), order(1)).await.unwrap();
        let reused = open().await.cancel(id("cancel"), order(2)).await;
        assert_eq!(reused, Err(CaError::RequestReused(id("cancel"))));
        assert_eq!(state(1).await, CaState::Cancelled);
        open().await.issue_anyway(order(1)).await.unwrap();
        assert!(matches!(state(1).await, CaState::Issued { .. }));
        let by_ca = open().await;
        let reason = RevocationReason::KeyCompromise;
        by_ca
            .revoke_on_own_account(order(1), reason, later(9))
            .await
            .unwrap();
        let answer = open().await.poll(order(1), later(9)).await.unwrap();
        let revoked = CaRevocation::Revoked {
            at: later(9),
            reason,
            cause: RevocationCause::ByCa,
        };
        assert_eq!(answer.revocation, Some(revoked));
        let reason = note("organisation not found");
        open().await.reject(order(2), reason.clone()).await.unwrap();
        assert_eq!(state(2).await, CaState::Rejected { reason });
        // The third is approved and withdrawn afterwards: it is issued all the same.
        open().await.approve(order(3)).await.unwrap();
        open().await.cancel(id("too-late"), order(3)).await.unwrap();
        assert!(matches!(state(3).await, CaState::Issued { .. }));
        let unknown = open().await.approve(order(4)).await;
        let expected = KeptCaError::Ca(LocalCaError::UnknownOrder(order(4)));
        assert_eq!(unknown, Err(expected));
    });
}

/// Rows that are slow: another thread comes in between reading and writing.
struct Slow(MemoryStore);

impl Rows for Slow {
    fn get(&self, key: RowKey) -> BoxFuture<'_, Result<Option<RowValue>, RowsError>> {
        thread::yield_now();
        self.0.get(key)
    }

    fn write(
        &self,
        changes: Vec<(RowKey, Option<RowValue>)>,
    ) -> BoxFuture<'_, Result<(), RowsError>> {
        thread::yield_now();
        self.0.write(changes)
    }

    fn scan(
        &self,
        prefix: RowKey,
        after: Option<RowKey>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(RowKey, RowValue)>, RowsError>> {
        self.0.scan(prefix, after, limit)
    }
}

/// Of two that ask at once, one comes after the other: nobody writes over the other's step.
#[test]
fn what_is_asked_at_once_is_done_one_after_the_other() {
    let config = LocalCaConfig::new(|_| 200);
    let rows: Arc<dyn Rows> = Arc::new(Slow(MemoryStore::new()));
    let ca = wait(KeptCa::open(config, rows, start())).unwrap();
    for number in 1..=40 {
        let request = application(number, ValidationClass::Dv, ValidationMethod::Dns);
        wait(ca.submit(request)).unwrap();
        wait(ca.publish_proof(order(number))).unwrap();
        wait(ca.poll(order(number), start())).unwrap();
        let polled = thread::scope(|scope| {
            let polls = [(); 4].map(|()| scope.spawn(|| wait(ca.poll(order(number), start()))));
            polls.map(|one| one.join().unwrap().unwrap())
        });
        let last = wait(ca.poll(order(number), start())).unwrap();
        assert!(matches!(last.state, CaState::Issued { .. }));
        for answer in polled {
            assert_eq!(answer, last, "each of them told the same certificate");
        }
    }
}

/// What can't be read is said, and no word of a key is in it.
#[test]
fn what_is_damaged_is_said() {
    let store = Arc::new(MemoryStore::new());
    let rows: Arc<dyn Rows> = store.clone();
    let put = |key: &str, bytes: &[u8]| {
        let value = RowValue::new(bytes.to_vec()).unwrap();
        wait(store.write(vec![(RowKey::new(key).unwrap(), Some(value))])).unwrap();
    };
    let ca = wait(KeptCa::open(by_hand(), rows.clone(), start())).unwrap();
    let shown = format!("{ca:?}");
    assert!(shown.starts_with("KeptCa { config: "), "{shown}");
    let request = application(1, ValidationClass::Dv, ValidationMethod::Dns);
    wait(ca.submit(request)).unwrap();
    let all = |prefix: &str| wait(store.scan(RowKey::new(prefix).unwrap(), None, 100)).unwrap();
    // Each prefix of an order's row, and one byte more than it has.
    let (key, whole) = all("ca/order/").remove(0);
    let whole = whole.into_bytes();
    for length in 0..whole.len() {
        put(key.as_str(), whole.get(..length).unwrap());
        let read = wait(ca.poll(order(1), start()));
        assert!(matches!(read, Err(CaError::Unavailable(_))), "{read:?}");
    }
    put(key.as_str(), &[whole.as_slice(), b"!"].concat());
    assert!(wait(ca.approve(order(1))).is_err());
    put(key.as_str(), &whole);
    assert!(wait(ca.poll(order(1), start())).is_ok());
    // The keys of another CA do not fit these certificates, and neither do bytes that are none.
    put("ca/hierarchy", b"no hierarchy");
    let opened = wait(KeptCa::open(by_hand(), rows, start()));
    let error = opened.err().unwrap();
    assert!(matches!(error, KeptCaError::Damaged(_)), "{error:?}");
}

#[test]
fn a_kept_clock_goes_forward_and_stays_where_it_stood() {
    let store = Arc::new(MemoryStore::new());
    let open = |at| wait(KeptClock::open(store.clone(), at));
    let clock = open(start()).unwrap();
    assert_eq!(clock.now(), start());
    let same = clock.clone();
    assert_eq!(wait(same.advance(60)).unwrap(), later(60));
    assert_eq!(clock.now(), later(60));
    wait(clock.set(later(90))).unwrap();
    wait(clock.set(later(90))).unwrap();
    let back = wait(clock.set(later(89)));
    assert_eq!(back, Err(KeptClockError::Back { now: later(90) }));
    assert_eq!(clock.now(), later(90));
    drop((clock, same));
    // Where it stood counts, not where it would begin.
    assert_eq!(open(later(500)).unwrap().now(), later(90));
    let clock = open(start()).unwrap();
    assert_eq!(wait(clock.advance(u64::MAX)).unwrap(), Timestamp::MAX);
    assert_eq!(open(start()).unwrap().now(), Timestamp::MAX);
    let key = RowKey::new("clock/now").unwrap();
    let value = RowValue::new(b"noon".to_vec()).unwrap();
    wait(store.write(vec![(key, Some(value))])).unwrap();
    assert_eq!(open(start()).err(), Some(KeptClockError::Damaged));
}
