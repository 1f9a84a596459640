//! Which rules a service applies to a case.

use crate::model::{CertificateInstance, Channel, EditionKey, Site, Timestamp};
use crate::rulebook::{Edition, ResolveError, Rulebook};

/// Which edition is in force for a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditionPolicy {
    /// The one of the day.
    AsOf {
        /// The site whose documents speak.
        site: Site,
        /// The channel whose documents speak.
        channel: Channel,
    },
    /// Always the same one, whatever the day: to live an edition through.
    Fixed(EditionKey),
}

/// A rulebook, and the policy that picks an edition from it.
#[derive(Clone, Debug)]
pub struct Rules {
    book: Rulebook,
    policy: EditionPolicy,
}

/// The editions that judge a case.
#[derive(Clone, Debug)]
pub struct Editions {
    pub(super) application: Edition,
    pub(super) conduct: Edition,
}

impl Rules {
    /// Rules of a book, picked by a policy.
    #[must_use]
    pub const fn new(book: Rulebook, policy: EditionPolicy) -> Self {
        Self { book, policy }
    }

    /// The rulebook.
    #[must_use]
    pub const fn book(&self) -> &Rulebook {
        &self.book
    }

    /// The edition in force at an instant.
    ///
    /// # Errors
    /// [`ResolveError`] if the rulebook has none.
    pub fn in_force(&self, at: Timestamp) -> Result<Edition, ResolveError> {
        match self.policy {
            EditionPolicy::AsOf { site, channel } => self.book.as_of(at, site, channel),
            EditionPolicy::Fixed(key) => self.book.edition(key.as_str()),
        }
    }

    /// The editions that judge a case at an instant: its pin, and the one in force (L9).
    ///
    /// # Errors
    /// [`ResolveError`] if one of them does not resolve.
    pub fn editions(
        &self,
        instance: Option<&CertificateInstance>,
        at: Timestamp,
    ) -> Result<Editions, ResolveError> {
        let conduct = self.in_force(at)?;
        let pin = instance
            .and_then(CertificateInstance::application)
            .map(crate::model::Application::pin);
        let application = match pin {
            Some(pin) if pin == conduct.pin() => conduct.clone(),
            Some(pin) => self.book.pinned(&pin)?,
            None => conduct.clone(),
        };
        Ok(Editions {
            application,
            conduct,
        })
    }
}
