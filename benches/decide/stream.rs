//! A deterministic stream of commands, as a busy service would see them.
//!
//! Ten thousand slots hold one order each. The stream mostly moves orders on, and mixes in whatever
//! comes at the wrong time, twice, too late, malformed, from a foreign account or with another plan
//! or edition. A finished order makes room for a new one with new ids.

use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::lifecycle::{Command, CommandKind};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{
    AccountId, Applicant, Catalog, CertificateFacts, Challenge, Company, CsrFacts, Curve,
    DomainName, FactorSearch, FermatSearch, InstanceId, IssuedCertificate, KeyKind, KeySource,
    NameKind, Note, OrderId, Payment, PlanId, Possession, Product, RevocationReason, RsaExponent,
    RsaFacts, Serial, SignatureHash, SpkiDigest, Status, SubjectAltName, Submission, Timestamp,
    ValidationClass, ValidationMethod, Validity,
};
use cert_lifecycle::rulebook::Ceilings;

use crate::handwritten::{self, Order, Plan, Rules, State};

pub(crate) const COMMANDS: usize = 1_000_000;
pub(crate) const SLOTS: usize = 10_000;
pub(crate) const PLANS: usize = 200;
const ACCOUNTS: usize = 50;
const SUBJECTS: usize = 64;
const DAY: i64 = 86_400;
/// Between two commands; the stream runs from 2021-03 into 2026-07.
const PACE: i64 = 170;

/// One command with everything that both sides need to decide it.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) at: Timestamp,
    pub(crate) slot: u32,
    pub(crate) plan: u16,
    pub(crate) account: u16,
    /// The edition that is loaded as the pinned one.
    pub(crate) pinned: u8,
    /// The edition in force.
    pub(crate) in_force: u8,
    /// The slot's finished order is set aside first.
    pub(crate) fresh: bool,
    pub(crate) command: Command,
}

#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) accounts: Vec<AccountId>,
    pub(crate) steps: Vec<Step>,
}

/// Marsaglia's xorshift: the stream must be the same on every machine and in every year.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn percent(&mut self, share: usize) -> bool {
        self.roll(100) < share
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }
}

/// Somebody's domains, with everything that is handed in and issued for them.
struct Subject {
    key: SpkiDigest,
    /// By class: DV, then OV.
    good: [Vec<Arc<Submission>>; 2],
    bad: Vec<Arc<Submission>>,
    dns: Arc<Challenge>,
    file: Arc<Challenge>,
    /// One for every month of the stream.
    certificates: Vec<Arc<IssuedCertificate>>,
    misissued: Vec<Arc<IssuedCertificate>>,
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn certificate(
    names: &[DomainName],
    key: SpkiDigest,
    from: Timestamp,
    until: Timestamp,
    label: &str,
) -> Arc<IssuedCertificate> {
    let facts = CertificateFacts {
        der: Arc::from(format!("{label} {names:?} {from}").as_bytes()),
        chain: Vec::new(),
        names: names.to_vec(),
        key: KeyKind::Ec(Curve::P256),
        spki: key,
        validity: Validity::new(from, until).unwrap(),
        serial: Serial::new(&[1, 2, 3]).unwrap(),
        issuer: Arc::from("CN=Bench CA"),
    };
    Arc::new(IssuedCertificate::new(facts).unwrap())
}

impl Subject {
    fn new(number: usize, wildcard: bool, start: Timestamp, ceilings: &Ceilings) -> Self {
        let star = if wildcard { "*." } else { "" };
        let count = if number.is_multiple_of(4) { 3 } else { 1 };
        let names: Vec<DomainName> = (0..count)
            .map(|n| DomainName::new(&format!("{star}host{n}.site{number}.example.com")).unwrap())
            .collect();
        let key = SpkiDigest::of(format!("{star}key {number}").as_bytes());
        let month = |n: i64| start.saturating_add(n * 30 * DAY - DAY);
        let certificates = (0..70)
            .map(|n| {
                let from = month(n);
                let until = ceilings
                    .last_second(from)
                    .min(from.saturating_add(365 * DAY));
                certificate(&names, key, from, until, "good")
            })
            .collect();
        let year = 365 * DAY;
        let foreign = [DomainName::new("elsewhere.example.org").unwrap()];
        let misissued = vec![
            certificate(&names, SpkiDigest::of(b"?"), start, month(70), "key"),
            certificate(&foreign, key, start, month(70), "names"),
            certificate(&names, key, start, start.saturating_add(9 * year), "long"),
            certificate(
                &names,
                key,
                start.saturating_add(-2 * year),
                start.saturating_add(-year),
                "over",
            ),
        ];
        let challenge = |value: &str| format!("{value}-{number}");
        Self {
            key,
            good: [
                good_submissions(&names, key, false),
                good_submissions(&names, key, true),
            ],
            bad: bad_submissions(&names, key, wildcard),
            dns: Arc::new(
                Challenge::dns("_dnsauth.example.com", RecordType::Txt, &challenge("dns")).unwrap(),
            ),
            file: Arc::new(
                Challenge::file("example.com", "/.well-known/token", &challenge("file")).unwrap(),
            ),
            certificates,
            misissued,
        }
    }
}

fn applicant(company: bool) -> Applicant {
    let tom = Applicant::new("Tom", "13900000000", "tom@example.com").unwrap();
    if company {
        tom.for_company(Company::new("Example Ltd").unwrap())
    } else {
        tom
    }
}

/// The facts of an RSA key with an exponent, a factor and a round of Fermat's method.
fn rsa_facts(exponent: u64, factor: Option<u16>, round: Option<u16>) -> RsaFacts {
    RsaFacts {
        exponent: RsaExponent::new(exponent),
        factors: FactorSearch::new(752, factor).unwrap(),
        fermat: FermatSearch::new(128, round).unwrap(),
        roca: false,
    }
}

fn sound_rsa() -> RsaFacts {
    rsa_facts(65_537, None, None)
}

fn csr(key: SpkiDigest, kind: KeyKind, hash: SignatureHash, possession: Possession) -> CsrFacts {
    let csr = CsrFacts::new(b"a signing request", kind, key, hash, possession);
    match kind {
        KeyKind::Rsa { .. } => csr.with_rsa(sound_rsa()),
        KeyKind::Ec(_) | KeyKind::Ed25519 | KeyKind::Other => csr,
    }
}

fn good_csr(names: &[DomainName], key: SpkiDigest) -> CsrFacts {
    let csr = csr(
        key,
        KeyKind::Rsa { bits: 2_048 },
        SignatureHash::Sha256,
        Possession::Proved,
    )
    .with_common_name(names[0].as_str());
    names.iter().fold(csr, |csr, name| {
        csr.with_alt_name(SubjectAltName::Dns(name.clone()))
    })
}

fn for_package(names: &[DomainName], company: bool, key: KeySource) -> Submission {
    Submission::for_package(
        names.to_vec(),
        applicant(company),
        ValidationMethod::Dns,
        key,
    )
    .unwrap()
}

fn good_submissions(names: &[DomainName], key: SpkiDigest, company: bool) -> Vec<Arc<Submission>> {
    let own = || KeySource::Own(Arc::new(good_csr(names, key)));
    let made = KeyKind::Ec(Curve::P256);
    let mut all = vec![
        for_package(names, company, own()),
        for_package(names, company, KeySource::ServiceMade(made)),
    ];
    if let ([name], false) = (names, company) {
        let (dns, file) = (ValidationMethod::Dns, ValidationMethod::File);
        all.push(Submission::with_csr(
            good_csr(names, key),
            applicant(false),
            dns,
        ));
        // Of a wildcard this one is refused from 2021-09-21 on.
        all.push(Submission::request(
            name.clone(),
            applicant(false),
            file,
            made,
        ));
    }
    all.into_iter().map(Arc::new).collect()
}

fn bad_submissions(names: &[DomainName], key: SpkiDigest, wildcard: bool) -> Vec<Arc<Submission>> {
    let (rsa, sha256) = (KeyKind::Rsa { bits: 2_048 }, SignatureHash::Sha256);
    let (proved, name) = (Possession::Proved, names[0].as_str());
    let sound = || csr(key, rsa, sha256, proved);
    let weak = |facts| sound().with_rsa(facts).with_common_name(name);
    let requests = [
        csr(key, KeyKind::Rsa { bits: 1_024 }, sha256, proved).with_common_name(name),
        csr(key, KeyKind::Ed25519, sha256, proved).with_common_name(name),
        CsrFacts::new(b"a signing request", rsa, key, sha256, proved).with_common_name(name),
        weak(RsaFacts {
            roca: true,
            ..sound_rsa()
        }),
        weak(rsa_facts(65_537, None, Some(100))),
        weak(rsa_facts(65_537, Some(751), None)),
        weak(rsa_facts(1, None, None)),
        weak(rsa_facts(65_536, None, None)),
        csr(key, rsa, SignatureHash::Sha1, proved).with_common_name(name),
        csr(key, rsa, sha256, Possession::Failed).with_common_name(name),
        csr(key, rsa, sha256, Possession::Unchecked).with_common_name(name),
        sound(),
        sound().with_common_name(name).with_common_name(name),
        sound().with_common_name("not a domain"),
        sound()
            .with_common_name(name)
            .with_alt_name(SubjectAltName::Other),
    ];
    let mut all: Vec<Submission> = requests
        .into_iter()
        .map(|csr| for_package(&names[..1], true, KeySource::Own(Arc::new(csr))))
        .collect();
    let made = KeySource::ServiceMade(KeyKind::Ec(Curve::P384));
    let star = if wildcard { "*." } else { "" };
    let many: Vec<DomainName> = (0..6)
        .map(|n| DomainName::new(&format!("{star}n{n}.example.com")).unwrap())
        .collect();
    all.push(for_package(&many, true, made.clone()));
    let other_kind = if wildcard {
        "host.example.com"
    } else {
        "*.example.com"
    };
    all.push(for_package(
        &[DomainName::new(other_kind).unwrap()],
        true,
        made,
    ));
    // Names a domain that the CN does not.
    all.push(for_package(
        &many[..2],
        true,
        KeySource::Own(Arc::new(good_csr(&names[..1], key))),
    ));
    all.into_iter().map(Arc::new).collect()
}

/// Makes the stream. `editions` are the hand-written rules, each with its first instant.
pub(crate) fn generate(editions: &[(Timestamp, Rules)], ceilings: &Ceilings) -> Stream {
    let start = at("2021-03-01T00:00:00Z");
    let accounts: Vec<AccountId> = (0..ACCOUNTS)
        .map(|n| AccountId::new(&format!("account-{n}")).unwrap())
        .collect();
    let catalog = Catalog::published();
    let products: Vec<Product> = [
        "globalsign-dv-1-personal",
        "globalsign-dv-w-advanced",
        "globalsign-ov-1-personal",
        "globalsign-ov-w-advanced",
        "geotrust-dv-1-starter",
    ]
    .iter()
    .map(|code| catalog.get(code).unwrap())
    .collect();
    let subjects = [false, true].map(|wildcard| {
        (0..SUBJECTS)
            .map(|n| Subject::new(n, wildcard, start, ceilings))
            .collect::<Vec<_>>()
    });
    let mut maker = Maker {
        dice: Dice(0x9E37_79B9_7F4A_7C15),
        products,
        subjects,
        subject_of: vec![0; SLOTS],
        note: Note::new("the CA's reason").unwrap(),
        start,
    };
    let mut orders: Vec<Option<Order>> = (0..SLOTS).map(|_| None).collect();
    let mut plans: Vec<Option<Plan>> = (0..PLANS).map(|_| None).collect();
    let mut pinned_of = vec![0; SLOTS];
    let mut steps = Vec::with_capacity(COMMANDS);
    for number in 0..COMMANDS {
        let now = start.saturating_add(i64::try_from(number).unwrap() * PACE);
        let in_force = editions.iter().rposition(|(from, _)| *from <= now).unwrap();
        let buying = number < PLANS;
        let slot = if buying {
            number
        } else {
            maker.dice.roll(SLOTS)
        };
        let home = slot % PLANS;
        let mut fresh = false;
        if let Some(order) = &orders[slot] {
            let over = match order.status(now) {
                Status::Revoked | Status::Deleted | Status::Expired => true,
                // No order of a plan shows the second line.
                Status::NotActivated
                | Status::Hosted
                | Status::RefundReview
                | Status::Refunded
                | Status::Closed
                | Status::Cancelled
                | Status::Merged
                | Status::DomainVerification
                | Status::Validating
                | Status::ValidationFailed
                | Status::PendingApplication
                | Status::Issued
                | Status::PendingExpiration
                | Status::RevocationToConfirm
                | Status::ValidatingRevocation => false,
            };
            fresh = over && maker.dice.percent(50);
        }
        if fresh {
            orders[slot] = None;
        }
        let command = if buying {
            maker.command(CommandKind::BuyPlan, number, home, slot, None)
        } else {
            maker.next(number, home, slot, orders[slot].as_ref(), now)
        };
        let (mut plan, mut account) = (home, home % ACCOUNTS);
        let mut pinned = match &orders[slot] {
            Some(_) => pinned_of[slot],
            None => in_force,
        };
        if !buying && orders[slot].is_some() {
            match maker.dice.roll(100) {
                0 => account = (account + 1) % ACCOUNTS,
                1 => plan = (plan + ACCOUNTS) % PLANS,
                2 => pinned = (pinned + 1) % editions.len(),
                _ => {}
            }
        }
        let had_none = orders[slot].is_none();
        let _ = handwritten::apply(
            &mut orders[slot],
            &mut plans[plan],
            accounts[account],
            &command,
            now,
            &editions[pinned].1,
            &editions[in_force].1,
        );
        if had_none && orders[slot].is_some() {
            pinned_of[slot] = pinned;
        }
        steps.push(Step {
            at: now,
            slot: u32::try_from(slot).unwrap(),
            plan: u16::try_from(plan).unwrap(),
            account: u16::try_from(account).unwrap(),
            pinned: u8::try_from(pinned).unwrap(),
            in_force: u8::try_from(in_force).unwrap(),
            fresh,
            command,
        });
    }
    Stream { accounts, steps }
}

struct Maker {
    dice: Dice,
    products: Vec<Product>,
    subjects: [Vec<Subject>; 2],
    subject_of: Vec<usize>,
    note: Note,
    start: Timestamp,
}

impl Maker {
    /// Mostly what moves the order on.
    fn next(
        &mut self,
        number: usize,
        plan: usize,
        slot: usize,
        order: Option<&Order>,
        now: Timestamp,
    ) -> Command {
        use CommandKind as K;
        let luck = self.dice.roll(100);
        let fitting = match order.map(|order| order.state) {
            None => K::Submit,
            Some(State::Verifying) if luck < 8 => K::Withdraw,
            Some(State::Verifying) => {
                if order.is_some_and(|order| order.challenge.is_some()) {
                    K::ConfirmDomain
                } else {
                    K::ReceiveChallenge
                }
            }
            Some(State::Validating) if luck < 12 => K::Withdraw,
            Some(State::Validating) if luck < 25 => K::Reject,
            Some(State::Validating) => K::Approve,
            Some(State::Pending) if luck < 10 => K::Approve,
            Some(State::Pending) if luck < 40 => K::CancelOrder,
            Some(State::Failed | State::Pending) => K::Delete,
            Some(State::Live) if luck < 6 => K::RecordCaRevocation,
            Some(State::Live) if luck < 30 => K::RequestRevocation,
            Some(State::Live) => K::Wake,
            Some(State::ToConfirm) if luck < 12 => K::RefuseRevocation,
            Some(State::ToConfirm) => K::ConfirmRevocation,
            Some(State::InReview) if luck < 12 => K::RefuseRevocation,
            Some(State::InReview | State::Revoked) => K::CompleteRevocation,
            Some(State::Deleted) => K::Approve,
        };
        let kind = if self.dice.percent(77) {
            fitting
        } else {
            *self.dice.pick(&K::ALL)
        };
        self.command(kind, number, plan, slot, order.map(|order| (order, now)))
    }

    fn command(
        &mut self,
        kind: CommandKind,
        number: usize,
        plan: usize,
        slot: usize,
        order: Option<(&Order, Timestamp)>,
    ) -> Command {
        let product = self.products[plan % self.products.len()];
        let wildcard = usize::from(product.names == NameKind::Wildcard);
        let subject = &self.subjects[wildcard][self.subject_of[slot]];
        match kind {
            CommandKind::BuyPlan => Command::BuyPlan {
                plan: PlanId::new(&format!("plan-{number}")).unwrap(),
                product,
                // A third of the plans runs out.
                count: NonZeroU32::new(if plan.is_multiple_of(3) { 150 } else { 5_000 }).unwrap(),
                payment: Payment::NONE,
            },
            CommandKind::Submit => {
                self.subject_of[slot] = self.dice.roll(SUBJECTS);
                let subject = &self.subjects[wildcard][self.subject_of[slot]];
                let class = usize::from(product.class != ValidationClass::Dv);
                let submissions = if self.dice.percent(20) {
                    &subject.bad
                } else {
                    &subject.good[class]
                };
                Command::Submit {
                    instance: InstanceId::new(&format!("cas-{number}")).unwrap(),
                    order: OrderId::new(u64::try_from(number).unwrap() + 1).unwrap(),
                    submission: self.dice.pick(submissions).clone(),
                }
            }
            CommandKind::Withdraw => Command::Withdraw,
            CommandKind::Delete => Command::Delete,
            CommandKind::CancelOrder => Command::CancelOrder,
            CommandKind::RequestRevocation => Command::RequestRevocation {
                reason: *self.dice.pick(&RevocationReason::ALL),
            },
            CommandKind::ReceiveChallenge => {
                let by_file = order
                    .is_some_and(|(order, _)| order.submission.method() == ValidationMethod::File);
                let challenge = if by_file == self.dice.percent(97) {
                    &subject.file
                } else {
                    &subject.dns
                };
                let key = if self.dice.percent(3) {
                    SpkiDigest::of(b"?")
                } else {
                    subject.key
                };
                Command::ReceiveChallenge {
                    challenge: challenge.clone(),
                    key,
                }
            }
            CommandKind::ConfirmDomain => Command::ConfirmDomain,
            CommandKind::Approve => {
                let own = order.and_then(|(order, _)| order.certificate.as_ref());
                let certificate = match (own, order) {
                    (Some(own), _) if self.dice.percent(50) => own,
                    (_, Some((_, now))) if self.dice.percent(90) => {
                        let seconds = now.unix_seconds() - self.start.unix_seconds();
                        &subject.certificates[usize::try_from(seconds / (30 * DAY)).unwrap()]
                    }
                    _ => self.dice.pick(&subject.misissued),
                };
                Command::Approve {
                    certificate: certificate.clone(),
                }
            }
            CommandKind::Reject => Command::Reject {
                reason: self.note.clone(),
            },
            CommandKind::Collect => Command::Collect,
            CommandKind::ConfirmRevocation => Command::ConfirmRevocation,
            CommandKind::CompleteRevocation => Command::CompleteRevocation { at: Timestamp::MAX },
            CommandKind::RefuseRevocation => Command::RefuseRevocation {
                reason: self.note.clone(),
            },
            CommandKind::RecordCaRevocation => Command::RecordCaRevocation {
                reason: RevocationReason::KeyCompromise,
                at: Timestamp::MAX,
            },
            // What the stream does not ask.
            CommandKind::Buy
            | CommandKind::Draw
            | CommandKind::Apply
            | CommandKind::Close
            | CommandKind::Merge
            | CommandKind::DeleteCertificate
            | CommandKind::Deploy
            | CommandKind::Undeploy
            | CommandKind::Renew
            | CommandKind::EnableHosting
            | CommandKind::Upload
            | CommandKind::ClaimRefund
            | CommandKind::CancelRefund
            | CommandKind::GrantRefund
            | CommandKind::RefuseRefund
            | CommandKind::Activate
            | CommandKind::Wake => Command::Wake,
        }
    }
}
