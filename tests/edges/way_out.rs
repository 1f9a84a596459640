//! Ways out of a refusal are open, whatever a rulebook says.

use cert_lifecycle::lifecycle::{
    Availability, Command, CommandKind, WayOut, Why, availability, decide, status,
};
use cert_lifecycle::model::{Note, Status, StatusSet, Timestamp, ValidationClass};
use cert_lifecycle::rulebook::{Permission, RuleId, RulebookParts};

use crate::stage::{Life, always, at, book, console_of_2021, product};

const NOW: &str = "2021-03-01T09:00:00+08:00";

fn in_book<T>(change: impl FnOnce(&mut RulebookParts), ask: impl FnOnce(&mut Life<'_>) -> T) -> T {
    let book = book(|parts| {
        console_of_2021(parts);
        change(parts);
    });
    let edition = book.edition("2021-02-api").unwrap();
    let product = product(ValidationClass::Dv);
    let mut life = Life::new(&edition, book.ceilings(), product);
    life.buy(1, at(NOW));
    ask(&mut life)
}

/// What is renewed in some states alone: the life, the renewal, and its certificate's last second.
fn renewed_in(states: &[Status], ask: impl FnOnce(&Life<'_>, &Command, Timestamp)) {
    in_book(
        |parts| parts.renewal = always(StatusSet::of(states)),
        |life| {
            life.apply(11, at(NOW));
            life.issue(at(NOW));
            let certificate = life.world.instance().unwrap().certificate().unwrap();
            let not_after = certificate.facts().validity.not_after();
            ask(life, &life.typical(CommandKind::Renew), not_after);
        },
    );
}

/// A renewal that ends before the certificate does ended then, and not with its expiry.
#[test]
fn r43_a_renewal_that_was_over_before_the_expiry_says_since_when() {
    renewed_in(&[Status::Issued], |life, renew, not_after| {
        let case = life.world.case();
        let Availability::Now {
            until: Some(end), ..
        } = availability(&case, renew, at(NOW), &life.law)
        else {
            panic!("it is not possible yet");
        };
        assert!(end < not_after);
        for now in [end, not_after, not_after.saturating_add(1)] {
            let refusal = decide(&case, renew, now, &life.law).unwrap_err();
            assert_eq!(
                (refusal.rule(), refusal.why(), refusal.permitted_until()),
                (RuleId::R54, Why::RenewalWindow, Some(end)),
                "{now}: {refusal}"
            );
            assert_eq!(refusal.way_out(), WayOut::ApplyAnew);
            let over = Availability::Over {
                since: end,
                rule: RuleId::R54,
            };
            assert_eq!(availability(&case, renew, now, &life.law), over);
        }
    });
}

/// Where it is the expiry that ends it, that is what is said; where its time comes, nothing has to be
/// bought anew.
#[test]
fn r43_what_expired_is_not_renewed() {
    renewed_in(&[Status::PendingExpiration], |life, renew, not_after| {
        let case = life.world.case();
        let early = decide(&case, renew, at(NOW), &life.law).unwrap_err();
        assert_eq!((early.rule(), early.way_out()), (RuleId::R54, WayOut::None));
        let over = not_after.saturating_add(1);
        let late = decide(&case, renew, over, &life.law).unwrap_err();
        assert_eq!(
            (late.rule(), late.why(), late.permitted_until()),
            (RuleId::R43, Why::Expired, Some(over))
        );
        assert_eq!(late.way_out(), WayOut::ApplyAnew);
    });
}

/// Nobody is told to apply where the edition takes no application in this state.
#[test]
fn r04_nobody_is_told_to_apply_in_vain() {
    for (named, way_out) in [
        (&[Status::PendingApplication][..], WayOut::Apply),
        (&[Status::ValidationFailed], WayOut::None),
        (&[], WayOut::None),
    ] {
        in_book(
            |parts| {
                parts.applying = always(StatusSet::of(named));
                parts.closing = always(Permission::Refused);
            },
            |life| {
                for command in [Command::Collect, Command::Close] {
                    let refusal = decide(&life.world.case(), &command, at(NOW), &life.law);
                    assert_eq!(refusal.unwrap_err().way_out(), way_out, "{command:?}");
                }
            },
        );
    }
}

/// What was bought by itself holds no unit: ending it gives nothing back, and is no way out.
#[test]
fn t15_a_purchase_that_failed_is_not_ended_for_a_unit() {
    in_book(
        |parts| {
            let failed = StatusSet::of(&[Status::ValidationFailed]);
            parts.applying = always(StatusSet::of(&[Status::PendingApplication]));
            parts.order_cancellation = always(failed);
            parts.order_deletion = always(StatusSet::EMPTY);
        },
        |life| {
            life.apply(11, at(NOW));
            let reason = Note::new("no such domain").unwrap();
            if let challenge @ Command::ReceiveChallenge { .. } =
                life.typical(CommandKind::ReceiveChallenge)
            {
                life.tell(&challenge, at(NOW));
            }
            life.tell(&Command::ConfirmDomain, at(NOW));
            life.tell(&Command::Reject { reason }, at(NOW));
            let case = life.world.case();
            let shown = status(&case, at(NOW), life.law.conduct);
            assert_eq!(shown, Some(Status::ValidationFailed));
            let refusal = decide(&case, &Command::Collect, at(NOW), &life.law).unwrap_err();
            assert_eq!(refusal.way_out(), WayOut::None, "{refusal}");
        },
    );
}
