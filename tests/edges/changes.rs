//! What a refusal says of instants at which the answer changes.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Availability, Command, CommandKind, Extension, Refusal, WayOut, availability, decide, probes,
};
use cert_lifecycle::model::{Day, Offset, Status, StatusSet, ValidationClass};
use cert_lifecycle::rulebook::{Edition, HostingYears, LateHosting, RuleId, Rulebook, Standing};

use crate::stage::{Life, always, at, book, console_of_2021, product};

const NOW: &str = "2021-03-01T09:00:00+08:00";

/// Hosting is sold from a day on alone, to certificates with more than thirty days left.
fn sold_from(from: Option<Day>) -> (Rulebook, Edition) {
    let book = book(|parts| {
        console_of_2021(parts);
        parts.late_hosting = always(LateHosting::MoreThan(30));
        parts.hosting_years = always(HostingYears::up_to(if from.is_some() { 0 } else { 3 }));
        if let Some(from) = from {
            let mut later = always(HostingYears::up_to(3)).remove(0);
            later.from = from;
            parts.hosting_years.push(later);
        }
    });
    let edition = book.edition("2021-02-api").unwrap();
    (book, edition)
}

fn asked<T>(from: Option<Day>, ask: impl FnOnce(&Life<'_>, &Command) -> T) -> T {
    let (book, edition) = sold_from(from);
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.certify(1, at(NOW));
    let Command::EnableHosting(extension) = life.typical(CommandKind::EnableHosting) else {
        panic!("another command");
    };
    let extension = Extension {
        product: life.product,
        ..(*extension).clone()
    };
    ask(&life, &Command::EnableHosting(Arc::new(extension)))
}

fn refused(from: Day) -> Refusal {
    asked(Some(from), |life, enable| {
        decide(&life.world.case(), enable, at(NOW), &life.law).unwrap_err()
    })
}

/// A later clause is no comfort to whom another condition shuts out by then: to the second.
#[test]
fn r03_a_refusal_promises_nothing_that_is_over_by_then() {
    let end = asked(None, |life, enable| {
        let availability = availability(&life.world.case(), enable, at(NOW), &life.law);
        let Availability::Now {
            until: Some(until), ..
        } = availability
        else {
            panic!("{availability:?}");
        };
        until
    });
    // The window ends with a day, in the offset of the rulebook.
    let last = end.day_in(Offset::hours(8));
    assert_eq!(last.midnight(Offset::hours(8)), end);
    let in_time = refused(last.plus_days(-1));
    assert_eq!(
        (in_time.rule(), in_time.changes_on()),
        (RuleId::R03, Some(last.plus_days(-1)))
    );
    for late in [last, last.plus_days(1)] {
        let refusal = refused(late);
        assert_eq!((refusal.rule(), refusal.changes_on()), (RuleId::R03, None));
    }
}

#[test]
fn a_refusal_says_how_firmly_its_value_stands() {
    assert_eq!(
        refused(Day::new(2021, 6, 1).unwrap()).standing(),
        Some(Standing::Declared)
    );
    // A rule that no edition changes has no value that stands or falls.
    let (book, edition) = sold_from(None);
    let life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    let unlisted = decide(&life.world.case(), &Command::Withdraw, at(NOW), &life.law);
    assert_eq!(unlisted.unwrap_err().standing(), None);
}

/// From the very second on at which what was uploaded can be deleted, that is the way out.
#[test]
fn r41_a_certificate_is_deleted_from_its_first_second_on() {
    let book = book(|parts| {
        let expired = StatusSet::of(&[Status::Expired]);
        parts.deletion_of_uploaded = always(expired);
    });
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.tell(&life.typical(CommandKind::Upload), at(NOW));
    let instead = |now| {
        decide(&life.world.case(), &Command::Delete, now, &life.law)
            .unwrap_err()
            .way_out()
    };
    let WayOut::DeleteOnceExpired(from) = instead(at(NOW)) else {
        panic!("{:?}", instead(at(NOW)));
    };
    assert_eq!(
        instead(from.saturating_add(-1)),
        WayOut::DeleteOnceExpired(from)
    );
    assert_eq!(instead(from), WayOut::DeleteCertificate);
}

#[test]
fn a_probe_shows_its_name() {
    for probe in probes() {
        assert!(format!("{probe:?}").starts_with("Probe { name: \""));
    }
}
