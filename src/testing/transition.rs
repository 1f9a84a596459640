//! One step of a world, and what must hold of it.

use std::format;
use std::string::{String, ToString};

use crate::lifecycle::{Case, Events, Law, Refusal, World};

use super::machine::Machine;
use super::panic::caught;
use super::timeline::{Laws, Step};

/// A command with its answer, and the worlds around it.
#[derive(Clone, Copy)]
pub struct Transition<'a> {
    /// Who answered.
    pub machine: &'a dyn Machine,
    /// What was asked, when, and about what.
    pub step: &'a Step,
    /// The law that it was answered under.
    pub law: Law<'a>,
    /// The world before, with what the step is about in focus.
    pub before: &'a World,
    /// The world after; the same as before, if it was refused.
    pub after: &'a World,
    /// The answer.
    pub answer: &'a Result<Events, Refusal>,
}

/// What must hold of every transition.
///
/// A check says what is wrong in a sentence, and nothing where all is well. It names no id that it
/// would treat in another way than another: an explorer looks at one of several worlds that differ in
/// names alone.
///
/// ```
/// use cert_lifecycle::testing::{Invariant, Transition};
///
/// fn no_plan_is_empty(taken: &Transition<'_>) -> Option<String> {
///     let empty = taken.after.plans().find(|plan| plan.remaining() == 0)?;
///     Some(format!("{} has no unit left", empty.id()))
/// }
/// let own = Invariant { law: "our own", check: no_plan_is_empty };
/// assert_eq!(own.law, "our own");
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a name and a check, built by whoever has an invariant"
)]
pub struct Invariant {
    /// The law that it belongs to.
    pub law: &'static str,
    /// What is wrong, if something is.
    pub check: fn(&Transition<'_>) -> Option<String>,
}

/// An [`Invariant`] that does not hold, and what is wrong. How a law of [`laws`](super::laws) was
/// broken is a [`Breach`](super::laws::Breach).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The law.
    pub law: &'static str,
    /// What is wrong, in a sentence.
    pub wrong: String,
}

/// What came of a step.
pub(super) struct Taken {
    /// The world after it; none if it was refused.
    pub(super) after: Option<World>,
    /// The answer; none if there was no answer.
    pub(super) answer: Option<Result<Events, Refusal>>,
    /// The first law that did not hold.
    pub(super) breach: Option<Broken>,
}

/// Puts what a step is about into focus.
pub(super) fn focus(world: &mut World, step: &Step) {
    world.look_at(step.about);
    world.set_other(step.other);
    world.choose_plan(step.plan);
}

/// Whether two worlds have the same, whatever is in focus.
pub(super) fn same(one: &World, other: &World) -> bool {
    one.instances().eq(other.instances())
        && one.plans().eq(other.plans())
        && one.chains().eq(other.chains())
        && one.purchases().eq(other.purchases())
}

/// Takes a step in a world, and looks whether every law holds of it.
pub(super) fn take(
    machine: &dyn Machine,
    before: &mut World,
    step: &Step,
    laws: &Laws,
    invariants: &[Invariant],
) -> Taken {
    focus(before, step);
    let before = &*before;
    take_focused(machine, before, &before.case(), step, laws, invariants)
}

/// The same in a world that has in focus what the step is about, with what is read of it.
pub(super) fn take_focused<'w>(
    machine: &dyn Machine,
    before: &'w World,
    read: &Case<'w>,
    step: &Step,
    laws: &Laws,
    invariants: &[Invariant],
) -> Taken {
    let Some(conduct) = laws.editions().get(step.conduct) else {
        return Taken {
            after: None,
            answer: None,
            breach: None,
        };
    };
    let law = laws.law(read, Some(step.command.kind()), conduct);
    match caught(|| answered(machine, before, read, step, &law)) {
        Err(said) => Taken {
            after: None,
            answer: None,
            breach: Some(Broken {
                law: "L1",
                wrong: format!("there is no answer but a panic: {said}"),
            }),
        },
        Ok(Err(breach)) => Taken {
            after: None,
            answer: None,
            breach: Some(breach),
        },
        Ok(Ok((after, answer))) => {
            let taken = Transition {
                machine,
                step,
                law,
                before,
                after: after.as_ref().unwrap_or(before),
                answer: &answer,
            };
            let breach = first_breach(&taken, invariants);
            Taken {
                after,
                answer: Some(answer),
                breach,
            }
        }
    }
}

type Answered = (Option<World>, Result<Events, Refusal>);

/// Most commands are refused, so the world is copied for those alone that are not. That asks twice.
fn answered<'w>(
    machine: &dyn Machine,
    before: &'w World,
    read: &Case<'w>,
    step: &Step,
    law: &Law<'_>,
) -> Result<Answered, Broken> {
    let case = before.case_by(|| *read, &step.command, step.at, law);
    let first = machine.decide(&case, &step.command, step.at, law);
    let Ok(events) = first else {
        return Ok((None, first));
    };
    let mut after = before.clone();
    match machine.apply(&mut after, &step.command, step.at, law) {
        Ok(again) if again == events => Ok((Some(after), Ok(events))),
        Ok(_) => Err(Broken {
            law: "L2",
            wrong: "asked twice, it gives two answers".to_string(),
        }),
        // An id that no single case shows is taken.
        Err(refusal) => Ok((None, Err(refusal))),
    }
}

fn first_breach(taken: &Transition<'_>, invariants: &[Invariant]) -> Option<Broken> {
    invariants.iter().find_map(|one| {
        let found = caught(|| (one.check)(taken));
        let wrong = match found {
            Ok(wrong) => wrong?,
            Err(said) => format!("the check itself panics: {said}"),
        };
        Some(Broken {
            law: one.law,
            wrong,
        })
    })
}

impl core::fmt::Debug for Transition<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Transition")
            .field("step", self.step)
            .field("answer", self.answer)
            .finish_non_exhaustive()
    }
}
