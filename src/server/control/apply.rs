//! Applying with an order that waits for it, as its owner does on the console.

use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use serde_json::{Map, Value};

use super::orders::{find, stands};
use super::{Denied, Said, only};
use crate::model::{
    AccountId, Applicant, Application, CertificateInstance, Company, CsrFacts, DomainName,
    InstanceId, KeyKind, KeySource, OrderId, Submission, ValidationClass, ValidationMethod,
};
use crate::pki::{Limits, parse_csr};
use crate::port::Filter;
use crate::server::conduct::Conductor;

/// Who applies where nobody says who.
const NAME: &str = "Test";
const PHONE: &str = "13900000000";
const EMAIL: &str = "test@example.com";
const COMPANY: &str = "Test Company";

/// Keys that nobody says more about, as the API makes them.
const KEY: KeyKind = KeyKind::Rsa { bits: 2_048 };

/// How many instances are read at a time.
const PAGE: usize = 200;

pub(super) async fn apply(conductor: &Conductor, order: &str, fields: &Map<String, Value>) -> Said {
    only(fields, &["csr", "domain", "contact", "method"])?;
    let (account, found) = find(conductor, order).await?;
    let slot = &found.instance;
    let former = former(conductor, account, slot).await?;
    let for_company = !matches!(slot.product().class, ValidationClass::Dv);
    let submission = submission(fields, former.as_ref(), for_company)?;
    let service = conductor.service();
    let (begun, _) = service.apply(account, slot.order(), submission).await?;
    conductor.settle(account, begun, true).await;
    stands(conductor, account, begun).await
}

/// What was applied with before: in the same slot, or for the certificate that it renews.
async fn former(
    conductor: &Conductor,
    account: AccountId,
    slot: &CertificateInstance,
) -> Result<Option<Application>, Denied> {
    if let Some(own) = slot.application() {
        return Ok(Some(own.clone()));
    }
    let Some(renewed) = slot.renewed() else {
        return Ok(None);
    };
    let Some(order) = order_of(conductor, account, renewed.from).await? else {
        return Ok(None);
    };
    let instance = conductor.instance(account, order).await?;
    let application = instance.as_ref().and_then(CertificateInstance::application);
    Ok(application.cloned())
}

/// The order that an instance carries; none if it was deleted.
async fn order_of(
    conductor: &Conductor,
    account: AccountId,
    instance: InstanceId,
) -> Result<Option<OrderId>, Denied> {
    let store = &conductor.service().ports().store;
    let mut before = None;
    loop {
        let rows = store.list(account, Filter::default(), before, PAGE).await;
        let rows = rows.map_err(|error| Denied::Failed(error.into()))?;
        if let Some(row) = rows.iter().find(|row| row.entry.instance == instance) {
            return Ok(Some(row.entry.order));
        }
        let Some(last) = rows.last() else {
            return Ok(None);
        };
        before = Some(last.position);
    }
}

fn submission(
    fields: &Map<String, Value>,
    former: Option<&Application>,
    for_company: bool,
) -> Result<Submission, Denied> {
    let names = match text(fields, "domain")? {
        Some(domains) => Some(names(domains)?),
        None => None,
    };
    let key = match text(fields, "csr")? {
        Some(pem) => Some(KeySource::Own(csr(pem)?.into())),
        None => None,
    };
    let names = match (names, &key, former) {
        (Some(names), _, _) => names,
        // It names them.
        (None, Some(_), _) => Vec::new(),
        (None, None, Some(former)) => former.names().to_vec(),
        (None, None, None) => {
            return Err(misread(
                "domain or csr is needed: nothing was applied for before",
            ));
        }
    };
    let former = former.map(Application::submission);
    let key = key.unwrap_or_else(|| KeySource::ServiceMade(kind_of(former)));
    let method = match text(fields, "method")? {
        None => former.map_or(ValidationMethod::Dns, Submission::method),
        Some(word) => {
            let mut known = ValidationMethod::ALL.into_iter();
            let found = known.find(|method| method.word() == word);
            found.ok_or_else(|| misread("method is DNS or FILE"))?
        }
    };
    let applicant = applicant(fields, former.map(Submission::applicant), for_company)?;
    Submission::for_package(names, applicant, method, key)
        .map_err(|error| Denied::Misread(error.to_string()))
}

/// The kind of the key that the service made before.
fn kind_of(former: Option<&Submission>) -> KeyKind {
    match former.map(Submission::key) {
        Some(KeySource::ServiceMade(kind)) => *kind,
        Some(KeySource::Own(_)) | None => KEY,
    }
}

fn applicant(
    fields: &Map<String, Value>,
    former: Option<&Applicant>,
    for_company: bool,
) -> Result<Applicant, Denied> {
    let none = Map::new();
    let contact = match fields.get("contact") {
        None => &none,
        Some(Value::Object(contact)) => contact,
        Some(_) => return Err(misread("contact is an object")),
    };
    only(contact, &["name", "phone", "email", "company"])?;
    let told = |name, before: Option<&str>, made_up: &str| -> Result<String, Denied> {
        let told = text(contact, name)?.or(before);
        Ok(told.unwrap_or(made_up).to_owned())
    };
    let wrong = |error: crate::model::applicant::ApplicantError| {
        Denied::Misread(format!("the contact: {error}"))
    };
    let applicant = Applicant::new(
        &told("name", former.map(Applicant::name), NAME)?,
        &told("phone", former.map(Applicant::phone), PHONE)?,
        &told("email", former.map(Applicant::email), EMAIL)?,
    );
    let applicant = applicant.map_err(wrong)?;
    let before = former.and_then(Applicant::company).cloned();
    let company = match (text(contact, "company")?, before) {
        (Some(name), _) => Some(Company::new(name).map_err(wrong)?),
        (None, Some(before)) => Some(before),
        (None, None) if for_company => Some(Company::new(COMPANY).map_err(wrong)?),
        (None, None) => None,
    };
    Ok(match company {
        Some(company) => applicant.for_company(company),
        None => applicant,
    })
}

fn names(domains: &str) -> Result<Vec<DomainName>, Denied> {
    let domains = domains.split(',').map(str::trim);
    let names = domains.map(|name| {
        DomainName::new(name).map_err(|error| Denied::Misread(format!("domain: {error}")))
    });
    names.collect()
}

fn csr(pem: &str) -> Result<CsrFacts, Denied> {
    parse_csr(pem.as_bytes(), &Limits::default())
        .map_err(|error| Denied::Misread(format!("csr: {error}")))
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Denied> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Denied::Misread(format!("{name} is no text"))),
    }
}

fn misread(why: &str) -> Denied {
    Denied::Misread(why.to_owned())
}
