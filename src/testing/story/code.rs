//! A story as a Rust test. Every value is written as the public call that makes it.

use core::fmt::Write as _;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, writeln};

use crate::lifecycle::{Command, Paid, Slot};
use crate::model::challenge::RecordType;
use crate::model::{
    Applicant, Challenge, CsrFacts, Curve, DomainName, IssuedCertificate, KeyKind, KeySource,
    NameKind, Operation, Payment, Possession, Product, RevocationReason, RsaFacts, SignatureHash,
    SpkiDigest, SubjectAltName, Submission, Timestamp, ValidationClass, ValidationMethod,
};

use super::super::timeline::Step;
use super::Story;

/// What a regression test is about, as Rust expressions, which stand in the test as they are given:
/// see [`Story::test`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestOf<'a> {
    /// The machine.
    pub machine: &'a str,
    /// The rulebook whose editions the timeline names; `?` may end it.
    pub rulebook: &'a str,
    /// The invariants, as an array: `[crate::promise()]`. A story of a law of
    /// [`laws`](crate::testing::laws) holds that law in place of them.
    pub invariants: &'a str,
}

impl TestOf<'static> {
    /// This crate's machine, rulebook and invariants.
    pub const CORE: Self = Self {
        machine: "testing::Core",
        rulebook: "Rulebook::published()",
        invariants: "testing::INVARIANTS",
    };
}

/// What is seen wherever a step is taken, and needs no invariant.
const SEEN_BY_ITSELF: [&str; 2] = ["L1", "L2"];

/// The words of its name.
const NAME_WORDS: usize = 12;

pub(super) fn test(story: &Story, of: &TestOf<'_>) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let out = &mut text;
    for line in story.to_string().lines() {
        let gap = if line.is_empty() { "" } else { " " };
        let _ = writeln!(out, "//{gap}{}", line.trim_end());
    }
    let _ = writeln!(out, "#[test]");
    let _ = writeln!(
        out,
        "fn {}() -> Result<(), Box<dyn std::error::Error>> {{",
        name(story)
    );
    let published = of.rulebook.contains("Rulebook::");
    for line in [
        Some("use std::sync::Arc;"),
        published.then_some("use cert_lifecycle::rulebook::Rulebook;"),
        Some("use cert_lifecycle::{lifecycle, model, testing};"),
    ]
    .into_iter()
    .flatten()
    {
        let _ = writeln!(out, "    {line}");
    }
    let keys: Vec<String> = story
        .timeline
        .laws
        .editions()
        .iter()
        .map(|edition| format!("book.edition({})?", text_of(edition.key().as_str())))
        .collect();
    let _ = writeln!(out, "    let book = {};", of.rulebook);
    let _ = writeln!(out, "    let editions = vec![{}];", keys.join(", "));
    let _ = writeln!(
        out,
        "    let laws = Arc::new(testing::Laws::new(editions, book.ceilings().clone()));"
    );
    let _ = writeln!(out, "    let steps = vec![");
    for step in &story.timeline.steps {
        let _ = writeln!(out, "        testing::Step {{");
        for (field, value) in fields(step) {
            let _ = writeln!(out, "            {field}: {value},");
        }
        let _ = writeln!(out, "        }},");
    }
    let _ = writeln!(out, "    ];");
    let _ = writeln!(
        out,
        "    let timeline = testing::Timeline {{ laws, steps }};"
    );
    let (machine, invariants) = (of.machine, of.invariants);
    if let Some(law) = story.holds {
        // Its name in Rust is the one that it is printed by.
        let _ = writeln!(
            out,
            "    let held = testing::laws::LawId::{law:?}.hold(&timeline, &{machine});"
        );
        let _ = writeln!(out, "    assert_eq!(held, Ok(()));");
    } else {
        let _ = writeln!(out, "    let invariants = {invariants};");
        if !SEEN_BY_ITSELF.contains(&story.law.as_str()) {
            let law = text_of(&story.law);
            let _ = writeln!(
                out,
                "    let told = invariants.iter().any(|one| one.law == {law});"
            );
            let _ = writeln!(
                out,
                "    assert!(told, \"`invariants` of `TestOf` has no {{:?}}\", {law});"
            );
        }
        let _ = writeln!(
            out,
            "    let broken = testing::first_breach(&{machine}, &timeline, &invariants);"
        );
        let _ = writeln!(out, "    assert_eq!(broken, None);");
    }
    let _ = writeln!(out, "    Ok(())");
    let _ = writeln!(out, "}}");
    text
}

/// The law and what is wrong as a name: `l8_order_1_begins_a_second_time`.
fn name(story: &Story) -> String {
    let text = format!("{} {}", story.law, story.wrong).to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(NAME_WORDS)
        .collect();
    let name = words.join("_");
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name
    } else {
        format!("law_{name}")
    }
}

fn fields(step: &Step) -> [(&'static str, String); 7] {
    let instance = |id| format!("model::InstanceId::new({})?", text_of(id));
    [
        ("at", instant(step.at)),
        (
            "account",
            format!("model::AccountId::new({})?", text_of(step.account.as_str())),
        ),
        (
            "about",
            maybe(step.about.as_ref().map(|id| instance(id.as_str()))),
        ),
        (
            "other",
            maybe(step.other.as_ref().map(|id| instance(id.as_str()))),
        ),
        (
            "plan",
            maybe(step.plan.as_ref().map(|id| plan(id.as_str()))),
        ),
        ("conduct", step.conduct.to_string()),
        ("command", command(&step.command)),
    ]
}

fn text_of(text: &str) -> String {
    format!("{text:?}")
}

fn instant(at: Timestamp) -> String {
    format!("{}.parse()?", text_of(&at.to_string()))
}

fn maybe(value: Option<String>) -> String {
    value.map_or_else(|| "None".to_string(), |value| format!("Some({value})"))
}

fn plan(id: &str) -> String {
    format!("model::PlanId::new({})?", text_of(id))
}

fn order(order: crate::model::OrderId) -> String {
    format!("model::OrderId::new({})?", order.get())
}

fn note(note: &str) -> String {
    format!("model::Note::new({})?", text_of(note))
}

fn shared(value: &str) -> String {
    format!("Arc::new({value})")
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm a command: a new one must be thought of here"
)]
fn command(command: &Command) -> String {
    let kind = command.kind().word();
    let with = |fields: &[(&str, String)]| {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        let fields = fields.join(", ");
        format!("lifecycle::Command::{kind} {{ {fields} }}")
    };
    let of = |value: &str| format!("lifecycle::Command::{kind}({value})");
    match command {
        Command::BuyPlan {
            plan: id,
            product: bought,
            count,
            payment: paid,
        } => with(&[
            ("plan", plan(id.as_str())),
            ("product", product(bought)),
            (
                "count",
                format!("std::num::NonZeroU32::new({count}).ok_or(\"none\")?"),
            ),
            ("payment", payment(paid)),
        ]),
        Command::Buy(bought) => of(&shared(&format!(
            "lifecycle::NewPurchase {{ paid: {}, product: {}, slots: {}, chain: {} }}",
            paid(&bought.paid),
            product(&bought.product),
            slots(&bought.slots),
            maybe(bought.chain.as_ref().map(|id| chain(id.as_str()))),
        ))),
        Command::Draw(own) => of(&slot(own)),
        Command::Submit {
            instance,
            order: id,
            submission: own,
        } => with(&[
            (
                "instance",
                format!("model::InstanceId::new({})?", text_of(instance.as_str())),
            ),
            ("order", order(*id)),
            ("submission", shared(&submission(own))),
        ]),
        Command::Apply {
            order: id,
            submission: own,
        } => with(&[
            ("order", order(*id)),
            ("submission", shared(&submission(own))),
        ]),
        Command::RequestRevocation { reason: why } => with(&[("reason", reason(*why))]),
        Command::Deploy { target, domain: on } => with(&[
            (
                "target",
                format!("model::Target::new({})?", text_of(target.as_str())),
            ),
            ("domain", maybe(on.as_ref().map(domain))),
        ]),
        Command::Undeploy { target } => with(&[(
            "target",
            format!("model::Target::new({})?", text_of(target.as_str())),
        )]),
        Command::Renew {
            slot: own,
            paid: with_money,
        } => with(&[
            ("slot", slot(own)),
            ("paid", maybe(with_money.as_ref().map(paid))),
        ]),
        Command::EnableHosting(own) => of(&shared(&format!(
            "lifecycle::Extension {{ paid: {}, chain: {}, product: {}, slots: {}, submission: {} }}",
            paid(&own.paid),
            chain(own.chain.as_str()),
            product(&own.product),
            slots(&own.slots),
            maybe(
                own.submission
                    .as_deref()
                    .map(|own| shared(&submission(own)))
            ),
        ))),
        Command::Upload(own) => of(&shared(&format!(
            "lifecycle::Upload {{ slot: {}, product: {}, name: {}, certificate: {}, key: {} }}",
            slot(&own.slot),
            product(&own.product),
            note(own.name.as_str()),
            shared(&certificate(&own.certificate)),
            key_digest(own.key),
        ))),
        Command::RefuseRefund { reason: why }
        | Command::Reject { reason: why }
        | Command::RefuseRevocation { reason: why } => with(&[("reason", note(why.as_str()))]),
        Command::Activate { order: id } => with(&[("order", order(*id))]),
        Command::ReceiveChallenge {
            challenge: own,
            key,
        } => with(&[
            ("challenge", shared(&challenge(own))),
            ("key", key_digest(*key)),
        ]),
        Command::Approve { certificate: own } => {
            with(&[("certificate", shared(&certificate(own)))])
        }
        Command::CompleteRevocation { at } => with(&[("at", instant(*at))]),
        Command::RecordCaRevocation { reason: why, at } => {
            with(&[("reason", reason(*why)), ("at", instant(*at))])
        }
        Command::Withdraw
        | Command::Delete
        | Command::CancelOrder
        | Command::Close
        | Command::Merge
        | Command::Collect
        | Command::DeleteCertificate
        | Command::ClaimRefund
        | Command::CancelRefund
        | Command::GrantRefund
        | Command::ConfirmDomain
        | Command::ConfirmRevocation
        | Command::Wake => format!("lifecycle::Command::{kind}"),
    }
}

fn chain(id: &str) -> String {
    format!("model::ChainId::new({})?", text_of(id))
}

fn slot(slot: &Slot) -> String {
    format!(
        "lifecycle::Slot {{ instance: model::InstanceId::new({})?, order: {} }}",
        text_of(slot.instance.as_str()),
        order(slot.order)
    )
}

fn slots(all: &[Slot]) -> String {
    let all: Vec<String> = all.iter().map(slot).collect();
    format!("Arc::from([{}])", all.join(", "))
}

fn paid(paid: &Paid) -> String {
    format!(
        "lifecycle::Paid {{ purchase: model::PurchaseId::new({})?, payment: {} }}",
        text_of(paid.purchase.as_str()),
        payment(&paid.payment)
    )
}

fn payment(payment: &Payment) -> String {
    format!(
        "model::Payment {{ cash: {}, voucher: {}, currency: model::Currency::new({})?, add_on: {} }}",
        payment.cash,
        payment.voucher,
        text_of(payment.currency.as_str()),
        payment.add_on
    )
}

fn product(product: &Product) -> String {
    let class = match product.class {
        ValidationClass::Dv => "Dv",
        ValidationClass::Ov => "Ov",
        ValidationClass::Ev => "Ev",
    };
    let names = match product.names {
        NameKind::Single => "Single",
        NameKind::Wildcard => "Wildcard",
    };
    format!(
        "model::Product {{ code: model::ProductCode::new({})?, class: model::ValidationClass::{class}, names: model::NameKind::{names}, free: {} }}",
        text_of(product.code.as_str()),
        product.free
    )
}

fn reason(reason: RevocationReason) -> String {
    let word = match reason {
        RevocationReason::Unspecified => "Unspecified",
        RevocationReason::KeyCompromise => "KeyCompromise",
        RevocationReason::AffiliationChanged => "AffiliationChanged",
        RevocationReason::Superseded => "Superseded",
        RevocationReason::CessationOfOperation => "CessationOfOperation",
        RevocationReason::PrivilegeWithdrawn => "PrivilegeWithdrawn",
    };
    format!("model::RevocationReason::{word}")
}

fn domain(name: &DomainName) -> String {
    format!("model::DomainName::new({})?", text_of(name.as_str()))
}

fn method(method: ValidationMethod) -> &'static str {
    match method {
        ValidationMethod::Dns => "model::ValidationMethod::Dns",
        ValidationMethod::File => "model::ValidationMethod::File",
    }
}

fn key_kind(kind: KeyKind) -> String {
    match kind {
        KeyKind::Rsa { bits } => format!("model::KeyKind::Rsa {{ bits: {bits} }}"),
        KeyKind::Ec(curve) => {
            let curve = match curve {
                Curve::P256 => "P256",
                Curve::P384 => "P384",
                Curve::P521 => "P521",
                Curve::Other => "Other",
            };
            format!("model::KeyKind::Ec(model::Curve::{curve})")
        }
        KeyKind::Ed25519 => "model::KeyKind::Ed25519".to_string(),
        KeyKind::Other => "model::KeyKind::Other".to_string(),
    }
}

fn key_digest(key: SpkiDigest) -> String {
    format!("model::SpkiDigest::from_bytes({:?})", key.as_bytes())
}

fn bytes(bytes: &[u8]) -> String {
    format!("b\"{}\"", bytes.escape_ascii())
}

fn applicant(applicant: &Applicant) -> String {
    let who = format!(
        "model::Applicant::new({}, {}, {})?",
        text_of(applicant.name()),
        text_of(applicant.phone()),
        text_of(applicant.email())
    );
    match applicant.company() {
        Some(company) => format!(
            "{who}.for_company(model::Company::new({})?)",
            text_of(company.name())
        ),
        None => who,
    }
}

fn submission(own: &Submission) -> String {
    let (who, how) = (applicant(own.applicant()), method(own.method()));
    match (own.operation(), own.names(), own.key()) {
        (Operation::Request, [name], KeySource::ServiceMade(kind)) => format!(
            "model::Submission::request({}, {who}, {how}, {})",
            domain(name),
            key_kind(*kind)
        ),
        (Operation::WithCsr, [], KeySource::Own(request)) => {
            format!(
                "model::Submission::with_csr({}, {who}, {how})",
                csr(request)
            )
        }
        // The constructors let nothing else through.
        (Operation::ForPackage | Operation::Request | Operation::WithCsr, names, key) => {
            let names: Vec<String> = names.iter().map(domain).collect();
            let key = match key {
                KeySource::ServiceMade(kind) => {
                    format!("model::KeySource::ServiceMade({})", key_kind(*kind))
                }
                KeySource::Own(request) => {
                    format!("model::KeySource::Own({})", shared(&csr(request)))
                }
            };
            format!(
                "model::Submission::for_package(vec![{}], {who}, {how}, {key})?",
                names.join(", ")
            )
        }
    }
}

fn csr(csr: &CsrFacts) -> String {
    let hash = match csr.hash() {
        SignatureHash::Md5 => "Md5",
        SignatureHash::Sha1 => "Sha1",
        SignatureHash::Sha256 => "Sha256",
        SignatureHash::Sha384 => "Sha384",
        SignatureHash::Sha512 => "Sha512",
        SignatureHash::Intrinsic => "Intrinsic",
        SignatureHash::Other => "Other",
    };
    let possession = match csr.possession() {
        Possession::Proved => "Proved",
        Possession::Failed => "Failed",
        Possession::Unchecked => "Unchecked",
    };
    let mut text = format!(
        "model::CsrFacts::new({}, {}, {}, model::SignatureHash::{hash}, model::Possession::{possession})",
        bytes(csr.der()),
        key_kind(csr.key()),
        key_digest(csr.spki())
    );
    let out = &mut text;
    if let Some(facts) = csr.rsa() {
        let _ = write!(out, ".with_rsa({})", rsa(facts));
    }
    for name in csr.common_names() {
        let _ = write!(out, ".with_common_name({})", text_of(name.text()));
    }
    for name in csr.alt_names() {
        let name = match name {
            SubjectAltName::Dns(name) => format!("Dns({})", domain(name)),
            SubjectAltName::InvalidDns(text) => {
                format!("InvalidDns(Arc::from({}))", text_of(text))
            }
            SubjectAltName::Other => "Other".to_string(),
        };
        let _ = write!(out, ".with_alt_name(model::SubjectAltName::{name})");
    }
    for oid in csr.extensions() {
        let _ = write!(out, ".with_extension({})", text_of(oid));
    }
    if csr.must_staple() {
        out.push_str(".with_must_staple()");
    }
    text
}

fn rsa(facts: &RsaFacts) -> String {
    let exponent = match facts.exponent.value() {
        Some(value) => format!("model::RsaExponent::new({value})"),
        None => format!(
            "model::RsaExponent::large({}, {})?",
            facts.exponent.bits(),
            facts.exponent.is_odd()
        ),
    };
    format!(
        "model::RsaFacts {{ exponent: {exponent}, factors: model::FactorSearch::new({}, {:?})?, fermat: model::FermatSearch::new({}, {:?})?, roca: {} }}",
        facts.factors.below(),
        facts.factors.found(),
        facts.fermat.rounds(),
        facts.fermat.split(),
        facts.roca
    )
}

fn challenge(own: &Challenge) -> String {
    match own {
        Challenge::Dns {
            record_domain,
            record_type,
            value,
        } => {
            let kind = match record_type {
                RecordType::Txt => "Txt",
                RecordType::Cname => "Cname",
            };
            format!(
                "model::Challenge::dns({}, model::challenge::RecordType::{kind}, {})?",
                text_of(record_domain),
                text_of(value)
            )
        }
        Challenge::File {
            domain,
            uri,
            content,
        } => format!(
            "model::Challenge::file({}, {}, {})?",
            text_of(domain),
            text_of(uri),
            text_of(content)
        ),
    }
}

fn certificate(own: &IssuedCertificate) -> String {
    let facts = own.facts();
    let names: Vec<String> = facts.names.iter().map(domain).collect();
    let chain: Vec<String> = facts
        .chain
        .iter()
        .map(|der| format!("Arc::from({}.as_slice())", bytes(der)))
        .collect();
    format!(
        "model::IssuedCertificate::new(model::CertificateFacts {{ der: Arc::from({}.as_slice()), chain: vec![{}], names: vec![{}], key: {}, spki: {}, validity: model::Validity::new({}, {})?, serial: model::Serial::new(&{:?})?, issuer: Arc::from({}) }})?",
        bytes(&facts.der),
        chain.join(", "),
        names.join(", "),
        key_kind(facts.key),
        key_digest(facts.spki),
        instant(facts.validity.not_before()),
        instant(facts.validity.not_after()),
        facts.serial.as_bytes(),
        text_of(&facts.issuer)
    )
}
