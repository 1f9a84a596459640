//! A local CA with the people and the little internet around it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use cert_lifecycle::adapter::LocalCa;
use cert_lifecycle::adapter::local_ca::{LocalCaConfig, Zone};
use cert_lifecycle::model::{Challenge, Note, OrderId, RevocationReason, Timestamp};
use cert_lifecycle::port::{BoxFuture, CaError, CertificateAuthority};
use cert_lifecycle::testing::CaUnderTest;

/// A day in 2026.
pub(crate) fn start() -> Timestamp {
    "2026-03-20T10:00:00Z".parse().unwrap()
}

pub(crate) struct Lab {
    ca: Arc<dyn CertificateAuthority>,
    local: Arc<LocalCa>,
    zone: Zone,
    seconds: AtomicI64,
}

impl Lab {
    /// A local CA behind something else, or by itself.
    pub(crate) fn new(
        config: LocalCaConfig,
        behind: impl FnOnce(Arc<LocalCa>, Zone) -> Arc<dyn CertificateAuthority>,
    ) -> Self {
        let zone = Zone::new();
        let local = Arc::new(LocalCa::new(config, zone.clone(), start()).unwrap());
        Self {
            ca: behind(local.clone(), zone.clone()),
            local,
            zone,
            seconds: AtomicI64::new(0),
        }
    }
}

impl CaUnderTest for Lab {
    fn ca(&self) -> Arc<dyn CertificateAuthority> {
        self.ca.clone()
    }

    fn now(&self) -> Timestamp {
        start().saturating_add(self.seconds.load(Ordering::SeqCst))
    }

    fn publish<'a>(&'a self, challenge: &'a Challenge) -> BoxFuture<'a, Result<(), CaError>> {
        Box::pin(async {
            self.zone.publish(challenge);
            Ok(())
        })
    }

    fn go_on(&self, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(async move {
            self.seconds.fetch_add(60, Ordering::SeqCst);
            // Whichever of it is due; the others say that it is not.
            let _ = self.local.approve(order);
            let _ = self.local.confirm_revocation(order, self.now());
            let _ = self.local.complete_revocation(order, self.now());
            Ok(())
        })
    }

    fn reject(&self, order: OrderId) -> BoxFuture<'_, Result<bool, CaError>> {
        Box::pin(async move {
            let reason = Note::new("organisation not found").unwrap();
            Ok(self.local.reject(order, reason).is_ok())
        })
    }

    fn refuse_revocation(&self, order: OrderId) -> BoxFuture<'_, Result<bool, CaError>> {
        Box::pin(async move {
            let reason = Note::new("not by the owner").unwrap();
            Ok(self.local.refuse_revocation(order, reason).is_ok())
        })
    }

    fn revoke_by_ca(&self, order: OrderId) -> BoxFuture<'_, Result<bool, CaError>> {
        Box::pin(async move {
            let reason = RevocationReason::PrivilegeWithdrawn;
            let done = self.local.revoke_on_own_account(order, reason, self.now());
            Ok(done.is_ok())
        })
    }
}
