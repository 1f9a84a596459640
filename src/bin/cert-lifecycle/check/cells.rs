//! The tables of an edition, held against what the machine answers in every cell.

use cert_lifecycle::lifecycle::sample::{sample, sample_command};
use cert_lifecycle::lifecycle::{Cell, Command, Law, Outcome, clauses, table};
use cert_lifecycle::model::{CertificateInstance, OrderId, Status, ValidationClass};
use cert_lifecycle::rulebook::{Ceilings, Edition};
use cert_lifecycle::testing::Machine;

/// What a comparison came to.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) cells: usize,
    /// Those that the edition has no way into.
    pub(super) unreachable: usize,
    /// What is wrong, in sentences.
    pub(super) wrong: Vec<String>,
}

/// Brings about every status, gives every command, and looks whether the table says so.
pub(super) fn compare(edition: &Edition, ceilings: &Ceilings, machine: &dyn Machine) -> Compared {
    let law = Law::single(edition, ceilings);
    let mut compared = Compared::default();
    for class in ValidationClass::ALL {
        for (status, cell) in table(class, &law).cells() {
            compared.cells = compared.cells.saturating_add(1);
            if cell.outcome == Outcome::Unreachable {
                compared.unreachable = compared.unreachable.saturating_add(1);
            }
            if let Err(wrong) = holds(status, cell, class, &law, machine) {
                let place = status.map_or("no order", Status::word);
                compared.wrong.push(format!(
                    "{}, {place}, {}: the table says {}, but {wrong}",
                    class.word(),
                    cell.command,
                    cell.outcome
                ));
            }
        }
    }
    compared
}

/// Whether the machine answers what a cell says; if not, what it answers.
fn holds(
    status: Option<Status>,
    cell: &Cell,
    class: ValidationClass,
    law: &Law<'_>,
    machine: &dyn Machine,
) -> Result<(), String> {
    let found = sample(status, class, law).zip(sample_command(cell.command, class, law));
    let Some((mut found, mut command)) = found else {
        return match cell.outcome {
            Outcome::Unreachable => Ok(()),
            Outcome::Leads { .. }
            | Outcome::Recorded { .. }
            | Outcome::Nothing
            | Outcome::Refused { .. } => Err("there is no way into it".to_owned()),
        };
    };
    // The sample may have been applied for under that order already.
    if let (Command::Apply { order, .. }, Ok(fresh)) =
        (&mut command, OrderId::new(u64::from(u32::MAX)))
    {
        *order = fresh;
    }
    let (world, now) = (&mut found.world, found.now);
    if world.status(now, law) != status {
        return Err("the way into it leads elsewhere".to_owned());
    }
    let case = world.case_for(&command, now, law);
    let events = match machine.decide(&case, &command, now, law) {
        Ok(events) => events,
        Err(refusal) => {
            let all = clauses(&case, &command, law);
            let first = all.iter().find(|clause| !clause.holds.contains(now));
            return match cell.outcome {
                Outcome::Refused { rule } if rule == refusal.rule() => {
                    if first.is_some_and(|clause| clause.rule == rule) {
                        Ok(())
                    } else {
                        Err(format!("it is not {rule} that fails first"))
                    }
                }
                Outcome::Refused { .. }
                | Outcome::Leads { .. }
                | Outcome::Recorded { .. }
                | Outcome::Nothing
                | Outcome::Unreachable => Err(format!(
                    "it is refused: {} ({})",
                    refusal.why(),
                    refusal.rule()
                )),
            };
        }
    };
    let granted = events.rules().first().copied();
    let own = world.instance().map(CertificateInstance::id);
    // Decided just now, so it applies; what begins is then looked at.
    if let Err(refusal) = machine.apply(world, &command, now, law) {
        return Err(format!(
            "it is granted, with what can't be applied: {}",
            refusal.why()
        ));
    }
    // What begins beside it is not what it becomes.
    if let Some(own) = own {
        world.focus(own);
    }
    let after = world.status(now, law);
    let says = match &cell.outcome {
        Outcome::Leads { to, rule } => after == Some(*to) && granted == Some(*rule),
        Outcome::Recorded { rule } => {
            after == status && granted == Some(*rule) && !events.is_empty()
        }
        Outcome::Nothing => events.is_empty(),
        Outcome::Refused { .. } | Outcome::Unreachable => false,
    };
    if says {
        return Ok(());
    }
    let after = after.map_or("no order", Status::word);
    let rule = granted.map_or_else(|| "no rule".to_owned(), |rule| rule.to_string());
    Err(format!("it leads to {after} by {rule}"))
}
