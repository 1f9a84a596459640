//! A small stage: accounts, plans and several instances, and values that fit a case.

use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Case, Command, Event, Events, Law, Refusal, decide, evolve_instance, evolve_plan,
};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{
    AccountId, Applicant, Application, CertificateFacts, CertificateInstance, Challenge, Company,
    CsrFacts, Curve, DomainName, FactorSearch, FermatSearch, InstanceId, IssuedCertificate,
    KeyKind, KeySource, NameKind, Note, OrderId, Payment, Phase, PlanId, Possession, Product,
    ProductCode, ResourcePlan, RevocationReason, RsaExponent, RsaFacts, Serial, SignatureHash,
    SpkiDigest, Status, Submission, Timestamp, ValidationClass, ValidationMethod, Validity,
};
use cert_lifecycle::rulebook::{Edition, Rulebook};

/// An instant, as the documents write it.
pub fn at(text: &str) -> Timestamp {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A domain name.
pub fn name(text: &str) -> DomainName {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A note.
pub fn note(text: &str) -> Note {
    Note::new(text).unwrap()
}

/// A product of a class and a kind of name.
pub fn product(class: ValidationClass, names: NameKind) -> Product {
    let kind = match names {
        NameKind::Single => "1",
        NameKind::Wildcard => "w",
    };
    Product {
        code: ProductCode::new(&format!("sample-{}-{kind}", class.word())).unwrap(),
        class,
        names,
        free: false,
    }
}

/// A contact, of a company if asked.
pub fn applicant(company: bool) -> Applicant {
    let tom = Applicant::new("Tom", "13900000000", "username@example.com").unwrap();
    if company {
        tom.for_company(Company::new("Example Ltd").unwrap())
    } else {
        tom
    }
}

/// The facts of an RSA key without a flaw, examined as far as the published editions ask.
pub fn sound_rsa() -> RsaFacts {
    RsaFacts {
        exponent: RsaExponent::new(65_537),
        factors: FactorSearch::new(752, None).unwrap(),
        fermat: FermatSearch::new(100, None).unwrap(),
        roca: false,
    }
}

/// A signing request for a name, by a P-256 key that is made of `seed`.
pub fn request(common_name: &str, seed: &str) -> CsrFacts {
    CsrFacts::new(
        format!("request {seed}").as_bytes(),
        KeyKind::Ec(Curve::P256),
        SpkiDigest::of(seed.as_bytes()),
        SignatureHash::Sha256,
        Possession::Proved,
    )
    .with_common_name(common_name)
}

/// An application by `CreateCertificateForPackageRequest` that fits a product.
pub fn application_for(product: Product) -> Arc<Submission> {
    let domain = match product.names {
        NameKind::Single => "www.example.com",
        NameKind::Wildcard => "*.example.com",
    };
    let submission = Submission::for_package(
        vec![name(domain)],
        applicant(product.class != ValidationClass::Dv),
        ValidationMethod::Dns,
        KeySource::ServiceMade(KeyKind::Ec(Curve::P256)),
    );
    Arc::new(submission.unwrap())
}

/// An application by `CreateCertificateWithCsrRequest` for `www.example.com`.
pub fn csr_application(seed: &str) -> Arc<Submission> {
    let csr = request("www.example.com", seed);
    Arc::new(Submission::with_csr(
        csr,
        applicant(false),
        ValidationMethod::Dns,
    ))
}

/// The key that a CA is given for an order: the applicant's own, or one that the service makes.
pub fn key_of(application: &Application) -> SpkiDigest {
    application
        .key()
        .unwrap_or_else(|| SpkiDigest::of(&application.order().get().to_be_bytes()))
}

/// A challenge of a method.
pub fn challenge(method: ValidationMethod) -> Arc<Challenge> {
    let challenge = match method {
        ValidationMethod::Dns => {
            Challenge::dns("_dnsauth.example.com", RecordType::Txt, "2021-token")
        }
        ValidationMethod::File => {
            Challenge::file("www.example.com", "/.well-known/pki-validation/f.txt", "x")
        }
    };
    Arc::new(challenge.unwrap())
}

/// A certificate with the given key, names and validity.
pub fn certificate(
    key: SpkiDigest,
    names: &[DomainName],
    not_before: Timestamp,
    not_after: Timestamp,
) -> Arc<IssuedCertificate> {
    // Stands for the bytes: other facts, other fingerprint.
    let der = format!("{key} {names:?} {not_before} {not_after}");
    let facts = CertificateFacts {
        der: Arc::from(der.as_bytes()),
        chain: Vec::new(),
        names: names.to_vec(),
        key: KeyKind::Ec(Curve::P256),
        spki: key,
        validity: Validity::new(not_before, not_after).unwrap(),
        serial: Serial::new(&key.as_bytes()[..8]).unwrap(),
        issuer: Arc::from("CN=Sample CA"),
    };
    Arc::new(IssuedCertificate::new(facts).unwrap())
}

/// A certificate that fits an order.
pub fn fitting(
    application: &Application,
    not_before: Timestamp,
    not_after: Timestamp,
) -> Arc<IssuedCertificate> {
    certificate(
        key_of(application),
        application.names(),
        not_before,
        not_after,
    )
}

/// The unit counters of a plan, as the documents count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// Units bought.
    pub total: u32,
    /// Units free.
    pub remaining: u32,
    /// Units set aside.
    pub reserved: u32,
    /// Units consumed.
    pub settled: u32,
    /// Certificates ever issued.
    pub issued: u64,
    /// Revocations charged.
    pub revocations: u32,
}

impl Ledger {
    /// Reads a plan.
    pub fn of(plan: &ResourcePlan) -> Self {
        Self {
            total: plan.total(),
            remaining: plan.remaining(),
            reserved: plan.reserved(),
            settled: plan.settled(),
            issued: plan.issued(),
            revocations: plan.revocations(),
        }
    }
}

/// One instance's place on the stage: its ids are known before it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The id that its instance has, or will have.
    pub id: InstanceId,
    /// The id that its order has, or will have.
    pub order: OrderId,
    /// The instance, once there is one.
    pub instance: Option<CertificateInstance>,
}

/// Plans and instances of several accounts, and the journal of all that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The plans; their ids are distinct.
    pub plans: Vec<ResourcePlan>,
    /// The places of instances.
    pub slots: Vec<Slot>,
    /// Every event, in order.
    pub journal: Vec<Event>,
}

impl Scene {
    /// A stage with places for so many instances.
    pub fn new(slots: usize) -> Self {
        let slot = |place: usize| Slot {
            id: InstanceId::new(&format!("instance-{place}")).unwrap(),
            order: OrderId::new(98_987_582_437_920_968 + place as u64).unwrap(),
            instance: None,
        };
        Self {
            plans: Vec::new(),
            slots: (0..slots).map(slot).collect(),
            journal: Vec::new(),
        }
    }

    /// What a decision by `account` looks at.
    pub fn case(&self, account: AccountId, slot: usize, plan: Option<usize>) -> Case<'_> {
        Case {
            account,
            instance: self.slots[slot].instance.as_ref(),
            plan: plan.and_then(|place| self.plans.get(place)),
            ..Case::new(account)
        }
    }

    /// Folds events into the streams that they name.
    pub fn fold(&mut self, events: &[Event]) {
        for event in events {
            match event {
                Event::Instance { id, event } => {
                    let slot = self.slots.iter_mut().find(|slot| slot.id == *id).unwrap();
                    evolve_instance(&mut slot.instance, *id, event);
                }
                Event::Plan { id, event } => {
                    let known = self.plans.iter().position(|plan| plan.id() == *id);
                    let mut state = known.map(|place| self.plans[place].clone());
                    evolve_plan(&mut state, *id, event);
                    match (known, state) {
                        (Some(place), Some(plan)) => self.plans[place] = plan,
                        (None, Some(plan)) => self.plans.push(plan),
                        (_, None) => {}
                    }
                }
                // Scenes are of plans and what is applied for with them.
                Event::Chain { .. } | Event::Purchase { .. } => {}
            }
            self.journal.push(event.clone());
        }
    }
}

/// A straight story for examples: one account, one plan, one edition unless said otherwise.
pub struct Story<'a> {
    /// What there is.
    pub scene: Scene,
    /// What judges it.
    pub law: Law<'a>,
    /// Who acts.
    pub account: AccountId,
    /// What is bought.
    pub product: Product,
}

impl<'a> Story<'a> {
    /// A story in which `units` of a DV product were bought.
    pub fn new(book: &'a Rulebook, edition: &'a Edition, units: u32) -> Self {
        let dv = product(ValidationClass::Dv, NameKind::Single);
        Self::of(book, edition, dv, units)
    }

    /// A story in which `units` of a product were bought, a second before everything else.
    pub fn of(book: &'a Rulebook, edition: &'a Edition, product: Product, units: u32) -> Self {
        let mut story = Self {
            scene: Scene::new(4),
            law: Law::single(edition, book.ceilings()),
            account: AccountId::new("1234567890").unwrap(),
            product,
        };
        let buy = Command::BuyPlan {
            plan: PlanId::new("plan").unwrap(),
            product,
            count: NonZeroU32::new(units).unwrap(),
            payment: Payment::NONE,
        };
        story.tell(0, &buy, at("2019-01-01T00:00:00Z"));
        story
    }

    /// What the next decision about an instance looks at.
    pub fn case(&self, slot: usize) -> Case<'_> {
        let plan = (!self.scene.plans.is_empty()).then_some(0);
        self.scene.case(self.account, slot, plan)
    }

    /// A command that is granted.
    pub fn tell(&mut self, slot: usize, command: &Command, now: Timestamp) -> Events {
        let events = decide(&self.case(slot), command, now, &self.law)
            .unwrap_or_else(|refusal| panic!("{now}: {refusal}"));
        self.scene.fold(&events);
        events
    }

    /// A command that is refused; nothing changes.
    pub fn refused(&self, slot: usize, command: &Command, now: Timestamp) -> Refusal {
        match decide(&self.case(slot), command, now, &self.law) {
            Ok(events) => panic!("{now}: {:?} was granted: {events:?}", command.kind()),
            Err(refusal) => refusal,
        }
    }

    /// The command that submits an application in a place.
    pub fn submission(&self, slot: usize, submission: Arc<Submission>) -> Command {
        Command::Submit {
            instance: self.scene.slots[slot].id,
            order: self.scene.slots[slot].order,
            submission,
        }
    }

    /// Submits an application that fits.
    pub fn submit(&mut self, slot: usize, now: Timestamp) -> Events {
        let command = self.submission(slot, application_for(self.product));
        self.tell(slot, &command, now)
    }

    /// The CA says how to prove the domain.
    pub fn challenge(&mut self, slot: usize, now: Timestamp) -> Events {
        let command = self.challenge_command(slot);
        self.tell(slot, &command, now)
    }

    /// The command of a challenge that fits.
    pub fn challenge_command(&self, slot: usize) -> Command {
        let application = self.instance(slot).application().unwrap();
        Command::ReceiveChallenge {
            challenge: challenge(application.submission().method()),
            key: key_of(application),
        }
    }

    /// Submits, and brings the order to the CA's review.
    pub fn review(&mut self, slot: usize, now: Timestamp) {
        self.submit(slot, now);
        self.challenge(slot, now);
        self.tell(slot, &Command::ConfirmDomain, now);
    }

    /// An approval that fits, of a certificate that begins now and ends with `not_after`.
    pub fn approval(&self, slot: usize, now: Timestamp, not_after: Timestamp) -> Command {
        let application = self.instance(slot).application().unwrap();
        Command::Approve {
            certificate: fitting(application, now, not_after),
        }
    }

    /// Brings a certificate into being, issued at `now` and valid for a year.
    pub fn issue(&mut self, slot: usize, now: Timestamp) {
        self.issue_until(slot, now, now.saturating_add(365 * 86_400 - 1));
    }

    /// Brings a certificate into being, issued at `now` and valid through `not_after`.
    pub fn issue_until(&mut self, slot: usize, now: Timestamp, not_after: Timestamp) {
        self.review(slot, now);
        let approve = self.approval(slot, now, not_after);
        self.tell(slot, &approve, now);
    }

    /// Requests a revocation at one instant and has the CA complete it at another.
    pub fn revoke(&mut self, slot: usize, requested: Timestamp, completed: Timestamp) {
        let request = Command::RequestRevocation {
            reason: RevocationReason::Superseded,
        };
        self.tell(slot, &request, requested);
        if self.status(slot, requested) == Some(Status::RevocationToConfirm) {
            self.tell(slot, &Command::ConfirmRevocation, requested);
        }
        self.tell(
            slot,
            &Command::CompleteRevocation { at: Timestamp::MAX },
            completed,
        );
        assert!(matches!(self.instance(slot).phase(), Phase::Revoked { .. }));
    }

    /// An instance that exists.
    pub fn instance(&self, slot: usize) -> &CertificateInstance {
        self.scene.slots[slot].instance.as_ref().unwrap()
    }

    /// What an owner sees.
    pub fn status(&self, slot: usize, now: Timestamp) -> Option<Status> {
        let instance = self.scene.slots[slot].instance.as_ref()?;
        cert_lifecycle::lifecycle::status(&Case::of(instance), now, self.law.conduct)
    }

    /// The plan's counters.
    pub fn ledger(&self) -> Ledger {
        Ledger::of(&self.scene.plans[0])
    }

    /// The plan's counters in one line: remaining, reserved, settled.
    pub fn units(&self) -> [u32; 3] {
        let Ledger {
            remaining,
            reserved,
            settled,
            ..
        } = self.ledger();
        [remaining, reserved, settled]
    }
}
