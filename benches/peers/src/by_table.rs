//! By hand: a dense table of rule numbers, state by command, and one `match` over the rule.

use crate::contender::{Answer, Contender, Seen, Store};
use crate::life::{
    At, Code, Command, Event, Events, Kind, Order, Plan, State, Unit, completed, evolve, holds,
    notice_is_due, returns,
};
use crate::stream::{Step, Stream};
use std::hint::black_box;

#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Rule {
    NotFound,
    WrongState,
    Nothing,
    Submit,
    Taken,
    Challenge,
    SameChallenge,
    Confirm,
    Issue,
    SameCertificate,
    Reject,
    Withdraw,
    Delete,
    Request,
    Complete,
    Refuse,
    Notice,
}

/// Row 0 is for a slot without an order of this account, row `1 + State` for the rest.
static RULES: [[Rule; 11]; 9] = {
    use Rule as R;
    let mut rules = [[R::WrongState; 11]; 9];
    rules[0] = [R::NotFound; 11];
    rules[1 + State::Deleted as usize] = [R::NotFound; 11];
    let mut state = 1;
    while state < 8 {
        rules[state][Kind::Wake as usize] = R::Nothing;
        state += 1;
    }
    state = 1;
    while state < 9 {
        rules[state][Kind::Submit as usize] = R::Taken;
        state += 1;
    }
    rules[0][Kind::Submit as usize] = R::Submit;
    rules[1 + State::Verifying as usize][Kind::ReceiveChallenge as usize] = R::Challenge;
    rules[1 + State::Verifying as usize][Kind::ConfirmDomain as usize] = R::Confirm;
    rules[1 + State::Verifying as usize][Kind::Withdraw as usize] = R::Withdraw;
    rules[1 + State::Validating as usize][Kind::Withdraw as usize] = R::Withdraw;
    rules[1 + State::Validating as usize][Kind::ConfirmDomain as usize] = R::Nothing;
    rules[1 + State::Validating as usize][Kind::ReceiveChallenge as usize] = R::SameChallenge;
    rules[1 + State::Validating as usize][Kind::Approve as usize] = R::Issue;
    rules[1 + State::Validating as usize][Kind::Reject as usize] = R::Reject;
    rules[1 + State::Failed as usize][Kind::Reject as usize] = R::Nothing;
    rules[1 + State::Failed as usize][Kind::Delete as usize] = R::Delete;
    rules[1 + State::Pending as usize][Kind::Delete as usize] = R::Delete;
    rules[1 + State::Live as usize][Kind::Approve as usize] = R::SameCertificate;
    rules[1 + State::Live as usize][Kind::RequestRevocation as usize] = R::Request;
    rules[1 + State::Live as usize][Kind::Wake as usize] = R::Notice;
    rules[1 + State::InReview as usize][Kind::Approve as usize] = R::SameCertificate;
    rules[1 + State::InReview as usize][Kind::CompleteRevocation as usize] = R::Complete;
    rules[1 + State::InReview as usize][Kind::RefuseRevocation as usize] = R::Refuse;
    rules[1 + State::Revoked as usize][Kind::Approve as usize] = R::SameCertificate;
    rules[1 + State::Revoked as usize][Kind::CompleteRevocation as usize] = R::Nothing;
    rules
};

#[inline]
fn decide(
    slot: Option<&Order>,
    plan: &Plan,
    account: u32,
    command: &Command,
    now: At,
) -> Result<Events, Code> {
    static NONE: Order = Order {
        id: 0,
        account: 0,
        plan: 0,
        state: State::Deleted,
        unit: Unit::Returned,
        noticed: false,
        key: None,
        submitted_at: 0,
        changed_at: 0,
        issued_at: 0,
        requested_at: 0,
        certificate: crate::life::Certificate {
            id: 0,
            key: 0,
            not_after: 0,
        },
    };
    let (order, row) = match slot {
        Some(order) if order.account == account => (order, 1 + order.state as usize),
        _ => (&NONE, 0),
    };
    let id = order.id;
    let held = || {
        if holds(order, plan, account) {
            Ok(())
        } else {
            Err(Code::Misuse)
        }
    };
    let mut events = Events::new();
    match (RULES[row][command.kind() as usize], command) {
        (Rule::NotFound, _) => return Err(Code::NotFoundOrder),
        (Rule::WrongState, _) => return Err(Code::OrderStateError),
        (Rule::Nothing, _) => {}
        (Rule::Submit | Rule::Taken, Command::Submit { order: id, .. }) => {
            if plan.account != account {
                return Err(Code::NotFoundPackage);
            }
            if plan.remaining() == 0 {
                return Err(Code::NotRemainCount);
            }
            if slot.is_some() {
                return Err(Code::Misuse);
            }
            events.push(Event::Submitted {
                order: *id,
                account,
                plan: plan.id,
                at: now,
            });
            events.push(Event::UnitReserved {
                order: *id,
                at: now,
            });
        }
        (Rule::Challenge, Command::ReceiveChallenge { key }) => match order.key {
            Some(own) if own == *key => {}
            Some(_) => return Err(Code::CaAnswer),
            None => events.push(Event::ChallengeReceived { key: *key, at: now }),
        },
        (Rule::SameChallenge, Command::ReceiveChallenge { key }) => {
            if order.key != Some(*key) {
                return Err(Code::OrderStateError);
            }
        }
        (Rule::Confirm, _) => {
            if order.key.is_none() {
                return Err(Code::OrderStateError);
            }
            events.push(Event::DomainConfirmed { at: now });
        }
        (Rule::Issue, Command::Approve { certificate }) => {
            if order.key != Some(certificate.key) || now > certificate.not_after {
                return Err(Code::CaAnswer);
            }
            held()?;
            events.push(Event::Issued {
                certificate: *certificate,
                at: now,
            });
            events.push(Event::UnitSettled { order: id, at: now });
            events.push(Event::CertificateIssued { order: id, at: now });
        }
        (Rule::SameCertificate, Command::Approve { certificate }) => {
            if order.certificate.id != certificate.id {
                return Err(Code::CaAnswer);
            }
        }
        (Rule::Reject, _) => events.push(Event::Rejected { at: now }),
        (Rule::Withdraw, _) => events.push(Event::Withdrawn { at: now }),
        (Rule::Delete, _) => {
            held()?;
            events.push(Event::Deleted { at: now });
            events.push(Event::UnitReturned {
                order: id,
                was_settled: false,
                at: now,
            });
        }
        (Rule::Request, _) => {
            if now > order.certificate.not_after {
                return Err(Code::OrderStateError);
            }
            held()?;
            events.push(Event::RevocationRequested { at: now });
            events.push(Event::RevocationCharged { order: id, at: now });
        }
        (Rule::Complete, Command::CompleteRevocation { at }) => {
            held()?;
            let at = completed(now, *at, order.requested_at);
            let unit_returned = order.unit == Unit::Settled && returns(order.issued_at, at);
            events.push(Event::Revoked { unit_returned, at });
            if unit_returned {
                events.push(Event::UnitReturned {
                    order: id,
                    was_settled: true,
                    at,
                });
            }
        }
        (Rule::Refuse, _) => {
            held()?;
            events.push(Event::RevocationRefused { at: now });
            events.push(Event::RevocationGivenBack { order: id, at: now });
        }
        (Rule::Notice, _) => {
            if !order.noticed && notice_is_due(order.certificate.not_after, now) {
                events.push(Event::ExpiryAnnounced { at: now });
            }
        }
        (
            Rule::Submit
            | Rule::Taken
            | Rule::Challenge
            | Rule::SameChallenge
            | Rule::Issue
            | Rule::SameCertificate
            | Rule::Complete,
            _,
        ) => return Err(Code::OrderStateError),
    }
    Ok(events)
}

pub(crate) struct ByTable(Store<Order, Plan>);

impl Contender for ByTable {
    type Step = Step;
    const NAME: &'static str = "table";
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
