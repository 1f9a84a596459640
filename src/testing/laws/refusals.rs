//! L4: a refusal changes nothing and explains itself.

use std::format;
use std::string::ToString;

use super::judge::{Check, Held, hold, there};
use super::kit::{about, continues, incomplete, paid_back, phrase};
use super::words::{self, Answered, told};
use crate::lifecycle::{Case, Command, Events, Law, Refusal, WayOut, World, clauses, preview};
use crate::model::{CertificateInstance, Timestamp};
use crate::testing::machine::Machine;
use crate::testing::play::Moment;
use crate::testing::strategy::every_command;

/// L4: a refusal changes nothing and says what, why, by which rule, until when, what instead; a
/// preview is the decision, priced.
pub(super) struct Refusals;

/// What a refusal says of dates, one of these.
const DATES: [&str; 6] = [
    "It becomes possible at ",
    "It was possible until just before ",
    "This holds in every edition.",
    "In force since ",
    "In force from the beginning of the rulebook",
    "This ceiling is ",
];

fn explains_itself(command: &Command, refusal: &Refusal) -> Held {
    let text = refusal.to_string();
    hold!(
        !text.contains('\n') && !text.contains("  "),
        "is not one line: {text}"
    );
    hold!(
        text.starts_with("Cannot ") && text.ends_with('.'),
        "is not a sentence: {text}"
    );
    let kind = command.kind();
    hold!(
        refusal.command() == kind && text.contains(kind.phrase()),
        "does not say that one cannot {}: {text}",
        kind.phrase()
    );
    hold!(
        text.contains(&format!("Rule {}: ", refusal.rule())) && refusal.rule().record().is_some(),
        "names no rule: {text}"
    );
    let dates = DATES.iter().filter(|words| text.contains(**words)).count();
    hold!(dates == 1, "says {dates} things of dates: {text}");
    let way = refusal.way_out();
    hold!(
        (way == WayOut::None) == way.phrase().is_none(),
        "has no words for what to do instead: {text}"
    );
    let advised = way.phrase().is_some_and(|advice| {
        let end = if way.from().is_some() { ", from " } else { "." };
        text.contains(&format!("Instead: {advice}{end}"))
    });
    hold!(
        advised || (way == WayOut::None && !text.contains("Instead: ")),
        "does not say what to do instead: {text}"
    );
    Ok(())
}

/// The dates are true.
fn dates_are_true(
    machine: &dyn Machine,
    (case, command): (&Case<'_>, &Command),
    now: Timestamp,
    law: &Law<'_>,
    refusal: &Refusal,
) -> Held {
    let same = |at| {
        machine
            .decide(case, command, at, law)
            .is_err_and(|other| other.why() == refusal.why() && other.rule() == refusal.rule())
    };
    if let Some(from) = refusal.permitted_from() {
        let holds = from > now && !same(from) && same(from.saturating_add(-1));
        hold!(holds, "at {now} names a date that is not true: {refusal}");
    }
    if let Some(until) = refusal.permitted_until() {
        let holds = until <= now && same(until) && !same(until.saturating_add(-1));
        hold!(holds, "at {now} names a date that is not true: {refusal}");
    }
    hold!(
        !refusal.holds().contains(now),
        "at {now} refuses inside its window: {refusal}"
    );
    Ok(())
}

/// The first condition that does not hold is the one that a refusal names; what is granted, all of them
/// permit.
fn names_its_condition(
    (case, command): (&Case<'_>, &Command),
    now: Timestamp,
    law: &Law<'_>,
    answer: &Result<Events, Refusal>,
) -> Held {
    let all = clauses(case, command, law);
    let failed = all.iter().find(|clause| !clause.holds.contains(now));
    match (failed, answer) {
        // What no condition speaks of is refused as what is not listed.
        (None, _) => {}
        (Some(clause), Ok(_)) => hold!(
            false,
            "{} is granted at {now}, and {} does not permit it: {}",
            phrase(command),
            clause.rule,
            clause.why
        ),
        (Some(clause), Err(refusal)) => hold!(
            (clause.rule, clause.why) == (refusal.rule(), refusal.why()),
            "{} is refused at {now} by {} ({}), and the first that does not permit it is {} ({})",
            phrase(command),
            refusal.rule(),
            refusal.why(),
            clause.rule,
            clause.why
        ),
    }
    Ok(())
}

/// A preview is the decision, priced.
fn priced(moment: &Moment<'_>, events: &Events) -> Held {
    let (case, command, now) = (moment.case(), moment.command(), moment.now());
    let what = phrase(command);
    let priced = preview(&case, command, now, &moment.law).ok();
    let priced = there!(priced, "{what} is granted, and its preview refused");
    hold!(
        priced.events == *events,
        "{what}: the preview has: {}; the decision: {}",
        told(&priced.events),
        told(events)
    );
    hold!(
        priced.refund == paid_back(events),
        "{what}: the preview pays {} back, the decision {}",
        priced.refund,
        paid_back(events)
    );
    if !moment.committed || !continues(command.kind()) {
        return Ok(());
    }
    let shown = moment.after.status(now, &moment.law);
    hold!(
        priced.status == shown,
        "{what}: the preview leads to {}, the decision to {}",
        words::shown(priced.status),
        words::shown(shown)
    );
    // A renewal by unit draws from whichever plan has one, not from that of its order.
    let by_unit = matches!(command, Command::Renew { paid: None, .. });
    let drawn = case.draw_from.filter(|_| by_unit);
    if let Some(plan) = drawn.or(moment.before.case().plan) {
        let later = moment.after.plans().find(|own| own.id() == plan.id());
        let later = there!(later, "{} vanished", plan.id());
        let left = (priced.unit.remaining_before, priced.unit.remaining_after);
        let real = (plan.remaining(), later.remaining());
        hold!(
            left == real,
            "{what}: the preview has {} units left before and {} after, the plan {} and {}",
            left.0,
            left.1,
            real.0,
            real.1
        );
    }
    let unit = |own: Option<&CertificateInstance>| {
        own.and_then(CertificateInstance::hold).map(|own| own.state)
    };
    let moved = (priced.unit.before, priced.unit.after);
    let real = (
        unit(about(moment, moment.before)),
        unit(about(moment, moment.after)),
    );
    hold!(
        moved == real,
        "{what}: by the preview the unit is {} before and {} after, by the decision {} and {}",
        words::unit(moved.0),
        words::unit(moved.1),
        words::unit(real.0),
        words::unit(real.1)
    );
    Ok(())
}

impl Check for Refusals {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        let (machine, now, command) = (moment.machine, moment.now(), moment.command());
        let case = moment.case();
        match moment.answer {
            Err(refusal) => {
                hold!(
                    moment.before == moment.after,
                    "a refusal changed something: {refusal}"
                );
                explains_itself(command, refusal)?;
                dates_are_true(machine, (&case, command), now, &moment.law, refusal)?;
            }
            Ok(events) => priced(moment, events)?,
        }
        names_its_condition((&case, command), now, &moment.law, moment.answer)?;
        // A world that decides and folds in one step says and does the same.
        let mut world: World = moment.before.clone();
        let applied = machine.apply(&mut world, command, now, &moment.law);
        if moment.committed || moment.answer.is_err() {
            hold!(
                applied == *moment.answer,
                "{}: {}; and applied {}",
                phrase(command),
                Answered(moment.answer),
                Answered(&applied)
            );
        }
        // What is asked with another edition at hand, and whatever else could be asked.
        for command in every_command(moment.before, now, &moment.law) {
            let case = moment.before.case_for(&command, now, &moment.law);
            let answer = machine.decide(&case, &command, now, &moment.law);
            names_its_condition((&case, &command), now, &moment.law, &answer)?;
            // Nor does it guess at what was not read.
            for less in incomplete(&case) {
                let answer = machine.decide(&less, &command, now, &moment.law);
                names_its_condition((&less, &command), now, &moment.law, &answer)?;
            }
            for edition in moment.laws.editions() {
                let (mut money, mut application) = (moment.law, moment.law);
                money.money = edition;
                application.application = edition;
                for law in [money, application] {
                    let answer = machine.decide(&case, &command, now, &law);
                    if let Err(refusal) = &answer {
                        explains_itself(&command, refusal)?;
                    }
                    names_its_condition((&case, &command), now, &law, &answer)?;
                }
            }
        }
        Ok(())
    }
}
