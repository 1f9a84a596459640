//! `rust-fsm`: a table of states and inputs, each with at most one output.
//!
//! It knows neither guards nor data: whoever feeds it turns a command and its guards into an input,
//! and an output into changes. An output is a symbol, not an event with its values.

use std::hint::black_box;

use rust_fsm::{StateMachine, state_machine};

use crate::contender::{Answer, Contender, Seen, SeenOrder, Store};
use crate::life::{self, Command, Order, Plan, Unit, completed, holds, notice_is_due, returns};
use crate::stream::{Step, Stream};

state_machine! {
    #[derive(Debug)]
    machine(Idle)

    Idle(Submit) => Verifying [Begin],
    Verifying => {
        NewKey => Verifying [Learn],
        SameKey => Verifying,
        Confirm => Validating,
        Withdraw => Pending [Change],
        Wake => Verifying,
        WakeDue => Verifying,
    },
    Validating => {
        SameKey => Validating,
        Confirm => Validating,
        ConfirmUnproved => Validating,
        ApproveFitting => Live [Issue],
        Reject => Failed [Change],
        Withdraw => Pending [Change],
        Wake => Validating,
        WakeDue => Validating,
    },
    Failed => {
        Reject => Failed,
        Delete => Deleted [GiveBackReserved],
        Wake => Failed,
        WakeDue => Failed,
    },
    Pending => {
        Delete => Deleted [GiveBackReserved],
        Wake => Pending,
        WakeDue => Pending,
    },
    Live => {
        ApproveSame => Live,
        Request => InReview [Charge],
        Wake => Live,
        WakeDue => Live [Announce],
    },
    InReview => {
        ApproveSame => InReview,
        CompleteInWindow => Revoked [GiveBackSettled],
        CompleteLate => Revoked [Complete],
        Refuse => Live [Uncharge],
        Wake => InReview,
        WakeDue => InReview,
    },
    Revoked => {
        ApproveSame => Revoked,
        CompleteInWindow => Revoked,
        CompleteLate => Revoked,
        CompleteElsewhere => Revoked,
        Wake => Revoked,
        WakeDue => Revoked,
    }
}

use machine::{Input, Output, State};

pub(crate) struct Life {
    machine: StateMachine<machine::Impl>,
    order: Order,
}

fn input(order: &Order, plan: &Plan, step: &Step) -> Option<Input> {
    let account = u32::from(step.account);
    let held = || holds(order, plan, account);
    Some(match step.command {
        Command::Submit { .. } if plan.account == account && plan.remaining() > 0 => Input::Submit,
        Command::ReceiveChallenge { key } => match order.key {
            None => Input::NewKey,
            Some(own) if own == key => Input::SameKey,
            Some(_) => return None,
        },
        Command::ConfirmDomain if order.key.is_some() => Input::Confirm,
        Command::ConfirmDomain => Input::ConfirmUnproved,
        Command::Approve { certificate } => {
            if order.certificate.id == certificate.id {
                Input::ApproveSame
            } else if order.key == Some(certificate.key)
                && step.at <= certificate.not_after
                && held()
            {
                Input::ApproveFitting
            } else {
                return None;
            }
        }
        Command::Reject => Input::Reject,
        Command::Withdraw => Input::Withdraw,
        Command::Delete if held() => Input::Delete,
        Command::RequestRevocation if step.at <= order.certificate.not_after && held() => {
            Input::Request
        }
        Command::CompleteRevocation { .. } if !held() => Input::CompleteElsewhere,
        Command::CompleteRevocation { at } => {
            if returns(order.issued_at, completed(step.at, at, order.requested_at)) {
                Input::CompleteInWindow
            } else {
                Input::CompleteLate
            }
        }
        Command::RefuseRevocation if held() => Input::Refuse,
        Command::Wake if !order.noticed && notice_is_due(order.certificate.not_after, step.at) => {
            Input::WakeDue
        }
        Command::Wake => Input::Wake,
        Command::Submit { .. }
        | Command::Delete
        | Command::RequestRevocation
        | Command::RefuseRevocation => return None,
    })
}

/// What an output stands for.
fn carry_out(output: &Output, order: &mut Order, plan: &mut Plan, step: &Step) {
    match (output, step.command) {
        (Output::Begin, Command::Submit { order: id, .. }) => {
            *order = Order {
                id,
                account: step.account.into(),
                plan: plan.id,
                submitted_at: step.at,
                ..Order::default()
            };
            plan.reserved += 1;
        }
        (Output::Learn, Command::ReceiveChallenge { key }) => order.key = Some(key),
        (Output::Issue, Command::Approve { certificate }) => {
            plan.reserved -= 1;
            plan.settled += 1;
            plan.issued += 1;
            order.unit = Unit::Settled;
            order.issued_at = step.at;
            order.certificate = certificate;
        }
        (Output::Change, _) => order.changed_at = step.at,
        (Output::GiveBackReserved, _) => {
            plan.reserved -= 1;
            order.unit = Unit::Returned;
            order.changed_at = step.at;
        }
        (Output::Charge, _) => {
            plan.revocations += 1;
            order.requested_at = step.at;
        }
        (Output::Uncharge, _) => plan.revocations -= 1,
        (Output::GiveBackSettled, Command::CompleteRevocation { at }) => {
            plan.settled -= 1;
            order.unit = Unit::Returned;
            order.changed_at = completed(step.at, at, order.requested_at);
        }
        (Output::Complete, Command::CompleteRevocation { at }) => {
            order.changed_at = completed(step.at, at, order.requested_at);
        }
        (Output::Announce, _) => order.noticed = true,
        (
            Output::Begin
            | Output::Learn
            | Output::Issue
            | Output::GiveBackSettled
            | Output::Complete,
            _,
        ) => {}
    }
}

pub(crate) struct RustFsm(Store<Life, Plan>);

impl Contender for RustFsm {
    type Step = Step;
    const NAME: &'static str = "rust-fsm-0.8.0";
    const TELLS: &'static str = "one output symbol";
    const NOTE: &'static str =
        "no guards and no data: the caller makes inputs of commands and carries outputs out";

    fn steps(stream: &Stream) -> Vec<Step> {
        stream.steps.clone()
    }

    fn new(stream: &Stream) -> Self {
        Self(Store::new(stream))
    }

    #[inline]
    fn apply(&mut self, step: &Step) -> Answer {
        let (slot, plan) = self.0.at(step);
        let life = slot.get_or_insert_with(|| Life {
            machine: StateMachine::new(),
            order: Order::default(),
        });
        let idle = matches!(life.machine.state(), State::Idle);
        if !idle && life.order.account != u32::from(step.account) {
            return Answer::Refused(None);
        }
        let Some(input) = input(&life.order, plan, step) else {
            return Answer::Refused(None);
        };
        let consumed = life.machine.consume(&input);
        if let Ok(Some(output)) = &consumed {
            carry_out(output, &mut life.order, plan, step);
        }
        match black_box(&consumed) {
            Ok(_) => Answer::Accepted(None),
            Err(_) => Answer::Refused(None),
        }
    }

    fn look(&self, slot: usize, plan: usize) -> Seen {
        let order = self.0.slots[slot].as_ref().and_then(|life| {
            let state = match life.machine.state() {
                State::Idle => return None,
                State::Verifying => life::State::Verifying,
                State::Validating => life::State::Validating,
                State::Failed => life::State::Failed,
                State::Pending => life::State::Pending,
                State::Live => life::State::Live,
                State::InReview => life::State::InReview,
                State::Revoked => life::State::Revoked,
                State::Deleted => life::State::Deleted,
            };
            Some(SeenOrder {
                state,
                ..SeenOrder::of(&life.order)
            })
        });
        Seen {
            order,
            ledger: self.0.ledger(plan),
        }
    }
}
