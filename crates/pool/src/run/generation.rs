//! Which versions may work on a database: the one that wrote it, and its neighbours.

use std::fmt;

use poolhouse_store::{Batch, CommitError, Expect};

use crate::base::error::ApiError;
use crate::base::load::LoadError;
use crate::base::platform::Platform;
use crate::records::{Generation, RecordBatch, Stored, load};

/// Why a version must not work on a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// A later version has stored what this one cannot read: the database's generation, and this version's.
    Later(u32, u32),
    /// This version no longer reads what is stored.
    Earlier(u32, u32),
}

impl fmt::Display for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Apart::Later(noted, ours) => write!(
                f,
                "a later version of Poolhouse has stored rows of generation {noted} in the database, and this one reads up to {ours}. \
                 Install that version, or restore a backup from before it"
            ),
            Apart::Earlier(noted, ours) => write!(
                f,
                "the rows in the database are of generation {noted}, and this version of Poolhouse reads {ours} and the one before. Run a \
                 version of generation {} first: the change log says which are",
                noted + 1
            ),
        }
    }
}

impl std::error::Error for Apart {}

/// Whether a version of this generation may work on a database of which that is noted.
///
/// # Errors
/// [`Apart`]
pub fn check(noted: Generation, ours: u32) -> Result<(), Apart> {
    let Generation(noted) = noted;
    if noted > ours {
        return Err(Apart::Later(noted, ours));
    }
    match ours - noted {
        0 | 1 => Ok(()),
        _ => Err(Apart::Earlier(noted, ours)),
    }
}

/// The generation that is noted of the database, and the row that says so.
///
/// # Errors
/// When the store fails.
pub async fn noted(platform: &Platform) -> Result<(Generation, Option<Stored<Generation>>), LoadError> {
    let row = load(platform, &Generation::key()).await?;
    Ok((row.as_ref().map_or(Generation::FIRST, |row| row.value), row))
}

/// Notes the generation of a server that has the database for itself. Another that does the same at the same moment is as good.
///
/// # Errors
/// When the store fails.
pub async fn take_over(platform: &Platform, ours: u32) -> Result<(), ApiError> {
    let (Generation(before), row) = noted(platform).await?;
    if before >= ours {
        return Ok(());
    }
    let expected = row.as_ref().map_or(Expect::Absent, Stored::unchanged);
    let batch = Batch::new().record(Generation::key(), expected, &Generation(ours));
    match platform.commit(batch).await {
        Ok(_) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_works_on_what_it_and_its_neighbour_before_have_written() {
        let checked = |noted, ours| check(Generation(noted), ours);
        assert_eq!(checked(2, 2), Ok(()));
        assert_eq!(checked(2, 3), Ok(()));
        assert_eq!(checked(2, 1), Err(Apart::Later(2, 1)));
        assert_eq!(checked(2, 4), Err(Apart::Earlier(2, 4)));
    }
}
