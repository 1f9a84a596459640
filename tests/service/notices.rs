//! When a coming expiry is announced.

use cert_lifecycle::lifecycle::Notice;
use cert_lifecycle::model::{Channel, Site, Status, Timestamp};
use cert_lifecycle::port::{Clock, Filter};
use cert_lifecycle::service::EditionPolicy;

use super::world::{DAY, DV, P256, World, at, config, fixed, request, wait};

/// A certificate of a year on the console, whose holder knows of its issuance.
fn issued(policy: EditionPolicy, start: &str) -> World {
    let world = World::with(config(), policy, start);
    world.buy(DV, 1);
    world.issued(DV, request(P256));
    assert_eq!(world.notices().len(), 1);
    world
}

const INTL: EditionPolicy = EditionPolicy::AsOf {
    site: Site::Intl,
    channel: Channel::Console,
};

fn due_at(world: &World) -> Option<Timestamp> {
    let listed = wait(
        world
            .service
            .list(world.account, Filter::default(), None, 9),
    );
    listed.unwrap()[0].listed.entry.due_at
}

/// From 2021-01-22 on the console announces 60 days before, until then 30: the clause is known before
/// it is in force, and nobody touches the instance meanwhile.
#[test]
fn r42_a_clause_that_widens_the_notice_is_heeded_from_its_day_on() {
    let world = issued(INTL, "2020-03-10T10:00:00+08:00");
    let comes = at("2021-01-22T00:00:00+08:00");
    assert_eq!(due_at(&world), Some(comes));
    world.clock.set(comes.saturating_add(-1));
    assert_eq!(wait(world.service.sweep(9)).unwrap().seen, 0);
    world.clock.set(comes);
    let swept = wait(world.service.sweep(9)).unwrap();
    assert_eq!((swept.seen, swept.changed), (1, 1));
    let notices = world.notices();
    assert!(matches!(notices[..], [message] if message.notice == Notice::PendingExpiration));
}

/// Where its own day is later still, the look at the change finds the day under the new edition.
#[test]
fn r42_a_look_at_the_change_finds_the_day_under_the_new_clause() {
    let world = issued(INTL, "2020-06-10T10:00:00+08:00");
    for day in ["2021-01-22", "2021-02-26"] {
        let comes = at(&format!("{day}T00:00:00+08:00"));
        assert_eq!(due_at(&world), Some(comes), "{day}");
        world.clock.set(comes);
        let swept = wait(world.service.sweep(9)).unwrap();
        assert_eq!((swept.seen, swept.changed), (1, 0));
    }
    // A month before the end, as since the last of them.
    let due = due_at(&world).unwrap();
    let end = world.clock.now().saturating_add(400 * DAY);
    assert!(due > at("2021-05-01T00:00:00+08:00") && due < end, "{due}");
}

/// An edition that is lived through by itself is replaced by none.
#[test]
fn a_fixed_edition_waits_for_no_clause() {
    let world = issued(fixed("2019-08-intl"), "2020-03-10T10:00:00+08:00");
    let due = due_at(&world).unwrap();
    assert!(due > at("2021-01-22T00:00:00+08:00"), "{due}");
}

/// Nobody looks for a year: the certificate has expired, and there is nothing left to announce.
#[test]
fn a_notice_whose_whole_window_was_slept_through_is_not_sent() {
    let world = issued(INTL, "2021-03-10T10:00:00+08:00");
    world.clock.advance(500 * DAY);
    let swept = wait(world.service.sweep(9)).unwrap();
    assert_eq!((swept.seen, swept.changed), (1, 0));
    assert_eq!(world.notices(), []);
    assert_eq!(due_at(&world), None);
    let listed = wait(
        world
            .service
            .list(world.account, Filter::default(), None, 9),
    );
    assert_eq!(listed.unwrap()[0].status, Some(Status::Expired));
}
