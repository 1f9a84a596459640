//! The search: level by level, on all cores, with the same result on any number of them.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::collections::HashSet;
use std::string::ToString;
use std::thread;
use std::time::Instant;
use std::vec::Vec;

use crate::lifecycle::{Case, World, status};
use crate::model::{InstanceId, Timestamp};

use super::super::story::{Story, first_breach, minimal};
use super::super::timeline::{Step, Timeline};
use super::super::transition::{Broken, focus, take_focused};
use super::Explorer;
use super::cache::Cache;
use super::estimate::estimate;
use super::read::Reader;
use super::report::{Cells, Counterexample, Ending, Progress, Report, bit, not_covered, row};
use super::small::{Move, SmallWorld};
use super::state::State;
use super::visited::Visited;

/// So many states are looked at between two looks at memory and progress, whatever the number of
/// threads: what is found must not depend on it.
const ROUND: u64 = 1 << 13;
/// What the moves of a state may lead to takes so many bytes at most, until it is known what of it is
/// new. A round has an eighth of the memory for it.
const IN_HAND: u64 = 1 << 11;
/// So many states a thread takes at a time.
const CHUNK: usize = 1 << 6;

/// States, written one behind the other.
#[derive(Debug, Default)]
struct Level {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Level {
    /// Grows by an eighth, so that little of it is empty.
    fn push(&mut self, written: &[u8]) {
        if self.bytes.capacity().saturating_sub(self.bytes.len()) < written.len() {
            let more = (self.bytes.len() / 8).max(written.len().saturating_mul(16));
            self.bytes.reserve_exact(more);
        }
        if self.ends.len() == self.ends.capacity() {
            self.ends.reserve_exact((self.ends.len() / 8).max(16));
        }
        self.bytes.extend_from_slice(written);
        self.ends.push(self.bytes.len());
    }

    fn get(&self, place: usize) -> Option<&[u8]> {
        let end = *self.ends.get(place)?;
        let begin = match place.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.bytes.get(begin..end)
    }

    const fn len(&self) -> usize {
        self.ends.len()
    }

    const fn size(&self) -> usize {
        let ends = self.ends.capacity().saturating_mul(size_of::<usize>());
        self.bytes.capacity().saturating_add(ends)
    }
}

/// What a thread found from the states of a chunk.
#[derive(Default)]
struct Found {
    fingerprints: Vec<(u128, u32, u16)>,
    states: Level,
    transitions: u64,
    refusals: u64,
    /// States in which time could not move on, or no order could begin, any more.
    spent: [u64; 2],
    cells: Cells,
    until: Option<Timestamp>,
    broken: Option<(u32, u16, Broken)>,
}

/// What was found in all.
struct Tally {
    visited: Visited,
    next: Level,
    levels: Vec<u64>,
    transitions: u64,
    refusals: u64,
    spent: [u64; 2],
    cells: Cells,
    until: Timestamp,
    most_bytes: usize,
    caches: Vec<Cache>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "a report says how long it took; nothing that is found depends on it"
)]
pub(super) fn explore(explorer: &Explorer<'_>, news: &mut dyn FnMut(&Progress)) -> Report {
    let begun = Instant::now();
    let first = explorer.world.first();
    let mut tally = Tally {
        visited: Visited::new(),
        next: Level::default(),
        levels: Vec::from([1]),
        transitions: 0,
        refusals: 0,
        spent: [0; 2],
        cells: Cells::default(),
        until: first.now,
        most_bytes: 0,
        caches: (0..explorer.threads.max(1))
            .map(|_| Cache::default())
            .collect(),
    };
    let _ = tally.visited.insert(explorer.stands_for(&first), 0, 0);
    let mut level = Level::default();
    if let Some(written) = explorer.world.written(&first) {
        level.push(&written);
    }
    let mut announced = false;
    let ending = loop {
        match rounds(explorer, &level, &mut tally, (begun, &mut announced), news) {
            Some(ending) => break ending,
            None if tally.next.len() == 0 => break Ending::Exhausted,
            None => {}
        }
        let width = u64::try_from(tally.next.len()).unwrap_or(u64::MAX);
        tally.levels.push(width);
        level = core::mem::take(&mut tally.next);
    };
    Report {
        ending,
        states: u64::try_from(tally.visited.len()).unwrap_or(u64::MAX),
        transitions: tally.transitions,
        refusals: tally.refusals,
        depth: u32::try_from(tally.levels.len().saturating_sub(1)).unwrap_or(u32::MAX),
        not_covered: not_covered(explorer.world.size, &tally.cells, tally.spent),
        levels: tally.levels,
        cells: tally.cells,
        until: tally.until,
        elapsed: begun.elapsed(),
        bytes: u64::try_from(tally.most_bytes).unwrap_or(u64::MAX),
    }
}

/// Looks at every state of a level. How it ends, if it ends there.
fn rounds(
    explorer: &Explorer<'_>,
    level: &Level,
    tally: &mut Tally,
    (begun, announced): (Instant, &mut bool),
    news: &mut dyn FnMut(&Progress),
) -> Option<Ending> {
    let first = tally.visited.len().saturating_sub(level.len());
    let round_of = (explorer.memory / IN_HAND / 8).clamp(1, ROUND);
    let round_of = usize::try_from(round_of).unwrap_or(1);
    let mut from = 0;
    while from < level.len() {
        let until = from.saturating_add(round_of).min(level.len());
        let place = (first, from, until);
        let found = round(explorer, level, place, &tally.visited, &mut tally.caches);
        let in_hand: usize = found
            .iter()
            .map(|one| {
                let names = one.fingerprints.capacity().saturating_mul(32);
                one.states.size().saturating_add(names)
            })
            .sum();
        let more: usize = found.iter().map(|one| one.fingerprints.len()).sum();
        let grown = tally
            .visited
            .bytes_with(more)
            .saturating_add(level.size())
            .saturating_add(tally.next.size())
            .saturating_add(tally.next.size() / 8)
            .saturating_add(in_hand);
        if u64::try_from(grown).is_ok_and(|grown| grown > explorer.memory) {
            return Some(Ending::OutOfMemory);
        }
        for one in found {
            if let Some(ending) = merge(explorer, one, tally) {
                return Some(ending);
            }
        }
        let used = tally
            .visited
            .bytes()
            .saturating_add(level.size())
            .saturating_add(tally.next.size())
            .saturating_add(in_hand);
        tally.most_bytes = tally.most_bytes.max(used);
        let wide = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let left = level.len().saturating_sub(until);
        news(&Progress::Going {
            depth: u32::try_from(tally.levels.len()).unwrap_or(u32::MAX),
            states: wide(tally.visited.len()),
            left: wide(left.saturating_add(tally.next.len())),
            bytes: wide(used),
        });
        let wide_enough =
            tally.visited.len() >= usize::try_from(explorer.estimated_after).unwrap_or(usize::MAX);
        if !*announced && wide_enough {
            *announced = true;
            let part = (until, level.len(), tally.next.len());
            let likely = estimate(&tally.levels, part, tally.most_bytes, explorer.memory);
            if likely.bytes > likely.memory {
                news(&Progress::TooLarge(likely));
                if !explorer.anyway {
                    return Some(Ending::TooLarge(likely));
                }
            }
        }
        from = until;
        let more = from < level.len() || tally.next.len() > 0;
        if more
            && explorer
                .budget
                .is_some_and(|budget| begun.elapsed() >= budget)
        {
            return Some(Ending::OutOfTime);
        }
    }
    None
}

/// Adds what a chunk found, in the order of the states that it was found from.
fn merge(explorer: &Explorer<'_>, found: Found, tally: &mut Tally) -> Option<Ending> {
    tally.transitions = tally.transitions.saturating_add(found.transitions);
    tally.refusals = tally.refusals.saturating_add(found.refusals);
    for (all, more) in tally.spent.iter_mut().zip(found.spent) {
        *all = all.saturating_add(more);
    }
    tally.cells.add(&found.cells);
    tally.until = found.until.map_or(tally.until, |at| at.max(tally.until));
    for (place, (fingerprint, parent, taken)) in found.fingerprints.into_iter().enumerate() {
        match tally.visited.insert(fingerprint, parent, taken) {
            Some(true) => {
                if let Some(written) = found.states.get(place) {
                    tally.next.push(written);
                }
            }
            Some(false) => {}
            None => return Some(Ending::OutOfMemory),
        }
    }
    let (parent, taken, breach) = found.broken?;
    let mut path = tally.visited.path(parent);
    path.push(taken);
    Some(Ending::Broken(std::boxed::Box::new(
        explorer.counterexample(&path, breach),
    )))
}

/// Looks at the states of a round, on all threads. Each has its own memory of instants.
fn round(
    explorer: &Explorer<'_>,
    level: &Level,
    (first, from, until): (usize, usize, usize),
    visited: &Visited,
    caches: &mut [Cache],
) -> Vec<Found> {
    let turn = AtomicUsize::new(0);
    let work = |cache: &mut Cache| {
        let mut all = Vec::new();
        loop {
            let chunk = turn.fetch_add(1, Ordering::Relaxed);
            let begin = from.saturating_add(chunk.saturating_mul(CHUNK));
            if begin >= until {
                return all;
            }
            let end = begin.saturating_add(CHUNK).min(until);
            let mut found = Found::default();
            let mut seen = HashSet::new();
            for place in begin..end {
                let number = u32::try_from(first.saturating_add(place));
                if let (Some(written), Ok(number)) = (level.get(place), number) {
                    look(
                        explorer, written, number, visited, &mut seen, cache, &mut found,
                    );
                }
                if found.broken.is_some() {
                    break;
                }
            }
            all.push((chunk, found));
        }
    };
    let mut all = match caches {
        [only] => work(only),
        caches => thread::scope(|scope| {
            let work = &work;
            let threads: Vec<_> = caches
                .iter_mut()
                .map(|cache| scope.spawn(move || work(cache)))
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| match thread.join() {
                    Ok(found) => found,
                    Err(panic) => std::panic::resume_unwind(panic),
                })
                .collect()
        }),
    };
    all.sort_unstable_by_key(|(chunk, _)| *chunk);
    all.into_iter().map(|(_, found)| found).collect()
}

/// Tries every move of a state.
fn look(
    explorer: &Explorer<'_>,
    written: &[u8],
    number: u32,
    visited: &Visited,
    seen: &mut HashSet<u128>,
    cache: &mut Cache,
    found: &mut Found,
) {
    let Some(state) = explorer.read(written) else {
        return;
    };
    found.until = found.until.max(Some(state.now));
    let size = explorer.world.size;
    let [turns, orders] = &mut found.spent;
    *turns = turns.saturating_add(u64::from(state.turns >= size.turns));
    *orders = orders.saturating_add(u64::from(state.orders >= size.orders));
    let mut world = state.world.clone();
    let from = Looked {
        explorer,
        number,
        state: &state,
        rows: rows(explorer, &state, &mut world),
        visited,
    };
    let moves = explorer.world.moves_by(&state, &mut world, cache);
    let mut numbers = 0..;
    // What is in focus is read once for all moves about it.
    for same in moves.chunk_by(about_the_same) {
        if let Some(Move::Ask(step)) = same.first() {
            focus(&mut world, step);
        }
        let read = world.case();
        for (next, taken) in same.iter().zip(numbers.by_ref()) {
            if let Err(breach) = from.tried(next, taken, (&world, &read), seen, found) {
                found.broken = Some((number, taken, breach));
                return;
            }
        }
    }
}

/// Whether two moves look at the same.
fn about_the_same(one: &Move, next: &Move) -> bool {
    match (one, next) {
        (Move::Ask(one), Move::Ask(next)) => {
            one.about == next.about && one.other == next.other && one.plan == next.plan
        }
        (Move::Wait(_), Move::Wait(_)) => true,
        (Move::Wait(_), Move::Ask(_)) | (Move::Ask(_), Move::Wait(_)) => false,
    }
}

/// The state that is looked at.
struct Looked<'l> {
    explorer: &'l Explorer<'l>,
    number: u32,
    state: &'l State,
    rows: Vec<(InstanceId, usize)>,
    visited: &'l Visited,
}

impl Looked<'_> {
    /// Tries a move, in a world that has in focus what the move is about, with what is read of it.
    fn tried(
        &self,
        next: &Move,
        taken: u16,
        (before, read): (&World, &Case<'_>),
        seen: &mut HashSet<u128>,
        found: &mut Found,
    ) -> Result<(), Broken> {
        let explorer = self.explorer;
        let after = match next {
            Move::Wait(_) => None,
            Move::Ask(step) => {
                let laws = &explorer.world.laws;
                let invariants = explorer.invariants;
                let result = take_focused(explorer.machine, before, read, step, laws, invariants);
                if let Some(breach) = result.breach {
                    return Err(breach);
                }
                note(&mut found.cells, &self.rows, step, result.after.is_some());
                if result.after.is_none() {
                    found.refusals = found.refusals.saturating_add(1);
                    return Ok(());
                }
                // A world that nothing was done to is the same state.
                if matches!(&result.answer, Some(Ok(events)) if events.is_empty()) {
                    found.transitions = found.transitions.saturating_add(1);
                    return Ok(());
                }
                result.after
            }
        };
        let Some(after) = SmallWorld::after(self.state, next, after) else {
            return Ok(());
        };
        found.transitions = found.transitions.saturating_add(1);
        // Without symmetry, what it is written as stands for it.
        let own = (!explorer.symmetry).then(|| explorer.world.own(&after));
        let stands_for = match &own {
            Some(own) => own.fingerprint(),
            None => explorer.world.class_fingerprint(&after),
        };
        if self.visited.contains(stands_for) || !seen.insert(stands_for) {
            return Ok(());
        }
        let own = own.unwrap_or_else(|| explorer.world.own(&after));
        let same = |bytes: &[u8]| explorer.read(bytes).as_ref() == Some(&after);
        if !own.is_exact() || !same(own.bytes()) {
            let wrong = "the world after holds something that no command brought in";
            return Err(Broken {
                law: "L3",
                wrong: wrong.to_string(),
            });
        }
        found.fingerprints.push((stands_for, self.number, taken));
        found.states.push(own.bytes());
        Ok(())
    }
}

/// The row of the table that each instance is in.
fn rows(explorer: &Explorer<'_>, state: &State, world: &mut World) -> Vec<(InstanceId, usize)> {
    let laws = &explorer.world.laws;
    let Some(conduct) = laws.editions().get(explorer.world.conduct(state.now)) else {
        return Vec::new();
    };
    let instances = state.world.instances();
    instances
        .map(|own| {
            world.look_at(Some(own.id()));
            let seen = status(&world.case(), state.now, conduct);
            (own.id(), row(seen))
        })
        .collect()
}

/// What begins something is asked in the row of every instance that there is.
fn note(cells: &mut Cells, rows: &[(InstanceId, usize)], step: &Step, granted: bool) {
    let bit = bit(step.command.kind());
    match step.about {
        None => {
            cells.note(0, bit, granted);
            for (_, row) in rows {
                cells.note(*row, bit, granted);
            }
        }
        Some(about) => {
            if let Some((_, row)) = rows.iter().find(|(id, _)| *id == about) {
                cells.note(*row, bit, granted);
            }
        }
    }
}

impl Explorer<'_> {
    /// What the first state is known by.
    fn stands_for(&self, state: &State) -> u128 {
        if self.symmetry {
            self.world.class_fingerprint(state)
        } else {
            self.world.fingerprint(state)
        }
    }

    fn read(&self, written: &[u8]) -> Option<State> {
        Reader {
            kit: &self.world.kit,
            laws: &self.world.laws,
            start: self.world.start,
            bytes: written,
        }
        .state()
    }

    /// Walks a path again, and tells what happens on it.
    fn counterexample(&self, path: &[u16], breach: Broken) -> Counterexample {
        let mut state = self.world.first();
        let mut steps = Vec::new();
        for taken in path {
            let mut moves = self.world.moves(&state).into_iter();
            let Some(next) = moves.nth(usize::from(*taken)) else {
                break;
            };
            if let Move::Ask(step) = &next {
                steps.push(step.clone());
            }
            match self.world.next(self.machine, &state, &next) {
                Some(after) => state = after,
                // The last one, which was refused.
                None => break,
            }
        }
        let timeline = Timeline {
            laws: self.world.laws.clone(),
            steps,
        };
        let fails = |tried: &Timeline| {
            first_breach(self.machine, tried, self.invariants)
                .is_some_and(|(_, found)| found.law == breach.law)
        };
        let timeline = minimal(&timeline, fails).timeline;
        let breach = match first_breach(self.machine, &timeline, self.invariants) {
            Some((_, found)) => found,
            None => breach,
        };
        Counterexample {
            story: Story::of(&breach, &timeline, self.machine),
            breach,
            timeline,
        }
    }
}
