//! Editions that were resolved before: to resolve one takes longer than to decide a command.

use std::sync::{Mutex, MutexGuard, PoisonError};

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::model::{Channel, Day, Offset, Pin, Site, Timestamp};
use crate::rulebook::{Calendar, Edition, ResolveError, Rulebook};

/// So many pinned editions are kept: more than are in use at a time.
const PINNED: usize = 16;

/// Resolved editions of the books of one service and one policy.
#[derive(Debug, Default)]
pub(super) struct Kept {
    of_day: Mutex<Option<OfDay>>,
    // Apart from the pinned ones: a former book may have another edition under this key.
    fixed: Mutex<Option<Arc<Edition>>>,
    // The last used first.
    pinned: Mutex<Vec<Arc<Edition>>>,
}

/// The edition of a day. It stays the same as long as both days last: the one in the declared offset,
/// which says in which offset a day begins, and the one in that offset.
#[derive(Debug)]
struct OfDay {
    declared: Day,
    offset: Offset,
    day: Day,
    edition: Arc<Edition>,
}

/// What another thread left behind when it panicked is whole: it is put in at once.
fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A copy begins with nothing kept.
impl Clone for Kept {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl Kept {
    pub(super) const fn new() -> Self {
        Self {
            of_day: Mutex::new(None),
            fixed: Mutex::new(None),
            pinned: Mutex::new(Vec::new()),
        }
    }

    /// [`Rulebook::as_of`].
    pub(super) fn as_of(
        &self,
        book: &Rulebook,
        at: Timestamp,
        site: Site,
        channel: Channel,
    ) -> Result<Arc<Edition>, ResolveError> {
        let declared = at.day_in(Calendar::default().offset);
        if let Some(kept) = &*lock(&self.of_day)
            && kept.declared == declared
            && kept.day == at.day_in(kept.offset)
        {
            return Ok(Arc::clone(&kept.edition));
        }
        let (offset, edition) = book.dated(at, site, channel)?;
        let edition = Arc::new(edition);
        *lock(&self.of_day) = Some(OfDay {
            declared,
            offset,
            day: at.day_in(offset),
            edition: Arc::clone(&edition),
        });
        Ok(edition)
    }

    /// The edition of a pin: of the book, or else of the first former one that has its values.
    pub(super) fn pinned(
        &self,
        book: &Rulebook,
        former: &[Rulebook],
        pin: &Pin,
    ) -> Result<Arc<Edition>, ResolveError> {
        let mut kept = lock(&self.pinned);
        let found = match kept.iter().position(|edition| edition.pin() == *pin) {
            Some(place) => kept.remove(place),
            None => Arc::new(resolve(book, former, pin)?),
        };
        kept.truncate(PINNED.saturating_sub(1));
        kept.insert(0, Arc::clone(&found));
        Ok(found)
    }

    /// [`Rulebook::edition`], for a key that never changes: nothing comes after it.
    pub(super) fn fixed(&self, book: &Rulebook, key: &str) -> Result<Arc<Edition>, ResolveError> {
        let mut kept = lock(&self.fixed);
        if let Some(edition) = &*kept {
            return Ok(Arc::clone(edition));
        }
        let found = Arc::new(book.edition(key)?.alone());
        *kept = Some(Arc::clone(&found));
        Ok(found)
    }
}

fn resolve(book: &Rulebook, former: &[Rulebook], pin: &Pin) -> Result<Edition, ResolveError> {
    book.pinned(pin).or_else(|unknown| {
        let mut editions = former.iter().filter_map(|book| book.pinned(pin).ok());
        editions.next().ok_or(unknown)
    })
}
