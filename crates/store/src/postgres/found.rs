//! Reading the rows that the functions answer with.

use std::sync::Arc;

use tokio_postgres::Row as Found;

use super::statement::Unreadable;
use crate::{Row, StoreError, Version};

/// What was answered is not what the functions answer.
pub(super) fn unreadable() -> StoreError {
    StoreError::Engine(Arc::new(Unreadable))
}

/// The row of a key: version, expiry and body stand behind the first cell.
pub(super) fn decode(row: &Found, key: String) -> Result<Row, StoreError> {
    let cells = || {
        let version = Version::new(row.try_get(1).ok()?)?;
        Some((version, row.try_get(2).ok()?, row.try_get(3).ok()?))
    };
    let (version, expires, body) = cells().ok_or_else(unreadable)?;
    Ok(Row {
        key,
        version,
        expires,
        body,
    })
}
