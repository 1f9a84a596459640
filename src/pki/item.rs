//! Kinds of things that are found in files of keys and certificates.

use core::fmt;

use x509_cert::der::Tag;

use super::der::{self, Children};

/// What a PEM block or a DER structure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Item {
    /// A certificate signing request (PKCS #10).
    CertificateRequest,
    /// A certificate (X.509).
    Certificate,
    /// A public key (`SubjectPublicKeyInfo`).
    PublicKey,
    /// A bare RSA public key (PKCS #1).
    RsaPublicKey,
    /// A private key (PKCS #8).
    PrivateKey,
    /// An RSA private key (PKCS #1).
    RsaPrivateKey,
    /// An EC private key (SEC 1).
    EcPrivateKey,
    /// A DSA private key.
    DsaPrivateKey,
    /// A private key in the format of OpenSSH.
    OpenSshPrivateKey,
    /// An encrypted private key (PKCS #8).
    EncryptedPrivateKey,
    /// A traditional private key, encrypted under a PEM header (`Proc-Type: 4,ENCRYPTED`).
    TraditionalEncryptedPrivateKey,
    /// A private key of some other kind.
    OtherPrivateKey,
    /// Parameters of a key: an EC curve, a DH group.
    Parameters,
    /// A certificate revocation list.
    RevocationList,
    /// A PKCS #7 or CMS message.
    Cms,
    /// Anything else.
    Other,
}

impl Item {
    /// Whether it holds a private key, encrypted or not.
    #[must_use]
    pub const fn is_private_key(self) -> bool {
        match self {
            Self::PrivateKey
            | Self::RsaPrivateKey
            | Self::EcPrivateKey
            | Self::DsaPrivateKey
            | Self::OpenSshPrivateKey
            | Self::EncryptedPrivateKey
            | Self::TraditionalEncryptedPrivateKey
            | Self::OtherPrivateKey => true,
            Self::CertificateRequest
            | Self::Certificate
            | Self::PublicKey
            | Self::RsaPublicKey
            | Self::Parameters
            | Self::RevocationList
            | Self::Cms
            | Self::Other => false,
        }
    }

    /// By the label of a PEM block.
    pub(super) fn of_label(label: &str) -> Self {
        match label {
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Self::CertificateRequest,
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Self::Certificate,
            "PUBLIC KEY" => Self::PublicKey,
            "RSA PUBLIC KEY" => Self::RsaPublicKey,
            "PRIVATE KEY" => Self::PrivateKey,
            "RSA PRIVATE KEY" => Self::RsaPrivateKey,
            "EC PRIVATE KEY" => Self::EcPrivateKey,
            "DSA PRIVATE KEY" => Self::DsaPrivateKey,
            "OPENSSH PRIVATE KEY" => Self::OpenSshPrivateKey,
            "ENCRYPTED PRIVATE KEY" => Self::EncryptedPrivateKey,
            "EC PARAMETERS" | "DH PARAMETERS" | "DSA PARAMETERS" | "X9.42 DH PARAMETERS" => {
                Self::Parameters
            }
            "X509 CRL" => Self::RevocationList,
            "PKCS7" | "CMS" => Self::Cms,
            // An unknown kind of key is still somebody's key.
            other if other.ends_with("PRIVATE KEY") => Self::OtherPrivateKey,
            _ => Self::Other,
        }
    }

    /// By the tags of a DER structure's first members; nothing is decoded.
    ///
    /// Knows what people confuse with each other, and says nothing about the rest.
    pub(super) fn of_der(whole: &[u8]) -> Option<Self> {
        let body = der::one(whole).ok()?.value;
        let [first, second, third, _] = tags(body);
        let inner = || {
            Children::of(body)
                .require()
                .map(|member| tags(member.value))
                .unwrap_or_default()
        };
        match (first?, second?, third) {
            (Tag::Sequence, Tag::Sequence, Some(Tag::BitString)) => Some(match inner() {
                // A version of its own, or a validity behind the issuer.
                [Some(Tag::ContextSpecific { .. }), ..]
                | [Some(Tag::Integer), _, _, Some(Tag::Sequence)] => Self::Certificate,
                // Two times behind the issuer, or one behind a version, an algorithm and the issuer.
                [_, _, _, Some(Tag::UtcTime | Tag::GeneralizedTime)] => Self::RevocationList,
                _ => Self::CertificateRequest,
            }),
            (Tag::Sequence, Tag::BitString, None) => Some(Self::PublicKey),
            (Tag::Sequence, Tag::OctetString, None) => Some(Self::EncryptedPrivateKey),
            (Tag::Integer, Tag::Sequence, Some(Tag::OctetString)) => Some(Self::PrivateKey),
            (Tag::Integer, Tag::OctetString, _) => Some(Self::EcPrivateKey),
            (Tag::Integer, Tag::Integer, Some(Tag::Integer)) => Some(Self::RsaPrivateKey),
            (Tag::Integer, Tag::Integer, None) => Some(Self::RsaPublicKey),
            _ => None,
        }
    }
}

/// The tags of the first four members.
fn tags(body: &[u8]) -> [Option<Tag>; 4] {
    let mut found = [None; 4];
    let mut members = Children::of(body);
    for slot in &mut found {
        *slot = members.next().ok().flatten().map(|member| member.tag);
    }
    found
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CertificateRequest => "a certificate signing request",
            Self::Certificate => "a certificate",
            Self::PublicKey => "a public key",
            Self::RsaPublicKey => "an RSA public key (PKCS #1)",
            Self::PrivateKey => "a private key (PKCS #8)",
            Self::RsaPrivateKey => "an RSA private key (PKCS #1)",
            Self::EcPrivateKey => "an EC private key (SEC 1)",
            Self::DsaPrivateKey => "a DSA private key",
            Self::OpenSshPrivateKey => "an OpenSSH private key",
            Self::EncryptedPrivateKey => "an encrypted private key (PKCS #8)",
            Self::TraditionalEncryptedPrivateKey => {
                "an encrypted private key (traditional, Proc-Type 4)"
            }
            Self::OtherPrivateKey => "a private key of an unknown kind",
            Self::Parameters => "the parameters of a key",
            Self::RevocationList => "a certificate revocation list",
            Self::Cms => "a PKCS #7 or CMS message",
            Self::Other => "something unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_of_a_key_has_its_kind() {
        for (label, item) in [
            ("PRIVATE KEY", Item::PrivateKey),
            ("RSA PRIVATE KEY", Item::RsaPrivateKey),
            ("EC PRIVATE KEY", Item::EcPrivateKey),
            ("DSA PRIVATE KEY", Item::DsaPrivateKey),
            ("OPENSSH PRIVATE KEY", Item::OpenSshPrivateKey),
            ("ENCRYPTED PRIVATE KEY", Item::EncryptedPrivateKey),
            ("ANOTHER PRIVATE KEY", Item::OtherPrivateKey),
        ] {
            assert_eq!(Item::of_label(label), item, "{label}");
        }
    }
}
