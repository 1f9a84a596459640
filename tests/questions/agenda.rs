//! The agenda agrees with every decision.

use cert_lifecycle::lifecycle::sample::{sample, sample_command};
use cert_lifecycle::lifecycle::{
    Case, Command, CommandKind, Due, DueKind, Event, Law, PurchaseEvent, WayOut, Weight, World,
    agenda, allowed, decide, next_wakeup,
};
use cert_lifecycle::model::{
    AccountId, CertificateInstance, HoldState, HostingChain, MemberState, Offset, OrderId,
    RevocationReason, Site, Status, Timestamp, ValidationClass,
};
use cert_lifecycle::rulebook::{
    Anchor, Calendar, Edition, Field, RefundAct, RefundCase, RefundRule, Review, Rulebook,
};
use proptest::prelude::*;

use crate::stage::{
    Life, always, at, book, clause, console_of_2020, console_of_2021, instance_id, limit,
    paid_on_revocation, product, since,
};

/// Every edition that is named, and a few with windows of every kind.
fn editions() -> Vec<(Rulebook, Edition)> {
    let published = Rulebook::published();
    let mut all: Vec<(Rulebook, Edition)> = published
        .points()
        .iter()
        .map(|point| {
            let edition = published.edition(point.key.as_str()).unwrap();
            (published.clone(), edition)
        })
        .collect();
    let own = [
        book(console_of_2020),
        book(console_of_2021),
        book(paid_on_revocation),
    ];
    for book in own {
        for day in ["2021-03-01T00:00:00Z", "2025-12-01T00:00:00Z"] {
            for channel in [
                cert_lifecycle::model::Channel::Console,
                cert_lifecycle::model::Channel::Api,
            ] {
                if let Ok(edition) = book.as_of(at(day), Site::Cn, channel) {
                    all.push((book.clone(), edition));
                }
            }
        }
    }
    all
}

/// What is answered at an instant, without changing the facts first.
fn answers(world: &World, now: Timestamp, law: &Law<'_>) -> (Option<Status>, Vec<bool>) {
    let case = world.case();
    let mut all: Vec<bool> = allowed(&case, now, law)
        .iter()
        .map(|offer| offer.refusal.is_none())
        .collect();
    let activate = Command::Activate {
        order: OrderId::new(77).unwrap(),
    };
    all.push(decide(&case, &activate, now, law).is_ok());
    let wake = decide(&case, &Command::Wake, now, law);
    all.push(wake.is_ok_and(|events| !events.is_empty()));
    (world.status(now, law), all)
}

/// How a claim ends: paid at once, under review, or refused.
fn claim(world: &World, now: Timestamp, law: &Law<'_>) -> Option<bool> {
    if world.status(now, law) == Some(Status::Refunded) {
        return Some(true);
    }
    let events = decide(&world.case(), &Command::ClaimRefund, now, law).ok()?;
    Some(events.iter().any(|event| {
        matches!(
            event,
            Event::Purchase {
                event: PurchaseEvent::Refunded { .. },
                ..
            }
        )
    }))
}

/// What is answered after the steps that a holder can take at that instant.
fn prospects(
    world: &World,
    now: Timestamp,
    law: &Law<'_>,
) -> Vec<(Option<bool>, Option<HoldState>)> {
    let withdraw = [Command::Withdraw];
    let revoke = [
        Command::RequestRevocation {
            reason: RevocationReason::Unspecified,
        },
        Command::ConfirmRevocation,
        Command::CompleteRevocation { at: now },
    ];
    [
        (&[][..], false),
        (&withdraw, false),
        (&revoke, false),
        (&revoke, true),
    ]
    .into_iter()
    .map(|(steps, alone)| {
        let mut world = world.clone();
        if alone {
            cancel_members(&mut world, now, law);
        }
        for step in steps {
            let _ = world.apply(step, now, law);
        }
        let hold = world.instance().and_then(CertificateInstance::hold);
        // Giving units back one by one until a plan is unused is more than one step.
        if world.purchase().is_none() && !steps.is_empty() {
            return (None, hold.map(|hold| hold.state));
        }
        (claim(&world, now, law), hold.map(|hold| hold.state))
    })
    .collect()
}

/// Cancels the members of the chain that wait.
fn cancel_members(world: &mut World, now: Timestamp, law: &Law<'_>) {
    let Some(own) = world.instance().map(CertificateInstance::id) else {
        return;
    };
    let waiting: Vec<_> = world
        .chain()
        .map(HostingChain::members)
        .unwrap_or_default()
        .iter()
        .filter(|member| member.state == MemberState::Waiting && member.instance != own)
        .map(|member| member.instance)
        .collect();
    for member in waiting {
        world.focus(member);
        let _ = world.apply(&Command::CancelOrder, now, law);
    }
    world.focus(own);
}

/// Whether the member behind the instance in focus can be activated.
fn next_member(world: &World, now: Timestamp, law: &Law<'_>) -> bool {
    let Some(next) = world.chain().and_then(HostingChain::next) else {
        return false;
    };
    let mut world = world.clone();
    world.focus(next);
    let order = OrderId::new(77).unwrap();
    decide(&world.case(), &Command::Activate { order }, now, law).is_ok()
}

/// A world on its way: a sample, and a few more commands with time in between.
fn live_on(
    (status, class): (usize, usize),
    steps: &[(usize, i64)],
    law: &Law<'_>,
) -> Option<(World, Timestamp)> {
    let class = ValidationClass::ALL[class];
    let status = Status::ALL.get(status).copied();
    let found = sample(status, class, law)?;
    let (mut world, mut now) = (found.world, found.now);
    for (kind, later) in steps {
        now = now.saturating_add(*later);
        if let Some(command) = sample_command(CommandKind::ALL[*kind], class, law) {
            let _ = world.apply(&command, now, law);
        }
    }
    Some((world, now))
}

fn is_guard(due: &Due) -> bool {
    due.weight == Weight::Guard && !matches!(due.kind, DueKind::RuleChange(_))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::cases::cases(400)))]

    /// L10: between two entries no answer changes, and at each guard one does.
    #[test]
    fn the_agenda_names_every_change_and_no_other(
        edition in 0_usize..100,
        start in (0_usize..=Status::ALL.len(), 0_usize..3),
        steps in proptest::collection::vec(
            (0_usize..CommandKind::ALL.len(), prop_oneof![0_i64..3, 0_i64..40_000_000]), 0..4),
        spot in 0_i64..1_000_000,
    ) {
        thread_local!(static EDITIONS: Vec<(Rulebook, Edition)> = editions());
        EDITIONS.with(|all| {
            let (book, edition) = &all[edition % all.len()];
            let law = Law::single(edition, book.ceilings());
            let Some((world, now)) = live_on(start, &steps, &law) else { return Ok(()) };
            let due = agenda(&world.case(), now, &law);
            prop_assert!(due.is_sorted_by_key(|one| one.at));
            prop_assert!(due.iter().all(|one| one.at > now || (one.at == now && one.weight == Weight::Guard)));

            let mut instants: Vec<Timestamp> = vec![now];
            instants.extend(due.iter().filter(|one| is_guard(one)).map(|one| one.at));
            instants.push(now.saturating_add(2_000_000_000));
            instants.dedup();
            for pair in instants.windows(2) {
                let (from, last) = (pair[0], pair[1].saturating_add(-1));
                let length = last.unix_seconds() - from.unix_seconds();
                let between = from.saturating_add(spot % (length + 1).max(1));
                prop_assert_eq!(answers(&world, from, &law), answers(&world, last, &law));
                prop_assert_eq!(answers(&world, from, &law), answers(&world, between, &law));
                prop_assert_eq!(next_member(&world, from, &law), next_member(&world, last, &law));
            }
            for one in due.iter().filter(|one| is_guard(one) && one.at > now) {
                let before = one.at.saturating_add(-1);
                let differs = answers(&world, before, &law) != answers(&world, one.at, &law)
                    || prospects(&world, before, &law) != prospects(&world, one.at, &law)
                    || next_member(&world, before, &law) != next_member(&world, one.at, &law);
                prop_assert!(differs, "nothing changes: {:?}", one);
            }

            let work = due.iter().find(|one| one.is_work()).map(|one| one.at);
            prop_assert_eq!(next_wakeup(&world.case(), now, &law), work);
            Ok(())
        })?;
    }

    /// Where a refund or a unit is within reach, the agenda says until when.
    #[test]
    fn r27_r29_what_can_be_had_ends_on_the_agenda(
        edition in 0_usize..100,
        start in (0_usize..=Status::ALL.len(), 0_usize..3),
        later in 0_i64..4_000_000,
    ) {
        thread_local!(static EDITIONS: Vec<(Rulebook, Edition)> = editions());
        EDITIONS.with(|all| {
            let (book, edition) = &all[edition % all.len()];
            let law = Law::single(edition, book.ceilings());
            let Some((world, now)) = live_on(start, &[], &law) else { return Ok(()) };
            let due = agenda(&world.case(), now, &law);
            let then = now.saturating_add(later);
            let ended = due.iter().any(|one| is_guard(one) && now < one.at && one.at <= then);
            prop_assert!(ended || prospects(&world, now, &law) == prospects(&world, then, &law));
            Ok(())
        })?;
    }
}

fn find(due: &[Due], kind: DueKind) -> Option<String> {
    let calendar = cert_lifecycle::rulebook::Calendar::default();
    due.iter()
        .find(|one| one.kind == kind)
        .map(|one| one.at.in_offset(calendar.offset).to_string())
}

#[test]
fn r42_r44_r54_example_6_notice_and_expiry() {
    let book = book(console_of_2020);
    let edition = book
        .as_of(
            at("2020-12-15T00:00:00Z"),
            Site::Cn,
            cert_lifecycle::model::Channel::Console,
        )
        .ok()
        .or_else(|| book.edition("2021-02-api").ok())
        .unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Ov));
    life.buy(1, at("2020-06-20T08:00:00+08:00"));
    life.apply(11, at("2020-06-20T09:00:00+08:00"));
    let issued = at("2020-06-25T09:00:00+08:00");
    life.issue_until(issued, at("2021-06-01T12:00:00Z"));
    let due = agenda(&life.world.case(), issued, &life.law);
    let shown = |kind| find(&due, kind);
    let notice = Some("2021-04-02T00:00:00+08:00".to_owned());
    assert_eq!(shown(DueKind::Notice), notice);
    assert_eq!(shown(DueKind::PendingExpiration), notice);
    assert_eq!(shown(DueKind::Opens(CommandKind::Renew)), notice);
    let expired = Some("2021-06-01T20:00:01+08:00".to_owned());
    assert_eq!(shown(DueKind::Expiry), expired);
    assert_eq!(shown(DueKind::Closes(CommandKind::Renew)), expired);
    // messages are something else than the state.
    assert_eq!(
        shown(DueKind::Message { days: 30 }).as_deref(),
        Some("2021-05-02T00:00:00+08:00")
    );
    assert_eq!(
        shown(DueKind::Message { days: 7 }).as_deref(),
        Some("2021-05-25T00:00:00+08:00")
    );
    assert_eq!(
        shown(DueKind::GraceEnds).as_deref(),
        Some("2021-06-09T00:00:00+08:00")
    );
    // hosting in the last fifteen days.
    assert_eq!(
        shown(DueKind::Opens(CommandKind::EnableHosting)).as_deref(),
        Some("2021-05-17T00:00:00+08:00")
    );
    // the revocation through within 28 days of issuance; K-08: what replaces it is shorter.
    let refund = DueKind::RefundEnds {
        of: RefundCase::Revoked,
        review: Review::WorkingDays(15),
    };
    assert_eq!(shown(refund).as_deref(), Some("2020-07-24T00:00:00+08:00"));
    assert_eq!(
        shown(DueKind::CeilingChange { max_days: 398 }).as_deref(),
        Some("2020-09-01T08:00:00+08:00")
    );
    // C6: the review of a revocation takes up to five working days before 07-23, a Thursday.
    assert_eq!(
        shown(DueKind::LastSafeRevocation).as_deref(),
        Some("2020-07-17T00:00:00+08:00")
    );
}

#[test]
fn l9_a_rule_that_changes_ahead_is_on_the_agenda_where_it_matters() {
    let book = Rulebook::published();
    let edition = book
        .as_of(
            at("2025-12-01T00:00:00Z"),
            Site::Intl,
            cert_lifecycle::model::Channel::Api,
        )
        .unwrap();
    let law = Law::single(&edition, book.ceilings());
    let now = at("2025-12-01T00:00:00Z");
    let change = DueKind::RuleChange(Field::OrderCancellation);
    let of = |status| {
        let found = sample(Some(status), ValidationClass::Dv, &law).unwrap();
        agenda(&found.world.case(), now, &law)
    };
    let pending = of(Status::PendingApplication);
    assert_eq!(
        find(&pending, change).as_deref(),
        Some("2025-12-23T00:00:00+08:00")
    );
    assert_eq!(find(&of(Status::Issued), change), None);
    // The edition that follows answers otherwise from that instant on.
    let next = edition.following(Field::OrderCancellation).unwrap();
    let later = Law::single(&next, book.ceilings());
    let world = sample(Some(Status::PendingApplication), ValidationClass::Dv, &law)
        .unwrap()
        .world;
    let then = at("2025-12-23T00:00:00+08:00");
    let refused = |law| decide(&world.case(), &Command::CancelOrder, then, law).err();
    let rule = refused(&law).map(|refusal| refusal.rule().to_string());
    assert_eq!(rule.as_deref(), Some("T-14"));
    // The application is pinned to what was in force; only conduct follows.
    let mixed = Law {
        conduct: later.conduct,
        ..law
    };
    assert!(refused(&mixed).is_none());
}

#[test]
fn r46_a_waiting_member_is_activated_when_the_one_before_it_comes_due() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    let start = at("2021-03-01T09:00:00+08:00");
    life.buy(2, start);
    life.apply(11, start);
    life.issue_until(start, at("2022-03-01T09:00:00+08:00"));
    // Fewer than thirty days, so from the 29th before the day of expiry on.
    let due = "2022-01-31T00:00:00+08:00";
    let first = agenda(&life.world.case(), start, &life.law);
    assert_eq!(find(&first, DueKind::NextActivation).as_deref(), Some(due));
    // The first one's own work is the notice.
    assert_ne!(
        next_wakeup(&life.world.case(), start, &life.law),
        Some(at(due))
    );
    life.world.focus(instance_id(2));
    let second = agenda(&life.world.case(), start, &life.law);
    assert_eq!(find(&second, DueKind::Activation).as_deref(), Some(due));
    assert_eq!(
        next_wakeup(&life.world.case(), start, &life.law),
        Some(at(due))
    );
    // What was missed is due now, and once; then the first one has nobody behind it any more.
    let late = at("2022-02-10T00:00:00+08:00");
    assert_eq!(next_wakeup(&life.world.case(), late, &life.law), Some(late));
    life.activate(12, late);
    assert_eq!(next_wakeup(&life.world.case(), late, &life.law), None);
    life.world.focus(instance_id(1));
    let first = agenda(&life.world.case(), start, &life.law);
    assert_eq!(find(&first, DueKind::NextActivation), None);
}

#[test]
fn r29_what_revoking_brings_ends_with_the_certificate() {
    let book = book(console_of_2020);
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    let start = at("2021-03-01T09:00:00+08:00");
    life.buy(1, start);
    life.apply(11, start);
    // Ten days, where the clause gives 28: an expired certificate is not revoked.
    life.issue_until(start, at("2021-03-11T09:00:00+08:00"));
    let due = agenda(&life.world.case(), start, &life.law);
    let refund = DueKind::RefundEnds {
        of: RefundCase::Revoked,
        review: Review::WorkingDays(15),
    };
    let over = Some("2021-03-11T09:00:01+08:00".to_owned());
    assert_eq!(find(&due, refund), over);
    assert_eq!(
        find(&due, DueKind::Closes(CommandKind::RequestRevocation)),
        over
    );
}

/// X-06, C6: a claim is reviewed for fifteen working days, and a certificate that expires meanwhile is
/// paid for no more. The day stands on the agenda only where it lies within the clause.
#[test]
fn r29_the_last_safe_claim_lies_within_its_clause() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let bought = at("2021-03-01T09:00:00+08:00");
    let revoked = at("2021-03-10T09:00:00+08:00");
    let of = |not_after| {
        let due = after_a_revocation(&edition, &book, bought, revoked, not_after);
        let refund = DueKind::RefundEnds {
            of: RefundCase::Revoked,
            review: Review::WorkingDays(5),
        };
        (find(&due, DueKind::LastSafeClaim), find(&due, refund))
    };
    // Thirty days from the payment; 03-31 is a Wednesday, and fifteen working days behind it 04-21.
    let ends = Some("2021-04-01T00:00:00+08:00".to_owned());
    assert_eq!(
        of(at("2021-04-21T09:00:00+08:00")),
        (ends.clone(), ends.clone())
    );
    let sooner = Some("2021-03-31T00:00:00+08:00".to_owned());
    assert_eq!(of(at("2021-04-20T09:00:00+08:00")), (sooner, ends.clone()));
    // A later end leaves the time of the clause whole.
    assert_eq!(of(at("2021-04-22T09:00:00+08:00")), (None, ends));
}

/// What is paid at once can't come too late.
#[test]
fn r29_a_claim_without_review_has_no_last_safe_day() {
    let book = book(|parts| {
        console_of_2021(parts);
        parts.refund = always(RefundRule {
            clauses: [clause(
                RefundCase::Revoked,
                &[limit(Anchor::Payment, RefundAct::Claim, 30)],
                Review::Instant,
            )]
            .into_iter()
            .collect(),
        });
    });
    let edition = book.edition("2021-02-api").unwrap();
    let bought = at("2021-03-01T09:00:00+08:00");
    let not_after = at("2021-04-20T09:00:00+08:00");
    let due = after_a_revocation(&edition, &book, bought, bought, not_after);
    let refund = DueKind::RefundEnds {
        of: RefundCase::Revoked,
        review: Review::Instant,
    };
    assert!(find(&due, refund).is_some());
    assert_eq!(find(&due, DueKind::LastSafeClaim), None);
}

/// The agenda of one certificate that was bought, issued and later revoked.
fn after_a_revocation(
    edition: &Edition,
    book: &Rulebook,
    bought: Timestamp,
    revoked: Timestamp,
    not_after: Timestamp,
) -> Vec<Due> {
    let mut life = Life::new(edition, book.ceilings(), product(ValidationClass::Dv));
    life.buy(1, bought);
    life.apply(11, bought);
    life.issue_until(bought, not_after);
    life.revoke(revoked);
    agenda(&life.world.case(), revoked, &life.law)
}

/// the day until which a revocation brings a unit back is that of the plan which the unit is of.
#[test]
fn r27_a_unit_of_another_plan_has_no_day_here() {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let law = Law::single(&edition, book.ceilings());
    // Before the revocation, and while it is under way.
    for status in [Status::Issued, Status::ValidatingRevocation] {
        let found = sample(Some(status), ValidationClass::Dv, &law).unwrap();
        let case = found.world.case();
        let ends = |case: &Case<'_>| find(&agenda(case, found.now, &law), DueKind::ReturnEnds);
        assert!(ends(&case).is_some(), "{status}");
        assert_eq!(ends(&Case { plan: None, ..case }), None, "{status}");
    }
}

/// L12: another account's chain is not this one's, whatever its members are called.
#[test]
fn r46_another_accounts_chain_activates_nothing() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let start = at("2021-03-01T09:00:00+08:00");
    let of = |account| {
        let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
        life.world = World::new(AccountId::new(account).unwrap());
        life.buy(2, start);
        life.apply(11, start);
        life.issue_until(start, at("2022-03-01T09:00:00+08:00"));
        life
    };
    let (own, theirs) = (of("tom"), of("another"));
    let case = own.world.case();
    let next = |case: &Case<'_>| find(&agenda(case, start, &own.law), DueKind::NextActivation);
    assert!(next(&case).is_some());
    let chain = theirs.world.chain();
    assert_eq!(next(&Case { chain, ..case }), None);
}

/// the days before an activation are counted as the edition counts that the chain is pinned to,
/// though the certificate was bought under one with another calendar.
#[test]
fn r46_the_chains_own_edition_counts_its_days() {
    let book = book(|parts| {
        console_of_2021(parts);
        let utc = Calendar {
            offset: Offset::UTC,
            ..Calendar::default()
        };
        parts.calendar = vec![
            since("2018-06-07", Calendar::default()),
            since("2021-02-01", utc),
        ];
    });
    let now = |text| {
        let api = cert_lifecycle::model::Channel::Api;
        book.as_of(at(text), Site::Cn, api).unwrap()
    };
    let (before, pinned) = (now("2021-01-15T00:00:00Z"), now("2021-03-01T00:00:00Z"));
    let mut life = Life::new(&pinned, book.ceilings(), product(ValidationClass::Dv));
    let start = at("2021-03-01T09:00:00+08:00");
    life.buy(2, start);
    life.apply(11, start);
    life.issue_until(start, at("2022-03-01T09:00:00+08:00"));
    let law = Law {
        money: &before,
        ..life.law
    };
    let due = agenda(&life.world.case(), start, &law);
    assert_eq!(
        find(&due, DueKind::NextActivation).as_deref(),
        // Midnight of UTC.
        Some("2022-01-31T08:00:00+08:00")
    );
}

/// T-24: what hosting keeps from being revoked can be had back all the same, once nothing waits.
#[test]
fn r29_a_hosted_certificate_has_its_last_day_for_a_refund() {
    let book = Rulebook::published();
    let edition = book.edition("2022-hosting").unwrap();
    let law = Law::single(&edition, book.ceilings());
    let found = sample(Some(Status::Hosted), ValidationClass::Ov, &law).unwrap();
    let (mut world, now) = (found.world, found.now);
    assert_eq!(world.status(now, &law), Some(Status::Hosted));
    let due = agenda(&world.case(), now, &law);
    let of = |kind| due.iter().find(|one| one.kind == kind);
    let over = of(DueKind::RefundEnds {
        of: RefundCase::Revoked,
        review: Review::WorkingDays(15),
    })
    .unwrap();
    assert_eq!(over.weight, Weight::Guard);
    assert!(of(DueKind::LastSafeRevocation).is_some_and(|one| one.at < over.at));
    // The refusal names all three steps, and they lead there until the last second.
    let last = over.at.saturating_add(-1);
    let refusal = decide(&world.case(), &Command::ClaimRefund, last, &law).unwrap_err();
    assert_eq!(refusal.way_out(), WayOut::CancelMembersFirst);
    cancel_members(&mut world, last, &law);
    for step in [
        Command::RequestRevocation {
            reason: RevocationReason::Unspecified,
        },
        Command::ConfirmRevocation,
        Command::CompleteRevocation { at: last },
        Command::ClaimRefund,
    ] {
        world.apply(&step, last, &law).unwrap();
    }
}

/// hosting bought under another edition than the certificate is on the first one's agenda too.
#[test]
fn r46_hosting_bought_later_is_on_the_first_ones_agenda() {
    let early = book(console_of_2020);
    let first = early.edition("2021-02-api").unwrap();
    let late = book(console_of_2021);
    let then = late.edition("2021-02-api").unwrap();
    let mut life = Life::new(&first, early.ceilings(), product(ValidationClass::Dv));
    let start = at("2021-03-01T09:00:00+08:00");
    life.buy(1, start);
    life.apply(11, start);
    life.issue_until(start, at("2022-03-01T09:00:00+08:00"));
    let bought = at("2021-06-01T09:00:00+08:00");
    life.law = Law {
        conduct: &then,
        ..life.law
    };
    let Command::EnableHosting(extension) = life.typical(CommandKind::EnableHosting) else {
        panic!("another command");
    };
    let mut extension = (*extension).clone();
    extension.product = life.product;
    let enable = Command::EnableHosting(std::sync::Arc::new(extension));
    life.tell(&enable, bought);
    assert_ne!(life.world.chain().unwrap().pin(), first.pin());
    let own = agenda(&life.world.case(), bought, &life.law);
    // By the trigger of the later edition: fewer than thirty days.
    assert_eq!(
        find(&own, DueKind::NextActivation).as_deref(),
        Some("2022-01-31T00:00:00+08:00")
    );
}

#[test]
fn l12_nothing_is_due_for_a_stranger() {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let law = Law::single(&edition, book.ceilings());
    let found = sample(Some(Status::Issued), ValidationClass::Dv, &law).unwrap();
    let mut case = found.world.case();
    case.account = cert_lifecycle::model::AccountId::new("stranger").unwrap();
    assert_eq!(agenda(&case, found.now, &law), Vec::new());
    assert_eq!(next_wakeup(&case, found.now, &law), None);
}
