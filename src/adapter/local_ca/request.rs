//! Signing requests as the CA reads them: the key, proof that the applicant has it, must-staple.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use x509_cert::SubjectPublicKeyInfo;
use x509_cert::der::asn1::UintRef;
use x509_cert::der::oid::db::rfc5912;
use x509_cert::der::{self, Decode, Reader, SliceReader};
use x509_cert::request::{CertReq, ExtensionReq};
use x509_cert::spki::ObjectIdentifier;

/// The TLS feature extension (RFC 7633).
pub(super) const TLS_FEATURE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.24");

/// The TLS feature extension's value for must-staple: a sequence of the integer 5.
pub(super) const MUST_STAPLE: [u8; 5] = [0x30, 0x03, 0x02, 0x01, 0x05];

/// The most bytes of a request that are read at all.
const LIMIT: usize = 65_536;

/// What is taken from a request; the names in it are not.
#[derive(Debug)]
pub(super) struct Requested {
    pub(super) public_key: SubjectPublicKeyInfo,
    pub(super) must_staple: bool,
}

impl Requested {
    /// Whether the key is an RSA key.
    pub(super) fn is_rsa(&self) -> bool {
        self.public_key.algorithm.oid == rfc5912::RSA_ENCRYPTION
    }
}

/// Reads a request and verifies its signature with its own key.
pub(super) fn read(csr: &[u8]) -> Result<Requested, &'static str> {
    if csr.len() > LIMIT {
        return Err("the signing request is too long");
    }
    let malformed = "the signing request is not well formed";
    let request = CertReq::from_der(csr).map_err(|_| malformed)?;
    let signed = signed_part(csr).map_err(|_| malformed)?;
    let (key, signature) = (
        &request.info.public_key,
        request.signature.as_bytes().ok_or(malformed)?,
    );
    let bits = key.subject_public_key.as_bytes().ok_or(malformed)?;
    let algorithm = verifier(key, request.algorithm.oid)
        .ok_or("the signing request's key or signature algorithm is not accepted")?;
    UnparsedPublicKey::new(algorithm, bits)
        .verify(signed, signature)
        .map_err(|_| "the signing request's signature does not verify with its key")?;
    // The verification above held the size between 2,048 and 8,192 bits.
    if key.algorithm.oid == rfc5912::RSA_ENCRYPTION && !whole_bytes(bits).map_err(|_| malformed)? {
        return Err("the modulus of an RSA key has a multiple of 8 bits");
    }
    Ok(Requested {
        must_staple: must_staple(&request).map_err(|_| malformed)?,
        public_key: request.info.public_key,
    })
}

/// The bytes that the applicant signed, exactly as they stand.
fn signed_part(csr: &[u8]) -> der::Result<&[u8]> {
    let mut reader = SliceReader::new(csr)?;
    reader.sequence(|content| {
        let signed = content.tlv_bytes()?;
        let rest = content.remaining_len();
        content.read_slice(rest)?;
        Ok(signed)
    })
}

/// How to verify a signature, for keys and hashes that a public CA accepts.
fn verifier(
    key: &SubjectPublicKeyInfo,
    signature: ObjectIdentifier,
) -> Option<&'static dyn VerificationAlgorithm> {
    if key.algorithm.oid == rfc5912::RSA_ENCRYPTION {
        return match signature {
            rfc5912::SHA_256_WITH_RSA_ENCRYPTION => Some(&RSA_PKCS1_2048_8192_SHA256),
            rfc5912::SHA_384_WITH_RSA_ENCRYPTION => Some(&RSA_PKCS1_2048_8192_SHA384),
            rfc5912::SHA_512_WITH_RSA_ENCRYPTION => Some(&RSA_PKCS1_2048_8192_SHA512),
            _ => None,
        };
    }
    if key.algorithm.oid != rfc5912::ID_EC_PUBLIC_KEY {
        return None;
    }
    let parameters = key.algorithm.parameters.as_ref()?;
    let curve = parameters.decode_as::<ObjectIdentifier>().ok()?;
    match (curve, signature) {
        (rfc5912::SECP_256_R_1, rfc5912::ECDSA_WITH_SHA_256) => Some(&ECDSA_P256_SHA256_ASN1),
        (rfc5912::SECP_256_R_1, rfc5912::ECDSA_WITH_SHA_384) => Some(&ECDSA_P256_SHA384_ASN1),
        (rfc5912::SECP_256_R_1, rfc5912::ECDSA_WITH_SHA_512) => Some(&ECDSA_P256_SHA512_ASN1),
        (rfc5912::SECP_384_R_1, rfc5912::ECDSA_WITH_SHA_256) => Some(&ECDSA_P384_SHA256_ASN1),
        (rfc5912::SECP_384_R_1, rfc5912::ECDSA_WITH_SHA_384) => Some(&ECDSA_P384_SHA384_ASN1),
        (rfc5912::SECP_384_R_1, rfc5912::ECDSA_WITH_SHA_512) => Some(&ECDSA_P384_SHA512_ASN1),
        (rfc5912::SECP_521_R_1, rfc5912::ECDSA_WITH_SHA_256) => Some(&ECDSA_P521_SHA256_ASN1),
        (rfc5912::SECP_521_R_1, rfc5912::ECDSA_WITH_SHA_384) => Some(&ECDSA_P521_SHA384_ASN1),
        (rfc5912::SECP_521_R_1, rfc5912::ECDSA_WITH_SHA_512) => Some(&ECDSA_P521_SHA512_ASN1),
        _ => None,
    }
}

/// Whether an RSA modulus fills its bytes (Baseline Requirements §6.1.5).
fn whole_bytes(rsa_public_key: &[u8]) -> der::Result<bool> {
    let mut reader = SliceReader::new(rsa_public_key)?;
    reader.sequence(|content| {
        let modulus = UintRef::decode(content)?;
        UintRef::decode(content)?;
        Ok(modulus.as_bytes().first().is_some_and(|&byte| byte >= 0x80))
    })
}

/// Whether the request asks for must-staple.
fn must_staple(request: &CertReq) -> der::Result<bool> {
    let mut asked = false;
    for attribute in request.info.attributes.iter() {
        if attribute.oid != rfc5912::ID_EXTENSION_REQ {
            continue;
        }
        for value in attribute.values.iter() {
            let extensions: ExtensionReq = value.decode_as()?;
            asked |= extensions.0.iter().any(|extension| {
                extension.extn_id == TLS_FEATURE && extension.extn_value.as_bytes() == MUST_STAPLE
            });
        }
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::signing::SigningKey;
    use crate::model::{Curve, KeyKind};
    use std::vec::Vec;
    use x509_cert::der::Encode;
    use x509_cert::der::asn1::BitString;
    use x509_cert::name::Name;
    use x509_cert::request::{CertReqInfo, Version};

    fn csr(key: &SigningKey) -> CertReq {
        let info = CertReqInfo {
            version: Version::V1,
            subject: Name::default(),
            public_key: SubjectPublicKeyInfo::from_der(key.spki_der()).unwrap(),
            attributes: x509_cert::attr::Attributes::new(),
        };
        let signature = key.sign(&info.to_der().unwrap()).unwrap();
        CertReq {
            info,
            algorithm: key.algorithm(),
            signature: BitString::from_bytes(&signature).unwrap(),
        }
    }

    #[test]
    fn every_single_bit_counts() {
        let key = SigningKey::generate(KeyKind::Ec(Curve::P256)).unwrap();
        let der = csr(&key).to_der().unwrap();
        assert!(read(&der).is_ok());
        for at in 0..der.len() {
            let mut broken = der.clone();
            broken[at] ^= 1;
            assert!(read(&broken).is_err(), "byte {at}");
            assert!(read(&der[..at]).is_err(), "cut at {at}");
        }
        let mut longer: Vec<u8> = der;
        longer.push(0);
        assert!(read(&longer).is_err());
    }

    #[test]
    fn the_named_algorithm_is_the_one_that_counts() {
        let key = SigningKey::generate(KeyKind::Ec(Curve::P256)).unwrap();
        let mut request = csr(&key);
        request.algorithm.oid = rfc5912::ECDSA_WITH_SHA_384;
        assert!(read(&request.to_der().unwrap()).is_err());
        request.algorithm.oid = rfc5912::SHA_256_WITH_RSA_ENCRYPTION;
        assert!(read(&request.to_der().unwrap()).is_err());
    }
}
