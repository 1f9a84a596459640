//! Applying: a plan with a unit, and an application that the edition accepts.

use alloc::sync::Arc;

use super::ending::instead_of_ending;
use super::purchase::unit_left;
use super::{Flow, From, Sink, clause, never, payer, ruled};
use crate::lifecycle::case::{Case, Law};
use crate::lifecycle::clause::{WayOut, Why};
use crate::lifecycle::status::stage;
use crate::model::{
    CertificateInstance, CsrFacts, DomainName, FactorSearch, FermatSearch, KeyKind, KeySource,
    NameKind, Phase, Possession, Product, SubjectAltName, Submission, ValidationClass,
    ValidationMethod,
};
use crate::rulebook::{BarredNames, CommonNameRule, FileForWildcard, RuleId, Window};

/// Applying: a plan with a unit, a new id, and an acceptable application.
pub(super) fn submit<'a>(
    case: &Case<'a>,
    submission: &'a Submission,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let plan = match unit_left(case, case.plan, sink) {
        Ok(plan) => plan,
        Err(flow) => return flow,
    };
    sink(clause(
        RuleId::R40,
        Why::IdTaken,
        Window::when(case.instance.is_none()),
        WayOut::NewId,
    ))?;
    acceptable(plan.product, submission, law, sink)
}

/// T-29: with the slot at hand, in the states that the edition names.
pub(super) fn apply<'a>(
    case: &Case<'a>,
    instance: &'a CertificateInstance,
    submission: &'a Submission,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let at = stage(instance);
    let rule = match &instance.phase {
        Phase::Bought { .. } | Phase::Pending { .. } => RuleId::R04,
        Phase::Failed { .. } => RuleId::R09,
        Phase::NotActivated { .. } => {
            return sink(never(
                RuleId::R46,
                Why::NotActivated,
                WayOut::AwaitActivation,
            ));
        }
        Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Deleted { .. } => {
            let way_out = instead_of_ending(case, instance, law);
            return sink(never(RuleId::R26, Why::Status(at), way_out));
        }
        Phase::Uploaded(_) => {
            return sink(never(RuleId::R51, Why::Uploaded, WayOut::None));
        }
        Phase::Ended { .. } => return sink(never(RuleId::R04, Why::Ended(at), WayOut::None)),
    };
    sink(ruled(
        rule,
        Why::Status(at),
        (From::Pin, law),
        law.application.applying(),
        |states| states.contains(at),
        instead_of_ending(case, instance, law),
    ))?;
    payer(case, instance, sink)?;
    acceptable(instance.product, submission, law, sink)
}

/// What the edition asks of an application (R-16, K-05, K-06, K-10) and of its key (K-01).
pub(in crate::lifecycle) fn acceptable<'a>(
    product: Product,
    submission: &'a Submission,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let pin = (From::Pin, law);
    let dv = matches!(product.class, ValidationClass::Dv);
    sink(ruled(
        RuleId::R16,
        Why::DvOnly,
        pin,
        law.application.dv_only(),
        |operations| dv || !operations.contains(submission.operation()),
        WayOut::UseForPackage,
    ))?;
    sink(clause(
        RuleId::K06,
        Why::NoCompany,
        Window::when(dv || submission.applicant().company().is_some()),
        WayOut::CorrectApplication,
    ))?;
    let asked = Asked {
        key: match submission.key() {
            KeySource::Own(csr) => csr.key(),
            KeySource::ServiceMade(kind) => *kind,
        },
        csr: submission.csr(),
        names: submission.names(),
        method: submission.method(),
    };
    stands(product, &asked, law, sink)
}

/// What is asked of a CA, however it was handed in.
pub(in crate::lifecycle) struct Asked<'s> {
    pub(in crate::lifecycle) key: KeyKind,
    pub(in crate::lifecycle) csr: Option<&'s CsrFacts>,
    pub(in crate::lifecycle) names: &'s [DomainName],
    pub(in crate::lifecycle) method: ValidationMethod,
}

/// The key (K-01), the request (K-02, K-03), its CN (R-18, K-04) and the names (K-05, K-10, K-17) fit the
/// product and the edition.
pub(in crate::lifecycle) fn stands<'a>(
    product: Product,
    asked: &Asked<'_>,
    law: &Law<'a>,
    sink: &mut impl Sink<'a>,
) -> Flow {
    let (pin, key) = ((From::Pin, law), asked.key);
    sink(ruled(
        RuleId::K01,
        Why::Key(key),
        pin,
        law.application.csr(),
        |rule| rule.permits_key(key),
        WayOut::NewCsr,
    ))?;
    if let Some(csr) = asked.csr {
        rsa_key(csr, law, sink)?;
        request_stands(csr, law, sink)?;
        common_name(csr, asked.names, law, sink)?;
    }
    let Some(bound) = bound(asked.csr, asked.names) else {
        // The clauses on the common name just said why.
        return Flow::Continue(());
    };
    let names = bound.as_slice();
    let count = u16::try_from(names.len()).unwrap_or(u16::MAX);
    sink(ruled(
        RuleId::K05,
        Why::TooManyNames,
        pin,
        law.application.name_limit(),
        |limit| count <= limit.0,
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
    let barred = law.application.barred_names();
    let found = |rule: &BarredNames| names.iter().find_map(|name| rule.bars(product.class, name));
    if let Some(top) = found(&barred.value) {
        sink(ruled(
            RuleId::K17,
            Why::BarredName(top),
            pin,
            barred,
            |rule| found(rule).is_none(),
            WayOut::CorrectApplication,
        ))?;
    }
    let by_file = matches!(asked.method, ValidationMethod::File);
    sink(ruled(
        RuleId::K10,
        Why::FileForWildcard,
        pin,
        law.application.file_for_wildcard(),
        |rule| !by_file || !wildcard || matches!(rule, FileForWildcard::Proves),
        WayOut::UseDns,
    ))
}

/// An RSA key shows no known weakness: the flawed generator (K-13), close primes (K-14), a small
/// factor (K-15), a bad exponent (K-16). What was not looked for is not there to be trusted.
///
/// A point that is not on its curve needs no rule of its own: no signature verifies with it (K-03).
fn rsa_key<'a>(csr: &CsrFacts, law: &Law<'a>, sink: &mut impl Sink<'a>) -> Flow {
    match csr.key() {
        KeyKind::Rsa { .. } => {}
        KeyKind::Ec(_) | KeyKind::Ed25519 | KeyKind::Other => return Flow::Continue(()),
    }
    let (pin, key) = ((From::Pin, law), csr.rsa());
    let why = |found: Option<Why>| found.unwrap_or(Why::KeyUnexamined);
    sink(ruled(
        RuleId::K13,
        why(key.map(|_| Why::RocaKey)),
        pin,
        law.application.weak_keys(),
        |rule| !rule.refuses_roca || key.is_some_and(|key| !key.roca),
        WayOut::NewCsr,
    ))?;
    let fermat = key.map(|key| key.fermat);
    sink(ruled(
        RuleId::K14,
        why(fermat.and_then(FermatSearch::split).map(Why::ClosePrimes)),
        pin,
        law.application.weak_keys(),
        |rule| {
            let rounds = rule.fermat_rounds;
            rounds == 0 || fermat.and_then(|key| key.splits_within(rounds)) == Some(false)
        },
        WayOut::NewCsr,
    ))?;
    let factors = key.map(|key| key.factors);
    sink(ruled(
        RuleId::K15,
        why(factors.and_then(FactorSearch::found).map(Why::SmallFactor)),
        pin,
        law.application.smallest_factor(),
        |least| least.0 <= 2 || factors.and_then(|key| key.has_below(least.0)) == Some(false),
        WayOut::NewCsr,
    ))?;
    let exponent = key.map(|key| key.exponent);
    sink(ruled(
        RuleId::K16,
        why(exponent.map(Why::Exponent)),
        pin,
        law.application.rsa_exponent(),
        |rule| exponent.is_some_and(|exponent| rule.permits(exponent)),
        WayOut::NewCsr,
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
    names: &[DomainName],
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
    let among_given = match names {
        [] | [_] => true,
        several @ [_, _, ..] => several.contains(domain),
    };
    sink(clause(
        RuleId::R18,
        Why::CommonNameNotNamed,
        Window::when(among_given),
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
        law.application.common_name(),
        |rule| among || matches!(rule, CommonNameRule::Free),
        WayOut::NewCsr,
    ))
}

/// The names that a certificate will carry.
pub(in crate::lifecycle) enum BoundNames<'a> {
    CommonName(&'a DomainName),
    Given(&'a [DomainName]),
}

impl BoundNames<'_> {
    pub(in crate::lifecycle) const fn as_slice(&self) -> &[DomainName] {
        match self {
            Self::CommonName(name) => core::slice::from_ref(*name),
            Self::Given(names) => names,
        }
    }
}

/// The CN of a signing request wins over a single domain; several domains stand as given.
pub(in crate::lifecycle) fn bound_names(submission: &Submission) -> Option<BoundNames<'_>> {
    bound(submission.csr(), submission.names())
}

/// The same, of what is asked.
pub(in crate::lifecycle) fn bound<'s>(
    csr: Option<&'s CsrFacts>,
    names: &'s [DomainName],
) -> Option<BoundNames<'s>> {
    match (csr, names) {
        (None, names) | (Some(_), names @ [_, _, ..]) => Some(BoundNames::Given(names)),
        (Some(csr), [] | [_]) => csr.common_name()?.domain().map(BoundNames::CommonName),
    }
}

/// The same, to keep: what was handed in is shared, not copied.
pub(in crate::lifecycle) fn names_to_keep(submission: &Submission) -> Option<Arc<[DomainName]>> {
    Some(match bound_names(submission)? {
        BoundNames::CommonName(name) => Arc::from([name.clone()]),
        BoundNames::Given(_) => Arc::clone(submission.shared_names()),
    })
}
