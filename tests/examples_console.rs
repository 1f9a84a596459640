//! The worked examples of the documents about money, hosting and renewal, by number, each through
//! `decide` from the purchase on, under the published editions and by both ways of counting days.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::result_large_err,
    reason = "tests stop on the first surprise"
)]

mod support;

use std::sync::Arc;

use cert_lifecycle::lifecycle::{Command, Why};
use cert_lifecycle::model::{
    Channel, EditionKey, HoldState, OrderId, Payment, Site, Status, Timestamp,
};
use cert_lifecycle::rulebook::{
    DayCount, Edition, EditionPoint, LateHosting, Method, RefundAct, RuleId, Rulebook,
    RulebookParts,
};
use support::console::{Console, PRICE, set};
use support::scene::at;

const DAY: i64 = 86_400;

/// The published rulebook with something changed.
fn book_with(change: impl FnOnce(&mut RulebookParts)) -> Rulebook {
    let mut parts = Rulebook::published().parts().clone();
    change(&mut parts);
    Rulebook::new(parts).unwrap()
}

/// The published rulebook with every refund and every return counted to the second.
fn rolling() -> Rulebook {
    book_with(|parts| {
        set(&mut parts.return_method, &Method::Rolling);
        for rule in &mut parts.refund {
            for clause in &mut rule.value.value.clauses {
                for limit in &mut clause.limits {
                    limit.method = Method::Rolling;
                }
            }
        }
    })
}

/// A purchase of the given edition, paid then.
fn paid<'a>(book: &'a Rulebook, edition: &'a Edition, payment: Payment, now: &str) -> Console<'a> {
    let mut stage = Console::new(book, edition);
    let bought = stage.purchase(1, payment);
    stage.tell(&Command::Buy(Arc::new(bought)), at(now));
    stage
}

/// How a claim ends on the spot.
#[derive(Debug, PartialEq, Eq)]
enum Claim {
    Paid,
    Reviewed,
    Refused(Why),
}

/// The claim at an instant, and the vendor's grant if it is reviewed.
fn claim(stage: &Console<'_>, now: &str) -> Claim {
    let (mut stage, now) = (stage.clone(), at(now));
    if !stage.grants(&Command::ClaimRefund, now) {
        let refusal = stage.refused(&Command::ClaimRefund, now);
        assert_eq!(refusal.rule(), RuleId::R29);
        return Claim::Refused(refusal.why());
    }
    stage.tell(&Command::ClaimRefund, now);
    let answer = if stage.status(now) == Status::RefundReview {
        stage.tell(&Command::GrantRefund, now);
        Claim::Reviewed
    } else {
        Claim::Paid
    };
    assert_eq!(stage.status(now), Status::Refunded);
    assert_eq!(stage.paid_back(), Some(PRICE.cash));
    answer
}

const LATE: Claim = Claim::Refused(Why::RefundWindow);

/// S1: the full price comes back by itself if the holder revokes within 30 days of issuance.
#[test]
fn example_1_the_price_under_s1() {
    let book = Rulebook::published();
    let edition = book.edition("2019-08-intl").unwrap();
    let issued = "2019-09-01T10:00:00+08:00";
    for (revoked, back) in [
        ("2019-10-01T23:59:59+08:00", Some(PRICE.cash)),
        ("2019-10-02T00:00:00+08:00", None),
    ] {
        let mut stage = paid(&book, &edition, PRICE, issued);
        stage.issue(at(issued), at(issued).saturating_add(300 * DAY));
        stage.revoke(at(revoked), at(revoked));
        assert_eq!(stage.paid_back(), back);
    }
}

/// 4, in money: 28 days, and the completion counts (2020-12).
#[test]
fn example_4_the_completion_decides_about_money() {
    let book = Rulebook::published();
    let edition = book.edition("2020-12").unwrap();
    let issued = "2020-12-10T10:00:00+08:00";
    for (completed, expected) in [
        ("2021-01-07T23:59:59+08:00", Claim::Reviewed),
        (
            "2021-01-08T00:00:00+08:00",
            Claim::Refused(Why::RevokedTooLate(
                RefundAct::RevocationCompleted,
                at("2021-01-08T00:00:00+08:00"),
            )),
        ),
    ] {
        let mut stage = paid(&book, &edition, PRICE, issued);
        stage.issue(at(issued), at(issued).saturating_add(300 * DAY));
        stage.revoke(at("2021-01-03T12:00:00+08:00"), at(completed));
        assert_eq!(claim(&stage, "2021-02-15T00:00:00+08:00"), expected);
    }
}

/// 5: seven days from payment, with an add-on thirty (2021-07).
#[test]
fn example_5_seven_days_from_payment() {
    let payment = "2021-07-20T15:00:00+08:00";
    let add_on = Payment {
        add_on: true,
        ..PRICE
    };
    // The last instant of 7 and of 30 days, and the next one.
    let by_day = [
        ["2021-07-27T23:59:59+08:00", "2021-07-28T00:00:00+08:00"],
        ["2021-08-19T23:59:59+08:00", "2021-08-20T00:00:00+08:00"],
    ];
    let to_the_second = [
        ["2021-07-27T20:00:01+08:00", "2021-07-27T20:00:02+08:00"],
        ["2021-08-19T20:00:01+08:00", "2021-08-19T20:00:02+08:00"],
    ];
    let rolled = "2021-07-20T20:00:01+08:00";
    for (book, payment, ends) in [
        (Rulebook::published(), payment, by_day),
        (rolling(), rolled, to_the_second),
    ] {
        let edition = book.edition("2021-07-cn").unwrap();
        for (price, [last, over]) in [(PRICE, ends[0]), (add_on, ends[1])] {
            let mut stage = paid(&book, &edition, price, payment);
            let issued = at("2021-07-25T10:00:00+08:00");
            stage.issue(issued, issued.saturating_add(300 * DAY));
            assert_eq!(claim(&stage, last), Claim::Refused(Why::NotRevoked));
            let revoked = at("2021-07-27T20:00:00+08:00");
            stage.revoke(revoked, revoked);
            assert_eq!(claim(&stage, last), Claim::Reviewed);
            assert_eq!(claim(&stage, over), LATE);
        }
    }
}

/// 5: beyond the seven days the count comes back, thirty days from the purchase.
#[test]
fn example_5_the_count_within_thirty_days_of_purchase() {
    let bought = at("2021-07-20T15:00:00+08:00");
    for (book, last) in [
        (Rulebook::published(), "2021-08-19T23:59:59+08:00"),
        (rolling(), "2021-08-19T15:00:00+08:00"),
    ] {
        let edition = book.edition("2021-07-cn").unwrap();
        let returned = |revoked: Timestamp| {
            let mut stage = Console::new(&book, &edition);
            stage.buy_plan(1, PRICE, bought);
            let draw = stage.drawing();
            stage.tell(&draw, bought);
            // Issued late: the thirty days are those of the purchase.
            let issued = at("2021-08-18T10:00:00+08:00");
            stage.issue(issued, issued.saturating_add(300 * DAY));
            stage.revoke(revoked, revoked);
            let unit = stage.instance().hold().unwrap().state;
            assert_eq!(
                stage.world.plan().unwrap().remaining() == 1,
                unit == HoldState::Returned
            );
            unit == HoldState::Returned
        };
        assert!(returned(at(last)));
        assert!(!returned(at(last).saturating_add(1)));
    }
}

/// 8: exactly 30 days are left. Renewal is open, the hosting of 2021 acts, that of 2024 waits a day,
/// and hosting is not enabled any more.
#[test]
fn example_8_exactly_thirty_days_left() {
    let book = Rulebook::published();
    let not_after = at("2022-06-01T12:00:00Z");
    let thirty = at("2022-05-02T00:00:00+08:00");
    let issued = at("2021-06-10T09:00:00+08:00");

    let y2021 = book.edition("2021-07-cn").unwrap();
    assert_eq!(y2021.late_hosting().value, LateHosting::MoreThan(30));
    let mut single = Console::new(&book, &y2021);
    single.buy(1, issued);
    single.issue(issued, not_after);
    let renew = single.renewal(Some(PRICE));
    assert!(!single.grants(&renew, thirty.saturating_add(-1)));
    assert!(single.grants(&renew, thirty));
    let enable = Command::EnableHosting(Arc::new(single.extension(1)));
    assert!(single.grants(&enable, thirty.saturating_add(-1)));
    let refusal = single.refused(&enable, thirty);
    assert_eq!(
        (refusal.rule(), refusal.permitted_until()),
        (RuleId::R50, Some(thirty))
    );

    // Days counted in seconds begin where the certificate's last second stands on the clock.
    let by_second = book_with(|parts| {
        for clause in &mut parts.calendar {
            clause.value.value.remaining = DayCount::Seconds;
        }
    });
    let noon = at("2022-05-02T12:00:00Z");
    for (book, key, due) in [
        (&book, "2021-07-cn", thirty),
        (&book, "2022-hosting", thirty),
        (&book, "2024-10-intl", thirty.saturating_add(DAY)),
        (&by_second, "2021-07-cn", noon),
        (&by_second, "2024-10-intl", noon.saturating_add(DAY)),
    ] {
        let edition = book.edition(key).unwrap();
        let mut stage = Console::new(book, &edition);
        stage.buy(2, issued);
        stage.issue(issued, not_after);
        stage.focus(2);
        let activate = Command::Activate {
            order: OrderId::new(900).unwrap(),
        };
        let early = due.saturating_add(-1);
        let refusal = stage.refused(&activate, early);
        assert_eq!(
            (refusal.why(), refusal.permitted_from()),
            (Why::NotDue, Some(due)),
            "{key}"
        );
        stage.tell(&activate, due);
        assert_eq!(stage.status(due), Status::Validating);
    }
}

/// 9: the old certificate's last second is carried, whatever day the renewal is made on; of uploaded
/// ones only in the six days from 2021-01-22 on.
#[test]
fn example_9_what_is_carried_over() {
    let book = Rulebook::published();
    let not_after = at("2022-06-01T12:00:00Z");
    let issued = at("2021-06-10T09:00:00+08:00");
    let now = at("2022-05-25T10:00:00+08:00");
    let carried = |edition: &Edition, own: bool, free: bool| {
        let mut stage = Console::new(&book, edition);
        stage.product.free = free;
        if own {
            stage.buy(1, issued);
            stage.issue(issued, not_after);
        } else {
            let upload = stage.upload("elsewhere", issued, not_after);
            stage.tell(&Command::Upload(Arc::new(upload)), issued);
        }
        let old = stage.instance().id();
        let renew = stage.renewal(Some(PRICE));
        let Command::Renew { slot, .. } = renew else {
            panic!("a renewal")
        };
        if !stage.grants(&renew, now) {
            return Err(stage.refused(&renew, now).rule());
        }
        stage.tell(&renew, now);
        stage.world.focus(slot.instance);
        assert_eq!(stage.status(now), Status::PendingApplication);
        let renewed = stage.instance().renewed().unwrap();
        assert_eq!(renewed.from, old);
        Ok(renewed.carries)
    };
    for key in ["2021-04-cn", "2021-07-cn", "2022-hosting"] {
        let edition = book.edition(key).unwrap();
        assert_eq!(carried(&edition, true, false), Ok(Some(not_after)), "{key}");
        assert_eq!(
            carried(&edition, true, true),
            Err(RuleId::R54),
            "free, {key}"
        );
    }
    let of_day = |day: &str| {
        let midnight = at(&format!("{day}T00:00:00+08:00"));
        let point = EditionPoint {
            key: EditionKey::new("a-day").unwrap(),
            day: midnight.day_in(cert_lifecycle::model::Offset::hours(8)),
            site: Site::Cn,
            channel: Channel::Console,
        };
        let book = book_with(|parts| parts.points.push(point));
        book.edition("a-day").unwrap()
    };
    for (day, uploaded) in [("2021-01-27", Some(not_after)), ("2021-01-28", None)] {
        let edition = of_day(day);
        assert_eq!(carried(&edition, false, false), Ok(uploaded), "{day}");
        assert_eq!(carried(&edition, true, false), Ok(Some(not_after)), "{day}");
    }
}

/// 10: never applied for, within 5 days of payment paid at once, later after a review (2020-09).
#[test]
fn example_10_refund_without_review() {
    let payment = "2020-10-01T08:00:00+08:00";
    for (book, last, over) in [
        (
            Rulebook::published(),
            "2020-10-06T23:59:59+08:00",
            "2020-10-07T00:00:00+08:00",
        ),
        (
            rolling(),
            "2020-10-06T08:00:00+08:00",
            "2020-10-06T08:00:01+08:00",
        ),
    ] {
        let edition = book.edition("2020-09").unwrap();
        let stage = paid(&book, &edition, PRICE, payment);
        assert_eq!(claim(&stage, last), Claim::Paid);
        assert_eq!(claim(&stage, over), Claim::Reviewed);
    }
}

/// 6: sixty days before under S0, thirty in the neighbouring editions.
#[test]
fn example_6_sixty_days_under_s0() {
    let book = Rulebook::published();
    for (key, begins) in [
        ("2021-01-intl", "2021-04-02T00:00:00+08:00"),
        ("2020-12", "2021-05-02T00:00:00+08:00"),
        ("2021-05-intl", "2021-05-02T00:00:00+08:00"),
    ] {
        let edition = book.edition(key).unwrap();
        let mut stage = paid(&book, &edition, PRICE, "2020-12-10T10:00:00+08:00");
        stage.issue(at("2020-12-10T10:00:00+08:00"), at("2021-06-01T12:00:00Z"));
        let begins = at(begins);
        assert_eq!(stage.status(begins.saturating_add(-1)), Status::Issued);
        assert_eq!(stage.status(begins), Status::PendingExpiration);
    }
}
