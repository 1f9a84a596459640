//! From the challenge to the certificate: what the CA answers, and reading what it issued.

use super::ending::instead_of_ending;
use super::{Flow, Sink, clause, never, payer, pinned};
use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{Basis, Clause, WayOut, Why};
use crate::lifecycle::status::stage;
use crate::model::{
    Application, CertificateInstance, Challenge, DomainName, IssuedCertificate, Phase, SpkiDigest,
};
use crate::rulebook::{RuleId, Window};

/// Receiving the challenge: for an order that still waits for its domain.
pub(super) fn receive_challenge<'a>(
    instance: &CertificateInstance,
    challenge: &Challenge,
    key: SpkiDigest,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let Some(application) = instance.application() else {
        return sink(never(
            RuleId::R26,
            Why::Status(stage(instance)),
            WayOut::None,
        ));
    };
    // What goes to the CA's review at once learns its key and challenge there (T-03, T-26).
    // The same answer again is nothing new.
    let repeated =
        application.challenge.as_deref() == Some(challenge) && application.key == Some(key);
    if matches!(instance.phase, Phase::Validating(_)) && application.challenge.is_some() {
        return sink(clause(
            RuleId::R19,
            Why::ChallengeThere,
            Window::when(repeated),
            WayOut::None,
        ));
    }
    let waiting = matches!(instance.phase, Phase::Verifying(_))
        || (matches!(instance.phase, Phase::Validating(_)) && application.challenge.is_none());
    let method = challenge.method();
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
        RuleId::K12,
        Why::OtherKey,
        Window::when(application.key.is_none_or(|own| own == key)),
        WayOut::Reissue,
    ))
}

/// Confirming the domain: only what was challenged can be proved.
pub(super) fn confirm_domain<'a>(instance: &CertificateInstance, sink: &mut impl Sink<'a>) -> Flow {
    let at = stage(instance);
    match &instance.phase {
        Phase::Verifying(application) => sink(clause(
            RuleId::R06,
            Why::NoChallenge,
            Window::when(application.challenge.is_some()),
            WayOut::AwaitCa,
        )),
        // Already there: an observation that comes twice.
        Phase::Validating(_) => Flow::Continue(()),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => sink(never(RuleId::R26, Why::Status(at), WayOut::None)),
    }
}

/// Accepting the CA's approval: for a reviewed order, of a certificate that fits it.
pub(super) fn approve<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    certificate: &'a IssuedCertificate,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let at = stage(instance);
    // What an earlier application of the slot brought comes late, whatever became of the slot.
    let spki = certificate.spki();
    if instance.earlier().iter().any(|one| one.key == Some(spki))
        && instance
            .application()
            .is_none_or(|own| own.key != Some(spki))
    {
        return Flow::Continue(());
    }
    match &instance.phase {
        Phase::Validating(application) => {
            pinned(application, law, sink)?;
            fits_order(application, certificate, law, sink)?;
            payer(case, instance, sink)
        }
        Phase::Verifying(_) => sink(never(RuleId::R06, Why::DomainUnproved, WayOut::ProveDomain)),
        Phase::Failed { .. } => sink(never(
            RuleId::R08,
            Why::Status(at),
            instead_of_ending(case, instance, law),
        )),
        // Too late: recorded, and revoked at the CA, if it is the order's own (T-49).
        Phase::Pending { withdrawn, .. } => {
            comes_late(withdrawn.key.as_ref(), &withdrawn.names, certificate, sink)
        }
        Phase::Deleted { key, names, .. } => comes_late(
            key.as_ref(),
            names.as_deref().unwrap_or_default(),
            certificate,
            sink,
        ),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. } => sink(never(RuleId::R26, Why::Status(at), WayOut::None)),
        // The same approval again is nothing new; another certificate is.
        Phase::Live(live) | Phase::Revoked { live, .. } => sink(clause(
            RuleId::R07,
            Why::OtherCertificate,
            Window::when(live.certificate.fingerprint() == certificate.fingerprint()),
            WayOut::None,
        )),
    }
}

/// A late certificate is the order's own by its key; where the CA never said which key it was given,
/// by its names (T-49).
fn comes_late<'a>(
    key: Option<&SpkiDigest>,
    names: &[DomainName],
    certificate: &IssuedCertificate,
    sink: &mut impl Sink<'a>,
) -> Flow {
    match key {
        Some(_) => carries_key(key, certificate, sink),
        None => carries_names(names, certificate, sink),
    }
}

/// The certificate carries the order's key (K-07).
fn carries_key<'a>(
    key: Option<&SpkiDigest>,
    certificate: &IssuedCertificate,
    sink: &mut impl Sink<'a>,
) -> Flow {
    sink(clause(
        RuleId::K07,
        Why::CertificateKey,
        Window::when(key == Some(&certificate.facts().spki)),
        WayOut::Reissue,
    ))
}

/// The certificate carries exactly the order's names (K-07).
fn carries_names<'a>(
    names: &[DomainName],
    certificate: &IssuedCertificate,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let exact = certificate.facts().names.len() == names.len()
        && names.iter().all(|name| certificate.names_exactly(name));
    sink(clause(
        RuleId::K07,
        Why::CertificateNames,
        Window::when(exact),
        WayOut::Reissue,
    ))
}

/// The certificate carries the order's key and exactly its names (K-07), is not over (K-11), and
/// stays within the ceiling of its date (K-08).
fn fits_order<'a>(
    application: &Application,
    certificate: &'a IssuedCertificate,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    carries_key(application.key.as_ref(), certificate, sink)?;
    carries_names(&application.names, certificate, sink)?;
    let validity = certificate.validity();
    if let Some((ceiling, _)) = law.ceilings.at(validity.not_before()) {
        sink(Clause {
            rule: RuleId::K08,
            why: Why::AboveCeiling(ceiling.value.max_days),
            basis: Basis::Ceiling(ceiling),
            holds: Window::when(ceiling.value.permits(validity)),
            changes: None,
            way_out: WayOut::Reissue,
        })?;
    }
    let calendar = law.conduct.calendar();
    sink(clause(
        RuleId::K11,
        Why::CertificateOver,
        calendar.value.unexpired(validity.not_after()),
        WayOut::Reissue,
    ))
}

/// Accepting the CA's rejection of a reviewed order.
pub(super) fn reject<'a>(instance: &CertificateInstance, sink: &mut impl Sink<'a>) -> Flow {
    let at = stage(instance);
    match &instance.phase {
        Phase::Validating(_) | Phase::Failed { .. } => Flow::Continue(()),
        Phase::Verifying(_) => sink(never(RuleId::R06, Why::Status(at), WayOut::None)),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Pending { .. }
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => sink(never(RuleId::R26, Why::Status(at), WayOut::None)),
    }
}
