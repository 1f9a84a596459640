//! A service with everything around it, and the steps of a story.

use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cert_lifecycle::adapter::local_ca::{LocalCaConfig, Zone};
use cert_lifecycle::adapter::{LocalCa, ManualClock, Recorder, SeededIds, Sent};
use cert_lifecycle::lifecycle::{
    Command, Event, InstanceEvent, Refusal, RefusalKind, evolve_instance, evolve_plan,
};
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, CertificateInstance, Company, CsrFacts, Curve, DomainName,
    EditionKey, IssuedCertificate, KeyKind, KeySource, Note, OrderId, Payment, PlanId, Product,
    ResourcePlan, RevocationReason, Serial, Status, Submission, Timestamp, ValidationMethod,
};
use cert_lifecycle::pki::{Limits, parse_csr};
use cert_lifecycle::port::{Clock, Loaded, Message, ReadSet, Store, StreamId, Version};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::service::{
    EditionPolicy, Ports, Receipt, Rules, Service, ServiceError, Settings, WorkReport,
};
use x509_cert::certificate::Rfc5280;
use x509_cert::crl::CertificateList;
use x509_cert::der::Decode;

use super::parts::{TestCa, TestStore, TestVault};

pub(crate) use pollster::block_on as wait;

pub(crate) const P256: KeyKind = KeyKind::Ec(Curve::P256);
pub(crate) const RSA: KeyKind = KeyKind::Rsa { bits: 2_048 };
pub(crate) const DAY: i64 = 86_400;
/// A DV product for one name, and an OV product for one.
pub(crate) const DV: &str = "geotrust-dv-1-starter";
pub(crate) const OV: &str = "geotrust-ov-1-personal";
pub(crate) const API_2021: &str = "2021-02-api";
pub(crate) const API_2023: &str = "2023-api";

pub(crate) const REVOKE: Command = Command::RequestRevocation {
    reason: RevocationReason::Superseded,
};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn note(text: &str) -> Note {
    Note::new(text).unwrap()
}

pub(crate) fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

pub(crate) fn account(text: &str) -> AccountId {
    AccountId::new(text).unwrap()
}

pub(crate) fn product(code: &str) -> Product {
    Catalog::published().get(code).unwrap()
}

pub(crate) fn tom() -> Applicant {
    Applicant::new("Tom", "13900000000", "username@example.com").unwrap()
}

pub(crate) fn csr(file: &str) -> CsrFacts {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/pki");
    parse_csr(&fs::read(path.join(file)).unwrap(), &Limits::default()).unwrap()
}

/// `CreateCertificateRequest` for `www.example.com`.
pub(crate) fn request(kind: KeyKind) -> Submission {
    Submission::request(name("www.example.com"), tom(), ValidationMethod::Dns, kind)
}

pub(crate) fn with_csr(file: &str) -> Submission {
    Submission::with_csr(csr(file), tom(), ValidationMethod::Dns)
}

pub(crate) fn for_package(applicant: Applicant, key: KeySource) -> Submission {
    let names = vec![name("www.example.com")];
    Submission::for_package(names, applicant, ValidationMethod::Dns, key).unwrap()
}

pub(crate) fn for_company() -> Submission {
    let applicant = tom().for_company(Company::new("Example Ltd").unwrap());
    for_package(applicant, KeySource::ServiceMade(P256))
}

/// What a refusal says; any other answer is a surprise.
pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, ServiceError>) -> Refusal {
    match answer {
        Err(ServiceError::Refused(refusal)) => *refusal,
        other => panic!("expected a refusal: {other:?}"),
    }
}

/// The rule and the kind of a refusal.
pub(crate) fn refused<T: std::fmt::Debug>(
    answer: Result<T, ServiceError>,
) -> (String, RefusalKind) {
    let refusal = refusal(answer);
    (refusal.rule().to_string(), refusal.kind())
}

pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) store: Arc<TestStore>,
    pub(crate) ca: Arc<TestCa>,
    pub(crate) local: Arc<LocalCa>,
    pub(crate) vault: Arc<TestVault>,
    pub(crate) recorder: Arc<Recorder>,
    told: AtomicUsize,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) zone: Zone,
    pub(crate) account: AccountId,
}

/// The ceilings of the published rulebook.
pub(crate) fn config() -> LocalCaConfig {
    let ceilings = Rulebook::published().ceilings().clone();
    LocalCaConfig::new(move |issued| u32::from(ceilings.max_days(issued)))
}

pub(crate) fn fixed(key: &str) -> EditionPolicy {
    EditionPolicy::Fixed(EditionKey::new(key).unwrap())
}

/// What failed is tried again at once, and nothing is leased for longer than a call.
pub(crate) fn at_once() -> Settings {
    let mut settings = Settings::default();
    (settings.lease, settings.first_delay) = (0, 0);
    settings
}

impl World {
    /// Under one edition, from an instant on.
    pub(crate) fn new(edition: &str, start: &str) -> Self {
        Self::with(config(), fixed(edition), start)
    }

    pub(crate) fn with(config: LocalCaConfig, policy: EditionPolicy, start: &str) -> Self {
        super::traces::install();
        let zone = Zone::new();
        let local = Arc::new(LocalCa::new(config, zone.clone(), at(start)).unwrap());
        let clock = Arc::new(ManualClock::new(at(start)));
        let (store, vault) = (Arc::new(TestStore::new()), Arc::new(TestVault::new()));
        let ca = Arc::new(TestCa::new(local.clone()));
        let recorder = Arc::new(Recorder::new());
        let ports = Ports {
            store: store.clone(),
            ca: ca.clone(),
            vault: vault.clone(),
            payments: recorder.clone(),
            notifier: recorder.clone(),
            deployer: recorder.clone(),
            clock: clock.clone(),
            ids: Arc::new(SeededIds::new(1)),
        };
        Self {
            service: Service::new(ports, Rules::new(Rulebook::published(), policy))
                .with_settings(at_once()),
            store,
            ca,
            local,
            vault,
            recorder,
            told: AtomicUsize::new(0),
            clock,
            zone,
            account: account("1234567890"),
        }
    }

    /// The same world seen past the wrapper of the store: nothing disturbs it.
    pub(crate) fn rival(&self) -> Service {
        let ports = Ports {
            store: self.store.inner.clone(),
            ids: Arc::new(SeededIds::new(2)),
            ..self.service.ports().clone()
        };
        Service::new(ports, self.service.rules().clone()).with_settings(at_once())
    }

    pub(crate) fn buy(&self, code: &str, count: u32) -> PlanId {
        let count = NonZeroU32::new(count).unwrap();
        let bought = wait(
            self.service
                .buy_plan(self.account, product(code), count, Payment::NONE),
        );
        bought.unwrap().0
    }

    pub(crate) fn submit(
        &self,
        code: &str,
        submission: Submission,
    ) -> Result<(OrderId, Receipt), ServiceError> {
        wait(
            self.service
                .submit(self.account, product(code).code, submission),
        )
    }

    /// An accepted order, handed to nobody yet.
    pub(crate) fn order(&self, code: &str, submission: Submission) -> OrderId {
        self.submit(code, submission).unwrap().0
    }

    pub(crate) fn execute(
        &self,
        order: OrderId,
        command: &Command,
    ) -> Result<Receipt, ServiceError> {
        wait(self.service.execute(self.account, order, command))
    }

    pub(crate) fn refresh(&self, order: OrderId) -> Result<Vec<Receipt>, ServiceError> {
        wait(self.service.refresh(self.account, order))
    }

    /// The worker, with everything done well.
    pub(crate) fn work(&self) -> WorkReport {
        let report = wait(self.service.work(64)).unwrap();
        assert!(report.refused.is_empty(), "{report:?}");
        assert!(report.failed.is_empty(), "{report:?}");
        report
    }

    /// The messages that went out since it was asked last.
    pub(crate) fn notices(&self) -> Vec<Message> {
        self.work();
        let sent = self.recorder.sent().into_iter();
        let messages: Vec<_> = sent
            .filter_map(|sent| match sent {
                Sent::Message(message) => Some(message),
                Sent::Payout(_) | Sent::Deployment(_) | Sent::Removal(_) => None,
            })
            .collect();
        let told = self.told.swap(messages.len(), Ordering::SeqCst);
        messages[told..].to_vec()
    }

    /// Hands an order to the CA and proves its domain; it is under review then.
    pub(crate) fn prove(&self, order: OrderId) {
        self.work();
        self.refresh(order).unwrap();
        let instance = self.instance(order);
        let application = instance.application().unwrap();
        self.zone.publish(application.challenge().unwrap());
        self.refresh(order).unwrap();
        assert_eq!(self.status(order), Status::Validating);
    }

    /// Leads an order to its certificate.
    pub(crate) fn issue(&self, order: OrderId) -> Arc<IssuedCertificate> {
        self.prove(order);
        self.refresh(order).unwrap();
        assert_eq!(self.status(order), Status::Issued);
        self.certificate(order)
    }

    /// An order with its certificate.
    pub(crate) fn issued(&self, code: &str, submission: Submission) -> OrderId {
        let order = self.order(code, submission);
        self.issue(order);
        order
    }

    pub(crate) fn certificate(&self, order: OrderId) -> Arc<IssuedCertificate> {
        Arc::new(self.instance(order).live().unwrap().certificate().clone())
    }

    pub(crate) fn load(&self, order: OrderId) -> Loaded {
        wait(
            self.store
                .inner
                .load(self.account, ReadSet::Order(order).into()),
        )
        .unwrap()
    }

    pub(crate) fn instance(&self, order: OrderId) -> CertificateInstance {
        self.load(order).instance.unwrap().state
    }

    pub(crate) fn status(&self, order: OrderId) -> Status {
        let described = wait(self.service.describe(self.account, order)).unwrap();
        assert_eq!(described.at, self.clock.now());
        described.status
    }

    pub(crate) fn plan(&self, plan: PlanId) -> ResourcePlan {
        let read = wait(
            self.store
                .inner
                .load(self.account, ReadSet::Plan(plan).into()),
        )
        .unwrap();
        let plan = read.plan.unwrap().state;
        assert!(plan.balances(), "{plan:?}");
        plan
    }

    /// Remaining, reserved, settled, issued, revocations.
    pub(crate) fn ledger(&self, plan: PlanId) -> (u32, u32, u32, u64, u32) {
        let plan = self.plan(plan);
        (
            plan.remaining(),
            plan.reserved(),
            plan.settled(),
            plan.issued(),
            plan.revocations(),
        )
    }

    pub(crate) fn events(&self, stream: StreamId) -> Vec<Event> {
        wait(
            self.store
                .inner
                .journal(self.account, stream, Version(0), 999),
        )
        .unwrap()
    }

    /// How many orphans the instance's journal records.
    pub(crate) fn orphans(&self, order: OrderId) -> usize {
        let id = self.instance(order).id();
        self.events(StreamId::Instance(id))
            .iter()
            .filter(|event| {
                matches!(
                    event,
                    Event::Instance {
                        event: InstanceEvent::OrphanIssued { .. },
                        ..
                    }
                )
            })
            .count()
    }

    /// Both streams of an order are the folds of their journals, and versions count events (L3).
    pub(crate) fn replays(&self, order: OrderId) {
        let found = self.load(order);
        let (instance, plan) = (found.instance.unwrap(), found.plan.unwrap());
        let events = self.events(StreamId::Instance(instance.state.id()));
        assert_eq!(instance.version, Version(events.len() as u64));
        let mut folded = None;
        for event in &events {
            let Event::Instance { id, event } = event else {
                panic!("a plan's event in an instance's stream: {event:?}")
            };
            evolve_instance(&mut folded, *id, event);
        }
        assert_eq!(folded, Some(instance.state));

        let events = self.events(StreamId::Plan(plan.state.id()));
        assert_eq!(plan.version, Version(events.len() as u64));
        let mut folded = None;
        for event in &events {
            let Event::Plan { id, event } = event else {
                panic!("an instance's event in a plan's stream: {event:?}")
            };
            evolve_plan(&mut folded, *id, event);
        }
        assert!(plan.state.balances());
        assert_eq!(folded, Some(plan.state));
    }

    /// The serial numbers on the CA's list at the present instant.
    pub(crate) fn crl(&self) -> Vec<Serial> {
        let der = self.local.crl_der(self.clock.now()).unwrap();
        let list = CertificateList::<Rfc5280>::from_der(&der).unwrap();
        let revoked = list.tbs_cert_list.revoked_certificates.unwrap_or_default();
        revoked
            .iter()
            .map(|entry| Serial::new(entry.serial_number.as_bytes()).unwrap())
            .collect()
    }
}
