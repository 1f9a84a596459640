//! What is told of an order or a certificate, wherever it is told.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::orders::text;
use super::sight::Sight;
use crate::model::{
    CertificateInstance, DomainName, IssuedCertificate, KeyKind, KeySource, NameKind, OrderId,
    Origin, Phase, Product, Timestamp,
};
use crate::pki::{Limits, parse_certificates};
use crate::view::wire::WireField;
use crate::wire::Tree;

/// The number of an order.
pub(super) fn number(order: OrderId) -> Tree {
    Tree::Number(i64::try_from(order.get()).unwrap_or(i64::MAX))
}

/// An instant in milliseconds.
pub(super) fn milliseconds(at: Timestamp) -> Tree {
    Tree::Number(at.unix_seconds().saturating_mul(1_000))
}

/// `FREE`, or the class.
pub(super) const fn certificate_type(product: Product) -> &'static str {
    if product.free {
        "FREE"
    } else {
        product.class.word()
    }
}

/// How many names of which kind; as the product has it, where there are none yet.
pub(super) fn domain_type(product: Product, names: &[DomainName]) -> &'static str {
    let wild = names.iter().filter(|name| name.is_wildcard()).count();
    match (names.len(), wild) {
        (0, _) => match product.names {
            NameKind::Single => "ONE",
            NameKind::Wildcard => "WILDCARD",
        },
        (1, 0) => "ONE",
        (1, _) => "WILDCARD",
        (_, 0) => "MULTIPLE",
        (all, wild) if all == wild => "M_WILDCARD",
        _ => "MIX",
    }
}

/// `cpack` for a unit of a plan, `buy` for what was bought by itself; uploaded is neither.
pub(super) const fn source_type(instance: &CertificateInstance) -> Option<&'static str> {
    match instance.origin() {
        Origin::Plan(_) => Some("cpack"),
        Origin::Purchase(_) => Some("buy"),
        Origin::Uploaded => None,
    }
}

/// The names of its certificate, or else of its application.
pub(super) fn names_of(instance: &CertificateInstance) -> &[DomainName] {
    match (instance.certificate(), instance.application()) {
        (Some(certificate), _) => &certificate.facts().names,
        (None, Some(application)) => application.names(),
        (None, None) => &[],
    }
}

const fn algorithm(kind: KeyKind) -> Option<&'static str> {
    match kind {
        KeyKind::Rsa { .. } => Some("RSA"),
        KeyKind::Ec(_) => Some("ECC"),
        KeyKind::Ed25519 | KeyKind::Other => None,
    }
}

/// Names in a row, with commas.
fn joined(names: &[DomainName]) -> String {
    let texts: Vec<&str> = names.iter().map(DomainName::as_str).collect();
    texts.join(",")
}

/// A row of the list of orders: instants in milliseconds.
pub(super) fn order_row(sight: &Sight) -> Tree {
    let (instance, seen) = (&sight.instance, sight.seen());
    let (product, names) = (instance.product(), names_of(instance));
    let certificate = instance.certificate();
    let key = match (certificate, instance.application()) {
        (Some(certificate), _) => Some(certificate.facts().key),
        (None, Some(application)) => Some(match application.submission().key() {
            KeySource::Own(csr) => csr.key(),
            KeySource::ServiceMade(kind) => *kind,
        }),
        (None, None) => None,
    };
    let wild = names.iter().filter(|name| name.is_wildcard()).count();
    let (single, wild) = match (names.len(), product.names) {
        (0, NameKind::Single) => (1, 0),
        (0, NameKind::Wildcard) => (0, 1),
        (all, NameKind::Single | NameKind::Wildcard) => (all.saturating_sub(wild), wild),
    };
    let count = |count: usize| Tree::Number(i64::try_from(count).unwrap_or(i64::MAX));
    let plan = sight
        .loaded
        .plan
        .as_ref()
        .map(|plan| plan.state.bought_at());
    let purchase = sight.loaded.purchase.as_ref();
    let bought_at = match instance.origin() {
        Origin::Plan(_) => plan,
        Origin::Purchase(_) => purchase.map(|own| own.state.bill().paid_at),
        Origin::Uploaded => None,
    };
    let mut fields = Vec::from([
        ("OrderId", number(instance.order())),
        ("InstanceId", text(instance.id())),
        ("ProductCode", text(product.code)),
        ("CertType", text(certificate_type(product))),
        ("DomainType", text(domain_type(product, names))),
        ("DomainCount", count(single)),
        ("WildDomainCount", count(wild)),
    ]);
    fields.extend(source_type(instance).map(|word| ("SourceType", text(word))));
    if !names.is_empty() {
        fields.push(("Domain", Tree::Text(joined(names))));
    }
    fields.extend(
        key.and_then(algorithm)
            .map(|word| ("Algorithm", text(word))),
    );
    fields.extend(bought_at.map(|at| ("BuyDate", milliseconds(at))));
    if let Some(validity) = certificate.map(IssuedCertificate::validity) {
        fields.push(("CertStartTime", milliseconds(validity.not_before())));
        fields.push(("CertEndTime", milliseconds(validity.not_after())));
    }
    for (name, field) in [
        ("Status", WireField::OrderStatus),
        ("TrusteeStatus", WireField::TrusteeStatus),
    ] {
        fields.extend(field.write(seen).value.map(|word| (name, text(word))));
    }
    Tree::Fields(fields)
}

/// A row of the list of certificates: days as text.
pub(super) fn certificate_row(sight: &Sight, certificate: &IssuedCertificate) -> Tree {
    let uploaded = matches!(sight.instance.phase(), Phase::Uploaded(_));
    let mut fields = Vec::from([
        ("CertificateId", number(sight.instance.order())),
        ("Upload", Tree::Flag(uploaded)),
    ]);
    fields.extend(facts(sight, certificate, "CommonName"));
    Tree::Fields(fields)
}

/// What a certificate says of itself; `common` is what the field of its common name is called.
pub(super) fn facts(
    sight: &Sight,
    certificate: &IssuedCertificate,
    common: &'static str,
) -> Vec<(&'static str, Tree)> {
    let (own, validity) = (certificate.facts(), certificate.validity());
    let subject = subject_of(&own.der).unwrap_or_default();
    let first = own.names.first().map(ToString::to_string);
    let day = |at| Tree::Text(sight.day(at).to_string());
    let mut fields = Vec::from([
        ("InstanceId", text(sight.instance.id())),
        ("Issuer", text(&own.issuer)),
        ("Sans", Tree::Text(joined(&own.names))),
        ("SerialNo", super::counts::shown(&certificate.serial())),
        ("Fingerprint", Tree::Text(sha1(&own.der))),
        (
            "Sha2",
            Tree::Text(certificate.fingerprint().to_string().to_uppercase()),
        ),
        ("StartDate", day(validity.not_before())),
        ("EndDate", day(validity.not_after())),
        ("Expired", Tree::Flag(sight.is_over(validity.not_after()))),
    ]);
    if let Phase::Uploaded(uploaded) = sight.instance.phase() {
        fields.push(("Name", text(uploaded.name().as_str())));
    }
    fields.extend(algorithm(own.key).map(|word| ("Algorithm", text(word))));
    let common_name = attribute(&subject, "CN").or(first);
    fields.extend(common_name.map(|name| (common, Tree::Text(name))));
    for (name, key) in [
        ("OrgName", "O"),
        ("City", "L"),
        ("Province", "ST"),
        ("Country", "C"),
    ] {
        fields.extend(attribute(&subject, key).map(|value| (name, Tree::Text(value))));
    }
    fields
}

/// The fingerprint that consoles show: SHA-1, as sixteen-digit pairs in upper case. It names, and
/// proves nothing.
fn sha1(der: &[u8]) -> String {
    use core::fmt::Write;
    let mut text = String::new();
    for byte in digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref() {
        // A text takes everything.
        let _ = write!(text, "{byte:02X}");
    }
    text
}

/// The subject of a certificate (RFC 4514).
fn subject_of(der: &[u8]) -> Option<String> {
    let parsed = parse_certificates(der, &Limits::default()).ok()?;
    parsed.first().map(|own| own.subject().to_string())
}

/// The first value of an attribute in a distinguished name (RFC 4514); none if it is written in
/// hexadecimal.
pub(super) fn attribute(name: &str, key: &str) -> Option<String> {
    let mut parts = Vec::from([String::new()]);
    let mut escaped = false;
    for c in name.chars() {
        let divides = !escaped && (c == ',' || c == '+');
        escaped = !escaped && c == '\\';
        if divides {
            parts.push(String::new());
        } else if !escaped && let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let mut parts = parts.iter().filter_map(|part| part.trim().split_once('='));
    let found = parts.find(|(own, _)| own.eq_ignore_ascii_case(key));
    found
        .map(|(_, value)| value.to_string())
        .filter(|value| !value.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Catalog;
    use alloc::boxed::Box;

    #[test]
    fn names_are_counted_by_their_kind() -> Result<(), Box<dyn core::error::Error>> {
        let product = Catalog::published().get("geotrust-dv-1-starter");
        let mut product = product.ok_or("no such product")?;
        for (names, kind) in [
            (&["www.example.com"][..], "ONE"),
            (&["*.example.com"], "WILDCARD"),
            (&["www.example.com", "example.com"], "MULTIPLE"),
            (&["*.example.com", "*.example.org"], "M_WILDCARD"),
            (&["*.example.com", "example.com"], "MIX"),
        ] {
            let names: Result<Vec<DomainName>, _> = names.iter().map(|name| name.parse()).collect();
            assert_eq!(domain_type(product, &names?), kind);
        }
        product.names = NameKind::Single;
        assert_eq!(domain_type(product, &[]), "ONE");
        product.names = NameKind::Wildcard;
        assert_eq!(domain_type(product, &[]), "WILDCARD");
        Ok(())
    }

    #[test]
    fn the_subject_is_that_of_the_first_certificate() {
        let leaf = include_bytes!("../../../tests/data/pki/leaf.der");
        let subject = subject_of(leaf).unwrap_or_default();
        let name = attribute(&subject, "CN");
        assert_eq!(name.as_deref(), Some("www.example.com"), "{subject}");
        assert_eq!(subject_of(b"no certificate"), None);
    }

    #[test]
    fn a_value_is_read_as_it_was_meant() {
        let name = r"CN=www.example.com,O=Example\, Ltd+OU=a\\b, C=CN,DC=#0a";
        let read = |key| attribute(name, key);
        assert_eq!(read("cn").as_deref(), Some("www.example.com"));
        assert_eq!(read("O").as_deref(), Some("Example, Ltd"));
        assert_eq!(read("OU").as_deref(), Some(r"a\b"));
        assert_eq!(read("C").as_deref(), Some("CN"));
        assert_eq!(read("DC"), None);
        assert_eq!(read("L"), None);
    }
}
