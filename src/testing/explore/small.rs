//! Small worlds: what is in them, and what may be done next.

use core::num::NonZeroU32;
use core::sync::atomic::{AtomicU64, Ordering};
use std::format;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use crate::lifecycle::{
    Command, CommandKind, Extension, NewPurchase, Paid, Slot, Upload, Weight, World, agenda,
    clauses, next_wakeup, term_end,
};
use crate::model::time::SECONDS_PER_DAY;
use crate::model::{
    CertificateInstance, InstanceId, Note, OrderId, Phase, PlanId, RevocationReason, Timestamp,
    ValidationClass,
};

use super::super::machine::Machine;
use super::super::timeline::{Laws, Step};
use super::super::transition::focus;
use super::cache::Cache;
use super::fingerprint::fingerprint;
use super::kit::{Kit, MOST, MOST_ORDERS, order_number};
use super::state::State;
use super::write::Names;

/// How large a small world may become. Each number is of what is begun in all, at most 9 (63 orders).
///
/// ```
/// use cert_lifecycle::testing::explore::Size;
/// let size = Size { plans: 1, units: 1, orders: 1, turns: 2, ..Size::NOTHING };
/// assert_eq!(size.chains, 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a list of numbers, filled by whoever makes a world"
)]
pub struct Size {
    /// Plans that may be bought.
    pub plans: u8,
    /// Units of each.
    pub units: u8,
    /// Single slots that may be bought, drawn or submitted, and renewals.
    pub slots: u8,
    /// Chains that may be bought or added.
    pub chains: u8,
    /// Members of a chain that is bought.
    pub years: u8,
    /// Certificates that may be put in from elsewhere.
    pub uploads: u8,
    /// Orders that may be begun: each slot brings one, and each application.
    pub orders: u8,
    /// How often time may move on to a boundary.
    pub turns: u8,
    /// How many days after its beginning the world ends.
    pub days: u16,
}

impl Size {
    /// A world in which nothing can be begun, for 800 days.
    pub const NOTHING: Self = Self {
        plans: 0,
        units: 0,
        slots: 0,
        chains: 0,
        years: 0,
        uploads: 0,
        orders: 0,
        turns: 0,
        days: 800,
    };
}

/// A small world: an account that begins with nothing, one product, and everything that may be done
/// with it.
///
/// In each state every command is asked, about every instance and plan, be it granted or not; and time
/// may move on to the last second before, and the first second from, each instant at which an answer
/// changes: the bounds of the windows that the [agenda](crate::lifecycle::agenda()) reads, the next
/// [wake-up](crate::lifecycle::next_wakeup), and the first second of the next edition.
///
/// It can be given to any search over states: [`first`](Self::first), [`moves`](Self::moves) and
/// [`next`](Self::next) are all that one needs.
#[derive(Clone, Debug)]
pub struct SmallWorld {
    pub(super) laws: Arc<Laws>,
    pub(super) kit: Kit,
    pub(super) size: Size,
    pub(super) start: Timestamp,
    /// Which world it is, for what is remembered of it.
    number: u64,
}

/// What may happen next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are steps, and they are made anew in every state"
)]
pub enum Move {
    /// Time goes on to an instant.
    Wait(Timestamp),
    /// Somebody asks for something.
    Ask(Step),
}

const HOUR: i64 = 3_600;

/// The number of the next world.
static NEXT: AtomicU64 = AtomicU64::new(0);

impl SmallWorld {
    /// A world under some editions: each is in force from its day on, the first one before as well.
    /// It begins on the morning after the first edition's day.
    ///
    /// None without an edition. What is larger than a small world can be is cut to that.
    #[must_use]
    pub fn new(laws: Arc<Laws>, class: ValidationClass, size: Size) -> Option<Self> {
        let first = laws.editions().first()?;
        let offset = first.calendar().value.offset;
        let midnight = first.point().day.plus_days(1).midnight(offset);
        let size = Size {
            plans: size.plans.min(MOST),
            slots: size.slots.min(MOST),
            chains: size.chains.min(MOST),
            years: size.years.min(MOST),
            uploads: size.uploads.min(MOST),
            orders: size.orders.min(MOST_ORDERS),
            ..size
        };
        Some(Self {
            kit: Kit::new(class, &laws)?,
            // No window of days ends at the half minute in which it begins.
            start: midnight.saturating_add(HOUR.saturating_mul(10).saturating_add(30)),
            laws,
            size,
            number: NEXT.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// The editions.
    #[must_use]
    pub const fn laws(&self) -> &Arc<Laws> {
        &self.laws
    }

    /// How large it may become.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// The state in which it begins.
    #[must_use]
    pub const fn first(&self) -> State {
        State {
            world: World::new(self.kit.account),
            now: self.start,
            orders: 0,
            turns: 0,
        }
    }

    /// Everything that may happen next, in an order that is always the same.
    #[must_use]
    pub fn moves(&self, state: &State) -> Vec<Move> {
        let mut world = state.world.clone();
        Cache::of_thread(self.number, |cache| self.moves_by(state, &mut world, cache))
    }

    /// The same, with the answers to earlier questions about instants at hand, and a copy of the state's
    /// world to set a focus in.
    pub(super) fn moves_by(
        &self,
        state: &State,
        world: &mut World,
        cache: &mut Cache,
    ) -> Vec<Move> {
        let mut menu = Menu {
            small: self,
            state,
            conduct: self.conduct(state.now),
            about: None,
            other: None,
            plan: None,
            moves: Vec::with_capacity(128),
        };
        menu.begin();
        for plan in state.world.plans() {
            menu.plan = Some(plan.id());
            menu.with_plan();
        }
        menu.plan = None;
        let all: Vec<InstanceId> = state
            .world
            .instances()
            .map(CertificateInstance::id)
            .collect();
        if all.is_empty() {
            menu.of_nothing();
        }
        for id in &all {
            menu.about = Some(*id);
            menu.with_instance(world, &all);
        }
        let mut moves = menu.moves;
        if state.turns < self.size.turns {
            let instants = self.instants(state, world, cache);
            moves.extend(instants.into_iter().map(Move::Wait));
        }
        moves
    }

    /// The state after a move: `world` is that after a command which was granted.
    pub(super) fn after(state: &State, taken: &Move, world: Option<World>) -> Option<State> {
        match taken {
            Move::Wait(at) => Some(State {
                world: unfocused(state.world.clone()),
                now: *at,
                orders: state.orders,
                turns: state.turns.saturating_add(1),
            }),
            Move::Ask(step) => Some(State {
                world: unfocused(world?),
                now: state.now,
                orders: state.orders.saturating_add(begun(&step.command)),
                turns: state.turns,
            }),
        }
    }

    /// The state after a move, as a machine decides it. None if it is refused.
    #[must_use]
    pub fn next(&self, machine: &dyn Machine, state: &State, taken: &Move) -> Option<State> {
        self.next_of(machine, &mut state.clone(), taken)
    }

    /// The same, of a state whose focus it may set: that is no part of what the state is, and many
    /// moves can be tried on one copy.
    #[must_use]
    pub fn next_of(&self, machine: &dyn Machine, state: &mut State, taken: &Move) -> Option<State> {
        let world = match taken {
            Move::Wait(_) => None,
            Move::Ask(step) => {
                focus(&mut state.world, step);
                let conduct = self.laws.editions().get(step.conduct)?;
                let kind = step.command.kind();
                let law = self.laws.law(&state.world.case(), Some(kind), conduct);
                let case = state.world.case_for(&step.command, step.at, &law);
                machine.decide(&case, &step.command, step.at, &law).ok()?;
                let mut world = state.world.clone();
                machine
                    .apply(&mut world, &step.command, step.at, &law)
                    .ok()?;
                Some(world)
            }
        };
        Self::after(state, taken, world)
    }

    /// Which edition is in force: the latest that has begun.
    pub(super) fn conduct(&self, now: Timestamp) -> usize {
        let begun = |place: &usize| self.begins(*place).is_some_and(|at| at <= now);
        (0..self.laws.editions().len())
            .filter(begun)
            .max_by_key(|place| self.begins(*place))
            .unwrap_or_default()
    }

    fn begins(&self, place: usize) -> Option<Timestamp> {
        let edition = self.laws.editions().get(place)?;
        let offset = edition.calendar().value.offset;
        Some(edition.point().day.midnight(offset))
    }

    /// When the world ends.
    pub(super) fn end(&self) -> Timestamp {
        let days = i64::from(self.size.days);
        self.start
            .saturating_add(days.saturating_mul(SECONDS_PER_DAY))
    }

    /// The instants to which time may move on.
    fn instants(&self, state: &State, world: &mut World, cache: &mut Cache) -> Vec<Timestamp> {
        let (now, end) = (state.now, self.end());
        let Some(conduct) = self.laws.editions().get(self.conduct(now)) else {
            return Vec::new();
        };
        let editions = 0..self.laws.editions().len();
        let mut bounds: Vec<Timestamp> = editions.filter_map(|at| self.begins(at)).collect();
        world.set_other(None);
        world.choose_plan(None);
        for instance in state.world.instances() {
            world.look_at(Some(instance.id()));
            let case = world.case();
            let mut key = self.writer(Names::ByPlace);
            key.case(&case, now);
            bounds.extend_from_slice(cache.of(fingerprint(key.bytes()), || {
                let law = self.laws.law(&case, None, conduct);
                let due = agenda(&case, now, &law);
                let guards = due.iter().filter(|due| due.weight == Weight::Guard);
                let wakes = next_wakeup(&case, now, &law);
                guards.map(|due| due.at).chain(wakes).collect()
            }));
        }
        world.look_at(None);
        for plan in state.world.plans() {
            world.choose_plan(Some(plan.id()));
            let case = world.case();
            let kind = CommandKind::ClaimRefund;
            let law = self.laws.law(&case, Some(kind), conduct);
            let windows = clauses(&case, &Command::ClaimRefund, &law);
            let ends = windows
                .iter()
                .flat_map(|clause| [clause.holds.from(), clause.holds.until()]);
            bounds.extend(ends.flatten());
        }
        let mut all: Vec<Timestamp> = bounds
            .into_iter()
            .flat_map(|bound| [bound.saturating_add(-1), bound])
            .filter(|at| *at > now && *at <= end)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What was looked at last is no part of a state.
fn unfocused(mut world: World) -> World {
    world.look_at(None);
    world.set_other(None);
    world.choose_plan(None);
    world
}

/// The name of what is uploaded under an order.
pub(super) fn upload_name(order: u8) -> String {
    format!("uploaded-{order}")
}

/// How many orders a command begins.
fn begun(command: &Command) -> u8 {
    let count = |slots: &[Slot]| u8::try_from(slots.len()).unwrap_or(u8::MAX);
    match command {
        Command::Buy(bought) => count(&bought.slots),
        Command::EnableHosting(more) => count(&more.slots),
        Command::Draw(_)
        | Command::Submit { .. }
        | Command::Apply { .. }
        | Command::Renew { .. }
        | Command::Upload(_)
        | Command::Activate { .. } => 1,
        Command::BuyPlan { .. }
        | Command::Withdraw
        | Command::Delete
        | Command::CancelOrder
        | Command::Close
        | Command::Merge
        | Command::RequestRevocation { .. }
        | Command::ConfirmRevocation
        | Command::Collect
        | Command::DeleteCertificate
        | Command::Deploy { .. }
        | Command::Undeploy { .. }
        | Command::ClaimRefund
        | Command::CancelRefund
        | Command::GrantRefund
        | Command::RefuseRefund { .. }
        | Command::ReceiveChallenge { .. }
        | Command::ConfirmDomain
        | Command::Approve { .. }
        | Command::Reject { .. }
        | Command::CompleteRevocation { .. }
        | Command::RefuseRevocation { .. }
        | Command::RecordCaRevocation { .. }
        | Command::Wake => 0,
    }
}

/// What is collected.
struct Menu<'a> {
    small: &'a SmallWorld,
    state: &'a State,
    conduct: usize,
    about: Option<InstanceId>,
    other: Option<InstanceId>,
    plan: Option<PlanId>,
    moves: Vec<Move>,
}

impl Menu<'_> {
    fn push(&mut self, command: Command) {
        self.moves.push(Move::Ask(Step {
            at: self.state.now,
            account: self.small.kit.account,
            about: self.about,
            other: self.other,
            plan: self.plan,
            conduct: self.conduct,
            command,
        }));
    }

    fn extend(&mut self, command: Option<Command>) {
        if let Some(command) = command {
            self.push(command);
        }
    }

    fn world(&self) -> &World {
        &self.state.world
    }

    /// How many single slots were begun, and how many uploads.
    fn begun(&self) -> (usize, usize) {
        let singles = self.world().instances().filter(|one| {
            let of_chain = one.chain().is_some_and(|id| {
                let chain = self.world().chains().find(|chain| chain.id() == id);
                let first = chain.and_then(|chain| chain.members().first().copied());
                let bought = chain.map(crate::model::HostingChain::purchase);
                // The first member of a chain that was added later was there before.
                first.is_none_or(|first| first.instance != one.id() || bought == one.purchase())
            });
            !of_chain && !matches!(one.origin(), crate::model::Origin::Uploaded)
        });
        let uploads = self
            .world()
            .instances()
            .filter(|one| matches!(one.origin(), crate::model::Origin::Uploaded));
        (singles.count(), uploads.count())
    }

    /// The next slots, if so many may be begun.
    fn slots(&self, count: u8) -> Option<Vec<Slot>> {
        let there = u8::try_from(self.world().instances().count()).ok()?;
        let orders = self.state.orders;
        let last = orders
            .checked_add(count)
            .filter(|last| *last <= self.small.size.orders);
        last?;
        (1..=count)
            .map(|next| {
                Some(Slot {
                    instance: self.small.kit.instance(there.checked_add(next)?)?,
                    order: self.small.kit.order(orders.checked_add(next)?)?.id,
                })
            })
            .collect()
    }

    fn order(&self) -> Option<OrderId> {
        let next = self.state.orders.checked_add(1)?;
        let within = next <= self.small.size.orders;
        self.small
            .kit
            .order(next)
            .filter(|_| within)
            .map(|of| of.id)
    }

    fn paid(&self) -> Option<Paid> {
        let there = u8::try_from(self.world().purchases().count()).ok()?;
        Some(Paid {
            purchase: self.small.kit.purchase(there.checked_add(1)?)?,
            payment: self.small.kit.payment,
        })
    }

    fn chain(&self) -> Option<crate::model::ChainId> {
        let there = u8::try_from(self.world().chains().count()).ok()?;
        let within = there < self.small.size.chains;
        self.small
            .kit
            .chain(there.checked_add(1)?)
            .filter(|_| within)
    }

    fn single(&self) -> Option<Slot> {
        let (singles, _) = self.begun();
        let within = singles < usize::from(self.small.size.slots);
        self.slots(1)
            .filter(|_| within)
            .and_then(|slots| slots.first().copied())
    }

    fn bought(&self, years: u8) -> Option<Command> {
        let slots = if years == 1 {
            Vec::from([self.single()?])
        } else {
            self.slots(years)?
        };
        let chain = if years == 1 {
            None
        } else {
            Some(self.chain()?)
        };
        Some(Command::Buy(Arc::new(NewPurchase {
            paid: self.paid()?,
            product: self.small.kit.product,
            slots: Arc::from(slots),
            chain,
        })))
    }

    /// What begins something out of nothing.
    fn begin(&mut self) {
        let kit = &self.small.kit;
        let there = u8::try_from(self.world().plans().count()).unwrap_or(u8::MAX);
        if there < self.small.size.plans {
            let plan = there.checked_add(1).and_then(|next| kit.plan(next));
            let count = NonZeroU32::new(u32::from(self.small.size.units));
            let product = kit.product;
            let payment = kit.payment;
            let bought = plan.zip(count).map(|(plan, count)| Command::BuyPlan {
                plan,
                product,
                count,
                payment,
            });
            self.extend(bought);
        }
        self.extend(self.bought(1));
        if self.small.size.years > 1 {
            self.extend(self.bought(self.small.size.years));
        }
        self.extend(self.uploaded());
    }

    fn uploaded(&self) -> Option<Command> {
        let (_, uploads) = self.begun();
        if uploads >= usize::from(self.small.size.uploads) {
            return None;
        }
        let slot = self.slots(1)?.first().copied()?;
        let order = order_number(slot.order);
        let kit = &self.small.kit;
        let year = SECONDS_PER_DAY.saturating_mul(365);
        let last = self.state.now.saturating_add(year.saturating_sub(1));
        Some(Command::Upload(Arc::new(Upload {
            slot,
            product: kit.product,
            name: Note::new(&upload_name(order)).ok()?,
            certificate: kit.certificate(order, self.state.now, last)?,
            key: kit.order(order)?.key,
        })))
    }

    /// What is done with a plan.
    fn with_plan(&mut self) {
        if let Some(slot) = self.single() {
            self.push(Command::Draw(slot));
            self.push(Command::Submit {
                instance: slot.instance,
                order: slot.order,
                submission: self.small.kit.submission.clone(),
            });
        }
        self.refund();
    }

    fn refund(&mut self) {
        self.push(Command::ClaimRefund);
        self.push(Command::CancelRefund);
        self.push(Command::GrantRefund);
        self.push(Command::RefuseRefund {
            reason: self.small.kit.note.clone(),
        });
    }

    /// What is done with an instance.
    fn with_instance(&mut self, world: &mut World, all: &[InstanceId]) {
        let found = self.about.and_then(|id| {
            let mut all = self.state.world.instances();
            all.find(|one| one.id() == id)
        });
        let Some(own) = found else { return };
        let kit = &self.small.kit;
        let (note, target) = (kit.note.clone(), kit.target);
        if let Some(order) = self.order() {
            self.push(Command::Apply {
                order,
                submission: self.small.kit.submission.clone(),
            });
            self.push(Command::Activate { order });
        }
        let about = self.about;
        for other in all.iter().filter(|other| Some(**other) != about) {
            self.other = Some(*other);
            self.push(Command::Merge);
        }
        self.other = None;
        self.simple(&note, target);
        if own.purchase().is_some() {
            self.refund();
        }
        self.answers(own, world);
        self.further(uploaded(own));
    }

    /// What is asked of an instance while there is none.
    fn of_nothing(&mut self) {
        let kit = &self.small.kit;
        let (note, target) = (kit.note.clone(), kit.target);
        self.simple(&note, target);
        self.push(Command::Merge);
        self.refund();
        self.further(false);
        let now = self.state.now;
        if let Some(of) = self.small.kit.order(1) {
            let (order, key) = (of.id, of.key);
            let (challenge, submission) = (
                self.small.kit.challenge.clone(),
                self.small.kit.submission.clone(),
            );
            self.push(Command::Apply { order, submission });
            self.push(Command::Activate { order });
            self.push(Command::ReceiveChallenge { challenge, key });
        }
        let year = SECONDS_PER_DAY.saturating_mul(365).saturating_sub(1);
        let certificate = self.small.kit.certificate(1, now, now.saturating_add(year));
        self.extend(certificate.map(|certificate| Command::Approve { certificate }));
    }

    /// What carries nothing that depends on the instance.
    fn simple(&mut self, note: &Note, target: crate::model::Target) {
        for command in [
            Command::Withdraw,
            Command::Delete,
            Command::CancelOrder,
            Command::Close,
            Command::RequestRevocation {
                reason: RevocationReason::Unspecified,
            },
            Command::ConfirmRevocation,
            Command::Collect,
            Command::DeleteCertificate,
            Command::Deploy {
                target,
                domain: None,
            },
            Command::Undeploy { target },
            Command::ConfirmDomain,
            Command::Reject {
                reason: note.clone(),
            },
            Command::CompleteRevocation { at: self.state.now },
            Command::RefuseRevocation {
                reason: note.clone(),
            },
            Command::RecordCaRevocation {
                reason: RevocationReason::KeyCompromise,
                at: self.state.now,
            },
            Command::Wake,
        ] {
            self.push(command);
        }
    }

    /// The CA's answers that carry something: about the order at hand, and about the one before it.
    fn answers(&mut self, own: &CertificateInstance, world: &mut World) {
        let kit = &self.small.kit;
        let current = order_number(own.order());
        if let Some(of) = kit.order(current) {
            let (challenge, key) = (kit.challenge.clone(), of.key);
            self.push(Command::ReceiveChallenge { challenge, key });
        }
        world.look_at(Some(own.id()));
        let case = world.case();
        let editions = self.small.laws.editions();
        let Some(conduct) = editions.get(self.conduct) else {
            return;
        };
        let law = self
            .small
            .laws
            .law(&case, Some(CommandKind::Approve), conduct);
        let now = self.state.now;
        let last = term_end(own, now, &law);
        let (first, last_of) = own.certificate().map_or((now, last), |own| {
            (own.validity().not_before(), own.validity().not_after())
        });
        let approved = kit.certificate(current, first, last_of);
        let earlier = own.earlier().last().and_then(|one| {
            let number = order_number(one.order);
            kit.certificate(number, now, last)
        });
        for certificate in [approved, earlier].into_iter().flatten() {
            self.push(Command::Approve { certificate });
        }
    }

    /// Renewals and hosting.
    fn further(&mut self, uploaded: bool) {
        if let (Some(slot), Some(paid)) = (self.single(), self.paid()) {
            self.push(Command::Renew {
                slot,
                paid: Some(paid),
            });
            self.push(Command::Renew { slot, paid: None });
        }
        let more = self.slots(1).zip(self.paid()).zip(self.chain());
        if let Some(((slots, paid), chain)) = more {
            let submission = uploaded.then(|| self.small.kit.submission.clone());
            self.push(Command::EnableHosting(Arc::new(Extension {
                paid,
                chain,
                product: self.small.kit.product,
                slots: Arc::from(slots),
                submission,
            })));
        }
    }
}

fn uploaded(own: &CertificateInstance) -> bool {
    matches!(own.phase(), Phase::Uploaded(_))
}
