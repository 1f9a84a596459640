//! Paying an instance back (T-47).

use cert_lifecycle::lifecycle::v2::Command;
use cert_lifecycle::lifecycle::{WayOut, Why};
use cert_lifecycle::model::{Day, ValidationClass};
use cert_lifecycle::rulebook::{
    AddOn, Anchor, Dated, Method, RefundAct, RefundCase, RefundClause, RefundLimit, RefundRule,
    Review, RuleId,
};

use super::{
    REVOKE, World, at, begin, book, book_with, certificate, clause, completion, days, edition,
};

#[test]
fn t47_what_was_issued_is_revoked_first_and_in_time() {
    let (book, edition) = (book(), edition(&book()));
    let issued = || {
        let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
        world.issue("k", days(1));
        world
    };
    let mut world = issued();
    let first = world.refused(&Command::Refund, days(2));
    assert_eq!(
        (first.why(), first.way_out()),
        (Why::Unrevoked, WayOut::RevokeFirst)
    );
    world.tell(&REVOKE, days(2));
    let asked_for = world.refused(&Command::Refund, days(2));
    assert_eq!(
        (asked_for.why(), asked_for.way_out()),
        (Why::Unrevoked, WayOut::AwaitRevocation),
        "asked for is not revoked"
    );
    world.tell(&completion(days(3)), days(3));
    world.tell(&Command::Refund, days(4));

    // Completed a second after the seventh day: never.
    let over = at("2026-09-09T00:00:00+08:00");
    let mut late = issued();
    late.revoke(days(2), over);
    let refusal = late.refused(&Command::Refund, days(3));
    assert_eq!(
        refusal.why(),
        Why::RevokedTooLate(RefundAct::RevocationCompleted, over)
    );
    assert!(refusal.holds().is_never());
    assert!(
        refusal
            .to_string()
            .contains("the revocation had to be completed before 2026-09-09T00:00:00+08:00"),
        "{refusal}"
    );
    let mut just = issued();
    just.revoke(days(2), over.saturating_add(-1));
    just.tell(&Command::Refund, over.saturating_add(-1));
    assert_eq!(
        World::refused(&issued(), &Command::Refund, days(2)).rule(),
        RuleId::T47
    );
}

/// A revocation can't be undone: nobody is told to ask for one that pays nothing any more.
#[test]
fn t47_no_certificate_is_revoked_for_nothing() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.issue("k", days(1));
    let over = at("2026-09-09T00:00:00+08:00");
    let last = world.refused(&Command::Refund, over.saturating_add(-1));
    assert_eq!(
        (last.why(), last.way_out()),
        (Why::Unrevoked, WayOut::RevokeFirst)
    );
    for late in [over, days(240)] {
        let refusal = world.refused(&Command::Refund, late);
        assert_eq!(
            (refusal.why(), refusal.way_out(), refusal.permitted_until()),
            (Why::NotRefundable, WayOut::None, Some(over))
        );
    }
    // Nor one of what is over and can't be revoked.
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    let not_after = days(3);
    world.at_ca("k", days(1));
    let certificate = certificate("k", "www.example.com", days(1), not_after);
    world.tell(&Command::Issue { certificate }, days(1));
    let refusal = world.refused(&Command::Refund, not_after.saturating_add(1));
    assert_eq!(
        (refusal.why(), refusal.way_out()),
        (Why::NotRefundable, WayOut::None)
    );
}

fn unissued(days: &[u16]) -> RefundRule {
    let clauses = days.iter().map(|&days| RefundClause {
        case: RefundCase::Unissued,
        add_on: AddOn::Any,
        limits: [RefundLimit {
            anchor: Anchor::Payment,
            act: RefundAct::Claim,
            days,
            method: Method::Rolling,
        }]
        .into_iter()
        .collect(),
        review: Review::Instant,
    });
    RefundRule {
        clauses: clauses.collect(),
    }
}

/// Of several clauses the widest one decides, and it is the last one.
#[test]
fn t47_the_widest_clause_decides() {
    let book = book_with(|parts| parts.refund = clause(unissued(&[5, 9])));
    let edition = edition(&book);
    let world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    let refusal = world.refused(&Command::Refund, days(20));
    let until = refusal.permitted_until().unwrap();
    assert!(until > days(9) && until < days(10), "{until}");
    world.clone().tell(&Command::Refund, days(8));
}

/// A clause on what was revoked says nothing of what was not issued.
#[test]
fn t47_a_clause_on_another_case_decides_nothing() {
    let book = book_with(|parts| {
        let mut rule = unissued(&[5]);
        let revoked = unissued(&[30]).clauses.into_iter().map(|one| RefundClause {
            case: RefundCase::Revoked,
            ..one
        });
        rule.clauses.extend(revoked);
        parts.refund = clause(rule);
    });
    let edition = edition(&book);
    let world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    let refusal = world.refused(&Command::Refund, days(8));
    let until = refusal.permitted_until().unwrap();
    assert!(until > days(5) && until < days(6), "{until}");
    world.clone().tell(&Command::Refund, days(4));
}

/// A purchase keeps its clause, and a refusal says from when on others are judged otherwise (L9).
#[test]
fn t47_a_refusal_says_for_whom_the_answer_differs() {
    for (days_later, differs) in [(&[7][..], true), (&[], false)] {
        let book = book_with(|parts| {
            parts.refund = clause(unissued(&[]));
            let next = clause(unissued(days_later)).remove(0);
            parts.refund.push(Dated {
                from: Day::new(2026, 12, 1).unwrap(),
                ..next
            });
        });
        let edition = edition(&book);
        let world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
        let refusal = world.refused(&Command::Refund, begin());
        let changes = differs.then(|| Day::new(2026, 12, 1).unwrap());
        assert_eq!(refusal.changes_on(), changes);
        let said = "for what is bought or applied for from 2026-12-01";
        assert_eq!(refusal.to_string().contains(said), differs, "{refusal}");
    }
}

/// What the CA revoked by itself is revoked, and its end is nobody's deadline.
#[test]
fn t47_what_was_revoked_is_not_waited_for() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.at_ca("k", days(1));
    let certificate = certificate("k", "www.example.com", days(1), days(3));
    world.tell(&Command::Issue { certificate }, days(1));
    let by_ca = super::sample_command(
        cert_lifecycle::lifecycle::v2::CommandKind::RecordCaRevocation,
        days(2),
    );
    world.tell(&by_ca, days(2));
    world.tell(&Command::Refund, days(4));
}
