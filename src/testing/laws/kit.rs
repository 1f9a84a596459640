//! What several laws look at, by definition and not by the windows that the core computes.

use std::vec::Vec;

use crate::lifecycle::{
    Case, ChainEvent, Command, CommandKind, Event, InstanceEvent, PlanEvent, PurchaseEvent, World,
};
use crate::model::{
    AccountId, CertificateInstance, End, InstanceId, MemberState, Phase, RefundState,
    RevocationStage, Status, Timestamp,
};
use crate::rulebook::{Calendar, DayCount, Edition, ExpiryInstant};
use crate::testing::play::Moment;

pub(super) fn find(world: &World, id: InstanceId) -> Option<&CertificateInstance> {
    world.instances().find(|own| own.id() == id)
}

/// The instance that a moment was about, before and after.
pub(super) fn about<'a>(moment: &Moment<'_>, world: &'a World) -> Option<&'a CertificateInstance> {
    find(world, moment.before.instance()?.id())
}

pub(super) fn focused(world: &World, id: InstanceId) -> World {
    let mut world = world.clone();
    world.focus(id);
    world
}

/// Every way of leaving a part of the read set out.
pub(super) fn incomplete<'a>(case: &Case<'a>) -> [Case<'a>; 6] {
    let (mut instance, mut plan, mut chain) = (*case, *case, *case);
    let (mut purchase, mut other, mut other_purchase) = (*case, *case, *case);
    instance.instance = None;
    plan.plan = None;
    chain.chain = None;
    purchase.purchase = None;
    other.other = None;
    other_purchase.other_purchase = None;
    [instance, plan, chain, purchase, other, other_purchase]
}

/// Whether a command begins a stream with a payment of its own.
pub(super) const fn begins(kind: CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::BuyPlan | CommandKind::Buy | CommandKind::Upload
    )
}

/// Whether a command is about something that is there: what begins something is guarded by
/// expectations, not by what was read.
pub(super) const fn continues(kind: CommandKind) -> bool {
    !begins(kind) && !matches!(kind, CommandKind::Draw | CommandKind::Submit)
}

/// A difference of days, by definition: of dates in the calendar's offset, or of 86,400 seconds.
pub(super) fn at_most(calendar: &Calendar, from: Timestamp, to: Timestamp, days: i64) -> bool {
    match calendar.remaining {
        DayCount::Dates => {
            let day = |at: Timestamp| at.day_in(calendar.offset);
            day(from).plus_days(days) >= day(to)
        }
        DayCount::Seconds => {
            let between = to.unix_seconds().saturating_sub(from.unix_seconds());
            between <= days.saturating_mul(86_400)
        }
    }
}

/// Whether a certificate is over, by definition (C4).
pub(super) fn is_over(conduct: &Edition, not_after: Timestamp, now: Timestamp) -> bool {
    match conduct.calendar().value.expiry {
        ExpiryInstant::AfterLastSecond => now > not_after,
        ExpiryInstant::AtLastSecond => now >= not_after,
    }
}

/// How a slot ended without a certificate.
const fn ended(own: &CertificateInstance) -> Option<Status> {
    match own.phase() {
        Phase::Ended { how, .. } => Some(match how {
            End::Closed => Status::Closed,
            End::Cancelled => Status::Cancelled,
            End::Merged(_) => Status::Merged,
        }),
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Deleted { .. } => None,
    }
}

/// What an owner sees, by the list of priorities (rules, section 2).
pub(super) fn seen(
    world: &World,
    own: &CertificateInstance,
    now: Timestamp,
    conduct: &Edition,
) -> Status {
    let refund = own
        .purchase()
        .and_then(|id| world.purchases().find(|one| one.id() == id))
        .map_or(RefundState::None, |one| one.bill().refund);
    let ended = ended(own);
    let under_way = own.live().and_then(crate::model::Live::revocation);
    let chain = own
        .chain()
        .and_then(|id| world.chains().find(|one| one.id() == id));
    // It serves, and one behind it waits, with none begun in between.
    let waits = chain.is_some_and(|chain| {
        let mut members = chain
            .members()
            .iter()
            .skip_while(|one| one.instance != own.id());
        let serves = members
            .next()
            .is_some_and(|one| one.state == MemberState::Begun);
        let later: Vec<MemberState> = members.map(|one| one.state).collect();
        serves && !later.contains(&MemberState::Begun) && later.contains(&MemberState::Waiting)
    });
    let not_after = own.certificate().map(|own| own.validity().not_after());
    let soon = not_after.is_some_and(|not_after| {
        let days = i64::from(conduct.notice().value.within_days);
        at_most(&conduct.calendar().value, now, not_after, days)
    });
    let priorities = [
        (
            matches!(own.phase(), Phase::Deleted { .. }),
            Status::Deleted,
        ),
        (
            matches!(refund, RefundState::Refunded { .. }),
            Status::Refunded,
        ),
        (ended.is_some(), ended.unwrap_or(Status::Closed)),
        (
            matches!(refund, RefundState::Review { .. }),
            Status::RefundReview,
        ),
        (
            matches!(own.phase(), Phase::Revoked { .. }),
            Status::Revoked,
        ),
        (
            under_way.is_some_and(|one| one.stage == RevocationStage::ToConfirm),
            Status::RevocationToConfirm,
        ),
        (under_way.is_some(), Status::ValidatingRevocation),
        (
            not_after.is_some_and(|last| is_over(conduct, last, now)),
            Status::Expired,
        ),
        (soon, Status::PendingExpiration),
        (not_after.is_some() && waits, Status::Hosted),
        (not_after.is_some(), Status::Issued),
    ];
    let first = priorities.into_iter().find(|(holds, _)| *holds);
    first.map_or_else(|| before_issuance(own.phase()), |(_, status)| status)
}

/// What is shown of an instance without a certificate.
const fn before_issuance(phase: &Phase) -> Status {
    match phase {
        Phase::NotActivated { .. } => Status::NotActivated,
        Phase::Verifying(_) => Status::DomainVerification,
        Phase::Validating(_) => Status::Validating,
        Phase::Failed { .. } => Status::ValidationFailed,
        Phase::Bought { .. }
        | Phase::Pending { .. }
        | Phase::Live(_)
        | Phase::Revoked { .. }
        | Phase::Uploaded(_)
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => Status::PendingApplication,
    }
}

/// Whether a certificate serves: issued or uploaded, and not being revoked.
pub(super) fn serves(own: &CertificateInstance) -> bool {
    match own.phase() {
        Phase::Live(live) => live.revocation().is_none(),
        Phase::Uploaded(_) => true,
        Phase::NotActivated { .. }
        | Phase::Bought { .. }
        | Phase::Verifying(_)
        | Phase::Validating(_)
        | Phase::Failed { .. }
        | Phase::Pending { .. }
        | Phase::Revoked { .. }
        | Phase::Ended { .. }
        | Phase::Deleted { .. } => false,
    }
}

/// The cash that an event pays back.
pub(super) const fn cash_of(event: &Event) -> Option<u64> {
    if let Event::Plan {
        event: PlanEvent::Refunded { cash, .. },
        ..
    }
    | Event::Purchase {
        event: PurchaseEvent::Refunded { cash, .. },
        ..
    } = event
    {
        Some(*cash)
    } else {
        None
    }
}

/// The cash that went back.
pub(super) fn paid_back(events: &[Event]) -> u64 {
    let cash = events.iter().filter_map(cash_of);
    cash.fold(0, u64::saturating_add)
}

/// Whether a revocation among some events gave its unit back.
pub(super) fn unit_returned(events: &[Event]) -> Option<bool> {
    events.iter().find_map(|event| {
        if let Event::Instance {
            event: InstanceEvent::Revoked { unit_returned, .. },
            ..
        } = event
        {
            Some(*unit_returned)
        } else {
            None
        }
    })
}

/// The same events, of another account.
pub(super) fn of_another(event: &Event, account: AccountId) -> Event {
    let mut event = event.clone();
    match &mut event {
        Event::Instance { event, .. } => {
            if let InstanceEvent::Submitted(own) = event {
                own.account = account;
            } else if let InstanceEvent::Opened(own) = event {
                own.account = account;
            } else if let InstanceEvent::Uploaded(own) = event {
                own.account = account;
            }
        }
        Event::Plan { event, .. } => {
            if let PlanEvent::Bought(own) = event {
                own.account = account;
            }
        }
        Event::Chain { event, .. } => {
            if let ChainEvent::Linked(own) = event {
                own.account = account;
            }
        }
        Event::Purchase { event, .. } => {
            if let PurchaseEvent::Paid(own) = event {
                own.account = account;
            }
        }
    }
    event
}

/// The phrase of a command, for words.
pub(super) const fn phrase(command: &Command) -> &'static str {
    command.kind().phrase()
}
