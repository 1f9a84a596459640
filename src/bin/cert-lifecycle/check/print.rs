//! What a check found, in words and as JSON.

mod small;

use cert_lifecycle::testing::Fault;
use cert_lifecycle::testing::laws::Report;

use super::super::json::{Object, list, quoted};
use super::super::output::{Failure, Output};
use super::own::{changes, has_own_ceilings};
use super::world::Explored;
use super::{Run, Target};

/// What is not examined, whatever the rulebook.
const NOT_COVERED: [&str; 3] = [
    "what a store keeps (L11) and hides (L12): testing::store_suite",
    "other worlds than random timelines and the small ones came to",
    "the instance model of 2026 (lifecycle::v2), whose editions are only read and validated",
];

/// What is about to be verified, and what it changes.
pub(super) fn target(
    out: &mut Output,
    target: &Target,
    fault: Option<&Fault>,
) -> Result<(), Failure> {
    out.line(format_args!("{}: read and validated", target.name))?;
    if let Some(fault) = fault {
        out.line(format_args!("planted in the machine: {fault}"))?;
    }
    if target.file.is_none() {
        return Ok(());
    }
    let all = changes(&target.editions);
    if all.is_empty() {
        out.line("it says what the published rulebook says, where that names the same editions")?;
    }
    for one in &all {
        let editions = one.editions.join(", ");
        out.line(format_args!(
            "\ndiffers: {} [{editions}]",
            one.difference.sentence
        ))?;
        for line in one.short_story() {
            out.line(format_args!("  {line}"))?;
        }
    }
    if has_own_ceilings(&target.book) {
        out.line("\ndiffers: the ceilings of CAs are others.")?;
    }
    Ok(())
}

/// A number by the thousand, as people read it.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 timeline`, `2 timelines`.
fn counted(number: u32, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}

/// One run: a line, and with it, if asked, a line for each law; then what was found.
pub(super) fn run(out: &mut Output, run: &Run, each_law: bool) -> Result<(), Failure> {
    let (report, compared) = (&run.report, &run.compared);
    out.line(format_args!("\n{}", run.name))?;
    if compared.cells > 0 {
        let agree = compared.cells.saturating_sub(compared.wrong.len());
        out.line(format_args!(
            "  tables: {agree} of {} cells as the machine answers, {} of them without a way into",
            compared.cells, compared.unreachable
        ))?;
    }
    out.line(format_args!(
        "  laws: {} of {} kept in {}, {} decisions in {:.1} s, {:.1} % of it to make the timelines, seed {}{}",
        report.laws.len().saturating_sub(report.violations.len()),
        report.laws.len(),
        counted(report.cases, "timeline"),
        thousands(report.decisions),
        report.elapsed.as_secs_f64(),
        100.0 * report.share_generating(),
        report.seed,
        if report.out_of_time { "; the time was over before the end" } else { "" }
    ))?;
    // The laws one by one, where one edition is looked at, and of all editions together.
    if each_law || report.editions.len() > 1 {
        for one in &report.laws {
            let held = if report.breaks(one.law) {
                "broken"
            } else {
                "kept"
            };
            out.line(format_args!(
                "  {:>4} {held:6} {:>15} {:>11} decisions {:>7.2} s  {}",
                one.law.number(),
                counted(one.cases, "timeline"),
                thousands(one.decisions),
                one.time.as_secs_f64(),
                one.law.sentence()
            ))?;
        }
    }
    if !report.lived() {
        out.line("  nothing was lived")?;
    }
    if let Some(explored) = &run.explored {
        small::print(out, explored, each_law)?;
    }
    for wrong in compared.wrong.iter().take(MOST_CELLS) {
        out.line(format_args!("  {wrong}"))?;
    }
    if let Some(more) = compared.wrong.len().checked_sub(MOST_CELLS)
        && more > 0
    {
        out.line(format_args!("  and {more} more"))?;
    }
    for (violation, story) in report.violations.iter().zip(&run.stories) {
        out.line(format_args!(
            "\ncase {} of seed {}, {} of {} steps are needed:",
            violation.case,
            report.seed,
            violation.timeline.steps.len(),
            violation.found_with
        ))?;
        out.put(story)?;
    }
    if let Some(found) = run.found_by_exploring() {
        out.line("\nin the small world, by the shortest way there:")?;
        out.put(&found.story)?;
    }
    Ok(())
}

/// So many cells that differ are named.
const MOST_CELLS: usize = 10;

/// What nothing above speaks of.
pub(super) fn uncovered(
    out: &mut Output,
    target: &Target,
    explored: &[Explored],
) -> Result<(), Failure> {
    let others: Vec<String> = target.other.iter().map(ToString::to_string).collect();
    out.line("\nnot covered")?;
    for one in NOT_COVERED {
        out.line(format_args!("  {one}"))?;
    }
    small::uncovered(out, explored)?;
    if !others.is_empty() {
        out.line(format_args!(
            "  so of {}: {}",
            target.name,
            others.join(", ")
        ))?;
    }
    Ok(())
}

/// What is about to be verified, as a line.
pub(super) fn target_as_json(out: &mut Output, target: &Target) -> Result<(), Failure> {
    let all = if target.file.is_some() {
        changes(&target.editions)
    } else {
        Vec::new()
    };
    let differences = all.iter().map(|one| {
        let mut object = Object::new();
        object
            .text("field", one.difference.field.word())
            .text("sentence", &one.difference.sentence)
            .raw("editions", list(one.editions.iter().map(quoted)))
            .raw("story", list(one.short_story().iter().map(quoted)));
        object.finish()
    });
    let mut object = Object::new();
    object
        .text("target", &target.name)
        .raw(
            "editions",
            list(target.editions.iter().map(|one| quoted(one.key()))),
        )
        .raw("differences", list(differences))
        .raw(
            "ceilings_differ",
            target.file.is_some() && has_own_ceilings(&target.book),
        )
        .raw("not_covered", list(NOT_COVERED.iter().map(quoted)))
        .raw("not_lived", list(target.other.iter().map(quoted)));
    out.line(object.finish())
}

fn law_lines(report: &Report) -> String {
    list(report.laws.iter().map(|one| {
        let mut object = Object::new();
        object
            .text("law", one.law.number())
            .raw("kept", !report.breaks(one.law))
            .raw("timelines", one.cases)
            .raw("steps", one.steps)
            .raw("decisions", one.decisions)
            .raw("seconds", format_args!("{:.3}", one.time.as_secs_f64()));
        object.finish()
    }))
}

/// One run as a line.
pub(super) fn run_as_json(out: &mut Output, run: &Run) -> Result<(), Failure> {
    let (report, compared) = (&run.report, &run.compared);
    let found = report.violations.iter().zip(&run.stories);
    let found = found.map(|(violation, story)| {
        let mut object = Object::new();
        object
            .text("law", violation.breach.law.number())
            .text("wrong", &violation.breach.words)
            .raw("case", violation.case)
            .raw("steps", violation.timeline.steps.len())
            .raw("found_with", violation.found_with)
            .text("story", story)
            .text("mermaid", story.mermaid());
        object.finish()
    });
    let mut object = Object::new();
    object
        .text("run", &run.name)
        .raw("clean", run.is_clean())
        .raw("finished", run.is_finished())
        .raw("editions", list(report.editions.iter().map(quoted)))
        .raw("cells", compared.cells)
        .raw("unreachable", compared.unreachable)
        .raw("wrong_cells", list(compared.wrong.iter().map(quoted)))
        .raw("seed", report.seed)
        .raw("timelines", report.cases)
        .raw("decisions", report.decisions)
        .raw(
            "seconds",
            format_args!("{:.3}", report.elapsed.as_secs_f64()),
        )
        .raw("drawing", format_args!("{:.4}", report.share_generating()))
        .raw("out_of_time", report.out_of_time)
        .raw("laws", law_lines(report))
        .raw("violations", list(found));
    if let Some(explored) = &run.explored {
        object.raw("small_world", small::json(explored));
    }
    out.line(object.finish())
}
