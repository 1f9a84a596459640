//! L1: every case, command, instant and law gets an answer.

use super::judge::{Check, Held, hold};
use super::kit::{incomplete, phrase};
use crate::lifecycle::{
    Case, Command, Law, World, allowed, availability, clauses, effects, expectations, next_wakeup,
    preview, return_window, status,
};
use crate::model::Timestamp;
use crate::testing::machine::Machine;
use crate::testing::play::Moment;
use crate::testing::strategy::every_command;
use std::string::ToString;

/// L1: every command in every reached case has an answer, at the ends of time, under every edition,
/// and whatever was left out of the read set or put into it.
#[derive(Default)]
pub(super) struct Totality {
    last: Option<World>,
}

/// Asks everything that can be asked; whatever the answers are, there are some.
pub(super) fn ask_everything(
    machine: &dyn Machine,
    case: &Case<'_>,
    command: &Command,
    now: Timestamp,
    law: &Law<'_>,
) -> Held {
    let what = phrase(command);
    match machine.decide(case, command, now, law) {
        Ok(events) => {
            hold!(
                !events.rules().is_empty(),
                "{what} is granted by no rule, at {now}"
            );
            let expected = expectations(case, &events, law).len();
            let most = events.len().saturating_mul(2).saturating_add(4);
            hold!(
                expected <= most,
                "{what} expects {expected} things of {} events",
                events.len()
            );
            for event in &events {
                let _ = effects(event, case.instance);
            }
        }
        Err(refusal) => hold!(
            !refusal.to_string().is_empty(),
            "{what} is refused without a word, at {now}"
        ),
    }
    let _ = (
        preview(case, command, now, law),
        availability(case, command, now, law),
        return_window(case, law),
    );
    hold!(
        !clauses(case, command, law).is_full(),
        "{what} has more conditions than there is room for"
    );
    if case.instance.is_some() {
        let _ = (status(case, now, law.conduct), next_wakeup(case, now, law));
    }
    Ok(())
}

/// What was read now and some steps ago, mixed.
pub(super) fn mixed<'a>(case: &Case<'a>, last: &'a World) -> Case<'a> {
    let (mut mixed, old) = (*case, last.case());
    mixed.chain = old.chain;
    mixed.purchase = old.purchase;
    mixed.other = old.instance;
    mixed
}

impl Check for Totality {
    fn see(&mut self, moment: &Moment<'_>) -> Held {
        let (machine, now) = (moment.machine, moment.now());
        let case = moment.case();
        ask_everything(machine, &case, moment.command(), now, &moment.law)?;
        let _ = allowed(&moment.before.case(), now, &moment.law);
        for command in every_command(moment.before, now, &moment.law) {
            let case = moment.before.case_for(&command, now, &moment.law);
            for at in [Timestamp::MIN, now, Timestamp::MAX] {
                ask_everything(machine, &case, &command, at, &moment.law)?;
            }
            for less in incomplete(&case) {
                ask_everything(machine, &less, &command, now, &moment.law)?;
            }
            // What a careless caller loads.
            for edition in moment.laws.editions() {
                let (mut money, mut application) = (moment.law, moment.law);
                money.money = edition;
                application.application = edition;
                for law in [money, application] {
                    ask_everything(machine, &case, &command, now, &law)?;
                }
            }
            if let Some(last) = &self.last {
                let mixed = mixed(&case, last);
                ask_everything(machine, &mixed, &command, now, &moment.law)?;
            }
        }
        if self.last.is_none() || moment.journal.len().is_multiple_of(4) {
            self.last = Some(moment.before.clone());
        }
        Ok(())
    }
}
