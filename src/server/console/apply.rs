//! Applying with a slot, for the first time or again, and what proves the domain.

use std::string::String;
use std::vec::Vec;

use http::StatusCode;
use maud::{Markup, html};

use crate::model::{
    Applicant, Application, Challenge, Company, Curve, DomainName, KeyKind, KeySource, OrderId,
    Submission, ValidationClass, ValidationMethod,
};
use crate::pki::{Limits, parse_csr};
use crate::service::{Description, ServiceError};

use super::acts::below;
use super::certificate::{found, title};
use super::form::{Line, Mistakes};
use super::frame::{Place, page};
use super::reply::Reply;
use super::status::badge;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::Visit;

/// Its place in the address.
pub(super) const PATH: &str = "apply";

/// The keys that the service makes here.
const KEYS: [(&str, KeyKind); 4] = [
    ("rsa-2048", KeyKind::Rsa { bits: 2_048 }),
    ("rsa-4096", KeyKind::Rsa { bits: 4_096 }),
    ("p-256", KeyKind::Ec(Curve::P256)),
    ("p-384", KeyKind::Ec(Curve::P384)),
];

pub(super) async fn ask(visit: &Visit<'_>, order: &str) -> Result<Reply, Trouble> {
    let found = found(visit, order).await?;
    let order = found.instance.order();
    // Whether it may be applied with at all is told before anything is filled in.
    let offers = visit.service().allowed(visit.account(), order).await?;
    let refused = offers
        .into_iter()
        .find(|offer| offer.command == crate::lifecycle::CommandKind::Apply);
    if let Some(refusal) = refused.and_then(|offer| offer.refusal) {
        return Err(ServiceError::from(refusal).into());
    }
    form(visit, &found, &Mistakes::default())
}

pub(super) async fn send(visit: &Visit<'_>, order: &str) -> Result<Reply, Trouble> {
    let caller = visit.caller()?;
    let slot: OrderId = order.parse().map_err(|_| Trouble::NotFound)?;
    let mut mistakes = Mistakes::default();
    if let Some(submission) = submission(visit, &mut mistakes) {
        let (account, service) = (visit.account(), visit.service());
        visit.conductor.take_up(account, slot).await;
        let (begun, _) = service.apply(caller, slot, submission).await?;
        visit.conductor.settle(account, begun, true).await;
        return Ok(Reply::see(std::format!("{}?done={PATH}", below(begun, ""))));
    }
    let found = found(visit, order).await?;
    form(visit, &found, &mistakes)
}

/// What was filled in, if it can be read; whether it is acceptable is the rules' to say.
fn submission(visit: &Visit<'_>, mistakes: &mut Mistakes) -> Option<Submission> {
    let asked = visit.asked;
    let mut names: Vec<DomainName> = Vec::new();
    let separated = asked.field("names").split([',', ' ', '\r', '\n', '\t']);
    for text in separated.filter(|text| !text.is_empty()) {
        match DomainName::new(text) {
            Ok(name) => names.push(name),
            Err(_) => mistakes.add("names", visit.words.fill(Text::NotAName, &[&text])),
        }
    }
    let csr = asked.field("csr");
    let key = if csr.is_empty() {
        let chosen = KEYS.iter().find(|(word, _)| *word == asked.field("kind"));
        chosen.map(|(_, kind)| KeySource::ServiceMade(*kind))
    } else {
        match parse_csr(csr.as_bytes(), &Limits::default()) {
            Ok(facts) => Some(KeySource::Own(facts.into())),
            Err(error) => {
                mistakes.add("csr", visit.words.fill(Text::NotACsr, &[&error]));
                None
            }
        }
    };
    if names.is_empty() && csr.is_empty() {
        mistakes.add("names", visit.say(Text::NamesNeeded));
    }
    let method = asked.field("method");
    let method = ValidationMethod::ALL
        .into_iter()
        .find(|own| own.word() == method);
    let (name, phone, email) = (
        asked.field("person"),
        asked.field("phone"),
        asked.field("email"),
    );
    let applicant = match Applicant::new(name, phone, email) {
        Ok(applicant) => Some(applicant),
        Err(error) => {
            mistakes.add("person", visit.words.fill(Text::NotAContact, &[&error]));
            None
        }
    };
    let company = match asked.field("company") {
        "" => None,
        company => match Company::new(company) {
            Ok(company) => Some(company),
            Err(error) => {
                mistakes.add("company", visit.words.fill(Text::NotAContact, &[&error]));
                None
            }
        },
    };
    let (Some(key), Some(method), Some(applicant), false) =
        (key, method, applicant, mistakes.any())
    else {
        if !mistakes.any() {
            mistakes.add("method", visit.say(Text::ChooseMethod));
        }
        return None;
    };
    let applicant = match company {
        Some(company) => applicant.for_company(company),
        None => applicant,
    };
    match Submission::for_package(names, applicant, method, key) {
        Ok(submission) => Some(submission),
        Err(error) => {
            mistakes.add("names", std::format!("{error}"));
            None
        }
    }
}

/// What stands in the fields: what was sent, or what the slot was applied with before.
fn value(visit: &Visit<'_>, name: &str, before: Option<String>) -> String {
    if visit.asked.post {
        return visit.asked.field(name).into();
    }
    before.unwrap_or_default()
}

fn form(visit: &Visit<'_>, found: &Description, mistakes: &Mistakes) -> Result<Reply, Trouble> {
    let own = &found.instance;
    let former = own.application();
    let person = former.map(|own| own.submission().applicant());
    let joined = |own: &Application| {
        let names: Vec<String> = own
            .names()
            .iter()
            .map(|name| std::format!("{name}"))
            .collect();
        names.join(", ")
    };
    let line = |name, label, before: Option<&str>| {
        let text = value(visit, name, before.map(String::from));
        Line::text(name, label, &text).show(visit, mistakes)
    };
    let names = value(visit, "names", former.map(joined));
    let method = value(
        visit,
        "method",
        former.map(|own| own.submission().method().word().into()),
    );
    let for_company = own.product().class != ValidationClass::Dv;
    let name = visit.say(Text::DoApply);
    let main = html! {
        div.head { h1 { (name) } (badge(visit.words, found.status)) }
        p.lead { (title(visit, own)) " · " (own.product().code) }
        form.form method="post" action=(below(own.order(), PATH)) {
            (mistakes.summary(visit))
            (visit.form()?)
            div.panel {
                (Line::text("names", Text::NamesLabel, &names)
                    .with_hint(Text::NamesHint)
                    .longer()
                    .show(visit, mistakes))
                div.field {
                    label for="method" { (visit.say(Text::MethodLabel)) }
                    select #method name="method" {
                        @for own in ValidationMethod::ALL {
                            option value=(own.word()) selected[own.word() == method] { (own.word()) }
                        }
                    }
                    (mistakes.below("method"))
                }
            }
            fieldset.panel {
                legend { (visit.say(Text::ApplicantLabel)) }
                div.pair {
                    (line("person", Text::PersonLabel, person.map(Applicant::name)))
                    (line("phone", Text::PhoneLabel, person.map(Applicant::phone)))
                    (line("email", Text::EmailLabel, person.map(Applicant::email)))
                    @if for_company {
                        (line("company", Text::CompanyLabel, person.and_then(Applicant::company).map(Company::name)))
                    }
                }
            }
            fieldset.panel {
                legend { (visit.say(Text::KeyLabel)) }
                div.field {
                    label for="kind" { (visit.say(Text::MakeKey)) }
                    select #kind name="kind" {
                        @let chosen = value(visit, "kind", None);
                        @for (word, kind) in KEYS { option value=(word) selected[word == chosen] { (kind) } }
                    }
                }
                div.field {
                    label for="csr" { (visit.say(Text::OwnCsr)) }
                    textarea #csr name="csr" rows="8" spellcheck="false" maxlength="16384"
                        aria-invalid=[mistakes.invalid("csr")]
                        aria-describedby=[mistakes.describe("csr", true)] {
                        (value(visit, "csr", None))
                    }
                    p.hint #csr-hint { (visit.say(Text::CsrHint)) }
                    (mistakes.below("csr"))
                }
            }
            div.acts {
                button.main type="submit" { (name) }
                a.button href=(below(own.order(), "")) { (visit.say(Text::Cancel)) }
            }
        }
    };
    let status = if mistakes.any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok(Reply::page(
        status,
        page(visit, Place::Certificates, name, &main),
    ))
}

/// What is to be published, in fields from which it is copied.
pub(super) fn challenge(visit: &Visit<'_>, application: Option<&Application>) -> Markup {
    let field = |id: &str, label: Text, value: &str| {
        html! {
            div.field {
                label for=(id) { (visit.say(label)) }
                input id=(id) type="text" readonly value=(value) class="code";
            }
        }
    };
    html! {
        @if let Some(challenge) = application.and_then(Application::challenge) {
            section.panel aria-labelledby="challenge" {
                h2 #challenge { (visit.say(Text::ChallengeHeading)) }
                p.hint { (visit.say(Text::ChallengeHint)) }
                @match challenge {
                    Challenge::Dns { record_domain, record_type, value } => {
                        (field("record-name", Text::RecordName, record_domain))
                        (field("record-type", Text::RecordType, record_type.word()))
                        (field("record-value", Text::RecordValue, value))
                    }
                    Challenge::File { domain, uri, content } => {
                        (field("file-domain", Text::DomainName, domain))
                        (field("file-uri", Text::FilePath, uri))
                        (field("file-content", Text::FileContent, content))
                    }
                }
            }
        }
    }
}
