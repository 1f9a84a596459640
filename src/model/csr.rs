//! What a certificate signing request says: facts, without a judgement.
//!
//! With feature `pki`, `CsrFacts` are read from real bytes by `pki::parse_csr`. An embedder with a
//! reader of its own builds them here. The lifecycle judges them.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::key::{KeyKind, SignatureHash, SpkiDigest};
use super::name::DomainName;
use super::weakness::RsaFacts;

/// Whether the request's signature proves possession of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Possession {
    /// The signature verifies with the request's own key.
    Proved,
    /// It does not.
    Failed,
    /// It could not be checked: the algorithm is unknown or too weak to be offered.
    Unchecked,
}

/// One subject alternative name of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SubjectAltName {
    /// A well-formed dNSName.
    Dns(DomainName),
    /// A dNSName that is not a valid name, as it stands.
    InvalidDns(Arc<str>),
    /// Any other kind: an address, a mailbox, a URI, …
    Other,
}

/// A common name of the subject, as it stands and as a domain name if it is one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommonName {
    text: Arc<str>,
    domain: Option<DomainName>,
}

impl CommonName {
    /// Keeps the text and reads it as a domain name where possible.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            text: Arc::from(text),
            domain: DomainName::new(text).ok(),
        }
    }

    /// As it stands in the subject.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// As a domain name, if it is one.
    #[must_use]
    pub const fn domain(&self) -> Option<&DomainName> {
        self.domain.as_ref()
    }
}

/// The facts of a certificate signing request (PKCS #10, RFC 2986).
///
/// ```
/// use cert_lifecycle::model::{CsrFacts, Curve, KeyKind, Possession, SignatureHash, SpkiDigest};
/// let facts = CsrFacts::new(
///     b"the request's DER bytes",
///     KeyKind::Ec(Curve::P256),
///     SpkiDigest::of(b"the key's DER bytes"),
///     SignatureHash::Sha256,
///     Possession::Proved,
/// )
/// .with_common_name("www.example.com");
/// assert_eq!(facts.common_names().len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CsrFacts {
    pub(crate) der: Arc<[u8]>,
    pub(crate) key: KeyKind,
    pub(crate) spki: SpkiDigest,
    pub(crate) rsa: Option<RsaFacts>,
    pub(crate) hash: SignatureHash,
    pub(crate) possession: Possession,
    pub(crate) common_names: Vec<CommonName>,
    pub(crate) alt_names: Vec<SubjectAltName>,
    pub(crate) extensions: Vec<Arc<str>>,
    pub(crate) must_staple: bool,
}

impl CsrFacts {
    /// The facts every request has.
    #[must_use]
    pub fn new(
        der: &[u8],
        key: KeyKind,
        spki: SpkiDigest,
        hash: SignatureHash,
        possession: Possession,
    ) -> Self {
        Self {
            der: Arc::from(der),
            key,
            spki,
            rsa: None,
            hash,
            possession,
            common_names: Vec::new(),
            alt_names: Vec::new(),
            extensions: Vec::new(),
            must_staple: false,
        }
    }

    /// Adds what was found out about its RSA key. Without it such a key counts as unexamined, which
    /// no published edition accepts.
    #[must_use]
    pub const fn with_rsa(mut self, facts: RsaFacts) -> Self {
        self.rsa = Some(facts);
        self
    }

    /// Adds a common name of the subject.
    #[must_use]
    pub fn with_common_name(mut self, text: &str) -> Self {
        self.common_names.push(CommonName::new(text));
        self
    }

    /// Adds a subject alternative name.
    #[must_use]
    pub fn with_alt_name(mut self, name: SubjectAltName) -> Self {
        self.alt_names.push(name);
        self
    }

    /// Adds a requested extension by its object identifier in dotted form.
    #[must_use]
    pub fn with_extension(mut self, oid: &str) -> Self {
        self.extensions.push(Arc::from(oid));
        self
    }

    /// Marks that the request asks for OCSP must-staple (TLS feature 5, RFC 7633).
    #[must_use]
    pub fn with_must_staple(mut self) -> Self {
        self.must_staple = true;
        self
    }

    /// The request's DER bytes.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
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

    /// What was found out about its RSA key; none for other keys, and where nobody looked.
    #[must_use]
    pub const fn rsa(&self) -> Option<&RsaFacts> {
        self.rsa.as_ref()
    }

    /// The hash of its signature.
    #[must_use]
    pub const fn hash(&self) -> SignatureHash {
        self.hash
    }

    /// Whether the signature proves possession of the key.
    #[must_use]
    pub const fn possession(&self) -> Possession {
        self.possession
    }

    /// The subject's common names, in order.
    #[must_use]
    pub fn common_names(&self) -> &[CommonName] {
        &self.common_names
    }

    /// The only common name; none if there is no or more than one.
    #[must_use]
    pub fn common_name(&self) -> Option<&CommonName> {
        match self.common_names.as_slice() {
            [only] => Some(only),
            [] | [_, _, ..] => None,
        }
    }

    /// The subject alternative names, in order.
    #[must_use]
    pub fn alt_names(&self) -> &[SubjectAltName] {
        &self.alt_names
    }

    /// The object identifiers of the requested extensions, in dotted form.
    #[must_use]
    pub fn extensions(&self) -> &[Arc<str>] {
        &self.extensions
    }

    /// Whether it asks for OCSP must-staple.
    #[must_use]
    pub const fn must_staple(&self) -> bool {
        self.must_staple
    }
}
