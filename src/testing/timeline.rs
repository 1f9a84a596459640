//! Dated timelines of commands, under editions of their own: what laws are checked on, what the
//! explorer finds and what stories tell.

use core::fmt;
use std::sync::Arc;
use std::vec::Vec;

use crate::lifecycle::{Case, Command, CommandKind, Law, World};
use crate::model::{
    AccountId, Application, CertificateInstance, HostingChain, InstanceId, Phase, Pin, PlanId,
    Timestamp,
};
use crate::rulebook::{Ceilings, Edition};

/// The editions that a timeline is lived under, one of them in force at a time.
#[derive(Clone)]
pub struct Laws {
    editions: Vec<Edition>,
    ceilings: Ceilings,
}

impl fmt::Debug for Laws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.editions.iter().map(Edition::key))
            .finish()
    }
}

impl Laws {
    /// Some editions under the same ceilings. Without any, no law can be had.
    #[must_use]
    pub const fn new(editions: Vec<Edition>, ceilings: Ceilings) -> Self {
        Self { editions, ceilings }
    }

    /// The editions, in the order in which [`Step::conduct`] counts them.
    #[must_use]
    pub fn editions(&self) -> &[Edition] {
        &self.editions
    }

    /// What limits validity by the day of issuance.
    #[must_use]
    pub const fn ceilings(&self) -> &Ceilings {
        &self.ceilings
    }

    /// The edition of a pin, if it is one of these.
    #[must_use]
    pub fn pinned(&self, pin: &Pin) -> Option<&Edition> {
        self.editions.iter().find(|one| one.has_pin(pin))
    }

    /// The law of a case, while one of the editions is in force: what is bound stays bound (L9).
    ///
    /// An application that is about to be made is judged by the edition in force, whatever an earlier
    /// one was bound to.
    #[must_use]
    pub fn law<'a>(
        &'a self,
        case: &Case<'_>,
        command: Option<CommandKind>,
        conduct: &'a Edition,
    ) -> Law<'a> {
        let begins = matches!(
            command,
            Some(CommandKind::BuyPlan | CommandKind::Buy | CommandKind::Upload)
        );
        let applies = |own: &CertificateInstance| match command {
            Some(CommandKind::Renew) => true,
            Some(CommandKind::Apply) => {
                matches!(own.phase(), Phase::Failed { .. } | Phase::Pending { .. })
            }
            Some(_) | None => false,
        };
        let application = case
            .instance
            .filter(|own| !applies(own))
            .and_then(CertificateInstance::application)
            .map(Application::pin);
        let waits = case
            .instance
            .is_some_and(|own| matches!(own.phase(), Phase::NotActivated { .. }));
        // What pays for a member is asked for its money by its own pin, its turn by the chain's.
        let about_money = matches!(command, Some(CommandKind::ClaimRefund));
        let chain = case
            .chain
            .filter(|_| waits && !about_money)
            .map(HostingChain::pin);
        let purchase = case.purchase.map(|own| own.bill().pin);
        let plan = case.plan.map(|own| own.bill().pin);
        let money = chain.or(purchase).or(plan).filter(|_| !begins);
        let of = |pin: Option<Pin>| pin.and_then(|pin| self.pinned(&pin)).unwrap_or(conduct);
        Law {
            money: of(money),
            application: of(application),
            conduct,
            ceilings: &self.ceilings,
        }
    }
}

impl Laws {
    /// What a command reads in a world, and the law of it.
    pub(super) fn read<'a, 'w>(
        &'a self,
        world: &'w World,
        command: &Command,
        now: Timestamp,
        conduct: &'a Edition,
    ) -> (Case<'w>, Law<'a>) {
        let read = self.law(&world.case(), None, conduct);
        let case = world.case_for(command, now, &read);
        let law = self.law(&case, Some(command.kind()), conduct);
        (case, law)
    }
}

/// One command of a timeline: who gives it when, about what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When, by the clock of the timeline; a clock may be set back.
    pub at: Timestamp,
    /// Who gives it.
    pub account: AccountId,
    /// The instance that it is about; none for what begins one.
    pub about: Option<InstanceId>,
    /// The second instance, where it needs one.
    pub other: Option<InstanceId>,
    /// The plan that it draws from or whose money is claimed back; none is looked for.
    pub plan: Option<PlanId>,
    /// Which of the editions is in force.
    pub conduct: usize,
    /// What.
    pub command: Command,
}

impl Step {
    /// A command about nothing that is there yet, under the first edition.
    ///
    /// ```
    /// use cert_lifecycle::lifecycle::Command;
    /// use cert_lifecycle::model::{AccountId, InstanceId};
    /// use cert_lifecycle::testing::Step;
    /// let (at, tom) = ("2024-01-01T00:00:00Z".parse()?, AccountId::new("tom")?);
    /// let about = Some(InstanceId::new("i-1")?);
    /// let step = Step { about, ..Step::new(at, tom, Command::Withdraw) };
    /// assert_eq!((step.plan, step.conduct), (None, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn new(at: Timestamp, account: AccountId, command: Command) -> Self {
        Self {
            at,
            account,
            about: None,
            other: None,
            plan: None,
            conduct: 0,
            command,
        }
    }
}

/// Steps, one after the other, from an empty world on.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The editions.
    pub laws: Arc<Laws>,
    /// The steps.
    pub steps: Vec<Step>,
}
