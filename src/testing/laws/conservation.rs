//! L5: units and money are conserved.

use std::collections::BTreeMap;
use std::string::{String, ToString};

use super::judge::{Check, Held, hold, there};
use super::kit::find;
use super::words::told;
use crate::lifecycle::{Command, Event, InstanceEvent, PlanEvent, PurchaseEvent, World};
use crate::model::{
    Bill, CertificateInstance, HoldState, MemberState, Origin, Purchase, PurchaseKind, RefundState,
    ResourcePlan, RevocationCause, Timestamp,
};
use crate::rulebook::{Calendar, DecisiveAct, Edition, Method, ReturnAnchor};
use crate::testing::play::{Ending, Moment};

/// L5: every plan balances at every instant; a unit returns at most once, and when the documents say;
/// money goes back once, and never more than the cash that came in.
#[derive(Default)]
pub(super) struct Conservation {
    back: BTreeMap<String, u64>,
}

fn count(world: &World, holds: impl Fn(&CertificateInstance) -> bool) -> usize {
    world.instances().filter(|own| holds(own)).count()
}

fn of_plan(moment: &Moment<'_>, plan: &ResourcePlan) -> Held {
    let id = plan.id();
    let parts = [plan.remaining(), plan.reserved(), plan.settled()];
    let sum = parts.into_iter().fold(0, u32::saturating_add);
    hold!(
        plan.balances() && plan.total() == sum,
        "{id} has {} units: {} remaining, {} reserved and {} settled, which does not balance",
        plan.total(),
        plan.remaining(),
        plan.reserved(),
        plan.settled()
    );
    for (state, counted) in [
        (HoldState::Reserved, plan.reserved()),
        (HoldState::Settled, plan.settled()),
    ] {
        let held = count(moment.after, |own| {
            own.hold()
                .is_some_and(|hold| hold.plan == id && hold.state == state)
        });
        hold!(
            usize::try_from(counted) == Ok(held),
            "{id} has {counted} units {}, and {held} instances hold one",
            state.word()
        );
    }
    let Some(before) = moment.before.plans().find(|own| own.id() == id) else {
        return Ok(());
    };
    hold!(
        before.issued() <= plan.issued() && before.taken() <= plan.taken(),
        "{id} forgot a certificate or a unit that was taken"
    );
    // What is paid back is unused, and holds nothing from then on.
    let refunded = matches!(plan.bill().refund, RefundState::Refunded { .. });
    let total = if refunded { 0 } else { before.total() };
    hold!(
        plan.total() == total,
        "{id} has {} units and should have {total}",
        plan.total()
    );
    hold!(
        before.bill().payment == plan.bill().payment,
        "what was paid for {id} changed"
    );
    Ok(())
}

fn of_hold(before: &CertificateInstance, after: &CertificateInstance) -> Held {
    let id = before.id();
    match (before.hold(), after.hold()) {
        (Some(was), Some(is)) => {
            hold!(was.plan == is.plan, "{id} holds a unit of another plan");
            hold!(
                was.state != HoldState::Returned || is.state == HoldState::Returned,
                "the unit of {id} had returned and is {}",
                is.state.word()
            );
            hold!(
                was.state != HoldState::Settled || is.state != HoldState::Reserved,
                "the unit of {id} was settled and is reserved again"
            );
        }
        (was, is) => hold!(was == is, "{id} got or lost a unit that it holds"),
    }
    let plans = matches!(
        (before.origin(), after.origin()),
        (Origin::Plan(_), Origin::Plan(_))
    );
    hold!(
        plans || before.origin() == after.origin(),
        "{id} comes from somewhere else now"
    );
    Ok(())
}

/// Whether at most so many days lie between two instants, by definition (C2).
fn within(calendar: &Calendar, from: Timestamp, to: Timestamp, days: u16, method: Method) -> bool {
    match method {
        Method::EndOfDay => {
            let day = |at: Timestamp| at.day_in(calendar.offset);
            day(to).days_after(day(from)) <= i64::from(days)
        }
        Method::Rolling => {
            let between = to.unix_seconds().saturating_sub(from.unix_seconds());
            between <= i64::from(days).saturating_mul(86_400)
        }
    }
}

/// Whether a revocation that was asked for and completed at these instants gives the unit back, by
/// definition.
fn returns(
    pinned: &Edition,
    issued_at: Timestamp,
    bought_at: Timestamp,
    (asked, completed): (Timestamp, Timestamp),
) -> bool {
    let rule = pinned.return_rule();
    let anchor = match rule.anchor {
        ReturnAnchor::Issuance => issued_at,
        ReturnAnchor::Purchase => bought_at,
    };
    let decisive = match rule.act {
        DecisiveAct::RevocationCompleted => completed,
        DecisiveAct::RevocationRequested => asked,
    };
    within(
        &pinned.calendar().value,
        anchor,
        decisive,
        rule.days,
        rule.method,
    )
}

/// A unit returns with a revocation exactly inside the window of the edition that it was applied for
/// under.
fn of_revocation(moment: &Moment<'_>, event: &Event) -> Held {
    let Event::Instance {
        id,
        event:
            InstanceEvent::Revoked {
                unit_returned,
                at,
                cause,
                ..
            },
    } = event
    else {
        return Ok(());
    };
    let own = there!(
        find(moment.before, *id),
        "{id} is revoked and was never there"
    );
    let live = there!(own.live(), "{id} is revoked and has no certificate");
    let Some(hold) = own.hold() else {
        hold!(!unit_returned, "{id} holds no unit and gives one back");
        return Ok(());
    };
    let plan = there!(
        moment.before.plans().find(|one| one.id() == hold.plan),
        "{} vanished",
        hold.plan
    );
    let pin = live.application().pin();
    let pinned = there!(moment.laws.pinned(&pin), "no edition has the pin of {id}");
    let requested = live.revocation().map(|one| one.requested_at);
    // Not before the request or the issuance.
    let first = match cause {
        RevocationCause::ByHolder => there!(requested, "{id} is revoked as nobody asked"),
        RevocationCause::ByCa => live.issued_at(),
    };
    let (Command::CompleteRevocation { at: told } | Command::RecordCaRevocation { at: told, .. }) =
        moment.command()
    else {
        return Err(std::format!("{id} is revoked, and the CA did not say so"));
    };
    // When the CA says, but not later than one hears of it.
    let completed = moment.now().min(*told).max(first);
    hold!(
        *at == completed,
        "{id} was revoked at {completed}, and what is written down says {at}"
    );
    let asked = requested.map_or(completed, |one| one.min(completed));
    let back = returns(
        pinned,
        live.issued_at(),
        plan.bought_at(),
        (asked, completed),
    );
    hold!(
        *unit_returned == (back && hold.state != HoldState::Returned),
        "{id} was issued at {}, its revocation asked for at {asked} and completed at {completed}: by \
         {} its unit {}, and the decision says it {}",
        live.issued_at(),
        pinned.key(),
        if back { "returns" } else { "does not return" },
        if *unit_returned { "does" } else { "does not" },
    );
    Ok(())
}

impl Conservation {
    /// Money that goes back: when, how much, and only once.
    fn of_money(&mut self, moment: &Moment<'_>, event: &Event) -> Held {
        let (whose, cash, bill) = if let Event::Plan {
            id,
            event: PlanEvent::Refunded { cash, .. },
        } = event
        {
            let own = moment.before.plans().find(|own| own.id() == *id);
            let own = there!(own, "{id} is paid back and was never there");
            hold!(own.used() == 0, "{id} is paid back and was used (R-32)");
            (id.to_string(), *cash, *own.bill())
        } else if let Event::Purchase {
            id,
            event: PurchaseEvent::Refunded { cash, .. },
        } = event
        {
            let own = moment.before.purchases().find(|own| own.id() == *id);
            let own = there!(own, "{id} is paid back and was never there");
            may_be_paid_back(moment, own)?;
            (id.to_string(), *cash, *own.bill())
        } else {
            return Ok(());
        };
        // The cash part and nothing of the voucher.
        hold!(
            cash == bill.payment.cash && cash > 0,
            "{whose}: {cash} go back, of {} in cash and {} in vouchers",
            bill.payment.cash,
            bill.payment.voucher
        );
        let again = self.back.insert(whose.clone(), cash);
        hold!(again.is_none(), "{whose} is paid back twice");
        Ok(())
    }
}

/// Whether a purchase can be paid back at all, however it comes about.
fn may_be_paid_back(moment: &Moment<'_>, own: &Purchase) -> Held {
    let id = own.id();
    hold!(
        !own.product().free,
        "{id} is of a free certificate and paid back (R-31)"
    );
    let first = there!(find(moment.before, own.first()), "{} vanished", own.first());
    hold!(
        first.absorbed().is_empty(),
        "{id} was merged with another and is paid back (T-42)"
    );
    let money = there!(
        moment.laws.pinned(&own.bill().pin),
        "no edition has the pin of {id}"
    );
    hold!(
        own.kind() != PurchaseKind::Hosting || money.late_hosting_refund().value.allows(),
        "{id} is of hosting enabled later and paid back"
    );
    let chain = moment
        .before
        .chains()
        .find(|one| Some(one.id()) == own.chain());
    let mut behind = chain
        .iter()
        .flat_map(|chain| chain.members())
        .skip_while(|one| one.instance != own.first())
        .skip(1);
    hold!(
        behind.all(|one| one.state != MemberState::Begun),
        "{id} is paid back though its chain moved on"
    );
    Ok(())
}

fn bills(world: &World) -> impl Iterator<Item = &Bill> {
    let plans = world.plans().map(ResourcePlan::bill);
    plans.chain(world.purchases().map(Purchase::bill))
}

fn sum(amounts: impl Iterator<Item = u64>) -> u64 {
    amounts.fold(0, u64::saturating_add)
}

impl Check for Conservation {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        for plan in moment.after.plans() {
            of_plan(moment, plan)?;
        }
        for own in moment.before.instances() {
            let after = there!(find(moment.after, own.id()), "{} vanished", own.id());
            of_hold(own, after)?;
        }
        let Ok(events) = moment.answer else {
            return Ok(());
        };
        if !moment.committed {
            return Ok(());
        }
        let returned = events.iter().filter(|event| {
            matches!(
                event,
                Event::Plan {
                    event: PlanEvent::Returned { .. },
                    ..
                }
            )
        });
        let held = |world: &World| {
            count(world, |own| {
                own.hold()
                    .is_some_and(|hold| hold.state == HoldState::Returned)
            })
        };
        let more = held(moment.after).checked_sub(held(moment.before));
        hold!(
            more == Some(returned.count()),
            "not as many units return as instances give theirs back: {}",
            told(events)
        );
        for event in events {
            // A unit is settled once, from where it was.
            if let Event::Plan {
                event:
                    PlanEvent::Settled {
                        order,
                        was_reserved,
                        ..
                    },
                ..
            } = event
            {
                let own = moment.after.instances().find(|own| own.order() == *order);
                let own = there!(own, "{order} is settled and nobody has it");
                let before = find(moment.before, own.id()).and_then(CertificateInstance::hold);
                hold!(
                    before.map(|hold| hold.state) == was_reserved.then_some(HoldState::Reserved),
                    "the unit of {order} is settled from where it was not"
                );
            }
            of_revocation(moment, event)?;
            self.of_money(moment, event)?;
        }
        let kept = sum(bills(moment.after).filter_map(|bill| match bill.refund {
            RefundState::Refunded { cash, .. } => Some(cash),
            RefundState::None | RefundState::Review { .. } => None,
        }));
        hold!(
            kept == sum(self.back.values().copied()),
            "{kept} were paid back, by the bills, and something else by the events"
        );
        hold!(
            kept <= sum(bills(moment.after).map(|bill| bill.payment.cash)),
            "more was paid back than came in"
        );
        Ok(())
    }

    fn end(&mut self, ending: &Ending) -> Held {
        for lived in ending.values() {
            let mut returned = BTreeMap::new();
            for event in &lived.journal {
                if let Event::Plan {
                    event: PlanEvent::Returned { order, .. },
                    ..
                } = event
                {
                    let again = returned.insert(*order, ());
                    hold!(again.is_none(), "{order} gave its unit back twice");
                }
            }
            for plan in lived.world.plans() {
                let (mut issued, mut charged) = (0_u64, 0_i64);
                let own = lived.journal.iter().filter_map(|event| match event {
                    Event::Plan { id, event } if *id == plan.id() => Some(event),
                    Event::Plan { .. }
                    | Event::Instance { .. }
                    | Event::Chain { .. }
                    | Event::Purchase { .. } => None,
                });
                for event in own {
                    issued = issued.saturating_add(u64::from(matches!(
                        event,
                        PlanEvent::CertificateIssued { .. }
                    )));
                    let charge = i64::from(matches!(event, PlanEvent::RevocationCharged { .. }));
                    let back = i64::from(matches!(event, PlanEvent::RevocationGivenBack { .. }));
                    charged = charged.saturating_add(charge).saturating_sub(back);
                }
                hold!(
                    plan.issued() == issued && i64::from(plan.revocations()) == charged,
                    "{} counts {} certificates and {} revocations; its events are {issued} and {charged}",
                    plan.id(),
                    plan.issued(),
                    plan.revocations()
                );
            }
        }
        Ok(())
    }
}
