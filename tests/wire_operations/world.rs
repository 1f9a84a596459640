//! A desk over real parts, and the steps of a story as a caller takes them.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
use cert_lifecycle::adapter::{ManualClock, MemoryKeyVault, MemoryStore, Recorder, SeededIds};
use cert_lifecycle::model::{
    AccountId, Catalog, Curve, EditionKey, KeyKind, Note, OrderId, Payment, Product, Timestamp,
};
use cert_lifecycle::port::{KeyVault, Store};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::service::{EditionPolicy, Ports, Rules, Service, Settings};
use cert_lifecycle::wire::{Desk, Done, Fault, Operation, Parameters, Tree};

pub(crate) use pollster::block_on as wait;

pub(crate) const DAY: i64 = 86_400;
pub(crate) const DV: &str = "geotrust-dv-1-starter";
pub(crate) const OV: &str = "geotrust-ov-1-personal";
pub(crate) const API_2021: &str = "2021-02-api";
pub(crate) const API_2023: &str = "2023-api";
pub(crate) const API_2025: &str = "2025-12-api";
pub(crate) const START: &str = "2021-03-01T09:00:00+08:00";

pub(crate) const CONTACT: [(&str, &str); 3] = [
    ("Username", "Tom"),
    ("Phone", "13900000000"),
    ("Email", "username@example.com"),
];

pub(crate) struct World {
    pub(crate) desk: Desk,
    pub(crate) ca: Arc<LocalCa>,
    pub(crate) clock: ManualClock,
    pub(crate) zone: Zone,
    pub(crate) account: AccountId,
}

pub(crate) fn product(code: &str) -> Product {
    Catalog::published().get(code).unwrap()
}

pub(crate) fn file(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/pki");
    std::fs::read_to_string(path.join(name)).unwrap()
}

/// Status and code of a refusal.
pub(crate) fn refused(answer: Result<Done, Fault>) -> (u16, &'static str) {
    let fault = answer.expect_err("a refusal");
    (fault.status(), fault.code())
}

/// The name that a refusal of a parameter speaks of.
pub(crate) fn about(answer: Result<Done, Fault>) -> String {
    let fault = answer.expect_err("a refusal");
    assert_eq!(fault.status(), 400, "{fault:?}");
    let message = fault.message().to_owned();
    let name = message.strip_prefix("The parameter ").unwrap();
    format!("{} {}", fault.code(), name.split(' ').next().unwrap())
}

pub(crate) fn field<'a>(done: &'a Done, name: &str) -> Option<&'a Tree> {
    let mut fields = done.fields.iter();
    fields.find(|(own, _)| *own == name).map(|(_, value)| value)
}

pub(crate) fn inside<'a>(tree: &'a Tree, name: &str) -> Option<&'a Tree> {
    let Tree::Fields(fields) = tree else {
        panic!("no fields: {tree:?}");
    };
    let mut fields = fields.iter();
    fields.find(|(own, _)| *own == name).map(|(_, value)| value)
}

pub(crate) fn as_text(tree: Option<&Tree>) -> &str {
    match tree {
        Some(Tree::Text(text)) => text,
        Some(Tree::Secret(text)) => text.expose(),
        other => panic!("no text: {other:?}"),
    }
}

pub(crate) fn as_number(tree: Option<&Tree>) -> i64 {
    match tree {
        Some(Tree::Number(number)) => *number,
        other => panic!("no number: {other:?}"),
    }
}

pub(crate) fn names(done: &Done) -> Vec<&'static str> {
    done.fields.iter().map(|(name, _)| *name).collect()
}

/// A field by its name, or those of a list's rows, also where a text holds them as JSON.
fn paths(name: &str, tree: &Tree) -> Vec<String> {
    let json = match tree {
        Tree::Text(text) if text.starts_with(['[', '{']) => serde_json::from_str(text).unwrap(),
        _ => serde_json::Value::Null,
    };
    let rows: Vec<&serde_json::Value> = match &json {
        serde_json::Value::Array(rows) => rows.iter().collect(),
        other => vec![other],
    };
    let of_json = rows.iter().filter_map(|row| row.as_object());
    let of_json = of_json.flat_map(|row| row.keys().cloned());
    let of_rows = match tree {
        Tree::List(_, rows) => rows.iter().collect(),
        _ => Vec::new(),
    };
    let of_rows = of_rows.into_iter().flat_map(|row| match row {
        Tree::Fields(fields) => fields.iter().map(|(own, _)| (*own).to_owned()).collect(),
        _ => Vec::new(),
    });
    let mut own: Vec<String> = of_json.chain(of_rows).collect();
    if own.is_empty() {
        let nothing = matches!(tree, Tree::List(..)) || json.is_array();
        return if nothing {
            Vec::new()
        } else {
            vec![name.to_owned()]
        };
    }
    for field in &mut own {
        *field = format!("{name}.{field}");
    }
    own
}

impl World {
    pub(crate) fn new(edition: &str) -> Self {
        Self::with(edition, |store| store, Arc::new(MemoryKeyVault::new()))
    }

    pub(crate) fn with(
        edition: &str,
        around: impl Fn(Arc<dyn Store>) -> Arc<dyn Store>,
        vault: Arc<dyn KeyVault>,
    ) -> Self {
        let start: Timestamp = START.parse().unwrap();
        let (clock, zone, book) = (ManualClock::new(start), Zone::new(), Rulebook::published());
        let ceilings = book.ceilings().clone();
        let config = LocalCaConfig::new(move |issued| ceilings.max_days(issued).into());
        let config = config.without_confirmation_mail();
        let ca = Arc::new(LocalCa::new(config, zone.clone(), start).unwrap());
        let recorder = Arc::new(Recorder::new());
        let ports = Ports {
            store: around(Arc::new(MemoryStore::new())),
            ca: ca.clone(),
            vault,
            payments: recorder.clone(),
            notifier: recorder.clone(),
            deployer: recorder,
            clock: Arc::new(clock.clone()),
            ids: Arc::new(SeededIds::new(1)),
        };
        let policy = EditionPolicy::Fixed(EditionKey::new(edition).unwrap());
        let mut settings = Settings::default();
        (settings.lease, settings.first_delay) = (0, 0);
        let service = Service::new(ports, Rules::new(book, policy)).with_settings(settings);
        Self {
            desk: Desk::new(service).with_key_kind(KeyKind::Ec(Curve::P256)),
            ca,
            clock,
            zone,
            account: AccountId::new("1234567890").unwrap(),
        }
    }

    pub(crate) fn service(&self) -> &Service {
        self.desk.service()
    }

    pub(crate) fn buy(&self, code: &str, count: u32) {
        let count = NonZeroU32::new(count).unwrap();
        let paid = Payment::NONE;
        let bought = (self.service()).buy_plan(self.account, product(code), count, paid);
        wait(bought).unwrap();
    }

    pub(crate) fn call(
        &self,
        operation: Operation,
        parameters: &[(&str, &str)],
    ) -> Result<Done, Fault> {
        self.call_as(self.account, operation, parameters)
    }

    pub(crate) fn call_as(
        &self,
        account: AccountId,
        operation: Operation,
        parameters: &[(&str, &str)],
    ) -> Result<Done, Fault> {
        let mut sent = Parameters::default();
        for (name, value) in parameters {
            sent.add((*name).to_owned(), (*value).to_owned()).unwrap();
        }
        let answer = wait(self.desk.perform(account, operation, &sent));
        if let Err(fault) = &answer {
            let common = [
                "MissingParameter",
                "InvalidParameter",
                "UnsupportedParameter",
                "Error",
            ];
            let known =
                operation.errors().contains(&fault.code()) || common.contains(&fault.code());
            assert!(known, "{operation} does not say that it answers {fault:?}");
        }
        for (name, tree) in answer.iter().flat_map(|done| &done.fields) {
            for field in paths(name, tree) {
                let known = operation.fields().contains(&field.as_str());
                assert!(known, "{operation} does not say that it answers {field}");
            }
        }
        answer
    }

    pub(crate) fn of(&self, operation: Operation, order: OrderId) -> Result<Done, Fault> {
        let mut parameters = operation.parameters().iter();
        let by_certificate = parameters.any(|own| own.name == "CertId");
        let name = if by_certificate { "CertId" } else { "OrderId" };
        self.call(operation, &[(name, &order.to_string())])
    }

    /// An order for `www.example.com`.
    pub(crate) fn create(&self, code: &str) -> OrderId {
        let domain = [("Domain", "www.example.com"), ("ProductCode", code)];
        let parameters = [&domain[..], &CONTACT, &[("CompanyName", "Example Ltd")]].concat();
        let done = self.call(Operation::CreateCertificateForPackageRequest, &parameters);
        let done = done.unwrap();
        let order = done.order.unwrap();
        assert_eq!(
            as_number(field(&done, "OrderId")),
            i64::try_from(order.get()).unwrap()
        );
        order
    }

    pub(crate) fn work(&self) {
        let report = wait(self.service().work(100)).unwrap();
        assert!(report.failed.is_empty(), "{report:?}");
    }

    pub(crate) fn state(&self, order: OrderId) -> Done {
        let done = self.of(Operation::DescribeCertificateState, order);
        let done = done.unwrap();
        assert_eq!(done.shown, Some(as_text(field(&done, "Type"))));
        done
    }

    pub(crate) fn shown(&self, order: OrderId) -> &'static str {
        self.state(order).shown.unwrap()
    }

    /// The caller proves the domain with what the state tells.
    pub(crate) fn prove(&self, order: OrderId) {
        self.work();
        let done = self.state(order);
        let text = |name| as_text(field(&done, name));
        if text("ValidateType") == "FILE" {
            self.zone
                .put_file(text("Domain"), text("Uri"), text("Content"));
        } else {
            let kind = match text("RecordType") {
                "CNAME" => cert_lifecycle::model::challenge::RecordType::Cname,
                _ => cert_lifecycle::model::challenge::RecordType::Txt,
            };
            (self.zone).put_record(text("RecordDomain"), kind, text("RecordValue"));
        }
    }

    pub(crate) fn validating(&self, code: &str) -> OrderId {
        let order = self.create(code);
        self.prove(order);
        assert_eq!(self.shown(order), "process");
        order
    }

    pub(crate) fn issue(&self, order: OrderId) {
        if self.shown(order) == "domain_verify" {
            self.prove(order);
        }
        for _ in 0..4 {
            self.clock.advance(3_600);
            if self.shown(order) == "certificate" {
                return;
            }
        }
        panic!("{}", self.shown(order));
    }

    pub(crate) fn issued(&self, code: &str) -> OrderId {
        let order = self.create(code);
        self.issue(order);
        self.work();
        order
    }

    /// Ten days before its certificate ends.
    pub(crate) fn near_the_end(&self, order: OrderId) {
        let detail = wait(self.service().describe(self.account, order)).unwrap();
        let certificate = detail.instance.certificate().unwrap();
        let end = certificate.validity().not_after();
        self.clock.set(end.saturating_add(-10 * DAY));
    }

    pub(crate) fn failed(&self, code: &str) -> OrderId {
        let order = self.validating(code);
        let reason = Note::new("not acceptable").unwrap();
        self.ca.reject(order, reason).unwrap();
        assert_eq!(self.shown(order), "verify_fail");
        order
    }

    /// Total, used and issued of a product.
    pub(crate) fn units(&self, code: &str) -> (i64, i64, i64) {
        let done = self.call(Operation::DescribePackageState, &[("ProductCode", code)]);
        let done = done.unwrap();
        let count = |name| as_number(field(&done, name));
        assert_eq!(as_text(field(&done, "ProductCode")), code);
        (
            count("TotalCount"),
            count("UsedCount"),
            count("IssuedCount"),
        )
    }
}
