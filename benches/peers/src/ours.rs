//! The library: `decide` and `evolve` with full reasons.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Case, Command, Event, Events, Law, Refusal, RefusalKind, decide, decide_into, evolve_instance,
    evolve_plan,
};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, CertificateFacts, CertificateInstance, Challenge, Curve,
    DomainName, HoldState, InstanceId, IssuedCertificate, KeyKind, KeySource, Note, OrderId,
    Payment, Phase, PlanId, Product, ResourcePlan, RevocationReason, Serial, SpkiDigest,
    Submission, Timestamp, ValidationMethod, Validity,
};
use cert_lifecycle::rulebook::{Edition, Rulebook};

use crate::contender::{Answer, Contender, Seen, SeenOrder};
use crate::life::{self, Code, State, Unit};
use crate::stream::{self, ACCOUNTS, MONTHS, PLANS, SUBJECTS, Stream};

/// Folds an event into the two streams of this life.
#[inline]
pub(crate) fn fold(
    instance: &mut Option<CertificateInstance>,
    plan: &mut Option<ResourcePlan>,
    event: &Event,
) {
    match event {
        Event::Instance { id, event } => evolve_instance(instance, *id, event),
        Event::Plan { id, event } => evolve_plan(plan, *id, event),
        // What is bought by purchase, and its chains, are of other lives.
        Event::Chain { .. } | Event::Purchase { .. } => {}
    }
}

pub(crate) struct OurStep {
    pub(crate) at: Timestamp,
    pub(crate) slot: u32,
    pub(crate) plan: u16,
    pub(crate) account: u16,
    pub(crate) fresh: bool,
    pub(crate) command: Command,
    /// The names of a submission, shared, for those who can't ask it for them.
    pub(crate) names: Option<Arc<[DomainName]>>,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

fn name(subject: usize) -> DomainName {
    DomainName::new(&format!("host.site{subject}.example.com")).unwrap()
}

fn key(subject: u64) -> SpkiDigest {
    SpkiDigest::of(format!("key {subject}").as_bytes())
}

fn product() -> Product {
    Catalog::published().get("geotrust-dv-1-starter").unwrap()
}

/// The stream in the library's words: the same facts, with real names, digests and certificates.
pub(crate) fn steps(stream: &Stream) -> Vec<OurStep> {
    let submissions: Vec<Arc<Submission>> = (0..SUBJECTS)
        .map(|subject| {
            let tom = Applicant::new("Tom", "13900000000", "tom@example.com").unwrap();
            let made = KeySource::ServiceMade(KeyKind::Ec(Curve::P256));
            let names = vec![name(subject)];
            Arc::new(Submission::for_package(names, tom, ValidationMethod::Dns, made).unwrap())
        })
        .collect();
    let certificates: Vec<Vec<Arc<IssuedCertificate>>> = (0..SUBJECTS)
        .map(|subject| {
            (0..MONTHS)
                .map(|month| certificate(subject, month))
                .collect()
        })
        .collect();
    let keys: Vec<SpkiDigest> = (0..=SUBJECTS as u64).map(key).collect();
    let challenge = Challenge::dns("_dnsauth.example.com", RecordType::Txt, "value").unwrap();
    let challenge = Arc::new(challenge);
    let note = Note::new("the CA's reason").unwrap();
    let names: Vec<Arc<[DomainName]>> = (0..SUBJECTS)
        .map(|subject| Arc::from([name(subject)]))
        .collect();
    let mut ours: Vec<OurStep> = Vec::with_capacity(stream.steps.len());
    for step in &stream.steps {
        let command = match step.command {
            life::Command::Submit { order, subject } => Command::Submit {
                instance: InstanceId::new(&format!("cas-cn-instance-{order}")).unwrap(),
                order: OrderId::new(order).unwrap(),
                submission: submissions[subject as usize].clone(),
            },
            life::Command::ReceiveChallenge { key } => Command::ReceiveChallenge {
                challenge: challenge.clone(),
                key: keys[key as usize],
            },
            life::Command::ConfirmDomain => Command::ConfirmDomain,
            life::Command::Approve { certificate } => {
                let (subject, month) = (certificate.id / 1_000 - 1, certificate.id % 1_000);
                let certificate = certificates[subject as usize][month as usize].clone();
                Command::Approve { certificate }
            }
            life::Command::Reject => Command::Reject {
                reason: note.clone(),
            },
            life::Command::Withdraw => Command::Withdraw,
            life::Command::Delete => Command::Delete,
            life::Command::RequestRevocation => Command::RequestRevocation {
                reason: RevocationReason::Superseded,
            },
            life::Command::CompleteRevocation { at: done } => {
                Command::CompleteRevocation { at: at(done) }
            }
            life::Command::RefuseRevocation => Command::RefuseRevocation {
                reason: note.clone(),
            },
            life::Command::Wake => Command::Wake,
        };
        ours.push(OurStep {
            at: at(step.at),
            slot: step.slot,
            plan: step.plan,
            account: step.account,
            fresh: step.fresh,
            command,
            names: match step.command {
                life::Command::Submit { subject, .. } => Some(names[subject as usize].clone()),
                _ => None,
            },
        });
    }
    ours
}

fn certificate(subject: usize, month: usize) -> Arc<IssuedCertificate> {
    let compact = stream::certificate(subject, month);
    let facts = CertificateFacts {
        der: Arc::from(format!("{subject} {month}").as_bytes()),
        chain: Vec::new(),
        names: vec![name(subject)],
        key: KeyKind::Ec(Curve::P256),
        spki: key(compact.key),
        validity: Validity::new(at(stream::not_before(month)), at(compact.not_after)).unwrap(),
        serial: Serial::new(&[1, 2, 3]).unwrap(),
        issuer: Arc::from("CN=Bench CA"),
    };
    Arc::new(IssuedCertificate::new(facts).unwrap())
}

/// Rules, accounts, slots and plans.
pub(crate) struct World {
    pub(crate) book: Rulebook,
    pub(crate) edition: Edition,
    pub(crate) accounts: Vec<AccountId>,
    pub(crate) slots: Vec<Option<CertificateInstance>>,
    pub(crate) plans: Vec<Option<ResourcePlan>>,
}

impl World {
    /// Who asks, the slot and the plan of a step, and the rules.
    #[inline]
    pub(crate) fn at(
        &mut self,
        step: &OurStep,
    ) -> (
        AccountId,
        &mut Option<CertificateInstance>,
        &mut Option<ResourcePlan>,
        &Edition,
    ) {
        let slot = &mut self.slots[step.slot as usize];
        if step.fresh {
            *slot = None;
        }
        let plan = &mut self.plans[usize::from(step.plan)];
        (
            self.accounts[usize::from(step.account)],
            slot,
            plan,
            &self.edition,
        )
    }

    pub(crate) fn new(stream: &Stream) -> Self {
        let book = Rulebook::published();
        let edition = book.edition("2021-02-api").unwrap();
        let accounts: Vec<AccountId> = (0..ACCOUNTS)
            .map(|account| AccountId::new(&format!("123456789{account}")).unwrap())
            .collect();
        let law = Law::single(&edition, book.ceilings());
        let plans = (0..PLANS)
            .map(|number| {
                let buy = Command::BuyPlan {
                    plan: PlanId::new(&format!("plan-{number}")).unwrap(),
                    product: product(),
                    count: NonZeroU32::new(stream::units(number, stream.steps.len())).unwrap(),
                    payment: Payment::NONE,
                };
                let account = accounts[number % ACCOUNTS];
                let case = Case::new(account);
                let mut plan = None;
                for event in &decide(&case, &buy, at(stream::START), &law).unwrap() {
                    fold(&mut None, &mut plan, event);
                }
                plan
            })
            .collect();
        Self {
            edition,
            book,
            accounts,
            slots: vec![None; stream.slots],
            plans,
        }
    }

    pub(crate) fn look(&self, slot: usize, plan: usize) -> Seen {
        let order = self.slots[slot].as_ref().map(|instance| SeenOrder {
            id: instance.order().get(),
            state: match instance.phase() {
                Phase::Verifying(_) => State::Verifying,
                Phase::Validating(_) => State::Validating,
                Phase::Failed { .. } => State::Failed,
                Phase::Pending { .. } => State::Pending,
                Phase::Live(live) if live.revocation().is_some() => State::InReview,
                Phase::Live(_) => State::Live,
                Phase::Revoked { .. } => State::Revoked,
                Phase::Deleted { .. } => State::Deleted,
                Phase::NotActivated { .. }
                | Phase::Bought { .. }
                | Phase::Uploaded(_)
                | Phase::Ended { .. } => panic!("not a phase of this life"),
            },
            unit: match instance.hold().expect("a unit of a plan").state {
                HoldState::Reserved => Unit::Reserved,
                HoldState::Settled => Unit::Settled,
                HoldState::Returned => Unit::Returned,
            },
            noticed: instance
                .live()
                .is_some_and(|live| live.noticed_at().is_some()),
        });
        let plan = self.plans[plan].as_ref().unwrap();
        let ledger = (
            plan.reserved(),
            plan.settled(),
            plan.issued(),
            plan.revocations(),
        );
        Seen { order, ledger }
    }
}

pub(crate) struct Ours(pub(crate) World);

pub(crate) const fn code_of(kind: RefusalKind) -> Code {
    match kind {
        RefusalKind::PlanNotFound => Code::NotFoundPackage,
        RefusalKind::QuotaExhausted => Code::NotRemainCount,
        RefusalKind::OrderNotFound => Code::NotFoundOrder,
        RefusalKind::State => Code::OrderStateError,
        RefusalKind::CaAnswer => Code::CaAnswer,
        RefusalKind::Application | RefusalKind::Misuse => Code::Misuse,
    }
}

impl Ours {
    /// Decides by `how`, folds, and lets the caller look.
    #[inline]
    pub(crate) fn step(
        &mut self,
        step: &OurStep,
        how: impl FnOnce(&Case<'_>, &Command, Timestamp, &Law<'_>) -> Result<Events, Refusal>,
    ) -> Answer {
        let World {
            book,
            edition,
            accounts,
            slots,
            plans,
        } = &mut self.0;
        let slot = &mut slots[step.slot as usize];
        let plan = &mut plans[usize::from(step.plan)];
        if step.fresh {
            *slot = None;
        }
        let case = Case {
            instance: slot.as_ref(),
            plan: plan.as_ref(),
            ..Case::new(accounts[usize::from(step.account)])
        };
        let law = Law::single(edition, book.ceilings());
        let decided = how(&case, &step.command, step.at, &law);
        if let Ok(events) = &decided {
            for event in events {
                fold(slot, plan, event);
            }
        }
        match black_box(&decided) {
            Ok(events) => Answer::Accepted(Some(events.len())),
            Err(refusal) => Answer::Refused(Some(code_of(refusal.kind()))),
        }
    }
}

impl Contender for Ours {
    type Step = OurStep;
    const NAME: &'static str = "cert-lifecycle";
    const TELLS: &'static str = "events, full reasons";

    fn steps(stream: &Stream) -> Vec<OurStep> {
        steps(stream)
    }

    fn new(stream: &Stream) -> Self {
        Self(World::new(stream))
    }

    #[inline]
    fn apply(&mut self, step: &OurStep) -> Answer {
        self.step(step, decide)
    }

    fn look(&self, slot: usize, plan: usize) -> Seen {
        self.0.look(slot, plan)
    }
}

/// The same, with the events in a list that is kept.
pub(crate) struct OursInto {
    pub(crate) world: World,
    events: Events,
}

impl Contender for OursInto {
    type Step = OurStep;
    const NAME: &'static str = "cert-lifecycle-decide-into";
    const TELLS: &'static str = "events, full reasons";

    fn steps(stream: &Stream) -> Vec<OurStep> {
        steps(stream)
    }

    fn new(stream: &Stream) -> Self {
        Self {
            world: World::new(stream),
            events: Events::default(),
        }
    }

    #[inline]
    fn apply(&mut self, step: &OurStep) -> Answer {
        let World {
            book,
            edition,
            accounts,
            slots,
            plans,
        } = &mut self.world;
        let slot = &mut slots[step.slot as usize];
        let plan = &mut plans[usize::from(step.plan)];
        if step.fresh {
            *slot = None;
        }
        let case = Case {
            instance: slot.as_ref(),
            plan: plan.as_ref(),
            ..Case::new(accounts[usize::from(step.account)])
        };
        let law = Law::single(edition, book.ceilings());
        let decided = decide_into(&case, &step.command, step.at, &law, &mut self.events);
        for event in &self.events {
            fold(slot, plan, event);
        }
        match black_box(&decided) {
            Ok(()) => Answer::Accepted(Some(black_box(&self.events).len())),
            Err(refusal) => Answer::Refused(Some(code_of(refusal.kind()))),
        }
    }

    fn look(&self, slot: usize, plan: usize) -> Seen {
        self.world.look(slot, plan)
    }
}
