//! A clock that somebody moves, and that stands where it stood when its process comes again.

use core::fmt;
use std::string::ToString;
use std::sync::{Arc, Mutex, PoisonError};
use std::vec::Vec;

use super::turns::Turns;
use crate::model::{TextError, Timestamp};
use crate::port::{Clock, RowKey, RowTooLong, RowValue, Rows, RowsError};

/// A clock that stands still until somebody moves it, forward alone, and keeps its time in [`Rows`].
///
/// It shows an instant once the rows have it, so what was decided then is not in the future of who opens
/// it again. Clones show the same time; one clock at a time may be open over some rows. Its row is
/// `clock/now`.
///
/// ```
/// use std::sync::Arc;
/// use cert_lifecycle::adapter::{KeptClock, MemoryStore};
/// use cert_lifecycle::port::Clock;
///
/// # pollster::block_on(async {
/// let rows = Arc::new(MemoryStore::new());
/// let start = "2021-03-31T23:59:59Z".parse()?;
/// let clock = KeptClock::open(rows.clone(), start).await?;
/// clock.advance(1).await?;
/// drop(clock);
/// let again = KeptClock::open(rows, start).await?;
/// assert_eq!(again.now().to_string(), "2021-04-01T00:00:00Z");
/// assert!(again.set(start).await.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct KeptClock(Arc<Kept>);

struct Kept {
    rows: Arc<dyn Rows>,
    key: RowKey,
    now: Mutex<Timestamp>,
    moves: Turns<()>,
}

/// Why a clock was not opened or moved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeptClockError {
    /// The rows failed: the clock shows what it showed. Asking again helps.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// It is later already. Asking again does not help.
    #[error("the clock stands at {now} and does not go back")]
    Back {
        /// What time it is.
        now: Timestamp,
    },
    /// What it kept is no instant.
    #[error("the time that was kept can't be read")]
    Damaged,
}

impl From<TextError> for KeptClockError {
    fn from(_: TextError) -> Self {
        Self::Damaged
    }
}

impl From<RowTooLong> for KeptClockError {
    fn from(_: RowTooLong) -> Self {
        Self::Damaged
    }
}

impl KeptClock {
    /// Opens the clock in some rows, where it stood; where there is none it stands at `start`.
    ///
    /// # Errors
    /// [`KeptClockError::Rows`], [`KeptClockError::Damaged`].
    pub async fn open(rows: Arc<dyn Rows>, start: Timestamp) -> Result<Self, KeptClockError> {
        let key = RowKey::new("clock/now")?;
        let found = rows.get(key).await?;
        let now = match &found {
            Some(found) => read(found.as_bytes()).ok_or(KeptClockError::Damaged)?,
            None => start,
        };
        let clock = Self(Arc::new(Kept {
            rows,
            key,
            now: Mutex::new(now),
            moves: Turns::default(),
        }));
        if found.is_none() {
            clock.keep(now).await?;
        }
        Ok(clock)
    }

    /// Sets it forward; to set it to where it stands changes nothing.
    ///
    /// # Errors
    /// [`KeptClockError::Rows`], [`KeptClockError::Back`].
    pub async fn set(&self, at: Timestamp) -> Result<(), KeptClockError> {
        let _turn = self.0.moves.take(()).await;
        let now = self.now();
        if at < now {
            return Err(KeptClockError::Back { now });
        }
        self.keep(at).await
    }

    /// Moves it forward by so many seconds, held at the end of the range; says what time it is then.
    ///
    /// # Errors
    /// [`KeptClockError::Rows`].
    pub async fn advance(&self, seconds: u64) -> Result<Timestamp, KeptClockError> {
        let _turn = self.0.moves.take(()).await;
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        let at = self.now().saturating_add(seconds);
        self.keep(at).await?;
        Ok(at)
    }

    /// Shows an instant once the rows have it.
    async fn keep(&self, at: Timestamp) -> Result<(), KeptClockError> {
        let text = at.unix_seconds().to_string();
        let value = RowValue::new(text.into_bytes())?;
        let change = (self.0.key, Some(value));
        self.0.rows.write(Vec::from([change])).await?;
        *self.0.now.lock().unwrap_or_else(PoisonError::into_inner) = at;
        Ok(())
    }
}

fn read(bytes: &[u8]) -> Option<Timestamp> {
    let seconds = core::str::from_utf8(bytes).ok()?.parse().ok()?;
    Timestamp::from_unix_seconds(seconds).ok()
}

impl Clock for KeptClock {
    fn now(&self) -> Timestamp {
        *self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for KeptClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeptClock").field(&self.now()).finish()
    }
}
