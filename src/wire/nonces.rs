//! What was signed once is done once: the numbers that requests were signed with.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use core::fmt;
use std::sync::{Mutex, PoisonError};

use hmac_sha256::Hash;

use crate::model::Timestamp;
use crate::port::BoxFuture;

/// What became of a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It is new, and kept from now on.
    New,
    /// It was used before.
    Used,
    /// There is no room for more of this key. The request must be refused, and may be sent again later.
    Full,
    /// It can't be told. The request must be refused, and may be sent again later.
    Unknown,
}

/// A nonce of a request whose signature was found right.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Nonce<'a> {
    /// The id of the access key; each has nonces of its own.
    pub key: &'a str,
    /// The nonce as it was sent.
    pub nonce: &'a str,
    /// What time it is.
    pub now: Timestamp,
    /// The last instant at which the signature is not too old: until then the nonce is to be kept.
    pub until: Timestamp,
}

impl<'a> Nonce<'a> {
    /// Of a key's request: the nonce, what time it is, and until when it is to be kept.
    #[must_use]
    pub const fn new(key: &'a str, nonce: &'a str, now: Timestamp, until: Timestamp) -> Self {
        Self {
            key,
            nonce,
            now,
            until,
        }
    }
}

/// Where nonces are kept. Services that share access keys share one of these, or a request can be
/// replayed at each of them.
pub trait Nonces: Send + Sync {
    /// Looks a nonce up and keeps it, in one step: of two requests with the same one, one is
    /// [`Noted::New`].
    fn note<'a>(&'a self, nonce: Nonce<'a>) -> BoxFuture<'a, Noted>;
}

/// Nonces in memory, so many of each key and no more. What is too old to be replayed goes; what is not
/// stays, and when there is no room the request is refused.
///
/// A clock that is set back does not bring back what went: such requests count as used.
///
/// ```
/// use cert_lifecycle::wire::{MemoryNonces, Nonce, Nonces, Noted};
/// let (now, until) = ("2026-11-22T10:00:00Z".parse()?, "2026-11-22T10:15:00Z".parse()?);
/// let nonces = MemoryNonces::new(1);
/// let note = |key, nonce| pollster::block_on(nonces.note(Nonce::new(key, nonce, now, until)));
/// assert_eq!(note("a", "1"), Noted::New);
/// assert_eq!(note("a", "1"), Noted::Used);
/// assert_eq!(note("a", "2"), Noted::Full);
/// assert_eq!(note("b", "1"), Noted::New);
/// # Ok::<(), cert_lifecycle::model::time::TimeError>(())
/// ```
pub struct MemoryNonces {
    most: usize,
    kept: Mutex<Kept>,
}

struct Kept {
    /// The latest instant that was heard of: what ended before is gone.
    latest: Timestamp,
    of_key: BTreeMap<Digest, OfKey>,
}

/// Texts of others are kept as digests, which all have the same length.
type Digest = [u8; 32];

#[derive(Default)]
struct OfKey {
    nonces: BTreeSet<Digest>,
    by_end: BTreeSet<(Timestamp, Digest)>,
}

impl MemoryNonces {
    /// Room for ten requests a second of a key, and for some more: a nonce is kept for as long as its
    /// request could be taken, half an hour at most. Rates as documented are higher
    /// ([`Rates::documented`](super::Rates::documented)): what keeps them up needs [`new`](Self::new).
    pub const USUAL: usize = 20_000;

    /// With room for so many of each key. The window of a signature is 15 minutes to both sides unless
    /// [`Builder::with_skew`](super::Builder::with_skew) says otherwise, so this divided by 1800 is the rate
    /// of requests that a key can keep up.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self {
            most,
            kept: Mutex::new(Kept {
                latest: Timestamp::MIN,
                of_key: BTreeMap::new(),
            }),
        }
    }

    fn noted(&self, asked: Nonce<'_>) -> Noted {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.now > kept.latest {
            kept.latest = asked.now;
        }
        let latest = kept.latest;
        if asked.until < latest {
            return Noted::Used;
        }
        let key = Hash::hash(asked.key.as_bytes());
        let nonce = Hash::hash(asked.nonce.as_bytes());
        let of_key = kept.of_key.entry(key).or_default();
        while let Some(first) = of_key.by_end.first().copied()
            && first.0 < latest
        {
            of_key.by_end.remove(&first);
            of_key.nonces.remove(&first.1);
        }
        if of_key.nonces.contains(&nonce) {
            return Noted::Used;
        }
        if of_key.nonces.len() >= self.most {
            return Noted::Full;
        }
        of_key.nonces.insert(nonce);
        of_key.by_end.insert((asked.until, nonce));
        Noted::New
    }
}

impl Default for MemoryNonces {
    fn default() -> Self {
        Self::new(Self::USUAL)
    }
}

impl fmt::Debug for MemoryNonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryNonces")
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}

impl Nonces for MemoryNonces {
    fn note<'a>(&'a self, nonce: Nonce<'a>) -> BoxFuture<'a, Noted> {
        Box::pin(core::future::ready(self.noted(nonce)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn note(nonces: &MemoryNonces, nonce: &str, now: i64, until: i64) -> Noted {
        nonces.noted(Nonce {
            key: "k",
            nonce,
            now: at(now),
            until: at(until),
        })
    }

    #[test]
    fn a_nonce_is_kept_as_long_as_its_signature_is_good_and_no_longer() {
        let nonces = MemoryNonces::new(2);
        assert_eq!(note(&nonces, "a", 0, 10), Noted::New);
        assert_eq!(note(&nonces, "b", 0, 20), Noted::New);
        assert_eq!(note(&nonces, "c", 10, 20), Noted::Full);
        assert_eq!(note(&nonces, "a", 10, 10), Noted::Used);
        assert_eq!(note(&nonces, "c", 11, 20), Noted::New);
        assert_eq!(note(&nonces, "b", 11, 20), Noted::Used);
        assert_eq!(note(&nonces, "a", 21, 31), Noted::New);
    }

    #[test]
    fn a_clock_set_back_brings_nothing_back() {
        let nonces = MemoryNonces::new(2);
        assert_eq!(note(&nonces, "a", 0, 10), Noted::New);
        assert_eq!(note(&nonces, "b", 11, 20), Noted::New);
        assert_eq!(note(&nonces, "a", 5, 10), Noted::Used);
        assert_eq!(note(&nonces, "new", 5, 10), Noted::Used);
        assert_eq!(note(&nonces, "new", 5, 11), Noted::New);
    }
}
