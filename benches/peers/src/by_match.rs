//! By hand: one `match` over state and command that returns events, or an error code.

use crate::contender::{Answer, Contender, Seen, Store};
use crate::life::{
    Code, Command, Event, Events, Order, Plan, State, Unit, completed, evolve, holds,
    notice_is_due, returns,
};
use crate::stream::{Step, Stream};
use std::hint::black_box;

pub(crate) type At = crate::life::At;

/// Decides; changes nothing.
#[inline]
pub(crate) fn decide(
    order: Option<&Order>,
    plan: &Plan,
    account: u32,
    command: &Command,
    now: At,
) -> Result<Events, Code> {
    let mut events = Events::new();
    decide_into(order, plan, account, command, now, |event| {
        events.push(event)
    })?;
    Ok(events)
}

/// The same for those who collect events in a way of their own. Events are told only where the
/// command is accepted.
#[inline(always)]
pub(crate) fn decide_into(
    order: Option<&Order>,
    plan: &Plan,
    account: u32,
    command: &Command,
    now: At,
    mut tell: impl FnMut(Event),
) -> Result<(), Code> {
    if let Command::Submit { order: id, .. } = *command {
        if plan.account != account {
            return Err(Code::NotFoundPackage);
        }
        if plan.remaining() == 0 {
            return Err(Code::NotRemainCount);
        }
        if order.is_some() {
            return Err(Code::Misuse);
        }
        tell(Event::Submitted {
            order: id,
            account,
            plan: plan.id,
            at: now,
        });
        tell(Event::UnitReserved { order: id, at: now });
        return Ok(());
    }
    let Some(order) = order.filter(|order| order.account == account) else {
        return Err(Code::NotFoundOrder);
    };
    let held = || {
        if holds(order, plan, account) {
            Ok(())
        } else {
            Err(Code::Misuse)
        }
    };
    let id = order.id;
    match (order.state, command) {
        (State::Deleted, _) => return Err(Code::NotFoundOrder),
        (State::Verifying, Command::ReceiveChallenge { key }) => match order.key {
            Some(own) if own == *key => {}
            Some(_) => return Err(Code::CaAnswer),
            None => tell(Event::ChallengeReceived { key: *key, at: now }),
        },
        (State::Verifying, Command::ConfirmDomain) if order.key.is_some() => {
            tell(Event::DomainConfirmed { at: now });
        }
        (State::Validating, Command::Approve { certificate }) => {
            if order.key != Some(certificate.key) || now > certificate.not_after {
                return Err(Code::CaAnswer);
            }
            held()?;
            tell(Event::Issued {
                certificate: *certificate,
                at: now,
            });
            tell(Event::UnitSettled { order: id, at: now });
            tell(Event::CertificateIssued { order: id, at: now });
        }
        (State::Live | State::InReview | State::Revoked, Command::Approve { certificate }) => {
            if order.certificate.id != certificate.id {
                return Err(Code::CaAnswer);
            }
        }
        (State::Validating, Command::Reject) => tell(Event::Rejected { at: now }),
        (State::Verifying | State::Validating, Command::Withdraw) => {
            tell(Event::Withdrawn { at: now });
        }
        (State::Failed | State::Pending, Command::Delete) => {
            held()?;
            tell(Event::Deleted { at: now });
            tell(Event::UnitReturned {
                order: id,
                was_settled: false,
                at: now,
            });
        }
        (State::Live, Command::RequestRevocation) if now <= order.certificate.not_after => {
            held()?;
            tell(Event::RevocationRequested { at: now });
            tell(Event::RevocationCharged { order: id, at: now });
        }
        (State::InReview, Command::CompleteRevocation { at }) => {
            held()?;
            let at = completed(now, *at, order.requested_at);
            let unit_returned = order.unit == Unit::Settled && returns(order.issued_at, at);
            tell(Event::Revoked { unit_returned, at });
            if unit_returned {
                tell(Event::UnitReturned {
                    order: id,
                    was_settled: true,
                    at,
                });
            }
        }
        (State::InReview, Command::RefuseRevocation) => {
            held()?;
            tell(Event::RevocationRefused { at: now });
            tell(Event::RevocationGivenBack { order: id, at: now });
        }
        (State::Live, Command::Wake) => {
            if !order.noticed && notice_is_due(order.certificate.not_after, now) {
                tell(Event::ExpiryAnnounced { at: now });
            }
        }
        // What comes twice is nothing new.
        (State::Validating, Command::ReceiveChallenge { key }) if order.key == Some(*key) => {}
        (_, Command::Wake)
        | (State::Validating, Command::ConfirmDomain)
        | (State::Failed, Command::Reject)
        | (State::Revoked, Command::CompleteRevocation { .. }) => {}
        _ => return Err(Code::OrderStateError),
    }
    Ok(())
}

pub(crate) struct ByMatch(Store<Order, Plan>);

impl Contender for ByMatch {
    type Step = Step;
    const NAME: &'static str = "match";
    const TELLS: &'static str = "events, error code";

    fn steps(stream: &Stream) -> Vec<Step> {
        stream.steps.clone()
    }

    fn new(stream: &Stream) -> Self {
        Self(Store::new(stream))
    }

    #[inline]
    fn apply(&mut self, step: &Step) -> Answer {
        let (slot, plan) = self.0.at(step);
        let decided = decide(
            slot.as_ref(),
            plan,
            step.account.into(),
            &step.command,
            step.at,
        );
        if let Ok(events) = &decided {
            for event in events {
                evolve(slot, plan, event);
            }
        }
        Answer::of(black_box(&decided).as_ref().map(|events| events.len()))
    }

    fn look(&self, slot: usize, plan: usize) -> Seen {
        self.0.look(slot, plan)
    }
}
