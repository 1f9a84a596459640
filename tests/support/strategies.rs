//! Strategies for every noun, for commands, instants and whole timelines.
//!
//! Nothing here is global: what depends on the rules takes an edition or [`Editions`]. What a
//! strategy calls *fitting* is acceptable under the edition in hand; what it calls *hostile* need
//! not be.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Bought, Case, Command, CommandKind, Event, Events, InstanceEvent, Law, PlanEvent, Refusal,
    ReturnCause, Submitted, decide, next_wakeup, return_window,
};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::time::SECONDS_PER_DAY;
use cert_lifecycle::model::{
    AccountId, Applicant, Application, CertificateFacts, CertificateInstance, Challenge, Company,
    CsrFacts, Curve, Day, Digest, DomainName, EditionKey, FactorSearch, FermatSearch, Fingerprint,
    Hold, HoldState, InstanceId, IssuedCertificate, KeyKind, KeySource, NameKind, Note, Offset,
    OrderId, Origin, Payment, Phase, Pin, PlanId, Possession, Product, ProductCode,
    RevocationCause, RevocationReason, RevocationStage, RsaExponent, RsaFacts, Serial,
    SignatureHash, SpkiDigest, Status, SubjectAltName, Submission, Timestamp, ValidationClass,
    ValidationMethod, Validity,
};
use cert_lifecycle::rulebook::{
    Ceilings, DayCount, DecisiveAct, Edition, ExpiryInstant, FileForWildcard, Method, ReturnDays,
    Rulebook, Window,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::scene::{self, Scene, Slot, key_of};

/// A rulebook with its named editions resolved.
#[derive(Clone)]
pub struct Editions {
    /// The rulebook.
    pub book: Rulebook,
    /// Its named editions, in the order of the history.
    pub all: Vec<Edition>,
}

impl fmt::Debug for Editions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What variants vary; the rest is the published rulebook.
        let edition = &self.all[0];
        write!(f, "[")?;
        for edition in &self.all {
            write!(f, "{}; ", edition.calendar().value)?;
        }
        write!(
            f,
            "{}; {:?}]",
            edition.notice().value,
            edition.return_rule()
        )
    }
}

impl Editions {
    /// Resolves every named point of a rulebook.
    pub fn of(book: Rulebook) -> Self {
        let keys = book.points().iter().map(|point| point.key);
        let all = keys
            .map(|key| book.edition(key.as_str()).unwrap())
            .collect();
        Self { book, all }
    }

    /// The published ones.
    pub fn published() -> Self {
        Self::of(Rulebook::published())
    }

    /// The ceilings of the rulebook.
    pub fn ceilings(&self) -> &Ceilings {
        self.book.ceilings()
    }

    /// The edition of a pin, if it is one of these.
    pub fn pinned(&self, pin: Pin) -> Option<&Edition> {
        self.all.iter().find(|edition| edition.pin() == pin)
    }
}

/// The published editions, or variants of them: other windows, methods and decisive acts, and a
/// calendar of its own for each edition.
pub fn editions() -> impl Strategy<Value = Editions> {
    let minutes = prop_oneof![
        Just(480_i16),
        Just(0),
        Just(-1_439),
        Just(1_439),
        -720_i16..=840
    ];
    let calendar = (minutes, any::<bool>(), any::<bool>());
    let points = Rulebook::published().points().len();
    let variant = (
        vec(calendar, points),
        1_u16..=90,
        0_u16..=60,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(calendars, notice, give_back, rolling, requested)| {
            let mut parts = Rulebook::published().parts().clone();
            // From the day of each edition on, its own: or two of them could not be told apart.
            let usual = parts.calendar[0].clone();
            for (point, (minutes, seconds, at_last)) in parts.points.iter().zip(calendars) {
                let mut clause = usual.clone();
                clause.from = point.day;
                let calendar = &mut clause.value.value;
                calendar.offset = Offset::from_minutes(minutes).unwrap();
                if seconds {
                    calendar.remaining = DayCount::Seconds;
                }
                if at_last {
                    calendar.expiry = ExpiryInstant::AtLastSecond;
                }
                parts.calendar.push(clause);
            }
            for clause in &mut parts.notice {
                clause.value.value.within_days = notice;
            }
            for clause in &mut parts.return_days {
                clause.value.value = ReturnDays(give_back);
            }
            for clause in &mut parts.return_method {
                clause.value.value = if rolling {
                    Method::Rolling
                } else {
                    Method::EndOfDay
                };
            }
            for clause in &mut parts.return_act {
                clause.value.value = if requested {
                    DecisiveAct::RevocationRequested
                } else {
                    DecisiveAct::RevocationCompleted
                };
            }
            Editions::of(Rulebook::new(parts).unwrap())
        });
    prop_oneof![3 => Just(Editions::published()), 2 => variant]
}

/// Domain names that are valid.
pub fn domain_names(kind: NameKind) -> impl Strategy<Value = DomainName> {
    let label = "[a-z0-9]([a-z0-9]{0,8}|[a-z0-9-]{0,1}[a-z0-9]{1,8})";
    (
        vec(label, 1..4),
        select(vec!["com", "example", "xn--fiqs8s", "co"]),
    )
        .prop_map(move |(labels, top)| {
            let star = match kind {
                NameKind::Single => "",
                NameKind::Wildcard => "*.",
            };
            let mut labels: Vec<String> = labels;
            for label in &mut labels {
                if label.get(2..4) == Some("--") {
                    label.replace_range(2..4, "a-");
                }
            }
            let text = format!("{star}{}.{top}", labels.join("."));
            DomainName::new(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
        })
}

/// Texts that are domain names, or nearly.
pub fn nearly_domain_names() -> impl Strategy<Value = String> {
    let valid = || domain_names(NameKind::Single).prop_map(|name| name.as_str().to_owned());
    let broken = (
        valid(),
        any::<Index>(),
        select(vec!["_", ".", "*", "-", " ", "\0", "ü", "A"]),
    )
        .prop_map(|(text, place, piece)| {
            let mut text = text;
            text.insert_str(place.index(text.len()), piece);
            text
        });
    prop_oneof![
        valid(),
        broken,
        Just(String::new()),
        Just("localhost".to_owned()),
        Just("192.0.2.1".to_owned()),
        Just(format!("{}.com", "a".repeat(64))),
        any::<String>(),
    ]
}

/// Product specifications of every class and kind of name.
pub fn products() -> impl Strategy<Value = Product> {
    let class = prop_oneof![
        3 => Just(ValidationClass::Dv),
        2 => Just(ValidationClass::Ov),
        1 => Just(ValidationClass::Ev)
    ];
    let names = prop_oneof![2 => Just(NameKind::Single), 1 => Just(NameKind::Wildcard)];
    (class, names).prop_map(|(class, names)| scene::product(class, names))
}

/// Contacts, of a company or not.
pub fn applicants(company: impl Strategy<Value = bool>) -> impl Strategy<Value = Applicant> {
    (
        select(vec!["Tom", "王小明", "María-José"]),
        "[0-9+ -]{1,16}[0-9]",
        "[a-z.]{1,8}@[a-z]{1,8}",
        company,
    )
        .prop_map(|(name, phone, email, company)| {
            let contact = Applicant::new(name, &phone, &email).unwrap();
            if company {
                contact.for_company(Company::new("Example Ltd").unwrap())
            } else {
                contact
            }
        })
}

/// Kinds of keys, strong, weak and unknown.
pub fn key_kinds() -> impl Strategy<Value = KeyKind> {
    let bits = select(vec![
        0_u32,
        1,
        1_024,
        2_047,
        2_048,
        2_049,
        2_056,
        3_072,
        4_096,
        u32::MAX,
    ]);
    prop_oneof![
        bits.prop_map(|bits| KeyKind::Rsa { bits }),
        select(vec![Curve::P256, Curve::P384, Curve::P521, Curve::Other]).prop_map(KeyKind::Ec),
        Just(KeyKind::Ed25519),
        Just(KeyKind::Other),
    ]
}

/// Kinds of keys that an edition permits.
pub fn fitting_key_kinds(edition: &Edition) -> impl Strategy<Value = KeyKind> + use<> {
    let rule = edition.csr().value;
    let all = [
        KeyKind::Rsa {
            bits: rule.rsa_min_bits,
        },
        KeyKind::Rsa { bits: 4_096 },
        KeyKind::Ec(Curve::P256),
        KeyKind::Ec(Curve::P384),
        KeyKind::Ec(Curve::P521),
        KeyKind::Ed25519,
    ];
    let fitting: Vec<KeyKind> = all
        .into_iter()
        .filter(|key| rule.permits_key(*key))
        .collect();
    select(fitting)
}

/// Hashes, strong, weak and unknown.
pub fn hashes() -> impl Strategy<Value = SignatureHash> {
    select(vec![
        SignatureHash::Md5,
        SignatureHash::Sha1,
        SignatureHash::Sha256,
        SignatureHash::Sha384,
        SignatureHash::Sha512,
        SignatureHash::Intrinsic,
        SignatureHash::Other,
    ])
}

/// Digests of keys.
pub fn spki_digests() -> impl Strategy<Value = SpkiDigest> {
    any::<[u8; 32]>().prop_map(SpkiDigest::from_bytes)
}

/// What was found out about RSA keys of any quality, if anybody looked.
pub fn rsa_facts() -> impl Strategy<Value = Option<RsaFacts>> {
    let exponent = select(vec![0, 1, 2, 3, 4, 65_537, u64::MAX]).prop_map(RsaExponent::new);
    let factors = select(vec![
        (752, None),
        (752, Some(751)),
        (700, None),
        (1_000, Some(757)),
    ])
    .prop_map(|(below, found)| FactorSearch::new(below, found).unwrap());
    let fermat = select(vec![
        (100, None),
        (100, Some(100)),
        (99, None),
        (128, Some(101)),
    ])
    .prop_map(|(rounds, split)| FermatSearch::new(rounds, split).unwrap());
    let facts =
        (exponent, factors, fermat, any::<bool>()).prop_map(|(exponent, factors, fermat, roca)| {
            RsaFacts {
                exponent,
                factors,
                fermat,
                roca,
            }
        });
    prop_oneof![
        Just(None),
        Just(Some(scene::sound_rsa())),
        facts.prop_map(Some),
    ]
}

/// The same request, with what was found out about its RSA key.
fn examined(csr: CsrFacts, rsa: Option<RsaFacts>) -> CsrFacts {
    match rsa {
        Some(rsa) if matches!(csr.key(), KeyKind::Rsa { .. }) => csr.with_rsa(rsa),
        _ => csr,
    }
}

/// Signing requests of any quality.
pub fn csrs() -> impl Strategy<Value = CsrFacts> {
    let alternative = prop_oneof![
        domain_names(NameKind::Single).prop_map(SubjectAltName::Dns),
        nearly_domain_names().prop_map(|text| SubjectAltName::InvalidDns(Arc::from(text))),
        Just(SubjectAltName::Other),
    ];
    (
        key_kinds(),
        spki_digests(),
        rsa_facts(),
        hashes(),
        select(vec![
            Possession::Proved,
            Possession::Failed,
            Possession::Unchecked,
        ]),
        vec(nearly_domain_names(), 0..3),
        vec(alternative, 0..3),
    )
        .prop_map(|(key, spki, rsa, hash, possession, common, alternative)| {
            let facts = CsrFacts::new(b"request", key, spki, hash, possession);
            let facts = examined(facts, rsa);
            let facts = common
                .iter()
                .fold(facts, |facts, text| facts.with_common_name(text));
            alternative.into_iter().fold(facts, CsrFacts::with_alt_name)
        })
}

/// Signing requests that an edition takes for a name.
pub fn fitting_csrs(
    edition: &Edition,
    name: DomainName,
) -> impl Strategy<Value = CsrFacts> + use<> {
    (fitting_key_kinds(edition), spki_digests(), any::<bool>()).prop_map(
        move |(key, spki, named)| {
            let facts = CsrFacts::new(
                b"request",
                key,
                spki,
                SignatureHash::Sha256,
                Possession::Proved,
            )
            .with_common_name(name.as_str());
            let facts = examined(facts, Some(scene::sound_rsa()));
            if named {
                facts.with_alt_name(SubjectAltName::Dns(name.clone()))
            } else {
                facts
            }
        },
    )
}

/// Applications that an edition takes for a product.
pub fn fitting_submissions(edition: &Edition, product: Product) -> BoxedStrategy<Arc<Submission>> {
    let dv = product.class == ValidationClass::Dv;
    let wildcard = product.names == NameKind::Wildcard;
    let proves = matches!(edition.file_for_wildcard().value, FileForWildcard::Proves);
    let file = proves || !wildcard;
    let method = select(if file {
        vec![ValidationMethod::Dns, ValidationMethod::File]
    } else {
        vec![ValidationMethod::Dns]
    });
    let contact = applicants(if dv {
        any::<bool>().boxed()
    } else {
        Just(true).boxed()
    });
    let most = usize::from(edition.name_limit().value.0).min(3);
    let for_package = (
        proptest::collection::btree_set(domain_names(product.names), 1..=most),
        contact.boxed(),
        method.clone(),
        fitting_key_kinds(edition),
    )
        .prop_map(|(names, contact, method, key)| {
            let names = names.into_iter().collect();
            let key = KeySource::ServiceMade(key);
            Arc::new(Submission::for_package(names, contact, method, key).unwrap())
        })
        .boxed();
    if !dv {
        return for_package;
    }
    let contact = || applicants(any::<bool>());
    let request = (
        domain_names(product.names),
        contact(),
        method.clone(),
        fitting_key_kinds(edition),
    )
        .prop_map(|(name, contact, method, key)| {
            Arc::new(Submission::request(name, contact, method, key))
        });
    let edition = edition.clone();
    let with_csr = (
        domain_names(product.names).prop_flat_map(move |name| fitting_csrs(&edition, name)),
        contact(),
        method,
    )
        .prop_map(|(csr, contact, method)| Arc::new(Submission::with_csr(csr, contact, method)));
    prop_oneof![for_package, request, with_csr].boxed()
}

/// Applications that fit nothing in particular.
pub fn hostile_submissions() -> BoxedStrategy<Arc<Submission>> {
    let name = || {
        prop_oneof![
            domain_names(NameKind::Single),
            domain_names(NameKind::Wildcard)
        ]
    };
    let method = || select(ValidationMethod::ALL.to_vec());
    let contact = || applicants(any::<bool>());
    let with_csr = (csrs(), contact(), method())
        .prop_map(|(csr, contact, method)| Submission::with_csr(csr, contact, method));
    let request = (name(), contact(), method(), key_kinds())
        .prop_map(|(name, contact, method, key)| Submission::request(name, contact, method, key));
    let key = prop_oneof![
        key_kinds().prop_map(KeySource::ServiceMade),
        csrs().prop_map(|csr| KeySource::Own(Arc::new(csr))),
    ];
    let for_package = (
        proptest::collection::btree_set(name(), 1..=8),
        contact(),
        method(),
        key,
    )
        .prop_map(|(names, contact, method, key)| {
            Submission::for_package(names.into_iter().collect(), contact, method, key).unwrap()
        });
    prop_oneof![with_csr, request, for_package]
        .prop_map(Arc::new)
        .boxed()
}

/// Challenges of either method.
pub fn challenges() -> impl Strategy<Value = Arc<Challenge>> {
    let text = || "[ -~]{0,8}[!-~]";
    prop_oneof![
        (text(), any::<bool>(), text()).prop_map(|(domain, txt, value)| {
            let kind = if txt {
                RecordType::Txt
            } else {
                RecordType::Cname
            };
            Challenge::dns(&domain, kind, &value).unwrap()
        }),
        (text(), text(), text())
            .prop_map(|(domain, uri, content)| Challenge::file(&domain, &uri, &content).unwrap()),
    ]
    .prop_map(Arc::new)
}

/// Certificates that fit no order in particular.
pub fn certificates() -> impl Strategy<Value = Arc<IssuedCertificate>> {
    (
        any::<[u8; 4]>(),
        vec(domain_names(NameKind::Single), 1..3),
        key_kinds(),
        spki_digests(),
        timestamps(),
        timestamps(),
        1_u8..,
    )
        .prop_map(|(der, names, key, spki, one, other, serial)| {
            let facts = CertificateFacts {
                der: Arc::from(der.as_slice()),
                chain: Vec::new(),
                names,
                key,
                spki,
                validity: Validity::new(one.min(other), one.max(other)).unwrap(),
                serial: Serial::new(&[serial]).unwrap(),
                issuer: Arc::from("CN=Sample CA"),
            };
            Arc::new(IssuedCertificate::new(facts).unwrap())
        })
}

/// Instants over the whole range, biased to its ends, to leap days, and to the ends of months and
/// years in several offsets.
pub fn timestamps() -> impl Strategy<Value = Timestamp> {
    let (first, last) = (Timestamp::MIN.unix_seconds(), Timestamp::MAX.unix_seconds());
    let anywhere = (first..=last).prop_map(|at| Timestamp::from_unix_seconds(at).unwrap());
    let near_an_end = (any::<bool>(), 0_i64..=200 * SECONDS_PER_DAY).prop_map(|(early, by)| {
        if early {
            Timestamp::MIN.saturating_add(by)
        } else {
            Timestamp::MAX.saturating_add(-by)
        }
    });
    let day = select(vec![
        (2020, 2, 29),
        (2024, 2, 29),
        (2024, 1, 31),
        (2021, 2, 28),
        (2020, 12, 31),
        (2021, 1, 1),
        (2000, 2, 29),
        (1900, 2, 28),
        (1969, 12, 31),
        (2026, 3, 15),
        (2023, 10, 16),
    ]);
    let calendar = (
        day,
        select(vec![-1_i64, 0, 1, 43_200]),
        select(vec![0_i8, 8, -12, 14]),
    )
        .prop_map(|((year, month, day), second, hours)| {
            let midnight = Day::new(year, month, day)
                .unwrap()
                .midnight(Offset::hours(hours));
            midnight.saturating_add(second)
        });
    prop_oneof![
        2 => anywhere,
        1 => Just(Timestamp::MIN),
        1 => Just(Timestamp::MAX),
        2 => near_an_end,
        4 => calendar,
    ]
}

/// Every instant at which an answer about a case may change: the first and last seconds of its
/// return window, its notice window and its certificate, and the ends of the range.
pub fn boundaries(case: &Case<'_>, law: &Law<'_>) -> Vec<Timestamp> {
    let mut bounds = vec![Timestamp::MIN, Timestamp::MAX];
    if let Some(window) = return_window(case, law) {
        bounds.extend(window.from());
        bounds.extend(window.until());
    }
    if let Some(instance) = case.instance {
        bounds.extend(next_wakeup(&Case::of(instance), Timestamp::MIN, law));
        if let Some(live) = instance.live() {
            let validity = live.certificate().validity();
            bounds.extend([
                validity.not_before(),
                validity.not_after(),
                live.issued_at(),
            ]);
            // The notice window, counted here by itself: it must not hide once the notice is given.
            let days = law.conduct.notice().value.within_days;
            let calendar = law.conduct.calendar().value;
            bounds.extend(
                calendar
                    .last_days_before(validity.not_after(), days, false)
                    .from(),
            );
        }
    }
    let around = |at: &Timestamp| [-1, 0, 1].map(|by| at.saturating_add(by));
    let mut all: Vec<Timestamp> = bounds.iter().flat_map(around).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// When a step of a timeline happens.
#[derive(Clone, Debug)]
pub enum When {
    /// At the instant of the step before.
    Same,
    /// So many seconds later.
    Later(i64),
    /// So many seconds earlier: a clock that was set back.
    Earlier(i64),
    /// At one of the [`boundaries`] that are still to come.
    Boundary(Index),
    /// At the last second of the return window, or at the first one after it.
    ReturnEdge(bool),
    /// Anywhere.
    At(Timestamp),
}

/// What the CA gets wrong in a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    None,
    /// It carries another key.
    Key,
    /// It lacks a name, or carries another.
    Names,
    /// It is valid for a second too long.
    Ceiling,
    /// It is over.
    Over,
}

/// What a step of a timeline asks for.
#[derive(Clone, Debug)]
pub enum Act {
    /// What comes next in the life of the instance.
    Next,
    /// A plan with a new id.
    BuyNew,
    /// A plan with a known id.
    BuyAgain,
    /// An application.
    Submit(Arc<Submission>),
    /// A challenge, of the chosen method and for the right key, or not.
    Challenge {
        /// Of the method that was chosen.
        right_method: bool,
        /// For the right key.
        right_key: bool,
    },
    /// An approval; the certificate is valid for so many days, within the ceiling.
    Approve {
        /// What is wrong with it.
        flaw: Flaw,
        /// Days of validity.
        days: u16,
    },
    /// An approval of a certificate that has nothing to do with the order.
    ApproveForeign(Arc<IssuedCertificate>),
    /// A request for revocation.
    RequestRevocation(RevocationReason),
    /// A revocation by the CA.
    CaRevocation(RevocationReason),
    /// A command that carries nothing that could be wrong.
    Plain(CommandKind),
}

/// A step of a timeline.
#[derive(Clone, Debug)]
pub struct Step {
    /// About which instance.
    pub slot: usize,
    /// What is asked for.
    pub act: Act,
    /// When.
    pub when: When,
    /// Whether somebody else asks.
    pub stranger: bool,
    /// The plan at hand: the own one (0), another own one (1), the stranger's (2), none.
    pub plan: Option<usize>,
    /// Judged by this edition instead of the pinned one.
    pub other_application: Option<Index>,
    /// Judged by this edition as the one in force, instead of the timeline's.
    pub other_conduct: Option<Index>,
}

/// A sequence of commands and instants over plans and several instances.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The product of all plans.
    pub product: Product,
    /// Units of the first plan.
    pub units: NonZeroU32,
    /// When it begins.
    pub start: Timestamp,
    /// The edition that new applications are pinned to, by place.
    pub application: Vec<usize>,
    /// The edition in force, by place.
    pub conduct: usize,
    /// What happens.
    pub steps: Vec<Step>,
}

/// One decision of a timeline.
#[derive(Debug)]
pub struct Moment<'a> {
    /// Everything before the decision.
    pub before: &'a Scene,
    /// Everything after it.
    pub after: &'a Scene,
    /// What the decision looked at.
    pub case: Case<'a>,
    /// About which instance.
    pub slot: usize,
    /// The plan at hand.
    pub plan: Option<usize>,
    /// What was asked for.
    pub command: &'a Command,
    /// When.
    pub now: Timestamp,
    /// What judged it.
    pub law: Law<'a>,
    /// The answer.
    pub answer: &'a Result<Events, Refusal>,
}

/// Instances on the stage of a timeline.
pub const SLOTS: usize = 3;

/// Timelines under some editions.
pub fn timelines(editions: &Editions, length: usize) -> BoxedStrategy<Timeline> {
    let count = editions.all.len();
    let all = editions.all.clone();
    (products(), 0..count, vec(0..count, SLOTS))
        .prop_flat_map(move |(product, conduct, application)| {
            let edition = &all[application[0]];
            let begins = edition
                .point()
                .day
                .midnight(edition.calendar().value.offset);
            let start = prop_oneof![
                4 => (0_i64..=900 * SECONDS_PER_DAY).prop_map(move |by| begins.saturating_add(by)),
                2 => timestamps(),
            ];
            (
                Just(product),
                (1_u32..=4).prop_map(|units| NonZeroU32::new(units).unwrap()),
                start,
                Just(application),
                Just(conduct),
                vec(steps(edition, product), 1..=length),
            )
        })
        .prop_map(
            |(product, units, start, application, conduct, steps)| Timeline {
                product,
                units,
                start,
                application,
                conduct,
                steps,
            },
        )
        .boxed()
}

/// Steps, most of them sensible.
pub fn steps(edition: &Edition, product: Product) -> impl Strategy<Value = Step> + use<> {
    (
        0..SLOTS,
        acts(edition, product),
        whens(),
        prop::bool::weighted(0.06),
        prop_oneof![20 => Just(Some(0)), 1 => Just(Some(1)), 1 => Just(Some(2)), 1 => Just(None)],
        option::weighted(0.05, any::<Index>()),
        option::weighted(0.1, any::<Index>()),
    )
        .prop_map(
            |(slot, act, when, stranger, plan, other_application, other_conduct)| Step {
                slot,
                act,
                when,
                stranger,
                plan,
                other_application,
                other_conduct,
            },
        )
}

/// When steps happen: mostly rising, sometimes at once, sometimes back.
pub fn whens() -> impl Strategy<Value = When> {
    prop_oneof![
        30 => Just(When::Same),
        60 => (0_i64..=3 * SECONDS_PER_DAY).prop_map(When::Later),
        20 => (0_i64..=200 * SECONDS_PER_DAY).prop_map(When::Later),
        10 => (1_i64..=2 * SECONDS_PER_DAY).prop_map(When::Earlier),
        60 => any::<Index>().prop_map(When::Boundary),
        40 => any::<bool>().prop_map(When::ReturnEdge),
        2 => timestamps().prop_map(When::At),
    ]
}

/// What steps ask for: half of the time what comes next, otherwise anything.
pub fn acts(edition: &Edition, product: Product) -> BoxedStrategy<Act> {
    let flaw = select(vec![
        Flaw::None,
        Flaw::Key,
        Flaw::Names,
        Flaw::Ceiling,
        Flaw::Over,
    ]);
    let days = prop_oneof![1_u16..=60, Just(365), Just(90), 1_u16..=900];
    let reason = select(RevocationReason::ALL.to_vec());
    let plain = select(vec![
        CommandKind::Withdraw,
        CommandKind::Delete,
        CommandKind::CancelOrder,
        CommandKind::Collect,
        CommandKind::ConfirmDomain,
        CommandKind::Reject,
        CommandKind::ConfirmRevocation,
        CommandKind::CompleteRevocation,
        CommandKind::RefuseRevocation,
        CommandKind::DeleteCertificate,
        CommandKind::ClaimRefund,
        CommandKind::Wake,
    ]);
    prop_oneof![
        24 => Just(Act::Next),
        1 => Just(Act::BuyNew),
        1 => Just(Act::BuyAgain),
        4 => fitting_submissions(edition, product).prop_map(Act::Submit),
        2 => hostile_submissions().prop_map(Act::Submit),
        3 => any::<[bool; 2]>().prop_map(|[right_method, right_key]| Act::Challenge {
            right_method,
            right_key,
        }),
        5 => (flaw, days).prop_map(|(flaw, days)| Act::Approve { flaw, days }),
        1 => certificates().prop_map(Act::ApproveForeign),
        3 => reason.clone().prop_map(Act::RequestRevocation),
        1 => reason.prop_map(Act::CaRevocation),
        14 => plain.prop_map(Act::Plain),
    ]
    .boxed()
}

/// The account of a timeline.
pub fn owner() -> AccountId {
    AccountId::new("owner").unwrap()
}

/// Somebody else.
pub fn stranger() -> AccountId {
    AccountId::new("stranger").unwrap()
}

impl Timeline {
    /// Plays the timeline, and shows every decision.
    pub fn play(&self, editions: &Editions, mut each: impl FnMut(&Moment<'_>)) -> Scene {
        let mut scene = self.open();
        let mut now = self.start;
        for (place, step) in self.steps.iter().enumerate() {
            let before = scene.clone();
            let account = if step.stranger { stranger() } else { owner() };
            let case = before.case(account, step.slot, step.plan);
            let law = self.law(editions, &before, step);
            now = Self::instant(&step.when, now, &case, &law);
            let command = command(
                &step.act,
                place,
                &before.slots[step.slot],
                &case,
                now,
                self,
                &law,
            );
            let answer = decide(&case, &command, now, &law);
            if let Ok(events) = &answer {
                scene.fold(events);
            }
            each(&Moment {
                before: &before,
                after: &scene,
                case,
                slot: step.slot,
                plan: step.plan,
                command: &command,
                now,
                law,
                answer: &answer,
            });
        }
        scene
    }

    /// The stage: a plan, another one, and one of somebody else.
    fn open(&self) -> Scene {
        let mut scene = Scene::new(SLOTS);
        let plans = [
            ("plan", owner(), self.units),
            ("other", owner(), NonZeroU32::MIN),
            ("foreign", stranger(), NonZeroU32::MIN),
        ];
        for (id, account, count) in plans {
            let bought = PlanEvent::Bought(Box::new(Bought {
                account,
                product: self.product,
                count: count.get(),
                payment: Payment::NONE,
                pin: sample_pin(),
                at: self.start,
            }));
            scene.fold(&[Event::Plan {
                id: PlanId::new(id).unwrap(),
                event: bought,
            }]);
        }
        scene
    }

    fn law<'a>(&self, editions: &'a Editions, scene: &Scene, step: &Step) -> Law<'a> {
        let any = |index: &Index| &editions.all[index.index(editions.all.len())];
        let instance = scene.slots[step.slot].instance.as_ref();
        let pinned = instance
            .and_then(CertificateInstance::application)
            .and_then(|application| editions.pinned(application.pin()));
        let application = match &step.other_application {
            Some(index) => any(index),
            None => pinned.unwrap_or(&editions.all[self.application[step.slot]]),
        };
        let conduct = match &step.other_conduct {
            Some(index) => any(index),
            None => &editions.all[self.conduct],
        };
        Law {
            money: application,
            application,
            conduct,
            ceilings: editions.ceilings(),
        }
    }

    fn instant(when: &When, last: Timestamp, case: &Case<'_>, law: &Law<'_>) -> Timestamp {
        match when {
            When::Same => last,
            When::Later(by) => last.saturating_add(*by),
            When::Earlier(by) => last.saturating_add(-by),
            When::Boundary(index) => {
                let to_come: Vec<Timestamp> = boundaries(case, law)
                    .into_iter()
                    // The end of the range stands still: whoever jumps there stays.
                    .filter(|at| *at >= last && *at < Timestamp::MAX.saturating_add(-1))
                    .collect();
                if to_come.is_empty() {
                    last
                } else {
                    // The next few: who jumps too far sees less.
                    to_come[index.index(to_come.len().min(9))]
                }
            }
            When::ReturnEdge(after) => return_window(case, law)
                .and_then(Window::until)
                .map(|until| until.saturating_add(if *after { 0 } else { -1 }))
                .filter(|at| *at >= last)
                .unwrap_or(last),
            When::At(at) => *at,
        }
    }
}

/// A command of a kind that carries nothing that could be wrong.
pub fn plain(kind: CommandKind) -> Option<Command> {
    Some(match kind {
        CommandKind::Withdraw => Command::Withdraw,
        CommandKind::Delete => Command::Delete,
        CommandKind::CancelOrder => Command::CancelOrder,
        CommandKind::Collect => Command::Collect,
        CommandKind::RequestRevocation => Command::RequestRevocation {
            reason: RevocationReason::Unspecified,
        },
        CommandKind::ConfirmDomain => Command::ConfirmDomain,
        CommandKind::Reject => Command::Reject {
            reason: scene::note("organization not found"),
        },
        CommandKind::ConfirmRevocation => Command::ConfirmRevocation,
        CommandKind::CompleteRevocation => Command::CompleteRevocation { at: Timestamp::MAX },
        CommandKind::RefuseRevocation => Command::RefuseRevocation {
            reason: scene::note("the mail was not answered"),
        },
        CommandKind::RecordCaRevocation => Command::RecordCaRevocation {
            reason: RevocationReason::KeyCompromise,
            at: Timestamp::MAX,
        },
        CommandKind::Wake => Command::Wake,
        CommandKind::Close => Command::Close,
        CommandKind::Merge => Command::Merge,
        CommandKind::DeleteCertificate => Command::DeleteCertificate,
        CommandKind::ClaimRefund => Command::ClaimRefund,
        CommandKind::CancelRefund => Command::CancelRefund,
        CommandKind::GrantRefund => Command::GrantRefund,
        CommandKind::RefuseRefund => Command::RefuseRefund {
            reason: scene::note("the window is over"),
        },
        CommandKind::BuyPlan
        | CommandKind::Buy
        | CommandKind::Draw
        | CommandKind::Apply
        | CommandKind::Deploy
        | CommandKind::Undeploy
        | CommandKind::Renew
        | CommandKind::EnableHosting
        | CommandKind::Upload
        | CommandKind::Activate
        | CommandKind::Submit
        | CommandKind::ReceiveChallenge
        | CommandKind::Approve => return None,
    })
}

fn command(
    act: &Act,
    place: usize,
    slot: &Slot,
    case: &Case<'_>,
    now: Timestamp,
    timeline: &Timeline,
    law: &Law<'_>,
) -> Command {
    let application = slot
        .instance
        .as_ref()
        .and_then(CertificateInstance::application);
    let buy = |id: &str| Command::BuyPlan {
        plan: PlanId::new(id).unwrap(),
        product: timeline.product,
        count: NonZeroU32::MIN,
        payment: Payment::NONE,
    };
    let submit = |submission: &Arc<Submission>| Command::Submit {
        instance: slot.id,
        order: slot.order,
        submission: submission.clone(),
    };
    let approve = |flaw, days| Command::Approve {
        certificate: certificate(application, flaw, days, now, law.ceilings),
    };
    let challenge = |right_method: bool, right_key: bool| {
        let method = application.map_or(ValidationMethod::Dns, |own| own.submission().method());
        let other = match method {
            ValidationMethod::Dns => ValidationMethod::File,
            ValidationMethod::File => ValidationMethod::Dns,
        };
        let key = application.map_or(SpkiDigest::of(b"none"), key_of);
        Command::ReceiveChallenge {
            challenge: scene::challenge(if right_method { method } else { other }),
            key: if right_key {
                key
            } else {
                SpkiDigest::of(b"another key")
            },
        }
    };
    match act {
        Act::BuyNew => buy(&format!("plan-{place}")),
        // Without a plan at hand nothing in the read set says that an id is known; the commit would.
        Act::BuyAgain => match case.plan {
            Some(plan) => buy(plan.id().as_str()),
            None => buy(&format!("plan-{place}")),
        },
        Act::Submit(submission) => submit(submission),
        Act::Challenge {
            right_method,
            right_key,
        } => challenge(*right_method, *right_key),
        Act::Approve { flaw, days } => approve(*flaw, *days),
        Act::ApproveForeign(certificate) => Command::Approve {
            certificate: certificate.clone(),
        },
        Act::RequestRevocation(reason) => Command::RequestRevocation { reason: *reason },
        Act::CaRevocation(reason) => Command::RecordCaRevocation {
            reason: *reason,
            at: Timestamp::MAX,
        },
        Act::Plain(kind) => plain(*kind).unwrap_or(Command::Wake),
        Act::Next => match slot.instance.as_ref().map(CertificateInstance::phase) {
            None => submit(&scene::application_for(timeline.product)),
            Some(Phase::Verifying(application)) if application.challenge().is_none() => {
                challenge(true, true)
            }
            Some(Phase::Verifying(_)) => Command::ConfirmDomain,
            Some(Phase::Validating(_)) => approve(Flaw::None, 90),
            // In one step, where the edition in force has it.
            Some(Phase::Pending { .. })
                if law
                    .conduct
                    .order_cancellation()
                    .value
                    .contains(Status::PendingApplication) =>
            {
                Command::CancelOrder
            }
            Some(Phase::Failed { .. } | Phase::Pending { .. }) => Command::Delete,
            Some(
                Phase::NotActivated { .. }
                | Phase::Bought { .. }
                | Phase::Uploaded(_)
                | Phase::Ended { .. },
            ) => Command::Wake,
            Some(Phase::Live(live)) => match live.revocation().map(|revocation| revocation.stage) {
                None => Command::RequestRevocation {
                    reason: RevocationReason::Superseded,
                },
                Some(RevocationStage::ToConfirm) => Command::ConfirmRevocation,
                Some(RevocationStage::InReview) => {
                    Command::CompleteRevocation { at: Timestamp::MAX }
                }
            },
            Some(Phase::Revoked { .. }) => Command::Wake,
            Some(Phase::Deleted { .. }) => approve(Flaw::None, 90),
        },
    }
}

/// A certificate for an order, right or with one flaw.
pub fn certificate(
    application: Option<&Application>,
    flaw: Flaw,
    days: u16,
    now: Timestamp,
    ceilings: &Ceilings,
) -> Arc<IssuedCertificate> {
    let key = application.map_or(SpkiDigest::of(b"none"), key_of);
    let mut names = application.map_or_else(
        || vec![scene::name("www.example.com")],
        |own| own.names().to_vec(),
    );
    let not_before = now.saturating_add(-3_600);
    let last = ceilings.last_second(not_before);
    let wanted = not_before.saturating_add(i64::from(days) * SECONDS_PER_DAY - 1);
    let mut not_after = wanted.min(last);
    let mut carried = key;
    match flaw {
        Flaw::None => {}
        Flaw::Key => carried = SpkiDigest::of(b"another key"),
        Flaw::Names => names[0] = scene::name("else.example.com"),
        Flaw::Ceiling => not_after = last.saturating_add(1),
        Flaw::Over => not_after = not_before,
    }
    scene::certificate(carried, &names, not_before, not_after)
}

/// Pins, to a known edition or to none.
pub fn pins(editions: &Editions) -> impl Strategy<Value = Pin> + use<> {
    let known: Vec<Pin> = editions.all.iter().map(Edition::pin).collect();
    prop_oneof![
        3 => select(known),
        1 => any::<[u8; 32]>().prop_map(|digest| Pin {
            edition: EditionKey::new("2021-02-api").unwrap(),
            digest: Digest::from_bytes(digest),
        }),
    ]
}

/// Events of an instance's stream that nobody decided: they fit their state only by chance.
pub fn instance_events(editions: &Editions) -> BoxedStrategy<InstanceEvent> {
    let at = timestamps;
    let reason = || select(RevocationReason::ALL.to_vec());
    let submitted = (
        products(),
        select(vec![
            HoldState::Reserved,
            HoldState::Settled,
            HoldState::Returned,
        ]),
        hostile_submissions(),
        option::of(spki_digests()),
        pins(editions),
        at(),
        any::<bool>(),
    )
        .prop_map(|(product, unit, submission, key, pin, at, foreign)| {
            let names: Arc<[DomainName]> = Arc::from(submission.names());
            InstanceEvent::Submitted(Box::new(Submitted {
                account: if foreign { stranger() } else { owner() },
                product,
                origin: Origin::Plan(Hold {
                    plan: PlanId::new("plan").unwrap(),
                    state: unit,
                }),
                renewed: None,
                verify: true,
                order: OrderId::new(7).unwrap(),
                submission,
                names,
                key,
                pin,
                at,
            }))
        });
    prop_oneof![
        submitted,
        (challenges(), spki_digests(), at()).prop_map(|(challenge, key, at)| {
            InstanceEvent::ChallengeReceived { challenge, key, at }
        }),
        at().prop_map(|at| InstanceEvent::DomainConfirmed { at }),
        (certificates(), at())
            .prop_map(|(certificate, at)| InstanceEvent::Issued { certificate, at }),
        at().prop_map(|at| InstanceEvent::Rejected {
            reason: scene::note("no"),
            at
        }),
        at().prop_map(|at| InstanceEvent::Withdrawn { at }),
        at().prop_map(|at| InstanceEvent::Deleted { at }),
        at().prop_map(|at| InstanceEvent::Cancelled { at }),
        (reason(), any::<bool>(), at()).prop_map(|(reason, confirm, at)| {
            InstanceEvent::RevocationRequested {
                reason,
                confirm,
                at,
            }
        }),
        at().prop_map(|at| InstanceEvent::RevocationConfirmed { at }),
        (reason(), any::<[bool; 2]>(), at()).prop_map(|(reason, [ca, unit_returned], at)| {
            InstanceEvent::Revoked {
                cause: if ca {
                    RevocationCause::ByCa
                } else {
                    RevocationCause::ByHolder
                },
                reason,
                unit_returned,
                at,
            }
        }),
        at().prop_map(|at| InstanceEvent::RevocationRefused {
            reason: scene::note("no"),
            at
        }),
        at().prop_map(|at| InstanceEvent::ExpiryAnnounced { at }),
        (any::<[u8; 32]>(), at()).prop_map(|(fingerprint, at)| InstanceEvent::OrphanIssued {
            order: OrderId::new(7).unwrap(),
            fingerprint: Fingerprint::from_bytes(fingerprint),
            serial: Serial::new(&[7]).unwrap(),
            at,
        }),
    ]
    .boxed()
}

/// Moves of a plan's ledger that nobody decided.
pub fn plan_events() -> BoxedStrategy<PlanEvent> {
    let at = timestamps;
    let order = OrderId::new(7).unwrap();
    prop_oneof![
        1 => (products(), prop_oneof![0_u32..4, Just(u32::MAX)], any::<bool>(), at()).prop_map(
            |(product, count, foreign, at)| PlanEvent::Bought(Box::new(Bought {
                account: if foreign { stranger() } else { owner() },
                product,
                count,
                payment: Payment::NONE,
                pin: sample_pin(),
                at,
            }))
        ),
        3 => at().prop_map(move |at| PlanEvent::Reserved { order, at }),
        3 => (any::<bool>(), at()).prop_map(move |(was_reserved, at)| PlanEvent::Settled {
            order,
            was_reserved,
            at,
        }),
        2 => (any::<[bool; 2]>(), at()).prop_map(move |([was_settled, revoked], at)| {
            PlanEvent::Returned {
                order,
                was_settled,
                cause: if revoked { ReturnCause::RevokedInWindow } else { ReturnCause::OrderEnded },
                at,
            }
        }),
        1 => at().prop_map(move |at| PlanEvent::CertificateIssued { order, at }),
        1 => at().prop_map(move |at| PlanEvent::RevocationCharged { order, at }),
        1 => at().prop_map(move |at| PlanEvent::RevocationGivenBack { order, at }),
    ]
    .boxed()
}

/// Commands that fit no case in particular.
pub fn commands() -> BoxedStrategy<Command> {
    let reason = || select(RevocationReason::ALL.to_vec());
    let buy = (products(), 1_u32..).prop_map(|(product, count)| Command::BuyPlan {
        plan: PlanId::new("plan").unwrap(),
        product,
        count: NonZeroU32::new(count).unwrap(),
        payment: Payment::NONE,
    });
    let submit = hostile_submissions().prop_map(|submission| Command::Submit {
        instance: InstanceId::new("instance-0").unwrap(),
        order: OrderId::new(7).unwrap(),
        submission,
    });
    let free: Vec<Command> = CommandKind::ALL.into_iter().filter_map(plain).collect();
    prop_oneof![
        1 => buy,
        3 => submit,
        8 => select(free),
        2 => reason().prop_map(|reason| Command::RequestRevocation { reason }),
        1 => reason().prop_map(|reason| Command::RecordCaRevocation { reason, at: Timestamp::MAX }),
        2 => (challenges(), spki_digests())
            .prop_map(|(challenge, key)| Command::ReceiveChallenge { challenge, key }),
        2 => certificates().prop_map(|certificate| Command::Approve { certificate }),
        1 => "[ -~]{0,20}[!-~]".prop_map(|text| Command::Reject { reason: Note::new(&text).unwrap() }),
    ]
    .boxed()
}

/// Codes of products, valid.
pub fn product_codes() -> impl Strategy<Value = ProductCode> {
    "[!-~]{1,39}".prop_map(|text| ProductCode::new(&text).unwrap())
}

/// Identifiers of accounts, instances and plans: valid texts for any of them.
pub fn id_texts() -> impl Strategy<Value = String> {
    prop_oneof![Just("1".to_owned()), "[!-~]{1,39}", Just("x".repeat(39))]
}

/// Order ids over their whole range, biased to its ends and to what a double can't hold.
pub fn order_ids() -> impl Strategy<Value = OrderId> {
    let most = u64::try_from(i64::MAX).unwrap();
    prop_oneof![Just(1), Just(most), Just((1 << 53) + 1), 1..=most]
        .prop_map(|id| OrderId::new(id).unwrap())
}

/// A pin to no edition in particular.
fn sample_pin() -> Pin {
    Pin {
        edition: EditionKey::new("sample").unwrap(),
        digest: Digest::of(&[]),
    }
}
