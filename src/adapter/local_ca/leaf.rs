//! Subscriber certificates (Baseline Requirements §7.1.2.7).

use core::str::FromStr;
use std::format;
use std::sync::Arc;
use std::vec;
use std::vec::Vec;

use x509_cert::der;
use x509_cert::der::asn1::{Ia5String, OctetString};
use x509_cert::der::oid::db::rfc5280::ID_AD_CA_ISSUERS;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, BasicConstraints, CrlDistributionPoints,
    KeyUsage, KeyUsages, SubjectAltName,
};
use x509_cert::ext::{Extension, Extensions, ToExtension};
use x509_cert::name::Name;
use x509_cert::spki::ObjectIdentifier;

use super::error::LocalCaError;
use super::hierarchy::{Content, Hierarchy, key_identifiers, policy, random_serial, server_auth};
use super::request::{MUST_STAPLE, Requested, TLS_FEATURE};
use crate::model::{DomainName, Serial, ValidationClass, Validity};

/// The most characters of a common name (RFC 5280, ub-common-name).
const COMMON_NAME_LIMIT: usize = 64;

/// Where the CRL would be found, and the intermediate's certificate: names that nobody can own
/// (RFC 6761), for this CA is on no network.
const CRL_URI: &str = "http://local-ca.test/intermediate.crl";
const ISSUER_URI: &str = "http://local-ca.test/intermediate.crt";

/// The policies that say how much was checked (Baseline Requirements §7.1.6.1).
const fn class_policy(class: ValidationClass) -> ObjectIdentifier {
    match class {
        ValidationClass::Dv => ObjectIdentifier::new_unwrap("2.23.140.1.2.1"),
        ValidationClass::Ov => ObjectIdentifier::new_unwrap("2.23.140.1.2.2"),
        ValidationClass::Ev => ObjectIdentifier::new_unwrap("2.23.140.1.1"),
    }
}

/// Signs a certificate; it comes with its issuer, in PEM, and its serial number.
pub(super) fn issue(
    hierarchy: &Hierarchy,
    requested: &Requested,
    names: &[DomainName],
    class: ValidationClass,
    validity: Validity,
) -> Result<(Arc<str>, Serial), LocalCaError> {
    let subject = match names.first() {
        Some(first) if first.as_str().len() <= COMMON_NAME_LIMIT => {
            Name::from_str(&format!("CN={first}"))?
        }
        Some(_) | None => Name::default(),
    };
    let content = Content {
        extensions: extensions(hierarchy, requested, &subject, names, class)?,
        issuer: hierarchy.issuer().clone(),
        subject,
        not_before: validity.not_before(),
        not_after: validity.not_after(),
    };
    let serial = random_serial()?;
    let chain = hierarchy.sign_chain(content, requested.public_key.clone(), serial)?;
    Ok((chain, serial))
}

fn extensions(
    hierarchy: &Hierarchy,
    requested: &Requested,
    subject: &Name,
    names: &[DomainName],
    class: ValidationClass,
) -> der::Result<Extensions> {
    let authority = hierarchy.authority_key()?;
    let mut extensions = key_identifiers(subject, &requested.public_key, &authority)?;
    let constraints = BasicConstraints {
        ca: false,
        path_len_constraint: None,
    };
    extensions.push(constraints.to_extension(subject, &[])?);
    // RSA keys may also encipher, as TLS 1.2 without Diffie-Hellman needs it.
    let usage = if requested.is_rsa() {
        KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment
    } else {
        KeyUsages::DigitalSignature.into()
    };
    extensions.push(KeyUsage(usage).to_extension(subject, &[])?);
    extensions.push(server_auth(subject)?);
    extensions.push(policy(subject, class_policy(class))?);
    let alt_names = names
        .iter()
        .map(|name| Ia5String::new(name.as_str()).map(GeneralName::DnsName))
        .collect::<der::Result<Vec<_>>>()?;
    extensions.push(SubjectAltName(alt_names).to_extension(subject, &[])?);
    let crl = GeneralName::UniformResourceIdentifier(Ia5String::new(CRL_URI)?);
    let points = CrlDistributionPoints(vec![DistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(vec![crl])),
        reasons: None,
        crl_issuer: None,
    }]);
    extensions.push(points.to_extension(subject, &[])?);
    let access = AuthorityInfoAccessSyntax(vec![AccessDescription {
        access_method: ID_AD_CA_ISSUERS,
        access_location: GeneralName::UniformResourceIdentifier(Ia5String::new(ISSUER_URI)?),
    }]);
    extensions.push(access.to_extension(subject, &[])?);
    if requested.must_staple {
        extensions.push(Extension {
            extn_id: TLS_FEATURE,
            critical: false,
            extn_value: OctetString::new(&MUST_STAPLE[..])?,
        });
    }
    Ok(extensions)
}
