//! How a timeline is played: step by step over a machine, each step shown to whoever looks.

use core::fmt;
use std::collections::BTreeMap;
use std::vec::Vec;

use super::machine::Machine;
use super::timeline::{Laws, Step, Timeline};
use super::transition::focus;
use crate::lifecycle::{
    Case, Command, CommandKind, Event, Events, Expect, Law, Refusal, World, expectations,
};
use crate::model::{AccountId, Phase, Timestamp};
use crate::rulebook::Edition;

/// One step, as it was played.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// What decided it.
    pub machine: &'a dyn Machine,
    /// The editions.
    pub laws: &'a Laws,
    /// The world of its account before.
    pub before: &'a World,
    /// The world of its account after.
    pub after: &'a World,
    /// The step.
    pub step: &'a Step,
    /// What judged it.
    pub law: Law<'a>,
    /// Whether the law is the one that the case is bound to. A caller may load another; what is
    /// answered then is not committed.
    pub proper: bool,
    /// The answer.
    pub answer: &'a Result<Events, Refusal>,
    /// Whether the answer was committed: it was granted, and what it expected was so.
    pub committed: bool,
    /// What has happened to the account, this step included.
    pub journal: &'a [Event],
}

impl fmt::Debug for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moment")
            .field("step", &self.step)
            .field("answer", &self.answer)
            .field("committed", &self.committed)
            .finish_non_exhaustive()
    }
}

impl<'a> Moment<'a> {
    /// What was read.
    #[must_use]
    pub fn case(&self) -> Case<'a> {
        self.before
            .case_for(&self.step.command, self.step.at, &self.law)
    }

    /// The command.
    #[must_use]
    pub const fn command(&self) -> &'a Command {
        &self.step.command
    }

    /// When.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.step.at
    }

    /// The law of another case or command, while the same edition is in force.
    #[must_use]
    pub fn law_of(&self, case: &Case<'_>, command: Option<CommandKind>) -> Law<'a> {
        self.laws.law(case, command, self.law.conduct)
    }
}

/// What became of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lived {
    /// What it has.
    pub world: World,
    /// Everything that happened to it.
    pub journal: Vec<Event>,
}

/// How a timeline ended: what became of each account.
pub type Ending = BTreeMap<AccountId, Lived>;

/// Whether an expectation holds, while nothing else commits.
#[must_use]
pub fn met(world: &World, expect: &Expect) -> bool {
    match expect {
        Expect::NewOrder(_)
        | Expect::NewInstance(_)
        | Expect::NewPlan(_)
        | Expect::NewPurchase(_)
        | Expect::NewChain(_) => !world.is_taken(expect),
        Expect::Remaining(id, least) => world
            .plans()
            .any(|own| own.id() == *id && own.remaining() >= *least),
        Expect::FreeName(name) => world
            .instances()
            .all(|own| !matches!(own.phase(), Phase::Uploaded(there) if there.name() == name)),
        Expect::SameInstance(id) => world.instances().any(|own| own.id() == *id),
        Expect::SamePlan(id) => world.plans().any(|own| own.id() == *id),
        Expect::SamePurchase(id) => world.purchases().any(|own| own.id() == *id),
        Expect::SameChain(id) => world.chains().any(|own| own.id() == *id),
        Expect::SameBeside => true,
    }
}

/// A play that is going on.
pub(super) struct Player<'a> {
    machine: &'a dyn Machine,
    laws: &'a Laws,
    lived: Ending,
}

impl<'a> Player<'a> {
    pub(super) const fn new(machine: &'a dyn Machine, laws: &'a Laws) -> Self {
        Self {
            machine,
            laws,
            lived: BTreeMap::new(),
        }
    }

    /// The world of an account.
    pub(super) fn world(&mut self, account: AccountId) -> &mut World {
        &mut self.of(account).world
    }

    fn of(&mut self, account: AccountId) -> &mut Lived {
        self.lived.entry(account).or_insert_with(|| Lived {
            world: World::new(account),
            journal: Vec::new(),
        })
    }

    pub(super) fn ending(self) -> Ending {
        self.lived
    }

    /// The edition that a step names, if it is one of those at hand.
    fn conduct(&self, step: &Step) -> Option<&'a Edition> {
        let editions = self.laws.editions();
        editions.get(step.conduct).or_else(|| editions.first())
    }

    /// Plays a step and shows it. Under another law than the proper one it is asked and not carried
    /// out. Returns whether it was carried out.
    pub(super) fn play(
        &mut self,
        step: &Step,
        careless: Option<Law<'a>>,
        visit: &mut dyn FnMut(&Moment<'_>),
    ) -> bool {
        let (machine, laws) = (self.machine, self.laws);
        let Some(conduct) = self.conduct(step) else {
            return false;
        };
        let lived = self.of(step.account);
        focus(&mut lived.world, step);
        let before = lived.world.clone();
        let (command, now) = (&step.command, step.at);
        let (case, proper) = laws.read(&before, command, now, conduct);
        let law = careless.unwrap_or(proper);
        let answer = machine.decide(&case, command, now, &law);
        let committed = careless.is_none()
            && answer.as_ref().is_ok_and(|events| {
                let expected = expectations(&case, events, &law);
                expected.iter().all(|expect| met(&before, expect))
            });
        if committed && machine.apply(&mut lived.world, command, now, &law).is_ok() {
            lived.journal.extend(answer.iter().flatten().cloned());
        }
        visit(&Moment {
            machine,
            laws,
            before: &before,
            after: &lived.world,
            step,
            law,
            proper: careless.is_none(),
            answer: &answer,
            committed,
            journal: &lived.journal,
        });
        lived.world.set_other(None);
        committed
    }
}

impl Timeline {
    /// Plays it over a machine from an empty world on, and shows every step.
    ///
    /// Each account has a world of its own. A step whose edition is not among the editions is judged
    /// by the first; without any, nothing is played.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use cert_lifecycle::lifecycle::{Command, sample};
    /// use cert_lifecycle::lifecycle::{CommandKind, Law};
    /// use cert_lifecycle::model::{AccountId, ValidationClass};
    /// use cert_lifecycle::rulebook::Rulebook;
    /// use cert_lifecycle::testing::{Core, Laws, Step, Timeline};
    ///
    /// let book = Rulebook::published();
    /// let edition = book.edition("2023-api")?;
    /// let law = Law::single(&edition, book.ceilings());
    /// let buy = sample::sample_command(CommandKind::BuyPlan, ValidationClass::Dv, &law);
    /// let (at, tom) = ("2023-01-01T00:00:00Z".parse()?, AccountId::new("tom")?);
    /// let step = Step::new(at, tom, buy.ok_or("no sample")?);
    /// let laws = Laws::new(vec![edition.clone()], book.ceilings().clone());
    /// let timeline = Timeline { laws: Arc::new(laws), steps: vec![step.clone(), step] };
    /// let mut granted = Vec::new();
    /// timeline.play(&Core, |moment| granted.push(moment.committed));
    /// assert_eq!(granted, [true, false]); // the id is taken
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn play(&self, machine: &dyn Machine, mut visit: impl FnMut(&Moment<'_>)) -> Ending {
        let mut player = Player::new(machine, &self.laws);
        for step in &self.steps {
            player.play(step, None, &mut visit);
        }
        player.ending()
    }
}
