//! The laws of the lifecycle over all four streams: every channel, every command, every edition.
//!
//! `laws.rs` tries them on plans and what is applied for with them; here are purchases, chains,
//! renewals, refunds, uploads and deployments too, and editions with fields exchanged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::result_large_err,
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    clippy::match_wildcard_for_single_variants,
    clippy::match_same_arms,
    reason = "tests stop on the first surprise, and name the cases that they are about"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use cert_lifecycle::lifecycle::{
    Availability, Case, ChainEvent, Command, CommandKind, Event, Expect, InstanceEvent, Law,
    PlanEvent, PurchaseEvent, Refusal, RefusalKind, WayOut, Why, World, allowed, availability,
    clauses, decide, effects, evolve_chain, evolve_instance, evolve_plan, evolve_purchase,
    expectations, next_wakeup, preview, return_window, status,
};
use cert_lifecycle::model::{
    Bill, CertificateInstance, End, HoldState, HostingChain, InstanceId, MemberState, Origin,
    Phase, Purchase, PurchaseKind, RefundState, ResourcePlan, RevocationStage, Status, Timestamp,
};
use cert_lifecycle::rulebook::{
    Calendar, DayCount, Edition, ExpiryInstant, Field, RuleId, Rulebook,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{FileFailurePersistence, TestRunner};
use support::strategies::Editions;
use support::stream_events;
use support::streams::{
    Content, Moment, all_edges, edges, every_command, of_another, owner, stranger, timelines,
};

/// Steps of a timeline.
const LENGTH: usize = 40;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases: support::cases::cases(cases),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/data/laws_console.regressions",
        ))),
        ..ProptestConfig::default()
    }
}

/// The instance that a moment was about, before and after.
fn about<'a>(moment: &'a Moment<'_>, world: &'a World) -> Option<&'a CertificateInstance> {
    let id = moment.before.instance()?.id();
    world.instances().find(|own| own.id() == id)
}

fn find(world: &World, id: InstanceId) -> Option<&CertificateInstance> {
    world.instances().find(|own| own.id() == id)
}

fn focused(world: &World, id: InstanceId) -> World {
    let mut world = world.clone();
    world.focus(id);
    world
}

/// Asks everything that can be asked; whatever the answers are, there are some.
fn ask_everything(case: &Case<'_>, command: &Command, now: Timestamp, law: &Law<'_>) {
    let answer = decide(case, command, now, law);
    match &answer {
        Ok(events) => {
            assert!(!events.rules().is_empty(), "{:?}", command.kind());
            assert!(expectations(case, events, law).len() <= 2 * events.len() + 4);
            for event in events {
                let _ = effects(event, case.instance);
            }
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
    assert_eq!(preview(case, command, now, law).is_ok(), answer.is_ok());
    let when = availability(case, command, now, law);
    assert_eq!(
        when.is_now(),
        answer.is_ok(),
        "{:?}: {when:?} {answer:?}",
        command.kind()
    );
    assert!(
        !clauses(case, command, law).is_full(),
        "clauses might have been dropped"
    );
    let _ = return_window(case, law);
    if case.instance.is_some() {
        let _ = (status(case, now, law.conduct), next_wakeup(case, now, law));
    }
}

/// Every way of leaving a part of the read set out.
fn incomplete<'a>(case: &Case<'a>) -> [Case<'a>; 5] {
    [
        Case {
            instance: None,
            ..*case
        },
        Case {
            plan: None,
            ..*case
        },
        Case {
            chain: None,
            ..*case
        },
        Case {
            purchase: None,
            ..*case
        },
        Case {
            other: None,
            ..*case
        },
    ]
}

/// Whether a command is about something that is there: what begins something is guarded by
/// expectations, not by what was read.
fn continues(command: &Command) -> bool {
    !matches!(
        command,
        Command::BuyPlan { .. }
            | Command::Buy(_)
            | Command::Draw(_)
            | Command::Submit { .. }
            | Command::Upload(_)
    )
}

/// A difference of days, by definition: of dates in the calendar's offset, or of 86,400 seconds.
fn at_most(calendar: &Calendar, from: Timestamp, to: Timestamp, days: i64) -> bool {
    match calendar.remaining {
        DayCount::Dates => {
            let day = |at: Timestamp| at.day_in(calendar.offset);
            day(from).plus_days(days) >= day(to)
        }
        DayCount::Seconds => to.unix_seconds() - from.unix_seconds() <= days * 86_400,
    }
}

/// What an owner sees, by the list of priorities (rules, section 2).
fn seen(world: &World, own: &CertificateInstance, now: Timestamp, conduct: &Edition) -> Status {
    let world = focused(world, own.id());
    let refund = world
        .purchase()
        .map_or(RefundState::None, |one| one.bill().refund);
    let ended = match own.phase() {
        Phase::Ended {
            how: End::Closed, ..
        } => Some(Status::Closed),
        Phase::Ended {
            how: End::Cancelled,
            ..
        } => Some(Status::Cancelled),
        Phase::Ended {
            how: End::Merged(_),
            ..
        } => Some(Status::Merged),
        _ => None,
    };
    let under_way = own.live().and_then(cert_lifecycle::model::Live::revocation);
    let waits = world.chain().is_some_and(|chain| {
        let members = chain.members();
        let place = members
            .iter()
            .position(|one| one.instance == own.id())
            .unwrap();
        let later = &members[place + 1..];
        // It serves, and one behind it waits, with none begun in between.
        members[place].state == MemberState::Begun
            && later.iter().all(|one| one.state != MemberState::Begun)
            && later.iter().any(|one| one.state == MemberState::Waiting)
    });
    let expired = own.certificate().is_some_and(|own| {
        let not_after = own.validity().not_after();
        match conduct.calendar().value.expiry {
            ExpiryInstant::AfterLastSecond => now > not_after,
            ExpiryInstant::AtLastSecond => now >= not_after,
        }
    });
    let soon = own.certificate().is_some_and(|own| {
        let days = i64::from(conduct.notice().value.within_days);
        at_most(
            &conduct.calendar().value,
            now,
            own.validity().not_after(),
            days,
        )
    });
    let revoked = matches!(own.phase(), Phase::Revoked { .. });
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
        (revoked, Status::Revoked),
        (
            under_way.is_some_and(|one| one.stage == RevocationStage::ToConfirm),
            Status::RevocationToConfirm,
        ),
        (under_way.is_some(), Status::ValidatingRevocation),
        (expired, Status::Expired),
        (soon, Status::PendingExpiration),
        (own.certificate().is_some() && waits, Status::Hosted),
        (own.certificate().is_some(), Status::Issued),
    ];
    if let Some((_, status)) = priorities.into_iter().find(|(holds, _)| *holds) {
        return status;
    }
    match own.phase() {
        Phase::NotActivated { .. } => Status::NotActivated,
        Phase::Verifying(_) => Status::DomainVerification,
        Phase::Validating(_) => Status::Validating,
        Phase::Failed { .. } => Status::ValidationFailed,
        _ => Status::PendingApplication,
    }
}

/// Whether a certificate serves: issued or uploaded, and not being revoked.
fn serves(own: &CertificateInstance) -> bool {
    match own.phase() {
        Phase::Live(live) => live.revocation().is_none(),
        Phase::Uploaded(_) => true,
        _ => false,
    }
}

/// The cash that went back.
fn paid_back(events: &[Event]) -> u64 {
    let cash = events.iter().map(|event| match event {
        Event::Plan {
            event: PlanEvent::Refunded { cash, .. },
            ..
        }
        | Event::Purchase {
            event: PurchaseEvent::Refunded { cash, .. },
            ..
        } => *cash,
        _ => 0,
    });
    cash.sum()
}

fn unit_returned(events: &[Event]) -> Option<bool> {
    events.iter().find_map(|event| match event {
        Event::Instance {
            event: InstanceEvent::Revoked { unit_returned, .. },
            ..
        } => Some(*unit_returned),
        _ => None,
    })
}

/// Applies commands one after the other; whether each was granted.
fn granted(
    world: &mut World,
    steps: &[Command],
    now: Timestamp,
    moment: &Moment<'_>,
) -> Result<(), Refusal> {
    for command in steps {
        let law = moment.laws.law(
            &world.case_for(command, now, &moment.law),
            Some(command),
            moment.law.conduct,
        );
        world.apply(command, now, &law)?;
    }
    Ok(())
}

use CommandKind as K;

/// Tries what a refusal advises.
fn advised(refusal: &Refusal, moment: &Moment<'_>) -> Result<(), Refusal> {
    let mut world = moment.before.clone();
    let of = |kind, world: &World| Content::plain(90).command(kind, world, moment.now, &moment.law);
    let kinds: &[K] = match refusal.way_out() {
        WayOut::Withdraw => &[K::Withdraw],
        WayOut::Delete | WayOut::DeleteAndCreate => &[K::Delete],
        WayOut::WithdrawThenDelete => &[K::Withdraw, K::Delete],
        WayOut::Revoke
        | WayOut::RevokeOnly
        | WayOut::RevokeFirst
        | WayOut::RevokeInTime
        | WayOut::RevokeForRefund
        | WayOut::RevokeUnits
        | WayOut::ReturnAllUnits => &[K::RequestRevocation],
        WayOut::ConfirmByMail => &[K::ConfirmRevocation],
        // Nobody waits for a CA that waits for the holder.
        WayOut::AwaitRevocation => &[K::CompleteRevocation],
        WayOut::Resubmit | WayOut::Apply => &[K::Apply],
        WayOut::Cancel => &[K::CancelOrder],
        WayOut::CancelRefund => &[K::CancelRefund],
        WayOut::WithdrawFirst => &[K::Withdraw],
        WayOut::UndeployFirst => &[K::Undeploy],
        WayOut::DeleteCertificate => &[K::DeleteCertificate],
        WayOut::CancelMembers | WayOut::CancelMembersFirst => {
            let waiting: Vec<InstanceId> = world
                .chain()
                .unwrap()
                .members()
                .iter()
                .filter(|one| one.state == MemberState::Waiting)
                .map(|one| one.instance)
                .collect();
            assert!(!waiting.is_empty());
            let own = world.instance().unwrap().id();
            for id in waiting {
                world.focus(id);
                world.set_other(None);
                granted(&mut world, &[Command::CancelOrder], moment.now, moment)?;
            }
            world.focus(own);
            &[K::RequestRevocation]
        }
        _ => &[],
    };
    world.set_other(None);
    for kind in kinds {
        let command = of(*kind, &world);
        granted(&mut world, &[command], moment.now, moment)?;
    }
    // What was done for a refund leads to it.
    match refusal.way_out() {
        WayOut::RevokeFirst | WayOut::RevokeInTime => {
            revoked(&mut world, moment)?;
            granted(&mut world, &[Command::ClaimRefund], moment.now, moment)
        }
        WayOut::RevokeForRefund => {
            revoked(&mut world, moment)?;
            assert!(paid_for(&world), "{refusal}");
            Ok(())
        }
        WayOut::CancelMembersFirst | WayOut::RevokeUnits => {
            revoked(&mut world, moment)?;
            if paid_for(&world) {
                return Ok(());
            }
            granted(&mut world, &[Command::ClaimRefund], moment.now, moment)
        }
        WayOut::WithdrawFirst => granted(&mut world, &[Command::ClaimRefund], moment.now, moment),
        WayOut::ClaimOnFirst => {
            let first = world.purchase().unwrap().first();
            world.focus(first);
            // What the first one is told leads on, or has a date.
            match granted(&mut world, &[Command::ClaimRefund], moment.now, moment) {
                Err(other)
                    if other.way_out() == WayOut::None
                        && matches!(
                            other.why(),
                            Why::ChainMovedOn
                                | Why::Refunded
                                | Why::Free
                                | Why::NothingPaid
                                | Why::LateHosting
                                | Why::WasMerged
                        ) =>
                {
                    Err(other)
                }
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// The rest of a revocation that was asked for.
fn revoked(world: &mut World, moment: &Moment<'_>) -> Result<(), Refusal> {
    let live = world.instance().unwrap().live().unwrap();
    let to_confirm = live
        .revocation()
        .is_some_and(|one| one.stage == RevocationStage::ToConfirm);
    let confirmed = [Command::ConfirmRevocation];
    granted(
        world,
        if to_confirm { &confirmed } else { &[] },
        moment.now,
        moment,
    )?;
    let completed = Command::CompleteRevocation { at: moment.now };
    granted(world, &[completed], moment.now, moment)
}

fn paid_for(world: &World) -> bool {
    let bill = world.purchase().map(Purchase::bill);
    bill.is_some_and(|bill| matches!(bill.refund, RefundState::Refunded { .. }))
}

/// What a refusal says of the day from which the answer differs: the command is permitted then, or
/// becomes so later, under the clauses that begin on it, with the case as it is.
fn lets_through(refusal: &Refusal, (case, command): (&Case<'_>, &Command), law: &Law<'_>) {
    let others = refusal.to_string().contains("applied for from");
    let Some(day) = refusal.changes_on().filter(|_| !others) else {
        return;
    };
    let begins = day.midnight(law.conduct.calendar().value.offset);
    let fields: Vec<Field> = (law.conduct.changes())
        .filter(|(_, cite)| cite.until == Some(day))
        .map(|(field, _)| field)
        .collect();
    let mut conduct = law.conduct.clone();
    for field in fields {
        conduct = conduct.with(field, &law.conduct.following(field).unwrap());
    }
    let later = Law {
        conduct: &conduct,
        ..*law
    };
    if let Err(other) = decide(case, command, begins, &later) {
        assert!(
            other.permitted_from().is_some(),
            "{refusal}\n  but: {other}"
        );
    }
}

proptest! {
    #![proptest_config(config(128))]

    /// L1: every command in every reached case has an answer, at the edges and the ends of time, and
    /// whatever was left out of the read set or put into it.
    #[test]
    fn l1_totality(timeline in timelines(LENGTH)) {
        let mut last: Option<World> = None;
        timeline.play(|moment| {
            let case = moment.case();
            ask_everything(&case, moment.command, moment.now, &moment.law);
            let asked = allowed(&moment.before.case(), moment.now, &moment.law);
            assert!(asked.iter().all(|offer| offer.availability.is_now() == offer.refusal.is_none()));
            for command in every_command(moment.before, moment.now, &moment.law) {
                let case = moment.before.case_for(&command, moment.now, &moment.law);
                for now in [Timestamp::MIN, moment.now, Timestamp::MAX] {
                    ask_everything(&case, &command, now, &moment.law);
                }
                for less in incomplete(&case) {
                    ask_everything(&less, &command, moment.now, &moment.law);
                }
                // What was read some steps ago.
                if let Some(last) = &last {
                    let old = last.case();
                    let mixed = Case { chain: old.chain, purchase: old.purchase, other: old.instance, ..case };
                    ask_everything(&mixed, &command, moment.now, &moment.law);
                }
            }
            if last.is_none() || moment.journal.len() % 4 == 0 {
                last = Some(moment.before.clone());
            }
        });
    }

    /// L2, L3: the same arguments, the same answer; what is there is the fold of what happened, each
    /// stream for itself.
    #[test]
    fn l2_l3_purity_and_replay(timeline in timelines(LENGTH)) {
        let end = timeline.play(|moment| {
            let (world, command) = (moment.before.clone(), moment.command.clone());
            let case = world.case_for(&command, moment.now, &moment.law);
            assert_eq!(&decide(&case, &command, moment.now, &moment.law), moment.answer);
            // Nothing is written down that nothing came of.
            if moment.committed {
                let mut step = moment.before.clone();
                for event in moment.answer.iter().flatten() {
                    let last = step.clone();
                    step.fold(event);
                    assert_ne!(last, step, "{event:?}");
                }
            }
        });
        let (mut instances, mut plans, mut chains, mut purchases) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        // Plans first, then purchases, chains, instances: no stream needs another.
        for event in &end.journal {
            if let Event::Plan { id, event } = event {
                evolve_plan(plans.entry(*id).or_default(), *id, event);
            }
        }
        for event in &end.journal {
            if let Event::Purchase { id, event } = event {
                evolve_purchase(purchases.entry(*id).or_default(), *id, event);
            }
        }
        for event in &end.journal {
            if let Event::Chain { id, event } = event {
                evolve_chain(chains.entry(*id).or_default(), *id, event);
            }
        }
        for event in &end.journal {
            if let Event::Instance { id, event } = event {
                evolve_instance(instances.entry(*id).or_default(), *id, event);
            }
        }
        let there: Vec<&CertificateInstance> = instances.values().flatten().collect();
        assert_eq!(there, end.world.instances().collect::<Vec<_>>());
        let there: Vec<&ResourcePlan> = plans.values().flatten().collect();
        assert_eq!(there, end.world.plans().collect::<Vec<_>>());
        let there: Vec<&HostingChain> = chains.values().flatten().collect();
        assert_eq!(there, end.world.chains().collect::<Vec<_>>());
        let there: Vec<&Purchase> = purchases.values().flatten().collect();
        assert_eq!(there, end.world.purchases().collect::<Vec<_>>());
    }

    /// L4: a refusal changes nothing and explains itself; a preview is the decision, priced.
    #[test]
    fn l4_refusals_and_previews(timeline in timelines(LENGTH)) {
        timeline.play(|moment| {
            let case = moment.case();
            match moment.answer {
                Err(refusal) => {
                    assert_eq!(moment.before, moment.after);
                    let text = refusal.to_string();
                    assert!(!text.contains('\n') && !text.contains("  "), "{text}");
                    assert!(text.starts_with("Cannot ") && text.ends_with('.'), "{text}");
                    assert_eq!(refusal.command(), moment.command.kind());
                    assert!(text.contains(moment.command.kind().phrase()), "{text}");
                    assert!(text.contains(&format!("Rule {}: ", refusal.rule())), "{text}");
                    assert!(refusal.rule().record().is_some(), "{text}");
                    let date = ["It becomes possible at ", "It was possible until just before ",
                        "No date changes this.", "In force since ", "No earlier rule is known", "This ceiling is "];
                    assert_eq!(date.iter().filter(|words| text.contains(**words)).count(), 1, "{text}");
                    assert_eq!(refusal.way_out().phrase().is_some(), text.contains("Instead: "), "{text}");
                    assert_eq!(refusal.way_out() == WayOut::None, refusal.way_out().phrase().is_none());
                    // The dates are true.
                    let elsewhen = |at| decide(&case, moment.command, at, &moment.law)
                        .is_err_and(|other| other.why() == refusal.why() && other.rule() == refusal.rule());
                    if let Some(from) = refusal.permitted_from() {
                        assert!(from > moment.now && !elsewhen(from) && elsewhen(from.saturating_add(-1)), "{text}");
                    }
                    if let Some(until) = refusal.permitted_until() {
                        assert!(until <= moment.now && elsewhen(until) && !elsewhen(until.saturating_add(-1)), "{text}");
                    }
                }
                Ok(events) => {
                    let priced = preview(&case, moment.command, moment.now, &moment.law).unwrap();
                    assert_eq!(&priced.events, events);
                    assert_eq!(priced.refund, paid_back(events));
                    if !moment.committed || !continues(moment.command) {
                        return;
                    }
                    assert_eq!(priced.status, moment.after.status(moment.now, &moment.law), "{:?}", moment.command.kind());
                    // A renewal by unit draws from whichever plan has one, not from that of its order.
                    let by_unit = matches!(moment.command, Command::Renew { paid: None, .. });
                    let drawn = case.draw_from.filter(|_| by_unit);
                    if let Some(plan) = drawn.or(moment.before.case().plan) {
                        let later = moment.after.plans().find(|own| own.id() == plan.id()).unwrap();
                        assert_eq!(priced.unit.remaining_before, plan.remaining());
                        assert_eq!(priced.unit.remaining_after, later.remaining());
                    }
                    let unit = |own: Option<&CertificateInstance>| own.and_then(CertificateInstance::hold).map(|own| own.state);
                    assert_eq!(priced.unit.before, unit(about(moment, moment.before)));
                    assert_eq!(priced.unit.after, unit(about(moment, moment.after)));
                }
            }
        });
    }

    /// L4: the way out is one: what is advised is granted, at the same instant.
    #[test]
    fn l4_the_way_out_is_open(timeline in timelines(LENGTH)) {
        timeline.play(|moment| {
            let mut alone = moment.before.clone();
            alone.set_other(None);
            for command in every_command(moment.before, moment.now, &moment.law) {
                let merges = matches!(command, Command::Merge);
                let world = if merges { moment.before } else { &alone };
                let case = world.case_for(&command, moment.now, &moment.law);
                let law = moment.laws.law(&case, Some(&command), moment.law.conduct);
                let Err(refusal) = decide(&case, &command, moment.now, &law) else { continue };
                lets_through(&refusal, (&case, &command), &law);
                // One's own is found.
                if refusal.way_out() == WayOut::CheckOrder {
                    assert_eq!(refusal.status(), None, "{refusal}");
                }
                // Nobody has to buy anew who only has to wait.
                if refusal.way_out() == WayOut::ApplyAnew {
                    assert_eq!(refusal.permitted_from(), None, "{refusal}");
                }
                if let Err(other) = advised(&refusal, moment) {
                    // The allowance is another matter; what is deleted may have to wait, or to be taken
                    // off first; a claim on another member of the chain stands in no read set of this one.
                    let of_members = matches!(refusal.way_out(), WayOut::CancelMembers | WayOut::CancelMembersFirst);
                    let excused = other.rule() == RuleId::R38
                        || (of_members && other.way_out() == WayOut::CancelRefund)
                        || (other.command() == CommandKind::DeleteCertificate
                            && (other.permitted_from().is_some() || other.way_out() == WayOut::UndeployFirst));
                    assert!(excused, "at {}: {refusal}\n  but: {other}", moment.now);
                }
            }
        });
    }

    /// L5: every plan balances at every instant; a unit returns at most once; money goes back once,
    /// and never more than the cash that came in.
    #[test]
    fn l5_conservation(timeline in timelines(LENGTH)) {
        let mut back: BTreeMap<String, u64> = BTreeMap::new();
        timeline.play(|moment| {
            for plan in moment.after.plans() {
                assert!(plan.balances());
                assert_eq!(plan.total(), plan.remaining() + plan.reserved() + plan.settled());
                let holds = |state| moment.after.instances()
                    .filter_map(CertificateInstance::hold)
                    .filter(|hold| hold.plan == plan.id() && hold.state == state)
                    .count();
                assert_eq!(holds(HoldState::Reserved), plan.reserved() as usize);
                assert_eq!(holds(HoldState::Settled), plan.settled() as usize);
                if let Some(before) = moment.before.plans().find(|own| own.id() == plan.id()) {
                    assert!(before.issued() <= plan.issued() && before.taken() <= plan.taken());
                    // What is paid back is unused, and holds nothing from then on.
                    match plan.bill().refund {
                        RefundState::Refunded { .. } => assert_eq!(plan.total(), 0),
                        _ => assert_eq!(before.total(), plan.total()),
                    }
                    assert_eq!(before.bill().payment, plan.bill().payment);
                }
            }
            for own in moment.before.instances() {
                let after = find(moment.after, own.id()).unwrap();
                match (own.hold(), after.hold()) {
                    (Some(before), Some(after)) => {
                        assert_eq!(before.plan, after.plan);
                        assert!(before.state != HoldState::Returned || after.state == HoldState::Returned);
                        assert!(before.state != HoldState::Settled || after.state != HoldState::Reserved);
                    }
                    (before, after) => assert_eq!(before, after),
                }
                assert!(matches!((own.origin(), after.origin()), (Origin::Plan(_), Origin::Plan(_)))
                    || own.origin() == after.origin());
            }
            if !moment.committed {
                return;
            }
            let events = moment.answer.as_ref().unwrap();
            let returned = events.iter()
                .filter(|event| matches!(event, Event::Plan { event: PlanEvent::Returned { .. }, .. }))
                .count();
            let held = |world: &World| world.instances()
                .filter(|own| own.hold().is_some_and(|hold| hold.state == HoldState::Returned))
                .count();
            assert_eq!(held(moment.after) - held(moment.before), returned);
            // A unit is settled once, from where it was.
            for event in events {
                let Event::Plan { event: PlanEvent::Settled { order, was_reserved, .. }, .. } = event else { continue };
                let own = moment.after.instances().find(|own| own.order() == *order).unwrap();
                let before = find(moment.before, own.id()).and_then(CertificateInstance::hold);
                assert_eq!(before.map(|hold| hold.state), was_reserved.then_some(HoldState::Reserved));
            }
            for event in events {
                let (whose, cash, payment) = match event {
                    Event::Plan { id, event: PlanEvent::Refunded { cash, .. } } => {
                        let own = moment.before.plans().find(|own| own.id() == *id).unwrap();
                        assert_eq!(own.used(), 0, "R-32");
                        (id.to_string(), *cash, own.bill().payment)
                    }
                    Event::Purchase { id, event: PurchaseEvent::Refunded { cash, .. } } => {
                        let own = moment.before.purchases().find(|own| own.id() == *id).unwrap();
                        assert!(!own.product().free, "R-31");
                        // However it comes about, by a claim or by a revocation.
                        let first = find(moment.before, own.first()).unwrap();
                        assert!(first.absorbed().is_empty(), "T-42");
                        let money = moment.laws.pinned(own.bill().pin);
                        assert!(own.kind() != PurchaseKind::Hosting || money.late_hosting_refund().value.allows());
                        if let Some(chain) = moment.before.chains().find(|one| Some(one.id()) == own.chain()) {
                            let place = chain.members().iter().position(|one| one.instance == own.first()).unwrap();
                            let behind = &chain.members()[place + 1..];
                            assert!(behind.iter().all(|one| one.state != MemberState::Begun), "it moved on");
                        }
                        (id.to_string(), *cash, own.bill().payment)
                    }
                    _ => continue,
                };
                // The cash part and nothing of the voucher.
                assert_eq!(cash, payment.cash);
                assert!(cash > 0);
                assert_eq!(back.insert(whose, cash), None, "paid back twice");
            }
            let bills = || moment.after.plans().map(ResourcePlan::bill)
                .chain(moment.after.purchases().map(Purchase::bill));
            let kept: u64 = bills().map(|bill| match bill.refund {
                RefundState::Refunded { cash, .. } => cash,
                _ => 0,
            }).sum();
            assert_eq!(kept, back.values().sum::<u64>());
            assert!(kept <= bills().map(|bill| bill.payment.cash).sum());
        });
    }

    /// L6: the status is what the facts, the instant and the rules in force say, in the order of the
    /// priorities; waking now or never changes nothing of it.
    #[test]
    fn l6_status_is_derived(timeline in timelines(LENGTH)) {
        timeline.play(|moment| {
            let conduct = moment.law.conduct;
            for own in moment.after.instances() {
                let world = focused(moment.after, own.id());
                let shown = world.status(moment.now, &moment.law).unwrap();
                assert_eq!(shown, seen(moment.after, own, moment.now, conduct), "{own:?}");
            }
            let Some(own) = moment.before.instance() else { return };
            let law = moment.laws.law(&moment.before.case(), None, conduct);
            let mut last: Option<Status> = None;
            let mut instants = all_edges(moment.before, &law);
            instants.extend([Timestamp::MIN, moment.now, Timestamp::MAX]);
            instants.extend(instants.clone().iter().map(|at| at.saturating_add(-1)));
            instants.sort_unstable();
            for at in instants {
                let shown = seen(moment.before, own, at, conduct);
                assert_eq!(moment.before.status(at, &law), Some(shown));
                let mut woken = moment.before.clone();
                if let Ok(events) = woken.apply(&Command::Wake, at, &law) {
                    assert!(events.len() <= 1);
                    for event in &events {
                        let announced = matches!(event, Event::Instance { event: InstanceEvent::ExpiryAnnounced { .. }, .. });
                        assert!(announced && [Status::PendingExpiration, Status::RefundReview, Status::Refunded].contains(&shown), "{shown}");
                    }
                    assert!(woken.apply(&Command::Wake, at, &law).unwrap().is_empty(), "one notice");
                }
                for later in [Timestamp::MIN, at, moment.now, Timestamp::MAX] {
                    assert_eq!(woken.status(later, &law), moment.before.status(later, &law));
                }
                // time takes Issued or Hosted to Pending Expiration to Expired, and nothing back.
                let rank = |status| match status {
                    Status::Issued | Status::Hosted => 1,
                    Status::PendingExpiration => 2,
                    Status::Expired => 3,
                    _ => 0,
                };
                assert!(last.is_none_or(|last| rank(last) <= rank(shown)));
                assert!(last.is_none_or(|last| rank(last) > 0 || last == shown));
                last = Some(shown);
            }
        });
    }

    /// L7: one member in application at a time, in the order of purchase; none activated without an
    /// issued predecessor that is due; a failed one does not advance the chain.
    #[test]
    fn l7_hosting(timeline in timelines(LENGTH)) {
        timeline.play(|moment| {
            for chain in moment.after.chains() {
                let members: Vec<_> = chain.members().iter()
                    .map(|one| (one.state, find(moment.after, one.instance).unwrap()))
                    .collect();
                let current = chain.current().unwrap();
                let mut in_application = 0;
                for (state, own) in &members {
                    assert_eq!(own.chain(), Some(chain.id()));
                    // Both streams tell the same.
                    let waits = matches!(own.phase(), Phase::NotActivated { .. });
                    assert_eq!(waits, *state == MemberState::Waiting, "{own:?}");
                    assert_eq!(
                        matches!(own.phase(), Phase::Ended { how: End::Cancelled, .. }),
                        *state == MemberState::Cancelled
                    );
                    if matches!(own.phase(), Phase::Verifying(_) | Phase::Validating(_)) {
                        in_application += 1;
                        assert_eq!(own.id(), current);
                    }
                }
                assert!(in_application <= 1);
                // Those whose turn came stand before those that wait.
                let states: Vec<_> = members.iter()
                    .map(|(state, _)| *state)
                    .filter(|state| *state != MemberState::Cancelled)
                    .collect();
                assert!(states.is_sorted_by_key(|state| *state == MemberState::Waiting));
                assert!(chain.next().is_none_or(|next| members.iter()
                    .find(|(state, _)| *state == MemberState::Waiting)
                    .is_some_and(|(_, own)| own.id() == next)));
            }
            // Due by definition, whatever windows are computed.
            for chain in moment.before.chains() {
                let Some(next) = chain.next() else { continue };
                let before = find(moment.before, chain.current().unwrap()).unwrap();
                let Some(certificate) = before.certificate() else { continue };
                let mut world = focused(moment.before, next);
                world.set_other(None);
                let activate = Content::plain(1).command(K::Activate, &world, moment.now, &moment.law);
                let law = moment.laws.law(&world.case(), Some(&activate), moment.law.conduct);
                let trigger = law.money.hosting_trigger().value;
                let days = i64::from(trigger.days) - i64::from(trigger.strict);
                let not_after = certificate.validity().not_after();
                for instant in (17..33).flat_map(|days| [-1, 0, 43_200].map(|by| by - days * 86_400)) {
                    let at = not_after.saturating_add(instant);
                    let due = at_most(&law.money.calendar().value, at, not_after, days);
                    match decide(&world.case(), &activate, at, &law) {
                        Ok(_) => assert!(due && serves(before), "at {at}"),
                        Err(refusal) => assert!(!due || refusal.why() != Why::NotDue, "at {at}: {refusal}"),
                    }
                }
            }
            if !moment.committed {
                return;
            }
            for event in moment.answer.iter().flatten() {
                let Event::Chain { id, event: ChainEvent::MemberBegun { instance, .. } } = event else { continue };
                assert_eq!(moment.command.kind(), CommandKind::Activate);
                let chain = moment.before.chains().find(|own| own.id() == *id).unwrap();
                assert_eq!(chain.next(), Some(*instance));
                let before = find(moment.before, chain.current().unwrap()).unwrap();
                assert!(serves(before));
                let not_after = before.certificate().unwrap().validity().not_after();
                let money = moment.laws.pinned(chain.pin());
                let trigger = money.hosting_trigger().value;
                let days = i64::from(trigger.days) - i64::from(trigger.strict);
                assert!(at_most(&money.calendar().value, moment.now, not_after, days), "R-46");
                // With the data of the one before it, or those handed in with an uploaded one.
                let own = find(moment.after, *instance).unwrap();
                let application = own.application().unwrap();
                assert!(application.automatic());
                match before.application() {
                    Some(first) => assert_eq!(application.submission(), first.submission()),
                    None => assert_eq!(Some(application.submission()), chain.submission()),
                }
            }
        });
    }

    /// L8: nothing leads out of Deleted, ended slots stay ended, Revoked leads to deletion, refund
    /// and renewal alone; no id begins twice.
    #[test]
    fn l8_finality(timeline in timelines(LENGTH)) {
        let end = timeline.play(|moment| {
            // What begins is expected to be new.
            if let Ok(events) = moment.answer {
                let expected = expectations(&moment.case(), events, &moment.law);
                for event in events {
                    let new = match event {
                        Event::Instance { id, event: InstanceEvent::Submitted(_) | InstanceEvent::Opened(_) | InstanceEvent::Uploaded(_) } => {
                            Expect::NewInstance(*id)
                        }
                        Event::Plan { id, event: PlanEvent::Bought(_) } => Expect::NewPlan(*id),
                        Event::Chain { id, event: ChainEvent::Linked(_) } => Expect::NewChain(*id),
                        Event::Purchase { id, event: PurchaseEvent::Paid(_) } => Expect::NewPurchase(*id),
                        _ => continue,
                    };
                    assert!(expected.contains(&new), "{new:?}");
                }
            }
            for own in moment.before.instances() {
                let after = find(moment.after, own.id()).unwrap();
                assert_eq!((own.account(), own.product()), (after.account(), after.product()));
                match own.phase() {
                    Phase::Deleted { .. } | Phase::Ended { .. } => assert_eq!(own.phase(), after.phase()),
                    Phase::Revoked { .. } => assert!(
                        own.phase() == after.phase() || matches!(after.phase(), Phase::Deleted { .. })
                    ),
                    Phase::Live(_) => assert!(matches!(
                        after.phase(),
                        Phase::Live(_) | Phase::Revoked { .. } | Phase::Deleted { .. }
                    )),
                    Phase::Uploaded(_) => assert!(matches!(
                        after.phase(),
                        Phase::Uploaded(_) | Phase::Deleted { .. }
                    )),
                    _ => {}
                }
                assert!(after.orphans().starts_with(own.orphans()));
                assert!(own.chain().is_none() || own.chain() == after.chain());
            }
            for own in moment.before.purchases() {
                let after = moment.after.purchases().find(|one| one.id() == own.id()).unwrap();
                if let RefundState::Refunded { .. } = own.bill().refund {
                    assert_eq!(own.bill(), after.bill());
                }
                assert_eq!((own.first(), own.chain(), own.count()), (after.first(), after.chain(), after.count()));
            }
        });
        let mut begun = BTreeSet::new();
        for event in &end.journal {
            let id = match event {
                Event::Instance { id, event: InstanceEvent::Submitted(_) | InstanceEvent::Opened(_) | InstanceEvent::Uploaded(_) } => {
                    format!("i {id}")
                }
                Event::Plan { id, event: PlanEvent::Bought(_) } => format!("p {id}"),
                Event::Chain { id, event: ChainEvent::Linked(_) } => format!("c {id}"),
                Event::Purchase { id, event: PurchaseEvent::Paid(_) } => format!("b {id}"),
                _ => continue,
            };
            assert!(begun.insert(id), "{event:?}");
        }
    }

    /// L9: what a purchase, a plan or a submission is bound to decides; another edition at hand is
    /// refused or makes no difference, and a later one in force moves no money and no unit.
    #[test]
    fn l9_pinning(timeline in timelines(LENGTH)) {
        timeline.play(|moment| {
            for command in every_command(moment.before, moment.now, &moment.law) {
                if !continues(&command) {
                    continue;
                }
                let case = moment.before.case_for(&command, moment.now, &moment.law);
                let law = moment.laws.law(&case, Some(&command), moment.law.conduct);
                let right = decide(&case, &command, moment.now, &law);
                let bound = case.purchase.is_some() || case.plan.is_some();
                for edition in &moment.laws.all {
                    let kind = command.kind();
                    // Money: by the purchase, the plan, or the chain.
                    if bound && edition.digest() != law.money.digest() {
                        let wrong = Law { money: edition, ..law };
                        let answer = decide(&case, &command, moment.now, &wrong);
                        let refused = answer.as_ref().is_err_and(|own| own.why() == Why::OtherEdition);
                        let same = match (&right, &answer) {
                            (Ok(right), Ok(answer)) => right[..] == answer[..],
                            (Err(_), Err(_)) => true,
                            _ => false,
                        };
                        assert!(refused || same, "{kind:?}: {right:?}\n  but: {answer:?}");
                    }
                    // The application, where there is one that goes on.
                    let goes_on = !matches!(command, Command::Apply { .. } | Command::Renew { .. } | Command::Activate { .. });
                    let applied = case.instance.and_then(CertificateInstance::application).is_some();
                    if goes_on && applied && edition.digest() != law.application.digest() {
                        let wrong = Law { application: edition, ..law };
                        let answer = decide(&case, &command, moment.now, &wrong);
                        let refused = answer.as_ref().is_err_and(|own| own.why() == Why::OtherEdition);
                        let same = match (&right, &answer) {
                            (Ok(right), Ok(answer)) => right[..] == answer[..],
                            (Err(_), Err(_)) => true,
                            _ => false,
                        };
                        assert!(refused || same, "{kind:?}: {right:?}\n  but: {answer:?}");
                    }
                    // Whatever comes into force: as much money, as many units.
                    let later = Law { conduct: edition, ..law };
                    let answer = decide(&case, &command, moment.now, &later);
                    if matches!(command, Command::ClaimRefund | Command::GrantRefund | Command::CancelRefund | Command::RefuseRefund { .. }) {
                        assert_eq!(right.as_ref().ok(), answer.as_ref().ok(), "{kind:?}");
                    }
                    if let (Ok(right), Ok(answer)) = (&right, &answer) {
                        assert_eq!(paid_back(right), paid_back(answer), "{kind:?}");
                        assert_eq!(unit_returned(right), unit_returned(answer), "{kind:?}");
                    }
                }
            }
        });
    }

    /// L10: inside its window a right exists at every instant, outside at none; `availability` and
    /// `decide` agree, at every edge, for every command.
    #[test]
    fn l10_windows(timeline in timelines(LENGTH)) {
        timeline.play(|moment| {
            for command in every_command(moment.before, moment.now, &moment.law) {
                let case = moment.before.case_for(&command, moment.now, &moment.law);
                let law = moment.laws.law(&case, Some(&command), moment.law.conduct);
                let may = |at| decide(&case, &command, at, &law).is_ok();
                let mut instants = edges(&case, &command, &law);
                instants.extend([Timestamp::MIN, moment.now, Timestamp::MAX]);
                instants.extend(instants.clone().iter().map(|at| at.saturating_add(-1)));
                for at in instants {
                    let answer = availability(&case, &command, at, &law);
                    let kind = command.kind();
                    assert_eq!(answer.is_now(), may(at), "{kind:?} at {at}: {answer:?}");
                    match answer {
                        Availability::Now { until, rule } => {
                            assert_eq!(until.is_some(), rule.is_some());
                            assert!(until.is_none_or(|until| !may(until) && may(until.saturating_add(-1))));
                        }
                        Availability::From { at: from, until, .. } => {
                            assert!(from > at && may(from) && !may(from.saturating_add(-1)), "{kind:?}");
                            assert!(until.is_none_or(|until| !may(until) && may(until.saturating_add(-1))));
                        }
                        Availability::Over { since, .. } => {
                            assert!(since <= at && !may(since) && !may(Timestamp::MAX), "{kind:?}");
                        }
                        Availability::Never { .. } => {
                            assert!(!may(Timestamp::MIN) && !may(Timestamp::MAX), "{kind:?}");
                        }
                    }
                }
            }
        });
    }

    /// L12: a stranger finds nothing and changes nothing; what is left out of a read set, or put there
    /// from another account, helps nobody.
    #[test]
    fn l12_isolation(timeline in timelines(LENGTH)) {
        timeline.play(|moment| {
            let mut twin = World::new(stranger());
            for event in moment.journal {
                twin.fold(&of_another(event, stranger()));
            }
            let twins = |id: Option<InstanceId>| id.and_then(|id| find(&twin, id));
            for command in every_command(moment.before, moment.now, &moment.law) {
                let own = moment.before.case_for(&command, moment.now, &moment.law);
                let law = moment.laws.law(&own, Some(&command), moment.law.conduct);
                let kind = command.kind();
                // The stranger.
                let theirs = Case { account: stranger(), ..own };
                let answer = decide(&theirs, &command, moment.now, &law);
                let begins = matches!(kind, CommandKind::BuyPlan | CommandKind::Buy | CommandKind::Upload);
                match &answer {
                    Ok(events) => {
                        assert!(begins, "{kind:?}");
                        for event in events {
                            let at_once = of_another(event, stranger());
                            assert_eq!(&at_once, event, "it is the stranger's own");
                        }
                    }
                    Err(refusal) if begins => assert_ne!(refusal.kind(), RefusalKind::OrderNotFound),
                    Err(refusal) => {
                        let found = [RefusalKind::OrderNotFound, RefusalKind::PlanNotFound];
                        assert!(found.contains(&refusal.kind()), "{refusal}");
                        assert_eq!(refusal.status(), None);
                    }
                }
                if begins {
                    continue;
                }
                // With something of a stranger in the place of one's own.
                let right = decide(&own, &command, moment.now, &law);
                let foreign = {
                    let chain = own.chain.and_then(|one| twin.chains().find(|own| own.id() == one.id()));
                    let plan = own.plan.and_then(|one| twin.plans().find(|own| own.id() == one.id()));
                    let purchase = own.purchase.and_then(|one| twin.purchases().find(|own| own.id() == one.id()));
                    [
                        Case { instance: twins(own.instance.map(CertificateInstance::id)), ..own },
                        Case { plan, ..own },
                        Case { chain, ..own },
                        Case { purchase, ..own },
                        Case { other: twins(own.other.map(CertificateInstance::id)), ..own },
                    ]
                };
                let less = incomplete(&own);
                if matches!(kind, CommandKind::Submit | CommandKind::Draw) {
                    let theirs = decide(&foreign[1], &command, moment.now, &law);
                    assert!(theirs.is_err(), "{kind:?}");
                    continue;
                }
                // It is as good as nothing.
                for (foreign, less) in foreign.iter().zip(&less) {
                    let [theirs, nothing] = [foreign, less]
                        .map(|case| decide(case, &command, moment.now, &law).is_ok());
                    assert_eq!(theirs, nothing, "{kind:?}");
                }
                for case in foreign.iter().chain(&less) {
                    let Ok(answer) = decide(case, &command, moment.now, &law) else { continue };
                    let Ok(right) = &right else {
                        panic!("{kind:?} is granted with less: {answer:?}");
                    };
                    assert_eq!(&right[..], &answer[..], "{kind:?}");
                }
            }
        });
    }
}

proptest! {
    #![proptest_config(config(192))]

    /// L1, L3, L5, L8 where nobody decided anything: folding can't refuse and can't go below zero,
    /// what ended or was paid back stays so, and every question has an answer.
    #[test]
    fn garbage_folds_and_is_answered(
        events in vec(stream_events::events(&Editions::published()), 0..60),
        ends in any::<bool>(),
    ) {
        let book = Rulebook::published();
        let editions = Editions::published();
        let mut world = World::new(owner());
        for event in &events {
            let before = world.clone();
            world.fold(event);
            for own in before.instances() {
                let after = find(&world, own.id()).unwrap();
                match own.phase() {
                    Phase::Deleted { .. } | Phase::Ended { .. } => assert_eq!(own.phase(), after.phase(), "{event:?}"),
                    Phase::Revoked { .. } => assert!(matches!(after.phase(), Phase::Revoked { .. } | Phase::Deleted { .. }), "{event:?}"),
                    _ => {}
                }
                assert!(after.orphans().starts_with(own.orphans()));
                assert_eq!((own.account(), own.product()), (after.account(), after.product()));
            }
            let bills = |world: &World| -> Vec<Bill> {
                world.plans().map(|own| *own.bill()).chain(world.purchases().map(|own| *own.bill())).collect()
            };
            for plan in world.plans() {
                assert!(plan.balances(), "{event:?}");
                assert!(plan.used() <= plan.total());
            }
            for bill in bills(&world) {
                if let RefundState::Refunded { cash, .. } = bill.refund {
                    assert!(cash <= bill.payment.cash);
                }
            }
            for bill in bills(&before) {
                if let RefundState::Refunded { .. } = bill.refund {
                    assert!(bills(&world).contains(&bill));
                }
            }
        }
        let edition = &editions.all[0];
        let law = Law::single(edition, book.ceilings());
        let now = if ends { Timestamp::MAX } else { "2024-03-01T00:00:00Z".parse().unwrap() };
        let ids: Vec<InstanceId> = world.instances().map(CertificateInstance::id).collect();
        for id in &ids {
            world.focus(*id);
            world.set_other(ids.iter().copied().find(|other| other != id));
            for command in every_command(&world, now, &law) {
                let case = world.case_for(&command, now, &law);
                for at in [Timestamp::MIN, now, Timestamp::MAX] {
                    ask_everything(&case, &command, at, &law);
                }
                let mut after = world.clone();
                let _ = after.apply(&command, now, &law);
            }
            let offers = allowed(&world.case(), now, &law);
            assert!(offers.iter().all(|offer| offer.availability.is_now() == offer.refusal.is_none()));
        }
    }
}

/// The name of a variant.
fn variant(debug: &str) -> String {
    let end = debug.find(|c: char| !c.is_alphanumeric());
    debug.get(..end.unwrap_or(debug.len())).unwrap().to_owned()
}

/// The timelines reach every status, every command both ways, every event; or the laws above would
/// say little.
#[test]
fn timelines_go_everywhere() {
    let mut runner = TestRunner::deterministic();
    let strategy = timelines(LENGTH);
    let mut statuses = BTreeSet::new();
    let (mut granted, mut refused) = (BTreeSet::new(), BTreeSet::new());
    let (mut events, mut reasons, mut ways) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut conflicts, mut automatic, mut instant) = (0, 0, 0);
    let (mut longest, mut paid) = (0, BTreeSet::new());
    for _ in 0..2_000 {
        let timeline = strategy.new_tree(&mut runner).unwrap().current();
        timeline.play(|moment| {
            for own in moment.after.instances() {
                let world = focused(moment.after, own.id());
                statuses.extend(world.status(moment.now, &moment.law));
            }
            for chain in moment.after.chains() {
                let begun = chain
                    .members()
                    .iter()
                    .filter(|one| one.state == MemberState::Begun);
                longest = longest.max(begun.count());
            }
            match moment.answer {
                Err(refusal) => {
                    refused.insert(moment.command.kind());
                    reasons.insert(variant(&format!("{:?}", refusal.why())));
                    ways.insert(variant(&format!("{:?}", refusal.way_out())));
                }
                Ok(_) if !moment.committed => conflicts += 1,
                Ok(all) => {
                    granted.insert(moment.command.kind());
                    instant += u32::from(
                        moment.command.kind() == CommandKind::CompleteRevocation
                            && paid_back(all) > 0,
                    );
                    for event in all {
                        let (stream, text) = match event {
                            Event::Instance { event, .. } => ("Instance", format!("{event:?}")),
                            Event::Plan { event, .. } => ("Plan", format!("{event:?}")),
                            Event::Chain { event, .. } => ("Chain", format!("{event:?}")),
                            Event::Purchase { event, .. } => ("Purchase", format!("{event:?}")),
                        };
                        events.insert(format!("{stream} {}", variant(&text)));
                        if let Event::Instance {
                            event: InstanceEvent::Applied(own),
                            ..
                        } = event
                        {
                            automatic += u32::from(own.automatic);
                        }
                        if let Event::Purchase {
                            event: PurchaseEvent::Paid(own),
                            ..
                        } = event
                        {
                            paid.insert(format!("{:?}", own.kind));
                        }
                    }
                }
            }
        });
    }
    let missing = |all: &[&str], found: &BTreeSet<String>| -> Vec<String> {
        all.iter()
            .map(|one| (*one).to_owned())
            .filter(|one| !found.contains(one))
            .collect()
    };
    assert_eq!(
        statuses.iter().copied().collect::<Vec<_>>().len(),
        Status::ALL.len(),
        "{statuses:?}"
    );
    let lacking = |found: &BTreeSet<CommandKind>| -> Vec<CommandKind> {
        CommandKind::ALL
            .into_iter()
            .filter(|kind| !found.contains(kind))
            .collect()
    };
    assert_eq!(lacking(&granted), []);
    assert_eq!(lacking(&refused), []);
    let expected: Vec<String> = EVENTS
        .iter()
        .flat_map(|(stream, names)| names.split(' ').map(move |name| format!("{stream} {name}")))
        .collect();
    assert_eq!(
        missing(
            &expected.iter().map(String::as_str).collect::<Vec<_>>(),
            &events
        ),
        [""; 0]
    );
    assert_eq!(
        events.len(),
        expected.len(),
        "an event that this test does not know"
    );
    assert_eq!(
        missing(&REASONS.split_whitespace().collect::<Vec<_>>(), &reasons),
        [""; 0]
    );
    assert_eq!(
        missing(&WAYS.split_whitespace().collect::<Vec<_>>(), &ways),
        [""; 0]
    );
    assert!(longest >= 3, "chains advance: {longest}");
    assert!(
        conflicts > 20 && automatic > 100 && instant > 1,
        "{conflicts} {automatic} {instant}"
    );
    assert_eq!(paid.len(), 3);
}

/// Every variant of every event.
const EVENTS: [(&str, &str); 4] = [
    (
        "Instance",
        "Submitted Opened Applied Uploaded Closed Merged Absorbed ChainJoined Deployed Undeployed \
         ChallengeReceived DomainConfirmed Issued Rejected Withdrawn Deleted Cancelled \
         RevocationRequested RevocationConfirmed Revoked RevocationRefused ExpiryAnnounced OrphanIssued",
    ),
    (
        "Plan",
        "Bought Reserved Settled Returned CertificateIssued RevocationCharged RevocationGivenBack Refunded",
    ),
    ("Chain", "Linked MemberBegun MemberCancelled"),
    (
        "Purchase",
        "Paid RevocationCharged RevocationGivenBack RefundClaimed RefundCancelled RefundRefused Refunded",
    ),
];

/// The reasons of refusals, but for the few that need a longer story.
const REASONS: &str = "
    NoOrder OrderDeleted NoPlan NoUnitLeft IdTaken OtherEdition Status AlreadyIssued NotIssued
    RevocationUnderWay NoRevocation RevocationUnconfirmed AlreadyRevoked Expired
    ReasonOfCa DomainUnproved NoChallenge ChallengeMethod OtherKey DvOnly NoCompany TooManyNames
    NameKind FileForWildcard Key CertificateKey CertificateNames AboveCeiling CertificateOver
    OtherCertificate NotActivated Uploaded Ended RefundUnderWay Refunded NoRefundClaimed NothingPaid
    Free NoRefundHere RefundWindow UnderWay NotRevoked WasMerged ChainMovedOn LateHosting PlanUsed
    Years Slots Hosted AlreadyHosted HostingWindow NotNext NoPredecessor NotDue NoSubmission
    RenewalWindow OtherProduct UploadName NameTaken KeyMismatch OtherTarget KeyNotHeld
    DomainNotCovered NotDeployed Deployed NoClosing NotMergeable NoFreeLeft OtherInstance";

/// What refusals advise.
const WAYS: &str = "
    None CheckOrder BuyPlan FreeUnits NewId LoadPinned WithdrawThenDelete Withdraw Delete
    DeleteAndCreate Revoke AwaitCa AwaitRevocation ConfirmByMail ProveDomain ApplyAnew OtherReason
    UseForPackage CorrectApplication UseDns Reissue Resubmit Apply Cancel CancelMembers CancelRefund
    WithdrawFirst RevokeFirst RevokeInTime RevokeForRefund AwaitActivation OtherYears UndeployFirst OtherName
    OtherTarget InstallByHand OtherKey LoadAll DeleteCertificate";
