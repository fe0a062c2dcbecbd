//! One request: the shared server, when and under which id it came in, and the lookups that most operations begin with.

use std::sync::Arc;

use super::App;
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::records::alias::{alias_kind, compared_alias, signs_in_by};
use crate::records::reference::referenced;
use crate::records::{ClientRecord, PoolRecord, Stored, UserRecord, document, keys, load};

/// Bytes of the longest name that a user can have: 128 characters, or an address of 254 bytes. Longer ones are not
/// looked up, for they may exceed what a key of the store can hold.
const LONGEST_NAME: usize = 512;

/// The request that an operation serves. Time stands still within it.
#[derive(Clone)]
pub struct Ctx {
    /// The server.
    pub app: Arc<App>,
    /// `x-amzn-RequestId`, a UUID.
    pub request_id: String,
    /// When the request was taken up.
    pub now: Millis,
}

impl Ctx {
    /// What the pool stands on.
    pub fn platform(&self) -> &Platform {
        &self.app.platform
    }

    /// The pool with this id.
    ///
    /// # Errors
    /// `ResourceNotFoundException` `User pool <id> does not exist.`
    pub async fn pool(&self, pool_id: &str) -> Result<Stored<Arc<PoolRecord>>, ApiError> {
        let pool = self
            .app
            .pools
            .load(&*self.platform().store, &keys::pool(pool_id))
            .await?;
        pool.ok_or_else(|| ApiError::pool_not_found(pool_id))
    }

    /// The app client with this id in this pool.
    ///
    /// # Errors
    /// `ResourceNotFoundException` `User pool client <id> does not exist.`
    pub async fn client(
        &self,
        pool_id: &str,
        client_id: &str,
    ) -> Result<Stored<Arc<ClientRecord>>, ApiError> {
        let client = self
            .app
            .clients
            .load(&*self.platform().store, &keys::client(pool_id, client_id))
            .await?;
        client.ok_or_else(|| ApiError::client_not_found(client_id))
    }

    /// The app client and its pool, for the unsigned calls that name only the client.
    ///
    /// # Errors
    /// `ResourceNotFoundException` `User pool client <id> does not exist.`
    pub async fn client_and_pool(
        &self,
        client_id: &str,
    ) -> Result<(Stored<Arc<ClientRecord>>, Stored<Arc<PoolRecord>>), ApiError> {
        let pool_id = self.pool_of_client(client_id).await?;
        let client = self.client(&pool_id, client_id).await?;
        let pool = self.pool(&pool_id).await?;
        Ok((client, pool))
    }

    /// The id of the pool that an app client belongs to. A client never changes its pool and its id is never given
    /// again, so what was read once stays true; whether the client is still there shows when it is read.
    async fn pool_of_client(&self, client_id: &str) -> Result<String, ApiError> {
        let key = keys::client_pool(client_id);
        if let Some(pool_id) = self.app.pools_of_clients.get(&key) {
            return Ok(pool_id);
        }
        let row = self.platform().get(&key).await?;
        let pool_id = row
            .and_then(referenced)
            .ok_or_else(|| ApiError::client_not_found(client_id))?;
        self.app.pools_of_clients.keep(key, pool_id.clone());
        Ok(pool_id)
    }

    /// The user that a `Username` or `USERNAME` means: the real username, the `sub`, or an address or preferred
    /// username that signs this user in. `Ok(None)` if there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_user(
        &self,
        pool: &PoolRecord,
        name: &str,
    ) -> Result<Option<Stored<UserRecord>>, ApiError> {
        if name.len() > LONGEST_NAME || name.contains('\0') {
            return Ok(None);
        }
        let compared = pool.compared(name);
        if let Some(user) = load(&*self.platform().store, &keys::user(pool.id(), &compared)).await? {
            return Ok(Some(user));
        }
        for key in referring_keys(pool, name) {
            if let Some(username) = self.platform().get(&key).await?.and_then(referenced) {
                let key = keys::user(pool.id(), &pool.compared(&username));
                return Ok(load(&*self.platform().store, &key).await?);
            }
        }
        Ok(None)
    }

    /// The user that an administrator's request names.
    ///
    /// # Errors
    /// `UserNotFoundException` `User does not exist.`
    pub async fn user(&self, pool: &PoolRecord, name: &str) -> Result<Stored<UserRecord>, ApiError> {
        self.find_user(pool, name)
            .await?
            .ok_or_else(ApiError::user_not_found)
    }

    /// The user with this `sub`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user_by_sub(
        &self,
        pool: &PoolRecord,
        sub: &str,
    ) -> Result<Option<Stored<UserRecord>>, ApiError> {
        let row = self.platform().get(&keys::sub(pool.id(), sub)).await?;
        match row.and_then(referenced) {
            Some(username) => self.user_by_username(pool, &username).await,
            None => Ok(None),
        }
    }

    /// The user whose real username this is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user_by_username(
        &self,
        pool: &PoolRecord,
        username: &str,
    ) -> Result<Option<Stored<UserRecord>>, ApiError> {
        Ok(document::load(
            &*self.platform().store,
            &keys::user(pool.id(), &pool.compared(username)),
        )
        .await?)
    }
}

/// The keys under which a name that is no username could refer to a user, in the order in which they are tried.
fn referring_keys(pool: &PoolRecord, name: &str) -> Vec<String> {
    let mut keys = Vec::new();
    if name.len() == 36 {
        keys.push(keys::sub(pool.id(), &name.to_lowercase()));
    }
    let kind = alias_kind(name);
    if signs_in_by(pool, kind) {
        keys.push(keys::alias(pool.id(), kind, &compared_alias(pool, kind, name)));
    }
    keys
}
