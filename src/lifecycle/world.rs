//! The smallest world: one account with one plan and one instance.
//!
//! It decides and folds in one step. For services there are ports; this is for trying rules out, for
//! tables and for tests.

use crate::model::{AccountId, CertificateInstance, ResourcePlan, Status, Timestamp};

use super::case::{Case, Law};
use super::command::Command;
use super::decide::decide;
use super::event::Events;
use super::evolve::evolve;
use super::refusal::Refusal;
use super::status::status;

/// One account with at most one plan and one instance.
///
/// ```
/// use std::num::NonZeroU32;
/// use cert_lifecycle::lifecycle::{Command, Law, World};
/// use cert_lifecycle::model::{AccountId, Catalog, PlanId};
/// use cert_lifecycle::rulebook::Rulebook;
/// let book = Rulebook::published();
/// let edition = book.edition("2023-api")?;
/// let law = Law::single(&edition, book.ceilings());
/// let mut world = World::new(AccountId::new("tom")?);
/// let product = Catalog::published().get("digicert-free-1-free").expect("a published product");
/// let buy = Command::BuyPlan { plan: PlanId::new("p")?, product, count: NonZeroU32::MIN };
/// world.apply(&buy, "2024-01-01T00:00:00Z".parse()?, &law)?;
/// assert_eq!(world.plan().map(|plan| plan.total()), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    account: AccountId,
    instance: Option<CertificateInstance>,
    plan: Option<ResourcePlan>,
}

impl World {
    /// A world with an account and nothing else.
    #[must_use]
    pub const fn new(account: AccountId) -> Self {
        Self {
            account,
            instance: None,
            plan: None,
        }
    }

    /// The read set of the next decision.
    #[must_use]
    pub const fn case(&self) -> Case<'_> {
        Case {
            account: self.account,
            instance: self.instance.as_ref(),
            plan: self.plan.as_ref(),
        }
    }

    /// The account's instance.
    #[must_use]
    pub const fn instance(&self) -> Option<&CertificateInstance> {
        self.instance.as_ref()
    }

    /// The account's plan.
    #[must_use]
    pub const fn plan(&self) -> Option<&ResourcePlan> {
        self.plan.as_ref()
    }

    /// The instance's status at an instant.
    #[must_use]
    pub fn status(&self, now: Timestamp, law: &Law<'_>) -> Option<Status> {
        self.instance
            .as_ref()
            .map(|instance| status(instance, now, law.conduct))
    }

    /// Decides a command and folds what it brings about.
    ///
    /// # Errors
    /// The [`Refusal`]; the world is as it was.
    #[expect(
        clippy::result_large_err,
        reason = "a refusal holds no heap memory, so that refusing is cheap and cannot fail"
    )]
    pub fn apply(
        &mut self,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        let events = decide(&self.case(), command, now, law)?;
        for event in &events {
            evolve(&mut self.instance, &mut self.plan, event);
        }
        Ok(events)
    }

    /// Sets the instance aside, so that the plan's next unit can be drawn with a new one.
    pub fn take_instance(&mut self) -> Option<CertificateInstance> {
        self.instance.take()
    }
}
