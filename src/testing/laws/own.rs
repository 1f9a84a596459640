//! Rules of one's own beside the laws: what must hold of every step, on the same random timelines.

use std::sync::Arc;

use proptest::strategy::{Strategy, ValueTree};

use super::config::{Config, runner};
use super::examine::instant;
use crate::rulebook::Rulebook;
use crate::testing::story::{Story, first_breach, minimal};
use crate::testing::strategy::{laws_of, scripts, starts};
use crate::testing::timeline::{Laws, Timeline};
use crate::testing::transition::Invariant;

/// Lives random timelines under the editions of a rulebook until one breaks an invariant, and tells
/// the shortest that still does; nothing if none is broken, nor where there is no edition of orders to
/// live under.
///
/// The invariants are anybody's: a promise of a contract, say, that a rulebook has to keep. The
/// timelines are those of [`check`](super::check) under the same [`Config`], whose laws play no part
/// here; they are lived in one thread, so the first case counts.
///
/// ```
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::testing::Invariant;
/// use cert_lifecycle::testing::laws::{self, Config};
///
/// let own = Invariant {
///     law: "handbook, section 4",
///     check: |step| {
///         let sold_out = step.after.plans().find(|plan| plan.remaining() == 0)?;
///         Some(format!("{} has no unit left", sold_out.id()))
///     },
/// };
/// let found = laws::first_story(&Rulebook::published(), &Config::default(), &[own]);
/// let story = found.ok_or("units are never used up")?;
/// assert_eq!(story.law(), "handbook, section 4");
/// assert_eq!(story.timeline().steps.len(), 2, "{story}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn first_story(
    book: &Rulebook,
    config: &Config<'_>,
    invariants: &[Invariant],
) -> Option<Story> {
    let begun = instant();
    let editions = config.resolve(book).editions;
    if editions.is_empty() {
        return None;
    }
    let laws = Laws::new(editions, book.ceilings().clone());
    let scripts = scripts(laws_of(&laws), starts(), config.length);
    let machine = config.machine;
    for case in 0..config.cases {
        if config.budget.is_some_and(|most| begun.elapsed() >= most) {
            return None;
        }
        let Ok(tree) = scripts.new_tree(&mut runner(config.seed, case)) else {
            continue;
        };
        let (timeline, _) = tree.current().play(machine, |_| {});
        let Some((place, breach)) = first_breach(machine, &timeline, invariants) else {
            continue;
        };
        // Behind the step that breaks it, nothing matters.
        let until = Timeline {
            laws: Arc::clone(&timeline.laws),
            steps: timeline
                .steps
                .into_iter()
                .take(place.saturating_add(1))
                .collect(),
        };
        let same = |tried: &Timeline| {
            first_breach(machine, tried, invariants).is_some_and(|(_, one)| one.law == breach.law)
        };
        let shrunk = minimal(&until, same).timeline;
        // What it says is of the timeline that is told.
        let (_, breach) = first_breach(machine, &shrunk, invariants).unwrap_or((place, breach));
        return Some(Story::of(&breach, &shrunk, machine));
    }
    None
}
