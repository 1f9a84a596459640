//! Recognising private keys.

use alloc::vec::Vec;
use core::fmt;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair,
};
use zeroize::Zeroizing;

use super::algorithm::{PrivateKind, PublicKey, private_kind};
use super::der;
use super::input::{self, Block, Input, InputError};
use super::item::Item;
use super::limits::Limits;
use crate::model::{KeyKind, SpkiDigest};

/// Why bytes are not a private key that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// Neither PEM nor DER.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Something else than a private key.
    #[error("expected a private key, found {0}")]
    Instead(Item),
    /// An encrypted key: decrypt it first, no password is asked for here.
    #[error("expected a private key in the clear, found {0}")]
    Encrypted(Item),
    /// More than one key.
    #[error("the text holds {0} private keys, exactly one is read")]
    SeveralKeys(usize),
    /// A key that is broken, or of a kind that is not read: DSA, RSA below 2048 bits, other curves.
    #[error("the private key is not well-formed, or of a kind or size that is not read")]
    Unsupported,
}

/// The structure in which a private key is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyEncoding {
    /// PKCS #8, for every kind of key.
    Pkcs8,
    /// PKCS #1, for RSA.
    Pkcs1,
    /// SEC 1, for elliptic curves.
    Sec1,
}

/// A private key with the facts of its public half.
///
/// Its bytes are wiped when it is dropped, and `Debug` does not show them.
pub struct PrivateKey {
    der: Zeroizing<Vec<u8>>,
    encoding: KeyEncoding,
    kind: KeyKind,
    spki: SpkiDigest,
}

impl PrivateKey {
    /// The secret DER bytes, in the structure that [`encoding`](Self::encoding) names.
    #[must_use]
    pub fn secret_der(&self) -> &[u8] {
        &self.der
    }

    /// The structure of its bytes.
    #[must_use]
    pub const fn encoding(&self) -> KeyEncoding {
        self.encoding
    }

    /// Kind and size.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The digest of its public half.
    #[must_use]
    pub const fn spki(&self) -> SpkiDigest {
        self.spki
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("der", &"redacted")
            .field("encoding", &self.encoding)
            .field("kind", &self.kind)
            .field("spki", &self.spki)
            .finish()
    }
}

/// Reads a private key in PKCS #8, PKCS #1 or SEC 1, as PEM or DER.
///
/// RSA from 2048 bits, P-256, P-384, P-521 and Ed25519. Other blocks of a PEM text are passed over.
///
/// ```
/// use cert_lifecycle::model::{Curve, KeyKind};
/// use cert_lifecycle::pki::{Limits, parse_private_key};
///
/// let pem = include_bytes!("../../tests/data/pki/public-test-key-p256-sec1.pem");
/// let key = parse_private_key(pem, &Limits::default())?;
/// assert_eq!(key.kind(), KeyKind::Ec(Curve::P256));
/// assert!(format!("{key:?}").contains("redacted"));
/// # Ok::<(), cert_lifecycle::pki::PrivateKeyError>(())
/// ```
///
/// # Errors
/// [`PrivateKeyError`]; an encrypted key is refused by name.
pub fn parse_private_key(input: &[u8], limits: &Limits) -> Result<PrivateKey, PrivateKeyError> {
    match input::read(input, limits)? {
        Input::Der(der) => key(Zeroizing::new(der.to_vec())),
        Input::Pem(blocks) => key(choose(&blocks)?.decode(limits)?),
    }
}

fn choose<'a, 'b>(blocks: &'b [Block<'a>]) -> Result<&'b Block<'a>, PrivateKeyError> {
    let keys: Vec<_> = blocks
        .iter()
        .filter(|block| block.item.is_private_key())
        .collect();
    match keys.as_slice() {
        [only] => encoding(only.item).map(|_| *only),
        [] => Err(PrivateKeyError::Instead(
            blocks.first().map_or(Item::Other, |block| block.item),
        )),
        several => Err(PrivateKeyError::SeveralKeys(several.len())),
    }
}

fn encoding(item: Item) -> Result<KeyEncoding, PrivateKeyError> {
    match item {
        Item::PrivateKey => Ok(KeyEncoding::Pkcs8),
        Item::RsaPrivateKey => Ok(KeyEncoding::Pkcs1),
        Item::EcPrivateKey => Ok(KeyEncoding::Sec1),
        Item::EncryptedPrivateKey | Item::TraditionalEncryptedPrivateKey => {
            Err(PrivateKeyError::Encrypted(item))
        }
        Item::DsaPrivateKey | Item::OpenSshPrivateKey | Item::OtherPrivateKey => {
            Err(PrivateKeyError::Unsupported)
        }
        Item::CertificateRequest
        | Item::Certificate
        | Item::PublicKey
        | Item::RsaPublicKey
        | Item::Parameters
        | Item::RevocationList
        | Item::Cms
        | Item::Other => Err(PrivateKeyError::Instead(item)),
    }
}

fn key(der: Zeroizing<Vec<u8>>) -> Result<PrivateKey, PrivateKeyError> {
    // The structure decides, not the label: keys under the wrong label are common.
    let encoding = encoding(Item::of_der(&der).ok_or(PrivateKeyError::Unsupported)?)?;
    let spki = match encoding {
        KeyEncoding::Pkcs8 => match pkcs8_kind(&der) {
            Some(PrivateKind::Rsa) => RsaKeyPair::from_pkcs8(&der)
                .ok()
                .and_then(|pair| rsa(&pair)),
            Some(PrivateKind::Ec) => ec(&der, EcdsaKeyPair::from_pkcs8),
            Some(PrivateKind::Ed25519) => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
                .ok()
                .and_then(|pair| pair.public_key().as_der().ok()),
            None => None,
        },
        KeyEncoding::Pkcs1 => RsaKeyPair::from_der(&der).ok().and_then(|pair| rsa(&pair)),
        KeyEncoding::Sec1 => ec(&der, EcdsaKeyPair::from_private_key_der),
    }
    .ok_or(PrivateKeyError::Unsupported)?;
    let public = der::one(spki.as_ref())
        .and_then(PublicKey::read)
        .map_err(|_| PrivateKeyError::Unsupported)?;
    Ok(PrivateKey {
        encoding,
        kind: public.kind,
        spki: public.digest,
        der,
    })
}

fn pkcs8_kind(der: &[u8]) -> Option<PrivateKind> {
    let mut members = der::one(der).and_then(der::Tlv::sequence).ok()?;
    members.require().ok()?;
    members.require().and_then(private_kind).ok()?
}

fn rsa(pair: &RsaKeyPair) -> Option<PublicKeyX509Der<'static>> {
    pair.public_key().as_der().ok()
}

/// On whichever curve the key fits.
fn ec<E>(
    der: &[u8],
    read: impl Fn(
        &'static aws_lc_rs::signature::EcdsaSigningAlgorithm,
        &[u8],
    ) -> Result<EcdsaKeyPair, E>,
) -> Option<PublicKeyX509Der<'static>> {
    [
        &ECDSA_P256_SHA256_ASN1_SIGNING,
        &ECDSA_P384_SHA384_ASN1_SIGNING,
        &ECDSA_P521_SHA512_ASN1_SIGNING,
    ]
    .into_iter()
    .find_map(|algorithm| read(algorithm, der).ok())
    .and_then(|pair| pair.public_key().as_der().ok())
}
