//! The worked examples of the documents, by number, each through `decide` from the purchase on
//! wherever a decision is at stake.
//!
//! Examples 5 and 10 are about money: see `examples_console.rs`. Instants are written as the
//! documents write them, at +08:00 where they mean a day.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::result_large_err,
    clippy::too_many_lines,
    reason = "tests stop on the first surprise"
)]

mod support;

use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Availability, Case, Command, Effect, Event, InstanceEvent, Law, RefusalKind, WayOut, Why,
    availability, decide, effects, next_wakeup, preview, return_window,
};
use cert_lifecycle::model::{
    CsrFacts, Day, HoldState, NameKind, Offset, Phase, RevocationCause, RevocationReason, Status,
    Timestamp, ValidationClass, Validity,
};
use cert_lifecycle::rulebook::{
    Calendar, ConsumeAt, DecisiveAct, ExpiryInstant, LeapDay, Method, RuleId, Rulebook,
    RulebookParts,
};
use support::scene::{Story, at, csr_application, fitting, note, product};

const REVOKE: Command = Command::RequestRevocation {
    reason: RevocationReason::Superseded,
};

/// The published rulebook with something changed.
fn variant(change: impl FnOnce(&mut RulebookParts)) -> Rulebook {
    let mut parts = Rulebook::published().parts().clone();
    change(&mut parts);
    Rulebook::new(parts).unwrap()
}

/// Whether the unit of a certificate issued at `issued` comes back if its revocation is requested
/// and completed at the given instants, with the whole ledger checked on the way.
fn comes_back(book: &Rulebook, edition: &str, issued: &str, acts: [&str; 2]) -> bool {
    let edition = book.edition(edition).unwrap();
    let mut story = Story::new(book, &edition, 5);
    story.issue(0, at(issued));
    assert_eq!(story.units(), [4, 0, 1]);
    let [requested, completed] = acts.map(at);
    story.tell(0, &REVOKE, requested);
    assert_eq!(story.units(), [4, 0, 1], "nothing returns on the request");
    let window = return_window(&story.case(0), &story.law).unwrap();
    let previewed = preview(
        &story.case(0),
        &Command::CompleteRevocation { at: Timestamp::MAX },
        completed,
        &story.law,
    );
    story.tell(
        0,
        &Command::CompleteRevocation { at: Timestamp::MAX },
        completed,
    );
    assert_eq!(story.status(0, completed), Some(Status::Revoked));
    assert_eq!(story.ledger().issued, 1, "what was issued stays counted");
    let back = story.units() == [5, 0, 0];
    assert!(back || story.units() == [4, 0, 1]);
    let unit = previewed.unwrap().unit;
    assert_eq!(unit.after, Some(story.instance(0).hold().unwrap().state));
    let decisive = match edition.return_rule().act {
        DecisiveAct::RevocationCompleted => completed,
        DecisiveAct::RevocationRequested => requested,
    };
    assert_eq!(window.contains(decisive), back);
    back
}

/// The same with request and completion in one second.
fn comes_back_if_revoked(book: &Rulebook, edition: &str, issued: &str, revoked: &str) -> bool {
    comes_back(book, edition, issued, [revoked, revoked])
}

/// 1: 30 days from issuance (S3).
#[test]
fn example_1_thirty_days_of_issuance() {
    let book = Rulebook::published();
    let issued = "2021-03-01T09:00:00+08:00";
    let back = |revoked| comes_back_if_revoked(&book, "2021-02-api", issued, revoked);
    assert!(back("2021-03-31T23:59:59+08:00"));
    assert!(!back("2021-04-01T00:00:00+08:00"));
}

/// 2: the calendar reading returns the unit, the rolling one does not.
#[test]
fn example_2_calendar_days_are_not_24_hours() {
    let issued = "2021-03-01T09:00:00+08:00";
    let published = Rulebook::published();
    let rolling = variant(|parts| {
        for clause in &mut parts.return_method {
            clause.value.value = Method::Rolling;
        }
    });
    let late = "2021-03-31T09:00:01+08:00";
    assert!(comes_back_if_revoked(
        &published,
        "2021-02-api",
        issued,
        late
    ));
    assert!(!comes_back_if_revoked(
        &rolling,
        "2021-02-api",
        issued,
        late
    ));
    let last = "2021-03-31T09:00:00+08:00";
    assert!(comes_back_if_revoked(&rolling, "2021-02-api", issued, last));
}

/// 3: the zone decides on which day a certificate was issued.
#[test]
fn example_3_the_offset() {
    let issued = "2021-03-01T16:30:00Z";
    let published = Rulebook::published();
    let utc = variant(|parts| {
        for clause in &mut parts.calendar {
            clause.value.value.offset = Offset::from_minutes(0).unwrap();
        }
    });
    let back = |book, revoked| comes_back_if_revoked(book, "2021-02-api", issued, revoked);
    assert!(back(&published, "2021-04-01T12:00:00Z"));
    assert!(!back(&utc, "2021-04-01T12:00:00Z"));
    // Each closes to the second.
    assert!(back(&published, "2021-04-01T15:59:59Z"));
    assert!(!back(&published, "2021-04-01T16:00:00Z"));
    assert!(back(&utc, "2021-03-31T23:59:59Z"));
    assert!(!back(&utc, "2021-04-01T00:00:00Z"));
}

/// 4: completion counts (28 days, as of 2020-12); under S1 the request does.
#[test]
fn example_4_request_and_completion() {
    let twenty_eight = variant(|parts| {
        for clause in &mut parts.return_days {
            clause.value.value.0 = 28;
        }
        for clause in &mut parts.return_method {
            clause.value.value = Method::EndOfDay;
        }
    });
    let issued = "2020-12-10T10:00:00+08:00";
    let requested = "2021-01-03T12:00:00+08:00";
    let (inside, outside) = ("2021-01-07T23:59:59+08:00", "2021-01-08T00:00:00+08:00");
    let by_completion =
        |completed| comes_back(&twenty_eight, "2021-02-api", issued, [requested, completed]);
    assert!(by_completion(inside));
    assert!(!by_completion(outside));
    let by_request = |completed| {
        comes_back(
            &twenty_eight,
            "2019-08-intl",
            issued,
            [requested, completed],
        )
    };
    assert!(by_request(inside) && by_request(outside));
    // S1 itself: 30 days. The request on day 30 counts, however late the CA is; one on day 31 does not.
    let published = Rulebook::published();
    let s1 = |acts| {
        comes_back(
            &published,
            "2019-08-intl",
            "2019-09-01T10:00:00+08:00",
            acts,
        )
    };
    assert!(s1([
        "2019-10-01T23:59:59+08:00",
        "2019-11-20T00:00:00+08:00"
    ]));
    assert!(!s1([
        "2019-10-02T00:00:00+08:00",
        "2019-10-02T00:00:00+08:00"
    ]));
}

/// the vendor's own rolling example of 28 days.
#[test]
fn example_x34_rolling_to_the_second() {
    let book = Rulebook::published();
    let issued = "2025-05-01T12:00:00+08:00";
    let back = |revoked| comes_back_if_revoked(&book, "2023-api", issued, revoked);
    assert!(back("2025-05-29T12:00:00+08:00"));
    assert!(!back("2025-05-29T12:00:01+08:00"));
}

/// 6 and 7: the notice window, and the last second of a certificate.
#[test]
fn examples_6_and_7_notice_and_expiry() {
    let sixty = variant(|parts| {
        for clause in &mut parts.notice {
            clause.value.value.within_days = 60;
        }
    });
    let published = Rulebook::published();
    let not_after = at("2021-06-01T12:00:00Z");
    for (book, begins) in [
        (&published, "2021-05-02T00:00:00+08:00"),
        (&sixty, "2021-04-02T00:00:00+08:00"),
    ] {
        let begins = at(begins);
        let edition = book.edition("2021-02-api").unwrap();
        let mut story = Story::new(book, &edition, 1);
        story.issue_until(0, at("2021-03-01T09:00:00+08:00"), not_after);
        let seen = |story: &Story<'_>, now: Timestamp| story.status(0, now).unwrap();
        assert_eq!(seen(&story, begins.saturating_add(-1)), Status::Issued);
        assert_eq!(seen(&story, begins), Status::PendingExpiration);
        assert_eq!(seen(&story, not_after), Status::PendingExpiration);
        assert_eq!(seen(&story, not_after.saturating_add(1)), Status::Expired);
        // One notice, from the first second of the window on.
        assert_eq!(
            next_wakeup(&Case::of(story.instance(0)), Timestamp::MIN, &story.law),
            Some(begins)
        );
        assert!(
            story
                .tell(0, &Command::Wake, begins.saturating_add(-1))
                .is_empty()
        );
        let told = story.tell(0, &Command::Wake, begins);
        assert_eq!(told.len(), 1);
        assert_eq!(effects(&told[0], Some(story.instance(0))).len(), 1);
        assert!(
            story
                .tell(0, &Command::Wake, begins.saturating_add(1))
                .is_empty()
        );
        assert_eq!(
            next_wakeup(&Case::of(story.instance(0)), Timestamp::MIN, &story.law),
            None
        );
        // An expired certificate is not revoked, and the refusal says since when.
        let ended = story.refused(0, &REVOKE, not_after.saturating_add(1));
        assert_eq!((ended.rule(), ended.why()), (RuleId::R37, Why::Expired));
        assert_eq!(ended.permitted_until(), Some(not_after.saturating_add(1)));
        assert_eq!(
            availability(&story.case(0), &REVOKE, not_after, &story.law),
            Availability::Now {
                until: Some(not_after.saturating_add(1)),
                rule: Some(RuleId::R37)
            }
        );
        story.tell(0, &REVOKE, not_after);
    }
}

/// 8: exactly 30 days left, counted strictly and not.
#[test]
fn example_8_exactly_thirty_days_left() {
    let calendar = Calendar::default();
    let not_after = at("2022-06-01T12:00:00Z");
    let now = at("2022-05-02T00:00:00+08:00");
    let at_most = calendar.last_days_before(not_after, 30, false);
    let fewer = calendar.last_days_before(not_after, 30, true);
    assert!(at_most.contains(now) && !at_most.contains(now.saturating_add(-1)));
    assert!(!fewer.contains(now));
    assert_eq!(fewer.from(), Some(at("2022-05-03T00:00:00+08:00")));
    // "More than 30 days left" is the time before the first window.
    assert_eq!(at_most.from(), Some(now));
}

/// 9: a year later by date, cut by the ceiling of the issuance date.
#[test]
fn example_9_carry_over() {
    let calendar = Calendar::default();
    let day = |year, month, number| Day::new(year, month, number).unwrap();
    assert_eq!(calendar.plus_years(day(2022, 6, 1), 1), Ok(day(2023, 6, 1)));
    assert_eq!(day(2023, 6, 1).days_after(day(2022, 5, 25)), 372);
    assert_eq!(
        calendar.plus_years(day(2024, 2, 29), 1),
        Ok(day(2025, 2, 28))
    );
    let forward = Calendar {
        leap_day: LeapDay::Forward,
        ..calendar
    };
    assert_eq!(forward.plus_years(day(2024, 2, 29), 1), Ok(day(2025, 3, 1)));
    let book = Rulebook::published();
    let last = book.ceilings().last_second(at("2026-05-25T00:00:00Z"));
    assert_eq!(last, at("2026-12-10T23:59:59Z"));
    let carried = calendar.plus_years(day(2026, 6, 1), 1).unwrap();
    assert!(
        carried.midnight(Offset::UTC) > last,
        "the ceiling cuts the carried year"
    );
}

/// 11: month end and leap day.
#[test]
fn example_11_month_end_and_leap_day() {
    let book = Rulebook::published();
    let issued = "2024-01-31T23:59:59+08:00";
    let back = |revoked| comes_back_if_revoked(&book, "2021-02-api", issued, revoked);
    assert!(back("2024-03-01T23:59:59+08:00"));
    assert!(!back("2024-03-02T00:00:00+08:00"));
}

/// 12: working days, as advice.
#[test]
fn example_12_working_days() {
    let calendar = Calendar::default();
    let day = |month, number| Day::new(2021, month, number).unwrap();
    let window = calendar.within_days_of(at("2021-01-20T12:00:00+08:00"), 28, Method::EndOfDay);
    let closes = window.until().unwrap().saturating_add(-1);
    assert_eq!(closes.day_in(calendar.offset), day(2, 17));
    let before = |holidays: &[Day]| calendar.working_days_before(day(2, 17), 5, holidays);
    assert_eq!(before(&[]), Some(day(2, 10)));
    let spring_festival: Vec<Day> = (11..=17).map(|number| day(2, number)).collect();
    assert_eq!(before(&spring_festival), Some(day(2, 4)));
}

/// The ceilings of validity, to the second (K-08; notAfter minus notBefore counts one second less).
#[test]
fn k08_the_ceilings_to_the_second() {
    let book = Rulebook::published();
    for (not_before, difference) in [
        ("2020-08-31T23:59:59Z", 71_279_999),
        ("2020-09-01T00:00:00Z", 34_387_199),
        ("2026-03-14T23:59:59Z", 34_387_199),
        ("2026-03-15T00:00:00Z", 17_279_999),
        ("2027-03-14T23:59:59Z", 17_279_999),
        ("2027-03-15T00:00:00Z", 8_639_999),
        ("2029-03-14T23:59:59Z", 8_639_999),
        ("2029-03-15T00:00:00Z", 4_060_799),
    ] {
        let first = at(not_before);
        let last = first.saturating_add(difference);
        assert_eq!(book.ceilings().last_second(first), last, "{not_before}");
        assert!(book.ceilings().permits(Validity::new(first, last).unwrap()));
        // The whole way: the CA's approval of a certificate at the limit, and a second above it.
        let edition = book.edition("2023-api").unwrap();
        let mut story = Story::new(&book, &edition, 1);
        story.review(0, first);
        let above = story.approval(0, first, last.saturating_add(1));
        let refusal = story.refused(0, &above, first);
        assert_eq!(refusal.rule(), RuleId::K08, "{not_before}");
        assert_eq!(refusal.way_out(), WayOut::Reissue);
        assert_eq!(story.units(), [0, 1, 0]);
        let limit = story.approval(0, first, last);
        story.tell(0, &limit, first);
        assert_eq!(story.units(), [0, 0, 1]);
    }
}

/// T-14: a pending order is cancelled in one step from 2025-12 on, and before with a date.
#[test]
fn t14_cancelling_a_pending_order() {
    let book = Rulebook::published();
    let now = at("2026-01-10T00:00:00Z");
    for key in ["2023-api", "2025-12-api"] {
        let edition = book.edition(key).unwrap();
        let mut story = Story::new(&book, &edition, 2);
        story.submit(0, now);
        assert_eq!(story.units(), [1, 1, 0]);
        story.tell(0, &Command::Withdraw, now);
        assert_eq!(
            story.units(),
            [1, 1, 0],
            "R-13: a withdrawal returns nothing"
        );
        if key == "2025-12-api" {
            story.tell(0, &Command::CancelOrder, now);
            assert_eq!(story.units(), [2, 0, 0]);
            assert_eq!(story.status(0, now), Some(Status::Deleted));
        } else {
            let refusal = story.refused(0, &Command::CancelOrder, now);
            assert_eq!(refusal.rule(), RuleId::T14);
            assert_eq!(refusal.kind(), RefusalKind::State);
            assert!(
                refusal.to_string().contains("2025-12-23T00:00:00+08:00"),
                "{refusal}"
            );
            assert_eq!(refusal.way_out(), WayOut::Delete);
            // The way out is the one of S3.
            story.tell(0, &Command::Delete, now);
            assert_eq!(story.units(), [2, 0, 0]);
        }
        // Nothing else is cancelled so, under either.
        story.submit(1, now);
        assert_eq!(
            story.refused(1, &Command::CancelOrder, now).rule(),
            RuleId::T14
        );
    }
}

/// T-12: a withdrawal in review, from 2021-02 on; before that, waiting is all there is (WD19).
#[test]
fn t12_withdrawing_in_review() {
    let book = Rulebook::published();
    let now = at("2021-03-01T09:00:00+08:00");
    let old = book.edition("2019-08-intl").unwrap();
    let mut story = Story::new(&book, &old, 1);
    story.review(0, now);
    let refusal = story.refused(0, &Command::Withdraw, now);
    assert_eq!(refusal.rule(), RuleId::R12);
    assert_eq!(refusal.way_out(), WayOut::AwaitCa);
    assert!(
        refusal.to_string().contains("2021-01-22T00:00:00+08:00"),
        "{refusal}"
    );
    // Not even by the detour: an order in review is not deleted.
    assert_eq!(
        story.refused(0, &Command::Delete, now).way_out(),
        WayOut::AwaitCa
    );
    // Before the domain is proved it was possible then, too.
    let mut story = Story::new(&book, &old, 1);
    story.submit(0, now);
    story.tell(0, &Command::Withdraw, now);
    assert_eq!(story.status(0, now), Some(Status::PendingApplication));

    let new = book.edition("2021-02-api").unwrap();
    let mut story = Story::new(&book, &new, 1);
    story.review(0, now);
    let events = story.tell(0, &Command::Withdraw, now);
    assert_eq!(
        effects(&events[0], Some(story.instance(0))).first(),
        Some(&Effect::CancelAtCa {
            order: story.instance(0).order()
        })
    );
    assert_eq!(story.units(), [0, 1, 0]);
    // S3: first cancel, then delete.
    let refusal = Story::refused(&story, 0, &Command::Withdraw, now);
    assert_eq!(refusal.way_out(), WayOut::Delete);
    story.tell(0, &Command::Delete, now);
    assert_eq!(story.units(), [1, 0, 0]);
}

/// R-11, T-16: what is issued is not withdrawn, in whatever status it shows (S0, S1).
#[test]
fn r11_no_withdrawal_after_issuance() {
    let book = Rulebook::published();
    let issued = at("2021-03-01T09:00:00+08:00");
    let not_after = issued.saturating_add(365 * 86_400 - 1);
    for key in ["2019-08-intl", "2021-02-api", "2023-api", "2025-12-api"] {
        let edition = book.edition(key).unwrap();
        let ov = product(ValidationClass::Ov, NameKind::Single);
        let mut story = Story::of(&book, &edition, ov, 1);
        story.issue(0, issued);
        let check = |story: &Story<'_>, now, status, way_out| {
            assert_eq!(story.status(0, now), Some(status));
            let refusal = story.refused(0, &Command::Withdraw, now);
            assert_eq!(
                (refusal.rule(), refusal.status()),
                (RuleId::R11, Some(status))
            );
            assert_eq!(refusal.way_out(), way_out, "{status}: {refusal}");
            let ledger = story.ledger();
            assert_eq!((ledger.settled, ledger.issued), (1, 1));
        };
        check(&story, issued, Status::Issued, WayOut::Revoke);
        check(&story, not_after, Status::PendingExpiration, WayOut::Revoke);
        let over = not_after.saturating_add(1);
        check(&story, over, Status::Expired, WayOut::ApplyAnew);
        story.tell(0, &REVOKE, not_after);
        // OV asks for no mail in 2019.
        if key != "2019-08-intl" {
            check(&story, not_after, Status::RevocationToConfirm, WayOut::None);
            story.tell(0, &Command::ConfirmRevocation, not_after);
        }
        check(
            &story,
            not_after,
            Status::ValidatingRevocation,
            WayOut::None,
        );
        story.tell(0, &Command::CompleteRevocation { at: Timestamp::MAX }, over);
        check(&story, over, Status::Revoked, WayOut::None);
    }
}

/// T-19, T-20: OV and EV ask for a mail from 2020-09 on; DV never does.
#[test]
fn t20_who_must_confirm_by_mail() {
    let book = Rulebook::published();
    let issued = at("2021-03-01T09:00:00+08:00");
    for (key, class, asks) in [
        ("2019-08-intl", ValidationClass::Dv, false),
        ("2019-08-intl", ValidationClass::Ov, false),
        ("2019-08-intl", ValidationClass::Ev, false),
        ("2021-02-api", ValidationClass::Dv, false),
        ("2021-02-api", ValidationClass::Ov, true),
        ("2021-02-api", ValidationClass::Ev, true),
        ("2023-api", ValidationClass::Dv, false),
        ("2023-api", ValidationClass::Ov, true),
    ] {
        let edition = book.edition(key).unwrap();
        let mut story = Story::of(&book, &edition, product(class, NameKind::Single), 1);
        story.issue(0, issued);
        story.tell(0, &REVOKE, issued);
        let shown = story.status(0, issued);
        if asks {
            assert_eq!(shown, Some(Status::RevocationToConfirm), "{key} {class:?}");
            let early = story.refused(
                0,
                &Command::CompleteRevocation { at: Timestamp::MAX },
                issued,
            );
            assert_eq!(
                (early.rule(), early.way_out()),
                (RuleId::T20, WayOut::ConfirmByMail)
            );
            story.tell(0, &Command::ConfirmRevocation, issued);
        }
        assert_eq!(
            story.status(0, issued),
            Some(Status::ValidatingRevocation),
            "{key} {class:?}"
        );
        story.tell(
            0,
            &Command::CompleteRevocation { at: Timestamp::MAX },
            issued,
        );
        assert_eq!(story.status(0, issued), Some(Status::Revoked));
    }
}

/// T-22, R-39: a refused revocation restores the state before it, and the attempt.
#[test]
fn t22_a_refused_revocation_gives_the_attempt_back() {
    let book = Rulebook::published();
    let edition = book.edition("2023-api").unwrap();
    let issued = at("2024-03-01T09:00:00+08:00");
    let mut story = Story::new(&book, &edition, 1);
    story.issue(0, issued);
    let before = story.instance(0).clone();
    story.tell(0, &REVOKE, issued);
    assert_eq!(story.ledger().revocations, 1);
    let no = Command::RefuseRevocation {
        reason: note("the key is in use"),
    };
    story.tell(0, &no, issued);
    assert_eq!(story.instance(0), &before);
    assert_eq!(story.ledger().revocations, 0);
    assert_eq!(story.refused(0, &no, issued).rule(), RuleId::R39);
    // With the attempt back, the only one of this plan can be made.
    story.revoke(0, issued, issued);
    assert_eq!(story.ledger().revocations, 1);
}

/// a plan of one has one revocation, though its unit comes back.
#[test]
fn r38_revocations_never_exceed_what_was_bought() {
    let book = Rulebook::published();
    let issued = at("2024-03-01T09:00:00+08:00");
    let limited = book.edition("2023-api").unwrap();
    let mut story = Story::new(&book, &limited, 1);
    story.issue(0, issued);
    story.revoke(0, issued, issued);
    assert_eq!(story.units(), [1, 0, 0]);
    story.issue(1, issued);
    let refusal = story.refused(1, &REVOKE, issued);
    assert_eq!(
        (refusal.rule(), refusal.why()),
        (RuleId::R38, Why::NoRevocationLeft)
    );
    assert_eq!(story.ledger().issued, 2);
    // The CA is not bound by it (T-48), and does not use it.
    let by_ca = Command::RecordCaRevocation {
        reason: RevocationReason::KeyCompromise,
        at: Timestamp::MAX,
    };
    story.tell(1, &by_ca, issued);
    assert_eq!(story.ledger().revocations, 1);
    assert_eq!(story.units(), [1, 0, 0]);

    let unlimited = book.edition("2021-02-api").unwrap();
    let mut story = Story::new(&book, &unlimited, 1);
    for slot in 0..3 {
        story.issue(slot, issued);
        story.revoke(slot, issued, issued);
    }
    assert_eq!(story.ledger().issued, 3);
}

/// T-48: revoked by the CA, inside the window and outside.
#[test]
fn t48_revoked_by_the_ca() {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    for (revoked, back) in [
        ("2021-03-31T23:59:59+08:00", true),
        ("2021-04-01T00:00:00+08:00", false),
    ] {
        let mut story = Story::new(&book, &edition, 1);
        story.issue(0, at("2021-03-01T09:00:00+08:00"));
        let by_ca = Command::RecordCaRevocation {
            reason: RevocationReason::PrivilegeWithdrawn,
            at: Timestamp::MAX,
        };
        story.tell(0, &by_ca, at(revoked));
        assert_eq!(story.units(), if back { [1, 0, 0] } else { [0, 0, 1] });
        assert_eq!(story.ledger().revocations, 0, "the allowance is untouched");
        assert!(matches!(
            story.instance(0).phase(),
            Phase::Revoked {
                cause: RevocationCause::ByCa,
                ..
            }
        ));
        assert!(
            story.tell(0, &by_ca, at(revoked)).is_empty(),
            "said twice, done once"
        );
    }
}

/// T-49: an approval for a withdrawn or deleted order is an orphan, recorded once.
#[test]
fn t49_an_approval_that_comes_too_late() {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let now = at("2021-03-01T09:00:00+08:00");
    for deleted in [false, true] {
        let mut story = Story::new(&book, &edition, 1);
        story.review(0, now);
        let approve = story.approval(0, now, now.saturating_add(86_400));
        let Command::Approve { certificate } = &approve else {
            panic!("an approval approves")
        };
        story.tell(0, &Command::Withdraw, now);
        if deleted {
            story.tell(0, &Command::Delete, now);
        }
        let before = (story.instance(0).clone(), story.ledger());
        let events = story.tell(0, &approve, now);
        let order = story.instance(0).order();
        assert_eq!(
            &effects(&events[0], Some(story.instance(0)))[..],
            &[Effect::RevokeOrphan {
                order,
                serial: certificate.serial(),
                fingerprint: certificate.fingerprint(),
            }]
        );
        assert_eq!(story.instance(0).orphans(), &[certificate.fingerprint()]);
        assert_eq!(story.instance(0).phase(), before.0.phase());
        assert_eq!(
            (story.instance(0).hold(), story.ledger()),
            (before.0.hold(), before.1)
        );
        assert!(
            story.tell(0, &approve, now).is_empty(),
            "the same answer again is nothing new"
        );
        assert_eq!(story.instance(0).orphans().len(), 1);
        // Another certificate is another orphan.
        let other = story.tell(
            0,
            &{
                let application = before.0.application();
                let certificate = application.map_or_else(
                    || {
                        support::scene::certificate(
                            certificate.spki(),
                            &certificate.facts().names,
                            now,
                            now.saturating_add(1),
                        )
                    },
                    |application| fitting(application, now, now.saturating_add(1)),
                );
                Command::Approve { certificate }
            },
            now,
        );
        assert!(matches!(
            &other[..],
            [Event::Instance {
                event: InstanceEvent::OrphanIssued { .. },
                ..
            }]
        ));
        assert_eq!(story.instance(0).orphans().len(), 2);
    }
}

/// The flow of S3, with every exit it prints: the ledger at each step.
#[test]
fn the_flow_of_s3() {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let now = at("2021-03-01T09:00:00+08:00");
    let mut story = Story::new(&book, &edition, 2);
    // Step 2: an order id, Domain Verification; exit: withdraw, delete.
    let created = story.submit(0, now);
    assert_eq!(created.rules().first(), Some(&RuleId::R15));
    assert_eq!(story.status(0, now), Some(Status::DomainVerification));
    assert_eq!(story.ledger().remaining, 1);
    let refusal = story.refused(0, &Command::Delete, now);
    assert_eq!(
        (refusal.rule(), refusal.way_out()),
        (RuleId::R14, WayOut::WithdrawThenDelete)
    );
    story.tell(0, &Command::Withdraw, now);
    assert_eq!(story.status(0, now), Some(Status::PendingApplication));
    story.tell(0, &Command::Delete, now);
    assert_eq!(story.units(), [2, 0, 0]);
    // Step 3: the domain is proved only after it was challenged; then Validating.
    story.submit(1, now);
    assert_eq!(
        story.refused(1, &Command::ConfirmDomain, now).rule(),
        RuleId::R06
    );
    story.challenge(1, now);
    story.tell(1, &Command::ConfirmDomain, now);
    assert_eq!(story.status(1, now), Some(Status::Validating));
    // Step 4: the CA refuses; delete, and create anew with another order.
    let no = Command::Reject {
        reason: note("organization not found"),
    };
    story.tell(1, &no, now);
    assert_eq!(story.status(1, now), Some(Status::ValidationFailed));
    assert_eq!(story.units(), [1, 1, 0]);
    let deleted = story.tell(1, &Command::Delete, now);
    assert_eq!(deleted.rules().first(), Some(&RuleId::R10));
    assert_eq!(story.units(), [2, 0, 0]);
    let again = story.submission(1, csr_application("again"));
    assert_eq!(story.refused(1, &again, now).rule(), RuleId::R40);
    // Step 4: issued; what is used up stays used up.
    story.issue(2, now);
    story.issue(3, now);
    assert_eq!(story.units(), [0, 0, 2]);
    let ledger = story.ledger();
    assert_eq!((ledger.total, ledger.issued), (2, 2));
}

/// S4 consumes on submission, S3 on issuance; a unit is never sold twice under either.
#[test]
fn r23_consumption_by_operation() {
    let book = Rulebook::published();
    let now = at("2024-03-01T09:00:00+08:00");
    for (key, at_once) in [("2021-02-api", false), ("2023-api", true)] {
        let edition = book.edition(key).unwrap();
        let consume = edition.consumption().value.with_csr;
        assert_eq!(consume == ConsumeAt::Submission, at_once);
        let mut story = Story::new(&book, &edition, 1);
        let apply = story.submission(0, csr_application("own key"));
        story.tell(0, &apply, now);
        let unit = if at_once {
            HoldState::Settled
        } else {
            HoldState::Reserved
        };
        assert_eq!(story.instance(0).hold().unwrap().state, unit);
        assert_eq!(story.units(), if at_once { [0, 0, 1] } else { [0, 1, 0] });
        let second = story.submission(1, csr_application("another key"));
        let refusal = story.refused(1, &second, now);
        assert_eq!(
            (refusal.rule(), refusal.kind()),
            (RuleId::R20, RefusalKind::QuotaExhausted)
        );
        // The same edition's ForPackage reserves.
        story.tell(0, &Command::Withdraw, now);
        story.tell(0, &Command::Delete, now);
        assert_eq!(story.units(), [1, 0, 0]);
        story.submit(2, now);
        assert_eq!(story.units(), [0, 1, 0]);
    }
}

/// an order keeps its edition, and 28 rolling days from 2023-10 on do not touch one of 2021 (L9).
#[test]
fn r28_an_order_of_2021_keeps_its_thirty_days() {
    let book = Rulebook::published();
    let (old, new) = (
        book.edition("2021-02-api").unwrap(),
        book.edition("2023-api").unwrap(),
    );
    let issued = at("2023-10-01T09:00:00+08:00");
    let mut story = Story::new(&book, &old, 1);
    story.issue(0, issued);
    let revoked = at("2023-10-31T23:59:59+08:00");
    story.law = Law {
        conduct: &new,
        ..story.law
    };
    story.revoke(0, revoked, revoked);
    assert_eq!(story.units(), [1, 0, 0]);
    // And the new edition cannot pose as the order's own.
    let wrong = Law::single(&new, book.ceilings());
    let mut other = Story::new(&book, &old, 1);
    other.issue(0, issued);
    let refusal = decide(&other.case(0), &REVOKE, revoked, &wrong).unwrap_err();
    assert_eq!(
        (refusal.rule(), refusal.kind()),
        (RuleId::R28, RefusalKind::Misuse)
    );
}

/// R-27, L9: the window is of the order's own calendar, whatever offset is in force meanwhile.
#[test]
fn r27_the_window_is_in_the_days_of_the_order() {
    let book = variant(|parts| {
        let mut later = parts.calendar[0].clone();
        later.from = at("2023-10-16T00:00:00+08:00").day_in(later.value.value.offset);
        later.value.value.offset = Offset::from_minutes(0).unwrap();
        parts.calendar.push(later);
    });
    let (old, new) = (
        book.edition("2021-02-api").unwrap(),
        book.edition("2023-api").unwrap(),
    );
    let offsets = [&old, &new].map(|edition| edition.calendar().value.offset.to_string());
    assert_eq!(offsets, ["+08:00", "Z"]);
    // In days of UTC the thirtieth would last until eight in the morning.
    for (revoked, back) in [
        ("2023-10-31T23:59:59+08:00", true),
        ("2023-11-01T00:00:00+08:00", false),
        ("2023-11-01T07:59:59+08:00", false),
    ] {
        let mut story = Story::new(&book, &old, 1);
        story.issue(0, at("2023-10-01T09:00:00+08:00"));
        story.law = Law {
            conduct: &new,
            ..story.law
        };
        let window = return_window(&story.case(0), &story.law).unwrap();
        assert_eq!(window.contains(at(revoked)), back, "{revoked}");
        story.revoke(0, at(revoked), at(revoked));
        assert_eq!(
            story.units(),
            if back { [1, 0, 0] } else { [0, 0, 1] },
            "{revoked}"
        );
    }
}

/// whether a certificate is over when it is approved is for the calendar in force, not for
/// the order's own.
#[test]
fn k11_the_calendar_in_force_says_what_is_over() {
    let book = variant(|parts| {
        let mut later = parts.calendar[0].clone();
        later.from = at("2023-10-16T00:00:00+08:00").day_in(later.value.value.offset);
        later.value.value.expiry = ExpiryInstant::AtLastSecond;
        parts.calendar.push(later);
    });
    let (old, new) = (
        book.edition("2021-02-api").unwrap(),
        book.edition("2023-api").unwrap(),
    );
    let now = at("2023-11-01T09:00:00+08:00");
    for (own, conduct, over) in [
        (&old, &old, false),
        (&old, &new, true),
        (&new, &old, false),
        (&new, &new, true),
    ] {
        let mut story = Story::new(&book, own, 1);
        story.law = Law {
            conduct,
            ..story.law
        };
        story.review(0, now);
        let application = story.instance(0).application().unwrap();
        let approve = |not_after| Command::Approve {
            certificate: fitting(application, now.saturating_add(-86_400), not_after),
        };
        let (last_second, a_second_more) = (approve(now), approve(now.saturating_add(1)));
        let asked = [&last_second, &a_second_more]
            .map(|command| decide(&story.case(0), command, now, &story.law));
        let [last, more] = asked;
        assert!(more.is_ok());
        let refused = last.err().map(|refusal| (refusal.rule(), refusal.why()));
        let expected = over.then_some((RuleId::K11, Why::CertificateOver));
        assert_eq!(refused, expected, "{} under {}", own.key(), conduct.key());
    }
}

/// a withdrawal returns nothing; deleting the withdrawn order returns its unit, whether it was
/// set aside or consumed.
#[test]
fn r13_the_deletion_returns_what_the_withdrawal_does_not() {
    let book = Rulebook::published();
    let now = at("2024-03-01T09:00:00+08:00");
    for (key, held) in [("2021-02-api", [0, 1, 0]), ("2023-api", [0, 0, 1])] {
        let edition = book.edition(key).unwrap();
        let mut story = Story::new(&book, &edition, 1);
        let apply = story.submission(0, csr_application("own key"));
        story.tell(0, &apply, now);
        assert_eq!(story.units(), held, "{key}");
        let withdrawn = story.tell(0, &Command::Withdraw, now);
        assert_eq!(withdrawn.rules(), &[RuleId::R12]);
        assert_eq!(story.units(), held, "{key}");
        let deleted = story.tell(0, &Command::Delete, now);
        assert_eq!(deleted.rules(), &[RuleId::R13]);
        assert_eq!(story.units(), [1, 0, 0], "{key}");
    }
}

/// the own key binds. The CA's certificate must carry it, and exactly the CN's name (S4).
#[test]
fn r18_the_cn_names_what_is_bound() {
    let book = Rulebook::published();
    let edition = book.edition("2023-api").unwrap();
    let now = at("2024-03-01T09:00:00+08:00");
    let mut story = Story::new(&book, &edition, 1);
    let submission = csr_application("own key");
    let apply = story.submission(0, Arc::clone(&submission));
    let events = story.tell(0, &apply, now);
    assert!(events.rules().contains(&RuleId::R18));
    let application = story.instance(0).application().unwrap();
    assert_eq!(
        application.names(),
        &[support::scene::name("www.example.com")]
    );
    assert_eq!(application.key(), submission.csr().map(CsrFacts::spki));
}

/// a rejection is Validation Failed, with its reason, and nothing is issued.
#[test]
fn r08_a_rejection_fails_the_validation_with_its_reason() {
    let book = Rulebook::published();
    let now = at("2021-03-01T09:00:00+08:00");
    for key in ["2019-08-intl", "2021-02-api", "2023-api", "2025-12-api"] {
        let edition = book.edition(key).unwrap();
        let product = product(ValidationClass::Dv, NameKind::Single);
        let mut story = Story::of(&book, &edition, product, 1);
        story.review(0, now);
        let approve = story.approval(0, now, now.saturating_add(86_400));
        let reason = note("the domain is on a list");
        let reject = Command::Reject {
            reason: reason.clone(),
        };
        let events = story.tell(0, &reject, now);
        assert_eq!(events.rules(), [RuleId::R08], "{key}");
        assert_eq!(
            story.status(0, now),
            Some(Status::ValidationFailed),
            "{key}"
        );
        let case = story.case(0);
        assert!(
            matches!(
                case.instance.unwrap().phase(),
                Phase::Failed { reason: told, .. } if *told == reason
            ),
            "{key}"
        );
        assert_eq!(case.plan.unwrap().issued(), 0, "{key}");
        // Nor does an approval that follows issue anything.
        assert_eq!(story.refused(0, &approve, now).rule(), RuleId::R08, "{key}");
    }
}

/// bought, submitted and issued are counted apart; submitted counts whether or not it was issued.
#[test]
fn r22_a_plan_counts_bought_submitted_and_issued() {
    let book = Rulebook::published();
    let now = at("2021-03-01T09:00:00+08:00");
    for key in ["2021-02-api", "2023-api", "2025-12-api"] {
        let edition = book.edition(key).unwrap();
        let product = product(ValidationClass::Dv, NameKind::Single);
        let mut story = Story::of(&book, &edition, product, 2);
        let counts = |story: &Story<'_>| {
            let case = story.case(0);
            let plan = case.plan.unwrap();
            (plan.total(), plan.used(), plan.issued())
        };
        story.submit(0, now);
        assert_eq!(counts(&story), (2, 1, 0), "{key}");
        story.tell(0, &Command::Withdraw, now);
        assert_eq!(counts(&story), (2, 1, 0), "{key}");
        story.tell(0, &Command::Delete, now);
        assert_eq!(counts(&story), (2, 0, 0), "{key}");
        story.issue(1, now);
        assert_eq!(counts(&story), (2, 1, 1), "{key}");
    }
}
