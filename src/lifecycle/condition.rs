//! The conditions of every command: which clauses guard it, in the documented order of checks.

use core::ops::ControlFlow;

use crate::model::{
    Application, CertificateInstance, CsrFacts, DomainName, IssuedCertificate, KeySource, NameKind,
    Phase, Possession, ResourcePlan, RevocationReason, RevocationStage, SpkiDigest, Status,
    StatusSet, SubjectAltName, Submission, ValidationClass, ValidationMethod,
};
use crate::rulebook::{RevocationLimit, RuleId, Ruling, Window};

use super::case::{Case, Law};
use super::clause::{Basis, Clause, WayOut, Why};
use super::command::Command;
use super::status::unexpired;

pub(super) type Flow = ControlFlow<()>;

/// Where clauses go.
pub(super) trait Sink<'a>: FnMut(Clause<'a>) -> Flow {}
impl<'a, F: FnMut(Clause<'a>) -> Flow> Sink<'a> for F {}

const fn clause<'a>(rule: RuleId, why: Why, holds: Window, way_out: WayOut) -> Clause<'a> {
    Clause {
        rule,
        why,
        basis: Basis::Rule,
        holds,
        changes: None,
        way_out,
    }
}

/// Which edition a value is taken from.
#[derive(Clone, Copy)]
enum From {
    Pin,
    Day,
}

/// A clause that a value of an edition decides.
fn ruled<'a, T>(
    rule: RuleId,
    why: Why,
    (from, law): (From, &Law<'a>),
    ruling: &'a Ruling<T>,
    permits: impl Fn(&T) -> bool,
    way_out: WayOut,
) -> Clause<'a> {
    let holds = permits(&ruling.value);
    // Only who is refused asks what comes next.
    let differs = !holds && ruling.next.as_ref().is_some_and(permits);
    Clause {
        rule,
        why,
        basis: match from {
            From::Pin => Basis::Pinned(law.application, &ruling.cite),
            From::Day => Basis::InForce(law.conduct, &ruling.cite),
        },
        holds: Window::when(holds),
        changes: if differs { ruling.cite.until } else { None },
        way_out,
    }
}

const fn never<'a>(rule: RuleId, why: Why, way_out: WayOut) -> Clause<'a> {
    clause(rule, why, Window::NEVER, way_out)
}

/// Any pair of state and command that is not listed is refused.
pub(super) fn unlisted<'a>(case: &Case<'_>) -> Clause<'a> {
    match case.instance {
        Some(instance) => never(RuleId::R26, Why::Status(stage(instance)), WayOut::None),
        None => never(RuleId::R21, Why::NoOrder, WayOut::CheckOrder),
    }
}

/// The status as far as facts alone decide it.
const fn stage(instance: &CertificateInstance) -> Status {
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

/// Visits the clauses of a command until one breaks off.
pub(super) fn visit<'a>(
    case: &Case<'a>,
    command: &'a Command,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match command {
        Command::BuyPlan { .. } => sink(clause(
            RuleId::R40,
            Why::IdTaken,
            Window::when(case.plan.is_none()),
            WayOut::NewId,
        )),
        Command::Submit { submission, .. } => submit(case, submission, law, sink),
        // An approval is the one command that reaches a deleted order: it came too late (T-49).
        Command::Approve { certificate } => match owned(case) {
            Some(instance) => approve(case, instance, certificate, law, sink),
            None => not_found(sink),
        },
        Command::Withdraw
        | Command::Delete
        | Command::CancelOrder
        | Command::RequestRevocation { .. }
        | Command::ReceiveChallenge { .. }
        | Command::ConfirmDomain
        | Command::Reject { .. }
        | Command::ConfirmRevocation
        | Command::CompleteRevocation { .. }
        | Command::RefuseRevocation { .. }
        | Command::RecordCaRevocation { .. }
        | Command::Collect
        | Command::Wake => {
            let found = owned(case).and_then(|instance| Some((instance, instance.application()?)));
            match found {
                Some((instance, application)) => {
                    pinned(application, law, sink)?;
                    of_order(case, instance, application, command, law, sink)
                }
                None => not_found(sink),
            }
        }
    }
}

/// The instance, if it belongs to the account that asks (L12).
pub(super) fn owned<'a>(case: &Case<'a>) -> Option<&'a CertificateInstance> {
    case.instance
        .filter(|instance| instance.account == case.account)
}

fn not_found<'a>(sink: &mut impl Sink<'a>) -> Flow {
    sink(never(RuleId::R21, Why::NoOrder, WayOut::CheckOrder))
}

/// The edition at hand is the one that the order was pinned to at submission (R-28, L9).
fn pinned<'a>(application: &Application, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    sink(clause(
        RuleId::R28,
        Why::OtherEdition,
        Window::when(law.application.has_pin(&application.pin)),
        WayOut::LoadPinned,
    ))
}

/// The plan at hand is the one whose unit the instance holds.
fn holding_plan<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let fits = case
        .plan
        .is_some_and(|plan| plan.id == instance.hold.plan && plan.account == case.account);
    sink(clause(
        RuleId::R24,
        Why::OtherPlan,
        Window::when(fits),
        WayOut::None,
    ))
}

/// The commands that concern an order which is not deleted.
fn of_order<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    application: &'a Application,
    command: &'a Command,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match command {
        Command::Withdraw => withdraw(instance, law, sink),
        Command::Delete => delete(case, instance, law, sink),
        Command::CancelOrder => cancel_order(case, instance, law, sink),
        Command::RequestRevocation { reason } => {
            request_revocation(case, instance, *reason, law, sink)
        }
        Command::ReceiveChallenge { challenge, key } => {
            receive_challenge(instance, application, challenge.method(), *key, sink)
        }
        Command::ConfirmDomain => confirm_domain(instance, application, sink),
        Command::Reject { .. } => reject(instance, sink),
        Command::ConfirmRevocation => confirm_revocation(instance, sink),
        Command::CompleteRevocation { .. } => complete_revocation(case, instance, sink),
        Command::RefuseRevocation { .. } => refuse_revocation(case, instance, sink),
        Command::RecordCaRevocation { .. } => record_ca_revocation(case, instance, sink),
        Command::Collect => collect(instance, sink),
        // There may be nothing due, but looking is always permitted.
        Command::Wake => Flow::Continue(()),
        // Visited elsewhere.
        Command::BuyPlan { .. } | Command::Submit { .. } | Command::Approve { .. } => {
            Flow::Continue(())
        }
    }
}

/// Withdrawing: before issuance only, from the states that the edition names.
fn withdraw<'a>(instance: &CertificateInstance, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    let at = stage(instance);
    match &instance.phase {
        Phase::Verifying(_) | Phase::Validating(_) => sink(ruled(
            RuleId::R12,
            Why::Status(at),
            (From::Pin, law),
            law.application.withdrawal(),
            |from| from.contains(at),
            WayOut::AwaitCa,
        )),
        Phase::Failed { .. } => sink(never(RuleId::R12, Why::Status(at), WayOut::DeleteAndCreate)),
        Phase::Pending { .. } => sink(never(RuleId::R12, Why::Status(at), WayOut::Delete)),
        Phase::Live(_) | Phase::Revoked { .. } => sink(never(
            RuleId::R11,
            Why::AlreadyIssued,
            instead_of_ending(instance, law),
        )),
        Phase::Deleted { .. } => not_found(sink),
    }
}

/// What to do instead of ending an order that is in no state for it.
const fn instead_of_ending(instance: &CertificateInstance, law: &Law<'_>) -> WayOut {
    match &instance.phase {
        Phase::Verifying(_) | Phase::Validating(_) => {
            if law.application.withdrawal().value.contains(stage(instance)) {
                WayOut::WithdrawThenDelete
            } else {
                WayOut::AwaitCa
            }
        }
        Phase::Failed { .. } | Phase::Pending { .. } => WayOut::Delete,
        Phase::Live(live) => match live.revocation {
            None => WayOut::Revoke,
            Some(_) => WayOut::AwaitRevocation,
        },
        Phase::Revoked { .. } | Phase::Deleted { .. } => WayOut::None,
    }
}

/// Deleting an order: in the states that the edition in force names (R-14; ).
fn delete<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    end_of_order(
        RuleId::R14,
        instance,
        law,
        law.conduct.order_deletion(),
        sink,
    )?;
    holding_plan(case, instance, sink)
}

/// Cancelling a pending order in one step: from the edition that says so (T-14).
fn cancel_order<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    end_of_order(
        RuleId::T14,
        instance,
        law,
        law.conduct.order_cancellation(),
        sink,
    )?;
    holding_plan(case, instance, sink)
}

/// The states in which an order can be ended: those that the edition in force names, but never once
/// a certificate was issued, whatever a rulebook says. What was issued is revoked.
fn end_of_order<'a>(
    rule: RuleId,
    instance: &CertificateInstance,
    law: &Law<'a>,
    ruling: &'a Ruling<StatusSet>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let (at, way_out) = (stage(instance), instead_of_ending(instance, law));
    match &instance.phase {
        Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. } => sink(ruled(
            rule,
            Why::Status(at),
            (From::Day, law),
            ruling,
            |states| states.contains(at),
            way_out,
        )),
        Phase::Live(_) | Phase::Revoked { .. } => sink(never(rule, Why::AlreadyIssued, way_out)),
        Phase::Deleted { .. } => not_found(sink),
    }
}

/// Requesting a revocation: of an issued, unexpired certificate while the allowance
/// lasts, for a reason that is the subscriber's (K-09).
fn request_revocation<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    reason: RevocationReason,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let live = match &instance.phase {
        Phase::Live(live) => live,
        Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. } => {
            return sink(never(
                RuleId::R37,
                Why::NotIssued,
                instead_of_ending(instance, law),
            ));
        }
        Phase::Revoked { .. } => {
            return sink(never(RuleId::R35, Why::AlreadyRevoked, WayOut::None));
        }
        Phase::Deleted { .. } => return not_found(sink),
    };
    sink(clause(
        RuleId::R35,
        Why::RevocationUnderWay,
        Window::when(live.revocation.is_none()),
        WayOut::AwaitRevocation,
    ))?;
    sink(clause(
        RuleId::R37,
        Why::Expired,
        unexpired(live, law.conduct),
        WayOut::ApplyAnew,
    ))?;
    holding_plan(case, instance, sink)?;
    let revocations = case.plan.map(|plan| (plan.revocations, plan.total));
    sink(ruled(
        RuleId::R38,
        Why::NoRevocationLeft,
        (From::Day, law),
        law.conduct.revocation(),
        |rule| match (rule.limit, revocations) {
            (RevocationLimit::Unlimited, _) | (RevocationLimit::PerSpecification, None) => true,
            (RevocationLimit::PerSpecification, Some((used, bought))) => used < bought,
        },
        WayOut::None,
    ))?;
    let ours = match reason {
        RevocationReason::Unspecified
        | RevocationReason::KeyCompromise
        | RevocationReason::AffiliationChanged
        | RevocationReason::Superseded
        | RevocationReason::CessationOfOperation => true,
        RevocationReason::PrivilegeWithdrawn => false,
    };
    sink(clause(
        RuleId::K09,
        Why::ReasonOfCa,
        Window::when(ours),
        WayOut::OtherReason,
    ))
}

/// Collecting certificate and key: once issued, and not after a revocation was asked for
/// . An expired certificate can still be collected.
fn collect<'a>(instance: &CertificateInstance, sink: &mut impl Sink<'a>) -> Flow {
    match &instance.phase {
        Phase::Live(live) => sink(clause(
            RuleId::R36,
            Why::RevocationUnderWay,
            Window::when(live.revocation.is_none()),
            WayOut::AwaitRevocation,
        )),
        Phase::Revoked { .. } => sink(never(RuleId::R36, Why::AlreadyRevoked, WayOut::None)),
        Phase::Verifying(_) => sink(never(RuleId::R25, Why::NotIssued, WayOut::ProveDomain)),
        Phase::Validating(_) => sink(never(RuleId::R25, Why::NotIssued, WayOut::AwaitCa)),
        Phase::Failed { .. } | Phase::Pending { .. } => {
            sink(never(RuleId::R25, Why::NotIssued, WayOut::DeleteAndCreate))
        }
        Phase::Deleted { .. } => not_found(sink),
    }
}

/// Receiving the challenge: for an order that still waits for its domain.
fn receive_challenge<'a>(
    instance: &CertificateInstance,
    application: &Application,
    method: ValidationMethod,
    key: SpkiDigest,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let waiting = matches!(instance.phase, Phase::Verifying(_));
    sink(clause(
        RuleId::R15,
        Why::Status(stage(instance)),
        Window::when(waiting),
        WayOut::None,
    ))?;
    sink(clause(
        RuleId::R19,
        Why::ChallengeMethod(method),
        Window::when(method == application.submission.method()),
        WayOut::Reissue,
    ))?;
    sink(clause(
        RuleId::K07,
        Why::OtherKey,
        Window::when(application.key.is_none_or(|own| own == key)),
        WayOut::Reissue,
    ))
}

/// Confirming the domain: only what was challenged can be proved.
fn confirm_domain<'a>(
    instance: &CertificateInstance,
    application: &Application,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let at = stage(instance);
    match &instance.phase {
        Phase::Verifying(_) => sink(clause(
            RuleId::R06,
            Why::NoChallenge,
            Window::when(application.challenge.is_some()),
            WayOut::AwaitCa,
        )),
        // Already there: an observation that comes twice.
        Phase::Validating(_) => Flow::Continue(()),
        Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Deleted { .. } => sink(never(RuleId::R26, Why::Status(at), WayOut::None)),
    }
}

/// Accepting the CA's approval: for a reviewed order, of a certificate that fits it.
fn approve<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    certificate: &'a IssuedCertificate,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let at = stage(instance);
    match &instance.phase {
        Phase::Validating(application) => {
            pinned(application, law, sink)?;
            fits_order(application, certificate, law, sink)?;
            holding_plan(case, instance, sink)
        }
        Phase::Verifying(_) => sink(never(RuleId::R06, Why::DomainUnproved, WayOut::ProveDomain)),
        Phase::Failed { .. } => sink(never(RuleId::R08, Why::Status(at), WayOut::DeleteAndCreate)),
        // Too late: recorded, and revoked at the CA.
        Phase::Pending { .. } | Phase::Deleted { .. } => Flow::Continue(()),
        // The same approval again is nothing new; another certificate is.
        Phase::Live(live) | Phase::Revoked { live, .. } => sink(clause(
            RuleId::R07,
            Why::OtherCertificate,
            Window::when(live.certificate.fingerprint() == certificate.fingerprint()),
            WayOut::None,
        )),
    }
}

/// The certificate carries the order's key and exactly its names (K-07), is not over, and stays
/// within the ceiling of its date (K-08).
fn fits_order<'a>(
    application: &Application,
    certificate: &'a IssuedCertificate,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    sink(clause(
        RuleId::K07,
        Why::CertificateKey,
        Window::when(application.key == Some(certificate.spki())),
        WayOut::Reissue,
    ))?;
    let named = &certificate.facts().names;
    let exact = named.len() == application.names.len()
        && application
            .names
            .iter()
            .all(|name| certificate.names_exactly(name));
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
    let calendar = law.conduct.calendar();
    sink(clause(
        RuleId::R43,
        Why::CertificateOver,
        calendar.value.unexpired(validity.not_after()),
        WayOut::Reissue,
    ))
}

/// Accepting the CA's rejection of a reviewed order.
fn reject<'a>(instance: &CertificateInstance, sink: &mut impl Sink<'a>) -> Flow {
    let at = stage(instance);
    match &instance.phase {
        Phase::Validating(_) | Phase::Failed { .. } => Flow::Continue(()),
        Phase::Verifying(_) => sink(never(RuleId::R06, Why::Status(at), WayOut::None)),
        Phase::Pending { .. } | Phase::Live(_) | Phase::Revoked { .. } | Phase::Deleted { .. } => {
            sink(never(RuleId::R26, Why::Status(at), WayOut::None))
        }
    }
}

/// The holder's answer to the CA's mail (T-20).
fn confirm_revocation<'a>(instance: &CertificateInstance, sink: &mut impl Sink<'a>) -> Flow {
    match requested(instance) {
        Ok(_) => Flow::Continue(()),
        Err((why, way_out)) => sink(never(RuleId::T20, why, way_out)),
    }
}

/// The CA's completion of a revocation that was requested and, where needed, confirmed.
fn complete_revocation<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match (&instance.phase, requested(instance)) {
        // Already there.
        (Phase::Revoked { .. }, _) => Flow::Continue(()),
        (_, Ok(RevocationStage::InReview)) => holding_plan(case, instance, sink),
        (_, Ok(RevocationStage::ToConfirm)) => sink(never(
            RuleId::T20,
            Why::RevocationUnconfirmed,
            WayOut::ConfirmByMail,
        )),
        // The CA did what nobody asked for: no command of the holder mends that.
        (_, Err((why, _))) => sink(never(RuleId::R35, why, WayOut::None)),
    }
}

/// The CA's refusal of a revocation.
fn refuse_revocation<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match requested(instance) {
        Ok(_) => holding_plan(case, instance, sink),
        Err((why, _)) => sink(never(RuleId::R39, why, WayOut::None)),
    }
}

/// The CA's own revocation: of any live certificate, whatever the allowance (T-48).
fn record_ca_revocation<'a>(
    case: &Case<'a>,
    instance: &CertificateInstance,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match &instance.phase {
        Phase::Live(_) => holding_plan(case, instance, sink),
        Phase::Revoked { .. } => Flow::Continue(()),
        Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Deleted { .. } => sink(never(RuleId::T48, Why::NotIssued, WayOut::None)),
    }
}

/// The stage of a revocation under way, or why there is none.
pub(super) const fn requested(
    instance: &CertificateInstance,
) -> Result<RevocationStage, (Why, WayOut)> {
    match &instance.phase {
        Phase::Live(live) => match &live.revocation {
            Some(revocation) => Ok(revocation.stage),
            None => Err((Why::NoRevocation, WayOut::Revoke)),
        },
        Phase::Revoked { .. } => Err((Why::AlreadyRevoked, WayOut::None)),
        Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Deleted { .. } => Err((Why::NotIssued, WayOut::None)),
    }
}

/// Applying: a plan with a unit, a new id, and an acceptable application.
fn submit<'a>(
    case: &Case<'a>,
    submission: &'a Submission,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let Some(plan) = case.plan.filter(|plan| plan.account == case.account) else {
        return sink(never(RuleId::R20, Why::NoPlan, WayOut::BuyPlan));
    };
    sink(clause(
        RuleId::R20,
        Why::NoUnitLeft,
        Window::when(plan.remaining() > 0),
        WayOut::FreeUnits,
    ))?;
    sink(clause(
        RuleId::R40,
        Why::IdTaken,
        Window::when(case.instance.is_none()),
        WayOut::NewId,
    ))?;
    acceptable(plan, submission, law, sink)
}

/// What the edition asks of an application (R-16, K-05, K-06, K-10) and of its key (K-01).
fn acceptable<'a>(
    plan: &ResourcePlan,
    submission: &'a Submission,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let product = plan.product;
    let rule = law.application.application();
    let pin = (From::Pin, law);
    let dv = matches!(product.class, ValidationClass::Dv);
    sink(ruled(
        RuleId::R16,
        Why::DvOnly,
        pin,
        rule,
        |rule| dv || !rule.dv_only.contains(submission.operation()),
        WayOut::UseForPackage,
    ))?;
    sink(clause(
        RuleId::K06,
        Why::NoCompany,
        Window::when(dv || submission.applicant().company().is_some()),
        WayOut::CorrectApplication,
    ))?;
    let key = match submission.key() {
        KeySource::Own(csr) => csr.key(),
        KeySource::ServiceMade(kind) => *kind,
    };
    sink(ruled(
        RuleId::K01,
        Why::Key(key),
        pin,
        law.application.csr(),
        |rule| rule.permits_key(key),
        WayOut::NewCsr,
    ))?;
    if let Some(csr) = submission.csr() {
        request_stands(csr, law, sink)?;
        common_name(csr, submission, law, sink)?;
    }
    let Some(bound) = bound_names(submission) else {
        // The clauses on the common name just said why.
        return Flow::Continue(());
    };
    let names = bound.as_slice();
    let count = u16::try_from(names.len()).unwrap_or(u16::MAX);
    sink(ruled(
        RuleId::K05,
        Why::TooManyNames,
        pin,
        rule,
        |rule| count <= rule.max_names,
        WayOut::CorrectApplication,
    ))?;
    let wildcard = matches!(product.names, NameKind::Wildcard);
    let fits = names.iter().all(|name| name.is_wildcard() == wildcard);
    sink(clause(
        RuleId::K05,
        Why::NameKind,
        Window::when(fits),
        WayOut::CorrectApplication,
    ))?;
    let by_file = matches!(submission.method(), ValidationMethod::File);
    sink(ruled(
        RuleId::K10,
        Why::FileForWildcard,
        pin,
        rule,
        |rule| rule.file_proves_wildcard || !by_file || !wildcard,
        WayOut::UseDns,
    ))
}

/// The signing request is signed with a strong hash (K-02) and proves possession (K-03).
fn request_stands<'a>(csr: &CsrFacts, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    sink(ruled(
        RuleId::K02,
        Why::Hash(csr.hash()),
        (From::Pin, law),
        law.application.csr(),
        |rule| rule.permits_hash(csr.hash()),
        WayOut::NewCsr,
    ))?;
    let (why, proved) = match csr.possession() {
        Possession::Proved => (Why::Possession, true),
        Possession::Failed => (Why::Possession, false),
        Possession::Unchecked => (Why::PossessionUnchecked, false),
    };
    sink(clause(
        RuleId::K03,
        why,
        Window::when(proved),
        WayOut::NewCsr,
    ))
}

/// The CN names the domain that is bound, and is among the alternative names, if there are
/// any (K-04).
fn common_name<'a>(
    csr: &CsrFacts,
    submission: &Submission,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let why = match csr.common_names() {
        [] => Some(Why::NoCommonName),
        [only] if only.domain().is_none() => Some(Why::CommonNameForm),
        [_] => None,
        [_, _, ..] => Some(Why::ManyCommonNames),
    };
    sink(clause(
        RuleId::R18,
        why.unwrap_or(Why::NoCommonName),
        Window::when(why.is_none()),
        WayOut::NewCsr,
    ))?;
    let Some(domain) = csr.common_name().and_then(|name| name.domain()) else {
        return Flow::Continue(());
    };
    // The CN wins over a single domain; of several it must be one.
    let named = match submission.names() {
        [] | [_] => true,
        several @ [_, _, ..] => several.contains(domain),
    };
    sink(clause(
        RuleId::R18,
        Why::CommonNameNotNamed,
        Window::when(named),
        WayOut::CorrectApplication,
    ))?;
    let among = csr.alt_names().is_empty()
        || csr.alt_names().iter().any(|name| match name {
            SubjectAltName::Dns(name) => name == domain,
            SubjectAltName::InvalidDns(_) | SubjectAltName::Other => false,
        });
    sink(ruled(
        RuleId::K04,
        Why::CommonNameNotAlternative,
        (From::Pin, law),
        law.application.csr(),
        |rule| among || !rule.cn_among_alt_names,
        WayOut::NewCsr,
    ))
}

/// The names that a certificate will carry.
pub(super) enum BoundNames<'a> {
    CommonName(&'a DomainName),
    Given(&'a [DomainName]),
}

impl BoundNames<'_> {
    pub(super) const fn as_slice(&self) -> &[DomainName] {
        match self {
            Self::CommonName(name) => core::slice::from_ref(*name),
            Self::Given(names) => names,
        }
    }
}

/// The CN of a signing request wins over a single domain; several domains stand as given.
pub(super) fn bound_names(submission: &Submission) -> Option<BoundNames<'_>> {
    match (submission.csr(), submission.names()) {
        (None, names) | (Some(_), names @ [_, _, ..]) => Some(BoundNames::Given(names)),
        (Some(csr), [] | [_]) => csr.common_name()?.domain().map(BoundNames::CommonName),
    }
}
