//! Whether a certificate, a request and a key belong together.

use super::key::PrivateKey;
use crate::model::{CsrFacts, DomainName, IssuedCertificate, SpkiDigest};

/// Why two things do not belong together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// Two different keys.
    #[error("the certificate is for key {certificate}, not for key {other}")]
    Key {
        /// The key in the certificate.
        certificate: SpkiDigest,
        /// The key of the other.
        other: SpkiDigest,
    },
    /// A name that the certificate does not carry.
    #[error("the certificate does not carry the name {0}")]
    Name(DomainName),
}

fn same_key(certificate: &IssuedCertificate, other: SpkiDigest) -> Result<(), Mismatch> {
    let certificate = certificate.spki();
    if certificate == other {
        Ok(())
    } else {
        Err(Mismatch::Key { certificate, other })
    }
}

/// Whether the certificate is for the key of the request.
///
/// # Errors
/// [`Mismatch::Key`].
pub fn matches_csr(certificate: &IssuedCertificate, csr: &CsrFacts) -> Result<(), Mismatch> {
    same_key(certificate, csr.spki())
}

/// Whether the certificate is for the private key.
///
/// # Errors
/// [`Mismatch::Key`].
pub fn matches_key(certificate: &IssuedCertificate, key: &PrivateKey) -> Result<(), Mismatch> {
    same_key(certificate, key.spki())
}

/// Whether the certificate carries each of the names, as it stands: a wildcard covers only itself,
/// see [`IssuedCertificate::names_exactly`].
///
/// # Errors
/// [`Mismatch::Name`] with the first name that is missing.
pub fn covers<'a>(
    certificate: &IssuedCertificate,
    names: impl IntoIterator<Item = &'a DomainName>,
) -> Result<(), Mismatch> {
    names
        .into_iter()
        .find(|name| !certificate.names_exactly(name))
        .map_or(Ok(()), |missing| Err(Mismatch::Name(missing.clone())))
}
