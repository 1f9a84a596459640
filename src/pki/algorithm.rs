//! Kinds of keys, algorithms of signatures, and checking a signature.

use aws_lc_rs::digest::SHA256;
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA1_ASN1, ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1,
    ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1,
    ECDSA_P521_SHA1_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1, ECDSA_P521_SHA512_ASN1,
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaPssSaltLength, VerificationAlgorithm,
};
use x509_cert::der::Tag;
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};

use super::der::{self, Tlv, is_context};
use crate::model::{Curve, KeyKind, RsaExponent, SignatureHash, SpkiDigest};

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

const CURVES: [(ObjectIdentifier, Curve); 3] = [
    (
        ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
        Curve::P256,
    ),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), Curve::P384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), Curve::P521),
];

const HASHES: [(ObjectIdentifier, SignatureHash); 5] = [
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.2.5"),
        SignatureHash::Md5,
    ),
    (
        ObjectIdentifier::new_unwrap("1.3.14.3.2.26"),
        SignatureHash::Sha1,
    ),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1"),
        SignatureHash::Sha256,
    ),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2"),
        SignatureHash::Sha384,
    ),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3"),
        SignatureHash::Sha512,
    ),
];

const SIGNATURES: [(ObjectIdentifier, Scheme, SignatureHash); 10] = [
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4"),
        Scheme::RsaPkcs1,
        SignatureHash::Md5,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5"),
        Scheme::RsaPkcs1,
        SignatureHash::Sha1,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"),
        Scheme::RsaPkcs1,
        SignatureHash::Sha256,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"),
        Scheme::RsaPkcs1,
        SignatureHash::Sha384,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"),
        Scheme::RsaPkcs1,
        SignatureHash::Sha512,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.10045.4.1"),
        Scheme::Ecdsa,
        SignatureHash::Sha1,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"),
        Scheme::Ecdsa,
        SignatureHash::Sha256,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"),
        Scheme::Ecdsa,
        SignatureHash::Sha384,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4"),
        Scheme::Ecdsa,
        SignatureHash::Sha512,
    ),
    (ED25519, Scheme::Ed25519, SignatureHash::Intrinsic),
];

fn look_up<T: Copy>(table: &[(ObjectIdentifier, T)], oid: ObjectIdentifier) -> Option<T> {
    table
        .iter()
        .find(|(known, _)| *known == oid)
        .map(|(_, value)| *value)
}

/// A public key as it stands in a `SubjectPublicKeyInfo`.
#[derive(Clone, Copy, Debug)]
pub(super) struct PublicKey<'a> {
    pub(super) kind: KeyKind,
    pub(super) digest: SpkiDigest,
    /// What the BIT STRING holds.
    pub(super) key: &'a [u8],
}

impl<'a> PublicKey<'a> {
    pub(super) fn read(spki: Tlv<'a>) -> der::Result<Self> {
        let mut members = spki.sequence()?;
        let algorithm = members.require()?;
        let key = members.require()?.bits()?;
        members.end()?;
        Ok(Self {
            kind: kind(algorithm, key)?,
            digest: digest(spki.whole),
            key,
        })
    }
}

impl PublicKey<'_> {
    /// Whether it is an RSA key with an exponent that the library does not take: of more than 33
    /// bits.
    fn has_long_exponent(&self) -> bool {
        rsa_numbers(self.key)
            .is_ok_and(|(_, exponent)| RsaExponent::from_be_bytes(exponent).bits() > 33)
    }
}

/// [`SpkiDigest::of`], with the processor's own instructions where it has them.
fn digest(spki: &[u8]) -> SpkiDigest {
    <[u8; 32]>::try_from(aws_lc_rs::digest::digest(&SHA256, spki).as_ref())
        .map_or_else(|_| SpkiDigest::of(spki), SpkiDigest::from_bytes)
}

/// What an `AlgorithmIdentifier` of a public or private key says of a curve or a scheme.
pub(super) fn kind(algorithm: Tlv<'_>, key: &[u8]) -> der::Result<KeyKind> {
    let mut members = algorithm.sequence()?;
    let oid = members.require()?.oid()?;
    let parameters = members.next()?;
    members.end()?;
    // An id-RSASSA-PSS key is not this: authorities take rsaEncryption only (BR §7.1.3.1.1).
    Ok(if oid == RSA_ENCRYPTION {
        KeyKind::Rsa {
            bits: modulus_bits(key)?,
        }
    } else if oid == EC_PUBLIC_KEY {
        KeyKind::Ec(curve(parameters))
    } else if oid == ED25519 {
        KeyKind::Ed25519
    } else {
        KeyKind::Other
    })
}

/// A named curve; explicit and missing parameters name none.
pub(super) fn curve(parameters: Option<Tlv<'_>>) -> Curve {
    parameters
        .and_then(|parameters| parameters.oid().ok())
        .and_then(|oid| look_up(&CURVES, oid))
        .unwrap_or(Curve::Other)
}

/// Modulus and exponent of an RSA key, the most significant byte first.
pub(super) fn rsa_numbers(key: &[u8]) -> der::Result<(&[u8], &[u8])> {
    let mut members = der::one(key)?.sequence()?;
    let modulus: UintRef<'_> = members.require()?.decode()?;
    let exponent: UintRef<'_> = members.require()?.decode()?;
    members.end()?;
    Ok((modulus.as_bytes(), exponent.as_bytes()))
}

fn modulus_bits(key: &[u8]) -> der::Result<u32> {
    let (bytes, _) = rsa_numbers(key)?;
    let unused = bytes.first().map_or(0, |byte| byte.leading_zeros());
    let bits = u32::try_from(bytes.len())
        .unwrap_or(u32::MAX)
        .saturating_mul(8);
    Ok(bits.saturating_sub(unused))
}

/// How a signature is made, apart from its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    RsaPkcs1,
    RsaPss { salt: u16 },
    Ecdsa,
    Ed25519,
    Unknown,
}

/// The algorithm of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SignatureAlgorithm {
    scheme: Scheme,
    pub(super) hash: SignatureHash,
}

impl SignatureAlgorithm {
    pub(super) fn read(algorithm: Tlv<'_>) -> der::Result<Self> {
        let mut members = algorithm.sequence()?;
        let oid = members.require()?.oid()?;
        let parameters = members.next()?;
        members.end()?;
        if oid == RSASSA_PSS {
            return pss(parameters);
        }
        let (scheme, hash) = SIGNATURES
            .iter()
            .find(|(known, ..)| *known == oid)
            .map_or((Scheme::Unknown, SignatureHash::Other), |(_, s, h)| {
                (*s, *h)
            });
        Ok(Self { scheme, hash })
    }
}

/// `RSASSA-PSS-params` (RFC 4055 §3.1), whose members all have defaults.
fn pss(parameters: Option<Tlv<'_>>) -> der::Result<SignatureAlgorithm> {
    let mut hash = SignatureHash::Sha1;
    let mut mask = Some(SignatureHash::Sha1);
    let mut salt = 20_u16;
    let mut trailer = 1_u32;
    if let Some(parameters) = parameters {
        let mut members = parameters.sequence()?;
        while let Some(member) = members.next()? {
            let inner = der::one(member.value)?;
            if is_context(member.tag, 0) {
                hash = hash_of(inner)?;
            } else if is_context(member.tag, 1) {
                mask = mgf1(inner)?;
            } else if is_context(member.tag, 2) {
                salt = inner.decode()?;
            } else if is_context(member.tag, 3) {
                trailer = inner.decode()?;
            } else {
                return Err(member.tag.unexpected_error(None).into());
            }
        }
    }
    // Other mask functions and trailers are allowed on paper and made by nobody.
    let scheme = if mask == Some(hash) && trailer == 1 {
        Scheme::RsaPss { salt }
    } else {
        Scheme::Unknown
    };
    Ok(SignatureAlgorithm { scheme, hash })
}

fn hash_of(algorithm: Tlv<'_>) -> der::Result<SignatureHash> {
    let oid = algorithm.sequence()?.require()?.oid()?;
    Ok(look_up(&HASHES, oid).unwrap_or(SignatureHash::Other))
}

fn mgf1(algorithm: Tlv<'_>) -> der::Result<Option<SignatureHash>> {
    let mut members = algorithm.sequence()?;
    if members.require()?.oid()? != MGF1 {
        return Ok(None);
    }
    hash_of(members.require()?).map(Some)
}

/// Which algorithms count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// Also SHA-1 and RSA from 1024 bits: a weak proof of possession is still a proof.
    Legacy,
    /// SHA-256 and more, RSA from 2048 bits.
    Modern,
}

/// What came of checking a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Verified,
    Failed,
    Unchecked,
}

/// Checks a signature over `message`.
pub(super) fn check(
    key: &PublicKey<'_>,
    algorithm: SignatureAlgorithm,
    message: &[u8],
    signature: &[u8],
    strength: Strength,
) -> Check {
    let offered = match (key.kind, algorithm.scheme) {
        (KeyKind::Rsa { .. }, Scheme::RsaPkcs1 | Scheme::RsaPss { .. })
            if key.has_long_exponent() =>
        {
            None
        }
        (KeyKind::Rsa { bits }, Scheme::RsaPkcs1) => pkcs1(bits, algorithm.hash, strength),
        (KeyKind::Rsa { bits }, Scheme::RsaPss { salt }) => {
            return check_pss(key, bits, algorithm.hash, salt, message, signature);
        }
        (KeyKind::Ec(curve), Scheme::Ecdsa) => ecdsa(curve, algorithm.hash, strength),
        (KeyKind::Ed25519, Scheme::Ed25519) => Some(&signature::ED25519 as _),
        (KeyKind::Other, _) | (_, Scheme::Unknown) => None,
        // Both are known, and this key cannot have made this signature.
        (KeyKind::Rsa { .. } | KeyKind::Ec(_) | KeyKind::Ed25519, _) => return Check::Failed,
    };
    verdict(offered, key, message, signature)
}

fn verdict(
    offered: Option<&dyn VerificationAlgorithm>,
    key: &PublicKey<'_>,
    message: &[u8],
    signature: &[u8],
) -> Check {
    match offered.map(|offered| offered.verify_sig(key.key, message, signature)) {
        Some(Ok(())) => Check::Verified,
        Some(Err(_)) => Check::Failed,
        None => Check::Unchecked,
    }
}

type Offered = Option<&'static dyn VerificationAlgorithm>;

fn pkcs1(bits: u32, hash: SignatureHash, strength: Strength) -> Offered {
    match (bits, hash, strength) {
        (2048..=8192, SignatureHash::Sha256, _) => Some(&RSA_PKCS1_2048_8192_SHA256),
        (2048..=8192, SignatureHash::Sha384, _) => Some(&RSA_PKCS1_2048_8192_SHA384),
        (2048..=8192, SignatureHash::Sha512, _) => Some(&RSA_PKCS1_2048_8192_SHA512),
        (1024..=8192, SignatureHash::Sha1, Strength::Legacy) => {
            Some(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY)
        }
        (1024..=8192, SignatureHash::Sha256, Strength::Legacy) => {
            Some(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY)
        }
        (1024..=8192, SignatureHash::Sha512, Strength::Legacy) => {
            Some(&RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY)
        }
        _ => None,
    }
}

fn check_pss(
    key: &PublicKey<'_>,
    bits: u32,
    hash: SignatureHash,
    salt: u16,
    message: &[u8],
    signature: &[u8],
) -> Check {
    let parameters = match (bits, hash) {
        (2048..=8192, SignatureHash::Sha256) => Some(RSA_PSS_2048_8192_SHA256),
        (2048..=8192, SignatureHash::Sha384) => Some(RSA_PSS_2048_8192_SHA384),
        (2048..=8192, SignatureHash::Sha512) => Some(RSA_PSS_2048_8192_SHA512),
        _ => None,
    }
    .map(|parameters| parameters.with_pss_salt_length(RsaPssSaltLength::Custom(salt)));
    let offered = parameters
        .as_ref()
        .map(|parameters| parameters as &dyn VerificationAlgorithm);
    verdict(offered, key, message, signature)
}

fn ecdsa(curve: Curve, hash: SignatureHash, strength: Strength) -> Offered {
    match (curve, hash, strength) {
        (Curve::P256, SignatureHash::Sha1, Strength::Legacy) => Some(&ECDSA_P256_SHA1_ASN1),
        (Curve::P256, SignatureHash::Sha256, _) => Some(&ECDSA_P256_SHA256_ASN1),
        (Curve::P256, SignatureHash::Sha384, _) => Some(&ECDSA_P256_SHA384_ASN1),
        (Curve::P256, SignatureHash::Sha512, _) => Some(&ECDSA_P256_SHA512_ASN1),
        (Curve::P384, SignatureHash::Sha256, _) => Some(&ECDSA_P384_SHA256_ASN1),
        (Curve::P384, SignatureHash::Sha384, _) => Some(&ECDSA_P384_SHA384_ASN1),
        (Curve::P384, SignatureHash::Sha512, _) => Some(&ECDSA_P384_SHA512_ASN1),
        (Curve::P521, SignatureHash::Sha1, Strength::Legacy) => Some(&ECDSA_P521_SHA1_ASN1),
        (Curve::P521, SignatureHash::Sha256, _) => Some(&ECDSA_P521_SHA256_ASN1),
        (Curve::P521, SignatureHash::Sha384, _) => Some(&ECDSA_P521_SHA384_ASN1),
        (Curve::P521, SignatureHash::Sha512, _) => Some(&ECDSA_P521_SHA512_ASN1),
        _ => None,
    }
}

/// The key's algorithm in a PKCS #8 structure: the scheme, and the curve if there is one.
pub(super) fn private_kind(algorithm: Tlv<'_>) -> der::Result<Option<PrivateKind>> {
    let mut members = algorithm.sequence()?;
    let oid = members.require()?.oid()?;
    Ok(if oid == RSA_ENCRYPTION {
        Some(PrivateKind::Rsa)
    } else if oid == EC_PUBLIC_KEY {
        Some(PrivateKind::Ec)
    } else if oid == ED25519 {
        Some(PrivateKind::Ed25519)
    } else {
        None
    })
}

/// A kind of private key that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PrivateKind {
    Rsa,
    Ec,
    Ed25519,
}

/// The one value in an explicit context-specific tag.
pub(super) fn explicit(member: Tlv<'_>, wanted: u32) -> der::Result<Option<Tlv<'_>>> {
    if is_context(member.tag, wanted) && member.tag.is_constructed() {
        der::one(member.value).map(Some)
    } else {
        Ok(None)
    }
}

/// A small non-negative INTEGER.
pub(super) fn small(value: Tlv<'_>) -> der::Result<u8> {
    value.expect(Tag::Integer)?.decode()
}
