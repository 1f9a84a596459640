//! What came of exploring a small world, in words and as JSON.

use std::collections::BTreeMap;

use cert_lifecycle::model::Status;
use cert_lifecycle::testing::explore::{Ending, Estimate};

use super::super::super::json::{Object, list, quoted};
use super::super::super::output::{Failure, Output};
use super::super::world::{Explored, Place};
use super::thousands;

/// `1 state`, `1,824 states`.
fn counted(number: u64, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {word}{plural}", thousands(number))
}

/// How an exploration ended, in a word for machines and in words for people.
fn ending(explored: &Explored) -> (&'static str, String) {
    let time = format!("{:.1} s", explored.report.elapsed.as_secs_f64());
    match &explored.report.ending {
        Ending::Exhausted => ("exhausted", format!("every one looked at in {time}")),
        Ending::Broken(_) => ("broken", format!("where a law does not hold, in {time}")),
        Ending::TooLarge(estimate) => (
            "too-large",
            format!("and no further after {time}: {}", likely(estimate)),
        ),
        Ending::OutOfMemory => (
            "out-of-memory",
            format!("and no further after {time}: the memory is used up (--memory)"),
        ),
        Ending::OutOfTime => (
            "out-of-time",
            format!("and no further after {time}: the time is over (--budget)"),
        ),
    }
}

/// What a world that is too large is likely to take.
fn likely(estimate: &Estimate) -> String {
    format!(
        "it is likely to have about {} states, which take about {} MiB, and {} MiB are given (--memory)",
        thousands(estimate.states),
        thousands(estimate.bytes >> 20),
        thousands(estimate.memory >> 20)
    )
}

/// Two lines, and if asked, the cells that were not reached, status by status. Of a search that did not
/// come to its end, that would be nearly all of them.
pub(super) fn print(out: &mut Output, explored: &Explored, each: bool) -> Result<(), Failure> {
    let report = &explored.report;
    let (_, ending) = ending(explored);
    out.line(format_args!(
        "  small world: {}, {}, {}, {}, {ending}",
        counted(report.states, "state"),
        counted(report.transitions, "step"),
        counted(report.refusals, "refusal"),
        format_args!("{} deep", counted(report.depth.into(), "move"))
    ))?;
    out.line(format_args!(
        "  its cells: {} of {} with a way into them asked, {} of {} granted",
        explored.asked(),
        explored.cells,
        explored.granted(),
        explored.grants
    ))?;
    if each && matches!(report.ending, Ending::Exhausted) {
        cells(out, "not asked", &explored.unasked)?;
        let asked = |place: &&Place| !explored.unasked.contains(place);
        let refused: Vec<Place> = explored.ungranted.iter().filter(asked).copied().collect();
        cells(out, "not granted", &refused)?;
    }
    Ok(())
}

fn cells(out: &mut Output, what: &str, places: &[Place]) -> Result<(), Failure> {
    let mut by_status: BTreeMap<Option<Status>, Vec<&str>> = BTreeMap::new();
    for (status, command) in places {
        by_status.entry(*status).or_default().push(command.word());
    }
    for (status, commands) in by_status {
        let status = status.map_or("no order", Status::word);
        out.line(format_args!(
            "    {what} in {status}: {}",
            commands.join(", ")
        ))?;
    }
    Ok(())
}

/// What all of the explored worlds leave out.
pub(super) fn uncovered(out: &mut Output, explored: &[Explored]) -> Result<(), Failure> {
    let Some((first, others)) = explored.split_first() else {
        return out.line("  every state of a small world (--explore)");
    };
    out.line(format_args!(
        "  in small worlds, other classes than {}, and several editions in one",
        first.class.word()
    ))?;
    // Where a law did not hold, the search ended, and what it did not come to says nothing.
    let ended = |one: &Explored| matches!(one.report.ending, Ending::Broken(_));
    if ended(first) || others.iter().any(ended) {
        return out.line("  in small worlds, what lies behind the step that breaks a law");
    }
    for line in &first.report.not_covered {
        let everywhere = |one: &Explored| one.report.not_covered.contains(line);
        if others.iter().all(everywhere) {
            out.line(format_args!("  in small worlds, {line}"))?;
        }
    }
    Ok(())
}

/// Cells as a list of objects.
fn places(places: &[Place]) -> String {
    list(places.iter().map(|(status, command)| {
        let mut object = Object::new();
        object
            .maybe("status", status.map(Status::word))
            .text("command", command.word());
        object.finish()
    }))
}

/// All of it as an object.
pub(super) fn json(explored: &Explored) -> String {
    let Explored {
        size,
        class,
        report,
        cells,
        grants,
        unasked,
        ungranted,
    } = explored;
    let (ending, _) = ending(explored);
    let mut object = Object::new();
    object
        .text("class", class.word())
        .raw("plans", size.plans)
        .raw("units", size.units)
        .raw("slots", size.slots)
        .raw("chains", size.chains)
        .raw("years", size.years)
        .raw("uploads", size.uploads)
        .raw("orders", size.orders)
        .raw("turns", size.turns)
        .text("until", report.until)
        .text("ending", ending)
        .raw("states", report.states)
        .raw("transitions", report.transitions)
        .raw("refusals", report.refusals)
        .raw("depth", report.depth)
        .raw("bytes", report.bytes)
        .raw(
            "seconds",
            format_args!("{:.3}", report.elapsed.as_secs_f64()),
        )
        .raw("cells", cells)
        .raw("asked", explored.asked())
        .raw("grants", grants)
        .raw("granted", explored.granted())
        .raw("not_asked", places(unasked))
        .raw("not_granted", places(ungranted))
        .raw("not_covered", list(report.not_covered.iter().map(quoted)));
    match &report.ending {
        Ending::Exhausted | Ending::OutOfMemory | Ending::OutOfTime => {}
        Ending::TooLarge(estimate) => {
            let mut likely = Object::new();
            likely
                .raw("states", estimate.states)
                .raw("bytes", estimate.bytes)
                .raw("memory", estimate.memory);
            object.raw("estimate", likely.finish());
        }
        Ending::Broken(found) => {
            let mut broken = Object::new();
            broken
                .text("law", found.breach.law)
                .text("wrong", &found.breach.wrong)
                .raw("steps", found.timeline.steps.len())
                .text("story", &found.story)
                .text("mermaid", found.story.mermaid());
            object.raw("broken", broken.finish());
        }
    }
    object.finish()
}
