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
    /// Those that were the first not to hold.
    refusing: HashSet<(CommandKind, RuleId, Why)>,
    moves: BTreeSet<(CommandKind, Moved)>,
}

#[derive(Clone, Debug, Default)]
struct Cell {
    granted: bool,
    refused: bool,
    /// What happened to the instance of the case; none for what is no turn that is planted.
    turned: BTreeSet<Option<Turn>>,
}

impl Cell {
    /// Whether something else happened here than a turn.
    fn differs(&self, turn: Turn) -> bool {
        self.turned.iter().any(|own| *own != Some(turn))
    }
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
                cell.turned
                    .extend(events.iter().filter_map(|event| match event {
                        Event::Instance { id, event } if Some(*id) == own => Some(Turn::of(event)),
                        Event::Instance { .. }
                        | Event::Plan { .. }
                        | Event::Chain { .. }
                        | Event::Purchase { .. } => None,
                    }));
                seen.moves.extend(
                    events
                        .iter()
                        .filter_map(Moved::of)
                        .map(|moved| (kind, moved)),
                );
            }
            Err(_) => cell.refused = true,
        }
        let mut first = true;
        for clause in clauses(case, command, law) {
            let guard = (kind, clause.rule, clause.why);
            if first && !clause.holds.contains(now) {
                first = false;
                seen.refusing.insert(guard);
            }
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

    /// Adds what was seen elsewhere.
    pub fn join(&mut self, other: Self) {
        for (place, cell) in other.cells {
            let own = self.cells.entry(place).or_default();
            own.granted |= cell.granted;
            own.refused |= cell.refused;
            own.turned.extend(cell.turned);
        }
        self.guards.extend(other.guards);
        self.timed.extend(other.timed);
        self.refusing.extend(other.refusing);
        self.moves.extend(other.moves);
    }

    /// Whether the machine with a fault answers something of what was seen otherwise. Of a condition
    /// that is asked late it is only known that its window begins or ends.
    #[must_use]
    pub fn tells(&self, fault: &Fault) -> bool {
        let cell = |status, command| self.cells.get(&(status, command));
        let is_in = |set: &HashSet<(CommandKind, RuleId, Why)>, command, rule, why| {
            let kind = discriminant(&why);
            set.iter()
                .any(|one| (one.0, one.1, discriminant(&one.2)) == (command, rule, kind))
        };
        match *fault {
            Fault::Refuses { status, command } => {
                cell(status, command).is_some_and(|own| own.granted)
            }
            Fault::Grants { status, command } => {
                cell(status, command).is_some_and(|own| own.refused)
            }
            Fault::Leads {
                status,
                command,
                turn,
            } => cell(status, command).is_some_and(|own| own.differs(turn)),
            Fault::Unguarded { command, rule, why } => is_in(&self.refusing, command, rule, why),
            Fault::Late { command, rule, why } => is_in(&self.timed, command, rule, why),
            Fault::Moves { command, moved, .. } => self.moves.contains(&(command, moved)),
        }
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
            let turns = Turn::ALL.into_iter().filter(|turn| cell.differs(*turn));
            all.extend(turns.map(|turn| Fault::Leads {
                status,
                command,
                turn,
            }));
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
