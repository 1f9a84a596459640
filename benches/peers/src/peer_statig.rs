//! `statig`: a hierarchical machine; one handler a state, what they share in a superstate.
//!
//! It has no events and no answers: handlers change the shared storage and the plan in the context,
//! and say there whether they accepted. What a state does not handle is dropped.

use std::hint::black_box;

use statig::prelude::*;

use crate::contender::{Answer, Contender, Seen, SeenOrder, Store};
use crate::life::{self, At, Command, Order, Plan, Unit, completed, holds, notice_is_due, returns};
use crate::stream::{Step, Stream};

#[derive(Default)]
pub(crate) struct Life {
    order: Order,
}

pub(crate) struct Context<'a> {
    plan: &'a mut Plan,
    account: u32,
    now: At,
    accepted: bool,
}

impl Context<'_> {
    fn held(&self, order: &Order) -> bool {
        holds(order, self.plan, self.account)
    }
}

#[state_machine(initial = "State::idle()")]
impl Life {
    #[state]
    fn idle(&mut self, context: &mut Context<'_>, event: &Command) -> Outcome<State> {
        match event {
            Command::Submit { order, .. }
                if context.plan.account == context.account && context.plan.remaining() > 0 =>
            {
                self.order = Order {
                    id: *order,
                    account: context.account,
                    plan: context.plan.id,
                    submitted_at: context.now,
                    ..Order::default()
                };
                context.plan.reserved += 1;
                context.accepted = true;
                Transition(State::verifying())
            }
            _ => Super,
        }
    }

    #[superstate]
    fn order(context: &mut Context<'_>, event: &Command) -> Outcome<State> {
        if let Command::Wake = event {
            context.accepted = true;
            return Handled;
        }
        Super
    }

    #[state(superstate = "order")]
    fn verifying(&mut self, context: &mut Context<'_>, event: &Command) -> Outcome<State> {
        match event {
            Command::ReceiveChallenge { key } if self.order.key.is_none_or(|own| own == *key) => {
                self.order.key = Some(*key);
                context.accepted = true;
                Handled
            }
            Command::ConfirmDomain if self.order.key.is_some() => {
                context.accepted = true;
                Transition(State::validating())
            }
            Command::Withdraw => {
                self.order.changed_at = context.now;
                context.accepted = true;
                Transition(State::pending())
            }
            _ => Super,
        }
    }

    #[state(superstate = "order")]
    fn validating(&mut self, context: &mut Context<'_>, event: &Command) -> Outcome<State> {
        match event {
            Command::ReceiveChallenge { key } if self.order.key == Some(*key) => {
                context.accepted = true;
                Handled
            }
            Command::ConfirmDomain => {
                context.accepted = true;
                Handled
            }
            Command::Approve { certificate }
                if self.order.key == Some(certificate.key)
                    && context.now <= certificate.not_after
                    && context.held(&self.order) =>
            {
                context.plan.reserved -= 1;
                context.plan.settled += 1;
                context.plan.issued += 1;
                self.order.unit = Unit::Settled;
                self.order.issued_at = context.now;
                self.order.certificate = *certificate;
                context.accepted = true;
                Transition(State::live())
            }
            Command::Reject => {
                self.order.changed_at = context.now;
                context.accepted = true;
                Transition(State::failed())
            }
            Command::Withdraw => {
                self.order.changed_at = context.now;
                context.accepted = true;
                Transition(State::pending())
            }
            _ => Super,
        }
    }

    #[superstate(superstate = "order")]
    fn ended(&mut self, context: &mut Context<'_>, event: &Command) -> Outcome<State> {
        match event {
            Command::Delete if context.held(&self.order) => {
                context.plan.reserved -= 1;
                self.order.unit = Unit::Returned;
                self.order.changed_at = context.now;
                context.accepted = true;
                Transition(State::deleted())
            }
            _ => Super,
        }
    }

    #[state(superstate = "ended")]
    fn failed(context: &mut Context<'_>, event: &Command) -> Outcome<State> {
        if let Command::Reject = event {
            context.accepted = true;
            return Handled;
        }
        Super
    }

    #[state(superstate = "ended")]
    fn pending() -> Outcome<State> {
        Super
    }

    #[superstate(superstate = "order")]
    fn issued(&mut self, context: &mut Context<'_>, event: &Command) -> Outcome<State> {
        match event {
            Command::Approve { certificate } => {
                context.accepted = self.order.certificate.id == certificate.id;
                Handled
            }
            _ => Super,
        }
    }

    #[state(superstate = "issued")]
    fn live(&mut self, context: &mut Context<'_>, event: &Command) -> Outcome<State> {
        let not_after = self.order.certificate.not_after;
        match event {
            Command::RequestRevocation if context.now <= not_after && context.held(&self.order) => {
                self.order.requested_at = context.now;
                context.plan.revocations += 1;
                context.accepted = true;
                Transition(State::in_review())
            }
            Command::Wake => {
                if notice_is_due(not_after, context.now) {
                    self.order.noticed = true;
                }
                context.accepted = true;
                Handled
            }
            _ => Super,
        }
    }

    #[state(superstate = "issued")]
    fn in_review(&mut self, context: &mut Context<'_>, event: &Command) -> Outcome<State> {
        match event {
            Command::CompleteRevocation { at } if context.held(&self.order) => {
                let at = completed(context.now, *at, self.order.requested_at);
                if returns(self.order.issued_at, at) {
                    context.plan.settled -= 1;
                    self.order.unit = Unit::Returned;
                }
                self.order.changed_at = at;
                context.accepted = true;
                Transition(State::revoked())
            }
            Command::RefuseRevocation if context.held(&self.order) => {
                context.plan.revocations -= 1;
                context.accepted = true;
                Transition(State::live())
            }
            _ => Super,
        }
    }

    #[state(superstate = "issued")]
    fn revoked(context: &mut Context<'_>, event: &Command) -> Outcome<State> {
        if let Command::CompleteRevocation { .. } = event {
            context.accepted = true;
            return Handled;
        }
        Super
    }

    #[state]
    fn deleted() -> Outcome<State> {
        Super
    }
}

pub(crate) struct Statig(Store<StateMachine<Life>, Plan>);

impl Contender for Statig {
    type Step = Step;
    const NAME: &'static str = "statig-0.4.1";
    const TELLS: &'static str = "nothing";
    const NOTE: &'static str =
        "no answers: handlers set a flag in the context; the account is checked by the caller";

    fn steps(stream: &Stream) -> Vec<Step> {
        stream.steps.clone()
    }

    fn new(stream: &Stream) -> Self {
        Self(Store::new(stream))
    }

    #[inline]
    fn apply(&mut self, step: &Step) -> Answer {
        let (slot, plan) = self.0.at(step);
        let account = step.account.into();
        let machine = slot.get_or_insert_with(|| Life::default().state_machine());
        // Whose it is, is asked before the machine: no handler of every state could refuse.
        let idle = matches!(machine.state(), State::Idle {});
        if !idle && machine.order.account != account {
            return Answer::Refused(None);
        }
        let mut context = Context {
            plan,
            account,
            now: step.at,
            accepted: false,
        };
        machine.handle_with_context(&step.command, &mut context);
        if *black_box(&context.accepted) {
            Answer::Accepted(None)
        } else {
            Answer::Refused(None)
        }
    }

    fn look(&self, slot: usize, plan: usize) -> Seen {
        let order = self.0.slots[slot].as_ref().and_then(|machine| {
            let state = match machine.state() {
                State::Idle {} => return None,
                State::Verifying {} => life::State::Verifying,
                State::Validating {} => life::State::Validating,
                State::Failed {} => life::State::Failed,
                State::Pending {} => life::State::Pending,
                State::Live {} => life::State::Live,
                State::InReview {} => life::State::InReview,
                State::Revoked {} => life::State::Revoked,
                State::Deleted {} => life::State::Deleted,
            };
            Some(SeenOrder {
                state,
                ..SeenOrder::of(&machine.order)
            })
        });
        Seen {
            order,
            ledger: self.0.ledger(plan),
        }
    }
}
