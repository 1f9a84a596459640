//! `fmodel-rust`: a `Decider` of boxed closures; events in a `Vec`, a new state for each event.
//!
//! Its state is one value, so order and plan are copied in and out.

use std::hint::black_box;

use fmodel_rust::decider::Decider;

use crate::by_match::decide_into;
use crate::contender::{Answer, Contender, Seen, Store};
use crate::life::{At, Code, Command, Event, Order, Plan, evolve};
use crate::stream::{Step, Stream};

struct Asked {
    account: u32,
    now: At,
    command: Command,
}

#[derive(Clone)]
struct Life {
    order: Option<Order>,
    plan: Plan,
}

fn decider() -> Decider<'static, Asked, Life, Event, Code> {
    Decider {
        decide: Box::new(|asked, life| {
            let Asked {
                account,
                now,
                command,
            } = asked;
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
        }),
        evolve: Box::new(|life, event| {
            let mut next = life.clone();
            evolve(&mut next.order, &mut next.plan, event);
            next
        }),
        initial_state: Box::new(|| Life {
            order: None,
            plan: Plan::default(),
        }),
    }
}

pub(crate) struct Fmodel {
    decider: Decider<'static, Asked, Life, Event, Code>,
    store: Store<Order, Plan>,
}

impl Contender for Fmodel {
    type Step = Step;
    const NAME: &'static str = "fmodel-rust-0.9.1";
    const TELLS: &'static str = "events, error code";
    const NOTE: &'static str = "one state: order and plan are copied in and out";

    fn steps(stream: &Stream) -> Vec<Step> {
        stream.steps.clone()
    }

    fn new(stream: &Stream) -> Self {
        Self {
            decider: decider(),
            store: Store::new(stream),
        }
    }

    #[inline]
    fn apply(&mut self, step: &Step) -> Answer {
        let (slot, plan) = self.store.at(step);
        let asked = Asked {
            account: step.account.into(),
            now: step.at,
            command: step.command,
        };
        let mut life = Life {
            order: *slot,
            plan: *plan,
        };
        let decided = (self.decider.decide)(&asked, &life);
        if let Ok(events) = &decided {
            life = events
                .iter()
                .fold(life, |life, event| (self.decider.evolve)(&life, event));
            (*slot, *plan) = (life.order, life.plan);
        }
        Answer::of(black_box(&decided).as_ref().map(Vec::len))
    }

    fn look(&self, slot: usize, plan: usize) -> Seen {
        self.store.look(slot, plan)
    }
}
