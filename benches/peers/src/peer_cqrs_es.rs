//! `cqrs-es`: an `Aggregate` whose asynchronous `handle` writes events into a sink.
//!
//! An aggregate is one stream, so it holds order and plan together. Its futures wait for nothing; an
//! executor that polls once drives them.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};

use crate::by_match::decide_into;
use crate::contender::{Answer, Contender, Seen, Store};
use crate::life::{At, Code, Command, Event, Events, Order, Plan, evolve};
use crate::stream::{Step, Stream};

#[derive(Default, Serialize, Deserialize)]
struct Life {
    order: Option<Order>,
    plan: Plan,
}

struct Asked {
    account: u32,
    now: At,
    command: Command,
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        format!("{self:?}")
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Life {
    const TYPE: &'static str = "life";
    type Command = Asked;
    type Event = Event;
    type Error = Code;
    type Services = ();

    async fn handle(&mut self, asked: Asked, (): &(), sink: &EventSink<Self>) -> Result<(), Code> {
        let Asked {
            account,
            now,
            command,
        } = asked;
        let mut events = Events::new();
        let tell = |event| events.push(event);
        decide_into(
            self.order.as_ref(),
            &self.plan,
            account,
            &command,
            now,
            tell,
        )?;
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        evolve(&mut self.order, &mut self.plan, &event);
    }
}

/// Drives a future that waits for nothing.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}

pub(crate) struct CqrsEs(Store<Order, Plan>);

impl Contender for CqrsEs {
    type Step = Step;
    const NAME: &'static str = "cqrs-es-0.5.0";
    const TELLS: &'static str = "events, error code";
    const NOTE: &'static str = "handle is asynchronous: polled once; an aggregate is one stream, so order and plan are one";

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
        let sink = EventSink::default();
        let handled = ready(life.handle(asked, &(), &sink));
        let decided = handled.map(|()| ready(sink.collect()));
        if decided.is_ok() {
            (*slot, *plan) = (life.order, life.plan);
        }
        Answer::of(black_box(&decided).as_ref().map(Vec::len))
    }

    fn look(&self, slot: usize, plan: usize) -> Seen {
        self.0.look(slot, plan)
    }
}
