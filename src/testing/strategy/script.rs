//! Timelines as lists of small numbers: what they mean is decided when they are played, from the world
//! as it is then. So most commands fit, and a shrunk one stays a timeline.

use core::fmt;
use std::sync::Arc;
use std::vec::Vec;

use proptest::collection::vec as list;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::content::Content;
use super::edges::{all_edges, edges};
use super::shortened::Shortened;
use crate::lifecycle::{Command, CommandKind, Law, World};
use crate::model::time::SECONDS_PER_DAY;
use crate::model::{
    AccountId, CertificateInstance, Day, HostingChain, InstanceId, Live, Offset, Phase, PlanId,
    RefundState, RevocationStage, Timestamp,
};
use crate::rulebook::Edition;
use crate::testing::machine::Machine;
use crate::testing::play::{Ending, Moment, Player};
use crate::testing::timeline::{Laws, Step, Timeline};
use crate::testing::transition::focus;

/// What a cue asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// What comes next in the life of the instance in focus.
    Next,
    /// The next member of some chain, when its turn comes.
    Advance,
    /// A command of a kind.
    Kind(CommandKind),
}

/// When a cue happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// So many seconds later; earlier, if the clock was set back.
    Later(i64),
    /// At an instant at which some answer changes, or so many seconds off.
    Edge(u8, i64),
    /// At the very end or beginning of time, for this step alone.
    Once(bool),
}

/// What becomes a step when it is played. Its `Debug` is one line, so that a script that breaks a
/// property has as many lines as it has cues.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cue {
    /// What is asked for.
    pub act: Act,
    /// What is wrong with it; nothing, if 0.
    pub flaw: u8,
    /// Which of several contents it has.
    pub salt: [u8; 3],
    /// Which instance is brought into focus.
    pub focus: Option<u8>,
    /// When.
    pub when: When,
    /// Which edition comes into force.
    pub conduct: Option<u8>,
    /// Which edition a careless caller loads, for the money if true, else for the application. It is
    /// asked first and nothing of it is carried out.
    pub careless: Option<(bool, u8)>,
}

impl fmt::Debug for Cue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            act,
            flaw,
            salt,
            focus,
            when,
            conduct,
            careless,
        } = self;
        // On one line even where `{:#?}` asks for many.
        write!(
            f,
            "Cue {{ act: {act:?}, flaw: {flaw}, salt: {salt:?}, focus: {focus:?}, when: {when:?}, \
             conduct: {conduct:?}, careless: {careless:?} }}"
        )
    }
}

/// A timeline before it is played.
#[derive(Clone, Debug)]
pub struct Script {
    /// The editions.
    pub laws: Arc<Laws>,
    /// The day on which it begins.
    pub start: Day,
    /// What is asked for.
    pub cues: Vec<Cue>,
}

const DAY: i64 = SECONDS_PER_DAY;

/// Cues: what fits, mostly, at all distances in time.
pub fn cues() -> impl Strategy<Value = Cue> {
    let act = prop_oneof![
        10 => Just(Act::Next),
        2 => Just(Act::Advance),
        7 => select(CommandKind::ALL.to_vec()).prop_map(Act::Kind),
    ];
    let when = prop_oneof![
        6 => (0_i64..7_200).prop_map(When::Later),
        2 => (0_i64..40 * DAY).prop_map(When::Later),
        1 => (0_i64..400 * DAY).prop_map(When::Later),
        1 => (-100_000_i64..0).prop_map(When::Later),
        3 => (any::<u8>(), -1_i64..=1).prop_map(|(which, by)| When::Edge(which, by)),
        1 => any::<bool>().prop_map(When::Once),
    ];
    (
        act,
        prop_oneof![5 => Just(0_u8), 1 => 1_u8..8],
        any::<[u8; 3]>(),
        prop_oneof![3 => Just(None), 2 => any::<u8>().prop_map(Some)],
        when,
        prop_oneof![8 => Just(None), 1 => (0_u8..3).prop_map(Some)],
        prop_oneof![15 => Just(None), 1 => (any::<bool>(), 0_u8..3).prop_map(Some)],
    )
        .prop_map(|(act, flaw, salt, focus, when, conduct, careless)| Cue {
            act,
            flaw,
            salt,
            focus,
            when,
            conduct,
            careless,
        })
}

/// Scripts of half to all of so many cues, under some editions, from some day on. They shrink to a
/// single cue.
pub fn scripts(
    laws: impl Strategy<Value = Arc<Laws>>,
    starts: impl Strategy<Value = Day>,
    length: usize,
) -> impl Strategy<Value = Script> {
    let cues = Shortened {
        element: cues(),
        least: length.div_euclid(2),
        most: length,
    };
    (laws, starts, cues).prop_map(|(laws, start, cues)| Script { laws, start, cues })
}

/// Three of some editions, one after the other in force, or fewer if fewer are given.
pub fn laws_of(laws: &Laws) -> impl Strategy<Value = Arc<Laws>> + use<> {
    let laws = laws.clone();
    let count = laws.editions().len().max(1);
    list(0..count, 3).prop_map(move |places| {
        let all = places
            .iter()
            .filter_map(|place| laws.editions().get(*place));
        Arc::new(Laws::new(all.cloned().collect(), laws.ceilings().clone()))
    })
}

/// Days that calendars stumble over, in years of every kind: the first and last of months, leap days
/// and the days beside them.
pub fn starts() -> impl Strategy<Value = Day> {
    let years = [2019, 2021, 2022, 2023, 2024, 2026, 2028];
    let days = [(3, 1), (1, 31), (2, 28), (2, 29), (6, 30), (12, 31), (1, 1)];
    let all: Vec<Day> = years
        .iter()
        .flat_map(|year| days.iter().map(move |(month, day)| (*year, *month, *day)))
        .filter_map(|(year, month, day)| Day::new(year, month, day).ok())
        .collect();
    select(all)
}

/// One of some values, by a number.
fn pick<T: Clone>(all: &[T], which: u8) -> Option<T> {
    let place = usize::from(which).checked_rem(all.len())?;
    all.get(place).cloned()
}

/// Whose timelines these are.
fn owner() -> Option<AccountId> {
    AccountId::new("owner").ok()
}

/// Cues while they are played, one after the other: for tests that draw the next one when they know
/// what came of the last.
pub struct Stage<'a> {
    player: Player<'a>,
    laws: &'a Laws,
    account: Option<AccountId>,
    clock: Timestamp,
    conduct: usize,
    plan: Option<PlanId>,
    about: Option<InstanceId>,
    place: u64,
}

impl fmt::Debug for Stage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage")
            .field("laws", &self.laws)
            .field("clock", &self.clock)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Script {
    /// Plays it over a machine from an empty world on, and shows every step. Returns what became of
    /// it: the steps, with names and dates, and the world at the end.
    pub fn play(
        &self,
        machine: &dyn Machine,
        mut visit: impl FnMut(&Moment<'_>),
    ) -> (Timeline, Ending) {
        let mut stage = Stage::new(machine, &self.laws, self.start);
        let steps = self.cues.iter();
        let steps = steps
            .filter_map(|cue| stage.play(cue, &mut visit))
            .collect();
        let timeline = Timeline {
            laws: self.laws.clone(),
            steps,
        };
        (timeline, stage.end())
    }
}

impl<'a> Stage<'a> {
    /// An empty world at the beginning of a day, under the first of some editions.
    #[must_use]
    pub fn new(machine: &'a dyn Machine, laws: &'a Laws, start: Day) -> Self {
        Self {
            player: Player::new(machine, laws),
            laws,
            account: owner(),
            clock: start.midnight(Offset::UTC),
            conduct: 0,
            plan: None,
            about: None,
            place: 0,
        }
    }

    /// Plays a cue and shows the step that it becomes; without any edition it becomes none.
    pub fn play(&mut self, cue: &Cue, visit: &mut dyn FnMut(&Moment<'_>)) -> Option<Step> {
        self.place = self.place.saturating_add(1);
        let account = self.account?;
        let mut world = self.player.world(account).clone();
        let (step, careless) = self.step(&mut world, account, cue)?;
        if careless.is_some() {
            self.player.play(&step, careless, visit);
        }
        let committed = self.player.play(&step, None, visit);
        if let (true, Command::BuyPlan { plan, .. }) = (committed, &step.command) {
            self.plan = Some(*plan);
        }
        let world = self.player.world(account);
        self.about = world.instance().map(CertificateInstance::id);
        Some(step)
    }

    /// What became of it.
    #[must_use]
    pub fn end(self) -> Ending {
        self.player.ending()
    }
}

impl<'a> Stage<'a> {
    /// Goes on from a world, while one of the editions is in force.
    pub(super) fn going_on(
        machine: &'a dyn Machine,
        laws: &'a Laws,
        conduct: usize,
        world: &World,
        now: Timestamp,
    ) -> Self {
        let account = world.case().account;
        let mut player = Player::new(machine, laws);
        *player.world(account) = world.clone();
        Self {
            player,
            laws,
            account: Some(account),
            clock: now,
            conduct,
            plan: None,
            about: world.instance().map(CertificateInstance::id),
            place: 0,
        }
    }

    /// The world as it is now, with what a further cue is about in focus, and the step that the cue
    /// would become.
    pub(super) fn next(mut self, cue: &Cue) -> Option<(World, Step)> {
        self.place = self.place.saturating_add(1);
        let account = self.account?;
        let mut world = self.player.world(account).clone();
        let (step, _) = self.step(&mut world, account, cue)?;
        focus(&mut world, &step);
        Some((world, step))
    }

    /// The step that a cue becomes, and the law that a careless caller loads first.
    fn step(
        &mut self,
        world: &mut World,
        account: AccountId,
        cue: &Cue,
    ) -> Option<(Step, Option<Law<'a>>)> {
        let editions = self.laws.editions();
        if let Some(which) = cue.conduct {
            self.conduct = usize::from(which).checked_rem(editions.len())?;
        }
        let conduct = editions.get(self.conduct)?;
        world.look_at(self.about);
        world.set_other(None);
        world.choose_plan(self.plan);
        let [salt, second, third] = cue.salt;
        Self::look(world, cue, salt, third);
        let now = self.instant(world, cue, second, conduct);
        let kind = match cue.act {
            Act::Next => next_kind(world, salt),
            Act::Advance => CommandKind::Activate,
            Act::Kind(kind) => kind,
        };
        let other = (kind == CommandKind::Merge)
            .then(|| mergeable(world, second))
            .flatten();
        world.set_other(other);
        let content = Content {
            flaw: cue.flaw,
            salt: cue.salt,
            number: self.place.saturating_mul(100),
        };
        let law = self.laws.law(&world.case(), None, conduct);
        let command = content.command(kind, world, now, &law)?;
        let careless = cue.careless.and_then(|(money, which)| {
            let case = world.case_for(&command, now, &law);
            let mut law = self.laws.law(&case, Some(kind), conduct);
            let place = usize::from(which).checked_rem(editions.len())?;
            let wrong = editions.get(place)?;
            let field = if money {
                &mut law.money
            } else {
                &mut law.application
            };
            let differs = field.digest() != wrong.digest();
            *field = wrong;
            differs.then_some(law)
        });
        let step = Step {
            at: now,
            account,
            about: world.instance().map(CertificateInstance::id),
            other,
            plan: self.plan,
            conduct: self.conduct,
            command,
        };
        Some((step, careless))
    }

    /// Brings an instance into focus.
    fn look(world: &mut World, cue: &Cue, salt: u8, third: u8) {
        let waiting = |world: &World| -> Vec<InstanceId> {
            // One out of turn, now and then.
            let any = world
                .instances()
                .filter(|own| matches!(own.phase(), Phase::NotActivated { .. }))
                .map(CertificateInstance::id);
            if third % 4 == 3 {
                any.collect()
            } else {
                world.chains().filter_map(HostingChain::next).collect()
            }
        };
        let (all, chosen) = match cue.act {
            Act::Advance => (waiting(world), Some(salt)),
            Act::Next | Act::Kind(_) => (
                world.instances().map(CertificateInstance::id).collect(),
                cue.focus,
            ),
        };
        if let Some(id) = chosen.and_then(|which| pick(&all, which)) {
            world.focus(id);
        }
    }

    fn instant(&mut self, world: &World, cue: &Cue, second: u8, conduct: &'a Edition) -> Timestamp {
        let law = self.laws.law(&world.case(), None, conduct);
        // At its turn, or a second before.
        if matches!(cue.act, Act::Advance) {
            let activate =
                Content::plain(1).command(CommandKind::Activate, world, self.clock, &law);
            let case = world.case();
            let due = activate
                .map(|activate| edges(&case, &activate, &law))
                .unwrap_or_default()
                .into_iter()
                .find(|at| *at > self.clock);
            if let Some(due) = due {
                self.clock = due.saturating_add(if second % 4 == 3 { -1 } else { 0 });
            }
            return self.clock;
        }
        match cue.when {
            When::Later(seconds) => self.clock = self.clock.saturating_add(seconds),
            When::Edge(which, by) => {
                let mut all = all_edges(world, &law);
                all.retain(|at| *at > self.clock);
                if let Some(at) = pick(&all, which) {
                    self.clock = at.saturating_add(by);
                }
            }
            When::Once(end) => return if end { Timestamp::MAX } else { Timestamp::MIN },
        }
        self.clock
    }
}

/// One of eight, some of them likelier than others.
fn one_of(kinds: [CommandKind; 8], salt: u8) -> CommandKind {
    let [first, ..] = kinds;
    pick(&kinds, salt).unwrap_or(first)
}

/// What comes next in the life of the instance in focus.
fn next_kind(world: &World, salt: u8) -> CommandKind {
    use CommandKind as K;
    let case = world.case();
    let Some(instance) = case.instance else {
        let (apply, draw) = if case.plan.is_some() {
            (K::Submit, K::Draw)
        } else {
            (K::Buy, K::BuyPlan)
        };
        let kinds = [
            K::Buy,
            K::Buy,
            K::Buy,
            K::BuyPlan,
            K::Upload,
            apply,
            draw,
            apply,
        ];
        return one_of(kinds, salt);
    };
    let in_review = case
        .purchase
        .is_some_and(|own| matches!(own.bill().refund, RefundState::Review { .. }));
    let kinds = if in_review {
        [
            K::GrantRefund,
            K::GrantRefund,
            K::RefuseRefund,
            K::CancelRefund,
            K::GrantRefund,
            K::RefuseRefund,
            K::CancelRefund,
            K::Buy,
        ]
    } else {
        next_of(instance.phase(), salt)
    };
    one_of(kinds, salt)
}

/// What is likely to come next in a phase.
fn next_of(phase: &Phase, salt: u8) -> [CommandKind; 8] {
    use CommandKind as K;
    match phase {
        Phase::NotActivated { .. } => [
            K::Activate,
            K::Activate,
            K::Activate,
            K::Activate,
            K::CancelOrder,
            K::ClaimRefund,
            K::ClaimRefund,
            K::Submit,
        ],
        Phase::Bought { .. } => [
            K::Apply,
            K::Apply,
            K::Apply,
            K::Apply,
            K::Apply,
            K::ClaimRefund,
            K::Close,
            K::Merge,
        ],
        Phase::Verifying(_) | Phase::Validating(_) => next_of_application(phase),
        Phase::Failed { .. } | Phase::Pending { .. } => [
            K::Apply,
            K::Apply,
            K::Apply,
            K::Delete,
            K::CancelOrder,
            K::ClaimRefund,
            K::Close,
            K::Approve,
        ],
        Phase::Live(live) => next_of_live(live, salt),
        Phase::Revoked { .. } => [
            K::ClaimRefund,
            K::ClaimRefund,
            K::ClaimRefund,
            K::DeleteCertificate,
            K::Renew,
            K::Buy,
            K::Approve,
            K::Submit,
        ],
        Phase::Uploaded(_) => [
            K::EnableHosting,
            K::Deploy,
            K::Undeploy,
            K::Renew,
            K::Wake,
            K::DeleteCertificate,
            K::EnableHosting,
            K::Buy,
        ],
        Phase::Ended { .. } | Phase::Deleted { .. } => [
            K::Buy,
            K::BuyPlan,
            K::Upload,
            K::Submit,
            K::Draw,
            K::Approve,
            K::ClaimRefund,
            K::Buy,
        ],
    }
}

fn next_of_application(phase: &Phase) -> [CommandKind; 8] {
    use CommandKind as K;
    if let Phase::Verifying(application) = phase
        && application.challenge().is_some()
    {
        return [
            K::ConfirmDomain,
            K::ConfirmDomain,
            K::ConfirmDomain,
            K::ConfirmDomain,
            K::ConfirmDomain,
            K::ConfirmDomain,
            K::Withdraw,
            K::CancelOrder,
        ];
    }
    if let Phase::Validating(application) = phase
        && application.key().is_some()
    {
        return [
            K::Approve,
            K::Approve,
            K::Approve,
            K::Approve,
            K::Approve,
            K::Reject,
            K::Withdraw,
            K::Approve,
        ];
    }
    [K::ReceiveChallenge; 8]
}

const fn next_of_live(live: &Live, salt: u8) -> [CommandKind; 8] {
    use CommandKind as K;
    let Some(revocation) = live.revocation() else {
        return [
            K::RequestRevocation,
            K::Deploy,
            K::EnableHosting,
            K::Renew,
            K::Wake,
            K::RecordCaRevocation,
            K::Undeploy,
            K::Buy,
        ];
    };
    match revocation.stage {
        RevocationStage::ToConfirm if salt % 8 == 7 => [K::CompleteRevocation; 8],
        RevocationStage::ToConfirm => [K::ConfirmRevocation; 8],
        RevocationStage::InReview => [
            K::CompleteRevocation,
            K::CompleteRevocation,
            K::CompleteRevocation,
            K::RefuseRevocation,
            K::RecordCaRevocation,
            K::CompleteRevocation,
            K::CompleteRevocation,
            K::RefuseRevocation,
        ],
    }
}

/// Another slot, one that was only bought if there is one.
fn mergeable(world: &World, salt: u8) -> Option<InstanceId> {
    let own = world.instance()?;
    let others = || world.instances().filter(|one| one.id() != own.id());
    let fits: Vec<InstanceId> = others()
        .filter(|one| matches!(one.phase(), Phase::Bought { .. }) && one.product() == own.product())
        .map(CertificateInstance::id)
        .collect();
    let all: Vec<InstanceId> = others().map(CertificateInstance::id).collect();
    pick(&fits, salt).or_else(|| pick(&all, salt))
}
