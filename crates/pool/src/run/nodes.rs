//! What the servers that share a database say of themselves, for operators.

use poolhouse_store::{Row, Scan};

use super::servers::{JoinError, MOST_SERVERS, SKEW};
use crate::base::clock::Millis;
use crate::base::load::LoadError;
use crate::base::platform::Platform;
use crate::records::ServerKeys;
use crate::records::document::decode;
use crate::records::server_keys::SERVERS;

/// A server that says that it runs on a database, or lately did.
#[derive(Debug)]
pub struct Node {
    /// Its id.
    pub id: String,
    /// What it said last; `None` if that is authenticated by a key that is not here.
    pub said: Option<ServerKeys>,
    /// Whether it counts as running.
    pub runs: bool,
}

/// The servers that run on a database, and those that were last heard of within the hour.
///
/// # Errors
/// When the store fails.
pub async fn nodes(platform: &Platform) -> Result<Vec<Node>, JoinError> {
    let rows = platform.store.scan(Scan::prefix(SERVERS, MOST_SERVERS)).await;
    let rows = rows.map_err(LoadError::from)?;
    let now = platform.now();
    let node = |row: Row| {
        let until = row
            .expires
            .map(|expires| ServerKeys::until(Millis(expires)).plus_seconds(SKEW));
        let id = row.key.strip_prefix(SERVERS).unwrap_or_default().to_owned();
        let said = platform
            .open_row(row)
            .ok()
            .and_then(|row| decode::<ServerKeys>(row).ok());
        Node {
            id,
            said: said.map(|stored| stored.value),
            runs: until.is_some_and(|until| now < until),
        }
    };
    Ok(rows.into_iter().map(node).collect())
}
