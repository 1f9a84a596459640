//! Answers that cost much and are asked for again and again.

use core::cell::RefCell;
use std::collections::HashMap;
use std::thread_local;
use std::vec::Vec;

use crate::model::Timestamp;

use super::fingerprint::Fingerprint;

/// So many answers are kept.
const MOST_KEPT: usize = 1 << 14;

thread_local! {
    /// What this thread remembers, and of which world.
    static OWN: RefCell<(u64, Cache)> = RefCell::default();
}

/// The instants at which answers about a case change. Cases that differ in names alone share them.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: HashMap<Fingerprint, Vec<Timestamp>>,
}

impl Cache {
    /// What this thread remembers of a world.
    pub(super) fn of_thread<T>(world: u64, ask: impl FnOnce(&mut Self) -> T) -> T {
        OWN.with(|own| match own.try_borrow_mut() {
            Ok(mut own) => {
                let (of, cache) = &mut *own;
                if *of != world {
                    *of = world;
                    cache.kept.clear();
                }
                ask(cache)
            }
            // It is asked while it is asked already.
            Err(_) => ask(&mut Self::default()),
        })
    }

    pub(super) fn of(
        &mut self,
        case: Fingerprint,
        ask: impl FnOnce() -> Vec<Timestamp>,
    ) -> &[Timestamp] {
        if self.kept.len() >= MOST_KEPT && !self.kept.contains_key(&case) {
            self.kept.clear();
        }
        self.kept.entry(case).or_insert_with(ask)
    }
}
