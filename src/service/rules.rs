//! Which rules a service applies to a case.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::kept::Kept;
use crate::lifecycle::{Case, Command, CommandKind, Law};
use crate::model::{
    Application, CertificateInstance, Channel, EditionKey, HostingChain, Phase, Pin, Site,
    Timestamp,
};
use crate::port::Loaded;
use crate::rulebook::{Edition, ResolveError, Rulebook};

/// Which edition is in force for a service.
///
/// A service runs orders, by console and API up to 2025. An edition of the channel
/// [`ApiV2`](Channel::ApiV2) speaks of the instances of 2026, which [`lifecycle::v2`](crate::lifecycle::v2)
/// decides and no service keeps: under such a policy everything is answered by
/// [`ResolveError::InstanceModel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditionPolicy {
    /// The one of the day.
    AsOf {
        /// The site whose documents speak.
        site: Site,
        /// The channel whose documents speak.
        channel: Channel,
    },
    /// Always the same one, whatever the day: to live an edition through. Nothing comes after it
    /// ([`Edition::alone`]), so no answer speaks of a day from which another rule is in force.
    Fixed(EditionKey),
}

/// A rulebook, the policy that picks an edition from it, and the former rulebooks that cases are
/// still bound to.
///
/// Who changes the rulebook of a service with cases in its store hands the former one over as well
/// ([`with_former`](Self::with_former)). A new release of this crate that changes a published edition
/// is such a change too: `codec::rulebook::write` made before it, and `read` after it, give the former
/// published book with the same digests.
#[derive(Clone, Debug)]
pub struct Rules {
    book: Rulebook,
    former: Vec<Rulebook>,
    policy: EditionPolicy,
    kept: Kept,
}

/// The editions that judge a case.
#[derive(Clone, Debug)]
pub struct Editions {
    // An edition is large, and most cases have one for everything.
    money: Arc<Edition>,
    application: Arc<Edition>,
    conduct: Arc<Edition>,
}

impl Editions {
    /// Judges money, hosting and renewal.
    #[must_use]
    pub fn money(&self) -> &Edition {
        &self.money
    }

    /// The one that judges application, quota and its return: the pinned one, or for a new
    /// application the one in force.
    #[must_use]
    pub fn application(&self) -> &Edition {
        &self.application
    }

    /// The one in force: it judges notice, deletion and permission to revoke.
    #[must_use]
    pub fn conduct(&self) -> &Edition {
        &self.conduct
    }

    /// The law of the case, for the questions of the [`lifecycle`](crate::lifecycle).
    ///
    /// It is a view of these editions and of the book's ceilings; the book should be the one that
    /// they came from.
    ///
    /// ```
    /// use cert_lifecycle::model::{Channel, Site};
    /// use cert_lifecycle::port::Loaded;
    /// use cert_lifecycle::rulebook::Rulebook;
    /// use cert_lifecycle::service::{EditionPolicy, Rules};
    /// let policy = EditionPolicy::AsOf { site: Site::Intl, channel: Channel::Api };
    /// let rules = Rules::new(Rulebook::published(), policy);
    /// let editions = rules.editions(&Loaded::default(), "2021-03-01T00:00:00Z".parse()?)?;
    /// let law = editions.law(rules.book());
    /// // For a new application both are the edition in force.
    /// assert_eq!(law.application.key(), law.conduct.key());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn law<'a>(&'a self, book: &'a Rulebook) -> Law<'a> {
        Law {
            money: &self.money,
            application: &self.application,
            conduct: &self.conduct,
            ceilings: book.ceilings(),
        }
    }
}

impl Rules {
    /// Rules of a book, picked by a policy.
    #[must_use]
    pub const fn new(book: Rulebook, policy: EditionPolicy) -> Self {
        Self {
            book,
            former: Vec::new(),
            policy,
            kept: Kept::new(),
        }
    }

    /// Adds a former rulebook: cases keep the values that they were pinned to under it (L9).
    ///
    /// A pin is looked for by key and digest in the rulebook first, then in the former ones in the order
    /// in which they were added. Everything else comes from the rulebook alone: the edition in force,
    /// which judges the day's conduct and new purchases and applications, and the ceilings.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use cert_lifecycle::codec::rulebook;
    /// use cert_lifecycle::model::{Channel, Site};
    /// use cert_lifecycle::rulebook::Rulebook;
    /// use cert_lifecycle::service::{EditionPolicy, Rules};
    /// let own = r#"
    /// extends = "published"
    ///
    /// [[notice]]
    /// from = "2021-02-26"
    /// value = { within_days = 45 }
    /// sources = ["S3"]
    /// "#;
    /// let own = rulebook::read("own.toml", own).expect("a rulebook");
    /// let policy = EditionPolicy::AsOf { site: Site::Cn, channel: Channel::Api };
    /// // Cases were issued under the published one; they keep its values.
    /// let rules = Rules::new(own, policy).with_former(Rulebook::published());
    /// assert_eq!(rules.former().len(), 1);
    /// # }
    /// ```
    #[must_use]
    pub fn with_former(mut self, book: Rulebook) -> Self {
        self.former.push(book);
        self
    }

    /// The former rulebooks, in the order in which they were added.
    #[must_use]
    pub fn former(&self) -> &[Rulebook] {
        &self.former
    }

    /// The rulebook.
    #[must_use]
    pub const fn book(&self) -> &Rulebook {
        &self.book
    }

    /// Whether another edition can come in force.
    pub(super) const fn go_by_the_day(&self) -> bool {
        match self.policy {
            EditionPolicy::AsOf { .. } => true,
            EditionPolicy::Fixed(_) => false,
        }
    }

    /// The edition in force at an instant.
    ///
    /// ```
    /// use cert_lifecycle::model::{Channel, Site};
    /// use cert_lifecycle::rulebook::{ResolveError, Rulebook};
    /// use cert_lifecycle::service::{EditionPolicy, Rules};
    /// // Orders are not judged by what was said of instances.
    /// let policy = EditionPolicy::AsOf { site: Site::Cn, channel: Channel::ApiV2 };
    /// let rules = Rules::new(Rulebook::published(), policy);
    /// let refused = rules.in_force("2026-08-01T00:00:00Z".parse()?).unwrap_err();
    /// assert!(matches!(refused, ResolveError::InstanceModel(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ResolveError`] if the rulebook has none, or if it is of another model than orders
    /// ([`ResolveError::InstanceModel`]).
    pub fn in_force(&self, at: Timestamp) -> Result<Arc<Edition>, ResolveError> {
        let edition = match self.policy {
            EditionPolicy::AsOf { site, channel } => {
                self.kept.as_of(&self.book, at, site, channel)?
            }
            EditionPolicy::Fixed(key) => self.kept.fixed(&self.book, key.as_str())?,
        };
        match edition.point().channel {
            Channel::Console | Channel::Api => Ok(edition),
            Channel::ApiV2 => Err(ResolveError::InstanceModel(edition.key())),
        }
    }

    /// The editions that judge a case at an instant: its pins, and the one in force (L9).
    ///
    /// # Errors
    /// [`ResolveError`] if one of them does not resolve: [`ResolveError::ChangedEdition`] if no rulebook
    /// has the values that the case was pinned to.
    pub fn editions(&self, loaded: &Loaded, at: Timestamp) -> Result<Editions, ResolveError> {
        self.editions_for(loaded, &Command::Wake, at)
    }

    /// The editions that judge a command: as [`editions`](Self::editions), but an application that is
    /// about to be made is judged by the edition in force, whatever an earlier one was bound to (L9).
    ///
    /// # Errors
    /// [`ResolveError`] if one of them does not resolve.
    pub fn editions_for(
        &self,
        loaded: &Loaded,
        command: &Command,
        at: Timestamp,
    ) -> Result<Editions, ResolveError> {
        self.editions_under(self.in_force(at)?, loaded, command)
    }

    /// The editions that judge a command about a case that was read elsewhere, such as in a
    /// [`World`](crate::lifecycle::World): as [`editions_for`](Self::editions_for).
    ///
    /// ```
    /// use cert_lifecycle::lifecycle::{Case, Command};
    /// use cert_lifecycle::model::{AccountId, EditionKey};
    /// use cert_lifecycle::rulebook::Rulebook;
    /// use cert_lifecycle::service::{EditionPolicy, Rules};
    /// let policy = EditionPolicy::Fixed(EditionKey::new("2021-02-api")?);
    /// let rules = Rules::new(Rulebook::published(), policy);
    /// let nothing = Case::new(AccountId::new("tom")?);
    /// let editions = rules.editions_of(&nothing, &Command::Wake, "2021-03-01T00:00:00Z".parse()?)?;
    /// assert_eq!(editions.money().key().as_str(), "2021-02-api");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ResolveError`] if one of them does not resolve.
    pub fn editions_of(
        &self,
        case: &Case<'_>,
        command: &Command,
        at: Timestamp,
    ) -> Result<Editions, ResolveError> {
        let purchase = case.purchase.map(|own| own.bill().pin);
        let plan = case.plan.map(|own| own.bill().pin);
        let paid = purchase.or(plan);
        let pins = Pins::of(case.instance, case.chain, paid, command);
        self.resolve(&pins, self.in_force(at)?)
    }

    /// The same, under the edition in force.
    pub(super) fn editions_under(
        &self,
        conduct: Arc<Edition>,
        loaded: &Loaded,
        command: &Command,
    ) -> Result<Editions, ResolveError> {
        let instance = loaded.instance.as_ref().map(|found| &found.state);
        let chain = loaded.chain.as_ref().map(|found| &found.state);
        let purchase = loaded.purchase.as_ref().map(|found| found.state.bill().pin);
        let plan = loaded.plan.as_ref().map(|found| found.state.bill().pin);
        let paid = purchase.or(plan);
        self.resolve(&Pins::of(instance, chain, paid, command), conduct)
    }

    fn resolve(&self, pins: &Pins, conduct: Arc<Edition>) -> Result<Editions, ResolveError> {
        let resolve = |pin: Option<Pin>| match pin {
            Some(pin) if pin == conduct.pin() => Ok(conduct.clone()),
            Some(pin) => {
                let edition = self.kept.pinned(&self.book, &self.former, &pin)?;
                Ok(match self.policy {
                    EditionPolicy::AsOf { .. } => edition,
                    EditionPolicy::Fixed(_) => Arc::new(edition.alone()),
                })
            }
            None => Ok(conduct.clone()),
        };
        Ok(Editions {
            // Only commands about money and hosting ask for it; they refuse with a wrong one (R-28).
            money: resolve(pins.money).unwrap_or_else(|_| Arc::clone(&conduct)),
            application: resolve(pins.application)?,
            conduct,
        })
    }
}

/// What a case is bound to (L9).
struct Pins {
    money: Option<Pin>,
    application: Option<Pin>,
}

impl Pins {
    /// `paid` is the pin of what paid for the instance.
    fn of(
        instance: Option<&CertificateInstance>,
        chain: Option<&HostingChain>,
        paid: Option<Pin>,
        command: &Command,
    ) -> Self {
        let pinned = || instance?.application().map(Application::pin);
        let application = match command.kind() {
            CommandKind::Apply | CommandKind::Renew | CommandKind::Activate => None,
            CommandKind::BuyPlan
            | CommandKind::Buy
            | CommandKind::Draw
            | CommandKind::Submit
            | CommandKind::Withdraw
            | CommandKind::Delete
            | CommandKind::CancelOrder
            | CommandKind::Close
            | CommandKind::Merge
            | CommandKind::RequestRevocation
            | CommandKind::ConfirmRevocation
            | CommandKind::Collect
            | CommandKind::DeleteCertificate
            | CommandKind::Deploy
            | CommandKind::Undeploy
            | CommandKind::EnableHosting
            | CommandKind::Upload
            | CommandKind::ClaimRefund
            | CommandKind::CancelRefund
            | CommandKind::ReceiveChallenge
            | CommandKind::ConfirmDomain
            | CommandKind::Approve
            | CommandKind::Reject
            | CommandKind::CompleteRevocation
            | CommandKind::RefuseRevocation
            | CommandKind::RecordCaRevocation
            | CommandKind::GrantRefund
            | CommandKind::RefuseRefund
            | CommandKind::Wake => pinned(),
        };
        // A chain is bound to the purchase that made it, whoever paid for its first member.
        let waits = instance.is_some_and(|own| matches!(own.phase(), Phase::NotActivated { .. }));
        let chain = chain.filter(|_| waits).map(HostingChain::pin);
        Self {
            money: chain.or(paid),
            application,
        }
    }
}
