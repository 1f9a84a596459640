//! A value of every type, with every optional field there and absent, and every kind of value inside.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Applied, Bought, ChainEvent, Effect, Event, InstanceEvent, Linked, Notice, Opened, PaidFor,
    PlanEvent, PurchaseEvent, Receipt, ReturnCause, Submitted, UploadedHere,
};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{
    AccountId, Applicant, CertificateFacts, ChainId, Challenge, Company, CsrFacts, Currency, Curve,
    Digest, EditionKey, FactorSearch, FermatSearch, Fingerprint, Hold, HoldState, InstanceId,
    IssuedCertificate, KeyKind, KeySource, NameKind, OrderId, Origin, Payment, Pin, PlanId,
    Possession, Product, ProductCode, PurchaseId, PurchaseKind, Renewed, RevocationCause,
    RevocationReason, RsaExponent, RsaFacts, Serial, SignatureHash, SpkiDigest, Status,
    SubjectAltName, Submission, Target, Timestamp, ValidationClass, ValidationMethod, Validity,
};
use cert_lifecycle::rulebook::RuleId;

use crate::support::scene::{at, name, note};

/// What must never stand in an error.
pub const PERSONAL: [&str; 6] = [
    "Wang Xiaoming",
    "王小明",
    "139-0000",
    "+86",
    "Ming.Wang",
    "Example.Cn",
];

/// Every field that may be absent: of a type, or wherever a path ends so.
pub const OPTIONAL: [(Option<&str>, &str); 14] = [
    (Some("chain.linked"), ".submission"),
    (Some("instance.applied"), ".key"),
    (Some("instance.deployed"), ".domain"),
    (Some("instance.opened"), ".chain"),
    (Some("instance.opened"), ".renewed"),
    (Some("instance.submitted"), ".key"),
    (Some("instance.submitted"), ".renewed"),
    (Some("purchase.paid"), ".chain"),
    (Some("receipt"), ".status"),
    (None, ".applicant.company"),
    (None, ".csr.rsa"),
    (None, ".factors.found"),
    (None, ".fermat.split"),
    (None, ".renewed.carries"),
];

/// Whether a field of a type may be absent.
pub fn optional(tag: &str, path: &str) -> bool {
    OPTIONAL.iter().any(|(of, field)| match of {
        Some(of) => *of == tag && *field == path,
        None => path.ends_with(field),
    })
}

/// Every type of event. A new variant has no arm in [`event_tag`]: give it one, and a line here.
pub const EVENT_TAGS: [&str; 41] = [
    "chain.linked",
    "chain.member-begun",
    "chain.member-cancelled",
    "instance.absorbed",
    "instance.applied",
    "instance.cancelled",
    "instance.chain-joined",
    "instance.challenge-received",
    "instance.closed",
    "instance.deleted",
    "instance.deployed",
    "instance.domain-confirmed",
    "instance.expiry-announced",
    "instance.issued",
    "instance.merged",
    "instance.opened",
    "instance.orphan-issued",
    "instance.rejected",
    "instance.revocation-confirmed",
    "instance.revocation-refused",
    "instance.revocation-requested",
    "instance.revoked",
    "instance.submitted",
    "instance.undeployed",
    "instance.uploaded",
    "instance.withdrawn",
    "plan.bought",
    "plan.certificate-issued",
    "plan.refunded",
    "plan.reserved",
    "plan.returned",
    "plan.revocation-charged",
    "plan.revocation-given-back",
    "plan.settled",
    "purchase.paid",
    "purchase.refund-cancelled",
    "purchase.refund-claimed",
    "purchase.refund-refused",
    "purchase.refunded",
    "purchase.revocation-charged",
    "purchase.revocation-given-back",
];

/// The tag of an event, by hand.
pub fn event_tag(event: &Event) -> &'static str {
    match event {
        Event::Instance { event, .. } => match event {
            InstanceEvent::Submitted(_) => "instance.submitted",
            InstanceEvent::Opened(_) => "instance.opened",
            InstanceEvent::Applied(_) => "instance.applied",
            InstanceEvent::Uploaded(_) => "instance.uploaded",
            InstanceEvent::Closed { .. } => "instance.closed",
            InstanceEvent::Merged { .. } => "instance.merged",
            InstanceEvent::Absorbed { .. } => "instance.absorbed",
            InstanceEvent::ChainJoined { .. } => "instance.chain-joined",
            InstanceEvent::Deployed { .. } => "instance.deployed",
            InstanceEvent::Undeployed { .. } => "instance.undeployed",
            InstanceEvent::ChallengeReceived { .. } => "instance.challenge-received",
            InstanceEvent::DomainConfirmed { .. } => "instance.domain-confirmed",
            InstanceEvent::Issued { .. } => "instance.issued",
            InstanceEvent::Rejected { .. } => "instance.rejected",
            InstanceEvent::Withdrawn { .. } => "instance.withdrawn",
            InstanceEvent::Deleted { .. } => "instance.deleted",
            InstanceEvent::Cancelled { .. } => "instance.cancelled",
            InstanceEvent::RevocationRequested { .. } => "instance.revocation-requested",
            InstanceEvent::RevocationConfirmed { .. } => "instance.revocation-confirmed",
            InstanceEvent::Revoked { .. } => "instance.revoked",
            InstanceEvent::RevocationRefused { .. } => "instance.revocation-refused",
            InstanceEvent::ExpiryAnnounced { .. } => "instance.expiry-announced",
            InstanceEvent::OrphanIssued { .. } => "instance.orphan-issued",
        },
        Event::Plan { event, .. } => match event {
            PlanEvent::Bought(_) => "plan.bought",
            PlanEvent::Reserved { .. } => "plan.reserved",
            PlanEvent::Settled { .. } => "plan.settled",
            PlanEvent::Returned { .. } => "plan.returned",
            PlanEvent::CertificateIssued { .. } => "plan.certificate-issued",
            PlanEvent::RevocationCharged { .. } => "plan.revocation-charged",
            PlanEvent::RevocationGivenBack { .. } => "plan.revocation-given-back",
            PlanEvent::Refunded { .. } => "plan.refunded",
        },
        Event::Chain { event, .. } => match event {
            ChainEvent::Linked(_) => "chain.linked",
            ChainEvent::MemberBegun { .. } => "chain.member-begun",
            ChainEvent::MemberCancelled { .. } => "chain.member-cancelled",
        },
        Event::Purchase { event, .. } => match event {
            PurchaseEvent::Paid(_) => "purchase.paid",
            PurchaseEvent::RevocationCharged { .. } => "purchase.revocation-charged",
            PurchaseEvent::RevocationGivenBack { .. } => "purchase.revocation-given-back",
            PurchaseEvent::RefundClaimed { .. } => "purchase.refund-claimed",
            PurchaseEvent::RefundCancelled { .. } => "purchase.refund-cancelled",
            PurchaseEvent::RefundRefused { .. } => "purchase.refund-refused",
            PurchaseEvent::Refunded { .. } => "purchase.refunded",
        },
    }
}

/// Every type of effect, as [`EVENT_TAGS`].
pub const EFFECT_TAGS: [&str; 10] = [
    "effect.cancel-at-ca",
    "effect.deploy",
    "effect.destroy-key",
    "effect.notify",
    "effect.pay-back",
    "effect.pay-plan-back",
    "effect.request-issuance",
    "effect.revoke-at-ca",
    "effect.revoke-orphan",
    "effect.undeploy",
];

/// The tag of an effect, by hand.
pub fn effect_tag(effect: &Effect) -> &'static str {
    match effect {
        Effect::RequestIssuance { .. } => "effect.request-issuance",
        Effect::CancelAtCa { .. } => "effect.cancel-at-ca",
        Effect::RevokeAtCa { .. } => "effect.revoke-at-ca",
        Effect::RevokeOrphan { .. } => "effect.revoke-orphan",
        Effect::DestroyKey { .. } => "effect.destroy-key",
        Effect::Deploy { .. } => "effect.deploy",
        Effect::Undeploy { .. } => "effect.undeploy",
        Effect::PayBack { .. } => "effect.pay-back",
        Effect::PayPlanBack { .. } => "effect.pay-plan-back",
        Effect::Notify { .. } => "effect.notify",
    }
}

fn account() -> AccountId {
    AccountId::new("1000000001").unwrap()
}

fn instance(number: u8) -> InstanceId {
    InstanceId::new(&format!("cas-instance-{number}")).unwrap()
}

fn plan() -> PlanId {
    PlanId::new("plan-1").unwrap()
}

fn chain() -> ChainId {
    ChainId::new("chain-1").unwrap()
}

fn purchase() -> PurchaseId {
    PurchaseId::new("purchase-1").unwrap()
}

/// Beyond what a double can hold.
fn order() -> OrderId {
    OrderId::new(98_987_582_437_920_969).unwrap()
}

fn target() -> Target {
    Target::new("CDN").unwrap()
}

fn when() -> Timestamp {
    at("2021-03-31T23:59:59+08:00")
}

fn pin() -> Pin {
    Pin {
        edition: EditionKey::new("2021-02-api").unwrap(),
        digest: Digest::of(b"an edition"),
    }
}

fn product(class: ValidationClass, names: NameKind, free: bool) -> Product {
    Product {
        code: ProductCode::new("symantec-dv-1-starter").unwrap(),
        class,
        names,
        free,
    }
}

fn dv() -> Product {
    product(ValidationClass::Dv, NameKind::Single, false)
}

fn payment() -> Payment {
    Payment {
        cash: 150_000,
        voucher: 5_000,
        currency: Currency::CNY,
        add_on: true,
    }
}

fn contact(company: bool) -> Applicant {
    let contact = Applicant::new(
        "Wang Xiaoming 王小明",
        "+86 139-0000-0000",
        "Ming.Wang@Example.Cn",
    )
    .unwrap();
    if company {
        contact.for_company(Company::new("Beispiel \"Große\" GmbH\\Co").unwrap())
    } else {
        contact
    }
}

fn csr(key: KeyKind, rsa: Option<RsaFacts>) -> CsrFacts {
    let facts = CsrFacts::new(
        &[0x30, 0x82, 0x01, 0xff],
        key,
        SpkiDigest::of(b"a key"),
        SignatureHash::Sha256,
        Possession::Proved,
    );
    match rsa {
        Some(rsa) => facts.with_rsa(rsa),
        None => facts,
    }
}

/// A request with everything that can stand in one.
fn crowded_csr() -> CsrFacts {
    csr(
        KeyKind::Rsa { bits: 2_048 },
        Some(RsaFacts {
            exponent: RsaExponent::large(65, true).unwrap(),
            factors: FactorSearch::new(752, Some(3)).unwrap(),
            fermat: FermatSearch::new(100, Some(7)).unwrap(),
            roca: true,
        }),
    )
    .with_common_name("WWW.Example.com")
    .with_common_name("a\0b")
    .with_alt_name(SubjectAltName::Dns(name("*.example.com")))
    .with_alt_name(SubjectAltName::InvalidDns("not a\tname".into()))
    .with_alt_name(SubjectAltName::InvalidDns("\0".into()))
    .with_alt_name(SubjectAltName::Other)
    .with_extension("2.5.29.17")
    .with_must_staple()
}

/// Signing requests with every kind of key, hash and proof.
fn csrs() -> Vec<CsrFacts> {
    let sound = RsaFacts {
        exponent: RsaExponent::new(65_537),
        factors: FactorSearch::new(752, None).unwrap(),
        fermat: FermatSearch::new(100, None).unwrap(),
        roca: false,
    };
    let mut all = vec![
        crowded_csr(),
        csr(KeyKind::Rsa { bits: 4_096 }, Some(sound)),
    ];
    let kinds = [
        KeyKind::Ec(Curve::P256),
        KeyKind::Ec(Curve::P384),
        KeyKind::Ec(Curve::P521),
        KeyKind::Ec(Curve::Other),
        KeyKind::Ed25519,
        KeyKind::Other,
    ];
    let hashes = [
        SignatureHash::Md5,
        SignatureHash::Sha1,
        SignatureHash::Sha384,
        SignatureHash::Sha512,
        SignatureHash::Intrinsic,
        SignatureHash::Other,
    ];
    let proofs = [Possession::Failed, Possession::Unchecked];
    for (place, (key, hash)) in kinds.into_iter().zip(hashes).enumerate() {
        let proof = proofs[place % proofs.len()];
        let facts = CsrFacts::new(b"", key, SpkiDigest::of(b"a key"), hash, proof);
        all.push(facts.with_common_name("www.example.com"));
    }
    all
}

fn submission() -> Arc<Submission> {
    let names = vec![name("www.example.com"), name("*.example.com")];
    let key = KeySource::ServiceMade(KeyKind::Rsa { bits: 2_048 });
    let made = Submission::for_package(names, contact(true), ValidationMethod::Dns, key);
    Arc::new(made.unwrap())
}

/// Submissions by every operation, with every kind of key.
fn submissions() -> Vec<Arc<Submission>> {
    let own = KeySource::Own(Arc::new(crowded_csr()));
    let package = Submission::for_package(Vec::new(), contact(false), ValidationMethod::File, own);
    let request = Submission::request(
        name("xn--bcher-kva.example"),
        contact(false),
        ValidationMethod::File,
        KeyKind::Ec(Curve::P256),
    );
    let with_csr = csrs()
        .into_iter()
        .map(|csr| Submission::with_csr(csr, contact(false), ValidationMethod::Dns));
    let others = [package.unwrap(), request].into_iter().chain(with_csr);
    let mut all = vec![submission()];
    all.extend(others.map(Arc::new));
    all
}

/// A certificate.
pub fn issued() -> IssuedCertificate {
    IssuedCertificate::new(CertificateFacts {
        der: Arc::from([0x30, 0x03, 0x02, 0x01, 0x07].as_slice()),
        chain: vec![Arc::from([0x30, 0x00].as_slice()), Arc::from([].as_slice())],
        names: vec![name("www.example.com"), name("*.example.com")],
        key: KeyKind::Ec(Curve::P256),
        spki: SpkiDigest::of(b"a key"),
        validity: Validity::new(at("2021-03-31T00:00:00Z"), at("2022-03-31T23:59:59Z")).unwrap(),
        serial: Serial::new(&[0x0a, 0xbc]).unwrap(),
        issuer: "CN=Sample \"R3\",O=Größe".into(),
    })
    .unwrap()
}

/// An event about a certificate with these facts.
pub fn issuance(facts: CertificateFacts) -> Event {
    let certificate = Arc::new(IssuedCertificate::new(facts).unwrap());
    Event::Instance {
        id: instance(1),
        event: InstanceEvent::Issued {
            certificate,
            at: when(),
        },
    }
}

fn origins() -> Vec<Origin> {
    let hold = |state| {
        Origin::Plan(Hold {
            plan: plan(),
            state,
        })
    };
    vec![
        hold(HoldState::Reserved),
        hold(HoldState::Settled),
        hold(HoldState::Returned),
        Origin::Purchase(purchase()),
        Origin::Uploaded,
    ]
}

/// Every event.
pub fn events() -> Vec<Event> {
    let mut all = Vec::new();
    all.extend(instance_events().into_iter().map(|event| Event::Instance {
        id: instance(1),
        event,
    }));
    let plan_event = |event| Event::Plan { id: plan(), event };
    all.extend(plan_events().into_iter().map(plan_event));
    let chain_event = |event| Event::Chain { id: chain(), event };
    all.extend(chain_events().into_iter().map(chain_event));
    let purchase_event = |event| Event::Purchase {
        id: purchase(),
        event,
    };
    all.extend(purchase_events().into_iter().map(purchase_event));
    all
}

/// Instants in years that RFC 3339 has no form for, its first and last second, and the epoch.
fn instants() -> [Timestamp; 5] {
    [
        at("-9999-01-01T00:00:00Z"),
        at("-0001-12-31T23:59:59Z"),
        at("0000-01-01T00:00:00Z"),
        at("1970-01-01T00:00:00Z"),
        at("9999-12-31T23:59:59Z"),
    ]
}

fn instance_events() -> Vec<InstanceEvent> {
    let (order, at) = (order(), when());
    let mut all = Vec::new();
    for (place, submission) in submissions().into_iter().enumerate() {
        let first = place == 0;
        all.push(InstanceEvent::Submitted(Box::new(Submitted {
            account: account(),
            product: product(ValidationClass::Ov, NameKind::Wildcard, !first),
            origin: origins()[place % 5],
            renewed: (place < 2).then(|| Renewed {
                from: instance(9),
                carries: first.then_some(at),
            }),
            order,
            names: submission.names().into(),
            submission,
            key: first.then(|| SpkiDigest::of(b"a key")),
            pin: pin(),
            verify: first,
            at,
        })));
    }
    for (place, origin) in origins().into_iter().enumerate() {
        let first = place == 0;
        all.push(InstanceEvent::Opened(Box::new(Opened {
            account: account(),
            product: product(ValidationClass::Ev, NameKind::Single, first),
            origin,
            order,
            chain: first.then(chain),
            waits: first,
            renewed: first.then(|| Renewed {
                from: instance(9),
                carries: None,
            }),
            at,
        })));
    }
    for (place, submission) in [submission(), submission()].into_iter().enumerate() {
        let first = place == 0;
        all.push(InstanceEvent::Applied(Box::new(Applied {
            order,
            names: submission.names().into(),
            submission,
            key: first.then(|| SpkiDigest::of(b"a key")),
            pin: pin(),
            verify: first,
            settles: !first,
            automatic: first,
            unacceptable: !first,
            at,
        })));
    }
    let certificate = Arc::new(issued());
    all.push(InstanceEvent::Uploaded(Box::new(UploadedHere {
        account: account(),
        product: dv(),
        order,
        name: note("the old one, 2020 年"),
        certificate: certificate.clone(),
        at,
    })));
    all.extend([
        InstanceEvent::Closed { at },
        InstanceEvent::Merged {
            into: instance(2),
            at,
        },
        InstanceEvent::Absorbed {
            instance: instance(2),
            at,
        },
        InstanceEvent::ChainJoined { chain: chain(), at },
        InstanceEvent::Deployed {
            target: target(),
            domain: Some(name("cdn.example.com")),
            at,
        },
        InstanceEvent::Deployed {
            target: target(),
            domain: None,
            at,
        },
        InstanceEvent::Undeployed {
            target: target(),
            at,
        },
    ]);
    let challenges = [
        Challenge::dns("_dnsauth.example.com", RecordType::Txt, "a \"token\""),
        Challenge::dns("_dnsauth.example.com", RecordType::Cname, "ca.example"),
        Challenge::file("example.com", "/.well-known/pki-validation/f.txt", "x"),
    ];
    all.extend(
        challenges.map(|challenge| InstanceEvent::ChallengeReceived {
            challenge: Arc::new(challenge.unwrap()),
            key: SpkiDigest::of(b"a key"),
            at,
        }),
    );
    all.extend(instants().map(|at| InstanceEvent::DomainConfirmed { at }));
    all.extend([
        InstanceEvent::Issued { certificate, at },
        InstanceEvent::Rejected {
            reason: note("organisation not found: \"Große\""),
            at,
        },
        InstanceEvent::Withdrawn { at },
        InstanceEvent::Deleted { at },
        InstanceEvent::Cancelled { at },
    ]);
    for (place, reason) in RevocationReason::ALL.into_iter().enumerate() {
        let confirm = place % 2 == 0;
        all.push(InstanceEvent::RevocationRequested {
            reason,
            confirm,
            at,
        });
    }
    all.extend([
        InstanceEvent::RevocationConfirmed { at },
        InstanceEvent::Revoked {
            cause: RevocationCause::ByHolder,
            reason: RevocationReason::Superseded,
            unit_returned: true,
            at,
        },
        InstanceEvent::Revoked {
            cause: RevocationCause::ByCa,
            reason: RevocationReason::KeyCompromise,
            unit_returned: false,
            at,
        },
        InstanceEvent::RevocationRefused {
            reason: note("no"),
            at,
        },
        InstanceEvent::ExpiryAnnounced { at },
        InstanceEvent::OrphanIssued {
            order,
            fingerprint: Fingerprint::of(b"a certificate"),
            serial: Serial::new(&[0x7f; 20]).unwrap(),
            at,
        },
    ]);
    all
}

fn plan_events() -> Vec<PlanEvent> {
    let (order, at) = (order(), when());
    let bought = |payment| {
        PlanEvent::Bought(Box::new(Bought {
            account: account(),
            product: dv(),
            count: 20,
            payment,
            pin: pin(),
            at,
        }))
    };
    let most = Payment {
        cash: u64::MAX,
        voucher: u64::MAX,
        currency: Currency::new("usd").unwrap(),
        add_on: false,
    };
    vec![
        bought(payment()),
        bought(most),
        PlanEvent::Reserved { order, at },
        PlanEvent::Settled {
            order,
            was_reserved: true,
            at,
        },
        PlanEvent::Settled {
            order,
            was_reserved: false,
            at,
        },
        PlanEvent::Returned {
            order,
            was_settled: true,
            cause: ReturnCause::RevokedInWindow,
            at,
        },
        PlanEvent::Returned {
            order,
            was_settled: false,
            cause: ReturnCause::OrderEnded,
            at,
        },
        PlanEvent::CertificateIssued { order, at },
        PlanEvent::RevocationCharged { order, at },
        PlanEvent::RevocationGivenBack { order, at },
        PlanEvent::Refunded { cash: 150_000, at },
    ]
}

fn chain_events() -> Vec<ChainEvent> {
    let at = when();
    let linked = |waiting: Vec<InstanceId>, submission| {
        ChainEvent::Linked(Box::new(Linked {
            account: account(),
            product: dv(),
            purchase: purchase(),
            pin: pin(),
            first: instance(1),
            waiting: waiting.into(),
            submission,
            at,
        }))
    };
    let instance = instance(2);
    vec![
        linked(vec![instance, self::instance(3)], Some(submission())),
        linked(Vec::new(), None),
        ChainEvent::MemberBegun { instance, at },
        ChainEvent::MemberCancelled { instance, at },
    ]
}

fn purchase_events() -> Vec<PurchaseEvent> {
    let (order, at) = (order(), when());
    let paid = |kind, chain| {
        PurchaseEvent::Paid(Box::new(PaidFor {
            account: account(),
            product: dv(),
            kind,
            payment: payment(),
            pin: pin(),
            first: instance(1),
            chain,
            count: 3,
            at,
        }))
    };
    vec![
        paid(PurchaseKind::New, Some(chain())),
        paid(PurchaseKind::Renewal, None),
        paid(PurchaseKind::Hosting, Some(chain())),
        PurchaseEvent::RevocationCharged { order, at },
        PurchaseEvent::RevocationGivenBack { order, at },
        PurchaseEvent::RefundClaimed { at },
        PurchaseEvent::RefundCancelled { at },
        PurchaseEvent::RefundRefused {
            reason: note("too late"),
            at,
        },
        PurchaseEvent::Refunded { cash: 0, at },
    ]
}

/// Every effect.
pub fn effects() -> Vec<Effect> {
    let (order, target) = (order(), target());
    let (instance, serial) = (instance(1), Serial::new(&[7]).unwrap());
    let notices = [
        Notice::ValidationFailed,
        Notice::Issued,
        Notice::PendingExpiration,
        Notice::SupportNeeded,
        Notice::Revoked,
        Notice::RevocationRefused,
    ];
    let mut all = vec![
        Effect::RequestIssuance { order },
        Effect::CancelAtCa { order },
        Effect::RevokeAtCa {
            order,
            serial,
            reason: RevocationReason::CessationOfOperation,
        },
        Effect::RevokeOrphan {
            order,
            serial,
            fingerprint: Fingerprint::of(b"a certificate"),
        },
        Effect::DestroyKey { order },
        Effect::Deploy { order, target },
        Effect::Undeploy { order, target },
        Effect::PayBack {
            purchase: purchase(),
            cash: 150_000,
        },
        Effect::PayPlanBack {
            plan: plan(),
            cash: u64::MAX,
        },
    ];
    all.extend(notices.map(|notice| Effect::Notify { instance, notice }));
    all
}

/// Receipts: with nothing in them, with every status, with several events.
pub fn receipts() -> Vec<Receipt> {
    let edition = EditionKey::new("2021-02-api").unwrap();
    let with = |events, rules, status| Receipt {
        events,
        rules,
        at: when(),
        edition,
        status,
    };
    let mut all = vec![with(Vec::new(), Vec::new(), None)];
    all.extend(Status::ALL.map(|status| with(Vec::new(), vec![RuleId::R25], Some(status))));
    let events = [&events()[..1], &[issuance(issued().facts().clone())]].concat();
    let rules = vec![
        RuleId::R27,
        RuleId::new(b'Z', u16::MAX),
        RuleId::new(b'4', 1),
    ];
    all.push(with(events, rules, Some(Status::Issued)));
    all
}
