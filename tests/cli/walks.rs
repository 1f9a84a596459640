//! Random lives of many accounts in one stream: what the answers tell is what their events come to.

use std::collections::{BTreeMap, BTreeSet};

use cert_lifecycle::codec::command::{Focus, Step, encode_step};
use cert_lifecycle::codec::stored::decode_event;
use cert_lifecycle::lifecycle::{
    Command, Event, InstanceEvent, Law, PlanEvent, PurchaseEvent, World,
};
use cert_lifecycle::model::{AccountId, CertificateInstance, InstanceId, PlanId, ResourcePlan};
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::testing::Core;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::run::run_with;
use crate::support::streams::timelines;

/// The steps of a timeline, as lines of one account.
fn steps(runner: &mut TestRunner, account: AccountId) -> Vec<Step> {
    let timeline = timelines(40).new_tree(runner).unwrap().current();
    let mut steps = Vec::new();
    timeline.play(&Core, |moment| {
        let case = moment.before.case();
        steps.push(Step {
            at: moment.now(),
            account,
            on: Focus {
                instance: case.instance.map(CertificateInstance::id),
                plan: case.plan.map(ResourcePlan::id),
                other: case.other.map(CertificateInstance::id),
            },
            command: moment.command().clone(),
        });
    });
    steps
}

/// The account that is named in an event.
fn account_in(event: &Event) -> Option<AccountId> {
    match event {
        Event::Instance { event, .. } => match event {
            InstanceEvent::Submitted(begun) => Some(begun.account),
            InstanceEvent::Opened(begun) => Some(begun.account),
            InstanceEvent::Uploaded(begun) => Some(begun.account),
            _ => None,
        },
        Event::Plan {
            event: PlanEvent::Bought(begun),
            ..
        } => Some(begun.account),
        Event::Purchase {
            event: PurchaseEvent::Paid(begun),
            ..
        } => Some(begun.account),
        Event::Plan { .. } | Event::Purchase { .. } | Event::Chain { .. } => None,
    }
}

/// What a command looks at afterwards.
fn shown(step: &Step, permitted: bool) -> (Option<InstanceId>, Option<PlanId>) {
    match &step.command {
        Command::BuyPlan { plan, .. } => (None, permitted.then_some(*plan)),
        Command::Buy(bought) => {
            let first = bought.slots.first().map(|slot| slot.instance);
            (first.filter(|_| permitted), None)
        }
        Command::Upload(upload) => (permitted.then_some(upload.slot.instance), None),
        Command::Submit { instance, .. } if permitted => (Some(*instance), step.on.plan),
        Command::Draw(slot) if permitted => (Some(slot.instance), step.on.plan),
        _ => (step.on.instance, step.on.plan),
    }
}

#[test]
fn the_answers_tell_what_their_events_come_to() {
    let mut runner = TestRunner::deterministic();
    let lives: Vec<Vec<Step>> = (0..60)
        .map(|number| {
            let account = AccountId::new(&format!("account-{number}")).unwrap();
            steps(&mut runner, account)
        })
        .collect();
    // One after the other, step by step: accounts don't meet.
    let longest = lives.iter().map(Vec::len).max().unwrap();
    let all: Vec<&Step> = (0..longest)
        .flat_map(|place| lives.iter().filter_map(move |life| life.get(place)))
        .collect();
    let input: Vec<String> = all.iter().map(|step| encode_step(step)).collect();
    let ran = run_with(
        &["replay", "--channel", "console"],
        input.join("\n").as_bytes(),
    );
    let book = Rulebook::published();
    let mut fields: BTreeSet<String> = BTreeSet::new();
    let mut worlds: BTreeMap<AccountId, World> = BTreeMap::new();
    let (mut permitted, mut plans, mut unanswered) = (0, 0, 0);
    assert_eq!(ran.out.lines().count(), all.len());
    for (step, line) in all.iter().zip(ran.out.lines()) {
        let answer: Value = serde_json::from_str(line).unwrap();
        fields.extend(answer.as_object().unwrap().keys().cloned());
        if answer["answer"] == "unreadable" {
            // No edition is in force at the beginning and at the end of time.
            unanswered += 1;
            continue;
        }
        assert_eq!(answer["account"], step.account.as_str());
        let world = worlds.entry(step.account);
        let world = world.or_insert_with(|| World::new(step.account));
        let events = answer["events"].as_array().into_iter().flatten();
        for event in events {
            let event = decode_event(&event.to_string()).unwrap();
            assert!(account_in(&event).is_none_or(|one| one == step.account));
            world.fold(&event);
        }
        let granted = answer["answer"] != "refused";
        permitted += usize::from(granted);
        let (instance, plan) = shown(step, granted);
        world.look_at(instance);
        world.choose_plan(plan);
        world.set_other(None);
        let edition = book.edition(answer["edition"].as_str().unwrap()).unwrap();
        let law = Law::single(&edition, book.ceilings());
        let status = world.status(step.at, &law);
        let status = status.map(|status| status.word().to_lowercase().replace(' ', "-"));
        assert_eq!(answer["status"].as_str(), status.as_deref(), "{line}");
        if let Some(plan) = world.plan() {
            plans += 1;
            let told = &answer["ledger"]["plan"];
            assert!(plan.balances());
            assert_eq!(told["id"], plan.id().as_str(), "{line}");
            for (key, count) in [
                ("total", plan.total()),
                ("remaining", plan.remaining()),
                ("reserved", plan.reserved()),
                ("settled", plan.settled()),
                ("revocations", plan.revocations()),
            ] {
                assert_eq!(told[key], count, "{key} in {line}");
            }
        } else {
            assert!(answer["ledger"]["plan"].is_null(), "{line}");
        }
    }
    // The page of the manual lists them all.
    let listed = include_str!("../../src/manual/command_line.md");
    for field in &fields {
        assert!(listed.contains(&format!("| `{field}` |")), "{field}");
    }
    assert_eq!(fields.len(), 16, "{fields:?}");
    assert_eq!(ran.code, if unanswered > 0 { 2 } else { 0 });
    assert!(
        permitted > 200 && plans > 100 && unanswered < all.len() / 10,
        "{permitted} permitted, {plans} plans, {unanswered} unanswered of {}",
        all.len()
    );
}
