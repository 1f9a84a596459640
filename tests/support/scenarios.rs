//! Refusals worth reading, one for each thing that can be the matter, and every answer of the
//! scenarios that lead to them.

use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::lifecycle::sample::{sample, sample_command};
use cert_lifecycle::lifecycle::{Command, CommandKind, Events, Law, Refusal, decide};
use cert_lifecycle::model::{
    AccountId, Curve, FactorSearch, FermatSearch, KeyKind, KeySource, NameKind, Payment, PlanId,
    Possession, RevocationReason, RsaExponent, RsaFacts, SignatureHash, SpkiDigest, Status,
    SubjectAltName, Submission, Timestamp, ValidationClass, ValidationMethod,
};
use cert_lifecycle::model::{CsrFacts, Product};
use cert_lifecycle::rulebook::{Edition, Rulebook};

use super::scene::{
    Story, applicant, application_for, at, certificate, challenge, name, note, product, request,
    sound_rsa,
};
use super::slots;

/// An answer, and the command that it was given to.
pub type Answer = (CommandKind, Result<Events, Refusal>);

/// A refusal with a sentence that says how it came to be.
pub struct Told {
    /// How it came to be.
    pub title: String,
    /// The refusal.
    pub refusal: Refusal,
}

/// Asks for everything in every status, under every named edition, for every class.
pub fn everything_everywhere(book: &Rulebook) -> Vec<Answer> {
    let mut all = Vec::new();
    for point in book.points() {
        let edition = book.edition(point.key.as_str()).unwrap();
        let law = Law::single(&edition, book.ceilings());
        let statuses = [None].into_iter().chain(Status::ALL.into_iter().map(Some));
        for (status, class) in statuses.flat_map(|s| ValidationClass::ALL.map(|class| (s, class))) {
            let Some(found) = sample(status, class, &law) else {
                continue;
            };
            for kind in CommandKind::ALL {
                let command = sample_command(kind, class, &law).unwrap();
                let case = found.world.case_for(&command, found.now, &law);
                all.push((kind, decide(&case, &command, found.now, &law)));
            }
        }
    }
    all
}

const NOW: &str = "2024-03-01T09:00:00+08:00";

const REVOKE: Command = Command::RequestRevocation {
    reason: RevocationReason::Unspecified,
};

/// One refusal for each thing that can be the matter.
pub fn refusals(book: &Rulebook) -> Vec<Told> {
    let mut all = Vec::new();
    let mut tell = |title: &str, refusal: Refusal| {
        all.push(Told {
            title: title.to_owned(),
            refusal,
        });
    };
    let edition = |key: &str| book.edition(key).unwrap();
    let (s1, s3, s4) = (
        edition("2019-08-intl"),
        edition("2021-02-api"),
        edition("2023-api"),
    );
    let now = at(NOW);

    let mut story = Story::new(book, &s4, 1);
    tell(
        "an order that does not exist",
        story.refused(0, &Command::Withdraw, now),
    );
    story.issue(0, now);
    let mut foreign = story.case(0);
    foreign.account = AccountId::new("stranger").unwrap();
    tell(
        "an order of somebody else",
        decide(&foreign, &Command::Delete, now, &story.law).unwrap_err(),
    );
    let submit = story.submission(1, application_for(story.product));
    tell("a plan without a unit", story.refused(1, &submit, now));
    let mut bare = story.case(1);
    bare.plan = None;
    tell(
        "no plan",
        decide(&bare, &submit, now, &story.law).unwrap_err(),
    );
    let again = Command::BuyPlan {
        plan: PlanId::new("plan").unwrap(),
        product: story.product,
        count: NonZeroU32::MIN,
        payment: Payment::NONE,
    };
    tell("a plan's id used again", story.refused(0, &again, now));
    tell(
        "withdrawing what is issued",
        story.refused(0, &Command::Withdraw, now),
    );
    tell(
        "deleting what is issued",
        story.refused(0, &Command::Delete, now),
    );
    let expired = now.saturating_add(365 * 86_400);
    tell("revoking what expired", story.refused(0, &REVOKE, expired));
    tell(
        "withdrawing what expired",
        story.refused(0, &Command::Withdraw, expired),
    );
    let privilege = Command::RequestRevocation {
        reason: RevocationReason::PrivilegeWithdrawn,
    };
    tell(
        "a reason that is the CA's",
        story.refused(0, &privilege, now),
    );
    let no = Command::RefuseRevocation {
        reason: note("the key is in use"),
    };
    tell(
        "refusing a revocation that nobody asked for",
        story.refused(0, &no, now),
    );
    tell(
        "completing a revocation that nobody asked for",
        story.refused(0, &Command::CompleteRevocation { at: Timestamp::MAX }, now),
    );
    let wrong = Law::single(&s3, book.ceilings());
    tell(
        "judged by another edition than the pinned one",
        decide(&story.case(0), &REVOKE, now, &wrong).unwrap_err(),
    );
    tell(
        "a revocation without the plan",
        decide(&bare_of_plan(&story, 0), &REVOKE, now, &story.law).unwrap_err(),
    );
    story.tell(0, &REVOKE, now);
    tell("revoking twice", story.refused(0, &REVOKE, now));
    tell(
        "deleting while the revocation is under way",
        story.refused(0, &Command::Delete, now),
    );
    story.tell(0, &Command::CompleteRevocation { at: Timestamp::MAX }, now);
    tell("revoking what is revoked", story.refused(0, &REVOKE, now));
    story.issue(1, now);
    tell(
        "a second revocation with a plan of one",
        story.refused(1, &REVOKE, now),
    );

    in_application(book, [&s1, &s3, &s4], &mut tell);
    of_applications(book, [&s3, &s4], &mut tell);
    of_the_ca(book, &s4, &mut tell);
    slots::refusals(book, &mut tell);
    all
}

fn bare_of_plan<'a>(story: &'a Story<'_>, slot: usize) -> cert_lifecycle::lifecycle::Case<'a> {
    let mut case = story.case(slot);
    case.plan = None;
    case
}

/// Orders on their way.
fn in_application(
    book: &Rulebook,
    [s1, s3, s4]: [&Edition; 3],
    tell: &mut impl FnMut(&str, Refusal),
) {
    let now = at(NOW);
    let mut story = Story::new(book, s3, 2);
    story.submit(0, now);
    tell(
        "deleting before the withdrawal",
        story.refused(0, &Command::Delete, now),
    );
    tell(
        "a domain that was not challenged",
        story.refused(0, &Command::ConfirmDomain, now),
    );
    tell("revoking before issuance", story.refused(0, &REVOKE, now));
    let approve = story.approval(0, now, now.saturating_add(86_400));
    tell(
        "an approval before the proof",
        story.refused(0, &approve, now),
    );
    let file = Command::ReceiveChallenge {
        challenge: challenge(ValidationMethod::File),
        key: SpkiDigest::of(b"key"),
    };
    tell(
        "a challenge of the other method",
        story.refused(0, &file, now),
    );
    story.challenge(0, now);
    let other = Command::ReceiveChallenge {
        challenge: challenge(ValidationMethod::Dns),
        key: SpkiDigest::of(b"another key"),
    };
    tell("a challenge for another key", story.refused(0, &other, now));
    story.tell(0, &Command::ConfirmDomain, now);
    story.tell(
        0,
        &Command::Reject {
            reason: note("organization not found"),
        },
        now,
    );
    tell(
        "withdrawing what failed",
        story.refused(0, &Command::Withdraw, now),
    );
    tell(
        "an approval after the rejection",
        story.refused(0, &approve, now),
    );
    tell(
        "confirming the domain of what failed",
        story.refused(0, &Command::ConfirmDomain, now),
    );
    let again = story.submission(0, application_for(story.product));
    tell("an instance's id used again", story.refused(0, &again, now));
    let by_ca = Command::RecordCaRevocation {
        reason: RevocationReason::KeyCompromise,
        at: Timestamp::MAX,
    };
    tell(
        "a CA that revokes what it did not issue",
        story.refused(0, &by_ca, now),
    );

    let mut old = Story::new(book, s1, 1);
    old.review(0, now);
    tell(
        "withdrawing in review, in 2019",
        old.refused(0, &Command::Withdraw, now),
    );

    let mut pending = Story::new(book, s4, 1);
    pending.submit(0, now);
    pending.tell(0, &Command::Withdraw, now);
    tell(
        "cancelling in one step, before 2025-12",
        pending.refused(0, &Command::CancelOrder, now),
    );

    let mut ov = Story::of(book, s3, product(ValidationClass::Ov, NameKind::Single), 1);
    ov.issue(0, now);
    ov.tell(0, &REVOKE, now);
    tell(
        "completing before the mail is answered",
        ov.refused(0, &Command::CompleteRevocation { at: Timestamp::MAX }, now),
    );
}

fn service_made() -> KeySource {
    KeySource::ServiceMade(KeyKind::Ec(Curve::P256))
}

fn for_package(
    names: &[&str],
    company: bool,
    method: ValidationMethod,
    key: KeySource,
) -> Submission {
    let names = names.iter().map(|text| name(text)).collect();
    Submission::for_package(names, applicant(company), method, key).unwrap()
}

/// Applications that are not acceptable.
fn of_applications(book: &Rulebook, [s3, s4]: [&Edition; 2], tell: &mut impl FnMut(&str, Refusal)) {
    let now = at(NOW);
    let dv = product(ValidationClass::Dv, NameKind::Single);
    let ov = product(ValidationClass::Ov, NameKind::Single);
    let wildcard = product(ValidationClass::Dv, NameKind::Wildcard);
    let dns = ValidationMethod::Dns;
    let own = |csr: CsrFacts| Submission::with_csr(csr, applicant(true), dns);
    let facts = |key, hash, possession| {
        CsrFacts::new(b"request", key, SpkiDigest::of(b"key"), hash, possession)
            .with_common_name("www.example.com")
    };
    let p256 = KeyKind::Ec(Curve::P256);
    let (sha256, proved) = (SignatureHash::Sha256, Possession::Proved);
    let rsa = |flawed: RsaFacts| {
        own(facts(KeyKind::Rsa { bits: 2_048 }, sha256, proved).with_rsa(flawed))
    };
    let sound = sound_rsa();
    let six: Vec<String> = (1..=6).map(|n| format!("w{n}.example.com")).collect();
    let six: Vec<&str> = six.iter().map(String::as_str).collect();
    let no_name = CsrFacts::new(b"request", p256, SpkiDigest::of(b"key"), sha256, proved);
    let elsewhere = SubjectAltName::Dns(name("else.example.com"));
    let both = KeySource::Own(Arc::new(request("www.example.com", "own key")));
    let console = book.edition("2020-09").unwrap();
    let cases: Vec<(&str, &Edition, Product, Submission)> = vec![
        (
            "an OV product by a DV operation",
            s4,
            ov,
            own(request("www.example.com", "k")),
        ),
        (
            "an OV application without a company",
            s4,
            ov,
            for_package(&["www.example.com"], false, dns, service_made()),
        ),
        (
            "six domains",
            s3,
            dv,
            for_package(&six, false, dns, service_made()),
        ),
        (
            "a wildcard for a single-name product",
            s4,
            dv,
            for_package(&["*.example.com"], false, dns, service_made()),
        ),
        (
            "a file for a wildcard",
            s4,
            wildcard,
            for_package(
                &["*.example.com"],
                false,
                ValidationMethod::File,
                service_made(),
            ),
        ),
        (
            "a domain in Japan",
            &console,
            ov,
            for_package(&["www.example.jp"], true, dns, service_made()),
        ),
        (
            "a DV certificate for a government's domain",
            &console,
            dv,
            for_package(&["www.example.gov"], false, dns, service_made()),
        ),
        (
            "a small RSA key",
            s4,
            dv,
            own(facts(KeyKind::Rsa { bits: 1_024 }, sha256, proved)),
        ),
        (
            "an RSA key that nobody examined",
            s4,
            dv,
            own(facts(KeyKind::Rsa { bits: 2_048 }, sha256, proved)),
        ),
        (
            "an RSA key of the flawed generator",
            s4,
            dv,
            rsa(RsaFacts {
                roca: true,
                ..sound
            }),
        ),
        (
            "an RSA key with close primes",
            s4,
            dv,
            rsa(RsaFacts {
                fermat: FermatSearch::new(128, Some(100)).unwrap(),
                ..sound
            }),
        ),
        (
            "an RSA key that was examined for too few rounds",
            s4,
            dv,
            rsa(RsaFacts {
                fermat: FermatSearch::new(99, None).unwrap(),
                ..sound
            }),
        ),
        (
            "an RSA key with a small factor",
            s4,
            dv,
            rsa(RsaFacts {
                factors: FactorSearch::new(752, Some(751)).unwrap(),
                ..sound
            }),
        ),
        (
            "an RSA key that too few primes were tried on",
            s4,
            dv,
            rsa(RsaFacts {
                factors: FactorSearch::new(751, None).unwrap(),
                ..sound
            }),
        ),
        (
            "an RSA key with exponent 1",
            s4,
            dv,
            rsa(RsaFacts {
                exponent: RsaExponent::new(1),
                ..sound
            }),
        ),
        (
            "a request signed with SHA-1",
            s4,
            dv,
            own(facts(p256, SignatureHash::Sha1, proved)),
        ),
        (
            "a request that proves no possession",
            s4,
            dv,
            own(facts(p256, sha256, Possession::Failed)),
        ),
        (
            "a request that could not be checked",
            s4,
            dv,
            own(facts(p256, sha256, Possession::Unchecked)),
        ),
        (
            "a request without a common name",
            s4,
            dv,
            own(no_name.clone()),
        ),
        (
            "a common name that is an address",
            s4,
            dv,
            own(no_name.with_common_name("192.0.2.1")),
        ),
        (
            "two common names",
            s4,
            dv,
            own(request("www.example.com", "k").with_common_name("b.example.com")),
        ),
        (
            "a common name outside its alternative names",
            s4,
            dv,
            own(request("www.example.com", "k").with_alt_name(elsewhere)),
        ),
        (
            "a common name outside the domains",
            s4,
            dv,
            for_package(&["a.example.com", "b.example.com"], false, dns, both),
        ),
    ];
    for (title, edition, product, submission) in cases {
        let story = Story::of(book, edition, product, 1);
        let command = story.submission(0, Arc::new(submission));
        tell(title, story.refused(0, &command, now));
    }
}

/// Answers of the CA that do not fit.
fn of_the_ca(book: &Rulebook, edition: &Edition, tell: &mut impl FnMut(&str, Refusal)) {
    let now = at(NOW);
    let mut story = Story::new(book, edition, 1);
    story.review(0, now);
    let application = story.instance(0).application().unwrap();
    let (key, names) = (
        super::scene::key_of(application),
        application.names().to_vec(),
    );
    let approve = |key, names: &[_], from: Timestamp, to: Timestamp| Command::Approve {
        certificate: certificate(key, names, from, to),
    };
    let later = now.saturating_add(86_400);
    let cases = [
        (
            "a certificate with another key",
            approve(SpkiDigest::of(b"another"), &names, now, later),
        ),
        (
            "a certificate with another name",
            approve(key, &[name("else.example.com")], now, later),
        ),
        (
            "a certificate above the ceiling",
            approve(key, &names, now, now.saturating_add(398 * 86_400)),
        ),
        (
            "a certificate that is over",
            approve(
                key,
                &names,
                now.saturating_add(-86_400),
                now.saturating_add(-1),
            ),
        ),
        (
            "a certificate above the first ceiling",
            approve(
                key,
                &names,
                at("2019-01-01T00:00:00Z"),
                at("2024-12-31T00:00:00Z"),
            ),
        ),
    ];
    for (title, command) in cases {
        tell(title, story.refused(0, &command, now));
    }
    let fits = approve(key, &names, now, later);
    story.tell(0, &fits, now);
    let other = approve(key, &names, now, later.saturating_add(1));
    tell(
        "a second certificate for one order",
        story.refused(0, &other, now),
    );
}
