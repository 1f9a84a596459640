//! Putting the certificates of a bundle in order.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::algorithm::Check;
use super::certificate::{CertificateParseError, View, certificates_der, name};
use super::limits::Limits;
use crate::model::certificate::CertificateError;
use crate::model::{CertificateFacts, IssuedCertificate, SubjectAltName};

/// Why a bundle is not one certificate with its chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// The certificates cannot be read.
    #[error(transparent)]
    Parse(#[from] CertificateParseError),
    /// Facts that do not make an issued certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Every certificate that could be the leaf issued another.
    #[error("no certificate of the bundle is the leaf")]
    NoLeaf,
    /// More than one certificate that issued no other.
    #[error("{0} certificates of the bundle could be the leaf")]
    SeveralLeaves(usize),
    /// A certificate that does not belong to the leaf's chain.
    #[error("the certificate of {0} does not belong to the chain")]
    Unrelated(Arc<str>),
    /// An issuer without the basic constraint of an authority.
    #[error("{0} issued a certificate of the chain and is no authority")]
    NotAnAuthority(Arc<str>),
    /// A signature that does not verify with the issuer's key.
    #[error("the signature on the certificate of {0} does not verify")]
    Signature(Arc<str>),
    /// A signature by an algorithm that is unknown or too weak.
    #[error("the signature on the certificate of {0} is by an unknown or weak algorithm")]
    SignatureAlgorithm(Arc<str>),
    /// A dNSName of the leaf that is not a domain name.
    #[error("the certificate names {0:?}, which is not a domain name")]
    Name(Arc<str>),
}

/// Reads what an authority issued: a leaf with its chain, as PEM in any order, or the leaf in DER.
///
/// The leaf is the one certificate that is no authority and issued none of the others; if all are
/// authorities, the one that issued none of the others. The chain is put in order from the leaf's issuer towards the root, by issuer and
/// subject, and by key identifiers where both sides have one; each signature is verified with the
/// next key (SHA-256 or better, RSA from 2048 bits). A root may be there or not. Repeated
/// certificates are dropped, strangers refused.
///
/// This orders and verifies a bundle. It does not decide whether the chain ends in a root that
/// somebody trusts, nor look at path lengths, key usages, name constraints or the time.
///
/// ```
/// use cert_lifecycle::pki::{Limits, issued_certificate};
///
/// let pem = include_bytes!("../../tests/data/pki/chain-shuffled.pem");
/// let issued = issued_certificate(pem, &Limits::default())?;
/// assert!(issued.names_exactly(&"www.example.com".parse()?));
/// assert_eq!(issued.facts().chain.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ChainError`] says what cannot be read, what does not belong together, or which signature is
/// wrong.
pub fn issued_certificate(input: &[u8], limits: &Limits) -> Result<IssuedCertificate, ChainError> {
    let ders = certificates_der(input, limits)?;
    let mut bundle: Vec<View<'_>> = Vec::with_capacity(ders.len());
    for der in &ders {
        if !bundle.iter().any(|view| view.der == der.as_slice()) {
            bundle.push(View::read(der, limits)?);
        }
    }
    let leaf = bundle.swap_remove(leaf_of(&bundle)?);
    let mut chain: Vec<View<'_>> = Vec::with_capacity(bundle.len());
    while let Some(issuer) = issuer_of(chain.last().unwrap_or(&leaf), &bundle)? {
        chain.push(bundle.swap_remove(issuer));
    }
    if let Some(stranger) = bundle.first() {
        return Err(ChainError::Unrelated(subject(stranger)));
    }
    // What is handed on is read again elsewhere, whole: nothing of it may be left unread.
    for issuer in &chain {
        issuer.facts()?;
    }
    let facts = leaf.facts()?;
    let mut names = Vec::new();
    for alt_name in facts.alt_names() {
        match alt_name {
            SubjectAltName::Dns(name) => names.push(name.clone()),
            SubjectAltName::InvalidDns(text) => return Err(ChainError::Name(Arc::clone(text))),
            SubjectAltName::Other => {}
        }
    }
    Ok(IssuedCertificate::new(CertificateFacts {
        der: Arc::from(leaf.der),
        chain: chain.iter().map(|view| Arc::from(view.der)).collect(),
        names,
        key: facts.key(),
        spki: facts.spki(),
        validity: facts.validity(),
        serial: facts.serial(),
        issuer: Arc::from(facts.issuer()),
    })?)
}

fn subject(view: &View<'_>) -> Arc<str> {
    name(view.subject).unwrap_or_else(|| Arc::from("an unreadable subject"))
}

/// Whether the names, and the key identifiers where both sides have one, say so.
fn seems_issued_by(view: &View<'_>, issuer: &View<'_>) -> bool {
    view.issuer == issuer.subject
        && match (view.issuer_key_id, issuer.own_key_id) {
            (Some(wanted), Some(own)) => wanted == own,
            (Some(_) | None, _) => true,
        }
}

/// Where the leaf stands: no authority, if there is one that is none, and the issuer of no other.
fn leaf_of(bundle: &[View<'_>]) -> Result<usize, ChainError> {
    let only_authorities = bundle.iter().all(|view| view.is_ca);
    let leaves: Vec<usize> = bundle
        .iter()
        .enumerate()
        .filter(|(at, view)| {
            (only_authorities || !view.is_ca)
                && !bundle
                    .iter()
                    .enumerate()
                    .any(|(other, issued)| other != *at && seems_issued_by(issued, view))
        })
        .map(|(at, _)| at)
        .collect();
    match leaves.as_slice() {
        [only] => Ok(*only),
        [] => Err(ChainError::NoLeaf),
        several => Err(ChainError::SeveralLeaves(several.len())),
    }
}

/// Where the issuer of a certificate stands among the rest; none behind the last link.
fn issuer_of(view: &View<'_>, rest: &[View<'_>]) -> Result<Option<usize>, ChainError> {
    let mut refused = None;
    for (at, candidate) in rest.iter().enumerate() {
        if !seems_issued_by(view, candidate) {
            continue;
        }
        refused = Some(match view.signed_by(candidate) {
            Check::Verified if candidate.is_ca => return Ok(Some(at)),
            Check::Verified => ChainError::NotAnAuthority(subject(candidate)),
            Check::Failed => ChainError::Signature(subject(view)),
            Check::Unchecked => ChainError::SignatureAlgorithm(subject(view)),
        });
    }
    refused.map_or(Ok(None), Err)
}
