//! The edges of conditions and of what is due by itself.

use std::sync::Arc;

use cert_lifecycle::lifecycle::WayOut;
use cert_lifecycle::lifecycle::v2::{
    Command, CommandKind, Halt, HostingEvent, evolve_hosting, next_wakeup,
};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{Challenge, Day, Status as Canonical, StatusSet, ValidationClass};
use cert_lifecycle::rulebook::{
    Dated, Edition, LateHosting, NoticeRule, ReturnDays, RuleId, Rulebook, TermRule, Trigger,
};

use super::{
    DAY, REVOKE, World, account, begin, book, book_with, clause, days, edition, key,
    sample_command, task, units, upload,
};

fn with_certificate<'a>(book: &'a Rulebook, edition: &'a Edition) -> World<'a> {
    let mut world = World::new(book, edition).bought(ValidationClass::Dv, 365);
    world.issue("first", begin());
    world
}

/// From the first of December on, so many days after what these tests buy.
fn later() -> Day {
    Day::new(2026, 12, 1).unwrap()
}

/// A value, and another one from then on.
fn until_december<T>(value: T, next: T) -> Vec<Dated<T>> {
    let mut clauses = clause(value);
    clauses.extend(clause(next).into_iter().map(|next| Dated {
        from: later(),
        ..next
    }));
    clauses
}

#[test]
fn t45_who_has_nothing_to_cancel_is_sent_to_revoke_what_can_be_revoked() {
    let (book, edition) = (book(), edition(&book()));
    let instead = |change: &dyn Fn(&mut World<'_>)| {
        let mut world = with_certificate(&book, &edition);
        change(&mut world);
        world.refused(&Command::Cancel, days(2)).way_out()
    };
    assert_eq!(instead(&|_| {}), WayOut::Revoke);
    let asked = |world: &mut World<'_>| drop(world.tell(&REVOKE, days(1)));
    assert_eq!(instead(&asked), WayOut::None);
    // By the CA itself, so nobody asked for it.
    let by_ca = |world: &mut World<'_>| {
        let command = sample_command(CommandKind::RecordCaRevocation, days(1));
        world.tell(&command, days(1));
    };
    assert_eq!(instead(&by_ca), WayOut::None);
}

/// The certificate of a key that was cancelled and applied with again is the one that is waited for.
#[test]
fn t49_a_key_that_is_applied_with_again_is_not_late() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.at_ca("again", begin());
    world.tell(&Command::Cancel, begin());
    world.at_ca("again", days(1));
    let certificate = world.fitting("again", days(1));
    world.tell(&Command::Issue { certificate }, days(1));
    assert_eq!(world.instance().certificates().len(), 1);
    assert!(world.instance().orphans().is_empty());
}

/// The same task again is nothing new; other challenges for it are (V-03).
#[test]
fn v03_challenges_are_handed_over_anew() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.at_ca("k", begin());
    assert!(world.tell(&task("k"), begin()).is_empty());
    let challenge = Challenge::Dns {
        record_domain: Arc::from("_dnsauth.www.example.com"),
        record_type: RecordType::Txt,
        value: Arc::from("2026"),
    };
    let completed = Command::CompleteTask {
        key: key("k"),
        challenges: Arc::from([challenge]),
    };
    assert_eq!(world.tell(&completed, days(1)).len(), 1);
    assert_eq!(world.instance().pending().unwrap().challenges.len(), 1);
    assert!(world.tell(&completed, days(1)).is_empty());
    let other_key = Command::CompleteTask {
        key: key("another"),
        challenges: world.instance().pending().unwrap().challenges.clone(),
    };
    let refusal = world.refused(&other_key, days(1));
    assert_eq!(refusal.rule(), RuleId::K12, "{refusal}");
}

#[test]
fn v05_what_is_on_is_not_switched_on_again() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = with_certificate(&book, &edition);
    let on = Command::SetHosting { enabled: true };
    assert_eq!(world.tell(&on, days(1)).len(), 1);
    assert!(world.tell(&on, days(1)).is_empty());
    // Unless it stands still: then its holder starts it again.
    world.tell(&Command::Wake, days(210));
    assert_eq!(world.instance().hosting().halted, Some(Halt::NoUnit));
    assert_eq!(world.tell(&on, days(210)).len(), 1);
    assert_eq!(world.instance().hosting().halted, None);
}

#[test]
fn v06_units_that_are_used_up_are_none() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = with_certificate(&book, &edition);
    world.tell(&Command::SetHosting { enabled: true }, begin());
    world.tell(&units(1), begin());
    let used = HostingEvent::Used {
        instance: world.instance().id(),
        at: begin(),
    };
    evolve_hosting(&mut world.hosting, account(), used);
    world.tell(&Command::Wake, days(210));
    assert_eq!(world.instance().hosting().halted, Some(Halt::NoUnit));
}

/// An application that would gain no time is not made, and nobody is woken for it.
#[test]
fn v06_an_application_gains_time() {
    let (book, edition) = (book(), edition(&book()));
    // Sold for twenty days meanwhile.
    let short = book_with(|parts| {
        parts.term = clause(TermRule { days: 20 });
        parts.notice = clause(NoticeRule { within_days: 5 });
        parts.hosting_trigger = clause(Trigger {
            days: 5,
            strict: true,
        });
        parts.return_days = clause(ReturnDays(5));
        parts.late_hosting = clause(LateHosting::Never);
    });
    let short_edition = super::edition(&short);
    let mut world = with_certificate(&book, &edition);
    world.tell(&Command::SetHosting { enabled: true }, begin());
    world.tell(&units(1), begin());
    let held = world.instance().current().unwrap();
    let not_after = held.certificate().validity().not_after();
    world.law.conduct = &short_edition;
    // Twenty days from here end with the certificate that is there.
    let even = not_after.saturating_add(1 - 20 * DAY);
    assert!(world.tell(&Command::Wake, even).is_empty());
    assert!(next_wakeup(&world.case(), even, &world.law) > Some(even));
    let ahead = even.saturating_add(1);
    assert_eq!(next_wakeup(&world.case(), ahead, &world.law), Some(ahead));
    assert_eq!(world.tell(&Command::Wake, ahead).len(), 2);
}

/// Of what was uploaded an edition may send no messages; then nobody is woken for one.
#[test]
fn r42_no_notice_of_what_was_uploaded_where_none_is_sent() {
    for told in [true, false] {
        let book = book_with(|parts| {
            for clause in &mut parts.messages {
                clause.value.value.uploaded = told;
            }
        });
        let edition = super::edition(&book);
        let mut world = World::new(&book, &edition);
        world.tell(&upload(begin(), days(90)), begin());
        let woken = next_wakeup(&world.case(), begin(), &world.law);
        assert_eq!(woken.is_some(), told);
        assert_eq!(
            world.tell(&Command::Wake, days(80)).len(),
            usize::from(told)
        );
    }
}

/// A refusal names the day of a later clause only if that one gives another answer.
#[test]
fn v08_a_refusal_tells_when_a_closed_instance_can_be_deleted() {
    let expired = StatusSet::of(&[Canonical::Expired]);
    for (next, changes) in [
        (
            StatusSet::of(&[Canonical::Expired, Canonical::Closed]),
            Some(later()),
        ),
        (
            StatusSet::of(&[Canonical::Expired, Canonical::Refunded]),
            None,
        ),
    ] {
        let book = book_with(|parts| parts.deletion = until_december(expired, next));
        let edition = super::edition(&book);
        let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
        world.tell(&Command::Close, begin());
        let refusal = world.refused(&Command::Delete, days(1));
        assert_eq!(
            (refusal.rule(), refusal.changes_on()),
            (RuleId::V08, changes),
            "{refusal}"
        );
    }
}

/// What changes about a window that only time closed is no business of the refusal.
#[test]
fn v08_a_refusal_that_time_ends_names_its_instant() {
    let expired = StatusSet::of(&[Canonical::Expired]);
    let soon = StatusSet::of(&[Canonical::PendingExpiration, Canonical::Expired]);
    let book = book_with(|parts| parts.deletion = until_december(expired, soon));
    let edition = super::edition(&book);
    let world = with_certificate(&book, &edition);
    let refusal = world.refused(&Command::Delete, days(1));
    assert_eq!(refusal.changes_on(), None);
    assert_eq!(refusal.permitted_from(), Some(days(365).saturating_add(1)));
}
