//! What a console offers for an uploaded certificate.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{Command, CommandKind, Offer, Upload, allowed};
use cert_lifecycle::model::{Product, ValidationClass};
use cert_lifecycle::rulebook::{HostingYears, Permission, RuleId};

use crate::stage::{Life, always, at, book, console_of_2021, product};

const NOW: &str = "2021-05-10T12:00:00+08:00";

/// Which rule keeps a certificate that is listed under a product from being hosted, if one does.
fn hosted(listed: Product, years: HostingYears) -> Option<RuleId> {
    let book = book(|parts| {
        console_of_2021(parts);
        parts.hosting_years = always(years);
        parts.hosting_of_uploaded = always(Permission::Allowed);
    });
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), listed);
    let Command::Upload(upload) = life.typical(CommandKind::Upload) else {
        panic!("another command");
    };
    let upload = Upload {
        product: listed,
        ..(*upload).clone()
    };
    life.tell(&Command::Upload(Arc::new(upload)), at(NOW));
    let offers = allowed(&life.world.case(), at(NOW), &life.law);
    let hosting = |offer: &&Offer| offer.command == CommandKind::EnableHosting;
    let refusal = &offers.iter().find(hosting).unwrap().refusal;
    refusal
        .as_ref()
        .map(cert_lifecycle::lifecycle::Refusal::rule)
}

/// Years are sold of paid products: what is listed under a free one is hosted as one that is sold.
#[test]
fn r50_an_uploaded_certificate_is_hosted_whatever_it_is_listed_under() {
    let free = Product {
        free: true,
        ..product(ValidationClass::Dv)
    };
    assert_eq!(hosted(free, HostingYears::up_to(2)), None);
    assert_eq!(
        hosted(product(ValidationClass::Ov), HostingYears::up_to(2)),
        None
    );
}

/// What is listed under a product that is sold is hosted as that.
#[test]
fn r03_an_uploaded_certificate_is_hosted_for_the_years_of_its_class() {
    let longer = HostingYears {
        ov: 2,
        ..HostingYears::up_to(0)
    };
    assert_eq!(hosted(product(ValidationClass::Ov), longer), None);
    assert_eq!(
        hosted(product(ValidationClass::Dv), longer),
        Some(RuleId::R03)
    );
}
