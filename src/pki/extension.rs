//! Extensions of requests and certificates (RFC 5280 §4.2).

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use x509_cert::der::Tag;
use x509_cert::der::asn1::ObjectIdentifier;

use super::der::{self, Tlv, is_context};
use crate::model::{DomainName, SubjectAltName};

pub(super) const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("2.5.29.14");
pub(super) const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
pub(super) const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
pub(super) const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("2.5.29.35");
pub(super) const TLS_FEATURE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.24");

/// One extension.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extension<'a> {
    pub(super) oid: ObjectIdentifier,
    /// What the OCTET STRING holds.
    pub(super) value: &'a [u8],
}

/// Why a list of extensions was refused.
#[derive(Debug)]
pub(super) enum ExtensionsError {
    Malformed,
    Repeated(ObjectIdentifier),
    TooMany,
}

impl From<der::Error> for ExtensionsError {
    fn from(_: der::Error) -> Self {
        Self::Malformed
    }
}

/// Reads `Extensions`, at most `limit` of them, none twice.
pub(super) fn read(list: Tlv<'_>, limit: usize) -> Result<Vec<Extension<'_>>, ExtensionsError> {
    let mut members = list.sequence()?;
    let mut found: Vec<Extension<'_>> = Vec::new();
    while let Some(member) = members.next()? {
        if found.len() >= limit {
            return Err(ExtensionsError::TooMany);
        }
        let extension = one(member)?;
        if found.iter().any(|other| other.oid == extension.oid) {
            return Err(ExtensionsError::Repeated(extension.oid));
        }
        found.push(extension);
    }
    Ok(found)
}

fn one(extension: Tlv<'_>) -> der::Result<Extension<'_>> {
    let mut members = extension.sequence()?;
    let oid = members.require()?.oid()?;
    let mut value = members.require()?;
    if value.tag == Tag::Boolean {
        let _critical: bool = value.decode()?;
        value = members.require()?;
    }
    members.end()?;
    Ok(Extension {
        oid,
        value: value.expect(Tag::OctetString)?.value,
    })
}

/// Reads `GeneralNames`; stops with none behind `limit` names.
pub(super) fn alt_names(value: &[u8], limit: usize) -> der::Result<Option<Vec<SubjectAltName>>> {
    let mut members = der::one(value)?.sequence()?;
    let mut found = Vec::new();
    while let Some(member) = members.next()? {
        if found.len() >= limit {
            return Ok(None);
        }
        if !member.tag.is_context_specific() {
            return Err(member.tag.unexpected_error(None).into());
        }
        found.push(if is_context(member.tag, 2) {
            dns(member.value)
        } else {
            SubjectAltName::Other
        });
    }
    Ok(Some(found))
}

fn dns(value: &[u8]) -> SubjectAltName {
    let text = String::from_utf8_lossy(value);
    DomainName::new(&text).map_or_else(
        |_| SubjectAltName::InvalidDns(Arc::from(&*text)),
        SubjectAltName::Dns,
    )
}

/// Whether TLS features (RFC 7633) contain `status_request`.
pub(super) fn must_staple(value: &[u8]) -> der::Result<bool> {
    const STATUS_REQUEST: u32 = 5;
    let mut members = der::one(value)?.sequence()?;
    let mut found = false;
    while let Some(member) = members.next()? {
        found |= member.decode::<u32>()? == STATUS_REQUEST;
    }
    Ok(found)
}

/// Whether `BasicConstraints` say that it is an authority.
pub(super) fn is_ca(value: &[u8]) -> der::Result<bool> {
    let mut members = der::one(value)?.sequence()?;
    match members.next()? {
        Some(member) if member.tag == Tag::Boolean => member.decode(),
        Some(_) | None => Ok(false),
    }
}

/// The key identifier of an `AuthorityKeyIdentifier`, which may name the issuer otherwise.
pub(super) fn authority_key_identifier(value: &[u8]) -> der::Result<Option<&[u8]>> {
    let mut members = der::one(value)?.sequence()?;
    Ok(members
        .next()?
        .filter(|member| is_context(member.tag, 0))
        .map(|member| member.value))
}

/// The bytes of a `SubjectKeyIdentifier`.
pub(super) fn subject_key_identifier(value: &[u8]) -> der::Result<&[u8]> {
    Ok(der::one(value)?.expect(Tag::OctetString)?.value)
}
