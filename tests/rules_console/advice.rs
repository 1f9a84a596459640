//! What refusals advise is true: L4.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{Case, Command, WayOut, Why, decide};
use cert_lifecycle::model::{NameKind, ResourcePlan, Target, ValidationClass};
use cert_lifecycle::rulebook::{
    HostingYears, LateHosting, Method, Permission, PlanRefundRule, RuleId, Unused,
};

use super::support::console::{Console, PRICE, REVOKE, hosting, set, variant};
use super::support::scene::{at, product};
use super::{BOUGHT, DAY, book, is, of};

/// first a revocation, then a claim; but some clauses set the claim no deadline, and
/// some pay by themselves.
#[test]
fn r29_what_follows_the_revocation_is_the_clauses() {
    let book = book();
    for (key, bought, way_out) in [
        ("2019-08-intl", "2019-09-01", WayOut::RevokeForRefund),
        ("2020-12", "2020-12-10", WayOut::RevokeInTime),
        ("2021-01-intl", "2021-01-23", WayOut::RevokeFirst),
        ("2021-07-cn", "2021-08-02", WayOut::RevokeFirst),
    ] {
        let (edition, now) = (
            book.edition(key).unwrap(),
            at(&format!("{bought}T09:00:00+08:00")),
        );
        let mut stage = Console::new(&book, &edition);
        stage.buy(1, now);
        stage.issue(now, now.saturating_add(300 * DAY));
        let refusal = stage.refused(&Command::ClaimRefund, now);
        is(&refusal, RuleId::R29, Why::NotRevoked);
        assert_eq!(refusal.way_out(), way_out, "{key}");
        // It is so.
        stage.revoke(now, now);
        let paid = way_out == WayOut::RevokeForRefund;
        assert_eq!(stage.paid_back().is_some(), paid, "{key}");
        let much_later = now.saturating_add(200 * DAY);
        let free_of_time = way_out == WayOut::RevokeInTime;
        assert_eq!(
            stage.grants(&Command::ClaimRefund, much_later),
            free_of_time,
            "{key}"
        );
        assert_eq!(stage.grants(&Command::ClaimRefund, now), !paid, "{key}");
    }
}

/// T-14: a later page that cancels orders changes nothing for a slot that was bought by itself, nor for
/// what was paid back; for what holds a unit it does.
#[test]
fn t14_the_answer_differs_only_where_it_does() {
    let book = book();
    let (edition, now) = (
        book.edition("2020-09").unwrap(),
        at("2020-10-01T08:00:00+08:00"),
    );
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    let changes = |stage: &Console<'_>| {
        let refusal = stage.refused(&Command::CancelOrder, now);
        assert_eq!(refusal.rule(), RuleId::T14);
        refusal.changes_on().map(|day| day.to_string())
    };
    assert_eq!(changes(&stage), None);
    stage.tell(&Command::ClaimRefund, now);
    assert_eq!(changes(&stage), None);
    let mut plan = Console::new(&book, &edition);
    plan.buy_plan(1, PRICE, now);
    let draw = plan.drawing();
    plan.tell(&draw, now);
    assert_eq!(changes(&plan).as_deref(), Some("2020-12-31"));
}

/// a product that a later page names helps who still has a certificate on that day.
#[test]
fn r52_the_answer_differs_while_the_certificate_is_valid() {
    let book = book();
    let (edition, now) = (
        book.edition("2021-01-intl").unwrap(),
        at("2021-01-23T09:00:00+08:00"),
    );
    let target = Target::new("OSS").unwrap();
    let deploy = Command::Deploy {
        target,
        domain: None,
    };
    for (days, changes) in [(300, Some("2021-06-03")), (100, None)] {
        let mut stage = Console::new(&book, &edition);
        stage.buy(1, now);
        stage.issue(now, now.saturating_add(days * DAY));
        let refusal = stage.refused(&deploy, now);
        assert_eq!(refusal.rule(), RuleId::R52);
        let day = refusal.changes_on().map(|day| day.to_string());
        assert_eq!(day.as_deref(), changes, "{days} days");
    }
}

/// who has a later certificate of a chain is not sent to the first one, once nothing comes back
/// there either.
#[test]
fn r62_nobody_is_sent_to_a_claim_that_is_lost() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    stage.buy(3, now);
    stage.issue(now, now.saturating_add(20 * DAY));
    stage.focus(2);
    let claim = |stage: &Console<'_>| {
        let refusal = stage.refused(&Command::ClaimRefund, now);
        (refusal.rule(), refusal.why(), refusal.way_out())
    };
    let on_first = (RuleId::R62, Why::NotFirst, WayOut::ClaimOnFirst);
    assert_eq!(claim(&stage), on_first);
    let order = Console::slot(40).order;
    stage.tell(&Command::Activate { order }, now);
    let lost = (RuleId::R62, Why::ChainMovedOn, WayOut::None);
    for member in [2, 3] {
        stage.focus(member);
        assert_eq!(claim(&stage), lost);
    }
}

/// nor once the claim was made.
#[test]
fn r62_the_claim_of_the_first_is_everybodys() {
    let (book, edition, now) = (book(), hosting(), at(BOUGHT));
    let mut stage = Console::new(&book, &edition);
    stage.buy(2, now);
    stage.tell(&Command::ClaimRefund, now);
    stage.focus(2);
    let refusal = stage.refused(&Command::ClaimRefund, now);
    assert_eq!(refusal.rule(), RuleId::R34);
    assert_ne!(refusal.way_out(), WayOut::ClaimOnFirst);
}

/// T-20: while the CA waits for the holder, nobody waits for the CA.
#[test]
fn t20_the_holder_confirms_before_anybody_waits() {
    let book = book();
    let (edition, now) = (
        book.edition("2021-07-cn").unwrap(),
        at("2021-08-02T09:00:00+08:00"),
    );
    let mut stage = Console::of(&book, &edition, of(ValidationClass::Ov));
    stage.buy(1, now);
    stage.issue(now, now.saturating_add(300 * DAY));
    stage.tell(&REVOKE, now);
    let renewal = stage.renewal(Some(PRICE));
    let asked = [
        Command::Collect,
        Command::ClaimRefund,
        REVOKE,
        Command::DeleteCertificate,
        Command::Deploy {
            target: Target::new("CDN").unwrap(),
            domain: None,
        },
        renewal,
    ];
    for (confirmed, way_out) in [
        (false, WayOut::ConfirmByMail),
        (true, WayOut::AwaitRevocation),
    ] {
        if confirmed {
            stage.tell(&Command::ConfirmRevocation, now);
        }
        for command in &asked {
            let refusal = stage.refused(command, now);
            assert_eq!(refusal.way_out(), way_out, "{refusal}");
        }
    }
}

/// nothing was paid for what was uploaded; it is one's own all the same, until it is
/// deleted.
#[test]
fn r51_a_claim_for_what_was_uploaded() {
    let book = book();
    let (edition, now) = (
        book.edition("2021-07-cn").unwrap(),
        at("2021-08-02T09:00:00+08:00"),
    );
    let mut stage = Console::new(&book, &edition);
    let upload = stage.upload("mine", now, now.saturating_add(90 * DAY));
    stage.tell(&Command::Upload(Arc::new(upload)), now);
    let told = |stage: &Console<'_>, command| {
        let refusal = stage.refused(command, now);
        (refusal.rule(), refusal.why(), refusal.way_out())
    };
    let uploaded = |why| (RuleId::R51, why, WayOut::None);
    let money = [Command::ClaimRefund, Command::CancelRefund];
    assert_eq!(told(&stage, &money[0]), uploaded(Why::Uploaded));
    assert_eq!(told(&stage, &money[1]), uploaded(Why::NoRefundClaimed));
    stage.tell(&Command::DeleteCertificate, now);
    let deleted = (RuleId::R21, Why::OrderDeleted, WayOut::None);
    for command in &money {
        assert_eq!(told(&stage, command), deleted);
    }
}

/// who only has to wait is not told to buy anew.
#[test]
fn r50_too_early_is_not_too_late() {
    let book = book();
    let (edition, now) = (
        book.edition("2020-09").unwrap(),
        at("2020-10-01T08:00:00+08:00"),
    );
    let mut stage = Console::new(&book, &edition);
    stage.buy(1, now);
    let not_after = now.saturating_add(365 * DAY);
    stage.issue(now, not_after);
    let enable = Command::EnableHosting(Arc::new(stage.extension(1)));
    let early = stage.refused(&enable, now);
    is(&early, RuleId::R50, Why::HostingWindow);
    assert!(early.permitted_from().is_some());
    assert_eq!(early.way_out(), WayOut::None, "{early}");
    let over = stage.refused(&enable, not_after.saturating_add(1));
    assert_eq!(over.permitted_from(), None);
    assert_eq!(over.way_out(), WayOut::ApplyAnew, "{over}");
}

/// where a plan's certificate heads a chain and other orders wait, what costs nothing is advised
/// first.
#[test]
fn r32_what_costs_no_certificate_comes_first() {
    let book = variant(|parts| {
        set(&mut parts.late_hosting, &LateHosting::Unexpired);
        set(&mut parts.hosted_revocation, &Permission::Refused);
        set(&mut parts.hosting_years, &HostingYears::up_to(3));
        set(
            &mut parts.plan_refund,
            &PlanRefundRule {
                days: None,
                method: Method::EndOfDay,
                unused: Unused::LedgerFull,
            },
        );
    });
    let (edition, now) = (
        book.edition("2021-07-cn").unwrap(),
        at("2021-08-02T09:00:00+08:00"),
    );
    let single = product(ValidationClass::Dv, NameKind::Single);
    for (others, way_out) in [(0, WayOut::CancelMembersFirst), (1, WayOut::ReturnUnits)] {
        let mut stage = Console::of(&book, &edition, single);
        stage.buy_plan(2, PRICE, now);
        for _ in 0..others {
            let draw = stage.drawing();
            stage.tell(&draw, now);
        }
        let draw = stage.drawing();
        stage.tell(&draw, now);
        stage.issue(now, now.saturating_add(300 * DAY));
        let enable = Command::EnableHosting(Arc::new(stage.extension(1)));
        let own = stage.instance().id();
        stage.tell(&enable, now);
        stage.world.focus(own);
        let case = stage.world.case();
        let plan = case.plan.map(ResourcePlan::id);
        assert!(plan.is_some());
        let unpaid = Case {
            purchase: None,
            ..case
        };
        let refusal = decide(&unpaid, &Command::ClaimRefund, now, &stage.law).unwrap_err();
        is(&refusal, RuleId::R32, Why::PlanUsed);
        assert_eq!(refusal.way_out(), way_out, "{others}");
    }
}
