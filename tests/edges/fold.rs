//! Folding what was not decided here: what is about another stream, or does not fit, is left alone.

use cert_lifecycle::lifecycle::{Command, CommandKind, Event, InstanceEvent, Streams, evolve};
use cert_lifecycle::model::{ChainId, ValidationClass};
use cert_lifecycle::rulebook::RuleId;

use crate::stage::{Life, at, book, certificate, console_of_2021, product};

const NOW: &str = "2021-03-01T09:00:00+08:00";

fn streams(life: &Life<'_>) -> Streams {
    let case = life.world.case();
    Streams {
        instance: case.instance.cloned(),
        plan: case.plan.cloned(),
        chain: case.chain.cloned(),
        purchase: case.purchase.cloned(),
    }
}

#[test]
fn events_of_another_stream_change_nothing() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    let bought = life.tell(&life.purchase(3, crate::stage::PRICE), at(NOW));
    let before = streams(&life);
    let mut chain_events = 0;
    for event in &bought {
        let Event::Chain { event, .. } = event else {
            continue;
        };
        chain_events += 1;
        let mut after = before.clone();
        let id = ChainId::new("another").unwrap();
        let event = Event::Chain {
            id,
            event: event.clone(),
        };
        evolve(&mut after, &event);
        assert_eq!(after, before);
        // Where there is none yet, it begins.
        let mut nothing = Streams::default();
        evolve(&mut nothing, &event);
        assert_eq!(nothing.chain.map(|chain| chain.id()), Some(id));
    }
    assert!(chain_events > 0);
}

/// What happens to another chain happens to none at hand.
#[test]
fn what_begins_in_another_chain_begins_in_none_at_hand() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.certify(2, at(NOW));
    let certificate = life.world.instance().unwrap().certificate().unwrap();
    let due = certificate.facts().validity.not_after();
    life.world.focus(crate::stage::instance_id(2));
    let before = streams(&life);
    let order = cert_lifecycle::model::OrderId::new(12).unwrap();
    let events = life.tell(&Command::Activate { order }, due);
    let mut of_chain = events.iter().filter_map(|event| match event {
        Event::Chain { id, event } => Some((*id, event.clone())),
        Event::Instance { .. } | Event::Plan { .. } | Event::Purchase { .. } => None,
    });
    let (own, event) = of_chain.next().unwrap();
    for (id, happens) in [(own, true), (ChainId::new("another").unwrap(), false)] {
        let mut after = before.clone();
        let event = event.clone();
        evolve(&mut after, &Event::Chain { id, event });
        assert_eq!(after != before, happens, "{id}");
    }
}

/// What was issued is not cancelled but deleted: an order's cancellation leaves it alone.
#[test]
fn what_was_issued_is_not_cancelled() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.buy(1, at(NOW));
    life.apply(11, at(NOW));
    let applied = streams(&life);
    life.issue(at(NOW));
    let issued = streams(&life);
    let cancelled = Event::Instance {
        id: issued.instance.as_ref().unwrap().id(),
        event: InstanceEvent::Cancelled { at: at(NOW) },
    };
    let mut after = issued.clone();
    evolve(&mut after, &cancelled);
    assert_eq!(after, issued);
    let mut after = applied.clone();
    evolve(&mut after, &cancelled);
    assert_ne!(after, applied);
}

/// Behind a deleted certificate another one of the same key may still come: it is revoked (T-49).
#[test]
fn t49_another_certificate_of_what_was_deleted_is_late() {
    let book = book(console_of_2021);
    let edition = book.edition("2021-02-api").unwrap();
    let mut life = Life::new(&edition, book.ceilings(), product(ValidationClass::Dv));
    life.certify(1, at(NOW));
    let own = life
        .world
        .instance()
        .unwrap()
        .certificate()
        .unwrap()
        .clone();
    let facts = own.facts();
    let over = facts.validity.not_after().saturating_add(1);
    life.tell(&life.typical(CommandKind::DeleteCertificate), over);
    let approve = |certificate| Command::Approve { certificate };
    let again = approve(std::sync::Arc::new(own.clone()));
    let events = life.tell(&again, over);
    assert_eq!((events.len(), events.rules()), (0, &[RuleId::R07][..]));
    let until = facts.validity.not_after().saturating_add(-1);
    let other = certificate(facts.spki, &facts.names, at(NOW), until);
    let events = life.tell(&approve(other), over);
    assert_eq!((events.len(), events.rules()), (1, &[RuleId::T49][..]));
}
