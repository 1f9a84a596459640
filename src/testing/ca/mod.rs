//! The contract of a certificate authority, clause by clause.

mod bench;
mod issuance;
mod requests;
mod revocation;

use alloc::sync::Arc;
use std::vec::Vec;

use super::kit::Done;
use super::report::SuiteReport;
use super::suite::examine;
use super::wait::{BlockOn, wait};
use crate::model::{Challenge, OrderId, Timestamp};
use crate::port::{BoxFuture, CaError, CertificateAuthority};
use bench::Desk;

/// A check, and its name.
type Check = (&'static str, fn(&mut Desk<'_>) -> Done);

const CHECKS: [&[Check]; 3] = [issuance::CHECKS, requests::CHECKS, revocation::CHECKS];

/// A certificate authority that a suite may apply to, with the world around it.
///
/// The suite plays the service. Everybody else is played here: the owner who publishes what the CA
/// asks for, the people at the CA, and the clock.
pub trait CaUnderTest: Send + Sync {
    /// The CA.
    fn ca(&self) -> Arc<dyn CertificateAuthority>;

    /// What time it is, for [`CertificateAuthority::poll`] and in requests. It never goes back.
    fn now(&self) -> Timestamp;

    /// Publishes what a challenge asks for.
    fn publish<'a>(&'a self, challenge: &'a Challenge) -> BoxFuture<'a, Result<(), CaError>>;

    /// Lets happen what an order waits for: time passes, the review ends well, the owner answers the
    /// CA's mail. It is called again and again until the order goes on, fifty times at most.
    fn go_on(&self, order: OrderId) -> BoxFuture<'_, Result<(), CaError>>;

    /// Has an application under review rejected. Whether that can be done with this CA; if not, what
    /// a rejected order does is not examined.
    fn reject(&self, order: OrderId) -> BoxFuture<'_, Result<bool, CaError>> {
        let _ = order;
        alloc::boxed::Box::pin(async { Ok(false) })
    }

    /// Has a revocation refused that the holder asked for and that is not done. Whether that can be
    /// done with this CA; if not, what a refused revocation leaves is not examined.
    fn refuse_revocation(&self, order: OrderId) -> BoxFuture<'_, Result<bool, CaError>> {
        let _ = order;
        alloc::boxed::Box::pin(async { Ok(false) })
    }

    /// Has the CA revoke the certificate of an order without being asked. Whether that can be done
    /// with this CA; if not, what it says then is not examined.
    fn revoke_by_ca(&self, order: OrderId) -> BoxFuture<'_, Result<bool, CaError>> {
        let _ = order;
        alloc::boxed::Box::pin(async { Ok(false) })
    }

    /// The domain below which names are made up: one that can be proved.
    #[expect(
        clippy::unnecessary_literal_bound,
        reason = "another CA has its domain in a field"
    )]
    fn domain(&self) -> &str {
        "example.com"
    }

    /// A number that tells this run from others at a CA that remembers them.
    fn run(&self) -> u32 {
        0
    }
}

/// Examines a certificate authority: the contract of
/// [`CertificateAuthority`], each check with orders of its own.
///
/// `block_on` waits for a future, from several threads at once; the suite is called outside of any
/// runtime. `fresh` gives a CA for each check, about twenty times; it may be the same one.
///
/// # Example
/// A CA in memory, with the little internet in which it looks for proofs:
///
/// ```
/// use std::sync::Arc;
/// use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
/// use cert_lifecycle::model::{Challenge, OrderId, Timestamp};
/// use cert_lifecycle::port::{BoxFuture, CaError, CertificateAuthority};
/// use cert_lifecycle::testing::{CaUnderTest, ca_suite};
///
/// struct Lab {
///     ca: Arc<LocalCa>,
///     zone: Zone,
///     now: Timestamp,
/// }
///
/// impl CaUnderTest for Lab {
///     fn ca(&self) -> Arc<dyn CertificateAuthority> {
///         self.ca.clone()
///     }
///
///     fn now(&self) -> Timestamp {
///         self.now
///     }
///
///     fn publish<'a>(&'a self, challenge: &'a Challenge) -> BoxFuture<'a, Result<(), CaError>> {
///         self.zone.publish(challenge);
///         Box::pin(async { Ok(()) })
///     }
///
///     fn go_on(&self, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
///         // Reviews end by themselves here; only mails about revocations are answered by hand.
///         let _ = self.ca.confirm_revocation(order, self.now);
///         Box::pin(async { Ok(()) })
///     }
/// }
///
/// let now: Timestamp = "2026-03-20T10:00:00Z".parse()?;
/// let report = ca_suite(&|future| pollster::block_on(future), || {
///     Box::pin(async move {
///         let zone = Zone::new();
///         let ca = LocalCa::new(LocalCaConfig::new(|_| 200), zone.clone(), now);
///         let ca = Arc::new(ca.map_err(|_| CaError::Unavailable(None))?);
///         Ok(Lab { ca, zone, now })
///     })
/// });
/// report.assert_ok();
/// // Nobody here rejects an application, refuses a revocation or revokes for the CA.
/// assert_eq!(report.skipped.len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ca_suite<'f, C: CaUnderTest + 'static>(
    block_on: &BlockOn<'_>,
    fresh: impl Fn() -> BoxFuture<'f, Result<C, CaError>>,
) -> SuiteReport {
    let mut report = SuiteReport {
        subject: "CertificateAuthority",
        checks: Vec::new(),
        left_out: Vec::new(),
        violations: Vec::new(),
        skipped: Vec::new(),
    };
    for (number, (name, check)) in (0_u64..).zip(CHECKS.into_iter().flatten()) {
        report.checks.push(name);
        let made = || {
            let made = wait(block_on, fresh())??;
            Ok(Desk::new(block_on, Arc::new(made), name, number))
        };
        examine(name, &mut report, made, check);
    }
    report
}
