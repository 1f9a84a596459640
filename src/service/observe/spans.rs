//! Spans and events. Whatever stands in a field here is an id, a word of this crate or a number.

use tracing::field::{Empty, display};
use tracing::instrument::Instrumented;
use tracing::{Instrument, Level};

use super::{RowEnd, effect_word};
use crate::lifecycle::{CommandKind, Effect, Receipt};
use crate::model::{AccountId, OrderId, PlanId};
use crate::port::{DueRow, OutboxRow, ReadSet, RequestId};
use crate::service::orders::{begun_order, bought_plan};
use crate::service::run::Way;
use crate::service::{ServiceError, SweepReport};

/// The target of everything that is told: one line of a filter is enough.
const TARGET: &str = "cert_lifecycle::service";

/// An event at a level that is known only now.
macro_rules! event_at {
    ($level:expr, $($told:tt)+) => {
        match $level {
            Level::TRACE => tracing::event!(target: TARGET, Level::TRACE, $($told)+),
            Level::DEBUG => tracing::event!(target: TARGET, Level::DEBUG, $($told)+),
            Level::INFO => tracing::event!(target: TARGET, Level::INFO, $($told)+),
            Level::WARN => tracing::event!(target: TARGET, Level::WARN, $($told)+),
            Level::ERROR => tracing::event!(target: TARGET, Level::ERROR, $($told)+),
        }
    };
}

/// What a command is about.
#[derive(Clone, Copy)]
pub(super) struct About {
    account: AccountId,
    order: Option<OrderId>,
    plan: Option<PlanId>,
}

impl About {
    pub(super) const fn of(account: AccountId, set: &ReadSet) -> Self {
        let (order, plan) = match set {
            ReadSet::Order(order) | ReadSet::Renewal(order) | ReadSet::Pair(order, _) => {
                (Some(*order), None)
            }
            ReadSet::Plan(plan) => (None, Some(*plan)),
            ReadSet::Product(_) | ReadSet::Purchase(_) | ReadSet::New(_) | ReadSet::Name(_) => {
                (None, None)
            }
        };
        Self {
            account,
            order,
            plan,
        }
    }
}

/// What a row is about.
#[derive(Clone, Copy)]
pub(super) struct AboutRow {
    row: RequestId,
    account: AccountId,
    effect: &'static str,
    order: Option<OrderId>,
    attempts: u32,
}

impl AboutRow {
    pub(super) fn of(row: &OutboxRow) -> Self {
        Self {
            row: row.id,
            account: row.account,
            effect: effect_word(row),
            order: row.effect.as_ref().ok().and_then(Effect::order),
            attempts: row.attempts,
        }
    }
}

/// How loud a failure is: what helps itself, and what somebody has to help.
const fn level_of(error: &ServiceError) -> Level {
    match error {
        // Answers: the caller has them, and nothing is wrong here.
        ServiceError::Refused(_) | ServiceError::KeyReused(_) => Level::INFO,
        ServiceError::IdTaken(_) => Level::WARN,
        _ if error.retry_helps() => Level::WARN,
        ServiceError::Store(_)
        | ServiceError::Ca(_)
        | ServiceError::Vault(_)
        | ServiceError::Delivery(_)
        | ServiceError::Rules(_)
        | ServiceError::Certificate { .. }
        | ServiceError::ClosedByCa { .. }
        | ServiceError::NeverEnded { .. }
        | ServiceError::NoAnswer { .. }
        | ServiceError::Contended => Level::ERROR,
    }
}

/// The time that passes in it is the subscriber's to measure.
pub(super) struct Span(tracing::Span);

impl Span {
    pub(super) fn command(kind: CommandKind, about: &About) -> Self {
        Self(tracing::span!(
            target: TARGET,
            Level::INFO,
            "command",
            command = kind.word(),
            account = %about.account,
            order = about.order.map(display),
            plan = about.plan.map(display),
            outcome = Empty,
            tries = Empty,
        ))
    }

    pub(super) fn row(about: &AboutRow) -> Self {
        Self(tracing::span!(
            target: TARGET,
            Level::INFO,
            "row",
            row = %about.row,
            effect = about.effect,
            account = %about.account,
            order = about.order.map(display),
            attempts = about.attempts,
            outcome = Empty,
        ))
    }

    pub(super) fn sweep() -> Self {
        Self(tracing::span!(
            target: TARGET,
            Level::INFO,
            "sweep",
            seen = Empty,
            changed = Empty,
            failed = Empty,
        ))
    }

    pub(super) fn around<F: Future>(&self, future: F) -> Instrumented<F> {
        future.instrument(self.0.clone())
    }

    pub(super) fn command_ended(
        &self,
        kind: CommandKind,
        mut about: About,
        answer: &Result<Receipt, ServiceError>,
        outcome: &'static str,
        way: Way,
    ) {
        let (mut events, mut rule, level) = (
            None,
            None,
            match answer {
                Ok(_) => Level::DEBUG,
                Err(error) => level_of(error),
            },
        );
        match answer {
            Ok(receipt) => {
                events = Some(receipt.events.len());
                // What it began is told by its id, too.
                about.order = about.order.or_else(|| begun_order(receipt));
                about.plan = about.plan.or_else(|| bought_plan(receipt));
                self.0.record("order", about.order.map(display));
                self.0.record("plan", about.plan.map(display));
            }
            Err(ServiceError::Refused(refusal)) => rule = Some(display(refusal.rule())),
            Err(_) => {}
        }
        self.0.record("outcome", outcome);
        self.0.record("tries", way.tries);
        self.0.in_scope(|| {
            event_at!(
                level,
                command = kind.word(),
                account = %about.account,
                order = about.order.map(display),
                plan = about.plan.map(display),
                outcome,
                tries = way.tries,
                events,
                rule,
                "a command was decided"
            );
        });
    }

    pub(super) fn row_ended(&self, about: &AboutRow, end: RowEnd, error: Option<&ServiceError>) {
        let level = match end {
            RowEnd::Done => Level::DEBUG,
            RowEnd::Refused => Level::INFO,
            RowEnd::Failed => Level::WARN,
            RowEnd::LaidAside => Level::ERROR,
        };
        self.0.record("outcome", end.word());
        self.0.in_scope(|| {
            event_at!(
                level,
                row = %about.row,
                effect = about.effect,
                account = %about.account,
                order = about.order.map(display),
                attempts = about.attempts,
                outcome = end.word(),
                error = error.map(ServiceError::word),
                "a row of the outbox was tried"
            );
        });
    }

    pub(super) fn sweep_ended(&self, report: &SweepReport) {
        let failed = report.failed.len();
        self.0.record("seen", report.seen);
        self.0.record("changed", report.changed);
        self.0.record("failed", failed);
        // An idle service sweeps every second.
        let level = if report.seen == 0 {
            Level::TRACE
        } else {
            Level::DEBUG
        };
        self.0.in_scope(|| {
            event_at!(
                level,
                seen = report.seen,
                changed = report.changed,
                failed,
                forgotten = report.forgotten,
                "what was due was looked at"
            );
        });
    }
}

/// An instance that was due could not be looked at.
pub(super) fn missed(row: &DueRow, error: &ServiceError) {
    event_at!(
        level_of(error),
        account = %row.account,
        order = %row.order,
        instance = %row.instance,
        error = error.word(),
        "what was due could not be done"
    );
}

/// What there is to do could not be read.
pub(super) fn not_read(task: &'static str, error: &ServiceError) {
    event_at!(
        level_of(error),
        task,
        error = error.word(),
        "what there is to do could not be read"
    );
}
