//! `disintegrate`: a `Decision` that processes a state query; events in a `Vec`.
//!
//! Only its pure part runs: `process` and `mutate`. Loading a state from events and saving them is
//! its store's, and nobody here has one.

use std::hint::black_box;

use disintegrate::{Decision, StateMutate, StateQuery};

use crate::by_match::decide_into;
use crate::contender::{Answer, Contender, Seen, Store};
use crate::life::{At, Code, Command, Event, Order, Plan, evolve};
use crate::stream::{Step, Stream};

#[derive(Clone, StateQuery)]
#[state_query(Event)]
struct Life {
    order: Option<Order>,
    plan: Plan,
}

impl StateMutate for Life {
    fn mutate(&mut self, event: Event) {
        evolve(&mut self.order, &mut self.plan, &event);
    }
}

struct Asked {
    account: u32,
    now: At,
    command: Command,
}

impl Decision for Asked {
    type Event = Event;
    type StateQuery = Life;
    type Error = Code;

    fn state_query(&self) -> Life {
        Life {
            order: None,
            plan: Plan::default(),
        }
    }

    fn process(&self, life: &Life) -> Result<Vec<Event>, Code> {
        let Self {
            account,
            now,
            command,
        } = self;
        let mut events = Vec::new();
        let tell = |event| events.push(event);
        decide_into(
            life.order.as_ref(),
            &life.plan,
            *account,
            command,
            *now,
            tell,
        )?;
        Ok(events)
    }
}

pub(crate) struct Disintegrate(Store<Order, Plan>);

impl Contender for Disintegrate {
    type Step = Step;
    const NAME: &'static str = "disintegrate-4.0.0";
    const TELLS: &'static str = "events, error code";
    const NOTE: &'static str = "process and mutate alone, without its store";

    fn steps(stream: &Stream) -> Vec<Step> {
        stream.steps.clone()
    }

    fn new(stream: &Stream) -> Self {
        Self(Store::new(stream))
    }

    #[inline]
    fn apply(&mut self, step: &Step) -> Answer {
        let (slot, plan) = self.0.at(step);
        let asked = Asked {
            account: step.account.into(),
            now: step.at,
            command: step.command,
        };
        let mut life = Life {
            order: *slot,
            plan: *plan,
        };
        let decided = asked.process(&life);
        if let Ok(events) = &decided {
            for event in events {
                life.mutate(*event);
            }
            (*slot, *plan) = (life.order, life.plan);
        }
        Answer::of(black_box(&decided).as_ref().map(Vec::len))
    }

    fn look(&self, slot: usize, plan: usize) -> Seen {
        self.0.look(slot, plan)
    }
}
