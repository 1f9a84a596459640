//! What is handed in with an application: names, the applicant, and the key or a request for one's own.

use std::string::String;
use std::vec::Vec;

use maud::{Markup, html};

use crate::model::{
    Applicant, Application, CertificateInstance, Company, Curve, DomainName, KeyKind, KeySource,
    Submission, ValidationClass, ValidationMethod,
};
use crate::pki::{Limits, parse_csr};

use super::form::{Line, Mistakes};
use super::text::Text;
use super::visit::Visit;

/// The keys that the service makes here.
const KEYS: [(&str, KeyKind); 4] = [
    ("rsa-2048", KeyKind::Rsa { bits: 2_048 }),
    ("rsa-4096", KeyKind::Rsa { bits: 4_096 }),
    ("p-256", KeyKind::Ec(Curve::P256)),
    ("p-384", KeyKind::Ec(Curve::P384)),
];

/// What was filled in, if it can be read; whether it is acceptable is the rules' to say.
pub(super) fn read(visit: &Visit<'_>, mistakes: &mut Mistakes) -> Option<Submission> {
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
    // Each beside the others as they may be, so that all mistakes are told, each at its field.
    let (good_name, good_phone, good_email) = ("Tom", "13900000000", "username@example.com");
    for (field, parts) in [
        ("person", (name, good_phone, good_email)),
        ("phone", (good_name, phone, good_email)),
        ("email", (good_name, good_phone, email)),
    ] {
        if let Err(error) = Applicant::new(parts.0, parts.1, parts.2) {
            mistakes.add(field, visit.words.fill(Text::NotAContact, &[&error]));
        }
    }
    let applicant = Applicant::new(name, phone, email).ok();
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

/// The fields, with what the slot was applied with before, or the names of its certificate.
pub(super) fn fields(
    visit: &Visit<'_>,
    class: ValidationClass,
    own: &CertificateInstance,
    mistakes: &Mistakes,
) -> Markup {
    let former = own.application();
    let person = former.map(|own| own.submission().applicant());
    let joined = |names: &[DomainName]| {
        let names: Vec<String> = names.iter().map(|name| std::format!("{name}")).collect();
        names.join(", ")
    };
    // Of one from elsewhere there is the certificate alone.
    let certified = own.certificate().map(|own| own.facts().names.as_slice());
    let begun = former.map(Application::names).or(certified);
    let line = |name, label, before: Option<&str>| {
        let text = value(visit, name, before.map(String::from));
        Line::text(name, label, &text).show(visit, mistakes)
    };
    let names = value(visit, "names", begun.map(joined));
    let method = value(
        visit,
        "method",
        former.map(|own| own.submission().method().word().into()),
    );
    let for_company = class != ValidationClass::Dv;
    html! {
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
    }
}
