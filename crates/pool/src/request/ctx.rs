//! One request: the shared server, when and under which id it came in, and the lookups that most operations begin with.

use std::sync::{Arc, OnceLock};

use super::App;
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::platform::Platform;
use crate::records::user_index::{self, alias_kind, signs_in_by};
use crate::records::{ClientRecord, Key, PoolRecord, Reference, Stored, UserRecord, load};

/// Bytes of the longest name that a user can have: 128 characters, or an address of 254 bytes. Longer ones are not
/// looked up, for they may exceed what a key of the store can hold.
pub const LONGEST_NAME: usize = 512;

/// The request that an operation serves. Time stands still within it.
#[derive(Clone)]
pub struct Ctx {
    /// The server.
    pub app: Arc<App>,
    /// `x-amzn-RequestId`, a UUID.
    pub request_id: String,
    /// When the request was taken up.
    pub now: Millis,
    /// Who asks, as far as the request tells.
    pub asker: Asker,
}

/// Who asks: what the request's headers say, for the mail that tells a person of it, and what the lookups found, for the log.
#[derive(Clone, Debug, Default)]
pub struct Asker {
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The place that a trusted proxy names in the header of `mail.place_header`.
    pub place: Option<String>,
    /// The user and app client of the request.
    pub noted: Noted,
}

/// Whom a request turned out to be about. Copies of it share what is noted.
#[derive(Clone, Debug, Default)]
pub struct Noted(Arc<Found>);

#[derive(Debug, Default)]
struct Found {
    user: OnceLock<String>,
    client: OnceLock<String>,
}

impl Noted {
    /// The `sub` of the first user that was found.
    pub fn user(&self) -> Option<&str> {
        self.0.user.get().map(String::as_str)
    }

    /// The id of the first app client that was found.
    pub fn client(&self) -> Option<&str> {
        self.0.client.get().map(String::as_str)
    }
}

impl Asker {
    /// The same as the confirm-code functions have it.
    pub fn as_facts(&self) -> poolhouse_confirm::Asker<'_> {
        poolhouse_confirm::Asker {
            user_agent: self.user_agent.as_deref(),
            place: self.place.as_deref(),
        }
    }
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
        let key = PoolRecord::key(pool_id);
        let pool = self.app.pools.load(self.platform(), &key).await?;
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
        let key = ClientRecord::key(pool_id, client_id);
        let client = self.app.clients.load(self.platform(), &key).await?;
        if client.is_some() {
            self.asker.noted.0.client.get_or_init(|| client_id.to_owned());
        }
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
        if let Some(pool_id) = self.app.pools_of_clients.get(client_id) {
            return Ok(pool_id);
        }
        let found = load(self.platform(), &ClientRecord::pool_key(client_id)).await?;
        let Reference(pool_id) = found.ok_or_else(|| ApiError::client_not_found(client_id))?.value;
        self.app
            .pools_of_clients
            .keep(client_id.to_owned(), pool_id.clone());
        Ok(pool_id)
    }

    /// The user that a `Username` means: the real username, the `sub`, or an address or preferred username that signs
    /// this user in. Who signs in by a `USERNAME` is a question for `auth::subject`.
    async fn find_user(&self, pool: &PoolRecord, name: &str) -> Result<Option<Stored<UserRecord>>, ApiError> {
        find_user(self.platform(), pool, name).await
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
        let user = load(self.platform(), &UserRecord::key(pool.id(), sub)).await?;
        if user.is_some() {
            self.asker.noted.0.user.get_or_init(|| sub.to_owned());
        }
        Ok(user)
    }

    /// What the row at `key` refers to, if it is there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn referenced(&self, key: &Key<Reference>) -> Result<Option<Reference>, ApiError> {
        Ok(load(self.platform(), key).await?.map(|stored| stored.value))
    }
}

/// The user that a name means, for commands beside the server too.
///
/// # Errors
/// When the store fails.
pub async fn find_user(
    platform: &Platform,
    pool: &PoolRecord,
    name: &str,
) -> Result<Option<Stored<UserRecord>>, ApiError> {
    if name.len() > LONGEST_NAME || name.contains('\0') {
        return Ok(None);
    }
    let user = async |sub: &str| load(platform, &UserRecord::key(pool.id(), sub)).await;
    if let Some(named) = load(platform, &user_index::name_key(pool, name)).await? {
        return Ok(user(&named.value.0).await?);
    }
    if let Some(sub) = as_sub(name)
        && let Some(found) = user(&sub).await?
    {
        return Ok(Some(found));
    }
    let kind = alias_kind(name);
    if !signs_in_by(pool, kind) {
        return Ok(None);
    }
    match load(platform, &user_index::alias_key(pool, kind, name)).await? {
        Some(named) => Ok(user(&named.value.0).await?),
        None => Ok(None),
    }
}

/// The `sub` that a name may be, in the form in which it is stored.
pub fn as_sub(name: &str) -> Option<String> {
    let is_sub = name.len() == 36 && name.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    is_sub.then(|| name.to_lowercase())
}
