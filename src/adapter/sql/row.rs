//! Rows as they come, and what they mean.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use sqlx::{ColumnIndex, Decode, Row, Type};

use super::corrupt;
use crate::codec::stored::decode_effect;
use crate::model::{AccountId, DomainName, InstanceId, Note, OrderId, ProductCode, Timestamp};
use crate::port::{
    Claim, DueRow, IndexEntry, Listed, OutboxRow, Position, RequestId, Stage, StoreError, Version,
};

/// A row of texts and numbers, in the order of its columns.
pub(in crate::adapter) struct RawRow<'r, R: Row>(pub(in crate::adapter) &'r R);

impl<R> RawRow<'_, R>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'d> Option<i64>: Decode<'d, R::Database> + Type<R::Database>,
    for<'d> Option<String>: Decode<'d, R::Database> + Type<R::Database>,
{
    pub(in crate::adapter) fn maybe_number(
        &self,
        column: usize,
    ) -> Result<Option<i64>, StoreError> {
        self.0.try_get(column).map_err(corrupt)
    }

    pub(in crate::adapter) fn number(&self, column: usize) -> Result<i64, StoreError> {
        self.maybe_number(column)?
            .ok_or_else(|| corrupt("a number is missing"))
    }

    pub(in crate::adapter) fn count<N: TryFrom<i64>>(
        &self,
        column: usize,
    ) -> Result<N, StoreError> {
        N::try_from(self.number(column)?).map_err(|_| corrupt("a number is out of its range"))
    }

    pub(in crate::adapter) fn maybe_text(
        &self,
        column: usize,
    ) -> Result<Option<String>, StoreError> {
        self.0.try_get(column).map_err(corrupt)
    }

    pub(in crate::adapter) fn text(&self, column: usize) -> Result<String, StoreError> {
        self.maybe_text(column)?
            .ok_or_else(|| corrupt("a text is missing"))
    }

    pub(in crate::adapter) fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        Timestamp::from_unix_seconds(self.number(column)?).map_err(corrupt)
    }

    pub(in crate::adapter) fn maybe_time(
        &self,
        column: usize,
    ) -> Result<Option<Timestamp>, StoreError> {
        let seconds = self.maybe_number(column)?;
        seconds
            .map(|seconds| Timestamp::from_unix_seconds(seconds).map_err(corrupt))
            .transpose()
    }

    pub(in crate::adapter) fn order(&self, column: usize) -> Result<OrderId, StoreError> {
        OrderId::new(self.count(column)?).map_err(corrupt)
    }
}

fn stage(word: &str) -> Result<Stage, StoreError> {
    let mut stages = Stage::ALL.iter();
    let found = stages.find(|stage| stage.word() == word);
    found.copied().ok_or_else(|| corrupt("an unknown stage"))
}

/// Columns: number, version, id, order, product, stage, names, `expires_at`, `due_at`.
pub(in crate::adapter) fn listed<R>(row: &RawRow<'_, R>) -> Result<Listed, StoreError>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'d> Option<i64>: Decode<'d, R::Database> + Type<R::Database>,
    for<'d> Option<String>: Decode<'d, R::Database> + Type<R::Database>,
{
    let names = row.text(6)?;
    let names: Result<Vec<DomainName>, _> = names.split_whitespace().map(DomainName::new).collect();
    Ok(Listed {
        position: Position(row.count(0)?),
        version: Version(row.count(1)?),
        entry: IndexEntry {
            instance: InstanceId::new(&row.text(2)?).map_err(corrupt)?,
            order: row.order(3)?,
            product: ProductCode::new(&row.text(4)?).map_err(corrupt)?,
            stage: stage(&row.text(5)?)?,
            names: Arc::from(names.map_err(corrupt)?),
            expires_at: row.maybe_time(7)?,
            due_at: row.maybe_time(8)?,
        },
    })
}

/// Columns: account, id, order, `due_at`, claims.
pub(in crate::adapter) fn due_row<R>(row: &RawRow<'_, R>) -> Result<DueRow, StoreError>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'d> Option<i64>: Decode<'d, R::Database> + Type<R::Database>,
    for<'d> Option<String>: Decode<'d, R::Database> + Type<R::Database>,
{
    Ok(DueRow {
        account: AccountId::new(&row.text(0)?).map_err(corrupt)?,
        instance: InstanceId::new(&row.text(1)?).map_err(corrupt)?,
        order: row.order(2)?,
        due_at: row.time(3)?,
        claim: Claim(row.count(4)?),
    })
}

/// Columns: position, id, account, at, effect, attempts, claims, `not_before`, parked. An effect that
/// can't be read is no error: the row is there, and a person has to see it.
pub(in crate::adapter) fn outbox_row<R>(row: &RawRow<'_, R>) -> Result<OutboxRow, StoreError>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'d> Option<i64>: Decode<'d, R::Database> + Type<R::Database>,
    for<'d> Option<String>: Decode<'d, R::Database> + Type<R::Database>,
{
    let parked = row.maybe_text(8)?;
    Ok(OutboxRow {
        position: Position(row.count(0)?),
        id: RequestId::new(&row.text(1)?).map_err(corrupt)?,
        account: AccountId::new(&row.text(2)?).map_err(corrupt)?,
        at: row.time(3)?,
        effect: decode_effect(&row.text(4)?).map_err(|error| Note::lossy(&error.to_string())),
        attempts: row.count(5)?,
        claim: Claim(row.count(6)?),
        not_before: row.time(7)?,
        parked: parked.map(|text| Note::lossy(&text)),
    })
}
