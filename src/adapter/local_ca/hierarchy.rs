//! Root and intermediate: the keys, their certificates, and how certificates are signed.

use core::str::FromStr;
use core::time::Duration;
use std::string::String;
use std::sync::Arc;
use std::vec;
use std::vec::Vec;

use signature::{Keypair, Signer};
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{self, Builder, CertificateBuilder};
use x509_cert::der::asn1::BitString;
use x509_cert::der::oid::db::rfc5280::{ANY_POLICY, ID_KP_SERVER_AUTH};
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{self, DateTime, Decode, DecodePem, Document, Encode, EncodePem};
use x509_cert::ext::pkix::certpolicy::PolicyInformation;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies, ExtendedKeyUsage, KeyUsage,
    KeyUsages, SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, Extensions, ToExtension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{
    self, AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, EncodePublicKey,
    ObjectIdentifier, SignatureBitStringEncoding, SubjectPublicKeyInfoRef,
};
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, SubjectPublicKeyInfo, TbsCertificate};

use super::config::LocalCaConfig;
use super::error::LocalCaError;
use crate::adapter::signing::{KeyError, SigningKey};
use crate::model::time::SECONDS_PER_DAY;
use crate::model::{Serial, Timestamp};

/// The two tiers of the CA. The root's key is dropped once it has signed the intermediate.
#[derive(Debug)]
pub(super) struct Hierarchy {
    key: SigningKey,
    root_pem: Arc<str>,
    certificate: Certificate,
    certificate_pem: Arc<str>,
    /// The first and the last second of the intermediate.
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

/// What stands in a certificate, apart from its key and serial number.
pub(super) struct Content {
    pub(super) issuer: Name,
    pub(super) subject: Name,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    pub(super) extensions: Extensions,
}

impl Hierarchy {
    /// Makes keys and certificates that are valid from `now`.
    pub(super) fn found(config: &LocalCaConfig, now: Timestamp) -> Result<Self, LocalCaError> {
        let make = || {
            SigningKey::generate(config.hierarchy).map_err(|error| match error {
                KeyError::Unsupported => LocalCaError::UnsupportedKey(config.hierarchy),
                KeyError::Failed => LocalCaError::Cryptography,
            })
        };
        let (root_key, key) = (make()?, make()?);
        let root_name = Name::from_str("CN=Local CA Root,O=Local CA,C=XX")?;
        let name = Name::from_str("CN=Local CA Intermediate,O=Local CA,C=XX")?;
        let root_spki = SubjectPublicKeyInfo::from_der(root_key.spki_der())?;
        let spki = SubjectPublicKeyInfo::from_der(key.spki_der())?;

        let root_end = last_second(now, config.root_days);
        let root = Content {
            extensions: authority(&root_name, &root_spki, &root_spki, None)?,
            issuer: root_name.clone(),
            subject: root_name.clone(),
            not_before: now,
            not_after: root_end,
        };
        let root_pem =
            sign(&root_key, root, root_spki.clone(), random_serial()?)?.to_pem(LineEnding::LF)?;

        // A chain is not valid longer than its shortest link.
        let not_after = last_second(now, config.intermediate_days).min(root_end);
        let mut extensions = authority(&name, &spki, &root_spki, Some(0))?;
        extensions.push(server_auth(&name)?);
        extensions.push(policy(&name, ANY_POLICY)?);
        let intermediate = Content {
            issuer: root_name,
            subject: name,
            not_before: now,
            not_after,
            extensions,
        };
        let certificate = sign(&root_key, intermediate, spki, random_serial()?)?;
        Ok(Self {
            root_pem: Arc::from(root_pem),
            certificate_pem: Arc::from(certificate.to_pem(LineEnding::LF)?),
            certificate,
            key,
            not_before: now,
            not_after,
        })
    }

    /// The hierarchy as it was, if the key is that of the certificate.
    pub(super) fn restore(
        key: &[u8],
        root_pem: &str,
        certificate_pem: &str,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Option<Self> {
        let key = SigningKey::from_pkcs8(key)?;
        let certificate = Certificate::from_pem(certificate_pem).ok()?;
        let certified = certificate.tbs_certificate().subject_public_key_info();
        let is_own = certified.to_der().ok()? == key.spki_der();
        is_own.then(|| Self {
            key,
            root_pem: Arc::from(root_pem),
            certificate_pem: Arc::from(certificate_pem),
            certificate,
            not_before,
            not_after,
        })
    }

    /// Lets the intermediate's key in PKCS #8 DER be read once; the bytes are overwritten afterwards.
    pub(super) fn with_key<T>(&self, read: impl FnOnce(&[u8]) -> T) -> Result<T, LocalCaError> {
        let read = self.key.with_pkcs8(read);
        read.map_err(|_| LocalCaError::Cryptography)
    }

    pub(super) fn root_pem(&self) -> Arc<str> {
        Arc::clone(&self.root_pem)
    }

    pub(super) fn intermediate_pem(&self) -> Arc<str> {
        Arc::clone(&self.certificate_pem)
    }

    /// The name under which the intermediate issues.
    pub(super) fn issuer(&self) -> &Name {
        self.certificate.tbs_certificate().subject()
    }

    /// The intermediate's key identifier, as the things that it signs refer to it.
    pub(super) fn authority_key(&self) -> der::Result<AuthorityKeyIdentifier> {
        let spki = self.certificate.tbs_certificate().subject_public_key_info();
        AuthorityKeyIdentifier::try_from(SubjectPublicKeyInfoRef::from_der(&spki.to_der()?)?)
    }

    /// Signs a certificate with the intermediate's key and gives it in PEM, its issuer after it.
    pub(super) fn sign_chain(
        &self,
        content: Content,
        public_key: SubjectPublicKeyInfo,
        serial: Serial,
    ) -> Result<Arc<str>, LocalCaError> {
        let leaf = sign(&self.key, content, public_key, serial)?;
        let mut pem: String = leaf.to_pem(LineEnding::LF)?;
        pem.push_str(&self.certificate_pem);
        Ok(Arc::from(pem))
    }

    /// Signs any other structure with the intermediate's key.
    pub(super) fn sign_raw(&self, message: &[u8]) -> Result<BitString, LocalCaError> {
        let signature = self
            .key
            .sign(message)
            .map_err(|_| LocalCaError::Cryptography)?;
        Ok(BitString::from_bytes(&signature)?)
    }

    /// The algorithm of those signatures.
    pub(super) fn algorithm(&self) -> AlgorithmIdentifierOwned {
        self.key.algorithm()
    }
}

/// The last second of so many days that begin with an instant: both ends count (RFC 5280).
pub(super) fn last_second(from: Timestamp, days: u32) -> Timestamp {
    let seconds = i64::from(days).saturating_mul(SECONDS_PER_DAY);
    from.saturating_add(seconds.saturating_sub(1))
}

/// An instant as X.509 writes it.
pub(super) fn x509_time(at: Timestamp) -> Result<Time, LocalCaError> {
    u64::try_from(at.unix_seconds())
        .ok()
        .and_then(|seconds| DateTime::from_unix_duration(Duration::from_secs(seconds)).ok())
        .map(Time::from)
        .ok_or(LocalCaError::Time(at))
}

/// A serial number of 16 bytes, 126 bits of them random (Baseline Requirements §7.1: at least 64).
pub(super) fn random_serial() -> Result<Serial, LocalCaError> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| LocalCaError::Cryptography)?;
    if let Some(first) = bytes.first_mut() {
        // Positive, and always of the same length.
        *first = (*first & 0x7f) | 0x40;
    }
    Serial::new(&bytes).map_err(|_| LocalCaError::Cryptography)
}

/// `extKeyUsage` with serverAuth alone.
pub(super) fn server_auth(subject: &Name) -> der::Result<Extension> {
    ExtendedKeyUsage(vec![ID_KP_SERVER_AUTH]).to_extension(subject, &[])
}

/// `certificatePolicies` with one policy.
pub(super) fn policy(subject: &Name, policy: ObjectIdentifier) -> der::Result<Extension> {
    let policies = CertificatePolicies(vec![PolicyInformation {
        policy_identifier: policy,
        policy_qualifiers: None,
    }]);
    policies.to_extension(subject, &[])
}

/// `subjectKeyIdentifier` and `authorityKeyIdentifier`.
pub(super) fn key_identifiers(
    subject: &Name,
    key: &SubjectPublicKeyInfo,
    authority: &AuthorityKeyIdentifier,
) -> der::Result<Extensions> {
    let key = key.to_der()?;
    let identifier = SubjectKeyIdentifier::try_from(SubjectPublicKeyInfoRef::from_der(&key)?)?;
    Ok(vec![
        identifier.to_extension(subject, &[])?,
        authority.to_extension(subject, &[])?,
    ])
}

/// What every CA certificate says of itself.
fn authority(
    subject: &Name,
    key: &SubjectPublicKeyInfo,
    issuer_key: &SubjectPublicKeyInfo,
    path_length: Option<u8>,
) -> der::Result<Extensions> {
    let issuer_key = issuer_key.to_der()?;
    let above = AuthorityKeyIdentifier::try_from(SubjectPublicKeyInfoRef::from_der(&issuer_key)?)?;
    let mut extensions = key_identifiers(subject, key, &above)?;
    let constraints = BasicConstraints {
        ca: true,
        path_len_constraint: path_length,
    };
    extensions.push(constraints.to_extension(subject, &[])?);
    let usage = KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign);
    extensions.push(usage.to_extension(subject, &[])?);
    Ok(extensions)
}

/// Signs a certificate.
fn sign(
    key: &SigningKey,
    content: Content,
    public_key: SubjectPublicKeyInfo,
    serial: Serial,
) -> Result<Certificate, LocalCaError> {
    let validity = Validity::new(
        x509_time(content.not_before)?,
        x509_time(content.not_after)?,
    );
    let serial = SerialNumber::new(serial.as_bytes())?;
    let builder = CertificateBuilder::new(Prepared(content), serial, validity, public_key)?;
    Ok(builder.build::<_, SignatureBytes>(&Builderly(key))?)
}

/// A profile whose content was decided before. (The builder's own profiles for subscribers know
/// only DV, and none carries policies or a CRL distribution point.)
struct Prepared(Content);

impl BuilderProfile for Prepared {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.0.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.0.subject.clone()
    }

    fn build_extensions(
        &self,
        _spk: SubjectPublicKeyInfoRef<'_>,
        _issuer_spk: SubjectPublicKeyInfoRef<'_>,
        _tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        Ok(self.0.extensions.clone())
    }
}

/// A signing key in the shape that the builder asks for.
struct Builderly<'a>(&'a SigningKey);

/// A public key in the shape that the builder asks for.
#[derive(Clone)]
struct PublicKeyDer(Arc<[u8]>);

/// A signature in the shape that the builder asks for.
struct SignatureBytes(Vec<u8>);

impl Keypair for Builderly<'_> {
    type VerifyingKey = PublicKeyDer;

    fn verifying_key(&self) -> PublicKeyDer {
        PublicKeyDer(Arc::from(self.0.spki_der()))
    }
}

impl EncodePublicKey for PublicKeyDer {
    fn to_public_key_der(&self) -> spki::Result<Document> {
        Ok(Document::try_from(&*self.0)?)
    }
}

impl DynSignatureAlgorithmIdentifier for Builderly<'_> {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(self.0.algorithm())
    }
}

impl Signer<SignatureBytes> for Builderly<'_> {
    fn try_sign(&self, message: &[u8]) -> Result<SignatureBytes, signature::Error> {
        self.0
            .sign(message)
            .map(SignatureBytes)
            .map_err(|_| signature::Error::new())
    }
}

impl SignatureBitStringEncoding for SignatureBytes {
    fn to_bitstring(&self) -> der::Result<BitString> {
        BitString::from_bytes(&self.0)
    }
}
