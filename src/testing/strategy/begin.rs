//! Well-formed cases that others begin with: from commands alone, as everything else.

use core::num::NonZeroU32;
use std::sync::Arc;
use std::vec::Vec;

use super::content::Content;
use super::situation::Situation;
use crate::lifecycle::sample::sample;
use crate::lifecycle::{Command, CommandKind, Law, NewPurchase, World};
use crate::model::{AccountId, Payment, Status, Timestamp, ValidationClass};
use crate::rulebook::Edition;
use crate::testing::timeline::Laws;

/// Under each edition: nothing, plans, one case for every status and class of product that it knows,
/// and two slots that can be merged.
pub(super) fn starts_of(laws: &Arc<Laws>) -> Vec<Situation> {
    let editions = laws.editions().iter().enumerate();
    editions
        .flat_map(|(place, edition)| {
            let shared = Arc::new(edition.clone());
            let law = Law::single(edition, laws.ceilings());
            let all = worlds(&law, edition);
            let situation = |(world, now)| {
                Situation::new(Arc::clone(laws), place, Arc::clone(&shared), world, now)
            };
            all.into_iter().map(situation).collect::<Vec<_>>()
        })
        .collect()
}

fn worlds(law: &Law<'_>, edition: &Edition) -> Vec<(World, Timestamp)> {
    let offset = edition.calendar().value.offset;
    let start = edition.point().day.plus_days(1).midnight(offset);
    let empty = AccountId::new("sample").ok().map(World::new);
    let mut all: Vec<(World, Timestamp)> = empty.map(|world| (world, start)).into_iter().collect();
    // One unit and none left, one of one, one of three, and the most that there may be.
    for (count, taken) in [
        (1, 0),
        (1, 1),
        (2, 1),
        (3, 1),
        (3, 2),
        (3, 3),
        (u32::MAX, 1),
    ] {
        let plan = NonZeroU32::new(count).and_then(|count| plan(count, taken, start, law));
        all.extend(plan.map(|world| (world, start)));
    }
    for class in [ValidationClass::Dv, ValidationClass::Ov] {
        for status in core::iter::once(None).chain(Status::ALL.map(Some)) {
            let found = sample(status, class, law);
            all.extend(found.map(|found| (found.world, found.now)));
        }
        let bought = sample(Some(Status::PendingApplication), class, law);
        all.extend(bought.and_then(|found| twice(found.world, found.now, law)));
    }
    all
}

/// A second slot of the product of the first, so that the two can be merged.
fn twice(mut world: World, now: Timestamp, law: &Law<'_>) -> Option<(World, Timestamp)> {
    let first = world.instance()?;
    let (id, product) = (first.id(), first.product());
    let Command::Buy(other) = Content::plain(1).command(CommandKind::Buy, &world, now, law)? else {
        return None;
    };
    let second = NewPurchase {
        product,
        ..NewPurchase::clone(&other)
    };
    let buy = Command::Buy(Arc::new(second));
    world.apply(&buy, now, law).ok()?;
    world.focus(id);
    Some((world, now))
}

/// A plan of which some units are taken, by submissions or, where there are none, by slots.
fn plan(count: NonZeroU32, taken: u64, now: Timestamp, law: &Law<'_>) -> Option<World> {
    let mut world = World::new(AccountId::new("sample").ok()?);
    let Command::BuyPlan { plan, product, .. } =
        Content::plain(0).command(CommandKind::BuyPlan, &world, now, law)?
    else {
        return None;
    };
    let buy = Command::BuyPlan {
        plan,
        product,
        count,
        payment: Payment::NONE,
    };
    world.apply(&buy, now, law).ok()?;
    for number in 1..=taken {
        // What is in focus would be what is asked about.
        world.look_at(None);
        let ways = [CommandKind::Submit, CommandKind::Draw].into_iter();
        let mut commands =
            ways.filter_map(|kind| Content::plain(number).command(kind, &world, now, law));
        let next = commands.find_map(|command| {
            let mut next = world.clone();
            next.apply(&command, now, law).ok().map(|_| next)
        })?;
        world = next;
    }
    Some(world)
}
