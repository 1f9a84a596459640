//! Reading certificates (X.509, RFC 5280).

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Write;

use x509_cert::der::{Decode, Tag};
use x509_cert::name::Name;
use x509_cert::time::Time;
use zeroize::Zeroizing;

use super::algorithm::{Check, PublicKey, SignatureAlgorithm, Strength, check, explicit, small};
use super::der::{self, Children, Tlv, is_context};
use super::extension::{self, ExtensionsError};
use super::input::{self, Block, Input, InputError};
use super::item::Item;
use super::limits::Limits;
use crate::model::{KeyKind, Serial, SpkiDigest, SubjectAltName, Timestamp, Validity};

/// Why bytes are not certificates that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateParseError {
    /// Neither PEM nor DER.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Something else than a certificate.
    #[error("expected a certificate, found {0}")]
    Instead(Item),
    /// A private key in the same text: it must not travel further.
    #[error("{0} stands beside the certificates: keep it to yourself")]
    PrivateKeyBeside(Item),
    /// Too many certificates.
    #[error("the text holds {certificates} certificates, at most {limit} are read")]
    TooManyCertificates {
        /// How many it holds.
        certificates: usize,
        /// The limit.
        limit: usize,
    },
    /// DER that breaks RFC 5280 in the named part.
    #[error("the {0} is not well-formed")]
    Malformed(&'static str),
    /// The two places that name the signature's algorithm disagree (RFC 5280 §4.1.1.2).
    #[error("the certificate names two different signature algorithms")]
    TwoAlgorithms,
    /// An extension stands twice (RFC 5280 §4.2).
    #[error("the certificate carries extension {0} twice")]
    RepeatedExtension(String),
    /// Too many names.
    #[error("the certificate carries more than {0} names")]
    TooManyNames(usize),
    /// Too many extensions.
    #[error("the certificate carries more than {0} extensions")]
    TooManyExtensions(usize),
}

/// One certificate, as read from its bytes: leaf, intermediate or root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedCertificate {
    der: Arc<[u8]>,
    subject: Arc<str>,
    issuer: Arc<str>,
    serial: Serial,
    validity: Validity,
    key: KeyKind,
    spki: SpkiDigest,
    alt_names: Vec<SubjectAltName>,
    is_ca: bool,
}

impl ParsedCertificate {
    /// Its DER bytes.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its subject's distinguished name (RFC 4514).
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Its issuer's distinguished name (RFC 4514).
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Its serial number.
    #[must_use]
    pub const fn serial(&self) -> Serial {
        self.serial
    }

    /// From when to when it is valid.
    #[must_use]
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    /// Kind and size of its key.
    #[must_use]
    pub const fn key(&self) -> KeyKind {
        self.key
    }

    /// The digest of its key.
    #[must_use]
    pub const fn spki(&self) -> SpkiDigest {
        self.spki
    }

    /// Its subject alternative names, in order.
    #[must_use]
    pub fn alt_names(&self) -> &[SubjectAltName] {
        &self.alt_names
    }

    /// Whether its basic constraints say that it is an authority.
    #[must_use]
    pub const fn is_ca(&self) -> bool {
        self.is_ca
    }
}

/// Reads every certificate of a PEM text, or a single one in DER, in the order of the input.
///
/// Other blocks are passed over, except that a private key beside the certificates is refused.
/// Nothing is verified here; [`issued_certificate`](super::issued_certificate) does that.
///
/// ```
/// use cert_lifecycle::pki::{Limits, parse_certificates};
///
/// let pem = include_bytes!("../../tests/data/pki/chain-shuffled.pem");
/// let certificates = parse_certificates(pem, &Limits::default())?;
/// assert_eq!(certificates.len(), 3);
/// assert_eq!(certificates.iter().filter(|one| one.is_ca()).count(), 2);
/// # Ok::<(), cert_lifecycle::pki::CertificateParseError>(())
/// ```
///
/// # Errors
/// [`CertificateParseError`] says what the bytes are instead, or where they break a rule.
pub fn parse_certificates(
    input: &[u8],
    limits: &Limits,
) -> Result<Vec<ParsedCertificate>, CertificateParseError> {
    certificates_der(input, limits)?
        .iter()
        .map(|der| View::read(der, limits)?.facts())
        .collect()
}

/// The DER of every certificate, in the order of the input.
pub(super) fn certificates_der(
    input: &[u8],
    limits: &Limits,
) -> Result<Vec<Zeroizing<Vec<u8>>>, CertificateParseError> {
    match input::read(input, limits)? {
        Input::Der(der) => Ok(Vec::from([Zeroizing::new(der.to_vec())])),
        Input::Pem(blocks) => choose(&blocks, limits)?
            .into_iter()
            .map(|block| block.decode(limits).map_err(Into::into))
            .collect(),
    }
}

/// The certificates among the blocks; at least one.
fn choose<'a, 'b>(
    blocks: &'b [Block<'a>],
    limits: &Limits,
) -> Result<Vec<&'b Block<'a>>, CertificateParseError> {
    let certificates: Vec<_> = blocks
        .iter()
        .filter(|block| block.item == Item::Certificate)
        .collect();
    let key = blocks.iter().find(|block| block.item.is_private_key());
    match (certificates.as_slice(), key, blocks.first()) {
        ([], Some(key), _) => Err(CertificateParseError::Instead(key.item)),
        (_, Some(key), _) => Err(CertificateParseError::PrivateKeyBeside(key.item)),
        ([], None, first) => Err(CertificateParseError::Instead(
            first.map_or(Item::Other, |block| block.item),
        )),
        (several, None, _) if several.len() > limits.chain_certificates => {
            Err(CertificateParseError::TooManyCertificates {
                certificates: several.len(),
                limit: limits.chain_certificates,
            })
        }
        _ => Ok(certificates),
    }
}

/// A certificate while it is looked at: slices of its own DER.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) der: &'a [u8],
    signed: Tlv<'a>,
    algorithm: SignatureAlgorithm,
    signature: &'a [u8],
    serial: Serial,
    /// The issuer's name in DER.
    pub(super) issuer: &'a [u8],
    /// The subject's name in DER.
    pub(super) subject: &'a [u8],
    validity: Validity,
    key: PublicKey<'a>,
    alt_names: Vec<SubjectAltName>,
    pub(super) is_ca: bool,
    pub(super) own_key_id: Option<&'a [u8]>,
    pub(super) issuer_key_id: Option<&'a [u8]>,
}

fn in_part<T>(part: &'static str) -> impl FnOnce(der::Error) -> Result<T, CertificateParseError> {
    move |_| Err(CertificateParseError::Malformed(part))
}

/// The parts of what is signed, as slices.
struct Signed<'a> {
    serial: Tlv<'a>,
    algorithm: Tlv<'a>,
    issuer: Tlv<'a>,
    validity: Tlv<'a>,
    subject: Tlv<'a>,
    key: Tlv<'a>,
    extensions: Option<Tlv<'a>>,
}

fn signed(tbs: Tlv<'_>) -> der::Result<Signed<'_>> {
    let mut members = tbs.sequence()?;
    let mut serial = members.require()?;
    if let Some(version) = explicit(serial, 0)? {
        small(version)?;
        serial = members.require()?;
    }
    let mut parts = Signed {
        serial: serial.expect(Tag::Integer)?,
        algorithm: members.require()?,
        issuer: members.require()?.expect(Tag::Sequence)?,
        validity: members.require()?,
        subject: members.require()?.expect(Tag::Sequence)?,
        key: members.require()?,
        extensions: None,
    };
    while let Some(member) = members.next()? {
        match explicit(member, 3)? {
            Some(extensions) if parts.extensions.is_none() => parts.extensions = Some(extensions),
            // Unique identifiers, which nobody issues any more.
            None if is_context(member.tag, 1) || is_context(member.tag, 2) => {}
            Some(_) | None => return Err(member.tag.unexpected_error(None).into()),
        }
    }
    Ok(parts)
}

fn outer(der: &[u8]) -> der::Result<(Tlv<'_>, Tlv<'_>, &[u8])> {
    let mut members = der::one(der)?.sequence()?;
    let tbs = members.require()?.expect(Tag::Sequence)?;
    let algorithm = members.require()?;
    let signature = members.require()?.bits()?;
    members.end()?;
    Ok((tbs, algorithm, signature))
}

fn serial(value: Tlv<'_>) -> Option<Serial> {
    // A set first bit makes the INTEGER negative.
    value
        .value
        .first()
        .filter(|first| **first < 0x80)
        .and_then(|_| Serial::new(value.value).ok())
}

fn validity(value: Tlv<'_>) -> der::Result<Option<Validity>> {
    let mut members: Children<'_> = value.sequence()?;
    let not_before = instant(members.require()?)?;
    let not_after = instant(members.require()?)?;
    members.end()?;
    Ok(not_before
        .zip(not_after)
        .and_then(|(from, to)| Validity::new(from, to).ok()))
}

/// `UTCTime` or `GeneralizedTime`, to the second and in UTC (RFC 5280 §4.1.2.5).
fn instant(value: Tlv<'_>) -> der::Result<Option<Timestamp>> {
    let seconds = Time::from_der(value.whole)?.to_unix_duration().as_secs();
    Ok(i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_unix_seconds(seconds).ok()))
}

/// A distinguished name as RFC 4514 writes it.
pub(super) fn name(der: &[u8]) -> Option<Arc<str>> {
    let name = Name::from_der(der).ok()?;
    let mut text = String::new();
    // Not `to_string`, which would stop the program if the name could not be written.
    write!(text, "{name}").ok()?;
    Some(Arc::from(text))
}

impl<'a> View<'a> {
    pub(super) fn read(der: &'a [u8], limits: &Limits) -> Result<Self, CertificateParseError> {
        if let Some(other) = Item::of_der(der).filter(|item| *item != Item::Certificate) {
            return Err(CertificateParseError::Instead(other));
        }
        let (tbs, algorithm, signature) = outer(der).or_else(in_part("certificate"))?;
        let parts = signed(tbs).or_else(in_part("certificate's information"))?;
        if parts.algorithm.whole != algorithm.whole {
            return Err(CertificateParseError::TwoAlgorithms);
        }
        let mut view = Self {
            der,
            signed: tbs,
            algorithm: SignatureAlgorithm::read(algorithm)
                .or_else(in_part("signature algorithm"))?,
            signature,
            serial: serial(parts.serial)
                .ok_or(CertificateParseError::Malformed("serial number"))?,
            issuer: parts.issuer.whole,
            subject: parts.subject.whole,
            validity: validity(parts.validity)
                .or_else(in_part("validity"))?
                .ok_or(CertificateParseError::Malformed("validity"))?,
            key: PublicKey::read(parts.key).or_else(in_part("public key"))?,
            alt_names: Vec::new(),
            is_ca: false,
            own_key_id: None,
            issuer_key_id: None,
        };
        if let Some(extensions) = parts.extensions {
            view.read_extensions(extensions, limits)?;
        }
        Ok(view)
    }

    fn read_extensions(
        &mut self,
        list: Tlv<'a>,
        limits: &Limits,
    ) -> Result<(), CertificateParseError> {
        let extensions = extension::read(list, limits.extensions).map_err(|error| match error {
            ExtensionsError::Malformed => CertificateParseError::Malformed("list of extensions"),
            ExtensionsError::Repeated(oid) => {
                CertificateParseError::RepeatedExtension(oid.to_string())
            }
            ExtensionsError::TooMany => CertificateParseError::TooManyExtensions(limits.extensions),
        })?;
        for one in extensions {
            if one.oid == extension::SUBJECT_ALT_NAME {
                self.alt_names = extension::alt_names(one.value, limits.names)
                    .or_else(in_part("subject alternative name extension"))?
                    .ok_or(CertificateParseError::TooManyNames(limits.names))?;
            } else if one.oid == extension::BASIC_CONSTRAINTS {
                self.is_ca = extension::is_ca(one.value).or_else(in_part("basic constraints"))?;
            } else if one.oid == extension::SUBJECT_KEY_IDENTIFIER {
                self.own_key_id = Some(
                    extension::subject_key_identifier(one.value)
                        .or_else(in_part("subject key identifier"))?,
                );
            } else if one.oid == extension::AUTHORITY_KEY_IDENTIFIER {
                self.issuer_key_id = extension::authority_key_identifier(one.value)
                    .or_else(in_part("authority key identifier"))?;
            }
        }
        Ok(())
    }

    /// Checks this certificate's signature with the key of another.
    pub(super) fn signed_by(&self, issuer: &Self) -> Check {
        check(
            &issuer.key,
            self.algorithm,
            self.signed.whole,
            self.signature,
            Strength::Modern,
        )
    }

    pub(super) fn facts(&self) -> Result<ParsedCertificate, CertificateParseError> {
        Ok(ParsedCertificate {
            der: Arc::from(self.der),
            subject: name(self.subject).ok_or(CertificateParseError::Malformed("subject"))?,
            issuer: name(self.issuer).ok_or(CertificateParseError::Malformed("issuer"))?,
            serial: self.serial,
            validity: self.validity,
            key: self.key.kind,
            spki: self.key.digest,
            alt_names: self.alt_names.clone(),
            is_ca: self.is_ca,
        })
    }
}
