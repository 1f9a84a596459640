//! The instance model of 2026: its transitions by number, its table, and the laws.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::result_large_err,
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    reason = "tests stop on the first surprise"
)]

#[path = "support/cases.rs"]
#[allow(unreachable_pub, reason = "it is shared with other tests")]
mod cases;
#[path = "v2/edges.rs"]
mod edges;
#[path = "v2/guards.rs"]
mod guards;
#[path = "v2/refund.rs"]
mod refund;
#[path = "v2/words.rs"]
mod words;

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::lifecycle::v2::{
    ApplicationData, Case, CertificateStatus, Command, CommandKind, CompanyId, ContactId,
    CsrMethod, Effect, Ending, Event, Events, Halt, HostingEvent, HostingUnits, InstanceEvent, Law,
    PendingResult, Refusal, Status, SubscriptionInstance, TaskStatus, availability,
    certificate_status, clauses, decide, effects, evolve, next_wakeup, requested_until, status,
};
use cert_lifecycle::lifecycle::{Availability, RefusalKind, WayOut, Why};
use cert_lifecycle::model::Status as Canonical;
use cert_lifecycle::model::{
    AccountId, CertificateFacts, Channel, CsrFacts, Currency, Curve, Day, DomainName, Fingerprint,
    InstanceId, IssuedCertificate, KeyKind, NameKind, Note, Payment, Possession, Product,
    ProductCode, RevocationReason, Serial, SignatureHash, Site, SpkiDigest, StatusSet, Timestamp,
    ValidationClass, ValidationMethod, Validity,
};
use cert_lifecycle::rulebook::rule::V2_RULES;
use cert_lifecycle::rulebook::{
    AddOn, Anchor, Dated, Edition, Method, Permission, RefundAct, RefundCase, RefundClause,
    RefundLimit, RefundRule, RefundTrigger, Review, RuleId, Rulebook, RulebookParts, Scope,
    Sourced, Trigger,
};
use proptest::prelude::*;

const DAY: i64 = 86_400;
const BOUGHT: &str = "2026-09-01T09:00:00+08:00";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn begin() -> Timestamp {
    at(BOUGHT)
}

fn days(count: i64) -> Timestamp {
    begin().saturating_add(count * DAY)
}

fn clause<T>(value: T) -> Vec<Dated<T>> {
    vec![Dated {
        from: Day::new(2018, 6, 7).unwrap(),
        scope: Scope::ALL,
        value: Sourced::declared(value, "S0"),
    }]
}

/// The published rulebook with the values of 2026 that these tests are about, whatever it says now.
fn book_with(change: impl FnOnce(&mut RulebookParts)) -> Rulebook {
    let mut parts = Rulebook::published().parts().clone();
    let within = |act| RefundLimit {
        anchor: Anchor::Payment,
        act,
        days: 7,
        method: Method::EndOfDay,
    };
    let way = |case, acts: &[RefundAct]| RefundClause {
        case,
        add_on: AddOn::Any,
        limits: acts.iter().map(|act| within(*act)).collect(),
        review: Review::Instant,
    };
    parts.refund = clause(RefundRule {
        clauses: [
            way(RefundCase::Unissued, &[RefundAct::Claim]),
            way(
                RefundCase::Revoked,
                &[RefundAct::Claim, RefundAct::RevocationCompleted],
            ),
        ]
        .into_iter()
        .collect(),
    });
    parts.refund_trigger = clause(RefundTrigger::OnClaim);
    parts.hosting_trigger = clause(Trigger {
        days: 30,
        strict: true,
    });
    parts.hosting_of_uploaded = clause(Permission::Refused);
    parts.hosted_revocation = clause(Permission::Refused);
    parts.closing = clause(Permission::Allowed);
    parts.deletion = clause(StatusSet::of(&[
        Canonical::Expired,
        Canonical::Refunded,
        Canonical::Closed,
    ]));
    parts.deletion_of_uploaded = clause(StatusSet::of(&[
        Canonical::Issued,
        Canonical::PendingExpiration,
        Canonical::Expired,
    ]));
    change(&mut parts);
    Rulebook::new(parts).unwrap()
}

fn book() -> Rulebook {
    book_with(|_| {})
}

fn edition(book: &Rulebook) -> Edition {
    book.as_of(begin(), Site::Cn, Channel::ApiV2).unwrap()
}

fn account() -> AccountId {
    AccountId::new("tom").unwrap()
}

fn product(class: ValidationClass) -> Product {
    Product {
        code: ProductCode::new("sample").unwrap(),
        class,
        names: NameKind::Single,
        free: false,
    }
}

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn note(text: &str) -> Note {
    Note::new(text).unwrap()
}

fn key(seed: &str) -> SpkiDigest {
    SpkiDigest::of(seed.as_bytes())
}

fn certificate(seed: &str, domain: &str, from: Timestamp, to: Timestamp) -> Arc<IssuedCertificate> {
    let spki = key(seed);
    let facts = CertificateFacts {
        der: Arc::from(format!("{spki} {domain} {from} {to}").as_bytes()),
        chain: Vec::new(),
        names: vec![name(domain)],
        key: KeyKind::Ec(Curve::P256),
        spki,
        validity: Validity::new(from, to).unwrap(),
        serial: Serial::new(&spki.as_bytes()[..8]).unwrap(),
        issuer: Arc::from("CN=Sample CA"),
    };
    Arc::new(IssuedCertificate::new(facts).unwrap())
}

fn data_with(
    names: &[&str],
    company: bool,
    contacts: &[&str],
    csr: CsrMethod,
) -> Arc<ApplicationData> {
    Arc::new(
        ApplicationData::new(
            names.iter().map(|text| name(text)).collect(),
            company.then(|| CompanyId::new("company-1").unwrap()),
            contacts
                .iter()
                .map(|id| ContactId::new(id).unwrap())
                .collect(),
            csr,
            ValidationMethod::Dns,
        )
        .unwrap(),
    )
}

fn online() -> CsrMethod {
    CsrMethod::Online(KeyKind::Rsa { bits: 2_048 })
}

fn data() -> Arc<ApplicationData> {
    data_with(&["www.example.com"], true, &["contact-1"], online())
}

fn request(domain: &str, seed: &str) -> CsrMethod {
    let csr = CsrFacts::new(
        seed.as_bytes(),
        KeyKind::Ec(Curve::P256),
        key(seed),
        SignatureHash::Sha256,
        Possession::Proved,
    );
    CsrMethod::Upload(Some(Arc::new(csr.with_common_name(domain))))
}

const REVOKE: Command = Command::RequestRevocation {
    certificate: None,
    reason: RevocationReason::Superseded,
};

/// One account with an instance and hosting units, and the journal of what happened.
#[derive(Clone)]
struct World<'a> {
    law: Law<'a>,
    instance: Option<SubscriptionInstance>,
    hosting: Option<HostingUnits>,
    journal: Vec<Event>,
}

impl<'a> World<'a> {
    fn new(book: &'a Rulebook, edition: &'a Edition) -> Self {
        Self {
            law: Law::single(edition, book.ceilings()),
            instance: None,
            hosting: None,
            journal: Vec::new(),
        }
    }

    fn case(&self) -> Case<'_> {
        Case {
            account: account(),
            instance: self.instance.as_ref(),
            hosting: self.hosting.as_ref(),
        }
    }

    fn ask(&mut self, command: &Command, now: Timestamp) -> Result<Events, Refusal> {
        let events = decide(&self.case(), command, now, &self.law)?;
        for event in &events {
            evolve(&mut self.instance, &mut self.hosting, event);
            self.journal.push(event.clone());
        }
        Ok(events)
    }

    fn tell(&mut self, command: &Command, now: Timestamp) -> Events {
        self.ask(command, now)
            .unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    fn refused(&self, command: &Command, now: Timestamp) -> Refusal {
        decide(&self.case(), command, now, &self.law).unwrap_err()
    }

    fn instance(&self) -> &SubscriptionInstance {
        self.instance.as_ref().unwrap()
    }

    fn status(&self, now: Timestamp) -> Option<Status> {
        status(self.instance.as_ref()?, now, self.law.conduct)
    }

    fn certificate_status(&self, now: Timestamp) -> Option<CertificateStatus> {
        let held = self.instance().current()?;
        Some(certificate_status(held, now, self.law.conduct))
    }

    /// Bought for so many days, with data stored.
    fn bought(mut self, class: ValidationClass, for_days: i64) -> Self {
        self.tell(&buy(class, for_days), begin());
        self.tell(&Command::Update { data: data() }, begin());
        self
    }

    /// Applied, and at the CA.
    fn at_ca(&mut self, seed: &str, now: Timestamp) {
        self.tell(&Command::Apply, now);
        self.tell(&task(seed), now);
    }

    /// The certificate that the CA would issue now for what is under way.
    fn fitting(&self, seed: &str, now: Timestamp) -> Arc<IssuedCertificate> {
        let until = self.instance().pending().unwrap().until;
        certificate(seed, "www.example.com", now, until)
    }

    fn issue(&mut self, seed: &str, now: Timestamp) {
        self.at_ca(seed, now);
        let certificate = self.fitting(seed, now);
        self.tell(&Command::Issue { certificate }, now);
    }

    fn revoke(&mut self, requested: Timestamp, completed: Timestamp) {
        self.tell(&REVOKE, requested);
        self.tell(&completion(completed), completed);
    }
}

fn buy(class: ValidationClass, for_days: i64) -> Command {
    Command::Buy {
        instance: InstanceId::new("cas-cn-0001").unwrap(),
        product: product(class),
        until: days(for_days),
        payment: Payment {
            voucher: 1_000,
            ..Payment::cash(26_800, Currency::CNY)
        },
    }
}

fn upload(from: Timestamp, to: Timestamp) -> Command {
    Command::Upload {
        instance: InstanceId::new("cas-upload-0001").unwrap(),
        certificate: certificate("uploaded", "www.example.com", from, to),
    }
}

fn task(seed: &str) -> Command {
    Command::CompleteTask {
        key: key(seed),
        challenges: Arc::from([]),
    }
}

fn completion(at: Timestamp) -> Command {
    Command::CompleteRevocation {
        certificate: None,
        at,
    }
}

fn units(count: u32) -> Command {
    Command::BuyHosting {
        count: NonZeroU32::new(count).unwrap(),
    }
}

#[test]
fn v01_a_purchase_yields_an_inactive_instance() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition);
    let backwards = world.refused(&buy(ValidationClass::Dv, 0), begin());
    assert_eq!(
        (backwards.rule(), backwards.why()),
        (RuleId::V01, Why::EndsBeforeItBegins)
    );
    world.tell(&buy(ValidationClass::Dv, 365), begin());
    assert_eq!(world.status(begin()), Some(Status::Inactive));
    assert_eq!(world.certificate_status(begin()), None);
    assert_eq!(world.instance().term(), None, "empty until issued");
    assert_eq!(world.instance().task(), None);
    let order = world.instance().subscription().unwrap().order;
    assert_eq!((order.start, order.end), (begin(), days(365)));
}

#[test]
fn t44_only_complete_data_is_applied_with() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition);
    world.tell(&buy(ValidationClass::Ov, 365), begin());
    let refusal = world.refused(&Command::Apply, begin());
    assert_eq!((refusal.rule(), refusal.why()), (RuleId::T44, Why::NoData));
    let www: &[&str] = &["www.example.com"];
    let tom: &[&str] = &["contact-1"];
    for (lacking, why) in [
        (data_with(www, false, tom, online()), Why::NoCompany),
        (data_with(www, true, &[], online()), Why::NoContact),
        (data_with(&[], true, tom, online()), Why::NoName),
        (
            data_with(www, true, tom, CsrMethod::Upload(None)),
            Why::NoCsr,
        ),
    ] {
        world.tell(&Command::Update { data: lacking }, begin());
        let refusal = world.refused(&Command::Apply, begin());
        assert_eq!((refusal.rule(), refusal.why()), (RuleId::T44, why));
        assert_eq!(refusal.way_out(), WayOut::UpdateData);
        assert_eq!(refusal.kind(), RefusalKind::Application);
    }
    world.tell(&Command::Update { data: data() }, begin());
    let events = world.tell(&Command::Apply, begin());
    assert_eq!(events.rules(), [RuleId::T44]);
    assert_eq!(world.status(begin()), Some(Status::Pending));
    // A company is asked of OV and EV alone.
    let mut dv = World::new(&book, &edition);
    dv.tell(&buy(ValidationClass::Dv, 365), begin());
    let bare = data_with(www, false, tom, online());
    dv.tell(&Command::Update { data: bare }, begin());
    dv.tell(&Command::Apply, begin());
}

#[test]
fn t44_the_cn_of_an_own_request_beats_the_domain() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition);
    world.tell(&buy(ValidationClass::Dv, 365), begin());
    let both = data_with(
        &["other.example.com"],
        false,
        &["contact-1"],
        request("www.example.com", "own"),
    );
    world.tell(&Command::Update { data: both }, begin());
    world.tell(&Command::Apply, begin());
    let pending = world.instance().pending().unwrap();
    assert_eq!(pending.names.as_ref(), [name("www.example.com")]);
    assert_eq!(pending.key, Some(key("own")));
    let other = world.refused(&task("other"), begin());
    assert_eq!((other.rule(), other.why()), (RuleId::K12, Why::OtherKey));
    world.tell(&task("own"), begin());
}

#[test]
fn v03_an_application_is_a_task_first() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.tell(&Command::Apply, begin());
    assert_eq!(world.instance().task(), Some(TaskStatus::Processing));
    let certificate = world.fitting("k", begin());
    let early = world.refused(&Command::Issue { certificate }, begin());
    assert_eq!(
        (early.rule(), early.why()),
        (RuleId::V03, Why::TaskUnfinished)
    );
    let failed = Command::FailTask {
        reason: note("no such contact"),
    };
    world.tell(&failed, begin());
    assert_eq!(world.status(begin()), Some(Status::Inactive));
    assert_eq!(world.instance().task(), Some(TaskStatus::Failed));
    assert!(world.tell(&failed, begin()).is_empty(), "told twice");
    world.at_ca("k", begin());
    assert_eq!(world.instance().task(), Some(TaskStatus::Success));
    world.tell(
        &Command::Reject {
            reason: note("unknown organization"),
        },
        begin(),
    );
    assert_eq!(world.status(begin()), Some(Status::Inactive));
    assert_eq!(
        world.instance().pending_result(),
        Some(&PendingResult::Rejected(note("unknown organization")))
    );
}

#[test]
fn t45_a_cancelled_application_leaves_what_was_before() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    let nothing = world.refused(&Command::Cancel, begin());
    assert_eq!(
        (nothing.rule(), nothing.way_out()),
        (RuleId::T45, WayOut::None)
    );
    world.at_ca("first", begin());
    world.tell(&Command::Cancel, begin());
    assert_eq!(world.status(begin()), Some(Status::Inactive));
    world.issue("second", days(1));
    let issued = world.refused(&Command::Cancel, days(1));
    assert_eq!(issued.way_out(), WayOut::Revoke);
    world.at_ca("third", days(2));
    assert_eq!(world.status(days(2)), Some(Status::Pending));
    assert_eq!(
        world.certificate_status(days(2)),
        Some(CertificateStatus::Issued)
    );
    world.tell(&Command::Cancel, days(2));
    assert_eq!(world.status(days(2)), Some(Status::Normal));
    // V-02: after it the data may change, else it stands.
    world.tell(&Command::Update { data: data() }, days(2));
    world.issue("fourth", days(3));
    let stands = world.refused(&Command::Update { data: data() }, days(3));
    assert_eq!(
        (stands.rule(), stands.why()),
        (RuleId::V02, Why::DataStands)
    );
}

#[test]
fn t49_what_was_cancelled_and_still_issued_is_revoked() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.at_ca("first", begin());
    let certificate = world.fitting("first", begin());
    world.tell(&Command::Cancel, begin());
    // Another application is under way meanwhile, and is not touched.
    world.at_ca("second", begin());
    let issue = Command::Issue { certificate };
    let events = world.tell(&issue, days(1));
    assert_eq!(events.rules(), [RuleId::T49]);
    assert!(matches!(
        effects(&events[0], world.instance.as_ref()),
        Some(Effect::RevokeOrphan { .. })
    ));
    assert_eq!(world.status(days(1)), Some(Status::Pending));
    assert_eq!(world.instance().orphans().len(), 1);
    assert!(world.tell(&issue, days(2)).is_empty(), "told twice");
    let foreign = Command::Issue {
        certificate: certificate_of_nobody(),
    };
    assert_eq!(world.refused(&foreign, days(2)).rule(), RuleId::K07);
}

fn certificate_of_nobody() -> Arc<IssuedCertificate> {
    certificate("nobody", "www.example.com", begin(), days(90))
}

#[test]
fn v04_the_instance_begins_with_its_first_certificate() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("first", days(20));
    let term = world.instance().term().unwrap();
    assert_eq!((term.start, term.end), (days(20), days(385)));
    // 200 days is the ceiling of that day; the instance lasts for 365.
    let not_after = days(20).saturating_add(200 * DAY - 1);
    let current = world.instance().current().unwrap();
    assert_eq!(current.certificate().validity().not_after(), not_after);
    let over = not_after.saturating_add(1);
    assert_eq!(world.status(over), Some(Status::Normal));
    assert_eq!(
        world.certificate_status(not_after),
        Some(CertificateStatus::WillExpire)
    );
    assert_eq!(
        world.certificate_status(over),
        Some(CertificateStatus::Expired)
    );
    // The next one ends with the instance, and does not move the term.
    // By then a certificate has at most 100 days.
    world.issue("second", over);
    world.issue("third", days(320));
    assert_eq!(world.instance().term(), Some(term));
    let ends: Vec<Timestamp> = world
        .instance()
        .certificates()
        .iter()
        .map(|held| held.certificate().validity().not_after())
        .collect();
    let second = over.saturating_add(100 * DAY - 1);
    assert_eq!(ends, [not_after, second, term.end]);
    assert_eq!(world.status(days(354)), Some(Status::Normal));
    assert_eq!(world.status(days(356)), Some(Status::WillExpire));
    assert_eq!(world.status(term.end), Some(Status::WillExpire));
    let after = term.end.saturating_add(1);
    assert_eq!(world.status(after), Some(Status::Expired));
    let refusal = world.refused(&Command::Apply, after);
    assert_eq!(
        (refusal.rule(), refusal.why(), refusal.permitted_until()),
        (RuleId::V04, Why::TermOver, Some(after))
    );
}

#[test]
fn t46_what_was_bought_is_revoked_and_what_was_uploaded_never() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("k", begin());
    let events = world.tell(&REVOKE, days(1));
    assert!(matches!(
        effects(&events[0], world.instance.as_ref()),
        Some(Effect::RevokeAtCa { .. })
    ));
    assert_eq!(
        world.certificate_status(days(1)),
        Some(CertificateStatus::Issued)
    );
    // refused, it is as before, and may be asked for again.
    world.tell(&Command::RefuseRevocation { certificate: None }, days(2));
    world.revoke(days(3), days(4));
    assert_eq!(
        world.certificate_status(days(4)),
        Some(CertificateStatus::Revoked)
    );
    assert_eq!(world.status(days(4)), Some(Status::Normal));
    assert!(world.tell(&completion(days(4)), days(5)).is_empty());

    let mut elsewhere = World::new(&book, &edition);
    elsewhere.tell(&upload(begin(), days(90)), begin());
    let refusal = elsewhere.refused(&REVOKE, days(1));
    assert_eq!(
        (refusal.rule(), refusal.why()),
        (RuleId::T46, Why::Uploaded)
    );
}

#[test]
fn t46_an_earlier_certificate_is_named() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("first", begin());
    let first = world.instance().current().unwrap();
    let first = Some(first.certificate().fingerprint());
    world.issue("second", days(1));
    world.tell(
        &Command::RequestRevocation {
            certificate: first,
            reason: RevocationReason::KeyCompromise,
        },
        days(2),
    );
    world.tell(
        &Command::CompleteRevocation {
            certificate: first,
            at: days(2),
        },
        days(2),
    );
    assert!(world.instance().certificates()[0].revoked().is_some());
    assert!(world.instance().certificates()[1].revoked().is_none());
    let unknown = Command::RequestRevocation {
        certificate: Some(Fingerprint::of(b"another")),
        reason: RevocationReason::KeyCompromise,
    };
    assert_eq!(world.refused(&unknown, days(2)).why(), Why::NoCertificate);
}

#[test]
fn r37_a_hosted_certificate_is_revoked_after_hosting_is_off() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("k", begin());
    world.tell(&Command::SetHosting { enabled: true }, begin());
    let refusal = world.refused(&REVOKE, days(1));
    assert_eq!(
        (refusal.rule(), refusal.why(), refusal.way_out()),
        (RuleId::R37, Why::HostingEnabled, WayOut::DisableHosting)
    );
    world.tell(&Command::SetHosting { enabled: false }, days(1));
    world.tell(&REVOKE, days(1));
}

#[test]
fn t47_paid_back_within_seven_days_of_the_order() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    let last = at("2026-09-08T23:59:59+08:00");
    let over = last.saturating_add(1);
    let late = world.refused(&Command::Refund, over);
    assert_eq!(
        (late.rule(), late.why(), late.permitted_until()),
        (RuleId::T47, Why::NotRefundable, Some(over))
    );
    assert_eq!(
        availability(&world.case(), &Command::Refund, begin(), &world.law),
        Availability::Now {
            until: Some(over),
            rule: Some(RuleId::T47)
        }
    );
    let events = world.tell(&Command::Refund, last);
    assert!(matches!(
        effects(&events[0], world.instance.as_ref()),
        Some(Effect::PayBack { cash: 26_800, .. })
    ));
    assert_eq!(world.status(last), Some(Status::Refund));
    assert_eq!(
        world.instance().ending(),
        Some(Ending::Refunded {
            cash: 26_800,
            at: last
        }),
        "cash alone: vouchers never come back"
    );
    assert_eq!(world.refused(&Command::Refund, last).rule(), RuleId::T47);
    world.tell(&Command::Delete, over);
    assert_eq!(world.status(over), None);
}

#[test]
fn r31_nothing_comes_back_of_vouchers_and_free_certificates() {
    let (book, edition) = (book(), edition(&book()));
    let paid = Payment::cash(26_800, Currency::CNY);
    let bare = Payment {
        voucher: 1_000,
        ..Payment::NONE
    };
    for (free, payment, why) in [(true, paid, Why::Free), (false, bare, Why::NothingPaid)] {
        let mut world = World::new(&book, &edition);
        let command = Command::Buy {
            instance: InstanceId::new("cas-cn-0001").unwrap(),
            product: Product {
                free,
                ..product(ValidationClass::Dv)
            },
            until: days(365),
            payment,
        };
        world.tell(&command, begin());
        let refusal = world.refused(&Command::Refund, days(1));
        assert_eq!((refusal.rule(), refusal.why()), (RuleId::R31, why));
    }
}

#[test]
fn r28_money_is_judged_by_the_edition_of_the_purchase() {
    let (book, edition) = (book(), edition(&book()));
    let later = book_with(|parts| parts.refund = clause(RefundRule::default()));
    let later_edition = self::edition(&later);
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.law.conduct = &later_edition;
    assert!(decide(&world.case(), &Command::Refund, days(1), &world.law).is_ok());
    world.law.purchase = &later_edition;
    let refusal = world.refused(&Command::Refund, days(1));
    assert_eq!(
        (refusal.rule(), refusal.kind()),
        (RuleId::R28, RefusalKind::Misuse)
    );
}

#[test]
fn v05_an_uploaded_certificate_is_hosted_where_the_edition_says_so() {
    let (book, edition) = (book(), edition(&book()));
    let on = Command::SetHosting { enabled: true };
    let mut world = World::new(&book, &edition);
    world.tell(&upload(begin(), days(90)), begin());
    let refusal = world.refused(&on, begin());
    assert_eq!(
        (refusal.rule(), refusal.why()),
        (RuleId::V05, Why::Uploaded)
    );
    assert!(refusal.sources().is_some());
    let before = book_with(|parts| parts.hosting_of_uploaded = clause(Permission::Allowed));
    let before_edition = self::edition(&before);
    world.law = Law::single(&before_edition, before.ceilings());
    world.tell(&on, begin());
}

#[test]
fn v06_a_hosted_instance_applies_by_itself_with_less_than_thirty_days_left() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("first", begin());
    world.tell(&Command::SetHosting { enabled: true }, begin());
    world.tell(&units(1), begin());
    let not_after = world
        .instance()
        .current()
        .unwrap()
        .certificate()
        .validity()
        .not_after();
    // Thirty days left: the notice, and nothing else.
    let thirty = at("2027-02-18T00:00:00+08:00");
    assert_eq!(not_after, at("2027-03-20T08:59:59+08:00"));
    assert!(
        world
            .tell(&Command::Wake, thirty.saturating_add(-1))
            .is_empty()
    );
    assert_eq!(
        next_wakeup(&world.case(), begin(), &world.law),
        Some(thirty)
    );
    assert_eq!(world.tell(&Command::Wake, thirty).len(), 1);
    let due = thirty.saturating_add(DAY);
    assert_eq!(next_wakeup(&world.case(), thirty, &world.law), Some(due));
    assert!(
        world
            .tell(&Command::Wake, due.saturating_add(-1))
            .is_empty()
    );
    let events = world.tell(&Command::Wake, due);
    assert_eq!(events.rules(), [RuleId::V06]);
    assert_eq!(world.status(due), Some(Status::Pending));
    assert_eq!(world.hosting.unwrap().remaining(), 0);
    assert!(world.instance().pending().unwrap().automatic);
    assert!(world.tell(&Command::Wake, due).is_empty(), "once");
    world.tell(&task("second"), due);
    let certificate = world.fitting("second", due);
    world.tell(&Command::Issue { certificate }, due);
    assert_eq!(world.status(due), Some(Status::Normal));
    // It covers the rest of the term, so nothing is due any more but its notice.
    for _ in 0..4 {
        if let Some(wake) = next_wakeup(&world.case(), due, &world.law) {
            world.tell(&Command::Wake, wake);
        }
    }
    assert_eq!(next_wakeup(&world.case(), due, &world.law), None);
}

#[test]
fn v06_without_a_unit_it_stands_still_and_says_so_once() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("first", begin());
    world.tell(&Command::SetHosting { enabled: true }, begin());
    // Slept over: the certificate is over, the instance is not (L6).
    let now = days(210);
    let events = world.tell(&Command::Wake, now);
    assert!(matches!(
        events[0],
        Event::Instance {
            event: InstanceEvent::HostingHalted {
                halt: Halt::NoUnit,
                ..
            },
            ..
        }
    ));
    assert!(world.tell(&Command::Wake, now).is_empty());
    assert_eq!(next_wakeup(&world.case(), now, &world.law), None);
    world.tell(&units(2), now);
    assert_eq!(next_wakeup(&world.case(), now, &world.law), Some(now));
    world.tell(&Command::Wake, now);
    assert_eq!(world.status(now), Some(Status::Pending));
}

#[test]
fn v07_a_failed_automatic_application_waits_for_its_holder() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("first", begin());
    world.tell(&Command::SetHosting { enabled: true }, begin());
    world.tell(&units(1), begin());
    let now = days(180);
    world.tell(&Command::Wake, now);
    world.tell(&task("second"), now);
    let events = world.tell(
        &Command::Reject {
            reason: note("the domain is not proved"),
        },
        now,
    );
    assert_eq!(events.rules(), [RuleId::R08, RuleId::V07]);
    assert_eq!(world.hosting.unwrap().remaining(), 1, "the unit is back");
    assert_eq!(
        world.instance().hosting().halted,
        Some(Halt::ApplicationEnded)
    );
    assert!(world.tell(&Command::Wake, days(190)).is_empty());
    assert_eq!(next_wakeup(&world.case(), days(190), &world.law), None);
    world.tell(&Command::Update { data: data() }, days(191));
    assert_eq!(world.tell(&Command::Wake, days(191)).len(), 2);
}

#[test]
fn v06_nothing_follows_a_revoked_certificate_by_itself() {
    let (book, edition) = (book(), edition(&book()));
    let now = days(180);
    let hosted = |revoke: &dyn Fn(&mut World<'_>)| {
        let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
        world.issue("first", begin());
        revoke(&mut world);
        world.tell(&Command::SetHosting { enabled: true }, days(2));
        world.tell(&units(1), days(2));
        world
    };
    let mut left_alone = hosted(&|_| {});
    assert_eq!(left_alone.tell(&Command::Wake, now).len(), 3);
    for mut world in [
        hosted(&|world| drop(world.tell(&REVOKE, days(1)))),
        hosted(&|world| world.revoke(days(1), days(1))),
        hosted(&|world| {
            // By the CA itself, so nobody asked for it (T-48).
            let by_ca = sample_command(CommandKind::RecordCaRevocation, days(1));
            world.tell(&by_ca, days(1));
        }),
    ] {
        assert!(world.tell(&Command::Wake, now).is_empty());
        assert_eq!(next_wakeup(&world.case(), now, &world.law), None);
        // Its holder may apply.
        world.tell(&Command::Apply, now);
    }
}

#[test]
fn v06_data_that_is_not_acceptable_any_more_is_not_applied_with() {
    let (book, edition) = (book(), edition(&book()));
    let strict = book_with(|parts| {
        for clause in &mut parts.csr {
            clause.value.value.rsa_min_bits = 4_096;
        }
    });
    let strict_edition = self::edition(&strict);
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("first", begin());
    world.tell(&Command::SetHosting { enabled: true }, begin());
    world.tell(&units(1), begin());
    let now = days(210);
    world.law.conduct = &strict_edition;
    world.tell(&Command::Wake, now);
    assert_eq!(world.instance().hosting().halted, Some(Halt::NotAcceptable));
    assert_eq!(world.hosting.unwrap().used(), 0);
    assert!(world.tell(&Command::Wake, now).is_empty(), "said once");
    // It goes on once the rules accept it.
    world.law.conduct = &edition;
    world.tell(&Command::Wake, now);
    assert_eq!(world.status(now), Some(Status::Pending));
}

/// HS26: hosting units are bought by number, add up, and don't lapse.
#[test]
fn v12_hosting_units_never_lapse() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition);
    world.tell(&units(2), begin());
    world.tell(&units(1), days(3_000));
    let held = world.hosting.unwrap();
    assert_eq!((held.remaining(), held.used()), (3, 0));
}

/// Three years under shrinking ceilings: nobody acts, and the site is covered without a gap.
#[test]
fn v06_certificates_in_turn_cover_the_whole_term() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 1_095);
    world.issue("key 0", begin());
    world.tell(&Command::SetHosting { enabled: true }, begin());
    world.tell(&units(100), begin());
    let term = world.instance().term().unwrap();
    let mut last_look = begin();
    while let Some(now) = next_wakeup(&world.case(), last_look, &world.law) {
        last_look = now;
        world.tell(&Command::Wake, now);
        if world.instance().pending().is_some() {
            let seed = format!("key {}", world.instance().certificates().len());
            world.tell(&task(&seed), now);
            let certificate = world.fitting(&seed, now);
            world.tell(&Command::Issue { certificate }, now);
        }
    }
    let all = world.instance().certificates();
    let last = |place: usize| all[place].certificate().validity();
    for place in 1..all.len() {
        assert!(last(place).not_before() <= last(place - 1).not_after());
        assert!(book.ceilings().permits(last(place)));
    }
    assert_eq!(last(all.len() - 1).not_after(), term.end);
    let used = world.hosting.unwrap().used();
    assert_eq!(
        used,
        all.len() as u64 - 1,
        "one unit for each but the first"
    );
    assert!(all.len() > 6, "{}", all.len());
}

#[test]
fn k08_the_ceiling_of_the_day_holds() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 1_095);
    world.at_ca("k", begin());
    let until = requested_until(world.instance(), begin(), &world.law).unwrap();
    assert_eq!(until, begin().saturating_add(200 * DAY - 1));
    let too_long = certificate("k", "www.example.com", begin(), until.saturating_add(1));
    let issue = |certificate| Command::Issue { certificate };
    assert_eq!(
        world.refused(&issue(too_long), begin()).why(),
        Why::AboveCeiling(200)
    );
    let other = certificate("k", "other.example.com", begin(), until);
    assert_eq!(
        world.refused(&issue(other), begin()).why(),
        Why::CertificateNames
    );
    let fits = world.fitting("k", begin());
    assert_eq!(
        world.refused(&issue(fits.clone()), days(201)).rule(),
        RuleId::K11
    );
    world.tell(&issue(fits), begin());
}

#[test]
fn v08_deleted_in_the_states_of_the_edition() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("k", begin());
    let over = days(365).saturating_add(1);
    let refusal = world.refused(&Command::Delete, days(1));
    assert_eq!(
        (refusal.rule(), refusal.permitted_from()),
        (RuleId::V08, Some(over))
    );
    world.tell(&Command::Delete, over);
    assert_eq!(
        world.refused(&Command::Delete, over).why(),
        Why::InstanceDeleted
    );
}

#[test]
fn v09_what_was_never_issued_is_closed_for_good() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.tell(&Command::Close, days(1));
    assert_eq!(world.status(days(1)), Some(Status::Closed));
    let refusal = world.refused(&Command::Apply, days(1));
    assert_eq!(
        (refusal.rule(), refusal.why()),
        (RuleId::V04, Why::InstanceStatus)
    );
    assert!(
        refusal.to_string().starts_with(
            "Cannot apply for a certificate: the instance's status is closed. Rule V-04"
        ),
        "{refusal}"
    );
}

#[test]
fn l12_what_belongs_to_another_is_not_found() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("k", begin());
    world.tell(&Command::SetHosting { enabled: true }, begin());
    world.tell(&units(5), begin());
    let stranger = Case {
        account: AccountId::new("stranger").unwrap(),
        ..world.case()
    };
    for kind in CommandKind::ALL {
        let command = sample_command(*kind, days(1));
        if matches!(
            kind,
            CommandKind::Buy | CommandKind::Upload | CommandKind::BuyHosting
        ) {
            continue;
        }
        let refusal = decide(&stranger, &command, days(1), &world.law).unwrap_err();
        assert_eq!(
            (refusal.rule(), refusal.status()),
            (RuleId::R21, None),
            "{kind}"
        );
    }
    assert_eq!(next_wakeup(&stranger, begin(), &world.law), None);
    // Nor are another's units used.
    let other = AccountId::new("stranger").unwrap();
    let mut theirs = None;
    cert_lifecycle::lifecycle::v2::evolve_hosting(
        &mut theirs,
        other,
        HostingEvent::Bought {
            count: 9,
            at: begin(),
        },
    );
    let case = Case {
        hosting: theirs.as_ref(),
        ..world.case()
    };
    let events = decide(&case, &Command::Wake, days(210), &world.law).unwrap();
    assert!(matches!(
        events[0],
        Event::Instance {
            event: InstanceEvent::HostingHalted { .. },
            ..
        }
    ));
}

// The table.

const TABLE: &str = include_str!("data/v2_transitions.txt");
const COLUMNS: [&str; 13] = [
    "--", "IN", "PP", "PC", "NO", "RQ", "RV", "WE", "EX", "RE", "CL", "DE", "UP",
];

/// A well-formed world of a column, and the instant at which it is asked.
fn sample<'a>(column: &str, book: &'a Rulebook, edition: &'a Edition) -> (World<'a>, Timestamp) {
    let mut world = World::new(book, edition);
    let day = days(1);
    if column == "--" {
        return (world, day);
    }
    if column == "UP" {
        world.tell(&upload(begin(), days(90)), begin());
        return (world, day);
    }
    world = world.bought(ValidationClass::Dv, 365);
    match column {
        "IN" => {}
        "PP" => drop(world.tell(&Command::Apply, begin())),
        "PC" => world.at_ca("k", begin()),
        "RE" => drop(world.tell(&Command::Refund, begin())),
        "CL" => drop(world.tell(&Command::Close, begin())),
        "DE" => {
            world.tell(&Command::Close, begin());
            world.tell(&Command::Delete, begin());
        }
        "NO" | "RQ" | "RV" | "WE" | "EX" => world.issue("first", begin()),
        other => panic!("{other}"),
    }
    match column {
        "RQ" => drop(world.tell(&REVOKE, day)),
        "RV" => world.revoke(day, day),
        "WE" => return (world, days(350)),
        "EX" => return (world, days(366)),
        _ => {}
    }
    (world, day)
}

fn sample_command(kind: CommandKind, now: Timestamp) -> Command {
    match kind {
        CommandKind::Buy => buy(ValidationClass::Dv, 3_650),
        CommandKind::Upload => upload(now, now.saturating_add(90 * DAY)),
        CommandKind::BuyHosting => units(1),
        CommandKind::Update => Command::Update { data: data() },
        CommandKind::Apply => Command::Apply,
        CommandKind::Cancel => Command::Cancel,
        CommandKind::RequestRevocation => REVOKE,
        CommandKind::Refund => Command::Refund,
        CommandKind::Delete => Command::Delete,
        CommandKind::SetHosting => Command::SetHosting { enabled: true },
        CommandKind::Close => Command::Close,
        CommandKind::CompleteTask => task("k"),
        CommandKind::FailTask => Command::FailTask { reason: note("no") },
        CommandKind::Issue => Command::Issue {
            certificate: certificate("k", "www.example.com", now, now.saturating_add(90 * DAY)),
        },
        CommandKind::Reject => Command::Reject { reason: note("no") },
        CommandKind::CompleteRevocation => completion(now),
        CommandKind::RefuseRevocation => Command::RefuseRevocation { certificate: None },
        CommandKind::RecordCaRevocation => Command::RecordCaRevocation {
            certificate: None,
            reason: RevocationReason::KeyCompromise,
            at: now,
        },
        CommandKind::Wake => Command::Wake,
    }
}

fn code(world: &World<'_>, now: Timestamp) -> &'static str {
    let Some(instance) = &world.instance else {
        return "--";
    };
    match (world.status(now), instance.pending()) {
        (None, _) => "DE",
        (Some(Status::Pending), Some(pending)) if !pending.at_ca => "PP",
        (Some(Status::Pending), _) => "PC",
        (Some(Status::Inactive), _) => "IN",
        (Some(Status::Normal), _) => "NO",
        (Some(Status::WillExpire), _) => "WE",
        (Some(Status::Expired), _) => "EX",
        (Some(Status::Refund), _) => "RE",
        (Some(Status::Closed), _) => "CL",
    }
}

fn cell(column: &str, kind: CommandKind, book: &Rulebook, edition: &Edition) -> String {
    let (mut world, now) = sample(column, book, edition);
    let before = world.status(now);
    match world.ask(&sample_command(kind, now), now) {
        Err(refusal) => refusal.rule().to_string().replace('-', ""),
        Ok(events) if events.is_empty() => ".".to_owned(),
        Ok(_) if world.status(now) == before => "rec".to_owned(),
        Ok(_) => format!(">{}", code(&world, now)),
    }
}

#[test]
fn the_table_is_the_written_one() {
    let (book, edition) = (book(), edition(&book()));
    let mut lines = TABLE
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(head, COLUMNS);
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (line, kind) in lines.by_ref().zip(CommandKind::ALL) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        assert_eq!((fields[0], fields.len()), (kind.word(), 14), "{line}");
        for (column, written) in COLUMNS.iter().zip(&fields[1..]) {
            let made = cell(column, *kind, &book, &edition);
            seen += 1;
            if made != *written {
                wrong.push(format!("{kind} in {column}: {written}, made {made}"));
            }
        }
    }
    assert_eq!((seen, lines.next()), (13 * 19, None));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Every rule that only this model has, decides a cell of the table or follows a wake-up.
#[test]
fn every_rule_has_decided_something() {
    let (book, edition) = (book(), edition(&book()));
    let mut decided = BTreeSet::new();
    for column in COLUMNS {
        for kind in CommandKind::ALL {
            let (mut world, now) = sample(column, &book, &edition);
            match world.ask(&sample_command(*kind, now), now) {
                Ok(events) => {
                    assert!(!events.rules().is_empty(), "{kind} in {column}");
                    decided.extend(events.rules().to_vec());
                }
                Err(refusal) => drop(decided.insert(refusal.rule())),
            }
        }
    }
    // V-07 is seen where an automatic application fails.
    decided.insert(RuleId::V07);
    for record in V2_RULES {
        assert!(decided.contains(&record.id), "{}", record.id);
        assert_eq!(record.id.record(), Some(record));
    }
}

// The laws.

/// One step of a random life: what is asked, with which choice, after how many seconds.
#[derive(Clone, Debug)]
struct Step {
    kind: CommandKind,
    choice: u8,
    wait: i64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let waits = prop_oneof![
        Just(0),
        0..3 * DAY,
        0..60 * DAY,
        Just(170 * DAY),
        -2 * DAY..0_i64
    ];
    let kinds = prop_oneof![
        3 => prop::sample::select(CommandKind::ALL.to_vec()),
        2 => prop::sample::select(vec![
            CommandKind::Apply,
            CommandKind::CompleteTask,
            CommandKind::Issue,
            CommandKind::Wake,
        ]),
    ];
    let step =
        (kinds, any::<u8>(), waits).prop_map(|(kind, choice, wait)| Step { kind, choice, wait });
    prop::collection::vec(step, 1..60)
}

/// The command of a step: fitting for the most part, and hostile now and then.
fn command_of(step: &Step, world: &World<'_>, now: Timestamp) -> Command {
    let odd = step.choice.is_multiple_of(5);
    let seed = format!("key {}", step.choice % 4);
    let pending = world.instance.as_ref().and_then(|i| i.pending());
    match step.kind {
        CommandKind::CompleteTask => task(&seed),
        CommandKind::Issue => {
            let (until, own) =
                pending.map_or((now.saturating_add(DAY), None), |p| (p.until, p.key));
            let seed = (0..4)
                .map(|n| format!("key {n}"))
                .find(|seed| !odd && own == Some(key(seed)))
                .unwrap_or(seed);
            let certificate = certificate(&seed, "www.example.com", now.min(until), until);
            Command::Issue { certificate }
        }
        CommandKind::SetHosting => Command::SetHosting { enabled: !odd },
        CommandKind::Update if odd => Command::Update {
            data: data_with(&[], false, &[], CsrMethod::Upload(None)),
        },
        CommandKind::Buy => buy(ValidationClass::Ov, i64::from(step.choice) * 5),
        CommandKind::RequestRevocation if odd => Command::RequestRevocation {
            certificate: Some(Fingerprint::of(b"another")),
            reason: RevocationReason::PrivilegeWithdrawn,
        },
        CommandKind::CompleteRevocation if odd => completion(Timestamp::MAX),
        kind => sample_command(kind, now),
    }
}

/// Lives through the steps, and calls `each` around every one.
fn live(
    steps: &[Step],
    book: &Rulebook,
    edition: &Edition,
    mut each: impl FnMut(&World<'_>, &Command, Timestamp, &Result<Events, Refusal>, &World<'_>),
) {
    let mut world = World::new(book, edition);
    let mut now = begin();
    world.tell(&buy(ValidationClass::Dv, 400), now);
    world.tell(&Command::Update { data: data() }, now);
    world.tell(&units(2), now);
    for step in steps {
        now = now.saturating_add(step.wait);
        let command = command_of(step, &world, now);
        let before = world.clone();
        let answer = world.ask(&command, now);
        each(&before, &command, now, &answer, &world);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases::cases(192), failure_persistence: None, ..ProptestConfig::default() })]

    /// L1, L3, L4: an answer to everything; streams are the fold of the journal; a refusal changes
    /// nothing and explains itself.
    #[test]
    fn l1_l3_l4_total_replayed_and_unchanged_by_refusals(steps in steps()) {
        let (book, edition) = (book(), edition(&book()));
        live(&steps, &book, &edition, |before, command, now, answer, after| {
            if let Err(refusal) = answer {
                assert_eq!((&before.instance, &before.hosting), (&after.instance, &after.hosting));
                assert_eq!(refusal.command(), command.kind());
                let text = refusal.to_string();
                assert!(text.contains(&refusal.rule().to_string()) && text.len() < 480, "{text}");
                assert!(refusal.rule().record().is_some(), "{text}");
                assert!(!refusal.holds().contains(now), "{text}");
            }
            let (mut instance, mut hosting) = (None, None);
            for event in &after.journal {
                evolve(&mut instance, &mut hosting, event);
            }
            assert_eq!((&instance, &hosting), (&after.instance, &after.hosting));
            // L2: the same again.
            let again = decide(&before.case(), command, now, &before.law);
            assert_eq!(&again, answer);
        });
    }

    /// L5: no more money than was paid in cash, once; a unit is behind every automatic application
    /// that is under way or was issued, and behind nothing else.
    #[test]
    fn l5_money_and_units_are_kept(steps in steps()) {
        let (book, edition) = (book(), edition(&book()));
        let mut automatic = 0_u64;
        live(&steps, &book, &edition, |before, _, _, _, after| {
            let back: Vec<u64> = after
                .journal
                .iter()
                .filter_map(|event| match event {
                    Event::Instance { event: InstanceEvent::Refunded { cash, .. }, .. } => Some(*cash),
                    _ => None,
                })
                .collect();
            assert!(back.is_empty() || back == [26_800]);
            let instance = after.instance();
            if !back.is_empty() {
                assert!(instance.certificates().iter().all(|held| held.revoked().is_some()));
                assert!(instance.pending().is_none());
            }
            let was = before.instance().pending().is_some_and(|p| p.automatic);
            let grown = instance.certificates().len() > before.instance().certificates().len();
            automatic += u64::from(was && grown);
            let under_way = u64::from(instance.pending().is_some_and(|p| p.automatic));
            let units = after.hosting.unwrap();
            assert_eq!(units.used(), automatic + under_way);
            assert_eq!(units.total(), units.used() + units.remaining());
        });
    }

    /// L6: nobody need look: the statuses follow from the facts, by definition.
    #[test]
    fn l6_statuses_are_derived(steps in steps(), later in 0..500 * DAY) {
        let (book, edition) = (book(), edition(&book()));
        live(&steps, &book, &edition, |_, _, now, _, after| {
            let now = now.saturating_add(later);
            let instance = after.instance();
            let left = |end: Timestamp| {
                let day = |t: Timestamp| (t.unix_seconds() + 8 * 3_600).div_euclid(DAY);
                (now > end, day(end) - day(now) <= 30)
            };
            let expected = if instance.deleted_at().is_some() {
                None
            } else {
                Some(match (instance.ending(), instance.pending(), instance.term()) {
                    (Some(Ending::Refunded { .. }), _, _) => Status::Refund,
                    (Some(Ending::Closed { .. }), _, _) => Status::Closed,
                    (None, Some(_), _) => Status::Pending,
                    (None, None, None) => Status::Inactive,
                    (None, None, Some(term)) => match left(term.end) {
                        (true, _) => Status::Expired,
                        (false, true) => Status::WillExpire,
                        (false, false) => Status::Normal,
                    },
                })
            };
            assert_eq!(after.status(now), expected);
            for held in instance.certificates() {
                let expected = match (held.revoked(), left(held.certificate().validity().not_after())) {
                    (Some(_), _) => CertificateStatus::Revoked,
                    (None, (true, _)) => CertificateStatus::Expired,
                    (None, (false, true)) => CertificateStatus::WillExpire,
                    (None, (false, false)) => CertificateStatus::Issued,
                };
                assert_eq!(certificate_status(held, now, &edition), expected);
            }
        });
    }

    /// L8: nothing leads out of deleted, refund or closed but deletion; what is revoked stays so.
    #[test]
    fn l8_ends_are_final(steps in steps()) {
        let (book, edition) = (book(), edition(&book()));
        live(&steps, &book, &edition, |before, _, _, _, after| {
            let (old, new) = (before.instance(), after.instance());
            if old.deleted_at().is_some() {
                assert_eq!(old.deleted_at(), new.deleted_at());
                assert_eq!(old.certificates(), new.certificates());
            }
            if old.ending().is_some() {
                assert_eq!(old.ending(), new.ending());
                assert!(new.pending().is_none());
                assert_eq!(old.certificates().len(), new.certificates().len());
            }
            for (old, new) in old.certificates().iter().zip(new.certificates()) {
                if old.revoked().is_some() {
                    assert_eq!(old.revoked(), new.revoked());
                }
            }
        });
    }

    /// L10: availability and decide agree at every instant, and the windows of clauses are theirs.
    #[test]
    fn l10_availability_and_decide_agree(steps in steps(), ahead in -400 * DAY..800 * DAY) {
        let (book, edition) = (book(), edition(&book()));
        live(&steps, &book, &edition, |before, command, now, _, _| {
            let (case, law) = (before.case(), before.law);
            let mut instants = vec![now, now.saturating_add(ahead)];
            for clause in &clauses(&case, command, &law) {
                for edge in [clause.holds.from(), clause.holds.until()].into_iter().flatten() {
                    instants.extend([edge, edge.saturating_add(-1)]);
                }
            }
            for now in instants {
                let granted = decide(&case, command, now, &law).is_ok();
                let answer = availability(&case, command, now, &law);
                assert_eq!(answer.is_now(), granted, "{command:?} at {now}");
                match answer {
                    Availability::From { at, .. } => {
                        assert!(at > now && decide(&case, command, at, &law).is_ok());
                    }
                    Availability::Now { until: Some(until), .. } => {
                        assert!(decide(&case, command, until, &law).is_err());
                    }
                    _ => {}
                }
            }
        });
    }

    /// A wake-up finds something exactly from the instant on that was named for it.
    #[test]
    fn a_wake_up_is_not_missed(steps in steps(), ahead in 0..500 * DAY) {
        let (book, edition) = (book(), edition(&book()));
        live(&steps, &book, &edition, |_, _, now, _, after| {
            let found = |now| {
                decide(&after.case(), &Command::Wake, now, &after.law)
                    .is_ok_and(|events| !events.is_empty())
            };
            let looked = now.saturating_add(ahead);
            match next_wakeup(&after.case(), now, &after.law) {
                None => assert!(!found(now) && !found(looked)),
                Some(at) => {
                    assert!(at >= now && found(at), "{at}");
                    assert!(looked >= at || !found(looked));
                }
            }
        });
    }
}
