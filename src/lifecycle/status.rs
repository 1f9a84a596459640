//! What an owner sees: derived from facts, the instant and the edition in force (L6).

use crate::model::{CertificateInstance, Live, Phase, RevocationStage, Status, Timestamp};
use crate::rulebook::{Edition, Window};

/// The status of an instance at an instant.
///
/// Nothing is stored: a scheduler that slept can't make this answer wrong. Where several apply, a
/// revocation under way is shown before expiry.
#[must_use]
pub fn status(instance: &CertificateInstance, now: Timestamp, conduct: &Edition) -> Status {
    if let Phase::Live(live) = &instance.phase
        && live.revocation.is_none()
    {
        if !unexpired(live, conduct).contains(now) {
            return Status::Expired;
        }
        if announced(live, conduct).contains(now) {
            return Status::PendingExpiration;
        }
    }
    stage(instance)
}

/// The status as far as facts alone decide it.
pub(super) const fn stage(instance: &CertificateInstance) -> Status {
    match &instance.phase {
        Phase::Verifying(_) => Status::DomainVerification,
        Phase::Validating(_) => Status::Validating,
        Phase::Failed { .. } => Status::ValidationFailed,
        Phase::Pending { .. } => Status::PendingApplication,
        Phase::Live(live) => match &live.revocation {
            None => Status::Issued,
            Some(revocation) => match revocation.stage {
                RevocationStage::ToConfirm => Status::RevocationToConfirm,
                RevocationStage::InReview => Status::ValidatingRevocation,
            },
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
