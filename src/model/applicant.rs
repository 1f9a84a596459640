//! Who applies: a contact, and for organization validation a company.

use alloc::sync::Arc;
use core::fmt;

use super::text::{TextError, bounded};

/// The person who applies: name, phone and e-mail address, and the company for OV and EV.
///
/// `Debug` shows neither phone nor address: they are personal data and have no place in a log.
///
/// ```
/// use cert_lifecycle::model::Applicant;
/// let tom = Applicant::new("Tom", "13900000000", "tom@example.com")?;
/// assert!(!format!("{tom:?}").contains("1390"));
/// # Ok::<(), cert_lifecycle::model::applicant::ApplicantError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Applicant {
    pub(crate) name: Arc<str>,
    pub(crate) phone: Arc<str>,
    pub(crate) email: Arc<str>,
    pub(crate) company: Option<Company>,
}

/// The company behind an OV or EV application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Company {
    pub(crate) name: Arc<str>,
}

/// Which field of an applicant was refused, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplicantError {
    /// The name.
    #[error("applicant's name: {0}")]
    Name(TextError),
    /// The phone number.
    #[error("applicant's phone: {0}")]
    Phone(TextError),
    /// The e-mail address.
    #[error("applicant's e-mail address: {0}")]
    Email(TextError),
    /// The e-mail address lacks one of its two parts.
    #[error("applicant's e-mail address: expected one @ with text on both sides")]
    EmailForm,
    /// The company.
    #[error("company's name: {0}")]
    Company(TextError),
}

impl Company {
    /// The longest name in bytes.
    pub const NAME_LIMIT: usize = 256;

    /// Checks a company's name.
    ///
    /// # Errors
    /// Empty, too long, or with control characters.
    pub fn new(name: &str) -> Result<Self, ApplicantError> {
        let name = bounded(name, Self::NAME_LIMIT).map_err(ApplicantError::Company)?;
        Ok(Self { name })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Applicant {
    /// The longest name in bytes.
    pub const NAME_LIMIT: usize = 256;
    /// The longest phone number in bytes.
    pub const PHONE_LIMIT: usize = 64;
    /// The longest e-mail address in bytes (RFC 5321).
    pub const EMAIL_LIMIT: usize = 254;

    /// Checks the contact's data. Every field must be filled (R-17).
    ///
    /// # Errors
    /// [`ApplicantError`] names the field.
    pub fn new(name: &str, phone: &str, email: &str) -> Result<Self, ApplicantError> {
        let name = bounded(name, Self::NAME_LIMIT).map_err(ApplicantError::Name)?;
        let phone = bounded(phone, Self::PHONE_LIMIT).map_err(ApplicantError::Phone)?;
        let email = bounded(email, Self::EMAIL_LIMIT).map_err(ApplicantError::Email)?;
        match email.split_once('@') {
            Some((local, domain))
                if !local.is_empty() && !domain.is_empty() && !domain.contains('@') => {}
            Some(_) | None => return Err(ApplicantError::EmailForm),
        }
        Ok(Self {
            name,
            phone,
            email,
            company: None,
        })
    }

    /// The same contact, applying for a company.
    #[must_use]
    pub fn for_company(self, company: Company) -> Self {
        Self {
            company: Some(company),
            ..self
        }
    }

    /// The contact's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The contact's phone number.
    #[must_use]
    pub fn phone(&self) -> &str {
        &self.phone
    }

    /// The contact's e-mail address.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The company, if the contact applies for one.
    #[must_use]
    pub const fn company(&self) -> Option<&Company> {
        self.company.as_ref()
    }
}

impl fmt::Debug for Applicant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applicant")
            .field("name", &self.name)
            .field("company", &self.company)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_says_who_and_not_how_to_reach_them() {
        let tom = Applicant::new("Tom", "13900000000", "tom@example.com");
        let printed = alloc::format!("{tom:?}");
        assert!(printed.contains("Tom"), "{printed}");
        assert!(
            !printed.contains("139") && !printed.contains('@'),
            "{printed}"
        );
    }

    #[test]
    fn every_field_is_checked() {
        assert_eq!(
            Applicant::new(" ", "1", "a@b"),
            Err(ApplicantError::Name(TextError::Empty))
        );
        assert_eq!(
            Applicant::new("Tom", "", "a@b"),
            Err(ApplicantError::Phone(TextError::Empty))
        );
        assert_eq!(
            Applicant::new("Tom", "1", "a@b\0"),
            Err(ApplicantError::Email(TextError::Character { at: 3 }))
        );
        for email in ["a", "@b", "a@", "a@b@c"] {
            assert_eq!(
                Applicant::new("Tom", "1", email),
                Err(ApplicantError::EmailForm),
                "{email}"
            );
        }
        assert!(Company::new("").is_err());
    }
}
