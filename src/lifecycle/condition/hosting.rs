//! Hosting chains: who comes next, when, and what can be added or cancelled.

use super::ending::instead_of_ending;
use super::purchase::fits;
use super::refund::money_pinned;
use super::{Flow, From, Sink, clause, linked, never, ruled, ruled_window};
use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{WayOut, Why};
use crate::lifecycle::command::Extension;
use crate::lifecycle::status::{serving, stage};
use crate::model::{CertificateInstance, HostingChain, Phase, Submission, Timestamp};
use crate::rulebook::{LateHosting, RuleId, Trigger, Window};
use alloc::sync::Arc;

/// The instance before a waiting member: the last one whose turn came.
fn predecessor<'a>(case: &Case<'a>, chain: &HostingChain) -> Option<&'a CertificateInstance> {
    let current = chain.current();
    case.other
        .filter(|other| other.account == case.account && Some(other.id) == current)
}

/// What the next member is applied for with: the data of the one before it, or where that one is
/// uploaded, what hosting was enabled with.
pub(in crate::lifecycle) fn handed_down(
    chain: &HostingChain,
    before: &CertificateInstance,
) -> Option<Arc<Submission>> {
    match before.application() {
        Some(application) => Some(application.submission.clone()),
        None => chain.submission.clone(),
    }
}

/// Why the instance before a waiting member has no certificate that serves, and the way out where that
/// is with the one before.
fn missing(before: &CertificateInstance, law: &Law<'_>) -> (Why, Option<WayOut>) {
    match &before.phase {
        Phase::Failed { .. } => {
            let again = law.conduct.applying().value.contains(stage(before));
            (Why::FailedBefore, again.then_some(WayOut::ResubmitBefore))
        }
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Pending { .. } => (Why::UnissuedBefore, None),
        Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => (Why::NoPredecessor, None),
    }
}

/// the next member is activated when the certificate before it comes due (T-26), and never
/// without one (T-30).
pub(super) fn activate<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    if !matches!(instance.phase, Phase::NotActivated { .. }) {
        return sink(never(
            RuleId::R46,
            Why::Status(stage(instance)),
            WayOut::None,
        ));
    }
    linked(case, instance, sink)?;
    let own = |chain: &&HostingChain| instance.chain() == Some(chain.id);
    let Some(chain) = case.chain.filter(own) else {
        return sink(never(RuleId::R47, Why::OtherChain, WayOut::LoadAll));
    };
    money_pinned(&chain.pin, law, sink)?;
    sink(clause(
        RuleId::R47,
        Why::NotNext,
        Window::when(chain.next() == Some(instance.id)),
        WayOut::AwaitActivation,
    ))?;
    let Some(before) = predecessor(case, chain) else {
        return sink(never(RuleId::R47, Why::OtherInstance, WayOut::LoadAll));
    };
    let Some(certificate) = serving(before) else {
        let (why, way_out) = missing(before, law);
        let way_out = way_out.unwrap_or_else(|| instead_of_ending(case, instance, law));
        return sink(never(RuleId::R47, why, way_out));
    };
    sink(clause(
        RuleId::R46,
        Why::NoSubmission,
        Window::when(handed_down(chain, before).is_some()),
        instead_of_ending(case, instance, law),
    ))?;
    let not_after = certificate.validity().not_after();
    sink(ruled_window(
        RuleId::R46,
        Why::NotDue,
        (From::Money, law),
        law.money.hosting_trigger(),
        |trigger| due_before(not_after, *trigger, law),
        WayOut::AwaitActivation,
    ))
}

/// while the next member is due, behind a certificate that ends then.
pub(in crate::lifecycle) fn due_before(
    not_after: Timestamp,
    trigger: Trigger,
    law: &Law<'_>,
) -> Window {
    let calendar = law.money.calendar().value;
    calendar.last_days_before(not_after, trigger.days, trigger.strict)
}

/// Whether the member before the waiting ones is applied for just now.
pub(super) fn in_process(case: &Case<'_>) -> bool {
    let before = case.chain.and_then(|chain| predecessor(case, chain));
    before.and_then(CertificateInstance::under_way).is_some()
}

/// T-25: a member is cancelled before its turn, while none of the chain is in process.
pub(super) fn cancel_member<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    sink: &mut impl Sink<'a>,
) -> Flow {
    linked(case, instance, sink)?;
    let own = |chain: &&HostingChain| instance.chain() == Some(chain.id);
    let Some(chain) = case.chain.filter(own) else {
        return sink(never(RuleId::R47, Why::OtherChain, WayOut::LoadAll));
    };
    let Some(before) = predecessor(case, chain) else {
        return sink(never(RuleId::R47, Why::OtherInstance, WayOut::LoadAll));
    };
    sink(clause(
        RuleId::T25,
        Why::UnderWayBefore,
        Window::when(before.under_way().is_none()),
        WayOut::AwaitCa,
    ))
}

/// hosting for a certificate that is there already.
pub(super) fn enable<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    extension: &Extension,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    linked(case, instance, sink)?;
    let uploaded = matches!(instance.phase, Phase::Uploaded(_));
    let Some(certificate) = serving(instance) else {
        return sink(never(
            RuleId::R50,
            Why::Status(stage(instance)),
            WayOut::None,
        ));
    };
    sink(clause(
        RuleId::R50,
        Why::AlreadyHosted,
        Window::when(instance.chain().is_none()),
        WayOut::None,
    ))?;
    // A free certificate is not renewed (3.16), by its owner or by the service.
    sink(clause(
        RuleId::R03,
        Why::Free,
        Window::when(!extension.product.free && (uploaded || !instance.product.free)),
        WayOut::ApplyAnew,
    ))?;
    if uploaded {
        sink(ruled(
            RuleId::R50,
            Why::Uploaded,
            (From::Day, law),
            law.conduct.hosting_of_uploaded(),
            |hosting| hosting.allows(),
            WayOut::ApplyAnew,
        ))?;
        sink(clause(
            RuleId::R46,
            Why::NoSubmission,
            Window::when(extension.submission.is_some()),
            WayOut::HandInApplication,
        ))?;
    }
    let calendar = law.conduct.calendar().value;
    let not_after = certificate.validity().not_after();
    let alive = calendar.unexpired(not_after);
    sink(ruled_window(
        RuleId::R50,
        Why::HostingWindow,
        (From::Day, law),
        law.conduct.late_hosting(),
        |late| {
            alive.and(match late {
                LateHosting::Never => Window::NEVER,
                LateHosting::Unexpired => Window::ALWAYS,
                LateHosting::LastDays(days) => calendar.last_days_before(not_after, *days, false),
                LateHosting::MoreThan(days) => calendar
                    .last_days_before(not_after, *days, false)
                    .from()
                    // Its whole life lies in its last days.
                    .map_or(Window::NEVER, Window::before),
            })
        },
        WayOut::ApplyAnew,
    ))?;
    sink(clause(
        RuleId::R50,
        Why::OtherProduct,
        Window::when(uploaded || extension.product == instance.product),
        WayOut::None,
    ))?;
    let years = u8::try_from(extension.slots.len().saturating_add(1)).unwrap_or(u8::MAX);
    sink(clause(
        RuleId::R02,
        Why::Slots,
        Window::when(
            !extension.slots.is_empty()
                && fits(&extension.slots, Some(extension.chain), 0)
                && extension
                    .slots
                    .iter()
                    .all(|slot| slot.instance != instance.id),
        ),
        WayOut::None,
    ))?;
    let class = extension.product.class;
    sink(ruled(
        RuleId::R03,
        Why::Years(years),
        (From::Day, law),
        law.conduct.hosting_years(),
        |sold| sold.sells(class, years),
        WayOut::OtherYears,
    ))
}
