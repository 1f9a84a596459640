//! What is said of a difference that decides nothing.

use cert_lifecycle::lifecycle::difference::{Shown, premises};
use cert_lifecycle::lifecycle::{Difference, diff};
use cert_lifecycle::rulebook::{Field, HostingYears, Permission, Rulebook};

use crate::stage::{always, book, since};

fn between(book: &Rulebook, field: Field) -> Difference {
    let [old, new] = ["2021-02-api", "2023-api"].map(|key| book.edition(key).unwrap());
    let all = diff(&old, &new, book.ceilings());
    all.into_iter().find(|one| one.field == field).unwrap()
}

/// Where no hosting is sold, all that hosting of what was uploaded changes is the reason of a refusal, in
/// either edition: the first one is as good an example as the second.
#[test]
fn what_is_refused_either_way_is_shown_in_the_first_edition() {
    let book = book(|parts| {
        parts.hosting_years = always(HostingYears::up_to(0));
        parts.hosting_of_uploaded = vec![
            since("2018-06-07", Permission::Refused),
            since("2022-01-01", Permission::Allowed),
        ];
    });
    let found = between(&book, Field::HostingOfUploaded);
    let Shown::InFirst(example) = &found.shown else {
        panic!("{found}");
    };
    assert!(!example.decides(), "{found}");
}

#[test]
fn what_leaves_it_nothing_to_decide_is_listed() {
    let book = Rulebook::published();
    let mut found = between(&book, Field::ReturnDays);
    let listed = |found: &Difference| found.to_string().lines().last().unwrap().to_owned();
    found.shown = Shown::Dormant(premises(Field::RefundTrigger));
    assert_eq!(
        listed(&found),
        format!(
            "  Under both editions it has nothing to decide, given {}, {}.",
            Field::Refund.word(),
            Field::Applying.word()
        )
    );
    found.shown = Shown::Dormant(&[]);
    assert_eq!(
        listed(&found),
        "  Under both editions it has nothing to decide."
    );
}
