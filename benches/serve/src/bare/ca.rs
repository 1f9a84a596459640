//! A CA on one key: requests read and verified, certificates signed, all on P-256.

use aws_lc_rs::rand;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SerialNumber,
    SignatureAlgorithm,
};
use time::{Duration, OffsetDateTime};
use x509_cert::der::{DecodePem, Encode};
use x509_cert::request::CertReq;

use super::Failure;
use crate::sign::hex;

pub(super) struct Ca {
    issuer: Issuer<'static, KeyPair>,
    /// The issuer's certificate in PEM.
    chain: String,
}

/// What a request asks for, once it has proved its key.
pub(super) struct Requested {
    pub(super) name: String,
    point: Vec<u8>,
}

impl PublicKeyData for Requested {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl Ca {
    pub(super) fn found() -> Self {
        let made = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let authority = |name: &str| {
            let mut params = CertificateParams::default();
            params.distinguished_name.push(DnType::CommonName, name);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            params
        };
        let root = Issuer::new(authority("Bare Root"), made());
        let (params, key) = (authority("Bare Intermediate"), made());
        let chain = params.signed_by(&key, &root).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            chain,
        }
    }

    pub(super) fn challenge(&self) -> Result<String, Failure> {
        let mut bytes = [0; 16];
        rand::fill(&mut bytes).map_err(|_| "no random numbers")?;
        Ok(hex(&bytes))
    }

    pub(super) fn requested(&self, csr: &str) -> Result<Requested, Failure> {
        let request = CertReq::from_pem(csr)?;
        let point = request
            .info
            .public_key
            .subject_public_key
            .raw_bytes()
            .to_vec();
        let signed = request.info.to_der()?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point)
            .verify(&signed, request.signature.raw_bytes())
            .map_err(|_| "the request is not signed by its key")?;
        let subject = request.info.subject.to_string();
        let name = subject.strip_prefix("CN=").ok_or("no name")?.to_owned();
        Ok(Requested { name, point })
    }

    /// Leaf and intermediate in PEM.
    pub(super) fn sign(&self, csr: &str) -> Result<String, Failure> {
        let requested = self.requested(csr)?;
        let mut serial = [0; 16];
        rand::fill(&mut serial).map_err(|_| "no random numbers")?;
        let mut params = CertificateParams::new(vec![requested.name.clone()])?;
        params
            .distinguished_name
            .push(DnType::CommonName, requested.name.clone());
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.not_before = OffsetDateTime::now_utc();
        params.not_after = params.not_before + Duration::days(199);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let uris = vec!["http://bare-ca.test/intermediate.crl".into()];
        params.crl_distribution_points = vec![CrlDistributionPoint { uris }];
        let leaf = params.signed_by(&requested, &self.issuer)?;
        Ok(leaf.pem() + &self.chain)
    }
}
