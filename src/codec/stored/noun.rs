//! Stored forms of the nouns: ids, instants, products, people, money, rules.

use crate::model::challenge::RecordType;
use crate::model::time::TimeError;
use crate::model::{
    AccountId, Applicant, ChainId, Challenge, Company, Currency, Digest, DomainName, EditionKey,
    Hold, HoldState, InstanceId, NameKind, Note, OrderId, Origin, Payment, Pin, PlanId, Product,
    ProductCode, PurchaseId, PurchaseKind, Renewed, RevocationCause, RevocationReason, Status,
    Target, Timestamp, ValidationClass, ValidationMethod,
};
use crate::rulebook::RuleId;

use super::error::StoredError;
use super::form::{Form, digests, record, texts, words};
use super::read::Place;
use super::write::Out;

texts! {
    AccountId, ChainId, Currency, DomainName, EditionKey, InstanceId, Note, PlanId, ProductCode,
    PurchaseId, Target,
}

digests! { Digest }

record! {
    Hold { plan: "id", state: "unit" }
    Payment { cash: "cash", voucher: "voucher", currency: "currency", add_on: "add_on" }
    Pin { edition: "edition", digest: "digest" }
    Product { code: "code", class: "class", names: "names", free: "free" }
    Renewed { from: "from", carries: "carries" }
}

words! {
    HoldState { Reserved = "reserved", Settled = "settled", Returned = "returned" }
    NameKind { Single = "single", Wildcard = "wildcard" }
    PurchaseKind { New = "new", Renewal = "renewal", Hosting = "hosting" }
    RecordType { Txt = "txt", Cname = "cname" }
    RevocationCause { ByHolder = "holder", ByCa = "ca" }
    RevocationReason {
        Unspecified = "unspecified",
        KeyCompromise = "key-compromise",
        AffiliationChanged = "affiliation-changed",
        Superseded = "superseded",
        CessationOfOperation = "cessation-of-operation",
        PrivilegeWithdrawn = "privilege-withdrawn",
    }
    Status {
        NotActivated = "not-activated",
        DomainVerification = "domain-verification",
        Validating = "validating",
        ValidationFailed = "validation-failed",
        PendingApplication = "pending-application",
        Issued = "issued",
        Hosted = "hosted",
        PendingExpiration = "pending-expiration",
        Expired = "expired",
        RevocationToConfirm = "revocation-to-confirm",
        ValidatingRevocation = "validating-revocation",
        Revoked = "revoked",
        RefundReview = "refund-review",
        Refunded = "refunded",
        Closed = "closed",
        Cancelled = "cancelled",
        Merged = "merged",
        Deleted = "deleted",
    }
    ValidationClass { Dv = "dv", Ov = "ov", Ev = "ev" }
    ValidationMethod { Dns = "dns", File = "file" }
}

/// As a text: order ids are larger than what many readers of JSON keep exactly.
impl Form for OrderId {
    fn write(&self, out: &mut Out) {
        out.plain(self);
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        place.canonical(str::parse::<Self>)
    }
}

/// The first second of the year 0 and of the year 10000.
const RFC_3339: core::ops::Range<i64> = -62_167_219_200..253_402_300_800;

/// In RFC 3339, UTC; outside its years 0 to 9999, in seconds since 1970.
impl Form for Timestamp {
    fn write(&self, out: &mut Out) {
        if RFC_3339.contains(&self.unix_seconds()) {
            out.plain(self);
        } else {
            out.bare(self.unix_seconds());
        }
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        if place.is_whole() {
            let seconds = i64::try_from(place.whole()?).map_err(|_| TimeError::Range);
            let at = seconds.and_then(Self::from_unix_seconds);
            let at = at.map_err(|error| place.wrong(error))?;
            if RFC_3339.contains(&at.unix_seconds()) {
                return Err(place.wrong("only an instant outside the years 0 to 9999 is a number"));
            }
            return Ok(at);
        }
        let at = place.canonical(str::parse::<Self>)?;
        if RFC_3339.contains(&at.unix_seconds()) {
            Ok(at)
        } else {
            Err(place.wrong("an instant outside the years 0 to 9999 is a number"))
        }
    }
}

/// As it is printed: `R-27`.
impl Form for RuleId {
    fn write(&self, out: &mut Out) {
        out.plain(self);
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        place.canonical(|text| {
            let none = "expected a rule such as R-27";
            let (series, number) = text.split_once('-').ok_or(none)?;
            let [series] = series.as_bytes() else {
                return Err(none);
            };
            let number = number.parse().map_err(|_| none)?;
            Ok(Self::new(*series, number))
        })
    }
}

impl Form for Origin {
    fn write(&self, out: &mut Out) {
        match self {
            Self::Plan(hold) => out.object(|fields| fields.put("plan", hold)),
            Self::Purchase(purchase) => out.object(|fields| fields.put("purchase", purchase)),
            Self::Uploaded => out.plain("uploaded"),
        }
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        if place.is_text() {
            let other = "an object with `plan` or `purchase`";
            return place.word_or(&[("uploaded", Self::Uploaded)], other);
        }
        match place.choice(&["plan", "purchase"])? {
            ("plan", place) => Hold::read(&place).map(Self::Plan),
            (_, place) => PurchaseId::read(&place).map(Self::Purchase),
        }
    }
}

impl Form for Applicant {
    fn write(&self, out: &mut Out) {
        let Self {
            name,
            phone,
            email,
            company,
        } = self;
        out.object(|fields| {
            fields.with("name", |out| out.text(name));
            fields.with("phone", |out| out.text(phone));
            fields.with("email", |out| out.text(email));
            fields.put("company", company);
        });
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        let keys = ["name", "phone", "email", "company"];
        let table = place.table(&[&keys])?;
        let company: Option<Company> = table.get("company")?;
        let name = table.text("name")?;
        let phone = table.text("phone")?;
        let email = table.text("email")?;
        let contact = Self::new(name, phone, email).map_err(|error| place.wrong(error))?;
        Ok(match company {
            Some(company) => contact.for_company(company),
            None => contact,
        })
    }
}

impl Form for Company {
    fn write(&self, out: &mut Out) {
        let Self { name } = self;
        out.text(name);
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        Self::new(place.text()?).map_err(|error| place.wrong(error))
    }
}

impl Form for Challenge {
    fn write(&self, out: &mut Out) {
        out.object(|fields| match self {
            Self::Dns {
                record_domain,
                record_type,
                value,
            } => fields.with("dns", |out| {
                out.object(|fields| {
                    fields.with("record", |out| out.text(record_domain));
                    fields.put("type", record_type);
                    fields.with("value", |out| out.text(value));
                });
            }),
            Self::File {
                domain,
                uri,
                content,
            } => fields.with("file", |out| {
                out.object(|fields| {
                    fields.with("domain", |out| out.text(domain));
                    fields.with("uri", |out| out.text(uri));
                    fields.with("content", |out| out.text(content));
                });
            }),
        });
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        let (kind, place) = place.choice(&["dns", "file"])?;
        let made = if kind == "dns" {
            let table = place.table(&[&["record", "type", "value"]])?;
            let record_type = table.get("type")?;
            let record = table.text("record")?;
            let value = table.text("value")?;
            Self::dns(record, record_type, value)
        } else {
            let table = place.table(&[&["domain", "uri", "content"]])?;
            let domain = table.text("domain")?;
            let uri = table.text("uri")?;
            let content = table.text("content")?;
            Self::file(domain, uri, content)
        };
        made.map_err(|error| place.wrong(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_years_of_rfc_3339() {
        let seconds = |text: &str| text.parse::<Timestamp>().map(Timestamp::unix_seconds);
        assert_eq!(seconds("0000-01-01T00:00:00Z"), Ok(RFC_3339.start));
        assert_eq!(seconds("9999-12-31T23:59:59Z"), Ok(RFC_3339.end - 1));
    }
}
