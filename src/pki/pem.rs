//! Writing PEM (RFC 7468).

use alloc::string::String;

use x509_cert::der::pem::{LineEnding, encode_string};

use crate::model::IssuedCertificate;

/// The label of a PEM block that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// `CERTIFICATE REQUEST`.
    CertificateRequest,
    /// `CERTIFICATE`.
    Certificate,
    /// `PUBLIC KEY`, a `SubjectPublicKeyInfo`.
    PublicKey,
    /// `PRIVATE KEY`, in PKCS #8.
    PrivateKey,
    /// `X509 CRL`.
    RevocationList,
}

impl Label {
    /// Every label.
    pub const ALL: [Self; 5] = [
        Self::CertificateRequest,
        Self::Certificate,
        Self::PublicKey,
        Self::PrivateKey,
        Self::RevocationList,
    ];

    /// As it stands between the dashes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CertificateRequest => "CERTIFICATE REQUEST",
            Self::Certificate => "CERTIFICATE",
            Self::PublicKey => "PUBLIC KEY",
            Self::PrivateKey => "PRIVATE KEY",
            Self::RevocationList => "X509 CRL",
        }
    }
}

/// Writes DER bytes as a PEM block with LF line ends.
///
/// ```
/// use cert_lifecycle::pki::{Label, to_pem};
/// assert_eq!(
///     to_pem(Label::PublicKey, &[0x30, 0x00]),
///     "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n",
/// );
/// ```
#[must_use]
pub fn to_pem(label: Label, der: &[u8]) -> String {
    // Fails for a label with forbidden characters and for a length beyond memory: neither is here.
    encode_string(label.as_str(), LineEnding::LF, der).unwrap_or_default()
}

/// The leaf alone, as PEM.
#[must_use]
pub fn certificate_pem(certificate: &IssuedCertificate) -> String {
    to_pem(Label::Certificate, &certificate.facts().der)
}

/// The leaf and its chain as PEM, in the order in which TLS servers want it.
#[must_use]
pub fn chain_pem(certificate: &IssuedCertificate) -> String {
    let mut text = certificate_pem(certificate);
    for issuer in &certificate.facts().chain {
        text.push_str(&to_pem(Label::Certificate, issuer));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn every_label_is_written() {
        for label in Label::ALL {
            let text = to_pem(label, &[0x30; 100]);
            assert!(text.starts_with(&format!("-----BEGIN {}-----\n", label.as_str())));
            assert!(text.ends_with(&format!("-----END {}-----\n", label.as_str())));
            assert_eq!(text.lines().map(str::len).nth(1), Some(64));
        }
    }
}
