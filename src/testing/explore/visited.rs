//! The states that were found, each as a fingerprint and the move that led to it.

use std::vec;
use std::vec::Vec;

/// Found states, numbered in the order in which they were found.
///
/// A state takes 22 bytes, and 4 to 10 in an open table of numbers. Lists grow by an eighth, so that
/// little of them is empty.
#[derive(Debug)]
pub(super) struct Visited {
    fingerprints: Vec<u128>,
    origins: Vec<Origin>,
    /// A number and 1, or 0 where nothing is.
    slots: Vec<u32>,
}

/// From which state, by which of its moves.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed(2))]
struct Origin {
    parent: u32,
    taken: u16,
}

const FIRST_SLOTS: usize = 1 << 10;
const LEAST_GROWTH: usize = 1 << 10;

impl Visited {
    pub(super) fn new() -> Self {
        Self {
            fingerprints: Vec::new(),
            origins: Vec::new(),
            slots: vec![0; FIRST_SLOTS],
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.fingerprints.len()
    }

    /// What it takes, in bytes.
    pub(super) const fn bytes(&self) -> usize {
        let states = self.fingerprints.capacity().saturating_mul(16);
        let origins = self.origins.capacity().saturating_mul(6);
        let slots = self.slots.len().saturating_mul(4);
        states.saturating_add(origins).saturating_add(slots)
    }

    /// What it will take at most while so many more are added: the table is copied as it grows.
    pub(super) fn bytes_with(&self, more: usize) -> usize {
        let states = self.len().saturating_add(more);
        let lists = states.saturating_add(states / 8).saturating_mul(22);
        let grown = if Self::is_full(states, self.slots.len()) {
            self.slots.len().saturating_mul(3)
        } else {
            self.slots.len()
        };
        lists.saturating_add(grown.saturating_mul(4))
    }

    pub(super) fn contains(&self, fingerprint: u128) -> bool {
        self.place(fingerprint).is_err()
    }

    /// The free slot for a fingerprint, or the number that it has.
    fn place(&self, fingerprint: u128) -> Result<usize, u32> {
        let mask = self.slots.len().saturating_sub(1);
        let mut at = spread(fingerprint) & mask;
        loop {
            let number = self.slots.get(at).copied().unwrap_or_default();
            let Some(number) = number.checked_sub(1) else {
                return Ok(at);
            };
            if self.fingerprint(number) == Some(fingerprint) {
                return Err(number);
            }
            at = at.wrapping_add(1) & mask;
        }
    }

    fn fingerprint(&self, number: u32) -> Option<u128> {
        self.fingerprints
            .get(usize::try_from(number).ok()?)
            .copied()
    }

    /// Adds a state; false if it was found before. None if there is no number left for it.
    pub(super) fn insert(&mut self, fingerprint: u128, parent: u32, taken: u16) -> Option<bool> {
        if Self::is_full(self.len().saturating_add(1), self.slots.len()) {
            self.grow();
        }
        let Ok(at) = self.place(fingerprint) else {
            return Some(false);
        };
        let number = u32::try_from(self.len()).ok()?.checked_add(1)?;
        let slot = self.slots.get_mut(at)?;
        *slot = number;
        if self.fingerprints.len() == self.fingerprints.capacity() {
            let more = (self.fingerprints.len() / 8).max(LEAST_GROWTH);
            self.fingerprints.reserve_exact(more);
            self.origins.reserve_exact(more);
        }
        self.fingerprints.push(fingerprint);
        self.origins.push(Origin { parent, taken });
        Some(true)
    }

    /// Seven eighths.
    const fn is_full(states: usize, slots: usize) -> bool {
        states.saturating_mul(8) > slots.saturating_mul(7)
    }

    fn grow(&mut self) {
        let slots = self.slots.len().saturating_mul(2);
        // The old table is gone before the new one is there.
        self.slots = Vec::new();
        self.slots = vec![0; slots];
        for (number, fingerprint) in (1..).zip(&self.fingerprints) {
            if let Ok(at) = self.place(*fingerprint)
                && let Some(slot) = self.slots.get_mut(at)
            {
                *slot = number;
            }
        }
    }

    /// The moves that lead to a state, from the first one on.
    pub(super) fn path(&self, number: u32) -> Vec<u16> {
        let mut path = Vec::new();
        let mut at = number;
        // The first state came from nowhere.
        while at > 0 {
            let origin = usize::try_from(at)
                .ok()
                .and_then(|at| self.origins.get(at).copied());
            let Some(Origin { parent, taken }) = origin else {
                break;
            };
            path.push(taken);
            at = parent;
        }
        path.reverse();
        path
    }
}

/// Where a fingerprint begins to look.
#[expect(
    clippy::cast_possible_truncation,
    reason = "some of its bits are enough to begin with"
)]
const fn spread(fingerprint: u128) -> usize {
    (fingerprint >> 64) as usize
}
