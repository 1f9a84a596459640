//! Pinning: an order keeps the rules of its submission, and notices when they are not the same.

use cert_lifecycle::lifecycle::{Command, DueKind};
use cert_lifecycle::model::{
    Channel, EditionKey, Offset, OrderId, Payment, RevocationReason, Site, Status, Timestamp,
};
use cert_lifecycle::port::{Clock, Filter};
use cert_lifecycle::rulebook::{ResolveError, Rulebook};
use cert_lifecycle::service::{EditionPolicy, Rules, Service, ServiceError};

use super::world::{
    API_2021, DAY, DV, P256, REVOKE, World, at, at_once, config, fixed, refused, request, wait,
};

const TODAY: EditionPolicy = EditionPolicy::AsOf {
    site: Site::Cn,
    channel: Channel::Api,
};

/// Revokes at an instant; says whether the unit came back.
fn returns(world: &World, order: OrderId, now: Timestamp) -> bool {
    let plan = world.instance(order).hold().unwrap().plan;
    let before = world.plan(plan).remaining();
    world.clock.set(now);
    let preview = wait(world.service.preview(world.account, order, &REVOKE)).unwrap();
    let (_, window) = preview.returns.unwrap();
    world.execute(order, &REVOKE).unwrap();
    world.work();
    world.refresh(order).unwrap();
    assert_eq!(world.status(order), Status::Revoked);
    world.replays(order);
    let returned = world.plan(plan).remaining() > before;
    assert_eq!(window.contains(now), returned);
    returned
}

#[test]
fn an_order_keeps_the_return_window_of_its_submission() {
    let change = at("2023-10-16T00:00:00+08:00");
    let world = World::with(config(), TODAY, "2021-02-26T10:00:00+08:00");
    world.buy(DV, 20);
    let first = world.order(DV, request(P256));
    assert_eq!(
        world
            .instance(first)
            .application()
            .unwrap()
            .pin()
            .edition
            .as_str(),
        API_2021
    );

    // Submitted in the last second of the old rules, issued under the new ones.
    world.clock.set(change.saturating_add(-1));
    let old = [(); 2].map(|()| world.order(DV, request(P256)));
    world.clock.set(change);
    let new = [(); 2].map(|()| world.order(DV, request(P256)));
    let pin = |order| world.instance(order).application().unwrap().pin();
    assert_ne!(pin(old[0]), pin(new[0]));
    let issued = at("2023-10-16T15:30:00+08:00");
    world.clock.set(issued);
    for order in old.into_iter().chain(new) {
        world.issue(order);
    }

    // Old: thirty days, to the end of the day. New: twenty-eight times 86,400 seconds.
    let rolling = issued.saturating_add(28 * DAY);
    let midnight = at("2023-11-16T00:00:00+08:00");
    assert!(returns(&world, new[0], rolling));
    assert!(!returns(&world, new[1], rolling.saturating_add(1)));
    assert!(returns(&world, old[0], midnight.saturating_add(-1)));
    assert!(!returns(&world, old[1], midnight));
}

#[test]
fn conduct_follows_the_day_and_application_the_pin() {
    // T-14, cancelling in one step, is conduct: it comes with 2025-12-23 for old orders too.
    let world = World::with(config(), TODAY, "2025-12-22T10:00:00+08:00");
    let plan = world.buy(DV, 2);
    let order = world.order(DV, request(P256));
    let pin = world.instance(order).application().unwrap().pin();
    world.execute(order, &Command::Withdraw).unwrap();
    let refusal = super::world::refusal(world.execute(order, &Command::CancelOrder));
    assert_eq!(refusal.rule().to_string(), "T-14");
    assert_eq!(
        refusal.changes_on().map(|day| day.to_string()).as_deref(),
        Some("2025-12-23")
    );
    world.clock.set(at("2025-12-23T00:00:00+08:00"));
    let receipt = world.execute(order, &Command::CancelOrder).unwrap();
    assert_ne!(receipt.edition, pin.edition);
    assert_eq!(world.ledger(plan).0, 2);
    world.replays(order);
}

#[test]
fn a_pinned_edition_with_other_values_is_an_error() {
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    let plan = world.buy(DV, 2);
    let order = world.issued(DV, request(P256));
    let waiting = world.order(DV, request(P256));
    let before = (world.load(order), world.plan(plan));

    let mut parts = Rulebook::published().parts().clone();
    let thirty = parts
        .return_days
        .iter_mut()
        .find(|clause| clause.from.to_string() == "2021-02-26");
    thirty.unwrap().value.value.0 = 31;
    let variant = Rulebook::new(parts).unwrap();
    for policy in [fixed(API_2021), TODAY] {
        let rules = Rules::new(variant.clone(), policy);
        let service = Service::new(world.service.ports().clone(), rules);
        let account = world.account;
        let errors = [
            wait(service.execute(account, order, &REVOKE)).unwrap_err(),
            wait(service.describe(account, order)).unwrap_err(),
            wait(service.preview(account, order, &REVOKE)).unwrap_err(),
            wait(service.refresh(account, order)).map(drop).unwrap_err(),
        ];
        for error in errors {
            assert!(
                matches!(&error, ServiceError::Rules(ResolveError::ChangedEdition(pin))
                    if pin.edition.as_str() == API_2021),
                "{error:?}"
            );
            assert!(
                error.to_string().ends_with("with Rules::with_former"),
                "{error}"
            );
            assert!(!error.retry_helps());
        }
        // A new order is judged by the new values, and lives with them.
        let code = super::world::product(DV).code;
        assert_eq!(
            refused(wait(service.submit(account, code, request(P256)))).0,
            "R-20"
        );
    }
    assert_eq!((world.load(order), world.plan(plan)), before);

    // The worker does not hand on what it cannot judge. It says so, and the row waits.
    let service = Service::new(
        world.service.ports().clone(),
        Rules::new(variant, fixed(API_2021)),
    )
    .with_settings(at_once());
    let report = wait(service.work(64)).unwrap();
    assert_eq!((report.done, report.refused.len()), (1, 0));
    assert!(matches!(&report.failed[..], [(_, ServiceError::Rules(_))]));
    // The book that they were pinned to still judges them.
    world.issue(waiting);
    world.execute(order, &REVOKE).unwrap();
}

/// L9: a rulebook that changes one thing, with the former one beside it, changes nothing for the cases
/// that are there but what is judged by the day.
#[test]
fn a_former_rulebook_keeps_its_cases() {
    let world = World::with(config(), TODAY, "2021-03-01T09:00:00+08:00");
    let plan = world.buy(DV, 4);
    let revoked = world.issued(DV, request(P256));
    let late = world.issued(DV, request(P256));
    let by_ca = world.issued(DV, request(P256));
    let waiting = world.order(DV, request(P256));
    let not_after = world.certificate(late).validity().not_after();

    // A unit returns within three days, and a certificate comes due 45 days before its end.
    let mut parts = Rulebook::published().parts().clone();
    for clause in &mut parts.return_days {
        clause.value.value.0 = 3;
    }
    for clause in &mut parts.notice {
        clause.value.value.within_days = 45;
    }
    let own = Rulebook::new(parts).unwrap();
    let renamed = {
        let mut parts = own.parts().clone();
        parts.points.retain(|point| point.key.as_str() != API_2021);
        Rulebook::new(parts).unwrap()
    };
    let account = world.account;

    for policy in [fixed(API_2021), TODAY] {
        // In every order of the former ones: key and digest find the right one.
        for former in [
            vec![Rulebook::published()],
            vec![renamed.clone(), Rulebook::published()],
        ] {
            let mut rules = Rules::new(own.clone(), policy);
            for book in former {
                rules = rules.with_former(book);
            }
            let loaded = world.load(late);
            let editions = rules.editions(&loaded, world.clock.now()).unwrap();
            assert_eq!(editions.money().return_days().value.0, 30);
            assert_eq!(editions.application().return_days().value.0, 30);
            // A key that is asked for after its pin was resolved is still the book's own.
            assert_eq!(editions.conduct().return_days().value.0, 3);
            let again = rules.in_force(world.clock.now()).unwrap();
            assert_eq!(again.return_days().value.0, 3);
            assert_eq!(again.pin(), editions.conduct().pin());
        }
    }

    let rules = Rules::new(own, TODAY).with_former(Rulebook::published());
    let service = Service::new(world.service.ports().clone(), rules).with_settings(at_once());
    // On the thirtieth day, by the rules of the submission; what is new has three days.
    world.clock.set(at("2021-03-31T09:00:00+08:00"));
    let preview = wait(service.preview(account, revoked, &REVOKE)).unwrap();
    assert!(preview.returns.unwrap().1.contains(world.clock.now()));
    wait(service.execute(account, revoked, &REVOKE)).unwrap();
    assert!(wait(service.work(64)).unwrap().failed.is_empty());
    wait(service.refresh(account, revoked)).unwrap();
    let by_ca_revoked = Command::RecordCaRevocation {
        at: world.clock.now(),
        reason: RevocationReason::KeyCompromise,
    };
    wait(service.execute(account, by_ca, &by_ca_revoked)).unwrap();
    wait(service.execute(account, waiting, &Command::Withdraw)).unwrap();
    assert_eq!(world.ledger(plan).0, 2);

    // The day's conduct is the new one's.
    let soon = not_after.saturating_add(-40 * DAY);
    world.clock.set(soon);
    let seen = wait(service.describe(account, late)).unwrap().status;
    assert_eq!(seen, Status::PendingExpiration);
    let listed = wait(service.list(account, Filter::default(), None, 9)).unwrap();
    assert_eq!(listed.len(), 4);
    // When to look at it was filed under the former book.
    world.clock.set(not_after.saturating_add(-20 * DAY));
    let swept = wait(service.sweep(64)).unwrap();
    assert!(swept.failed.is_empty() && swept.changed > 0, "{swept:?}");
    world.replays(late);
}

/// A service over the same store after the published rulebook changed: who wrote it down before has
/// the former one.
#[cfg(feature = "toml")]
#[test]
fn a_written_rulebook_is_a_former_one() {
    use cert_lifecycle::codec::rulebook;
    let world = World::new(API_2021, "2021-03-01T09:00:00+08:00");
    world.buy(DV, 1);
    let order = world.issued(DV, request(P256));
    let kept = rulebook::write(world.service.rules().book());

    let own = "extends = \"published\"\n[[notice]]\nfrom = \"2021-02-26\"\n\
               value = { within_days = 45 }\nsources = [\"S3\"]\n";
    let own = rulebook::read("own.toml", own).unwrap();
    let ports = world.service.ports().clone();
    let alone = Service::new(ports.clone(), Rules::new(own.clone(), fixed(API_2021)));
    assert!(wait(alone.describe(world.account, order)).is_err());
    let former = rulebook::read("kept.toml", &kept).unwrap();
    let rules = Rules::new(own, fixed(API_2021)).with_former(former);
    let service = Service::new(ports, rules);
    let described = wait(service.describe(world.account, order)).unwrap();
    assert_eq!(described.status, Status::Issued);
}

#[test]
fn before_the_first_documents_there_are_no_rules() {
    let world = World::with(config(), TODAY, "2021-03-01T09:00:00+08:00");
    world.clock.set(at("2017-01-01T00:00:00Z"));
    let one = std::num::NonZeroU32::MIN;
    let early = wait(world.service.buy_plan(
        world.account,
        super::world::product(DV),
        one,
        Payment::NONE,
    ));
    assert!(matches!(early, Err(ServiceError::Rules(_))), "{early:?}");
    assert!(world.clock.now() < at("2018-01-01T00:00:00Z"));
}

/// What a service keeps of resolved editions never outlives their days: at each boundary, and from one
/// boundary back to another, the edition in force is the one that the book says.
#[test]
fn editions_are_kept_for_their_days_alone() {
    let book = Rulebook::published();
    let mut instants = Vec::new();
    for point in book.points() {
        for offset in ["+08:00", "Z"] {
            let begins = at(&format!("{}T00:00:00{offset}", point.day));
            instants.extend([-1, 0, 1].map(|more| begins.saturating_add(more)));
        }
    }
    let back: Vec<Timestamp> = instants.iter().rev().copied().collect();
    instants.extend(back);
    let mut seen = Vec::new();
    // Days may begin elsewhere than a rulebook without a calendar says.
    let mut parts = book.parts().clone();
    for clause in &mut parts.calendar {
        clause.value.value.offset = Offset::UTC;
    }
    let in_utc = Rulebook::new(parts).unwrap();
    for book in [&book, &in_utc] {
        for (site, channel) in [
            (Site::Cn, Channel::Console),
            (Site::Cn, Channel::Api),
            (Site::Intl, Channel::Console),
            (Site::Intl, Channel::Api),
        ] {
            let rules = Rules::new(book.clone(), EditionPolicy::AsOf { site, channel });
            for now in &instants {
                let kept = rules.in_force(*now).map(|edition| edition.pin());
                let fresh = book.as_of(*now, site, channel);
                assert_eq!(kept, fresh.map(|edition| edition.pin()), "{site:?} {now}");
                seen.extend(kept.map(|pin| pin.edition));
            }
        }
    }
    seen.sort();
    seen.dedup();
    assert!(seen.len() >= book.points().len(), "{seen:?}");
}

/// A key that names no edition stays refused.
#[test]
fn what_does_not_resolve_is_not_kept() {
    let key = EditionKey::new("no-such-edition").unwrap();
    let rules = Rules::new(Rulebook::published(), EditionPolicy::Fixed(key));
    for _ in 0..2 {
        let refused = rules.in_force(at("2026-03-20T09:00:00Z")).unwrap_err();
        assert_eq!(refused, ResolveError::UnknownEdition(key));
    }
}

/// Where one edition is always in force, nothing comes after it: no answer names a day from which it
/// differs, though the edition is followed by others in the book.
#[test]
fn under_one_edition_for_good_no_answer_differs_from_a_day_on() {
    let now = "2025-12-22T09:00:00+08:00";
    let cancelled = |policy: EditionPolicy| {
        let world = World::with(config(), policy, now);
        world.buy(DV, 1);
        let order = world.order(DV, request(P256));
        world.execute(order, &Command::Withdraw).unwrap();
        let refusal = super::world::refusal(world.execute(order, &Command::CancelOrder));
        assert_eq!(refusal.rule().to_string(), "T-14");
        let agenda = wait(world.service.agenda(world.account, order)).unwrap();
        let rule = |due: &DueKind| matches!(due, DueKind::RuleChange(_));
        let changes = agenda.iter().any(|entry| rule(&entry.kind));
        (refusal.changes_on().is_some(), changes)
    };
    assert_eq!(cancelled(TODAY), (true, true));
    assert_eq!(cancelled(fixed("2023-api")), (false, false));
}

/// The instances of 2026 have a machine of their own; no order runs under their rules.
#[test]
fn a_service_runs_no_orders_under_the_rules_of_instances() {
    let of_day = EditionPolicy::AsOf {
        site: Site::Cn,
        channel: Channel::ApiV2,
    };
    for policy in [fixed("2026-v2"), of_day] {
        let world = World::with(config(), policy, "2026-08-01T09:00:00+08:00");
        let one = std::num::NonZeroU32::MIN;
        let bought = wait(world.service.buy_plan(
            world.account,
            super::world::product(DV),
            one,
            Payment::NONE,
        ));
        let error = bought.unwrap_err();
        assert!(
            matches!(&error, ServiceError::Rules(ResolveError::InstanceModel(key))
                if key.as_str() == "2026-v2"),
            "{error:?}"
        );
        assert!(!error.retry_helps());
        assert!(error.to_string().contains("lifecycle::v2"), "{error}");
    }
}
