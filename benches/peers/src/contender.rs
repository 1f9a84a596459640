//! What a contender is, and how it is compared.

use crate::life::{Code, Order, Plan, State, Unit};
use crate::stream::{self, Step, Stream};

/// What a contender answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Answer {
    /// With so many events, for those who say.
    Accepted(Option<usize>),
    /// With an error code, for those who say.
    Refused(Option<Code>),
}

impl Answer {
    #[inline]
    pub(crate) fn of(decided: Result<usize, &Code>) -> Self {
        match decided {
            Ok(events) => Self::Accepted(Some(events)),
            Err(code) => Self::Refused(Some(*code)),
        }
    }

    /// Whether it agrees with the answer of one who says everything.
    pub(crate) fn agrees(self, full: Self) -> bool {
        match (self, full) {
            (Self::Accepted(some), Self::Accepted(all)) => some.is_none() || some == all,
            (Self::Refused(some), Self::Refused(all)) => some.is_none() || some == all,
            (Self::Accepted(_), Self::Refused(_)) | (Self::Refused(_), Self::Accepted(_)) => false,
        }
    }
}

/// What is compared after every command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) order: Option<SeenOrder>,
    /// Reserved, settled, issued, revocations charged.
    pub(crate) ledger: (u32, u32, u64, u32),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SeenOrder {
    pub(crate) id: u64,
    pub(crate) state: State,
    pub(crate) unit: Unit,
    pub(crate) noticed: bool,
}

impl SeenOrder {
    pub(crate) const fn of(order: &Order) -> Self {
        Self {
            id: order.id,
            state: order.state,
            unit: order.unit,
            noticed: order.noticed,
        }
    }
}

pub(crate) trait Contender: Sized {
    type Step;
    const NAME: &'static str;
    /// What it says beyond the next state.
    const TELLS: &'static str;
    /// What it can't say, or what is done for it.
    const NOTE: &'static str = "";
    /// The stream in its own words.
    fn steps(stream: &Stream) -> Vec<Self::Step>;
    /// Empty slots, and plans that are bought.
    fn new(stream: &Stream) -> Self;
    /// Decides a command and folds it. What it says is kept from being optimized away.
    fn apply(&mut self, step: &Self::Step) -> Answer;
    fn look(&self, slot: usize, plan: usize) -> Seen;
}

/// Slots and plans of one contender.
pub(crate) struct Store<O, P> {
    pub(crate) slots: Vec<Option<O>>,
    pub(crate) plans: Vec<P>,
}

impl<O> Store<O, Plan> {
    pub(crate) fn new(stream: &Stream) -> Self {
        Self {
            slots: (0..stream.slots).map(|_| None).collect(),
            plans: stream::plans(stream.steps.len()),
        }
    }

    #[inline]
    pub(crate) fn at(&mut self, step: &Step) -> (&mut Option<O>, &mut Plan) {
        let slot = &mut self.slots[step.slot as usize];
        if step.fresh {
            *slot = None;
        }
        (slot, &mut self.plans[usize::from(step.plan)])
    }

    pub(crate) fn ledger(&self, plan: usize) -> (u32, u32, u64, u32) {
        let plan = &self.plans[plan];
        (plan.reserved, plan.settled, plan.issued, plan.revocations)
    }
}

impl Store<Order, Plan> {
    pub(crate) fn look(&self, slot: usize, plan: usize) -> Seen {
        Seen {
            order: self.slots[slot].as_ref().map(SeenOrder::of),
            ledger: self.ledger(plan),
        }
    }
}
