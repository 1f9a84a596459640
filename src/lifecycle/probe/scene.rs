//! The scene of a story: two worlds that are told the same, each under a law of its own, until their
//! answers differ.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::num::NonZeroU32;
use core::ops::ControlFlow;

use crate::model::time::SECONDS_PER_DAY;
use crate::model::{
    ChainId, Channel, InstanceId, Payment, Pin, PlanId, Product, RefundState, ResourcePlan,
    RevocationReason, Status, Submission, Timestamp,
};
use crate::rulebook::Window;

use super::super::agenda::next_wakeup;
use super::super::case::Law;
use super::super::clause::Why;
use super::super::command::{Command, Extension, NewPurchase, Upload};
use super::super::decide::decide;
use super::super::event::{ChainEvent, Event, Events, InstanceEvent, PlanEvent, PurchaseEvent};
use super::super::refusal::Refusal;
use super::super::status::{announced, unexpired};
use super::super::term::term_end;
use super::super::world::World;
use super::kit::{Kit, PRICE, numbered, paid, slot};
use super::{Answer, Example, Question, Step};

/// A story goes on, or ends with the difference that it was after.
pub(super) type Told<T = ()> = ControlFlow<Box<Example>, T>;

pub(super) const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = SECONDS_PER_DAY;

/// Two worlds, side by side.
pub(super) struct Scene<'l> {
    pub(super) kit: Kit,
    pub(super) laws: [&'l Law<'l>; 2],
    pub(super) now: Timestamp,
    probe: &'static str,
    worlds: [World; 2],
    steps: Vec<Step>,
    last_id: u64,
    /// The first question that both refuse, for different reasons: told if nothing better comes.
    refused: OnceCell<Box<Example>>,
}

type Decided = Result<Events, Refusal>;

impl<'l> Scene<'l> {
    /// It begins on the morning after the first day of the first law: no window of a rule ends at the
    /// half minute in which it begins.
    pub(super) fn new(probe: &'static str, laws: [&'l Law<'l>; 2]) -> Option<Self> {
        let kit = Kit::new()?;
        let [first, _] = laws;
        let day = first.conduct.point().day.plus_days(1);
        let offset = first.conduct.calendar().value.offset;
        let now = day.midnight(offset).saturating_add(10 * HOUR + 30);
        Some(Self {
            worlds: [World::new(kit.account), World::new(kit.account)],
            kit,
            laws,
            now,
            probe,
            steps: Vec::new(),
            last_id: 0,
            refused: OnceCell::new(),
        })
    }

    /// The first of both worlds; until their answers differ, the other is like it.
    pub(super) const fn world(&self) -> &World {
        let [world, _] = &self.worlds;
        world
    }

    /// A number that was not used before.
    pub(super) const fn next_id(&mut self) -> u64 {
        self.last_id = self.last_id.saturating_add(1);
        self.last_id
    }

    pub(super) const fn wait(&mut self, seconds: i64) {
        self.now = self.now.saturating_add(seconds);
    }

    /// Moves on to an instant, never back.
    pub(super) fn until(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
    }

    pub(super) fn focus(&mut self, instance: InstanceId) {
        for world in &mut self.worlds {
            world.focus(instance);
        }
    }

    pub(super) fn set_other(&mut self, other: InstanceId) {
        for world in &mut self.worlds {
            world.set_other(Some(other));
        }
    }

    /// Tells a part of the story and takes it back.
    pub(super) fn branch(&mut self, part: impl FnOnce(&mut Self) -> Told) -> Told {
        let before = (self.worlds.clone(), self.now, self.last_id);
        let told = self.steps.len();
        part(self)?;
        (self.worlds, self.now, self.last_id) = before;
        self.steps.truncate(told);
        Told::Continue(())
    }

    fn differs(&self, question: Question, answers: [Answer; 2]) -> Box<Example> {
        let [law, _] = self.laws;
        Box::new(Example {
            probe: self.probe,
            story: self.steps.clone(),
            at: self.now,
            question,
            answers,
            offset: law.conduct.calendar().value.offset,
        })
    }

    /// Gives a command. Whether it was granted, if both answers are the same.
    pub(super) fn give(&mut self, command: Command) -> Told<bool> {
        let (now, [first, second]) = (self.now, self.laws);
        let [one, other] = &mut self.worlds;
        let decided = [
            one.apply(&command, now, first),
            other.apply(&command, now, second),
        ];
        let granted = self.compared(&command, decided, Question::Gives)?;
        if granted {
            self.steps.push(Step {
                at: now,
                command: Arc::new(command),
            });
        }
        Told::Continue(granted)
    }

    /// Gives a command that each law fills in its own way.
    fn give_each(&mut self, commands: [Command; 2]) -> Told<bool> {
        let (now, [first, second]) = (self.now, self.laws);
        let [one, other] = &mut self.worlds;
        let [ours, theirs] = commands;
        let decided = [
            one.apply(&ours, now, first),
            other.apply(&theirs, now, second),
        ];
        let granted = self.compared(&ours, decided, Question::Gives)?;
        if granted {
            self.steps.push(Step {
                at: now,
                command: Arc::new(ours),
            });
        }
        Told::Continue(granted)
    }

    /// Asks what a command would bring about. Whether it would be granted.
    #[expect(
        clippy::result_large_err,
        reason = "both answers are compared in their places"
    )]
    pub(super) fn ask(&self, command: &Command) -> Told<bool> {
        let (now, [first, second]) = (self.now, self.laws);
        let [one, other] = &self.worlds;
        let decided = [(one, first), (other, second)]
            .map(|(world, law)| decide(&world.case_for(command, now, law), command, now, law));
        self.compared(command, decided, Question::Asks)
    }

    fn compared(
        &self,
        command: &Command,
        decided: [Decided; 2],
        question: impl Fn(Arc<Command>) -> Question,
    ) -> Told<bool> {
        let alike = match &decided {
            [Ok(ours), Ok(theirs)] => {
                ours.rules() == theirs.rules()
                    && ours.iter().map(Unpinned).eq(theirs.iter().map(Unpinned))
            }
            [Err(ours), Err(theirs)] => (ours.rule(), ours.why()) == (theirs.rule(), theirs.why()),
            [Ok(_), Err(_)] | [Err(_), Ok(_)] => false,
        };
        if alike {
            let [decided, _] = decided;
            return Told::Continue(decided.is_ok());
        }
        let answers = decided.map(|one| match one {
            Ok(events) => Answer::Happens {
                rules: events.rules().to_vec(),
                events: events.into_iter().collect(),
            },
            Err(refusal) => Answer::Refused {
                rule: refusal.rule(),
                why: match (refusal.why(), refusal.status()) {
                    // What the owner sees, as in the refusal's own words: a certificate that is
                    // about to expire is stored as issued.
                    (Why::Status(_), Some(seen)) => Why::Status(seen),
                    (why, _) => why,
                },
            },
        });
        let example = self.differs(question(Arc::new(command.clone())), answers);
        if example.decides() {
            return Told::Break(example);
        }
        // What is refused either way changes nothing, so the story goes on.
        let _ = self.refused.set(example);
        Told::Continue(false)
    }

    /// What is left to tell at the end of a story.
    pub(super) fn into_refused(self) -> Option<Box<Example>> {
        self.refused.into_inner()
    }

    /// What the owner sees.
    pub(super) fn look(&self) -> Told {
        let shown = |world: &World, law: &Law<'_>| Answer::Shows {
            status: world.status(self.now, law),
            units_left: world.plan().map(ResourcePlan::remaining),
            paid_back: world.purchases().fold(0, |sum: u64, one| {
                sum.saturating_add(match one.bill().refund {
                    RefundState::Refunded { cash, .. } => cash,
                    RefundState::None | RefundState::Review { .. } => 0,
                })
            }),
        };
        self.answered(Question::Looks, shown)
    }

    /// When something is due by itself.
    pub(super) fn ask_when(&self) -> Told {
        self.answered(Question::AsksWhen, |world, law| {
            Answer::Due(next_wakeup(&world.case(), self.now, law))
        })
    }

    fn answered(&self, question: Question, of: impl Fn(&World, &Law<'_>) -> Answer) -> Told {
        let ([one, other], [first, second]) = (&self.worlds, self.laws);
        let answers = [of(one, first), of(other, second)];
        let [ours, theirs] = &answers;
        if ours == theirs {
            return Told::Continue(());
        }
        Told::Break(self.differs(question, answers))
    }

    /// The bounds of windows that both laws give: the last second before each and the first from it
    /// on, from now on, in order.
    pub(super) fn edges<W: IntoIterator<Item = Window>>(
        &self,
        windows: impl Fn(&World, &Law<'_>) -> W,
    ) -> Vec<Timestamp> {
        let ([one, other], [first, second]) = (&self.worlds, self.laws);
        let mut all: Vec<Timestamp> = windows(one, first)
            .into_iter()
            .chain(windows(other, second))
            .flat_map(|window| [window.from(), window.until()])
            .flatten()
            .flat_map(|bound| [bound.saturating_add(-1), bound])
            .filter(|at| *at >= self.now)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The turns in the life of the certificate at hand.
    pub(super) fn life(&self) -> Vec<Timestamp> {
        let mut all = self.edges(|world, law| {
            let certificate = world.instance().and_then(|one| one.certificate());
            certificate
                .map(|own| [announced(own, law.conduct), unexpired(own, law.conduct)])
                .into_iter()
                .flatten()
        });
        all.insert(0, self.now.saturating_add(HOUR));
        all
    }

    /// Whether both laws see it so.
    pub(super) fn both(&self, see: impl Fn(&Law<'_>) -> bool) -> bool {
        self.laws.iter().all(|law| see(law))
    }

    /// The largest of what both laws give.
    pub(super) fn most(&self, of: impl Fn(&Law<'_>) -> u16) -> u16 {
        self.laws
            .iter()
            .map(|law| of(law))
            .max()
            .unwrap_or_default()
    }
}

/// What holders and CAs do in most stories.
impl Scene<'_> {
    pub(super) fn buy_plan(
        &mut self,
        product: Product,
        count: u32,
        payment: Payment,
    ) -> Told<bool> {
        let number = self.next_id();
        let plan = PlanId::new(&numbered("plan", number)).ok();
        match plan.zip(NonZeroU32::new(count)) {
            Some((plan, count)) => self.give(Command::BuyPlan {
                plan,
                product,
                count,
                payment,
            }),
            None => Told::Continue(false),
        }
    }

    /// A purchase of so many years.
    pub(super) fn purchase(
        &mut self,
        product: Product,
        years: u8,
        payment: Payment,
    ) -> Option<Command> {
        let number = self.next_id();
        let slots: Option<Vec<_>> = (0..years).map(|_| slot(self.next_id())).collect();
        let chain = ChainId::new(&numbered("chain", number)).ok();
        Some(Command::Buy(Arc::new(NewPurchase {
            paid: paid(number, payment)?,
            product,
            slots: Arc::from(slots?),
            chain: chain.filter(|_| years > 1),
        })))
    }

    pub(super) fn buy(&mut self, product: Product, years: u8, payment: Payment) -> Told<bool> {
        match self.purchase(product, years, payment) {
            Some(command) => self.give(command),
            None => Told::Continue(false),
        }
    }

    /// An application with a unit of the plan.
    pub(super) fn submission(&mut self, submission: Arc<Submission>) -> Option<Command> {
        let slot = slot(self.next_id())?;
        Some(Command::Submit {
            instance: slot.instance,
            order: slot.order,
            submission,
        })
    }

    pub(super) fn submit(&mut self, product: Product) -> Told<bool> {
        let submission = self.kit.submission(product);
        match submission.and_then(|own| self.submission(own)) {
            Some(command) => self.give(command),
            None => Told::Continue(false),
        }
    }

    /// An application with the slot at hand.
    pub(super) fn application(&mut self, product: Product) -> Option<Command> {
        Some(Command::Apply {
            order: slot(self.next_id())?.order,
            submission: self.kit.submission(product)?,
        })
    }

    pub(super) fn apply(&mut self, product: Product) -> Told<bool> {
        match self.application(product) {
            Some(command) => self.give(command),
            None => Told::Continue(false),
        }
    }

    /// A certificate is applied for as the channel does it: with a purchase on the console, with a
    /// plan by API; where the one is not possible, the other.
    pub(super) fn begin(&mut self, product: Product) -> Told<bool> {
        let [law, _] = self.laws;
        let console = match law.conduct.point().channel {
            Channel::Console => true,
            Channel::Api | Channel::ApiV2 => false,
        };
        if console && self.buy(product, 1, PRICE)? {
            self.wait(60);
            if self.apply(product)? {
                return Told::Continue(true);
            }
        }
        if !self.buy_plan(product, 1, PRICE)? {
            return Told::Continue(false);
        }
        self.wait(60);
        self.submit(product)
    }

    /// The CA's question and its answer: the domain is proved.
    pub(super) fn prove(&mut self) -> Told<bool> {
        let key = self.world().instance().and_then(|one| {
            one.application()
                .and_then(super::super::super::model::Application::key)
        });
        let received = Command::ReceiveChallenge {
            challenge: self.kit.challenge.clone(),
            key: key.unwrap_or(self.kit.key),
        };
        Told::Continue(self.give(received)? && self.give(Command::ConfirmDomain)?)
    }

    /// The certificate of the application at hand, for as long as each law has it asked for.
    pub(super) fn issue(&mut self) -> Told<bool> {
        self.issue_until(None)
    }

    /// The certificate of the application at hand, until an instant that the CA chose.
    pub(super) fn issue_until(&mut self, end: Option<Timestamp>) -> Told<bool> {
        if !self.prove()? {
            return Told::Continue(false);
        }
        self.wait(60);
        let now = self.now;
        let issued = |law: &Law<'_>| {
            let instance = self.world().instance()?;
            let last = end.unwrap_or_else(|| term_end(instance, now, law));
            let application = instance.application()?;
            let key = application.key()?;
            let certificate = Kit::certificate(application.names(), key, (now, last))?;
            Some(Command::Approve { certificate })
        };
        match self.laws.map(issued) {
            [Some(ours), Some(theirs)] => self.give_each([ours, theirs]),
            [None, _] | [Some(_), None] => Told::Continue(false),
        }
    }

    /// A certificate is applied for and issued.
    pub(super) fn issued(&mut self, product: Product) -> Told<bool> {
        Told::Continue(self.begin(product)? && self.issue()?)
    }

    /// The holder asks for the revocation, and answers the mail where one comes.
    pub(super) fn request_revocation(&mut self) -> Told<bool> {
        let reason = RevocationReason::Unspecified;
        if !self.give(Command::RequestRevocation { reason })? {
            return Told::Continue(false);
        }
        if self.stands_at(Status::RevocationToConfirm) {
            return self.give(Command::ConfirmRevocation);
        }
        Told::Continue(true)
    }

    pub(super) fn complete_revocation(&mut self) -> Told<bool> {
        self.give(Command::CompleteRevocation { at: self.now })
    }

    pub(super) fn stands_at(&self, status: Status) -> bool {
        let [law, _] = self.laws;
        self.world().status(self.now, law) == Some(status)
    }

    pub(super) fn revoke(&mut self) -> Told<bool> {
        Told::Continue(self.request_revocation()? && self.complete_revocation()?)
    }

    /// A certificate from elsewhere, valid for a year from now on.
    pub(super) fn upload(&mut self, product: Product, name: &str) -> Option<Command> {
        let last = self.now.saturating_add(DAY.saturating_mul(365));
        let names = core::slice::from_ref(&self.kit.single);
        let certificate = Kit::certificate(names, self.kit.key, (self.now, last))?;
        Some(Command::Upload(Arc::new(Upload {
            slot: slot(self.next_id())?,
            product,
            name: crate::model::Note::new(name).ok()?,
            certificate,
            key: self.kit.key,
        })))
    }

    pub(super) fn renewal(&mut self, by_plan: bool) -> Option<Command> {
        let number = self.next_id();
        let paid = if by_plan {
            None
        } else {
            Some(paid(number, PRICE)?)
        };
        Some(Command::Renew {
            slot: slot(number)?,
            paid,
        })
    }

    /// One further year behind the certificate at hand.
    pub(super) fn extension(&mut self, product: Product) -> Option<Command> {
        let number = self.next_id();
        Some(Command::EnableHosting(Arc::new(Extension {
            paid: paid(number, PRICE)?,
            chain: ChainId::new(&numbered("chain", number)).ok()?,
            product,
            slots: Arc::from([slot(number)?]),
            submission: self.kit.submission(product),
        })))
    }
}

/// An event, whatever edition it is pinned to: the digests of laws that are compared differ anyway.
struct Unpinned<'e>(&'e Event);

impl PartialEq for Unpinned<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (Self(ours), Self(theirs)) = (self, other);
        if ours == theirs {
            return true;
        }
        let (mut ours, mut theirs) = ((*ours).clone(), (*theirs).clone());
        if let (Some(one), Some(other)) = (pin_of(&mut ours), pin_of(&mut theirs)) {
            *one = *other;
        }
        ours == theirs
    }
}

fn pin_of(event: &mut Event) -> Option<&mut Pin> {
    match event {
        Event::Instance { event, .. } => match event {
            InstanceEvent::Submitted(begun) => Some(&mut begun.pin),
            InstanceEvent::Applied(applied) => Some(&mut applied.pin),
            InstanceEvent::Opened(_)
            | InstanceEvent::Uploaded(_)
            | InstanceEvent::Closed { .. }
            | InstanceEvent::Merged { .. }
            | InstanceEvent::Absorbed { .. }
            | InstanceEvent::ChainJoined { .. }
            | InstanceEvent::Deployed { .. }
            | InstanceEvent::Undeployed { .. }
            | InstanceEvent::ChallengeReceived { .. }
            | InstanceEvent::DomainConfirmed { .. }
            | InstanceEvent::Issued { .. }
            | InstanceEvent::Rejected { .. }
            | InstanceEvent::Withdrawn { .. }
            | InstanceEvent::Deleted { .. }
            | InstanceEvent::Cancelled { .. }
            | InstanceEvent::RevocationRequested { .. }
            | InstanceEvent::RevocationConfirmed { .. }
            | InstanceEvent::Revoked { .. }
            | InstanceEvent::RevocationRefused { .. }
            | InstanceEvent::ExpiryAnnounced { .. }
            | InstanceEvent::OrphanIssued { .. } => None,
        },
        Event::Plan { event, .. } => match event {
            PlanEvent::Bought(bought) => Some(&mut bought.pin),
            PlanEvent::Reserved { .. }
            | PlanEvent::Settled { .. }
            | PlanEvent::Returned { .. }
            | PlanEvent::CertificateIssued { .. }
            | PlanEvent::RevocationCharged { .. }
            | PlanEvent::RevocationGivenBack { .. }
            | PlanEvent::Refunded { .. } => None,
        },
        Event::Chain { event, .. } => match event {
            ChainEvent::Linked(linked) => Some(&mut linked.pin),
            ChainEvent::MemberBegun { .. } | ChainEvent::MemberCancelled { .. } => None,
        },
        Event::Purchase { event, .. } => match event {
            PurchaseEvent::Paid(paid) => Some(&mut paid.pin),
            PurchaseEvent::RevocationCharged { .. }
            | PurchaseEvent::RevocationGivenBack { .. }
            | PurchaseEvent::RefundClaimed { .. }
            | PurchaseEvent::RefundCancelled { .. }
            | PurchaseEvent::RefundRefused { .. }
            | PurchaseEvent::Refunded { .. } => None,
        },
    }
}
