//! `smlang`: a list of guarded transitions; guards and actions on a context.
//!
//! It returns the next state or an error: no events, no reasons beyond "no such transition" and "the
//! guards failed". Actions change the order in the machine's context and the plan in the temporary
//! one.

use std::hint::black_box;

use smlang::statemachine;

use crate::contender::{Answer, Contender, Seen, SeenOrder, Store};
use crate::life::{
    self, At, Certificate, Command, Order, Plan, Unit, completed, holds, notice_is_due, returns,
};
use crate::stream::{Step, Stream};

pub(crate) struct Asked<'p> {
    plan: &'p mut Plan,
    account: u32,
    now: At,
}

statemachine! {
    temporary_context: &mut Asked<'_>,
    transitions: {
        *Idle + Submit(u64) [has_unit] / begin = Verifying,
        Verifying + ReceiveChallenge(u64) [fits_key] / learn = Verifying,
        Verifying + ConfirmDomain [challenged] = Validating,
        Validating + ConfirmDomain = Validating,
        Validating + ReceiveChallenge(u64) [fits_key] = Validating,
        Validating + Approve(Certificate) [fits_order] / issue = Live,
        Live + Approve(Certificate) [is_same] = Live,
        InReview + Approve(Certificate) [is_same] = InReview,
        Revoked + Approve(Certificate) [is_same] = Revoked,
        Validating + Reject / change = Failed,
        Failed + Reject = Failed,
        Verifying | Validating + Withdraw / change = Pending,
        Failed | Pending + Delete [held] / give_back = Deleted,
        Live + RequestRevocation [unexpired && held] / charge = InReview,
        InReview + CompleteRevocation(At) [held_then] / complete = Revoked,
        Revoked + CompleteRevocation(At) = Revoked,
        InReview + RefuseRevocation [held] / uncharge = Live,
        Live + Wake / announce = Live,
        Verifying + Wake = Verifying,
        Validating + Wake = Validating,
        Failed + Wake = Failed,
        Pending + Wake = Pending,
        InReview + Wake = InReview,
        Revoked + Wake = Revoked,
    }
}

#[derive(Default)]
pub(crate) struct Facts(Order);

impl StateMachineContext for Facts {
    fn has_unit(&self, asked: &mut Asked<'_>, _: &u64) -> Result<bool, ()> {
        Ok(asked.plan.account == asked.account && asked.plan.remaining() > 0)
    }

    fn begin(&mut self, asked: &mut Asked<'_>, order: u64) -> Result<(), ()> {
        self.0 = Order {
            id: order,
            account: asked.account,
            plan: asked.plan.id,
            submitted_at: asked.now,
            ..Order::default()
        };
        asked.plan.reserved += 1;
        Ok(())
    }

    fn fits_key(&self, _: &mut Asked<'_>, key: &u64) -> Result<bool, ()> {
        Ok(self.0.key.is_none_or(|own| own == *key))
    }

    fn learn(&mut self, _: &mut Asked<'_>, key: u64) -> Result<(), ()> {
        self.0.key = Some(key);
        Ok(())
    }

    fn challenged(&self, _: &mut Asked<'_>) -> Result<bool, ()> {
        Ok(self.0.key.is_some())
    }

    fn fits_order(&self, asked: &mut Asked<'_>, certificate: &Certificate) -> Result<bool, ()> {
        let fits = self.0.key == Some(certificate.key) && asked.now <= certificate.not_after;
        Ok(fits && holds(&self.0, asked.plan, asked.account))
    }

    fn issue(&mut self, asked: &mut Asked<'_>, certificate: Certificate) -> Result<(), ()> {
        asked.plan.reserved -= 1;
        asked.plan.settled += 1;
        asked.plan.issued += 1;
        self.0.unit = Unit::Settled;
        self.0.issued_at = asked.now;
        self.0.certificate = certificate;
        Ok(())
    }

    fn is_same(&self, _: &mut Asked<'_>, certificate: &Certificate) -> Result<bool, ()> {
        Ok(self.0.certificate.id == certificate.id)
    }

    fn change(&mut self, asked: &mut Asked<'_>) -> Result<(), ()> {
        self.0.changed_at = asked.now;
        Ok(())
    }

    fn held(&self, asked: &mut Asked<'_>) -> Result<bool, ()> {
        Ok(holds(&self.0, asked.plan, asked.account))
    }

    // A guard is told the data of its command, so one with data needs a guard of its own.
    fn held_then(&self, asked: &mut Asked<'_>, _: &At) -> Result<bool, ()> {
        self.held(asked)
    }

    fn give_back(&mut self, asked: &mut Asked<'_>) -> Result<(), ()> {
        asked.plan.reserved -= 1;
        self.0.unit = Unit::Returned;
        self.0.changed_at = asked.now;
        Ok(())
    }

    fn unexpired(&self, asked: &mut Asked<'_>) -> Result<bool, ()> {
        Ok(asked.now <= self.0.certificate.not_after)
    }

    fn charge(&mut self, asked: &mut Asked<'_>) -> Result<(), ()> {
        self.0.requested_at = asked.now;
        asked.plan.revocations += 1;
        Ok(())
    }

    fn complete(&mut self, asked: &mut Asked<'_>, at: At) -> Result<(), ()> {
        let at = completed(asked.now, at, self.0.requested_at);
        if returns(self.0.issued_at, at) {
            asked.plan.settled -= 1;
            self.0.unit = Unit::Returned;
        }
        self.0.changed_at = at;
        Ok(())
    }

    fn uncharge(&mut self, asked: &mut Asked<'_>) -> Result<(), ()> {
        asked.plan.revocations -= 1;
        Ok(())
    }

    fn announce(&mut self, asked: &mut Asked<'_>) -> Result<(), ()> {
        if notice_is_due(self.0.certificate.not_after, asked.now) {
            self.0.noticed = true;
        }
        Ok(())
    }
}

const fn event(command: &Command) -> Events {
    match *command {
        Command::Submit { order, .. } => Events::Submit(order),
        Command::ReceiveChallenge { key } => Events::ReceiveChallenge(key),
        Command::ConfirmDomain => Events::ConfirmDomain,
        Command::Approve { certificate } => Events::Approve(certificate),
        Command::Reject => Events::Reject,
        Command::Withdraw => Events::Withdraw,
        Command::Delete => Events::Delete,
        Command::RequestRevocation => Events::RequestRevocation,
        Command::CompleteRevocation { at } => Events::CompleteRevocation(at),
        Command::RefuseRevocation => Events::RefuseRevocation,
        Command::Wake => Events::Wake,
    }
}

pub(crate) struct Smlang(Store<StateMachine<Facts>, Plan>);

impl Contender for Smlang {
    type Step = Step;
    const NAME: &'static str = "smlang-0.8.0";
    const TELLS: &'static str = "two kinds of error";
    const NOTE: &'static str =
        "no events: actions change the context; the account is checked by the caller";

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
        let machine = slot.get_or_insert_with(|| StateMachine::new(Facts::default()));
        let idle = matches!(machine.state(), States::Idle);
        if !idle && machine.context().0.account != account {
            return Answer::Refused(None);
        }
        let mut asked = Asked {
            plan,
            account,
            now: step.at,
        };
        let processed = machine
            .process_event(&mut asked, event(&step.command))
            .map(|_| ());
        match black_box(&processed) {
            Ok(()) => Answer::Accepted(None),
            Err(_) => Answer::Refused(None),
        }
    }

    fn look(&self, slot: usize, plan: usize) -> Seen {
        let order = self.0.slots[slot].as_ref().and_then(|machine| {
            let state = match machine.state() {
                States::Idle => return None,
                States::Verifying => life::State::Verifying,
                States::Validating => life::State::Validating,
                States::Failed => life::State::Failed,
                States::Pending => life::State::Pending,
                States::Live => life::State::Live,
                States::InReview => life::State::InReview,
                States::Revoked => life::State::Revoked,
                States::Deleted => life::State::Deleted,
            };
            Some(SeenOrder {
                state,
                ..SeenOrder::of(&machine.context().0)
            })
        });
        Seen {
            order,
            ledger: self.0.ledger(plan),
        }
    }
}
