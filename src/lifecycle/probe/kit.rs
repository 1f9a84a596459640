//! The well-formed values that probes are made of.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::model::challenge::RecordType;
use crate::model::{
    AccountId, Applicant, CertificateFacts, Challenge, Company, CsrFacts, Currency, Curve,
    DomainName, IssuedCertificate, KeyKind, KeySource, NameKind, Note, Payment, Possession,
    Product, ProductCode, Serial, SignatureHash, SpkiDigest, SubjectAltName, Submission, Target,
    Timestamp, TopLevel, ValidationClass, ValidationMethod, Validity,
};

use super::super::command::{Paid, Slot};

/// The code of the second product in a story of two.
pub(super) const OTHER_CODE: &str = "another-product";

/// What every story begins with.
#[derive(Clone)]
pub(super) struct Kit {
    pub(super) account: AccountId,
    pub(super) applicant: Applicant,
    pub(super) code: ProductCode,
    pub(super) other_code: ProductCode,
    pub(super) single: DomainName,
    pub(super) wildcard: DomainName,
    pub(super) challenge: Arc<Challenge>,
    pub(super) note: Note,
    pub(super) key: SpkiDigest,
    pub(super) target: Target,
}

/// A key that every sane rulebook accepts.
pub(super) const P256: KeyKind = KeyKind::Ec(Curve::P256);

impl Kit {
    /// None only if one of the constants below were malformed.
    pub(super) fn new() -> Option<Self> {
        let challenge = Challenge::dns("_dnsauth.www.example.com", RecordType::Txt, "token");
        let company = Company::new("Example Ltd").ok()?;
        Some(Self {
            account: AccountId::new("tom").ok()?,
            applicant: Applicant::new("Tom", "13900000000", "tom@example.com")
                .ok()?
                .for_company(company),
            code: ProductCode::new("a-product").ok()?,
            other_code: ProductCode::new(OTHER_CODE).ok()?,
            single: DomainName::new("www.example.com").ok()?,
            wildcard: DomainName::new("*.example.com").ok()?,
            challenge: Arc::new(challenge.ok()?),
            note: Note::new("a reason").ok()?,
            key: SpkiDigest::of(b"the key"),
            target: Target::new("CDN").ok()?,
        })
    }

    pub(super) const fn product(&self, class: ValidationClass) -> Product {
        Product {
            code: self.code,
            class,
            names: NameKind::Single,
            free: false,
        }
    }

    pub(super) const fn free(&self, class: ValidationClass) -> Product {
        let mut product = self.product(class);
        product.free = true;
        product
    }

    /// An application for a product with a key that the service makes.
    pub(super) fn submission(&self, product: Product) -> Option<Arc<Submission>> {
        let name = match product.names {
            NameKind::Single => &self.single,
            NameKind::Wildcard => &self.wildcard,
        };
        self.package(
            Vec::from([name.clone()]),
            ValidationMethod::Dns,
            KeySource::ServiceMade(P256),
        )
    }

    pub(super) fn package(
        &self,
        names: Vec<DomainName>,
        method: ValidationMethod,
        key: KeySource,
    ) -> Option<Arc<Submission>> {
        Submission::for_package(names, self.applicant.clone(), method, key)
            .ok()
            .map(Arc::new)
    }

    /// So many names.
    pub(super) fn names(count: u16) -> Vec<DomainName> {
        (0..count)
            .filter_map(|number| DomainName::new(&format!("www{number}.example.com")).ok())
            .collect()
    }

    /// A name under a top-level domain.
    pub(super) fn under(top: TopLevel) -> Option<DomainName> {
        DomainName::new(&format!("www.example.{top}")).ok()
    }

    /// A signing request of the holder's.
    pub(super) fn csr(&self, key: KeyKind, hash: SignatureHash) -> CsrFacts {
        CsrFacts::new(
            b"a request",
            key,
            SpkiDigest::of(b"the holder's key"),
            hash,
            Possession::Proved,
        )
        .with_common_name(self.single.as_str())
    }

    /// A signing request whose CN is not among its alternative names.
    pub(super) fn csr_with_other_names(&self) -> CsrFacts {
        Self::names(1)
            .into_iter()
            .fold(self.csr(P256, SignatureHash::Sha256), |csr, name| {
                csr.with_alt_name(SubjectAltName::Dns(name))
            })
    }

    pub(super) fn certificate(
        names: &[DomainName],
        key: SpkiDigest,
        (first, last): (Timestamp, Timestamp),
    ) -> Option<Arc<IssuedCertificate>> {
        let certificate = IssuedCertificate::new(CertificateFacts {
            der: Arc::from(b"a certificate".as_slice()),
            chain: Vec::new(),
            names: names.to_vec(),
            key: P256,
            spki: key,
            validity: Validity::new(first, last).ok()?,
            serial: Serial::new(&[1]).ok()?,
            issuer: Arc::from("CN=A CA"),
        });
        certificate.ok().map(Arc::new)
    }
}

/// The n-th slot of a story.
pub(super) fn slot(number: u64) -> Option<Slot> {
    use crate::model::{InstanceId, OrderId};
    Some(Slot {
        instance: InstanceId::new(&numbered("instance", number)).ok()?,
        order: OrderId::new(number).ok()?,
    })
}

/// The n-th purchase of a story.
pub(super) fn paid(number: u64, payment: Payment) -> Option<Paid> {
    use crate::model::PurchaseId;
    Some(Paid {
        purchase: PurchaseId::new(&numbered("purchase", number)).ok()?,
        payment,
    })
}

pub(super) fn numbered(word: &str, number: u64) -> String {
    format!("{word}-{number}")
}

/// A price in cash.
pub(super) const PRICE: Payment = Payment::cash(100_000, Currency::CNY);
