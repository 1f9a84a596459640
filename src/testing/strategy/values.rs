//! Values that fit a case: names, applicants, requests, challenges, certificates.
//!
//! They are made of constants, so that there is none only if one of these were malformed.

use std::format;
use std::sync::Arc;
use std::vec::Vec;

use crate::model::challenge::RecordType;
use crate::model::{
    Applicant, Application, CertificateFacts, Challenge, Company, CsrFacts, Curve, DomainName,
    IssuedCertificate, KeyKind, Note, Possession, Serial, SignatureHash, SpkiDigest,
    SubjectAltName, Timestamp, ValidationMethod, Validity,
};

pub(super) fn name(text: &str) -> Option<DomainName> {
    DomainName::new(text).ok()
}

pub(super) fn note(text: &str) -> Option<Note> {
    Note::new(text).ok()
}

/// A contact, of a company if asked.
pub(super) fn applicant(company: bool) -> Option<Applicant> {
    let tom = Applicant::new("Tom", "13900000000", "username@example.com").ok()?;
    Some(if company {
        tom.for_company(Company::new("Example Ltd").ok()?)
    } else {
        tom
    })
}

/// A signing request for a name, by a P-256 key that is made of `seed`.
pub(super) fn request(common_name: &str, seed: &str) -> CsrFacts {
    CsrFacts::new(
        format!("request {seed}").as_bytes(),
        KeyKind::Ec(Curve::P256),
        SpkiDigest::of(seed.as_bytes()),
        SignatureHash::Sha256,
        Possession::Proved,
    )
    .with_common_name(common_name)
}

/// The same with something wrong, which of it by a number: its signature or its common name.
pub(super) fn unusual_request(common_name: &str, seed: &str, which: u8) -> CsrFacts {
    let made = |hash, possession| {
        CsrFacts::new(
            format!("request {seed}, {which}").as_bytes(),
            KeyKind::Ec(Curve::P256),
            SpkiDigest::of(seed.as_bytes()),
            hash,
            possession,
        )
    };
    let plain = made(SignatureHash::Sha256, Possession::Proved);
    match which % 6 {
        0 => made(SignatureHash::Sha1, Possession::Proved).with_common_name(common_name),
        1 => made(SignatureHash::Sha256, Possession::Failed).with_common_name(common_name),
        2 => made(SignatureHash::Sha256, Possession::Unchecked).with_common_name(common_name),
        3 => plain,
        4 => plain.with_common_name("elsewhere.example.org"),
        _ => {
            let plain = plain.with_common_name(common_name);
            let other = name("elsewhere.example.org").map(SubjectAltName::Dns);
            other.into_iter().fold(plain, CsrFacts::with_alt_name)
        }
    }
}

/// The key that a CA is given for an order: the applicant's own, or one that the service makes.
pub(super) fn key_of(application: &Application) -> SpkiDigest {
    application
        .key()
        .unwrap_or_else(|| SpkiDigest::of(&application.order().get().to_be_bytes()))
}

/// A challenge of a method.
pub(super) fn challenge(method: ValidationMethod) -> Option<Arc<Challenge>> {
    let challenge = match method {
        ValidationMethod::Dns => {
            Challenge::dns("_dnsauth.example.com", RecordType::Txt, "2021-token")
        }
        ValidationMethod::File => {
            Challenge::file("www.example.com", "/.well-known/pki-validation/f.txt", "x")
        }
    };
    challenge.ok().map(Arc::new)
}

/// A certificate with the given key, names and validity.
pub(in crate::testing) fn certificate(
    key: SpkiDigest,
    names: &[DomainName],
    not_before: Timestamp,
    not_after: Timestamp,
) -> Option<Arc<IssuedCertificate>> {
    // Stands for the bytes: other facts, other fingerprint.
    let der = format!("{key} {names:?} {not_before} {not_after}");
    let facts = CertificateFacts {
        der: Arc::from(der.as_bytes()),
        chain: Vec::new(),
        names: names.to_vec(),
        key: KeyKind::Ec(Curve::P256),
        spki: key,
        validity: Validity::new(not_before, not_after).ok()?,
        serial: Serial::new(key.as_bytes().first_chunk::<8>()?).ok()?,
        issuer: Arc::from("CN=Sample CA"),
    };
    IssuedCertificate::new(facts).ok().map(Arc::new)
}
