//! What an instance stores to apply with: the data of `UpdateInstance`.

use crate::model::text::{Inline, inline_text};
use crate::model::{CsrFacts, DomainName, KeyKind, ValidationMethod};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A company stored with the account, for OV and EV: 1 to 39 bytes of printable ASCII.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CompanyId(Inline<39>);
inline_text!(CompanyId);

/// A contact stored with the account: 1 to 39 bytes of printable ASCII.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContactId(Inline<39>);
inline_text!(ContactId);

/// Where the key comes from: `GenerateCsrMethod`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CsrMethod {
    /// `online`: the service makes the key and the request.
    Online(KeyKind),
    /// `upload`: the holder does, and hands in the request, sooner or later.
    Upload(Option<Arc<CsrFacts>>),
}

/// What an instance stores to apply with. It may be incomplete until it is applied with (T-44).
///
/// ```
/// use cert_lifecycle::lifecycle::v2::{ApplicationData, ContactId, CsrMethod};
/// use cert_lifecycle::model::{KeyKind, ValidationMethod};
/// let data = ApplicationData::new(
///     vec!["www.example.com".parse()?],
///     None,
///     vec![ContactId::new("contact-1")?],
///     CsrMethod::Online(KeyKind::Rsa { bits: 2_048 }),
///     ValidationMethod::Dns,
/// )?;
/// assert_eq!(data.contacts().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationData {
    names: Vec<DomainName>,
    company: Option<CompanyId>,
    contacts: Vec<ContactId>,
    csr: CsrMethod,
    method: ValidationMethod,
}

/// Why the parts of stored data don't make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// More names than any product takes.
    #[error("the data names {0} domains, at most 250 are read")]
    TooManyNames(usize),
    /// More contacts than are read.
    #[error("the data names {0} contacts, at most 100 are read")]
    TooManyContacts(usize),
    /// The same name more than once.
    #[error("a domain stands twice in the data")]
    DuplicateName,
}

impl ApplicationData {
    /// The most names that are read at all; what a product takes is a rule, and lower.
    pub const NAME_LIMIT: usize = 250;
    /// The most contacts that are read.
    pub const CONTACT_LIMIT: usize = 100;

    /// Takes the parts; what is missing may follow later.
    ///
    /// # Errors
    /// [`DataError`] if there are too many, or a name stands twice.
    pub fn new(
        names: Vec<DomainName>,
        company: Option<CompanyId>,
        contacts: Vec<ContactId>,
        csr: CsrMethod,
        method: ValidationMethod,
    ) -> Result<Self, DataError> {
        if names.len() > Self::NAME_LIMIT {
            return Err(DataError::TooManyNames(names.len()));
        }
        if contacts.len() > Self::CONTACT_LIMIT {
            return Err(DataError::TooManyContacts(contacts.len()));
        }
        let mut sorted: Vec<&DomainName> = names.iter().collect();
        sorted.sort_unstable();
        if sorted
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a == b))
        {
            return Err(DataError::DuplicateName);
        }
        Ok(Self {
            names,
            company,
            contacts,
            csr,
            method,
        })
    }

    /// The domains; a signing request's CN beats a single one (R-18).
    #[must_use]
    pub fn names(&self) -> &[DomainName] {
        &self.names
    }

    /// The company.
    #[must_use]
    pub const fn company(&self) -> Option<CompanyId> {
        self.company
    }

    /// The contacts.
    #[must_use]
    pub fn contacts(&self) -> &[ContactId] {
        &self.contacts
    }

    /// Where the key comes from.
    #[must_use]
    pub const fn csr_method(&self) -> &CsrMethod {
        &self.csr
    }

    /// The signing request that was handed in.
    #[must_use]
    pub fn csr(&self) -> Option<&CsrFacts> {
        match &self.csr {
            CsrMethod::Online(_) => None,
            CsrMethod::Upload(csr) => csr.as_deref(),
        }
    }

    /// How the domains are proved.
    #[must_use]
    pub const fn method(&self) -> ValidationMethod {
        self.method
    }
}
