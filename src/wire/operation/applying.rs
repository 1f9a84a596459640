//! Applying for a certificate, and renewing one.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Desk, Done};
use crate::lifecycle::{Command, RefusalKind};
use crate::model::applicant::ApplicantError;
use crate::model::{
    AccountId, Applicant, Application, Company, CsrFacts, DomainName, KeySource, OrderId,
    ProductCode, ResourcePlan, Submission, Timestamp, ValidationClass, ValidationMethod,
};
use crate::pki::{CsrError, Limits, parse_csr};
use crate::port::{Filter, Listed, Position, ReadSet, Stage};
use crate::rulebook::RenewalResult;
use crate::service::ServiceError;
use crate::wire::{Fault, Parameters, Tree};

/// The stages in which an instance has an application.
const APPLIED: [Stage; 6] = [
    Stage::Verifying,
    Stage::Validating,
    Stage::Failed,
    Stage::Pending,
    Stage::Live,
    Stage::Revoked,
];

/// How many of the newest applications are looked through for a contact or a company.
const LOOKED_THROUGH: usize = 50;

/// What was sent is no acceptable application. It is told only after the plan was looked at.
struct Unacceptable(String);

/// Text that is not put into a message.
fn unreadable_csr(error: &CsrError) -> Unacceptable {
    Unacceptable(format!("The signing request can't be read: {error}."))
}

fn method(word: &str) -> Result<ValidationMethod, Unacceptable> {
    let mut known = ValidationMethod::ALL.into_iter();
    let found = known.find(|method| method.word() == word);
    found.ok_or_else(|| Unacceptable("ValidateType is DNS or FILE.".to_owned()))
}

fn csr(pem: &str) -> Result<CsrFacts, Unacceptable> {
    parse_csr(pem.as_bytes(), &Limits::default()).map_err(|error| unreadable_csr(&error))
}

fn name(text: &str) -> Result<DomainName, Unacceptable> {
    DomainName::new(text.trim())
        .map_err(|_| Unacceptable("Domain holds something that is no domain name.".to_owned()))
}

/// More names than the operation takes.
fn several() -> Unacceptable {
    let why = "Domain holds several names, and this operation takes one: \
               CreateCertificateForPackageRequest takes more.";
    Unacceptable(why.to_owned())
}

/// Which parameter a contact's field came in.
fn invalid_contact(error: &ApplicantError) -> Fault {
    let name = match error {
        ApplicantError::Name(_) => "Username",
        ApplicantError::Phone(_) => "Phone",
        ApplicantError::Email(_) | ApplicantError::EmailForm => "Email",
        ApplicantError::Company(_) => "CompanyName",
    };
    Fault::invalid(name, &error.to_string())
}

impl Desk {
    /// `CreateCertificateForPackageRequest`.
    ///
    /// A contact's fields that are missing are those of the newest application of the account, and so
    /// is the company. No source says what a missing `ValidateType` means: it is `DNS`.
    pub(super) async fn create_for_package(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        if parameters.text("Csr").is_none() {
            parameters.required("Domain")?;
        }
        let applicant = self.applicant(account, parameters).await?;
        let submission = || {
            let method = method(parameters.text("ValidateType").unwrap_or("DNS"))?;
            let domains = parameters.text("Domain").unwrap_or_default();
            let names = domains.split(',').filter(|name| !name.trim().is_empty());
            let names: Result<Vec<_>, _> = names.map(name).collect();
            let key = match parameters.text("Csr") {
                Some(pem) => KeySource::Own(csr(pem)?.into()),
                None => KeySource::ServiceMade(self.key_kind),
            };
            Submission::for_package(names?, applicant, method, key)
                .map_err(|error| Unacceptable(format!("The application is refused: {error}.")))
        };
        self.apply(account, parameters, submission()).await
    }

    /// `CreateCertificateRequest`: one domain, and a key of the service.
    pub(super) async fn create(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let applicant = contact(parameters)?;
        let submission = || {
            let method = method(parameters.text("ValidateType").unwrap_or_default())?;
            let domain = parameters.text("Domain").unwrap_or_default();
            if domain.contains(',') {
                return Err(several());
            }
            let name = name(domain)?;
            Ok(Submission::request(name, applicant, method, self.key_kind))
        };
        self.apply(account, parameters, submission()).await
    }

    /// `CreateCertificateWithCsrRequest`.
    pub(super) async fn create_with_csr(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let applicant = contact(parameters)?;
        let submission = || {
            let method = method(parameters.text("ValidateType").unwrap_or_default())?;
            let csr = csr(parameters.text("Csr").unwrap_or_default())?;
            Ok(Submission::with_csr(csr, applicant, method))
        };
        self.apply(account, parameters, submission()).await
    }

    /// The product that was asked for. A code that can't be one has no plan.
    pub(super) fn product(&self, parameters: &Parameters) -> Result<ProductCode, Fault> {
        match parameters.text("ProductCode") {
            Some(code) => ProductCode::new(code).map_err(|_| no_plan()),
            None => (self.default_product).ok_or_else(|| parameters.missing("ProductCode")),
        }
    }

    async fn apply(
        &self,
        account: AccountId,
        parameters: &Parameters,
        submission: Result<Submission, Unacceptable>,
    ) -> Result<Done, Fault> {
        let product = self.product(parameters)?;
        let submission = match submission {
            Ok(submission) => submission,
            // Who has no unit is told that first.
            Err(unacceptable) => {
                let plans = self.plans(account, Some(product)).await?;
                if plans.is_empty() {
                    return Err(no_plan());
                }
                if plans.iter().all(|plan| plan.remaining() == 0) {
                    let none_left = "No unit of the plans of this product is left.";
                    return Err(Fault::new(404, "NotRemainCount", none_left.to_owned()));
                }
                return Err(failed(unacceptable));
            }
        };
        match self.service.submit(account, product, submission).await {
            Ok((order, _)) => Ok(begun(order)),
            Err(error) => Err(Fault::of(&error)),
        }
    }

    /// Who applies, with what was not sent from the newest application.
    async fn applicant(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Applicant, Fault> {
        let sent = ["Username", "Phone", "Email"].map(|name| parameters.text(name));
        let all_sent = sent.iter().all(Option::is_some);
        let company = parameters.text("CompanyName");
        let for_company = company.is_none() && self.for_companies(account, parameters).await?;
        let mut stored = Stored::default();
        if !all_sent || for_company {
            stored = self.stored(account).await?;
        }
        let newest = stored.applicant.as_ref();
        let [username, phone, email] = sent;
        let username = username.or(newest.map(Applicant::name));
        let phone = phone.or(newest.map(Applicant::phone));
        let email = email.or(newest.map(Applicant::email));
        let applicant = Applicant::new(
            username.ok_or_else(|| parameters.missing("Username"))?,
            phone.ok_or_else(|| parameters.missing("Phone"))?,
            email.ok_or_else(|| parameters.missing("Email"))?,
        );
        let applicant = applicant.map_err(|error| invalid_contact(&error))?;
        let company = match company {
            Some(name) => Some(Company::new(name).map_err(|error| invalid_contact(&error))?),
            None => stored.company.filter(|_| for_company),
        };
        Ok(match company {
            Some(company) => applicant.for_company(company),
            None => applicant,
        })
    }

    /// Whether the plan of the product is for certificates that name a company.
    async fn for_companies(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<bool, Fault> {
        let product = self.product(parameters)?;
        let plans = self.plans(account, Some(product)).await?;
        let dv = |plan: &ResourcePlan| matches!(plan.product().class, ValidationClass::Dv);
        Ok(plans.iter().any(|plan| !dv(plan)))
    }

    /// The contact of the account's newest application, and the company of the newest that has one.
    async fn stored(&self, account: AccountId) -> Result<Stored, Fault> {
        let store = &self.service.ports().store;
        let filter = Filter {
            stages: APPLIED.into(),
            ..Filter::default()
        };
        let rows: Vec<Listed> = (store
            .list(account, filter, None::<Position>, LOOKED_THROUGH)
            .await)
            .map_err(|error| Fault::of(&error.into()))?;
        let (mut found, mut newest) = (Stored::default(), None::<Timestamp>);
        for row in rows {
            let sight = self.look(account, row.entry.order).await;
            // One that can't be read costs nothing but itself.
            let Ok(Some(sight)) = sight else { continue };
            let Some(application) = sight.instance.application() else {
                continue;
            };
            let (at, applicant) = (
                application.submitted_at(),
                application.submission().applicant(),
            );
            if newest.is_none_or(|newest| at > newest) {
                newest = Some(at);
                found.applicant = Some(applicant.clone());
            }
            if found.company.is_none() {
                found.company = applicant.company().cloned();
            }
        }
        Ok(found)
    }

    /// `RenewCertificateOrderForPackageRequest`, with a unit of a plan.
    ///
    /// Where the rules submit a renewal at once, it is submitted with what the old order was, and a
    /// signing request can't be given. Where they leave a further order to be applied for, one with a
    /// signing request is applied for with that, and with contact and method of the old order; one
    /// without stays in Pending Application.
    pub(super) async fn renew(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let order = parameters.id("OrderId")?;
        let Some(pem) = parameters.text("Csr") else {
            return match self.service.renew(account, order, None).await {
                Ok((order, _)) => Ok(begun(order)),
                Err(error) => Err(Fault::of(&error)),
            };
        };
        let sight = self.found(account, order).await?;
        if self.renewals_are_submitted(account, order).await? {
            let why = "under the rules of this order a renewal is submitted with its data";
            return Err(Fault::unsupported("Csr", why));
        }
        let former = sight.instance.application().map(Application::submission);
        let submission = csr(pem).and_then(|csr| {
            let none = || Unacceptable("The order has no application to renew.".to_owned());
            let former = former.ok_or_else(none)?;
            let key = KeySource::Own(csr.into());
            let names = Vec::from(former.names());
            let applicant = former.applicant().clone();
            Submission::for_package(names, applicant, former.method(), key)
                .map_err(|error| Unacceptable(format!("The renewal is refused: {error}.")))
        });
        let renewed = match (self.renewable(account, order).await?, submission) {
            (Err(refused), _) => return Err(refused),
            (Ok(()), Err(unacceptable)) => return Err(failed(unacceptable)),
            (Ok(()), Ok(submission)) => {
                (self.service.renew(account, order, None).await, submission)
            }
        };
        let (slot, submission) = match renewed {
            (Ok((slot, _)), submission) => (slot, submission),
            (Err(error), _) => return Err(Fault::of(&error)),
        };
        match self.service.apply(account, slot, submission).await {
            Ok((order, _)) => Ok(begun(order)),
            Err(error) => {
                // The unit goes back; where it can't, the slot is listed and can be deleted.
                let _ = self.service.execute(account, slot, &Command::Delete).await;
                Err(Fault::of(&error))
            }
        }
    }

    /// Whether the order could be renewed now; the outer error is a failure.
    async fn renewable(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<Result<(), Fault>, Fault> {
        let allowed = self.service.allowed(account, order).await;
        let offers = allowed.map_err(|error| Fault::of(&error))?;
        let renew = crate::lifecycle::CommandKind::Renew;
        let offer = offers.into_iter().find(|offer| offer.command == renew);
        Ok(match offer.and_then(|offer| offer.refusal) {
            // Which plan it draws from is seen when it is renewed.
            Some(refusal) if refusal.kind() == RefusalKind::State => {
                Err(Fault::of(&ServiceError::from(refusal)))
            }
            Some(_) | None => Ok(()),
        })
    }

    async fn renewals_are_submitted(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<bool, Fault> {
        let ports = self.service.ports();
        let loaded = ports
            .store
            .load(account, ReadSet::Renewal(order).into())
            .await;
        let loaded = loaded.map_err(|error| Fault::of(&error.into()))?;
        let editions = self.service.rules().editions(&loaded, ports.clock.now());
        let editions = editions.map_err(|error| Fault::of(&error.into()))?;
        Ok(match editions.money().renewal_result().value {
            RenewalResult::Submitted => true,
            RenewalResult::PendingApplication => false,
        })
    }
}

/// Contact and company as they were last applied with.
#[derive(Default)]
struct Stored {
    applicant: Option<Applicant>,
    company: Option<Company>,
}

/// A contact of which every field was sent.
fn contact(parameters: &Parameters) -> Result<Applicant, Fault> {
    let applicant = Applicant::new(
        parameters.required("Username")?,
        parameters.required("Phone")?,
        parameters.required("Email")?,
    );
    applicant.map_err(|error| invalid_contact(&error))
}

fn begun(order: OrderId) -> Done {
    let id = i64::try_from(order.get()).unwrap_or(i64::MAX);
    Done {
        fields: Vec::from([("OrderId", Tree::Number(id))]),
        ..Done::about(order)
    }
}

fn failed(Unacceptable(why): Unacceptable) -> Fault {
    Fault::new(403, "CreateCertificateRequestFailed", why)
}

/// The account has no plan of the product.
pub(super) fn no_plan() -> Fault {
    let why = "The account has no plan of this product.";
    Fault::new(404, "NotFoundPackage", why.to_owned())
}
