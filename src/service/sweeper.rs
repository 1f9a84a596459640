//! The sweeper: looks at what is due, and at nothing else.

use alloc::vec::Vec;

use super::observe::SweepCourse;
use super::run::waits_for_ca;
use super::watch::Watch;
use super::{Service, ServiceError};
use crate::lifecycle::{Command, next_wakeup};
use crate::model::{Phase, Timestamp};
use crate::port::{DueRow, ReadSet, RequestDigest};

/// How many old records a sweep forgets at most.
const FORGOTTEN_AT_ONCE: usize = 1_000;

/// What a sweep did.
#[derive(Debug, Default)]
pub struct SweepReport {
    /// Instances that were looked at.
    pub seen: usize,
    /// Commands that changed something.
    pub changed: usize,
    /// Instances that could not be looked at, whose CA could not be asked, or whose CA said what they
    /// can't follow; they come again. One that stays here needs a person:
    /// [`ServiceError::ClosedByCa`] says what to do.
    pub failed: Vec<(DueRow, ServiceError)>,
    /// How many more were taken and not looked at: the store was away, their lease was as good as
    /// over, or the runner was told to stop. They come again.
    pub left: usize,
    /// Idempotency records that were forgotten.
    pub forgotten: usize,
}

impl Service {
    /// Looks at instances that are due, at most `limit`, the longest due first: asks the CA where it
    /// owes an answer, activates the members of chains whose turn came, announces what will
    /// expire, and says when to look again.
    ///
    /// Several sweepers may do so at once; each instance is claimed by one of them, and what two do all
    /// the same counts once. No answer depends on when a sweep runs (L6), and what was missed is done by
    /// the next one, as long as it may still be done: an expiry is announced until the certificate has
    /// expired, and of one that expired while nobody swept no notice goes out at all. It forgets
    /// idempotency records beyond their lifetime, too.
    ///
    /// # Errors
    /// [`ServiceError::Store`] if what is due cannot be read. What a single instance met with stands in
    /// the report.
    pub async fn sweep(&self, limit: usize) -> Result<SweepReport, ServiceError> {
        self.sweep_under(limit, Watch::default()).await
    }

    pub(super) async fn sweep_under(
        &self,
        limit: usize,
        watch: Watch<'_>,
    ) -> Result<SweepReport, ServiceError> {
        let course = SweepCourse::begin();
        let mut report = SweepReport::default();
        let swept = course.around(self.sweep_into(limit, watch, &mut report));
        let swept = swept.await;
        course.ended(&report, swept.as_ref().err());
        swept.map(|()| report)
    }

    async fn sweep_into(
        &self,
        limit: usize,
        watch: Watch<'_>,
        report: &mut SweepReport,
    ) -> Result<(), ServiceError> {
        let store = &self.ports.store;
        let now = self.ports.clock.now();
        let claim = self.claim(now, limit);
        let mut rows = store.due(claim).await?.into_iter();
        while self.may_begin(&claim, watch) {
            let Some(row) = rows.next() else { break };
            report.seen = report.seen.saturating_add(1);
            match self.look_at(row, watch).await {
                Ok(changed) => report.changed = report.changed.saturating_add(changed),
                Err(error) => {
                    SweepCourse::missed(&row, &error);
                    let store_is_away = error.store_is_away();
                    report.failed.push((row, error));
                    if store_is_away {
                        report.left = rows.len();
                        return Ok(());
                    }
                }
            }
        }
        report.left = rows.len();
        if watch.is_stopped() {
            for DueRow {
                account,
                instance,
                claim,
                due_at,
                ..
            } in rows
            {
                store
                    .reschedule(account, instance, claim, Some(due_at))
                    .await?;
            }
            return Ok(());
        }
        let lifetime = i64::from(self.settings.key_lifetime);
        let end = now.saturating_add(lifetime.saturating_neg());
        let forgotten = store.forget_records(end, FORGOTTEN_AT_ONCE);
        report.forgotten = forgotten.await?;
        Ok(())
    }

    /// Does what is due on an instance; how many commands changed something.
    async fn look_at(&self, row: DueRow, watch: Watch<'_>) -> Result<usize, ServiceError> {
        let (account, order) = (row.account, row.order);
        let mut changed = 0_usize;
        let mut asked = Ok(());
        let found = self.look(account, order, &Command::Wake).await?;
        let instance = found.loaded.instance.as_ref().map(|found| &found.state);
        if instance.and_then(waits_for_ca).is_some() {
            let refreshed = self.refresh(account, order);
            match watch.within(self.settings.answer_limit, refreshed).await {
                Ok(receipts) => changed = receipts.len(),
                Err(error) if error.store_is_away() => return Err(error),
                // What the CA says is refused, or the CA is away: the rest is due all the same.
                Err(error) => asked = Err(error),
            }
        }
        let found = self.look(account, order, &Command::Wake).await?;
        let law = found.editions.law(self.rules.book());
        let due = next_wakeup(&found.loaded.case(account), found.now, &law);
        if due.is_some_and(|at| at <= found.now) {
            let instance = found.loaded.instance.as_ref().map(|found| &found.state);
            let waits =
                instance.is_some_and(|own| matches!(own.phase(), Phase::NotActivated { .. }));
            let command = || {
                let command = if waits {
                    Command::Activate {
                        order: self.ports.ids.order_id(),
                    }
                } else {
                    Command::Wake
                };
                ((), command)
            };
            // Under no key, so that no digest is asked for.
            let (set, unasked) = (ReadSet::Order(order), RequestDigest([0; 32]));
            let ((), receipt) = (self.run_with_ids(account.into(), set, unasked, command)).await?;
            if !receipt.events.is_empty() {
                changed = changed.saturating_add(1);
            }
        }
        self.reschedule(row).await?;
        asked.map(|()| changed)
    }

    /// Says when to look at an instance again, as it is stored now. What was committed since the claim
    /// has said so itself, about what it alone has seen.
    async fn reschedule(&self, row: DueRow) -> Result<(), ServiceError> {
        let read_set = ReadSet::Order(row.order);
        let found = self
            .read(row.account.into(), read_set, &Command::Wake)
            .await?;
        let law = found.editions.law(self.rules.book());
        let case = found.loaded.case(row.account);
        let due_at = self.look_again(&case, found.now, &law);
        let due_at = due_at.map(|at| self.not_at_once(at, found.now));
        let store = &self.ports.store;
        let rescheduled = store.reschedule(row.account, row.instance, row.claim, due_at);
        Ok(rescheduled.await?)
    }

    /// What is still due after it was done is looked at again later, not in a circle.
    fn not_at_once(&self, at: Timestamp, now: Timestamp) -> Timestamp {
        at.max(now.saturating_add(i64::from(self.settings.poll_every)))
    }
}
