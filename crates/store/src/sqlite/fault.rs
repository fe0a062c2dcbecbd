//! SQLite's errors, told apart by what the caller should do.

use std::sync::Arc;

use rusqlite::ErrorCode;

use crate::StoreError;

/// What an error before, or outside of, a commit means. Nothing was written.
pub(super) fn classify(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DiskFull) => StoreError::Full,
        _ => StoreError::Engine(Arc::new(error)),
    }
}

/// What a failed COMMIT means.
///
/// A busy or full engine gives up before it syncs the log. After any other error the operating system may have
/// dropped the pages it could not write and marked them clean, so that a second sync would succeed without them:
/// nothing that this process believes about the file can be trusted any more.
pub(super) fn classify_commit(error: rusqlite::Error) -> StoreError {
    match classify(error) {
        StoreError::Engine(_) => StoreError::Fenced,
        transient => transient,
    }
}
