//! What is done before anybody is served.

use poolhouse_pool::request::App;
use poolhouse_pool::run::{Timekeeper, reindex};

use crate::error::CliError;

/// Users between two lines about an index that is being built.
const INDEX_PROGRESS: usize = 10_000;

/// Goes by the time that is known, before anything is judged by it.
///
/// # Errors
/// When the database does not tell.
pub async fn know_the_time(app: &App) -> Result<(), CliError> {
    let looked = Timekeeper::new(&app.platform).look().await;
    looked.map_err(|error| CliError::new("the database does not tell how late it is").caused_by(error))
}

/// Writes index rows that an earlier version did not, and says how far it is.
///
/// # Errors
/// When the database cannot be written.
pub async fn build_indexes(app: &App) -> Result<(), CliError> {
    let mut told = 0;
    let progress = |users| {
        if users >= told + INDEX_PROGRESS {
            told = users;
            tracing::info!(users, "building the index of users");
        }
    };
    let built = reindex(&app.platform, progress).await;
    built
        .map(drop)
        .map_err(|error| CliError::new("the index of users cannot be built").caused_by(error))
}
