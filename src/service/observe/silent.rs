//! Nothing is told.
#![expect(
    clippy::unused_self,
    reason = "the same calls as where something is told"
)]

use super::RowEnd;
use crate::lifecycle::{Command, Receipt};
use crate::model::AccountId;
use crate::port::{DueRow, OutboxRow, ReadSet};
use crate::service::{ServiceError, SweepReport};

pub(in crate::service) struct CommandCourse;

impl CommandCourse {
    pub(in crate::service) const fn begin(_: AccountId, _: &ReadSet, _: &Command) -> Self {
        Self
    }

    pub(in crate::service) const fn around<F: Future>(&self, future: F) -> F {
        future
    }

    pub(in crate::service) const fn ended(
        self,
        _: &Result<Receipt, ServiceError>,
        _: super::super::run::Way,
    ) {
    }
}

pub(in crate::service) struct RowCourse;

impl RowCourse {
    pub(in crate::service) const fn begin(_: &OutboxRow) -> Self {
        Self
    }

    pub(in crate::service) const fn around<F: Future>(&self, future: F) -> F {
        future
    }

    pub(in crate::service) const fn ended(self, _: RowEnd, _: Option<&ServiceError>) {}
}

pub(in crate::service) struct SweepCourse;

impl SweepCourse {
    pub(in crate::service) const fn begin() -> Self {
        Self
    }

    pub(in crate::service) const fn around<F: Future>(&self, future: F) -> F {
        future
    }

    pub(in crate::service) const fn missed(_: &DueRow, _: &ServiceError) {}

    pub(in crate::service) const fn ended(self, _: &SweepReport, _: Option<&ServiceError>) {}
}

pub(in crate::service) const fn not_read(_: &'static str, _: &ServiceError) {}
