//! Hosting, T-24 to T-30.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{
    Availability, Command, Effect, Event, InstanceEvent, Law, Notice, PurchaseEvent, WayOut, Why,
    availability, effects,
};
use cert_lifecycle::model::{OrderId, Product, Status, Timestamp, ValidationClass};
use cert_lifecycle::rulebook::{Edition, Field, LateHosting, Permission, RuleId, Trigger};

use super::support::console::{Console, PRICE, REVOKE, console, hosting, set};
use super::support::scene::{at, note};
use super::{BOUGHT, DAY, book, is, of};

/// S2, "due to expire": the first certificate of a chain ends with this second.
const NOT_AFTER: &str = "2022-06-01T12:00:00Z";

/// Thirty days are left on this day and less on the next, at +08:00 (example 8).
const THIRTY_LEFT: &str = "2022-05-02T00:00:00+08:00";

const ISSUED: &str = "2021-06-02T09:00:00+08:00";

fn activate(order: u64) -> Command {
    Command::Activate {
        order: OrderId::new(order).unwrap(),
    }
}

/// A chain of so many years, its first certificate issued and ending with [`NOT_AFTER`]; in focus is
/// the first.
fn chain<'a>(
    book: &'a cert_lifecycle::rulebook::Rulebook,
    edition: &'a Edition,
    years: u64,
) -> Console<'a> {
    let mut stage = Console::new(book, edition);
    stage.buy(years, at(ISSUED));
    stage.issue(at(ISSUED), at(NOT_AFTER));
    stage
}

fn told_by(effect: Effect) -> Option<Notice> {
    if let Effect::Notify { notice, .. } = effect {
        Some(notice)
    } else {
        None
    }
}

fn rejected() -> Command {
    Command::Reject {
        reason: note("the company could not be reached"),
    }
}

/// S2: Hosted after the first issuance; the first application is the owner's own.
#[test]
fn r45_the_first_certificate_of_a_chain_shows_hosted() {
    let book = book();
    for edition in [hosting(), published(&book)] {
        shows_hosted(&book, &edition);
    }
}

/// The edition of S2 as the rulebook has it.
fn published(book: &cert_lifecycle::rulebook::Rulebook) -> Edition {
    book.edition("2022-hosting").unwrap()
}

fn shows_hosted(book: &cert_lifecycle::rulebook::Rulebook, edition: &Edition) {
    let now = at(ISSUED);
    let mut stage = Console::new(book, edition);
    stage.buy(2, now);
    assert_eq!(stage.status(now), Status::PendingApplication);
    is(
        &stage.refused(&activate(900), now),
        RuleId::R46,
        Why::Status(Status::PendingApplication),
    );
    stage.issue(now, at(NOT_AFTER));
    assert_eq!(stage.status(now), Status::Hosted);
    // About to expire and expired come first.
    assert_eq!(stage.status(at(NOT_AFTER)), Status::PendingExpiration);
    assert_eq!(
        stage.status(at(NOT_AFTER).saturating_add(1)),
        Status::Expired
    );
    // Without a chain it is plainly issued.
    stage.buy(1, now);
    stage.issue(now, at(NOT_AFTER));
    assert_eq!(stage.status(now), Status::Issued);
}

/// S2: nothing of the first certificate is submitted by the service.
#[test]
fn r49_the_first_is_applied_for_by_hand() {
    let book = book();
    for edition in [hosting(), published(&book)] {
        by_hand(&book, &edition);
    }
}

fn by_hand(book: &cert_lifecycle::rulebook::Rulebook, edition: &Edition) {
    let now = at(BOUGHT);
    let mut stage = Console::new(book, edition);
    stage.buy(3, now);
    for number in 1..=3 {
        stage.focus(number);
        let later = now.saturating_add(1_000 * DAY);
        let refusal = stage.refused(&activate(900), later);
        let expected = match number {
            1 => (RuleId::R46, Why::Status(Status::PendingApplication)),
            2 => (RuleId::R47, Why::UnissuedBefore),
            _ => (RuleId::R47, Why::NotNext),
        };
        is(&refusal, expected.0, expected.1);
        assert!(stage.tell(&Command::Wake, later).is_empty());
    }
    stage.focus(1);
    let apply = stage.application();
    stage.tell(&apply, now);
    assert!(!stage.instance().application().unwrap().automatic());
}

/// S2, T-26: activated and submitted together when the one before comes due, with its data and without the
/// owner. X-21: at most 30 days, or fewer than 30.
#[test]
fn r46_the_service_activates_what_comes_due() {
    let book = book();
    let strict = Trigger {
        days: 30,
        strict: true,
    };
    let fewer = hosting().with(
        Field::HostingTrigger,
        &console(|parts| set(&mut parts.hosting_trigger, &strict)),
    );
    let due = at(THIRTY_LEFT);
    let (own, stated) = (hosting(), published(&book));
    for (edition, due) in [
        (&own, due),
        (&stated, due),
        (&fewer, due.saturating_add(DAY)),
    ] {
        let mut stage = chain(&book, edition, 2);
        let data = stage.instance().application().unwrap().submission().clone();
        stage.focus(2);
        let apply = stage.application();
        let refusal = stage.refused(&apply, due);
        is(&refusal, RuleId::R46, Why::NotActivated);
        assert_eq!(refusal.way_out(), WayOut::AwaitActivation);
        let early = due.saturating_add(-1);
        let refusal = stage.refused(&activate(900), early);
        is(&refusal, RuleId::R46, Why::NotDue);
        assert_eq!(refusal.permitted_from(), Some(due));
        assert_eq!(
            availability(&stage.world.case(), &activate(900), early, &stage.law),
            Availability::From {
                at: due,
                until: None,
                rule: RuleId::R46
            }
        );
        let events = stage.tell(&activate(900), due);
        assert_eq!(events.rules()[0], RuleId::R46);
        assert_eq!(stage.status(due), Status::Validating);
        let application = stage.instance().application().unwrap();
        assert!(application.automatic());
        assert_eq!(application.submission(), &data);
        // The one before is as it was, and not hosted any more.
        assert_eq!(stage.status_of(1, due), Status::PendingExpiration);
        is(
            &stage.refused(&activate(901), due),
            RuleId::R46,
            Why::Status(Status::Validating),
        );
    }
}

/// S2, T-28: in order, one at a time; the next one is hosted if another waits.
#[test]
fn r47_members_in_order() {
    let (book, edition) = (book(), hosting());
    let due = at(THIRTY_LEFT);
    let mut stage = chain(&book, &edition, 3);
    stage.focus(3);
    let refusal = stage.refused(&activate(900), due);
    is(&refusal, RuleId::R47, Why::NotNext);
    stage.focus(2);
    stage.tell(&activate(900), due);
    stage.focus(3);
    // The second is in application: it has nothing that could come due.
    is(
        &stage.refused(&activate(901), due),
        RuleId::R47,
        Why::UnissuedBefore,
    );
    stage.focus(2);
    stage.prove(due);
    let second_ends = due.saturating_add(365 * DAY);
    stage.approve(due, second_ends);
    assert_eq!(stage.status(due), Status::Hosted);
    assert_eq!(stage.status_of(1, due), Status::PendingExpiration);
    stage.focus(3);
    is(
        &stage.refused(&activate(901), due),
        RuleId::R46,
        Why::NotDue,
    );
    stage.tell(&activate(901), second_ends);
    stage.prove(second_ends);
    stage.approve(second_ends, second_ends.saturating_add(300 * DAY));
    assert_eq!(stage.status(second_ends), Status::Issued, "the last one");
    assert_eq!(stage.world.chain().unwrap().next(), None);
}

/// T-30: without a certificate before it, a member waits; its owner may cancel it.
#[test]
fn r47_no_member_without_a_certificate_before_it() {
    let (book, edition) = (
        book(),
        hosting().with(
            Field::HostedRevocation,
            &console(|parts| set(&mut parts.hosted_revocation, &Permission::Allowed)),
        ),
    );
    let due = at(THIRTY_LEFT);
    let mut stage = chain(&book, &edition, 2);
    stage.revoke(due, due);
    stage.focus(2);
    let refusal = stage.refused(&activate(900), due);
    is(&refusal, RuleId::R47, Why::NoPredecessor);
    assert_eq!(refusal.way_out(), WayOut::CancelMember);
    assert_eq!(stage.status(due), Status::NotActivated);
    stage.tell(&Command::CancelOrder, due);
    assert_eq!(stage.status(due), Status::Cancelled);
}

/// S2: an engineer contacts the owner; T-27: the next one stands still.
#[test]
fn r48_a_failed_automatic_application_calls_for_somebody() {
    let (book, edition) = (book(), hosting());
    let due = at(THIRTY_LEFT);
    let told = |stage: &Console<'_>, events: &cert_lifecycle::lifecycle::Events| {
        let all: Vec<Notice> = events
            .iter()
            .flat_map(|event| effects(event, Some(stage.instance())))
            .filter_map(told_by)
            .collect();
        all
    };
    let asked = |stage: &Console<'_>, events: &cert_lifecycle::lifecycle::Events| {
        let mut work = events
            .iter()
            .flat_map(|event| effects(event, Some(stage.instance())));
        work.any(|effect| matches!(effect, Effect::RequestIssuance { .. }))
    };
    let mut stage = chain(&book, &edition, 3);
    stage.focus(2);
    let events = stage.tell(&activate(900), due);
    assert!(asked(&stage, &events));
    let events = stage.tell(&rejected(), due);
    assert_eq!(
        told(&stage, &events),
        [Notice::ValidationFailed, Notice::SupportNeeded]
    );
    assert_eq!(stage.status(due), Status::ValidationFailed);
    assert_eq!(stage.status_of(3, due), Status::NotActivated);
    stage.focus(3);
    let refusal = stage.refused(&activate(901), at(NOT_AFTER));
    is(&refusal, RuleId::R47, Why::FailedBefore);
    assert_eq!(refusal.way_out(), WayOut::ResubmitBefore);
    // The owner's own failure calls nobody.
    let mut own = Console::new(&book, &edition);
    own.buy(2, due);
    own.review(due);
    let events = own.tell(&rejected(), due);
    assert_eq!(told(&own, &events), [Notice::ValidationFailed]);

    // Data that today's rules refuse fail at once, with the reason.
    let stricter = console(|parts| {
        for clause in &mut parts.csr {
            clause.value.value.p256 = false;
        }
    });
    let mut stage = chain(&book, &edition, 2);
    stage.focus(2);
    stage.law = Law {
        application: &stricter,
        ..stage.law
    };
    let events = stage.tell(&activate(900), due);
    assert!(events.rules().contains(&RuleId::R48));
    assert!(told(&stage, &events).contains(&Notice::SupportNeeded));
    assert!(!asked(&stage, &events), "the CA is not asked for it");
    assert_eq!(stage.status(due), Status::ValidationFailed);
    // Its owner mends it (T-09).
    let again = stage.application();
    is(&stage.refused(&again, due), RuleId::K01, key_of(&again));
}

fn key_of(command: &Command) -> Why {
    let Command::Apply { submission, .. } = command else {
        panic!("not an application")
    };
    match submission.key() {
        cert_lifecycle::model::KeySource::ServiceMade(kind) => Why::Key(*kind),
        cert_lifecycle::model::KeySource::Own(csr) => Why::Key(csr.key()),
    }
}

/// HS20: in the last 15 days; `HS21c`: while more than 30 remain; `HS21b`: not at all; S2: issued or
/// uploaded, X-35: uploaded no more. What is bought so is not paid back (3.7).
#[test]
fn r50_hosting_for_what_is_there() {
    let book = book();
    let (issued, not_after) = (at(ISSUED), at(NOT_AFTER));
    let enabled = |late: LateHosting, uploaded: Permission, now: Timestamp, own: bool| {
        let edition = hosting()
            .with(
                Field::LateHosting,
                &console(|parts| set(&mut parts.late_hosting, &late)),
            )
            .with(
                Field::HostingOfUploaded,
                &console(|parts| set(&mut parts.hosting_of_uploaded, &uploaded)),
            );
        let mut stage = Console::new(&book, &edition);
        if own {
            stage.buy(1, issued);
            stage.issue(issued, not_after);
        } else {
            let upload = stage.upload("elsewhere", issued, not_after);
            stage.tell(&Command::Upload(Arc::new(upload)), issued);
        }
        let extension = stage.extension(1);
        let first = extension.slots[0].instance;
        let enable = Command::EnableHosting(Arc::new(extension));
        if !stage.grants(&enable, now) {
            let refusal = stage.refused(&enable, now);
            assert_eq!(refusal.rule(), RuleId::R50);
            return Err(refusal.why());
        }
        let events = stage.tell(&enable, now);
        assert_eq!(events.rules(), [RuleId::R50]);
        let chain = stage.world.chain().unwrap();
        assert_eq!(chain.next(), Some(first));
        is(
            &stage.refused(&enable, now),
            RuleId::R50,
            Why::AlreadyHosted,
        );
        stage.world.focus(first);
        assert_eq!(stage.status(now), Status::NotActivated);
        is(
            &stage.refused(&Command::ClaimRefund, now),
            RuleId::R50,
            Why::LateHosting,
        );
        Ok(())
    };
    let allowed = Permission::Allowed;
    let closed = Err(Why::HostingWindow);
    // Fifteen days are left from 05-17 on.
    let fifteen = at("2022-05-17T00:00:00+08:00");
    for own in [true, false] {
        let at_time = |late, now| enabled(late, allowed, now, own);
        let last = LateHosting::LastDays(15);
        assert_eq!(at_time(last, fifteen.saturating_add(-1)), closed);
        assert_eq!(at_time(last, fifteen), Ok(()));
        assert_eq!(at_time(last, not_after), Ok(()));
        let more = LateHosting::MoreThan(30);
        assert_eq!(at_time(more, at(THIRTY_LEFT).saturating_add(-1)), Ok(()));
        assert_eq!(at_time(more, at(THIRTY_LEFT)), closed);
        assert_eq!(at_time(LateHosting::Never, issued), closed);
        let unexpired = LateHosting::Unexpired;
        assert_eq!(at_time(unexpired, issued), Ok(()));
        assert_eq!(at_time(unexpired, not_after), Ok(()));
        assert_eq!(at_time(unexpired, not_after.saturating_add(1)), closed);
    }
    let refused = Permission::Refused;
    assert_eq!(
        enabled(LateHosting::Unexpired, refused, issued, false),
        Err(Why::Uploaded)
    );
    assert_eq!(
        enabled(LateHosting::Unexpired, refused, issued, true),
        Ok(())
    );
}

/// S2: hosted shows at once, and an uploaded certificate's successor takes what hosting was enabled
/// with. `HS21c`: of the same specification.
#[test]
fn r50_the_successor_of_an_uploaded_certificate() {
    let (book, edition) = (book(), hosting());
    let (issued, not_after, due) = (at(ISSUED), at(NOT_AFTER), at(THIRTY_LEFT));
    let mut stage = Console::new(&book, &edition);
    let upload = stage.upload("elsewhere", issued, not_after);
    let number = upload.slot.order.get() - 98_987_582_437_920_000;
    stage.tell(&Command::Upload(Arc::new(upload)), issued);
    let mut bare = stage.extension(2);
    bare.submission = None;
    is(
        &stage.refused(&Command::EnableHosting(Arc::new(bare)), issued),
        RuleId::R46,
        Why::NoSubmission,
    );
    let extension = stage.extension(2);
    let slots = extension.slots.clone();
    let with = extension.submission.clone().unwrap();
    stage.tell(&Command::EnableHosting(Arc::new(extension)), issued);
    assert_eq!(stage.status(issued), Status::Hosted);
    stage.world.focus(slots[0].instance);
    stage.tell(&activate(900), due);
    assert_eq!(stage.instance().application().unwrap().submission(), &*with);
    assert_eq!(stage.status_of(number, due), Status::PendingExpiration);

    let mut own = Console::new(&book, &edition);
    own.buy(1, issued);
    own.issue(issued, not_after);
    let mut other = own.extension(1);
    other.product = of(ValidationClass::Ov);
    is(
        &own.refused(&Command::EnableHosting(Arc::new(other)), issued),
        RuleId::R50,
        Why::OtherProduct,
    );
    let four = own.extension(3);
    is(
        &own.refused(&Command::EnableHosting(Arc::new(four)), issued),
        RuleId::R03,
        Why::Years(4),
    );
    own.tell(&REVOKE, issued);
    let late = own.extension(1);
    is(
        &own.refused(&Command::EnableHosting(Arc::new(late)), issued),
        RuleId::R50,
        Why::Status(Status::ValidatingRevocation),
    );
}

/// RV22, T-24: the members that wait are cancelled first, then the certificate is plainly issued and
/// can be revoked; not while the one before is in process.
#[test]
fn t25_a_member_is_cancelled_before_its_turn() {
    let (book, edition) = (book(), hosting());
    let now = at(ISSUED);
    let mut stage = chain(&book, &edition, 3);
    let refusal = stage.refused(&REVOKE, now);
    is(&refusal, RuleId::R37, Why::Hosted);
    assert_eq!(refusal.way_out(), WayOut::CancelMembers);
    // A later one may go before an earlier one.
    for (number, head) in [(3, Status::Hosted), (2, Status::Issued)] {
        stage.focus(number);
        let events = stage.tell(&Command::CancelOrder, now);
        assert_eq!(events.rules(), [RuleId::T25]);
        assert!(matches!(
            &events[0],
            cert_lifecycle::lifecycle::Event::Instance {
                event: InstanceEvent::Cancelled { .. },
                ..
            }
        ));
        assert_eq!(stage.status(now), Status::Cancelled);
        is(
            &stage.refused(&activate(900), at(NOT_AFTER)),
            RuleId::R46,
            Why::Status(Status::Cancelled),
        );
        assert_eq!(stage.status_of(1, now), head);
    }
    stage.focus(1);
    stage.tell(&REVOKE, now);

    // Not while the head is in process.
    let mut stage = Console::new(&book, &edition);
    stage.buy(2, now);
    stage.review(now);
    stage.focus(2);
    is(
        &stage.refused(&Command::CancelOrder, now),
        RuleId::T25,
        Why::UnderWayBefore,
    );
    // Before the head is applied for, it may.
    let mut stage = Console::new(&book, &edition);
    stage.buy(2, now);
    stage.focus(2);
    stage.tell(&Command::CancelOrder, now);
}

/// T-24 under editions that revoke what is hosted: then the chain stands still (T-30).
#[test]
fn t24_editions_that_revoke_what_is_hosted() {
    let book = book();
    let now = at(ISSUED);
    let edition = hosting().with(
        Field::HostedRevocation,
        &console(|parts| set(&mut parts.hosted_revocation, &Permission::Allowed)),
    );
    let mut stage = chain(&book, &edition, 2);
    assert_eq!(stage.status(now), Status::Hosted);
    stage.tell(&REVOKE, now);
    assert_eq!(stage.status(now), Status::ValidatingRevocation);
    // A refused revocation restores what was (T-22).
    let no = Command::RefuseRevocation {
        reason: note("the key is in use"),
    };
    stage.tell(&no, now);
    assert_eq!(stage.status(now), Status::Hosted);
}

/// revoking free certificates was switched off for a while.
#[test]
fn r37_free_certificates() {
    let (book, now) = (book(), at(ISSUED));
    let free = Product {
        free: true,
        ..of(ValidationClass::Dv)
    };
    for (permission, granted) in [(Permission::Allowed, true), (Permission::Refused, false)] {
        let edition = console(|parts| set(&mut parts.free_revocation, &permission));
        let mut stage = Console::of(&book, &edition, free);
        stage.buy(1, now);
        stage.issue(now, at(NOT_AFTER));
        assert_eq!(stage.grants(&REVOKE, now), granted);
        if !granted {
            is(&stage.refused(&REVOKE, now), RuleId::R37, Why::Free);
        }
    }
}

/// R-03, 3.16: a free certificate is not renewed, so that none is sold hosted, for any number of years,
/// nor hosted later.
#[test]
fn r03_free_certificates_are_not_hosted() {
    let (edition, now) = (hosting(), at(ISSUED));
    let book = book();
    let free = Product {
        free: true,
        ..of(ValidationClass::Dv)
    };
    let mut stage = Console::of(&book, &edition, free);
    for years in [2, 3] {
        let bought = stage.purchase(years, PRICE);
        let refusal = stage.refused(&Command::Buy(Arc::new(bought)), now);
        is(&refusal, RuleId::R03, Why::Free);
        assert_eq!(refusal.way_out(), WayOut::OtherYears);
    }
    stage.buy(1, now);
    stage.issue(now, at(NOT_AFTER));
    let enable = Command::EnableHosting(Arc::new(stage.extension(1)));
    is(&stage.refused(&enable, now), RuleId::R03, Why::Free);
    // Nor is an uploaded one continued by free ones.
    let upload = stage.upload("mine", now, at(NOT_AFTER));
    stage.tell(&Command::Upload(Arc::new(upload)), now);
    let enable = Command::EnableHosting(Arc::new(stage.extension(1)));
    is(&stage.refused(&enable, now), RuleId::R03, Why::Free);
}

/// What is free and hosted is refused for being free: cancelling the members of its chain first would
/// cost them and lead to the same refusal.
#[test]
fn r37_a_free_hosted_certificate_gets_no_advice_that_costs() {
    let (book, now) = (book(), at(ISSUED));
    let free = Product {
        free: true,
        ..of(ValidationClass::Dv)
    };
    let edition = hosting().with(
        Field::FreeRevocation,
        &console(|parts| set(&mut parts.free_revocation, &Permission::Refused)),
    );
    let mut stage = Console::of(&book, &edition, free);
    // None is sold; but a store may have one.
    let mut sold = Console::of(&book, &edition, of(ValidationClass::Dv));
    for event in &sold.buy(2, now) {
        let mut event = event.clone();
        match &mut event {
            Event::Purchase {
                event: PurchaseEvent::Paid(paid),
                ..
            } => paid.product = free,
            Event::Instance {
                event: InstanceEvent::Opened(opened),
                ..
            } => opened.product = free,
            Event::Instance { .. }
            | Event::Purchase { .. }
            | Event::Plan { .. }
            | Event::Chain { .. } => {}
        }
        stage.world.fold(&event);
    }
    let _ = stage.purchase(2, PRICE);
    stage.world.focus(sold.instance().id());
    stage.issue(now, at(NOT_AFTER));
    assert_eq!(stage.status(now), Status::Hosted);
    let refusal = stage.refused(&REVOKE, now);
    is(&refusal, RuleId::R37, Why::Free);
    assert_eq!(refusal.way_out(), WayOut::None);
}
