//! The rules of what is bought slot by slot, by number: from the documents' sentences, what is granted
//! and what is refused, at the instants around each boundary.
//!
//! Where a rule is edition data, the test sets the value that it is about, so that it says what the
//! rule does with it; what each published edition says is the matter of the published rulebook.
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

#[path = "rules_console/advice.rs"]
mod advice;
#[path = "rules_console/custody.rs"]
mod custody;
#[path = "rules_console/guards.rs"]
mod guards;
#[path = "rules_console/hosting.rs"]
mod hosted;
mod support;

use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::lifecycle::{Command, NewPurchase, RefusalKind, Slot, WayOut, Why};
use cert_lifecycle::model::{
    Currency, InstanceId, NameKind, Origin, Payment, PlanId, Product, PurchaseKind, Status,
    StatusSet, Timestamp, ValidationClass,
};
use cert_lifecycle::rulebook::{
    Anchor, ClassSet, Edition, Field, FreeLimit, HostingYears, Method, Permission, PlanRefundRule,
    RefundAct, RefundCase, RefundTrigger, Review, RuleId, Rulebook, Unused,
};
use support::console::{
    CONSOLE, Console, PRICE, REVOKE, console, dv_first, hosting, limit, refunds, set,
    seven_days_of_2021, table_of_2020, way,
};
use support::scene::{at, csr_application, note, product};

const DAY: i64 = 86_400;

/// The bought slot of an account, and what is asked of it later.
const BOUGHT: &str = "2019-09-01T08:00:00+08:00";

fn book() -> Rulebook {
    Rulebook::published()
}

fn s1() -> Edition {
    book().edition(CONSOLE).unwrap()
}

fn of(class: ValidationClass) -> Product {
    product(class, NameKind::Single)
}

fn is(refusal: &cert_lifecycle::lifecycle::Refusal, rule: RuleId, why: Why) {
    assert_eq!((refusal.rule(), refusal.why()), (rule, why), "{refusal}");
}

/// S0, S1: a bought certificate waits for its application; paying issues nothing.
#[test]
fn r01_a_year_is_one_slot_and_nothing_is_issued() {
    let (book, edition, now) = (book(), s1(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    let events = stage.buy(1, now);
    assert_eq!(events.rules()[0], RuleId::R01);
    assert_eq!(events.len(), 2, "a purchase and a slot: {events:?}");
    assert_eq!(stage.world.instances().count(), 1);
    assert_eq!(stage.status(now), Status::PendingApplication);
    assert_eq!(stage.instance().chain(), None);
    assert_eq!(stage.instance().certificate(), None);
    let purchase = stage.world.purchase().unwrap();
    assert_eq!(
        (purchase.count(), purchase.chain(), purchase.kind()),
        (1, None, PurchaseKind::New)
    );
    assert_eq!(purchase.bill().paid_at, now);
    assert_eq!(purchase.bill().payment, PRICE);
    is(
        &stage.refused(&Command::Collect, now),
        RuleId::R25,
        Why::NotIssued,
    );
}

/// S2: three years are one slot to apply with and two that wait, linked in their order.
#[test]
fn r02_years_are_slots_in_a_chain() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    let events = stage.buy(3, now);
    assert_eq!(events.rules()[0], RuleId::R02);
    let seen: Vec<Status> = (1..=3).map(|n| stage.status_of(n, now)).collect();
    assert_eq!(
        seen,
        [
            Status::PendingApplication,
            Status::NotActivated,
            Status::NotActivated
        ]
    );
    let chain = stage.world.chain().unwrap();
    let members: Vec<InstanceId> = chain.members().iter().map(|one| one.instance).collect();
    assert_eq!(members, [1, 2, 3].map(|n| Console::slot(n).instance));
    assert_eq!(chain.current(), Some(members[0]));
    assert_eq!(chain.next(), Some(members[1]));
    let purchase = stage.world.purchase().unwrap();
    assert_eq!((purchase.count(), purchase.chain()), (3, Some(chain.id())));

    // Slots that don't fit the years.
    let fits = stage.purchase(2, PRICE);
    let chain = fits.chain;
    let misfits = [
        NewPurchase {
            chain: None,
            ..fits.clone()
        },
        NewPurchase {
            slots: Arc::from([fits.slots[0]]),
            ..fits.clone()
        },
        NewPurchase {
            slots: Arc::from([]),
            chain: None,
            ..fits.clone()
        },
        NewPurchase {
            slots: Arc::from([fits.slots[0], fits.slots[0]]),
            chain,
            ..fits.clone()
        },
        NewPurchase {
            slots: Arc::from([
                fits.slots[0],
                Slot {
                    order: fits.slots[0].order,
                    ..fits.slots[1]
                },
            ]),
            ..fits.clone()
        },
    ];
    for misfit in misfits {
        let refusal = stage.refused(&Command::Buy(Arc::new(misfit)), now);
        is(&refusal, RuleId::R02, Why::Slots);
        assert_eq!(refusal.kind(), RefusalKind::Misuse);
    }
    stage.tell(&Command::Buy(Arc::new(fits)), now);
}

/// S2: hosting is sold for 2 or 3 years; `HS21b`: DV up to 4, OV up to 2.
#[test]
fn r03_years_that_are_sold() {
    use ValidationClass::{Dv, Ev, Ov};
    let (book, now) = (book(), at(BOUGHT));
    let sells = |edition: &Edition, class, years| {
        let mut stage = Console::of(&book, edition, of(class));
        let buy = Command::Buy(Arc::new(stage.purchase(years, PRICE)));
        if stage.grants(&buy, now) {
            return true;
        }
        let refusal = stage.refused(&buy, now);
        is(
            &refusal,
            RuleId::R03,
            Why::Years(u8::try_from(years).unwrap()),
        );
        assert_eq!(refusal.way_out(), WayOut::OtherYears);
        false
    };
    let years = |edition: &Edition, class| -> Vec<u64> {
        let all = 1..=6;
        all.filter(|years| sells(edition, class, *years)).collect()
    };
    let s2 = hosting();
    assert_eq!(years(&s2, Dv), [1, 2, 3]);
    assert_eq!(years(&s2, Ev), [1, 2, 3]);
    let hs21b = console(|parts| {
        let years = HostingYears {
            dv: 4,
            ov: 2,
            ev: 0,
        };
        set(&mut parts.hosting_years, &years);
    });
    assert_eq!(years(&hs21b, Dv), [1, 2, 3, 4]);
    assert_eq!(years(&hs21b, Ov), [1, 2]);
    assert_eq!(years(&hs21b, Ev), [1], "a year alone needs no hosting");
}

/// S0, S2: a slot is applied for by its owner, who proves the domain.
#[test]
fn r04_a_slot_is_applied_for() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    let apply = stage.application();
    let events = stage.tell(&apply, now);
    assert_eq!(events.rules()[0], RuleId::R04);
    assert_eq!(stage.status(now), Status::DomainVerification);
    // While it is under way it is not applied for again.
    let again = stage.application();
    is(
        &stage.refused(&again, now),
        RuleId::R26,
        Why::Status(Status::DomainVerification),
    );
    // After a withdrawal it is.
    stage.tell(&Command::Withdraw, now);
    assert_eq!(stage.status(now), Status::PendingApplication);
    stage.tell(&again, now);

    // An edition in which nothing is applied for with a slot.
    let silent = console(|parts| set(&mut parts.applying, &StatusSet::EMPTY));
    let mut stage = Console::new(&book, &silent);
    stage.buy(1, now);
    let apply = stage.application();
    is(
        &stage.refused(&apply, now),
        RuleId::R04,
        Why::Status(Status::PendingApplication),
    );
}

/// S0, T-03: DV waits for the domain, OV and EV go to the CA's review; nothing is issued at once.
#[test]
fn r05_an_application_never_leads_straight_to_a_certificate() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    for (class, first) in [
        (ValidationClass::Dv, Status::DomainVerification),
        (ValidationClass::Ov, Status::Validating),
        (ValidationClass::Ev, Status::Validating),
    ] {
        let mut stage = Console::of(&book, &edition, of(class));
        stage.buy(1, now);
        let apply = stage.application();
        let events = stage.tell(&apply, now);
        assert!(events.rules().contains(&RuleId::R05));
        assert_eq!(stage.status(now), first, "{class:?}");
        assert_eq!(stage.instance().certificate(), None);
    }
    // By API every class proves its domain first (S3).
    let api = book.edition("2021-02-api").unwrap();
    for class in ValidationClass::ALL {
        let mut stage = Console::of(&book, &api, of(class));
        stage.buy(1, now);
        let apply = stage.application();
        stage.tell(&apply, now);
        assert_eq!(stage.status(now), Status::DomainVerification);
        let approve = stage.approval(now, now.saturating_add(DAY));
        is(
            &stage.refused(&approve, now),
            RuleId::R06,
            Why::DomainUnproved,
        );
    }
}

/// S0: check the material and submit again; it is the same slot with a new order. X-14: not by API.
#[test]
fn r09_a_failed_application_is_corrected_in_its_slot() {
    let (book, now) = (book(), at(BOUGHT));
    let both = StatusSet::of(&[Status::PendingApplication, Status::ValidationFailed]);
    let first_only = StatusSet::of(&[Status::PendingApplication]);
    let no = Command::Reject {
        reason: note("the company has another name"),
    };
    for (states, resubmits) in [(both, true), (first_only, false)] {
        let edition = console(|parts| set(&mut parts.applying, &states));
        let mut stage = Console::new(&book, &edition);
        stage.buy(1, now);
        stage.review(now);
        let failed_order = stage.instance().order();
        stage.tell(&no, now);
        let again = stage.application();
        if resubmits {
            let events = stage.tell(&again, now);
            assert_eq!(events.rules()[0], RuleId::R09);
            assert_eq!(stage.instance().id(), Console::slot(1).instance);
            assert_eq!(stage.world.instances().count(), 1);
            assert_ne!(stage.instance().order(), failed_order);
            assert_eq!(stage.instance().earlier()[0].order, failed_order);
            stage.prove(now);
            stage.approve(now, now.saturating_add(90 * DAY));
            assert_eq!(stage.status(now), Status::Issued);
        } else {
            is(
                &stage.refused(&again, now),
                RuleId::R09,
                Why::Status(Status::ValidationFailed),
            );
            assert_eq!(stage.status(now), Status::ValidationFailed);
        }
    }
}

/// The price that comes back for a certificate issued and revoked at the given instants, where the
/// service pays by itself.
fn paid_by_itself(edition: &Edition, issued: &str, [requested, completed]: [&str; 2]) -> bool {
    let book = book();
    let issued = at(issued);
    let mut stage = Console::new(&book, edition);
    stage.buy(1, issued);
    stage.issue(issued, issued.saturating_add(300 * DAY));
    let events = stage.revoke(at(requested), at(completed));
    let rules = events.rules().contains(&RuleId::R29);
    let paid = stage.paid_back();
    assert_eq!(paid, rules.then_some(PRICE.cash), "all of it or nothing");
    let seen = if rules {
        Status::Refunded
    } else {
        Status::Revoked
    };
    assert_eq!(stage.status(at(completed)), seen);
    rules
}

fn s1_refund(method: Method) -> Edition {
    console(|parts| {
        let mut bound = limit(Anchor::Issuance, RefundAct::RevocationRequested, 30);
        bound.method = method;
        let rule = refunds(&[way(RefundCase::Revoked, &[bound], Review::Instant)]);
        set(&mut parts.refund, &rule);
        set(&mut parts.refund_trigger, &RefundTrigger::OnRevocation);
    })
}

/// S1: "if you revoke" within 30 days of issuance, the full price comes back, and later nothing.
#[test]
fn r29_the_full_price_within_thirty_days_of_issuance() {
    let issued = "2019-09-01T10:00:00+08:00";
    let (last, over) = ("2019-10-01T23:59:59+08:00", "2019-10-02T00:00:00+08:00");
    let by_day = s1_refund(Method::EndOfDay);
    assert!(paid_by_itself(&by_day, issued, [last, last]));
    // The request decides, however late the CA is.
    assert!(paid_by_itself(
        &by_day,
        issued,
        [last, "2019-11-20T00:00:00+08:00"]
    ));
    assert!(!paid_by_itself(&by_day, issued, [over, over]));
    let rolling = s1_refund(Method::Rolling);
    let (last, over) = ("2019-10-01T10:00:00+08:00", "2019-10-01T10:00:01+08:00");
    assert!(paid_by_itself(&rolling, issued, [last, last]));
    assert!(!paid_by_itself(&rolling, issued, [over, over]));
    assert!(paid_by_itself(&by_day, issued, [over, over]));

    // What the CA revokes on its own account is paid back as if the holder had (T-48).
    let (book, now) = (book(), at(issued));
    let mut stage = Console::new(&book, &by_day);
    stage.buy(1, now);
    stage.issue(now, now.saturating_add(300 * DAY));
    let by_ca = Command::RecordCaRevocation {
        reason: cert_lifecycle::model::RevocationReason::KeyCompromise,
        at: now,
    };
    stage.tell(&by_ca, now);
    assert_eq!(stage.paid_back(), Some(PRICE.cash));
}

/// S0: "more than 30 calendar days": no refund; day 30 is accepted.
#[test]
fn r30_no_claim_after_thirty_calendar_days() {
    let book = book();
    let edition = book.edition("2021-01-intl").unwrap();
    let issued = at("2021-01-22T15:00:00+08:00");
    let revoked = |now: Timestamp| {
        let mut stage = Console::new(&book, &edition);
        stage.buy(1, issued);
        stage.issue(issued, issued.saturating_add(300 * DAY));
        let before = stage.refused(&Command::ClaimRefund, now).why();
        stage.revoke(now, now);
        (stage, before)
    };
    let (last, over) = (
        at("2021-02-21T23:59:59+08:00"),
        at("2021-02-22T00:00:00+08:00"),
    );
    let (mut stage, before) = revoked(last);
    assert_eq!(before, Why::NotRevoked);
    let events = stage.tell(&Command::ClaimRefund, last);
    assert_eq!(events.rules(), [RuleId::R29]);
    let (stage, before) = revoked(over);
    assert_eq!(before, Why::RefundWindow);
    is(
        &stage.refused(&Command::ClaimRefund, over),
        RuleId::R29,
        Why::RefundWindow,
    );
    assert_eq!(stage.status(over), Status::Revoked);
}

/// `RF19c`: the voucher part is not paid back; `RF20a`: free certificates never.
#[test]
fn r31_cash_and_nothing_else() {
    let (book, now) = (book(), at(BOUGHT));
    let edition = console(|parts| set(&mut parts.refund, &table_of_2020()));
    let claimed = |product: Product, payment: Payment| {
        let mut stage = Console::of(&book, &edition, product);
        let buy = Command::Buy(Arc::new(stage.purchase(1, payment)));
        stage.tell(&buy, now);
        stage
    };
    let dv = of(ValidationClass::Dv);
    let both = Payment {
        voucher: 50_000,
        ..PRICE
    };
    let mut stage = claimed(dv, both);
    stage.tell(&Command::ClaimRefund, now);
    assert_eq!(stage.paid_back(), Some(PRICE.cash));
    let voucher = Payment {
        voucher: 50_000,
        ..Payment::cash(0, Currency::CNY)
    };
    is(
        &claimed(dv, voucher).refused(&Command::ClaimRefund, now),
        RuleId::R31,
        Why::NothingPaid,
    );
    let free = Product { free: true, ..dv };
    is(
        &claimed(free, PRICE).refused(&Command::ClaimRefund, now),
        RuleId::R31,
        Why::Free,
    );
    // Plans alike.
    let mut plan = Console::of(&book, &edition, free);
    plan.buy_plan(1, PRICE, now);
    is(
        &plan.refused(&Command::ClaimRefund, now),
        RuleId::R31,
        Why::Free,
    );
}

fn plan_refunds(days: Option<u16>, method: Method, unused: Unused) -> Edition {
    let rule = PlanRefundRule {
        days,
        method,
        unused,
    };
    console(|parts| set(&mut parts.plan_refund, &rule))
}

/// S3: an unused plan is paid back at any time; RFP20: only if nothing was ever applied for.
#[test]
fn r32_an_unused_plan() {
    let (book, bought) = (book(), at(BOUGHT));
    let later = bought.saturating_add(1_000 * DAY);
    for unused in [Unused::LedgerFull, Unused::NeverApplied] {
        let edition = plan_refunds(None, Method::EndOfDay, unused);
        let mut stage = Console::new(&book, &edition);
        stage.buy_plan(2, PRICE, bought);
        assert!(stage.grants(&Command::ClaimRefund, later));
        let draw = stage.drawing();
        stage.tell(&draw, later);
        let refusal = stage.refused(&Command::ClaimRefund, later);
        is(&refusal, RuleId::R32, Why::PlanUsed);
        let helps = match unused {
            Unused::LedgerFull => WayOut::ReturnUnits,
            Unused::NeverApplied => WayOut::None,
        };
        assert_eq!(refusal.way_out(), helps);
        // Deleted, its unit is back: that is unused for S3, and used for RFP20.
        stage.tell(&Command::Delete, later);
        assert_eq!(stage.world.plan().unwrap().remaining(), 2);
        if unused == Unused::NeverApplied {
            let refusal = stage.refused(&Command::ClaimRefund, later);
            is(&refusal, RuleId::R32, Why::PlanUsed);
            continue;
        }
        let events = stage.tell(&Command::ClaimRefund, later);
        assert_eq!(events.rules(), [RuleId::R32]);
        // What was paid back has no units.
        let draw = stage.drawing();
        is(&stage.refused(&draw, later), RuleId::R20, Why::PlanRefunded);
        is(
            &stage.refused(&Command::ClaimRefund, later),
            RuleId::R34,
            Why::Refunded,
        );
    }
}

/// RFP20: 30 days; `RF21a`: 28; RF24: 7. The deadline holds to the second, by both methods.
#[test]
fn r33_the_deadline_of_a_plan() {
    let (book, bought) = (book(), at("2020-11-10T15:00:00+08:00"));
    for (days, last_by_day) in [
        (30, "2020-12-10T23:59:59+08:00"),
        (28, "2020-12-08T23:59:59+08:00"),
        (7, "2020-11-17T23:59:59+08:00"),
    ] {
        let rolling = bought.saturating_add(i64::from(days) * DAY);
        for (method, last) in [
            (Method::EndOfDay, at(last_by_day)),
            (Method::Rolling, rolling),
        ] {
            let edition = plan_refunds(Some(days), method, Unused::NeverApplied);
            let mut stage = Console::new(&book, &edition);
            stage.buy_plan(1, PRICE, bought);
            let over = last.saturating_add(1);
            let refusal = stage.refused(&Command::ClaimRefund, over);
            is(&refusal, RuleId::R33, Why::RefundWindow);
            assert_eq!(refusal.permitted_until(), Some(over));
            stage.tell(&Command::ClaimRefund, last);
        }
    }
}

/// `RF20a`: a claim under review is taken back (T-34) or refused (T-35), and all is as it was; nothing
/// else happens to the slot meanwhile.
#[test]
fn r34_a_claim_under_review() {
    let (book, edition) = (book(), hosting());
    let bought = at(BOUGHT);
    let now = bought.saturating_add(20 * DAY);
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, bought);
    let before = stage.world.clone();
    is(
        &stage.refused(&Command::CancelRefund, now),
        RuleId::R34,
        Why::NoRefundClaimed,
    );
    let no = Command::RefuseRefund {
        reason: note("paid by another account"),
    };
    for end in [&Command::CancelRefund, &no] {
        stage.tell(&Command::ClaimRefund, now);
        assert_eq!(stage.status(now), Status::RefundReview);
        assert_eq!(stage.paid_back(), None);
        let apply = stage.application();
        for command in [
            &apply,
            &Command::Delete,
            &Command::Close,
            &Command::ClaimRefund,
            &Command::DeleteCertificate,
        ] {
            let refusal = stage.refused(command, now);
            let expected = if matches!(command, Command::DeleteCertificate) {
                (RuleId::R41, Why::NotIssued)
            } else {
                (RuleId::R34, Why::RefundUnderWay)
            };
            is(&refusal, expected.0, expected.1);
            assert_eq!(refusal.status(), Some(Status::RefundReview));
        }
        stage.tell(end, now);
        assert_eq!(stage.status(now), Status::PendingApplication);
        assert_eq!(stage.world, before, "all is as it was");
    }
    // It stays usable.
    let mut used = stage.clone();
    used.issue(now, now.saturating_add(90 * DAY));
    // Granted, it is over.
    stage.tell(&Command::ClaimRefund, now);
    let events = stage.tell(&Command::GrantRefund, now);
    assert_eq!(events.rules(), [RuleId::R34]);
    assert_eq!(stage.paid_back(), Some(PRICE.cash));
    assert_eq!(stage.status(now), Status::Refunded);
    let apply = stage.application();
    for command in [
        &apply,
        &Command::ClaimRefund,
        &Command::CancelRefund,
        &Command::GrantRefund,
        &no,
    ] {
        is(&stage.refused(command, now), RuleId::R34, Why::Refunded);
    }
}

/// S0, S1: what is issued is deleted; `DL19a`: only what is revoked or expired; DL20: what was uploaded
/// only once it expired; `DL21b`: not while it is deployed.
#[test]
fn r41_what_is_deleted_in_which_states() {
    use Status::{Expired, Issued, PendingExpiration, Revoked};
    let (book, now) = (book(), at(BOUGHT));
    let not_after = now.saturating_add(300 * DAY);
    let over = not_after.saturating_add(1);
    let delete = Command::DeleteCertificate;
    let any = StatusSet::of(&[Issued, PendingExpiration, Expired]);
    let s1 = StatusSet::of(&[Issued, PendingExpiration, Expired, Revoked]);
    let dl19a = StatusSet::of(&[Expired, Revoked]);
    for (states, while_valid) in [(s1, true), (dl19a, false)] {
        let edition = console(|parts| set(&mut parts.deletion, &states));
        let mut stage = Console::new(&book, &edition);
        stage.buy(1, now);
        is(&stage.refused(&delete, now), RuleId::R41, Why::NotIssued);
        stage.issue(now, not_after);
        for instant in [now, not_after] {
            assert_eq!(stage.grants(&delete, instant), while_valid);
        }
        if !while_valid {
            let refusal = stage.refused(&delete, not_after);
            is(&refusal, RuleId::R41, Why::Status(Issued));
            assert_eq!(refusal.permitted_from(), Some(over));
        }
        let mut expired = stage.clone();
        let events = expired.tell(&delete, over);
        assert_eq!(events.rules(), [RuleId::R41]);
        assert_eq!(expired.status(over), Status::Deleted);
        is(
            &expired.refused(&delete, over),
            RuleId::R21,
            Why::OrderDeleted,
        );
        stage.tell(&REVOKE, now);
        is(
            &stage.refused(&delete, now),
            RuleId::R41,
            Why::Status(Status::ValidatingRevocation),
        );
        stage.tell(&Command::CompleteRevocation { at: now }, now);
        stage.tell(&delete, now);
    }
    for (states, while_valid) in [(any, true), (StatusSet::of(&[Expired]), false)] {
        let edition = console(|parts| set(&mut parts.deletion_of_uploaded, &states));
        let mut stage = Console::new(&book, &edition);
        let upload = stage.upload("web-2019", now, not_after);
        stage.tell(&Command::Upload(Arc::new(upload)), now);
        assert_eq!(stage.grants(&delete, not_after), while_valid);
        stage.tell(&delete, over);
    }
    for (deployed, granted) in [(Permission::Allowed, true), (Permission::Refused, false)] {
        let edition = console(|parts| {
            set(&mut parts.deletion, &s1);
            set(&mut parts.deletion_of_deployed, &deployed);
        });
        let mut stage = Console::new(&book, &edition);
        stage.buy(1, now);
        stage.issue(now, not_after);
        let target = edition.targets().value.as_slice()[0];
        let deploy = Command::Deploy {
            target,
            domain: None,
        };
        stage.tell(&deploy, now);
        assert_eq!(stage.grants(&delete, now), granted);
        if !granted {
            let refusal = stage.refused(&delete, now);
            is(&refusal, RuleId::R41, Why::Deployed);
            assert_eq!(refusal.way_out(), WayOut::UndeployFirst);
        }
        stage.tell(&Command::Undeploy { target }, now);
        stage.tell(&delete, now);
    }
}

/// FR21: 20 free certificates in a calendar year, of the calendar's offset.
#[test]
fn r61_free_certificates_of_a_year() {
    let book = book();
    let edition = console(|parts| set(&mut parts.free_limit, &FreeLimit(Some(20))));
    let free = Product {
        free: true,
        ..of(ValidationClass::Dv)
    };
    let (last, new_year) = (
        at("2021-12-31T23:59:59+08:00"),
        at("2022-01-01T00:00:00+08:00"),
    );
    let mut stage = Console::of(&book, &edition, free);
    stage.buy_plan(19, Payment::NONE, at("2021-03-01T09:00:00+08:00"));
    let both = Command::BuyPlan {
        plan: PlanId::new("two").unwrap(),
        product: free,
        count: NonZeroU32::new(2).unwrap(),
        payment: Payment::NONE,
    };
    // The year after begins with its first second; more than a year's number is never taken at once.
    let refusal = stage.refused(&both, last);
    is(&refusal, RuleId::R61, Why::NoFreeLeft);
    assert_eq!(refusal.permitted_from(), Some(new_year));
    let text = refusal.to_string();
    let date = "It becomes possible at 2022-01-01T00:00:00+08:00.";
    assert!(text.contains(date), "{text}");
    let too_many = Command::BuyPlan {
        plan: PlanId::new("three").unwrap(),
        product: free,
        count: NonZeroU32::new(21).unwrap(),
        payment: Payment::NONE,
    };
    let refusal = stage.refused(&too_many, last);
    assert_eq!(
        (refusal.why(), refusal.permitted_from()),
        (Why::NoFreeLeft, None)
    );
    stage.buy(1, last);
    let one = Command::Buy(Arc::new(stage.purchase(1, Payment::NONE)));
    let refusal = stage.refused(&one, last);
    is(&refusal, RuleId::R61, Why::NoFreeLeft);
    assert_eq!(refusal.kind(), RefusalKind::QuotaExhausted);
    stage.tell(&one, new_year);
    // Others are not counted.
    stage.product = of(ValidationClass::Dv);
    stage.buy(1, last);
}

/// DV and OV slots of one account, none applied for.
fn two_slots<'a>(book: &'a Rulebook, edition: &'a Edition, class: ValidationClass) -> Console<'a> {
    let mut stage = Console::of(book, edition, of(class));
    stage.buy(1, at(BOUGHT));
    stage.buy(1, at(BOUGHT));
    stage.focus(1);
    stage.world.set_other(Some(Console::slot(2).instance));
    stage
}

/// MG21: two OV slots of one specification become one; not DV; and no refund any more.
#[test]
fn t42_two_slots_become_one() {
    let (book, now) = (book(), at(BOUGHT));
    let edition = console(|parts| {
        set(&mut parts.merging, &ClassSet::OV_AND_EV);
        set(&mut parts.refund, &table_of_2020());
        dv_first(parts);
    });
    let mut stage = two_slots(&book, &edition, ValidationClass::Ov);
    let events = stage.tell(&Command::Merge, now);
    assert_eq!(events.rules(), [RuleId::T42]);
    assert_eq!(stage.status(now), Status::Merged);
    let apply = stage.application();
    is(
        &stage.refused(&apply, now),
        RuleId::R04,
        Why::Ended(Status::Merged),
    );
    is(
        &stage.refused(&Command::ClaimRefund, now),
        RuleId::T42,
        Why::WasMerged,
    );
    stage.focus(2);
    assert_eq!(stage.instance().absorbed(), [Console::slot(1).instance]);
    is(
        &stage.refused(&Command::ClaimRefund, now),
        RuleId::T42,
        Why::WasMerged,
    );
    stage.issue(now, now.saturating_add(90 * DAY));

    let dv = two_slots(&book, &edition, ValidationClass::Dv);
    is(
        &dv.refused(&Command::Merge, now),
        RuleId::T42,
        Why::NotMergeable,
    );
    let nothing = s1().with(
        Field::Merging,
        &console(|parts| {
            set(&mut parts.merging, &ClassSet::NONE);
        }),
    );
    let ov = two_slots(&book, &nothing, ValidationClass::Ov);
    is(
        &ov.refused(&Command::Merge, now),
        RuleId::T42,
        Why::NotMergeable,
    );
    // Another specification, another status, no second slot.
    let mut stage = two_slots(&book, &edition, ValidationClass::Ov);
    stage.product = of(ValidationClass::Ev);
    stage.buy(1, now);
    stage.focus(1);
    stage.world.set_other(Some(Console::slot(3).instance));
    is(
        &stage.refused(&Command::Merge, now),
        RuleId::T42,
        Why::NotMergeable,
    );
    stage.world.set_other(None);
    is(
        &stage.refused(&Command::Merge, now),
        RuleId::T42,
        Why::OtherInstance,
    );
    stage.product = of(ValidationClass::Ov);
    stage.focus(2);
    stage.review(now);
    stage.world.set_other(Some(Console::slot(1).instance));
    is(
        &stage.refused(&Command::Merge, now),
        RuleId::T42,
        Why::Status(Status::Validating),
    );
    stage.focus(1);
    stage.world.set_other(Some(Console::slot(2).instance));
    is(
        &stage.refused(&Command::Merge, now),
        RuleId::T42,
        Why::OtherStatus(Status::Validating),
    );
    // A slot of a plan is not one.
    let mut stage = two_slots(&book, &edition, ValidationClass::Ov);
    stage.buy_plan(1, PRICE, now);
    let draw = stage.drawing();
    stage.tell(&draw, now);
    stage.world.set_other(Some(Console::slot(1).instance));
    is(
        &stage.refused(&Command::Merge, now),
        RuleId::T42,
        Why::NotSingle,
    );
}

/// CL18: a bought slot is shut down, where the edition has it; its owner does not reopen it.
#[test]
fn t43_a_slot_is_closed() {
    let (book, now) = (book(), at(BOUGHT));
    let closes = |closing: Permission| console(|parts| set(&mut parts.closing, &closing));
    let allowed = closes(Permission::Allowed);
    let mut stage = Console::new(&book, &allowed);
    stage.buy(1, now);
    let mut under_way = stage.clone();
    let events = stage.tell(&Command::Close, now);
    assert_eq!(events.rules(), [RuleId::T43]);
    assert_eq!(stage.status(now), Status::Closed);
    let apply = stage.application();
    is(
        &stage.refused(&apply, now),
        RuleId::R04,
        Why::Ended(Status::Closed),
    );
    is(
        &stage.refused(&Command::Close, now),
        RuleId::T43,
        Why::Ended(Status::Closed),
    );
    let apply = under_way.application();
    under_way.tell(&apply, now);
    is(
        &under_way.refused(&Command::Close, now),
        RuleId::T43,
        Why::Status(Status::DomainVerification),
    );
    under_way.tell(&Command::Withdraw, now);
    under_way.tell(&Command::Close, now);

    let refused = closes(Permission::Refused);
    let mut stage = Console::new(&book, &refused);
    stage.buy(1, now);
    is(
        &stage.refused(&Command::Close, now),
        RuleId::T43,
        Why::NoClosing,
    );
    // A unit of a plan is given back, not closed.
    let mut stage = Console::new(&book, &allowed);
    stage.buy_plan(1, PRICE, now);
    let draw = stage.drawing();
    stage.tell(&draw, now);
    let refusal = stage.refused(&Command::Close, now);
    is(&refusal, RuleId::T43, Why::HoldsUnit);
    assert_eq!(refusal.kind(), RefusalKind::State);
    assert_eq!(refusal.way_out(), WayOut::Delete);
}

/// T-15, `AP21a`: a slot of a plan is cancelled before issuance, and its unit is back.
#[test]
fn t15_a_slot_of_a_plan_is_cancelled() {
    let (book, now) = (book(), at(BOUGHT));
    let pending = StatusSet::of(&[Status::PendingApplication]);
    let edition = console(|parts| set(&mut parts.order_cancellation, &pending));
    let mut stage = Console::new(&book, &edition);
    stage.buy_plan(1, PRICE, now);
    let draw = stage.drawing();
    let events = stage.tell(&draw, now);
    assert_eq!(events.rules(), [RuleId::R24]);
    assert!(matches!(stage.instance().origin(), Origin::Plan(_)));
    assert_eq!(stage.world.plan().unwrap().remaining(), 0);
    let another = stage.drawing();
    is(&stage.refused(&another, now), RuleId::R20, Why::NoUnitLeft);
    let mut issued = stage.clone();
    issued.issue(now, now.saturating_add(90 * DAY));
    is(
        &issued.refused(&Command::CancelOrder, now),
        RuleId::T14,
        Why::AlreadyIssued,
    );
    stage.tell(&Command::CancelOrder, now);
    assert_eq!(stage.status(now), Status::Deleted);
    assert_eq!(stage.world.plan().unwrap().remaining(), 1);
    stage.tell(&another, now);
    // A bought slot is not: nothing would come back for it.
    stage.buy(1, now);
    let refusal = stage.refused(&Command::CancelOrder, now);
    is(&refusal, RuleId::T14, Why::HoldsNoUnit);
    assert_eq!(refusal.way_out(), WayOut::Apply);
}

/// Advice that helps: what was bought by itself has no unit that would return.
#[test]
fn r13_what_was_bought_by_itself_has_no_unit_to_return() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    let advice = |stage: &Console<'_>, command: &Command| stage.refused(command, now).way_out();
    assert_eq!(advice(&stage, &Command::Withdraw), WayOut::Apply);
    assert_eq!(advice(&stage, &REVOKE), WayOut::Apply);
    stage.review(now);
    let no = Command::Reject {
        reason: note("unknown company"),
    };
    stage.tell(&no, now);
    assert_eq!(advice(&stage, &Command::Withdraw), WayOut::Resubmit);
    // What is advised is possible: a hosted certificate is revoked once nothing waits behind it.
    for (years, way_out) in [(1, WayOut::RevokeOnly), (2, WayOut::CancelMembers)] {
        let mut stage = Console::new(&book, &edition);
        stage.buy(years, now);
        stage.issue(now, now.saturating_add(90 * DAY));
        assert_eq!(advice(&stage, &Command::Withdraw), way_out);
        assert_eq!(stage.grants(&REVOKE, now), way_out == WayOut::RevokeOnly);
    }
    let mut plan = Console::new(&book, &edition);
    plan.buy_plan(1, PRICE, now);
    let draw = plan.drawing();
    plan.tell(&draw, now);
    assert_eq!(advice(&plan, &Command::Withdraw), WayOut::Delete);
}

/// nobody is told to revoke a certificate for a refund that would not come any more.
#[test]
fn r29_no_certificate_is_revoked_for_nothing() {
    let book = book();
    let edition = book.edition("2021-07-cn").unwrap();
    let now = at("2021-08-02T09:00:00+08:00");
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    stage.issue(now, now.saturating_add(300 * DAY));
    // Seven days from the payment, to the end of the last one.
    let last = at("2021-08-09T23:59:59+08:00");
    let refused = |at| stage.refused(&Command::ClaimRefund, at);
    is(&refused(last), RuleId::R29, Why::NotRevoked);
    assert_eq!(refused(last).way_out(), WayOut::RevokeFirst);
    let over = last.saturating_add(1);
    is(&refused(over), RuleId::R29, Why::RefundWindow);
    assert_eq!(refused(over).way_out(), WayOut::None);
    assert_eq!(refused(over).permitted_until(), Some(over));
}

/// nor is an application withdrawn for it.
#[test]
fn r29_no_application_is_withdrawn_for_nothing() {
    let book = book();
    let edition = book.edition("2021-07-cn").unwrap();
    let now = at("2021-08-02T09:00:00+08:00");
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    stage.review(now);
    let last = at("2021-08-09T23:59:59+08:00");
    let refused = |at| stage.refused(&Command::ClaimRefund, at);
    is(&refused(last), RuleId::R29, Why::UnderWay);
    assert_eq!(refused(last).way_out(), WayOut::WithdrawFirst);
    let over = last.saturating_add(1);
    is(&refused(over), RuleId::R29, Why::RefundWindow);
    assert_eq!(refused(over).way_out(), WayOut::None);
}

/// what was revoked too late is told until when it had to be, to the second.
#[test]
fn r29_a_revocation_that_came_too_late_is_told_its_date() {
    let book = book();
    let edition = book.edition("2020-12").unwrap();
    let issued = at("2020-12-10T10:00:00+08:00");
    let revoked = |completed| {
        let mut stage = Console::new(&book, &edition);
        stage.buy(1, issued);
        stage.issue(issued, issued.saturating_add(300 * DAY));
        stage.revoke(issued, completed);
        stage
    };
    // Example 4: completed within 28 days of issuance.
    let over = at("2021-01-08T00:00:00+08:00");
    assert!(revoked(over.saturating_add(-1)).grants(&Command::ClaimRefund, over));
    let refusal = revoked(over).refused(&Command::ClaimRefund, over);
    let too_late = Why::RevokedTooLate(RefundAct::RevocationCompleted, over);
    is(&refusal, RuleId::R29, too_late);
    let text = refusal.to_string();
    assert!(
        text.starts_with(
            "Cannot claim the refund: the revocation had to be completed before \
             2021-01-08T00:00:00+08:00 (status Revoked). "
        ),
        "{text}"
    );
}

/// every reason against a claim cites the page of its own edition, not S1.
#[test]
fn r29_a_refused_claim_cites_its_own_edition() {
    let book = book();
    let now = at("2021-08-02T09:00:00+08:00");
    let edition = book.edition("2021-07-cn").unwrap();
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    stage.review(now);
    let cites = |stage: &Console<'_>| {
        let refusal = stage.refused(&Command::ClaimRefund, now);
        let sources = refusal.sources().map(ToString::to_string);
        (refusal.rule(), refusal.why(), sources)
    };
    let page = edition.refund().cite.sources.to_string();
    assert!(page.starts_with("RF21c"), "{page}");
    let by_page = |why| (RuleId::R29, why, Some(page.clone()));
    assert_eq!(cites(&stage), by_page(Why::UnderWay));
    stage.approve(now, now.saturating_add(300 * DAY));
    assert_eq!(cites(&stage), by_page(Why::NotRevoked));
    stage.tell(&REVOKE, now);
    assert_eq!(cites(&stage), by_page(Why::RevocationUnderWay));
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    stage.tell(&Command::Close, now);
    assert_eq!(cites(&stage), by_page(Why::Ended(Status::Closed)));
}

/// that the price of a chain stays once it moved on is our choice, and says so.
#[test]
fn r62_the_price_of_several_is_one_and_that_is_our_choice() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    stage.buy(2, now);
    stage.issue(now, now.saturating_add(20 * DAY));
    // Not with the second.
    let mut second = stage.clone();
    second.focus(2);
    let refusal = second.refused(&Command::ClaimRefund, now);
    is(&refusal, RuleId::R62, Why::NotFirst);
    assert_eq!(refusal.way_out(), WayOut::ClaimOnFirst);
    // Nor with the first, once the second was applied for.
    stage.focus(2);
    let order = Console::slot(40).order;
    stage.tell(&Command::Activate { order }, now);
    stage.focus(1);
    let refusal = stage.refused(&Command::ClaimRefund, now);
    is(&refusal, RuleId::R62, Why::ChainMovedOn);
    let text = refusal.to_string();
    assert!(
        text.contains("[the rule rests on our choice; edition"),
        "{text}"
    );
    // T-42: what merging takes is on its own page.
    let edition = book.edition("2021-07-cn").unwrap();
    let now = at("2021-08-02T09:00:00+08:00");
    let mut stage = Console::of(&book, &edition, of(ValidationClass::Ov));
    stage.buy(1, now);
    stage.buy(1, now);
    stage.focus(1);
    stage.world.set_other(Some(Console::slot(2).instance));
    stage.tell(&Command::Merge, now);
    let refusal = stage.refused(&Command::ClaimRefund, now);
    is(&refusal, RuleId::T42, Why::WasMerged);
    assert!(
        refusal.to_string().contains("[the rule rests on MG21;"),
        "{refusal}"
    );
}

/// what makes a plan unused again is advised as far as it is there, and while it helps.
#[test]
fn r32_what_makes_a_plan_unused_again() {
    let book = book();
    for (key, product, now, until) in [
        // S3: 30 days from the issuance, and the plan at any time.
        (
            "2021-02-api",
            of(ValidationClass::Dv),
            "2021-03-01T09:00:00+08:00",
            "2021-04-01T00:00:00+08:00",
        ),
        // RF21c: the unit for 30 days from the purchase, the plan's price for 7.
        (
            "2021-07-cn",
            of(ValidationClass::Ov),
            "2021-08-02T09:00:00+08:00",
            "2021-08-10T00:00:00+08:00",
        ),
        (
            "2023-api",
            of(ValidationClass::Dv),
            "2023-11-01T09:00:00+08:00",
            "2023-11-29T09:00:01+08:00",
        ),
        (
            "2024-10-intl",
            of(ValidationClass::Dv),
            "2024-11-01T09:00:00+08:00",
            "2024-11-09T00:00:00+08:00",
        ),
    ] {
        let edition = book.edition(key).unwrap();
        let now = at(now);
        let mut stage = Console::of(&book, &edition, product);
        stage.buy_plan(2, PRICE, now);
        let draw = stage.drawing();
        stage.tell(&draw, now);
        stage.review(now);
        let advice = |stage: &Console<'_>, at| stage.refused(&Command::ClaimRefund, at).way_out();
        assert_eq!(advice(&stage, now), WayOut::ReturnUnits, "{key}");
        stage.approve(now, now.saturating_add(300 * DAY));
        assert_eq!(stage.world.plan().unwrap().without_certificate(), 0);
        // No order without a certificate is left: the certificate is revoked, while that helps.
        let over = at(until);
        let last = over.saturating_add(-1);
        assert_eq!(advice(&stage, last), WayOut::RevokeUnits, "{key}");
        assert_eq!(advice(&stage, over), WayOut::None, "{key}");
        let mut revoked = stage.clone();
        revoked.revoke(last, last);
        revoked.tell(&Command::ClaimRefund, last);
        // With an order beside it, both; of a certificate that is not at hand nothing is known.
        let draw = stage.drawing();
        let issued = stage.instance().id();
        stage.tell(&draw, now);
        assert_eq!(advice(&stage, now), WayOut::None, "{key}");
        stage.world.focus(issued);
        assert_eq!(advice(&stage, now), WayOut::ReturnAllUnits, "{key}");
        stage.revoke(now, now);
        assert_eq!(advice(&stage, now), WayOut::ReturnUnits, "{key}");
    }
}

/// what expired can't be revoked, so nothing is advised that begins with that, with an order
/// beside it or without.
#[test]
fn r32_nothing_makes_a_plan_with_an_expired_certificate_unused_again() {
    let book = book();
    // S3: the plan at any time, its units for 30 days from the issuance.
    let edition = book.edition("2021-02-api").unwrap();
    let now = at("2021-03-01T09:00:00+08:00");
    let mut stage = Console::of(&book, &edition, of(ValidationClass::Dv));
    stage.buy_plan(2, PRICE, now);
    let draw = stage.drawing();
    stage.tell(&draw, now);
    stage.review(now);
    let end = now.saturating_add(10 * DAY);
    stage.approve(now, end);
    let issued = stage.instance().id();
    let advice = |stage: &Console<'_>, at| stage.refused(&Command::ClaimRefund, at).way_out();
    let mut beside = stage.clone();
    let second = beside.drawing();
    beside.tell(&second, now);
    beside.world.focus(issued);
    for (stage, before) in [
        (&stage, WayOut::RevokeUnits),
        (&beside, WayOut::ReturnAllUnits),
    ] {
        assert_eq!(advice(stage, now), before);
        let over = end.saturating_add(DAY);
        assert_eq!(stage.status(over), Status::Expired);
        assert_eq!(advice(stage, over), WayOut::None);
    }
}

/// T-14: a refusal cites what was known in its own edition.
#[test]
fn t14_an_edition_cites_no_later_page() {
    let book = book();
    let cited = |key: &str, now: &str| {
        let edition = book.edition(key).unwrap();
        let now = at(now);
        let mut stage = Console::new(&book, &edition);
        stage.buy(1, now);
        stage.issue(now, now.saturating_add(90 * DAY));
        let refusal = stage.refused(&Command::CancelOrder, now);
        is(&refusal, RuleId::T14, Why::AlreadyIssued);
        refusal.sources().map(ToString::to_string)
    };
    let of_2021 = cited("2021-02-api", "2021-03-01T09:00:00+08:00");
    assert_eq!(of_2021.as_deref(), Some("A21"));
    let of_2025 = cited("2025-12-api", "2026-01-05T09:00:00+08:00");
    assert_eq!(of_2025.as_deref(), Some("A25"));
}

/// T-33: only what is neither under way nor issued and valid is claimed for, and what expired never.
#[test]
fn t33_what_stands_in_the_way_of_a_claim() {
    let (book, now) = (book(), at(BOUGHT));
    let edition = console(|parts| {
        set(&mut parts.refund, &table_of_2020());
        dv_first(parts);
    });
    let mut stage = Console::new(&book, &edition);
    is(
        &stage.refused(&Command::ClaimRefund, now),
        RuleId::R21,
        Why::NoOrder,
    );
    stage.buy(1, now);
    stage.review(now);
    is(
        &stage.refused(&Command::ClaimRefund, now),
        RuleId::R29,
        Why::UnderWay,
    );
    let not_after = now.saturating_add(20 * DAY);
    stage.approve(now, not_after);
    let refusal = stage.refused(&Command::ClaimRefund, not_after);
    is(&refusal, RuleId::R29, Why::NotRevoked);
    assert_eq!(refusal.way_out(), WayOut::RevokeInTime);
    let over = not_after.saturating_add(1);
    let refusal = stage.refused(&Command::ClaimRefund, over);
    is(&refusal, RuleId::R29, Why::NotRevoked);
    assert_eq!(refusal.way_out(), WayOut::ApplyAnew);
    stage.tell(&REVOKE, now);
    is(
        &stage.refused(&Command::ClaimRefund, now),
        RuleId::R29,
        Why::RevocationUnderWay,
    );
    // An edition that pays nothing back.
    let none = console(|parts| set(&mut parts.refund, &refunds(&[])));
    let mut stage = Console::new(&book, &none);
    stage.buy(1, now);
    is(
        &stage.refused(&Command::ClaimRefund, now),
        RuleId::R29,
        Why::NoRefundHere,
    );
}

/// the window comes from the edition that the purchase is bound to, not from today's.
#[test]
fn r28_money_is_judged_by_the_edition_of_the_purchase() {
    let book = book();
    let old = console(|parts| set(&mut parts.refund, &table_of_2020()));
    let new = console(|parts| set(&mut parts.refund, &seven_days_of_2021()));
    let paid = at("2020-10-01T08:00:00+08:00");
    let day_20 = at("2020-10-21T08:00:00+08:00");
    let mut stage = Console::new(&book, &old);
    stage.buy(1, paid);
    stage.law.conduct = &new;
    stage.law.application = &new;
    assert!(stage.grants(&Command::ClaimRefund, day_20));
    stage.law.money = &new;
    is(
        &stage.refused(&Command::ClaimRefund, day_20),
        RuleId::R28,
        Why::OtherEdition,
    );
    let mut stage = Console::new(&book, &new);
    stage.buy(1, paid);
    is(
        &stage.refused(&Command::ClaimRefund, day_20),
        RuleId::R29,
        Why::RefundWindow,
    );
}

/// AP20, AP21: with a request of the holder's own the service has no key, so nothing is deployed.
#[test]
fn r52_a_key_that_the_service_does_not_hold() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    let apply = stage.application_with(csr_application("own key"));
    stage.tell(&apply, now);
    stage.prove(now);
    stage.approve(now, now.saturating_add(90 * DAY));
    let deploy = Command::Deploy {
        target: edition.targets().value.as_slice()[0],
        domain: None,
    };
    let refusal = stage.refused(&deploy, now);
    is(&refusal, RuleId::R52, Why::KeyNotHeld);
    assert_eq!(refusal.way_out(), WayOut::InstallByHand);
    // What the service made a key for is.
    stage.buy(1, now);
    stage.issue(now, now.saturating_add(90 * DAY));
    stage.tell(&deploy, now);
}

/// T-20: what was never asked is not confirmed; what was confirmed may be confirmed again.
#[test]
fn t20_only_what_was_asked_is_confirmed() {
    let book = book();
    for (key, now, asks) in [
        ("2018-06", "2018-07-01T09:00:00+08:00", false),
        ("2019-08-intl", BOUGHT, false),
        ("2021-07-cn", "2021-08-02T09:00:00+08:00", true),
    ] {
        let (edition, now) = (book.edition(key).unwrap(), at(now));
        let mut stage = Console::of(&book, &edition, of(ValidationClass::Ov));
        stage.buy(1, now);
        stage.issue(now, now.saturating_add(300 * DAY));
        stage.tell(&REVOKE, now);
        if asks {
            stage.tell(&Command::ConfirmRevocation, now);
            assert!(stage.tell(&Command::ConfirmRevocation, now).is_empty());
        } else {
            let refusal = stage.refused(&Command::ConfirmRevocation, now);
            is(&refusal, RuleId::T20, Why::NothingToConfirm);
            assert_eq!(refusal.way_out(), WayOut::AwaitRevocation);
        }
        assert_eq!(stage.status(now), Status::ValidatingRevocation, "{key}");
        stage.tell(&Command::CompleteRevocation { at: now }, now);
    }
}
