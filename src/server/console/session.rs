//! Who is signed in: random ids in a cookie, kept here by their digests alone.

use core::time::Duration;
use std::collections::BTreeMap;
use std::string::String;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use tokio::time::Instant;

use crate::model::AccountId;

/// How long a session lasts that nothing is asked in.
const IDLE: Duration = Duration::from_mins(30);
/// How long any session lasts.
const AGE: Duration = Duration::from_hours(12);
/// How many sessions an account has at once; a further one ends the one that was idle for longest.
const PER_ACCOUNT: usize = 8;
/// How many there are at once.
const ALTOGETHER: usize = 1_024;

/// The system gives no random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoRandomness;

/// 256 random bits in hexadecimal digits.
pub(super) fn token() -> Result<String, NoRandomness> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(hexadecimal(&bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    use core::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // A text takes everything.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether two tokens are the same, in a time that does not tell where they part.
pub(super) fn same(one: &str, other: &str) -> bool {
    verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

/// Someone who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) account: AccountId,
    /// What each form of this session carries.
    pub(super) csrf: String,
}

#[derive(Debug)]
struct Kept {
    session: Session,
    begun: Instant,
    seen: Instant,
}

impl Kept {
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.begun) >= AGE
            || now.saturating_duration_since(self.seen) >= IDLE
    }
}

type Digest = [u8; 32];

/// The sessions of a process; they end with it.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<BTreeMap<Digest, Kept>>);

impl Sessions {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<Digest, Kept>> {
        // Every change is a single insertion or removal, so nothing is ever half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session; its id.
    pub(super) fn begin(&self, account: AccountId, now: Instant) -> Result<String, NoRandomness> {
        let (id, csrf) = (token()?, token()?);
        let mut kept = self.kept();
        kept.retain(|_, one| !one.is_over(now));
        let own = |one: &Kept| one.session.account == account;
        if kept.values().filter(|one| own(one)).count() >= PER_ACCOUNT {
            remove_idlest(&mut kept, own);
        }
        if kept.len() >= ALTOGETHER {
            remove_idlest(&mut kept, |_| true);
        }
        let session = Session { account, csrf };
        let one = Kept {
            session,
            begun: now,
            seen: now,
        };
        kept.insert(digest(&id), one);
        Ok(id)
    }

    /// The session of an id, which is used by that.
    pub(super) fn find(&self, id: &str, now: Instant) -> Option<Session> {
        let mut kept = self.kept();
        let digest = digest(id);
        let one = kept.get_mut(&digest)?;
        if one.is_over(now) {
            kept.remove(&digest);
            return None;
        }
        one.seen = now;
        Some(one.session.clone())
    }

    /// Ends a session.
    pub(super) fn end(&self, id: &str) {
        self.kept().remove(&digest(id));
    }
}

/// How long an id takes to be found tells nothing about other ids.
fn digest(id: &str) -> Digest {
    hmac_sha256::Hash::hash(id.as_bytes())
}

fn remove_idlest(kept: &mut BTreeMap<Digest, Kept>, of: impl Fn(&Kept) -> bool) {
    let idlest = kept
        .iter()
        .filter(|(_, one)| of(one))
        .min_by_key(|(_, one)| one.seen)
        .map(|(digest, _)| *digest);
    if let Some(digest) = idlest {
        kept.remove(&digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec::Vec;

    fn account(name: &str) -> AccountId {
        AccountId::new(name).unwrap()
    }

    #[test]
    fn a_session_ends_when_it_is_idle_or_old() {
        let (sessions, begun) = (Sessions::default(), Instant::now());
        let id = sessions.begin(account("tom"), begun).unwrap();
        let (mut now, pause) = (begun, IDLE.saturating_sub(Duration::from_secs(1)));
        while now + pause < begun + AGE {
            now += pause;
            assert!(sessions.find(&id, now).is_some());
        }
        assert!(sessions.find(&id, begun + AGE).is_none(), "it is old");
        let id = sessions.begin(account("tom"), begun).unwrap();
        assert!(sessions.find(&id, begun + IDLE).is_none(), "it was idle");
        assert!(sessions.find(&id, begun).is_none(), "and it is gone");
    }

    #[test]
    fn an_account_has_a_few_sessions_and_the_idlest_ends() {
        let (sessions, begun) = (Sessions::default(), Instant::now());
        let later = |seconds| begun + Duration::from_secs(seconds);
        let ids: Vec<String> = (0..8)
            .map(|second| sessions.begin(account("tom"), later(second)).unwrap())
            .collect();
        let other = sessions.begin(account("ann"), begun).unwrap();
        // The first one was used, so the second one is idle for longest.
        assert!(sessions.find(&ids[0], later(20)).is_some());
        sessions.begin(account("tom"), later(21)).unwrap();
        let alive = ids
            .iter()
            .map(|id| sessions.find(id, later(22)).is_some())
            .collect::<Vec<_>>();
        assert_eq!(
            alive,
            [true, false, true, true, true, true, true, true],
            "of Tom's"
        );
        assert!(sessions.find(&other, later(22)).is_some(), "Ann's");
    }

    #[test]
    fn there_are_not_more_sessions_than_the_limit() {
        let (sessions, begun) = (Sessions::default(), Instant::now());
        for number in 0..ALTOGETHER + 5 {
            let account = account(&number.to_string());
            sessions.begin(account, begun).unwrap();
        }
        assert_eq!(sessions.kept().len(), ALTOGETHER);
    }

    #[test]
    fn tokens_differ_and_are_compared_whole() {
        let (one, other) = (token().unwrap(), token().unwrap());
        assert_eq!(one.len(), 64);
        assert!(same(&one, &one.clone()) && !same(&one, &other) && !same(&one, ""));
    }
}
