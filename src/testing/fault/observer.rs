//! What a run of anything asks of the machine.

use core::mem::discriminant;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};
use std::vec::Vec;

use crate::lifecycle::{
    Case, Command, CommandKind, Event, Events, Law, Refusal, Why, clauses, decide, status,
};
use crate::model::{Status, Timestamp};
use crate::rulebook::RuleId;

use super::super::machine::Machine;
use super::{Fault, Misplaced, Moved, Turn};

/// The core, which notes what it is asked.
#[derive(Debug, Default)]
pub struct Observer {
    seen: Mutex<Observed>,
}

/// What was asked of a machine, and what came of it.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    cells: BTreeMap<(Option<Status>, CommandKind), Cell>,
    guards: HashSet<(CommandKind, RuleId, Why)>,
    /// Those whose window begins or ends.
    timed: HashSet<(CommandKind, RuleId, Why)>,
    moves: BTreeSet<(CommandKind, Moved)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    granted: bool,
    refused: bool,
    /// Whether something happened to the instance of the case.
    turned: bool,
}

impl Observer {
    /// What was seen up to now.
    #[must_use]
    pub fn observed(&self) -> Observed {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Machine for Observer {
    fn decide(
        &self,
        case: &Case<'_>,
        command: &Command,
        now: Timestamp,
        law: &Law<'_>,
    ) -> Result<Events, Refusal> {
        let answer = decide(case, command, now, law);
        let kind = command.kind();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = seen
            .cells
            .entry((status(case, now, law.conduct), kind))
            .or_default();
        match &answer {
            Ok(events) => {
                cell.granted = true;
                let own = case.instance.map(crate::model::CertificateInstance::id);
                cell.turned |= events
                    .iter()
                    .any(|event| matches!(event, Event::Instance { id, .. } if Some(*id) == own));
                seen.moves.extend(
                    events
                        .iter()
                        .filter_map(Moved::of)
                        .map(|moved| (kind, moved)),
                );
            }
            Err(_) => cell.refused = true,
        }
        for clause in clauses(case, command, law) {
            let guard = (kind, clause.rule, clause.why);
            let changes = clause.holds.from().is_some() || clause.holds.until().is_some();
            if changes && !clause.holds.is_never() {
                seen.timed.insert(guard);
            }
            seen.guards.insert(guard);
        }
        answer
    }
}

impl Observed {
    /// How many cells were entered: pairs of a status and a command.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.cells.len()
    }

    /// Everything that could be wrong with what was seen, in a fixed order.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut all = Vec::new();
        for ((status, command), cell) in &self.cells {
            let (status, command) = (*status, *command);
            if cell.granted {
                all.push(Fault::Refuses { status, command });
            }
            if cell.refused {
                all.push(Fault::Grants { status, command });
            }
            if cell.turned {
                let turns = Turn::ALL.map(|turn| Fault::Leads {
                    status,
                    command,
                    turn,
                });
                all.extend(turns);
            }
        }
        let in_order = |set: &HashSet<(CommandKind, RuleId, Why)>| {
            let mut all: Vec<_> = set.iter().copied().collect();
            all.sort_by_key(|(command, rule, why)| (*command, *rule, std::format!("{why:?}")));
            // One for each, whatever it carried.
            let mut known = HashSet::new();
            all.retain(|(command, rule, why)| known.insert((*command, *rule, discriminant(why))));
            all
        };
        let guards = in_order(&self.guards).into_iter();
        all.extend(guards.map(|(command, rule, why)| Fault::Unguarded { command, rule, why }));
        let timed = in_order(&self.timed).into_iter();
        all.extend(timed.map(|(command, rule, why)| Fault::Late { command, rule, why }));
        let ways = [
            Misplaced::Dropped,
            Misplaced::Doubled,
            Misplaced::Misdirected,
        ];
        for (command, moved) in &self.moves {
            let (command, moved) = (*command, *moved);
            all.extend(ways.map(|how| Fault::Moves {
                command,
                moved,
                how,
            }));
        }
        all
    }
}
