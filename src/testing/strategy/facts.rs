//! Keys, signing requests, certificates and applications: what an edition accepts up to the last bit
//! that it allows, and what it refuses by a single fact.

use std::format;
use std::sync::Arc;
use std::vec::Vec;

use proptest::prelude::{Just, Strategy, any};
use proptest::sample::select;

use super::text::{applicants, names};
use super::time::{days, durations, offsets};
use super::values::{certificate, challenge};
use crate::model::{
    CertificateFacts, Challenge, CsrFacts, Curve, DomainName, FactorSearch, FermatSearch,
    IssuedCertificate, KeyKind, KeySource, Possession, RsaExponent, RsaFacts, SignatureHash,
    SpkiDigest, SubjectAltName, Submission, ValidationMethod,
};
use crate::rulebook::Edition;

/// Kinds of keys around what an edition accepts: those at its bounds, and a step beyond.
fn all_keys(edition: &Edition) -> Vec<KeyKind> {
    let rule = edition.csr().value;
    let step = rule.rsa_step_bits;
    let mut bits = Vec::from([
        rule.rsa_min_bits,
        rule.rsa_min_bits.saturating_add(step),
        rule.rsa_min_bits.saturating_sub(step),
        rule.rsa_min_bits.saturating_add(1),
        rule.rsa_min_bits.saturating_sub(1),
        0,
    ]);
    if let Some(most) = rule.rsa_max_bits {
        bits.extend([most, most.saturating_add(step), most.saturating_add(1)]);
    } else {
        bits.push(16_384);
    }
    let rsa = bits.into_iter().map(|bits| KeyKind::Rsa { bits });
    let curves = [Curve::P256, Curve::P384, Curve::P521, Curve::Other];
    let curves = curves.map(KeyKind::Ec);
    let others = [KeyKind::Ed25519, KeyKind::Other];
    curves.into_iter().chain(rsa).chain(others).collect()
}

/// Those of some values that a test wants, or a fallback where it wants none.
fn those<T>(all: Vec<T>, wanted: impl Fn(&T) -> bool, else_: T) -> Vec<T> {
    let found: Vec<T> = all.into_iter().filter(wanted).collect();
    if found.is_empty() {
        Vec::from([else_])
    } else {
        found
    }
}

/// Kinds of keys that an edition accepts, down to the smallest.
///
/// Where an edition accepts none, they are P-256 all the same.
///
/// ```
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::strategy::keys;
/// use proptest::prelude::*;
/// let edition = Rulebook::published().edition("2021-02-api")?;
/// proptest!(|(key in keys(&edition))| prop_assert!(edition.csr().value.permits_key(key)));
/// # Ok::<(), cert_lifecycle::rulebook::ResolveError>(())
/// ```
pub fn keys(edition: &Edition) -> impl Strategy<Value = KeyKind> + use<> {
    let rule = edition.csr().value;
    let p256 = KeyKind::Ec(Curve::P256);
    select(those(all_keys(edition), |key| rule.permits_key(*key), p256))
}

/// Kinds of keys that an edition refuses, up to the largest of them: some of them by one bit.
///
/// ```
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::strategy::nearly_keys;
/// use proptest::prelude::*;
/// let edition = Rulebook::published().edition("2021-02-api")?;
/// proptest!(|(key in nearly_keys(&edition))| prop_assert!(!edition.csr().value.permits_key(key)));
/// # Ok::<(), cert_lifecycle::rulebook::ResolveError>(())
/// ```
pub fn nearly_keys(edition: &Edition) -> impl Strategy<Value = KeyKind> + use<> {
    let rule = edition.csr().value;
    let refused = |key: &KeyKind| !rule.permits_key(*key);
    select(those(all_keys(edition), refused, KeyKind::Other))
}

/// Every hash.
const HASHES: [SignatureHash; 7] = [
    SignatureHash::Sha256,
    SignatureHash::Sha384,
    SignatureHash::Sha512,
    SignatureHash::Intrinsic,
    SignatureHash::Sha1,
    SignatureHash::Md5,
    SignatureHash::Other,
];

/// An RSA key without a weakness, searched just as far as an edition asks, with the least exponent
/// that it accepts or the usual one.
fn sound(edition: &Edition, usual: bool) -> Option<RsaFacts> {
    let least = edition.rsa_exponent().value.min;
    // An even bound is met by the odd number behind it.
    let least = if least.is_multiple_of(2) {
        least.saturating_add(1)
    } else {
        least
    };
    Some(RsaFacts {
        exponent: RsaExponent::new(if usual { 65_537 } else { u64::from(least) }),
        factors: FactorSearch::new(edition.smallest_factor().value.0, None).ok()?,
        fermat: FermatSearch::new(edition.weak_keys().value.fermat_rounds, None).ok()?,
        roca: false,
    })
}

/// A request of a key that is made of a number.
fn request_of(
    number: u64,
    key: KeyKind,
    rsa: Option<RsaFacts>,
    hash: SignatureHash,
    possession: Possession,
) -> CsrFacts {
    let spki = SpkiDigest::of(&number.to_be_bytes());
    let der = format!("request {number} {key} {hash}");
    let facts = CsrFacts::new(der.as_bytes(), key, spki, hash, possession);
    match (key, rsa) {
        (KeyKind::Rsa { .. }, Some(rsa)) => facts.with_rsa(rsa),
        (KeyKind::Rsa { .. }, None) | (KeyKind::Ec(_) | KeyKind::Ed25519 | KeyKind::Other, _) => {
            facts
        }
    }
}

/// Signing requests that an edition accepts, for one name: every kind of key down to the smallest,
/// every hash, searches that went just far enough, with and without alternative names.
///
/// The names are drawn from [`names`]; what an edition says of them, and of a product, is another
/// matter.
///
/// ```
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::strategy::requests;
/// use proptest::prelude::*;
/// let edition = Rulebook::published().edition("2021-02-api")?;
/// proptest!(|(request in requests(&edition))| prop_assert!(request.common_name().is_some()));
/// # Ok::<(), cert_lifecycle::rulebook::ResolveError>(())
/// ```
pub fn requests(edition: &Edition) -> impl Strategy<Value = CsrFacts> + use<> {
    requests_for(edition, names())
}

/// The same for names of one's own.
///
/// ```
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::strategy::{requests_for, wildcard_names};
/// use proptest::prelude::*;
/// let edition = Rulebook::published().edition("2021-02-api")?;
/// proptest!(|(request in requests_for(&edition, wildcard_names()))| {
///     let name = request.common_name().and_then(|name| name.domain());
///     prop_assert!(name.is_some_and(|name| name.is_wildcard()));
/// });
/// # Ok::<(), cert_lifecycle::rulebook::ResolveError>(())
/// ```
pub fn requests_for<N>(edition: &Edition, names: N) -> impl Strategy<Value = CsrFacts> + use<N>
where
    N: Strategy<Value = DomainName>,
{
    let rule = edition.csr().value;
    let permitted = |hash: &SignatureHash| rule.permits_hash(*hash);
    let hashes = those(Vec::from(HASHES), permitted, SignatureHash::Sha256);
    let sound = [sound(edition, true), sound(edition, false)];
    let parts = (
        any::<u64>(),
        keys(edition),
        select(Vec::from(sound)),
        select(hashes),
        names,
        any::<[bool; 3]>(),
    );
    parts.prop_map(
        |(number, key, rsa, hash, name, [alternative, other, staple])| {
            let mut facts = request_of(number, key, rsa, hash, Possession::Proved)
                .with_common_name(name.as_str());
            if alternative {
                facts = facts.with_alt_name(SubjectAltName::Dns(name));
                if other {
                    facts = facts.with_alt_name(SubjectAltName::Other);
                }
            }
            if staple {
                facts = facts
                    .with_extension("1.3.6.1.5.5.7.1.24")
                    .with_must_staple();
            }
            facts
        },
    )
}

/// What is wrong with a request.
#[derive(Clone, Copy, Debug)]
enum Defect {
    Key,
    Hash,
    Forged,
    Unchecked,
    Nameless,
    NoName,
    TwoNames,
    Unexamined,
    Roca,
    ClosePrimes,
    SmallFactor,
    ShortSearch,
    FewRounds,
    EvenExponent,
    SmallExponent,
}

const DEFECTS: [Defect; 15] = [
    Defect::Key,
    Defect::Hash,
    Defect::Forged,
    Defect::Unchecked,
    Defect::Nameless,
    Defect::NoName,
    Defect::TwoNames,
    Defect::Unexamined,
    Defect::Roca,
    Defect::ClosePrimes,
    Defect::SmallFactor,
    Defect::ShortSearch,
    Defect::FewRounds,
    Defect::EvenExponent,
    Defect::SmallExponent,
];

/// The facts of a sound RSA key with a defect; none if it has none for this edition.
fn spoilt(defect: Defect, sound: RsaFacts) -> Option<RsaFacts> {
    let (factor, rounds) = (sound.factors.below(), sound.fermat.rounds());
    let exponent = sound.exponent.value()?;
    let searched = |below: u16, found| FactorSearch::new(below, found).ok();
    Some(match defect {
        Defect::Roca => RsaFacts {
            roca: true,
            ..sound
        },
        Defect::ClosePrimes => RsaFacts {
            fermat: FermatSearch::new(rounds, Some(rounds)).ok()?,
            ..sound
        },
        Defect::FewRounds => RsaFacts {
            fermat: FermatSearch::new(rounds.checked_sub(1)?, None).ok()?,
            ..sound
        },
        Defect::SmallFactor => RsaFacts {
            factors: searched(factor, Some(factor.checked_sub(1)?))?,
            ..sound
        },
        Defect::ShortSearch => RsaFacts {
            factors: searched(factor.checked_sub(1)?, None)?,
            ..sound
        },
        Defect::EvenExponent => RsaFacts {
            exponent: RsaExponent::new(exponent.saturating_add(1)),
            ..sound
        },
        Defect::SmallExponent => RsaFacts {
            exponent: RsaExponent::new(exponent.checked_sub(2)?),
            ..sound
        },
        Defect::Key
        | Defect::Hash
        | Defect::Forged
        | Defect::Unchecked
        | Defect::Nameless
        | Defect::NoName
        | Defect::TwoNames
        | Defect::Unexamined => return None,
    })
}

/// Signing requests that an edition refuses for one fact: a key or a hash that is too small, a
/// signature that proves nothing, no common name or two, and RSA keys with each weakness, found by
/// the last try that the edition asks for or not looked for by one.
///
/// ```
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::strategy::nearly_requests;
/// use proptest::prelude::*;
/// let edition = Rulebook::published().edition("2021-02-api")?;
/// proptest!(|(request in nearly_requests(&edition))| prop_assert!(!request.der().is_empty()));
/// # Ok::<(), cert_lifecycle::rulebook::ResolveError>(())
/// ```
pub fn nearly_requests(edition: &Edition) -> impl Strategy<Value = CsrFacts> + use<> {
    let rule = edition.csr().value;
    let weak = |hash: &SignatureHash| !rule.permits_hash(*hash);
    let hashes = those(Vec::from(HASHES), weak, SignatureHash::Other);
    let sound = sound(edition, false);
    let rsa = KeyKind::Rsa {
        bits: rule.rsa_min_bits,
    };
    let defect = select(Vec::from(DEFECTS));
    let parts = (
        any::<u64>(),
        defect,
        keys(edition),
        nearly_keys(edition),
        select(hashes),
    );
    parts.prop_filter_map("a weakness", move |(number, defect, good, bad, hash)| {
        use Possession as P;
        let strong = SignatureHash::Sha256;
        let request = |key, rsa, hash, possession| request_of(number, key, rsa, hash, possession);
        let name = "www.example.com";
        Some(match defect {
            Defect::Key => request(bad, sound, strong, P::Proved).with_common_name(name),
            Defect::Hash => request(good, sound, hash, P::Proved).with_common_name(name),
            Defect::Forged => request(good, sound, strong, P::Failed).with_common_name(name),
            Defect::Unchecked => request(good, sound, strong, P::Unchecked).with_common_name(name),
            Defect::Nameless => request(good, sound, strong, P::Proved),
            Defect::NoName => request(good, sound, strong, P::Proved).with_common_name("localhost"),
            Defect::TwoNames => request(good, sound, strong, P::Proved)
                .with_common_name(name)
                .with_common_name(name),
            Defect::Unexamined => request(rsa, None, strong, P::Proved).with_common_name(name),
            Defect::Roca
            | Defect::ClosePrimes
            | Defect::SmallFactor
            | Defect::ShortSearch
            | Defect::FewRounds
            | Defect::EvenExponent
            | Defect::SmallExponent => {
                let facts = spoilt(defect, sound?)?;
                request(rsa, Some(facts), strong, P::Proved).with_common_name(name)
            }
        })
    })
}

/// Challenges of both methods.
///
/// ```
/// use cert_lifecycle::testing::strategy::challenges;
/// use proptest::prelude::*;
/// proptest!(|(challenge in challenges())| prop_assert!(!challenge.method().word().is_empty()));
/// ```
pub fn challenges() -> impl Strategy<Value = Arc<Challenge>> {
    select(Vec::from(ValidationMethod::ALL)).prop_filter_map("a challenge", challenge)
}

/// Certificates: from a second of validity to years of it, from midnights where calendars stumble,
/// for one name and for several.
///
/// Those that fit what was applied for, to the last second of the ceiling, come with the commands of
/// [`commands`](super::commands).
///
/// ```
/// use cert_lifecycle::testing::strategy::certificates;
/// use proptest::prelude::*;
/// proptest!(|(certificate in certificates())| {
///     prop_assert!(certificate.validity().inclusive_seconds() > 0);
/// });
/// ```
pub fn certificates() -> impl Strategy<Value = Arc<IssuedCertificate>> {
    let all = proptest::collection::vec(names(), 1..4);
    let from = (days(), offsets()).prop_map(|(day, offset)| day.midnight(offset));
    (any::<u64>(), all, from, durations()).prop_filter_map(
        "a certificate",
        |(number, names, from, seconds)| {
            let key = SpkiDigest::of(&number.to_be_bytes());
            certificate(key, &names, from, from.saturating_add(seconds))
        },
    )
}

/// The facts of what is no certificate: it names no domain.
///
/// ```
/// use cert_lifecycle::model::IssuedCertificate;
/// use cert_lifecycle::testing::strategy::nearly_certificates;
/// use proptest::prelude::*;
/// proptest!(|(facts in nearly_certificates())| prop_assert!(IssuedCertificate::new(facts).is_err()));
/// ```
pub fn nearly_certificates() -> impl Strategy<Value = CertificateFacts> {
    certificates().prop_map(|certificate| CertificateFacts {
        names: Vec::new(),
        ..certificate.facts().clone()
    })
}

/// Applications that an edition's rules on keys and requests accept, by each of the three operations:
/// with one name and with as many as the edition takes, with a key of the applicant's own and with one
/// that the service makes.
///
/// Names are of one kind, without a wildcard or all with one. Contacts without a company are among
/// them, which do for domain validation alone.
///
/// ```
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::strategy::submissions;
/// use proptest::prelude::*;
/// let edition = Rulebook::published().edition("2021-02-api")?;
/// proptest!(|(application in submissions(&edition))| {
///     prop_assert!(application.csr().is_some() || !application.names().is_empty());
/// });
/// # Ok::<(), cert_lifecycle::rulebook::ResolveError>(())
/// ```
pub fn submissions(edition: &Edition) -> impl Strategy<Value = Arc<Submission>> + use<> {
    let most = usize::from(edition.name_limit().value.0).clamp(1, Submission::NAME_LIMIT);
    let name = |wildcard: bool, place: usize| {
        let star = if wildcard { "*." } else { "" };
        DomainName::new(&format!("{star}host{place}.example.com")).ok()
    };
    let counts = Vec::from([1, 2.min(most), most]);
    let parts = (
        select(counts),
        any::<bool>(),
        applicants(),
        select(Vec::from(ValidationMethod::ALL)),
        keys(edition),
        requests_for(
            edition,
            Just(DomainName::new("host0.example.com")).prop_filter_map("a name", Result::ok),
        ),
        0_u8..4,
    );
    parts.prop_filter_map(
        "an application",
        move |(count, wildcard, contact, method, key, csr, how)| {
            let names: Option<Vec<DomainName>> = (0..count)
                .map(|place| name(wildcard && how < 2, place))
                .collect();
            let names = names?;
            Some(Arc::new(match how {
                0 => Submission::request(names.into_iter().next()?, contact, method, key),
                1 => Submission::for_package(names, contact, method, KeySource::ServiceMade(key))
                    .ok()?,
                2 => Submission::for_package(names, contact, method, KeySource::Own(Arc::new(csr)))
                    .ok()?,
                _ => Submission::with_csr(csr, contact, method),
            }))
        },
    )
}
