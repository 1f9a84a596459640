//! Reading certificate signing requests (PKCS #10, RFC 2986).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use x509_cert::der::Tag;
use x509_cert::der::asn1::ObjectIdentifier;

use super::algorithm::{Check, PublicKey, SignatureAlgorithm, Strength, check, rsa_numbers};
use super::der::{self, Tlv, is_context};
use super::extension::{self, Extension, ExtensionsError};
use super::input::{self, Block, Input, InputError};
use super::item::Item;
use super::limits::Limits;
use super::text;
use super::weak_key;
use crate::model::{CsrFacts, KeyKind, Possession, RsaFacts, SubjectAltName};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const EXTENSION_REQUEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.14");
const MICROSOFT_EXTENSIONS: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.2.1.14");

/// Why bytes are not a certificate signing request that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CsrError {
    /// Neither PEM nor DER.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Something else than a request.
    #[error("expected a certificate signing request, found {0}")]
    Instead(Item),
    /// A private key in the same text: it must not travel further.
    #[error("{0} stands beside the signing request: keep it to yourself and send the request only")]
    PrivateKeyBeside(Item),
    /// More than one request.
    #[error("the text holds {0} signing requests, exactly one is read")]
    SeveralRequests(usize),
    /// DER that breaks RFC 2986 or RFC 5280 in the named part.
    #[error("the {0} is not well-formed")]
    Malformed(&'static str),
    /// A version other than 0.
    #[error("the request has an unknown version, RFC 2986 knows only 0")]
    Version,
    /// A common name in an encoding that does not fit or is not read.
    #[error("the text of a common name cannot be decoded")]
    CommonNameEncoding,
    /// A common name with a NUL, a line break or another control character.
    #[error("a common name has a control character at byte {0}")]
    CommonNameControl(usize),
    /// An attribute that may stand once stands twice, or has several values.
    #[error("the request asks for extensions more than once in the same way")]
    RepeatedAttribute,
    /// An extension stands twice.
    #[error("the request asks twice for extension {0}")]
    RepeatedExtension(String),
    /// Too many names.
    #[error("the request carries more than {0} names")]
    TooManyNames(usize),
    /// Too many extensions.
    #[error("the request asks for more than {0} extensions")]
    TooManyExtensions(usize),
}

/// Reads a certificate signing request, in PEM or DER.
///
/// PEM may have explanatory text around it, CRLF line ends, a byte order mark, the old label
/// `NEW CERTIFICATE REQUEST`, and certificates, public keys or parameters beside the request,
/// which are passed over. A private key beside it is refused, so that nobody's key travels further
/// by accident. DER has to be exactly one request.
///
/// The signature is checked over the bytes as they stand in the input, with RSA (PKCS #1 v1.5 and
/// PSS) from 1024 to 8192 bits, ECDSA on P-256, P-384 and P-521, and Ed25519; where the library
/// offers no check (MD5, RSA of other sizes or with an exponent of more than 33 bits, other
/// algorithms) the facts say [`Possession::Unchecked`]. A signature that does not verify is a fact,
/// [`Possession::Failed`], not an error.
///
/// An RSA key is examined for known weaknesses ([`RsaFacts`]) up to [`Limits::rsa_bits`]: small
/// factors, close primes up to [`Limits::fermat_rounds`], and the generator of CVE-2017-15361 (ROCA).
/// Keys on the list of CVE-2008-0166 (Debian) are not recognised.
///
/// ```
/// use cert_lifecycle::pki::{CsrError, Item, Limits, parse_csr};
///
/// let key = b"-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n";
/// assert_eq!(
///     parse_csr(key, &Limits::default()),
///     Err(CsrError::Instead(Item::RsaPrivateKey)),
/// );
/// ```
///
/// # Errors
/// [`CsrError`] says what the bytes are instead, or where they break a rule.
pub fn parse_csr(input: &[u8], limits: &Limits) -> Result<CsrFacts, CsrError> {
    match input::read(input, limits)? {
        Input::Der(der) => request(der, limits),
        Input::Pem(blocks) => {
            let der = choose(&blocks)?.decode(limits)?;
            request(&der, limits)
        }
    }
}

/// The only request among the blocks.
fn choose<'a, 'b>(blocks: &'b [Block<'a>]) -> Result<&'b Block<'a>, CsrError> {
    let requests: Vec<_> = blocks
        .iter()
        .filter(|block| block.item == Item::CertificateRequest)
        .collect();
    let key = blocks.iter().find(|block| block.item.is_private_key());
    match (requests.as_slice(), key) {
        ([], Some(key)) => Err(CsrError::Instead(key.item)),
        (_, Some(key)) => Err(CsrError::PrivateKeyBeside(key.item)),
        ([only], None) => Ok(only),
        ([], None) => Err(CsrError::Instead(
            blocks
                .iter()
                .map(|block| block.item)
                .find(|item| *item != Item::Parameters)
                .unwrap_or(Item::Parameters),
        )),
        (several, None) => Err(CsrError::SeveralRequests(several.len())),
    }
}

fn in_part<T>(part: &'static str) -> impl FnOnce(der::Error) -> Result<T, CsrError> {
    move |_| Err(CsrError::Malformed(part))
}

/// The parts of a request, as slices of the input.
struct Parts<'a> {
    info: Tlv<'a>,
    algorithm: Tlv<'a>,
    signature: &'a [u8],
}

fn parts(der: &[u8]) -> der::Result<Parts<'_>> {
    let mut members = der::one(der)?.sequence()?;
    let info = members.require()?.expect(Tag::Sequence)?;
    let algorithm = members.require()?;
    let signature = members.require()?.bits()?;
    members.end()?;
    Ok(Parts {
        info,
        algorithm,
        signature,
    })
}

/// The parts of what is signed.
struct Info<'a> {
    version: Tlv<'a>,
    subject: Tlv<'a>,
    key: Tlv<'a>,
    attributes: Option<Tlv<'a>>,
}

fn info(info: Tlv<'_>) -> der::Result<Info<'_>> {
    let mut members = info.sequence()?;
    let parts = Info {
        version: members.require()?.expect(Tag::Integer)?,
        subject: members.require()?,
        key: members.require()?,
        // Mandatory even when empty; some generators leave it out nevertheless.
        attributes: members.next()?,
    };
    members.end()?;
    if let Some(attributes) = parts.attributes
        && !(is_context(attributes.tag, 0) && attributes.tag.is_constructed())
    {
        return Err(attributes.tag.unexpected_error(None).into());
    }
    Ok(parts)
}

fn request(der: &[u8], limits: &Limits) -> Result<CsrFacts, CsrError> {
    if let Some(other) = Item::of_der(der).filter(|item| *item != Item::CertificateRequest) {
        return Err(CsrError::Instead(other));
    }
    let outer = parts(der).or_else(in_part("request"))?;
    let inner = info(outer.info).or_else(in_part("request's information"))?;
    if inner.version.value != [0] {
        return Err(CsrError::Version);
    }
    let key = PublicKey::read(inner.key).or_else(in_part("public key"))?;
    let algorithm =
        SignatureAlgorithm::read(outer.algorithm).or_else(in_part("signature algorithm"))?;
    let possession = match check(
        &key,
        algorithm,
        outer.info.whole,
        outer.signature,
        Strength::Legacy,
    ) {
        Check::Verified => Possession::Proved,
        Check::Failed => Possession::Failed,
        Check::Unchecked => Possession::Unchecked,
    };
    let mut facts = CsrFacts::new(der, key.kind, key.digest, algorithm.hash, possession);
    if let Some(rsa) = rsa(&key, limits).or_else(in_part("public key"))? {
        facts = facts.with_rsa(rsa);
    }
    let values = common_names(inner.subject).or_else(in_part("subject"))?;
    if values.len() > limits.names {
        return Err(CsrError::TooManyNames(limits.names));
    }
    let left = limits.names.saturating_sub(values.len());
    for value in values {
        facts = facts.with_common_name(&common_name(value)?);
    }
    if let Some(attributes) = inner.attributes {
        facts = with_attributes(facts, attributes, left, limits)?;
    }
    Ok(facts)
}

/// What an RSA key shows of its making; none for other keys, and beyond the limit.
fn rsa(key: &PublicKey<'_>, limits: &Limits) -> der::Result<Option<RsaFacts>> {
    match key.kind {
        KeyKind::Rsa { .. } => {
            let (modulus, exponent) = rsa_numbers(key.key)?;
            Ok(weak_key::examine(modulus, exponent, limits))
        }
        KeyKind::Ec(_) | KeyKind::Ed25519 | KeyKind::Other => Ok(None),
    }
}

/// The values of every common name of a subject, in order.
fn common_names(subject: Tlv<'_>) -> der::Result<Vec<Tlv<'_>>> {
    let mut found = Vec::new();
    let mut names = subject.sequence()?;
    while let Some(relative) = names.next()? {
        let mut attributes = relative.members(Tag::Set)?;
        while let Some(attribute) = attributes.next()? {
            let mut members = attribute.sequence()?;
            let oid = members.require()?.oid()?;
            let value = members.require()?;
            members.end()?;
            if oid == COMMON_NAME {
                found.push(value);
            }
        }
    }
    Ok(found)
}

fn common_name(value: Tlv<'_>) -> Result<String, CsrError> {
    let name = text::read(value).ok_or(CsrError::CommonNameEncoding)?;
    text::control_at(&name).map_or(Ok(name), |at| Err(CsrError::CommonNameControl(at)))
}

fn with_attributes(
    mut facts: CsrFacts,
    attributes: Tlv<'_>,
    mut names_left: usize,
    limits: &Limits,
) -> Result<CsrFacts, CsrError> {
    let lists = extension_lists(attributes).or_else(in_part("list of attributes"))?;
    let mut extensions_left = limits.extensions;
    for (index, (oid, list)) in lists.iter().enumerate() {
        if lists.iter().take(index).any(|(other, _)| other == oid) {
            return Err(CsrError::RepeatedAttribute);
        }
        let list = list.ok_or(CsrError::RepeatedAttribute)?;
        let extensions = extension::read(list, extensions_left).map_err(|error| match error {
            ExtensionsError::Malformed => CsrError::Malformed("list of extensions"),
            ExtensionsError::Repeated(oid) => CsrError::RepeatedExtension(oid.to_string()),
            ExtensionsError::TooMany => CsrError::TooManyExtensions(limits.extensions),
        })?;
        extensions_left = extensions_left.saturating_sub(extensions.len());
        for extension in extensions {
            facts = facts.with_extension(&extension.oid.to_string());
            if extension.oid == extension::SUBJECT_ALT_NAME {
                let names = alt_names(extension, names_left, limits)?;
                names_left = names_left.saturating_sub(names.len());
                for name in names {
                    facts = facts.with_alt_name(name);
                }
            } else if extension.oid == extension::TLS_FEATURE
                && extension::must_staple(extension.value)
                    .or_else(in_part("TLS feature extension"))?
            {
                facts = facts.with_must_staple();
            }
        }
    }
    Ok(facts)
}

fn alt_names(
    extension: Extension<'_>,
    left: usize,
    limits: &Limits,
) -> Result<Vec<SubjectAltName>, CsrError> {
    extension::alt_names(extension.value, left)
        .or_else(in_part("subject alternative name extension"))?
        .ok_or(CsrError::TooManyNames(limits.names))
}

type ExtensionList<'a> = (ObjectIdentifier, Option<Tlv<'a>>);

/// The attributes that ask for extensions, each with its only value, or none if it has not one.
///
/// Neither the order that DER wants in a SET nor the content of other attributes is checked: this
/// reads requests, it does not grade generators.
fn extension_lists(attributes: Tlv<'_>) -> der::Result<Vec<ExtensionList<'_>>> {
    let mut found = Vec::new();
    let mut list = der::Children::of(attributes.value);
    while let Some(attribute) = list.next()? {
        let mut members = attribute.sequence()?;
        let oid = members.require()?.oid()?;
        let values = members.require()?.expect(Tag::Set)?;
        members.end()?;
        if oid == EXTENSION_REQUEST || oid == MICROSOFT_EXTENSIONS {
            found.push((oid, der::one(values.value).ok()));
        }
    }
    Ok(found)
}
