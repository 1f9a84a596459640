//! Certificate revocation lists (RFC 5280 §5).

use std::vec;
use std::vec::Vec;

use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::der::Encode;
use x509_cert::ext::ToExtension;
use x509_cert::ext::pkix::{CrlNumber, CrlReason};
use x509_cert::serial_number::SerialNumber;
use x509_cert::{Version, name::Name};

use super::error::LocalCaError;
use super::hierarchy::{Hierarchy, x509_time};
use super::order::Issued;
use crate::model::time::SECONDS_PER_DAY;
use crate::model::{RevocationReason, Serial, Timestamp};

/// One line of the list.
pub(super) struct Entry {
    pub(super) serial: Serial,
    /// Since when it is revoked, as it was asked for.
    pub(super) since: Timestamp,
    /// The same, as the list has it.
    at: Timestamp,
    pub(super) reason: RevocationReason,
}

impl Entry {
    /// The line of a certificate, if it is revoked.
    pub(super) fn of(issued: &Issued, hierarchy: &Hierarchy) -> Option<Self> {
        let revoked = issued.revoked()?;
        Some(Self::new(
            issued.serial,
            revoked.at,
            revoked.reason,
            hierarchy,
        ))
    }

    pub(super) fn new(
        serial: Serial,
        since: Timestamp,
        reason: RevocationReason,
        hierarchy: &Hierarchy,
    ) -> Self {
        Self {
            serial,
            since,
            // Nothing was revoked before there was a CA, whatever the request says; and X.509
            // could not write every earlier instant.
            at: since.max(hierarchy.not_before),
            reason,
        }
    }
}

/// The reason as the list writes it; "unspecified" is written by leaving it out.
const fn code(reason: RevocationReason) -> Option<CrlReason> {
    match reason {
        RevocationReason::Unspecified => None,
        RevocationReason::KeyCompromise => Some(CrlReason::KeyCompromise),
        RevocationReason::AffiliationChanged => Some(CrlReason::AffiliationChanged),
        RevocationReason::Superseded => Some(CrlReason::Superseded),
        RevocationReason::CessationOfOperation => Some(CrlReason::CessationOfOperation),
        RevocationReason::PrivilegeWithdrawn => Some(CrlReason::PrivilegeWithdrawn),
    }
}

/// Signs a list.
///
/// It is put together by hand: the builder of `x509-cert` 0.3.0 copies the issuer's own
/// *authority* key identifier, which names the root's key, where RFC 5280 §5.2.1 wants the key
/// that signs the list; with an intermediate no verifier would find the signer.
pub(super) fn sign(
    hierarchy: &Hierarchy,
    number: u64,
    now: Timestamp,
    days: u32,
    entries: &[Entry],
) -> Result<CertificateList, LocalCaError> {
    let issuer: Name = hierarchy.issuer().clone();
    let due = now.saturating_add(i64::from(days).saturating_mul(SECONDS_PER_DAY));
    let revoked = entries
        .iter()
        .map(|entry| {
            let reason = code(entry.reason)
                .map(|code| code.to_extension(&issuer, &[]))
                .transpose()?;
            Ok(RevokedCert {
                serial_number: SerialNumber::new(entry.serial.as_bytes())?,
                revocation_date: x509_time(entry.at)?,
                crl_entry_extensions: reason.map(|reason| vec![reason]),
            })
        })
        .collect::<Result<Vec<_>, LocalCaError>>()?;
    let extensions = vec![
        hierarchy.authority_key()?.to_extension(&issuer, &[])?,
        CrlNumber::try_from(number)?.to_extension(&issuer, &[])?,
    ];
    let list = TbsCertList {
        version: Version::V2,
        signature: hierarchy.algorithm(),
        this_update: x509_time(now)?,
        next_update: Some(x509_time(due)?),
        // An empty list is written by leaving it out.
        revoked_certificates: (!revoked.is_empty()).then_some(revoked),
        crl_extensions: Some(extensions),
        issuer,
    };
    Ok(CertificateList {
        signature: hierarchy.sign_raw(&list.to_der()?)?,
        signature_algorithm: list.signature.clone(),
        tbs_cert_list: list,
    })
}
