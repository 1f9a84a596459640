//! Guards that a whole walk over all streams would miss or find late: each has a short story.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Beside, Case, Command, Expect, Law, Upload, WayOut, Why, World, decide, expectations, preview,
};
use cert_lifecycle::model::{
    AccountId, CertificateInstance, Curve, KeyKind, KeySource, NameKind, Phase, ResourcePlan,
    RevocationReason, Status, StatusSet, Submission, Timestamp, ValidationClass, ValidationMethod,
};
use cert_lifecycle::rulebook::{
    CarryOver, ClassSet, Edition, Field, HostingYears, RenewalResult, RevocationLimit, RuleId,
};

use super::support::console::{Console, PRICE, REVOKE, console, hosting, set, table_of_2020};
use super::support::scene::{applicant, at, certificate, name, note, product, request};
use super::{BOUGHT, DAY, book, is, of};

fn limited(limit: RevocationLimit) -> Edition {
    console(|parts| {
        set(&mut parts.revocation_limit, &limit);
        set(&mut parts.refund, &table_of_2020());
    })
}

/// `RV21b`: what was revoked with other plans and purchases counts too.
#[test]
fn r38_revocations_with_another_plan_use_up_the_allowance() {
    let (book, now) = (book(), at(BOUGHT));
    let not_after = now.saturating_add(300 * DAY);
    for limit in [RevocationLimit::PerAccount, RevocationLimit::PerProduct] {
        let edition = limited(limit);
        let mut stage = Console::new(&book, &edition);
        stage.buy_plan(1, PRICE, now);
        let take = |stage: &mut Console<'_>| {
            let draw = stage.drawing();
            stage.tell(&draw, now);
            stage.issue(now, not_after);
        };
        take(&mut stage);
        stage.revoke(now, now);
        stage.buy(1, now);
        stage.issue(now, not_after);
        let bought = stage.instance().id();
        assert!(stage.grants(&REVOKE, now), "one of two certificates");
        // The unit came back, and its second certificate is revoked as well.
        take(&mut stage);
        stage.revoke(now, now);
        stage.world.focus(bought);
        is(
            &stage.refused(&REVOKE, now),
            RuleId::R38,
            Why::NoRevocationLeft,
        );
        // The same where the plan is not at hand and only summed up.
        let own = stage.instance();
        let code = Some(own.product().code);
        let summed = Case {
            plan: None,
            beside: Beside::of(code, stage.world.plans(), std::iter::empty()),
            ..stage.world.case()
        };
        let refusal = decide(&summed, &REVOKE, now, &stage.law).unwrap_err();
        is(&refusal, RuleId::R38, Why::NoRevocationLeft);
    }
}

/// RV23: what was paid back gives no revocation. `RV21b` counts what the account bought, and excepts
/// nothing.
#[test]
fn r38_what_was_paid_back_gives_no_revocation() {
    paid_back_gives(RevocationLimit::PerAccount, true);
    paid_back_gives(RevocationLimit::PerProduct, false);
}

fn paid_back_gives(limit: RevocationLimit, granted: bool) {
    let (book, now) = (book(), at(BOUGHT));
    let not_after = now.saturating_add(300 * DAY);
    let edition = limited(limit);
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    stage.issue(now, not_after);
    stage.revoke(now, now);
    stage.buy(1, now);
    stage.issue(now, not_after);
    assert!(stage.grants(&REVOKE, now), "one of two certificates");
    stage.focus(1);
    stage.tell(&Command::ClaimRefund, now);
    stage.tell(&Command::GrantRefund, now);
    assert_eq!(stage.paid_back(), Some(PRICE.cash));
    let kept = stage
        .world
        .instances()
        .find(|one| matches!(one.phase(), Phase::Live(_)))
        .map(CertificateInstance::id);
    stage.world.focus(kept.unwrap());
    if granted {
        stage.tell(&REVOKE, now);
    } else {
        let refusal = stage.refused(&REVOKE, now);
        is(&refusal, RuleId::R38, Why::NoRevocationLeft);
    }
}

/// T-42: a slot is not merged into one that has years behind it.
#[test]
fn t42_not_into_the_head_of_a_chain() {
    let (book, now) = (book(), at(BOUGHT));
    let edition = console(|parts| {
        set(&mut parts.merging, &ClassSet::OV_AND_EV);
        set(&mut parts.hosting_years, &HostingYears::up_to(3));
    });
    let mut stage = Console::of(&book, &edition, of(ValidationClass::Ov));
    stage.buy(2, now);
    stage.buy(1, now);
    assert_eq!(stage.instance().chain(), None);
    stage.world.set_other(Some(Console::slot(1).instance));
    is(
        &stage.refused(&Command::Merge, now),
        RuleId::T42,
        Why::NotSingle,
    );
    stage.buy(1, now);
    stage.world.set_other(Some(Console::slot(3).instance));
    stage.tell(&Command::Merge, now);
}

/// nothing happens to what is under review, a member that waits included.
#[test]
fn r34_a_member_waits_while_its_refund_is_under_review() {
    let (book, edition) = (book(), hosting());
    let bought = at(BOUGHT);
    let now = bought.saturating_add(20 * DAY);
    let mut stage = Console::new(&book, &edition);
    stage.buy(2, bought);
    stage.tell(&Command::ClaimRefund, now);
    stage.focus(2);
    let refusal = stage.refused(&Command::CancelOrder, now);
    is(&refusal, RuleId::R34, Why::RefundUnderWay);
    assert_eq!(refusal.way_out(), WayOut::CancelRefund);
    stage.tell(&Command::CancelRefund, now);
    stage.tell(&Command::CancelOrder, now);
    assert_eq!(stage.status(now), Status::Cancelled);
}

/// T-48: a certificate is not revoked before it was issued, whatever instant the CA names.
#[test]
fn t48_not_before_the_issuance() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    stage.issue(now, now.saturating_add(300 * DAY));
    for named in [Timestamp::MIN, now.saturating_add(-1), now] {
        let mut stage = stage.clone();
        let by_ca = Command::RecordCaRevocation {
            reason: RevocationReason::KeyCompromise,
            at: named,
        };
        stage.tell(&by_ca, now.saturating_add(DAY));
        assert!(matches!(
            stage.instance().phase(),
            Phase::Revoked { at, .. } if *at == now
        ));
    }
}

/// L12: a name is taken within an account; another account's upload is not found.
#[test]
fn r51_names_are_each_accounts_own() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut theirs = Console::new(&book, &edition);
    let upload = theirs.upload("web", now, now.saturating_add(300 * DAY));
    theirs.tell(&Command::Upload(Arc::new(upload.clone())), now);
    let there = theirs.instance().clone();
    let mine = AccountId::new("another").unwrap();
    let law = Law::single(&edition, book.ceilings());
    let again = Command::Upload(Arc::new(Upload {
        slot: Console::slot(9),
        ..upload
    }));
    for (account, granted) in [(mine, true), (there.account(), false)] {
        let case = Case {
            other: Some(&there),
            ..Case::new(account)
        };
        let answer = decide(&case, &again, now, &law);
        assert_eq!(answer.is_ok(), granted);
        if let Err(refusal) = answer {
            is(&refusal, RuleId::R51, Why::NameTaken);
        }
    }
}

/// What is renewed of an uploaded certificate is judged by the edition of the day: nobody sold it.
#[test]
fn r55_what_was_uploaded_carries_by_the_edition_of_the_day() {
    let (book, now) = (book(), at(BOUGHT));
    let not_after = now.saturating_add(20 * DAY);
    let carrying = |uploaded| {
        console(|parts| {
            let states = StatusSet::of(&[Status::PendingExpiration]);
            set(&mut parts.renewal_of_uploaded, &states);
            set(
                &mut parts.renewal_result,
                &RenewalResult::PendingApplication,
            );
            let carry = CarryOver {
                bought: true,
                uploaded,
            };
            set(&mut parts.carry_over, &carry);
        })
    };
    let (yes, no) = (carrying(true), carrying(false));
    for (conduct, money, carries) in [(&yes, &no, Some(not_after)), (&no, &yes, None)] {
        let mut stage = Console::new(&book, conduct);
        stage.law.money = money;
        let upload = stage.upload("web", now, not_after);
        stage.tell(&Command::Upload(Arc::new(upload)), now);
        let renew = stage.renewal(Some(PRICE));
        let Command::Renew { slot, .. } = renew else {
            panic!("a renewal")
        };
        stage.tell(&renew, now);
        stage.world.focus(slot.instance);
        assert_eq!(stage.instance().renewed().unwrap().carries, carries);
    }
}

/// a claim for one purchase is not judged by a certificate of another.
#[test]
fn r24_a_claim_looks_at_the_first_of_its_own_purchase() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    stage.buy(1, now);
    let whole = stage.world.case();
    let first = stage.world.instances().next();
    assert_ne!(
        first.map(CertificateInstance::id),
        whole.instance.map(CertificateInstance::id)
    );
    let elsewhere = Case {
        account: AccountId::new("another").unwrap(),
        ..whole
    };
    for (case, rule, why) in [
        (
            Case {
                instance: first,
                ..whole
            },
            RuleId::R24,
            Why::OtherInstance,
        ),
        (
            Case {
                instance: None,
                ..whole
            },
            RuleId::R24,
            Why::OtherInstance,
        ),
        (elsewhere, RuleId::R21, Why::NoOrder),
    ] {
        let refusal = decide(&case, &Command::ClaimRefund, now, &stage.law).unwrap_err();
        is(&refusal, rule, why);
    }
    assert!(decide(&whole, &Command::ClaimRefund, now, &stage.law).is_ok());
}

/// T-31, A21: a renewal takes a unit of its product, of whichever plan has one; R-20's advice to buy
/// another plan leads there.
#[test]
fn t31_a_renewal_draws_from_another_plan_of_the_product() {
    let (book, now) = (book(), at("2021-03-01T08:00:00+08:00"));
    let edition = book.edition("2021-02-api").unwrap();
    let mut stage = Console::new(&book, &edition);
    stage.buy_plan(1, PRICE, now);
    let own = stage.world.plan().unwrap().id();
    let draw = stage.drawing();
    stage.tell(&draw, now);
    stage.issue(now, now.saturating_add(300 * DAY));
    let old = stage.instance().clone();
    let renew = stage.renewal(None);
    let refusal = stage.refused(&renew, now);
    is(&refusal, RuleId::R20, Why::NoUnitLeft);
    assert_eq!(refusal.way_out(), WayOut::FreeUnits);

    // One of another product is none; of two that have a unit, the older one is taken.
    stage.product = of(ValidationClass::Ov);
    stage.buy_plan(1, PRICE, now);
    is(&stage.refused(&renew, now), RuleId::R20, Why::NoUnitLeft);
    stage.product = of(ValidationClass::Dv);
    stage.buy_plan(2, PRICE, now.saturating_add(1));
    let second = stage.world.case().draw_from.unwrap().id();
    stage.buy_plan(2, PRICE, now.saturating_add(2));
    let (later, case) = (now.saturating_add(3), stage.world.case());
    assert_eq!(case.plan.map(ResourcePlan::id), Some(own));
    let prices = preview(&case, &renew, later, &stage.law).unwrap();
    let left = (prices.unit.remaining_before, prices.unit.remaining_after);
    assert_eq!(left, (2, 1));
    let expected = expectations(&case, &prices.events, &stage.law);
    assert!(expected.contains(&Expect::Remaining(second, 1)));
    assert!(
        !expected
            .iter()
            .any(|one| matches!(one, Expect::Remaining(of, _) if *of == own))
    );
    stage.tell(&renew, later);
    assert_eq!(stage.instance(), &old, "the old one is untouched");
    let Command::Renew { slot, .. } = renew else {
        panic!("a renewal")
    };
    stage.world.focus(slot.instance);
    assert_eq!(stage.instance().hold().map(|hold| hold.plan), Some(second));
    let remaining: Vec<u32> = stage.world.plans().map(ResourcePlan::remaining).collect();
    assert_eq!(remaining, [0, 1, 1, 2]);

    // The plan whose unit the old one holds stays where it is, and another account's is none.
    let mut stage = Console::new(&book, &edition);
    stage.buy_plan(1, PRICE, now);
    let draw = stage.drawing();
    stage.tell(&draw, now);
    stage.issue(now, now.saturating_add(300 * DAY));
    let case = stage.world.case();
    let mut theirs = Console::new(&book, &edition);
    theirs.world = World::new(AccountId::new("another").unwrap());
    theirs.buy_plan(1, PRICE, now);
    let renew = stage.clone().renewal(None);
    let foreign = Case {
        draw_from: theirs.world.plan(),
        ..case
    };
    let refusal = decide(&foreign, &renew, now, &stage.law).unwrap_err();
    is(&refusal, RuleId::R20, Why::NoPlan);
}

/// A revocation is never complete before it was asked for, and never before the issuance, even by a
/// clock that was set back.
#[test]
fn r35_not_completed_before_it_was_requested() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    stage.issue(now, now.saturating_add(300 * DAY));
    let requested = now.saturating_add(DAY);
    let mut asked = stage.clone();
    asked.tell(&REVOKE, requested);
    let day_earlier = requested.saturating_add(-DAY);
    for (named, told, completed) in [
        (requested, day_earlier, requested),
        (day_earlier, day_earlier, requested),
        (
            requested.saturating_add(5),
            requested.saturating_add(3),
            requested.saturating_add(3),
        ),
    ] {
        let mut asked = asked.clone();
        asked.tell(&Command::CompleteRevocation { at: named }, told);
        assert!(matches!(
            asked.instance().phase(),
            Phase::Revoked { at, .. } if *at == completed
        ));
    }
    let by_ca = Command::RecordCaRevocation {
        reason: RevocationReason::KeyCompromise,
        at: requested,
    };
    stage.tell(&by_ca, now.saturating_add(-DAY));
    assert!(matches!(
        stage.instance().phase(),
        Phase::Revoked { at, .. } if *at == now
    ));
}

/// 3.13, AP20: nothing under `.jp`, and no DV certificate under `.gov` and `.edu`, from the day of the
/// console's page on; the name is the one that is bound, and only its last label counts.
#[test]
fn k17_domains_that_are_barred() {
    use ValidationClass::{Dv, Ev, Ov};
    let book = book();
    let asked = |edition: &Edition, class: ValidationClass, domain: &str| {
        let kind = if domain.starts_with("*.") {
            NameKind::Wildcard
        } else {
            NameKind::Single
        };
        let now = at("2020-10-01T09:00:00+08:00");
        let mut stage = Console::of(&book, edition, product(class, kind));
        stage.buy(1, now);
        let made = KeySource::ServiceMade(KeyKind::Ec(Curve::P256));
        let company = class != ValidationClass::Dv;
        let submission = Submission::for_package(
            vec![name(domain)],
            applicant(company),
            ValidationMethod::Dns,
            made,
        );
        let apply = stage.application_with(Arc::new(submission.unwrap()));
        if stage.grants(&apply, now) {
            return None;
        }
        let refusal = stage.refused(&apply, now);
        assert_eq!(refusal.rule(), RuleId::K17, "{refusal}");
        assert_eq!(refusal.way_out(), WayOut::CorrectApplication);
        let Why::BarredName(top) = refusal.why() else {
            panic!("{refusal}")
        };
        Some(top.as_str().to_owned())
    };
    let before = book.edition("2019-03").unwrap();
    let barring = book.edition("2020-09").unwrap();
    for (class, domain, barred) in [
        (Dv, "www.example.jp", Some("jp")),
        (Ov, "www.example.co.jp", Some("jp")),
        (Ev, "www.example.jp", Some("jp")),
        (Dv, "*.example.jp", Some("jp")),
        (Dv, "WWW.Example.GOV", Some("gov")),
        (Dv, "www.example.edu", Some("edu")),
        (Ov, "www.example.gov", None),
        (Ev, "www.example.edu", None),
        (Dv, "www.example.gov.cn", None),
        (Dv, "jp.example.com", None),
        (Dv, "www.example.com", None),
    ] {
        assert_eq!(
            asked(&barring, class, domain).as_deref(),
            barred,
            "{domain}"
        );
        assert_eq!(asked(&before, class, domain), None, "{domain}");
    }
    // Of several, one is enough; of a signing request, its CN.
    let law = Law::single(&barring, book.ceilings());
    let mut stage = Console::new(&book, &barring);
    stage.law = law;
    let now = at("2020-10-01T09:00:00+08:00");
    stage.buy(1, now);
    let two = Submission::for_package(
        vec![name("www.example.com"), name("www.example.jp")],
        applicant(false),
        ValidationMethod::Dns,
        KeySource::ServiceMade(KeyKind::Ec(Curve::P256)),
    );
    let own = Submission::with_csr(
        request("www.example.edu", "own"),
        applicant(false),
        ValidationMethod::Dns,
    );
    for submission in [two.unwrap(), own] {
        let apply = stage.application_with(Arc::new(submission));
        assert_eq!(stage.refused(&apply, now).rule(), RuleId::K17);
    }
    // The pages of the API say nothing of it.
    let api = book.edition("2023-api").unwrap();
    assert_eq!(asked(&api, Dv, "www.example.jp"), None);
}

/// T-31: the newest page renews no certificate for several domains; what was sold before it still is.
#[test]
fn r54_a_certificate_for_several_domains() {
    let book = book();
    let now = at("2026-04-01T09:00:00+08:00");
    let edition = book.edition("2026-03").unwrap();
    let old = edition.with(
        Field::RenewalOfSeveral,
        &book.edition("2024-10-intl").unwrap(),
    );
    let two = ["a.example.com", "b.example.com"];
    for (money, names, granted) in [
        (&edition, &two[..1], true),
        (&edition, &two[..], false),
        (&old, &two[..], true),
    ] {
        let mut stage = Console::new(&book, &edition);
        stage.law.money = money;
        stage.buy(1, now);
        let submission = Submission::for_package(
            names.iter().map(|text| name(text)).collect(),
            applicant(false),
            ValidationMethod::Dns,
            KeySource::ServiceMade(KeyKind::Ec(Curve::P256)),
        );
        let apply = stage.application_with(Arc::new(submission.unwrap()));
        stage.tell(&apply, now);
        stage.prove(now);
        stage.approve(now, now.saturating_add(180 * DAY));
        let renew = stage.renewal(Some(PRICE));
        if granted {
            stage.tell(&renew, now);
        } else {
            let refusal = stage.refused(&renew, now);
            is(&refusal, RuleId::R54, Why::SeveralNames);
            assert_eq!(refusal.way_out(), WayOut::ApplyAnew);
        }
    }
    // What was uploaded is judged by the day.
    let day = book.edition("2024-10-intl").unwrap();
    let states = StatusSet::of(&[Status::Issued]);
    let renewing = console(|parts| set(&mut parts.renewal_of_uploaded, &states));
    let newest = edition;
    for (edition, granted) in [(&newest, false), (&day, true)] {
        let edition = edition.with(Field::RenewalOfUploaded, &renewing);
        let mut stage = Console::new(&book, &edition);
        stage.law.money = if granted { &newest } else { &day };
        let upload = stage.upload("web", now, now.saturating_add(180 * DAY));
        let names = two.map(name);
        let to = now.saturating_add(180 * DAY);
        let upload = Upload {
            certificate: certificate(upload.key, &names, now, to),
            ..upload
        };
        stage.tell(&Command::Upload(Arc::new(upload)), now);
        let renew = stage.renewal(Some(PRICE));
        assert_eq!(stage.grants(&renew, now), granted);
    }
}

/// 3.5: on the console a unit comes back when issuance fails. Nothing ends the failed slot by itself,
/// for it may be applied with again: its owner cancels it.
#[test]
fn t15_a_failed_application_gives_its_unit_back() {
    let (book, now) = (book(), at("2021-04-22T09:00:00+08:00"));
    let no = Command::Reject {
        reason: note("the company has another name"),
    };
    for (key, cancels) in [
        ("2020-12", false),
        ("2021-01-intl", true),
        ("2021-04-cn", true),
        ("2021-07-cn", true),
        ("2024-10-intl", true),
    ] {
        let edition = book.edition(key).unwrap();
        let mut stage = Console::new(&book, &edition);
        stage.buy_plan(1, PRICE, now);
        let draw = stage.drawing();
        stage.tell(&draw, now);
        stage.review(now);
        stage.tell(&no, now);
        assert_eq!(stage.world.plan().unwrap().remaining(), 0);
        let again = stage.application();
        assert!(stage.grants(&again, now), "{key}");
        if cancels {
            stage.tell(&Command::CancelOrder, now);
            assert_eq!(stage.status(now), Status::Deleted);
            assert_eq!(stage.world.plan().unwrap().remaining(), 1, "{key}");
        } else {
            let refusal = stage.refused(&Command::CancelOrder, now);
            is(&refusal, RuleId::T14, Why::Status(Status::ValidationFailed));
            assert_eq!(refusal.way_out(), WayOut::Resubmit);
        }
    }
    // Where it can't be applied with again, cancelling is what is advised.
    let pending = StatusSet::of(&[Status::PendingApplication]);
    let once = console(|parts| set(&mut parts.applying, &pending));
    let edition = book.edition("2021-04-cn").unwrap();
    let edition = edition.with(Field::Applying, &once);
    let mut stage = Console::new(&book, &edition);
    stage.buy_plan(1, PRICE, now);
    let draw = stage.drawing();
    stage.tell(&draw, now);
    stage.review(now);
    stage.tell(&no, now);
    let again = stage.application();
    let refusal = stage.refused(&again, now);
    is(&refusal, RuleId::R09, Why::Status(Status::ValidationFailed));
    assert_eq!(refusal.way_out(), WayOut::Cancel);
}

/// R-33, a declared choice: a plan's ledger knows units, not applications, so one that was drawn counts.
#[test]
fn r33_a_unit_that_was_drawn_counts_as_applied_with() {
    let (book, now) = (book(), at("2021-02-01T09:00:00+08:00"));
    let edition = book.edition("2021-01-intl").unwrap();
    let mut stage = Console::new(&book, &edition);
    stage.buy_plan(1, PRICE, now);
    assert!(stage.grants(&Command::ClaimRefund, now));
    let draw = stage.drawing();
    stage.tell(&draw, now);
    stage.tell(&Command::CancelOrder, now);
    assert_eq!(stage.world.plan().unwrap().used(), 0);
    let refusal = stage.refused(&Command::ClaimRefund, now);
    is(&refusal, RuleId::R32, Why::PlanUsed);
}

/// R-29, a declared choice: the price of a purchase is one, whatever members were cancelled.
#[test]
fn r29_the_whole_price_after_members_were_cancelled() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    stage.buy(3, now);
    for number in [3, 2] {
        stage.focus(number);
        stage.tell(&Command::CancelOrder, now);
    }
    stage.focus(1);
    stage.tell(&Command::ClaimRefund, now);
    assert_eq!(stage.paid_back(), Some(PRICE.cash));
}
