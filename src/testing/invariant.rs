//! The laws that can be seen in a single transition.

use std::format;
use std::string::{String, ToString};

use crate::lifecycle::{ChainEvent, Event, InstanceEvent, PlanEvent, World, availability};
use crate::model::{
    CertificateInstance, HoldState, HostingChain, InstanceId, MemberState, Phase, RefundState,
};

use super::transition::{Invariant, Transition, same};

/// The laws that can be seen in a single transition: L3, L4, L5, L7, L8 and L10.
///
/// That there is an answer (L1), and the same twice (L2), is seen where the step is taken.
pub const INVARIANTS: [Invariant; 6] = [
    Invariant {
        law: "L3",
        check: refolds,
    },
    Invariant {
        law: "L4",
        check: explains,
    },
    Invariant {
        law: "L5",
        check: conserves,
    },
    Invariant {
        law: "L7",
        check: hosts_in_turn,
    },
    Invariant {
        law: "L8",
        check: ends,
    },
    Invariant {
        law: "L10",
        check: agrees,
    },
];

/// L3: what the events say, folded once more, is the world after.
fn refolds(taken: &Transition<'_>) -> Option<String> {
    let events = taken.answer.as_ref().ok()?;
    let mut again = taken.before.clone();
    for event in events {
        again.fold(event);
    }
    (!same(&again, taken.after))
        .then(|| "the world after is not the fold of the events".to_string())
}

/// L4: a refusal changes nothing, is about what was asked, and names an instant that is still to come.
fn explains(taken: &Transition<'_>) -> Option<String> {
    let refusal = taken.answer.as_ref().err()?;
    if taken.before != taken.after {
        return Some("it is refused, and something changed".to_string());
    }
    let asked = taken.step.command.kind();
    if refusal.command() != asked {
        let other = refusal.command().phrase();
        return Some(format!(
            "asked to {}, it refuses to {other}",
            asked.phrase()
        ));
    }
    let at = refusal.permitted_from().filter(|at| *at <= taken.step.at)?;
    Some(format!("it is refused until {at}, which is over"))
}

/// L5: total = remaining + reserved + settled, each unit is held by one instance, issued never falls,
/// and no more comes back than was paid in cash.
fn conserves(taken: &Transition<'_>) -> Option<String> {
    let (before, after) = (taken.before, taken.after);
    for plan in after.plans() {
        let id = plan.id();
        if !plan.balances() {
            return Some(format!("the ledger of {id} does not add up"));
        }
        let held = |state: HoldState| {
            let holds = |one: &&CertificateInstance| {
                one.hold()
                    .is_some_and(|hold| hold.plan == id && hold.state == state)
            };
            u32::try_from(after.instances().filter(holds).count()).unwrap_or(u32::MAX)
        };
        for (state, counted) in [
            (HoldState::Reserved, plan.reserved()),
            (HoldState::Settled, plan.settled()),
        ] {
            let holders = held(state);
            if holders != counted {
                let word = state.word();
                return Some(format!(
                    "{id} counts {counted} units as {word}, and {holders} instances hold one"
                ));
            }
        }
        let earlier = before.plans().find(|one| one.id() == id);
        if earlier.is_some_and(|one| one.issued() > plan.issued()) {
            return Some(format!("{id} counts fewer certificates than before"));
        }
        let bill = plan.bill();
        let too_much = paid_back(bill.refund, bill.payment.cash, id.as_str());
        if too_much.is_some() {
            return too_much;
        }
    }
    let events = taken.answer.iter().flatten();
    let mut returned = events.filter_map(|event| match event {
        Event::Plan {
            event: PlanEvent::Returned { order, .. },
            ..
        } => Some(*order),
        Event::Plan { .. }
        | Event::Instance { .. }
        | Event::Chain { .. }
        | Event::Purchase { .. } => None,
    });
    if let Some(twice) = returned.find(|order| {
        let holder = before.instances().find(|one| one.order() == *order);
        holder
            .and_then(CertificateInstance::hold)
            .is_some_and(|hold| matches!(hold.state, HoldState::Returned))
    }) {
        return Some(format!("the unit of order {twice} returns a second time"));
    }
    after.purchases().find_map(|one| {
        let bill = one.bill();
        paid_back(bill.refund, bill.payment.cash, one.id().as_str())
    })
}

fn paid_back(refund: RefundState, cash: u64, id: &str) -> Option<String> {
    match refund {
        RefundState::Refunded { cash: back, .. } if back > cash => Some(format!(
            "{back} minor units come back for {id}, which cost {cash} in cash"
        )),
        RefundState::Refunded { .. } | RefundState::Review { .. } | RefundState::None => None,
    }
}

/// L7: one member in application at a time, in the order of purchase, none without a serving
/// certificate before it.
fn hosts_in_turn(taken: &Transition<'_>) -> Option<String> {
    for chain in taken.after.chains() {
        let under_way = |one: &&CertificateInstance| {
            one.chain() == Some(chain.id()) && one.under_way().is_some()
        };
        let count = taken.after.instances().filter(under_way).count();
        if count > 1 {
            return Some(format!(
                "{count} members of {} are applied for at a time",
                chain.id()
            ));
        }
    }
    let events = taken.answer.as_ref().ok()?;
    events.iter().find_map(|event| match event {
        Event::Chain {
            id,
            event: ChainEvent::MemberBegun { instance, .. },
        } => {
            let chain = taken.before.chains().find(|one| one.id() == *id)?;
            out_of_turn(taken.before, chain, *instance)
        }
        Event::Chain { .. }
        | Event::Instance { .. }
        | Event::Plan { .. }
        | Event::Purchase { .. } => None,
    })
}

fn out_of_turn(before: &World, chain: &HostingChain, begun: InstanceId) -> Option<String> {
    if chain.next() != Some(begun) {
        return Some(format!(
            "{begun} begins, and it is not the next in its chain"
        ));
    }
    let current = chain
        .members()
        .iter()
        .rev()
        .find(|one| matches!(one.state, MemberState::Begun))?;
    let serves = before
        .instances()
        .find(|one| one.id() == current.instance)
        .is_some_and(|one| matches!(one.phase(), Phase::Live(_) | Phase::Uploaded(_)));
    (!serves).then(|| {
        format!(
            "{begun} begins, and {} before it has no certificate",
            current.instance
        )
    })
}

/// L8: nothing leads out of Deleted, Revoked stays or is deleted, and an id is taken once.
fn ends(taken: &Transition<'_>) -> Option<String> {
    for before in taken.before.instances() {
        let id = before.id();
        let after = taken.after.instances().find(|one| one.id() == id);
        let Some(after) = after else {
            return Some(format!("{id} is gone from the world"));
        };
        let stays = match (before.phase(), after.phase()) {
            (Phase::Deleted { .. }, now) => matches!(now, Phase::Deleted { .. }),
            (Phase::Revoked { .. }, now) => {
                matches!(now, Phase::Revoked { .. } | Phase::Deleted { .. })
            }
            (
                Phase::NotActivated { .. }
                | Phase::Bought { .. }
                | Phase::Verifying(_)
                | Phase::Validating(_)
                | Phase::Failed { .. }
                | Phase::Pending { .. }
                | Phase::Live(_)
                | Phase::Uploaded(_)
                | Phase::Ended { .. },
                _,
            ) => true,
        };
        if !stays {
            let was = if matches!(before.phase(), Phase::Deleted { .. }) {
                "deleted"
            } else {
                "revoked"
            };
            return Some(format!("{id} was {was}, and goes on"));
        }
    }
    let events = taken.answer.as_ref().ok()?;
    events.iter().find_map(|event| match event {
        Event::Instance { id, event } => begun_again(taken.before, *id, event),
        Event::Plan { .. } | Event::Chain { .. } | Event::Purchase { .. } => None,
    })
}

fn begun_again(before: &World, id: InstanceId, event: &InstanceEvent) -> Option<String> {
    if event.begins_instance() && before.instances().any(|one| one.id() == id) {
        return Some(format!("{id} begins a second time"));
    }
    let order = event.begun_order()?;
    let taken = before.instances().any(|one| {
        let mut earlier = one.earlier().iter();
        one.order() == order || earlier.any(|was| was.order == order)
    });
    taken.then(|| format!("order {order} begins a second time"))
}

/// L10: `availability` and the decision agree.
fn agrees(taken: &Transition<'_>) -> Option<String> {
    let (command, now) = (&taken.step.command, taken.step.at);
    let case = taken.before.case_for(command, now, &taken.law);
    let says = availability(&case, command, now, &taken.law).is_now();
    match (says, taken.answer) {
        (true, Ok(_)) | (false, Err(_)) => None,
        // That an id is taken elsewhere no single case shows.
        (true, Err(refusal)) if matches!(refusal.why(), crate::lifecycle::Why::IdTaken) => None,
        (true, Err(refusal)) => Some(format!(
            "its window is open, and it is refused: {} ({})",
            refusal.why(),
            refusal.rule()
        )),
        (false, Ok(_)) => Some("its window is closed, and it is granted".to_string()),
    }
}
