//! What an owner sees: derived from facts, the instant and the edition in force (L6).

use crate::model::{CertificateInstance, Live, Phase, RevocationStage, Status, Timestamp};
use crate::rulebook::{Edition, Window};

/// The status of an instance at an instant.
///
/// Nothing is stored: a scheduler that slept can't make this answer wrong. Where several apply, a
/// revocation under way is shown before expiry.
///
/// # Example
/// See [`crate::lifecycle::decide()`].
#[must_use]
pub fn status(instance: &CertificateInstance, now: Timestamp, conduct: &Edition) -> Status {
    match &instance.phase {
        Phase::Verifying(_) => Status::DomainVerification,
        Phase::Validating(_) => Status::Validating,
        Phase::Failed { .. } => Status::ValidationFailed,
        Phase::Pending { .. } => Status::PendingApplication,
        Phase::Live(live) => match live.revocation.map(|revocation| revocation.stage) {
            Some(RevocationStage::ToConfirm) => Status::RevocationToConfirm,
            Some(RevocationStage::InReview) => Status::ValidatingRevocation,
            None if !unexpired(live, conduct).contains(now) => Status::Expired,
            None if announced(live, conduct).contains(now) => Status::PendingExpiration,
            None => Status::Issued,
        },
        Phase::Revoked { .. } => Status::Revoked,
        Phase::Deleted { .. } => Status::Deleted,
    }
}

/// When the certificate is not yet expired (R-43, C4).
pub(super) fn unexpired(live: &Live, conduct: &Edition) -> Window {
    let not_after = live.certificate.validity().not_after();
    conduct.calendar().value.unexpired(not_after)
}

/// When the certificate is about to expire: from the notice window on, as long as it is unexpired
///
pub(super) fn announced(live: &Live, conduct: &Edition) -> Window {
    let not_after = live.certificate.validity().not_after();
    let days = conduct.notice().value.within_days;
    conduct
        .calendar()
        .value
        .last_days_before(not_after, days, false)
        .and(unexpired(live, conduct))
}
