//! The laws of the lifecycle, each tried on random timelines and, where garbage may reach the code,
//! on random garbage.
//!
//! Where a law speaks of dates, the expected answer is computed here from the definition (a
//! difference of days or of seconds), not from the windows that the code computes.
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
    clippy::single_match_else,
    clippy::match_same_arms,
    reason = "tests stop on the first surprise, and name the cases that they are about"
)]

mod support;

use std::collections::BTreeSet;

use cert_lifecycle::lifecycle::{
    Availability, Case, Command, CommandKind, Event, Expect, InstanceEvent, Law, PlanEvent,
    RefusalKind, ReturnCause, Streams, WayOut, Why, World, allowed, availability, clauses, decide,
    effects, evolve, evolve_instance, evolve_plan, expectations, next_wakeup, preview,
    return_window, status,
};
use cert_lifecycle::model::time::SECONDS_PER_DAY;
use cert_lifecycle::model::{
    Application, CertificateInstance, DomainName, HoldState, InstanceId, Live, Offset, Payment,
    Phase, PlanId, ResourcePlan, RevocationCause, Status, Timestamp,
};
use cert_lifecycle::rulebook::{
    Calendar, DayCount, DecisiveAct, Edition, ExpiryInstant, Method, ReturnAnchor, RevocationLimit,
    RuleId,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestRunner};
use support::scene::{Scene, application_for, certificate};
use support::strategies::{
    Act, Editions, Moment, Timeline, boundaries, commands, editions, id_texts, instance_events,
    nearly_domain_names, order_ids, owner, plain, plan_events, product_codes, stranger, timelines,
    timestamps,
};

/// Steps of a timeline.
const LENGTH: usize = 40;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases: support::cases::cases(cases),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/data/laws.regressions",
        ))),
        ..ProptestConfig::default()
    }
}

/// Editions with a timeline under them.
fn played() -> impl Strategy<Value = (Editions, Timeline)> {
    editions().prop_flat_map(|editions| {
        let timeline = timelines(&editions, LENGTH);
        (Just(editions), timeline)
    })
}

/// Folds an event into an instance and a plan.
fn fold(
    instance: &mut Option<CertificateInstance>,
    plan: &mut Option<ResourcePlan>,
    event: &Event,
) {
    let mut streams = Streams {
        instance: instance.take(),
        plan: plan.take(),
        ..Streams::default()
    };
    evolve(&mut streams, event);
    (*instance, *plan) = (streams.instance, streams.plan);
}

/// What an instance without chain and purchase shows.
fn shows(instance: &CertificateInstance, now: Timestamp, conduct: &Edition) -> Status {
    status(&Case::of(instance), now, conduct).unwrap()
}

/// The day number of an instant, by definition.
fn day(at: Timestamp, offset: Offset) -> i64 {
    let minutes = offset.to_string();
    let seconds = if minutes == "Z" {
        0
    } else {
        let sign = if minutes.starts_with('-') { -1 } else { 1 };
        let (hours, minutes) = minutes
            .trim_start_matches(['+', '-'])
            .split_once(':')
            .unwrap();
        sign * (hours.parse::<i64>().unwrap() * 3_600 + minutes.parse::<i64>().unwrap() * 60)
    };
    (at.unix_seconds() + seconds).div_euclid(SECONDS_PER_DAY)
}

/// Whether at most `days` days lie between two instants, by definition (C2, C3).
fn within(calendar: &Calendar, from: Timestamp, to: Timestamp, days: u16, by_dates: bool) -> bool {
    if by_dates {
        day(to, calendar.offset) - day(from, calendar.offset) <= i64::from(days)
    } else {
        to.unix_seconds() - from.unix_seconds() <= i64::from(days) * SECONDS_PER_DAY
    }
}

/// Whether a revocation with this decisive instant gives the unit back, by definition.
fn returns(edition: &Edition, anchor: Timestamp, decisive: Timestamp) -> bool {
    let rule = edition.return_rule();
    let by_dates = rule.method == Method::EndOfDay;
    within(
        &edition.calendar().value,
        anchor,
        decisive,
        rule.days,
        by_dates,
    )
}

/// The instant that the days of a returning unit are counted from.
fn anchor(edition: &Edition, live: &Live, plan: Option<&ResourcePlan>) -> Timestamp {
    match edition.return_rule().anchor {
        ReturnAnchor::Issuance => live.issued_at(),
        ReturnAnchor::Purchase => plan.unwrap().bought_at(),
    }
}

/// The status of a live certificate, by definition (C3, C4, R-42, R-43).
fn seen(not_after: Timestamp, now: Timestamp, edition: &Edition) -> Status {
    let calendar = edition.calendar().value;
    let expired = match calendar.expiry {
        ExpiryInstant::AfterLastSecond => now > not_after,
        ExpiryInstant::AtLastSecond => now >= not_after,
    };
    let by_dates = calendar.remaining == DayCount::Dates;
    let days = edition.notice().value.within_days;
    if expired {
        Status::Expired
    } else if within(&calendar, now, not_after, days, by_dates) {
        Status::PendingExpiration
    } else {
        Status::Issued
    }
}

/// Every command that could be given about a case: one of each kind.
fn one_of_each(moment: &Moment<'_>) -> Vec<Command> {
    let slot = &moment.before.slots[moment.slot];
    let product = moment.before.plans[0].product();
    let mut all: Vec<Command> = CommandKind::ALL.into_iter().filter_map(plain).collect();
    all.push(Command::Submit {
        instance: slot.id,
        order: slot.order,
        submission: application_for(product),
    });
    all.push(Command::BuyPlan {
        plan: PlanId::new("new").unwrap(),
        product,
        count: std::num::NonZeroU32::MIN,
        payment: Payment::NONE,
    });
    if let Some(application) = slot.instance.as_ref().and_then(|own| own.application()) {
        let key = support::scene::key_of(application);
        let method = application.submission().method();
        all.push(Command::ReceiveChallenge {
            challenge: support::scene::challenge(method),
            key,
        });
        let from = moment.now.saturating_add(-60);
        let to = from.saturating_add(20 * SECONDS_PER_DAY);
        all.push(Command::Approve {
            certificate: certificate(key, application.names(), from, to),
        });
    }
    if !all.iter().any(|command| command == moment.command) {
        all.push(moment.command.clone());
    }
    all
}

fn phase_kind(phase: &Phase) -> u8 {
    match phase {
        Phase::Verifying(_) => 0,
        Phase::Validating(_) => 1,
        Phase::Failed { .. } => 2,
        Phase::Pending { .. } => 3,
        Phase::Live(_) => 4,
        Phase::Revoked { .. } => 5,
        Phase::Deleted { .. } => 6,
        Phase::NotActivated { .. } => 7,
        Phase::Bought { .. } => 8,
        Phase::Uploaded(_) => 9,
        Phase::Ended { .. } => 10,
    }
}

/// Asks everything that can be asked; whatever the answers are, there are some.
fn ask_everything(case: &Case<'_>, command: &Command, now: Timestamp, law: &Law<'_>) {
    let answer = decide(case, command, now, law);
    match &answer {
        Ok(events) => {
            let expected = expectations(case, events, law);
            assert!(expected.len() <= events.len() + 1);
            for event in events {
                let _ = effects(event, case.instance);
            }
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
    assert_eq!(preview(case, command, now, law).is_ok(), answer.is_ok());
    assert_eq!(
        availability(case, command, now, law).is_now(),
        answer.is_ok()
    );
    assert!(
        !clauses(case, command, law).is_full(),
        "clauses might have been dropped"
    );
    assert!(allowed(case, now, law).len() >= 10);
    let _ = return_window(case, law);
    if let Some(instance) = case.instance {
        let _ = (
            shows(instance, now, law.conduct),
            next_wakeup(&Case::of(instance), now, law),
        );
    }
}

/// States that nobody decided: the folds of arbitrary events.
fn garbage() -> impl Strategy<Value = (Editions, Vec<InstanceEvent>, Vec<PlanEvent>)> {
    editions().prop_flat_map(|editions| {
        let events = vec(instance_events(&editions), 0..14);
        (Just(editions), events, vec(plan_events(), 0..14))
    })
}

fn fold_garbage(
    instance_events: &[InstanceEvent],
    plan_events: &[PlanEvent],
) -> (Option<CertificateInstance>, Option<ResourcePlan>) {
    let (mut instance, mut plan) = (None, None);
    for event in instance_events {
        evolve_instance(&mut instance, InstanceId::new("instance-0").unwrap(), event);
    }
    for event in plan_events {
        evolve_plan(&mut plan, PlanId::new("plan").unwrap(), event);
    }
    (instance, plan)
}

proptest! {
    #![proptest_config(config(96))]

    /// L1: every case, command, instant and law has an answer.
    #[test]
    fn l1_totality((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            ask_everything(&moment.case, moment.command, moment.now, &moment.law);
            for command in one_of_each(moment) {
                for now in [Timestamp::MIN, moment.now, Timestamp::MAX] {
                    ask_everything(&moment.case, &command, now, &moment.law);
                }
            }
        });
    }

    /// L2: the same arguments, the same answer.
    #[test]
    fn l2_purity((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            let again = decide(&moment.case, moment.command, moment.now, &moment.law);
            assert_eq!(&again, moment.answer);
            // Equal arguments elsewhere in memory, too.
            let (scene, command) = (moment.before.clone(), moment.command.clone());
            let case = scene.case(moment.case.account, moment.slot, moment.plan);
            let elsewhere = editions.clone();
            let edition = |own: &Edition| elsewhere.all.iter().find(|e| *e == own).unwrap().clone();
            let (application, conduct) =
                (edition(moment.law.application), edition(moment.law.conduct));
            let law = Law { money: &application, application: &application, conduct: &conduct, ceilings: elsewhere.ceilings() };
            assert_eq!(&decide(&case, &command, moment.now, &law), moment.answer);
        });
    }

    /// L3: what is there is the fold of what happened, whichever way it is folded.
    #[test]
    fn l3_replay((editions, timeline) in played()) {
        let end = timeline.play(&editions, |moment| {
            // Step by step with `evolve`, which takes both streams at once.
            if let Ok(events) = moment.answer {
                let mut instance = moment.case.instance.cloned();
                let mut plan = moment.case.plan.cloned();
                for event in events {
                    fold(&mut instance, &mut plan, event);
                }
                assert_eq!(instance, moment.after.slots[moment.slot].instance);
                if let Some(plan) = plan {
                    let known = moment.after.plans.iter().find(|own| own.id() == plan.id());
                    assert_eq!(known, Some(&plan));
                }
            }
        });
        let mut again = Scene { plans: Vec::new(), journal: Vec::new(), ..end.clone() };
        for slot in &mut again.slots {
            slot.instance = None;
        }
        again.fold(&end.journal);
        assert_eq!(again, end);
    }

    /// L4: a refusal changes nothing, and says what, why, by which rule, until when, what instead.
    #[test]
    fn l4_refusal_changes_nothing_and_explains_itself((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            let Err(refusal) = moment.answer else { return };
            assert_eq!(moment.before, moment.after);
            let text = refusal.to_string();
            assert!(!text.contains('\n') && !text.contains("  "), "{text}");
            assert!(text.starts_with("Cannot ") && text.ends_with('.'), "{text}");
            assert_eq!(refusal.command(), moment.command.kind());
            assert!(text.contains(moment.command.kind().phrase()), "{text}");
            assert!(text.contains(&format!("Rule {}: ", refusal.rule())), "{text}");
            assert!(refusal.rule().record().is_some(), "{text}");
            let edition = text.contains(&format!("edition {}]", refusal.edition()));
            let ceiling = refusal.rule() == RuleId::K08;
            assert!(edition || (ceiling && text.contains("BR")) || text.contains("VL20"), "{text}");
            let date = ["It becomes possible at ", "It was possible until just before ",
                "This holds in every edition.", "In force since ", "In force from the beginning of the rulebook",
                "This ceiling is "];
            assert_eq!(date.iter().filter(|words| text.contains(**words)).count(), 1, "{text}");
            match refusal.way_out().phrase() {
                Some(advice) => assert!(text.contains(&format!("Instead: {advice}")), "{text}"),
                None => {
                    assert_eq!(refusal.way_out(), WayOut::None);
                    assert!(!text.contains("Instead"), "{text}");
                }
            }
            let seen = moment.case.instance
                .filter(|own| own.account() == moment.case.account)
                .filter(|_| refusal.command() != CommandKind::BuyPlan);
            let shown = seen.map(|own| shows(own, moment.now, moment.law.conduct));
            assert_eq!(refusal.status(), shown);
        });
    }

    /// L4: the way out is one: what is advised is granted, at the same instant.
    #[test]
    fn l4_the_way_out_is_open((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            for command in one_of_each(moment) {
                let Err(refusal) = decide(&moment.case, &command, moment.now, &moment.law) else {
                    continue;
                };
                // With another plan at hand than the holding one, nothing is to be had.
                let holding = moment.case.instance.is_none_or(|own| {
                    moment.case.plan.is_some_and(|plan| plan.id() == own.hold().unwrap().plan
                        && plan.account() == own.account())
                });
                if !holding {
                    continue;
                }
                let granted = |steps: &[CommandKind]| {
                    let mut instance = moment.case.instance.cloned();
                    let mut plan = moment.case.plan.cloned();
                    steps.iter().all(|kind| {
                        let case = Case { instance: instance.as_ref(), plan: plan.as_ref(), ..moment.case };
                        match decide(&case, &plain(*kind).unwrap(), moment.now, &moment.law) {
                            Ok(events) => {
                                for event in &events {
                                    fold(&mut instance, &mut plan, event);
                                }
                                true
                            }
                            // The allowance and the edition at hand are other matters.
                            Err(other) => [RuleId::R38, RuleId::R28].contains(&other.rule()),
                        }
                    })
                };
                let open = match refusal.way_out() {
                    WayOut::Withdraw => granted(&[CommandKind::Withdraw]),
                    WayOut::Delete | WayOut::DeleteAndCreate => granted(&[CommandKind::Delete]),
                    WayOut::WithdrawThenDelete => {
                        granted(&[CommandKind::Withdraw, CommandKind::Delete])
                    }
                    WayOut::Revoke | WayOut::RevokeUnits | WayOut::ReturnAllUnits => {
                        granted(&[CommandKind::RequestRevocation])
                    }
                    WayOut::ConfirmByMail => granted(&[CommandKind::ConfirmRevocation]),
                    WayOut::AwaitRevocation => granted(&[CommandKind::CompleteRevocation]),
                    _ => true,
                };
                assert!(open, "at {}: {refusal}", moment.now);
            }
        });
    }

    /// L5: every plan balances at every instant, and its counters are what its instances hold.
    #[test]
    fn l5_conservation((editions, timeline) in played()) {
        let end = timeline.play(&editions, |moment| {
            for plan in &moment.after.plans {
                assert!(plan.balances());
                let holds = |state| {
                    let instances = moment.after.slots.iter().filter_map(|slot| slot.instance.as_ref());
                    instances
                        .filter(|own| own.hold().unwrap().plan == plan.id() && own.hold().unwrap().state == state)
                        .count()
                };
                assert_eq!(holds(HoldState::Reserved), plan.reserved() as usize);
                assert_eq!(holds(HoldState::Settled), plan.settled() as usize);
                assert_eq!(plan.total(), plan.remaining() + plan.reserved() + plan.settled());
                assert_eq!(plan.used(), plan.reserved() + plan.settled());
                let before = moment.before.plans.iter().find(|own| own.id() == plan.id());
                assert!(before.is_none_or(|own| own.issued() <= plan.issued()));
                assert!(before.is_none_or(|own| own.total() == plan.total()));
            }
        });
        let mut returned = BTreeSet::new();
        let (mut issued, mut charged) = (0_u64, 0_u32);
        for event in &end.journal {
            let Event::Plan { event, .. } = event else { continue };
            match event {
                PlanEvent::Returned { order, .. } => {
                    assert!(returned.insert(*order), "{order} gave its unit back twice");
                }
                PlanEvent::CertificateIssued { .. } => issued += 1,
                PlanEvent::RevocationCharged { .. } => charged += 1,
                PlanEvent::RevocationGivenBack { .. } => charged -= 1,
                _ => {}
            }
        }
        assert_eq!(end.plans.iter().map(ResourcePlan::issued).sum::<u64>(), issued);
        assert_eq!(end.plans.iter().map(ResourcePlan::revocations).sum::<u32>(), charged);
    }

    /// L5: a unit returns exactly when an order ends before issuance, or when the decisive act of a
    /// revocation falls into the window of the pinned edition.
    #[test]
    fn l5_a_unit_returns_when_the_documents_say((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            // At every bound of a live certificate, whatever the timeline does next.
            if let Some(live) = moment.case.instance.and_then(CertificateInstance::live)
                && moment.case.instance.is_some_and(|own| matches!(own.phase(), Phase::Live(_)))
            {
                let pinned = editions.pinned(live.application().pin()).unwrap();
                for at in boundaries(&moment.case, &moment.law) {
                    let by_ca = plain(CommandKind::RecordCaRevocation).unwrap();
                    let Ok(events) = decide(&moment.case, &by_ca, at, &moment.law) else { continue };
                    // Whatever the clock says, not before the issuance.
                    let at = at.max(live.issued_at());
                    let asked = live.revocation().map_or(at, |own| own.requested_at.min(at));
                    let decisive = match pinned.return_rule().act {
                        DecisiveAct::RevocationCompleted => at,
                        DecisiveAct::RevocationRequested => asked,
                    };
                    let back = events.iter().any(|event| matches!(
                        event,
                        Event::Plan { event: PlanEvent::Returned { .. }, .. }
                    ));
                    assert_eq!(back, returns(pinned, anchor(pinned, live, moment.case.plan), decisive), "revoked at {at}");
                }
            }
            let Ok(events) = moment.answer else { return };
            let returned = events.iter().find_map(|event| match event {
                Event::Plan { event: PlanEvent::Returned { cause, .. }, .. } => Some(*cause),
                _ => None,
            });
            let done = events.iter().find_map(|event| match event {
                Event::Instance { event, .. } => Some(event),
                Event::Plan { .. } | Event::Chain { .. } | Event::Purchase { .. } => None,
            });
            let expected = match done {
                // What is left of a certificate is deleted without its unit (T-37).
                Some(InstanceEvent::Deleted { .. })
                    if moment.case.instance.is_some_and(|own| own.live().is_some()) => None,
                Some(InstanceEvent::Deleted { .. } | InstanceEvent::Cancelled { .. }) => {
                    Some(ReturnCause::OrderEnded)
                }
                Some(InstanceEvent::Revoked { cause, .. }) => {
                    let live = moment.case.instance.unwrap().live().unwrap();
                    let pinned = editions.pinned(live.application().pin()).unwrap();
                    // Whatever the clock says, not before the request or the issuance.
                    let requested = live.revocation().map(|own| own.requested_at);
                    let first = match cause {
                        RevocationCause::ByHolder => requested.unwrap(),
                        RevocationCause::ByCa => live.issued_at(),
                    };
                    let completed = moment.now.max(first);
                    let asked = requested.map_or(completed, |own| own.min(completed));
                    let decisive = match pinned.return_rule().act {
                        DecisiveAct::RevocationCompleted => completed,
                        DecisiveAct::RevocationRequested => asked,
                    };
                    returns(pinned, anchor(pinned, live, moment.case.plan), decisive).then_some(ReturnCause::RevokedInWindow)
                }
                _ => None,
            };
            assert_eq!(returned, expected, "{done:?}");
        });
    }

    /// L6: the status is what the facts and the instant say; waking or sleeping changes nothing.
    #[test]
    fn l6_status_is_derived((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            let Some(instance) = moment.case.instance else { return };
            let mut bounds = boundaries(&moment.case, &moment.law);
            bounds.push(moment.now);
            bounds.sort_unstable();
            let conduct = moment.law.conduct;
            let Phase::Live(live) = instance.phase() else {
                // Nothing but a live certificate changes its status with time.
                let all: BTreeSet<Status> =
                    bounds.iter().map(|now| shows(instance, *now, conduct)).collect();
                assert_eq!(all.len(), 1);
                return;
            };
            let not_after = live.certificate().validity().not_after();
            let mut last = Status::Issued;
            for now in bounds {
                let shown = shows(instance, now, conduct);
                if live.revocation().is_none() {
                    assert_eq!(shown, seen(not_after, now, conduct), "at {now}");
                    assert!(last <= shown, "R-44: {last} then {shown} at {now}");
                    last = shown;
                } else {
                    assert!(matches!(shown, Status::RevocationToConfirm | Status::ValidatingRevocation));
                }
                let mut woken = (Some(instance.clone()), moment.case.plan.cloned());
                if let Ok(events) = decide(&moment.case, &Command::Wake, now, &moment.law) {
                    for event in &events {
                        fold(&mut woken.0, &mut woken.1, event);
                    }
                }
                assert_eq!(shows(&woken.0.unwrap(), now, conduct), shown);
            }
        });
    }

    /// one notice for a certificate, due from the first second of its window.
    #[test]
    fn l6_one_notice((editions, timeline) in played()) {
        let end = timeline.play(&editions, |moment| {
            let Some(instance) = moment.case.instance else { return };
            let case = Case { account: instance.account(), ..moment.case };
            let pinned = instance.application().map(Application::pin);
            if pinned != Some(moment.law.application.pin()) {
                return;
            }
            // Whoever wakes when told to never turns in a circle, however late.
            for at in boundaries(&case, &moment.law) {
                if let Some(next) = next_wakeup(&Case::of(instance), at, &moment.law) {
                    assert!(next >= at);
                    assert!(!decide(&case, &Command::Wake, next, &moment.law).unwrap().is_empty());
                } else {
                    assert!(decide(&case, &Command::Wake, at, &moment.law).unwrap().is_empty());
                }
            }
            let Some(due) = next_wakeup(&Case::of(instance), Timestamp::MIN, &moment.law) else { return };
            let wake = |at| decide(&case, &Command::Wake, at, &moment.law).unwrap();
            let notice = wake(due);
            assert!(
                matches!(&notice[..], [Event::Instance { event: InstanceEvent::ExpiryAnnounced { at }, .. }] if *at == due),
                "due at {due}: {notice:?}"
            );
            let live = instance.live().unwrap();
            let not_after = live.certificate().validity().not_after();
            assert_eq!(seen(not_after, due, moment.law.conduct), Status::PendingExpiration);
            let earlier = due.saturating_add(-1);
            let begins = seen(not_after, earlier, moment.law.conduct) == Status::Issued;
            assert_eq!(wake(earlier).is_empty(), begins && earlier < due);
            // Only a window that is open at the very beginning of time has no first second.
            assert!(begins || seen(not_after, Timestamp::MIN, moment.law.conduct) != Status::Issued);
            let mut after = (Some(instance.clone()), None);
            fold(&mut after.0, &mut after.1, &notice[0]);
            let told = after.0.unwrap();
            assert_eq!(next_wakeup(&Case::of(&told), Timestamp::MIN, &moment.law), None);
            // The notice and nothing else.
            let after = told.live().unwrap();
            assert_eq!(after.noticed_at(), Some(due));
            assert_eq!(after.issued_at(), live.issued_at());
            assert_eq!(after.application(), live.application());
            assert_eq!((after.revocation(), told.hold()), (live.revocation(), instance.hold()));
            let case = Case { instance: Some(&told), ..case };
            for at in boundaries(&case, &moment.law) {
                assert!(decide(&case, &Command::Wake, at, &moment.law).unwrap().is_empty());
            }
        });
        let mut told = BTreeSet::new();
        for event in &end.journal {
            if let Event::Instance { id, event: InstanceEvent::ExpiryAnnounced { .. } } = event {
                assert!(told.insert(*id), "{id} was told twice");
            }
        }
    }

    /// L8: nothing leads out of Deleted, and nothing but deletion out of Revoked; no id is used again.
    #[test]
    fn l8_finality((editions, timeline) in played()) {
        let end = timeline.play(&editions, |moment| {
            let before = moment.before.slots[moment.slot].instance.as_ref();
            let after = moment.after.slots[moment.slot].instance.as_ref();
            if let (Some(before), Some(after)) = (before, after) {
                let deleted = matches!(after.phase(), Phase::Deleted { .. });
                if matches!(before.phase(), Phase::Revoked { .. }) && deleted {
                    // The one way out of Revoked.
                } else if matches!(before.phase(), Phase::Deleted { .. } | Phase::Revoked { .. }) {
                    assert_eq!(before.phase(), after.phase());
                    assert!(after.orphans().starts_with(before.orphans()));
                    assert!(matches!(before.phase(), Phase::Deleted { .. }) || before == after);
                }
                if before.hold().unwrap().state == HoldState::Returned {
                    assert_eq!(after.hold(), before.hold());
                }
                assert_eq!((before.id(), before.account()), (after.id(), after.account()));
                assert_eq!(before.order(), after.order());
                let distinct: BTreeSet<_> = after.orphans().iter().collect();
                assert_eq!(distinct.len(), after.orphans().len(), "an orphan is recorded once");
            }
            assert!(before.is_none() || after.is_some());
            for event in moment.answer.iter().flatten() {
                if let Event::Instance { event: InstanceEvent::OrphanIssued { fingerprint, .. }, .. } = event {
                    assert!(after.unwrap().orphans().contains(fingerprint));
                }
            }
            if let (Command::Submit { .. }, Some(_)) = (moment.command, before) {
                assert!(moment.answer.is_err());
            }
            if let (Command::BuyPlan { .. }, Some(_)) = (moment.command, moment.case.plan) {
                assert_eq!(moment.answer.as_ref().unwrap_err().rule(), RuleId::R40);
            }
        });
        let begun = |event: &&Event| matches!(event, Event::Instance { event: InstanceEvent::Submitted(_), .. });
        let begins: Vec<_> = end.journal.iter().filter(begun).collect();
        assert!(begins.len() <= end.slots.len());
    }

    /// L9: an order is judged by the edition it was pinned to, and no other.
    #[test]
    fn l9_pinning((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            let Some(instance) = moment.case.instance else { return };
            let Some(application) = instance.application() else { return };
            let case = Case { account: instance.account(), ..moment.case };
            let late = matches!(instance.phase(), Phase::Validating(_));
            for command in one_of_each(moment) {
                let judged = match command.kind() {
                    // Judged by the plan's pin, or by the edition in force alone.
                    CommandKind::ClaimRefund
                    | CommandKind::CancelRefund
                    | CommandKind::GrantRefund
                    | CommandKind::RefuseRefund => continue,
                    CommandKind::BuyPlan
                    | CommandKind::Submit
                    | CommandKind::Close
                    | CommandKind::Merge
                    | CommandKind::DeleteCertificate => false,
                    CommandKind::Approve => late,
                    _ => true,
                };
                for edition in &editions.all {
                    let law = Law { application: edition, ..moment.law };
                    let answer = decide(&case, &command, moment.now, &law);
                    let wrong = edition.pin() != application.pin();
                    let by_pin = answer.as_ref().is_err_and(|refusal| refusal.rule() == RuleId::R28);
                    assert_eq!(by_pin, wrong && judged, "{:?} {answer:?}", command.kind());
                    if by_pin {
                        assert_eq!(answer.unwrap_err().kind(), RefusalKind::Misuse);
                    }
                }
            }
            // Whatever is in force meanwhile, the unit returns or not as the pinned edition has it.
            let Ok(events) = moment.answer else { return };
            let unit = |events: &[Event]| events.iter().find_map(|event| match event {
                Event::Instance { event: InstanceEvent::Revoked { unit_returned, .. }, .. } => {
                    Some(*unit_returned)
                }
                _ => None,
            });
            let Some(decided) = unit(events) else { return };
            for conduct in &editions.all {
                let law = Law { conduct, ..moment.law };
                let again = decide(&moment.case, moment.command, moment.now, &law).unwrap();
                assert_eq!(unit(&again), Some(decided));
            }
        });
    }

    /// L9: when a certificate is over is for the edition in force, whatever the order's own says.
    #[test]
    fn l9_the_edition_in_force_knows_what_is_over((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            let Some(instance) = moment.case.instance else { return };
            let Phase::Validating(application) = instance.phase() else { return };
            let holds = |plan: &ResourcePlan| plan.id() == instance.hold().unwrap().plan;
            let plan = moment.before.plans.iter().find(|plan| holds(plan));
            let pinned = editions.pinned(application.pin()).unwrap();
            let case = Case { plan, ..Case::of(instance) };
            // Where the domain is not proved first, the CA may not have named its key yet (T-03).
            let Some(key) = application.key() else { return };
            // Its last second is now, or a second away.
            for seconds in [-1, 0, 1] {
                let last = moment.now.saturating_add(seconds);
                let first = last.saturating_add(-SECONDS_PER_DAY);
                let approve = Command::Approve {
                    certificate: certificate(key, application.names(), first, last),
                };
                for conduct in &editions.all {
                    let law = Law { money: pinned, application: pinned, conduct, ceilings: editions.ceilings() };
                    let answer = decide(&case, &approve, moment.now, &law);
                    let over = seen(last, moment.now, conduct) == Status::Expired;
                    match answer {
                        Ok(_) => assert!(!over, "{conduct:?}"),
                        Err(refusal) => assert!(
                            over && refusal.why() == Why::CertificateOver,
                            "{conduct:?}: {refusal}"
                        ),
                    }
                }
            }
        });
    }

    /// L12: what belongs to another account is not found, and nothing of it shows.
    #[test]
    fn l12_isolation((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            for account in [owner(), stranger()] {
                for plan in [None, Some(0), Some(2)] {
                    let case = moment.before.case(account, moment.slot, plan);
                    let hidden_instance = case.instance.is_some_and(|own| own.account() != account);
                    let hidden_plan = case.plan.is_some_and(|own| own.account() != account);
                    if !hidden_instance && !hidden_plan {
                        continue;
                    }
                    for command in one_of_each(moment) {
                        // An id is taken whoever took it; more is not said.
                        let taken = matches!(command, Command::BuyPlan { .. }) && hidden_plan
                            || matches!(command, Command::Submit { .. }) && hidden_instance && !hidden_plan;
                        let bare = Case {
                            instance: case.instance.filter(|_| !hidden_instance),
                            plan: case.plan.filter(|_| !hidden_plan),
                            ..case
                        };
                        let answer = decide(&case, &command, moment.now, &moment.law);
                        if taken {
                            if let Err(refusal) = &answer {
                                assert_eq!(refusal.status().filter(|_| hidden_instance), None);
                            }
                            continue;
                        }
                        assert_eq!(answer, decide(&bare, &command, moment.now, &moment.law));
                        assert_eq!(
                            preview(&case, &command, moment.now, &moment.law),
                            preview(&bare, &command, moment.now, &moment.law)
                        );
                        assert_eq!(
                            availability(&case, &command, moment.now, &moment.law),
                            availability(&bare, &command, moment.now, &moment.law)
                        );
                        match (command.kind(), answer) {
                            (CommandKind::BuyPlan, _) => {}
                            // The plan's.
                            (
                                CommandKind::ClaimRefund
                                | CommandKind::CancelRefund
                                | CommandKind::GrantRefund
                                | CommandKind::RefuseRefund,
                                answer,
                            ) => assert!(!hidden_plan || answer.is_err()),
                            (CommandKind::Submit, answer) => {
                                let refusal = answer.unwrap_err();
                                assert!(!hidden_plan || refusal.kind() == RefusalKind::PlanNotFound);
                            }
                            (_, answer) if hidden_instance => {
                                let refusal = answer.unwrap_err();
                                assert_eq!(refusal.kind(), RefusalKind::OrderNotFound);
                                assert_eq!(refusal.status(), None);
                            }
                            (_, _) => {}
                        }
                    }
                }
            }
            // And nothing of another account ever changes.
            if moment.case.instance.is_some_and(|own| own.account() != moment.case.account) {
                assert_eq!(moment.before.slots, moment.after.slots);
            }
            for (old, new) in moment.before.plans.iter().zip(&moment.after.plans) {
                assert!(old == new || old.account() == moment.case.account);
            }
        });
    }

    /// What is expected at commit: a unit for a submission, an unchanged instance for the rest, an
    /// unchanged plan for a counted revocation.
    #[test]
    fn expectations_guard_what_was_read((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            let Ok(events) = moment.answer else { return };
            let expected = expectations(&moment.case, events, &moment.law);
            let id = moment.before.slots[moment.slot].id;
            let plan = moment.case.plan.map(ResourcePlan::id);
            let wanted = match moment.command {
                Command::BuyPlan { plan, .. } => vec![Expect::NewPlan(*plan)],
                Command::Submit { order, .. } => vec![
                    Expect::NewInstance(id),
                    Expect::NewOrder(*order),
                    Expect::Remaining(plan.unwrap(), 1),
                ],
                _ if events.is_empty() => vec![],
                Command::RequestRevocation { .. } => {
                    match moment.law.conduct.revocation_limit().value {
                        RevocationLimit::Unlimited => vec![Expect::SameInstance(id)],
                        RevocationLimit::PerAccount | RevocationLimit::PerProduct => vec![
                            Expect::SameInstance(id),
                            Expect::SamePlan(plan.unwrap()),
                            Expect::SameBeside,
                        ],
                    }
                }
                _ => vec![Expect::SameInstance(id)],
            };
            assert_eq!(&expected[..], &wanted[..]);
        });
    }

    /// A preview is the decision with its fold, and changes nothing.
    #[test]
    fn preview_is_the_decision((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            let shown = preview(&moment.case, moment.command, moment.now, &moment.law);
            match (shown, moment.answer) {
                (Err(refusal), Err(same)) => assert_eq!(&refusal, same),
                (Ok(shown), Ok(events)) => {
                    assert_eq!(&shown.events, events);
                    let instance = moment.after.slots[moment.slot].instance.as_ref();
                    let own = instance.filter(|own| own.account() == moment.case.account);
                    let now = own.map(|own| shows(own, moment.now, moment.law.conduct));
                    assert_eq!(shown.status, now);
                    assert_eq!(shown.unit.before, moment.case.instance.map(|own| own.hold().unwrap().state)
                        .filter(|_| own.is_some()));
                    assert_eq!(shown.unit.after, own.map(|own| own.hold().unwrap().state));
                    let mine = moment.case.plan.filter(|plan| plan.account() == moment.case.account);
                    if let Some(plan) = mine {
                        let after = moment.after.plans.iter().find(|own| own.id() == plan.id()).unwrap();
                        assert_eq!(shown.unit.remaining_before, plan.remaining());
                        assert_eq!(shown.unit.remaining_after, after.remaining());
                        assert_eq!(shown.revocations, (plan.revocations(), after.revocations()));
                    }
                    if let Some((act, window)) = shown.returns {
                        let live = moment.case.instance.unwrap().live().unwrap();
                        let pinned = editions.pinned(live.application().pin()).unwrap();
                        assert_eq!(act, pinned.return_rule().act);
                        // From the payment, only the plan that holds the unit tells.
                        let hold = moment.case.instance.unwrap().hold().unwrap();
                        let holding = mine.filter(|plan| plan.id() == hold.plan);
                        if pinned.return_rule().anchor == ReturnAnchor::Purchase && holding.is_none() {
                            assert!(window.is_never());
                            return;
                        }
                        for at in boundaries(&moment.case, &moment.law) {
                            assert_eq!(window.contains(at), returns(pinned, anchor(pinned, live, holding), at));
                        }
                    }
                }
                (shown, answer) => panic!("{shown:?} and {answer:?}"),
            }
        });
    }
}

proptest! {
    #![proptest_config(config(48))]

    /// L10: `availability`, `allowed` and the dates of a refusal say what `decide` does, to the second.
    #[test]
    fn l10_windows((editions, timeline) in played()) {
        timeline.play(&editions, |moment| {
            let bounds = boundaries(&moment.case, &moment.law);
            let ask = |command: &Command, at: Timestamp| {
                decide(&moment.case, command, at, &moment.law).is_ok()
            };
            for command in one_of_each(moment) {
                for now in &bounds {
                    let answer = decide(&moment.case, &command, *now, &moment.law);
                    let told = availability(&moment.case, &command, *now, &moment.law);
                    assert_eq!(told.is_now(), answer.is_ok(), "{:?} at {now}: {told:?}", command.kind());
                    match told {
                        Availability::Now { until: Some(until), rule } => {
                            assert!(*now < until && rule.is_some());
                            assert!(ask(&command, until.saturating_add(-1)) && !ask(&command, until));
                        }
                        Availability::Now { until: None, rule } => {
                            assert!(rule.is_none() && ask(&command, Timestamp::MAX));
                        }
                        Availability::From { at, until, .. } => {
                            assert!(*now < at && ask(&command, at) && !ask(&command, at.saturating_add(-1)));
                            assert!(until.is_none_or(|until| !ask(&command, until)));
                        }
                        Availability::Over { since, .. } => {
                            assert!(since <= *now && !ask(&command, since));
                            assert!(ask(&command, since.saturating_add(-1)));
                        }
                        Availability::Never { .. } => {
                            assert!(bounds.iter().all(|at| !ask(&command, *at)));
                        }
                    }
                    let Err(refusal) = answer else { continue };
                    if let Some(from) = refusal.permitted_from() {
                        assert!(*now < from && !ask(&command, from.saturating_add(-1)));
                        assert!(refusal.holds().contains(from));
                    }
                    if let Some(until) = refusal.permitted_until() {
                        assert!(until <= *now && !ask(&command, until));
                        // One second earlier that clause held, whatever others say.
                        let before = decide(&moment.case, &command, until.saturating_add(-1), &moment.law);
                        assert!(before.is_ok() == matches!(told, Availability::Over { .. }));
                        assert!(before.err().is_none_or(|other| other.why() != refusal.why()));
                    }
                    assert!(!refusal.holds().contains(*now));
                    if let Availability::Over { since, .. } = told {
                        assert_eq!(refusal.permitted_until(), Some(since));
                    }
                }
            }
            for offer in allowed(&moment.case, moment.now, &moment.law) {
                let Some(command) = plain(offer.command) else { continue };
                assert_eq!(offer.refusal, decide(&moment.case, &command, moment.now, &moment.law).err());
                assert_eq!(offer.availability.is_now(), offer.refusal.is_none());
            }
        });
    }

    /// L4: a world that refused is the world it was; one that granted is the fold.
    #[test]
    fn l4_a_world_that_refuses_stays((editions, timeline) in played()) {
        let mut timeline = timeline;
        for step in &mut timeline.steps {
            (step.slot, step.stranger, step.plan) = (0, false, Some(0));
        }
        let mut world = World::new(owner());
        let buy = Command::BuyPlan {
            plan: PlanId::new("plan").unwrap(),
            product: timeline.product,
            count: timeline.units, payment: Payment::NONE
        };
        world.apply(&buy, timeline.start, &Law::single(&editions.all[0], editions.ceilings())).unwrap();
        timeline.play(&editions, |moment| {
            // A world has room for a further plan; these timelines have not.
            if matches!(moment.command, Command::BuyPlan { plan, .. } if plan.as_str() != "plan") {
                return;
            }
            let before = world.clone();
            let answer = world.apply(moment.command, moment.now, &moment.law);
            assert_eq!(&answer, moment.answer);
            if answer.is_err() {
                assert_eq!(world, before);
            }
            let ledger = |plan: &ResourcePlan| {
                (plan.total(), plan.reserved(), plan.settled(), plan.issued(), plan.revocations())
            };
            assert_eq!(world.plan().map(ledger), moment.after.plans.first().map(ledger));
            assert_eq!(world.instance(), moment.after.slots[0].instance.as_ref());
        });
    }
}

proptest! {
    #![proptest_config(config(400))]

    /// L1: states that nobody decided have answers, too.
    #[test]
    fn l1_totality_in_garbage(
        (editions, instance, plan) in garbage(),
        commands in vec(commands(), 1..6),
        now in timestamps(),
        place in any::<[prop::sample::Index; 2]>(),
    ) {
        let (instance, plan) = fold_garbage(&instance, &plan);
        let edition = |index: &prop::sample::Index| &editions.all[index.index(editions.all.len())];
        let law = Law {
            money: edition(&place[1]),
            application: edition(&place[0]),
            conduct: edition(&place[1]),
            ceilings: editions.ceilings(),
        };
        for account in [owner(), stranger()] {
            let case = Case {
                instance: instance.as_ref(),
                plan: plan.as_ref(),
                ..Case::new(account)
            };
            // The order's own pin may name an edition here, or none.
            let pinned = instance
                .as_ref()
                .and_then(|own| own.application())
                .and_then(|own| editions.pinned(own.pin()));
            let law = Law { application: pinned.unwrap_or(law.application), ..law };
            let mut instants = boundaries(&case, &law);
            instants.push(now);
            for command in &commands {
                for now in &instants {
                    ask_everything(&case, command, *now, &law);
                }
            }
        }
    }

    /// L3, L5: an event that does not fit changes nothing; the ledger balances whatever comes.
    #[test]
    fn l3_evolve_never_refuses((_, instance_events, plan_events) in garbage()) {
        let mut plan = None;
        for event in &plan_events {
            let issued = plan.as_ref().map(ResourcePlan::issued);
            evolve_plan(&mut plan, PlanId::new("plan").unwrap(), event);
            if let Some(plan) = &plan {
                assert!(plan.balances(), "{event:?}: {plan:?}");
                assert!(issued.is_none_or(|before| before <= plan.issued()));
            }
        }
        let mut instance = None;
        for event in &instance_events {
            let before: Option<CertificateInstance> = instance.clone();
            evolve_instance(&mut instance, InstanceId::new("instance-0").unwrap(), event);
            match (&before, &instance) {
                (Some(before), Some(after)) => check_garbage_step(before, event, after),
                (None, Some(after)) => {
                    assert!(matches!(event, InstanceEvent::Submitted(_)));
                    assert_eq!(phase_kind(after.phase()), 0);
                }
                (None, None) => assert!(!matches!(event, InstanceEvent::Submitted(_))),
                (Some(_), None) => panic!("{event:?} made the instance vanish"),
            }
        }
    }
}

/// The phases in which an event fits, read from the transition table by hand.
fn check_garbage_step(
    before: &CertificateInstance,
    event: &InstanceEvent,
    after: &CertificateInstance,
) {
    const VERIFYING: u8 = 0;
    const VALIDATING: u8 = 1;
    const FAILED: u8 = 2;
    const PENDING: u8 = 3;
    const LIVE: u8 = 4;
    const REVOKED: u8 = 5;
    const DELETED: u8 = 6;
    let from: &[u8] = match event {
        InstanceEvent::Submitted(_)
        | InstanceEvent::Opened(_)
        | InstanceEvent::Uploaded(_)
        | InstanceEvent::Applied(_)
        | InstanceEvent::Closed { .. }
        | InstanceEvent::Merged { .. }
        | InstanceEvent::Absorbed { .. }
        | InstanceEvent::ChainJoined { .. }
        | InstanceEvent::Deployed { .. }
        | InstanceEvent::Undeployed { .. } => &[],
        InstanceEvent::ChallengeReceived { .. } => &[VERIFYING, VALIDATING],
        InstanceEvent::DomainConfirmed { .. } => &[VERIFYING],
        InstanceEvent::Issued { .. } | InstanceEvent::Rejected { .. } => &[VALIDATING],
        InstanceEvent::Withdrawn { .. } => &[VERIFYING, VALIDATING],
        InstanceEvent::Deleted { .. } => &[VERIFYING, VALIDATING, FAILED, PENDING, LIVE, REVOKED],
        InstanceEvent::Cancelled { .. } => &[VERIFYING, VALIDATING, FAILED, PENDING],
        InstanceEvent::RevocationRequested { .. }
        | InstanceEvent::RevocationConfirmed { .. }
        | InstanceEvent::Revoked { .. }
        | InstanceEvent::RevocationRefused { .. }
        | InstanceEvent::ExpiryAnnounced { .. } => &[LIVE],
        InstanceEvent::OrphanIssued { .. } => &[PENDING, DELETED],
    };
    let was = phase_kind(before.phase());
    if !from.contains(&was) {
        assert_eq!(before, after, "{event:?} does not fit");
    }
    assert!(
        was != REVOKED || before == after || phase_kind(after.phase()) == DELETED,
        "{event:?}"
    );
    assert!(
        was != DELETED || before.phase() == after.phase(),
        "{event:?}"
    );
    if before.hold().unwrap().state == HoldState::Returned && was == DELETED {
        assert_eq!(
            after.hold().unwrap().state,
            HoldState::Returned,
            "{event:?}"
        );
    }
}

/// The timelines reach every status, grant and refuse every kind of command, and touch both sides
/// of the return window: laws tried on less would prove little.
#[test]
fn timelines_go_everywhere() {
    let editions = Editions::published();
    let mut runner = TestRunner::deterministic();
    let strategy = timelines(&editions, LENGTH);
    let mut statuses = BTreeSet::new();
    let (mut granted, mut refused) = (BTreeSet::new(), BTreeSet::new());
    let (mut returned, mut orphans, mut later_law) = (BTreeSet::new(), 0, 0);
    let (mut on_last_second, mut acts) = (0, 0);
    for _ in 0..1_000 {
        let timeline = strategy.new_tree(&mut runner).unwrap().current();
        acts += timeline
            .steps
            .iter()
            .filter(|step| !matches!(step.act, Act::Next))
            .count();
        timeline.play(&editions, |moment| {
            if let Some(instance) = moment.case.instance {
                statuses.insert(shows(instance, moment.now, moment.law.conduct));
            }
            match moment.answer {
                Ok(events) => {
                    granted.insert(moment.command.kind());
                    for event in events {
                        match event {
                            Event::Instance {
                                event:
                                    InstanceEvent::Revoked {
                                        unit_returned, at, ..
                                    },
                                ..
                            } => {
                                returned.insert(*unit_returned);
                                later_law += usize::from(
                                    moment.law.application.pin() != moment.law.conduct.pin(),
                                );
                                let window = return_window(&moment.case, &moment.law).unwrap();
                                on_last_second +=
                                    usize::from(window.until() == Some(at.saturating_add(1)));
                            }
                            Event::Instance {
                                event: InstanceEvent::OrphanIssued { .. },
                                ..
                            } => orphans += 1,
                            _ => {}
                        }
                    }
                }
                Err(refusal) => {
                    refused.insert(refusal.command());
                }
            }
        });
    }
    // What only purchases and chains lead to has timelines of its own.
    let of_purchases = [
        Status::NotActivated,
        Status::Hosted,
        Status::RefundReview,
        Status::Refunded,
        Status::Closed,
        Status::Cancelled,
        Status::Merged,
    ];
    assert!(of_purchases.iter().all(|status| !statuses.contains(status)));
    assert_eq!(
        statuses.len(),
        Status::ALL.len() - of_purchases.len(),
        "{statuses:?}"
    );
    let asked = CommandKind::ALL.into_iter().filter(|kind| match kind {
        CommandKind::Buy
        | CommandKind::Draw
        | CommandKind::Apply
        | CommandKind::Close
        | CommandKind::Merge
        | CommandKind::Deploy
        | CommandKind::Undeploy
        | CommandKind::Renew
        | CommandKind::EnableHosting
        | CommandKind::Upload
        | CommandKind::CancelRefund
        | CommandKind::GrantRefund
        | CommandKind::RefuseRefund
        | CommandKind::Activate => false,
        CommandKind::BuyPlan
        | CommandKind::Submit
        | CommandKind::Withdraw
        | CommandKind::Delete
        | CommandKind::CancelOrder
        | CommandKind::RequestRevocation
        | CommandKind::ConfirmRevocation
        | CommandKind::Collect
        | CommandKind::DeleteCertificate
        | CommandKind::ClaimRefund
        | CommandKind::ReceiveChallenge
        | CommandKind::ConfirmDomain
        | CommandKind::Approve
        | CommandKind::Reject
        | CommandKind::CompleteRevocation
        | CommandKind::RefuseRevocation
        | CommandKind::RecordCaRevocation
        | CommandKind::Wake => true,
    });
    for kind in asked {
        // Nothing was paid for these plans.
        let granted = granted.contains(&kind) || kind == CommandKind::ClaimRefund;
        assert!(granted, "{kind}");
        assert!(refused.contains(&kind), "{kind}: {refused:?}");
    }
    assert_eq!(returned.len(), 2);
    assert!(
        orphans > 5 && later_law > 5 && on_last_second > 2 && acts > 1_000,
        "{orphans} {later_law} {on_last_second} {acts}"
    );
}

proptest! {
    #![proptest_config(config(256))]

    /// The nouns keep what they were given, and take nothing that is nearly right for right.
    #[test]
    fn nouns_survive_their_text_form(
        text in nearly_domain_names(),
        id in id_texts(),
        order in order_ids(),
        code in product_codes(),
        at in timestamps(),
    ) {
        if let Ok(name) = DomainName::new(&text) {
            assert_eq!(name.as_str(), text.to_ascii_lowercase());
            assert_eq!(name.as_str().parse(), Ok(name.clone()));
            assert!(name.as_str().is_ascii() && name.base().contains('.'));
            let labels = name.base().split('.');
            assert!(labels.clone().all(|label| (1..=63).contains(&label.len())));
            assert!(labels.clone().all(|label| !label.starts_with('-') && !label.ends_with('-')));
        } else {
            assert!(text.to_ascii_lowercase().parse::<DomainName>().is_err());
        }
        assert_eq!(InstanceId::new(&id).map(|own| own.to_string()), Ok(id.clone()));
        assert!(InstanceId::new(&format!("{id}{}", "x".repeat(39))).is_err());
        assert_eq!(order.to_string().parse(), Ok(order));
        assert_eq!(code.as_str().parse(), Ok(code));
        assert_eq!(at.to_string().parse(), Ok(at));
    }
}
