//! What every key vault does with a key, wherever it keeps it.

use core::str::FromStr;
use std::format;
use std::sync::Arc;
use std::vec::Vec;

use x509_cert::attr::Attributes;
use x509_cert::der::asn1::{BitString, Ia5String};
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{self, Decode, Encode};
use x509_cert::ext::ToExtension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq, Version};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::signing::{KeyError, SigningKey};
use crate::model::{DomainName, KeyKind, OrderId, SpkiDigest};
use crate::port::{ExportedKey, KeyFacts, KeyVaultError};

/// The most characters of a common name (RFC 5280, ub-common-name).
const COMMON_NAME_LIMIT: usize = 64;

/// Makes a key. RSA takes up to a few seconds of computing.
pub(super) fn make(kind: KeyKind) -> Result<SigningKey, KeyVaultError> {
    SigningKey::generate(kind).map_err(|error| match error {
        KeyError::Unsupported => KeyVaultError::UnsupportedKind(kind),
        KeyError::Failed => failed(),
    })
}

/// The facts of a key that is there, if it is of the kind that is asked for.
pub(super) fn agree(
    order: OrderId,
    key: &SigningKey,
    kind: KeyKind,
) -> Result<KeyFacts, KeyVaultError> {
    if key.kind() == kind {
        Ok(facts(key))
    } else {
        let existing = key.kind();
        Err(KeyVaultError::KindMismatch { order, existing })
    }
}

/// Reads a key that was made elsewhere.
pub(super) fn read(der: &[u8]) -> Result<SigningKey, KeyVaultError> {
    SigningKey::read(der).ok_or(KeyVaultError::NotTaken)
}

/// The facts of a key that is there, if it is the one that is to be kept.
pub(super) fn same(
    order: OrderId,
    there: &SigningKey,
    wanted: &SigningKey,
) -> Result<KeyFacts, KeyVaultError> {
    if there.spki_der() == wanted.spki_der() {
        Ok(facts(there))
    } else {
        Err(KeyVaultError::OtherKey(order))
    }
}

/// What may be said about a key.
pub(super) fn facts(key: &SigningKey) -> KeyFacts {
    KeyFacts {
        kind: key.kind(),
        spki: SpkiDigest::of(key.spki_der()),
    }
}

/// A signing request in DER.
pub(super) fn request(key: &SigningKey, names: &[DomainName]) -> Result<Arc<[u8]>, KeyVaultError> {
    let first = names.first().ok_or(KeyVaultError::NoNames)?;
    let info = request_info(key, first, names).map_err(|_| failed())?;
    let message = info.to_der().map_err(|_| failed())?;
    let signature = key.sign(&message).map_err(|_| failed())?;
    let der = BitString::from_bytes(&signature).and_then(|signature| {
        CertReq {
            info,
            algorithm: key.algorithm(),
            signature,
        }
        .to_der()
    });
    der.map(Arc::from).map_err(|_| failed())
}

/// What a signing request says before it is signed.
fn request_info(
    key: &SigningKey,
    first: &DomainName,
    names: &[DomainName],
) -> der::Result<CertReqInfo> {
    let subject = if first.as_str().len() > COMMON_NAME_LIMIT {
        Name::default()
    } else {
        Name::from_str(&format!("CN={first}"))?
    };
    let alt_names = names
        .iter()
        .map(|name| Ia5String::new(name.as_str()).map(GeneralName::DnsName))
        .collect::<der::Result<Vec<_>>>()?;
    let extension = SubjectAltName(alt_names).to_extension(&subject, &[])?;
    let mut attributes = Attributes::new();
    attributes.insert(ExtensionReq(Vec::from([extension])).try_into()?)?;
    Ok(CertReqInfo {
        version: Version::V1,
        subject,
        public_key: SubjectPublicKeyInfoOwned::from_der(key.spki_der())?,
        attributes,
    })
}

/// The key in PKCS #8 PEM.
pub(super) fn export(key: &SigningKey) -> Result<ExportedKey, KeyVaultError> {
    match key.with_pkcs8(|der| der::pem::encode_string("PRIVATE KEY", LineEnding::LF, der)) {
        Ok(Ok(pem)) => Ok(ExportedKey::from_pem(pem)),
        Ok(Err(_)) | Err(_) => Err(failed()),
    }
}

/// The crypto library or an encoder failed, which tells no cause.
pub(super) fn failed() -> KeyVaultError {
    KeyVaultError::unavailable("the cryptography failed")
}
