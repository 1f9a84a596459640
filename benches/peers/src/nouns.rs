//! By hand and by `disintegrate` over the library's own nouns: the same instances, commands and
//! events, folded by the same `evolve`, with an error code for a reason.
//!
//! They show what the nouns cost (ids of 40 bytes, digests, shared certificates), and so what of the
//! difference to the compact `match` is left for conditions, rules and reasons.

use std::collections::BTreeMap;
use std::hint::black_box;

use arrayvec::ArrayVec;
use cert_lifecycle::lifecycle::{Command, Event, InstanceEvent, PlanEvent, ReturnCause, Submitted};
use cert_lifecycle::model::{
    AccountId, CertificateInstance, Hold, HoldState, Origin, Phase, ResourcePlan, RevocationCause,
};
use cert_lifecycle::rulebook::Edition;
use disintegrate::{Decision, DomainIdSet, EventSchema};

use crate::contender::{Answer, Contender, Seen};
use crate::life::{self, Code};
use crate::ours::{OurStep, World, fold, steps};
use crate::stream::Stream;

pub(crate) struct MatchOverNouns(World);

impl Contender for MatchOverNouns {
    type Step = OurStep;
    const NAME: &'static str = "match-over-our-nouns";
    const TELLS: &'static str = "events, error code";
    const NOTE: &'static str = "a match by hand on the library's nouns, with its events and evolve";

    fn steps(stream: &Stream) -> Vec<OurStep> {
        steps(stream)
    }

    fn new(stream: &Stream) -> Self {
        Self(World::new(stream))
    }

    #[inline]
    fn apply(&mut self, step: &OurStep) -> Answer {
        let (account, slot, plan, edition) = self.0.at(step);
        let mut events = ArrayVec::<Event, 3>::new();
        let (instance, own_plan) = (slot.as_ref(), plan.as_ref());
        let tell = |event| events.push(event);
        let decided = by_match(instance, own_plan, account, step, edition, tell);
        let decided = decided.map(|()| events);
        if let Ok(events) = &decided {
            for event in events {
                fold(slot, plan, event);
            }
        }
        Answer::of(black_box(&decided).as_ref().map(|events| events.len()))
    }

    fn look(&self, slot: usize, plan: usize) -> Seen {
        self.0.look(slot, plan)
    }
}

/// The library's event as one of `disintegrate`'s.
#[derive(Clone)]
struct Told(Event);

impl disintegrate::Event for Told {
    const SCHEMA: EventSchema = EventSchema {
        events: &[],
        events_info: &[],
        domain_ids: &[],
    };

    fn domain_ids(&self) -> DomainIdSet {
        DomainIdSet::new(BTreeMap::new())
    }

    fn name(&self) -> &'static str {
        "told"
    }
}

/// The state of a decision, borrowed: copying instances in and out would cost more than deciding.
#[derive(Clone)]
struct View<'a> {
    instance: Option<&'a CertificateInstance>,
    plan: Option<&'a ResourcePlan>,
}

struct Asked<'a> {
    account: AccountId,
    step: &'a OurStep,
    edition: &'a Edition,
}

impl<'a> Decision for Asked<'a> {
    type Event = Told;
    type StateQuery = View<'a>;
    type Error = Code;

    fn state_query(&self) -> View<'a> {
        View {
            instance: None,
            plan: None,
        }
    }

    fn process(&self, view: &View<'a>) -> Result<Vec<Told>, Code> {
        let Self {
            account,
            step,
            edition,
        } = *self;
        let mut events = Vec::new();
        let tell = |event| events.push(Told(event));
        by_match(view.instance, view.plan, account, step, edition, tell)?;
        Ok(events)
    }
}

pub(crate) struct DisintegrateOverNouns(World);

impl Contender for DisintegrateOverNouns {
    type Step = OurStep;
    const NAME: &'static str = "disintegrate-over-our-nouns";
    const TELLS: &'static str = "events, error code";
    const NOTE: &'static str = "process alone, on borrowed states, with the library's evolve";

    fn steps(stream: &Stream) -> Vec<OurStep> {
        steps(stream)
    }

    fn new(stream: &Stream) -> Self {
        Self(World::new(stream))
    }

    #[inline]
    fn apply(&mut self, step: &OurStep) -> Answer {
        let (account, slot, plan, edition) = self.0.at(step);
        let asked = Asked {
            account,
            step,
            edition,
        };
        let decided = asked.process(&View {
            instance: slot.as_ref(),
            plan: plan.as_ref(),
        });
        if let Ok(events) = &decided {
            for Told(event) in events {
                fold(slot, plan, event);
            }
        }
        Answer::of(black_box(&decided).as_ref().map(Vec::len))
    }

    fn look(&self, slot: usize, plan: usize) -> Seen {
        self.0.look(slot, plan)
    }
}

const DAY: i64 = 86_400;

/// The checks of this life cycle on the library's nouns: of the pin too, and of the names.
#[inline(always)]
pub(crate) fn by_match(
    instance: Option<&CertificateInstance>,
    plan: Option<&ResourcePlan>,
    account: AccountId,
    step: &OurStep,
    edition: &Edition,
    mut tell: impl FnMut(Event),
) -> Result<(), Code> {
    let (command, now) = (&step.command, step.at);
    if let Command::Submit {
        instance: id,
        order,
        submission,
    } = command
    {
        let plan = plan
            .filter(|plan| plan.account() == account)
            .ok_or(Code::NotFoundPackage)?;
        if plan.remaining() == 0 {
            return Err(Code::NotRemainCount);
        }
        if instance.is_some() {
            return Err(Code::Misuse);
        }
        let begun = Submitted {
            account,
            product: plan.product(),
            origin: Origin::Plan(Hold {
                plan: plan.id(),
                state: HoldState::Reserved,
            }),
            renewed: None,
            order: *order,
            submission: submission.clone(),
            names: step.names.clone().ok_or(Code::Misuse)?,
            key: None,
            pin: edition.pin(),
            verify: true,
            at: now,
        };
        let begun = InstanceEvent::Submitted(Box::new(begun));
        tell(Event::Instance {
            id: *id,
            event: begun,
        });
        let reserved = PlanEvent::Reserved {
            order: *order,
            at: now,
        };
        tell(Event::Plan {
            id: plan.id(),
            event: reserved,
        });
        return Ok(());
    }
    let Some(own) = instance.filter(|instance| instance.account() == account) else {
        return Err(Code::NotFoundOrder);
    };
    let Some(application) = own.application() else {
        return Err(Code::NotFoundOrder);
    };
    if application.pin().digest != edition.digest() {
        return Err(Code::Misuse);
    }
    let hold = own.hold().ok_or(Code::Misuse)?;
    let held = || match plan {
        Some(plan) if plan.id() == hold.plan && plan.account() == account => Ok(()),
        _ => Err(Code::Misuse),
    };
    let order = application.order();
    let mut told = |event| {
        tell(Event::Instance {
            id: own.id(),
            event,
        })
    };
    match (own.phase(), command) {
        (Phase::Verifying(_), Command::ReceiveChallenge { challenge, key }) => {
            if application.key().is_some_and(|own| own != *key) {
                return Err(Code::CaAnswer);
            }
            if application.key().is_none() {
                let (challenge, key) = (challenge.clone(), *key);
                told(InstanceEvent::ChallengeReceived {
                    challenge,
                    key,
                    at: now,
                });
            }
        }
        (Phase::Verifying(_), Command::ConfirmDomain) if application.challenge().is_some() => {
            told(InstanceEvent::DomainConfirmed { at: now });
        }
        (Phase::Validating(_), Command::Approve { certificate }) => {
            let names = application.names();
            if application.key() != Some(certificate.spki())
                || certificate.facts().names.len() != names.len()
                || !names.iter().all(|name| certificate.names_exactly(name))
                || now > certificate.validity().not_after()
            {
                return Err(Code::CaAnswer);
            }
            held()?;
            told(InstanceEvent::Issued {
                certificate: certificate.clone(),
                at: now,
            });
            let settled = PlanEvent::Settled {
                order,
                was_reserved: true,
                at: now,
            };
            tell(Event::Plan {
                id: hold.plan,
                event: settled,
            });
            let counted = PlanEvent::CertificateIssued { order, at: now };
            tell(Event::Plan {
                id: hold.plan,
                event: counted,
            });
        }
        (Phase::Live(live) | Phase::Revoked { live, .. }, Command::Approve { certificate }) => {
            if live.certificate().fingerprint() != certificate.fingerprint() {
                return Err(Code::CaAnswer);
            }
        }
        (Phase::Validating(_), Command::Reject { reason }) => {
            told(InstanceEvent::Rejected {
                reason: reason.clone(),
                at: now,
            });
        }
        (Phase::Verifying(_) | Phase::Validating(_), Command::Withdraw) => {
            told(InstanceEvent::Withdrawn { at: now });
        }
        (Phase::Failed { .. } | Phase::Pending { .. }, Command::Delete) => {
            held()?;
            told(InstanceEvent::Deleted { at: now });
            let cause = ReturnCause::OrderEnded;
            let returned = PlanEvent::Returned {
                order,
                was_settled: false,
                cause,
                at: now,
            };
            tell(Event::Plan {
                id: hold.plan,
                event: returned,
            });
        }
        (Phase::Live(live), Command::RequestRevocation { reason })
            if live.revocation().is_none() && now <= live.certificate().validity().not_after() =>
        {
            held()?;
            let (reason, confirm) = (*reason, false);
            told(InstanceEvent::RevocationRequested {
                reason,
                confirm,
                at: now,
            });
            let charged = PlanEvent::RevocationCharged { order, at: now };
            tell(Event::Plan {
                id: hold.plan,
                event: charged,
            });
        }
        (Phase::Live(live), Command::CompleteRevocation { at }) => {
            let Some(request) = live.revocation() else {
                return Err(Code::OrderStateError);
            };
            held()?;
            let at = now.min((*at).max(request.requested_at));
            let issued = live.issued_at().unix_seconds() + 8 * 3_600;
            let end = (issued.div_euclid(DAY) + 31) * DAY - 8 * 3_600;
            let unit_returned = hold.state == HoldState::Settled && at.unix_seconds() < end;
            let (cause, reason) = (RevocationCause::ByHolder, request.reason);
            told(InstanceEvent::Revoked {
                cause,
                reason,
                unit_returned,
                at,
            });
            if unit_returned {
                let cause = ReturnCause::RevokedInWindow;
                let returned = PlanEvent::Returned {
                    order,
                    was_settled: true,
                    cause,
                    at,
                };
                tell(Event::Plan {
                    id: hold.plan,
                    event: returned,
                });
            }
        }
        (Phase::Live(live), Command::RefuseRevocation { reason })
            if live.revocation().is_some() =>
        {
            held()?;
            told(InstanceEvent::RevocationRefused {
                reason: reason.clone(),
                at: now,
            });
            let given_back = PlanEvent::RevocationGivenBack { order, at: now };
            tell(Event::Plan {
                id: hold.plan,
                event: given_back,
            });
        }
        (Phase::Live(live), Command::Wake) => {
            let not_after = live.certificate().validity().not_after();
            if live.noticed_at().is_none()
                && live.revocation().is_none()
                && life::notice_is_due(not_after.unix_seconds(), now.unix_seconds())
            {
                told(InstanceEvent::ExpiryAnnounced { at: now });
            }
        }
        // What comes twice is nothing new.
        (Phase::Validating(_), Command::ReceiveChallenge { key, .. })
            if application.key() == Some(*key) => {}
        (_, Command::Wake)
        | (Phase::Validating(_), Command::ConfirmDomain)
        | (Phase::Failed { .. }, Command::Reject { .. })
        | (Phase::Revoked { .. }, Command::CompleteRevocation { .. }) => {}
        _ => return Err(Code::OrderStateError),
    }
    Ok(())
}
