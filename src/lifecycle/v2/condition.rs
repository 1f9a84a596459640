//! The conditions of every command of the instance model, in the order of the documented errors:
//! existence, state, acceptability.

use core::ops::ControlFlow;

use crate::lifecycle::case::Law as OrderLaw;
use crate::lifecycle::clause::{Basis, Clause, WayOut, Why};
use crate::lifecycle::condition::submission::{Asked, stands};
use crate::lifecycle::condition::{Flow, Sink, clause, never};
use crate::model::{
    Fingerprint, IssuedCertificate, RevocationReason, SpkiDigest, StatusSet, Timestamp,
    ValidationClass,
};
use crate::rulebook::{Edition, Permission, RuleId, Ruling, Window};

use super::case::{Case, Law};
use super::command::Command;
use super::data::{ApplicationData, CsrMethod};
use super::instance::{
    Ending, HeldCertificate, PendingApplication, PendingResult, Subscription, SubscriptionInstance,
};
use super::refund::refund;
use super::status::{Status, ending_soon, lasting, unexpired};

/// The instance, if it belongs to the account that asks (L12).
pub(super) fn owned<'a>(case: &Case<'a>) -> Option<&'a SubscriptionInstance> {
    case.instance
        .filter(|instance| instance.account == case.account)
}

/// A clause that a value of the edition in force decides.
pub(super) fn in_force<'a, T>(
    rule: RuleId,
    why: Why,
    edition: &'a Edition,
    ruling: &'a Ruling<T>,
    holds: Window,
    differs: bool,
    way_out: WayOut,
) -> Clause<'a> {
    Clause {
        rule,
        why,
        basis: Basis::InForce(edition, &ruling.cite),
        holds,
        changes: if differs && holds.is_never() {
            ruling.cite.until
        } else {
            None
        },
        way_out,
    }
}

fn permitted<'a>(
    rule: RuleId,
    why: Why,
    edition: &'a Edition,
    ruling: &'a Ruling<Permission>,
    way_out: WayOut,
) -> Clause<'a> {
    let holds = Window::when(ruling.value.allows());
    let differs = ruling.next.is_some_and(Permission::allows);
    in_force(rule, why, edition, ruling, holds, differs, way_out)
}

/// Any pair of state and command that is not listed is refused.
pub(super) fn unlisted<'a>(case: &Case<'_>) -> Clause<'a> {
    match case.instance {
        Some(_) => never(RuleId::R26, Why::InstanceStatus, WayOut::None),
        None => never(RuleId::R21, Why::NoInstance, WayOut::CheckInstance),
    }
}

/// Visits the clauses of a command until one breaks off.
pub(super) fn visit<'a>(
    case: &Case<'a>,
    command: &'a Command,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match command {
        Command::Buy { until, .. } => {
            new_id(case, sink)?;
            sink(clause(
                RuleId::V01,
                Why::EndsBeforeItBegins,
                Window::before(*until),
                WayOut::None,
            ))
        }
        Command::Upload { .. } => new_id(case, sink),
        Command::BuyHosting { .. } => Flow::Continue(()),
        Command::Issue { certificate } => match owned(case) {
            // What comes too late reaches a deleted instance too (T-49).
            Some(instance) => issue(instance, certificate, law, sink),
            None => unknown(sink),
        },
        Command::Update { .. }
        | Command::Apply
        | Command::Cancel
        | Command::RequestRevocation { .. }
        | Command::Refund
        | Command::Delete
        | Command::SetHosting { .. }
        | Command::Close
        | Command::CompleteTask { .. }
        | Command::FailTask { .. }
        | Command::Reject { .. }
        | Command::CompleteRevocation { .. }
        | Command::RefuseRevocation { .. }
        | Command::RecordCaRevocation { .. }
        | Command::Wake => {
            let Some(instance) = owned(case) else {
                return unknown(sink);
            };
            if instance.deleted_at.is_some() {
                return sink(never(RuleId::R21, Why::InstanceDeleted, WayOut::None));
            }
            of_instance(instance, command, law, sink)
        }
    }
}

fn unknown<'a>(sink: &mut impl Sink<'a>) -> Flow {
    sink(never(RuleId::R21, Why::NoInstance, WayOut::CheckInstance))
}

/// No id is used twice.
fn new_id<'a>(case: &Case<'a>, sink: &mut impl Sink<'a>) -> Flow {
    sink(clause(
        RuleId::R40,
        Why::IdTaken,
        Window::when(case.instance.is_none()),
        WayOut::NewId,
    ))
}

fn of_instance<'a>(
    instance: &'a SubscriptionInstance,
    command: &'a Command,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match command {
        Command::Update { .. } => update(instance, law, sink),
        Command::Apply => apply(instance, law, sink),
        Command::Cancel => sink(clause(
            RuleId::T45,
            Why::NoApplication,
            Window::when(instance.pending.is_some()),
            instead_of_cancelling(instance),
        )),
        Command::RequestRevocation {
            certificate,
            reason,
        } => request_revocation(instance, *certificate, *reason, law, sink),
        Command::Refund => refund(instance, law, sink),
        Command::Delete => delete(instance, law, sink),
        Command::SetHosting { enabled } => set_hosting(instance, *enabled, law, sink),
        Command::Close => close(instance, law, sink),
        Command::CompleteTask { key, .. } => complete_task(instance, *key, sink),
        Command::FailTask { .. } => sink(clause(
            RuleId::V03,
            Why::NoApplication,
            Window::when(
                instance.pending.as_ref().is_some_and(|p| !p.at_ca)
                    || matches!(instance.last_result, Some(PendingResult::TaskFailed(_))),
            ),
            WayOut::None,
        )),
        Command::Reject { .. } => reject(instance, sink),
        Command::CompleteRevocation { certificate, .. } => {
            let held = known(instance, *certificate, RuleId::R35, sink);
            let Some(held) = held else {
                return Flow::Break(());
            };
            sink(clause(
                RuleId::R35,
                Why::NoRevocation,
                Window::when(held.requested.is_some() || held.revoked.is_some()),
                WayOut::Revoke,
            ))
        }
        Command::RefuseRevocation { certificate } => {
            let Some(held) = known(instance, *certificate, RuleId::R39, sink) else {
                return Flow::Break(());
            };
            sink(clause(
                RuleId::R39,
                Why::AlreadyRevoked,
                Window::when(held.revoked.is_none()),
                WayOut::None,
            ))?;
            sink(clause(
                RuleId::R39,
                Why::NoRevocation,
                Window::when(held.requested.is_some()),
                WayOut::Revoke,
            ))
        }
        Command::RecordCaRevocation { certificate, .. } => {
            let Some(_) = known(instance, *certificate, RuleId::T48, sink) else {
                return Flow::Break(());
            };
            bought(instance, RuleId::T46, sink)
                .map(|_| ())
                .map_or(Flow::Break(()), Flow::Continue)
        }
        // There may be nothing due, but looking is permitted, with the edition of the purchase.
        Command::Wake => match instance.subscription() {
            Some(subscription) => pinned(subscription, law, sink),
            None => Flow::Continue(()),
        },
        // Visited elsewhere.
        Command::Buy { .. }
        | Command::Upload { .. }
        | Command::BuyHosting { .. }
        | Command::Issue { .. } => Flow::Continue(()),
    }
}

/// What was bought, or the refusal that it was uploaded.
pub(super) fn bought<'a, 's>(
    instance: &'s SubscriptionInstance,
    rule: RuleId,
    sink: &mut impl Sink<'a>,
) -> Option<&'s Subscription> {
    let subscription = instance.subscription();
    if subscription.is_none() {
        let _ = sink(never(rule, Why::Uploaded, WayOut::BuyInstance));
    }
    subscription
}

/// The certificate that is meant, or the refusal that there is none.
fn known<'a, 's>(
    instance: &'s SubscriptionInstance,
    which: Option<Fingerprint>,
    rule: RuleId,
    sink: &mut impl Sink<'a>,
) -> Option<&'s HeldCertificate> {
    let held = instance.held(which);
    if held.is_none() {
        let _ = sink(never(rule, Why::NoCertificate, WayOut::None));
    }
    held
}

/// Neither paid back nor closed, and its term not over (V-04).
fn lasts<'a>(instance: &SubscriptionInstance, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    stays(instance, RuleId::V04, sink)?;
    let holds = instance
        .term
        .map_or(Window::ALWAYS, |term| lasting(term, law.conduct));
    sink(clause(
        RuleId::V04,
        Why::TermOver,
        holds,
        WayOut::BuyInstance,
    ))
}

/// Neither paid back nor closed.
pub(super) fn stays<'a>(
    instance: &SubscriptionInstance,
    rule: RuleId,
    sink: &mut impl Sink<'a>,
) -> Flow {
    sink(clause(
        rule,
        Why::InstanceStatus,
        Window::when(instance.ending.is_none()),
        WayOut::BuyInstance,
    ))
}

/// No application is under way (V-11).
pub(super) fn idle<'a>(instance: &SubscriptionInstance, sink: &mut impl Sink<'a>) -> Flow {
    sink(clause(
        RuleId::V11,
        Why::ApplicationUnderWay,
        Window::when(instance.pending.is_none()),
        WayOut::CancelApplication,
    ))
}

/// The edition at hand is the one that the purchase is pinned to (R-28, L9).
pub(super) fn pinned<'a>(
    subscription: &Subscription,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    sink(clause(
        RuleId::R28,
        Why::OtherEdition,
        Window::when(law.purchase.has_pin(&subscription.pin)),
        WayOut::LoadPinned,
    ))
}

/// Storing data: while nothing was issued, or after an application that ended without a certificate
/// (V-02).
fn update<'a>(instance: &SubscriptionInstance, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    let Some(_) = bought(instance, RuleId::V10, sink) else {
        return Flow::Break(());
    };
    lasts(instance, law, sink)?;
    idle(instance, sink)?;
    sink(clause(
        RuleId::V02,
        Why::DataStands,
        Window::when(instance.certificates.is_empty() || instance.reopened),
        WayOut::BuyInstance,
    ))
}

/// Applying (T-44): one at a time (V-11), while the instance lasts (V-04), with complete data that
/// the edition accepts.
fn apply<'a>(instance: &'a SubscriptionInstance, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    let Some(subscription) = bought(instance, RuleId::V10, sink) else {
        return Flow::Break(());
    };
    lasts(instance, law, sink)?;
    idle(instance, sink)?;
    let Some(data) = &instance.data else {
        return sink(never(RuleId::T44, Why::NoData, WayOut::UpdateData));
    };
    complete(data, subscription, sink)?;
    let key = match data.csr_method() {
        CsrMethod::Online(kind) => *kind,
        CsrMethod::Upload(Some(csr)) => csr.key(),
        // The clauses on complete data just said so.
        CsrMethod::Upload(None) => return Flow::Continue(()),
    };
    let asked = Asked {
        key,
        csr: data.csr(),
        names: data.names(),
        method: data.method(),
    };
    let law = OrderLaw::single(law.conduct, law.ceilings);
    stands(subscription.product, &asked, &law, sink)
}

/// The stored data is complete (T-44).
fn complete<'a>(
    data: &ApplicationData,
    subscription: &Subscription,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let lacks = |why, present| clause(RuleId::T44, why, Window::when(present), WayOut::UpdateData);
    let dv = matches!(subscription.product.class, ValidationClass::Dv);
    sink(lacks(Why::NoCompany, dv || data.company().is_some()))?;
    sink(lacks(Why::NoContact, !data.contacts().is_empty()))?;
    let has_csr = !matches!(data.csr_method(), CsrMethod::Upload(None));
    sink(lacks(Why::NoCsr, has_csr))?;
    sink(lacks(
        Why::NoName,
        !data.names().is_empty() || data.csr().is_some(),
    ))
}

/// What to do instead of cancelling what is not under way.
fn instead_of_cancelling(instance: &SubscriptionInstance) -> WayOut {
    let revocable = instance.subscription().is_some()
        && instance
            .current()
            .is_some_and(|held| held.requested.is_none() && held.revoked.is_none());
    if revocable {
        WayOut::Revoke
    } else {
        WayOut::None
    }
}

/// Asking for a revocation (T-46): of a certificate that was bought, once, while it is unexpired
/// and not while it is hosted, where the edition says so.
fn request_revocation<'a>(
    instance: &SubscriptionInstance,
    which: Option<Fingerprint>,
    reason: RevocationReason,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let Some(_) = bought(instance, RuleId::T46, sink) else {
        return Flow::Break(());
    };
    let Some(held) = known(instance, which, RuleId::T46, sink) else {
        return Flow::Break(());
    };
    sink(clause(
        RuleId::R35,
        Why::AlreadyRevoked,
        Window::when(held.revoked.is_none()),
        WayOut::None,
    ))?;
    sink(clause(
        RuleId::R35,
        Why::RevocationUnderWay,
        Window::when(held.requested.is_none()),
        WayOut::AwaitRevocation,
    ))?;
    sink(clause(
        RuleId::R37,
        Why::Expired,
        unexpired(held.certificate.validity().not_after(), law.conduct),
        WayOut::None,
    ))?;
    sink(clause(
        RuleId::K09,
        Why::ReasonOfCa,
        Window::when(!matches!(reason, RevocationReason::PrivilegeWithdrawn)),
        WayOut::OtherReason,
    ))?;
    if instance.hosting.enabled {
        sink(permitted(
            RuleId::R37,
            Why::HostingEnabled,
            law.conduct,
            law.conduct.hosted_revocation(),
            WayOut::DisableHosting,
        ))?;
    }
    Flow::Continue(())
}

/// Deleting (V-08): with nothing under way, in the states that the edition names.
fn delete<'a>(instance: &SubscriptionInstance, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    idle(instance, sink)?;
    let ruling = match instance.subscription() {
        Some(_) => law.conduct.deletion(),
        None => law.conduct.deletion_of_uploaded(),
    };
    let window = |states: &StatusSet| deletable(instance, *states, law.conduct);
    let differs = ruling.next.as_ref().is_some_and(|s| !window(s).is_never());
    let holds = window(&ruling.value);
    sink(in_force(
        RuleId::V08,
        Why::InstanceStatus,
        law.conduct,
        ruling,
        holds,
        differs,
        WayOut::None,
    ))
}

/// When an idle instance is in one of these states. With time alone it runs through three of them.
fn deletable(instance: &SubscriptionInstance, states: StatusSet, conduct: &Edition) -> Window {
    let named = |status: Status| states.contains(status.canonical());
    match (instance.ending, instance.term) {
        (Some(Ending::Refunded { .. }), _) => Window::when(named(Status::Refund)),
        (Some(Ending::Closed { .. }), _) => Window::when(named(Status::Closed)),
        (None, None) => Window::when(named(Status::Inactive)),
        (None, Some(term)) => {
            let soon = ending_soon(term.end, conduct);
            let over = lasting(term, conduct).until().map(Window::starting);
            let until_soon = soon.from().map(Window::before);
            let lasting = lasting(term, conduct);
            match [Status::Normal, Status::WillExpire, Status::Expired].map(named) {
                [false, false, false] => Window::NEVER,
                [true, false, false] => until_soon.unwrap_or(Window::NEVER),
                [false, true, false] => soon,
                [true, true, false] => lasting,
                [false, true, true] => soon.from().map_or(Window::ALWAYS, Window::starting),
                // Two spans are no window; what is over alone is what every edition in hand names.
                [true | false, false, true] => over.unwrap_or(Window::NEVER),
                [true, true, true] => Window::ALWAYS,
            }
        }
    }
}

/// Switching automatic reissue (V-05). Off is always possible.
fn set_hosting<'a>(
    instance: &SubscriptionInstance,
    enabled: bool,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    if !enabled {
        return Flow::Continue(());
    }
    lasts(instance, law, sink)?;
    match instance.subscription() {
        Some(_) => Flow::Continue(()),
        None => sink(permitted(
            RuleId::V05,
            Why::Uploaded,
            law.conduct,
            law.conduct.hosting_of_uploaded(),
            WayOut::BuyInstance,
        )),
    }
}

/// Closing (V-09): what was bought and never issued with, where the edition allows it.
fn close<'a>(instance: &SubscriptionInstance, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    let Some(_) = bought(instance, RuleId::V10, sink) else {
        return Flow::Break(());
    };
    stays(instance, RuleId::V09, sink)?;
    idle(instance, sink)?;
    sink(clause(
        RuleId::V09,
        Why::AlreadyIssued,
        Window::when(instance.certificates.is_empty()),
        WayOut::None,
    ))?;
    sink(permitted(
        RuleId::V09,
        Why::InstanceStatus,
        law.conduct,
        law.conduct.closing(),
        WayOut::None,
    ))
}

/// The task's success (V-03), with the application's own key (K-12). The same again is nothing new.
fn complete_task<'a>(
    instance: &SubscriptionInstance,
    key: SpkiDigest,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let Some(pending) = &instance.pending else {
        return sink(never(RuleId::V03, Why::NoApplication, WayOut::None));
    };
    sink(clause(
        RuleId::K12,
        Why::OtherKey,
        Window::when(pending.key.is_none_or(|own| own == key)),
        WayOut::Reissue,
    ))
}

/// The CA's rejection of what it was given (V-03). The same again is nothing new.
fn reject<'a>(instance: &SubscriptionInstance, sink: &mut impl Sink<'a>) -> Flow {
    match (&instance.pending, &instance.last_result) {
        (Some(pending), _) => sink(clause(
            RuleId::V03,
            Why::TaskUnfinished,
            Window::when(pending.at_ca),
            WayOut::AwaitTask,
        )),
        (None, Some(PendingResult::Rejected(_))) => Flow::Continue(()),
        (None, Some(PendingResult::TaskFailed(_) | PendingResult::Issued) | None) => {
            sink(never(RuleId::V03, Why::NoApplication, WayOut::None))
        }
    }
}

/// What an issued certificate is to an instance.
pub(super) enum Arrival<'s> {
    /// It was accepted, or recorded as late, before.
    Known,
    /// It is for the application under way.
    Expected(&'s PendingApplication),
    /// It is of an application that ended without a certificate (T-49).
    Late,
    /// The application under way is not at the CA yet.
    Early,
    /// It belongs to nothing.
    Foreign,
}

/// Tells what an issued certificate is to an instance.
pub(super) fn arrival<'s>(
    instance: &'s SubscriptionInstance,
    certificate: &IssuedCertificate,
) -> Arrival<'s> {
    let fingerprint = certificate.fingerprint();
    if instance.held(Some(fingerprint)).is_some() || instance.orphans.contains(&fingerprint) {
        return Arrival::Known;
    }
    let abandoned = instance.abandoned.contains(&certificate.spki());
    match &instance.pending {
        Some(pending) if pending.at_ca && (pending.key == Some(certificate.spki())) => {
            Arrival::Expected(pending)
        }
        Some(_) | None if abandoned => Arrival::Late,
        Some(pending) if pending.at_ca => Arrival::Expected(pending),
        Some(_) => Arrival::Early,
        None => Arrival::Foreign,
    }
}

/// Accepting what the CA issued: it carries key and names of the application (K-07), keeps to the
/// ceiling of its date (K-08) and is not over (K-11).
fn issue<'a>(
    instance: &'a SubscriptionInstance,
    certificate: &'a IssuedCertificate,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let pending = match arrival(instance, certificate) {
        Arrival::Known | Arrival::Late => return Flow::Continue(()),
        Arrival::Early => return sink(never(RuleId::V03, Why::TaskUnfinished, WayOut::AwaitTask)),
        Arrival::Foreign => return sink(never(RuleId::V03, Why::NoApplication, WayOut::None)),
        Arrival::Expected(pending) => pending,
    };
    sink(clause(
        RuleId::K07,
        Why::CertificateKey,
        Window::when(pending.key == Some(certificate.spki())),
        WayOut::Reissue,
    ))?;
    let exact = certificate.facts().names.len() == pending.names.len()
        && pending.names.iter().all(|n| certificate.names_exactly(n));
    sink(clause(
        RuleId::K07,
        Why::CertificateNames,
        Window::when(exact),
        WayOut::Reissue,
    ))?;
    let validity = certificate.validity();
    if let Some((ceiling, _)) = law.ceilings.at(validity.not_before()) {
        sink(Clause {
            rule: RuleId::K08,
            why: Why::AboveCeiling(ceiling.value.max_days),
            basis: Basis::Ceiling(ceiling),
            holds: Window::when(law.ceilings.permits(validity)),
            changes: None,
            way_out: WayOut::Reissue,
        })?;
    }
    sink(clause(
        RuleId::K11,
        Why::CertificateOver,
        unexpired(validity.not_after(), law.conduct),
        WayOut::Reissue,
    ))
}

/// Whether all clauses of a command hold at an instant.
pub(super) fn holds(case: &Case<'_>, command: &Command, law: &Law<'_>, now: Timestamp) -> bool {
    visit(case, command, law, &mut |clause| {
        if clause.holds.contains(now) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })
    .is_continue()
}
