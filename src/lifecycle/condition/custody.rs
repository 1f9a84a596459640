//! What is done with a certificate that is there: upload, download, deployment, deletion.

use super::ending::{instead_of_ending, unless_refunded};
use super::refund::unreviewed;
use super::revocation::awaited;
use super::{Flow, From, Sink, clause, linked, never, not_found, ruled, ruled_window};
use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{WayOut, Why};
use crate::lifecycle::command::Upload;
use crate::lifecycle::status::{stage, while_in};
use crate::model::{CertificateInstance, DomainName, KeySource, Phase, Target};
use crate::rulebook::{RuleId, Window};

/// a certificate with its key, under a name of its own.
pub(super) fn upload<'a>(
    case: &Case<'a>,
    upload: &'a Upload,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    sink(clause(
        RuleId::R40,
        Why::IdTaken,
        Window::when(case.instance.is_none()),
        WayOut::NewId,
    ))?;
    sink(ruled(
        RuleId::R51,
        Why::UploadName,
        (From::Day, law),
        law.conduct.upload_name(),
        |rule| rule.permits(upload.name.as_str()),
        WayOut::OtherName,
    ))?;
    let taken = case.other.is_some_and(|other| match &other.phase {
        Phase::Uploaded(there) => other.account == case.account && there.name == upload.name,
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => false,
    });
    sink(clause(
        RuleId::R51,
        Why::NameTaken,
        Window::when(!taken),
        WayOut::OtherName,
    ))?;
    sink(clause(
        RuleId::R51,
        Why::KeyMismatch,
        Window::when(upload.key == upload.certificate.spki()),
        WayOut::OtherKey,
    ))
}

/// a certificate is read once issued, in the states of the edition, and no more
/// once its revocation is requested.
pub(super) fn collect<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match &instance.phase {
        Phase::Live(live) => {
            sink(clause(
                RuleId::R36,
                Why::RevocationUnderWay,
                Window::when(live.revocation.is_none()),
                awaited(instance),
            ))?;
            if live.revocation.is_some() {
                return Flow::Continue(());
            }
            linked(case, instance, sink)?;
            sink(ruled_window(
                RuleId::R53,
                Why::Status(stage(instance)),
                (From::Day, law),
                law.conduct.download(),
                |states| while_in(*states, case, instance, law.conduct),
                WayOut::None,
            ))
        }
        Phase::Uploaded(_) => sink(ruled(
            RuleId::R53,
            Why::Uploaded,
            (From::Day, law),
            law.conduct.download_of_uploaded(),
            |download| download.allows(),
            WayOut::None,
        )),
        Phase::Revoked { .. } => sink(never(RuleId::R36, Why::AlreadyRevoked, WayOut::None)),
        Phase::Verifying(_) => sink(never(RuleId::R25, Why::NotIssued, WayOut::ProveDomain)),
        Phase::Validating(_) => sink(never(RuleId::R25, Why::NotIssued, WayOut::AwaitCa)),
        Phase::NotActivated { .. } => {
            let way_out = unless_refunded(case, instance, WayOut::AwaitActivation);
            sink(never(RuleId::R25, Why::NotIssued, way_out))
        }
        Phase::Bought { .. } => {
            let way_out = unless_refunded(case, instance, WayOut::Apply);
            sink(never(RuleId::R25, Why::NotIssued, way_out))
        }
        Phase::Failed { .. } | Phase::Pending { .. } => sink(never(
            RuleId::R25,
            Why::NotIssued,
            instead_of_ending(case, instance, law),
        )),
        Phase::Ended { .. } => sink(never(
            RuleId::R25,
            Why::Ended(stage(instance)),
            WayOut::None,
        )),
        Phase::Deleted { .. } => not_found(sink),
    }
}

/// an issued or uploaded certificate whose key the service holds, to a product of the edition.
pub(super) fn deploy<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    (target, domain): (Target, Option<&DomainName>),
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let Some(certificate) = instance.certificate() else {
        return sink(never(
            RuleId::R52,
            Why::NotIssued,
            instead_of_ending(case, instance, law),
        ));
    };
    linked(case, instance, sink)?;
    let way_out = if under_way(instance) {
        awaited(instance)
    } else {
        WayOut::ApplyAnew
    };
    sink(ruled_window(
        RuleId::R52,
        Why::Status(stage(instance)),
        (From::Day, law),
        law.conduct.deployment(),
        |states| while_in(*states, case, instance, law.conduct),
        way_out,
    ))?;
    sink(ruled(
        RuleId::R52,
        Why::OtherTarget(target),
        (From::Day, law),
        law.conduct.targets(),
        |targets| targets.contains(target),
        WayOut::OtherTarget,
    ))?;
    let held = match instance.application().map(|own| own.submission.key()) {
        Some(KeySource::Own(_)) => false,
        Some(KeySource::ServiceMade(_)) | None => true,
    };
    sink(clause(
        RuleId::R52,
        Why::KeyNotHeld,
        Window::when(held),
        WayOut::InstallByHand,
    ))?;
    sink(clause(
        RuleId::R52,
        Why::DomainNotCovered,
        Window::when(domain.is_none_or(|domain| certificate.covers(domain))),
        WayOut::None,
    ))?;
    let known = instance
        .deployments()
        .iter()
        .any(|one| one.target == target && one.domain.as_ref() == domain);
    let room = instance.deployments().len() < CertificateInstance::DEPLOYMENT_LIMIT;
    sink(clause(
        RuleId::R52,
        Why::TooManyDeployments,
        Window::when(known || room),
        WayOut::UndeployFirst,
    ))
}

/// what is deployed is taken off again.
pub(super) fn undeploy<'a>(
    instance: &CertificateInstance,
    target: Target,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let there = instance
        .deployments()
        .iter()
        .any(|one| one.target == target);
    sink(clause(
        RuleId::R52,
        Why::NotDeployed,
        Window::when(there),
        WayOut::None,
    ))
}

/// Whether its revocation is asked for and not decided yet.
fn under_way(instance: &CertificateInstance) -> bool {
    matches!(&instance.phase, Phase::Live(live) if live.revocation.is_some())
}

/// which certificates are deleted in which states.
pub(super) fn delete_certificate<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let states = match &instance.phase {
        Phase::Live(_) | Phase::Revoked { .. } => law.conduct.deletion(),
        Phase::Uploaded(_) => law.conduct.deletion_of_uploaded(),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Ended { .. } => {
            return sink(never(
                RuleId::R41,
                Why::NotIssued,
                instead_of_ending(case, instance, law),
            ));
        }
        Phase::Deleted { .. } => return not_found(sink),
    };
    unreviewed(case, instance, sink)?;
    linked(case, instance, sink)?;
    let way_out = if under_way(instance) {
        awaited(instance)
    } else {
        instead_of_ending(case, instance, law)
    };
    sink(ruled_window(
        RuleId::R41,
        Why::Status(stage(instance)),
        (From::Day, law),
        states,
        |states| while_in(*states, case, instance, law.conduct),
        way_out,
    ))?;
    let deployed = !instance.deployments().is_empty();
    sink(ruled(
        RuleId::R41,
        Why::Deployed,
        (From::Day, law),
        law.conduct.deletion_of_deployed(),
        |rule| !deployed || rule.allows(),
        WayOut::UndeployFirst,
    ))
}
