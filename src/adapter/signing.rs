//! Private keys that sign X.509 structures: what the key vaults and the local CA share.

use core::fmt;
use std::boxed::Box;
use std::vec;
use std::vec::Vec;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use x509_cert::AlgorithmIdentifier;
use x509_cert::der::Any;
use x509_cert::der::oid::db::rfc5912;

use crate::model::{Curve, KeyKind};
#[cfg(any(
    feature = "memory",
    feature = "envelope",
    feature = "local-ca",
    all(feature = "file-vault", unix)
))]
use crate::pki::{KeyEncoding, Limits, parse_private_key};

/// A private key; the crypto library overwrites its memory when it is dropped.
pub(super) struct SigningKey {
    kind: KeyKind,
    pair: Pair,
    spki: Vec<u8>,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ec(EcdsaKeyPair),
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyError {
    /// Such keys are not made here.
    Unsupported,
    /// The crypto library failed, as it does without randomness.
    Failed,
}

impl From<Unspecified> for KeyError {
    fn from(_: Unspecified) -> Self {
        Self::Failed
    }
}

/// A way to make a kind of key.
enum Recipe {
    Rsa(KeySize),
    Ec(&'static EcdsaSigningAlgorithm),
}

impl Recipe {
    const fn of(kind: KeyKind) -> Option<Self> {
        match kind {
            KeyKind::Rsa { bits: 2_048 } => Some(Self::Rsa(KeySize::Rsa2048)),
            KeyKind::Rsa { bits: 3_072 } => Some(Self::Rsa(KeySize::Rsa3072)),
            KeyKind::Rsa { bits: 4_096 } => Some(Self::Rsa(KeySize::Rsa4096)),
            KeyKind::Ec(Curve::P256) => Some(Self::Ec(&ECDSA_P256_SHA256_ASN1_SIGNING)),
            KeyKind::Ec(Curve::P384) => Some(Self::Ec(&ECDSA_P384_SHA384_ASN1_SIGNING)),
            KeyKind::Ec(Curve::P521) => Some(Self::Ec(&ECDSA_P521_SHA512_ASN1_SIGNING)),
            KeyKind::Rsa { .. } | KeyKind::Ec(Curve::Other) | KeyKind::Ed25519 | KeyKind::Other => {
                None
            }
        }
    }
}

impl SigningKey {
    /// Makes a key. RSA takes up to a few seconds of computing.
    pub(super) fn generate(kind: KeyKind) -> Result<Self, KeyError> {
        let pair = match Recipe::of(kind).ok_or(KeyError::Unsupported)? {
            Recipe::Rsa(size) => Pair::Rsa(Box::new(RsaKeyPair::generate(size)?)),
            Recipe::Ec(algorithm) => Pair::Ec(EcdsaKeyPair::generate(algorithm)?),
        };
        Self::of(kind, pair)
    }

    /// Reads a key in DER or in PEM, in PKCS #8, PKCS #1 or SEC 1. It is none for other bytes, and for a
    /// kind that is not made here.
    #[cfg(any(
        feature = "memory",
        feature = "envelope",
        feature = "local-ca",
        all(feature = "file-vault", unix)
    ))]
    pub(super) fn read(input: &[u8]) -> Option<Self> {
        let read = parse_private_key(input, &Limits::default()).ok()?;
        let (kind, der) = (read.kind(), read.secret_der());
        let pair = match (Recipe::of(kind)?, read.encoding()) {
            (Recipe::Rsa(_), KeyEncoding::Pkcs1) => {
                Pair::Rsa(Box::new(RsaKeyPair::from_der(der).ok()?))
            }
            (Recipe::Rsa(_), KeyEncoding::Pkcs8 | KeyEncoding::Sec1) => {
                Pair::Rsa(Box::new(RsaKeyPair::from_pkcs8(der).ok()?))
            }
            (Recipe::Ec(algorithm), KeyEncoding::Sec1) => {
                Pair::Ec(EcdsaKeyPair::from_private_key_der(algorithm, der).ok()?)
            }
            (Recipe::Ec(algorithm), KeyEncoding::Pkcs8 | KeyEncoding::Pkcs1) => {
                Pair::Ec(EcdsaKeyPair::from_pkcs8(algorithm, der).ok()?)
            }
        };
        Self::of(kind, pair).ok()
    }

    /// Reads a key that was written by [`SigningKey::with_pkcs8`], in DER or in PEM; nothing else is
    /// a key here.
    #[cfg(any(
        feature = "envelope",
        feature = "local-ca",
        all(feature = "file-vault", unix)
    ))]
    pub(super) fn from_pkcs8(input: &[u8]) -> Option<Self> {
        let read = parse_private_key(input, &Limits::default()).ok()?;
        if read.encoding() == KeyEncoding::Pkcs8 {
            Self::read(read.secret_der())
        } else {
            None
        }
    }

    /// Whether keys of a kind are made and read here.
    #[cfg(any(
        feature = "memory",
        feature = "envelope",
        all(feature = "file-vault", unix)
    ))]
    pub(super) const fn knows(kind: KeyKind) -> bool {
        Recipe::of(kind).is_some()
    }

    fn of(kind: KeyKind, pair: Pair) -> Result<Self, KeyError> {
        let spki: PublicKeyX509Der<'_> = match &pair {
            Pair::Rsa(pair) => pair.public_key().as_der()?,
            Pair::Ec(pair) => pair.public_key().as_der()?,
        };
        let spki = spki.as_ref().to_vec();
        Ok(Self { kind, pair, spki })
    }

    /// Its kind.
    #[cfg(any(
        feature = "memory",
        feature = "envelope",
        all(feature = "file-vault", unix)
    ))]
    pub(super) const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The public half, as `SubjectPublicKeyInfo` in DER.
    pub(super) fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// Signs with the hash that [`SigningKey::algorithm`] names; an ECDSA signature is in DER.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                Ok(signature)
            }
            Pair::Ec(pair) => Ok(pair.sign(&random, message)?.as_ref().to_vec()),
        }
    }

    /// The signature algorithm: RSA PKCS #1 with SHA-256, or ECDSA with the hash of the curve's
    /// strength.
    pub(super) fn algorithm(&self) -> AlgorithmIdentifier {
        let (oid, parameters) = match self.kind {
            KeyKind::Ec(Curve::P384) => (rfc5912::ECDSA_WITH_SHA_384, None),
            KeyKind::Ec(Curve::P521) => (rfc5912::ECDSA_WITH_SHA_512, None),
            KeyKind::Ec(Curve::P256 | Curve::Other) => (rfc5912::ECDSA_WITH_SHA_256, None),
            // RFC 4055 wants an explicit NULL here, RFC 5758 nothing at all above.
            KeyKind::Rsa { .. } | KeyKind::Ed25519 | KeyKind::Other => {
                (rfc5912::SHA_256_WITH_RSA_ENCRYPTION, Some(Any::null()))
            }
        };
        AlgorithmIdentifier { oid, parameters }
    }

    /// Lets the private key in PKCS #8 DER be read once; the bytes are overwritten afterwards.
    pub(super) fn with_pkcs8<T>(&self, read: impl FnOnce(&[u8]) -> T) -> Result<T, KeyError> {
        use aws_lc_rs::encoding::Pkcs8V1Der;
        match &self.pair {
            Pair::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der()?;
                Ok(read(der.as_ref()))
            }
            Pair::Ec(pair) => Ok(read(pair.to_pkcs8v1()?.as_ref())),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, ..)", self.kind)
    }
}
