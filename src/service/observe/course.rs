//! The course of a command, a row and a sweep, as it is told.

use super::RowEnd;
#[cfg(feature = "tracing")]
use super::spans;
use crate::lifecycle::{Command, CommandKind, Receipt};
use crate::model::AccountId;
use crate::port::{DueRow, OutboxRow, ReadSet};
#[cfg(feature = "metrics")]
use crate::service::metrics;
use crate::service::run::Way;
use crate::service::{ServiceError, SweepReport};

#[cfg(feature = "tracing")]
use spans::Span;

/// Without spans nothing is around anything.
#[cfg(not(feature = "tracing"))]
struct Span;

#[cfg(not(feature = "tracing"))]
impl Span {
    #[expect(clippy::unused_self, reason = "the same call as on a span")]
    const fn around<F: Future>(&self, future: F) -> F {
        future
    }
}

/// A command on its way.
pub(in crate::service) struct CommandCourse {
    kind: CommandKind,
    span: Span,
    #[cfg(feature = "tracing")]
    about: spans::About,
}

impl CommandCourse {
    #[cfg_attr(
        not(feature = "tracing"),
        expect(unused_variables, reason = "ids are for spans")
    )]
    pub(in crate::service) fn begin(account: AccountId, set: &ReadSet, command: &Command) -> Self {
        let kind = command.kind();
        #[cfg(feature = "tracing")]
        let about = spans::About::of(account, set);
        Self {
            kind,
            #[cfg(feature = "tracing")]
            span: Span::command(kind, &about),
            #[cfg(not(feature = "tracing"))]
            span: Span,
            #[cfg(feature = "tracing")]
            about,
        }
    }

    pub(in crate::service) fn around<F: Future>(
        &self,
        future: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        self.span.around(future)
    }

    pub(in crate::service) fn ended(self, answer: &Result<Receipt, ServiceError>, way: Way) {
        let outcome = match answer {
            Ok(_) if way.repeated => "repeated",
            Ok(receipt) if receipt.events.is_empty() => "unchanged",
            Ok(_) => "committed",
            Err(error) => error.word(),
        };
        #[cfg(feature = "metrics")]
        metrics::command(self.kind, outcome, way);
        #[cfg(feature = "tracing")]
        self.span
            .command_ended(self.kind, self.about, answer, outcome, way);
    }
}

/// A row of the outbox on its way.
pub(in crate::service) struct RowCourse {
    span: Span,
    #[cfg(feature = "tracing")]
    about: spans::AboutRow,
    #[cfg(feature = "metrics")]
    effect: &'static str,
}

impl RowCourse {
    pub(in crate::service) fn begin(row: &OutboxRow) -> Self {
        #[cfg(feature = "tracing")]
        let about = spans::AboutRow::of(row);
        Self {
            #[cfg(feature = "tracing")]
            span: Span::row(&about),
            #[cfg(not(feature = "tracing"))]
            span: Span,
            #[cfg(feature = "tracing")]
            about,
            #[cfg(feature = "metrics")]
            effect: super::effect_word(row),
        }
    }

    pub(in crate::service) fn around<F: Future>(
        &self,
        future: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        self.span.around(future)
    }

    #[cfg_attr(
        not(feature = "tracing"),
        expect(unused_variables, reason = "only spans say why")
    )]
    pub(in crate::service) fn ended(self, end: RowEnd, error: Option<&ServiceError>) {
        #[cfg(feature = "metrics")]
        metrics::row(self.effect, end);
        #[cfg(feature = "tracing")]
        self.span.row_ended(&self.about, end, error);
    }
}

/// A sweep on its way.
pub(in crate::service) struct SweepCourse {
    span: Span,
}

impl SweepCourse {
    pub(in crate::service) fn begin() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: Span::sweep(),
            #[cfg(not(feature = "tracing"))]
            span: Span,
        }
    }

    pub(in crate::service) fn around<F: Future>(
        &self,
        future: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        self.span.around(future)
    }

    /// An instance could not be looked at, or its CA not be asked.
    #[cfg_attr(
        not(feature = "tracing"),
        expect(unused_variables, reason = "ids are for spans")
    )]
    pub(in crate::service) fn missed(row: &DueRow, error: &ServiceError) {
        #[cfg(feature = "tracing")]
        spans::missed(row, error);
    }

    #[cfg_attr(
        not(feature = "tracing"),
        expect(clippy::unused_self, reason = "only a span is kept")
    )]
    pub(in crate::service) fn ended(self, report: &SweepReport, error: Option<&ServiceError>) {
        #[cfg(feature = "metrics")]
        metrics::sweep(report);
        #[cfg(feature = "tracing")]
        self.span.sweep_ended(report);
        if let Some(error) = error {
            not_read("sweep", error);
        }
    }
}

/// What there is to do could not be read.
#[cfg_attr(
    not(feature = "tracing"),
    expect(unused_variables, reason = "only events say why")
)]
pub(in crate::service) fn not_read(task: &'static str, error: &ServiceError) {
    #[cfg(feature = "metrics")]
    metrics::not_read(task);
    #[cfg(feature = "tracing")]
    spans::not_read(task, error);
}

impl RowEnd {
    pub(in crate::service) const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::LaidAside => "laid_aside",
        }
    }
}
