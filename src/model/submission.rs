//! What a customer hands in when applying.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::applicant::Applicant;
use super::challenge::ValidationMethod;
use super::csr::CsrFacts;
use super::key::KeyKind;
use super::name::DomainName;

/// The operation by which an application is created (API 2020-04-07).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// `CreateCertificateForPackageRequest`: every class, own or service-made key.
    ForPackage,
    /// `CreateCertificateRequest`: DV only, service-made key.
    Request,
    /// `CreateCertificateWithCsrRequest`: DV only, own CSR.
    WithCsr,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 3] = [Self::ForPackage, Self::Request, Self::WithCsr];

    /// Its name in the interface.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ForPackage => "CreateCertificateForPackageRequest",
            Self::Request => "CreateCertificateRequest",
            Self::WithCsr => "CreateCertificateWithCsrRequest",
        }
    }
}

/// Where the key of a certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeySource {
    /// The customer made it and hands in a signing request; the service never holds it.
    Own(Arc<CsrFacts>),
    /// The service makes and keeps it.
    ServiceMade(KeyKind),
}

/// An application as handed in: well formed, not yet judged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Submission {
    pub(crate) operation: Operation,
    // Shared with the order that it becomes: submitting copies no names.
    pub(crate) names: Arc<[DomainName]>,
    pub(crate) applicant: Applicant,
    pub(crate) method: ValidationMethod,
    pub(crate) key: KeySource,
}

/// Why the parts of a submission do not make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmissionError {
    /// Neither a domain nor a signing request.
    #[error("an application needs a domain or a signing request")]
    NoName,
    /// The same name more than once.
    #[error("a domain stands twice in the application")]
    DuplicateName,
    /// More names than any product takes.
    #[error("an application names {0} domains, at most 250 are read")]
    TooManyNames(usize),
}

impl Submission {
    /// The most names that are read at all; what a product takes is a rule, and lower.
    pub const NAME_LIMIT: usize = 250;

    /// `CreateCertificateWithCsrRequest`: the domain is the one that the request's CN names.
    #[must_use]
    pub fn with_csr(csr: CsrFacts, applicant: Applicant, method: ValidationMethod) -> Self {
        Self {
            operation: Operation::WithCsr,
            names: Arc::default(),
            applicant,
            method,
            key: KeySource::Own(Arc::new(csr)),
        }
    }

    /// `CreateCertificateRequest`: exactly one domain, the service makes the key.
    #[must_use]
    pub fn request(
        name: DomainName,
        applicant: Applicant,
        method: ValidationMethod,
        key: KeyKind,
    ) -> Self {
        Self {
            operation: Operation::Request,
            names: Arc::from([name]),
            applicant,
            method,
            key: KeySource::ServiceMade(key),
        }
    }

    /// `CreateCertificateForPackageRequest`: domains, or a signing request, or both. The request's CN
    /// wins over a single domain, even if that is another one, and must be among several.
    ///
    /// # Errors
    /// [`SubmissionError`] if there is neither, or names repeat or are too many.
    pub fn for_package(
        names: Vec<DomainName>,
        applicant: Applicant,
        method: ValidationMethod,
        key: KeySource,
    ) -> Result<Self, SubmissionError> {
        if names.len() > Self::NAME_LIMIT {
            return Err(SubmissionError::TooManyNames(names.len()));
        }
        if names.is_empty() && matches!(key, KeySource::ServiceMade(_)) {
            return Err(SubmissionError::NoName);
        }
        let mut sorted: Vec<&DomainName> = names.iter().collect();
        sorted.sort_unstable();
        if sorted
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a == b))
        {
            return Err(SubmissionError::DuplicateName);
        }
        Ok(Self {
            operation: Operation::ForPackage,
            names: Arc::from(names),
            applicant,
            method,
            key,
        })
    }

    /// The operation that creates the order.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// The domains as handed in; empty where the signing request names them.
    #[must_use]
    pub fn names(&self) -> &[DomainName] {
        &self.names
    }

    /// The same, shared.
    pub(crate) const fn shared_names(&self) -> &Arc<[DomainName]> {
        &self.names
    }

    /// Who applies.
    #[must_use]
    pub const fn applicant(&self) -> &Applicant {
        &self.applicant
    }

    /// How the domain will be proved.
    #[must_use]
    pub const fn method(&self) -> ValidationMethod {
        self.method
    }

    /// Where the key comes from.
    #[must_use]
    pub const fn key(&self) -> &KeySource {
        &self.key
    }

    /// The signing request, if the customer made the key.
    #[must_use]
    pub fn csr(&self) -> Option<&CsrFacts> {
        match &self.key {
            KeySource::Own(csr) => Some(csr),
            KeySource::ServiceMade(_) => None,
        }
    }
}
