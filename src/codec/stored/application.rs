//! Stored forms of what is handed in and what is issued: submissions, requests, certificates, keys.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::model::{
    Applicant, CertificateFacts, CsrFacts, Curve, DomainName, FactorSearch, FermatSearch,
    Fingerprint, IssuedCertificate, KeyKind, KeySource, Operation, Possession, RsaExponent,
    RsaFacts, Serial, SignatureHash, SpkiDigest, SubjectAltName, Submission, ValidationMethod,
    Validity,
};

use super::error::StoredError;
use super::form::{Form, digests, record, words};
use super::read::Place;
use super::write::Out;

digests! { Fingerprint, SpkiDigest }

record! {
    RsaFacts { exponent: "exponent", factors: "factors", fermat: "fermat", roca: "roca" }
}

words! {
    Operation { ForPackage = "for-package", Request = "request", WithCsr = "with-csr" }
    Possession { Proved = "proved", Failed = "failed", Unchecked = "unchecked" }
    SignatureHash {
        Md5 = "md5",
        Sha1 = "sha-1",
        Sha256 = "sha-256",
        Sha384 = "sha-384",
        Sha512 = "sha-512",
        Intrinsic = "intrinsic",
        Other = "other",
    }
}

/// The kinds of keys that are one word.
const KEYS: [(&str, KeyKind); 6] = [
    ("p-256", KeyKind::Ec(Curve::P256)),
    ("p-384", KeyKind::Ec(Curve::P384)),
    ("p-521", KeyKind::Ec(Curve::P521)),
    ("other-curve", KeyKind::Ec(Curve::Other)),
    ("ed25519", KeyKind::Ed25519),
    ("other", KeyKind::Other),
];

impl Form for KeyKind {
    fn write(&self, out: &mut Out) {
        match self {
            Self::Rsa { bits } => out.object(|fields| fields.put("rsa", bits)),
            Self::Ec(Curve::P256) => out.plain("p-256"),
            Self::Ec(Curve::P384) => out.plain("p-384"),
            Self::Ec(Curve::P521) => out.plain("p-521"),
            Self::Ec(Curve::Other) => out.plain("other-curve"),
            Self::Ed25519 => out.plain("ed25519"),
            Self::Other => out.plain("other"),
        }
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        if place.is_text() {
            return place.word_or(&KEYS, "an object with `rsa`, the bits");
        }
        let bits = place.table(&[&["rsa"]])?.get("rsa")?;
        Ok(Self::Rsa { bits })
    }
}

/// In hexadecimal digits, as tools print it.
impl Form for Serial {
    fn write(&self, out: &mut Out) {
        out.plain(self);
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        let bytes = place.hex()?;
        let serial = Self::new(&bytes).map_err(|error| place.wrong(error))?;
        if serial.as_bytes() == bytes {
            Ok(serial)
        } else {
            Err(place.wrong("a serial number is written without leading zeros"))
        }
    }
}

impl Form for RsaExponent {
    fn write(&self, out: &mut Out) {
        match self.value() {
            Some(value) => value.write(out),
            None => out.object(|fields| {
                fields.put("bits", &self.bits());
                fields.put("odd", &self.is_odd());
            }),
        }
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        if place.is_whole() {
            return u64::read(place).map(Self::new);
        }
        let table = place.table(&[&["bits", "odd"]])?;
        let large = Self::large(table.get("bits")?, table.get("odd")?);
        large.map_err(|error| place.wrong(error))
    }
}

impl Form for FactorSearch {
    fn write(&self, out: &mut Out) {
        out.object(|fields| {
            fields.put("below", &self.below());
            fields.put("found", &self.found());
        });
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        let table = place.table(&[&["below", "found"]])?;
        let search = Self::new(table.get("below")?, table.get("found")?);
        search.map_err(|error| place.wrong(error))
    }
}

impl Form for FermatSearch {
    fn write(&self, out: &mut Out) {
        out.object(|fields| {
            fields.put("rounds", &self.rounds());
            fields.put("split", &self.split());
        });
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        let table = place.table(&[&["rounds", "split"]])?;
        let search = Self::new(table.get("rounds")?, table.get("split")?);
        search.map_err(|error| place.wrong(error))
    }
}

impl Form for SubjectAltName {
    fn write(&self, out: &mut Out) {
        match self {
            Self::Dns(name) => out.object(|fields| fields.put("dns", name)),
            Self::InvalidDns(text) => {
                out.object(|fields| fields.with("invalid_dns", |out| out.wild(text)));
            }
            Self::Other => out.plain("other"),
        }
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        if place.is_text() {
            let other = "an object with `dns` or `invalid_dns`";
            return place.word_or(&[("other", ())], other).map(|()| Self::Other);
        }
        match place.choice(&["dns", "invalid_dns"])? {
            ("dns", place) => DomainName::read(&place).map(Self::Dns),
            (_, place) => Ok(Self::InvalidDns(Arc::from(place.wild()?))),
        }
    }
}

impl Form for CsrFacts {
    fn write(&self, out: &mut Out) {
        let Self {
            der,
            key,
            spki,
            rsa,
            hash,
            possession,
            common_names,
            alt_names,
            extensions,
            must_staple,
        } = self;
        out.object(|fields| {
            fields.with("der", |out| out.bytes(der));
            fields.put("key", key);
            fields.put("spki", spki);
            fields.put("rsa", rsa);
            fields.put("hash", hash);
            fields.put("possession", possession);
            // Whether one is a domain name follows from its text.
            fields.with("common_names", |out| {
                out.list(common_names, |out, name| out.wild(name.text()));
            });
            fields.put("alt_names", alt_names);
            fields.with("extensions", |out| {
                out.list(extensions, |out, oid| out.wild(oid));
            });
            fields.put("must_staple", must_staple);
        });
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        let table = place.table(&[&CSR])?;
        let der = table.read("der", Place::bytes)?;
        let mut facts = Self::new(
            &der,
            table.get("key")?,
            table.get("spki")?,
            table.get("hash")?,
            table.get("possession")?,
        );
        if let Some(rsa) = table.get("rsa")? {
            facts = facts.with_rsa(rsa);
        }
        let names = table.read("common_names", |place| {
            place.each(|place| Ok(place.wild()?.into_owned()))
        })?;
        for name in &names {
            facts = facts.with_common_name(name);
        }
        let names: Vec<SubjectAltName> = table.get("alt_names")?;
        for name in names {
            facts = facts.with_alt_name(name);
        }
        let extensions = table.read("extensions", |place| {
            place.each(|place| Ok(place.wild()?.into_owned()))
        })?;
        for oid in &extensions {
            facts = facts.with_extension(oid);
        }
        if table.get("must_staple")? {
            facts = facts.with_must_staple();
        }
        Ok(facts)
    }
}

const CSR: [&str; 10] = [
    "der",
    "key",
    "spki",
    "rsa",
    "hash",
    "possession",
    "common_names",
    "alt_names",
    "extensions",
    "must_staple",
];

impl Form for KeySource {
    fn write(&self, out: &mut Out) {
        out.object(|fields| match self {
            Self::Own(csr) => fields.put("csr", csr),
            Self::ServiceMade(kind) => fields.put("service_made", kind),
        });
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        match place.choice(&["csr", "service_made"])? {
            ("csr", place) => Arc::read(&place).map(Self::Own),
            (_, place) => KeyKind::read(&place).map(Self::ServiceMade),
        }
    }
}

impl Form for Submission {
    fn write(&self, out: &mut Out) {
        let Self {
            operation,
            names,
            applicant,
            method,
            key,
        } = self;
        out.object(|fields| {
            fields.put("operation", operation);
            fields.put("names", names);
            fields.put("applicant", applicant);
            fields.put("method", method);
            fields.put("key", key);
        });
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        let keys = ["operation", "names", "applicant", "method", "key"];
        let table = place.table(&[&keys])?;
        let operation: Operation = table.get("operation")?;
        let names: Vec<DomainName> = table.get("names")?;
        let applicant: Applicant = table.get("applicant")?;
        let method: ValidationMethod = table.get("method")?;
        let key: KeySource = table.get("key")?;
        match (operation, key) {
            (Operation::ForPackage, key) => {
                Self::for_package(names, applicant, method, key).map_err(|error| place.wrong(error))
            }
            (Operation::Request, KeySource::ServiceMade(kind)) => match <[_; 1]>::try_from(names) {
                Ok([name]) => Ok(Self::request(name, applicant, method, kind)),
                Err(_) => Err(place.wrong("this operation takes exactly one name")),
            },
            (Operation::WithCsr, KeySource::Own(csr)) if names.is_empty() => {
                let csr = Arc::unwrap_or_clone(csr);
                Ok(Self::with_csr(csr, applicant, method))
            }
            (Operation::WithCsr, KeySource::Own(_)) => {
                Err(place.wrong("this operation takes no names"))
            }
            (Operation::Request, KeySource::Own(_))
            | (Operation::WithCsr, KeySource::ServiceMade(_)) => {
                Err(place.wrong("this operation takes the other kind of key"))
            }
        }
    }
}

impl Form for IssuedCertificate {
    fn write(&self, out: &mut Out) {
        let CertificateFacts {
            der,
            chain,
            names,
            key,
            spki,
            validity,
            serial,
            issuer,
        } = self.facts();
        out.object(|fields| {
            fields.put("serial", serial);
            fields.put("not_before", &validity.not_before());
            fields.put("not_after", &validity.not_after());
            fields.put("names", names);
            fields.put("key", key);
            fields.put("spki", spki);
            fields.with("issuer", |out| out.wild(issuer));
            fields.with("der", |out| out.bytes(der));
            fields.with("chain", |out| {
                out.list(chain, |out, issuer| out.bytes(issuer));
            });
        });
    }

    fn read(place: &Place<'_>) -> Result<Self, StoredError> {
        let table = place.table(&[&CERTIFICATE])?;
        let validity = Validity::new(table.get("not_before")?, table.get("not_after")?);
        let der = table.read("der", Place::bytes)?;
        let facts = CertificateFacts {
            der: Arc::from(der),
            chain: table.read("chain", |place| {
                place.each(|place| place.bytes().map(Arc::from))
            })?,
            names: table.get("names")?,
            key: table.get("key")?,
            spki: table.get("spki")?,
            validity: validity.map_err(|error| place.wrong(error))?,
            serial: table.get("serial")?,
            issuer: table.read("issuer", |place| Ok(Arc::from(place.wild()?)))?,
        };
        Self::new(facts).map_err(|error| place.wrong(error))
    }
}

const CERTIFICATE: [&str; 9] = [
    "serial",
    "not_before",
    "not_after",
    "names",
    "key",
    "spki",
    "issuer",
    "der",
    "chain",
];
