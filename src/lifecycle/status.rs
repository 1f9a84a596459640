//! Status: what an owner sees, derived from the facts, the instant and the rules in force (L6).

use crate::model::{
    CertificateInstance, End, IssuedCertificate, Phase, RefundState, RevocationStage, Status,
    StatusSet, Timestamp,
};
use crate::rulebook::{Edition, Window};

use super::case::Case;

/// What the owner of the case's instance sees; nothing, if there is no instance.
///
/// Issued, Pending Expiration and Expired follow from the certificate's last second and the notice
/// window in force (R-42, R-44); Hosted from the chain at hand (R-45); Refund Review and Refunded
/// from the purchase at hand. Where several apply, the first of this list shows: Deleted, Refunded,
/// Closed (or Cancelled, Merged), Refund Review, Revoked, a revocation under way, Expired, Pending
/// Expiration, Hosted, Issued.
///
/// ```
/// use cert_lifecycle::lifecycle::{Case, status};
/// use cert_lifecycle::model::AccountId;
/// use cert_lifecycle::rulebook::Rulebook;
/// let edition = Rulebook::published().edition("2021-02-api")?;
/// let nothing = Case::new(AccountId::new("tom")?);
/// assert_eq!(status(&nothing, "2021-03-01T00:00:00Z".parse()?, &edition), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn status(case: &Case<'_>, now: Timestamp, conduct: &Edition) -> Option<Status> {
    let instance = case.instance?;
    Some(shown(case, instance, now, conduct))
}

fn shown(
    case: &Case<'_>,
    instance: &CertificateInstance,
    now: Timestamp,
    conduct: &Edition,
) -> Status {
    if matches!(instance.phase, Phase::Deleted { .. }) {
        return Status::Deleted;
    }
    match refund_of(case, instance) {
        RefundState::Refunded { .. } => return Status::Refunded,
        RefundState::Review { .. } if !matches!(instance.phase, Phase::Ended { .. }) => {
            return Status::RefundReview;
        }
        RefundState::Review { .. } | RefundState::None => {}
    }
    let Some(certificate) = serving(instance) else {
        return stage(instance);
    };
    if !unexpired(certificate, conduct).contains(now) {
        Status::Expired
    } else if announced(certificate, conduct).contains(now) {
        Status::PendingExpiration
    } else {
        settled(case, instance)
    }
}

/// Hosted or Issued.
fn settled(case: &Case<'_>, instance: &CertificateInstance) -> Status {
    if hosted(case, instance) {
        Status::Hosted
    } else {
        Status::Issued
    }
}

/// Whether a later member of its chain waits for it (R-45), be it the first member or one that was
/// activated (T-28).
pub(in crate::lifecycle) fn hosted(case: &Case<'_>, instance: &CertificateInstance) -> bool {
    instance.chain().is_some()
        && case
            .chain
            .is_some_and(|chain| instance.chain() == Some(chain.id) && chain.hosts(instance.id))
}

/// How far the refund of its purchase has come.
pub(super) fn refund_of(case: &Case<'_>, instance: &CertificateInstance) -> RefundState {
    match (instance.purchase(), case.purchase) {
        (Some(id), Some(purchase)) if purchase.id == id => purchase.bill.refund,
        (Some(_) | None, Some(_) | None) => RefundState::None,
    }
}

/// The status without the clock, the chain and the purchase: what the facts of the instance alone
/// say.
pub(super) const fn stage(instance: &CertificateInstance) -> Status {
    match &instance.phase {
        Phase::NotActivated { .. } => Status::NotActivated,
        Phase::Bought { .. } | Phase::Pending { .. } => Status::PendingApplication,
        Phase::Verifying(_) => Status::DomainVerification,
        Phase::Validating(_) => Status::Validating,
        Phase::Failed { .. } => Status::ValidationFailed,
        Phase::Live(live) => match &live.revocation {
            None => Status::Issued,
            Some(revocation) => match revocation.stage {
                RevocationStage::ToConfirm => Status::RevocationToConfirm,
                RevocationStage::InReview => Status::ValidatingRevocation,
            },
        },
        Phase::Revoked { .. } => Status::Revoked,
        Phase::Uploaded(_) => Status::Issued,
        Phase::Ended { how, .. } => match how {
            End::Closed => Status::Closed,
            End::Cancelled => Status::Cancelled,
            End::Merged(_) => Status::Merged,
        },
        Phase::Deleted { .. } => Status::Deleted,
    }
}

/// The certificate that an instance serves with: issued or uploaded, and not being revoked.
pub(super) fn serving(instance: &CertificateInstance) -> Option<&IssuedCertificate> {
    match &instance.phase {
        Phase::Live(live) if live.revocation.is_none() => Some(&live.certificate),
        Phase::Uploaded(uploaded) => Some(&uploaded.certificate),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => None,
    }
}

/// While it has not expired (C4).
pub(super) fn unexpired(certificate: &IssuedCertificate, conduct: &Edition) -> Window {
    let not_after = certificate.validity().not_after();
    conduct.calendar().value.unexpired(not_after)
}

/// While it counts as about to expire (R-42).
pub(super) fn announced(certificate: &IssuedCertificate, conduct: &Edition) -> Window {
    let not_after = certificate.validity().not_after();
    let days = conduct.notice().value.within_days;
    conduct
        .calendar()
        .value
        .last_days_before(not_after, days, false)
        .and(unexpired(certificate, conduct))
}

/// While the instance shows a status of the set: a window, because time alone takes it from Issued
/// or Hosted to Pending Expiration to Expired (R-44).
///
/// A set that skips Pending Expiration between the two others is read with it: a rulebook names spans.
pub(super) fn while_in(
    set: StatusSet,
    case: &Case<'_>,
    instance: &CertificateInstance,
    conduct: &Edition,
) -> Window {
    let Some(certificate) = serving(instance) else {
        return Window::when(set.contains(stage(instance)));
    };
    let expiring = announced(certificate, conduct);
    let alive = unexpired(certificate, conduct);
    let (first, second, third) = (
        set.contains(settled(case, instance)),
        set.contains(Status::PendingExpiration),
        set.contains(Status::Expired),
    );
    let after = |window: Window| window.until().map_or(Window::NEVER, Window::starting);
    let from_notice = expiring.from().map_or(Window::ALWAYS, Window::starting);
    let before_notice = match expiring.from() {
        Some(from) => Window::before(from),
        // The whole life is the notice window.
        None => Window::NEVER,
    };
    match (first, second, third) {
        (true, _, true) => Window::ALWAYS,
        (true, true, false) => alive,
        (true, false, false) => alive.and(before_notice),
        (false, true, true) => from_notice,
        (false, true, false) => expiring,
        (false, false, true) => after(alive),
        (false, false, false) => Window::NEVER,
    }
}
