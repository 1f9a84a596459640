//! Our side: the service, as an embedder uses it.

use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
use cert_lifecycle::adapter::{ManualClock, MemoryKeyVault, Recorder, SeededIds};
use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, Channel, Curve, KeyKind, OrderId, Payment, Product, Site,
    Submission, ValidationMethod,
};
use cert_lifecycle::port::{BoxFuture, Store};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::service::{EditionPolicy, Ports, Rules, Service};

use super::{Side, UNITS};

pub(crate) struct Ours {
    pub(crate) service: Service,
    product: Product,
}

pub(crate) fn account(number: usize) -> AccountId {
    AccountId::new(&format!("{}", 1_000_000_000 + number)).unwrap()
}

impl Ours {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        let start = "2026-03-20T09:00:00+08:00".parse().unwrap();
        let ceilings = Rulebook::published().ceilings().clone();
        let config = LocalCaConfig::new(move |issued| ceilings.max_days(issued).into());
        let recorder = Arc::new(Recorder::new());
        let ports = Ports {
            store,
            ca: Arc::new(LocalCa::new(config, Zone::new(), start).unwrap()),
            vault: Arc::new(MemoryKeyVault::new()),
            payments: recorder.clone(),
            notifier: recorder.clone(),
            deployer: recorder,
            clock: Arc::new(ManualClock::new(start)),
            ids: Arc::new(SeededIds::new(1)),
        };
        let policy = EditionPolicy::AsOf {
            site: Site::Cn,
            channel: Channel::Api,
        };
        Self {
            service: Service::new(ports, Rules::new(Rulebook::published(), policy)),
            product: Catalog::published().get("geotrust-dv-1-starter").unwrap(),
        }
    }
}

impl Ours {
    /// Applies for a certificate.
    pub(crate) async fn submit(&self, number: usize) -> OrderId {
        let applicant = Applicant::new("Tom", "13900000000", "username@example.com").unwrap();
        let submission = Submission::request(
            "www.example.com".parse().unwrap(),
            applicant,
            ValidationMethod::Dns,
            KeyKind::Ec(Curve::P256),
        );
        let code = self.product.code;
        let submitted = self.service.submit(account(number), code, submission).await;
        submitted.unwrap().0
    }
}

impl Side for Ours {
    fn buy(&self, number: usize) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let units = NonZeroU32::new(UNITS).unwrap();
            let (who, product) = (account(number), self.product);
            let bought = self.service.buy_plan(who, product, units, Payment::NONE);
            bought.await.unwrap();
        })
    }

    fn cycle(&self, number: usize) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let (who, order) = (account(number), self.submit(number).await);
            for command in [Command::Withdraw, Command::Delete] {
                self.service.execute(who, order, &command).await.unwrap();
            }
        })
    }
}
