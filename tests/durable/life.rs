//! A life over a store that lasts: bought, applied for, issued, continued after a restart, revoked.

use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::adapter::envelope::{Envelope, KekId, KeyEncryptionKey, SealedKeyVault};
use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
use cert_lifecycle::adapter::{ManualClock, Recorder, SeededIds, Sent};
use cert_lifecycle::lifecycle::Command;
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, Channel, Curve, KeyKind, OrderId, Payment, PlanId, Product,
    RevocationReason, Site, Status, Submission, Timestamp, ValidationMethod,
};
use cert_lifecycle::port::{Clock, Filter, IdempotencyKey, KeyRows, Stage, Store};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::service::{
    Caller, EditionPolicy, Ports, Rules, Service, ServiceError, Settings,
};

/// What outlives the service: the world around it.
pub(crate) struct Around {
    ca: Arc<LocalCa>,
    zone: Zone,
    clock: Arc<ManualClock>,
    recorder: Arc<Recorder>,
}

impl Around {
    pub(crate) fn new() -> Self {
        let start = "2026-03-20T09:00:00+08:00".parse().unwrap();
        let ceilings = Rulebook::published().ceilings().clone();
        let config = LocalCaConfig::new(move |issued| ceilings.max_days(issued).into());
        let zone = Zone::new();
        Self {
            ca: Arc::new(LocalCa::new(config, zone.clone(), start).unwrap()),
            zone,
            clock: Arc::new(ManualClock::new(start)),
            recorder: Arc::new(Recorder::new()),
        }
    }

    /// The present instant of this world.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves its time on.
    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// A service over a store and the keys in its rows, as after a start of the process.
    pub(crate) fn service<S: Store + KeyRows + Clone + 'static>(
        &self,
        store: &S,
        seed: u64,
    ) -> Service {
        self.service_for(store, seed, Channel::Api)
    }

    /// A service for this channel.
    pub(crate) fn service_for<S: Store + KeyRows + Clone + 'static>(
        &self,
        store: &S,
        seed: u64,
        channel: Channel,
    ) -> Service {
        let kek = KeyEncryptionKey::from_slice(&[7; 32]).unwrap();
        let envelope = Envelope::new(KekId::new("kek-1").unwrap(), kek);
        let ports = Ports {
            store: Arc::new(store.clone()),
            ca: self.ca.clone(),
            vault: Arc::new(SealedKeyVault::new(envelope, store.clone())),
            payments: self.recorder.clone(),
            notifier: self.recorder.clone(),
            deployer: self.recorder.clone(),
            clock: self.clock.clone(),
            ids: Arc::new(SeededIds::new(seed)),
        };
        let policy = EditionPolicy::AsOf {
            site: Site::Cn,
            channel,
        };
        let mut settings = Settings::default();
        (settings.poll_every, settings.longest_poll) = (1, 1);
        Service::new(ports, Rules::new(Rulebook::published(), policy)).with_settings(settings)
    }
}

pub(crate) fn account() -> AccountId {
    AccountId::new("1234567890").unwrap()
}

pub(crate) fn product() -> Product {
    Catalog::published().get("geotrust-dv-1-starter").unwrap()
}

pub(crate) fn submission() -> Submission {
    let applicant = Applicant::new("Tom", "13900000000", "username@example.com").unwrap();
    Submission::request(
        "www.example.com".parse().unwrap(),
        applicant,
        ValidationMethod::Dns,
        KeyKind::Ec(Curve::P256),
    )
}

/// Applies under a key, twice, and is led on by worker and sweeper alone until it is issued.
pub(crate) async fn first_half(around: &Around, service: &Service) -> (PlanId, OrderId) {
    let count = NonZeroU32::new(3).unwrap();
    let (plan, _) = service
        .buy_plan(account(), product(), count, Payment::NONE)
        .await
        .unwrap();
    let once = Caller::once(account(), IdempotencyKey::new("first").unwrap());
    let (order, receipt) = service
        .submit(once, product().code, submission())
        .await
        .unwrap();
    let again = service
        .submit(once, product().code, submission())
        .await
        .unwrap();
    assert_eq!(again, (order, receipt));
    let other = service
        .buy_plan(once, product(), count, Payment::NONE)
        .await;
    assert!(
        matches!(other, Err(ServiceError::KeyReused(_))),
        "{other:?}"
    );
    assert_eq!(
        service
            .plan(account(), plan)
            .await
            .unwrap()
            .unwrap()
            .remaining(),
        2
    );

    for _ in 0..20 {
        service.work(10).await.unwrap();
        let swept = service.sweep(10).await.unwrap();
        assert!(swept.failed.is_empty(), "{swept:?}");
        let described = service.describe(account(), order).await.unwrap();
        let application = described.instance.application();
        if let Some(challenge) = application.and_then(|own| own.challenge()) {
            around.zone.publish(challenge);
        }
        if described.status == Status::Issued {
            break;
        }
        around.clock.advance(1_800);
    }
    service.work(10).await.unwrap();
    (plan, order)
}

/// Everything is there after a restart, and goes on.
pub(crate) async fn second_half(around: &Around, service: &Service, plan: PlanId, order: OrderId) {
    let described = service.describe(account(), order).await.unwrap();
    assert_eq!(described.status, Status::Issued);
    let key = service.export_key(account(), order).await.unwrap();
    assert!(key.expose().starts_with("-----BEGIN PRIVATE KEY-----"));
    let sent = around.recorder.sent();
    assert!(matches!(sent[..], [Sent::Message(_)]), "{sent:?}");

    let filter = Filter {
        stages: vec![Stage::Live],
        name_suffix: Some("example.com".parse().unwrap()),
        ..Filter::default()
    };
    let listed = service
        .list(account(), filter.clone(), None, 10)
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].status, Some(Status::Issued));
    assert_eq!(listed[0].listed.entry.order, order);
    let stranger = AccountId::new("9876543210").unwrap();
    assert!(
        service
            .list(stranger, filter, None, 10)
            .await
            .unwrap()
            .is_empty()
    );

    let revoke = Command::RequestRevocation {
        reason: RevocationReason::Superseded,
    };
    service.execute(account(), order, &revoke).await.unwrap();
    for _ in 0..20 {
        service.work(10).await.unwrap();
        service.sweep(10).await.unwrap();
        around.clock.advance(1_800);
    }
    let described = service.describe(account(), order).await.unwrap();
    assert_eq!(described.status, Status::Revoked);
    let plan = service.plan(account(), plan).await.unwrap().unwrap();
    assert!(plan.balances());
    assert_eq!((plan.issued(), plan.revocations()), (1, 1));
}
