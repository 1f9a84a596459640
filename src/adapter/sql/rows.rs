//! The rows of other adapters, as the statements have them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::collections::BTreeMap;

use sqlx::{ColumnIndex, Decode, Row, Type};

use crate::port::{RowKey, RowValue, RowsError};

pub(in crate::adapter) const GET: &str = "SELECT value FROM cl_row WHERE key = $1";
pub(in crate::adapter) const SCAN: &str = "SELECT key, value FROM cl_row \
    WHERE key >= $1 AND key < $2 AND key > $3 ORDER BY key LIMIT $4";

/// The first key that begins with a prefix, and what is behind the last: no key has a `DEL`.
pub(in crate::adapter) fn bounds(prefix: RowKey) -> (String, String) {
    (prefix.to_string(), format!("{prefix}\u{7f}"))
}

/// The last change of each key.
pub(in crate::adapter) fn last(
    changes: Vec<(RowKey, Option<RowValue>)>,
) -> BTreeMap<RowKey, Option<RowValue>> {
    changes.into_iter().collect()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what errors are mapped with"
)]
pub(in crate::adapter) fn damaged(error: impl ToString) -> RowsError {
    RowsError::new(&error.to_string())
}

/// The value in a column.
pub(in crate::adapter) fn value<R>(row: &R, column: usize) -> Result<RowValue, RowsError>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'d> Vec<u8>: Decode<'d, R::Database> + Type<R::Database>,
{
    let bytes: Vec<u8> = row.try_get(column).map_err(damaged)?;
    RowValue::new(bytes).map_err(damaged)
}

/// Key and value.
pub(in crate::adapter) fn pair<R>(row: &R) -> Result<(RowKey, RowValue), RowsError>
where
    R: Row,
    usize: ColumnIndex<R>,
    for<'d> Vec<u8>: Decode<'d, R::Database> + Type<R::Database>,
    for<'d> String: Decode<'d, R::Database> + Type<R::Database>,
{
    let key: String = row.try_get(0).map_err(damaged)?;
    Ok((RowKey::new(&key).map_err(damaged)?, value(row, 1)?))
}
