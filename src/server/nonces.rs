//! What was signed once, in eight bytes each: a service that is tested hard has millions of them.
//!
//! They are kept by the minute in which they end, so that what is too old goes in one piece. Two that
//! differ are taken for the same once in very many times; the request is then refused, as if it had
//! been sent before, and another one is not.

use core::fmt;
use core::hash::BuildHasher;
use std::boxed::Box;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};

use crate::port::BoxFuture;
use crate::wire::{Nonce, Nonces, Noted};

/// How many are kept at most, of all keys together.
const MOST: usize = 8_000_000;
const MINUTE: i64 = 60;

/// Nonces by the minute in which they end.
pub(crate) struct ShortNonces {
    // Seeded by lot, so that nobody makes two that look the same.
    hash: RandomState,
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    count: usize,
    /// What ended before this minute is gone, and what ends there now counts as used.
    first: i64,
    by_minute: BTreeMap<i64, HashSet<u64>>,
}

impl fmt::Debug for ShortNonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShortNonces").finish_non_exhaustive()
    }
}

impl Default for ShortNonces {
    fn default() -> Self {
        Self::new(MOST)
    }
}

impl ShortNonces {
    fn new(most: usize) -> Self {
        Self {
            hash: RandomState::new(),
            most,
            kept: Mutex::default(),
        }
    }

    fn note_now(&self, nonce: &Nonce<'_>) -> Noted {
        let minute = |at: i64| at.checked_div_euclid(MINUTE).unwrap_or_default();
        let (now, until) = (nonce.now.unix_seconds(), nonce.until.unix_seconds());
        let short = self.hash.hash_one((nonce.key, nonce.nonce));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = &mut *kept;
        if minute(now) > kept.first {
            kept.first = minute(now);
            let later = kept.by_minute.split_off(&kept.first);
            let gone = core::mem::replace(&mut kept.by_minute, later);
            let gone = gone.values().map(HashSet::len).sum();
            kept.count = kept.count.saturating_sub(gone);
        }
        let known = |kept: &Kept| kept.by_minute.values().any(|one| one.contains(&short));
        if minute(until) < kept.first || known(kept) {
            return Noted::Used;
        }
        if kept.count >= self.most {
            return Noted::Full;
        }
        kept.by_minute
            .entry(minute(until))
            .or_default()
            .insert(short);
        kept.count = kept.count.saturating_add(1);
        Noted::New
    }
}

impl Nonces for ShortNonces {
    fn note<'a>(&'a self, nonce: Nonce<'a>) -> BoxFuture<'a, Noted> {
        Box::pin(core::future::ready(self.note_now(&nonce)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn note(nonces: &ShortNonces, nonce: &str, now: i64, until: i64) -> Noted {
        let at = |seconds| Timestamp::from_unix_seconds(seconds).unwrap();
        nonces.note_now(&Nonce {
            key: "key",
            nonce,
            now: at(now),
            until: at(until),
        })
    }

    #[test]
    fn a_nonce_counts_once_for_as_long_as_its_signature_does() {
        let nonces = ShortNonces::new(3);
        assert_eq!(note(&nonces, "a", 0, 900), Noted::New);
        assert_eq!(note(&nonces, "a", 0, 900), Noted::Used);
        // With another date it is the same nonce.
        assert_eq!(note(&nonces, "a", 60, 960), Noted::Used);
        assert_eq!(note(&nonces, "b", 900, 1_800), Noted::New);
        assert_eq!(note(&nonces, "a", 900, 900), Noted::Used);
        assert_eq!(note(&nonces, "c", 900, 1_800), Noted::New);
        assert_eq!(note(&nonces, "d", 900, 1_800), Noted::Full);
        // What is too old makes room.
        assert_eq!(note(&nonces, "d", 960, 1_860), Noted::New);
        assert_eq!(nonces.kept.lock().unwrap().count, 3);
        // A clock that is set back brings nothing back.
        assert_eq!(note(&nonces, "a", 0, 900), Noted::Used);
    }
}
