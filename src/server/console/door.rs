//! Signing in: an access key and its secret, compared in constant time, and not too often.

use core::time::Duration;
use std::collections::BTreeMap;
use std::string::String;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hmac_sha256::HMAC;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::model::AccountId;
use crate::server::config::AccessKey;

use super::session::NoRandomness;

/// The time in which failures are counted.
const WINDOW: Duration = Duration::from_mins(1);
/// How often one key may fail in that time.
const PER_KEY: u32 = 5;
/// How often all of them together may.
const ALTOGETHER: u32 = 50;

type Digest = [u8; 32];

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Welcome.
    Account(AccountId),
    /// No such key, or another secret.
    Wrong,
    /// Too many failures: not even the right secret is looked at before so many seconds have passed.
    TooOften {
        /// How many.
        seconds: u64,
    },
}

/// The keys, and how often they were tried in vain.
pub(super) struct Door {
    /// Of this process alone: what is compared are digests under it, which have one length.
    salt: Zeroizing<Digest>,
    /// By the digest of the id: the digest of the secret.
    keys: BTreeMap<Digest, (Digest, AccountId)>,
    failures: Mutex<Failures>,
}

impl core::fmt::Debug for Door {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Failures {
    by_key: BTreeMap<Digest, Vec<Instant>>,
}

impl Failures {
    /// How long nothing is looked at, if so.
    fn closed_for(&mut self, id: &Digest, now: Instant) -> Option<Duration> {
        self.by_key.retain(|_, times| {
            times.retain(|at| now.saturating_duration_since(*at) < WINDOW);
            !times.is_empty()
        });
        let until = |times: &mut dyn Iterator<Item = &Instant>| {
            let first = times.min()?;
            Some(WINDOW.saturating_sub(now.saturating_duration_since(*first)))
        };
        let own = self.by_key.get(id);
        if own.is_some_and(|times| times.len() >= PER_KEY as usize) {
            return until(&mut own.into_iter().flatten());
        }
        let all = || self.by_key.values().flatten();
        if all().count() >= ALTOGETHER as usize {
            return until(&mut all());
        }
        None
    }
}

impl Door {
    /// Of several keys with one id the last one counts, as for the API.
    pub(super) fn new(keys: &[AccessKey]) -> Result<Self, NoRandomness> {
        let mut salt = Zeroizing::new([0; 32]);
        aws_lc_rs::rand::fill(salt.as_mut_slice()).map_err(|_| NoRandomness)?;
        let digest = |text: &str| HMAC::mac(text.as_bytes(), salt.as_slice());
        let keys = keys
            .iter()
            .map(|key| (digest(&key.id), (digest(&key.secret), key.account)))
            .collect();
        Ok(Self {
            salt,
            keys,
            failures: Mutex::default(),
        })
    }

    fn failures(&self) -> MutexGuard<'_, Failures> {
        // What was counted twice or not at all opens nothing.
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tries a key.
    pub(super) fn enter(&self, id: &str, secret: &Zeroizing<String>, now: Instant) -> Entry {
        let id = HMAC::mac(id.as_bytes(), self.salt.as_slice());
        let mut failures = self.failures();
        if let Some(left) = failures.closed_for(&id, now) {
            let seconds = left.as_secs().saturating_add(1);
            return Entry::TooOften { seconds };
        }
        let sent = HMAC::mac(secret.as_bytes(), self.salt.as_slice());
        // An id that nobody has is compared as well, with what no secret has.
        let found = self.keys.get(&id);
        let expected = found.map_or([0; 32], |(secret, _)| *secret);
        let fits = verify_slices_are_equal(&expected, &sent).is_ok();
        if let Some((_, account)) = found.filter(|_| fits) {
            failures.by_key.remove(&id);
            return Entry::Account(*account);
        }
        failures.by_key.entry(id).or_default().push(now);
        Entry::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn door() -> Door {
        let keys = ["a:right:tom", "b:other:ann", "a:later:tom"];
        Door::new(&keys.map(|key| key.parse().unwrap())).unwrap()
    }

    fn enter(door: &Door, id: &str, secret: &str, now: Instant) -> Entry {
        door.enter(id, &Zeroizing::new(secret.to_string()), now)
    }

    #[test]
    fn the_key_and_its_secret_open_and_nothing_else_does() {
        let (door, now) = (door(), Instant::now());
        let opens = |id, secret| matches!(enter(&door, id, secret, now), Entry::Account(_));
        assert!(opens("a", "later") && opens("b", "other"));
        for (id, secret) in [("a", "right"), ("a", "other"), ("b", "later"), ("c", "")] {
            assert!(!opens(id, secret), "{id} {secret}");
        }
    }

    #[test]
    fn a_key_that_fails_too_often_is_not_looked_at_for_a_while() {
        let (door, begun) = (door(), Instant::now());
        for _ in 0..PER_KEY {
            assert_eq!(enter(&door, "a", "wrong", begun), Entry::Wrong);
        }
        let closed = enter(&door, "a", "later", begun + Duration::from_secs(10));
        assert_eq!(closed, Entry::TooOften { seconds: 51 });
        assert!(matches!(
            enter(&door, "b", "other", begun),
            Entry::Account(_)
        ));
        let later = begun + WINDOW;
        assert!(matches!(
            enter(&door, "a", "later", later),
            Entry::Account(_)
        ));
    }

    #[test]
    fn many_keys_that_fail_close_the_door_to_all() {
        let (door, begun) = (door(), Instant::now());
        for number in 0..ALTOGETHER {
            let id = number.to_string();
            assert_eq!(enter(&door, &id, "wrong", begun), Entry::Wrong);
        }
        assert!(matches!(
            enter(&door, "b", "other", begun),
            Entry::TooOften { .. }
        ));
        let later = begun + WINDOW;
        assert!(matches!(
            enter(&door, "b", "other", later),
            Entry::Account(_)
        ));
        assert!(
            door.failures().by_key.is_empty(),
            "what is over is forgotten"
        );
    }
}
