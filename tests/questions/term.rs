//! R-55, K-08: how long a certificate is asked for.

use cert_lifecycle::lifecycle::{
    Carried, InstanceEvent, Law, Opened, Term, evolve_instance, term_end,
};
use cert_lifecycle::model::{
    AccountId, CertificateInstance, OrderId, Origin, PurchaseId, Renewed, Timestamp,
    ValidationClass,
};
use cert_lifecycle::rulebook::{Calendar, Ceilings, LeapDay, Rulebook};
use proptest::prelude::*;

use crate::stage::{always, at, book, instance_id, product};

/// A slot, perhaps one that renews what ended then.
fn slot(carries: Option<Timestamp>) -> CertificateInstance {
    let opened = Opened {
        account: AccountId::new("tom").unwrap(),
        product: product(ValidationClass::Dv),
        origin: Origin::Purchase(PurchaseId::new("purchase").unwrap()),
        order: OrderId::new(2).unwrap(),
        chain: None,
        waits: false,
        renewed: carries.map(|_| Renewed {
            from: instance_id(1),
            carries,
        }),
        at: at("2021-01-01T00:00:00Z"),
    };
    let mut state = None;
    let event = InstanceEvent::Opened(Box::new(opened));
    evolve_instance(&mut state, instance_id(2), &event);
    state.unwrap()
}

fn asked(book: &Rulebook, carries: Option<&str>, not_before: &str) -> String {
    let edition = book.edition("2023-api").unwrap();
    let law = Law::single(&edition, book.ceilings());
    term_end(&slot(carries.map(at)), at(not_before), &law).to_string()
}

#[test]
fn r55_example_9_carry_over_is_by_date() {
    let book = Rulebook::published();
    let renewal = |old, issued| asked(&book, Some(old), issued);
    // A year after the old expiry, at the same time of day; never 2023-05-31.
    assert_eq!(
        renewal("2022-06-01T12:34:56Z", "2022-05-25T00:00:00Z"),
        "2023-06-01T12:34:56Z"
    );
    // Whatever the day of issuance.
    assert_eq!(
        renewal("2022-06-01T12:34:56Z", "2022-05-05T23:59:59Z"),
        "2023-06-01T12:34:56Z"
    );
    // C7.
    assert_eq!(
        renewal("2024-02-29T10:00:00Z", "2024-02-20T00:00:00Z"),
        "2025-02-28T10:00:00Z"
    );
    // K-08: 200 days of 86,400 seconds from the issuance.
    assert_eq!(
        renewal("2026-06-01T12:00:00Z", "2026-05-25T00:00:00Z"),
        "2026-12-10T23:59:59Z"
    );
}

#[test]
fn r55_the_date_is_that_of_the_calendars_offset() {
    // 2024-02-29 at +08:00, though still the 28th in UTC.
    let book = Rulebook::published();
    let end = asked(&book, Some("2024-02-28T20:00:00Z"), "2024-02-20T00:00:00Z");
    assert_eq!(end, "2025-02-27T20:00:00Z");
    let forward = crate::stage::book(|parts| {
        parts.calendar = always(Calendar {
            leap_day: LeapDay::Forward,
            ..Calendar::default()
        });
    });
    let end = asked(
        &forward,
        Some("2024-02-29T10:00:00Z"),
        "2024-02-20T00:00:00Z",
    );
    assert_eq!(end, "2025-03-01T10:00:00Z");
}

#[test]
fn r55_what_is_over_carries_nothing() {
    let book = Rulebook::published();
    let old = Some("2022-06-01T12:00:00Z");
    let carried = asked(&book, old, "2022-06-01T12:00:00Z");
    assert_eq!(carried, "2023-06-01T12:00:00Z");
    let anew = asked(&book, old, "2022-09-01T00:00:00Z");
    assert_eq!(anew, asked(&book, None, "2022-09-01T00:00:00Z"));
    assert_eq!(anew, "2023-08-31T23:59:59Z");
}

#[test]
fn k08_the_term_is_cut_to_the_ceiling_of_its_day() {
    let book = Rulebook::published();
    let new = |issued| asked(&book, None, issued);
    assert_eq!(new("2021-03-01T00:00:00Z"), "2022-02-28T23:59:59Z");
    assert_eq!(new("2026-03-14T23:59:59Z"), "2027-03-14T23:59:58Z");
    assert_eq!(new("2026-03-15T00:00:00Z"), "2026-09-30T23:59:59Z");
    assert_eq!(new("2027-03-15T00:00:00Z"), "2027-06-22T23:59:59Z");
    assert_eq!(new("2029-03-15T00:00:00Z"), "2029-04-30T23:59:59Z");
}

proptest! {
    #[test]
    fn k08_nothing_is_asked_for_above_the_ceiling(
        from in Timestamp::MIN.unix_seconds()..=Timestamp::MAX.unix_seconds(),
        old in proptest::option::of(-40_000_000_i64..40_000_000),
    ) {
        let not_before = Timestamp::from_unix_seconds(from).unwrap();
        let book = book(|_| {});
        let ceilings: &Ceilings = book.ceilings();
        let edition = book.edition("2023-api").unwrap();
        let carries = old.map(|by| not_before.saturating_add(by));
        let end = term_end(&slot(carries), not_before, &Law::single(&edition, ceilings));
        prop_assert!(end <= ceilings.last_second(not_before));
        prop_assert!(end >= not_before);
    }
}

#[test]
fn r55_a_term_tells_what_it_carries_over() {
    let book = Rulebook::published();
    let edition = book.edition("2023-api").unwrap();
    let law = Law::single(&edition, book.ceilings());
    let old = at("2022-06-01T12:34:56Z");
    let carried = Term::of(&slot(Some(old)), &law).carried();
    let until = at("2023-06-01T12:34:56Z");
    assert_eq!(carried, Some(Carried { old, until }));
    assert_eq!(Term::of(&slot(None), &law).carried(), None);
}
