//! Where commands of one account wait for each other when they got in each other's way.
//!
//! Commands are decided on what was read, and committed if it is still so. As long as that goes well
//! nobody waits. What an account has in all, such as its allowance of revocations, is read by many of
//! its commands at the same time: of a hundred that are decided together one is committed, and the
//! others read again, and of those again one. So a command that came too late gets into the account's
//! line, and what looks at the account's sums does so too while somebody stands there.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use async_lock::{Mutex, MutexGuard};

use crate::model::AccountId;
use crate::port::{Batch, Expectation};

/// How many lines there are. Accounts that share one wait for each other now and then.
const LINES: usize = 64;

#[derive(Default)]
struct Line {
    /// Who stands at its head.
    head: Mutex<()>,
    /// How many stand in it, the one at its head among them.
    standing: AtomicU32,
}

/// The lines of a service and of its clones. Services of other processes know nothing of them.
pub(super) struct Lines([Line; LINES]);

impl Default for Lines {
    fn default() -> Self {
        Self(core::array::from_fn(|_| Line::default()))
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

/// A place in a line, left when it is dropped.
struct Standing<'a>(&'a Line);

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.0.standing.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The head of a line: whoever has it is the only one who is decided and committed through it.
pub(super) struct Turn<'a> {
    _standing: Standing<'a>,
    _head: MutexGuard<'a, ()>,
}

impl Lines {
    fn of(&self, account: AccountId) -> Option<&Line> {
        // FNV-1a: what somebody may choose is the account's name, and all that is won is a wait.
        let mixed = (account.as_str().bytes()).fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let place = usize::try_from(mixed >> 58).unwrap_or(0);
        self.0.get(place)
    }

    /// Whether a batch looks at sums of the account while somebody stands in its line.
    pub(super) fn is_before(&self, batch: &Batch) -> bool {
        let looks = |expectation: &Expectation| matches!(expectation, Expectation::Beside(_));
        batch.expectations.iter().any(looks)
            && (self.of(batch.account))
                .is_some_and(|line| line.standing.load(Ordering::Acquire) > 0)
    }

    /// Waits for the head of the account's line.
    pub(super) async fn turn(&self, account: AccountId) -> Option<Turn<'_>> {
        let line = self.of(account)?;
        line.standing.fetch_add(1, Ordering::AcqRel);
        let standing = Standing(line);
        let head = line.head.lock().await;
        Some(Turn {
            _standing: standing,
            _head: head,
        })
    }
}
