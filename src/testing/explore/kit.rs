//! The values that a small world is made of: everything that its states need not keep.

use std::format;
use std::sync::Arc;
use std::vec::Vec;

use crate::model::challenge::RecordType;
use crate::model::{
    AccountId, Applicant, CertificateFacts, ChainId, Challenge, Company, Currency, Curve,
    DomainName, Fingerprint, InstanceId, IssuedCertificate, KeyKind, KeySource, NameKind, Note,
    OrderId, Payment, PlanId, Product, ProductCode, PurchaseId, Serial, SpkiDigest, Submission,
    Target, Timestamp, ValidationClass, ValidationMethod, Validity,
};

use super::super::timeline::Laws;

/// How many of a kind a world has at most: their numbers are single digits, so that the order of
/// their ids is that of their births.
pub(super) const MOST: u8 = 9;
/// How many orders.
pub(super) const MOST_ORDERS: u8 = 63;

const KEY: KeyKind = KeyKind::Ec(Curve::P256);

/// What belongs to a number.
#[derive(Clone, Debug)]
struct Numbered {
    instance: InstanceId,
    plan: PlanId,
    purchase: PurchaseId,
    chain: ChainId,
}

/// What belongs to an order.
#[derive(Clone, Debug)]
pub(super) struct OfOrder {
    pub(super) id: OrderId,
    /// The key that it is applied for with.
    pub(super) key: SpkiDigest,
    /// Its certificate's bytes, and their digest.
    der: Arc<[u8]>,
    pub(super) fingerprint: Fingerprint,
    serial: Serial,
}

#[derive(Clone, Debug)]
pub(super) struct Kit {
    pub(super) account: AccountId,
    pub(super) product: Product,
    pub(super) payment: Payment,
    pub(super) submission: Arc<Submission>,
    pub(super) names: Arc<[DomainName]>,
    pub(super) challenge: Arc<Challenge>,
    pub(super) note: Note,
    pub(super) target: Target,
    numbered: Vec<Numbered>,
    orders: Vec<OfOrder>,
    issuer: Arc<str>,
}

impl Kit {
    /// None only if one of the constants below were malformed.
    pub(super) fn new(class: ValidationClass, laws: &Laws) -> Option<Self> {
        let name = DomainName::new("www.example.com").ok()?;
        let applicant = Applicant::new("Tom", "13900000000", "tom@example.com")
            .ok()?
            .for_company(Company::new("Example Ltd").ok()?);
        let submission = Submission::for_package(
            Vec::from([name]),
            applicant,
            ValidationMethod::Dns,
            KeySource::ServiceMade(KEY),
        )
        .ok()?;
        let target = laws
            .editions()
            .iter()
            .find_map(|edition| edition.targets().value.as_slice().first().copied());
        let numbered = (0..=MOST).map(|n| {
            Some(Numbered {
                instance: InstanceId::new(&format!("instance-{n}")).ok()?,
                plan: PlanId::new(&format!("plan-{n}")).ok()?,
                purchase: PurchaseId::new(&format!("purchase-{n}")).ok()?,
                chain: ChainId::new(&format!("chain-{n}")).ok()?,
            })
        });
        let orders = (0..=MOST_ORDERS).map(|n| {
            let der: Arc<[u8]> = Arc::from(format!("certificate of order {n}").as_bytes());
            Some(OfOrder {
                // No order has the number 0.
                id: OrderId::new(u64::from(n.max(1))).ok()?,
                key: SpkiDigest::of(format!("key of order {n}").as_bytes()),
                fingerprint: Fingerprint::of(&der),
                der,
                serial: Serial::new(&[n.max(1)]).ok()?,
            })
        });
        Some(Self {
            account: AccountId::new("tom").ok()?,
            product: Product {
                code: ProductCode::new("a-product").ok()?,
                class,
                names: NameKind::Single,
                free: false,
            },
            payment: Payment::cash(10_000, Currency::CNY),
            names: submission.shared_names().clone(),
            submission: Arc::new(submission),
            challenge: Arc::new(
                Challenge::dns("_dnsauth.www.example.com", RecordType::Txt, "token").ok()?,
            ),
            note: Note::new("a reason").ok()?,
            target: target.or_else(|| Target::new("CDN").ok())?,
            numbered: numbered.collect::<Option<_>>()?,
            orders: orders.collect::<Option<_>>()?,
            issuer: Arc::from("CN=A CA"),
        })
    }

    fn numbered(&self, number: u8) -> Option<&Numbered> {
        self.numbered
            .get(usize::from(number))
            .filter(|_| number > 0)
    }

    pub(super) fn instance(&self, number: u8) -> Option<InstanceId> {
        self.numbered(number).map(|own| own.instance)
    }

    pub(super) fn plan(&self, number: u8) -> Option<PlanId> {
        self.numbered(number).map(|own| own.plan)
    }

    pub(super) fn purchase(&self, number: u8) -> Option<PurchaseId> {
        self.numbered(number).map(|own| own.purchase)
    }

    pub(super) fn chain(&self, number: u8) -> Option<ChainId> {
        self.numbered(number).map(|own| own.chain)
    }

    pub(super) fn order(&self, number: u8) -> Option<&OfOrder> {
        self.orders.get(usize::from(number)).filter(|_| number > 0)
    }

    /// The certificate of an order.
    pub(super) fn certificate(
        &self,
        order: u8,
        first: Timestamp,
        last: Timestamp,
    ) -> Option<Arc<IssuedCertificate>> {
        let of = self.order(order)?;
        let facts = CertificateFacts {
            der: of.der.clone(),
            chain: Vec::new(),
            names: self.names.to_vec(),
            key: KEY,
            spki: of.key,
            validity: Validity::new(first, last).ok()?,
            serial: of.serial,
            issuer: self.issuer.clone(),
        };
        let certificate = IssuedCertificate::fingerprinted(facts, of.fingerprint);
        certificate.ok().map(Arc::new)
    }
}

/// The number in an id of the kit.
pub(super) fn number(id: &str) -> u8 {
    let last = id.as_bytes().last().copied().unwrap_or_default();
    last.wrapping_sub(b'0')
}

/// The number of an order of the kit; 0 for one that is not of it.
pub(super) fn order_number(order: OrderId) -> u8 {
    u8::try_from(order.get())
        .ok()
        .filter(|number| *number <= MOST_ORDERS)
        .unwrap_or_default()
}
