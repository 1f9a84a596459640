//! The stories of the probes under rulebooks that nobody published: they go as far as both laws let them,
//! past what differs elsewhere.

use std::sync::Arc;

use cert_lifecycle::lifecycle::difference::example;
use cert_lifecycle::lifecycle::probe::Question;
use cert_lifecycle::lifecycle::{Command, Example, Law, probes};
use cert_lifecycle::model::{Status, StatusSet, ValidationClass};
use cert_lifecycle::rulebook::{
    ClassSet, Edition, Field, HostingYears, LateHosting, Method, Permission, RefundRule,
    ReturnAnchor, ReturnDays, RevocationLimit, Rulebook,
};

use crate::edition_of;
use crate::stage::always;

fn told(field: Field, books: &[(Rulebook, Edition); 2]) -> Example {
    let [(book, ours), (_, theirs)] = books;
    *example(field, ours, theirs, book.ceilings()).unwrap()
}

/// What one probe tells.
fn compared(name: &str, books: &[(Rulebook, Edition); 2]) -> Example {
    let [(book, ours), (_, theirs)] = books;
    let [ours, theirs] = [ours, theirs].map(|edition| Law::single(edition, book.ceilings()));
    let probe = probes().find(|probe| probe.name() == name).unwrap();
    *probe.compare(&ours, &theirs).unwrap()
}

fn asked(command: Command) -> Question {
    Question::Asks(Arc::new(command))
}

/// Where nothing that was paid comes back, what was bought beside it tells the limits apart.
#[test]
fn r38_what_was_bought_beside_it_tells_the_limits_apart() {
    let limited = |limit| {
        edition_of(|parts| {
            parts.refund = always(RefundRule::default());
            parts.revocation_limit = always(limit);
        })
    };
    let found = told(
        Field::RevocationLimit,
        &[RevocationLimit::PerAccount, RevocationLimit::PerProduct].map(limited),
    );
    assert_eq!(found.probe, "more revocations than certificates");
    let printed = found.to_string();
    assert!(printed.contains("of another product"), "{printed}");
}

/// Where no unit returns, what was paid back does.
#[test]
fn r38_what_was_paid_back_tells_the_limits_apart() {
    let limited = |limit| {
        edition_of(|parts| {
            parts.return_days = always(ReturnDays(0));
            parts.return_method = always(Method::Rolling);
            parts.return_anchor = always(ReturnAnchor::Purchase);
            parts.revocation_limit = always(limit);
        })
    };
    let found = told(
        Field::RevocationLimit,
        &[RevocationLimit::PerAccount, RevocationLimit::PerProduct].map(limited),
    );
    assert_eq!(found.probe, "more revocations than certificates");
    let claimed = |command: &Command| matches!(command, Command::ClaimRefund);
    assert!(
        found.story.iter().any(|step| claimed(&step.command)),
        "{found}"
    );
}

/// Where a mail asks the holder of a domain-validated certificate, too, it is answered.
#[test]
fn t20_a_mail_is_answered_where_one_comes() {
    let mailed = |days| {
        edition_of(|parts| {
            parts.revocation_mail = always(ClassSet {
                dv: true,
                ..ClassSet::default()
            });
            parts.return_days = always(ReturnDays(days));
        })
    };
    let found = told(Field::ReturnDays, &[20, 21].map(mailed));
    assert_eq!(
        found.rule().map(|rule| rule.to_string()).as_deref(),
        Some("R-27")
    );
    let confirmed = |command: &Command| matches!(command, Command::ConfirmRevocation);
    assert!(
        found.story.iter().any(|step| confirmed(&step.command)),
        "{found}"
    );
}

/// A story about the hosted lives with a class that both laws host, and what differs in its price is no
/// part of it.
#[test]
fn r41_a_hosted_life_is_of_a_class_that_both_host() {
    let hosted = |(dv, deleted): (u8, &[Status])| {
        let deletion: StatusSet = deleted.iter().copied().collect();
        edition_of(|parts| {
            parts.hosting_years = always(HostingYears { dv, ov: 3, ev: 0 });
            parts.deletion = always(deletion);
        })
    };
    let books = [
        (3, &[Status::Expired][..]),
        (0, &[Status::PendingExpiration, Status::Expired][..]),
    ]
    .map(hosted);
    let found = compared("a hosted certificate lives until it expires", &books);
    assert_eq!(found.question, asked(Command::DeleteCertificate));
    let bought = |command: &Command| matches!(command, Command::Buy(bought) if bought.product.class == ValidationClass::Ov);
    assert!(
        found.story.iter().any(|step| bought(&step.command)),
        "{found}"
    );
}

/// What was uploaded and is hosted is another case than what was uploaded alone.
#[test]
fn r41_an_uploaded_certificate_is_hosted_before_it_is_deleted() {
    let hosted = |deleted: &[Status]| {
        let deletion: StatusSet = deleted.iter().copied().collect();
        edition_of(|parts| {
            parts.hosting_years = always(HostingYears::up_to(3));
            parts.late_hosting = always(LateHosting::Unexpired);
            parts.hosting_of_uploaded = always(Permission::Allowed);
            parts.deletion_of_uploaded = always(deletion);
        })
    };
    let books = [
        &[Status::Expired][..],
        &[Status::PendingExpiration, Status::Expired][..],
    ]
    .map(hosted);
    let name = "an uploaded certificate is hosted and lives until it expires";
    let found = compared(name, &books);
    assert_eq!(found.question, asked(Command::DeleteCertificate));
    let hosted = |command: &Command| matches!(command, Command::EnableHosting(_));
    assert!(
        found.story.iter().any(|step| hosted(&step.command)),
        "{found}"
    );
}
