//! A service with everything around it, made anew for each run, and the steps of a story.

use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock};

use cert_lifecycle::adapter::local_ca::{LocalCaConfig, ReviewPolicy, Zone};
use cert_lifecycle::adapter::{LocalCa, ManualClock, MemoryKeyVault, SeededIds};
use cert_lifecycle::lifecycle::{Command, Refusal};
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, CertificateInstance, Currency, Curve, EditionKey, KeyKind,
    KeySource, OrderId, Payment, PlanId, Product, RevocationReason, Status, Submission, Timestamp,
    ValidationMethod,
};
use cert_lifecycle::port::{Clock, Loaded, ReadSet, Store};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::service::{
    EditionPolicy, Ports, Receipt, Rules, Service, ServiceError, Settings,
};

use super::pace::{Choices, Pace, Task};
use super::place::Place;
use super::ports::{Outside, Paced};

/// Checked once, for that takes longer than many commands.
static BOOK: LazyLock<Rulebook> = LazyLock::new(Rulebook::published);

pub(crate) const DAY: i64 = 86_400;
pub(crate) const PRICE: Payment = Payment::cash(10_000, Currency::CNY);
pub(crate) const REVOKE: Command = Command::RequestRevocation {
    reason: RevocationReason::Superseded,
};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn product() -> Product {
    Catalog::published().get("geotrust-dv-1-starter").unwrap()
}

pub(crate) fn submission() -> Submission {
    let applicant = Applicant::new("Tom", "13900000000", "username@example.com").unwrap();
    let key = KeySource::ServiceMade(KeyKind::Ec(Curve::P256));
    let names = vec!["www.example.com".parse().unwrap()];
    Submission::for_package(names, applicant, ValidationMethod::Dns, key).unwrap()
}

/// The refusal, if it is one; any other failure is a surprise.
pub(crate) fn refusal<T: std::fmt::Debug>(answer: &Result<T, ServiceError>) -> Option<&Refusal> {
    match answer {
        Ok(_) => None,
        Err(ServiceError::Refused(refusal)) => Some(refusal),
        Err(other) => panic!("neither done nor refused: {other:?}"),
    }
}

/// The rule of a refusal.
pub(crate) fn refused<T: std::fmt::Debug>(answer: &Result<T, ServiceError>) -> Option<String> {
    refusal(answer).map(|refusal| refusal.rule().to_string())
}

pub(crate) struct Stage {
    pub(crate) service: Service,
    /// Past the gates.
    pub(crate) store: Arc<dyn Store>,
    pub(crate) paced: Arc<Paced>,
    pub(crate) outside: Arc<Outside>,
    pub(crate) ca: Arc<LocalCa>,
    pub(crate) vault: Arc<MemoryKeyVault>,
    pub(crate) zone: Zone,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) account: AccountId,
    pace: Arc<Pace>,
}

impl Stage {
    /// Under one edition, from an instant on; the CA carries revocations out by itself or waits.
    pub(crate) async fn new(over: &Place, edition: &str, start: &str, ca: ReviewPolicy) -> Self {
        let config = LocalCaConfig::new(|issued| BOOK.ceilings().max_days(issued).into());
        let (start, zone) = (at(start), Zone::new());
        let ca = LocalCa::new(config.with_revocation(ca), zone.clone(), start).unwrap();
        let (pace, ca) = (Arc::new(Pace::default()), Arc::new(ca));
        let store = over.fresh().await;
        let paced = Arc::new(Paced::new(store.clone(), pace.clone()));
        let outside = Arc::new(Outside::new(ca.clone(), pace.clone()));
        let vault = Arc::new(MemoryKeyVault::new());
        let clock = Arc::new(ManualClock::new(start));
        let ports = Ports {
            store: paced.clone(),
            ca: outside.clone(),
            vault: vault.clone(),
            payments: outside.clone(),
            notifier: outside.clone(),
            deployer: outside.clone(),
            clock: clock.clone(),
            ids: Arc::new(SeededIds::new(1)),
        };
        let policy = EditionPolicy::Fixed(EditionKey::new(edition).unwrap());
        let mut settings = Settings::default();
        (settings.poll_every, settings.longest_poll) = (1, 1);
        Self {
            service: Service::new(ports, Rules::new(BOOK.clone(), policy)).with_settings(settings),
            store,
            paced,
            outside,
            ca,
            vault,
            zone,
            clock,
            account: AccountId::new("1234567890").unwrap(),
            pace,
        }
    }

    /// Lets tasks race as it is chosen.
    pub(crate) async fn race(&self, choices: &mut Choices, tasks: Vec<Task<'_>>) {
        self.pace.race(choices, tasks).await;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A command, and whether what its giver was told is what was committed: all of it, or after a
    /// refusal nothing (L4).
    pub(crate) async fn told<T>(
        &self,
        call: impl Future<Output = Result<T, ServiceError>>,
        receipt: impl FnOnce(&T) -> &Receipt,
    ) -> Result<T, ServiceError> {
        let before = self.committed_by_me().len();
        let answer = call.await;
        let committed = self.committed_by_me().split_off(before);
        let told = match &answer {
            Ok(told) => receipt(told).events.clone(),
            Err(_) => Vec::new(),
        };
        assert_eq!(committed, told, "what is acknowledged and what is done");
        answer
    }

    fn committed_by_me(&self) -> Vec<cert_lifecycle::lifecycle::Event> {
        let me = self.pace.task();
        let committed = self.paced.committed();
        let own = committed.iter().filter(|one| one.by == me);
        own.flat_map(|one| one.events.iter().cloned()).collect()
    }

    pub(crate) async fn execute(
        &self,
        order: OrderId,
        command: &Command,
    ) -> Result<Receipt, ServiceError> {
        let call = self.service.execute(self.account, order, command);
        self.told(call, |receipt| receipt).await
    }

    pub(crate) async fn refresh(&self, order: OrderId) -> Result<Vec<Receipt>, ServiceError> {
        self.service.refresh(self.account, order).await
    }

    /// The worker, once.
    pub(crate) async fn work(&self) -> usize {
        let report = self.service.work(64).await.unwrap();
        let whole = report.refused.is_empty() && report.failed.is_empty();
        assert!(whole && report.given_up.is_empty(), "{report:?}");
        report.done
    }

    pub(crate) async fn plan(&self, units: u32) -> PlanId {
        let units = NonZeroU32::new(units).unwrap();
        let bought = self
            .service
            .buy_plan(self.account, product(), units, PRICE)
            .await;
        bought.unwrap().0
    }

    pub(crate) async fn submit(&self) -> OrderId {
        let code = product().code;
        let submitted = self.service.submit(self.account, code, submission()).await;
        submitted.unwrap().0
    }

    /// Slots bought on the console, one a year.
    pub(crate) async fn buy(&self, years: u32) -> Vec<OrderId> {
        let years = NonZeroU32::new(years).unwrap();
        let bought = self
            .service
            .buy(self.account, product(), years, PRICE)
            .await;
        bought.unwrap().orders
    }

    pub(crate) async fn apply(&self, slot: OrderId) -> OrderId {
        let applied = self.service.apply(self.account, slot, submission()).await;
        applied.unwrap().0
    }

    /// Hands an order to the CA and proves its domain; it is under review then.
    pub(crate) async fn prove(&self, order: OrderId) {
        self.work().await;
        self.refresh(order).await.unwrap();
        self.publish(order).await;
        self.refresh(order).await.unwrap();
        assert_eq!(self.status(order).await, Status::Validating);
    }

    /// The owner publishes what the CA asks for, if it does.
    pub(crate) async fn publish(&self, order: OrderId) {
        let loaded = self.load(order).await.instance;
        let instance = loaded.map(|found| found.state);
        let application = instance.as_ref().and_then(CertificateInstance::application);
        if let Some(challenge) = application.and_then(|own| own.challenge()) {
            self.zone.publish(challenge);
        }
    }

    /// Leads an order to its certificate, and tells its holder.
    pub(crate) async fn issue(&self, order: OrderId) {
        self.prove(order).await;
        self.refresh(order).await.unwrap();
        let instance = self.instance(order).await;
        assert!(instance.live().is_some(), "{instance:?}");
        self.work().await;
    }

    pub(crate) async fn load(&self, order: OrderId) -> Loaded {
        let read = ReadSet::Order(order).into();
        self.store.load(self.account, read).await.unwrap()
    }

    pub(crate) async fn instance(&self, order: OrderId) -> CertificateInstance {
        self.load(order).await.instance.unwrap().state
    }

    pub(crate) async fn status(&self, order: OrderId) -> Status {
        let described = self.service.describe(self.account, order).await;
        described.unwrap().status
    }

    /// Worker and sweeper go on until nothing is left to do.
    pub(crate) async fn settle(&self) {
        let mut idle = 0;
        for _ in 0..40 {
            let done = self.work().await;
            let swept = self.service.sweep(64).await.unwrap();
            assert!(swept.failed.is_empty(), "{swept:?}");
            idle = if done + swept.changed == 0 {
                idle + 1
            } else {
                0
            };
            if idle == 3 {
                return;
            }
            // What somebody else leased is free again then.
            self.clock.advance(61);
        }
        panic!("there is always something left to do");
    }
}
