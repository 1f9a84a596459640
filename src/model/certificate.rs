//! Certificates: the facts of real X.509 bytes.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::key::{Fingerprint, KeyKind, SpkiDigest};
use super::name::DomainName;
use super::time::Timestamp;

/// The span in which a certificate is valid, inclusive of both ends (RFC 5280 §4.1.2.5).
///
/// ```
/// use cert_lifecycle::model::Validity;
/// let validity = Validity::new(
///     "2026-05-25T00:00:00Z".parse()?,
///     "2026-12-10T23:59:59Z".parse()?,
/// )?;
/// assert_eq!(validity.inclusive_seconds(), 200 * 86_400);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Validity {
    not_before: Timestamp,
    not_after: Timestamp,
}

/// Why the facts of a certificate do not make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// It ends before it begins.
    #[error("the certificate ends ({not_after}) before it begins ({not_before})")]
    EndsBeforeItBegins {
        /// Its first second.
        not_before: Timestamp,
        /// Its last second.
        not_after: Timestamp,
    },
    /// No dNSName among its subject alternative names.
    #[error("the certificate names no domain")]
    NoNames,
    /// A serial number that RFC 5280 forbids.
    #[error("a serial number is positive and has at most 20 bytes")]
    Serial,
}

impl Validity {
    /// Checks a span.
    ///
    /// # Errors
    /// [`CertificateError::EndsBeforeItBegins`].
    pub const fn new(
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<Self, CertificateError> {
        if not_after.unix_seconds() < not_before.unix_seconds() {
            return Err(CertificateError::EndsBeforeItBegins {
                not_before,
                not_after,
            });
        }
        Ok(Self {
            not_before,
            not_after,
        })
    }

    /// The first second in which it is valid.
    #[must_use]
    pub const fn not_before(self) -> Timestamp {
        self.not_before
    }

    /// The last second in which it is valid.
    #[must_use]
    pub const fn not_after(self) -> Timestamp {
        self.not_after
    }

    /// Its length in seconds, counting both ends (C8).
    #[must_use]
    pub const fn inclusive_seconds(self) -> i64 {
        self.not_after
            .unix_seconds()
            .saturating_sub(self.not_before.unix_seconds())
            .saturating_add(1)
    }
}

/// A certificate's serial number: 1 to 20 bytes, big-endian, without leading zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial {
    // Right-aligned, so that the derived order is the numeric one.
    bytes: [u8; 20],
}

impl Serial {
    /// From the big-endian bytes of a positive integer; leading zeros are dropped.
    ///
    /// # Errors
    /// [`CertificateError::Serial`] for zero, nothing, or more than 20 bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, CertificateError> {
        let first = bytes
            .iter()
            .position(|&byte| byte != 0)
            .ok_or(CertificateError::Serial)?;
        let digits = bytes.get(first..).unwrap_or_default();
        let mut aligned = [0; 20];
        aligned
            .len()
            .checked_sub(digits.len())
            .and_then(|start| aligned.get_mut(start..))
            .ok_or(CertificateError::Serial)?
            .copy_from_slice(digits);
        Ok(Self { bytes: aligned })
    }

    /// The big-endian bytes, without leading zeros.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        let first = self.bytes.iter().position(|&byte| byte != 0).unwrap_or(0);
        self.bytes.get(first..).unwrap_or_default()
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}

/// The facts of a certificate, as read from its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertificateFacts {
    /// The certificate's own DER bytes.
    pub der: Arc<[u8]>,
    /// The DER bytes of its issuers, from the one that signed it towards the root.
    pub chain: Vec<Arc<[u8]>>,
    /// Its dNSNames.
    pub names: Vec<DomainName>,
    /// Kind and size of its key.
    pub key: KeyKind,
    /// The digest of its key.
    pub spki: SpkiDigest,
    /// From when to when it is valid.
    pub validity: Validity,
    /// Its serial number.
    pub serial: Serial,
    /// Its issuer's distinguished name (RFC 4514).
    pub issuer: Arc<str>,
}

/// A certificate that a CA issued, with its chain: facts that were checked to make one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IssuedCertificate {
    facts: CertificateFacts,
    fingerprint: Fingerprint,
}

impl IssuedCertificate {
    /// Takes the facts of a certificate.
    ///
    /// # Errors
    /// [`CertificateError::NoNames`] if it names no domain.
    pub fn new(facts: CertificateFacts) -> Result<Self, CertificateError> {
        if facts.names.is_empty() {
            return Err(CertificateError::NoNames);
        }
        let fingerprint = Fingerprint::of(&facts.der);
        Ok(Self { facts, fingerprint })
    }

    /// The same where the fingerprint of its bytes is known.
    #[cfg(feature = "testing")]
    pub(crate) fn fingerprinted(
        facts: CertificateFacts,
        fingerprint: Fingerprint,
    ) -> Result<Self, CertificateError> {
        if facts.names.is_empty() {
            return Err(CertificateError::NoNames);
        }
        Ok(Self { facts, fingerprint })
    }

    /// All facts.
    #[must_use]
    pub const fn facts(&self) -> &CertificateFacts {
        &self.facts
    }

    /// Its SHA-256 fingerprint.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// From when to when it is valid.
    #[must_use]
    pub const fn validity(&self) -> Validity {
        self.facts.validity
    }

    /// Its serial number.
    #[must_use]
    pub const fn serial(&self) -> Serial {
        self.facts.serial
    }

    /// The digest of its key.
    #[must_use]
    pub const fn spki(&self) -> SpkiDigest {
        self.facts.spki
    }

    /// Whether it carries exactly this name; a wildcard covers only itself.
    ///
    /// An order binds names, so what counts is what is written in the certificate, not which
    /// hosts a browser would accept it for.
    #[must_use]
    pub fn names_exactly(&self, name: &DomainName) -> bool {
        self.facts.names.contains(name)
    }

    /// Whether it serves a domain: by its own name, or by a wildcard one label above it (RFC 6125).
    #[must_use]
    pub fn covers(&self, domain: &DomainName) -> bool {
        let parent = domain.as_str().split_once('.').map(|(_, parent)| parent);
        self.facts.names.iter().any(|name| {
            name == domain
                || name
                    .as_str()
                    .strip_prefix("*.")
                    .is_some_and(|base| !domain.is_wildcard() && parent == Some(base))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_compare_as_numbers() {
        let serial = |bytes: &[u8]| Serial::new(bytes).unwrap();
        assert_eq!(serial(&[0, 0, 1]), serial(&[1]));
        assert!(serial(&[1, 0]) > serial(&[255]));
        assert_eq!(Serial::new(&[]), Err(CertificateError::Serial));
        assert_eq!(Serial::new(&[0, 0]), Err(CertificateError::Serial));
        assert_eq!(Serial::new(&[1; 21]), Err(CertificateError::Serial));
        assert_eq!(
            serial(
                &[0; 30]
                    .map(|_| 0)
                    .iter()
                    .chain(&[7])
                    .copied()
                    .collect::<Vec<_>>()
            )
            .as_bytes(),
            &[7]
        );
    }

    #[test]
    fn one_second_is_a_validity() {
        let t = Timestamp::MIN;
        assert_eq!(Validity::new(t, t).unwrap().inclusive_seconds(), 1);
        assert!(Validity::new(Timestamp::MAX, t).is_err());
        assert!(
            Validity::new(t, Timestamp::MAX)
                .unwrap()
                .inclusive_seconds()
                > 0
        );
    }
}
